"""A plot's header, whose fields have their meaning from where 面, 线 or 点 stands among them.

The order of the format is 界址点数,地块面积,地块编号,地块名称,图形属性,图幅号,地块用途,地类编码.
Programs leave fields out, put more in, and quote names with commas. 图形属性 is the one field that
shows itself.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.formats.points.numerals import plain
from townland.reading.formats.points.text_plots import TextPlot, declared_area

STANDARD = 8
"""So many fields has a header by the format, the last of them the land-class code."""

_FEWEST = 4
_KIND = 4
_COMMA = re.compile(r"[,，]")
_COUNT = re.compile(r"\d{1,7}", re.ASCII)
_KINDS = re.compile(r"(多边形|面|线|点)(状|要素|图形)?")


def plot_header(body: str, at: int, place: str) -> TextPlot:
    """A plot of its header, which is given without the mark at its end.

    Parameters
    ----------
    body, at
        The header, and its line.
    place
        How messages name the file.

    Raises
    ------
    LayerError
        It has too few fields to name a plot.
    """
    fields = _split(body)
    kind = _anchor(fields)
    if len(fields) < (_FEWEST if kind is None else 2):
        raise LayerError(
            _(
                "{place}, line {line}: a plot's header with {count} {count:field|fields}; expected"
                " 界址点数,地块面积,地块编号,地块名称,图形属性,图幅号,地块用途,地类编码,@",
                place=place,
                line=at,
                count=len(fields),
            )
        )
    if kind is None or kind == _KIND:
        return TextPlot(at, fields, anchored=kind is not None)
    return TextPlot(at, [*_before(fields[:kind]), *fields[kind:]], shifted=True)


def _split(body: str) -> list[str]:
    """The fields of a header, without the empty one behind the last comma."""
    if '"' in body:
        fields = next(csv.reader([body], skipinitialspace=True), [])
    else:
        fields = body.split(",")
        if len(fields) < STANDARD:  # else a full-width comma is one of a name
            fields = _COMMA.split(body)
    fields = [part.strip(" \t\u3000\u00a0") for part in fields]
    if fields[-1] == "" and len(fields) > _FEWEST:
        fields.pop()
    return fields


def _anchor(fields: Sequence[str]) -> int | None:
    """Where 图形属性 stands: at its place by the format, else the first of them; None for nowhere."""
    kinds = [at for at, text in enumerate(fields) if at and _KINDS.fullmatch(plain(text))]
    return _KIND if _KIND in kinds else next(iter(kinds), None)


def _before(fields: Sequence[str]) -> list[str]:
    """The four fields before 图形属性 (count, area, number, name) of fewer or more.

    >>> _before(["4", "D2", "引水渠"]), _before(["2.0000公顷", "", "地块1"])
    (['4', '', 'D2', '引水渠'], ['', '2.0000公顷', '', '地块1'])
    >>> _before(["5", "2.0", "D1", "甲", "乙"]), _before(["地块1"])
    (['5', '2.0', 'D1', '甲,乙'], ['', '', '', '地块1'])
    """
    rest = list(fields)
    count = area = plot = ""
    if len(rest) > 1 and _COUNT.fullmatch(plain(rest[0])):
        count = rest.pop(0)
    # a whole number may name the plot, unless two fields follow that do
    figure = bool(rest[0]) and declared_area(rest[0])[0] is not None
    is_sure = figure and not _COUNT.fullmatch(plain(rest[0]))
    if len(rest) > (1 if is_sure else 2) and (figure or not rest[0]):
        area = rest.pop(0)
    if len(rest) > 1:
        plot = rest.pop(0)
    return [count, area, plot, ",".join(rest)]
