"""What a layer is, without measuring it: for ``townland layers list`` and ``check``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyogrio

from townland.catalog import COLUMN_KEYS, LayerCatalog, LayerSpec
from townland.errors import CatalogError, CRSError, EncodingError, LayerError, TownlandError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.i18n import Joined, _
from townland.issues import Issue
from townland.measuring.rasters import reading
from townland.measuring.rasters.class_grid import CLASS_GRIDS, is_grid, require_meaning
from townland.reading import archive
from townland.reading import source as sources
from townland.reading.columns import require_column
from townland.reading.format import Format, Source
from townland.reading.formats import raster
from townland.reading.layer_names import NOT_POLYGONS
from townland.reading.library_errors import translated
from townland.reading.packed import worth_packing
from townland.reading.sealed import unpacked
from townland.reading.sniff import local, sniff
from townland.reading.vector import (
    declared_crs,
    layer_crs,
    named,
    opened,
    refuse_swapped,
    region_of,
)
from townland.reading.widths import fiona_or_none, kinds


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, type, width and decimals, None where the format sets none."""

    name: str
    type: str
    width: int | None = None
    precision: int | None = None


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """A layer as its file describes it; what could not be told is None, and `issues` say why."""

    name: str
    role: str
    path: str
    layer: str | None = None
    format: Format | None = None
    features: int | None = None
    fields: tuple[Field, ...] = ()
    crs: str | None = None
    crs_declared: str | None = None
    encoding: str | None = None
    geometry_type: str | None = None
    indexed: bool | None = None
    bounds: Bounds | None = None
    issues: tuple[Issue, ...] = ()

    @property
    def is_raster(self) -> bool:
        """Whether it holds cells, not features; False where the file could not be read."""
        return self.format is not None and self.format.is_raster


def list_layers(path: Path | str) -> list[tuple[str, str]]:
    """Name and geometry type of every layer of a file; the type is empty for a bare table.

    Raises
    ------
    LayerError
        The file cannot be read.
    """
    given = local(path)
    with archive.opened(given) as file:
        form = sniff(file, place=given.as_posix())
        if form.layers is not None:
            return form.layers(local(file.resolve()), given.as_posix())
    with sources.opened(given) as source:  # whose messages name the zip, and what is in it
        return [(source.path.stem, source.geometry_type)]


def inspect(spec: LayerSpec, catalog: LayerCatalog) -> LayerSummary:
    """Describe one layer of a catalog.

    What makes the layer unusable comes back as issues of severity ``error``: ``layer_unreadable``,
    ``encoding_unknown``, ``crs_refused``, ``column_missing``.
    """
    is_file = spec.database is None and spec.frame is None
    path = catalog.resolve(spec.path).as_posix() if is_file else spec.path
    summary = LayerSummary(spec.name, spec.role, path)
    try:
        summary = (
            _raster(spec, summary) if is_grid(spec, catalog) else _vector(spec, catalog, summary)
        )
    except LayerError as problem:
        code = {CRSError: "crs_refused", EncodingError: "encoding_unknown"}
        fault = _fault(code.get(type(problem), "layer_unreadable"), problem)
        summary = replace(summary, issues=(*summary.issues, fault))
    return replace(summary, issues=named(summary.issues, spec.name))


def _fault(code: str, problem: TownlandError) -> Issue:
    return Issue(code, "error", Joined((problem.message,)))


def _raster(spec: LayerSpec, summary: LayerSummary) -> LayerSummary:
    found = reading.inspect_raster(summary.path, crs=spec.crs)
    issues = list(found.issues)
    if spec.role in CLASS_GRIDS and (spec.role != "land_cover" or spec.classes is not None):
        try:
            require_meaning(spec)
        except CatalogError as problem:
            issues.append(_fault("grid_without_classes", problem))
    return replace(
        summary,
        format=raster.FORMAT,
        crs=crsys.describe(found.crs),
        crs_declared=found.crs_declared,
        bounds=found.bounds,
        issues=tuple(issues),
    )


def _vector(spec: LayerSpec, catalog: LayerCatalog, summary: LayerSummary) -> LayerSummary:
    """The summary of a layer of features.

    Parameters
    ----------
    spec, catalog
        The layer.
    summary
        What is known of it before its file is opened.
    """
    with opened(unpacked(spec), catalog) as source:
        used, crs_issues = _crs(spec, catalog, source)
        issues = (
            *source.issues,
            *crs_issues,
            *_missing_columns(spec, source),
            *_content(spec, source, worth_packing(source, catalog.resolve(spec.path))),
            *widths_unknown(source),
        )
        return replace(
            summary,
            layer=source.layer,
            format=source.format,
            features=source.features,
            fields=fields_of(source),
            crs=used,
            crs_declared=spec.crs or declared_crs(source),
            encoding=source.encoding,
            geometry_type=source.geometry_type,
            indexed=source.indexed,
            bounds=source.bounds,
            issues=issues,
        )


def _crs(
    spec: LayerSpec, catalog: LayerCatalog, source: Source
) -> tuple[str | None, tuple[Issue, ...]]:
    """The CRS that a check would use, None where it would refuse it, and what was assumed.

    Parameters
    ----------
    spec, catalog
        The layer.
    source
        Its file.
    """
    used: str | None = None
    issues: tuple[Issue, ...] = ()
    try:
        crs, issues = layer_crs(
            source, spec.crs, spec.transform, region=lambda: region_of(catalog, but=spec)
        )
        refuse_swapped(source, crs)
        used = crsys.describe(crs)
        sources.check_degrees(
            source, source.bounds, geographic=crs.is_geographic and not spec.transform
        )
    except CRSError as problem:
        # what was assumed is stated with a CRS that is used
        return used, (*(issues if used else ()), _fault("crs_refused", problem))
    return used, issues


def _missing_columns(spec: LayerSpec, source: Source) -> Iterator[Issue]:
    """The columns that the catalog names and the file does not have."""
    wanted = [getattr(spec, key) for key in COLUMN_KEYS] + list(spec.where or {})
    for column in filter(None, wanted):
        try:
            require_column(column, source.fields, source.place)
        except LayerError as problem:
            yield _fault("column_missing", problem)


def _content(spec: LayerSpec, source: Source, slow: bool) -> Iterator[Issue]:
    """That a layer is empty, holds no polygons, or is slow to read.

    Parameters
    ----------
    spec, source
        The layer, and its file.
    slow
        Whether it is large and read whole each time.
    """
    if source.features == 0:
        yield Issue("layer_empty", "warning", _("the layer holds no features"))
    if source.geometry_type.split(" ")[-1] in NOT_POLYGONS:
        message = _("the layer holds {kind}, but polygons are expected", kind=source.geometry_type)
        yield Issue("geometry_not_polygon", "error", message)
    if slow and spec.packed is None:
        message = _(
            "{count} {count:feature|features} that every check reads whole; pack the"
            " layer once: townland layers pack {name}",
            count=source.features,
            name=spec.name,
        )
        yield Issue("index_missing", "info", message)


def fields_of(source: Source) -> tuple[Field, ...]:
    """The columns, with their widths as the file declares them where GDAL opens it."""
    if not source.format.drivers:
        return tuple(Field(name, "") for name in source.fields)
    fiona = fiona_or_none()
    if fiona is None:
        return _fields_by_pyogrio(source)
    with (
        translated(source.place),
        fiona.open(source.path, layer=source.layer, encoding=source.encoding) as file,
    ):
        return tuple(_field(name, kind) for name, kind in file.schema["properties"].items())


def _fields_by_pyogrio(source: Source) -> tuple[Field, ...]:
    """The columns, with their widths as the format itself tells them."""
    with translated(source.place):
        info = pyogrio.read_info(source.path, layer=source.layer, encoding=source.encoding)
    sizes = {} if source.format.widths is None else source.format.widths(source)
    return tuple(
        Field(str(name), kind, *sizes.get(str(name), (None, None)))
        for name, kind in zip(info["fields"], kinds(info), strict=True)
    )


def widths_unknown(source: Source) -> tuple[Issue, ...]:
    """That the widths of a format are not known, since fiona alone reads them and is not installed."""
    if not source.format.drivers or source.format.widths is not None or fiona_or_none() is not None:
        return ()
    message = _(
        "the widths of the columns are not known: of {format} the package fiona alone reads them, which"
        " there is for Python 3.13 and older",
        format=source.format.title,
    )
    return (Issue("widths_unknown", "info", message),)


def _field(name: str, kind: str) -> Field:
    """A column from fiona's words, such as ``str:5`` or ``float:15.2``."""
    base, _colon, size = kind.partition(":")
    width, _point, precision = size.partition(".")
    return Field(name, base, _digits(width) or None, _digits(precision))


def _digits(text: str) -> int | None:
    """A whole number; None for what is none."""
    return int(text) if text.isdigit() else None
