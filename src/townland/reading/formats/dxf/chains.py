"""Lines, arcs and open polylines of a drawing joined end to end into rings."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from townland.reading.formats.dxf.curves import Points
from townland.reading.formats.dxf.unseen import Unseen

_POLYLINES = ("LWPOLYLINE", "POLYLINE")


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A line that does not close: its points of shape (n, 2), its layer, and its kind in DXF.

    `unseen`, `block` and `curves` are as of a `Shape`.
    """

    points: Points
    layer: str
    kind: str
    unseen: Unseen = ""
    block: str = ""
    curves: int = 0

    @property
    def group(self) -> tuple[str, Unseen, str]:
        """Only strokes of one layer, as much seen as one another, make a chain."""
        return self.layer, self.unseen, self.block


@dataclass(frozen=True, slots=True, eq=False)
class LineChain:
    """Strokes that follow one another; `ring` are its points where it closes, None where it does not.

    `widest` is the widest gap between two ends that were joined. Of a chain that is open, `gap` is the
    way from its end to the nearest other one, and `ends` are these two points; `forks` says that it
    ends where more than two strokes meet.
    """

    strokes: tuple[Stroke, ...]
    ring: Points | None
    widest: float
    gap: float = 0.0
    ends: Points | None = None
    forks: bool = False

    @property
    def is_line(self) -> bool:
        """Whether it looks like a boundary: several strokes, or a polyline."""
        return len(self.strokes) > 1 or self.strokes[0].kind in _POLYLINES


def joined(strokes: Iterable[Stroke], near: float) -> tuple[list[LineChain], list[LineChain]]:
    """The chains that close, and those that do not.

    Parameters
    ----------
    strokes
        All of a drawing. One that is drawn twice counts once.
    near
        How near two ends are that meet.
    """
    groups: dict[tuple[str, Unseen, str], dict[bytes, Stroke]] = defaultdict(dict)
    for stroke in strokes:
        groups[stroke.group].setdefault(_key(stroke.points), stroke)
    chains = [chain for each in groups.values() for chain in _chains(list(each.values()), near)]
    closed = [chain for chain in chains if chain.ring is not None]
    return closed, [chain for chain in chains if chain.ring is None]


def _key(points: Points) -> bytes:
    """The same for a line and for the line that goes the other way, to a tenth of a millimetre."""
    rounded = np.round(points, 4)
    return min(rounded.tobytes(), rounded[::-1].tobytes())


def _chains(strokes: Sequence[Stroke], near: float) -> Iterator[LineChain]:
    """The chains of one group, each stroke in one of them.

    Parameters
    ----------
    strokes, near
        As `joined`.
    """
    ends = np.array([stroke.points[at] for stroke in strokes for at in (0, -1)])
    nodes = _nodes(ends, near)
    meeting: dict[int, list[int]] = defaultdict(list)
    for end, node in enumerate(nodes):
        meeting[node].append(end)
    used: set[int] = set()
    paths = []
    # ways that begin where nothing or more than one other stroke goes on, then the rings
    loose = [end for end, node in enumerate(nodes) if len(meeting[node]) != 2]
    for first in (*loose, *range(0, len(ends), 2)):
        if first // 2 not in used:
            paths.append(_path(first, nodes, meeting, used))
    made = [_made(path, strokes, nodes, ends) for path in paths]
    yield from _with_gaps(made, paths, [len(meeting[node]) for node in nodes])


def _nodes(ends: Points, near: float) -> list[int]:
    """For each end the number of the point where it meets others.

    Ends in one cell meet; only cells are compared, as thousands of ends may lie at one point.
    """
    cells = np.floor(ends / (near / math.sqrt(2))).astype(np.int64)
    _cells, cell = np.unique(cells, axis=0, return_inverse=True)
    order = np.argsort(cell.ravel(), kind="stable")
    places = shapely.multipoints(shapely.points(ends[order]), indices=cell.ravel()[order])
    one, other = shapely.STRtree(places).query(places, predicate="dwithin", distance=near)
    parent = list(range(len(places)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        a, b = sorted((root(a), root(b)))
        parent[b] = a
    return [root(at) for at in cell.ravel().tolist()]


def _path(
    first: int, nodes: Sequence[int], meeting: dict[int, list[int]], used: set[int]
) -> list[int]:
    """The ends at which the strokes of a chain begin, from one end on; `end ^ 1` is a stroke's other.

    Parameters
    ----------
    first
        The end at which the first stroke begins.
    nodes, meeting
        The node of each end, and the ends at each node.
    used
        The strokes that are in a chain, to which these are added.
    """
    path = [first]
    used.add(first // 2)
    while True:
        node = nodes[path[-1] ^ 1]
        if len(meeting[node]) != 2:
            return path
        onward = [end for end in meeting[node] if end // 2 not in used]
        if not onward:
            return path
        path.append(onward[0])
        used.add(onward[0] // 2)


def _made(
    path: Sequence[int], strokes: Sequence[Stroke], nodes: Sequence[int], ends: Points
) -> LineChain:
    """The chain of a path.

    Parameters
    ----------
    path
        The ends at which its strokes begin.
    strokes, nodes, ends
        All strokes, and the node and the point of each end.
    """
    own = tuple(strokes[end // 2] for end in path)
    closes = nodes[path[0]] == nodes[path[-1] ^ 1]
    following = [*path[1:], path[0]] if closes else list(path[1:])
    gaps = [ends[b] - ends[a ^ 1] for a, b in zip(path, following, strict=False)]
    widest = max((float(np.hypot(*gap)) for gap in gaps), default=0.0)
    lines = [
        stroke.points[::-1] if end % 2 else stroke.points
        for end, stroke in zip(path, own, strict=True)
    ]
    # where two ends meet, the one that comes first stays
    points = np.vstack([lines[0], *(line[1:] for line in lines[1:])])
    if closes and len(np.unique(points[:-1], axis=0)) >= 3:
        return LineChain(own, np.vstack([points[:-1], points[:1]]), widest)
    return LineChain(own, None, widest, ends=points[[0, -1]])


def _with_gaps(
    made: Sequence[LineChain], paths: Sequence[Sequence[int]], degrees: Sequence[int]
) -> Iterator[LineChain]:
    """The chains, those that are open with the way to the nearest other end.

    Parameters
    ----------
    made, paths
        The chains, and the ends at which their strokes begin.
    degrees
        How many ends meet at each.
    """
    lines = [chain.ends for chain in made if chain.is_line and chain.ends is not None]
    points = np.unique(np.array(lines, np.float64).reshape(-1, 2), axis=0)
    tree = shapely.STRtree(shapely.points(points))
    for chain, path in zip(made, paths, strict=True):
        if chain.ring is not None or chain.ends is None:
            yield chain
            continue
        gap, ends = float(np.hypot(*(chain.ends[1] - chain.ends[0]))), chain.ends
        for end in chain.ends if chain.is_line else ():
            at = tree.query_nearest(shapely.Point(end), exclusive=True, all_matches=False)
            away = float(np.hypot(*(points[at[0]] - end))) if len(at) else gap
            if away < gap:
                gap, ends = away, np.array([end, points[at[0]]])
        forks = min(degrees[path[0]], degrees[path[-1] ^ 1]) > 2
        yield LineChain(chain.strokes, None, chain.widest, gap, ends, forks)
