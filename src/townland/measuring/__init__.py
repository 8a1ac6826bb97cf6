"""One town's land: its area twice over, its pieces, and every measure a rulebook asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

import geopandas as gpd
import numpy as np
import shapely

from townland import geodesy, units
from townland.errors import CatalogError, EngineError
from townland.i18n import _
from townland.issues import Issue
from townland.measuring import areas, oddities, overlay
from townland.measuring.areas import Closed, Kept, LandClasses, Measure
from townland.measuring.overlay import Overlap, Pieces
from townland.measuring.prepare import Ground, polygons_of
from townland.standards.landclass import SELECTORS, ZONES, Profile, Scheme
from townland.towns import Town

AREA_CHECK_M2, AREA_CHECK_SHARE, AREA_CHECK_EDGE_M = 0.02, 5e-9, 1e-5
"""How far the ellipsoid area and the independent area of a boundary may differ: the largest of m²,
share of the area, and metres times the perimeter (`standards/SOURCES.md`, *Check area*)."""

NORM_EDGE_M = 1e-4
"""How far the norm's roundings and divisions may move the area, in metres times the perimeter: a
vertex moves by 0.00007 m at most."""

SURROUNDINGS = 0.08
"""How far beyond a town its pictures reach, as a part of its extent."""

RANKS: Mapping[str, Mapping[str, int]] = {
    "land_use": {
        "paddy": 0,
        "other_cultivated": 1,
        "other_agricultural": 2,
        "unused": 3,
        "construction": 4,
    },
    "planned_use": {"construction": 0},
}
"""Who keeps land that two features of one role claim, by class; then the smaller id."""


class MeasureSpec(Protocol):
    """What a rulebook says of a measure: the roles in order, and what of them counts."""

    @property
    def layers(self) -> Sequence[str]:
        """The roles whose layers are intersected with the town and with one another."""

    @property
    def where(self) -> Mapping[Any, Any]:
        """The class group or groups that count, by role."""

    @property
    def tagged(self) -> Mapping[Any, Any]:
        """The tag or tags that a feature must bear, by role."""

    @property
    def or_tagged(self) -> Mapping[Any, Any]:
        """The tag or tags that let a feature count whatever its class, by role."""

    @property
    def outside(self) -> Any:
        """The role beyond whose land the measure lies, or None."""


@dataclass(frozen=True, slots=True, eq=False)
class TownResult:
    """What was measured in one town.

    `area_m2` is the official ellipsoid area, `area_check_m2` the independent (densified geodesic) one,
    `plane_m2` the area on the projection plane (None in degrees). `land` and `planned` are the land
    survey's pieces and the planned plots inside the town (frames as `Measure.frame`), for drawing and
    tables; `uncovered` maps a role to the part of the town that its layers do not cover, gaps narrower
    than a sliver left out.
    """

    town: Town
    area_m2: Decimal
    area_check_m2: Decimal
    plane_m2: Decimal | None
    measures: Mapping[str, Measure]
    land_classes: LandClasses | None
    land: Any
    planned: Any
    around: Any
    uncovered: Mapping[str, Any]
    issues: tuple[Issue, ...]


def boundary_areas(town: Town) -> tuple[Decimal, Decimal, Decimal | None]:
    """The official, the independent and the plane area of a town's boundary, in m² to 0.01.

    Raises
    ------
    EngineError
        The first two differ by more than rounding explains (`standards/SOURCES.md`, *Check area*).

    """
    official, exact, check, perimeter = (
        float(measure(town.boundary, town.crs)[0])
        for measure in (
            geodesy.official_area_m2,
            geodesy.unrounded_area_m2,
            geodesy.check_area_m2,
            geodesy.perimeter_m,
        )
    )
    allowed = max(AREA_CHECK_M2, AREA_CHECK_SHARE * official, AREA_CHECK_EDGE_M * perimeter)
    coarse = max(AREA_CHECK_M2, NORM_EDGE_M * perimeter)
    if not (abs(exact - check) <= allowed and abs(official - exact) <= coarse):
        raise EngineError(
            _(
                "town {town}: two independent routines give its area as {official} m² and {check} m²;"
                " rounding explains {allowed} m². No figure of this town can be trusted; check its"
                " coordinates, then report this as a bug",
                town=town.name,
                official=units.m2(official),
                check=units.m2(check),
                allowed=units.half_up(allowed, 4),
            )
        )
    plane = None
    if not town.crs.is_geographic:
        plane = units.m2(town.boundary.area * geodesy.metres_per_unit(town.crs) ** 2)
    return units.m2(official), units.m2(check), plane


def measure_town(
    town: Town,
    grounds: Mapping[str, Ground],
    measures: Mapping[str, MeasureSpec],
    *,
    profile: Profile,
    sliver_width_m: float,
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

    Raises
    ------
    EngineError
        The two areas of the boundary disagree, or the pieces do not close to it.
    CatalogError
        A measure needs the classes of a layer that has none.

    """
    area, check_area, plane = boundary_areas(town)
    survey = _Survey(town, area, grounds, sliver_width_m)
    kept = {name: _kept(name, spec, grounds, profile) for name, spec in measures.items()}
    measured = {
        name: survey.measure(name, tuple(spec.layers), kept[name], spec.outside)
        for name, spec in measures.items()
    }
    asked = {
        tag
        for filters in kept.values()
        for one in filters.values()
        for tag in (*one.or_tags, *(one.tags or ()))
    }
    table = None
    if "land_use" in grounds:
        closed = survey.chain(("land_use",))
        table = areas.land_classes(closed, grounds["land_use"], area, "田坎")
    return TownResult(
        town,
        area,
        check_area,
        plane,
        measured,
        table,
        survey.measure("land_use", ("land_use",), {}).frame,
        survey.measure("planned_use", ("planned_use",), {}).frame,
        surroundings(town.boundary, grounds["land_use"]) if "land_use" in grounds else None,
        {role: shapely.union_all(survey.gaps((role,))) for role in grounds},
        tuple(survey.issues(asked)),
    )


class Found(NamedTuple):
    """What of a role's ground lies in a town, each patch of land once; and who claimed it twice.

    The overlaps name features by their rows in the ground's frame.
    """

    pieces: Pieces
    overlaps: list[Overlap]


def town_pieces(boundary: Any, ground: Ground, unit_m: float) -> Found:
    """Cut a role's ground to a town's boundary and settle double claims.

    Where the parcels prove to be a mosaic that sums to the town, there is nothing to settle.
    """
    parcels = ground.frame.geometry.to_numpy()
    pieces, rows, mosaic = overlay.clip_mosaic(boundary, parcels)
    noise = areas.NOTHING_M2 / unit_m**2
    if mosaic and abs(boundary.area - shapely.area(pieces).sum()) <= noise:
        return Found(Pieces(pieces, {ground.role: rows}), [])
    ranks = RANKS.get(ground.role, {})
    rank = ground.frame["source"].iloc[rows].map(ranks).fillna(len(ranks))
    pieces, overlaps = overlay.settle(pieces, overlay.precedence(rank), unit_m)
    left = ~shapely.is_empty(pieces)
    return Found(
        Pieces(pieces[left], {ground.role: rows[left]}),
        [
            replace(found, keeps=int(rows[found.keeps]), loses=int(rows[found.loses]))
            for found in overlaps
        ],
    )


def near(boundary: Any) -> tuple[float, float, float, float]:
    """The bounding box of a town with some room around it, in the boundary's coordinates."""
    west, south, east, north = boundary.bounds
    room = SURROUNDINGS * max(east - west, north - south)
    return west - room, south - room, east + room, north + room


def surroundings(boundary: Any, ground: Ground) -> Any:
    """The land survey beside a town, as far as a picture of the town reaches.

    Columns ``land_use_code``, ``three_class`` and geometry.
    """
    beside = shapely.difference(shapely.box(*near(boundary)), boundary)
    geometry = ground.frame.geometry.to_numpy()
    shapely.prepare(boundary)
    outside = np.flatnonzero(~shapely.covers(boundary, geometry))
    shapely.destroy_prepared(boundary)
    pieces, index = overlay.clip(beside, geometry[outside])
    part = ground.frame.iloc[outside[index]]
    return gpd.GeoDataFrame(
        {"land_use_code": part["code"].to_numpy(), "three_class": part["three_class"].to_numpy()},
        geometry=list(pieces),
        crs=ground.frame.crs,
    )


def _kept(
    name: str, spec: MeasureSpec, grounds: Mapping[str, Ground], profile: Profile
) -> dict[str, Kept]:
    """What counts of each filtered role, by the scheme and the tags of its layers."""
    kept = {}
    for role in dict.fromkeys([*spec.where, *spec.tagged, *spec.or_tagged]):
        if role not in grounds:
            continue
        codes, maybe = None, frozenset[str]()
        if role in spec.where:
            classes = grounds[role].classes
            if classes is None:
                raise CatalogError(
                    _(
                        "the measure {measure} needs the classes of {role}, but its layer in the"
                        " catalog has no class_column with a scheme or a table classes",
                        measure=name,
                        role=role,
                    )
                )
            told = [_codes(classes, group, profile) for group in _several(spec.where[role])]
            codes = frozenset[str]().union(*(sure for sure, _open in told))
            maybe = frozenset[str]().union(*(open_ for _sure, open_ in told))
        tags = frozenset(_several(spec.tagged[role])) if role in spec.tagged else None
        kept[role] = Kept(codes, maybe, tags, frozenset(_several(spec.or_tagged.get(role, ()))))
    return kept


def _codes(classes: Scheme, group: str, profile: Profile) -> tuple[frozenset[str], frozenset[str]]:
    """The codes that are of a group for sure, and those of which the scheme does not tell it.

    A scheme that has no groups of uses (a table of one's own, a survey's) tells construction land only;
    which of it is housing or industry nobody knows.
    """
    if group in classes.groups or group not in SELECTORS:
        return classes.members(group, profile), frozenset()
    if group in ZONES or "construction" not in classes.groups:
        return frozenset(), frozenset(classes.entries)
    return frozenset(), classes.members("construction", profile)


def _several(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _all(geometries: Any) -> Any:
    return shapely.union_all(geometries) if len(geometries) else shapely.Polygon()


class _Survey:
    """The pieces of one town, cut once for every chain of roles that a measure asks for."""

    def __init__(
        self, town: Town, area: Decimal, grounds: Mapping[str, Ground], sliver_width_m: float
    ) -> None:
        self.town = town
        self.area = area
        self.grounds = grounds
        self.sliver_width_m = sliver_width_m
        self.unit_m = geodesy.metres_per_unit(town.crs)
        self.noise = areas.NOTHING_M2 / self.unit_m**2
        self.overlaps: dict[str, list[Overlap]] = {}
        self._pieces: dict[str, Pieces] = {}
        self._uncovered: dict[str, Any] = {}
        self._gaps: dict[tuple[str, ...], Any] = {}
        self._overlap_m2: dict[str, Any] = {}
        self._chains: dict[tuple[str, ...], Closed] = {}
        self._outside: dict[tuple[tuple[str, ...], str], Closed] = {}

    def pieces(self, role: str) -> Pieces:
        """What of a role's ground lies in the town, each patch of land once."""
        if role not in self._pieces:
            found = town_pieces(self.town.boundary, self.grounds[role], self.unit_m)
            self._pieces[role], self.overlaps[role] = found.pieces, found.overlaps
        return self._pieces[role]

    def uncovered(self, role: str) -> Any:
        """The part of the town of which the role's layers say nothing."""
        if role not in self._uncovered:
            pieces = self.pieces(role).geometry
            if role == "land_use":
                rest = overlay.remainder(self.town.boundary, pieces, self.noise)
            elif role == "planned_use":
                rest = shapely.Polygon() if len(pieces) else self.town.boundary
            else:
                rest = shapely.difference(self.town.boundary, self.grounds[role].coverage)
            self._uncovered[role] = polygons_of(rest)[0]
        return self._uncovered[role]

    def chain(self, roles: tuple[str, ...]) -> Closed:
        """The common pieces of the roles' grounds, with areas that close to the town's."""
        if roles not in self._chains:
            if not roles:
                whole = Pieces(np.array([self.town.boundary]), {})
                cents = np.array([int(self.area / areas.CENT)])
                self._chains[roles] = Closed(whole, cents, np.zeros(1, dtype=np.int64), areas.ZERO)
            elif len(roles) == 1:
                self._chains[roles] = self._first(roles[0])
            else:
                parents, last = self.chain(roles[:-1]), self.pieces(roles[-1])
                common = overlay.cross(
                    parents.pieces, roles[-1], last.geometry, last.rows[roles[-1]]
                )
                self._chains[roles] = areas.close_pieces(parents, common, self.town.crs)
        return self._chains[roles]

    def outside(self, roles: tuple[str, ...], role: str) -> Closed:
        """The common pieces of `roles` beyond a further role's land, where that role is known."""
        if (roles, role) not in self._outside:
            parents, last = self.chain(roles), self.pieces(role)
            silent = polygons_of(shapely.difference(self.uncovered(role), _all(last.geometry)))
            known = np.concatenate([last.geometry, silent[~shapely.is_empty(silent)]])
            inner = overlay.cross(parents.pieces, role, known, np.arange(len(known)))
            closed = areas.close_pieces(parents, inner, self.town.crs)
            self._outside[roles, role] = areas.beyond_pieces(parents, closed)
        return self._outside[roles, role]

    def _first(self, role: str) -> Closed:
        pieces = self.pieces(role)
        if role == "land_use":
            rest = self.uncovered(role)
        else:
            rest = overlay.remainder(self.town.boundary, pieces.geometry, self.noise)
        rest_m2 = float(geodesy.official_area_m2(rest, self.town.crs)[0])
        return areas.close_town(self.area, pieces, rest_m2, self.town.crs, town=self.town.name)

    def measure(
        self,
        name: str,
        roles: tuple[str, ...],
        kept: Mapping[str, Kept],
        outside: str | None = None,
    ) -> Measure:
        """Sum the common pieces of `roles` that are `kept` and lie outside a further role's land."""
        needed = roles if outside is None else (*roles, outside)
        missing = tuple(role for role in needed if role not in self.grounds)
        if missing:
            return areas.no_measure(name, roles, self.area, missing, self.town.crs)
        return areas.measure(
            name,
            self.chain(roles) if outside is None else self.outside(roles, outside),
            self.grounds,
            kept,
            self.town.crs,
            town=self.town.code,
            sliver_width_m=self.sliver_width_m,
            overlap_m2=sum(float(self.overlap_m2(role).sum()) for role in roles),
            uncovered_m2=self.uncovered_m2(needed),
            assumed_coverage=tuple(
                role for role in needed if role not in RANKS and self.grounds[role].coverage_assumed
            ),
        )

    def gaps(self, roles: tuple[str, ...]) -> Any:
        """The patches of the town of which some role says nothing, slivers left out.

        Where they are all of the town, its own slivers are kept.
        """
        if roles not in self._gaps:
            rests = [self.uncovered(role) for role in roles]
            rest = shapely.union_all([rest for rest in rests if not rest.is_empty])
            patches = shapely.get_parts(rest)
            if not self._is_whole(rest.area):
                metres = geodesy.local_metres(patches, self.town.crs)
                patches = patches[~overlay.slivers(metres, self.sliver_width_m)]
            self._gaps[roles] = patches
        return self._gaps[roles]

    def uncovered_m2(self, roles: tuple[str, ...]) -> float:
        """The area of the gaps; exactly the town's where they are all of it."""
        gaps = self.gaps(roles)
        if self._is_whole(shapely.area(gaps).sum()):
            return float(self.area)
        return float(geodesy.official_area_m2(gaps, self.town.crs).sum())

    def _is_whole(self, area: float) -> bool:
        """Whether an area in the units of the CRS is that of the town."""
        return bool(self.town.boundary.area - area <= self.noise)

    def overlap_m2(self, role: str) -> Any:
        """The area of each overlap within a role's ground, in the order in which they were settled."""
        if role not in self._overlap_m2:
            shared = [found.geometry for found in self.overlaps[role]]
            self._overlap_m2[role] = geodesy.official_area_m2(shared, self.town.crs)
        return self._overlap_m2[role]

    def issues(self, tags: Collection[str]) -> Iterator[Issue]:
        """What was odd in the layers within this town; `tags` are those that measures ask for."""
        town = self.town.name
        for role, overlaps in self.overlaps.items():
            frame = self.grounds[role].frame
            yield from oddities.overlap_issues(town, frame, overlaps, self.overlap_m2(role))
        for role, ground in self.grounds.items():
            if role in self._pieces:
                yield from oddities.code_issues(town, ground, self.chain((role,)), tags)
        rest = self.chain(("land_use",)).rest.sum() if "land_use" in self.grounds else 0
        if rest:
            yield Issue(
                "land_use_uncovered",
                "warning",
                _(
                    "town {town}: the land survey does not cover {area} m² of it; that part stands as"
                    " a row of its own",
                    town=town,
                    area=areas.decimal_m2(rest),
                ),
                ",".join(sorted(set(self.grounds["land_use"].frame["layer"]))),
            )
