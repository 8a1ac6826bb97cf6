"""The boundary points of each town (界址点成果表)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby, pairwise
from typing import NamedTuple

import pyproj
import shapely

from townland import units
from townland.geodesy.crs import CGCS2000, describe
from townland.geodesy.crs.zones import zone_of_code
from townland.measuring import TownResult
from townland.writing.pages.reader import Reader
from townland.writing.tables.model import (
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    figure,
)
from townland.writing.tables.reader import TableReader

DIGITS, DEGREE_DIGITS, SIDE_DIGITS = 4, 9, 3
"""To these digits the official area rounds its vertices, in metres and in degrees; sides to 3."""
PREFIX = 1_000_000
"""The number of the zone stands before the easting in so many metres (GB/T 13989)."""


class PlanePoint(NamedTuple):
    """A point as it is printed: northing and easting, with the number of the zone."""

    north: Decimal
    east: Decimal


def boundary_points(r: TableReader) -> PrintedTable | None:
    """Lay out the points of each boundary ring by ring, the first point repeated at its end.

    None of a redacted assessment, which has no coordinates.
    """
    if r.assessment.redacted:
        return None
    t = r.t
    columns = (
        PrintedColumn("no", t("No."), width=8),
        PrintedColumn("point", t("Point"), width=10),
        PrintedColumn("ring", t("Ring"), width=8),
        r.column("x", t("X (north), m"), width=18),
        r.column("y", t("Y (east, with zone), m"), width=20),
        r.column("side", t("Side, m"), width=14),
    )
    return PrintedTable(
        "points", t("Boundary points"), columns, r.rows(lambda result: _point_rows(r, result)),
        unit=t("Unit: m"),
    )  # fmt: skip


def _point_rows(r: TableReader, result: TownResult) -> Iterator[PrintedRow]:
    """Lay out one town: its coordinate system, area and number of points, then its rings."""
    code, rings = result.town.code, _rings(result)
    count = sum(len(ring) - 1 for ring in rings)
    head = {"": PrintedCell(r.t(", ").join(_head(r, result, count)))}
    yield PrintedRow(code, "note-0", head, "note")
    first = number = 1
    for n, ring in enumerate(rings, 1):
        corners = len(ring) - 1
        sides = (
            [_side(*pair) for pair in pairwise(ring)] if not result.town.crs.is_geographic else []
        )
        for at, point in enumerate(ring):
            cells = {
                "no": PrintedCell(str(number)),
                "point": PrintedCell(f"J{first + at % corners}"),
                "ring": PrintedCell(str(n)),
                "x": figure(point.north),
                "y": figure(point.east),
            }
            if at < len(sides):
                cells["side"] = figure(sides[at])
            yield PrintedRow(code, str(number), cells)
            number += 1
        first += corners


def _head(r: TableReader, result: TownResult, count: int) -> Iterator[str]:
    """Say what a list of points begins with.

    Parameters
    ----------
    r, result, count
        The reader, the town, and how many points it has.
    """
    named, *rest = crs_lines(r, result.town.crs)
    yield r.t("Coordinate system: {crs}", crs=named)
    yield from rest
    yield r.t("area {ha} ha", ha=r.area(result.area_m2, "ha"))
    yield r.t("{n} boundary points", n=count)


def crs_lines(r: Reader, crs: pyproj.CRS) -> Iterator[str]:
    """Name a coordinate system, its zone, its central meridian; those of China in the reader's words."""
    code, zone, meridian = describe(crs), zone_of_code(describe(crs)), _meridian(crs)
    if zone is not None:
        degrees, number = zone
        yield r.t("CGCS2000 / {degrees}-degree zone {number}, central meridian {meridian}°E ({code})",
                  degrees=degrees, number=number, meridian=meridian, code=code)  # fmt: skip
        return
    if code == CGCS2000.to_string():
        yield r.t("CGCS2000, longitude and latitude ({code})", code=code)
        return
    yield f"{crs.name} ({code})"
    if meridian:
        yield r.t("central meridian {degrees}°", degrees=meridian)


def _meridian(crs: pyproj.CRS) -> str:
    """Give the central meridian of a zone in degrees; empty where there is none."""
    operation = crs.coordinate_operation
    params = operation.params if operation is not None else []
    of = [p.value for p in params if p.name == "Longitude of natural origin"]
    return f"{of[0]:g}" if of else ""


def _rings(result: TownResult) -> list[list[PlanePoint]]:
    """Read the rings of a boundary, part by part, the outer one first; a repeated point stands once."""
    crs = result.town.crs
    digits = DEGREE_DIGITS if crs.is_geographic else DIGITS
    zone = zone_of_code(describe(crs))
    rings = [
        ring
        for part in shapely.get_parts(result.town.boundary)
        for ring in (part.exterior, *part.interiors)
    ]
    printed = (
        [
            PlanePoint(units.half_up(north, digits), units.half_up(_with_zone(east, zone), digits))
            for east, north in shapely.get_coordinates(ring).tolist()
        ]
        for ring in rings
    )
    return [once for ring in printed if len(once := [point for point, _same in groupby(ring)]) > 1]


def _with_zone(east: float, zone: tuple[int, int] | None) -> Decimal:
    """Put the number of the zone before an easting that lacks it."""
    metres = units.exact(east)
    return metres if zone is None or metres >= PREFIX else metres + zone[1] * PREFIX


def _side(one: PlanePoint, other: PlanePoint) -> Decimal:
    """Measure a side on the plane, of the coordinates as they are printed."""
    square = (one.north - other.north) ** 2 + (one.east - other.east) ** 2
    return units.half_up(square.sqrt(), SIDE_DIGITS)
