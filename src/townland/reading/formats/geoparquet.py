"""GeoParquet through pyarrow: no wheel of GDAL carries the driver."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import Text, _
from townland.reading.format import Direct, Format, Probe, Request, Source, Streamed
from townland.reading.formats import gdal, geoarrow, wkb
from townland.reading.formats.gdal import require_sound
from townland.reading.formats.whole import cut_off
from townland.reading.limits import refuse_long_cells
from townland.reading.rows import Rows, finite, meets

_MAGIC = b"PAR1"
"""At both ends of the file."""
_SHORTEST = 12


class _Column(TypedDict):
    """What the metadata say of a geometry column (GeoParquet 1.1), once `_is_sound` agrees."""

    encoding: NotRequired[str]
    geometry_types: NotRequired[list[str]]
    crs: NotRequired[dict[str, object] | str | None]
    bbox: NotRequired[list[float] | None]
    covering: NotRequired[dict[str, dict[str, list[str]]]]
    edges: NotRequired[str]


def _open(path: Path, place: str) -> tuple[pq.ParquetFile, str, _Column]:
    """The file, the name of its geometry column, and what the ``geo`` metadata says of it."""
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        # the schema that Arrow keeps in the file may have been written before the metadata
        entries = file.metadata.metadata or {}
        if b"geo" not in entries:
            typed = geoarrow.typed_column(file, place)
            if typed is not None:
                return file, typed[0], _Column(encoding="WKB", crs=typed[1])
        geo = json.loads(entries[b"geo"])
        name = geo["primary_column"]
        column = geo["columns"][name]
        kind = file.schema_arrow.field(name).type
    except (pa.ArrowException, OSError) as problem:
        raise LayerError(
            _(
                "{place}: the file cannot be read, it is damaged or not what its name says"
                " ({reason}); open it in the software that made it, and export it again",
                place=place,
                reason=" ".join(str(problem).split())[:300],
            )
        ) from None
    except (KeyError, TypeError, ValueError, RecursionError):
        raise LayerError(
            _(
                "{place}: the Parquet file holds no geometry (no GeoParquet metadata); export the layer"
                " as GeoParquet",
                place=place,
            )
        ) from None
    _require_known(column, kind, place)
    return file, name, column


def _require_known(column: _Column, kind: pa.DataType, place: str) -> None:
    """Refuse metadata that are no GeoParquet, or that do not fit the column.

    Parameters
    ----------
    column, kind
        What the metadata say of the geometry column, and its type.
    place
        How messages name the file.
    """
    if not _is_sound(column):
        raise LayerError(
            _(
                "{place}: what the GeoParquet metadata says of the geometry is no GeoParquet (bbox,"
                " geometry_types or covering); export the layer again",
                place=place,
            )
        )
    if column.get("encoding") not in ("WKB", *geoarrow.NATIVE):
        raise LayerError(
            _(
                "{place}: the geometry is encoded as {encoding}; expected WKB or the encodings of"
                " GeoParquet 1.1 (polygon, multipolygon …): export it again",
                place=place,
                encoding=column.get("encoding"),
            )
        )
    if column.get("edges") not in (None, "planar"):
        raise LayerError(
            _(
                "{place}: its edges are curves on the Earth (edges: {edges}), and no straight lines;"
                " export the layer again with planar edges",
                place=place,
                edges=str(column.get("edges"))[:40],
            )
        )
    if not geoarrow.is_as_said(kind, column["encoding"]):
        raise LayerError(
            _(
                "{place}: the metadata say that the geometry is encoded as {encoding}, but the column is"
                " of the type {kind}; export the layer again",
                place=place,
                encoding=column["encoding"],
                kind=str(kind)[:80],
            )
        )


def _is_sound(column: object) -> bool:
    """Whether the metadata of a geometry column has the types that GeoParquet 1.1 gives them."""
    if not isinstance(column, dict):
        return False
    box = column.get("bbox", [0, 0, 0, 0])
    kinds = column.get("geometry_types", [])
    covering = column.get("covering", {})
    sides = covering.get("bbox", {}) if isinstance(covering, dict) else None
    return (
        (
            box is None
            or (isinstance(box, list) and len(box) in (4, 6) and all(map(_is_number, box)))
        )
        and isinstance(kinds, list)
        and all(isinstance(kind, str) for kind in kinds)
        and isinstance(sides, dict)
        and all(
            isinstance(side, list) and all(isinstance(part, str) for part in side)
            for side in sides.values()
        )
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _open_layer(form: Format, file: Path, place: str, _request: Request) -> Source:
    """Describe the file, which has one layer.

    Parameters
    ----------
    form, file, place
        The format, the file, and how messages name it.
    _request
        Of no use: such a file has one layer, and its text is UTF-8.

    Raises
    ------
    LayerError
        It is damaged, or no GeoParquet, nor has it a column of the type GEOMETRY.
    """
    parquet, name, column = _open(file, place)
    crs = column.get("crs", "OGC:CRS84")
    covering = _covering(column)
    hidden = {name, *(part[0] for part in covering)}
    box = column.get("bbox")
    if box is not None and len(box) == 6:  # with heights
        box = [*box[:2], *box[3:5]]
    return Source(
        path=file,
        place=place,
        format=form,
        layer=None,
        fields=tuple(field for field in parquet.schema_arrow.names if field not in hidden),
        crs=json.dumps(crs) if isinstance(crs, dict) else crs,
        geometry_type=", ".join(column.get("geometry_types", [])) or "Unknown",
        features=parquet.metadata.num_rows,
        bounds=finite(box),
        indexed=False,
        fetch=partial(_fetch, file, place),
        direct=Direct(
            partial(_scan, file, place),
            partial(_pick, file, place),
            partial(_stream, file, place),
            partial(_by_covering, file, place) if covering else None,
        ),
    )


def _covering(column: _Column) -> list[list[str]]:
    """The paths of the four columns that hold each feature's bounding box, if the file has them."""
    covering = column.get("covering", {}).get("bbox", {})
    sides = [covering.get(side, []) for side in ("xmin", "ymin", "xmax", "ymax")]
    return sides if all(sides) else []


def _fetch(
    path: Path,
    place: str,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,  # noqa: ARG001 - the geometry is read in any case
) -> Rows:
    """All features, or those near `boxes` by their own coordinates, numbered by their rows.

    Parameters
    ----------
    path, place
        The file, and how messages name it.
    columns, boxes, shapes
        As `Fetch`.
    """
    count = _open(path, place)[0].metadata.num_rows
    rows = _pick(path, place, columns, np.arange(count), np.arange(count))
    return rows if boxes is None else rows.take(meets(rows.geometry, boxes))


def _scan(path: Path, place: str) -> Iterator[tuple[NDArray[np.int64], NDArray[np.object_]]]:
    """The row and the geometry of every feature, a batch at a time."""
    file, name, column = _open(path, place)
    encoding = column.get("encoding", "WKB")
    start = 0
    for batch in file.iter_batches(gdal.BATCH, columns=[name]):
        keys = np.arange(start, start + batch.num_rows)
        start += batch.num_rows
        if encoding == "WKB":
            shapes = batch.column(0).to_numpy(zero_copy_only=False)
            yield keys, wkb.lenient(shapes, keys + 1, place)
        else:
            shapes = pa.chunked_array([batch.column(0)])
            yield keys, geoarrow.geometries(shapes, encoding, keys + 1, place)


def _stream(path: Path, place: str, columns: Sequence[str], most: int) -> Iterator[Streamed]:
    """All features with these columns, in the order of their rows.

    Parameters
    ----------
    path, place
        The file, and how messages name it.
    columns, most
        The columns, and how many features come at a time.
    """
    file, name, column = _open(path, place)
    encoding = column.get("encoding", "WKB")
    start = 0
    for batch in file.iter_batches(most, columns=[*columns, name]):
        table = _plain(pa.Table.from_batches([batch]), columns, place)
        fid = np.arange(start, start + len(table))
        start += len(table)
        values = {field: table.column(field) for field in columns}
        require_sound(values)
        shapes = geoarrow.geometries(table.column(name), encoding, fid + 1, place)
        yield Streamed(Rows(fid, values, shapes))


def _pick(
    path: Path,
    place: str,
    columns: Sequence[str],
    keys: NDArray[np.int64],
    _at: NDArray[np.int64],
) -> Rows:
    """Read features by their rows; only the row groups that hold one of them are read.

    The column of boxes that a file may have (covering) is never asked: it may be of another state.

    Parameters
    ----------
    path, place
        The file, and how messages name it.
    columns, keys, _at
        As `Pick`.
    """
    plain, name, column = _open(path, place)
    encoding = column.get("encoding", "WKB")
    # equal cells stand once in a file: they are measured before there is room for each of them
    texts = [
        field.name for field in plain.schema_arrow if field.name in columns and _is_text(field.type)
    ]
    file = pq.ParquetFile(path, page_checksum_verification=True, read_dictionary=texts)
    tables, geometries = [], []
    start = 0
    for group in range(file.metadata.num_row_groups):
        end = start + file.metadata.row_group(group).num_rows
        own = keys[np.searchsorted(keys, start) : np.searchsorted(keys, end)]
        if len(own):
            table = file.read_row_group(group, columns=[*columns, name])
            if len(own) < end - start:
                table = table.take(pa.array(own - start))
            table = _plain(table, columns, place)
            geometries.append(geoarrow.geometries(table.column(name), encoding, own + 1, place))
            tables.append(table.select(list(columns)))
        start = end
    empty = _plain(file.schema_arrow.empty_table().select(list(columns)), columns, place)
    table = pa.concat_tables([*tables, empty])
    values = {field: table.column(field) for field in columns}
    require_sound(values)
    return Rows(keys, values, np.concatenate([*geometries, np.array([], object)]))


def _is_text(of: pa.DataType) -> bool:
    return bool(pa.types.is_string(of) or pa.types.is_large_string(of))


def _plain(table: pa.Table, columns: Sequence[str], place: str) -> pa.Table:
    """A table whose columns hold their values, and no numbers that stand for them.

    Parameters
    ----------
    table, columns
        A part of the file, and the columns that are wanted of it.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        A cell is too long.
    """
    refuse_long_cells({name: table.column(name) for name in columns}, place)
    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            values = table.column(at).cast(field.type.value_type)
            table = table.set_column(at, field.name, values)
    return table


def _by_covering(path: Path, place: str, box: Bounds) -> NDArray[np.int64]:
    """The rows that the column of boxes gives near a box: only to look what it misses.

    Parameters
    ----------
    path, place
        The file, and how messages name it.
    box
        A box in the coordinates of the file.
    """
    file, _name, column = _open(path, place)
    sides = [".".join(part) for part in _covering(column)]
    table = file.read(columns=sides).flatten()
    west, south, east, north = (
        np.asarray(table.column(side).to_numpy(), np.float64) for side in sides
    )
    return np.flatnonzero(
        (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    )


def _recognises(probe: Probe) -> bool:
    return probe.head.startswith(_MAGIC)


def _faults(probe: Probe) -> Iterator[Text]:
    with probe.path.open("rb") as stream:
        stream.seek(max(0, probe.size - len(_MAGIC)))
        if probe.size < _SHORTEST or stream.read(len(_MAGIC)) != _MAGIC:
            yield cut_off(probe.place, probe.size, None)


FORMAT = Format(
    name="geoparquet",
    titles=("GeoParquet",),
    suffixes=(".parquet", ".geoparquet"),
    recognises=_recognises,
    faults=_faults,
    open=_open_layer,
)
