"""What GDAL passes over in silence in a GeoJSON: its text, and a CRS that it does not understand."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyproj
from pyproj.exceptions import CRSError as ProjCRSError

from townland.errors import EncodingError, LayerError
from townland.i18n import _
from townland.issues import Issue
from townland.reading.rows import LARGEST

DEFAULT = "EPSG:4326"
"""What GeoJSON prescribes, and GDAL assumes where it finds nothing that it understands."""

_END = 1 << 16
_BLOCK = 8 << 20
_MEMBER = re.compile(r'"crs"\s*:\s*')
_CONTENT = re.compile(r'"(features|geometry|geometries|coordinates|properties)"\s*:')
_WGS84 = re.compile(r"CRS:?84$|EPSG:.*:?4326$", re.IGNORECASE)


def require_utf_8(path: Path, place: str) -> None:
    """Make sure that the text is UTF-8, as GeoJSON prescribes.

    Raises
    ------
    EncodingError
        It is not.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        try:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise EncodingError(
                _(
                    "{place}: the text is not UTF-8, which GeoJSON prescribes; open it in an editor,"
                    " and save it as UTF-8",
                    place=place,
                )
            ) from None


def declared(path: Path, found: Any) -> tuple[Any, tuple[Issue, ...]]:
    """The CRS that the member ``crs`` means, where GDAL fell back to degrees; and what was assumed.

    `found` is GDAL's answer. An unknown CRS comes back as it is written, to be refused.
    """
    if found != DEFAULT:
        return found, ()
    present, member = _member(path)
    if not present:
        return found, ()
    if not member:
        message = _(
            "the file says that its CRS is not known (crs: null); its numbers are taken as WGS 84, as"
            " GeoJSON prescribes"
        )
        return found, (Issue("crs_assumed", "warning", message),)
    name = member
    if isinstance(member, dict):
        properties = member.get("properties")
        name = properties.get("name", member) if isinstance(properties, dict) else member
    if not isinstance(name, str):
        name = json.dumps(name, ensure_ascii=False)
    return (found if _WGS84.search(name) or _is_default(name) else name), ()


def _is_default(name: str) -> bool:
    """Whether GDAL's answer is what the name means, and no fall-back."""
    try:
        return bool(pyproj.CRS.from_user_input(name) == pyproj.CRS.from_user_input(DEFAULT))
    except ProjCRSError:
        return False


def _member(path: Path) -> tuple[bool, Any]:
    """Whether there is a member ``crs`` of the whole file, before or behind its content; its value."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_END).decode("utf-8", "replace")
        stream.seek(max(0, size - _END))
        tail = stream.read().decode("utf-8", "replace")
    content = _CONTENT.search(head)
    # a declared CRS has "properties" of its own
    before = _MEMBER.search(head)
    if before and (content is None or before.start() < content.start()):
        return _value(head, before.end())
    behind = tail.rpartition("]")[2]
    after = _MEMBER.search(behind)
    content = _CONTENT.search(behind)
    if after and (content is None or after.start() < content.start()):
        return _value(behind, after.end())
    return False, None


def _value(text: str, start: int) -> tuple[bool, Any]:
    try:
        return True, json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return False, None


def refuse_bad_coordinates(path: Path, place: str) -> None:
    """Name the first coordinate that is no number, or lies nowhere on the Earth.

    GDAL takes a geometry with such a coordinate away, or puts NaN in its place; it is asked for where
    that is seen. A text that Python cannot parse is left to GDAL's own message.

    Raises
    ------
    LayerError
        There is one; the message names feature and vertex, both counted from 1.
    """
    for number, geometry in enumerate(_geometries(path), 1):
        for vertex, position in enumerate(_positions(geometry), 1):
            for value in position[:2] if len(position) > 1 else [position]:
                if _is_number(value):
                    continue
                raise LayerError(
                    _(
                        "{place}: feature {feature}, vertex {vertex}: {value} is no coordinate;"
                        " expected a number; correct it, or delete the feature",
                        place=place,
                        feature=number,
                        vertex=vertex,
                        value=json.dumps(value, ensure_ascii=False)[:40],
                    )
                )


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= LARGEST


def _geometries(path: Path) -> Iterator[Any]:
    """The geometries of all features, of a collection or line by line."""
    text = path.read_text("utf-8-sig", "replace")
    try:
        documents = [json.loads(text)]
    except (ValueError, RecursionError):
        try:
            lines = text.replace("\x1e", "").splitlines()
            documents = [json.loads(line) for line in lines if line.strip()]
        except (ValueError, RecursionError):
            return
    for document in documents:
        features = document.get("features") if isinstance(document, dict) else None
        for feature in features if isinstance(features, list) else [document]:
            if isinstance(feature, dict):
                yield feature.get("geometry") if "geometry" in feature else feature


def _positions(geometry: Any) -> Iterator[list[Any]]:
    """The positions of a geometry in their order: lists that hold no list."""
    waiting = [geometry]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [one.get("coordinates")]
            waiting += reversed(one.get("geometries") or [])
        elif isinstance(one, list) and one and not any(isinstance(part, list) for part in one):
            yield one
        elif isinstance(one, list):
            waiting += reversed(one)
