"""Is a rulebook law where a town lies? Told by administrative codes (行政区划代码)."""

from __future__ import annotations

import re

from townland.i18n import _
from townland.issues import Issue
from townland.rules.book.model import Rulebook
from townland.rules.judging.facts import Facts
from townland.terms import dossier_key

_ADMINISTRATIVE = re.compile(r"^\d{6}(\d{3}){0,2}$")
_EMPTY_LEVELS = re.compile(r"(00)+$")


def jurisdiction_issues(rulebook: Rulebook, facts: Facts) -> tuple[Issue, ...]:
    """Warn of a town that lies where the rulebook is no law, or whose place is unknown.

    The county's code in the dossier decides; without it the town's own code, where that is an
    administrative one (6, 9 or 12 digits). Pairs of zeros at the end of the jurisdiction's code stand
    for all that lies below it. A rulebook without jurisdiction is law everywhere.
    """
    place = _EMPTY_LEVELS.sub("", rulebook.jurisdiction)
    if not place:
        return ()
    code = facts.dossier.county_code
    # GB/T 2260: six digits are a county; towns and villages have three more each
    if code is None and _ADMINISTRATIVE.match(facts.town):
        code = facts.town
    words = {
        "town": facts.name or facts.town,
        "rulebook": rulebook.id,
        "jurisdiction": rulebook.jurisdiction,
    }
    if code is None:
        return (
            Issue(
                "jurisdiction_unknown",
                "info",
                _(
                    "town {town}: whether it lies in {jurisdiction}, where the rulebook {rulebook} is"
                    " law, is not known; state {field} in its dossier",
                    **words,
                    field=dossier_key("county_code"),
                ),
                feature=facts.town,
            ),
        )
    if code.startswith(place):
        return ()
    return (
        Issue(
            "outside_jurisdiction",
            "warning",
            _(
                "town {town} lies in {code}, outside {jurisdiction}: the rulebook {rulebook} is no law"
                " there",
                code=code,
                **words,
            ),
            feature=facts.town,
        ),
    )
