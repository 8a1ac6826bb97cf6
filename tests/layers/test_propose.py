"""Catalogs proposed from folders: known by name, by fields, by values; and what is left open."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from tests.factory_demo import DAY, demo_assessment, demo_towns
from tests.factory_land import CRS, box
from tests.factory_rules import book

from townland import check
from townland.catalog import load_catalog
from townland.errors import CatalogError, LayerError
from townland.i18n import render
from townland.layers.init import Proposal, complete, propose, write_proposal
from townland.layers.init.roles import by_name, raster_role
from townland.layers.init.walk import files
from townland.standards import fields
from townland.terms import ROLES

LAYERS = Path(__file__).parents[2] / "layers"
SAMPLE = LAYERS / "sample"
DLTB = {
    "BSM": ["1"],
    "DLBM": ["05H1"],
    "TBMJ": [1.0],
    "QSXZ": ["30"],
    "KCXS": [0.0],
    "SJNF": [2019],
}


def lay(
    path: Path, columns: dict[str, Any], east: float = 0, rows: int = 1, **options: Any
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lands = [box(east + 90 * at, 0, east + 90 * at + 90, 90) for at in range(rows)]
    frame = gpd.GeoDataFrame(columns, geometry=lands, crs=CRS)
    frame.to_file(path, **options)
    return path


def roles(proposal: Proposal) -> dict[str, str | None]:
    return {item.source: item.role if item.placed else None for item in proposal.items}


def written(folder: Path, lang: str = "en") -> tuple[Proposal, str]:
    target = folder / "catalog.toml"
    proposal = complete(propose(folder, target), book())
    write_proposal(proposal, target, lang=lang)
    return proposal, target.read_text(encoding="utf-8")


@pytest.mark.parametrize("known", [known for known in fields.names() if known.note != "raster"])
def test_every_known_name_is_told_in_any_case_and_beside_a_code(known: fields.LayerName) -> None:
    for form in (known.name, known.name.lower(), f"450200{known.name}", f"{known.name}_2019",
                 f"{known.name}450200", f"450200_{known.name.title()}_2019"):  # fmt: skip
        assert {found.role for found in by_name(form)} == {known.role}, form


@pytest.mark.parametrize("role", ROLES)
def test_a_file_called_as_townland_calls_its_role_in_chinese_is_known_by_its_name(
    role: str,
) -> None:
    title = render(ROLES[role].title, "zh")
    assert {found.role for found in by_name(title)} == {role}, title


@pytest.mark.parametrize("name", ["DLTBX", "XDLTB", "abc", "2019", "YJJB", ""])
def test_other_names_are_not_known(name: str) -> None:
    assert by_name(name) == ()


def test_a_layer_is_known_by_its_fields_and_a_dbf_cuts_their_names(tmp_path: Path) -> None:
    columns = {"标识码": ["1"], "地类编码": ["05H1"], "图斑面积": [1.0], "权属性质": ["30"]}
    cut = columns | {"扣除地类系": [0.1]}  # what ten bytes leave of 扣除地类系数
    lay(tmp_path / "a.shp", cut, encoding="GB18030")
    proposal, text = written(tmp_path)
    assert roles(proposal) == {"a.shp": "land_use"}
    assert 'net_factor_column = "扣除地类系"' in text
    assert "its name says nothing" in text
    (spec,) = load_catalog(tmp_path / "catalog.toml").layer
    assert (spec.scheme, spec.class_column) == ("sandiao-2019", "地类编码")


def test_a_code_of_several_schemes_is_left_to_choose(tmp_path: Path) -> None:
    lay(tmp_path / "dltb.gpkg", DLTB | {"DLBM": ["0101"]})
    _proposal, text = written(tmp_path)
    for scheme in ("sandiao-2019", "guide-2023", "gbt21010-2017"):
        assert f'\n# scheme = "{scheme}"' in text
    (spec,) = load_catalog(tmp_path / "catalog.toml").layer
    assert (spec.scheme, spec.class_column) == (None, None)


def test_a_name_against_the_fields_is_not_placed(tmp_path: Path) -> None:
    lay(tmp_path / "DLTB.gpkg", {"GZQLXDM": ["010"]})
    lay(tmp_path / "JSYDGZQ.gpkg", {"GZQLXDM": ["010"]})
    proposal, text = written(tmp_path)
    assert roles(proposal) == {"DLTB.gpkg | DLTB": None, "JSYDGZQ.gpkg | JSYDGZQ": "control_zone"}
    assert "its name says land_use, but its fields are those of control_zone" in text


def test_a_village_boundary_under_the_towns_name_is_not_placed(tmp_path: Path) -> None:
    lay(tmp_path / "a" / "CZKFBJ.gpkg", {"GHFQMC": ["村庄建设区"]})
    lay(tmp_path / "b" / "CZKFBJ.gpkg", {"GHFQMC": ["城镇集中建设区"]})
    lay(tmp_path / "TDYTQ.gpkg", {"TDYTQLXDM": ["010"]})
    proposal, text = written(tmp_path)
    assert list(roles(proposal).values()) == [None, None, "growth_boundary"]
    assert "村庄开发边界" in text
    assert "土地用途区" in text


def test_two_vintages_of_one_place_are_left_to_choose_two_halves_are_united(tmp_path: Path) -> None:
    lay(tmp_path / "DLTB_2018.gpkg", DLTB)
    lay(tmp_path / "DLTB_2019.gpkg", DLTB)
    with pytest.raises(CatalogError, match=r"DLTB_2018(.|\n)*DLTB_2019"):
        written(tmp_path)
    lay(tmp_path / "JSYDGZQ.gpkg", {"GZQLXDM": ["010"]})
    _proposal, text = written(tmp_path)
    assert "choose" in text
    assert '# path = "DLTB_2018.gpkg"' in text
    assert [spec.role for spec in load_catalog(tmp_path / "catalog.toml").layer] == ["control_zone"]
    (tmp_path / "catalog.toml").unlink()
    lay(tmp_path / "DLTB_2019.gpkg", DLTB, east=500)
    proposal, _text = written(tmp_path)
    assert list(roles(proposal).values()).count("land_use") == 2


def test_every_format_is_looked_into(tmp_path: Path) -> None:
    data = tmp_path / "d"
    frame = gpd.GeoDataFrame(DLTB, geometry=[box(0, 0, 9, 9)], crs=CRS)
    lay(data / "DLTB.fgb", DLTB, driver="FlatGeobuf")
    frame.to_crs(4326).to_file(data / "北.geojson")
    frame.to_parquet(data / "south.parquet")
    lay(tmp_path / "z" / "地类图斑.shp", DLTB, encoding="GB18030")
    with zipfile.ZipFile(data / "both.zip", "w") as archive:
        for file in (tmp_path / "z").iterdir():
            archive.write(file, file.name)
        lay(tmp_path / "z2" / "YJJBNTBHTB.gpkg", {"YJJBNTMJ": [1.0]})
        archive.write(tmp_path / "z2" / "YJJBNTBHTB.gpkg", "YJJBNTBHTB.gpkg")
    (data / "bad.gpkg").write_bytes(b"SQLite format 3\0")
    (data / "note.txt").write_text("nothing", "utf-8")
    (data / "old.mdb").write_bytes(b"x")
    proposal = propose(data, data / "catalog.toml")
    found = {item.source: item.role for item in proposal.items}
    assert found == {
        "DLTB.fgb": "land_use", "bad.gpkg": None, "both.zip | YJJBNTBHTB": "permanent_basic_farmland",
        "both.zip | 地类图斑": "land_use", "old.mdb": None, "south.parquet": "land_use",
        "北.geojson": "land_use",
    }  # fmt: skip


def test_rasters_need_name_and_cells(tmp_path: Path) -> None:
    assert raster_role("dem", "uint8", 3)[0] is None
    assert raster_role("land_cover", "float32", 1)[0] is None
    for name, dtype in (("DEM", "float32"), ("slope", "float32")):
        grid = rasterio.Affine(10, 0, 36_520_000, 0, -10, 2_700_000)
        file_name = tmp_path / f"{name}.tif"
        with rasterio.open(file_name, "w", "GTiff", 4, 4, 1, CRS.to_wkt(), grid, dtype) as file:
            file.write(np.zeros((1, 4, 4), dtype))
    proposal = propose(tmp_path, tmp_path / "catalog.toml")
    assert roles(proposal) == {"DEM.tif": "elevation", "slope.tif": None}


def test_a_layer_without_crs_is_placed_where_one_alone_meets_the_others(tmp_path: Path) -> None:
    lay(tmp_path / "DLTB.shp", DLTB)
    (tmp_path / "DLTB.prj").unlink()
    lay(tmp_path / "JSYDGZQ.gpkg", {"GZQLXDM": ["010"]})
    proposal, text = written(tmp_path)
    assert roles(proposal)["DLTB.shp"] == "land_use"
    assert '\n# crs = "EPSG:4524"  # no coordinate system is declared; the CRS is inferred' in text
    # the catalog states none, so that a check infers it again, and its report says so
    (survey,) = load_catalog(tmp_path / "catalog.toml").of_role("land_use")
    assert survey.crs is None


def test_a_layer_without_crs_says_so_where_no_other_tells(tmp_path: Path) -> None:
    lay(tmp_path / "DLTB.shp", DLTB)
    (tmp_path / "DLTB.prj").unlink()
    far = gpd.GeoDataFrame({"GZQLXDM": ["010"]}, geometry=[box(0, 0, 90, 90)], crs=CRS)
    far.to_crs(4490).translate(xoff=9).to_frame("geometry").assign(GZQLXDM=["010"]).to_file(
        tmp_path / "JSYDGZQ.gpkg"
    )
    proposal, text = written(tmp_path)
    item = next(item for item in proposal.items if item.source == "DLTB.shp")
    assert (item.role, item.placed) == ("land_use", False)
    assert "meet the other layers" in item.reason.render("en")
    assert "--crs EPSG:4524" in item.reason.render("en")
    assert '# path = "DLTB.shp"' in text


def test_boundary_points_are_layers_where_the_name_or_the_plots_say_so(tmp_path: Path) -> None:
    lay(tmp_path / "DLTB.gpkg", DLTB)
    plot = "4,0.81,1,,{},,,,@\n" + "".join(
        f"J{at},1,{y:.4f},{x:.4f}\n"
        for at, (x, y) in enumerate(shapely.get_coordinates(box(0, 0, 90, 90)).tolist(), 1)
    )
    head = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=36\n[地块坐标]\n"
    (tmp_path / "永久基本农田.txt").write_text(head + plot.format("甲"), "gb18030")
    (tmp_path / "地块.txt").write_text(head + plot.format("乙"), "utf-8")
    (tmp_path / "存量建设用地.csv").write_text("名称,面积\n甲,3\n", "utf-8")
    (tmp_path / "说明.txt").write_text("联系 a@b.cn，谢谢\n", "utf-8")
    (tmp_path / "台账.csv").write_text("名称,面积\n甲,3\n", "utf-8")
    proposal, text = written(tmp_path)
    assert roles(proposal) == {
        "DLTB.gpkg | DLTB": "land_use",
        "地块.txt": None,
        "存量建设用地.csv": None,
        "永久基本农田.txt": "permanent_basic_farmland",
    }
    assert "# 地块.txt: neither its name nor its fields" in text
    assert "class_column" not in text.partition("永久基本农田.txt")[2], "a column without a value"
    (basic,) = load_catalog(tmp_path / "catalog.toml").of_role("permanent_basic_farmland")
    assert basic.path == "永久基本农田.txt"


def test_layers_of_one_place_are_rivals_whatever_their_crs(tmp_path: Path) -> None:
    """The box in degrees is what is compared: the numbers of two CRSs never meet."""
    frame = gpd.GeoDataFrame(DLTB, geometry=[box(0, 0, 90, 90)], crs=CRS)
    frame.to_file(tmp_path / "DLTB_2018.gpkg")
    frame.to_crs(4490).to_file(tmp_path / "DLTB_2019.gpkg")
    with pytest.raises(CatalogError) as caught:
        written(tmp_path)
    assert caught.value.render("en").count("lie in one place") == 2


def test_the_one_file_of_a_zip_tells_its_role_where_the_zip_does_not(tmp_path: Path) -> None:
    parts = [f"YJJBNTBHTB.{end}" for end in ("shp", "shx", "dbf", "prj", "cpg")]
    held = {"数据": parts, "高程数据": ["dem.tif"], "更多": [*parts, "dem.tif"]}
    for name, files_of in held.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as packed:
            for file in files_of:
                packed.write(SAMPLE / file, f"资料/{file}")
    lay(tmp_path / "DLTB.gpkg", DLTB)
    proposal, text = written(tmp_path)
    found = roles(proposal)
    assert found["高程数据.zip"] == "elevation"
    assert "townland-" not in text, "a folder that is gone by then"
    (tmp_path / "更多.zip").unlink()
    (tmp_path / "catalog.toml").unlink()
    assert roles(written(tmp_path)[0])["数据.zip"] == "permanent_basic_farmland"


def test_nothing_is_overwritten_and_bounds_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path / "DLTB.gpkg", DLTB)
    (tmp_path / "catalog.toml").write_text("mine", "utf-8")
    with pytest.raises(CatalogError, match="catalog"):
        propose(tmp_path, tmp_path / "catalog.toml")
    assert (tmp_path / "catalog.toml").read_text("utf-8") == "mine"
    with pytest.raises(LayerError):
        propose(tmp_path / "none", tmp_path / "c.toml")
    monkeypatch.setattr("townland.layers.init.walk.FILES", 1)
    with pytest.raises(LayerError, match="1"):
        propose(tmp_path, tmp_path / "c.toml")
    monkeypatch.undo()
    lay(tmp_path / "l" / "JSYDGZQ.gpkg", {"GZQLXDM": ["010"]})
    (tmp_path / "DLTB.gpkg").unlink()
    (tmp_path / "JSYDGZQ.gpkg").symlink_to(tmp_path / "l" / "JSYDGZQ.gpkg")
    assert list(roles(propose(tmp_path, tmp_path / "c.toml"))) == ["l/JSYDGZQ.gpkg | JSYDGZQ"]
    monkeypatch.setattr("townland.layers.init.walk.DEPTH", 0)
    with pytest.raises(CatalogError):
        complete(propose(tmp_path, tmp_path / "c.toml"), book())


def test_names_that_look_like_toml_make_no_other_catalog(tmp_path: Path) -> None:
    lay(tmp_path / 'a"b' / "DLTB.gpkg", DLTB | {"DLBM": ["05H1"]})
    lay(tmp_path / "c #]]=1" / "JSYDGZQ.gpkg", {"GZQLXDM": ["010"]})
    written(tmp_path)
    paths = {spec.path for spec in load_catalog(tmp_path / "catalog.toml").layer}
    assert paths == {'a"b/DLTB.gpkg', "c #]]=1/JSYDGZQ.gpkg"}


def test_the_coverage_of_a_role_is_proposed_with_its_reason_and_left_to_a_person(
    tmp_path: Path,
) -> None:
    target = tmp_path / "init.toml"
    write_proposal(complete(propose(SAMPLE, target), book()), target, lang="en")
    blocks = target.read_text("utf-8").split("[[layer]]")
    by_role = {role: block for block in blocks for role in ROLES if f'role = "{role}"' in block}
    for role in ("permanent_basic_farmland", "ecological_redline", "stock_land"):
        assert (
            '# coverage = "layer:land_use"  # if it is a product of the whole county'
            in by_role[role]
        )
    assert '# coverage = "town"  # if the layer is all that is planned' in by_role["planned_use"]
    assert "layer:land_use" not in by_role["land_use"]
    assert "# accuracy_m = 1.0  # the standard deviation of a vertex" in by_role["land_use"]
    assert "accuracy_m" not in by_role["elevation"]
    assert all(spec.accuracy_m is None for spec in load_catalog(target).layer)
    assert all(spec.coverage is None for spec in load_catalog(target).layer)


def test_the_catalog_of_the_demo_gives_the_verdicts_of_its_own(tmp_path: Path) -> None:
    """Once the user says where the layers are complete; before that, fewer rules can be judged."""
    target, full = tmp_path / "init.toml", tmp_path / "full.toml"
    write_proposal(complete(propose(SAMPLE, target), book()), target, lang="zh")
    hint = re.compile(r'^# (coverage = ".*/extent\.gpkg\|extent")', re.MULTILINE)
    blocks = target.read_text("utf-8").split("[[layer]]")
    full.write_text(
        "[[layer]]".join(b if '"planned_use"' in b else hint.sub(r"\1", b) for b in blocks), "utf-8"
    )
    own = load_catalog(LAYERS / "catalog.toml")
    proposed = load_catalog(target)
    assert {spec.role for spec in proposed.layer} == {spec.role for spec in own.layer}
    towns = demo_towns()[:2]
    expected, plain, completed = (
        {
            (found.rule, found.town): (found.verdict, str(found.measured))
            for found in made.findings
            if found.town in ("T01", "T02")
        }
        for made in (
            demo_assessment(),
            check(towns, proposed, book(), on=DAY),
            check(towns, load_catalog(full), book(), on=DAY),
        )
    )
    assert completed == expected
    open_ones = {key for key in plain if plain[key][0] != expected[key][0]}
    assert open_ones
    assert {plain[key][0].value for key in open_ones} == {"not_evaluated"}


def test_layers_init_of_the_command(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    import sys

    from townland_cli import main

    lay(tmp_path / "DLTB.gpkg", DLTB)
    lay(tmp_path / "other.gpkg", {"a": [1]})

    def run(*args: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["townland", "layers", "init", str(tmp_path), *args, "-q"])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out + told.err

    code, out = run("--json", "--lang", "en")
    assert code == 0
    assert [(row["file"], row["role"], row["placed"]) for row in json.loads(out)["layers"]] == [
        ("DLTB.gpkg | DLTB", "land_use", True),
        ("other.gpkg | other", None, False),
    ]
    assert run()[0] == 2
    shutil.move(tmp_path / "catalog.toml", tmp_path / "old.toml")
    code, out = run("--lang", "zh")
    assert code == 0
    assert "依据" in out


def test_lists_and_notes_beside_the_layers_are_no_layers(tmp_path):
    for name in ("说明.txt", "清单.csv", "表.tsv", "dossier.xlsx", "a.gpkg"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in files(tmp_path)] == ["a.gpkg"]


def test_planned_classes_of_a_village_plan_are_known_by_name_and_fields(tmp_path: Path) -> None:
    # as a village's plan has them: the class of the base year beside the planned one
    codes = {"GHDLBM": ["070102"], "GHDLMC": ["二类城镇住宅用地"]}
    base = {"BSM": ["1"], "JQDLBM": ["0101"], "JQDLMC": ["水田"]}
    lay(tmp_path / "GHDLTB.shp", base | codes)
    lay(tmp_path / "x.gpkg", codes, east=500)
    lay(tmp_path / "规划地类图斑.gpkg", codes, east=1000)
    lay(tmp_path / "GKBJ.gpkg", {"GKBJLX": ["1"]}, east=1500)
    proposal, text = written(tmp_path)
    found = {name.partition(" ")[0]: role for name, role in roles(proposal).items()}
    planned = ("GHDLTB.shp", "x.gpkg", "规划地类图斑.gpkg")
    assert found == {**dict.fromkeys(planned, "planned_use"), "GKBJ.gpkg": None}
    assert text.count('class_column = "GHDLBM"') == 3
    assert "管控边界" in text
