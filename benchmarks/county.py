"""A county layer of any size for the benchmarks: parcels with wiggly shared edges, and towns.

    python benchmarks/county.py 30000 benchmarks/data [TOWNS …]

Parcels are cells of about one hectare; every edge between two cells is one crooked line that both
share, so that parcels have 20 to 200 vertices and fit together without gaps or overlaps.
"""

from __future__ import annotations

import sys
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
AT_ONCE = 200_000
"""So many parcels are made and written at once."""


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


class Rows:
    """The lines of a county row by row: each has chance of its own, so that rows can be made alone."""

    def __init__(self, size: int, seed: int, corners: tuple[int, int] = (5, 51)) -> None:
        """Keep what the rows have in common.

        Parameters
        ----------
        size, seed
            How many cells a row has, and where all chance comes from.
        corners
            The fewest points of a line between two parcels, and one more than the most.
        """
        self.size, self._seed, self._counts = size, seed, corners

    def random(self, what: int, row: int) -> np.random.Generator:
        """The chance of one row: 0 of its corners, 1 and 2 of its lines, 3 of its parcels."""
        return np.random.default_rng([self._seed, what, row])

    def corners(self, row: int) -> Floats:
        """The corners below a row of cells."""
        own = np.column_stack((np.arange(self.size + 1), np.full(self.size + 1, row))) * CELL
        return own + self.random(0, row).uniform(-20, 20, own.shape) + (WEST, SOUTH)

    def across(self, row: int) -> list[Floats]:
        """The lines below a row, from west to east."""
        own = self.corners(row)
        return edges(self.random(1, row), own[:-1], own[1:], self._counts)

    def up(self, row: int) -> list[Floats]:
        """The lines beside the cells of a row, from south to north."""
        return edges(self.random(2, row), self.corners(row), self.corners(row + 1), self._counts)


def band(rows: Rows, first: int, last: int) -> gpd.GeoDataFrame:
    """The parcels of some rows of a county.

    Parameters
    ----------
    rows
        The county's lines.
    first, last
        The first row, and that after the last.
    """
    cells: list[Floats] = []
    above = rows.across(first)
    for i in range(first, last):
        below, above, up = above, rows.across(i + 1), rows.up(i)
        high = np.round(rows.corners(i + 1), 3)
        cells += [
            np.concatenate(
                (
                    below[j], up[j + 1], high[j + 1][None],
                    above[j][:0:-1], high[j][None], up[j][:0:-1], below[j][:1],
                )
            )
            for j in range(rows.size)
        ]  # fmt: skip
    index = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
    random = rows.random(3, first)
    return gpd.GeoDataFrame(
        {
            "BSM": [f"4502{first * rows.size + number:014d}" for number in range(len(cells))],
            "DLBM": np.array(CODES)[random.integers(0, len(CODES), len(cells))],
            "QSXZ": "30",
            "KCXS": random.choice([0.0, 0.068, 0.1195], len(cells)),
            "ZLDWMC": "示例村",
        },
        geometry=shapely.polygons(shapely.linearrings(np.concatenate(cells), indices=index)),
        crs=CRS,
    )


def county(parcels: int, seed: int = 1, corners: tuple[int, int] = (5, 51)) -> gpd.GeoDataFrame:
    """A land survey of about so many parcels, in memory.

    Parameters
    ----------
    parcels
        Their number.
    seed, corners
        As `Rows`.
    """
    size = round(parcels**0.5)
    return band(Rows(size, seed, corners), 0, size)


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
    """Write the county, unless its file is there, some rows at a time; give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"county-{parcels}.gpkg"
    if not path.exists():
        new, size = path.with_suffix(".part.gpkg"), round(parcels**0.5)
        new.unlink(missing_ok=True)
        step = max(1, AT_ONCE // size)
        rows = Rows(size, 1)
        for first in range(0, size, step):
            some = band(rows, first, min(first + step, size))
            pyogrio.write_dataframe(some, new, layer="DLTB", append=first > 0)
        new.rename(path)
    return path


def write_towns(count: int, parcels: int, folder: Path) -> Path:
    """Write towns of a county, unless their file is there; give its path.

    Parameters
    ----------
    count, parcels, folder
        How many towns, how many parcels the county has, and where it lies.
    """
    path = folder / f"county-{parcels}-{count}-towns.gpkg"
    if not path.exists():
        towns(count, parcels).to_file(path)
    return path


if __name__ == "__main__":
    number, home, counts = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    print(write(number, home))
    for each in counts:
        print(write_towns(int(each), number, home))
