"""How many columns a file may have, and how long what stands in one cell: a file may lie about its size.

Four million bytes of GeoJSON make gigabytes where every feature has properties of its own, and a cell
that is computed when it is read has any length. So columns are counted before a library makes room for
them, and cells are measured before they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from townland.errors import LayerError
from townland.i18n import _

MAX_COLUMNS = 2_000
"""As many as SQLite takes; a land survey has some sixty."""

MAX_CELL = 1 << 16
"""So many bytes a name, code or remark has at most."""

MAX_TEXT = 1 << 30
"""So many bytes the cells of a column have together, where a file holds equal ones once."""


def distinct(names: Iterable[str], place: str) -> dict[str, None]:
    """Each name once, in the order in which they come first.

    Raises
    ------
    LayerError
        They are more than `MAX_COLUMNS`; no further one is looked at.
    """
    every: dict[str, None] = {}
    for name in names:
        every[name] = None
        refuse_many_columns(len(every), place)
    return every


def refuse_many_columns(count: int, place: str) -> None:
    """Refuse so many columns that the room for them fills the memory.

    Raises
    ------
    LayerError
        There are more than `MAX_COLUMNS`.
    """
    if count > MAX_COLUMNS:
        raise LayerError(
            _(
                "{place}: more than {most} columns; export the layer with the columns that are needed",
                place=place,
                most=MAX_COLUMNS,
            )
        )


def refuse_long_cells(columns: Mapping[str, pa.ChunkedArray], place: str) -> None:
    """Refuse text that is no name, code or remark any more.

    Raises
    ------
    LayerError
        A cell has more than `MAX_CELL` bytes, or equal ones together more than `MAX_TEXT`.
    """
    for name, values in columns.items():
        longest, together = _lengths(values)
        if longest > MAX_CELL or together > MAX_TEXT:
            raise LayerError(
                _(
                    "{place}: the column {column} has cells of up to {longest} bytes, {together} bytes"
                    " together; at most {most} bytes are read in a cell, and {all} together. Shorten"
                    " what stands there, or name another column",
                    place=place,
                    column=name,
                    longest=longest,
                    together=together,
                    most=MAX_CELL,
                    all=MAX_TEXT,
                )
            )


def _lengths(values: pa.ChunkedArray) -> tuple[int, int]:
    """The bytes of the longest cell of a column and, where equal ones are held once, of all of them."""
    if pa.types.is_dictionary(values.type):
        if not _is_text(values.type.value_type):
            return 0, 0
        chunks = [(pc.binary_length(each.dictionary), each.indices) for each in values.chunks]
        longest = max((pc.max(lengths).as_py() or 0 for lengths, _at in chunks), default=0)
        return longest, sum(pc.sum(lengths.take(at)).as_py() or 0 for lengths, at in chunks)
    if not _is_text(values.type):
        return 0, 0
    return pc.max(pc.binary_length(values)).as_py() or 0, 0


def _is_text(of: pa.DataType) -> bool:
    return any(
        kind(of)
        for kind in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
        )
    )
