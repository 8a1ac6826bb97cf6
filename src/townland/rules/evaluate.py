"""Judge towns by the rules in force on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

from townland.dossier import implausible
from townland.measuring.accuracy import at_face_value
from townland.measuring.unplanned import planned_as
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.both_ends import at_both_ends
from townland.rules.face_value import all_by_accuracy, by_accuracy
from townland.rules.judging.belief import all_under_belief, under_belief
from townland.rules.judging.clause import Rule
from townland.rules.judging.doubts import by_either_name, under_doubt
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.standing import settled
from townland.rules.kinds import KINDS
from townland.rules.shared_land import SharedLand, overlaps

__all__ = ["Facts", "evaluate", "evaluate_portfolio"]


def evaluate(rulebook: Rulebook, facts: Facts, on: dt.date) -> tuple[Finding, ...]:
    """Give one finding for each rule in force on the day `on`, in the rulebook's order.

    Rules on all towns together are left to `evaluate_portfolio`.

    Parameters
    ----------
    rulebook
        The rules, and the measures they ask for.
    facts
        The town as measured.
    on
        The day whose law counts.

    Raises
    ------
    RulebookError
        No rule is in force on that day.
    DossierError
        A field of the dossier that a rule reads is no figure.
    """
    facts = settled(facts, on)
    planned, face = cache(planned_as), cache(at_face_value)
    doubtful = implausible(facts.dossier, facts.area_m2)

    def judged(rule: Rule) -> Finding:
        kind = KINDS[rule.kind]

        def at_end(town: Facts) -> Finding:
            return kind.finding(rule, rulebook, [town], on)

        def ends(town: Facts) -> Finding:
            return at_both_ends(at_end, town, rule, planned)

        def whole(town: Facts) -> Finding:
            return under_belief(ends, rule, town, doubtful)

        def sure(town: Facts) -> Finding:
            return by_accuracy(whole, town, face)

        return under_doubt(by_either_name(sure, facts), rulebook, facts.doubts)

    return tuple(
        judged(rule) for rule in rules_in_force(rulebook, on) if not KINDS[rule.kind].joint
    )


def evaluate_portfolio(
    rulebook: Rulebook,
    towns: Sequence[Facts],
    on: dt.date,
    *,
    shared: tuple[SharedLand, ...] | None = None,
) -> tuple[Finding, ...]:
    """Give one finding on all towns for each joint rule in force on the day `on`.

    Parameters
    ----------
    rulebook
        The rules, and the measures they ask for.
    towns
        All towns as measured.
    on
        The day whose law counts.
    shared
        The land that their boundaries share, where it is known already; else it is looked for.

    Raises
    ------
    RulebookError
        No rule is in force on that day.
    """
    if not towns:
        return ()
    if shared is None:
        own = rulebook.parameter
        shared = overlaps(towns, own.sliver_width_m, own.sliver_sigma)
    towns = [settled(town, on) for town in towns]

    def judged(rule: Rule) -> Finding:
        kind = KINDS[rule.kind]

        def sure(all_: Sequence[Facts], land: tuple[SharedLand, ...]) -> Finding:
            return all_under_belief(
                lambda some: kind.finding(rule, rulebook, some, on, shared=land), rule, all_
            )

        found = all_by_accuracy(sure, towns, shared)
        doubts = [doubt for town in towns for doubt in town.doubts]
        return under_doubt(found, rulebook, doubts, on_ground=kind.on_ground)

    return tuple(judged(rule) for rule in rules_in_force(rulebook, on) if KINDS[rule.kind].joint)
