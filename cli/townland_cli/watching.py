"""``townland check --watch``: the check again whenever a file that it rests on changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from townland.errors import TownlandError
from townland.i18n import _, displayed
from townland_cli import printing

if TYPE_CHECKING:
    from townland.reading.digests import State
    from townland.results import Assessment

SECONDS = 1.0
"""So long are files left alone between two looks at them; what is still written is not yet read."""

Once = Callable[[], Sequence["Assessment"]]


def watch(once: Once, named: Collection[Path], lang: str) -> NoReturn:
    """Check now and after each change, until somebody stops it.

    A check that is refused is reported, and waits for the change that cures it. Files on which the last
    check rested stay watched then.

    Parameters
    ----------
    once
        The check, which writes and prints; gives the assessments.
    named
        The files and folders that the command line names.
    lang
        The language.
    """
    read: set[Path] = set()
    while True:
        before = states({*named, *read})
        try:
            read = files_of(once()) or read
        except TownlandError as error:
            printing.fail(error, lang)
        watched = {*named, *read}
        before.update(states(watched - before.keys()))
        message = _("watching {count} {count:file|files}; Ctrl-C ends", count=len(watched))
        printing.say(message.render(lang), err=True)
        changed = ", ".join(each.as_posix() for each in wait_for_change(before))
        printing.say(displayed(_("changed: {names}", names=changed), lang), err=True)


def wait_for_change(before: dict[Path, State]) -> list[Path]:
    """Wait until files are others than before, and have stayed so; those that changed."""
    last = before
    while True:
        time.sleep(SECONDS)
        now = states(before)
        if now != before and now == last:
            return sorted(path for path in before if now[path] != before[path])
        last = now


def states(paths: Iterable[Path]) -> dict[Path, State]:
    """What the disk says of files and folders; of those that are not there nothing."""
    return {path: _state(path) for path in paths}


def _state(path: Path) -> State:
    from townland.reading.digests import state_of

    try:
        return state_of(path)
    except OSError:
        return ()


def files_of(assessments: Iterable[Assessment]) -> set[Path]:
    """Name the files that checks rested on, as far as they lie on a disk."""
    found = {
        Path(read.path)
        for one in assessments
        for read in one.inputs
        if read.path is not None and Path(read.path).exists()
    }
    return found | {
        one.catalog.resolve(spec.path) for one in assessments for spec in one.catalog.layer
    }
