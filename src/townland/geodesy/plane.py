"""A plane whose coordinates are counted from a corner, in the unit of its CRS.

Set operations lose as many digits as the numbers are large: of an easting of eight digits there are
left 0.00000001 m, and GEOS decides by that which of two edges passes where. Counted from the corner of a
town the same land has six digits more. The step there and back is exact (Sterbenz's lemma: a difference
of two numbers that are no further apart than by a factor of 2 is not rounded); only what an operation
has added is rounded on the way back, and nothing goes back between an operation and the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy
from townland.geodesy.series import Floats

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Plane:
    """A CRS whose coordinates are counted from (`x`, `y`), in its own unit: degrees stay degrees."""

    crs: pyproj.CRS
    x: float = 0.0
    y: float = 0.0

    @classmethod
    def at(cls, land: shapely.Geometry, crs: pyproj.CRS) -> Self:
        """The plane that counts from the corner of some land.

        >>> Plane.at(shapely.box(36642000.5, 2689000, 36643500, 2690000), pyproj.CRS(4524)).x
        36642000.5
        """
        west, south, _east, _north = shapely.bounds(land).tolist()
        return cls(crs, west, south)

    def local(self, shapes: Shapes) -> Shapes:
        """Geometries of the CRS, counted from the corner."""
        corner = np.array((self.x, self.y))
        return np.asarray(shapely.transform(shapes, lambda xy: xy - corner), dtype=object)

    def back(self, shapes: Shapes) -> Shapes:
        """Geometries counted from the corner, in the CRS itself."""
        corner = np.array((self.x, self.y))
        return np.asarray(shapely.transform(shapes, lambda xy: xy + corner), dtype=object)

    def local_one(self, shape: shapely.Geometry) -> shapely.Geometry:
        """One geometry of the CRS, counted from the corner."""
        return self.local(np.array([shape], dtype=object))[0]

    def back_one(self, shape: shapely.Geometry) -> shapely.Geometry:
        """One geometry counted from the corner, in the CRS itself."""
        return self.back(np.array([shape], dtype=object))[0]

    def official_m2(self, shapes: Shapes) -> Floats:
        """The official area of geometries counted from the corner."""
        return geodesy.official_area_m2(shapes, self.crs, corner=(self.x, self.y))

    @property
    def unit_m(self) -> float:
        """Metres in a unit of the coordinates; in degrees, those along a meridian."""
        return geodesy.metres_per_unit(self.crs)

    def scale(self, shapes: Shapes) -> tuple[float, float]:
        """Metres in a unit of x and of y where geometries lie that count from the corner."""
        if not self.crs.is_geographic or not len(shapes):
            return self.unit_m, self.unit_m
        _west, south, _east, north = shapely.total_bounds(shapes)
        between = shapely.points([(0, south + self.y), (0, north + self.y)])
        return geodesy.local_scale(np.asarray(between, dtype=object), self.crs)
