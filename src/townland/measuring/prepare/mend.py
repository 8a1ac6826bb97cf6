"""Raw geometry becomes valid polygons, and every repair is written down."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import geodesy, units
from townland.errors import GeometryError
from townland.geodesy import Geometries
from townland.i18n import Words, _, listed
from townland.issues import GEOMETRY, Issue
from townland.measuring.prepare.areal import in_threads, made_valid
from townland.measuring.prepare.faults import Fault, described, invalid

REFUSED_M2 = 0.01
REFUSED_SHARE = 1e-6
"""A repair that changes a protected area by more than the larger of the two is refused
(`standards/SOURCES.md`, *Repairs*)."""


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """One geometry that was mended: what was wrong, what was done, its area before and after.

    `area_before_m2` is the official area of the rings as they stand, each ring's signed area by itself
    without its sign, shells added and holes taken away: what other software reports of the geometry if
    it does not look at its validity; of a bow-tie that is 0. It is 0 where a coordinate is no number, so
    that there is none. `geometry` is the mended
    geometry in `crs`, for the map of repairs. `code` is one of `issues.GEOMETRY`, `place` where the
    fault lies in `crs`. `accepted` says that the repair changed a protected area, and was accepted by
    name.
    """

    layer: str
    feature: str
    problem: Words
    action: Words
    area_before_m2: Decimal
    area_after_m2: Decimal
    geometry: shapely.Geometry
    crs: pyproj.CRS
    code: str = "geometry_invalid"
    place: tuple[float, float] | None = None
    accepted: bool = False


def mend(
    geometries: Geometries,
    ids: Collection[str],
    crs: pyproj.CRS,
    *,
    layer: str,
    protected: bool,
    accepted: Collection[str] = (),
) -> tuple[npt.NDArray[np.object_], tuple[Repair, ...]]:
    """Make every polygon valid with the structure method, and keep a ledger.

    The structure method takes rings as what they are, shells and holes, so a bow-tie becomes its two
    triangles and a self-overlapping ring its outline, where GEOS's linework method would punch holes.
    Vertices that are no numbers are left out first.

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
        accepted by name.

    """
    geometries = np.array(geometries, dtype=object, ndmin=1)
    broken = np.flatnonzero(~in_threads(shapely.is_valid, geometries))
    if not len(broken):
        return geometries, ()
    names = list(ids)
    faults = [invalid(geometries[at], int(at)) for at in broken]
    raw, known = _finite(geometries[broken])
    before = np.where(known, geodesy.official_area_m2(raw, crs), 0.0)
    mended = made_valid(raw)
    after = geodesy.official_area_m2(mended, crs)
    # of a geometry with a coordinate that is no number the area before is not known at all
    changed = np.abs(after - before) > np.maximum(REFUSED_M2, REFUSED_SHARE * before)
    changed |= ~known
    repairs = []
    for i, at in enumerate(broken):
        refused = bool(protected and changed[i])
        repair = Repair(
            layer=layer,
            feature=names[at],
            problem=described(faults[i]),
            action=_action(after[i], by_name=refused),
            area_before_m2=units.m2(before[i]),
            area_after_m2=units.m2(after[i]),
            geometry=mended[i],
            crs=crs,
            code=faults[i].code,
            place=faults[i].place,
            accepted=refused,
        )
        # SOURCES.md, Repairs: a protected area is changed only where the user accepts it by name
        if refused and f"{layer}:{names[at]}" not in accepted:
            raise _refusal(repair)
        repairs.append(repair)
    geometries[broken] = mended
    return geometries, tuple(repairs)


def _refusal(repair: Repair) -> GeometryError:
    """The error of a repair that would change a protected area and is not accepted."""
    return GeometryError(
        _(
            "layer {layer}, feature {feature}: its geometry is not valid ({reason}), and"
            " mending it would change its area from {before} m² to {after} m². Mend it in"
            " the data, or accept the repair by name: --accept-repair {name}",
            layer=repair.layer,
            feature=repair.feature,
            name=_quoted(f"{repair.layer}:{repair.feature}"),
            reason=repair.problem,
            before=repair.area_before_m2,
            after=repair.area_after_m2,
        )
    )


def _quoted(name: str) -> str:
    """As a shell takes it for one word.

    >>> _quoted("farmland:7"), _quoted("镇界 2020:7")
    ('farmland:7', '"镇界 2020:7"')
    """
    return name if re.fullmatch(r"[\w:.,/+-]+", name) else f'"{name}"'


def _action(after: float, *, by_name: bool) -> Words:
    if after <= 0:
        return _("dropped: nothing areal was left")
    if by_name:
        return _("mended with the structure method, as accepted with --accept-repair")
    return _("mended with the structure method")


def _finite(
    geometries: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """The geometries without the vertices that are no numbers, and which had none of those."""
    xy, row = shapely.get_coordinates(geometries, return_index=True)
    known = np.ones(len(geometries), dtype=bool)
    known[row[~np.isfinite(xy).all(axis=1)]] = False
    for at in np.flatnonzero(~known):
        parts = [
            shapely.Polygon(shell, [hole for hole in holes if hole is not None])
            for shell, *holes in (
                [_ring(ring) for ring in (part.exterior, *part.interiors)]
                for part in shapely.get_parts(geometries[at])
            )
            if shell is not None
        ]
        geometries[at] = shapely.multipolygons(parts) if parts else shapely.Polygon()
    return geometries, known


def _ring(ring: shapely.LinearRing) -> shapely.LinearRing | None:
    """A ring of the finite vertices of a ring; None where fewer than three are left."""
    xy = shapely.get_coordinates(ring)[:-1]
    xy = xy[np.isfinite(xy).all(axis=1)]
    return shapely.linearrings(xy) if len(xy) > 2 else None


def collapsed(repairs: Sequence[Repair]) -> Iterator[Issue]:
    """An issue for each layer that lost features in mending: how many, and which."""
    lost: dict[str, list[Repair]] = {}
    for repair in repairs:
        if repair.area_after_m2 == 0:
            lost.setdefault(repair.layer, []).append(repair)
    for layer, those in lost.items():
        message = _(
            "{count} {count:feature encloses|features enclose} no area, and"
            " {count:is|are} left out: {features}",
            count=len(those),
            features=listed(repair.feature for repair in those),
        )
        yield Issue(
            "geometry_collapsed",
            GEOMETRY["geometry_collapsed"],
            message,
            layer,
            those[0].feature if len(those) == 1 else "",
            those[0].place,
        )


def unused(accepted: Collection[str], repairs: Sequence[Repair]) -> Iterator[Issue]:
    """Tell which accepted repairs were not needed: perhaps their names are mistyped."""
    made = {f"{repair.layer}:{repair.feature}" for repair in repairs}
    for name in dict.fromkeys(accepted):
        if name not in made:
            yield Issue(
                "accept_repair_unused",
                "warning",
                _(
                    "--accept-repair {name}: no such repair was made; the layers and features that were"
                    " mended are {made}",
                    name=name,
                    made=listed(sorted(made) or "-"),
                ),
            )


def issues_of(
    repairs: Sequence[Repair], faults: Iterable[Fault], names: Sequence[str], layer: str
) -> list[Issue]:
    """Every fault of the polygons of a layer, feature by feature, with its place and areas.

    ``geometry_invalid`` reports what mending does to a feature's area, and beside it stands the issue
    that names the fault (`issues.GEOMETRY`); ``spike`` and ``points_repeated`` are looked for in valid
    polygons too. What collapses is ``geometry_collapsed``.

    Parameters
    ----------
    repairs, faults
        All repairs and all faults of vertices, in the order of `mend` and `vertex_faults`.
    names, layer
        The feature ids, and the layer's name.
    """
    issues = []
    for repair in repairs:
        change = _(
            "{problem}; mending changes its area from {before} m² to {after} m²",
            problem=repair.problem,
            before=repair.area_before_m2,
            after=repair.area_after_m2,
        )
        for code, message in (("geometry_invalid", change), (repair.code, repair.problem)):
            issues.append(_repair_issue(code, message, repair))
            if repair.code == code:
                break
    issues += collapsed(repairs)
    reported = {(issue.code, issue.feature) for issue in issues}
    for fault in faults:
        feature, severity = names[fault.row], GEOMETRY[fault.code]
        if (fault.code, feature) not in reported:
            message = described(fault)
            issues.append(Issue(fault.code, severity, message, layer, feature, fault.place))
    return issues


def _repair_issue(code: str, message: Words, repair: Repair) -> Issue:
    """An issue of a feature that is to be mended, with its areas before and after.

    Parameters
    ----------
    code, message
        The issue's code and words.
    repair
        The repair.
    """
    return Issue(
        code,
        GEOMETRY[code],
        message,
        repair.layer,
        repair.feature,
        repair.place,
        repair.area_before_m2,
        repair.area_after_m2,
    )
