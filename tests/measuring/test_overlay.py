from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from townland.measuring import overlay, prepare
from townland.measuring.overlay import Pieces

TOWN = box(10, 10, 90, 90)


def lattice(size: int = 10, cell: float = 10.0) -> np.ndarray:
    return np.array(
        [
            box(i * cell, j * cell, (i + 1) * cell, (j + 1) * cell)
            for i in range(size)
            for j in range(size)
        ]
    )


def test_parcels_inside_are_taken_as_they_are() -> None:
    parcels = lattice(12, 9.5)
    pieces, rows = overlay.clip(TOWN, parcels)
    inside = [i for i, row in enumerate(rows) if shapely.contains_properly(TOWN, parcels[row])]
    assert inside
    assert all(pieces[i] is parcels[rows[i]] for i in inside)
    assert shapely.area(pieces).sum() == pytest.approx(TOWN.area, abs=1e-9)


def test_touching_is_no_overlay() -> None:
    pieces, rows = overlay.clip(TOWN, [box(90, 10, 95, 20), box(0, 0, 10, 10)])
    assert len(pieces) == len(rows) == 0


@pytest.mark.parametrize("cut", [overlay.clip, overlay.clip_mosaic])
def test_many_boundary_parcels_are_cut_to_the_same_pieces(cut: Callable[..., Any]) -> None:
    town = shapely.Point(50, 50).buffer(40)
    parcels = lattice(200, 0.5)
    pieces, rows = cut(town, parcels)[:2]
    assert len(rows) > prepare.THREADED_FROM
    one_by_one = shapely.intersection(parcels[rows], town)
    assert shapely.area(pieces).tolist() == shapely.area(one_by_one).tolist()


def test_a_mosaic_needs_no_search() -> None:
    assert overlay.is_mosaic(TOWN, lattice())


@pytest.mark.parametrize(
    "extra",
    [box(40, 40, 50, 50), box(42, 42, 48, 48), box(35, 35, 45, 45)],
    ids=["duplicate", "inside one", "across four"],
)
def test_an_overlap_breaks_the_mosaic(extra: shapely.Polygon) -> None:
    assert not overlay.is_mosaic(TOWN, np.append(lattice(), extra))


def test_a_parcel_over_all_is_evenly_double_and_shows_in_the_sum() -> None:
    parcels = np.append(lattice(), box(-5, -5, 200, 200))
    pieces, _ = overlay.clip(TOWN, parcels)
    assert overlay.is_mosaic(TOWN, parcels)
    assert shapely.area(pieces).sum() == 2 * TOWN.area


def test_a_shifted_parcel_with_equal_gap_and_overlap_is_found() -> None:
    # What a comparison of sums alone would miss: 10 m² too much on one side, 10 m² missing on the
    # other.
    parcels = lattice()
    parcels[44] = shapely.affinity.translate(parcels[44], 1, 0)
    assert shapely.area(parcels).sum() == 100 * 100
    assert not overlay.is_mosaic(TOWN, parcels)
    _, overlaps = overlay.settle(parcels, range(len(parcels)))
    assert sum(found.area for found in overlaps) == pytest.approx(10)


def test_holes_and_parts_belong_to_the_mosaic() -> None:
    ring = box(20, 20, 80, 80).difference(box(40, 40, 60, 60))
    frame = box(0, 0, 100, 100).difference(box(20, 20, 80, 80))
    apart = shapely.multipolygons([box(40, 40, 50, 60), box(50, 40, 60, 60)])
    middle = box(40, 40, 60, 60)
    assert overlay.is_mosaic(TOWN, np.array([ring, frame, middle]))
    assert not overlay.is_mosaic(TOWN, np.array([ring, frame]))
    assert not overlay.is_mosaic(TOWN, np.array([ring, frame, apart]))  # a node only one side has


def test_overlapping_parcels_count_once() -> None:
    # 200 reported where 150 is true
    settled, overlaps = overlay.settle([box(0, 0, 10, 10), box(5, 0, 15, 10)], [0, 1])
    assert shapely.area(settled).tolist() == [100, 50]
    assert [(found.keeps, found.loses, found.area) for found in overlaps] == [(0, 1, 50)]


def test_three_claims_on_one_place_follow_the_precedence() -> None:
    same = box(0, 0, 10, 10)
    settled, overlaps = overlay.settle([same, same, box(0, 0, 10, 20)], [2, 1, 0])
    assert shapely.area(settled).tolist() == [0, 0, 200]
    assert sum(found.area for found in overlaps) == 200


def test_parcels_that_share_an_edge_do_not_overlap() -> None:
    settled, overlaps = overlay.settle(
        [box(0, 0, 10, 10), box(10, 0, 20, 7), box(10, 7, 20, 10)], [0, 1, 2]
    )
    assert overlaps == []
    assert shapely.area(settled).tolist() == [100, 70, 30]


def test_cross_gives_single_polygons_with_their_rows() -> None:
    comb = shapely.union_all([box(0, 0, 1, 10), box(9, 0, 10, 10), box(0, 9, 10, 10)])
    parents = Pieces(np.array([comb]), {"planned_use": np.array([7])})
    pieces = overlay.cross(parents, "land_use", np.array([box(0, 0, 10, 5)]), np.array([3]))
    assert shapely.area(pieces.geometry).tolist() == [5, 5]
    assert pieces.rows["planned_use"].tolist() == [7, 7]
    assert pieces.rows["land_use"].tolist() == [3, 3]
    assert pieces.parent is not None
    assert pieces.parent.tolist() == [0, 0]
    nothing = overlay.cross(parents, "land_use", np.array([box(50, 0, 60, 5)]), np.array([0]))
    assert len(nothing) == 0


def test_slivers_are_patches_by_width() -> None:
    # 2 · area / perimeter: 50 m × 0.19 m is 0.189 m wide, 50 m × 0.21 m is 0.209 m
    thin, wide = box(0, 0, 50, 0.19), box(0, 5, 50, 5.21)
    assert overlay.slivers(np.array([thin, wide]), 0.2).tolist() == [True, False]
    # cut into five, the wide one's ends are no narrower than before
    cut = [box(10 * i, 5, 10 * i + 10, 5.21) for i in range(5)]
    assert overlay.slivers(np.array([thin, *cut]), 0.2).tolist() == [True] + [False] * 5


def test_remainder_is_what_no_piece_covers() -> None:
    rest = overlay.remainder(TOWN, [box(10, 10, 90, 50)], 0.005)
    assert rest.area == 80 * 40
    assert overlay.remainder(TOWN, [TOWN], 0.005).is_empty
    assert overlay.remainder(TOWN, [], 0.005).equals(TOWN)


boxes = st.tuples(
    st.integers(0, 80), st.integers(0, 80), st.integers(1, 40), st.integers(1, 40)
).map(lambda t: box(t[0], t[1], t[0] + t[2], t[1] + t[3]))


@settings(max_examples=80, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=12))
def test_settled_pieces_cover_the_union_once(parcels: list[shapely.Polygon]) -> None:
    settled, overlaps = overlay.settle(parcels, range(len(parcels)))
    union = shapely.union_all(parcels)
    assert shapely.area(settled).sum() == pytest.approx(union.area, abs=1e-6)
    assert shapely.union_all(settled).area == pytest.approx(union.area, abs=1e-6)
    lost = sum(parcel.area for parcel in parcels) - union.area
    assert sum(found.area for found in overlaps) == pytest.approx(lost, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(boxes, st.lists(boxes, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_clipping_is_bounded_and_does_not_depend_on_the_order(
    town: shapely.Polygon, parcels: list[shapely.Polygon], random: object
) -> None:
    pieces, rows = overlay.clip(town, parcels)
    for piece, row in zip(pieces, rows, strict=True):
        assert 0 < piece.area <= min(town.area, parcels[row].area) + 1e-9
    shuffled = list(range(len(parcels)))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again, order = overlay.clip(town, [parcels[i] for i in shuffled])
    assert sorted(shuffled[row] for row in order) == sorted(rows)
    assert shapely.area(again).sum() == pytest.approx(shapely.area(pieces).sum(), abs=1e-9)


def test_a_mosaic_laid_over_another_counts_once() -> None:
    """Every edge of an inner cell is its neighbour's, so that GEOS takes the cell for undisputed."""

    def cells(shift: float) -> list[shapely.Polygon]:
        steps = [(50.0 * i + shift, 50.0 * j + shift) for i in range(12) for j in range(12)]
        return [box(x, y, x + 50, y + 50) for x, y in steps]

    town = box(205, 205, 395, 395)
    pieces, _rows = overlay.clip(town, [*cells(0.0), *cells(25.0)])
    assert shapely.area(pieces).sum() == 2 * town.area
    settled, found = overlay.settle(pieces, range(len(pieces)))
    assert shapely.area(settled).sum() == pytest.approx(town.area)
    assert sum(overlap.area for overlap in found) == pytest.approx(town.area)
