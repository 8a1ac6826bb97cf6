"""Geometry columns of Parquet as shapely takes them: WKB, GeoArrow's own lists, the type GEOMETRY.

Sources: GeoParquet 1.1 (encodings ``WKB``, ``polygon``, ``multipolygon`` …), the specification of Apache
Parquet (logical types GEOMETRY and GEOGRAPHY).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.formats import wkb

NATIVE: Mapping[str, tuple[shapely.GeometryType, int]] = {
    "polygon": (shapely.GeometryType.POLYGON, 2),
    "multipolygon": (shapely.GeometryType.MULTIPOLYGON, 3),
    "linestring": (shapely.GeometryType.LINESTRING, 1),
    "multilinestring": (shapely.GeometryType.MULTILINESTRING, 2),
    "point": (shapely.GeometryType.POINT, 0),
    "multipoint": (shapely.GeometryType.MULTIPOINT, 1),
}
"""The encodings of GeoParquet 1.1 other than WKB: what they hold, in how many lists."""

DEFAULT = "OGC:CRS84"
"""The CRS of a column that states none."""


def geometries(
    column: pa.ChunkedArray, encoding: str, fid: NDArray[np.int64], place: str
) -> NDArray[np.object_]:
    """The geometries of a column; None where there is none.

    Parameters
    ----------
    column, encoding
        The column, and how it is encoded: ``WKB`` or one of `NATIVE`.
    fid, place
        The numbers of the features, and how messages name the file.

    Raises
    ------
    pyarrow.ArrowException
        The column is not what its encoding says.
    """
    if encoding == "WKB":
        return wkb.geometries(column.to_numpy(), fid, place)
    kind, lists = NATIVE[encoding]
    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    present = np.asarray(pc.is_valid(array))
    found = np.full(len(array), None, dtype=object)
    if present.any():
        found[present] = _ragged(array.filter(pa.array(present)), kind, lists)
    return found


def _ragged(array: pa.Array, kind: shapely.GeometryType, lists: int) -> NDArray[np.object_]:
    """The geometries of lists of points, none of which is missing.

    Parameters
    ----------
    array
        The lists.
    kind, lists
        What they hold, and how many lists stand around a point.
    """
    offsets: list[NDArray[np.int64]] = []
    for _level in range(lists):
        lengths = np.asarray(pc.list_value_length(array), np.int64)
        offsets.insert(0, np.concatenate([[0], np.cumsum(lengths)]))
        array = array.flatten()
    x, y = (np.asarray(pc.struct_field(array, side), np.float64) for side in ("x", "y"))
    made = shapely.from_ragged_array(kind, np.column_stack([x, y]), tuple(offsets) or None)
    return np.asarray(made, dtype=object)


def typed_column(file: pq.ParquetFile, place: str) -> tuple[str, str | None] | None:
    """The name and the CRS of the column of the type GEOMETRY; None without one.

    Raises
    ------
    LayerError
        The file has several such columns, or its edges are not straight (GEOGRAPHY).
    """
    found: dict[str, str | None] = {}
    for at in range(len(file.schema)):
        column = file.schema.column(at)
        kind = str(column.logical_type.type)
        if kind == "GEOGRAPHY":
            raise LayerError(
                _(
                    "{place}: the column {column} is of the type GEOGRAPHY, whose edges are curves on"
                    " the Earth; export the layer with the type GEOMETRY or as GeoParquet",
                    place=place,
                    column=column.name,
                )
            )
        if kind == "GEOMETRY":
            stated = json.loads(column.logical_type.to_json()).get("crs")
            found[column.name] = _crs(stated, file.metadata.metadata or {})
    if len(found) > 1:
        raise LayerError(
            _(
                "{place}: several columns hold geometries ({columns}); export the layer with one",
                place=place,
                columns=", ".join(found),
            )
        )
    return next(iter(found.items()), None)


def _crs(stated: object, metadata: Mapping[bytes, bytes]) -> str | None:
    """What the CRS of a column means: a text, a code (``srid:``), or a key of the metadata.

    >>> _crs("srid:4524", {}), _crs("projjson:a", {b"a": b"{}"}), _crs("", {})
    ('EPSG:4524', '{}', 'OGC:CRS84')
    """
    if isinstance(stated, dict):
        return json.dumps(stated)
    text = stated if isinstance(stated, str) else ""
    if text.startswith("srid:"):
        return f"EPSG:{text.removeprefix('srid:')}"
    if text.startswith("projjson:"):
        key = text.removeprefix("projjson:").encode()
        return metadata[key].decode("utf-8", "replace") if key in metadata else text
    return text or DEFAULT
