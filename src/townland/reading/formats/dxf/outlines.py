"""The outlines that CAD entities draw: vertices, bulges and edges turned into rings of points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ezdxf.entities.boundary_paths import (
        AbstractEdge,
        ArcEdge,
        EdgePath,
        EllipseEdge,
        PolylinePath,
        SplineEdge,
    )
    from ezdxf.math import BSpline

CHORD_M = 0.001
"""How far a chord may lie from its arc: at 0.01 m a semicircle of 50 m radius would lose 1 m²."""
CLOSE_M = 0.01
"""A polyline that ends so near to its start is meant to be closed."""
MAX_POINTS = 5_000_000
_MAX_DEGREE = 25
_MAX_SPLINE = 50_000
_MAX_BULGE = 1e6
"""An arc that lacks 4e-6 of an angle of a full circle."""

Points = NDArray[np.float64]
"""Of shape (n, 2)."""


class LimitError(ValueError):
    """An entity asks for more points, or larger numbers, than any boundary has."""


@dataclass(slots=True)
class Frame:
    """Where an entity's coordinates lie in the drawing: a matrix of rows, None for as they stand.

    `unit` is a metre in the drawing's units: 1, or what a metre is in degrees.
    """

    matrix: NDArray[np.float64] | None = None
    unit: float = 1.0
    curves: int = 0
    points: int = 0

    def chord(self) -> float:
        """The tolerance of chords in the entity's own coordinates."""
        if self.matrix is None:
            return CHORD_M * self.unit
        scale = float(np.linalg.norm(self.matrix[:3, :3], 2))
        return CHORD_M * self.unit / scale if scale > 0 else math.inf

    def placed(self, points: Points, height: float = 0.0) -> Points:
        """Points of the entity in the drawing's plane."""
        if self.matrix is None:
            return points
        deep = np.column_stack([points, np.full(len(points), height), np.ones(len(points))])
        return np.asarray((deep @ self.matrix)[:, :2])

    def count(self, points: int) -> None:
        """Count points that were made, and curves that were drawn as chords."""
        self.points += points
        if self.points > MAX_POINTS:
            raise LimitError


@dataclass(frozen=True, slots=True)
class Outline:
    """What one entity draws: closed rings of points, or why it has none.

    `gap` is the distance between the ends of an open line, None for a closed one.
    """

    rings: tuple[Points, ...] = ()
    gap: float | None = None
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
    _require_finite(table)
    if len(table) < 2:
        return Outline()
    ends = frame.placed(table[[0, -1], :2], height)
    gap = float(np.hypot(*(ends[1] - ends[0])))
    if closed and gap != 0:
        return _closed(table, frame, height)
    if gap > CLOSE_M * frame.unit:
        return Outline(gap=gap / frame.unit)
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
    shells = shapely.polygons([shapely.linearrings(ring) for ring in rings])
    shells = shells[np.sort(_first_of_each(shells))] if len(shells) else shells
    if len(shells) == 0:
        return None
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


def _require_finite(table: NDArray[np.float64]) -> None:
    if not np.isfinite(table).all():
        raise LimitError


def _ring(points: Points) -> Points | None:
    """Points as a closed ring, None where there are fewer than three different ones."""
    if len(points) < 3 or len(np.unique(points, axis=0)) < 3:
        return None
    return np.vstack([points, points[:1]])


def _bulged(table: NDArray[np.float64], frame: Frame) -> Points:
    """The vertices of a closed polyline, and those that draw its arcs."""
    frame.count(len(table))
    if not table[:, 2].any():
        return table[:, :2]
    ends = np.roll(table[:, :2], -1, axis=0)
    return np.vstack([_side(*pair, frame) for pair in zip(table, ends, strict=True)])


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
    return _turned(centre, radius, first, 4 * math.atan(bulge), frame)[1:-1]


def _turned(centre: Points, radius: float, first: float, sweep: float, frame: Frame) -> Points:
    """The points of an arc, its ends among them, whose chords keep the tolerance.

    Parameters
    ----------
    centre, radius
        Of the circle.
    first, sweep
        The angle of the first point and the angle of the arc, in radians counter-clockwise.
    frame
        The tolerance.
    """
    steps = _steps(radius, sweep, frame)
    angle = first + sweep * np.arange(steps + 1) / steps
    return np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)])


def _steps(radius: float, sweep: float, frame: Frame) -> int:
    """How many chords an arc needs; a full circle has at least eight.

    Parameters
    ----------
    radius, sweep
        As `_turned`.
    frame
        The tolerance, and the count of all points.
    """
    if not (math.isfinite(radius) and math.isfinite(sweep)):
        raise LimitError
    share = min(1.0, frame.chord() / (2 * radius)) if radius > 0 else 1.0
    widest = min(math.pi / 4, 4 * math.asin(math.sqrt(share)))
    steps = math.ceil(abs(sweep) / widest) if widest > 0 else MAX_POINTS + 1
    frame.count(steps)
    return max(1, steps)


def _loops(edges: Iterable[AbstractEdge], frame: Frame) -> Iterator[Points]:
    """The edges of a hatch joined end to end; each edge may have been drawn either way."""
    near = CLOSE_M * frame.unit
    chain: list[Points] = []
    for edge in edges:
        points = _edge(edge, frame)
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


def _edge(edge: AbstractEdge, frame: Frame) -> Points:
    from ezdxf.entities.boundary_paths import ArcEdge, EllipseEdge, LineEdge, SplineEdge

    if isinstance(edge, LineEdge):
        points = np.array([tuple(edge.start)[:2], tuple(edge.end)[:2]], np.float64)
    elif isinstance(edge, ArcEdge):
        points = _arc(edge, frame)
    elif isinstance(edge, EllipseEdge):
        points = _ellipse(edge, frame)
    elif isinstance(edge, SplineEdge):
        points = _spline(edge, frame)
    else:
        raise TypeError(f"an edge of the kind {type(edge).__name__}")
    _require_finite(points)
    return points


def _arc(edge: ArcEdge, frame: Frame) -> Points:
    first, sweep = _span(math.radians(edge.start_angle), math.radians(edge.end_angle))
    centre = np.array(tuple(edge.center)[:2], np.float64)
    frame.curves += 1
    return _turned(centre, float(edge.radius), first, sweep, frame)


def _span(first: float, last: float) -> tuple[float, float]:
    """The start and the counter-clockwise sweep of an arc; equal angles are a full turn."""
    sweep = (last - first) % (2 * math.pi)
    return first, sweep if sweep > 1e-12 else 2 * math.pi


def _ellipse(edge: EllipseEdge, frame: Frame) -> Points:
    major = np.array(tuple(edge.major_axis)[:2], np.float64)
    minor = np.array([-major[1], major[0]]) * float(edge.ratio)
    first, sweep = _span(float(edge.start_param), float(edge.end_param))
    frame.curves += 1
    # an ellipse is a circle made narrower: the chords of the circle keep the tolerance all the more
    widest = float(np.hypot(*major)) * max(1.0, abs(float(edge.ratio)))
    steps = _steps(widest, sweep, frame)
    t = (first + sweep * np.arange(steps + 1) / steps)[:, None]
    return np.asarray(np.array(tuple(edge.center)[:2]) + np.cos(t) * major + np.sin(t) * minor)


def _spline(edge: SplineEdge, frame: Frame) -> Points:
    from ezdxf.math import BSpline, fit_points_to_cad_cv

    if not edge.is_valid() or edge.degree > _MAX_DEGREE:
        raise LimitError
    given = edge.control_points or edge.fit_points
    table = np.array([tuple(point)[:2] for point in given], np.float64)
    for numbers in (table, np.array([*edge.knot_values, *edge.weights], np.float64)):
        _require_finite(numbers)
    frame.count(len(table))
    if edge.control_points:
        curve = BSpline(
            [(x, y, 0) for x, y in table.tolist()],
            order=edge.degree + 1,
            knots=edge.knot_values,
            weights=edge.weights or None,
        )
    else:
        curve = fit_points_to_cad_cv([(x, y, 0) for x, y in table.tolist()])
    frame.curves += 1
    return _sampled(curve, frame)


def _sampled(curve: BSpline, frame: Frame) -> Points:
    """The points of a spline, twice as many until every second one lies near the chord without it.

    ezdxf would divide it without end where the numbers are too large for the tolerance.
    """
    knots = np.unique(np.array(curve.knots(), np.float64))
    parts = 8
    while parts * len(knots) <= _MAX_SPLINE:
        points = _divided(curve, knots, parts)
        if _bend(points) <= frame.chord():
            frame.count(len(points))
            return points
        parts *= 2
    raise LimitError


def _divided(curve: BSpline, knots: NDArray[np.float64], parts: int) -> Points:
    """The points of a spline at its knots and between them.

    Parameters
    ----------
    curve, knots
        The spline, and its different knots.
    parts
        Into how many parts each span between two knots is divided.
    """
    share = np.arange(parts) / parts
    at = (knots[:-1, None] + np.diff(knots)[:, None] * share).ravel()
    at = np.append(at, knots[-1])
    points = np.array([(point.x, point.y) for point in curve.points(at.tolist())])
    _require_finite(points)
    return points


def _bend(points: Points) -> float:
    """How far every second point lies at most from the chord without it."""
    ends, middle = points[::2], points[1::2]
    away = np.hypot(*(middle - (ends[:-1] + ends[1:]) / 2).T)
    return float(away.max(initial=0.0))
