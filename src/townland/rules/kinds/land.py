"""The kind of rule on the quotas that new construction land needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from townland import terms, units
from townland.documents import Strict
from townland.i18n import Marked, Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule, Unit
from townland.rules.judging.finding import FigureRole, Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.granted import Granted, granted
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import net, net_assumed, net_words, only_slivers
from townland.rules.judging.references import MeasureName, NumberField
from townland.rules.judging.trace import (
    Column,
    MeasureKey,
    Name,
    Number,
    Part,
    Row,
    Working,
    both,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict, dossier_field


class Sources(Strict):
    """The measures of new construction land by what it was."""

    paddy: MeasureName
    other_cultivated: MeasureName
    other_agricultural: MeasureName
    unused: MeasureName

    def by_name(self) -> dict[str, MeasureName]:
        """Give the measures by the name of their source, in the order of a balance."""
        return {
            "paddy": self.paddy,
            "other_cultivated": self.other_cultivated,
            "other_agricultural": self.other_agricultural,
            "unused": self.unused,
        }


class PaddyLayer(Strict):
    """The paddy by a second source: of it the new construction land, and all that is built on."""

    new: MeasureName
    built_on: MeasureName


class LandNeed(Rule):
    """The land-indicator need against the quotas that the dossier holds, in `unit`.

    `quota` and `linked_quota` are keys of the dossier. `approved` is what was granted before, which is
    not asked for again. `paddy_beside` is a second source of the paddy: what of it the survey has as
    construction land would be needed, too. `existing` (construction land that the plan uses) and
    `non_grain` (farmland planned as what is neither construction nor grain) stand beside in the table
    of the need.
    """

    titles: ClassVar[Mapping[str, Words]] = {
        "approved": _("land granted before, not asked for again"),
        "paddy_beside": _("a second source of the paddy in the need"),
        "existing": _("existing construction land that the plan uses"),
        "non_grain": _("cultivated land planned as gardens, forest, water"),
    }

    kind: Literal["land_need"]
    measure: MeasureName
    sources: Sources
    quota: NumberField | None = None
    linked_quota: NumberField | None = None
    approved: MeasureName | None = None
    paddy_beside: PaddyLayer | None = None
    existing: MeasureName | None = None
    non_grain: tuple[MeasureName, ...] = ()
    unit: Unit

    @property
    def can_fail(self) -> bool:
        """Whether a town can fail this rule: without a quota to look for it only states figures."""
        return not self.modal and self.quota is not None


class BalanceRow(Row):
    """New construction land of one source; ridges are in the net area of other agricultural land.

    Land of no known source has neither source nor measure.
    """

    measure: MeasureKey | None
    source: Annotated[str | None, Column(head=_("Source"), of=Name.SOURCE)]
    gross_m2: Annotated[Number, Column(_("gross"), head=_("Gross, ha"), unit="m2")]
    net_m2: Annotated[
        Number,
        Column(_("by class, ridges apart"), head=_("By class (ridges apart), ha"), unit="m2"),
    ]


class NeedWorking(Working):
    """The trace's own part of `land_need`: the need by source, and the quotas, in m²."""

    gross_m2: Number | None
    net_m2: Number | None
    balance: Annotated[tuple[BalanceRow, ...], Part(_("by what the land was"), table=True)]
    quota_m2: Number | None
    linked_quota_m2: Number | None
    short_m2: Number | None
    approved_m2: Number


@dataclass(frozen=True, slots=True)
class _Need:
    """The need of land indicators beside the quotas, in m²; `solid` is what of it is no sliver.

    `land` is the new construction land with what of it was approved before, `need` the rest.
    `total` is both quotas together. What the dossier does not state is None. `beside` is the second
    source of the paddy where it is known, `more` what is needed beyond `need` by it.
    """

    gap: Gaps
    land: Granted
    need: Decimal
    solid: Decimal
    closure: Decimal
    balance: tuple[BalanceRow, ...]
    annual: Decimal | None
    linked: Decimal | None
    total: Decimal | None
    near: tuple[Decimal, ...]
    beside: PaddyLayer | None
    more: Decimal

    @property
    def differ(self) -> bool:
        """Whether the annual quota is enough by the survey, and not by the second source."""
        return self.annual is not None and self.need <= self.annual < self.need + self.more

    @property
    def beyond(self) -> bool:
        """Whether more than slivers is beyond both quotas together."""
        return self.total is not None and self.solid > self.total

    @property
    def bar(self) -> Decimal | None:
        """The annual quota, and where that is too little both quotas together."""
        return self.annual if self.annual is None or self.need <= self.annual else self.total


def land_need(case: Case[LandNeed]) -> Finding:
    """Set the need of land indicators for new construction land against the quotas.

    The ridges inside cultivated land are booked to other agricultural land (1203 田坎), so that the
    net column sums to the gross total.
    """
    rule, land = case.rule, _need(case)
    stated = land.annual is not None
    verdict = verdict_of(
        fails=land.beyond and not land.near and not rule.modal,
        unknown=bool(land.gap),
        doubt=_short_of(land.annual, land.need) or bool(land.near) or land.differ,
        # without a quota there is nothing to judge by
        judges=stated,
    )
    decided, bar = verdict is not Verdict.NOT_EVALUATED, land.bar
    unquoted = verdict is Verdict.INFO and rule.quota is not None
    return case.finding(
        verdict,
        _need_why(case, land, decided=decided),
        _need_working(case, land),
        measured=None if land.gap.total else land.need,
        limit=None if bar is None else units.m2(bar),
        margin=units.m2(bar - land.need) if bar is not None and decided else None,
        measures=_measures(land),
        printed={row.measure: row.net_m2 for row in land.balance if row.measure},
        missing=tuple(filter(None, [rule.quota])) if unquoted else land.gap.missing,
        assumed=_need_assumed(case, land),
    )


def _measures(land: _Need) -> dict[str, FigureRole]:
    """Say what each measure is there for: the new land decides, its sources are parts of it."""
    roles: dict[str, FigureRole] = dict.fromkeys(land.land.measures, "part")
    roles |= dict.fromkeys((row.measure for row in land.balance if row.measure), "part")
    roles[land.land.measure] = "decides"
    if land.beside is not None:
        roles[land.beside.new] = "second_source"
        roles |= {land.beside.built_on: "second_source"} if land.more else {}
    return roles


def _need(case: Case[LandNeed]) -> _Need:
    """Measure the need, read the quotas, and see which of them it is too near to."""
    rule = case.rule
    land, closure = granted(case, rule.measure, rule.approved), case.closure(rule.measure, net=True)
    need = land.need
    solid = max(need - case.measure(rule.measure).sliver_m2, ZERO)
    annual = fields.area(case, rule.quota, rule.unit)
    linked = fields.area(case, rule.linked_quota, rule.unit)
    total = None if annual is None else annual + (linked or ZERO)
    near = tuple(
        bar
        for bar in dict.fromkeys((annual, total))
        if bar is not None and (case.near(need, bar, closure) or case.near(solid, bar, closure))
    )
    balance, beside = _balance(case), _beside(case)
    return _Need(
        gap=gaps(case, rule.measure),
        land=land,
        need=need,
        solid=solid,
        closure=closure,
        balance=balance,
        annual=annual,
        linked=linked,
        total=total,
        near=near,
        beside=beside,
        more=_more(case, beside),
    )


def _beside(case: Case[LandNeed]) -> PaddyLayer | None:
    second = case.rule.paddy_beside
    return None if second is None or case.silent(second.new) else second


def _more(case: Case[LandNeed], beside: PaddyLayer | None) -> Decimal:
    """Give the paddy of the second source that the survey has not as new land, slivers apart."""
    if beside is None:
        return ZERO
    built, new = case.measure(beside.built_on), case.measure(beside.new)
    return max(built.area_m2 - built.sliver_m2 - new.area_m2, ZERO)


def _short_of(quota: Decimal | None, need: Decimal) -> bool:
    return quota is not None and need > quota


def _balance(case: Case[LandNeed]) -> tuple[BalanceRow, ...]:
    """Divide the need by what the land was, gross and net; both columns sum to the need."""
    measures = {source: case.measure(name) for source, name in case.rule.sources.by_name().items()}
    ridges = sum((measure.area_m2 - net(measure) for measure in measures.values()), ZERO)
    rows = [
        BalanceRow(
            measure=case.rule.sources.by_name()[source],
            source=source,
            gross_m2=measure.area_m2,
            net_m2=net(measure) + (ridges if source == "other_agricultural" else ZERO),
        )
        for source, measure in measures.items()
    ]
    # headings that hold more than one class (其他土地) are new land of no known source
    rest = case.measure(case.rule.measure).area_m2 - sum((row.gross_m2 for row in rows), ZERO)
    if rest:
        rows.append(BalanceRow(measure=None, source=None, gross_m2=rest, net_m2=rest))
    return tuple(rows)


def _need_why(case: Case[LandNeed], land: _Need, *, decided: bool) -> Words:
    """Say what is needed of which land, and how far the quotas reach.

    Parameters
    ----------
    case
        The rule on its town.
    land
        The need beside the quotas.
    decided
        Whether the rule could be judged.
    """
    rule, gap = case.rule, land.gap
    thin = _short_of(land.total, land.need) and not land.beyond
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _needed(case, land),
        None if gap.total else land.land.words(),
        _paddy_beside(case, land) if not gap.total else None,
        _against(land) if decided else None,
        _by_second_source(case, land) if decided else None,
        _no_quota(rule) if decided and land.annual is None else None,
        only_slivers() if decided and thin else None,
        case.near_words(land.near[0], land.closure) if decided and land.near else None,
        case.urging() if decided and rule.modal and land.beyond else None,
    )


def _needed(case: Case[LandNeed], land: _Need) -> Words:
    if land.land.new == 0:
        return _("{measure}: none.", measure=case.title(case.rule.measure))
    return _(
        "{measure}: {need}; by class, ridges apart: {parts}.",
        measure=case.title(case.rule.measure),
        need=phrases.area(land.land.new),
        parts=phrases.listed(
            _("{name} {area}", name=_source(row), area=phrases.area(row.net_m2))
            for row in land.balance
        ),
    )


def _source(row: BalanceRow) -> Words:
    """Name what the land was; the reason then names the measure of that source."""
    named = terms.source(row.source)
    return named if row.measure is None else Marked(named, row.measure)


def _against(land: _Need) -> Words | None:
    if land.annual is None or land.total is None:
        return None
    place = {
        "annual": phrases.area(land.annual),
        "linked": phrases.area(land.linked or ZERO),
        "short": phrases.area(max(land.need - land.total, ZERO)),
    }
    if land.need <= land.annual:
        return _("The annual quota of {annual} is enough.", **place)
    if land.need <= land.total:
        return _(
            "The annual quota of {annual} is not enough; with the linked quota of {linked} it is.",
            **place,
        )
    if land.linked is None:
        return _("The annual quota of {annual} falls short by {short}.", **place)
    return _(
        "The annual quota of {annual} and the linked quota of {linked} fall short by {short}.",
        **place,
    )


def _paddy_beside(case: Case[LandNeed], land: _Need) -> Words | None:
    """State the paddy of the need by the second source; only one above 0 is a contradiction."""
    if land.beside is None:
        return None
    survey, layer = case.measure(case.rule.sources.paddy), case.measure(land.beside.new)
    place = {"measure": case.title(land.beside.new), "figure": net_words(layer)}
    if (survey.area_m2 > 0) == (layer.area_m2 > 0):
        return _("{measure}: {figure}, for comparison.", **place)
    return _("{measure}: {figure}; the two sources contradict one another.", **place)


def _by_second_source(case: Case[LandNeed], land: _Need) -> Words | None:
    """Say what would be needed where the paddy layer is right and the survey is not."""
    if land.beside is None or not land.differ:
        return None
    return _(
        "{measure}: {figure}, of which the survey has {more} as built on already; if they are paddy,"
        " the need is {need} and the annual quota is not enough.",
        measure=case.title(land.beside.built_on),
        figure=net_words(case.measure(land.beside.built_on)),
        more=phrases.area(land.more),
        need=phrases.area(land.need + land.more),
    )


def _no_quota(rule: LandNeed) -> Words:
    if rule.quota is None:
        return _("The rulebook names no quota, so the need is only stated.")
    return _(
        "The dossier states no {field}, so the need is only stated.",
        field=dossier_field(rule.quota),
    )


def _need_assumed(case: Case[LandNeed], land: _Need) -> list[Words]:
    sources = case.rule.sources
    assumed = net_assumed(*map(case.measure, (sources.paddy, sources.other_cultivated)))
    unlinked = case.rule.linked_quota is not None and land.linked is None
    if unlinked and _short_of(land.annual, land.need):
        assumed.append(_("The dossier states no linked quota, which is taken as none"))
    return assumed


def _need_working(case: Case[LandNeed], land: _Need) -> NeedWorking:
    rule, known = case.rule, not land.gap.total
    formula = _(
        "The gross area of “{measure}”, less what was approved before. Ridges inside cultivated land"
        " are booked to other agricultural land, so that the areas by class sum to it.",
        measure=case.title(rule.measure),
    )
    quotas = [key for key in (rule.quota, rule.linked_quota) if key is not None]
    return NeedWorking(
        formula=both(formula),
        terms=land.land.terms() if known else (),
        gross_m2=land.land.new if known else None,
        net_m2=sum((row.net_m2 for row in land.balance), ZERO) if known else None,
        balance=land.balance,
        quota_m2=land.annual,
        linked_quota_m2=land.linked,
        short_m2=None if land.total is None else max(land.need - land.total, ZERO),
        approved_m2=land.land.approved,
        parameters=(
            *(
                parameter
                for key in quotas
                for parameter in fields.traced(case, key, dossier_field(key), rule.unit)
            ),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ),
    )


KINDS = (Kind(LandNeed, land_need, NeedWorking),)
