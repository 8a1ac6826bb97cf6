"""Text as JSON (RFC 8259), strictly: what libraries read beyond it, or read in two ways, is refused.

GDAL reads NaN and nan as a coordinate, a comma too many, and of two members of one name the last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from townland.errors import LayerError
from townland.i18n import _

Hook = Callable[[dict[str, object]], object]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|(-?Infinity|NaN)\b')
_SHOWN = 20


@dataclass(slots=True)
class Parsed:
    """The documents of a text, and what in them is no JSON or may be read in two ways.

    `documents` are the whole as one, or each line as one; none where the text is nested too deep.
    `constant` is the first number that JSON does not have, with its line; `twice` the first name that
    an object has twice, with the number of the feature (0 for what is around all features); `fault`
    where the text stops being JSON.
    """

    documents: list[object] = field(default_factory=list)
    constant: tuple[str, int] | None = None
    twice: tuple[str, int] | None = None
    fault: LayerError | None = None

    def refuse(self, place: str) -> None:
        """Refuse what is no JSON, or may be read in two ways.

        Raises
        ------
        LayerError
            There is such a thing; the message names line or feature.
        """
        if self.fault is not None:
            raise self.fault
        if self.constant is not None:
            raise LayerError(
                _(
                    "{place}, line {line}: {found} is no number of JSON; write null where the value is"
                    " unknown, or export the layer again without it",
                    place=place,
                    line=self.constant[1],
                    found=self.constant[0],
                )
            )
        if self.twice is not None and self.twice[1] == 0:
            raise LayerError(
                _(
                    "{place}: the object around all features has {name} twice, and programs differ in"
                    " which of them they take; delete one",
                    place=place,
                    name=self.twice[0],
                )
            )
        if self.twice is not None:
            raise LayerError(
                _(
                    "{place}: feature {feature} has {name} twice in one object, and programs differ in"
                    " which of them they take; delete one",
                    place=place,
                    feature=self.twice[1],
                    name=self.twice[0],
                )
            )


def parsed(text: str, place: str, hook: Hook) -> Parsed:
    """The documents of a text: the whole as one, else each of its lines.

    Parameters
    ----------
    text, place
        The text, and how messages name its file.
    hook
        What is made of each object.
    """
    found = Parsed()
    features = 0

    def made(pairs: list[tuple[str, object]]) -> object:
        nonlocal features
        member = dict(pairs)
        if len(member) < len(pairs) and found.twice is None:
            names = [name for name, _value in pairs]
            double = next(name for name in names if names.count(name) > 1)
            found.twice = double[:60], 0 if "features" in member else features + 1
        features += member.get("type") == "Feature" or "attributes" in member
        return hook(member)

    constants: list[str] = []

    def constant(name: str) -> float:
        constants.append(name)
        return float(name.replace("Infinity", "inf"))

    decoder = json.JSONDecoder(object_pairs_hook=made, parse_constant=constant)
    try:
        found.documents = _documents(text, place, decoder)
    except RecursionError:
        return Parsed()
    except LayerError as problem:
        return Parsed(fault=problem)
    if constants:
        found.constant = next(
            (
                (token[1], text.count("\n", 0, token.start()) + 1)
                for token in _TOKEN.finditer(text)
                if token[1]
            ),
            (constants[0], 1),
        )
    return found


def _documents(text: str, place: str, decoder: json.JSONDecoder) -> list[object]:
    """The whole as one document, else each of its lines.

    Parameters
    ----------
    text, place
        The text, and how messages name its file.
    decoder
        What reads one.
    """
    try:
        return [decoder.decode(text)]
    except json.JSONDecodeError as problem:
        if problem.msg != "Extra data":
            raise _no_json(place, text, problem.pos) from None
    found, start = [], 0
    for line in text.split("\n"):
        bare = line.replace("\x1e", " ")
        if bare.strip():
            try:
                found.append(decoder.decode(bare))
            except json.JSONDecodeError as problem:
                raise _no_json(place, text, start + problem.pos) from None
        start += len(line) + 1
    return found


def _no_json(place: str, text: str, at: int) -> LayerError:
    """The error about the place where a text stops being JSON.

    Parameters
    ----------
    place, text
        How messages name the file, and its text.
    at
        Where in the text it is.
    """
    rest = text[at:].strip()
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    if not rest:
        return LayerError(
            _(
                "{place}: the JSON is cut off (it ends in line {line} within an object, a list or a"
                " text); get it again",
                place=place,
                line=line,
            )
        )
    return LayerError(
        _(
            "{place}, line {line}, column {column}: here the text is no JSON any more ({found}), though"
            " some programs read on; correct it, or export the layer again",
            place=place,
            line=line,
            column=column,
            found=" ".join(rest[:_SHOWN].split()),
        )
    )
