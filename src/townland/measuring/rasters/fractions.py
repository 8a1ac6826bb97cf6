"""How much of each cell polygons cover, by exact coverage fractions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy
from townland.geodesy import Geometries
from townland.geodesy import crs as crs_room
from townland.measuring.prepare.areal import all_valid, polygons_of
from townland.measuring.rasters import cells
from townland.measuring.rasters.cells import Cells

STRAIGHT_M = 10.0
"""An edge that is brought to another CRS has a vertex every so many metres, as it bends there."""

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.number]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Classed:
    """Cells around a town, the class of each, and its area on the ellipsoid: (rows, columns)."""

    cells: Cells
    classes: Numbers
    cell_m2: Floats


def classed(window: Cells, classes: Numbers, boundary: shapely.Geometry) -> Classed | None:
    """The part of a window around a boundary; None where it has no cell there.

    Parameters
    ----------
    window, classes
        Cells, and the class of each.
    boundary
        Polygons in the window's CRS.
    """
    rows, columns = window.part(boundary.bounds)
    here = window.cut(rows, columns)
    if not here.known.size:
        return None
    area_m2 = np.broadcast_to(cells.areas_m2(here), here.known.shape)
    return Classed(here, np.asarray(classes)[rows, columns], area_m2)


def brought(boundary: shapely.Geometry, crs: pyproj.CRS, other: pyproj.CRS) -> shapely.Geometry:
    """A boundary in another CRS, with its edges where they are: straight lines are curves there.

    Parameters
    ----------
    boundary, crs
        The boundary, and its CRS.
    other
        The CRS that is wanted.
    """
    if crs == other:
        return boundary
    dense = shapely.segmentize(boundary, STRAIGHT_M / geodesy.metres_per_unit(crs))
    (out,) = crs_room.reproject(np.array([dense], dtype=object), crs, other)
    return out


def covered_m2(geometries: Geometries, crs: pyproj.CRS, around: Classed, count: int) -> Floats:
    """How much of each polygon every class of cells covers.

    Parameters
    ----------
    geometries, crs
        Valid polygons, and their CRS.
    around
        Cells.
    count
        The number of classes, 0 to `count` - 1; others count for nothing.

    Returns
    -------
    m², (polygons, count): the sum of fraction times the ellipsoid area of the cell.
    """
    shapes = crs_room.reproject(np.array(geometries, dtype=object, ndmin=1), crs, around.cells.crs)
    out = np.zeros((len(shapes), count))
    cell_m2 = around.cell_m2.ravel()
    for at, cell, coverage, value in met(shapes, around):
        counts = (value >= 0) & (value < count)
        weights = coverage[counts] * cell_m2[cell[counts]]
        out[at] = np.bincount(value[counts], weights, minlength=count)
    return out


def met(
    shapes: Shapes, around: Classed
) -> Iterator[tuple[int, npt.NDArray[np.int64], Floats, npt.NDArray[np.int32]]]:
    """The polygons that meet the cells: position, cells, the part of each that is covered, classes.

    Parameters
    ----------
    shapes
        Polygons in the CRS of the cells.
    around
        Cells.
    """
    shapes = _sound(shapes)
    near = np.flatnonzero(shapely.intersects(shapes, shapely.box(*around.cells.bounds)))
    if len(near):
        from townland.measuring.rasters.coverage_features import covered_cells

        read = covered_cells(shapes[near], around.classes, around.cells.bounds)
        for at, (cell, coverage, value) in zip(near.tolist(), read, strict=True):
            yield at, cell, coverage, value


def _sound(shapes: Shapes) -> Shapes:
    """Polygons without what ends the process of exactextract (0.3).

    That are crossed rings, and rings, valid ones too, whose last vertex is repeated more than once. A
    hair of a piece falls together in another CRS, and leaves such rings.
    """
    sound = shapely.remove_repeated_points(all_valid(polygons_of(shapes)), 0)
    return np.asarray(sound, dtype=object)
