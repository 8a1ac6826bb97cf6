"""One layer of one file: found, recognised and described, then read in part."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from townland.errors import CRSError, LayerError
from townland.geodesy.crs import Bounds, candidates, describe
from townland.geodesy.crs.candidates import shown
from townland.i18n import _
from townland.issues import Issue
from townland.reading import complete
from townland.reading.columns import refuse_personal
from townland.reading.complete import side_file
from townland.reading.encoding import encoding_of
from townland.reading.formats import geojson, geoparquet, wkb, zipped
from townland.reading.formats.dxf import read_dxf
from townland.reading.formats.kml import read_kml
from townland.reading.formats.points.table import read_coordinates
from townland.reading.formats.points.txt import read_text
from townland.reading.layer_names import layer_name
from townland.reading.rows import (
    LARGEST,
    Rows,
    Whole,
    bounds_of,
    box_area,
    finite,
    hull,
    meets,
    no_rows,
    refuse_absurd,
    refuse_too_many,
)
from townland.reading.sniff import DRIVERS, Format, local, sniff

NUMBERED_FROM_1 = (
    "geopackage",
    "filegdb",
    "coordinate_text",
    "coordinate_table",
    "database",
    "frame",
)
"""The formats that count their features from 1; people count so, too."""

INDEXES = (".qix", ".sbn")
"""Indexes of a Shapefile, which may be left over from another state of it."""

READERS: dict[Format, Callable[..., Whole]] = {
    "coordinate_text": read_text,
    "coordinate_table": read_coordinates,
    "dxf": read_dxf,
    "kml": read_kml,
}
"""The formats that are read whole, each by a function ``(file, place, *, layer, encoding)``."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a layer's file says of itself.

    `path` is the file on disk (unpacked where it was zipped), `place` how messages name it. `features`
    and `bounds` are None where the format does not tell them cheaply; `indexed` says whether a window
    is found without reading the rest. `held` are all features, where the format is read whole;
    `fetch` gives columns of those near some boxes, where a database is asked.
    """

    path: Path
    place: str
    format: Format
    layer: str | None
    fields: tuple[str, ...]
    crs: Any
    geometry_type: str
    features: int | None
    bounds: Bounds | None
    indexed: bool
    encoding: str | None = None
    encoding_declared: str | None = None
    issues: tuple[Issue, ...] = ()
    held: Rows | None = None
    fetch: Callable[..., Rows] | None = None


@contextmanager
def opened(
    path: Path | str,
    *,
    layer: str | None = None,
    prefer: str | None = None,
    encoding: str | None = None,
) -> Iterator[Source]:
    """Open one layer of a file, for as long as the context lasts.

    Parameters
    ----------
    path
        A file, a FileGDB folder, or a zip of one.
    layer
        The layer's name, in any case of letters. It may be left out where the file has one layer, or
        one with polygons, or one called `prefer`.
    prefer
        The name to look for where none is stated.
    encoding
        The encoding of a Shapefile's text, where the user states it.

    Raises
    ------
    LayerError
        The file cannot be read, or the layer cannot be told.
    EncodingError
        The text cannot be decoded.
    """
    given = local(path)
    # a layer that is absent from the catalog may still name the one file of a zip
    with zipped.opened(given, prefer=layer or prefer) as file:
        place = given.as_posix() if file == given else f"{given.as_posix()}: {file.name}"
        kind = sniff(file, place=place)
        if kind in ("raster", "zip"):
            raise LayerError(
                _(
                    "{place}: this is a {kind}, but a vector layer is expected",
                    place=place,
                    kind=kind,
                )
            )
        file = local(file.resolve())
        if kind == "geoparquet":
            yield Source(
                path=file, place=place, format=kind, layer=None, **geoparquet.info(file, place)
            )
            return
        if kind in READERS:
            yield _held(
                file, place, kind, READERS[kind](file, place, layer=layer, encoding=encoding)
            )
            return
        yield _ogr_source(file, place, kind, layer, prefer, encoding)


def _held(file: Path, place: str, kind: Format, whole: Whole) -> Source:
    rows = whole.rows
    return Source(
        path=file,
        place=place,
        format=kind,
        layer=None,
        fields=tuple(rows.columns),
        crs=whole.crs,
        geometry_type="Unknown",
        features=len(rows),
        bounds=rows.bounds or bounds_of(rows.geometry),
        indexed=False,
        encoding=whole.encoding,
        encoding_declared=whole.encoding_declared,
        issues=(*whole.issues, *rows.issues),
        held=replace(rows, issues=()),
    )


def _ogr_source(
    file: Path,
    place: str,
    kind: Format,
    layer: str | None,
    prefer: str | None,
    encoding: str | None,
) -> Source:
    options: dict[str, Any] = {}
    found = None
    if kind == "shapefile":
        table = side_file(file, ".dbf")
        label = side_file(file, ".cpg")
        if table is not None:
            text = label.read_text("ascii", "replace")[:40].strip() if label is not None else None
            found = encoding_of(table, text or None, encoding, place=place)
            options["encoding"] = found.used
    if kind == "geojson":
        geojson.require_utf_8(file, place)
        geojson.refuse_address(file, place)
        geojson.refuse_faults(file, place)
    several = kind in ("geopackage", "filegdb")
    name = layer if several else None
    if kind == "geopackage" and name is not None:
        complete.refuse_view(file, name, place)
    with translated(place) as issues:
        try:
            info = pyogrio.read_info(file, layer=name, **options) if name or not several else None
        except DataLayerError:
            info = None
        if info is None:
            name = layer_name(layers_of(file, place), layer, prefer, place)
            if kind == "geopackage":
                complete.refuse_view(file, name, place)
            info = pyogrio.read_info(file, layer=name, **options)
        if info["total_bounds"] is None and kind != "geojson":
            info |= pyogrio.read_info(file, layer=name, force_total_bounds=True, **options)
    if info["driver"] not in DRIVERS[kind]:
        raise LayerError(
            _(
                "{place}: the content is {driver}, not {kind}; export the layer to a GeoPackage or"
                " a Shapefile",
                place=place,
                driver=info["driver"],
                kind=kind,
            )
        )
    crs, notes = geojson.declared(file, info["crs"]) if kind == "geojson" else (info["crs"], ())
    if kind == "shapefile" and not crs:
        crs = _not_understood(file)
    capabilities = info["capabilities"]
    features, total = info["features"], info["total_bounds"]
    return Source(
        path=file,
        place=place if name is None else f"{place}|{name}",
        format=kind,
        layer=name,
        fields=tuple(str(column) for column in info["fields"]),
        crs=crs,
        geometry_type=str(info["geometry_type"]),
        features=int(features) if features >= 0 else None,
        bounds=finite(total),
        indexed=bool(capabilities["fast_spatial_filter"]) and kind not in ("geojson", "shapefile"),
        encoding=found.used if found else "UTF-8",
        encoding_declared=found.declared if found else None,
        issues=(*(found.issues if found else ()), *notes, *issues),
    )


def _not_understood(file: Path) -> str | None:
    """The text of a .prj of which GDAL makes nothing, to be refused as it is; None without one."""
    side = side_file(file, ".prj")
    if side is None:
        return None
    with side.open("rb") as stream:
        return stream.read(2000).decode("utf-8", "replace").strip() or None


def layers_of(file: Path, place: str) -> list[tuple[str, str]]:
    """Name and geometry type of every layer of a file; the type is empty for a bare table."""
    with translated(place):
        return [(str(name), str(kind or "")) for name, kind in pyogrio.list_layers(file)]


def read(source: Source, columns: Sequence[str], boxes: Sequence[Bounds] | None) -> Rows:
    """Read the features whose bounding box meets one of `boxes`; all of them for None.

    Each feature comes once, in file order. Without an index the file is gone through once for all
    boxes together.

    Raises
    ------
    LayerError
        The file is damaged, or a column holds personal data.
    """
    refuse_personal(columns, source.place)
    if boxes is None:
        refuse_too_many(source.features, source.place)
    with translated(source.place) as issues:
        rows = _read(source, columns, boxes)
    first = 0 if source.format in NUMBERED_FROM_1 else 1
    refuse_absurd(rows.fid + first, rows.geometry, source.place)
    if boxes is None and source.format == "filegdb" and len(rows) < (source.features or 0):
        # rows that the table counts, and whose place in it is lost
        raise LayerError(
            _(
                "{place}: the table holds {count} features, but only {found} of them can be read: it is"
                " damaged; copy the whole folder of the FileGDB again",
                place=source.place,
                count=source.features,
                found=len(rows),
            )
        )
    return replace(rows, issues=(*rows.issues, *issues))


def _read(source: Source, columns: Sequence[str], boxes: Sequence[Bounds] | None) -> Rows:
    if boxes is not None and len(boxes) == 0:
        return no_rows(columns)
    if source.fetch is not None:
        return source.fetch(columns, boxes)
    if source.held is not None:
        held = source.held
        found = replace(held, columns={name: held.columns[name] for name in columns})
        return found if boxes is None else found.take(meets(found.geometry, boxes))
    if source.format == "geoparquet":
        return Rows(*geoparquet.rows(source.path, source.place, columns, boxes))
    if source.format == "geojson":
        # its numbers may be the file's own and repeat: the order of the file is kept as it is
        rows = _read_ogr(source, columns, None)
        total = bounds_of(rows.geometry)
        rows = replace(rows, fid=np.arange(len(rows)), bounds=total)
        return rows if boxes is None else rows.take(meets(rows.geometry, boxes))
    if boxes is None:
        return _read_ogr(source, columns, None)
    if source.format == "shapefile" and any(side_file(source.path, one) for one in INDEXES):
        # GDAL believes an index of other shapes, and would leave out features without a word
        rows = _read_ogr(source, columns, None)
        return rows.take(meets(rows.geometry, boxes))
    if len(boxes) == 1:
        parts = [_read_ogr(source, columns, boxes[0])]
    elif _one_by_one(source, boxes):
        parts = [_read_ogr(source, columns, box) for box in boxes]
    else:
        rows = _read_ogr(source, columns, hull(boxes))
        parts = [rows.take(meets(rows.geometry, boxes))]
    fid = np.concatenate([part.fid for part in parts])
    order = np.unique(fid, return_index=True)[1]
    if len(parts) == 1 and len(order) == len(fid) and (np.diff(fid) > 0).all():
        return parts[0]
    joined = Rows(
        fid,
        {
            name: pa.chunked_array(
                [chunk for part in parts for chunk in part.columns[name].chunks],
                parts[0].columns[name].type,
            )
            for name in columns
        },
        np.concatenate([part.geometry for part in parts]),
        tuple(dict.fromkeys(issue for part in parts for issue in part.issues)),
    )
    return joined.take(order)


def attributes(source: Source, columns: Sequence[str]) -> Mapping[str, pa.ChunkedArray]:
    """Columns of all features of the file; their geometry is not read where the format allows it.

    Raises
    ------
    LayerError
        The file is damaged, or a column holds personal data.
    """
    refuse_personal(columns, source.place)
    if source.fetch is not None:
        return source.fetch(columns, None, shapes=False).columns
    if source.held is not None or source.format in ("geoparquet", "geojson"):
        return read(source, columns, None).columns
    options = {"encoding": source.encoding} if source.format == "shapefile" else {}
    with translated(source.place):
        _meta, table = pyogrio.raw.read_arrow(
            source.path, layer=source.layer, columns=list(columns), read_geometry=False, **options
        )
    return {name: table.column(name) for name in columns}


def _one_by_one(source: Source, boxes: Sequence[Bounds]) -> bool:
    """Whether reading each box by itself is cheaper than reading the hull of all at once.

    With an index it is, unless the boxes fill half of the hull. Without one, each box costs a pass
    over the file, and making polygons of all of it costs as much as nine more (measured).
    """
    if source.indexed:
        return sum(map(box_area, boxes)) < box_area(hull(boxes)) / 2
    whole = box_area(source.bounds) if source.bounds is not None else 0.0
    return len(boxes) < 1 + 9 * min(1.0, box_area(hull(boxes)) / whole) if whole > 0 else False


def _read_ogr(source: Source, columns: Sequence[str], box: Bounds | None) -> Rows:
    options: dict[str, Any] = {"layer": source.layer, "columns": list(columns), "bbox": box}
    if source.format == "shapefile":
        options["encoding"] = source.encoding
    _meta, table = pyogrio.raw.read_arrow(source.path, return_fids=True, **options)
    # The feature's number comes first and its geometry last: a column of the file may bear the name of
    # either, as "id" does in GeoJSON.
    names = table.schema.names[1:-1]
    fid = table.column(0).to_numpy()
    shapes = table.column(table.num_columns - 1).to_numpy()
    issues: tuple[Issue, ...] = ()
    numbers = fid + (source.format not in NUMBERED_FROM_1)
    try:
        geometry = wkb.geometries(shapes, numbers, source.place)
    except NotImplementedError:
        # GDAL makes chords of curves, by the step that the guard sets, on this way only
        geometry = shapely.from_wkb(pyogrio.raw.read(source.path, **options)[2])
        message = _("true curves are drawn as chords of 0.1 degrees of arc")
        issues = (Issue("curve_linearised", "warning", message),)
    except shapely.errors.GEOSException:
        geometry = shapely.from_wkb(shapes, on_invalid="fix")
        odd = shapely.is_missing(shapely.from_wkb(shapes, on_invalid="ignore"))
        issues = _closed(
            np.flatnonzero(odd & ~shapely.is_missing(geometry)), table.column(0), source
        )
    found = {name: table.column(1 + names.index(name)) for name in columns}
    for values in found.values():
        values.validate(full=True)  # bytes that are no text would fail wherever they are first used
    return Rows(fid.astype(np.int64, copy=False), found, geometry, issues)


def _closed(rows: Any, fid: pa.ChunkedArray, source: Source) -> tuple[Issue, ...]:
    """That rings of these rows were closed in reading, or dropped where they have too few points."""
    if not len(rows):
        return ()
    first = 0 if source.format in NUMBERED_FROM_1 else 1
    names = [str(number + first) for number in fid.take(pa.array(rows[:20])).to_pylist()]
    message = _(
        "{count} features have rings that are not closed, or have fewer than 3 points; they were closed,"
        " or dropped: features {features}",
        count=len(rows),
        features=", ".join(names) + (" …" if len(rows) > len(names) else ""),
    )
    return (Issue("ring_closed", "warning", message),)


def _finite(geometry: Any) -> Any:
    """Which geometries have coordinates on the Earth alone; those without any count as such."""
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    sound = np.ones(len(geometry), bool)
    sound[row[~(np.abs(xy) <= LARGEST).all(axis=1)]] = False
    return sound


@contextmanager
def translated(place: str) -> Iterator[list[Issue]]:
    """Turn the errors of the reading libraries into one that names the place, warnings into issues.

    The list it yields is filled when the context ends.
    """
    issues: list[Issue] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield issues
        for words in dict.fromkeys(" ".join(str(w.message).split()) for w in caught):
            message = _("the reading library warns: {warning}", warning=words)
            issues.append(Issue("read_warning", "warning", message))
    except UnboundLocalError:  # how pyogrio fails over the text of a CRS that it cannot decode
        raise LayerError(
            _(
                "{place}: the text of the CRS (in a Shapefile, the .prj) is not UTF-8; open the .prj in"
                " an editor, and save it as UTF-8, or export the layer again",
                place=place,
            )
        ) from None
    except (
        DataSourceError,
        DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
        pyogrio.errors.GeometryError,
        shapely.errors.ShapelyError,
        pa.ArrowException,
        UnicodeError,
        ValueError,
        IndexError,
        RuntimeError,
        OSError,
    ) as problem:
        raise LayerError(
            _(
                "{place}: the file cannot be read, it is damaged or not what its name says"
                " ({reason}); open it in the software that made it, and export it again",
                place=place,
                reason=" ".join(str(problem).split())[:300],
            )
        ) from None


def check_degrees(source: Source, bounds: Bounds | None, *, geographic: bool) -> None:
    """Refuse coordinates in metres under a CRS in degrees.

    Raises
    ------
    CRSError
        A bound lies outside of 180 by 90 degrees.
    """
    if not geographic or bounds is None:
        return
    west, south, east, north = bounds
    if west >= -180.5 and east <= 180.5 and south >= -90.5 and north <= 90.5:
        return
    # the farthest, which is the one at fault: a single vertex may be
    x, y = shown(max(west, east, key=abs)), shown(max(south, north, key=abs))
    hints = candidates(bounds)
    if not hints:
        raise CRSError(
            _(
                "{place}: the coordinates ({x}, {y}) are no degrees, but the file gives no other CRS,"
                " and they fit none that townland knows; ask who made the file in which system it is,"
                " and state it with --crs or the catalog's key crs. Where single vertices are at fault,"
                " mend these",
                place=source.place,
                x=x,
                y=y,
            )
        )
    raise CRSError(
        _(
            "{place}: the coordinates ({x}, {y}) are no degrees, but the file gives no other CRS;"
            " state it with --crs or the catalog's key crs (the numbers alone allow: {candidates})",
            place=source.place,
            x=x,
            y=y,
            candidates=", ".join(describe(crs) for crs, _evidence in hints[:3]),
        )
    )
