"""The headings of a table of coordinates: which column is what, and how its angles are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.formats.points.numerals import number, plain
from townland.reading.formats.points.workbook import Sheet

Written = Literal["", "decimal", "packed"]

SEARCHED = 30
"""Rows from the top among which the headings are looked for."""

_ROLES: dict[str, re.Pattern[str]] = {
    role: re.compile(pattern)
    for role, pattern in {
        "north": r"(坐标)?x(坐标|值|轴)?|x?纵坐标x?|n|north(ing)?|北(坐标|向)?x?|x?北坐标",
        "east": r"(坐标)?y(坐标|值|轴)?|y?横坐标y?|e|east(ing)?|东(坐标|向)?y?|y?东坐标",
        "lat": r"(大地|地理)?(坐标)?(纬度|北纬)(坐标|值)?b?|b|lat(itude)?|b?纬度|大地纬度b?",
        "lon": r"(大地|地理)?(坐标)?(经度|东经)(坐标|值)?l?|l|lon(gitude)?|lng|l?经度|大地经度l?",
        "label": r"(界址|拐|顶|控制)?点(号|名|编号|序号)|界址点|拐点|编号|点|point(no|id|number)?|pt",
        "number": r"序号|no\.?|id|#|顺序号",
        "ring": r"(圈|环)(号|序号)|地块圈号|ring(no|id)?|part",
        "plot": r"(地块|宗地|图斑)(编号|号|代码|码|序号)|地块|宗地|(plot|parcel)(no|id)?|dkbh",
        "name": r"(地块|宗地|项目|镇|小镇|图斑)?名称?|(地块|小镇)名|name|town|dkmc|镇名",
        "side": r"(界址)?边长|(界址)?点?间距|距离|side|distance|length|界址线长度?",
    }.items()
}
_UNIT = re.compile(r"[(\[](.{0,100}?)[)\]]")
"""What stands in brackets; bounded, since thousands of brackets in a cell would cost their square."""
_UNIT_ALONE = re.compile(
    r"[(\[]?(m|米|公尺|meters?|metres?|度|°|deg|degrees?|十进制度|度\.?分\.?秒|d+\.?m+\.?s*|°\.?′″|dms)[)\]]?"
)
_NOISE = re.compile(r"[\s_:*.]+|单位")
_SURE = re.compile(r"纵|横|北|东|north|east|^[ne]$|纬|经|lat|lon|lng|^[bl]$")
_PACKED = re.compile(r"度\.分秒|度分秒|d{1,3}\.mm|dms|ddd?mmss|°\.?′″|°'\"")
_DECIMAL = re.compile(r"十进制|小数|decimal|^(度|°|deg(rees?)?)$|[(\[](度|°|deg(rees?)?)[)\]]")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the columns of a sheet are, by role; `below` is the index of the first row of data.

    `first` and `second` are the columns called X and Y (or latitude and longitude), `sure` whether they
    are called so that no doubt is left, `written` how the headings say that bare angles are written.
    """

    columns: Mapping[str, int]
    first: int
    second: int
    degrees: bool
    sure: bool
    written: Written
    below: int


def roles_of(heading: str) -> tuple[str, ...]:
    """What a heading may mean, in brackets or before them.

    >>> roles_of("X坐标(纵坐标)"), roles_of("经度（度.分秒）"), roles_of("坐标(Y)"), roles_of("备注")
    (('north',), ('lon',), ('east',), ())
    """
    text = plain(heading).lower()
    bare = _NOISE.sub("", _UNIT.sub("", text))
    joined = _NOISE.sub("", re.sub(r"[()\[\]]", "", text))
    inside = [_NOISE.sub("", part) for part in _UNIT.findall(text)]
    # what stands in brackets is a unit as often as a name: (m), (N)
    for form in (bare, joined, *(inside if not bare or bare == "坐标" else ())):
        found = tuple(role for role, pattern in _ROLES.items() if pattern.fullmatch(form))
        if found:
            return found
    return ()


def find_heading(sheet: Sheet) -> Heading | None:
    """The headings of a sheet, None where it has none of coordinates.

    The row with the two coordinates counts; cells that are empty in it take their text from the rows
    above, as merged cells and headings of two levels leave them.

    Raises
    ------
    LayerError
        Two columns have the name of one coordinate.
    """
    for at, (_row, cells) in enumerate(sheet.rows[:SEARCHED]):
        own = [roles_of(cell) for cell in cells]
        found = _pair([role for roles in own for role in roles])
        # a row with numbers is a point, whatever its texts are called
        if found is None or any(number(cell) is not None for cell in cells if cell):
            continue
        titles = _with_above(sheet, at)
        columns: dict[str, int] = {}
        for column, title in enumerate(titles):
            for role in roles_of(title):
                if role in columns and role in found:
                    raise LayerError(
                        _(
                            "{place}, row {row}: two columns are called {heading}; expected one table"
                            " of points: put blocks that stand side by side below one another",
                            place=sheet.place,
                            row=sheet.rows[at][0],
                            heading=title,
                        )
                    )
                columns.setdefault(role, column)
        first, second = (columns[role] for role in found)
        shown = [plain(titles[column]).lower() for column in (first, second)]
        below = _below(sheet, at + 1, first, second)
        near = (*sheet.rows[max(0, at - 2) : at], *sheet.rows[at + 1 : below])
        around = " ".join(cell for _r, line in near for cell in line)
        return Heading(
            columns,
            first,
            second,
            found == ("lat", "lon"),
            all(_SURE.search(_NOISE.sub("", text)) for text in shown),
            _written(" ".join(shown)) or _written(plain(around).lower()),
            below,
        )
    return None


def _pair(roles: Sequence[str]) -> tuple[str, str] | None:
    """Plane coordinates go before degrees, where a table has both."""
    for pair in (("north", "east"), ("lat", "lon")):
        if pair[0] in roles and pair[1] in roles:
            return pair
    return None


def _with_above(sheet: Sheet, at: int) -> list[str]:
    cells = list(sheet.rows[at][1])
    for _row, above in reversed(sheet.rows[max(0, at - 2) : at]):
        if sum(bool(cell) for cell in above) < 2:
            break  # a title above the table
        cells = [own or upper for own, upper in zip(cells, above, strict=False)] + cells[
            len(above) :
        ]
    return cells


def _below(sheet: Sheet, at: int, first: int, second: int) -> int:
    """Past a row of units.

    Parameters
    ----------
    sheet, at
        The sheet, and the row below the headings.
    first, second
        The columns of the two coordinates.
    """
    if at < len(sheet.rows):
        cells = sheet.rows[at][1]
        pair = [cells[column] if column < len(cells) else "" for column in (first, second)]
        if all(pair) and all(is_heading(cell) for cell in pair):
            return at + 1
    return at


def is_heading(text: str) -> bool:
    """Whether a cell is the name of a column, or a unit below one.

    >>> is_heading("X坐标"), is_heading("(m)"), is_heading("#REF!")
    (True, True, False)
    """
    return bool(roles_of(text)) or _UNIT_ALONE.fullmatch(plain(text).lower()) is not None


def _written(text: str) -> Written:
    squeezed = re.sub(r"\s", "", text)
    if _PACKED.search(squeezed):
        return "packed"
    return "decimal" if _DECIMAL.search(squeezed) else ""
