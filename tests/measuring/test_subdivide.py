"""Polygons of a million vertices are subdivided, and nothing but the time shows it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from townland.geodesy import kernel
from townland.measuring import overlay
from townland.measuring.overlay import windows


def star(seed: int, corners: int, holes: int) -> shapely.Polygon:
    """A crooked polygon on whole metres around (0, 0), some 200 m across, with square holes."""
    random = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = random.uniform(40, 120, corners)
    outline = shapely.Polygon(np.column_stack((reach * np.cos(turn), reach * np.sin(turn))))
    cut = [shapely.box(x, y, x + 5, y + 4) for x, y in random.integers(-60, 60, (holes, 2))]
    return shapely.make_valid(outline.difference(shapely.union_all(cut)))


def plots(seed: int, count: int) -> list[shapely.Polygon]:
    at = np.random.default_rng(seed).uniform(-130, 130, (count, 2))
    return list(shapely.box(*at.T, *(at + np.array((17, 11))).T))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows already around polygons of a few vertices."""
    monkeypatch.setattr(windows, "MOST_VERTICES", 8)
    monkeypatch.setattr(windows, "FEW", 2)


@pytest.mark.usefixtures("small")
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(5, 400), st.integers(0, 30), st.integers(1, 60))
def test_windows_change_no_intersection(seed: int, corners: int, holes: int, count: int) -> None:
    land, over = np.array([star(seed, corners, holes)]), np.array(plots(seed, count))
    zeros, every = np.zeros(count, dtype=np.int64), np.arange(count)
    for sides in ((land, zeros, over, every), (over, every, land, zeros)):
        plain = shapely.intersection(sides[0][sides[1]], sides[2][sides[3]])
        subdivided = shapely.intersection(*windows.windowed(*sides))
        # each vertex is there as without windows, to the last digit
        assert shapely.equals_exact(
            shapely.normalize(overlay.polygons_of(plain)),
            shapely.normalize(overlay.polygons_of(subdivided)),
        ).all()


def road(outline: shapely.LineString) -> shapely.Polygon:
    """A road of 5 km x 5 km with 50 x 50 round holes of 96 corners, 40 m from their middles."""
    turn = np.arange(96) * 2 * np.pi / 96
    ring = 40 * np.column_stack((np.cos(turn), np.sin(turn)))
    holes = [ring + np.array((100 * x + 50, 100 * y + 50)) for x in range(50) for y in range(50)]
    return shapely.Polygon(outline, holes)


def test_a_plot_walks_the_vertices_around_it_and_no_others() -> None:
    land = road(shapely.box(0, 0, 5000, 5000).exterior.segmentize(100))
    # a hole has its closing vertex too; the outline is divided into 200
    assert shapely.get_num_coordinates(land) == 2500 * 97 + 201
    corner = 250 * np.array([(x, y) for x in range(20) for y in range(20)])
    squares = shapely.box(*corner.T, *(corner + 250).T)
    near, same = windows.windowed(
        np.array([land]), np.zeros(400, dtype=np.int64), squares, np.arange(400)
    )
    assert list(same) == list(squares)
    # sixteen squares of 250 m make a strip of 4 km at most, which meets 42 x 5 holes at most
    assert shapely.get_num_coordinates(near).max() < 42 * 5 * 98
    assert shapely.area(shapely.intersection(near, squares)).sum() == pytest.approx(
        # n corners at r from the middle: n / 2 · r² · sin(2π / n)
        5000**2 - 2500 * 96 / 2 * 40**2 * np.sin(2 * np.pi / 96),
        abs=1e-5,
    )


def test_edges_as_long_as_the_land_end_the_search_for_smaller_windows(monkeypatch) -> None:
    """Where every plot lies at edges of 5 km, windows would be cut for nothing, again and again."""
    land = road(shapely.box(0, 0, 5000, 5000).exterior)
    at = np.arange(0, 4000, 4)
    squares = shapely.box(at, 0, at + 3, 3)
    squares[::2] = shapely.box(0, at[::2], 3, at[::2] + 3)
    cuts = []
    within = windows._within
    monkeypatch.setattr(windows, "_within", lambda *given: cuts.append(1) or within(*given))
    zeros = np.zeros(1000, dtype=np.int64)
    near, _ = windows.windowed(np.array([land]), zeros, squares, np.arange(1000))
    assert shapely.area(shapely.intersection(near, squares)).sum() == pytest.approx(9000, abs=1e-9)
    assert len(cuts) < 20


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("role", ["parcel", "town"])
def test_the_overlay_lays_subdivided_polygons(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big polygon among the parcels or as the town: no intersection meets all of it."""
    big = star(7, 400, 9)
    squares = np.array([square for square in plots(7, 80) if square.intersection(big).area > 0])
    plain = shapely.area(shapely.intersection(big, squares))
    met, intersection = [], shapely.intersection

    def watched(ones: object, others: object) -> object:
        met.extend(
            np.maximum(shapely.get_num_coordinates(ones), shapely.get_num_coordinates(others))
        )
        return intersection(ones, others)

    monkeypatch.setattr(
        kernel, "shapely", SimpleNamespace(**vars(shapely) | {"intersection": watched})
    )
    if role == "town":
        pieces, rows = overlay.clip(big, squares)
        found = shapely.area(pieces)
    else:
        every = np.arange(len(squares))
        parents = overlay.Pieces(squares, {"plan": every})
        pieces = overlay.cross(parents, "land_use", np.array([big]), np.array([0]))
        found = np.bincount(pieces.parent, shapely.area(pieces.geometry), len(squares))
        rows = every
    assert len(met) > 30
    assert max(met) < shapely.get_num_coordinates(big) / 2
    assert found == pytest.approx(plain[rows], abs=1e-9)
