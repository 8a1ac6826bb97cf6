"""Pieces of land become areas that close to the last printed digit (平差).

The control area of a town is its official area to 0.01 m². Its pieces, and what no piece covers, share
it out in proportion to their measured areas by largest remainder; the pieces of pieces share out
theirs. So every table sums, and so does every table under it (`standards/SOURCES.md`, *Closing of
tables*).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland import units
from townland.errors import EngineError
from townland.geodesy import kernel
from townland.geodesy.plane import Plane
from townland.i18n import _
from townland.measuring import overlay
from townland.measuring.asked import Kept
from townland.measuring.feature_rows import FeatureRows
from townland.measuring.features import Features
from townland.measuring.overlay import Pieces
from townland.measuring.piece_table import PieceTable
from townland.measuring.prepare import Ground, polygons_of
from townland.measuring.recorded import STATE, owners

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
ADJUSTABLE_M2, ADJUSTABLE_SHARE, ADJUSTABLE_PIECE_M2 = 0.05, 1e-7, 0.02
"""What may be adjusted away at the control level; more is an error of topology (`standards/SOURCES.md`,
*Closing of tables*)."""

NOTHING_M2 = 0.005
"""Land that would be printed as 0.00 m² is no land."""

RIDGE_CODES = {
    "sandiao-2019": "1203",
    "gbt21010-2017": "1203",
    "gbt21010-2007": "123",
    "guide-2023": "2303",
}
"""Where each scheme books the ridges (田坎) that are deducted from cultivated land."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One land class of a town's land survey: gross, net of ridges, split by owner."""

    code: str
    name: str
    three_class: str | None
    gross_m2: Decimal
    net_m2: Decimal
    state_m2: Decimal | None
    collective_m2: Decimal | None


@dataclass(frozen=True, slots=True)
class LandClasses:
    """The land survey inside one town; the rows and `uncovered_m2` sum to `control_m2`."""

    scheme: str
    rows: tuple[ClassRow, ...]
    uncovered_m2: Decimal
    control_m2: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One measure of one town: the sum of its pieces, and what is known of its certainty.

    `frame` holds the pieces in the town's CRS: ``town``, ``<role>_id``, ``<role>_code`` for every
    layer, ``class_name`` and ``three_class`` (of the last layer with classes), ``area_m2`` and
    ``net_m2`` (`Decimal`, 0.01), ``sliver`` (bool), geometry; with planned use ``planned_group`` and
    ``planned_class``, its group of uses and its class; with the survey ``present_class`` and, where it
    records them, ``owner`` (``state``, ``collective``), ``slope_grade``, ``land_grade`` (等别),
    ``kg_per_ha`` (产能); ``village`` where a layer names it (坐落). `net_m2` is None where no
    layer of the measure has a ridge coefficient. `uncovered_m2` is the part of the town where a layer
    that the measure needs says nothing, `missing` the roles that no layer plays, `assumed_coverage` the
    roles whose coverage is only their bounding box, `unknown_m2` the part with unknown land codes,
    `untagged` the roles that the measure asks for tags and whose layers have none. `unplanned` is what
    the measure would gain were the town's land without a planned use built on as it counts
    (`measuring.unplanned`), None where there is no such land. `area_pm_m2` and `net_pm_m2` are the ± at
    95 % of what is no sliver, None where `without_accuracy` names layers, or the boundary, that state no
    accuracy; `face` is the measure as it is where none is stated (`measuring.accuracy`).
    """

    name: str
    layers: tuple[str, ...]
    area_m2: Decimal
    net_m2: Decimal | None
    sliver_m2: Decimal
    overlap_m2: Decimal
    uncovered_m2: Decimal
    closure_m2: Decimal
    unknown_m2: Decimal
    missing: tuple[str, ...]
    assumed_coverage: tuple[str, ...]
    table: PieceTable
    untagged: tuple[str, ...] = ()
    unplanned: Gain | None = None
    area_pm_m2: Decimal | None = None
    net_pm_m2: Decimal | None = None
    without_accuracy: tuple[str, ...] = ()
    face: Measure | None = None

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The pieces as a frame."""
        return self.table.frame

    @property
    def pieces(self) -> int:
        """How many pieces the measure has, slivers included."""
        return len(self.table)


@dataclass(frozen=True, slots=True, eq=False)
class Gain:
    """What a measure would gain were land planned `as_` somebody might yet plan it (None: anyhow)."""

    as_: Kept | None
    measure: Measure


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """Pieces with their areas in whole hundredths of a m², so adjusted that they close.

    `rest` is what each parent has beyond its pieces; `closure_m2` what was adjusted away.
    """

    pieces: Pieces
    cents: Ints
    rest: Ints
    closure_m2: Decimal


def whole_town(boundary: shapely.Geometry, area_m2: Decimal) -> Closed:
    """A town itself as the one piece from which chains of layers are cut."""
    whole = Pieces(np.array([boundary]), {})
    return Closed(whole, np.array([int(area_m2 / CENT)]), np.zeros(1, dtype=np.int64), ZERO)


def close_town(
    control_m2: Decimal,
    pieces: Pieces,
    uncovered_m2: float,
    plane: Plane,
    *,
    town: str,
) -> Closed:
    """Share a town's control area out to the pieces of one layer and to what it does not cover.

    Parameters
    ----------
    control_m2
        The town's official area.
    pieces
        The layer's pieces in it, each patch of land once.
    uncovered_m2
        The area of the town that no piece covers.
    plane
        The plane of the pieces.
    town
        The town's name.

    Raises
    ------
    EngineError
        The pieces and the rest miss the control area by more than rounding explains: they overlap, or
        something was lost.

    """
    raw = plane.official_m2(pieces.geometry)
    closure = float(control_m2) - float(raw.sum()) - uncovered_m2
    allowed = max(
        ADJUSTABLE_M2, ADJUSTABLE_SHARE * float(control_m2), ADJUSTABLE_PIECE_M2 * len(raw)
    )
    # rounding alone may be adjusted away, more is a fault of topology (SOURCES.md, Closing of tables)
    if abs(closure) > allowed:
        raise EngineError(
            _(
                "town {town}: the pieces of {role} and the part without any sum to {found} m², the"
                " town's control area is {control} m²; the difference is more than rounding explains"
                " ({allowed} m²). No figure of this town can be trusted; please report this as a bug",
                town=town,
                role=next(iter(pieces.rows)),
                found=units.m2(float(raw.sum()) + uncovered_m2),
                control=control_m2,
                allowed=units.m2(allowed),
            )
        )
    shares = units.apportion([*raw.tolist(), uncovered_m2], control_m2)
    cents = np.array([int(share / CENT) for share in shares], dtype=np.int64)
    return Closed(pieces, cents[:-1], cents[-1:], units.m2(abs(closure)))


def close_pieces(parents: Closed, pieces: Pieces, plane: Plane) -> Closed:
    """Share each parent's area out to the pieces cut from it and to the rest of it.

    Whether there is a rest is seen on the plane, where cutting is exact to 1e-8 m²; on the ellipsoid
    the norm's rounding of every cut makes pieces and parent differ by some 0.01 m².

    Parameters
    ----------
    parents
        What the pieces are cut from.
    pieces
        The pieces, ordered by parent.
    plane
        The plane of both.
    """
    raw = plane.official_m2(pieces.geometry)
    whole = plane.official_m2(parents.pieces.geometry)
    cents = np.zeros(len(pieces), dtype=np.int64)
    rest = parents.cents.copy()
    if pieces.parent is None or not len(pieces):
        return Closed(pieces, cents, rest, parents.closure_m2)
    on_plane = shapely.area(pieces.geometry) * plane.unit_m**2
    whole_plane = shapely.area(parents.pieces.geometry) * plane.unit_m**2
    bounds = np.searchsorted(pieces.parent, np.arange(len(whole) + 1))
    for parent, (start, end) in enumerate(pairwise(bounds)):
        if start == end:
            continue
        beyond = 0.0
        if whole_plane[parent] - on_plane[start:end].sum() > NOTHING_M2:
            beyond = max(0.0, float(whole[parent] - raw[start:end].sum()))
        weights = [*raw[start:end].tolist(), beyond]
        shares = units.apportion(weights, int(parents.cents[parent]) * CENT)
        cents[start:end] = [int(share / CENT) for share in shares[:-1]]
        rest[parent] = int(shares[-1] / CENT)
    return Closed(pieces, cents, rest, parents.closure_m2)


def beyond_pieces(parents: Closed, inner: Closed) -> Closed:
    """What each parent has beyond the pieces cut from it, as pieces: with them it sums to the parent."""
    left = np.flatnonzero(inner.rest > 0)
    geometry = parents.pieces.geometry[left].copy()
    bounds = np.searchsorted(
        inner.pieces.parent if inner.pieces.parent is not None else np.empty(0), [left, left + 1]
    )
    for at, (start, end) in enumerate(bounds.T):
        if start < end:
            taken = kernel.union(inner.pieces.geometry[start:end])
            beyond = polygons_of(kernel.difference(geometry[at], taken))
            wide = kernel.without_hairs(beyond)
            geometry[at] = (beyond if wide[0].is_empty else wide)[0]
    rows = {role: known[left] for role, known in parents.pieces.rows.items()}
    cents = inner.rest[left]
    return Closed(Pieces(geometry, rows), cents, np.zeros_like(cents), parents.closure_m2)


def known_land(
    pieces: npt.NDArray[np.object_], uncovered: shapely.Geometry
) -> tuple[npt.NDArray[np.object_], Ints]:
    """A layer's pieces and, as one more, the land of which it says nothing; the rest is beyond.

    Returns
    -------
    The polygons, and a number for each.
    """
    silent = polygons_of(kernel.difference(uncovered, kernel.union(pieces)))
    known = np.concatenate([pieces, silent[~shapely.is_empty(silent)]])
    return known, np.arange(len(known))


def decimal_m2(cents: int | np.int64) -> Decimal:
    """Hundredths of a m² as a decimal of m²."""
    return int(cents) * CENT


def ridge_cents(cents: Ints, coefficient: Floats) -> Ints:
    """The ridge area (田坎) in each piece: area × coefficient, half up to 0.01 m²."""
    out = np.zeros(len(cents), dtype=np.int64)
    for i in np.flatnonzero(coefficient > 0):
        out[i] = int(units.ridge(decimal_m2(cents[i]), float(coefficient[i])) / CENT)
    return out


def land_classes(
    closed: Closed, ground: Ground, *, control_m2: Decimal, ridge_name: str
) -> LandClasses:
    """Sum the pieces of a land survey by class; the rows close with the part not covered.

    The ridges are taken from the net area of the class they lie in and added to that of the scheme's
    class for ridges (1203 田坎 in the survey), so that the net column sums to the control area too.

    Parameters
    ----------
    closed, ground
        The survey's pieces in a town, and its ground.
    control_m2
        The town's official area.
    ridge_name
        The name of the class of ridges where the survey itself has no such feature.
    """
    part = FeatureRows(ground.columns, closed.pieces.rows[ground.role])
    codes = part["code"].astype(object).where(part["code"].notna(), "").to_numpy()
    state = np.isin(owners(part), STATE)
    ridges = ridge_cents(closed.cents, part["ridge"].to_numpy(dtype=float))
    names = dict(zip(codes, zip(part["class_name"], part["three_class"], strict=True), strict=True))
    booked = RIDGE_CODES.get(ground.scheme, "")
    # each scheme has a class of its own for ridges (1203 in TD/T 1055-2019): there they are booked
    if ridges.sum() and booked not in names:
        names[booked] = (ridge_name, "农用地")
    rows = []
    for code in sorted(names):
        here = codes == code
        gross = closed.cents[here].sum()
        net = gross - ridges[here].sum() + (ridges.sum() if code == booked else 0)
        name, three_class = names[code]
        owned = (closed.cents[here & state].sum(), closed.cents[here & ~state].sum())
        by_owner = [decimal_m2(cents) if ground.owned else None for cents in owned]
        rows.append(
            ClassRow(code, name or "", three_class, decimal_m2(gross), decimal_m2(net), *by_owner)
        )
    return LandClasses(ground.scheme, tuple(rows), decimal_m2(closed.rest.sum()), control_m2)


def measure(
    name: str,
    closed: Closed,
    features: Features,
    kept: Mapping[str, Kept],
    plane: Plane,
    *,
    town: str,
    sliver_width_m: float,
    overlap_m2: float = 0.0,
    uncovered_m2: float = 0.0,
    assumed_coverage: tuple[str, ...] = (),
) -> Measure:
    """Pick a measure's pieces out of the common pieces of its layers, and sum them.

    Parameters
    ----------
    name
        The measure's name.
    closed, features
        The pieces of the layers, in the measure's order, and the features that they are of.
    kept
        What counts, for the roles that are filtered.
    plane
        The plane of the pieces.
    town
        The town's code.
    sliver_width_m
        Patches narrower than this are slivers.
    overlap_m2, uncovered_m2
        The land that features of the layers claim twice, and the land of which a role says nothing.
    assumed_coverage
        The roles whose coverage is only their bounding box.
    """
    roles = tuple(features.parts)
    counts, perhaps = _counted(features.parts, kept, len(closed.pieces))
    cents, geometry = closed.cents[counts], closed.pieces.geometry[counts]
    net = None if features.ridge is None else cents - ridge_cents(cents, features.ridge[counts])
    thin = overlay.slivers(geometry, sliver_width_m, plane.scale(geometry))
    shown = features.columns.items()
    columns = {
        "town": town,
        **{column: values if values is None else values[counts] for column, values in shown},
        "area_m2": [decimal_m2(value) for value in cents],
        "net_m2": [None] * len(cents) if net is None else [decimal_m2(value) for value in net],
        "sliver": thin,
    }
    return Measure(
        name,
        roles,
        area_m2=decimal_m2(cents.sum()),
        net_m2=None if net is None else decimal_m2(net.sum()),
        sliver_m2=decimal_m2(cents[thin].sum()),
        overlap_m2=units.m2(overlap_m2),
        uncovered_m2=units.m2(uncovered_m2),
        closure_m2=closed.closure_m2,
        unknown_m2=decimal_m2(closed.cents[perhaps & ~counts].sum()),
        missing=(),
        assumed_coverage=assumed_coverage,
        table=PieceTable(columns, features.geometry[counts], plane.crs),
        untagged=_untagged(kept, features.tagged),
    )


def _counted(
    parts: Mapping[str, FeatureRows], kept: Mapping[str, Kept], count: int
) -> tuple[Bools, Bools]:
    """Which pieces count in a measure, and which do or might.

    Parameters
    ----------
    parts
        The feature of each piece, by role.
    kept
        What counts, for the roles that are filtered.
    count
        How many pieces there are.
    """
    counts = np.ones(count, dtype=bool)
    perhaps = counts.copy()
    for role, filtered in kept.items():
        sure, might = filtered.counted(parts[role])
        counts, perhaps = counts & sure, perhaps & might
    return counts, perhaps


def _untagged(kept: Mapping[str, Kept], tagged: frozenset[str]) -> tuple[str, ...]:
    """The roles that a measure asks for tags and whose layers have none."""
    return tuple(
        role
        for role, filtered in kept.items()
        if (filtered.or_tags or filtered.tags is not None) and role not in tagged
    )


def no_measure(
    name: str,
    roles: tuple[str, ...],
    *,
    town_m2: Decimal,
    missing: tuple[str, ...],
    crs: pyproj.CRS,
) -> Measure:
    """The measure that could not be taken because no layer plays some of its roles.

    Parameters
    ----------
    name, roles
        The measure's name, and its roles in order.
    town_m2
        The town's official area, all of which counts as not covered.
    missing
        The roles that no layer plays.
    crs
        The town's CRS.
    """
    table = _no_pieces(roles, crs)
    return Measure(name, roles, ZERO, None, ZERO, ZERO, town_m2, ZERO, ZERO, missing, (), table)


@lru_cache(maxsize=256)
def _no_pieces(roles: tuple[str, ...], crs: pyproj.CRS) -> PieceTable:
    """The table without rows that measures of the same layers share."""
    columns = ["town", *(f"{role}_{what}" for role in roles for what in ("id", "code"))]
    columns += ["class_name", "three_class", "source", "use_group", "land_group"]
    columns += ["planned_group", "planned_class"] if "planned_use" in roles else []
    columns += ["present_class"] if "land_use" in roles else []
    columns += ["area_m2", "net_m2", "sliver"]
    return PieceTable(dict.fromkeys(columns, ()), np.empty(0, dtype=object), crs)
