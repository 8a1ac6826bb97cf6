"""What a rulebook changed against the one it inherits, as a finding states it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal, TypedDict

from townland import terms, units
from townland.documents import values
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.clause import Rule
from townland.rules.judging.law import Inherited, Law, Parameters
from townland.rules.judging.trace import Change, Working


def changes(rule: Rule, law: Law, working: Working) -> Iterator[Change]:
    """List the parameters that the rulebook changed and this finding rests on, with both values.

    Parameters
    ----------
    rule
        The rule that was judged by.
    law
        What its rulebook says beside it.
    working
        The trace's own part, whose parameters were used.
    """
    own = rule.parameters()
    for name, was in law.changed(rule.id).items():
        yield Change(
            name=name,
            value=own.get(name),
            inherited=was.value,
            from_=was.rulebook,
            **_default(rule, name, was),
        )
    general = law.parameter.model_dump(mode="python")
    used = {parameter.name for parameter in working.parameters}
    for name, was in law.changed().items():
        if name in used and getattr(rule, name, None) is None:
            yield Change(
                name=name,
                value=phrases.number(general[name]),
                inherited=was.value,
                from_=was.rulebook,
            )


def change_words(change: Change, rule: Rule) -> Words:
    """Say what the rulebook changed of a rule, with both values."""
    place: dict[str, object] = {
        "name": terms.parameter(change.name, {**terms.PARAMETERS, **rule.titles}),
        "value": _plain(change.value),
        "rulebook": change.from_,
    }
    if "default" in change.model_fields_set:
        place["before"] = _plain(change.default)
        if change.default_origin == "townland":
            return _(
                "This rulebook sets “{name}” to {value}; in {rulebook} it is {before} (townland's"
                " default; the policy states none).",
                **place,
            )
        if change.default_origin == "bureau":
            return _(
                "This rulebook sets “{name}” to {value}; in {rulebook} it is {before} (that rulebook's"
                " own number; the policy states none).",
                **place,
            )
        return _(
            "This rulebook sets “{name}” to {value}; {rulebook} leaves it out, which means {before}.",
            **place,
        )
    if change.inherited is None:
        return _("This rulebook sets “{name}” to {value}; {rulebook} does not set it.", **place)
    return _(
        "This rulebook sets “{name}” to {value}; in {rulebook} it is {before}.",
        **place,
        before=_plain(change.inherited),
    )


class _Default(TypedDict, total=False):
    default: object
    default_origin: Literal["townland", "bureau", "kind"]


def _default(rule: Rule, name: str, was: Inherited) -> _Default:
    """Give what held where the other rulebook's rule left a parameter open, and whose number it is.

    Empty where the rule stated it, or where nothing held in its place.

    Parameters
    ----------
    rule
        The rule that was judged by.
    name
        The parameter that the rulebook changed.
    was
        What the other rulebook says of it.
    """
    if was.value is not None:
        return {}
    if name in Parameters.model_fields:
        own = Parameters.model_fields[name].default
        value = own if was.general is None else units.exact(was.general)
        return {
            "default": phrases.number(value),
            "default_origin": "townland" if value == own else "bureau",
        }
    field = type(rule).model_fields.get(name)
    value = None if field is None or field.is_required() else field.default
    if value is None or isinstance(value, tuple):
        return {}
    return {
        "default": phrases.number(value) if isinstance(value, Decimal) else value,
        "default_origin": "kind",
    }


def _plain(value: object) -> Words | str:
    """Print a parameter as a rulebook writes it; a list or a table by what it holds."""
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return values.toml(value)
