"""Lines of a KML: one that ends where it began bounds land, of any other its gap is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyproj
from numpy.typing import NDArray

from townland.i18n import Text, _
from townland.issues import Issue

CLOSE_M = 0.01
"""A line that ends so near to its start is meant to be closed, as in a drawing."""
NEAR_M = 1.0
"""A line that ends so near to its start was probably meant to be closed."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that does not close: whose it is, its gap in metres, and where its ends are."""

    name: str
    gap_m: float
    ends: tuple[float, float, float, float]

    def words(self) -> Text:
        """The gap and its place."""
        west, south, east, north = (f"{value:.7f}" for value in self.ends)
        return _(
            "{name}: {gap} m from ({x}, {y}) to ({x2}, {y2})",
            name=self.name,
            gap=f"{self.gap_m:.3f}",
            x=west,
            y=south,
            x2=east,
            y2=north,
        )


@cache
def _ellipsoid() -> pyproj.Geod:
    return pyproj.Geod(ellps="WGS84")


def gap_m(points: NDArray[np.float64]) -> float:
    """The distance in metres between the ends of a line in longitude and latitude."""
    (x, y), (x2, y2) = points[[0, -1]].tolist()
    # beyond the poles there is no distance, and the gate for coordinates says so later
    return float(_ellipsoid().inv(x, y, x2, y2)[2]) if max(abs(y), abs(y2)) <= 90 else 0.0


def ring_of(points: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, bool]:
    """The ring of a line that closes, None where it is open; and whether a gap was closed for it."""
    if len(np.unique(points, axis=0)) < 3 or not np.isfinite(points).all():
        return None, False
    if (points[0] == points[-1]).all():
        return points, False
    if gap_m(points) > CLOSE_M:
        return None, False
    return np.vstack([points[:-1], points[:1]]), True


def open_line(name: str, points: NDArray[np.float64]) -> OpenLine:
    """What is known of a line that does not close."""
    x, y, x2, y2 = points[[0, -1]].ravel().tolist()
    return OpenLine(name, gap_m(points), (x, y, x2, y2))


def nearest(lines: Sequence[OpenLine]) -> OpenLine | None:
    """The line with the smallest gap, None of none."""
    return min(lines, key=lambda line: line.gap_m, default=None)


def notes(closed: int, joined: int, open_lines: Sequence[OpenLine]) -> Iterator[Issue]:
    """Which lines bound land, and which nearly do.

    Parameters
    ----------
    closed, joined
        How many lines close, and in how many of them a gap was closed.
    open_lines
        Those that do not close.
    """
    if closed:
        yield Issue(
            "kml_line_closed",
            "warning" if joined else "info",
            _(
                "{count} {count:line closes, and is a boundary as a polygon is|lines"
                " close, and are boundaries as polygons are}; {joined} of them ended"
                " within {tolerance} m of their start, and {count:was|were} closed",
                count=closed,
                joined=joined,
                tolerance=CLOSE_M,
            ),
        )
    near = [line for line in open_lines if line.gap_m <= NEAR_M]
    smallest = nearest(near)
    if smallest is not None:
        yield Issue(
            "line_open",
            "warning",
            _(
                "{count} {count:line ends|lines end} within {near} m of {count:its|their}"
                " start and {count:does|do} not close; {count:it is|they are} left out,"
                " the smallest gap is that of {line}: close those that bound something",
                count=len(near),
                near=NEAR_M,
                line=smallest.words(),
            ),
        )
