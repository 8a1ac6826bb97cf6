"""Class grids: a GeoTIFF whose numbers mean land, as polygons of equal cells.

A patch of equal cells becomes one polygon along the cells' edges, so that what is cut from it covers
exactly the part of each cell that it covers, and everything that works on parcels works on grids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from townland.catalog import LayerCatalog, LayerSpec, no_vertices
from townland.errors import CatalogError, LayerError
from townland.geodesy import crs as crsys
from townland.i18n import _
from townland.issues import Issue
from townland.measuring.rasters import cells, reading
from townland.measuring.rasters.cells import Cells
from townland.reading import archive
from townland.reading.digests import sha256_of
from townland.reading.formats import SUFFIXES
from townland.reading.layer import Input, Layer
from townland.reading.sniff import local, sniff
from townland.reading.vector import named
from townland.reading.windows import Window
from townland.standards.landclass import load_scheme
from townland.terms import ROLES

Group = Literal["paddy", "unused"]

CLASS_GRIDS = (
    *(name for name, role in ROLES.items() if role.raster == "classes"),
    "land_cover",
)
"""The roles that a class grid may play."""

COUNTED: dict[str, tuple[Group, ...]] = {"paddy": ("paddy",), "unused_land": ("unused",)}
"""Roles all of whose features count: which groups of values are the role's land."""

NO_COLUMNS = ("layer", "where", "coverage", "encoding", "transform", "class_column", "id_column",
              "net_factor_column", "owner_column", "tag_column", "slope_column",
              "grade_column", "production_column", "village_column", "area_column")  # fmt: skip

UNKNOWN = -1

Ints = npt.NDArray[np.int64] | npt.NDArray[np.int32]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A class grid near the towns.

    `layer` holds the patches that play the role, as any layer, and its coverage is the land of which
    the grid says something; it has none where only the cells were wanted. `values` are the numbers that
    occur, as text, and `windows` the cells: their `values` number those texts, `UNKNOWN` where the grid
    says nothing.
    """

    layer: Layer
    values: tuple[str, ...]
    windows: tuple[Cells, ...]


def is_grid(spec: LayerSpec, catalog: LayerCatalog) -> bool:
    """Whether a layer is a raster: by its role, its suffix or, for a zip, by what the zip holds.

    Raises
    ------
    LayerError
        The zip cannot be read.
    """
    if spec.frame is not None:
        return False
    form = SUFFIXES.get(Path(spec.path).suffix.lower()) if spec.database is None else None
    if spec.is_raster or (form is not None and form.is_raster):
        return True
    if form is None or not form.is_archive:
        return False
    with archive.opened(local(catalog.resolve(spec.path)), prefer=spec.layer or spec.name) as file:
        return sniff(file, place=spec.path).is_raster


def read_grid(
    spec: LayerSpec,
    catalog: LayerCatalog,
    windows: Sequence[Window],
    *,
    digest: Callable[[Path], str] = sha256_of,
    outlined: bool = True,
) -> Grid:
    """Read a class grid near the towns, and nothing else of it.

    Parameters
    ----------
    spec, catalog
        What to read; `classes` (or, for a land survey, `scheme`) says what the numbers mean.
    windows
        Bounding boxes around the towns, each with its CRS.
    digest
        How to hash the whole file.
    outlined
        Whether its patches and its coverage are wanted, or its cells alone.

    Raises
    ------
    CatalogError
        The catalog does not say what the values mean, or names a column, which a grid has not.
    LayerError
        The file cannot be read, or its values are no whole numbers.
    CRSError
        The CRS is missing, unknown or refused.
    """
    require_meaning(spec)
    path = catalog.resolve(spec.path)
    summary = reading.inspect_raster(path, crs=spec.crs)
    read = cells.read_cells(path, cells.boxes_around(windows, summary.crs), crs=spec.crs)
    values, coded = _coded(read, path)
    silent = unlisted(spec, values)
    issues = [*summary.issues, *_silence(coded, values, nodata=summary.nodata, unlisted=silent)]
    # an unlisted number is no data, not other land: its meaning is unknown
    if silent:
        listed = np.array([value not in silent for value in values])
        coded = [_without(window, listed) for window in coded]
    if not any((window.values != UNKNOWN).any() for window in coded):
        message = _("the grid says nothing of the towns: it lies elsewhere, or is empty there")
        issues.append(Issue("grid_elsewhere", "warning", message))
    # a patch that will be moved needs a vertex at every cell (see `_patches`)
    away = any(own != summary.crs for _box, own in windows)
    traced = coded if outlined else []
    known = [outlines(window, np.where(window.known, 0, UNKNOWN), away=away) for window in traced]
    layer = Layer(
        spec=spec,
        frame=_frame(traced, spec, values, away=away, crs=summary.crs),
        crs=summary.crs,
        input=raster_input(spec, path, summary=summary, digest=digest),
        issues=named(issues, spec.name),
        extent=shapely.box(*summary.bounds),
        coverage=shapely.union_all(np.concatenate(known)) if known else shapely.Polygon(),
    )
    return Grid(layer, values, tuple(coded))


def playing(spec: LayerSpec, values: Sequence[str]) -> tuple[str, ...]:
    """The values of a grid whose land plays its role."""
    if spec.role not in COUNTED or spec.classes is None:
        return tuple(values)
    listed = {value for group in COUNTED[spec.role] for value in spec.classes.get(group, ())}
    return tuple(value for value in values if value in listed)


def unlisted(spec: LayerSpec, values: Sequence[str]) -> tuple[str, ...]:
    """The values that the catalog does not explain, and that count as no data.

    In a land survey they count as land of an unknown class instead.
    """
    listed = {value for group in (spec.classes or {}).values() for value in group}
    if not listed or spec.role == "land_use":
        return ()
    return tuple(value for value in values if value not in listed)


def require_meaning(spec: LayerSpec) -> None:
    """Make sure that the catalog says what the numbers of a class grid mean.

    Raises
    ------
    CatalogError
        It does not, or it names a role or a column that a grid cannot have.
    """
    _require_grid(spec)
    groups = COUNTED.get(spec.role)
    # the codes of a scheme are numbers: the grid of a land survey may name them
    if spec.scheme is not None and spec.role == "land_use":
        return
    # of a role all of whose features count, the values that play it must be listed
    if spec.scheme is not None or spec.classes is None or (
        groups and not any(spec.classes.get(group) for group in groups)
    ):  # fmt: skip
        raise CatalogError(
            _(
                "layer {name}: say which numbers of the raster mean which land, e.g. classes ="
                ' {{ {group} = ["1"], other = ["0"] }}; a number that is not listed counts as no data',
                name=spec.name,
                group=(groups or ("cultivated",))[0],
            )
        )


def _require_grid(spec: LayerSpec) -> None:
    """Make sure that a layer's role and keys are such as a grid can have."""
    if spec.role not in CLASS_GRIDS:
        raise CatalogError(
            _(
                "layer {name}: a raster cannot play the role {role}; those that it can are {known}",
                name=spec.name,
                role=spec.role,
                known=", ".join((*CLASS_GRIDS, "elevation", "imagery")),
            )
        )
    if spec.accuracy_m is not None:
        raise CatalogError(no_vertices(spec.name))
    given = [key for key in NO_COLUMNS if getattr(spec, key) is not None]
    if given:
        raise CatalogError(
            _(
                "layer {name}: {keys} mean nothing for a raster, which has cells and no columns; take"
                " them out",
                name=spec.name,
                keys=", ".join(given),
            )
        )


def code_of(spec: LayerSpec, value: str) -> str | None:
    """The class code that a number means: with a scheme, its leading zero may be lost.

    A number that may mean two codes (201) stands for neither.
    """
    return value if spec.scheme is None else load_scheme(spec.scheme).canonical(int(value))


def raster_input(
    spec: LayerSpec, path: Path, *, summary: reading.RasterSummary, digest: Callable[[Path], str]
) -> Input:
    """What a report states of a raster that was used.

    Parameters
    ----------
    spec, path
        The layer, and its file.
    summary
        What the file states of itself.
    digest
        How to hash the whole file.
    """
    return Input(
        name=spec.name,
        role=spec.role,
        path=Path(spec.path).as_posix(),
        sha256=digest(path),
        features=None,
        crs_declared=spec.crs or summary.crs_declared,
        crs_used=crsys.describe(summary.crs),
        encoding_declared=None,
        encoding_used=None,
        surveyed=spec.surveyed,
    )


def require_whole(numbers: npt.NDArray[np.number], path: Path) -> None:
    """Refuse the values of a class grid that are no whole numbers.

    Raises
    ------
    LayerError
        One is none.
    """
    if numbers.dtype.kind == "f" and not np.array_equal(numbers, np.rint(numbers)):
        raise LayerError(
            _(
                "{place}: a class grid holds whole numbers, this one holds {value}, and is perhaps a"
                " grid of measurements; give the layer another role, or a grid of classes",
                place=path.as_posix(),
                value=f"{float(numbers[numbers != np.rint(numbers)][0]):.6g}",
            )
        )


def _coded(read: Sequence[Cells], path: Path) -> tuple[tuple[str, ...], list[Cells]]:
    """The numbers that occur, as text in their order, and windows of the positions in that order."""
    by_window = [np.unique(window.values[window.known]) for window in read]
    numbers = np.unique(np.concatenate(by_window)) if by_window else np.empty(0)
    require_whole(numbers, path)
    coded = [
        replace(
            window,
            values=np.where(window.known, np.searchsorted(numbers, window.values), UNKNOWN).astype(
                np.int32
            ),
        )
        for window in read
    ]
    return tuple(str(int(number)) for number in numbers), coded


def _without(window: Cells, keep: npt.NDArray[np.bool_]) -> Cells:
    """A window in which the values that are not kept say nothing."""
    known = window.known & keep[window.values]
    return replace(window, known=known, values=np.where(known, window.values, UNKNOWN))


def _silence(
    coded: Sequence[Cells],
    values: Sequence[str],
    *,
    nodata: float | None,
    unlisted: Sequence[str],
) -> list[Issue]:
    """Report where the grid's own statement of what it does not know is missing or incomplete.

    Parameters
    ----------
    coded, values
        The windows of the grid, and the values that occur, which their numbers count.
    nodata
        The number that the file declares for no data.
    unlisted
        The values that count as no data.
    """
    issues = []
    if nodata is None and all(window.known.all() for window in coded):
        message = _(
            "the raster declares no value for no data: every cell is taken to say what its number means"
        )
        issues.append(Issue("grid_no_data_undeclared", "info", message))
    if unlisted:
        numbers = [values.index(value) for value in unlisted]
        count = sum(int(np.isin(window.values, numbers).sum()) for window in coded)
        message = _(
            "the values {values} ({count} {count:cell|cells} near the towns) are not"
            " listed in classes, and count as no data",
            values=", ".join(unlisted[:20]) + (" …" if len(unlisted) > 20 else ""),
            count=count,
        )
        issues.append(Issue("grid_value_unlisted", "warning", message))
    return issues


def _frame(
    coded: Sequence[Cells],
    spec: LayerSpec,
    values: Sequence[str],
    *,
    away: bool,
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:
    """The patches whose values play the role, as a frame; named by row and column of a corner.

    Parameters
    ----------
    coded
        The windows of the grid, their values as positions among those that occur.
    spec, values
        The layer, and the values that occur.
    away
        Whether some town has another CRS, so that the patches will be moved.
    crs
        The CRS of the grid.
    """
    plays = set(playing(spec, values))
    chosen = np.array([value in plays for value in values], dtype=bool)
    texts = [code_of(spec, value) for value in values]
    polygons: list[Shapes] = []
    codes: list[str | None] = []
    ids: list[str] = []
    for window in coded:
        patches, numbers, corner = _patches(
            _without(window, chosen) if len(chosen) else window, away=away
        )
        polygons.append(patches)
        codes += [texts[number] for number in numbers]
        ids += [f"R{row + 1}C{column + 1}" for row, column in corner]
    nothing = pd.Series([None] * len(ids), dtype=object)
    return gpd.GeoDataFrame(
        {
            "id": pd.Series(ids, dtype=object),
            "code": pd.Series(codes, dtype=object),
            "named": nothing,
            "net_factor": np.full(len(ids), np.nan),
            "owner": nothing,
            "tag": nothing,
            "slope": nothing,
            "grade": nothing,
            "production": np.full(len(ids), np.nan),
            "village": nothing,
        },
        geometry=gpd.array.from_shapely(np.concatenate(polygons) if polygons else [], crs),
    )


def outlines(window: Cells, classes: Ints, *, away: bool = True) -> Shapes:
    """The outlines of all cells of a window whose class is not below 0, in the window's CRS.

    Parameters
    ----------
    window, classes
        The window, and the class of each of its cells.
    away
        As in `_patches`.
    """
    alike = replace(window, values=np.where(classes >= 0, 0, UNKNOWN))
    return _patches(alike, away=away)[0]


def _patches(window: Cells, *, away: bool) -> tuple[Shapes, Ints, Ints]:
    """The patches of equal cells as valid polygons, their values, and row and column of a corner.

    With `away` every corner of a cell on a patch's edge is a vertex, so that neighbours keep a common
    edge when they are brought to another CRS.
    """
    polygons, values = _traced(window)
    if not len(polygons):
        return polygons, values, np.empty((0, 2), np.int64)
    if away:
        polygons = shapely.transform(shapely.segmentize(polygons, 1.0), np.rint)
    points, owner = shapely.get_coordinates(polygons, return_index=True)
    order = np.lexsort((points[:, 0], points[:, 1], owner))
    first = order[np.searchsorted(owner[order], np.arange(len(polygons)))]
    corner = np.array([window.row, window.column]) + points[first][:, ::-1].astype(np.int64)
    corner_of = np.array([window.west, window.north])
    placed = shapely.transform(polygons, lambda xy: corner_of + xy * (window.wide, -window.high))
    torn = ~shapely.is_valid(placed)
    placed[torn] = shapely.make_valid(placed[torn], method="structure", keep_collapsed=False)
    return placed, values, corner


def _traced(window: Cells) -> tuple[Shapes, Ints]:
    """The patches of equal cells as polygons in columns and rows of the window, and their values."""
    from rasterio.features import shapes

    outlines, values = [], []
    for outline, value in shapes(
        window.values.astype(np.int32), mask=window.values != UNKNOWN, connectivity=4
    ):
        outlines.append(outline["coordinates"])
        values.append(int(value))
    if not outlines:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    rings = [ring for outline in outlines for ring in outline]
    points = np.array([point for ring in rings for point in ring], dtype=float)
    ends = np.cumsum([0, *map(len, rings)]), np.cumsum([0, *map(len, outlines)])
    polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, ends)
    return polygons, np.array(values, dtype=np.int64)
