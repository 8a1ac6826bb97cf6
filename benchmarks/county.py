"""A county layer of any size for the benchmarks: parcels with wiggly shared edges, and towns.

    python benchmarks/county.py 30000 benchmarks/data

Parcels are cells of about one hectare; every edge between two cells is one crooked line that both
share, so that parcels have 20 to 200 vertices and fit together without gaps or overlaps.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyogrio
import shapely

Floats = npt.NDArray[np.float64]

WEST, SOUTH, CELL = 36_500_000.0, 2_650_000.0, 100.0
CODES = ("0101", "0103", "0202", "0301", "0404", "0702", "1006", "1104")
CRS = "EPSG:4524"


def edges(
    random: np.random.Generator, starts: Floats, ends: Floats, corners: tuple[int, int] = (5, 51)
) -> list[Floats]:
    """A crooked line for each pair of ends, without its last point.

    Parameters
    ----------
    random
        Where all chance comes from.
    starts, ends
        The ends of the lines, (n, 2), in metres.
    corners
        The fewest points of a line, and one more than the most.
    """
    counts = random.integers(*corners, len(starts))
    side = np.array([[0, -1], [1, 0]])
    lines = []
    for start, end, count in zip(starts, ends, counts, strict=True):
        along = np.linspace(0, 1, count, endpoint=False)
        sway = random.uniform(-4, 4, count) * np.sin(np.pi * along)
        step = end - start
        lines.append(start + along[:, None] * step + sway[:, None] * (side @ step) / CELL)
    return [np.round(line, 3) for line in lines]


def county(parcels: int, seed: int = 1, corners: tuple[int, int] = (5, 51)) -> gpd.GeoDataFrame:
    """A land survey of about so many parcels.

    Parameters
    ----------
    parcels
        Their number.
    seed
        Where all chance comes from.
    corners
        The fewest points of a line between two parcels, and one more than the most.
    """
    random = np.random.default_rng(seed)
    size = round(parcels**0.5)
    corner = np.stack(np.meshgrid(np.arange(size + 1), np.arange(size + 1)), -1) * CELL
    corner = corner + random.uniform(-20, 20, corner.shape) + (WEST, SOUTH)
    across = [edges(random, row[:-1], row[1:], corners) for row in corner]
    up = [edges(random, low, high, corners) for low, high in pairwise(corner)]
    corner = np.round(corner, 3)
    cells = [
        np.concatenate(
            (
                across[i][j],
                up[i][j + 1],
                corner[i + 1, j + 1][None],
                across[i + 1][j][:0:-1],
                corner[i + 1, j][None],
                up[i][j][:0:-1],
                across[i][j][:1],
            )
        )
        for i in range(size)
        for j in range(size)
    ]
    index = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
    rings = shapely.linearrings(np.concatenate(cells), indices=index)
    return gpd.GeoDataFrame(
        {
            "BSM": [f"4502{number:014d}" for number in range(len(cells))],
            "DLBM": np.array(CODES)[random.integers(0, len(CODES), len(cells))],
            "QSXZ": "30",
            "KCXS": random.choice([0.0, 0.068, 0.1195], len(cells)),
            "ZLDWMC": "示例村",
        },
        geometry=shapely.polygons(rings),
        crs=CRS,
    )


def towns(count: int, parcels: int, seed: int = 2) -> gpd.GeoDataFrame:
    """So many towns of about 3 km², well inside the county.

    Parameters
    ----------
    count
        The number of towns.
    parcels
        The number of parcels of the county, which decides its extent.
    seed
        Where all chance comes from.
    """
    random = np.random.default_rng(seed)
    extent = round(parcels**0.5) * CELL
    shapes = []
    for _ in range(count):
        centre = np.add(random.uniform(1500, extent - 1500, 2), (WEST, SOUTH))
        turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        radius = 977 * (1 + 0.12 * np.sin(3 * turn) + 0.05 * np.sin(7 * turn + 1))
        ring = centre + np.column_stack((np.cos(turn), np.sin(turn))) * radius[:, None]
        shapes.append(shapely.Polygon(np.round(ring, 3)))
    names = [f"town {number}" for number in range(1, count + 1)]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=CRS)


def write(parcels: int, folder: Path) -> Path:
    """Write the county, unless its file is there; give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"county-{parcels}.gpkg"
    if not path.exists():
        pyogrio.write_dataframe(county(parcels), path.with_suffix(".part.gpkg"), layer="DLTB")
        path.with_suffix(".part.gpkg").rename(path)
    return path


if __name__ == "__main__":
    print(write(int(sys.argv[1]), Path(sys.argv[2])))
