"""Figures of the dossier as a rule reads them, and which towns a rule concerns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from townland import units
from townland.errors import DossierError
from townland.i18n import Words, _
from townland.rules import stating
from townland.rules.judging import phrases
from townland.rules.judging.case import Case, both
from townland.rules.judging.clause import Only, Rule


def number(case: Case[Rule], path: str | None, unit: str = "") -> Decimal | None:
    """Read a figure of the dossier, 0 or more; None where the dossier does not state it.

    Raises
    ------
    DossierError
        What stands there is no figure.
    """
    value = None if path is None else case.facts.declared(path)
    return None if value is None else figure(case, str(path), value, unit)


def figure(case: Case[Rule], path: str, value: Any, unit: str = "") -> Decimal:
    """Take a value of the dossier as a figure, 0 or more.

    Raises
    ------
    DossierError
        It is none.
    """
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not is_number or not units.exact(value).is_finite() or value < 0:
        place = {"town": case.facts.name or case.facts.town, "key": path, "value": repr(value)}
        raise DossierError(
            _(
                "dossier of {town}: {key} is {value}; expected a number of {unit}, 0 or more",
                **place,
                unit=unit,
            )
            if unit
            else _("dossier of {town}: {key} is {value}; expected a number, 0 or more", **place)
        )
    return units.exact(value)


def area(case: Case[Rule], path: str | None, unit: str) -> Decimal | None:
    """Read an area of the dossier in `unit`, as m²; None where the dossier does not state it."""
    value = number(case, path, unit)
    return None if value is None else units.to_m2(value, unit)


def traced(
    case: Case[Rule], path: str | None, title: Words, unit: str | None = None
) -> list[dict[str, Any]]:
    """Trace a figure of the dossier as a parameter; nothing where it is not stated."""
    value = number(case, path)
    if value is None:
        return []
    return [
        {
            "name": path,
            "value": phrases.number(value),
            "unit": unit,
            "title": both(title),
            "origin": "dossier",
        }
    ]


def not_stated(*paths: str) -> Words | None:
    """Say which fields the dossier does not state; nothing where none is wanting."""
    return stating.unknown(dict.fromkeys(paths)) if paths else None


def not_applicable(reason: Words) -> Words:
    """Say that a rule does not concern this town."""
    return _("Not applicable: {reason}", reason=reason)


def concerns(case: Case[Rule], only: Only | None) -> bool | None:
    """Tell whether the town is one of those that a rule concerns; None where the dossier is silent."""
    if only is None:
        return True
    value = case.facts.declared(only.field)
    return None if value is None else str(value) in only.values
