"""What the dossier's fields are called, and how a reason says that one is wanting."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from townland.i18n import Words, _
from townland.rules.judging import phrases

_TITLES: dict[str, Words] = {
    "type": _("type of the town"),
    "carrier": _("carrier of the town"),
    "segment": _("segment of industry"),
    "leading_industries": _("leading industries"),
    "linked_industries": _("linked industries"),
    "social_investment": _("social investment"),
    "total_investment": _("total investment"),
    "industry_investment": _("investment in industry"),
    "county_debt_ratio": _("debt ratio of the county"),
    "county_platform": _("borrowing by platform companies"),
    "lists.city": _("whether it is on the city's list"),
    "lists.region": _("whether it is on the region's list"),
    "lists.national": _("whether it is on the national list"),
    "events": _("applications, listings and acceptances with their days"),
    "subsidy_paid": _("subsidy paid"),
    "subsidy_returned": _("subsidy returned"),
    "quota_ha": _("annual quota"),
    "linked_quota_ha": _("linked quota"),
    "replacement_bank_ha": _("replacement bank: cultivated land, paddy included"),
    "replacement_bank_paddy_ha": _("replacement bank: paddy"),
    "population": _("population"),
    "employees": _("employees"),
    "supply.city": _("land approved and supplied by year, city"),
    "supply.county": _("land approved and supplied by year, county"),
    "reused_sites": _("sites reused, with the day their transition began"),
    "national_type": _("type of the town in the national notice"),
    "annual_tax": _("tax in a year"),
    "annual_output": _("output in a year"),
    "annual_visitors": _("visitors in a year"),
    "green_cover": _("green cover"),
    "three_new_share": _("share of the new economy"),
    "limit": _("the bar, which the rulebook leaves open"),
}


def field(path: str) -> Words:
    """Name a field of the dossier in words, with its key.

    >>> field("type").render("en"), field("documents.other").render("en")
    ('type of the town (type)', 'documents.other')
    """
    title = _TITLES.get(path)
    return (
        _("{path}", path=path) if title is None else _("{title} ({path})", title=title, path=path)
    )


def unknown(paths: Iterable[str]) -> Words:
    """Say which fields a dossier leaves out."""
    return _("The dossier does not state: {fields}.", fields=phrases.listed(map(field, paths)))


def yi(value: Decimal) -> Words:
    """Put an amount of 亿元 into words.

    >>> yi(Decimal("15.5")).render("en")
    '15.5 × 100 million yuan'
    """
    return _("{value} × 100 million yuan", value=value)


def wan(value: Decimal) -> Words:
    """Put an amount of 万元 into words.

    >>> wan(Decimal(700)).render("en")
    '700 × 10 000 yuan'
    """
    return _("{value} × 10 000 yuan", value=f"{value.normalize():f}")
