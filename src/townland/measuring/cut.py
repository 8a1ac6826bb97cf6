"""The layers of one role cut to a town: each patch of land once, and what of the town they leave out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import shapely

from townland.geodesy import kernel
from townland.measuring import areas, overlay
from townland.measuring.areas import Closed
from townland.measuring.coverage import Bare, bare
from townland.measuring.overlay import Overlap, Pieces
from townland.measuring.prepare import Ground, polygons_of
from townland.measuring.town_land import TownLand
from townland.terms import ROLES

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What of a role's ground lies in a town.

    `pieces` hold each patch of land once. `overlaps` is the land that two features claim, by their rows
    in the ground's frame and in the order in which it was settled, `overlap_m2` the official area of
    each. `uncovered` is the part of the town of which the role's layers say nothing, `rest` the part
    that no piece covers; `unproven` says that no declaration covers some of the town, so that what is
    not found there is not proved to be absent. `open` are the patches without a planned use of which
    the plan may yet say something, because no coverage says that it is complete there.
    """

    pieces: Pieces
    overlaps: tuple[Overlap, ...]
    overlap_m2: Floats
    uncovered: shapely.Geometry
    rest: shapely.Geometry
    unproven: bool
    open: Geometries


def noise_of(town: TownLand) -> float:
    """The area that would be printed as 0.00 m², in the square of the unit of a town's CRS."""
    return areas.NOTHING_M2 / town.plane.unit_m**2


def cut(
    town: TownLand, ground: Ground, grounds: Mapping[str, Ground], *, sliver_width_m: float
) -> Cut:
    """Cut a role's ground to a town, settle double claims, and find what it leaves out.

    Parameters
    ----------
    town
        The town.
    ground, grounds
        The role's ground, and those of all roles, as far as which a coverage may reach.
    sliver_width_m
        Land narrower than this is no gap of a coverage, and no plot of a plan.
    """
    pieces, overlaps = _settled(town, ground)
    rest = overlay.remainder(town.boundary, pieces.geometry, noise_of(town))
    known = _known(town, ground, pieces, grounds, rest=rest, sliver_width_m=sliver_width_m)
    uncovered = polygons_of(known.uncovered)[0]
    undecided = np.array([], dtype=object)
    # a plan without declared coverage covers its plots and no more
    if ROLES[ground.role].unfound == "unplanned" and known.unproven:
        beyond = kernel.difference(rest, uncovered)[()]
        undecided = gap_patches(town, [beyond], sliver_width_m=sliver_width_m)
    shared = [overlap.geometry for overlap in overlaps]
    shared_m2 = town.plane.official_m2(np.array(shared, dtype=object))
    return Cut(pieces, overlaps, shared_m2, uncovered, rest, known.unproven, undecided)


def _settled(town: TownLand, ground: Ground) -> tuple[Pieces, tuple[Overlap, ...]]:
    """The pieces of a ground in a town without double claims, and those that were settled.

    Where the parcels prove to be a mosaic that sums to the town, there is nothing to settle.
    """
    parcels, near = town.near(ground)
    pieces, rows, mosaic = overlay.clip_mosaic(town.boundary, parcels)
    rows = near[rows]
    if mosaic and abs(town.boundary.area - shapely.area(pieces).sum()) <= noise_of(town):
        return Pieces(pieces, {ground.role: rows}), ()
    ranks = ROLES[ground.role].ranks
    rank = ground.frame["source"].iloc[rows].map(ranks).fillna(len(ranks))
    pieces, overlaps = overlay.settle(pieces, overlay.precedence(rank), town.plane.unit_m)
    left = ~shapely.is_empty(pieces)
    return Pieces(pieces[left], {ground.role: rows[left]}), tuple(
        replace(overlap, keeps=int(rows[overlap.keeps]), loses=int(rows[overlap.loses]))
        for overlap in overlaps
    )


def _known(
    town: TownLand,
    ground: Ground,
    pieces: Pieces,
    grounds: Mapping[str, Ground],
    *,
    rest: shapely.Geometry,
    sliver_width_m: float,
) -> Bare:
    """The part of the town of which the role's layers say nothing, and whether a box alone covers some.

    A land survey records all land, so that what no parcel covers is unknown. A plan of which no plot
    beyond slivers lies in the town is no plan of it. Other layers state where they are complete.

    Parameters
    ----------
    town
        The town.
    ground, pieces
        The role's ground, and its pieces in the town.
    grounds, sliver_width_m
        As in `cut`.
    rest
        The part of the town that no piece covers.
    """
    unfound = ROLES[ground.role].unfound
    if unfound == "uncovered":
        return Bare(rest, False)
    if unfound != "unplanned" or any(claim.declared for claim in ground.claims):
        return bare(town, ground, rest, grounds, sliver_width_m=sliver_width_m)
    scale = town.plane.scale(pieces.geometry)
    if overlay.slivers(pieces.geometry, sliver_width_m, scale).all():
        return Bare(town.boundary, False)
    return Bare(shapely.Polygon(), True)


def crossed(town: TownLand, parents: Closed, role: str, last: Cut) -> Closed:
    """The common pieces of a chain and a further role, with areas that close to the chain's.

    Parameters
    ----------
    town
        The town.
    parents
        The chain's pieces.
    role, last
        The further role, and the town's pieces of it.
    """
    pieces = last.pieces
    common = overlay.cross(parents.pieces, role, pieces.geometry, pieces.rows[role])
    return areas.close_pieces(parents, common, town.plane)


def beyond_role(town: TownLand, parents: Closed, role: str, last: Cut) -> Closed:
    """The pieces of a chain beyond a further role's land, where that role is known.

    Parameters
    ----------
    town
        The town.
    parents
        The chain's pieces.
    role, last
        The further role, and the town's pieces of it.
    """
    inside, rows = areas.known_land(last.pieces.geometry, last.uncovered)
    inner = overlay.cross(parents.pieces, role, inside, rows)
    return areas.beyond_pieces(parents, areas.close_pieces(parents, inner, town.plane))


def gap_patches(
    town: TownLand, uncovered: Sequence[shapely.Geometry], *, sliver_width_m: float
) -> Geometries:
    """The patches of a town of which some role says nothing, slivers left out.

    Where they are all of the town, its own slivers are kept.

    Parameters
    ----------
    town
        The town.
    uncovered
        What each role leaves out of it.
    sliver_width_m
        Patches narrower than this are slivers.
    """
    rest = kernel.union([part for part in uncovered if not part.is_empty])
    patches: Geometries = shapely.get_parts(rest)
    if is_whole(town, rest.area):
        return patches
    return patches[~overlay.slivers(patches, sliver_width_m, town.plane.scale(patches))]


def patches_m2(town: TownLand, patches: Geometries, area_m2: Decimal) -> float:
    """The official area of patches of a town; exactly the town's where they are all of it.

    Parameters
    ----------
    town, area_m2
        The town and its official area.
    patches
        Polygons inside it.
    """
    if is_whole(town, shapely.area(patches).sum()):
        return float(area_m2)
    return float(town.plane.official_m2(patches).sum())


def is_whole(town: TownLand, area: float) -> bool:
    """Whether an area in the units of the CRS is that of the town."""
    return bool(town.boundary.area - area <= noise_of(town))
