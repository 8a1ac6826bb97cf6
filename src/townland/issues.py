"""What was assumed, repaired or doubtful on the way, as data: it never stops a check by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from townland.i18n import Words

Severity = Literal["info", "warning", "error"]

GEOMETRY: Mapping[str, Severity] = {
    # of one feature, noticed in reading it
    "geometry_empty": "warning",
    "geometry_not_polygon": "warning",
    "geometry_collection": "info",
    "dimension_dropped": "info",
    "curve_linearised": "warning",
    "ring_closed": "warning",
    # of one feature, repaired
    "geometry_invalid": "warning",
    "ring_self_intersection": "warning",
    "ring_bow_tie": "warning",
    "ring_overlaps_itself": "warning",
    "ring_touches_itself": "warning",
    "ring_too_short": "warning",
    "ring_double": "warning",
    "rings_cross": "warning",
    "parts_overlap": "warning",
    "parts_nested": "warning",
    "holes_nested": "warning",
    "holes_overlap": "warning",
    "hole_outside": "warning",
    "interior_disconnected": "warning",
    "spike": "warning",
    "points_repeated": "info",
    "coordinate_not_finite": "error",
    "geometry_collapsed": "error",
    # of the features of one layer among one another
    "layer_overlap": "warning",
    "layer_gap": "warning",
    "layer_sliver": "info",
}
"""Every code of a fault in geometry, and how grave it is: `error` where land is lost or unknown,
`warning` where a figure may have changed, `info` where none has."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing a reader must know of a layer or a feature.

    `code` is stable (``crs_datum_assumed``, ``encoding_guessed`` …); `layer` and `feature` are empty
    where the issue concerns more than one. `place` is the position of the fault, in the coordinates of
    the layer; `area_before_m2` and `area_after_m2` are those of the feature where it was repaired, or
    those of the fault itself (then `area_before_m2` alone) where it is an overlap or a gap. `town` is
    the code of the town whose boundary it concerns, empty where it is of no one town.
    """

    code: str
    severity: Severity
    message: Words
    layer: str = ""
    feature: str = ""
    place: tuple[float, float] | None = None
    area_before_m2: Decimal | None = None
    area_after_m2: Decimal | None = None
    town: str = ""
