"""The kind of rule on the linked quota (增减挂钩), which new construction land may draw on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule, Unit
from townland.rules.judging.finding import Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.granted import Granted, granted
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName, NumberField
from townland.rules.judging.trace import Number, Working, both
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class LinkedQuota(Rule):
    """The land-indicator need against the linked quota (增减挂钩) of the dossier, in `unit`.

    `approved` is what was granted before, which is not asked for again.
    """

    kind: Literal["linked_quota"]
    measure: MeasureName
    quota: NumberField | None = None
    linked_quota: NumberField
    approved: MeasureName | None = None
    unit: Unit

    @property
    def can_fail(self) -> bool:
        """Never: it states figures."""
        return False


class LinkedWorking(Working):
    """The trace's own part of `linked_quota`, in m²; None where the dossier states no such quota."""

    linked_quota_m2: Number | None
    short_m2: Number | None
    surplus_m2: Number | None
    after_annual_m2: Number | None


@dataclass(frozen=True, slots=True)
class _Linked:
    """The need of land indicators beside the linked and the annual quota, in m² (None: not stated)."""

    gap: Gaps
    land: Granted
    linked: Decimal | None
    annual: Decimal | None

    @property
    def need(self) -> Decimal:
        """What is asked for."""
        return self.land.need

    @property
    def left(self) -> Decimal | None:
        """What the annual quota leaves of the need."""
        return None if self.annual is None else max(self.need - self.annual, ZERO)


def linked_quota(case: Case[LinkedQuota]) -> Finding:
    """Set the land-indicator need against the linked quota: what is short or left over."""
    rule = case.rule
    land = _Linked(
        gap=gaps(case, rule.measure),
        land=granted(case, rule.measure, rule.approved),
        linked=fields.area(case, rule.linked_quota, rule.unit),
        annual=fields.area(case, rule.quota, rule.unit),
    )
    verdict = verdict_of(unknown=bool(land.gap) or land.linked is None, judges=False)
    rest = None if land.linked is None else units.m2(land.linked - land.need)
    return case.finding(
        verdict,
        _linked_why(case, land, verdict),
        _linked_working(case, land),
        measured=None if land.gap.total else land.need,
        limit=None if land.linked is None else units.m2(land.linked),
        margin=None if verdict is Verdict.NOT_EVALUATED else rest,
        measures=list(land.land.measures),
        missing=(*land.gap.missing, *_unlinked(rule, land)),
    )


def _unlinked(rule: LinkedQuota, land: _Linked) -> tuple[str, ...]:
    return (rule.linked_quota,) if land.linked is None else ()


def _linked_why(case: Case[LinkedQuota], land: _Linked, verdict: Verdict) -> Words:
    """Say what is needed, and how far the linked quota reaches alone and after the annual one.

    Parameters
    ----------
    case
        The rule on its town.
    land
        The need beside the quotas.
    verdict
        What the rule says of it.
    """
    linked = None if verdict is Verdict.NOT_EVALUATED else land.linked
    return phrases.sentences(
        land.gap.words(),
        known_part(land.gap),
        None if land.gap.total else _need_words(case, land.land.new),
        None if land.gap.total else land.land.words(),
        fields.not_stated(*_unlinked(case.rule, land)),
        None if linked is None else _alone(land.need, linked),
        _after_annual(land.left, linked) if land.left and linked is not None else None,
    )


def _need_words(case: Case[LinkedQuota], need: Decimal) -> Words:
    place = {"measure": case.title(case.rule.measure), "figure": phrases.area(need)}
    if need == 0:
        return _("{measure}: none.", **place)
    return _("{measure}: {figure}.", **place)


def _alone(need: Decimal, linked: Decimal) -> Words:
    place = {"linked": phrases.area(linked), "rest": phrases.area(abs(linked - need))}
    if need > linked:
        return _("The linked quota of {linked} alone falls short by {rest}.", **place)
    return _("The linked quota of {linked} covers it and leaves {rest}.", **place)


def _after_annual(left: Decimal, linked: Decimal) -> Words:
    place = {"left": phrases.area(left), "rest": phrases.area(abs(linked - left))}
    if left > linked:
        return _("After the annual quota {left} are left; of these {rest} stay short.", **place)
    return _("After the annual quota {left} are left; the linked quota leaves {rest}.", **place)


def _linked_working(case: Case[LinkedQuota], land: _Linked) -> LinkedWorking:
    rule, linked = case.rule, land.linked
    formula = _(
        "The gross area of “{measure}”, less what was approved before, set against the linked quota.",
        measure=case.title(rule.measure),
    )
    return LinkedWorking(
        formula=both(formula),
        terms=() if land.gap.total else land.land.terms(),
        linked_quota_m2=linked,
        short_m2=None if linked is None else max(land.need - linked, ZERO),
        surplus_m2=None if linked is None else max(linked - land.need, ZERO),
        after_annual_m2=land.left,
        parameters=(
            *fields.traced(case, rule.linked_quota, _("linked quota"), rule.unit),
            *fields.traced(case, rule.quota, _("annual quota"), rule.unit),
            case.own_number("uncertainty", rule.uncertainty),
        ),
    )


KINDS = (Kind(LinkedQuota, linked_quota, LinkedWorking),)
