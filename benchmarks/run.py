"""How fast are towns laid over a county's survey, side by side with geopandas?

    python benchmarks/run.py [--runs 5] [--folder benchmarks/data]

Both sides read the same GeoPackage, cut its parcels to the same towns and sum the same plane areas;
every figure is a median over interleaved runs in processes of their own, each warmed up first. What
townland does besides (validity, double claims, gaps) is inside its time. See README.md beside this.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypedDict

if TYPE_CHECKING:
    import geopandas as gpd

sys.path.insert(0, str(Path(__file__).parent))

CATALOG = """[[layer]]
name = "land_use"
role = "land_use"
path = "{path}"
layer = "DLTB"
scheme = "sandiao-2019"
class_column = "DLBM"
id_column = "BSM"
net_factor_column = "KCXS"
owner_column = "QSXZ"
"""


def townland_pieces(path: Path, towns: gpd.GeoDataFrame) -> float:
    """Read, repair, class and cut as a check does; the plane area of all pieces in m²."""
    import tomllib

    import shapely

    from townland.catalog import LayerCatalog, LayerSpec
    from townland.measuring.cut import cut
    from townland.measuring.prepare import gather
    from townland.measuring.town_land import TownLand
    from townland.reading.vector import read_layer
    from townland.towns import read_towns

    spec = LayerSpec(**tomllib.loads(CATALOG.format(path=path.as_posix()))["layer"][0])
    catalog = LayerCatalog(layer=[spec])
    windows = [(town.bounds, towns.crs) for town in towns.geometry]
    layer = read_layer(spec, catalog, windows, digest=None)
    ground = gather("land_use", [layer], towns.crs, "survey")
    grounds = {"land_use": ground}
    cuts = [
        cut(TownLand.of(town), ground, grounds, sliver_width_m=0.2)
        for town in read_towns(towns, name_column="name")
    ]
    return float(sum(shapely.area(each.pieces.geometry).sum() for each in cuts))


def geopandas_whole(path: Path, towns: gpd.GeoDataFrame) -> float:
    """`read_file` of the whole layer, `overlay`, `area`."""
    import geopandas as gpd

    return float(gpd.overlay(towns, gpd.read_file(path), how="intersection").area.sum())


def geopandas_window(path: Path, towns: gpd.GeoDataFrame) -> float:
    """The same with a bounding-box read, town by town."""
    import geopandas as gpd

    total = 0.0
    for i in range(len(towns)):
        town = towns.iloc[[i]]
        near = gpd.read_file(path, bbox=tuple(town.total_bounds))
        total += float(gpd.overlay(town, near, how="intersection").area.sum())
    return total


class Run(TypedDict):
    """What a process measures: the seconds of each repeat, the area in m², and the peak memory."""

    seconds: list[float]
    area: float
    peak_mb: float


Case: TypeAlias = tuple[str, int, int]
"""Side, number of parcels, number of towns."""

CASES: tuple[Case, ...] = (
    ("townland", 30_000, 1),
    ("townland", 300_000, 1),
    ("geopandas bbox", 300_000, 1),
    ("geopandas", 300_000, 1),
    ("townland", 300_000, 20),
    ("geopandas bbox", 300_000, 20),
    ("geopandas", 300_000, 20),
)
SIDES = {
    "townland": townland_pieces,
    "geopandas": geopandas_whole,
    "geopandas bbox": geopandas_window,
}


def work(side: str, path: Path, parcels: int, count: int, repeats: int) -> None:
    """Be one process: warm up, then time; print the `Run` as JSON.

    Parameters
    ----------
    side
        A key of `SIDES`.
    path
        The county's file.
    parcels
        The number of its parcels.
    count
        The number of towns.
    repeats
        How often it is timed.
    """
    import county

    towns = county.towns(count, parcels)
    area = SIDES[side](path, towns)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        area = SIDES[side](path, towns)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "area": area, "peak_mb": peak}))


def main() -> None:
    """Run every case in turn, or be the worker of a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="processes of each side")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--worker", nargs=5)
    options = parser.parse_args()
    if options.worker:
        side, path, parcels, count, repeats = options.worker
        work(side, Path(path), int(parcels), int(count), int(repeats))
        return
    runs: dict[Case, list[Run]] = {case: [] for case in CASES}
    for turn in range(options.runs):
        for case in CASES:
            if case[0] == "geopandas" and turn >= 3:
                continue  # ten seconds and more each: three are enough for a median
            runs[case].append(measured(case, options.folder))
            seconds = [round(second, 4) for second in runs[case][-1]["seconds"]]
            print(turn, case, seconds, file=sys.stderr)
    report(runs)


def measured(case: Case, folder: Path) -> Run:
    """Run a case in a process of its own."""
    import county

    side, parcels, count = case
    path = county.write(parcels, folder)
    repeats = 1 if side == "geopandas" else 7 if count == 1 else 3
    command = [sys.executable, __file__, "--worker", side, path, parcels, count, repeats]
    process = subprocess.run(
        [str(word) for word in command], check=True, capture_output=True, text=True
    )
    run: Run = json.loads(process.stdout)
    return run


def report(runs: dict[Case, list[Run]]) -> None:
    """Print the table, once the sides agree in the area."""
    areas = {case: each[0]["area"] for case, each in runs.items()}
    for parcels, count in ((300_000, 1), (300_000, 20)):
        same = [area for case, area in areas.items() if case[1:] == (parcels, count)]
        if max(same) - min(same) > 1e-3:
            raise SystemExit(f"the sides disagree: {same}")
    seconds = {
        case: statistics.median(second for run in each for second in run["seconds"])
        for case, each in runs.items()
    }
    memory = {
        case: statistics.median(run["peak_mb"] for run in each) for case, each in runs.items()
    }
    libraries = ("townland", "geopandas", "shapely", "pyogrio")
    names = ", ".join(f"{name} {version(name)}" for name in libraries)
    print(f"Python {platform.python_version()}, {names}, {platform.machine()}\n")
    print("| side | parcels | towns | median s | peak MB | ratio to townland |")
    print("|---|---|---|---|---|---|")
    for case in runs:
        side, parcels, count = case
        ratio = seconds[case] / seconds["townland", parcels, count]
        print(
            f"| {side} | {parcels:,} | {count} | {seconds[case]:.4f} | {memory[case]:.0f} |"
            f" {ratio:.1f} |"
        )
    small, large = ("townland", 30_000, 1), ("townland", 300_000, 1)
    print(
        f"\nten times the layer, one town: {seconds[large] / seconds[small]:.2f} × the time,"
        f" {memory[large] / memory[small]:.2f} × the memory"
    )


if __name__ == "__main__":
    main()
