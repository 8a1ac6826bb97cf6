"""How far an area may be off by the accuracy that boundary and layers state: ± at 95 %.

Every vertex has an independent error of standard deviation σ in east and in north; between two vertices
the error goes linearly. The area changes by Σ normal · length · weight of the vertex, over the edges
that bound it, so that Var(A) = Σ σ²·|dA/dvertex|² (propagation of variances, `standards/SOURCES.md`,
*Accuracy of an area*). What parcels share inside cancels, because their pieces are dissolved first.
Shifts common to a whole layer are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import shapely

from townland import geodesy, units
from townland.measuring import overlay
from townland.measuring.areas import Gain, Measure
from townland.measuring.asked import Kept, Roles
from townland.measuring.cut import Cut
from townland.measuring.edges import Edges, edges_of, segments_of, together
from townland.measuring.feature_rows import FeatureRows
from townland.measuring.prepare import Ground
from townland.measuring.unplanned import PLAN
from townland.towns import Town

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

NORMAL_95 = 1.96
"""Of a normal error 95 % lie within so many standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Accuracies:
    """A town with what its boundary and layers state of their accuracy.

    `sliver_sigma` is so many standard deviations of its two edges a piece must be wide to be proved.
    `gains` are those already known, by their pieces.
    """

    town: Town
    grounds: Mapping[str, Ground]
    cuts: Mapping[str, Cut]
    sliver_sigma: float
    _known: dict[tuple[str, bytes], Edges] = field(default_factory=dict)
    gains: dict[int, Measure] = field(default_factory=dict)

    def wanting(self, roles: Roles) -> tuple[str, ...]:
        """The boundary and the layers of some roles that state no accuracy, by name."""
        boundary = [] if self.town.accuracy_m is not None else [self.town.input.name]
        layers = (
            name
            for role in roles
            if role in self.grounds
            for name, sigma in self.grounds[role].accuracy.items()
            if sigma is None
        )
        return tuple(dict.fromkeys([*boundary, *layers]))

    def metres(self, shapes: Shapes) -> Shapes:
        """Polygons in metres from the corner of the town, where rounding is least."""
        scale, corner = _frame(self.town)
        moved = shapely.transform(shapes, lambda xy: (xy - corner) * scale)
        return np.asarray(moved, dtype=object)

    def edges(self, role: str, kept: Kept | None) -> Edges:
        """The edges of a role's land near the town, as far as it counts; "" is the town itself.

        Parameters
        ----------
        role
            The role.
        kept
            What of it counts; None for all.
        """
        if not role:
            rows = np.empty(0, dtype=np.int64)
        else:
            ground, rows = self.grounds[role], np.unique(self.cuts[role].pieces.rows[role])
            if kept is not None:
                rows = rows[kept.counted(FeatureRows(ground.columns, rows))[0]]
        key = (role, rows.tobytes())
        if key not in self._known:
            self._known[key] = self._edges(role, rows)
        return self._known[key]

    def _edges(self, role: str, rows: Ints) -> Edges:
        if not role:
            return edges_of(self.metres(np.array([self.town.boundary])), self.town.accuracy_m or 0)
        ground = self.grounds[role]
        land = dissolved(self.metres(ground.frame.geometry.to_numpy()[rows]))
        layers = ground.frame["layer"].iloc[rows].unique()
        # where layers of one role differ, the least accurate counts
        sigma = max((ground.accuracy[name] or 0.0 for name in layers), default=0.0)
        return edges_of(land, sigma)


def _frame(town: Town) -> tuple[Floats, Floats]:
    """Metres in a unit of x and y of a town's coordinates, and the corner from which they count."""
    boundary = np.array([town.boundary])
    return np.array(geodesy.local_scale(boundary, town.crs)), shapely.bounds(boundary)[0, :2]


def with_accuracy(
    measure: Measure,
    stated: Accuracies,
    kept: Mapping[str, Kept],
    *,
    outside: str | None = None,
    beside: Roles = (),
) -> Measure:
    """A measure with its ±, and its pieces narrower than their edges are sure as slivers.

    Where the boundary or a layer states no accuracy it has no ±, and names them.

    Parameters
    ----------
    measure
        The measure at face value.
    stated
        The town, and what is stated of its accuracy.
    kept
        What counts, for the roles that are filtered.
    outside
        The role outside whose land the measure lies.
    beside
        Further roles whose land bounds it.
    """
    other = beside if outside is None else (*beside, outside)
    wanting = stated.wanting((*measure.layers, *other))
    if wanting or measure.missing:
        return replace(measure, without_accuracy=wanting)
    if not measure.pieces:
        return _with_pm(measure, np.empty(0, dtype=bool), [], (0.0, 0.0))
    pieces = stated.metres(measure.table.geometry)
    sources = [stated.edges("", None)]
    sources += [stated.edges(role, kept.get(role)) for role in measure.layers]
    sources += [stated.edges(role, None) for role in other]
    edges = together(sources)
    patches = dissolved(pieces)
    thin = measure.table.sliver
    narrow = thin | narrow_pieces(pieces, patches, edges, stated.sliver_sigma)
    weights = _weights(measure)[~narrow]
    land = dissolved(pieces[~narrow]) if narrow.any() else patches
    each = NORMAL_95 * edges.sds(segments_of(pieces), len(pieces))
    # of a piece too narrow to be proved, ± would say that it may be less than nothing
    pms = [None if sliver else units.m2(pm) for pm, sliver in zip(each, narrow, strict=True)]
    return _with_pm(measure, narrow, pms, _sds(pieces[~narrow], land, weights, edges))


def _with_pm(
    measure: Measure, narrow: Bools, pms: list[Decimal | None], sds: tuple[float, float]
) -> Measure:
    """A measure with what is known of its accuracy.

    Parameters
    ----------
    measure
        The measure at face value.
    narrow, pms
        Of each piece whether it is a sliver, and its ±.
    sds
        The standard deviations of the area, gross and net.
    """
    gross, net = (units.m2(NORMAL_95 * sd) for sd in sds)
    return replace(
        measure,
        table=measure.table.with_columns({"sliver": narrow, "pm_m2": pms}),
        sliver_m2=sum(measure.table.column("area_m2")[narrow], units.m2(0)),
        area_pm_m2=gross,
        net_pm_m2=None if measure.net_m2 is None else net,
        face=measure,
    )


def gain_with_accuracy(
    gain: Gain, stated: Accuracies, kept: Mapping[str, Kept], *, outside: str | None
) -> Gain:
    """What a measure would gain, with its ±; measures that gain the same land share it.

    Parameters
    ----------
    gain
        The gain at face value.
    stated, kept, outside
        As in `with_accuracy`, of the measure that would gain it.
    """
    own, known = gain.measure, stated.gains.get(id(gain.measure.table))
    if known is None:
        # the open land ends where any plot of the plan begins
        open_land = {role: each for role, each in kept.items() if role != PLAN}
        known = with_accuracy(own, stated, open_land, outside=outside, beside=(PLAN,))
        stated.gains[id(own.table)] = known
    face = None if known.face is None else own
    return replace(gain, measure=replace(known, name=own.name, face=face))


def boundary_pm_m2(stated: Accuracies) -> Decimal | None:
    """The ± at 95 % of a town's area; None where its boundary states no accuracy."""
    if stated.town.accuracy_m is None:
        return None
    boundary = stated.metres(np.array([stated.town.boundary]))
    return units.m2(NORMAL_95 * stated.edges("", None).gradient(segments_of(boundary)).sd())


def _weights(measure: Measure) -> Floats:
    """What of each piece is left net of ridges, as a share of it, to four digits."""
    if measure.net_m2 is None:
        return np.ones(measure.pieces)
    gross = measure.table.column("area_m2").astype(float)
    net = measure.table.column("net_m2").astype(float)
    share = np.divide(net, gross, out=np.ones_like(gross), where=gross > 0)
    return np.asarray(share.round(_SHARE_DIGITS), dtype=float)


_SHARE_DIGITS = 4


def dissolved(pieces: Shapes) -> Shapes:
    """The patches that pieces make together."""
    return np.asarray(shapely.get_parts(shapely.disjoint_subset_union_all(pieces)), dtype=object)


def _sds(pieces: Shapes, land: Shapes, weights: Floats, edges: Edges) -> tuple[float, float]:
    """The standard deviations in m² of the area of pieces, gross and by their weights.

    Parameters
    ----------
    pieces, weights
        Polygons that do not overlap, in metres, and the share of each that counts net.
    land
        The patches that they make together.
    edges
        The edges that bound them.
    """
    if not len(pieces):
        return 0.0, 0.0
    gross = edges.gradient(segments_of(land))
    shares, group = np.unique(weights, return_inverse=True)
    if len(shares) == 1:
        return gross.sd(), float(shares[0]) * gross.sd()
    lands = np.array([shapely.union_all(pieces[group == n]) for n in range(len(shares))])
    return gross.sd(), edges.gradient(segments_of(lands, shares)).sd()


def narrow_pieces(pieces: Shapes, patches: Shapes, edges: Edges, sliver_sigma: float) -> Bools:
    """Which pieces belong to a patch that is narrower than `sliver_sigma` times σ of its two edges.

    As a sliver, neither a split parcel nor narrow parcels side by side are narrow.

    Parameters
    ----------
    pieces, patches
        Polygons that do not overlap, in metres, and the patches that they make together.
    edges
        The edges that bound them.
    sliver_sigma
        So many standard deviations of the distance of two edges.
    """
    narrow = np.zeros(len(pieces), dtype=bool)
    widest = sliver_sigma * np.sqrt(2) * float(edges.sigma.max(initial=0.0))
    thin = np.flatnonzero(overlay.width(pieces) < widest)
    candidates = np.flatnonzero(overlay.width(patches) < widest)
    if not len(thin) or not len(candidates):
        return narrow
    two_edges = np.sqrt(2) * edges.mean_sigma(segments_of(patches[candidates]), len(candidates))
    limit = np.zeros(len(patches))
    limit[candidates] = sliver_sigma * two_edges
    limit[overlay.width(patches) >= limit] = 0.0
    inner = shapely.point_on_surface(pieces[thin])
    piece, patch = shapely.STRtree(patches).query(inner, predicate="dwithin", distance=1e-6)
    below = overlay.width(pieces[thin[piece]]) < limit[patch]
    narrow[thin[piece[below]]] = True
    return narrow


def at_face_value(measure: Measure) -> Measure:
    """A measure as it is where no accuracy is stated."""
    own = measure if measure.face is None else measure.face
    gain = measure.unplanned
    if gain is None:
        return own
    return replace(own, unplanned=replace(gain, measure=at_face_value(gain.measure)))
