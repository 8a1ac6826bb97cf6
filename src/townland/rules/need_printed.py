"""The measures of a town with their areas as the table of the indicator need prints them.

Rules and reports name the same land in many places: by its use, by what it was, in all. All of them
print what the table has, which closes to the last digit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from townland.measuring.areas import Measure
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.judging.case import ZERO
from townland.rules.need_shares import (
    CULTIVATED,
    NEW_SOURCES,
    Areas,
    Shares,
    add,
    less,
    part_of,
    pieces_of,
    shares_of,
)
from townland.rules.need_table import need_rule, uses_of

Figures: TypeAlias = tuple[Areas, Areas]
"""An area as it is printed, gross and net of ridges."""


def printed_measures(
    rulebook: Rulebook, measures: Mapping[str, Measure], on: dt.date
) -> dict[str, Measure]:
    """Give the measures of a town, those of the indicator need as its table prints them.

    A measure of the same layers and the same land under another name is printed alike. No figure in m²
    changes.

    Parameters
    ----------
    rulebook
        The rules, and the measures they ask for.
    measures
        The measures of the town.
    on
        The day whose law counts.
    """
    rules = rules_in_force(rulebook, on)
    rule = need_rule(rules)
    if rule is None or measures[rule.measure].missing:
        return dict(measures)
    uses = uses_of(rulebook, rules)
    whole = measures[rule.measure]
    shares = shares_of(whole, uses)
    known: dict[tuple[Decimal, Decimal], Figures] = {}
    for figures in _figures(shares):
        known.setdefault((figures[0].m2, figures[1].m2), figures)
    printed = {
        name: _printed(measure, known)
        if sorted(measure.layers) == sorted(whole.layers) and not measure.missing
        else measure
        for name, measure in measures.items()
    }
    if rule.approved is not None and not measures[rule.approved].missing:
        approved = part_of(shares, pieces_of(measures[rule.approved].table, uses)).total
        printed[rule.approved] = replace(measures[rule.approved], area_m2=approved.printed)
    return printed


def _figures(shares: Shares) -> Iterator[Figures]:
    """Give every figure of the table that a measure may be: in all, by source, by use, cultivated."""
    yield shares.total, less(shares.total, shares.ridges())
    for source in NEW_SOURCES:
        yield shares.gross(source), shares.net(source)
    for use in shares.uses:
        yield shares.by_use(use), less(shares.by_use(use), shares.ridges(use))
    yield add(map(shares.gross, CULTIVATED)), add(map(shares.net, CULTIVATED))


def _printed(measure: Measure, known: Mapping[tuple[Decimal, Decimal], Figures]) -> Measure:
    """Give a measure whose areas are printed as the table prints the same land."""
    net = measure.area_m2 if measure.net_m2 is None else measure.net_m2
    figures = known.get((measure.area_m2, net))
    if figures is None or measure.area_m2 == ZERO:
        return measure
    return replace(
        measure,
        area_m2=figures[0].printed,
        net_m2=None if measure.net_m2 is None else figures[1].printed,
    )
