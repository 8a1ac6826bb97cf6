"""The lines and curves of a drawing that are no polylines, as points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from townland.reading.formats.dxf import curves
from townland.reading.formats.dxf.curves import Frame, Points, require_finite

KINDS = ("LINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE")
IN_PLANE = ("ARC", "CIRCLE")
"""Those whose numbers are of a plane of their own (OCS)."""

Stroke: TypeAlias = Any
"""An entity of ezdxf, of one of `KINDS`."""


def points_of(entity: Stroke, frame: Frame) -> Points:
    """The points of a line or a curve in the drawing's plane, of shape (n, 2).

    Raises
    ------
    LimitError
        Its numbers are not finite, or it needs more points than any boundary has.
    """
    kind = entity.dxftype()
    if kind == "LINE":
        points = _flat([entity.dxf.start, entity.dxf.end])
        height = float(entity.dxf.start.z)
    elif kind == "SPLINE":
        points = _spline(entity, frame)
        height = 0.0
    else:
        centre, height = _flat([entity.dxf.center])[0], float(entity.dxf.center.z)
        points = _round(entity, kind, centre, frame)
    require_finite(points)
    return frame.placed(points, height)


def centre_of(entity: Stroke, frame: Frame) -> tuple[float, float] | None:
    """The centre of a circle in the drawing's plane, None of anything else."""
    if entity.dxftype() != "CIRCLE":
        return None
    x, y = frame.placed(_flat([entity.dxf.center]), float(entity.dxf.center.z))[0].tolist()
    return x, y


def is_closed(entity: Stroke) -> bool:
    """Whether the drawing says of a curve that it ends where it began."""
    kind = entity.dxftype()
    return kind == "CIRCLE" or (kind == "SPLINE" and bool(entity.closed))


def _round(entity: Stroke, kind: str, centre: Points, frame: Frame) -> Points:
    """The points of a circle, an ellipse, or a part of one.

    Parameters
    ----------
    entity, kind
        The entity, and its kind.
    centre
        Its centre, of shape (2,).
    frame
        The tolerance.
    """
    if kind == "ELLIPSE":
        axes = _flat([entity.dxf.major_axis, entity.minor_axis])
        ends = float(entity.dxf.start_param), float(entity.dxf.end_param)
        return curves.ellipse(centre, (axes[0], axes[1]), ends, frame)
    ends = 0.0, 0.0
    if kind == "ARC":
        ends = math.radians(entity.dxf.start_angle), math.radians(entity.dxf.end_angle)
    return curves.arc(centre, float(entity.dxf.radius), ends, frame)


def _spline(entity: Stroke, frame: Frame) -> Points:
    control, fit = _flat(entity.control_points), _flat(entity.fit_points)
    # a closed curve that is given by the points through which it goes need not repeat the first
    if not len(control) and entity.closed and len(fit) and (fit[0] != fit[-1]).any():
        fit = np.vstack([fit, fit[:1]])
    numbers = list(map(float, entity.knots)), list(map(float, entity.weights))
    return curves.spline(control, fit, frame, degree=int(entity.dxf.degree), numbers=numbers)


def _flat(points: Iterable[Sequence[float]]) -> Points:
    return np.array([tuple(point)[:2] for point in points], np.float64).reshape(-1, 2)
