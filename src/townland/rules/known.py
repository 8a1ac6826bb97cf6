"""What is known of a town that was measured, when its rules are judged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from townland import units
from townland.issues import Issue
from townland.measuring import TownResult
from townland.measuring.doubts import Doubt
from townland.measuring.rasters import TownRasters
from townland.rules.book.jurisdiction import jurisdiction_issues
from townland.rules.book.model import Rulebook
from townland.rules.judging.belief import belief_issues
from townland.rules.judging.facts import Facts
from townland.rules.judging.standing import standing_issues
from townland.rules.need_printed import printed_measures


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredTown:
    """One town measured: its vector layers, its rasters, what rules may know, and what is doubtful."""

    result: TownResult
    rasters: TownRasters
    facts: Facts
    issues: tuple[Issue, ...]


def known_of(
    result: TownResult,
    rasters: TownRasters,
    rulebook: Rulebook,
    *,
    on: dt.date,
    doubts: tuple[Doubt, ...],
) -> MeasuredTown:
    """Put together what a rule may know of a town, and what is doubtful.

    Parameters
    ----------
    result, rasters
        The town's vector layers and rasters as they were measured.
    rulebook, on
        The rules, and the day whose law counts.
    doubts
        The doubts of its inputs.
    """
    town = result.town
    result = replace(result, measures=printed_measures(rulebook, result.measures, on))
    facts = Facts(
        town=town.code,
        name=town.name,
        area_m2=result.area_m2,
        closure_m2=units.m2(abs(result.area_m2 - result.area_check_m2)),
        measures=result.measures,
        dossier=town.dossier,
        boundary=town.boundary,
        crs=town.crs,
        unplanned_m2=result.unplanned_m2,
        doubts=doubts,
        contested=result.contested,
        accuracy_m=town.accuracy_m,
    )
    declared = (*standing_issues(facts, on), *belief_issues(facts))
    issues = (
        *result.issues,
        *rasters.issues,
        *jurisdiction_issues(rulebook, facts),
        *declared,
    )
    return MeasuredTown(result, rasters, facts, issues)
