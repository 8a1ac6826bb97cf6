"""How the features of one layer lie to one another: land claimed twice, gaps between them, slivers.

All of it goes through a layer a part at a time (`PolygonStore.parts`), so that memory grows with what is
found, and not with the number of vertices or pairs. Geometries must be valid (as `mend` gives them);
None and empty ones have no part in anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy
from townland.geodesy import Geometries, kernel
from townland.geodesy.parts import parts_of
from townland.measuring.prepare.areal import in_threads, polygons_of
from townland.measuring.prepare.parcels import PolygonStore

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]
Scale = tuple[float, float]

NOISE_M2 = 1e-6
"""Two features that share less than this share only their edge, and so it is with gaps."""

MOST = 100_000
"""So many faults of one kind are reported of one layer; a layer with more is broken as a whole."""

PAIRS_AT_ONCE = 512
HASH = np.uint64(0x9E3779B97F4A7C15)


def overlaps(
    geometries: Geometries | PolygonStore,
    crs: pyproj.CRS,
    *,
    least_m2: float = NOISE_M2,
    most: int = MOST,
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
    parcels = parcels_of(geometries)
    rows = _areal(parcels)
    noise = min(least_m2, NOISE_M2) / geodesy.metres_per_unit(crs) ** 2
    pairs, shared = overlapping(parcels.only(rows), noise, most)
    frame = _frame(shared, crs, first=rows[pairs[:, 0]], second=rows[pairs[:, 1]])
    return _those(frame, frame["area_m2"].to_numpy() >= least_m2)


def gaps(
    geometries: Geometries | PolygonStore,
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
    parcels = parcels_of(geometries)
    parcels = parcels.only(_areal(parcels))
    noise = least_m2 / geodesy.metres_per_unit(crs) ** 2
    faces = np.empty(0, dtype=object)
    if len(parcels):
        noded = shapely.union_all(lone_lines(parcels))
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        area = shapely.area(faces)
        # a degree of latitude is longer than one of longitude: no gap is missed by the plane's area
        faces = faces[(area > noise / 2) & (_least_m2(faces, crs) < below_m2)]
        covered = parcels.meeting(shapely.point_on_surface(faces))[0]
        faces = np.delete(faces, np.unique(covered))
        faces = faces[np.lexsort(shapely.bounds(faces).reshape(-1, 4)[:, 1::-1].T)][:most]
    frame = _frame(faces, crs)
    area = frame["area_m2"].to_numpy()
    return _those(frame, (area >= least_m2) & (area < below_m2))


def slivers(
    geometries: Geometries, crs: pyproj.CRS, *, width_m: float, scale: Scale | None = None
) -> gpd.GeoDataFrame:
    """The features narrower than `width_m`, taken as 2 · area / perimeter.

    A strip of a by b metres, b much the larger, is a metres wide by that measure.

    Parameters
    ----------
    geometries, crs
        Valid polygons, and their CRS.
    width_m
        A sliver is narrower than this.
    scale
        Metres in a unit of x and of y (`geodesy.local_scale`); that of the geometries for None.

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
    rows = np.flatnonzero(shapely.area(geometries) > 0)
    thin = rows[widths_m(geometries[rows], crs, scale) < width_m]
    return _frame(geometries[thin], crs, scale, row=thin)


def widths_m(geometries: Geometries, crs: pyproj.CRS, scale: Scale | None = None) -> Floats:
    """2 · area / perimeter of each polygon, in metres.

    Parameters
    ----------
    geometries, crs, scale
        As `slivers`.
    """
    metres = np.asarray(geometries, dtype=object)
    if scale is None or not crs.is_geographic:
        metres = geodesy.local_metres(metres, crs)
    else:
        metres = np.asarray(shapely.transform(metres, lambda xy: xy * scale), dtype=object)
    length = shapely.length(metres)
    doubled = 2 * shapely.area(metres)
    width = np.divide(doubled, length, out=np.zeros_like(length), where=length > 0)
    return np.asarray(width, dtype=float)


def parcels_of(geometries: Geometries | PolygonStore) -> PolygonStore:
    """Geometries to go through in parts."""
    if isinstance(geometries, PolygonStore):
        return geometries
    return PolygonStore.of(np.array(geometries, dtype=object, ndmin=1))


def overlapping(parcels: PolygonStore, noise: float, most: int = MOST) -> tuple[Ints, Shapes]:
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
    shared = [parcels.take(again)]
    count = len(again)
    for met, land in search(parcels.only(once), noise):
        pairs.append(once[met])
        shared.append(land)
        count += len(met)
        if count >= most:
            break
    joined, lands = np.concatenate(pairs), np.concatenate(shared)
    order = np.lexsort((joined[:, 1], joined[:, 0]))[:most]
    return joined[order], lands[order]


def search(parcels: PolygonStore, noise: float) -> Iterator[tuple[Ints, Shapes]]:
    """The pairs of `overlapping` in no order, some at a time; a polygon may stand many times."""
    if len(parcels) < 2:
        return
    work = kernel.current()
    done = np.zeros(len(parcels), dtype=bool)
    waiting = suspects(parcels)
    while len(waiting):
        met = np.zeros(len(parcels), dtype=bool)
        for start in range(0, len(waiting), PAIRS_AT_ONCE):
            part = waiting[start : start + PAIRS_AT_ONCE]
            asked, other = parcels.meeting(parcels.take(part))
            pairs = np.column_stack((part[asked], other))
            pairs = pairs[(pairs[:, 0] != other) & ~done[other]]
            done[part] = True
            pairs = np.unique(np.sort(pairs, axis=1), axis=0)
            shared = _shared(parcels, pairs, work)
            real = shapely.area(shared) > noise
            met[pairs[real].ravel()] = True
            yield pairs[real], polygons_of(shared[real])
        waiting = np.flatnonzero(met & ~done)


def united(parcels: PolygonStore) -> shapely.Geometry:
    """The union: fast where features share their edges, sound where they do not."""
    valid = all(
        shapely.is_empty(edges).all()
        for rows, near in parcels.parts()
        for edges in [_invalid_edges(parcels, rows, near)]
    )
    unite = shapely.coverage_union_all if valid else shapely.union_all
    return unite([unite(parcels.take(rows)) for rows, _near in parcels.parts()])


def _invalid_edges(parcels: PolygonStore, rows: Ints, near: Ints) -> Shapes:
    """The edges of some polygons that keep them and those near them from being a coverage.

    Parameters
    ----------
    parcels, rows, near
        The polygons, and a part of `PolygonStore.parts`.
    """
    every = parcels.take(np.concatenate((rows, near)))
    return np.asarray(shapely.coverage_invalid_edges(every)[: len(rows)], dtype=object)


def _shared(parcels: PolygonStore, pairs: Ints, work: kernel.Bench) -> Shapes:
    """What the polygons of each pair share.

    Parameters
    ----------
    parcels, pairs
        The polygons, and pairs of their positions.
    work
        What cuts them.
    """
    distinct, at = np.unique(pairs, return_inverse=True)
    polygons, ends = parcels.take(distinct), at.reshape(-1, 2)
    return in_threads(
        lambda own: kernel.intersection(polygons[own[:, 0]], polygons[own[:, 1]], on=work), ends
    )


def suspects(parcels: PolygonStore) -> Ints:
    """At least one polygon of every group that overlap one another, and few others.

    A valid coverage has none. GEOS's own search passes over a polygon whose edges are all shared with
    neighbours, though another mosaic may lie on it: that is seen by its inner point.
    """
    suspect = np.zeros(len(parcels), dtype=bool)
    for rows, near in parcels.parts():
        every = np.concatenate((rows, near))
        polygons = parcels.take(every)
        invalid = ~shapely.is_empty(shapely.coverage_invalid_edges(polygons))
        suspect[rows[invalid[: len(rows)]]] = True
        inner = shapely.point_on_surface(polygons[: len(rows)])
        point, owner = shapely.STRtree(polygons).query(inner, predicate="intersects")
        other = point != owner
        suspect[every[owner[other]]] = True
        suspect[every[point[other]]] = True
    return np.flatnonzero(suspect)


def _first_of_each(parcels: PolygonStore) -> Ints:
    """The position of the first polygon that is the same as each, itself for most."""
    first = np.arange(len(parcels))
    if len(parcels) < 2:
        return first
    marks = (*parcels.bounds.T, parcels.vertices)
    order = np.lexsort(marks)
    same = np.ones(len(parcels) - 1, dtype=bool)
    for mark in marks:
        own = mark[order]
        same &= own[1:] == own[:-1]
    alike = np.flatnonzero(np.append(same, False) | np.append(False, same))
    known: dict[bytes, int] = {}
    for rows in parcels.blocks(np.sort(order[alike])):
        forms = shapely.to_wkb(shapely.normalize(parcels.take(rows)))
        for row, form in zip(rows.tolist(), forms, strict=True):
            first[row] = known.setdefault(hashlib.sha256(form).digest(), row)
    return first


def directed_edges(parcels: Shapes) -> tuple[Floats, Ints]:
    """Every edge of polygons, the same from either side, and which way it is gone through.

    Returns
    -------
    Four numbers for each edge (the sum of its ends, and the step between them turned to point east, or
    north), and 1 where the polygon lies to the left of that step, -1 to the right; 0 is no edge but
    the way from one ring to the next.
    """
    rings, polygon = shapely.get_rings(parts_of(parcels)[0], return_index=True)
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


def lone_lines(parcels: PolygonStore) -> Shapes:
    """The edges that have no polygon, or more than one, on their other side, joined to lines.

    Where a layer is a mosaic that is its outline, the outlines of its gaps, and what overlaps. Edges
    are compared by a hash of 64 bits. The lines come in the order of their polygons.
    """
    lines, owners = [np.empty(0, dtype=object)], [np.empty(0, dtype=np.int64)]
    for rows, near in parcels.parts():
        polygons = parcels.take(np.concatenate((rows, near)))
        marks, way = directed_edges(polygons)
        lone = _lone(_mixed(marks), np.append(way, 0))
        parts, owner = parts_of(polygons[: len(rows)])
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        found, first = _runs(xy, lone[: len(xy)])
        lines.append(found)
        owners.append(rows[owner[part[ring[first]]]])
    return np.concatenate(lines)[np.argsort(np.concatenate(owners), kind="stable")]


def _lone(key: npt.NDArray[np.uint64], way: Ints) -> Bools:
    """Which edges are not gone through as often one way as the other, those of one `way` 0 left out.

    Parameters
    ----------
    key, way
        The hash of each edge, and which way it is gone through.
    """
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(key[order]) != 0))
    balance = np.add.reduceat(way[order], starts)
    lone = np.empty(len(key), dtype=bool)
    lone[order] = np.repeat(balance != 0, np.diff(np.append(starts, len(key))))
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


def _runs(xy: Floats, lone: Bools) -> tuple[Shapes, Ints]:
    """Lines through vertices i and i + 1 of every edge i that is lone, one line for a run of edges.

    With each line comes its first vertex.
    """
    edges = np.flatnonzero(lone)
    if not len(edges):
        return np.empty(0, dtype=object), edges
    new = np.diff(edges, prepend=-2) != 1
    # a run of k edges has k + 1 vertices: its first edge gives both of its ends
    points = np.repeat(edges, np.where(new, 2, 1))
    heads = np.cumsum(np.where(new, 2, 1))[new] - 2
    run = np.repeat(np.cumsum(new) - 1, np.where(new, 2, 1))
    ahead = np.ones(len(points), dtype=np.int64)
    ahead[heads] = 0
    lines: Shapes = shapely.linestrings(xy[points + ahead], indices=run)
    return lines, edges[new]


def _areal(parcels: PolygonStore) -> Ints:
    return np.flatnonzero(parcels.area > 0)


def _least_m2(faces: Shapes, crs: pyproj.CRS) -> Floats:
    """The area of each polygon in m², 1 % too small rather than too large."""
    return np.asarray(shapely.area(geodesy.local_metres(faces, crs)) * 0.99, dtype=float)


def _frame(
    geometry: Shapes, crs: pyproj.CRS, scale: Scale | None = None, **columns: Ints
) -> gpd.GeoDataFrame:
    """Patches with their areas, widths and a point of each.

    Parameters
    ----------
    geometry, crs, scale
        The patches, their CRS, and metres in a unit of it.
    columns
        Further columns, which stand first.
    """
    inner = shapely.get_coordinates(shapely.point_on_surface(geometry)).reshape(-1, 2)
    return gpd.GeoDataFrame(
        {
            **columns,
            "area_m2": geodesy.official_area_m2(geometry, crs),
            "width_m": widths_m(geometry, crs, scale),
            "x": inner[:, 0],
            "y": inner[:, 1],
        },
        geometry=gpd.array.from_shapely(geometry, crs),
    )


def _those(frame: gpd.GeoDataFrame, kept: Bools) -> gpd.GeoDataFrame:
    return frame[kept].reset_index(drop=True)
