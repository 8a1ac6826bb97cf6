"""A town's boundary: its area by three routines, and the box of what is drawn around it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import geopandas as gpd
import shapely

from townland import geodesy, units
from townland.errors import EngineError
from townland.geodesy import kernel
from townland.geodesy.crs import Bounds
from townland.i18n import _
from townland.measuring import overlay
from townland.measuring.feature_rows import FeatureRows
from townland.measuring.prepare import Ground, Repair, mend
from townland.towns import Town

AREA_CHECK_M2, AREA_CHECK_SHARE, AREA_CHECK_EDGE_M = 0.02, 5e-9, 1e-5
"""How far the ellipsoid area and the independent area of a boundary may differ: the largest of m²,
share of the area, and metres times the perimeter (`standards/SOURCES.md`, *Check area*)."""

NORM_EDGE_M = 1e-4
"""How far the norm's roundings and divisions may move the area, in metres times the perimeter: a
vertex moves by 0.00007 m at most."""

SURROUNDINGS = 0.08
"""How far beyond a town its pictures reach, as a part of its extent."""


def boundary_areas(town: Town) -> tuple[Decimal, Decimal, Decimal | None]:
    """The official, the independent and the plane area of a town's boundary, in m² to 0.01.

    The plane area is None where the CRS is in degrees.

    Raises
    ------
    EngineError
        The first two differ by more than rounding explains (`standards/SOURCES.md`, *Check area*).

    """
    official, exact, check, perimeter = (
        float(routine(town.boundary, town.crs)[0])
        for routine in (
            geodesy.official_area_m2,
            geodesy.unrounded_area_m2,
            geodesy.check_area_m2,
            geodesy.perimeter_m,
        )
    )
    allowed = max(AREA_CHECK_M2, AREA_CHECK_SHARE * official, AREA_CHECK_EDGE_M * perimeter)
    # the official area follows the norm, which rounds coordinates and divides the ellipsoid coarsely
    coarse = max(AREA_CHECK_M2, NORM_EDGE_M * perimeter)
    # SOURCES.md, Check area: a check shares no formula with the norm's, and must agree with it
    if not (abs(exact - check) <= allowed and abs(official - exact) <= coarse):
        raise EngineError(
            _(
                "town {town}: two independent routines give its area as {official} m² and {check} m²;"
                " rounding explains {allowed} m². No figure of this town can be trusted; check its"
                " coordinates, then report this as a bug",
                town=town.name,
                official=units.m2(official),
                check=units.m2(check),
                allowed=units.half_up(allowed, 4),
            )
        )
    plane = None
    # coordinates in degrees have no area on a plane
    if not town.crs.is_geographic:
        plane = units.m2(town.boundary.area * geodesy.metres_per_unit(town.crs) ** 2)
    return units.m2(official), units.m2(check), plane


def near(boundary: shapely.Geometry) -> Bounds:
    """The bounding box of a town with some room around it, in the boundary's coordinates.

    >>> near(shapely.box(0, 0, 100, 50))
    (-8.0, -8.0, 108.0, 58.0)
    """
    west, south, east, north = boundary.bounds
    room = SURROUNDINGS * max(east - west, north - south)
    return west - room, south - room, east + room, north + room


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The land survey beside a town, as far as a picture of the town reaches; cut when one is drawn."""

    boundary: shapely.Geometry
    ground: Ground

    @classmethod
    def drawn(cls, boundary: shapely.Geometry, frame: gpd.GeoDataFrame) -> Surroundings:
        """The surroundings of a run that is over: cut already, without the ground they were cut of."""
        surroundings = object.__new__(cls)
        object.__setattr__(surroundings, "boundary", boundary)
        surroundings.__dict__["frame"] = frame
        return surroundings

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """Columns ``land_use_code``, ``three_class`` and geometry."""
        return _surroundings(self.boundary, self.ground)


def _surroundings(boundary: shapely.Geometry, ground: Ground) -> gpd.GeoDataFrame:
    beside = kernel.difference(shapely.box(*near(boundary)), boundary)[()]
    around = ground.near(near(boundary))
    shapely.prepare(boundary)
    outside = around[~shapely.covers(boundary, ground.geometry[around])]
    shapely.destroy_prepared(boundary)
    pieces, index = overlay.clip(beside, ground.geometry[outside])
    part = FeatureRows(ground.columns, outside[index])
    return gpd.GeoDataFrame(
        {"land_use_code": part.objects("code"), "three_class": part.objects("three_class")},
        geometry=list(pieces),
        crs=ground.frame.crs,
    )


def mended_towns(
    towns: Sequence[Town], accepted: Collection[str]
) -> tuple[list[Town], list[Repair]]:
    """The towns with valid boundaries, and what was mended; what is `accepted` may change much."""
    mended: list[Town] = []
    repairs: list[Repair] = []
    for town in towns:
        boundary, done = mend(
            [town.boundary],
            [town.code],
            town.crs,
            layer=town.input.name,
            protected=True,
            accepted=accepted,
        )
        mended.append(replace(town, boundary=boundary[0]) if done else town)
        repairs += done
    return mended, repairs
