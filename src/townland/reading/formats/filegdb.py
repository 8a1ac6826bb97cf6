"""FileGDB: a folder of tables, each with its index; a table that lost rows is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import Text, _
from townland.reading import widths
from townland.reading.format import Direct, Format, Probe, Request, Source
from townland.reading.formats import gdal
from townland.reading.formats.whole import cut_off, not_files
from townland.reading.rows import Rows


def _recognises(_probe: Probe) -> bool:
    """Never by first bytes: it is a folder."""
    return False


def _faults(probe: Probe) -> Iterator[Text]:
    """Each table has its index (.gdbtablx), and both are whole.

    Without the index GDAL guesses where the rows are, and says itself that they may be wrong ones.
    """
    files = {file.name.lower(): file for file in probe.path.iterdir()}
    yield from not_files(files.values(), probe.place)
    for name, table in sorted(files.items()):
        if name.endswith(".gdbtable"):
            index = files.get(name.replace(".gdbtable", ".gdbtablx"))
            yield from _table_faults(table, index, probe.place)


def _table_faults(table: Path, index: Path | None, place: str) -> Iterator[Text]:
    """That a table lacks its index, or that one of the two is cut off.

    Parameters
    ----------
    table, index
        The two files; None for an index that is missing.
    place
        How messages name the FileGDB.
    """
    if index is not None:
        yield from filter(None, (_cut_off(file, place) for file in (table, index)))
        return
    yield _(
        "{path}: the table {name} has no index ({index}), without which its rows cannot be told"
        " for certain; copy the whole folder of the FileGDB again",
        path=place,
        name=table.name,
        index=table.with_suffix(".gdbtablx").name,
    )


def _cut_off(file: Path, place: str) -> Text | None:
    """The message about a file of a FileGDB that is shorter than its header states."""
    size, expected = file.stat().st_size, _size(file)
    return cut_off(f"{place}/{file.name}", size, expected) if size < expected else None


def _size(file: Path) -> int:
    """How many bytes a file of a FileGDB has by its header.

    A table states it; an index has blocks of 1024 rows, and 16 bytes before and behind them
    (https://github.com/rouault/dump_gdbtable/wiki/FGDB-Spec).
    """
    with file.open("rb") as stream:
        head = stream.read(40)
    if len(head) < 16:
        return 16
    if file.suffix.lower() == ".gdbtable":
        return max(40, int.from_bytes(head[24:32], "little"))
    blocks, width = int.from_bytes(head[4:8], "little"), int.from_bytes(head[12:16], "little")
    return 16 + blocks * 1024 * min(width, 8) + (16 if blocks else 0)


def _open(form: Format, file: Path, place: str, request: Request) -> Source:
    """Describe one layer.

    Parameters
    ----------
    form, file, place, request
        As `gdal.open_layer`.
    """
    source = gdal.open_layer(form, file, place, request)
    if source.direct is None:
        return source
    direct = replace(source.direct, scan=partial(_scan, source, source.direct))
    return replace(source, fetch=partial(_fetch, source), direct=direct)


def _scan(
    source: Source, direct: Direct
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.object_]]]:
    """Go through the layer as GDAL does, and refuse a table from which rows are lost."""
    count = 0
    for keys, geometry in direct.scan():
        count += len(keys)
        yield keys, geometry
    _refuse_lost(source, count)


def _fetch(
    source: Source,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,
) -> Rows:
    """Read the layer as GDAL does, and refuse a table from which rows are lost.

    Parameters
    ----------
    source
        The layer as GDAL describes it.
    columns, boxes, shapes
        As `Fetch`.

    Raises
    ------
    LayerError
        Fewer rows can be read than the table counts.
    """
    rows = source.fetch(columns, boxes, shapes=shapes)
    if boxes is None and shapes:
        _refuse_lost(source, len(rows))
    return rows


def _refuse_lost(source: Source, found: int) -> None:
    """Refuse a table of which fewer rows were found than it counts."""
    # the table counts rows whose address in it is lost; GDAL leaves them out in silence
    if found < (source.features or 0):
        raise LayerError(
            _(
                "{place}: the table holds {count} {count:feature|features}, but only"
                " {found} of them can be read: it is damaged; copy the whole folder of the"
                " FileGDB again",
                place=source.place,
                count=source.features,
                found=found,
            )
        )


FORMAT = Format(
    name="filegdb",
    titles=(_("FileGDB"),),
    suffixes=(".gdb",),
    recognises=_recognises,
    faults=_faults,
    folder_of="*.gdbtable",
    open=_open,
    drivers=("OpenFileGDB",),
    widths=widths.of_filegdb,
    layers=gdal.layers_of,
    numbered_from=1,
    columns_alone=True,
)
