"""Shapefile and GeoPackage through pyogrio, where fiona has no package: Python 3.14 and later."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray

from townland.conversion.table import PolygonTable, TableColumn
from townland.errors import ReportError
from townland.i18n import _
from townland.output.stamped import stamped

_TYPES: dict[str, type | str] = {
    "integer": np.int64,
    "real": np.float64,
    "boolean": np.bool_,
    "date": "datetime64[D]",
    "datetime": "datetime64[ms]",
}
_NO_ZONE, _GREENWICH = 0, 100
"""GDAL's numbers of a time zone: not known, and that in which a GeoPackage has its times."""


def save(
    table: PolygonTable, columns: Sequence[TableColumn], path: Path, *, stamp: str, **options: str
) -> None:
    """Write polygons and columns, and the widths of text where the file is a GeoPackage.

    Parameters
    ----------
    table, columns
        The polygons, and the columns as they are named in the file.
    path
        The file.
    stamp
        What the file says of its last change.
    options
        The driver, and options of its own.

    Raises
    ------
    ReportError
        The file cannot be written.
    """
    several = bool((shapely.get_type_id(table.geometry) == 6).any())
    zones = {column.name: _zones(column) for column in columns if column.kind == "datetime"}
    try:
        with stamped(stamp):
            pyogrio.raw.write(
                path,
                shapely.to_wkb(table.geometry),
                field_data=[_values(column) for column in columns],
                fields=[column.name for column in columns],
                field_mask=[_missing(column) for column in columns],
                geometry_type="MultiPolygon"
                if several and options["driver"] == "GPKG"
                else "Polygon",
                crs=_crs(table.crs),
                gdal_tz_offsets=zones or None,
                **options,
            )
        if options["driver"] == "GPKG":
            _declare(path, columns)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
        pyogrio.errors.GeometryError,
        sqlite3.Error,
        ValueError,
        RuntimeError,
    ) as problem:
        raise not_written(path, problem) from problem


def not_written(path: Path, problem: Exception) -> ReportError:
    """The error of a file that a library cannot write."""
    return ReportError(
        _(
            "{path}: cannot be written ({reason}); nothing was written",
            path=path.name,
            reason=" ".join(str(problem).split())[:200],
        )
    )


def _crs(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def _missing(column: TableColumn) -> NDArray[np.bool_] | None:
    """Which cells are empty; None where the values themselves can say so."""
    if column.kind not in ("integer", "boolean"):
        return None
    return np.array([value is None for value in column.values], dtype=bool)


def _values(column: TableColumn) -> NDArray[np.generic] | NDArray[np.object_]:
    """The values as pyogrio takes them."""
    if column.kind == "text":
        texts = [None if value is None else str(value) for value in column.values]
        return np.array(texts, dtype=object)
    empty = {"integer": 0, "boolean": False, "real": np.nan}.get(column.kind, "NaT")
    values = [empty if value is None else _greenwich(value) for value in column.values]
    return np.array(values, dtype=_TYPES[column.kind])


def _greenwich(value: object) -> object:
    """A time with a zone as it is at Greenwich; GDAL is told the zone beside it."""
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        return value
    return value.astimezone(dt.UTC).replace(tzinfo=None)


def _zones(column: TableColumn) -> NDArray[np.int64]:
    """The time zones of a column of times, in GDAL's numbers."""
    known = [isinstance(value, dt.datetime) and value.tzinfo is not None for value in column.values]
    return np.where(known, _GREENWICH, _NO_ZONE)


def _declare(path: Path, columns: Sequence[TableColumn]) -> None:
    """State the widths of text in the table's definition, which pyogrio cannot be told.

    SQLite keeps the statement that made a table as text, and no row depends on a width
    (https://www.sqlite.org/pragma.html#pragma_writable_schema).
    """
    sized = [column for column in columns if column.kind == "text" and column.width]
    if not sized:
        return
    with closing(sqlite3.connect(path)) as base:
        ((version,),) = base.execute("PRAGMA schema_version").fetchall()
        ((statement,),) = base.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (path.stem,)
        ).fetchall()
        for column in sized:
            name = '"' + column.name.replace('"', '""') + '"'
            statement = statement.replace(f"{name} TEXT", f"{name} TEXT({column.width})", 1)
        base.execute("PRAGMA writable_schema = ON")
        base.execute(
            "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?",
            (statement, path.stem),
        )
        base.execute(f"PRAGMA schema_version = {int(version) + 1}")
        base.commit()
