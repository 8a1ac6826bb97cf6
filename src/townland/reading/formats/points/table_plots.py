"""The plots of a table of boundary points, and what the table says of them against what is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue
from townland.reading.formats.points.axes import Axes
from townland.reading.formats.points.numerals import decimals, number


@dataclass(frozen=True, slots=True)
class TablePoint:
    """A row of the table: its label, ring, both coordinates and side length as text."""

    row: int
    label: str
    ring: str
    first: str
    second: str
    side: str


@dataclass(slots=True)
class TablePlot:
    """A plot: how columns or its sheet name it, its points, and the words that stand among them."""

    number: str
    name: str
    sheet: str
    place: str
    points: list[TablePoint] = field(default_factory=list)
    breaks: list[tuple[int, int, str]] = field(
        default_factory=list
    )  # before which point: row, text
    titled: bool = False  # a table of its own in a sheet of several, named by the words above it

    @property
    def returned(self) -> bool:
        """Whether the last point stands before already, so that its ring is whole."""
        last = self.points[-1]
        return any(
            (point.first, point.second, point.ring) == (last.first, last.second, last.ring)
            for point in self.points[:-1]
        )


def check_breaks(plot: TablePlot, xy: Sequence[Sequence[float]]) -> None:
    """Refuse a row of words between points, where the ring before it has not closed."""
    for before, row, text in plot.breaks:
        if not 0 < before < len(xy):
            continue
        own = [
            tuple(pair)
            for point, pair in zip(plot.points[:before], xy, strict=False)
            if point.ring == plot.points[before - 1].ring
        ]
        if own.count(own[-1]) < 2 and plot.points[before].ring == plot.points[before - 1].ring:
            raise LayerError(
                _(
                    "{place}, row {row}: the words {text} stand between points, and the ring above them"
                    " has not returned to its first point; repeat that point, or name the plots in a"
                    " column 地块编号",
                    place=plot.place,
                    row=row,
                    text=text if len(text) <= 60 else text[:57] + "...",
                )
            )


def nested_issues(plots: Sequence[TablePlot], geometry: NDArray[np.object_]) -> Iterator[Issue]:
    """Tables of which one lies in another: two plots, or a plot and its hole, and nobody says which."""
    if len({(plot.place, plot.name if plot.titled else "") for plot in plots}) < 2:
        return
    area = shapely.area(geometry)
    outer, inner = shapely.STRtree(shapely.point_on_surface(geometry)).query(
        geometry, predicate="intersects"
    )
    for one, other in zip(inner.tolist(), outer.tolist(), strict=True):
        if area[one] >= area[other]:
            continue
        if plots[one].place != plots[other].place:
            message = _(
                "sheet {inner} lies inside of sheet {outer}; they are taken as two plots: if it is a"
                " hole, put both into one sheet, one ring below the other",
                inner=plots[one].place.rpartition("|")[2],
                outer=plots[other].place.rpartition("|")[2],
            )
            yield Issue("plot_in_plot", "warning", message)
        elif plots[one].titled and plots[other].titled:
            message = _(
                "the table {inner} lies inside of the table {outer}; they are taken as two plots: if it"
                " is a hole, put both into one table, one ring below the other",
                inner=plots[one].name,
                outer=plots[other].name,
            )
            yield Issue("plot_in_plot", "warning", message)


def side_issues(plots: Sequence[TablePlot], axes: Axes) -> Iterator[Issue]:
    """Where a printed length (边长) is not the distance of its points, to the digits printed."""
    for plot, xy in with_points(plots, axes):
        found = [(at, number(point.side)) for at, point in enumerate(plot.points) if point.side]
        known = [(at, length) for at, length in found if length is not None]
        if not known:
            continue
        digits = max(decimals(plot.points[at].side) for at, _length in known)
        places = max(max(decimals(p.first), decimals(p.second)) for p in plot.points)
        tolerance = 0.5 * 10.0**-digits + 2 * 0.5 * 10.0 ** -min(places, 6)
        # a length stands beside the point where its side begins, or where it ends
        after, before = (_off(plot, xy, known, tolerance, step) for step in (1, -1))
        for row, length, distance in min(after, before, key=len):
            message = _(
                "row {row}: the side is given as {length} m, but its points are {distance} m apart; the"
                " points are used",
                row=row,
                length=length,
                distance=f"{distance:.{min(digits + 1, 6)}f}",
            )
            yield Issue("side_length_differs", "warning", message)


def with_points(
    plots: Sequence[TablePlot], axes: Axes
) -> Iterator[tuple[TablePlot, NDArray[np.float64]]]:
    """Each plot with its points, of shape (n, 2), from those of all plots one below the other."""
    start = 0
    for plot in plots:
        yield plot, axes.xy[start : start + len(plot.points)]
        start += len(plot.points)


def _off(
    plot: TablePlot,
    xy: NDArray[np.float64],
    known: Sequence[tuple[int, float]],
    tolerance: float,
    step: int,
) -> list[tuple[int, str, float]]:
    """The sides whose printed length is not the distance: row, length as printed, distance.

    Parameters
    ----------
    plot, xy
        The plot, and its points in metres.
    known
        Which points have a length beside them, and the length.
    tolerance
        By how many metres it may differ.
    step
        1 where a length stands at the start of its side, -1 where at its end.
    """
    ends = _ring_ends(plot, xy)
    wrong = []
    for at, length in known:
        first, last = ends[at]
        other = at + step
        if other > last:
            other = first
        elif other < first:
            other = last
        distance = float(np.hypot(*(xy[at] - xy[other])))
        if (
            distance == 0 and length != 0
        ):  # the closing point, beside which the first side stands again
            other = first + 1 if step > 0 else last - 1
            distance = float(np.hypot(*(xy[at] - xy[other])))
        if abs(distance - length) > tolerance:
            wrong.append((plot.points[at].row, plot.points[at].side, distance))
    return wrong


def _ring_ends(plot: TablePlot, xy: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The first and last point of the ring that each point belongs to, as `rings.split` has them."""
    ends: list[tuple[int, int]] = []
    start = 0
    for at in range(1, len(xy) + 1):
        closed = at > start + 1 and (xy[at - 1] == xy[start]).all()
        if at == len(xy) or plot.points[at].ring != plot.points[start].ring or closed:
            ends += [(start, at - 1)] * (at - start)
            start = at
    return ends
