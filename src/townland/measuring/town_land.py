"""A town as layers are laid over it: all that is near it is counted from its corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland.geodesy.plane import Plane
from townland.measuring.prepare import Ground
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

    def near(self, ground: Ground, layer: str | None = None) -> tuple[Geometries, Ints]:
        """The features of a ground whose box meets the town's, counted from its corner.

        Parameters
        ----------
        ground
            The ground of a role.
        layer
            Of which of its layers, None for all.

        Returns
        -------
        The features, and their rows in the ground's frame.
        """
        rows = ground.near(self.town.boundary.bounds)
        if layer is not None:
            rows = rows[(ground.frame["layer"].iloc[rows] == layer).to_numpy()]
        return self.plane.local(ground.geometry[rows]), rows
