"""Boundary coordinates as text (报备坐标), as reporting systems take them (`standards/SOURCES.md`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import count, takewhile
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.conversion.ogr import encoding_named
from townland.conversion.table import PolygonTable, Value
from townland.conversion.text_template import PLAIN, TextTemplate
from townland.errors import CRSError, ReportError
from townland.geodesy import official_area_m2, round_half_up
from townland.geodesy.crs import describe
from townland.geodesy.crs.zones import zone_of_code
from townland.i18n import _
from townland.issues import Issue
from townland.reading.encoding import GB18030
from townland.reading.formats.points.txt import COLUMNS, EXTRA
from townland.towns import usual_name
from townland.units import half_up

DIGITS = 4
"""A tenth of a millimetre: the digits to which the official area rounds its vertices."""

PREFIX = 1_000_000
"""Eastings from here on begin with the number of the zone (GB/T 13989)."""

_NUMBER, _NAME, _AREA, _SHEET, _USE, _CLASS = COLUMNS
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_WIDE = str.maketrans({",": "，", "@": "＠", "[": "［", "]": "］", "=": "＝"})


def write_text(
    table: PolygonTable,
    path: Path,
    *,
    encoding: str | None = None,
    template: TextTemplate = PLAIN,
    first: int = 1,
) -> list[Issue]:
    """Write a plot for each feature: X is the northing, Y the easting, to `DIGITS` decimals.

    Rings are numbered from 1 through all parts, and each ends with its first point. The area of a
    header is the official one, in hectares. The text is GB18030, unless UTF-8 is asked for.

    Parameters
    ----------
    table
        What is written.
    path
        The file.
    encoding
        ``UTF-8`` or ``GB18030``, the default.
    template
        How many fields headers have, and whether Y begins with the number of the zone.
    first
        The number of the first plot, where no column numbers them.

    Raises
    ------
    CRSError
        The CRS is no Gauss-Krüger zone of CGCS2000: the head of the format has no words for it.
    ReportError
        A polygon is not valid at these decimals, so that it might be read as another.
    """
    degrees, number = zone_of(table, path)
    used = GB18030 if encoding is None else str(encoding_named(encoding))
    printed = as_printed(table, path)
    head = [
        "[属性描述]",
        "格式版本号=1.01",
        "数据产生单位=",
        "数据产生日期=",
        "坐标系=2000国家大地坐标系",
        f"几度分带={degrees}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={number}",
        f"精度={Decimal(1).scaleb(-DIGITS)}",
        "转换参数=,,,,,,",
        "[地块坐标]",
    ]
    changed: list[str] = []
    areas = official_area_m2(printed, table.crs)  # of what is written, to its last digit
    names = table.names()
    extras = _extras(table)
    shift = _shift(printed, number, template)
    plots = [
        line
        for at, (shape, row) in enumerate(zip(printed, table.rows(), strict=True))
        for line in _fitted(
            _plot(shape, row, at + first - 1, names[at], float(areas[at]), extras, changed, shift),
            template,
        )
    ]
    path.write_bytes("\r\n".join([*head, *plots, ""]).encode(used))
    issues = []
    if changed:
        message = _(
            "{count} {count:text holds|texts hold} commas, line breaks or brackets, which"
            " the format has for itself; they are written full-width: {first}",
            count=len(changed),
            first=changed[0][:40],
        )
        issues.append(Issue("text_changed", "warning", message))
    kept = {*COLUMNS, *extras} if template.fields is None else _kept(extras, template.fields)
    return [*issues, *lost_columns(table, kept)]


def _shift(printed: NDArray[np.object_], zone: int, template: TextTemplate) -> float:
    """What is added to the eastings, so that they begin with the zone's number, or do not.

    Parameters
    ----------
    printed
        The polygons.
    zone
        The number of the zone.
    template
        What is wanted.
    """
    prefixed = float(shapely.total_bounds(printed)[0]) >= PREFIX
    if template.zone is None or template.zone == prefixed:
        return 0.0
    return float(zone * PREFIX) if template.zone else -float(zone * PREFIX)


def _fitted(lines: Iterator[str], template: TextTemplate) -> Iterator[str]:
    """The lines of a plot, its header with as many fields as the template wants."""
    header = next(lines)
    if template.fields is not None:
        fields = header.split(",")[:-1]
        padded = [*fields, *[""] * template.fields][: template.fields]
        header = ",".join([*padded, "@"])
    yield header
    yield from lines


def _kept(extras: Sequence[str], fields: int) -> set[str]:
    """The columns that headers of so many fields hold."""
    order = ["", _AREA, _NUMBER, _NAME, "", _SHEET, _USE, _CLASS, *extras]
    return {name for name in order[:fields] if name}


def zone_of(table: PolygonTable, path: Path) -> tuple[int, int]:
    """Give the width in degrees and the number of the zone that the points are in.

    Raises
    ------
    CRSError
        The CRS is no Gauss-Krüger zone of CGCS2000: lists of boundary points have no words for it.
    """
    zone = zone_of_code(describe(table.crs))
    if zone is None:
        raise CRSError(
            _(
                "{path}: the format knows only Gauss-Krüger zones of CGCS2000, and the CRS is {crs};"
                " give one with --to-crs, e.g. EPSG:4524",
                path=path.name,
                crs=describe(table.crs),
            )
        )
    return zone


def as_printed(table: PolygonTable, path: Path) -> NDArray[np.object_]:
    """The polygons with the decimals that are written.

    Rings are told by how they lie: what crosses itself, or falls together, would be told wrongly.

    Raises
    ------
    ReportError
        A polygon is not valid at these decimals, so that it might be read as another.
    """
    printed: NDArray[np.object_]
    printed = shapely.transform(table.geometry, lambda xy: round_half_up(xy, DIGITS))
    odd = np.flatnonzero(~shapely.is_valid(printed) | (shapely.area(printed) == 0))
    if len(odd):
        raise ReportError(
            _(
                "{path}: feature {feature} is no valid polygon, or one of its rings falls together at"
                " {digits} decimals; mend it first: what would be written could be read otherwise",
                path=path.name,
                feature=int(odd[0]) + 1,
                digits=DIGITS,
            )
        )
    return printed


def _extras(table: PolygonTable) -> list[str]:
    """The columns of what headers give beyond the usual, in their order."""
    held = {column.name for column in table.columns}
    return list(takewhile(held.__contains__, (f"{EXTRA}{number}" for number in count(1))))


def _plot(
    shape: shapely.Polygon | shapely.MultiPolygon,
    row: Mapping[str, Value],
    at: int,
    name: str | None,
    area_m2: float,
    extras: Sequence[str],
    changed: list[str],
    shift: float,
) -> Iterator[str]:
    """Write one feature: its header and the points of its rings.

    Parameters
    ----------
    shape, row, at, name
        The feature: its geometry, its values by column, its number from 0, what it is called.
    area_m2
        Its official area in m².
    extras
        Columns of what headers give beyond the usual.
    changed
        Takes the texts that could not be written as they stand.
    shift
        What is added to the eastings.
    """
    rings = rings_of(shape)
    fields = [
        str(sum(map(len, rings))),
        f"{half_up(area_m2 / 10_000, 4)}",
        _told(row.get(_NUMBER), changed) or str(at + 1),
        _told(row.get(_NAME, name), changed),
        "面",
        *(_told(row.get(column), changed) for column in (_SHEET, _USE, _CLASS, *extras)),
    ]
    yield ",".join([*fields, "@"])
    first = 1
    for number, ring in enumerate(rings, 1):
        corners = len(ring) - 1
        for place, (east, north) in enumerate(ring):
            label = first + place % corners
            yield f"J{label},{number},{north:.{DIGITS}f},{east + shift:.{DIGITS}f}"
        first += corners


def rings_of(shape: shapely.Polygon | shapely.MultiPolygon) -> list[NDArray[np.float64]]:
    """Give the points of each ring, the first repeated, part by part, the outer ring first.

    A point that stands several times in a row stands once: readers of points close a ring at the first.
    """
    return [
        np.asarray(shapely.remove_repeated_points(ring, 0).coords)[:, :2]
        for part in shapely.get_parts(shape)
        for ring in (part.exterior, *part.interiors)
    ]


def lost_columns(table: PolygonTable, kept: Collection[str]) -> list[Issue]:
    """Say which columns the format has no place for; the name has one, whatever its column is called."""
    names = [column.name for column in table.columns]
    called = usual_name(names) if _NAME in kept and _NAME not in names else None
    lost = [name for name in names if name not in kept and name != called]
    if not lost:
        return []
    message = _(
        "the format has no place for the columns {columns}; they are left out",
        columns=", ".join(lost),
    )
    return [Issue("columns_lost", "warning", message)]


def _told(value: Value, changed: list[str]) -> str:
    """A text that no reader of the format takes for something else."""
    if value is None:
        return ""
    text = BREAKS.sub(" ", str(value)).strip().translate(_WIDE)
    if text != str(value):
        changed.append(str(value))
    return text
