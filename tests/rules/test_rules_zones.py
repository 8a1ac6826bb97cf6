"""The rules LAND-07, 14 and 16 on towns made by hand; each figure is worked out beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import changed, judge, measure, town

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
    assert found.measured == 0
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
