"""The raster layers of a check: read once near the towns, then asked in every town."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from townland.catalog import LayerCatalog, LayerSpec
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult, prepare
from townland.measuring.prepare import Ground
from townland.measuring.rasters import cells, classes, slope
from townland.measuring.rasters import reading as raster
from townland.measuring.rasters.class_grid import Grid, is_grid, raster_input, read_grid
from townland.measuring.rasters.classes import Comparison, GridTable
from townland.measuring.rasters.slope import Grade, SlopeTable, Terrain
from townland.reading.layer import Input, Layer
from townland.reading.vector import Window, named
from townland.standards.landclass import Profile


@dataclass(frozen=True, slots=True, eq=False)
class Rasters:
    """Class grids and terrain models near the towns, and what was read and assumed."""

    grids: tuple[Grid, ...] = ()
    terrain: tuple[Terrain, ...] = ()
    grades: tuple[Grade, ...] = ()
    inputs: tuple[Input, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What the rasters tell of one town."""

    grids: tuple[GridTable, ...]
    comparisons: tuple[Comparison, ...]
    slope: SlopeTable | None
    issues: tuple[Issue, ...]


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
    digest: Callable[[Path], str],
    reading: Callable[[LayerSpec], None],
) -> Rasters:
    """Read the raster layers `specs` near the towns; `reading` is told of each.

    Raises
    ------
    CatalogError, LayerError, CRSError
        As `read_grid` and `read_cells`.
    """
    found: list[Grid] = []
    models: list[Terrain] = []
    inputs: list[Input] = []
    issues: list[Issue] = []
    grades = slope.load_grades()
    for spec in specs:
        reading(spec)
        if spec.role != "elevation":
            grid = read_grid(spec, catalog, windows, digest=digest)
            found.append(grid)
            inputs.append(grid.layer.input)
            issues += grid.layer.issues
            continue
        path = catalog.resolve(spec.path)
        summary = raster.inspect_raster(path, crs=spec.crs)
        boxes = cells.boxes_around(windows, summary.crs)
        read = cells.read_cells(path, boxes, crs=spec.crs, pad=1)
        models.append(slope.terrain(spec.name, read, grades))
        inputs.append(raster_input(spec, path, summary, digest))
        told = list(summary.issues)
        if not any(np.any(window.known) for window in read):
            message = _("the terrain model says nothing of the towns: it lies elsewhere")
            told.append(Issue("grid_elsewhere", "warning", message))
        issues += named(told, spec.name)
    for spec in catalog.of_role("land_cover"):
        if spec not in specs:
            message = _(
                "the catalog does not say what the numbers of this raster mean (classes), so that it"
                " is set against nothing"
            )
            issues += named([Issue("grid_without_classes", "info", message)], spec.name)
    return Rasters(tuple(found), tuple(models), grades, tuple(inputs), tuple(issues))


def with_grids(
    layers: Mapping[str, Sequence[Layer]], rasters: Rasters, roles: Sequence[str]
) -> dict[str, list[Layer]]:
    """The layers by role; a grid plays a role of `roles` where no vector layer does."""
    out = {role: list(known) for role, known in layers.items()}
    for grid in rasters.grids:
        role = grid.layer.spec.role
        if role in roles and role not in layers:
            out.setdefault(role, []).append(grid.layer)
    return {role: out[role] for role in roles if role in out}


def tell(
    result: TownResult,
    rasters: Rasters,
    grounds: Mapping[str, Ground],
    vectors: Sequence[str],
    *,
    profile: Profile,
) -> Told:
    """Ask every raster layer about one town.

    Parameters
    ----------
    result
        The town as it was measured.
    grounds, vectors
        The ground of each role in the town's CRS, and the roles that vector layers play.
    profile
        The three-class profile.

    Raises
    ------
    EngineError
        As `measure_grid`.
    """
    tables: list[GridTable] = []
    comparisons: list[Comparison] = []
    known = {role: ground for role, ground in grounds.items() if role in vectors}
    for grid in rasters.grids:
        role = grid.layer.spec.role
        ground = prepare.gather(role, [grid.layer], result.town.crs, profile)
        table = classes.measure_grid(result, grid, ground)
        tables.append(table)
        comparisons += classes.compare(result, grid, table, vectors=known, profile=profile)
    graded = slope.slope_table(result, rasters.terrain, rasters.grades)
    if graded is not None:
        comparisons += graded.compared
    issues = list(classes.grid_issues(tables, {result.town.code: result.town.name}))
    if graded is not None and graded.total.no_data_m2:
        text = _steep(result, graded)
        issues.append(Issue("slope_unknown", "warning", text, ",".join(graded.layers)))
    if graded is not None and graded.not_recorded_m2:
        text = _(
            "town {town}: {area} m² of its cultivated land have no slope grade in the land survey, or an"
            " unknown one",
            town=result.town.name,
            area=graded.not_recorded_m2,
        )
        issues.append(Issue("slope_not_recorded", "warning", text))
    return Told(tuple(tables), tuple(comparisons), graded, tuple(issues))


def _steep(result: TownResult, table: SlopeTable) -> Words:
    return _(
        "town {town}: the slope of {area} m² of its {whole} m² of cultivated land is not known",
        town=result.town.name,
        area=table.total.no_data_m2,
        whole=table.total.area_m2,
    )
