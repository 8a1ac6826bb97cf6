"""Drawings: closed polylines, bulges, hatches, blocks and labels, known from figures on paper."""

from __future__ import annotations

import io
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
import shapely
from ezdxf.document import Drawing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townland.errors import CRSError, EncodingError, LayerError
from townland.reading import source as sources
from townland.reading.formats.dxf import entities, loading, outlines
from townland.reading.formats.dxf.curves import CHORD_M
from townland.reading.sniff import sniff
from townland.towns import read_towns

E, N = 36_642_000.0, 2_689_000.0
SQUARE = [(E, N), (E + 100, N), (E + 100, N + 100), (E, N + 100)]


def drawn(version: str = "R2010") -> tuple[Drawing, Any]:
    doc = ezdxf.new(version, setup=False)
    doc.header["$INSUNITS"] = 0
    return doc, doc.modelspace()


def saved(doc: Drawing, path: Path, **options: Any) -> Path:
    doc.saveas(path, **options)
    return path


def read(path: Path, **options: Any) -> Any:
    with sources.opened(path, **options) as source:
        return source, sources.read(source, source.fields, None)


def codes(source: Any) -> list[str]:
    return [issue.code for issue in source.issues]


def moved(points: list[tuple[float, float]], east: float, north: float = 0) -> list[Any]:
    return [(x + east, y + north) for x, y in points]


def message(caught: Any) -> str:
    return caught.value.render("en")


def test_a_closed_polyline_is_a_town_and_the_crs_must_be_stated(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "用地红线"})
    path = saved(doc, tmp_path / "a.dxf")
    town = read_towns([path], crs="EPSG:4524")[0]
    assert town.boundary.equals(shapely.box(E, N, E + 100, N + 100))
    assert (town.input.crs_declared, town.input.crs_used) == ("EPSG:4524", "EPSG:4524")
    with pytest.raises(CRSError) as caught:
        read_towns([path])
    assert "--crs" in message(caught)
    assert "EPSG:4524" in message(caught)
    source, rows = read(path)
    assert rows.columns["layer"].to_pylist() == ["用地红线"]
    assert source.crs is None
    assert codes(source) == []


def test_coordinates_come_to_the_last_bit(tmp_path):
    ring = [(E + 0.1234567, N + 1 / 3), (E + 100.1, N), (E + 50, N + 77.7777777)]
    doc, space = drawn()
    space.add_lwpolyline(ring, close=True)
    space.add_polyline2d(ring, close=True)
    space.add_polyline3d([(*point, 5.5) for point in ring], close=True)
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    for shape in rows.geometry:
        assert shapely.get_coordinates(shape)[:-1].tolist() == [list(point) for point in ring]
    assert codes(source).count("dimension_dropped") == 1


@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2007", "R2018"])
@pytest.mark.parametrize("form", ["asc", "bin"])
def test_every_version_as_text_and_in_binary(tmp_path, version, form):
    doc, space = drawn(version)
    doc.encoding = "gbk"
    add = space.add_polyline2d if version == "R12" else space.add_lwpolyline
    add(SQUARE, close=True, dxfattribs={"layer": "红线"})
    space.add_text("太阳村镇").set_placement((E + 50, N + 50))
    path = saved(doc, tmp_path / "a.dxf", fmt=form)
    assert sniff(path).name == "dxf"
    source, rows = read(path)
    assert rows.columns["name"].to_pylist() == ["太阳村镇"]
    assert rows.columns["layer"].to_pylist() == ["红线"]
    assert rows.geometry[0].equals(shapely.Polygon(SQUARE))
    assert source.encoding == ("UTF-8" if version in ("R2007", "R2018") else "GB18030")


def plain(layer: bytes, page: bytes | None) -> bytes:
    """A drawing of R12 as small programs write it."""
    head = b"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n"
    head += b"" if page is None else b"9\n$DWGCODEPAGE\n3\n" + page + b"\n"
    out = (
        head + b"0\nENDSEC\n0\nSECTION\n2\nENTITIES\n0\nPOLYLINE\n8\n" + layer + b"\n66\n1\n70\n1\n"
    )
    for x, y in SQUARE:
        out += f"0\nVERTEX\n8\n0\n10\n{x}\n20\n{y}\n30\n0.0\n".encode()
    return out + b"0\nSEQEND\n0\nENDSEC\n0\nEOF\n"


@pytest.mark.parametrize(
    ("encoding", "page", "code"),
    [
        ("gbk", b"ANSI_936", None),
        ("gbk", None, "encoding_guessed"),
        ("gbk", b"ANSI_1252", "encoding_conflict"),
        ("gb18030", b"ANSI_936", None),
        ("utf-8", b"ANSI_936", "encoding_conflict"),
        ("utf-8", None, "encoding_guessed"),
    ],
)
def test_names_are_read_whatever_the_code_page_says(tmp_path, encoding, page, code):
    name = "㙟塘镇用地红线" if encoding == "gb18030" else "雒容镇用地红线"
    path = tmp_path / "a.dxf"
    path.write_bytes(plain(name.encode(encoding), page))
    source, rows = read(path)
    assert rows.columns["layer"].to_pylist() == [name]
    assert codes(source) == ([code] if code else [])


def test_a_four_byte_character_in_a_binary_drawing(tmp_path):
    doc, space = drawn("R2000")
    doc.encoding = "gbk"
    space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "xxxx塘镇红线"})
    path = saved(doc, tmp_path / "a.dxf", fmt="bin")
    raw = path.read_bytes()
    assert b"xxxx" in raw
    path.write_bytes(raw.replace(b"xxxx", "㙟".encode("gb18030")))
    assert read(path)[1].columns["layer"].to_pylist() == ["㙟塘镇红线"]


def test_a_stated_encoding_goes_first(tmp_path):
    path = tmp_path / "a.dxf"
    path.write_bytes(plain("模".encode("gbk"), None))
    assert read(path, encoding="GBK")[1].columns["layer"].to_pylist() == ["模"]
    path.write_bytes(plain("水田".encode("gbk"), None))
    with pytest.raises(EncodingError):
        read(path, encoding="UTF-8")


# curves


def test_a_semicircle_has_half_the_area_of_its_circle(tmp_path):
    """A bulge of 1 is a half circle: radius 50, area 50² π / 2 = 3926.99 m²."""
    doc, space = drawn()
    space.add_lwpolyline([(E, N, 0), (E + 100, N, 1)], format="xyb", close=True)
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    ring = shapely.get_coordinates(rows.geometry[0])
    # counter-clockwise from the east end to the west end: it bows to the north
    assert ring[:, 1].max() == pytest.approx(N + 50, abs=0.0011)
    assert ring[:, 1].min() == N
    assert np.hypot(ring[:, 0] - E - 50, ring[:, 1] - N) == pytest.approx(50, abs=1e-6)
    exact = math.pi * 50**2 / 2
    # the segment between an arc and a chord is two thirds of chord times height
    assert exact - 2 / 3 * math.pi * 50 * CHORD_M * 1.01 < rows.geometry[0].area < exact
    (issue,) = source.issues
    assert (issue.code, issue.severity) == ("curve_linearised", "warning")
    assert "0.001 m" in issue.message.render("en")


def test_a_clockwise_bulge_bows_to_the_other_side(tmp_path):
    """A square of 10000 m² from whose south side a half disc of 50 m is taken."""
    doc, space = drawn()
    points = [(x, y, -1 if (x, y) == (E, N) else 0) for x, y in SQUARE]
    space.add_lwpolyline(points, format="xyb", close=True)
    shape = read(saved(doc, tmp_path / "a.dxf"))[1].geometry[0]
    assert shape.area == pytest.approx(10_000 - math.pi * 50**2 / 2, abs=0.11)


@given(
    bulge=st.floats(-20, 20).filter(lambda b: abs(b) > 1e-3),
    length=st.floats(0.5, 5000),
    turn=st.floats(0, 6.28),
)
def test_every_point_of_an_arc_lies_on_its_circle_and_no_chord_strays(bulge, length, turn):
    start = np.array([E, N])
    end = start + length * np.array([math.cos(turn), math.sin(turn)])
    between = outlines._arc_of_bulge(start, end, bulge, outlines.Frame())
    ring = np.vstack([start, between, end])
    radius = length * (1 + bulge**2) / (4 * abs(bulge))
    steps = np.hypot(*np.diff(ring, axis=0).T)
    height = radius - np.sqrt(np.maximum(0, radius**2 - (steps / 2) ** 2))
    assert (height <= CHORD_M * 1.01 + 1e-6).all()
    # the middle of the arc is as far from the chord as the bulge says
    along = (end - start) / length
    away = (ring - start) @ np.array([along[1], -along[0]])
    assert (away * np.sign(bulge)).max() == pytest.approx(abs(bulge) * length / 2, abs=CHORD_M * 2)


def hatched(space: Any, **attributes: Any) -> Any:
    return space.add_hatch(dxfattribs=attributes)


def test_a_hatch_of_arcs_lines_ellipses_and_splines(tmp_path):
    doc, space = drawn()
    # a stadium: two half discs of radius 10 and a rectangle of 20 by 100
    path = hatched(space).paths.add_edge_path()
    path.add_line((E, N), (E + 100, N))
    path.add_arc((E + 100, N + 10), 10, 270, 90)
    path.add_line((E, N + 20), (E + 100, N + 20))  # drawn the other way
    path.add_arc((E, N + 10), 10, 90, 270, ccw=True)
    # a whole ellipse, half axes 40 and 20
    hatched(space).paths.add_edge_path().add_ellipse((E, N + 500), (40, 0), 0.5)
    # a spline of degree 1 is the line through its points
    path = hatched(space).paths.add_edge_path()
    path.add_spline(
        control_points=[(E, N + 900), (E + 10, N + 900), (E + 10, N + 910), (E, N + 900)],
        degree=1,
        knot_values=[0, 0, 1, 2, 3, 3],
    )
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    stadium, ellipse, triangle = rows.geometry
    assert stadium.area == pytest.approx(2000 + math.pi * 100, abs=0.05)
    assert ellipse.area == pytest.approx(math.pi * 40 * 20, abs=0.2)
    assert triangle.area == pytest.approx(50)
    assert all(shape.is_valid for shape in rows.geometry)
    assert codes(source) == ["curve_linearised"]


def test_clockwise_edges_of_a_hatch(tmp_path):
    doc, space = drawn()
    path = hatched(space).paths.add_edge_path()
    path.add_arc((E, N), 50, 0, 180, ccw=False)  # the upper half, from west to east
    path.add_line((E + 50, N), (E - 50, N))
    shape = read(saved(doc, tmp_path / "a.dxf"))[1].geometry[0]
    assert shape.area == pytest.approx(math.pi * 50**2 / 2, abs=0.11)
    assert shape.bounds[1] >= N - 1e-6


@pytest.mark.parametrize(
    ("style", "area"), [(0, 10_000 - 3600 + 400), (1, 10_000 - 3600), (2, 10_000)]
)
def test_holes_and_islands_of_a_hatch(tmp_path, style, area):
    doc, space = drawn()
    shape = hatched(space, hatch_style=style)
    for inset in (0, 20, 40):
        ring = shapely.box(E + inset, N + inset, E + 100 - inset, N + 100 - inset)
        shape.paths.add_polyline_path(list(ring.exterior.coords)[:-1], is_closed=True)
    _source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert len(rows) == 1
    assert rows.geometry[0].area == pytest.approx(area)


def test_a_polyline_within_another_is_no_hole_and_is_told(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "红线"})
    inner = list(shapely.box(E + 20, N + 20, E + 80, N + 80).exterior.coords)[:-1]
    space.add_lwpolyline(inner, close=True, dxfattribs={"layer": "红线"})
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert shapely.area(rows.geometry).tolist() == [10_000, 3600]
    assert codes(source) == ["dxf_nested"]


def test_a_polyline_that_repeats_the_outline_of_a_hatch_counts_once(tmp_path):
    doc, space = drawn()
    inner = list(shapely.box(E + 20, N + 20, E + 80, N + 80).exterior.coords)[:-1]
    for ring in (SQUARE, inner):
        space.add_lwpolyline(ring[1:] + ring[:1], close=True)
    shape = hatched(space)
    for ring in (SQUARE, inner):
        shape.paths.add_polyline_path(ring, is_closed=True)
    space.add_lwpolyline(moved(SQUARE, 500), close=True)
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert shapely.area(rows.geometry).tolist() == [10_000 - 3600, 10_000]
    assert codes(source) == ["dxf_drawn_twice"]


# open, closed, and what else there is


def test_open_lines_are_left_out_and_those_that_nearly_close_are_told(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline([*SQUARE, (E, N)])  # ends where it began
    space.add_lwpolyline([*moved(SQUARE, 200), (E + 200.004, N)])  # 4 mm off
    space.add_lwpolyline([*moved(SQUARE, 400), (E + 400.5, N)])  # half a metre off
    space.add_lwpolyline(moved(SQUARE, 600))
    space.add_line((E, N), (E, N + 1))
    space.add_circle((E, N), 1)
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert shapely.area(rows.geometry).tolist() == [10_000, 10_000]
    assert codes(source) == ["ring_closed", "line_open", "geometry_not_polygon"]
    closed, left, others = (issue.message.render("en") for issue in source.issues)
    assert closed.startswith("1 ")
    assert left.startswith("2 polylines or chains of lines are open")
    assert "1 of them end within 1 m" in left
    assert "0.500 m, on layer 0 at (36642400.000, 2689000.000)" in left
    assert "CIRCLE 1, LINE 1" in others


def test_a_drawing_without_a_closed_line_says_so(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline(SQUARE)
    with pytest.raises(LayerError) as caught:
        read(saved(doc, tmp_path / "a.dxf"))
    assert "1 polyline or chain of lines is open" in message(caught)
    assert "gap is 100.000 m wide, on layer 0 from (36642000.000, 2689000.000)" in message(caught)


def test_degrees_are_not_closed_over_a_kilometre(tmp_path):
    doc, space = drawn()
    ring = [(109.4, 24.3), (109.41, 24.3), (109.41, 24.31), (109.4, 24.309)]
    space.add_lwpolyline(ring)
    space.add_lwpolyline(ring, close=True)
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert len(rows) == 1
    assert "line_open" in codes(source)


def test_layers_are_told_and_one_may_be_chosen(tmp_path):
    doc, space = drawn()
    for at, layer in enumerate(("红线", "红线", "JZD")):
        space.add_lwpolyline(moved(SQUARE, 200 * at), close=True, dxfattribs={"layer": layer})
    path = saved(doc, tmp_path / "a.dxf")
    source, rows = read(path)
    assert len(rows) == 3
    assert codes(source) == ["dxf_layers"]
    assert "JZD (1), 红线 (2)" in source.issues[0].message.render("en")
    source, rows = read(path, layer="jzd")
    assert rows.columns["layer"].to_pylist() == ["JZD"]
    assert codes(source) == []
    with pytest.raises(LayerError) as caught:
        read(path, layer="JZX")
    assert "did you mean JZD" in message(caught)
    assert len(read_towns([path], crs="EPSG:4524", where={"layer": "红线"})) == 2


# labels


def test_a_text_within_names_its_polygon_and_numbers_name_nothing(tmp_path):
    doc, space = drawn()
    inner = list(shapely.box(E + 10, N + 10, E + 30, N + 30).exterior.coords)[:-1]
    for ring in (SQUARE, inner, moved(SQUARE, 200), moved(SQUARE, 400), moved(SQUARE, 600)):
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "红线"})
    for text, east in (("外镇", 60), ("J12", 61), ("1.0000公顷", 62), ("125.36", 63), ("内", 15)):
        space.add_text(text).set_placement((E + east, N + 20))
    space.add_text("甲").set_placement((E + 250, N + 50))
    space.add_text("乙").set_placement((E + 260, N + 50))
    space.add_text("注记").set_placement((E + 450, N + 50))
    space.add_mtext("{\\fSimSun;丙镇}\\P一期", dxfattribs={"layer": "红线"}).set_location(
        (E + 460, N + 50)
    )
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert rows.columns["name"].to_pylist() == ["外镇", "内", None, "丙镇 一期", None]
    assert codes(source) == ["dxf_nested", "label_ambiguous"]


# blocks


def test_blocks_are_taken_apart_where_they_stand(tmp_path):
    doc, space = drawn()
    inner = doc.blocks.new("inner")
    inner.add_lwpolyline([(0, 0), (10, 0), (10, 10), (0, 10)], close=True)
    inner.add_lwpolyline([(20, 0, 0), (30, 0, 1)], format="xyb", close=True)
    outer = doc.blocks.new("outer", base_point=(5, 5))
    outer.add_blockref("inner", (5, 5), dxfattribs={"xscale": 2, "yscale": 3, "rotation": 90})
    space.add_blockref("outer", (E, N), dxfattribs={"layer": "DK", "xscale": -1})
    _source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert rows.columns["layer"].to_pylist() == ["DK", "DK"]
    square, half = rows.geometry
    # turned by 90° it lies to the west and north; mirrored, to the east
    assert square.bounds == pytest.approx((E, N, E + 30, N + 20))
    # half a disc of radius 5, twice as long and three times as wide
    assert half.area == pytest.approx(math.pi * 25 / 2 * 6, abs=0.05)


def test_an_array_of_blocks_stands_in_rows_and_columns(tmp_path):
    doc, space = drawn()
    doc.blocks.new("b").add_lwpolyline([(0, 0), (1, 0), (1, 1), (0, 1)], close=True)
    grid = {"row_count": 2, "column_count": 3, "row_spacing": 5, "column_spacing": 7}
    space.add_blockref("b", (E, N), dxfattribs={**grid, "rotation": 90})
    _source, rows = read(saved(doc, tmp_path / "a.dxf"))
    corners = {tuple(np.round(shape.bounds[2:1:-1] + shape.bounds[1:2])) for shape in rows.geometry}
    assert corners == {(E - 5 * row, N + 7 * column) for row in range(2) for column in range(3)}


def test_a_mirrored_plane_is_turned_back(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline(
        [(-x, y) for x, y in SQUARE], close=True, dxfattribs={"extrusion": (0, 0, -1)}
    )
    shape = read(saved(doc, tmp_path / "a.dxf"))[1].geometry[0]
    assert shape.equals(shapely.Polygon(SQUARE))


def test_other_drawings_are_never_opened(tmp_path):
    other, space = drawn()
    space.add_lwpolyline(moved(SQUARE, 500), close=True)
    saved(other, tmp_path / "other.dxf")
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True)
    doc.add_xref_def(str(tmp_path / "other.dxf"), "other")
    space.add_blockref("other", (0, 0))
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert len(rows) == 1
    assert codes(source) == ["dxf_reference_left_out"]


def bomb(levels: int, width: int) -> Drawing:
    doc, space = drawn()
    doc.blocks.new("b0").add_lwpolyline(SQUARE, close=True)
    for level in range(1, levels):
        block = doc.blocks.new(f"b{level}")
        for _each in range(width):
            block.add_blockref(f"b{level - 1}", (0, 0))
    space.add_blockref(f"b{levels - 1}", (0, 0))
    return doc


def test_blocks_that_unfold_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(entities, "MAX_ENTITIES", 5000)
    for name, doc in (("wide", bomb(12, 10)), ("deep", bomb(40, 1))):
        with pytest.raises(LayerError) as caught:
            read(saved(doc, tmp_path / f"{name}.dxf"))
        assert "unfold" in message(caught)
    doc, space = drawn()
    loop = doc.blocks.new("loop")
    loop.add_blockref("loop", (0, 0))
    space.add_blockref("loop", (0, 0))
    with pytest.raises(LayerError):
        read(saved(doc, tmp_path / "loop.dxf"))
    doc, space = drawn()
    doc.blocks.new("b").add_lwpolyline(SQUARE, close=True)
    space.add_blockref("b", (E, N), dxfattribs={"row_count": 30_000, "column_count": 30_000})
    with pytest.raises(LayerError):
        read(saved(doc, tmp_path / "array.dxf"))


# units, damage


@pytest.mark.parametrize(
    ("unit", "scale", "code"),
    [(6, 1, None), (0, 1, None), (4, 1, "info"), (4, 1e-3, "warning"), (4, 1000, "refused")],
)
def test_the_unit_of_the_drawing_is_held_against_its_numbers(tmp_path, unit, scale, code):
    doc, space = drawn()
    doc.header["$INSUNITS"] = unit
    space.add_lwpolyline([(x * scale, y * scale) for x, y in SQUARE], close=True)
    path = saved(doc, tmp_path / "a.dxf")
    if code == "refused":
        with pytest.raises(LayerError) as caught:
            read(path)
        assert "scale it by 0.001" in message(caught)
        return
    found = [(i.code, i.severity) for i in read(path)[0].issues]
    assert found == ([("dxf_unit_ignored", code)] if code else [])


@pytest.mark.parametrize("form", ["asc", "bin"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_drawing_that_is_cut_off_is_refused(tmp_path, form, share):
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True)
    path = saved(doc, tmp_path / "a.dxf", fmt=form)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(LayerError) as caught:
        read(path)
    assert "cut off" in message(caught)


def test_a_drawing_that_is_damaged_or_too_large_is_refused(tmp_path, monkeypatch):
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True)
    stream = io.StringIO()
    doc.write(stream)
    path = tmp_path / "a.dxf"
    for old, new in (("LWPOLYLINE\n", "LWPOLYLINE\nx\n"), (f"{E}", "east"), (f"{E}", "1e999")):
        assert old in stream.getvalue()
        path.write_text(stream.getvalue().replace(old, new), encoding="utf-8")
        with pytest.raises(LayerError) as caught:
            read(path)
        assert "a.dxf" in message(caught)
    monkeypatch.setattr(loading, "MAX_BYTES", 100)
    with pytest.raises(LayerError) as caught:
        read(path)
    assert "too large" in message(caught)


@pytest.mark.parametrize("bulge", [1e200, 1e308, math.nan, math.inf])
def test_a_bulge_of_any_size_neither_hangs_nor_crashes(tmp_path, bulge):
    doc, space = drawn()
    space.add_lwpolyline([(*SQUARE[0], bulge), *((*p, 0) for p in SQUARE[1:])], format="xyb")
    space.add_lwpolyline(
        [(*SQUARE[0], bulge), *((*p, 0) for p in SQUARE[1:])], format="xyb", close=True
    )
    with pytest.raises(LayerError) as caught:
        read(saved(doc, tmp_path / "a.dxf"))
    assert "LWPOLYLINE" in message(caught)


def test_curves_of_millions_of_points_are_refused(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline([(0, 0, 0), (1e13, 0, 1)], format="xyb", close=True)
    with pytest.raises(LayerError) as caught:
        read(saved(doc, tmp_path / "a.dxf"))
    assert "millions of points" in message(caught)


def test_a_spline_of_any_size_neither_hangs_nor_crashes(tmp_path):
    for far in (1e12, 1e300):
        doc, space = drawn()
        points = [(0, 0), (far, 0), (far, far), (0, 0)]
        hatched(space).paths.add_edge_path().add_spline(control_points=points, degree=3)
        with pytest.raises(LayerError) as caught:
            read(saved(doc, tmp_path / "a.dxf"))
        assert "HATCH" in message(caught)


def test_a_spline_keeps_the_tolerance(tmp_path):
    """A curve of degree 2 over (0, 0), (100, 200), (200, 0) is the parabola x (200 - x) / 100.

    With its chord it bounds two thirds of 200 by 100, which is 13333.33 m².
    """
    doc, space = drawn()
    path = hatched(space).paths.add_edge_path()
    path.add_spline(
        control_points=[(E, N), (E + 100, N + 200), (E + 200, N)],
        degree=2,
        knot_values=[0, 0, 0, 1, 1, 1],
    )
    path.add_line((E + 200, N), (E, N))
    shape = read(saved(doc, tmp_path / "a.dxf"))[1].geometry[0]
    points = shapely.get_coordinates(shape) - (E, N)
    x, y = points.T
    assert y == pytest.approx(x * (200 - x) / 100, abs=1e-6)
    assert shape.area == pytest.approx(200 * 100 * 2 / 3, abs=2 / 3 * 300 * CHORD_M)


SCRAPS = [
    "nan",
    "inf",
    "-1",
    "0",
    "1e308",
    "",
    "x",
    "2",
    "70",
    "LWPOLYLINE",
    "HATCH",
    "INSERT",
    "b",
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_gives_polygons_or_a_clear_error(tmp_path_factory, data):
    lines = DAMAGED.split("\n")
    start = lines.index("BLOCKS")
    for _each in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(start, len(lines) - 4))
        if data.draw(st.booleans()):
            lines[at] = data.draw(st.sampled_from(SCRAPS))
        else:
            del lines[at]
    path = tmp_path_factory.getbasetemp() / "fuzz.dxf"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        _source, rows = read(path)
    except LayerError:
        return
    assert np.isfinite(shapely.get_coordinates(rows.geometry)).all()


def everything() -> str:
    doc, space = drawn("R2000")
    space.add_lwpolyline([(x, y, 0.5) for x, y in SQUARE], format="xyb", close=True)
    space.add_polyline2d(SQUARE, close=True)
    hatch = hatched(space)
    hatch.paths.add_polyline_path(SQUARE)
    path = hatch.paths.add_edge_path()
    path.add_line((E, N), (E + 9, N))
    path.add_arc((E, N), 9, 0, 180)
    path.add_ellipse((E, N), (9, 0), 0.5)
    path.add_spline(control_points=[(E, N), (E + 9, N), (E + 9, N + 9), (E, N)], degree=3)
    doc.blocks.new("b").add_lwpolyline(SQUARE, close=True)
    space.add_blockref("b", (1, 1))
    space.add_text("甲").set_placement((E + 5, N + 5))
    space.add_mtext("乙").set_location((E + 5, N + 5))
    stream = io.StringIO()
    doc.write(stream)
    return stream.getvalue()


DAMAGED = everything()


def test_dwg_stays_refused_with_advice(tmp_path):
    path = tmp_path / "a.dwg"
    path.write_bytes(b"AC1032" + bytes(200))
    with pytest.raises(LayerError) as caught:
        sniff(path)
    assert "save the drawing as DXF" in message(caught)


def test_a_drawing_in_a_zip_with_a_chinese_name(tmp_path):
    import zipfile

    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True)
    saved(doc, tmp_path / "a.dxf")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.dxf", "红线/用地红线.DXF")
    assert len(read_towns([tmp_path / "a.zip"], crs="EPSG:4524")) == 1


# --- what is not seen, and lines that make a boundary together -----------------------------


def test_what_nobody_sees_is_left_out_and_reported_unless_it_is_named(tmp_path):
    doc, space = drawn()
    doc.layers.add("旧", color=1).off()
    doc.layers.add("废", color=1).freeze()
    space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "红线"})
    space.add_lwpolyline(moved(SQUARE, 200), close=True, dxfattribs={"layer": "旧"})
    space.add_lwpolyline(moved(SQUARE, 400), close=True, dxfattribs={"layer": "废"})
    space.add_lwpolyline(
        moved(SQUARE, 600), close=True, dxfattribs={"layer": "红线", "invisible": 1}
    )
    doc.blocks.new("备用").add_lwpolyline(moved(SQUARE, 800), close=True)
    path = saved(doc, tmp_path / "a.dxf")
    source, rows = read(path)
    assert [shape.bounds[0] - E for shape in rows.geometry] == [0]
    (unseen,) = source.issues
    assert (unseen.code, unseen.severity) == ("dxf_unseen", "warning")
    text = unseen.message.render("en")
    assert text.startswith("4 things")
    for part in ("旧: 1, the layer is off", "废: 1, the layer is frozen", "红线: 1, invisible",
                 "备用: 1, the block is inserted nowhere"):  # fmt: skip
        assert part in text
    for name, east in (("红线", 0), ("旧", 200), ("废", 400), ("备用", 800)):
        assert [shape.bounds[0] - E for shape in read(path, layer=name)[1].geometry] == [east]


def test_a_frozen_insert_hides_its_block_and_one_that_is_off_only_layer_0(tmp_path):
    doc, space = drawn()
    doc.layers.add("off").off()
    doc.layers.add("frozen").freeze()
    block = doc.blocks.new("b")
    block.add_lwpolyline(SQUARE, close=True)
    block.add_lwpolyline(moved(SQUARE, 200), close=True, dxfattribs={"layer": "own"})
    space.add_blockref("b", (0, 0), dxfattribs={"layer": "off"})
    space.add_blockref("b", (0, 1000), dxfattribs={"layer": "frozen"})
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert [shape.bounds[:2] for shape in rows.geometry] == [(E + 200, N)]
    assert codes(source) == ["dxf_unseen"]


def test_a_drawing_of_which_nothing_is_seen_is_refused_with_the_choice(tmp_path):
    doc, space = drawn()
    doc.layers.add("旧").off()
    space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "旧"})
    with pytest.raises(LayerError) as caught:
        read(saved(doc, tmp_path / "a.dxf"))
    assert "旧: 1, the layer is off" in message(caught)
    assert "--layer" in message(caught)


def test_a_chain_of_lines_arcs_and_open_polylines_is_a_boundary(tmp_path):
    doc, space = drawn()
    # a rectangle of 100 by 20 with half a disc of radius 10 at its east end, drawn in any order
    space.add_line((E + 100, N + 20), (E, N + 20))
    space.add_arc((E + 100, N + 10), 10, 270, 90)
    space.add_lwpolyline([(E, N + 20), (E, N + 10), (E, N)])
    space.add_line((E + 100, N - 0.004), (E, N))  # 4 mm off the arc
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    (shape,) = rows.geometry
    assert shape.is_valid
    # the 4 mm over 100 m are a triangle of 0.2 m²; chords of an arc of radius 10 lose 0.02 m²
    assert shape.area == pytest.approx(2000 + math.pi * 50, abs=0.25)
    assert codes(source) == ["curve_linearised", "chain_closed"]
    text = source.issues[1].message.render("en")
    assert "chains of 4 lines, arcs or open polylines" in text
    assert "widest gap is 0.0040 m" in text
    assert source.issues[1].severity == "warning"


@pytest.mark.parametrize("gap", [0.02, 0.5, 30.0])
def test_an_open_chain_is_refused_with_the_length_and_place_of_its_gap(tmp_path, gap):
    doc, space = drawn()
    corners = [*SQUARE, (E, N + gap)]
    for start, end in pairwise(corners):
        space.add_line(start, end, dxfattribs={"layer": "红线"})
    with pytest.raises(LayerError) as caught:
        read(saved(doc, tmp_path / "a.dxf"))
    text = message(caught)
    assert f"gap is {gap:.3f} m wide, on layer 红线" in text
    assert "(36642000.000, 2689000.000)" in text
    assert f"(36642000.000, {N + gap:.3f})" in text


def test_a_chain_with_two_gaps_names_the_smaller(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline([SQUARE[0], SQUARE[1], SQUARE[2]])
    space.add_lwpolyline([(E + 99, N + 100), (E, N + 100), (E, N + 3)])
    with pytest.raises(LayerError) as caught:
        read(saved(doc, tmp_path / "a.dxf"))
    assert "gap is 1.000 m wide" in message(caught)


def test_closed_curves_are_boundaries_but_no_circle_around_a_vertex(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True)
    space.add_circle((E, N), 0.5)  # the mark of a boundary point
    space.add_circle((E + 500, N), 50)
    space.add_ellipse((E + 900, N), (40, 0), 0.5)
    # a spline of degree 1 is the line through its points
    space.add_open_spline([(E, N + 900), (E + 10, N + 900), (E + 10, N + 910), (E, N + 900)], 1)
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    square, circle, ellipse, triangle = rows.geometry
    assert square.area == 10_000
    # at most two thirds of the chords' tolerance along the line are lost
    assert circle.area == pytest.approx(math.pi * 2500, abs=2 / 3 * CHORD_M * math.pi * 100 * 1.01)
    assert ellipse.area == pytest.approx(math.pi * 40 * 20, abs=0.2)
    assert triangle.area == pytest.approx(50)
    assert codes(source) == ["curve_linearised", "dxf_curves", "geometry_not_polygon"]
    assert "CIRCLE 1, ELLIPSE 1, SPLINE 1" in source.issues[1].message.render("en")
    assert source.issues[2].message.render("en").endswith("CIRCLE 1")


def test_a_line_across_a_chain_is_reported_as_a_fork(tmp_path):
    doc, space = drawn()
    space.add_lwpolyline(moved(SQUARE, 500), close=True)
    for start, end in zip(SQUARE, [*SQUARE[1:], SQUARE[0]], strict=True):
        space.add_line(start, end)
    space.add_line(SQUARE[0], SQUARE[2])
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert len(rows) == 1
    assert codes(source) == ["line_forks"]
    assert "3 lines lead from one place" in source.issues[0].message.render("en")


def test_a_stray_line_at_a_corner_and_a_line_drawn_twice_change_no_chain(tmp_path):
    doc, space = drawn()
    for start, end in zip(SQUARE, [*SQUARE[1:], SQUARE[0]], strict=True):
        space.add_line(start, end)
    space.add_line(SQUARE[1], SQUARE[0])  # the first side, the other way
    space.add_line(SQUARE[0], (E - 5, N - 5))
    source, rows = read(saved(doc, tmp_path / "a.dxf"))
    assert [shape.area for shape in rows.geometry] == [10_000]
    assert codes(source) == ["chain_closed", "geometry_not_polygon"]
    assert source.issues[0].severity == "info"
