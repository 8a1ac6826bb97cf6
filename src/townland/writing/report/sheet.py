"""Map sheets to print: a town on A4 or A3 with frame, grid, scale, legend and title block.

A sheet is an SVG whose unit is the millimetre. It refers to the town's shapes and to the patterns of the
page that it stands in (`picture.Shapes`, `signs.patterns`); a paper puts these into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from townland.i18n import plain_text
from townland.writing.report.picture import Box, Shapes, Shown
from townland.writing.report.sheet_grid import GridLine, grid_lines, scale_of, spread


@dataclass(frozen=True, slots=True)
class Paper:
    """A size of paper, upright, in millimetres, with its margin and the panel of legend and title block.

    What does not turn stands in the text of a page that is upright.
    """

    width: float
    height: float
    margin: float
    panel: float
    turns: bool = True


PAPERS: Mapping[str, Paper] = {
    "a4": Paper(210.0, 297.0, 15.0, 70.0),
    "a3": Paper(297.0, 420.0, 15.0, 90.0),
    "text": Paper(170.0, 226.0, 0.5, 64.0, turns=False),
}
"""The sizes of paper; the last is the room for text on an A4 page, below a heading."""

PRINTED = ("a4", "a3")
"""The papers that the report is printed on."""

TITLE, STRIP, GAP = 11.0, 6.0, 3.0
"""In millimetres: the title's line, where coordinates stand, a gap."""

LETTER, LEAST, LINE = 3.18, 2.0, 1.32
"""The height of letters in millimetres (9 pt) and where there is no room; lines are so far apart."""

PIXEL = 0.25
"""What a pixel of the report's pictures is on paper, in millimetres."""

SAMPLE, BROAD = 9.0, 80.0
"""How far words stand from the start of their sample, and from what width on there are two columns."""

AIR = 1.05
"""So much more than the town itself is shown."""


@dataclass(frozen=True, slots=True)
class SheetWords:
    """What stands on a sheet, in the reader's language; `located` says whether a grid tells where."""

    title: str
    north: str
    scale: str
    legend: str
    facts: Sequence[tuple[str, str]]
    signed: Sequence[str]
    note: str
    located: bool = True


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the sheet, in millimetres."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand on a sheet: the paper, the map, the legend, the title block."""

    paper: str
    wide: bool
    map: Area
    legend: Area
    block: Area

    @property
    def size(self) -> tuple[float, float]:
        """The paper's width and height."""
        paper = PAPERS[self.paper]
        return (paper.height, paper.width) if self.wide else (paper.width, paper.height)

    @property
    def name(self) -> str:
        """What the kind of sheet is called in the page."""
        return f"{self.paper}-{'wide' if self.wide else 'tall'}"


def layout(paper: str, *, wide: bool) -> Layout:
    """Lay out a sheet; the panel stands below the map, on a wide sheet beside it.

    Parameters
    ----------
    paper
        One of `PAPERS`.
    wide
        Whether the paper lies on its side.

    Examples
    --------
    >>> layout("a4", wide=False).map
    Area(x=21.0, y=32.0, width=168.0, height=171.0)
    """
    size = PAPERS[paper]
    margin, panel = size.margin, size.panel
    across, down = (size.height, size.width) if wide else (size.width, size.height)
    top = margin + TITLE + STRIP
    if wide:
        room = Area(margin + STRIP, top, across - 2 * margin - 2 * STRIP - GAP - panel,
                    down - top - margin - STRIP)  # fmt: skip
        left, high = across - margin - panel, panel
        start = margin + TITLE
        legend = Area(left, start, panel, down - margin - high - GAP - start)
        return Layout(paper, wide, room, legend, Area(left, down - margin - high, panel, high))
    room = Area(margin + STRIP, top, across - 2 * margin - 2 * STRIP,
                down - top - margin - STRIP - GAP - panel)  # fmt: skip
    start, broad = down - margin - panel, 0.54 * (across - 2 * margin)
    legend, left = Area(margin, start, broad, panel), margin + broad + GAP
    return Layout(paper, wide, room, legend, Area(left, start, across - margin - left, panel))


@dataclass(frozen=True, slots=True)
class MapSheet:
    """A sheet: the name of its kind, its size in millimetres, the denominator of its scale, its SVG."""

    kind: str
    size: tuple[float, float]
    scale: int
    svg: Markup


def map_sheet(
    shapes: Shapes, paper: str, words: SheetWords, *,
    shown: Sequence[Shown], legend: Sequence[tuple[Markup, str]], id_: str,
) -> MapSheet:  # fmt: skip
    """Draw the sheet of a town, upright or on its side, whichever shows it larger.

    Parameters
    ----------
    shapes
        The town.
    paper
        One of `PAPERS`.
    words
        What stands on the sheet.
    shown
        The measures that are drawn.
    legend
        The samples of the legend, and what each stands for.
    id_
        Begins the ids of the sheet's own elements.
    """
    across, down = _metres(shapes)
    scale, _wide, laid = min(
        (
            scale_of(
                AIR * across, AIR * down, width_mm=each.map.width, height_mm=each.map.height
            ),
            each.wide != (across > down),
            each,
        )
        for each in (layout(paper, wide=wide) for wide in (False, True)[: 1 + PAPERS[paper].turns])
    )  # fmt: skip
    width, height = laid.size
    parts = [
        f'<svg class="sheet" role="img" aria-label="{escape(words.title)}"'
        f' viewBox="0 0 {width:g} {height:g}">',
        f'<rect class="paper" width="{width:g}" height="{height:g}"/>',
        *_title(words.title, laid),
        *_map(shapes, laid, scale, shown=shown, north=words.north, id_=id_),
        *(_coordinates(shapes, laid.map, scale) if words.located else ()),
        *_frames(laid.map),
        *_legend(legend, laid.legend, words.legend, scale=f"{words.scale} 1:{scale}"),
        *_block(words, laid.block),
        "</svg>",
    ]
    return MapSheet(laid.name, laid.size, scale, Markup("".join(parts)))  # noqa: S704 # words are escaped


def _metres(shapes: Shapes) -> tuple[float, float]:
    west, top, east, bottom = shapes.box
    return (east - west) * shapes.step, (bottom - top) * shapes.step


def _window(shapes: Shapes, room: Area, scale: int) -> Box:
    """Give the window on the town, in its steps, that fills the map's room at a scale.

    Parameters
    ----------
    shapes, room, scale
        The town, where it is drawn, and the denominator.
    """
    west, top, east, bottom = shapes.box
    x, y = (west + east) / 2, (top + bottom) / 2
    half = (
        room.width * scale / 2000 / shapes.step,
        room.height * scale / 2000 / shapes.step,
    )
    return (x - half[0], y - half[1], x + half[0], y + half[1])


def _map(
    shapes: Shapes, laid: Layout, scale: int, *, shown: Sequence[Shown], north: str, id_: str
) -> Iterator[str]:
    """Draw the map.

    Parameters
    ----------
    shapes, laid, scale
        The town, where things stand, the denominator of the scale.
    shown, north, id_
        As for `map_sheet` and `Shapes.picture`.
    """
    room = laid.map
    box = _window(shapes, room, scale)
    pixel = PIXEL * scale / 1000 / shapes.step
    drawn = "".join(shapes.drawn(shown=shown, box=box, pixel=pixel, north=north, id_=id_))
    west, top, east, bottom = box
    yield (
        f'<svg x="{room.x:g}" y="{room.y:g}" width="{room.width:g}" height="{room.height:g}"'
        f' viewBox="{west:.1f} {top:.1f} {east - west:.1f} {bottom - top:.1f}">{drawn}</svg>'
    )


def _coordinates(shapes: Shapes, room: Area, scale: int) -> Iterator[str]:
    """Draw the grid over the map, with its coordinates around it.

    Parameters
    ----------
    shapes, room, scale
        The town, the map, the denominator of the scale.
    """
    west, top, east, bottom = _window(shapes, room, scale)
    low, high = shapes.world(west, bottom), shapes.world(east, top)
    degrees = shapes.geographic
    across = grid_lines(low[0], high[0], length_mm=room.width, degrees=degrees)
    up = grid_lines(low[1], high[1], length_mm=room.height, degrees=degrees)
    yield from _grid(room, across, up)


def _grid(room: Area, across: Sequence[GridLine], up: Sequence[GridLine]) -> Iterator[str]:
    """Draw the lines of the grid, and their labels.

    Parameters
    ----------
    room, across, up
        The map, and the lines to the east and to the north.
    """
    right, bottom = room.x + room.width, room.y + room.height
    lines, labels = [], []
    for x, label in spread(across, room.x, right):
        lines.append(f"M{x:.2f},{room.y:g}V{bottom:g}")
        half = LETTER * len(label) * 0.29  # a label at a corner keeps within the outer frame
        shown = min(max(x, room.x - STRIP + half), right + STRIP - half)
        for y in (room.y - 1.6, bottom + 3.6):
            labels.append(f'<text x="{shown:.2f}" y="{y:.2f}">{label}</text>')
    for y, label in spread(up, bottom, room.y):
        lines.append(f"M{room.x:g},{y:.2f}H{right:g}")
        for x in (room.x - 1.6, right + 3.6):
            turn = f'transform="translate({x:.2f} {y:.2f}) rotate(-90)"'
            labels.append(f"<text {turn}>{label}</text>")
    yield f'<path class="grid" d="{"".join(lines)}"/>'
    yield f'<g class="coordinates" font-size="{LETTER}">{"".join(labels)}</g>'


def _frames(room: Area) -> Iterator[str]:
    """Draw the inner frame of the map and the outer one, between which coordinates stand."""
    yield _frame(room, "inner")
    outer = Area(room.x - STRIP, room.y - STRIP, room.width + 2 * STRIP, room.height + 2 * STRIP)
    yield _frame(outer, "outer")


def _frame(area: Area, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{area.x:g}" y="{area.y:g}"'
        f' width="{area.width:g}" height="{area.height:g}"/>'
    )


def _title(title: str, laid: Layout) -> Iterator[str]:
    """Write the title over the map, smaller where it is long."""
    margin = PAPERS[laid.paper].margin
    width = laid.size[0] - 2 * margin
    size = min(6.0, 6.0 * width / max(1.2 * _width(title, 6.0), 1.0))
    yield _text(title, laid.size[0] / 2, margin + 6.5, size, "name")


def _legend(
    entries: Sequence[tuple[Markup, str]], area: Area, head: str, *, scale: str
) -> Iterator[str]:
    """Explain the signs, in letters as large as leave room for all.

    Parameters
    ----------
    entries, area
        The samples with their words, and where they stand.
    head, scale
        What stands over them.
    """
    yield _frame(area, "inner")
    yield _text(scale, area.x + area.width - 3, area.y + 5, LETTER, "scale")
    yield _text(head, area.x + 3, area.y + 5, LETTER, "heading")
    columns = 2 if area.width > BROAD else 1
    size = LETTER
    placed = list(_placed(entries, area, size, columns=columns))
    while placed and placed[-1].column >= columns and size > LEAST:
        size -= 0.1
        placed = list(_placed(entries, area, size, columns=columns))
    for each in placed:
        yield _sample(each.sample, each.x, each.y - 0.85 * size, size)
        for n, line in enumerate(each.lines):
            yield _text(line, each.x + SAMPLE, each.y + n * LINE * size, size)


@dataclass(frozen=True, slots=True)
class _LegendEntry:
    """An entry of the legend at its place."""

    sample: Markup
    lines: Sequence[str]
    column: int
    x: float
    y: float


def _placed(
    entries: Sequence[tuple[Markup, str]], area: Area, size: float, *, columns: int
) -> Iterator[_LegendEntry]:
    """Place the entries of a legend in columns; what finds no room is in a column too many.

    Parameters
    ----------
    entries, area
        As `_legend`.
    size, columns
        The height of the letters, and how many columns there are.
    """
    width = (area.width - 3) / columns
    top = area.y + 6 + 1.4 * LETTER
    column, y = 0, top
    for sample, words in entries:
        lines = wrapped(words, width - SAMPLE - 3, size)
        if y + (len(lines) - 1) * LINE * size > area.y + area.height - 1.5:
            column, y = column + 1, top
        yield _LegendEntry(sample, lines, column, area.x + 3 + column * width, y)
        y += (LINE * len(lines) + 0.2) * size


def _sample(sample: Markup, x: float, y: float, size: float) -> str:
    """Put a sample of the legend at its place on the sheet.

    Parameters
    ----------
    sample, x, y, size
        The sample as the page has it, its place, the height of the letters beside it.
    """
    place = f'<svg x="{x:g}" y="{y:.2f}" width="{2 * size:.2f}" height="{1.23 * size:.2f}" '
    # a plain text: Markup would escape what is put in
    return re.sub(r'^<svg class="swatch" ', place, str(sample)).replace(' aria-hidden="true"', "")


def _block(words: SheetWords, area: Area) -> Iterator[str]:
    """Write the title block: facts of the sheet, who signs, and what the sheet is not.

    Parameters
    ----------
    words, area
        What is written, and where.
    """
    yield _frame(area, "inner")
    size = LETTER
    rows = 1.9 * ((len(words.signed) + 1) // 2)
    while True:
        note = wrapped(words.note, area.width - 6, 0.85 * size)
        key = min(max(_width(name, size) for name, _fact in words.facts) + 2, area.width / 3)
        facts = [(name, wrapped(fact, area.width - 6 - key, size)) for name, fact in words.facts]
        lines = sum(len(fact) for _name, fact in facts) + rows + len(note)
        if (lines + 1) * LINE * size <= area.height or size <= LEAST:
            break
        size -= 0.1
    y = area.y + 1.8 * size
    for name, fact in facts:
        yield _text(name, area.x + 3, y, size, "faint")
        for line in fact:
            yield _text(line, area.x + 3 + key, y, size)
            y += LINE * size
    yield from _to_sign(words.signed, Area(area.x + 3, y, area.width - 6, rows), size)
    y = area.y + area.height - LINE * size * (len(note) - 1) - 1.6
    for line in note:
        yield _text(line, area.x + 3, y, 0.85 * size, "faint")
        y += LINE * size


def _to_sign(names: Sequence[str], area: Area, size: float) -> Iterator[str]:
    """Leave room to sign, two names beside each other.

    Parameters
    ----------
    names, area, size
        Who signs, where, and the height of the letters.
    """
    half = area.width / 2
    for n, name in enumerate(names):
        x, y = area.x + n % 2 * half, area.y + (1.9 * (n // 2) + 0.7) * LINE * size
        yield _text(name, x, y, size, "faint")
        start = x + _width(name, size) + 1.5
        yield f'<path class="line" d="M{start:.2f},{y + 0.5:.2f}H{x + half - 2:.2f}"/>'


def _text(text: str, x: float, y: float, size: float, kind: str = "word") -> str:
    """Write a line.

    Parameters
    ----------
    text, x, y, size, kind
        The line, where it begins, the height of its letters, what it is.
    """
    place = f'x="{x:.2f}" y="{y:.2f}" font-size="{size:.2f}"'
    return f'<text class="{kind}" {place}>{escape(plain_text(text))}</text>'


def _width(text: str, size: float) -> float:
    return size * sum(1.0 if ord(sign) > 0x2E7F else 0.56 for sign in text)


_PIECE = re.compile(r"[（《“【]*(?:[⺀-￿]|[^\s⺀-￿“”]+)[）》”】，。；：、！？]*\s*|\s+|.")
"""A word, or a Chinese character, with the marks that belong to it."""


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines: between words, and between any two Chinese characters.

    Parameters
    ----------
    text, width, size
        The text, how wide a line is, and the height of its letters.

    Examples
    --------
    >>> wrapped("Present land use and plan", 30, 3)
    ['Present land use', 'and plan']
    >>> wrapped("占用永久基本农田", 12, 3)
    ['占用永久', '基本农田']
    >>> wrapped("坐标系（甲）", 12, 3)
    ['坐标系', '（甲）']
    """
    lines = [""]
    for part in _PIECE.findall(text):
        if lines[-1].strip() and _width(lines[-1] + part.rstrip(), size) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines]
