"""GeoParquet through pyarrow: no wheel of GDAL carries the driver."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.formats import wkb

Bounds = tuple[float, float, float, float]


def _open(path: Path, place: str) -> tuple[pq.ParquetFile, str, dict[str, Any]]:
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
    return file, name, column


def _is_sound(column: Any) -> bool:
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


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def info(path: Path, place: str) -> dict[str, Any]:
    """What a GeoParquet file says of itself, as the fields of `source.Source`.

    Raises
    ------
    LayerError
        It is damaged, or no GeoParquet with geometry as WKB.
    """
    file, name, column = _open(path, place)
    crs = column.get("crs", "OGC:CRS84")
    covering = _covering(column)
    hidden = {name, *(part[0] for part in covering)}
    box = column.get("bbox")
    if box is not None:
        box = tuple(float(n) for n in (box if len(box) == 4 else (*box[:2], *box[3:5])))
    return {
        "fields": tuple(field for field in file.schema_arrow.names if field not in hidden),
        "crs": json.dumps(crs) if isinstance(crs, dict) else crs,
        "geometry_type": ", ".join(column.get("geometry_types", [])) or "Unknown",
        "features": file.metadata.num_rows,
        "bounds": box if box is not None and np.isfinite(box).all() else None,
        "indexed": bool(covering),
    }


def _covering(column: dict[str, Any]) -> list[list[str]]:
    """The paths of the four columns that hold each feature's bounding box, if the file has them."""
    covering = column.get("covering", {}).get("bbox", {})
    sides = [covering.get(side) for side in ("xmin", "ymin", "xmax", "ymax")]
    return sides if all(sides) else []


def rows(
    path: Path, place: str, columns: Sequence[str], boxes: Sequence[Bounds] | None
) -> tuple[NDArray[np.int64], dict[str, pa.ChunkedArray], NDArray[Any]]:
    """Row numbers, columns and geometries of the features near `boxes`, in file order.

    Where the file covers its features with a bounding box column, only the row groups that hold a
    feature near a box are read.
    """
    file, name, column = _open(path, place)
    covering = _covering(column)
    numbers, tables, shapes = [], [], []
    start = 0
    for group in range(file.metadata.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        fid = np.arange(start, start + count)
        start += count
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
            keep = _near(list(shapely.bounds(found).reshape(-1, 4).T), boxes)
            fid, found, table = fid[keep], found[keep], table.take(pa.array(np.flatnonzero(keep)))
        numbers.append(fid)
        tables.append(table.select(list(columns)))
        shapes.append(found)
    empty = file.schema_arrow.empty_table().select(list(columns))
    table = pa.concat_tables([*tables, empty])
    held = {field: table.column(field) for field in columns}
    for values in held.values():
        values.validate(full=True)  # bytes that are no text would fail wherever they are first used
    fid = np.concatenate([*numbers, np.array([], np.int64)]).astype(np.int64)
    return fid, held, np.concatenate([*shapes, np.array([], object)])


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
