"""GeoJSON with every digit of every coordinate, in the CRS of the file."""

from __future__ import annotations

import json
from pathlib import Path

import shapely

from townland.conversion.table import PolygonTable, as_json, dates_as_text
from townland.errors import CRSError
from townland.geodesy.crs import LONLAT, describe
from townland.i18n import _
from townland.issues import Issue


def write_geojson(table: PolygonTable, path: Path) -> list[Issue]:
    """Write a GeoJSON, one feature a line.

    Other coordinates than those of WGS 84 keep their CRS, named in the member ``crs`` of the edition of
    2008, which GDAL and QGIS read; RFC 7946 knows degrees only.

    Raises
    ------
    CRSError
        The CRS has no EPSG code, so that it cannot be named.
    """
    head: dict[str, object] = {"type": "FeatureCollection", "name": path.stem}
    issues = dates_as_text(table.columns)
    if table.crs != LONLAT:
        code = table.crs.to_epsg()
        if code is None:
            raise CRSError(
                _(
                    "{path}: GeoJSON names a CRS by its EPSG code, and {crs} has none; state another"
                    " one with --to-crs, or write a GeoPackage",
                    path=path.name,
                    crs=describe(table.crs),
                )
            )
        head["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}
        message = _(
            "the coordinates stay in {crs}, named in the member crs, which web maps do not read; for"
            " those give --to-crs EPSG:4326",
            crs=describe(table.crs),
        )
        issues.append(Issue("geojson_not_rfc7946", "info", message))
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {name: as_json(value) for name, value in row.items()},
                "geometry": shapely.geometry.mapping(shape),
            },
            ensure_ascii=False,
            allow_nan=False,
        )
        for shape, row in zip(shapely.orient_polygons(table.geometry), table.rows(), strict=True)
    ]
    start = json.dumps(head, ensure_ascii=False)[:-1]
    text = f'{start}, "features": [\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return issues
