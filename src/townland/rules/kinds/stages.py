"""A town's way through cultivation, construction and naming: a state machine over dated events.

三（一） names three stages, 四（二） to （四） what passing and failing lead to. A state is entered once
at most, so that each instalment of the subsidy falls due once at most.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.arithmetic import years_later
from townland.rules.judging.case import Case, both
from townland.rules.judging.clause import Rule, Years
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.kinds.money import not_applicable, not_known
from townland.rules.stating import wan
from townland.terms import Verdict


class StageDeadline(Rule):
    """How long a stage lasts until its acceptance, and how much longer after a first failure.

    After a second failure support ends `support_ends_after_years` later, from that year's first day.
    """

    kind: Literal["stage_deadline"]
    stage: Literal["cultivation", "construction"]
    years: Years
    extension_years: Years
    support_ends_after_years: Years | None = None


class Subsidy(Rule):
    """The subsidy in two instalments, in 万元 (10 000 yuan), and its return."""

    kind: Literal["subsidy"]
    on_listing: Annotated[Decimal, Field(ge=0)]
    on_construction: Annotated[Decimal, Field(ge=0)]


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

Events = tuple[tuple[dt.date, str], ...]


@dataclass(frozen=True, slots=True)
class History:
    """Where a town stands, the day each state was entered, and the events that led nowhere.

    `odd` has each event that the policy does not provide for, with the state it came in.
    """

    stage: Stage
    entered: Mapping[Stage, dt.date]
    odd: tuple[tuple[dt.date, str, Stage], ...]

    @property
    def hasty(self) -> bool:
        """Whether the town is out by two failures of one year; the second is due a year after (次年)."""
        first = {
            Stage.WITHDRAWN: Stage.CULTIVATION_EXTENDED,
            Stage.CANCELLED: Stage.CONSTRUCTION_EXTENDED,
        }.get(self.stage)
        return first is not None and self.entered[self.stage].year == self.entered[first].year


def events_until(facts: Facts, on: dt.date) -> Events:
    """Give the events of a dossier up to a day, in order; those of one day as the dossier has them."""
    stated = [(event.on, event.event) for event in facts.dossier.events or () if event.on <= on]
    return tuple(sorted(stated, key=lambda event: event[0]))


def history(events: Events) -> History:
    """Follow events from state to state.

    >>> day = dt.date(2018, 6, 1)
    >>> history(((day, "listed"), (day, "named"))).stage.value
    'cultivation'
    """
    stage, entered, odd = Stage.NOT_APPLIED, {}, []
    for day, name in events:
        after = NEXT.get((stage, name))
        if after is None:
            odd.append((day, name, stage))
        else:
            stage = after
            entered[stage] = day
    return History(stage, entered, tuple(odd))


def due(past: History, on_listing: Decimal, on_construction: Decimal) -> Decimal:
    """Give the sum of the instalments that have fallen due, each once."""
    parts = ((Stage.CULTIVATION, on_listing), (Stage.CONSTRUCTION, on_construction))
    return sum((part for stage, part in parts if stage in past.entered), units.exact(0))


def stage_deadline(case: Case[StageDeadline]) -> Finding:
    """Say where the town stands in a stage, by when its acceptance is due, and what follows."""
    rule = case.rule
    if case.facts.dossier.events is None:
        return not_known(case, ["events"])
    past = history(events_until(case.facts, case.on))
    running, extended, lost = CULTIVATION if rule.stage == "cultivation" else CONSTRUCTION
    mine = (running, extended, lost)
    others = (*CONSTRUCTION, Stage.ACCEPTED, Stage.NAMED) if running is Stage.CULTIVATION else ()
    odd = [
        (day, name)
        for day, name, stage in past.odd
        if (stage in CONSTRUCTION or stage in (Stage.ACCEPTED, Stage.NAMED))
        is (running is Stage.CONSTRUCTION)
    ]
    state = {"stage": past.stage.value, "since": _since(past), "odd": [name for _day, name in odd]}
    if running not in past.entered and not odd:
        place = {"state": WORDS[past.stage]}
        return not_applicable(case, _("the town {state}.", **place), state=state)
    dates = _deadlines(rule, past, running, extended)
    overdue = [day for day in dates if case.on > day]

    if past.stage is lost:
        verdict = Verdict.REVIEW if rule.modal or past.hasty else Verdict.FAIL
    elif odd or overdue:
        verdict = Verdict.REVIEW
    else:
        verdict = Verdict.INFO if past.stage in mine else Verdict.PASS

    why = phrases.sentences(
        _(
            "Since {day} the town {state}.",
            day=past.entered[past.stage].isoformat(),
            state=WORDS[past.stage],
        )
        if past.stage in past.entered
        else _("The town {state}.", state=WORDS[past.stage]),
        _acceptance(dates, overdue, case.on) if dates else None,
        _follows(rule, past.stage) if past.stage in mine else None,
        _(
            "三（一） says that a town which fails loses its standing; this follows 四（四）, which"
            " gives one more year first."
        )
        if past.stage is Stage.CONSTRUCTION_EXTENDED
        else None,
        _lost(rule, past.entered[lost]) if past.stage is lost else None,
        _hasty(past) if past.stage is lost else None,
        *(
            _(
                "The policy does not provide for {event} on {day} at that stage.",
                event=EVENT_WORDS.get(name, name),
                day=day.isoformat(),
            )
            for day, name in odd
        ),
    )
    first = dates[0] if dates else None
    start = past.entered.get(past.stage)
    years = rule.extension_years if past.stage is extended else rule.years
    trace = {
        "formula": both(
            _(
                "The acceptance is due {years} year(s) after the stage began, and {extension} more after"
                " a first failure.",
                years=rule.years,
                extension=rule.extension_years,
            )
        ),
        "terms": [],
        "deadline": None
        if first is None or start is None
        else {"from": start.isoformat(), "years": years},
        "state": state,
        "events": [
            {"on": day.isoformat(), "event": name}
            for day, name in events_until(case.facts, case.on)
        ],
        "readings": [{"due": day.isoformat(), "overdue": day in overdue} for day in dates],
        "entered": {
            stage.value: day.isoformat()
            for stage, day in past.entered.items()
            if stage in mine or stage in others
        },
        "support_ends": _support_ends(rule, past.entered[lost]) if past.stage is lost else None,
        "parameters": _numbers(case, rule),
    }
    return case.finding(
        verdict,
        why,
        trace,
        measured=None if first is None else first.isoformat(),
        limit=None if first is None else first.isoformat(),
        margin=None if first is None else units.exact((first - case.on).days),
        unit="date",
    )


def _since(past: History) -> str | None:
    day = past.entered.get(past.stage)
    return None if day is None else day.isoformat()


def _deadlines(
    rule: StageDeadline, past: History, running: Stage, extended: Stage
) -> list[dt.date]:
    """Give the day the acceptance is due, and after a failure a second reading of it.

    继续培育1年 and 延期一年 may run from the failed acceptance, or from the day it had been due.
    """
    if past.stage is running:
        return [years_later(past.entered[running], rule.years)]
    if past.stage is extended:
        since_failure = years_later(past.entered[extended], rule.extension_years)
        since_due = years_later(past.entered[running], rule.years + rule.extension_years)
        return list(dict.fromkeys((since_failure, since_due)))
    return []


def _acceptance(dates: list[dt.date], overdue: list[dt.date], on: dt.date) -> Words:
    said = phrases.listed(day.isoformat() for day in dates)
    if not overdue:
        return _(
            "Its acceptance is due by {dates}, in {days} days.",
            dates=said,
            days=(min(dates) - on).days,
        )
    if len(overdue) == len(dates):
        return _("Its acceptance was due by {dates} and is overdue.", dates=said)
    return _(
        "Its acceptance is due by {dates}, as the extra year runs from the failed acceptance or from"
        " the day it had been due; by one of them it is overdue.",
        dates=said,
    )


def _follows(rule: StageDeadline, stage: Stage) -> Words | None:
    place = {"years": rule.extension_years}
    return {
        Stage.CULTIVATION: _(
            "If it passes, construction begins; if it fails, cultivation goes on for {years} year(s).",
            **place,
        ),
        Stage.CULTIVATION_EXTENDED: _(
            "If it passes, construction begins; if it fails again, it leaves the city's list."
        ),
        Stage.CONSTRUCTION: _(
            "If it passes, it is proposed for naming; if it fails, it has {years} more year(s).",
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


def _numbers(case: Case[Rule], rule: StageDeadline) -> list[dict[str, Any]]:
    titles = {
        "years": _("how many years the stage lasts"),
        "extension_years": _("how many more years after a first failure"),
        "support_ends_after_years": _("years from the second failure to the first without support"),
    }
    return [
        {
            "name": name,
            "value": getattr(rule, name),
            "unit": "years",
            "title": both(title),
            "origin": "policy",
        }
        for name, title in titles.items()
        if getattr(rule, name) is not None
    ] + [case.modality()]


def _hasty(past: History) -> Words | None:
    if not past.hasty:
        return None
    return _(
        "Both failures are of one year, {year}; the policy has the second acceptance in the year"
        " after the first (次年), so a person must look.",
        year=str(past.entered[past.stage].year),
    )


def subsidy(case: Case[Subsidy]) -> Finding:
    """Set the subsidy paid against what has fallen due, and say what is to be returned."""
    rule = case.rule
    dossier = case.facts.dossier
    missing = [path for path in ("events", "subsidy_paid") if case.facts.declared(path) is None]
    if missing:
        return not_known(case, missing)
    past = history(events_until(case.facts, case.on))
    rows = [
        (path, row.on, sign * units.exact(row.amount_wan))
        for path, payments, sign in (
            ("subsidy_paid", dossier.subsidy_paid, 1),
            ("subsidy_returned", dossier.subsidy_returned, -1),
        )
        for row in payments or ()
        if row.on <= case.on
    ]
    terms = [
        {"field": path, "on": day.isoformat(), "value": phrases.number(value)}
        for path, day, value in rows
    ]
    paid = sum((value for _path, _day, value in rows), units.exact(0))
    owed = due(past, rule.on_listing, rule.on_construction)
    nothing = units.exact(0)
    lost = past.stage is Stage.CANCELLED
    back = max(paid, nothing) if lost else max(paid - owed, nothing)
    still = nothing if lost or past.stage is Stage.WITHDRAWN else max(owed - paid, nothing)
    silent = past.stage is Stage.WITHDRAWN and paid > 0

    if paid > owed:
        verdict = Verdict.REVIEW if rule.modal else Verdict.FAIL
    else:
        verdict = Verdict.REVIEW if silent or past.hasty else Verdict.INFO

    place = {"paid": wan(paid), "due": wan(owed), "back": wan(back), "still": wan(still)}
    why = phrases.sentences(
        _("The town {state}.", state=WORDS[past.stage]),
        _("{due} have fallen due, {paid} are paid.", **place),
        _("{still} are still to be paid.", **place) if still > 0 else None,
        _("More is paid than has fallen due.") if paid > owed else None,
        _(
            "The town failed its last acceptance, so {back} are to be taken back with the settlement at"
            " the end of {year}.",
            year=past.entered[Stage.CANCELLED].year,
            **place,
        )
        if lost and back > 0
        else None,
        _(
            "The town left the list during cultivation; the text does not say whether what was paid is"
            " returned, so a person must judge."
        )
        if silent
        else None,
        _hasty(past),
    )
    trace = {
        "formula": both(_("The subsidy paid less the subsidy returned, up to the day.")),
        "terms": terms or [{"field": "subsidy_paid", "value": 0}],
        "state": {"stage": past.stage.value, "since": _since(past)},
        "due": [
            {
                "on": past.entered[stage].isoformat(),
                "stage": stage.value,
                "wan": phrases.number(part),
            }
            for stage, part in (
                (Stage.CULTIVATION, rule.on_listing),
                (Stage.CONSTRUCTION, rule.on_construction),
            )
            if stage in past.entered
        ],
        "still_due_wan": phrases.number(still),
        "to_return_wan": phrases.number(back),
        "parameters": [
            case.law_number("on_listing", rule.on_listing, "wan_yuan"),
            case.law_number("on_construction", rule.on_construction, "wan_yuan"),
            case.modality(),
        ],
    }
    unstated = dossier.subsidy_returned is None
    return case.finding(
        verdict,
        why,
        trace,
        measured=paid,
        limit=owed,
        margin=owed - paid,
        unit="wan_yuan",
        assumed=[_("The dossier states no subsidy returned, which is taken as none")]
        if unstated and back > 0
        else [],
    )


KINDS = (
    Kind(StageDeadline, stage_deadline),
    Kind(Subsidy, subsidy),
)
