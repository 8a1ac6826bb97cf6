"""Figures and findings as a reader meets them, the same in the map and in the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from townland import units
from townland.i18n import Words, render
from townland.measuring import TownResult
from townland.measuring.areas import Measure
from townland.rules.book.model import Rulebook
from townland.rules.judging.finding import Finding
from townland.terms import UNITS
from townland.writing.pages.look import VERDICT_ORDER

NOTHING = "—"
"""What stands where there is no figure."""


_IN_UNIT: dict[str, Callable[[Decimal], Decimal]] = {
    "m2": units.m2,
    "ha": units.ha,
    "km2": units.km2,
    "mu": units.mu,
}
LARGE_M2 = 500_000
"""From so much on, an area is printed in km²."""


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
        The unit in which an area is printed; hectares without one.

    Examples
    --------
    >>> figure(Decimal("42160.00"), "m2", "ha").render("en")
    '4.2160 ha'
    >>> figure(Decimal("0.125"), "share").render("en"), figure(None, "m2").render("en")
    ('12.50%', '—')
    """
    if value is None:
        return Figure(NOTHING)
    if isinstance(value, str):
        return Figure(value)
    if unit == "m2":
        shown = shown if shown in _IN_UNIT else "ha"
        return Figure(plain(_IN_UNIT[shown](value)), UNITS[shown])
    if unit == "share":
        return Figure(plain(units.half_up(value * 100, 2)), UNITS["share"])
    return Figure(plain(value), UNITS.get(unit, unit))


def plain(value: Decimal) -> str:
    """Write a number without exponent and with a true minus sign.

    >>> plain(Decimal("-4.2160")), plain(Decimal("1E+3"))
    ('−4.2160', '1000')
    """
    return f"{value:f}".replace("-", "−")


def area_in_three(m2: Decimal) -> tuple[Figure, Figure, Figure]:
    """Print an area in m², ha and mu.

    >>> [part.render("en") for part in area_in_three(Decimal("2998504.79"))]
    ['2998504.79 m²', '299.8505 ha', '4497.76 mu']
    """
    return figure(m2, "m2", "m2"), figure(m2, "m2", "ha"), figure(m2, "m2", "mu")


def shown_unit(finding: Finding, rulebook: Rulebook) -> str:
    """Choose the unit of area of a finding: the rule's own, or by size.

    One finding's figure, limit and margin stand in one unit.
    """
    for rule in rulebook.rule:
        unit = getattr(rule, "unit", None)
        if rule.id == finding.rule and unit in _IN_UNIT:
            return str(unit)
    areas = [value for value in (finding.measured, finding.limit) if isinstance(value, Decimal)]
    return "km2" if any(abs(value) >= LARGE_M2 for value in areas) else "ha"


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: what needs a reader first stands first, then by the rulebook's order.

    A review that only waits for a confirmation stands behind those that ask for judgement.
    """
    return sorted(findings, key=_gravity)


def _gravity(finding: Finding) -> tuple[int, bool]:
    return VERDICT_ORDER.index(str(finding.verdict)), finding.only_waits


def shown_measures(finding: Finding, result: TownResult) -> list[str]:
    """Choose the measures whose pieces show a finding at its place, the decisive one first.

    These are the terms of its figure; where a person is to look, also one that stands beside them
    and is wider. What only serves for a share is left out.
    """
    drawable = drawn_measures(result)
    terms = [term.measure for term in finding.trace.working.terms if term.measure]
    names = [name for name in dict.fromkeys(terms) if name in drawable]
    if str(finding.verdict) not in ("fail", "review") and terms:
        return names
    floor = max((drawable[name].area_m2 for name in names), default=Decimal(0))
    wider = (
        name
        for name in finding.evidence
        if name in drawable
        and name not in terms
        and drawable[name].layers != ("planned_use",)
        and drawable[name].area_m2 > floor
    )
    return [*names, *islice(wider, 1)]


def drawn_measures(result: TownResult) -> dict[str, Measure]:
    """Give the measures of a town that have pieces, by name in the rulebook's order."""
    return {
        name: measure
        for name, measure in result.measures.items()
        if measure.layers and len(measure.frame)
    }


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
