"""Indented JSON in the bytes of the standard library, whose own way to indent is slow; a part at a time.

`json` writes in C only what stands on one line, and wants the whole document in memory.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from json.encoder import encode_basestring as quoted


def indented(value: object) -> str:
    r"""The text that ``json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)`` gives.

    Parameters
    ----------
    value
        Dictionaries with texts as keys, lists, tuples, texts, numbers, truth values and None.

    Raises
    ------
    ValueError
        A number is not finite.
    TypeError
        A value is none of these.

    Examples
    --------
    >>> indented({"名": [1, 2.5, None], "{}": {}, "a": True})
    '{\n "名": [\n  1,\n  2.5,\n  null\n ],\n "{}": {},\n "a": true\n}'
    """
    return _text(value, "\n")


def dumps(document: object) -> str:
    """JSON text, readable, in UTF-8, the same for the same document."""
    return indented(document) + "\n"


def parts_of(document: Mapping[str, object]) -> Iterator[str]:
    """The text of a document with a last line break: of its iterators an item at a time.

    >>> "".join(parts_of({"a": iter([1, 2]), "b": iter([]), "c": 3})) == '''{
    ...  "a": [
    ...   1,
    ...   2
    ...  ],
    ...  "b": [],
    ...  "c": 3
    ... }
    ... '''
    True
    """
    before = "{"
    for key, value in document.items():
        yield f"{before}\n {quoted(key)}: "
        if isinstance(value, Iterator):
            yield from _items(value)
        else:
            yield _text(value, "\n ")
        before = ","
    yield "\n}\n"


def _items(values: Iterator[object]) -> Iterator[str]:
    """The text of a list in a document, an item at a time."""
    line = "\n  "
    before = "["
    for value in values:
        yield f"{before}{line}{_text(value, line)}"
        before = ","
    yield "[]" if before == "[" else "\n ]"


def _text(value: object, line: str) -> str:
    """A value whose own lines begin with `line`: a line break and the indentation."""
    if isinstance(value, str):
        return quoted(value)
    if type(value) is int:
        return repr(value)
    if value is None:
        return "null"
    if isinstance(value, dict) and value:
        within = line + " "
        items = [f"{quoted(name)}: {_text(each, within)}" for name, each in value.items()]
        return f"{{{within}{f',{within}'.join(items)}{line}}}"
    if isinstance(value, list | tuple) and value:
        within = line + " "
        texts = [_text(each, within) for each in value]
        return f"[{within}{f',{within}'.join(texts)}{line}]"
    if isinstance(value, float) and math.isfinite(value):
        return float.__repr__(value)
    return json.dumps(value, allow_nan=False)
