"""A town as layers are laid over it: all that is near it is counted from its corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland.geodesy.plane import Plane
from townland.towns import Town

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class TownLand:
    """A town whose `boundary` counts from its corner, as every geometry that is measured in it does.

    `town` and the frames of layers stay in the CRS; what is measured goes back there at the end, once.
    """

    town: Town
    plane: Plane
    boundary: shapely.Geometry

    @classmethod
    def of(cls, town: Town) -> Self:
        """The land of a town with a valid boundary."""
        plane = Plane.at(town.boundary, town.crs)
        return cls(town, plane, plane.local_one(town.boundary))

    @property
    def code(self) -> str:
        """The town's code."""
        return self.town.code

    @property
    def name(self) -> str:
        """The town's name."""
        return self.town.name

    @property
    def crs(self) -> pyproj.CRS:
        """The town's CRS."""
        return self.town.crs

    def near(self, features: Geometries) -> tuple[Geometries, Ints]:
        """The features of a layer whose box meets the town's, counted from its corner.

        Returns
        -------
        The features, and their positions in the layer.
        """
        west, south, east, north = shapely.bounds(self.town.boundary).tolist()
        boxes = shapely.bounds(features).reshape(-1, 4).T
        meets = (boxes[0] <= east) & (boxes[2] >= west) & (boxes[1] <= north) & (boxes[3] >= south)
        rows = np.flatnonzero(meets)
        return self.plane.local(features[rows]), rows
