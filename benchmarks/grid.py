"""Rasters over a county: a land cover of 10 m, and a terrain of 30 m.

python benchmarks/grid.py PARCELS COVER.tif TERRAIN.tif
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import county
import numpy as np
import rasterio


def grid(path: Path, parcels: int, *, cell: float, values: str) -> Path:
    """Write a raster over the county, unless its file is there; give its path.

    Parameters
    ----------
    path
        The file.
    parcels
        The number of the county's parcels, which decides its extent.
    cell, values
        The size of a cell in metres, and ``classes`` or ``heights``.
    """
    if not path.exists():
        size = round(round(parcels**0.5) * county.CELL / cell)
        random = np.random.default_rng(3)
        coarse = random.integers(1, 6, (size // 8 + 1, size // 8 + 1))
        cells = np.kron(coarse, np.ones((8, 8)))[:size, :size]
        if values == "heights":
            cells = 100 + 20 * cells + random.normal(0, 1, cells.shape)
        north = county.SOUTH + size * cell
        with rasterio.open(
            path, "w", driver="GTiff", width=size, height=size, count=1, crs=county.CRS, tiled=True,
            dtype="uint8" if values == "classes" else "float32", nodata=0, compress="deflate",
            transform=rasterio.Affine(cell, 0, county.WEST, 0, -cell, north),
        ) as out:  # fmt: skip
            out.write(cells, 1)
    return path


if __name__ == "__main__":
    number, cover, terrain = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    print(grid(cover, number, cell=10, values="classes"))
    print(grid(terrain, number, cell=30, values="heights"))
