"""Raw geometry becomes valid polygons, and every repair is written down."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from townland.i18n import Words


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """One geometry that was mended: what was wrong, what was done, its area before and after.

    `geometry` is the mended geometry in `crs`, for the map of repairs.
    """

    layer: str
    feature: str
    problem: Words
    action: Words
    area_before_m2: Decimal
    area_after_m2: Decimal
    geometry: Any = None
    crs: Any = None
