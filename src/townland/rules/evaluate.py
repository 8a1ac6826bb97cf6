"""Judge a town by the rules in force on a day."""

from __future__ import annotations

import datetime as dt

from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.judging.case import Case
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.kinds import KINDS
from townland.rules.kinds.together import PORTFOLIO, evaluate_portfolio

__all__ = ["Facts", "evaluate", "evaluate_portfolio"]


def evaluate(rulebook: Rulebook, facts: Facts, on: dt.date) -> tuple[Finding, ...]:
    """Give one finding for each rule in force on the day `on`, in the rulebook's order.

    Rules on all towns together are left to `evaluate_portfolio`.

    Raises
    ------
    RulebookError
        No rule is in force on that day.
    DossierError
        A field of the dossier that a rule reads is no figure.

    """
    return tuple(
        KINDS[rule.kind](Case(rule, rulebook, facts, on))
        for rule in rules_in_force(rulebook, on)
        if rule.kind not in PORTFOLIO
    )
