"""How the features of a layer lie: over one another, apart, outside of where the layer claims to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from townland import geodesy
from townland.i18n import _
from townland.issues import GEOMETRY
from townland.layers.check.areas import printed_m2
from townland.layers.check.faults import Faults
from townland.measuring import prepare
from townland.measuring.prepare.topology import widths_m
from townland.reading.layer import Layer
from townland.standards import fields


def topology_faults(layer: Layer, geometry: NDArray[np.object_]) -> Iterator[Faults]:
    """Land that two features claim, gaps in a layer that tiles its area, and slivers.

    Parameters
    ----------
    layer
        The layer.
    geometry
        Its features, mended.
    """
    rules = fields.consistency()["topology"]
    role, ids = layer.spec.role, layer.frame["id"].to_numpy()
    shared = prepare.overlaps(geometry, layer.crs, least_m2=rules["overlap_least_m2"])
    if len(shared):
        message = _(
            "shares {area} m² with {other}",
            area=printed_m2(shared["area_m2"].to_numpy()),
            other=ids[shared["second"].to_numpy()],
        )
        first = shared["first"].to_numpy().astype(np.int64)
        # where features need not tile their area, land claimed twice is counted once all the same
        severity: Literal["warning", "info"] = "warning" if role in rules["tiles"] else "info"
        yield Faults("layer_overlap", severity, message, first, shared.geometry.to_numpy())
    thin = prepare.slivers(geometry, layer.crs, width_m=rules["sliver_width_m"])
    if len(thin):
        message = _(
            "a sliver: {area} m², {width} m wide",
            area=printed_m2(thin["area_m2"].to_numpy()),
            width=printed_m2(thin["width_m"].to_numpy()),
        )
        yield Faults(
            "layer_sliver",
            GEOMETRY["layer_sliver"],
            message,
            thin["row"].to_numpy().astype(np.int64),
        )
    if role in rules["tiles"] or role in rules["nearly_tiles"]:
        yield from _gap_faults(layer, geometry)


def _gap_faults(layer: Layer, geometry: NDArray[np.object_]) -> Iterator[Faults]:
    rules = fields.consistency()["topology"]
    holes = prepare.gaps(
        geometry,
        layer.crs,
        below_m2=rules["gap_below_m2"],
        least_m2=rules["overlap_least_m2"],
    )
    if not len(holes):
        return
    found = holes.geometry.to_numpy()
    near = shapely.STRtree(geometry).query_nearest(found, all_matches=False)[1]
    message = _(
        "a gap of {area} m² beside it, {width} m wide",
        area=printed_m2(holes["area_m2"].to_numpy()),
        width=printed_m2(holes["width_m"].to_numpy()),
    )
    severity: Literal["warning", "info"] = (
        "warning" if layer.spec.role in rules["tiles"] else "info"
    )
    yield Faults("layer_gap", severity, message, near.astype(np.int64), found)


def coverage_faults(layer: Layer, geometry: NDArray[np.object_]) -> Iterator[Faults]:
    """Features beyond the declared coverage; and what a layer that tiles its area leaves bare of it."""
    if layer.coverage is None or not len(geometry):
        return
    rules = fields.consistency()
    least, width = rules["coverage"]["least_m2"], rules["topology"]["sliver_width_m"]
    declared = layer.coverage
    shapely.prepare(declared)
    crossing = np.flatnonzero(~shapely.covers(declared, geometry))
    beyond = prepare.polygons_of(shapely.difference(geometry[crossing], declared))
    area = geodesy.official_area_m2(beyond, layer.crs)
    kept = (area >= least) & (widths_m(beyond, layer.crs) >= width)
    if kept.any():
        message = _("{area} m² lie beyond the declared coverage", area=printed_m2(area[kept]))
        rows = crossing[kept].astype(np.int64)
        yield Faults("coverage_exceeded", "info", message, rows, beyond[kept])
    # only what tiles its area must cover it
    if layer.spec.role not in rules["topology"]["tiles"]:
        return
    bare = shapely.get_parts(
        prepare.polygons_of(np.array([shapely.difference(declared, _united(geometry))]))
    )
    area = geodesy.official_area_m2(bare, layer.crs)
    kept = (area >= least) & (widths_m(bare, layer.crs) >= width)
    if kept.any():
        message = _(
            "{area} m² of the declared coverage, near it, are covered by no feature",
            area=printed_m2(area[kept]),
        )
        near = shapely.STRtree(geometry).query_nearest(bare[kept], all_matches=False)[1]
        yield Faults("coverage_bare", "warning", message, near.astype(np.int64), bare[kept])


def _united(geometry: NDArray[np.object_]) -> shapely.Geometry:
    """The union: fast where features share their edges, sound where they do not."""
    if shapely.coverage_is_valid(geometry):
        return shapely.coverage_union_all(geometry)
    return shapely.union_all(geometry)
