"""``findings.csv`` and ``patches.csv``: two tables as flat lists, a line a finding and a line a patch.

A spreadsheet opens them as they are: UTF-8 with a byte order mark, lines and quotes of RFC 4180, and no
text that it would take for a formula (CWE-1236).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from townland.i18n import DEFAULT_LANGUAGE
from townland.results import Assessment
from townland.writing.tables.findings import findings
from townland.writing.tables.model import BLANK, PrintedCell, PrintedTable
from townland.writing.tables.patches import every_patch
from townland.writing.tables.reader import TableReader

FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
"""A text that begins so is taken for a formula; those of full width by Excel in East Asia."""
BLANKS = " \u3000\u00a0\ufeff"
"""A spreadsheet may pass over these before it looks."""
PATCHES = "patches.csv"
"""The second file, beside that of the findings."""


def write_lists(assessment: Assessment, path: Path, *, lang: str = DEFAULT_LANGUAGE) -> None:
    """Write the findings into a file, and all patches that they lean on into `PATCHES` beside it.

    Parameters
    ----------
    assessment, path, lang
        What is written, the file of the findings, the language of heads and sentences.
    """
    r = TableReader(assessment, lang)
    for file, table in ((path, findings(r)), (path.with_name(PATCHES), every_patch(r))):
        file.write_text(csv_text(r, table), encoding="utf-8-sig", newline="")


def csv_text(r: TableReader, table: PrintedTable) -> str:
    """Put a table into lines: two columns that name the town, then its own, without bands and sums.

    A column whose figures differ in their units is followed by one of units.
    """
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerows([harmless(cell) for cell in line] for line in _lines(r, table))
    return text.getvalue()


def _lines(r: TableReader, table: PrintedTable) -> Iterator[list[str]]:
    rows = [row for row in table.rows if row.kind == "row"]
    columns = [column for column in table.columns if not column.silent]
    united = {key for row in rows for key, cell in row.cells.items() if cell.unit}
    head = [r.t("Town code"), r.t("Town")]
    for column in columns:
        head.append(column.title)
        head += [r.t("{column}: unit", column=column.title)] if column.key in united else []
    yield head
    for row in rows:
        line = [row.town, r.town_name(row.town or None)]
        for column in columns:
            cell = row.cells.get(column.key, BLANK)
            line.append(_number(cell))
            line += [cell.unit] if column.key in united else []
        yield line


def _number(cell: PrintedCell) -> str:
    """Give what is printed; the minus sign of a number as programs read it."""
    return cell.text if cell.value is None else cell.text.replace("−", "-")


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula; numbers stay.

    A text of several lines is put into one.

    >>> harmless("=1+1"), harmless("-5.20"), harmless("-5+cmd"), harmless("云溪镇")
    ("'=1+1", '-5.20', "'-5+cmd", '云溪镇')
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", " ")
    begins = text.startswith(FORMULA) or text.lstrip(BLANKS).startswith(FORMULA)
    number = text.removeprefix("-").replace(".", "", 1)
    plain = number.isascii() and number.isdigit()
    return f"'{text}" if begins and not plain else text
