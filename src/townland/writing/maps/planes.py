"""The plane on which the page shows coordinates and measures: the Gauss-Krüger zone of a town."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from townland.geodesy.crs import describe, is_gauss_kruger_cgcs2000, to_lonlat
from townland.geodesy.crs.datum import ZONES_3
from townland.geodesy.crs.zones import LATITUDES, zone_of_code
from townland.i18n import Words, _
from townland.measuring import TownResult
from townland.writing.tables.points import PREFIX

_FALSE_EASTING_M = 500_000.0


@dataclass(frozen=True, slots=True)
class MapPlane:
    """A Gauss-Krüger plane of CGCS2000: its central meridian in degrees, and what eastings begin with.

    `false_east_m` is that of the official area. `prefix_m` is added where coordinates are printed: the
    number of the zone, where the town's own eastings lack it. `title` says which zone it is. `degrees`
    is whether longitude and latitude tell a place: not on the plane of what is redacted.
    """

    meridian: float
    false_east_m: float
    prefix_m: float
    title: Words
    degrees: bool = True


def plane_of(result: TownResult, *, redacted: bool = False) -> MapPlane | None:
    """Give the plane of a town: its own, else the zone of 3° in which it lies; None outside China.

    Its points are those of the table of boundary points where the town's own plane is one of CGCS2000.
    The plane of what is redacted is nowhere on the earth, and is not called as if it were.
    """
    crs = result.town.crs
    own = is_gauss_kruger_cgcs2000(crs)
    if own is None:
        return _nearest(result)
    meridian, false_east = own
    if redacted:
        return MapPlane(meridian, false_east, 0.0, _("plane of its own, m"), degrees=False)
    zone = zone_of_code(describe(crs))
    if zone is None:
        title = _("CGCS2000, central meridian {degrees}°", degrees=f"{meridian:g}")
        return MapPlane(meridian, false_east, 0.0, title)
    prefix = 0.0 if false_east >= PREFIX else float(zone[1] * PREFIX)
    return MapPlane(meridian, false_east, prefix, _named(*zone))


def _nearest(result: TownResult) -> MapPlane | None:
    """Give the zone of 3° whose meridian is nearest to a town; None outside China."""
    middle = to_lonlat(np.array([result.town.boundary.centroid], dtype=object), result.town.crs)[0]
    number = round(middle.x / 3)
    if number not in ZONES_3 or not LATITUDES[0] <= middle.y <= LATITUDES[1]:
        return None
    false_east = number * PREFIX + _FALSE_EASTING_M
    return MapPlane(number * 3.0, false_east, 0.0, _named(3, number))


def _named(degrees: int, number: int) -> Words:
    return _("CGCS2000, zone {number} of {degrees}°", number=number, degrees=degrees)
