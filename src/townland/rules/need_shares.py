"""The one apportionment of the indicator need, from which every figure of it is printed.

New construction land lies in a table of planned uses and of what the land was. The total is converted
once; it is shared out to the uses, and to the sources and the parts of each, and the cells are fitted to
both (`units.apportion_table`). Ridges inside cultivated land are parts of their own, so that the gross
areas, the net areas and the areas by class (ridges booked to other agricultural land) are sums of the
same cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from townland import units
from townland.measuring.areas import Measure
from townland.measuring.piece_table import PieceTable
from townland.rules.judging.case import ZERO
from townland.standards.landclass import LAND_PARTS, SOURCES
from townland.units import Printed

CONSTRUCTION = "construction"
NEW_SOURCES: tuple[str | None, ...] = (*(s for s in SOURCES if s != CONSTRUCTION), None)
"""What new construction land was, None where it is unknown."""

CULTIVATED = ("paddy", "other_cultivated")
AGRICULTURAL = "other_agricultural"
LEAVES: tuple[str | None, ...] = (
    "paddy", "other_cultivated", *LAND_PARTS, AGRICULTURAL, "unused", None,
)  # fmt: skip
"""The columns of the form that are no sums of others."""


class Areas(NamedTuple):
    """One area as it is printed in three units."""

    m2: Decimal
    ha: Decimal
    mu: Decimal

    @property
    def printed(self) -> Printed:
        """The area as a figure that knows how it is printed."""
        return Printed(self.m2, self.ha, self.mu)


CONVERSIONS: tuple[tuple[Callable[[Decimal], Decimal], int], ...] = (
    (units.m2, units.M2_DIGITS),
    (units.ha, units.HA_DIGITS),
    (units.mu, units.MU_DIGITS),
)
"""How areas are converted, and to how many digits, in the order of `Areas`."""


class Piece(NamedTuple):
    """One piece of the need: its number in the town's measure, its features, its areas, its land.

    The number is the column ``piece`` of the measure's layer in ``evidence.gpkg``. `group` is its column
    of the form; what the survey does not record is None.
    """

    number: int
    planned_use_id: str
    land_use_id: str
    gross_m2: Decimal
    net_m2: Decimal
    use: str | None
    source: str | None
    group: str | None
    owner: str | None
    slope_grade: str | None
    land_grade: str | None
    kg_per_ha: float | None

    @property
    def ridges_m2(self) -> Decimal:
        """The ridges in it."""
        return self.gross_m2 - self.net_m2


class Atom(NamedTuple):
    """A source, a part of it, and whether it is its ridges."""

    source: str | None
    leaf: str | None
    ridge: bool


def pieces_of(table: PieceTable, uses: Collection[str | None]) -> tuple[Piece, ...]:
    """Read the pieces of the need, or of a part of it; net is gross where no ridge is known.

    A use that is not among `uses` is no known use.
    """
    names = (
        *("planned_use_id", "land_use_id", "area_m2", "net_m2", "planned_group", "source"),
        # what a survey may record
        *("land_group", "owner", "slope_grade", "land_grade", "kg_per_ha"),
    )
    rows = zip(*map(table.column, names), strict=True)
    return tuple(
        Piece(
            number,
            str(planned),
            str(land),
            gross_m2,
            gross_m2 if net_m2 is None else net_m2,
            use if use in uses else None,
            source if source in NEW_SOURCES else None,
            group if group in LEAVES else None,
            owner,
            _text(slope),
            _text(grade),
            output * 1.0 if isinstance(output, int | float) and not math.isnan(output) else None,
        )
        for number, (
            planned, land, gross_m2, net_m2, use, source, group, owner, slope, grade, output
        ) in enumerate(rows, start=1)
    )  # fmt: skip


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Shares:
    """The need by use and by what the land was, as it is printed.

    `atoms` are the cells by use and atom, and close in every unit; every other figure is a sum of them.
    """

    pieces: tuple[Piece, ...]
    uses: tuple[str | None, ...]
    atoms: Mapping[tuple[str | None, Atom], Areas]

    def sum(self, kept: Callable[[str | None, Atom], bool]) -> Areas:
        """Sum the cells that are kept, by use and atom."""
        return add(area for (use, atom), area in self.atoms.items() if kept(use, atom))

    @property
    def total(self) -> Areas:
        """The need in all."""
        return self.sum(lambda _use, _atom: True)

    def by_use(self, use: str | None) -> Areas:
        """What one use needs; it is the same gross and by class."""
        return self.sum(lambda its, _atom: its == use)

    def gross(self, source: str | None, *uses: str | None) -> Areas:
        """What is needed of one source, ridges included; of some uses, or of all."""
        return self.sum(lambda use, atom: atom.source == source and use in (uses or self.uses))

    def net(self, source: str | None) -> Areas:
        """What is needed of one source, net of ridges."""
        return self.sum(lambda _use, atom: atom.source == source and not atom.ridge)

    def ridges(self, *uses: str | None) -> Areas:
        """The ridges in what is needed, of some uses, or of all."""
        return self.sum(lambda use, atom: atom.ridge and use in (uses or self.uses))

    def by_class(self, source: str | None, *uses: str | None) -> Areas:
        """What is needed of one source net of its ridges; all ridges are other agricultural land."""
        return self.sum(
            lambda use, atom: (
                use in (uses or self.uses)
                and (AGRICULTURAL if atom.ridge else atom.source) == source
            )
        )

    def leaf(self, column: str | None, *uses: str | None) -> Areas:
        """One column of the form; ridges are in that of other agricultural land."""
        return self.sum(
            lambda use, atom: (
                use in (uses or self.uses) and (AGRICULTURAL if atom.ridge else atom.leaf) == column
            )
        )


def shares_of(measure: Measure, uses: Sequence[str | None]) -> Shares:
    """Share the need out to uses and to what the land was, in the order of `uses`."""
    return _shares(measure.table, tuple(uses))


@lru_cache
def _shares(table: PieceTable, uses: tuple[str | None, ...]) -> Shares:
    """The shares of the pieces of a need, which both its table and what is printed elsewhere ask."""
    pieces = pieces_of(table, uses)
    exact = _exact(pieces)
    order = _atoms({atom for _use, atom in exact})
    rows = [use for use in uses if any(key[0] == use for key in exact)]
    weights = [[exact.get((use, atom), ZERO) for atom in order] for use in rows]
    tables = [_table(weights, order, convert, digits) for convert, digits in CONVERSIONS]
    return Shares(
        pieces,
        tuple(rows),
        {
            (use, atom): Areas(*(table[i][j] for table in tables))
            for i, use in enumerate(rows)
            for j, atom in enumerate(order)
            if (use, atom) in exact
        },
    )


def part_of(shares: Shares, pieces: Sequence[Piece]) -> Shares:
    """Share a part of the need out, cell by cell, so that it and the rest sum to what is printed.

    Parameters
    ----------
    shares
        The need.
    pieces
        The pieces of the part, which lie in those of the need.
    """
    exact = _exact(pieces)
    own = [exact.get(key, ZERO) for key in shares.atoms]
    rows = list(shares.atoms.values())
    parts = [[part, max(row.m2 - part, ZERO)] for part, row in zip(own, rows, strict=True)]
    cells = split(rows, parts)
    atoms = {key: part for key, (part, _rest) in zip(shares.atoms, cells, strict=True)}
    return Shares(tuple(pieces), shares.uses, atoms)


def _exact(pieces: Iterable[Piece]) -> dict[tuple[str | None, Atom], Decimal]:
    """Sum pieces by use and atom, in m²; ridges only where there are any."""
    exact: dict[tuple[str | None, Atom], Decimal] = {}
    for piece in pieces:
        for ridge, area in ((False, piece.net_m2), (True, piece.ridges_m2)):
            key = (piece.use, Atom(piece.source, piece.group, ridge))
            exact[key] = exact.get(key, ZERO) + area
    return {key: area for key, area in exact.items() if area or not key[1].ridge}


def _atoms(atoms: Collection[Atom]) -> list[Atom]:
    """Order atoms by source, by part, the ridges behind the land they lie in."""
    return sorted(
        atoms,
        key=lambda atom: (NEW_SOURCES.index(atom.source), LEAVES.index(atom.leaf), atom.ridge),
    )


def _table(
    weights: Sequence[Sequence[Decimal]],
    atoms: Sequence[Atom],
    convert: Callable[[Decimal], Decimal],
    digits: int,
) -> list[list[Decimal]]:
    """Share the total out to uses (rows) and atoms (columns) in one unit.

    Parameters
    ----------
    weights
        What goes to each use and atom, in m².
    atoms
        The columns; each source's total is shared out to its own.
    convert, digits
        The unit that is printed.
    """
    heads = [sum(row, ZERO) for row in weights]
    columns = [sum(column, ZERO) for column in zip(*weights, strict=True)]
    whole = convert(sum(heads, ZERO))
    sources = list(dict.fromkeys(atom.source for atom in atoms))
    of_source = [[j for j, atom in enumerate(atoms) if atom.source == source] for source in sources]
    totals = units.apportion(
        [sum((columns[j] for j in own), ZERO) for own in of_source], whole, digits
    )
    wanted = [ZERO] * len(atoms)
    for own, total in zip(of_source, totals, strict=True):
        for j, share in zip(
            own, units.apportion([columns[j] for j in own], total, digits), strict=True
        ):
            wanted[j] = share
    return units.apportion_table(
        weights, units.apportion(heads, whole, digits), wanted, digits=digits
    )


def split(
    rows: Sequence[Areas],
    parts: Sequence[Sequence[Decimal]],
) -> tuple[tuple[Areas, ...], ...]:
    """Share printed figures out to parts whose totals close, too: state and collective, say.

    Parameters
    ----------
    rows
        The figures as they are printed.
    parts
        The parts of each, in m², which sum to it.
    """
    sums = [sum(column, ZERO) for column in zip(*parts, strict=True)]
    by_unit = []
    for at, (_convert, digits) in enumerate(CONVERSIONS):
        heads = [row[at] for row in rows]
        whole = sum(heads, ZERO)
        wanted = units.apportion(sums, whole, digits)
        by_unit.append(units.apportion_table(parts, heads, wanted, digits=digits))
    return tuple(
        tuple(Areas(*cell) for cell in zip(*row, strict=True)) for row in zip(*by_unit, strict=True)
    )


def add(areas: Iterable[Areas]) -> Areas:
    """Sum figures as they are printed."""
    addends = list(areas)
    if not addends:
        return areas_of(ZERO)
    # beginning with a 0 of the column's own digits
    return Areas(*(sum(column, column[0] - column[0]) for column in zip(*addends, strict=True)))


def areas_of(m2: Decimal) -> Areas:
    """Convert an area by itself; one that is printed in a table stays as it is there."""
    return Areas(units.m2(m2), units.ha(m2), units.mu(m2))


def less(first: Areas, second: Areas) -> Areas:
    """Subtract figures as they are printed, down to nothing."""
    return Areas(*(max(a - b, a - a) for a, b in zip(first, second, strict=True)))
