"""Curves that CAD draws, as points whose chords stay near the curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ezdxf.entities.boundary_paths import AbstractEdge, ArcEdge, EllipseEdge, SplineEdge
    from ezdxf.math import BSpline

CHORD_M = 0.001
"""How far a chord may lie from its arc: at 0.01 m a semicircle of 50 m radius would lose 1 m²."""
CLOSE_M = 0.01
"""Ends that lie so near to one another are meant to meet."""
MAX_POINTS = 5_000_000
_MAX_DEGREE = 25
_MAX_SPLINE = 50_000

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

    def near(self) -> float:
        """How near two ends are that meet, in the drawing's numbers."""
        return CLOSE_M * self.unit

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


def require_finite(table: NDArray[np.float64]) -> None:
    """Refuse numbers that are not finite."""
    if not np.isfinite(table).all():
        raise LimitError


def turned(centre: Points, radius: float, first: float, sweep: float, frame: Frame) -> Points:
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
    steps = steps_of(radius, sweep, frame)
    angle = first + sweep * np.arange(steps + 1) / steps
    return np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)])


def steps_of(radius: float, sweep: float, frame: Frame) -> int:
    """How many chords an arc needs; a full circle has at least eight.

    Parameters
    ----------
    radius, sweep
        As `turned`.
    frame
        The tolerance, and the count of all points.
    """
    if not (math.isfinite(radius) and math.isfinite(sweep)):
        raise LimitError
    radius = abs(radius)  # a circle all the same
    share = min(1.0, frame.chord() / (2 * radius)) if radius > 0 else 1.0
    widest = min(math.pi / 4, 4 * math.asin(math.sqrt(share)))
    steps = math.ceil(abs(sweep) / widest) if widest > 0 else MAX_POINTS + 1
    frame.count(steps)
    return max(1, steps)


def edge_points(edge: AbstractEdge, frame: Frame) -> Points:
    """The points of an edge of a hatch, in the order in which it is drawn."""
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
    require_finite(points)
    return points


def _arc(edge: ArcEdge, frame: Frame) -> Points:
    centre = np.array(tuple(edge.center)[:2], np.float64)
    first, last = math.radians(edge.start_angle), math.radians(edge.end_angle)
    return arc(centre, float(edge.radius), (first, last), frame)


def arc(centre: Points, radius: float, angles: tuple[float, float], frame: Frame) -> Points:
    """The points of an arc that goes counter-clockwise; of a whole circle where its angles are one.

    Parameters
    ----------
    centre, radius
        Of the circle; the centre of shape (2,).
    angles
        Those of its ends, in radians.
    frame
        The tolerance, and the count of curves.
    """
    frame.curves += 1
    return turned(centre, radius, *_span(*angles), frame)


def _span(first: float, last: float) -> tuple[float, float]:
    """The start and the counter-clockwise sweep of an arc; equal angles are a full turn."""
    sweep = (last - first) % (2 * math.pi)
    return first, sweep if sweep > 1e-12 else 2 * math.pi


def _ellipse(edge: EllipseEdge, frame: Frame) -> Points:
    major = np.array(tuple(edge.major_axis)[:2], np.float64)
    minor = np.array([-major[1], major[0]]) * float(edge.ratio)
    centre = np.array(tuple(edge.center)[:2], np.float64)
    ends = float(edge.start_param), float(edge.end_param)
    return ellipse(centre, (major, minor), ends, frame)


def ellipse(
    centre: Points, axes: tuple[Points, Points], ends: tuple[float, float], frame: Frame
) -> Points:
    """The points of an ellipse, or of a part of it.

    Parameters
    ----------
    centre, axes
        Its centre and its half axes, of shape (2,) each.
    ends
        The parameters of its ends, in radians.
    frame
        The tolerance, and the count of curves.
    """
    first, sweep = _span(*ends)
    frame.curves += 1
    # an ellipse is a circle made narrower: the chords of the circle keep the tolerance all the more
    widest = max(float(np.hypot(*axis)) for axis in axes)
    steps = steps_of(widest, sweep, frame)
    t = (first + sweep * np.arange(steps + 1) / steps)[:, None]
    return np.asarray(centre + np.cos(t) * axes[0] + np.sin(t) * axes[1])


def _spline(edge: SplineEdge, frame: Frame) -> Points:
    if not edge.is_valid():
        raise LimitError
    control = np.array([tuple(point)[:2] for point in edge.control_points], np.float64)
    fit = np.array([tuple(point)[:2] for point in edge.fit_points], np.float64)
    numbers = list(edge.knot_values), list(edge.weights)
    return spline(control, fit, frame, degree=edge.degree, numbers=numbers)


def spline(
    control: Points,
    fit: Points,
    frame: Frame,
    *,
    degree: int,
    numbers: tuple[list[float], list[float]],
) -> Points:
    """The points of a spline by its control points; by the points it fits where it has none.

    Parameters
    ----------
    control, fit
        Both kinds of points, of shape (n, 2).
    frame
        The tolerance, and the count of curves.
    degree, numbers
        Its degree, its knots and its weights, which may be none.
    """
    from ezdxf.math import BSpline, fit_points_to_cad_cv

    table = control if len(control) else fit
    if degree > _MAX_DEGREE or len(table) < 2:
        raise LimitError
    for each in (table, np.array([*numbers[0], *numbers[1]], np.float64)):
        require_finite(each)
    frame.count(len(table))
    if len(control):
        curve = BSpline(
            [(x, y, 0) for x, y in table.tolist()],
            order=degree + 1,
            knots=numbers[0],
            weights=numbers[1] or None,
        )
    else:
        curve = fit_points_to_cad_cv([(x, y, 0) for x, y in table.tolist()])
    frame.curves += 1
    return _sampled(curve, frame)


def _sampled(curve: BSpline, frame: Frame) -> Points:
    """The points of a spline, twice as many until every second one lies near the chord without it.

    ezdxf would divide it without end where the numbers are too large for the tolerance.
    """
    # of a spline whose ends are not clamped, as closed ones are, the first and last knots draw nothing
    drawn = curve.knots()[curve.order - 1 : curve.count + 1]
    knots = np.unique(np.array(drawn, np.float64))
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
    require_finite(points)
    return points


def _bend(points: Points) -> float:
    """How far every second point lies at most from the chord without it."""
    ends, middle = points[::2], points[1::2]
    away = np.hypot(*(middle - (ends[:-1] + ends[1:]) / 2).T)
    return float(away.max(initial=0.0))
