"""Issues and their sentences as JSON, to be put into words in any language when they are read back."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from townland.i18n import Bilingual, Joined, Marked, Text, Words
from townland.issues import Issue, Severity

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A value as JSON has it."""

_SOURCE = "\x00"
"""Stands in place of the path of the layer's file, which may be another where a check reads."""


def issue_as_json(issue: Issue, path: str) -> dict[str, Json]:
    """An issue that a layer's file gave, without the file's path in its sentence."""
    return {
        "code": issue.code,
        "severity": issue.severity,
        "message": _as_json(issue.message, path),
        "feature": issue.feature,
        "place": None if issue.place is None else list(issue.place),
    }


def issue_from_json(found: dict[str, Json], path: str) -> Issue:
    """What `issue_as_json` made, with the path that the file has now."""
    severity: Severity = "info"
    for each in ("warning", "error"):
        if found["severity"] == each:
            severity = each
    place = found["place"]
    message = _from_json(found["message"], path)
    return Issue(
        code=str(found["code"]),
        severity=severity,
        message=message if isinstance(message, Words) else Joined((str(message),)),
        feature=str(found["feature"]),
        place=_pair(place) if isinstance(place, list) else None,
    )


def _pair(numbers: list[Json]) -> tuple[float, float]:
    x, y = (float(each) for each in numbers if isinstance(each, int | float))
    return x, y


def _as_json(value: object, path: str) -> Json:
    r"""A sentence, or what fills a place of one.

    >>> _as_json(Text("{a} of {b}", (("a", 1), ("b", "x.shp: y"))), "x.shp")["places"][1]
    ['b', '\x00: y']
    """
    if isinstance(value, Text):
        places: list[Json] = [[name, _as_json(each, path)] for name, each in value.params]
        return {"text": value.msgid, "places": places}
    if isinstance(value, Joined):
        parts: list[Json] = [_as_json(part, path) for part in value.parts]
        return {"joined": parts, "separator": _as_json(value.separator, path)}
    if isinstance(value, Bilingual):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Marked):
        return {"marked": _as_json(value.words, path), "mark": value.mark}
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return {"number": str(value)}
    return str(value).replace(path, _SOURCE)


def _from_json(value: Json, path: str) -> object:
    """What `_as_json` made."""
    if isinstance(value, str):
        return value.replace(_SOURCE, path)
    return _words(value, path) if isinstance(value, dict) else value


def _words(value: dict[str, Json], path: str) -> object:
    """The words of one of the kinds that `_as_json` tells apart."""
    if "number" in value:
        return Decimal(str(value["number"]))
    if "zh" in value:
        return Bilingual(str(value["zh"]), str(value["en"]))
    if "mark" in value:
        return Marked(_some_words(value["marked"], path), str(value["mark"]))
    if "joined" in value:
        parts = tuple(_some_words(part, path) for part in _list(value["joined"]))
        return Joined(parts, _some_words(value["separator"], path))
    pairs = (_list(pair) for pair in _list(value["places"]))
    places = ((str(name), _from_json(each, path)) for name, each in pairs)
    return Text(str(value["text"]), tuple(places))


def _some_words(value: Json, path: str) -> Words | str:
    found = _from_json(value, path)
    return found if isinstance(found, Words) else str(found)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
