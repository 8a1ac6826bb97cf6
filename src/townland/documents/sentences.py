"""A fault of a document in words: what stands there, what was expected, and the cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from townland.documents import values
from townland.documents.keys import Key, line_of
from townland.errors import TownlandError
from townland.i18n import Words, _


class FaultError(ValueError):
    """What a validator finds wrong; `load` adds file and line (pydantic passes on no other error)."""

    def __init__(self, message: Words) -> None:
        super().__init__(message)
        self.message = message


def fault_sentences(
    problem: ValidationError,
    model: type[BaseModel],
    name: str,
    lines: Mapping[Key, int],
    data: Mapping[str, object],
) -> Iterator[tuple[Key, Words]]:
    """Put every fault into words, with its key.

    Parameters
    ----------
    problem
        What the model refuses.
    model
        The model.
    name
        What messages call the document.
    lines
        The line of each key.
    data
        The tables of the document.
    """
    groups: dict[tuple[Key, int], list[ErrorDetails]] = {}
    for at, fault in enumerate(problem.errors(include_url=False)):
        key = _stated(tuple(fault["loc"]), data, fault["type"])
        # each arm of a union has a fault of its own; together they say what may stand there
        alone = len(key) == len(fault["loc"])
        groups.setdefault((key, at if alone else -1), []).append(fault)
    for (key, _at), arms in groups.items():
        place = {"name": name, "line": line_of(lines, key), "key": _told(key, data)}
        yield key, _sentence(arms, key, model, place)


def _sentence(
    arms: Sequence[ErrorDetails], key: Key, model: type[BaseModel], place: Mapping[str, object]
) -> Words:
    """Put the faults of one key into words.

    Parameters
    ----------
    arms
        The faults; several where each arm of a union refuses the value.
    key
        Where they are.
    model
        The model of the document, for the names that may have been meant.
    place
        Name of the document, line and key, as messages give them.
    """
    fault = arms[0]
    cause = fault.get("ctx", {}).get("error")
    if fault["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        homes = _homes(model, str(key[-1])) if len(key) == 1 else []
        if homes:
            return _(
                "{name}, line {line}: {key} stands below a heading, not here: move it below {homes}",
                **place,
                homes=", ".join(homes),
            )
        near = get_close_matches(str(key[-1]), known_keys(model, key[:-1]), n=1)
        if near:
            return _(
                "{name}, line {line}: unknown key {key}; did you mean {near}?",
                **place,
                near=near[0],
            )
        return _("{name}, line {line}: unknown key {key}", **place)
    if fault["type"] in ("missing", "missing_argument"):
        return _("{name}, line {line}: {key} is missing", **place)
    if isinstance(cause, TownlandError | FaultError):
        if not key:
            return _("{name}: {reason}", name=place["name"], reason=cause.message)
        if key[0] == "layer" and len(key) == 2:  # what is said of a whole layer names it
            told = {"name": place["name"], "line": place["line"]}
            return _("{name}, line {line}: {reason}", **told, reason=cause.message)
        return _("{name}, line {line}: {key}: {reason}", **place, reason=cause.message)
    cure = values.cure(fault)
    if cure is not None:
        return _("{name}, line {line}: {key}: {reason}", **place, reason=cure)
    expected = values.expected(fault)
    for arm in arms[1:]:
        expected = _("{one}, or {other}", one=expected, other=values.expected(arm))
    return _(
        "{name}, line {line}: {key} is {value}; expected {expected}",
        **place,
        value=values.toml(fault["input"]),
        expected=expected,
    )


def _stated(place: Key, data: object, kind: str) -> Key:
    """Give the key of the document that a fault is at, without pydantic's names for arms of unions.

    Parameters
    ----------
    place
        Where pydantic has the fault.
    data
        The tables of the document.
    kind
        Pydantic's name of the fault; that of a missing key ends with a key that is not there.
    """
    key: Key = ()
    for at, part in enumerate(place):
        last = at == len(place) - 1
        if isinstance(data, Mapping) and part in data:
            data = data[part]
        elif isinstance(data, list | tuple) and part in range(len(data)):
            data = data[int(part)]
        elif not (last and kind in ("missing", "missing_argument", "value_error")):
            continue
        key = (*key, part)
    return key


_NAMED = {"rule": "id", "layer": "name"}
"""The arrays whose entries are told by a key of theirs, not by their number."""


def _told(key: Key, data: Mapping[str, object]) -> Words | str:
    """Name a key: that of a rule or a layer by its id or name, any other by its path."""
    match key:
        case (("rule" | "layer") as table, int() as at, *rest):
            entries = data.get(table)
            entry = entries[at] if isinstance(entries, list) and at < len(entries) else None
            name = entry.get(_NAMED[table]) if isinstance(entry, Mapping) else None
            if isinstance(name, str) and name:
                inner = "".join(_printed(tuple(rest))).lstrip(".")
                place = {"entry": name, "key": inner}
                if table == "rule":
                    return (
                        _("rule {entry}, {key}", **place) if inner else _("rule {entry}", **place)
                    )
                return _("layer {entry}, {key}", **place) if inner else _("layer {entry}", **place)
    return "".join(_printed(key)).lstrip(".") or "-"


def _printed(key: Key) -> Iterator[str]:
    for part in key:
        yield f"[{part + 1}]" if isinstance(part, int) else f".{part}"


def known_keys(model: type[BaseModel], key: Key) -> list[str]:
    """The keys that the table at `key` may hold, as far as the model's types tell."""
    here: type[BaseModel] | None = model
    for part in key:
        if isinstance(part, int):
            continue
        field = None if here is None else here.model_fields.get(part)
        if field is None:
            return []
        here = next(iter(_models(field.annotation)), None)
    if here is None:
        return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _homes(model: type[BaseModel], key: str) -> list[str]:
    """Give the headings of a document below which a key may stand."""
    return [
        f"[[{name}]]" if get_origin(about.annotation) in (list, tuple) else f"[{name}]"
        for name, about in model.model_fields.items()
        if get_origin(about.annotation) is not dict
        and any(key in inner.model_fields for inner in _models(about.annotation))
    ]


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)
