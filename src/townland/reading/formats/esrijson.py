"""JSON of ArcGIS (a feature set with rings), in files that GeoJSON has the endings of.

Source: Esri, *Common data types: Geometry objects* and *FeatureSet object* (ArcGIS REST API): outlines
go clockwise, holes counter-clockwise, and a hole belongs to the outline around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError as ProjCRSError

from townland.errors import CRSError, LayerError
from townland.i18n import Text, _
from townland.issues import Issue
from townland.reading.format import Format, Source
from townland.reading.formats import server_said
from townland.reading.limits import distinct
from townland.reading.polygons import Left
from townland.reading.rows import LARGEST, Rows, bounds_of, choose

_MEMBERS = {"geometryType", "spatialReference", "attributes", "rings", "curveRings", "paths"}
_POLYGON = "esriGeometryPolygon"
_DATE = "esriFieldTypeDate"

Ring = NDArray[np.float64]
"""Of shape (n, 2), closed."""


@dataclass(slots=True)
class _Mended:
    """What was mended in the file: rings that were closed, or turned; geometries with heights."""

    closed: int = 0
    turned: int = 0
    deep: int = 0
    references: list[object] = field(default_factory=list)


def is_esri(document: object) -> bool:
    """Whether a document is a feature set, a feature or a geometry of ArcGIS."""
    if not isinstance(document, dict) or "type" in document:
        return False
    features = document.get("features")
    first = features[0] if isinstance(features, list) and features else None
    inner = isinstance(first, dict) and "type" not in first and "attributes" in first
    return bool(_MEMBERS & document.keys()) or inner


def source_of(form: Format, file: Path, place: str, document: Mapping[str, object]) -> Source:
    """The layer of a document, all of whose features are read.

    Parameters
    ----------
    form, file, place
        The format under whose endings it comes, the file, and how messages name it.
    document
        What the file holds.

    Raises
    ------
    LayerError
        It holds no polygons, true curves, or coordinates that are no numbers.
    CRSError
        Its spatial reference is unknown, or features have different ones.
    """
    kind = document.get("geometryType", _POLYGON)
    if kind != _POLYGON or "transform" in document:
        raise LayerError(
            _(
                "{place}: an EsriJSON with {kind}; expected esriGeometryPolygon with coordinates as"
                " they are: export the polygons again, without quantization",
                place=place,
                kind="transform" if "transform" in document else str(kind)[:60],
            )
        )
    seen = _Mended()
    features = _features(document)
    shapes = [_shape(each, number, place, seen) for number, each in enumerate(features, 1)]
    geometry = np.array(shapes, dtype=object)
    columns = _columns(features, document, place)
    rows = Rows(np.arange(len(features)), columns, geometry, bounds=bounds_of(geometry))
    return Source(
        path=file,
        place=place,
        format=form,
        layer=None,
        fields=tuple(columns),
        crs=_crs([document.get("spatialReference"), *seen.references], place),
        geometry_type="Polygon",
        features=len(rows),
        bounds=rows.bounds,
        indexed=False,
        fetch=partial(choose, rows),
        encoding="UTF-8",
        issues=tuple(_notes(document, seen)),
    )


def _features(document: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The features of a document; a bare feature or geometry is one."""
    features = document.get("features")
    if isinstance(features, list):
        return [each if isinstance(each, dict) else {} for each in features]
    return [document if "geometry" in document else {"geometry": document}]


def _shape(
    feature: Mapping[str, object], number: int, place: str, seen: _Mended
) -> shapely.Polygon | shapely.MultiPolygon | None:
    """The polygon of a feature; None where it has no geometry.

    Parameters
    ----------
    feature, number
        The feature, and its number from 1.
    place
        How messages name the file.
    seen
        What was mended so far.
    """
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return None
    if geometry.get("spatialReference") is not None:
        seen.references.append(geometry["spatialReference"])
    if "curveRings" in geometry:
        raise _refused(place, number, _(
            "it has true curves (curveRings), which are not read: densify them in ArcGIS (Densify), and"
            " export again"
        ))  # fmt: skip
    rings = geometry.get("rings")
    if not isinstance(rings, list):
        raise _refused(place, number, _("it has no rings; export the polygons again"))
    found = [_ring(ring, number, place, seen) for ring in rings]
    return _polygon([ring for ring in found if len(ring)], seen)


def _ring(ring: object, number: int, place: str, seen: _Mended) -> Ring:
    """The points of a ring, closed; none where it has fewer than three different ones.

    Parameters
    ----------
    ring
        What stands in the place of a ring.
    number, place
        The number of its feature, and how messages name the file.
    seen
        What was mended so far.
    """
    listed = ring if isinstance(ring, list) else [ring]
    points = [point if isinstance(point, list) else [] for point in listed]
    for vertex, point in enumerate(points, 1):
        pair = point[:2]
        if len(pair) < 2 or not all(map(_is_number, pair)):
            raise _refused(
                place,
                number,
                _("vertex {vertex} of a ring is no pair of numbers; correct it", vertex=vertex),
            )
    table = np.array([point[:2] for point in points], np.float64).reshape(-1, 2)
    seen.deep += any(len(point) > 2 for point in points)
    if len(np.unique(table, axis=0)) < 3:
        return np.empty((0, 2))
    if (table[0] != table[-1]).any():
        seen.closed += 1
        table = np.vstack([table, table[:1]])
    return table


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and abs(value) <= LARGEST


def _polygon(rings: Sequence[Ring], seen: _Mended) -> shapely.Polygon | shapely.MultiPolygon | None:
    """The polygons of rings that are told by their direction; None of none."""
    if not rings:
        return None
    table = shapely.linearrings(np.concatenate(rings), indices=np.repeat(
        np.arange(len(rings)), [len(ring) for ring in rings]
    ))  # fmt: skip
    is_hole = shapely.is_ccw(table)
    outlines = list(shapely.polygons(table[~is_hole]))
    inner: dict[int, list[shapely.LinearRing]] = {}
    for hole, around in zip(table[is_hole], _around(table[is_hole], outlines), strict=True):
        if around is None:
            # a hole in nothing is an outline that goes the wrong way
            seen.turned += 1
            outlines.append(shapely.Polygon(hole))
        else:
            inner.setdefault(around, []).append(hole)
    parts = [
        shapely.Polygon(outline.exterior, inner.get(at, [])) for at, outline in enumerate(outlines)
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _around(
    holes: NDArray[np.object_], outlines: Sequence[shapely.Polygon]
) -> Sequence[int | None]:
    """For each hole the position of the smallest outline around it, None of none."""
    within: list[int | None] = [None] * len(holes)
    if not len(holes) or not outlines:
        return within
    points = shapely.point_on_surface(shapely.polygons(holes))
    area = shapely.area(np.array(outlines, dtype=object))
    pairs = shapely.STRtree(outlines).query(points, predicate="within")
    for hole, outline in pairs.T.tolist():
        best = within[hole]
        if best is None or area[outline] < area[best]:
            within[hole] = outline
    return within


def _refused(place: str, number: int, reason: Text) -> LayerError:
    """The error about a feature.

    Parameters
    ----------
    place, number
        How messages name the file, and the number of the feature.
    reason
        What is wrong with it, and what to do.
    """
    return LayerError(
        _("{place}: feature {feature}: {reason}", place=place, feature=number, reason=reason)
    )


def _crs(references: Sequence[object], place: str) -> str | None:
    """The CRS of a file, None where it states none."""
    stated = [each for each in references if isinstance(each, dict) and each]
    found = {name for each in stated if (name := _reference(each)) is not None}
    if len(found) > 1:
        raise CRSError(
            _(
                "{place}: the features are in several coordinate systems ({found}); export each to a"
                " file of its own",
                place=place,
                found=", ".join(sorted(found))[:200],
            )
        )
    return next(iter(found), None)


def _reference(reference: Mapping[str, object]) -> str | None:
    """What a spatial reference means: the latest code, the code, or the text; None of nothing."""
    for key in ("latestWkid", "wkid"):
        code = reference.get(key)
        if isinstance(code, int) and type(code) is not bool:
            known = [f"{maker}:{code}" for maker in ("EPSG", "ESRI")]
            return next(filter(_is_known, known), known[0])
    text = reference.get("wkt2") or reference.get("wkt")
    return text if isinstance(text, str) else None


def _is_known(name: str) -> bool:
    try:
        pyproj.CRS.from_user_input(name)
    except ProjCRSError:
        return False
    return True


def _columns(
    features: Sequence[Mapping[str, object]], document: Mapping[str, object], place: str
) -> dict[str, pa.ChunkedArray]:
    """The attributes of all features; dates are milliseconds since 1970 in the file.

    Parameters
    ----------
    features, document
        The features, and the document with their fields.
    place
        How messages name the file.
    """
    rows = [each.get("attributes") for each in features]
    tables = [row if isinstance(row, dict) else {} for row in rows]
    names = distinct((str(name) for row in tables for name in row), place)
    fields = document.get("fields")
    dates = {
        str(each.get("name"))
        for each in (fields if isinstance(fields, list) else [])
        if isinstance(each, dict) and each.get("type") == _DATE
    }
    return {
        name.translate(_LONE): _column([row.get(name) for row in tables], name in dates)
        for name in names
    }


_LONE = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""Halves of characters, which JSON can write and no text can hold."""


def _column(values: list[object], is_date: bool) -> pa.ChunkedArray:
    values = [each.translate(_LONE) if isinstance(each, str) else each for each in values]
    try:
        array = pa.array(values, pa.timestamp("ms")) if is_date else pa.array(values)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        array = pa.array(_texts(values), pa.string())
    if pa.types.is_null(array.type) or pa.types.is_nested(array.type):
        array = pa.array(_texts(values), pa.string())
    return pa.chunked_array([array])


def _texts(values: Sequence[object]) -> list[str | None]:
    return [None if value is None else str(value).translate(_LONE) for value in values]


def _notes(document: Mapping[str, object], seen: _Mended) -> Iterator[Issue]:
    """What was mended, and whether the file says that it is not whole."""
    yield from server_said.left_out(document, len(_features(document)))
    if seen.turned:
        message = _(
            "{count} {count:ring goes|rings go} counter-clockwise, as holes do, and"
            " {count:lies|lie} in no outline; {count:it is read as an outline|they are"
            " read as outlines}",
            count=seen.turned,
        )
        yield Issue("esri_ring_turned", "warning", message)
    if seen.closed:
        message = _(
            "{count} {count:ring is|rings are} not closed, and {count:was|were} closed",
            count=seen.closed,
        )
        yield Issue("ring_closed", "warning", message)
    yield from Left(deep=seen.deep).issues()
