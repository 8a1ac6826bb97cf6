"""Where the county lies on the ellipsoid: local metres to EPSG:4524 and its official areas."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from townland.geodesy import official_area_m2
from townland_demo.grid import Array, Shapes

CRS = pyproj.CRS("EPSG:4524")
EAST_M, NORTH_M = 36_616_500.0, 2_695_900.0
"""South-west corner of the local frame: 109.15 E, 24.36 N, zone 36 (zone number in the easting)."""


def placed(shapes: Shapes) -> Shapes:
    """Geometries in EPSG:4524, vertices on whole millimetres."""
    moved = shapely.transform(shapes, lambda xy: np.round(np.add(xy, (EAST_M, NORTH_M)), 3))
    return np.asarray(moved, dtype=object)


def areas_m2(shapes: Shapes) -> Array:
    """Official areas of local geometries."""
    return official_area_m2(placed(shapes), CRS)


def area_m2(shape: shapely.Polygon) -> float:
    """Official area of one local polygon."""
    return float(areas_m2(np.array([shape]))[0])
