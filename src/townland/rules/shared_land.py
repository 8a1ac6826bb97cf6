"""The land that the boundaries of two towns share, and how far apart two boundaries are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from townland import geodesy, units
from townland.geodesy import kernel
from townland.geodesy.crs import reproject
from townland.geodesy.plane import Plane
from townland.measuring import overlay
from townland.measuring.prepare import polygons_of
from townland.rules.judging import phrases
from townland.rules.judging.facts import Facts


@dataclass(frozen=True, slots=True, eq=False)
class SharedLand:
    """Land that two boundaries share, in the CRS of the first town; official m².

    `sliver_m2` counts what is narrower than the accuracy of the boundaries, where both state it;
    `face_sliver_m2` does not.
    """

    first: str
    second: str
    geometry: BaseGeometry
    crs: pyproj.CRS
    area_m2: Decimal
    sliver_m2: Decimal
    face_sliver_m2: Decimal


NO_SIGMA = Decimal(0)
"""No boundary is so narrow against its accuracy that it is a sliver for that."""


def overlaps(
    towns: Sequence[Facts], sliver_width_m: Decimal, sliver_sigma: Decimal = NO_SIGMA
) -> tuple[SharedLand, ...]:
    """Find the land that boundaries share, pair by pair; towns without a boundary are left out.

    Parameters
    ----------
    towns
        The towns.
    sliver_width_m, sliver_sigma
        What is narrower than this, or than so many standard deviations of the distance of the two
        boundaries, is a sliver.
    """
    shared = []
    for first, second, other in _meeting(towns):
        if first.boundary is None or first.crs is None:
            continue
        plane = Plane.at(first.boundary, first.crs)
        with kernel.bench(plane.unit_m):
            common = kernel.intersection(plane.local_one(first.boundary), plane.local_one(other))
        land = polygons_of(common)[0]
        if land.is_empty:
            continue
        parts = shapely.get_parts(land)
        area, shape = plane.official_m2(parts), plane.back_one(land)
        scale, width_m = plane.scale(parts), phrases.number(sliver_width_m)
        unsure_m = phrases.number(sliver_sigma) * _distance_sigma_m(first, second)
        thin, unsure = (
            overlay.slivers(parts, max(width_m, least), scale) for least in (0, unsure_m)
        )
        whole, face, slivers = (
            units.m2(area[kept].sum().item()) for kept in (area >= 0, thin, unsure)
        )
        if whole > 0:
            shared.append(
                SharedLand(first.town, second.town, shape, first.crs, whole, slivers, face)
            )
    return tuple(shared)


def _meeting(towns: Sequence[Facts]) -> Iterator[tuple[Facts, Facts, BaseGeometry]]:
    """Every two towns whose boundaries meet, in their order, the second's boundary in the first's CRS.

    Most pairs of a province's towns lie far apart: a tree for each CRS leaves them out by their boxes.
    """
    trees = {
        crs: _tree([_in_crs(town, crs) for town in towns])
        for crs in dict.fromkeys(town.crs for town in towns if town.crs is not None)
    }
    for at, first in enumerate(towns):
        if first.boundary is None or first.crs is None:
            continue
        tree, rows = trees[first.crs]
        near = tree.query(first.boundary, predicate="intersects")
        for other in sorted(near.tolist(), key=rows.__getitem__):
            if rows[other] > at:
                yield first, towns[rows[other]], tree.geometries[other]


def _tree(boundaries: Sequence[BaseGeometry | None]) -> tuple[shapely.STRtree, list[int]]:
    """A tree of those boundaries that are known, and the position of each."""
    rows = [row for row, boundary in enumerate(boundaries) if boundary is not None]
    return shapely.STRtree([boundaries[row] for row in rows]), rows


def _distance_sigma_m(first: Facts, second: Facts) -> float:
    """Give the standard deviation of the distance of two boundaries; 0 where one is not stated."""
    if first.accuracy_m is None or second.accuracy_m is None:
        return 0.0
    return math.hypot(first.accuracy_m, second.accuracy_m)


def distance_m(first: Facts, second: Facts) -> Decimal | None:
    """Give the distance between two boundaries on the plane, in metres; None without boundaries."""
    other = _in_crs_of(first, second)
    if first.boundary is None or first.crs is None or other is None:
        return None
    pair = np.array([first.boundary, other], dtype=object)
    near, far = geodesy.local_metres(pair, first.crs)
    return units.half_up(shapely.distance(near, far).item(), 1)


def _in_crs_of(first: Facts, second: Facts) -> BaseGeometry | None:
    """Give the second town's boundary in the CRS of the first; None where there is none."""
    return None if first.crs is None else _in_crs(second, first.crs)


def _in_crs(town: Facts, crs: pyproj.CRS) -> BaseGeometry | None:
    """Give a town's boundary in a CRS; None where there is none."""
    if town.boundary is None or town.crs is None:
        return None
    if town.crs == crs:
        return town.boundary
    moved = reproject(np.array([town.boundary], dtype=object), town.crs, crs)[0]
    assert isinstance(moved, BaseGeometry)  # noqa: S101 - one geometry in, one out
    return moved
