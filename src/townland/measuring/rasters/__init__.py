"""The raster layers of a check: read once near the towns, then asked in every town."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from townland.catalog import LayerCatalog, LayerSpec
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult
from townland.measuring.prepare import Ground
from townland.measuring.rasters import cells, classes, heights, reading, slope
from townland.measuring.rasters.cells import Cells
from townland.measuring.rasters.class_grid import Grid, is_grid, raster_input, read_grid
from townland.measuring.rasters.classes import Comparison, GridTable, Patches
from townland.measuring.rasters.slope import Grade, SlopeTable, Terrain
from townland.reading.layer import Input, Layer
from townland.reading.vector import named
from townland.reading.windows import Window
from townland.standards.landclass import Profile


@dataclass(frozen=True, slots=True, eq=False)
class Rasters:
    """Class grids and terrain models near the towns, and what was read and assumed."""

    grids: tuple[Grid, ...] = ()
    terrain: tuple[Terrain, ...] = ()
    grades: tuple[Grade, ...] = ()
    inputs: tuple[Input, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Grounds:
    """The grounds of the roles in one CRS.

    A grid plays a role only where no vector layer does; `from_vectors` are the roles that these play.
    """

    of_role: Mapping[str, Ground]
    from_vectors: frozenset[str]


@dataclass(frozen=True, slots=True)
class TownRasters:
    """What the raster layers measure in one town, and what is doubtful in them there."""

    grids: tuple[GridTable, ...]
    comparisons: tuple[Comparison, ...]
    slope: SlopeTable | None
    issues: tuple[Issue, ...]
    steep: tuple[Decimal, Decimal] | None = None
    """Steep cultivated land of the measure that was asked for, and that of no known slope, in m²."""


def raster_specs(catalog: LayerCatalog) -> tuple[LayerSpec, ...]:
    """The raster layers that a check asks: class grids, and terrain models beside a land survey.

    A layer of land cover whose numbers the catalog does not explain is not one of them.

    Raises
    ------
    CatalogError, LayerError
        As `read_grid`; a zip cannot be read.
    """
    return tuple(
        spec
        for spec in catalog.layer
        if spec.role != "imagery"
        and not (spec.role == "land_cover" and spec.classes is None)
        and not (spec.role == "elevation" and not catalog.of_role("land_use"))
        and is_grid(spec, catalog)
    )


def read_rasters(
    catalog: LayerCatalog,
    specs: Sequence[LayerSpec],
    windows: Sequence[Window],
    *,
    roles: Collection[str],
    digest: Callable[[Path], str],
    announce: Callable[[LayerSpec], None],
) -> Rasters:
    """Read raster layers near the towns.

    Parameters
    ----------
    catalog, specs
        Which layers.
    windows
        Bounding boxes around the towns, each with its CRS.
    roles
        Those in which patches of a grid are wanted; of others its cells are enough.
    digest
        How to hash a whole file.
    announce
        Called with each layer before it is read.

    Raises
    ------
    CatalogError, LayerError, CRSError
        As `read_grid` and `read_cells`.
    """
    grids: list[Grid] = []
    models: list[Terrain] = []
    inputs: list[Input] = []
    issues: list[Issue] = []
    grades = slope.load_grades()
    for spec in specs:
        announce(spec)
        if spec.role != "elevation":
            grid = read_grid(spec, catalog, windows, digest=digest, outlined=spec.role in roles)
            grids.append(grid)
            inputs.append(grid.layer.input)
            issues += grid.layer.issues
            continue
        path = catalog.resolve(spec.path)
        summary = reading.inspect_raster(path, crs=spec.crs)
        boxes = cells.boxes_around(windows, summary.crs)
        # Horn's method needs the heights all around a cell: one row and column more
        read = cells.read_cells(path, boxes, crs=spec.crs, pad=1)
        read = heights.in_metres(read, summary.unit, path.as_posix())
        read, height_issues = heights.heights(read)
        models.append(slope.terrain(spec.name, read, grades))
        inputs.append(raster_input(spec, path, summary=summary, digest=digest))
        issues += named([*_terrain_issues(summary, read), *height_issues], spec.name)
    issues += _unexplained(catalog, specs)
    return Rasters(tuple(grids), tuple(models), grades, tuple(inputs), tuple(issues))


def _terrain_issues(summary: reading.RasterSummary, windows: Sequence[Cells]) -> list[Issue]:
    """What is doubtful in a terrain model: what its file says, and whether it knows any height."""
    issues = list(summary.issues)
    if not any(np.any(window.known) for window in windows):
        message = _("the terrain model says nothing of the towns: it lies elsewhere")
        issues.append(Issue("grid_elsewhere", "warning", message))
    return issues


def _unexplained(catalog: LayerCatalog, specs: Sequence[LayerSpec]) -> Iterator[Issue]:
    """An issue for each raster of land cover that is not read, as its numbers have no meaning."""
    for spec in catalog.of_role("land_cover"):
        if spec not in specs:
            message = _(
                "the catalog does not say what the numbers of this raster mean (classes), so that it"
                " is set against nothing"
            )
            yield from named([Issue("grid_without_classes", "info", message)], spec.name)


def with_grids(
    layers: Mapping[str, Sequence[Layer]], rasters: Rasters, roles: Sequence[str]
) -> dict[str, list[Layer]]:
    """The layers by role; a grid plays a role of `roles` where no vector layer does.

    Parameters
    ----------
    layers
        The vector layers, by role.
    rasters
        The raster layers.
    roles
        The roles that are asked for.
    """
    out = {role: list(known) for role, known in layers.items()}
    for grid in rasters.grids:
        role = grid.layer.spec.role
        if role in roles and role not in layers:
            out.setdefault(role, []).append(grid.layer)
    return {role: out[role] for role in roles if role in out}


def measure_rasters(
    result: TownResult,
    rasters: Rasters,
    grounds: Grounds,
    *,
    profile: Profile,
    steep_of: str | None = None,
) -> TownRasters:
    """Measure every raster layer in one town, and compare it with the vector layers.

    Parameters
    ----------
    result
        The town as it was measured.
    rasters
        The raster layers.
    grounds
        The grounds in the town's CRS.
    profile
        The three-class profile.
    steep_of
        The measure of whose cultivated land the steep part is wanted.

    Raises
    ------
    EngineError
        As `measure_grid`.
    """
    tables: list[GridTable] = []
    comparisons: list[Comparison] = []
    vectors = {role: grounds.of_role[role] for role in grounds.from_vectors}
    for grid in rasters.grids:
        patches = _patches(result, grid.layer.spec.role, rasters=rasters, grounds=grounds)
        near = classes.around(grid, result.town)
        table = classes.measure_grid(result, grid, near, patches)
        tables.append(table)
        comparisons += classes.compare(
            result, grid, table, near=near, vectors=vectors, profile=profile
        )
    graded = slope.slope_table(result, rasters.terrain, rasters.grades)
    issues = list(classes.grid_issues(tables, {result.town.code: result.town.name}))
    if graded is not None:
        comparisons += graded.compared
        issues += _slope_issues(result, graded)
    return TownRasters(
        tuple(tables), tuple(comparisons), graded, tuple(issues), _steep(result, rasters, steep_of)
    )


def _steep(
    result: TownResult, rasters: Rasters, measure: str | None
) -> tuple[Decimal, Decimal] | None:
    """The steep part of a measure's cultivated land by the terrain, where the survey tells no slope.

    Parameters
    ----------
    result, rasters
        As in `measure_rasters`.
    measure
        The measure; None where none is asked for.
    """
    frame = None if measure is None else result.measures[measure].frame
    if frame is None or "slope_grade" in frame or not len(frame):
        return None
    part = frame[frame["source"].isin(slope.CULTIVATED)]
    return slope.steep_m2(part, rasters.terrain, rasters.grades)


def _patches(
    result: TownResult, role: str, *, rasters: Rasters, grounds: Grounds
) -> Patches | None:
    """A role's ground and pieces in a town where one grid alone plays it: its patches, and them cut.

    Parameters
    ----------
    result, role
        The town, and the grid's role.
    rasters, grounds
        As in `measure_rasters`.
    """
    same = [grid for grid in rasters.grids if grid.layer.spec.role == role]
    if role in grounds.from_vectors or len(same) != 1 or role not in result.pieces:
        return None
    return Patches(grounds.of_role[role], result.pieces[role])


def _slope_issues(result: TownResult, table: SlopeTable) -> Iterator[Issue]:
    """What of a town's cultivated land has no slope, from the terrain or in the survey."""
    if table.total.no_data_m2:
        text = _slope_unknown(result, table)
        yield Issue("slope_unknown", "warning", text, ",".join(table.layers))
    if table.not_recorded_m2:
        text = _(
            "town {town}: {area} m² of its cultivated land have no slope grade in the land survey, or an"
            " unknown one",
            town=result.town.name,
            area=table.not_recorded_m2,
        )
        yield Issue("slope_not_recorded", "warning", text)


def _slope_unknown(result: TownResult, table: SlopeTable) -> Words:
    return _(
        "town {town}: the slope of {area} m² of its {whole} m² of cultivated land is not known",
        town=result.town.name,
        area=table.total.no_data_m2,
        whole=table.total.area_m2,
    )
