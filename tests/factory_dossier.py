"""Dossiers made by hand for the rules, and their findings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.factory_rules import book, judge, measure, town

from townland.rules.book.model import Rulebook
from townland.rules.evaluate import evaluate
from townland.rules.judging.finding import Finding

Day = dt.date

NAMES = (
    "creation_plan",
    "construction_scope",
    "industry_positioning",
    "investors",
    "investment_scale",
    "construction_schedule",
    "business_environment",
    "town_plans",
)


def why(finding: Finding) -> str:
    return finding.why.render("en")


def said(rule: str, law: Rulebook | None = None, **dossier: Any) -> Finding:
    """A rule's finding on a town of 3 km² with 1 km² of planned construction."""
    one = town(planned(), dossier=dossier, rulebook=law)
    return judge(rule, one, law)


def on(rule: str, day: Day, law: Rulebook | None = None, **dossier: Any) -> Finding:
    """A rule's finding on a day."""
    whole = law or book()
    only = tuple(held for held in whole.rule if held.id == rule)
    (found,) = evaluate(whole.model_copy(update={"rule": only}), town(dossier=dossier), day)
    return found


def planned(area: Any = 1_000_000, **known: Any) -> Any:
    return measure("planned_construction", ("p", area), **known)


def event(day: str, name: str) -> dict[str, Any]:
    return {"on": Day.fromisoformat(day), "event": name}


def paid(*rows: tuple[str, float]) -> tuple[dict[str, Any], ...]:
    return tuple({"on": Day.fromisoformat(day), "amount_wan": wan} for day, wan in rows)
