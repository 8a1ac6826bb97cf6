"""The land that the boundaries of two towns share, and how far apart two boundaries are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyproj
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from townland import geodesy, units
from townland.errors import EngineError
from townland.geodesy import kernel
from townland.geodesy.crs import reproject
from townland.geodesy.plane import Plane
from townland.geodesy.valid import valid_land
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import overlay
from townland.measuring.layer_issues import ladder_issues
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


@dataclass(frozen=True, slots=True)
class Meeting:
    """What towns share pair by pair, and where that is not known.

    `refused` has the reason for each town, by its code, whose boundary GEOS cannot set against others.
    `issues` are the operations that were refused at first, and how they were done.
    """

    shared: tuple[SharedLand, ...]
    refused: Mapping[str, Words]
    issues: tuple[Issue, ...]


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

    Raises
    ------
    EngineError
        GEOS refuses a pair, whatever is tried.
    """
    met = meeting(towns, sliver_width_m, sliver_sigma)
    for reason in met.refused.values():
        raise EngineError(reason)
    return met.shared


def meeting(
    towns: Sequence[Facts], sliver_width_m: Decimal, sliver_sigma: Decimal = NO_SIGMA
) -> Meeting:
    """Find the land that boundaries share as `overlaps` does; a pair that GEOS refuses ends nothing.

    Parameters
    ----------
    towns, sliver_width_m, sliver_sigma
        As in `overlaps`.
    """
    shared: list[SharedLand] = []
    refused: dict[str, Words] = {}
    issues: list[Issue] = []
    for pair in _meeting(towns):
        try:
            land, steps = _shared(pair, sliver_width_m, sliver_sigma)
        # of which of two valid boundaries it is cannot be known: neither is trusted
        except (EngineError, GEOSException) as problem:
            refused = {**dict.fromkeys(pair.doubtful, pair.refusal(problem)), **refused}
            continue
        shared += [] if land is None else [land]
        issues += ladder_issues(pair.first.name, steps)
    sound = (each for each in shared if refused.keys().isdisjoint((each.first, each.second)))
    return Meeting(tuple(sound), refused, tuple(issues))


@dataclass(frozen=True, slots=True, eq=False)
class _MeetingTowns:
    """Two towns whose boxes meet, with their boundaries in the CRS of the first."""

    first: Facts
    second: Facts
    crs: pyproj.CRS
    one: BaseGeometry
    other: BaseGeometry

    @property
    def doubtful(self) -> list[str]:
        """The towns whose boundary is not valid, or both."""
        towns = ((self.first.town, self.one), (self.second.town, self.other))
        torn = [town for town, boundary in towns if not shapely.is_valid(boundary)]
        return torn or [town for town, _boundary in towns]

    def refusal(self, problem: EngineError | GEOSException) -> Words:
        """Say of which land it cannot be told whether it is shared."""
        return _(
            "what the boundaries of {first} and {second} share cannot be worked out: {reason}",
            first=self.first.name,
            second=self.second.name,
            reason=getattr(problem, "message", str(problem)),
        )


def _shared(
    pair: _MeetingTowns, sliver_width_m: Decimal, sliver_sigma: Decimal
) -> tuple[SharedLand | None, Sequence[kernel.Step]]:
    """The land of a pair, None where they only touch, and the operations that were refused at first.

    Parameters
    ----------
    pair
        The two towns.
    sliver_width_m, sliver_sigma
        As in `overlaps`.

    Raises
    ------
    EngineError, GEOSException
        GEOS refuses every try, or what comes out does not close.
    """
    plane = Plane.at(pair.one, pair.crs)
    one, other = plane.local_one(pair.one), plane.local_one(pair.other)
    with kernel.bench(plane.unit_m) as work:
        common = kernel.intersection(one, other)
        if work.steps:
            beside = kernel.difference(one, other)
            work.require_closed(_area(one), _area(common) + _area(beside))
    land = polygons_of(common)[0]
    if land.is_empty:
        return None, work.steps
    parts = shapely.get_parts(land)
    area = plane.official_m2(parts)
    scale, width_m = plane.scale(parts), phrases.number(sliver_width_m)
    unsure_m = phrases.number(sliver_sigma) * _distance_sigma_m(pair.first, pair.second)
    thin, unsure = (overlay.slivers(parts, max(width_m, least), scale) for least in (0, unsure_m))
    whole, face, slivers = (units.m2(area[kept].sum().item()) for kept in (area >= 0, thin, unsure))
    if whole <= 0:
        return None, work.steps
    names, shape = (pair.first.town, pair.second.town), plane.back_one(land)
    return SharedLand(*names, shape, pair.crs, whole, slivers, face), work.steps


def _area(shape: shapely.Geometry) -> float:
    """The area of a geometry made valid: a bow-tie's own takes its loops from one another."""
    area: float = shapely.area(valid_land(np.atleast_1d(np.asarray(shape, dtype=object)))).sum()
    return area


def _meeting(towns: Sequence[Facts]) -> Iterator[_MeetingTowns]:
    """Every two towns whose boxes meet, in their order.

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
        near = tree.query(first.boundary)
        for row in sorted(near.tolist(), key=rows.__getitem__):
            if rows[row] > at:
                other = tree.geometries[row]
                yield _MeetingTowns(first, towns[rows[row]], first.crs, first.boundary, other)


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
