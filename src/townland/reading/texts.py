"""The texts of a long column, side by side in memory: a Python text is made when it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import overload

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

AT_ONCE = 65_536
"""So many texts are made at a time, where all are gone through."""


class Texts(Sequence[str]):
    """Texts in their order.

    >>> names = Texts(np.array(["a", "b", "a"], dtype=object))
    >>> names[1], names.at(np.array([2, 1])).tolist(), names.rows_of({"a"}).tolist()
    ('b', ['a', 'b'], [0, 2])
    >>> names.doubled().tolist()
    [0, 2]
    """

    def __init__(self, values: NDArray[np.object_]) -> None:
        """Keep texts, none of which is missing."""
        self._values = pa.array(values, pa.large_string())

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        """Give one text, or those of a slice."""
        found = self._values[row]
        text: str | list[str] = found.to_pylist() if isinstance(row, slice) else found.as_py()
        return text

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """The texts of some rows, in the order of these."""
        found: NDArray[np.object_] = self._values.take(pa.array(rows)).to_numpy(
            zero_copy_only=False
        )
        return found

    def rows_of(self, wanted: Collection[str]) -> NDArray[np.int64]:
        """The rows of texts that are among these."""
        among = pc.is_in(self._values, pa.array(list(wanted), pa.large_string()))
        return np.flatnonzero(among.to_numpy(zero_copy_only=False))

    def doubled(self) -> NDArray[np.int64]:
        """The rows of all texts that stand more than once, and by chance of others.

        They are looked for by a hash of 64 bits: numbers are sorted in a fraction of the memory in
        which texts are looked up.
        """
        if not len(self):
            return np.empty(0, np.int64)
        parts = (self._values.slice(start, AT_ONCE) for start in range(0, len(self), AT_ONCE))
        hashes = np.concatenate(
            [
                pd.util.hash_array(part.to_numpy(zero_copy_only=False), categorize=False)
                for part in parts
            ]
        )
        order = np.argsort(hashes, kind="stable")
        same = hashes[order[1:]] == hashes[order[:-1]]
        return np.sort(order[np.append(same, False) | np.append(False, same)])
