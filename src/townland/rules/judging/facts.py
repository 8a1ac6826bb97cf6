"""What a rule may know of a town."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from townland.measuring.areas import Measure


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """One town as measured: the official area, the measures by name, and the dossier.

    `area_m2` is the town's official area, `closure_m2` what its pieces missed it by before they were
    adjusted. `boundary` in `crs` is there for what towns share.
    """

    town: str
    name: str
    area_m2: Decimal
    closure_m2: Decimal
    measures: Mapping[str, Measure]
    dossier: Mapping[str, Any] = field(default_factory=dict)
    boundary: Any = None
    crs: Any = None

    def declared(self, path: str) -> Any:
        """Give what the dossier states at a dotted path; None where it says nothing.

        >>> town = Facts("1", "甲镇", Decimal(0), Decimal(0), {}, {"supply": {"city": []}})
        >>> town.declared("supply.city"), town.declared("supply.county"), town.declared("type")
        ([], None, None)
        """
        value: Any = self.dossier
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value
