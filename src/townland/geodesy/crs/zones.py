"""The Gauss-Krüger zones of the three Chinese datums, by their EPSG codes (EPSG data set)."""

from __future__ import annotations

from typing import Literal

from townland.geodesy.crs.datum import ZONES_3, ZONES_6

NORTHINGS = (1_900_000.0, 6_000_000.0)
EASTINGS = (170_000.0, 830_000.0)
"""Northings and eastings (without a zone) that China has, in metres. The edge of a 6-degree zone lies
320 km from its meridian at 17° N, in the south of Hainan: beyond the 300 km that handbooks
give, which hold from 27° N northward (`standards/SOURCES.md`)."""
LONGITUDES = (73.0, 136.0)
LATITUDES = (17.0, 55.0)

Datum = Literal["CGCS2000", "Xian 1980", "Beijing 1954"]

_FIRST: dict[tuple[Datum, int, bool], int] = {
    ("CGCS2000", 3, True): 4513,
    ("CGCS2000", 3, False): 4534,
    ("CGCS2000", 6, True): 4491,
    ("CGCS2000", 6, False): 4502,
    ("Xian 1980", 3, True): 2349,
    ("Xian 1980", 3, False): 2370,
    ("Xian 1980", 6, True): 2327,
    ("Xian 1980", 6, False): 2338,
    ("Beijing 1954", 3, True): 2401,
    ("Beijing 1954", 3, False): 2422,
    ("Beijing 1954", 6, True): 21413,
    ("Beijing 1954", 6, False): 21453,
}
"""The code of the westernmost zone of each family: datum, degrees of a zone, easting with prefix."""


def zone_degrees(zone: int) -> int | None:
    """Whether a zone of this number is one of 3 or of 6 degrees: the two ranges do not meet.

    >>> zone_degrees(36), zone_degrees(19), zone_degrees(24)
    (3, 6, None)
    """
    if zone in ZONES_3:
        return 3
    return 6 if zone in ZONES_6 else None


def zone_code(datum: Datum, zone: int, *, prefixed: bool) -> str | None:
    """The EPSG code of a zone, with or without its number before the easting; None for no zone.

    Parameters
    ----------
    datum
        The datum of the plane.
    zone
        The number of a zone of 3 degrees (25 to 45) or of 6 (13 to 23).
    prefixed
        Whether the zone's number stands before the easting.

    Examples
    --------
    >>> zone_code("CGCS2000", 36, prefixed=True), zone_code("CGCS2000", 19, prefixed=False)
    ('EPSG:4524', 'EPSG:4508')
    """
    degrees = zone_degrees(zone)
    if degrees is None:
        return None
    first = (ZONES_3 if degrees == 3 else ZONES_6).start
    return f"EPSG:{_FIRST[datum, degrees, prefixed] + zone - first}"


def zone_of_code(code: str) -> tuple[int, int] | None:
    """Degrees and number of the CGCS2000 zone that an EPSG code means; None for any other code.

    The number of a zone without prefix is that of the same meridian.

    >>> zone_of_code("EPSG:4524"), zone_of_code("EPSG:4508"), zone_of_code("EPSG:32649")
    ((3, 36), (6, 19), None)
    """
    for degrees, zones in ((3, ZONES_3), (6, ZONES_6)):
        for zone in zones:
            if code in _cgcs2000_codes(zone):
                return degrees, zone
    return None


def _cgcs2000_codes(zone: int) -> tuple[str | None, str | None]:
    """The EPSG codes of a zone of CGCS2000, with and without its number before the easting."""
    with_prefix = zone_code("CGCS2000", zone, prefixed=True)
    return with_prefix, zone_code("CGCS2000", zone, prefixed=False)
