"""The polygons of a layer, gone through once a block at a time: faults, what mends them, areas."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from townland import geodesy
from townland.measuring import prepare
from townland.measuring.prepare.faults import Fault, vertex_faults
from townland.measuring.prepare.parcels import PolygonStore
from townland.reading.streamed import WholeLayer
from townland.standards import fields

Floats = NDArray[np.float64]
NOWHERE = shapely.Polygon()


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredAreas:
    """Of each feature: the official area in m², how far a recorded one may differ, that on the plane.

    The last is that of the geometry as it stands in the file, in squared units of the CRS.
    """

    official: Floats
    allowed: Floats
    plane: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Surfaces:
    """The mended polygons of a layer, and what was found in each by itself.

    `repairs` hold no geometry: it stands among the `parcels`.
    """

    parcels: PolygonStore
    repairs: tuple[prepare.Repair, ...]
    faults: tuple[Fault, ...]
    areas: MeasuredAreas | None


def surfaces(layer: WholeLayer, *, measured: bool) -> Surfaces:
    """Go through the polygons of a layer.

    Parameters
    ----------
    layer
        The layer.
    measured
        Whether their areas are wanted.
    """
    crs = layer.crs
    scale = geodesy.local_scale(np.array([layer.extent]), crs)
    marks, mended = [(np.empty((0, 4)), np.empty(0, np.int64), np.empty(0))], layer.shapes
    sizes = [(np.empty(0), np.empty(0), np.empty(0))]
    repairs: list[prepare.Repair] = []
    faults: list[Fault] = []
    for rows in layer.shapes.blocks():
        raw = layer.shapes.take(rows)
        geometry, done = prepare.mend(
            raw, layer.ids.at(rows), crs, layer=layer.spec.name, protected=False
        )
        first = int(rows[0])
        found = vertex_faults(raw, crs, scale)
        faults += [replace(each, row=each.row + first) for each in found]
        if done:
            pairs = zip(geometry, raw, strict=True)
            changed = np.flatnonzero([own is not given for own, given in pairs])
            mended = mended.replaced(rows[changed], geometry[changed])
            repairs += [replace(each, geometry=NOWHERE) for each in done]
        marks.append(
            (
                shapely.bounds(geometry).reshape(-1, 4),
                shapely.get_num_coordinates(geometry),
                shapely.area(geometry),
            )
        )
        if measured:
            sizes.append(_sizes(raw, geometry, crs))
    bounds, vertices, area = (np.concatenate(each) for each in zip(*marks, strict=True))
    # one code after the other, as of a layer that is looked at whole
    faults.sort(key=lambda fault: fault.code)
    areas = MeasuredAreas(*map(np.concatenate, zip(*sizes, strict=True))) if measured else None
    return Surfaces(
        PolygonStore(mended.take, bounds, vertices, area), tuple(repairs), tuple(faults), areas
    )


def _sizes(
    raw: NDArray[np.object_], mended: NDArray[np.object_], crs: pyproj.CRS
) -> tuple[Floats, Floats, Floats]:
    """The numbers of `MeasuredAreas` of some polygons.

    Parameters
    ----------
    raw, mended
        The polygons as they stand in the file, and without faults.
    crs
        Their CRS.
    """
    rules = fields.consistency()["area"]
    # how far rounding, and the XY tolerance of an outline, let a recorded area differ
    allowed = np.maximum(rules["least_m2"], rules["edge_m"] * geodesy.perimeter_m(mended, crs))
    return geodesy.official_area_m2(mended, crs), allowed, np.asarray(shapely.area(raw))
