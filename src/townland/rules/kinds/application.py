"""The kind of rule on the years in which towns apply (申报), once in each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import model_validator

from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Rule, fault, refuse
from townland.rules.judging.declared import (
    events_until,
    not_applicable,
    not_known,
    policy_number,
)
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.trace import Deadline, Way, Working, both
from townland.rules.judging.verdict import verdict_of


class ApplicationWindow(Rule):
    """The years in which towns apply."""

    reads: ClassVar[tuple[str, ...]] = ("events",)

    kind: Literal["application_window"]
    first_year: int
    last_year: int

    @model_validator(mode="after")
    def _years_in_order(self) -> ApplicationWindow:
        if self.first_year > self.last_year:
            refuse([fault(("last_year",), _("the last year is before the first"))])
        return self


class WindowWorking(Working):
    """The trace's own part of `application_window`: the days of application."""

    deadline: Deadline
    applications: tuple[str, ...]

    def way(self) -> Way | None:
        """The day of the latest application."""
        return self.deadline


def application_window(case: Case[ApplicationWindow]) -> Finding:
    """Judge the year of the latest application before the day of the check."""
    rule = case.rule
    if case.facts.dossier.events is None:
        return not_known(case, ["events"])
    days = [day for day, name in events_until(case.facts, case.on) if name == "applied"]
    if not days:
        return not_applicable(
            case, _("the dossier names no application up to {on}.", on=case.on.isoformat())
        )
    outside = not rule.first_year <= days[-1].year <= rule.last_year
    years = [day.year for day in days]
    # 每年组织1次: of two applications of one year a person says which it was
    twice = [day for day in days if years.count(day.year) > 1]
    return case.finding(
        verdict_of(fails=outside and not rule.modal, doubt=outside or bool(twice)),
        phrases.sentences(_window_why(case, days[-1]), _twice_words(twice) if twice else None),
        _window_working(case, days),
        measured=days[-1].isoformat(),
        limit=f"{rule.first_year}–{rule.last_year}",
        unit="date",
    )


def _twice_words(days: Sequence[dt.date]) -> Words:
    return _(
        "There are several applications of one year ({days}); applications are organised once a year,"
        " so a person must look.",
        days=phrases.listed(day.isoformat() for day in days),
    )


def _window_why(case: Case[ApplicationWindow], day: dt.date) -> Words:
    rule = case.rule
    place = {"day": day.isoformat(), "first": rule.first_year, "last": rule.last_year}
    if rule.first_year <= day.year <= rule.last_year:
        return _("Applied on {day}, within {first} to {last}.", **place)
    why = _("Applied on {day}, outside of {first} to {last}.", **place)
    return phrases.sentences(why, case.urging() if rule.modal else None)


def _window_working(case: Case[ApplicationWindow], days: list[dt.date]) -> WindowWorking:
    rule = case.rule
    formula = _(
        "The day of the latest application; its year is {first} to {last}.",
        first=rule.first_year,
        last=rule.last_year,
    )
    return WindowWorking(
        formula=both(formula),
        terms=(),
        deadline=Deadline(from_=days[-1].isoformat(), years=0),
        applications=tuple(day.isoformat() for day in days),
        parameters=(
            policy_number("first_year", rule.first_year, _("the first year of applications")),
            policy_number("last_year", rule.last_year, _("the last year of applications")),
            case.modality(),
        ),
    )


KINDS = (Kind(ApplicationWindow, application_window, WindowWorking),)
