"""A layer as its file describes itself, and the rows of it that were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyproj
import shapely

from townland.catalog import LayerSpec
from townland.geodesy.crs import Bounds
from townland.issues import Issue
from townland.reading.format import Source
from townland.reading.rows import Rows

Covered: TypeAlias = tuple[shapely.Geometry | None, tuple[Issue, ...]]
"""The land of a coverage that is a file, None where none is named, and what was mended of it."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenedLayer:
    """What a layer's file says of itself, and what of it is needed.

    `needed` are the names of the standard columns in the file, `where` the values of the filter by the
    names of its columns. `lasts` says whether `source` can be read again later: what a zip held cannot.
    """

    spec: LayerSpec
    source: Source
    crs: pyproj.CRS
    crs_issues: tuple[Issue, ...]
    needed: Mapping[str, str]
    where: Mapping[str, Sequence[object]]
    covered: Covered
    lasts: bool


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """The rows of a layer near some boxes as they stand in its file.

    `boxes` are in the coordinates of the file, None where it was read whole; `bounds` is the box of the
    whole file. `unmatched` reports that the filter fits no feature of the file.
    """

    layer: OpenedLayer
    boxes: list[Bounds] | None
    rows: Rows
    bounds: Bounds | None
    unmatched: tuple[Issue, ...]
