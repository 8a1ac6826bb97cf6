"""The outputs of many towns, each written by a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from townland.assessment.processes import end_with_parent
from townland.errors import EngineError
from townland.i18n import _, listed
from townland.results import Assessment
from townland.writing.run_folder import WRITERS, HowWritten

_OWN: list[Assessment] = []
"""In a process that writes: what it writes of."""


def write_in_processes(
    assessment: Assessment, folder: Path, names: Sequence[str], asked: HowWritten
) -> None:
    """Write some outputs by processes of this machine, to the bytes that one process writes.

    Parameters
    ----------
    assessment
        What is written.
    folder
        The folder that is filled.
    names
        Names of `WRITERS`.
    asked
        How they are written, and by how many processes.

    Raises
    ------
    TownlandError
        What a writer raises.
    EngineError
        A process died.
    """
    pool = ProcessPoolExecutor(
        min(asked.workers, len(names)),
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(assessment,),
    )
    try:
        for done in [pool.submit(_write, name, folder, asked) for name in names]:
            done.result()
    except BrokenProcessPool:
        raise EngineError(
            _(
                "a process that wrote {files} ended before it was done. Perhaps it had too little"
                " memory: run with --workers 1",
                files=listed([writer.file for writer in WRITERS if writer.name in names]),
            )
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(assessment: Assessment) -> None:
    """Begin a process that writes; it ends when the one that began it does."""
    end_with_parent()
    _OWN[:] = [assessment]


def _write(name: str, folder: Path, asked: HowWritten) -> None:
    """Write an output in a process that `_begin` began.

    Parameters
    ----------
    name, folder, asked
        As for `write_in_processes`, of one output.
    """
    (writer,) = (writer for writer in WRITERS if writer.name == name)
    (assessment,) = _OWN
    writer.write(assessment, folder / writer.file, asked)
