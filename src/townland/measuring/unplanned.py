"""The land of a town without a planned use, and what the measures would gain were it built on.

A plan without declared coverage says nothing of the land beside its plots. A rule that leans on the
plan is judged at both ends: nothing more is built, and all of that land is.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from townland.measuring import areas
from townland.measuring.areas import CENT, ZERO, Closed, Gain, Measure
from townland.measuring.asked import Kept, MeasureAsked, Roles
from townland.measuring.cut import Cut, Geometries, beyond_role, crossed
from townland.measuring.features import features_of
from townland.measuring.overlay import Pieces
from townland.measuring.prepare import Ground
from townland.measuring.town_land import TownLand

PLAN = "planned_use"


def gains(
    town: TownLand,
    grounds: Mapping[str, Ground],
    cuts: Mapping[str, Cut],
    measures: Mapping[str, MeasureAsked],
    kept: Mapping[str, Mapping[str, Kept]],
    *,
    sliver_width_m: float,
) -> dict[str, Gain]:
    """What each measure of planned land would gain were the land without a planned use built on.

    Slivers are left out: they come from the digitising of the layers.

    Parameters
    ----------
    town, grounds, cuts
        The town, the ground of each role, and its pieces.
    measures, kept
        What is measured, by name, and what of it counts.
    sliver_width_m
        Patches narrower than this are slivers.
    """
    patches = cuts[PLAN].open if PLAN in cuts else np.array([], dtype=object)
    if not len(patches):
        return {}
    chains: dict[Roles, Closed] = {(): _whole(patches, town)}
    gained: dict[str, Gain] = {}
    known: dict[Hashable, Measure] = {}
    for name, spec in measures.items():
        roles = tuple(role for role in spec.layers if role != PLAN)
        if PLAN not in spec.layers or not {*spec.layers, spec.outside or PLAN} <= set(cuts):
            continue
        filters = {role: each for role, each in kept[name].items() if role != PLAN}
        # measures that differ only in what of the plan counts gain the same
        asked = (roles, spec.outside, *filters.items())
        if asked not in known:
            closed = _chain(chains, roles, cuts, town)
            if spec.outside is not None:
                closed = beyond_role(town, closed, spec.outside, cuts[spec.outside])
            features = features_of(closed.pieces, grounds, town.plane)
            whole = areas.measure(
                name,
                closed,
                features,
                filters,
                town.plane,
                town=town.code,
                sliver_width_m=sliver_width_m,
            )
            known[asked] = _beyond_slivers(whole)
        more = known[asked]
        if more.area_m2 or more.unknown_m2:
            gained[name] = Gain(kept[name].get(PLAN), replace(more, name=name))
    return gained


def _whole(patches: Geometries, town: TownLand) -> Closed:
    """The land without a planned use as the pieces from which chains of layers are cut."""
    cents = np.rint(town.plane.official_m2(patches) / float(CENT)).astype(np.int64)
    return Closed(Pieces(patches, {}), cents, cents.copy(), ZERO)


def _chain(
    chains: dict[Roles, Closed], roles: Roles, cuts: Mapping[str, Cut], town: TownLand
) -> Closed:
    """The common pieces of the land without a planned use and some roles; each chain is cut once.

    Parameters
    ----------
    chains
        Those that are there already; what is cut is added.
    roles
        The roles in order.
    cuts
        The town's pieces of each role.
    town
        The town.
    """
    if roles not in chains:
        parents = _chain(chains, roles[:-1], cuts, town)
        chains[roles] = crossed(town, parents, roles[-1], cuts[roles[-1]])
    return chains[roles]


def _beyond_slivers(measure: Measure) -> Measure:
    """A measure without its slivers."""
    if not measure.sliver_m2:
        return measure
    table = measure.table.kept(~measure.table.sliver)
    net = None if measure.net_m2 is None else sum(table.column("net_m2"), ZERO)
    gross = sum(table.column("area_m2"), ZERO)
    return replace(measure, table=table, area_m2=gross, net_m2=net, sliver_m2=ZERO)


def planned_as(measure: Measure, way: Kept | None) -> Measure:
    """The measure as it would be were the land without a planned use planned in some way.

    Parameters
    ----------
    measure
        The measure as it is.
    way
        What the land would be planned as: as what counts in a measure (`Gain.as_`). It counts in every
        measure that counts all of that.
    """
    gain = measure.unplanned
    if gain is None or not _counts(gain.as_, way):
        return measure
    more = gain.measure
    return replace(
        measure,
        area_m2=measure.area_m2 + more.area_m2,
        net_m2=_sum(measure.net_m2, more.net_m2, more.area_m2),
        sliver_m2=measure.sliver_m2 + more.sliver_m2,
        area_pm_m2=_both(measure.area_pm_m2, more.area_pm_m2),
        net_pm_m2=_both(measure.net_pm_m2, more.net_pm_m2 or more.area_pm_m2),
        unknown_m2=measure.unknown_m2 + more.unknown_m2,
        table=measure.table.followed_by(more.table),
        unplanned=None,
    )


def _counts(kept: Kept | None, way: Kept | None) -> bool:
    """Whether all land that is planned in a way counts in what a measure keeps of the plan."""
    if kept is None or kept == way:
        return True
    if way is None or (kept.tags is not None and kept.tags != way.tags):
        return False
    return kept.codes is None or (way.codes is not None and way.codes <= kept.codes)


def _sum(net: Decimal | None, more: Decimal | None, gross: Decimal) -> Decimal | None:
    """The net area of a measure and its gain; of a gain without ridges the gross counts.

    Parameters
    ----------
    net, more
        The net area of the measure, and of the gain.
    gross
        The gross area of the gain.
    """
    return None if net is None else net + (gross if more is None else more)


def _both(pm: Decimal | None, more: Decimal | None) -> Decimal | None:
    """The ± of two areas together, at most the sum of theirs; None where either is not known."""
    return None if pm is None or more is None else pm + more
