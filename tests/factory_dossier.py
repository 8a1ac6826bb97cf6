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


FULL: dict[str, Any] = {
    "type": "light_asset",
    "social_investment": 16,
    "industry_investment": 12,
    "total_investment": 20,
    "leading_industries": ("民族文化",),
    "linked_industries": ("休闲旅游", "电子商务"),
    "carrier": "建制镇",
    "documents": {**dict.fromkeys(NAMES, "有"), "industry_study": "有"},
    "events": (event("2017-09-01", "applied"), event("2017-12-15", "listed")),
    "subsidy_paid": paid(("2017-12-20", 700)),
    "county_debt_ratio": 0.9,
    "county_platform": "disguised_borrowing",
    "lists": {"city": True},
}
LATE = {**FULL, "events": (event("2018-02-01", "applied"),)}
INDEBTED = {**FULL, "county_debt_ratio": 2}
HEAVY = {
    **FULL,
    "type": "heavy_asset",
    "social_investment": 31,
    "industry_investment": 24,
    "total_investment": 40,
}
BUILT = {**FULL, "events": (*FULL["events"], event("2018-06-01", "cultivation_passed"))}
EXTENDED = {**FULL, "events": (*FULL["events"], event("2018-06-01", "cultivation_failed"))}
WITHDRAWN = {
    **FULL,
    "events": (
        *FULL["events"],
        event("2017-12-30", "cultivation_failed"),
        event("2018-09-01", "cultivation_failed"),
    ),
}
EXTENDED_BUILDING = {
    **FULL,
    "events": (*BUILT["events"], event("2018-09-01", "construction_failed")),
}
