"""Kinds of rules that hold a figure between bars: an area, or what the dossier declares."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import ZERO, Case, both, gaps, known_part, term
from townland.rules.judging.clause import Amount, Beyond, Positive, Rule, Unit
from townland.rules.judging.fields import Only
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName, NumberField
from townland.terms import Verdict


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


Bar = Decimal | None


def area_range(case: Case[AreaRange]) -> Finding:
    """Judge an area by a lower and an upper bar."""
    rule = case.rule
    measure, gap = case.measure(rule.measure), gaps(case, rule.measure)
    figure, closure = measure.area_m2, case.closure(rule.measure)
    low, high = (
        None if bar is None else units.to_m2(bar, rule.unit) for bar in (rule.minimum, rule.maximum)
    )
    near = [bar for bar in (low, high) if bar is not None and case.near(figure, bar, closure)]
    above = high is not None and figure > high
    below = low is not None and figure < low
    raised = above and rule.raised_for is not None and fields.concerns(case, rule.raised_for)
    unknown = above and rule.raised_for is not None and _silent(case, rule.raised_for)

    if above and not (near or raised or unknown) and rule.can_fail:
        verdict = Verdict.FAIL
    elif gap:
        verdict = Verdict.NOT_EVALUATED
    elif near or raised or unknown:
        verdict = Verdict.REVIEW
    elif above or below:
        verdict = Verdict.FAIL if rule.can_fail else Verdict.REVIEW
    else:
        verdict = Verdict.PASS

    decided = verdict is not Verdict.NOT_EVALUATED
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        None
        if gap.total
        else _(
            "{measure}: {figure}.", measure=case.title(rule.measure), figure=phrases.area(figure)
        ),
        _bars(rule) if decided else None,
        _below_or_above(below, above) if decided else None,
        _("For a town of this type the upper bar may be raised; the text gives no number.")
        if decided and raised
        else None,
        fields.not_stated(*([rule.raised_for.field] if unknown and rule.raised_for else [])),
        case.near_words(near[0], closure) if decided and near else None,
    )
    rooms = [room for room in (_room(figure, low), _room(high, figure)) if room is not None]
    shown = low if high is None or (low is not None and figure - low < high - figure) else high
    return case.finding(
        verdict,
        why,
        {
            "formula": both(
                _(
                    "The area of “{measure}”, held between its bars.",
                    measure=case.title(rule.measure),
                )
            ),
            "terms": [] if gap.total else [term(rule.measure, "area_m2", figure)],
            "parameters": [
                *(
                    case.law_number(name, bar, rule.unit)
                    for name in ("minimum", "maximum")
                    if (bar := getattr(rule, name)) is not None
                ),
                case.own_number("uncertainty", rule.uncertainty),
            ],
        },
        measured=None if gap.total else figure,
        limit=None if shown is None else units.m2(shown),
        margin=units.m2(min(rooms)) if rooms and decided else None,
        measures=[rule.measure],
        missing=gap.missing if not decided else (),
    )


def _room(more: Bar, less: Bar) -> Bar:
    return None if more is None or less is None else more - less


def _silent(case: Case[Rule], only: Only) -> bool:
    return fields.concerns(case, only) is None


def _bars(rule: AreaRange) -> Words | None:
    low, high = (
        None if bar is None else phrases.quantity(bar, rule.unit)
        for bar in (rule.minimum, rule.maximum)
    )
    if low is not None and high is not None:
        return _("It should be from {low} to {high}.", low=low, high=high)
    if low is not None:
        return _("It should be at least {low}.", low=low)
    return None if high is None else _("It should be at most {high}.", high=high)


def _below_or_above(below: bool, above: bool) -> Words | None:
    if below:
        return _("It is below that.")
    return _("It is above that.") if above else None


def declared_ratio(case: Case[DeclaredRatio]) -> Finding:
    """Judge a figure of the dossier, or its ratio to another one or to an area."""
    rule = case.rule
    concerned = fields.concerns(case, rule.only_for)
    gap = gaps(case, *([] if rule.measure is None else [rule.measure]))
    value, per = (fields.number(case, path) for path in (rule.value, rule.per))
    unstated = [
        *([rule.only_for.field] if rule.only_for and concerned is None else []),
        *([rule.value] if value is None else []),
        *([rule.per] if rule.per is not None and not per else []),
    ]
    whole = _whole(case, rule, per)
    lacking = bool(gap) or bool(unstated) or not whole
    figure = None if value is None or not whole else phrases.ratio(value * rule.factor, whole)
    bars = [bar for bar in (rule.minimum, rule.maximum) if bar is not None]
    near = [bar for bar in bars if figure is not None and case.near(figure, bar, ZERO)]

    if concerned is False:
        verdict = Verdict.INFO
    elif lacking or figure is None:
        verdict = Verdict.NOT_EVALUATED
    elif near:
        verdict = Verdict.REVIEW
    elif not bars:
        verdict = Verdict.INFO
    elif _kept(rule, figure):
        verdict = Verdict.PASS
    else:
        verdict = Verdict.FAIL if rule.can_fail else Verdict.REVIEW

    decided = verdict is not Verdict.NOT_EVALUATED
    shown = figure if concerned is not False and not lacking else None
    if concerned is False:
        why = fields.not_applicable(_("the rule is for towns of another type."))
    else:
        why = phrases.sentences(
            gap.words(),
            fields.not_stated(*unstated),
            _("There is no land to divide by.") if whole == 0 and not gap else None,
            None if shown is None else _("The figure is {figure}.", figure=_said(shown, rule.unit)),
            *(_bar(rule, shown) if shown is not None else ()),
            *(
                _(
                    "That is nearer to {bar} than {tolerance}, within which a person must look.",
                    bar=_said(bar, rule.unit),
                    tolerance=_said(case.uncertainty * bar, rule.unit),
                )
                for bar in near
                if shown is not None
            ),
        )
    first = bars[0] if bars else None
    room = None if shown is None or first is None else shown - first
    return case.finding(
        verdict,
        why,
        _trace(case, rule, shown, value, per),
        measured=shown,
        limit=None if concerned is False else first,
        margin=room if room is None or rule.minimum is not None else ZERO - room,
        unit=rule.unit,
        measures=[] if rule.measure is None else [rule.measure],
        missing=() if decided else (*gap.missing, *unstated),
    )


def _whole(case: Case[Rule], rule: DeclaredRatio, per: Bar) -> Decimal:
    """Give what the figure is divided by: another figure, an area, or one."""
    if rule.per is not None:
        return per or ZERO
    if rule.measure is None:
        return units.to_m2(1, "m2")
    return case.measure(rule.measure).area_m2 / units.to_m2(1, rule.area_unit)


def _kept(rule: DeclaredRatio, figure: Decimal) -> bool:
    return (rule.minimum is None or figure >= rule.minimum) and (
        rule.maximum is None or figure <= rule.maximum
    )


def _said(figure: Decimal, unit: str) -> Words | str:
    return phrases.percent(figure) if unit == "share" else phrases.in_unit(figure, unit)


def _bar(rule: DeclaredRatio, figure: Decimal) -> list[Words]:
    said: list[Words] = []
    if rule.minimum is not None:
        said.append(_("It should be at least {low}.", low=_said(rule.minimum, rule.unit)))
        if figure < rule.minimum:
            said.append(_("It is below that."))
    if rule.maximum is not None:
        said.append(_("It should be at most {high}.", high=_said(rule.maximum, rule.unit)))
        if figure > rule.maximum:
            said.append(_("It is above that."))
    return said


def _trace(
    case: Case[Rule], rule: DeclaredRatio, shown: Bar, value: Bar, per: Bar
) -> dict[str, Any]:
    known = shown is not None
    by: list[dict[str, Any]] = []
    if known and rule.per is not None:
        by = [{"field": rule.per, "value": phrases.number(per or ZERO)}]
    elif known and rule.measure is not None:
        by = [term(rule.measure, "area_m2", case.measure(rule.measure).area_m2)]
    return {
        "formula": both(
            _("The dossier's figure, multiplied by its factor and divided by its base.")
        ),
        "terms": [],
        "ratio": {
            "of": [{"field": rule.value, "value": phrases.number(value)}]
            if known and value is not None
            else [],
            "by": by,
            "factor": phrases.number(rule.factor),
            "area_unit": None if rule.measure is None else rule.area_unit,
        },
        "parameters": [
            *(
                case.law_number(name, bar, rule.unit)
                for name in ("minimum", "maximum")
                if (bar := getattr(rule, name)) is not None
            ),
            case.own_number("uncertainty", rule.uncertainty),
        ],
    }


KINDS = (
    Kind(AreaRange, area_range),
    Kind(DeclaredRatio, declared_ratio),
)
