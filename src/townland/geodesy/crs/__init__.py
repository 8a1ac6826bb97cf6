"""Coordinate reference systems: normalise, recognise, refuse; GCJ-02 and BD-09 for display only.

CGCS2000, WGS 84, ETRS89 and unnamed datums on their ellipsoids are taken as one datum: they agree
to a few decimetres at worst, and PROJ has no operation between most of them
(`standards/SOURCES.md`, *Datums*).
"""

from townland.geodesy.crs.candidates import (
    Candidate,
    candidates,
    false_easting,
    in_degrees,
    infer,
    is_swapped,
    readings,
    refuse_contradiction,
)
from townland.geodesy.crs.datum import (
    describe,
    is_gauss_kruger_cgcs2000,
    is_identical,
    transverse_mercator,
)
from townland.geodesy.crs.display import (
    bd09_from_gcj02,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    wgs84_from_gcj02,
)
from townland.geodesy.crs.recognise import normalise, towgs84
from townland.geodesy.crs.transform import (
    CGCS2000,
    LONLAT,
    Bounds,
    Steps,
    densify,
    moved_bounds,
    pipeline,
    reproject,
    run_pipeline,
    to_lonlat,
    to_own_lonlat,
    transform_bounds,
    transformer,
)

__all__ = [
    "CGCS2000",
    "LONLAT",
    "Bounds",
    "Candidate",
    "Steps",
    "bd09_from_gcj02",
    "candidates",
    "densify",
    "describe",
    "false_easting",
    "gcj02_from_bd09",
    "gcj02_from_wgs84",
    "in_degrees",
    "infer",
    "is_gauss_kruger_cgcs2000",
    "is_identical",
    "is_swapped",
    "moved_bounds",
    "normalise",
    "pipeline",
    "readings",
    "refuse_contradiction",
    "reproject",
    "run_pipeline",
    "to_lonlat",
    "to_own_lonlat",
    "towgs84",
    "transform_bounds",
    "transformer",
    "transverse_mercator",
    "wgs84_from_gcj02",
]
