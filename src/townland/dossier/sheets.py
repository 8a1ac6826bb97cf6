"""Sheets of text as a workbook (XLSX)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

from townland.i18n import plain_text

_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the format knows no zones
"""The day of every workbook, so that the same sheets are the same bytes."""
_WIDTH = 22


@dataclass(frozen=True, slots=True)
class TextSheet:
    """A sheet: its name and its rows, of which the first stays in sight; an empty text is no cell."""

    name: str
    rows: Sequence[Sequence[str]]


def xlsx(sheets: Sequence[TextSheet]) -> bytes:
    """Write sheets whose cells are all texts, so that no code loses its leading zero."""
    import xlsxwriter

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"author": "townland", "created": _DAY})
        text, head = (book.add_format({"num_format": "@", "bold": bold}) for bold in (False, True))
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            # all columns are text, so that what is typed below a heading stays as it is typed
            page.set_column(0, max(map(len, sheet.rows), default=1) - 1, _WIDTH, text)
            page.freeze_panes(1, 0)
            for at, row in enumerate(sheet.rows):
                for place, value in enumerate(row):
                    if value:
                        page.write_string(at, place, plain_text(value), head if at == 0 else text)
    return written.getvalue()
