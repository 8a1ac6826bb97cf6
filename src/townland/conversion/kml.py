"""KML: longitude and latitude, with edges that stay where they were in the plane."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

from townland.conversion.table import PolygonTable, Value, as_json, dates_as_text
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
    issues = dates_as_text(table.columns)
    shapes = table.geometry
    if not (table.crs.is_geographic and is_identical(table.crs)):
        shapes = reproject(shapes, table.crs, LONLAT)
        message = _(
            "KML is in degrees: the coordinates were brought from {crs} to WGS 84, and edges divided"
            " every 20 m to keep their place",
            crs=describe(table.crs),
        )
        issues.append(Issue("crs_changed", "info", message))
    lost = 0
    fields = "".join(
        f"<SimpleField type={quoteattr(_TYPES.get(column.kind, 'string'))}"
        f" name={quoteattr(_clean(column.name))}/>"
        for column in table.columns
    )
    marks = []
    for shape, row, name in zip(
        shapely.orient_polygons(shapes), table.rows(), table.names(), strict=True
    ):
        lost += sum(isinstance(v, str) and bool(_FORBIDDEN.search(v)) for v in row.values())
        title = f"<name>{_text(name)}</name>" if name else ""
        marks.append(f"<Placemark>{title}{_data(row)}{_geometry(shape)}</Placemark>\n")
    schema = f'<Schema name="columns" id="columns">{fields}</Schema>\n' if fields else ""
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        f"<name>{_text(path.stem)}</name>\n{schema}{''.join(marks)}</Document></kml>\n",
        encoding="utf-8",
        newline="\n",
    )
    if lost:
        message = _("{count} values hold control characters, which are left out", count=lost)
        issues.append(Issue("value_cut", "warning", message))
    return issues


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
