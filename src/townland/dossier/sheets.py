"""Sheets as a workbook (XLSX): texts alone, or a form to be filled in with choices and checks.

A form uses what every spreadsheet program has: lists to choose from, checks of numbers and days with
a message, notes at the heads. There is no macro, no formula and no protection.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

from townland.i18n import plain_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the format knows no zones
"""The day of every workbook, so that the same sheets are the same bytes."""
_WIDTH, _WIDE, _WIDEST = 20, 28, 60
_MESSAGE, _NOTE, _LIST = 255, 2_000, 255
"""So many signs a spreadsheet program shows of a message and a note, and takes of a list."""
_FIRST_DAY, _LAST_DAY = dt.date(1949, 10, 1), dt.date(2100, 12, 31)

ColumnKind: TypeAlias = Literal["text", "number", "whole", "day", "choice"]


@dataclass(frozen=True, slots=True)
class TextSheet:
    """A sheet: its name and its rows, of which the first stays in sight; an empty text is no cell."""

    name: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column to be filled in: its head, what its cells may hold, and what is said of it.

    `choices` are offered in a list, or the cells of `listed_in` (``'sheet'!$A$2:$A$9``) are. `least` and
    `most` bound a number, which is more than `least` with `beyond`. `wide` is the column of a title or a
    list. `note` stands at the head, `message` where a cell is chosen, `refusal` where what is typed does
    not fit. `ground` is the head's colour.
    """

    head: str
    kind: ColumnKind = "text"
    choices: tuple[str, ...] = ()
    listed_in: str = ""
    least: float | None = None
    most: float | None = None
    beyond: bool = False
    wide: bool = False
    note: str = ""
    message: str = ""
    refusal: str = ""
    ground: str = "#E9EDF2"


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A form: its name, its columns, the rows that are filled in; `room` rows in all are checked.

    The first `kept` columns stay in sight and are printed on every page.
    """

    name: str
    columns: Sequence[FormColumn]
    rows: Sequence[Sequence[str | Decimal]] = ()
    room: int = 0
    kept: int = 1


def xlsx(sheets: Sequence[TextSheet | FormSheet]) -> bytes:
    """Write sheets; in those of texts all cells are texts, so that no code loses its leading zero."""
    import xlsxwriter

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"author": "townland", "created": _DAY})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_landscape()
            page.set_paper(9)  # A4
            page.repeat_rows(0)
            if isinstance(sheet, TextSheet):
                _write_texts(book, page, sheet)
            else:
                _write_form(book, page, sheet)
    return written.getvalue()


def _write_texts(book: Workbook, page: Worksheet, sheet: TextSheet) -> None:
    """Write a sheet of texts.

    Parameters
    ----------
    book, page
        The workbook, and its page.
    sheet
        What is written.
    """
    wrapped = {"num_format": "@", "text_wrap": True, "valign": "top"}
    text, head = book.add_format(wrapped), book.add_format(wrapped | {"bold": True})
    for at in range(max(map(len, sheet.rows), default=1)):
        longest = max((_cells(row[at]) for row in sheet.rows if at < len(row)), default=0)
        # all columns are text, so that what is typed below a heading stays as it is typed
        page.set_column(at, at, max(8, min(longest + 2, _WIDEST)), text)
    page.freeze_panes(1, 0)
    page.fit_to_pages(1, 0)
    for at, row in enumerate(sheet.rows):
        for place, value in enumerate(row):
            if value:
                page.write_string(at, place, plain_text(value), head if at == 0 else text)


def _cells(text: str) -> int:
    """The width of a text in letters; a Chinese character is two wide."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _write_form(book: Workbook, page: Worksheet, sheet: FormSheet) -> None:
    """Write a form.

    Parameters
    ----------
    book, page
        The workbook, and its page.
    sheet
        What is written.
    """
    formats = {kind: book.add_format(_format_of(kind)) for kind in _KINDS}
    page.freeze_panes(1, sheet.kept)
    page.repeat_columns(0, sheet.kept - 1)
    page.set_row(0, 62)
    page.set_print_scale(70)
    room = max(sheet.room, len(sheet.rows))
    for at, column in enumerate(sheet.columns):
        head = book.add_format(_HEAD | {"bg_color": column.ground})
        width = max(12, min(_cells(column.head) // 2 + 4, _WIDTH))
        page.set_column(at, at, _WIDE if column.wide else width, formats[column.kind])
        page.write_string(0, at, plain_text(column.head), head)
        if column.note:
            size = {"x_scale": 3, "y_scale": 1 + len(column.note) // 90, "author": "townland"}
            page.write_comment(0, at, plain_text(column.note)[:_NOTE], size)
        rule = _rule(column)
        if rule and room:
            page.data_validation(1, at, room, at, rule)
        for down, row in enumerate(sheet.rows, 1):
            _write_cell(page, down, at, row[at], formats[column.kind])


_KINDS: tuple[ColumnKind, ...] = ("text", "number", "whole", "day", "choice")
_HEAD = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "num_format": "@"}


def _format_of(kind: ColumnKind) -> dict[str, object]:
    """Give the format of a column; numbers are numbers, or a check of their size would refuse them."""
    code = {"number": "General", "whole": "0", "day": "yyyy-mm-dd"}.get(kind, "@")
    return {"num_format": code, "text_wrap": kind == "text", "valign": "top", "border": 1,
            "border_color": "#D0D4D8"}  # fmt: skip


def _write_cell(
    page: Worksheet, row: int, column: int, value: str | Decimal, shape: Format
) -> None:
    """Write a cell that is filled in.

    Parameters
    ----------
    page, row, column
        Where it stands.
    value, shape
        What it holds, and its format.
    """
    if isinstance(value, Decimal):
        page.write_number(row, column, float(value), shape)
    elif value:
        page.write_string(row, column, plain_text(value), shape)
    else:
        page.write_blank(row, column, None, shape)


def _rule(column: FormColumn) -> dict[str, object]:
    """Give the check of a column's cells, with what is said where one is chosen or refused."""
    rule: dict[str, object] = {}
    offered = ",".join(column.choices)
    if column.listed_in:
        rule = {"validate": "list", "source": f"={column.listed_in}"}
    elif offered and len(offered) <= _LIST:
        rule = {"validate": "list", "source": list(column.choices)}
    elif column.kind == "day":
        rule = {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY,
                "maximum": _LAST_DAY}  # fmt: skip
    elif column.kind in ("number", "whole"):
        rule = {"validate": "integer" if column.kind == "whole" else "decimal"}
        rule |= _bars(column)
    elif column.message:
        rule = {"validate": "any"}
    said = {"input_message": column.message, "error_message": column.refusal}
    return rule | {name: _cut(text) for name, text in said.items() if rule and text}


def _bars(column: FormColumn) -> dict[str, object]:
    """Give the bars of a number."""
    if column.least is None:
        return {"criteria": "<=", "value": 1e15 if column.most is None else column.most}
    if column.most is None:
        return {"criteria": ">" if column.beyond else ">=", "value": column.least}
    return {"criteria": "between", "minimum": column.least, "maximum": column.most}


def _cut(text: str) -> str:
    plain = plain_text(text)
    return plain if len(plain) <= _MESSAGE else f"{plain[: _MESSAGE - 1]}…"
