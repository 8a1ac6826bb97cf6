"""GCJ-02 and BD-09, the shifted coordinates of Chinese web tiles: for display only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GCJ_A = 6_378_245.0
_GCJ_EE = 0.00669342162296594323
_BD_TURN = np.pi * 3000 / 180

_SAME = 1e-12
"""A step of so many degrees moves nothing by more than a ten-thousandth of a millimetre."""

Degrees = NDArray[np.float64]


def gcj02_from_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift longitude and latitude to GCJ-02, as Gaode and Tencent tiles want them: display only.

    The published reverse-engineering of the transformation; real tiles agree to 1-2 m at best
    (`standards/SOURCES.md`, *Web tiles*). Never for areas.

    >>> lon, lat = gcj02_from_wgs84(116.404, 39.915)
    >>> round(float(lon), 9), round(float(lat), 9)
    (116.410244499, 39.916404282)
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))

    def waves(value: Degrees, *terms: tuple[float, float]) -> Degrees:
        total = np.zeros_like(value)
        for amplitude, divisor in terms:
            total = total + amplitude * np.sin(value * np.pi / divisor)
        return total * 2 / 3

    common = waves(x, (20, 1 / 6), (20, 1 / 2))
    d_lat = (
        -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
        + common + waves(y, (20, 1), (40, 3), (160, 12), (320, 30))
    )  # fmt: skip
    d_lon = (
        300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
        + common + waves(x, (20, 1), (40, 3), (150, 12), (300, 30))
    )  # fmt: skip
    phi = np.radians(lat)
    magic = 1 - _GCJ_EE * np.sin(phi) ** 2
    d_lat = np.degrees(d_lat / (_GCJ_A * (1 - _GCJ_EE) / (magic * np.sqrt(magic))))
    d_lon = np.degrees(d_lon / (_GCJ_A / np.sqrt(magic) * np.cos(phi)))
    return lon + d_lon, lat + d_lat


def wgs84_from_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """The inverse of `gcj02_from_wgs84` by fixed-point iteration, to less than 1e-6 m."""
    target_lon, target_lat = np.asarray(lon, float), np.asarray(lat, float)
    return _unshifted(gcj02_from_wgs84, target_lon, target_lat, lon=target_lon, lat=target_lat)


def bd09_from_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift GCJ-02 to BD-09, as Baidu tiles want it: display only.

    >>> lon, lat = bd09_from_gcj02(116.404, 39.915)
    >>> round(float(lon), 9), round(float(lat), 9)
    (116.410369494, 39.921336994)
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def gcj02_from_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """The inverse of `bd09_from_gcj02` by fixed-point iteration."""
    target_lon, target_lat = np.asarray(lon, float), np.asarray(lat, float)
    first = {"lon": target_lon - 0.0065, "lat": target_lat - 0.006}
    return _unshifted(bd09_from_gcj02, target_lon, target_lat, **first)


def _unshifted(
    shift: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]],
    target_lon: Degrees,
    target_lat: Degrees,
    *,
    lon: Degrees,
    lat: Degrees,
) -> tuple[Degrees, Degrees]:
    """The coordinates that a shift brings to a target, to `_SAME` of a degree, in at most twelve steps.

    Parameters
    ----------
    shift
        The shift.
    target_lon, target_lat
        Where it leads.
    lon, lat
        Where the steps begin.
    """
    for _step in range(12):
        shifted_lon, shifted_lat = shift(lon, lat)
        step_lon, step_lat = target_lon - shifted_lon, target_lat - shifted_lat
        lon, lat = lon + step_lon, lat + step_lat
        if not ((np.abs(step_lon) > _SAME) | (np.abs(step_lat) > _SAME)).any():
            break
    return lon, lat
