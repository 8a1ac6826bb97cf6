"""The order in which a packed file holds its features, and a sort that needs little memory.

Features that are near one another on a Hilbert curve are near one another on the ground, so that a
window lies in few row groups. The sort is one in buckets on the disk: each feature goes to the bucket of
its position, and one bucket after another is sorted in memory; one that is too large goes through the
same again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import shapely
from numpy.typing import NDArray

MOST_ROWS = 8_192
MOST_BYTES = 64 << 20
"""So much is sorted in memory at a time; a single feature may be larger."""
MOST_BUCKETS = 128
"""So many files are open at a time."""

POSITION = "position"
"""The column by which tables are sorted: whole numbers from 0, none of them missing."""


def positions(bounds: NDArray[np.float64]) -> NDArray[np.int64]:
    """The position of each feature along a Hilbert curve, by the middle of its box; the rest comes last.

    Parameters
    ----------
    bounds
        West, south, east and north of each, NaN where it has no box.

    Examples
    --------
    >>> positions(np.array([[0, 9, 1, 9], [np.nan] * 4, [0, 0, 1, 1], [1, 8, 2, 9]]))
    array([1, 3, 0, 2])
    """
    placed: NDArray[np.bool_] = np.asarray(np.isfinite(bounds).all(axis=1))
    middle = bounds.reshape(-1, 2, 2).mean(axis=1)
    curve = np.full(len(bounds), np.iinfo(np.int64).max)
    if placed.any():
        around = (*middle[placed].min(axis=0).tolist(), *middle[placed].max(axis=0).tolist())
        for start in range(0, len(bounds), MOST_ROWS):  # a point of GEOS takes 300 bytes
            own = start + np.flatnonzero(placed[start : start + MOST_ROWS])
            points = gpd.GeoSeries(shapely.points(middle[own]))
            curve[own] = points.hilbert_distance(total_bounds=around).to_numpy()
    found = np.empty(len(bounds), np.int64)
    found[np.argsort(curve, kind="stable")] = np.arange(len(bounds))
    return found


@dataclass(frozen=True, slots=True)
class _Bucket:
    """Some positions, from `first` on, and the file in which their rows stand in any order."""

    first: int
    count: int
    path: Path


def ordered(tables: Iterable[pa.Table], count: int, folder: Path) -> Iterator[pa.Table]:
    """Sort the rows of tables by `POSITION`, in pieces of at most `MOST_ROWS` rows.

    Parameters
    ----------
    tables
        Tables of one schema, in any order of rows; looked at once.
    count
        How many rows they have together.
    folder
        An empty folder for what does not fit into memory.
    """
    yield from _ordered(tables, 0, count, parts=_parts(count, 0), folder=folder)


def _parts(count: int, size: int) -> int:
    """Into how many buckets so many rows of so many bytes go."""
    wanted = max(-(-count // MOST_ROWS), -(-size // MOST_BYTES))
    return max(1, min(wanted, count, MOST_BUCKETS))


def _ordered(
    tables: Iterable[pa.Table], first: int, count: int, *, parts: int, folder: Path
) -> Iterator[pa.Table]:
    """Sort the rows of positions from `first` on.

    Parameters
    ----------
    tables
        The rows.
    first, count
        Their first position, and how many there are.
    parts
        Into how many buckets they go; one of them fits into memory.
    folder
        Where files of buckets go.
    """
    if parts <= 1:
        every = pa.concat_tables(tables)
        yield every.take(pa.array(np.argsort(every.column(POSITION).to_numpy())))
        return
    for bucket in _spread(tables, first, count, parts=parts, folder=folder):
        own = _parts(bucket.count, bucket.path.stat().st_size)
        yield from _ordered(
            _read(bucket.path), bucket.first, bucket.count, parts=own, folder=folder
        )
        bucket.path.unlink()


def _spread(
    tables: Iterable[pa.Table], first: int, count: int, *, parts: int, folder: Path
) -> list[_Bucket]:
    """Write the rows into the files of buckets, and give those that have rows.

    Parameters
    ----------
    tables, first, count, parts, folder
        As `_ordered`.
    """
    width = -(-count // parts)
    writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
    paths: dict[int, Path] = {}
    try:
        for table in tables:
            which = (table.column(POSITION).to_numpy() - first) // width
            for number in np.unique(which).tolist():
                rows = table.take(pa.array(np.flatnonzero(which == number)))
                if number not in writers:
                    paths[number] = folder / f"{first + number * width}-{width}.arrow"
                    writers[number] = pa.ipc.new_stream(paths[number], table.schema)
                writers[number].write_table(rows)
    finally:
        for writer in writers.values():
            writer.close()
    return [
        _Bucket(first + number * width, min(width, count - number * width), paths[number])
        for number in sorted(paths)
    ]


def _read(path: Path) -> Iterator[pa.Table]:
    """The tables of a bucket, one at a time."""
    with pa.ipc.open_stream(path) as stream:
        for batch in stream:
            yield pa.Table.from_batches([batch])
