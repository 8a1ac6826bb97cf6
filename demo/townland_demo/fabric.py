"""From lines to faces: node on a millimetre grid, polygonize, and dissolve what is too small.

Everything that shall share its edges exactly (parcels, plots, town boundaries) is made of the faces
of one arrangement, so no edge is ever computed twice.
"""

from __future__ import annotations

import numpy as np
import shapely

from townland_demo.grid import Array, Ints, Shapes

GRID_M = 0.001


def faces_of(lines: list[shapely.Geometry]) -> Shapes:
    """The polygons that a set of lines encloses, with vertices on the millimetre grid."""
    noded = shapely.union_all(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(order(faces))


def order(faces: Shapes) -> Shapes:
    """Rings from one corner on, polygons from west to east: an order that no library chooses."""
    faces = np.asarray(shapely.normalize(faces))
    centre = shapely.get_coordinates(shapely.centroid(faces)).round(2)
    return faces[np.lexsort((centre[:, 1], centre[:, 0]))]


def neighbours(faces: Shapes) -> tuple[Ints, Array]:
    """Pairs of faces that share an edge, (n, 2), and the length in metres that each pair shares."""
    points, owner = shapely.get_coordinates(shapely.boundary(faces), return_index=True)
    _, ring = shapely.get_coordinates(shapely.get_rings(faces), return_index=True)
    key = np.rint(points / GRID_M).astype(np.int64)
    code = key[:, 0] * 2**24 + key[:, 1] if len(key) else key[:, 0]
    follows = np.flatnonzero(ring[1:] == ring[:-1])
    low = np.minimum(code[follows], code[follows + 1])
    high = np.maximum(code[follows], code[follows + 1])
    length = np.hypot(*(points[follows + 1] - points[follows]).T)
    belongs = owner[follows]
    rank = np.lexsort((belongs, high, low))
    same = (low[rank][1:] == low[rank][:-1]) & (high[rank][1:] == high[rank][:-1])
    first, second = belongs[rank][:-1][same], belongs[rank][1:][same]
    both = np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1)
    pairs, inverse = np.unique(both, axis=0, return_inverse=True)
    shared = np.bincount(inverse.ravel(), weights=length[rank][:-1][same], minlength=len(pairs))
    return np.asarray(pairs, dtype=np.int64), np.asarray(shared, dtype=np.float64)


def dissolve(faces: Shapes, group: Ints) -> tuple[Shapes, Ints]:
    """Unite the faces of each group; returns polygons and the group number of each.

    A group that falls apart gives several polygons. Vertices on the outer edges stay.
    """
    rank = np.argsort(group, kind="stable")
    numbers, start, count = np.unique(group[rank], return_index=True, return_counts=True)
    united = _united(faces[rank], start, count)
    parts, source = shapely.get_parts(united, return_index=True)
    return parts, numbers[source]


def _united(faces: Shapes, start: Ints, count: Ints) -> Shapes:
    """Unite each run of faces.

    Parameters
    ----------
    faces
        The faces, those of one group side by side.
    start, count
        Where each group starts, and how many faces it has.
    """
    united = faces[start]
    for index in np.flatnonzero(count > 1):
        members = faces[start[index] : start[index] + count[index]]
        united[index] = shapely.coverage_union_all(members)
    return united


def absorb_small(faces: Shapes, kind: Ints, least_m2: Array, least_width_m: Array) -> Ints:
    """Group numbers in which every too small or too thin face has joined a neighbour of its kind.

    The neighbour is the one with the longest common edge. A face without neighbour of its kind joins
    any; one without neighbours at all stays.

    Parameters
    ----------
    faces
        Polygons that tile the ground.
    kind
        The group of each face; only faces of one group are joined.
    least_m2
        The area under which a face is absorbed.
    least_width_m
        The width under which a face is absorbed.
    """
    pairs, shared = neighbours(faces)
    area, perimeter = shapely.area(faces), shapely.length(faces)
    small = (area < least_m2) | (2 * area / perimeter < least_width_m)
    adjacent: dict[int, list[tuple[int, float]]] = {}
    for (a, b), length in zip(pairs.tolist(), shared.tolist(), strict=True):
        adjacent.setdefault(a, []).append((b, length))
        adjacent.setdefault(b, []).append((a, length))
    parent = np.arange(len(faces))

    def root(number: int) -> int:
        while parent[number] != number:
            number = int(parent[number])
        return number

    for number in np.flatnonzero(small)[np.argsort(area[small], kind="stable")].tolist():
        options = [
            (kind[other] == kind[number], not small[other], length, -other)
            for other, length in adjacent.get(number, [])
            if root(other) != root(number)
        ]
        if options:
            parent[root(number)] = root(-max(options)[3])
    return np.array([root(number) for number in range(len(faces))])


def inside_point(faces: Shapes) -> Shapes:
    """A point of each face that is well inside it."""
    return np.asarray(shapely.point_on_surface(faces))
