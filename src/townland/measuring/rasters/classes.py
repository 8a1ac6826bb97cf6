"""Class grids in a town: every value's area twice over, and what vector layers say of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy, units
from townland.catalog import LayerSpec
from townland.errors import EngineError
from townland.geodesy import Geometries
from townland.geodesy import crs as crs_room
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult, overlay, prepare
from townland.measuring.overlay import Pieces
from townland.measuring.prepare import Ground
from townland.measuring.rasters import cells
from townland.measuring.rasters.cells import Cells
from townland.measuring.rasters.class_grid import COUNTED, UNKNOWN, Grid, code_of, playing
from townland.standards.landclass import Profile

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.number]

CHECK_M2, CHECK_SHARE, CHECK_EDGE_M = 0.05, 1e-6, 1e-3
"""How far the area of a grid's patches and the sum of its cells may differ: the largest of m², share of
the town, and metres times the town's perimeter."""

SAME: Mapping[str, tuple[str, ...]] = {
    "cultivated": ("paddy", "other_cultivated"),
    "other_cultivated": ("other_cultivated",),
    "paddy": ("paddy",),
    "agricultural": ("other_agricultural",),
    "unused": ("unused",),
    "construction": ("construction",),
}
"""What of a land survey the groups of a grid's classes are set against; see `_groups`."""

SOURCES = (
    ("paddy", "paddy"),
    ("other_cultivated", "other_cultivated"),
    ("other_agricultural", "agricultural"),
    ("unused", "unused"),
    ("construction", "construction"),
)
"""The kinds of land in a scheme of land classes, and the group of a grid's classes that each is."""

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class GridRow:
    """One value of a grid inside a town, the group that the catalog puts it in, its area twice.

    `area_m2` is the official area of its patches, adjusted so that the table closes; `check_m2` the sum
    of exact coverage fractions times the ellipsoid area of each cell.
    """

    value: str
    group: str
    area_m2: Decimal
    check_m2: Decimal


@dataclass(frozen=True, slots=True)
class GridTable:
    """A class grid inside one town; the rows and `no_data_m2` sum to `control_m2`.

    `cell_m` is the width and height of a cell on the ground in the middle of the town.
    """

    town: str
    layer: str
    role: str
    cell_m: tuple[Decimal, Decimal]
    rows: tuple[GridRow, ...]
    no_data_m2: Decimal
    control_m2: Decimal

    @property
    def no_data_share(self) -> Decimal:
        """The part of the town of which the grid says nothing, 0 to 1."""
        return self.no_data_m2 / self.control_m2 if self.control_m2 else Decimal(0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a vector layer and a class grid say of the same kind of land in one town.

    The vector's figure is the one that every rule uses. `difference_m2` is the grid's less the
    vector's; `both_m2` the land on which they agree; `no_data_m2` the part of the town of which the grid
    says nothing.
    """

    town: str
    group: str
    vector: str
    grid: str
    vector_m2: Decimal
    grid_m2: Decimal
    both_m2: Decimal
    no_data_m2: Decimal

    @property
    def difference_m2(self) -> Decimal:
        """What the grid says more than the vector layer."""
        return self.grid_m2 - self.vector_m2


def covered_m2(
    geometries: Geometries, crs: pyproj.CRS, window: Cells, classes: Numbers, count: int
) -> Floats:
    """How much of each polygon every class of cells covers, by exact coverage fractions.

    Parameters
    ----------
    geometries, crs
        Valid polygons, and their CRS.
    window
        Cells.
    classes, count
        The class of each cell of the window, 0 to `count` - 1; others count for nothing.

    Returns
    -------
    m², (polygons, count): the sum of fraction times the ellipsoid area of the cell.
    """
    shapes = crs_room.reproject(np.array(geometries, dtype=object, ndmin=1), crs, window.crs)
    out = np.zeros((len(shapes), count))
    near = np.flatnonzero(shapely.intersects(shapes, shapely.box(*window.bounds)))
    if not len(near):
        return out
    rows, columns = window.part(tuple(shapely.total_bounds(shapes[near])))
    window, classes = window.cut(rows, columns), np.asarray(classes)[rows, columns]
    if not window.known.size:
        return out
    cell_m2 = np.broadcast_to(cells.areas_m2(window), window.known.shape).ravel()
    for at, (cell, coverage, value) in zip(
        near, _fractions(shapes[near], classes, window), strict=True
    ):
        counts = (value >= 0) & (value < count)
        weights = coverage[counts] * cell_m2[cell[counts]]
        out[at] = np.bincount(value[counts].astype(np.int64), weights, minlength=count)
    return out


def _fractions(
    polygons: npt.NDArray[np.object_], classes: Numbers, window: Cells
) -> Iterator[tuple[npt.NDArray[np.int64], Floats, Numbers]]:
    """Of each polygon the cells that it meets, the part of each that it covers, and their classes.

    Parameters
    ----------
    polygons
        Polygons in the window's CRS.
    classes, window
        The class of each cell, and the window.
    """
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    # exactextract reads 32-bit integers in one block, and features as GeoJSON
    source = NumPyRasterSource(np.ascontiguousarray(classes, dtype=np.int32), *window.bounds)
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(text)}
        for text in shapely.to_geojson(polygons)
    ]
    for feature in exact_extract(source, features, ["cell_id", "coverage", "values"]):
        cell, coverage, value = (
            np.asarray(feature["properties"][name]) for name in ("cell_id", "coverage", "values")
        )
        yield cell, coverage, value


def measure_grid(
    result: TownResult, grid: Grid, ground: Ground, pieces: Pieces | None = None
) -> GridTable:
    """Measure every value of a grid in one town, twice, and what of the town it does not know.

    Parameters
    ----------
    result
        The town.
    grid, ground
        The grid, and its patches in the town's CRS.
    pieces
        The patches cut to the town, where that is done already: the grid alone plays its role.

    Raises
    ------
    EngineError
        The two ways of measuring disagree by more than rounding explains.
    """
    town, spec = result.town, grid.layer.spec
    known = shapely.union_all([claim.area for claim in ground.claims])
    silent = prepare.polygons_of(shapely.difference(town.boundary, known))[0]
    silent_m2 = float(geodesy.official_area_m2(silent, town.crs)[0])
    by_cells = _by_cells(result, grid)
    by_outlines = _by_outlines(result, grid, ground, pieces=pieces)
    rest = [value for value in grid.values if value not in playing(spec, grid.values)]
    if rest:  # other land is what is left, shared out as the cells say
        left = max(0.0, float(result.area_m2) - silent_m2 - sum(by_outlines.values()))
        whole = sum(by_cells[value] for value in rest) or 1.0
        by_outlines |= {value: left * by_cells[value] / whole for value in rest}
    _require_agreement(result, spec.name, by_outlines=by_outlines, by_cells=by_cells)
    here = [value for value in grid.values if by_cells[value] or by_outlines[value]]
    weights = [*(by_outlines[value] for value in here), silent_m2]
    shares = units.apportion(weights, result.area_m2) if sum(weights) else [result.area_m2]
    groups = {value: group for group, values in (spec.classes or {}).items() for value in values}
    return GridTable(
        town=town.code,
        layer=spec.name,
        role=spec.role,
        cell_m=cells.middle_m(grid.windows[0]) if grid.windows else (Decimal(0), Decimal(0)),
        rows=tuple(
            GridRow(value, groups.get(value, ""), share, units.m2(by_cells[value]))
            for value, share in zip(here, shares, strict=False)
        ),
        no_data_m2=shares[-1],
        control_m2=result.area_m2,
    )


def _by_cells(result: TownResult, grid: Grid) -> dict[str, float]:
    """The area of each value of a grid in a town by coverage fractions of its cells, in m²."""
    count = len(grid.values)
    by_window = (
        covered_m2([result.town.boundary], result.town.crs, window, window.values, count)[0]
        for window in grid.windows
    )
    return dict(zip(grid.values, sum(by_window, np.zeros(count)), strict=True))


def _by_outlines(
    result: TownResult, grid: Grid, ground: Ground, *, pieces: Pieces | None
) -> dict[str, float]:
    """The official area of each value's patches in a town, in m²; 0 for one that plays no role.

    Parameters
    ----------
    result, grid, ground, pieces
        As in `measure_grid`.
    """
    town, spec = result.town, grid.layer.spec
    if pieces is None:
        geometry, rows = overlay.clip(town.boundary, ground.frame.geometry.to_numpy())
    else:
        geometry, rows = pieces.geometry, pieces.rows[spec.role]
    measured = geodesy.official_area_m2(geometry, town.crs)
    codes = ground.frame["code"].to_numpy()[rows]
    return {value: float(measured[codes == code_of(spec, value)].sum()) for value in grid.values}


def _require_agreement(
    result: TownResult,
    layer: str,
    *,
    by_outlines: Mapping[str, float],
    by_cells: Mapping[str, float],
) -> None:
    """Make sure that both ways of measuring a grid agree, as far as rounding explains.

    Parameters
    ----------
    result, layer
        The town, and the grid's name.
    by_outlines, by_cells
        The area of each value in m², both ways.
    """
    town = result.town
    perimeter = float(geodesy.perimeter_m(town.boundary, town.crs)[0])
    allowed = max(CHECK_M2, CHECK_SHARE * float(result.area_m2), CHECK_EDGE_M * perimeter)
    for value, check in by_cells.items():
        if abs(by_outlines[value] - check) > allowed:
            raise EngineError(
                _(
                    "town {town}: of the grid {layer} the value {value} covers {area} m² by its"
                    " outlines and {check} m² by its cells; rounding explains {allowed} m². No figure of"
                    " this grid can be trusted; please report this as a bug",
                    town=town.name,
                    layer=layer,
                    value=value,
                    area=units.m2(by_outlines[value]),
                    check=units.m2(check),
                    allowed=units.m2(allowed),
                )
            )


def compare(
    result: TownResult,
    grid: Grid,
    table: GridTable,
    *,
    vectors: Mapping[str, Ground],
    profile: Profile,
) -> Iterator[Comparison]:
    """Set a grid's groups against the land survey, and a grid of one kind of land against its layer.

    Parameters
    ----------
    result, grid, table
        The town, the grid, and what it says of the town.
    vectors
        The grounds of vector layers, by role.
    profile
        The three-class profile.
    """
    spec = grid.layer.spec
    measured = {row.value: row.area_m2 for row in table.rows}
    for group, values in _groups(spec, profile, grid):
        grid_m2 = sum((measured.get(value, NOTHING) for value in values), NOTHING)
        for role, pieces, vector_m2 in _vectors(result, spec.role, group, vectors=vectors):
            both_m2 = units.m2(_agreed_m2(pieces, result.town.crs, grid, values=values))
            yield Comparison(
                table.town, group, role, spec.name, vector_m2, grid_m2, both_m2, table.no_data_m2
            )


def _agreed_m2(pieces: Geometries, crs: pyproj.CRS, grid: Grid, *, values: Iterable[str]) -> float:
    """How much of vector land some values of a grid cover, in m².

    Parameters
    ----------
    pieces, crs
        The vector land, and its CRS.
    grid, values
        The grid, and which of its values.
    """
    numbers = [grid.values.index(value) for value in values if value in grid.values]
    return sum(
        float(
            covered_m2(
                pieces, crs, window, np.where(np.isin(window.values, numbers), 0, UNKNOWN), 1
            ).sum()
        )
        for window in grid.windows
    )


def _groups(spec: LayerSpec, profile: Profile, grid: Grid) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The kinds of land that a grid tells apart, each with its values.

    A grid that lists no paddy means all cultivated land by ``cultivated``; one that does, the rest.

    Parameters
    ----------
    spec
        The grid's layer.
    profile
        The three-class profile.
    grid
        The grid.
    """
    if spec.role in COUNTED:
        yield COUNTED[spec.role][0], playing(spec, grid.values)
        return
    if spec.classes is None:
        scheme = prepare.scheme_of(spec)
        if scheme is not None:
            for source, group in SOURCES:
                members = scheme.members(source, profile)
                yield group, tuple(v for v in grid.values if code_of(spec, v) in members)
        return
    for group, values in spec.classes.items():
        name = str(group)
        if values and name in SAME:
            split = name == "cultivated" and spec.classes.get("paddy")
            yield ("other_cultivated" if split else name), tuple(values)


def _vectors(
    result: TownResult, role: str, group: str, *, vectors: Mapping[str, Ground]
) -> Iterator[tuple[str, npt.NDArray[np.object_], Decimal]]:
    """The vector layers that speak of a kind of land: role, pieces in the town, area.

    Parameters
    ----------
    result
        The town.
    role, group
        The grid's role, and the kind of land.
    vectors
        The grounds of vector layers, by role.
    """
    if role in COUNTED and role in vectors:
        pieces = result.pieces[role].geometry
        area = float(geodesy.official_area_m2(pieces, result.town.crs).sum())
        yield role, pieces, units.m2(area)
    if "land_use" in vectors and vectors["land_use"].scheme and len(result.land):
        part = result.land[result.land["source"].isin(SAME[group])]
        yield "land_use", part.geometry.to_numpy(), sum(part["area_m2"], NOTHING)


def grid_issues(tables: Sequence[GridTable], names: Mapping[str, str]) -> Iterator[Issue]:
    """Report of every grid that does not know all of a town how much it does not know."""
    for table in tables:
        if table.no_data_m2 > 0:
            yield Issue("grid_no_data", "warning", _no_data(table, names[table.town]), table.layer)


def _no_data(table: GridTable, town: str) -> Words:
    return _(
        "town {town}: the grid says nothing of {area} m² ({share} %) of it, which counts as not covered",
        town=town,
        area=table.no_data_m2,
        share=units.half_up(100 * table.no_data_share, 2),
    )
