"""Figures and findings as a reader meets them, the same in the map and in the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from townland import units
from townland.i18n import Words, render
from townland.measuring import TownResult
from townland.measuring.areas import Measure
from townland.rules.judging.finding import Finding, ReasonFigure
from townland.rules.judging.phrases import percent
from townland.terms import UNITS
from townland.writing.pages.look import VERDICT_ORDER, framed, letter, look_of

NOTHING = "—"
"""What stands where there is no figure."""


_IN_UNIT: dict[str, Callable[[Decimal], Decimal]] = {
    "m2": units.m2,
    "ha": units.ha,
    "km2": units.km2,
    "mu": units.mu,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is printed, and its unit in words; `unit` is empty where there is none."""

    number: str
    unit: Words | str = ""

    def render(self, lang: str) -> str:
        """Put number and unit into one string."""
        unit = render(self.unit, lang)
        joint = "" if unit == "%" else " "
        return f"{self.number}{joint}{unit}" if unit else self.number


def figure(value: Decimal | str | None, unit: str, shown: str | None = None) -> Figure:
    """Print a quantity; areas in the unit `shown`, shares as percent, text as it stands.

    Parameters
    ----------
    value
        An area in m², another number, a text, or None where there is no figure.
    unit
        The unit of the value, as a `Finding` names it.
    shown
        The unit in which an area is printed; without one as a reason prints it, in hectares.

    Examples
    --------
    >>> figure(Decimal("42160.00"), "m2", "ha").render("en")
    '4.2160 ha'
    >>> figure(Decimal("0.125"), "share").render("en"), figure(None, "m2").render("en")
    ('12.5%', '—')
    """
    if value is None:
        return Figure(NOTHING)
    if isinstance(value, str):
        return Figure(value)
    if unit == "m2":
        # as a reason prints it: what would be nothing in hectares is in m²
        tiny = shown is None and value != 0 and units.ha(value) == 0
        shown = shown if shown in _IN_UNIT else "m2" if tiny else "ha"
        return Figure(plain(_IN_UNIT[shown](value)), UNITS[shown])
    if unit == "share":
        return Figure(percent(value).removesuffix("%").replace("-", "−"), UNITS["share"])
    return Figure(plain(value), UNITS.get(unit, unit))


def plain(value: Decimal) -> str:
    """Write a number without exponent and with a true minus sign.

    >>> plain(Decimal("-4.2160")), plain(Decimal("1E+3"))
    ('−4.2160', '1000')
    """
    return f"{value:f}".replace("-", "−")


@lru_cache(maxsize=4096)
def area_in_three(m2: Decimal) -> tuple[Figure, Figure, Figure]:
    """Print an area in m², ha and mu.

    >>> [part.render("en") for part in area_in_three(Decimal("2998504.79"))]
    ['2998504.79 m²', '299.8505 ha', '4497.76 mu']
    """
    return figure(m2, "m2", "m2"), figure(m2, "m2", "ha"), figure(m2, "m2", "mu")


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: what needs a reader first stands first, then by the rulebook's order.

    A review that only waits for a confirmation stands behind those that ask for judgement.
    """
    return sorted(findings, key=_gravity)


def _gravity(finding: Finding) -> tuple[int, bool]:
    return VERDICT_ORDER.index(str(finding.verdict)), finding.only_waits


def gravest_look(findings: Iterable[Finding]) -> str:
    """Choose the look of the gravest of some findings; that of a remark where there is none."""
    return next(map(look_of, by_severity(findings)), "info")


PLACES, FEW_PLACES = 9, 3
"""How many of the largest pieces are numbered and listed: of what decides, and of each other measure."""


def shown_figures(finding: Finding) -> list[tuple[str, ReasonFigure, int]]:
    """Give the measures that a finding's reason names and that have pieces: what it draws and lists.

    Returns
    -------
    The letter of each, the measure, and how many of its pieces are numbered.
    """
    figures = [figure for figure in finding.figures if figure.pieces]
    few = framed(figures)
    return [
        (letter(n), figure, FEW_PLACES if n or figure.measure in few else PLACES)
        for n, figure in enumerate(figures)
    ]


def drawn_measures(result: TownResult) -> dict[str, Measure]:
    """Give the measures of a town that have pieces, by name in the rulebook's order."""
    return {name: measure for name, measure in result.measures.items() if len(measure.table)}


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """Count the findings of every verdict, in the order of severity."""
    verdicts = [str(finding.verdict) for finding in findings]
    return {verdict: verdicts.count(verdict) for verdict in VERDICT_ORDER}


def circled(number: int) -> str:
    """Give the mark of a numbered place: ① to ⑳, then plain numbers.

    >>> circled(1), circled(21)
    ('①', '21')
    """
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


def ranges(numbers: Iterable[int]) -> str:
    """Write numbers in ascending order, neighbours together.

    >>> ranges([1, 2, 3, 7, 9, 10])
    '1–3, 7, 9–10'
    >>> ranges([])
    ''
    """
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)
