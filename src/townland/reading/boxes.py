"""The bounding box of every feature of a layer, taken from its coordinates, and which meet a window.

They lie in blocks of neighbours, each under its SHA-256: however large the layer is, only the blocks
that a window meets are read, and what was changed in them is noticed.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.geodesy.crs import Bounds
from townland.reading.rows import finite

BLOCK = 512
"""So many features lie in a block."""
RUN = 128 * BLOCK
"""Of so many features, as they come, neighbours are put together."""
_RECORD = np.dtype([("at", "<i8"), ("key", "<i8"), ("sides", "<f8", 4)])
_HASH = hashlib.sha256().digest_size
_LINE = np.dtype([("around", "<f8", 4), ("sha256", "u1", _HASH)])
"""Of a block: the box around its features, and the hash of its bytes."""


class LostBoxesError(Exception):
    """The blocks are gone, or their bytes are not those that were written."""


@dataclass(frozen=True, slots=True)
class Near:
    """Features near some windows: their positions in the file, ascending, and their keys.

    A key is what the file gives a feature by: its number, its row, or where its bytes begin.
    """

    at: NDArray[np.int64]
    keys: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class InMemory:
    """Blocks where nothing can be kept on a disk."""

    content: bytes

    def __call__(self) -> BinaryIO:
        """Open them."""
        return io.BytesIO(self.content)


@dataclass(frozen=True, eq=False)
class Boxes:
    """The boxes of all features of a layer.

    `total` is the box around all of them, None where none has one. `lines` has the box around each
    block (`_LINE`), NaN where none of its features has one; `open` gives the blocks.
    """

    count: int
    total: Bounds | None
    lines: NDArray[np.void]
    open: Callable[[], BinaryIO]

    def __len__(self) -> int:
        return self.count

    def near(self, windows: Sequence[Bounds]) -> Near:
        """The features whose box meets one of the windows, be it in a point of the border.

        Raises
        ------
        LostBoxesError
            A block cannot be read as it was written.
        """
        found = [np.empty(0, _RECORD)]
        hits = [meeting(self.lines["around"], [box]) for box in windows]
        numbers, own = _by_number(hits)
        for block, some in zip(self._blocks(numbers), own, strict=True):
            near = meeting(block["sides"], [windows[at] for at in some])
            found.append(block[near])
        records = np.concatenate(found)
        records = records[np.argsort(records["at"], kind="stable")]
        return Near(records["at"].astype(np.int64), records["key"].astype(np.int64))

    def sides(self) -> NDArray[np.float64]:
        """West, south, east and north of each feature, in file order.

        They are NaN where a feature has no coordinate that is a number.

        Raises
        ------
        LostBoxesError
            As `near`.
        """
        every = np.empty((self.count, 4))
        for block in self._blocks(np.arange(len(self.lines))):
            every[block["at"]] = block["sides"]
        return every

    def _blocks(self, numbers: NDArray[np.int64]) -> Iterator[NDArray[np.void]]:
        """Some blocks, as they were written.

        Raises
        ------
        LostBoxesError
            One is not.
        """
        try:
            with self.open() as stream:
                for number in numbers.tolist():
                    stream.seek(number * BLOCK * _RECORD.itemsize)
                    content = stream.read(BLOCK * _RECORD.itemsize)
                    if hashlib.sha256(content).digest() != self.lines["sha256"][number].tobytes():
                        raise LostBoxesError
                    yield np.frombuffer(content, _RECORD)
        except OSError:
            raise LostBoxesError from None

    def head(self) -> bytes:
        """All but the blocks, for `from_head`."""
        total = (math.nan,) * 4 if self.total is None else self.total
        return np.array([self.count, *total], "<f8").tobytes() + self.lines.tobytes()


def _by_number(
    hits: Sequence[NDArray[np.int64]],
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """The numbers that are in some of several lists, each once, and in which lists each is.

    >>> _by_number([np.array([3, 5]), np.array([5])])
    (array([3, 5]), [array([0]), array([0, 1])])
    """
    every = np.concatenate([np.empty(0, np.int64), *hits])
    which = np.repeat(np.arange(len(hits)), [len(each) for each in hits])
    order = np.argsort(every, kind="stable")
    numbers, first = np.unique(every[order], return_index=True)
    return numbers, np.split(which[order], first[1:]) if len(numbers) else []


def from_head(head: bytes, blocks: Callable[[], BinaryIO]) -> Boxes:
    """The boxes of what `Boxes.head` gave.

    Parameters
    ----------
    head, blocks
        The head, and what opens the blocks.
    """
    count, *total = np.frombuffer(head, "<f8", 5).tolist()
    lines = np.frombuffer(head, _LINE, offset=5 * 8)
    return Boxes(int(count), finite(total), lines, blocks)


def meeting(sides: NDArray[np.float64], windows: Sequence[Bounds]) -> NDArray[np.int64]:
    """The rows of boxes that meet one of the windows, be it in a point of the border.

    >>> meeting(np.array([[0.0, 0, 1, 1], [3, 3, 4, 4]]), [(1.0, 1.0, 2.0, 2.0)])
    array([0])
    """
    west, south, east, north = sides.T
    hit = np.zeros(len(sides), dtype=bool)
    for box in windows:
        hit |= (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    return np.flatnonzero(hit)


def taken(
    scan: Callable[[], Iterable[tuple[NDArray[np.int64], NDArray[np.object_]]]],
    keep: Callable[[Callable[[], Iterator[bytes]]], Callable[[], BinaryIO]],
) -> Boxes:
    """The boxes of keys and geometries that come in parts, of which only some are kept at a time.

    Parameters
    ----------
    scan
        Gives the features in file order.
    keep
        Keeps the blocks that what it is called with gives one after the other, and gives what opens
        them.
    """
    lines: list[NDArray[np.void]] = []
    totals: list[NDArray[np.float64]] = []
    count = 0

    def blocks() -> Iterator[bytes]:
        nonlocal count
        count = 0
        lines.clear()
        totals.clear()
        for keys, sides in _runs(scan()):
            at = np.arange(count, count + len(keys))
            count += len(keys)
            totals.append(_around(sides[~np.isnan(sides).any(axis=1)]))
            order = _neighbours(sides)
            records = np.empty(len(keys), _RECORD)
            records["at"], records["key"], records["sides"] = at[order], keys[order], sides[order]
            for first in range(0, len(records), BLOCK):
                block = records[first : first + BLOCK]
                lines.append(_line(block))
                yield block.tobytes()

    opened = keep(blocks)
    total = _around(np.array(totals).reshape(-1, 4))
    return Boxes(count, finite(total), np.concatenate([np.empty(0, _LINE), *lines]), opened)


def _runs(
    parts: Iterable[tuple[NDArray[np.int64], NDArray[np.object_]]],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """The keys and boxes of features, `RUN` of them or fewer at a time."""
    keys: list[NDArray[np.int64]] = []
    bounds: list[NDArray[np.float64]] = []
    count = 0
    for own, geometry in parts:
        keys.append(own)
        # GEOS passes over a coordinate that is no number, and takes the others
        bounds.append(shapely.bounds(geometry).reshape(-1, 4))
        count += len(own)
        if count >= RUN:
            all_keys, all_bounds = np.concatenate(keys), np.concatenate(bounds)
            whole = count - count % RUN
            for start in range(0, whole, RUN):
                yield all_keys[start : start + RUN], all_bounds[start : start + RUN]
            keys, bounds, count = [all_keys[whole:]], [all_bounds[whole:]], count - whole
    if count:
        yield np.concatenate(keys), np.concatenate(bounds)


def _line(block: NDArray[np.void]) -> NDArray[np.void]:
    """What is known of a block."""
    line = np.empty(1, _LINE)
    line["around"] = _around(block["sides"])
    line["sha256"] = np.frombuffer(hashlib.sha256(block.tobytes()).digest(), "u1")
    return line


def _around(sides: NDArray[np.float64]) -> NDArray[np.float64]:
    """The box around boxes; NaN where none of them has one."""
    low = np.fmin.reduce(sides[:, :2], axis=0, initial=np.nan)
    high = np.fmax.reduce(sides[:, 2:], axis=0, initial=np.nan)
    return np.concatenate([low, high])


def _neighbours(sides: NDArray[np.float64]) -> NDArray[np.int64]:
    """The positions of boxes so that each `BLOCK` of them lie together; the rest comes last.

    They go in strips from south to north, in each from west to east.

    >>> _neighbours(np.array([[5.0, 0, 6, 1], [np.nan] * 4, [0, 0, 1, 1]]))
    array([2, 0, 1])
    """
    middle = (sides[:, :2] + sides[:, 2:]) / 2
    placed = np.isfinite(middle).all(axis=1)
    strips = max(1, math.isqrt(len(sides) // BLOCK))
    strip = np.full(len(sides), strips)
    if placed.any():
        own = middle[placed, 1] - middle[placed, 1].min()
        share = own / max(own.max(), np.finfo(float).tiny)
        strip[placed] = np.minimum((share * strips).astype(np.int64), strips - 1)
    return np.lexsort((middle[:, 0], strip))
