"""The four towns: a boundary that half follows the land and half the ruler, and a plan of blocks.

The plan is noded together with the parcels. A plot is a set of faces of that arrangement, so that a
plot which keeps off a field ends exactly at the field's edge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from townland_demo import fabric, routes
from townland_demo.georeference import area_m2, areas_m2
from townland_demo.grid import Array, Ints, Shapes
from townland_demo.parcels import Parcels
from townland_demo.streets import street_net

CULTIVATED = ("0101", "0102", "0103")


@dataclass(frozen=True)
class Brief:
    """What a town is made to show."""

    code: str
    name: str
    area_m2: float
    construction_m2: float
    quota_share: float | None  # of the need; None: the dossier is silent
    farmland_m2: float  # permanent basic farmland it may build on
    cultivated_m2: float  # other cultivated land it may build on
    cultivated: str  # which cultivated land it may build on: none, level, any
    outside_share: float  # of the area, beyond the county's border
    block_m: tuple[float, float]  # usual size of a block
    bend_m: float  # how far streets swing
    accuracy_m: float | None = None  # standard deviation of a vertex of the boundary, where stated


BRIEFS = (
    Brief("T01", "云溪小镇", 2_985_000, 1_000_000, 1.06, 0, 0, "none", 0, (138.0, 92.0), 42),
    Brief("T02", "螺溪小镇", 3_050_000, 1_020_000, 0.62, 85_000, 1e9, "any", 0, (182.0, 126.0), 14),
    Brief(
        "T03",
        "三江口小镇",
        3_299_300,
        1_104_000,
        0.9988,
        0,
        45_000,
        "level",
        0,
        (150.0, 104.0),
        30,
        accuracy_m=1.0,
    ),
    Brief("T04", "界牌特色小镇", 3_020_000, 985_000, None, 0, 1e9, "any", 0.17, (128.0, 108.0), 24),
)


@dataclass(frozen=True)
class DrawnTown:
    """A town's boundary and its blocks, in local metres."""

    brief: Brief
    boundary: shapely.Polygon
    cells: Shapes  # polygons of the plan's net
    column: Ints  # odd: block, even: street
    row: Ints


@dataclass(frozen=True)
class Atoms:
    """Faces of parcels and plan together; -1 where there is no parcel, no cell."""

    shape: Shapes
    parcel: Ints
    cell: Ints
    inside: NDArray[np.bool_]  # of the town's boundary
    area: Array  # official m²


def draw_town(
    rng: np.random.Generator,
    brief: Brief,
    centre: Array,
    parcels: Parcels,
    border: shapely.Geometry,
) -> DrawnTown:
    """Bound the town to its area, and lay a net of streets over it.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    brief
        What the town was ordered to be.
    centre
        The middle, in local metres.
    parcels
        The parcels of the survey.
    border
        The border of the county.
    """
    if brief.outside_share:
        centre = _straddling(brief, centre, border)
    chosen = shapely.dwithin(parcels.shape, shapely.points(centre), 1500.0)
    near, strip = parcels.shape[chosen], parcels.strip[chosen] >= 0
    points, graph = _edge_graph(near, strip)
    sketches = [_sketch(rng, brief, centre, points, graph, border) for _ in range(9)]
    boundary = _solved(max(sketches, key=lambda sketch: _roundness(sketch(1.0))), brief.area_m2)
    cells, column, row = street_net(
        rng, (brief.block_m, brief.bend_m), centre, rng.uniform(0.1, 1.2)
    )
    return DrawnTown(brief, boundary, cells, column, row)


def _straddling(brief: Brief, centre: Array, border: shapely.Geometry) -> Array:
    """Slide the centre over the border until the wanted share of a disk lies outside.

    Parameters
    ----------
    brief
        What the town was ordered to be.
    centre
        The middle, in local metres.
    border
        The border of the county.
    """
    out = _outward(centre, border)
    radius = float(np.sqrt(brief.area_m2 / np.pi))
    shifts = np.arange(-500.0, 600.0, 10.0)
    disks = shapely.buffer(shapely.points(centre + shifts[:, None] * out), radius)
    share = 1 - shapely.area(shapely.intersection(disks, border)) / shapely.area(disks)
    return np.asarray(centre + shifts[np.argmin(np.abs(share - brief.outside_share))] * out)


def _outward(centre: Array, border: shapely.Geometry) -> Array:
    """The unit vector from a centre to the nearest point of the border."""
    way = shapely.shortest_line(shapely.points(centre), shapely.boundary(border))
    foot = shapely.get_coordinates(way)[-1]
    return np.asarray((foot - centre) / np.hypot(*(foot - centre)))


def _roundness(ring: shapely.Polygon) -> float:
    """1 for a disk, less for a ragged ring; rings of too few or too many corners come last."""
    if not ring.is_valid:
        return -2.0
    plain = not 48 <= len(ring.exterior.coords) - 1 <= 116
    return float(4 * np.pi * ring.area / ring.length**2) - plain


def _solved(sketch: Callable[[float], shapely.Polygon], wanted_m2: float) -> shapely.Polygon:
    """The ring of the sketch whose official area is the wanted one."""
    target = wanted_m2
    for _ in range(3):
        ring = sketch(_scale(sketch, target))
        # the plane exceeds the ellipsoid by the same share all over a town
        target += wanted_m2 - area_m2(ring)
    return ring


def _scale(sketch: Callable[[float], shapely.Polygon], plane_m2: float) -> float:
    """The scale at which the sketch has an area on the plane, by bisection."""
    low, high = 0.6, 1.5
    for _ in range(36):
        middle = (low + high) / 2
        low, high = (middle, high) if sketch(middle).area < plane_m2 else (low, middle)
    return low


def _sketch(
    rng: np.random.Generator,
    brief: Brief,
    centre: Array,
    points: Array,
    graph: dict[int, list[tuple[int, float]]],
    border: shapely.Geometry,
) -> Callable[[float], shapely.Polygon]:
    """Eleven corners; four sides follow parcel edges, the others run straight between them.

    The result takes how far the free corners are pulled out, and gives the ring.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    brief
        What the town was ordered to be.
    centre
        The middle, in local metres.
    points
        The vertices of the parcels near the town.
    graph
        The edges of the parcels as ways to walk.
    border
        The border of the county.
    """
    count = 11
    angle = (np.arange(count) + rng.uniform(-0.2, 0.2, count)) * 2 * np.pi / count
    ray = np.column_stack([np.cos(angle), np.sin(angle)])
    radius = np.sqrt(brief.area_m2 / np.pi) * (1.03 + rng.uniform(-0.09, 0.09, count))
    corner = centre + ray * radius[:, None]
    room = shapely.buffer(border, -200)
    follow: dict[int, Array] = {}
    for side in _sides_to_follow(rng, shapely.contains_xy(room, *corner.T)):
        follow[side] = _along_edges(points, graph, corner[side], corner[(side + 1) % count])
    fixed = {k for side in follow for k in (side, (side + 1) % count)}

    def ring(scale: float) -> shapely.Polygon:
        parts: list[Array] = []
        for side in range(count):
            if side in follow:
                parts.append(follow[side])
            elif side not in fixed:
                parts.append((centre + ray[side] * radius[side] * scale)[None])
        return _without_spurs(shapely.make_valid(shapely.polygons(np.vstack(parts))))

    return ring


def _sides_to_follow(rng: np.random.Generator, inside: NDArray[np.bool_]) -> list[int]:
    """Four sides by chance, no two of them adjacent, with both corners inside the county."""
    count = len(inside)
    sides: list[int] = []
    for side in rng.permutation(count).tolist():
        after, before = (side + 1) % count, (side - 1) % count
        apart = not {side, after, before} & set(sides)
        if len(sides) < 4 and apart and inside[side] and inside[after]:
            sides.append(side)
    return sides


def _without_spurs(ring: shapely.Geometry) -> shapely.Polygon:
    """The largest part of a ring without the spurs along a road where a way turned back on itself."""
    for reach in (-7, 14, -7):
        ring = shapely.buffer(ring, reach, join_style="mitre", mitre_limit=4)
    whole = max(shapely.get_parts(ring), key=shapely.area)
    return shapely.polygons(np.round(shapely.get_coordinates(whole.exterior), 3))


def _along_edges(
    points: Array, graph: dict[int, list[tuple[int, float]]], start: Array, goal: Array
) -> Array:
    """The way from corner to corner along parcel edges that strays least from the straight line.

    Parameters
    ----------
    points
        The vertices of the parcels near the town.
    graph
        The edges of the parcels as ways to walk.
    start
        The point to start from.
    goal
        The point to reach.
    """
    ends = [int(np.argmin(np.hypot(*(points - end).T))) for end in (start, goal)]
    chord = (goal - start) / np.hypot(*(goal - start))
    offset = points - start
    aside = np.abs(offset[:, 0] * chord[1] - offset[:, 1] * chord[0])
    along = offset @ chord
    inside = (aside < 330) & (along > -200) & (along < np.hypot(*(goal - start)) + 200)
    price = 1 + (aside / 90) ** 2
    lane = {
        node: [(other, length * price[other]) for other, length in graph[node] if inside[other]]
        for node in np.flatnonzero(inside).tolist()
    }
    way = routes.cheapest(lane, ends[0], {ends[1]}) if set(ends) <= set(lane) else []
    line = shapely.simplify(shapely.linestrings(points[way or ends]), 5.0)
    return np.asarray(shapely.get_coordinates(line))


def _edge_graph(
    parcels: Shapes, strip: NDArray[np.bool_]
) -> tuple[Array, dict[int, list[tuple[int, float]]]]:
    """Vertices of the parcels and their edges, as a graph; edges of roads and rivers cost less."""
    rings, owner = shapely.get_rings(parcels, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    points, number = np.unique(np.round(coordinates, 3), axis=0, return_inverse=True)
    number = number.ravel()
    step = np.flatnonzero(ring[1:] == ring[:-1])
    a, b = number[step], number[step + 1]
    graph: dict[int, list[tuple[int, float]]] = {n: [] for n in range(len(points))}
    length = np.hypot(*(points[a] - points[b]).T) * np.where(strip[owner[ring[step]]], 0.4, 1.0)
    for p, q, price in zip(a.tolist(), b.tolist(), length.tolist(), strict=True):
        graph[p].append((q, price))
        graph[q].append((p, price))
    return points, graph


def split(town: DrawnTown, parcels: Shapes) -> Atoms:
    """Node a town's plan with the parcels around it."""
    chosen = np.flatnonzero(shapely.intersects(parcels, shapely.buffer(town.boundary, 10)))
    core = shapely.buffer(town.boundary, -12)
    used = shapely.contains(core, town.cells)
    lines = [*shapely.boundary(parcels[chosen]), shapely.boundary(town.boundary)]
    faces = fabric.faces_of([*lines, *shapely.boundary(town.cells[used])])
    points = fabric.inside_point(faces)
    parcel = np.full(len(faces), -1, dtype=np.int64)
    face, which = shapely.STRtree(parcels[chosen]).query(points, predicate="within")
    parcel[face] = chosen[which]
    cell = np.full(len(faces), -1, dtype=np.int64)
    numbers = np.flatnonzero(used)
    face, which = shapely.STRtree(town.cells[used]).query(points, predicate="within")
    cell[face] = numbers[which]
    inside = shapely.contains_xy(town.boundary, *shapely.get_coordinates(points).T)
    return Atoms(faces, parcel, cell, inside, areas_m2(faces))


def build(
    rng: np.random.Generator,
    town: DrawnTown,
    atoms: Atoms,
    code: NDArray[np.str_],
    slope_class: Ints,
    farmland: NDArray[np.bool_],
    open_water: NDArray[np.bool_],
    centre: Array,
) -> NDArray[np.bool_]:
    """Which atoms the plan builds on: blocks outward from the centre until the area is reached.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    town
        The town.
    atoms
        The faces of parcels and plan in the town.
    code
        The land class of each parcel.
    slope_class
        The slope grade of each parcel, 1 to 5.
    farmland
        The permanent basic farmland.
    open_water
        Which parcels are rivers or ponds.
    centre
        Where the plan begins, in local metres.
    """
    brief = town.brief
    known = atoms.parcel >= 0
    parcel = np.where(known, atoms.parcel, 0)
    cultivated = known & np.isin(code[parcel], CULTIVATED)
    basic = known & farmland[parcel]
    allowed = atoms.inside & ~(known & open_water[parcel])
    if brief.cultivated == "none":
        allowed &= ~cultivated
    if brief.cultivated == "level":
        allowed &= ~(cultivated & (slope_class[parcel] > 1))
    ground = FaceGround(atoms.area, allowed, basic, cultivated)
    middle = shapely.get_coordinates(shapely.centroid(town.cells))
    away = np.hypot(*(middle - centre).T) + rng.normal(0, 60, len(middle))
    blocks = np.flatnonzero((town.column % 2 == 1) & (town.row % 2 == 1))
    waiting = blocks[np.argsort(away[blocks], kind="stable")].tolist()
    return _built(town, ground, _faces_by_cell(atoms), waiting)


@dataclass(frozen=True)
class FaceGround:
    """The faces of a town by what stands in the plan's way; arrays share the faces' index."""

    area: Array  # official m²
    allowed: NDArray[np.bool_]
    basic: NDArray[np.bool_]  # permanent basic farmland
    cultivated: NDArray[np.bool_]

    def barred(self, built: NDArray[np.bool_], brief: Brief) -> NDArray[np.bool_]:
        """Return the faces that may not be built on, now that some are."""
        basic_m2 = float(self.area[built & self.basic].sum())
        fields_m2 = float(self.area[built & self.cultivated].sum())
        barred = ~self.allowed
        barred = barred | (self.basic & (basic_m2 >= brief.farmland_m2))
        return np.asarray(barred | (self.cultivated & (fields_m2 >= brief.cultivated_m2)))


def _built(
    town: DrawnTown, ground: FaceGround, faces: dict[int, list[int]], waiting: list[int]
) -> NDArray[np.bool_]:
    """Build block by block, each beside one that is built, with the streets about it.

    Parameters
    ----------
    town
        The town.
    ground
        What stands in the way.
    faces
        The faces of each cell of the net.
    waiting
        The blocks, the nearest to the centre first.
    """
    cells = zip(town.column.tolist(), town.row.tolist(), strict=True)
    number = {cell: n for n, cell in enumerate(cells)}
    waiting = list(waiting)
    built = np.zeros(len(ground.area), dtype=bool)
    done: set[tuple[int, int]] = set()
    while waiting and float(ground.area[built].sum()) < town.brief.construction_m2:
        block = next((n for n in waiting if not done or _beside(town, n, done)), waiting[0])
        waiting.remove(block)
        own = np.array(faces.get(block, []), dtype=np.int64)
        whole = ground.area[own].sum()
        barred = ground.barred(built, town.brief)
        own = own[~barred[own]]
        if ground.area[own].sum() < max(0.72 * whole, 3500):
            continue
        i, j = int(town.column[block]), int(town.row[block])
        done.add((i, j))
        ring = [number[i + a, j + b] for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
        streets = np.array([n for cell in ring for n in faces.get(cell, [])], dtype=np.int64)
        built[own] = True
        built[streets[~barred[streets]]] = True
    return built


def _faces_by_cell(atoms: Atoms) -> dict[int, list[int]]:
    faces: dict[int, list[int]] = {}
    for number, cell in enumerate(atoms.cell.tolist()):
        faces.setdefault(cell, []).append(number)
    return faces


def _beside(town: DrawnTown, block: int, done: set[tuple[int, int]]) -> bool:
    """Whether a block has a neighbour, across one street, that is already planned.

    Parameters
    ----------
    town
        The town.
    block
        The number of the block's cell.
    done
        Columns and rows of the blocks that are planned already.
    """
    i, j = int(town.column[block]), int(town.row[block])
    return not done.isdisjoint({(i - 2, j), (i + 2, j), (i, j - 2), (i, j + 2)})
