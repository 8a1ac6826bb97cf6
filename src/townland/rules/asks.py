"""What a rulebook asks for before any town is there: layers by their role, facts by their field.

Nothing is looked up in a list: a town of nothing is judged, with a role's layer and without it, so that
what is told here is what a check will say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from townland.dossier import UNSTATED
from townland.dossier.fields import dossier_field
from townland.geodesy.crs import LONLAT
from townland.i18n import Words, _
from townland.measuring.areas import Measure, no_measure
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.judging.belief import fields_read
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.references import measure_names
from townland.rules.kinds import KINDS
from townland.terms import ROLES

_TOWN_M2 = Decimal("1000000.00")
_NO_M2 = Decimal(0)


@dataclass(frozen=True, slots=True)
class RoleNeed:
    """What a rulebook cannot say without a layer of a role.

    `unjudged` are the rules that a check leaves not evaluated, `poorer` those that read the layer and
    are judged all the same, by the others.
    """

    role: str
    unjudged: tuple[Rule, ...]
    poorer: tuple[Rule, ...]


def needs_of(rulebook: Rulebook, on: dt.date | None = None) -> tuple[RoleNeed, ...]:
    """Give what each role is needed for, in the order of the roles; a role that no rule reads has none.

    Parameters
    ----------
    rulebook
        The rules.
    on
        The day whose law counts; without it every rule of the rulebook.
    """
    book = _of_day(rulebook, on)
    with_all = _findings(book, without=())
    roles = {rule.id: _roles(book, rule) for rule in book.rule}
    found = []
    for role in ROLES:
        reading = {name for name, needed in roles.items() if role in needed}
        if reading:
            found.append(_need(book, role, reading, with_all))
    return tuple(found)


def fields_served(rulebook: Rulebook, on: dt.date | None = None) -> Mapping[str, tuple[Rule, ...]]:
    """Give the rules that each field of a dossier serves, by the field's dotted path.

    Parameters
    ----------
    rulebook
        The rules.
    on
        The day whose law counts; without it every rule of the rulebook.
    """
    served: dict[str, list[Rule]] = {}
    for rule in _of_day(rulebook, on).rule:
        for path in dict.fromkeys(fields_read(rule)):
            if dossier_field(path) is not None:
                served.setdefault(path, []).append(rule)
    return {path: tuple(rules) for path, rules in served.items()}


def clauses_of_fields(rulebooks: Iterable[Rulebook]) -> Mapping[str, tuple[Words, ...]]:
    """Quote for each field of a dossier the clauses that it serves, of the rulebooks in their order."""
    quoted: dict[str, list[Words]] = {}
    for book in rulebooks:
        for path, rules in fields_served(book).items():
            quoted.setdefault(path, []).extend(map(_clause, rules))
    return {path: tuple(words) for path, words in quoted.items()}


def _clause(rule: Rule) -> Words:
    """Quote the clause of a rule; its title where the text has no words of its own for it."""
    place = {"rule": rule.id, "article": rule.clause.article}
    if not rule.clause.quote:
        return _("{rule} {article}: {title}", title=rule.title, **place)
    return _("{rule} {article}: “{quote}”", quote=rule.clause.quote, **place)


def _need(
    book: Rulebook, role: str, reading: set[str], with_all: Mapping[str, Finding]
) -> RoleNeed:
    """Compare what is said with a layer of a role, and without it.

    Parameters
    ----------
    book
        The rules.
    role, reading
        The role, and the ids of the rules that read it.
    with_all
        What is said with a layer of every role.
    """
    kept = tuple(rule for rule in book.rule if rule.id in reading)
    alone = _findings(book.model_copy(update={"rule": kept}), without=(role,))
    lost = {
        name
        for name, found in alone.items()
        if role in found.missing or found.verdict != with_all[name].verdict
    }
    return RoleNeed(
        role,
        tuple(rule for rule in book.rule if rule.id in lost),
        tuple(rule for rule in book.rule if rule.id in reading - lost),
    )


def _of_day(rulebook: Rulebook, on: dt.date | None) -> Rulebook:
    """Give the rulebook with the rules of one day; without a day each rule once."""
    rules = rulebook.rule if on is None else rules_in_force(rulebook, on)
    latest = {rule.id: rule for rule in sorted(rules, key=lambda rule: rule.clause.effective)}
    kept = tuple(rule for rule in rules if latest[rule.id] is rule)
    return rulebook.model_copy(update={"rule": kept})


def _roles(book: Rulebook, rule: Rule) -> set[str]:
    """Give the roles that the measures of a rule need."""
    names = (name for _key, name in measure_names(type(rule), rule.model_dump()))
    return {role for name in names for role in book.measure[name].needed}


def _findings(book: Rulebook, without: tuple[str, ...]) -> dict[str, Finding]:
    """Judge a town of nothing where no layer plays some of the roles."""
    measures: dict[str, Measure] = {}
    for name, spec in book.measure.items():
        missing = tuple(role for role in spec.needed if role in without)
        none = no_measure(name, tuple(spec.layers), town_m2=_TOWN_M2, missing=missing, crs=LONLAT)
        measures[name] = none if missing else replace(none, uncovered_m2=_NO_M2)
    town = Facts("-", "-", _TOWN_M2, _NO_M2, measures, UNSTATED)
    return {
        rule.id: KINDS[rule.kind].finding(rule, book, [town], rule.clause.effective)
        for rule in book.rule
    }
