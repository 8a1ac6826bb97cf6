"""Everything long and narrow: river and flats, roads, lanes, brooks, ditches; and the ponds.

Strips are disjoint: where two cross, the upper one goes on and the lower one is interrupted, as the
survey's rule 上部的线状地物连续表示 has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from townland_demo import routes
from townland_demo.grid import Array, FieldGrid, noise
from townland_demo.sites import Sites
from townland_demo.terrain import Relief


@dataclass(frozen=True)
class Strip:
    """A piece of the network: its land class, its polygon, and its width (0 for an areal one)."""

    code: str
    shape: shapely.Geometry
    width_m: float


@dataclass(frozen=True)
class Network:
    """Disjoint strips, the cuts that divide long ones into parcels, and the roads' centre lines."""

    strips: list[Strip]
    cuts: list[shapely.Geometry]
    main_road: list[Array]
    rural_roads: list[Array]


def make_network(rng: np.random.Generator, land: Relief, sites: Sites) -> Network:
    """Lay out roads and waters, the upper ones first.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    sites
        Where the market, the villages and the towns stand.
    """
    wobble = (noise(rng, land.grid, 130), noise(rng, land.grid, 130))
    main, rural = _roads(rng, land, sites, wobble)
    lanes = _lanes(rng, sites)
    layers: list[tuple[str, float, list[shapely.Geometry]]] = [
        ("1003", 11.0, [_ribbon(line, 5.5) for line in main]),
        ("1006", 6.0, [_ribbon(line, 3.0) for line in rural[::2]]),
        ("1006", 4.5, [_ribbon(line, 2.25) for line in rural[1::2]]),
        ("1004", 4.5, [_ribbon(line, 2.25) for line in lanes]),
    ]
    river = _river_polygon(rng, land.river, 25.0, 7.0)
    side = _river_polygon(rng, land.tributary, 9.5, 2.5)
    water = shapely.union(river, side)
    layers.append(("1101", 0.0, [water]))
    layers.append(("1106", 0.0, _flats(rng, land.river, water)))
    brooks = _brooks(rng, land)
    layers.append(
        ("1107", 3.0, [_ribbon(line, 1.5) for line in _ditches(rng, land, sites, wobble)])
    )
    layers.append(("1101", 5.0, [_ribbon(line, 2.5) for line in brooks]))
    layers.append(("1104", 0.0, _ponds(rng, land)))
    cuts = [cut for line in main for cut in _cuts(line, 520.0, 7.0)]
    cuts += [cut for line in rural for cut in _cuts(line, 430.0, 4.5)]
    cuts += [cut for line in brooks for cut in _cuts(line, 500.0, 4.0)]
    cuts += [cut for line in lanes for cut in _cuts(line, 150.0, 3.5)]
    cuts += _cuts(land.river, 700.0, 75.0) + _cuts(land.tributary, 480.0, 17.0)
    return Network(_disjoint(layers, land.border), cuts, main, rural)


def _disjoint(
    layers: list[tuple[str, float, list[shapely.Geometry]]], border: shapely.Polygon
) -> list[Strip]:
    """Strips within the border, each without what the layers before it have taken."""
    strips: list[Strip] = []
    taken: shapely.Geometry = shapely.Polygon()
    for code, width, shapes in layers:
        whole = shapely.intersection(shapely.union_all(shapes), border)
        free = shapely.difference(whole, taken, grid_size=0.001)
        parts = [p for p in shapely.get_parts(free) if p.area > 40]
        strips.extend(Strip(code, part, width) for part in parts)
        taken = shapely.union(taken, whole, grid_size=0.001)
    return strips


def _roads(
    rng: np.random.Generator, land: Relief, sites: Sites, wobble: tuple[Array, Array]
) -> tuple[list[Array], list[Array]]:
    """The county road through the valley and to the south; then every village to the nearest road.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    sites
        Where the market, the villages and the towns stand.
    wobble
        Two fields of noise, by which lines bend to east and north.
    """
    coarse = FieldGrid(land.grid.width_m, land.grid.height_m, 72.0)
    pick = slice(None, None, int(coarse.step / land.grid.step))
    height, river = land.height[pick, pick], land.to_river[pick, pick]
    water = np.where(river < 45, 5.0, 0) + np.where(river < 110, 0.8, 0)
    bumps = 0.25 * np.abs(noise(rng, coarse, 700)[: height.shape[0], : height.shape[1]])
    graph = routes.lattice_graph(height, water + bumps, coarse.step)
    columns = height.shape[1]

    def node(point: Array) -> int:
        column, row = np.clip(point / coarse.step + 0.5, 0, [columns - 1, height.shape[0] - 1])
        return int(int(row) * columns + int(column))

    def drawn(way: list[int]) -> Array:
        line = np.array([[n % columns, n // columns] for n in way]) * coarse.step
        return line.astype(np.float64)

    west, east = node(land.river[0] + [0, 420]), node(land.river[-1] + [0, 420])
    south = node(np.array([land.tributary[0][0] + 260, 0]))
    market = node(sites.market)
    trunk = [routes.cheapest(graph, west, {market}), routes.cheapest(graph, market, {east})]
    trunk.append(routes.cheapest(graph, south, {*trunk[0], *trunk[1]})[::-1])
    main = [_drawn_road(drawn([*trunk[0], *trunk[1][1:]]), land, wobble)]
    main.append(_joined(_drawn_road(drawn(trunk[2]), land, wobble), main))
    network = {n for way in trunk for n in way}
    rural: list[Array] = []
    targets = np.vstack([sites.villages, sites.towns, _outlets(rng, land)])
    order = np.argsort([min(np.hypot(*(t - m).T).min() for m in main) for t in targets])
    for target in targets[order]:
        way = routes.cheapest(graph, node(target), network)[::-1]
        if len(way) < 3:
            continue
        network |= set(way)
        rural.append(_joined(_drawn_road(drawn(way), land, wobble), main + rural))
    return main, rural


def _outlets(rng: np.random.Generator, land: Relief) -> Array:
    """Places in the fields and hills that a track leads to."""
    points = rng.uniform((300, 300), (land.grid.width_m - 300, land.grid.height_m - 300), (900, 2))
    slope, away = land.at(land.slope, points), land.at(land.to_river, points)
    good = shapely.contains_xy(land.border, points) & (slope < 16) & (away > 120)
    return np.stack(_spread(points[good], 560))


def _spread(points: Array, gap_m: float) -> list[Array]:
    """The points that stand further apart than the gap; of two that do not, the first."""
    kept: list[Array] = []
    for point in points:
        if all(np.hypot(*(point - other)) > gap_m for other in kept):
            kept.append(point)
    return kept


def _drawn_road(line: Array, land: Relief, wobble: tuple[Array, Array]) -> Array:
    """Round the corners of a road and let it wander a little.

    Parameters
    ----------
    line
        A polyline, (n, 2).
    land
        The relief: heights, slopes and rivers of the county.
    wobble
        Two fields of noise, by which lines bend to east and north.
    """
    smooth = routes.chaikin(line, 3)
    bend = np.column_stack([land.at(field, smooth) for field in wobble]) * 7.0
    bent = shapely.segmentize(shapely.linestrings(smooth + bend), 18.0)
    return np.asarray(shapely.get_coordinates(shapely.simplify(bent, 0.35)))


def _joined(line: Array, others: list[Array]) -> Array:
    """Let the beginning of a road meet the network, from which the smoothing moved it away."""
    network = shapely.union_all([shapely.linestrings(other) for other in others])
    foot = shapely.get_coordinates(shapely.shortest_line(shapely.points(line[0]), network))[-1]
    cut = line[np.hypot(*(line - foot).T) > 25]
    return np.vstack([foot, cut]) if len(cut) else np.vstack([foot, line[-1:]])


def _lanes(rng: np.random.Generator, sites: Sites) -> list[Array]:
    """A crooked lane along every village with some across; a crooked net through the market."""
    lanes = []
    for centre, radius, axis in zip(sites.villages, sites.radius, sites.axis, strict=True):
        along = np.array([np.cos(axis), np.sin(axis)])
        across = np.array([-along[1], along[0]])
        reach, half = radius * 1.2, radius * 0.72
        for offset in (0.0,) if radius < 90 else (-0.42 * half, 0.5 * half):
            lanes.append(_lane(rng, centre + across * offset, axis, reach * rng.uniform(0.8, 1.0)))
        for station in np.arange(-0.62, 0.7, 62 / radius):
            shift = along * reach * station + across * rng.uniform(-0.3, 0.3) * half
            turn = axis + np.pi / 2 + rng.uniform(-0.3, 0.3)
            lanes.append(_lane(rng, centre + shift, turn, half * rng.uniform(0.45, 0.85)))
    turn = sites.market_axis
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    for offset in (-265, -170, -85, 5, 95, 180, 270):
        reach = np.sqrt(max(325**2 - offset**2, 120**2))
        lanes.append(_lane(rng, sites.market + across * offset, turn, reach * 1.05))
        lanes.append(
            _lane(rng, sites.market + along * offset * 1.2, turn + np.pi / 2, reach * 0.95)
        )
    return lanes


def _lane(rng: np.random.Generator, centre: Array, angle: float, reach: float) -> Array:
    """A short lane through a village, swaying a little.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    centre
        The middle, in local metres.
    angle
        The direction, in radians.
    reach
        Half of its length in metres.
    """
    t = np.linspace(-1, 1, 9)
    sway = np.cumsum(rng.normal(0, reach * 0.018, 9))
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-np.sin(angle), np.cos(angle)])
    return np.asarray(centre + np.outer(t * reach, along) + np.outer(sway - sway[4], across))


def _ribbon(line: Array, half_width: float) -> shapely.Geometry:
    return shapely.buffer(
        shapely.linestrings(line), half_width, cap_style="flat", join_style="mitre", mitre_limit=2.0
    )


def _sides(line: Array) -> Array:
    """Unit normals (to the left) of a polyline's vertices."""
    ahead = np.gradient(line, axis=0)
    return np.asarray(np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None])


def _river_polygon(
    rng: np.random.Generator, line: Array, half: float, play: float
) -> shapely.Geometry:
    """Both banks on their own: a river is not a buffer.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    line
        A polyline, (n, 2).
    half
        Half of the river's width in metres.
    play
        How much the width varies, in metres.
    """
    normal = _sides(line)
    banks = []
    for side in (1, -1):
        walk = rng.standard_normal(len(line) + 60)
        wide = np.convolve(walk, np.hanning(40), "same")[30:-30]
        fine = np.convolve(walk, np.hanning(7), "same")[30:-30]
        width = half + play * (wide / wide.std() * 0.8 + fine / fine.std() * 0.22)
        banks.append(line + side * normal * np.maximum(width, half * 0.45)[:, None])
    ring = np.vstack([banks[0], banks[1][::-1]])
    return shapely.simplify(shapely.make_valid(shapely.polygons(ring)), 0.6)


def _flats(
    rng: np.random.Generator, river: Array, water: shapely.Geometry
) -> list[shapely.Geometry]:
    """Point bars 河滩 (1106) inside the bends, where the current drops its load.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    river
        The centre line of the river.
    water
        The river's polygon.
    """
    ahead = np.gradient(river, axis=0)
    heading = np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0]))
    curvature = np.convolve(
        np.gradient(heading) / 10, np.hanning(40) / np.hanning(40).sum(), "same"
    )
    normal = _sides(river)
    walk = np.convolve(rng.standard_normal(len(river)), np.hanning(16), "same")
    shapes = []
    for side in (1, -1):
        reach = 25 + 42 * np.clip((curvature * side - 0.0009) / 0.0016, 0, 1)
        reach = reach + 4.5 * walk * (reach > 30)
        inside = np.flatnonzero(reach > 31)
        for run in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1):
            if len(run) < 14:
                continue
            near, far = (
                river[run] + side * normal[run] * 8,
                river[run]
                + (
                    side
                    * normal[run]
                    * (reach[run] * np.sin(np.linspace(0.5, np.pi - 0.5, len(run))) ** 0.4)[:, None]
                ),
            )
            bar = shapely.make_valid(shapely.polygons(np.vstack([near, far[::-1]])))
            shapes.append(shapely.simplify(shapely.difference(bar, water), 0.8))
    return shapes


def _brooks(rng: np.random.Generator, land: Relief) -> list[Array]:
    """Follow the fall of the land from springs in the hills down to the river."""
    springs = rng.uniform((400, 400), (land.grid.width_m - 400, land.grid.height_m - 400), (600, 2))
    ok = (land.at(land.to_river, springs) > 700) & shapely.contains_xy(land.border, springs)
    springs = springs[ok & (land.at(land.above, springs) > 45)]
    ways = _descents(springs, land)
    lines: list[Array] = []
    for way in ways.transpose(1, 0, 2):
        arrived = np.flatnonzero(land.at(land.to_river, way) < 22)
        if len(lines) == 15 or not len(arrived) or arrived[0] < 50:
            continue
        line = way[: arrived[0] + 1]
        if all(np.hypot(*(other[:, None] - line[None, ::4]).T).min() > 260 for other in lines):
            smooth = shapely.linestrings(routes.chaikin(line[::2], 1))
            lines.append(np.asarray(shapely.get_coordinates(shapely.simplify(smooth, 0.7))))
    return lines


def _descents(starts: Array, land: Relief) -> Array:
    """Heavy-ball descent of all starts at once: momentum carries a brook over small pits."""
    down, right = (np.asarray(g) for g in np.gradient(land.height, land.grid.step))
    points, pace = [starts], np.zeros_like(starts)
    for _ in range(420):
        here = points[-1]
        fall = -np.column_stack([land.at(right, here), land.at(down, here)])
        pace = 0.86 * pace + 0.14 * fall / np.maximum(np.hypot(*fall.T), 1e-9)[:, None]
        points.append(here + 12 * pace / np.maximum(np.hypot(*pace.T), 0.3)[:, None])
    return np.stack(points)


def _ditches(
    rng: np.random.Generator, land: Relief, sites: Sites, wobble: tuple[Array, Array]
) -> list[Array]:
    """Field ditches 沟渠 along the plain, at some distance from the river on either side.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    sites
        Where the market, the villages and the towns stand.
    wobble
        Two fields of noise, by which lines bend to east and north.
    """
    lines = []
    centre = shapely.linestrings(land.river)
    settlements = np.vstack([sites.villages, sites.market])
    houses = shapely.union_all(
        shapely.buffer(shapely.points(settlements), np.append(sites.radius, 380))
    )
    for offset in (165.0, 345.0):
        rings = shapely.boundary(shapely.buffer(centre, offset))
        for ring in shapely.get_parts(shapely.line_merge(rings)):
            line = shapely.get_coordinates(shapely.segmentize(shapely.simplify(ring, 3.0), 25.0))
            line = line + 6 * np.column_stack([land.at(field, line) for field in wobble])
            flat = (land.at(land.slope, line) < 3.2) & (land.at(land.above, line) < 14)
            flat &= shapely.contains_xy(land.border, line) & ~shapely.contains_xy(houses, *line.T)
            for run in np.split(
                np.flatnonzero(flat), np.flatnonzero(np.diff(np.flatnonzero(flat)) > 1) + 1
            ):
                for part in np.array_split(run, max(1, len(run) // 28)):
                    if len(part) > 9 and rng.uniform() < 0.62:
                        lines.append(line[part])
    return lines


def _ponds(rng: np.random.Generator, land: Relief) -> list[shapely.Geometry]:
    points = rng.uniform((300, 300), (land.grid.width_m - 300, land.grid.height_m - 300), (700, 2))
    flat = (land.at(land.slope, points) < 4) & (land.at(land.to_river, points) > 130)
    flat &= shapely.contains_xy(land.border, points)
    shapes = []
    angle = np.linspace(0, 2 * np.pi, 17)[:-1]
    for point in points[flat][:46]:
        radius = rng.uniform(13, 40) * (1 + rng.uniform(-0.22, 0.22, 16))
        turn, stretch = rng.uniform(0, np.pi), rng.uniform(0.6, 1.0)
        ring = np.column_stack([np.cos(angle) * radius, np.sin(angle) * radius * stretch])
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        shapes.append(shapely.polygons(point + ring @ rotation.T))
    return shapes


def _cuts(line: Array, every: float, reach: float) -> list[shapely.Geometry]:
    """Short cross lines at about equal stations of a centre line.

    Parameters
    ----------
    line
        A polyline, (n, 2).
    every
        Metres from one cut to the next.
    reach
        Half of a cut's length in metres.
    """
    path = shapely.linestrings(line)
    count = int(path.length // every)
    if count < 1:
        return []
    stations = (np.arange(count) + 0.6) * path.length / count
    stations = stations[stations < path.length - 1]
    here = shapely.get_coordinates(shapely.line_interpolate_point(path, stations))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(path, stations + 0.5))
    normal = np.column_stack([-(ahead - here)[:, 1], (ahead - here)[:, 0]]) / 0.5
    ends = np.stack([here - normal * reach, here + normal * reach], axis=1)
    return list(shapely.linestrings(ends))
