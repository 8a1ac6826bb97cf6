"""Geometry columns of Parquet as shapely takes them: WKB, GeoArrow's own lists, the type GEOMETRY.

Sources: GeoParquet 1.1 (encodings ``WKB``, ``polygon``, ``multipolygon`` …), the specification of Apache
Parquet (logical types GEOMETRY and GEOGRAPHY).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import Text, _
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
    LayerError
        A part of a geometry is missing, or no number.
    """
    if encoding == "WKB":
        return wkb.geometries(column.to_numpy(), fid, place)
    kind, lists = NATIVE[encoding]
    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    present = np.asarray(pc.is_valid(array))
    found = np.full(len(array), None, dtype=object)
    if present.any():
        own = _Numbered(np.asarray(fid)[present], place)
        found[present] = _ragged(array.filter(pa.array(present)), kind, lists, own)
    return found


def is_as_said(column: pa.DataType, encoding: str) -> bool:
    """Whether a column is of the type that its encoding says.

    >>> is_as_said(pa.binary(), "WKB"), is_as_said(pa.binary(), "polygon")
    (True, False)
    """
    if encoding == "WKB":
        plain = column.value_type if pa.types.is_dictionary(column) else column
        return any(kind(plain) for kind in _BYTES)
    for _level in range(NATIVE[encoding][1]):
        if not (pa.types.is_list(column) or pa.types.is_large_list(column)):
            return False
        column = column.value_type
    return pa.types.is_struct(column) and all(column.get_field_index(x) >= 0 for x in "xy")


_BYTES = (
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The numbers of the features of an array, and how messages name their file."""

    fid: NDArray[np.int64]
    place: str

    def refuse(self, faulty: NDArray[np.bool_], of: NDArray[np.int64], reason: Text) -> None:
        """Refuse the first feature of which a part is faulty: GEOS would read past what is there.

        Parameters
        ----------
        faulty, of
            Which parts are faulty, and the position of the feature of each.
        reason
            What is wrong with them.

        Raises
        ------
        LayerError
            There is one.
        """
        if faulty.any():
            number = int(self.fid[of[np.argmax(faulty)]])
            raise LayerError(
                _(
                    "{place}: feature {feature}: {reason}",
                    place=self.place,
                    feature=number,
                    reason=reason,
                )
            )


def _ragged(
    array: pa.Array, kind: shapely.GeometryType, lists: int, own: _Numbered
) -> NDArray[np.object_]:
    """The geometries of lists of points, none of which is missing.

    Parameters
    ----------
    array
        The lists.
    kind, lists
        What they hold, and how many lists stand around a point.
    own
        Their numbers.
    """
    offsets: list[NDArray[np.int64]] = []
    of = np.arange(len(array))
    for _level in range(lists):
        own.refuse(
            ~np.asarray(pc.is_valid(array)), of, _("a ring or a part of it is missing (null)")
        )
        lengths = np.asarray(pc.list_value_length(array), np.int64)
        offsets.insert(0, np.concatenate([[0], np.cumsum(lengths)]))
        of = np.repeat(of, lengths)
        array = array.flatten()
    xy = np.column_stack(
        [np.asarray(pc.cast(pc.struct_field(array, side), pa.float64())) for side in ("x", "y")]
    )
    own.refuse(
        ~np.isfinite(xy).all(axis=1), of, _("a coordinate is missing or no number; correct it")
    )
    if "POLYGON" in kind.name:
        short = _too_short(xy, offsets[0])
        start = np.minimum(offsets[0][:-1], len(of) - 1)
        own.refuse(short, of[start], _("a ring has fewer than three points; correct it"))
    made = shapely.from_ragged_array(kind, xy, tuple(offsets) or None)
    return np.asarray(made, dtype=object)


def _too_short(xy: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rings have one or two points beside the one that closes them; an empty ring is none."""
    first, last = offsets[:-1], offsets[1:] - 1
    sizes = last - first + 1
    drawn = sizes > 0
    closed = np.zeros(len(sizes), bool)
    closed[drawn] = (xy[first[drawn]] == xy[last[drawn]]).all(axis=1)
    return np.asarray(drawn & (sizes - closed < 3))


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
