"""Kinds of rules on money that a dossier declares: shares of amounts, and the county's debt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.arithmetic import SHARE_DIGITS
from townland.rules.judging.case import Case
from townland.rules.judging.clause import OnlyFigures, Rule, Share
from townland.rules.judging.declared import amount, declared_number, not_applicable, not_known
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.phrases import yi
from townland.rules.judging.references import ChoiceField, NumberField
from townland.rules.judging.trace import (
    Parameter,
    Quotient,
    Term,
    Way,
    Working,
    both,
    parameter_of,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict, dossier_field


class DeclaredShare(OnlyFigures):
    """The share of one amount of the dossier in another; `minimum_share` is a bureau's own."""

    kind: Literal["declared_share"]
    part: NumberField
    whole: NumberField
    minimum_share: Share | None = None


class DebtGuard(Rule):
    """The county's debt ratio above which no platform company may borrow for a town."""

    kind: Literal["debt_guard"]
    ratio: NumberField
    platform: ChoiceField
    limit: Annotated[Decimal, Field(gt=0)]

    @classmethod
    def shares(cls, table: Mapping[str, object]) -> tuple[str, ...]:
        """Name the keys whose number is a share or a ratio: the bar is one."""
        return (*super().shares(table), "limit")


class ShareOfAmounts(Working):
    """The trace's own part of `declared_share`."""

    quotient: Quotient

    def way(self) -> Way | None:
        """The quotient of the two amounts."""
        return self.quotient


class DebtWorking(Working):
    """The trace's own part of `debt_guard`: what is declared of platform companies."""

    platform: str | None


def declared_share(case: Case[DeclaredShare]) -> Finding:
    """State the share of one amount of the dossier in another; below a bureau's own, review."""
    rule = case.rule
    part, whole = amount(case, rule.part), amount(case, rule.whole)
    if part is None or whole is None:
        known = ((rule.part, part), (rule.whole, whole))
        return not_known(case, [path for path, value in known if value is None])
    if whole == 0:
        return not_applicable(
            case, _("the dossier states that {field} is 0.", field=dossier_field(rule.whole))
        )
    quotient = Quotient(of=part, by=whole, times=units.exact(1), digits=SHARE_DIGITS)
    share, limit = quotient.result(), rule.minimum_share
    return case.finding(
        verdict_of(doubt=limit is not None and share < limit, judges=False),
        _declared_why(rule, quotient),
        _declared_working(case, quotient),
        measured=share,
        limit=limit,
        margin=None if limit is None else share - limit,
        unit="share",
    )


def _declared_why(rule: DeclaredShare, quotient: Quotient) -> Words:
    """State the share, and whether the bureau's least share is reached.

    Parameters
    ----------
    rule
        The rule with the bureau's share.
    quotient
        The two amounts.
    """
    share, limit = quotient.result(), rule.minimum_share
    stated = _(
        "{part}: {amount}, {share} of {whole}.",
        part=dossier_field(rule.part),
        amount=yi(quotient.of),
        share=phrases.percent(share),
        whole=yi(quotient.by),
    )
    return phrases.sentences(
        stated,
        _("The bureau asks for at least {share}: not reached.", share=phrases.percent(limit))
        if limit is not None and share < limit
        else None,
    )


def _declared_working(case: Case[DeclaredShare], quotient: Quotient) -> ShareOfAmounts:
    rule, limit = case.rule, case.rule.minimum_share
    formula = _(
        "{part} divided by {whole}.",
        part=dossier_field(rule.part),
        whole=dossier_field(rule.whole),
    )
    bars = [] if limit is None else [_least_share(limit)]
    return ShareOfAmounts(
        formula=both(formula),
        terms=(),
        quotient=quotient,
        parameters=(
            declared_number(rule.part, quotient.of),
            declared_number(rule.whole, quotient.by),
            *bars,
        ),
    )


def _least_share(limit: Decimal) -> Parameter:
    title = _("the least share that the bureau asks for")
    return parameter_of("minimum_share", limit, unit="share", title=title, origin="bureau")


PLATFORMS: Mapping[str, Words] = {
    "none": _("No platform company borrows for the town."),
    "disguised_borrowing": _("It is declared that a platform company borrows in disguise."),
    "market_reformed": _(
        "The platform company is declared to be reformed and to borrow on the market; whether it"
        " is, a person must judge."
    ),
}
"""What a dossier may declare of platform companies, in words."""


@dataclass(frozen=True, slots=True)
class _Debt:
    """The county's debt ratio beside the bar, and what is declared of platform companies."""

    ratio: Decimal | None
    platform: str | None
    limit: Decimal

    @property
    def above(self) -> bool:
        return self.ratio is not None and self.ratio > self.limit

    @property
    def free(self) -> bool:
        """Whether no platform company borrows, or the ratio surely allows it."""
        low = self.ratio is not None and not self.above
        return self.platform == "none" or low


def debt_guard(case: Case[DebtGuard]) -> Finding:
    """Judge borrowing through a platform company by the county's debt ratio."""
    rule = case.rule
    ratio, platform = amount(case, rule.ratio), case.facts.stated(rule.platform, str)
    # a declared ratio meets its bar exactly: nothing was measured
    debt = _Debt(ratio, platform, rule.limit)
    disguised = debt.above and platform == "disguised_borrowing"
    missing = [rule.ratio] if ratio is None else []
    missing += [rule.platform] if platform is None else []
    verdict = verdict_of(
        fails=disguised and not rule.modal,
        unknown=bool(missing) and not debt.free,
        doubt=not debt.free,
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    lacking = () if decided else tuple(missing)
    return case.finding(
        verdict,
        _debt_why(debt, lacking),
        _debt_working(case, debt),
        measured=ratio,
        limit=rule.limit,
        margin=None if ratio is None else rule.limit - ratio,
        unit="share",
        missing=lacking,
    )


def _debt_why(debt: _Debt, missing: tuple[str, ...]) -> Words:
    """State the ratio, what is declared, and what is missing.

    Parameters
    ----------
    debt
        The ratio beside the bar.
    missing
        The fields of the dossier that are missing.
    """
    matters = debt.platform in ("none", "disguised_borrowing") or debt.above
    return phrases.sentences(
        _ratio_words(debt),
        PLATFORMS.get(str(debt.platform)) if matters else None,
        _("The clause forbids it above {limit} alone.", limit=phrases.percent(debt.limit))
        if debt.platform == "disguised_borrowing" and debt.free
        else None,
        phrases.unknown(missing) if missing else None,
    )


def _ratio_words(debt: _Debt) -> Words | None:
    if debt.ratio is None:
        return None
    place = {"ratio": phrases.percent(debt.ratio), "limit": phrases.percent(debt.limit)}
    if debt.above:
        return _("The county's debt ratio is {ratio}, above {limit}.", **place)
    return _("The county's debt ratio is {ratio}, not above {limit}.", **place)


def _debt_working(case: Case[DebtGuard], debt: _Debt) -> DebtWorking:
    rule = case.rule
    formula = _(
        "The county's debt ratio as declared; above {limit} no platform company may borrow"
        " for a town.",
        limit=phrases.percent(rule.limit),
    )
    return DebtWorking(
        formula=both(formula),
        terms=()
        if debt.ratio is None
        else (Term(field=rule.ratio, figure="declared", value=debt.ratio),),
        platform=debt.platform,
        parameters=(
            case.law_number("limit", rule.limit, "share"),
            case.modality(),
        ),
    )


KINDS = (
    Kind(DebtGuard, debt_guard, DebtWorking),
    Kind(DeclaredShare, declared_share, ShareOfAmounts),
)
