"""How fast are the pieces of towns found in a county's survey, side by side with geopandas?

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


def townland_pieces(path: Path, towns) -> float:
    """Read, mend, class and cut as a check does; the plane area of all pieces."""
    import tomllib

    import shapely

    from townland.catalog import LayerCatalog, LayerSpec
    from townland.measuring import town_pieces
    from townland.measuring.prepare import gather
    from townland.reading.vector import read_layer

    spec = LayerSpec(**tomllib.loads(CATALOG.format(path=path.as_posix()))["layer"][0])
    catalog = LayerCatalog(layer=[spec])
    windows = [(town.bounds, towns.crs) for town in towns.geometry]
    layer = read_layer(spec, catalog, windows, digest=None)
    ground = gather("land_use", [layer], towns.crs, "survey")
    return sum(
        shapely.area(town_pieces(town, ground, 1.0).pieces.geometry).sum()
        for town in towns.geometry
    )


def geopandas_whole(path: Path, towns) -> float:
    """`read_file` of the whole layer, `overlay`, `area`."""
    import geopandas as gpd

    return gpd.overlay(towns, gpd.read_file(path), how="intersection").area.sum()


def geopandas_window(path: Path, towns) -> float:
    """The same with a bounding-box read, town by town."""
    import geopandas as gpd

    total = 0.0
    for i in range(len(towns)):
        town = towns.iloc[[i]]
        near = gpd.read_file(path, bbox=tuple(town.total_bounds))
        total += gpd.overlay(town, near, how="intersection").area.sum()
    return total


SIDES = {
    "townland": townland_pieces,
    "geopandas": geopandas_whole,
    "geopandas bbox": geopandas_window,
}


def work(side: str, path: Path, parcels: int, count: int, repeats: int) -> None:
    """One process: warm up, then time; print seconds, the area, and the peak memory."""
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="processes of each side")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--worker", nargs=5)
    options = parser.parse_args()
    if options.worker:
        side, path, parcels, count, repeats = options.worker
        work(side, Path(path), int(parcels), int(count), int(repeats))
        return
    import county

    cases = [
        ("townland", 30_000, 1),
        ("townland", 300_000, 1),
        ("geopandas bbox", 300_000, 1),
        ("geopandas", 300_000, 1),
        ("townland", 300_000, 20),
        ("geopandas bbox", 300_000, 20),
        ("geopandas", 300_000, 20),
    ]
    found: dict[tuple[str, int, int], list[dict]] = {case: [] for case in cases}
    for run in range(options.runs):
        for case in cases:
            side, parcels, count = case
            if side == "geopandas" and run >= 3:
                continue  # ten seconds and more each: three are enough for a median
            path = county.write(parcels, options.folder)
            repeats = 1 if side == "geopandas" else 7 if count == 1 else 3
            command = [sys.executable, __file__, "--worker", side, path, parcels, count, repeats]
            out = subprocess.run(
                [str(word) for word in command], check=True, capture_output=True, text=True
            ).stdout
            found[case].append(json.loads(out))
            print(run, case, [round(s, 4) for s in found[case][-1]["seconds"]], file=sys.stderr)
    report(found)


def report(found: dict[tuple[str, int, int], list[dict]]) -> None:
    median = {
        case: statistics.median(second for run in runs for second in run["seconds"])
        for case, runs in found.items()
    }
    memory = {
        case: statistics.median(run["peak_mb"] for run in runs) for case, runs in found.items()
    }
    areas = {case: runs[0]["area"] for case, runs in found.items()}
    for parcels, count in ((300_000, 1), (300_000, 20)):
        same = [area for case, area in areas.items() if case[1:] == (parcels, count)]
        if max(same) - min(same) > 1e-3:
            raise SystemExit(f"the sides disagree: {same}")
    libraries = ("townland", "geopandas", "shapely", "pyogrio")
    names = ", ".join(f"{name} {version(name)}" for name in libraries)
    print(f"Python {platform.python_version()}, {names}, {platform.machine()}\n")
    print("| side | parcels | towns | median s | peak MB | ratio to townland |")
    print("|---|---|---|---|---|---|")
    for case in found:
        ours = median["townland", *case[1:]]
        print(
            f"| {case[0]} | {case[1]:,} | {case[2]} | {median[case]:.4f} | {memory[case]:.0f} |"
            f" {median[case] / ours:.1f} |"
        )
    one, ten = ("townland", 30_000, 1), ("townland", 300_000, 1)
    print(
        f"\nten times the layer, one town: {median[ten] / median[one]:.2f} × the time,"
        f" {memory[ten] / memory[one]:.2f} × the memory"
    )


if __name__ == "__main__":
    main()
