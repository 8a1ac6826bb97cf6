"""The kind of rule that says by whom the expropriation (征收) of some land is to be approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from townland import units
from townland.i18n import Bilingual, Text, Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Amount, OnlyFigures, Unit
from townland.rules.judging.finding import Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import net, net_assumed, net_words, only_slivers, term
from townland.rules.judging.references import MeasureName
from townland.rules.judging.trace import Working, both
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class ApprovalLevel(OnlyFigures):
    """Land whose expropriation is approved by `authority` where it is more than `limit`.

    At or below the bar `otherwise` approves it, as far as no other rule asks for more. The measure keeps
    collective land alone (`owned`); without a column for the owner nothing is known.
    """

    titles: ClassVar[Mapping[str, Words]] = {
        "authority": _("who approves it above the bar"),
        "otherwise": _("who approves it up to the bar"),
    }

    kind: Literal["approval_level"]
    measure: MeasureName
    limit: Amount
    unit: Unit
    authority: Bilingual
    otherwise: Bilingual


@dataclass(frozen=True, slots=True)
class _Taken:
    """The land to be taken beside the bar, in m²: what is held against it, and the gross area."""

    gap: Gaps
    figure: Decimal
    gross: Decimal
    limit: Decimal
    near: bool
    thin: bool
    unowned: bool


def approval_level(case: Case[ApprovalLevel]) -> Finding:
    """Say by whom the expropriation of the measure's land is approved.

    A bar of 0 looks at the gross area. Where the net and the gross area lie on two sides of the bar, or
    either is too near it, a person decides.
    """
    taken = _taken(case)
    verdict = verdict_of(
        unknown=bool(taken.gap) or taken.unowned,
        doubt=taken.near or taken.thin,
        judges=taken.near or taken.thin,
    )
    known = verdict is not Verdict.NOT_EVALUATED
    measure = case.measure(case.rule.measure)
    return case.finding(
        verdict,
        _why(case, taken, known=known),
        _working(case, taken),
        measured=None if taken.gap.total or taken.unowned else taken.figure,
        limit=units.m2(taken.limit),
        margin=units.m2(taken.limit - taken.figure) if known else None,
        measures=[case.rule.measure],
        missing=() if known else _missing(taken),
        assumed=net_assumed(measure),
    )


def _missing(taken: _Taken) -> tuple[str, ...]:
    return (*taken.gap.missing, *(["land_use.owner_column"] if taken.unowned else []))


def _taken(case: Case[ApprovalLevel]) -> _Taken:
    rule = case.rule
    measure, closure = case.measure(rule.measure), case.closure(rule.measure)
    limit = units.to_m2(rule.limit, rule.unit)
    gross = measure.area_m2
    figure = gross if limit == 0 else net(measure)
    sides = {figure > limit, gross > limit}
    near = any(case.near(area, limit, closure) for area in (figure, gross)) or len(sides) > 1
    thin = figure > limit >= figure - measure.sliver_m2
    unowned = bool(measure.pieces) and "owner" not in measure.table.columns
    return _Taken(gaps(case, rule.measure), figure, gross, limit, near, thin, unowned)


def _why(case: Case[ApprovalLevel], taken: _Taken, *, known: bool) -> Words:
    """Say how much land it is, and who approves it.

    Parameters
    ----------
    case
        The rule on its town.
    taken
        The land beside the bar.
    known
        Whether enough is known to say it.
    """
    if taken.unowned:
        return _(
            "Who owns the land is not known: the land survey has no column QSXZ. Name it as"
            " owner_column in the catalog."
        )
    return phrases.sentences(
        taken.gap.words(),
        known_part(taken.gap),
        None if taken.gap.total else _figure(case),
        only_slivers() if taken.thin else None,
        _authority(case.rule, taken) if known else None,
        case.near_words(taken.limit, case.closure(case.rule.measure)) if taken.near else None,
    )


def _figure(case: Case[ApprovalLevel]) -> Words:
    measure = case.measure(case.rule.measure)
    title = case.title(case.rule.measure)
    if measure.area_m2 == 0:
        return _("{measure}: none.", measure=title)
    return _("{measure}: {figure}.", measure=title, figure=net_words(measure))


def _authority(rule: ApprovalLevel, taken: _Taken) -> Text:
    bar = phrases.quantity(rule.limit, rule.unit)
    if taken.figure > taken.limit:
        return _("That is more than {bar}: {who} approves it.", bar=bar, who=rule.authority)
    if taken.gross == 0:
        return _("By this rule nothing is to be approved.")
    return _(
        "That is not more than {bar}: {who} approves it, unless another rule asks for more.",
        bar=bar,
        who=rule.otherwise,
    )


def _working(case: Case[ApprovalLevel], taken: _Taken) -> Working:
    rule, known = case.rule, not taken.gap.total and not taken.unowned
    gross = taken.limit == 0 or case.measure(rule.measure).net_m2 is None
    formula = _(
        "The area of “{measure}”, held against {limit}.",
        measure=case.title(rule.measure),
        limit=phrases.quantity(rule.limit, rule.unit),
    )
    figure: Literal["area_m2", "net_m2"] = "area_m2" if gross else "net_m2"
    return Working(
        formula=both(formula),
        terms=(term(rule.measure, figure, taken.figure),) if known else (),
        parameters=(
            case.law_number("limit", rule.limit, rule.unit),
            case.own_number("uncertainty", rule.uncertainty),
            case.own_number("sliver_width_m", None),
        ),
    )


KINDS = (Kind(ApprovalLevel, approval_level),)
