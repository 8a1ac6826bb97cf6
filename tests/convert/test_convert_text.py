"""Polygons written as boundary-coordinate text and read back: the same to the digits printed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_coordinates import EAST, NORTH, STANDARD, box, write

from townland.conversion.boundary import convert
from townland.conversion.coordinate_text import write_text
from townland.conversion.table import PolygonTable, TableColumn
from townland.conversion.text_template import template_named
from townland.errors import CRSError, ReportError
from townland.reading.formats.points.txt import read_text
from townland.reading.rows import Whole

CRS = pyproj.CRS(4524)


def table(*shapes: Any, crs: Any = CRS, **columns: Any) -> PolygonTable:
    geometry = np.empty(len(shapes), object)
    geometry[:] = shapes
    named = tuple(TableColumn(name, "text", tuple(values)) for name, values in columns.items())
    return PolygonTable(geometry, named, crs)


def back(of: PolygonTable, path: Path, **options: Any) -> Whole:
    write_text(of, path, **options)
    return read_text(path, path.name, layer=None, encoding=None)


def same(one: Any, other: Any) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), tolerance=0))


def nested(west: float, south: float, jitter: list[int], depth: int) -> list[Any]:
    """Polygons of rings within one another, each corner moved by some tenths of a millimetre."""
    rings = []
    for level in range(depth):
        low, high = 10.0 * level, 200 - 10.0 * level
        corners = [(low, low), (low, high), (high, high), (high, low)]
        moved = iter(jitter[8 * level : 8 * level + 8])
        rings.append(
            [
                (
                    round(EAST + west + e + next(moved) / 1e4, 4),
                    round(NORTH + south + n + next(moved) / 1e4, 4),
                )
                for e, n in corners
            ]
        )
    return [shapely.Polygon(rings[at], rings[at + 1 : at + 2]) for at in range(0, len(rings), 2)]


@st.composite
def features(draw: st.DrawFn) -> Any:
    """A polygon of one to three parts, with up to three levels of holes and islands."""
    parts = []
    for at in range(draw(st.integers(1, 3))):
        depth = draw(st.integers(1, 5))
        jitter = draw(st.lists(st.integers(-9999, 9999), min_size=8 * depth, max_size=8 * depth))
        parts += nested(300.0 * at, draw(st.integers(0, 5)) * 300.0, jitter, depth)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


NAMES = (
    st.text(st.sampled_from("甲乙镇㙟A1 ，（）-"), min_size=1, max_size=6)
    .map(str.strip)
    .filter(bool)
)


@settings(max_examples=60, derandomize=True, database=None)
@given(
    st.lists(st.tuples(features(), NAMES), min_size=1, max_size=4),
    st.sampled_from(["GB18030", "UTF-8"]),
)
def test_any_polygons_come_back_exactly(pairs, encoding):
    shapes, names = zip(*pairs, strict=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = back(table(*shapes, 地块名称=names), Path(folder) / "a.txt", encoding=encoding)
    assert whole.crs == "EPSG:4524"
    assert whole.rows.columns["地块名称"].to_pylist() == list(names)
    assert all(same(a, b) for a, b in zip(shapes, whole.rows.geometry, strict=True))
    assert {issue.code for issue in whole.issues} <= {"encoding_guessed"}


@pytest.mark.parametrize(
    ("code", "degrees", "zone"),
    [(4524, 3, 36), (4545, 3, 36), (4497, 6, 19), (4508, 6, 19), (4546, 3, 37)],
)
def test_the_zone_stands_in_the_head(tmp_path, code, degrees, zone):
    prefix = code in (4524, 4497)
    shape = shapely.box(442000, NORTH, 442100, NORTH + 100)
    shape = shapely.transform(shape, lambda xy: xy + np.array([zone * 1e6 * prefix, 0]))
    whole = back(table(shape, crs=pyproj.CRS(code)), tmp_path / "a.txt")
    content = (tmp_path / "a.txt").read_text("gb18030")
    assert f"几度分带={degrees}\n" in content
    assert f"带号={zone}\n" in content
    assert whole.crs == f"EPSG:{code}"
    assert same(whole.rows.geometry[0], shape)


def test_the_header_has_the_official_area_in_hectares_and_all_points(tmp_path):
    source = write(tmp_path / "in.txt", STANDARD)
    done = convert(source, tmp_path / "out.txt")
    lines = (tmp_path / "out.txt").read_bytes().decode("gb18030").split("\r\n")
    assert "10,147.9256,1,示例小镇,面,G49G089023,商业服务业设施用地,05H1,@" in lines
    assert lines[13] == "J1,1,2689000.0000,36642000.0000"
    assert (done.features, done.crs) == (1, "EPSG:4524")


def test_a_point_that_a_ring_repeats_is_written_once(tmp_path: Path) -> None:
    """Its first point stands three times, its last corner twice, and the count is of four."""
    corners = [(0, 0), (0, 0), (0, 0), (0, 100), (100, 100), (100, 0), (100, 0), (0, 0), (0, 0)]
    ring = shapely.Polygon([(EAST + east, NORTH + north) for east, north in corners])
    path = tmp_path / "plots.txt"
    write_text(table(ring), path)
    lines = path.read_text("gb18030").splitlines()
    at = next(n for n, line in enumerate(lines) if line.endswith("@"))
    assert lines[at].startswith("5,")  # as for a ring without: its first point counts at both ends
    assert [line.split(",")[0] for line in lines[at + 1 :]] == ["J1", "J2", "J3", "J4", "J1"]


def test_fields_that_the_format_would_take_apart_are_changed_and_counted(tmp_path):
    path = tmp_path / "a.txt"
    issues = write_text(table(box(0, 0), 地块名称=["甲,乙@\n丙"], 附加1=["戊"], 备注=["x"]), path)
    assert [issue.code for issue in issues] == ["text_changed", "columns_lost"]
    rows = read_text(path, "a.txt", layer=None, encoding=None).rows
    assert rows.columns["地块名称"].to_pylist() == ["甲，乙＠ 丙"]
    assert rows.columns["附加1"].to_pylist() == ["戊"]


def test_names_of_another_column_become_the_plots_names(tmp_path):
    named = table(box(0, 0), name=["甲镇"])
    assert write_text(named, tmp_path / "named.txt") == []  # its column is not lost
    whole = back(named, tmp_path / "a.txt")
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲镇"]


LOCAL = "+proj=tmerc +lon_0=109.5 +x_0=500000 +ellps=GRS80"


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:32649", "EPSG:2360", LOCAL])
def test_other_systems_are_refused(tmp_path, crs):
    with pytest.raises(CRSError, match="--to-crs"):
        write_text(table(box(0, 0), crs=pyproj.CRS.from_user_input(crs)), tmp_path / "a.txt")


def test_what_would_be_read_otherwise_is_not_written(tmp_path):
    corners = [(EAST, NORTH), (EAST + 100, NORTH + 100), (EAST + 100, NORTH), (EAST, NORTH + 100)]
    thin = shapely.Polygon([(EAST, NORTH), (EAST + 1e-6, NORTH), (EAST, NORTH + 1e-6)])
    overlapping = shapely.MultiPolygon([box(0, 0), box(10, 10, 20)])
    for shape in (shapely.Polygon(corners), thin, overlapping):
        with pytest.raises(ReportError, match=r"feature 1|第 1 个要素"):
            write_text(table(shape), tmp_path / "a.txt")
    assert not (tmp_path / "a.txt").exists()


# --- templates -----------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [5, 7, 8, 9, 12])
@pytest.mark.parametrize("zone", ["yes", "no"])
def test_a_template_changes_headers_and_zones_but_no_land(tmp_path, fields, zone):
    shape = box(0, 0).difference(box(40, 40, 10))
    path = tmp_path / "a.txt"
    template = template_named(f"fields={fields},zone={zone}")
    whole = back(table(shape, 地块名称=["甲"], 地类编码=["0101"]), path, template=template)
    header = next(line for line in path.read_text("gb18030").splitlines() if line.endswith("@"))
    assert header.count(",") == fields
    point = path.read_text("gb18030").splitlines()[-1].split(",")
    assert (float(point[3]) > 36_000_000) == (zone == "yes")
    assert whole.crs == ("EPSG:4524" if zone == "yes" else "EPSG:4545")
    moved = shapely.transform(shape, lambda xy: xy - [0 if zone == "yes" else 36_000_000, 0])
    assert shapely.equals_exact(
        shapely.normalize(whole.rows.geometry[0]), shapely.normalize(moved), tolerance=1e-8
    )
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲"]
    assert "declared_area_differs" not in {each.code for each in whole.issues}


def test_a_file_a_plot_and_all_or_none(tmp_path):
    source = tmp_path / "in.txt"
    write_text(table(box(0, 0), box(500, 0), 地块名称=["甲", "乙"]), source)
    done = convert(source, tmp_path / "out.txt", template=template_named("single=yes"))
    assert [path.name for path in done.written] == ["out.1.txt", "out.2.txt"]
    names, numbers = [], []
    for path in done.written:
        rows = read_text(path, path.name, layer=None, encoding=None).rows
        names += rows.columns["地块名称"].to_pylist()
        numbers += rows.columns["地块编号"].to_pylist()
    assert (names, numbers) == (["甲", "乙"], ["1", "2"])
    (tmp_path / "out.1.txt").unlink()
    with pytest.raises(ReportError):
        convert(source, tmp_path / "out.txt", template=template_named("single=yes"))
    assert not (tmp_path / "out.1.txt").exists()


@pytest.mark.parametrize("text", ["fields=4", "fields=x", "zone=maybe", "single", "other=1"])
def test_a_template_that_says_something_else_is_refused(text):
    with pytest.raises(ReportError):
        template_named(text)


def test_a_template_is_for_txt_alone(tmp_path):
    with pytest.raises(ReportError):
        convert(tmp_path / "a.txt", tmp_path / "a.gpkg", template=template_named("fields=9"))
