"""The CRSs that bare numbers allow: candidates with evidence, never a decision."""

from __future__ import annotations

import numpy as np
import pyproj

from townland.crs.datum import ZONE_M, ZONES_3, ZONES_6
from townland.crs.transform import CGCS2000, LONLAT, Bounds, transform_bounds
from townland.i18n import Text, _

_NORTHINGS = (1_900_000.0, 6_000_000.0)
_EASTINGS = (200_000.0, 800_000.0)
_CHINA = (73.0, 17.0, 136.0, 55.0)


def candidates(bounds: Bounds, *, region: Bounds | None = None) -> list[tuple[pyproj.CRS, Text]]:
    """The CRSs that a bounding box alone allows, each with its evidence (`standards.md` 3.3).

    Never a decision: the numbers cannot tell a datum, and a six-digit easting tells no meridian.

    Parameters
    ----------
    bounds
        West, south, east, north of the coordinates as they stand.
    region
        The box in degrees within which the place is known to lie; China without it.

    Examples
    --------
    >>> [crs.to_epsg() for crs, _ in candidates((36642000, 2689000, 36643500, 2690000))]
    [4524]
    """
    x0, y0, x1, y1 = bounds
    if not np.isfinite(bounds).all():
        return []
    if _within((y0, x0, y1, x1), _CHINA):
        return [(CGCS2000, _("degrees in the order latitude, longitude: swap the columns"))]
    if max(abs(x0), abs(x1)) <= 180 and max(abs(y0), abs(y1)) <= 90:
        return [
            (crs, _("degrees; the numbers cannot tell CGCS2000 from WGS 84, Xian 1980 or GCJ-02"))
            for crs in (CGCS2000, LONLAT)
        ]
    if _between(x0, x1, _NORTHINGS) and not _between(y0, y1, _NORTHINGS):
        return [
            (
                crs,
                _("northing in the first column: swap the columns; {evidence}", evidence=evidence),
            )
            for crs, evidence in candidates((y0, x0, y1, x1), region=region)
        ]
    if not _between(y0, y1, _NORTHINGS):
        return []
    prefix = int(x0 // ZONE_M)
    evidence = _("easting with the zone prefix {zone}", zone=prefix)
    if prefix and not _between(x0 - prefix * ZONE_M, x1 - prefix * ZONE_M, _EASTINGS):
        return []
    if prefix in ZONES_6:
        return [(pyproj.CRS.from_epsg(4478 + prefix), evidence)]
    if prefix in ZONES_3:
        return [(pyproj.CRS.from_epsg(4488 + prefix), evidence)]
    if prefix or not _between(x0, x1, _EASTINGS):
        return []
    found = []
    for zone in ZONES_3:
        crs = pyproj.CRS.from_epsg(4509 + zone)
        west, south, east, north = transform_bounds(bounds, crs, LONLAT)
        if max(abs(west - 3 * zone), abs(east - 3 * zone)) <= 2 and _within(
            (west, south, east, north), region or _CHINA
        ):
            evidence = _(
                "easting without a zone prefix; with the central meridian {meridian}° it lies at"
                " {west} to {east}° E",
                meridian=3 * zone,
                west=f"{west:.3f}",
                east=f"{east:.3f}",
            )
            found.append((crs, evidence))
    return found


def _between(low: float, high: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= low and high <= limits[1]


def _within(box: Bounds, outer: Bounds) -> bool:
    return _between(box[0], box[2], outer[::2]) and _between(box[1], box[3], outer[1::2])
