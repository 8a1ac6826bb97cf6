"""GeoJSON with every digit of every coordinate, in the CRS of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyproj
import shapely

from townland.conversion.table import PolygonTable, Value, as_json, dates_as_text
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
    head = {"type": "FeatureCollection", "name": path.stem, **_crs_member(table.crs, path)}
    start = json.dumps(head, ensure_ascii=False)[:-1]
    text = f'{start}, "features": [\n' + ",\n".join(_features(table)) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    stays = [] if table.crs == LONLAT else [_crs_stays(table.crs)]
    return [*dates_as_text(table.columns), *stays]


def _crs_member(crs: pyproj.CRS, path: Path) -> dict[str, object]:
    """The member that names another CRS than that of RFC 7946."""
    if crs == LONLAT:
        return {}
    code = crs.to_epsg()
    if code is None:
        raise _no_code(crs, path)
    return {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}}


def _no_code(crs: pyproj.CRS, path: Path) -> CRSError:
    return CRSError(
        _(
            "{path}: GeoJSON names a CRS by its EPSG code, and {crs} has none; state another"
            " one with --to-crs, or write a GeoPackage",
            path=path.name,
            crs=describe(crs),
        )
    )


def _crs_stays(crs: pyproj.CRS) -> Issue:
    message = _(
        "the coordinates stay in {crs}, named in the member crs, which web maps do not read; for"
        " those give --to-crs EPSG:4326",
        crs=describe(crs),
    )
    return Issue("geojson_not_rfc7946", "info", message)


def _features(table: PolygonTable) -> Iterator[str]:
    """The features, each on a line of its own."""
    shapes = shapely.orient_polygons(table.geometry)
    yield from (_feature(*each) for each in zip(shapes, table.rows(), strict=True))


def _feature(shape: shapely.Polygon | shapely.MultiPolygon, row: Mapping[str, Value]) -> str:
    members = {
        "type": "Feature",
        "properties": {name: as_json(value) for name, value in row.items()},
        "geometry": shapely.geometry.mapping(shape),
    }
    return json.dumps(members, ensure_ascii=False, allow_nan=False)
