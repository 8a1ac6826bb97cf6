"""What a rule may know of a town."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

import pyproj
from shapely.geometry.base import BaseGeometry

from townland.dossier import UNSTATED, Dossier
from townland.measuring.accuracy import at_face_value
from townland.measuring.areas import Measure
from townland.measuring.contested import Contested
from townland.measuring.doubts import Doubt

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """One town as measured: the official area, the measures by name, and the dossier.

    `area_m2` is the town's official area, `closure_m2` what its pieces missed it by before they were
    adjusted. `boundary` in `crs` is there for what towns share. `unplanned_m2` is the land without a
    planned use, None where no layer is a plan. `doubts` are those of the town's inputs,
    `contested` is the land whose codes contradict the names beside them. `accuracy_m` is the standard
    deviation of a vertex of the boundary, None where it is not stated.
    """

    town: str
    name: str
    area_m2: Decimal
    closure_m2: Decimal
    measures: Mapping[str, Measure]
    dossier: Dossier = UNSTATED
    boundary: BaseGeometry | None = None
    crs: pyproj.CRS | None = None
    unplanned_m2: Decimal | None = None
    doubts: tuple[Doubt, ...] = ()
    contested: Contested | None = None
    accuracy_m: float | None = None

    @property
    def sure(self) -> bool:
        """Whether any measure has a ± by the accuracy that is stated."""
        return any(each.area_pm_m2 is not None for each in self.measures.values())

    def at_face_value(self, face: Callable[[Measure], Measure] = at_face_value) -> Facts:
        """Give the town as it is where no accuracy is stated.

        `face` is `measuring.accuracy.at_face_value`, which a caller with many rules may remember.
        """
        measures = {name: face(measure) for name, measure in self.measures.items()}
        return replace(self, measures=measures, accuracy_m=None)

    def declared(self, path: str) -> object:
        """Give what the dossier states in the field of a dotted path; None where it states nothing.

        >>> from townland.dossier import Dossier
        >>> dossier = Dossier.model_validate({"code": "1", "supply": {"city": []}})
        >>> town = Facts("1", "甲镇", Decimal(0), Decimal(0), {}, dossier)
        >>> town.declared("supply.city"), town.declared("supply.county"), town.declared("type")
        ((), None, None)
        """
        value: object = self.dossier
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)
        return value

    def stated(self, path: str, kind: type[T]) -> T | None:
        """Give the value of a field that holds a `kind`; None where the dossier states nothing.

        A rulebook's model checks that the field it names holds this (`NumberField` and its
        like).

        >>> from townland.dossier import Dossier
        >>> dossier = Dossier.model_validate({"code": "1", "lists": {"city": False}})
        >>> Facts("1", "甲镇", Decimal(0), Decimal(0), {}, dossier).stated("lists.city", bool)
        False
        """
        value = self.declared(path)
        assert value is None or isinstance(value, kind), path  # noqa: S101 - the rulebook's model checks it
        return value

    def entries(self, path: str, kind: type[T]) -> tuple[T, ...] | None:
        """Give the entries, each a `kind`, of a field that is a list; a field of one value is its own.

        None where the dossier states nothing.

        >>> from townland.dossier import Dossier
        >>> town = Facts("1", "甲镇", Decimal(0), Decimal(0), {}, Dossier(code="1", carrier="建制镇"))
        >>> town.entries("carrier", str), town.entries("linked_industries", str)
        (('建制镇',), None)
        """
        value = self.declared(path)
        if value is None:
            return None
        several = value if isinstance(value, tuple) else (value,)
        known = tuple(each for each in several if isinstance(each, kind))
        assert len(known) == len(several), path  # noqa: S101 - the rulebook's model checks it
        return known
