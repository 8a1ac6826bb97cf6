"""The parcel mosaic: every point belongs to the nearest seed, each seed measuring in its own way.

A seed of a terrace counts a step uphill much dearer than a step along the contour, so its parcel
becomes a ribbon along the slope; a seed of a forest counts everything cheap, so its parcel is large.
Boundaries are traced where two seeds are equally near, between the nodes of the lattice, and are
therefore shared by construction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from townland_demo.grid import Array, FieldGrid, Ints, Shapes, noise
from townland_demo.terrain import Relief, blur

WILD = (4, 5, 6)
"""Zones whose parcels are large and roughly drawn (idle land, forest, scrub)."""

SQUARE = (0, 1, 2, 7, 8)
"""Zones whose parcels are dug, fenced or built: paddy, terrace, dry field, village, market."""


@dataclass(frozen=True)
class Seeds:
    """One row a seed: its position and how it measures, see `measure`."""

    xy: Array  # (n, 2)
    zone: Ints  # (n,)
    turn: Array  # (n, 2): cosine and sine of the direction of its rows
    scale: Array  # (n, 3): one over length along, width across (m) and rise (m of height)
    square: NDArray[np.bool_]  # whether its parcel tends to a rectangle
    height: Array  # m
    reach: Array  # m, beyond which the seed claims nothing


def measure(along: Array, across: Array, rise: Array, square: NDArray[np.bool_] | bool) -> Array:
    """How far something is from a seed, in its own units.

    Squares of the offsets are summed; where `square`, fourth powers, whose circles are nearly
    squares: neighbours in rows then part along straight lines with corners.

    Parameters
    ----------
    along
        Offsets along the seed's axis, in its units.
    across
        Offsets across the axis.
    rise
        Offsets in height.
    square
        Whether the parcel tends to a rectangle.
    """
    a = along * along
    b = across * across + rise * rise
    if isinstance(square, bool):
        return np.asarray(np.sqrt(a * a + b * b) if square else a + b)
    return np.where(square, np.sqrt(a * a + b * b), a + b)


@dataclass(frozen=True)
class Style:
    """How parcels of one zone look: length along and width across the contour, in metres."""

    length: float
    width: float
    rise: float  # m of height that count as one width; large where parcels ignore the contour
    loose: float  # how far seeds stray from their rows, in shares of a cell
    block: float  # m over which rows keep one direction


def place_seeds(
    rng: np.random.Generator,
    land: Relief,
    zone: NDArray[np.int64],
    styles: dict[int, Style],
    axis: dict[int, float],
) -> Seeds:
    """Sow rows of seeds, block by block, each zone in its style.

    Rows follow the contours, or `axis` (radians) in the zones that it names.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    zone
        The kind of country at each node.
    styles
        How parcels look, by kind of country.
    axis
        The direction of the rows in radians, for the kinds of country that have one.
    """
    sown = [
        piece
        for number, style in styles.items()
        for piece in _sown(rng, land, zone == number, number, style, axis.get(number))
    ]
    xy = np.vstack([points for _, points, _ in sown])
    kind = np.concatenate([np.full(len(points), number) for number, points, _ in sown])
    theta = np.concatenate([np.full(len(points), angle) for _, points, angle in sown])
    length, width, rise = (
        np.array([getattr(styles[k], attribute) for k in kind.tolist()])
        for attribute in ("length", "width", "rise")
    )
    spread = np.exp(rng.normal(0, 0.12, len(xy)))
    length, width = length * spread, width * spread
    return Seeds(
        xy=xy,
        zone=kind,
        turn=np.column_stack([np.cos(theta), np.sin(theta)]),
        scale=1 / np.column_stack([length, width, rise]),
        square=np.isin(kind, SQUARE),
        height=land.at(land.height, xy),
        reach=length * 1.7,
    )


def _sown(
    rng: np.random.Generator,
    land: Relief,
    country: NDArray[np.bool_],
    number: int,
    style: Style,
    axis: float | None,
) -> Iterator[tuple[int, Array, float]]:
    """The seeds of one kind of country: its number, points (n, 2), direction of the rows in radians.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    country
        Which nodes are of this kind.
    number
        The number of the kind.
    style
        How its parcels look.
    axis
        The direction of its rows in radians; None where they follow the contours.
    """
    grid = land.grid
    blocks = _blocks(rng, grid, style.block)
    angle = land.at(np.cos(land.direction), blocks), land.at(np.sin(land.direction), blocks)
    turn = np.arctan2(angle[1], angle[0]) + rng.normal(0, 0.10, len(blocks))
    turn = turn if axis is None else np.full(len(blocks), axis)
    tree = shapely.STRtree(shapely.points(blocks))
    for index, (centre, theta) in enumerate(zip(blocks, turn.tolist(), strict=True)):
        rows = _rows(rng, style, style.block * 1.1)
        c, s = np.cos(theta), np.sin(theta)
        points = centre + rows @ np.array([[c, s], [-s, c]])
        inside = (points > 0).all(axis=1) & (points < [grid.width_m, grid.height_m]).all(axis=1)
        points = points[inside]
        node = (points / grid.step).astype(np.int64)
        points = points[country[node[:, 1], node[:, 0]]]
        if len(points):
            yield number, points[tree.nearest(shapely.points(points)) == index], theta


def label(land: Relief, seeds: Seeds) -> NDArray[np.int64]:
    """The number of the nearest seed at every node."""
    grid, height = land.grid, land.height
    best = np.full((grid.ny, grid.nx), np.inf)
    owner = np.full((grid.ny, grid.nx), -1, dtype=np.int64)
    x, y = grid.axes()
    for number, (sx, sy) in enumerate(seeds.xy.tolist()):
        reach = float(seeds.reach[number])
        left, right = max(0, int((sx - reach) / grid.step)), int((sx + reach) / grid.step) + 2
        low, high = max(0, int((sy - reach) / grid.step)), int((sy + reach) / grid.step) + 2
        view = (slice(low, high), slice(left, right))
        dx, dy = x[left:right] - sx, y[low:high] - sy
        (c, s), (a, b, r) = seeds.turn[number], seeds.scale[number]
        along = (c * a * dx)[None, :] + (s * a * dy)[:, None]
        across = (-s * b * dx)[None, :] + (c * b * dy)[:, None]
        rise = (height[view] - seeds.height[number]) * r
        far = measure(along, across, rise, bool(seeds.square[number]))
        nearer = far < best[view]
        best[view][nearer] = far[nearer]
        owner[view][nearer] = number
    missing = np.argwhere(owner < 0)
    if len(missing):
        tree = shapely.STRtree(shapely.points(seeds.xy))
        nodes = shapely.points(missing[:, ::-1] * grid.step)
        owner[missing[:, 0], missing[:, 1]] = tree.nearest(nodes)
    return owner


def trace(rng: np.random.Generator, land: Relief, seeds: Seeds, owner: NDArray[np.int64]) -> Shapes:
    """Boundary lines between the owners, from junction to junction, simplified and a little shaken.

    Marching squares for many labels: a crossing is put on every lattice edge whose two ends differ;
    squares with two crossings join them, squares with more meet in a junction.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    seeds
        The seeds of the parcels.
    owner
        The seed that owns each node.
    """
    grid = land.grid
    across = np.argwhere(owner[:, :-1] != owner[:, 1:])
    upward = np.argwhere(owner[:-1] != owner[1:])
    points = np.vstack([
        _crossings(land, seeds, owner, across, np.array([0, 1])),
        _crossings(land, seeds, owner, upward, np.array([1, 0])),
    ])  # fmt: skip
    square = _squares(grid, across, upward)
    count = (square >= 0).sum(axis=0)
    pair = square[:, count == 2]
    simple = pair.T[pair.T >= 0].reshape(-1, 2)
    many = square[:, count > 2]
    used = many >= 0
    centre = (points[many] * used[:, :, None]).sum(axis=0) / used.sum(axis=0)[:, None]
    junction = np.broadcast_to(np.arange(many.shape[1]) + len(points), many.shape)
    star = np.column_stack([many[used], junction[used]])
    wild = np.isin(seeds.zone, WILD)[owner]
    points = _warped(rng, land, np.vstack([points, centre]), blur(wild.astype(np.float64), 8))
    segments = shapely.linestrings(points[np.vstack([simple, star])])
    arcs = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(segments)))
    middle = shapely.get_coordinates(shapely.line_interpolate_point(arcs, 0.5, normalized=True))
    node = np.clip((middle / grid.step + 0.5).astype(np.int64), 0, [grid.nx - 1, grid.ny - 1])
    arcs = shapely.simplify(arcs, np.where(wild[node[:, 1], node[:, 0]], 1.5, 0.45))
    return _shaken(rng, arcs)


def _squares(grid: FieldGrid, across: Ints, upward: Ints) -> Ints:
    """The crossings on the four sides of each square of the lattice, (4, ny - 1, nx - 1); -1 for none.

    Parameters
    ----------
    grid
        The lattice over the county.
    across, upward
        The lower ends of the lattice edges with a crossing, to the east and to the north.
    """
    along_x = np.full((grid.ny, grid.nx), -1, dtype=np.int64)
    along_y = np.full((grid.ny, grid.nx), -1, dtype=np.int64)
    along_x[across[:, 0], across[:, 1]] = np.arange(len(across))
    along_y[upward[:, 0], upward[:, 1]] = np.arange(len(upward)) + len(across)
    return np.stack([along_x[:-1, :-1], along_x[1:, :-1], along_y[:-1, :-1], along_y[:-1, 1:]])


def _crossings(
    land: Relief, seeds: Seeds, owner: NDArray[np.int64], low: Ints, step: Ints
) -> Array:
    """The point of each lattice edge where the two owners are equally near.

    Parameters
    ----------
    land
        The relief: heights, slopes and rivers of the county.
    seeds
        The seeds of the parcels.
    owner
        The seed that owns each node.
    low
        The lower end of each lattice edge.
    step
        The way to its other end.
    """
    high = low + step
    ours, theirs = owner[low[:, 0], low[:, 1]], owner[high[:, 0], high[:, 1]]
    near = _measure(land, seeds, ours, low) - _measure(land, seeds, theirs, low)
    far = _measure(land, seeds, ours, high) - _measure(land, seeds, theirs, high)
    share = np.clip(near / np.where(near == far, -1, near - far), 0.06, 0.94)
    return np.asarray((low + step * share[:, None])[:, ::-1] * land.grid.step, dtype=np.float64)


def _measure(land: Relief, seeds: Seeds, number: Ints, node: Ints) -> Array:
    """How far nodes are from seeds, in the seeds' own units.

    Parameters
    ----------
    land
        The relief: heights, slopes and rivers of the county.
    seeds
        The seeds of the parcels.
    number
        The seeds from which it is measured.
    node
        Nodes of the lattice.
    """
    dx = node[:, 1] * land.grid.step - seeds.xy[number, 0]
    dy = node[:, 0] * land.grid.step - seeds.xy[number, 1]
    c, s = seeds.turn[number].T
    a, b, r = seeds.scale[number].T
    rise = (land.height[node[:, 0], node[:, 1]] - seeds.height[number]) * r
    return measure((c * dx + s * dy) * a, (c * dy - s * dx) * b, rise, seeds.square[number])


def _warped(rng: np.random.Generator, land: Relief, points: Array, wild: Array) -> Array:
    """Bend space: the same shift for the same point, so that no two lines can cross by it.

    Field edges bend by a few metres, the edges of woods by three times as much.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    points
        Points, (n, 2), in local metres.
    wild
        A field: where edges are loose, as those of woods are.
    """
    loose = 1 + 2.2 * land.at(wild, points)
    shift = np.zeros_like(points)
    for wavelength, size in ((260.0, 5.0), (90.0, 1.8), (36.0, 0.7)):
        for axis in (0, 1):
            shift[:, axis] += size * loose * land.at(noise(rng, land.grid, wavelength), points)
    return points + shift


def _shaken(rng: np.random.Generator, arcs: Shapes) -> Shapes:
    """Move inner vertices by up to half a metre: a surveyor's rod, not a spline."""
    coordinates, index = shapely.get_coordinates(arcs, return_index=True)
    reach = _free_reach(coordinates) * _inner(index)
    moved = coordinates + rng.uniform(-1, 1, coordinates.shape) * reach[:, None]
    return np.asarray(shapely.linestrings(moved, indices=index))


def _free_reach(coordinates: Array) -> Array:
    """How far in metres a vertex may move: less than a metre, and little of its shorter edge."""
    previous = np.hypot(*(coordinates - np.roll(coordinates, 1, axis=0)).T)
    following = np.hypot(*(coordinates - np.roll(coordinates, -1, axis=0)).T)
    return np.asarray(np.minimum(np.minimum(previous, following) * 0.12, 0.9))


def _inner(index: Ints) -> NDArray[np.bool_]:
    """Which vertices are neither the first nor the last of their line."""
    first = np.r_[True, index[1:] != index[:-1]]
    last = np.r_[first[1:], True]
    return np.asarray(~(first | last))


def _blocks(rng: np.random.Generator, grid: FieldGrid, size: float) -> Array:
    """A point in each block of the county, off its middle by chance.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    grid
        The lattice over the county.
    size
        Metres from block to block.
    """
    columns, rows = int(grid.width_m / size) + 2, int(grid.height_m / size) + 2
    cell = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2)
    return (cell + rng.uniform(-0.38, 0.38, cell.shape)) * size


def _rows(rng: np.random.Generator, style: Style, reach: float) -> Array:
    """Seeds in rows about the origin, x along the rows.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    style
        How its parcels look.
    reach
        How far the rows go, in metres.
    """
    count, across = int(2 * reach / style.length) + 1, int(2 * reach / style.width) + 1
    rows = []
    for row in range(across):
        start = rng.uniform(0, 1)
        pace = np.exp(rng.normal(0, 0.22 + 0.3 * style.loose, count)).cumsum() + start
        x = pace / pace[-1] * (count + 1) * style.length - reach - style.length / 2
        y = row * style.width - reach + rng.uniform(-1, 1, count) * style.width * style.loose
        rows.append(np.column_stack([x, y]))
    return np.vstack(rows)
