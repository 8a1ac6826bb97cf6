"""Arrays of geometries: what of them is areal, and work on shares of them at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from townland.errors import GeometryError
from townland.geodesy import Geometries
from townland.geodesy.valid import valid_land
from townland.i18n import _

THREADS = 2
THREADED_FROM = 32

ROUNDS = 5
"""So often a geometry is mended until it must be valid; two were enough for all that were tried."""

POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


In = TypeVar("In", np.object_, np.int64)
Out = TypeVar("Out", np.object_, np.bool_)


def in_threads(
    work: Callable[[npt.NDArray[In]], npt.NDArray[Out]], rows: npt.NDArray[In]
) -> npt.NDArray[Out]:
    """Apply a function of geometries to shares of them at once: GEOS works outside Python's lock.

    The rows are geometries, or the positions of geometries that the function knows.

    Few are not worth it.
    """
    if len(rows) < THREADED_FROM:
        return work(rows)
    with ThreadPoolExecutor(THREADS) as pool:
        return np.concatenate(list(pool.map(work, np.array_split(rows, THREADS))))


def polygons_of(geometries: Geometries) -> npt.NDArray[np.object_]:
    """Only what is areal of each geometry: lines and points of a collection are left out.

    >>> line_and_square = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(5, 5)])
    >>> polygons_of([line_and_square])[0].geom_type
    'Polygon'
    """
    geometries = np.array(geometries, dtype=object, ndmin=1)
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(geometries), POLYGONAL)):
        parts = shapely.get_parts(shapely.get_parts(geometries[i]))
        areal = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        geometries[i] = areal[0] if len(areal) == 1 else shapely.multipolygons(areal)
    return geometries


def all_valid(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Polygons in their order, the invalid ones mended.

    Raises
    ------
    GeometryError
        As `made_valid`.
    """
    torn = np.flatnonzero(~shapely.is_valid(polygons))
    if not len(torn):
        return polygons
    mended = polygons.copy()
    mended[torn] = made_valid(polygons[torn])
    return mended


def made_valid(geometries: Geometries) -> npt.NDArray[np.object_]:
    """Valid polygons from invalid ones, of all land that their rings go round (`valid_land`).

    What GEOS's structure method gives is not always valid at once: of a ring that runs along one of its
    own edges three times it makes two parts with a common edge (GEOS 3.14).

    Raises
    ------
    GeometryError
        A geometry is still not valid after `ROUNDS` rounds.

    Examples
    --------
    >>> points = [(0, 2), (1, 0), (0, 1), (0, 0), (1, 0), (0, 1)]
    >>> shapely.make_valid(shapely.Polygon(points), method="structure").is_valid
    False
    >>> made_valid([shapely.Polygon(points)])[0].is_valid
    True
    """
    made = np.array(geometries, dtype=object, ndmin=1)
    torn = np.arange(len(made))
    for _round in range(ROUNDS):
        if not len(torn):
            return made
        made[torn] = polygons_of(valid_land(made[torn]))
        torn = torn[~shapely.is_valid(made[torn])]
    if len(torn):
        raise GeometryError(
            _("a geometry near {place} cannot be mended; draw it anew", place=made[torn[0]].bounds)
        )
    return made
