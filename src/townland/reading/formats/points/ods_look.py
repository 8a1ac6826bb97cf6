"""What an OpenDocument workbook (.ods) hides, strikes through, and cannot say (ODF 1.3, part 3).

Its cells come with repetitions, and what hides a sheet or strikes a text stands in a style of its own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as Tree

from townland.reading.formats.points.workbook_cells import ERROR, LAST_COLUMN, SheetLook, bare

_CONTENT = "content.xml"
_MOST_ROWS = 1_000_000
_HIDDEN = ("collapse", "filter")
_FLAT = re.compile(r"0*\.?0*(?:cm|mm|in|pt|pc|px)")


@dataclass(slots=True)
class _Styles:
    """The names of the styles that hide a sheet, that leave a row or a column no room, that strike."""

    hiding: set[str] = field(default_factory=set)
    flat: set[str] = field(default_factory=set)
    striking: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _TableSeen:
    """What was seen of a table so far; `row` is the next row, from 1, `column` the next one, from 0."""

    hidden: bool = False
    row: int = 1
    column: int = 0
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    unread: dict[tuple[int, int], str] = field(default_factory=dict)

    def look(self) -> SheetLook:
        """The whole."""
        rows, columns, struck = map(frozenset, (self.rows, self.columns, self.struck))
        return SheetLook(self.hidden, rows, columns, struck, self.unread)


def ods_looks(archive: zipfile.ZipFile) -> Mapping[str, SheetLook]:
    """How each sheet of an .ods looks, by its name.

    Its parts were measured before (`workbook_size.measure`), so that they may be gone through.
    """
    styles, seen = _Styles(), _TableSeen()
    found: dict[str, SheetLook] = {}
    with archive.open(_CONTENT) as stream:
        for event, element in Tree.iterparse(stream, events=("start", "end")):  # noqa: S314
            name = bare(element.tag)
            if event == "start":
                if name == "table":
                    seen = _TableSeen(hidden=_own(element, "style-name") in styles.hiding)
                continue
            if name == "style":
                _style(element, styles)
            elif name == "table-column":
                _column(element, seen, styles)
            elif name == "table-row":
                _row(element, seen, styles)
                element.clear()
            elif name == "table":
                found[_own(element, "name")] = seen.look()
    return found


def _own(element: Tree.Element, name: str) -> str:
    """An attribute by its name without its namespace; empty where there is none."""
    return next((value for key, value in element.attrib.items() if bare(key) == name), "")


def _repeated(element: Tree.Element, what: str, most: int) -> int:
    """How often an element stands for the same again.

    Parameters
    ----------
    element
        A column, row or cell.
    what
        Which of them, in the plural, as ODF names it.
    most
        As often as is counted.
    """
    times = _own(element, f"number-{what}-repeated")
    return min(max(int(times), 1), most) if times.isdecimal() else 1


def _style(style: Tree.Element, styles: _Styles) -> None:
    """Take down what a style does."""
    for inside in style:
        kind = bare(inside.tag)
        if kind == "table-properties" and _own(inside, "display") == "false":
            styles.hiding.add(_own(style, "name"))
        if any(_FLAT.fullmatch(_own(inside, size)) for size in ("row-height", "column-width")):
            styles.flat.add(_own(style, "name"))
        lines = (_own(inside, "text-line-through-style"), _own(inside, "text-line-through-type"))
        if kind == "text-properties" and any(line not in ("", "none") for line in lines):
            styles.striking.add(_own(style, "name"))


def _column(column: Tree.Element, seen: _TableSeen, styles: _Styles) -> None:
    """Take down whether columns are hidden.

    Parameters
    ----------
    column
        The element.
    seen
        What was seen of its sheet, which is added to.
    styles
        The styles that hide.
    """
    times = _repeated(column, "columns", LAST_COLUMN)
    if _is_unseen(column, styles):
        last = min(seen.column + times, LAST_COLUMN)
        seen.columns.update(range(seen.column, last))
    seen.column += times


def _is_unseen(element: Tree.Element, styles: _Styles) -> bool:
    """Whether a row or a column is hidden, or has no room."""
    return _own(element, "visibility") in _HIDDEN or _own(element, "style-name") in styles.flat


def _row(row: Tree.Element, seen: _TableSeen, styles: _Styles) -> None:
    """Take down what is to be known of a row and its cells; a row without text counts for nothing.

    Parameters
    ----------
    row
        The element.
    seen
        What was seen of its sheet, which is added to.
    styles
        The styles that hide and strike.
    """
    times = _repeated(row, "rows", _MOST_ROWS)
    column, filled, struck = 0, False, False
    for cell in row:
        many = _repeated(cell, "columns", LAST_COLUMN)
        text = "".join("".join(part.itertext()) for part in cell if bare(part.tag) == "p").strip()
        value = text or _own(cell, "value") or _own(cell, "string-value")
        failed = ERROR.fullmatch(text) or _own(cell, "value-type") == "error"
        # a formula may well give an empty text, and then it has the type of one
        blank = _own(cell, "formula") and not value and not _own(cell, "value-type")
        if failed or blank:
            cells = ((seen.row, at) for at in range(column, min(column + many, LAST_COLUMN)))
            seen.unread.update(dict.fromkeys(cells, (text or "#") if failed else ""))
        filled = filled or bool(value)
        struck = struck or (bool(value) and _own(cell, "style-name") in styles.striking)
        column += many
    numbers = range(seen.row, seen.row + times)
    if filled and _is_unseen(row, styles):
        seen.rows.update(numbers)
    if struck:
        seen.struck.update(numbers)
    seen.row += times
