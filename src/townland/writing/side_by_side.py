"""The outputs of many towns, each written by a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from townland.assessment.processes import end_with_parent
from townland.errors import EngineError
from townland.i18n import _, listed
from townland.results import Assessment

WriteOne: TypeAlias = Callable[[Assessment, Path], None]
"""Writes a file of an assessment; another process finds it by its name."""

_OWN: list[Assessment] = []
"""In a process that writes: what it writes of."""


def write_in_processes(
    assessment: Assessment, files: Mapping[Path, WriteOne], *, workers: int
) -> None:
    """Write some outputs by processes of this machine, to the bytes that one process writes.

    Parameters
    ----------
    assessment
        What is written.
    files
        The files, each with what writes it.
    workers
        How many processes there are at most.

    Raises
    ------
    TownlandError
        What a writer raises.
    EngineError
        A process died.
    """
    pool = ProcessPoolExecutor(
        min(workers, len(files)),
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(assessment,),
    )
    try:
        for done in [pool.submit(_write, write, path) for path, write in files.items()]:
            done.result()
    except BrokenProcessPool:
        raise EngineError(
            _(
                "a process that wrote {files} ended before it was done. Perhaps it had too little"
                " memory: run with --workers 1",
                files=listed([path.name for path in files]),
            )
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(assessment: Assessment) -> None:
    """Begin a process that writes; it ends when the one that began it does."""
    end_with_parent()
    _OWN[:] = [assessment]


def _write(write: WriteOne, path: Path) -> None:
    """Write an output in a process that `_begin` began."""
    (assessment,) = _OWN
    write(assessment, path)
