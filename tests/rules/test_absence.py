"""Property: a dossier that states less never passes more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.factory_dossier import FULL, NAMES, event, paid, planned
from tests.factory_rules import book, measure, town

from townland.dossier import Dossier
from townland.dossier.fields import dossier_fields
from townland.rules.evaluate import evaluate, evaluate_portfolio
from townland.rules.judging.facts import Facts
from townland.terms import Verdict

DAY = date(2020, 12, 31)
EXCEPTIONS = {
    "confirmed": "to confirm is an act: what is no longer confirmed is for a person again",
    "note": "a note is read by nobody",
}
"""Scalar fields for which nothing is claimed, with the reason. Entries of lists, and events, are not
scalar: an event left out (a failed acceptance), a payment or a site is a town with another history."""

BAD: dict[str, Any] = {
    **FULL,
    "social_investment": 9,
    "quota_ha": 1,
    "linked_quota_ha": 1,
    "replacement_bank_ha": 1,
    "replacement_bank_paddy_ha": 0,
    "county_debt_ratio": 1.2,
    "county_platform": "disguised_borrowing",
    "lists": {"city": False, "region": True, "national": True},
    "documents": dict.fromkeys((*NAMES, "industry_study"), "无"),
}
LATE: dict[str, Any] = {
    **BAD,
    "county_platform": "market_reformed",
    "quota_ha": 4,
    "linked_quota_ha": 3,
    "events": (event("2018-03-01", "listed"), event("2019-09-01", "cultivation_passed")),
    "subsidy_paid": paid(("2018-02-01", 700)),
    "reused_sites": [{"name": "s", "start": date(2016, 2, 1), "new_use": "住宅"}],
    "documents": dict.fromkeys((*NAMES, "industry_study"), "有"),
}
ODD: dict[str, Any] = {
    **LATE,
    "social_investment": 155_000,
    "total_investment": 180_000,
    "quota_ha": 600_000,
    "county_debt_ratio": 0.008,
}


def facts(dossier: dict[str, Any]) -> Facts:
    land = (
        planned(),
        measure("new_construction", ("n", 50_000)),
        measure("cultivated_built_on", ("n", 20_000), net=18_000),
        measure("paddy_built_on", ("n", 10_000), net=9_000),
    )
    return town(*land, dossier=dossier)


def verdicts(one: Facts) -> dict[str, Verdict]:
    findings = (*evaluate(book(), one, DAY), *evaluate_portfolio(book(), [one], DAY))
    return {finding.rule: finding.verdict for finding in findings}


def less(dossier: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The dossier without one scalar field, and without one of each entry of its lists."""
    for path in dossier_fields():
        table, _dot, name = path.rpartition(".")
        held = dossier.get(table, {}) if table else dossier
        if (
            name in held
            and name not in EXCEPTIONS
            and not isinstance(held[name], tuple | list | dict)
        ):
            bare = {key: value for key, value in held.items() if key != name}
            yield path, {**dossier, table: bare} if table else bare
    for name, value in dossier.items():
        for at, row in enumerate(value if isinstance(value, tuple | list) else ()):
            for key in row if isinstance(row, dict) else ():
                rows = [
                    {k: v for k, v in r.items() if (n, k) != (at, key)} for n, r in enumerate(value)
                ]
                yield f"{name}.{at}.{key}", {**dossier, name: rows}


def valid(dossier: dict[str, Any]) -> bool:
    try:
        Dossier.model_validate({"code": "1", **dossier})
    except ValueError:
        return False  # a field that must be stated
    return True


@pytest.mark.parametrize("dossier", [FULL, BAD, LATE, ODD], ids=["full", "bad", "late", "odd"])
def test_a_scalar_field_that_is_taken_away_gives_no_pass(dossier: dict[str, Any]) -> None:
    before = verdicts(facts(dossier))
    tried = 0
    for path, bare in less(dossier):
        if not valid(bare):
            continue
        tried += 1
        after = verdicts(facts(bare))
        gained = {
            rule
            for rule, verdict in after.items()
            if verdict is Verdict.PASS
            and before[rule] in (Verdict.FAIL, Verdict.REVIEW, Verdict.NOT_EVALUATED)
        }
        assert not gained, (path, gained)
    assert tried > 12
