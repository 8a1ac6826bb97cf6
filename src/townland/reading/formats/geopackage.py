"""GeoPackage: an SQLite database of layers; views among them are refused, since they may have no end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from townland.errors import LayerError
from townland.i18n import Text, _
from townland.reading import widths
from townland.reading.format import Format, Probe, Request, Source
from townland.reading.formats import gdal
from townland.reading.formats.whole import cut_off

_RECURSIVE = re.compile(r"\brecursive\b", re.IGNORECASE)


def _recognises(probe: Probe) -> bool:
    return probe.head.startswith(b"SQLite format 3\x00")


def _faults(probe: Probe) -> Iterator[Text]:
    head = probe.head
    page = int.from_bytes(head[16:18], "big")
    expected = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
    # the page count is only valid where the change counters agree (SQLite file format, 1.3.7)
    if head[24:28] == head[92:96] and probe.size < expected:
        yield cut_off(probe.place, probe.size, expected)
        return
    for name, statement in views(probe.path).items():
        if name.startswith("gpkg_") or _RECURSIVE.search(statement):
            yield _(
                "{path}: the view {name} stands in place of a table, or may have no end; export the"
                " layers to a new GeoPackage",
                path=probe.place,
                name=name,
            )


def views(path: Path) -> dict[str, str]:
    """The views of a GeoPackage by their names in small letters, as they were written.

    What SQLite cannot read is left to GDAL's own message.
    """
    address = f"file:{quote(path.resolve().as_posix())}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            rows = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
            return {str(name).lower(): str(statement) for name, statement in rows}
    except (sqlite3.Error, UnicodeError):  # its messages quote the bytes of a name
        return {}


def refuse_view(path: Path, name: str, place: str) -> None:
    """Refuse a view as a layer: counting its features may take for ever, or all memory.

    Parameters
    ----------
    path, name
        The file, and the layer that is wanted.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        The layer is one.
    """
    if name.lower() in views(path):
        raise LayerError(
            _(
                "{place}: {name} is a view, whose features are computed when it is read; export it as a"
                " layer of its own",
                place=place,
                name=name,
            )
        )


def _open(form: Format, file: Path, place: str, request: Request) -> Source:
    """Describe one layer that is a table.

    Parameters
    ----------
    form, file, place, request
        As `gdal.open_layer`.
    """
    source = gdal.open_layer(form, file, place, request, refuse=refuse_view)
    computed = computed_columns(file, source.layer or "")
    if not computed:
        return source
    _require_stored(source.place, computed, computed.keys() - set(source.fields))

    def stored(columns: Sequence[str]) -> Sequence[str]:
        _require_stored(source.place, computed, columns)
        return columns

    direct = source.direct
    return replace(
        source,
        fetch=lambda columns, boxes, *, shapes=True: source.fetch(
            stored(columns), boxes, shapes=shapes
        ),
        direct=direct
        and replace(direct, pick=lambda columns, keys, at: direct.pick(stored(columns), keys, at)),
    )


def computed_columns(path: Path, layer: str) -> dict[str, None]:
    """The columns of a layer that SQLite computes when they are read (generated, virtual)."""
    address = f"file:{quote(path.resolve().as_posix())}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            rows = base.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 2", (layer,))
            return {str(name): None for (name,) in rows}
    except (sqlite3.Error, UnicodeError):
        return {}


def _require_stored(place: str, computed: Container[str], columns: Iterable[str]) -> None:
    """Refuse to read a column whose cells have any length and take any time.

    Parameters
    ----------
    place
        How messages name the layer.
    computed
        Its columns that are computed when they are read.
    columns
        Those that are to be read.

    Raises
    ------
    LayerError
        One of these is.
    """
    for column in columns:
        if column in computed:
            raise LayerError(
                _(
                    "{place}: the column {column} is computed when it is read (a generated column);"
                    " export the layer, so that its values are stored",
                    place=place,
                    column=column,
                )
            )


FORMAT = Format(
    name="geopackage",
    titles=("GeoPackage",),
    suffixes=(".gpkg",),
    recognises=_recognises,
    faults=_faults,
    open=_open,
    drivers=("GPKG",),
    widths=widths.of_geopackage,
    layers=gdal.layers_of,
    numbered_from=1,
    numbers_by_column=True,
    columns_alone=True,
)
