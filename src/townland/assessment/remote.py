"""What a worker of a cluster does: it says what it is, and measures a tile to bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from townland import doctor
from townland.assessment.jobs import Job, Tile
from townland.assessment.measurer import Measurer
from townland.assessment.shelf import part_bytes
from townland.errors import LayerError, TownlandError
from townland.i18n import Words, _

if TYPE_CHECKING:
    from distributed import Worker

WITHOUT = ("folium", "fiona", "GDAL (fiona)")
"""Libraries that no figure depends on."""


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What a worker is called, the versions of what it computes with, and the layers it does not see."""

    worker: str
    versions: Mapping[str, str]
    unseen: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What is asked of every worker alike, under the digest of it.

    `versions` are those of the machine that asks, `files` the layers' files with their SHA-256.
    """

    digest: str
    job: Job
    versions: Mapping[str, str]
    files: Mapping[str, str]


@cache
def versions() -> dict[str, str]:
    """The versions of what figures depend on; of Python that which packages are built for."""
    known = {name: each for name, each in doctor.versions().items() if name not in WITHOUT}
    python = ".".join(known["python"].split(".")[:2])
    return {
        **known,
        "python": python,
        "numpy": np.__version__,
        "distributed": version("distributed"),
    }


def facts_of(paths: Sequence[str], dask_worker: Worker | None = None) -> WorkerFacts:
    """What this worker is, and which of the paths it does not see; Dask hands itself in."""
    unseen = tuple(path for path in paths if not Path(path).exists())
    return WorkerFacts("" if dask_worker is None else _called(dask_worker), versions(), unseen)


def _called(worker: Worker) -> str:
    name = str(worker.name)
    return name if name == worker.address else f"{name} ({worker.address})"


def faults_of(facts: WorkerFacts, order: Order) -> Iterator[Words]:
    """Why a worker must not measure: what it has of another version, and what it does not see.

    >>> order = Order("", None, {"GEOS": "3.14.1"}, {})
    >>> facts = WorkerFacts("tcp://10.0.0.8:40001", {"GEOS": "3.13.0"}, ("/data/dltb.gdb",))
    >>> for fault in faults_of(facts, order):
    ...     print(fault.render("en"))
    worker tcp://10.0.0.8:40001 has GEOS 3.13.0, this machine 3.14.1; install the same on both
    worker tcp://10.0.0.8:40001 does not see /data/dltb.gdb; it must be there under the same path
    """
    for package, ours in order.versions.items():
        theirs = facts.versions.get(package, "-")
        if theirs != ours:
            yield _(
                "worker {worker} has {package} {theirs}, this machine {ours}; install the same on both",
                worker=facts.worker,
                package=package,
                theirs=theirs,
                ours=ours,
            )
    for path in facts.unseen:
        yield _(
            "worker {worker} does not see {path}; it must be there under the same path",
            worker=facts.worker,
            path=path,
        )


_ONE = Lock()
"""A worker with several threads measures one tile at a time: what measures is nobody else's."""

_OWN: list[tuple[str, Measurer]] = []
"""The digest of the latest order, and what measures for it."""


def measured(order: Order, tile: Tile) -> bytes:
    """Measure a tile on a worker.

    Raises
    ------
    TownlandError
        The worker is another than this order needs, or a layer cannot be read there.
    """
    from distributed import get_worker

    facts = facts_of([*order.files], get_worker())
    with _ONE, _told_by(facts.worker):
        # workers may come to the cluster at any time
        for fault in faults_of(facts, order):
            raise TownlandError(fault)
        if not _OWN or _OWN[0][0] != order.digest:
            _OWN[:] = [(order.digest, _measurer(order))]
        part = _OWN[0][1].part(tile.towns, order.job.accept_repairs, known=tile.known)
        return part_bytes(part, drawn=order.job.drawn)


def _measurer(order: Order) -> Measurer:
    """What measures, once the files are those of the machine that asks."""
    measurer = order.job.measurer()
    for path, sha256 in order.files.items():
        if measurer.digests(Path(path)) != sha256:
            raise LayerError(
                _(
                    "{path} has another content there than on the machine that asks; let all see the"
                    " same file",
                    path=path,
                )
            )
    return measurer


@contextmanager
def _told_by(worker: str) -> Iterator[None]:
    """Name the worker that cannot read a layer; what it knew of the files is forgotten."""
    try:
        yield
    except LayerError as problem:
        _OWN.clear()
        reason = problem.message
        told = _("worker {worker}: {reason}", worker=worker, reason=reason)
        raise type(problem)(told) from problem
