"""Kinds of rules that hold a figure between bars: an area, or what the dossier declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import (
    Amount,
    Beyond,
    Positive,
    Rule,
    Unit,
)
from townland.rules.judging.fields import Only
from townland.rules.judging.finding import Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import term
from townland.rules.judging.references import MeasureName, NumberField
from townland.rules.judging.trace import Parameter, Ratio, Term, Way, Working, both
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict

Bar = Decimal | None


class AreaRange(Rule):
    """An area between two bars, either of which may be left out.

    For the towns of `raised_for` the upper bar may be raised by a measure that the law does not state.
    """

    kind: Literal["area_range"]
    measure: MeasureName
    minimum: Amount | None = None
    maximum: Amount | None = None
    unit: Unit
    raised_for: Only | None = None
    beyond: Beyond = "review"

    @property
    def can_fail(self) -> bool:
        """Whether missing a bar can be more than a case for a person."""
        return self.beyond == "fail" and not self.modal


class DeclaredRatio(Rule):
    """A figure of the dossier, or its ratio to another one or to an area, against a bar.

    Printed in `unit` after multiplying by `factor`; the area counts in `area_unit`.
    """

    kind: Literal["declared_ratio"]
    value: NumberField
    per: NumberField | None = None
    measure: MeasureName | None = None
    area_unit: Unit = "mu"
    factor: Positive = Decimal(1)
    minimum: Amount | None = None
    maximum: Amount | None = None
    unit: Literal["share", "persons", "visits_10k", "yuan_10k_per_mu", "yuan_10k_per_head"]
    only_for: Only | None = None
    beyond: Beyond = "review"

    @classmethod
    def shares(cls, table: Mapping[str, object]) -> tuple[str, ...]:
        """Name the keys whose number is a share or a ratio: both bars where `unit` is ``share``."""
        bars = ("minimum", "maximum") if table.get("unit") == "share" else ()
        return (*super().shares(table), *bars)

    @property
    def can_fail(self) -> bool:
        """Whether missing a bar can be more than a case for a person."""
        return self.beyond == "fail" and not self.modal


class RatioWorking(Working):
    """The trace's own part of `declared_ratio`."""

    ratio: Ratio

    def way(self) -> Way | None:
        """The ratio of what the dossier states."""
        return self.ratio


@dataclass(frozen=True, slots=True)
class _Range:
    """An area beside its two bars, in m².

    `raised` says that the upper bar may be higher for this town, None that the dossier does not tell.
    """

    gap: Gaps
    figure: Decimal
    closure: Decimal
    low: Bar
    high: Bar
    near: tuple[Decimal, ...]
    raised: bool | None

    @property
    def above(self) -> bool:
        return self.high is not None and self.figure > self.high

    @property
    def below(self) -> bool:
        return self.low is not None and self.figure < self.low

    @property
    def room(self) -> Bar:
        """The room to the nearer bar."""
        rooms = [] if self.low is None else [self.figure - self.low]
        rooms += [] if self.high is None else [self.high - self.figure]
        return min(rooms, default=None)

    @property
    def bar(self) -> Bar:
        """The nearer bar."""
        if self.high is None or self.low is None:
            return self.low if self.high is None else self.high
        return self.low if self.figure - self.low < self.high - self.figure else self.high


def area_range(case: Case[AreaRange]) -> Finding:
    """Judge an area by a lower and an upper bar."""
    rule, area = case.rule, _range(case)
    gap, open_bar = area.gap, area.above and area.raised is not False
    sure = rule.can_fail and not area.near and not open_bar
    verdict = verdict_of(
        # land of which nothing is known can only add to the area
        fails=sure and (area.above or (area.below and not gap)),
        unknown=bool(gap),
        doubt=bool(area.near) or open_bar or area.above or area.below,
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    return case.finding(
        verdict,
        _range_why(case, area, verdict),
        _range_working(case, area),
        measured=None if gap.total else area.figure,
        limit=None if area.bar is None else units.m2(area.bar),
        margin=units.m2(area.room) if area.room is not None and decided else None,
        measures=[rule.measure],
        missing=gap.missing if not decided else (),
    )


def _range(case: Case[AreaRange]) -> _Range:
    rule = case.rule
    figure, closure = case.measure(rule.measure).area_m2, case.closure(rule.measure)
    low, high = _bar_m2(rule.minimum, rule.unit), _bar_m2(rule.maximum, rule.unit)
    near = tuple(bar for bar in (low, high) if bar is not None and case.near(figure, bar, closure))
    raised = False if rule.raised_for is None else fields.concerns(case, rule.raised_for)
    return _Range(gaps(case, rule.measure), figure, closure, low, high, near, raised)


def _bar_m2(bar: Decimal | None, unit: str) -> Decimal | None:
    return None if bar is None else units.to_m2(bar, unit)


def _range_why(case: Case[AreaRange], area: _Range, verdict: Verdict) -> Words:
    """Say what was measured, between which bars it should be, and on which side it is.

    Parameters
    ----------
    case
        The rule on its town.
    area
        The area beside its bars.
    verdict
        What the rule says of it.
    """
    rule, gap = case.rule, area.gap
    decided = verdict is not Verdict.NOT_EVALUATED
    measured = _(
        "{measure}: {figure}.", measure=case.title(rule.measure), figure=phrases.area(area.figure)
    )
    unknown = area.above and area.raised is None and rule.raised_for is not None
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else measured,
        _bars(rule) if decided else None,
        _side(area) if decided else None,
        _("For a town of this type the upper bar may be raised; the text gives no number.")
        if decided and area.above and area.raised
        else None,
        fields.not_stated(*([rule.raised_for.field] if unknown and rule.raised_for else [])),
        case.near_words(area.near[0], area.closure) if decided and area.near else None,
        case.urging() if decided and rule.modal and (area.below or area.above) else None,
    )


def _bars(rule: AreaRange) -> Words | None:
    low, high = _bar_quantity(rule.minimum, rule.unit), _bar_quantity(rule.maximum, rule.unit)
    if low is not None and high is not None:
        return _("It should be from {low} to {high}.", low=low, high=high)
    if low is not None:
        return _("It should be at least {low}.", low=low)
    return None if high is None else _("It should be at most {high}.", high=high)


def _bar_quantity(bar: Decimal | None, unit: str) -> Words | None:
    return None if bar is None else phrases.quantity(bar, unit)


def _side(area: _Range) -> Words | None:
    if area.below:
        return _("It is below that.")
    return _("It is above that.") if area.above else None


def _range_working(case: Case[AreaRange], area: _Range) -> Working:
    rule = case.rule
    formula = _("The area of “{measure}”, held between its bars.", measure=case.title(rule.measure))
    return Working(
        formula=both(formula),
        terms=() if area.gap.total else (term(rule.measure, "area_m2", area.figure),),
        parameters=_bar_parameters(case, rule.unit, minimum=rule.minimum, maximum=rule.maximum),
    )


def _bar_parameters(case: Case[Rule], unit: str, **bars: Bar) -> tuple[Parameter, ...]:
    """Trace the bars that the rule states, and how near to one a person must look.

    Parameters
    ----------
    case
        The rule on its town.
    unit
        The unit of the bars.
    bars
        The bars by their keys.
    """
    return (
        *(case.law_number(name, bar, unit) for name, bar in bars.items() if bar is not None),
        case.own_number("uncertainty", case.rule.uncertainty),
        case.modality(),
    )


@dataclass(frozen=True, slots=True)
class _Declared:
    """A figure of the dossier and what it is divided by; `figure` is None where it is not known.

    `concerned` is None where the dossier does not tell whether the rule is for this town.
    """

    concerned: bool | None
    gap: Gaps
    value: Bar
    per: Bar
    whole: Decimal
    unstated: tuple[str, ...]
    figure: Bar
    bars: tuple[Decimal, ...]
    near: tuple[Decimal, ...]

    @property
    def lacking(self) -> bool:
        return bool(self.gap) or bool(self.unstated) or not self.whole or self.figure is None

    @property
    def shown(self) -> Bar:
        """The figure, where the rule concerns the town and everything is known."""
        return None if self.concerned is False or self.lacking else self.figure


def declared_ratio(case: Case[DeclaredRatio]) -> Finding:
    """Judge a figure of the dossier, or its ratio to another one or to an area."""
    rule, ratio = case.rule, _declared(case)
    verdict = _declared_verdict(rule, ratio)
    decided = verdict is not Verdict.NOT_EVALUATED
    first = ratio.bars[0] if ratio.bars else None
    room = None if ratio.shown is None or first is None else ratio.shown - first
    return case.finding(
        verdict,
        _declared_why(case, ratio),
        _declared_working(case, ratio),
        measured=ratio.shown,
        limit=None if ratio.concerned is False else first,
        margin=room if room is None or rule.minimum is not None else ZERO - room,
        unit=rule.unit,
        measures={} if rule.measure is None else {rule.measure: "base"},
        missing=() if decided else (*ratio.gap.missing, *ratio.unstated),
    )


def _declared(case: Case[DeclaredRatio]) -> _Declared:
    """Read the figures, and say which the dossier does not state."""
    rule = case.rule
    concerned = fields.concerns(case, rule.only_for)
    value, per = (fields.number(case, path) for path in (rule.value, rule.per))
    unstated = (
        *([rule.only_for.field] if rule.only_for and concerned is None else []),
        *([rule.value] if value is None else []),
        *([rule.per] if rule.per is not None and not per else []),
    )
    whole = _whole(case, per)
    figure = None if value is None or not whole else phrases.ratio(value * rule.factor, whole)
    bars = tuple(bar for bar in (rule.minimum, rule.maximum) if bar is not None)
    # what is declared meets its bar exactly; a measured area in it keeps its margin
    measured = rule.measure is not None
    near = tuple(
        bar for bar in bars if figure is not None and measured and case.near(figure, bar, ZERO)
    )
    gap = gaps(case, *([] if rule.measure is None else [rule.measure]))
    return _Declared(concerned, gap, value, per, whole, unstated, figure, bars, near)


def _whole(case: Case[DeclaredRatio], per: Bar) -> Decimal:
    """Give what the figure is divided by: another figure, an area, or one."""
    rule = case.rule
    if rule.per is not None:
        return per or ZERO
    if rule.measure is None:
        return units.to_m2(1, "m2")
    return case.measure(rule.measure).area_m2 / units.to_m2(1, rule.area_unit)


def _declared_verdict(rule: DeclaredRatio, ratio: _Declared) -> Verdict:
    if ratio.concerned is False:
        return verdict_of(judges=False)
    figure = ratio.figure
    misses = figure is not None and not _kept(rule, figure)
    sure = not ratio.lacking and not ratio.near
    return verdict_of(
        fails=sure and misses and rule.can_fail,
        unknown=ratio.lacking,
        doubt=bool(ratio.near) or misses,
        judges=bool(ratio.bars),
    )


def _kept(rule: DeclaredRatio, figure: Decimal) -> bool:
    return (rule.minimum is None or figure >= rule.minimum) and (
        rule.maximum is None or figure <= rule.maximum
    )


def _declared_why(case: Case[DeclaredRatio], ratio: _Declared) -> Words:
    rule, gap, shown = case.rule, ratio.gap, ratio.shown
    if ratio.concerned is False:
        return fields.not_applicable(_("the rule is for towns of another type."))
    return phrases.sentences(
        gap.words(),
        fields.not_stated(*ratio.unstated),
        _("There is no land to divide by.") if ratio.whole == 0 and not gap else None,
        None if shown is None else _("The figure is {figure}.", figure=_in_unit(shown, rule.unit)),
        *(_bar_words(rule, shown) if shown is not None else ()),
        *(_near_words(case, bar) for bar in ratio.near if shown is not None),
        case.urging() if rule.modal and shown is not None and not _kept(rule, shown) else None,
    )


def _near_words(case: Case[DeclaredRatio], bar: Decimal) -> Words:
    unit = case.rule.unit
    return _(
        "That is nearer to {bar} than {tolerance}, within which a person must look.",
        bar=_in_unit(bar, unit),
        tolerance=_in_unit(case.uncertainty * bar, unit),
    )


def _in_unit(figure: Decimal, unit: str) -> Words | str:
    return phrases.percent(figure) if unit == "share" else phrases.in_unit(figure, unit)


def _bar_words(rule: DeclaredRatio, figure: Decimal) -> list[Words]:
    sentences: list[Words] = []
    if rule.minimum is not None:
        sentences.append(_("It should be at least {low}.", low=_in_unit(rule.minimum, rule.unit)))
        if figure < rule.minimum:
            sentences.append(_("It is below that."))
    if rule.maximum is not None:
        sentences.append(_("It should be at most {high}.", high=_in_unit(rule.maximum, rule.unit)))
        if figure > rule.maximum:
            sentences.append(_("It is above that."))
    return sentences


def _declared_working(case: Case[DeclaredRatio], ratio: _Declared) -> RatioWorking:
    rule, known = case.rule, ratio.shown is not None
    above = known and ratio.value is not None
    formula = _("The dossier's figure, multiplied by its factor and divided by its base.")
    return RatioWorking(
        formula=both(formula),
        terms=(),
        ratio=Ratio(
            of=(Term(field=rule.value, value=ratio.value or ZERO),) if above else (),
            by=_divisor(case, ratio) if known else (),
            factor=rule.factor,
            area_unit=None if rule.measure is None else rule.area_unit,
        ),
        parameters=_bar_parameters(case, rule.unit, minimum=rule.minimum, maximum=rule.maximum),
    )


def _divisor(case: Case[DeclaredRatio], ratio: _Declared) -> tuple[Term, ...]:
    rule = case.rule
    if rule.per is not None:
        return (Term(field=rule.per, value=ratio.per or ZERO),)
    if rule.measure is None:
        return ()
    return (term(rule.measure, "area_m2", case.measure(rule.measure).area_m2),)


KINDS = (Kind(AreaRange, area_range), Kind(DeclaredRatio, declared_ratio, RatioWorking))
