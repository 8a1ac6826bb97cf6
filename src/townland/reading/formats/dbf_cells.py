"""The cells of a .dbf that should be numbers and are none, as they stand in the file.

GDAL gives ``0,0925`` as 0, and a field full of asterisks as blank. Some programs write so a
number that was too wide for its field, others (GDAL itself) what is blank: which of them, a file
does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class _Head:
    """What the header of a .dbf says: how many rows begin where, their width, fields of numbers."""

    count: int
    start: int
    width: int
    numeric: tuple[tuple[str, _Field], ...]


class RawCells:
    """The raw cells of the features that were read: a file in a zip is gone when they are asked for."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[int, str]] = {}

    def keep(self, fid: NDArray[np.int64], raw: Mapping[str, NDArray[np.object_]]) -> None:
        """Take what `raw_cells` gave of the features of these numbers."""
        for name, texts in raw.items():
            pairs = zip(fid.tolist(), texts, strict=True)
            self._texts.setdefault(name, {}).update((n, t) for n, t in pairs if t is not None)

    def of(self, column: str) -> Mapping[int, str]:
        """The cells of a column, by the number of the feature."""
        return self._texts.get(column, {})

    def starred(self, rows: Rows, column: str) -> NDArray[np.bool_]:
        """The rows whose cell in a column of numbers is full of asterisks."""
        texts = self.of(column)
        return np.array([_is_starred(texts.get(fid)) for fid in rows.fid.tolist()], dtype=bool)


def with_texts(rows: Rows, raw: Mapping[str, NDArray[np.object_]]) -> Rows:
    """Rows whose columns with cells that are no numbers are text, these as `raw_cells` has them."""
    changed = {}
    for name, texts in raw.items():
        bad = {
            at: text.strip(" \0")
            for at, text in enumerate(texts)
            if text is not None and _NUMBER.fullmatch(text.encode("latin-1")) is None
        }
        if bad:
            changed[name] = _with_text(rows.columns[name], bad)
    return replace(rows, columns={**rows.columns, **changed}) if changed else rows


def raw_cells(rows: Rows, table: Path) -> dict[str, NDArray[np.object_]]:
    """The text of the cells that hold no number, or asterisks, by column; None for all others.

    Parameters
    ----------
    rows
        Features with their numbers in the file, from 0.
    table
        The .dbf.
    """
    found = {}
    for name, cells in _cells(rows, table):
        distinct, which = np.unique(cells, return_inverse=True)
        texts = np.array([_raw(cell) for cell in distinct.tolist()], dtype=object)
        if any(text is not None for text in texts):
            found[name] = texts[which]
    return found


def without_room(table: Path) -> str | None:
    """The first field of numbers that by the header has no room in a row of a .dbf; None if all have."""
    head = _head(table)
    wrong = (
        name
        for name, field in head.numeric
        if not field.width or field.start + field.width > head.width
    )
    return next(wrong, None)


def _raw(cell: bytes) -> str | None:
    """The text of a cell that holds no number, or asterisks; None for every other."""
    if _NUMBER.fullmatch(cell) is not None and b"*" not in cell:
        return None
    return cell.decode("latin-1")


def _is_starred(text: str | None) -> bool:
    """Whether a raw cell is full of asterisks.

    >>> _is_starred("****"), _is_starred("0,5"), _is_starred(None)
    (True, False, False)
    """
    return text is not None and "*" in text and not text.strip("* ")


def _cells(rows: Rows, table: Path) -> Iterator[tuple[str, NDArray[np.bytes_]]]:
    """The bytes of the rows' cells in each of their columns of numbers.

    Parameters
    ----------
    rows, table
        As `raw_cells`.
    """
    if not len(rows) or not rows.columns:
        return
    head = _head(table)
    numeric = dict(head.numeric)
    wanted = [name for name in rows.columns if name in numeric]
    if not wanted or not head.count:
        return
    table_cells = np.memmap(table, np.uint8, "r", head.start, (head.count, head.width))
    for name in wanted:
        field = numeric[name]
        part = table_cells[rows.fid, field.start : field.start + field.width]
        yield name, np.ascontiguousarray(part).view(f"S{field.width}")[:, 0]


def _head(table: Path) -> _Head:
    with table.open("rb") as stream:
        first = stream.read(_HEADER)
        count, start, width = (
            int.from_bytes(first[at : at + size], "little")
            for at, size in ((4, 4), (8, 2), (10, 2))
        )
        fields = stream.read(max(0, start - _HEADER))
    return _Head(count, start, width, tuple(_numeric(fields)))


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


def _with_text(values: pa.ChunkedArray, texts: dict[int, str]) -> pa.ChunkedArray:
    """A column as text, with these cells in place of what stands there."""
    column = as_text(values).tolist()
    for at, text in texts.items():
        column[at] = text
    return pa.chunked_array([pa.array(column, pa.string())])
