"""Boundary coordinates as text: 报备坐标 and 勘测定界界址点坐标交换格式, in all its dialects.

The format is that of reporting systems and no standard, so that only one thing is relied on: a
plot's header is a line that ends in ``@`` (`standards/SOURCES.md`, *Boundary coordinates as text*).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyproj

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue
from townland.reading.format import Format, Probe
from townland.reading.formats.points import rings
from townland.reading.formats.points.axes import Axes, in_order, swapped
from townland.reading.formats.points.header import Stated, check_unit, crs_of
from townland.reading.formats.points.lines import content, decoded, few, lines, unended
from townland.reading.formats.points.numerals import number, plain
from townland.reading.formats.points.plot_header import STANDARD, plot_header
from townland.reading.formats.points.table import parse_table
from townland.reading.formats.points.text_plots import (
    TextPlot,
    area_issues,
    left_out,
    point_issues,
    shifted,
)
from townland.reading.limits import refuse_many_columns
from townland.reading.rows import Rows, Whole

COLUMNS = ("地块编号", "地块名称", "地块面积", "图幅号", "地块用途", "地类编码")
"""The columns of every plot, whose header may give more."""
EXTRA = "附加"
"""What a header gives beyond them is called so, and numbered from 1."""

_KEYS = ("坐标系", "几度分带", "投影类型", "计量单位", "带号")
_SMALLEST = 100_000.0  # no ring's number is so large, and no coordinate smaller
_SECTION = re.compile(r"\s*[\[【［]\s*([^\[\]【】［］,，=＝]{1,40}?)\s*[\]】］]")
_A_HEADER = re.compile(r"[@＠][ \t\u3000\x1a,，]*(\r|\n|$)|地块坐标|属性描述")
_HEADER_END = re.compile(r"[@＠][\s,，]*$")
"""A spreadsheet puts commas behind the mark, to the width of its longest line."""
_BLANKS = re.compile(r"[,\s]+")
_LINE = _("line")
_PLOT_LINE = re.compile(rb"@[ \t,]*\r?$", re.MULTILINE)
"""The line that begins a plot, whatever the file's encoding."""


def read_text(
    file: Path,
    place: str,
    *,
    layer: str | None,
    encoding: str | None,
    columns: Mapping[str, str] | None = None,
) -> Whole:
    """Read the plots of a boundary-coordinate text, each of them one feature.

    A text without a plot's header, nor the format's sections, is read as a table of boundary points.

    Parameters
    ----------
    file, place
        The file, and how messages name it.
    layer
        Of no use here: such a file has one layer.
    encoding
        The encoding that the user states.
    columns
        The columns of a table that the user names; a text with plots' headers has its own.

    Returns
    -------
    Polygons in the file's CRS (east first), with the columns of `COLUMNS` and what headers give beyond
    them. Plots that are lines or points are left out, and counted.

    Raises
    ------
    LayerError
        The text cannot be understood; the message names the line.
    EncodingError
        Its bytes are no text.
    """
    del layer
    text, used, notes = decoded(content(file, place), encoding, place)
    notes = (*notes, *unended(text))
    if not _A_HEADER.search(text):
        return parse_table(text, place, encoding=used, issues=notes, columns=columns)
    if columns is not None:
        raise LayerError(
            _(
                "{place}: the text has plots' headers (…,@), below which points stand as 点号,圈号,X,Y;"
                " leave --columns out",
                place=place,
            )
        )
    return parse(text, place, encoding=used, issues=notes)


def parse(
    text: str, place: str, *, encoding: str | None = None, issues: tuple[Issue, ...] = ()
) -> Whole:
    """Make features of the text of such a file; as `read_text`.

    Parameters
    ----------
    text
        The text of the file.
    place
        How messages name the file.
    encoding, issues
        How it was decoded, and what was assumed.
    """
    keys, plots = _parts(lines(text, place), place)
    check_unit(keys, place)
    areas = [plot for plot in plots if plot.kind == "面"]
    if not areas:
        raise LayerError(
            _(
                "{place}: {count} {count:plot, which is no area|plots, none of which is"
                " an area}: 图形属性 says {kind} of the first, in line {line}; give the"
                " boundary as 面",
                place=place,
                count=len(plots),
                kind=plots[0].kind,
                line=plots[0].line,
            )
        )
    axes = _axes(areas, place)
    crs, crs_issues = crs_of(keys, axes.zone)
    notes = [*issues, *left_out(plots), *shifted(plots), *swapped(axes), *crs_issues]
    split = []
    start = 0
    for plot in areas:
        xy = axes.xy[start : start + len(plot.points)].tolist()
        start += len(plot.points)
        points = (
            rings.Point(at, label, ring, x, y)
            for (at, label, ring, _x, _y), (x, y) in zip(plot.points, xy, strict=True)
        )
        split.append(rings.split(points, place, _LINE))
    geometry, doubled = rings.polygons(split, place)
    for plot, parts, twice in zip(areas, split, doubled, strict=True):
        notes.extend(point_issues(plot, parts, twice))
    if crs is not None:
        notes.extend(area_issues(areas, geometry, pyproj.CRS.from_user_input(crs)))
    rows = Rows(
        np.array([at for at, plot in enumerate(plots, 1) if plot.kind == "面"], np.int64),
        _columns(areas, place),
        geometry,
    )
    return Whole(rows, crs, encoding, None, few(notes))


def _parts(text: Sequence[str], place: str) -> tuple[dict[str, Stated], list[TextPlot]]:
    """The keys of the head and the plots; lines are counted from 1."""
    keys: dict[str, Stated] = {}
    plots: list[TextPlot] = []
    count = 0
    for number_, raw in enumerate(text, 1):
        for line in _sections(raw):
            if not line:
                continue
            stated = _key(line)
            if (end := _HEADER_END.search(line)) is not None:
                plots.append(plot_header(line[: end.start()], number_, place))
            elif stated is not None:
                _put(keys, *stated, number_, place)
            elif not plots:
                raise _neither(line, number_, place)
            else:
                count += 1
                if count > rings.MAX_POINTS:
                    raise _too_many(number_, place)
                plots[-1].points.append(_point(line, number_, place))
    _require_points(plots, len(text), place)
    return keys, plots


def _require_points(plots: Sequence[TextPlot], last: int, place: str) -> None:
    """Refuse a text without plots, and a plot without points.

    Parameters
    ----------
    plots
        The plots of the text.
    last
        Its last line.
    place
        How messages name the file.
    """
    if not plots:
        raise LayerError(
            _(
                "{place}, line {line}: the text ends without a plot; expected a header that ends in @"
                " (界址点数,地块面积,地块编号,地块名称,图形属性,图幅号,地块用途,地类编码,@), and its"
                " points below it",
                place=place,
                line=last,
            )
        )
    for plot in plots:
        if not plot.points:
            raise LayerError(
                _(
                    "{place}, line {line}: plot {plot} has no points; expected lines such as"
                    " J1,1,2689000.000,36642000.000 below its header",
                    place=place,
                    line=plot.line,
                    plot=plot.name,
                )
            )


def _sections(raw: str) -> Iterator[str]:
    """A line without the names of sections, which may share it with data."""
    line = raw.replace("\ufeff", "").strip(" \t\u3000\u00a0\u200b\x1a\f\v")
    while line[:1] in ("[", "【", "［") and (found := _SECTION.match(line)):
        line = line[found.end() :].strip(" \t\u3000\u00a0")
    for mark in ("[地块坐标]", "【地块坐标】", "[属性描述]", "【属性描述】"):
        before, found_mark, after = line.partition(mark)
        if found_mark:
            yield from (before.strip(), after.strip())
            return
    yield line


def _key(line: str) -> tuple[str, str] | None:
    name, equals, value = line.replace("＝", "=").partition("=")
    return (plain(name), value.strip()) if equals and name.strip() else None


def _put(keys: dict[str, Stated], name: str, value: str, line: int, place: str) -> None:
    """Keep a key of the head, unless it contradicts one that stands before.

    Parameters
    ----------
    keys
        The keys so far.
    name, value, line
        The key, its value and its line.
    place
        How messages name the file.
    """
    before = keys.get(name)
    if before is not None and name in _KEYS and plain(before.value) != plain(value):
        raise LayerError(
            _(
                "{place}, line {line}: {key}={value}, but line {first} says {before}; a file has one"
                " coordinate system: split it",
                place=place,
                line=line,
                key=name,
                value=value or "-",
                first=before.line,
                before=before.value or "-",
            )
        )
    keys.setdefault(name, Stated(value, line))


def _point(line: str, at: int, place: str) -> tuple[int, str, str, float, float]:
    """Line, label, ring and both coordinates of a point.

    Parameters
    ----------
    line, at
        The text and the number of the line.
    place
        How messages name the file.
    """
    folded = plain(line).replace(";", ",").replace("、", ",")
    parts = [part.strip() for part in folded.split(",")]
    while len(parts) > 1 and parts[-1] == "":
        parts.pop()
    if len(parts) < 3:
        parts = _BLANKS.split(folded)
    if len(parts) == 3 and abs(number(parts[1]) or 0.0) >= _SMALLEST:
        parts.insert(1, "")  # without the ring's number all points are of one ring
    values = [number(part) for part in parts[2:]]
    if len(parts) not in (4, 5) or None in values:
        shown = line if len(line) <= 60 else line[:57] + "..."
        raise LayerError(
            _(
                "{place}, line {line}: {found} is no point; expected 点号,圈号,X,Y such as"
                " J1,1,2689000.000,36642000.000",
                place=place,
                line=at,
                found=shown,
            )
        )
    return at, parts[0], parts[1], float(values[0] or 0), float(values[1] or 0)


def _too_many(line: int, place: str) -> LayerError:
    return LayerError(
        _(
            "{place}, line {line}: more than {most} points in one file; split it by plots",
            place=place,
            line=line,
            most=rings.MAX_POINTS,
        )
    )


def _neither(line: str, at: int, place: str) -> LayerError:
    """The error about a line that is neither key nor header.

    Parameters
    ----------
    line, at
        The text and the number of the line.
    place
        How messages name the file.
    """
    shown = line if len(line) <= 60 else line[:57] + "..."
    return LayerError(
        _(
            "{place}, line {line}: {found} is neither a key (坐标系=…) nor a plot's header, which ends"
            " in @; expected the plots' points only below a header",
            place=place,
            line=at,
            found=shown,
        )
    )


def _axes(areas: Sequence[TextPlot], place: str) -> Axes:
    points = [point for plot in areas for point in plot.points]
    pairs = np.array([point[3:] for point in points], dtype=float).reshape(-1, 2)
    at = [point[0] for point in points]
    axes = in_order(pairs, at, place, _LINE)
    if axes.kind == "degrees" and len(points):
        raise LayerError(
            _(
                "{place}, line {line}: the coordinates are degrees; expected metres of a Gauss-Krüger"
                " zone, as this format has them: have them given so, or as a table with the headings"
                " 经度 and 纬度",
                place=place,
                line=at[0],
            )
        )
    start = 0
    for plot in areas:
        own = axes.swapped[start : start + len(plot.points)]
        exchanged = np.flatnonzero(own != own[0])
        if len(exchanged):
            raise LayerError(
                _(
                    "{place}, line {line}: here northing and easting stand the other way round than in"
                    " the points before; correct the line",
                    place=place,
                    line=plot.points[int(exchanged[0])][0],
                )
            )
        start += len(plot.points)
    return axes


def _columns(areas: Sequence[TextPlot], place: str) -> dict[str, pa.ChunkedArray]:
    longest = max((len(plot.fields) for plot in areas), default=0)
    refuse_many_columns(longest, place)
    places = dict(zip(COLUMNS, (2, 3, 1, 5, 6, 7), strict=True))
    places |= {f"{EXTRA}{at - STANDARD + 1}": at for at in range(STANDARD, longest)}
    return {
        name: pa.chunked_array(
            [[(plot.fields[at] or None) if at < len(plot.fields) else None for plot in areas]],
            pa.string(),
        )
        for name, at in places.items()
    }


def _recognises(probe: Probe) -> bool:
    """By its suffix, which says little: any text may be a list of boundary points."""
    return probe.suffix in FORMAT.suffixes and probe.is_plain_text


def _is_layer(head: bytes) -> bool:
    return _PLOT_LINE.search(head) is not None


FORMAT = Format(
    name="coordinate_text",
    titles=("TXT",),
    suffixes=(".txt",),
    recognises=_recognises,
    read=read_text,
    read_columns=read_text,
    numbered_from=1,
    secondary=True,
    is_layer=_is_layer,
)
