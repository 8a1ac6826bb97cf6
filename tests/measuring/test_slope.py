"""Slope: planes of known gradient, grades on their bounds, what is not known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from townland.geodesy import check_area_m2
from townland.measuring.rasters import cells
from townland.measuring.rasters.cells import Cells
from townland.measuring.rasters.fractions import classed, covered_m2
from townland.measuring.rasters.slope import graded, horn_deg, load_grades, terrain

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def plane(
    slope_deg: float, aspect_deg: float, wide: float, high: float, shape=(7, 9)
) -> np.ndarray:
    """Heights of a plane that falls towards `aspect_deg` (clockwise from north)."""
    rows, columns = np.indices(shape)
    rise = np.tan(np.radians(slope_deg))
    east, north = columns * wide, -rows * high
    turn = np.radians(aspect_deg)
    return 100 - rise * (east * np.sin(turn) + north * np.cos(turn))


@given(st.floats(0, 80), st.floats(0, 360), st.sampled_from([1.0, 5.0, 25.0]), st.floats(0.5, 2.0))
def test_a_plane_has_its_slope_in_every_direction_and_at_every_size_of_cells(
    slope, aspect, wide, ratio
):
    found = horn_deg(plane(slope, aspect, wide, wide * ratio), wide, wide * ratio)
    assert found[1:-1, 1:-1] == pytest.approx(np.full((5, 7), slope), abs=1e-8)
    assert np.isnan(found[[0, -1]]).all()
    assert np.isnan(found[:, [0, -1]]).all()


def test_one_unknown_height_takes_the_slope_of_its_nine_cells():
    heights = plane(10, 45, 5, 5)
    heights[3, 4] = np.nan
    unknown = np.isnan(horn_deg(heights, 5, 5))
    expected = np.ones((7, 9), dtype=bool)
    expected[1:-1, 1:-1] = False
    expected[2:5, 3:6] = True
    assert (unknown == expected).all()
    assert np.isnan(horn_deg(np.zeros((2, 5)), 1, 1)).all()


def test_a_bound_belongs_to_the_gentler_grade():
    grades = load_grades()
    slopes = np.array([0, 2, 2.001, 6, 6.001, 15, 15.001, 25, 25.001, 89, np.nan])
    assert graded(slopes, grades).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, -1]


@pytest.mark.parametrize("aspect", range(0, 360, 45))
@pytest.mark.parametrize(("slope", "grade"), [(1.9, 0), (2.1, 1), (14.9, 2), (24.9, 3), (25.1, 4)])
def test_a_terrain_model_in_degrees_is_graded_by_its_metres(aspect, slope, grade):
    # At 24.4 N a cell of 0.001 degrees is 101.4 m wide and 110.8 m high (GRS80).
    crs = pyproj.CRS(4490)
    known = np.ones((7, 9), dtype=bool)
    window = Cells(known, known, 109.2, 24.4, 0.001, 0.001, 0, 0, crs)
    wide, high = cells.sizes_m(window)
    geod = pyproj.Geod(ellps="GRS80")
    assert wide[0, 0] == pytest.approx(geod.line_length([109.2, 109.201], [24.3995] * 2), abs=1e-3)
    assert high[0, 0] == pytest.approx(geod.line_length([109.2] * 2, [24.399, 24.4]), abs=1e-3)
    heights = plane(slope, aspect, float(wide[3, 4]), float(high[3, 4]))
    tilted = Cells(heights, known, 109.2, 24.4, 0.001, 0.001, 0, 0, crs)
    assert set(terrain("dem", [tilted], load_grades()).grade[0][1:-1, 1:-1].ravel()) == {grade}


@pytest.mark.parametrize("code", [4524, 4490, 3857, 3035, 31370])
def test_cells_have_their_area_on_the_ellipsoid(code):
    # the sum of all cells is the geodesic area of the window, and of one cell its own
    corner = {4524: (36_640_000, 2_690_000), 4490: (109.2, 24.4), 3857: (12_156_000, 2_800_000),
              3035: (3_950_000, 3_100_000), 31370: (150_000, 200_000)}[code]  # fmt: skip
    size = 0.0003 if code == 4490 else 30.0
    crs = pyproj.CRS(code)
    known = np.ones((60, 80), dtype=bool)
    window = Cells(known, known, *corner, size, 1.1 * size, 0, 0, crs)
    every = np.broadcast_to(cells.areas_m2(window), known.shape)
    assert every.sum() == pytest.approx(
        check_area_m2(shapely.box(*window.bounds), crs)[0], rel=1e-8
    )
    x, y = corner[0] + 7 * size, corner[1] - 12 * 1.1 * size
    one = check_area_m2(shapely.box(x, y, x + size, y + 1.1 * size), crs)[0]
    assert every[11, 7] == pytest.approx(one, rel=1e-7)


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not here")
def test_the_slope_of_a_real_terrain_model_cell_by_cell():
    path = DATA / "flanders" / "DHMVIIDTMRAS25m.zip"
    (window,) = cells.read_cells(path, [(100_000, 195_000, 110_000, 205_000)], pad=1)
    (grade,) = terrain("dem", [window], load_grades()).grade
    wide, _high = cells.sizes_m(window)
    assert wide[200, 200] == pytest.approx(25, abs=0.01)  # Lambert 72 is true to 0.04 % here
    z = np.where(window.known, window.values, np.nan).astype(float)
    ends = (2, 6, 15, 25)
    rng = np.random.default_rng(0)
    for row, column in rng.integers(1, 400, (300, 2)):
        (a, b, c), (d, e, f), (g, h, i) = z[row - 1 : row + 2, column - 1 : column + 2]
        across = ((c + 2 * f + i) - (a + 2 * d + g)) / (8 * 25)
        along = ((g + 2 * h + i) - (a + 2 * b + c)) / (8 * 25)
        slope = np.degrees(np.arctan(np.hypot(across, along)))
        if np.isnan(slope + e):
            assert grade[row, column] == -1
        elif min(abs(slope - end) for end in ends) > 0.01:
            assert grade[row, column] == sum(slope > end for end in ends)
    counts = np.bincount(grade.ravel() + 1, minlength=6)
    assert counts[1] > 0.5 * counts[1:].sum()  # Flanders is flat


@pytest.mark.parametrize(("slope", "steep"), [(30, True), (20, False)])
@pytest.mark.parametrize("aspect", [0, 90, 200])
def test_a_plane_of_30_degrees_is_over_25_and_one_of_20_is_not(slope, steep, aspect):
    # the last grade begins above 25 degrees; cells of 5 m in a projected CRS, tan 30 = 0.577 m a metre
    heights = plane(slope, aspect, 5, 5)
    known = np.ones(heights.shape, dtype=bool)
    window = Cells(heights, known, 36_640_000, 2_690_000, 5, 5, 0, 0, pyproj.CRS(4524))
    grades = load_grades()
    inner = terrain("dem", [window], grades).grade[0][1:-1, 1:-1]
    assert set((inner.ravel() == len(grades) - 1).tolist()) == {steep}


def test_a_piece_with_hairs_is_measured_in_the_terrain_model_of_another_zone():
    """Three parts of a piece as a county's overlay gave them: two of them no wider than a rounding.

    Brought from the zone without its number to the one with it, one hair is a line, and the piece a
    collection, on which the library of coverage fractions gives up.
    """
    hairs = [
        [(620664.9849999996, 2703596.6729999995), (620664.9849999994, 2703596.673),
         (620664.9849999996, 2703596.6729999995), (620664.9849999996, 2703596.6729999995)],
        [(620628.0289999992, 2703531.2379999994), (620628.0289999992, 2703531.238),
         (620628.0290000024, 2703531.237999998), (620628.0289999992, 2703531.2379999994)],
    ]  # fmt: skip
    part = [(620626.3830000018, 2703515.541), (620626.4490000004, 2703515.169),
            (620626.1210000005, 2703513.044000011), (620626.3829117372, 2703515.5414958904)]  # fmt: skip
    piece = shapely.MultiPolygon([shapely.Polygon(each) for each in (*hairs, part)])
    here, there = pyproj.CRS.from_epsg(4545), pyproj.CRS.from_epsg(4524)
    grade = np.zeros((30, 30), dtype=int)
    window = Cells(grade, grade == 0, 36620500.0, 2703700.0, 10.0, 10.0, 0, 0, there)
    around = classed(window, grade, shapely.box(*window.bounds))
    found = covered_m2([piece], here, around, 1)
    assert found[0, 0] == pytest.approx(shapely.Polygon(part).area, rel=1e-3)


@pytest.mark.parametrize(
    "ring",
    [
        # valid, the last vertex three times
        [(52.25, 41.53), (32.36, 27.04), (35.42, 40.6), (21.7, 41.44), *[(52.25, 41.53)] * 3],
        [(30, 65), (25, 75), (25, 85), *[(30, 65)] * 3],
        # crossed by less than a thousandth
        [(58.067, 65.838999999), (57.086, 57.113), (52.239, 47.731), (52.238765605, 47.730546332),
         (58.067, 65.838999999), (58.067, 65.839), (58.067, 65.838999999)],
    ],
)  # fmt: skip
def test_no_ring_ends_the_process(ring):
    """Such rings made exactextract read where nothing is, and Python ended without a word."""
    crs = pyproj.CRS(4524)
    land = shapely.Polygon([(36_640_000 + x, 2_690_000 + y) for x, y in ring])
    grade = np.zeros((10, 10), dtype=int)
    window = Cells(grade, grade == 0, 36_640_000.0, 2_690_100.0, 10.0, 10.0, 0, 0, crs)
    around = classed(window, grade, shapely.box(*window.bounds))
    found = covered_m2([land], crs, around, 1)
    assert found[0, 0] == pytest.approx(shapely.Polygon(ring).area, rel=1e-3)
