"""The table of boundary points (界址点成果表) as a workbook, a plot below the other.

Its columns are those of the reports; the columns that tell plots apart come last. Figures are
those of the text (`coordinate_text`), and the reader of such tables reads them back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from townland.conversion.coordinate_text import (
    BREAKS,
    DIGITS,
    PREFIX,
    as_printed,
    lost_columns,
    rings_of,
    zone_of,
)
from townland.conversion.table import PolygonTable
from townland.errors import ReportError
from townland.geodesy import official_area_m2
from townland.geodesy.crs import describe
from townland.i18n import _
from townland.issues import Issue
from townland.reading.formats.points.rings import MAX_POINTS
from townland.reading.formats.points.table import COLUMNS
from townland.units import half_up

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

TITLE = "界址点成果表"
SIDE_DIGITS = 3
HEADS_AT = 3
DAY = dt.datetime.combine(dt.date(1980, 1, 1), dt.time())
"""The day of every workbook, so that the same points give the same bytes."""
A4 = 9
WIDTHS = (8, 10, 8, 18, 20, 14, 18, 24)

_NUMBER, _NAME = COLUMNS
Rings: TypeAlias = list[NDArray[np.float64]]


class ListedPlot(NamedTuple):
    """A plot as it is written: what it is called, its official area, its rings."""

    number: str
    name: str
    area_m2: float
    rings: Rings


class ListedPoint(NamedTuple):
    """A point: its label, ring, northing and easting, and the side that begins here, if any."""

    label: str
    ring: int
    north: Decimal
    east: Decimal
    side: Decimal | None


def write_points(table: PolygonTable, path: Path) -> list[Issue]:
    """Write the boundary points of each feature: X is the northing, Y the easting, to `DIGITS` decimals.

    Rings are numbered from 1 through all parts of a plot, and each ends with its first point. Above its
    points stand the plot's official area in hectares and the number of its points. No cell is a formula.

    Raises
    ------
    CRSError
        The CRS is no Gauss-Krüger zone of CGCS2000.
    ReportError
        A polygon is not valid at these decimals, or there are more points than the reader takes.
    """
    import xlsxwriter

    degrees, zone = zone_of(table, path)
    printed = as_printed(table, path)
    plots, issues = _plots(table, [rings_of(shape) for shape in printed], printed)
    count = sum(len(ring) for plot in plots for ring in plot.rings)
    if count > MAX_POINTS:
        raise ReportError(
            _(
                "{path}: {count} {count:point|points}, and a table takes at most {most};"
                " write fewer features, or a format of GIS",
                path=path.name,
                count=count,
                most=MAX_POINTS,
            )
        )
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    system = (
        f"坐标系：2000国家大地坐标系（{describe(table.crs)}）　{degrees}度分带　带号：{zone}"
        f"　中央子午线：{_meridian(degrees, zone)}°　单位：m"
    )
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": TITLE, "author": "townland", "created": DAY})
        _sheet(book, system, plots)
    return [*issues, *lost_columns(table, COLUMNS)]


def _meridian(degrees: int, zone: int) -> int:
    """Give the central meridian of a zone in degrees (GB/T 13989).

    >>> _meridian(3, 36), _meridian(6, 19)
    (108, 111)
    """
    return zone * degrees - (3 if degrees == 6 else 0)


def _plots(
    table: PolygonTable, rings: Sequence[Rings], printed: NDArray[np.object_]
) -> tuple[list[ListedPlot], list[Issue]]:
    """Give the plots, each told from the others by number and name.

    Parameters
    ----------
    table
        The features.
    rings, printed
        Their rings, and their polygons, with the decimals that are written.
    """
    areas = official_area_m2(printed, table.crs)  # of what is written, to its last digit
    names = table.names()
    called = [
        (_plain(row.get(_NUMBER)) or str(at + 1), _plain(row.get(_NAME, names[at])))
        for at, row in enumerate(table.rows())
    ]
    issues = []
    if len(set(called)) < len(called):
        # points of the same number and name would be read as those of a single plot
        called = [(str(at), name) for at, (_number, name) in enumerate(called, 1)]
        message = _(
            "plots of the same number and name would be read as one; all plots are numbered from 1"
        )
        issues.append(Issue("plots_numbered", "warning", message))
    plots = [
        ListedPlot(*each, float(area), own)
        for each, area, own in zip(called, areas, rings, strict=True)
    ]
    return plots, issues


def _plain(value: object) -> str:
    return "" if value is None else BREAKS.sub(" ", str(value)).strip()


def _sheet(book: Workbook, system: str, plots: Sequence[ListedPlot]) -> None:
    """Write the sheet: title, coordinate system, heads, then each plot with its points.

    Parameters
    ----------
    book
        The workbook.
    system
        The line of the coordinate system.
    plots
        What is written.
    """
    look = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    sheet = book.add_worksheet(TITLE)
    for at, width in enumerate(WIDTHS):
        sheet.set_column(at, at, width)
    last = len(WIDTHS) - 1
    title = {**look, "font_size": 14, "bold": True, "align": "center"}
    sheet.merge_range(0, 0, 0, last, TITLE, book.add_format(title))
    sheet.merge_range(1, 0, 1, last, system, book.add_format(look))
    head = {**look, "bold": True, "border": 1, "align": "center", "bg_color": "#e9edf2"}
    zoned = all(ring[:, 0].min() >= PREFIX for plot in plots for ring in plot.rings)
    east = "Y坐标（东，含带号）" if zoned else "Y坐标（东，不含带号）"
    heads = ("序号", "点号", "圈号", "X坐标（北）", east, "边长", "地块编号", "地块名称")
    for at, text in enumerate(heads):
        sheet.write_string(HEADS_AT - 1, at, text, book.add_format(head))
    _points(sheet, plots, _ListLooks(*(book.add_format(each) for each in (
        {**look, "bold": True, "border": 1, "bg_color": "#dfe7ef"},
        {**look, "border": 1, "align": "center"},
        {**look, "border": 1},
        {**look, "border": 1, "num_format": "0." + "0" * DIGITS},
        {**look, "border": 1, "num_format": "0." + "0" * SIDE_DIGITS},
    ))))  # fmt: skip
    sheet.freeze_panes(HEADS_AT, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, HEADS_AT - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")


class _ListLooks(NamedTuple):
    """The looks of the cells."""

    band: Format
    label: Format
    text: Format
    metres: Format
    side: Format


def _points(sheet: Worksheet, plots: Sequence[ListedPlot], looks: _ListLooks) -> None:
    """Write the plots: a line that says what each is, and its points.

    Parameters
    ----------
    sheet
        The sheet.
    plots
        What is written.
    looks
        How cells look.
    """
    at = HEADS_AT
    for plot in plots:
        corners = sum(len(ring) - 1 for ring in plot.rings)
        called = "　".join(filter(None, (plot.number, plot.name)))
        area = half_up(plot.area_m2 / 10_000, 4)
        line = f"地块：{called}　面积：{area} 公顷　界址点数：{corners}"
        sheet.merge_range(at, 0, at, len(WIDTHS) - 1, "", looks.band)
        sheet.write_string(at, 0, line, looks.band)
        for number, row in enumerate(_rows(plot.rings), 1):
            at += 1
            sheet.write_number(at, 0, number, looks.label)
            sheet.write_string(at, 1, row.label, looks.label)
            sheet.write_number(at, 2, row.ring, looks.label)
            sheet.write_number(at, 3, float(row.north), looks.metres)
            sheet.write_number(at, 4, float(row.east), looks.metres)
            if row.side is None:
                sheet.write_blank(at, 5, None, looks.side)
            else:
                sheet.write_number(at, 5, float(row.side), looks.side)
            sheet.write_string(at, 6, plot.number, looks.text)
            sheet.write_string(at, 7, plot.name, looks.text)
        at += 1


def _rows(rings: Rings) -> Iterator[ListedPoint]:
    """Give the points of a plot, the first of each ring again at its end."""
    first = 1
    for ring_number, ring in enumerate(rings, 1):
        points = [(half_up(north, DIGITS), half_up(east, DIGITS)) for east, north in ring.tolist()]
        sides = [
            half_up(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2).sqrt(), SIDE_DIGITS)
            for a, b in pairwise(points)
        ]
        for place, (point, side) in enumerate(zip(points, [*sides, None], strict=True)):
            yield ListedPoint(f"J{first + place % len(sides)}", ring_number, *point, side)
        first += len(sides)
