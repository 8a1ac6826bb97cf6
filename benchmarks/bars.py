"""What else users wait for: many towns by processes, packed layers, a boundary that moved, the demo.

    python benchmarks/bars.py [--only NAME …] [--parcels 300000] [--folder benchmarks/data] [--write]

Each job is run as its user runs it, in processes of its own, and gives lines of what was measured.
Figures are kept in the folder; `--write` writes all that are known into the README beside this.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sides
import timing

MANY = 1000
MOVES = 5
Line = tuple[str, str]


def _check(
    towns: Path, catalog: Path, out: Path, *more: object, formats: str = "json"
) -> list[object]:
    """The command of a check of the survey.

    Parameters
    ----------
    towns, catalog, out
        The file of the towns, the catalog, and the run folder.
    more, formats
        Further words, and what is written.
    """
    return [
        sys.executable, "-m", "townland_cli", "check", towns, "--catalog", catalog, "--name-column",
        "name", "--rules", sides.RULES, "--on", sides.DAY, "--quiet", "--formats", formats,
        "--out", out, *more,
    ]  # fmt: skip


def _timed(words: Sequence[object], cache: Path) -> timing.Run:
    return timing.cold(words, {"XDG_CACHE_HOME": str(cache)}, accepted=(0, 1, 3))


def first_reading(options: argparse.Namespace) -> Iterator[Line]:
    """The hash of a GeoPackage that nobody has read, and the boxes of its parcels."""
    layer, towns = timing.county(options.folder, options.parcels, 1)
    run = timing.by_process(
        Path(__file__), ["first", layer, towns], python=sys.executable, env=_fresh()
    )
    if run is not None:
        digest, boxes = run["cpu"]
        size = layer.stat().st_size
        yield "hash of a GeoPackage, GB/s", f"{size / digest / 1e9:.2f}"
        yield "boxes of its parcels ÷ its hash", f"{boxes / digest:.1f}"


def _fresh() -> dict[str, str]:
    """An environment whose cache is empty."""
    return {**timing.environment(), "XDG_CACHE_HOME": tempfile.mkdtemp()}


def _first(layer: Path, towns: Path) -> timing.Run:
    """Hash a layer, take its boxes and read a town's window, by the clock of the stages."""
    import townland as tl
    from townland.reading.kept import KeptLayers
    from townland.reading.stages import Stages

    catalog = tl.load_catalog(sides.catalog_of(layer))
    (town,) = tl.read_towns([towns], name_column="name")
    watch = Stages(time.perf_counter)
    with watch.watched():
        begun = time.perf_counter()
        KeptLayers(catalog).read(catalog.layer[0], [(town.boundary.bounds, town.crs)])
        whole = time.perf_counter() - begun
    hashing = next(spent for name, spent in watch.seconds.items() if name.render("en") == "hashing")
    return timing.Run(seconds=[], cpu=[hashing, whole - hashing], peak_mb=0.0, areas={})


def many_processes(options: argparse.Namespace) -> Iterator[Line]:
    """A thousand towns by two processes, and two runs of their halves side by side."""
    layer, towns = timing.county(options.folder, options.parcels, MANY)
    catalog, out = sides.catalog_of(layer), layer.with_suffix(".run")
    cache = options.folder / "cache"
    together = _timed(_check(towns, catalog, out, "--workers", 2), cache)
    halves = _halves(towns)
    begun = time.perf_counter()
    runs = [
        subprocess.Popen(
            [str(word) for word in _check(half, catalog, half.with_suffix(".run"))],
            env={**timing.environment(), "XDG_CACHE_HOME": str(cache)},
        )
        for half in halves
    ]
    for run in runs:
        run.wait()
    apart = time.perf_counter() - begun
    yield f"{MANY:,} towns, `--workers 2`, s", f"{together['seconds'][0]:.1f}"
    yield "two runs of half of them, side by side, s", f"{apart:.1f}"
    yield "the second ÷ the first", f"{apart / together['seconds'][0]:.2f}"


def all_outputs(options: argparse.Namespace) -> Iterator[Line]:
    """A thousand towns by two processes, with all that is looked at."""
    layer, towns = timing.county(options.folder, options.parcels, MANY)
    formats = "html,map,gpkg,xlsx,csv"
    words = _check(
        towns, sides.catalog_of(layer), layer.with_suffix(".run"), "--workers", 2, formats=formats
    )
    run = _timed(words, options.folder / "cache")
    yield (
        f"{MANY:,} towns, {formats}, `--workers 2`, s (MB of the largest process)",
        f"{run['seconds'][0]:.0f} ({run['peak_mb']:.0f})",
    )


def _halves(towns: Path) -> list[Path]:
    """Two files of every second town."""
    import geopandas as gpd

    every, paths = gpd.read_file(towns), []
    for half in range(2):
        paths.append(towns.with_name(f"{towns.stem}-half{half}.gpkg"))
        every.iloc[half::2].to_file(paths[-1])
    return paths


def packed(options: argparse.Namespace) -> Iterator[Line]:
    """The same with the survey packed once."""
    layer, towns = timing.county(options.folder, options.parcels, MANY)
    cache = options.folder / "cache"
    pack = [sys.executable, "-m", "townland_cli", "layers", "pack", "land_use", "--quiet"]
    catalog = layer.with_suffix(".packed.toml")
    catalog.write_text(sides.CATALOG.format(path=layer.as_posix()), encoding="utf-8")
    file = layer.with_name(f"{layer.name}.townland.parquet")
    made = _timed([*pack, "--catalog", catalog, "--out", layer.parent], cache)
    with catalog.open("a", encoding="utf-8") as more:
        more.write(f'packed = "{file.as_posix()}"\n')
    yield "`layers pack`, s (MB of memory)", f"{made['seconds'][0]:.0f} ({made['peak_mb']:.0f})"
    for workers in (1, 2):
        run = _timed(_check(towns, catalog, layer.with_suffix(".run"), "--workers", workers), cache)
        yield (
            f"{MANY:,} towns, packed, `--workers {workers}`, s (MB a process)",
            f"{run['seconds'][0]:.1f} ({run['peak_mb']:.0f})",
        )


def moved(options: argparse.Namespace) -> Iterator[Line]:
    """One boundary of the demo county moved, all roles, with a `Checker`."""
    del options
    run = timing.by_process(Path(__file__), ["moved", "", ""], python=sys.executable, env=_fresh())
    if run is not None:
        for name, spent in zip(("one of four towns", "the only town"), run["seconds"], strict=True):
            yield f"a boundary moved, {name}, s", f"{spent:.2f}"


def _moved() -> timing.Run:
    """Move a town's boundary by some metres, and check it again."""
    import geopandas as gpd

    import townland as tl
    from townland_demo.writing import write_county

    with tempfile.TemporaryDirectory() as folder:
        written = write_county(Path(folder))
        catalog = tl.load_catalog(written)
        every = gpd.read_file(written.parent / "sample" / "towns.gpkg")
        checker = tl.Checker(catalog, tl.load_rulebook("liuzhou-2018"), on=sides.DAY)
        spent = []
        for towns in (every, every.iloc[:1]):
            times = []
            for step in range(MOVES + 1):
                shifted = towns.copy()
                shifted.loc[0, "geometry"] = shifted.geometry.translate(5.0 * step, 0).iloc[0]
                read = tl.read_towns(shifted)
                begun = time.perf_counter()
                checker.check(read)
                times.append(time.perf_counter() - begun)
            spent.append(statistics.median(times[1:]))
    return timing.Run(seconds=spent, cpu=[], peak_mb=0.0, areas={})


def demo(options: argparse.Namespace) -> Iterator[Line]:
    """`townland demo` from its start to its end."""
    out = options.folder / "demo"
    words = [sys.executable, "-m", "townland_cli", "demo", "--quiet", "--out", out]
    spent = []
    for _turn in range(3):
        shutil.rmtree(out, ignore_errors=True)
        spent.append(_timed(words, options.folder / "cache")["seconds"][0])
    yield "`townland demo`, s", f"{statistics.median(spent):.1f}"


JOBS: dict[str, Callable[[argparse.Namespace], Iterator[Line]]] = {
    "first": first_reading,
    "workers": many_processes,
    "outputs": all_outputs,
    "packed": packed,
    "moved": moved,
    "demo": demo,
}


def main() -> None:
    """Run the jobs, or be the worker of one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=timing.BENCHMARKS / "data")
    parser.add_argument("--parcels", type=int, default=300_000)
    parser.add_argument("--only", nargs="+", choices=JOBS, default=[*JOBS])
    parser.add_argument("--write", action="store_true", help="write the README's table")
    parser.add_argument("--worker", nargs=3)
    options = parser.parse_args()
    if options.worker:
        name, layer, towns = options.worker
        print(json.dumps(_first(Path(layer), Path(towns)) if name == "first" else _moved()))
        return
    options.folder = options.folder.resolve()
    path = options.folder / "bars.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    for name in options.only:
        known[name] = [*JOBS[name](options)]
        print(*known[name], sep="\n", flush=True)
        path.write_text(json.dumps(known, indent=1))
    if options.write:
        lines = ["| job | measured |", "|---|---:|"]
        lines += [f"| {what} | {figure} |" for name in JOBS for what, figure in known.get(name, ())]
        told = f"On {timing.machine()}; the survey has {options.parcels:,} parcels."
        timing.into_readme("bars", [told, "", *lines])


if __name__ == "__main__":
    main()
