"""The rules LAND-06, 08, 10 to 13 and 15 on towns made by hand.

Land used first, the need and its quotas, replacement, land per head, supply, and change of use; each
figure is worked out beside it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.factory_rules import changed, judge, measure, need, reuse, town

from townland.documents import faults
from townland.dossier import Dossier
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


def test_land_06_states_what_is_used_and_what_is_left_idle() -> None:
    found = judge("LAND-06", town(*reuse(), absent=("inefficient_land", "unused_land")))
    assert found.verdict is INFO
    assert found.measured == D("240000.00")  # 100 000 + 140 000; the stock lies over these
    assert (found.limit, found.margin, found.missing) == (None, None, ())
    rows = {row["used"]: row for row in found.trace.document()["reuse"]}
    assert {name: row["idle_m2"] for name, row in rows.items()} == {
        "barren_built_on": 50_000,
        "existing_built_on": 60_000,
        "stock_built_on": 10_000,
    }
    assert [name for name, row in rows.items() if row["counted"]] == [
        "barren_built_on",
        "existing_built_on",
    ]
    assert found.trace.document()["share"] == 0.3  # 240 000 of 800 000
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
    agrees = measure("unused_layer_built_on", ("u", 100_000))
    found = judge("LAND-06", town(*reuse(), agrees), asked)
    assert found.verdict is verdict
    assert found.limit == D(share) * 800_000
    assert found.margin == D(240_000) - D(share) * 800_000
    assert ("not reached" in why(found)) == (share == "0.31")


# 240 000 by the survey, of it 100 000 barren; 25 % of 800 000 is 200 000, so that the layer beside the
# survey must show at least 60 000
@pytest.mark.parametrize(
    ("built", "known", "verdict"),
    [
        (100_000, {}, INFO),
        (60_000, {}, INFO),
        (59_999, {}, REVIEW),
        (0, {}, REVIEW),
        (300_000, {}, INFO),
        (0, {"uncovered": 10}, INFO),
        (0, {"assumed": ("unused_land",)}, INFO),
    ],
)
def test_land_06_hears_the_layer_of_unused_land(
    tmp_path: Path, built: int, known: dict[str, Any], verdict: Verdict
) -> None:
    asked = changed(tmp_path, ("# minimum_share = 0.3 ", "minimum_share = 0.25 "))
    beside = measure("unused_layer_built_on", ("u", built))
    total = measure("unused_layer_total", ("u", 300_000), **known)
    found = judge("LAND-06", town(*reuse(), beside, total), asked)
    assert found.verdict is verdict
    assert ("contradict one another" in why(found)) == (verdict is REVIEW)
    if built == 0 and verdict is REVIEW:
        assert "By the layers beside the survey 14.0000 ha use such land" in why(found)
    # where no share is asked for, the other figure stands beside and changes nothing
    assert judge("LAND-06", town(*reuse(), beside, total)).verdict is INFO


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
    row = next(row for row in found.trace.document()["reuse"] if row["used"] == "stock_built_on")
    assert row["idle_m2"] == 0
    assert "-0.01" not in why(found)


def test_land_06_a_designated_layer_known_in_part_is_said() -> None:
    partly = measure("stock_total", ("s", 40_000), uncovered=1_000)
    found = judge("LAND-06", town(*reuse()[:-1], partly))
    assert found.verdict is INFO
    assert "0.1000 ha are not covered" in found.assumed[0].render("en")


# 50 000 are needed and the annual quota is 60 000: paddy on more than 10 000 m² of what the survey has
# as built on would be too much
@pytest.mark.parametrize(
    ("built", "new", "verdict"),
    [(20_000, 20_000, PASS), (30_000, 20_000, PASS), (30_001, 20_000, REVIEW), (18_000, 0, REVIEW)],
)
def test_land_08_hears_the_paddy_layer(built: int, new: int, verdict: Verdict) -> None:
    facts = need({"quota_ha": 6})
    beside = {
        "paddy_layer_built_on": measure("paddy_layer_built_on", ("q", built)),
        "new_by_paddy_layer": measure("new_by_paddy_layer", ("q", new)),
    }
    found = judge("LAND-08", replace(facts, measures={**facts.measures, **beside}))
    assert found.verdict is verdict
    assert found.measured == D("50000.00")
    assert "New construction land from paddy, by the paddy layer: " in why(found)
    assert ("contradict one another" in why(found)) == (new == 0)
    assert ("the annual quota is not enough" in why(found)) == (verdict is REVIEW)


def test_land_08_without_a_paddy_layer_has_one_source_alone() -> None:
    facts = need({"quota_ha": 6})
    nothing = measure("new_by_paddy_layer", missing=("paddy",))
    found = judge(
        "LAND-08", replace(facts, measures={**facts.measures, "new_by_paddy_layer": nothing})
    )
    assert found.verdict is PASS
    assert "by the paddy layer" not in why(found)


def test_land_08_books_the_ridges_to_other_agricultural_land() -> None:
    found = judge("LAND-08", need())
    assert found.verdict is INFO
    assert found.measured == D("50000.00")
    balance = {row["source"]: row["net_m2"] for row in found.trace.document()["balance"]}
    assert balance == {
        "paddy": 18_000,
        "other_cultivated": 9_500,
        "other_agricultural": 17_500,  # 15 000 + 2 000 + 500 of ridges
        "unused": 5_000,
    }
    assert sum(balance.values()) == 50_000 == found.trace.document()["net_m2"]
    assert sum(row["gross_m2"] for row in found.trace.document()["balance"]) == 50_000
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
    assert found.trace.document()["short_m2"] == 5_000
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
    assert found.trace.document()["balance"][-1] == {
        "source": None,
        "measure": None,
        "gross_m2": 100,
        "net_m2": 100,
    }
    assert "land of no known source 0.0100 ha" in why(found)


@pytest.mark.parametrize("value", ["5", -1, True, float("nan"), float("inf"), [5]])
def test_land_08_a_quota_that_is_no_figure_is_refused(value: Any) -> None:
    found = faults({"code": "1", "quota_ha": value}, {}, "d.toml", Dossier)
    assert isinstance(found, list)
    assert [key for key, _words in found] == [("quota_ha",)]


# ---------------------------------------------------------------- LAND-10


def farmed(dossier: dict[str, Any] | None = None, *more: Any, **known: Any) -> Facts:
    """100 000 m² of cultivated land (net 90 000), of it 40 000 paddy (net 38 000)."""
    return town(
        measure("cultivated_built_on", ("c", 100_000), net=90_000, **known),
        measure("paddy_built_on", ("c", 40_000), net=38_000),
        *more,
        dossier=dossier,
        absent=("paddy",),
    )


def bank(total: Any, paddy: Any = None) -> dict[str, Any]:
    held = {"replacement_bank_ha": total, "replacement_bank_paddy_ha": paddy}
    return {key: value for key, value in held.items() if value is not None}


def test_land_10_states_what_is_to_be_replaced_in_ha_and_mu() -> None:
    found = judge("LAND-10", farmed())
    assert found.verdict is INFO
    assert found.measured == D(90_000)
    assert found.missing == ("replacement_bank_ha",)
    rows = {row["measure"]: row for row in found.trace.document()["replace"]}
    assert (rows["cultivated_built_on"]["net_ha"], rows["cultivated_built_on"]["net_mu"]) == (
        9,
        135,
    )
    assert (rows["paddy_built_on"]["net_ha"], rows["paddy_built_on"]["net_mu"]) == (3.8, 57)
    assert rows["cultivated_built_on"]["gross_m2"] == 100_000
    assert "135.00 mu" in why(found)


# The bank is in ha; 9 ha and 3.8 ha are needed. The doubt is 0.1 % of the bank.
@pytest.mark.parametrize(
    ("total", "paddy", "verdict", "measured", "margin"),
    [
        (20, 5, PASS, 38_000, "12000"),
        (9.01, 5, PASS, 90_000, "100"),  # the doubt is 90.10
        (9.009, 5, REVIEW, 90_000, "90"),  # nearer than 90.09
        (9, 5, REVIEW, 90_000, "0"),
        (8.9, 5, FAIL, 90_000, "-1000"),
        (20, 3.7, FAIL, 38_000, "-1000"),
        (20, 3.8, REVIEW, 38_000, "0"),
        (20, 3.804, PASS, 38_000, "40"),  # the doubt is 38.04
        (8, 3, FAIL, 90_000, "-10000"),
        (8, None, FAIL, 90_000, "-10000"),
        (20, None, NOT, 90_000, None),  # nobody knows how much of the bank is paddy
        (0, 0, FAIL, 90_000, "-100000"),  # a bar at 0 looks at the gross area
    ],
)
def test_land_10_against_the_bank(
    total: Any, paddy: Any, verdict: Verdict, measured: int, margin: str | None
) -> None:
    found = judge("LAND-10", farmed(bank(total, paddy)))
    assert found.verdict is verdict
    assert found.measured == D(measured)
    assert found.margin == (None if margin is None else D(margin))
    if verdict is NOT:
        assert found.missing == ("replacement_bank_paddy_ha",)


def test_land_10_without_paddy_its_bank_does_not_matter() -> None:
    dry = town(measure("cultivated_built_on", ("c", 10_000)), dossier=bank(2))
    assert judge("LAND-10", dry).verdict is PASS
    assert judge("LAND-10", town(dossier=bank(0))).verdict is PASS


def test_land_10_of_two_sources_of_paddy_that_contradict_is_review() -> None:
    layer = measure("paddy_layer_built_on", ("q", 500))
    facts = town(measure("cultivated_built_on", ("c", 10_000)), layer, dossier=bank(2, 1))
    found = judge("LAND-10", facts)
    assert found.verdict is REVIEW
    assert "contradict one another" in why(found)


def test_land_10_a_paddy_layer_that_agrees_changes_nothing() -> None:
    layer = measure("paddy_layer_built_on", ("q", 41_000))
    assert judge("LAND-10", farmed(bank(20, 5), layer)).verdict is PASS


# 100 000 m² are cultivated (net 90 000), 40 000 of it paddy (net 38 000) by the survey.
@pytest.mark.parametrize(
    ("layer", "held", "verdict"),
    [
        (99_951, bank(20, 5), REVIEW),  # 9.9951 ha by the layer, 5 in the bank: short by it alone
        (20_000, bank(20, 3), REVIEW),  # 3.8 ha by the survey are short, 2 by the layer are not
        (50_020, bank(20, 5), REVIEW),  # nearer to the bar than 0.1 % of it
        (99_951, bank(9.5, 9.5), REVIEW),  # a part of the bank is never more than all of it
        (99_951, bank(20, 12), PASS),  # both fit
        (99_951, bank(20, 3), FAIL),  # neither does
        (99_951, bank(8, 3), FAIL),  # the cultivated land alone is short, whatever is paddy
        (99_951, None, INFO),
    ],
)
def test_land_10_hears_the_second_source_of_the_paddy(
    layer: int, held: dict[str, Any] | None, verdict: Verdict
) -> None:
    found = judge("LAND-10", farmed(held, measure("paddy_layer_built_on", ("q", layer))))
    assert found.verdict is verdict
    assert ("contradict one another" in why(found)) == (verdict is REVIEW)
    # both figures are printed
    assert "3.8000 ha net of ridges (4.0000 ha gross)" in why(found)
    assert f"by the paddy layer: {D(layer) / 10_000:.4f} ha" in why(found)


def test_land_10_of_one_source_of_paddy_alone_nothing_contradicts() -> None:
    layer = measure("paddy_layer_built_on", ("q", 99_951))
    found = judge("LAND-10", town(layer, absent=("land_use",), dossier=bank(20, 1)))
    assert (found.verdict, found.missing) == (NOT, ("land_use",))
    assert "contradict" not in why(found)
    assert "There is no layer for: land survey" in why(found)


def test_land_05_hears_the_second_source_at_a_bar_above_0(tmp_path: Path) -> None:
    bar = changed(tmp_path, ("limit    = 0\n", "limit    = 5\n"))
    for survey, layer, verdict in (
        (40_000, 99_951, REVIEW),
        (40_000, 45_000, PASS),
        (60_000, 30_000, REVIEW),
    ):
        facts = town(measure("paddy_built_on", ("c", survey)),
                     measure("paddy_layer_built_on", ("q", layer)))  # fmt: skip
        found = judge("LAND-05", facts, bar)
        assert found.verdict is verdict
        assert ("contradict" in why(found)) == (verdict is REVIEW)


def test_land_10_only_slivers_beyond_the_bank_are_review() -> None:
    thin = town(measure("cultivated_built_on", sliver="0.40"), dossier=bank(0))
    found = judge("LAND-10", thin)
    assert found.verdict is REVIEW
    assert "Only slivers" in why(found)


@pytest.mark.parametrize("role", ["land_use", "planned_use"])
def test_land_10_with_an_input_missing(role: str) -> None:
    found = judge("LAND-10", town(absent=(role,), dossier=bank(5, 5)))
    assert (found.verdict, found.missing) == (NOT, (role,))


def test_land_10_covered_in_part() -> None:
    assert judge("LAND-10", farmed(bank(20, 5), uncovered=10)).verdict is NOT
    assert judge("LAND-10", farmed(bank(1, 1), uncovered=10)).verdict is FAIL


@given(
    st.tuples(st.integers(0, 20), st.integers(0, 20)), st.integers(0, 20)
)  # paddy is a part of it
def test_land_10_a_larger_bank_never_turns_pass_into_fail(
    totals: tuple[int, int], paddy: int
) -> None:
    before, after = (
        judge("LAND-10", farmed(bank(total, min(paddy, *totals)))).verdict
        for total in sorted(totals)
    )
    assert not (before is not FAIL and after is FAIL)


# ---------------------------------------------------------------- LAND-11


def linked_need(dossier: dict[str, Any] | None = None, **known: Any) -> Facts:
    return town(measure("new_construction", ("n", 50_000), **known), dossier=dossier)


@pytest.mark.parametrize(
    ("linked", "margin", "short", "surplus"),
    [(6, "10000", 0, 10_000), (5, "0", 0, 0), (3.5, "-15000", 15_000, 0)],
)
def test_land_11_states_shortfall_or_surplus(
    linked: Any, margin: str, short: int, surplus: int
) -> None:
    found = judge("LAND-11", linked_need({"linked_quota_ha": linked}))
    assert found.verdict is INFO
    assert (found.measured, found.margin) == (D(50_000), D(margin))
    assert (found.trace.document()["short_m2"], found.trace.document()["surplus_m2"]) == (
        short,
        surplus,
    )
    assert ("falls short by 1.5000 ha" in why(found)) == (short > 0)


def test_land_11_after_the_annual_quota() -> None:
    found = judge("LAND-11", linked_need({"linked_quota_ha": 0.5, "quota_ha": 4}))
    assert found.trace.document()["after_annual_m2"] == 10_000
    assert "After the annual quota 1.0000 ha are left; of these 0.5000 ha stay short" in why(found)


def test_land_11_without_a_linked_quota_is_not_evaluated() -> None:
    found = judge("LAND-11", linked_need({"quota_ha": 4}))
    assert (found.verdict, found.missing) == (NOT, ("linked_quota_ha",))
    assert "linked quota" in why(found)


@pytest.mark.parametrize("role", ["land_use", "planned_use"])
def test_land_11_with_an_input_missing(role: str) -> None:
    found = judge("LAND-11", town(absent=(role,), dossier={"linked_quota_ha": 1}))
    assert (found.verdict, found.missing) == (NOT, (role,))


# ---------------------------------------------------------------- LAND-12

CAP = ("# limit    = 100 ", "limit    = 100 ")


def peopled(people: Any, area: Any = 1_000_000, **known: Any) -> Facts:
    dossier = {} if people is None else {"population": people}
    return town(measure("planned_construction", ("p", area), **known), dossier=dossier)


# 1 km² and 100 m² a head: 10 000 people. The doubt is 0.1 % of what the people may have.
@pytest.mark.parametrize(
    ("people", "verdict", "each"),
    [
        (20_000, PASS, "50.00"),
        (10_011, PASS, "99.89"),
        (10_010, REVIEW, "99.90"),  # 1 001 000 - 1 000 000 is 1 000, nearer than 1 001
        (10_000, REVIEW, "100.00"),
        (9_000, REVIEW, "111.11"),
    ],
)
def test_land_12(tmp_path: Path, people: int, verdict: Verdict, each: str) -> None:
    found = judge("LAND-12", peopled(people), changed(tmp_path, CAP))
    assert found.verdict is verdict
    assert (found.measured, found.limit) == (D(each), D(100))
    assert found.margin == 100 - D(each)
    assert found.unit == "m2_per_head"


def test_land_12_fails_where_the_bureau_lets_it(tmp_path: Path) -> None:
    old = "modal      = true                     # 原则上\n"
    strict = changed(tmp_path, CAP, (old, "modal = false\n"))
    assert judge("LAND-12", peopled(9_000), strict).verdict is FAIL
    assert judge("LAND-12", peopled(9_000, uncovered=5), strict).verdict is FAIL
    assert judge("LAND-12", peopled(20_000, uncovered=5), strict).verdict is NOT


def test_land_12_without_cap_or_population_is_not_evaluated(tmp_path: Path) -> None:
    found = judge("LAND-12", peopled(9_000))
    assert (found.verdict, found.missing) == (NOT, ("limit",))
    assert found.measured == D("111.11")
    assert "states no cap" in why(found)
    found = judge("LAND-12", peopled(None), changed(tmp_path, CAP))
    assert (found.verdict, found.missing) == (NOT, ("population",))
    found = judge("LAND-12", town(absent=("planned_use",), dossier={"population": 5}))
    assert found.missing == ("planned_use", "limit")


# ---------------------------------------------------------------- LAND-13

YEARS = range(2013, 2018)  # the five full calendar years before 2018-12-31


def supply(*rates: Any, approved: Any = 100) -> list[dict[str, Any]]:
    """Land supplied of 100 ha approved a year, by the rates of 2013 to 2017."""
    return [
        {"year": year, "approved_ha": approved, "supplied_ha": rate}
        for year, rate in zip(YEARS, rates, strict=True)
    ]


GOOD, BAD = supply(70, 70, 70, 70, 70), supply(50, 50, 50, 50, 50)
MEAN_ONLY = [  # (4 × 0.65 + 0.2) / 5 = 0.56, but 4 × 6.5 + ... of large years
    *({"year": year, "approved_ha": 1000, "supplied_ha": 650} for year in list(YEARS)[:4]),
    {"year": 2017, "approved_ha": 10, "supplied_ha": 2},
]


def supplied(city: Any, county: Any, area: Any = 10_000, **known: Any) -> Facts:
    held = {key: rows for key, rows in (("city", city), ("county", county)) if rows is not None}
    new = measure("new_construction", *([("n", area)] if area else []), **known)
    return town(new, dossier={"supply": held})


@pytest.mark.parametrize(
    ("city", "county", "verdict", "lowest"),
    [
        (GOOD, GOOD, PASS, "0.7"),
        (BAD, BAD, FAIL, "0.5"),
        (GOOD, BAD, REVIEW, "0.5"),
        (BAD, GOOD, REVIEW, "0.5"),
        # mean of rates 0.56, sum by sum 2602 / 4010 = 0.648878
        (GOOD, MEAN_ONLY, REVIEW, "0.56"),
        (MEAN_ONLY, MEAN_ONLY, REVIEW, "0.56"),
        # what is declared meets its bar exactly: 未达到60% is below it
        (GOOD, supply(60, 60, 60, 60, 60), PASS, "0.6"),
        (GOOD, supply(60, 60, 60, 60, 60.3), PASS, "0.6006"),
        (GOOD, supply(60, 60, 60, 60, 60.299), PASS, "0.600598"),
        (BAD, supply(60, 60, 60, 60, 59.7), FAIL, "0.5"),
        (BAD, supply(60, 60, 60, 60, 59.701), FAIL, "0.5"),
    ],
)
def test_land_13(city: Any, county: Any, verdict: Verdict, lowest: str) -> None:
    found = judge("LAND-13", supplied(city, county))
    assert found.verdict is verdict
    assert (found.measured, found.limit) == (D(lowest), D("0.6"))
    assert found.margin == D(lowest) - D("0.6")


def test_land_13_shows_every_reading() -> None:
    found = judge("LAND-13", supplied(GOOD, MEAN_ONLY))
    rates = [
        (row["place"]["en"], row["by_sum"], row["rate"])
        for row in found.trace.document()["readings"]
    ]
    assert rates == [
        ("city", False, 0.7),
        ("city", True, 0.7),
        ("county", False, 0.56),
        ("county", True, 0.648878),
    ]
    assert "of 2013 to 2017" in why(found)
    assert "The readings differ" in why(found)


def test_land_13_without_new_land_passes_whatever_the_rates() -> None:
    for rates in (BAD, None):
        found = judge("LAND-13", supplied(rates, rates, area=0))
        assert found.verdict is PASS
        assert "does not matter" in why(found)


def test_land_13_only_slivers_of_new_land_are_review() -> None:
    found = judge("LAND-13", supplied(BAD, BAD, area=0, sliver="0.30"))
    assert found.verdict is REVIEW
    assert "Only slivers" in why(found)


@pytest.mark.parametrize(
    ("city", "county", "missing"),
    [
        (None, BAD, ("supply.city",)),
        (BAD, None, ("supply.county",)),
        (BAD[1:], BAD, ("supply.city (2013)",)),
        ([], BAD, tuple(f"supply.city ({year})" for year in YEARS)),
        (supply(0, 0, 0, 0, 0, approved=0), BAD, ("supply.city.approved_ha",)),
    ],
)
def test_land_13_with_years_missing(city: Any, county: Any, missing: tuple[str, ...]) -> None:
    found = judge("LAND-13", supplied(city, county))
    assert (found.verdict, found.missing) == (NOT, missing)


def test_land_13_other_years_do_not_count() -> None:
    more = [*BAD, {"year": 2018, "approved_ha": 1, "supplied_ha": 100}]
    assert judge("LAND-13", supplied(more, more)).verdict is FAIL


def test_land_13_a_year_without_approved_land_has_no_rate() -> None:
    rows = [*GOOD[:4], {"year": 2017, "approved_ha": 0, "supplied_ha": 0}]
    found = judge("LAND-13", supplied(rows, rows))
    assert (found.verdict, found.measured) == (PASS, D("0.7"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*BAD, BAD[0]], "重复|两次"),
        ([{"year": 2013, "approved_ha": "1", "supplied_ha": 1}], "approved_ha"),
        ([{"year": 2013, "approved_ha": 1}], "supplied_ha"),
    ],
)
def test_land_13_figures_that_are_none_are_refused(rows: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        supplied(rows, BAD)


@pytest.mark.parametrize("role", ["land_use", "planned_use"])
def test_land_13_with_an_input_missing(role: str) -> None:
    found = judge("LAND-13", town(absent=(role,), dossier={"supply": {"city": BAD, "county": BAD}}))
    assert (found.verdict, found.missing) == (NOT, (role,))


def test_land_13_what_is_known_of_the_need_is_enough_to_fail() -> None:
    assert judge("LAND-13", supplied(BAD, BAD, uncovered=500)).verdict is FAIL
    assert judge("LAND-13", supplied(BAD, BAD, area=0, uncovered=500)).verdict is NOT
    assert judge("LAND-13", supplied(GOOD, GOOD, uncovered=500)).verdict is NOT


@pytest.mark.parametrize(
    ("old", "new", "rates", "verdict"),
    [
        ("minimum = 0.6\n", "minimum = 0.5\n", supply(55, 55, 55, 55, 55), PASS),
        ("years   = 5\n", "years = 1\n", supply(0, 0, 0, 0, 70), PASS),
    ],
)
def test_land_13_its_numbers_are_data(
    tmp_path: Path, old: str, new: str, rates: Any, verdict: Verdict
) -> None:
    facts = supplied(rates, rates)
    assert judge("LAND-13", facts).verdict is FAIL
    assert judge("LAND-13", facts, changed(tmp_path, (old, new))).verdict is verdict


@given(
    st.lists(st.integers(0, 100), min_size=5, max_size=5),
    st.lists(st.integers(0, 100), min_size=5, max_size=5),
    st.integers(0, 4),
)
def test_land_13_more_land_supplied_never_turns_pass_into_fail(
    city: list[int], county: list[int], at: int
) -> None:
    more = [rate + (20 if n == at else 0) for n, rate in enumerate(county)]
    before = judge("LAND-13", supplied(supply(*city), supply(*county))).verdict
    after = judge("LAND-13", supplied(supply(*city), supply(*more))).verdict
    assert not (before is not FAIL and after is FAIL)


# ---------------------------------------------------------------- LAND-15: the day is 2018-12-31


def sites(*starts: Any) -> Facts:
    rows = [
        {
            "name": f"s{at}",
            "start": start,
            "new_use": "文化创意",
            **({"new_use_registered_on": day} if day else {}),
        }
        for at, (start, day) in enumerate(starts)
    ]
    return town(dossier={"reused_sites": rows})


D1 = dt.date


@pytest.mark.parametrize(
    ("start", "registered", "verdict", "left"),
    [
        (D1(2018, 5, 1), None, PASS, 1582),  # until 2023-05-01
        (D1(2014, 6, 30), None, PASS, 181),
        (D1(2014, 6, 29), None, REVIEW, 180),
        (D1(2013, 12, 31), None, REVIEW, 0),  # the last day belongs to the period
        (D1(2013, 12, 30), None, FAIL, -1),
        (D1(2013, 12, 30), D1(2018, 12, 31), PASS, None),
        (D1(2013, 12, 30), D1(2019, 1, 1), FAIL, -1),  # not registered yet on the day
        (D1(2014, 6, 29), D1(2018, 1, 1), PASS, None),
    ],
)
def test_land_15(start: Any, registered: Any, verdict: Verdict, left: int | None) -> None:
    found = judge("LAND-15", sites((start, registered)))
    assert found.verdict is verdict
    assert found.margin == left
    assert found.unit == "day"
    end = start.replace(year=start.year + 5).isoformat()
    assert found.measured == (None if left is None else end)
    assert found.limit == (None if left is None else "2018-12-31")


def test_land_15_a_leap_day_ends_with_its_month() -> None:
    found = judge("LAND-15", sites((D1(2016, 2, 29), None)))
    assert found.measured == "2021-02-28"


def test_land_15_the_first_end_decides_and_all_are_listed() -> None:
    found = judge("LAND-15", sites((D1(2018, 5, 1), None), (D1(2013, 5, 1), None)))
    assert found.verdict is FAIL
    assert found.measured == "2018-05-01"
    assert [row["name"] for row in found.trace.document()["sites"]] == ["s1", "s0"]
    assert "244 days ago" in why(found)


@pytest.mark.parametrize(
    ("use", "verdict"),
    [
        ("文化创意", PASS),
        ("健康养老产业", PASS),
        ("“互联网＋”平台", PASS),  # full width
        ("商品住宅", REVIEW),
        ("无", NOT),  # no use is stated
        (None, NOT),
    ],
)
def test_land_15_asks_for_a_new_use_that_the_clause_names(
    use: str | None, verdict: Verdict
) -> None:
    rows = [{"name": "s", "start": D1(2018, 5, 1), "new_use": use}]
    found = judge("LAND-15", town(dossier={"reused_sites": rows}))
    assert found.verdict is verdict
    assert found.missing == (("reused_sites.new_use",) if verdict is NOT else ())
    over = [{"name": "s", "start": D1(2012, 5, 1), "new_use": use}]
    assert judge("LAND-15", town(dossier={"reused_sites": over})).verdict is FAIL


def test_land_15_without_sites() -> None:
    none = judge("LAND-15", town(dossier={"reused_sites": []}))
    assert (none.verdict, none.measured) == (INFO, None)
    assert why(none).startswith("Not applicable")
    unknown = judge("LAND-15", town())
    assert (unknown.verdict, unknown.missing) == (NOT, ("reused_sites",))


@pytest.mark.parametrize("rows", [[{"name": "x"}], [{"name": "x", "start": "soon"}], [5]])
def test_land_15_days_that_are_none_are_refused(rows: Any) -> None:
    with pytest.raises(ValidationError, match="reused_sites"):
        town(dossier={"reused_sites": rows})


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("years     = 5\n", "years = 6\n", PASS),
        ("warn_days = 180 ", "warn_days = 100 ", PASS),
    ],
)
def test_land_15_its_numbers_are_data(tmp_path: Path, old: str, new: str, verdict: Verdict) -> None:
    facts = sites((D1(2014, 5, 1), None))  # 121 days
    assert judge("LAND-15", facts).verdict is REVIEW
    assert judge("LAND-15", facts, changed(tmp_path, (old, new))).verdict is verdict
    over = sites((D1(2013, 5, 1), None))
    urged = changed(tmp_path, ('kind      = "transition"', 'kind = "transition"\nmodal = true'))
    assert judge("LAND-15", over, urged).verdict is REVIEW
