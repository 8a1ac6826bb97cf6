"""How fast are towns laid over a county's survey, and in how much memory, beside other programs?

    python benchmarks/run.py [--parcels 300000] [--towns 1 20 1000] [--runs 3] [--sides …]
        [--peers PYTHON] [--baseline FOLDER] [--folder benchmarks/data] [--write]

Every side reads the same GeoPackage, cuts its parcels to the same towns and gives the plane area by
class; the script stops where two sides differ by more than a millionth of a class. ``townland`` is the
library's whole check (validity, double claims, gaps, official areas, rules), ``bounded`` the same with
``Checker(keep_bytes=0)``, which keeps many towns on the disk, ``pieces`` what it reads
and cuts alone, ``townland check`` the command from its start to its end, ``cold`` a script of the side
from its start to its end. `--peers` is
an interpreter that has the other programs, `--baseline` a checkout of an older commit, which is timed in
the same run. Figures are kept in the folder, and `--write` writes all that are known into the README
beside this and draws their growth.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sides
import timing
from sides import SIDES
from timing import Run

COMMAND, WORKERS, REPORT = "townland check", "townland check --workers 2", "townland check, report"
SCRIPT = "geopandas bbox, cold"
OURS = ("townland", "townland, bounded", "townland, pieces", "baseline")
COLD = (COMMAND, WORKERS, REPORT, SCRIPT)
IMAGES = timing.SOURCE / "docs" / "images"
MANY = 100
"""So many towns are checked once, without a warm-up."""
ALIKE = 1e-6
"""By such a part of a class two sides may differ."""


def measured(side: str, layer: Path, towns: Path, options: argparse.Namespace) -> Run | None:
    """Run a case once, in a process of its own; None where it fails.

    Parameters
    ----------
    side, layer, towns
        The side, and the files of the county and of its towns.
    options
        What was asked.
    """
    many = _count(towns) > MANY
    cache = {"XDG_CACHE_HOME": str(options.folder / "cache")}
    if side in COLD:
        return _cold(side, layer, towns, {**cache, "peers": options.peers})
    source = options.baseline if side == "baseline" else timing.SOURCE
    python = sys.executable if side in OURS else options.peers
    repeats = 1 if many or SIDES[side].whole else 7 if _count(towns) == 1 else 3
    words = [side, layer, towns, repeats, int(not many and not SIDES[side].whole)]
    env = {**timing.environment(source), **cache}
    return timing.by_process(Path(__file__), words, python=python, env=env)


def _count(towns: Path) -> int:
    return int(towns.stem.split("-")[-2])


def _cold(side: str, layer: Path, towns: Path, env: dict[str, str]) -> Run:
    """A command, or a script of another side, from its start to its end.

    Parameters
    ----------
    side, layer, towns
        As in `measured`.
    env
        The cache of the benchmark's own, and under ``peers`` the interpreter of the others.
    """
    peers = env.pop("peers")
    if side == SCRIPT:
        script = Path(sides.__file__)
        return timing.cold([peers, script, "geopandas bbox", layer, towns], env)
    words: list[object] = [
        sys.executable, "-m", "townland_cli", "check", towns, "--catalog", sides.catalog_of(layer),
        "--name-column", "name", "--rules", sides.RULES, "--on", sides.DAY, "--quiet",
        "--out", layer.with_suffix(".run"),
    ]  # fmt: skip
    words += [] if side == REPORT else ["--formats", "json"]
    words += ["--workers", 2] if side == WORKERS else []
    return timing.cold(words, env, accepted=(0, 1, 3))


def chosen(options: argparse.Namespace, count: int) -> list[str]:
    """The sides of a race of so many towns."""
    here = set(
        timing.by_name(options.peers, [name for side in SIDES.values() for name in side.needs])
    )
    found = []
    for side in options.sides:
        if side == "baseline" and options.baseline is None:
            continue
        if side == WORKERS and count <= MANY:
            continue
        if side in SIDES and side not in OURS:
            missing = [name for name in SIDES[side].needs if name not in here]
            if missing:
                print(f"{side} is left out: {', '.join(missing)} is not installed", file=sys.stderr)
                continue
        found.append(side)
    return found


def race(options: argparse.Namespace, parcels: int, count: int) -> dict[str, list[Run]]:
    """All sides in turn, so often as was asked; the slow ones twice, and with many towns all once.

    Parameters
    ----------
    options, parcels, count
        What was asked, and the sizes of the county and of the towns.

    Raises
    ------
    SystemExit
        Two sides differ.
    """
    layer, towns = timing.county(options.folder, parcels, count)
    runs: dict[str, list[Run]] = {side: [] for side in chosen(options, count)}
    for turn in range(1 if count > MANY else options.runs):
        for side, known in runs.items():
            if turn >= 2 and side in SIDES and SIDES[side].whole:
                continue
            run = measured(side, layer, towns, options)
            if run is not None:
                known.append(run)
                cpu = [round(each, 3) for each in run["cpu"]]
                print(turn, side, f"{parcels:,}", count, cpu, file=sys.stderr, flush=True)
    agree({side: known[0] for side, known in runs.items() if known and known[0]["areas"]})
    return {side: known for side, known in runs.items() if known}


def agree(runs: dict[str, Run]) -> None:
    """Make sure that all sides give the same area of each class.

    Raises
    ------
    SystemExit
        They do not.
    """
    for side, run in runs.items():
        first = next(iter(runs.values()))["areas"]
        for name in first.keys() | run["areas"].keys():
            one, other = first.get(name, 0.0), run["areas"].get(name, 0.0)
            if abs(one - other) > ALIKE * max(one, other):
                raise SystemExit(
                    f"{side} gives {other} m² of class {name}, {next(iter(runs))} {one}"
                )


def kept(options: argparse.Namespace, parcels: int, count: int, runs: dict[str, list[Run]]) -> None:
    """Add the figures of a race to those that are known.

    Parameters
    ----------
    options, parcels, count, runs
        What was asked, the sizes of the race, and what was measured.
    """
    path = options.folder / "results.json"
    known = json.loads(path.read_text()) if path.exists() else []
    new = [
        {
            "side": side, "parcels": parcels, "towns": count,
            "seconds": timing.median(each, "seconds"), "cpu": timing.median(each, "cpu"),
            "peak_mb": timing.peak_mb(each),
        }
        for side, each in runs.items()
    ]  # fmt: skip
    names = {(each["side"], each["parcels"], each["towns"]) for each in new}
    old = [each for each in known if (each["side"], each["parcels"], each["towns"]) not in names]
    path.write_text(json.dumps([*old, *new], indent=1))


def table(results: Sequence[dict[str, float]]) -> Iterator[str]:
    """The lines of the table of all figures; ratios are to the library's check."""
    yield "| parcels | towns | side | s | CPU s | peak MB | s ÷ townland's | CPU ÷ townland's |"
    yield "|---:|---:|---|---:|---:|---:|---:|---:|"
    order = [*SIDES, *COLD]
    for each in sorted(
        results, key=lambda r: (r["parcels"], r["towns"], order.index(str(r["side"])))
    ):
        same = (each["parcels"], each["towns"])
        ours = next(
            (r for r in results if r["side"] == "townland" and (r["parcels"], r["towns"]) == same),
            None,
        )
        ratios = [
            "" if ours is None else f"{each[what] / ours[what]:.2f}" for what in ("seconds", "cpu")
        ]
        yield (
            f"| {each['parcels']:,} | {each['towns']:,} | {each['side']} | {each['seconds']:.2f} |"
            f" {each['cpu']:.2f} | {each['peak_mb']:.0f} | {' | '.join(ratios)} |"
        )


def write(options: argparse.Namespace) -> None:
    """Write the table of all known figures into the README, and draw how they grow."""
    results = json.loads((options.folder / "results.json").read_text())
    packages = sorted({name for side in SIDES.values() for name in side.packages})
    told = timing.told_versions(options.peers, packages)
    lines = [f"Measured on {timing.machine()}; {told}.", "", *table(results)]
    timing.into_readme("results", lines)
    if timing.by_name(options.peers, ["matplotlib"]):
        script = Path(__file__).with_name("curves.py")
        words = [options.peers, script, options.folder / "results.json", IMAGES]
        subprocess.run([str(word) for word in words], check=True)
    else:
        print("no pictures: matplotlib is not installed", file=sys.stderr)


def main() -> None:
    """Run every race in turn, or be the worker of a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    every = [*SIDES, *COLD]
    parser.add_argument("--runs", type=int, default=3, help="processes of each side")
    parser.add_argument("--folder", type=Path, default=timing.BENCHMARKS / "data")
    parser.add_argument("--parcels", type=int, nargs="+", default=[300_000])
    parser.add_argument("--towns", type=int, nargs="+", default=[1, 20, 1000])
    parser.add_argument("--sides", nargs="+", choices=every, default=every)
    parser.add_argument("--peers", default=sys.executable, help="an interpreter with the others")
    parser.add_argument("--baseline", type=Path, help="a checkout of an older commit")
    parser.add_argument(
        "--write", action="store_true", help="write the README's table and pictures"
    )
    parser.add_argument("--worker", nargs=5)
    options = parser.parse_args()
    if options.worker:
        side, layer, towns, repeats, warm = options.worker
        timing.work(SIDES[side].make(Path(layer), Path(towns)), int(repeats), warm=warm == "1")
        return
    options.folder = options.folder.resolve()
    for parcels in options.parcels:
        for count in options.towns:
            kept(options, parcels, count, race(options, parcels, count))
    known = json.loads((options.folder / "results.json").read_text())
    print("\n".join(table([each for each in known if each["parcels"] in options.parcels])))
    if options.write:
        write(options)


if __name__ == "__main__":
    main()
