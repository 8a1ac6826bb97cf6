"""The kind of rule on land that is to be used first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from townland import terms, units
from townland.documents import Strict
from townland.i18n import Marked, Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule, Share, fault, refuse
from townland.rules.judging.finding import FigureRole, Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import term
from townland.rules.judging.references import MeasureName
from townland.rules.judging.trace import (
    Column,
    Name,
    Number,
    Parameter,
    Part,
    Row,
    ShareNumber,
    Working,
    both,
    parameter_of,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class Reuse(Strict):
    """One kind of land to be used again: what the plan builds on, of how much there is.

    Of a designated layer `instead` is the counted measure that it is a second source of.
    """

    used: MeasureName
    total: MeasureName
    instead: MeasureName | None = None


class LandReuse(Rule):
    """How much land that ought to be used first a plan uses, and how much it leaves idle.

    `counted` exclude one another and are summed; `beside` are designated layers that lie over them
    and are only shown. `measure` is the whole that shares are of. `minimum_share` is a bureau's own.
    """

    kind: Literal["land_reuse"]
    measure: MeasureName
    counted: Annotated[tuple[Reuse, ...], Field(json_schema_extra={"minItems": 1})]
    beside: tuple[Reuse, ...] = ()
    minimum_share: Share | None = None

    @property
    def can_fail(self) -> bool:
        """Never: it states figures, and below a bureau's share it asks for a look."""
        return False

    @model_validator(mode="after")
    def _something_counts(self) -> LandReuse:
        if not self.counted:
            refuse([fault(("counted",), _("at least one kind of land is counted"))])
        return self


class ReuseRow(Row):
    """One kind of land to be used again: the measures, and what the plan uses and leaves idle."""

    counted: Annotated[bool, Column(_("counted"))]
    used: Annotated[str, Column(of=Name.MEASURE, shown=False)]
    total: Annotated[str, Column(head=_("Land to use first"), of=Name.MEASURE)]
    used_m2: Annotated[Number, Column(_("used"), head=_("Used, ha"), unit="m2")]
    total_m2: Annotated[Number, Column(_("in all"), head=_("In all, ha"), unit="m2")]
    idle_m2: Annotated[Number, Column(_("left idle"), head=_("Left idle, ha"), unit="m2")]


class ReuseWorking(Working):
    """The trace's own part of `land_reuse`; `not_counted` are roles without a layer."""

    reuse: Annotated[tuple[ReuseRow, ...], Part(_("land to use first"), table=True)]
    share: ShareNumber | None
    not_counted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reused:
    """Land that ought to be used first, as the plan uses it, in m².

    `beside` are the designated layers that are there, `absent` the roles of those that are not; `limit`
    is what the bureau asks for, None where it asks for nothing. `otherwise` is what is used by the
    second sources that show less than what is counted.
    """

    gap: Gaps
    used: Decimal
    whole: Decimal
    closure: Decimal
    beside: tuple[Reuse, ...]
    absent: tuple[str, ...]
    limit: Decimal | None
    near: bool
    otherwise: Decimal

    @property
    def below(self) -> bool:
        return self.limit is not None and self.used < self.limit

    @property
    def differ(self) -> bool:
        """Whether the share is reached by what is counted, and not by the second sources."""
        return self.limit is not None and self.otherwise < self.limit <= self.used


def land_reuse(case: Case[LandReuse]) -> Finding:
    """State how much land that ought to be used first the plan uses, and leaves idle."""
    rule, land = case.rule, _reused(case)
    verdict = verdict_of(
        unknown=bool(land.gap), doubt=land.below or land.near or land.differ, judges=False
    )
    bar = land.limit if verdict is not Verdict.NOT_EVALUATED else None
    return case.finding(
        verdict,
        _reuse_why(case, land),
        _reuse_working(case, land),
        measured=None if land.gap.total else land.used,
        limit=None if bar is None else units.m2(bar),
        margin=None if bar is None else units.m2(land.used - bar),
        measures=_measures(rule, land),
        missing=land.gap.missing,
        assumed=[] if land.gap else _partly_covered(case, land.beside),
    )


def _reused(case: Case[LandReuse]) -> _Reused:
    """Sum what counts, and set it beside the share that a bureau asks for."""
    rule = case.rule
    used = sum((case.measure(reuse.used).area_m2 for reuse in rule.counted), ZERO)
    whole = case.measure(rule.measure).area_m2
    closure = case.closure(*(reuse.used for reuse in rule.counted))
    limit = None if rule.minimum_share is None else whole * rule.minimum_share
    beside = tuple(reuse for reuse in rule.beside if not _absent(case, reuse))
    return _Reused(
        gap=gaps(case, rule.measure, *_names(rule.counted)),
        used=used,
        whole=whole,
        closure=closure,
        beside=beside,
        absent=tuple(role for reuse in rule.beside for role in _absent(case, reuse)),
        limit=limit,
        near=limit is not None and case.near(used, limit, closure),
        otherwise=used - sum((_less(case, reuse) for reuse in beside), ZERO),
    )


def _less(case: Case[Rule], reuse: Reuse) -> Decimal:
    """Give by how much a second source shows less than what is counted.

    A layer that does not prove to cover all of the town says nothing of what it does not show.
    """
    known = case.measure(reuse.total)
    if reuse.instead is None or known.assumed_coverage or known.uncovered_m2 > 0:
        return ZERO
    return max(case.measure(reuse.instead).area_m2 - case.measure(reuse.used).area_m2, ZERO)


def _measures(rule: LandReuse, land: _Reused) -> dict[str, FigureRole]:
    """Say what each measure is there for: what counts decides, designated layers lie over it."""
    return {
        rule.measure: "base",
        **dict.fromkeys((reuse.used for reuse in rule.counted), "decides"),
        **dict.fromkeys((reuse.used for reuse in land.beside), "second_source"),
        **dict.fromkeys((reuse.total for reuse in (*rule.counted, *land.beside)), "wider"),
    }


def _names(reuses: Iterable[Reuse]) -> list[str]:
    return [name for reuse in reuses for name in (reuse.used, reuse.total)]


def _absent(case: Case[Rule], reuse: Reuse) -> tuple[str, ...]:
    return case.measure(reuse.total).missing


def _reuse_why(case: Case[LandReuse], land: _Reused) -> Words:
    gap, limit = land.gap, land.limit
    shown = [] if gap.total else [*case.rule.counted, *land.beside]
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _used_words(case, land),
        *(_one_reuse(case, reuse) for reuse in shown),
        _not_counted(land.absent) if land.absent and not gap else None,
        _bar_of_share(case, land.used, limit) if limit is not None and not gap else None,
        _by_second_source(land) if land.differ and not gap else None,
        case.near_words(limit, land.closure)
        if limit is not None and land.near and not gap
        else None,
    )


def _used_words(case: Case[LandReuse], land: _Reused) -> Words:
    place = {
        "used": phrases.area(land.used),
        "whole": phrases.area(land.whole),
        "measure": case.title(case.rule.measure),
    }
    if land.whole == 0:
        return _("{measure}: none.", **place)
    return _(
        "Of {whole} of “{measure}”, {used} ({share}) use such land.",
        **place,
        share=phrases.percent(land.used / land.whole),
    )


def _one_reuse(case: Case[Rule], reuse: Reuse) -> Words:
    used, total = case.measure(reuse.used).area_m2, case.measure(reuse.total).area_m2
    if total == 0 and case.measure(reuse.total).assumed_coverage:
        return _(
            "{measure}: none is found; its layer declares no coverage, so there may be some.",
            measure=case.title(reuse.used),
        )
    if total == 0:
        return _("{measure}: there is no such land in the town.", measure=case.title(reuse.used))
    return _(
        "{measure}: {used} of {total}; {idle} are left idle.",
        measure=case.title(reuse.used),
        used=phrases.area(used),
        total=Marked(phrases.area(total), reuse.total),
        idle=phrases.area(_idle(used, total)),
    )


def _idle(used: Decimal, total: Decimal) -> Decimal:
    """Give what is left; two sums that were closed each for itself may cross by a hundredth."""
    return max(total - used, ZERO)


def _not_counted(roles: Iterable[str]) -> Words:
    return _(
        "There is no layer for: {roles}; it is not counted.",
        roles=phrases.listed(terms.role(role) for role in dict.fromkeys(roles)),
    )


def _bar_of_share(case: Case[LandReuse], used: Decimal, limit: Decimal) -> Words:
    """Say whether the share that the bureau asks for is reached.

    Parameters
    ----------
    case
        The rule on its town.
    used, limit
        What the plan uses of such land, and what it should use, in m².
    """
    share = case.rule.minimum_share or ZERO
    place = {"share": phrases.percent(share), "limit": phrases.area(limit)}
    if used < limit:
        return _("The bureau asks for at least {share}, that is {limit}: not reached.", **place)
    return _("The bureau asks for at least {share}, that is {limit}: reached.", **place)


def _by_second_source(land: _Reused) -> Words:
    return _(
        "By the layers beside the survey {used} use such land, which does not reach it; the two"
        " sources contradict one another.",
        used=phrases.area(land.otherwise),
    )


def _partly_covered(case: Case[Rule], beside: Iterable[Reuse]) -> list[Words]:
    totals = [reuse.total for reuse in beside]
    return [_part_covered(case, name) for name in totals if case.measure(name).uncovered_m2 > 0]


def _part_covered(case: Case[Rule], name: str) -> Words:
    return _(
        "“{measure}” is known for a part of the town only; {area} are not covered",
        measure=case.title(name),
        area=phrases.area(case.measure(name).uncovered_m2),
    )


def _reuse_working(case: Case[LandReuse], land: _Reused) -> ReuseWorking:
    rule = case.rule
    counted = [reuse.used for reuse in rule.counted]
    formula = _(
        "The sum of {measures}; designated layers lie over these and are only shown beside.",
        measures=phrases.listed(_("“{measure}”", measure=case.title(name)) for name in counted),
    )
    known = [] if land.gap.total else counted
    return ReuseWorking(
        formula=both(formula),
        terms=tuple(term(name, "area_m2", case.measure(name).area_m2) for name in known),
        reuse=tuple(_reuse_row(case, reuse) for reuse in (*rule.counted, *land.beside)),
        share=phrases.ratio(land.used, land.whole) if land.whole else None,
        not_counted=land.absent,
        parameters=(
            case.own_number("uncertainty", rule.uncertainty),
            *([] if rule.minimum_share is None else [_least_share(rule.minimum_share)]),
        ),
    )


def _reuse_row(case: Case[LandReuse], reuse: Reuse) -> ReuseRow:
    used, total = case.measure(reuse.used).area_m2, case.measure(reuse.total).area_m2
    return ReuseRow(
        counted=reuse in case.rule.counted,
        used=reuse.used,
        total=reuse.total,
        used_m2=used,
        total_m2=total,
        idle_m2=_idle(used, total),
    )


def _least_share(share: Decimal) -> Parameter:
    title = _("the least share of planned construction land; the bureau's own")
    return parameter_of("minimum_share", share, title=title, origin="bureau")


KINDS = (Kind(LandReuse, land_reuse, ReuseWorking),)
