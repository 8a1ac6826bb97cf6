"""Codes of land classes against the names that stand beside them.

A code means different land in two schemes; the name beside it tells which was meant (05 is 湿地 in the
guide of 2023, and 商服用地 in GB/T 21010). Spellings, abbreviations, headings and finer names of the
same class say nothing else than the code.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from townland.i18n import Bilingual, Text, _
from townland.standards.landclass import (
    FINER_USES,
    PROFILES,
    SCHEMES,
    USE_GROUPS,
    Scheme,
    load_scheme,
    plain_name,
)

_BRACKETS = re.compile(r"[(\[【〔{<《].*?[)\]】〕}>》]")
_MARKS = re.compile(r"[^\w]|_")
_LEAST = 2
"""A shorter name is the abbreviation of too many classes."""

_ZONES = "jsydgzq"


@dataclass(frozen=True, slots=True)
class NamedOtherwise:
    """What the name beside a code says where it is not the code's.

    `schemes` are those in which code and name agree. `meant` is the class that the name means, as
    ``scheme:code``, None where no scheme has the name; `differs` says whether that class counts to
    other groups than the code's, so that figures depend on which of the two is right.
    """

    schemes: tuple[str, ...]
    meant: str | None
    differs: bool

    def explanation(self, name: str) -> Text:
        """Say what explains the name, and what to do."""
        if self.schemes:
            return _(
                "code and name agree in {schemes}: state the scheme by which the codes were given, or"
                " correct the codes",
                schemes=" / ".join(self.schemes),
            )
        if self.meant is None:
            return _("no scheme has a class of this name: correct the names")
        scheme, _colon, code = self.meant.partition(":")
        return _(
            "in {scheme} {name} is {code}: correct the codes or the names",
            scheme=scheme,
            name=name,
            code=code,
        )


def short(name: str) -> str:
    """A class's name without blanks, widths, brackets and marks, and without a final 用地 or 地.

    >>> short("工业 用地（Ｍ１）"), short("橡胶园地") == short("橡胶园")
    ('工业', True)
    """
    plain = _MARKS.sub("", _BRACKETS.sub("", plain_name(name)))
    for ending in ("用地", "地"):
        if len(plain) >= len(ending) + _LEAST:
            plain = plain.removesuffix(ending)
    return plain


@cache
def named_otherwise(code: str, name: str, scheme: Scheme) -> NamedOtherwise | None:
    """What a name beside a code says; None where it is the code's own, or nothing can be said.

    Parameters
    ----------
    code
        A canonical code.
    name
        What stands beside it.
    scheme
        The declared scheme; a table of one's own has no official names.

    Examples
    --------
    >>> guide = load_scheme("guide-2023")
    >>> named_otherwise("05", "商业服务业用地", guide).schemes[-1]
    'sandiao-2019'
    >>> named_otherwise("0701", "城镇住宅", guide) is None
    True
    >>> named_otherwise("0701", "某某", guide).meant is None
    True
    """
    wanted = short(name)
    if scheme.custom or code not in scheme.entries or not wanted or name.strip() == code:
        return None
    if wanted in map(short, _own_names(code, scheme)):
        return None
    own = [f"{scheme.id}:{each}" for each in _codes_named(wanted, scheme)]
    if not own and _abbreviates(wanted, short(scheme.entries[code].name)):
        return None
    others = [load_scheme(each) for each in SCHEMES if _comparable(each, scheme.id)]
    fits = tuple(each.id for each in others if _agrees(code, wanted, each))
    there = [
        f"{each.id}:{other}"
        for each in sorted(others, key=lambda each: each.id not in fits)
        for other in _codes_named(wanted, each)
    ]
    meant = own or there
    as_coded = _counts(f"{scheme.id}:{code}")
    same = any(_counts(each) == as_coded for each in (own or there[:1]))
    # a finer name than the code, of land that counts alike
    if same and any(each.startswith(f"{scheme.id}:{code}") for each in own):
        return None
    return NamedOtherwise(fits, meant[0] if meant else None, bool(meant) and not same)


def counts_as(meant: str) -> tuple[Scheme, str]:
    """The scheme and the code of what `NamedOtherwise.meant` holds."""
    scheme, _colon, code = meant.partition(":")
    return load_scheme(scheme), code


def _comparable(other: str, own: str) -> bool:
    """Whether names of two schemes mean the same kind of thing: land, or zones."""
    return other != own and (other == _ZONES) == (own == _ZONES)


def _agrees(code: str, wanted: str, scheme: Scheme) -> bool:
    """Whether a code has a name, or what it abbreviates, in a scheme.

    Parameters
    ----------
    code, wanted
        The code, and the name in short.
    scheme
        The scheme.
    """
    if code not in scheme.entries and (scheme.id, code) not in _headings():
        return False
    own = short(_own_names(code, scheme)[0])
    return wanted == own or _abbreviates(own, wanted)


def _own_names(code: str, scheme: Scheme) -> list[str]:
    """The name of a code, and those of the headings above it."""
    above = [code[:length] for length in range(len(code), 1, -1)]
    known = [*(scheme.entries[each].name for each in above if each in scheme.entries)]
    headings = _headings()
    return known + [headings[key] for each in above if (key := (scheme.id, each)) in headings]


def _codes_named(wanted: str, scheme: Scheme) -> list[str]:
    """The codes of a scheme whose class has a name in short; of 可调整 classes the plain one only."""
    return [
        code
        for code, entry in scheme.entries.items()
        if short(entry.name) == wanted and not code.endswith("K")
    ]


def _abbreviates(part: str, whole: str) -> bool:
    """Whether one of two names holds the signs of the other in their order.

    >>> _abbreviates("商服", "商业服务业"), _abbreviates("二类工业", "工业"), _abbreviates("水田", "旱")
    (True, True, False)
    """
    few, many = sorted((part, whole), key=len)
    rest: Iterator[str] = iter(many)
    return len(few) >= _LEAST and all(sign in rest for sign in few)


def _counts(meant: str) -> object:
    """To which groups a class counts."""
    scheme, code = counts_as(meant)
    entry = scheme.entries[code]
    finer = frozenset({*USE_GROUPS, *FINER_USES, "barren"})
    sources = tuple(entry.source(profile) for profile in PROFILES)
    zone = code if scheme.id == _ZONES else ""
    return sources, dict(entry.three_class), entry.groups & finer, zone


@cache
def _headings() -> Mapping[tuple[str, str], str]:
    """The first-level classes that a scheme's table leaves out, by scheme and code."""
    folder = files("townland") / "standards" / "landclasses"
    rows = csv.DictReader((folder / "headings.csv").read_text("utf-8").splitlines())
    return {(row["scheme"], row["code"]): row["name"] for row in rows}


@cache
def _english() -> Mapping[str, str]:
    """The English names of classes, by their Chinese names; see `SOURCES.md`."""
    folder = files("townland") / "standards" / "landclasses"
    rows = csv.DictReader((folder / "english.csv").read_text("utf-8").splitlines())
    return {row["name"]: row["english"] for row in rows}


def class_words(name: str) -> Bilingual | str:
    """Name a class to a reader: in English, with the Chinese that data and law have beside it.

    Names that no scheme has, those of a table of one's own, stay as they are.

    >>> class_words("水田").render("en"), class_words("水田").render("zh")
    ('Paddy field 水田', '水田')
    >>> class_words("Ackerland")
    'Ackerland'
    """
    english = _english().get(name)
    return name if english is None else Bilingual(name, f"{english} {name}")
