"""DXF drawings: closed polylines and hatches as polygons, the texts within them as names.

A drawing says nothing of its CRS, and its numbers are taken as they stand: east, north.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import _
from townland.issues import Issue
from townland.reading.format import Format, Probe
from townland.reading.formats.dxf import outlines
from townland.reading.formats.dxf.entities import Plain, Shape, Walk, walked
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

    A closed polyline is a polygon, and so is one that ends within 0.01 m of its start; a polyline
    within another one is no hole but a polygon of its own, and reported. A hatch is one polygon with its
    holes and islands; a polyline on the same layer that only repeats one of its rings is left out.
    Arcs become chords. Blocks are taken apart wherever they are inserted.

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
    found = _chosen(_once(walk), layer, place, walk)
    issues = [*text.issues, *_notes(walk, found, layer)]
    geometry = np.array([shape.polygon for shape in found], dtype=object)
    names, name_issues = _names(found, walk.texts)
    issues += [*name_issues, *_units(unit, geometry, place)]
    distinct((name for shape in found for name in shape.columns), place)
    columns = _columns(found, names)
    rows = Rows(np.arange(len(found)), columns, geometry, bounds=bounds_of(geometry))
    return Whole(rows, None, text.used, text.declared, tuple(issues))


def _once(walk: Walk) -> list[Shape]:
    """The shapes without the polylines that only repeat a ring of a hatch on their layer."""
    filled = _filled(walk.shapes)
    found = [each for each in walk.shapes if each.hatched or _shell(each) not in filled]
    walk.twice = len(walk.shapes) - len(found)
    return found


def _filled(shapes: Iterable[Shape]) -> set[tuple[str, bytes]]:
    """The rings of hatches, each with its layer."""
    return {
        (shape.layer, _key(ring))
        for shape in shapes
        if shape.hatched
        for part in shapely.get_parts(shape.polygon)
        for ring in (part.exterior, *part.interiors)
    }


def _shell(shape: Shape) -> tuple[str, bytes]:
    """The ring that a polyline draws, with its layer."""
    return shape.layer, _key(shape.polygon.exterior)


def _key(ring: shapely.LinearRing) -> bytes:
    """The same for two rings of the same points to a tenth of a millimetre, wherever they begin."""
    rounded = np.unique(np.round(shapely.get_coordinates(ring), 4), axis=0)
    return rounded.tobytes()


def _chosen(found: list[Shape], layer: str | None, place: str, walk: Walk) -> list[Shape]:
    """The shapes on the layer that is wanted; all of them for None.

    Parameters
    ----------
    found, walk
        The shapes, and what else was met in the drawing.
    layer
        The layer that is wanted.
    place
        How messages name the file.
    """
    if not found:
        raise LayerError(
            _(
                "{place}: the drawing holds no closed polyline and no hatch ({count} polylines are"
                " open); close the boundary in CAD (PEDIT, Close)",
                place=place,
                count=len(walk.gaps),
            )
        )
    if layer is None:
        return found
    names = sorted({shape.layer for shape in found})
    chosen = [shape for shape in found if shape.layer.lower() == layer.lower()]
    if chosen:
        return chosen
    raise no_layer(layer, names, place)


def _notes(walk: Walk, found: list[Shape], layer: str | None) -> Iterator[Issue]:
    """What was assumed, mended or left out.

    Parameters
    ----------
    walk
        What was met in the drawing.
    found
        The shapes that are read.
    layer
        The layer that was asked for.
    """
    if walk.frame.curves:
        yield Issue(
            "curve_linearised",
            "warning",
            _(
                "{count} arcs and curves are drawn as chords, at most {tolerance} m from the curve",
                count=walk.frame.curves,
                tolerance=outlines.CHORD_M,
            ),
        )
    if walk.mended:
        yield Issue(
            "ring_closed",
            "warning",
            _(
                "{count} polylines end within {tolerance} m of their start, and were closed",
                count=walk.mended,
                tolerance=outlines.CLOSE_M,
            ),
        )
    if walk.gaps:
        near = sum(gap < 1 for gap in walk.gaps)
        yield Issue(
            "line_open",
            "warning" if near else "info",
            _(
                "{count} polylines are open, and are left out; {near} of them end within 1 m of their"
                " start: close those that bound something",
                count=len(walk.gaps),
                near=near,
            ),
        )
    yield from _left_out(walk)
    yield from _layer_notes(found, layer)


def _left_out(walk: Walk) -> Iterator[Issue]:
    """What of the drawing is not read, or counts once."""
    if walk.others:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(walk.others.items()))
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
                "{count} references to other drawings, or to blocks that are missing, were not"
                " followed",
                count=walk.foreign,
            ),
        )
    if walk.deep:
        yield Issue(
            "dimension_dropped",
            "info",
            _("{count} features carry heights or measures (Z, M), dropped", count=walk.deep),
        )
    if walk.twice:
        yield Issue(
            "dxf_drawn_twice",
            "info",
            _(
                "{count} polylines repeat the outline of a hatch on their layer, and count once",
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
                "{count} polygons lie within another one of their layer; they are polygons of their own"
                " and no holes: for a hole, draw the land as a hatch",
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


def _names(
    found: list[Shape], texts: list[tuple[float, float, str, str]]
) -> tuple[list[str | None], list[Issue]]:
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
        "{count} polygons hold several texts, and bear no name: leave one text in each, on its layer",
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
