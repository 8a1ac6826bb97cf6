"""Strict TOML documents: every error at once, with file, line and key.

Catalogs, rulebooks and dossiers are read here; a typing error in one of them must never be passed
over, so unknown keys are errors, with a suggestion where one is near.
"""

from __future__ import annotations

import hashlib
import stat
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Self, TypeAlias, TypeVar, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails

from townland.documents import mistakes, values
from townland.documents.keys import Key, key_lines, line_of
from townland.errors import TownlandError
from townland.i18n import Joined, Words, _

__all__ = [
    "CELLS",
    "MAX_BYTES",
    "FaultError",
    "Key",
    "Strict",
    "faults",
    "key_lines",
    "known_keys",
    "line_of",
    "load",
    "misread",
    "no_file",
    "parse",
    "read",
    "tables",
    "validate",
]

Model = TypeVar("Model", bound=BaseModel)
Context: TypeAlias = Mapping[str, object] | None
"""What validators of a model may need to know beside the value (`CELLS`)."""


class FaultError(ValueError):
    """What a validator finds wrong; `load` adds file and line (pydantic passes on no other error)."""

    def __init__(self, message: Words) -> None:
        super().__init__(message)
        self.message = message


CELLS = {"cells": True}
"""The context of a model whose values come from a workbook, where numbers are texts too."""


class Strict(BaseModel):
    """The base of every document: frozen, no key that is not known, no number in quotation marks."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    @model_validator(mode="wrap")
    @classmethod
    def _no_other_kind_of_value(
        cls, data: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Refuse what pydantic would turn into a number, a truth or a day: "0.01", "false", 1, true.

        Parameters
        ----------
        data
            What the document holds.
        handler
            The model's own validation.
        info
            Its context; the values of a workbook are texts, whatever they mean (`CELLS`).
        """
        cells = (info.context or {}).get("cells")
        found = [] if cells or not isinstance(data, Mapping) else list(_other_kinds(cls, data))
        if not found:
            return handler(data)
        try:
            handler(data)
        except ValidationError as problem:
            stated = {fault["loc"] for fault in found}
            found += [
                InitErrorDetails(
                    type=fault["type"],
                    loc=fault["loc"],
                    input=fault["input"],
                    ctx=fault.get("ctx", {}),
                )
                for fault in problem.errors(include_url=False)
                if fault["loc"] not in stated
            ]
        raise ValidationError.from_exception_data(cls.__name__, found)


def _other_kinds(model: type[BaseModel], data: Mapping[str, object]) -> Iterator[InitErrorDetails]:
    for name, value in data.items():
        kinds = values.kinds(model, name) if name in model.model_fields else frozenset()
        reason = values.another_kind(value, kinds)
        if reason is not None:
            yield InitErrorDetails(
                type="value_error", loc=(name,), input=value, ctx={"error": FaultError(reason)}
            )


def load(
    path: Path,
    model: type[Model],
    error: type[TownlandError],
    context: Context = None,
) -> tuple[Model, str]:
    """Read a TOML file into `model`.

    Parameters
    ----------
    path
        The file.
    model
        What it must fit.
    error
        The class of the error that is raised.
    context
        The context of the model's validators.

    Returns
    -------
    The document, and the SHA-256 of the file in hexadecimal.

    Raises
    ------
    TownlandError
        Of the class `error`: the file is missing, is no UTF-8 TOML, or does not fit the model.

    """
    raw = read(path, error)
    return parse(raw, path.as_posix(), model, error, context), hashlib.sha256(raw).hexdigest()


MAX_BYTES = 2 << 20
"""A catalog, rulebook or dossier of this size would be a book of a thousand pages."""


def no_file(path: Path, error: type[TownlandError]) -> TownlandError:
    """What a path is told that is none of a file."""
    return error(
        _(
            "{path}: this is a folder, a pipe or a device; give the path of a file",
            path=path.as_posix(),
        )
    )


def read(path: Path, error: type[TownlandError]) -> bytes:
    """Read the bytes of a file; errors as `load`. A pipe or a device is no file, and may never end."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise no_file(path, error)
        if status.st_size > MAX_BYTES:
            raise error(
                _(
                    "{path}: {size} MB of text, and at most {most} MB are read; take out what does not"
                    " belong there",
                    path=path.as_posix(),
                    size=status.st_size >> 20,
                    most=MAX_BYTES >> 20,
                )
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise error(_not_there(path)) from None
    except OSError as problem:
        raise error(
            _("{path}: cannot be read ({reason})", path=path.as_posix(), reason=problem.strerror)
        ) from None


def parse(
    raw: bytes,
    name: str,
    model: type[Model],
    error: type[TownlandError],
    context: Context = None,
) -> Model:
    """Parse the bytes of a TOML document into `model`; errors as `load`.

    Parameters
    ----------
    raw
        The bytes of the document.
    name
        What messages call the document.
    model
        What it must fit.
    error
        The class of the error that is raised.
    context
        The context of the model's validators.
    """
    data, lines = tables(raw, name, error)
    return validate(data, lines, name, model, error, context)


def tables(
    raw: bytes, name: str, error: type[TownlandError]
) -> tuple[dict[str, object], dict[Key, int]]:
    """Parse the bytes of a TOML document called `name`; errors as `load`.

    Parameters
    ----------
    raw
        The bytes of the document.
    name
        What messages call it.
    error
        The class of the error that is raised.

    Returns
    -------
    Plain data, and the line of each key.
    """
    document = _parsed(raw, name)
    if isinstance(document, tuple):
        raise error(document[1])
    return document, dict(key_lines(raw.decode("utf-8-sig")))


def misread(raw: bytes, name: str) -> tuple[int, Words] | None:
    """Say why bytes cannot be read as a TOML document: the line, and a sentence that shows it."""
    document = _parsed(raw, name)
    return document if isinstance(document, tuple) else None


def _parsed(raw: bytes, name: str) -> dict[str, object] | tuple[int, Words]:
    """The data of a TOML document, or the line and the reason why it cannot be read."""
    data: dict[str, object] = {}
    fault = mistakes.encoding_fault(raw)
    if fault is None:
        source = raw.decode("utf-8-sig")
        fault = mistakes.too_long(source)
    if fault is None:
        try:
            data = tomllib.loads(source)
        except RecursionError:
            return 1, _(
                "{name}: arrays or tables stand too deep in one another; flatten them", name=name
            )
        except ValueError as problem:
            fault = mistakes.syntax_fault(source, problem)
        else:
            fault = mistakes.escape_fault(source)
    if fault is None:
        return data
    place = {"name": name, "line": fault.line, "reason": fault.reason}
    message = _("{name}, line {line}: {reason}", **place)
    if fault.shown:
        message = _("{fault}\n    {shown}", fault=message, shown=fault.shown)
    return fault.line, message


def _not_there(path: Path) -> Words:
    """Say that a file is not there; an editor may have added an ending that Windows does not show."""
    for ending in (".txt", path.suffix):
        other = path.with_name(path.name + ending)
        if ending and other.is_file():
            return _(
                "{path}: no such file, but {other} is there: the editor added an ending; rename it",
                path=path.as_posix(),
                other=other.name,
            )
    return _("{path}: no such file; look for a typing error in the path", path=path.as_posix())


def validate(
    data: Mapping[str, object],
    lines: Mapping[Key, int],
    name: str,
    model: type[Model],
    error: type[TownlandError],
    context: Context = None,
) -> Model:
    """Fit plain data into `model`; every fault at once, each with the line of its key.

    Parameters
    ----------
    data
        The tables of the document.
    lines
        The line of each key.
    name
        What messages call the document.
    model
        What it must fit.
    error
        The class of the error that is raised.
    context
        The context of the model's validators.
    """
    document = faults(data, lines, name, model, context)
    if isinstance(document, list):
        raise error(Joined(tuple(words for _key, words in document), "\n"))
    return document


def faults(
    data: Mapping[str, object],
    lines: Mapping[Key, int],
    name: str,
    model: type[Model],
    context: Context = None,
) -> Model | list[tuple[Key, Words]]:
    """Fit plain data into `model`, or give every fault with its key and a sentence.

    Parameters
    ----------
    data
        The tables of the document.
    lines
        The line of each key.
    name
        What messages call the document.
    model
        What it must fit.
    context
        The context of the model's validators.
    """
    try:
        return model.model_validate(data, context=context)
    except ValidationError as problem:
        sentences = list(_sentences(problem, model, name, lines, data))
        return sorted(sentences, key=lambda each: line_of(lines, each[0]))


def _sentences(
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
