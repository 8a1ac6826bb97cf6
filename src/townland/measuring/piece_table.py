"""The pieces of a measure as columns, of which a frame is made when one is asked for.

Most measures are summed and judged without one, and a frame of a few rows takes longer to make than
its pieces take to sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj

Column: TypeAlias = Sequence[object] | npt.NDArray[np.object_] | npt.NDArray[np.bool_] | str | None
"""A value for each piece, or one text, or nothing, for all of them."""


@dataclass(frozen=True, eq=False)
class PieceTable:
    """Pieces, one row each: columns by name, the polygons and their CRS."""

    columns: Mapping[str, Column]
    geometry: npt.NDArray[np.object_]
    crs: pyproj.CRS

    def __len__(self) -> int:
        return len(self.geometry)

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The pieces as a frame; made once."""
        return gpd.GeoDataFrame(
            dict(self.columns), geometry=list(self.geometry), crs=self.crs, index=range(len(self))
        )

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame) -> PieceTable:
        """The pieces of a frame as columns; what is missing is None."""
        columns: dict[str, Column] = {}
        for name, series in frame.drop(columns=frame.geometry.name).items():
            values = np.array(series, dtype=object)
            values[series.isna()] = None
            columns[str(name)] = values
        return cls(columns, np.asarray(frame.geometry.array, dtype=object), frame.crs)

    def column(self, name: str) -> npt.NDArray[np.object_]:
        """A value for each piece; None where there is no such column."""
        values = self.columns.get(name)
        if values is None or isinstance(values, str):
            return np.full(len(self), values, dtype=object)
        full = np.empty(len(self), dtype=object)
        full[:] = values
        return full

    @property
    def sliver(self) -> npt.NDArray[np.bool_]:
        """Which pieces are slivers."""
        return self.column("sliver").astype(bool)

    def texts(self, name: str) -> list[str | None]:
        """A column as texts, None where it or a value is missing."""
        values = self.columns.get(name)
        if values is None or isinstance(values, str):
            return [values] * len(self)
        listed = values.tolist() if isinstance(values, np.ndarray) else values
        # what is missing in a frame differs from itself
        return [None if each is None or each != each else str(each) for each in listed]

    def kept(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> PieceTable:
        """Some of the pieces, by a mark for each or by their numbers, in the order of these."""
        kept = {
            name: values if values is None or isinstance(values, str) else np.asarray(values)[rows]
            for name, values in self.columns.items()
        }
        return replace(self, columns=kept, geometry=self.geometry[rows])

    def followed_by(self, more: PieceTable) -> PieceTable:
        """These pieces and further ones, in the columns of these."""
        both = {
            name: np.concatenate([self.column(name), more.column(name)]) for name in self.columns
        }
        both["sliver"] = np.concatenate([self.sliver, more.sliver])
        return replace(self, columns=both, geometry=np.concatenate([self.geometry, more.geometry]))

    def with_columns(self, columns: Mapping[str, Column]) -> PieceTable:
        """The pieces with further columns, or with others in the place of theirs."""
        return replace(self, columns={**self.columns, **columns})
