"""Which coordinate system a table of boundary points states in the lines above its columns' heads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from townland.i18n import _
from townland.issues import Issue
from townland.reading.formats.points.header import Stated, crs_of
from townland.reading.formats.points.numerals import plain

_SYSTEM = re.compile(r"坐标系统?(?:名称)?[:=]\s*([^\s(;,]+)")
_DEGREES = re.compile(r"([36])\s*度(?:分)?带")
_ZONE = re.compile(r"带号[:=]?\s*(\d{1,2})(?!\d)")
_MERIDIAN = re.compile(r"中央(?:子午线|经线)[:=]?\s*(\d{2,3})(?![\d.])")
_CODE = re.compile(r"EPSG[:\s]*(\d{4,5})(?!\d)", re.IGNORECASE)
_FORMS = {
    "坐标系": _SYSTEM,
    "几度分带": _DEGREES,
    "带号": _ZONE,
    "中央子午线": _MERIDIAN,
    "EPSG": _CODE,
}


def stated_in(rows: Iterable[tuple[int, list[str]]]) -> dict[str, set[Stated]]:
    """What lines say of the coordinate system, by the keys of `header.crs_of` and two of tables.

    >>> stated_in([(2, ["坐标系：2000国家大地坐标系　3度分带　带号：36"])])["带号"]
    {Stated(value='36', line=2)}
    """
    found: dict[str, set[Stated]] = {}
    for line, cells in rows:
        for cell in cells:
            for key, form in _FORMS.items():
                for value in form.findall(plain(cell)):
                    found.setdefault(key, set()).add(Stated(value, line))
    return found


def stated_crs(
    stated: Mapping[str, set[Stated]], prefix: int | None
) -> tuple[str | None, list[Issue]]:
    """The CRS that the lines above the heads state, and what is wrong with it.

    Parameters
    ----------
    stated
        What `stated_in` found, on all sheets.
    prefix
        The zone's number before the eastings, None without one.

    Returns
    -------
    An EPSG code; None where the lines name no system, or contradict one another.
    """
    if "坐标系" not in stated:
        return None, []
    told = [(key, each) for key, every in stated.items() for each in sorted(every, key=_line)]
    one = {key: min(every, key=_line) for key, every in stated.items()}
    if any(len({each.value for each in every}) > 1 for every in stated.values()):
        return None, [_contradiction(told)]
    zone = _zone(one)
    if zone is not None:
        one.setdefault("带号", Stated(str(zone), one["中央子午线"].line))
    crs, issues = crs_of(one, prefix)
    code = one["EPSG"].value if "EPSG" in one else None
    wrong_zone = zone is not None and int(one["带号"].value) != zone
    if wrong_zone or (crs is not None and code is not None and crs != f"EPSG:{code}"):
        return None, [_contradiction(told)]
    return crs, issues


def _zone(stated: Mapping[str, Stated]) -> int | None:
    """The zone of the central meridian, of 3 degrees where nothing else is said."""
    if "中央子午线" not in stated:
        return None
    meridian = int(stated["中央子午线"].value)
    six = "几度分带" in stated and stated["几度分带"].value == "6"
    zone, rest = divmod(meridian + 3, 6) if six else divmod(meridian, 3)
    return None if rest else zone


def _line(stated: Stated) -> int:
    return stated.line


def _contradiction(told: Iterable[tuple[str, Stated]]) -> Issue:
    message = _(
        "what stands above the heads of the table contradicts itself ({stated}), so that the file gives"
        " no coordinate system",
        stated="; ".join(f"{key}={each.value}" for key, each in told)[:200],
    )
    return Issue("crs_not_understood", "warning", message)
