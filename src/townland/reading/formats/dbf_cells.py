"""The cells of a .dbf that should be numbers and are none, as they stand in the file.

GDAL gives ``0,0925`` as 0, and a field full of asterisks as blank. Some programs write so a
number that was too wide for its field, others (GDAL itself) what is blank: which of them, a file
does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from townland.reading.columns import as_text
from townland.reading.rows import Rows

_HEADER, _FIELD = 32, 32
"""Bytes of the header before the fields, and of each field (dBASE III)."""
_NUMERIC = b"NF"
_NUMBER = re.compile(rb"[ \0]*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|\*+)?[ \0]*")
"""A number, or what stands for none: blanks, or asterisks."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of numbers: where it begins in a row, and its width."""

    start: int
    width: int


def with_raw_numbers(rows: Rows, table: Path) -> Rows:
    """Rows whose columns with cells that are no numbers are text, these cells as they stand.

    Parameters
    ----------
    rows
        Features with their numbers in the file, from 0.
    table
        The .dbf.
    """
    raw = {}
    for name, cells in _cells(rows, table):
        bad = _unreadable(cells)
        if bad:
            raw[name] = _with_text(rows.columns[name], bad)
    return replace(rows, columns={**rows.columns, **raw}) if raw else rows


def starred(rows: Rows, column: str, table: Path) -> NDArray[np.bool_]:
    """The rows of a Shapefile whose cell in a column of numbers is full of asterisks.

    Parameters
    ----------
    rows, table
        As `with_raw_numbers`.
    column
        The column.
    """
    for name, cells in _cells(rows, table):
        if name == column:
            return np.array([not cell.strip(b"* ") and b"*" in cell for cell in cells], dtype=bool)
    return np.zeros(len(rows), dtype=bool)


def _cells(rows: Rows, table: Path) -> Iterator[tuple[str, NDArray[np.bytes_]]]:
    """The bytes of the rows' cells in each of their columns of numbers.

    Parameters
    ----------
    rows, table
        As `with_raw_numbers`.
    """
    if not len(rows) or not rows.columns:
        return
    with table.open("rb") as stream:
        first = stream.read(_HEADER)
        count, start, width = (
            int.from_bytes(first[at : at + size], "little")
            for at, size in ((4, 4), (8, 2), (10, 2))
        )
        numeric = dict(_numeric(stream.read(start - _HEADER)))
    wanted = [name for name in rows.columns if name in numeric]
    if not wanted or not count:
        return
    table_cells = np.memmap(table, np.uint8, "r", start, (count, width))
    for name in wanted:
        field = numeric[name]
        part = table_cells[rows.fid, field.start : field.start + field.width]
        yield name, np.ascontiguousarray(part).view(f"S{field.width}")[:, 0]


def _numeric(fields: bytes) -> Iterator[tuple[str, _Field]]:
    """The fields of numbers by name; the norms name them in ASCII, others are left to GDAL."""
    start = 1  # the first byte of a row says whether it is deleted
    for at in range(0, len(fields) - 1, _FIELD):
        field = fields[at : at + _FIELD]
        if field[:1] == b"\r" or len(field) < _FIELD:
            return
        name = field[:11].partition(b"\0")[0].strip()
        if field[11:12] in _NUMERIC and name.isascii():
            yield name.decode("ascii"), _Field(start, field[16])
        start += field[16]


def _unreadable(cells: NDArray[np.bytes_]) -> dict[int, str]:
    """The cells that hold neither a number nor nothing, by their position."""
    distinct, which = np.unique(cells, return_inverse=True)
    wrong = np.array([_NUMBER.fullmatch(cell) is None for cell in distinct.tolist()], dtype=bool)
    texts = [cell.decode("latin-1").strip(" \0") for cell in distinct.tolist()]
    return {int(at): texts[which[at]] for at in np.flatnonzero(wrong[which])}


def _with_text(values: pa.ChunkedArray, texts: dict[int, str]) -> pa.ChunkedArray:
    """A column as text, with these cells in place of what stands there."""
    column = as_text(values).tolist()
    for at, text in texts.items():
        column[at] = text
    return pa.chunked_array([pa.array(column, pa.string())])
