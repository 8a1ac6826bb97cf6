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
from typing import TypedDict

DBF_NAME_BYTES = 10
"""A DBF cuts the names of its columns here."""


_NAMES = ("DLMC", "GHMC")
"""The fields that hold the name of a class."""

CLASS_NAMES = ("land_use", "planned_use")
"""The roles whose fields name classes, whatever layer they are met in."""


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

    `note` is the key of the sentence that a report prints on such a layer.
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


class CultivatedTable(TypedDict):
    """What a parcel of cultivated land has beside its class: slope grade, kind of field, ridges."""

    classes: list[str]
    slopes: list[str]
    level: str
    terrace: str


RidgeTable = TypedDict(
    "RidgeTable",
    {  # `class` is a word of Python
        "class": str,
        "old_class": str,
        "above": float,
        "below": float,
        "digits": int,
        "old_digits": int,
    },
)
"""The class that ridges are booked to, the bounds of their coefficient, the digits of areas."""


class LaneTable(TypedDict):
    """The classes of rural roads in the schemes that are named, and how wide they are at most."""

    schemes: list[str]
    classes: list[str]
    widest_m: float


class SettlementTable(TypedDict):
    """The classes, and beginnings of classes, that have a kind of settlement (CZCSXM)."""

    schemes: list[str]
    prefixes: list[str]
    classes: list[str]


class AreaLimits(TypedDict):
    """How far a recorded area may be from the measured one, in m² and in m of the perimeter."""

    least_m2: float
    edge_m: float


class TopologyLimits(TypedDict):
    """What counts as a sliver, a gap and an overlap, and the roles without gaps."""

    sliver_width_m: float
    sliver_least_m2: float
    gap_below_m2: float
    overlap_least_m2: float
    tiles: list[str]
    nearly_tiles: list[str]


class CoverageLimits(TypedDict):
    """From what area on uncovered land is reported."""

    least_m2: float


class Consistency(TypedDict):
    """``schemas/consistency.toml``: what the records of the land survey must agree in."""

    cultivated: CultivatedTable
    ridge: RidgeTable
    lane: LaneTable
    settlement: SettlementTable
    area: AreaLimits
    topology: TopologyLimits
    coverage: CoverageLimits


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
    """The fields by which a layer's role is recognised, the most particular role first."""
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
def consistency() -> Consistency:
    """The figures and classes of the rules that the land survey's records must agree with."""
    text = (files("townland") / "standards" / "schemas" / "consistency.toml").read_text("utf-8")
    tables: Consistency = {**tomllib.loads(text)}  # type: ignore[typeddict-item]  # a test holds it
    return tables


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


def class_name_column(role: str, code: str, present: Sequence[str]) -> str | None:
    """The column of the names that stand beside the codes of a class column; None where there is none.

    It is known by the fields of the role (DLMC, GHMC and their aliases), or by the name of the class
    column with MC in place of DM or BM.

    Parameters
    ----------
    role
        The role of the layer.
    code
        The class column.
    present
        The columns of the file.

    Examples
    --------
    >>> class_name_column("planned_use", "GHDM", ["GHDM", "ghmc"])
    'ghmc'
    >>> class_name_column("control_zone", "GZQLXDM", ["GZQLXDM", "GZQLXMC"])
    'GZQLXMC'
    >>> class_name_column("land_use", "DLMC", ["DLMC"]) is None
    True
    """
    named = [rule for each in (role, *CLASS_NAMES) for rule in fields(each) if rule.name in _NAMES]
    wanted = [name for rule in named for name in (rule.name, *rule.aliases, rule.zh)]
    stem = re.fullmatch(r"(.+)[DB]M", code.strip().upper())
    if stem:
        wanted.insert(0, f"{stem[1]}MC")
    found = find(wanted, [column for column in present if column.strip() != code.strip()])
    return None if found is None or is_personal(found) else found


__all__ = [
    "FieldRule",
    "LayerName",
    "PersonalColumn",
    "Signature",
    "alias_groups",
    "all_fields",
    "class_name_column",
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
