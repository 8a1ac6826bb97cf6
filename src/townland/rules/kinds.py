"""The kinds of rules: each a function from one case to one finding. No number of any law is here."""

from __future__ import annotations

from collections.abc import Callable

from townland.rules.bars import area_about, forbidden_area
from townland.rules.basis import Case
from townland.rules.finding import Finding
from townland.rules.land import land_need, land_reuse

KINDS: dict[str, Callable[[Case], Finding]] = {
    "area_about": area_about,
    "forbidden_area": forbidden_area,
    "land_need": land_need,
    "land_reuse": land_reuse,
}
