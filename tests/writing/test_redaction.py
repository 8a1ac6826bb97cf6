"""What is redacted tells neither whose land it is nor where: every file is searched, zips unpacked."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from tests.factory_demo import SAMPLE, demo_assessment
from tests.writing.test_map_sheet import sheets_of, words_of

from townland.geodesy.crs import to_lonlat
from townland.geodesy.crs.recognise import _declared_transform
from townland.i18n import Text, _, render
from townland.issues import Issue
from townland.results import Assessment
from townland.rules.notices import HeadNotice
from townland.writing.again import part_of
from townland.writing.papers.fonts import found
from townland.writing.papers.typeset import Typesetter
from townland.writing.redaction import STEP_M, STRUCK, _Plane, _valid, redacted
from townland.writing.report.assessment_json import assessment_parts
from townland.writing.report.html import report_html
from townland.writing.run_folder import write_run
from townland.writing.tables.forms import tables

FORMATS = ("html", "map", "gpkg", "xlsx", "csv")
PAPERS = ("pdf", "docx") if found() else ()
"""What needs a Chinese font, which not every machine has."""

HANDED = "pdf-data.json"
"""Beside a run folder: what typst was handed for the PDF, whose texts are packed in the file itself."""
NAMED = {
    "county.gdb": ("DLTB", ("BSM", "TBYBH", "QSDWDM", "QSDWMC", "ZLDWDM", "ZLDWMC")),
    "YJJBNTBHTB.shp": (None, ("BSM", "YJJBNTTBBH", "QSDWMC", "ZLDWMC", "XZQMC")),
    "plan.gpkg": ("planned_use", ("DKBH",)),
    "approved.gpkg": ("approved_land", ("DKBH", "PZWH")),
}
"""The columns of the sample that hold owners, ids and places."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    hidden = redacted(part_of(demo_assessment(), "T02"))
    return run_of(hidden, tmp_path_factory.mktemp("redacted") / "run", (*FORMATS, *PAPERS))


def run_of(made: Assessment, folder: Path, formats: tuple[str, ...]) -> Path:
    """A run folder, with the data of its PDF beside it."""
    real = Typesetter.pdf

    def kept(self: Typesetter, template: bytes, data: str, **given: Any) -> bytes:
        folder.with_name(HANDED).write_text(data, "utf-8")
        return real(self, template, data, **given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Typesetter, "pdf", kept)
        return write_run(made, folder, formats=formats)


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file, every member of a zip, what a PDF was set from, and what is read from it."""
    if (handed := folder.with_name(HANDED)).exists():
        yield HANDED, json.dumps(json.loads(handed.read_text("utf-8")), ensure_ascii=False)
        if shutil.which("pdftotext"):
            asked = ["pdftotext", "-raw", folder / "report.pdf", "-"]
            yield "report.pdf in words", subprocess.check_output(asked, encoding="utf-8")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as members:
                for name in members.namelist():
                    yield f"{path.name}/{name}", members.read(name).decode("utf-8", "replace")
        elif path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            if path.suffix == ".pdf":  # else it has places on the page, and what is packed
                text = text[text.index("<x:xmpmeta") : text.index("</x:xmpmeta>")]
            yield path.name, text


def named() -> set[str]:
    """Every owner, id and place of the sample that could not be a figure: four signs, or Chinese."""
    found: set[str] = set()
    for file, (layer, columns) in NAMED.items():
        frame = pyogrio.read_dataframe(SAMPLE / file, layer=layer, read_geometry=False)
        for column in columns:
            found |= set(frame[column].dropna().astype(str))
    return {text for text in found if len(text) > 4 or re.search(r"[\u4e00-\u9fff]", text)}


def coordinates() -> tuple[set[str], set[tuple[str, str]]]:
    """Every vertex in the town to 1 m, and in degrees to 1e-5; and pairs without the zone."""
    result = part_of(demo_assessment(), "T02").towns[0]
    shapes = [result.town.boundary, *result.land.geometry, *result.planned.geometry]
    east, north = np.floor(shapely.get_coordinates(shapes)).astype(int).T
    degrees = shapely.get_coordinates(to_lonlat(np.array(shapes, object), result.town.crs))
    alone = {str(each) for each in (*east, *north) if each % 10_000}
    pairs = {(str(x), str(y)) for x, y in zip(east % 1_000_000, north, strict=True)}
    return alone | {f"{each:.5f}" for each in degrees.ravel()}, pairs


def told(text: str) -> tuple[set[str], set[tuple[str, str]]]:
    """Numbers of a text as `coordinates` has them: metres, degrees, neighbours in both orders."""
    metres = re.findall(r"(?<![\d.])(\d{6,8})(?=\.\d|(?![\d.]))", text)
    degrees = {each[: each.index(".") + 6] for each in re.findall(r"\d{2,3}\.\d{5,}", text)}
    return {*metres, *degrees}, {*pairwise(metres), *pairwise(metres[::-1])}


def test_no_owner_no_id_no_place_in_any_file(folder: Path) -> None:
    hidden = named()
    assert len(hidden) > 1000
    for name, text in texts(folder):
        words = set(re.findall(r"[0-9A-Za-z_\-]+|[\u4e00-\u9fff〔〕0-9号]+", text))
        assert not words & hidden, name
        places = {each for each in hidden if re.search(r"[\u4e00-\u9fff]", each)}
        assert not [each for each in places if each in text], name


def test_the_searches_offer_what_is_there(folder: Path) -> None:
    offered = [
        re.findall(r'type="search"[^>]*?placeholder="([^"]*)"', (folder / name).read_text("utf-8"))
        for name in ("map.html", "report.html")
    ]
    assert offered == [["搜索：地类、规划用途或小镇"], ["结论、条文字句"]]


def test_no_coordinate_in_any_file(folder: Path) -> None:
    alone, pairs = coordinates()
    assert len(alone) > 5000
    for name, text in texts(folder):
        numbers, neighbours = told(text)
        assert not numbers & alone, name
        assert not neighbours & pairs, name


def test_there_is_no_evidence_and_everything_says_that_it_is_redacted(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "assessment.json", "findings.csv", "map.html", "patches.csv", "report.html", "report.xlsx",
        "townland-manifest.json", *(f"report.{name}" for name in PAPERS),
    }  # fmt: skip
    document = json.loads((folder / "assessment.json").read_text("utf-8"))
    assert document["notices"][0]["code"] == "redacted"
    assert "已脱敏" in (folder / "report.html").read_text("utf-8")


def test_the_sheets_have_no_grid_and_tell_no_coordinate_system(folder: Path) -> None:
    sheets = sheets_of((folder / "report.html").read_text("utf-8"))
    assert len(sheets) == 2
    for svg in sheets.values():
        assert 'class="grid"' not in svg
        assert 'class="coordinates"' not in svg
        assert svg.count('<rect class="outer"') == 1
        assert not [text for text in words_of(svg) if "坐标" in text or "EPSG" in text]


def test_what_a_check_was_told_tells_neither_owner_nor_place() -> None:
    """The file of the boundary is called by its owner; datum parameters are secret where law says so."""
    whole = part_of(demo_assessment(), "T02")
    catalog = whole.catalog.model_copy(update={"layer": list(whole.catalog.layer)})
    catalog.layer[0] = catalog.layer[0].model_copy(
        update={"transform": "+towgs84=1.5,2.5,3.5", "source": "向测绘院李四索取",
                "licence": "仅供柳城王五使用", "where": {"QSDWMC": ["木桐村"]}}
    )  # fmt: skip
    first = replace(whole.inputs[0], name="zhangsan_plot", crs_used="EPSG:4524")
    town = whole.towns[0]
    measures = {
        name: replace(each, without_accuracy=("zhangsan_plot",))
        for name, each in town.measures.items()
    }
    told_of = Issue(
        "a", "warning", _declared_transform(pyproj.CRS("EPSG:4524"), "+towgs84=1.5,2.5,3.5")
    )
    head = HeadNotice("b", Text("{reason}", (("reason", told_of.message),)))
    hidden = redacted(
        replace(whole, catalog=catalog, inputs=(first, *whole.inputs[1:]), issues=(told_of,),
                notices=(head,), towns=(replace(town, measures=measures),))
    )  # fmt: skip
    texts = "".join(assessment_parts(hidden, lang="zh")) + "".join(
        text
        for each in tables(hidden, "zh")
        for row in each.rows
        for text in row.texts(each.columns)
    )
    assert "LAND-01" in texts
    texts += report_html(hidden, lang="zh")
    assert STRUCK in texts
    for secret in ("zhangsan", "towgs84", "EPSG:", "CGCS2000 / ", "catalog.toml", "投资主体一览", "李四",
                   "王五", "木桐村"):  # fmt: skip
        assert secret not in texts, secret
    assert all(each.transform is None for each in hidden.catalog.layer)


def test_the_papers_are_read_and_what_they_name_is_struck_out(folder: Path) -> None:
    if not PAPERS:
        pytest.skip("no Chinese font on this machine, so there is neither PDF nor document")
    read = {"report.docx/word/document.xml", HANDED}
    read |= {"report.pdf in words"} if shutil.which("pdftotext") else set()
    found_in = dict(texts(folder))
    for name in read:
        assert STRUCK in found_in[name], name
    whole = tables(part_of(demo_assessment(), "T02"), "zh")  # from which both are laid out
    text = json.dumps([row.texts(each.columns) for each in whole for row in each.rows])
    assert told(text)[0] & coordinates()[0]


def patch_areas(path: Path) -> list[str]:
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
    return [row["图斑面积（平方米）"] for row in rows]


def test_figures_and_verdicts_are_unchanged(folder: Path, tmp_path: Path) -> None:
    whole = part_of(demo_assessment(), "T02")
    plain = write_run(whole, tmp_path / "plain", formats=["csv", "xlsx"])
    numbers = [told(text) for name, text in texts(plain) if name.startswith("report.xlsx")]
    assert {each for one in numbers for each in one[0]} & coordinates()[0]  # the search finds some
    documents = [
        json.loads((each / "assessment.json").read_text("utf-8")) for each in (plain, folder)
    ]
    for one, other in zip(*(each["findings"] for each in documents), strict=True):
        for key in ("rule", "verdict", "measured", "limit", "margin", "pm", "figures"):
            assert one[key] == other[key]
    assert documents[0]["towns"][0]["measures"] == documents[1]["towns"][0]["measures"]
    areas = [patch_areas(each / "patches.csv") for each in (plain, folder)]
    assert areas[0] == areas[1]


def test_what_is_drawn_lies_on_whole_steps_of_a_plane_of_its_own() -> None:
    (result,) = redacted(part_of(demo_assessment(), "T02")).towns
    points = shapely.get_coordinates([result.town.boundary, *result.land.geometry])
    assert not (points % STEP_M).any()
    assert result.town.boundary.bounds[:2] == (0.0, 0.0)
    first = demo_assessment().town("T02")
    assert len(result.land) == len(first.land)
    assert result.town.boundary.area == pytest.approx(first.town.boundary.area, rel=0.01)


def test_parts_no_wider_than_a_rounding_are_left_out_of_what_is_drawn() -> None:
    """A piece as intersections leave it, brought to the plane: its parts are lines and points there."""
    point, hair = (4893.960512466126, 5166.323109034561), (5043.374378265022, 5183.562940762135)
    torn = shapely.MultiPolygon([
        shapely.Polygon([point] * 4),
        shapely.Polygon([(5040.6579217389535, 5182.970989486933), hair, hair]),
        shapely.Polygon([(5006.448753218773, 5175.5163654355365), (4987.985939242272, 5171.493077094925),
                         (4969.523124303913, 5167.469788301828), (4969.523124300042, 5167.4697883025365),
                         (4969.523124303913, 5167.469788301828),
                         (5021.782559224356, 5178.857801884187)]),
    ])  # fmt: skip
    whole, gone = _valid(np.array([shapely.box(0, 0, 9, 9), torn], dtype=object))
    assert whole.area == 81
    assert gone.is_valid
    assert gone.area < 1e-3


def test_a_hair_of_a_piece_is_no_line_in_what_is_drawn() -> None:
    """What goes out and back on itself is, made valid, a polygon and a line."""
    hairy = shapely.Polygon([(0, 0), (20, 0), (20, 20), (60, 20), (20, 20), (0, 20)])
    plane = _Plane(pyproj.CRS("EPSG:4545"), (0.0, 0.0))
    drawn = plane.moved(np.array([hairy, None], dtype=object), plane.crs)
    assert drawn[0].equals(shapely.box(0, 0, 20, 20))
    assert drawn[0].geom_type == "Polygon"
    assert drawn[1] is None


def test_both_features_of_an_overlap_are_struck_out_though_no_piece_names_one() -> None:
    """As a check tells it of two control zones, of which none is evidence of a finding."""
    message = _("town {town}: features {keeps} and {loses} of layer {layer} overlap by {area} m²; the"
                " land counts once, for {keeps}", town="螺溪小镇", keeps="450299300100000999",
                loses="77", layer="control_zone", area="0.02")  # fmt: skip
    issue = Issue("layer_overlap", "warning", message, "control_zone", "77")
    told_of = redacted(replace(part_of(demo_assessment(), "T02"), issues=(issue,))).issues[0]
    assert render(told_of.message, "zh").count(STRUCK) == 3
    assert not re.search("450299300100000999|77", render(told_of.message, "zh"))


def test_a_redacted_file_is_not_called_a_frame(folder: Path) -> None:
    for name, text in texts(folder):
        assert "GeoDataFrame" not in text, name


def test_the_plane_of_a_redacted_map_is_called_neither_cgcs2000_nor_told_in_degrees(
    folder: Path,
) -> None:
    page = (folder / "map.html").read_text("utf-8")
    plane = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])["towns"][0]["plane"]
    assert (plane["title"], plane["degrees"]) == ("独立局部平面（米）", False)


def test_no_page_of_a_redacted_run_sends_its_reader_to_the_evidence(folder: Path) -> None:
    pages = [folder / "map.html", *folder.rglob("report*.html")]
    for page in pages:
        assert "evidence.gpkg" not in page.read_text("utf-8"), page.name
