"""Where the keys of a TOML text stand, by their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Key: TypeAlias = tuple[str | int, ...]
"""The way to a value through tables (by name) and arrays (by number from 0)."""

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*\.?""")


def line_of(lines: Mapping[Key, int], key: Key) -> int:
    """The line where `key` stands, or the nearest table or array that holds it."""
    while key and key not in lines:
        if (*key, 0) in lines:  # one heading with two brackets, where there is one of it
            return lines[*key, 0]
        key = key[:-1]
    return lines.get(key, 1)


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
    """The key of a table header, with the index of the last element of each array on the way.

    Parameters
    ----------
    names
        What the header names.
    counts
        The last index of each array so far; a header of an array adds one.
    array
        Whether the header has two brackets.
    """
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
    """Follow multi-line strings and brackets.

    Parameters
    ----------
    line
        What follows the key in its line, or a further line of its value.
    open_value
        The quotation marks of a text that is still open; empty where none is.
    depth
        How many brackets are open.

    Returns
    -------
    The quotation marks and the depth behind the line.
    """
    at = 0
    while at < len(line):
        if open_value:
            end = line.find(open_value, at)
            # TOML: in """ an escaped quote does not end the text; in ''' nothing is escaped
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
            # TOML: three quotation marks open a text of several lines
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
