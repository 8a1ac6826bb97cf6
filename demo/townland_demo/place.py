"""Where the county lies on the ellipsoid: local metres to EPSG:4524 and its official areas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from townland.geodesy import official_area_m2

CRS = pyproj.CRS("EPSG:4524")
EAST_M, NORTH_M = 36_616_500.0, 2_695_900.0
"""South-west corner of the local frame: 109.15 E, 24.36 N, zone 36 (zone number in the easting)."""


def placed(shapes: Any) -> Any:
    """Geometries in EPSG:4524, vertices on whole millimetres."""
    return shapely.transform(shapes, lambda xy: np.round(np.add(xy, (EAST_M, NORTH_M)), 3))


def area_m2(shapes: Any) -> Any:
    """Official area of local geometries: an array for an array, a float for one polygon."""
    if isinstance(shapes, np.ndarray):
        result: NDArray[np.float64] = official_area_m2(placed(shapes), CRS)
        return result
    return float(official_area_m2(np.array([placed(shapes)]), CRS)[0])
