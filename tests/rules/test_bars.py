"""The rules LAND-01 to 05 on towns made by hand; each figure is worked out beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import TOWN_M2, changed, judge, measure, town

from townland.rules.evaluate import Facts
from townland.rules.judging.finding import Finding
from townland.terms import Verdict

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
    modal = next(p for p in found.trace.document()["parameters"] if p["name"] == "modal")
    assert (modal["value"], modal["origin"]) == (False, "bureau")


def test_the_closure_error_counts_where_it_is_larger_than_a_thousandth() -> None:
    facts = town(area="3290000.00")
    assert judge("LAND-01", facts).verdict is PASS
    doubtful = Facts("1", "", facts.area_m2, D("10000.01"), facts.measures)
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
    assert found.verdict is REVIEW  # what is built today does not say what is planned
    assert found.measured == D("950000.00")
    assert found.missing == ()
    assert "No planned use is known of this town" in why(found)
    assert "No planned use" in found.assumed[0].render("en")
    assert found.evidence == ("existing_construction",)


def test_land_02_of_a_town_without_a_plot_is_the_same() -> None:
    nothing = measure("planned_construction", uncovered=TOWN_M2)
    existing = measure("existing_construction", ("e", 950_000))
    found = judge("LAND-02", town(nothing, existing))
    assert found.verdict is REVIEW
    assert found.assumed


def test_land_02_without_either_is_not_evaluated() -> None:
    found = judge("LAND-02", town(absent=("planned_use", "land_use")))
    assert found.verdict is NOT
    assert found.missing == ("planned_use",)
    assert found.measured is None
    assert found.trace.document()["terms"] == []
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
    # SOURCES.md, Test figures, 22: 12345.67 at 0.0925 is 1141.97 of ridges, 11203.70 net
    found = judge("LAND-03", town(*farmland("12345.67", "20000", net="11203.70")))
    assert found.verdict is FAIL
    assert found.measured == D("11203.70")
    assert found.limit == D("0.00")
    assert found.margin == D("-11203.70")
    assert (found.trace.document()["gross_m2"], found.trace.document()["net_m2"]) == (
        12345.67,
        11203.7,
    )
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
    assert found.trace.document()["patches"]["farmland_built_on"] == [
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
    assert found.measured == D("500.50")  # what calls for a look, since nothing is built on
    assert found.trace.document()["patches"]["farmland_enclosed"] == [
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


def test_land_03_leaning_on_a_bounding_box_waits_for_a_confirmation() -> None:
    """What is not found on a layer without declared coverage is not proved to be absent."""
    leaning = measure("farmland_enclosed", assumed=("permanent_basic_farmland",))
    found = judge("LAND-03", town(leaning))
    assert (found.verdict, found.verdict_if_confirmed) == (REVIEW, PASS)
    assert found.confirms == ("permanent_basic_farmland",)
    assert [text.render("en") for text in found.assumed] == [
        "The layer permanent basic farmland declares no coverage of the whole town: there may be more"
        " of it than it shows"
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
    assert found.trace.document()["share"] == 0.05875  # 47 000 of 800 000
    assert "5.88% of 80.0000 ha of “Planned construction land”" in why(found)
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
    assert found.trace.document()["patches"]["cultivated_built_on"][0]["area_m2"] == 0.4


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
    # the survey is measured; where it has none the other source is what calls for a look
    assert found.measured == D(survey or layer or 0)
    contradict = (survey is None) != (layer is None)
    assert ("contradict" in why(found)) == contradict
    beside = next(
        m for m in found.trace.document()["measures"] if m["name"] == "paddy_layer_built_on"
    )
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
