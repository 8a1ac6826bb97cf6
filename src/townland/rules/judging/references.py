"""Types of keys that name something else: a measure, or a field of the dossier.

A key of a rule that has one of these types is checked where the rulebook is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, get_args

from pydantic import AfterValidator, Field
from pydantic_core import InitErrorDetails

from townland.documents import Key, Strict
from townland.documents.sentences import FaultError
from townland.dossier.fields import DossierField, dossier_field, dossier_fields
from townland.dossier.model import Site, Supply
from townland.i18n import Words, _
from townland.rules.judging.clause import fault


@dataclass(frozen=True, slots=True)
class NamesMeasure:
    """The mark of a type whose values are names of measures."""


MeasureName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$"), NamesMeasure()]
"""The name of a measure; `measure_names` finds those of a rule, and the rulebook must define them."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known names that a mistyped one may mean, the likeliest first; empty where none is near.

    >>> nearest("populatoin", ["population", "segment"]), nearest("weather", ["population"])
    ('population', '')
    """
    return ", ".join(get_close_matches(name, list(known)))


def texts(value: object) -> Iterator[str]:
    """Give every text in a value, however deep: any may be the name of something."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)


def measure_names(model: type[Strict], table: object) -> Iterator[tuple[Key, str]]:
    """Give the names of measures in the table of a rule, faulty or not, each with its key."""
    if not isinstance(table, Mapping):
        return
    for name, about in model.model_fields.items():
        if name in table:
            marked = any(isinstance(mark, NamesMeasure) for mark in about.metadata)
            yield from _names((name,), table[name], about.annotation, marked)


def _names(
    key: Key, value: object, annotation: object, marked: bool = False
) -> Iterator[tuple[Key, str]]:
    """Follow a value and its annotation to the names of measures in it.

    Parameters
    ----------
    key, value
        Where the value stands in the table, and the value.
    annotation
        What may stand there.
    marked
        Whether it was a name of a measure further out.
    """
    marked = marked or any(
        isinstance(mark, NamesMeasure) for mark in getattr(annotation, "__metadata__", ())
    )
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        for inner, name in measure_names(annotation, value):
            yield (*key, *inner), name
    elif isinstance(value, list | tuple):
        for at, part in enumerate(value):
            for arm in get_args(annotation):
                yield from _names((*key, at), part, arm)
    elif marked and isinstance(value, str):
        yield key, value
    else:
        for arm in get_args(annotation):
            yield from _names(key, value, arm)


@dataclass(frozen=True, slots=True)
class Holding:
    """A check that a name is that of a field of the dossier which holds `what`, as `fits` tells."""

    what: Words
    fits: Callable[[DossierField], bool]

    def __call__(self, path: str) -> str:
        """Give the name back where it is such a field's.

        Raises
        ------
        FaultError
            A dossier has no such field, or it holds something else; with the names that may be meant.
        """
        field = dossier_field(path)
        if field is not None and self.fits(field):
            return path
        known = [
            f"{field.path}.…" if field.any_key else field.path
            for field in dossier_fields().values()
            if self.fits(field)
        ]
        place = {"path": path, "what": self.what, "known": ", ".join(known)}
        if field is not None:
            raise FaultError(
                _(
                    "the dossier's field {path} does not hold {what}; expected one of: {known}",
                    **place,
                )
            )
        near = nearest(path, known)
        if near:
            raise FaultError(
                _("a dossier has no field {path}; did you mean {near}?", path=path, near=near)
            )
        raise FaultError(
            _(
                "a dossier has no field {path}; expected one that holds {what}: {known}",
                **place,
            )
        )


def _single(*types: type) -> Callable[[DossierField], bool]:
    return lambda field: not field.several and field.holds == frozenset(types)


def _several(kind: type) -> Callable[[DossierField], bool]:
    return lambda field: field.several and field.holds == {kind}


NumberField = Annotated[str, AfterValidator(Holding(_("a number"), _single(float)))]
"""A field such as ``quota_ha``."""

TextField = Annotated[str, AfterValidator(Holding(_("a text"), _single(str)))]
"""A field such as ``segment`` or ``national_type``."""

ChoiceField = Annotated[
    str, AfterValidator(Holding(_("one of some fixed values"), lambda field: bool(field.choices)))
]
"""A field such as ``type``, whose values are fixed."""

NamesField = Annotated[str, AfterValidator(Holding(_("a list of names"), _several(str)))]
"""A field such as ``leading_industries``."""

WordsField = Annotated[
    str, AfterValidator(Holding(_("a text or a list of names"), lambda field: field.holds == {str}))
]
"""A field such as ``carrier`` or ``leading_industries``."""

TruthField = Annotated[str, AfterValidator(Holding(_("true or false"), _single(bool)))]
"""A field such as ``lists.city``."""

DocumentField = Annotated[str, AfterValidator(Holding(_("a document"), _single(str, bool)))]
"""A field such as ``documents.town_plans``, or one of a bureau's own under ``documents.other``."""

SupplyField = Annotated[str, AfterValidator(Holding(_("land supply by year"), _several(Supply)))]
"""``supply.city`` or ``supply.county``."""

SitesField = Annotated[str, AfterValidator(Holding(_("reused sites"), _several(Site)))]
"""``reused_sites``."""


def other_choices(path: str, values: Mapping[Key, str]) -> Iterator[InitErrorDetails]:
    """Give a fault for each value, by its key, that a field with fixed values does not have.

    >>> [fault["loc"] for fault in other_choices("type", {("town_type",): "light"})]
    [('town_type',)]
    >>> list(other_choices("segment", {("values", 0): "anything"}))
    []
    """
    field = dossier_field(path)
    choices = () if field is None else field.choices
    for key, value in values.items() if choices else ():
        if value not in choices:
            near = nearest(value, choices)
            place = {"value": value, "field": path, "near": near, "known": ", ".join(choices)}
            yield fault(
                key,
                _(
                    "{value} is no value of the dossier's field {field}; did you mean {near}?",
                    **place,
                )
                if near
                else _(
                    "{value} is no value of the dossier's field {field}; it has {known}", **place
                ),
                value,
            )
