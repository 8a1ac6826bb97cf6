"""How long does the check that a user runs take, side by side with geopandas?

    python benchmarks/check.py [--runs 3] [--folder benchmarks/data] [--parcels 300000]
        [--towns 1 20] [--baseline FOLDER]

Times `townland.check` with a county's land survey alone, from reading the boundaries' neighbourhood to
the assessment, beside geopandas that reads the whole layer, or each town's bounding box, cuts it to the
towns and sums its plane areas. `--baseline` names a checkout of an older commit, which is timed in the
same run. Every process is warmed up once (so the layer's digest is remembered), runs of all sides
alternate, and figures are medians. The processes have a cache of their own, in the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeAlias, TypedDict

BENCHMARKS = Path(__file__).parent
SOURCE = BENCHMARKS.parent / "src"
sys.path.insert(0, str(BENCHMARKS))

Job: TypeAlias = Callable[[], float]
"""What is timed; it gives the plane area of all pieces in m², in which the sides must agree."""

Case: TypeAlias = tuple[str, int]
"""Side, number of towns."""


class Run(TypedDict):
    """What a process measures: the seconds of each repeat, by the clock and of the processor, the area
    in m², and the peak memory."""

    seconds: list[float]
    cpu: list[float]
    area: float
    peak_mb: float


def townland_check(path: Path, count: int, parcels: int) -> Job:
    """The check of towns whose boundaries, catalog and rulebook are read already.

    Parameters
    ----------
    path
        The county's file.
    count, parcels
        The number of towns, and that of the county's parcels.
    """
    import datetime as dt

    import county
    import run
    import shapely

    import townland as tl

    catalog_path = path.with_suffix(".toml")
    catalog_path.write_text(run.CATALOG.format(path=path.as_posix()), encoding="utf-8")
    catalog = tl.load_catalog(catalog_path)
    rulebook = tl.load_rulebook("national-2021")
    boundaries = path.with_name(f"{path.stem}-{count}-towns.gpkg")
    county.towns(count, parcels).to_file(boundaries)
    towns = tl.read_towns([boundaries], name_column="name")

    def job() -> float:
        assessment = tl.check(towns, catalog, rulebook, on=dt.date(2024, 12, 31))
        return float(sum(shapely.area(town.land.geometry).sum() for town in assessment.towns))

    return job


def geopandas_whole(path: Path, count: int, parcels: int) -> Job:
    """`read_file` of the whole layer, `overlay`, `area`.

    Parameters
    ----------
    path, count, parcels
        As in `townland_check`.
    """
    import county
    import run

    towns = county.towns(count, parcels)
    return lambda: run.geopandas_whole(path, towns)


def geopandas_window(path: Path, count: int, parcels: int) -> Job:
    """The same with a bounding-box read, town by town.

    Parameters
    ----------
    path, count, parcels
        As in `townland_check`.
    """
    import county
    import run

    towns = county.towns(count, parcels)
    return lambda: run.geopandas_window(path, towns)


SIDES: dict[str, Callable[[Path, int, int], Job]] = {
    "townland": townland_check,
    "baseline": townland_check,
    "geopandas bbox": geopandas_window,
    "geopandas": geopandas_whole,
}


def work(side: str, path: Path, parcels: int, count: int, repeats: int) -> None:
    """Be one process: warm up, then time; print the `Run` as JSON.

    Parameters
    ----------
    side
        A key of `SIDES`.
    path
        The county's file.
    parcels, count
        The number of its parcels, and that of the towns.
    repeats
        How often it is timed.
    """
    job = SIDES[side](path, count, parcels)
    area = job()
    seconds, cpu = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        job()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "area": area, "peak_mb": peak}))


def measured(case: Case, options: argparse.Namespace) -> Run:
    """Run a case in a process of its own."""
    import county

    side, count = case
    path = county.write(options.parcels, options.folder)
    repeats = 1 if side == "geopandas" or count > 100 else 7 if count == 1 else 3
    source = SOURCE if options.baseline is None or side != "baseline" else options.baseline / "src"
    command = [sys.executable, __file__, "--worker", side, path, options.parcels, count, repeats]
    own = {"PYTHONPATH": str(source), "XDG_CACHE_HOME": str(options.folder / "cache")}
    process = subprocess.run(
        [str(word) for word in command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **own},
    )
    run: Run = json.loads(process.stdout)
    return run


def report(runs: dict[Case, list[Run]], parcels: int) -> None:
    """Print the table, once the sides agree in the area."""
    libraries = ("geopandas", "shapely", "pyogrio", "numpy", "pandas")
    names = ", ".join(f"{name} {version(name)}" for name in libraries)
    print(f"Python {platform.python_version()}, {names}, {platform.machine()}\n")
    print("| side | parcels | towns | median s | CPU s | peak MB | × townland | × its CPU |")
    print("|---|---|---|---|---|---|---|---|")
    seconds = {case: _median(each, "seconds") for case, each in runs.items()}
    cpu = {case: _median(each, "cpu") for case, each in runs.items()}
    for case, each in runs.items():
        side, count = case
        same = [other[0]["area"] for (_side, towns), other in runs.items() if towns == count]
        if max(same) - min(same) > 1e-3:
            raise SystemExit(f"the sides disagree: {same}")
        memory = statistics.median(run["peak_mb"] for run in each)
        ratios = (known[case] / known["townland", count] for known in (seconds, cpu))
        print(
            f"| {side} | {parcels:,} | {count} | {seconds[case]:.3f} | {cpu[case]:.3f} | {memory:.0f} |",
            *(f"{ratio:.2f} |" for ratio in ratios),
        )


def _median(runs: list[Run], what: Literal["seconds", "cpu"]) -> float:
    """The median over all repeats of all runs."""
    return statistics.median(each for run in runs for each in run[what])


def main() -> None:
    """Run every case in turn, or be the worker of a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="processes of each side")
    parser.add_argument("--folder", type=Path, default=BENCHMARKS / "data")
    parser.add_argument("--parcels", type=int, default=300_000)
    parser.add_argument("--towns", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--sides", nargs="+", choices=list(SIDES), default=list(SIDES))
    parser.add_argument("--baseline", type=Path, help="a checkout of an older commit")
    parser.add_argument("--worker", nargs=5)
    options = parser.parse_args()
    if options.worker:
        side, path, parcels, count, repeats = options.worker
        work(side, Path(path), int(parcels), int(count), int(repeats))
        return
    sides = [side for side in options.sides if side != "baseline" or options.baseline is not None]
    runs: dict[Case, list[Run]] = {(side, n): [] for n in options.towns for side in sides}
    for turn in range(options.runs):
        for case, known in runs.items():
            known.append(measured(case, options))
            cpu = [round(second, 3) for second in known[-1]["cpu"]]
            print(turn, case, cpu, file=sys.stderr)
    report(runs, options.parcels)


if __name__ == "__main__":
    main()
