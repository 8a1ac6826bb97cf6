"""What the columns of a workbook of dossiers are called: by their keys, or in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from townland import terms
from townland.dossier.answers import fold
from townland.dossier.fields import dossier_fields
from townland.i18n import LANGUAGES, Words, _, render

EXPLANATION = _("explanation")
"""The name of the sheet that explains the columns; it holds no dossier."""

ROW_KEYS: dict[str, Words] = {
    "code": _("code of the town"),
    "on": _("day on which it happened"),
    "event": _("event"),
    "note": _("note"),
    "amount_wan": _("amount, in 10,000 yuan"),
    "name": _("name of the site"),
    "start": _("day on which the new use began"),
    "new_use": _("new use"),
    "new_use_registered_on": _("day on which the new use was registered"),
    "year": _("year"),
    "approved_ha": _("land approved, in ha"),
    "supplied_ha": _("land supplied, in ha"),
}
"""The columns of the sheets of lists, by their keys."""


def heading(path: str) -> Words:
    """Head the column of a field."""
    return terms.DOSSIER_FIELDS.get(path) or _("{path}", path=path)


def row_heading(key: str) -> Words:
    """Head a column of a list."""
    return ROW_KEYS[key]


def field_of(text: str) -> str:
    """Give the key that a heading of the first sheet stands for; as it stands where it is none."""
    return _meant(heading, tuple(dossier_fields())).get(fold(text), text)


def key_of(text: str) -> str:
    """Give the key that a heading of a list stands for; as it stands where it is none."""
    return _meant(row_heading, tuple(ROW_KEYS)).get(fold(text), text)


def explains(name: str) -> bool:
    """Tell whether a sheet only explains the columns."""
    return fold(name) in {fold(render(EXPLANATION, lang)) for lang in LANGUAGES}


@cache
def _meant(words: Callable[[str], Words], keys: Iterable[str]) -> dict[str, str]:
    """Give the keys by their headings in every language, folded.

    Parameters
    ----------
    words
        How a key is headed.
    keys
        The keys.
    """
    return {fold(render(words(key), lang)): key for key in keys for lang in LANGUAGES}
