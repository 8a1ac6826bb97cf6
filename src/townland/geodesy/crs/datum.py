"""What a CRS is by its parameters: its datum, its ellipsoid, its Gauss-Krüger plane, its name."""

from __future__ import annotations

import re

import numpy as np
import pyproj

ZONES_3 = range(25, 46)
ZONES_6 = range(13, 24)
ZONE_M = 1_000_000.0
"""A zone's number stands before its easting in millions of metres."""
FALSE_EASTING_M = 500_000.0

_SEMI_MAJOR_M = 6_378_137.0
_GRS80 = 298.257222101
_WGS84 = 298.257223563
_LEGACY_ELLIPSOIDS = {
    "Xian 1980 (IAG-75)": (6_378_140.0, 298.257),
    "Beijing 1954 (Krassowsky)": (6_378_245.0, 298.3),
}
_LEGACY_NAMES = re.compile(r"xian_?(19)?80|西安|beijing_?(19)?54|北京|bj_?54", re.IGNORECASE)
CGCS2000_NAMES = re.compile(
    r"china_2000|cgcs_?2000|china_geodetic_coordinate_system_2000|国家大地坐标系", re.IGNORECASE
)
_SAME_AS_WGS84 = re.compile(
    r"world_geodetic_system_1984|wgs_?(19)?84"
    r"|european_terrestrial_reference_(system|frame)|etr[sf]_?\d\d",
    re.IGNORECASE,
)
WGS84_NAMES = re.compile(r"world_geodetic_system_1984(_ensemble)?|wgs_?(19)?84", re.IGNORECASE)
UNNAMED = re.compile(
    r"(d_)?(unknown|not_specified|unspecified|unnamed|undefined|user_defined|custom)(_|\b)"
    r"|(d_)?(grs_?(19)?80|wgs_?84_ellipsoid)$|$",
    re.IGNORECASE,
)


def datum_name(crs: pyproj.CRS) -> str:
    """The name of the datum, with ``_`` for whatever separates its words."""
    geodetic = crs.geodetic_crs
    name = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    return re.sub(r"[^\w]+", "_", name).strip("_")


def ellipsoid(crs: pyproj.CRS) -> tuple[float, float]:
    """The semi-major axis (m) and inverse flattening; zeros where there is no ellipsoid."""
    if crs.ellipsoid is None:
        return 0.0, 0.0
    return float(crs.ellipsoid.semi_major_metre), float(crs.ellipsoid.inverse_flattening)


def legacy_ellipsoid(crs: pyproj.CRS) -> str | None:
    """The legacy datum whose ellipsoid this is, named or not."""
    major, flattening = ellipsoid(crs)
    for name, (a, f) in _LEGACY_ELLIPSOIDS.items():
        if abs(major - a) < 0.5 and abs(flattening - f) < 0.0002:
            return name
    return None


def is_legacy(crs: pyproj.CRS) -> bool:
    """Whether it is Xian 1980 or Beijing 1954, by ellipsoid or by name."""
    return legacy_ellipsoid(crs) is not None or bool(_LEGACY_NAMES.search(datum_name(crs)))


def is_identical(crs: pyproj.CRS) -> bool:
    """Whether the datum is CGCS2000, WGS 84, ETRS89 or unnamed on one of their ellipsoids."""
    major, flattening = ellipsoid(crs)
    geodetic = crs.geodetic_crs
    if crs.is_bound or geodetic is None or abs(major - _SEMI_MAJOR_M) > 1e-3:
        return False
    if min(abs(flattening - _GRS80), abs(flattening - _WGS84)) > 1e-6:
        return False
    if geodetic.prime_meridian is None or geodetic.prime_meridian.longitude != 0:
        return False
    if abs(geodetic.axis_info[0].unit_conversion_factor - np.pi / 180) > 1e-12:
        return False
    datum = datum_name(crs)
    named = CGCS2000_NAMES.search(datum) or _SAME_AS_WGS84.match(datum) or UNNAMED.match(datum)
    return named is not None


def transverse_mercator(crs: pyproj.CRS) -> dict[str, float] | None:
    """The parameters of a transverse Mercator projection in metres, else None."""
    operation = crs.coordinate_operation
    if not crs.is_projected or crs.is_bound or operation is None:
        return None
    if operation.method_name not in ("Transverse Mercator", "Gauss_Kruger", "Gauss Kruger"):
        return None
    if any(abs(axis.unit_conversion_factor - 1) > 1e-12 for axis in crs.axis_info):
        return None
    degree = np.pi / 180
    return {
        p.name: float(p.value) * (p.unit_conversion_factor / degree if "tude" in p.name else 1)
        for p in operation.params
        if not isinstance(p.value, str)
    }


def is_gauss_kruger_cgcs2000(crs: pyproj.CRS) -> tuple[float, float] | None:
    """The central meridian (degrees) and false easting (m) of a Gauss-Krüger plane of CGCS2000.

    Any central meridian counts, also one of a local plane; the scale is 1 and the northing starts
    at the equator. None for every other CRS.

    >>> is_gauss_kruger_cgcs2000(pyproj.CRS.from_epsg(4524))
    (108.0, 36500000.0)
    >>> is_gauss_kruger_cgcs2000(pyproj.CRS.from_epsg(32649)) is None
    True
    """
    _major, flattening = ellipsoid(crs)
    datum = datum_name(crs)
    if abs(flattening - _GRS80) > 1e-8 or not is_identical(crs):
        return None
    if not (CGCS2000_NAMES.search(datum) or UNNAMED.match(datum)):
        return None
    plane = transverse_mercator(crs)
    if plane is None or (
        abs(plane.get("Latitude of natural origin", 0.0)) > 1e-10
        or abs(plane.get("Scale factor at natural origin", 1.0) - 1) > 1e-10
        or abs(plane.get("False northing", 0.0)) > 1e-6
    ):
        return None
    meridian = plane.get("Longitude of natural origin", 0.0)
    return round(meridian, 9), plane.get("False easting", 0.0)


def describe(crs: pyproj.CRS) -> str:
    """A short name: ``EPSG:4524``, or the CRS's own name.

    >>> describe(pyproj.CRS.from_epsg(4524))
    'EPSG:4524'
    """
    if crs.is_bound and crs.source_crs is not None:
        return f"{describe(crs.source_crs)} +towgs84"
    identity = crs.to_json_dict().get("id", {})
    if identity.get("authority") == "EPSG":
        return f"EPSG:{identity['code']}"
    return _unregistered(crs)


def _unregistered(crs: pyproj.CRS) -> str:
    """A short name for a CRS without an EPSG code: its own, else its projection and ellipsoid."""
    if crs.name not in ("", "unknown"):
        return str(crs.name)
    operation = crs.coordinate_operation
    kind = operation.method_name if operation is not None else crs.type_name
    return f"{kind}, {crs.ellipsoid.name}" if crs.ellipsoid is not None else str(kind)
