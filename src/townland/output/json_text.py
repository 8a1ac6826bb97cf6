"""Indented JSON in the bytes of the standard library, whose own way to indent is slow.

`json` writes in C only what stands on one line.
"""

from __future__ import annotations

import json
import math
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
