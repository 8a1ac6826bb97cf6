"""Many towns tile by tile: each tile's towns in a file when they are done, by one process or several.

What was done stays when the run is killed, and a later one goes on from there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from threading import Thread

import numpy as np
import pyproj
import shapely

from townland.assessment import Checker
from townland.assessment.parts import Ready, TownsPart, made_ready
from townland.assessment.shelf import read_part, write_part
from townland.assessment.steps import Progress, silent
from townland.assessment.tiles import MOST_TOWNS, tiles
from townland.catalog import LayerCatalog
from townland.errors import EngineError, ReportError
from townland.i18n import Text, Words, _, listed
from townland.issues import Issue
from townland.measuring.doubts import DOUBTFUL
from townland.output.refused import unwritable
from townland.reading import cache
from townland.reading.digests import Digests
from townland.reading.stages import stage
from townland.results import Assessment
from townland.rules.book.model import Rulebook
from townland.towns import Town

STATE = "state.json"
"""The file that tells a folder of an unfinished run."""

ATTEMPTS = 2
"""So often a tile is given to a process before it is reported that processes die over it."""

WHAT: Mapping[str, Words] = {
    "version": _("the version of townland"),
    "libraries": _("the libraries that it computes with"),
    "day": _("the day"),
    "rulebook": _("the rulebook"),
    "catalog": _("the catalog"),
    "layers": _("the content of the layers"),
    "towns": _("the towns"),
    "options": _("the options"),
}
"""What an unfinished run and the one that continues it have in common, in words."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How many towns are measured: into which folder, by how many processes, going on or anew.

    `drawn` says whether maps and evidence are written of them, `most` how many towns a tile has. A run
    of another `version` of townland is not continued.
    """

    folder: Path
    workers: int = 1
    resume: bool = False
    drawn: bool = True
    most: int = MOST_TOWNS
    version: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """What a process must know to measure tiles."""

    catalog: LayerCatalog
    rulebook: Rulebook
    on: dt.date
    digests: Digests
    accept_repairs: tuple[str, ...]
    folder: Path
    key: bytes
    drawn: bool

    def checker(self) -> Checker:
        """A checker that keeps no layer longer than a tile."""
        return Checker(self.catalog, self.rulebook, on=self.on, digests=self.digests, keep_bytes=0)

    def file(self, number: int) -> Path:
        """The file of a tile."""
        return self.folder / f"{number:06d}.part"


def check_in_tiles(
    checker: Checker,
    towns: Sequence[Town],
    batch: Batch,
    *,
    accept_repairs: Collection[str] = (),
    progress: Progress = silent,
) -> Assessment:
    """Check towns tile by tile, to the same bytes whoever measures them and however often they stop.

    The frames of the towns lie in the batch's folder, which must stay as long as they are needed.

    Parameters
    ----------
    checker, towns
        As `Checker.check`.
    batch
        How they are measured.
    accept_repairs, progress
        As `Checker.check`; the steps are towns.

    Raises
    ------
    ReportError
        The folder cannot be written, or holds an unfinished run of other inputs.
    TownlandError
        As `Checker.check`, or processes die over a tile; what is done stays in the folder.
    """
    ready = made_ready(towns, checker.catalog, accept_repairs)
    plan = tiles(ready.towns, batch.most)
    job = _Job(
        checker.catalog,
        checker.rulebook,
        checker.on,
        checker.digests,
        tuple(accept_repairs),
        batch.folder,
        _key(),
        batch.drawn,
    )
    with unwritable(partial(_cannot, batch.folder)):
        _prepare(batch, _state(job, batch, towns, plan=plan))
    parts = {at: part for at in range(len(plan)) if (part := read_part(job.file(at), job.key))}
    left = [at for at in range(len(plan)) if at not in parts]
    done = sum(len(plan[at]) for at in parts)
    work = {at: [ready.towns[each] for each in plan[at]] for at in left}
    measured = _by_processes(job, work, batch.workers) if batch.workers > 1 else _here(job, work)
    progress(_("measuring {count} towns", count=len(towns)), done, len(towns))
    while (at := _next(measured, batch.workers)) is not None:
        parts[at] = _part_of(job, at)
        done += len(plan[at])
        progress(_("measuring {count} towns", count=len(towns)), done, len(towns))
    settled = _settled(job, ready, plan, [parts[at] for at in range(len(plan))])
    return checker.joined(ready, settled, accept_repairs, order=tuple(chain.from_iterable(plan)))


def _next(measured: Iterator[int], workers: int) -> int | None:
    """The next tile that is done; None after the last."""
    if workers == 1:
        return next(measured, None)
    with stage(_("measuring in {count} processes", count=workers)):
        return next(measured, None)


def clear(folder: Path) -> None:
    """Take away the folder of a run that is finished, or that is not continued."""
    if (folder / STATE).is_file():
        shutil.rmtree(folder, ignore_errors=True)


def unfinished(folder: Path) -> int:
    """How many tiles an unfinished run has in its folder."""
    return len(list(folder.glob("*.part"))) if (folder / STATE).is_file() else 0


def _part_of(job: _Job, at: int) -> TownsPart:
    """A tile that was measured.

    Raises
    ------
    ReportError
        Its file is not what was written.
    """
    part = read_part(job.file(at), job.key)
    if part is None:
        raise ReportError(_cannot(job.folder, _("a file in it was changed or is gone")))
    return part


def _here(job: _Job, work: Mapping[int, Sequence[Town]]) -> Iterator[int]:
    """Measure tiles in this process."""
    checker = job.checker()
    for at, towns in work.items():
        _measure(job, checker, at, towns=towns)
        yield at


def _measure(
    job: _Job,
    checker: Checker,
    at: int,
    *,
    towns: Sequence[Town],
    known: Mapping[str, tuple[Issue, ...]] | None = None,
) -> None:
    """Measure a tile into its file.

    Parameters
    ----------
    job, checker
        What is asked, and what asks it.
    at, towns
        The number of the tile, and its towns.
    known
        As in `Checker.part`.
    """
    part = checker.part(towns, job.accept_repairs, known=known)
    with unwritable(partial(_cannot, job.folder)), stage(_("keeping what was measured")):
        write_part(part, job.file(at), job.key, drawn=job.drawn)


_OWN: list[tuple[_Job, Checker]] = []
"""In a process that measures tiles: what it must know."""


def _begin(job: _Job) -> None:
    """Begin a process that measures tiles; it ends when the one that began it does."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _OWN[:] = [(job, job.checker())]


def _end_with(sentinel: int) -> None:
    """End this process when another does."""
    wait_for([sentinel])
    os._exit(1)


def _work(at: int, towns: Sequence[Town]) -> int:
    """Measure a tile in a process that `_begin` began."""
    ((job, checker),) = _OWN
    _measure(job, checker, at, towns=towns)
    return at


def _by_processes(job: _Job, work: Mapping[int, Sequence[Town]], workers: int) -> Iterator[int]:
    """Measure tiles in processes of their own; one whose process dies is given to another once.

    Parameters
    ----------
    job, work
        What is asked, and the towns of each tile.
    workers
        How many processes.

    Raises
    ------
    EngineError
        Processes die over a tile.
    """
    attempts = dict.fromkeys(work, 0)
    left = list(work)
    while left:
        pool = ProcessPoolExecutor(
            min(workers, len(left)),
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(job,),
        )
        running: dict[Future[int], int] = {}
        try:
            while left or running:
                while left and len(running) < workers:
                    at = left.pop(0)
                    attempts[at] += 1
                    running[pool.submit(_work, at, work[at])] = at
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield future.result()
                    del running[future]
        except BrokenProcessPool:
            dead = sorted(running.values())
            if any(attempts[at] >= ATTEMPTS for at in dead):
                raise _dying(work, dead) from None
            left = [*dead, *left]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _dying(work: Mapping[int, Sequence[Town]], tiles_: Sequence[int]) -> EngineError:
    towns = [f"{town.code} {town.name}" for at in tiles_ for town in work[at]]
    return EngineError(
        _(
            "a process that measured these towns ended {count} times before it was done: {towns}."
            " Perhaps it had too little memory: run with fewer --workers, and with --resume, which keeps"
            " the towns that are done",
            count=ATTEMPTS,
            towns=listed(towns),
        )
    )


def _settled(
    job: _Job, ready: Ready, plan: Sequence[Sequence[int]], parts: list[TownsPart]
) -> list[TownsPart]:
    """The parts with what is assumed of each layer near all towns, not only those of a tile.

    Most issues are the same in all tiles. Those that count features are taken from one more reading, and
    where they put a layer in doubt that is not in doubt in a tile, its towns are judged once more.

    Parameters
    ----------
    job, ready
        What is asked, and all towns.
    plan, parts
        The positions of the towns of each tile, and the tiles.
    """
    raster = len({part.raster_issues for part in parts}) > 1
    differing = [
        same[0].input.name
        for same in zip(*(part.layers for part in parts), strict=True)
        if any(each.counted for each in same) or len({each.issues for each in same}) > 1
    ]
    if len(parts) == 1 or not (differing or raster):
        return parts
    checker = job.checker()
    rasters = checker.rasters_near(ready.towns) if raster else None
    known = (
        {}
        if rasters is None
        else {grid.layer.spec.name: grid.layer.issues for grid in rasters.grids}
    )
    known = {
        name: known[name] if name in known else checker.issues_near(ready.towns, name)
        for name in differing
    }
    for at, part in enumerate(parts):
        own = {each.input.name: each.issues for each in part.layers}
        if any(_doubts(own[name]) != _doubts(known[name]) for name in differing):
            towns = [ready.towns[each] for each in plan[at]]
            _measure(job, checker, at, towns=towns, known=known)
            parts[at] = _part_of(job, at)
    return [
        replace(
            part,
            raster_issues=part.raster_issues if rasters is None else rasters.issues,
            layers=tuple(
                replace(each, issues=known.get(each.input.name, each.issues))
                for each in part.layers
            ),
        )
        for part in parts
    ]


def _doubts(issues: Sequence[Issue]) -> set[str]:
    return {issue.code for issue in issues if issue.code in DOUBTFUL}


def _key() -> bytes:
    """The key under which this user's townland writes; one for this run where nothing can be kept."""
    known = cache.load("batch", "key")
    if known is None:
        cache.save("batch", "key", secrets.token_bytes(32))
        known = cache.load("batch", "key")
    return secrets.token_bytes(32) if known is None else known


def _state(
    job: _Job, batch: Batch, towns: Sequence[Town], *, plan: Sequence[Sequence[int]]
) -> dict[str, str]:
    """What must be the same for an unfinished run to be continued, each in short.

    Parameters
    ----------
    job, batch
        What is asked, and how.
    towns, plan
        The towns, and their tiles.
    """
    libraries = (shapely.geos_version_string, pyproj.proj_version_str, np.__version__)
    files = {
        path: job.digests(job.catalog.resolve(path))
        for spec in job.catalog.layer
        if spec.frame is None and spec.database is None
        for path in (spec.path, (spec.coverage_file or "").partition("|")[0])
        if path
    }
    state: dict[str, object] = {
        "version": batch.version,
        "libraries": libraries,
        "day": job.on.isoformat(),
        "rulebook": job.rulebook.sha256,
        "catalog": job.catalog.sha256,
        "layers": files,
        "towns": [_town(town) for town in towns],
        "options": (sorted(job.accept_repairs), job.drawn, plan),
    }
    return {
        name: hashlib.sha256(json.dumps(value).encode()).hexdigest()
        for name, value in state.items()
    }


def _town(town: Town) -> tuple[object, ...]:
    """What a town's figures depend on."""
    return (
        town.code, town.name, shapely.to_wkb(town.boundary).hex(), town.crs.to_wkt(),
        town.input.sha256, town.dossier.model_dump_json(), town.crs_confirmed, town.accuracy_m,
        [issue.code for issue in town.issues],
    )  # fmt: skip


def _prepare(batch: Batch, state: Mapping[str, str]) -> None:
    """Make the folder of a batch, or see that it holds this one, unfinished.

    Raises
    ------
    ReportError
        It holds another one, or what is not townland's.
    OSError
        It cannot be written.
    """
    folder, file = batch.folder, batch.folder / STATE
    if batch.resume and file.is_file():
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            known = {}
        other = [WHAT[name] for name in WHAT if known.get(name) != state[name]]
        if other:
            raise ReportError(
                _(
                    "{folder}: the unfinished run there differs from this one in {what}, and cannot be"
                    " continued. Run without --resume to begin anew",
                    folder=folder.as_posix(),
                    what=listed(other),
                )
            )
        return
    clear(folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise ReportError(
            _(
                "{path}: is in the way and not of townland's making; it is left as it is. Move it, or"
                " name another folder with --out",
                path=folder.as_posix(),
            )
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(json.dumps(dict(state), indent=1), encoding="utf-8")


def _cannot(folder: Path, reason: object) -> Text:
    return _(
        "{folder}: what was measured cannot be kept there ({reason}). Make room, or mend what is wrong;"
        " with --resume the run goes on from the towns that are done",
        folder=folder.as_posix(),
        reason=reason,
    )
