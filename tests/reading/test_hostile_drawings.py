"""Drawings made to mislead or to harm: what is drawn twice, forks, curves, blocks without end."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import ezdxf
import pytest
import shapely
from ezdxf.document import Drawing

from townland.errors import LayerError
from townland.reading import source as sources
from townland.reading.formats.dxf import entities

E, N = 36_642_000.0, 2_689_000.0
SQUARE = [(E, N), (E + 100, N), (E + 100, N + 100), (E, N + 100)]


def drawn() -> tuple[Drawing, Any]:
    doc = ezdxf.new("R2010", setup=False)
    doc.header["$INSUNITS"] = 0
    return doc, doc.modelspace()


def read(doc: Drawing, path: Path) -> tuple[list[Any], list[str]]:
    """The polygons of a drawing, and what is told of it, by code."""
    doc.saveas(path / "a.dxf")
    with sources.opened(path / "a.dxf") as source:
        rows = sources.read(source, source.fields, None)
        return list(rows.geometry), [issue.code for issue in source.issues]


def refused(doc: Drawing, path: Path) -> str:
    with pytest.raises(LayerError) as caught:
        read(doc, path)
    return caught.value.render("en")


def lines(space: Any, ring: list[tuple[float, float]]) -> None:
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        space.add_line(one, other)


@pytest.mark.parametrize("again", ["polyline", "from another corner", "lines", "hatch"])
def test_what_is_drawn_twice_on_a_layer_counts_once(tmp_path: Path, again: str) -> None:
    """Two towns, each of the land of the other, came of it."""
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True)
    if again == "lines":
        lines(space, SQUARE)
    elif again == "hatch":
        for _time in range(2):
            space.add_hatch().paths.add_polyline_path(SQUARE, is_closed=True)
    else:
        ring = SQUARE if again == "polyline" else [*SQUARE[2:], *SQUARE[:2]][::-1]
        space.add_lwpolyline(ring, close=True)
    shapes, codes = read(doc, tmp_path)
    assert [shape.area for shape in shapes] == [10_000]
    assert "dxf_drawn_twice" in codes


def test_two_shapes_with_the_same_points_are_two(tmp_path: Path) -> None:
    """A ring is the order of its points: five points make two rings of 7,500 m² each."""
    doc, space = drawn()
    middle = (E + 50, N + 50)
    one, two = [*SQUARE, middle], [SQUARE[0], SQUARE[1], middle, SQUARE[2], SQUARE[3]]
    space.add_lwpolyline(one, close=True)
    space.add_lwpolyline(two, close=True)
    shapes, codes = read(doc, tmp_path)
    assert len(shapes) == 2
    assert "dxf_drawn_twice" not in codes


@pytest.mark.parametrize("parcels", [True, False])
def test_lines_that_fork_everywhere_are_told_as_such(tmp_path: Path, parcels: bool) -> None:
    """They were told as a gap of 100 m, which is an edge of the square."""
    doc, space = drawn()
    lines(space, SQUARE)
    if parcels:  # a neighbour that shares an edge, drawn by itself
        lines(space, [(x + 100, y) for x, y in SQUARE])
    else:  # an edge drawn again in two parts
        space.add_line(SQUARE[0], (E + 50, N))
        space.add_line((E + 50, N), SQUARE[1])
    said = refused(doc, tmp_path)
    assert "3 lines begin and end where more than two meet" in said
    assert "gap" not in said
    assert "(36642100.000, 2689000.000)" in said or "(36642000.000, 2689000.000)" in said


def test_a_circle_of_a_negative_radius_keeps_the_tolerance(tmp_path: Path) -> None:
    doc, space = drawn()
    space.add_circle((E, N), -50)
    shapes, _codes = read(doc, tmp_path)
    assert shapes[0].area == pytest.approx(math.pi * 2500, abs=0.35)


def test_a_closed_spline_is_drawn_where_its_knots_let_it(tmp_path: Path) -> None:
    """Of 11 knots of degree 3 only those from the 4th to the 8th draw; before it went through all.

    The area within a uniform cubic B-spline around a square of side 1 is 61/90, by integration of its
    basis over one of its four like spans.
    """
    doc, space = drawn()
    space.add_spline().set_closed([(x, y, 0) for x, y in SQUARE])
    shapes, codes = read(doc, tmp_path)
    assert shapely.is_valid(shapes[0])
    assert shapes[0].area == pytest.approx(61 / 90 * 10_000, abs=0.4)
    assert "dxf_curves" in codes


def test_a_hatch_without_a_boundary_spoils_no_drawing(tmp_path: Path) -> None:
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True)
    space.add_hatch()
    space.add_mpolygon()
    assert [shape.area for shape in read(doc, tmp_path)[0]] == [10_000]


def test_blocks_without_end_are_counted_before_they_are_unfolded(tmp_path: Path) -> None:
    """10^11 lines of some kilobytes: half a million of them were drawn first, in a minute."""
    doc, space = drawn()
    doc.blocks.new("level0").add_line((0, 0), (1, 0))
    for level in range(1, 12):
        block = doc.blocks.new(f"level{level}")
        for at in range(10):
            block.add_blockref(f"level{level - 1}", (at, 0))
    space.add_blockref("level11", (E, N))
    doc.saveas(tmp_path / "a.dxf")
    started = time.process_time()
    said = refused(doc, tmp_path)
    assert str(entities.MAX_ENTITIES) in said
    assert time.process_time() - started < 2


def test_thousands_of_ends_and_circles_at_one_point(tmp_path: Path) -> None:
    """Each end was compared with each other one: 20,000 lines took longer than a hundred seconds."""
    doc, space = drawn()
    space.add_lwpolyline(SQUARE, close=True)
    for at in range(1000):
        turn = at * math.tau / 1000
        space.add_line((E, N), (E + 500 * math.cos(turn), N + 500 * math.sin(turn)))
        space.add_circle((E, N), 1)
    started = time.process_time()
    shapes, codes = read(doc, tmp_path)
    assert [shape.area for shape in shapes] == [10_000]
    assert "geometry_not_polygon" in codes
    assert time.process_time() - started < 2.5
