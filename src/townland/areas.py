"""Pieces of land become areas that close to the last printed digit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


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
    ``net_m2`` (`Decimal`, 0.01), ``sliver`` (bool), geometry. `net_m2` is None where no layer of the
    measure has a ridge coefficient. `uncovered_m2` is the part of the town where a layer that the
    measure needs says nothing, `missing` the roles that no layer plays, `assumed_coverage` the roles
    whose coverage is only their bounding box, `unknown_m2` the part with unknown land codes.
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
    frame: Any

    @property
    def pieces(self) -> int:
        """How many pieces the measure has, slivers included."""
        return len(self.frame)
