"""Small GeoTIFFs beside the places of rectangles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from tests.factory_land import EAST, NORTH


def tif(
    path: Path,
    values: Any,
    cell: float = 10.0,
    *,
    crs: str | None = "EPSG:4524",
    nodata: float | None = None,
    west: float = EAST,
    south: float = NORTH,
    turn: float = 0.0,
    **options: Any,
) -> Path:
    """Write an array, its first row in the north, its lower left corner at `west`, `south`."""
    values = np.asarray(values)
    rows, columns = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype=values.dtype, crs=crs,
        nodata=nodata, transform=rasterio.Affine(cell, turn, west, turn, -cell, south + rows * cell),
        **options,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path
