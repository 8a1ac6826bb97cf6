"""A town's way through cultivation, construction and naming: a state machine over dated events.

三（一） names three stages, 四（二） to （四） what passing and failing lead to. The text neither
provides for a listing after the town was out nor forbids it: such a town begins anew, and a person
looks. Each instalment of the subsidy falls due once at most.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.declared import Events
from townland.rules.judging.trace import Column, Row


class Stage(StrEnum):
    """Where a town may stand; every one is named by the policy."""

    NOT_APPLIED = "not_applied"
    APPLIED = "applied"  # 申报
    CULTIVATION = "cultivation"  # 培育小镇
    CULTIVATION_EXTENDED = "cultivation_extended"  # 继续培育1年
    WITHDRAWN = "withdrawn"  # 退出市级培育名单
    CONSTRUCTION = "construction"  # 建设小镇
    CONSTRUCTION_EXTENDED = "construction_extended"  # 延期一年
    CANCELLED = "cancelled"  # 取消特色小镇建设资格
    ACCEPTED = "accepted"  # 验收通过, 报市人民政府审定
    NAMED = "named"  # 命名小镇


WORDS: Mapping[Stage, Words] = {
    Stage.NOT_APPLIED: _("has not applied"),
    Stage.APPLIED: _("has applied"),
    Stage.CULTIVATION: _("is in cultivation"),
    Stage.CULTIVATION_EXTENDED: _("is in cultivation, extended after a first failure"),
    Stage.WITHDRAWN: _("has left the city's list"),
    Stage.CONSTRUCTION: _("is in construction"),
    Stage.CONSTRUCTION_EXTENDED: _("is in construction, extended after a first failure"),
    Stage.CANCELLED: _("has lost its standing"),
    Stage.ACCEPTED: _("has passed the final acceptance and awaits its naming"),
    Stage.NAMED: _("is named a characteristic town"),
}


EVENT_WORDS: Mapping[str, Words] = {
    "applied": _("an application"),
    "listed": _("a listing"),
    "cultivation_passed": _("a passed acceptance of cultivation"),
    "cultivation_failed": _("a failed acceptance of cultivation"),
    "construction_passed": _("a passed acceptance of construction"),
    "construction_failed": _("a failed acceptance of construction"),
    "named": _("a naming"),
}


NEXT: Mapping[tuple[Stage, str], Stage] = {
    (Stage.NOT_APPLIED, "applied"): Stage.APPLIED,
    (Stage.NOT_APPLIED, "listed"): Stage.CULTIVATION,  # a dossier may not know the application
    (Stage.APPLIED, "applied"): Stage.APPLIED,  # applications are made once a year
    (Stage.APPLIED, "listed"): Stage.CULTIVATION,
    (Stage.CULTIVATION, "cultivation_passed"): Stage.CONSTRUCTION,
    (Stage.CULTIVATION, "cultivation_failed"): Stage.CULTIVATION_EXTENDED,
    (Stage.CULTIVATION_EXTENDED, "cultivation_passed"): Stage.CONSTRUCTION,
    (Stage.CULTIVATION_EXTENDED, "cultivation_failed"): Stage.WITHDRAWN,
    (Stage.CONSTRUCTION, "construction_passed"): Stage.ACCEPTED,
    (Stage.CONSTRUCTION, "construction_failed"): Stage.CONSTRUCTION_EXTENDED,
    (Stage.CONSTRUCTION_EXTENDED, "construction_passed"): Stage.ACCEPTED,
    (Stage.CONSTRUCTION_EXTENDED, "construction_failed"): Stage.CANCELLED,
    (Stage.ACCEPTED, "named"): Stage.NAMED,
}
"""What each event leads to. Any other pair is nothing the policy provides for."""


CULTIVATION = (Stage.CULTIVATION, Stage.CULTIVATION_EXTENDED, Stage.WITHDRAWN)


CONSTRUCTION = (Stage.CONSTRUCTION, Stage.CONSTRUCTION_EXTENDED, Stage.CANCELLED)


OUT: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.WITHDRAWN: CULTIVATION,
    Stage.CANCELLED: CONSTRUCTION,
}
"""The states of a town that is out, each with the states of the stage that it failed in."""


@dataclass(frozen=True, slots=True)
class Again:
    """A listing of a town that was out: the day, how it was out, and since when."""

    on: dt.date
    out: Stage
    since: dt.date


@dataclass(frozen=True, slots=True)
class History:
    """Where a town stands, the day each state was entered, and the events that led nowhere.

    `unforeseen` has each event that the policy does not provide for, with the state it came in.
    `entered` has the days since the town was listed last, `ever` the first days of all; `again` has the
    listings after it was out.
    """

    stage: Stage
    entered: Mapping[Stage, dt.date]
    unforeseen: tuple[tuple[dt.date, str, Stage], ...]
    ever: Mapping[Stage, dt.date]
    again: tuple[Again, ...] = ()

    @property
    def hasty(self) -> bool:
        """Whether the town is out by two failures of one year; the second is due a year after (次年)."""
        first = {
            Stage.WITHDRAWN: Stage.CULTIVATION_EXTENDED,
            Stage.CANCELLED: Stage.CONSTRUCTION_EXTENDED,
        }.get(self.stage)
        return first is not None and self.entered[self.stage].year == self.entered[first].year

    def passed_at_once(self, extended: Stage) -> bool:
        """Whether a failure was made good in its own year; the acceptance is due a year after (次年)."""
        passed = AFTER_ALL[extended]
        known = {extended, passed} <= set(self.entered)
        return known and self.entered[passed].year == self.entered[extended].year


AFTER_ALL: Mapping[Stage, Stage] = {
    Stage.CULTIVATION_EXTENDED: Stage.CONSTRUCTION,
    Stage.CONSTRUCTION_EXTENDED: Stage.ACCEPTED,
}
"""Where a town stands that fails an acceptance and passes the next one."""


def history(events: Events) -> History:
    """Follow events from state to state.

    >>> day = dt.date(2018, 6, 1)
    >>> history(((day, "listed"), (day, "named"))).stage.value
    'cultivation'
    """
    stage, unforeseen = Stage.NOT_APPLIED, []
    entered: dict[Stage, dt.date] = {}
    ever: dict[Stage, dt.date] = {}
    again: list[Again] = []
    for day, name in events:
        if stage in OUT and name == "applied":
            continue  # the text closes no year's applications to a town that was out
        if stage in OUT and name == "listed":
            again.append(Again(day, stage, entered[stage]))
            stage, entered = Stage.APPLIED, {}
        after = NEXT.get((stage, name))
        if after is None:
            unforeseen.append((day, name, stage))
        else:
            stage = after
            entered[stage] = day
            ever.setdefault(stage, day)
    return History(stage, entered, tuple(unforeseen), ever, tuple(again))


def due(past: History, on_listing: Decimal, on_construction: Decimal) -> Decimal:
    """Give the sum of the instalments that have fallen due, each once.

    Parameters
    ----------
    past
        The states that the town has entered.
    on_listing, on_construction
        The two instalments, in 万元.
    """
    parts = ((Stage.CULTIVATION, on_listing), (Stage.CONSTRUCTION, on_construction))
    return sum((part for stage, part in parts if stage in past.ever), units.exact(0))


STATES: Mapping[str, tuple[Stage, Stage, Stage]] = {
    "cultivation": CULTIVATION,
    "construction": CONSTRUCTION,
}
"""A stage's states: running, extended after a failure, lost after a second one."""


AFTER: Mapping[str, Stage] = {"cultivation": Stage.CONSTRUCTION, "construction": Stage.ACCEPTED}
"""What passing the acceptance of a stage leads to."""


_STAGE_NAMES = {stage.value: words for stage, words in WORDS.items()}


StageName = Annotated[str, Column(words=_STAGE_NAMES)]


class StateRow(Row):
    """Where the town stands, since when, and which events the policy does not provide for."""

    stage: StageName
    since: Annotated[str | None, Column(_("since"))]
    odd: Annotated[
        tuple[str, ...], Column(_("events out of order"), words=EVENT_WORDS, if_any=True)
    ] = ()


def since(past: History) -> str | None:
    """Give the day on which the town entered the state it is in."""
    day = past.entered.get(past.stage)
    return None if day is None else day.isoformat()


def hasty_words(past: History) -> Words | None:
    """Say that two failures of one year are for a person, where they are."""
    if not past.hasty:
        return None
    return _(
        "Both failures are of one year, {year}; the policy has the second acceptance in the year"
        " after the first (次年), so a person must look.",
        year=str(past.entered[past.stage].year),
    )


def passed_at_once_words(past: History, extended: Stage) -> Words | None:
    """Say that a failure and a pass of one year are for a person, where they are."""
    if not past.passed_at_once(extended):
        return None
    return _(
        "A failed and a passed acceptance are of one year, {year}; the policy has the second acceptance"
        " in the year after the first (次年), so a person must look.",
        year=str(past.entered[extended].year),
    )


def again_words(past: History) -> Words | None:
    """Say that a town was listed after it was out, which the text leaves open."""
    if not past.again:
        return None
    return phrases.sentences(
        *(
            _(
                "Since {since} the town {state}, and on {day} it was listed again; the text neither"
                " provides for that nor forbids it, so a person must look.",
                since=each.since.isoformat(),
                state=WORDS[each.out],
                day=each.on.isoformat(),
            )
            for each in past.again
        )
    )


def on_the_list(events: Events) -> bool | None:
    """Tell whether a town is on the city's list by its events; None where they tell of no listing.

    >>> first, second = dt.date(2017, 7, 1), dt.date(2018, 6, 1)
    >>> failed = ((second, "cultivation_failed"), (second.replace(year=2019), "cultivation_failed"))
    >>> on_the_list(((first, "listed"), *failed)), on_the_list(((first, "listed"),))
    (False, True)
    >>> on_the_list(((first, "applied"),))
    """
    past = history(events)
    return past.stage not in OUT if past.ever.keys() & {Stage.CULTIVATION} else None
