"""Polygons of which only those that are looked at stand in memory, and which of them are near others.

What two polygons have in common lies where their boxes meet. So a layer is gone through in parts that
are near one another on the ground, each with all polygons whose boxes meet it: what is found of the
polygons of a part is the same as with the whole layer beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

AT_ONCE = 2_048
"""So many polygons are a part at most."""
VERTICES_AT_ONCE = 250_000
"""So many vertices are read at a time, or one polygon."""
ASKED_AT_ONCE = 512
"""So many boxes are held against all others at a time."""
WIDE = 2.0
"""A polygon so many times as wide as a part is gone through by itself."""


class PolygonStore:
    """Polygons by their positions; `bounds` and the numbers of their `vertices` stand in memory."""

    def __init__(
        self, take: Callable[[Ints], Shapes], bounds: Floats, vertices: Ints, area: Floats
    ) -> None:
        """Read nothing yet.

        Parameters
        ----------
        take
            Gives the polygons at these positions.
        bounds, vertices, area
            The box of each (NaN where it has none), how many vertices it has, and its area in squared
            units.
        """
        self.take, self.bounds, self.vertices, self.area = take, bounds, vertices, area

    @classmethod
    def of(cls, geometries: Shapes) -> PolygonStore:
        """Polygons that stand in memory already."""
        return cls(
            geometries.__getitem__,
            shapely.bounds(geometries).reshape(-1, 4),
            shapely.get_num_coordinates(geometries),
            shapely.area(geometries),
        )

    def __len__(self) -> int:
        return len(self.bounds)

    def only(self, rows: Ints) -> PolygonStore:
        """Some of them, whose positions are those in `rows`."""
        if len(rows) == len(self):
            return self
        return PolygonStore(
            lambda own: self.take(rows[own]),
            self.bounds[rows],
            self.vertices[rows],
            self.area[rows],
        )

    def blocks(self, rows: Ints | None = None) -> Iterator[Ints]:
        """Positions in their order, so many at a time that their polygons take little memory."""
        rows = np.arange(len(self)) if rows is None else rows
        return runs(rows, self.vertices[rows])

    @cached_property
    def _nodes(self) -> tuple[list[Ints], Floats, int]:
        """Positions that are near one another, the box of each such group, and how many are not wide."""
        west, south, east, north = self.bounds.T
        placed = np.flatnonzero(np.isfinite(self.bounds).all(axis=1))
        usual = np.ones(len(placed), dtype=bool)
        if len(placed) > AT_ONCE:
            across, up = np.nanmax(east) - np.nanmin(west), np.nanmax(north) - np.nanmin(south)
            part = float(np.sqrt(across * up * AT_ONCE / len(placed)))
            usual = np.maximum(east - west, north - south)[placed] <= WIDE * part
        nodes = self._tiled(placed[usual])
        count = len(nodes)
        nodes += self._tiled(placed[~usual])
        boxes = np.array([_around(self.bounds[rows]) for rows in nodes]).reshape(-1, 4)
        return nodes, boxes, count

    def _tiled(self, rows: Ints) -> list[Ints]:
        """Positions in groups of `AT_ONCE`: columns from west to east, cut from south to north."""
        west, south, east, north = self.bounds.T
        columns = max(1, round(float(np.sqrt(len(rows) / AT_ONCE))))
        column = np.empty(len(rows), dtype=np.int32)
        across = np.argsort(west[rows] + east[rows], kind="stable")
        column[across] = np.arange(len(rows)) * columns // max(1, len(rows))
        order = np.lexsort((south[rows] + north[rows], column))
        ends = np.searchsorted(column[order], np.arange(columns + 1))
        return [
            np.sort(rows[order[start : min(start + AT_ONCE, end)]])
            for first, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
            for start in range(first, end, AT_ONCE)
        ]

    def parts(self) -> Iterator[tuple[Ints, Ints]]:
        """All that have a box, a part at a time, and beside each part all others that may touch it."""
        nodes, _boxes, usual = self._nodes
        for number, node in enumerate(nodes):
            if number < usual:
                for rows in self.blocks(node):
                    near = self.near(_around(self.bounds[rows])[None])[1]
                    yield rows, np.setdiff1d(near, rows, assume_unique=True)
                continue
            for row in node:
                own = np.array([row])
                met = self.meeting(self.take(own))[1]
                yield own, met[met != row]

    def near(self, boxes: Floats) -> tuple[Ints, Ints]:
        """Which of `boxes` meets the box of which polygon, be it in a point: two arrays of positions."""
        nodes, around, _usual = self._nodes
        found = []
        for start in range(0, len(boxes), ASKED_AT_ONCE):
            own = boxes[start : start + ASKED_AT_ONCE]
            met = _meets(own[:, None], around[None])
            for number in np.flatnonzero(met.any(axis=0)).tolist():
                asked, rows = np.flatnonzero(met[:, number]), nodes[number]
                which, at = np.nonzero(_meets(own[asked][:, None], self.bounds[rows][None]))
                found.append((asked[which] + start, rows[at]))
        return _in_order(found)

    def meeting(self, shapes: Shapes) -> tuple[Ints, Ints]:
        """Which of `shapes` intersects which polygon: two arrays of positions."""
        shapely.prepare(shapes)
        found = []
        for asked, rows, polygons in self._pairs(shapely.bounds(shapes).reshape(-1, 4)):
            meets = shapely.intersects(shapes[asked], polygons)
            found.append((asked[meets], rows[meets]))
        return _in_order(found)

    def _pairs(self, boxes: Floats) -> Iterator[tuple[Ints, Ints, Shapes]]:
        """What `near` gives, some at a time, with the polygons."""
        asked, rows = self.near(boxes)
        order = np.argsort(rows, kind="stable")
        distinct = np.unique(rows)
        start = 0
        for some in runs(distinct, self.vertices[distinct]):
            polygons, end = self.take(some), int(np.searchsorted(rows[order], some[-1], "right"))
            own = order[start:end]
            yield asked[own], rows[own], polygons[np.searchsorted(some, rows[own])]
            start = end

    def nearest(self, shapes: Shapes) -> Ints:
        """The position of the polygon nearest to each shape: of several, the first."""
        best = np.full(len(shapes), np.inf)
        found = np.zeros(len(shapes), dtype=np.int64)
        waiting = np.flatnonzero(~shapely.is_empty(shapes))
        if not len(self._nodes[0]):
            return found
        boxes, reach = shapely.bounds(shapes).reshape(-1, 4), np.zeros(len(shapes))
        start = max(1e-6, float(np.ptp(self._nodes[1].reshape(-1, 2), axis=0).max()) / len(self))
        while len(waiting):
            wider = boxes[waiting] + reach[waiting, None] * (-1, -1, 1, 1)
            for asked, rows, polygons in self._pairs(wider):
                own = waiting[asked]
                far = shapely.distance(shapes[own], polygons)
                order = np.lexsort((rows, far, own))
                own, at = np.unique(own[order], return_index=True)
                far, rows = far[order][at], rows[order][at]
                closer = (far < best[own]) | ((far == best[own]) & (rows < found[own]))
                best[own[closer]], found[own[closer]] = far[closer], rows[closer]
            # nothing nearer lies outside of the box that was looked at
            known = best[waiting] <= reach[waiting]
            widened = np.maximum(2 * reach[waiting], start)
            seen = np.isfinite(best[waiting])
            reach[waiting] = np.where(seen, best[waiting] * (1 + 1e-9), widened)
            waiting = waiting[~known]
        return found


def _in_order(found: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Pairs of positions in their order."""
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    first, second = (np.concatenate(side) for side in zip(*found, strict=True))
    order = np.lexsort((second, first))
    return first[order], second[order]


def runs(rows: Ints, vertices: Ints) -> Iterator[Ints]:
    """Positions in their order, cut where they would have more than `VERTICES_AT_ONCE` vertices.

    Parameters
    ----------
    rows, vertices
        The positions, and how many vertices each polygon has.
    """
    start, total = 0, np.cumsum(vertices)
    while start < len(rows):
        before = int(total[start - 1]) if start else 0
        end = int(np.searchsorted(total, before + VERTICES_AT_ONCE, side="right"))
        end = max(start + 1, end)
        yield rows[start:end]
        start = end


def _around(boxes: Floats) -> Floats:
    """The box around boxes."""
    return np.concatenate((boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)))


def _meets(one: Floats, other: Floats) -> npt.NDArray[np.bool_]:
    """Whether boxes meet, by their last axis."""
    west, east = one[..., 0] <= other[..., 2], one[..., 2] >= other[..., 0]
    south, north = one[..., 1] <= other[..., 3], one[..., 3] >= other[..., 1]
    return np.asarray(west & east & south & north, dtype=bool)
