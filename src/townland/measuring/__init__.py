"""One town's land: what the rulebook's measures ask for, cut, crossed, closed and summed.

`measure_town` is that line as plain calls: every step is computed once from the steps before it, and
nothing is changed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import geopandas as gpd
import numpy as np
import shapely

from townland.errors import EngineError
from townland.geodesy import kernel
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import areas, layer_issues, unplanned
from townland.measuring.accuracy import (
    Accuracies,
    boundary_pm_m2,
    gain_with_accuracy,
    with_accuracy,
)
from townland.measuring.areas import Closed, Gain, LandClasses, Measure
from townland.measuring.asked import (
    Asked,
    Kept,
    MeasureAsked,
    Roles,
    asked_of,
    kept_of,
    missing,
    tags_of,
)
from townland.measuring.boundary import Surroundings, boundary_areas, near
from townland.measuring.contested import Contested, KeptByMeasure, contested_land
from townland.measuring.coverage import has_own
from townland.measuring.cut import (
    Cut,
    Geometries,
    beyond_role,
    crossed,
    cut,
    gap_patches,
    patches_m2,
)
from townland.measuring.features import Features, features_of
from townland.measuring.overlay import Pieces
from townland.measuring.prepare import Ground
from townland.measuring.town_land import TownLand
from townland.measuring.unplanned import PLAN
from townland.standards.landclass import Profile
from townland.terms import ROLES
from townland.towns import Town

__all__ = ["MeasureAsked", "TownResult", "boundary_areas", "measure_town", "near"]


@dataclass(frozen=True, slots=True, eq=False)
class TownResult:
    """What was measured in one town.

    `area_m2` is the official ellipsoid area, `area_check_m2` the independent (densified geodesic) one,
    `plane_m2` the area on the projection plane (None in degrees). `land` and `planned` are the land
    survey's pieces and the planned plots inside the town (frames as `Measure.frame`), for drawing and
    tables, `beside` the survey beside it, which is cut when it is drawn; `uncovered` maps a role to the
    part of the town that its layers do not cover, gaps narrower than a sliver left out. `pieces` is
    each role's ground cut to the town, each patch of land once. `unplanned_m2` is the town's land
    without a planned use, None where no layer is a plan, and `unplanned` the patches of it that may yet
    be planned; `owned` are the roles of which the town has features of its own (`coverage.has_own`),
    among those that are planned. `area_pm_m2` is the ± of the area at 95 %, None where the boundary
    states no accuracy. `failed` is why the town could not be measured (`unmeasured`); None where it
    was.
    """

    town: Town
    area_m2: Decimal
    area_check_m2: Decimal
    plane_m2: Decimal | None
    measures: Mapping[str, Measure]
    land_classes: LandClasses | None
    land: gpd.GeoDataFrame
    planned: gpd.GeoDataFrame
    beside: Surroundings | None
    uncovered: Mapping[str, shapely.Geometry]
    issues: tuple[Issue, ...]
    pieces: Mapping[str, Pieces] = field(default_factory=dict)
    unplanned_m2: Decimal | None = None
    unplanned: shapely.Geometry = field(default_factory=shapely.Polygon)
    contested: Contested | None = None
    owned: frozenset[str] = frozenset()
    area_pm_m2: Decimal | None = None
    failed: Words | None = None

    @property
    def around(self) -> gpd.GeoDataFrame | None:
        """The land survey beside the town; None where no layer is one."""
        return None if self.beside is None else self.beside.frame


@dataclass(frozen=True, slots=True, eq=False)
class _Crossed:
    """A town's land as its measures ask for it: cut, crossed and closed, not summed yet.

    `cuts` by role; `chains` the common pieces of roles in their order; `beyond` those of a chain outside
    a further role's land; `gaps` the patches of which some of the roles say nothing, and their area;
    `within` and `outside` the features that the pieces of `chains` and of `beyond` are of.
    """

    town: TownLand
    area_m2: Decimal
    grounds: Mapping[str, Ground]
    cuts: Mapping[str, Cut]
    chains: Mapping[Roles, Closed]
    beyond: Mapping[tuple[Roles, str], Closed]
    gaps: Mapping[Roles, tuple[Geometries, float]]
    within: Mapping[Roles, Features]
    outside: Mapping[tuple[Roles, str], Features]


def measure_town(
    town: Town,
    grounds: Mapping[str, Ground],
    measures: Mapping[str, MeasureAsked],
    *,
    profile: Profile,
    sliver_width_m: float,
    sliver_sigma: float = 0.0,
) -> TownResult:
    """Measure one town.

    Parameters
    ----------
    town
        With a valid boundary.
    grounds
        The ground of each role that a layer plays, in the town's CRS.
    measures
        What to measure, by name.
    profile
        The three-class profile that decides classes whose legal class changed.
    sliver_width_m
        Patches narrower than this are slivers.
    sliver_sigma
        So are, where accuracy is stated, those narrower than so many standard deviations of the distance
        of their two edges.

    Raises
    ------
    EngineError
        The two areas of the boundary disagree, or it has none to the printed digit; or the pieces do
        not close to it.
    CatalogError
        A measure needs the classes of a layer that has none.

    """
    here = TownLand.of(town)
    with kernel.bench(here.plane.unit_m) as work:
        result = _result(
            here,
            grounds,
            measures,
            profile=profile,
            sliver_width_m=sliver_width_m,
            sliver_sigma=sliver_sigma,
        )
    return replace(
        result, issues=(*result.issues, *layer_issues.ladder_issues(town.name, work.steps))
    )


def _result(
    town: TownLand,
    grounds: Mapping[str, Ground],
    measures: Mapping[str, MeasureAsked],
    *,
    profile: Profile,
    sliver_width_m: float,
    sliver_sigma: float,
) -> TownResult:
    """What is measured in a town whose land counts from its corner.

    Parameters
    ----------
    town
        The town.
    grounds, measures, profile, sliver_width_m, sliver_sigma
        As in `measure_town`.
    """
    area, check_area, plane = boundary_areas(town.town)
    if not area:
        raise EngineError(
            _(
                "town {town}: its boundary encloses {area} m², so that there is nothing to share out;"
                " draw the boundary anew, or delete it",
                town=town.name,
                area=area,
            )
        )
    kept = {name: kept_of(name, spec, grounds, profile) for name, spec in measures.items()}
    asked = asked_of(measures, tuple(grounds))
    cuts = {
        role: cut(town, grounds[role], grounds, sliver_width_m=sliver_width_m)
        for role in asked.roles
    }
    chains = _crossed(town, area, cuts, asked)
    beyond = {key: beyond_role(town, chains[key[0]], key[1], cuts[key[1]]) for key in asked.beyond}
    gaps = {roles: _gaps(town, area, cuts, roles, sliver_width_m) for roles in asked.known}
    within = {key: features_of(each.pieces, grounds, town.plane) for key, each in chains.items()}
    outside = {key: features_of(each.pieces, grounds, town.plane) for key, each in beyond.items()}
    land = _Crossed(town, area, grounds, cuts, chains, beyond, gaps, within, outside)
    stated = Accuracies(town.town, grounds, cuts, sliver_sigma)

    def measured(counts: KeptByMeasure) -> dict[str, Measure]:
        return _measures(land, measures, counts, stated, sliver_width_m)

    drawn = {
        role: _measured(land, role, (role,), {}, None, sliver_width_m).frame
        for role in ("land_use", "planned_use")
    }
    survey = grounds.get("land_use")
    classes = (
        None
        if survey is None
        else areas.land_classes(chains["land_use",], survey, control_m2=area, ridge_name="田坎")
    )
    back = town.plane.back_one
    return TownResult(
        town.town,
        area,
        check_area,
        plane,
        measured(kept),
        classes,
        drawn["land_use"],
        drawn["planned_use"],
        None if survey is None else Surroundings(town.town.boundary, survey),
        {role: back(kernel.union(gaps[role,][0])) for role in grounds},
        tuple(_issues(land, tags_of(kept))),
        {
            role: replace(each.pieces, geometry=within[role,].geometry)
            for role, each in cuts.items()
        },
        areas.decimal_m2(chains[PLAN,].rest.sum()) if PLAN in cuts else None,
        back(kernel.union(cuts[PLAN].open)) if PLAN in cuts else shapely.Polygon(),
        contested_land(grounds, chains, kept, measured),
        frozenset(_owned(town, grounds, sliver_width_m)),
        boundary_pm_m2(stated),
    )


def _owned(town: TownLand, grounds: Mapping[str, Ground], sliver_width_m: float) -> Iterator[str]:
    """The roles of a plan of which a town has features of its own.

    Parameters
    ----------
    town, grounds, sliver_width_m
        As in `measure_town`.
    """
    for role, ground in grounds.items():
        planned = ROLES[role].unfound == "unplanned"
        if planned and has_own(town, ground, sliver_width_m=sliver_width_m):
            yield role


def _measures(
    land: _Crossed,
    measures: Mapping[str, MeasureAsked],
    kept: KeptByMeasure,
    stated: Accuracies,
    sliver_width_m: float,
) -> dict[str, Measure]:
    """The measures of a town of which it is known what counts.

    Parameters
    ----------
    land
        The town's pieces.
    measures, kept
        What is measured, by name, and what of it counts.
    stated
        What the boundary and the layers state of their accuracy.
    sliver_width_m
        Patches narrower than this are slivers.
    """
    asked = {name: measures[name] for name in kept}
    gained = unplanned.gains(
        land.town, land.grounds, land.cuts, asked, kept, sliver_width_m=sliver_width_m
    )
    return {
        name: _sure(
            _measured(land, name, tuple(spec.layers), kept[name], spec.outside, sliver_width_m),
            gained.get(name),
            stated,
            kept=kept[name],
            outside=spec.outside,
        )
        for name, spec in asked.items()
    }


def _sure(
    measure: Measure,
    gain: Gain | None,
    stated: Accuracies,
    *,
    kept: Mapping[str, Kept],
    outside: str | None,
) -> Measure:
    """A measure and what it would gain, each with its ± where accuracy is stated.

    Parameters
    ----------
    measure, gain
        The measure, and what it would gain, both at face value.
    stated
        What the boundary and the layers state of their accuracy.
    kept, outside
        What of the roles counts, and the role outside whose land the measure lies.
    """
    sure = with_accuracy(measure, stated, kept, outside=outside)
    if gain is None:
        return sure
    return replace(sure, unplanned=gain_with_accuracy(gain, stated, kept, outside=outside))


def _crossed(
    town: TownLand, area_m2: Decimal, cuts: Mapping[str, Cut], asked: Asked
) -> dict[Roles, Closed]:
    """The common pieces of every chain of roles, with areas that close to those they are cut from.

    The chain of no role is the town itself.

    Parameters
    ----------
    town, area_m2
        The town and its official area.
    cuts
        Its pieces of each role.
    asked
        The chains.
    """
    chains: dict[Roles, Closed] = {(): areas.whole_town(town.boundary, area_m2)}
    for role, each in cuts.items():
        rest_m2 = float(town.plane.official_m2(np.array([each.rest], dtype=object))[0])
        chains[role,] = areas.close_town(area_m2, each.pieces, rest_m2, town.plane, town=town.name)
    for roles in asked.chains:
        chains[roles] = crossed(town, chains[roles[:-1]], roles[-1], cuts[roles[-1]])
    return chains


def _gaps(
    town: TownLand, area_m2: Decimal, cuts: Mapping[str, Cut], roles: Roles, sliver_width_m: float
) -> tuple[Geometries, float]:
    """The patches of a town of which some of the roles say nothing, and their area in m².

    Parameters
    ----------
    town, area_m2
        The town and its official area.
    cuts
        Its pieces of each role.
    roles
        The roles.
    sliver_width_m
        Patches narrower than this are left out.
    """
    uncovered = [cuts[role].uncovered for role in roles]
    patches = gap_patches(town, uncovered, sliver_width_m=sliver_width_m)
    return patches, patches_m2(town, patches, area_m2)


def _measured(
    land: _Crossed,
    name: str,
    roles: Roles,
    kept: Mapping[str, Kept],
    outside: str | None,
    sliver_width_m: float,
) -> Measure:
    """Sum the pieces of a measure that count.

    Parameters
    ----------
    land
        The town's pieces.
    name, roles, kept, outside
        The measure: its name, its roles in order, what of them counts, and the role outside whose land
        it lies.
    sliver_width_m
        Patches narrower than this are slivers.
    """
    whole = roles if outside is None else (*roles, outside)
    absent = missing(whole, land.grounds)
    # what is not within a line that divides all land lies outside it, which nothing more can prove
    doubtful = roles if outside is None or ROLES[outside].dividing else whole
    # what a plan leaves open is judged at both ends (`unplanned`)
    proving = [role for role in doubtful if ROLES[role].unfound != "unplanned"]
    if absent:
        return areas.no_measure(
            name, roles, town_m2=land.area_m2, missing=absent, crs=land.town.crs
        )
    return areas.measure(
        name,
        land.chains[roles] if outside is None else land.beyond[roles, outside],
        land.within[roles] if outside is None else land.outside[roles, outside],
        kept,
        land.town.plane,
        town=land.town.code,
        sliver_width_m=sliver_width_m,
        overlap_m2=sum(float(land.cuts[role].overlap_m2.sum()) for role in roles),
        uncovered_m2=land.gaps[whole][1],
        assumed_coverage=tuple(role for role in proving if land.cuts[role].unproven),
    )


def _issues(land: _Crossed, tags: frozenset[str]) -> Iterator[Issue]:
    """What is doubtful in the layers within a town; `tags` are those for which measures ask."""
    town = land.town.name
    for role, each in land.cuts.items():
        frame = land.grounds[role].frame
        yield from layer_issues.overlap_issues(town, frame, each.overlaps, each.overlap_m2)
    for role, ground in land.grounds.items():
        yield from layer_issues.code_issues(town, ground, land.chains[role,], tags)
    if "land_use" in land.grounds:
        rest = land.chains["land_use",].rest.sum()
        yield from layer_issues.uncovered_issues(town, land.grounds["land_use"], rest)
