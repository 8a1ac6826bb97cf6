"""Geometries of a record in a GeoPackage: each once, if it can in the row of a layer that shows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from townland.writing.record.codec import RecordError, Shapes, digest_of

TABLE = "townland_geometry"
_MADE = (
    f"CREATE TABLE {TABLE}"
    " (id INTEGER PRIMARY KEY, layer TEXT, fid INTEGER, single INTEGER, wkb BLOB)"
)
_PUT = f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - a constant
_GET = f"SELECT id, layer, fid, single, wkb FROM {TABLE} WHERE id IN ({{}})"  # noqa: S608 - a constant
AT_ONCE = 500
"""So many rows are asked for in one statement."""

_ENVELOPES = (0, 32, 48, 48, 64)
"""The bytes of the envelope by its code (OGC 12-128r18, 2.1.3.1.1)."""

Place: TypeAlias = tuple[str, int]


class ShownShapes:
    """Which geometries the layers of a GeoPackage hold, and where."""

    def __init__(self) -> None:
        self._places: dict[bytes, Place] = {}

    def add(self, layer: str, shapes: Shapes, *, after: int = 0) -> None:
        """Note geometries of a layer, in its rows after so many others.

        Parameters
        ----------
        layer, shapes
            The layer, and the geometries in the order of its rows.
        after
            How many rows are before them.
        """
        for fid, wkb in enumerate(_wkb(_multi(shapes)), after + 1):
            if wkb is not None:
                self._places.setdefault(digest_of(wkb), (layer, fid))

    def place(self, wkb: bytes | None) -> Place | None:
        """The layer and row of a geometry by the WKB of its `_multi`; None where no layer holds it."""
        return None if wkb is None else self._places.get(digest_of(wkb))


class ShapesWriter:
    """Numbers geometries, and writes those that no layer shows."""

    def __init__(self, file: sqlite3.Connection, shown: ShownShapes) -> None:
        self._file, self._shown = file, shown
        self._numbers: dict[bytes, int] = {}
        file.execute(_MADE)

    def __call__(self, shapes: Shapes) -> list[int]:
        """The number of each geometry; -1 for none."""
        own, single = _wkb(shapes), _is_single(shapes)
        rows = zip(own, _wkb(_multi(shapes)), single.tolist(), strict=True)
        return [-1 if wkb is None else self._number(wkb, multi, one) for wkb, multi, one in rows]

    def _number(self, wkb: bytes, multi: bytes | None, single: bool) -> int:
        """The number of a geometry, which is written where it is new.

        Parameters
        ----------
        wkb, multi
            Its bytes, and those as a layer of multipolygons has it.
        single
            Whether it is a polygon of its own.
        """
        digest = digest_of(wkb)
        known = self._numbers.get(digest)
        if known is not None:
            return known
        number = self._numbers[digest] = len(self._numbers)
        place = self._shown.place(multi)
        row = (number, None, None, None, wkb) if place is None else (number, *place, single, None)
        self._file.execute(_PUT, row)
        return number


class ShapesReader:
    """Gives the geometries of numbers, as `ShapesWriter` wrote them."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def __call__(self, numbers: list[int]) -> Shapes:
        """The geometry of each number; None for -1.

        Raises
        ------
        RecordError
            A number has none.
        """
        wanted = sorted({number for number in numbers if number >= 0})
        found = dict(self._found(wanted))
        found[-1] = None
        column = np.empty(len(numbers), object)
        try:
            column[:] = [found[number] for number in numbers]
        except KeyError as missing:
            raise RecordError(f"geometry {missing}") from None
        return column

    def _found(self, wanted: Sequence[int]) -> Iterator[tuple[int, shapely.Geometry]]:
        rows = list(self._rows(_GET, wanted))
        own = [(number, wkb) for number, layer, _fid, _single, wkb in rows if layer is None]
        if None in dict(own).values():
            raise RecordError("geometry")
        yield from zip(
            (number for number, _ in own), shapely.from_wkb([wkb for _, wkb in own]), strict=True
        )
        for layer in dict.fromkeys(row[1] for row in rows if row[1] is not None):
            there = [row for row in rows if row[1] == layer]
            shapes = dict(self._shown(layer, [row[2] for row in there]))
            for number, _layer, fid, single, _wkb in there:
                yield number, shapes[fid].geoms[0] if single else shapes[fid]

    def _shown(self, layer: str, fids: Sequence[int]) -> Iterator[tuple[int, shapely.Geometry]]:
        name = layer.replace('"', '""')
        select = f'SELECT fid, geom FROM "{name}" WHERE fid IN ({{}})'  # noqa: S608 - quoted
        rows = list(self._rows(select, fids))
        wkb = [blob[8 + _ENVELOPES[blob[3] >> 1 & 7] :] for _fid, blob in rows]
        yield from zip((fid for fid, _blob in rows), shapely.from_wkb(wkb), strict=True)

    def _rows(self, select: str, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """The rows of numbers, some at a time.

        Parameters
        ----------
        select, numbers
            The statement, in which ``{}`` is for as many marks as there are numbers, and the numbers.
        """
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            yield from self._file.execute(select.format(",".join("?" * len(some))), some)


def _multi(shapes: Shapes) -> Shapes:
    """Polygons as multipolygons of one part, as a layer of multipolygons holds them."""
    single, multi = _is_single(shapes), shapes.copy()
    multi[single] = shapely.multipolygons(shapes[single], indices=np.arange(single.sum()))
    return multi


def _is_single(shapes: Shapes) -> npt.NDArray[np.bool_]:
    single: npt.NDArray[np.bool_] = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    return single


def _wkb(shapes: Shapes) -> list[bytes | None]:
    found: list[bytes | None] = list(shapely.to_wkb(np.asarray(shapes, object)))
    return found
