"""A DXF drawing loaded and gone through: what each entity draws, with blocks taken apart."""

from __future__ import annotations

import io
import json
import re
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.encoding import UTF_8, Encoding, encoding_of_text
from townland.reading.formats.dxf import outlines

MAX_BYTES = 64 << 20
"""Reading takes some eight times as much memory, and half a second a MB."""
MAX_ENTITIES = 500_000
MAX_DEPTH = 16
_LARGEST = 1e12
"""Beyond any coordinate on the Earth, even in millimetres."""

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.layouts.blocklayout import BlockLayout
    from ezdxf.lldxf.types import DXFTag

APPLICATION = "TOWNLAND"
"""The name under which ``townland convert`` keeps a feature's columns, as JSON."""

_NO_NAME = re.compile(r"[A-Za-z]{0,2}[-\d.,:/+ ]*(m|㎡|m2|m²|亩|公顷)?", re.IGNORECASE)
"""What the numbers of boundary points, lengths, heights and areas look like."""
_DEGREES = 1 / 111_320.0
_BINARY = b"AutoCAD Binary DXF"
_LINES = ("LWPOLYLINE", "POLYLINE")
_READ = (*_LINES, "HATCH", "MPOLYGON")
_TEXTS = ("TEXT", "MTEXT", "ATTRIB")

Plain = str | int | float | None
"""A value of a stored column."""
Matrix = NDArray[np.float64]
"""Four rows by four columns, by which a row of x, y, z, 1 is multiplied."""
Entity: TypeAlias = Any
"""An entity of ezdxf, whose attributes are those of its kind (`dxftype`)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A polygon of the drawing; `hatched` tells a hatch from a polyline."""

    polygon: shapely.Polygon | shapely.MultiPolygon
    layer: str
    hatched: bool
    columns: dict[str, Plain]


@dataclass(slots=True)
class Walk:
    """What was met on the way through the drawing."""

    place: str
    shapes: list[Shape] = field(default_factory=list)
    texts: list[tuple[float, float, str, str]] = field(default_factory=list)
    frame: outlines.Frame = field(default_factory=outlines.Frame)
    visited: int = 0
    gaps: list[float] = field(default_factory=list)
    mended: int = 0
    deep: int = 0
    foreign: int = 0
    twice: int = 0
    others: Counter[str] = field(default_factory=Counter)


def walked(file: Path, place: str, *, encoding: str | None = None) -> tuple[int, Encoding, Walk]:
    """Load a drawing and go through its model space.

    Parameters
    ----------
    file, place
        The file, and how messages name it.
    encoding
        The encoding of its text, where the user states it.

    Returns
    -------
    The number of the drawing's unit (``$INSUNITS``), the encoding of its text, and what was met.

    Raises
    ------
    LayerError
        The drawing is damaged, cut off or too large.
    EncodingError
        Its text cannot be decoded.
    """
    raw = _bytes(file, place)
    text = _encoding(raw, encoding, place)
    document = _loaded(raw, text.used, place)
    # numbers too large to reckon with are reported where the entity is finished
    with _damage_reported(place), np.errstate(all="ignore"):
        entities = list(document.modelspace())
        unit = int(document.header.get("$INSUNITS", 0))
        walk = Walk(place, frame=outlines.Frame(unit=_unit(entities)))
        for entity in entities:
            _visit(walk, entity, None, "", 0)
    return unit, text, walk


def _unit(entities: list[Entity]) -> float:
    """A metre in the drawing's numbers: less than one where all of them can be degrees."""
    corners = [
        tuple(vertex)[:2]
        for entity in entities
        if entity.dxftype() in ("LWPOLYLINE", "POLYLINE") and len(entity)
        for vertex in (entity[0] if entity.dxftype() == "LWPOLYLINE" else entity[0].dxf.location,)
    ]
    table = np.array(corners, np.float64).reshape(-1, 2)
    inside = (table >= (73, 17)).all() and (table <= (136, 55)).all()
    return _DEGREES if len(table) and inside else 1.0


def _bytes(file: Path, place: str) -> bytes:
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise LayerError(
            _(
                "{place}: a drawing of {size} MB is too large, at most {limit} MB are read; save the"
                " layers with the boundary as a drawing of their own (WBLOCK)",
                place=place,
                size=size >> 20,
                limit=MAX_BYTES >> 20,
            )
        )
    raw = file.read_bytes()
    if not raw.rstrip(b"\x00\x1a \t\r\n").endswith(b"EOF"):
        raise LayerError(
            _("{place}: the drawing is cut off (it does not end in EOF); get it again", place=place)
        )
    return raw


def _labels(raw: bytes) -> tuple[str, str | None]:
    """The drawing's version and the code page that it declares."""
    head = raw[:65536]
    version = re.search(rb"\$ACADVER[\s\x00]+(?:1[\s\x00]+|\x01\x00?)(AC\d{4})", head)
    page = re.search(rb"\$DWGCODEPAGE[\s\x00]+(?:3[\s\x00]+|\x03\x00?)([\w-]+)", head)
    return (
        version[1].decode() if version else "AC1009",
        page[1].decode("ascii", "replace") if page else None,
    )


def _encoding(raw: bytes, override: str | None, place: str) -> Encoding:
    """The encoding of the drawing's text.

    Parameters
    ----------
    raw
        The bytes of the file.
    override
        What the user states.
    place
        How messages name the file.
    """
    version, page = _labels(raw)
    modern = version >= "AC1021"  # from 2007 on, text is UTF-8
    with _damage_reported(place):
        text = b"\n".join(_binary_text(raw)) if raw.startswith(_BINARY) else raw
    return encoding_of_text(
        text, UTF_8 if modern else page, override, place=place, prescribed=modern
    )


def _loaded(raw: bytes, encoding: str, place: str) -> Drawing:
    """The drawing as ezdxf reads it: strictly, since what it mends it may also lose.

    Parameters
    ----------
    raw, encoding
        The bytes of the file, and the encoding of its text.
    place
        How messages name the file.
    """
    from ezdxf.document import Drawing
    from ezdxf.lldxf.tagger import ascii_tags_loader

    with _damage_reported(place):
        if raw.startswith(_BINARY):
            return Drawing.load(_binary_tags(raw, encoding))
        stream = io.TextIOWrapper(io.BytesIO(raw), encoding, "surrogateescape")
        return Drawing.load(ascii_tags_loader(stream))


@contextmanager
def _damage_reported(place: str) -> Iterator[None]:
    """Turn what ezdxf raises over a damaged drawing into a sentence."""
    from ezdxf.lldxf.const import DXFError

    try:
        yield
    except (
        DXFError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
        struct.error,
    ) as problem:
        raise LayerError(
            _(
                "{place}: the drawing is damaged ({reason}); open it in CAD, run RECOVER or AUDIT,"
                " and save it as DXF again",
                place=place,
                reason=" ".join(str(problem).split())[:200] or type(problem).__name__,
            )
        ) from None


def _binary_tags(raw: bytes, encoding: str) -> Iterator[DXFTag]:
    """The tags of a binary drawing, whose text ezdxf decodes by the label alone."""
    from ezdxf.lldxf.tagger import binary_tags_loader
    from ezdxf.lldxf.types import DXFTag

    for tag in binary_tags_loader(raw):
        text = _bytes_of(raw, tag.value)
        yield tag if text is None else DXFTag(tag.code, text.decode(encoding, "surrogateescape"))


def _binary_text(raw: bytes) -> set[bytes]:
    """The texts of a binary drawing that are not plain ASCII, as they stand in the file."""
    from ezdxf.lldxf.tagger import binary_tags_loader

    found = {_bytes_of(raw, tag.value) for tag in binary_tags_loader(raw)}
    return {text for text in found if text is not None}


def _bytes_of(raw: bytes, value: object) -> bytes | None:
    """What ezdxf decoded, encoded again; None for numbers and for plain ASCII."""
    from ezdxf.tools.codepage import toencoding

    if not isinstance(value, str) or value.isascii():
        return None
    version, page = _labels(raw[:1024])  # as far as ezdxf looks
    assumed = "utf8" if version >= "AC1021" else toencoding(page or "")
    return value.encode(assumed, "surrogateescape")


def _visit(walk: Walk, entity: Entity, matrix: Matrix | None, block_layer: str, depth: int) -> None:
    """Take what an entity draws; `matrix` and `block_layer` are those of the blocks around it.

    Parameters
    ----------
    walk
        What was met so far.
    entity
        The entity.
    matrix, block_layer
        Those of the blocks around it; None and empty in the model space.
    depth
        How many blocks are around it.
    """
    walk.visited += 1
    if walk.visited > MAX_ENTITIES or depth > MAX_DEPTH:
        raise LayerError(
            _(
                "{place}: the drawing's blocks unfold to more than {limit} things, or to more than"
                " {depth} levels; save the boundary as a drawing of its own (WBLOCK)",
                place=walk.place,
                limit=MAX_ENTITIES,
                depth=MAX_DEPTH,
            )
        )
    kind = entity.dxftype()
    own = str(entity.dxf.get("layer", "0"))
    # DXF: layer 0 in a block stands for the layer on which the block is inserted
    layer = block_layer if own == "0" and block_layer else own
    if kind == "INSERT":
        for text in entity.attribs:
            _text(walk, text, matrix, layer)
        for inner, content in _inserted(walk, entity, matrix):
            for part in content:
                _visit(walk, part, inner, layer, depth + 1)
    elif kind in _TEXTS:
        _text(walk, entity, matrix, layer)
    elif kind in _READ:
        _shape(walk, entity, matrix, layer, kind)
    else:
        walk.others[kind] += 1


def _inserted(
    walk: Walk, insert: Entity, matrix: Matrix | None
) -> Iterator[tuple[Matrix, BlockLayout]]:
    """The content of a block, with the matrix that brings it there, for each place of an insert.

    Parameters
    ----------
    walk
        What was met so far.
    insert
        The insert.
    matrix
        That of the blocks around it.
    """
    block = insert.block()
    if block is None or block.block.is_xref:
        walk.foreign += 1
        return
    base = np.array(list(insert.matrix44().rows()), np.float64)
    columns = max(1, int(insert.dxf.get("column_count", 1)))
    rows = max(1, int(insert.dxf.get("row_count", 1)))
    walk.visited += columns * rows
    if walk.visited > MAX_ENTITIES:
        columns = rows = 1  # the count is refused at the next entity
    turn = np.radians(float(insert.dxf.get("rotation", 0.0)))
    for row in range(rows):
        for column in range(columns):
            east = column * float(insert.dxf.get("column_spacing", 0.0))
            north = row * float(insert.dxf.get("row_spacing", 0.0))
            placed = base.copy()
            placed[3, 0] += east * np.cos(turn) - north * np.sin(turn)
            placed[3, 1] += east * np.sin(turn) + north * np.cos(turn)
            yield (placed if matrix is None else placed @ matrix), block


def _placing(entity: Entity, matrix: Matrix | None) -> Matrix | None:
    """The matrix of an entity whose numbers are of its own plane (OCS); None where they stand."""
    ocs = entity.ocs()
    if not ocs.transform:
        return matrix
    own = np.eye(4)
    own[:3, :3] = [tuple(axis) for axis in (ocs.ux, ocs.uy, ocs.uz)]
    return own if matrix is None else own @ matrix


def _text(walk: Walk, entity: Entity, matrix: Matrix | None, layer: str) -> None:
    """Take a text with the point where it stands, unless it is a number.

    Parameters
    ----------
    walk
        What was met so far.
    entity, layer
        The text, and the layer on which it is drawn.
    matrix
        That of the blocks around it.
    """
    if entity.dxftype() == "MTEXT":
        point, text = entity.dxf.insert, entity.plain_text()
    else:
        point, text = entity.get_placement()[1], entity.plain_text()
        matrix = _placing(entity, matrix)
    text = " ".join(text.split())
    if text and not _NO_NAME.fullmatch(text):
        at = outlines.Frame(matrix).placed(np.array([[point.x, point.y]]), point.z)[0]
        walk.texts.append((float(at[0]), float(at[1]), text, layer))


def _shape(walk: Walk, entity: Entity, matrix: Matrix | None, layer: str, kind: str) -> None:
    """Take the polygon that a polyline or a hatch draws, or count why there is none.

    Parameters
    ----------
    walk
        What was met so far.
    entity, layer, kind
        The entity, the layer on which it is drawn, and its kind.
    matrix
        That of the blocks around it.
    """
    # DXF keeps meshes and bodies as POLYLINE, too
    if kind == "POLYLINE" and not (entity.is_2d_polyline or entity.is_3d_polyline):
        walk.others["MESH"] += 1
        return
    try:
        polygon, outline = _drawn(walk.frame, entity, matrix, kind)
    except (outlines.LimitError, ArithmeticError, RecursionError, shapely.errors.ShapelyError):
        raise LayerError(
            _(
                "{place}: the {kind} {handle} on layer {layer} holds numbers that are not finite, or a"
                " curve that needs millions of points; delete it from the drawing",
                place=walk.place,
                kind=kind,
                handle=entity.dxf.handle or "?",
                layer=layer,
            )
        ) from None
    if polygon is not None and not (np.abs(shapely.bounds(polygon)) < _LARGEST).all():
        raise ValueError("a coordinate is too large, or no number")
    walk.deep += outline.deep
    if polygon is not None:
        walk.mended += outline.mended
        walk.shapes.append(Shape(polygon, layer, kind not in _LINES, _stored(entity)))
    elif outline.gap is not None:
        walk.gaps.append(outline.gap)
    else:
        walk.others["POINT"] += 1


def _drawn(
    frame: outlines.Frame, entity: Entity, matrix: Matrix | None, kind: str
) -> tuple[shapely.Polygon | shapely.MultiPolygon | None, outlines.Outline]:
    """The polygon that an entity draws, None of none, and its outline.

    Parameters
    ----------
    frame
        Counts curves and points; its matrix becomes that of the entity.
    entity, kind
        A polyline or a hatch, and its kind.
    matrix
        That of the blocks around it.
    """
    in_plane = kind != "POLYLINE" or entity.is_2d_polyline
    frame.matrix = _placing(entity, matrix) if in_plane else matrix
    if kind not in _LINES:
        height = float(entity.dxf.elevation.z) if entity.dxf.hasattr("elevation") else 0.0
        return outlines.hatch(entity.paths, int(entity.dxf.get("hatch_style", 0)), frame, height)
    outline = _flat(frame, entity) if kind == "LWPOLYLINE" else _polyline(frame, entity)
    return shapely.Polygon(outline.rings[0]) if outline.rings else None, outline


def _flat(frame: outlines.Frame, entity: Entity) -> outlines.Outline:
    """The outline of a polyline that lies in one plane (LWPOLYLINE)."""
    height = float(entity.dxf.get("elevation", 0.0))
    points = [tuple(vertex) for vertex in entity.get_points("xyb")]
    return outlines.polyline(points, entity.closed, frame, height)


def _polyline(frame: outlines.Frame, entity: Entity) -> outlines.Outline:
    """The outline of a polyline whose vertices are entities of their own (POLYLINE)."""
    # of a fitted curve the frame's control points are kept beside the curve's own
    corners = [v for v in entity.vertices if not v.dxf.get("flags", 0) & 16]
    points = [(*tuple(v.dxf.location)[:2], v.dxf.get("bulge", 0.0)) for v in corners]
    heights = {float(v.dxf.location.z) for v in corners} or {0.0}
    return outlines.polyline(points, entity.is_closed, frame, max(heights, key=abs))


def _stored(entity: Entity) -> dict[str, Plain]:
    """The columns that ``townland convert`` keeps with an entity; none of any other drawing."""
    if not entity.has_xdata(APPLICATION):
        return {}
    text = "".join(str(tag.value) for tag in entity.get_xdata(APPLICATION) if tag.code == 1000)
    return _plain_members(_parsed(text))


def _parsed(text: str) -> object:
    """What a text says as JSON; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _plain_members(found: object) -> dict[str, Plain]:
    """The members of an object that are text, numbers or nothing."""
    members = found.items() if isinstance(found, dict) else ()
    return {
        str(name): value
        for name, value in members
        if value is None or isinstance(value, str | int | float)
    }
