"""KML: longitude and latitude, with edges that stay where they were in the plane."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.conversion.table import PolygonTable, TableColumn, Value, as_json, dates_as_text
from townland.geodesy.crs import LONLAT, describe, is_identical, reproject
from townland.i18n import _
from townland.issues import Issue

_TYPES = {"integer": "int", "real": "double", "boolean": "bool"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML 1.0 has no way to write."""
_KEPT = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def write_kml(table: PolygonTable, path: Path) -> list[Issue]:
    """Write a KML with one placemark a feature, and its columns as extended data.

    Edges are divided every 20 m where the coordinates were in a plane, so that area and shape stay; the
    old corners are among the new ones. Degrees are written with all their digits.
    """
    shapes, moved = _in_degrees(table)
    features = zip(shapely.orient_polygons(shapes), table.rows(), table.names(), strict=True)
    marks = "".join(_placemark(*feature) for feature in features)
    text = _document(path.stem, _schema(table.columns) + marks)
    path.write_text(text, encoding="utf-8", newline="\n")
    return [*dates_as_text(table.columns), *moved, *_cleaned(table)]


def _in_degrees(table: PolygonTable) -> tuple[NDArray[np.object_], list[Issue]]:
    """The polygons in WGS 84, and that their coordinates were changed."""
    if table.crs.is_geographic and is_identical(table.crs):
        return table.geometry, []
    message = _(
        "KML is in degrees: the coordinates were brought from {crs} to WGS 84, and edges divided"
        " every 20 m to keep their place",
        crs=describe(table.crs),
    )
    shapes = reproject(table.geometry, table.crs, LONLAT)
    return shapes, [Issue("crs_changed", "info", message)]


def _document(name: str, content: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        f"<name>{_text(name)}</name>\n{content}</Document></kml>\n"
    )


def _schema(columns: Iterable[TableColumn]) -> str:
    """The columns with their types; nothing where there are none."""
    fields = "".join(
        f"<SimpleField type={quoteattr(_TYPES.get(column.kind, 'string'))}"
        f" name={quoteattr(_clean(column.name))}/>"
        for column in columns
    )
    return f'<Schema name="columns" id="columns">{fields}</Schema>\n' if fields else ""


def _placemark(
    shape: shapely.Polygon | shapely.MultiPolygon, row: Mapping[str, Value], name: str | None
) -> str:
    """One feature.

    Parameters
    ----------
    shape, row
        Its geometry, and its values by column.
    name
        What it is called, None for nothing.
    """
    title = f"<name>{_text(name)}</name>" if name else ""
    return f"<Placemark>{title}{_data(row)}{_geometry(shape)}</Placemark>\n"


def _cleaned(table: PolygonTable) -> list[Issue]:
    """That values hold characters that XML cannot write."""
    texts = (v for row in table.rows() for v in row.values() if isinstance(v, str))
    lost = sum(_FORBIDDEN.search(text) is not None for text in texts)
    if not lost:
        return []
    message = _(
        "{count} {count:value holds|values hold} control characters, which are left out", count=lost
    )
    return [Issue("value_cut", "warning", message)]


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _text(value: Value) -> str:
    value = as_json(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return escape(_clean(text), _KEPT)


def _data(row: Mapping[str, Value]) -> str:
    cells = "".join(
        f"<SimpleData name={quoteattr(_clean(name))}>{_text(value)}</SimpleData>"
        for name, value in row.items()
        if value is not None
    )
    return f'<ExtendedData><SchemaData schemaUrl="#columns">{cells}</SchemaData></ExtendedData>'


def _geometry(shape: shapely.Polygon | shapely.MultiPolygon) -> str:
    parts = [_polygon(part) for part in shapely.get_parts(shape)]
    if shape.geom_type == "Polygon":
        return parts[0]
    return f"<MultiGeometry>{''.join(parts)}</MultiGeometry>"


def _polygon(polygon: shapely.Polygon) -> str:
    holes = "".join(
        f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>" for hole in polygon.interiors
    )
    return f"<Polygon><outerBoundaryIs>{_ring(polygon.exterior)}</outerBoundaryIs>{holes}</Polygon>"


def _ring(ring: shapely.LinearRing) -> str:
    points = " ".join(
        f"{_number(x)},{_number(y)}" for x, y in shapely.get_coordinates(ring).tolist()
    )
    return f"<LinearRing><coordinates>{points}</coordinates></LinearRing>"


def _number(value: float) -> str:
    """The fewest digits that give the same number again, without an exponent."""
    return str(np.format_float_positional(value, trim="-"))
