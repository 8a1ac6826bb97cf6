"""Vector layers: only the features near the towns, only the columns that are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import CRSError, LayerError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.geodesy.valid import valid_land
from townland.i18n import _
from townland.issues import Issue
from townland.reading import source as sources
from townland.reading.columns import as_text, matches, require_column
from townland.reading.digests import Digests
from townland.reading.excerpt import Covered, Excerpt, OpenedLayer
from townland.reading.format import Source
from townland.reading.formats import database
from townland.reading.frame import frame_source, sha256_of_frame
from townland.reading.layer import Input, Layer
from townland.reading.packed import note_whole, packed_source
from townland.reading.polygons import polygons
from townland.reading.reach import refuse_out_of_reach
from townland.reading.rows import Rows, bounds_of, hull, sha256_of_rows
from townland.reading.standard_columns import standard_columns, with_stars
from townland.reading.windows import Window, boxes_of, pipeline_of
from townland.standards import fields

_COLUMNS = {
    "id": "id_column",
    "code": "class_column",
    "net_factor": "net_factor_column",
    "owner": "owner_column",
    "tag": "tag_column",
    "slope": "slope_column",
    "grade": "grade_column",
    "production": "production_column",
    "village": "village_column",
}


def read_layer(
    spec: LayerSpec,
    catalog: LayerCatalog,
    windows: Sequence[Window] | None,
    *,
    digest: Digests | None = None,
    hashed: bool = True,
    also: Sequence[str] = (),
) -> Layer:
    """Read the features of a layer whose bounding box meets one of the windows.

    Parameters
    ----------
    spec, catalog
        What to read; paths are relative to the catalog.
    windows
        Bounding boxes, each with its CRS; usually one around each town. None reads the whole file.
    digest
        The hashes of files that are known, None for none.
    hashed
        Whether the layer states its hash; False leaves ``Input.sha256`` empty.
    also
        Columns to carry along as they stand, by their names in the file.

    Returns
    -------
    The layer with the columns of `Layer`, in file order, and what was assumed. Geometry is as the
    file gives it, but polygons of two dimensions: nothing is repaired here.

    Raises
    ------
    LayerError
        The file, the layer or a column is missing or cannot be read.
    CRSError
        The CRS is missing, unknown or refused.
    EncodingError
        The text cannot be decoded.
    """
    digest = Digests() if digest is None else digest
    excerpt = read_excerpt(spec, catalog, windows, digest=digest, also=also)
    return layer_of(excerpt, catalog, digest=digest, hashed=hashed, also=also)


def read_excerpt(
    spec: LayerSpec,
    catalog: LayerCatalog,
    windows: Sequence[Window] | None,
    *,
    digest: Digests | None = None,
    also: Sequence[str] = (),
    known: OpenedLayer | None = None,
) -> Excerpt:
    """Read the rows of a layer near the windows as they stand in its file.

    Parameters
    ----------
    spec, catalog, windows, digest, also
        As `read_layer`, whose errors this raises.
    known
        What its file says of itself, where it was read before.
    """
    if known is not None and known.lasts:
        return _near(known, windows, also)
    with opened(spec, catalog, digest) as source:
        crs, crs_issues = layer_crs(
            source, spec.crs, spec.transform, region=lambda: region_of(catalog, digest, but=spec)
        )
        refuse_swapped(source, crs)
        needed, where = named_columns(spec, source)
        covered = coverage_of(spec, catalog, crs, digest) if known is None else known.covered
        lasts = source.format.is_file and source.path == catalog.resolve(spec.path).resolve()
        own = OpenedLayer(spec, source, crs, crs_issues, needed, where, covered, lasts)
        return _near(own, windows, also)


def _near(layer: OpenedLayer, windows: Sequence[Window] | None, also: Sequence[str]) -> Excerpt:
    """The rows of a layer near the windows.

    Parameters
    ----------
    layer
        The layer.
    windows, also
        As `read_excerpt`.
    """
    source, where = layer.source, layer.where
    boxes = boxes_of(windows, layer.crs, pipeline_of(layer.spec))
    columns = list(dict.fromkeys([*layer.needed.values(), *where, *also]))
    rows = sources.read(source, columns, boxes)
    bounds = total_bounds(source, rows)
    unmatched: tuple[Issue, ...] = ()
    if where:
        rows = rows.take(matches(rows.columns, where))
        unmatched = () if len(rows) else matches_nothing(source, where)
    return Excerpt(layer, boxes, rows, bounds, unmatched)


def layer_of(
    excerpt: Excerpt,
    catalog: LayerCatalog,
    *,
    digest: Digests | None = None,
    hashed: bool = True,
    also: Sequence[str] = (),
) -> Layer:
    """The layer that an excerpt holds.

    Parameters
    ----------
    excerpt
        As `read_excerpt` gives it.
    catalog, digest, hashed, also
        As `read_layer`.

    Raises
    ------
    CRSError
        Its coordinates are in metres under a CRS in degrees.
    """
    own, rows = excerpt.layer, excerpt.rows
    spec, source, crs = own.spec, own.source, own.crs
    pipeline, bounds = pipeline_of(spec), excerpt.bounds
    if not hashed:
        sha256 = ""
    elif source.format.is_file:
        sha256 = (Digests() if digest is None else digest)(catalog.resolve(spec.path))
    else:
        sha256 = sha256_of_rows(rows) if spec.frame is None else sha256_of_frame(source)
    in_degrees = crs.is_geographic and pipeline is None
    if pipeline is None:
        refuse_out_of_reach(source, rows, crs)
    sources.check_degrees(source, bounds, geographic=in_degrees)
    issues = [*source.issues, *own.crs_issues, *rows.issues, *excerpt.unmatched]
    if source.features == 0:
        issues.append(Issue("layer_empty", "warning", _("the layer holds no features")))
    rows, shape_issues = polygons(rows)
    columns, column_issues = standard_columns(
        with_stars(rows, source, own.needed, scheme=spec.scheme), own.needed
    )
    geometry, extent = rows.geometry, shapely.box(*bounds) if bounds else shapely.Polygon()
    # the parameters of a legacy datum are the bureau's own, stated in the catalog
    if pipeline is not None:
        *moved, extent = crsys.run_pipeline(np.array([*geometry, extent]), crs, pipeline)
        geometry = np.array(moved, dtype=object)
    return Layer(
        spec=spec,
        frame=gpd.GeoDataFrame({**columns, "geometry": gpd.array.from_shapely(geometry, crs)}),
        crs=crs,
        input=input_of(spec, source, crs, sha256),
        issues=named((*issues, *shape_issues, *column_issues, *own.covered[1]), spec.name),
        extent=extent,
        coverage=own.covered[0],
        also={name: rows.columns[name] for name in also},
        numbers=rows.fid,
        counted=bool(rows.issues or shape_issues or column_issues),
    )


def named_columns(
    spec: LayerSpec, source: Source
) -> tuple[dict[str, str], Mapping[str, Sequence[object]]]:
    """The file's columns that the catalog names: by ours, and with the values of the filter."""
    needed = {
        ours: require_column(getattr(spec, key), source.fields, source.place)
        for ours, key in _COLUMNS.items()
        if getattr(spec, key) is not None
    }
    # a table of the bureau's own has no official names to hold against its codes
    if "code" in needed and spec.scheme is not None:
        named = fields.class_name_column(spec.role, needed["code"], source.fields)
        if named is not None:
            needed["named"] = named
    where = {
        require_column(name, source.fields, source.place): values
        for name, values in (spec.where or {}).items()
    }
    return needed, where


def input_of(spec: LayerSpec, source: Source, crs: pyproj.CRS, sha256: str) -> Input:
    """What was read, as a report states it.

    Parameters
    ----------
    spec, source
        The layer as the catalog and as its file describe it.
    crs
        The CRS that is used.
    sha256
        The hash of what was read.
    """
    return Input(
        name=spec.name,
        role=spec.role,
        path=None if spec.frame is not None else Path(spec.path).as_posix(),
        sha256=sha256,
        features=source.features,
        crs_declared=spec.crs or declared_crs(source),
        crs_used=crsys.describe(crs),
        encoding_declared=spec.encoding or source.encoding_declared,
        encoding_used=source.encoding,
        surveyed=spec.surveyed,
    )


@contextmanager
def opened(
    spec: LayerSpec, catalog: LayerCatalog, digest: Digests | None = None
) -> Iterator[Source]:
    """Open what a layer of a catalog names, while the context lasts: a file, a table, or a frame.

    Parameters
    ----------
    spec, catalog
        The layer.
    digest
        The hashes of files that are known, None for none.

    Raises
    ------
    LayerError, EncodingError
        As `source.opened` and `database.opened`.
    """
    if spec.frame is not None:
        yield frame_source(spec.frame, name=spec.name)
        return
    if spec.database is not None:
        database.require_packages(spec.path)
        from townland.reading.formats import postgis  # a third of a second to load, rarely needed

        declared = catalog.database[spec.database]
        with postgis.opened(
            declared, name=spec.database, layer=spec.layer, prefer=spec.name
        ) as source:
            yield source
        return
    if spec.packed is not None:
        yield packed_source(spec, catalog, Digests() if digest is None else digest)
        return
    path = catalog.resolve(spec.path)
    with sources.opened(
        path, layer=spec.layer, prefer=spec.name, encoding=spec.encoding, digests=digest
    ) as source:
        note_whole(spec, source, path, digest)
        yield source


def layer_crs(
    source: Source,
    stated: str | None,
    transform: str | None = None,
    *,
    region: Callable[[], Bounds | None] | None = None,
) -> tuple[pyproj.CRS, tuple[Issue, ...]]:
    """The CRS of a source, normalised: what the user states goes before what the file says.

    Where neither says anything, it is inferred from the numbers if just one CRS fits the `region`
    (a box in degrees, asked for only then).

    Parameters
    ----------
    source
        The layer as its file describes itself.
    stated, transform
        The CRS and the pipeline that the user states.
    region
        Gives the box of the other layers, in degrees, where a CRS must be inferred.

    Raises
    ------
    CRSError
        As `crs.normalise`, `crs.infer` and `crs.refuse_contradiction`.
    """
    if region is not None and not (stated or source.crs) and (box := region()) is not None:
        return crsys.infer(source.bounds, box, place=source.place)
    crs, issues = crsys.normalise(
        stated or source.crs, transform=transform, place=source.place, bounds=source.bounds
    )
    if transform is None:
        crsys.refuse_contradiction(crs, source.bounds, place=source.place)
    own = declared_crs(source)
    if stated is not None and own is not None and own != crsys.describe(crs):
        message = _(
            "the CRS is {crs}, as stated by the user; the file itself says {own}",
            crs=crsys.describe(crs),
            own=own,
        )
        issues = (*issues, Issue("crs_overridden", "warning", message))
    return crs, issues


def region_of(
    catalog: LayerCatalog, digest: Digests | None = None, *, but: LayerSpec | None = None
) -> Bounds | None:
    """The box in degrees of the layers whose CRS is certain; of the land survey alone where it is one.

    Layers without CRS, and those that cannot be read, tell nothing; None where no layer is certain.

    Parameters
    ----------
    catalog
        The layers.
    digest
        The hashes of files that are known, None for none.
    but
        A layer that does not count.
    """
    name = None if but is None else but.name
    others = [spec for spec in catalog.layer if spec.name != name and not spec.is_raster]
    surveys = [spec for spec in others if spec.role == "land_use"]
    for specs in (surveys, others):
        found = [box for spec in specs if (box := _certain_box(spec, catalog, digest)) is not None]
        if found:
            return hull(found)
    return None


def _certain_box(spec: LayerSpec, catalog: LayerCatalog, digest: Digests | None) -> Bounds | None:
    """The box of a layer in degrees, None where its CRS is not certain.

    Parameters
    ----------
    spec, catalog, digest
        As `opened`.
    """
    try:
        with opened(spec, catalog, digest) as source:
            if source.bounds is None or spec.transform is not None:
                return None
            crs, _issues = layer_crs(source, spec.crs)
            return crsys.transform_bounds(source.bounds, crs, crsys.LONLAT)
    except LayerError:
        return None


def refuse_swapped(source: Source, crs: pyproj.CRS) -> None:
    """Refuse a layer whose northings (latitudes) plainly stand in the first column.

    Raises
    ------
    CRSError
        They do; a boundary is put right instead, a layer is too large to be turned at every look.
    """
    if crsys.is_swapped(crs, source.bounds):
        raise CRSError(
            _(
                "{place}: the northing (latitude) stands in the first column (bounds {bounds}), while"
                " {crs} is read easting (longitude) first; swap the two and save the layer again",
                place=source.place,
                bounds=", ".join(f"{number:.3f}" for number in source.bounds or ()),
                crs=crsys.describe(crs),
            )
        )


def declared_crs(source: Source) -> str | None:
    """What the file itself says of its CRS, in short; None where it says nothing."""
    return _in_short(source.crs) if source.crs else None


@lru_cache(maxsize=64)
def _in_short(declared: str) -> str:
    """A declared CRS by its code or name; the layers of a place mostly share one."""
    try:
        return crsys.describe(pyproj.CRS.from_user_input(declared))
    except pyproj.exceptions.CRSError:
        return declared[:100]


def matches_nothing(source: Source, where: Mapping[str, Sequence[object]]) -> tuple[Issue, ...]:
    """Tell a filter that fits no feature of the whole file from one that fits none near the towns."""
    columns = sources.attributes(source, list(where))
    if source.features == 0 or matches(columns, where).any():
        return ()
    lone = [name for name in where if not matches(columns, {name: where[name]}).any()]
    column = next(iter(lone or where))
    present = sorted({text for text in as_text(columns[column]) if text is not None})
    message = _(
        "the filter where matches no feature of the file, so that the layer is taken to be empty;"
        " the values of {column} are: {values}",
        column=column,
        values=", ".join(present[:20]) + (" …" if len(present) > 20 else ""),
    )
    return (Issue("where_matches_nothing", "warning", message),)


def total_bounds(source: Source, rows: Rows) -> Bounds | None:
    """The bounding box of the whole file, from what it says or, where it does not, by reading it."""
    if source.bounds is not None or rows.bounds is not None:
        return source.bounds or rows.bounds
    if source.features == 0:
        return None
    return bounds_of(sources.read(source, [], None).geometry)


def named(issues: Sequence[Issue], layer: str) -> tuple[Issue, ...]:
    """The issues with the name of their layer."""
    return tuple(replace(issue, layer=layer) for issue in issues)


def coverage_of(
    spec: LayerSpec, catalog: LayerCatalog, crs: pyproj.CRS, digest: Digests | None
) -> Covered:
    """The union of the polygons of a coverage that is a file, in `crs`; None where none is named.

    Parameters
    ----------
    spec, catalog
        The layer that names a coverage.
    crs
        The CRS to bring it into.
    digest
        The hashes of files that are known, None for none.
    """
    if spec.coverage_file is None:
        return None, ()
    name, _bar, layer = spec.coverage_file.partition("|")
    path = catalog.resolve(name)
    with sources.opened(path, layer=layer or None, digests=digest) as source:
        own, issues = layer_crs(source, None, region=lambda: region_of(catalog, digest))
        refuse_swapped(source, own)
        rows = sources.read(source, [], None)
    sources.check_degrees(source, total_bounds(source, rows), geographic=own.is_geographic)
    shapes = polygons(rows)[0].geometry
    if len(shapes) == 0:
        raise LayerError(
            _(
                "{place}: the coverage of layer {layer} holds no polygon",
                place=source.place,
                layer=spec.name,
            )
        )
    faults = int((~shapely.is_valid(shapes)).sum())
    if faults:
        message = _(
            "{count} {count:polygon|polygons} of the coverage {path} {count:crosses"
            " itself|cross themselves}, and {count:was|were} mended",
            count=faults,
            path=spec.coverage_file,
        )
        issues = (*issues, Issue("coverage_mended", "warning", message))
        shapes = valid_land(shapes)
    moved = crsys.reproject(shapes, own, crs)
    return shapely.union_all(valid_land(moved)), issues
