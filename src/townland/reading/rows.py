"""Features in file order, and the windows that choose among them by their bounding boxes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import ArrayLike, NDArray

from townland.errors import LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.issues import Issue

LARGEST = 1e9
"""Beyond any coordinate on the Earth in metres or feet, with the zone's number before it."""

MAX_FEATURES = 5_000_000
"""Of a whole file; each takes some 400 bytes at least. A county's land survey has a tenth of it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Features in file order: their numbers, their columns, their geometries as they stand.

    `bounds` is the bounding box of the whole file, where reading went through all of it.
    """

    fid: NDArray[np.int64]
    columns: Mapping[str, pa.ChunkedArray]
    geometry: NDArray[np.object_]
    issues: tuple[Issue, ...] = ()
    bounds: Bounds | None = None

    def __len__(self) -> int:
        return len(self.fid)

    def take(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Rows:
        """Some of the rows, by a mask or by positions."""
        index = np.flatnonzero(keep) if keep.dtype == bool else keep
        columns = {name: column.take(pa.array(index)) for name, column in self.columns.items()}
        return replace(self, fid=self.fid[index], columns=columns, geometry=self.geometry[index])


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that is read whole: all its features, and what it says of itself.

    `rows` has a column for each field; `crs` is what the file declares, None where it says nothing.
    """

    rows: Rows
    crs: str | None = None
    encoding: str | None = None
    encoding_declared: str | None = None
    issues: tuple[Issue, ...] = ()


def finite(total: ArrayLike | None) -> Bounds | None:
    """Bounds as floats, None where there are none."""
    if total is None or not np.isfinite(total).all():
        return None
    west, south, east, north = np.asarray(total, np.float64).tolist()
    return west, south, east, north


def bounds_of(geometry: NDArray[np.object_]) -> Bounds | None:
    """The bounding box of geometries, None where they have none."""
    return finite(shapely.total_bounds(geometry)) if len(geometry) else None


def refuse_too_many(count: int | None, place: str) -> None:
    """Refuse to read a whole file of so many features that they fill the memory.

    Raises
    ------
    LayerError
        It says that it has more than `MAX_FEATURES`.
    """
    if (count or 0) > MAX_FEATURES:
        raise LayerError(
            _(
                "{place}: {count} {count:feature|features}, and at most {most} are read"
                " at once; cut out those around the towns",
                place=place,
                count=count,
                most=MAX_FEATURES,
            )
        )


def refuse_absurd(fid: NDArray[np.int64], geometry: NDArray[np.object_], place: str) -> None:
    """Refuse coordinates that are finite, but lie nowhere on the Earth in any unit.

    What is no number at all is left to the mending, which takes it out openly or refuses the feature.

    Parameters
    ----------
    fid
        The numbers of the features, as messages give them.
    geometry
        Their geometries as they stand in the file.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        A coordinate is beyond `LARGEST`; the message names feature and vertex.
    """
    bounds = shapely.bounds(geometry).reshape(-1, 4)
    with np.errstate(invalid="ignore"):
        absurd = np.flatnonzero((np.abs(bounds) > LARGEST).any(axis=1))
    for at in absurd:
        xy = shapely.get_coordinates(geometry[at])
        far = np.flatnonzero((np.isfinite(xy) & (np.abs(xy) > LARGEST)).any(axis=1))
        if len(far):
            raise LayerError(
                _(
                    "{place}: feature {feature}, vertex {vertex}: ({x}, {y}) is no place on the Earth;"
                    " correct the coordinate, or delete the feature",
                    place=place,
                    feature=int(fid[at]),
                    vertex=int(far[0]) + 1,
                    x=f"{xy[far[0], 0]:.10g}",
                    y=f"{xy[far[0], 1]:.10g}",
                )
            )


def hull(boxes: Sequence[Bounds]) -> Bounds:
    """The bounding box of boxes."""
    around = np.array(boxes)
    west, south = around[:, :2].min(axis=0).tolist()
    east, north = around[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def box_area(box: Bounds) -> float:
    """The area of a box, in the square of its unit."""
    return (box[2] - box[0]) * (box[3] - box[1])


def merged(boxes: Sequence[Bounds]) -> list[Bounds]:
    """Boxes of which those that overlap so far that one is cheaper to read are one.

    >>> merged([(0, 0, 2, 2), (1, 0, 3, 2), (9, 9, 10, 10)])
    [(0, 0, 3, 2), (9, 9, 10, 10)]
    """
    found: list[Bounds] = []
    for box in boxes:
        found = _joined(found, box)
    return found


def _joined(known: list[Bounds], box: Bounds) -> list[Bounds]:
    """The boxes with one more, into which go those that are cheaper to read together with it."""
    while (near := _partner(box, known)) is not None:
        known = [each for each in known if each is not near]
        box = _union(box, near)
    return [*known, box]


def _partner(box: Bounds, known: Sequence[Bounds]) -> Bounds | None:
    """The first box that together with another is no larger than the two; None where there is none."""
    area = box_area(box)
    fits = (box_area(_union(box, each)) <= area + box_area(each) for each in known)
    return next(compress(known, fits), None)


def _union(one: Bounds, other: Bounds) -> Bounds:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def no_rows(columns: Sequence[str]) -> Rows:
    """No feature, with these columns."""
    empty = pa.chunked_array([], pa.string())
    return Rows(np.array([], np.int64), dict.fromkeys(columns, empty), np.array([], object))


def meets(geometry: NDArray[np.object_], boxes: Sequence[Bounds]) -> NDArray[np.bool_]:
    """Which geometries have a bounding box that meets one of `boxes`."""
    west, south, east, north = shapely.bounds(geometry).reshape(-1, 4).T
    hit = np.zeros(len(geometry), bool)
    for box in boxes:
        hit |= (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    return hit


def choose(
    rows: Rows,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,  # noqa: ARG001 - they are there already
) -> Rows:
    """Choose among rows that are read, as `format.Fetch` does among those of a file.

    Parameters
    ----------
    rows
        All rows of a file.
    columns, boxes, shapes
        As `format.Fetch`.
    """
    rows = replace(rows, columns={name: rows.columns[name] for name in columns})
    return rows if boxes is None else rows.take(meets(rows.geometry, boxes))


def sha256_of_rows(rows: Rows) -> str:
    """The SHA-256 of rows that were read: numbers, columns by name and geometries, in their order.

    A table of a database is no file; this stands in its place, and changes with any of them.
    """
    digest = hashlib.sha256()
    for name in sorted(rows.columns):
        digest.update(repr((name, rows.columns[name].to_pylist())).encode())
    digest.update(rows.fid.astype("<i8").tobytes())
    for shape in shapely.to_wkb(rows.geometry, byte_order=1):
        digest.update(b"-" if shape is None else shape)
    return digest.hexdigest()
