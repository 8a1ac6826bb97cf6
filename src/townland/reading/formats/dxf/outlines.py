"""The outlines that CAD entities draw: vertices, bulges and edges turned into rings of points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.reading.formats.dxf.curves import (
    Frame,
    LimitError,
    Points,
    edge_points,
    require_finite,
    turned,
)

if TYPE_CHECKING:
    from ezdxf.entities.boundary_paths import AbstractEdge, EdgePath, PolylinePath

_MAX_BULGE = 1e6
"""An arc that lacks 4e-6 of an angle of a full circle."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What one entity draws: closed rings of points, or why it has none.

    `gap` is the distance between the ends of an open line in metres, None for a closed one; `line` the
    points of an open line.
    """

    rings: tuple[Points, ...] = ()
    gap: float | None = None
    line: Points | None = None
    mended: bool = False
    deep: bool = False


def polyline(
    vertices: Sequence[tuple[float, float, float]], closed: bool, frame: Frame, height: float = 0.0
) -> Outline:
    """The ring of a polyline whose vertices are x, y and the bulge of the edge that follows.

    Parameters
    ----------
    vertices
        Its vertices in order.
    closed
        Whether its last vertex is joined to the first.
    frame, height
        Where its plane lies in the drawing, and how far above it the line.
    """
    table = np.array(vertices, np.float64).reshape(-1, 3)
    require_finite(table)
    if len(table) < 2:
        return Outline()
    ends = frame.placed(table[[0, -1], :2], height)
    gap = float(np.hypot(*(ends[1] - ends[0])))
    if closed and gap != 0:
        return _closed(table, frame, height)
    if gap > frame.near():
        line = frame.placed(_bulged(table, frame, closed=False), height)
        return Outline(gap=gap / frame.unit, line=line, deep=height != 0)
    # the last vertex is the first one again
    return replace(_closed(table[:-1], frame, height), mended=gap > 0)


def _closed(table: NDArray[np.float64], frame: Frame, height: float) -> Outline:
    """What the vertices of a closed polyline draw.

    Parameters
    ----------
    table
        Its vertices with their bulges, of shape (n, 3).
    frame, height
        As `polyline`.
    """
    ring = _ring(frame.placed(_bulged(table, frame), height))
    return Outline((ring,) if ring is not None else (), deep=height != 0)


def hatch(
    paths: Iterable[PolylinePath | EdgePath], style: int, frame: Frame, height: float = 0.0
) -> tuple[shapely.Polygon | shapely.MultiPolygon | None, Outline]:
    """The polygon of a hatch, and its outline.

    Its rings lie in one another: a hole in each shell, an island in each hole (`style` 0), no islands
    (1), or neither (2), as CAD fills it.

    Parameters
    ----------
    paths
        The paths of its boundary.
    style
        How CAD fills islands, see above.
    frame, height
        Where its plane lies in the drawing, and how far above it the hatch.
    """
    from ezdxf.entities.boundary_paths import PolylinePath

    rings: list[Points] = []
    gap = None
    for path in paths:
        if path.path_type_flags & 8:  # the frame of a text that is left blank
            continue
        if isinstance(path, PolylinePath):
            outline = polyline([_vertex(v) for v in path.vertices], True, frame, height)
            rings += outline.rings
            continue
        for loop in _loops(path.edges, frame):
            found = polyline([(x, y, 0.0) for x, y in loop.tolist()], False, frame, height)
            rings += found.rings
            gap = found.gap if found.gap is not None else gap
    shape = nested(rings, style)
    return shape, Outline(tuple(rings), gap=gap, deep=height != 0)


def _vertex(vertex: Sequence[float]) -> tuple[float, float, float]:
    return vertex[0], vertex[1], vertex[2] if len(vertex) > 2 else 0.0


def nested(
    rings: Sequence[Points], style: int = 0
) -> shapely.Polygon | shapely.MultiPolygon | None:
    """The polygons whose shells and holes are `rings`, told by which lies in which; None of none."""
    if not rings:
        return None
    shells = shapely.polygons([shapely.linearrings(ring) for ring in rings])
    shells = shells[np.sort(_first_of_each(shells))]
    inner, outer = _containment(shells)
    depth = np.bincount(inner, minlength=len(shells))
    deepest = {0: len(shells), 1: 1, 2: 0}.get(style, len(shells))
    holes: dict[int, list[shapely.LinearRing]] = {}
    for ring, around in zip(inner.tolist(), outer.tolist(), strict=True):
        if depth[ring] % 2 and depth[ring] <= deepest and depth[around] == depth[ring] - 1:
            holes.setdefault(around, []).append(shells[ring].exterior)
    polygons = [
        shapely.Polygon(shell.exterior, holes.get(at, []))
        for at, shell in enumerate(shells)
        if depth[at] % 2 == 0 and depth[at] <= deepest
    ]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _containment(shells: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which ring lies in which other one: pairs of positions, the inner first."""
    inner, outer = shapely.STRtree(shells).query(shells, predicate="covered_by")
    return inner[inner != outer], outer[inner != outer]


def _first_of_each(shells: NDArray[np.object_]) -> NDArray[np.int64]:
    """The positions of the different rings: some programs write a ring twice."""
    return np.unique(
        np.array(shapely.to_wkb(shapely.normalize(shells)), dtype=object), return_index=True
    )[1]


def _ring(points: Points) -> Points | None:
    """Points as a closed ring, None where there are fewer than three different ones."""
    if len(points) < 3 or len(np.unique(points, axis=0)) < 3:
        return None
    return np.vstack([points, points[:1]])


def _bulged(table: NDArray[np.float64], frame: Frame, *, closed: bool = True) -> Points:
    """The vertices of a polyline, and those that draw its arcs.

    Parameters
    ----------
    table, frame
        Its vertices with their bulges, of shape (n, 3), and the tolerance.
    closed
        Whether a side leads from the last vertex to the first.
    """
    frame.count(len(table))
    if not table[:, 2].any():
        return table[:, :2]
    ends = np.roll(table[:, :2], -1, axis=0)
    sides = [_side(*pair, frame) for pair in zip(table, ends, strict=True)]
    return np.vstack(sides if closed else [*sides[:-1], table[-1:, :2]])


def _side(vertex: NDArray[np.float64], end: Points, frame: Frame) -> Points:
    """A vertex, and the points between it and the next, where its bulge makes an arc.

    Parameters
    ----------
    vertex, end
        The vertex with its bulge, of shape (3,), and the next, of shape (2,).
    frame
        The tolerance.
    """
    start, bulge = vertex[:2], float(vertex[2])
    if not bulge:
        return start[None]
    return np.vstack([start[None], _arc_of_bulge(start, end, bulge, frame)])


def _arc_of_bulge(start: Points, end: Points, bulge: float, frame: Frame) -> Points:
    """The points between the ends of an arc; `bulge` is the tangent of a quarter of its angle.

    Parameters
    ----------
    start, end
        The ends, of shape (2,).
    bulge
        Positive where the arc goes counter-clockwise.
    frame
        The tolerance.
    """
    chord = end - start
    length = float(np.hypot(*chord))
    if length == 0 or abs(bulge) * length / 2 <= frame.chord():
        return np.empty((0, 2))
    if abs(bulge) > _MAX_BULGE:
        raise LimitError
    frame.curves += 1
    radius = length * (1 + bulge * bulge) / (4 * abs(bulge))
    left = np.array([-chord[1], chord[0]])
    centre = (start + end) / 2 + left * (1 - bulge * bulge) / (4 * bulge)
    first = math.atan2(*(start - centre)[::-1])
    return turned(centre, radius, first, 4 * math.atan(bulge), frame)[1:-1]


def _loops(edges: Iterable[AbstractEdge], frame: Frame) -> Iterator[Points]:
    """The edges of a hatch joined end to end; each edge may have been drawn either way."""
    near = frame.near()
    chain: list[Points] = []
    for edge in edges:
        points = edge_points(edge, frame)
        if len(points) < 2:
            continue
        if chain:
            points = _joined(chain, points, near)
        if chain and _far(chain[-1][-1], points[0], near):
            yield np.vstack(chain)
            chain = []
        chain.append(points[1:] if chain else points)
        if not _far(chain[0][0], chain[-1][-1], near):
            yield np.vstack(chain)
            chain = []
    if chain:
        yield np.vstack(chain)


def _joined(chain: list[Points], points: Points, near: float) -> Points:
    """The next edge, turned so that it goes on from the chain; the first edge may turn, too.

    Parameters
    ----------
    chain
        The edges before, of shape (n, 2) each; the first may be turned.
    points
        The next edge.
    near
        How near two ends are that meet.
    """
    end = chain[-1][-1]
    if _far(end, points[0], near) and not _far(end, points[-1], near):
        return points[::-1]
    if len(chain) == 1 and _far(end, points[0], near):
        start = chain[0][0]
        if not _far(start, points[0], near):
            chain[0] = chain[0][::-1]
        elif not _far(start, points[-1], near):
            chain[0] = chain[0][::-1]
            return points[::-1]
    return points


def _far(one: Points, other: Points, near: float) -> bool:
    """Whether two points do not meet.

    Parameters
    ----------
    one, other
        Of shape (2,).
    near
        How near two ends are that meet.
    """
    return float(np.hypot(*(one - other))) > near
