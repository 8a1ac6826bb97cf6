"""Tables of boundary points (界址点成果表) in workbooks and delimited text (`standards/SOURCES.md`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import Words, _
from townland.issues import Issue
from townland.reading.format import Format, Probe
from townland.reading.formats.points import rings
from townland.reading.formats.points.axes import Axes, in_order, swapped
from townland.reading.formats.points.chosen import chosen_heading, spaced
from townland.reading.formats.points.header import Stated
from townland.reading.formats.points.heading import SEARCHED, Heading, find_heading, is_heading
from townland.reading.formats.points.lines import content, decoded, few, unended
from townland.reading.formats.points.numerals import decimals, number, packed, plain, sexagesimal
from townland.reading.formats.points.stated_system import stated_crs, stated_in
from townland.reading.formats.points.table_look import refuse_concealed, refuse_hidden_columns
from townland.reading.formats.points.table_plots import (
    TablePlot,
    TablePoint,
    check_breaks,
    nested_issues,
    side_issues,
    with_points,
)
from townland.reading.formats.points.workbook import (
    Sheet,
    delimited,
    named_sheet,
    too_many,
    workbook,
)
from townland.reading.formats.whole import ZIPPED
from townland.reading.rows import Rows, Whole

COLUMNS = ("地块编号", "地块名称")

_ROW = _("row")
_LABEL = re.compile(r"[A-Za-z]{0,3}\d{1,6}")
_PAGE = re.compile(r"续(上)?表|承上|过次|接(上|下)(页|表)|第.{1,4}页|共.{1,4}页")


def read_coordinates(
    file: Path,
    place: str,
    *,
    layer: str | None,
    encoding: str | None,
    columns: Mapping[str, str] | None = None,
) -> Whole:
    """Read the plots of a table of boundary points, each of them one feature.

    The order of the coordinates is decided by their magnitude; lines above the heads may state the CRS.

    Parameters
    ----------
    file, place
        The file, and how messages name it.
    layer
        The one sheet that is wanted; without it each sheet with boundary points is read.
    encoding
        The encoding of delimited text, where the user states it.
    columns
        The columns that the user names (`chosen.ROLES`); without them they are known by their headings.

    Returns
    -------
    A polygon of each plot that the columns name, or of each sheet without such columns, with the
    columns of `COLUMNS`.

    Raises
    ------
    LayerError
        It is no such table, or a row cannot be understood; the message names sheet and row.
    EncodingError
        The bytes of a delimited text are no text.
    """
    if file.suffix.lower() != ".xlsx":
        text, used, notes = decoded(content(file, place), encoding, place)
        notes = (*notes, *unended(text))
        return parse_table(text, place, encoding=used, issues=notes, columns=columns)
    sheets = workbook(file, place)
    # a zip's file is named as its layer
    if layer is not None and (layer.lower() != file.stem.lower() or layer in _names(sheets)):
        return _whole(named_sheet(sheets, layer, place), place, None, (), columns)
    notes = tuple(
        Issue("sheet_hidden", "warning", _sheet_hidden(sheet))
        for sheet in sheets
        if sheet.look.hidden and any(any(cells) for _row, cells in sheet.rows)
    )
    shown = [sheet for sheet in sheets if not sheet.look.hidden]
    return _whole(shown, place, None, notes, columns)


def _sheet_hidden(sheet: Sheet) -> Words:
    return _(
        "the sheet {sheet} is hidden, and is left out; name it with --layer where it counts",
        sheet=sheet.name,
    )


def parse_table(
    text: str,
    place: str,
    *,
    encoding: str | None = None,
    issues: tuple[Issue, ...] = (),
    columns: Mapping[str, str] | None = None,
) -> Whole:
    """Make features of a delimited text; as `read_coordinates`.

    Parameters
    ----------
    text
        The text of the file.
    place
        How messages name the file.
    encoding, issues
        How it was decoded, and what was assumed.
    columns
        As `read_coordinates`.
    """
    sheet = delimited(text if columns is None else spaced(text), place)
    return _whole([sheet], place, encoding, issues, columns)


def _names(sheets: Sequence[Sheet]) -> list[str]:
    return [sheet.name for sheet in sheets]


def _whole(
    sheets: Sequence[Sheet],
    place: str,
    encoding: str | None,
    issues: tuple[Issue, ...],
    chosen: Mapping[str, str] | None,
) -> Whole:
    """Make features of the sheets that have boundary points.

    Parameters
    ----------
    sheets
        All sheets that are wanted.
    place
        How messages name the file.
    encoding, issues
        How the text was decoded, and what was assumed.
    chosen
        The columns that the user names.
    """
    notes = list(issues)
    plots: dict[tuple[str, str, str], TablePlot] = {}
    headings: list[Heading] = []
    stated: dict[str, set[Stated]] = {}
    for one in sheets:
        sheet = replace(one, rows=[(row, cells) for row, cells in one.rows if any(cells)])
        heading = find_heading(sheet) if chosen is None else chosen_heading(sheet, chosen)
        if heading is not None:
            headings.append(heading)
            for key, values in stated_in(sheet.rows[: heading.below]).items():
                stated.setdefault(key, set()).update(values)
            _collect(sheet, heading, plots)
        elif len(sheets) > 1 and sheet.rows:
            message = _("the sheet {sheet} has no coordinates, and is left out", sheet=sheet.name)
            notes.append(Issue("sheet_left_out", "info", message))
    found = [plot for plot in plots.values() if plot.points]
    if not headings:
        raise _no_table(sheets, place)
    if not found:
        raise LayerError(
            _(
                "{place}: the table has headings, but no point below them; put the points there",
                place=place,
            )
        )
    if len({heading.degrees for heading in headings}) > 1:
        raise LayerError(
            _(
                "{place}: the sheets have coordinates of different systems (degrees or metres, or"
                " zones); give one sheet a file, or name a sheet with --layer",
                place=place,
            )
        )
    axes = _axes(found, headings, place)
    geometry, more = _polygons(found, axes)
    notes += [*more, *nested_issues(found, geometry)]
    crs: str | None = None
    if axes.kind == "plane":
        crs, crs_issues = stated_crs(stated, axes.zone)
        notes += [*side_issues(found, axes), *crs_issues]
    text = {
        "地块编号": [plot.number or None for plot in found],
        "地块名称": [plot.name or plot.sheet or None for plot in found],
    }
    columns = {name: pa.chunked_array([cells], pa.string()) for name, cells in text.items()}
    rows = Rows(np.arange(1, len(found) + 1), columns, geometry)
    return Whole(rows, crs, encoding, None, few(notes))


def _no_table(sheets: Sequence[Sheet], place: str) -> LayerError:
    cells = [
        cell for sheet in sheets for _row, row in sheet.rows[:SEARCHED] for cell in row if cell
    ]
    return LayerError(
        _(
            "{place}: no table of boundary points: within the first {within} rows there are no"
            " headings for two coordinates; head the columns X坐标 and Y坐标, 纵坐标 and 横坐标, or"
            " 经度 and 纬度 (found: {found}), or name them with --columns, such as X=2,Y=3",
            place=place,
            within=SEARCHED,
            found=", ".join(cell[:20] for cell in cells[:10]) or "-",
        )
    )


def _collect(sheet: Sheet, heading: Heading, plots: dict[tuple[str, str, str], TablePlot]) -> None:
    """Put the rows of a sheet into their plots; a cell that is empty below another is merged with it.

    Parameters
    ----------
    sheet, heading
        The sheet, and where its headings stand.
    plots
        The plots so far by number, name and sheet; those of this sheet are added.
    """
    refuse_hidden_columns(sheet, heading)
    named = "plot" in heading.columns or "name" in heading.columns
    names = dict.fromkeys(("plot", "name", "ring"), "")
    plot: TablePlot | None = None
    title = above = _title(sheet, heading)
    for row, cells in sheet.rows[heading.below :]:

        def cell(column: int | None, cells: Sequence[str] = cells) -> str:
            return cells[column].strip() if column is not None and column < len(cells) else ""

        refuse_concealed(sheet, heading, row, cells)
        own = {role: cell(heading.columns.get(role)) for role in ("plot", "name", "ring", "side")}
        first, second = cell(heading.first), cell(heading.second)
        # the side stands between the two points that it joins, in a row of its own
        if not first and not second and number(own["side"]) is not None and plot is not None:
            _put_side(plot, own["side"])
            continue
        label = cell(heading.columns.get("label"))
        # words between the points: a title, a total, the number of a page
        if not first and not second and not _LABEL.fullmatch(plain(label)):
            words = [text for text in cells if text]
            if plot is not None and not any(_PAGE.search(plain(text)) for text in words):
                plot.breaks.append((len(plot.points), row, " ".join(words)))
                above = words[0].strip() if len(words) == 1 else above
            continue
        if is_heading(first) and is_heading(second):
            # printed again on the next page, or a table of its own below another title
            if plot is not None and not named and above != title and plot.returned:
                plot.name, plot.titled = plot.name or title, True
                title, plot = above, None
                names = {**dict.fromkeys(names, ""), "name": above}
            continue
        words_alone = not label and _is_words(first or second)
        if (not first or not second) and words_alone:
            continue  # a signature or a date below the table
        if not first or not second:
            raise LayerError(
                _(
                    "{place}, row {row}: a coordinate is missing; complete the row, or delete it",
                    place=sheet.place,
                    row=row,
                )
            )
        # what was merged over the rows above ends where another plot begins
        if any(own[role] not in ("", names[role]) for role in ("plot", "name")):
            names = dict.fromkeys(names, "")
        for role, value in names.items():
            names[role] = own[role] or value
        key = (names["plot"], names["name"], "" if named else sheet.name)
        if plot is None or key not in plots:
            fresh = TablePlot(
                names["plot"], names["name"], "" if named else sheet.name, sheet.place
            )
            fresh.titled = not named and bool(names["name"])
            plots.setdefault(key, fresh)
        plot = plots[key]
        label = label or cell(heading.columns.get("number"))
        plot.points.append(
            TablePoint(row, plain(label), plain(names["ring"]), first, second, own["side"])
        )


def _title(sheet: Sheet, heading: Heading) -> str:
    """The words above the headings: the nearest row of a single cell."""
    for _row, cells in reversed(sheet.rows[: heading.below]):
        words = [cell for cell in cells if cell]
        if len(words) == 1:
            return words[0].strip()
    return ""


def _is_words(text: str) -> bool:
    return number(text) is None and sexagesimal(text) is None


def _put_side(plot: TablePlot, side: str) -> None:
    """A length that stands on a row of its own, between its two points."""
    last = plot.points[-1] if plot.points else None
    if last is not None and not last.side:
        plot.points[-1] = TablePoint(last.row, last.label, last.ring, last.first, last.second, side)


def _numbers(plots: Sequence[TablePlot], headings: Sequence[Heading], place: str) -> rings.Points:
    """The two columns of all points as numbers, angles in degrees.

    Parameters
    ----------
    plots, headings
        All plots, and the headings of their sheets.
    place
        How messages name the file.
    """
    points = [(plot.place, point) for plot in plots for point in plot.points]
    if len(points) > rings.MAX_POINTS:
        raise too_many(place)
    texts = [text for _place, point in points for text in (point.first, point.second)]
    plane = [number(text) for text in texts]
    angles = [
        sexagesimal(text) if value is None else value
        for text, value in zip(texts, plane, strict=True)
    ]
    for at, value in enumerate(angles):
        if value is None:
            raise _no_number(*points[at // 2])
    bare = [text for text, value in zip(texts, plane, strict=True) if value is not None]
    if bare and all(abs(value) <= 180 for value in plane if value is not None):
        ways = {str(heading.written) for heading in headings}
        if _is_packed(bare, ways, place):
            angles = [
                packed(text) if value is not None else angle
                for text, value, angle in zip(texts, plane, angles, strict=True)
            ]
    return np.array(angles, dtype=float).reshape(-1, 2)


def _no_number(place: str, point: TablePoint) -> LayerError:
    return LayerError(
        _(
            "{place}, {unit} {at}: {first} and {second} are no coordinates; expected numbers,"
            " or degrees as 110°00′28.20″; correct the row, or delete it",
            place=place,
            unit=_ROW,
            at=point.row,
            first=point.first[:40] or "-",
            second=point.second[:40] or "-",
        )
    )


def _is_packed(texts: Sequence[str], ways: set[str], place: str) -> bool:
    """Whether bare angles are ``ddd.mmss``: as the headings say, else by minutes that cannot be.

    Parameters
    ----------
    texts
        The bare angles as they stand.
    ways
        How the headings say that angles are written: ``packed``, ``decimal`` or nothing.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        The headings contradict the numbers, or both readings are possible.
    """
    impossible = next((text for text in texts if packed(text) is None), None)
    if "packed" in ways:
        if impossible is not None or "decimal" in ways:
            raise LayerError(
                _(
                    "{place}: the headings say ddd.mmss, but there are minutes or seconds of 60 and"
                    " more; correct the numbers or the headings",
                    place=place,
                )
            )
        return True
    if "decimal" in ways or impossible is not None or all(decimals(t) == 0 for t in texts):
        return False
    raise LayerError(
        _(
            "{place}: the numbers, such as {found}, can be decimal degrees as well as ddd.mmss, which"
            " are different places; say it in the headings: 经度(度) and 纬度(度), or 经度(度.分秒) and"
            " 纬度(度.分秒)",
            place=place,
            found=texts[0],
        )
    )


def _axes(plots: Sequence[TablePlot], headings: Sequence[Heading], place: str) -> Axes:
    """The coordinates of all points, east first; each point has its northing on the same side.

    Parameters
    ----------
    plots, headings
        All plots, and the headings of their sheets.
    place
        How messages name the file.
    """
    pairs = _numbers(plots, headings, place)
    points = [point for plot in plots for point in plot.points]
    named = all(heading.sure for heading in headings)
    axes = in_order(pairs, [point.row for point in points], place, _ROW, named=named)
    exchanged = np.flatnonzero(axes.swapped != axes.swapped[0])
    if len(exchanged):
        raise LayerError(
            _(
                "{place}, {unit} {at}: here northing and easting stand the other way round than in"
                " the points before; correct the line",
                place=place,
                unit=_ROW,
                at=points[int(exchanged[0])].row,
            )
        )
    return axes


def _polygons(plots: Sequence[TablePlot], axes: Axes) -> tuple[NDArray[np.object_], list[Issue]]:
    parts = [_parts(plot, xy.tolist()) for plot, xy in with_points(plots, axes)]
    geometry, doubled = rings.polygons(parts, plots[0].place)
    return geometry, [*swapped(axes), *_doubled(plots, doubled)]


def _parts(plot: TablePlot, xy: Sequence[Sequence[float]]) -> list[rings.Points]:
    """The rings of a plot, whose points have these coordinates."""
    check_breaks(plot, xy)
    points = (
        rings.Point(point.row, point.label, point.ring, x, y)
        for point, (x, y) in zip(plot.points, xy, strict=True)
    )
    return rings.split(points, plot.place, _ROW)


def _doubled(plots: Sequence[TablePlot], doubled: Sequence[int]) -> Iterator[Issue]:
    """That rings of a plot stand there twice; `doubled` are how many, plot by plot."""
    for plot, twice in zip(plots, doubled, strict=True):
        if twice:
            message = _(
                "{count} {count:ring|rings} of plot {plot} {count:stands|stand} there"
                " twice, and {count:counts|count} once",
                count=twice,
                plot=plot.number or plot.name or plot.sheet or "-",
            )
            yield Issue("ring_double", "warning", message)


def _recognises(probe: Probe) -> bool:
    """By its suffix; a workbook is a zip of its parts."""
    if probe.suffix == ".xlsx":
        return probe.head.startswith(ZIPPED)
    return probe.suffix in FORMAT.suffixes and probe.is_plain_text


def _is_layer(_head: bytes) -> bool:
    """Never: a table of points looks like any other."""
    return False


FORMAT = Format(
    name="coordinate_table",
    titles=("CSV", "XLSX"),
    suffixes=(".csv", ".tsv", ".xlsx"),
    recognises=_recognises,
    read=read_coordinates,
    read_columns=read_coordinates,
    numbered_from=1,
    secondary=True,
    is_layer=_is_layer,
)
