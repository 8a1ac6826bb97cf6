"""DXF: closed polylines, and hatches where there are holes or several parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from townland.conversion.table import Value

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.entities.dxfgfx import DXFGraphic
    from ezdxf.layouts.layout import Modelspace


import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyproj
import shapely

from townland.conversion.ogr import encoding_named
from townland.conversion.table import PolygonTable, as_json, dates_as_text
from townland.geodesy.crs import describe
from townland.i18n import _
from townland.issues import Issue
from townland.reading.encoding import GB18030
from townland.reading.formats.dxf.entities import APPLICATION

Polygonal: TypeAlias = shapely.Polygon | shapely.MultiPolygon

LAYER = "用地红线"
"""The layer of features that have no column ``layer``: where bureaus look for a boundary."""

_CHUNK = 200
_MOST = 15_000
"""CAD keeps 16 kB of data with a thing."""
_TEXT_SHARE = 1 / 40
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('<>/\\":;?*|=`,', "_"))


def write_dxf(table: PolygonTable, path: Path, *, encoding: str | None = None) -> list[Issue]:
    """Write a drawing: a closed polyline for each plain polygon, a hatch for one with holes or parts.

    The column ``layer`` names the drawing's layer; the feature's name stands within it as a text; all
    columns are kept as extended data, which ``townland`` reads again. The CRS cannot be kept.

    With GB18030 it is a drawing of 2000 with code page 936, else one of 2007 in UTF-8.

    Parameters
    ----------
    table
        What is written.
    path
        The file.
    encoding
        ``UTF-8``, the default, or ``GB18030``.
    """
    old = encoding is not None and encoding_named(encoding) == GB18030
    with _without_clock():
        document = _new_document(old=old)
        lost = _add_features(document, table)
        document.saveas(path)
    return [*dates_as_text(table.columns), _no_crs(table.crs), *_cut_values(lost)]


def _new_document(*, old: bool) -> Drawing:
    """A drawing with what features need; an old one is of 2000, with code page 936."""
    from ezdxf.filemanagement import new

    document = new("R2000" if old else "R2007", units=6)
    if old:
        document.encoding = "gbk"
    document.appids.add(APPLICATION)
    document.styles.add("SimSun", font="simsun.ttf")
    return document


def _add_features(document: Drawing, table: PolygonTable) -> int:
    """Draw all features; how many of them lost their columns."""
    features = zip(table.geometry, table.rows(), table.names(), strict=True)
    return sum(not _add(document, *feature) for feature in features)


def _add(document: Drawing, shape: Polygonal, row: Mapping[str, Value], name: str | None) -> bool:
    """Draw a feature with its name; whether its columns are kept with it.

    Parameters
    ----------
    document
        The drawing.
    shape, row
        The feature's geometry, and its values by column.
    name
        What it is called, None for nothing.
    """
    layer = _layer(document, row)
    drawn = _draw(document.modelspace(), shape, layer)
    if name:
        _label(document.modelspace(), shape, name, layer)
    return _keep(drawn, row)


def _keep(drawn: DXFGraphic, row: Mapping[str, Value]) -> bool:
    """Keep a feature's columns as extended data, unless CAD would have no room for them."""
    kept = json.dumps({key: as_json(value) for key, value in row.items()})
    if len(kept) > _MOST:
        return False
    chunks = [kept[i : i + _CHUNK] for i in range(0, len(kept), _CHUNK)]
    drawn.set_xdata(APPLICATION, [(1000, chunk) for chunk in chunks])
    return True


def _no_crs(crs: pyproj.CRS) -> Issue:
    message = _(
        "a drawing holds no CRS: tell who gets it that the coordinates are in {crs}, and read it again"
        " with --crs {crs}",
        crs=describe(crs),
    )
    return Issue("crs_not_stored", "warning", message)


def _cut_values(lost: int) -> Iterator[Issue]:
    if lost:
        message = _(
            "{count} {count:feature has|features have} more text than a drawing keeps"
            " with a thing; {count:its|their} columns are lost",
            count=lost,
        )
        yield Issue("value_cut", "warning", message)


@contextmanager
def _without_clock() -> Iterator[None]:
    """Have ezdxf write fixed times and ids, so that the same polygons give the same bytes."""
    from ezdxf._options import options  # published as ezdxf.options, without a type

    before = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = before


def _layer(document: Drawing, row: Mapping[str, Value]) -> str:
    """The drawing's layer of a feature, made where it is new."""
    column = next((name for name in row if name.lower() == "layer"), None)
    stated = row[column] if column is not None else None
    name = str(stated or "").translate(_NOT_IN_NAMES).strip()[:255] or LAYER
    if name not in document.layers:
        document.layers.add(name, color=1)
    return name


def _draw(space: Modelspace, shape: Polygonal, layer: str) -> DXFGraphic:
    """Draw a feature: a polyline where it has one ring, else a hatch of all its rings.

    Parameters
    ----------
    space
        The model space of the drawing.
    shape
        The feature's geometry.
    layer
        The layer of the drawing.
    """
    attributes = {"layer": layer}
    if shape.geom_type == "Polygon" and not len(shape.interiors):
        return space.add_lwpolyline(_corners(shape.exterior), close=True, dxfattribs=attributes)
    drawn = space.add_hatch(dxfattribs={**attributes, "hatch_style": 0})
    for part in shapely.get_parts(shape):
        drawn.paths.add_polyline_path(_corners(part.exterior), is_closed=True, flags=1)
        for hole in part.interiors:
            drawn.paths.add_polyline_path(_corners(hole), is_closed=True, flags=0)
    return drawn


def _corners(ring: shapely.LinearRing) -> list[tuple[float, float]]:
    corners: list[tuple[float, float]] = [tuple(p) for p in shapely.get_coordinates(ring).tolist()]
    return corners[:-1]


def _label(space: Modelspace, shape: Polygonal, name: str, layer: str) -> None:
    """Write a feature's name within it, in a height that suits its size.

    Parameters
    ----------
    space
        The model space of the drawing.
    shape, name
        The feature's geometry, and what it is called.
    layer
        The layer of the drawing.
    """
    point = shape.representative_point()
    if point.is_empty:  # a ring without an area has no inside
        point = shapely.points(shapely.get_coordinates(shape)[0])
    west, south, east, north = shape.bounds
    height = max(east - west, north - south) * _TEXT_SHARE
    text = space.add_text(
        " ".join(name.split()), height=height, dxfattribs={"layer": layer, "style": "SimSun"}
    )
    text.set_placement((point.x, point.y))
