"""Polygons of a million vertices: laid over others by windows, to the same figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from townland.measuring.prepare.areal import polygons_of

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

MOST_VERTICES = 2_000
"""A geometry of more is cut to windows before others are laid over it. Below that an intersection takes
less than a millisecond, and a cut costs as much as it saves."""

FEW = 16
"""So few are laid over a big geometry as it is: a cut walks it as often as two intersections do, and
each must be repeated down to the smallest window."""


def windowed(lefts: Shapes, left: Ints, rights: Shapes, right: Ints) -> tuple[Shapes, Shapes]:
    """Pairs of geometries, of the big ones only what lies near their partner.

    An intersection walks all vertices of both, so that a thousand plots laid over a road network of a
    million vertices walk a thousand million. Here the network is cut to a window around one half of the
    plots and one around the other, these again, until a window holds `MOST_VERTICES` or `FEW` plots. A
    window reaches to both ends of every edge that passes by its plots, so that no edge in question is
    cut, no rounded point arises on it, and intersections are what they are without windows.

    Parameters
    ----------
    lefts, left, rights, right
        Valid polygons, and the pairs as positions in them: ``lefts[left[i]]`` with ``rights[right[i]]``.

    Returns
    -------
    Both sides of the pairs; small geometries are the same objects.

    Examples
    --------
    >>> circle = shapely.Point(0, 0).buffer(9, quad_segs=800)
    >>> squares = np.array([shapely.box(x / 2, 0, x / 2 + 1, 9) for x in range(-18, 18)])
    >>> near, _same = windowed(np.array([circle]), np.zeros(36, int), squares, np.arange(36))
    >>> int(shapely.get_num_coordinates(circle)), int(shapely.get_num_coordinates(near).max())
    (3201, 833)
    >>> (shapely.area(shapely.intersection(near, squares)) == shapely.area(
    ...     shapely.intersection(circle, squares))).all()
    np.True_

    """
    sides = lefts[left], rights[right]
    partners = rights[right], lefts[left]
    sizes = [shapely.get_num_coordinates(side) for side in sides]
    left_bigger = sizes[0] >= sizes[1]
    for n, (position, bigger) in enumerate(((left, left_bigger), (right, ~left_bigger))):
        cut = bigger & (sizes[n] > MOST_VERTICES)
        for big in np.unique(position[cut]):
            rows = np.flatnonzero(cut & (position == big))
            sides[n][rows] = _near(sides[n][rows[0]], partners[n][rows])
    return sides


def _near(big: shapely.Geometry, partners: Shapes) -> Shapes:
    """What of a geometry lies near each of its partners, by windows that hold several of them."""
    parts = np.full(len(partners), big, dtype=object)
    boxes = shapely.bounds(partners)
    waiting = [(big, np.arange(len(partners)), math.inf)]
    while waiting:
        land, rows, before = waiting.pop()
        size = int(shapely.get_num_coordinates(land))
        # edges as long as the land make windows as large as the land, and no smaller ones follow
        if len(rows) <= FEW or not MOST_VERTICES < size < 0.9 * before:
            # valid by all experience; a million vertices are proved in the time of twenty overlays
            if land is not big and shapely.is_valid(land):
                parts[rows] = land
            continue
        rings = [shapely.get_rings(part) for part in shapely.get_parts(land)]
        reaches = [shapely.bounds(ring) for ring in rings]
        edges = _edges(np.concatenate(rings))
        middle = boxes[rows, :2] + boxes[rows, 2:]
        longer = int(np.argmax(np.ptp(middle, axis=0)))
        for half in np.array_split(rows[np.argsort(middle[:, longer], kind="stable")], 2):
            window = _window(boxes[half], edges)
            waiting.append((_within(land, rings, reaches, window), half, size))
    return parts


def _edges(rings: Shapes) -> Floats:
    """The boxes of all edges of rings, as rows west, south, east, north."""
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = xy[:-1][same].T, xy[1:][same].T
    return np.concatenate((np.minimum(start, end), np.maximum(start, end)))


def _window(boxes: Floats, edges: Floats) -> tuple[float, float, float, float]:
    """The box of some boxes and of every edge that may touch it."""
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    met = edges[:, _meets(edges, (west, south, east, north))]
    return (
        met[0].min(initial=west),
        met[1].min(initial=south),
        met[2].max(initial=east),
        met[3].max(initial=north),
    )


def _within(
    land: shapely.Geometry,
    rings: Sequence[Shapes],
    reaches: Sequence[Floats],
    window: tuple[float, ...],
) -> shapely.Geometry:
    """What of polygons, given also as their rings and these rings' boxes, lies in a window.

    Holes beyond it are left out first: GEOS would lay thousands of them flat on its edges, and take ten
    times as long to see that nothing comes of it. Where GEOS gives up, all of the land is returned.

    Parameters
    ----------
    land, rings, reaches
        The polygons, the rings of each (its shell first), and the boxes of these.
    window
        West, south, east, north.
    """
    near = []
    for ring, boxes in zip(rings, reaches, strict=True):
        kept = _meets(boxes.T, window)
        if kept[0]:
            near.append(shapely.polygons(ring[0], ring[1:][kept[1:]]))
    if not near:
        return shapely.Polygon()
    try:
        cut = shapely.intersection(shapely.multipolygons(near), shapely.box(*window))
    except shapely.errors.GEOSException:
        return land
    return polygons_of(cut)[0]


def _meets(boxes: Floats, window: tuple[float, ...]) -> Bools:
    west, south, east, north = window
    meets = (boxes[0] <= east) & (boxes[2] >= west)
    return np.asarray(meets & (boxes[1] <= north) & (boxes[3] >= south), dtype=bool)
