"""Valid polygons of invalid ones: the land that their rings go round, all of it.

GEOS's structure method takes rings as what they are, shells and holes. Some rings it loses: one that
goes along its first edge, back, and along it once more at its end is no land, or no hole (GEOS 3.14).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]

LOST = 1e-9
"""The share of an area beyond which more or less of it is land that was lost or won, not rounding."""

WINDINGS_AT_MOST = 20_000_000
"""Edges times faces of a ring, up to which it is counted how often each face is gone round."""


def valid_land(shapes: Shapes) -> Shapes:
    """Valid polygons by GEOS's structure method, without what is not areal, and no ring lost.

    What it gives may have to be mended once more (`prepare.areal.made_valid`).

    Parameters
    ----------
    shapes
        Polygons and multipolygons; other geometries are as GEOS leaves them.

    Examples
    --------
    >>> ring = [(0, 0), (10, 0), (0, 0), (3, 5), (0, 10), (10, 0)]
    >>> shapely.make_valid(shapely.Polygon(ring), method="structure").area
    0.0
    >>> valid_land(np.array([shapely.Polygon(ring)]))[0].area
    35.0
    """
    shapes = np.asarray(shapes, dtype=object)
    made = np.asarray(
        shapely.make_valid(shapes, method="structure", keep_collapsed=False), dtype=object
    )
    # another method counts land that is gone round twice as none: where both agree nothing was lost
    for at in np.flatnonzero(_differ(shapely.area(made), shapely.area(shapely.make_valid(shapes)))):
        whole = _gone_round(shapes[at])
        if whole is not None and _differ(whole.area, made[at].area):
            made[at] = whole
    return made


def _differ(one: Floats, other: Floats) -> npt.NDArray[np.bool_]:
    """Whether areas differ by more than rounding."""
    return np.asarray(np.abs(one - other) > LOST * np.maximum(one, other))


def _gone_round(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The land that the shells of polygons go round and none of their holes does.

    As by the structure method a hole that does not meet its shell is land of its own. None where there
    are too many faces to ask.
    """
    land = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            return None
        faces = [faces_of(ring) for ring in shapely.get_rings(part)]
        if any(each is None for each in faces):
            return None
        shell, *inner = (_land(each) for each in faces if each is not None)
        if shell.is_empty:
            continue
        holes = [each for each in inner if shapely.intersects(shell, each)]
        land += [each for each in inner if not shapely.intersects(shell, each)]
        land.append(shapely.difference(shell, shapely.union_all(holes)))
    return shapely.union_all(land)


def _land(faces: tuple[Shapes, list[int]]) -> shapely.Geometry:
    shapes, windings = faces
    return shapely.union_all(shapes[np.array(windings, dtype=np.int64) != 0])


def faces_of(ring: shapely.Geometry) -> tuple[Shapes, list[int]] | None:
    """The faces that a ring makes, and how often it goes round each; None where there are too many."""
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([ring])]))
    xy = shapely.get_coordinates(ring)
    if len(faces) * len(xy) > WINDINGS_AT_MOST:
        return None
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    return faces, [winding(xy, point) for point in inner]


def winding(xy: Floats, point: npt.ArrayLike) -> int:
    """How often a closed ring goes round a point, counter-clockwise positive.

    >>> square = shapely.get_coordinates(shapely.box(0, 0, 2, 2, ccw=False))
    >>> winding(square, (1, 1)), winding(square, (3, 1))
    (-1, 0)
    """
    x, y = (xy - np.asarray(point, dtype=float)).T
    up = (y[:-1] <= 0) & (y[1:] > 0)
    down = (y[:-1] > 0) & (y[1:] <= 0)
    left = x[:-1] * y[1:] - x[1:] * y[:-1]
    return int((up & (left > 0)).sum()) - int((down & (left < 0)).sum())
