"""DXF drawings: closed lines, chains of lines and hatches as polygons, the texts within as names.

A drawing says nothing of its CRS, and its numbers are taken as they stand: east, north.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue
from townland.reading.format import Format, Probe
from townland.reading.formats.dxf.chains import LineChain, joined
from townland.reading.formats.dxf.curves import CLOSE_M
from townland.reading.formats.dxf.entities import Plain, Shape, Text, Walk, walked
from townland.reading.formats.dxf.notes import DrawingRead, notes, unseen_words
from townland.reading.layer_names import no_layer
from townland.reading.limits import distinct
from townland.reading.rows import Rows, Whole, bounds_of

UNITS = {1: 0.0254, 2: 0.3048, 4: 0.001, 5: 0.01, 7: 1000.0, 14: 0.1}
"""Metres in the units that ``$INSUNITS`` may name, other than metres (6) and nothing (0)."""
_UNIT_NAMES = {1: "in", 2: "ft", 4: "mm", 5: "cm", 7: "km", 14: "dm"}
_NORTHINGS = (1_900_000.0, 6_000_000.0)
_SECTION = re.compile(rb"(999[ \t]*\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n[ \t]*SECTION\b")


def read_dxf(
    file: Path, place: str, *, layer: str | None = None, encoding: str | None = None
) -> Whole:
    """Read the polygons of a drawing's model space, in the order in which they were drawn.

    A closed polyline, circle, ellipse or spline is a polygon, and so is one that ends within 0.01 m of
    its start. Behind these come the chains: lines, arcs and open polylines of one layer whose ends meet
    within 0.01 m, all the way round. A line within another one is no hole but a polygon of its own, and
    reported. A hatch is one polygon with its holes and islands; a polyline on the same layer that only
    repeats one of its rings is left out, and so is a circle around a vertex, which marks the point.
    Arcs become chords. Blocks are taken apart wherever they are inserted.

    What is invisible, lies on a layer that is off or frozen, or in a block that is inserted nowhere is
    left out and reported, unless `layer` names that layer or block and nothing that is seen is on it.

    Parameters
    ----------
    file, place
        The file, and how messages name it.
    layer
        The drawing's layer whose polygons are meant, in any case of letters; all without it.
    encoding
        The encoding of the drawing's text, where the user states it.

    Returns
    -------
    The polygons with the columns ``layer``, ``name`` (the text that stands within, where there is just
    one that is no number), and those that ``townland convert`` stored; without a CRS.

    Raises
    ------
    LayerError
        The drawing is damaged, cut off, too large, holds no closed line, or none on `layer`; its
        numbers are millimetres.
    EncodingError
        Its text cannot be decoded.
    """
    unit, text, walk = walked(file, place, encoding=encoding)
    drawn = _drawn(walk, layer)
    found = drawn.shapes
    issues = [*text.issues, *notes(walk, drawn, layer)]
    geometry = np.array([shape.polygon for shape in found], dtype=object)
    seen = {shape.unseen for shape in found}
    names, name_issues = _names(found, [each for each in walk.texts if each[4] in seen])
    issues += [*name_issues, *_units(unit, geometry, place)]
    distinct((name for shape in found for name in shape.columns), place)
    columns = _columns(found, names)
    rows = Rows(np.arange(len(found)), columns, geometry, bounds=bounds_of(geometry))
    return Whole(rows, None, text.used, text.declared, tuple(issues))


def _drawn(walk: Walk, layer: str | None) -> DrawingRead:
    """What of the drawing is read, with what is left out of it.

    Parameters
    ----------
    walk
        What was met in the drawing.
    layer
        The layer, or the block that is inserted nowhere, that is wanted; None for all that is seen.

    Raises
    ------
    LayerError
        Nothing is read.
    """
    closed, open_ = joined(walk.strokes, walk.frame.near())
    shapes = [*walk.shapes, *map(_of_chain, closed)]
    marks = _marks(shapes, walk)
    shapes = [shape for at, shape in enumerate(shapes) if at not in marks]
    seen = [shape for shape in shapes if not shape.unseen]
    found = _once(seen)
    if layer is not None:
        found = [shape for shape in found if shape.layer.lower() == layer.lower()]
        named = [
            each for each in shapes if layer.lower() in (each.layer.lower(), each.block.lower())
        ]
        found = found or _once(named)
    if not found:
        raise _nothing_closed(walk, shapes, open_, layer)
    walk.twice = len(seen) - len(_once(seen))
    return DrawingRead(found, shapes, closed, open_, walk.strokes, marks=len(marks))


def _of_chain(chain: LineChain) -> Shape:
    first = chain.strokes[0]
    curves = sum(stroke.curves for stroke in chain.strokes)
    polygon = shapely.Polygon(chain.ring)
    return Shape(polygon, first.layer, "CHAIN", {}, first.unseen, first.block, curves)


def _marks(shapes: Sequence[Shape], walk: Walk) -> set[int]:
    """The positions of the circles around a vertex of something else: they mark a boundary point."""
    circles = {at: shape.centre for at, shape in enumerate(shapes) if shape.centre is not None}
    if not circles:
        return set()
    lines = [
        *(shapely.get_coordinates(shape.polygon) for shape in shapes if shape.centre is None),
        *(stroke.points for stroke in walk.strokes),
        np.empty((0, 2)),
    ]
    tree = shapely.STRtree(shapely.points(np.unique(np.vstack(lines), axis=0)))
    centres = shapely.points(list(circles.values()))
    near = tree.query_nearest(centres, max_distance=walk.frame.near(), all_matches=False)[0]
    at = list(circles)
    return {at[circle] for circle in near.tolist()}


def _nothing_closed(
    walk: Walk, shapes: Sequence[Shape], open_: Sequence[LineChain], layer: str | None
) -> LayerError:
    """The error about a drawing of which nothing is read.

    Parameters
    ----------
    walk, shapes
        What was met in the drawing, and all polygons of it.
    open_
        The chains that do not close.
    layer
        The layer that is wanted.
    """
    on_layer = [
        chain
        for chain in open_
        if (chain.is_line or chain.forks)
        and (layer is None or chain.strokes[0].layer.lower() == layer.lower())
        and (layer is not None or not chain.strokes[0].unseen)
    ]
    if layer is not None and not on_layer:
        names = {shape.block or shape.layer for shape in shapes}
        return no_layer(layer, sorted(names), walk.place)
    nearest = min(
        (chain for chain in on_layer if not chain.forks), key=lambda chain: chain.gap, default=None
    )
    if nearest is None and on_layer:
        return _forked(on_layer, walk.place)
    if nearest is not None and nearest.ends is not None:
        return LayerError(
            _(
                "{place}: no line closes ({count} {count:polyline or chain of lines"
                " is|polylines or chains of lines are} open); the smallest gap is {gap} m"
                " wide, on layer {layer} from ({x}, {y}) to ({x2}, {y2}), and at most"
                " {tolerance} m are closed: close the boundary in CAD (PEDIT, Join, Close)",
                place=walk.place,
                count=len(on_layer),
                gap=f"{nearest.gap / walk.frame.unit:.3f}",
                layer=nearest.strokes[0].layer,
                tolerance=CLOSE_M,
                x=f"{nearest.ends[0][0]:.3f}",
                y=f"{nearest.ends[0][1]:.3f}",
                x2=f"{nearest.ends[1][0]:.3f}",
                y2=f"{nearest.ends[1][1]:.3f}",
            )
        )
    if shapes:
        return LayerError(
            _(
                "{place}: whatever the drawing closes is not seen in CAD ({what}); show it, or name its"
                " layer or block with --layer",
                place=walk.place,
                what=unseen_words(shapes),
            )
        )
    return LayerError(
        _(
            "{place}: the drawing holds no closed line and no hatch; close the boundary in CAD (PEDIT,"
            " Join, Close)",
            place=walk.place,
        )
    )


def _forked(forks: Sequence[LineChain], place: str) -> LayerError:
    """The error about a drawing whose lines all end where more than two of them meet.

    Parameters
    ----------
    forks, place
        The lines, and how messages name the file.
    """
    first = next((chain for chain in forks if chain.ends is not None), forks[0])
    x, y = first.strokes[0].points[0] if first.ends is None else first.ends[0]
    return LayerError(
        _(
            "{place}: no line closes by itself: {count} {count:line begins and ends|lines"
            " begin and end} where more than two meet, so that what they bound is not"
            " certain; the first begins on layer {layer} at ({x}, {y}): draw each boundary"
            " as a closed polyline (BOUNDARY), and delete lines that lie on others"
            " (OVERKILL)",
            place=place,
            count=len(forks),
            layer=first.strokes[0].layer,
            x=f"{x:.3f}",
            y=f"{y:.3f}",
        )
    )


def _once(shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes without those that only repeat another on their layer, or a ring of a hatch there."""
    filled = _filled(shapes)
    found: dict[object, Shape] = {}
    for each in shapes:
        if each.hatched or _shell(each) not in filled:
            found.setdefault(_whole(each), each)
    return list(found.values())


def _whole(shape: Shape) -> object:
    """The same for two shapes that are drawn alike on one layer and carry the same columns."""
    columns = tuple(sorted(shape.columns.items(), key=str))
    return shape.layer, shape.hatched, _key(shape.polygon), columns


def _filled(shapes: Iterable[Shape]) -> set[tuple[str, bytes]]:
    """The rings of hatches, each with its layer."""
    return {
        (shape.layer, _key(shapely.Polygon(ring)))
        for shape in shapes
        if shape.hatched
        for part in shapely.get_parts(shape.polygon)
        for ring in (part.exterior, *part.interiors)
    }


def _shell(shape: Shape) -> tuple[str, bytes]:
    """The ring that a polyline draws, with its layer."""
    return shape.layer, _key(shapely.Polygon(shape.polygon.exterior))


def _key(polygon: shapely.Polygon | shapely.MultiPolygon) -> bytes:
    """The same for polygons of the same rings to a tenth of a millimetre, wherever they begin."""
    rounded = shapely.transform(polygon, lambda points: np.round(points, 4) + 0.0)
    found: bytes = shapely.to_wkb(shapely.normalize(rounded))
    return found


def _names(found: list[Shape], texts: list[Text]) -> tuple[list[str | None], list[Issue]]:
    """The text within each polygon; a text belongs to the smallest polygon around it."""
    names: list[str | None] = [None] * len(found)
    if not texts:
        return names, []
    polygons = np.array([shape.polygon for shape in found], dtype=object)
    usable = np.flatnonzero(shapely.is_valid(polygons))
    area = shapely.area(polygons)
    points = shapely.points([text[:2] for text in texts])
    hits = shapely.STRtree(polygons[usable]).query(points, predicate="within")
    owner: dict[int, int] = {}
    for text, at in zip(hits[0].tolist(), usable[hits[1]].tolist(), strict=True):
        if text not in owner or area[at] < area[owner[text]]:
            owner[text] = at
    within: dict[int, list[int]] = {}
    for text, at in owner.items():
        within.setdefault(at, []).append(text)
    unclear = 0
    for at, mine in within.items():
        # the text on the polygon's own layer is its number; others lie over it
        same = [text for text in mine if texts[text][3] == found[at].layer]
        options = {texts[text][2] for text in (same or mine)}
        if len(options) == 1:
            names[at] = options.pop()
        else:
            unclear += 1
    message = _(
        "{count} {count:polygon holds|polygons hold} several texts, and"
        " {count:bears|bear} no name: leave one text in each, on its layer",
        count=unclear,
    )
    return names, [Issue("label_ambiguous", "warning", message)] if unclear else []


def _units(unit: int, geometry: NDArray[np.object_], place: str) -> list[Issue]:
    """What the drawing's unit says against its numbers, which alone count.

    Parameters
    ----------
    unit
        The number of ``$INSUNITS``.
    geometry
        The polygons.
    place
        How messages name the file.
    """
    bounds = bounds_of(geometry)
    # without a unit, or with metres, the drawing contradicts nothing
    if unit not in UNITS or bounds is None:
        return []
    low, high = bounds[1], bounds[3]

    def fits(factor: float) -> bool:
        return _NORTHINGS[0] <= low * factor and high * factor <= _NORTHINGS[1]

    if fits(UNITS[unit]) and not fits(1):
        raise LayerError(
            _(
                "{place}: the drawing's unit is {unit}, and its coordinates ({x}, {y}) are, too; scale"
                " it by {factor} in CAD, so that one unit is one metre",
                place=place,
                unit=_UNIT_NAMES[unit],
                x=f"{bounds[0]:.3f}",
                y=f"{bounds[1]:.3f}",
                factor=f"{UNITS[unit]:g}",
            )
        )
    message = _(
        "the drawing names {unit} as its unit ($INSUNITS), but its coordinates are taken as they stand,"
        " in the unit of the CRS",
        unit=_UNIT_NAMES[unit],
    )
    return [Issue("dxf_unit_ignored", "info" if fits(1) else "warning", message)]


def _columns(found: list[Shape], names: list[str | None]) -> dict[str, pa.ChunkedArray]:
    """The columns that were stored with the polygons, and the drawing's own beside them."""
    stored = dict.fromkeys(name for shape in found for name in shape.columns)
    columns = {name: _column([shape.columns.get(name) for shape in found]) for name in stored}
    taken = {name.lower() for name in columns}
    if "layer" not in taken:
        columns["layer"] = _column([shape.layer for shape in found])
    if "name" not in taken and any(name is not None for name in names):
        columns["name"] = _column(list(names))
    return columns


def _column(values: Sequence[Plain]) -> pa.ChunkedArray:
    try:
        array = pa.array(values)
    except (pa.ArrowException, OverflowError):
        array = pa.array([None if value is None else str(value) for value in values])
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    return pa.chunked_array([array])


def _recognises(probe: Probe) -> bool:
    start = probe.start
    return start.startswith(b"AutoCAD Binary DXF") or _SECTION.match(start) is not None


FORMAT = Format(
    name="dxf",
    titles=("DXF",),
    suffixes=(".dxf",),
    recognises=_recognises,
    read=read_dxf,
    secondary=True,
)
