"""The parts of geometries: a polygon by itself is not copied, which takes longer than to look at it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

Shapes = npt.NDArray[np.object_]


def parts_of(geometries: Shapes) -> tuple[Shapes, npt.NDArray[np.int64]]:
    """As `shapely.get_parts`, and the position of the geometry that each part is of.

    A polygon is its own part, the same object; those of all else are copies.

    >>> two = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    >>> parts, of = parts_of(np.array([shapely.box(5, 0, 6, 1), None, two], dtype=object))
    >>> len(parts), of.tolist()
    (3, [0, 2, 2])
    """
    lone = shapely.get_type_id(geometries) == GeometryType.POLYGON
    every = np.arange(len(geometries))
    if lone.all():
        return geometries, every
    several = np.flatnonzero(~lone)
    copies, of = shapely.get_parts(geometries[several], return_index=True)
    counts = np.ones(len(geometries), dtype=np.int64)
    counts[several] = np.bincount(of, minlength=len(several))
    owner = np.repeat(every, counts)
    parts = np.empty(len(owner), dtype=object)
    parts[lone[owner]] = geometries[lone]
    parts[~lone[owner]] = copies
    return parts, owner
