"""The table of a Shapefile, byte by byte: the widths are those that were declared.

Neither library keeps them: pyogrio sets its own, and fiona writes asterisks for a number of at most nine
digits where a longer one follows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
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
    sized = [(column, _width(column)) for column in columns or (_numbers(count),)]
    with path.open("wb") as stream:
        stream.write(_head(count, [width for _column, width in sized], encoding))
        stream.writelines(_fields(sized, encoding))
        stream.writelines(_rows(sized, encoding))
        stream.write(b"\x1a")


def _numbers(count: int) -> TableColumn:
    """The numbers of the rows: a table without a column is no table."""
    return TableColumn("FID", "integer", tuple(range(count)), 9, 0)


def _width(column: TableColumn) -> int:
    """How many bytes a column has in each row."""
    return _WIDTHS.get(column.kind, column.width or 1)


def _head(count: int, widths: Sequence[int], encoding: str) -> bytes:
    """The first 32 bytes of the header.

    Parameters
    ----------
    count, widths
        How many rows there are, and the widths of the columns.
    encoding
        The encoding of text, one of `LANGUAGE_BYTES`.
    """
    head = b"\x03" + _DAY + count.to_bytes(4, "little")
    head += (33 + 32 * len(widths)).to_bytes(2, "little")
    head += (1 + sum(widths)).to_bytes(2, "little")
    return head + bytes(17) + bytes([LANGUAGE_BYTES[encoding]]) + bytes(2)


def _fields(sized: Iterable[tuple[TableColumn, int]], encoding: str) -> Iterator[bytes]:
    """What the header states of each column, and the mark at its end."""
    for column, width in sized:
        name = column.name.encode(encoding).ljust(11, b"\x00")
        sizes = bytes([width, column.precision or 0 if column.kind == "real" else 0])
        yield name + _LETTERS[column.kind] + bytes(4) + sizes + bytes(14)
    yield b"\r"


def _rows(sized: Sequence[tuple[TableColumn, int]], encoding: str) -> Iterator[bytes]:
    """The rows; the blank before each says that it is not deleted."""
    for row in zip(*(column.values for column, _width in sized), strict=True):
        cells = (
            _cell(value, column, width, encoding)
            for value, (column, width) in zip(row, sized, strict=True)
        )
        yield b" " + b"".join(cells)


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
