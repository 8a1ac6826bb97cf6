from __future__ import annotations

from decimal import Decimal

import pyproj
import pytest
import shapely
from shapely import box

from townland import prepare
from townland.errors import GeometryError

CRS = pyproj.CRS(4545)
X, Y = 500000, 2700000  # on the meridian, where the plane is the ellipsoid to 1e-9


def ring(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(X + x, Y + y) for x, y in corners])


BOW_TIE = ring((0, 0), (10, 10), (10, 0), (0, 10))
# 11 × 11 with a square of 1 × ... a ring that runs over itself: outline 96, raw 132, linework 60
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
    # pitfalls.md: overlay turns area 0 into 50 without a word
    mended, (repair,) = mend(BOW_TIE)
    assert mended.is_valid
    assert mended.area == 50
    assert (repair.layer, repair.feature) == ("L", "7")
    assert (repair.area_before_m2, repair.area_after_m2) == (Decimal("0.00"), Decimal("50.00"))
    assert "crosses itself" in repair.problem.render("en")


def test_a_protected_area_is_not_changed_unasked() -> None:
    with pytest.raises(GeometryError) as caught:
        mend(BOW_TIE, protected=True)
    message = caught.value.render("en")
    assert "from 0.00 m² to 50.00 m²" in message
    assert "--accept-repair L:7" in message
    mended, repairs = mend(BOW_TIE, protected=True, accepted=["L:7"])
    assert (mended.area, len(repairs)) == (50, 1)


def test_structure_method_keeps_the_outline() -> None:
    mended, _ = mend(SELF_OVERLAP)
    structure = shapely.make_valid(SELF_OVERLAP, method="structure").area
    linework = shapely.make_valid(SELF_OVERLAP, method="linework").area
    assert structure != linework
    assert mended.area == structure


def test_a_repair_that_changes_nothing_is_not_refused() -> None:
    # A hole that touches the shell along a point twice: invalid as a ring, same land.
    touching = ring((0, 0), (10, 0), (10, 10), (5, 10), (5, 5), (5, 10), (0, 10))
    assert not touching.is_valid
    mended, (repair,) = mend(touching, protected=True)
    assert mended.area == 100
    assert repair.area_before_m2 == repair.area_after_m2 == Decimal("100.00")


def test_what_collapses_is_dropped_and_told() -> None:
    line = ring((0, 0), (10, 0), (0, 0), (10, 0))
    mended, (repair,) = mend(line)
    assert mended.is_empty
    assert "nothing areal" in repair.action.render("en")


def test_only_what_is_areal_is_kept() -> None:
    mixed = shapely.GeometryCollection(
        [box(0, 0, 1, 1), shapely.LineString([(0, 0), (9, 9)]), box(2, 0, 3, 1)]
    )
    assert prepare.polygons_of([mixed])[0].area == 2
    assert prepare.polygons_of([shapely.Point(0, 0)])[0].is_empty


def test_ids_sort_as_numbers_where_they_are_numbers() -> None:
    assert sorted(["10", "9", "a", "009"], key=prepare.id_key) == ["009", "9", "10", "a"]
