"""The bounding box of every feature of a layer, taken from its coordinates, and which meet a window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.geodesy.crs import Bounds
from townland.reading.rows import finite

_NUMBERS = 5
"""Of a feature: its key, and west, south, east, north."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """The boxes of all features of a layer, in file order.

    `keys` are what the file gives a feature by: its number, its row, or where its bytes begin. `bounds`
    has four columns, each a block of memory, NaN where a feature has no coordinate that is a number.
    """

    keys: NDArray[np.int64]
    bounds: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def total(self) -> Bounds | None:
        """The box around all of them; None where none has one."""
        sides = self.bounds.T
        without = np.isnan(sides).any(axis=0)
        if without.any():
            sides = sides[:, ~without]
        west, south, east, north = sides
        if not len(west):
            return None
        return finite([west.min(), south.min(), east.max(), north.max()])

    def near(self, windows: Sequence[Bounds]) -> NDArray[np.int64]:
        """The positions of those that meet one of the windows, be it in a point of the border."""
        west, south, east, north = self.bounds.T
        hit = np.zeros(len(self), dtype=bool)
        for box in windows:
            hit |= (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
        return np.flatnonzero(hit)

    def as_bytes(self) -> bytes:
        """All numbers, little-endian: the keys, and west, south, east and north of all."""
        return self.keys.astype("<i8").tobytes() + self.bounds.astype("<f8").T.tobytes()


def from_bytes(content: bytes) -> Boxes:
    """What `Boxes.as_bytes` made.

    >>> from_bytes(Boxes(np.array([7]), np.array([[0.0, 0.0, 1.0, 1.0]])).as_bytes()).total
    (0.0, 0.0, 1.0, 1.0)
    """
    count = len(content) // (8 * _NUMBERS)
    keys = np.frombuffer(content, "<i8", count).astype(np.int64, copy=False)
    sides = np.frombuffer(content, "<f8", 4 * count, 8 * count).reshape(4, -1)
    return Boxes(keys, sides.astype(np.float64, copy=False).T)


def taken(parts: Iterable[tuple[NDArray[np.int64], NDArray[np.object_]]]) -> Boxes:
    """The boxes of keys and geometries that come in parts, of which only one is kept at a time."""
    keys, bounds = [np.array([], np.int64)], [np.empty((0, 4))]
    for own, geometry in parts:
        keys.append(own)
        # GEOS passes over a coordinate that is no number, and takes the others
        bounds.append(shapely.bounds(geometry).reshape(-1, 4))
    sides = np.ascontiguousarray(np.concatenate(bounds).T)
    return Boxes(np.concatenate(keys).astype(np.int64), sides.T)
