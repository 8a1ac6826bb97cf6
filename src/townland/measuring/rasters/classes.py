"""Class grids in a town: every value's area twice over, and what vector layers say of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

from townland import geodesy, units
from townland.errors import EngineError
from townland.geodesy import crs as crs_room
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult, overlay, prepare
from townland.measuring.prepare import Ground
from townland.measuring.rasters import cells
from townland.measuring.rasters.cells import Cells
from townland.measuring.rasters.class_grid import COUNTED, UNKNOWN, Grid, code_of
from townland.standards.landclass import Profile

Floats = npt.NDArray[np.float64]

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


def covered_m2(geometries: Any, crs: pyproj.CRS, window: Cells, classes: Any, count: int) -> Floats:
    """How much of each polygon every class of cells covers, by exact coverage fractions.

    Parameters
    ----------
    geometries, crs
        Valid polygons, and their CRS.
    window
        Cells.
    classes
        The class of each cell of the window, 0 to `count` - 1; others count for nothing.

    Returns
    -------
    m², (polygons, count): the sum of fraction times the ellipsoid area of the cell.
    """
    out = np.zeros((len(geometries), count))
    shapes = crs_room.reproject(np.asarray(geometries, dtype=object), crs, window.crs)
    near = np.flatnonzero(shapely.intersects(shapes, shapely.box(*window.bounds)))
    if not len(near):
        return out
    rows, columns = window.part(tuple(shapely.total_bounds(shapes[near])))
    window, classes = window.cut(rows, columns), np.asarray(classes)[rows, columns]
    if not window.known.size:
        return out
    west, south, east, north = window.bounds
    source = NumPyRasterSource(
        np.ascontiguousarray(classes, dtype=np.int32), west, south, east, north
    )
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(text)}
        for text in shapely.to_geojson(shapes[near])
    ]
    each = np.broadcast_to(cells.areas_m2(window), window.known.shape).ravel()
    for at, found in zip(
        near, exact_extract(source, features, ["cell_id", "coverage", "values"]), strict=True
    ):
        told = found["properties"]
        held = np.asarray(told["values"])
        counts = (held >= 0) & (held < count)
        weights = np.asarray(told["coverage"])[counts] * each[np.asarray(told["cell_id"])[counts]]
        out[at] = np.bincount(held[counts].astype(np.int64), weights, minlength=count)
    return out


def measure_grid(result: TownResult, grid: Grid, ground: Ground) -> GridTable:
    """Measure every value of a grid in one town, twice, and what of the town it does not know.

    Parameters
    ----------
    result
        The town.
    grid, ground
        The grid, and its patches in the town's CRS.

    Raises
    ------
    EngineError
        The two ways of measuring disagree by more than rounding explains.
    """
    town, spec = result.town, grid.layer.spec
    groups = {value: group for group, held in (spec.classes or {}).items() for value in held}
    frame = ground.frame
    pieces, rows = overlay.clip(town.boundary, frame.geometry.to_numpy())
    measured = geodesy.official_area_m2(pieces, town.crs)
    codes = frame["code"].to_numpy()[rows]
    silent = prepare.polygons_of(shapely.difference(town.boundary, ground.coverage))[0]
    silent_m2 = float(geodesy.official_area_m2(silent, town.crs)[0])
    checks = sum(
        (
            covered_m2([town.boundary], town.crs, window, window.values, len(grid.values))[0]
            for window in grid.windows
        ),
        np.zeros(len(grid.values)),
    )
    names = {value: code_of(spec, value) for value in grid.values}
    found = {value: float(measured[codes == names[value]].sum()) for value in grid.values}
    rest = [value for value in grid.values if value not in plays(grid)]
    if rest:  # other land is what is left, shared out as the cells say
        left = max(0.0, float(result.area_m2) - silent_m2 - sum(found.values()))
        whole = sum(checks[grid.values.index(value)] for value in rest) or 1.0
        found |= {value: left * checks[grid.values.index(value)] / whole for value in rest}
    perimeter = float(geodesy.perimeter_m(town.boundary, town.crs)[0])
    allowed = max(CHECK_M2, CHECK_SHARE * float(result.area_m2), CHECK_EDGE_M * perimeter)
    for value, check in zip(grid.values, checks, strict=True):
        if abs(found[value] - check) > allowed:
            raise EngineError(
                _(
                    "town {town}: of the grid {layer} the value {value} covers {area} m² by its"
                    " outlines and {check} m² by its cells; rounding explains {allowed} m². No figure of"
                    " this grid can be trusted; please report this as a bug",
                    town=town.name,
                    layer=spec.name,
                    value=value,
                    area=units.m2(found[value]),
                    check=units.m2(check),
                    allowed=units.m2(allowed),
                )
            )
    here = [
        value for value, check in zip(grid.values, checks, strict=True) if check or found[value]
    ]
    weights = [*(found[value] for value in here), silent_m2]
    shares = units.apportion(weights, result.area_m2) if sum(weights) else [result.area_m2]
    return GridTable(
        town.code,
        spec.name,
        spec.role,
        _cell_m(grid),
        tuple(
            GridRow(value, groups.get(value, ""), share, units.m2(checks[grid.values.index(value)]))
            for value, share in zip(here, shares, strict=False)
        ),
        shares[-1],
        result.area_m2,
    )


def plays(grid: Grid) -> tuple[str, ...]:
    """The values of a grid whose land plays its role."""
    spec = grid.layer.spec
    if spec.role not in COUNTED or spec.classes is None:
        return grid.values
    listed = {value for group in COUNTED[spec.role] for value in spec.classes.get(group, ())}
    return tuple(value for value in grid.values if value in listed)


def _cell_m(grid: Grid) -> tuple[Decimal, Decimal]:
    if not grid.windows:
        return Decimal(0), Decimal(0)
    window = grid.windows[0]
    row, column = (size // 2 for size in window.known.shape)
    wide, high = cells.sizes_m(window)
    return units.half_up(wide[row, column], 2), units.half_up(high[row, column], 2)


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
    sure = {row.value: row for row in table.rows}
    for group, values in _groups(spec, profile, grid):
        told = sum((sure[value].area_m2 for value in values if value in sure), Decimal("0.00"))
        for role, pieces, area in _vectors(result, spec.role, group, vectors):
            mask = [grid.values.index(value) for value in values if value in grid.values]
            both = sum(
                float(
                    covered_m2(
                        pieces, result.town.crs, window,
                        np.where(np.isin(window.values, mask), 0, UNKNOWN), 1,
                    ).sum()
                )
                for window in grid.windows
            )  # fmt: skip
            yield Comparison(
                table.town, group, role, spec.name, area, told, units.m2(both), table.no_data_m2
            )


def _groups(spec: Any, profile: Profile, grid: Grid) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The kinds of land that a grid tells apart, each with its values.

    A grid that lists no paddy means all cultivated land by ``cultivated``; one that does, the rest.
    """
    if spec.role in COUNTED:
        yield COUNTED[spec.role][0], plays(grid)
        return
    if spec.classes is None:
        scheme = prepare.scheme_of(spec)
        for source, group in (
            ("paddy", "paddy"), ("other_cultivated", "other_cultivated"),
            ("other_agricultural", "agricultural"), ("unused", "unused"),
            ("construction", "construction"),
        ):  # fmt: skip
            if scheme is not None:
                held = scheme.members(source, profile)
                yield group, tuple(v for v in grid.values if code_of(spec, v) in held)
        return
    for group, values in spec.classes.items():
        name = str(group)
        if values and name in SAME:
            split = name == "cultivated" and spec.classes.get("paddy")
            yield ("other_cultivated" if split else name), tuple(values)


def _vectors(
    result: TownResult, role: str, group: str, vectors: Mapping[str, Ground]
) -> Iterator[tuple[str, Any, Decimal]]:
    """The vector layers that speak of a kind of land: role, pieces in the town, area."""
    if role in COUNTED and role in vectors:
        pieces = result.pieces[role].geometry
        area = float(geodesy.official_area_m2(pieces, result.town.crs).sum())
        yield role, pieces, units.m2(area)
    if "land_use" in vectors and vectors["land_use"].scheme and len(result.land):
        part = result.land[result.land["source"].isin(SAME[group])]
        total = sum(part["area_m2"], Decimal("0.00"))
        yield "land_use", part.geometry.to_numpy(), total


def grid_issues(tables: Sequence[GridTable], names: Mapping[str, str]) -> Iterator[Issue]:
    """Tell of every grid that does not know all of a town how much it does not know."""
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
