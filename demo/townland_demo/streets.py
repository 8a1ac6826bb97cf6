"""The net of streets and blocks that a town's plan is drawn on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely

from townland_demo.grid import Array, Ints, Shapes


def street_net(
    rng: np.random.Generator, style: tuple[tuple[float, float], float], centre: Array, turn: float
) -> tuple[Shapes, Ints, Ints]:
    """Streets and blocks in bent coordinates: polygons that share every vertex.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    style
        The usual size of a block in metres, and how far streets swing.
    centre
        The middle, in local metres.
    turn
        The direction of the streets, in radians.
    """
    block_m, bend_m = style
    breaks = [_breaks(rng, size, wide) for size, wide in zip(block_m, (15.0, 13.0), strict=True)]
    (stations_u, marks_u), (stations_v, marks_v) = (_stations(line) for line in breaks)
    u, v = np.meshgrid(stations_u, stations_v, indexing="ij")
    phase = rng.uniform(0, 2 * np.pi, 4)
    bent_u = u + bend_m * np.sin(v / 310 + phase[0]) + 9 * np.sin(v / 128 + phase[1])
    bent_v = v + bend_m * np.sin(u / 350 + phase[2]) + 9 * np.sin(u / 140 + phase[3])
    c, s = np.cos(turn), np.sin(turn)
    nodes = np.round(
        np.stack(
            [centre[0] + c * bent_u - s * bent_v, centre[1] + s * bent_u + c * bent_v], axis=-1
        ),
        3,
    )
    column, row = (
        grid.ravel()
        for grid in np.meshgrid(
            np.arange(len(marks_u) - 1), np.arange(len(marks_v) - 1), indexing="ij"
        )
    )
    cells = [
        _cell(nodes, marks_u[i : i + 2], marks_v[j : j + 2])
        for i, j in zip(column.tolist(), row.tolist(), strict=True)
    ]
    return np.array(cells), column, row


def _breaks(rng: np.random.Generator, size: float, wide: float) -> Array:
    """Where streets and blocks follow one another along an axis, about 0, in metres.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    size
        The usual length of a block in metres.
    wide
        The width of a street in metres; every fourth is 10 m wider.
    """
    widths = np.empty(2 * int(2100 / (size + wide)) + 1)
    widths[0::2] = wide
    widths[0::8] = wide + 10
    widths[1::2] = size * np.exp(rng.normal(0, 0.14, len(widths[1::2])))
    line = np.r_[0, np.cumsum(widths)]
    return np.asarray(line - line[-1] / 2)


def _stations(line: Array) -> tuple[Array, Ints]:
    """Points at most some 38 m apart along an axis, and which of them are the breaks."""
    parts = [
        np.linspace(p, q, max(2, int((q - p) / 38) + 1))[:-1] for p, q in pairwise(line.tolist())
    ]
    marks = np.r_[0, np.cumsum([len(part) for part in parts])]
    return np.r_[np.concatenate(parts), line[-1]], marks


def _cell(nodes: Array, across: Ints, up: Ints) -> shapely.Polygon:
    """The polygon of a block or a piece of street.

    Parameters
    ----------
    nodes
        The net, (columns, rows, 2).
    across, up
        The first and last column, and row, of the cell.
    """
    west, east = across.tolist()
    south, north = up.tolist()
    return shapely.polygons(
        np.vstack([
            nodes[west:east, south], nodes[east, south:north],
            nodes[east:west:-1, north], nodes[west, north:south:-1],
        ])
    )  # fmt: skip
