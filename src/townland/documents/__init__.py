"""Strict TOML documents: every error at once, with file, line and key.

Catalogs, rulebooks and dossiers are read here; a typing error in one of them must never be passed
over, so unknown keys are errors, with a suggestion where one is near.
"""

from __future__ import annotations

import hashlib
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails

from townland.documents import mistakes, values
from townland.documents.keys import Key, key_lines, line_of
from townland.documents.sentences import FaultError, fault_sentences
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
    "why_unread",
]

Model = TypeVar("Model", bound=BaseModel)
Context: TypeAlias = Mapping[str, object] | None
"""What validators of a model may need to know beside the value (`CELLS`)."""


CELLS = {"cells": True}
"""The context of a model whose values come from a workbook, where numbers are texts too."""


class Strict(BaseModel):
    """The base of every document: frozen, no key that is not known, no number in quotation marks."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, defer_build=True)

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

MAX_DEPTH = 32
"""Tables and arrays in one another; no document has more than a handful."""


def no_file(path: Path, error: type[TownlandError]) -> TownlandError:
    """What a path is told that is none of a file."""
    return error(_no_file(path))


def _no_file(path: Path) -> Words:
    return _(
        "{path}: this is a folder, a pipe or a device; give the path of a file",
        path=path.as_posix(),
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
    except OSError as problem:
        raise error(why_unread(path, problem)) from None


def why_unread(path: Path, problem: OSError) -> Words:
    """Say why a file that was named cannot be read, without the system's own words where that can be."""
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return _not_there(path)
    if isinstance(problem, IsADirectoryError) or path.is_dir():
        return _no_file(path)
    if isinstance(problem, PermissionError):
        return _(
            "{path}: you have no right to read it; ask who has, or copy it", path=path.as_posix()
        )
    return _("{path}: cannot be read ({reason})", path=path.as_posix(), reason=problem.strerror)


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
            if _too_deep(data):
                raise RecursionError
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


def _too_deep(data: Mapping[str, object]) -> bool:
    """Whether values stand deeper in one another than `MAX_DEPTH`, as those of a key ``a.a.a.a``."""
    level: list[object] = [data]
    for _depth in range(MAX_DEPTH):
        level = [inner for value in level for inner in _inner(value)]
    return bool(level)


def _inner(value: object) -> Iterable[object]:
    """What stands right in a table or an array."""
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


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
        sentences = list(fault_sentences(problem, model, name, lines, data))
        return sorted(sentences, key=lambda each: line_of(lines, each[0]))
