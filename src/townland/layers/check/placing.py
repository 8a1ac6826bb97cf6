"""How the features of a layer lie: over one another, apart, outside of where the layer claims to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import shapely

from townland import geodesy
from townland.i18n import _
from townland.issues import GEOMETRY
from townland.layers.check.areas import printed_m2
from townland.layers.check.faults import DRAWN, Faults
from townland.measuring import prepare
from townland.measuring.prepare.parcels import PolygonStore
from townland.measuring.prepare.topology import widths_m
from townland.reading.streamed import WholeLayer
from townland.standards import fields


def topology_faults(layer: WholeLayer, parcels: PolygonStore) -> Iterator[Faults]:
    """Land that two features claim, gaps in a layer that tiles its area, and slivers.

    Parameters
    ----------
    layer
        The layer.
    parcels
        Its features, mended.
    """
    rules = fields.consistency()["topology"]
    role = layer.spec.role
    shared = prepare.overlaps(parcels, layer.crs, least_m2=rules["overlap_least_m2"])
    if len(shared):
        message = _(
            "shares {area} m² with {other}",
            area=printed_m2(shared["area_m2"].to_numpy()),
            other=layer.ids.at(shared["second"].to_numpy().astype(np.int64)),
        )
        first = shared["first"].to_numpy().astype(np.int64)
        # where features need not tile their area, land claimed twice is counted once all the same
        severity: Literal["warning", "info"] = "warning" if role in rules["tiles"] else "info"
        yield Faults("layer_overlap", severity, message, first, shared.geometry.to_numpy())
    yield from _sliver_faults(layer, parcels, rules["sliver_width_m"])
    if role in rules["tiles"] or role in rules["nearly_tiles"]:
        yield from _gap_faults(layer, parcels)


def _sliver_faults(layer: WholeLayer, parcels: PolygonStore, width_m: float) -> Iterator[Faults]:
    """The features that are narrower than a width.

    Parameters
    ----------
    layer, parcels
        As `topology_faults`.
    width_m
        The width.
    """
    scale, none = _scale(layer, parcels), np.empty(0)
    rows, areas, widths = [np.empty(0, np.int64)], [none], [none]
    for block in parcels.blocks(np.flatnonzero(parcels.area > 0)):
        thin = prepare.slivers(parcels.take(block), layer.crs, width_m=width_m, scale=scale)
        rows.append(block[thin["row"].to_numpy().astype(np.int64)])
        areas.append(thin["area_m2"].to_numpy())
        widths.append(thin["width_m"].to_numpy())
    found = np.concatenate(rows)
    if len(found):
        message = _(
            "a sliver: {area} m², {width} m wide",
            area=printed_m2(np.concatenate(areas)),
            width=printed_m2(np.concatenate(widths)),
        )
        yield Faults("layer_sliver", GEOMETRY["layer_sliver"], message, found)


def _scale(layer: WholeLayer, parcels: PolygonStore) -> tuple[float, float]:
    """Metres in a unit of x and of y within a layer."""
    boxes = parcels.bounds[parcels.area > 0]
    if not len(boxes):
        return geodesy.local_scale(np.array([layer.extent]), layer.crs)
    around = shapely.box(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    return geodesy.local_scale(np.array([around]), layer.crs)


def _gap_faults(layer: WholeLayer, parcels: PolygonStore) -> Iterator[Faults]:
    rules = fields.consistency()["topology"]
    holes = prepare.gaps(
        parcels,
        layer.crs,
        below_m2=rules["gap_below_m2"],
        least_m2=rules["overlap_least_m2"],
    )
    if not len(holes):
        return
    found = holes.geometry.to_numpy()
    message = _(
        "a gap of {area} m² beside it, {width} m wide",
        area=printed_m2(holes["area_m2"].to_numpy()),
        width=printed_m2(holes["width_m"].to_numpy()),
    )
    severity: Literal["warning", "info"] = (
        "warning" if layer.spec.role in rules["tiles"] else "info"
    )
    yield Faults("layer_gap", severity, message, parcels.nearest(found), found)


def coverage_faults(layer: WholeLayer, parcels: PolygonStore) -> Iterator[Faults]:
    """Features beyond the declared coverage; and what a layer that tiles its area leaves bare of it.

    Parameters
    ----------
    layer, parcels
        As `topology_faults`.
    """
    if layer.coverage is None or not len(parcels):
        return
    rules = fields.consistency()
    least, width = rules["coverage"]["least_m2"], rules["topology"]["sliver_width_m"]
    yield from _beyond(layer, parcels, least_m2=least, width_m=width)
    # only what tiles its area must cover it
    if layer.spec.role not in rules["topology"]["tiles"]:
        return
    left = shapely.difference(layer.coverage, prepare.united(parcels))
    bare = shapely.get_parts(prepare.polygons_of(np.array([left])))
    # from west to east: GEOS gives them in an order that depends on how the union was made
    corners = shapely.bounds(bare).reshape(-1, 4)[:, 1::-1]
    bare = bare[np.lexsort(corners.round(9 if layer.crs.is_geographic else 3).T)]
    area = geodesy.official_area_m2(bare, layer.crs)
    kept = (area >= least) & (widths_m(bare, layer.crs) >= width)
    if kept.any():
        message = _(
            "{area} m² of the declared coverage, near it, are covered by no feature",
            area=printed_m2(area[kept]),
        )
        near = parcels.nearest(bare[kept])
        yield Faults("coverage_bare", "warning", message, near, bare[kept])


def _beyond(
    layer: WholeLayer, parcels: PolygonStore, *, least_m2: float, width_m: float
) -> Iterator[Faults]:
    """What of the features lies beyond the declared coverage.

    Parameters
    ----------
    layer, parcels
        As `topology_faults`.
    least_m2, width_m
        What is smaller or narrower is left out.
    """
    declared, scale = layer.coverage, _scale(layer, parcels)
    shapely.prepare(declared)
    rows, areas, shapes = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0, object)]
    drawn = 0
    for block in parcels.blocks():
        geometry = parcels.take(block)
        crossing = np.flatnonzero(~shapely.covers(declared, geometry))
        beyond = prepare.polygons_of(shapely.difference(geometry[crossing], declared))
        area = geodesy.official_area_m2(beyond, layer.crs)
        kept = (area >= least_m2) & (widths_m(beyond, layer.crs, scale) >= width_m)
        rows.append(block[crossing[kept]])
        areas.append(area[kept])
        shapes.append(beyond[kept][: DRAWN - drawn])
        drawn += len(shapes[-1])
    found = np.concatenate(rows)
    if len(found):
        message = _(
            "{area} m² lie beyond the declared coverage", area=printed_m2(np.concatenate(areas))
        )
        yield Faults("coverage_exceeded", "info", message, found, np.concatenate(shapes))
