"""What of a town the layers of a role claim to be complete in, each as its catalog declares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import shapely

from townland.catalog import LayerCatalog, NamedTowns
from townland.errors import CatalogError
from townland.geodesy import kernel
from townland.i18n import _, listed
from townland.measuring import overlay
from townland.measuring.prepare import Claim, Ground
from townland.measuring.town_land import TownLand
from townland.terms import ROLES
from townland.towns import Town

Geometries = npt.NDArray[np.object_]

_GREATER_PART = 0.5
"""A feature belongs to the town in which the greater part of it lies."""


@dataclass(frozen=True, slots=True, eq=False)
class Bare:
    """What of a town no layer of a role claims to be complete in.

    `uncovered` is the land of which they say nothing: what lies beyond every declared coverage, and
    beyond the bounding box of those layers that declare none (beyond the box of a line that divides all
    land lies the land outside it). `unproven` says that some of the rest is neither covered by a
    declaration nor by features, so that what is not found there is not proved to be absent.
    """

    uncovered: shapely.Geometry
    unproven: bool


def bare(
    town: TownLand,
    ground: Ground,
    rest: shapely.Geometry,
    grounds: Mapping[str, Ground],
    *,
    sliver_width_m: float,
) -> Bare:
    """What of a town the layers of a role do not claim to be complete in.

    Parameters
    ----------
    town
        The town.
    ground, rest
        The ground of the role, and what of the town none of its features covers.
    grounds
        The ground of every role.
    sliver_width_m
        Land narrower than this is no gap, and no feature of the town.
    """
    claims = {claim.layer: (claim, each) for each in grounds.values() for claim in each.claims}
    declared = [
        land
        for claim in ground.claims
        if (land := _declared_bare(town, claim.layer, claims, sliver_width_m)) is not None
    ]
    # without any declaration the whole town is left to the boxes
    left = reduce(_common, declared, town.boundary)
    boxes = [town.plane.local_one(claim.box) for claim in ground.claims if not claim.declared]
    if not boxes or not _beyond_slivers(town, left, sliver_width_m):
        return Bare(left, False)
    if ROLES[ground.role].dividing:
        return Bare(
            shapely.Polygon(),
            _beyond_slivers(town, _common(left, rest), sliver_width_m),
        )
    uncovered = _beyond(left, kernel.union(boxes))
    boxed = _beyond(left, uncovered)
    # where features lie on all of the land, nothing more of it can be there
    unfound = _common(boxed, rest)
    return Bare(uncovered, _beyond_slivers(town, unfound, sliver_width_m))


Claims = Mapping[str, tuple[Claim, Ground]]
"""What each layer claims, and the ground that its features are in, by the layer's name."""


def _declared_bare(
    town: TownLand, layer: str, claims: Claims, sliver_width_m: float
) -> shapely.Geometry | None:
    """What of a town a layer's declared coverage leaves out; None where it declares none.

    Parameters
    ----------
    town
        The town.
    layer, claims
        The layer, and what every layer claims.
    sliver_width_m
        As in `bare`.
    """
    claim, ground = claims[layer]
    if claim.area is not None:
        return _beyond(town.boundary, town.plane.local_one(claim.area))
    if claim.towns is not None:
        named = town.code in claim.towns or town.name in claim.towns
        return shapely.Polygon() if named else town.boundary
    if claim.own_towns:
        owns = has_own(town, ground, layer, sliver_width_m=sliver_width_m)
        return shapely.Polygon() if owns else town.boundary
    if claim.as_layer is not None:
        return _bare_of_layer(town, claim.as_layer, claims, sliver_width_m)
    return None


def _bare_of_layer(
    town: TownLand, layer: str, claims: Claims, sliver_width_m: float
) -> shapely.Geometry:
    """What of a town a layer leaves out that another's coverage names.

    A land survey records all land, so that it is complete just where its parcels are; another layer is
    complete as far as it declares, and without that where its features are.

    Parameters
    ----------
    town
        The town.
    layer, claims, sliver_width_m
        As in `_declared_bare`.
    """
    _claim, ground = claims[layer]
    if ROLES[ground.role].unfound != "uncovered":
        declared = _declared_bare(town, layer, claims, sliver_width_m)
        if declared is not None:
            return declared
    near, _rows = town.near(ground, layer)
    pieces = overlay.clip(town.boundary, near)[0]
    return _beyond(town.boundary, kernel.union(pieces))


def has_own(
    town: TownLand, ground: Ground, layer: str | None = None, *, sliver_width_m: float
) -> bool:
    """Whether a town has features of its own: a neighbour's that reach across its border are none.

    A feature is a town's own where the greater part of it lies in the town, or takes up the greater
    part of the town; what is no wider than a sliver there is nothing.

    Parameters
    ----------
    town
        The town.
    ground, layer
        The ground of a role, and of which of its layers features count, None for all.
    sliver_width_m
        As in `bare`.
    """
    near, _rows = town.near(ground, layer)
    pieces, rows = overlay.clip(town.boundary, near)
    if not len(pieces):
        return False
    area = shapely.area(pieces)
    own = area > _GREATER_PART * shapely.area(near[rows])
    own |= area > _GREATER_PART * town.boundary.area
    return any(_beyond_slivers(town, piece, sliver_width_m) for piece in pieces[own])


def _beyond_slivers(town: TownLand, land: shapely.Geometry, sliver_width_m: float) -> bool:
    """Whether land is anywhere wider than a sliver.

    Parameters
    ----------
    town
        The town, in whose CRS the land is.
    land
        Polygons.
    sliver_width_m
        As in `bare`.
    """
    parts = shapely.get_parts(land)
    parts = parts[shapely.area(parts) > 0]
    if not len(parts):
        return False
    return not overlay.slivers(parts, sliver_width_m, town.plane.scale(parts)).all()


def _common(one: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    return kernel.intersection(one, other)[()]


def _beyond(one: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    return kernel.difference(one, other)[()]


def require_towns(towns: Sequence[Town], catalog: LayerCatalog) -> None:
    """Make sure that every town that a coverage names is among those that are checked.

    Raises
    ------
    CatalogError
        A coverage names a town that is not there: a mistyped one would leave its town without any.
    """
    known = {name for town in towns for name in (town.code, town.name)}
    for spec in catalog.layer:
        named = spec.coverage.towns if isinstance(spec.coverage, NamedTowns) else ()
        unknown = next((name for name in named if name not in known), None)
        if unknown is not None:
            raise CatalogError(
                _(
                    "{path}, layer {layer}, coverage: there is no town {town} among those checked,"
                    " which are {known}; write a code or a name as it stands there",
                    path=catalog.path,
                    layer=spec.name,
                    town=unknown,
                    known=listed(dict.fromkeys(f"{town.code} {town.name}" for town in towns)),
                )
            )
