"""Tiles measured by the workers of a Dask cluster; those that are not as this machine are refused.

A tile goes out under the digest of its inputs and comes back as bytes, which this process writes
into its file. A tile that is lost with its worker is given to another by the scheduler.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from townland.assessment.jobs import Job, Measuring, Shelf, Tile, hexdigest
from townland.assessment.processes import names_of
from townland.assessment.scheduler import client_security
from townland.errors import EngineError, TownlandError
from townland.i18n import Joined, Words, _, listed
from townland.reading.digests import Digests

if TYPE_CHECKING:
    from distributed import Client, Future

    from townland.assessment.remote import Order, WorkerFacts

PATIENCE_S = 30
"""So long the scheduler is waited for, and then for a worker."""

A_WORKER = 2
"""So many tiles are with each worker at once: one that is measured, and the next."""

LOGGERS = ("distributed", "distributed.client")
"""Whose level Dask sets by itself, on import."""

MOST_FAULTS = 10
"""So many faults of workers are told at once."""


def by_cluster(job: Job, shelf: Shelf, tiles: Sequence[Tile], *, scheduler: str) -> Measuring:
    """Measure tiles by the workers of a cluster; one that is lost with its worker goes to another.

    Parameters
    ----------
    job, shelf, tiles
        What is asked, where the results are kept, and the tiles.
    scheduler
        The scheduler's address, as `scheduler.scheduler_address` gives it.

    Raises
    ------
    TownlandError
        The scheduler cannot be reached, has no worker, or one that must not measure: it has other
        versions, or does not see a layer.
    EngineError
        Workers die over a tile.
    """
    require_package()
    if not tiles:
        return
    order = order_of(job)
    with _connected(scheduler) as client, _answering(scheduler):
        _require_fit(client, scheduler, order)
        yield from _collected(_Cluster(client, scheduler), order, tiles, shelf=shelf)


def require_package() -> None:
    """Make sure that Dask is installed.

    Raises
    ------
    TownlandError
        It is not.
    """
    try:
        import distributed  # noqa: F401 - whether it is there
    except ImportError:
        raise TownlandError(
            _(
                "a cluster is spoken to by the package distributed, which is not installed; install"
                " townland[cluster]: {command}",
                command='.venv/bin/python -m pip install "townland[cluster] @ ."',
            )
        ) from None


def order_of(job: Job) -> Order:
    """What is asked of the workers, wherever they were started."""
    from townland.assessment.remote import Order, versions

    catalog = job.catalog.absolute()
    files = {catalog.resolve(path).as_posix(): job.digests(job.catalog.resolve(path))
             for path in job.needed_files()}  # fmt: skip
    digest = hexdigest([sorted(job.inputs("").items()), sorted(files.items())])
    # what this machine knows of its disks says nothing on another
    own = replace(job, catalog=catalog, digests=Digests())
    return Order(digest, own, versions(), files)


@contextmanager
def _connected(scheduler: str) -> Iterator[Client]:
    """A client of the cluster; Dask's own remarks stay out of the console.

    Raises
    ------
    TownlandError
        The scheduler cannot be reached.
    """
    from distributed import Client

    security = client_security(scheduler)
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in LOGGERS}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of versions, which are compared below
                client = Client(
                    scheduler, timeout=PATIENCE_S, set_as_default=False, security=security
                )
        except OSError as problem:
            raise TownlandError(
                _(
                    "the scheduler {address} cannot be reached ({reason}); look whether it runs, and"
                    " whether its certificate and this machine's are of one authority",
                    address=scheduler,
                    reason=str(problem.__cause__ or problem),
                )
            ) from problem
        with client:
            yield client
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


@contextmanager
def _answering(scheduler: str) -> Iterator[None]:
    """Tell in a sentence that the scheduler ended or can be reached no longer.

    Raises
    ------
    TownlandError
        It did.
    """
    try:
        yield
    except (CancelledError, OSError) as problem:
        raise TownlandError(
            _(
                "the scheduler {address} no longer answers ({reason}); the towns that are done are kept",
                address=scheduler,
                reason=str(problem) or type(problem).__name__,
            )
        ) from problem


def _require_fit(client: Client, scheduler: str, order: Order) -> None:
    """Refuse a cluster without workers, or with one that must not measure.

    Parameters
    ----------
    client, scheduler
        The cluster.
    order
        What is asked of it.
    """
    from townland.assessment.remote import facts_of

    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError:
        raise _no_worker(scheduler) from None
    answers = client.run(facts_of, [*order.files], on_error="return")
    faults = [fault for worker, own in answers.items() for fault in _faults(worker, own, order)]
    if faults:
        shown = tuple(faults[:MOST_FAULTS])
        more = len(faults) - len(shown)
        text = Joined(shown, "; ")
        raise TownlandError(
            text
            if more <= 0
            else _("{names} and {count} {count:other|others}", names=text, count=more)
        )


def _faults(worker: str, answer: WorkerFacts | Exception, order: Order) -> Iterator[Words]:
    """Why a worker must not measure.

    Parameters
    ----------
    worker, answer
        Its address, and what it says of itself; or why it cannot.
    order
        What is asked of it.
    """
    from townland.assessment.remote import faults_of

    if isinstance(answer, Exception):
        yield _(
            "worker {worker} cannot load townland ({reason}); install it there",
            worker=worker,
            reason=str(answer),
        )
    else:
        yield from faults_of(answer, order)


def _no_worker(scheduler: str) -> TownlandError:
    return TownlandError(
        _(
            "the scheduler {address} has no worker; start some with `dask worker`. The towns that are"
            " done are kept",
            address=scheduler,
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cluster:
    """A client, and the address that it speaks to."""

    client: Client
    scheduler: str

    def room(self) -> int:
        """How many tiles are with the workers at once; they come and go."""
        return A_WORKER * max(1, len(self.client.nthreads()))

    def finished(self, futures: Sequence[Future[bytes]]) -> set[Future[bytes]]:
        """Those that are done, once one is.

        Raises
        ------
        TownlandError
            There is no worker any longer.
        """
        from distributed import wait

        while True:
            try:
                with self.client.as_current():
                    return set(wait(futures, PATIENCE_S, "FIRST_COMPLETED").done)
            except TimeoutError:
                if not self.client.nthreads():
                    raise _no_worker(self.scheduler) from None


def _collected(
    cluster: _Cluster, order: Order, tiles: Sequence[Tile], *, shelf: Shelf
) -> Iterator[Tile]:
    """Send tiles out, a few at a time, and keep what comes back.

    Parameters
    ----------
    cluster, order, tiles
        Who measures, what, and the tiles.
    shelf
        Where the results are kept.
    """
    from townland.assessment.remote import measured

    left = deque(tiles)
    running: dict[object, tuple[Future[bytes], Tile]] = {}
    while left or running:
        while left and len(running) < cluster.room():
            tile = left.popleft()
            future = cluster.client.submit(measured, order, tile, key=_key(tile))
            running[future.key] = future, tile
        for done in cluster.finished([future for future, _tile in running.values()]):
            future, tile = running.pop(done.key)
            shelf.keep(_result(future, tile), tile, drawn=order.job.drawn)
            future.release()
            yield tile


def _key(tile: Tile) -> str:
    """The name of a tile's result in the cluster: of equal inputs one."""
    if tile.known is None:
        return f"townland-{tile.digest}"
    return f"townland-{tile.digest}-{hashlib.sha256(pickle.dumps(tile.known)).hexdigest()}"


def _result(future: Future[bytes], tile: Tile) -> bytes:
    """What a worker made of a tile.

    Raises
    ------
    EngineError
        Workers die over it.
    """
    from distributed.scheduler import KilledWorker

    try:
        return bytes(future.result())
    except KilledWorker as killed:
        raise EngineError(
            _(
                "{count} {count:worker|workers} ended over these towns before they were"
                " done: {towns}. Perhaps they had too little memory: give each more, or"
                " say --tile-towns with fewer towns",
                count=killed.allowed_failures + 1,
                towns=listed(names_of([tile])),
            )
        ) from None
