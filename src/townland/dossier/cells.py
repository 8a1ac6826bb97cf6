"""What people write into cells of a workbook of dossiers, and the cure where it does not fit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from townland.documents import values
from townland.dossier.choices import CHOICES
from townland.dossier.fields import fields_of
from townland.dossier.model import Event, Payment, Site
from townland.i18n import LANGUAGES, Words, _, in_a_row, render

DAYS = frozenset(
    field.path
    for row in (Event, Payment, Site)
    for field in fields_of(row)
    if dt.date in field.holds
)
"""The columns of lists that hold days."""

_DAY = re.compile(rf"{values.WRITTEN_DAY}[日号]?")
_DAY_FAULTS = ("date_type", "date_parsing", "date_from_datetime_parsing")
_NUMBER_FAULTS = ("float_type", "float_parsing", "int_type", "int_parsing")


def day_of(text: str) -> str:
    """Write a day as the dossier has it, however it was written; what is no day stands as it is.

    >>> day_of("2017年9月1日"), day_of("2018.11.20"), day_of("2018/3/1"), day_of("2018年底")
    ('2017-09-01', '2018-11-20', '2018-03-01', '2018年底')
    """
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return text
    year, month, day = map(int, found.groups())
    return f"{year:04d}-{month:02d}-{day:02d}"


def cell_cure(fault: ErrorDetails) -> Words | None:
    """Say what to write into a cell, which knows no quotation marks and has choices in words."""
    kind, value = fault["type"], str(fault["input"])
    if kind == "literal_error":
        return _choice(value, re.findall(r"'([^']*)'", str(fault["ctx"]["expected"])))
    if kind in _DAY_FAULTS:
        return _("write a day with its year, such as 2018-12-31 or 2018年12月31日")
    if kind in _NUMBER_FAULTS:
        share = value.strip().rstrip("%％").strip()
        if share != value.strip() and values.is_number(share):
            return _("a share is written as a part of 1: for {value} % write {share}",
                     value=share, share=values.plain(values.as_decimal(share) / 100))  # fmt: skip
        return _("write a number, without its unit")
    return None


def _choice(text: str, known: list[str]) -> Words | None:
    """Name the choices of a cell in words, and the one that may be meant."""
    if not set(known) <= set(CHOICES):
        return None
    offered = in_a_row(CHOICES[value] for value in known)
    for lang in LANGUAGES:
        near = list(_near(text, known, lang))
        if near:
            return _("choose one of {known}; did you mean “{near}”?", known=offered, near=near[0])
    return _("choose one of {known}", known=offered)


def _near(text: str, known: list[str], lang: str) -> Iterator[Words]:
    """Find the choices whose words are like a text.

    Parameters
    ----------
    text, known, lang
        The text, the values that can be chosen, and the language of their words.
    """
    words = {render(CHOICES[value], lang): value for value in known}
    for near in get_close_matches(text, words, n=1):
        yield CHOICES[words[near]]
