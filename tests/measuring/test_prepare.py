from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import box

from townland import geodesy
from townland.errors import GeometryError
from townland.geodesy import official_area_m2
from townland.geodesy.valid import winding
from townland.issues import GEOMETRY
from townland.measuring import prepare
from townland.measuring.prepare.areal import made_valid
from townland.measuring.prepare.faults import (
    GEOS,
    PROBLEMS,
    SPIKE_WIDTH_M,
    described,
    invalid,
    vertex_faults,
)

CRS = pyproj.CRS(4545)
X, Y = 500000, 2700000  # on the meridian, where the plane is the ellipsoid to 1e-9


def ring(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(X + x, Y + y) for x, y in corners])


BOW_TIE = ring((0, 0), (10, 10), (10, 0), (0, 10))
# 12 × 8, less a notch of 3 × 6, run over once more by 3 × 9 on its right side and by a strip on top
SELF_OVERLAP = ring((0, 0), (12, 0), (12, 8), (6, 8), (6, 2), (9, 2), (9, 11), (0, 11))


def mend(
    polygon: shapely.Polygon, **options: object
) -> tuple[shapely.Polygon, tuple[prepare.Repair, ...]]:
    given = {"layer": "L", "protected": False, **options}
    geometries, repairs = prepare.mend([polygon], ["7"], CRS, **given)  # type: ignore[arg-type]
    return geometries[0], repairs


def test_valid_polygons_are_left_alone() -> None:
    square = box(X, Y, X + 10, Y + 10)
    mended, repairs = mend(square, protected=True)
    assert mended is square
    assert repairs == ()


def test_a_bow_tie_is_mended_openly() -> None:
    # overlay turns area 0 into 50 without a word
    mended, (repair,) = mend(BOW_TIE)
    assert mended.is_valid
    assert mended.area == 50
    assert (repair.layer, repair.feature) == ("L", "7")
    assert (repair.area_before_m2, repair.area_after_m2) == (Decimal("0.00"), Decimal("50.00"))
    assert (repair.code, repair.place) == ("ring_bow_tie", (X + 5, Y + 5))
    assert "crosses itself" in repair.problem.render("en")
    assert "500005.0000, 2700005.0000" in repair.problem.render("zh")


def test_a_protected_area_is_not_changed_unasked() -> None:
    with pytest.raises(GeometryError) as caught:
        mend(BOW_TIE, protected=True)
    message = caught.value.render("en")
    assert "from 0.00 m² to 50.00 m²" in message
    assert message.endswith("--accept-repair L:7")
    mended, repairs = mend(BOW_TIE, protected=True, accepted=["L:7"])
    assert (mended.area, len(repairs)) == (50, 1)
    assert repairs[0].accepted
    assert "--accept-repair" in repairs[0].action.render("zh")
    with pytest.raises(GeometryError):
        mend(BOW_TIE, protected=True, accepted=["L:8", "M:7"])


def test_a_name_that_a_shell_would_cut_is_quoted() -> None:
    with pytest.raises(GeometryError) as caught:
        mend(BOW_TIE, protected=True, layer="镇界 2020")
    assert caught.value.render("en").endswith('--accept-repair "镇界 2020:7"')


def test_structure_method_keeps_the_outline() -> None:
    mended, (repair,) = mend(SELF_OVERLAP)
    structure = shapely.make_valid(SELF_OVERLAP, method="structure").area
    linework = shapely.make_valid(SELF_OVERLAP, method="linework").area
    assert structure != linework
    assert mended.area == structure
    assert repair.code == "ring_overlaps_itself"
    # signed: 12 × 8 + 9 × 3 + the 3 × 6 gone round twice; outline: what is gone round counts once
    assert repair.area_before_m2 == Decimal("141.00")
    assert repair.area_after_m2 == Decimal("123.00")


def test_a_repair_that_changes_nothing_is_not_refused() -> None:
    # A hole that touches the shell along a point twice: invalid as a ring, same land.
    touching = ring((0, 0), (10, 0), (10, 10), (5, 10), (5, 5), (5, 10), (0, 10))
    assert not touching.is_valid
    mended, (repair,) = mend(touching, protected=True)
    assert mended.area == 100
    assert repair.area_before_m2 == repair.area_after_m2 == Decimal("100.00")
    assert not repair.accepted


@pytest.mark.parametrize(
    ("side", "inner", "refused"),
    [(10, 0.09, False), (10, 0.11, True), (1000, 0.9, False), (1000, 1.2, True)],
)
def test_the_bar_is_the_larger_of_a_hundredth_and_a_millionth(side, inner, refused) -> None:
    """A part within the other counts twice: 0.0081 and 0.0121 m² of 100, 0.81 and 1.44 of 1e6."""
    parts = [box(X, Y, X + side, Y + side), box(X + 5, Y + 5, X + 5 + inner, Y + 5 + inner)]
    nested = shapely.MultiPolygon(parts)
    if refused:
        with pytest.raises(GeometryError):
            mend(nested, protected=True)
    else:
        assert mend(nested, protected=True)[0].equals(parts[0])


def test_what_collapses_is_dropped_and_told() -> None:
    line = ring((0, 0), (10, 0), (0, 0), (10, 0))
    mended, repairs = mend(line)
    assert mended.is_empty
    assert "nothing areal" in repairs[0].action.render("en")
    (issue,) = prepare.collapsed(repairs)
    assert (issue.code, issue.severity, issue.layer, issue.feature) == (
        "geometry_collapsed", "error", "L", "7",
    )  # fmt: skip
    assert "1 feature encloses no area" in issue.message.render("en")


def test_all_that_collapsed_are_named() -> None:
    line = ring((0, 0), (10, 0), (0, 0), (10, 0))
    _mended, repairs = prepare.mend(
        [line, BOW_TIE, line], ["a", "b", "c"], CRS, layer="L", protected=False
    )
    (issue,) = prepare.collapsed(repairs)
    assert issue.message.render("en").endswith("a, c")


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_a_coordinate_that_is_no_number_is_left_out_and_never_unasked_in_a_protected_area(
    odd,
) -> None:
    """The vertex stood on the edge: what is left is the square, but that nobody could know."""
    with np.errstate(invalid="ignore"):
        broken = ring((0, 0), (10, 0), (10, 10), (odd, 5), (0, 10))
    mended, (repair,) = mend(broken)
    assert mended.area == 100
    assert (repair.code, repair.place) == ("coordinate_not_finite", (X + 10, Y + 10))
    assert (repair.area_before_m2, repair.area_after_m2) == (Decimal("0.00"), Decimal("100.00"))
    with pytest.raises(GeometryError) as caught:
        mend(broken, protected=True)
    assert "no number" in caught.value.render("en")
    # even where nothing is left of it
    with np.errstate(invalid="ignore"):
        nothing = ring((0, 0), (10, 0), (odd, 10))
    assert mend(nothing)[0].is_empty
    with pytest.raises(GeometryError):
        mend(nothing, protected=True)


def test_mending_ends_and_never_gives_what_is_not_valid(monkeypatch) -> None:
    # GEOS gives two parts with a common edge first
    thrice = ring((0, 2), (1, 0), (0, 1), (0, 0), (1, 0), (0, 1))
    assert not shapely.make_valid(thrice, method="structure").is_valid
    mended, _repairs = mend(thrice)
    assert (mended.is_valid, mended.area) == (True, 1)
    monkeypatch.setattr(shapely, "make_valid", lambda geometries, **_options: geometries)
    with pytest.raises(GeometryError):
        mend(thrice)


def test_only_what_is_areal_is_kept() -> None:
    mixed = shapely.GeometryCollection(
        [box(0, 0, 1, 1), shapely.LineString([(0, 0), (9, 9)]), box(2, 0, 3, 1)]
    )
    assert prepare.polygons_of([mixed])[0].area == 2
    assert prepare.polygons_of([shapely.Point(0, 0)])[0].is_empty


def test_ids_sort_as_numbers_where_they_are_numbers() -> None:
    assert sorted(["10", "9", "a", "009"], key=prepare.id_key) == ["009", "9", "10", "a"]


# --- faults -------------------------------------------------------------------------------

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]


def holed(*holes: list[tuple[float, float]]) -> shapely.Polygon:
    return shapely.Polygon(SQUARE, holes)


def square(west: float, south: float, size: float) -> list[tuple[float, float]]:
    return [*box(west, south, west + size, south + size).exterior.coords]


KINDS: dict[str, shapely.Geometry] = {
    "ring_bow_tie": shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]),
    "ring_overlaps_itself": shapely.Polygon(SQUARE * 2),
    "ring_touches_itself": shapely.Polygon([(0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 5)]),
    "spike": shapely.Polygon([(0, 0), (10, 0), (10, 5), (15, 5), (10, 5), (10, 10), (0, 10)]),
    "ring_double": holed(square(2, 2, 6), square(2, 2, 6)[::-1]),
    "rings_cross": holed(square(5, 5, 7)),
    "parts_overlap": shapely.MultiPolygon([box(0, 0, 10, 10), box(5, 0, 15, 10)]),
    "parts_nested": shapely.MultiPolygon([box(0, 0, 10, 10), box(5, 5, 6, 6)]),
    "holes_nested": holed(square(2, 2, 6), square(4, 4, 1)),
    "holes_overlap": holed(square(2, 2, 6), square(7, 7, 2)),
    "hole_outside": holed(square(15, 5, 1)),
    "interior_disconnected": holed([(0, 5), (5, 6), (10, 5), (5, 4)]),
}


@pytest.mark.parametrize("code", KINDS)
def test_every_fault_has_its_code_its_place_and_its_words(code: str) -> None:
    fault = invalid(KINDS[code])
    assert fault.code == code
    assert fault.place is not None
    assert shapely.intersects(KINDS[code].boundary, shapely.Point(fault.place))
    for lang in ("en", "zh"):
        assert f"{fault.place[0]:.9f}" in described(fault).render(lang)


def test_codes_are_listed_in_one_place() -> None:
    assert set(PROBLEMS) <= set(GEOMETRY)
    assert set(GEOS.values()) <= set(PROBLEMS)
    assert set(GEOMETRY.values()) == {"info", "warning", "error"}


def test_how_often_a_ring_goes_round() -> None:
    twice = shapely.get_coordinates(KINDS["ring_overlaps_itself"])
    assert winding(twice, (5, 5)) == 2
    assert winding(twice[::-1], (5, 5)) == -2
    assert winding(twice, (15, 5)) == 0


@pytest.mark.parametrize(
    ("width", "told"), [(0.0, True), (SPIKE_WIDTH_M * 0.99, True), (SPIKE_WIDTH_M * 1.01, False)]
)
def test_a_spike_is_told_by_its_width(width: float, told: bool) -> None:
    spiked = ring((0, 0), (9, 0), (9, 4), (15, 4), (9, 4 + width), (9, 9), (0, 9))
    faults = [fault for fault in vertex_faults([spiked], CRS) if fault.code == "spike"]
    assert [fault.place for fault in faults] == ([(X + 15, Y + 4)] if told else [])


def test_a_spike_at_the_first_vertex_and_after_a_repeated_one() -> None:
    tip_first = ring((15, 4), (9, 4.001), (9, 9), (0, 9), (0, 0), (9, 0), (9, 3.999))
    repeated = ring((0, 0), (9, 0), (9, 4), (15, 4), (15, 4), (9, 4.002), (9, 9), (0, 9))
    found = list(vertex_faults([tip_first, None, repeated], CRS))
    assert [(fault.code, fault.row, fault.place) for fault in found] == [
        ("points_repeated", 2, (X + 15, Y + 4)),
        ("spike", 0, (X + 15, Y + 4)),
        ("spike", 2, (X + 15, Y + 4)),
    ]


def test_a_spike_in_degrees_is_told_by_metres() -> None:
    metre = 1 / 111_000
    corners = [(0, 0), (9, 0), (9, 4), (15, 4), (9, 4.002), (9, 9), (0, 9)]
    spiked = shapely.Polygon([(109 + x * metre, 24 + y * metre) for x, y in corners])
    assert [fault.code for fault in vertex_faults([spiked], pyproj.CRS(4490))] == ["spike"]


def test_a_short_corner_and_a_fine_circle_are_no_spikes() -> None:
    fine = shapely.Point(X, Y).buffer(3, quad_segs=5000)  # vertices every 0.001 m
    triangle = ring((0, 0), (0.004, 0), (0, 0.004))
    assert list(vertex_faults([fine, triangle], CRS)) == []


def test_the_issues_of_a_layer_name_feature_place_and_areas() -> None:
    polygons = [BOW_TIE, box(X, Y, X + 1, Y + 1), ring((0, 0), (9, 0), (9, 0), (9, 9))]
    names = ["a", "b", "c"]
    _mended, repairs = prepare.mend(polygons, names, CRS, layer="L", protected=False)
    issues = prepare.issues_of(repairs, vertex_faults(polygons, CRS), names, "L")
    assert [(issue.code, issue.severity, issue.feature) for issue in issues] == [
        ("geometry_invalid", "warning", "a"),
        ("ring_bow_tie", "warning", "a"),
        ("points_repeated", "info", "c"),
    ]
    bow_tie = issues[1]
    assert (bow_tie.place, bow_tie.area_before_m2, bow_tie.area_after_m2) == (
        (X + 5, Y + 5), Decimal("0.00"), Decimal("50.00"),
    )  # fmt: skip
    assert "from 0.00 m² to 50.00 m²" in issues[0].message.render("en")


OUT_AND_BACK = [(0, 6), (14, 6), (0, 6), (1, 7), (0, 24), (14, 6)]
"""Along the first edge, back, and along it once more at the end."""


def holed(hole: Sequence[tuple[float, float]]) -> shapely.Polygon:
    square = [(-10, 0), (30, 0), (30, 40), (-10, 40)]
    return shapely.Polygon(square, [hole])


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        (shapely.Polygon(OUT_AND_BACK), 117),
        (shapely.Polygon(OUT_AND_BACK[::-1]), 117),
        (holed(OUT_AND_BACK), 1600 - 117),
        (shapely.MultiPolygon([shapely.Polygon(OUT_AND_BACK), shapely.box(50, 0, 51, 1)]), 118),
        # what the method has always kept: a bow-tie, and a ring that goes round twice
        (shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), 50),
        (shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)] * 2), 100),
    ],
)
def test_no_land_of_a_ring_is_lost(shape: shapely.Geometry, area: float) -> None:
    """GEOS left nothing of a parcel whose ring goes along its first edge, back, and along it again."""
    (mended,) = made_valid([shapely.transform(shape, lambda xy: xy + np.array((X, Y)))])
    assert mended.is_valid
    assert mended.area == pytest.approx(area, abs=1e-6)


# --- properties ---------------------------------------------------------------------------

points = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda at: (X + at[0], Y + at[1])),
    min_size=3,
    max_size=9,
)


@settings(max_examples=150, deadline=None)
@given(points)
@example([(X + x, Y + y) for x, y in OUT_AND_BACK])
def test_mending_gives_valid_land_and_refuses_what_it_would_change(corners) -> None:
    polygon = shapely.Polygon(corners)
    mended, repairs = mend(polygon)
    assert mended.is_valid
    if not repairs:
        assert mended is polygon
        return
    (repair,) = repairs
    assert repair.code in GEOMETRY
    # every point that the ring goes round is kept, and none is added
    xy = shapely.get_coordinates(polygon)
    for x, y in ((10.3, 10.7), (20.1, 20.9), (30.7, 5.2), (5.4, 33.3)):
        here = shapely.Point(X + x, Y + y)
        if winding(xy, (X + x, Y + y)):
            assert mended.intersects(here)
    change = abs(
        float(official_area_m2([mended], CRS)[0]) - float(official_area_m2([polygon], CRS)[0])
    )
    try:
        mend(polygon, protected=True)
    except GeometryError:
        assert change > 0.01
    else:
        assert change <= max(0.01, 1e-6 * polygon.area)
    again, none = mend(mended)
    assert again is mended or again.is_empty
    assert none == ()


def test_faults_of_vertices_do_not_depend_on_how_many_are_looked_at_at_once(monkeypatch):
    spiked = shapely.Polygon([(0, 0), (9, 0), (9, 4), (15, 4.002), (9, 4.004), (9, 9), (0, 9)])
    repeated = shapely.Polygon([(0, 0), (5, 0), (5, 0), (5, 5), (0, 5)])
    many = [spiked, repeated, None, box(0, 0, 9, 9), spiked, repeated]
    at_once = list(vertex_faults(many, CRS))
    assert [(fault.code, fault.row) for fault in at_once] == [
        ("points_repeated", 1), ("points_repeated", 5), ("spike", 0), ("spike", 4)]  # fmt: skip
    monkeypatch.setattr(geodesy, "VERTICES_AT_ONCE", 8)
    assert list(vertex_faults(many, CRS)) == at_once
