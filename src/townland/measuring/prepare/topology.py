"""How the features of one layer lie to one another: land claimed twice, gaps between them, slivers.

All of it works on whole layers: edges are compared and trees asked as arrays, memory grows with the
number of vertices and never with the number of pairs. Geometries must be valid (as `mend` gives them);
None and empty ones have no part in anything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy
from townland.geodesy import Geometries, kernel
from townland.measuring.prepare.areal import in_threads, polygons_of

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

NOISE_M2 = 1e-6
"""Two features that share less than this share only their edge, and so it is with gaps."""

MOST = 100_000
"""So many faults of one kind are reported of one layer; a layer with more is broken as a whole."""

PAIRS_AT_ONCE = 512
EDGES_AT_ONCE = 50_000
SORTED_AT_ONCE = 4_000_000
HASH = np.uint64(0x9E3779B97F4A7C15)


def overlaps(
    geometries: Geometries, crs: pyproj.CRS, *, least_m2: float = NOISE_M2, most: int = MOST
) -> gpd.GeoDataFrame:
    """The land that two features claim, pair by pair.

    Complete up to `most`: two features overlap only where an edge that belongs to no neighbour runs
    through a feature, where a feature lies on another, or where one of them overlaps a third of that
    kind (two mosaics laid over one another have all three). Those are looked for first, then all that
    they overlap, then all that these overlap.

    Parameters
    ----------
    geometries, crs
        The valid polygons of a layer, and their CRS.
    least_m2
        What is smaller is left out.
    most
        After so many the search ends.

    Returns
    -------
    ``first`` and ``second`` (positions, the smaller first), ``area_m2`` (official), ``width_m``
    (2 · area / perimeter), ``x`` and ``y`` (a point of it) and the shared polygons, in the order of
    the positions. Land that three features claim stands in three rows; ``union_all`` of the geometry
    counts it once.

    Examples
    --------
    >>> squares = [shapely.box(500000, 2700000, 500002, 2700001), None,
    ...            shapely.box(500001, 2700000, 500003, 2700001)]
    >>> shared = overlaps(squares, pyproj.CRS(4545))
    >>> shared[["first", "second"]].values.tolist(), shared["area_m2"].round(2).tolist()
    ([[0, 2]], [1.0])

    """
    geometries = np.array(geometries, dtype=object, ndmin=1)
    rows = _areal(geometries)
    noise = min(least_m2, NOISE_M2) / geodesy.metres_per_unit(crs) ** 2
    pairs, shared = overlapping(geometries[rows], noise, most)
    frame = _frame(shared, crs, first=rows[pairs[:, 0]], second=rows[pairs[:, 1]])
    return _those(frame, frame["area_m2"].to_numpy() >= least_m2)


def gaps(
    geometries: Geometries,
    crs: pyproj.CRS,
    *,
    below_m2: float,
    least_m2: float = NOISE_M2,
    most: int = MOST,
) -> gpd.GeoDataFrame:
    """The patches between features that no feature covers: the small holes of their union.

    A hole of `below_m2` and more is taken for land that the layer means to leave out. A crack that is
    open to the outside of the layer encloses nothing, and is no gap.

    Parameters
    ----------
    geometries, crs
        Valid polygons, and their CRS.
    below_m2, least_m2
        A gap is smaller than the first, and no smaller than the second.
    most
        How many gaps are given at most.

    Returns
    -------
    ``area_m2`` (official), ``width_m`` (2 · area / perimeter), ``x`` and ``y`` (a point of it) and
    the polygons, from west to east.

    Examples
    --------
    >>> frame = shapely.difference(shapely.box(500000, 2700000, 500009, 2700009),
    ...                            shapely.box(500004, 2700004, 500006, 2700005))
    >>> gaps([frame], pyproj.CRS(4545), below_m2=100)["area_m2"].round(2).tolist()
    [2.0]
    >>> len(gaps([frame], pyproj.CRS(4545), below_m2=1))
    0

    """
    geometries = np.array(geometries, dtype=object, ndmin=1)
    parcels = geometries[_areal(geometries)]
    noise = least_m2 / geodesy.metres_per_unit(crs) ** 2
    faces = np.empty(0, dtype=object)
    if len(parcels):
        noded = shapely.union_all(lone_lines(parcels))
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        area = shapely.area(faces)
        # a degree of latitude is longer than one of longitude: no gap is missed by the plane's area
        faces = faces[(area > noise / 2) & (_least_m2(faces, crs) < below_m2)]
        inner = shapely.point_on_surface(faces)
        covered = shapely.STRtree(parcels).query(inner, predicate="intersects")[0]
        faces = np.delete(faces, np.unique(covered))
        faces = faces[np.lexsort(shapely.bounds(faces).reshape(-1, 4)[:, 1::-1].T)][:most]
    frame = _frame(faces, crs)
    area = frame["area_m2"].to_numpy()
    return _those(frame, (area >= least_m2) & (area < below_m2))


def slivers(geometries: Geometries, crs: pyproj.CRS, *, width_m: float) -> gpd.GeoDataFrame:
    """The features narrower than `width_m`, taken as 2 · area / perimeter.

    A strip of a by b metres, b much the larger, is a metres wide by that measure.

    Parameters
    ----------
    geometries, crs
        Valid polygons, and their CRS.
    width_m
        A sliver is narrower than this.

    Returns
    -------
    ``row`` (position), ``area_m2`` (official), ``width_m``, ``x`` and ``y`` (a point of it) and the
    polygons.

    Examples
    --------
    >>> strips = [shapely.box(500000, 2700000, 500050, 2700000.1),
    ...           shapely.box(500000, 2700009, 500050, 2700010)]
    >>> slivers(strips, pyproj.CRS(4545), width_m=0.2)["row"].tolist()
    [0]

    """
    geometries = np.array(geometries, dtype=object, ndmin=1)
    rows = _areal(geometries)
    thin = rows[widths_m(geometries[rows], crs) < width_m]
    return _frame(geometries[thin], crs, row=thin)


def widths_m(geometries: Geometries, crs: pyproj.CRS) -> Floats:
    """2 · area / perimeter of each polygon, in metres."""
    metres = geodesy.local_metres(np.asarray(geometries, dtype=object), crs)
    length = shapely.length(metres)
    doubled = 2 * shapely.area(metres)
    width = np.divide(doubled, length, out=np.zeros_like(length), where=length > 0)
    return np.asarray(width, dtype=float)


def overlapping(parcels: Shapes, noise: float, most: int = MOST) -> tuple[Ints, Shapes]:
    """The pairs of valid polygons that share more than `noise` (in squared units), and what they share.

    Pairs of positions, the smaller first, in their order. A polygon that stands many times is paired
    with its first only.

    Parameters
    ----------
    parcels
        The polygons.
    noise
        What is shared by chance, in squared units of their coordinates.
    most
        How many pairs are given at most.
    """
    first = _first_of_each(parcels)
    once = np.flatnonzero(first == np.arange(len(parcels)))
    again = np.flatnonzero(first != np.arange(len(parcels)))[:most]
    pairs = [np.column_stack((first[again], again))]
    shared = [parcels[again]]
    count = len(again)
    for met, land in search(parcels[once], noise):
        pairs.append(once[met])
        shared.append(land)
        count += len(met)
        if count >= most:
            break
    joined, lands = np.concatenate(pairs), np.concatenate(shared)
    order = np.lexsort((joined[:, 1], joined[:, 0]))[:most]
    return joined[order], lands[order]


def search(parcels: Shapes, noise: float) -> Iterator[tuple[Ints, Shapes]]:
    """The pairs of `overlapping` in no order, some at a time; a polygon may stand many times."""
    if len(parcels) < 2:
        return
    tree, work = shapely.STRtree(parcels), kernel.current()
    done = np.zeros(len(parcels), dtype=bool)
    waiting = suspects(parcels, tree)
    while len(waiting):
        met = np.zeros(len(parcels), dtype=bool)
        for start in range(0, len(waiting), PAIRS_AT_ONCE):
            part = waiting[start : start + PAIRS_AT_ONCE]
            asked, other = tree.query(parcels[part], predicate="intersects")
            pairs = np.column_stack((part[asked], other))
            pairs = pairs[(pairs[:, 0] != other) & ~done[other]]
            done[part] = True
            pairs = np.unique(np.sort(pairs, axis=1), axis=0)
            shared = in_threads(
                lambda ends: kernel.intersection(parcels[ends[:, 0]], parcels[ends[:, 1]], on=work),
                pairs,
            )
            real = shapely.area(shared) > noise
            met[pairs[real].ravel()] = True
            yield pairs[real], polygons_of(shared[real])
        waiting = np.flatnonzero(met & ~done)


def suspects(parcels: Shapes, tree: shapely.STRtree) -> Ints:
    """At least one polygon of every group that overlap one another, and few others.

    A valid coverage has none. GEOS's own search passes over a polygon whose edges are all shared with
    neighbours, though another mosaic may lie on it: that is seen by its inner point.
    """
    suspect = ~shapely.is_empty(shapely.coverage_invalid_edges(parcels))
    inner = shapely.point_on_surface(parcels)
    for start in range(0, len(parcels), EDGES_AT_ONCE):
        point, owner = tree.query(inner[start : start + EDGES_AT_ONCE], predicate="intersects")
        other = point + start != owner
        suspect[owner[other]] = True
        suspect[point[other] + start] = True
    return np.flatnonzero(suspect)


def _first_of_each(parcels: Shapes) -> Ints:
    """The position of the first polygon that is the same as each, itself for most."""
    first = np.arange(len(parcels))
    if len(parcels) < 2:
        return first
    marks = np.column_stack((shapely.bounds(parcels), shapely.get_num_coordinates(parcels)))
    order = np.lexsort(marks.T)
    same = (marks[order[1:]] == marks[order[:-1]]).all(axis=1)
    alike = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if not len(alike):
        return first
    rows = np.sort(order[alike])
    known: dict[bytes, int] = {}
    for row, form in zip(rows, shapely.to_wkb(shapely.normalize(parcels[rows])), strict=True):
        first[row] = known.setdefault(form, row)
    return first


def directed_edges(parcels: Shapes) -> tuple[Floats, Ints]:
    """Every edge of polygons, the same from either side, and which way it is gone through.

    Returns
    -------
    Four numbers for each edge (the sum of its ends, and the step between them turned to point east, or
    north), and 1 where the polygon lies to the left of that step, -1 to the right; 0 is no edge but
    the way from one ring to the next.
    """
    rings, polygon = shapely.get_rings(shapely.get_parts(parcels), return_index=True)
    x, y = np.ascontiguousarray(shapely.get_coordinates(rings).T)
    sizes = shapely.get_num_coordinates(rings)
    hole = np.diff(polygon, prepend=-1) == 0
    way = np.repeat(np.where(shapely.is_ccw(rings) != hole, 1, -1), sizes)[:-1]
    way[np.cumsum(sizes)[:-1] - 1] = 0
    east, north = np.diff(x), np.diff(y)
    turn = np.where((east < 0) | ((east == 0) & (north < 0)), -1, 1)
    marks = np.stack((x[1:] + x[:-1], y[1:] + y[:-1], east * turn, north * turn))
    return marks, way * turn


def hashed(marks: Floats) -> npt.NDArray[np.uint64]:
    """One number for each edge of `directed_edges`."""
    bits = marks.view(np.uint64)
    mixed: npt.NDArray[np.uint64] = (bits[0] * HASH) ^ (bits[1] * ~HASH)
    return mixed


def lone_lines(parcels: Shapes) -> Shapes:
    """The edges that have no polygon, or more than one, on their other side, joined to lines.

    Where a layer is a mosaic that is its outline, the outlines of its gaps, and what overlaps. Edges
    are compared by a hash of 64 bits, a block of polygons at a time.
    """
    blocks = [parcels[block] for block in geodesy.blocks(parcels)]
    count = int(shapely.get_num_coordinates(parcels).sum())
    key, way, at = np.empty(count, dtype=np.uint64), np.zeros(count, dtype=np.int8), 0
    for block in blocks:
        marks, own = directed_edges(block)
        key[at : at + len(own) + 1] = _mixed(marks)
        way[at : at + len(own)] = own
        at += len(own) + 1
    lone = _lone(key, way)
    lines, at = [], 0
    for block in blocks:
        xy = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(block)))
        lines.append(_runs(xy, lone[at : at + len(xy)]))
        at += len(xy)
    return np.concatenate(lines)


def _lone(key: npt.NDArray[np.uint64], way: npt.NDArray[np.int8]) -> Bools:
    """Which edges are not gone through as often one way as the other, those of one `way` 0 left out.

    Edges are sorted a part at a time, by the last bits of their keys: all of them at once would take
    three times the memory of the keys.

    Parameters
    ----------
    key, way
        The hash of each edge, and which way it is gone through.
    """
    lone = np.zeros(len(key), dtype=bool)
    parts = min(256, 1 << (len(key) // SORTED_AT_ONCE).bit_length())
    # a number is written as the machine has it, the last bits first or last
    last = key.view(np.uint8)[0 if sys.byteorder == "little" else 7 :: 8] & np.uint8(parts - 1)
    for part in np.unique(last):
        rows = np.flatnonzero(last == part)
        own = key[rows]
        order = np.argsort(own, kind="stable")
        starts = np.flatnonzero(np.append(True, np.diff(own[order]) != 0))
        balance = np.add.reduceat(way[rows[order]], starts, dtype=np.int64)
        lone[rows[order]] = np.repeat(balance != 0, np.diff(np.append(starts, len(own))))
    lone &= way != 0
    return lone


def _mixed(marks: Floats) -> npt.NDArray[np.uint64]:
    """A hash of all four numbers, and one of its own for the last, which is no edge."""
    bits = (marks + 0.0).view(np.uint64)  # one zero, not two
    key = np.zeros(bits.shape[1], dtype=np.uint64)
    for part in bits:
        key = (key ^ part) * HASH
        key ^= key >> np.uint64(29)
    return np.append(key, np.uint64(0))


def _runs(xy: Floats, lone: Bools) -> Shapes:
    """Lines through vertices i and i + 1 of every edge i that is lone, one line for a run of edges."""
    edges = np.flatnonzero(lone)
    if not len(edges):
        return np.empty(0, dtype=object)
    new = np.diff(edges, prepend=-2) != 1
    # a run of k edges has k + 1 vertices: its first edge gives both of its ends
    points = np.repeat(edges, np.where(new, 2, 1))
    heads = np.cumsum(np.where(new, 2, 1))[new] - 2
    run = np.repeat(np.cumsum(new) - 1, np.where(new, 2, 1))
    ahead = np.ones(len(points), dtype=np.int64)
    ahead[heads] = 0
    lines: Shapes = shapely.linestrings(xy[points + ahead], indices=run)
    return lines


def _areal(geometries: Shapes) -> Ints:
    return np.flatnonzero(~shapely.is_missing(geometries) & (shapely.area(geometries) > 0))


def _least_m2(faces: Shapes, crs: pyproj.CRS) -> Floats:
    """The area of each polygon in m², 1 % too small rather than too large."""
    return np.asarray(shapely.area(geodesy.local_metres(faces, crs)) * 0.99, dtype=float)


def _frame(geometry: Shapes, crs: pyproj.CRS, **columns: Ints) -> gpd.GeoDataFrame:
    """Patches with their areas, widths and a point of each.

    Parameters
    ----------
    geometry, crs
        The patches, and their CRS.
    columns
        Further columns, which stand first.
    """
    inner = shapely.get_coordinates(shapely.point_on_surface(geometry)).reshape(-1, 2)
    return gpd.GeoDataFrame(
        {
            **columns,
            "area_m2": geodesy.official_area_m2(geometry, crs),
            "width_m": widths_m(geometry, crs),
            "x": inner[:, 0],
            "y": inner[:, 1],
        },
        geometry=gpd.array.from_shapely(geometry, crs),
    )


def _those(frame: gpd.GeoDataFrame, kept: Bools) -> gpd.GeoDataFrame:
    return frame[kept].reset_index(drop=True)
