"""The columns of a table of points that the user names, by heading or by position."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.formats.points.heading import SEARCHED, Heading
from townland.reading.formats.points.numerals import number, plain, sexagesimal
from townland.reading.formats.points.workbook import Sheet

ROLES: Mapping[str, str] = {
    "x": "x",
    "y": "y",
    **dict.fromkeys(("label", "点号"), "label"),
    **dict.fromkeys(("ring", "圈号"), "ring"),
    **dict.fromkeys(("plot", "地块", "地块编号"), "plot"),
    **dict.fromkeys(("name", "名称", "地块名称"), "name"),
}
"""What a column may be called for, in small letters; X and Y are the two coordinates."""

_RING = 3
"""So many points bound an area."""

_SEPARATORS = re.compile(r"[\t;,，]")
_BLANKS = re.compile(r"[ \u3000]+")


def columns_named(text: str) -> dict[str, str]:
    """The columns of a text such as ``X=东坐标,Y=北坐标`` or ``X=2,Y=3``.

    >>> columns_named("X=东坐标, Y=北坐标,点号=1")
    {'x': '东坐标', 'y': '北坐标', 'label': '1'}

    Raises
    ------
    LayerError
        It is no such text, names another role, or not both coordinates.
    """
    found: dict[str, str] = {}
    for part in re.split("[,，]", text):
        key, equals, value = part.replace("＝", "=").partition("=")
        role = ROLES.get(key.strip().lower())
        if not equals or role is None or not value.strip() or role in found:
            raise _unclear(text)
        found[role] = value.strip()
    if not {"x", "y"} <= found.keys():
        raise _unclear(text)
    return found


def _unclear(text: str) -> LayerError:
    return LayerError(
        _(
            "--columns {text}: expected the columns of both coordinates by heading or by position, such"
            " as X=东坐标,Y=北坐标 or X=2,Y=3; also label, ring, plot and name, each once",
            text=text,
        )
    )


def chosen_heading(sheet: Sheet, columns: Mapping[str, str]) -> Heading | None:
    """Where the columns that the user names stand; None in a sheet that has no row.

    A number is the position of a column from 1, unless a heading is written so. Data begin at the first
    row with two numbers. Which coordinate is the northing is decided by their magnitude.

    Parameters
    ----------
    sheet
        The sheet, without empty rows.
    columns
        The heading or position of each column, by the values of `ROLES`.

    Raises
    ------
    LayerError
        A heading stands nowhere, or no row has a number in both columns.
    """
    columns = _by_role(columns)
    if not sheet.rows:
        return None
    headings = [_places(cells) for _row, cells in sheet.rows[:SEARCHED]]
    wanted = {plain(value).lower() for value in columns.values()}
    best = max(range(len(headings)), key=lambda at: len(wanted & headings[at].keys()))
    at = {role: _position(value, headings[best]) for role, value in columns.items()}
    missing = [columns[role] for role, place in at.items() if place is None]
    if missing:
        raise LayerError(
            _(
                "{place}: no column is called {missing}, which --columns names; the first rows hold"
                " {found}: name the columns as they are written there, or by their positions from 1",
                place=sheet.place,
                missing=", ".join(missing),
                found=", ".join(
                    cell[:20] for _row, cells in sheet.rows[:3] for cell in cells if cell
                ),
            )
        )
    places = {role: place for role, place in at.items() if place is not None}
    first, second = places.pop("x"), places.pop("y")
    below = next(
        (
            row
            for row, (_number, cells) in enumerate(sheet.rows[: best + SEARCHED])
            if _is_point(cells, first, second)
        ),
        None,
    )
    if below is None:
        raise LayerError(
            _(
                "{place}: in the columns {first} and {second}, which --columns names, no row of the"
                " first {within} has two numbers; name the columns with the coordinates",
                place=sheet.place,
                first=columns["x"],
                second=columns["y"],
                within=SEARCHED,
            )
        )
    if not {"plot", "name", "ring"} & places.keys():
        _refuse_blank_lines(sheet, below)
    return Heading(places, first, second, degrees=False, sure=False, written="", below=below)


def _by_role(columns: Mapping[str, str]) -> dict[str, str]:
    """The columns by the values of `ROLES`, whatever they are called for in Python.

    Raises
    ------
    LayerError
        A key is none of them, or a coordinate is missing.
    """
    found = {ROLES.get(str(key).strip().lower(), ""): value for key, value in columns.items()}
    if "" in found or not {"x", "y"} <= found.keys():
        raise _unclear(",".join(f"{key}={value}" for key, value in columns.items()))
    return found


def _refuse_blank_lines(sheet: Sheet, below: int) -> None:
    """Refuse blank lines between points where they may begin another ring, or may mean nothing.

    Parameters
    ----------
    sheet, below
        The sheet without its empty rows, and the position of its first point.

    Raises
    ------
    LayerError
        Three points at least stand before and after one, and the ring before it is not closed.
    """
    rows = sheet.rows[below:]
    breaks = [at for at in range(1, len(rows)) if rows[at][0] > rows[at - 1][0] + 1]
    bounds = [0, *breaks, len(rows)]
    for start, end, after in zip(bounds, bounds[1:], bounds[2:], strict=False):
        if min(end - start, after - end) >= _RING and rows[start][1] != rows[end - 1][1]:
            raise LayerError(
                _(
                    "{place}: a blank line stands between points, before line {line}, and whether"
                    " another ring begins there is not known; repeat the first point of each ring at its"
                    " end, or delete the blank line",
                    place=sheet.place,
                    line=rows[end][0],
                )
            )


def spaced(text: str) -> str:
    """A list whose columns are apart by blanks, with tabs in their place; any other as it stands."""
    if _SEPARATORS.search(text):
        return text
    return "\n".join(_BLANKS.sub("\t", line.strip()) for line in text.splitlines())


def _places(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        # a number is a coordinate and no heading
        if cell and number(cell) is None:
            found.setdefault(plain(cell).lower(), at)
    return found


def _position(value: str, headings: Mapping[str, int]) -> int | None:
    """The position of a column from 0, None where there is none."""
    named = headings.get(plain(value).lower())
    if named is not None:
        return named
    return int(value) - 1 if value.isascii() and value.isdigit() and int(value) > 0 else None


def _is_point(cells: Sequence[str], first: int, second: int) -> bool:
    """Whether both columns of a row hold numbers.

    Parameters
    ----------
    cells
        The row.
    first, second
        The positions of the columns.
    """
    both = [cells[at] if at < len(cells) else "" for at in (first, second)]
    return all(number(cell) is not None or sexagesimal(cell) is not None for cell in both)
