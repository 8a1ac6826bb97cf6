"""Parts of a check in files: what a report needs of a town is read when it is asked for.

A file holds what `pickle` makes of the records, under a keyed hash: nothing is read that this user's
townland did not write.
"""

from __future__ import annotations

import hmac
import io
import os
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland.assessment.parts import TownsPart
from townland.measuring import TownResult
from townland.measuring.boundary import Surroundings
from townland.measuring.overlay import Pieces
from townland.measuring.piece_table import Column, PieceTable
from townland.output.scratch import ScratchFolder
from townland.rules.judging.trace import Trace

HEAVY = ("land", "planned", "beside", "uncovered", "pieces", "unplanned")
"""What of a town is drawn only."""

_Place: TypeAlias = tuple[int, int, int | None]
"""Where a record begins, how long it is, and of a table how many pieces it has."""

_MAC = 32
_TAIL = 8


@dataclass(frozen=True, slots=True, eq=False)
class TownFrames:
    """The `HEAVY` fields of a town."""

    land: gpd.GeoDataFrame
    planned: gpd.GeoDataFrame
    beside: Surroundings | None
    uncovered: Mapping[str, shapely.Geometry]
    pieces: Mapping[str, Pieces]
    unplanned: shapely.Geometry


class Stored(Protocol):
    """Something that lies in a file; equal ones are the same."""

    def load(self) -> object:
        """What was written there."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Extract:
    """Some bytes of a file."""

    path: Path
    start: int
    length: int

    def load(self) -> object:
        """What was written there."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return pickle.loads(file.read(self.length))  # noqa: S301 - its hash was verified


@lru_cache(maxsize=64)
def _table(extract: Stored) -> PieceTable:
    found = extract.load()
    assert isinstance(found, PieceTable)  # noqa: S101 - a table was written there
    return found


@lru_cache(maxsize=2)
def _drawn(extract: Stored) -> TownFrames | Mapping[str, bytes]:
    found = extract.load()
    assert isinstance(found, TownFrames | dict)  # noqa: S101 - as for a table
    return found


@lru_cache(maxsize=2 * len(HEAVY))
def _field(extract: Stored, name: str) -> Any:
    """One of the `HEAVY` fields: who asks for gaps alone must not wait for all parcels."""
    found = _drawn(extract)
    if isinstance(found, TownFrames):
        return getattr(found, name)
    return pickle.loads(found[name])  # noqa: S301 - as for an extract


@lru_cache(maxsize=64)
def _trace(extract: Stored) -> Trace:
    found = extract.load()
    assert isinstance(found, Trace)  # noqa: S101 - as for a table
    return found


class StoredTrace(Trace):
    """A trace that is read when it is asked for: of many towns they are most of what is known."""

    def __init__(self, extract: Stored, scratch: ScratchFolder | None = None) -> None:
        object.__setattr__(self, "_extract", extract)
        object.__setattr__(self, "_scratch", scratch)

    _extract: Stored
    _scratch: ScratchFolder | None

    def __reduce__(self) -> tuple[object, ...]:
        """For another process, which reads the same file."""
        return StoredTrace, (self._extract, self._scratch)

    def __getattribute__(self, name: str) -> Any:
        """The fields of a trace are those of the one in the file."""
        return (
            getattr(_trace(self._extract), name)
            if name in _TRACED
            else super().__getattribute__(name)
        )

    def loaded(self) -> Trace:
        """The trace itself."""
        return _trace(self._extract)


_TRACED = frozenset(each.name for each in fields(Trace))


class StoredTable(PieceTable):
    """Pieces that are read when they are asked for."""

    def __init__(self, extract: Stored, count: int, scratch: ScratchFolder | None = None) -> None:
        """Read nothing yet.

        Parameters
        ----------
        extract, count
            Where the pieces lie, and how many they are.
        scratch
            The folder that stays as long as the table is there; None where another cares for it.
        """
        object.__setattr__(self, "_extract", extract)
        object.__setattr__(self, "_count", count)
        object.__setattr__(self, "_scratch", scratch)

    _extract: Stored
    _count: int
    _scratch: ScratchFolder | None

    def __reduce__(self) -> tuple[object, ...]:
        """For another process, which reads the same file."""
        return StoredTable, (self._extract, self._count, self._scratch)

    def __len__(self) -> int:
        return self._count

    @property
    def columns(self) -> Mapping[str, Column]:
        """As `PieceTable`."""
        return _table(self._extract).columns

    @property
    def geometry(self) -> npt.NDArray[np.object_]:
        """As `PieceTable`."""
        return _table(self._extract).geometry

    @property
    def crs(self) -> pyproj.CRS:
        """As `PieceTable`."""
        return _table(self._extract).crs

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """As `PieceTable`; not kept."""
        return _table(self._extract).frame

    def kept(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> PieceTable:
        """As `PieceTable`."""
        return _table(self._extract).kept(rows)

    def followed_by(self, more: PieceTable) -> PieceTable:
        """As `PieceTable`."""
        return _table(self._extract).followed_by(more)

    def with_columns(self, columns: Mapping[str, Column]) -> PieceTable:
        """As `PieceTable`."""
        return _table(self._extract).with_columns(columns)


def _light(town: TownResult) -> dict[str, object]:
    """The fields of a town that are not `HEAVY`."""
    names = (each.name for each in fields(town))
    return {name: getattr(town, name) for name in names if name not in HEAVY}


class StoredTown(TownResult):
    """A town whose frames are read when they are asked for."""

    _extract: Stored
    _scratch: ScratchFolder | None

    @classmethod
    def of(
        cls, light: TownResult, extract: Stored, scratch: ScratchFolder | None = None
    ) -> StoredTown:
        """The town, of which the `HEAVY` fields lie in a file.

        Parameters
        ----------
        light, extract
            The other fields, and what lies in the file.
        scratch
            The folder that stays as long as the town is there; None where another cares for it.
        """
        return cls._with(_light(light), extract, scratch)

    @classmethod
    def _with(
        cls, light: Mapping[str, object], extract: Stored, scratch: ScratchFolder | None
    ) -> StoredTown:
        """The town of the fields that are not `HEAVY`.

        Parameters
        ----------
        light, extract, scratch
            As in `of`.
        """
        town = object.__new__(cls)
        for name, value in {**light, "_extract": extract, "_scratch": scratch}.items():
            object.__setattr__(town, name, value)
        return town

    def __reduce__(self) -> tuple[object, ...]:
        """For another process, which reads the same file."""
        return StoredTown._with, (_light(self), self._extract, self._scratch)

    @property
    def land(self) -> gpd.GeoDataFrame:
        """As `TownResult`."""
        found: gpd.GeoDataFrame = _field(self._extract, "land")
        return found

    @property
    def planned(self) -> gpd.GeoDataFrame:
        """As `TownResult`."""
        found: gpd.GeoDataFrame = _field(self._extract, "planned")
        return found

    @property
    def beside(self) -> Surroundings | None:
        """As `TownResult`."""
        found: Surroundings | None = _field(self._extract, "beside")
        return found

    @property
    def uncovered(self) -> Mapping[str, shapely.Geometry]:
        """As `TownResult`."""
        found: Mapping[str, shapely.Geometry] = _field(self._extract, "uncovered")
        return found

    @property
    def pieces(self) -> Mapping[str, Pieces]:
        """As `TownResult`."""
        found: Mapping[str, Pieces] = _field(self._extract, "pieces")
        return found

    @property
    def unplanned(self) -> shapely.Geometry:
        """As `TownResult`."""
        found: shapely.Geometry = _field(self._extract, "unplanned")
        return found


class _PartWriter(pickle.Pickler):
    """Writes each table of pieces and each trace apart, before the records that name it."""

    def __init__(self, records: BinaryIO, body: BinaryIO) -> None:
        super().__init__(records, protocol=pickle.HIGHEST_PROTOCOL)
        self._body = body
        self._known: dict[int, _Place] = {}

    def persistent_id(self, obj: object) -> _Place | None:
        """Where a table lies and how many pieces it has, or where a trace lies; None of others."""
        if not isinstance(obj, PieceTable | Trace):
            return None
        if id(obj) not in self._known:
            count = len(obj) if isinstance(obj, PieceTable) else None
            self._known[id(obj)] = (*_put(self._body, obj), count)
        return self._known[id(obj)]


class _PartReader(pickle.Unpickler):
    """Gives tables of pieces and traces that are read later."""

    def __init__(self, records: BinaryIO, path: Path, scratch: ScratchFolder | None) -> None:
        """Read records.

        Parameters
        ----------
        records, path
            The records, and the file in which the tables and traces lie.
        scratch
            The folder that stays as long as one of these is there; None where another cares for it.
        """
        super().__init__(records)
        self._path, self._scratch = path, scratch

    def persistent_load(self, pid: _Place) -> StoredTable | StoredTrace:
        """The table or the trace that lies somewhere in the file."""
        start, length, count = pid
        extract = Extract(self._path, start, length)
        return (
            StoredTrace(extract, self._scratch)
            if count is None
            else StoredTable(extract, count, self._scratch)
        )


def write_part(part: TownsPart, path: Path, key: bytes, *, drawn: bool) -> None:
    """Write a part into a file, whole or not at all.

    Parameters
    ----------
    part, path
        The part, and the file.
    key
        That of the keyed hash.
    drawn
        Whether what is drawn of towns is written, too.

    Raises
    ------
    OSError
        It cannot be written.
    """
    with _sealed(path, key) as file:
        _put_part(part, file, drawn=drawn)


def part_bytes(part: TownsPart, *, drawn: bool) -> bytes:
    """What `write_bytes` writes on another machine, as `write_part` would here."""
    body = io.BytesIO()
    body.write(bytes(_MAC))
    _put_part(part, body, drawn=drawn)
    return body.getvalue()


def write_bytes(content: bytes, path: Path, key: bytes) -> None:
    """Write what `part_bytes` made into a file, whole or not at all.

    Parameters
    ----------
    content, path
        The bytes, and the file.
    key
        That of the keyed hash.

    Raises
    ------
    OSError
        It cannot be written.
    """
    with _sealed(path, key) as file:
        file.write(memoryview(content)[_MAC:])


@contextmanager
def _sealed(path: Path, key: bytes) -> Iterator[BinaryIO]:
    """A file to write behind the place of its hash; it is there, with it, once the context ends.

    Parameters
    ----------
    path, key
        The file, and the key of the hash.
    """
    new = path.with_suffix(".new")
    try:
        with new.open("w+b") as file:
            file.write(bytes(_MAC))
            yield file
            file.flush()
            mac = _mac_of(file, key)
            file.seek(0)
            file.write(mac)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _put_part(part: TownsPart, file: BinaryIO, *, drawn: bool) -> None:
    """Write a part behind the place of its hash.

    Parameters
    ----------
    part, file
        The part, and the file.
    drawn
        Whether what is drawn of towns is written, too.
    """
    places = [_put(file, _heavy(each)) if drawn else (0, 0) for each in part.results]
    records = io.BytesIO()
    _PartWriter(records, file).dump(
        (replace(part, results=tuple(map(light, part.results))), places)
    )
    start = file.tell()
    file.write(records.getbuffer())
    file.write(start.to_bytes(_TAIL, "little"))


def read_part(path: Path, key: bytes, scratch: ScratchFolder | None = None) -> TownsPart | None:
    """The part in a file; None where it is not as this user's townland wrote it.

    Parameters
    ----------
    path, key
        The file, and the key of its hash.
    scratch
        The folder for a while in which the file lies, which stays as long as something of the part; None
        where another cares for it.
    """
    try:
        with path.open("rb") as file:
            stated = file.read(_MAC)
            if not hmac.compare_digest(stated, _mac_of(file, key)):
                return None
            file.seek(-_TAIL, os.SEEK_END)
            end = file.tell()
            start = int.from_bytes(file.read(_TAIL), "little")
            file.seek(start)
            part, places = _PartReader(io.BytesIO(file.read(end - start)), path, scratch).load()
            assert isinstance(part, TownsPart)  # noqa: S101 - as for a table
    except OSError:
        return None
    towns = (
        StoredTown.of(each, Extract(path, *place), scratch)
        for each, place in zip(part.results, places, strict=True)
    )
    return replace(part, results=tuple(towns))


def _put(file: BinaryIO, record: object) -> tuple[int, int]:
    """Write a record at the end of a file: where it begins, and how long it is."""
    start = file.tell()
    pickle.dump(record, file, protocol=pickle.HIGHEST_PROTOCOL)
    return start, file.tell() - start


def _mac_of(file: BinaryIO, key: bytes) -> bytes:
    """The keyed hash of a file behind its place."""
    file.seek(_MAC)
    digest = hmac.new(key, digestmod="sha256")
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.digest()


def _heavy(result: TownResult) -> dict[str, bytes]:
    """What of a town is drawn only, each field apart; the land beside it is cut here, once."""
    beside = result.beside
    if beside is not None:
        beside = Surroundings.drawn(beside.boundary, beside.frame)
    fields_apart = {name: getattr(result, name) for name in HEAVY} | {"beside": beside}
    return {
        name: pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        for name, value in fields_apart.items()
    }


def light(result: TownResult) -> TownResult:
    """A town without what is drawn only."""
    nothing = gpd.GeoDataFrame()
    kept = {
        each.name: getattr(result, each.name)
        for each in fields(TownResult)
        if each.name not in HEAVY
    }
    return TownResult(
        **kept, land=nothing, planned=nothing, beside=None, uncovered={}, pieces={},
        unplanned=shapely.Polygon(),
    )  # fmt: skip
