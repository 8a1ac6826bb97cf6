"""A tree of townland's own frozen records as JSON, and back: exact, and in the same order.

Every object of the JSON has one key that begins with ``$`` and says what it stands for; a list is a
tuple. Only records of townland are made again, by their names: nothing else can be called from a file.

Records that are met often are written once, those that others name first. Which are the same is told by
what they hold, so that a check gives the same text wherever its parts were measured.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from pydantic import BaseModel, SecretStr
from pyproj.exceptions import CRSError

from townland.units import Printed

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Json: TypeAlias = Any
"""What `json.loads` gives."""
Shapes: TypeAlias = npt.NDArray[np.object_]

ROOM = "townland"


ShapesOut: TypeAlias = Callable[[Shapes], list[int]]
"""Takes geometries in, and gives the number of each; -1 for none."""

ShapesIn: TypeAlias = Callable[[list[int]], Shapes]
"""Gives the geometries of numbers."""


class RecordError(Exception):
    """What stands in a file is nothing that was written by `Encoder`."""


_UNLIKE = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError,
           ImportError, CRSError, shapely.errors.ShapelyError)  # fmt: skip
"""What is raised where JSON is not that of an `Encoder`."""


class Encoder:
    """Turns records into JSON. A record is named by its number where it is met."""

    def __init__(
        self,
        shapes: ShapesOut,
        apart: Callable[[object], Json] = lambda _value: None,
        loaded: Callable[[object], object] = lambda value: value,
    ) -> None:
        """Begin with no records.

        Parameters
        ----------
        shapes
            Where geometries go.
        apart
            Asked first of every value: the JSON of one that is stored elsewhere, else None.
        loaded
            The value itself of one that is read when it is asked for.
        """
        self._shapes = shapes
        self._apart = apart
        self._loaded = loaded
        self._met: dict[int, int] = {}
        self._alive: list[object] = []
        self._numbers: dict[bytes, int] = {}
        self._held: list[Json] = []

    def document(self, value: object) -> Json:
        """The JSON of a value with that of all records that it names.

        Raises
        ------
        TypeError
            It is none that a record may hold.
        """
        whole = self.json(value)
        return {"$document": [self._held, whole]}

    def json(self, value: object) -> Json:
        """The JSON of a value in a document.

        Raises
        ------
        TypeError
            It is none that a record may hold.
        """
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"$float": repr(value)}
        if type(value) is Decimal:
            return {"$decimal": str(value)}
        if type(value) is tuple:
            return [self.json(each) for each in value]
        kind: type = type(value)
        return self._small(value) if _is_small(kind) else self._whole(value)

    def _small(self, value: object) -> Json:
        """A value without parts that are records."""
        match value:
            case Printed():
                return {"$printed": [str(Decimal(value)), str(value.ha), str(value.mu)]}
            case Decimal():
                return {"$decimal": str(value)}
            case Enum():
                return {"$enum": [_name(type(value)), self.json(value.value)]}
            case dt.date():
                return {"$date": value.isoformat()}
            case PurePath():
                return {"$path": value.as_posix()}
            case SecretStr():  # what a catalog keeps to itself goes into no file
                return {"$secret": None}
            case bytes():
                return {"$bytes": base64.b64encode(value).decode("ascii")}
            case pyproj.CRS():
                return {"$crs": value.srs}
            case np.generic():
                return {"$scalar": [value.dtype.str, value.item()]}
        return {"$shape": self._shapes(np.array([value], object))[0]}

    def _whole(self, value: object) -> Json:
        """A value that has parts."""
        value = self._loaded(value)
        kind: type = type(value)
        number = self._met.get(id(value))
        if number is None:
            apart = self._apart(value)
            found = self._parts(value) if apart is None else apart
            if not _is_shared(kind):
                return found
            number = self._met[id(value)] = self._number(found)
            self._alive.append(value)  # no other may have its id
        return {"$met": number}

    def _number(self, found: Json) -> int:
        """The number of a record by its JSON."""
        number = self._numbers.setdefault(digest_of(text_of(found)), len(self._held))
        if number == len(self._held):
            self._held.append(found)
        return number

    def _parts(self, value: object) -> Json:
        if _is_record(value):
            return self.record(value)
        match value:
            case gpd.GeoDataFrame():
                return {"$frame": self._frame(value)}
            case np.ndarray():
                return {"$array": [value.dtype.str, self._column(value)]}
            case list():
                return {"$list": [self.json(each) for each in value]}
            case frozenset() | set():
                return {"$set": [self.json(each) for each in sorted(value)]}
            case Mapping():
                return {"$map": [[self.json(key), self.json(each)] for key, each in value.items()]}
            case tuple():
                return {"$named": [_name(type(value)), [self.json(each) for each in value]]}
            case BaseModel():
                return {"$model": [_name(type(value)), *map(self.json, _state(value))]}
        raise TypeError(f"a record cannot hold a {type(value)}")

    def record(self, value: DataclassInstance) -> Json:
        """The JSON of a record in its place, whether or not others of its kind are stored elsewhere."""
        fields = [self.json(getattr(value, name)) for name in _fields(type(value))]
        return {"$record": [_name(type(value)), fields]}

    def _column(self, values: npt.NDArray[Any]) -> Json:
        """The values of one dimension: geometries by their numbers, others one by one."""
        if values.dtype == object and len(values) and _are_shapes(values):
            return {"$shapes": self._shapes(values)}
        listed = values.tolist()
        return listed if _AS_IS.issuperset(map(type, listed)) else [*map(self.json, listed)]

    def _frame(self, frame: gpd.GeoDataFrame) -> Json:
        if not len(frame.columns):
            return None
        columns = [
            [str(name), str(series.dtype), self._column(np.asarray(series, object))]
            for name, series in frame.items()
        ]
        return [columns, frame.geometry.name, self.json(frame.crs), list(map(int, frame.index))]


class Decoder:
    """Makes records again of the JSON that an `Encoder` gave.

    Parameters
    ----------
    shapes
        Where geometries are.
    apart
        Makes what was stored elsewhere, by the key that begins its JSON.
    """

    def __init__(
        self, shapes: ShapesIn, apart: Mapping[str, Callable[[Json], object]] | None = None
    ) -> None:
        self._shapes = shapes
        self._apart = apart or {}
        self._held: list[object] = []

    def document(self, json: Json) -> Any:
        """The value of what `Encoder.document` gave.

        Raises
        ------
        RecordError
            The JSON is none of an `Encoder`.
        """
        try:
            held, whole = json["$document"]
        except (TypeError, ValueError, LookupError) as problem:
            raise RecordError(str(json)[:80]) from problem
        for each in held:
            self._held.append(self.value(each))
        return self.value(whole)

    def value(self, json: Json) -> object:
        """The value of JSON in a document.

        Raises
        ------
        RecordError
            The JSON is none of an `Encoder`.
        """
        if isinstance(json, list):
            return tuple(self.value(each) for each in json)
        if not isinstance(json, dict):
            return json
        if len(json) != 1:
            raise RecordError(str(json)[:80])
        ((kind, content),) = json.items()
        try:
            if kind == "$met":
                return self._held[content]
            return self._apart[kind](content) if kind in self._apart else self._made(kind, content)
        except _UNLIKE as problem:
            raise RecordError(f"{kind}: {problem}") from problem

    def record(self, json: Json) -> object:
        """The value of what `Encoder.record` gave: like it, this one is not counted among those met.

        Raises
        ------
        RecordError
            As `value`.
        """
        if not isinstance(json, dict) or list(json) != ["$record"]:
            raise RecordError(str(json)[:80])
        return self._of_record(json["$record"])

    def _made(self, kind: str, content: Json) -> object:
        return getattr(self, f"_of_{kind.removeprefix('$')}")(content)

    def _all(self, content: Json) -> list[Any]:
        return [self.value(each) for each in content]

    def _of_float(self, content: str) -> float:
        return float(content)

    def _of_decimal(self, content: str) -> Decimal:
        return Decimal(content)

    def _of_printed(self, content: list[str]) -> Printed:
        return Printed(*map(Decimal, content))

    def _of_date(self, content: str) -> dt.date:
        return dt.date.fromisoformat(content)

    def _of_path(self, content: str) -> Path:
        return Path(content)

    def _of_secret(self, _content: None) -> SecretStr:
        return SecretStr("")

    def _of_bytes(self, content: str) -> bytes:
        return base64.b64decode(content)

    def _of_crs(self, content: str) -> pyproj.CRS:
        return pyproj.CRS.from_user_input(content)

    def _of_enum(self, content: tuple[str, Json]) -> object:
        return _class(content[0], Enum)(self.value(content[1]))

    def _of_scalar(self, content: tuple[str, Json]) -> object:
        return np.dtype(content[0]).type(content[1])

    def _of_shape(self, content: int) -> object:
        return self._shapes([content])[0]

    def _of_list(self, content: Json) -> list[object]:
        return self._all(content)

    def _of_set(self, content: Json) -> frozenset[object]:
        return frozenset(self._all(content))

    def _of_map(self, content: Iterable[tuple[Json, Json]]) -> dict[object, object]:
        return {self.value(key): self.value(each) for key, each in content}

    def _of_named(self, content: tuple[str, Json]) -> object:
        return _class(content[0], tuple)(*self._all(content[1]))

    def _of_array(self, content: tuple[str, Json]) -> npt.NDArray[np.generic]:
        values = self._column(content[1])
        return values if content[0] == "|O" else values.astype(content[0])

    def _of_model(self, content: Json) -> BaseModel:
        """A model as it was, without asking it again whether it is right."""
        kind = _class(content[0], BaseModel)
        model: BaseModel = object.__new__(kind)
        fields, stated, private = self._all(content[1:])
        object.__setattr__(model, "__dict__", fields)
        object.__setattr__(model, "__pydantic_fields_set__", set(stated))
        object.__setattr__(model, "__pydantic_extra__", None)
        object.__setattr__(model, "__pydantic_private__", private)
        return model

    def _of_record(self, content: tuple[str, Json]) -> object:
        kind = _class(content[0], object)
        made: DataclassInstance = object.__new__(kind)
        for each, value in zip(dataclasses.fields(kind), self._all(content[1]), strict=True):
            object.__setattr__(made, each.name, value)
        return made

    def _column(self, content: Json) -> Shapes:
        if isinstance(content, dict):
            return self._shapes(content["$shapes"])
        values = self._all(content)
        column = np.empty(len(values), object)
        column[:] = values
        return column

    def _of_frame(self, content: Json) -> gpd.GeoDataFrame:
        if content is None:
            return gpd.GeoDataFrame()
        columns, geometry, crs, index = content
        known = self.value(crs)
        series = {
            name: gpd.GeoSeries(self._column(values), index=index, crs=known)
            if kind == "geometry"
            else pd.Series(self._column(values), index=index).astype(kind)
            for name, kind, values in columns
        }
        return gpd.GeoDataFrame(series, geometry=geometry, crs=known, index=index)


def text_of(json_value: Json) -> bytes:
    """JSON as its bytes."""
    text = json.dumps(json_value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def digest_of(content: bytes) -> bytes:
    """Tells contents apart."""
    return blake2b(content, digest_size=16).digest()


_AS_IS = frozenset((type(None), bool, int, str))
"""What JSON has as it is."""

_SMALL = (Printed, Decimal, Enum, dt.date, PurePath, SecretStr, bytes, pyproj.CRS, np.generic,
          shapely.Geometry)  # fmt: skip


@cache
def _is_small(kind: type) -> bool:
    """Whether values of a type have no parts that are records."""
    return issubclass(kind, _SMALL) and not issubclass(kind, dt.datetime)


@cache
def _is_shared(kind: type) -> bool:
    """Whether a value is numbered, so that it is written once however often it is met."""
    return issubclass(kind, BaseModel | gpd.GeoDataFrame) or dataclasses.is_dataclass(kind)


def _is_record(value: object) -> TypeGuard[DataclassInstance]:
    return not isinstance(value, type) and dataclasses.is_dataclass(type(value))


@cache
def _fields(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind))


def _are_shapes(values: npt.NDArray[Any]) -> bool:
    if not (values[0] is None or isinstance(values[0], shapely.Geometry)):
        return False
    return bool((shapely.is_geometry(values) | (values == None)).all())  # noqa: E711 - of each


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _class(name: str, base: type) -> type:
    """A class of townland by its name.

    Raises
    ------
    RecordError
        None of townland is called so, or it is no record.
    """
    module, _colon, qualname = name.partition(":")
    if module.partition(".")[0] != ROOM or not qualname.isidentifier():
        raise RecordError(name)
    found = vars(import_module(module)).get(qualname)
    record = base is not object or dataclasses.is_dataclass(found)
    if not (isinstance(found, type) and issubclass(found, base) and record):
        raise RecordError(name)
    return found


def _state(model: BaseModel) -> tuple[object, object, object]:
    """The fields of a model, which of them were stated, and what it keeps for itself."""
    fields = {name: getattr(model, name) for name in type(model).model_fields}
    return fields, tuple(sorted(model.model_fields_set)), model.__pydantic_private__
