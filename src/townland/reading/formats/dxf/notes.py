"""What of a drawing was assumed, mended or left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from townland.i18n import Joined, Words, _
from townland.issues import Issue
from townland.reading.formats.dxf.chains import LineChain, Stroke
from townland.reading.formats.dxf.curves import CHORD_M, CLOSE_M
from townland.reading.formats.dxf.entities import Shape, Walk
from townland.reading.polygons import Left

_CURVES = ("CIRCLE", "ELLIPSE", "SPLINE")
SHOWN = 20
"""So many layers are named in a message."""


@dataclass(frozen=True, slots=True)
class DrawingRead:
    """What of a drawing is read (`shapes`), and what else there is.

    `every` are all polygons, those that are not read too, `closed` and `open_` the chains of lines,
    `strokes` what these are made of, `marks` the number of circles that mark a vertex.
    """

    shapes: list[Shape]
    every: list[Shape]
    closed: list[LineChain]
    open_: list[LineChain]
    strokes: list[Stroke]
    marks: int


def notes(walk: Walk, drawn: DrawingRead, layer: str | None) -> Iterator[Issue]:
    """What was assumed, mended or left out.

    Parameters
    ----------
    walk
        What was met in the drawing.
    drawn
        What is read of it.
    layer
        The layer that was asked for.
    """
    curves = sum(shape.curves for shape in drawn.shapes)
    if curves:
        yield Issue(
            "curve_linearised",
            "warning",
            _(
                "{count} {count:arc or curve is|arcs and curves are} drawn as chords, at"
                " most {tolerance} m from the curve",
                count=curves,
                tolerance=CHORD_M,
            ),
        )
    if walk.mended:
        yield Issue(
            "ring_closed",
            "warning",
            _(
                "{count} {count:polyline ends|polylines end} within {tolerance} m of"
                " {count:its|their} start, and {count:was|were} closed",
                count=walk.mended,
                tolerance=CLOSE_M,
            ),
        )
    yield from _chain_notes(walk, drawn)
    yield from _open_notes(walk, drawn)
    yield from _left_out(walk, drawn)
    yield from _layer_notes(drawn.shapes, layer)


def _chain_notes(walk: Walk, drawn: DrawingRead) -> Iterator[Issue]:
    """Which of the boundaries are chains of lines, or curves."""
    chains = [chain for chain in drawn.closed if not chain.strokes[0].unseen]
    if chains:
        widest = max(chain.widest for chain in chains) / walk.frame.unit
        yield Issue(
            "chain_closed",
            "warning" if widest > 0 else "info",
            _(
                "{count} {count:boundary is|boundaries are} chains of {strokes}"
                " {strokes:line|lines}, arcs or open polylines whose ends meet; ends"
                " within {tolerance} m of one another were joined, the widest gap is {gap}"
                " m (layers {layers})",
                count=len(chains),
                strokes=sum(len(chain.strokes) for chain in chains),
                tolerance=CLOSE_M,
                gap=f"{widest:.4f}",
                layers=", ".join(sorted({chain.strokes[0].layer for chain in chains})),
            ),
        )
    kinds = Counter(shape.kind for shape in drawn.shapes if shape.kind in _CURVES)
    if kinds:
        yield Issue(
            "dxf_curves",
            "info",
            _(
                "closed curves are boundaries as polylines are: {kinds}",
                kinds=", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
            ),
        )


def _open_notes(walk: Walk, drawn: DrawingRead) -> Iterator[Issue]:
    """Which lines do not close, and where the smallest of their gaps is."""
    seen = [chain for chain in drawn.open_ if not chain.strokes[0].unseen]
    forks = [chain for chain in seen if chain.forks]
    lines = [chain for chain in seen if chain.is_line and not chain.forks]
    if lines:
        nearest = min(lines, key=lambda chain: chain.gap)
        near = sum(chain.gap < walk.frame.unit for chain in lines)
        yield Issue(
            "line_open",
            "warning" if near else "info",
            _(
                "{count} {count:polyline or chain of lines is|polylines or chains of"
                " lines are} open, and {count:is|are} left out; {near} of them end within"
                " 1 m of a start: close those that bound something (the smallest gap is"
                " {gap} m, on layer {layer} at {at})",
                count=len(lines),
                near=near,
                gap=f"{nearest.gap / walk.frame.unit:.3f}",
                layer=nearest.strokes[0].layer,
                at=_point(nearest),
            ),
        )
    if forks:
        yield Issue(
            "line_forks",
            "warning",
            _(
                "{count} {count:line leads|lines lead} from one place where more than two"
                " lines meet to another, and {count:is|are} left out, since it is not"
                " certain what they bound; the first begins on layer {layer} at {at}: draw"
                " each boundary as a closed polyline",
                count=len(forks),
                layer=forks[0].strokes[0].layer,
                at=_point(forks[0]),
            ),
        )


def _point(chain: LineChain) -> str:
    """Where the gap of a chain begins."""
    return "-" if chain.ends is None else "({:.3f}, {:.3f})".format(*chain.ends[0].tolist())


def unseen_words(shapes: Sequence[Shape | Stroke]) -> Words:
    """How many things are not seen, layer by layer and block by block, and why."""
    why = {
        "off": _("the layer is off"),
        "frozen": _("the layer is frozen"),
        "entity": _("invisible"),
        "block": _("the block is inserted nowhere"),
    }
    count = Counter((each.block or each.layer, each.unseen) for each in shapes if each.unseen)
    parts = [
        _("{name}: {count}, {why}", name=name, count=number, why=why[unseen])
        for (name, unseen), number in sorted(count.items())
    ]
    rest = ("…",) if len(parts) > SHOWN else ()
    return Joined((*parts[:SHOWN], *rest), "; ")


def _unseen_notes(drawn: DrawingRead) -> Iterator[Issue]:
    """What is left out because nobody sees it."""
    read = {id(shape) for shape in drawn.shapes}
    chained = {id(stroke) for chain in drawn.closed for stroke in chain.strokes}
    hidden: list[Shape | Stroke] = [
        *(each for each in drawn.every if each.unseen and id(each) not in read),
        *(each for each in drawn.strokes if each.unseen and id(each) not in chained),
    ]
    if hidden:
        yield Issue(
            "dxf_unseen",
            "warning" if any(each.unseen != "block" for each in hidden) else "info",
            _(
                "{count} {count:thing|things} that {count:is|are} not seen in CAD"
                " {count:is|are} left out ({what}); name the layer or the block with"
                " --layer where they count",
                count=len(hidden),
                what=unseen_words(hidden),
            ),
        )


def _left_out(walk: Walk, drawn: DrawingRead) -> Iterator[Issue]:
    """What of the drawing is not read, or counts once."""
    yield from _unseen_notes(drawn)
    others = walk.others.copy()
    for chain in drawn.open_:
        if not chain.is_line and not chain.forks and not chain.strokes[0].unseen:
            others[chain.strokes[0].kind] += 1
    if drawn.marks:
        others["CIRCLE"] += drawn.marks
    if others:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(others.items()) if count)
        yield Issue(
            "geometry_not_polygon",
            "info",
            _("what else the drawing holds bounds no area, and is left out: {kinds}", kinds=kinds),
        )
    if walk.foreign:
        yield Issue(
            "dxf_reference_left_out",
            "warning",
            _(
                "{count} {count:reference|references} to other drawings, or to blocks"
                " that are missing, {count:was|were} not followed",
                count=walk.foreign,
            ),
        )
    yield from Left(deep=walk.deep).issues()
    if walk.twice:
        yield Issue(
            "dxf_drawn_twice",
            "info",
            _(
                "{count} {count:line or hatch repeats|lines or hatches repeat} what is"
                " drawn already on {count:its|their} layer, and {count:counts|count} once",
                count=walk.twice,
            ),
        )


def _layer_notes(found: list[Shape], layer: str | None) -> Iterator[Issue]:
    """That polygons of several layers are read, and that some lie within others."""
    layers = Counter(shape.layer for shape in found)
    if layer is None and len(layers) > 1:
        shown = ", ".join(f"{name} ({count})" for name, count in sorted(layers.items()))
        yield Issue(
            "dxf_layers",
            "warning",
            _(
                "the polygons lie on several layers of the drawing, and all of them are read: {layers};"
                " name one with --layer",
                layers=shown,
            ),
        )
    inside = _inside(found)
    if inside:
        yield Issue(
            "dxf_nested",
            "warning",
            _(
                "{count} {count:polygon lies|polygons lie} within another one of"
                " {count:its|their} layer; {count:it is a polygon of its own and no"
                " hole|they are polygons of their own and no holes}: for a hole, draw the"
                " land as a hatch",
                count=inside,
            ),
        )


def _inside(found: list[Shape]) -> int:
    """How many polygons lie within another one of the same layer."""
    polygons = np.array([shape.polygon for shape in found], dtype=object)
    usable = np.flatnonzero(shapely.is_valid(polygons))
    tree = shapely.STRtree(polygons[usable])
    inner, outer = tree.query(polygons[usable], predicate="covered_by")
    pairs = zip(usable[inner].tolist(), usable[outer].tolist(), strict=True)
    return len({a for a, b in pairs if a != b and found[a].layer == found[b].layer})
