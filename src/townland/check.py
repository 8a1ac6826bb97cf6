"""The check of towns against a rulebook: the whole way of the data on one page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from townland.areas import LandClasses, Measure
from townland.catalog import LayerCatalog
from townland.issues import Issue
from townland.prepare import Repair
from townland.reading.layer import Input
from townland.rules.finding import Finding
from townland.rules.model import Rulebook
from townland.towns import Town


@dataclass(frozen=True, slots=True, eq=False)
class TownResult:
    """What was measured in one town.

    `area_m2` is the official ellipsoid area, `area_check_m2` the independent (densified geodesic) one,
    `plane_m2` the area on the projection plane (None in degrees). `land` and `planned` are the land
    survey's pieces and the planned plots inside the town (frames as `Measure.frame`), for drawing and
    tables; `uncovered` maps a role to the part of the town that its layers do not cover.
    """

    town: Town
    area_m2: Decimal
    area_check_m2: Decimal
    plane_m2: Decimal | None
    measures: Mapping[str, Measure]
    land_classes: LandClasses | None
    land: Any
    planned: Any
    uncovered: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """Everything one check found; every report is a rendering of it."""

    on: dt.date
    rulebook: Rulebook
    catalog: LayerCatalog
    inputs: tuple[Input, ...]
    towns: tuple[TownResult, ...]
    findings: tuple[Finding, ...]
    repairs: tuple[Repair, ...]
    issues: tuple[Issue, ...]
