"""The rules LAND-07, 09, 14, 16 and USE-01 to 03 on towns made by hand.

Each figure is worked out beside it.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import book, changed, judge, measure, town

from townland.rules.evaluate import Facts
from townland.rules.judging.finding import Finding
from townland.terms import Verdict

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal

PROHIBITED, REDLINE = "planned_in_prohibited", "planned_on_redline"
LOOKED_AT = [
    "planned_in_conditional",
    "planned_in_restricted",
    "planned_in_no_zone",
    "planned_outside_growth_boundary",
]


def why(finding: Finding) -> str:
    return finding.why.render("en")


def zoned(*measures: Any, **known: Any) -> Facts:
    return town(
        measure("planned_construction", ("p", 900_000)),
        measure("planned_in_allowed", ("z", 880_000)),
        *measures,
        **known,
    )


# ---------------------------------------------------------------- LAND-07


def test_land_07_wholly_in_the_allowed_zone_passes() -> None:
    found = judge("LAND-07", zoned())
    assert found.verdict is PASS
    assert (found.measured, found.limit, found.margin) == (D(0), D(0), D(0))
    assert "No planned construction land lies where it must not" in why(found)


@pytest.mark.parametrize("name", [PROHIBITED, REDLINE])
def test_land_07_in_a_prohibited_zone_or_on_the_red_line_fails(name: str) -> None:
    found = judge("LAND-07", zoned(measure(name, ("z1", "0.01"), ("z2", 20_000))))
    assert found.verdict is FAIL
    assert found.measured == D("20000.01")
    assert found.margin == D("-20000.01")
    assert "2.0000 ha (features met: 2)" in why(found)
    rows = {row["measure"]: row for row in found.trace.document()["zones"]}
    assert rows[name]["verdict"] == "fail"
    assert rows["planned_in_allowed"]["area_m2"] == 880_000
    assert [patch["id"] for patch in found.trace.document()["patches"][name]] == ["z1", "z2"]


def test_land_07_land_in_both_counts_in_each_and_says_so() -> None:
    both = [measure(PROHIBITED, ("z", 300)), measure(REDLINE, ("r", 200))]
    found = judge("LAND-07", zoned(*both))
    assert found.measured == D(500)
    assert "counts in each" in found.trace.document()["formula"]["en"]
    # the figure of the head stands in the reason, as it does where one zone alone is met
    assert "Together 0.0500 ha; land in two of these counts in each." in why(found)
    assert "Together" not in why(judge("LAND-07", zoned(both[0])))


def test_land_07_the_red_line_is_another_document_s() -> None:
    found = judge("LAND-07", zoned(measure(REDLINE, ("r", 200))))
    assert "by the ecological red line as drawn" in why(found)
    rows = {row["measure"]: row["document"] for row in found.trace.document()["zones"]}
    assert rows[REDLINE]["zh"] == "生态保护红线划定成果"
    assert rows[PROHIBITED] is None


@pytest.mark.parametrize("name", LOOKED_AT)
def test_land_07_in_a_conditional_or_restricted_zone_or_outside_is_review(name: str) -> None:
    found = judge("LAND-07", zoned(measure(name, ("z", "0.01"))))
    assert found.verdict is REVIEW
    assert found.measured == D("0.01")  # the head shows what calls for the look
    assert found.trace.recomputed() == found.measured
    assert "0.01 m²" in why(found)
    assert name in found.evidence


@pytest.mark.parametrize("name", [PROHIBITED, REDLINE, *LOOKED_AT])
def test_land_07_only_slivers_are_review(name: str) -> None:
    found = judge("LAND-07", zoned(measure(name, sliver="3.20")))
    # slivers in no zone are the gaps between zones as they were drawn
    assert found.verdict is (PASS if name == "planned_in_no_zone" else REVIEW)


def test_land_07_whether_slivers_count_is_data(tmp_path: Path) -> None:
    strict = changed(tmp_path, ("slivers = false", "slivers = true"))
    facts = zoned(measure("planned_in_no_zone", sliver="3.20"))
    assert judge("LAND-07", facts, strict).verdict is REVIEW


def test_land_07_nearer_to_nothing_than_the_closure_is_review() -> None:
    thin = measure(PROHIBITED, ("z", "0.01"), closure="0.02")
    assert judge("LAND-07", zoned(thin)).verdict is REVIEW


@pytest.mark.parametrize(
    "role", ["planned_use", "control_zone", "growth_boundary", "ecological_redline"]
)
def test_land_07_with_an_input_missing(role: str) -> None:
    found = judge("LAND-07", town(absent=(role,)))
    assert found.verdict is NOT
    assert role in found.missing


def test_land_07_what_is_known_fails_though_a_layer_is_missing() -> None:
    found = judge("LAND-07", town(measure(REDLINE, ("r", 200)), absent=("control_zone",)))
    assert found.verdict is FAIL
    assert found.measured == 200
    assert "no layer for: control zones" in why(found)


@pytest.mark.parametrize("known", [{"uncovered": 10_000}, {"unknown": 10_000}])
def test_land_07_covered_in_part(known: dict[str, Any]) -> None:
    partly = judge("LAND-07", zoned(measure("planned_in_conditional", ("z", 5), **known)))
    assert partly.verdict is NOT
    assert "1.0000 ha" in why(partly)
    failing = judge("LAND-07", zoned(measure(PROHIBITED, ("z", 5), **known)))
    assert failing.verdict is FAIL


def test_land_07_its_lists_are_data(tmp_path: Path) -> None:
    mild = changed(
        tmp_path,
        ('  { measure = "planned_in_prohibited" },\n', ""),
        (
            '  { measure = "planned_in_conditional" },\n',
            '  { measure = "planned_in_prohibited" },\n',
        ),
    )
    facts = zoned(measure(PROHIBITED, ("z", 5)))
    assert judge("LAND-07", facts).verdict is FAIL
    assert judge("LAND-07", facts, mild).verdict is REVIEW
    urged = changed(
        tmp_path, ('kind      = "control_zones"', 'kind = "control_zones"\nmodal = true')
    )
    assert judge("LAND-07", facts, urged).verdict is REVIEW


# ---------------------------------------------------------------- LAND-14


def resettled(part: Any = 8_000, **known: Any) -> Facts:
    return town(
        measure("resettlement_planned", ("a", 6_000), ("b", 4_000), **known),
        measure("resettlement_in_allowed", ("a", part)),
    )


def test_land_14_states_the_part_in_the_allowed_zone() -> None:
    found = judge("LAND-14", resettled())
    assert found.verdict is INFO
    assert found.measured == D(10_000)
    assert (found.trace.document()["part_m2"], found.trace.document()["rest_m2"]) == (8_000, 2_000)
    assert "1.0000 ha" in why(found)
    assert "0.8000 ha" in why(found)


def test_land_14_without_such_land_does_not_apply() -> None:
    found = judge("LAND-14", town())
    assert found.verdict is INFO
    assert found.measured is None
    assert why(found).startswith("Not applicable")


def test_land_14_without_tags_is_not_evaluated() -> None:
    found = judge("LAND-14", resettled(untagged=("planned_use",)))
    assert found.verdict is NOT
    assert found.missing == ("planned_use.tag_column",)
    assert "tag_column" in why(found)


@pytest.mark.parametrize("role", ["planned_use", "control_zone"])
def test_land_14_with_an_input_missing(role: str) -> None:
    found = judge("LAND-14", town(absent=(role,)))
    assert found.verdict is NOT
    assert found.missing == (role,)


def test_land_14_covered_in_part() -> None:
    assert judge("LAND-14", resettled(uncovered=100)).verdict is NOT


# ---------------------------------------------------------------- LAND-16


def test_land_16_states_the_area() -> None:
    found = judge("LAND-16", town(measure("industry_kept", ("p", 12_345))))
    assert found.verdict is INFO
    assert found.measured == D(12_345)
    assert "1.2345 ha" in why(found)


def test_land_16_without_such_land_does_not_apply() -> None:
    found = judge("LAND-16", town())
    assert (found.verdict, found.measured) == (INFO, None)
    assert why(found).startswith("Not applicable")


@pytest.mark.parametrize("role", ["planned_use", "land_use"])
def test_land_16_with_an_input_missing(role: str) -> None:
    found = judge("LAND-16", town(absent=(role,)))
    assert found.verdict is NOT
    assert found.missing == (role,)


def test_land_16_where_the_scheme_does_not_tell_industry() -> None:
    found = judge("LAND-16", town(measure("industry_kept", unknown=5_000)))
    assert found.verdict is NOT
    assert found.measured == 0


USES = ["industry", "commercial", "public", "infrastructure", "residential", "other"]


def uses(need: Any = 100_000, **parts: Any) -> Facts:
    """New land of 10 ha, of it `parts` by use."""
    return town(
        measure("new_construction", ("n", need)),
        *(measure(f"new_for_{use}", ("n", area)) for use, area in parts.items()),
    )


# ---------------------------------------------------------------- LAND-09


def test_land_09_puts_industry_first_and_closes() -> None:
    found = judge("LAND-09", uses(residential=30_000, industry=45_000, public=20_000))
    assert found.verdict is INFO
    assert found.measured == D(100_000)
    rows = found.trace.document()["uses"]
    assert rows[0] == {"measure": "new_for_industry", "area_m2": 45_000, "share": 0.45}
    assert rows[-1] == {"measure": None, "area_m2": 5_000, "share": 0.05}
    assert sum(row["area_m2"] for row in rows) == 100_000
    assert "industry and storage 4.5000 ha (45%)" in why(found).replace(
        "New construction land for ", ""
    )
    assert "Of 0.5000 ha the plan does not tell the use" in why(found)


def test_land_09_without_new_land() -> None:
    found = judge("LAND-09", town())
    assert (found.verdict, found.measured) == (INFO, D(0))


@pytest.mark.parametrize("role", ["planned_use", "land_use"])
def test_land_09_with_an_input_missing(role: str) -> None:
    found = judge("LAND-09", town(absent=(role,)))
    assert (found.verdict, found.missing) == (NOT, (role,))


def test_land_09_where_the_scheme_tells_no_uses() -> None:
    unknown = measure("new_for_industry", unknown=100_000)
    facts = town(measure("new_construction", ("n", 100_000)), unknown)
    found = judge("LAND-09", facts)
    assert found.verdict is NOT
    assert "10.0000 ha bear land codes" in why(found)


def test_land_09_the_order_is_data(tmp_path: Path) -> None:
    other = changed(tmp_path, ('uses    = ["new_for_industry", ', "uses    = ["))
    found = judge("LAND-09", uses(industry=45_000, commercial=1), other)
    assert found.trace.document()["uses"][0]["measure"] == "new_for_commercial"
    assert found.trace.document()["uses"][-1]["area_m2"] == 99_999


# ---------------------------------------------------------------- USE-01


def housing(area: Any, **known: Any) -> Facts:
    return town(
        measure("planned_construction", ("p", 1_000_000)),
        measure("housing_planned", ("h", area), **known),
    )


CAP = ("# maximum = 0.3 ", "maximum = 0.3 ")


def test_use_01_without_a_cap_is_only_stated() -> None:
    found = judge("USE-01", housing(250_000))
    assert found.verdict is INFO
    assert (found.measured, found.limit, found.margin) == (D("0.25"), None, None)
    assert found.unit == "share"
    assert "25.0000 ha of 100.0000 ha" in why(found)
    assert "25%" in why(found)


# The cap is 30 % of 1 km²: 300 000 m². Its doubt is 0.1 % of that, 300 m².
@pytest.mark.parametrize(
    ("area", "verdict", "margin"),
    [
        ("299700", PASS, "0.000300"),
        ("299700.01", REVIEW, "0.000300"),
        ("300000", REVIEW, "0"),
        ("300300", REVIEW, "-0.000300"),
        ("900000", REVIEW, "-0.6"),
        ("0", PASS, "0.3"),
    ],
)
def test_use_01_above_a_bureau_s_cap_is_review(
    tmp_path: Path, area: str, verdict: Verdict, margin: str
) -> None:
    found = judge("USE-01", housing(area), changed(tmp_path, CAP))
    assert found.verdict is verdict
    assert (found.limit, found.margin) == (D("0.3"), D(margin))
    bar = next(p for p in found.trace.document()["parameters"] if p["name"] == "maximum")
    assert bar["origin"] == "bureau"


@pytest.mark.parametrize("whose", ["policy", "townland", "bureau"])
def test_use_01_whose_a_bar_is_stands_beside_it(whose: str) -> None:
    (rule,) = (each for each in book().rule if each.id == "USE-01")
    rule = rule.model_copy(update={"maximum": D("0.45"), "bar_of": whose})
    found = judge("USE-01", housing(250_000), book().model_copy(update={"rule": (rule,)}))
    assert found.trace.document()["parameters"][0]["origin"] == whose


def test_use_01_may_be_let_to_fail(tmp_path: Path) -> None:
    assert judge("USE-01", housing(400_000), changed(tmp_path, CAP)).verdict is REVIEW
    strict = changed(tmp_path, ("# maximum = 0.3 ", 'beyond = "fail"\nmaximum = 0.3 '))
    assert judge("USE-01", housing(400_000), strict).verdict is FAIL


def test_use_01_without_tags_counts_housing_alone_and_says_so() -> None:
    found = judge("USE-01", housing(250_000, untagged=("planned_use",)))
    assert found.verdict is INFO
    assert "counts by its class alone" in found.assumed[0].render("en")
    assert "counts by its class alone" in why(found)


def test_use_01_of_no_planned_construction_does_not_apply() -> None:
    found = judge("USE-01", town())
    assert (found.verdict, found.measured) == (INFO, None)
    assert why(found).startswith("Not applicable")


def test_use_01_with_its_input_missing_or_unknown() -> None:
    found = judge("USE-01", town(absent=("planned_use",)))
    assert (found.verdict, found.missing) == (NOT, ("planned_use",))
    assert judge("USE-01", housing(1, unknown=5)).verdict is NOT
    assert judge("USE-01", housing(1, uncovered=5)).verdict is NOT


# ---------------------------------------------------------------- USE-02

# Half of 10 ha is 50 000 m²; the doubt is 50 m².


@pytest.mark.parametrize(
    ("parts", "verdict", "share"),
    [
        ({"industry": 30_000, "public": 15_000, "infrastructure": 10_000}, PASS, "0.55"),
        ({"industry": 50_050}, PASS, "0.5005"),
        ({"industry": 50_049}, REVIEW, "0.50049"),
        ({"industry": 50_000}, REVIEW, "0.5"),
        ({"industry": 40_000}, REVIEW, "0.4"),
        # commerce may be 文化养生旅游设施 or not: 40 % one way, 60 % the other
        ({"industry": 40_000, "commercial": 20_000}, REVIEW, "0.4"),
        ({"industry": 60_000, "commercial": 20_000}, PASS, "0.6"),
        ({"residential": 100_000}, REVIEW, "0"),
    ],
)
def test_use_02(parts: dict[str, int], verdict: Verdict, share: str) -> None:
    found = judge("USE-02", uses(**parts))
    assert found.verdict is verdict
    assert found.measured == D(share)
    assert found.limit == D("0.5")


def test_use_02_two_readings_that_differ_are_both_shown() -> None:
    found = judge("USE-02", uses(industry=40_000, commercial=20_000))
    assert [row["area_m2"] for row in found.trace.document()["readings"]] == [40_000, 60_000]
    assert [row["keeps"] for row in found.trace.document()["readings"]] == [False, True]
    assert "the two readings differ" in why(found)
    assert "6.0000 ha (60%)" in why(found)


def test_use_02_at_half_itself_is_not_more_than_half(tmp_path: Path) -> None:
    # without the doubt around the bar, 主要 still wants more than half
    sure = changed(tmp_path, ("exclusive = true\n", "exclusive = true\nuncertainty = 0\n"))
    assert judge("USE-02", uses(industry=50_000), sure).verdict is REVIEW
    lax = changed(tmp_path, ("exclusive = true\n", "exclusive = false\nuncertainty = 0\n"))
    assert judge("USE-02", uses(industry=50_000), lax).verdict is PASS


def test_use_02_without_new_land_does_not_apply() -> None:
    found = judge("USE-02", town())
    assert (found.verdict, found.measured) == (INFO, None)


@pytest.mark.parametrize("role", ["planned_use", "land_use"])
def test_use_02_with_an_input_missing(role: str) -> None:
    found = judge("USE-02", town(absent=(role,)))
    assert (found.verdict, found.missing) == (NOT, (role,))


# ---------------------------------------------------------------- USE-03


def industry(area: Any) -> Facts:
    return town(
        measure("planned_construction", ("p", 1_000_000)),
        measure("industry_planned", ("i", area)),
        measure("commercial_planned", ("c", 50_000)),
    )


def test_use_03_states_the_share() -> None:
    found = judge("USE-03", industry(200_000))
    assert (found.verdict, found.measured) == (INFO, D("0.25"))


# The floor is 30 %: 300 000 m², of which 50 000 are commerce. The doubt is 300 m².
@pytest.mark.parametrize(
    ("area", "verdict"),
    [("250300", INFO), ("250299", REVIEW), ("250000", REVIEW), ("249700", REVIEW), ("0", REVIEW)],
)
def test_use_03_below_a_bureau_s_floor_is_review(
    tmp_path: Path, area: str, verdict: Verdict
) -> None:
    floor = changed(tmp_path, ("# minimum = 0.3 ", "minimum = 0.3 "))
    found = judge("USE-03", industry(area), floor)
    assert found.verdict is verdict
    assert ("not kept" in why(found)) == (area in ("249700", "0"))


def test_use_03_with_its_input_missing() -> None:
    found = judge("USE-03", town(absent=("planned_use",)))
    assert (found.verdict, found.missing) == (NOT, ("planned_use",))
