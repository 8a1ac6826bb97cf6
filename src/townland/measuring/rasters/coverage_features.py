"""exactextract, fed with well-known binary: as GeoJSON it would spend most of its time on text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource
from exactextract.writer import Writer

from townland.geodesy.crs import Bounds

Values = dict[str, npt.NDArray[np.number]]
Covered = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int32]]
"""The cells that a polygon meets, counted row by row; the part of each that it covers; their classes."""

ASKED = ("cell_id", "coverage", "values")


class _Polygon(Feature):  # type: ignore[misc]
    """A polygon as well-known binary, or what was computed of one."""

    def __init__(self, wkb: bytes = b"") -> None:
        super().__init__()
        self.wkb = wkb
        self.values: Values = {}

    def geometry(self) -> bytes:
        return self.wkb

    def fields(self) -> list[str]:
        return list(self.values)

    def set(self, name: str, value: npt.NDArray[np.number]) -> None:
        self.values[name] = value

    def set_geometry(self, wkb: bytes) -> None:
        """Nothing: the polygon of a result is not wanted."""

    def set_geometry_format(self) -> str:
        return "wkb"


class _Polygons(FeatureSource):  # type: ignore[misc]
    """Polygons one after the other, in the CRS of the cells."""

    def __init__(self, wkb: Sequence[bytes]) -> None:
        super().__init__()
        self.wkb = wkb

    def count(self) -> int:
        return len(self.wkb)

    def __iter__(self) -> Iterator[_Polygon]:
        return map(_Polygon, self.wkb)

    def srs_wkt(self) -> None:
        """None: polygons and cells have one CRS."""


class _Results(Writer):  # type: ignore[misc]
    """What was computed of each polygon, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[Values] = []

    def add_operation(self, operation: object) -> None:
        """Nothing: all operations are wanted."""

    def write(self, feature: Feature) -> None:
        out = _Polygon()
        feature.copy_to(out)
        self.values.append(out.values)

    def features(self) -> list[Values]:
        return self.values


def covered_cells(
    polygons: npt.NDArray[np.object_], classes: npt.NDArray[np.number], bounds: Bounds
) -> Iterator[Covered]:
    """Of each polygon the cells that it meets, the part of each that it covers, and their classes.

    Parameters
    ----------
    polygons
        Polygons in the CRS of the cells.
    classes, bounds
        The class of each cell, and where the cells lie: west, south, east, north.
    """
    # exactextract reads 32-bit integers in one block
    source = NumPyRasterSource(np.ascontiguousarray(classes, dtype=np.int32), *bounds)
    wkb = shapely.to_wkb(polygons).tolist()
    results = exact_extract(source, _Polygons(wkb), list(ASKED), output=_Results())
    for each in results:
        cell, coverage, value = (each[name] for name in ASKED)
        yield cell, coverage, value
