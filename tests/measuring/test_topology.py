"""Overlaps, gaps and slivers within one layer, against rectangles and against looking at every pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from townland.measuring.overlay import settle
from townland.measuring.prepare import gaps, overlaps, parcels, slivers, topology
from townland.measuring.prepare.parcels import PolygonStore

CRS = pyproj.CRS(4545)
X, Y = 500000, 2700000  # on the meridian, where the plane is the ellipsoid to 1e-9


def at(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return box(X + west, Y + south, X + east, Y + north)


def grid(size: int, cell: float, west: float = 0.0, south: float = 0.0) -> list[shapely.Polygon]:
    return [
        at(west + i * cell, south + j * cell, west + (i + 1) * cell, south + (j + 1) * cell)
        for i in range(size)
        for j in range(size)
    ]


# --- overlaps -----------------------------------------------------------------------------


def test_an_overlap_is_told_with_its_pair_its_place_and_its_area() -> None:
    found = overlaps([at(0, 0, 10, 10), at(20, 0, 30, 10), at(8, 4, 18, 9)], CRS)
    assert found[["first", "second"]].to_numpy().tolist() == [[0, 2]]
    assert found["area_m2"].tolist() == pytest.approx([10.0], abs=0.01)  # 2 × 5
    assert found["width_m"].tolist() == pytest.approx([20 / 14])
    assert (found["x"][0], found["y"][0]) == pytest.approx((X + 9, Y + 6.5), abs=1)
    assert found.crs == CRS


def test_a_mosaic_has_no_overlap_and_no_gap() -> None:
    cells = grid(6, 50.0)
    assert len(overlaps(cells, CRS)) == 0
    assert len(gaps(cells, CRS, below_m2=1e9)) == 0


def test_one_inside_another_and_one_that_stands_three_times() -> None:
    large, small = at(0, 0, 100, 100), at(10, 10, 20, 20)
    assert overlaps([large, small], CRS)["area_m2"].tolist() == pytest.approx([100], abs=0.01)
    turned = shapely.Polygon([*large.exterior.coords][2:] + [*large.exterior.coords][1:3])
    found = overlaps([large, turned, large], CRS)
    assert found[["first", "second"]].to_numpy().tolist() == [[0, 1], [0, 2]]
    assert found["area_m2"].tolist() == pytest.approx([10_000] * 2, abs=0.01)


def test_a_mosaic_laid_over_another_is_found_whole() -> None:
    """GEOS says nothing of a cell whose edges are all its neighbours': 64 cells over 64 others."""
    under, over = grid(8, 50.0), grid(8, 50.0, 25.0, 25.0)
    found = overlaps([*under, *over], CRS)
    # in each direction a cell meets two of the others, the last one only one: (8 + 7) ** 2
    assert len(found) == 15**2
    assert found["area_m2"].sum() == pytest.approx(375.0**2, abs=1)
    silent = ~shapely.is_empty(shapely.coverage_invalid_edges(np.array([*under, *over])))
    assert silent.sum() < 128  # why it is not enough to ask GEOS


def test_land_claimed_by_three_counts_once_in_the_union() -> None:
    found = overlaps([at(0, 0, 10, 10), at(5, 0, 15, 10), at(5, 5, 15, 15)], CRS)
    assert found["area_m2"].tolist() == pytest.approx([50, 25, 50], abs=0.01)
    assert shapely.union_all(found.geometry.to_numpy()).area == pytest.approx(75)


def test_the_search_ends_at_the_most() -> None:
    heap = [at(i * 0.01, 0, 10 + i * 0.01, 10) for i in range(60)]
    assert len(overlaps(heap, CRS)) == 60 * 59 // 2
    assert len(overlaps(heap, CRS, most=100)) == 100


def test_a_point_and_none_and_an_empty_one_have_no_part() -> None:
    odd = [None, shapely.Polygon(), shapely.Point(X, Y)]
    assert len(overlaps(odd, CRS)) == len(gaps(odd, CRS, below_m2=9)) == 0
    assert len(slivers(odd, CRS, width_m=1.0)) == 0
    found = overlaps([*odd, at(0, 0, 2, 2), at(1, 0, 3, 2)], CRS)
    assert found[["first", "second"]].to_numpy().tolist() == [[3, 4]]


corners = st.tuples(
    st.integers(0, 12), st.integers(0, 12), st.integers(1, 6), st.integers(1, 6)
).map(lambda t: at(t[0], t[1], t[0] + t[2], t[1] + t[3]))
layers = st.lists(corners, min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(layers)
def test_overlaps_are_those_that_looking_at_every_pair_gives(boxes: list[shapely.Polygon]) -> None:
    found = overlaps(boxes, CRS)
    told = shapely.union_all(found.geometry.to_numpy())
    for one, other in combinations(boxes, 2):
        shared = shapely.intersection(one, other)
        assert shapely.difference(shared, told).area == pytest.approx(0, abs=1e-9)
    distinct = {polygon.normalize().wkb: polygon for polygon in boxes}
    pairs = sum(
        shapely.intersection(one, other).area > 0
        for one, other in combinations(distinct.values(), 2)
    )
    assert len(found) == pairs + len(boxes) - len(distinct)


@settings(max_examples=40, deadline=None)
@given(layers, st.randoms(use_true_random=False))
def test_land_counted_once_does_not_depend_on_the_order(boxes, random) -> None:
    union = shapely.union_all(boxes).area
    mixed = list(boxes)
    random.shuffle(mixed)
    for some in (boxes, mixed):
        settled, _ = settle(some, range(len(some)))
        assert shapely.area(settled).sum() == pytest.approx(union, abs=1e-6)
    first = shapely.union_all(overlaps(boxes, CRS).geometry.to_numpy())
    second = shapely.union_all(overlaps(mixed, CRS).geometry.to_numpy())
    assert shapely.symmetric_difference(first, second).area == pytest.approx(0, abs=1e-6)


# --- gaps ---------------------------------------------------------------------------------


def test_a_gap_is_told_with_its_place_and_its_area() -> None:
    cells = grid(4, 50.0)
    del cells[5]  # i = 1, j = 1
    cells[0] = at(0, 0, 50, 49.9)  # open to the outside on the west: no gap
    (gap,) = gaps(cells, CRS, below_m2=10_000).itertuples()
    assert gap.area_m2 == pytest.approx(2500, abs=0.01)
    assert (gap.x, gap.y) == (X + 75, Y + 75)
    assert len(gaps(cells, CRS, below_m2=2499)) == 0


def test_a_slit_between_two_parcels_and_a_hole_that_nothing_fills_are_gaps() -> None:
    holed = shapely.difference(at(0, 0, 100, 50), at(40, 20, 44, 25))
    upper = shapely.Polygon(
        [(X, Y + 50), (X + 50, Y + 50.02), (X + 100, Y + 50), (X + 100, Y + 90), (X, Y + 90)]
    )
    found = gaps([holed, upper], CRS, below_m2=400)
    assert found["area_m2"].tolist() == pytest.approx([1.0, 20.0], abs=0.01)  # 100 × 0.02 / 2
    assert found["width_m"].tolist() == pytest.approx([0.01, 2 * 20 / 18], rel=1e-3)
    filled = [holed, upper, at(40, 20, 44, 25)]
    assert gaps(filled, CRS, below_m2=400)["area_m2"].tolist() == pytest.approx([1.0], abs=0.01)


@settings(max_examples=60, deadline=None)
@given(layers)
def test_gaps_are_the_holes_of_the_union(boxes: list[shapely.Polygon]) -> None:
    land = shapely.union_all(boxes)
    # what polygons close that touch in points alone is a gap too, what is an island in a hole is none
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([shapely.boundary(land)])]))
    bare = shapely.difference(shapely.union_all(faces), land)
    assert gaps(boxes, CRS, below_m2=1e6)["area_m2"].sum() == pytest.approx(bare.area, abs=0.05)


def test_edges_are_compared_a_part_at_a_time_to_the_same_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All edges of a county were sorted at once, which took three times the memory of the rest."""
    boxes = np.array([at(n, m, n + 1, m + 1) for n in range(6) for m in range(6) if n * m != 6])
    whole = topology.lone_lines(PolygonStore.of(boxes))
    assert shapely.union_all(whole).length == pytest.approx(24 + 2 * 4)
    monkeypatch.setattr(parcels, "AT_ONCE", 5)
    parts = topology.lone_lines(PolygonStore.of(boxes))
    assert shapely.equals_exact(whole, parts).all()
    assert len(whole) == len(parts)


# --- slivers ------------------------------------------------------------------------------


def test_slivers_are_told_by_their_width_and_not_by_their_area() -> None:
    features = [at(0, 0, 200, 0.1), at(0, 9, 0.3, 9.3), at(0, 20, 100, 21)]
    found = slivers(features, CRS, width_m=0.15)
    # the strip is 20 m², but 2 · 20 / 400.2 = 0.09995 wide; the small square 0.09 m², 0.15 wide
    assert found["row"].tolist() == [0, 1]
    assert found["width_m"].tolist() == pytest.approx([40 / 400.2, 0.15], rel=1e-6)
    assert found["area_m2"].tolist() == pytest.approx([20, 0.09], abs=0.01)


def test_widths_in_degrees_are_metres() -> None:
    degree = 111_000.0  # metres of latitude, about
    strip = box(109, 24, 109.01, 24 + 0.1 / degree)
    assert slivers([strip], pyproj.CRS(4490), width_m=0.11)["row"].tolist() == [0]
    assert len(slivers([strip], pyproj.CRS(4490), width_m=0.09)) == 0


# --- size ---------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [7, 50_000])
def test_lines_are_the_same_however_the_layer_is_cut_into_blocks(monkeypatch, block) -> None:
    monkeypatch.setattr(parcels, "AT_ONCE", block)
    monkeypatch.setattr(topology, "PAIRS_AT_ONCE", block)
    cells = [*grid(6, 50.0), *grid(3, 30.0, 10.0, 10.0)]
    del cells[14]
    assert len(overlaps(cells, CRS)) == 16
    assert (
        shapely.length(topology.lone_lines(PolygonStore.of(np.array(grid(6, 50.0))))).sum() == 1200
    )
    assert gaps(grid(6, 50.0)[:14] + grid(6, 50.0)[15:], CRS, below_m2=9e3)["area_m2"].round(
        2
    ).tolist() == [2500]
