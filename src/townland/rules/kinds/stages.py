"""The kind of rule on how long a stage lasts until its acceptance (培育, 建设)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.arithmetic import years_later
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Rule, Years
from townland.rules.judging.declared import (
    NOTHING,
    events_until,
    not_applicable,
    not_known,
)
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.stages import (
    AFTER,
    CONSTRUCTION,
    EVENT_WORDS,
    STATES,
    WORDS,
    History,
    Stage,
    StateRow,
    again_words,
    hasty_words,
    history,
    passed_at_once_words,
    since,
)
from townland.rules.judging.trace import (
    Column,
    Deadline,
    Head,
    Parameter,
    Part,
    Row,
    Way,
    Working,
    both,
    parameter_of,
)
from townland.rules.judging.verdict import verdict_of


class StageDeadline(Rule):
    """How long a stage lasts until its acceptance, and how much longer after a first failure.

    After a second failure support ends `support_ends_after_years` later, from that year's first day.
    """

    reads: ClassVar[tuple[str, ...]] = ("events",)

    kind: Literal["stage_deadline"]
    stage: Literal["cultivation", "construction"]
    years: Years
    extension_years: Years
    support_ends_after_years: Years | None = None


class EventRow(Row):
    """An event of the dossier."""

    on: Head
    event: Annotated[str, Column(words=EVENT_WORDS)]


class DueReading(Row):
    """The day the acceptance is due by one reading, and whether it is past."""

    due: Annotated[str, Column(_("acceptance due by"))]
    overdue: Annotated[bool, Column(_("overdue"))]


class LateRow(Row):
    """An acceptance of the stage that came after the day it was due."""

    on: Head
    event: Annotated[str, Column(words=EVENT_WORDS)]
    due: Annotated[str, Column(_("acceptance due by"))]
    days: Annotated[int, Column(_("days late"))]


class StageWorking(Working):
    """The trace's own part of `stage_deadline`."""

    deadline: Deadline | None = None
    readings: Annotated[tuple[DueReading, ...], Part(_("reading"))] = ()
    events: Annotated[tuple[EventRow, ...], Part(_("event"))] = ()
    late: Annotated[tuple[LateRow, ...], Part(_("late acceptance"))] = ()
    state: Annotated[StateRow, Part(_("stage"))]
    entered: Mapping[str, str] = Field(default_factory=dict)
    support_ends: int | None = None

    def way(self) -> Way | None:
        """The day the acceptance is due, by its first reading."""
        return self.deadline


@dataclass(frozen=True, slots=True)
class _InStage:
    """A town's way so far, seen from one stage: its deadlines, and the events out of order."""

    past: History
    states: tuple[Stage, Stage, Stage]
    unforeseen: tuple[tuple[dt.date, str], ...]
    dates: tuple[dt.date, ...]
    overdue: tuple[dt.date, ...]
    late: tuple[LateRow, ...]

    @property
    def again(self) -> bool:
        """Whether the town was listed after it was out, in this stage or before it."""
        return any(each.out in self.states for each in self.past.again) or (
            bool(self.past.again) and self.running is Stage.CULTIVATION
        )

    @property
    def running(self) -> Stage:
        return self.states[0]

    @property
    def lost(self) -> bool:
        _running, _extended, lost = self.states
        return self.past.stage is lost

    @property
    def within(self) -> bool:
        return self.past.stage in self.states


def stage_deadline(case: Case[StageDeadline]) -> Finding:
    """Say where the town stands in a stage, by when its acceptance is due, and what follows."""
    rule = case.rule
    if case.facts.dossier.events is None:
        return not_known(case, ["events"])
    stage = _in_stage(case)
    past = stage.past
    if stage.running not in past.entered and not stage.unforeseen and not stage.again:
        reason = _("the town {state}.", state=WORDS[past.stage])
        working = StageWorking(**dict(NOTHING), state=_state_of(stage))
        return not_applicable(case, reason, working)
    verdict = verdict_of(
        # a second failure in the year of the first (次年) is for a person
        fails=stage.lost and not rule.modal and not past.hasty,
        # 退出 and 取消 end the support, and name no town that may not apply again
        doubt=stage.lost
        or stage.again
        or past.passed_at_once(stage.states[1])
        or bool(stage.unforeseen or stage.overdue),
        judges=not stage.within,
    )
    first = stage.dates[0].isoformat() if stage.dates else None
    days = units.exact((stage.dates[0] - case.on).days) if stage.dates else None
    return case.finding(
        verdict,
        _stage_why(case, stage),
        _stage_working(case, stage),
        measured=first,
        limit=first,
        margin=days,
        unit="date",
    )


def _in_stage(case: Case[StageDeadline]) -> _InStage:
    rule, past = case.rule, history(events_until(case.facts, case.on))
    building = STATES[rule.stage] is CONSTRUCTION
    after = (*CONSTRUCTION, Stage.ACCEPTED, Stage.NAMED)
    dates = tuple(_deadlines(rule, past))
    return _InStage(
        past=past,
        states=STATES[rule.stage],
        unforeseen=tuple(
            (day, name) for day, name, stage in past.unforeseen if (stage in after) is building
        ),
        dates=dates,
        overdue=tuple(day for day in dates if case.on > day),
        late=tuple(_late(rule, past)),
    )


def _late(rule: StageDeadline, past: History) -> Iterator[LateRow]:
    """Find the acceptances that came after they were due, by the reading that gives most time."""
    running, extended, lost = (past.entered.get(state) for state in STATES[rule.stage])
    passed = past.entered.get(AFTER[rule.stage])
    if running is None:
        return
    due = years_later(running, rule.years)
    if extended is None:
        yield from _if_late(rule, passed, due, "passed")
        return
    yield from _if_late(rule, extended, due, "failed")
    more = rule.extension_years
    due = max(years_later(extended, more), years_later(running, rule.years + more))
    yield from _if_late(rule, lost or passed, due, "failed" if lost else "passed")


def _if_late(
    rule: StageDeadline, day: dt.date | None, due: dt.date, outcome: str
) -> Iterator[LateRow]:
    """Give an acceptance that came after it was due.

    Parameters
    ----------
    rule
        The rule, which names the stage.
    day, due
        When the acceptance was, and by when it was due.
    outcome
        Whether it was ``passed`` or ``failed``.
    """
    if day is not None and day > due:
        yield LateRow(
            on=day.isoformat(),
            event=f"{rule.stage}_{outcome}",
            due=due.isoformat(),
            days=(day - due).days,
        )


def _state_of(stage: _InStage) -> StateRow:
    return StateRow(
        stage=stage.past.stage.value,
        since=since(stage.past),
        odd=tuple(name for _day, name in stage.unforeseen),
    )


def _deadlines(rule: StageDeadline, past: History) -> list[dt.date]:
    """Give the day the acceptance is due, and after a failure a second reading of it.

    继续培育1年 and 延期一年 may run from the failed acceptance, or from the day it had been due.
    """
    running, extended, _lost = STATES[rule.stage]
    if past.stage is running:
        return [years_later(past.entered[running], rule.years)]
    if past.stage is extended:
        since_failure = years_later(past.entered[extended], rule.extension_years)
        since_due = years_later(past.entered[running], rule.years + rule.extension_years)
        return list(dict.fromkeys((since_failure, since_due)))
    return []


def _stage_why(case: Case[StageDeadline], stage: _InStage) -> Words:
    """Say where the town stands, by when its acceptance is due, and what follows."""
    rule, past = case.rule, stage.past
    return phrases.sentences(
        _stands(past),
        _acceptance(list(stage.dates), list(stage.overdue), case.on) if stage.dates else None,
        _follows(rule, past.stage) if stage.within else None,
        _(
            "三（一） says that a town which fails loses its standing; this follows 四（四）, which"
            " gives one more year first."
        )
        if past.stage is Stage.CONSTRUCTION_EXTENDED
        else None,
        _lost(rule, past.entered[past.stage]) if stage.lost else None,
        hasty_words(past) if stage.lost else None,
        passed_at_once_words(past, stage.states[1]),
        again_words(past) if stage.again else None,
        *map(_late_words, stage.late),
        *(
            _(
                "The policy does not provide for {event} on {day} at that stage.",
                event=EVENT_WORDS.get(name, name),
                day=day.isoformat(),
            )
            for day, name in stage.unforeseen
        ),
    )


def _late_words(row: LateRow) -> Words:
    return _(
        "There was {event} on {day}, {days} {days:day|days} after it had been due ({due}).",
        event=EVENT_WORDS[row.event],
        day=row.on,
        days=row.days,
        due=row.due,
    )


def _stands(past: History) -> Words:
    state = WORDS[past.stage]
    if past.stage not in past.entered:
        return _("The town {state}.", state=state)
    return _("Since {day} the town {state}.", day=past.entered[past.stage].isoformat(), state=state)


def _acceptance(dates: list[dt.date], overdue: list[dt.date], on: dt.date) -> Words:
    """Say by when the acceptance is due, and whether it is overdue.

    Parameters
    ----------
    dates, overdue
        The days by each reading, and those that are past.
    on
        The day of the check.
    """
    listed = phrases.listed(day.isoformat() for day in dates)
    if not overdue:
        return _(
            "Its acceptance is due by {dates}, in {days} {days:day|days}.",
            dates=listed,
            days=(min(dates) - on).days,
        )
    if len(overdue) == len(dates):
        return _("Its acceptance was due by {dates} and is overdue.", dates=listed)
    return _(
        "Its acceptance is due by {dates}, as the extra year runs from the failed acceptance or from"
        " the day it had been due; by one of them it is overdue.",
        dates=listed,
    )


def _follows(rule: StageDeadline, stage: Stage) -> Words | None:
    place = {"years": rule.extension_years}
    return {
        Stage.CULTIVATION: _(
            "If it passes, construction begins; if it fails, cultivation has a {years}-year extension.",
            **place,
        ),
        Stage.CULTIVATION_EXTENDED: _(
            "If it passes, construction begins; if it fails again, it leaves the city's list."
        ),
        Stage.CONSTRUCTION: _(
            "If it passes, it is proposed for naming; if it fails, it has a {years}-year extension.",
            **place,
        ),
        Stage.CONSTRUCTION_EXTENDED: _(
            "If it passes, it is proposed for naming; if it fails again, it loses its standing."
        ),
    }.get(stage)


def _support_ends(rule: StageDeadline, lost: dt.date) -> int | None:
    after = rule.support_ends_after_years
    return None if after is None else lost.year + after


def _lost(rule: StageDeadline, lost: dt.date) -> Words:
    ends = _support_ends(rule, lost)
    if ends is None:
        return _("It failed twice, on {day} for the second time.", day=lost.isoformat())
    return _(
        "It failed twice, on {day} for the second time; from {year} on it has no support.",
        day=lost.isoformat(),
        year=ends,
    )


def _stage_working(case: Case[StageDeadline], stage: _InStage) -> StageWorking:
    rule, past = case.rule, stage.past
    formula = _(
        "The acceptance is due at the end of a {years}-year period from the beginning of the stage,"
        " with a {extension}-year extension after a first failure.",
        years=rule.years,
        extension=rule.extension_years,
    )
    return StageWorking(
        formula=both(formula),
        terms=(),
        deadline=_deadline(rule, stage),
        state=_state_of(stage),
        events=tuple(
            EventRow(on=day.isoformat(), event=name)
            for day, name in events_until(case.facts, case.on)
        ),
        readings=tuple(
            DueReading(due=day.isoformat(), overdue=day in stage.overdue) for day in stage.dates
        ),
        late=stage.late,
        entered=_entered(stage),
        support_ends=_support_ends(rule, past.entered[past.stage]) if stage.lost else None,
        parameters=(*_numbers(rule), case.modality()),
    )


def _deadline(rule: StageDeadline, stage: _InStage) -> Deadline | None:
    past = stage.past
    if not stage.dates or past.stage not in past.entered:
        return None
    extended = past.stage is stage.states[1]
    years = rule.extension_years if extended else rule.years
    return Deadline(from_=past.entered[past.stage].isoformat(), years=years)


def _entered(stage: _InStage) -> dict[str, str]:
    """Give the day on which each state of this stage was entered, and of those that follow it."""
    shown: tuple[Stage, ...] = stage.states
    if stage.running is Stage.CULTIVATION:
        shown = (*shown, *CONSTRUCTION, Stage.ACCEPTED, Stage.NAMED)
    entered = stage.past.entered
    return {state.value: day.isoformat() for state, day in entered.items() if state in shown}


def _numbers(rule: StageDeadline) -> tuple[Parameter, ...]:
    titles = {
        "years": _("how many years the stage lasts"),
        "extension_years": _("how many more years after a first failure"),
        "support_ends_after_years": _("years from the second failure to the first without support"),
    }
    return tuple(
        parameter_of(name, getattr(rule, name), unit="years", title=title, origin="policy")
        for name, title in titles.items()
        if getattr(rule, name) is not None
    )


KINDS = (Kind(StageDeadline, stage_deadline, StageWorking),)
