"""One process that runs input after input within limits, and writes a line before and after each.

The lines go to the file descriptor that is its last argument, so that whatever libraries print is apart.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.fuzz import mutations
from tests.fuzz.seeds import SEEDS
from tests.fuzz.ways import LANGUAGES, WAYS

from townland.errors import TownlandError

CPU_S = 10
MEMORY_BYTES = 1 << 30
LARGEST = 2_000_000
"""Seeds larger than that many bytes are left out: what is tried is how, not how much."""


class Inputs:
    """Inputs by their numbers; each seed is written once and copied for each input."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pristine: dict[str, Path | None] = {}

    def of(self, number: int) -> tuple[Path, Random, str, str, str]:
        """Make an input: its file, its dice, and the names of seed, changes and way."""
        dice = Random(number)  # noqa: S311
        seed = dice.choice(_names())
        path = self._copy(seed, number)
        changes = [self._change(path, dice) for _n in range(dice.choice((1, 1, 1, 2, 3)))]
        way = dice.choice(WAYS[SEEDS[seed].kind]).__name__
        return path, dice, seed, "+".join(changes), way

    def _copy(self, seed: str, number: int) -> Path:
        if seed not in self.pristine:
            home = self.folder / "seeds" / str(len(self.pristine))
            home.mkdir(parents=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                path = SEEDS[seed].write(home)
            size = sum(each.stat().st_size for each in home.rglob("*") if each.is_file())
            self.pristine[seed] = path if size <= LARGEST else None
        kept = self.pristine[seed]
        target = self.folder / "inputs" / str(number)
        if kept is None:
            return target / "none"
        home = next(each for each in kept.parents if each.parent.name == "seeds")
        shutil.copytree(home, target)
        return target / kept.relative_to(home)

    @staticmethod
    def _change(path: Path, dice: Random) -> str:
        """Change the file, or one beside it or in it; now and then one is removed."""
        around = path if path.is_dir() else path.parent
        if not around.is_dir():
            return "none"
        files = sorted(each for each in around.rglob("*") if each.is_file())
        target = path if path.is_file() and dice.random() < 0.4 else dice.choice(files or [path])
        if not target.is_file():
            return "none"
        if target != path and dice.random() < 0.04:
            target.unlink()
            return "file_removed"
        return mutations.changed(target, dice)


def _names() -> list[str]:
    """The seeds, those of whole files twice as often as all the broken ones."""
    broken = [name for name in SEEDS if name.startswith("broken ")]
    whole = [name for name in SEEDS if not name.startswith("broken ")]
    return broken + whole * (2 * len(broken) // len(whole))


def met(path: Path, dice: Random, way: str) -> dict[str, object]:
    """Run an input; what came of it, as a line of the protocol."""
    run = next(each for ways in WAYS.values() for each in ways if each.__name__ == way)
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            run(path, dice)
    except TownlandError as problem:
        for lang in LANGUAGES:
            problem.render(lang)
        if problem.exit_code == 2:
            return {"end": "refused"}
        return {"end": "finding", "kind": type(problem).__name__, "text": str(problem)[:2000]}
    except BaseException as problem:  # noqa: BLE001 - whatever it is, it is the finding
        text = traceback.format_exc()
        return {
            "end": "finding",
            "kind": f"{type(problem).__name__} {_place(problem)}",
            "text": text[-4000:],
        }
    if heard:
        one = heard[0]
        kind = f"warning {one.category.__name__} {Path(one.filename).name}:{one.lineno}"
        return {"end": "finding", "kind": kind, "text": str(one.message)}
    return {"end": "result"}


def _place(problem: BaseException) -> str:
    """The last line of townland's own in a traceback."""
    frames = [
        each
        for each in traceback.extract_tb(problem.__traceback__)
        if "/src/townland/" in each.filename
    ]
    frames = frames or list(traceback.extract_tb(problem.__traceback__))
    return f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else ""


@contextmanager
def limited() -> Iterator[None]:
    """Ten more seconds of processor time than were used; the system ends the process behind them."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    used = int(spent.ru_utime + spent.ru_stime) + 1
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_S, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))


def main() -> None:
    """Run inputs from a number on until nobody reads the lines any more."""
    number, count, channel = (int(each) for each in sys.argv[1:])
    with (
        tempfile.TemporaryDirectory(prefix="townland-fuzz-") as name,
        os.fdopen(channel, "w") as lines,
    ):
        os.environ["XDG_CACHE_HOME"] = f"{name}/cache"
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        inputs = Inputs(Path(name))
        for each in range(number, number + count):
            path, dice, seed, changes, way = inputs.of(each)
            print(
                json.dumps({"start": each, "what": f"{seed} | {changes} | {way}"}),
                file=lines,
                flush=True,
            )
            begun = time.process_time()
            with limited():
                found = met(path, dice, way) if path.exists() else {"end": "none"}
            found["cpu_s"] = round(time.process_time() - begun, 2)
            print(json.dumps(found), file=lines, flush=True)
            shutil.rmtree(Path(name) / "inputs" / str(each), ignore_errors=True)


if __name__ == "__main__":
    main()
