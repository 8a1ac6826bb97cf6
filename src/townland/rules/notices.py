"""What a reader must know of a rulebook on the day of a check, before any finding is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from townland.i18n import Words, _
from townland.rules.book.model import Rulebook
from townland.rules.judging import phrases
from townland.rules.judging.clause import Rule


@dataclass(frozen=True, slots=True)
class HeadNotice:
    """One sentence that stands at the head of a report, before every finding.

    `code` is stable. `rules` are those that it is about, none where it is about all of them; `after` is
    the last day on which it does not hold yet, None where it goes by no day.
    """

    code: str
    message: Words
    rules: tuple[str, ...] = ()
    after: dt.date | None = None


def notices(rulebook: Rulebook, on: dt.date) -> tuple[HeadNotice, ...]:
    """Give what a rulebook states of a day, and which of its rules are no law on it.

    The notices of the rulebook come first, then those of the clauses in force, one for each text, then
    the rules that are superseded or not in force yet.
    """
    return (*_stated(rulebook, on), *_out_of_force(rulebook, on))


def _stated(rulebook: Rulebook, on: dt.date) -> Iterator[HeadNotice]:
    for each in rulebook.notice:
        if each.holds(on):
            yield HeadNotice(each.code, each.text, after=each.after)
    clauses: dict[HeadNotice, list[str]] = {}
    for rule in rulebook.rule:
        own = rule.clause.notice
        if own is not None and own.holds(on) and rule.clause.in_force(on):
            clauses.setdefault(HeadNotice(own.code, own.text, after=own.after), []).append(rule.id)
    for stated, rules in clauses.items():
        yield HeadNotice(stated.code, stated.message, tuple(rules), stated.after)


def _out_of_force(rulebook: Rulebook, on: dt.date) -> Iterator[HeadNotice]:
    """Name the rules that are no law on a day: those that no longer are, and those that will be.

    A rule that has a clause in force on the day is law, whatever its other clauses are.
    """
    law = {rule.id for rule in rulebook.rule if rule.clause.in_force(on)}
    past: dict[dt.date, list[Rule]] = {}
    future: dict[dt.date, list[Rule]] = {}
    for rule in rulebook.rule:
        clause = rule.clause
        if rule.id in law:
            continue
        if clause.superseded is not None and clause.superseded <= on:
            past.setdefault(clause.superseded, []).append(rule)
        else:
            future.setdefault(clause.effective, []).append(rule)
    for day, rules in sorted(past.items()):
        message = _(
            "Superseded on {day}, and so not checked on {on}: {rules}.",
            day=day.isoformat(),
            on=on.isoformat(),
            rules=_named(rules),
        )
        yield HeadNotice("rules_superseded", message, tuple(rule.id for rule in rules))
    for day, rules in sorted(future.items()):
        message = _(
            "In force from {day} only, and so not checked on {on}: {rules}.",
            day=day.isoformat(),
            on=on.isoformat(),
            rules=_named(rules),
        )
        yield HeadNotice("rules_not_in_force_yet", message, tuple(rule.id for rule in rules))


def _named(rules: list[Rule]) -> Words:
    return phrases.listed(rule.id for rule in rules)
