"""Data about persons in a layer enter no output: names, identity numbers and telephones are fed in."""

from __future__ import annotations

import base64
import json
import logging
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from tests.factory_land import CRS, box

from townland.catalog import load_catalog
from townland.errors import CatalogError, LayerError
from townland.reading import source as sources
from townland.reading.vector import read_layer
from townland.standards import fields
from townland.towns import read_towns
from townland_cli import main, printing

NAME, NUMBER, PHONE, HOUSE = "欧阳甄璧", "45029919790229951X", "13977281234", "云岭县仙踪巷七号"
CANARIES = (NAME, NUMBER, PHONE, HOUSE)
PERSONAL = {
    "CFZR": NAME, "ZMC": NAME, "ZZRR": NAME, "ZRRMC": NAME, "ZRRZJHM": NUMBER, "LXDH": PHONE,
    "JZDZ": HOUSE, "责任人姓名": NAME, "身份证号码": NUMBER, "联系电话": PHONE,
}  # fmt: skip


def spellings() -> Iterator[bytes]:
    """Every form in which a canary could stand in a file."""
    for canary in CANARIES:
        for encoding in ("utf-8", "gb18030", "utf-16-le"):
            raw = canary.encode(encoding)
            yield raw
            # the middle of a base64 text does not depend on where the word begins, but for three ways
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
                yield coded[4 if shift else 0 : -3]
        yield json.dumps(canary)[1:-1].encode()
        yield "".join(f"&#{ord(letter)};" for letter in canary).encode()


SPELLINGS = tuple(dict.fromkeys(spellings()))


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and what zips (xlsx, docx, kmz) hold."""
    for file in sorted(path.rglob("*")):
        if not file.is_file():
            continue
        raw = file.read_bytes()
        yield file.name, raw
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    yield f"{file.name}/{name}", archive.read(name)


def clean(path: Path, *texts: str) -> None:
    """Assert that no canary stands in any output."""
    for name, raw in [*contents(path), *((f"text {n}", t.encode()) for n, t in enumerate(texts))]:
        for spelling in SPELLINGS:
            assert spelling not in raw, (name, spelling)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A town, its land, its plan, and basic farmland whose columns name people."""
    data = tmp_path / "data"
    data.mkdir()
    farm = gpd.GeoDataFrame(
        {"BSM": ["1", "2", "2"], "DLBM": ["0101", "0101", "9999"], "YJJBNTTBMJ": [1.0, 2.0, 3.0],
         **{column: [value] * 3 for column, value in PERSONAL.items()}},
        geometry=[box(0, 0, 300, 300), box(250, 0, 600, 300),
                  shapely.Polygon([(36_520_700, 2_700_000), (36_520_800, 2_700_100),
                                   (36_520_800, 2_700_000), (36_520_700, 2_700_100.0)])],
        crs=CRS,
    )  # fmt: skip
    farm.to_file(data / "YJJBNTBHTB.gpkg", layer="YJJBNTBHTB")
    land = {
        "BSM": ["1"],
        "DLBM": ["05H1"],
        "KCXS": [0.0],
        "QSXZ": ["30"],
        "TBMJ": [1.0],
        **PERSONAL,
    }
    gpd.GeoDataFrame(land, geometry=[box(-50, -50, 2000, 2000)], crs=CRS).to_file(
        data / "DLTB.gpkg"
    )
    plan = {"DKBH": ["1"], "GHDM": ["070102"], **PERSONAL}
    gpd.GeoDataFrame(plan, geometry=[box(100, 100, 900, 900)], crs=CRS).to_file(data / "GHYD.gpkg")
    gpd.GeoDataFrame(
        {"code": ["T1"], **PERSONAL}, geometry=[box(0, 0, 1500, 1500)], crs=CRS
    ).to_file(tmp_path / "town.gpkg")
    (tmp_path / "catalog.toml").write_text(
        '[[layer]]\nname = "farm"\nrole = "permanent_basic_farmland"\npath = "data/YJJBNTBHTB.gpkg"\n'
        'id_column = "BSM"\nscheme = "sandiao-2019"\nclass_column = "DLBM"\n'
        '[[layer]]\nname = "land"\nrole = "land_use"\npath = "data/DLTB.gpkg"\nid_column = "BSM"\n'
        'scheme = "sandiao-2019"\nclass_column = "DLBM"\n'
        '[[layer]]\nname = "plan"\nrole = "planned_use"\npath = "data/GHYD.gpkg"\nid_column = "DKBH"\n'
        'scheme = "guide-2023"\nclass_column = "GHDM"\n',
        encoding="utf-8",
    )
    return tmp_path


@pytest.fixture
def run(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    monkeypatch.chdir(place)

    def command(*args: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["townland", *args])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out + told.err

    yield command
    for handler in list(printing.LOGGER.handlers):
        if isinstance(handler, logging.FileHandler):
            printing.LOGGER.removeHandler(handler)
            handler.close()


def formats() -> str:
    """Every format that a check can write on this machine: some need a Chinese font."""
    from townland.writing.papers.fonts import found
    from townland.writing.run_folder import WRITERS

    return ",".join(writer.name for writer in WRITERS if not writer.takes_font or found())


def test_no_output_of_any_command_names_a_person(
    run: Callable[..., tuple[int, str]], place: Path
) -> None:
    log = ["--log-file", "out/log.txt"]
    (place / "out").mkdir()
    told = []
    code, text = run("check", "town.gpkg", "--catalog", "catalog.toml", "--on", "2018-12-31",
                     "--code-column", "code", "--out", "out/run", "--formats", formats(), *log,
                     "--accept-repair", "farm:2")  # fmt: skip
    assert code in (0, 1, 3), text
    told.append(text)
    rules = json.loads((place / "out/run/assessment.json").read_text("utf-8"))["findings"]
    told.append(run("explain", "out/run", rules[0]["rule"])[1])
    told.append(
        run("layers", "check", "--catalog", "catalog.toml", "--out", "out/faults.gpkg", *log)[1]
    )
    assert (place / "out/faults.gpkg").is_file()
    told.append(run("layers", "check", "--catalog", "catalog.toml", "--json")[1])
    told.append(run("layers", "list", "--catalog", "catalog.toml", "--json")[1])
    code, text = run("layers", "init", "data", "--out", "out/init.toml")
    assert code == 0, text
    told.append(text)
    told.append(run("area", "data/YJJBNTBHTB.gpkg", "--json", *log)[1])
    clean(place / "out", *told)


@pytest.mark.parametrize("column", [*PERSONAL, "cfzr"])
def test_a_personal_column_cannot_be_asked_for(
    run: Callable[..., tuple[int, str]], place: Path, column: str
) -> None:
    (place / "out").mkdir()
    log = ["--log-file", "out/log.txt"]
    told = []
    base = [
        "check",
        "town.gpkg",
        "--catalog",
        "catalog.toml",
        "--on",
        "2018-12-31",
        "--out",
        "o",
        *log,
    ]
    for option in (["--where", f"{column}={NAME}"], ["--name-column", column],
                   ["--code-column", column]):  # fmt: skip
        code, text = run(*base, *option, "--lang", "en")
        assert code == 2
        assert column.upper() in text
        told.append(text)
    clean(place / "out", *told)
    assert not (place / "o").exists()


@pytest.mark.parametrize("key", ["id_column", "tag_column", "owner_column", "net_factor_column"])
def test_a_catalog_cannot_name_a_personal_column(place: Path, key: str) -> None:
    path = place / "catalog.toml"
    path.write_text(
        f'[[layer]]\nname = "f"\nrole = "land_use"\npath = "f.gpkg"\n{key} = "ZRRZJHM"\n', "utf-8"
    )
    with pytest.raises(CatalogError, match="ZRRZJHM"):
        load_catalog(path)
    path.write_text(
        '[[layer]]\nname = "f"\nrole = "land_use"\npath = "f.gpkg"\n'
        f'where = {{ CFZR = ["{NAME}"] }}\n', "utf-8"
    )  # fmt: skip
    with pytest.raises(CatalogError, match="CFZR") as refused:
        load_catalog(path)
    assert NAME not in str(refused.value)


def test_the_reading_boundary_itself_gives_no_personal_column(place: Path) -> None:
    spec = load_catalog(place / "catalog.toml")
    with pytest.raises(LayerError, match="CFZR"):
        read_layer(spec.layer[0], spec, None, also=["CFZR"])
    with sources.opened(place / "data/YJJBNTBHTB.gpkg") as source:
        for ask in (lambda: sources.read(source, ["LXDH"], None),
                    lambda: sources.attributes(source, ["LXDH"])):  # fmt: skip
            with pytest.raises(LayerError, match="LXDH"):
                ask()


def test_a_town_is_never_named_after_a_person(place: Path) -> None:
    (town,) = read_towns([place / "town.gpkg"])
    assert town.name == "1"


def test_the_search_itself_finds_what_is_there(place: Path, tmp_path: Path) -> None:
    """The layers do hold the canaries: an output that held them would be found."""
    with pytest.raises(AssertionError):
        clean(place / "data")
    out = tmp_path / "x"
    out.mkdir()
    for number in range(3):
        (out / "a").write_bytes(
            base64.b64encode(b"x" * number + b'{"n": "' + NAME.encode() + b'"}')
        )
        with pytest.raises(AssertionError):
            clean(out)
    with zipfile.ZipFile(out / "a", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.xml", NUMBER)
    with pytest.raises(AssertionError):
        clean(out)
    shutil.rmtree(out)


def test_every_known_name_is_personal_and_no_field_that_is_read_is() -> None:
    for known in fields.personal_columns():
        assert fields.is_personal(known.pattern)
        assert fields.is_personal(known.pattern.lower())
        assert known.meaning
        assert known.source
    for rule in fields.all_fields():
        for name in (rule.name, rule.zh, *rule.aliases):
            assert not fields.is_personal(name), name
    assert not re.search("FRDBS", " ".join(known.pattern for known in fields.personal_columns()))
