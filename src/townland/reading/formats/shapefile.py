"""Shapefile: one layer in several files that must belong together, its text in any encoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from townland.geodesy.crs import Bounds
from townland.i18n import Text, _
from townland.reading import widths
from townland.reading.encoding import Encoding, encoding_of
from townland.reading.format import Format, Probe, Request, Source
from townland.reading.formats import dbf_cells, gdal
from townland.reading.formats.whole import cut_off, not_files, side_file
from townland.reading.rows import Rows

_HEADER = 100
"""Bytes of the header of a .shp and of a .shx (ESRI Shapefile Technical Description, 1998)."""
_TABLE_HEADER = 32
"""Bytes of the header of a .dbf before its fields."""


def _recognises(probe: Probe) -> bool:
    return probe.head[:4] == b"\x00\x00\x27\x0a"


def _faults(probe: Probe) -> Iterator[Text]:
    """What its header, its index and its table show: cut off, incomplete, or not of one set."""
    path, place = probe.path, probe.place
    expected = max(2 * int.from_bytes(probe.head[24:28], "big"), _HEADER)
    if probe.size < expected:
        yield cut_off(place, probe.size, expected)
    index, table = side_file(path, ".shx"), side_file(path, ".dbf")
    yield from not_files((index, table, side_file(path, ".prj"), side_file(path, ".cpg")), place)
    for side, suffix in ((index, ".shx"), (table, ".dbf")):
        if side is None:
            yield _(
                "{path}: its side file {suffix} is missing; copy all files of the Shapefile together",
                path=place,
                suffix=suffix,
            )
    if index is not None and table is not None:
        yield from _set_faults(probe, index, table)


def _set_faults(probe: Probe, index: Path, table: Path) -> Iterator[Text]:
    """The faults of a Shapefile all of whose files are there.

    Parameters
    ----------
    probe
        The .shp.
    index, table
        Its .shx and its .dbf.
    """
    place = probe.place
    with table.open("rb") as stream:
        header = stream.read(_TABLE_HEADER)
    size, expected = table.stat().st_size, _table_size(header)
    if expected is None or size < expected:
        yield cut_off(place[: len(place) - len(probe.path.suffix)] + table.suffix, size, expected)
        return
    field = dbf_cells.without_room(table)
    if field is not None:
        yield _(
            "{path}: the field {field} has no room in the rows of the .dbf: its header is damaged;"
            " export the layer again",
            path=place,
            field=field,
        )
        return
    count = int.from_bytes(header[4:8], "little")
    # the .shx has 8 bytes for each shape
    shapes = (index.stat().st_size - _HEADER) // 8
    if shapes != count:
        yield _(
            "{path}: {shapes} {shapes:shape|shapes}, but {rows} {rows:row|rows} in the"
            " .dbf; the side files do not belong together: copy all files of the Shapefile"
            " again",
            path=place,
            shapes=shapes,
            rows=count,
        )
        return
    astray = _astray(index, probe.size)
    if astray is not None:
        yield _(
            "{path}: by the index (.shx) shape {shape} lies outside of the file, or over another; the"
            " side files do not belong together: copy all files of the Shapefile again",
            path=place,
            shape=astray,
        )


def _table_size(header: bytes) -> int | None:
    """How many bytes a .dbf has by its header; None where it has rows of no width."""
    if len(header) < _TABLE_HEADER:
        return _TABLE_HEADER
    count, width = int.from_bytes(header[4:8], "little"), int.from_bytes(header[10:12], "little")
    if count and not width:
        return None
    return int.from_bytes(header[8:10], "little") + count * width


def _astray(index: Path, size: int) -> int | None:
    """The first shape, counted from 1, that cannot stand where the index of a Shapefile says."""
    entries = np.fromfile(index, ">i4", offset=_HEADER).astype(np.int64)
    start, length = 2 * entries[: len(entries) // 2 * 2].reshape(-1, 2).T
    end = start + 8 + length
    wrong = (start < _HEADER) | (length < 4) | (end > size)
    order = np.argsort(start, kind="stable")
    wrong[order[1:]] |= start[order[1:]] < end[order[:-1]]
    numbers = np.flatnonzero(wrong)
    return int(numbers[0]) + 1 if len(numbers) else None


def _open(form: Format, file: Path, place: str, request: Request) -> Source:
    """Describe the layer, with its text's encoding as its bytes show it.

    Parameters
    ----------
    form, file, place, request
        As `gdal.open_layer`.
    """
    encoding = _encoding(file, place, request.encoding)
    source = gdal.open_layer(form, file, place, request, encoding=encoding)
    table = side_file(file, ".dbf")
    if table is not None:
        source = _with_raw_numbers(source, table)
    return replace(source, crs=source.crs or _not_understood(file))


def _with_raw_numbers(source: Source, table: Path) -> Source:
    """The layer, whose cells that are no numbers stand as their text: GDAL takes them for 0 or blank."""
    known = dbf_cells.RawCells()

    def put_right(rows: Rows) -> Rows:
        """The rows with the text of cells that are no numbers."""
        raw = dbf_cells.raw_cells(rows, table)
        known.keep(rows.fid, raw)
        return dbf_cells.with_texts(rows, raw)

    def fetch(
        columns: Sequence[str], boxes: Sequence[Bounds] | None, *, shapes: bool = True
    ) -> Rows:
        """Read as `format.Fetch`.

        Parameters
        ----------
        columns, boxes, shapes
            As there.
        """
        rows = source.fetch(columns, boxes, shapes=shapes)
        # without shapes the rows have no numbers by which they stand in the table
        return put_right(rows) if shapes else rows

    def pick(columns: Sequence[str], keys: NDArray[np.int64], at: NDArray[np.int64]) -> Rows:
        """Read as `format.Pick`.

        Parameters
        ----------
        columns, keys, at
            As there.
        """
        assert source.direct is not None  # noqa: S101 - it is replaced only where it is there
        return put_right(source.direct.pick(columns, keys, at))

    direct = None if source.direct is None else replace(source.direct, pick=pick)
    return replace(
        source,
        fetch=fetch,
        direct=direct,
        starred=known.starred,
        put_right=put_right,
        raw_cells=partial(dbf_cells.raw_cells, table=table),
    )


def _encoding(file: Path, place: str, stated: str | None) -> Encoding | None:
    """The encoding of the table; None without a table.

    Parameters
    ----------
    file, place
        The .shp, and how messages name it.
    stated
        What the user states.
    """
    table, label = side_file(file, ".dbf"), side_file(file, ".cpg")
    if table is None:
        return None
    text = label.read_text("ascii", "replace")[:40].strip() if label is not None else None
    return encoding_of(table, text or None, stated, place=place)


def _not_understood(file: Path) -> str | None:
    """The text of a .prj of which GDAL makes nothing, to be refused as it is; None without one."""
    side = side_file(file, ".prj")
    if side is None:
        return None
    with side.open("rb") as stream:
        return stream.read(2000).decode("utf-8", "replace").strip() or None


FORMAT = Format(
    name="shapefile",
    titles=("Shapefile",),
    suffixes=(".shp",),
    recognises=_recognises,
    faults=_faults,
    data_files=(".shp", ".shx", ".dbf", ".prj", ".cpg"),
    index_files=(".sbn", ".sbx", ".qix"),
    open=_open,
    drivers=("ESRI Shapefile",),
    widths=widths.of_dbf,
    columns_alone=True,
    states_encoding=True,
    widest_text=254,  # dBASE III
)
