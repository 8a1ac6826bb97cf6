"""Geometries as bytes (WKB), and how deep they stand in one another: what GEOS takes on trust."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue

MAX_DEPTH = 32
"""GDAL's own limit; a MultiPolygon is 2 deep, and GEOS runs out of stack at some ten thousand."""
SHOWN = 20
"""So many features are named in a message."""
_SHALLOW = 9 * 1000
"""Each level takes 9 bytes: what is smaller cannot be deep enough to do harm."""
_POINT, _LINE, _POLYGON = 1, 2, 3


def decoded(
    values: Sequence[bytes | None] | NDArray[np.object_], on_invalid: str = "raise"
) -> NDArray[np.object_]:
    """Make geometries of WKB that is no deeper than GEOS can take.

    Coordinates that are no numbers are the mending's, and NumPy would warn of them.

    Parameters
    ----------
    values
        WKB of each feature, None for none.
    on_invalid
        What becomes of rings that are not closed, as for ``shapely.from_wkb``.
    """
    with np.errstate(invalid="ignore"):
        made = shapely.from_wkb(np.asarray(values, object), on_invalid=on_invalid)
    return np.asarray(made, dtype=object)


def geometries(
    values: Sequence[bytes | None] | NDArray[np.object_], fid: NDArray[np.int64], place: str
) -> NDArray[np.object_]:
    """Make geometries of WKB.

    Parameters
    ----------
    values
        WKB of each feature, None for none.
    fid
        The numbers of the features, as messages give them.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        Collections stand so deep in one another that GEOS would end the process.
    """
    values = np.asarray(values, object)
    refuse_deep(values, fid, place)
    return decoded(values)


def refuse_deep(values: NDArray[np.object_], fid: NDArray[np.int64], place: str) -> None:
    """Refuse what would end the process.

    Parameters
    ----------
    values, fid, place
        As for `geometries`.

    Raises
    ------
    LayerError
        Collections stand too deep in one another.
    """
    for at, value in enumerate(values):
        if value is not None and len(value) > _SHALLOW and too_deep(value):
            raise LayerError(
                _(
                    "{place}: feature {feature}: collections stand more than {most} deep in one another,"
                    " which no map needs; delete the feature",
                    place=place,
                    feature=int(fid[at]),
                    most=MAX_DEPTH,
                )
            )


def of_column(
    shapes: pa.ChunkedArray, numbers: NDArray[np.int64], place: str
) -> NDArray[np.object_]:
    """Geometries of WKB, some at a time: all of it as bytes takes as much memory as what is made of it.

    Parameters
    ----------
    shapes, numbers
        WKB and number of each feature.
    place
        How messages name the file.
    """
    made, at = np.empty(len(shapes), dtype=object), 0
    for part in shapes.chunks:
        rows = slice(at, at + len(part))
        made[rows] = geometries(part.to_numpy(zero_copy_only=False), numbers[rows], place)
        at += len(part)
    return made


def too_deep(value: bytes) -> bool:
    """Whether more than `MAX_DEPTH` geometries stand in one another; bytes that are no WKB are not.

    >>> too_deep(shapely.Point(0, 0).wkb)
    False
    """
    left = [1]
    at = 0
    try:
        while left:
            if left[-1] == 0:
                left.pop()
                continue
            left[-1] -= 1
            order = "<" if value[at] else ">"
            (kind,) = struct.unpack_from(order + "I", value, at + 1)
            # EWKB flags an SRID, Z and M in the highest bits; ISO counts Z and M in thousands
            at += 5 + 4 * bool(kind & 0x20000000)
            base = (kind & 0xFFFF) % 1000
            high = (kind & 0xFFFF) // 1000
            width = 8 * (2 + bool(kind & 0x80000000) + bool(kind & 0x40000000) + (0, 1, 1, 2)[high])
            if base == _POINT:
                at += width
                continue
            (count,) = struct.unpack_from(order + "I", value, at)
            at += 4
            if base in (_LINE, 8):  # a circular string is a list of points, too
                at += count * width
            # a triangle is a list of rings, too
            elif base in (_POLYGON, 17):
                for _ring in range(count):
                    (points,) = struct.unpack_from(order + "I", value, at)
                    at += 4 + points * width
            else:
                left.append(count)
                if len(left) > MAX_DEPTH + 1:
                    return True
    except (struct.error, IndexError):
        return False
    return False


def curved(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which WKB holds true curves, of which GEOS makes no geometry."""
    return np.array([_is_curved(shape) for shape in shapes], dtype=bool)


def _is_curved(shape: bytes | None) -> bool:
    try:
        decoded([shape], "ignore")
    except NotImplementedError:
        return True
    return False


def lenient(
    shapes: NDArray[np.object_], numbers: NDArray[np.int64], place: str
) -> NDArray[np.object_]:
    """Geometries of WKB of which only the extent is wanted: rings that are not closed are, silently.

    Parameters
    ----------
    shapes, numbers
        WKB and number of each feature.
    place
        How messages name the file.

    Raises
    ------
    NotImplementedError
        True curves are among them.
    """
    try:
        return geometries(shapes, numbers, place)
    except NotImplementedError:
        raise
    except shapely.errors.GEOSException:
        return decoded(shapes, "fix")


def mended(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Geometries whose rings are closed, and which of them had one that was not."""
    # GEOS refuses rings that are not closed; GDAL writes them as they stand in the file
    geometry = decoded(shapes, "fix")
    closed = shapely.is_missing(decoded(shapes, "ignore"))
    return geometry, closed & ~shapely.is_missing(geometry)


def curves_drawn() -> tuple[Issue, ...]:
    """That curves became chords in reading."""
    message = _("true curves are drawn as chords of 0.1 degrees of arc")
    return (Issue("curve_linearised", "warning", message),)


def rings_closed(numbers: NDArray[np.int64]) -> tuple[Issue, ...]:
    """That rings of these features were closed in reading, or dropped where they have too few points."""
    if not len(numbers):
        return ()
    message = _(
        "{count} {count:feature has|features have} rings that are not closed, or"
        " {count:has|have} fewer than 3 points; {count:it was|they were} closed, or"
        " dropped: features {features}",
        count=len(numbers),
        features=", ".join(map(str, numbers[:SHOWN])) + (" …" if len(numbers) > SHOWN else ""),
    )
    return (Issue("ring_closed", "warning", message),)
