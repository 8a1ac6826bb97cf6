"""Geometries of a whole layer on the disk, of which only those that are asked for are made."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from threading import Lock
from weakref import finalize

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.reading.formats import wkb

IN_MEMORY = 32 << 20
"""So many bytes of geometries stand in memory before all of them go to the disk."""

AT_ONCE = 4 << 20
"""So many bytes of geometries are looked at at a time, or one geometry."""

MISSING = -1
"""The size of what is no geometry."""


class _File:
    """A file for a while, with a lock, since whoever reads moves in it."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - it ends with its owner
        finalize(self, self._file.close)
        self._lock = Lock()
        self.end = 0

    def add(self, content: bytes) -> None:
        with self._lock:
            self._file.seek(self.end)
            self._file.write(content)
        self.end += len(content)

    def read(self, start: int, end: int) -> bytes:
        with self._lock:
            self._file.seek(start)
            return self._file.read(end - start)


class Spilled:
    """Geometries in their order, as WKB in a file that is gone when nobody holds them any more."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._file = _File()
        self._starts = np.empty(0, np.int64)
        self._sizes = np.empty(0, np.int64)
        self._new: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    def __len__(self) -> int:
        self._settle()
        return len(self._starts)

    def append(self, geometry: NDArray[np.object_]) -> None:
        """Put geometries behind those that are held.

        Parameters
        ----------
        geometry
            Of two dimensions; None where there is none.
        """
        self._new.append(self._written(geometry))

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """The geometries at these positions, in their order."""
        self._settle()
        starts, sizes = self._starts[rows], self._sizes[rows]
        values = np.full(len(rows), None, dtype=object)
        order = np.argsort(starts, kind="stable")
        order = order[sizes[order] != MISSING]
        ends = starts + sizes
        apart = np.flatnonzero(starts[order[1:]] > ends[order[:-1]]) + 1
        for run in np.split(order, apart):
            if len(run):
                first = int(starts[run[0]])
                content = self._file.read(first, int(ends[run].max()))
                pairs = zip(
                    (starts[run] - first).tolist(), (ends[run] - first).tolist(), strict=True
                )
                values[run] = [content[start:end] for start, end in pairs]
        return wkb.decoded(values)

    def blocks(self, rows: NDArray[np.int64] | None = None) -> Iterator[NDArray[np.int64]]:
        """Positions in their order, so many at a time that their geometries take little memory."""
        self._settle()
        rows = np.arange(len(self)) if rows is None else rows
        total, start = np.cumsum(np.maximum(self._sizes[rows], 0)), 0
        while start < len(rows):
            before = int(total[start - 1]) if start else 0
            end = max(start + 1, int(np.searchsorted(total, before + AT_ONCE, side="right")))
            yield rows[start:end]
            start = end

    def replaced(self, rows: NDArray[np.int64], geometry: NDArray[np.object_]) -> Spilled:
        """The geometries with others in the place of some; what they have in common stands once.

        Parameters
        ----------
        rows, geometry
            Positions, and what goes there.
        """
        self._settle()
        new = Spilled()
        new._file = self._file
        new._starts, new._sizes = self._starts.copy(), self._sizes.copy()
        new._starts[rows], new._sizes[rows] = self._written(geometry)
        return new

    def _written(
        self, geometry: NDArray[np.object_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where geometries stand in the file now, and their sizes."""
        values = shapely.to_wkb(geometry)
        sizes = np.array([MISSING if each is None else len(each) for each in values], np.int64)
        lengths = np.maximum(sizes, 0)
        starts = self._file.end + np.cumsum(lengths) - lengths
        self._file.add(b"".join(each for each in values if each is not None))
        return starts, sizes

    def _settle(self) -> None:
        """Join what was put behind to the rest."""
        if self._new:
            starts, sizes = zip(*self._new, strict=True)
            self._starts = np.concatenate((self._starts, *starts))
            self._sizes = np.concatenate((self._sizes, *sizes))
            self._new = []
