"""What a key of a document may hold, in words: each kind of fault that a model's checks can find."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from townland.documents.lines import without_secrets
from townland.i18n import Text, Words, _

WRITTEN_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*"
"""A day as people write it, without a last 日 or 号."""

_SHOWN = 60
_WHOLE = _("a whole number")
_NUMBER = _("a number")
_TRUTH = _("true or false, without quotation marks")
_DAY = _("a day such as 2018-12-31, without quotation marks")

_PLAIN: dict[str, Words] = {
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _("a finite number"),
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _("a day alone, without the time"),
    "list_type": _('a list in brackets, such as ["…", "…"]'),
    "tuple_type": _('a list in brackets, such as ["…", "…"]'),
}
_BARS: dict[str, tuple[str, Text]] = {
    "greater_than": ("gt", _("more than {bar}")),
    "greater_than_equal": ("ge", _("{bar} or more")),
    "less_than": ("lt", _("less than {bar}")),
    "less_than_equal": ("le", _("{bar} or less")),
}
_TABLES = ("dict_type", "model_type", "model_attributes_type", "dataclass_type")
_LISTS = ("list_type", "tuple_type")

PATTERNS: dict[str, Words] = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": _(
        "an id of letters A–Z, digits, hyphen, point and underscore, without spaces"
    ),
    r"^[a-z][a-z0-9_]*$": _("a name of letters a–z, digits and underscore"),
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$": _(
        "the key of a field of the dossier, of letters a–z, digits, underscore and point"
    ),
    r"^\d{6}$": _("six digits"),
}
"""What the patterns of the models ask for."""


def toml(value: object) -> Words | str:
    """Show a value as it is written in TOML, shortened; what holds others is only named.

    >>> toml(True), toml("a"), toml(0.5), toml(Decimal("0.10"))
    ('true', '"a"', '0.5', '0.10')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return _("a table")
    if isinstance(value, list | tuple):
        return _("a list")
    if isinstance(value, str):
        value = without_secrets(value)
        cut = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
        return '"' + "".join(sign if sign.isprintable() else "\ufffd" for sign in cut) + '"'
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def expected(fault: ErrorDetails) -> Words:
    """Say what was expected where a value does not fit, as words that follow “expected”."""
    kind, value, about = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "literal_error":
        return _literal(value, str(about["expected"]))
    if kind in _BARS:
        key, words = _BARS[kind]
        return Text(words.msgid, (("bar", plain(about[key])),))
    if kind == "string_type":
        if isinstance(value, int | float | dt.date) and not isinstance(value, bool):
            return _("a text in quotation marks: {text}", text=f'"{toml(value)}"')
        return _("a text in quotation marks")
    if kind == "date_from_datetime_inexact" and not isinstance(value, dt.datetime):
        return _DAY
    if kind == "string_too_short":
        return _("a text that is not empty")
    if kind == "too_short":
        return _("at least {n} entry", n=about["min_length"])
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(about["pattern"], _("another form"))
    if kind in _LISTS and isinstance(value, str):
        return _("a list in brackets: {text}", text=f"[{toml(value)}]")
    if kind == "dataclass_type":
        text = toml(value) if isinstance(value, str) else '"…"'
        return _("the words in both languages: {text}", text=f'{{ zh = {text}, en = "…" }}')
    if kind in _TABLES:
        return _("keys below a heading [{name}], or in braces", name=_name(fault))
    return _PLAIN.get(kind, _("another value"))


def told(fault: ErrorDetails) -> bool:
    """Tell whether `expected` has words of its own for a fault, as a test asks of all that can be."""
    kinds = {"literal_error", "string_type", "string_too_short", "too_short", "dataclass_type"}
    if fault["type"] == "string_pattern_mismatch":
        return fault["ctx"]["pattern"] in PATTERNS
    return fault["type"] in kinds | set(_BARS) | set(_TABLES) | set(_PLAIN)


def cure(fault: ErrorDetails) -> Words | None:
    """Give the cure where a fault is one of those that newcomers make; None otherwise."""
    kind, value, about = fault["type"], fault["input"], fault.get("ctx", {})
    if kind in _LISTS and isinstance(value, Mapping):
        return _(
            "[{name}] is one of several: write the heading with two brackets, [[{name}]]",
            name=_name(fault),
        )
    if kind in _TABLES and isinstance(value, list):
        return _(
            "there is one [{name}] only: write the heading with one bracket", name=_name(fault)
        )
    if (
        kind == "less_than_equal"
        and about["le"] in (1, 10)
        and about["le"] < value <= 100 * about["le"]
    ):
        return _("a share is written as a part of 1: for {value} % write {share}",
                 value=plain(value), share=plain(as_decimal(value) / 100))  # fmt: skip
    return None


def is_number(text: str) -> bool:
    """Tell whether a text is a number as TOML writes them.

    >>> is_number(" 0.01 "), is_number("1%"), is_number("nan")
    (True, False, False)
    """
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", text.strip(), re.ASCII) is not None


def as_decimal(value: object) -> Decimal:
    """Take a number as it is printed.

    >>> as_decimal(0.1)
    Decimal('0.1')
    """
    return value if isinstance(value, Decimal) else Decimal(str(value))


def plain(value: object) -> str:
    """Print a number without needless zeros, and never as a power of ten.

    >>> plain(Decimal("0.10")), plain(15), plain(Decimal("1E+2"))
    ('0.1', '15', '100')
    """
    return f"{as_decimal(value).normalize():f}"


def _literal(value: object, listed: str) -> Words:
    known = re.findall(r"'([^']*)'", listed) or re.split(r", | or ", listed.lower())
    shown = ", ".join(f'"{one}"' if f"'{one}'" in listed else one for one in known)
    near = get_close_matches(value.lower(), known, n=1) if isinstance(value, str) else []
    if near and near[0] != value:
        return _('one of {known}; did you mean "{near}"?', known=shown, near=near[0])
    return _("one of {known}", known=shown) if len(known) > 1 else _("{known}", known=shown)


def _name(fault: ErrorDetails) -> str:
    return ".".join(str(part) for part in fault["loc"] if isinstance(part, str)) or "…"


@cache
def kinds(model: type[BaseModel], field: str) -> frozenset[type]:
    """The plain types that a field's own value may have."""
    return frozenset(_plain_types(model.model_fields[field].annotation))


def _plain_types(annotation: object) -> Iterator[type]:
    if get_origin(annotation) is Annotated:
        yield from _plain_types(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _plain_types(part)
    elif get_origin(annotation) is Literal:
        yield from (type(one) for one in get_args(annotation))
    elif isinstance(annotation, type):
        yield annotation


def another_kind(value: object, kinds: frozenset[type]) -> Words | None:
    """Say of which other kind a value is than a key's `kinds`, where pydantic would turn it into one.

    >>> another_kind("0.01", frozenset({float})).render("en")
    'a number is written without quotation marks: 0.01'
    >>> another_kind("5%", frozenset({float})).render("en")
    'a share is written as a part of 1, without quotation marks: for 5 % write 0.05'
    """
    numbers = kinds & {int, float, Decimal}
    if isinstance(value, bool):
        if numbers and bool not in kinds:
            return _("a number is expected, not {value}", value=toml(value))
        return None
    if isinstance(value, str) and numbers and str not in kinds:
        percent = value.strip().rstrip("%％").strip()
        if is_number(value):
            return _("a number is written without quotation marks: {value}", value=value.strip())
        if is_number(percent):
            return _(
                "a share is written as a part of 1, without quotation marks: for {value} % write"
                " {share}",
                value=percent,
                share=plain(as_decimal(percent) / 100),
            )
    if isinstance(value, int | float) and dt.date in kinds and not numbers:
        # a number would be read as seconds since 1970
        return _("a day is written as 2018-12-31, not {value}", value=toml(value))
    if isinstance(value, int | float | str) and kinds - {NoneType} == {bool}:
        return _(
            "write true or false without quotation marks, not {value}",
            value=toml(value),
        )
    return None
