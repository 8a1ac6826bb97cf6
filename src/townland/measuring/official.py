"""The official area of every polygon of files, as a table: no town is checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pandas as pd

from townland import units
from townland.geodesy.crs.candidates import DEGREES
from townland.i18n import Joined
from townland.issues import Issue
from townland.measuring import boundary_areas
from townland.measuring.prepare import Repair, mend
from townland.towns import Boundaries, Town, listed, read_towns


@dataclass(frozen=True, slots=True, eq=False)
class PolygonArea:
    """The areas of one polygon in m², with what was assumed in reading it and mended before measuring.

    `file` is None for a GeoDataFrame; `plane_m2` is the area on the plane of the CRS, None in degrees.
    """

    file: str | None
    layer: str
    feature: str
    name: str
    crs: str
    area_m2: Decimal
    area_check_m2: Decimal
    plane_m2: Decimal | None
    issues: tuple[Issue, ...]
    repairs: tuple[Repair, ...]

    @property
    def ha(self) -> Decimal:
        """The official area in hectares."""
        return units.ha(self.area_m2)

    @property
    def mu(self) -> Decimal:
        """The official area in mu (亩)."""
        return units.mu(self.area_m2)


def polygon_areas(
    boundaries: Boundaries | Sequence[Boundaries],
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    accept_repairs: Collection[str] = (),
) -> tuple[PolygonArea, ...]:
    """Measure every polygon of files or frames, in their order.

    Parameters
    ----------
    boundaries
        A file by its path, a GeoDataFrame, or a list of them.
    layer, crs, encoding, columns
        Which layer is read, and what the user states in place of what the files say, as in `read_towns`.
    accept_repairs
        ``LAYER:FEATURE`` of geometry repairs to accept though they change the area.

    Raises
    ------
    LayerError
        A file cannot be read, or holds no polygon.
    GeometryError
        A repair would change the area, and is not accepted.
    """
    return tuple(
        _measured(town, layer, accept_repairs)
        for each in listed(boundaries)
        for town in read_towns(each, layer=layer, crs=crs, encoding=encoding, columns=columns)
    )


def area(
    boundaries: Boundaries | Sequence[Boundaries],
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    accept_repairs: Collection[str] = (),
    exact: bool = False,
) -> pd.DataFrame:
    """The official ellipsoid area of every polygon of files or frames, a row a polygon.

    Parameters
    ----------
    boundaries, layer, crs, encoding, columns, accept_repairs
        As in `polygon_areas`.
    exact
        Areas as `Decimal`, as they are printed, instead of floats.

    Returns
    -------
    Columns ``file``, ``layer``, ``feature``, ``name``, ``crs``, ``area_m2`` (official),
    ``area_check_m2`` (independent), ``plane_m2`` (missing in degrees), ``area_ha``, ``area_mu``.

    Raises
    ------
    LayerError, GeometryError
        As `polygon_areas`.
    """
    rows = polygon_areas(
        boundaries,
        layer=layer,
        crs=crs,
        encoding=encoding,
        columns=columns,
        accept_repairs=accept_repairs,
    )
    table = pd.DataFrame(
        {
            "file": row.file,
            "layer": row.layer,
            "feature": row.feature,
            "name": row.name,
            "crs": row.crs,
            "area_m2": row.area_m2,
            "area_check_m2": row.area_check_m2,
            "plane_m2": row.plane_m2,
            "area_ha": row.ha,
            "area_mu": row.mu,
        }
        for row in rows
    )
    return table if exact else units.as_floats(table)


def _not_told_apart(town: Town) -> Iterator[Issue]:
    """Say what numbers in degrees leave open, where the file's own format has not said so already."""
    if town.crs.is_geographic and all(each.code != "kml_maybe_gcj02" for each in town.issues):
        yield Issue("degrees_not_told_apart", "info", Joined((DEGREES,)))


def _measured(town: Town, layer: str | None, accepted: Collection[str]) -> PolygonArea:
    """Mend one polygon as a check would, and measure it.

    Parameters
    ----------
    town
        The polygon, as it was read.
    layer
        The layer as the user named it; the file's own name without one.
    accepted
        As `accept_repairs`.
    """
    boundary, repairs = mend(
        [town.boundary],
        [town.code],
        town.crs,
        layer=town.input.name,
        protected=True,
        accepted=accepted,
    )
    official, check, plane = boundary_areas(replace(town, boundary=boundary[0]))
    return PolygonArea(
        file=town.input.path,
        layer=layer or town.input.name,
        feature=town.code,
        name=town.name,
        crs=town.input.crs_used,
        area_m2=official,
        area_check_m2=check,
        plane_m2=plane,
        issues=(*town.issues, *_not_told_apart(town)),
        repairs=tuple(repairs),
    )
