"""What do towns and parcels cost? The figures under the plan of docs/scale.md.

    python benchmarks/scale.py [--folder benchmarks/data]

Checks towns tile by tile in a process of its own for each case, with a county's land survey alone, and
prints seconds of the processor (not of the wall) a town, the peak of memory, and the bytes of what was
kept and written: for counties of more and more parcels, for towns of two sizes, for tiles of more and
fewer towns.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

BENCHMARKS = Path(__file__).parent
sys.path[:0] = [str(BENCHMARKS), str(BENCHMARKS.parent / "src")]


@dataclass(frozen=True)
class Case:
    """A county of so many parcels, so many towns of a size (1: 3 km²), in tiles, written as formats."""

    parcels: int
    towns: int
    size: float = 1.0
    tile: int = 8
    formats: str = "json"
    rulebook: str = "liuzhou-2018"


CASES = (
    Case(10_000, 32), Case(40_000, 32), Case(90_000, 32),
    Case(90_000, 64), Case(90_000, 64, tile=32), Case(90_000, 64, size=0.1),
    Case(90_000, 256, size=0.1),
    Case(90_000, 32, formats="json,csv,gpkg"), Case(90_000, 32, rulebook="national-2021"),
)  # fmt: skip


def work(case: Case, folder: Path) -> dict[str, float]:
    """Check the towns of a case in this process."""
    import county
    import sides
    from shapely import affinity

    import townland as tl
    from townland.assessment.batch import Batch, check_in_tiles
    from townland.output.folder import claimed
    from townland.writing.run_folder import names_written, write_run

    path = county.write(case.parcels, folder)
    catalog = sides.catalog_of(path)
    shapes = county.towns(case.towns, case.parcels)
    side = case.size**0.5
    shapes.geometry = [affinity.scale(each, side, side) for each in shapes.geometry]
    towns = tl.read_towns(shapes, name_column="name")
    checker = tl.Checker(tl.load_catalog(catalog), tl.load_rulebook(case.rulebook), on="2024-12-31")
    checker.digests(path)
    begun, formats = time.process_time(), case.formats.split(",")
    batch = Batch(folder / f"scale-{os.getpid()}.batch", most=case.tile, drawn=formats != ["json"])
    assessment = check_in_tiles(checker, towns, batch)
    measured = time.process_time()
    out = folder / f"scale-{os.getpid()}"
    with claimed(out, names=names_written(formats, several=False)) as claim:
        write_run(assessment, claim, formats=formats, lang="en")
    done = {
        "s a town": (measured - begun) / case.towns,
        "s a town written": (time.process_time() - measured) / case.towns,
        "parcels a town": sum(len(town.land) for town in assessment.towns) / case.towns
        if batch.drawn
        else 0.0,
        "kB a town kept": _bytes(batch.folder) / case.towns / 1000,
        "kB a town written": _bytes(out) / case.towns / 1000,
        "bytes a parcel of the layer": path.stat().st_size / case.parcels,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    for each in (batch.folder, out):
        subprocess.run(["rm", "-r", str(each)], check=True)
    return done


def _bytes(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def main() -> None:
    """Run each case, or the one that is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=BENCHMARKS / "data")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(work(Case(**json.loads(options.case)), options.folder)))
        return
    for parcels in {case.parcels for case in CASES}:  # whose memory is not the check's
        county = [sys.executable, str(BENCHMARKS / "county.py"), str(parcels), str(options.folder)]
        subprocess.run(county, check=True, capture_output=True)
    for case in CASES:
        line = [sys.executable, __file__, "--folder", str(options.folder),
                "--case", json.dumps(asdict(case))]  # fmt: skip
        found = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
        print(case, {name: round(value, 3) for name, value in found.items()}, flush=True)


if __name__ == "__main__":
    main()
