"""What the columns of a workbook of dossiers are called: by their keys, or in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from townland import terms
from townland.dossier.answers import fold
from townland.dossier.fields import DossierField, dossier_fields
from townland.dossier.plausible import unit_of
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


SHEETS: dict[str, Words] = {
    "events": _("events"),
    "subsidy_paid": _("subsidy paid out"),
    "subsidy_returned": _("subsidy taken back"),
    "reused_sites": _("sites reused"),
    "supply.city": _("supply of land, city"),
    "supply.county": _("supply of land, county"),
}
"""The sheets of lists, by the list."""

TOWN_AREA = "boundary_area_ha"
"""The key of a column that the dossier does not read: the area, beside what is declared of the town."""
_TOWN_AREA = _("area of the boundary (ha), for information")
_PART_OF_ONE = _("1 is 100 %")


def heading(path: str) -> Words:
    """Head the column of a field."""
    if path == TOWN_AREA:
        return _TOWN_AREA
    return terms.DOSSIER_FIELDS.get(path) or _("{path}", path=path)


def unit_words(field: DossierField) -> Words | None:
    """Give the unit of a field's figures, None where it has none."""
    if field.holds != {float}:
        return None
    # what may be no more than a few times 1 is a share, whatever its plausible range is called
    return _PART_OF_ONE if field.range.most is not None else unit_of(field.path)


def heading_with_unit(path: str) -> Words:
    """Head the column of a field, with the unit of its figures where it has one."""
    field = dossier_fields().get(path)
    unit = None if field is None else unit_words(field)
    if unit is None:
        return heading(path)
    return _("{title} ({unit})", title=heading(path), unit=unit)


def sheet_of(name: str) -> str:
    """Give the list that a sheet is of, by its key or its name in words; else the name."""
    return _meant(SHEETS.__getitem__, tuple(SHEETS)).get(fold(name), name)


def row_heading(key: str) -> Words:
    """Head a column of a list."""
    return ROW_KEYS[key]


def field_of(text: str) -> str:
    """Give the key that a heading of the first sheet stands for; as it stands where it is none."""
    paths = (*dossier_fields(), TOWN_AREA)
    known = _meant(heading, paths) | _meant(heading_with_unit, paths)
    return known.get(fold(text), text)


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
