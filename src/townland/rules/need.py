"""The indicator need as a table: new construction land by planned use and by what it was.

It closes to the last printed digit in m², ha and mu, by row and by column: the total is converted once,
shared out to the sources, and each source's share to its uses; the uses' totals are the sums of what is
printed (`standards.md` 5). Ridges inside cultivated land are booked to other agricultural land of the
same use, so that gross and net have one total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from townland import units
from townland.areas import Measure
from townland.i18n import Words, _
from townland.landclass import SOURCES
from townland.rules.basis import ZERO, Case
from townland.rules.facts import Facts
from townland.rules.finding import Finding
from townland.rules.kinds import KINDS
from townland.rules.loader import rules_in_force
from townland.rules.model import Rulebook
from townland.rules.rule import LandNeed
from townland.rules.rule_land import LandReplace, NeedByUse

if TYPE_CHECKING:
    import pandas as pd

CONSTRUCTION = "construction"
AGAINST = ("land_need", "land_replace", "linked_quota", "per_head", "supply_rate")
"""The kinds of rules whose findings the need is set against."""

NEW_SOURCES: tuple[str | None, ...] = (*(s for s in SOURCES if s != CONSTRUCTION), None)
"""What new construction land was, None where nobody knows."""


class Areas(NamedTuple):
    """One area as it is printed in three units."""

    m2: Decimal
    ha: Decimal
    mu: Decimal


class Piece(NamedTuple):
    """One piece under a cell: its row in the measure's frame, the features it lies in, its areas."""

    row: int
    planned_use_id: str
    land_use_id: str
    gross_m2: Decimal
    net_m2: Decimal


@dataclass(frozen=True, slots=True)
class Cell:
    """New construction land of one use from one source; `ridges_m2` is what other sources lent it.

    `pieces` sum to `gross` in m²; their net areas and `ridges_m2` to `net`.
    """

    use: str | None
    source: str | None
    gross: Areas
    net: Areas
    ridges_m2: Decimal
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, eq=False)
class NeedTable:
    """The indicator need of one town.

    `cells` go by use and source, `by_use` and `by_source` are their sums (gross, net), `cultivated` and
    `paddy` what is to be replaced, net of ridges. `against` holds the findings that set the need against
    quota, replacement bank, linked quota, per-head standard and supply rate, by kind. `uncovered_m2`
    and `unknown_m2` say for how much of the town the table is silent.
    """

    town: str
    measure: str
    uses: tuple[str | None, ...]
    cells: Mapping[tuple[str | None, str | None], Cell]
    by_use: Mapping[str | None, tuple[Areas, Areas]]
    by_source: Mapping[str | None, tuple[Areas, Areas]]
    total: Areas
    cultivated: Areas
    paddy: Areas
    against: Mapping[str, Finding]
    short_m2: Decimal | None
    short_cultivated_m2: Decimal | None
    short_paddy_m2: Decimal | None
    uncovered_m2: Decimal
    unknown_m2: Decimal

    def frame(self, lang: str = "zh") -> pd.DataFrame:
        """Lay the cells out one a row, then the total: use, source, gross, net, and piece ids."""
        import pandas as pd

        def line(use: Words, source: Words, gross: Areas, net_: Areas, ids: str) -> dict[str, Any]:
            return {
                "use": use.render(lang),
                "source": source.render(lang),
                **{f"gross_{unit}": value for unit, value in gross._asdict().items()},
                **{f"net_{unit}": value for unit, value in net_._asdict().items()},
                "pieces": ids,
            }

        rows = [
            line(
                use_words(cell.use),
                source_words(cell.source),
                cell.gross,
                cell.net,
                "; ".join(f"{piece.planned_use_id}∩{piece.land_use_id}" for piece in cell.pieces),
            )
            for cell in self.cells.values()
        ]
        rows.append(line(_("total"), _("all sources"), self.total, self.total, ""))
        return pd.DataFrame(rows)


def use_words(use: str | None) -> Words:
    """Name a group of uses."""
    return {
        "industry": _("industry and storage"),
        "commercial": _("commerce"),
        "public": _("public services and green space"),
        "infrastructure": _("infrastructure"),
        "residential": _("housing"),
        "other": _("other uses"),
    }.get(use or "", _("use not known"))


def source_words(source: str | None) -> Words:
    """Name what new construction land was."""
    return {
        "paddy": _("paddy"),
        "other_cultivated": _("other cultivated land"),
        "other_agricultural": _("other agricultural land, ridges included"),
        "unused": _("unused land"),
    }.get(source or "", _("land of no known source"))


def indicator_need(rulebook: Rulebook, facts: Facts, on: dt.date) -> NeedTable | None:
    """Make the table of the indicator need; None where no rule asks for it or no layer tells it.

    The order of uses is that of the rulebook's rule on the need by use.
    """
    rules = rules_in_force(rulebook, on)
    need = next((rule for rule in rules if isinstance(rule, LandNeed)), None)
    if need is None or facts.measures[need.measure].missing:
        return None
    measure = facts.measures[need.measure]
    cells = _cells(measure, _uses(rulebook, rules))
    uses = tuple(dict.fromkeys(use for use, _source in cells))
    columns = [source for source in NEW_SOURCES if any(held == source for _use, held in cells)]
    gross = _closed(cells, uses, columns, lambda piece: piece.gross_m2)
    netted = _closed(cells, uses, columns, lambda piece: piece.net_m2, ridges=True)
    table = {
        (use, source): Cell(
            use,
            source,
            gross[use, source],
            netted[use, source],
            netted[use, source].m2 - _sum(piece.net_m2 for piece in cells[use, source]),
            tuple(cells[use, source]),
        )
        for use in uses
        for source in columns
        if (use, source) in cells
    }
    against = {
        rule.kind: KINDS[rule.kind](Case(rule, rulebook, facts, on))
        for rule in rules
        if rule.kind in AGAINST
    }
    by_source = {
        source: _both(cell for cell in table.values() if cell.source == source)
        for source in columns
    }
    replaced = [by_source[s][1] for s in ("paddy", "other_cultivated") if s in by_source]
    return NeedTable(
        facts.town,
        need.measure,
        uses,
        table,
        {use: _both(cell for cell in table.values() if cell.use == use) for use in uses},
        by_source,
        _add(cell.gross for cell in table.values()),
        _add(replaced),
        _add([by_source["paddy"][1]] if "paddy" in by_source else []),
        against,
        _short(against.get("land_need")),
        *_short_of_bank(rules, against.get("land_replace")),
        measure.uncovered_m2,
        measure.unknown_m2,
    )


def _uses(rulebook: Rulebook, rules: Iterable[Any]) -> list[str | None]:
    rule = next((rule for rule in rules if isinstance(rule, NeedByUse)), None)
    named: list[str | None] = []
    for name in rule.uses if rule else ():
        named += rulebook.measure[name].selectors("planned_use")
    return [*named, None]


def _cells(
    measure: Measure, order: Sequence[str | None]
) -> dict[tuple[str | None, str | None], list[Piece]]:
    """Sort the pieces of the need into cells; every use with land has all cells that it needs."""
    frame = measure.frame
    found: dict[tuple[str | None, str | None], list[Piece]] = {}
    for row, (use, source, planned, land, area, net_m2) in enumerate(
        zip(
            frame["planned_group"],
            frame["source"],
            frame["planned_use_id"],
            frame["land_use_id"],
            frame["area_m2"],
            frame["net_m2"],
            strict=True,
        )
    ):
        key = (use if use in order else None, source if source in NEW_SOURCES else None)
        piece = Piece(row, str(planned), str(land), area, area if net_m2 is None else net_m2)
        found.setdefault(key, []).append(piece)
    for use, _source in list(found):
        ridges = _ridges(found, use)
        if ridges:
            found.setdefault((use, "other_agricultural"), [])
    return {
        (use, source): found[use, source]
        for use in order
        for source in NEW_SOURCES
        if (use, source) in found
    }


def _ridges(cells: Mapping[tuple[str | None, str | None], list[Piece]], use: str | None) -> Decimal:
    return _sum(
        piece.gross_m2 - piece.net_m2
        for (held, _source), pieces in cells.items()
        if held == use
        for piece in pieces
    )


def _closed(
    cells: Mapping[tuple[str | None, str | None], list[Piece]],
    uses: Sequence[str | None],
    columns: Sequence[str | None],
    figure: Any,
    *,
    ridges: bool = False,
) -> dict[tuple[str | None, str | None], Areas]:
    """Convert all cells so that in each unit they sum to their source's share of the total."""
    exact = {key: _sum(map(figure, pieces)) for key, pieces in cells.items()}
    if ridges:
        for use in uses:
            lent = _ridges(cells, use)
            if lent:
                exact[use, "other_agricultural"] += lent
    heads = [_sum(exact[key] for key in exact if key[1] == source) for source in columns]
    total = _sum(heads)
    out: dict[tuple[str | None, str | None], list[Decimal]] = {key: [] for key in exact}
    for whole, digits in (
        (units.m2(total), units.M2_DIGITS),
        (units.ha(total), units.HA_DIGITS),
        (units.mu(total), units.MU_DIGITS),
    ):
        for source, head in zip(columns, units.apportion(heads, whole, digits), strict=True):
            keys = [key for key in exact if key[1] == source]
            shares = units.apportion([exact[key] for key in keys], head, digits)
            for key, share in zip(keys, shares, strict=True):
                out[key].append(share)
    return {key: Areas(*values) for key, values in out.items()}


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)


def _add(areas: Iterable[Areas]) -> Areas:
    held = list(areas)
    if not held:
        return Areas(units.m2(0), units.ha(0), units.mu(0))
    return Areas(*(sum(column, column[0] - column[0]) for column in zip(*held, strict=True)))


def _both(cells: Iterable[Cell]) -> tuple[Areas, Areas]:
    held = list(cells)
    return _add(cell.gross for cell in held), _add(cell.net for cell in held)


def _short(found: Finding | None) -> Decimal | None:
    short = None if found is None else found.trace.get("short_m2")
    return None if short is None else units.m2(short)


def _short_of_bank(
    rules: Iterable[Any], found: Finding | None
) -> tuple[Decimal | None, Decimal | None]:
    """Give what the replacement bank lacks of cultivated land and of paddy."""
    rule = next((rule for rule in rules if isinstance(rule, LandReplace)), None)
    if rule is None or found is None:
        return None, None
    rows = {row["measure"]: row["short_m2"] for row in found.trace["replace"]}
    cultivated, paddy = (
        None if rows[name] is None else units.m2(rows[name])
        for name in (rule.cultivated, rule.paddy)
    )
    return cultivated, paddy
