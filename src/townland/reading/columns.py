"""Columns by their names, whatever case or dialect they are written in, and their values as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.standards import fields

ALIASES = fields.alias_groups()
"""Names of one field in different editions of the survey's schema (TD/T 1055-2019)."""

AT_ONCE = 65_536
"""So many values are made into text at a time."""


def find_column(wanted: str, present: Sequence[str]) -> str | None:
    """The column that `wanted` means: as written, else in any case, else by an alias.

    >>> find_column("DLBM", ["dlbm", "tkxs"]), find_column("KCXS", ["dlbm", "tkxs"])
    ('dlbm', 'tkxs')
    >>> find_column("QSXZ", ["dlbm"]) is None
    True
    """
    if wanted in present:
        return wanted
    group = next((names for names in ALIASES if wanted.strip().upper() in names), ())
    return fields.find((wanted, *group), present)


def require_column(wanted: str, present: Sequence[str], place: str) -> str:
    """The column that `wanted` means.

    Parameters
    ----------
    wanted
        The name that the user states.
    present
        The columns of the file.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        There is none; the message lists those there are. Or it holds data about persons, which never
        leave their file.
    """
    found = find_column(wanted, present)
    refuse_personal((found or wanted,), place)
    if found is not None:
        return found
    near = get_close_matches(wanted.upper(), [name.upper() for name in present], n=1)
    shown = ", ".join(present) or "-"
    if near:
        actual = next(name for name in present if name.upper() == near[0])
        raise LayerError(
            _(
                "{place}: there is no column {column}; did you mean {near}? The columns are:"
                " {columns}",
                place=place,
                column=wanted,
                near=actual,
                columns=shown,
            )
        )
    raise LayerError(
        _(
            "{place}: there is no column {column}; the columns are: {columns}",
            place=place,
            column=wanted,
            columns=shown,
        )
    )


def refuse_personal(columns: Iterable[str], place: str) -> None:
    """Let no column pass that holds data about persons: what is never read cannot be told.

    Raises
    ------
    LayerError
        A column is, by its name, one of `schemas.personal_columns`.
    """
    for column in columns:
        if fields.is_personal(column):
            raise LayerError(
                _(
                    "{place}: the column {column} holds personal data, which townland never reads;"
                    " name another column",
                    place=place,
                    column=column,
                )
            )


def as_text(values: pa.ChunkedArray | pa.Array) -> NDArray[np.object_]:
    """A column as text without outer blanks; blank and null become None, 101.0 becomes ``101``.

    >>> as_text(pa.array([" 0101 ", "", None])).tolist(), as_text(pa.array([101.0, 0.5])).tolist()
    (['0101', None, None], ['101', '0.5'])
    """
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    found = np.full(len(values), None, dtype=object)
    at = 0
    for chunk in chunks:
        for start in range(0, len(chunk), AT_ONCE):
            part = chunk.slice(start, AT_ONCE)
            found[at : at + len(part)] = _texts(_plain(part))
            at += len(part)
    return found


def _texts(values: pa.Array) -> NDArray[np.object_]:
    """Some values of a column as `as_text`: those that are equal share one text."""
    floating = pa.types.is_floating(values.type)
    encoded = pc.dictionary_encode(values if floating else _trimmed(values))
    distinct = encoded.dictionary
    each = np.full(len(distinct) + 1, None, dtype=object)
    if floating:
        each[:-1] = [_number(value) for value in distinct.to_pylist()]
    else:
        each[:-1] = distinct.to_numpy(zero_copy_only=False)
    found: NDArray[np.object_] = each[encoded.indices.fill_null(len(distinct)).to_numpy()]
    return found


def as_numbers(values: pa.ChunkedArray | pa.Array) -> tuple[NDArray[np.float64], int]:
    """A column as floats, NaN where there is none, and how many values are no numbers.

    >>> numbers, wrong = as_numbers(pa.array(["0.0925", "", "x"]))
    >>> numbers.tolist(), wrong
    ([0.0925, nan, nan], 1)
    """
    values = _plain(values)
    if _is_numeric(values.type):
        numbers = pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False)
        return np.asarray(numbers, np.float64), 0
    found = [_float(value) for value in as_text(values)]
    wrong = sum(number is None for number in found)
    return np.array([np.nan if number is None else number for number in found]), wrong


def no_numbers(values: pa.ChunkedArray | pa.Array) -> NDArray[np.int64]:
    """The positions of the values of a column that are no numbers, and not blank.

    >>> no_numbers(pa.array(["0.0925", "", "0,0925", "******"])).tolist()
    [2, 3]
    """
    values = _plain(values)
    if _is_numeric(values.type):
        return np.array([], np.int64)
    return np.flatnonzero([_float(value) is None for value in as_text(values)])


def matches(
    columns: Mapping[str, pa.ChunkedArray], where: Mapping[str, Iterable[object]]
) -> NDArray[np.bool_]:
    """Which rows hold one of the wanted values in every column of `where`.

    Text is compared as text; where either side is a number, as numbers: ``101`` is ``"0101"``.
    """
    hits = [_matches(columns[name], list(wanted)) for name, wanted in where.items()]
    if not hits:
        raise ValueError("where is empty")
    return np.asarray(np.all(hits, axis=0), dtype=bool)


def _matches(values: pa.ChunkedArray, wanted: list[object]) -> NDArray[np.bool_]:
    plain = _plain(values)
    texts = {str(value).strip() for value in wanted}
    numbers = _numbers(wanted, numeric=_is_numeric(plain.type))
    return _are_among(as_text(plain), texts, numbers)


def _numbers(wanted: Iterable[object], *, numeric: bool) -> set[float]:
    """The wanted values that are compared as numbers: those of a numeric column are, all of them."""
    texts = (str(each) for each in wanted if numeric or isinstance(each, int | float))
    return {number for text in texts if (number := _float(text)) is not None}


def _are_among(
    values: NDArray[np.object_], texts: set[str], numbers: set[float]
) -> NDArray[np.bool_]:
    """Which values are one of the texts, or as a number one of the numbers.

    Parameters
    ----------
    values
        Text, None where there is none.
    texts, numbers
        What is wanted.
    """
    hit = [
        value is not None and (value in texts or bool(numbers and _float(value) in numbers))
        for value in values
    ]
    return np.array(hit, dtype=bool)


def _is_numeric(of: pa.DataType) -> bool:
    """Whether a column of this type holds numbers."""
    return bool(pa.types.is_integer(of) or pa.types.is_floating(of))


def _trimmed(values: pa.Array) -> pa.Array:
    """A column as text without outer blanks and padding, with nothing for what is blank.

    A text that ends in NUL equals none of an array of numpy, which takes it for shorter.
    """
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        values = pc.cast(values, pa.string())
    unpadded = pc.utf8_trim(pc.utf8_trim_whitespace(values), "\0")
    trimmed = pc.utf8_trim_whitespace(unpadded)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)


def _plain(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(array, pa.ChunkedArray):  # a column without rows
        array = pa.array([], array.type)
    # GDAL gives a coded field as a dictionary of descriptions: the code is the index
    return array.indices if pa.types.is_dictionary(array.type) else array


def _number(value: float | None) -> str | None:
    if value is None or not np.isfinite(value):
        return None
    return str(int(value)) if value == int(value) else repr(value)


def _float(text: str | None) -> float | None:
    """NaN for nothing, None for what is no number."""
    if text is None:
        return float("nan")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
