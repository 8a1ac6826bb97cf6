"""The lie of the land: a meandering river, its tributary, the plain, the hills and the cones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from townland_demo.grid import Array, FieldGrid, Ints, noise, upsample

WIDTH_M, HEIGHT_M, STEP_M = 9400.0, 8300.0, 6.0


@dataclass(frozen=True)
class Relief:
    """Fields on `grid`, and the water courses that shaped them; local metres throughout."""

    grid: FieldGrid
    border: shapely.Polygon  # of the county
    river: Array  # centre line, (n, 2), from west to east
    tributary: Array  # centre line, from the south to the confluence
    height: Array  # m above sea level
    slope: Array  # degrees, smoothed over some 30 m
    above: Array  # m above the nearest river
    to_river: Array  # m to the nearest of river and tributary
    direction: Array  # angle of the contour line (or of the valley, where flat), radians
    rock: Array  # 0..1: how much a karst cone makes the height here

    def at(self, field: Array, points: Array) -> Array:
        """Values of a field at points (n, 2)."""
        return self.grid.sample(field, points)


def make_terrain(rng: np.random.Generator) -> Relief:
    """Draw the water courses, then raise the land around them."""
    grid = FieldGrid(WIDTH_M, HEIGHT_M, STEP_M)
    coarse = FieldGrid(WIDTH_M, HEIGHT_M, 30.0)
    river = _river(rng)
    tributary = _tributary(rng, river)
    border = _border(rng)
    to_main, _ = _distance(coarse, river)
    to_side, _ = _distance(coarse, tributary)
    valley = np.minimum(to_main, to_side * 1.5 + 90)
    plain = np.clip(430 + 170 * noise(rng, coarse, 2600), 190, 820)
    height = _hills(rng, coarse, valley, plain)
    cones = _cones(rng, coarse, valley, plain, border)
    height = upsample(coarse, height + cones, grid)
    height = height + 0.35 * noise(rng, grid, 90)
    down, right = np.gradient(blur(height, 3), grid.step)
    to_river = upsample(coarse, np.minimum(to_main, to_side), grid)
    return Relief(
        grid=grid,
        border=border,
        river=river,
        tributary=tributary,
        height=height,
        slope=np.degrees(np.arctan(np.hypot(right, down))),
        above=height - _river_level(grid),
        to_river=to_river,
        direction=_directions(grid, height, to_river),
        rock=np.clip(upsample(coarse, cones, grid) / 60, 0, 1),
    )


def _river_level(grid: FieldGrid) -> Array:
    """Metres above sea level of the river at each column of the lattice, (1, nx)."""
    return np.asarray(96 - 5.5 * grid.axes()[0][None, :] / WIDTH_M)


def _hills(rng: np.random.Generator, grid: FieldGrid, valley: Array, plain: Array) -> Array:
    """Heights without the cones: the plain by the river, and the hills from its edge on.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    grid
        The lattice over the county.
    valley
        Metres to the nearest river.
    plain
        Half the width of the plain at each node, in metres.
    """
    rise = np.clip((valley - plain) / 1250, 0, 1)
    rise = rise * rise * (3 - 2 * rise)
    relief = 0.62 + 0.30 * noise(rng, grid, 1900) + 0.20 * noise(rng, grid, 800)
    hills = 35 + 230 * np.maximum(relief, 0.04) + 16 * noise(rng, grid, 380)
    mound = 2.4 * noise(rng, grid, 520) * np.clip(valley / 200, 0, 1)
    height = _river_level(grid) + 0.011 * np.minimum(valley, plain) + mound + rise * hills
    return np.asarray(height + np.clip(rise * 12, 0, 1) * 3.5 * noise(rng, grid, 260))


def _directions(grid: FieldGrid, height: Array, to_river: Array) -> Array:
    """The direction in radians of the contour line at each node; where it is flat, of the valley.

    Parameters
    ----------
    grid
        The lattice over the county.
    height
        Heights at its nodes.
    to_river
        Metres to the nearest river.
    """
    down, right = np.gradient(blur(height, 9), grid.step)
    stream_down, stream_right = np.gradient(blur(to_river, 12), grid.step)
    flat = np.clip(0.05 - np.hypot(right, down), 0, 0.05) / 0.05
    across_x = right * (1 - flat) + 0.06 * stream_right * flat
    across_y = down * (1 - flat) + 0.06 * stream_down * flat
    return np.asarray(np.arctan2(across_x, -across_y))


def _river(rng: np.random.Generator) -> Array:
    """Sine-generated curve: the direction, not the offset, swings, so the loops are round.

    Source: Langbein and Leopold 1966, River meanders, theory of minimum variance.
    """
    along = np.arange(0, 16000, 10.0)
    phase = rng.uniform(0, 2 * np.pi, 3)
    swing = 0.95 + 0.22 * np.sin(2 * np.pi * along / 6100 + phase[0])
    angle = swing * np.sin(2 * np.pi * along / 2850 + phase[1])
    angle = angle + 0.33 * np.sin(2 * np.pi * along / 1330 + phase[2]) + 0.05
    line = np.cumsum(np.column_stack([np.cos(angle), np.sin(angle)]) * 10, axis=0)
    line = line[line[:, 0] < WIDTH_M + 700]
    line[:, 0] -= 350
    trend = np.polyfit(line[:, 0], line[:, 1], 1)
    line[:, 1] += 4050 + 0.06 * (line[:, 0] - 4700) - np.polyval(trend, line[:, 0])
    return line


def _tributary(rng: np.random.Generator, river: Array) -> Array:
    mouth = river[np.argmin(np.abs(river[:, 0] - 5900))]
    source = np.array([mouth[0] + rng.uniform(-300, 700), -250.0])
    t = np.linspace(0, 1, 420)[:, None]
    line = source + (mouth - source) * t
    aside = np.array([-(mouth - source)[1], (mouth - source)[0]]) / np.hypot(*(mouth - source))
    phase = rng.uniform(0, 2 * np.pi, 2)
    bend = 190 * np.sin(2 * np.pi * t * 2.6 + phase[0]) + 60 * np.sin(2 * np.pi * t * 7 + phase[1])
    return np.asarray(line + aside * bend * np.minimum(1, (1 - t) * 5), dtype=np.float64)


def _border(rng: np.random.Generator) -> shapely.Polygon:
    """The county's boundary: a rounded block with a fractal rim, as ridges and streams draw it."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radius = 1 + rng.uniform(-0.055, 0.045, 12)
    c, s = np.cos(angle), np.sin(angle)
    power = 3.4
    block = (np.abs(c) ** power + np.abs(s) ** power) ** (-1 / power)
    x = WIDTH_M / 2 + 0.475 * WIDTH_M * block * radius * c
    y = HEIGHT_M / 2 + 0.475 * HEIGHT_M * block * radius * s
    ring = np.column_stack([x, y])
    for level in range(7):
        following = np.roll(ring, -1, axis=0)
        edge = following - ring
        shift = rng.uniform(-1, 1, len(ring)) * (0.17 if level < 4 else 0.12)
        middle = (ring + following) / 2 + np.column_stack([-edge[:, 1], edge[:, 0]]) * shift[
            :, None
        ]
        ring = np.stack([ring, middle], axis=1).reshape(-1, 2)
    rim = shapely.simplify(shapely.polygons(np.vstack([ring, ring[:1]])), 3.0)
    frame = shapely.box(60, 60, WIDTH_M - 60, HEIGHT_M - 60)
    return shapely.intersection(rim, frame)


def _cones(
    rng: np.random.Generator, grid: FieldGrid, valley: Array, plain: Array, border: shapely.Polygon
) -> Array:
    """Karst towers 峰丛, steep and apart, at the edge of the plain.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    grid
        The lattice over the county.
    valley
        Metres to the nearest river.
    plain
        Half the width of the plain at each node, in metres.
    border
        The border of the county.
    """
    x, y = grid.axes()
    field = np.zeros((grid.ny, grid.nx))
    placed: list[tuple[float, float]] = []
    for _ in range(400):
        cx, cy = rng.uniform(500, WIDTH_M - 500), rng.uniform(500, HEIGHT_M - 500)
        radius, peak = rng.uniform(95, 190), rng.uniform(65, 135)
        row, column = int(cy / grid.step), int(cx / grid.step)
        margin = valley[row, column] - plain[row, column]
        near = any(np.hypot(cx - a, cy - b) < 420 for a, b in placed)
        inside = shapely.contains_xy(border, cx, cy)
        if near or not inside or not -120 < margin < 700 or valley[row, column] < 330:
            continue
        placed.append((cx, cy))
        stretch, turn = rng.uniform(0.75, 1.3), rng.uniform(0, np.pi)
        u = (x[None, :] - cx) * np.cos(turn) + (y[:, None] - cy) * np.sin(turn)
        v = -(x[None, :] - cx) * np.sin(turn) + (y[:, None] - cy) * np.cos(turn)
        inner = np.clip(1 - ((u / stretch) ** 2 + (v * stretch) ** 2) / radius**2, 0, 1)
        field = np.maximum(field, peak * inner**1.3)
        if len(placed) == 13:
            break
    return field


def _distance(grid: FieldGrid, line: Array) -> tuple[Array, Ints]:
    """Distance of every node to the line's points, and the number of the nearest one."""
    x, y = grid.axes()
    nodes = np.column_stack([np.tile(x, grid.ny), np.repeat(y, grid.nx)])
    tree = shapely.STRtree(shapely.points(line))
    nearest = tree.nearest(shapely.points(nodes))
    distance = np.hypot(*(nodes - line[nearest]).T)
    return distance.reshape(grid.ny, grid.nx), nearest.reshape(grid.ny, grid.nx)


def blur(field: Array, reach: int) -> Array:
    """Mean over a square of (2 reach + 1)² nodes, by running sums."""
    for axis in (0, 1):
        field = _running_mean(field, reach, axis)
    return field


def _running_mean(field: Array, reach: int, axis: int) -> Array:
    """Mean over 2 reach + 1 nodes along an axis, by running sums.

    Parameters
    ----------
    field
        A value at each node.
    reach
        How many nodes to each side count.
    axis
        0 for the rows, 1 for the columns.
    """
    margins = [(reach + 1, reach) if each == axis else (0, 0) for each in (0, 1)]
    total = np.cumsum(np.pad(field, margins, "edge"), axis=axis)
    upper = np.take(total, range(2 * reach + 1, total.shape[axis]), axis)
    lower = np.take(total, range(total.shape[axis] - 2 * reach - 1), axis)
    return np.asarray((upper - lower) / (2 * reach + 1))
