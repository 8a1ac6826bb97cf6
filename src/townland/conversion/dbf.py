"""The table of a Shapefile, byte by byte: the widths are those that were declared.

Neither library keeps them: pyogrio sets its own, and fiona writes asterisks for a number of at most nine
digits where a longer one follows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from townland.conversion.table import TableColumn, Value
from townland.reading.encoding import GB18030, UTF_8

LANGUAGE_BYTES = {GB18030: 0x4D, UTF_8: 0x00}

_DAY = bytes([100, 1, 1])
"""The last change, as years since 1900, month and day: the same rows give the same bytes."""
_LETTERS = {
    "text": b"C",
    "integer": b"N",
    "real": b"N",
    "date": b"D",
    "boolean": b"L",
}
_WIDTHS = {"date": 8, "boolean": 1}


def write_dbf(path: Path, columns: Sequence[TableColumn], count: int, encoding: str) -> None:
    """Write `count` rows (dBASE III); text, integer and real columns have a width that fits.

    What is missing is blank.

    Parameters
    ----------
    path
        The file.
    columns
        The columns, each with `count` values.
    count
        How many rows there are.
    encoding
        The encoding of text and of the columns' names, one of `LANGUAGE_BYTES`.
    """
    if not columns:  # a table without a column is no table
        columns = [TableColumn("FID", "integer", tuple(range(count)), 9, 0)]
    widths = [_WIDTHS.get(column.kind, column.width or 1) for column in columns]
    head = b"\x03" + _DAY + count.to_bytes(4, "little")
    head += (33 + 32 * len(columns)).to_bytes(2, "little")
    head += (1 + sum(widths)).to_bytes(2, "little")
    head += bytes(17) + bytes([LANGUAGE_BYTES[encoding]]) + bytes(2)
    with path.open("wb") as stream:
        stream.write(head)
        for column, width in zip(columns, widths, strict=True):
            name = column.name.encode(encoding).ljust(11, b"\x00")
            sizes = bytes([width, column.precision or 0 if column.kind == "real" else 0])
            stream.write(name + _LETTERS[column.kind] + bytes(4) + sizes + bytes(14))
        stream.write(b"\r")
        for row in zip(*(column.values for column in columns), strict=True):
            cells = [
                _cell(value, column, width, encoding)
                for value, column, width in zip(row, columns, widths, strict=True)
            ]
            stream.write(b" " + b"".join(cells))
        stream.write(b"\x1a")


def _cell(value: Value, column: TableColumn, width: int, encoding: str) -> bytes:
    """One cell, as wide as its column.

    Parameters
    ----------
    value
        What stands in it; None where it is blank.
    column, width
        Its column, and how many bytes the column has.
    encoding
        The encoding of text.
    """
    if value is None:
        return b" " * width
    if column.kind == "text":
        return str(value).encode(encoding).ljust(width)
    if column.kind == "integer":
        return str(value).encode("ascii").rjust(width)
    if column.kind == "real":
        return f"{value:.{column.precision or 0}f}".encode("ascii").rjust(width)
    if isinstance(value, dt.date):  # a column of days
        return f"{value.year:04}{value.month:02}{value.day:02}".encode("ascii")
    return b"T" if value else b"F"
