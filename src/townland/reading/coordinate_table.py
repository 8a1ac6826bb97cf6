"""Tables of boundary points (界址点成果表): workbooks and delimited text, in metres or degrees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue
from townland.reading import rings
from townland.reading.axes import Axes, in_order, swapped
from townland.reading.numerals import decimals, number, packed, plain, sexagesimal
from townland.reading.rows import Rows, Whole
from townland.reading.sheets import Sheet, delimited, named_sheet, too_many, workbook
from townland.reading.text import content, decoded, few

COLUMNS = ("地块编号", "地块名称")

HEADER_WITHIN = 30
"""Above its headings a table has a title, a project and the like."""

_ROW = _("row")
_UNIT = re.compile(r"\((m|米|°|度|deg|degrees?)\)|/?(m|米)$")
_PACKED = re.compile(r"度[.．]?分秒|ddd?\.?mmss|d\.ms", re.IGNORECASE)
_DECIMAL = re.compile(r"\((°|度|deg|degrees?|十进制度?)\)|十进制|decimal", re.IGNORECASE)
_LENGTH_M = 0.01

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "label": ("点号", "界址点号", "界址点编号", "点名",
              "拐点号", "拐点编号", "序号", "point", "pointno", "id"),
    "x": ("x", "x坐标", "x坐标值", "纵坐标", "纵坐标x", "x纵坐标", "北坐标", "坐标x"),
    "y": ("y", "y坐标", "y坐标值", "横坐标", "横坐标y", "y横坐标", "东坐标", "坐标y"),
    "north": ("n", "north", "northing"),
    "east": ("e", "east", "easting"),
    "lat": ("b", "纬度", "大地纬度", "纬度b", "b纬度", "北纬", "lat", "latitude"),
    "lon": ("l", "经度", "大地经度", "经度l", "l经度", "东经", "lon", "lng", "long", "longitude"),
    "length": ("边长", "界址线长", "距离", "length"),
    "ring": ("圈号", "环号", "ring"),
    "plot": ("地块编号", "地块号", "宗地号", "宗地编号", "地块", "plot"),
    "name": ("地块名称", "名称", "小镇名称", "镇名", "项目名称", "name"),
}  # fmt: skip
_PAIRS = (("x", "y", False), ("north", "east", True), ("lat", "lon", True))


@dataclass(slots=True)
class _Plot:
    code: str | None
    name: str | None
    sheet: Sheet
    points: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    lengths: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Headings:
    """Which column holds what; `first` and `second` are the coordinates, north and east if `named`."""

    at: Mapping[str, int]
    first: int
    second: int
    named: bool
    texts: tuple[str, str]


def read_coordinates(file: Path, place: str, *, layer: str | None, encoding: str | None) -> Whole:
    """Read the plots of a table of boundary points.

    The order of the coordinates is told by their magnitude; a table states no CRS.

    Parameters
    ----------
    file, place
        The file, and how messages name it.
    layer
        The one sheet that is wanted; without it each sheet with boundary points is read.
    encoding
        The encoding of delimited text, where the user states it.

    Returns
    -------
    A polygon of each plot, or of each sheet where no column names plots, with the columns of `COLUMNS`.

    Raises
    ------
    LayerError
        It is no such table, or a row cannot be understood; the message names sheet and row.
    EncodingError
        The bytes of a delimited text are no text.
    """
    notes: tuple[Issue, ...] = ()
    used = None
    if file.suffix.lower() == ".xlsx":
        sheets = workbook(file, place)
    else:
        text, used, notes = decoded(content(file, place), encoding, place)
        sheets = [delimited(text, place)]
    if layer is not None and used is None:
        sheets = named_sheet(sheets, layer, place)
    return _whole(sheets, place, used, notes)


def parse_table(
    text: str, place: str, *, encoding: str | None = None, issues: tuple[Issue, ...] = ()
) -> Whole:
    """Make features of a delimited text; as `read_coordinates`."""
    return _whole([delimited(text, place)], place, encoding, issues)


def _whole(
    sheets: Sequence[Sheet], place: str, encoding: str | None, issues: tuple[Issue, ...]
) -> Whole:
    plots: list[_Plot] = []
    shapes: list[list[rings.Points]] = []
    notes = list(issues)
    without = []
    kind = None
    zone = None
    for sheet in sheets:
        headings = _headings(sheet)
        if headings is None:
            without.append(sheet)
            continue
        own = _plots(sheet, headings)
        axes = _axes(own, sheet, headings)
        if kind is not None and (kind, zone) != (axes.kind, axes.zone):
            raise LayerError(
                _(
                    "{place}: the sheets have coordinates of different systems (degrees or metres, or"
                    " zones); give one sheet a file, or name a sheet with --layer",
                    place=place,
                )
            )
        kind, zone = axes.kind, axes.zone
        notes += swapped(axes)
        start = 0
        for plot in own:
            xy = axes.xy[start : start + len(plot.points)].tolist()
            start += len(plot.points)
            points = (
                rings.Point(at, label, ring, x, y)
                for (at, label, ring, _a, _b), (x, y) in zip(plot.points, xy, strict=True)
            )
            shapes.append(rings.split(points, sheet.place, _ROW))
            if axes.kind == "plane":
                notes += _lengths(plot, xy)
        plots += own
    if not plots:
        raise _no_table(without, place)
    geometry, _doubled = rings.polygons(shapes, place)
    notes += _within(plots, geometry)
    columns = {
        "地块编号": [plot.code for plot in plots],
        "地块名称": [plot.name or plot.sheet.name or None for plot in plots],
    }
    rows = Rows(
        np.arange(1, len(plots) + 1),
        {name: pa.chunked_array([values], pa.string()) for name, values in columns.items()},
        geometry,
    )
    return Whole(rows, None, encoding, None, few(notes))


# ---------------------------------------------------------------- headings and rows


def _bare(heading: str) -> str:
    """A heading without blanks and units, in lower case."""
    text = re.sub(r"\s", "", plain(heading)).lower()
    return _UNIT.sub("", _PACKED.sub("", _DECIMAL.sub("", text))).replace("()", "").strip("_:.")


def _roles(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        bare = _bare(cell) if len(cell) <= 40 else ""
        for role, aliases in _ALIASES.items():
            if bare and bare in aliases:
                found.setdefault(role, at)
    return found


def _headings(sheet: Sheet) -> _Headings | None:
    """The headings of a sheet, over one row or two; None where it has none for coordinates."""
    at: dict[str, int] = {}
    for _number, cells in sheet.rows[:HEADER_WITHIN]:
        own = _roles(cells)
        at = {**at, **own} if own else at
        for first, second, named in _PAIRS:
            if first in own and second in own:
                texts = (cells[own[first]], cells[own[second]])
                return _Headings(at, own[first], own[second], named, texts)
    return None


def _no_table(without: Sequence[Sheet], place: str) -> LayerError:
    cells = [
        cell for sheet in without for _n, row in sheet.rows[:HEADER_WITHIN] for cell in row if cell
    ]
    return LayerError(
        _(
            "{place}: no table of boundary points: within the first {within} rows there are no"
            " headings for two coordinates (X坐标 and Y坐标, 纵坐标 and 横坐标, 经度 and 纬度); found:"
            " {found}",
            place=place,
            within=HEADER_WITHIN,
            found=", ".join(cell[:20] for cell in cells[:10]) or "-",
        )
    )


def _plots(sheet: Sheet, headings: _Headings) -> list[_Plot]:
    """The plots of a sheet: rows that follow one another with the same number and name."""
    plots: list[_Plot] = []
    below = False
    held = {"plot": "", "name": "", "ring": ""}

    def cell(cells: Sequence[str], role: str) -> str:
        column = headings.at.get(role, -1)
        return cells[column] if 0 <= column < len(cells) else ""

    for number_, cells in sheet.rows:
        own = _roles(cells)
        if any(first in own and second in own for first, second, _named in _PAIRS):
            below = True
            continue
        if not below:
            continue
        first, second = (
            cells[at] if at < len(cells) else "" for at in (headings.first, headings.second)
        )
        length = cell(cells, "length")
        if not first and not second:
            if length and plots and plots[-1].points:
                plots[-1].lengths.setdefault(plots[-1].points[-1][0], length)
            continue
        if _angle(first) is None or _angle(second) is None:
            raise LayerError(
                _(
                    "{place}, {unit} {at}: {first} and {second} are no coordinates; expected numbers,"
                    " or degrees as 110°00′28.20″; correct the row, or delete it",
                    place=sheet.place,
                    unit=_ROW,
                    at=number_,
                    first=first[:40] or "-",
                    second=second[:40] or "-",
                )
            )
        for role in held:  # merged cells are filled in their first row alone
            held[role] = cell(cells, role) or held[role]
        named = (held["plot"] or None, held["name"] or None)
        if not plots or (plots[-1].code, plots[-1].name) != named:
            plots.append(_Plot(*named, sheet))
            held["ring"] = cell(cells, "ring")
        plots[-1].points.append((number_, cell(cells, "label"), held["ring"], first, second))
        if length:
            plots[-1].lengths[number_] = length
    if below and not plots:
        raise LayerError(
            _("{place}: the table has headings, but no point below them", place=sheet.place)
        )
    return plots


# ---------------------------------------------------------------- coordinates


def _angle(text: str) -> float | None:
    found = number(text)
    return sexagesimal(text) if found is None else found


def _axes(plots: Sequence[_Plot], sheet: Sheet, headings: _Headings) -> Axes:
    points = [point for plot in plots for point in plot.points]
    if len(points) > rings.MAX_POINTS:
        raise too_many(sheet.place)
    texts = [point[3:] for point in points]
    values = np.array([[_angle(text) or 0.0 for text in pair] for pair in texts], float)
    bare = np.array([[number(text) is not None for text in pair] for pair in texts])
    if (np.abs(values) <= 180).all() and bare.any():
        values = _degrees(texts, values, bare, sheet, headings)
    at = [point[0] for point in points]
    return in_order(values, at, sheet.place, _ROW, named=headings.named)


def _degrees(
    texts: Sequence[tuple[str, ...]],
    values: rings.Points,
    bare: NDArray[np.bool_],
    sheet: Sheet,
    headings: _Headings,
) -> rings.Points:
    """Plain numbers of at most 180: decimal degrees, or degrees, minutes and seconds as ddd.mmss.

    Both look alike. The headings decide; else a number whose minutes or seconds would be 60 and more.
    """
    said = "".join(headings.texts)
    packs = [[packed(text) if is_bare else None for text, is_bare in zip(pair, row, strict=True)]
             for pair, row in zip(texts, bare.tolist(), strict=True)]  # fmt: skip
    possible = all(
        pack is not None
        for pair, row in zip(packs, bare.tolist(), strict=True)
        for pack, is_bare in zip(pair, row, strict=True)
        if is_bare
    )
    if _PACKED.search(said):
        if not possible:
            raise LayerError(
                _(
                    "{place}: the headings say ddd.mmss, but there are minutes or seconds of 60 and"
                    " more; correct the numbers or the headings",
                    place=sheet.place,
                )
            )
        return np.array(
            [
                [value if pack is None else pack for value, pack in zip(row, pair, strict=True)]
                for row, pair in zip(values.tolist(), packs, strict=True)
            ]
        )
    if possible and not _DECIMAL.search(said):
        raise LayerError(
            _(
                "{place}: the numbers may be decimal degrees or degrees, minutes and seconds"
                " (ddd.mmss), and nothing tells which; write 经度(度) and 纬度(度), or 经度(度.分秒) and"
                " 纬度(度.分秒), into the headings",
                place=sheet.place,
            )
        )
    return values


def _lengths(plot: _Plot, xy: Sequence[Sequence[float]]) -> Iterator[Issue]:
    """Where a stated side (边长) is not the distance to the next point, to the digits it is given in."""
    rows = [point[0] for point in plot.points]
    ring = [point[2] for point in plot.points]
    start = 0
    for at, row in enumerate(rows):
        if at and ring[at] != ring[at - 1]:
            start = at
        text = plot.lengths.get(row, "")
        stated = number(text)
        last = at + 1 == len(rows) or ring[at + 1] != ring[at]
        if stated is None:
            continue
        following = xy[start] if last else xy[at + 1]
        measured = float(np.hypot(following[0] - xy[at][0], following[1] - xy[at][1]))
        if last and measured == 0:
            continue
        if abs(measured - stated) > 0.5 * 10.0 ** -decimals(text) + _LENGTH_M:
            message = _(
                "row {row}: the side after point {point} is stated as {stated} m, and is {measured} m"
                " between the coordinates, which are used",
                row=row,
                point=plot.points[at][1] or "-",
                stated=text,
                measured=f"{measured:.3f}",
            )
            yield Issue("side_length_differs", "warning", message)


def _within(plots: Sequence[_Plot], geometry: NDArray[Any]) -> Iterator[Issue]:
    """Sheets of which one lies in another: two plots, or a plot and its hole, and nobody says which."""
    if len({id(plot.sheet) for plot in plots}) < 2:
        return
    valid = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    inner, outer = shapely.STRtree(valid).query(valid, predicate="covered_by")
    for one, other in zip(inner.tolist(), outer.tolist(), strict=True):
        if one != other and plots[one].sheet is not plots[other].sheet:
            message = _(
                "sheet {inner} lies inside of sheet {outer}; they are taken as two plots: if it is a"
                " hole, put both into one sheet, one ring below the other",
                inner=plots[one].sheet.name,
                outer=plots[other].sheet.name,
            )
            yield Issue("plot_in_plot", "warning", message)
