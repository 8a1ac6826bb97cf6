"""What is wrong with one polygon, as stable codes, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy
from townland.geodesy import Geometries
from townland.geodesy.valid import faces_of
from townland.i18n import Words, _

Floats = npt.NDArray[np.float64]
Place = tuple[float, float]

SPIKE_WIDTH_M = 0.01
SPIKE_SHAPE = 10.0
"""A spike is a vertex where the ring turns back on itself: the end of the shorter of its two edges lies
within this width of the longer one, and the shorter is more than this many times as long as that."""

PROBLEMS: Mapping[str, Words] = {
    "ring_self_intersection": _("the ring crosses itself"),
    "ring_bow_tie": _("the ring crosses itself, and its loops run against one another (bow-tie)"),
    "ring_overlaps_itself": _("the ring runs over itself, and goes round the same land twice"),
    "ring_touches_itself": _("the ring touches itself"),
    "ring_too_short": _("a ring has too few points"),
    "ring_double": _("a ring stands twice"),
    "rings_cross": _("a hole crosses the outline of its polygon, or has an edge on it"),
    "parts_overlap": _("two parts of the feature overlap, or share an edge"),
    "parts_nested": _("one part lies inside another"),
    "holes_nested": _("a hole lies inside another"),
    "holes_overlap": _("two holes overlap, or share an edge"),
    "hole_outside": _("a hole lies outside its polygon"),
    "interior_disconnected": _("holes cut the polygon apart"),
    "spike": _("the ring runs out and back in a spike"),
    "points_repeated": _("a point stands several times in a row"),
    "coordinate_not_finite": _("a coordinate is no number"),
    "geometry_invalid": _("the geometry is not valid"),
}

GEOS = {
    "Self-intersection": "ring_self_intersection",
    "Ring Self-intersection": "ring_touches_itself",
    "Nested shells": "parts_nested",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "holes_nested",
    "Interior is disconnected": "interior_disconnected",
    "Duplicate Rings": "ring_double",
    "Too few points in geometry component": "ring_too_short",
    "Invalid Coordinate": "coordinate_not_finite",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one polygon: its `row`, its `code` (a key of `issues.GEOMETRY`), and its place.

    `place` is in the coordinates of the layer, None where it has no finite one; `count` says how often
    the fault occurs in the polygon, where that is known.
    """

    row: int
    code: str
    place: Place | None
    count: int = 1


def invalid(polygon: shapely.Geometry, row: int = 0) -> Fault:
    """Why a polygon is not valid: the first fault that GEOS finds, described more exactly.

    GEOS says "Self-intersection" of seven different faults. Here a ring that crosses itself is a
    bow-tie where its loops run in opposite directions, so that their areas cancel out, and overlaps
    itself where it goes round some land twice; a ring that is simple by itself crosses another.

    Examples
    --------
    >>> invalid(shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]))
    Fault(row=0, code='ring_bow_tie', place=(5.0, 5.0), count=1)
    >>> invalid(shapely.MultiPolygon([shapely.box(0, 0, 9, 9), shapely.box(5, 5, 6, 6)])).code
    'parts_nested'

    """
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        return _not_finite(polygon, row)
    reason, _bracket, tail = str(shapely.is_valid_reason(polygon)).partition("[")
    code = GEOS.get(reason.strip(), "geometry_invalid")
    numbers = re.findall(r"[-+.\deE]+", tail)
    place = (float(numbers[0]), float(numbers[1])) if len(numbers) >= 2 else None
    return Fault(row, _crossing(polygon) if code == "ring_self_intersection" else code, place)


def _not_finite(polygon: shapely.Geometry, row: int) -> Fault:
    """The place is that of the vertex before, which is a number."""
    xy = shapely.get_coordinates(polygon)
    infinite = ~np.isfinite(xy).all(axis=1)
    sound = np.flatnonzero(~infinite)
    if not len(sound):
        return Fault(row, "coordinate_not_finite", None, int(infinite.sum()))
    at = sound[max(0, int(np.searchsorted(sound, np.flatnonzero(infinite)[0])) - 1)]
    return Fault(
        row, "coordinate_not_finite", (float(xy[at, 0]), float(xy[at, 1])), int(infinite.sum())
    )


def _crossing(polygon: shapely.Geometry) -> str:
    parts = shapely.get_parts(polygon)
    rings, owner = shapely.get_rings(parts, return_index=True)
    crossed = np.flatnonzero(~shapely.is_simple(rings))
    if len(crossed):
        codes = {_loops(rings[at]) for at in crossed}
        for code in ("ring_bow_tie", "ring_overlaps_itself", "spike"):
            if code in codes:
                return code
        return "ring_self_intersection"
    if shapely.is_valid(parts).all():
        return "parts_overlap"
    for part in np.flatnonzero(~shapely.is_valid(parts)):
        shell, *holes = rings[owner == part]
        if shapely.is_valid(shapely.polygons(shell, holes)):
            continue
        alone = shapely.polygons([shell] * len(holes), [[hole] for hole in holes])
        if shapely.is_valid(alone).all():
            same = len({shapely.normalize(shapely.polygons(hole)).wkb for hole in holes})
            return "holes_overlap" if same == len(holes) else "ring_double"
    return "rings_cross"


def _loops(ring: shapely.Geometry) -> str:
    """What a ring that is not simple does, by how often it goes round each face that it makes."""
    faces = faces_of(ring)
    if faces is None:
        return "ring_self_intersection"
    windings = set(faces[1])
    if min(windings, default=0) < 0 < max(windings, default=0):
        return "ring_bow_tie"
    if max(map(abs, windings), default=0) > 1:
        return "ring_overlaps_itself"
    return "spike" if _turns_back(shapely.get_coordinates(ring)).any() else "ring_self_intersection"


def vertex_faults(
    geometries: Geometries, crs: pyproj.CRS, scale: tuple[float, float] | None = None
) -> Iterator[Fault]:
    """Points that stand several times in a row, and spikes, of valid and invalid polygons alike.

    A spike is a vertex where the ring turns back on itself within `SPIKE_WIDTH_M`; where it is exactly
    closed the polygon is not valid, and where it is open by a hair it is valid all the same.

    Parameters
    ----------
    geometries, crs
        Polygons and multipolygons, and their CRS.
    scale
        Metres in a unit of x and of y; for None, those at the middle latitude of the geometries.

    Yields
    ------
    At most one fault of each code for each polygon, with its first place and how many there are, ordered
    by code and row.

    Examples
    --------
    >>> spiked = shapely.Polygon([(0, 0), (9, 0), (9, 4), (15, 4.002), (9, 4.004), (9, 9), (0, 9)])
    >>> list(vertex_faults([spiked], pyproj.CRS(4545)))
    [Fault(row=0, code='spike', place=(15.0, 4.002), count=1)]

    """
    geometries = np.array(geometries, dtype=object, ndmin=1)
    repeated: list[Fault] = []
    spiked: list[Fault] = []
    for block in geodesy.blocks(geometries):
        parts, feature = shapely.get_parts(geometries[block], return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        if not len(xy):
            continue
        row = feature[part][ring] + block.start
        finite = np.isfinite(xy).all(axis=1)
        again = np.append(False, (xy[1:] == xy[:-1]).all(axis=1) & (ring[1:] == ring[:-1])) & finite
        repeated += _by_row("points_repeated", row[again], xy[again])
        kept = finite & ~again
        spikes = np.zeros(len(xy), dtype=bool)
        spikes[kept] = _turns_back(_metres(xy[kept], crs, scale), ring[kept])
        spiked += _by_row("spike", row[spikes], xy[spikes])
    yield from (*repeated, *spiked)


def _by_row(code: str, rows: npt.NDArray[np.int64], places: Floats) -> Iterator[Fault]:
    """A fault for each row, at its first vertex, with the number of its vertices.

    Parameters
    ----------
    code
        The fault.
    rows, places
        The row of each vertex with that fault, and its coordinates.
    """
    faulty, first, counts = np.unique(rows, return_index=True, return_counts=True)
    for row, at, count in zip(faulty.tolist(), first.tolist(), counts.tolist(), strict=True):
        yield Fault(row, code, (float(places[at, 0]), float(places[at, 1])), count)


def _metres(xy: Floats, crs: pyproj.CRS, scale: tuple[float, float] | None) -> Floats:
    """Coordinates in metres, near enough for widths.

    Parameters
    ----------
    xy, crs, scale
        Coordinates that are numbers, their CRS, and as `vertex_faults`.
    """
    if scale is None and len(xy):
        around = shapely.box(*xy.min(axis=0), *xy.max(axis=0))
        scale = geodesy.local_scale(np.array([around]), crs)
    return np.asarray(xy * (scale or 1.0), dtype=float)


def _turns_back(xy: Floats, ring: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.bool_]:
    """Which vertices of closed rings are the points of spikes; their coordinates in metres."""
    ring = np.zeros(len(xy), dtype=np.int64) if ring is None else ring
    spikes = np.zeros(len(xy), dtype=bool)
    if len(xy) < 4:
        return spikes
    starts = np.flatnonzero(np.diff(ring, prepend=ring[0] - 1))
    ends = np.append(starts[1:], len(xy)) - 1
    before, ahead = np.arange(-1, len(xy) - 1), np.arange(1, len(xy) + 1)
    before[starts], ahead[ends] = ends - 1, ends
    back, forth = xy[before] - xy, xy[ahead] - xy
    forth[ends] = 0.0  # the last vertex is the first once more
    lengths = np.hypot(*back.T), np.hypot(*forth.T)
    shorter, longer = np.minimum(*lengths), np.maximum(*lengths)
    cross = np.abs(back[:, 0] * forth[:, 1] - back[:, 1] * forth[:, 0])
    # from the end of the shorter edge to the line of the longer
    width = np.divide(cross, longer, out=np.full_like(cross, np.inf), where=longer > 0)
    same_way = (back * forth).sum(axis=1) > 0
    spikes = same_way & (width <= SPIKE_WIDTH_M) & (shorter > SPIKE_SHAPE * width)
    return np.asarray(spikes, dtype=bool)


def described(fault: Fault) -> Words:
    """The fault in words, with its place as precisely as coordinates are kept."""
    problem = PROBLEMS[fault.code]
    if fault.place is None:
        return problem
    x, y = (f"{number:.4f}" if abs(number) > 360 else f"{number:.9f}" for number in fault.place)
    if fault.count > 1:
        return _(
            "{problem} at ({x}, {y}), {count} {count:time|times} in all",
            problem=problem,
            x=x,
            y=y,
            count=fault.count,
        )
    return _("{problem} at ({x}, {y})", problem=problem, x=x, y=y)
