"""Town ∩ layers → pieces, every patch of land counted once.

The work is done on arrays: parcels wholly inside a town are taken as they are, only those on its
boundary are cut; a layer whose parcels fit together (a valid coverage) needs no search for overlaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from townland.geodesy import Geometries, kernel
from townland.measuring.overlay.windows import windowed
from townland.measuring.prepare import topology
from townland.measuring.prepare.areal import polygons_of
from townland.measuring.prepare.parcels import PolygonStore

NEAR_M = 1e-6
"""A piece's inner point lies in its patch, or this near, where the union has rounded its edges."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """What several layers have in common within one town, cut into pieces.

    Piece i lies in the row ``rows[role][i]`` of each role's frame and, where the pieces were cut from
    others, in ``parent[i]`` of those.
    """

    geometry: Shapes
    rows: Mapping[str, Ints]
    parent: Ints | None = None

    def __len__(self) -> int:
        return len(self.geometry)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two features of one layer that claim the same land; the first keeps it."""

    keeps: int
    loses: int
    area: float
    geometry: shapely.Geometry


def clip(town: shapely.Geometry, parcels: Geometries) -> tuple[Shapes, Ints]:
    """Cut parcels to the town.

    Parameters
    ----------
    town
        A valid polygon or multipolygon.
    parcels
        Valid polygons, in the town's CRS.

    Returns
    -------
    The pieces, and the index of the parcel each comes from, in the parcels' order; parcels that only
    touch the town give none.

    Examples
    --------
    >>> pieces, index = clip(shapely.box(0, 0, 2, 2), [shapely.box(1, 1, 3, 3), shapely.box(2, 0, 3, 1)])
    >>> shapely.area(pieces).tolist(), index.tolist()
    ([1.0], [0])

    """
    pieces, rows, _ = _clipped(town, parcels, prove=False)
    return pieces, rows


def clip_mosaic(town: shapely.Geometry, parcels: Geometries) -> tuple[Shapes, Ints, bool]:
    """Cut parcels to the town as `clip`, and say at the same time whether they are a mosaic there.

    The parcels on the boundary are cut in one thread while another compares edges.

    Returns
    -------
    The pieces, the index of the parcel of each, and what `is_mosaic` says of the parcels that meet
    the town.
    """
    return _clipped(town, parcels, prove=True)


def _clipped(
    town: shapely.Geometry, parcels: Geometries, *, prove: bool
) -> tuple[Shapes, Ints, bool]:
    """Cut parcels to the town, and prove whether they are a mosaic there where that is asked.

    Parameters
    ----------
    town, parcels
        As in `clip`.
    prove
        Whether to look; without, nothing is called a mosaic.
    """
    parcels = np.asarray(parcels, dtype=object)
    shapely.prepare(town)
    inside = shapely.contains_properly(town, parcels)
    meets = inside.copy()
    meets[~inside] = shapely.intersects(town, parcels[~inside])
    shapely.destroy_prepared(town)
    near = np.flatnonzero(meets)
    pieces, cut = parcels[near], ~inside[near]
    if prove:
        # The thread has its own copy of the town: a geometry prepared in one thread and used in
        # another crashes the process.
        own = shapely.from_wkb(shapely.to_wkb(town))
        with ThreadPoolExecutor(1) as pool:
            cutting = pool.submit(_cut, pieces[cut], own, kernel.current())
            mosaic = is_mosaic(town, pieces)
            pieces[cut] = cutting.result()
    else:
        mosaic = False
        pieces[cut] = _cut(pieces[cut], town, kernel.current())
    kept = ~shapely.is_empty(pieces)
    return pieces[kept], near[kept], mosaic


def _cut(parcels: Shapes, town: shapely.Geometry, on: kernel.Bench) -> Shapes:
    """The parts of parcels in a town.

    Parameters
    ----------
    parcels, town
        As in `clip`.
    on
        The bench, which a thread does not know.
    """
    every = np.arange(len(parcels))
    sides = windowed(parcels, every, np.array([town]), np.zeros_like(every))
    return kernel.without_hairs(polygons_of(kernel.intersection(*sides, on=on)), on)


def is_mosaic(town: shapely.Geometry, parcels: Shapes) -> bool:
    """Whether inside the town every edge of a parcel is another parcel's edge the other way round.

    Then no edge changes how many parcels cover the ground, so that they cover all of the town equally
    often; where their areas also sum to the town's, they cover it once, without gap or overlap. That
    proof costs a fraction of a search for overlaps.

    Examples
    --------
    >>> halves = np.array([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 2)])
    >>> is_mosaic(shapely.box(0.5, 0.5, 1.5, 1.5), halves)
    True
    >>> is_mosaic(shapely.box(0.5, 0.5, 2.5, 1.5), halves)
    False
    """
    marks, way = topology.directed_edges(parcels)
    west, south, east, north = 2 * shapely.bounds(town)
    wide, high = np.abs(marks[2:])
    near = (marks[0] + wide >= west) & (marks[0] - wide <= east)
    near &= (marks[1] + high >= south) & (marks[1] - high <= north)
    marks, way = marks[:, near], way[near]
    if not len(way):
        return True
    order = np.argsort(topology.hashed(marks))
    marks, way = marks[:, order], way[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = False
    for mark in marks:
        new[1:] |= mark[1:] != mark[:-1]
    first = np.flatnonzero(new)
    lone = marks[:, first[np.add.reduceat(way, first) != 0]] / 2
    if not lone.size:
        return True
    ends = np.stack((lone[:2] - lone[2:], lone[:2] + lone[2:])).transpose(2, 0, 1).reshape(-1, 2)
    line_ends = np.arange(0, len(ends) + 1, 2)
    lines = shapely.from_ragged_array(
        shapely.GeometryType.MULTILINESTRING, ends, (line_ends, np.array([0, len(line_ends) - 1]))
    )
    shapely.prepare(town)
    meets = bool(shapely.intersects(town, lines).any())
    shapely.destroy_prepared(town)
    return not meets


def settle(
    pieces: Geometries, precedence: npt.ArrayLike, unit_m: float = 1.0
) -> tuple[Shapes, list[Overlap]]:
    """Give land that several pieces claim to the first of them in `precedence`.

    Parameters
    ----------
    pieces
        Polygons of one layer.
    precedence
        The position of each piece in the order; the lower keeps the land.
    unit_m
        Metres in a unit of the pieces' coordinates.

    Returns
    -------
    The pieces without overlap (some may be empty), and the overlaps that were settled.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)]
    >>> settled, overlaps = settle(squares, [1, 0])
    >>> shapely.area(settled).tolist(), overlaps[0].area
    ([1.0, 2.0], 1.0)

    """
    pieces = np.array(pieces, dtype=object)
    order = np.asarray(precedence)
    if len(pieces) < 2:
        return pieces, []
    noise, work = topology.NOISE_M2 / unit_m**2, kernel.current()
    known = np.flatnonzero(~shapely.is_empty(pieces))
    claimed = [
        known[pairs] for pairs, _shared in topology.search(PolygonStore.of(pieces[known]), noise)
    ]
    pairs = np.concatenate(claimed) if claimed else np.empty((0, 2), dtype=np.int64)
    overlaps = []
    # By the keeper's place, so that a keeper has lost what it must before it takes from others.
    for pair in sorted(range(len(pairs)), key=lambda k: tuple(sorted(order[pairs[k]]))):
        keeps, loses = sorted(pairs[pair], key=lambda i: order[i])
        land = polygons_of(kernel.intersection(pieces[keeps], pieces[loses]))[0]
        if land.area <= noise:
            continue
        overlaps.append(Overlap(int(keeps), int(loses), float(land.area), land))
        left = polygons_of(kernel.difference(pieces[loses], pieces[keeps]))[0]
        work.require_closed(pieces[loses].area, land.area + left.area)
        pieces[loses] = left
    return pieces, overlaps


def cross(parents: Pieces, role: str, children: Shapes, rows: Ints) -> Pieces:
    """Intersect pieces with those of a further layer.

    Parameters
    ----------
    parents
        Pieces that do not overlap one another.
    role, children, rows
        The further layer's role, its pieces (without overlap) in the same town, and the row of each
        in the role's frame.

    Returns
    -------
    The common pieces, each one polygon, ordered by parent and child.

    """
    empty = np.empty(0, dtype=np.int64)
    if not len(parents) or not len(children):
        return Pieces(
            np.empty(0, dtype=object), {**dict.fromkeys(parents.rows, empty), role: empty}, empty
        )
    # by their boxes alone: whether they meet is asked of what `windowed` leaves of the big ones
    parent, child = shapely.STRtree(children).query(parents.geometry)
    order = np.lexsort((child, parent))
    parent, child = parent[order], child[order]
    upper, lower = windowed(parents.geometry, parent, children, child)
    meet = shapely.intersects(upper, lower)
    parent, child = parent[meet], child[meet]
    common = polygons_of(kernel.intersection(upper[meet], lower[meet]))
    common, source = shapely.get_parts(common, return_index=True)
    kept = shapely.area(common) > kernel.current().least
    common, source = common[kept], source[kept]
    parent, child = parent[source], child[source]
    taken = {name: known[parent] for name, known in parents.rows.items()}
    return Pieces(common, {**taken, role: rows[child]}, parent)


def slivers(geometry: Shapes, width_m: float, scale: tuple[float, float] = (1.0, 1.0)) -> Bools:
    """Which pieces belong to a patch narrower than `width_m`, as 2 · area / perimeter.

    A patch is what touching pieces make together, so that neither splitting a parcel nor many narrow
    parcels side by side turn land into slivers.

    Parameters
    ----------
    geometry
        Pieces that do not overlap.
    width_m
        A sliver is narrower than this.
    scale
        Metres in a unit of x and of y of their coordinates. Widths are taken of copies in metres, for
        pieces that touch in their own unit may cross one another when they are scaled.

    Examples
    --------
    >>> slivers(np.array([shapely.box(0, 0, 50, 0.1), shapely.box(0, 9, 50, 10)]), 0.2).tolist()
    [True, False]
    >>> side_by_side = np.array([shapely.box(0, 0.1 * i, 50, 0.1 * i + 0.1) for i in range(9)])
    >>> slivers(side_by_side, 0.2).any()
    np.False_

    """
    thin = width(geometry, scale) < width_m
    if thin.any():
        thin[thin] = ~_beside_wide(geometry, thin, width_m, scale)
    if not thin.any():
        return thin
    patches = shapely.get_parts(kernel.union(geometry[_reached(geometry, thin, max(scale))]))
    narrow = width(patches, scale) < width_m
    where = np.flatnonzero(thin)
    inner = shapely.point_on_surface(geometry[where])
    piece, patch = shapely.STRtree(patches).query(
        inner, predicate="dwithin", distance=NEAR_M / max(scale)
    )
    thin[where] = False
    thin[where[piece[narrow[patch]]]] = True
    return thin


def _beside_wide(
    geometry: Shapes, thin: Bools, width_m: float, scale: tuple[float, float]
) -> Bools:
    """Which of the thin pieces share an edge with one that makes their whole patch wide.

    A patch's outline is no longer than those of its pieces together, so that it is wide where the sum
    of 2 · area - width · perimeter over its pieces is at least 0. Thin pieces alone have less than 0.

    Parameters
    ----------
    geometry, thin
        Pieces that do not overlap, and which of them are thin.
    width_m, scale
        As in `slivers`.
    """
    area, length = _measured(geometry, scale)
    spare = 2 * area - width_m * length
    # twice as much as all thin pieces lack together, so that no rounding decides
    wide = geometry[spare / 2 > -spare[thin].sum()]
    piece, other = shapely.STRtree(wide).query(geometry[thin], predicate="intersects")
    common = kernel.intersection(geometry[thin][piece], wide[other])
    beside = np.zeros(int(thin.sum()), dtype=bool)
    beside[piece[shapely.length(common) > 0]] = True
    return beside


def _reached(geometry: Shapes, thin: Bools, unit_m: float) -> Bools:
    """The pieces that may be of one patch with a thin one: those that boxes lead to from it.

    To unite all pieces of a measure for a few thin ones costs more than to cut them.

    Parameters
    ----------
    geometry, thin
        Pieces, and which of them are thin.
    unit_m
        Metres in a unit of their coordinates.
    """
    room = NEAR_M / unit_m
    boxes = shapely.box(*np.add(shapely.bounds(geometry), (-room, -room, room, room)).T)
    tree, reached, last = shapely.STRtree(boxes), thin.copy(), np.flatnonzero(thin)
    while len(last):
        near = np.unique(tree.query(boxes[last])[1])
        last = near[~reached[near]]
        reached[last] = True
    return reached


def precedence(ranks: npt.ArrayLike) -> Ints:
    """The order in which features keep contested land: by rank, then as they stand.

    >>> precedence([1, 0, 1]).tolist()
    [1, 0, 2]
    """
    order = np.argsort(np.asarray(ranks), kind="stable")
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    return position


def remainder(town: shapely.Geometry, pieces: Geometries, noise: float) -> shapely.Geometry:
    """What of the town no piece covers; empty where the areas already agree within `noise`.

    The union is computed only where the sums differ, for it costs more than all the rest.

    Parameters
    ----------
    town, pieces
        The town, and its pieces without overlap.
    noise
        What counts as nothing, in squared units of their coordinates.
    """
    pieces = np.asarray(pieces, dtype=object)
    if abs(town.area - shapely.area(pieces).sum()) <= noise:
        return shapely.Polygon()
    if not len(pieces):
        return town
    rest = polygons_of(kernel.difference(town, kernel.union(pieces)))[0]
    covered = float(shapely.area(pieces).sum())
    kernel.current().require_closed(town.area, covered + rest.area, pieces=len(pieces))
    return rest


def width(geometry: Shapes, scale: tuple[float, float] = (1.0, 1.0)) -> npt.NDArray[np.float64]:
    """The mean width of each polygon in metres, as 2 · area / perimeter; 0 of an empty one."""
    area, length = _measured(geometry, scale)
    mean = np.divide(2 * area, length, out=np.zeros_like(length), where=length > 0)
    return np.asarray(mean, dtype=float)


def _measured(geometry: Shapes, scale: tuple[float, float]) -> tuple[Floats, Floats]:
    """The area of each polygon in m² and the length of its outline in metres."""
    if scale != (1.0, 1.0):
        geometry = shapely.transform(geometry, lambda xy: xy * scale)
    return shapely.area(geometry), shapely.length(geometry)
