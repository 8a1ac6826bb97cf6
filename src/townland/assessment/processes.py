"""Tiles measured by several processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from threading import Thread

from townland.assessment.jobs import Job, Measuring, Shelf, Tile, measure
from townland.assessment.measurer import Measurer
from townland.errors import EngineError
from townland.i18n import _, listed

ATTEMPTS = 2
"""So often a tile is given to a process before it is reported that processes die over it."""

_OWN: list[tuple[Job, Shelf, Measurer]] = []
"""In a process that measures tiles: what it must know."""


def by_processes(job: Job, shelf: Shelf, tiles: Sequence[Tile], *, workers: int) -> Measuring:
    """Measure tiles in processes of their own; one whose process dies is given to another once.

    Parameters
    ----------
    job, shelf, tiles
        What is asked, where the results are kept, and the tiles.
    workers
        How many processes.

    Raises
    ------
    EngineError
        Processes die over a tile.
    """
    attempts = dict.fromkeys(tiles, 0)
    left = list(tiles)
    while left:
        pool = ProcessPoolExecutor(
            min(workers, len(left)),
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(job, shelf),
        )
        running: dict[Future[str], Tile] = {}
        try:
            while left or running:
                while left and len(running) < workers:
                    tile = left.pop(0)
                    attempts[tile] += 1
                    running[pool.submit(_work, tile)] = tile
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    future.result()
                    yield running.pop(future)
        except BrokenProcessPool:
            dead = list(running.values())
            if any(attempts[tile] >= ATTEMPTS for tile in dead):
                raise _dying(dead) from None
            left = [*dead, *left]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin(job: Job, shelf: Shelf) -> None:
    """Begin a process that measures tiles; it ends when the one that began it does."""
    end_with_parent()
    _OWN[:] = [(job, shelf, job.measurer())]


def end_with_parent() -> None:
    """Have this process end when the one that began it does."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """End this process when another does."""
    wait_for([sentinel])
    os._exit(1)


def _work(tile: Tile) -> str:
    """Measure a tile in a process that `_begin` began."""
    ((job, shelf, measurer),) = _OWN
    return measure(job, measurer, tile, shelf).digest


def _dying(tiles: Sequence[Tile]) -> EngineError:
    return EngineError(
        _(
            "a process that measured these towns ended {count} {count:time|times} before"
            " it was done: {towns}. Perhaps it had too little memory: run with fewer"
            " --workers, and with --resume, which keeps the towns that are done",
            count=ATTEMPTS,
            towns=listed(names_of(tiles)),
        )
    )


def names_of(tiles: Sequence[Tile]) -> list[str]:
    """The towns of tiles, by code and name."""
    return [f"{town.code} {town.name}" for tile in tiles for town in tile.towns]
