"""The columns of a KML: extended data as its schema types them, and the placemarks' own texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import pyarrow as pa

from townland.reading.limits import distinct

_INTEGERS = ("int", "uint", "short", "ushort", "long")


class Placemark(Protocol):
    """A placemark with its texts and its extended data."""

    name: str | None
    description: str | None
    folder: str | None
    data: dict[str, str]


def columns_of(
    marks: Sequence[Placemark], types: Mapping[str, str], place: str
) -> dict[str, pa.ChunkedArray]:
    """The columns of extended data as they are typed, then those of the placemarks themselves.

    Parameters
    ----------
    marks, types, place
        The placemarks, the types of their columns, and how messages name the file.
    """
    names = distinct((name for mark in marks for name in mark.data), place)
    columns = {
        name: _typed([mark.data.get(name) for mark in marks], types.get(name, "string"))
        for name in names
    }
    for name in ("name", "folder", "description"):
        values = [getattr(mark, name) for mark in marks]
        if not any(values):
            continue
        taken = {column.lower() for column in columns}
        columns[name if name not in taken else f"placemark_{name}"] = _typed(values, "string")
    return columns


def _typed(values: Sequence[str | None], kind: str) -> pa.ChunkedArray:
    """Text as what the schema says it is; it stays text where one value is something else."""
    if kind in _CONVERTED:
        with suppress(ValueError, KeyError, OverflowError, pa.ArrowException):
            return _converted(values, *_CONVERTED[kind])
    return pa.chunked_array([pa.array(list(values), pa.string())])


def _converted(
    values: Sequence[str | None], convert: Callable[[str], object], of: pa.DataType
) -> pa.ChunkedArray:
    """Text as values of a type; what is empty is nothing.

    Parameters
    ----------
    values
        The text.
    convert, of
        What makes a value of it, and Arrow's type of these.
    """
    found = [convert(value) if value else None for value in values]
    return pa.chunked_array([pa.array(found, of)])


def _truth(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]


_CONVERTED: dict[str, tuple[Callable[[str], object], pa.DataType]] = {
    **dict.fromkeys(_INTEGERS, (int, pa.int64())),
    **dict.fromkeys(("float", "double"), (float, pa.float64())),
    "bool": (_truth, pa.bool_()),
}
"""How text of each type of a schema is read; text of any other remains text."""
