"""The kind of rule on investment for each km² (投资强度)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.arithmetic import DENSITY_DIGITS
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Rule, fault, refuse
from townland.rules.judging.declared import amount, declared_number, not_applicable, not_known
from townland.rules.judging.finding import Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.phrases import yi, yi_per_km2
from townland.rules.judging.references import ChoiceField, MeasureName, NumberField, other_choices
from townland.rules.judging.trace import (
    OWN,
    Column,
    MeasureKey,
    Number,
    Parameter,
    Part,
    Quotient,
    Row,
    Way,
    Working,
    both,
)
from townland.rules.judging.verdict import verdict_of
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
    def _there_is_such_a_type(self) -> InvestmentDensity:
        faults = list(other_choices(self.type, {("town_type",): self.town_type}))
        if faults:
            refuse(faults)
        return self

    @model_validator(mode="after")
    def _basis_is_one_of_them(self) -> InvestmentDensity:
        if not self.bases:
            refuse([fault(("bases",), _("at least one area is a basis"))])
        if self.basis is not None and self.basis not in self.bases:
            refuse([fault(("basis",), _("{basis} is not among the bases", basis=self.basis))])
        return self


class DensityReading(Row):
    """The investment for each km² by one reading of which km² the clause means."""

    basis: MeasureKey
    area_m2: Annotated[Number, Column(_("area"), unit="m2")]
    value: Annotated[Number | None, Column(_("value"), unit=OWN)]
    met: Annotated[bool | None, Column(_("meets the bar"))]


class DensityWorking(Working):
    """The trace's own part of `investment_density`."""

    quotient: Quotient | None
    readings: Annotated[tuple[DensityReading, ...], Part(_("reading"))]

    def way(self) -> Way | None:
        """The quotient of the first reading."""
        return self.quotient


@dataclass(frozen=True, slots=True)
class _DensityReading:
    """What a clause says under one reading: the figure, whether it is enough, and how sure that is.

    Where the land is not known whole, the figure is that of its known part, which more land can only
    lessen: too little is then certain, and enough is not known (`met` is None).
    """

    name: str
    area_m2: Decimal
    quotient: Quotient | None
    met: bool | None
    near: bool
    gap: Gaps

    @property
    def figure(self) -> Decimal | None:
        return None if self.quotient is None else self.quotient.result()

    @property
    def below(self) -> bool:
        """Whether the figure is too small for certain, of the known part alone where that is all."""
        return self.met is False and not self.near


@dataclass(frozen=True, slots=True)
class _Density:
    """All readings of a clause on one town; `gap` keeps it from being judged."""

    readings: tuple[_DensityReading, ...]

    @property
    def first(self) -> _DensityReading:
        return self.readings[0]

    @property
    def agree(self) -> bool:
        return len({reading.met for reading in self.readings}) == 1

    @property
    def near(self) -> bool:
        return any(reading.near for reading in self.readings)

    @property
    def unknown(self) -> Gaps | None:
        """What keeps some reading from being known whole, where that matters."""
        open_ = [reading.gap for reading in self.readings if reading.met is None]
        open_ += [r.gap for r in self.readings if r.gap and r.met is False]
        return open_[0] if open_ else None


def investment_density(case: Case[InvestmentDensity]) -> Finding:
    """Judge the investment for each km², by every reading of which km² the clause means."""
    rule = case.rule
    town_type, invested = case.facts.stated(rule.type, str), amount(case, rule.investment)
    # the clause has a bar for each type of town
    if town_type is not None and town_type != rule.town_type:
        return _of_another_type(case, town_type)
    if town_type is None or invested is None:
        missing = [rule.type] if town_type is None else []
        return not_known(case, [*missing, *([rule.investment] if invested is None else [])])
    density = _density(case, invested)
    first, gap = density.first, density.unknown
    verdict = verdict_of(
        fails=all(reading.below for reading in density.readings) and not rule.modal,
        unknown=gap is not None,
        doubt=density.near or not density.agree or not first.met,
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    figure = first.figure
    return case.finding(
        verdict,
        _density_why(case, density, invested, verdict),
        _density_working(case, density, invested),
        measured=figure,
        limit=rule.limit,
        margin=figure - rule.limit if decided and figure is not None else None,
        measures=dict.fromkeys((reading.name for reading in density.readings), "base"),
        unit="yi_per_km2",
        missing=gap.missing if gap and not decided else (),
    )


def _of_another_type(case: Case[InvestmentDensity], town_type: str) -> Finding:
    types = {"light_asset": _("light-asset"), "heavy_asset": _("heavy-asset")}
    named = types.get(town_type, _("{type}", type=town_type))
    return not_applicable(case, _("the dossier says that the town is {type}.", type=named))


def _density(case: Case[InvestmentDensity], invested: Decimal) -> _Density:
    rule = case.rule
    bases = rule.bases if rule.basis is None else (rule.basis,)
    return _Density(_surely_met(case, [_reading(case, name, invested) for name in bases]))


def _surely_met(
    case: Case[InvestmentDensity], readings: list[_DensityReading]
) -> tuple[_DensityReading, ...]:
    """A part of an area can only have more for each km² than the whole does, so it is met too."""
    sure = [reading.name for reading in readings if reading.met and not reading.near]

    def is_part(reading: _DensityReading) -> bool:
        return any(_holds(case, whole, reading.name) for whole in sure)

    return tuple(_as_met(reading) if is_part(reading) else reading for reading in readings)


def _reading(case: Case[InvestmentDensity], name: str, invested: Decimal) -> _DensityReading:
    """Divide the investment by one area, and hold it against the bar.

    Parameters
    ----------
    case
        The rule on its town.
    name
        The measure of the area.
    invested
        The investment, in 亿元.
    """
    limit, area, gap = case.rule.limit, case.measure(name).area_m2, gaps(case, name)
    if area == 0:
        # any amount is beyond every bar where there is no land to spread it over
        return _DensityReading(name, area, None, None if gap else invested > 0, False, gap)
    quotient = Quotient(of=invested, by=area, times=units.to_m2(1, "km2"), digits=DENSITY_DIGITS)
    figure = quotient.result()
    doubt = max(case.uncertainty * limit, figure * case.closure(name) / area)
    near, met = abs(figure - limit) < doubt, figure >= limit
    return _DensityReading(name, area, quotient, None if gap and met else met, near, gap)


def _holds(case: Case[Rule], whole: str, part: str) -> bool:
    """Whether one measure holds all land of another.

    Parameters
    ----------
    case
        The rule on its town.
    whole, part
        The measures.
    """
    specs = case.rulebook.measure
    return whole != part and specs[whole].holds(specs[part])


def _as_met(reading: _DensityReading) -> _DensityReading:
    zero = reading.area_m2 * 0
    return replace(reading, met=True, near=False, gap=Gaps((), (), zero, zero, reading.area_m2))


def _density_why(
    case: Case[InvestmentDensity], density: _Density, invested: Decimal, verdict: Verdict
) -> Words:
    """State the figure by each reading, and where they differ or are too near the bar.

    Parameters
    ----------
    case
        The rule on its town.
    density
        All readings.
    invested
        The investment, in 亿元.
    verdict
        What the rule says of the town.
    """
    rule, decided = case.rule, verdict is not Verdict.NOT_EVALUATED
    gap = None if decided else density.unknown
    known = [reading for reading in density.readings if reading.figure is not None]
    plain = decided and density.agree and not density.near
    return phrases.sentences(
        gap.words() if gap else None,
        known_part(gap) if gap else None,
        *(_per_km2(case, reading, invested) for reading in known),
        _("The clause does not say which of the two it means, and they differ.")
        if decided and not density.agree
        else None,
        _near_words(case, rule.limit) if decided and density.near else None,
        case.urging() if plain and not density.first.met and rule.modal else None,
    )


def _per_km2(case: Case[InvestmentDensity], reading: _DensityReading, invested: Decimal) -> Words:
    """State the investment for each km² by one reading.

    Parameters
    ----------
    case
        The rule on its town.
    reading
        The reading.
    invested
        The investment, in 亿元.
    """
    place = {
        "measure": case.title(reading.name),
        "invested": yi(invested),
        "area": phrases.area(reading.area_m2),
        "figure": yi(reading.figure or invested),
        "limit": yi_per_km2(case.rule.limit),
    }
    if reading.met is False:
        return _(
            "{invested} on {area} of “{measure}” are {figure} for each km², less than {limit}.",
            **place,
        )
    return _("{invested} on {area} of “{measure}” are {figure} for each km².", **place)


def _near_words(case: Case[Rule], limit: Decimal) -> Words:
    return _(
        "That is nearer to {bar} than {share} of it, within which a person must look.",
        bar=yi_per_km2(limit),
        share=phrases.percent(case.uncertainty),
    )


def _density_working(
    case: Case[InvestmentDensity], density: _Density, invested: Decimal
) -> DensityWorking:
    """Trace the quotient of the first reading, and all readings.

    Parameters
    ----------
    case
        The rule on its town.
    density
        All readings.
    invested
        The investment, in 亿元.
    """
    rule = case.rule
    formula = _(
        "Investment divided by the area in km²; at least {limit}.",
        limit=yi_per_km2(rule.limit),
    )
    return DensityWorking(
        formula=both(formula),
        terms=(),
        quotient=density.first.quotient,
        readings=tuple(
            DensityReading(
                basis=reading.name,
                area_m2=reading.area_m2,
                value=reading.figure,
                met=reading.met,
            )
            for reading in density.readings
        ),
        parameters=(
            declared_number(rule.investment, invested),
            case.law_number("limit", rule.limit, "yi_per_km2"),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
            *([_pinned(rule.basis)] if rule.basis else []),
        ),
    )


def _pinned(basis: str) -> Parameter:
    title = _("the area that the bureau takes the clause to mean")
    return Parameter(name="basis", value=basis, unit=None, title=both(title), origin="bureau")


KINDS = (Kind(InvestmentDensity, investment_density, DensityWorking),)
