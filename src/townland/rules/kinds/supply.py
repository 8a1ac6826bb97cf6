"""The kind of rule that stops new construction land where too little land was supplied (供地率)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from townland import units
from townland.documents import Strict
from townland.dossier.model import Supply
from townland.i18n import Bilingual, Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import PositiveCount, Rule, Share
from townland.rules.judging.declared import policy_number
from townland.rules.judging.finding import Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import only_slivers
from townland.rules.judging.references import MeasureName, SupplyField
from townland.rules.judging.trace import (
    Column,
    FieldPath,
    Number,
    Parameter,
    Part,
    Row,
    Titled,
    Way,
    Working,
    both,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class Supplier(Strict):
    """A city or a county, and the key of the dossier that holds its land supply by year."""

    title: Bilingual
    supply: SupplyField


class SupplyRate(Rule):
    """The mean land-supply rate of the last full calendar years, as far as there is new land.

    Each of `places` is read twice: as the mean of the yearly rates and as sum by sum.
    """

    kind: Literal["supply_rate"]
    measure: MeasureName
    places: Annotated[tuple[Supplier, ...], Field(min_length=1)]
    years: PositiveCount
    minimum: Share


class SupplyRow(Row):
    """The land of a year, in ha: approved for construction, and supplied to its users."""

    field: FieldPath
    year: Annotated[int, Column()]
    approved_ha: Annotated[Number, Column(_("approved, ha"))]
    supplied_ha: Annotated[Number, Column(_("supplied, ha"))]


class ReadingRow(Row):
    """One way to read the mean rate of one supplier."""

    place: Annotated[Titled, Column()]
    by_sum: Annotated[bool, Column(_("sum by sum"))]
    rate: Annotated[Number, Column(_("rate"), unit="share")]


@dataclass(frozen=True, slots=True)
class LowestRate:
    """The lowest mean rate of some suppliers, each read by year and as sum by sum."""

    rows: tuple[SupplyRow, ...]

    def result(self) -> Decimal:
        """Compute the rates of each supplier again, and give the lowest."""
        by_field = groupby(sorted(self.rows, key=_field), key=_field)
        return phrases.rounded(min(rate for _name, rows in by_field for rate in _rates(list(rows))))


class SupplyWorking(Working):
    """The trace's own part of `supply_rate`."""

    supply: Annotated[tuple[SupplyRow, ...], Part(_("land supply of a year"))]
    readings: Annotated[tuple[ReadingRow, ...], Part(_("reading"))]
    need_m2: Number | None

    def way(self) -> Way | None:
        """Say how the figure comes about: as the lowest reading."""
        return LowestRate(self.supply) if self.supply else None


@dataclass(frozen=True, slots=True)
class _RateReading:
    """One way to read the mean rate of one supplier."""

    place: Bilingual
    by_sum: bool
    rate: Decimal

    def words(self) -> Words:
        place = {"place": self.place, "rate": phrases.percent(self.rate)}
        if self.by_sum:
            return _("{place} {rate} (sum by sum)", **place)
        return _("{place} {rate} (mean of the yearly rates)", **place)


@dataclass(frozen=True, slots=True)
class _Supply:
    """The supply of the years that count, as read, beside the need of new construction land in m².

    `lacking` are the fields that the dossier does not state, `below` the readings below the
    bar; `built` tells whether there is new land that is more than slivers.
    """

    gap: Gaps
    need: Decimal
    built: bool
    years: range
    rows: tuple[SupplyRow, ...]
    lacking: tuple[str, ...]
    readings: tuple[_RateReading, ...]
    below: tuple[_RateReading, ...]

    @property
    def settled(self) -> bool:
        """Whether the dossier states all that the rates need."""
        return bool(self.readings) and not self.lacking

    @property
    def lowest(self) -> Decimal | None:
        if not self.settled:
            return None
        return phrases.rounded(min(reading.rate for reading in self.readings))

    @property
    def all_below(self) -> bool:
        return len(self.below) == len(self.readings)


def supply_rate(case: Case[SupplyRate]) -> Finding:
    """Judge the mean land-supply rate of the last full calendar years, where there is new land.

    The clause does not say how the mean is taken: the mean of the yearly rates and the sum of land
    supplied by the sum approved are both tried, for every place. A year in which no land was approved
    has no rate and counts in the sums alone.
    """
    rule, land = case.rule, _supply(case)
    # the clause stops new land only: without any the rate does not matter
    matters = land.need > 0
    verdict = verdict_of(
        fails=land.built and land.settled and land.all_below and not rule.modal,
        unknown=bool(land.gap) or (matters and not land.settled),
        doubt=matters and bool(land.below),
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    lowest = land.lowest
    return case.finding(
        verdict,
        _why(case, land, verdict),
        _working(case, land),
        measured=lowest,
        limit=rule.minimum,
        margin=None if lowest is None or not decided else lowest - rule.minimum,
        unit="share",
        measures=[rule.measure],
        missing=() if decided else (*land.gap.missing, *dict.fromkeys(land.lacking)),
    )


def _supply(case: Case[SupplyRate]) -> _Supply:
    """Measure the need, read the supply of every place, and set the rates beside the bar."""
    rule = case.rule
    measure = case.measure(rule.measure)
    solid = measure.area_m2 - measure.sliver_m2
    years = range(case.on.year - rule.years, case.on.year)
    rows = {place.supply: _rows(case, place.supply, years) for place in rule.places}
    readings = tuple(
        reading for place in rule.places for reading in _readings(place, rows[place.supply])
    )
    return _Supply(
        gap=gaps(case, rule.measure),
        need=measure.area_m2,
        built=solid > 0 and not case.near(solid, ZERO, case.closure(rule.measure)),
        years=years,
        rows=tuple(row for place in rule.places for row in rows[place.supply]),
        lacking=tuple(
            path
            for place in rule.places
            for path in _lacking(case, place.supply, years, rows[place.supply])
        ),
        readings=readings,
        below=tuple(reading for reading in readings if reading.rate < rule.minimum),
    )


def _rows(case: Case[SupplyRate], path: str, years: range) -> tuple[SupplyRow, ...]:
    """Read the years that count of a city's or county's land supply.

    Parameters
    ----------
    case
        The rule on its town.
    path
        The field of the dossier.
    years
        The years that count.
    """
    stated = case.facts.entries(path, Supply) or ()
    return tuple(_supply_row(path, row) for row in stated if row.year in years)


def _supply_row(path: str, row: Supply) -> SupplyRow:
    return SupplyRow(
        field=path,
        year=row.year,
        approved_ha=units.exact(row.approved_ha),
        supplied_ha=units.exact(row.supplied_ha),
    )


def _lacking(
    case: Case[SupplyRate], path: str, years: range, rows: Sequence[SupplyRow]
) -> list[str]:
    """Name what the dossier does not state and the rates need.

    Parameters
    ----------
    case
        The rule on its town.
    path
        The field of the dossier that holds the supply by year.
    years
        The years that count.
    rows
        What is stated of them.
    """
    if case.facts.declared(path) is None:
        return [path]
    stated = {row.year for row in rows}
    if lacking := [f"{path} ({year})" for year in years if year not in stated]:
        return lacking
    # where no land was approved in any year there is nothing to divide by
    return [] if any(row.approved_ha for row in rows) else [f"{path}.approved_ha"]


def _field(row: SupplyRow) -> str:
    return row.field


def _rates(rows: Sequence[SupplyRow]) -> tuple[Decimal, ...]:
    """Give the mean of the yearly rates, and the rate sum by sum; nothing without land approved."""
    yearly = [row.supplied_ha / row.approved_ha for row in rows if row.approved_ha]
    if not yearly:
        return ()
    approved = sum((row.approved_ha for row in rows), ZERO)
    supplied = sum((row.supplied_ha for row in rows), ZERO)
    return sum(yearly, ZERO) / len(yearly), supplied / approved


def _readings(place: Supplier, rows: Sequence[SupplyRow]) -> Iterable[_RateReading]:
    for by_sum, rate in enumerate(_rates(rows)):
        yield _RateReading(place.title, bool(by_sum), rate)


def _why(case: Case[SupplyRate], land: _Supply, verdict: Verdict) -> Words:
    """Say whether there is new land, what the rates are, and what makes it a case for a person.

    Parameters
    ----------
    case
        The rule on its town.
    land
        The supply beside the need.
    verdict
        What the rule says of it.
    """
    gap, rule = land.gap, case.rule
    some = land.need > 0
    needless = _("Without new construction land the supply rate does not matter.")
    bar = _("The clause asks for at least {bar}.", bar=phrases.percent(rule.minimum))
    differ = bool(land.below) and not land.all_below
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _need_words(case, land.need),
        needless if not some and not gap else None,
        fields.not_stated(*land.lacking) if some or gap else None,
        _rates_words(land) if land.readings else None,
        bar if land.settled else None,
        _("The readings differ, so a person decides.")
        if land.settled and some and differ
        else None,
        only_slivers() if land.settled and land.below and some and not land.built else None,
        case.urging() if rule.modal and verdict is Verdict.REVIEW else None,
    )


def _need_words(case: Case[SupplyRate], need: Decimal) -> Words:
    place = {"measure": case.title(case.rule.measure), "figure": phrases.area(need)}
    if need == 0:
        return _("{measure}: none.", **place)
    return _("{measure}: {figure}.", **place)


def _rates_words(land: _Supply) -> Words:
    return _(
        "Mean land-supply rates of {first} to {last}: {rates}.",
        first=land.years.start,
        last=land.years.stop - 1,
        rates=phrases.listed(reading.words() for reading in land.readings),
    )


def _working(case: Case[SupplyRate], land: _Supply) -> SupplyWorking:
    formula = _(
        "Land supplied divided by land approved, over the {years} full calendar years"
        " before the day: as the mean of the yearly rates, and as sum by sum; the lowest"
        " reading is shown.",
        years=case.rule.years,
    )
    return SupplyWorking(
        formula=both(formula),
        terms=(),
        supply=land.rows,
        readings=tuple(map(_reading_row, land.readings)),
        need_m2=None if land.gap.total else land.need,
        parameters=_parameters(case),
    )


def _reading_row(reading: _RateReading) -> ReadingRow:
    return ReadingRow(
        place=both(reading.place), by_sum=reading.by_sum, rate=phrases.rounded(reading.rate)
    )


def _parameters(case: Case[SupplyRate]) -> tuple[Parameter, ...]:
    rule = case.rule
    return (
        policy_number("years", rule.years, _("full calendar years that the mean is taken over")),
        policy_number("minimum", rule.minimum, _("the least mean supply rate")),
        case.modality(),
    )


KINDS = (Kind(SupplyRate, supply_rate, SupplyWorking),)
