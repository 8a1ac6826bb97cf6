"""What every format writes: polygons in file order, and columns with the widths that were declared."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, SupportsFloat, TypeAlias

import numpy as np
import pyarrow as pa
import pyproj
from numpy.typing import NDArray

from townland.i18n import _
from townland.issues import Issue
from townland.layers.describe import Field, fields_of, widths_unknown
from townland.reading import source as sources
from townland.reading.polygons import no_polygon, polygons
from townland.reading.reach import refuse_not_finite, refuse_out_of_reach
from townland.reading.vector import layer_crs, total_bounds
from townland.standards.fields import is_personal
from townland.towns import usual_name

Value: TypeAlias = str | bool | int | float | dt.date | dt.time | None
"""What a cell holds; a `datetime` is a `date`, too."""

Kind = Literal["text", "integer", "real", "date", "datetime", "boolean"]

_KINDS: tuple[tuple[Callable[[pa.DataType], bool], Kind | None], ...] = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_integer, "integer"),
    (pa.types.is_floating, "real"),
    (pa.types.is_decimal, "real"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "datetime"),
    (pa.types.is_binary, None),
    (pa.types.is_large_binary, None),
)
"""The kinds of column by Arrow's types, None for what is left out; whatever else there is, is text."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its values in file order, None where there is none.

    `width` and `precision` are those of the file that was read, None where it sets none.
    """

    name: str
    kind: Kind
    values: tuple[Value, ...]
    width: int | None = None
    precision: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PolygonTable:
    """The polygons of a boundary file with their columns, in one CRS."""

    geometry: NDArray[np.object_]
    columns: tuple[TableColumn, ...]
    crs: pyproj.CRS

    def __len__(self) -> int:
        return len(self.geometry)

    def names(self) -> list[str | None]:
        """What the features are called, by the column that usually holds names."""
        usual = usual_name([column.name for column in self.columns])
        for column in self.columns:
            if column.name == usual:
                return [None if value is None else str(value) for value in column.values]
        return [None] * len(self)

    def rows(self) -> list[dict[str, Value]]:
        """The values of each feature by column."""
        names = [column.name for column in self.columns]
        cells = zip(*(column.values for column in self.columns), strict=True)
        return [dict(zip(names, row, strict=True)) for row in cells] or [{} for _g in self.geometry]


def read_table(
    path: Path | str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    hidden: Callable[[str], bool] | None = None,
) -> tuple[PolygonTable, tuple[Issue, ...]]:
    """Read all polygons of a boundary file, their columns, and what was assumed.

    `hidden` tells the columns that are not even read, nor are those of personal data.

    Parameters
    ----------
    path
        A boundary file.
    layer, crs, encoding, columns
        Which layer is read, and what the user states in place of what the file says.
    hidden
        Tells of a column whether it stays unread; those of personal data always do.

    Raises
    ------
    LayerError
        The file cannot be read, or holds no polygon.
    CRSError
        The CRS is missing, unknown or refused.
    GeometryError
        A vertex lies where the CRS has no land, or is no number.
    """
    with sources.opened(path, layer=layer, encoding=encoding, columns=columns) as source:
        used, crs_issues = layer_crs(source, crs)
        personal = [name for name in source.fields if is_personal(name)]
        wanted = [
            name
            for name in source.fields
            if name not in personal and (hidden is None or not hidden(name))
        ]
        rows = sources.read(source, wanted, None)
        bounds = total_bounds(source, rows)
        declared = {field.name: field for field in fields_of(source)}
        unknown = widths_unknown(source)
    refuse_out_of_reach(source, rows, used)
    refuse_not_finite(source, rows)
    sources.check_degrees(source, bounds, geographic=used.is_geographic)
    found, shape_issues = polygons(rows)
    if len(found) == 0:
        raise no_polygon(rows, source.place)
    made, column_issues = _columns(found.columns, declared)
    if personal:
        message = _(
            "columns with personal data are never copied: {columns}", columns=", ".join(personal)
        )
        column_issues.append(Issue("column_personal", "info", message))
    issues = (*source.issues, *crs_issues, *rows.issues, *unknown, *shape_issues, *column_issues)
    return PolygonTable(found.geometry, made, used), issues


def _columns(
    found: Mapping[str, pa.ChunkedArray], declared: Mapping[str, Field]
) -> tuple[tuple[TableColumn, ...], list[Issue]]:
    made, issues = [], []
    for name, values in found.items():
        kind = _kind(values.type)
        if kind is None:
            message = _(
                "the column {column} holds {type}, which is neither text nor number nor date, and is"
                " left out",
                column=name,
                type=str(values.type),
            )
            issues.append(Issue("column_left_out", "warning", message))
            continue
        field = declared.get(name, Field(name, ""))
        cells = tuple(_cell(value) for value in _plain(values).to_pylist())
        made.append(TableColumn(name, kind, cells, field.width, field.precision))
    return tuple(made), issues


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A coded column as its codes, which GDAL gives as indices into their descriptions."""
    if not pa.types.is_dictionary(values.type):
        return values
    return pa.chunked_array([chunk.indices for chunk in values.chunks], values.type.index_type)


def _kind(of: pa.DataType) -> Kind | None:
    if pa.types.is_dictionary(of):
        return _kind(of.index_type)
    return next((kind for is_kind, kind in _KINDS if is_kind(of)), "text")


def _cell(value: object) -> Value:
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if value is None or isinstance(value, str | bool | int | float | dt.date):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, SupportsFloat):
        return float(value)
    return str(value)


def as_json(value: Value) -> Value:
    """A value as JSON can hold it: days and times become text."""
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def dates_as_text(columns: Collection[TableColumn], *, also: Collection[Kind] = ()) -> list[Issue]:
    """Tell which columns a format without dates keeps as text."""
    kinds = {"date", "datetime", *also}
    names = [column.name for column in columns if column.kind in kinds]
    if not names:
        return []
    message = _(
        "dates and times are written as text, as 2018-12-31: {columns}", columns=", ".join(names)
    )
    return [Issue("column_as_text", "info", message)]
