"""Tables that close in every printed unit, for whoever prints them.

The check's own figures close in m² to 0.01. Converted to hectares or mu one by one they would not, by
a unit of the last digit; so each printed total is converted once, and shared out from the top down:
the control area to the three classes, each of these to its land classes (平差; `standards/SOURCES.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from townland import units
from townland.i18n import Words, _
from townland.measuring.areas import ClassRow, LandClasses
from townland.measuring.rasters.classes import GridRow, GridTable
from townland.measuring.rasters.slope import Grade, SlopeRow, SlopeTable

ZERO = Decimal(0)
_UNITS: dict[str, tuple[Callable[[Decimal], Decimal], int]] = {
    "m2": (units.m2, units.M2_DIGITS),
    "ha": (units.ha, units.HA_DIGITS),
    "mu": (units.mu, units.MU_DIGITS),
    "km2": (units.km2, units.KM2_DIGITS),
}


def closing(parts_m2: Sequence[Decimal], printed_total: Decimal, unit: str) -> list[Decimal]:
    """Share a printed total out to its parts, so that the printed parts sum to it.

    No share is further from its own rounding than one unit of the last digit.

    Parameters
    ----------
    parts_m2
        The parts, in m².
    printed_total
        Their total as it is printed, in `unit`.
    unit
        ``"m2"``, ``"ha"``, ``"mu"`` or ``"km2"``.

    Examples
    --------
    >>> parts = [Decimal("10033.33"), Decimal("10033.33"), Decimal("10033.34")]
    >>> [str(share) for share in closing(parts, units.ha(sum(parts)), "ha")]
    ['1.0033', '1.0033', '1.0034']
    >>> closing([], Decimal(0), "mu")
    []
    """
    return units.apportion(parts_m2, printed_total, _UNITS[unit][1])


def printed(m2: Decimal, unit: str) -> Decimal:
    """Convert an area to a unit, rounded as that unit is printed."""
    return _UNITS[unit][0](m2)


@dataclass(frozen=True, slots=True)
class PrintedAreas:
    """One area as it stands in a table, in three units."""

    m2: Decimal
    ha: Decimal
    mu: Decimal


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One line of the table of land classes.

    `kind` is ``class``, ``group`` (a subtotal over the classes that follow it), ``uncovered`` or
    ``total``. `state_ha` and `collective_ha` sum to the line's gross hectares, or are None. `percent`
    is the line's share of the control area; the classes' and the uncovered share sum to 100.
    """

    kind: str
    code: str
    name: str | None
    gross: PrintedAreas
    net: PrintedAreas
    percent: Decimal
    state_ha: Decimal | None = None
    collective_ha: Decimal | None = None

    @property
    def key(self) -> str:
        """The key of the line in every output: its class, its group, or its kind."""
        if self.kind == "group":
            return sum_key(self.name)
        return self.code if self.kind == "class" else self.kind


def sum_key(group: str | None) -> str:
    """Give a subtotal its key."""
    return f"sum-{group or 'unknown'}"


def class_lines(table: LandClasses) -> list[ClassLine]:
    """Lay out the land classes of a town by their three classes, closed in m², ha and mu.

    Within each column the class lines and the uncovered line sum to the total line, the class lines of
    a group to the group's line.
    """
    groups: dict[str | None, list[ClassRow]] = {}
    for row in table.rows:
        groups.setdefault(row.three_class, []).append(row)
    gross = _close([[row.gross_m2 for row in rows] for rows in groups.values()], table)
    net = _close([[row.net_m2 for row in rows] for rows in groups.values()], table)
    weights = [[row.gross_m2 for row in rows] for rows in groups.values()]
    hundred = Decimal("100.00") if table.control_m2 else ZERO
    heads = units.apportion([*map(_sum, weights), table.uncovered_m2], hundred, 2)
    lines = []
    for n, (group, rows) in enumerate(groups.items()):
        percents = units.apportion(weights[n], heads[n], 2)
        parts = [
            _owned(
                row,
                ClassLine(
                    "class", row.code, row.name, gross.parts[n][i], net.parts[n][i], percents[i]
                ),
            )
            for i, row in enumerate(rows)
        ]
        head = ClassLine("group", "", group, gross.heads[n], net.heads[n], heads[n])
        lines += [_owners(head, parts), *parts]
    classes = [line for line in lines if line.kind == "class"]
    if table.uncovered_m2:
        lines.append(ClassLine("uncovered", "", None, gross.heads[-1], net.heads[-1], heads[-1]))
    total = ClassLine("total", "", None, gross.total, net.total, hundred)
    return [*lines, _owners(total, classes)]


@dataclass(frozen=True, slots=True)
class _Closed:
    total: PrintedAreas
    heads: list[PrintedAreas]
    parts: list[list[PrintedAreas]]


def _close(groups: list[list[Decimal]], table: LandClasses) -> _Closed:
    """Share the control area out to the groups and the uncovered part, each group to its classes."""
    sums = [*map(_sum, groups), table.uncovered_m2]
    total: dict[str, Decimal] = {}
    heads: dict[str, list[Decimal]] = {}
    parts: dict[str, list[list[Decimal]]] = {}
    for unit in ("m2", "ha", "mu"):
        total[unit] = printed(table.control_m2, unit)
        heads[unit] = closing(sums, total[unit], unit)
        parts[unit] = [
            closing(rows, head, unit) for rows, head in zip(groups, heads[unit], strict=False)
        ]
    return _Closed(
        PrintedAreas(**total),
        [PrintedAreas(*three) for three in zip(*heads.values(), strict=True)],
        [
            [PrintedAreas(*three) for three in zip(*columns, strict=True)]
            for columns in zip(*parts.values(), strict=True)
        ],
    )


def _owned(row: ClassRow, line: ClassLine) -> ClassLine:
    """Split a class line's gross hectares by owner."""
    if row.state_m2 is None or row.collective_m2 is None:
        return line
    state, collective = closing([row.state_m2, row.collective_m2], line.gross.ha, "ha")
    return ClassLine(
        line.kind, line.code, line.name, line.gross, line.net, line.percent, state, collective
    )


def _owners(line: ClassLine, parts: Sequence[ClassLine]) -> ClassLine:
    """Sum the owners' columns of a line from the printed lines under it."""
    state = [part.state_ha for part in parts if part.state_ha is not None]
    collective = [part.collective_ha for part in parts if part.collective_ha is not None]
    if not state:
        return line
    return ClassLine(
        line.kind, line.code, line.name, line.gross, line.net, line.percent,
        _sum(state), _sum(collective),
    )  # fmt: skip


def slope_rows(table: SlopeTable) -> list[tuple[SlopeRow, list[Decimal]]]:
    """Lay out cultivated land by slope grade in ha: each class, then all of it.

    The hectares are those of each grade, those of unknown slope, and all. Every row sums to its last
    figure, every column to the last row, shared out to the grades and each grade to its classes.
    """
    total = table.total
    whole = printed(total.area_m2, "ha")
    heads = closing([*total.by_grade_m2, total.no_data_m2], whole, "ha")
    columns = [
        closing([[*row.by_grade_m2, row.no_data_m2][n] for row in table.rows], head, "ha")
        for n, head in enumerate(heads)
    ]
    lines = [
        (row, [*parts, _sum(parts)])
        for row, parts in zip(table.rows, map(list, zip(*columns, strict=True)), strict=True)
    ]
    return [*lines, (total, [*heads, whole])]


def grade_words(grade: Grade) -> Words:
    """Write the bounds of a slope grade."""
    if grade.above_deg is None:
        return _("{grade} (≤ {to}°)", grade=grade.grade, to=grade.to_deg)
    if grade.to_deg is None:
        return _("{grade} (> {above}°)", grade=grade.grade, above=grade.above_deg)
    return _("{grade} ({above}–{to}°)", grade=grade.grade, above=grade.above_deg, to=grade.to_deg)


def grid_rows(table: GridTable) -> list[tuple[GridRow | None, Decimal, Decimal]]:
    """Lay out a grid's values and (as None) what it does not know: hectares and percent, both closed."""
    rows: list[GridRow | None] = [*table.rows, *([None] if table.no_data_m2 else [])]
    areas = [row.area_m2 if row else table.no_data_m2 for row in rows]
    hectares = closing(areas, printed(table.control_m2, "ha"), "ha")
    hundred = Decimal("100.00") if table.control_m2 else ZERO
    return list(zip(rows, hectares, units.apportion(areas, hundred, 2), strict=True))


def _sum(values: Sequence[Decimal]) -> Decimal:
    return sum(values, ZERO)
