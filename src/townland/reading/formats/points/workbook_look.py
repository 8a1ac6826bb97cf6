"""What a workbook hides, strikes through, and cannot say: formulas without a saved value.

The library that reads the cells reports none of it. XML that declares entities was refused before.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as Tree

from townland.i18n import Words, _
from townland.reading.formats.points.ods_look import ods_looks
from townland.reading.formats.points.workbook_cells import (
    ERROR,
    LAST_COLUMN,
    PLAIN,
    SheetLook,
    bare,
)

__all__ = ["PLAIN", "SheetLook", "column_name", "column_number", "concealed", "looks", "unreadable"]

_SEEN = 0.1
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(slots=True)
class _SheetSeen:
    """What was seen of a sheet so far; `row` and `column` are those of the last cell."""

    row: int = 0
    column: int = -1
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    unread: dict[tuple[int, int], str] = field(default_factory=dict)


def looks(archive: zipfile.ZipFile) -> Mapping[str, SheetLook]:
    """How each sheet of an .xlsx or .ods looks, by its name; nothing of another kind of workbook.

    Its parts were measured before (`workbook_size.measure`), so that they may be gone through.
    """
    names = set(archive.namelist())
    if "content.xml" in names:
        return ods_looks(archive)
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    links = {
        link.get("Id"): posixpath.normpath(posixpath.join("xl", link.get("Target", "").lstrip("/")))
        if not link.get("Target", "").startswith("/")
        else link.get("Target", "").lstrip("/")
        for link in Tree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    }
    struck = _struck_styles(archive) if "xl/styles.xml" in names else frozenset()
    found = {}
    for sheet in Tree.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314
        if bare(sheet.tag) != "sheet":
            continue
        own = {bare(key): value for key, value in sheet.attrib.items()}
        part = links.get(own.get("id", ""), "")
        hidden = own.get("state", "visible") != "visible"
        name = own.get("name", "")
        found[name] = _look(archive, part, hidden, struck) if part in names else SheetLook(hidden)
    return found


def _look(archive: zipfile.ZipFile, part: str, hidden: bool, struck: frozenset[str]) -> SheetLook:
    """How one sheet looks.

    Parameters
    ----------
    archive, part
        The workbook, and the sheet's part of it.
    hidden
        Whether the workbook hides it.
    struck
        The styles that strike text through.
    """
    seen = _SheetSeen()
    with archive.open(part) as stream:
        for event, element in Tree.iterparse(stream, events=("start", "end")):  # noqa: S314
            name = bare(element.tag)
            if event == "start" and name == "row":
                seen.row, seen.column = int(element.get("r", seen.row + 1)), -1
                if _is_on(element.get("hidden")) or _is_flat(element.get("ht")):
                    seen.rows.add(seen.row)
            elif event == "end" and name == "col" and _is_unseen_column(element):
                first, last = int(element.get("min", 1)), int(element.get("max", 1))
                seen.columns.update(range(first - 1, min(last, LAST_COLUMN)))
            elif event == "end" and name == "c":
                _cell(element, seen, struck)
                element.clear()
            elif event == "end" and name == "row":
                element.clear()
    rows, columns, crossed = map(frozenset, (seen.rows, seen.columns, seen.struck))
    return SheetLook(hidden, rows, columns, crossed, seen.unread)


def _cell(cell: Tree.Element, seen: _SheetSeen, struck: frozenset[str]) -> None:
    """Take down what is to be known of a cell.

    Parameters
    ----------
    cell
        The element.
    seen
        What was seen of its sheet, which is added to.
    struck
        The styles that strike text through.
    """
    found = _CELL.fullmatch(cell.get("r", ""))
    seen.column = column_number(found[1]) if found else seen.column + 1
    inside = {bare(child.tag): child for child in cell}
    value = inside.get("v")
    text = "" if value is None else (value.text or "").strip()
    if cell.get("t") == "e":
        seen.unread[seen.row, seen.column] = text or "#"
    # a formula may well give an empty text
    elif "f" in inside and not text and cell.get("t") != "str":
        seen.unread[seen.row, seen.column] = ""
    if cell.get("s") in struck and (text or "is" in inside):
        seen.struck.add(seen.row)


def _struck_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The numbers of the cell styles whose font is struck through."""
    fonts: list[bool] = []
    styles: list[int] = []
    for part in Tree.fromstring(archive.read("xl/styles.xml")):  # noqa: S314
        if bare(part.tag) == "fonts":
            fonts = [any(_strikes(child) for child in font) for font in part]
        elif bare(part.tag) == "cellXfs":
            styles = [int(style.get("fontId", 0)) for style in part]
    return frozenset(
        str(at) for at, font in enumerate(styles) if 0 <= font < len(fonts) and fonts[font]
    )


def _strikes(of_font: Tree.Element) -> bool:
    return bare(of_font.tag) == "strike" and of_font.get("val", "1") not in ("0", "false")


def _is_unseen_column(column: Tree.Element) -> bool:
    return _is_on(column.get("hidden")) or _is_flat(column.get("width"))


def _is_flat(size: str | None) -> bool:
    """Whether a height (in points) or a width (in characters) leaves nothing to be seen."""
    try:
        return size is not None and float(size) < _SEEN
    except ValueError:
        return False


def _is_on(value: str | None) -> bool:
    return value in ("1", "true")


def column_number(letters: str) -> int:
    """The number of a column, from 0.

    >>> column_number("A"), column_number("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_name(column: int) -> str:
    """What a spreadsheet calls a column.

    >>> column_name(2), column_name(27)
    ('C', 'AB')
    """
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def unreadable(look: SheetLook, row: int, cells: Sequence[str]) -> Iterator[tuple[int, Words]]:
    """The cells of a row without a value that can be read, by their column, and what is wrong.

    Parameters
    ----------
    look
        How the sheet looks.
    row, cells
        A row, and its cells as text.
    """
    shown = {column: text for (at, column), text in look.unread.items() if at == row}
    shown |= {column: text for column, text in enumerate(cells) if ERROR.fullmatch(text)}
    for column, text in sorted(shown.items()):
        yield column, _no_value(f"{column_name(column)}{row}", text)


def _no_value(cell: str, error: str) -> Words:
    if error:
        return _("cell {cell} holds the error {error}; correct it", cell=cell, error=error)
    return _(
        "cell {cell} holds a formula without a saved value; open the workbook in a spreadsheet program,"
        " and save it there",
        cell=cell,
    )


def concealed(look: SheetLook, row: int) -> Words | None:
    """That a row is hidden or struck through, so that it may not count; None if neither."""
    if row in look.hidden_rows:
        return _("the row is hidden; show it if it counts, or delete it if it does not")
    if row in look.struck_rows:
        return _("the row is struck through; remove the line if it counts, or delete the row")
    return None
