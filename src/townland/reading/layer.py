"""A layer as it was read: its frame with standard columns, and what was declared and assumed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import shapely

from townland.catalog import LayerSpec
from townland.issues import Issue


@dataclass(frozen=True, slots=True)
class Input:
    """One file that a check used; `path` as it was given, with ``/``, None for a GeoDataFrame.

    `features` counts the whole file, None where the format does not tell it cheaply.
    """

    name: str
    role: str
    path: str | None
    sha256: str
    features: int | None
    crs_declared: str | None
    crs_used: str
    encoding_declared: str | None
    encoding_used: str | None
    surveyed: dt.date | None


@dataclass(frozen=True, eq=False)
class Layer:
    """The features of one layer near the towns.

    `frame` has the columns ``id`` (str), ``code`` (str or None: the class column as it stands),
    ``named`` (str or None: the name beside the code), ``net_factor`` (float, NaN where unknown),
    ``owner``, ``tag``, ``slope`` (str or None) and geometry
    in `crs`, whatever the file calls them. `extent` is the bounding box (a polygon in `crs`) of the file
    before `where`, `coverage` the declared coverage in `crs` or None. `also` holds the columns that were
    asked for besides, as Arrow arrays in the frame's order, `numbers` those of the features in the file
    (None where they are counted). `counted` says that some of the issues count features near the towns.
    """

    spec: LayerSpec
    frame: gpd.GeoDataFrame
    crs: pyproj.CRS
    input: Input
    issues: tuple[Issue, ...]
    extent: shapely.Geometry
    coverage: shapely.Geometry | None
    also: Mapping[str, pa.ChunkedArray] = field(default_factory=dict)
    numbers: npt.NDArray[np.int64] | None = None
    counted: bool = False

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A tree of the features' boxes; made once."""
        return shapely.STRtree(self.frame.geometry.to_numpy())


def by_role(layers: Sequence[Layer]) -> dict[str, list[Layer]]:
    """The layers of each role, in their order."""
    roles = dict.fromkeys(layer.spec.role for layer in layers)
    return {role: [layer for layer in layers if layer.spec.role == role] for role in roles}
