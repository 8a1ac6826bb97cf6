"""Which rows are polygons: the rest is dropped, and counted."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from townland.errors import LayerError
from townland.geodesy.parts import parts_of
from townland.i18n import _
from townland.issues import GEOMETRY, Issue
from townland.reading.rows import Rows


def no_polygon(rows: Rows, place: str) -> LayerError:
    """What to raise where the boundaries of towns are wanted, and `polygons` leaves nothing."""
    if not len(rows):
        return LayerError(
            _("{place}: the file holds no features; get it again from its maker", place=place)
        )
    return LayerError(
        _(
            "{place}: no polygon, but {count} {count:feature|features} of other kinds; a"
            " town's boundary must be a polygon",
            place=place,
            count=len(rows),
        )
    )


class Left(NamedTuple):
    """How many features have no geometry, are no polygons, are collections, or have heights."""

    empty: int = 0
    others: int = 0
    collections: int = 0
    deep: int = 0

    def and_of(self, more: Left) -> Left:
        """The numbers of these features and of others."""
        return Left(*(one + other for one, other in zip(self, more, strict=True)))

    def issues(self) -> list[Issue]:
        """What is told of them."""
        none = _(
            "{count} {count:feature has|features have} no geometry, and {count:is|are} left out",
            count=self.empty,
        )
        others = _(
            "{count} {count:feature is a point, a line or the like, no polygon|features"
            " are points, lines or the like, not polygons}, and {count:is|are} left out",
            count=self.others,
        )
        collections = _(
            "{count} {count:feature is a collection; of it|features are collections; of"
            " them} only the polygons are kept",
            count=self.collections,
        )
        deep = _(
            "{count} {count:feature carries|features carry} heights or measures (Z, M), dropped",
            count=self.deep,
        )
        told = (
            ("geometry_empty", none),
            ("geometry_not_polygon", others),
            ("geometry_collection", collections),
            ("dimension_dropped", deep),
        )
        return [
            Issue(code, GEOMETRY[code], message)
            for (code, message), count in zip(told, self, strict=True)
            if count
        ]


def polygons(rows: Rows) -> tuple[Rows, list[Issue]]:
    """The rows that are polygons, in two dimensions; the rest is dropped, and counted.

    Polygons inside of collections are kept: dropping them would lose area.
    """
    rows, left = areal(rows)
    return rows, left.issues()


def areal(rows: Rows) -> tuple[Rows, Left]:
    """What `polygons` gives, and the numbers of what was dropped."""
    empty = shapely.is_missing(rows.geometry) | shapely.is_empty(rows.geometry)
    kind = shapely.get_type_id(rows.geometry)
    surface = np.isin(kind, (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)) & ~empty
    # a polygon that was cut or mended elsewhere may come with lines beside it
    collections = np.flatnonzero((kind == GeometryType.GEOMETRYCOLLECTION) & ~empty)
    if len(collections):
        geometry = rows.geometry.copy()
        geometry[collections] = [_of_collection(shape) for shape in geometry[collections]]
        surface[collections] = ~shapely.is_empty(geometry[collections])
        rows = replace(rows, geometry=geometry)
    dropped, kept = int((~surface & ~empty).sum()), int(surface[collections].sum())
    rows = rows if surface.all() else rows.take(surface)
    deep = shapely.has_z(rows.geometry) | shapely.has_m(rows.geometry)
    geometry = shapely.force_2d(rows.geometry) if deep.any() else rows.geometry
    rows = replace(rows, geometry=without_hollow_parts(geometry))
    return rows, Left(int(empty.sum()), dropped, kept, int(deep.sum()))


def without_hollow_parts(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons without the parts and inner rings that have no vertex: they count, and bound nothing.

    >>> hollow = shapely.from_wkt("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0), EMPTY), EMPTY)")
    >>> without_hollow_parts(np.array([hollow]))[0].wkt
    'MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))'
    """
    parts, of = parts_of(geometries)
    holed = np.flatnonzero(shapely.get_num_interior_rings(parts))
    rings, at = shapely.get_rings(parts[holed], return_index=True)
    hollow = np.unique(holed[at[shapely.is_empty(rings)]])
    parts = parts.copy() if len(hollow) else parts
    for part in hollow.tolist():
        own = [ring for ring in parts[part].interiors if not ring.is_empty]
        parts[part] = shapely.Polygon(parts[part].exterior, own)
    bare = shapely.is_empty(parts)
    touched = np.unique(of[np.concatenate([hollow, np.flatnonzero(bare)])])
    geometries = geometries.copy() if len(touched) else geometries
    for owner in touched.tolist():
        mine = parts[(of == owner) & ~bare]
        is_one = shapely.get_type_id(geometries[owner]) == GeometryType.POLYGON
        geometries[owner] = mine[0] if is_one else shapely.multipolygons(mine)
    return geometries


def _of_collection(shape: shapely.GeometryCollection) -> shapely.MultiPolygon:
    """The polygons of a collection, however deep its collections hold one another."""
    parts = np.array([shape], dtype=object)
    while (shapely.get_type_id(parts) > GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == GeometryType.POLYGON])
