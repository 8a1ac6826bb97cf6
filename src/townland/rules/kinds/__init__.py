"""The kinds of rules: each a function from one case to one finding. No number of any law is here."""

from __future__ import annotations

from collections.abc import Callable

from townland.rules.judging.case import Case
from townland.rules.judging.finding import Finding
from townland.rules.kinds import money, papers, stages
from townland.rules.kinds.bars import area_about, forbidden_area
from townland.rules.kinds.land import land_need, land_reuse
from townland.rules.kinds.ranges import area_range, declared_ratio
from townland.rules.kinds.replacement import land_replace, linked_quota, per_head
from townland.rules.kinds.supply import supply_rate
from townland.rules.kinds.transition import transition
from townland.rules.kinds.uses import need_by_use, use_share
from townland.rules.kinds.zones import control_zones, stated_area, tagged_land

KINDS: dict[str, Callable[[Case], Finding]] = {
    "area_about": area_about,
    "area_range": area_range,
    "control_zones": control_zones,
    "declared_ratio": declared_ratio,
    "forbidden_area": forbidden_area,
    "land_need": land_need,
    "land_replace": land_replace,
    "land_reuse": land_reuse,
    "linked_quota": linked_quota,
    "need_by_use": need_by_use,
    "per_head": per_head,
    "stated_area": stated_area,
    "supply_rate": supply_rate,
    "tagged_land": tagged_land,
    "transition": transition,
    "use_share": use_share,
    "application_window": papers.application_window,
    "counts_within": papers.counts_within,
    "debt_guard": money.debt_guard,
    "declared_share": money.declared_share,
    "documents_named": papers.documents_named,
    "investment_density": money.investment_density,
    "listed_among": papers.listed_among,
    "name_reserved": papers.name_reserved,
    "stage_deadline": stages.stage_deadline,
    "subsidy": stages.subsidy,
}
