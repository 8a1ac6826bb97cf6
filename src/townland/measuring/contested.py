"""Land whose code and name mean different classes: what measures are when the names are right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from townland.measuring import areas
from townland.measuring.areas import Closed, Measure
from townland.measuring.asked import Kept, Reading, Roles, by_reading
from townland.measuring.feature_rows import FeatureRows
from townland.measuring.prepare import Ground

KeptByMeasure = Mapping[str, Mapping[str, Kept]]


@dataclass(frozen=True, slots=True, eq=False)
class Contested:
    """The land of a town whose codes contradict the names beside them, so that figures depend on it.

    `layers` are those that hold it and `area_m2` is its area in the town, counted once a role.
    `readings` are the measures that come out otherwise, by name, where the names are believed, where
    either is, and where both must agree.
    """

    layers: tuple[str, ...]
    area_m2: Decimal
    readings: tuple[Mapping[str, Measure], ...]


def contested_land(
    grounds: Mapping[str, Ground],
    chains: Mapping[Roles, Closed],
    kept: KeptByMeasure,
    measured: Callable[[KeptByMeasure], Mapping[str, Measure]],
) -> Contested | None:
    """The land of a town whose codes contradict their names; None where there is none.

    Parameters
    ----------
    grounds
        The ground of each role.
    chains
        The town's pieces of each role.
    kept
        What counts in each measure, by the codes.
    measured
        Sums the measures for what counts.
    """
    cents, layers, roles = 0, set[str](), set[str]()
    for role, ground in grounds.items():
        part = FeatureRows(ground.columns, chains[role,].pieces.rows[role])
        meant = part.known("meant")
        if meant.any():
            roles.add(role)
            layers |= set(part.objects("layer")[meant])
            cents += int(chains[role,].cents[meant].sum())
    if not roles:
        return None
    # a measure without a filter by class counts the land whatever it is
    turned = {
        name: by_role
        for name, by_role in kept.items()
        if any(by_role[role].codes is not None for role in roles & set(by_role))
    }
    others = [reading for reading in get_args(Reading) if reading != "code"]
    readings = tuple(measured(by_reading(turned, reading)) for reading in others)
    return Contested(tuple(sorted(layers)), areas.decimal_m2(cents), readings)
