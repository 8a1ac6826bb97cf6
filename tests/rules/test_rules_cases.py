"""Every rule has its five towns, and says of each what was worked out (the tables: cases_*.py)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.factory_rules import read_back
from tests.rules import cases_land, cases_national, cases_need, cases_stages, cases_towns
from tests.rules.cases import INFO, KINDS, PASS, Case

from townland.rules.book.loader import load_rulebook
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import evaluate, evaluate_portfolio
from townland.rules.judging.finding import Finding
from townland.rules.kinds import KINDS as TABLE

TABLES = (cases_land, cases_need, cases_towns, cases_stages, cases_national)
CASES: list[Case] = [case for table in TABLES for case in table.CASES]
CANNOT: dict[tuple[str, str], str] = {
    key: reason for table in TABLES for key, reason in table.CANNOT.items()
}
RULES = [rule.id for name in ("liuzhou-2018", "national-2021") for rule in load_rulebook(name).rule]


def law_of(case: Case, tmp_path: Path) -> Rulebook:
    """The rulebook of a case, with what a bureau set, and only the case's rule."""
    book = load_rulebook(case.rulebook)
    table = Path(book.path).read_text("utf-8")
    if case.bureau:
        for old, new in case.bureau:
            assert old in table, old
            table = table.replace(old, new)
        path = tmp_path / "bureau.toml"
        path.write_text(table, "utf-8")
        book = load_rulebook(path)
    only = tuple(rule for rule in book.rule if rule.id == case.rule)
    return book.model_copy(update={"rule": only})


def judged(case: Case, tmp_path: Path) -> Finding:
    law = law_of(case, tmp_path)
    if TABLE[law.rule[0].kind].joint:
        towns = case.facts if isinstance(case.facts, tuple) else (case.facts,)
        (found,) = evaluate_portfolio(law, towns, case.day)
    else:
        assert not isinstance(case.facts, tuple)
        (found,) = evaluate(law, case.facts, case.day)
    return found


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{at}-{case.rule}-{case.kind}" for at, case in enumerate(CASES)]
)
def test_a_rule_says_what_was_worked_out(case: Case, tmp_path: Path) -> None:
    found = judged(case, tmp_path)

    assert found.verdict is case.verdict, case.working
    # where nothing is measured there may be no unit either
    assert found.unit == case.unit or (found.measured is None and not found.unit)
    for name in ("measured", "limit", "margin"):
        figure, expected = getattr(found, name), getattr(case, name)
        if isinstance(figure, Decimal) and expected is not None:
            assert abs(figure - Decimal(expected)) <= Decimal(case.within), (name, case.working)
        else:
            assert figure == expected, (name, case.working)
    assert found.missing == case.missing
    for name, figure in case.traced.items():
        assert found.trace.document()[name] == figure, name
    assert case.says in found.why.render("en")
    assert read_back(found).recomputed() == found.measured


WITHOUT_DOUBT = {
    "liuzhou-2018": ("uncertainty    = 0.001", "uncertainty    = 0"),
    "national-2021": (
        "[measure.planning_area]",
        "[parameter]\nuncertainty = 0\n\n[measure.planning_area]",
    ),
}
BEYOND_AT_ONCE = {
    "USE-02": "主要 is more than half: half is not",
    "LAND-15": "within 180 days a person looks, the 180th among them",
}


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "limit"])
def test_what_stands_on_a_bar_keeps_to_it_where_nothing_is_doubtful(case, tmp_path) -> None:
    """及以上, 未达到, 超过 and 左右 all leave the bar itself on the lawful side."""
    sure = (*case.bureau, WITHOUT_DOUBT[case.rulebook])
    found = judged(replace(case, bureau=sure), tmp_path)
    kept = found.verdict in (PASS, INFO)
    assert kept is not (case.rule in BEYOND_AT_ONCE), case.working


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_five_towns(rule: str) -> None:
    held = {case.kind for case in CASES if case.rule == rule}
    cannot = {kind for of, kind in CANNOT if of == rule}
    assert held | cannot == set(KINDS)
    assert not held & cannot, "there is one after all"


def test_no_reason_is_for_a_rule_that_is_gone() -> None:
    assert {rule for rule, _kind in CANNOT} <= set(RULES)
    assert all(case.working for case in CASES)
    assert all(CANNOT.values())
