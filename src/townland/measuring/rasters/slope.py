"""The slope of cultivated land: degrees from a terrain model, and hectares by slope grade (坡度级)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import units
from townland.geodesy.crs import reproject
from townland.measuring import TownResult
from townland.measuring.rasters import cells
from townland.measuring.rasters.cells import Cells
from townland.measuring.rasters.class_grid import outlines
from townland.measuring.rasters.classes import Comparison
from townland.measuring.rasters.fractions import brought, classed, covered_m2

Floats = npt.NDArray[np.float64]

CULTIVATED = ("paddy", "other_cultivated")
DIGITS = 4
"""Degrees are rounded so before they are graded: heights are no exacter than that."""

GROUP = "slope_"
"""How the group of a comparison of slope grades begins; the grade follows."""

SILENT_M2, SILENT_SHARE = 0.05, 1e-7
"""Less than this is no land of unknown slope, but what coverage fractions and cut edges round away."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One slope grade: above `above_deg` (None: from 0) up to and with `to_deg` (None: without end)."""

    grade: str
    above_deg: Decimal | None
    to_deg: Decimal | None


@dataclass(frozen=True, slots=True)
class SlopeRow:
    """One class of cultivated land: its area by grade, and where the slope is not known."""

    code: str
    name: str
    by_grade_m2: tuple[Decimal, ...]
    no_data_m2: Decimal
    area_m2: Decimal


@dataclass(frozen=True, slots=True)
class SlopeTable:
    """Cultivated land of one town by class and slope grade.

    Every row sums to the gross area of its class in the table of land classes, to the last digit.
    `cell_m` is the width and height of the terrain model's cells on the ground. Where the survey records
    slope grades of its own, `compared` sets each beside the terrain's, and `not_recorded_m2` is the land
    whose record names none of the grades.
    """

    town: str
    layers: tuple[str, ...]
    cell_m: tuple[Decimal, Decimal]
    grades: tuple[Grade, ...]
    rows: tuple[SlopeRow, ...]
    compared: tuple[Comparison, ...] = ()
    not_recorded_m2: Decimal = Decimal("0.00")

    @property
    def total(self) -> SlopeRow:
        """All cultivated land."""
        sums = tuple(
            sum((row.by_grade_m2[n] for row in self.rows), Decimal("0.00"))
            for n in range(len(self.grades))
        )
        silent = sum((row.no_data_m2 for row in self.rows), Decimal("0.00"))
        return SlopeRow("", "", sums, silent, sum(sums, silent))


@cache
def load_grades(name: str = "survey-2019") -> tuple[Grade, ...]:
    """The slope grades of cultivated land of the land survey (TD/T 1055-2019, 耕地坡度分级).

    >>> [(grade.grade, str(grade.to_deg)) for grade in load_grades()]
    [('1', '2'), ('2', '6'), ('3', '15'), ('4', '25'), ('5', 'None')]
    """
    text = (files("townland") / "standards" / "slopes" / f"{name}.csv").read_text("utf-8")
    return tuple(
        Grade(
            row["grade"],
            *(Decimal(row[key]) if row[key] else None for key in ("above_deg", "to_deg")),
        )
        for row in csv.DictReader(text.splitlines())
    )


def horn_deg(heights: npt.ArrayLike, wide_m: npt.ArrayLike, high_m: npt.ArrayLike) -> Floats:
    """The slope of every cell in degrees by Horn's method, NaN where any of its 3 × 3 heights is.

    dz/dx = ((c + 2f + i) - (a + 2d + g)) / 8 w, dz/dy likewise (B. K. P. Horn, Hill shading and the
    reflectance map, Proceedings of the IEEE 69, 1981). Exact on a plane, at every size of cells.

    Parameters
    ----------
    heights
        Metres, (rows, columns), north up, NaN where unknown; the outermost cells get no slope.
    wide_m, high_m
        The size of the cells on the ground: numbers, or arrays that fit (rows, columns).

    Examples
    --------
    >>> plane = np.add.outer(np.zeros(3), [0.0, 10.0, 20.0])
    >>> float(horn_deg(plane, 10, 10)[1, 1].round(9)), bool(np.isnan(horn_deg(plane, 10, 10)[0, 1]))
    (45.0, True)
    """
    z = np.asarray(heights, dtype=float)
    out = np.full(z.shape, np.nan)
    if min(z.shape) < 3:
        return out
    up, middle, down = z[:-2], z[1:-1], z[2:]
    east = up[:, 2:] + 2 * middle[:, 2:] + down[:, 2:]
    west = up[:, :-2] + 2 * middle[:, :-2] + down[:, :-2]
    north = up[:, :-2] + 2 * up[:, 1:-1] + up[:, 2:]
    south = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    wide = np.broadcast_to(wide_m, z.shape)[1:-1, 1:-1]
    high = np.broadcast_to(high_m, z.shape)[1:-1, 1:-1]
    rise = np.hypot((east - west) / (8 * wide), (north - south) / (8 * high))
    out[1:-1, 1:-1] = np.degrees(np.arctan(rise + 0 * middle[:, 1:-1]))
    return out


def graded(slope_deg: Floats, grades: Sequence[Grade]) -> npt.NDArray[np.int32]:
    """The position of each slope among the grades, -1 where it is not known.

    >>> graded(np.array([0, 2, 2.1, 25, 60, np.nan]), load_grades()).tolist()
    [0, 0, 1, 3, 4, -1]
    """
    ends = [float(grade.to_deg) for grade in grades if grade.to_deg is not None]
    position = np.searchsorted(ends, np.round(slope_deg, DIGITS), side="left")
    return np.where(np.isnan(slope_deg), -1, position).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """One terrain model near the towns: its layer's name, its windows, and the grade of each cell."""

    layer: str
    windows: tuple[Cells, ...]
    grade: tuple[npt.NDArray[np.int32], ...]


def terrain(layer: str, windows: Sequence[Cells], grades: Sequence[Grade]) -> Terrain:
    """Grade the slope of every cell of a terrain model.

    Parameters
    ----------
    layer, windows
        The layer's name, and its windows near the towns.
    grades
        The slope grades.
    """
    by_window = []
    for window in windows:
        heights = np.where(window.known, window.values, np.nan).astype(float)
        by_window.append(graded(horn_deg(heights, *cells.sizes_m(window)), grades))
    return Terrain(layer, tuple(windows), tuple(by_window))


def slope_table(
    result: TownResult, models: Sequence[Terrain], grades: Sequence[Grade]
) -> SlopeTable | None:
    """Set the cultivated land of a town's survey against the slope grades of its terrain.

    Of several terrain models a later one speaks only where the earlier do not know.

    Parameters
    ----------
    result
        The town.
    models
        The terrain models, in the order of the catalog.
    grades
        The slope grades.

    Returns
    -------
    None where there is no terrain model, or no land survey with classes.
    """
    if not models or result.land_classes is None or not len(result.land):
        return None
    part = result.land[result.land["source"].isin(CULTIVATED)]
    by_grade_m2 = _by_grade_m2(part, models, result.town.crs, len(grades))
    rows = _rows(part, by_grade_m2)
    compared, not_recorded = _compared(
        part,
        by_grade_m2,
        rows,
        grades=grades,
        town=result.town.code,
        layers=", ".join(model.layer for model in models),
    )
    return SlopeTable(
        result.town.code,
        tuple(model.layer for model in models),
        cells.middle_m(models[0].windows[0]),
        tuple(grades),
        rows,
        compared,
        not_recorded,
    )


def steep_m2(
    part: gpd.GeoDataFrame, models: Sequence[Terrain], grades: Sequence[Grade]
) -> tuple[Decimal, Decimal] | None:
    """How much of some land is of the steepest grade by the terrain, and of how much it shows nothing.

    Net of ridges: each piece's net area is divided as its slopes are.

    Parameters
    ----------
    part
        Pieces with ``area_m2`` and ``net_m2``.
    models
        The terrain models, in the order of the catalog.
    grades
        The slope grades.

    Returns
    -------
    None where there is no terrain model.
    """
    if not models:
        return None
    by_grade_m2 = _by_grade_m2(part, models, part.crs, len(grades))
    gross = part["area_m2"].to_numpy(dtype=float)
    net = part["net_m2"].where(part["net_m2"].notna(), part["area_m2"]).to_numpy(dtype=float)
    share = np.divide(net, gross, out=np.zeros_like(net), where=gross > 0)
    silent = np.maximum(gross - by_grade_m2.sum(axis=1), 0.0)
    silent[silent < SILENT_M2 + SILENT_SHARE * gross] = 0.0
    steep = np.minimum(by_grade_m2[:, -1], gross)
    return units.m2(float((steep * share).sum())), units.m2(float((silent * share).sum()))


def _by_grade_m2(
    part: gpd.GeoDataFrame, models: Sequence[Terrain], crs: pyproj.CRS, count: int
) -> Floats:
    """The area of each slope grade in each piece of land by exact coverage fractions, in m².

    Parameters
    ----------
    part, crs
        Pieces of cultivated land, and their CRS.
    models
        The terrain models; what one knows is taken from the land that is left for the next.
    count
        How many grades there are.
    """
    geometry = part.geometry.to_numpy()
    by_grade_m2 = np.zeros((len(part), count))
    if not len(part):
        return by_grade_m2
    box = shapely.box(*shapely.total_bounds(geometry))
    for n, model in enumerate(models):
        for window, grade in zip(model.windows, model.grade, strict=True):
            near = classed(window, grade, brought(box, crs, window.crs))
            if near is not None:
                by_grade_m2 += covered_m2(geometry, crs, near, count)
            if n + 1 < len(models):
                known = shapely.make_valid(reproject(outlines(window, grade), window.crs, crs))
                geometry = shapely.difference(geometry, shapely.union_all(known))
    return by_grade_m2


def _rows(part: gpd.GeoDataFrame, by_grade_m2: Floats) -> tuple[SlopeRow, ...]:
    """The area of each class of cultivated land by slope grade; each row sums to that of its class."""
    codes = part["land_use_code"].to_numpy()
    rows = []
    for code in sorted(set(codes)):
        here = codes == code
        area = sum(part["area_m2"].to_numpy()[here], Decimal("0.00"))
        shares = _closed(by_grade_m2[here].sum(axis=0), area)
        name = part["class_name"].to_numpy()[here][0]
        rows.append(SlopeRow(code, name or "", tuple(shares[:-1]), shares[-1], area))
    return tuple(rows)


def _closed(by_grade_m2: Floats, area_m2: Decimal) -> list[Decimal]:
    """A class's area shared out to its slope grades and, last, to land of unknown slope."""
    known_m2 = float(by_grade_m2.sum())
    silent_m2 = max(0.0, float(area_m2) - known_m2)
    if silent_m2 < SILENT_M2 + SILENT_SHARE * float(area_m2):
        silent_m2 = 0.0
    if known_m2 + silent_m2 > 0:
        return units.apportion([*by_grade_m2.tolist(), silent_m2], area_m2)
    return [Decimal("0.00")] * len(by_grade_m2) + [area_m2]


def _compared(
    part: gpd.GeoDataFrame,
    by_grade_m2: Floats,
    rows: Sequence[SlopeRow],
    *,
    grades: Sequence[Grade],
    town: str,
    layers: str,
) -> tuple[tuple[Comparison, ...], Decimal]:
    """Set the grades that the survey records (GDPDJB) beside those of the terrain model.

    Parameters
    ----------
    part, by_grade_m2
        Pieces of cultivated land, and the area of each grade in each of them.
    rows
        The slope table's rows.
    grades
        The slope grades.
    town, layers
        The town's code, and the names of the terrain models.
    """
    nothing = Decimal("0.00")
    if "slope_grade" not in part:
        return (), nothing
    recorded = part["slope_grade"].fillna("").astype(str).str.strip().to_numpy(dtype=object)
    areas_m2 = part["area_m2"].to_numpy()
    silent = sum((row.no_data_m2 for row in rows), nothing)
    compared, left = [], sum(areas_m2, nothing)
    for n, grade in enumerate(grades):
        here = recorded == grade.grade
        vector = sum(areas_m2[here], nothing)
        grid = sum((row.by_grade_m2[n] for row in rows), nothing)
        both = min(vector, grid, units.m2(float(by_grade_m2[here, n].sum())))
        group = f"{GROUP}{grade.grade}"
        compared.append(Comparison(town, group, "land_use", layers, vector, grid, both, silent))
        left -= vector
    return tuple(compared), left
