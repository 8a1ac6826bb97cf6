"""Rows of a ground's frame of which a column is taken when it is asked for."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd


class FeatureRows:
    """The features that pieces are of, one row a piece, by column.

    To take all columns of a frame costs more than most measures of a small town, which ask three.
    """

    def __init__(self, frame: gpd.GeoDataFrame, rows: npt.NDArray[np.int64]) -> None:
        """Keep the frame of a ground, and the row of each piece in it."""
        self._frame = frame
        self._rows = rows
        self._taken: dict[str, pd.Series] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, column: str) -> pd.Series:
        """A column's value for each piece; taken once."""
        if column not in self._taken:
            self._taken[column] = self._frame[column].iloc[self._rows]
        return self._taken[column]
