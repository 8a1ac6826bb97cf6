"""What do polygons of a million vertices cost a check?

    python benchmarks/million.py check [--folder benchmarks/data] [--cases sample road forest town]
    python benchmarks/million.py overlay [--folder benchmarks/data] [--runs 3]

`check` runs `townland check` over the sample county as it is and with one polygon of a million
vertices in it: the roads of the whole county between 7,500 blocks (land use), a forest (ecological
redline), or a town. `overlay` lays 900 plots around the sample towns over such a polygon, side by
side with plain shapely and geopandas in the same run. See README.md beside this.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

sys.path.insert(0, str(Path(__file__).parent))

import timing

from townland.measuring.overlay import Pieces, cross

LAYERS = Path(__file__).parent.parent / "layers"
VERTICES = 1_000_000
CELL, ROAD = 90.0, 8.0
CASES = ("sample", "road", "forest", "town")


def star(x: float, y: float, radius: float, vertices: int = VERTICES) -> shapely.Polygon:
    """A polygon whose outline winds as a contour line does; its vertices lie on the millimetre.

    Parameters
    ----------
    x, y
        Its middle, in metres.
    radius
        Its mean radius in metres.
    vertices
        The number of its vertices.
    """
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    sway = 0.2 * np.sin(5 * turn) + 0.03 * np.sin(83 * turn + 1) + 0.003 * np.sin(1999 * turn)
    along = radius * (1 + sway)
    ring = np.column_stack((x + along * np.cos(turn), y + along * np.sin(turn)))
    return shapely.Polygon(np.round(ring, 3))


def road(county: gpd.GeoDataFrame, extent: shapely.Polygon, seed: int = 1) -> gpd.GeoDataFrame:
    """A county of blocks with crooked edges, and of one parcel, the roads between them.

    A block has the codes of the sample's parcel at its middle. The roads have a hole for every block
    and the outline of the county, so that all fit together without gaps or overlaps.

    Parameters
    ----------
    county
        The sample's land survey.
    extent
        The outline of the county.
    seed
        Where all chance comes from.
    """
    random = np.random.default_rng(seed)
    west, south, east, north = extent.bounds
    middle = np.stack(np.meshgrid(np.arange(west, east, CELL), np.arange(south, north, CELL)), -1)
    middle = middle.reshape(-1, 2) + CELL / 2
    boxes = shapely.box(*(middle - CELL / 2).T, *(middle + CELL / 2).T)
    shapely.prepare(extent)
    middle = middle[shapely.contains_properly(extent, boxes)]
    each = VERTICES // len(middle)
    turn = np.linspace(0, 2 * np.pi, each, endpoint=False)
    ray = np.stack((np.cos(turn), np.sin(turn)), -1)
    square = (CELL - ROAD) / 2 / np.abs(ray).max(axis=1)
    reach = square - random.uniform(0, 1.5, (len(middle), each))
    rings = np.round(middle[:, None] + reach[..., None] * ray, 3)
    blocks = shapely.polygons(rings)
    roads = shapely.Polygon(extent.exterior, list(rings[:, ::-1]))
    at = shapely.points(middle)
    block, parcel = county.sindex.query(at, predicate="intersects")
    row = np.zeros(len(middle), dtype=int)
    row[block[::-1]] = parcel[::-1]
    frame = county.iloc[row].set_geometry(list(blocks), crs=county.crs)
    last = county[county["DLBM"] == "1006"].iloc[[0]].set_geometry([roads], crs=county.crs)
    frame = pd.concat([frame, last], ignore_index=True)
    frame["BSM"] = [f"4502{number:014d}" for number in range(len(frame))]
    return frame


def write(case: str, folder: Path) -> tuple[Path, Path]:
    """Write one case's county, unless it is there; give its towns and its catalog."""
    home = folder / f"million-{case}"
    towns, catalog = home / "sample" / "towns.gpkg", home / "catalog.toml"
    if catalog.exists():
        return towns, catalog
    shutil.copytree(LAYERS / "sample", home / "sample", dirs_exist_ok=True)
    text = (LAYERS / "catalog.toml").read_text(encoding="utf-8")
    big = home / "sample" / "million.gpkg"
    extent = pyogrio.read_dataframe(home / "sample" / "extent.gpkg").geometry[0]
    if case == "road":
        county = pyogrio.read_dataframe(home / "sample" / "county.gdb", layer="DLTB")
        crooked = road(county, shapely.geometry.polygon.orient(extent))
        pyogrio.write_dataframe(crooked, big, layer="DLTB")
        text = text.replace("sample/county.gdb", "sample/million.gpkg")
    if case == "forest":
        line = pyogrio.read_dataframe(home / "sample" / "plan.gpkg", layer="STBHHX").iloc[[0]]
        forest = line.set_geometry([star(36621200, 2700000, 2600)], crs=line.crs)
        pyogrio.write_dataframe(forest, big, layer="STBHHX")
        there = 'path = "sample/{}.gpkg"\nlayer = "STBHHX"'
        text = text.replace(there.format("plan"), there.format("million"))
    if case == "town":
        frame = pyogrio.read_dataframe(towns).iloc[[0]]
        frame = frame.set_geometry([star(36621200, 2700000, 977)], crs=frame.crs)
        towns.unlink()
        pyogrio.write_dataframe(frame, towns)
    catalog.write_text(text, encoding="utf-8")
    return towns, catalog


def check(case: str, folder: Path) -> dict[str, float]:
    """Run a check in a process of its own: seconds, MB of memory, of the largest page, of all files."""
    towns, catalog = write(case, folder)
    out = folder / f"million-{case}-out"
    shutil.rmtree(out, ignore_errors=True)
    words = [
        "check", towns, "--code-column", "code", "--catalog", catalog,
        "--on", "2026-11-26", "--out", out,
    ]  # fmt: skip
    used = timing.cold([sys.executable, "-m", "townland_cli", *words], {}, accepted=(0, 1, 3))
    pages = [path.stat().st_size for path in out.rglob("*.html")]
    files = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
    return {
        "seconds": used["seconds"][0],
        "peak_mb": used["peak_mb"],
        "page_mb": max(pages) / 1e6,
        "all_mb": sum(files) / 1e6,
    }


def overlay(case: str, folder: Path, runs: int) -> dict[str, float]:
    """Lay a grid of plots over a case's great polygon: the median seconds of each side.

    Parameters
    ----------
    case
        Which polygon is laid under: road, forest or town.
    folder
        Where the cases are written.
    runs
        How often each side runs.

    Raises
    ------
    SystemExit
        The areas of the sides differ by more than 0.001 m².
    """
    towns, _catalog = write(case, folder)
    file = towns if case == "town" else towns.with_name("million.gpkg")
    great = max(pyogrio.read_dataframe(file).geometry, key=shapely.get_num_coordinates)
    west, south, east, north = pyogrio.read_dataframe(LAYERS / "sample" / "towns.gpkg").total_bounds
    width, height = (east - west) / 30, (north - south) / 30
    x, y = np.meshgrid(west + width * np.arange(30), south + height * np.arange(30))
    plots = shapely.box(x, y, x + width, y + height).ravel()
    parents = Pieces(plots, {"plan": np.arange(900)})
    right, left = gpd.GeoDataFrame(geometry=[great]), gpd.GeoDataFrame(geometry=plots)
    sides = {
        "townland": lambda: cross(parents, "layer", np.array([great]), np.array([0])).geometry,
        "shapely": lambda: shapely.intersection(plots, great),
        "geopandas": lambda: gpd.overlay(left, right).geometry.array,
    }
    known: dict[str, list[timing.Run]] = {side: [] for side in sides}
    for _ in range(runs):
        for side, run in sides.items():
            known[side].append(timing.timed(timing.Job(run, whole), 1, warm=False))
        areas = [each[-1]["areas"]["all"] for each in known.values()]
        if np.ptp(areas) > 0.001:
            raise SystemExit(f"{case}: the areas differ: {areas}")
    return {side: timing.median(each, "seconds") for side, each in known.items()}


def whole(pieces: object) -> timing.Areas:
    """The area of pieces together."""
    return {"all": float(shapely.area(np.asarray(pieces)).sum())}


def print_overlays(cases: Sequence[str], folder: Path, runs: int) -> None:
    """Print the table of `overlay`: seconds of townland, and how many times as long the others take.

    Parameters
    ----------
    cases
        The cases to run.
    folder
        Where they are written.
    runs
        How often each side runs.
    """
    print("| great polygon | townland s | shapely | geopandas |")
    print("|---|---|---|---|")
    for case in cases:
        if case != "sample":
            seconds = overlay(case, folder, runs)
            ours = seconds["townland"]
            ratios = [f"{seconds[side] / ours:.1f}" for side in ("shapely", "geopandas")]
            print(f"| {case} | {ours:.2f} | {' | '.join(ratios)} |", flush=True)


def print_checks(cases: Sequence[str], folder: Path) -> None:
    """Print the table of `check`."""
    print("| county | s | peak MB | largest page MB | all files MB |")
    print("|---|---|---|---|---|")
    for case in cases:
        figures = check(case, folder)
        row = " | ".join(
            f"{figures[name]:.{digits}f}"
            for name, digits in (("seconds", 1), ("peak_mb", 0), ("page_mb", 1), ("all_mb", 1))
        )
        print(f"| {case} | {row} |", flush=True)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("check", "overlay"))
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--cases", nargs="+", default=CASES, choices=CASES)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.what == "overlay":
        print_overlays(options.cases, options.folder, options.runs)
    else:
        print_checks(options.cases, options.folder)


if __name__ == "__main__":
    main()
