"""The gate for vertices: a digit that is lost or added is refused before anything is computed of it.

Such a vertex lies where its CRS has no land at all, or hundreds of kilometres from the rest of its
feature. Divided every 20 m, the edges to it would fill the memory; unnoticed, they would be land.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy
from townland.errors import CRSError, GeometryError
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.geodesy.crs.candidates import false_easting, in_degrees, shown
from townland.geodesy.parts import parts_of
from townland.i18n import Text, _
from townland.reading.format import Source
from townland.reading.rows import Rows

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Region = Callable[[], Bounds | None]

REACH_M = 500_000.0
"""So far from its meridian a zone's easting goes: the number of the next zone begins there."""

CHINA_NORTHINGS = (300_000.0, 6_200_000.0)
"""Northings that China has with its southernmost reefs, and 200 km more: no zone has land beyond."""

NORTHINGS = (-10_100_000.0, 10_100_000.0)
"""From pole to pole, for planes of other countries; with a false northing of 10,000 km too."""

APART_M, APART_TIMES = 100_000.0, 20.0
"""A vertex further from the middle of its feature's vertices than this, and than so many times their
median distance, does not belong to it. No district is so far from its own; an island that is can be a
feature by itself."""


def refuse_out_of_reach(
    source: Source,
    rows: Rows,
    crs: pyproj.CRS,
    region: Region | None = None,
    *,
    whole: bool = True,
) -> None:
    """Refuse features with a vertex where the CRS has no land, or far from all others of the feature.

    Vertices that are no numbers are left to the mending.

    Parameters
    ----------
    source, rows
        What was read, before anything is computed of it.
    crs
        Its CRS.
    region
        Gives the box in degrees of the other layers, for the message.
    whole
        Whether these are all features: if the CRS is in degrees, and none of them is within reach, that
        is told elsewhere (`all_beyond`).

    Raises
    ------
    CRSError
        The coordinates cannot be of this CRS.
    GeometryError
        A vertex lies far from the rest of its feature.
    """
    east, north = _allowed(crs)
    boxes = _boxes(rows.geometry)
    beyond = _beyond(boxes, crs)
    with np.errstate(invalid="ignore"):
        wide = np.ptp(boxes.reshape(-1, 2, 2), axis=1).max(axis=1, initial=0.0)
    # numbers that are all of another kind are told as such, with the CRS that they fit
    if whole and crs.is_geographic and beyond.all():
        return
    for at in np.flatnonzero(beyond):
        xy = shapely.get_coordinates(rows.geometry[at])
        far = np.flatnonzero(_outside(xy[:, 0], east) | _outside(xy[:, 1], north))
        if not len(far):
            continue
        number = source.number(int(rows.fid[at]))
        raise CRSError(
            _(
                "{place}: feature {feature}, vertex {vertex}: ({x}, {y}) cannot be in {crs}, in which"
                " {allowed}{layers}. A digit was lost or added, or the CRS is another one: correct the"
                " coordinate, or state the CRS with --crs or the catalog's key crs",
                place=source.place,
                feature=number,
                vertex=int(far[0]) + 1,
                x=shown(xy[far[0], 0]),
                y=shown(xy[far[0], 1]),
                crs=crsys.describe(crs),
                allowed=_range(crs, east, north),
                layers=_layers(region),
            )
        )
    for at in np.flatnonzero(wide * geodesy.metres_per_unit(crs) > APART_M):
        _refuse_apart(source, rows, int(at), crs=crs, region=region)


def all_beyond(geometry: npt.NDArray[np.object_], crs: pyproj.CRS) -> bool:
    """Whether each of these features has a vertex where the CRS has no land."""
    return bool(_beyond(_boxes(geometry), crs).all())


def _beyond(boxes: Floats, crs: pyproj.CRS) -> Bools:
    """Which boxes reach to where the CRS has no land."""
    east, north = _allowed(crs)
    with np.errstate(invalid="ignore"):
        beyond = (boxes[:, 0] < east[0]) | (boxes[:, 2] > east[1])
        beyond |= (boxes[:, 1] < north[0]) | (boxes[:, 3] > north[1])
    return np.asarray(beyond, dtype=bool)


def refuse_not_finite(source: Source, rows: Rows) -> None:
    """Refuse features with a vertex that is no number, where nothing mends them.

    Raises
    ------
    GeometryError
        A coordinate is not finite; the message names feature and vertex.
    """
    xy, row = shapely.get_coordinates(rows.geometry, return_index=True)
    lost = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if not len(lost):
        return
    first, at = lost[0], row[lost[0]]
    raise GeometryError(
        _(
            "{place}: feature {feature}, vertex {vertex}: ({x}, {y}) is no place; correct the"
            " coordinate, or delete the feature",
            place=source.place,
            feature=source.number(int(rows.fid[at])),
            vertex=int(first - np.searchsorted(row, at)) + 1,
            x=f"{xy[first, 0]:.10g}",
            y=f"{xy[first, 1]:.10g}",
        )
    )


def _boxes(geometry: npt.NDArray[np.object_]) -> Floats:
    """West, south, east and north of all vertices; bounds of GEOS are those of the outer rings alone."""
    boxes: Floats = shapely.bounds(geometry).reshape(-1, 4)
    parts, of = parts_of(geometry)
    holed = np.flatnonzero(shapely.get_num_interior_rings(parts))
    rings, part = shapely.get_rings(parts[holed], return_index=True)
    own, at = shapely.bounds(rings).reshape(-1, 4), of[holed][part]
    np.fmin.at(boxes[:, :2], at, own[:, :2])
    np.fmax.at(boxes[:, 2:], at, own[:, 2:])
    return boxes


def _allowed(crs: pyproj.CRS) -> tuple[tuple[float, float], tuple[float, float]]:
    """The first and second coordinates that land can have in a CRS; infinite where it is not known."""
    if crs.is_geographic:
        return (-180.5, 180.5), (-90.5, 90.5)
    easting = false_easting(crs)
    if easting is None:
        return (-np.inf, np.inf), (-np.inf, np.inf)
    north = NORTHINGS if crsys.is_gauss_kruger_cgcs2000(crs) is None else CHINA_NORTHINGS
    return (easting - REACH_M, easting + REACH_M), north


def _outside(numbers: Floats, limits: tuple[float, float]) -> Bools:
    """Which finite numbers lie outside of limits."""
    with np.errstate(invalid="ignore"):
        return np.isfinite(numbers) & ((numbers < limits[0]) | (numbers > limits[1]))


def _range(crs: pyproj.CRS, east: tuple[float, float], north: tuple[float, float]) -> Text:
    """What a CRS allows, in words.

    Parameters
    ----------
    crs
        The CRS.
    east, north
        The limits of the first and of the second coordinate.
    """
    place = {
        "west": f"{east[0]:.0f}",
        "east": f"{east[1]:.0f}",
        "south": f"{north[0]:.0f}",
        "north": f"{north[1]:.0f}",
    }
    if crs.is_geographic:
        return _("longitudes go from −180 to 180 and latitudes from −90 to 90")
    return _("eastings go from {west} to {east} and northings from {south} to {north}", **place)


def _layers(region: Region | None) -> Text | str:
    """Where the other layers lie, as the end of a sentence; nothing where there are none."""
    box = None if region is None else region()
    if box is None:
        return ""
    return _(" (the other layers lie at {region})", region=in_degrees(box))


def _refuse_apart(
    source: Source, rows: Rows, at: int, *, crs: pyproj.CRS, region: Region | None
) -> None:
    """Refuse a feature with a vertex that lies far from all its others.

    Parameters
    ----------
    source, rows, at
        What was read, and the position of the feature.
    crs, region
        As in `refuse_out_of_reach`.
    """
    xy = shapely.get_coordinates(rows.geometry[at])
    finite = np.isfinite(xy).all(axis=1)
    if finite.sum() < 3:
        return
    metres = np.hypot(*(xy - np.median(xy[finite], axis=0)).T) * geodesy.metres_per_unit(crs)
    metres[~finite] = 0.0
    far = int(np.argmax(metres))
    if metres[far] <= max(APART_M, APART_TIMES * float(np.median(metres[finite]))):
        return
    raise GeometryError(
        _(
            "{place}: feature {feature}, vertex {vertex}: ({x}, {y}) lies {km} km from the rest of the"
            " feature{layers}. A digit was lost or added: correct the coordinate; where the land is"
            " really there, make it a feature of its own",
            place=source.place,
            feature=source.number(int(rows.fid[at])),
            vertex=far + 1,
            x=shown(xy[far, 0]),
            y=shown(xy[far, 1]),
            km=f"{metres[far] / 1000:.0f}",
            layers=_layers(region),
        )
    )
