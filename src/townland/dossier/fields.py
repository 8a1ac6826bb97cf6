"""The fields of a dossier by their dotted paths, with what each may hold, for rules that name one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from townland.documents import Strict
from townland.dossier.model import Dossier


@dataclass(frozen=True, slots=True)
class NumberRange:
    """From where to where a number may be; `open` says that `least` itself is too little."""

    least: float | None = None
    most: float | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class DossierField:
    """A field of the dossier, such as ``supply.city``.

    `holds` are the types of its value, or with `several` of each entry of its list; `choices` are the
    values that it may have where these are fixed, and `range` says how large a number may be. With
    `any_key` it is a table of keys of one's own, each of which is such a field.
    """

    path: str
    holds: frozenset[type]
    choices: tuple[str, ...] = ()
    several: bool = False
    any_key: bool = False
    range: NumberRange = NumberRange()


@cache
def dossier_fields() -> Mapping[str, DossierField]:
    """Every field of a dossier, by its dotted path.

    >>> fields = dossier_fields()
    >>> fields["county_platform"].choices
    ('none', 'disguised_borrowing', 'market_reformed')
    >>> [(one.holds, one.several) for one in (fields["quota_ha"], fields["linked_industries"])]
    [(frozenset({<class 'float'>}), False), (frozenset({<class 'str'>}), True)]
    """
    return {field.path: field for field in fields_of(Dossier)}


def dossier_field(path: str) -> DossierField | None:
    """The field of a dotted path; None where a dossier has no such field.

    >>> dossier_field("documents.other.permit").path, dossier_field("supply.citty")
    ('documents.other', None)
    """
    field = dossier_fields().get(path)
    if field is not None:
        return None if field.any_key else field
    table, _dot, _own = path.rpartition(".")
    field = dossier_fields().get(table)
    return field if field is not None and field.any_key else None


def fields_of(model: type[BaseModel], before: str = "") -> Iterator[DossierField]:
    """Give the fields of a table of a dossier, or of a row of one of its lists.

    >>> from townland.dossier.model import Payment, Supply
    >>> [(field.path, field.range.least, field.range.open) for field in fields_of(Payment)]
    [('on', None, False), ('amount_wan', 0, True)]
    >>> next(fields_of(Supply)).range
    NumberRange(least=1949, most=2100, open=False)
    """
    for name, about in model.model_fields.items():
        path = before + name
        annotation = _without_none(about.annotation)
        origin, arms = get_origin(annotation), get_args(annotation)
        if isinstance(annotation, type) and issubclass(annotation, Strict):
            yield from fields_of(annotation, f"{path}.")
        elif origin is tuple:
            yield DossierField(path, frozenset(_types(arms[0])), several=True)
        elif origin is dict:
            yield DossierField(path, frozenset(_types(arms[1])), any_key=True)
        else:
            chosen = tuple(map(str, arms)) if origin is Literal else ()
            bars = [*about.metadata, *_marks(about.annotation)]
            types = frozenset(_types(annotation))
            yield DossierField(path, types, chosen, range=_range(bars))


def _marks(annotation: object) -> Iterator[object]:
    """Give what an annotation is marked with, such as the bars of a number."""
    for mark in getattr(annotation, "__metadata__", ()):
        yield from getattr(mark, "metadata", ())
    for arm in get_args(annotation):
        yield from _marks(arm)


def _range(marks: Iterable[object]) -> NumberRange:
    """Read how large a number may be from the marks of its annotation."""
    found = NumberRange()
    for mark in marks:
        least, beyond, most = (_number(getattr(mark, bar, None)) for bar in ("ge", "gt", "le"))
        if beyond is not None or least is not None:
            found = replace(found, least=beyond if least is None else least, open=least is None)
        if most is not None:
            found = replace(found, most=most)
    return found


def _number(bar: object) -> float | None:
    return bar if isinstance(bar, int | float) else None


def _without_none(annotation: object) -> object:
    """What an annotation says beside None: every field of a dossier may be left out."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    arms = [arm for arm in get_args(annotation) if arm is not NoneType]
    return arms[0] if len(arms) == 1 else Union[tuple(arms)]  # noqa: UP007 - made from its arms


def _types(annotation: object) -> Iterator[type]:
    if get_origin(annotation) is Annotated:
        yield from _types(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for arm in get_args(annotation):
            yield from _types(arm)
    elif get_origin(annotation) is Literal:
        yield from map(type, get_args(annotation))
    elif isinstance(annotation, type):
        yield annotation
