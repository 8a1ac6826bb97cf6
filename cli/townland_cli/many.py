"""The check of many towns: tile by tile, by several processes, and on from where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from townland.errors import TownlandError
from townland.i18n import Words, _, displayed
from townland_cli import printing

if TYPE_CHECKING:
    from townland.assessment import Checker
    from townland.output.folder import FolderClaim
    from townland.results import Assessment
    from townland.towns import Town


@dataclass(frozen=True, slots=True)
class How:
    """How towns are measured: by how many processes, going on or anew, and whether they are drawn."""

    workers: int
    resume: bool
    drawn: bool
    accept_repairs: Sequence[str]
    lang: str


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
    by_frame = any(spec.frame is not None or spec.database for spec in checkers[0].catalog.layer)
    at_once = len(towns) <= MOST_TOWNS and how.workers == 1 and not how.resume
    # the rows of a database are hashed as they are read, all together
    if at_once or by_frame:
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
                Batch(folder, how.workers, how.resume, how.drawn, version=__version__),
                accept_repairs=how.accept_repairs,
                progress=progress,
            )
            for checker, folder in zip(checkers, folders, strict=True)
        ]
    except TownlandError:
        _tell_kept(sum(map(unfinished, folders)), folders[0], how.lang)
        raise


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
