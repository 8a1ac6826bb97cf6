"""Figures of the dossier as a rule reads them, and which towns a rule concerns."""

from __future__ import annotations

from decimal import Decimal

from pydantic import model_validator

from townland import units
from townland.documents import Key, Strict
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Rule, refuse
from townland.rules.judging.references import TextField, other_choices
from townland.rules.judging.trace import Parameter, both


class Only(Strict):
    """Which towns a rule concerns: those whose dossier states one of `values` under `field`."""

    field: TextField
    values: tuple[str, ...]

    @model_validator(mode="after")
    def _values_are_the_field_s(self) -> Only:
        values: dict[Key, str] = {("values", at): text for at, text in enumerate(self.values)}
        faults = list(other_choices(self.field, values))
        if faults:
            refuse(faults)
        return self


def number(case: Case[Rule], path: str | None) -> Decimal | None:
    """Read a figure of the dossier; None where the dossier does not state it."""
    value = None if path is None else case.facts.stated(path, float)
    return None if value is None else units.exact(value)


def area(case: Case[Rule], path: str | None, unit: str) -> Decimal | None:
    """Read an area of the dossier as m²; None where the dossier does not state it.

    Parameters
    ----------
    case
        The rule on its town.
    path
        The field of the dossier; None where the rule names none.
    unit
        What the field is in: ``m2``, ``ha``, ``km2`` or ``mu``.
    """
    value = number(case, path)
    return None if value is None else units.to_m2(value, unit)


def traced(
    case: Case[Rule], path: str | None, title: Words, unit: str | None = None
) -> list[Parameter]:
    """Trace a figure of the dossier as a parameter; nothing where it is not stated.

    Parameters
    ----------
    case
        The rule on its town.
    path
        The field of the dossier; None where the rule names none.
    title, unit
        What the figure is called, and its unit.
    """
    value = number(case, path)
    if path is None or value is None:
        return []
    return [Parameter(name=path, value=value, unit=unit, title=both(title), origin="dossier")]


def not_stated(*paths: str) -> Words | None:
    """Say which fields the dossier does not state; nothing where none is wanting."""
    return phrases.unknown(dict.fromkeys(paths)) if paths else None


def not_applicable(reason: Words) -> Words:
    """Say that a rule does not concern this town."""
    return _("Not applicable: {reason}", reason=reason)


def concerns(case: Case[Rule], only: Only | None) -> bool | None:
    """Tell whether the town is one of those that a rule concerns; None where the dossier is silent."""
    if only is None:
        return True
    value = case.facts.stated(only.field, str)
    return None if value is None else value in only.values
