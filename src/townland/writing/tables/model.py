"""One table as every writer gets it: columns, rows, and a key for each figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple
from unicodedata import east_asian_width

from townland.writing.pages.figures import NOTHING, plain

RowKind = Literal["row", "band", "part", "total", "note"]
"""A line; the name of what stands below it; a subtotal; a total; a remark over all columns."""


class FigureKey(NamedTuple):
    """What a printed figure is, whatever it is printed in: town, table or rule, row and column."""

    town: str
    table: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """A column: its key, its head with its unit, and the head above it that it shares, if any.

    `width` is in letters of half a Chinese character's width. `silent` says that no layer has what
    the column asks for: its cells are blank, and the head says so.
    """

    key: str
    title: str
    group: str = ""
    width: int = 12
    number: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A cell of any table: what is printed, the number that it is, its unit where it has one of its own.

    `to` is the anchor of a row that it leads to; `mark` a verdict that colours it.
    """

    text: str
    value: Decimal | None = None
    unit: str = ""
    to: str = ""
    mark: str = ""

    @property
    def whole(self) -> str:
        """The figure with its unit."""
        joint = "" if self.unit == "%" else " "
        return f"{self.text}{joint}{self.unit}" if self.unit else self.text


BLANK = PrintedCell("")


def letters(text: str) -> int:
    """Count the letters that a text is wide; a Chinese sign is two.

    >>> letters("公顷"), letters("ha")
    (4, 2)
    """
    return sum(1 + (east_asian_width(sign) in "WF") for sign in text)


def figure(value: Decimal | None, unit: str = "", *, to: str = "") -> PrintedCell:
    """Make a cell of a number as it is printed; of none, a dash.

    Parameters
    ----------
    value, unit
        The number with the digits that are printed, and its unit.
    to
        The anchor that it leads to.
    """
    if value is None:
        return PrintedCell(NOTHING)
    return PrintedCell(plain(value), value, unit, to)


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row of one town (empty: of all): its key, its kind, its cells by column; none is blank."""

    town: str
    key: str
    cells: Mapping[str, PrintedCell] = field(default_factory=dict)
    kind: RowKind = "row"
    anchor: str = ""

    def texts(self, columns: Sequence[PrintedColumn]) -> list[str]:
        """Give what is printed, cell by cell, with units."""
        return [self.cells.get(column.key, BLANK).whole for column in columns]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """One table of all towns: where there are several, a band with its name stands above each.

    `unit` is the line of units, empty where the table has no figure; `heads` are further lines that
    stand between title and columns, `notes` those below the rows. `signed` says whether officers sign
    the table: its fields stand above it.
    """

    key: str
    title: str
    columns: tuple[PrintedColumn, ...]
    rows: tuple[PrintedRow, ...]
    unit: str = ""
    heads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    signed: bool = False

    @property
    def grouped(self) -> bool:
        """Whether some columns share a head."""
        return any(column.group for column in self.columns)

    def of(self, town: str) -> tuple[PrintedRow, ...]:
        """The rows of one town, without its band."""
        return tuple(row for row in self.rows if row.town == town and row.kind != "band")

    def figures(self) -> Iterator[tuple[FigureKey, PrintedCell]]:
        """Give every figure with its key."""
        for row in self.rows:
            for column, cell in row.cells.items():
                if cell.value is not None:
                    yield FigureKey(row.town, self.key, row.key, column), cell
