"""Which kind of land lies where, before parcels are drawn: a field of zone numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from townland_demo.grid import Array, Ints, noise
from townland_demo.mosaic import Style
from townland_demo.sites import Sites
from townland_demo.terrain import Relief

PADDY, TERRACE, DRY, GARDEN, IDLE, FOREST, SCRUB, VILLAGE, MARKET = range(9)

STYLES = {
    PADDY: Style(136, 60, 60.0, 0.05, 520),
    TERRACE: Style(175, 35, 5.2, 0.14, 260),
    DRY: Style(122, 64, 14.0, 0.22, 300),
    GARDEN: Style(160, 98, 24.0, 0.28, 420),
    IDLE: Style(165, 95, 30.0, 0.30, 420),
    FOREST: Style(330, 225, 90.0, 0.42, 900),
    SCRUB: Style(175, 130, 60.0, 0.42, 500),
    VILLAGE: Style(50, 40, 60.0, 0.16, 210),
    MARKET: Style(70, 48, 60.0, 0.10, 900),
}


def zone_field(rng: np.random.Generator, land: Relief, sites: Sites) -> NDArray[np.int64]:
    """Zone of every node: slope, height over the river, settlements, and patches by chance.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    sites
        Where the market, the villages and the towns stand.
    """
    grid, slope, above = land.grid, land.slope, land.above
    x, y = grid.axes()
    patch = [noise(rng, grid, wavelength) for wavelength in (900, 900, 700, 600, 420)]
    near = _nearest(grid.axes(), np.vstack([sites.villages, sites.market]))
    zone = np.full(slope.shape, FOREST, dtype=np.int64)
    reach = near / 1000
    garden = (slope > 4) & (slope < 17.5) & (above < 120) & (patch[0] - reach * 1.2 > -0.75)
    zone[garden & (patch[1] > -0.1)] = GARDEN
    dry = (slope < 11.5) & (above < 90) & (patch[2] * 0.7 - reach * 1.5 - slope / 11 > -1.75)
    zone[dry] = DRY
    terrace = (slope > 3.2) & (slope < 14) & (above < 75)
    zone[terrace & (patch[3] - reach * 1.6 - np.abs(slope - 8) / 7 > -1.45)] = TERRACE
    zone[(slope < 4.2) & (above < 27) & (patch[4] * 0.25 - slope / 5 > -0.95)] = PADDY
    idle = (slope < 19) & (patch[1] * 0.8 - patch[0] * 0.8 + np.minimum(reach, 1) * 0.4 > 1.95)
    zone[idle] = IDLE
    zone[(land.rock > 0.12) | (slope > 27)] = SCRUB
    lawful = np.hypot(x[None, :] - sites.towns[0, 0], y[:, None] - sites.towns[0, 1])
    kept = lawful + 90 * patch[4] < 830
    zone[kept & np.isin(zone, (PADDY, TERRACE, DRY))] = IDLE
    zone[kept & (zone == FOREST) & (patch[2] > -0.2) & (slope < 15)] = IDLE
    confluence = np.hypot(x[None, :] - sites.towns[2, 0], y[:, None] - sites.towns[2, 1])
    poor = (confluence + 130 * patch[3] < 640) & np.isin(zone, (PADDY, TERRACE, DRY))
    zone[poor] = np.where(patch[2][poor] > -0.6, IDLE, GARDEN)
    for centre, radius, axis in zip(sites.villages, sites.radius, sites.axis, strict=True):
        _settle(zone, grid.axes(), (centre, radius, axis, 1.75), patch[4], VILLAGE)
    _settle(zone, grid.axes(), (sites.market, 345.0, sites.market_axis, 1.15), patch[4], MARKET)
    return zone


def _nearest(axes: tuple[Array, Array], settlements: Array) -> Array:
    x, y = axes
    best = np.full((len(y), len(x)), np.inf)
    for px, py in settlements.tolist():
        np.minimum(best, (x[None, :] - px) ** 2 + (y[:, None] - py) ** 2, out=best)
    return np.asarray(np.sqrt(best))


def _settle(
    zone: Ints,
    axes: tuple[Array, Array],
    oval: tuple[Array, float, float, float],
    patch: Array,
    number: int,
) -> None:
    """Give an oval (centre, radius, axis, length by width) with a ragged rim to a settlement.

    Parameters
    ----------
    zone
        The kind of country at each node, changed in place.
    axes
        The coordinates of the nodes.
    oval
        Its centre, radius, direction, and length by width.
    patch
        The noise that frays its rim.
    number
        The kind of country of a settlement.
    """
    x, y = axes
    centre, radius, axis, stretch = oval
    view = (
        slice(*np.searchsorted(y, (centre[1] - 3 * radius, centre[1] + 3 * radius)).tolist()),
        slice(*np.searchsorted(x, (centre[0] - 3 * radius, centre[0] + 3 * radius)).tolist()),
    )
    dx, dy = x[None, view[1]] - centre[0], y[view[0], None] - centre[1]
    along = (dx * np.cos(axis) + dy * np.sin(axis)) / np.sqrt(stretch)
    across = (-dx * np.sin(axis) + dy * np.cos(axis)) * np.sqrt(stretch)
    zone[view][np.hypot(along, across) < radius * (1 + 0.24 * patch[view])] = number
