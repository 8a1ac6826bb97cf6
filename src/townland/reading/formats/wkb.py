"""Geometries as bytes (WKB), and how deep they stand in one another: what GEOS takes on trust."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _

MAX_DEPTH = 32
"""GDAL's own limit; a MultiPolygon is 2 deep, and GEOS runs out of stack at some ten thousand."""
_SHALLOW = 9 * 1000
"""Each level takes 9 bytes: what is smaller cannot be deep enough to do harm."""
_POINT, _LINE, _POLYGON = 1, 2, 3


def geometries(
    values: Sequence[bytes | None] | NDArray[np.object_], fid: NDArray[np.int64], place: str
) -> NDArray[np.object_]:
    """Make geometries of WKB, as ``shapely.from_wkb`` does.

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
    found: NDArray[np.object_] = shapely.from_wkb(values)
    return found


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
