"""What the parameters of rules are called, for people who meet their keys in a report or a rulebook."""

from __future__ import annotations

from townland.i18n import Words, _

TITLES: dict[str, Words] = {
    "allowed": _("land where building is allowed"),
    "also": _("wider area that calls for a look"),
    "area_unit": _("unit that the area counts in"),
    "band": _("how far “about” (左右) reaches to both sides"),
    "bank": _("replacement bank"),
    "bar_of": _("whose the bar is"),
    "bases": _("areas that the clause may mean"),
    "basis": _("area that is meant"),
    "beside": _("second source, shown beside"),
    "beyond": _("verdict beyond the bar"),
    "counted": _("what is counted"),
    "cultivated": _("cultivated land to be replaced"),
    "documents": _("documents asked for"),
    "encouraged": _("share that is encouraged"),
    "exclusive": _("whether the bar itself must be passed"),
    "extension_years": _("extension, in years"),
    "factor": _("factor that the ratio is printed with"),
    "field": _("field of the dossier"),
    "first_year": _("first year"),
    "forbidden": _("land where building is forbidden"),
    "groups": _("groups of names"),
    "investment": _("investment that counts"),
    "last_year": _("last year"),
    "limit": _("the bar"),
    "linked_quota": _("linked quota"),
    "list": _("list that counts"),
    "list_patches": _("whether each patch is listed"),
    "looked_at": _("land that a person looks at"),
    "lower": _("lower list"),
    "maximum": _("at most"),
    "measure": _("what is measured"),
    "minimum": _("at least"),
    "minimum_share": _("least share"),
    "modal": _("whether the clause only urges, so that it cannot fail"),
    "most": _("at most so many"),
    "near_km": _("how near two towns are neighbours, in km"),
    "on_construction": _("instalment when construction begins"),
    "on_listing": _("instalment on listing"),
    "only_for": _("towns that the rule concerns"),
    "otherwise": _("what is measured where nothing is known of it"),
    "paddy": _("paddy to be replaced"),
    "paddy_bank": _("replacement bank: paddy"),
    "paddy_beside": _("paddy by another layer"),
    "part": _("the part"),
    "per": _("what it is divided by"),
    "perhaps": _("what a wider reading counts too"),
    "places": _("places whose supply counts"),
    "platform": _("borrowing by platform companies"),
    "population": _("population that counts"),
    "quota": _("annual quota"),
    "raised_for": _("towns that a higher bar is for"),
    "ratio": _("ratio that counts"),
    "share_of": _("whole that the share is of"),
    "sites": _("sites that count"),
    "sliver_width_m": _("width under which a piece is a sliver, in m"),
    "sources": _("what the land was"),
    "stage": _("the stage"),
    "sums": _("figures summed over the towns"),
    "support_ends_after_years": _("years until support ends"),
    "targets": _("targets"),
    "town_type": _("type of town that it concerns"),
    "type": _("field that holds the type"),
    "uncertainty": _("how near to a bar a person must look, as a share of it"),
    "unit": _("unit of the bar"),
    "upper": _("higher lists"),
    "uses": _("planned uses"),
    "value": _("figure that counts"),
    "warn_days": _("days before the end from which a person must look"),
    "whole": _("the whole"),
    "within": _("verdict within the bar"),
    "word": _("the reserved word"),
    "years": _("years"),
}


def named(key: str) -> Words:
    """Name a parameter by the key that a rulebook writes, with what it is.

    >>> named("limit").render("en"), named("places.0").render("en")
    ('limit (the bar)', 'places.0')
    """
    title = TITLES.get(key)
    return _("{path}", path=key) if title is None else _("{path} ({title})", path=key, title=title)
