"""The rules LAND-01 to 06 and 08 on towns made by hand; each figure is worked out beside it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import DAY, TOWN_M2, book, changed, judge, measure, town

from townland.errors import DossierError
from townland.rules.evaluate import Facts, evaluate
from townland.rules.finding import Finding
from townland.rules.model import Verdict

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal


def why(finding: Finding) -> str:
    return finding.why.render("en")


def planned(area: Any, **known: Any) -> Any:
    return measure("planned_construction", ("p", area), **known)


# ---------------------------------------------------------------- LAND-01, LAND-02: about

# The band is ±10 %: 2.7 to 3.3 km². The edges' doubt is 0.1 % of each: 2 700 and 3 300 m².
AREAS = [
    ("3000000.00", PASS, "300000.00"),  # on the nominal value
    ("2999999.99", PASS, "299999.99"),
    ("3296700.00", PASS, "3300.00"),  # 3 300 000 - 3 300: no nearer than the doubt
    ("3296700.01", REVIEW, "3299.99"),  # nearer
    ("3300000.00", REVIEW, "0.00"),  # on the edge
    ("3303300.00", REVIEW, "-3300.00"),  # outside
    ("2702700.00", PASS, "2700.00"),
    ("2702699.99", REVIEW, "2699.99"),
    ("2700000.00", REVIEW, "0.00"),
    ("2697300.00", REVIEW, "-2700.00"),
    ("9000000.00", REVIEW, "-5700000.00"),  # 一般, 左右: it cannot fail
]


@pytest.mark.parametrize(("area", "verdict", "margin"), AREAS)
def test_land_01(area: str, verdict: Verdict, margin: str) -> None:
    found = judge("LAND-01", town(area=area))
    assert found.verdict is verdict
    assert found.measured == D(area)
    assert found.limit == D("3000000.00")
    assert found.margin == D(margin)
    assert found.unit == "m2"
    assert found.evidence == ("planning_area",)


@pytest.mark.parametrize(
    ("area", "verdict"),
    [("3303300.00", FAIL), ("3300000.00", REVIEW), ("2697300.00", FAIL), ("3000000.00", PASS)],
)
def test_land_01_fails_where_the_bureau_lets_it(
    tmp_path: Path, area: str, verdict: Verdict
) -> None:
    strict = changed(tmp_path, ("modal   = true ", "modal   = false "))
    found = judge("LAND-01", town(area=area, rulebook=strict), strict)
    assert found.verdict is verdict
    modal = next(p for p in found.trace["parameters"] if p["name"] == "modal")
    assert (modal["value"], modal["origin"]) == (False, "bureau")


def test_the_closure_error_counts_where_it_is_larger_than_a_thousandth() -> None:
    facts = town(area="3290000.00")
    assert judge("LAND-01", facts).verdict is PASS
    doubtful = Facts("1", "", facts.area_m2, D("10000.01"), facts.measures, {})
    assert judge("LAND-01", doubtful).verdict is REVIEW


def test_land_01_says_how_far_about_reaches_and_who_cannot_decide() -> None:
    said = why(judge("LAND-01", town(area="3500000.00")))
    assert "350.0000 ha, outside 270.0000 ha to 330.0000 ha" in said
    assert "3 km² (±10%)" in said
    assert "一般, 左右" in said
    near = why(judge("LAND-01", town(area="3300000.00")))
    assert "nearer to 330.0000 ha than 0.3300 ha" in near


@pytest.mark.parametrize(
    ("area", "verdict"),
    [("1000000", PASS), ("901000", PASS), ("900000", REVIEW), ("890000", REVIEW), ("0", REVIEW)],
)
def test_land_02(area: str, verdict: Verdict) -> None:
    found = judge("LAND-02", town(planned(area)))
    assert found.verdict is verdict
    assert found.measured == D(area)
    assert found.assumed == ()


def test_land_02_without_planned_use_takes_existing_construction_land_and_says_so() -> None:
    existing = measure("existing_construction", ("e", 950_000))
    found = judge("LAND-02", town(existing, absent=("planned_use",)))
    assert found.verdict is PASS
    assert found.measured == D("950000.00")
    assert found.missing == ()
    assert "No planned use is known of this town" in why(found)
    assert "No planned use" in found.assumed[0].render("en")
    assert found.evidence == ("existing_construction",)


def test_land_02_of_a_town_without_a_plot_is_the_same() -> None:
    nothing = measure("planned_construction", uncovered=TOWN_M2)
    existing = measure("existing_construction", ("e", 950_000))
    found = judge("LAND-02", town(nothing, existing))
    assert found.verdict is PASS
    assert found.assumed


def test_land_02_without_either_is_not_evaluated() -> None:
    found = judge("LAND-02", town(absent=("planned_use", "land_use")))
    assert found.verdict is NOT
    assert found.missing == ("planned_use",)
    assert found.measured is None
    assert found.trace["terms"] == []
    assert "no layer for: planned use" in why(found)


def test_land_02_covered_in_part_is_not_evaluated_with_the_hectares() -> None:
    found = judge("LAND-02", town(planned(950_000, uncovered=20_000)))
    assert found.verdict is NOT
    assert found.measured == D("950000.00")
    assert found.margin is None
    assert "2.0000 ha of the town are not covered" in why(found)
    assert "95.0000 ha" in why(found)


def test_land_02_fails_on_the_covered_part_alone_where_it_may(tmp_path: Path) -> None:
    strict = changed(tmp_path, ("modal     = true ", "modal     = false "))
    above = town(planned(1_200_000, uncovered=20_000), rulebook=strict)
    assert judge("LAND-02", above, strict).verdict is FAIL
    below = town(planned(500_000, uncovered=20_000), rulebook=strict)
    assert judge("LAND-02", below, strict).verdict is NOT


def test_land_02_with_unknown_plan_codes_is_not_evaluated() -> None:
    found = judge("LAND-02", town(planned(950_000, unknown=10_000)))
    assert found.verdict is NOT
    assert "1.0000 ha bear land codes" in why(found)


# ---------------------------------------------------------------- LAND-03: forbidden


def farmland(built: Any = None, enclosed: Any = None, **known: Any) -> list[Any]:
    pieces = [("f1", built)] if built is not None else []
    whole = [("f1", enclosed)] if enclosed is not None else []
    return [
        measure("farmland_built_on", *pieces, **known),
        measure("farmland_enclosed", *whole),
    ]


def test_land_03_none_is_a_pass() -> None:
    found = judge("LAND-03", town())
    assert (found.verdict, found.measured, found.margin) == (PASS, D("0.00"), D("0.00"))


def test_land_03_none_inside_is_a_pass_without_planned_use() -> None:
    found = judge("LAND-03", town(absent=("planned_use",)))
    assert found.verdict is PASS
    assert found.measured == D("0.00")
    assert found.missing == ()


def test_land_03_some_inside_without_planned_use_is_not_evaluated() -> None:
    enclosed = measure("farmland_enclosed", ("f1", 20_000))
    found = judge("LAND-03", town(enclosed, absent=("planned_use",)))
    assert found.verdict is NOT
    assert found.missing == ("planned_use",)
    assert "2.0000 ha" in why(found)


def test_land_03_none_in_a_boundary_covered_in_part_is_not_evaluated() -> None:
    partly = measure("farmland_enclosed", uncovered=30_000)
    found = judge("LAND-03", town(partly, measure("farmland_built_on", uncovered=30_000)))
    assert found.verdict is NOT
    assert "3.0000 ha of the town are not covered" in why(found)


def test_land_03_built_on_fails_with_net_and_gross() -> None:
    # area-vectors.csv 22: 12345.67 at 0.0925 is 1141.97 of ridges, 11203.70 net
    found = judge("LAND-03", town(*farmland("12345.67", "20000", net="11203.70")))
    assert found.verdict is FAIL
    assert found.measured == D("11203.70")
    assert found.limit == D("0.00")
    assert found.margin == D("-11203.70")
    assert (found.trace["gross_m2"], found.trace["net_m2"]) == (12345.67, 11203.7)
    assert "1.1204 ha net of ridges (1.2346 ha gross)" in why(found)
    assert found.evidence == ("farmland_built_on", "farmland_enclosed")
    assert found.assumed == ()


def test_land_03_without_ridges_says_that_net_is_gross() -> None:
    found = judge("LAND-03", town(*farmland("100", "100")))
    assert found.measured == D("100.00")
    assert "net area is taken as the gross" in found.assumed[0].render("en")


def test_land_03_a_bar_at_0_looks_at_gross() -> None:
    found = judge("LAND-03", town(*farmland("0.01", "0.01", net="0")))
    assert found.verdict is FAIL
    assert found.measured == D("0.00")
    assert "0.01 m²" in why(found)


def test_land_03_only_slivers_is_review_with_the_list() -> None:
    found = judge("LAND-03", town(*farmland(sliver="0.31")))
    assert found.verdict is REVIEW
    assert found.measured == D("0.31")
    assert "Only slivers" in why(found)
    assert found.trace["patches"]["farmland_built_on"] == [
        {"id": "s", "pieces": 1, "area_m2": 0.31, "sliver": True}
    ]


def test_land_03_only_slivers_in_the_part_covered_says_so() -> None:
    found = judge("LAND-03", town(*farmland(sliver="0.31", uncovered=10_000)))
    assert found.verdict is NOT
    assert "Only slivers" in why(found)


def test_land_03_slivers_and_more_fail() -> None:
    assert judge("LAND-03", town(*farmland("0.02", sliver="0.31"))).verdict is FAIL


def test_land_03_less_than_the_closure_error_is_review() -> None:
    assert judge("LAND-03", town(*farmland("0.02", closure="0.03"))).verdict is REVIEW
    assert judge("LAND-03", town(*farmland("0.03", closure="0.03"))).verdict is FAIL


def test_land_03_nothing_found_is_a_pass_whatever_the_closure_error() -> None:
    assert judge("LAND-03", town(*farmland(closure="0.03"))).verdict is PASS


def test_land_03_only_enclosed_is_review_patch_by_patch() -> None:
    enclosed = measure("farmland_enclosed", ("f2", 300), ("f1", 200), ("f2", "0.50"))
    found = judge("LAND-03", town(enclosed))
    assert found.verdict is REVIEW
    assert found.measured == D("0.00")
    assert found.trace["patches"]["farmland_enclosed"] == [
        {"id": "f1", "pieces": 1, "area_m2": 200, "sliver": False},
        {"id": "f2", "pieces": 2, "area_m2": 300.5, "sliver": False},
    ]
    assert "features met: 2" in why(found)
    assert "patch by patch" in why(found)
    assert found.evidence == ("farmland_enclosed",)


def test_land_03_fails_where_the_covered_part_alone_fails() -> None:
    found = judge("LAND-03", town(*farmland("100", "100", uncovered=50_000)))
    assert found.verdict is FAIL
    assert "5.0000 ha of the town are not covered" in why(found)
    assert found.margin == D("-100.00")


def test_land_03_without_the_farmland_layer_is_not_evaluated() -> None:
    found = judge("LAND-03", town(absent=("permanent_basic_farmland",)))
    assert found.verdict is NOT
    assert found.missing == ("permanent_basic_farmland",)
    assert found.measured is None
    assert "300.0000 ha" in why(found)


def test_land_03_outside_all_layers_is_not_evaluated() -> None:
    outside = [
        measure(name, uncovered=TOWN_M2) for name in ("farmland_built_on", "farmland_enclosed")
    ]
    found = judge("LAND-03", town(*outside))
    assert found.verdict is NOT
    assert found.measured is None


def test_land_03_leaning_on_a_bounding_box_says_so() -> None:
    leaning = measure("farmland_enclosed", assumed=("permanent_basic_farmland",))
    found = judge("LAND-03", town(leaning))
    assert found.verdict is PASS
    assert [text.render("en") for text in found.assumed] == [
        "The coverage of the layer permanent basic farmland is taken to be its bounding box"
    ]


# A bureau's bar of 1 ha: 10 000 m², its doubt 10 m².
@pytest.mark.parametrize(
    ("net", "verdict"),
    [("9990.00", PASS), ("9990.01", REVIEW), ("10000.00", REVIEW), ("10010.00", FAIL)],
)
def test_a_bar_above_0_looks_at_net(tmp_path: Path, net: str, verdict: Verdict) -> None:
    lenient = changed(tmp_path, ("limit        = 0", "limit        = 1"))
    one = measure("farmland_built_on", ("f1", 12_000), net=net, rulebook=lenient)
    found = judge("LAND-03", town(one, rulebook=lenient), lenient)
    assert found.verdict is verdict
    assert found.limit == D("10000.00")
    assert found.margin == D("10000.00") - D(net)


# ---------------------------------------------------------------- LAND-04: as little as can be


def cultivated(area: Any, **known: Any) -> Any:
    return measure("cultivated_built_on", ("c", area), **known)


def test_land_04_none_is_a_pass() -> None:
    assert judge("LAND-04", town(planned(800_000))).verdict is PASS


def test_land_04_any_is_review_with_its_share() -> None:
    found = judge("LAND-04", town(planned(800_000), cultivated("50000", net="47000")))
    assert found.verdict is REVIEW
    assert found.measured == D("47000.00")
    assert found.margin == D("-47000.00")
    assert found.trace["share"] == 0.05875  # 47 000 of 800 000
    assert "5.88% of “Planned construction land”" in why(found)
    assert "The clause says “尽量”" in why(found)


def test_land_04_fails_where_the_bureau_lets_it(tmp_path: Path) -> None:
    strict = changed(tmp_path, ("modal    = true ", "modal    = false "))
    assert judge("LAND-04", town(cultivated(1)), strict).verdict is FAIL
    assert judge("LAND-04", town(measure("cultivated_built_on", sliver=1)), strict).verdict is (
        REVIEW
    )


def test_land_04_only_slivers() -> None:
    found = judge("LAND-04", town(measure("cultivated_built_on", sliver="0.40")))
    assert found.verdict is REVIEW
    assert "Only slivers" in why(found)
    assert found.trace["patches"]["cultivated_built_on"][0]["area_m2"] == 0.4


@pytest.mark.parametrize("role", ["land_use", "planned_use"])
def test_land_04_with_an_input_missing(role: str) -> None:
    found = judge("LAND-04", town(absent=(role,)))
    assert found.verdict is NOT
    assert found.missing == (role,)


@pytest.mark.parametrize("area", [0, 50_000])
def test_land_04_with_unknown_codes_is_not_evaluated_for_their_part(area: int) -> None:
    found = judge("LAND-04", town(cultivated(area, unknown=1_000)))
    assert found.verdict is NOT
    assert found.measured == D(area)
    assert "0.1000 ha bear land codes" in why(found)


def test_land_04_covered_in_part() -> None:
    found = judge("LAND-04", town(cultivated(0, uncovered=10_000)))
    assert found.verdict is NOT
    assert "1.0000 ha of the town are not covered" in why(found)


# ---------------------------------------------------------------- LAND-05: paddy, by two sources


def paddy(survey: Any, layer: Any, **absent: Any) -> Facts:
    given = [planned(800_000)]
    given += [measure("paddy_built_on", ("p", survey))] if survey is not None else []
    given += [measure("paddy_layer_built_on", ("q", layer))] if layer is not None else []
    return town(*given, **absent)


@pytest.mark.parametrize(
    ("survey", "layer", "verdict"),
    [(None, None, PASS), (5, 7, REVIEW), (5, None, REVIEW), (None, 7, REVIEW)],
)
def test_land_05_with_both_sources(survey: Any, layer: Any, verdict: Verdict) -> None:
    found = judge("LAND-05", paddy(survey, layer))
    assert found.verdict is verdict
    assert found.measured == D(survey or 0)  # the survey is measured
    contradict = (survey is None) != (layer is None)
    assert ("contradict" in why(found)) == contradict
    beside = next(m for m in found.trace["measures"] if m["name"] == "paddy_layer_built_on")
    assert beside["area_m2"] == (layer or 0)


@pytest.mark.parametrize(
    ("survey", "layer", "verdict"), [(5, 7, FAIL), (5, None, REVIEW), (None, 7, REVIEW)]
)
def test_land_05_contradicting_sources_never_fail(
    tmp_path: Path, survey: Any, layer: Any, verdict: Verdict
) -> None:
    strict = changed(tmp_path, ("modal    = true ", "modal    = false "))
    assert judge("LAND-05", paddy(survey, layer), strict).verdict is verdict


@pytest.mark.parametrize(("survey", "verdict"), [(None, PASS), (5, REVIEW)])
def test_land_05_with_the_survey_alone(survey: Any, verdict: Verdict) -> None:
    found = judge("LAND-05", paddy(survey, None, absent=("paddy",)))
    assert found.verdict is verdict
    assert found.measured == D(survey or 0)
    assert "contradict" not in why(found)


@pytest.mark.parametrize(("layer", "verdict"), [(None, PASS), (7, REVIEW)])
def test_land_05_with_the_paddy_layer_alone(layer: Any, verdict: Verdict) -> None:
    found = judge("LAND-05", paddy(None, layer, absent=("land_use",)))
    assert found.verdict is verdict
    assert found.measured == D(layer or 0)
    assert "No land survey is known" in why(found)
    assert found.assumed
    assert found.missing == ()


def test_land_05_without_either() -> None:
    found = judge("LAND-05", town(absent=("land_use", "paddy")))
    assert found.verdict is NOT
    assert found.missing == ("land_use",)
    assert judge("LAND-05", town(absent=("planned_use",))).missing == ("planned_use",)


# ---------------------------------------------------------------- LAND-06: land used first


def reuse(**known: Any) -> list[Any]:
    return [
        planned(800_000),
        measure("barren_built_on", ("b", 100_000), **known),
        measure("barren_total", ("b", 150_000)),
        measure("existing_built_on", ("e", 140_000)),
        measure("existing_construction", ("e", 200_000)),
        measure("stock_built_on", ("s", 30_000)),
        measure("stock_total", ("s", 40_000)),
    ]


def test_land_06_states_what_is_used_and_what_is_left_idle() -> None:
    found = judge("LAND-06", town(*reuse(), absent=("inefficient_land", "unused_land")))
    assert found.verdict is INFO
    assert found.measured == D("240000.00")  # 100 000 + 140 000; the stock lies over these
    assert (found.limit, found.margin, found.missing) == (None, None, ())
    rows = {row["used"]: row for row in found.trace["reuse"]}
    assert {name: row["idle_m2"] for name, row in rows.items()} == {
        "barren_built_on": 50_000,
        "existing_built_on": 60_000,
        "stock_built_on": 10_000,
    }
    assert [name for name, row in rows.items() if row["counted"]] == [
        "barren_built_on",
        "existing_built_on",
    ]
    assert found.trace["share"] == 0.3  # 240 000 of 800 000
    assert "24.0000 ha (30%)" in why(found)
    assert "no layer for: unused land, inefficient land; it is not counted" in why(found)


# 30 % of 800 000 m² is 240 000: on the bar. Its doubt is 240 m².
@pytest.mark.parametrize(
    ("share", "verdict"),
    [("0.29", INFO), ("0.2997", INFO), ("0.2998", REVIEW), ("0.3", REVIEW), ("0.31", REVIEW)],
)
def test_land_06_below_a_bureau_s_share_is_review(
    tmp_path: Path, share: str, verdict: Verdict
) -> None:
    asked = changed(tmp_path, ("# minimum_share = 0.3 ", f"minimum_share = {share} "))
    found = judge("LAND-06", town(*reuse()), asked)
    assert found.verdict is verdict
    assert found.limit == D(share) * 800_000
    assert found.margin == D(240_000) - D(share) * 800_000
    assert ("not reached" in why(found)) == (share == "0.31")


@pytest.mark.parametrize("role", ["land_use", "planned_use"])
def test_land_06_with_an_input_missing(role: str) -> None:
    found = judge("LAND-06", town(absent=(role,)))
    assert found.verdict is NOT
    assert found.missing == (role,)
    assert found.measured is None


def test_land_06_with_unknown_codes_or_uncovered_land() -> None:
    unknown = judge("LAND-06", town(*reuse(unknown=1_000)))
    assert unknown.verdict is NOT
    assert "0.1000 ha bear land codes" in why(unknown)
    uncovered = judge("LAND-06", town(*reuse(uncovered=2_000)))
    assert uncovered.verdict is NOT
    assert "0.2000 ha of the town are not covered" in why(uncovered)


def test_land_06_rounding_leaves_no_negative_rest() -> None:
    found = judge("LAND-06", town(*reuse()[:-1], measure("stock_total", ("s", "29999.99"))))
    row = next(row for row in found.trace["reuse"] if row["used"] == "stock_built_on")
    assert row["idle_m2"] == 0
    assert "-0.01" not in why(found)


def test_land_06_a_designated_layer_known_in_part_is_said() -> None:
    partly = measure("stock_total", ("s", 40_000), uncovered=1_000)
    found = judge("LAND-06", town(*reuse()[:-1], partly))
    assert found.verdict is INFO
    assert "0.1000 ha are not covered" in found.assumed[0].render("en")


# ---------------------------------------------------------------- LAND-08: the need


def need(dossier: dict[str, Any] | None = None, **known: Any) -> Facts:
    """50 000 m² of new land: paddy 20 000 (net 18 000), other cultivated 10 000 (9 500), …"""
    return town(
        measure("new_construction", ("n", 50_000), **known),
        measure("new_from_paddy", ("n", 20_000), net=18_000),
        measure("new_from_other_cultivated", ("n", 10_000), net=9_500),
        measure("new_from_other_agricultural", ("n", 15_000), net=15_000),
        measure("new_from_unused", ("n", 5_000), net=5_000),
        dossier=dossier,
    )


def test_land_08_books_the_ridges_to_other_agricultural_land() -> None:
    found = judge("LAND-08", need())
    assert found.verdict is INFO
    assert found.measured == D("50000.00")
    balance = {row["source"]: row["net_m2"] for row in found.trace["balance"]}
    assert balance == {
        "paddy": 18_000,
        "other_cultivated": 9_500,
        "other_agricultural": 17_500,  # 15 000 + 2 000 + 500 of ridges
        "unused": 5_000,
    }
    assert sum(balance.values()) == 50_000 == found.trace["net_m2"]
    assert sum(row["gross_m2"] for row in found.trace["balance"]) == 50_000
    assert "other agricultural land, ridges included 1.7500 ha" in why(found)


# The annual quota is q ha, the linked one l; the need is 5 ha. The doubt is 0.1 % of the bar.
@pytest.mark.parametrize(
    ("quota", "linked", "verdict", "limit", "margin"),
    [
        (None, None, INFO, None, None),
        (None, 9, INFO, None, None),
        (6, None, PASS, "60000", "10000"),
        (5.01, None, PASS, "50100", "100"),  # the doubt is 50.10
        (5, None, REVIEW, "50000", "0"),  # on the limit
        (5.005, None, REVIEW, "50050", "50"),  # nearer than 50.05
        (4, 2, REVIEW, "60000", "10000"),
        (4, 1, REVIEW, "50000", "0"),
        (4, 0.5, FAIL, "45000", "-5000"),
        (4, None, FAIL, "40000", "-10000"),
        (0, 0, FAIL, "0", "-50000"),
    ],
)
def test_land_08_against_the_quotas(
    quota: Any, linked: Any, verdict: Verdict, limit: str | None, margin: str | None
) -> None:
    dossier = {"quota_ha": quota, "linked_quota_ha": linked}
    found = judge("LAND-08", need({key: v for key, v in dossier.items() if v is not None}))
    assert found.verdict is verdict
    assert found.limit == (None if limit is None else D(limit))
    assert found.margin == (None if margin is None else D(margin))
    assert found.missing == (("quota_ha",) if verdict is INFO else ())
    taken_as_none = any("taken as none" in text.render("en") for text in found.assumed)
    assert taken_as_none == (quota == 4 and linked is None)


def test_land_08_states_the_shortfall() -> None:
    found = judge("LAND-08", need({"quota_ha": 4, "linked_quota_ha": 0.5}))
    assert found.trace["short_m2"] == 5_000
    assert "fall short by 0.5000 ha" in why(found)


def test_land_08_no_need_and_no_quota_left_is_a_pass() -> None:
    assert judge("LAND-08", town(dossier={"quota_ha": 0})).verdict is PASS


def test_land_08_only_slivers_beyond_the_quota_is_review() -> None:
    slivers = measure("new_construction", sliver="0.40")
    found = judge("LAND-08", town(slivers, dossier={"quota_ha": 0}))
    assert found.verdict is REVIEW
    assert "Only slivers" in why(found)


@pytest.mark.parametrize(
    ("dossier", "verdict"),
    [(None, NOT), ({"quota_ha": 9}, NOT), ({"quota_ha": 4.9999}, NOT), ({"quota_ha": 1}, FAIL)],
)
def test_land_08_covered_in_part(dossier: dict[str, Any] | None, verdict: Verdict) -> None:
    for known in ({"uncovered": 10_000}, {"unknown": 10_000}):
        found = judge("LAND-08", need(dossier, **known))
        assert found.verdict is verdict
        assert "1.0000 ha" in why(found)


@pytest.mark.parametrize("role", ["land_use", "planned_use"])
def test_land_08_with_an_input_missing(role: str) -> None:
    found = judge("LAND-08", town(absent=(role,), dossier={"quota_ha": 5}))
    assert found.verdict is NOT
    assert found.missing == (role,)


def test_land_08_new_land_of_no_known_source_is_a_row() -> None:
    facts = town(measure("new_construction", ("n", 1_000)), measure("new_from_unused", ("n", 900)))
    found = judge("LAND-08", facts)
    assert found.trace["balance"][-1] == {
        "source": None,
        "measure": None,
        "gross_m2": 100,
        "net_m2": 100,
    }
    assert "land of no known source 0.0100 ha" in why(found)


@pytest.mark.parametrize("value", ["5", -1, True, float("nan"), float("inf"), [5]])
def test_land_08_a_quota_that_is_no_figure_is_refused(value: Any) -> None:
    with pytest.raises(DossierError, match="quota_ha") as caught:
        judge("LAND-08", need({"quota_ha": value}))
    assert caught.value.exit_code == 2


# ---------------------------------------------------------------- all of them


def towns() -> list[Facts]:
    return [
        town(),
        town(planned(950_000), *farmland("12345.67", "20000", net="11203.70"), cultivated(10)),
        need({"quota_ha": 4.25}),
        town(*reuse(), absent=("paddy", "unused_land")),
        paddy(None, 7, absent=("land_use",)),
        town(absent=("planned_use",)),
        town(absent=("land_use", "planned_use", "permanent_basic_farmland")),
    ]


@pytest.mark.parametrize("facts", towns())
def test_one_finding_for_each_rule_in_the_rulebook_s_order(facts: Facts) -> None:
    found = evaluate(book(), facts, DAY)
    assert [finding.rule for finding in found] == [rule.id for rule in book().rule]
    assert all(finding.town == facts.town for finding in found)
    assert all(finding.unit == "m2" for finding in found)


@pytest.mark.parametrize("facts", towns())
def test_the_trace_alone_gives_the_figure(facts: Facts) -> None:
    for finding in evaluate(book(), facts, DAY):
        trace = json.loads(json.dumps(finding.trace))
        if finding.measured is None:
            assert trace["terms"] == []
            continue
        named = {entry["name"]: entry for entry in trace["measures"]}
        total = D(0)
        for term in trace["terms"]:
            assert named[term["measure"]][term["figure"]] == term["value"]
            total += D(str(term["value"]))
        assert total == finding.measured == D(str(trace["measured"]))
        for language in ("zh", "en"):
            assert trace["formula"][language]


@pytest.mark.parametrize("facts", towns())
def test_parameters_say_whose_they_are(facts: Facts) -> None:
    for finding in evaluate(book(), facts, DAY):
        origins = {entry["name"]: entry["origin"] for entry in finding.trace["parameters"]}
        assert origins["uncertainty"] == "townland"
        assert origins.get("band", "townland") == "townland"
        assert origins.get("limit", "policy") == "policy"
        assert origins.get("quota_ha", "dossier") == "dossier"
        assert finding.trace["clause"] == {"effective": "2018-01-01", "effective_assumed": True}


@pytest.mark.parametrize("facts", towns())
def test_reasons_have_no_open_places(facts: Facts) -> None:
    for finding in evaluate(book(), facts, DAY):
        for language in ("zh", "en"):
            said = finding.why.render(language)
            assert said
            assert "{" not in said
            assert "None" not in said


def test_the_evidence_names_measures_with_pieces() -> None:
    for facts in towns():
        for finding in evaluate(book(), facts, DAY):
            assert all(facts.measures[name].pieces for name in finding.evidence)
