"""The edges that bound land, the vertices they hang on, and how an area follows these.

All coordinates are in metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

STRETCH_M = 50.0
"""So long a stretch of short edges has one error: vertices nearer to one another are not independent."""

STRETCHES = 8
"""A small ring has at least so many stretches as it has room for."""

STRAIGHT_M = 0.001
"""A vertex no farther from the line between its neighbours is none of its own."""

ON_EDGE_M = 0.002
"""So near an edge an area's outline lies on it."""

SAME_POINT_M = 0.0001
"""So near to one another two vertices of one layer are one, as the norm rounds coordinates."""

START = np.array([1.0, 0.6180339887])
"""A ring is walked from its farthest vertex in this direction: on no edge can another lie farther."""


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Straight parts of outlines, land on their left: from `start` to `end`, (n, 2).

    `weight` is what the area behind each counts, `owner` the polygon that it bounds.
    """

    start: Floats
    end: Floats
    weight: Floats
    owner: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """How an area changes as each node moves, (n, 2) in m, with the nodes' standard deviations."""

    by_node: Floats
    sigma: Floats

    def sd(self) -> float:
        """The standard deviation of the area in m²."""
        return float(np.sqrt((self.sigma**2 * (self.by_node**2).sum(axis=1)).sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Hung:
    """How an area follows its nodes, a row a segment and node: `push`, (n, 2) in m, of an `owner`.

    `sigma` is the standard deviation of every node.
    """

    node: Ints
    push: Floats
    owner: Ints
    sigma: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges of boundaries and layers, without vertices on straight lines.

    Edge i goes from ``start[i]`` to ``end[i]``; the error at a point of it is that of node ``left[i]``
    and of node ``right[i]``, the latter with the share ``share[i, 0]`` at its start and ``share[i, 1]``
    at its end. `sigma` is the standard deviation of each edge's nodes, `nodes` how many there are.
    `trees` find the edges near a point: of each source one, with the number of its first edge.
    """

    start: Floats
    end: Floats
    left: Ints
    right: Ints
    share: Floats
    sigma: Floats
    nodes: int
    trees: tuple[tuple[shapely.STRtree, int], ...] = ()

    def on(self, segments: Segments) -> Ints:
        """The edge that each segment lies on, of several the least accurate; -1 where there is none."""
        found = np.full(len(segments.start), -1)
        if not len(self.start) or not len(found):
            return found
        middle = shapely.points((segments.start + segments.end) / 2)
        hits = [
            np.add(tree.query(middle, predicate="dwithin", distance=ON_EDGE_M), [[0], [first]])
            for tree, first in self.trees
        ]
        segment, edge = np.concatenate(hits, axis=1)
        off = np.maximum(
            self._distance(segments.start[segment], edge),
            self._distance(segments.end[segment], edge),
        )
        near = off <= ON_EDGE_M
        segment, edge, off = segment[near], edge[near], off[near]
        order = np.lexsort((off, -self.sigma[edge], segment))
        first = order[np.flatnonzero(np.diff(segment[order], prepend=-1))]
        found[segment[first]] = edge[first]
        return found

    def _distance(self, points: Floats, edge: Ints) -> Floats:
        """How far points lie from edges, one from each."""
        along = np.clip(self._along(points, edge), 0, 1)[:, None]
        nearest = self.start[edge] + along * (self.end[edge] - self.start[edge])
        return np.asarray(np.hypot(*(points - nearest).T), dtype=float)

    def _along(self, points: Floats, edge: Ints) -> Floats:
        """Where on its edge each point lies, from 0 at the start to 1 at the end."""
        way = self.end[edge] - self.start[edge]
        squared = np.maximum((way**2).sum(axis=1), np.finfo(float).tiny)
        return np.asarray(((points - self.start[edge]) * way).sum(axis=1) / squared, dtype=float)

    def gradient(self, segments: Segments) -> Gradient:
        """How the area that segments bound changes as each node moves."""
        hung = self._hung(segments)
        count = len(hung.sigma)
        by_node = [np.bincount(hung.node, weights=way, minlength=count) for way in hung.push.T]
        return Gradient(np.column_stack(by_node).astype(np.float64), hung.sigma)

    def sds(self, segments: Segments, count: int) -> Floats:
        """The standard deviation in m² of the area of each of `count` polygons, one by one."""
        hung = self._hung(segments)
        pairs, at = np.unique(hung.owner * len(hung.sigma) + hung.node, return_inverse=True)
        by_pair = np.column_stack([np.bincount(at, way, len(pairs)) for way in hung.push.T])
        owner, node = np.divmod(pairs, max(len(hung.sigma), 1))
        variances = hung.sigma[node] ** 2 * (by_pair**2).sum(axis=1)
        return np.sqrt(np.bincount(owner, weights=variances, minlength=count))

    def _hung(self, segments: Segments) -> Hung:
        """How strongly each segment hangs on its nodes.

        A segment on no edge (where a double claim was settled) hangs on its own two ends, with the
        largest standard deviation.
        """
        edge = self.on(segments)
        way = segments.end - segments.start
        # ∫ error · normal over a segment: normal times length, by the error in its middle, for both
        # error and weight go linearly along it
        push = np.column_stack((way[:, 1], -way[:, 0])) * segments.weight[:, None]
        on, off = edge >= 0, edge < 0
        share = self._share((segments.start[on] + segments.end[on]) / 2, edge[on])
        ends = np.concatenate((segments.start[off], segments.end[off]))
        own, own_node = _same_points(ends)
        half = np.full(int(off.sum()), 0.5)
        first, second = np.split(own_node + self.nodes, 2)
        owner = segments.owner
        hung = (
            (self.left[edge[on]], push[on], 1 - share, owner[on]),
            (self.right[edge[on]], push[on], share, owner[on]),
            (first, push[off], half, owner[off]),
            (second, push[off], half, owner[off]),
        )
        sigma = np.full(self.nodes + own, float(self.sigma.max(initial=0.0)))
        sigma[self.left], sigma[self.right] = self.sigma, self.sigma
        nodes, pushes, weights, owners = zip(*hung, strict=True)
        return Hung(
            np.concatenate(nodes),
            np.concatenate(pushes) * np.concatenate(weights)[:, None],
            np.concatenate(owners),
            sigma,
        )

    def _share(self, points: Floats, edge: Ints) -> Floats:
        """The share of the right node's error at points on edges."""
        along = np.clip(self._along(points, edge), 0, 1)
        begin, end = self.share[edge].T
        return np.asarray(begin + along * (end - begin), dtype=float)

    def mean_sigma(self, segments: Segments, polygons: int) -> Floats:
        """The root of the mean variance of the edges that bound each of some polygons, by length."""
        edge = self.on(segments)
        largest = float(self.sigma.max(initial=0.0))
        sigma = np.where(edge >= 0, self.sigma[edge], largest) if len(self.sigma) else edge * 0.0
        length = np.hypot(*(segments.end - segments.start).T)
        variance = np.bincount(segments.owner, length * sigma**2, minlength=polygons)
        whole = np.bincount(segments.owner, length, minlength=polygons)
        mean = np.divide(variance, whole, out=np.zeros(polygons), where=whole > 0)
        return np.asarray(np.sqrt(mean), dtype=float)


def segments_of(polygons: Shapes, weights: Floats | None = None) -> Segments:
    """The outlines of polygons as segments with the land on their left.

    Parameters
    ----------
    polygons
        Polygons or multipolygons.
    weights
        What the area of each counts; 1 without them.
    """
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    turned = shapely.orient_polygons(parts)
    rings, of_ring = shapely.get_rings(turned, return_index=True)
    xy, of_vertex = shapely.get_coordinates(rings, return_index=True)
    same = of_vertex[1:] == of_vertex[:-1]
    owner = of_part[of_ring[of_vertex[:-1][same]]]
    weight = np.ones(len(owner)) if weights is None else weights[owner]
    return Segments(xy[:-1][same], xy[1:][same], weight, owner)


def edges_of(polygons: Shapes, sigma_m: float) -> Edges:
    """The edges of dissolved land whose vertices have a standard deviation.

    Vertices on straight lines are left out. Both ends of an edge of at least a stretch are nodes, which
    have errors of their own; of a row of shorter edges those that follow one another at least a stretch
    apart. Between nodes the error goes linearly along the ring.

    Parameters
    ----------
    polygons
        Polygons or multipolygons in metres.
    sigma_m
        The standard deviation of a vertex in metres.

    Examples
    --------
    >>> square = edges_of(np.array([shapely.box(0, 0, 100, 100)]), 0.5)
    >>> len(square.start), square.nodes
    (4, 4)
    >>> square.gradient(segments_of(np.array([shapely.box(0, 0, 100, 100)]))).sd().__round__(4)
    70.7107
    """
    rings = _straightened(shapely.get_rings(shapely.get_parts(polygons)))
    walks = [_walk(xy) for xy in rings]
    if not walks:
        none = np.empty((0, 2))
        nowhere = np.empty(0, dtype=np.int64)
        return Edges(none, none, nowhere, nowhere, none, np.empty(0), 0)
    offsets = np.cumsum([0, *(len(walk.nodes) for walk in walks)])
    count, node = _same_points(np.concatenate([walk.nodes for walk in walks]))
    shifted = zip(walks, offsets[:-1], strict=True)
    left, right = zip(*((walk.left + by, walk.right + by) for walk, by in shifted), strict=True)
    start = np.concatenate([xy[:-1] for xy in rings])
    end = np.concatenate([xy[1:] for xy in rings])
    lines = shapely.linestrings(np.stack((start, end), axis=1))
    return Edges(
        start,
        end,
        node[np.concatenate(left)],
        node[np.concatenate(right)],
        np.concatenate([walk.share for walk in walks]),
        np.full(len(start), float(sigma_m)),
        count,
        ((shapely.STRtree(lines), 0),),
    )


def together(several: Sequence[Edges]) -> Edges:
    """The edges of several sources; those of two layers at one place stay two, each with its errors."""
    offsets = np.cumsum([0, *(edges.nodes for edges in several)])
    firsts = np.cumsum([0, *(len(edges.start) for edges in several)]).tolist()
    trees = (
        (tree, own + first)
        for edges, first in zip(several, firsts, strict=False)
        for tree, own in edges.trees
    )
    return Edges(
        np.concatenate([edges.start for edges in several]),
        np.concatenate([edges.end for edges in several]),
        np.concatenate([edges.left + by for edges, by in zip(several, offsets, strict=False)]),
        np.concatenate([edges.right + by for edges, by in zip(several, offsets, strict=False)]),
        np.concatenate([edges.share for edges in several]),
        np.concatenate([edges.sigma for edges in several]),
        int(offsets[-1]),
        tuple(trees),
    )


def _straightened(rings: Shapes) -> list[Floats]:
    """The vertices of closed rings without those on straight lines, from the same corner always."""
    turned = []
    for ring in rings:
        xy = shapely.get_coordinates(ring)[:-1]
        first = int(np.argmax(xy @ START))
        turned.append(shapely.linestrings(np.concatenate((xy[first:], xy[: first + 1]))))
    lines = shapely.simplify(np.array(turned, dtype=object), STRAIGHT_M, preserve_topology=False)
    straight = [shapely.get_coordinates(line) for line in lines]
    return [xy for xy in straight if len(xy) >= shapely.get_num_coordinates(_TRIANGLE)]


_TRIANGLE = shapely.LinearRing([(0, 0), (1, 0), (0, 1)])


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """A ring's nodes, and for each of its edges the two between which its error goes linearly."""

    nodes: Floats
    left: Ints
    right: Ints
    share: Floats


def _walk(xy: Floats) -> _Walk:
    """Choose the nodes of a closed ring of vertices (n + 1, 2)."""
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))))
    node = np.flatnonzero(_chosen(along))
    around = along[-1]
    # the first node once more behind the last, so that the ring closes
    at = np.append(along[node], around + along[node[0]])
    begin = np.where(along[:-1] < at[0], along[:-1] + around, along[:-1])
    left = np.searchsorted(at, begin, side="right") - 1
    length = np.diff(at)[left]
    share = (begin - at[left]) / length
    return _Walk(
        xy[node],
        left,
        (left + 1) % len(node),
        np.column_stack((share, share + np.diff(along) / length)),
    )


def _chosen(along: Floats) -> Bools:
    """Which vertices of a ring are nodes; `along` is where each lies on it, its end the last."""
    around, count = float(along[-1]), len(along) - 1
    stretch = min(STRETCH_M, around / STRETCHES)
    long = np.diff(along) >= stretch
    node = long | np.roll(long, 1)
    if not node.any():
        node[0] = True
    twice = np.concatenate((along[:-1], along[:-1] + around))
    fixed = np.flatnonzero(node)
    for begin, end in pairwise([*fixed.tolist(), int(fixed[0]) + count]):
        last = float(twice[end]) - stretch
        next_ = int(np.searchsorted(twice, twice[begin] + stretch))
        while next_ < end and twice[next_] <= last:
            node[next_ % count] = True
            next_ = int(np.searchsorted(twice, twice[next_] + stretch))
    return np.asarray(node, dtype=bool)


def _same_points(points: Floats) -> tuple[int, Ints]:
    """How many different points there are, and which of them each is."""
    if not len(points):
        return 0, np.empty(0, dtype=np.int64)
    # as complex numbers, which sort many times faster than rows
    east, north = np.rint(points / SAME_POINT_M).T
    _different, which = np.unique(east + 1j * north, return_inverse=True)
    return int(which.max()) + 1, which.reshape(-1)
