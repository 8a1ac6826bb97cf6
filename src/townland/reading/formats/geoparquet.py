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
from townland.reading.format import Format, Probe, Request, Source
from townland.reading.formats import wkb
from townland.reading.formats.gdal import require_sound
from townland.reading.formats.whole import cut_off
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


def _open(path: Path, place: str) -> tuple[pq.ParquetFile, str, _Column]:
    """The file, the name of its geometry column, and what the ``geo`` metadata says of it."""
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        geo = json.loads((file.schema_arrow.metadata or {})[b"geo"])
        name = geo["primary_column"]
        column = geo["columns"][name]
        file.schema_arrow.field(name)
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
    _require_wkb(column, place)
    return file, name, column


def _require_wkb(column: _Column, place: str) -> None:
    """Refuse metadata that are no GeoParquet, and geometry in another encoding than WKB."""
    if not _is_sound(column):
        raise LayerError(
            _(
                "{place}: what the GeoParquet metadata says of the geometry is no GeoParquet (bbox,"
                " geometry_types or covering); export the layer again",
                place=place,
            )
        )
    if column.get("encoding") != "WKB":
        raise LayerError(
            _(
                "{place}: the geometry is encoded as {encoding}; only WKB is read: export it again",
                place=place,
                encoding=column.get("encoding"),
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
        It is damaged, or no GeoParquet with geometry as WKB.
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
        indexed=bool(covering),
        fetch=partial(rows, file, place),
    )


def _covering(column: _Column) -> list[list[str]]:
    """The paths of the four columns that hold each feature's bounding box, if the file has them."""
    covering = column.get("covering", {}).get("bbox", {})
    sides = [covering.get(side, []) for side in ("xmin", "ymin", "xmax", "ymax")]
    return sides if all(sides) else []


def rows(
    path: Path,
    place: str,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,  # noqa: ARG001 - the geometry is read in any case
) -> Rows:
    """The features near `boxes`, in file order, numbered by their rows.

    Where the file covers its features with a bounding box column, only the row groups that hold a
    feature near a box are read.

    Parameters
    ----------
    path, place
        The file, and how messages name it.
    columns, boxes, shapes
        As `Fetch`.
    """
    file, name, column = _open(path, place)
    covering = _covering(column)
    numbers, tables, geometries = [], [], []
    start = 0
    for group in range(file.metadata.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        fid = np.arange(start, start + count)
        start += count
        # GeoParquet 1.1: four columns of bounds spare the geometry of what lies elsewhere
        if boxes is not None and covering:
            sides = file.read_row_group(group, columns=[".".join(part) for part in covering])
            fid = fid[_near([_leaf(sides, part) for part in covering], boxes)]
            if not len(fid):
                continue
        table = file.read_row_group(group, columns=[*columns, name])
        if len(fid) < count:
            table = table.take(pa.array(fid - (start - count)))
        found = wkb.geometries(table.column(name).to_numpy(), fid + 1, place)
        if boxes is not None and not covering:
            keep = meets(found, boxes)
            fid, found, table = fid[keep], found[keep], table.take(pa.array(np.flatnonzero(keep)))
        numbers.append(fid)
        tables.append(table.select(list(columns)))
        geometries.append(found)
    empty = file.schema_arrow.empty_table().select(list(columns))
    table = pa.concat_tables([*tables, empty])
    values = {field: table.column(field) for field in columns}
    require_sound(values)
    fid = np.concatenate([*numbers, np.array([], np.int64)]).astype(np.int64)
    return Rows(fid, values, np.concatenate([*geometries, np.array([], object)]))


def _leaf(table: pa.Table, path: list[str]) -> NDArray[np.float64]:
    column = table.column(path[0]).combine_chunks()
    for part in path[1:]:
        column = column.field(part)
    values = column.to_numpy(zero_copy_only=False)
    if values.dtype == np.float32:
        # rounded to 2 m and more at eight-digit eastings: step outward
        away = np.float32(-np.inf if "min" in path[-1] else np.inf)
        values = np.nextafter(np.nextafter(values, away), away)
    return np.asarray(values, np.float64)


def _near(sides: list[NDArray[np.float64]], boxes: Sequence[Bounds]) -> NDArray[np.bool_]:
    west, south, east, north = sides
    hit = np.zeros(len(west), bool)
    for box in boxes:
        hit |= (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    return hit


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
