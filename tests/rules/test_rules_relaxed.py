"""Relaxing a bar of the rules on land, uses and supply never turns a pass into a fail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.factory_rules import book, judge, measure, town

from townland.rules.book.loader import load_rulebook
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import evaluate
from townland.terms import Verdict

NATIONAL = load_rulebook("national-2021")
areas = st.integers(0, 2_000_000)
shares = st.decimals(min_value=0, max_value=1, places=3)
pairs = st.tuples(shares, shares)


def with_rule(rule_id: str, law: Rulebook | None = None, **update: Any) -> Rulebook:
    law = law or book()
    rules = tuple(
        rule.model_copy(update=update) if rule.id == rule_id else rule for rule in law.rule
    )
    return law.model_copy(update={"rule": rules})


def never_worse(rule: str, facts: Any, strict: Rulebook, relaxed: Rulebook) -> None:
    before, after = judge(rule, facts, strict), judge(rule, facts, relaxed)
    assert not (before.verdict is Verdict.PASS and after.verdict is Verdict.FAIL)
    assert not (before.verdict is Verdict.REVIEW and after.verdict is Verdict.FAIL)
    assert before.measured == after.measured


@given(whole=areas, part=areas, bars=pairs)
def test_a_higher_cap_on_real_estate(whole: int, part: int, bars: tuple[Decimal, Decimal]) -> None:
    facts = town(
        measure("planned_construction", ("p", whole)), measure("housing_planned", ("h", part))
    )
    laws = [with_rule("USE-01", maximum=bar, beyond="fail") for bar in sorted(bars)]
    never_worse("USE-01", facts, *laws)


@given(whole=areas, part=areas, more=areas, bars=pairs)
def test_a_lower_floor_of_the_main_uses(
    whole: int, part: int, more: int, bars: tuple[Decimal, Decimal]
) -> None:
    facts = town(
        measure("new_construction", ("n", whole)),
        measure("new_for_industry", ("n", part)),
        measure("new_for_commercial", ("n", more)),
    )
    high, low = sorted(bars, reverse=True)
    laws = [with_rule("USE-02", minimum=bar, beyond="fail", modal=False) for bar in (high, low)]
    never_worse("USE-02", facts, *laws)


@given(
    area=areas,
    people=st.integers(1, 50_000),
    caps=st.tuples(st.integers(1, 300), st.integers(1, 300)),
)
def test_a_higher_cap_per_head(area: int, people: int, caps: tuple[int, int]) -> None:
    facts = town(measure("planned_construction", ("p", area)), dossier={"population": people})
    laws = [with_rule("LAND-12", limit=Decimal(cap), modal=False) for cap in sorted(caps)]
    never_worse("LAND-12", facts, *laws)


rates = st.lists(st.integers(0, 100), min_size=5, max_size=5)


@given(city=rates, county=rates, bars=pairs)
def test_a_lower_supply_rate(
    city: list[int], county: list[int], bars: tuple[Decimal, Decimal]
) -> None:
    supply = {
        place: [
            {"year": year, "approved_ha": 100, "supplied_ha": rate}
            for year, rate in zip(range(2013, 2018), held, strict=True)
        ]
        for place, held in (("city", city), ("county", county))
    }
    facts = town(measure("new_construction", ("n", 5_000)), dossier={"supply": supply})
    high, low = sorted(bars, reverse=True)
    never_worse(
        "LAND-13", facts, with_rule("LAND-13", minimum=high), with_rule("LAND-13", minimum=low)
    )


@given(area=st.integers(1, 9_000_000), bars=st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_a_wider_range_of_area(area: int, bars: tuple[int, int]) -> None:
    facts = town(area=area, dossier={"national_type": "manufacturing"}, rulebook=NATIONAL)
    low, high = sorted(bars)
    for rule, key, order in (
        ("TC-N-1", "minimum", (high, low)),
        ("TC-N-2", "maximum", (low, high)),
    ):
        found = []
        for bar in order:
            changed = with_rule(rule, NATIONAL, beyond="fail", **{key: Decimal(bar)})
            only = tuple(held for held in changed.rule if held.id == rule)
            day = only[0].clause.effective
            found += evaluate(changed.model_copy(update={"rule": only}), facts, day)
        before, after = found
        assert not (before.verdict is Verdict.PASS and after.verdict is Verdict.FAIL)
        assert not (before.verdict is Verdict.REVIEW and after.verdict is Verdict.FAIL)
