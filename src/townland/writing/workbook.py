"""The workbook ``report.xlsx``: a sheet for each table, to be filed, signed and worked with.

No cell is a formula, and every text stays a text, whatever it begins with. Only plain features are used,
so that every office program shows them. The same assessment gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from townland.i18n import _, plain_text, shortened
from townland.writing.pages.look import LOOKS
from townland.writing.tables.forms import tables
from townland.writing.tables.model import (
    BLANK,
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    RowKind,
    letters,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from townland.results import Assessment

NAME_LENGTH = 31
"""An office program takes no longer name of a sheet."""
TEXT_LENGTH = 32_767
"""Nor a longer text of a cell."""
AIR = 2
"""So many letters a column is wider than its numbers."""
UNIT, UNIT_WIDTH = "unit", 14
"""The column of units that are long, and its width."""
LONG = 13
"""A unit of more letters does not stand in the cells of its figures, which would become wide."""
A4 = 9
LINE = 15.0
"""The height of a line of text, in points."""
TALLEST = 400.0
"""No line is higher, in points."""
WIDE = 190
"""A wider table, in letters, has its title at the left, where the screen shows it."""
PAGE = 270
"""The widest table, in letters, that can be read on one page; a wider one is continued on others."""
FROZEN_COLUMNS: Mapping[str, int] = {"land_by_owner": 2}
"""How many columns of a wide table stay in sight, and are printed again where it is continued.

Title and remarks begin beside them: in them they would be printed again, and cut.
"""
TINTS: Mapping[RowKind, str] = {"band": "#dfe7ef", "part": "#f3f3f2", "total": "#f3f3f2"}
FONTS: Mapping[str, str] = {"zh": "宋体", "en": "Calibri"}
"""The fonts that every office program of the language has."""
OPINION, OPEN_TINT = "opinion", "#fffdf2"

Look: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """A table in the workbook: the name of its sheet, and the lines above its rows."""

    table: PrintedTable
    name: str
    first_head: int
    first_row: int

    def anchors(self) -> Iterator[tuple[str, str]]:
        """Give each anchor with the address that it stands for."""
        for at, row in enumerate(self.table.rows):
            if row.anchor:
                yield row.anchor, f"internal:'{self.name}'!A{self.first_row + at + 1}"


def write_workbook(assessment: Assessment, path: Path, *, lang: str) -> None:
    """Write the workbook.

    Parameters
    ----------
    assessment
        What is reported.
    path
        The file.
    lang
        The reader's language.
    """
    import xlsxwriter

    day = dt.datetime.combine(assessment.on, dt.time())
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        title = _("Land-use compliance report").render(lang)
        book.set_properties({"title": title, "author": "townland", "created": day})
        towns = _(", ").render(lang).join(town.town.name for town in assessment.towns)
        _Writer(book, lang, plain_text(shortened(towns))).write(tables(assessment, lang))


class _Writer:
    """Lays tables out in a workbook; the looks of cells are made once each."""

    def __init__(self, book: Workbook, lang: str, towns: str) -> None:
        """Begin a workbook.

        Parameters
        ----------
        book
            The workbook.
        lang
            The reader's language.
        towns
            The names of all towns.
        """
        self.book, self.lang, self.towns = book, lang, towns
        self.looks: dict[tuple[tuple[str, object], ...], Format] = {}

    def write(self, printed: Sequence[PrintedTable]) -> None:
        """Write a sheet for each table."""
        places = [_place(table, self.lang) for table in printed]
        self.anchors = dict(pair for place in places for pair in place.anchors())
        for place in places:
            self.sheet(place)

    def look(self, **properties: object) -> Format:
        """Make a look, or give the one that is made already."""
        font = FONTS.get(self.lang, FONTS["en"])
        whole: Look = {"font_name": font, "font_size": 10, "valign": "vcenter", **properties}
        key = tuple(sorted(whole.items()))
        if key not in self.looks:
            self.looks[key] = self.book.add_format(whole)
        return self.looks[key]

    def sheet(self, place: Place) -> None:
        """Write a sheet: title, lines to be filled in, heads, rows, remarks."""
        table, columns = place.table, place.table.columns
        sheet = self.book.add_worksheet(place.name)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
        self._above(sheet, place)
        self._heads(sheet, place)
        for at, row in enumerate(table.rows, place.first_row):
            self._row(sheet, at, row, columns)
        below = place.first_row + len(table.rows)
        begin = FROZEN_COLUMNS.get(table.key, 0)
        for at, note in enumerate(table.notes, below):
            self._across(sheet, (at, begin), PrintedCell(note), columns, italic=True)
        _print_set_up(sheet, place, self.footer)

    @property
    def footer(self) -> str:
        """The line at the foot of a printed page."""
        return "&C" + _("page {page} of {pages}", page="&P", pages="&N").render(self.lang)

    def _above(self, sheet: Worksheet, place: Place) -> None:
        """Write what stands above the heads: title, name, unit, the fields that officers sign."""
        table, last = place.table, len(place.table.columns) - 1
        begin = FROZEN_COLUMNS.get(table.key, 0)
        wide = sum(column.width for column in table.columns) > WIDE
        big = {"bold": True, "font_size": 14}
        title = self.look(**big) if wide else self.look(**big, align="center_across")
        sheet.set_row(0, 26)
        sheet.write_string(0, begin, plain_text(table.title), title)
        for at in range(begin + 1, begin + 1 if wide else last + 1):
            sheet.write_blank(0, at, None, title)
        name = _("Project (town): {names}", names=self.towns).render(self.lang)
        sheet.write_string(1, begin, _cut(name), self.look())
        unit = self.look(align="right") if last else self.look()
        if table.unit and not wide:
            sheet.write_string(1, last, table.unit, unit)
        elif table.unit:
            sheet.write_string(2, begin, table.unit, self.look())
        if table.signed:
            fields = (_("Prepared by (seal)"), _("Person in charge (signature)"), _("Filled in by"),
                      _("Date of preparation"))  # fmt: skip
            line = "    ".join(
                _("{name}: {value}", name=field, value="_" * 14).render(self.lang)
                for field in fields
            )
            sheet.write_string(place.first_head - 1, begin, line, self.look())

    def _heads(self, sheet: Worksheet, place: Place) -> None:
        """Write the heads; columns of one group share the line above theirs."""
        columns, first = place.table.columns, place.first_head
        look = self.look(bold=True, border=1, text_wrap=True, align="center", bg_color="#e9edf2")
        at, over = 0, 1
        for group, members in groupby(columns, key=lambda column: column.group):
            own = list(members)
            over = max(over, _lines(plain_text(group), sum(column.width for column in own)))
            if group and len(own) > 1:
                sheet.merge_range(first, at, first, at + len(own) - 1, plain_text(group), look)
            elif group:
                sheet.write_string(first, at, plain_text(group), look)
            for column in own:
                title = self._head(column)
                if place.table.grouped and not group:
                    sheet.merge_range(first, at, first + 1, at, title, look)
                else:
                    sheet.write_string(first + bool(group), at, title, look)
                at += 1
        if over > 1:
            sheet.set_row(first, LINE * over + 4)
        lines = max(_lines(self._head(column), column.width) for column in columns)
        sheet.set_row(first + place.table.grouped, LINE * lines + 4)

    def _head(self, column: PrintedColumn) -> str:
        """Write the head of a column; of one that no layer fills, it says so."""
        silent = "\n" + _("(no such field)").render(self.lang) if column.silent else ""
        return plain_text(column.title) + silent

    def _row(
        self, sheet: Worksheet, at: int, row: PrintedRow, columns: Sequence[PrintedColumn]
    ) -> None:
        """Write a row.

        Parameters
        ----------
        sheet, at
            The sheet, and the number of the line in it.
        row, columns
            What is written.
        """
        if row.kind in ("band", "note"):
            bold: Look = {"bold": True, "bg_color": TINTS["band"]} if row.kind == "band" else {}
            self._across(sheet, (at, 0), row.cells[""], columns, **bold)
            return
        base: Look = {"border": 1}
        if row.kind in TINTS:
            base |= {"bold": row.kind == "total", "bg_color": TINTS[row.kind]}
        texts = ((row.cells[column.key].text, column.width) for column in columns
                 if column.key in row.cells)  # fmt: skip
        lines = max(
            (_lines(text, width) for text, width in texts if len(text) * 2 >= width), default=1
        )
        if lines > 1:
            sheet.set_row(at, min(LINE * lines, TALLEST))
        for place, column in enumerate(columns):
            cell = row.cells.get(column.key, BLANK)
            look = base | {"bg_color": OPEN_TINT} if column.key == OPINION else base
            self._cell(sheet, (at, place), cell, column, look)

    def _cell(
        self,
        sheet: Worksheet,
        at: tuple[int, int],
        cell: PrintedCell,
        column: PrintedColumn,
        look: Look,
    ) -> None:
        """Write a cell: a number with its digits, a text, or nothing.

        Parameters
        ----------
        sheet, at
            The sheet, and line and column.
        cell, column
            What is written, and the column.
        look
            How the row looks.
        """
        if cell.mark:
            shown = LOOKS[cell.mark]
            look = look | {"font_color": shown.colour, "bg_color": shown.ground, "bold": True,
                           "indent": 1}  # fmt: skip
        if cell.value is not None:
            shape = self.look(**look, num_format=_number_format(cell), align="right")
            sheet.write_number(*at, float(cell.value), shape)
            return
        right: Look = {"align": "right"} if column.number else {}
        text = _cut(cell.text)
        if not text:
            sheet.write_blank(*at, None, self.look(**look))
        elif cell.to in self.anchors:
            shape = self.look(**look, **right, font_color="#27588f", underline=1, text_wrap=True)
            sheet.write_url(*at, self.anchors[cell.to], shape, text)
        else:
            sheet.write_string(*at, text, self.look(**look, **right, text_wrap=True))

    def _across(
        self,
        sheet: Worksheet,
        at: tuple[int, int],
        cell: PrintedCell,
        columns: Sequence[PrintedColumn],
        **look: object,
    ) -> None:
        """Write a text over all columns, or over those from one on.

        Parameters
        ----------
        sheet, at
            The sheet, and the numbers of the line and of the first column.
        cell
            The text, and where it leads.
        columns
            The columns.
        look
            How it looks.
        """
        shape = self.look(text_wrap=True, **look)
        line, first = at
        width = sum(column.width for column in columns[first:])
        sheet.merge_range(*at, line, len(columns) - 1, "", shape)
        text = _cut(cell.text)
        if cell.to in self.anchors:
            sheet.write_url(*at, self.anchors[cell.to], shape, text)
        else:
            sheet.write_string(*at, text, shape)
        sheet.set_row(line, LINE * _lines(text, width) + 3)


def _place(table: PrintedTable, lang: str) -> Place:
    """Give a table its sheet: title and names, the unit of a wide table, the fields to sign, heads.

    Parameters
    ----------
    table, lang
        The table, and the reader's language.
    """
    table = _with_units(table, lang)
    table = replace(table, columns=tuple(_widened(table)))
    wide = sum(column.width for column in table.columns) > WIDE
    first = 2 + (wide and bool(table.unit)) + table.signed
    name = plain_text(table.title)[:NAME_LENGTH]
    return Place(table, name, first, first + 1 + table.grouped)


def _with_units(table: PrintedTable, lang: str) -> PrintedTable:
    """Give long units a column of their own, behind the last one that has such a unit.

    A row whose figures have several units keeps them all.

    Parameters
    ----------
    table, lang
        The table, and the reader's language.
    """
    rows, behind = [], 0
    for row in table.rows:
        units = {cell.unit for cell in row.cells.values() if cell.unit}
        if len(units) == 1 and letters(unit := units.pop()) > LONG:
            having = [key for key, cell in row.cells.items() if cell.unit]
            places = [at for at, column in enumerate(table.columns, 1) if column.key in having]
            behind = max(behind, *places)
            bare = {key: replace(cell, unit="") for key, cell in row.cells.items()}
            row = replace(row, cells={**bare, UNIT: PrintedCell(unit)})
        rows.append(row)
    if not behind:
        return table
    own = PrintedColumn(UNIT, _("Unit, where it is long").render(lang), width=UNIT_WIDTH)
    columns = (*table.columns[:behind], own, *table.columns[behind:])
    return replace(table, columns=columns, rows=tuple(rows))


def _widened(table: PrintedTable) -> Iterator[PrintedColumn]:
    """Make columns as wide as their numbers: one that finds no room is printed as ###."""
    for column in table.columns:
        cells = (row.cells.get(column.key, BLANK) for row in table.rows)
        longest = max((letters(cell.whole) for cell in cells if cell.value is not None), default=0)
        yield replace(column, width=max(column.width, longest + AIR))


def _print_set_up(sheet: Worksheet, place: Place, footer: str) -> None:
    """Set a sheet up for screen and paper: heads stay, A4 lying, as wide as a page, towns apart.

    Parameters
    ----------
    sheet, place
        The sheet, and the table in it.
    footer
        The line at the foot of a page.
    """
    rows = place.table.rows
    sheet.freeze_panes(place.first_row, FROZEN_COLUMNS.get(place.table.key, 0))
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.7)
    sheet.fit_to_pages(-(-sum(column.width for column in place.table.columns) // PAGE), 0)
    stays = FROZEN_COLUMNS.get(place.table.key, 0)
    if stays:
        sheet.repeat_columns(0, stays - 1)
    sheet.repeat_rows(place.first_head, place.first_row - 1)
    sheet.set_footer(footer)
    begins = [at for at, row in enumerate(rows) if row.key == f"band-{row.town}"]
    if place.table.signed:
        sheet.set_h_pagebreaks([place.first_row + at for at in begins[1:]])


def _number_format(cell: PrintedCell) -> str:
    """Show a number with the digits and the unit that it is printed with, and a true minus sign.

    >>> from decimal import Decimal
    >>> _number_format(PrintedCell("4.2160", Decimal("4.2160"), "ha"))
    '0.0000" ha";−0.0000" ha"'
    """
    digits = len(cell.text.partition(".")[2])
    shape = "0." + "0" * digits if digits else "0"
    joint = "" if cell.unit == "%" else " "
    unit = f'"{joint}{cell.unit}"' if cell.unit else ""
    return f"{shape}{unit};−{shape}{unit}"


def _lines(text: str, width: int) -> int:
    """Estimate how many lines a text takes in a column, a Chinese character being two letters wide.

    >>> _lines("永久基本农田", 12), _lines("永久基本农田", 11), _lines("a", 5)
    (1, 2, 1)
    """
    parts = text.split("\n")
    return sum(max(1, -(-letters(part) // width)) for part in parts)


def _cut(text: str) -> str:
    """Clean a text for a cell, and shorten what no cell can hold."""
    whole = plain_text(shortened(text))
    return whole if len(whole) <= TEXT_LENGTH else whole[: TEXT_LENGTH - 1] + "…"
