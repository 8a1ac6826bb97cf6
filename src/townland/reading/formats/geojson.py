"""What GDAL passes over in silence in GeoJSON: its text, its structure, a CRS that it does not know."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyproj
from pyproj.exceptions import CRSError as ProjCRSError

from townland.errors import CRSError, EncodingError, LayerError
from townland.geodesy.crs import Bounds
from townland.i18n import Text, _
from townland.issues import Issue
from townland.reading import widths
from townland.reading.format import Fetch, Format, Probe, Request, Source
from townland.reading.formats import esrijson, gdal, server_said, strict_json
from townland.reading.limits import distinct, refuse_many_columns
from townland.reading.rows import LARGEST, Rows, bounds_of, meets

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""A value as JSON has it."""

DEFAULT = "EPSG:4326"
"""What GeoJSON prescribes, and GDAL assumes where it finds nothing that it understands."""

_END = 1 << 16
_BLOCK = 8 << 20
_CRS_KEY = re.compile(rb'"(?:[cC]|\\u00[46]3)(?:[rR]|\\u00[57]2)(?:[sS]|\\u00[57]3)"')
_KEY_LENGTH = 20
"""No shorter than the key with all its letters escaped."""
_BLANKS = " \t\r\n"
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


def refuse_address(path: Path, place: str) -> None:
    """Refuse a CRS that is the address of a text, which GDAL would fetch without asking.

    GDAL looks for the member by any case of letters, and in the geometry, too. What looks like it
    anywhere in the file is refused, so that nothing depends on where GDAL looks.

    Raises
    ------
    CRSError
        The file has such a member, or one whose end cannot be found.
    """
    with path.open("rb") as stream:
        before, start = b"", 0
        while block := stream.read(_BLOCK):
            text = before + block
            for found in _CRS_KEY.finditer(text):
                if _is_address(path, start + found.end()):
                    raise CRSError(
                        _(
                            "{place}: its CRS is an address on the network (crs of type link), which is"
                            " never asked; take the member crs out, and state the CRS with --crs or"
                            " the catalog's key crs",
                            place=place,
                        )
                    )
            before = text[-_KEY_LENGTH:]
            start += len(text) - len(before)


def _is_address(path: Path, at: int) -> bool:
    """Whether an object that names a type link or url follows the key that ends at `at`."""
    content = _bytes_at(path, at)
    text = content.decode("utf-8", "replace").lstrip(_BLANKS)
    value = text[1:].lstrip(_BLANKS)
    if (text and text[0] != ":") or (value and value[0] != "{"):
        return False
    return _is_link(value, cut=len(content) == _END)


def _bytes_at(path: Path, at: int) -> bytes:
    """The bytes that follow a position, at most as many as any CRS has."""
    with path.open("rb") as stream:
        stream.seek(at)
        return stream.read(_END)


def _is_link(value: str, *, cut: bool) -> bool:
    """Whether the object at the start of a text names a type link or url."""
    try:
        member = json.JSONDecoder().raw_decode(value)[0]
    except (ValueError, RecursionError):
        return cut  # what is shorter is broken, and GDAL says so
    kinds = [str(kind).lower() for key, kind in member.items() if key.lower() == "type"]
    return any(kind.startswith(("link", "url")) for kind in kinds)


def declared(path: Path, found: str | None) -> tuple[str | None, tuple[Issue, ...]]:
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
    properties = member.get("properties") if isinstance(member, dict) else None
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


def _member(path: Path) -> tuple[bool, Json]:
    """Whether there is a member ``crs`` of the whole file, before or behind its content; its value."""
    head, tail = _ends(path)
    for text in (head, tail.rpartition("]")[2]):
        start = _value_start(text)
        if start is not None:
            return _value(text, start)
    return False, None


def _ends(path: Path) -> tuple[str, str]:
    """The beginning and the end of a file; they overlap where it is short."""
    with path.open("rb") as stream:
        head = stream.read(_END).decode("utf-8", "replace")
        stream.seek(max(0, path.stat().st_size - _END))
        return head, stream.read().decode("utf-8", "replace")


def _value_start(text: str) -> int | None:
    """Where the value of a member ``crs`` begins that stands before any content; None without one."""
    content = _CONTENT.search(text)
    # a declared CRS has "properties" of its own
    member = _MEMBER.search(text)
    if member and (content is None or member.start() < content.start()):
        return member.end()
    return None


def _value(text: str, start: int) -> tuple[bool, Json]:
    try:
        return True, json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return False, None


DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""In how many lists the positions of a geometry stand (RFC 7946, 3.1)."""


_NAME = re.compile(rb'"((?:[^"\\]|\\.)*+)"\s*:')
"""The name of a member in the text of JSON."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """In place of a geometry or a feature that was looked at: what is wrong with it."""

    fault: Text | None = None


def refuse_faults(path: Path, place: str) -> strict_json.Parsed:
    """Name the first feature that is not what GeoJSON prescribes (RFC 7946).

    GDAL passes over much of it in silence: a feature that is null, a polygon that stands one list too
    high. Or it puts NaN in place of a coordinate. What is no JSON is left to GDAL's own message, and
    returned where GDAL has none.

    Raises
    ------
    LayerError
        Something is not as prescribed; the message names feature and vertex, both counted from 1.
    """
    names: dict[str, None] = {}

    def looked_at(member: dict[str, object]) -> object:
        names.update(dict.fromkeys(_names(member)))
        refuse_many_columns(len(names), place)
        return _looked_at(member)

    text = path.read_text("utf-8-sig", "replace").lstrip("\x1e")
    parsed = strict_json.parsed(text, place, looked_at)
    for document in parsed.documents:
        server_said.refuse_error(document, place)
    if not parsed.documents:
        _refuse_many_names(path, place)
    features = (each for document in parsed.documents for each in _features(document, place))
    for number, fault in enumerate(map(_of_feature, features), 1):
        if fault is not None:
            raise LayerError(
                _("{place}: feature {feature}{fault}", place=place, feature=number, fault=fault)
            )
    return parsed


def _names(member: dict[str, object]) -> Iterator[str]:
    """The names of columns that GDAL would make of an object: each is room in every feature."""
    if member.get("type") == "Feature":
        yield from member
    for columns in (member.get("properties"), member.get("attributes")):
        if isinstance(columns, dict):
            yield from columns


def _refuse_many_names(path: Path, place: str) -> None:
    """Count the names in a text that is no JSON: GDAL makes room for them before it finds the fault."""
    found = _NAME.finditer(path.read_bytes())
    distinct((name[1].decode("latin-1") for name in found), place)


def _features(document: object, place: str) -> list[object]:
    """The features of a document; a bare feature or geometry is one."""
    if isinstance(document, _Seen):
        return [document]
    if not isinstance(document, dict) or esrijson.is_esri(document):
        return []
    if document.get("type") in ("Feature", *DEPTHS, "GeometryCollection"):
        return [document]
    if document.get("type") != "FeatureCollection":
        raise LayerError(
            _(
                "{place}: the type of the whole is {found}; expected FeatureCollection, Feature or a"
                " kind of geometry, in just these letters; correct it",
                place=place,
                found=_shown(document.get("type")),
            )
        )
    features = document.get("features")
    if not isinstance(features, list):
        raise LayerError(
            _(
                "{place}: a FeatureCollection has its features in a list named features, and here is"
                " none; export the file again",
                place=place,
            )
        )
    return features


def _of_feature(feature: object) -> Text | None:
    """What is wrong with what stands in the place of a feature."""
    if isinstance(feature, _Seen):
        return feature.fault
    if isinstance(feature, dict) and feature.get("type") in (*DEPTHS, "GeometryCollection"):
        return _(": a {kind} without its list of coordinates; draw it again", kind=feature["type"])
    kind = feature.get("type") if isinstance(feature, dict) else feature
    return _(
        " is {found}, and no feature; expected an object whose type is Feature; correct it, or delete"
        " it",
        found=_shown(kind),
    )


def _looked_at(member: dict[str, object]) -> object:
    """A geometry or a feature once it is parsed, so that its coordinates need not be kept."""
    kind, parts = member.get("type"), member.get("geometries")
    if not isinstance(kind, str):
        return member
    if kind in DEPTHS and "coordinates" in member:
        return _Seen(_of_coordinates(kind, member["coordinates"]))
    if kind == "GeometryCollection" and isinstance(parts, list):
        return _Seen(next(filter(None, map(_of_geometry, parts)), None))
    if kind != "Feature":
        return member
    if "geometry" not in member:
        return _Seen(_(" has no member geometry; name its geometry so, or delete the feature"))
    if not isinstance(member.get("properties", {}), dict | _Seen | None):
        found = _shown(member["properties"])
        return _Seen(_(": its properties are {found}; expected an object or null", found=found))
    return _Seen(None if member["geometry"] is None else _of_geometry(member["geometry"]))


def _of_geometry(geometry: object) -> Text | None:
    if isinstance(geometry, _Seen):
        return geometry.fault
    kind = geometry.get("type") if isinstance(geometry, dict) else geometry
    if kind in (*DEPTHS, "GeometryCollection"):
        return _(": a {kind} without its list of coordinates; draw it again", kind=str(kind))
    return _(
        ": its geometry is of the kind {found}, which GeoJSON does not have; expected for example"
        " Polygon or MultiPolygon",
        found=_shown(kind),
    )


def _of_coordinates(kind: str, coordinates: object) -> Text | None:
    """What is wrong with the coordinates of a geometry, by its first vertex at fault."""
    if not isinstance(coordinates, list):
        return _(": a {kind} without its list of coordinates; draw it again", kind=kind)
    lists = [coordinates]
    if DEPTHS[kind] == 0:
        lists = [[coordinates]] if coordinates else []
    for _level in range(DEPTHS[kind] - 1):
        if not all(isinstance(part, list) for one in lists for part in one):
            return _wrongly_nested(kind)
        lists = [part for one in lists for part in one]
    for vertex, position in enumerate((position for one in lists for position in one), 1):
        if not isinstance(position, list) or len(position) < 2:
            return _wrongly_nested(kind, vertex)
        for value in position[:2]:
            if isinstance(value, list):
                return _wrongly_nested(kind, vertex)
            if not _is_number(value):
                return _(
                    ", vertex {vertex}: {value} is no coordinate; expected a number; correct it, or"
                    " delete the feature",
                    vertex=vertex,
                    value=_shown(value),
                )
    return None


def _wrongly_nested(kind: str, vertex: int | None = None) -> Text:
    brackets = DEPTHS[kind]
    return _(
        "{where}: the coordinates of a {kind} are nested as {expected}, and here otherwise, so that a"
        " part would be lost; correct the brackets, or draw it again",
        where="" if vertex is None else _(", vertex {vertex}", vertex=vertex),
        kind=kind,
        expected="[" * brackets + "[x, y]" + ", …]" * brackets,
    )


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda _seen: "…")[:40]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and abs(value) <= LARGEST


def _recognises(probe: Probe) -> bool:
    return probe.start.startswith(b"{")


def _open(form: Format, file: Path, place: str, request: Request) -> Source:
    """Describe the layer, once its text is found to be what GeoJSON prescribes.

    Parameters
    ----------
    form, file, place, request
        As `gdal.open_layer`.
    """
    require_utf_8(file, place)
    refuse_address(file, place)
    parsed = refuse_faults(file, place)
    document = parsed.documents[0] if parsed.documents else None
    if isinstance(document, dict) and esrijson.is_esri(document):
        parsed.refuse(place)
        return esrijson.source_of(form, file, place, document)
    source = gdal.open_layer(form, file, place, request)
    parsed.refuse(place)  # GDAL reads on where JSON ends
    crs, notes = declared(file, source.crs)
    cut = server_said.left_out(document, source.features) if isinstance(document, dict) else ()
    return replace(
        source,
        crs=crs,
        fetch=partial(_fetch, source.fetch),
        direct=None,
        issues=(*notes, *cut, *source.issues),
    )


def _fetch(
    fetch: Fetch,
    columns: Sequence[str],
    boxes: Sequence[Bounds] | None,
    *,
    shapes: bool = True,
) -> Rows:
    """Read all features and choose among them; their numbers are their order in the file.

    GDAL gives the file's own numbers, which may repeat.

    Parameters
    ----------
    fetch
        How GDAL reads the layer.
    columns, boxes, shapes
        As `Fetch`.
    """
    rows = fetch(columns, None, shapes=shapes)
    rows = replace(rows, fid=np.arange(len(rows)), bounds=bounds_of(rows.geometry))
    return rows if boxes is None else rows.take(meets(rows.geometry, boxes))


FORMAT = Format(
    name="geojson",
    titles=("GeoJSON",),
    suffixes=(".geojson", ".json"),
    recognises=_recognises,
    open=_open,
    drivers=("GeoJSON", "GeoJSONSeq"),
    widths=widths.of_none,
)
