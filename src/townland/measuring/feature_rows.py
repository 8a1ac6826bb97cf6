"""Columns of a ground's frame, and rows of them that are taken when they are asked for."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]


class FrameColumns:
    """The columns of a ground's frame, each taken out of it once for all towns and measures."""

    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        """Keep the frame."""
        self._frame = frame
        self._series: dict[str, pd.Series] = {}
        self._objects: dict[str, Objects] = {}
        self._known: dict[str, Bools] = {}
        self._among: dict[tuple[str, Collection[str]], Bools] = {}

    def __getitem__(self, column: str) -> pd.Series:
        """A column; a data frame takes long to give one."""
        if column not in self._series:
            self._series[column] = self._frame[column]
        return self._series[column]

    def objects(self, column: str) -> Objects:
        """A column's values."""
        if column not in self._objects:
            self._objects[column] = self[column].to_numpy()
        return self._objects[column]

    def known(self, column: str) -> Bools:
        """Where a column has a value."""
        if column not in self._known:
            self._known[column] = self[column].notna().to_numpy(dtype=bool)
        return self._known[column]

    def among(self, column: str, values: frozenset[str]) -> Bools:
        """Where a column's value is one of some values."""
        key = (column, values)
        if key not in self._among:
            self._among[key] = self[column].isin(values).to_numpy(dtype=bool)
        return self._among[key]


class FeatureRows:
    """The features that pieces are of, one row a piece, by column.

    To take all columns of a frame costs more than most measures of a small town, which ask three.
    """

    def __init__(self, columns: FrameColumns, rows: npt.NDArray[np.int64]) -> None:
        """Keep the columns of a ground, and the row of each piece in it."""
        self._columns = columns
        self._rows = rows
        self._taken: dict[str, pd.Series] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, column: str) -> pd.Series:
        """A column's value for each piece; taken once."""
        if column not in self._taken:
            self._taken[column] = self._columns[column].iloc[self._rows]
        return self._taken[column]

    def objects(self, column: str) -> Objects:
        """A column's value for each piece, as an array."""
        return self._columns.objects(column)[self._rows]

    def known(self, column: str) -> Bools:
        """For which pieces a column has a value."""
        return self._columns.known(column)[self._rows]

    def among(self, column: str, values: frozenset[str]) -> Bools:
        """For which pieces a column's value is one of some values."""
        return self._columns.among(column, values)[self._rows]
