"""Class grids in a town: every value's area twice over, and what vector layers say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyproj

from townland import geodesy, units
from townland.catalog import LayerSpec
from townland.catalog.titles import layer_title
from townland.errors import EngineError
from townland.geodesy import Geometries
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult, prepare
from townland.measuring.overlay import Pieces
from townland.measuring.prepare import Ground
from townland.measuring.rasters import cells
from townland.measuring.rasters.class_grid import COUNTED, UNKNOWN, Grid, code_of, playing
from townland.measuring.rasters.fractions import Classed, brought, classed, covered_m2, met
from townland.standards.landclass import Profile
from townland.towns import Town

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

    `area_m2` is the sum of exact coverage fractions times the official area of each cell, or, where the
    grid plays a role that is measured, the official area of its patches, adjusted so that the table
    closes; `check_m2` the sum of the fractions times the independent area of each cell.
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


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """The patches of a grid as the ground of its role, and their pieces in a town."""

    ground: Ground
    pieces: Pieces


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


def around(grid: Grid, town: Town) -> tuple[Classed, ...]:
    """The cells of a grid around a town; their classes number its values."""
    near = (
        classed(window, window.values, brought(town.boundary, town.crs, window.crs))
        for window in grid.windows
    )
    return tuple(each for each in near if each is not None)


def measure_grid(
    result: TownResult, grid: Grid, near: Sequence[Classed], patches: Patches | None = None
) -> GridTable:
    """Measure every value of a grid in one town, twice, and what of the town it does not know.

    Parameters
    ----------
    result
        The town.
    grid, near
        The grid, and its cells around the town.
    patches
        Where the grid alone plays its role: its patches cut to the town, which measures sum, too. Else
        fractions of cells are the areas.

    Raises
    ------
    EngineError
        The two ways of measuring disagree, or the cells do not close to the town, by more than rounding
        explains.
    """
    town, spec = result.town, grid.layer.spec
    official, check, silent_m2 = _by_cells(town, grid, near)
    _require_closure(result, spec.name, sum(official.values()) + silent_m2)
    areas = official if patches is None else _by_outlines(result, grid, patches)
    rest = [value for value in grid.values if value not in playing(spec, grid.values)]
    if rest and patches is not None:  # other land is what is left, shared out as the cells say
        left = max(0.0, float(result.area_m2) - silent_m2 - sum(areas.values()))
        whole = sum(check[value] for value in rest) or 1.0
        areas |= {value: left * check[value] / whole for value in rest}
    _require_agreement(result, spec.name, measured=areas, check=check)
    here = [value for value in grid.values if check[value] or areas[value]]
    weights = [*(areas[value] for value in here), silent_m2]
    shares = units.apportion(weights, result.area_m2) if sum(weights) else [result.area_m2]
    groups = {value: group for group, values in (spec.classes or {}).items() for value in values}
    return GridTable(
        town=town.code,
        layer=spec.name,
        role=spec.role,
        cell_m=cells.middle_m(grid.windows[0]) if grid.windows else (Decimal(0), Decimal(0)),
        rows=tuple(
            GridRow(value, groups.get(value, ""), share, units.m2(check[value]))
            for value, share in zip(here, shares, strict=False)
        ),
        no_data_m2=shares[-1],
        control_m2=result.area_m2,
    )


def _by_cells(
    town: Town, grid: Grid, near: Sequence[Classed]
) -> tuple[dict[str, float], dict[str, float], float]:
    """The area of each value of a grid in a town in m², by the parts of its cells that the town covers.

    Parameters
    ----------
    town, grid, near
        As in `measure_grid`.

    Returns
    -------
    By the official area of each cell, by its independent area, and the official area of the land of
    which the grid says nothing.
    """
    count = len(grid.values) + 1
    official, check = np.zeros(count), np.zeros(count)
    for each in near:
        boundary = brought(town.boundary, town.crs, each.cells.crs)
        official_m2 = np.broadcast_to(cells.official_areas_m2(each.cells), each.cell_m2.shape)
        for _at, cell, coverage, value in met(np.array([boundary], dtype=object), each):
            for sums, cell_m2 in ((official, official_m2), (check, each.cell_m2)):
                # the first is that of cells which say nothing
                weights = coverage * cell_m2.ravel()[cell]
                sums += np.bincount(value - UNKNOWN, weights, minlength=count)
    silent_m2, *known_m2 = official.tolist()
    return (
        dict(zip(grid.values, known_m2, strict=True)),
        dict(zip(grid.values, check[1:].tolist(), strict=True)),
        silent_m2,
    )


def _by_outlines(result: TownResult, grid: Grid, patches: Patches) -> dict[str, float]:
    """The official area of each value's patches in a town, in m²; 0 for one that plays no role.

    Parameters
    ----------
    result, grid, patches
        As in `measure_grid`.
    """
    spec = grid.layer.spec
    measured = geodesy.official_area_m2(patches.pieces.geometry, result.town.crs)
    codes = patches.ground.frame["code"].to_numpy()[patches.pieces.rows[spec.role]]
    return {value: float(measured[codes == code_of(spec, value)].sum()) for value in grid.values}


def _allowed_m2(result: TownResult) -> float:
    """By how much two ways of measuring land of a town may differ."""
    perimeter = float(geodesy.perimeter_m(result.town.boundary, result.town.crs)[0])
    return max(CHECK_M2, CHECK_SHARE * float(result.area_m2), CHECK_EDGE_M * perimeter)


def _require_closure(result: TownResult, layer: str, cells_m2: float) -> None:
    """Make sure that the parts of the cells which a town covers are the town.

    Parameters
    ----------
    result, layer
        The town, and the grid's name.
    cells_m2
        The official area of those parts, whether the grid says something of them or not.
    """
    allowed = _allowed_m2(result)
    if abs(cells_m2 - float(result.area_m2)) > allowed:
        raise EngineError(
            _(
                "town {town}: the cells of the grid {layer} in it cover {area} m², the town {whole} m²;"
                " rounding explains {allowed} m². No figure of this grid can be trusted; please report"
                " this as a bug",
                town=result.town.name,
                layer=layer_title(layer),
                area=units.m2(cells_m2),
                whole=result.area_m2,
                allowed=units.m2(allowed),
            )
        )


def _require_agreement(
    result: TownResult,
    layer: str,
    *,
    measured: Mapping[str, float],
    check: Mapping[str, float],
) -> None:
    """Make sure that both ways of measuring a grid agree, as far as rounding explains.

    Parameters
    ----------
    result, layer
        The town, and the grid's name.
    measured, check
        The area of each value in m², both ways.
    """
    allowed = _allowed_m2(result)
    for value, check_m2 in check.items():
        if abs(measured[value] - check_m2) > allowed:
            raise EngineError(
                _(
                    "town {town}: of the grid {layer} the value {value} covers {area} m² by its"
                    " outlines and {check} m² by its cells; rounding explains {allowed} m². No figure of"
                    " this grid can be trusted; please report this as a bug",
                    town=result.town.name,
                    layer=layer_title(layer),
                    value=value,
                    area=units.m2(measured[value]),
                    check=units.m2(check_m2),
                    allowed=units.m2(allowed),
                )
            )


def compare(
    result: TownResult,
    grid: Grid,
    table: GridTable,
    *,
    near: Sequence[Classed],
    vectors: Mapping[str, Ground],
    profile: Profile,
) -> Iterator[Comparison]:
    """Set a grid's groups against the land survey, and a grid of one kind of land against its layer.

    Parameters
    ----------
    result, grid, table
        The town, the grid, and what it says of the town.
    near
        The grid's cells around the town.
    vectors
        The grounds of vector layers, by role.
    profile
        The three-class profile.
    """
    spec = grid.layer.spec
    measured = {row.value: row.area_m2 for row in table.rows}
    survey = _survey(result, grid, near, vectors=vectors)
    for group, values in _groups(spec, profile, grid):
        columns = [grid.values.index(value) for value in values if value in grid.values]
        grid_m2 = sum((measured.get(value, NOTHING) for value in values), NOTHING)
        for role, vector_m2, covered in _vectors(
            result, grid, group, near=near, vectors=vectors, survey=survey
        ):
            both_m2 = units.m2(float(covered[:, columns].sum()))
            yield Comparison(
                table.town, group, role, spec.name, vector_m2, grid_m2, both_m2, table.no_data_m2
            )


def _covered(pieces: Geometries, crs: pyproj.CRS, grid: Grid, *, near: Sequence[Classed]) -> Floats:
    """How much of each piece of land every value of a grid covers, in m²: (pieces, values).

    Parameters
    ----------
    pieces, crs
        The land, and its CRS.
    grid, near
        The grid, and its cells there.
    """
    nothing = np.zeros((len(pieces), len(grid.values)))
    return sum((covered_m2(pieces, crs, each, len(grid.values)) for each in near), nothing)


def _survey(
    result: TownResult, grid: Grid, near: Sequence[Classed], *, vectors: Mapping[str, Ground]
) -> Floats | None:
    """What a grid says of each piece of the land survey; None where no vector layer is one.

    Parameters
    ----------
    result, grid, near, vectors
        As in `compare`.
    """
    if "land_use" not in vectors or not vectors["land_use"].scheme or not len(result.land):
        return None
    return _covered(result.land.geometry.to_numpy(), result.town.crs, grid, near=near)


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
    result: TownResult,
    grid: Grid,
    group: str,
    *,
    near: Sequence[Classed],
    vectors: Mapping[str, Ground],
    survey: Floats | None,
) -> Iterator[tuple[str, Decimal, Floats]]:
    """The vector layers that speak of a kind of land: role, area, and what the grid says of its pieces.

    Parameters
    ----------
    result
        The town.
    grid, group
        The grid, and the kind of land.
    near, vectors
        As in `compare`.
    survey
        What the grid says of the pieces of the land survey.
    """
    role = grid.layer.spec.role
    if role in COUNTED and role in vectors:
        pieces = result.pieces[role].geometry
        area = float(geodesy.official_area_m2(pieces, result.town.crs).sum())
        yield role, units.m2(area), _covered(pieces, result.town.crs, grid, near=near)
    if survey is not None:
        part = result.land["source"].isin(SAME[group]).to_numpy()
        area_m2 = result.land["area_m2"].to_numpy()[part]
        yield "land_use", sum(area_m2, NOTHING), survey[part]


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
