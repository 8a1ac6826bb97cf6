"""Raw geometry becomes valid polygons, and every repair is written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyproj
import shapely

from townland import geodesy, units
from townland.errors import GeometryError
from townland.i18n import Words, _
from townland.prepare.areal import in_threads, polygons_of

REFUSED_M2 = 0.01
REFUSED_SHARE = 1e-6
"""A repair that changes a protected area by more than the larger of the two is refused
(`standards.md` 2.5)."""


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """One geometry that was mended: what was wrong, what was done, its area before and after.

    `geometry` is the mended geometry in `crs`, for the map of repairs.
    """

    layer: str
    feature: str
    problem: Words
    action: Words
    area_before_m2: Decimal
    area_after_m2: Decimal
    geometry: Any = None
    crs: Any = None


def mend(
    geometries: Any,
    ids: Collection[str],
    crs: pyproj.CRS,
    *,
    layer: str,
    protected: bool,
    accepted: Collection[str] = (),
) -> tuple[Any, tuple[Repair, ...]]:
    """Make every polygon valid with the structure method, and keep a ledger.

    The structure method takes rings as what they are, shells and holes, so a bow-tie becomes its two
    triangles and a self-overlapping ring its outline, where GEOS's linework method would punch holes.

    Parameters
    ----------
    geometries, ids
        Polygons and multipolygons, and the feature id of each.
    crs
        Their CRS.
    layer
        The layer's name, for the ledger.
    protected
        Whether the layer is one whose figure must not change: a town or permanent basic farmland.
    accepted
        ``LAYER:FEATURE`` of the repairs that the user accepts whatever they change.

    Returns
    -------
    The geometries, and the repairs in their order.

    Raises
    ------
    GeometryError
        A repair would change a protected area by more than max(0.01 m², 1e-6 of it) and is not
        accepted by name; or a town has no area left.

    """
    geometries = np.array(geometries, dtype=object, ndmin=1)
    broken = np.flatnonzero(~in_threads(shapely.is_valid, geometries))
    if not len(broken):
        return geometries, ()
    names = list(ids)
    reasons = shapely.is_valid_reason(geometries[broken])
    before = geodesy.official_area_m2(geometries[broken], crs)
    mended = polygons_of(
        shapely.make_valid(geometries[broken], method="structure", keep_collapsed=False)
    )
    after = geodesy.official_area_m2(mended, crs)
    repairs = []
    for i, at in enumerate(broken):
        change = abs(after[i] - before[i])
        if (
            protected
            and change > max(REFUSED_M2, REFUSED_SHARE * before[i])
            and f"{layer}:{names[at]}" not in accepted
        ):
            raise GeometryError(
                _(
                    "layer {layer}, feature {feature}: its geometry is not valid ({reason}), and"
                    " mending it would change its area from {before} m² to {after} m². Mend it in"
                    " the data, or accept the repair by name: --accept-repair {layer}:{feature}",
                    layer=layer,
                    feature=names[at],
                    reason=reasons[i],
                    before=units.m2(before[i]),
                    after=units.m2(after[i]),
                )
            )
        repairs.append(
            Repair(
                layer,
                names[at],
                _problem(reasons[i]),
                _("mended with the structure method")
                if after[i] > 0
                else _("dropped: nothing areal was left"),
                units.m2(before[i]),
                units.m2(after[i]),
                mended[i],
                crs,
            )
        )
    geometries[broken] = mended
    return geometries, tuple(repairs)


def _problem(reason: str) -> Words:
    """GEOS's reason, with its place kept, in the reader's language."""
    kind, bracket, place = reason.partition("[")
    known = {
        "Self-intersection": _("the ring crosses itself"),
        "Ring Self-intersection": _("the ring touches itself"),
        "Nested shells": _("one part lies inside another"),
        "Hole lies outside shell": _("a hole lies outside its polygon"),
        "Holes are nested": _("a hole lies inside another"),
        "Interior is disconnected": _("holes cut the polygon apart"),
        "Duplicate Rings": _("a ring stands twice"),
        "Too few points in geometry component": _("a ring has too few points"),
        "Invalid Coordinate": _("a coordinate is no number"),
    }.get(kind.strip(), kind.strip())
    if not bracket:
        return _("{reason}", reason=known)
    return _("{reason} at {place}", reason=known, place=place.rstrip("]"))
