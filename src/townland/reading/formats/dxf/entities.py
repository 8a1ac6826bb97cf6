"""A DXF drawing gone through: what each entity draws, with blocks taken apart."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.encoding import Encoding
from townland.reading.formats.dxf import chains, outlines, strokes
from townland.reading.formats.dxf.blocks import unfolded
from townland.reading.formats.dxf.curves import Frame, LimitError, Points
from townland.reading.formats.dxf.loading import content, damage_reported, encoding_of, loaded
from townland.reading.formats.dxf.unseen import Unseen, unseen_layers

MAX_ENTITIES = 500_000
MAX_DEPTH = 16
_LARGEST = 1e12
"""Beyond any coordinate on the Earth, even in millimetres."""

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.layouts.blocklayout import BlockLayout

APPLICATION = "TOWNLAND"
"""The name under which ``townland convert`` keeps a feature's columns, as JSON."""

_NO_NAME = re.compile(r"[A-Za-z]{0,2}[-\d.,:/+ ]*(m|㎡|m2|m²|亩|公顷)?", re.IGNORECASE)
"""What the numbers of boundary points, lengths, heights and areas look like."""
_DEGREES = 1 / 111_320.0
_LINES = ("LWPOLYLINE", "POLYLINE")
_READ = (*_LINES, "HATCH", "MPOLYGON")
_TEXTS = ("TEXT", "MTEXT", "ATTRIB")

Plain = str | int | float | None
"""A value of a stored column."""
Matrix = NDArray[np.float64]
"""Four rows by four columns, by which a row of x, y, z, 1 is multiplied."""
Entity: TypeAlias = Any
"""An entity of ezdxf, whose attributes are those of its kind (`dxftype`)."""
Text: TypeAlias = tuple[float, float, str, str, Unseen]
"""Where a text stands, what it says, its layer, and why it is not seen."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A polygon of the drawing, its layer, and the kind of what draws it (``CHAIN`` of several).

    `unseen` says why a person who opens the drawing does not see it, empty where it is seen; `block` is
    the block that holds it where this is inserted nowhere; `centre` that of a circle. `curves` counts
    the arcs and curves in it that became chords.
    """

    polygon: shapely.Polygon | shapely.MultiPolygon
    layer: str
    kind: str
    columns: Mapping[str, Plain]
    unseen: Unseen = ""
    block: str = ""
    curves: int = 0
    centre: tuple[float, float] | None = None

    @property
    def hatched(self) -> bool:
        """Whether it is a hatch, which may have holes."""
        return self.kind in ("HATCH", "MPOLYGON")


@dataclass(slots=True)
class Walk:
    """What was met on the way through the drawing."""

    place: str
    shapes: list[Shape] = field(default_factory=list)
    strokes: list[chains.Stroke] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    frame: Frame = field(default_factory=Frame)
    unseen_layers: Mapping[str, Unseen] = field(default_factory=dict)
    visited: int = 0
    mended: int = 0
    deep: int = 0
    foreign: int = 0
    twice: int = 0
    others: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Around:
    """The blocks around an entity: their matrix, the layer of the insert, and how many they are.

    `unseen` is why none of what they hold is seen, `block` the outermost one where it is inserted
    nowhere.
    """

    matrix: Matrix | None = None
    layer: str = ""
    depth: int = 0
    unseen: Unseen = ""
    block: str = ""


def walked(file: Path, place: str, *, encoding: str | None = None) -> tuple[int, Encoding, Walk]:
    """Load a drawing and go through its model space, and through blocks that stand nowhere in it.

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
    raw = content(file, place)
    text = encoding_of(raw, encoding, place)
    document = loaded(raw, text.used, place)
    # numbers too large to reckon with are reported where the entity is finished
    with damage_reported(place), np.errstate(all="ignore"):
        entities = list(document.modelspace())
        unit = int(document.header.get("$INSUNITS", 0))
        walk = Walk(place, frame=Frame(unit=_unit(entities)))
        walk.unseen_layers = unseen_layers(document)
        if unfolded(entities, MAX_DEPTH) > MAX_ENTITIES:
            raise _unfolds(place)
        for entity in entities:
            _visit(walk, entity, _Around())
        for block in _never_inserted(document):
            for entity in block:
                _visit(walk, entity, _Around(unseen="block", block=block.name))
    return unit, text, walk


def _unfolds(place: str) -> LayerError:
    """The error about a drawing that unfolds without end."""
    return LayerError(
        _(
            "{place}: the drawing's blocks unfold to more than {limit} things, or to more than"
            " {depth} levels; save the boundary as a drawing of its own (WBLOCK)",
            place=place,
            limit=MAX_ENTITIES,
            depth=MAX_DEPTH,
        )
    )


def _never_inserted(document: Drawing) -> Iterator[BlockLayout]:
    """The blocks that a person made and that stand nowhere: neither in a layout nor in another block."""
    holders = [*document.layouts, *document.blocks]
    used = {
        str(entity.dxf.get("name", "")).lower()
        for holder in holders
        for entity in holder
        if entity.dxftype() == "INSERT"
    }
    for block in document.blocks:
        # names with an asterisk are made by programs: layouts, hatches, dimensions, tables
        anonymous = block.name.startswith(("*", "_")) or block.block is None or block.block.is_xref
        if not anonymous and block.name.lower() not in used:
            yield block


def _unit(entities: list[Entity]) -> float:
    """A metre in the drawing's numbers: less than one where all of them can be degrees."""
    corners = [tuple(corner)[:2] for entity in entities if (corner := _corner(entity)) is not None]
    table = np.array(corners, np.float64).reshape(-1, 2)
    inside = (table >= (73, 17)).all() and (table <= (136, 55)).all()
    return _DEGREES if len(table) and inside else 1.0


def _corner(entity: Entity) -> tuple[float, ...] | None:
    """A point of a line, None of what else there is."""
    kind = entity.dxftype()
    if kind == "LINE":
        return tuple(entity.dxf.start)
    if kind in ("ARC", "CIRCLE", "ELLIPSE"):
        return tuple(entity.dxf.center)
    if kind in _LINES and len(entity):
        return tuple(entity[0] if kind == "LWPOLYLINE" else entity[0].dxf.location)
    return None


def _visit(walk: Walk, entity: Entity, around: _Around) -> None:
    """Take what an entity draws.

    Parameters
    ----------
    walk
        What was met so far.
    entity
        The entity.
    around
        The blocks around it.
    """
    walk.visited += 1
    if walk.visited > MAX_ENTITIES or around.depth > MAX_DEPTH:
        raise _unfolds(walk.place)
    kind = entity.dxftype()
    own = str(entity.dxf.get("layer", "0"))
    # DXF: layer 0 in a block stands for the layer on which the block is inserted
    layer = around.layer if own == "0" and around.layer else own
    state = walk.unseen_layers.get(layer.lower(), "")
    # DXF 60: 1 is invisible
    hidden: Unseen = "entity" if entity.dxf.get("invisible", 0) else ""
    unseen: Unseen = around.unseen or hidden or state
    if kind == "INSERT":
        # what a block holds on a layer of its own is seen though the insert's layer is off, not frozen
        within: Unseen = unseen if state != "off" else around.unseen or hidden
        for text in entity.attribs:
            _text(walk, text, replace(around, unseen=unseen), layer)
        for inner, parts in _inserted(walk, entity, around.matrix):
            deeper = _Around(inner, layer, around.depth + 1, within, around.block)
            for part in parts:
                _visit(walk, part, deeper)
        return
    here = replace(around, unseen=unseen)
    if kind in _TEXTS:
        _text(walk, entity, here, layer)
    elif kind in _READ:
        _shape(walk, entity, here, layer)
    elif kind in strokes.KINDS:
        _stroke(walk, entity, here, layer)
    elif not unseen:
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


def _text(walk: Walk, entity: Entity, around: _Around, layer: str) -> None:
    """Take a text with the point where it stands, unless it is a number.

    Parameters
    ----------
    walk
        What was met so far.
    entity, layer
        The text, and the layer on which it is drawn.
    around
        The blocks around it.
    """
    matrix = around.matrix
    if entity.dxftype() == "MTEXT":
        point, text = entity.dxf.insert, entity.plain_text()
    else:
        point, text = entity.get_placement()[1], entity.plain_text()
        matrix = _placing(entity, matrix)
    text = " ".join(text.split())
    if text and not _NO_NAME.fullmatch(text):
        at = Frame(matrix).placed(np.array([[point.x, point.y]]), point.z)[0]
        walk.texts.append((float(at[0]), float(at[1]), text, layer, around.unseen))


def _shape(walk: Walk, entity: Entity, around: _Around, layer: str) -> None:
    """Take the polygon that a polyline or a hatch draws, or the line that does not close.

    Parameters
    ----------
    walk
        What was met so far.
    entity, layer
        The entity, and the layer on which it is drawn.
    around
        The blocks around it.
    """
    kind = entity.dxftype()
    # DXF keeps meshes and bodies as POLYLINE, too
    if kind == "POLYLINE" and not (entity.is_2d_polyline or entity.is_3d_polyline):
        walk.others["MESH"] += not around.unseen
        return
    before = walk.frame.curves
    try:
        polygon, outline = _drawn(walk.frame, entity, around.matrix, kind)
    except _UNDRAWABLE:
        raise _undrawable(walk, entity, layer) from None
    seen = not around.unseen
    own = around.unseen, around.block, walk.frame.curves - before
    walk.deep += outline.deep and seen
    if polygon is not None:
        _require_near(polygon)
        walk.mended += outline.mended and seen
        shape = Shape(polygon, layer, kind, _stored(entity), *own)
        walk.shapes.append(shape)
    elif outline.line is not None:
        stroke = chains.Stroke(outline.line, layer, kind, *own)
        walk.strokes.append(stroke)
    else:
        walk.others["HATCH" if outline.gap is not None else "POINT"] += seen


def _stroke(walk: Walk, entity: Entity, around: _Around, layer: str) -> None:
    """Take a line or a curve: a polygon where it closes, else a piece of a chain.

    Parameters
    ----------
    walk
        What was met so far.
    entity, layer
        The entity, and the layer on which it is drawn.
    around
        The blocks around it.
    """
    kind = entity.dxftype()
    in_plane = kind in strokes.IN_PLANE
    walk.frame.matrix = _placing(entity, around.matrix) if in_plane else around.matrix
    before = walk.frame.curves
    try:
        points = strokes.points_of(entity, walk.frame)
        centre = strokes.centre_of(entity, walk.frame)
    except _UNDRAWABLE:
        raise _undrawable(walk, entity, layer) from None
    if len(np.unique(points, axis=0)) < 2:
        walk.others["POINT"] += not around.unseen
        return
    _require_near(shapely.linestrings(points))
    own = around.unseen, around.block, walk.frame.curves - before
    closed = _as_ring(points, walk.frame, always=strokes.is_closed(entity))
    if closed is None:
        walk.strokes.append(chains.Stroke(points, layer, kind, *own))
    else:
        walk.shapes.append(Shape(shapely.Polygon(closed), layer, kind, {}, *own, centre=centre))


def _as_ring(points: Points, frame: Frame, *, always: bool) -> Points | None:
    """The ring of a curve that ends where it began; None of any other.

    Parameters
    ----------
    points, frame
        The points of the curve, and the tolerance.
    always
        Whether the drawing says that it is closed.
    """
    gap = float(np.hypot(*(points[-1] - points[0])))
    if len(np.unique(points, axis=0)) < 3 or not (always or gap <= frame.near()):
        return None
    body = points[:-1] if gap <= frame.near() else points
    return np.vstack([body, body[:1]])


_UNDRAWABLE = (LimitError, ArithmeticError, RecursionError, shapely.errors.ShapelyError)


def _undrawable(walk: Walk, entity: Entity, layer: str) -> LayerError:
    """The error about an entity whose numbers draw nothing.

    Parameters
    ----------
    walk
        What was met so far.
    entity, layer
        The entity, and the layer on which it is drawn.
    """
    return LayerError(
        _(
            "{place}: the {kind} {handle} on layer {layer} holds numbers that are not finite, or a"
            " curve that needs millions of points; delete it from the drawing",
            place=walk.place,
            kind=entity.dxftype(),
            handle=entity.dxf.handle or "?",
            layer=layer,
        )
    )


def _require_near(drawn: shapely.Geometry) -> None:
    if not (np.abs(shapely.bounds(drawn)) < _LARGEST).all():
        raise ValueError("a coordinate is too large, or no number")


def _drawn(
    frame: Frame, entity: Entity, matrix: Matrix | None, kind: str
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


def _flat(frame: Frame, entity: Entity) -> outlines.Outline:
    """The outline of a polyline that lies in one plane (LWPOLYLINE)."""
    height = float(entity.dxf.get("elevation", 0.0))
    points = [tuple(vertex) for vertex in entity.get_points("xyb")]
    return outlines.polyline(points, entity.closed, frame, height)


def _polyline(frame: Frame, entity: Entity) -> outlines.Outline:
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
