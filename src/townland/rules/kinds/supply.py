"""The kind of rule that stops new construction land where too little land was supplied (供地率)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from townland import units
from townland.documents import Strict
from townland.dossier.model import Supply
from townland.i18n import Bilingual, Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import ZERO, Case, both, gaps, known_part, only_slivers
from townland.rules.judging.clause import PositiveCount, Rule, Share
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName, SupplyField
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


class _Year(NamedTuple):
    year: int
    approved: Decimal
    supplied: Decimal


class _Reading(NamedTuple):
    """One way to read the mean rate of one place."""

    place: Bilingual
    by_sum: bool
    rate: Decimal

    def words(self) -> Words:
        place = {"place": self.place, "rate": phrases.percent(self.rate)}
        if self.by_sum:
            return _("{place} {rate} (sum by sum)", **place)
        return _("{place} {rate} (mean of the yearly rates)", **place)


def supply_rate(case: Case[SupplyRate]) -> Finding:
    """Judge the mean land-supply rate of the last full calendar years, where there is new land.

    The clause does not say how the mean is taken: the mean of the yearly rates and the sum of land
    supplied by the sum approved are both tried, for every place. A year in which no land was approved
    has no rate and counts in the sums alone.
    """
    rule = case.rule
    years = range(case.on.year - rule.years, case.on.year)
    measure, gap = case.measure(rule.measure), gaps(case, rule.measure)
    need, closure = measure.area_m2, case.closure(rule.measure)
    solid = need - measure.sliver_m2
    built = solid > 0 and not case.near(solid, ZERO, closure)
    known: dict[str, list[_Year]] = {}
    lacking: list[str] = []
    for place in rule.places:
        known[place.supply], missing = _supplied(case, place, years)
        lacking += missing
    readings = [
        reading for place in rule.places for reading in _readings(place, known[place.supply])
    ]
    below = [reading for reading in readings if reading.rate < rule.minimum]
    near = [reading for reading in readings if case.near(reading.rate, rule.minimum, ZERO)]
    settled = bool(readings) and not lacking

    if built and settled and len(below) == len(readings) and not near and not rule.modal:
        verdict = Verdict.FAIL
    elif gap:
        verdict = Verdict.NOT_EVALUATED
    elif need == 0:
        verdict = Verdict.PASS
    elif not settled:
        verdict = Verdict.NOT_EVALUATED
    else:
        verdict = Verdict.REVIEW if below or near else Verdict.PASS

    decided = verdict is not Verdict.NOT_EVALUATED
    lowest = min((reading.rate for reading in readings), default=None) if settled else None
    differ = 0 < len(below) < len(readings)
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _need(case, need),
        _("Without new construction land the supply rate does not matter.")
        if need == 0 and not gap
        else None,
        fields.not_stated(*lacking) if need > 0 or gap else None,
        None if not readings else _rates(readings, years),
        _("The clause asks for at least {bar}.", bar=phrases.percent(rule.minimum))
        if settled
        else None,
        _("The readings differ, so a person decides.")
        if settled and differ and need > 0 and not near
        else None,
        only_slivers() if settled and below and need > 0 and not built else None,
        _(
            "{rate} is nearer to {bar} than {tolerance}, within which a person must look.",
            rate=phrases.percent(near[0].rate),
            bar=phrases.percent(rule.minimum),
            tolerance=phrases.percent(case.uncertainty * rule.minimum),
        )
        if near and decided and need > 0
        else None,
        case.urging() if rule.modal and verdict is Verdict.REVIEW else None,
    )
    return case.finding(
        verdict,
        why,
        {
            "formula": both(
                _(
                    "Land supplied divided by land approved, over the {years} full calendar years"
                    " before the day: as the mean of the yearly rates, and as sum by sum; the lowest"
                    " reading is shown.",
                    years=rule.years,
                )
            ),
            "terms": [],
            "supply": [
                {
                    "field": place.supply,
                    "year": row.year,
                    "approved_ha": phrases.number(row.approved),
                    "supplied_ha": phrases.number(row.supplied),
                }
                for place in rule.places
                for row in known[place.supply]
            ],
            "readings": [
                {
                    "place": {"zh": reading.place.zh, "en": reading.place.en},
                    "by_sum": reading.by_sum,
                    "rate": phrases.number(phrases.rounded(reading.rate)),
                }
                for reading in readings
            ],
            "need_m2": None if gap.total else phrases.number(need),
            "parameters": [
                {
                    "name": "years",
                    "value": rule.years,
                    "unit": None,
                    "title": both(_("full calendar years that the mean is taken over")),
                    "origin": "policy",
                },
                {
                    "name": "minimum",
                    "value": phrases.number(rule.minimum),
                    "unit": None,
                    "title": both(_("the least mean supply rate")),
                    "origin": "policy",
                },
                case.own_number("uncertainty", rule.uncertainty),
                case.modality(),
            ],
        },
        measured=None if lowest is None else phrases.rounded(lowest),
        limit=rule.minimum,
        margin=None if lowest is None or not decided else phrases.rounded(lowest) - rule.minimum,
        unit="share",
        measures=[rule.measure],
        missing=() if decided else (*gap.missing, *dict.fromkeys(lacking)),
    )


def _supplied(
    case: Case[Rule], place: Supplier, years: Sequence[int]
) -> tuple[list[_Year], list[str]]:
    """Give what the dossier states of the years that count, and the fields it does not state."""
    stated = case.facts.entries(place.supply, Supply)
    found = {
        row.year: _Year(row.year, units.exact(row.approved_ha), units.exact(row.supplied_ha))
        for row in stated or ()
        if row.year in years
    }
    lacking = [place.supply] if stated is None else []
    if stated is not None:
        lacking = [f"{place.supply} ({year})" for year in years if year not in found]
    if found and not lacking and not any(row.approved for row in found.values()):
        lacking = [f"{place.supply}.approved_ha"]
    return [found[year] for year in years if year in found], lacking


def _readings(place: Supplier, known: list[_Year]) -> list[_Reading]:
    rates = [row.supplied / row.approved for row in known if row.approved]
    if not rates:
        return []
    approved = sum((row.approved for row in known), ZERO)
    supplied = sum((row.supplied for row in known), ZERO)
    return [
        _Reading(place.title, False, sum(rates, ZERO) / len(rates)),
        _Reading(place.title, True, supplied / approved),
    ]


def _need(case: Case[SupplyRate], need: Decimal) -> Words:
    place = {
        "measure": case.title(case.rule.measure),
        "figure": phrases.area(need),
    }
    if need == 0:
        return _("{measure}: none.", **place)
    return _("{measure}: {figure}.", **place)


def _rates(readings: list[_Reading], years: range) -> Words:
    return _(
        "Mean land-supply rates of {first} to {last}: {rates}.",
        first=years.start,
        last=years.stop - 1,
        rates=phrases.listed(reading.words() for reading in readings),
    )


KINDS = (Kind(SupplyRate, supply_rate),)
