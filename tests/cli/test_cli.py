"""The command as a script meets it: exit codes, messages, streams, and the run folder."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import geopandas as gpd
import jsonschema
import pyogrio
import pytest
import shapely
import shapely.affinity

from townland.errors import EngineError
from townland_cli import main, printing

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ROOT / "layers"
SAMPLE = LAYERS / "sample"
CHECK = ["check", str(SAMPLE / "towns.gpkg"), "--catalog", str(LAYERS / "catalog.toml"),
         "--on", "2018-12-31", "--code-column", "code"]  # fmt: skip
SQUARE = shapely.box(36_512_000, 2_690_000, 36_513_000, 2_691_000)
MANIFEST = "townland-manifest.json"
FILES = {
    "assessment.json", "report.html", "map.html", "evidence.gpkg", "evidence.qgz", MANIFEST
}  # fmt: skip


def one(town: str) -> list[str]:
    """Arguments that check one town of the sample, with its dossier."""
    dossier = str(SAMPLE / "dossiers" / f"{town}.toml")
    return [*CHECK, "--where", f"code={town}", "--dossier", dossier]


AREA_ONLY = """
id = "own"
title = { zh = "只看面积", en = "The area alone" }
version = "1"
three_class = "survey"

[measure.planning_area]
title = { zh = "规划区", en = "Planning area" }
layers = []

[[rule]]
id = "OWN-1"
title = { zh = "面积", en = "Area" }
kind = "area_about"
measure = "planning_area"
limit = 3
unit = "km2"
modal = true
clause = { document = "own", quote = "", effective = 2018-01-01 }
"""


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Arguments of a check that is soon done: one town by one rule, which asks for no layer."""
    book = tmp_path_factory.mktemp("law") / "own.toml"
    book.write_text(AREA_ONLY, encoding="utf-8")
    return [*one("T01"), "--rules", str(book)]


def console(*args: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own, as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "townland_cli", *map(str, args)],
        cwd=cwd,
        env=os.environ | env,
        capture_output=True,
        check=False,
        timeout=300,
    )


class Here:
    """An empty folder, and the command run in it within this process."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: Any) -> None:
        self.folder, self.patch, self.capture = folder, patch, capture

    def __call__(self, *args: str | Path) -> tuple[int, str, str]:
        self.patch.setattr(sys, "argv", ["townland", *map(str, args)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = self.capture.readouterr()
        return int(left.value.code or 0), out, err

    def names(self) -> set[str]:
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*")}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Iterator[Here]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOWNLAND_LANG", raising=False)
    yield Here(tmp_path, monkeypatch, capsys)
    for handler in list(printing.LOGGER.handlers):
        if isinstance(handler, logging.FileHandler):
            printing.LOGGER.removeHandler(handler)
            handler.close()


# Exit codes.


@pytest.mark.parametrize(
    ("town", "more", "code"),
    [
        ("T01", [], 0),
        ("T02", [], 1),
        ("T01", ["--strict"], 3),
        ("T03", [], 1),
        ("T04", [], 3),
    ],
)
def test_exit_codes_of_a_check(here: Here, town: str, more: list[str], code: int) -> None:
    assert here(*one(town), *more, "--formats", "json")[0] == code
    assert here.names() == {
        "townland-out",
        "townland-out/assessment.json",
        f"townland-out/{MANIFEST}",
    }


def test_a_failed_self_check_leaves_with_4_and_the_folder(here: Here) -> None:
    failed = Mock(side_effect=EngineError("two areas disagree"))
    here.patch.setattr("townland.assessment.measurer.measure_town", failed)
    code, out, err = here(*one("T01"), "--quiet", "--lang", "en", "--formats", "html")
    assert (code, out) == (4, "")
    assert "could not be measured" in err
    assert "two areas disagree" in err
    assert here.names() >= {"townland-out"}


def test_a_bug_leaves_with_4_and_no_folder(here: Here, quick: list[str]) -> None:
    here.patch.setattr(
        "townland.writing.report.html.write_report", Mock(side_effect=ZeroDivisionError)
    )
    code, out, err = here(*quick, "--quiet", "--lang", "en")
    assert (code, out) == (4, "")
    assert "ZeroDivisionError" in err
    assert err.rstrip().endswith("Please report it with the lines above.")
    assert here.names() == set()


def test_no_command_shows_help(here: Here) -> None:
    code, out, err = here()
    assert code == 2
    assert "用法：townland " in out + err
    assert "没有写命令；可用的命令有 demo, check" in here("--lang", "zh")[2]
    assert here("--help")[0] == 0


def test_the_language_may_stand_before_the_command(here: Here) -> None:
    before = console("--lang", "en", "rules", "list", cwd=here.folder, PYTHONIOENCODING="utf-8")
    code, out, _err = here("rules", "list", "--lang", "en")
    assert (before.returncode, before.stdout.decode().splitlines()) == (code, out.splitlines())
    assert here("--lang", "fr", "rules", "list")[0] == 2


def test_version(here: Here) -> None:
    assert here("--version") == (0, "townland 0.1.0\n", "")


# What cannot be used: one clear message, exit 2, nothing written.


def catalog(folder: Path, **changes: str) -> Path:
    """A copy of the sample's catalog with other words in it; its paths are absolute."""
    text = (LAYERS / "catalog.toml").read_text(encoding="utf-8")
    text = text.replace('"sample/', f'"{SAMPLE.as_posix()}/')
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "catalog.toml"
    path.write_text(text, encoding="utf-8")
    return path


def boundary(folder: Path, crs: str | None) -> Path:
    path = folder / "town.shp"
    gpd.GeoDataFrame({"name": ["A"]}, geometry=[SQUARE], crs=crs or "EPSG:4524").to_file(path)
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path


def text(folder: Path, name: str, words: str) -> Path:
    path = folder / name
    path.write_text(words, encoding="utf-8")
    return path


def unused(folder: Path) -> list[str | Path]:
    (folder / "mine").mkdir()
    (folder / "mine" / "letter.txt").write_text("dear …", encoding="utf-8")
    return [*CHECK, "--out", "mine"]


def rulebook(folder: Path, old: str, new: str) -> list[str | Path]:
    shipped = ROOT / "src" / "townland" / "rulebooks"
    shutil.copy(shipped / "liuzhou-2018.txt", folder)
    book = (shipped / "liuzhou-2018.toml").read_text(encoding="utf-8")
    assert old in book
    return [*CHECK, "--rules", text(folder, "book.toml", book.replace(old, new, 1))]


UNUSABLE: dict[str, tuple[Any, str, str]] = {
    "missing file": (lambda _: ["check", "nope.shp", *CHECK[2:]], "nope.shp", "nope.shp"),
    "missing file, area": (lambda _: ["area", "nope.shp"], "nope.shp", "nope.shp"),
    "missing catalog": (
        lambda _: [*CHECK, "--catalog", "no.toml"],
        "no.toml：没有图层目录",
        "townland layers init FOLDER",
    ),
    "no catalog named": (
        lambda f: ["check", boundary(f, "EPSG:4524"), "--on", "2018-12-31"],
        "townland layers init",
        "layers/catalog.toml: there is no layer catalog",
    ),
    "no crs": (lambda f: ["area", boundary(f, None)], "未声明坐标系", "no coordinate system"),
    "no crs, check": (lambda f: ["check", boundary(f, None), *CHECK[2:6]], "未声明坐标系", "no coord"),
    "xian 1980": (lambda f: ["area", boundary(f, "EPSG:2360")], "Xian 1980", "Xian 1980"),
    "unknown crs": (lambda _: [*CHECK, "--crs", "EPSG:999999"], "999999", "999999"),
    "unknown scheme": (
        lambda f: [*CHECK, "--catalog", catalog(f, **{'"sandiao-2019"': '"sandiao-2091"'})],
        "sandiao-2091",
        "sandiao-2091",
    ),
    "malformed catalog": (
        lambda f: [*CHECK, "--catalog", text(f, "c.toml", "[[layer]]\nname = \n")],
        "第 2 行：等号后面缺少值",
        "line 2",
    ),
    "unknown key in the catalog": (
        lambda f: [*CHECK, "--catalog", catalog(f, owner_column="owner_colunm")],
        "owner_colunm",
        "owner_colunm",
    ),
    "catalog without its file": (
        lambda f: [*CHECK, "--catalog", catalog(f, **{"county.gdb": "country.gdb"})],
        "country.gdb",
        "country.gdb",
    ),
    "malformed rulebook": (lambda f: rulebook(f, "[[rule]]", "[rule"), "book.toml", "book.toml"),
    "faulty rulebook": (
        lambda f: rulebook(f, '"forbidden_area"', '"forbiden_area"'),
        "forbiden_area",
        "forbiden_area",
    ),
    "unknown rulebook": (lambda _: [*CHECK, "--rules", "liuzhou-2081"], "liuzhou-2018", "shipped"),
    # of several days one without law is left out; a day without any law is an error
    "no clause in force": (
        lambda _: [*CHECK[:4], "--on", "1999-01-01", *CHECK[6:]],
        "1999-01-01",
        "1999-01-01",
    ),
    "unknown format": (lambda _: [*CHECK, "--formats", "html,odt"], "没有输出格式 odt", "format odt"),
    "a folder of someone else's": (unused, "不是 townland 的成果文件夹", "no run folder"),
    "bad --on": (lambda _: [*CHECK, "--on", "2018-13-31"], "没有这一天", "no such day"),
    "bad --where": (lambda _: [*CHECK, "--where", "T01"], "字段=值", "COLUMN=VALUE"),
    "unknown column": (lambda _: [*CHECK, "--where", "cod=T01"], "code", "did you mean code"),
    "no such town": (lambda _: [*CHECK, "--where", "code=T09"], "T09", "T09"),
    "bad --lang": (lambda _: [*CHECK, "--lang", "fr"], "可用的有：zh, en", ""),
    "missing dossier": (lambda _: [*CHECK, "--dossier", "no.toml"], "no.toml", "no.toml"),
    "dossier of nobody": (
        lambda f: [*CHECK, "--dossier", text(f, "d.toml", 'code = "T77"\n')],
        "T77",
        "T77",
    ),
    "log in no folder": (lambda _: [*CHECK, "--log-file", "no/where.log"], "无法写入", "log file"),
    "unknown rule": (
        lambda _: ["rules", "show", "liuzhou-2018", "LAND-99"],
        "LAND-99",
        "no rule LAND-99",
    ),
}  # fmt: skip


def test_a_check_says_what_lint_would_have_asked_to_look_at(here: Here) -> None:
    book = text(
        here.folder,
        "county.toml",
        'id = "county"\ntitle = { zh = "某县", en = "A county" }\nversion = "1"\n'
        'inherits = "liuzhou-2018"\n[[rule]]\nid = "LAND-01"\nband = 1\n',
    )
    # a boundary that is not there: what is to be looked at is said before anything is read
    args = ["check", "none.gpkg", *CHECK[2:], "--rules", book, "--lang", "en"]
    code, _out, err = here(*args)
    assert code == 2
    assert "look: " in err
    assert "line 7: LAND-01: band = 1 means ±100 %" in err
    told = here(*args[:-4], "--rules", "liuzhou-2018", "--lang", "en")[2]
    assert "look: " not in told


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", UNUSABLE)
def test_what_cannot_be_used(here: Here, case: str, lang: str) -> None:
    make, *messages = UNUSABLE[case]
    message = messages[lang == "en"]
    if lang == "en" and not message:
        pytest.skip("has no English")
    args = make(here.folder)
    before = here.names()
    code, out, err = here(*args, *(["--lang", "en"] if lang == "en" else []), *quiet(args))
    assert code == 2
    assert out == ""
    assert message in err
    assert err.startswith("Error: " if lang == "en" else "错误：")
    assert err.count("Error: " if lang == "en" else "错误：") == 1
    assert (lang == "en") != bool(re.search("[，。；：]", err))
    assert here.names() == before


def quiet(args: list[str | Path]) -> list[str]:
    return ["--quiet"] if args[0] == "check" else []


# Streams.


def test_check_json_is_one_document_on_standard_output(tmp_path: Path) -> None:
    done = console(*one("T02"), "--json", "--formats", "json", cwd=tmp_path)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    schema = ROOT / "src" / "townland" / "writing" / "report" / "assessment.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    assert document == json.loads((tmp_path / "townland-out" / "assessment.json").read_bytes())
    assert "正在量算 螺溪小镇" in done.stderr.decode()


def test_area_json(here: Here) -> None:
    code, out, err = here("area", SAMPLE / "towns.gpkg", "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert [row["name"] for row in rows] == ["云溪小镇", "螺溪小镇", "三江口小镇", "界牌特色小镇"]
    assert set(rows[0]) == {"file", "layer", "feature", "name", "crs", "area_m2", "area_check_m2",
                            "plane_m2", "ha", "mu"}  # fmt: skip
    for row in rows:
        assert row["area_m2"] == pytest.approx(row["area_check_m2"], abs=0.1)
        assert row["ha"] == pytest.approx(row["area_m2"] / 10_000, abs=0.00005)
        assert row["mu"] == pytest.approx(row["area_m2"] * 15 / 10_000, abs=0.005)


def test_area_tells_what_was_assumed_of_the_file(here: Here, tmp_path: Path) -> None:
    head = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=36\n[地块坐标]\n"
    points = [(0, 0), (300, 0), (300, 200), (0, 200), (0, 0)]
    rows = [f"J{at % 4 + 1},1,{36641000 + x},{2699000 + y}" for at, (x, y) in enumerate(points)]
    text = head + "5,6.0000,1,甲,面,,,,@\n" + "\n".join(rows) + "\n"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    code, out, _err = here("area", tmp_path / "a.txt", "--lang", "en")
    assert code == 0
    assert "axes_swapped" not in out  # a code is for programs
    assert "warning" in out
    assert "the declared area is the one on the projection plane" in " ".join(out.split())
    rows = json.loads(here("area", tmp_path / "a.txt", "--json")[1])
    assert {"axes_swapped", "declared_area_differs"} <= {i["code"] for i in rows[0]["issues"]}


def test_doctor_says_what_it_mended_without_a_code(here: Here, tmp_path: Path) -> None:
    swapped = shapely.box(2699000, 36641000, 2699300, 36641300)
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[swapped], crs=4524).to_file(tmp_path / "a.gpkg")
    (issue,) = json.loads(here("doctor", tmp_path / "a.gpkg", "--json", "--lang", "en")[1])[
        "issues"
    ]
    assert issue["code"] == "axes_swapped"
    said = " ".join(here("doctor", tmp_path / "a.gpkg", "--lang", "en")[1].split())
    assert issue["message"] in said
    assert "axes_swapped" not in said  # a code is for programs


def test_area_for_a_person(here: Here) -> None:
    code, out, _err = here("area", SAMPLE / "towns.gpkg", "--lang", "en")
    assert code == 0
    assert " ".join(out.splitlines()[0].split()) == (
        "file name CRS official area (m²) ha mu on the plane (m²)"
    )
    assert len(out.splitlines()) == 5


def test_layers_check_json(here: Here) -> None:
    code, out, _err = here("layers", "check", "--catalog", LAYERS / "catalog.toml", "--json")
    (layers,) = json.loads(out).values()
    assert code == 0
    assert [layer["name"] for layer in layers][:2] == ["land_use", "permanent_basic_farmland"]
    for layer in layers:
        assert set(layer) == {
            "name",
            "role",
            "path",
            "features",
            "crs",
            "encoding",
            "issues",
            "counts",
        }
        for issue in layer["issues"]:
            assert set(issue) == {"code", "severity", "feature", "message"}


def test_layers_check_finds_faults(here: Here) -> None:
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    shifted = shapely.affinity.translate(bow, 36_512_000, 2_690_000)
    frame = gpd.GeoDataFrame(
        {"DLBM": ["0101", "9999"]}, geometry=[shifted, SQUARE], crs="EPSG:4524"
    )
    frame.to_file("land.gpkg")
    text(
        here.folder,
        "catalog.toml",
        '[[layer]]\nname = "land"\nrole = "land_use"\npath = "land.gpkg"\n'
        'scheme = "sandiao-2019"\nclass_column = "DLBM"\n',
    )
    code, out, _err = here("layers", "check", "--catalog", "catalog.toml", "--json")
    assert code == 1
    codes = {issue["code"] for issue in json.loads(out)["layers"][0]["issues"]}
    assert {"geometry_invalid", "class_unknown"} <= codes
    code, out, _err = here("layers", "check", "--catalog", "catalog.toml")
    assert code == 1
    assert "[class_unknown]" in out


def test_layers_list(here: Here) -> None:
    code, out, err = here("layers", "list", "--catalog", LAYERS / "catalog.toml", "--json")
    assert (code, err) == (0, "")
    assert {"name", "role", "path", "source", "licence"} <= set(json.loads(out)["layers"][0])


def test_rules_json(here: Here) -> None:
    code, out, err = here("rules", "show", "liuzhou-2018", "--json")
    assert (code, err) == (0, "")
    book = json.loads(out)
    assert set(book) == {"id", "version", "rules"}
    counts = {"LAND": 17, "USE": 3, "INV": 3, "IND": 4, "PORT": 3, "NAME": 2, "STAGE": 4, "FUND": 2}
    counts |= {"FACT": 8}
    assert [rule["id"] for rule in book["rules"]] == [
        f"{family}-{number:02}" for family, last in counts.items() for number in range(1, last + 1)
    ]
    for rule in book["rules"]:
        assert set(rule) == {"id", "title", "kind", "clause", "parameters"}
        assert set(rule["clause"]) >= {"document", "article", "quote", "effective", "superseded"}
    listed = [each["id"] for each in json.loads(here("rules", "list", "--json")[1])]
    assert listed == ["land-law-2019", "liuzhou-2018", "national-2021"]
    assert json.loads(here("rules", "schema")[1])["type"] == "object"


def test_one_rule_for_a_person(here: Here) -> None:
    code, out, _err = here("rules", "show", "liuzhou-2018", "LAND-03")
    assert code == 0
    assert "严禁占用永久基本农田" in out
    assert "LAND-04" not in out


def test_a_rule_is_shown_as_toml_writes_it_with_what_it_leaves_open(here: Here) -> None:
    _code, out, _err = here("rules", "show", "liuzhou-2018", "LAND-01", "--lang", "en")
    lines = out.splitlines()
    stated = {line.partition("  # ")[0] for line in lines}
    assert {"  modal = true", '  measure = "planning_area"', "  limit = 3"} <= stated
    assert "  limit = 3  # the bar" in lines
    assert (
        "  band = 0.1  # how far “about” (左右) reaches to both sides: townland's default; the policy"
        " states none"
    ) in lines
    _code, out, _err = here("rules", "show", "liuzhou-2018", "INV-03", "--lang", "en")
    assert "  minimum_share: not stated  # least share" in out.splitlines()


def test_doctor(here: Here) -> None:
    code, out, err = here("doctor", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert {"python", "shapely", "GDAL (pyogrio)", "PROJ (pyproj)"} <= set(document["versions"])
    assert len(document["answers"]) == 5
    assert all(answer["agrees"] for answer in document["answers"])


def test_a_wrong_answer_leaves_with_4(here: Here) -> None:
    here.patch.setattr("townland.doctor.KNOWN_AREA_M2", 1.0)
    code, out, _err = here("doctor", "--lang", "en")
    assert code == 4
    assert "WRONG, expected 1.00" in out


def test_quiet_says_nothing_and_the_log_file_all(here: Here, quick: list[str]) -> None:
    assert here(*quick, "--quiet", "--log-file", "my.log", "--formats", "gpkg") == (0, "", "")
    log = (here.folder / "my.log").read_text(encoding="utf-8")
    assert "INFO townland check" in log
    assert "measuring 云溪小镇" in log
    assert here("area", "nope.shp", "--log-file", "my.log")[0] == 2
    longer = (here.folder / "my.log").read_text(encoding="utf-8")
    assert longer.startswith(log)
    assert "ERROR" in longer


def test_a_summary_says_where_to_look(here: Here) -> None:
    code, out, err = here(*one("T02"), "--lang", "en", "--out", "my/run")
    assert code == 1
    assert "LAND-03  [Not compliant]" in out
    assert "Permanent basic farmland built on" in out
    for name in FILES - {MANIFEST}:
        assert f"  my/run/{name}  " in out
        assert (here.folder / "my" / "run" / name).is_file()
    assert "reading layer “land survey”" in err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_console_in_gbk_stops_nothing(tmp_path: Path, lang: str) -> None:
    gbk = {"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    done = console(*one("T04"), "--lang", lang, "--formats", "json", cwd=tmp_path, **gbk)
    assert done.returncode == 3
    assert "界牌特色小镇" in done.stdout.decode("gbk")
    assert b"Traceback" not in done.stderr
    area = console("area", SAMPLE / "towns.gpkg", "--lang", lang, cwd=tmp_path, **gbk)
    assert area.returncode == 0
    assert "3020000.19" in area.stdout.decode("gbk")


def test_help_and_json_are_printed_on_a_console_in_gbk(tmp_path: Path) -> None:
    gbk = {"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    assert console("--help", cwd=tmp_path, **gbk).returncode == 0
    document = console("area", SAMPLE / "towns.gpkg", "--json", cwd=tmp_path, **gbk)
    assert json.loads(document.stdout.decode("utf-8"))[3]["name"] == "界牌特色小镇"


# The run folder.


def is_whole(run: Path) -> bool:
    """Whether a run folder stands there with everything in it; False where there is none."""
    if not run.exists():
        return False
    assert {path.name for path in run.iterdir()} == FILES
    json.loads((run / "assessment.json").read_bytes())
    assert (run / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert (run / "map.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert len(gpd.read_file(run / "evidence.gpkg", layer="towns"))
    return True


def test_an_older_run_is_replaced_and_what_is_left_of_a_killed_one_goes(
    here: Here, quick: list[str]
) -> None:
    assert here(*quick, "-q")[0] == 0
    (here.folder / "townland-out.partial").mkdir()
    (here.folder / "townland-out.partial" / ".unfinished").touch()
    (here.folder / "townland-out.partial" / "half.html").touch()
    assert here(*quick, "-q", "--formats", "gpkg")[0] == 0
    assert here.names() == {
        "townland-out",
        "townland-out/assessment.json",
        "townland-out/evidence.gpkg",
        "townland-out/evidence.qgz",
        f"townland-out/{MANIFEST}",
    }


DIE = '''
import datetime as dt, os, shutil, signal, sys
from pathlib import Path
import townland as tl
from townland.writing.maps import page
from townland.writing.report import geopackage, html

layers, here = Path(sys.argv[1]), Path(sys.argv[2])
towns = tl.read_towns([layers / "sample" / "towns.gpkg"], code_column="code", where={"code": "T02"})
law = tl.load_rulebook("liuzhou-2018")
# every file of the folder, and little in each: a run is written for each moment
rules = tuple(rule for rule in law.rule if rule.id in ("LAND-01", "LAND-02"))
measures = {rule.measure: law.measure[rule.measure] for rule in rules}
law = law.model_copy(update={"rule": rules, "measure": measures})
found = tl.check(towns, tl.load_catalog(layers / "catalog.toml"), law, on=dt.date(2018, 12, 31))
report, map_ = html.report_html(found, lang="zh"), page.map_html(found, lang="zh")
html.report_html, page.map_html = (lambda *a, **k: report), (lambda *a, **k: map_)
# GDAL opens its files unseen by Python: a copy is touched at no fewer moments
geopackage.write_evidence(found, here / "evidence.gpkg")
geopackage.write_evidence = lambda _found, path, lang: [
    shutil.copyfile(here / f"evidence.{end}", path.with_suffix(f".{end}")) for end in ("gpkg", "qgz")
]

tl.write_run(found, here / "older")
for before in ("nothing", "older"):
    runs = here / f"over {before}"
    runs.mkdir()
    for moment in range(1000):
        out = runs / str(moment)
        if before == "older":
            shutil.copytree(here / "older", out)
        child = os.fork()
        if not child:
            left = moment

            def die(event, args):
                global left
                # what is only read changes nothing: the moment after it is the moment before
                read = event == "open" and not args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
                if not read and any(str(runs) in str(arg) for arg in args):
                    left -= 1
                    if left < 0:
                        os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(die)
            tl.write_run(found, out)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            print(moment)
            break
'''  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_killed_at_every_touch_of_a_file_it_leaves_a_whole_folder_or_none(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DIE, LAYERS, tmp_path],
        capture_output=True,
        check=False,
        timeout=300,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr.decode()
    for before, moments in zip(("nothing", "older"), done.stdout.split(), strict=True):
        last = int(moments)
        assert last >= 8
        runs = tmp_path / f"over {before}"
        whole = [is_whole(runs / str(moment)) for moment in range(last + 1)]
        assert whole[-1]
        assert whole[0] == (before == "older")


@pytest.mark.parametrize("beside", ["run.partial", "run.replaced", "run.old"])
def test_folders_of_others_beside_the_run_are_left_alone(
    here: Here, quick: list[str], beside: str
) -> None:
    letter = here.folder / beside / "letter.txt"
    letter.parent.mkdir()
    letter.write_text("mine", encoding="utf-8")
    code, _out, err = here(*quick, "--out", "run", "--lang", "en", "--formats", "gpkg")
    assert letter.read_text(encoding="utf-8") == "mine"
    if beside == "run.old":
        assert code == 0
    else:
        assert code == 2
        assert "in the way" in err
        assert not (here.folder / "run").exists()


def test_an_older_run_set_aside_by_a_killed_process_comes_back(
    here: Here, quick: list[str]
) -> None:
    aside = here.folder / "run.replaced"
    aside.mkdir()
    (aside / "assessment.json").write_text("{}", encoding="utf-8")
    code, *_said = here(*quick, "--out", "run", "--formats", "gpkg")
    assert code == 0
    assert here.names() >= {"run/assessment.json", "run/evidence.gpkg"}
    assert not aside.exists()


@pytest.mark.parametrize("out", [".", "", "x" * 300])
def test_a_folder_that_cannot_be_is_refused(here: Here, out: str) -> None:
    code, _out, err = here(*one("T01"), "--out", out, "--lang", "en")
    assert code == 2
    assert "--out" in err
    assert here.names() == set()


def test_an_accepted_repair_that_is_none_is_told(here: Here) -> None:
    code, out, _err = here(*one("T01"), "--accept-repair", "land_use:7", "--json", "--out", "run")
    assert code == 0
    codes = [issue["code"] for issue in json.loads(out)["issues"]]
    assert codes.count("accept_repair_unused") == 1


def test_every_layer_of_the_evidence_is_there_though_empty(here: Here) -> None:
    assert here(*one("T01"), "--formats", "gpkg", "--out", "run")[0] == 0
    layers = set(pyogrio.list_layers(here.folder / "run" / "evidence.gpkg")[:, 0])
    assert {"towns", "repairs", "uncovered", "farmland_built_on", "paddy_built_on"} <= layers
    farmland = pyogrio.read_info(here.folder / "run" / "evidence.gpkg", layer="farmland_built_on")
    assert farmland["features"] == 0
    assert {"town", "planned_use_id", "area_m2"} <= set(farmland["fields"])
