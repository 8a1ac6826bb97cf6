from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from townland import geodesy
from townland.errors import CRSError
from townland.geodesy.parts import parts_of

GK36 = pyproj.CRS(4524)
CM108 = pyproj.CRS(4545)
CGCS2000 = pyproj.CRS(4490)
WGS84 = geodesy.Ellipsoid(6378137.0, (2 - 1 / 298.257223563) / 298.257223563)


def test_constants_of_the_norm() -> None:
    # SOURCES.md, Test figures, 1
    expected = (
        1.003364089834193,
        1.124189381927124e-3,
        1.699459473518906e-6,
        2.717857845577556e-9,
        4.358419004834516e-12,
    )
    assert geodesy.CGCS2000.constants == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("south", "north", "expected"),
    [(24, 25, 11226471672.27), (0, 1, 12308463893.57)],  # n=2, n=3
)
def test_trapezoids_of_one_degree(south: float, north: float, expected: float) -> None:
    area = geodesy.trapezoid_m2(math.radians(1), math.radians(south), math.radians(north))
    assert area == pytest.approx(expected, abs=0.01)


def test_map_sheet_in_degrees() -> None:
    # figure 5: along meridians and parallels the official formula is the exact closed form
    sheet = shapely.box(109.375, 24 + 17.5 / 60, 109.40625, 24 + 18.75 / 60)
    assert geodesy.official_area_m2(sheet, CGCS2000)[0] == pytest.approx(7320200.02, abs=0.01)


def test_octant_by_the_series() -> None:
    # figure 7, GeographicLib's Planimeter: an eighth of the WGS 84 ellipsoid, by 90 one-degree strips
    lat = np.radians(np.arange(91.0))
    strips = geodesy.trapezoid_m2(math.pi / 2, lat[:-1], lat[1:], WGS84)
    assert strips.sum() == pytest.approx(63758202715511, rel=1e-11)


def test_planimeter_ring_by_the_geodesic_routine() -> None:
    # the independent routine's library gives GeographicLib's own figures
    area, perimeter = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(
        [0, 90, 180, 270], [89, 89, 89, 89]
    )
    assert abs(area) == pytest.approx(24952305678.0, abs=0.1)
    assert perimeter == pytest.approx(631819.8745, abs=1e-3)


OUTER = shapely.box(36642000, 2689000, 36643500, 2690000)
HOLE = shapely.box(36642600, 2689400, 36642800, 2689500)


def test_the_example_with_a_hole() -> None:
    # the example of the text format, by the norm's procedure
    both = shapely.Polygon(OUTER.exterior.coords, [HOLE.exterior.coords])
    areas = geodesy.official_area_m2([OUTER, HOLE, both], GK36)
    assert areas.round(2).tolist() == [1499245.53, 19989.94, 1479255.59]
    assert geodesy.check_area_m2([both], GK36)[0] == pytest.approx(1479255.59, abs=0.02)
    assert both.area == 1480000.00


def test_hole_orientation_and_number_do_not_matter() -> None:
    hole = list(HOLE.exterior.coords)
    one = shapely.Polygon(OUTER.exterior.coords, [hole])
    other = shapely.Polygon(list(OUTER.exterior.coords)[::-1], [hole[::-1]])
    areas = geodesy.official_area_m2([one, other], GK36)
    assert areas[0] == pytest.approx(areas[1], abs=1e-6)


def test_multipolygons_sum_and_nothing_is_nothing() -> None:
    apart = affinity.translate(OUTER, 5000, 0)
    parts = geodesy.official_area_m2([OUTER, apart], GK36)
    together = geodesy.official_area_m2(
        [shapely.multipolygons([OUTER, apart]), None, shapely.Point(0, 0), shapely.Polygon()], GK36
    )
    assert together.tolist() == [parts.sum(), 0.0, 0.0, 0.0]
    assert geodesy.official_area_m2([], GK36).tolist() == []


def test_rings_without_a_vertex_are_no_rings() -> None:
    """They stood for the next ring: an area was subtracted from itself."""
    square = shapely.box(36_642_000, 2_689_000, 36_642_100, 2_689_100)
    hollow = shapely.from_wkt(square.wkt.replace("))", "), EMPTY)"))
    assert shapely.get_num_interior_rings(hollow) == 1
    both = shapely.MultiPolygon([hollow, shapely.box(36_642_200, 2_689_000, 36_642_300, 2_689_100)])
    one, two, three = geodesy.official_area_m2([square, hollow, both], GK36)
    assert one == two
    assert three == pytest.approx(2 * one, abs=0.1)


def test_edges_are_divided() -> None:
    # A lopsided town of 3.6 km²: its long edges, straight on the plane, bulge on the ellipsoid
    # (1.3 m² on a 7-vertex town, 17 m² on a 12-vertex one).
    ring = np.array([(0, 0), (2900, 300), (2600, 1500), (1400, 2100), (900, 1250), (-200, 900)])
    town = shapely.Polygon(ring + np.array([642000, 2689000]))
    official = geodesy.official_area_m2(town, CM108)[0]
    assert official == pytest.approx(geodesy.check_area_m2(town, CM108)[0], abs=0.08)
    bare = np.array(town.exterior.coords)
    lon, lat = geodesy.gk_inverse(bare[:, 0], bare[:, 1], 108.0, 500000.0)
    strips = geodesy.trapezoid_m2((lon[:-1] + lon[1:]) / 2 - lon[0], lat[:-1], lat[1:])
    assert abs(abs(strips.sum()) - official) > 1


def test_an_edge_of_exactly_70_m_is_divided() -> None:
    def parts(polygon: shapely.Polygon) -> list[int]:
        rings = geodesy.Rings.of(polygon)
        return geodesy._parts(geodesy._plane_lengths(rings, CM108), rings, 70.0).tolist()

    assert parts(shapely.box(500000, 2700000, 500070, 2700069.99)) == [1, 2, 1, 2, 1]
    assert parts(shapely.box(500000, 2700000, 500140, 2700210)) == [4, 3, 4, 3, 1]


def test_inverse_series_agrees_with_proj() -> None:
    # within ±1.6° of the meridian 0.14 mm in B, 0.003 mm in L
    lon, lat = np.meshgrid(np.linspace(106.4, 109.6, 41), np.linspace(18, 54, 37))
    to_plane = pyproj.Transformer.from_crs(4490, 4545, always_xy=True)
    x, y = to_plane.transform(lon, lat)
    back_lon, back_lat = geodesy.gk_inverse(np.asarray(x), np.asarray(y), 108.0, 500000.0)
    metres = 6378137.0
    assert np.abs(back_lat - np.radians(lat)).max() * metres < 0.00015
    assert (np.abs(back_lon - np.radians(lon)) * np.cos(np.radians(lat))).max() * metres < 0.00001


def test_plane_distortion_at_liuzhou() -> None:
    # plane area is 499 ppm too large at 109.4°E on meridian 108
    x, y = pyproj.Transformer.from_crs(4490, 4545, always_xy=True).transform(109.4, 24.3)
    side = math.sqrt(3e6)
    square = shapely.box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    official = geodesy.official_area_m2(square, CM108)[0]
    assert (square.area / official - 1) * 1e6 == pytest.approx(498.87, abs=0.05)


def test_central_meridian_does_not_matter() -> None:
    # a file in the wrong zone gives the same area
    shifted = affinity.translate(OUTER, 1_000_000, 0)
    one = geodesy.official_area_m2(OUTER, GK36)[0]
    other = geodesy.official_area_m2(shifted, pyproj.CRS(4525))[0]
    assert one == pytest.approx(other, abs=0.011)


def test_other_projections_and_ellipsoids_by_proj() -> None:
    for code, east, north in ((31370, 150000, 200000), (32631, 450000, 5410000), (3035, 4e6, 3e6)):
        crs = pyproj.CRS(code)
        square = shapely.box(east, north, east + 2000, north + 1500)
        official = geodesy.official_area_m2(square, crs)[0]
        assert official == pytest.approx(geodesy.check_area_m2(square, crs)[0], abs=0.03)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (36642129.72715, 36642129.7272),
        (36642129.72714, 36642129.7271),
        (2.00005, 2.0001),
        (-2.00005, -2.0001),
        (0.0, 0.0),
    ],
)
def test_vertices_round_half_up_as_decimals(value: float, expected: float) -> None:
    assert geodesy.round_half_up(np.array([value]), 4)[0] == expected


@given(st.decimals(-40_000_000, 40_000_000, places=5, allow_nan=False))
def test_rounding_agrees_with_decimal(value: object) -> None:
    from townland import units

    number = float(str(value))
    expected = float(units.half_up(number, 4))
    assert geodesy.round_half_up(np.array([number]), 4)[0] == expected


@given(
    st.lists(st.decimals(-40_000_000, 40_000_000, places=5, allow_nan=False), min_size=1),
    st.sampled_from([np.nan, np.inf, 0.0]),
)
def test_numbers_are_rounded_each_by_itself(numbers: list[object], strange: float) -> None:
    """Only numbers near a half are looked at closely: those beside it must not matter."""
    values = np.array([*(float(str(number)) for number in numbers), strange])
    with np.errstate(invalid="ignore"):
        together = geodesy.round_half_up(values, 4)
        alone = [geodesy.round_half_up(values[[at]], 4)[0] for at in range(len(values))]
    assert np.array_equal(together, alone, equal_nan=True)


def test_the_series_of_a_trapezoid_is_that_of_the_norm() -> None:
    """Sines and cosines of multiples are made of those before; the norm's are computed one by one."""
    random = np.random.default_rng(7)
    south = np.radians(random.uniform(3, 54, 10_000))
    north = south + np.radians(random.uniform(-0.001, 0.001, len(south)))
    half, middle = (north - south) / 2, (south + north) / 2
    series = sum(
        (-1) ** order * constant * np.sin((2 * order + 1) * half) * np.cos((2 * order + 1) * middle)
        for order, constant in enumerate(geodesy.CGCS2000.constants)
    )
    expected = 2 * geodesy.CGCS2000.b**2 * 1e-5 * series
    assert geodesy.trapezoid_m2(1e-5, south, north) == pytest.approx(expected, rel=1e-14)


def test_areas_that_count_from_a_corner_are_those_of_the_land_itself() -> None:
    corner = (36_500_000.0, 2_700_000.0)
    holed = shapely.box(0, 0, 400, 300).difference(shapely.box(50, 50, 100, 100))
    several = shapely.MultiPolygon([shapely.box(500, 0, 600, 80), shapely.box(700, 0, 760, 80)])
    local = np.array([holed, several, None, shapely.Polygon(), shapely.Point(0, 0)], dtype=object)
    there = np.array(
        [None if each is None else affinity.translate(each, *corner) for each in local]
    )
    own = geodesy.official_area_m2(there, GK36)
    assert (own[:2] > 5000).all()
    assert geodesy.official_area_m2(local, GK36, corner=corner).tolist() == own.tolist()


@pytest.mark.parametrize(
    "shapes",
    [
        [],
        [shapely.box(0, 0, 1, 1), shapely.Polygon()],
        [shapely.Polygon(), None, shapely.MultiPolygon()],
        [shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]),
         shapely.box(5, 0, 6, 1)],
        [shapely.box(5, 0, 6, 1),
         shapely.from_wkt("GEOMETRYCOLLECTION (POINT (0 0), LINESTRING (0 0, 1 1))")],
    ],
)  # fmt: skip
def test_parts_are_those_of_shapely(shapes: list[shapely.Geometry | None]) -> None:
    every = np.array([*shapes, None], dtype=object)[: len(shapes)]
    expected, of = shapely.get_parts(every, return_index=True)
    parts, owner = parts_of(every)
    assert owner.tolist() == of.tolist()
    assert [each.wkb for each in parts] == [each.wkb for each in expected]
    lone = [each for each in every if each is not None and each.geom_type == "Polygon"]
    assert sum(any(part is each for each in lone) for part in parts) == len(lone)


@st.composite
def towns(draw: st.DrawFn) -> shapely.Polygon:
    corners = draw(st.integers(3, 24))
    east, north = draw(st.floats(36350000, 36650000)), draw(st.floats(2000000, 5500000))
    radii = draw(st.lists(st.floats(400, 3000), min_size=corners, max_size=corners))
    angles = np.linspace(0, math.tau, corners, endpoint=False)
    return shapely.Polygon(
        [
            (east + r * math.cos(a), north + r * math.sin(a))
            for r, a in zip(radii, angles, strict=True)
        ]
    )


@settings(max_examples=60, deadline=None)
@given(towns())
def test_two_routines_agree(town: shapely.Polygon) -> None:
    official = geodesy.official_area_m2(town, GK36)[0]
    exact = geodesy.unrounded_area_m2(town, GK36)[0]
    check = geodesy.check_area_m2(town, GK36)[0]
    assert abs(exact - check) <= max(0.02, 5e-9 * official, 1e-5 * town.length)
    assert abs(official - exact) <= 1e-4 * town.length


def test_a_town_at_liuzhou_agrees_within_the_stated_tolerance() -> None:
    # SOURCES.md, Check area, for the headline itself: no rounding explains more than this at 24° N
    ring = np.array([(0, 0), (2900, 300), (2600, 1500), (1400, 2100), (900, 1250), (-200, 900)])
    for turn in range(0, 360, 15):
        town = affinity.rotate(shapely.Polygon(ring + np.array([642000, 2689000])), turn)
        official = geodesy.official_area_m2(town, CM108)[0]
        check = geodesy.check_area_m2(town, CM108)[0]
        assert abs(official - check) <= max(0.02, 5e-9 * official, 1e-5 * town.length)


@settings(max_examples=40, deadline=None)
@given(towns(), st.floats(0.1, 0.9))
def test_cutting_a_polygon_keeps_its_area(town: shapely.Polygon, at: float) -> None:
    west, south, east, north = town.bounds
    cut = west + (east - west) * at
    left = town.intersection(shapely.box(west - 1, south - 1, cut, north + 1))
    right = town.intersection(shapely.box(cut, south - 1, east + 1, north + 1))
    parts = geodesy.official_area_m2([left, right], GK36)
    whole = geodesy.official_area_m2(town, GK36)[0]
    allowed = max(0.04, 1e-8 * whole, 2e-5 * (town.length + (north - south)))
    assert abs(parts.sum() - whole) <= allowed


def test_a_plan_without_ellipsoid_has_no_official_area() -> None:
    plan = pyproj.CRS('LOCAL_CS["site plan",UNIT["metre",1]]')
    with pytest.raises(CRSError) as error:
        geodesy.official_area_m2(shapely.box(0, 0, 100, 100), plan)
    assert "site plan has no ellipsoid" in error.value.render("en")
    assert "EPSG:4524" in error.value.render("zh")


def test_areas_do_not_depend_on_how_many_are_measured_at_once(monkeypatch):
    squares = [shapely.box(500000 + at, 2700000, 500090 + 2 * at, 2700100) for at in range(9)]
    polygons = np.array([*squares[:4], None, shapely.Polygon(), *squares[4:]], dtype=object)
    crs = pyproj.CRS(4545)
    at_once = geodesy.official_area_m2(polygons, crs)
    monkeypatch.setattr(geodesy, "VERTICES_AT_ONCE", 11)
    assert len(geodesy.blocks(polygons)) > 3
    assert geodesy.official_area_m2(polygons, crs).tolist() == at_once.tolist()
    assert geodesy.official_area_m2(polygons[:0], crs).tolist() == []
