"""Kinds of rules on money that a dossier declares: investment, and the county's debt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.arithmetic import DENSITY_DIGITS, SHARE_DIGITS, quotient
from townland.rules.judging.case import Case, Gaps, both, gaps, known_part
from townland.rules.judging.clause import OnlyFigures, Rule, Share, fault, refuse
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import ChoiceField, MeasureName, NumberField, other_choices
from townland.rules.stating import field, unknown, yi
from townland.terms import Verdict


class InvestmentDensity(Rule):
    """Investment for each km², of towns of one type; `limit` is in 亿元 (100 million yuan) per km².

    The clause does not say which area it means: every measure of `bases` is one reading, and `basis`
    pins one of them. `investment` and `type` are fields of the dossier.
    """

    kind: Literal["investment_density"]
    type: ChoiceField = "type"
    town_type: str
    investment: NumberField
    bases: Annotated[tuple[MeasureName, ...], Field(json_schema_extra={"minItems": 1})]
    basis: MeasureName | None = None
    limit: Annotated[Decimal, Field(gt=0)]

    @model_validator(mode="after")
    def _basis_is_one_of_them(self) -> InvestmentDensity:
        if not self.bases:
            refuse([fault(("bases",), _("at least one area is a basis"))])
        if self.basis is not None and self.basis not in self.bases:
            refuse([fault(("basis",), _("{basis} is not among the bases", basis=self.basis))])
        return self

    @model_validator(mode="after")
    def _there_is_such_a_type(self) -> InvestmentDensity:
        faults = list(other_choices(self.type, {("town_type",): self.town_type}))
        if faults:
            refuse(faults)
        return self


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


NOTHING: dict[str, Any] = {
    "formula": both(_("Nothing is computed.")),
    "terms": [],
    "parameters": [],
}


def amount(case: Case[Rule], path: str) -> Decimal | None:
    """Give an amount of the dossier; None where it does not state it."""
    value = case.facts.stated(path, float)
    return None if value is None else units.exact(value)


def declared_number(path: str, value: Decimal, unit: str | None = None) -> dict[str, Any]:
    """Trace a number that the dossier states."""
    return {
        "name": path,
        "value": phrases.number(value),
        "unit": unit,
        "title": both(field(path)),
        "origin": "dossier",
    }


def not_known(case: Case[Rule], missing: Sequence[str], **trace: Any) -> Finding:
    """Make the finding of a rule whose fields the dossier leaves out."""
    return case.finding(
        Verdict.NOT_EVALUATED,
        unknown(missing),
        {**NOTHING, **trace},
        measured=None,
        limit=None,
        margin=None,
        unit="",
        missing=tuple(missing),
    )


def not_applicable(case: Case[Rule], reason: Words, **trace: Any) -> Finding:
    """Make the finding of a rule that does not concern this town."""
    return case.finding(
        Verdict.INFO,
        _("Not applicable: {reason}", reason=reason),
        {**NOTHING, **trace},
        measured=None,
        limit=None,
        margin=None,
        unit="",
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clause says under one reading: the figure, whether it is enough, and how sure that is.

    Where the land is not known whole, the figure is that of its known part, which more land can only
    lessen: too little is then certain, and enough is not known (`met` is None).
    """

    name: str
    area_m2: Decimal
    figure: Decimal | None
    trace: Any
    met: bool | None
    near: bool
    gap: Gaps

    @property
    def below(self) -> bool:
        """Whether the figure is too small for certain, of the known part alone where that is all."""
        return self.met is False and not self.near


def investment_density(case: Case[InvestmentDensity]) -> Finding:
    """Judge the investment for each km², by every reading of which km² the clause means."""
    rule = case.rule
    town_type, invested = case.facts.stated(rule.type, str), amount(case, rule.investment)
    types = {"light_asset": _("light-asset"), "heavy_asset": _("heavy-asset")}
    if town_type is not None and town_type != rule.town_type:
        kinds = {"type": types.get(town_type, _("{type}", type=town_type))}
        return not_applicable(case, _("the dossier says that the town is {type}.", **kinds))
    if town_type is None or invested is None:
        missing = [rule.type] if town_type is None else []
        return not_known(case, [*missing, *([rule.investment] if invested is None else [])])
    bases = rule.bases if rule.basis is None else (rule.basis,)
    readings = [_reading(case, name, invested) for name in bases]
    # a part of an area can only bear more for each km² than the whole does
    sure = [one for one in readings if one.met and not one.near]
    readings = [
        one if not any(_holds(case, other.name, one.name) for other in sure) else _as_met(one)
        for one in readings
    ]
    gap = next((one.gap for one in readings if one.met is None), None)
    agree = len({one.met for one in readings}) == 1
    near = next((one for one in readings if one.near), None)

    if all(one.below for one in readings) and not rule.modal:
        verdict = Verdict.FAIL
    elif gap or any(one.gap and one.met is False for one in readings):
        gap = gap or next(one.gap for one in readings if one.gap and one.met is False)
        verdict = Verdict.NOT_EVALUATED
    elif near or not agree or not readings[0].met:
        verdict = Verdict.REVIEW
    else:
        verdict = Verdict.PASS

    decided = verdict is not Verdict.NOT_EVALUATED
    first = readings[0]
    why = phrases.sentences(
        gap.words() if gap else None,
        known_part(gap) if gap else None,
        *(_per_km2(case, one, invested, rule.limit) for one in readings if one.figure is not None),
        _("The clause does not say which of the two it means, and they differ.")
        if decided and not agree
        else None,
        _near_words(case, rule.limit) if decided and near else None,
        case.urging() if decided and agree and not near and not first.met and rule.modal else None,
    )
    trace = {
        "formula": both(
            _(
                "Investment divided by the area in km²; at least {limit} for each km².",
                limit=yi(rule.limit),
            )
        ),
        "terms": [],
        "quotient": first.trace if first.figure is not None else None,
        "readings": [
            {
                "basis": one.name,
                "area_m2": phrases.number(one.area_m2),
                "value": None if one.figure is None else phrases.number(one.figure),
                "met": one.met,
            }
            for one in readings
        ],
        "parameters": [
            declared_number(rule.investment, invested),
            case.law_number("limit", rule.limit, "yi_per_km2"),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
            *([_pinned(rule.basis)] if rule.basis else []),
        ],
    }
    return case.finding(
        verdict,
        why,
        trace,
        measured=first.figure,
        limit=rule.limit,
        margin=first.figure - rule.limit if decided and first.figure is not None else None,
        measures=list(bases),
        unit="yi_per_km2",
        missing=gap.missing if gap and not decided else (),
    )


def _reading(case: Case[InvestmentDensity], name: str, invested: Decimal) -> Reading:
    rule = case.rule
    area, gap = case.measure(name).area_m2, gaps(case, name)
    if area == 0:
        # any amount is beyond every bar where there is no land to spread it over
        return Reading(name, area, None, None, None if gap else invested > 0, False, gap)
    figure, kept = quotient(invested, area, units.to_m2(1, "km2"), DENSITY_DIGITS)
    doubt = max(case.uncertainty * rule.limit, figure * case.closure(name) / area)
    near = abs(figure - rule.limit) < doubt
    met = figure >= rule.limit
    return Reading(name, area, figure, kept, None if gap and met else met, near, gap)


def _holds(case: Case[Rule], whole: str, part: str) -> bool:
    specs = case.rulebook.measure
    return whole != part and specs[whole].holds(specs[part])


def _as_met(one: Reading) -> Reading:
    nothing = Gaps((), (), one.area_m2 * 0, one.area_m2 * 0, one.area_m2)
    return Reading(one.name, one.area_m2, one.figure, one.trace, True, False, nothing)


def _per_km2(case: Case[Rule], one: Reading, invested: Decimal, limit: Decimal) -> Words:
    place = {
        "measure": case.title(one.name),
        "invested": yi(invested),
        "area": phrases.area(one.area_m2),
        "figure": yi(one.figure or invested),
        "limit": yi(limit),
    }
    if one.met is False:
        return _(
            "{invested} on {area} of “{measure}” are {figure} for each km², less than {limit}.",
            **place,
        )
    return _("{invested} on {area} of “{measure}” are {figure} for each km².", **place)


def _near_words(case: Case[Rule], limit: Decimal) -> Words:
    return _(
        "That is nearer to {bar} than {share} of it, within which a person must look.",
        bar=yi(limit),
        share=phrases.percent(case.uncertainty),
    )


def _pinned(basis: str) -> dict[str, Any]:
    return {
        "name": "basis",
        "value": basis,
        "unit": None,
        "title": both(_("the area that the bureau takes the clause to mean")),
        "origin": "bureau",
    }


def declared_share(case: Case[DeclaredShare]) -> Finding:
    """State the share of one amount of the dossier in another; below a bureau's own, review."""
    rule = case.rule
    part, whole = amount(case, rule.part), amount(case, rule.whole)
    if part is None or whole is None:
        known = ((rule.part, part), (rule.whole, whole))
        return not_known(case, [path for path, value in known if value is None])
    if whole == 0:
        return not_applicable(
            case, _("the dossier states that {field} is 0.", field=field(rule.whole))
        )
    share, kept = quotient(part, whole, units.exact(1), SHARE_DIGITS)
    limit = rule.minimum_share
    near = limit is not None and abs(share - limit) < case.uncertainty * limit
    below = limit is not None and share < limit
    why = phrases.sentences(
        _(
            "{part}: {amount}, {share} of {whole}.",
            part=field(rule.part),
            amount=yi(part),
            share=phrases.percent(share),
            whole=yi(whole),
        ),
        _("The bureau asks for at least {share}: not reached.", share=phrases.percent(limit))
        if limit is not None and below
        else None,
        _("That is too near to the bureau's share to be decided by it; a person must look.")
        if near
        else None,
    )
    bar = []
    if limit is not None:
        bar = [
            {
                "name": "minimum_share",
                "value": phrases.number(limit),
                "unit": "share",
                "title": both(_("the least share that the bureau asks for")),
                "origin": "bureau",
            }
        ]
    trace = {
        "formula": both(
            _("{part} divided by {whole}.", part=field(rule.part), whole=field(rule.whole))
        ),
        "terms": [],
        "quotient": kept,
        "parameters": [
            declared_number(rule.part, part),
            declared_number(rule.whole, whole),
            *bar,
            *([case.own_number("uncertainty", rule.uncertainty)] if bar else []),
        ],
    }
    return case.finding(
        Verdict.REVIEW if below or near else Verdict.INFO,
        why,
        trace,
        measured=share,
        limit=limit,
        margin=None if limit is None else share - limit,
        unit="share",
    )


def debt_guard(case: Case[DebtGuard]) -> Finding:
    """Judge borrowing through a platform company by the county's debt ratio."""
    rule = case.rule
    ratio, platform = amount(case, rule.ratio), case.facts.stated(rule.platform, str)
    free, disguised = platform == "none", platform == "disguised_borrowing"
    near = ratio is not None and abs(ratio - rule.limit) < case.uncertainty * rule.limit
    above = ratio is not None and ratio > rule.limit
    missing: list[str] = []

    if free or (ratio is not None and not above and not near):
        verdict = Verdict.PASS
    elif above and not near and disguised and not rule.modal:
        verdict = Verdict.FAIL
    elif ratio is None or platform is None:
        verdict = Verdict.NOT_EVALUATED
        missing = [rule.ratio] if ratio is None else []
        missing += [rule.platform] if platform is None else []
    else:
        verdict = Verdict.REVIEW

    said = {
        "none": _("No platform company borrows for the town."),
        "disguised_borrowing": _("It is declared that a platform company borrows in disguise."),
        "market_reformed": _(
            "The platform company is declared to be reformed and to borrow on the market; whether it"
            " is, a person must judge."
        ),
    }
    place = {"limit": phrases.percent(rule.limit)}
    why = phrases.sentences(
        None
        if ratio is None
        else _(
            "The county's debt ratio is {ratio}, above {limit}.",
            ratio=phrases.percent(ratio),
            **place,
        )
        if above
        else _(
            "The county's debt ratio is {ratio}, not above {limit}.",
            ratio=phrases.percent(ratio),
            **place,
        ),
        said.get(str(platform)) if free or above or near else None,
        _("The ratio is too near to the bar to be decided by it; a person must look.")
        if verdict is Verdict.REVIEW and near
        else None,
        unknown(missing) if missing else None,
    )
    trace = {
        "formula": both(
            _(
                "The county's debt ratio as declared; above {limit} no platform company may borrow"
                " for a town.",
                **place,
            )
        ),
        "terms": []
        if ratio is None
        else [{"field": rule.ratio, "figure": "declared", "value": phrases.number(ratio)}],
        "platform": platform,
        "parameters": [
            case.law_number("limit", rule.limit, "share"),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ],
    }
    return case.finding(
        verdict,
        why,
        trace,
        measured=ratio,
        limit=rule.limit,
        margin=None if ratio is None else rule.limit - ratio,
        unit="share",
        missing=tuple(missing),
    )


KINDS = (
    Kind(DebtGuard, debt_guard),
    Kind(DeclaredShare, declared_share),
    Kind(InvestmentDensity, investment_density),
)
