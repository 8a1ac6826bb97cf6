"""The four towns: a boundary that half follows the land and half the ruler, and a plan of blocks.

The plan is noded together with the parcels. A plot is a set of faces of that arrangement, so that a
plot which keeps off a field ends exactly at the field's edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.sample import fabric, routes
from townland.sample.grid import Array, Ints
from townland.sample.place import area_m2

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


BRIEFS = (
    Brief("T01", "云溪小镇", 2_985_000, 1_000_000, 1.06, 0, 0, "none", 0),
    Brief("T02", "螺溪小镇", 3_050_000, 1_020_000, 0.62, 70_000, 1e9, "any", 0),
    Brief("T03", "三江口小镇", 3_299_300, 1_113_000, 0.9997, 0, 45_000, "level", 0),
    Brief("T04", "界牌小镇", 3_020_000, 985_000, None, 0, 1e9, "any", 0.17),
)


@dataclass(frozen=True)
class Town:
    """A town's boundary and its blocks, in local metres."""

    brief: Brief
    boundary: Any
    cells: NDArray[Any]  # polygons of the plan's net
    column: Ints  # odd: block, even: street
    row: Ints


@dataclass(frozen=True)
class Atoms:
    """Faces of parcels and plan together; -1 where there is no parcel, no cell."""

    shape: NDArray[Any]
    parcel: Ints
    cell: Ints
    inside: NDArray[np.bool_]  # of the town's boundary
    area: Array  # official m²


def draw_town(
    rng: np.random.Generator, brief: Brief, centre: Array, parcels: NDArray[Any], border: Any
) -> Town:
    """Bound the town to its area, and lay a net of streets over it."""
    if brief.outside_share:
        centre = _straddling(brief, centre, border)
    near = parcels[shapely.dwithin(parcels, shapely.points(centre), 1500.0)]
    boundary = next(
        ring
        for ring in (_boundary(rng, brief, centre, near, border) for _ in range(60))
        if ring.is_valid and abs(area_m2(ring) - brief.area_m2) < 200
    )
    cells, column, row = _net(rng, centre, rng.uniform(0.1, 1.2))
    return Town(brief, boundary, cells, column, row)


def _straddling(brief: Brief, centre: Array, border: Any) -> Array:
    """Slide the centre over the border until the wanted share of a disk lies outside."""
    foot = shapely.get_coordinates(
        shapely.shortest_line(shapely.points(centre), shapely.boundary(border))
    )[-1]
    out = (foot - centre) / np.hypot(*(foot - centre))
    radius = float(np.sqrt(brief.area_m2 / np.pi))
    shifts = np.arange(-500.0, 600.0, 10.0)
    disks = shapely.buffer(shapely.points(centre + shifts[:, None] * out), radius)
    share = 1 - shapely.area(shapely.intersection(disks, border)) / shapely.area(disks)
    return np.asarray(centre + shifts[np.argmin(np.abs(share - brief.outside_share))] * out)


def _boundary(
    rng: np.random.Generator, brief: Brief, centre: Array, near: NDArray[Any], border: Any
) -> Any:
    """Ten corners; three sides follow parcel edges, the others are straight between survey points."""
    count = 11
    angle = (np.arange(count) + rng.uniform(-0.22, 0.22, count)) * 2 * np.pi / count
    ray = np.column_stack([np.cos(angle), np.sin(angle)])
    radius = np.sqrt(brief.area_m2 / np.pi) * (1.03 + rng.uniform(-0.10, 0.10, count))
    points, graph = _edge_graph(near)
    tree = shapely.STRtree(shapely.points(points))
    follow: dict[int, Array] = {}
    fixed = np.zeros(count, dtype=bool)
    for side in (0, 1, 4, 7):
        ends = [centre + ray[k % count] * radius[k % count] for k in (side, side + 1)]
        if not all(shapely.contains(border, shapely.buffer(shapely.points(e), 200)) for e in ends):
            continue
        nodes = [int(tree.nearest(shapely.points(end))) for end in ends]
        way = routes.cheapest(graph, nodes[0], {nodes[1]})
        if way:
            line = shapely.simplify(shapely.linestrings(points[way]), 2.5)
            follow[side] = shapely.get_coordinates(line)
            fixed[[side, (side + 1) % count]] = True

    def ring(scale: float) -> Any:
        parts: list[Array] = []
        for side in range(count):
            if side in follow:
                parts.append(follow[side][:-1])
                continue
            start = centre + ray[side] * radius[side] * (1.0 if fixed[side] else scale)
            if fixed[side]:
                start = follow[(side - 1) % count][-1] if (side - 1) % count in follow else start
            parts.append(start[None])
        return shapely.polygons(np.round(np.vstack(parts), 3))

    low, high = 0.7, 1.4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if area_m2(ring(middle)) < brief.area_m2 else (low, middle)
    return ring(low)


def _edge_graph(parcels: NDArray[Any]) -> tuple[Array, dict[int, list[tuple[int, float]]]]:
    """Vertices of the parcels and their edges, as a graph; edges of roads and rivers cost less."""
    coordinates, ring = shapely.get_coordinates(shapely.get_rings(parcels), return_index=True)
    points, number = np.unique(np.round(coordinates, 3), axis=0, return_inverse=True)
    number = number.ravel()
    step = np.flatnonzero(ring[1:] == ring[:-1])
    a, b = number[step], number[step + 1]
    graph: dict[int, list[tuple[int, float]]] = {n: [] for n in range(len(points))}
    length = np.hypot(*(points[a] - points[b]).T)
    for p, q, price in zip(a.tolist(), b.tolist(), length.tolist(), strict=True):
        graph[p].append((q, price))
        graph[q].append((p, price))
    return points, graph


def _net(rng: np.random.Generator, centre: Array, turn: float) -> tuple[NDArray[Any], Ints, Ints]:
    """Streets and blocks in bent coordinates: polygons that share every vertex."""
    breaks = []
    for size, wide in ((148.0, 16.0), (112.0, 14.0)):
        widths = np.empty(2 * int(2100 / (size + wide)) + 1)
        widths[0::2] = wide
        widths[0::8] = wide + 10
        widths[1::2] = size * np.exp(rng.normal(0, 0.14, len(widths[1::2])))
        line = np.r_[0, np.cumsum(widths)]
        breaks.append(line - line[-1] / 2)
    stations, marks = [], []
    for line in breaks:
        parts = [np.linspace(p, q, max(2, int((q - p) / 38) + 1))[:-1] for p, q in zip(line, line[1:], strict=False)]
        marks.append(np.r_[0, np.cumsum([len(part) for part in parts])])
        stations.append(np.r_[np.concatenate(parts), line[-1]])
    u, v = np.meshgrid(*stations, indexing="ij")
    phase = rng.uniform(0, 2 * np.pi, 4)
    bent_u = u + 34 * np.sin(v / 310 + phase[0]) + 12 * np.sin(v / 128 + phase[1])
    bent_v = v + 30 * np.sin(u / 350 + phase[2]) + 12 * np.sin(u / 140 + phase[3])
    c, s = np.cos(turn), np.sin(turn)
    nodes = np.stack([centre[0] + c * bent_u - s * bent_v, centre[1] + s * bent_u + c * bent_v], axis=-1)
    nodes = np.round(nodes, 3)
    cells, column, row = [], [], []
    for i in range(len(breaks[0]) - 1):
        for j in range(len(breaks[1]) - 1):
            west, east, south, north = *marks[0][i : i + 2], *marks[1][j : j + 2]
            ring = np.vstack([
                nodes[west:east, south], nodes[east, south:north],
                nodes[east:west:-1, north], nodes[west, north:south:-1],
            ])  # fmt: skip
            cells.append(shapely.polygons(ring))
            column.append(i)
            row.append(j)
    return np.array(cells), np.array(column), np.array(row)


def split(town: Town, parcels: NDArray[Any]) -> Atoms:
    """Node a town's plan with the parcels around it."""
    chosen = np.flatnonzero(shapely.intersects(parcels, shapely.buffer(town.boundary, 10)))
    core = shapely.buffer(town.boundary, -12)
    used = shapely.contains(core, town.cells)
    lines = [*shapely.boundary(parcels[chosen]), shapely.boundary(town.boundary)]
    faces = fabric.faces_of([*lines, *shapely.boundary(town.cells[used])])
    points = fabric.inside_point(faces)
    parcel = np.full(len(faces), -1, dtype=np.int64)
    found, which = shapely.STRtree(parcels[chosen]).query(points, predicate="within")
    parcel[found] = chosen[which]
    cell = np.full(len(faces), -1, dtype=np.int64)
    numbers = np.flatnonzero(used)
    found, which = shapely.STRtree(town.cells[used]).query(points, predicate="within")
    cell[found] = numbers[which]
    inside = shapely.contains_xy(town.boundary, *shapely.get_coordinates(points).T)
    return Atoms(faces, parcel, cell, inside, area_m2(faces))


def build(
    rng: np.random.Generator,
    town: Town,
    atoms: Atoms,
    code: NDArray[np.str_],
    slope_class: Ints,
    farmland: NDArray[np.bool_],
    open_water: NDArray[np.bool_],
    centre: Array,
) -> NDArray[np.bool_]:
    """Which atoms the plan builds on: blocks outward from the centre until the area is reached."""
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
    middle = shapely.get_coordinates(shapely.centroid(town.cells))
    away = np.hypot(*(middle - centre).T) + rng.normal(0, 60, len(middle))
    blocks = np.flatnonzero((town.column % 2 == 1) & (town.row % 2 == 1))
    place = {(i, j): n for n, (i, j) in enumerate(zip(town.column.tolist(), town.row.tolist(), strict=True))}
    by_cell: dict[int, list[int]] = {}
    for number, cell in enumerate(atoms.cell.tolist()):
        by_cell.setdefault(cell, []).append(number)
    built = np.zeros(len(atoms.shape), dtype=bool)
    total, taken, fields = 0.0, 0.0, 0.0
    for block in blocks[np.argsort(away[blocks], kind="stable")].tolist():
        own = np.array(by_cell.get(block, []), dtype=np.int64)
        whole = atoms.area[own].sum()
        spare = taken >= brief.farmland_m2
        barred = ~allowed | (basic & spare) | (cultivated & (fields >= brief.cultivated_m2))
        own = own[~barred[own]]
        if atoms.area[own].sum() < max(0.55 * whole, 3500):
            continue
        i, j = int(town.column[block]), int(town.row[block])
        ring = [place[(i + a, j + b)] for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
        streets = np.array([n for cell in ring for n in by_cell.get(cell, [])], dtype=np.int64)
        streets = streets[~barred[streets] & ~built[streets]]
        new = np.concatenate([own, streets])
        built[new] = True
        total += float(atoms.area[new].sum())
        taken += float(atoms.area[new][basic[new]].sum())
        fields += float(atoms.area[new][cultivated[new]].sum())
        if total >= brief.construction_m2:
            break
    return built
