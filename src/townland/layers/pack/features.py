"""The features of a layer as rows of its packed file: all that the source says, and their figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely
from numpy.typing import NDArray

from townland import geodesy, units
from townland.catalog import LayerSpec
from townland.errors import LayerError
from townland.geodesy import crs as crsys
from townland.i18n import Text
from townland.issues import Issue
from townland.layers.pack.order import POSITION, positions
from townland.measuring.prepare import mend, scheme_of
from townland.reading.columns import as_text, require_column
from townland.reading.format import Source, Streamed
from townland.reading.library_errors import translated
from townland.reading.limits import refuse_long_cells
from townland.reading.polygons import polygons
from townland.reading.reach import refuse_out_of_reach
from townland.reading.rows import Rows, refuse_absurd
from townland.reading.sealed import Names
from townland.reading.windows import pipeline_of
from townland.standards import fields, landclass

BATCH = 1_024
"""So many features are read at a time."""

VALID = "valid"
"""What stands in the column of validity for a polygon without fault; else the code of the fault."""

SIDES = ("xmin", "ymin", "xmax", "ymax")
"""Of a box, as GeoParquet orders them."""


@dataclass(frozen=True, slots=True, eq=False)
class Packing:
    """What is packed: the source, and the columns of the packed file.

    `kept` are the columns of the source that are in it, `cells` name the columns that hold the raw text
    of the cells of others. `bounds` are the boxes of all features in file order, `position` where each
    of them goes. `curves`, `closed`, `cell_warnings` and `warnings` (`sealed.Sealed`) fill while the
    features are read.
    """

    spec: LayerSpec
    source: Source
    crs: pyproj.CRS
    kept: tuple[str, ...]
    cells: Mapping[str, str]
    names: Names
    bounds: NDArray[np.float64]
    position: NDArray[np.int64]
    curves: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    cell_warnings: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)


def packing(spec: LayerSpec, source: Source, crs: pyproj.CRS) -> Packing:
    """Decide on the columns and the order of a packed file.

    Parameters
    ----------
    spec, source
        The layer, and its opened file.
    crs
        Its CRS.
    """
    kept = tuple(_kept(source))
    if source.sides is None:
        bounds = shapely.bounds(source.fetch([], None).geometry).reshape(-1, 4)
    else:
        bounds = source.sides()
    taken = set(source.fields)
    cells = {name: _free(f"townland_cell_{name}", taken) for name in _raw(source, kept, bounds)}
    classed = spec.class_column is not None and scheme_of(spec) is not None
    names = Names(
        row=_free("townland_row", taken),
        feature=_free("townland_feature", taken),
        box=_free("bbox", taken),
        geometry=_free("geometry", taken),
        area=_free("townland_area_m2", taken),
        validity=_free("townland_validity", taken),
        land_class=_free("townland_class", taken) if classed else None,
        land_name=_free("townland_class_name", taken) if classed else None,
    )
    return Packing(spec, source, crs, kept, cells, names, bounds, positions(bounds))


def _free(name: str, taken: set[str]) -> str:
    """A name that no column has yet, in any case of letters; it is taken then."""
    while name.lower() in {each.lower() for each in taken}:
        name += "_"
    taken.add(name)
    return name


def _kept(source: Source) -> Iterator[str]:
    """The columns whose values are stored in the file, without those of personal data."""
    nothing = np.array([], np.int64)
    for column in source.fields:
        if fields.is_personal(column):
            continue
        try:
            if source.direct is not None:
                source.direct.pick([column], nothing, nothing)
        except LayerError:  # it is computed when it is read, and has any length
            continue
        yield column


def _raw(source: Source, kept: tuple[str, ...], bounds: NDArray[np.float64]) -> list[str]:
    """The columns of numbers that have cells which hold none.

    Parameters
    ----------
    source, kept
        The layer, and the columns that are packed.
    bounds
        A row for each feature.
    """
    if source.raw_cells is None:
        return []
    found: dict[str, None] = {}
    for start in range(0, len(bounds), BATCH):
        fid = np.arange(start, min(start + BATCH, len(bounds)))
        none = pa.chunked_array([pa.nulls(len(fid))])
        rows = Rows(fid, dict.fromkeys(kept, none), np.full(len(fid), None, object))
        found.update(dict.fromkeys(source.raw_cells(rows)))
    return list(found)


def tables(plan: Packing) -> Iterator[pa.Table]:
    """The features in file order as rows of the packed file, some at a time, with their positions.

    Raises
    ------
    LayerError
        The file is damaged, or a cell is too long.
    CRSError, GeometryError
        A vertex lies where the CRS has no land, or far from the rest of its feature.
    """
    start, parts = 0, _parts(plan)
    while True:
        with translated(plan.source.place) as issues:
            part = next(parts, None)
            if part is None and start != len(plan.bounds):
                raise ValueError(f"{start} of {len(plan.bounds)} features")
        if part is None:
            return
        at = np.arange(start, start + len(part.rows))
        start += len(at)
        plan.curves.extend(part.curves.tolist())
        plan.closed.extend(part.closed.tolist())
        raw = _raw_cells(plan, part.rows, at)
        cells = {text for texts in plan.cell_warnings.values() for text in texts}
        plan.warnings.update({text: None for text in _texts(issues) if text not in cells})
        yield _table(plan, part.rows, at, raw=raw)


def _texts(issues: Iterable[Issue]) -> list[str]:
    """The words of a reading library's warnings."""
    return [
        str(value)
        for issue in issues
        if isinstance(issue.message, Text)
        for _name, value in issue.message.params
    ]


def _raw_cells(
    plan: Packing, rows: Rows, at: NDArray[np.int64]
) -> Mapping[str, NDArray[np.object_]]:
    """The text of cells of numbers that hold none; what the library warns of each is noted once.

    Parameters
    ----------
    plan, rows
        What is packed, and the features.
    at
        Their positions in the source.
    """
    source = plan.source
    if source.raw_cells is None or source.direct is None:
        return {}
    raw = source.raw_cells(rows)
    columns = [column for column in source.fields if column in raw]
    for row, texts in enumerate(zip(*(raw[column] for column in columns), strict=True)):
        for key in zip(columns, texts, strict=True):
            if key[1] is not None and key not in plan.cell_warnings:
                with translated(source.place) as issues:
                    source.direct.pick([key[0]], rows.fid[row : row + 1], at[row : row + 1])
                plan.cell_warnings[key] = _texts(issues)
    return raw


def _parts(plan: Packing) -> Iterator[Streamed]:
    """The features of the source in file order; those of a file that is read whole are there already."""
    source = plan.source
    if source.direct is not None:
        yield from source.direct.stream(plan.kept, BATCH)
        return
    rows = source.fetch(plan.kept, None)
    for start in range(0, len(rows), BATCH):
        yield Streamed(rows.take(np.arange(start, min(start + BATCH, len(rows)))))


def _table(
    plan: Packing,
    rows: Rows,
    at: NDArray[np.int64],
    *,
    raw: Mapping[str, NDArray[np.object_]],
) -> pa.Table:
    """Some features as rows of the packed file.

    Parameters
    ----------
    plan, rows
        What is packed, and the features.
    at
        Their positions in the source.
    raw
        The text of cells of numbers that hold none.
    """
    source, names = plan.source, plan.names
    refuse_long_cells(rows.columns, source.place)
    refuse_absurd(rows.fid + 1 - source.format.numbered_from, rows.geometry, source.place)
    if pipeline_of(plan.spec) is None:
        refuse_out_of_reach(source, rows, plan.crs)
    wkb = shapely.to_wkb(rows.geometry, byte_order=1, flavor="iso")
    columns = {
        POSITION: pa.array(plan.position[at]),
        names.row: pa.array(at + 1),
        names.feature: pa.array(rows.fid),
        **{name: _codes(rows.columns[name]) for name in plan.kept},
        **{
            own: pa.array(raw.get(name, np.full(len(rows), None, object)), pa.string())
            for name, own in plan.cells.items()
        },
        **_measured(plan, rows),
        names.box: _boxes(plan.bounds[at]),
        names.geometry: pa.array(wkb, pa.binary()),
    }
    return pa.table(columns)


def _codes(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as townland reads it: of a coded field (FileGDB) the codes, not their descriptions."""
    if not pa.types.is_dictionary(values.type):
        return values
    return pa.chunked_array([chunk.indices for chunk in values.chunks], values.type.index_type)


def _boxes(bounds: NDArray[np.float64]) -> pa.StructArray:
    """Boxes as the column that covers the geometry (GeoParquet 1.1); nothing where there is none."""
    without = np.isnan(bounds).any(axis=1)
    sides = [pa.array(side, mask=without) for side in np.ascontiguousarray(bounds.T)]
    return pa.StructArray.from_arrays(sides, list(SIDES))


def _measured(plan: Packing, rows: Rows) -> dict[str, pa.Array]:
    """Official area, validity and land class of features, as the check has them of a whole parcel.

    Parameters
    ----------
    plan, rows
        What is packed, and the features.
    """
    empty = shapely.is_missing(rows.geometry) | shapely.is_empty(rows.geometry)
    validity = np.where(empty, "geometry_empty", "geometry_not_polygon").astype(object)
    area = np.full(len(rows), np.nan)
    surfaces, _issues = polygons(replace(rows, fid=np.arange(len(rows)), columns={}))
    geometry, at = surfaces.geometry, surfaces.fid
    pipeline = pipeline_of(plan.spec)
    if pipeline is not None:
        geometry = np.asarray(crsys.run_pipeline(geometry, plan.crs, pipeline), dtype=object)
    ids = [str(number) for number in at.tolist()]
    mended, repairs = mend(geometry, ids, plan.crs, layer=plan.spec.name, protected=False)
    exact = geodesy.official_area_m2(mended, plan.crs)
    area[at] = [float(units.m2(each)) for each in exact]
    validity[at] = VALID
    for repair in repairs:
        validity[int(repair.feature)] = repair.code
    found = {
        plan.names.area: pa.array(area, mask=np.isnan(area)),
        plan.names.validity: pa.array(validity, pa.string()),
    }
    return {**found, **_classes(plan, rows)}


def _classes(plan: Packing, rows: Rows) -> dict[str, pa.Array]:
    """Code and name of the land class of features, as townland reads them; nothing without a scheme."""
    scheme, names = scheme_of(plan.spec), plan.names
    if scheme is None or names.land_class is None or names.land_name is None:
        return {}
    source = plan.source
    column = require_column(plan.spec.class_column or "", source.fields, source.place)
    codes = pd.Series(as_text(rows.columns[column]), dtype=object)
    classes = landclass.classify(codes, scheme, "survey")
    return {
        names.land_class: pa.array(classes["code"].tolist(), pa.string()),
        names.land_name: pa.array(classes["name"].tolist(), pa.string()),
    }
