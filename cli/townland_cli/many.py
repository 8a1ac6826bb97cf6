"""The check of many towns: tile by tile, by several processes, and on from where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from townland.errors import TownlandError
from townland.i18n import Words, _, displayed, listed
from townland_cli import printing

if TYPE_CHECKING:
    from townland.assessment import Checker
    from townland.output.folder import FolderClaim
    from townland.results import Assessment
    from townland.towns import Town


@dataclass(frozen=True, slots=True)
class How:
    """How towns are measured: by whom, going on or anew, how many in a tile, and whether they are drawn.

    `scheduler` is the address of a cluster, None without one.
    """

    workers: int
    scheduler: str | None
    tile_towns: int | None
    resume: bool
    drawn: bool
    accept_repairs: Sequence[str]
    lang: str

    @property
    def here(self) -> bool:
        """Whether nothing but the number of the towns asks for tiles."""
        return self.workers == 1 and self.scheduler is None and not self.resume


def cluster_of(
    address: str | None, file: Path | None, *, insecure: bool, workers: int
) -> str | None:
    """The address of the cluster that is asked for, None for none.

    Parameters
    ----------
    address, file, insecure, workers
        As the options of the command name them.

    Raises
    ------
    TownlandError
        It cannot be used, Dask is not installed, or processes of this machine are asked for, too.
    """
    if address is None and file is None:
        return None
    from townland.assessment.cluster import require_package
    from townland.assessment.scheduler import scheduler_address

    if workers > 1:
        raise TownlandError(
            _("--workers measures on this machine, --scheduler on a cluster; name one of them")
        )
    require_package()
    return scheduler_address(address, file, insecure=insecure)


def assessments_of(
    checkers: Sequence[Checker],
    towns: Sequence[Town],
    claim: FolderClaim,
    how: How,
    *,
    progress: Callable[[Words, int, int], None],
) -> list[Assessment]:
    """Check towns by each checker: many of them in tiles, a few at once.

    Parameters
    ----------
    checkers, towns
        Which rules, and of which towns.
    claim
        The folder beside which the towns of an unfinished run are kept.
    how
        How they are measured.
    progress
        Called with a sentence, the steps done and all steps.

    Raises
    ------
    TownlandError
        As `townland.check`, and `check_in_tiles`.
    """
    from townland import __version__
    from townland.assessment.batch import Batch, check_in_tiles, clear, unfinished
    from townland.assessment.tiles import MOST_TOWNS

    folders = _folders(claim, len(checkers))
    left = sum(map(unfinished, folders))
    if left and not how.resume:
        message = _("an unfinished run is begun anew; with --resume it goes on from what is done")
        printing.say(displayed(message, how.lang), err=True)
    most = how.tile_towns or MOST_TOWNS
    whole = _needs_whole(checkers[0], how)
    if whole or (len(towns) <= most and how.here):
        for folder in folders:
            clear(folder)
        return [
            checker.check(towns, accept_repairs=how.accept_repairs, progress=progress)
            for checker in checkers
        ]
    try:
        return [
            check_in_tiles(
                checker,
                towns,
                Batch(folder, how.workers, how.resume, how.drawn, most, __version__, how.scheduler),
                accept_repairs=how.accept_repairs,
                progress=progress,
            )
            for checker, folder in zip(checkers, folders, strict=True)
        ]
    except TownlandError:
        _tell_kept(sum(map(unfinished, folders)), folders[0], how.lang)
        raise


def _needs_whole(checker: Checker, how: How) -> bool:
    """Whether a layer lies in a database, so that all towns are measured at once, and by this process.

    The rows of a database are hashed as they are read, all together, and nothing says afterwards whether
    they have changed: a run could not tell whether what it goes on from is still true.

    Raises
    ------
    TownlandError
        A cluster was asked for.
    """
    names = [spec.name for spec in checker.catalog.layer if spec.database]
    if names and how.scheduler is not None:
        raise TownlandError(
            _(
                "layers in a database ({names}) are not measured by a cluster: nothing tells whether"
                " their rows change between two tiles. Export them to a file that all workers see",
                names=listed(names),
            )
        )
    if names and not how.here:
        message = _(
            "layers in a database ({names}) are read at once, by this process: nothing tells whether"
            " their rows change between two tiles. --workers and --resume do nothing here; they do where"
            " the layers are files",
            names=listed(names),
        )
        printing.say(displayed(message, how.lang), err=True)
    return bool(names)


def cleared(claim: FolderClaim, count: int) -> None:
    """Take away what was kept of towns, once the run folder stands."""
    from townland.assessment.batch import clear

    for folder in _folders(claim, count):
        clear(folder)


def _folders(claim: FolderClaim, count: int) -> list[Path]:
    """Beside the run folder, one for each pair of rulebook and day."""
    names = [f"{claim.target.name}.batch{n or ''}" for n in range(count)]
    return [claim.target.with_name(name) for name in names]


def _tell_kept(count: int, folder: Path, lang: str) -> None:
    """Print that what was measured is kept.

    Parameters
    ----------
    count, folder, lang
        How many tiles, where, and the language.
    """
    if count:
        message = _(
            "what was measured is kept in {folder}; the same command with --resume goes on from there",
            folder=folder.as_posix(),
        )
        printing.say(displayed(message, lang), err=True)
