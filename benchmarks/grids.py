"""How long do the rasters of a check take, side by side with exactextract alone?

    python benchmarks/grids.py [--folder benchmarks/data] [--parcels 300000] [--towns 20]

Lays a land cover of 10 m and a terrain of 30 m over the county, and checks its towns with the survey
alone, with survey and rasters, and with layers in every role. exactextract alone takes the fractions
of the land cover in the towns and in their pieces of the survey, and the mean height of these.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from pathlib import Path

import townland as tl  # isort: skip  # first: it takes harmful drivers out of GDAL
import check
import county
import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import run
from exactextract import exact_extract

COVER = """[[layer]]
name = "cover"
role = "land_cover"
path = "{cover}"
classes = {{ cultivated = ["1", "2"], agricultural = ["3"], construction = ["4"], unused = ["5"] }}
[[layer]]
name = "terrain"
role = "elevation"
path = "{terrain}"
"""

ROLE = """[[layer]]
name = "{role}"
role = "{role}"
path = "{path}"
layer = "DLTB"
id_column = "BSM"
where = {{ DLBM = ["{code}"] }}
coverage = "{path}"
"""

ROLES = {
    "permanent_basic_farmland": "0101",
    "growth_boundary": "0702",
    "ecological_redline": "0301",
    "stock_land": "1006",
    "inefficient_land": "1104",
    "approved_land": "0404",
}


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


def timed(job: check.Job, repeats: int) -> tuple[float, float]:
    """The least seconds by the clock and of the processor, after one run that is not timed.

    >>> timed(lambda: 0.0, 1)[0] < 1
    True
    """
    job()
    spent = []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        job()
        spent.append((time.perf_counter() - start, time.process_time() - busy))
    return min(each[0] for each in spent), min(each[1] for each in spent)


def main() -> None:
    """Time all of them, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=check.BENCHMARKS / "data")
    parser.add_argument("--parcels", type=int, default=300_000)
    parser.add_argument("--towns", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3, help="repeats of each side")
    options = parser.parse_args()
    path = county.write(options.parcels, options.folder)
    stem = options.folder / path.stem
    cover = grid(stem.with_suffix(".cover.tif"), options.parcels, cell=10, values="classes")
    terrain = grid(stem.with_suffix(".terrain.tif"), options.parcels, cell=30, values="heights")
    boundaries = stem.with_name(f"{path.stem}-{options.towns}-towns.gpkg")
    county.towns(options.towns, options.parcels).to_file(boundaries)
    towns = tl.read_towns([boundaries], name_column="name")
    survey = run.CATALOG.format(path=path.as_posix())
    rasters = COVER.format(cover=cover.as_posix(), terrain=terrain.as_posix())
    others = (ROLE.format(role=r, path=path.as_posix(), code=c) for r, c in ROLES.items())
    sides = {
        "survey": survey,
        "survey, rasters": survey + rasters,
        "all roles, rasters": survey + rasters + "".join(others),
    }
    print("| side | s | CPU s |\n|---|---|---|")
    assessment = None
    for side, text in sides.items():
        catalog_path = stem.with_suffix(".roles.toml")
        catalog_path.write_text(text, encoding="utf-8")
        catalog, book = tl.load_catalog(catalog_path), tl.load_rulebook("liuzhou-2018")
        checked = []

        def job() -> float:
            checked.append(tl.check(towns, catalog, book, on=dt.date(2024, 12, 31)))  # noqa: B023
            return 0.0

        print(
            f"| {side} | {' | '.join(f'{each:.2f}' for each in timed(job, options.runs))} |",
            flush=True,
        )
        assessment = checked[-1]
    land = gpd.GeoDataFrame(pd.concat([town.land for town in assessment.towns]), crs=county.CRS)

    def alone() -> float:
        exact_extract(cover, boundaries, ["unique", "frac"])
        exact_extract(cover, land[["geometry"]], ["unique", "frac"])
        exact_extract(terrain, land[["geometry"]], ["mean"])
        return 0.0

    print(
        f"| exactextract alone | {' | '.join(f'{each:.2f}' for each in timed(alone, options.runs))} |"
    )


if __name__ == "__main__":
    main()
