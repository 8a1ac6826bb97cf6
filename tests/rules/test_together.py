"""IND-04 and PORT on towns that are rectangles; each distance and area is worked out beside it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from shapely.errors import GEOSException
from tests.factory_land import geodesic_m2
from tests.factory_rules import DAY, book, changed, read_back, town

from townland.errors import EngineError
from townland.geodesy.crs import reproject
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate, evaluate_portfolio
from townland.rules.judging.finding import Finding
from townland.rules.kinds import KINDS
from townland.rules.shared_land import meeting, overlaps
from townland.terms import Verdict

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal
ZONE_36 = pyproj.CRS.from_epsg(4524)
LONLAT = pyproj.CRS.from_epsg(4490)
X, Y = 36_600_000.0, 2_700_000.0


def square(
    code: str, east: float = 0, north: float = 0, side: float = 1000, **dossier: Any
) -> Facts:
    """A square town whose south-west corner lies `east` and `north` metres from the origin."""
    box = shapely.box(X + east, Y + north, X + east + side, Y + north + side)
    return replace(town(dossier=dossier), town=code, name=f"{code}镇", boundary=box, crs=ZONE_36)


def together(rule: str, *towns: Facts, law: Rulebook | None = None) -> Finding:
    whole = law or book()
    only = tuple(held for held in whole.rule if held.id == rule)
    (found,) = evaluate_portfolio(whole.model_copy(update={"rule": only}), towns, DAY)
    assert found.town is None
    assert found.towns == tuple(one.town for one in towns)
    assert read_back(found).recomputed() == found.measured
    return found


def why(finding: Finding) -> str:
    return finding.why.render("en")


# ---------------------------------------------------------------- IND-04


def row(count: int, gap: float, segment: str = "陶艺") -> list[Facts]:
    """Towns in a row, `gap` metres from boundary to boundary, all of one segment."""
    return [square(f"t{n}", n * (1000 + gap), segment=segment) for n in range(count)]


@pytest.mark.parametrize(
    ("count", "gap", "verdict"),
    [
        (2, 10_000, PASS),  # on the bar of 10 km
        (2, 9_999.9, REVIEW),
        (2, 10_000.1, PASS),
        (3, 20_000, REVIEW),  # more than two
    ],
)
def test_ind_04(count: int, gap: float, verdict: Verdict) -> None:
    found = together("IND-04", *row(count, gap))
    assert (found.verdict, found.measured, found.limit) == (verdict, D(count), D(2))
    for pair in found.trace.document()["pairs"]:
        apart = int(pair["towns"][1][1:]) - int(pair["towns"][0][1:])
        assert pair["distance_m"] == pytest.approx(apart * gap + (apart - 1) * 1000, abs=0.1)


def test_ind_04_unlike_towns_may_be_near() -> None:
    found = together("IND-04", square("a", segment="陶艺"), square("b", 1500, segment="竹木"))
    assert (found.verdict, found.trace.document()["pairs"]) == (PASS, [])


def test_ind_04_without_a_segment_is_not_evaluated_and_names_the_town() -> None:
    found = together("IND-04", *row(2, 500), square("z", 90_000))
    assert (found.verdict, found.missing) == (NOT, ("segment",))
    assert "z镇" in why(found)
    assert "500.0 m apart" in why(found)
    assert together("IND-04", square("a"), square("b", 5000)).measured is None


def test_ind_04_fails_where_the_bureau_lets_it(tmp_path: Path) -> None:
    text = Path(book().path).read_text("utf-8")
    table = text[text.index('id      = "IND-04"') : text.index('id      = "PORT-01"')]
    law = changed(tmp_path, (table, table.replace("modal   = true", "modal   = false")))
    assert together("IND-04", *row(3, 20_000), law=law).verdict is FAIL
    assert together("IND-04", *row(3, 20_000), square("z", -9000), law=law).verdict is FAIL


def test_ind_04_says_whose_near_is(tmp_path: Path) -> None:
    def origin(law: Rulebook | None) -> str:
        numbers = together("IND-04", *row(2, 500), law=law).trace.document()["parameters"]
        return next(one["origin"] for one in numbers if one["name"] == "near_km")

    assert origin(None) == "townland"
    assert origin(changed(tmp_path, ("near_km = 10 ", "near_km = 5 "))) == "bureau"


# ---------------------------------------------------------------- PORT-01


def listed(code: str, **lists: bool) -> Facts:
    return square(code, 2000 * ord(code), lists=lists, quota_ha=1.5)


def test_port_01_counts_and_sums() -> None:
    towns = [listed("a", city=True, region=True, national=False)]
    towns += [listed("b", city=True, region=False, national=False)]
    found = together("PORT-01", *towns)
    assert (found.verdict, found.measured, found.limit) == (INFO, D(2), D(15))
    assert [row["count"] for row in found.trace.document()["counts"]] == [2, 1, 0]
    assert [row["target"] for row in found.trace.document()["counts"]] == [15, 8, 3]
    assert found.trace.document()["sums"][0] == {"field": "quota_ha", "value": 3, "unknown": []}
    assert found.trace.document()["sums"][1]["unknown"] == ["a", "b"]
    assert "may lower its targets" in why(found)


def test_port_01_names_what_is_not_known() -> None:
    found = together("PORT-01", listed("a", city=True), square("b", 5000))
    assert found.verdict is NOT
    assert found.missing == ("lists.city", "lists.region", "lists.national")
    assert found.measured == D(1)


def test_a_sum_over_towns_names_the_figure_that_nobody_can_believe() -> None:
    stated = {"lists": {"city": True, "region": False, "national": False}}
    towns = [square("a", quota_ha=600_000, **stated), square("b", 5000, quota_ha=1.5, **stated)]
    found = together("PORT-01", *towns)
    assert found.verdict is INFO
    assert "a镇: " in why(found)
    assert "600000 ha is not plausible here" in why(found)
    assert "b镇: " not in why(found)
    confirmed = square("a", quota_ha=600_000, confirmed=["quota_ha"], **stated)
    assert "not plausible" not in why(together("PORT-01", confirmed, towns[1]))


# ---------------------------------------------------------------- PORT-02


@pytest.mark.parametrize(
    ("east", "verdict"),
    [
        (1000, PASS),  # they touch
        (1000.01, PASS),
        (999.81, REVIEW),  # a strip of 0.19 m by 1000 m: a sliver, its width 2 A / P is 0.19 m
        (999.79, FAIL),  # 0.21 m by 1000 m
        (500, FAIL),
    ],
)
def test_port_02(east: float, verdict: Verdict) -> None:
    found = together("PORT-02", square("a"), square("b", east))
    assert found.verdict is verdict
    box = shapely.box(X + east, Y, X + 1000, Y + 1000)
    shared = geodesic_m2(box) if east < 1000 else 0.0
    assert float(found.measured or 0) == pytest.approx(shared, abs=0.11)
    assert found.unit == "m2"
    if verdict is REVIEW:
        assert "Only slivers" in why(found)


def test_port_02_sums_over_the_pairs() -> None:
    towns = [square("a"), square("b", 900), square("c", 1800)]
    found = together("PORT-02", *towns)
    pairs = overlaps(towns, book().parameter.sliver_width_m)
    assert [(one.first, one.second) for one in pairs] == [("a", "b"), ("b", "c")]
    assert found.measured == sum(one.area_m2 for one in pairs)
    assert "a镇 and b镇 share" in why(found)


def test_port_02_meets_a_town_in_another_crs() -> None:
    plane = square("b", 900)
    degrees = reproject(np.array([plane.boundary], dtype=object), ZONE_36, LONLAT)[0]
    same = together("PORT-02", square("a"), plane)
    other = together("PORT-02", square("a"), replace(plane, boundary=degrees, crs=LONLAT))
    assert other.verdict is FAIL
    assert float(other.measured or 0) == pytest.approx(float(same.measured or 0), abs=0.2)


@pytest.mark.parametrize("rule", ["IND-04", "PORT-02"])
def test_what_compares_towns_is_not_applicable_to_one_alone(rule: str) -> None:
    for alone in (square("a"), square("a", segment="陶艺")):
        found = together(rule, alone)
        assert (found.verdict, found.measured, found.limit, found.missing) == (INFO, None, None, ())
        assert why(found).startswith("Not applicable: ")
        assert found.why.render("zh").startswith("不适用")
        assert found.trace.document()["terms"] == []


def test_of_no_town_nothing_is_said() -> None:
    assert evaluate_portfolio(book(), [], DAY) == ()


def test_port_02_what_is_a_sliver_is_the_rulebook_s(tmp_path: Path) -> None:
    """The towns share a strip of 100 m, twice whose area by its perimeter is less than 101 m."""
    towns = [square("a"), square("b", 900)]
    wide = changed(tmp_path, ("sliver_width_m = 0.2 ", "sliver_width_m = 101 "))
    assert together("PORT-02", *towns).verdict is FAIL
    assert together("PORT-02", *towns, law=wide).verdict is REVIEW


# ---------------------------------------------------------------- PORT-03


@pytest.mark.parametrize(
    ("lists", "verdict", "missing"),
    [
        ({"city": True, "region": True, "national": False}, PASS, ()),
        ({"city": False, "region": False, "national": False}, PASS, ()),
        ({"city": False, "region": True, "national": False}, REVIEW, ()),
        ({"city": False, "region": False, "national": True}, REVIEW, ()),
        ({"city": False, "region": True}, REVIEW, ()),
        ({"city": True}, PASS, ()),  # on the city's list it may be on any
        ({"region": True, "national": False}, NOT, ("lists.city",)),
        ({"city": False, "region": False}, NOT, ("lists.national",)),
        ({}, NOT, ("lists.region", "lists.national")),
    ],
)
def test_port_03(lists: dict[str, bool], verdict: Verdict, missing: tuple[str, ...]) -> None:
    found = together("PORT-03", listed("a", **lists))
    assert (found.verdict, found.missing) == (verdict, missing)
    assert found.measured == D(verdict is REVIEW)


def test_rules_on_all_towns_are_asked_once() -> None:
    towns = [square("a"), square("b", 5000)]
    joint = [rule.id for rule in book().rule if KINDS[rule.kind].joint]
    assert [found.rule for found in evaluate_portfolio(book(), towns, DAY)] == joint
    assert not {found.rule for found in evaluate(book(), towns[0], DAY)} & set(joint)


# ---------------------------------------------------------------- names of segments


def test_ind_04_reads_one_segment_however_it_is_written() -> None:
    """A blank, full width, an ending: three towns of one segment, 500 m apart."""
    names = ("陶艺文化 ", " 陶艺文化", "陶艺　文化产业")
    towns = [square(f"t{n}", n * 1500, segment=name) for n, name in enumerate(names)]
    found = together("IND-04", *towns)
    assert (found.verdict, found.measured) == (REVIEW, 3)


@pytest.mark.parametrize(
    ("one", "other"), [("陶艺行业", "陶艺"), ("ＩＴ服务", "it 服务"), ("竹木产业", "竹木行业")]
)
def test_ind_04_folds_endings_and_width(one: str, other: str) -> None:
    assert (
        together("IND-04", square("a", segment=one), square("b", 1500, segment=other)).measured == 2
    )


def test_ind_04_lists_near_names_for_a_person() -> None:
    """螺蛳粉 and 螺丝粉 have two of three signs alike: 2 · 2 / 6; 0.5 km apart they would be near."""
    near = [square("a", segment="螺蛳粉"), square("b", 1500, segment="螺丝粉")]
    found = together("IND-04", *near)
    assert found.verdict is REVIEW
    assert "螺蛳粉" in found.why.render("en")
    assert found.trace.document()["near_names"][0]["alike"] == 0.666667  # type: ignore[index,call-overload]
    far = together("IND-04", square("a", segment="螺蛳粉"), square("b", 21_000, segment="螺丝粉"))
    assert far.verdict is PASS
    assert "nearly alike" in far.why.render("en")


def test_ind_04_tells_unlike_names_apart() -> None:
    """陶艺文化 and 民族文化 share two of four signs: 0.5, less than 0.6."""
    found = together(
        "IND-04", square("a", segment="陶艺文化"), square("b", 1500, segment="民族文化")
    )
    assert found.verdict is PASS
    assert "alike" not in found.why.render("en")


# ---------------------------------------------------------------- many towns


def test_many_towns_without_dossiers_are_counted_and_not_all_named() -> None:
    towns = [square(f"t{n}", 2000 * n) for n in range(340)]
    reasons = {each.rule: why(each) for each in evaluate_portfolio(book(), towns, DAY, shared=())}
    assert set(reasons) == {"IND-04", "PORT-01", "PORT-02", "PORT-03"}
    assert not [rule for rule, reason in reasons.items() if "t20镇" in reason]
    assert "t19镇 and 320 others" in reasons["IND-04"]
    assert "t19镇 and 320 others" in reasons["PORT-03"]


def test_many_towns_that_overlap_are_summed_and_not_all_named() -> None:
    towns = [square(f"t{n}", n) for n in range(27)]  # 27 · 26 / 2 = 351 pairs
    finding = together("PORT-02", *towns)
    assert finding.verdict is FAIL
    assert "There are 331 more like these." in why(finding)
    shared = [geodesic_m2(shapely.box(X + n, Y, X + 1000, Y + 1000)) for n in range(1, 27)]
    # n towns further east the shared land is n metres narrower, and 27 - n pairs are so far apart
    whole = sum((26 - n) * area for n, area in enumerate(shared))
    assert float(finding.measured or 0) == pytest.approx(whole, rel=1e-7)


def test_many_like_towns_are_named_by_their_number() -> None:
    reason = why(together("IND-04", *row(45, 1000)))
    assert "45 towns" in reason
    assert "t20镇" not in reason.split("more than")[0]
    assert "more like these" in reason


# ---------------------------------------------------------------- what GEOS refuses


def torn(code: str, east: float = 0) -> Facts:
    """A bow-tie of two triangles of 250,000 m² each, which GEOS refuses."""
    corners = [(0, 0), (1000, 1000), (1000, 0), (0, 1000)]
    shape = shapely.Polygon([(X + east + x, Y + y) for x, y in corners])
    return replace(square(code), boundary=shape)


@pytest.mark.parametrize("other", [square("b"), torn("b")], ids=["square", "the same bow-tie"])
def test_shared_land_that_geos_refuses_goes_up_the_ladder(other: Facts) -> None:
    met = meeting([torn("a"), other], D(1))
    (land,) = met.shared
    both = sum(geodesic_m2(part) for part in shapely.get_parts(shapely.make_valid(land.geometry)))
    assert float(land.area_m2) == pytest.approx(both, abs=0.01)
    assert land.geometry.area == pytest.approx(500_000, abs=0.01)  # both triangles
    assert not met.refused
    assert [issue.code for issue in met.issues] == ["overlay_by_parts"]


@pytest.mark.parametrize(
    ("first", "second", "doubted"),
    [
        (square("a"), square("b", 500), {"a", "b"}),
        (torn("a"), square("b", 500), {"a"}),
        (square("a"), torn("b", 500), {"b"}),
    ],
    ids=["two valid ones", "the first is torn", "the second is torn"],
)
def test_a_pair_that_geos_refuses_whatever_is_tried_leaves_the_others(
    first: Facts, second: Facts, doubted: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_one: Any, _other: Any) -> Any:
        raise GEOSException("TopologyException: side location conflict")

    apart = [square("c", 9000), square("d", 9500)]  # share 500 m × 1,000 m
    sound = meeting(apart, D(1)).shared
    with monkeypatch.context() as patch:
        patch.setattr("townland.rules.shared_land.kernel.intersection", refused)
        met = meeting([first, second], D(1))
    assert set(met.refused) == doubted
    assert all("side location" in reason.render("en") for reason in met.refused.values())
    assert not met.shared
    assert sound[0].geometry.area == pytest.approx(500_000, abs=0.01)


def test_shared_land_that_does_not_close_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    # the ladder's last step loses half of the land
    monkeypatch.setattr(
        "townland.rules.shared_land.kernel.difference", lambda _one, _other: shapely.Polygon()
    )
    met = meeting([torn("a"), square("b", 500)], D(1))
    assert set(met.refused) == {"a"}
    with pytest.raises(EngineError, match="250000"):
        overlaps([torn("a"), square("b", 500)], D(1))
