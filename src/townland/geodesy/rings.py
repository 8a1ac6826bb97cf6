"""All rings of many polygons in one array, so that all their vertices are worked on at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from townland.geodesy.parts import parts_of
from townland.geodesy.series import Floats

Ints = npt.NDArray[np.int64]

Geometries: TypeAlias = (
    shapely.Geometry | Sequence[shapely.Geometry | None] | npt.NDArray[np.object_]
)
"""One geometry, a list of them, or an array."""
Corner: TypeAlias = tuple[float, float]
"""A point from which coordinates count."""


@dataclass(frozen=True, slots=True)
class Rings:
    """All rings of many polygons in one array: ring i is ``xy[start[i]:start[i + 1]]``, closed."""

    xy: Floats
    start: Ints
    sign: Floats
    owner: Ints
    count: int

    @property
    def ends(self) -> Ints:
        """The last vertex of each ring."""
        return np.append(self.start[1:], len(self.xy)) - 1

    @classmethod
    def of(cls, geometries: Geometries, corner: Corner | None = None) -> Rings:
        """The rings of polygons; all else has none.

        Parameters
        ----------
        geometries, corner
            As in `official_area_m2`.
        """
        geometries = np.atleast_1d(np.asarray(geometries, dtype=object))
        parts, part_owner = parts_of(geometries)
        polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        parts, part_owner = parts[polygons], part_owner[polygons]
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        outer = np.diff(ring_part, prepend=-1) != 0
        # a file may hold rings of no vertex: no array tells where they begin
        drawn = ~shapely.is_empty(rings)
        rings, ring_part, outer = rings[drawn], ring_part[drawn], outer[drawn]
        xy, ring_of = shapely.get_coordinates(rings, return_index=True)
        xy = xy if corner is None else xy + np.array(corner)
        start = np.flatnonzero(np.diff(ring_of, prepend=-1))
        return cls(xy, start, np.where(outer, 1.0, -1.0), part_owner[ring_part], len(geometries))

    def summed(self, ring_areas: Floats) -> Floats:
        """The areas of rings, of each geometry together: outer ones less inner ones."""
        return self.per_geometry(self.sign * ring_areas)

    def per_geometry(self, ring_values: Floats) -> Floats:
        """Values of rings, of each geometry together."""
        summed = np.bincount(self.owner, weights=ring_values, minlength=self.count)
        return summed.astype(np.float64)
