"""The kinds of rules, one family a file: model, judging function and their place in the table.

A kind is added by a file of this folder alone that has a tuple `KINDS`; the table of kinds and the model
of a rulebook's rules follow from it. No number of any law is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import InitErrorDetails

from townland import terms
from townland.documents.sentences import known_keys
from townland.i18n import Words, _
from townland.rules.judging.clause import Clause, Rule, fault, faults_of, refuse
from townland.rules.judging.kind import AnyKind


def _families() -> dict[str, AnyKind]:
    """Collect the kinds of every file of this folder, by name."""
    kinds = [
        kind
        for module in iter_modules(__path__)
        for kind in import_module(f"{__name__}.{module.name}").KINDS
    ]
    return {kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.name)}


KINDS: Mapping[str, AnyKind] = _families()
MODELS: Mapping[str, type[Rule]] = {name: kind.model for name, kind in KINDS.items()}
TITLES: Mapping[str, Words] = terms.PARAMETERS | {
    key: title for model in MODELS.values() for key, title in model.titles.items()
}
"""What the parameters of rules are called, those of all kinds together."""


def by_kind(raw: object) -> object:
    """Validate one table of a rulebook by the model of its kind, for faults at the keys themselves.

    A plain union would name the kind in every fault's key, and no line of the file has such a key.
    """
    if not isinstance(raw, Mapping):
        return raw
    kind = raw.get("kind")
    if kind is None:
        refuse([InitErrorDetails(type="missing", loc=("kind",), input=raw)])
    if not isinstance(kind, str) or kind not in MODELS:
        refuse([fault(("kind",), _unknown_kind(kind), kind)])
    model = MODELS[kind]
    try:
        return model.model_validate(raw)
    except ValidationError as problem:
        refuse(
            _unknown_key(model, item) if item["type"] == "extra_forbidden" else item
            for item in faults_of(problem)
        )


def _unknown_kind(kind: object) -> Words:
    near = get_close_matches(str(kind), MODELS, n=1)
    if near:
        return _("no such kind of rule {kind}; did you mean {near}?", kind=kind, near=near[0])
    return _("no such kind of rule {kind}; known are {known}", kind=kind, known=", ".join(MODELS))


_OF_THE_BOOK = ("version", "inherits", "text", "jurisdiction", "three_class", "notes")
"""Keys of the rulebook itself that newcomers write below the heading of a rule."""


def _unknown_key(model: type[Rule], item: InitErrorDetails) -> InitErrorDetails:
    key = item.get("loc", ())
    if len(key) > 1:
        near = get_close_matches(str(key[-1]), known_keys(model, key[:-1]), n=1)
        return fault(key, _("unknown key; did you mean {near}?", near=near[0])) if near else item
    if key[0] in Clause.model_fields:
        return fault(
            key,
            _(
                "{key} belongs to the clause: write clause = {{ {key} = … }}; a rule that is taken over"
                " keeps its clause without it, and a quote stands in the policy's text word for word",
                key=key[0],
            ),
        )
    if key[0] in _OF_THE_BOOK:
        return fault(
            key,
            _(
                "{key} belongs to the rulebook, not to a rule; move it above the first heading in"
                " brackets",
                key=key[0],
            ),
        )
    near = get_close_matches(str(key[0]), model.model_fields, n=1)
    if near:
        return fault(key, _("unknown key; did you mean {near}?", near=near[0]))
    known = ", ".join(model.model_fields)
    return fault(key, _("unknown key; this kind of rule has {known}", known=known))


if TYPE_CHECKING:
    AnyRule = Rule
else:
    AnyRule = Annotated[
        Union[tuple(MODELS.values())],  # noqa: UP007 - made from the table
        Field(discriminator="kind"),
        BeforeValidator(by_kind),
    ]
