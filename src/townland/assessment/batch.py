"""Many towns tile by tile: each tile's towns in a file when they are done, whoever measures them.

What was done stays when the run is killed, and a later one goes on from there.
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from townland.assessment.cluster import by_cluster
from townland.assessment.jobs import (
    Job,
    Measuring,
    Runner,
    Shelf,
    Tile,
    cannot_keep_for_a_while,
    digest_of,
    facts_of,
    here,
    hexdigest,
)
from townland.assessment.measurer import Measurer
from townland.assessment.parts import Ready, TownsPart, made_ready
from townland.assessment.processes import by_processes
from townland.assessment.steps import Progress, silent
from townland.assessment.tiles import MOST_TOWNS, tiles
from townland.errors import ReportError
from townland.i18n import Words, _, listed
from townland.issues import Issue
from townland.measuring.doubts import DOUBTFUL
from townland.output.refused import unwritable
from townland.output.scratch import ScratchFolder
from townland.reading import cache
from townland.reading.stages import stage
from townland.results import Assessment
from townland.towns import Town

STATE = "state.json"
"""The file that tells a folder of an unfinished run."""

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
    """How many towns are measured: into which folder, by whom, going on or anew.

    They are measured by so many processes as `workers` says, or by the cluster whose `scheduler` has
    this address. `drawn` says whether maps and evidence are written of them, `most` how many towns
    a tile has. A run of another `version` of townland is not continued. `scratch` is the folder where
    it is one for a while (`for_a_while`).
    """

    folder: Path
    workers: int = 1
    resume: bool = False
    drawn: bool = True
    most: int = MOST_TOWNS
    version: str = ""
    scheduler: str | None = None
    scratch: ScratchFolder | None = None

    @classmethod
    def for_a_while(cls) -> Batch:
        """In a folder that goes with the last that reads from it: the cache's, else the system's.

        Raises
        ------
        ReportError
            The disk does not allow it.
        """
        root = cache.folder() or Path(tempfile.gettempdir())
        with unwritable(partial(cannot_keep_for_a_while, root)):
            scratch = ScratchFolder(root)
        return cls(scratch.path, scratch=scratch)

    def runner(self, measurer: Measurer) -> Runner:
        """Who measures tiles; in this process `measurer`, as far as it is bounded."""
        if self.scheduler is not None:
            return partial(by_cluster, scheduler=self.scheduler)
        if self.workers == 1:
            return partial(here, measurer=measurer)
        return partial(by_processes, workers=self.workers)

    @property
    def elsewhere(self) -> Words | None:
        """The stage of waiting for those who measure; None where this process does."""
        if self.scheduler is not None:
            return _("measuring on the cluster")
        return (
            None
            if self.workers == 1
            else _("measuring in {count} {count:process|processes}", count=self.workers)
        )


def check_in_tiles(
    measurer: Measurer,
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
    measurer, towns
        What is asked, of which towns.
    batch
        How they are measured.
    accept_repairs, progress
        As `Checker.check`; the steps are towns.

    Raises
    ------
    ReportError
        The folder cannot be written, or holds an unfinished run of other inputs.
    TownlandError
        As `Checker.check`, or processes die over a tile, or the cluster cannot be used; what is done
        stays in the folder.
    """
    ready = made_ready(towns, measurer.catalog, accept_repairs)
    plan = tiles(ready.towns, batch.most)
    job = Job(
        measurer.catalog,
        measurer.rulebook,
        measurer.on,
        measurer.digests,
        tuple(accept_repairs),
        batch.drawn,
    )
    inputs, shelf = job.inputs(batch.version), Shelf(batch.folder, _key(), batch.scratch)
    with unwritable(shelf.cannot_keep):
        _prepare(batch, _state(inputs, towns, plan))
    grouped = [tuple(ready.towns[each] for each in group) for group in plan]
    work = [Tile(digest_of(inputs, group), group) for group in grouped]
    runner = batch.runner(measurer)
    parts = {tile: part for tile in work if (part := shelf.known(tile))}
    measured = runner(job, shelf, [tile for tile in work if tile not in parts])
    done = sum(len(tile.towns) for tile in parts)
    progress(_("measuring {count} {count:town|towns}", count=len(towns)), done, len(towns))
    with closing(measured):
        while (tile := _next(measured, batch.elsewhere)) is not None:
            parts[tile] = shelf.part(tile)
            done += len(tile.towns)
            progress(_("measuring {count} {count:town|towns}", count=len(towns)), done, len(towns))
    several = _Several(job, shelf, runner, ready)
    settled = _settled(several, work, [parts[tile] for tile in work])
    return measurer.joined(ready, settled, accept_repairs, order=tuple(chain.from_iterable(plan)))


def _next(measured: Measuring, elsewhere: Words | None) -> Tile | None:
    """The next tile that is done; None after the last."""
    if elsewhere is None:
        return next(measured, None)
    with stage(elsewhere):
        return next(measured, None)


def clear(folder: Path) -> None:
    """Take away the folder of a run that is finished, or that is not continued."""
    if (folder / STATE).is_file():
        shutil.rmtree(folder, ignore_errors=True)


def unfinished(folder: Path) -> int:
    """How many tiles an unfinished run has in its folder."""
    return len(list(folder.glob("*.part"))) if (folder / STATE).is_file() else 0


@dataclass(frozen=True, slots=True, eq=False)
class _Several:
    """All tiles of a check: what is asked, where they are kept, who measures them, and all towns."""

    job: Job
    shelf: Shelf
    runner: Runner
    ready: Ready


def _settled(
    several: _Several, work: Sequence[Tile], parts: Sequence[TownsPart]
) -> Sequence[TownsPart]:
    """The parts with what is assumed of each layer near all towns, not only those of a tile.

    Most issues are the same in all tiles. Those that count features are taken from one more reading, and
    where they put a layer in doubt that is not in doubt in a tile, its towns are judged once more.

    Parameters
    ----------
    several
        What is asked, and of whom.
    work, parts
        The tiles, and what was measured of each.
    """
    raster = len({part.raster_issues for part in parts}) > 1
    differing = [
        same[0].input.name
        for same in zip(*(part.layers for part in parts), strict=True)
        if any(each.counted for each in same) or len({each.issues for each in same}) > 1
    ]
    if len(parts) == 1 or not (differing or raster):
        return parts
    measurer, towns = several.job.measurer(), several.ready.towns
    rasters = measurer.rasters_near(towns) if raster else None
    grids = () if rasters is None else rasters.grids
    known = {grid.layer.spec.name: grid.layer.issues for grid in grids}
    known = {
        name: known[name] if name in known else measurer.issues_near(towns, name)
        for name in differing
    }
    by_tile = dict(zip(work, parts, strict=True))
    doubted = [tile for tile in work if _otherwise(by_tile[tile], known)]
    again = {replace(tile, known=known): tile for tile in doubted}
    for done in several.runner(several.job, several.shelf, list(again)):
        by_tile[again[done]] = several.shelf.part(done)
    return [
        replace(
            part,
            raster_issues=part.raster_issues if rasters is None else rasters.issues,
            layers=tuple(
                replace(each, issues=known.get(each.input.name, each.issues))
                for each in part.layers
            ),
        )
        for part in by_tile.values()
    ]


def _otherwise(part: TownsPart, known: Mapping[str, tuple[Issue, ...]]) -> bool:
    """Whether a layer is in doubt near all towns and not near those of a part, or the reverse."""
    own = {each.input.name: each.issues for each in part.layers}
    return any(_doubts(own[name]) != _doubts(known[name]) for name in known)


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
    inputs: Mapping[str, object], towns: Sequence[Town], plan: Sequence[Sequence[int]]
) -> dict[str, str]:
    """What must be the same for an unfinished run to be continued, each in short.

    Parameters
    ----------
    inputs
        What all tiles depend on.
    towns, plan
        The towns, and their tiles.
    """
    state: dict[str, object] = {
        **inputs,
        "towns": [facts_of(town) for town in towns],
        "options": (inputs["options"], plan),
    }
    return {name: hexdigest(value) for name, value in state.items()}


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
