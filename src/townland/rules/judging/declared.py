"""What kinds of rules on declared facts share: fields that are missing, events, counts of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.trace import Parameter, Term, Working, both, parameter_of
from townland.rules.judging.verdict import verdict_of
from townland.terms import dossier_field

NOTHING = Working(formula=both(_("Nothing is computed.")), terms=(), parameters=())
"""The trace's own part of a finding that has no figure."""

Events = tuple[tuple[dt.date, str], ...]


def amount(case: Case[Rule], path: str) -> Decimal | None:
    """Give an amount of the dossier; None where it does not state it."""
    value = case.facts.stated(path, float)
    return None if value is None else units.exact(value)


def declared_number(path: str, value: Decimal, unit: str | None = None) -> Parameter:
    """Trace a number that the dossier states.

    Parameters
    ----------
    path
        The field of the dossier.
    value, unit
        The number, and its unit.
    """
    return parameter_of(path, value, unit=unit, title=dossier_field(path), origin="dossier")


def policy_number(name: str, value: int | Decimal | str, title: Words) -> Parameter:
    """Trace a number or word of the policy that is no area.

    Parameters
    ----------
    name
        The rule's parameter.
    value, title
        The number or word, and what it is called.
    """
    return parameter_of(name, value, title=title, origin="policy")


def not_known(case: Case[Rule], missing: Sequence[str], working: Working = NOTHING) -> Finding:
    """Make the finding of a rule whose fields the dossier leaves out.

    Parameters
    ----------
    case
        The rule on its town.
    missing
        The fields of the dossier.
    working
        The kind's own part of the trace.
    """
    return case.finding(
        verdict_of(unknown=True), phrases.unknown(missing), working, unit="", missing=tuple(missing)
    )


def not_applicable(case: Case[Rule], reason: Words, working: Working = NOTHING) -> Finding:
    """Make the finding of a rule that does not concern this town.

    Parameters
    ----------
    case
        The rule on its town.
    reason
        Why it does not concern it.
    working
        The kind's own part of the trace.
    """
    return case.finding(verdict_of(judges=False), fields.not_applicable(reason), working, unit="")


def events_until(facts: Facts, on: dt.date) -> Events:
    """Give the events of a dossier up to a day, in order; those of one day as the dossier has them."""
    stated = [(event.on, event.event) for event in facts.dossier.events or () if event.on <= on]
    return tuple(sorted(stated, key=lambda event: event[0]))


def count_of(counts: bool) -> Decimal:
    """Count one thing: 1 where it counts, else 0."""
    return units.exact(1 if counts else 0)


def codes(towns: Sequence[Facts]) -> tuple[str, ...]:
    """Give the codes of some towns."""
    return tuple(town.town for town in towns)


def each_counts(towns: Sequence[Facts], path: str) -> tuple[Term, ...]:
    """Trace a count of towns, each of which a field of its dossier makes one."""
    return tuple(Term(town=town.town, field=path, value=units.exact(1)) for town in towns)
