"""Shapefile and GeoPackage with the widths, types and dates of the file that was read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyproj
import shapely

from townland.conversion.by_pyogrio import not_written, save
from townland.conversion.dbf import LANGUAGE_BYTES, write_dbf
from townland.conversion.table import PolygonTable, TableColumn, as_json, dates_as_text
from townland.i18n import _
from townland.issues import Issue
from townland.reading.encoding import UTF_8, codec_of
from townland.reading.formats import shapefile
from townland.reading.widths import fiona_or_none

SHAPEFILE = shapefile.FORMAT.data_files
STAMP = "2000-01-01T00:00:00.000Z"
"""What a GeoPackage says of its last change, so that the same features give the same bytes."""

_NAME = 10
_UNNAMED = "column"
_TEXT = 254
_INTEGER = 18
_REAL = (24, 15)
_DIGITS = 32
"""No number of a DBF is wider, whatever a file of another format declares of a column."""


def encoding_named(label: str) -> str | None:
    """The encoding that may be written under this name: UTF-8, or GB18030 for GBK and its like.

    >>> encoding_named("gbk"), encoding_named("utf8"), encoding_named("latin-1")
    ('GB18030', 'UTF-8', None)
    """
    found = codec_of(label)
    return found if found in LANGUAGE_BYTES else None


def write_shapefile(table: PolygonTable, path: Path, *, encoding: str | None = None) -> list[Issue]:
    """Write a Shapefile with its five files; names of columns are cut to ten bytes.

    Fields keep the width, precision and type that the file had, and grow only where a value would not
    fit, as Chinese text from GB18030 to UTF-8. Text longer than 254 bytes is cut.

    Parameters
    ----------
    table
        What is written.
    path
        The file with the ending ``.shp``.
    encoding
        ``UTF-8``, the default, or ``GB18030``.
    """
    used = encoding_named(encoding) if encoding is not None else UTF_8
    used = used or UTF_8
    columns, issues = _fitting(table.columns, used)
    # fiona writes the shapes, with a column that is replaced
    schema = {"geometry": "Polygon", "properties": {"FID": "int32:9"}}
    rows = PolygonTable(
        table.geometry, (TableColumn("FID", "integer", tuple(range(len(table)))),), table.crs
    )
    _save(rows, rows.columns, path, schema, driver="ESRI Shapefile")
    write_dbf(path.with_suffix(".dbf"), columns, len(table), used)
    path.with_suffix(".cpg").write_text(used, encoding="ascii")
    return issues


def write_geopackage(table: PolygonTable, path: Path) -> list[Issue]:
    """Write a GeoPackage with one layer, called like the file."""
    several = (shapely.get_type_id(table.geometry) == 6).any()
    columns, issues = _distinct(table.columns, reserved=("fid", "geom"))
    schema = {
        "geometry": "MultiPolygon" if several else "Polygon",
        "properties": {column.name: _type(column) for column in columns},
    }
    if several:
        parts = [shapely.multipolygons(shapely.get_parts(shape)) for shape in table.geometry]
        table = replace(table, geometry=np.array(parts, dtype=object))
    _save(table, columns, path, schema, driver="GPKG", GEOMETRY_NAME="geom", FID="fid")
    return issues


def _save(
    table: PolygonTable,
    columns: Sequence[TableColumn],
    path: Path,
    schema: Mapping[str, object],
    **options: str,
) -> None:
    """Write polygons and columns through fiona, or through pyogrio where fiona is not installed.

    Parameters
    ----------
    table, columns
        The polygons, and the columns as they are named in the file.
    path
        The file.
    schema
        Geometry type and columns in fiona's words.
    options
        The driver, and options of its own.
    """
    fiona = fiona_or_none()
    if fiona is None:
        save(table, columns, path, stamp=STAMP, **options)
        return
    shapes = [shapely.geometry.mapping(shape) for shape in table.geometry]
    rows = replace(table, columns=tuple(columns)).rows()
    try:
        with (
            fiona.Env(OGR_CURRENT_DATE=STAMP),
            fiona.open(path, "w", schema=schema, crs=_crs(table.crs), **options) as file,
        ):
            file.writerecords(
                {"geometry": shape, "properties": row}
                for shape, row in zip(shapes, rows, strict=True)
            )
    except (fiona.errors.FionaError, ValueError, RuntimeError) as problem:
        raise not_written(path, problem) from problem


def _crs(crs: pyproj.CRS) -> object:
    import fiona.crs

    code = crs.to_epsg()
    return fiona.crs.CRS.from_epsg(code) if code else fiona.crs.CRS.from_wkt(crs.to_wkt())


def _type(column: TableColumn) -> str:
    """A column in fiona's words; integers are of one size, since fiona mixes up two."""
    if column.kind == "text":
        return f"str:{column.width}" if column.width else "str"
    return {"integer": "int64", "real": "float", "boolean": "bool"}.get(column.kind, column.kind)


def _real_size(column: TableColumn) -> tuple[int, int]:
    if column.width is None:
        return _REAL
    width = min(column.width, _DIGITS)
    return width, min(column.precision or 0, max(0, width - 2))


def _fitting(
    columns: Sequence[TableColumn], encoding: str
) -> tuple[list[TableColumn], list[Issue]]:
    """The columns as a DBF can hold them, and what had to change."""
    issues = dates_as_text([column for column in columns if column.kind == "datetime"])
    wider, cut = [], []
    found = []
    for column in columns:
        # a DBF knows days, but no time of day
        if column.kind == "datetime":
            text = tuple(as_json(value) for value in column.values)
            column = TableColumn(column.name, "text", text)
        if column.kind == "text":
            column, grew, shortened = _fitting_text(column, encoding)
            wider += [column.name] if grew else []
            cut += [column.name] if shortened else []
        elif column.kind in ("integer", "real"):
            column, grew = _fitting_number(column, encoding)
            wider += [column.name] if grew else []
        found.append(column)
    if wider:
        message = _(
            "fields are wider than in the file that was read, since values would not fit: {columns}",
            columns=", ".join(wider),
        )
        issues.append(Issue("field_widened", "info", message))
    if cut:
        message = _(
            "text is cut to {limit} bytes, which is all that a Shapefile holds, in {columns}; write a"
            " GeoPackage to keep it",
            limit=_TEXT,
            columns=", ".join(cut),
        )
        issues.append(Issue("value_cut", "warning", message))
    named, renamed = _short_names(found, encoding)
    return named, [*issues, *renamed]


def _fitting_text(column: TableColumn, encoding: str) -> tuple[TableColumn, bool, bool]:
    values = tuple(None if value is None else str(value) for value in column.values)
    short = tuple(None if value is None else _cut(value, encoding, _TEXT) for value in values)
    need = max((len(value.encode(encoding)) for value in short if value), default=1)
    width = max(need, min(column.width or need, _TEXT))
    made = replace(column, values=short, width=width)
    return made, column.width is not None and need > column.width, short != values


def _fitting_number(column: TableColumn, encoding: str) -> tuple[TableColumn, bool]:
    """A numeric column that is wide enough for its values; one that no field can hold becomes text."""
    values = [value for value in column.values if value is not None]
    if column.kind == "integer":
        need = max((len(str(value)) for value in values), default=1)
        width = min(column.width or _INTEGER, _DIGITS)
        return replace(column, width=max(width, need)), need > width
    width, precision = _real_size(column)
    need = max((len(f"{value:.{precision}f}") for value in values), default=1)
    if need <= width:
        return replace(column, width=width, precision=precision), False
    if column.width is not None and need <= _DIGITS:
        return replace(column, width=need, precision=precision), True
    # a DBF holds so many digits, so that large numbers have fewer behind the point
    whole = max(len(f"{value:.0f}") for value in values)
    width = width if column.width is None else _DIGITS
    if whole <= width:
        fewer = replace(column, width=width, precision=max(0, width - whole - 2))
        return fewer, column.width is not None
    texts = tuple(None if value is None else repr(value) for value in column.values)
    return _fitting_text(TableColumn(column.name, "text", texts), encoding)[0], True


def _cut(text: str, encoding: str, width: int) -> str:
    """The longest beginning of a text that has at most `width` bytes, whole characters only.

    Parameters
    ----------
    text
        The text.
    encoding, width
        The encoding, and how many bytes there is room for.

    Examples
    --------
    >>> _cut("柳南区太阳村镇", "UTF-8", 10), _cut("柳南区太阳村镇", "GB18030", 10)
    ('柳南区', '柳南区太阳')
    """
    sizes = list(accumulate(len(letter.encode(encoding)) for letter in text))
    return text[: bisect_right(sizes, width)]


def _short_names(
    columns: Sequence[TableColumn], encoding: str
) -> tuple[list[TableColumn], list[Issue]]:
    """The columns under names of at most ten bytes, all different whatever the case of letters."""
    taken: set[str] = set()
    found, renamed = [], []
    whole = {
        column.name.lower()
        for column in columns
        if _cut(column.name, encoding, _NAME) == column.name
    }
    for column in columns:
        name = _cut(column.name or _UNNAMED, encoding, _NAME)
        for candidate in _candidates(name, encoding):
            clash = candidate.lower() in taken
            # a name that needs no cutting goes before one that was cut to it
            if not clash and (candidate == column.name or candidate.lower() not in whole):
                name = candidate
                break
        taken.add(name.lower())
        renamed += [f"{column.name or '–'} → {name}"] if name != column.name else []
        found.append(replace(column, name=name))
    return found, _renamed(renamed)


def _candidates(name: str, encoding: str) -> Iterator[str]:
    yield name
    for number in range(1, 10_000):
        ending = f"_{number}"
        yield _cut(name, encoding, _NAME - len(ending)) + ending


def _distinct(
    columns: Sequence[TableColumn], *, reserved: Sequence[str]
) -> tuple[list[TableColumn], list[Issue]]:
    """The columns under names that differ in more than case, and are not those of the format."""
    taken = set(reserved)
    found, renamed = [], []
    for column in columns:
        wanted = column.name or _UNNAMED
        name, number = wanted, 0
        while name.lower() in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name.lower())
        renamed += [f"{column.name or '–'} → {name}"] if name != column.name else []
        found.append(replace(column, name=name))
    return found, _renamed(renamed)


def _renamed(names: Sequence[str]) -> list[Issue]:
    if not names:
        return []
    message = _("columns bear other names, as the format wants: {names}", names=", ".join(names))
    return [Issue("field_renamed", "warning", message)]
