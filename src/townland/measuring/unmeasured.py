"""A town that cannot be measured: reported with its reason, while the others are whole."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from townland import geodesy, units
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult, areas
from townland.measuring.asked import MeasureAsked
from townland.towns import Town


def unmeasured(town: Town, measures: Mapping[str, MeasureAsked], reason: Words | str) -> TownResult:
    """A town of which no figure but the areas of its boundary is given.

    Parameters
    ----------
    town
        The town.
    measures
        What was to be measured, by name: every layer counts as missing.
    reason
        Why it could not be measured.
    """
    boundary = np.array([town.boundary], dtype=object)
    official, check = (
        units.m2(float(routine(boundary, town.crs)[0]))
        for routine in (geodesy.official_area_m2, geodesy.check_area_m2)
    )
    none = {
        name: areas.no_measure(
            name, tuple(spec.layers), town_m2=official, missing=_roles_of(spec), crs=town.crs
        )
        for name, spec in measures.items()
    }
    land, planned = (
        areas.no_measure(role, (role,), town_m2=official, missing=(role,), crs=town.crs).frame
        for role in ("land_use", "planned_use")
    )
    message = _("town {town}: it could not be measured: {reason}", town=town.name, reason=reason)
    return TownResult(
        town,
        official,
        check,
        None,
        none,
        None,
        land,
        planned,
        None,
        {},
        (Issue("town_not_measured", "error", message, town=town.code),),
        failed=reason if isinstance(reason, Words) else _("{name}", name=reason),
    )


def _roles_of(spec: MeasureAsked) -> tuple[str, ...]:
    """The roles that a measure needs."""
    return (*spec.layers, *(() if spec.outside is None else (spec.outside,)))
