"""A whole layer of which only the columns stand in memory; its geometries go to the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely
from numpy.typing import NDArray

from townland import geodesy
from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import CRSError, GeometryError, LayerError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.issues import Issue
from townland.reading import source as sources
from townland.reading.columns import matches, refuse_personal
from townland.reading.digests import Digests
from townland.reading.format import Source, Streamed
from townland.reading.formats import wkb
from townland.reading.layer import Input, Layer
from townland.reading.library_errors import translated
from townland.reading.limits import refuse_long_cells
from townland.reading.polygons import Left, areal
from townland.reading.reach import all_beyond, refuse_out_of_reach
from townland.reading.rows import Rows, bounds_of, hull, refuse_absurd, refuse_too_many
from townland.reading.spilled import Spilled
from townland.reading.standard_columns import Columns, standard_columns, with_stars
from townland.reading.texts import Texts
from townland.reading.vector import (
    coverage_of,
    input_of,
    layer_crs,
    matches_nothing,
    named,
    named_columns,
    opened,
    refuse_swapped,
    region_of,
)
from townland.reading.windows import pipeline_of

AT_ONCE = 4_096
"""So many features are read at a time."""


@dataclass(frozen=True, eq=False)
class WholeLayer:
    """A layer as `layer.Layer` has it, its geometries on the disk.

    `ids` and `columns` are those of its frame.
    """

    spec: LayerSpec
    ids: Texts
    columns: Columns
    shapes: Spilled
    crs: pyproj.CRS
    input: Input
    issues: tuple[Issue, ...]
    extent: shapely.Geometry
    coverage: shapely.Geometry | None
    also: Mapping[str, pa.ChunkedArray]
    numbers: NDArray[np.int64]

    def official_area_m2(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The official areas of some features as they stand in the file."""
        parts = [
            geodesy.official_area_m2(self.shapes.take(some), self.crs)
            for some in self.shapes.blocks(rows)
        ]
        return np.concatenate([np.empty(0), *parts])

    def in_memory(self) -> Layer:
        """The layer with all its geometries."""
        every = self.shapes.take(np.arange(len(self.shapes)))
        ids = pd.Series(self.ids[:], dtype=object)
        geometry = gpd.array.from_shapely(every, self.crs)
        return Layer(
            spec=self.spec,
            frame=gpd.GeoDataFrame({"id": ids, **self.columns, "geometry": geometry}),
            crs=self.crs,
            input=self.input,
            issues=self.issues,
            extent=self.extent,
            coverage=self.coverage,
            also=self.also,
            numbers=self.numbers,
        )


def read_whole(spec: LayerSpec, catalog: LayerCatalog, *, also: Sequence[str] = ()) -> WholeLayer:
    """Read all features of a layer: what `vector.read_layer` gives of it, unhashed.

    Parameters
    ----------
    spec, catalog, also
        As `vector.read_layer`, whose errors this raises.
    """
    digest = Digests()
    with opened(spec, catalog, digest) as source:
        crs, crs_issues = layer_crs(
            source, spec.crs, spec.transform, region=lambda: region_of(catalog, digest, but=spec)
        )
        refuse_swapped(source, crs)
        needed, where = named_columns(spec, source)
        kept = _Gathered(spec, source, crs, where)
        kept.read(list(dict.fromkeys([*needed.values(), *where, *also])))
        rows, bounds = kept.rows(), source.bounds or kept.bounds
        unmatched = () if not where or kept.matched else matches_nothing(source, where)
    covered = coverage_of(spec, catalog, crs, digest)
    kept.refuse()
    in_degrees = crs.is_geographic and pipeline_of(spec) is None
    sources.check_degrees(source, bounds, geographic=in_degrees)
    issues = [*source.issues, *crs_issues, *kept.issues, *unmatched]
    if source.features == 0:
        issues.append(Issue("layer_empty", "warning", _("the layer holds no features")))
    columns, column_issues = standard_columns(
        with_stars(rows, source, needed, scheme=spec.scheme), needed
    )
    extent = shapely.box(*bounds) if bounds else shapely.Polygon()
    pipeline = pipeline_of(spec)
    if pipeline is not None:
        (extent,) = crsys.run_pipeline(np.array([extent]), crs, pipeline)
    return WholeLayer(
        spec=spec,
        ids=Texts(columns.pop("id").to_numpy()),
        columns=columns,
        shapes=kept.shapes,
        crs=crs,
        input=input_of(spec, source, crs, ""),
        issues=named((*issues, *kept.left.issues(), *column_issues, *covered[1]), spec.name),
        extent=extent,
        coverage=covered[0],
        also={name: rows.columns[name] for name in also},
        numbers=rows.fid,
    )


class _Gathered:
    """What is kept of the features of a layer while they are gone through."""

    def __init__(
        self,
        spec: LayerSpec,
        source: Source,
        crs: pyproj.CRS,
        where: Mapping[str, Sequence[object]],
    ) -> None:
        """Keep nothing yet.

        Parameters
        ----------
        spec, source, crs
            The layer, its opened file, and its CRS.
        where
            The filter of the catalog, by the columns of the file.
        """
        self.shapes, self.left, self.matched = Spilled(), Left(), False
        self.bounds: Bounds | None = None
        self.issues: tuple[Issue, ...] = ()
        self._spec, self._source, self._crs, self._where = spec, source, crs, where
        self._parts: list[tuple[NDArray[np.int64], pa.Table]] = []
        self._refused: dict[type[Exception], LayerError] = {}
        self._within = False

    def read(self, columns: Sequence[str]) -> None:
        """Go through all features of the file.

        Parameters
        ----------
        columns
            The columns to keep, as the file names them.

        Raises
        ------
        LayerError
            The file is damaged, a column holds personal data, or a coordinate lies nowhere on the Earth.
        """
        source = self._source
        refuse_personal(columns, source.place)
        refuse_too_many(source.features, source.place)
        # what a filter compares of a DBF is known with all of its rows only
        if source.parts is None or (self._where and source.put_right is not None):
            rows = sources.read(source, columns, None)
            self.issues, self.bounds = rows.issues, rows.bounds
            self._keep(rows)
            return
        curves, closed, told = False, [np.array([], np.int64)], dict[Issue, None]()
        absurd: LayerError | None = None
        for part in _translated(source, columns, told):
            curves |= bool(len(part.curves))
            closed.append(part.closed)
            try:
                number = part.rows.fid + 1 - source.format.numbered_from
                refuse_absurd(number, part.rows.geometry, source.place)
            except LayerError as problem:
                absurd = absurd or problem
            self._keep(part.rows)
        if not self._parts:
            self._keep(sources.read(source, columns, None))
        table = self._table()
        refuse_long_cells({name: table.column(name) for name in columns}, source.place)
        if absurd is not None:
            raise absurd
        self.issues = (
            *(wkb.curves_drawn() if curves else ()),
            *wkb.rings_closed(np.concatenate(closed) + 1 - source.format.numbered_from),
            *told,
        )

    def _keep(self, rows: Rows) -> None:
        """Keep some features in file order: their columns, and their polygons on the disk."""
        own = bounds_of(rows.geometry) if self._source.bounds is None else None
        self.bounds = hull([box for box in (self.bounds, own) if box]) if own else self.bounds
        if self._where:
            rows = rows.take(matches(rows.columns, self._where))
            self.matched |= len(rows) > 0
        pipeline = pipeline_of(self._spec)
        if pipeline is None:
            self._look(rows)
        rows, left = areal(rows)
        self.left = self.left.and_of(left)
        geometry = rows.geometry
        if pipeline is not None and len(geometry):
            geometry = np.asarray(crsys.run_pipeline(geometry, self._crs, pipeline), dtype=object)
        self.shapes.append(geometry)
        self._parts.append((rows.fid, pa.table(dict(rows.columns))))

    def _look(self, rows: Rows) -> None:
        """Note the first feature of either kind that is out of reach: another block may go before it."""
        whole = self._crs.is_geographic and all_beyond(rows.geometry, self._crs)
        self._within |= not whole
        try:
            refuse_out_of_reach(self._source, rows, self._crs, whole=False)
        except (CRSError, GeometryError) as problem:
            self._refused.setdefault(type(problem), problem)

    def refuse(self) -> None:
        """Refuse a layer with a feature that is out of reach, as `reach.refuse_out_of_reach`."""
        for kind in (CRSError, GeometryError):
            if kind in self._refused and self._within:
                raise self._refused[kind]

    def _table(self) -> pa.Table:
        """The columns of what is kept."""
        return pa.concat_tables([table for _fid, table in self._parts])

    def rows(self) -> Rows:
        """The polygons' numbers and columns, without geometries."""
        fid = np.concatenate([fid for fid, _table in self._parts])
        table = self._table()
        columns = {name: table.column(name) for name in table.schema.names}
        rows = Rows(fid, columns, np.full(len(fid), None, object))
        put_right = self._source.put_right
        return rows if put_right is None else put_right(rows)


def _translated(
    source: Source, columns: Sequence[str], told: dict[Issue, None]
) -> Iterator[Streamed]:
    """The features of a file a part at a time.

    Parameters
    ----------
    source, columns
        The layer, and the columns to read.
    told
        Where the warnings of the library go, each once.
    """
    assert source.parts is not None  # noqa: S101 - who calls has looked
    parts = source.parts(columns, AT_ONCE)
    while True:
        with translated(source.place) as issues:
            part = next(parts, None)
        told.update(dict.fromkeys(issues))
        if part is None:
            return
        yield part
