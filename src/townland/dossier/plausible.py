"""Whether the figures of a dossier can be what they say: a figure in another unit is noticed.

The ranges are data, in ``plausible.toml``. Nothing is corrected: a figure beyond its range is named
with the unit that is likely meant, and counts once a person has corrected or confirmed it.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel

from townland import units
from townland.documents import Strict
from townland.dossier.model import Dossier
from townland.i18n import Bilingual, Words, _
from townland.terms import dossier_field


class MeantUnit(Strict):
    """A unit that people write by mistake, `factor` of which make one of the field's own."""

    zh: str
    en: str
    factor: Decimal

    @property
    def words(self) -> Bilingual:
        """The unit in both languages."""
        return Bilingual(self.zh, self.en)


class PlausibleRange(Strict):
    """From where to where a figure is plausible; `per` says what both ends are multiplied by."""

    field: str
    key: str | None = None
    unit: Bilingual
    per: Literal["area_ha"] | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    meant: tuple[MeantUnit, ...] = ()


class Unknown(Strict):
    """What is taken of a town of which nothing is known."""

    area_ha: Decimal


class Ranges(Strict):
    """The file of ranges."""

    unknown: Unknown
    range: tuple[PlausibleRange, ...]


@cache
def ranges() -> Ranges:
    """Every plausible range."""
    text = (files("townland") / "dossier" / "plausible.toml").read_text("utf-8")
    return Ranges.model_validate(tomllib.loads(text, parse_float=Decimal))


def unit_of(path: str) -> Bilingual | None:
    """Give the unit of a field, None where no range says it.

    >>> unit_of("quota_ha").render("en"), unit_of("carrier")
    ('ha', None)
    """
    return next((each.unit for each in ranges().range if each.field == path), None)


@dataclass(frozen=True, slots=True)
class Implausible:
    """A figure of a dossier beyond its range, with what it may be meant to be."""

    path: str
    row: str
    value: Decimal
    least: Decimal | None
    most: Decimal | None
    unit: Bilingual
    likely: MeantUnit | None

    def words(self) -> Words:
        """Say the figure, its range, the unit likely meant, and how it is confirmed."""
        place = {
            "field": dossier_field(self.path),
            "row": f" {self.row}" if self.row else "",
            "value": _plain(self.value),
            "unit": self.unit,
            "bar": self._bar(),
            "path": self.path,
        }
        if self.likely is None:
            return _(
                "{field}{row}: {value} {unit} is not plausible here ({bar}). Correct it, or confirm it"
                ' in the dossier: confirmed = ["{path}"].',
                **place,
            )
        return _(
            "{field}{row}: {value} {unit} is not plausible here ({bar}); perhaps it is in {meant}, which"
            ' is {converted} {unit}. Correct it, or confirm it in the dossier: confirmed = ["{path}"].',
            **place,
            meant=self.likely.words,
            converted=_plain(self.value / self.likely.factor),
        )

    def _bar(self) -> Words:
        if self.most is not None and self.value > self.most:
            return _("at most {most}", most=_plain(self.most))
        return _("at least {least}", least=_plain(self.least or self.value))


def _plain(value: Decimal) -> str:
    return f"{units.half_up(value, 4).normalize():f}"


def implausible(dossier: Dossier, area_m2: Decimal | None = None) -> tuple[Implausible, ...]:
    """Find the figures of a dossier that are beyond their ranges and not confirmed.

    Parameters
    ----------
    dossier
        The dossier.
    area_m2
        The town's area; None where its boundary is not at hand.

    Examples
    --------
    >>> dossier = Dossier(code="1", quota_ha=600000)
    >>> (found,) = implausible(dossier, Decimal(3_000_000))
    >>> found.words().render("en").partition("; ")[2].partition(".")[0]
    'perhaps it is in m², which is 60 ha'
    """
    area_ha = ranges().unknown.area_ha if area_m2 is None else units.ha(area_m2)
    confirmed = dossier.confirmed or ()
    found = (
        _beyond(about, row, value, area_ha if about.per else units.exact(1))
        for about in ranges().range
        if about.field not in confirmed
        for row, value in _figures(dossier, about)
    )
    return tuple(each for each in found if each is not None)


def _beyond(about: PlausibleRange, row: str, value: Decimal, times: Decimal) -> Implausible | None:
    """Hold a figure against its range.

    Parameters
    ----------
    about
        The range.
    row
        Which row of a list the figure stands in; empty for a field of its own.
    value
        The figure.
    times
        What both ends are multiplied by.
    """
    least, most = (None if end is None else end * times for end in (about.least, about.most))

    def within(figure: Decimal) -> bool:
        return (least is None or figure >= least) and (most is None or figure <= most)

    if value == 0 or within(value):
        return None
    likely = next((unit for unit in about.meant if within(value / unit.factor)), None)
    return Implausible(about.field, row, value, least, most, about.unit, likely)


def _figures(dossier: Dossier, about: PlausibleRange) -> Iterator[tuple[str, Decimal]]:
    """Give the figures that a range is for, each with what names its row."""
    value: object = dossier
    for name in about.field.split("."):
        value = getattr(value, name, None)
    if isinstance(value, int | float):
        yield "", units.exact(value)
    elif isinstance(value, Sequence) and about.key is not None:
        for row in value:
            figure = _of_row(row, about.key)
            if figure is not None:
                yield row_name(row), figure


def _of_row(row: BaseModel, key: str) -> Decimal | None:
    """Give one figure of a row: a value of it, the year of its day, or its rate of supply."""
    if key == "rate":
        approved, supplied = (
            units.exact(getattr(row, name)) for name in ("approved_ha", "supplied_ha")
        )
        return supplied / approved if approved else None
    if key == "year" and not hasattr(row, "year"):
        return units.exact(_day(row).year)
    return units.exact(getattr(row, key))


def row_name(row: BaseModel) -> str:
    """What tells a row of a list from the others: its year, or its day."""
    year = getattr(row, "year", None)
    return str(year) if year is not None else _day(row).isoformat()


def _day(row: BaseModel) -> dt.date:
    """The day of a row: of an event or a payment, or the start of a reuse."""
    day = getattr(row, "on", None) or getattr(row, "start", None)
    assert isinstance(day, dt.date)  # noqa: S101 - every row of these lists has one
    return day
