"""Strict TOML documents: every error at once, with file, line and key.

Catalogs, rulebooks and dossiers are read here; a typing error in one of them must never be passed
over, so unknown keys are errors, with a suggestion where one is near.
"""

from __future__ import annotations

import hashlib
import re
import stat
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from townland.errors import TownlandError
from townland.i18n import Joined, Words, _

Key = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class FaultError(ValueError):
    """What a validator finds wrong; `load` adds file and line (pydantic passes on no other error)."""

    def __init__(self, message: Words) -> None:
        super().__init__(message)
        self.message = message


class Strict(BaseModel):
    """The base of every document: frozen, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


def load(
    path: Path, model: type[Model], error: type[TownlandError], context: Any = None
) -> tuple[Model, str]:
    """Read a TOML file into `model`.

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
MAX_LINE = 20_000


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
        raise error(
            _("{path}: no such file; look for a typing error in the path", path=path.as_posix())
        ) from None
    except OSError as problem:
        raise error(
            _("{path}: cannot be read ({reason})", path=path.as_posix(), reason=problem.strerror)
        ) from None


def parse(
    raw: bytes, name: str, model: type[Model], error: type[TownlandError], context: Any = None
) -> Model:
    """Parse the bytes of a TOML document called `name` into `model`; errors as `load`."""
    data, lines = tables(raw, name, error)
    return validate(data, lines, name, model, error, context)


def tables(
    raw: bytes, name: str, error: type[TownlandError]
) -> tuple[dict[str, Any], dict[Key, int]]:
    """Parse the bytes of a TOML document into plain data, and the line of each key."""
    try:
        source = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise error(
            _("{name}, line {line}: not UTF-8; save the file as UTF-8", name=name, line=line)
        ) from None
    for line, text in enumerate(source.splitlines(), 1):
        if len(text) > MAX_LINE:  # the patterns that find keys would take a day
            raise error(
                _(
                    "{name}, line {line}: {count} characters in one line, and at most {most} are read;"
                    " break the line",
                    name=name,
                    line=line,
                    count=len(text),
                    most=MAX_LINE,
                )
            )
    try:
        return tomllib.loads(source), dict(key_lines(source))
    except RecursionError:
        raise error(
            _("{name}: arrays or tables stand too deep in one another; flatten them", name=name)
        ) from None
    except ValueError as problem:  # a number of thousands of digits is no TOMLDecodeError
        raise error(_("{name}: not valid TOML: {reason}", name=name, reason=problem)) from None


def validate(
    data: dict[str, Any],
    lines: dict[Key, int],
    name: str,
    model: type[Model],
    error: type[TownlandError],
    context: Any = None,
) -> Model:
    """Fit plain data into `model`; every fault at once, each with the line of its key."""
    found = faults(data, lines, name, model, context)
    if isinstance(found, model):
        return found
    sentences = tuple(words for _key, words in cast(list[tuple[Key, Words]], found))
    raise error(Joined(sentences, "\n"))


def faults(
    data: dict[str, Any],
    lines: dict[Key, int],
    name: str,
    model: type[Model],
    context: Any = None,
) -> Model | list[tuple[Key, Words]]:
    """Fit plain data into `model`, or give every fault with its key and a sentence."""
    try:
        return model.model_validate(data, context=context)
    except ValidationError as problem:
        return list(_sentences(problem, model, name, lines))


def line_of(lines: dict[Key, int], key: Key) -> int:
    """The line where `key` stands, or the nearest table or array that holds it."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def _sentences(
    problem: ValidationError, model: type[BaseModel], name: str, lines: dict[Key, int]
) -> Iterator[tuple[Key, Words]]:
    for fault in problem.errors(include_url=False):
        key = tuple(fault["loc"])
        place = {
            "name": name,
            "line": line_of(lines, key),
            "key": "".join(_printed(key)).lstrip(".") or "-",
        }
        cause = fault.get("ctx", {}).get("error")
        if fault["type"] == "extra_forbidden":
            near = get_close_matches(str(key[-1]), _known(model, key[:-1]), n=1)
            if near:
                yield (
                    key,
                    _(
                        "{name}, line {line}: unknown key {key}; did you mean {near}?",
                        **place,
                        near=near[0],
                    ),
                )
            else:
                yield key, _("{name}, line {line}: unknown key {key}", **place)
        elif fault["type"] == "missing":
            yield key, _("{name}, line {line}: {key} is missing", **place)
        elif isinstance(cause, TownlandError | FaultError) and not key:
            yield key, _("{name}: {reason}", name=name, reason=cause.message)
        elif isinstance(cause, TownlandError | FaultError):
            yield key, _("{name}, line {line}: {key}: {reason}", **place, reason=cause.message)
        elif fault["type"] == "literal_error":
            yield (
                key,
                _(
                    "{name}, line {line}: {key} is {value}; expected {expected}",
                    **place,
                    value=repr(fault["input"]),
                    expected=fault["ctx"]["expected"],
                ),
            )
        else:
            yield (
                key,
                _(
                    "{name}, line {line}: {key} is {value}: {reason}",
                    **place,
                    value=repr(fault["input"]),
                    reason=cause if cause is not None else fault["msg"],
                ),
            )


def _printed(key: Key) -> Iterator[str]:
    for part in key:
        yield f"[{part + 1}]" if isinstance(part, int) else f".{part}"


def _known(model: type[BaseModel], key: Key) -> list[str]:
    """The keys that the table at `key` may hold, as far as the model's types tell."""
    here: Any = model
    for part in key:
        if isinstance(part, int):
            continue
        field = here.model_fields.get(part) if _is_model(here) else None
        if field is None:
            return []
        here = next(iter(_models(field.annotation)), None)
    if not _is_model(here):
        return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if _is_model(annotation):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*\.?""")


def key_lines(source: str) -> Iterator[tuple[Key, int]]:
    r"""Where each key of a TOML text stands: pairs of key and line, counted from 1.

    The text is known to be valid TOML. Keys inside an inline table or an array have no line of their
    own; `line_of` gives that of the key that holds them.

    >>> dict(key_lines('a = 1\n[[rule]]\nid = "x"\n'))
    {('a',): 1, ('rule', 0): 2, ('rule', 0, 'id'): 3}
    """
    table: Key = ()
    counts: dict[Key, int] = {}
    open_value = ""
    depth = 0
    for number, line in enumerate(source.splitlines(), 1):
        if not open_value and not depth:
            header = _HEADER.match(line)
            if header:
                table = _resolve(tuple(_parts(header[2])), counts, array=header[1] == "[[")
                yield table, number
                continue
            key = _KEY.match(line)
            if not key:
                continue
            yield (*table, *_parts(key[1])), number
            line = line[key.end() :]
        open_value, depth = _scan(line, open_value, depth)


def _parts(dotted: str) -> Iterator[str]:
    for found in _PART.finditer(dotted):
        yield next(group for group in found.groups() if group is not None)


def _resolve(names: tuple[str, ...], counts: dict[Key, int], *, array: bool) -> Key:
    """The key of a table header, with the index of the last element of each array on the way."""
    key: Key = ()
    for position, part in enumerate(names):
        key = (*key, part)
        last = position == len(names) - 1
        if last and array:
            counts[key] = counts.get(key, -1) + 1
        if key in counts:
            key = (*key, counts[key])
    return key


def _scan(line: str, open_value: str, depth: int) -> tuple[str, int]:
    """Follow multi-line strings and brackets: the delimiter still open, and the depth."""
    at = 0
    while at < len(line):
        if open_value:
            end = line.find(open_value, at)
            while open_value == '"""' and end > 0 and line[end - 1] == "\\":
                end = line.find(open_value, end + 1)
            if end < 0:
                return open_value, depth
            at = end + len(open_value)
            open_value = ""
            continue
        character = line[at]
        if character == "#":
            break
        if character in "\"'":
            if line.startswith(character * 3, at):
                open_value, at = character * 3, at + 3
                continue
            at += 1
            while at < len(line) and line[at] != character:
                at += 2 if character == '"' and line[at] == "\\" else 1
        elif character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        at += 1
    return open_value, depth
