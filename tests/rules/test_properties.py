"""Properties of the rules, and of the numbers of the whole rulebook."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factory_dossier import BUILT, EXTENDED, FULL, HEAVY, WITHDRAWN, planned
from tests.factory_rules import DAY, book, changed, judge, measure, need, read_back, reuse, town

from townland.rules.book.loader import load_rulebook
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate
from townland.rules.judging.finding import Finding
from townland.rules.kinds import KINDS
from townland.terms import Verdict

RANK = {Verdict.FAIL: 0, Verdict.NOT_EVALUATED: 1, Verdict.REVIEW: 2, Verdict.PASS: 3}

areas = st.decimals(min_value=0, max_value=5_000_000, places=2)
small = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("0.31"), Decimal(500)])
shares = st.decimals(min_value=0, max_value=1, places=4)


def with_rule(rule_id: str, law: Rulebook | None = None, **update: Any) -> Rulebook:
    law = law or book()
    rules = tuple(
        rule.model_copy(update=update) if rule.id == rule_id else rule for rule in law.rule
    )
    return law.model_copy(update={"rule": rules})


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


# ---------------------------------------------------------------- relaxing a bar


NATIONAL = load_rulebook("national-2021")
whole_areas = st.integers(0, 2_000_000)
thousandths = st.decimals(min_value=0, max_value=1, places=3)
pairs = st.tuples(thousandths, thousandths)


def never_worse(rule: str, facts: Any, strict: Rulebook, relaxed: Rulebook) -> None:
    before, after = judge(rule, facts, strict), judge(rule, facts, relaxed)
    assert not (before.verdict is Verdict.PASS and after.verdict is Verdict.FAIL)
    assert not (before.verdict is Verdict.REVIEW and after.verdict is Verdict.FAIL)
    assert before.measured == after.measured


@given(whole=whole_areas, part=whole_areas, bars=pairs)
def test_a_higher_cap_on_real_estate(whole: int, part: int, bars: tuple[Decimal, Decimal]) -> None:
    facts = town(
        measure("planned_construction", ("p", whole)), measure("housing_planned", ("h", part))
    )
    laws = [with_rule("USE-01", maximum=bar, beyond="fail") for bar in sorted(bars)]
    never_worse("USE-01", facts, *laws)


@given(whole=whole_areas, part=whole_areas, more=whole_areas, bars=pairs)
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
    area=whole_areas,
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
            changed = with_rule(rule, NATIONAL, modal=False, beyond="fail", **{key: Decimal(bar)})
            only = tuple(held for held in changed.rule if held.id == rule)
            day = only[0].clause.effective
            found += evaluate(changed.model_copy(update={"rule": only}), facts, day)
        before, after = found
        assert not (before.verdict is Verdict.PASS and after.verdict is Verdict.FAIL)
        assert not (before.verdict is Verdict.REVIEW and after.verdict is Verdict.FAIL)


def never_hurts(
    rule: str, dossier: dict[str, Any], tight: dict[str, Any], loose: dict[str, Any]
) -> None:
    """A pass under the tighter bar must not be a fail, nor a review, under the looser one."""
    ranks = []
    for numbers in (tight, loose):
        (held,) = (one for one in book().rule if one.id == rule)
        law = book().model_copy(
            update={"rule": (held.model_copy(update={"modal": False, **numbers}),)}
        )
        ranks.append(RANK[judge(rule, town(planned(), dossier=dossier), law).verdict])
    assert ranks[0] <= ranks[1]


LIMITS = st.decimals("0.1", "12", places=2)


@given(st.floats(0, 60), LIMITS, LIMITS)
def test_a_lower_bar_never_hurts_an_investment(
    invested: float, one: Decimal, other: Decimal
) -> None:
    dossier = {"type": "light_asset", "social_investment": invested}
    low, high = sorted((one, other))
    pinned = {"basis": "planning_area"}
    never_hurts("INV-01", dossier, {"limit": high, **pinned}, {"limit": low, **pinned})


@given(
    st.floats(0, 10),
    st.sampled_from(["none", "disguised_borrowing", "market_reformed"]),
    LIMITS,
    LIMITS,
)
def test_a_higher_debt_bar_never_hurts(
    ratio: float, platform: str, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    dossier = {"county_debt_ratio": ratio, "county_platform": platform}
    never_hurts("FUND-02", dossier, {"limit": low}, {"limit": high})


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


# ---------------------------------------------------------------- every finding of all rules


def towns() -> list[Facts]:
    return [
        town(),
        town(
            planned(950_000),
            measure("farmland_built_on", ("f1", "12345.67"), net="11203.70"),
            measure("farmland_enclosed", ("f1", 20_000)),
            measure("cultivated_built_on", ("c", 10)),
        ),
        need({"quota_ha": 4.25}),
        town(*reuse(), absent=("paddy", "unused_land")),
        town(measure("paddy_layer_built_on", ("q", 7)), absent=("land_use",)),
        town(absent=("planned_use",)),
        town(absent=("land_use", "planned_use", "permanent_basic_farmland")),
        *(
            town(planned(1_000_000), dossier=dossier)
            for dossier in (FULL, HEAVY, BUILT, EXTENDED, WITHDRAWN)
        ),
    ]


@pytest.mark.parametrize("facts", towns())
def test_one_finding_for_each_rule_in_the_rulebook_s_order(facts: Facts) -> None:
    found = evaluate(book(), facts, DAY)
    alone = [rule.id for rule in book().rule if not KINDS[rule.kind].joint]
    assert [finding.rule for finding in found] == alone
    assert all(finding.town == facts.town for finding in found)


@pytest.mark.parametrize("facts", towns())
def test_the_trace_alone_gives_the_figure(facts: Facts) -> None:
    for finding in evaluate(book(), facts, DAY):
        trace = finding.trace.document()
        if finding.measured is None:
            assert trace["terms"] == []
            continue
        named = {entry["name"]: entry for entry in trace["measures"]}
        for term in (term for term in trace["terms"] if "measure" in term):
            assert named[term["measure"]][term["figure"]] == term["value"]
        assert read_back(finding).recomputed() == finding.measured
        day = isinstance(trace["measured"], str)
        assert finding.measured == (trace["measured"] if day else Decimal(str(trace["measured"])))
        for language in ("zh", "en"):
            assert trace["formula"][language]


@pytest.mark.parametrize("facts", towns())
def test_parameters_say_whose_they_are(facts: Facts) -> None:
    for finding in evaluate(book(), facts, DAY):
        entries = finding.trace.document()["parameters"]
        assert all(entry["title"]["zh"] for entry in entries)
        origins = {entry["name"]: entry["origin"] for entry in entries}
        assert set(origins.values()) <= {"policy", "townland", "bureau", "dossier"}
        assert origins.get("uncertainty", "townland") == "townland"
        assert origins.get("band", "townland") == "townland"
        assert origins.get("limit", "policy") == "policy"
        assert origins.get("quota_ha", "dossier") == "dossier"
        assert finding.trace.document()["clause"] == {
            "effective": "2018-01-01",
            "effective_assumed": True,
        }


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
