"""Whether a boundary lies on edges of its parcels, and whether it would once a shift is undone.

A boundary follows edges of parcels for the most part. Where it does not, UTM in place of Gauss-Krüger or
the shift of an internet map may be why: then it lies on edges once it is moved back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from townland.catalog import LayerSpec
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.measuring.boundary import near
from townland.reading.layer import Layer
from townland.reading.windows import Window
from townland.towns import Town

EDGE_M = 1.5
"""A point this near to an edge of a parcel lies on it: more than digitising noise, less than a balk."""

EDGED = ("land_use", "planned_use")
"""The roles whose layers have edges that a boundary follows."""

POINTS = 400
"""How many points of a boundary are asked whether they lie on an edge."""

LINED_UP, RISE = 0.5, 0.4
"""A shifted boundary lines up with its layers where at least half of it lies on edges, and this much
more than unshifted: by chance a boundary lies on edges for a tenth to a quarter of its length."""

MANY_VERTICES = 1000
"""An outline of more is put in order before it is asked about several points."""

REACH_M = 1500.0
"""Edges are looked at this far around a boundary: beyond any shift that is tried."""

MARGIN = 4
"""Land was read for all edges at a point that lies so many times `EDGE_M` within the box of what was
read: a degree of longitude is shorter than one of latitude."""

MORE = 1.5
"""So many times as many points as must lie on no edge are looked at: some of them do, by chance."""

UTM_SCALE = 0.9996

XY = tuple[NDArray[np.float64], NDArray[np.float64]]
Bools = NDArray[np.bool_]
Shift = Callable[[NDArray[np.float64], NDArray[np.float64]], XY]
ReadNear = Callable[[LayerSpec, Sequence[Window]], Layer]

SHIFTS: Mapping[str, Shift] = {
    "GCJ-02 → WGS 84": crsys.wgs84_from_gcj02,
    "WGS 84 → GCJ-02": crsys.gcj02_from_wgs84,
    "BD-09 → WGS 84": lambda x, y: crsys.wgs84_from_gcj02(*crsys.gcj02_from_bd09(x, y)),
}
"""The shifts of internet maps, on longitude and latitude."""


def edged(layers: Iterable[Layer]) -> list[Layer]:
    """The layers that have edges which a boundary follows."""
    return [layer for layer in layers if layer.spec.role in EDGED]


def lines_up(town: Town, layers: Sequence[Layer]) -> bool:
    """Whether a boundary, as it is declared, lies on edges of its parcels for the most part.

    By chance a boundary lies on edges for a quarter of its length at most: one that lines up lies where
    it says.
    """
    own = edged(layers)
    return bool(own) and share(Sampled(town).lonlat, own) >= LINED_UP


def scale_of(crs: pyproj.CRS) -> float | None:
    """The scale on the central meridian of a plane; None where it has none."""
    parameters = crsys.transverse_mercator(crs)
    return None if parameters is None else parameters.get("Scale factor at natural origin", 1.0)


def other_scale(crs: pyproj.CRS) -> pyproj.CRS | None:
    """The same plane with the scale of UTM in place of Gauss-Krüger's, and the other way round."""
    parameters, scale = crsys.transverse_mercator(crs), scale_of(crs)
    if parameters is None or scale not in (1.0, UTM_SCALE) or not crsys.is_identical(crs):
        return None
    meridian = parameters.get("Longitude of natural origin", 0.0)
    easting = crsys.false_easting(crs)
    other = 1.0 if scale == UTM_SCALE else UTM_SCALE
    return pyproj.CRS(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k={other} +x_0={easting} +ellps=GRS80 +units=m"
    )


@dataclass(frozen=True, eq=False)
class Sampled:
    """Points along a town's boundary, as it is declared and as it would lie otherwise, in degrees."""

    town: Town

    @cached_property
    def own(self) -> XY:
        """The points in the town's CRS."""
        ring = shapely.boundary(self.town.boundary)
        x, y = shapely.get_coordinates(
            shapely.line_interpolate_point(
                ring, np.linspace(0, ring.length, POINTS, endpoint=False)
            )
            if ring.geom_type == "LineString"
            else _along(ring)
        ).T
        return x, y

    @cached_property
    def lonlat(self) -> XY:
        """The points in degrees."""
        lon, lat = crsys.transformer(self.town.crs, crsys.LONLAT).transform(*self.own)
        return lon, lat

    @cached_property
    def scaled(self) -> XY | None:
        """The points with the other scale of UTM and Gauss-Krüger; None where there is no other."""
        other = other_scale(self.town.crs)
        if other is None:
            return None
        lon, lat = crsys.transformer(other, crsys.LONLAT).transform(*self.own)
        return lon, lat

    @cached_property
    def shifted(self) -> Mapping[str, XY]:
        """The points moved by each of `SHIFTS`."""
        return {name: shift(*self.lonlat) for name, shift in SHIFTS.items()}

    @property
    def moved(self) -> list[XY]:
        """The points wherever they may really lie."""
        return [*([] if self.scaled is None else [self.scaled]), *self.shifted.values()]


def _along(ring: shapely.Geometry) -> NDArray[np.object_]:
    """Points along a boundary of several rings, each ring its share."""
    parts = shapely.get_parts(ring)
    step = shapely.length(parts).sum() / POINTS
    return np.concatenate(
        [shapely.line_interpolate_point(part, np.arange(0, part.length, step)) for part in parts]
    )


def widened(town: Town) -> Bounds:
    """The box within which edges are looked for, in the town's CRS."""
    west, south, east, north = town.boundary.bounds
    margin = REACH_M * _unit(town.crs)
    return west - margin, south - margin, east + margin, north + margin


def _unit(crs: pyproj.CRS) -> float:
    """A metre in the unit of a CRS; in degrees, one of latitude."""
    return 1 / 111_000 if crs.is_geographic else 1.0


def doubted(towns: Sequence[Town], layers: Sequence[Layer], read: ReadNear) -> Iterator[Sampled]:
    """The boundaries that may line up with the edges of their layers once they are moved.

    What was read near a boundary holds many of the moved points, too. Where more of these lie on no edge
    than may where a boundary lines up, nothing further off can make up for it. Where just a few are
    wanting, the land at so many is read.

    Parameters
    ----------
    towns
        The towns.
    layers
        The layers with edges, as they were read near the towns.
    read
        How they are read once more, elsewhere.
    """
    if not layers:
        return
    trials = [trial for town in towns if (trial := _Trial.of(town, layers)) is not None]
    for trial in trials:
        trial.look(layers)
    strips = {trial.town.code: trial.strips() for trial in trials if trial.open}
    windows = [(box, trial.town.crs) for trial in trials for box in strips.get(trial.town.code, ())]
    further = [read(layer.spec, windows) for layer in layers if windows]
    for trial in trials:
        if trial.open:
            trial.known += strips[trial.town.code]
            trial.look([*layers, *further])
        if trial.open:
            yield trial.points


class _Trial:
    """The points of a boundary wherever it may really lie, and which of them were seen off every edge.

    `known` are the boxes, in the town's CRS, in which all land was read.
    """

    def __init__(self, town: Town, points: Sampled, least: float) -> None:
        """Begin with nothing seen.

        Parameters
        ----------
        town, points
            The town, and points along its boundary.
        least
            The share of them that must lie on edges.
        """
        self.town = town
        self.points = points
        self.known: list[Bounds] = [near(town.boundary)]
        self._moved = points.moved
        self._off: list[Bools] = [np.zeros(len(lon), dtype=bool) for lon, _lat in self._moved]
        self._most = [_most_on(len(off), least) for off in self._off]

    @classmethod
    def of(cls, town: Town, layers: Sequence[Layer]) -> _Trial | None:
        """The trial of a town; None where its boundary lies on edges as it is declared.

        Parameters
        ----------
        town, layers
            The town, and the layers with edges near it.
        """
        points = Sampled(town)
        as_declared = share(points.lonlat, layers)
        return None if as_declared > 1 - RISE else cls(town, points, least_of(as_declared))

    @property
    def open(self) -> bool:
        """Whether the boundary may still line up in some way."""
        return any(self._wanting(at) > 0 for at in range(len(self._moved)))

    def _wanting(self, at: int) -> int:
        """How many more points must be seen off every edge until one of the moves is ruled out."""
        return len(self._off[at]) - self._most[at] - int(self._off[at].sum())

    def look(self, layers: Sequence[Layer]) -> None:
        """See which of the points in the boxes that were read lie on no edge.

        A part of them, from all along the boundary, mostly tells.
        """
        left = [
            np.flatnonzero(self._inside(at) & ~off) if self._wanting(at) > 0 else np.empty(0, int)
            for at, off in enumerate(self._off)
        ]
        some = [_spread(rows, self._enough(at)) for at, rows in enumerate(left)]
        self._see(some, layers)
        self._see(
            [
                np.setdiff1d(rows, seen) if self._wanting(at) > 0 else np.empty(0, int)
                for at, (rows, seen) in enumerate(zip(left, some, strict=True))
            ],
            layers,
        )

    def _enough(self, at: int) -> int:
        """How many points of a move are looked at where so many are wanting."""
        return round(MORE * max(self._wanting(at), 0)) + 1

    def _see(self, chosen: Sequence[NDArray[np.int64]], layers: Sequence[Layer]) -> None:
        """See which points lie on no edge.

        Parameters
        ----------
        chosen
            Of each move, the points.
        layers
            The layers with edges.
        """
        if not any(map(len, chosen)):
            return
        lon, lat = (
            np.concatenate(
                [each[axis][rows] for each, rows in zip(self._moved, chosen, strict=True)]
            )
            for axis in (0, 1)
        )
        on = on_edges((lon, lat), layers)
        parts = np.split(on, np.cumsum([len(rows) for rows in chosen])[:-1])
        for off, rows, seen in zip(self._off, chosen, parts, strict=True):
            off[rows] = ~seen

    def _inside(self, at: int) -> Bools:
        """Which moved points lie well within a box that was read."""
        x, y = self._planar[at]
        margin = MARGIN * EDGE_M * _unit(self.town.crs)
        inside = np.zeros(len(x), dtype=bool)
        for west, south, east, north in self.known:
            inside |= (
                (x >= west + margin) & (x <= east - margin)
                & (y >= south + margin) & (y <= north - margin)
            )  # fmt: skip
        return inside

    @cached_property
    def _planar(self) -> list[XY]:
        """Moved points in the town's CRS."""
        lon, lat = (np.concatenate(axis) for axis in zip(*self._moved, strict=True))
        xy = crsys.transformer(crsys.LONLAT, self.town.crs).transform(lon, lat)
        ends = np.cumsum([len(each[0]) for each in self._moved])[:-1]
        return list(zip(*(np.split(axis, ends) for axis in xy), strict=True))

    def strips(self) -> list[Bounds]:
        """Boxes beside the one that was read, around as many points as are wanting."""
        found: list[Bounds] = []
        for at in range(len(self._moved)):
            wanting = self._wanting(at)
            if wanting > 0:
                found += _strips(self._planar[at], self.known[0], self._enough(at))
        room = (MARGIN + 1) * EDGE_M * _unit(self.town.crs)
        return [(w - room, s - room, e + room, n + room) for w, s, e, n in found]


def _spread(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """At most so many of some rows, spread evenly over them.

    >>> _spread(np.arange(9), 3).tolist()
    [0, 4, 8]
    """
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.int64)]


def _most_on(count: int, least: float) -> int:
    """How many of some points may lie on edges at most where their share is below the least.

    >>> _most_on(400, 0.5)
    199
    """
    shares = np.arange(count + 1) / count
    return int(np.flatnonzero(shares < least)[-1])


def _strips(points: XY, box: Bounds, count: int) -> Iterator[Bounds]:
    """Boxes around the points beyond a box that lie nearest to it, one at each of its sides.

    Parameters
    ----------
    points, box
        The points, and the box.
    count
        How many of the points.
    """
    x, y = points
    beyond = np.stack((box[0] - x, x - box[2], box[1] - y, y - box[3]))
    side, far = beyond.argmax(axis=0), beyond.max(axis=0)
    order = np.argsort(far, kind="stable")
    chosen = order[far[order] > 0][:count]
    for each in range(len(beyond)):
        rows = chosen[side[chosen] == each]
        if len(rows):
            yield (
                float(x[rows].min()), float(y[rows].min()),
                float(x[rows].max()), float(y[rows].max()),
            )  # fmt: skip


def least_of(as_declared: float) -> float:
    """The share of points on edges with which a moved boundary lines up, by that of the declared one."""
    return max(LINED_UP, as_declared + RISE)


def share(lonlat: XY, layers: Sequence[Layer], around: Bounds | None = None) -> float:
    """The share of points that lie on an edge of some layer.

    Parameters
    ----------
    lonlat
        The points, in degrees.
    layers
        The layers, as they were read near the points.
    around
        The box in degrees within which they were read: points beyond it lie on no edge, whatever was
        read there for another town. None where all points lie within it.
    """
    lon, lat = lonlat
    on = np.zeros(len(lon), dtype=bool)
    known = np.ones(len(lon), dtype=bool)
    if around is not None:
        west, south, east, north = around
        known = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    on[known] = on_edges((lon[known], lat[known]), layers)
    return float(on.mean())


def on_edges(lonlat: XY, layers: Sequence[Layer]) -> Bools:
    """Which points, in degrees, lie on an edge of some layer."""
    lon, lat = lonlat
    on = np.zeros(len(lon), dtype=bool)
    for layer in layers:
        left = np.flatnonzero(~on)
        x, y = crsys.transformer(crsys.LONLAT, layer.crs).transform(lon[left], lat[left])
        on[left] = _on_edges(layer, x, y)
    return on


def _on_edges(layer: Layer, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie on an edge of a layer's polygons; only polygons at the points are looked at.

    Parameters
    ----------
    layer
        The layer.
    x, y
        The points, in its CRS.
    """
    reach = EDGE_M * _unit(layer.crs)
    point, row = layer.tree.query(shapely.box(x - reach, y - reach, x + reach, y + reach))
    rows, at = np.unique(row, return_inverse=True)
    outlines = shapely.boundary(layer.tree.geometries[rows])
    # the roads of a county are one polygon of many vertices, at which many points may lie
    shapely.prepare(outlines[shapely.get_num_coordinates(outlines) > MANY_VERTICES])
    # an outline whose coordinates have no end is near nothing
    with np.errstate(invalid="ignore"):
        near = shapely.dwithin(outlines[at], shapely.points(x, y)[point], reach)
    on = np.zeros(len(x), dtype=bool)
    on[point[near]] = True
    return on
