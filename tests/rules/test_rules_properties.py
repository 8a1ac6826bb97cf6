"""Properties of the rules, and of the numbers of the whole rulebook."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factory_rules import book, changed, judge, measure, town

from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts
from townland.rules.judging.finding import Finding
from townland.rules.kinds import KINDS
from townland.terms import Verdict

RANK = {Verdict.FAIL: 0, Verdict.NOT_EVALUATED: 1, Verdict.REVIEW: 2, Verdict.PASS: 3}

areas = st.decimals(min_value=0, max_value=5_000_000, places=2)
small = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("0.31"), Decimal(500)])
shares = st.decimals(min_value=0, max_value=1, places=4)


def with_rule(rule_id: str, **update: Any) -> Rulebook:
    rules = tuple(
        rule.model_copy(update=update) if rule.id == rule_id else rule for rule in book().rule
    )
    return book().model_copy(update={"rule": rules})


def occupying(
    name: str, area: Decimal, net_share: Decimal, sliver: Decimal, closure: Decimal
) -> Facts:
    gross = area + sliver
    found = measure(
        name,
        *([("f", area)] if area else []),
        net=gross * net_share,
        sliver=sliver,
        closure=closure,
    )
    enclosed = measure("farmland_enclosed", ("f", gross)) if gross else measure("farmland_enclosed")
    return town(found, enclosed, measure("planned_construction", ("p", 800_000)))


OCCUPYING = [
    ("LAND-03", "farmland_built_on"),
    ("LAND-04", "cultivated_built_on"),
    ("LAND-05", "paddy_built_on"),
]


@pytest.mark.parametrize(("rule", "name"), OCCUPYING)
@given(
    area=areas,
    net_share=shares,
    sliver=small,
    closure=small,
    modal=st.booleans(),
    bars=st.tuples(areas, areas),
)
def test_a_higher_bar_never_worsens_a_verdict_to_fail(
    rule: str,
    name: str,
    area: Decimal,
    net_share: Decimal,
    sliver: Decimal,
    closure: Decimal,
    modal: bool,
    bars: tuple[Decimal, Decimal],
) -> None:
    facts = occupying(name, area, net_share, sliver, closure)
    for low in (min(bars), Decimal(0)):
        strict = with_rule(rule, limit=low, unit="m2", modal=modal)
        relaxed = with_rule(rule, limit=max(bars), unit="m2", modal=modal)
        before, after = judge(rule, facts, strict), judge(rule, facts, relaxed)
        assert not (before.verdict is Verdict.PASS and after.verdict is Verdict.FAIL)
        assert not (before.verdict is Verdict.REVIEW and after.verdict is Verdict.FAIL)
        assert after.margin >= before.margin
        assert after.measured == before.measured


@given(area=areas, closure=small, modal=st.booleans(), bands=st.tuples(shares, shares))
def test_a_wider_band_never_turns_pass_into_fail(
    area: Decimal, closure: Decimal, modal: bool, bands: tuple[Decimal, Decimal]
) -> None:
    facts = town(measure("planned_construction", ("p", area), closure=closure))
    strict = with_rule("LAND-02", band=min(bands), modal=modal)
    relaxed = with_rule("LAND-02", band=max(bands), modal=modal)
    before, after = judge("LAND-02", facts, strict), judge("LAND-02", facts, relaxed)
    assert RANK[after.verdict] >= RANK[before.verdict] or before.verdict is not Verdict.PASS
    assert not (before.verdict is not Verdict.FAIL and after.verdict is Verdict.FAIL)


@given(need=areas, sliver=small, closure=small, quotas=st.tuples(areas, areas, areas))
def test_more_quota_never_turns_pass_into_fail(
    need: Decimal, sliver: Decimal, closure: Decimal, quotas: tuple[Decimal, Decimal, Decimal]
) -> None:
    new = measure("new_construction", ("n", need), sliver=sliver, closure=closure)
    low, high = sorted(quotas[:2])

    def with_quota(quota: Decimal) -> Verdict:
        dossier = {"quota_ha": quota / 10_000, "linked_quota_ha": quotas[2] / 10_000}
        return judge("LAND-08", town(new, dossier=dossier)).verdict

    before, after = with_quota(low), with_quota(high)
    assert not (before is not Verdict.FAIL and after is Verdict.FAIL)


@given(used=areas, rest=areas, minima=st.tuples(shares, shares))
def test_a_lower_minimum_share_never_worsens_land_06(
    used: Decimal, rest: Decimal, minima: tuple[Decimal, Decimal]
) -> None:
    facts = town(
        measure("planned_construction", ("p", used + rest)),
        measure("barren_built_on", ("b", used)),
        measure("barren_total", ("b", used)),
    )
    strict = judge("LAND-06", facts, with_rule("LAND-06", minimum_share=max(minima)))
    relaxed = judge("LAND-06", facts, with_rule("LAND-06", minimum_share=min(minima)))
    assert strict.verdict is Verdict.REVIEW or relaxed.verdict is Verdict.INFO


@pytest.mark.parametrize(("rule", "name"), OCCUPYING)
@given(area=areas, more=areas, sliver=small, modal=st.booleans())
def test_more_farmland_never_improves_a_verdict(
    rule: str, name: str, area: Decimal, more: Decimal, sliver: Decimal, modal: bool
) -> None:
    changed_book = with_rule(rule, modal=modal)
    less = judge(rule, occupying(name, area, Decimal(1), sliver, Decimal(0)), changed_book)
    grown = occupying(name, area + more, Decimal(1), sliver, Decimal(0))
    after = judge(rule, grown, changed_book)
    assert RANK[after.verdict] <= RANK[less.verdict]
    assert after.measured >= less.measured


@pytest.mark.parametrize(("rule", "name"), OCCUPYING)
@given(parts=st.lists(areas, min_size=1, max_size=5), modal=st.booleans())
def test_splitting_a_parcel_changes_nothing(
    rule: str, name: str, parts: list[Decimal], modal: bool
) -> None:
    whole = measure(name, ("f", sum(parts)))
    split = measure(name, *((f"f{at}", part) for at, part in enumerate(parts)))
    found = [judge(rule, town(one), with_rule(rule, modal=modal)) for one in (whole, split)]
    assert found[0].verdict is found[1].verdict
    assert found[0].measured == found[1].measured


# ---------------------------------------------------------------- numbers of the whole rulebook

NEW = ("n", 50_000)
TOWN: dict[str, Any] = {
    "planned_construction": measure("planned_construction", ("p", 1_080_000)),
    "existing_construction": measure("existing_construction", ("e", 400_000)),
    "farmland_built_on": measure("farmland_built_on", ("f", 100), net=90),
    "farmland_enclosed": measure("farmland_enclosed", ("f", 300)),
    "cultivated_built_on": measure("cultivated_built_on", ("c", 5_000), net=4_500),
    "paddy_built_on": measure("paddy_built_on", ("c", 4_000)),
    "barren_built_on": measure("barren_built_on", ("b", 70_000)),
    "barren_total": measure("barren_total", ("b", 90_000)),
    "stock_built_on": measure("stock_built_on", ("s", 1_000)),
    "stock_total": measure("stock_total", ("s", 2_000)),
    "new_construction": measure("new_construction", NEW),
    "new_from_paddy": measure("new_from_paddy", NEW, net=48_000),
}
DOSSIER = {"quota_ha": 5.2, "linked_quota_ha": 0.5, "annual_output": 4.8}


def outcome(finding: Finding) -> tuple[Any, ...]:
    """What a change may show in: the verdict, the figures, or the figures under the figure."""
    kept = ("band", "share", "balance", "reuse", "patches", "quota_m2", "linked_quota_m2")
    shown = {key: finding.trace.document().get(key) for key in kept}
    return (finding.verdict, finding.measured, finding.limit, finding.margin, str(shown))


LAND_02 = [
    ("limit     = 1\n", "limit     = 1\nuncertainty = 0.02\n"),
    ("band           = 0.1 ", "band           = 0.05 "),
    ("uncertainty    = 0.001 ", "uncertainty    = 0.02 "),
]


@pytest.mark.parametrize(("old", "new"), LAND_02)
def test_a_parameter_of_the_rulebook_or_the_rule_s_own_in_its_stead_decides(
    tmp_path: Path, old: str, new: str
) -> None:
    one = town(*TOWN.values())
    before, after = (judge("LAND-02", one, law) for law in (None, changed(tmp_path, (old, new))))
    assert outcome(before) != outcome(after)


def test_the_sliver_width_is_traced_and_decides_what_is_a_sliver(tmp_path: Path) -> None:
    # what is a sliver is decided where the pieces are measured; here its verdict follows
    wide = changed(tmp_path, ("sliver_width_m = 0.2 ", "sliver_width_m = 0.5 "))
    found = judge("LAND-03", town(TOWN["farmland_built_on"], TOWN["farmland_enclosed"]), wide)
    entry = next(p for p in found.trace.document()["parameters"] if p["name"] == "sliver_width_m")
    assert (entry["value"], entry["origin"]) == (0.5, "bureau")
    as_sliver = measure("farmland_built_on", sliver=100)
    verdicts = [
        judge("LAND-03", town(one, TOWN["farmland_enclosed"])).verdict
        for one in (TOWN["farmland_built_on"], as_sliver)
    ]
    assert verdicts == [Verdict.FAIL, Verdict.REVIEW]


def test_the_day_of_force_decides(tmp_path: Path) -> None:
    import datetime as dt

    from townland.rules.book.loader import rules_in_force

    later = changed(tmp_path, ("effective = 2018-01-01", "effective = 2019-01-01"))
    assert len(rules_in_force(later, dt.date(2019, 1, 1))) == len(book().rule)
    with pytest.raises(Exception, match="2019-01-01"):
        rules_in_force(later, dt.date(2018, 12, 31))


def test_checking_twice_gives_the_same(tmp_path: Path) -> None:
    one = town(*TOWN.values(), dossier=DOSSIER)
    for rule in (rule for rule in book().rule if not KINDS[rule.kind].joint):
        first, second = judge(rule.id, one), judge(rule.id, replace(one))
        assert outcome(first) == outcome(second)
        assert first.why == second.why
