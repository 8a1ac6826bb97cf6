"""The kind of rule on the subsidy (以奖代补): what has fallen due, what was paid, what is returned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.arithmetic import year_end
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Rule
from townland.rules.judging.declared import events_until, not_known
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.phrases import wan
from townland.rules.judging.stages import (
    WORDS,
    History,
    Stage,
    StageName,
    StateRow,
    again_words,
    due,
    hasty_words,
    history,
    since,
)
from townland.rules.judging.trace import Column, Head, Number, Part, Row, Term, Working, both
from townland.rules.judging.verdict import verdict_of

_NOTHING = units.exact(0)


class Subsidy(Rule):
    """The subsidy in two instalments, in 万元 (10 000 yuan), and its return."""

    reads: ClassVar[tuple[str, ...]] = ("events", "subsidy_paid", "subsidy_returned")

    kind: Literal["subsidy"]
    on_listing: Annotated[Decimal, Field(ge=0)]
    on_construction: Annotated[Decimal, Field(ge=0)]


class InstalmentRow(Row):
    """An instalment of the subsidy that has fallen due, in 万元."""

    on: Head
    stage: StageName
    wan: Annotated[Number, Column(_("× 10,000 yuan"))]


class PaymentRow(Row):
    """A payment or a return against what had fallen due on its day, in 万元."""

    on: Head
    wan: Annotated[Number, Column(_("paid, or returned below 0"))]
    held_wan: Annotated[Number, Column(_("paid in all by then"))]
    due_wan: Annotated[Number, Column(_("due by then"))]
    early_wan: Annotated[Number, Column(_("paid before it was due"), if_any=True)] = _NOTHING
    returned_on: Annotated[str | None, Column(_("taken back on"), if_any=True)] = None


class SubsidyWorking(Working):
    """The trace's own part of `subsidy`, in 万元."""

    state: Annotated[StateRow, Part(_("stage"))]
    payments: Annotated[tuple[PaymentRow, ...], Part(_("payment"))] = ()
    due: Annotated[tuple[InstalmentRow, ...], Part(_("subsidy due"))]
    still_due_wan: Number
    to_return_wan: Number


@dataclass(frozen=True, slots=True)
class _Paid:
    """What was paid of the subsidy and returned, against what has fallen due, in 万元."""

    past: History
    terms: tuple[Term, ...]
    due: Decimal
    rows: tuple[PaymentRow, ...]
    on: dt.date

    @property
    def early(self) -> tuple[PaymentRow, ...]:
        """The payments that were made before they were due."""
        return tuple(row for row in self.rows if row.early_wan > 0)

    @property
    def settlement(self) -> dt.date | None:
        """The last day of the settlement (年终结算) that takes all back, once the standing is lost."""
        lost = self.past.entered.get(Stage.CANCELLED)
        return None if lost is None or not self.lost else year_end(lost)

    @property
    def overdue(self) -> bool:
        """Whether money is to be returned of which the day is over."""
        return self.settlement is not None and self.back > 0 and self.on > self.settlement

    @property
    def paid(self) -> Decimal:
        return sum((term.value for term in self.terms), units.exact(0))

    @property
    def beyond(self) -> Decimal:
        """By how much more was returned than had been paid by then, at most; one of the two is wrong."""
        return max((-row.held_wan for row in self.rows if row.held_wan < 0), default=_NOTHING)

    @property
    def lost(self) -> bool:
        return self.past.stage is Stage.CANCELLED

    @property
    def left(self) -> bool:
        """Whether the town left the list in cultivation, of which the text does not tell."""
        return self.past.stage is Stage.WITHDRAWN

    @property
    def back(self) -> Decimal:
        """What is to be returned: all of it once the town has lost its standing."""
        return max(self.paid - (units.exact(0) if self.lost else self.due), units.exact(0))

    @property
    def still(self) -> Decimal:
        """What is still to be paid."""
        nothing = units.exact(0)
        return nothing if self.lost or self.left else max(self.due - self.paid, nothing)


def subsidy(case: Case[Subsidy]) -> Finding:
    """Set the subsidy paid against what has fallen due, and say what is to be returned."""
    rule = case.rule
    missing = [path for path in ("events", "subsidy_paid") if case.facts.declared(path) is None]
    if missing:
        return not_known(case, missing)
    money = _paid(case)
    more = money.paid > money.due
    # 列入名单后, 转入建设期后: a payment counts on its own day; one that was taken back is for a person
    standing = any(row.returned_on is None for row in money.early)
    verdict = verdict_of(
        fails=(more or standing) and not rule.modal,
        doubt=_doubtful(money) or more or bool(money.early),
        judges=False,
    )
    unstated = case.facts.dossier.subsidy_returned is None
    return case.finding(
        verdict,
        _subsidy_why(money),
        _subsidy_working(case, money),
        measured=money.paid,
        limit=money.due,
        margin=money.due - money.paid,
        unit="wan_yuan",
        assumed=[_("The dossier states no subsidy returned, which is taken as none")]
        if unstated and money.back > 0
        else [],
    )


def _doubtful(money: _Paid) -> bool:
    """Tell whether the text leaves open what follows, a return is overdue, or more than was paid."""
    silent = (money.left and money.paid > 0) or bool(money.past.again)
    return silent or money.overdue or money.past.hasty or money.beyond > 0


def _paid(case: Case[Subsidy]) -> _Paid:
    dossier, past = case.facts.dossier, history(events_until(case.facts, case.on))
    terms = tuple(
        Term(field=path, on=row.on.isoformat(), value=sign * units.exact(row.amount_wan))
        for path, rows, sign in (
            ("subsidy_paid", dossier.subsidy_paid, 1),
            ("subsidy_returned", dossier.subsidy_returned, -1),
        )
        for row in rows or ()
        if row.on <= case.on
    )
    owed = due(past, case.rule.on_listing, case.rule.on_construction)
    return _Paid(past, terms, owed, tuple(_ledger(case, terms)), case.on)


def _ledger(case: Case[Subsidy], terms: tuple[Term, ...]) -> list[PaymentRow]:
    """Set each payment and return against what had fallen due on its own day; returns of a day first."""
    held, rows = _NOTHING, list[PaymentRow]()
    for term in sorted(terms, key=lambda each: (str(each.on), each.value > 0)):
        day = dt.date.fromisoformat(str(term.on))
        owed = _owed_on(case, day)
        before, held = held, held + term.value
        early = max(held - max(owed, before), _NOTHING) if term.value > 0 else _NOTHING
        if held <= owed:  # what was paid early is back before it fell due
            rows = [_taken_back(row, day) if owed < row.held_wan else row for row in rows]
        rows.append(
            PaymentRow(
                on=day.isoformat(), wan=term.value, held_wan=held, due_wan=owed, early_wan=early
            )
        )
    return rows


def _owed_on(case: Case[Subsidy], day: dt.date) -> Decimal:
    """Give what had fallen due by a day; nothing any more once the town had lost its standing."""
    past = history(events_until(case.facts, day))
    if past.stage is Stage.CANCELLED:
        return _NOTHING
    return due(past, case.rule.on_listing, case.rule.on_construction)


def _taken_back(row: PaymentRow, day: dt.date) -> PaymentRow:
    if row.early_wan == 0 or row.returned_on is not None:
        return row
    return row.model_copy(update={"returned_on": day.isoformat()})


def _subsidy_why(money: _Paid) -> Words:
    past = money.past
    place = {
        "paid": wan(money.paid),
        "due": wan(money.due),
        "back": wan(money.back),
        "still": wan(money.still),
    }
    return phrases.sentences(
        _("The town {state}.", state=WORDS[past.stage]),
        _("{due} have fallen due, {paid} are paid.", **place),
        _("{still} are still to be paid.", **place) if money.still > 0 else None,
        _("More is paid than has fallen due.") if money.paid > money.due else None,
        *map(_early_words, money.early),
        _(
            "{beyond} more are stated as returned than had been paid by then; correct the dossier.",
            beyond=wan(money.beyond),
        )
        if money.beyond > 0
        else None,
        _(
            "The town failed its last acceptance, so {back} are to be taken back with the settlement at"
            " the end of {year}.",
            year=past.entered[Stage.CANCELLED].year,
            **place,
        )
        if money.lost and money.back > 0
        else None,
        _("That day is over, and {back} are not taken back: overdue.", **place)
        if money.overdue
        else None,
        again_words(past),
        _(
            "The town left the list during cultivation; the text does not say whether what was paid is"
            " returned, so a person must judge."
        )
        if money.left and money.paid > 0
        else None,
        hasty_words(past),
    )


def _early_words(row: PaymentRow) -> Words:
    place = {
        "wan": wan(row.wan),
        "day": row.on,
        "due": wan(row.due_wan),
        "early": wan(row.early_wan),
        "back": row.returned_on,
    }
    if row.returned_on is not None:
        return _(
            "Of {wan} paid on {day} {early} were not due, as only {due} had fallen due by then; they"
            " were taken back by {back}.",
            **place,
        )
    return _(
        "Of {wan} paid on {day} {early} were not due, as only {due} had fallen due by then.",
        **place,
    )


def _subsidy_working(case: Case[Subsidy], money: _Paid) -> SubsidyWorking:
    rule, past = case.rule, money.past
    instalments = (
        (Stage.CULTIVATION, rule.on_listing),
        (Stage.CONSTRUCTION, rule.on_construction),
    )
    return SubsidyWorking(
        formula=both(_("The subsidy paid less the subsidy returned, up to the day.")),
        terms=money.terms or (Term(field="subsidy_paid", value=units.exact(0)),),
        state=StateRow(stage=past.stage.value, since=since(past)),
        payments=money.rows,
        due=tuple(
            InstalmentRow(on=past.ever[stage].isoformat(), stage=stage.value, wan=part)
            for stage, part in instalments
            if stage in past.ever
        ),
        still_due_wan=money.still,
        to_return_wan=money.back,
        parameters=(
            case.law_number("on_listing", rule.on_listing, "wan_yuan"),
            case.law_number("on_construction", rule.on_construction, "wan_yuan"),
            case.modality(),
        ),
    )


KINDS = (Kind(Subsidy, subsidy, SubsidyWorking),)
