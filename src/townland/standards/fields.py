"""What layers are delivered with: their names, fields, code domains, and columns of personal data.

The tables beside this file are data (`SOURCES.md`, *Fields of the layers*); nothing here looks at
a layer.
"""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

DBF_NAME_BYTES = 10
"""A DBF cuts the names of its columns here."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of a role's schema.

    `stands_for` is the field of the land survey whose meaning it has. `type` is ``C`` (text), ``N``
    (number with decimals), ``I`` (whole number) or empty where the source does not say, as are `width`
    and `decimals`; `need` is ``M`` (mandatory), ``C`` (where its condition holds) or ``O``.
    """

    role: str
    name: str
    stands_for: str
    type: str
    width: int | None
    decimals: int | None
    need: str
    zh: str
    aliases: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class LayerName:
    """A name under which layers are met; `role` is empty where townland has no use for them.

    `note` says what is to be known of it, as a key of the sentences that readers are told.
    """

    name: str
    role: str
    meaning: str
    note: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Fields by which a layer of a role is known whatever its name."""

    role: str
    all_of: frozenset[str]
    any_of: frozenset[str]
    none_of: frozenset[str]


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column that holds data about a person: a whole name, or a part of one."""

    pattern: str
    whole: bool
    meaning: str
    source: str


def _table(name: str) -> list[dict[str, str]]:
    text = (files("townland") / "standards" / "schemas" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def fields(role: str) -> tuple[FieldRule, ...]:
    """The fields of a role's schema, in the order of the standard; none for roles without one.

    >>> [rule.name for rule in fields("land_use")][:3], fields("imagery")
    (['BSM', 'YSDM', 'TBYBH'], ())
    """
    return tuple(rule for rule in all_fields() if rule.role == role)


@cache
def all_fields() -> tuple[FieldRule, ...]:
    """The fields of every role."""
    return tuple(
        FieldRule(
            row["role"],
            row["name"],
            row["stands_for"],
            row["type"],
            int(row["len"]) if row["len"] else None,
            int(row["dec"]) if row["dec"] else None,
            row["req"],
            row["zh"],
            tuple(row["aliases"].split()),
            row["note"],
        )
        for row in _table("fields")
    )


@cache
def names() -> tuple[LayerName, ...]:
    """The names under which layers are met."""
    return tuple(LayerName(**row) for row in _table("names"))


@cache
def signatures() -> tuple[Signature, ...]:
    """The fields that tell a layer's role, the most particular role first."""
    return tuple(
        Signature(
            row["role"], *(frozenset(row[key].split()) for key in ("all_of", "any_of", "none_of"))
        )
        for row in _table("signatures")
    )


@cache
def domain(field: str) -> Mapping[str, str]:
    """The values that a coded field may hold, with their meanings; empty for any other field.

    >>> sorted(domain("GDLX")), len(domain("TBMJ"))
    (['PD', 'TT'], 0)
    """
    return MappingProxyType(
        {row["value"]: row["meaning"] for row in _table("domains") if row["field"] == field}
    )


@cache
def domain_certain(field: str) -> bool:
    """Whether the list of a field's values is known to be the whole list."""
    return all(row["certain"] == "1" for row in _table("domains") if row["field"] == field)


@cache
def consistency() -> Mapping[str, Any]:
    """The figures and classes of the rules that the land survey's records must agree with."""
    text = (files("townland") / "standards" / "schemas" / "consistency.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))


@cache
def personal_columns() -> tuple[PersonalColumn, ...]:
    """The names, and parts of names, of columns that hold data about persons."""
    return tuple(
        PersonalColumn(row["pattern"], row["how"] == "exact", row["meaning"], row["source"])
        for row in _table("personal")
    )


def is_personal(column: str) -> bool:
    """Whether a column by its name holds data about a person.

    Names that a DBF has cut count as what they were cut from, and a number behind a name counts for
    nothing.

    >>> is_personal("zrrzjhm"), is_personal("村责任人姓名"), is_personal("CFZR_1")
    (True, True, True)
    >>> is_personal("DLMC"), is_personal("name"), is_personal("FRDBS")
    (False, False, False)
    """
    plain = unicodedata.normalize("NFKC", column).strip().upper()
    bare = re.sub(r"[\s_]*\d*$", "", plain)
    for known in personal_columns():
        if (
            (bare == known.pattern or plain == known.pattern)
            if known.whole
            else (known.pattern in plain or known.pattern.replace("_", "") in plain)
        ):
            return True
    return False


def find(wanted: Sequence[str], present: Sequence[str]) -> str | None:
    """The first column of `present` that is called by one of the names, in any case of letters.

    A column whose name a DBF has cut (to ten bytes, in GB18030 or UTF-8) is taken for the one name
    that it begins.

    >>> find(("TKXS", "田坎系数"), ("dlbm", "tkxs"))
    'tkxs'
    >>> find(("扣除地类系数",), ("扣除地类系",))
    '扣除地类系'
    >>> find(("TBMJ",), ("TB",)) is None
    True
    """
    folded = {column.strip().casefold(): column for column in reversed(present)}
    for name in wanted:
        for form in (name, *cut_forms(name)):
            if (column := folded.get(form.strip().casefold())) is not None:
                return column
    return None


def cut_forms(name: str) -> tuple[str, ...]:
    """What a DBF makes of a name that is too long for it.

    >>> cut_forms("坐落单位名称"), cut_forms("TBMJ")
    (('坐落单位名', '坐落单'), ())
    """
    cut = [
        raw[:DBF_NAME_BYTES].decode(encoding, "ignore")
        for encoding in ("gb18030", "utf-8")
        if len(raw := name.encode(encoding)) > DBF_NAME_BYTES
    ]
    return tuple(dict.fromkeys(cut))


@cache
def alias_groups() -> tuple[tuple[str, ...], ...]:
    """All names of each field of the land survey, its own first."""
    return tuple(
        tuple(dict.fromkeys((rule.name, *rule.aliases, rule.zh))) for rule in fields("land_use")
    )


def field_column(rule: FieldRule, present: Sequence[str]) -> str | None:
    """The column that holds a field of a schema, by its name, its aliases or its Chinese name."""
    return find((rule.name, *rule.aliases, rule.zh), present)


__all__ = [
    "FieldRule",
    "LayerName",
    "PersonalColumn",
    "Signature",
    "alias_groups",
    "all_fields",
    "consistency",
    "cut_forms",
    "domain",
    "domain_certain",
    "field_column",
    "fields",
    "find",
    "is_personal",
    "names",
    "personal_columns",
    "signatures",
]
