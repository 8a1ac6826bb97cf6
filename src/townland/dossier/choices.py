"""The fixed values that a field of a dossier may have, in words, and what such words mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from townland.dossier.answers import fold
from townland.i18n import LANGUAGES, Words, _, render

CHOICES: Mapping[str, Words] = {
    "light_asset": _("light-asset"),
    "heavy_asset": _("heavy-asset"),
    "culture_tourism": _("culture and tourism"),
    "sport": _("sport"),
    "integration": _("integration of the three sectors"),
    "manufacturing": _("advanced manufacturing"),
    "innovation": _("innovation"),
    "creative_design": _("creative design"),
    "digital_economy": _("digital economy"),
    "other": _("another type"),
    "none": _("not by platform companies"),
    "disguised_borrowing": _("disguised borrowing"),
    "market_reformed": _("by companies reformed for the market"),
    "applied": _("applied"),
    "listed": _("put on the list"),
    "cultivation_passed": _("acceptance of cultivation passed"),
    "cultivation_failed": _("acceptance of cultivation failed"),
    "construction_passed": _("acceptance of construction passed"),
    "construction_failed": _("acceptance of construction failed"),
    "named": _("named a characteristic town"),
}
"""The values in words, as a workbook offers them; a list to choose from divides them by commas, so
that none has one."""


def in_words(value: str, lang: str) -> str:
    """Put a value into words; a value that has none stands as it is."""
    return render(CHOICES[value], lang) if value in CHOICES else value


def value_of(text: str, choices: tuple[str, ...]) -> str:
    """Give the value that words stand for, in any language; the text itself where they stand for none.

    >>> value_of("Applied", ("applied", "listed")), value_of("maybe", ("applied", "listed"))
    ('applied', 'maybe')
    """
    return _meant(choices).get(fold(text), text)


@cache
def _meant(choices: tuple[str, ...]) -> Mapping[str, str]:
    words = {fold(in_words(value, lang)): value for value in choices for lang in LANGUAGES}
    return words | {fold(value): value for value in choices}
