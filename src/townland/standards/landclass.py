"""Named, dated schemes of land classes (地类): what a code means, and to which group it counts.

A code means different land in two schemes (0303 is 红树林地 in one, 灌木林地 in another), and one
code may count to two of the three classes by purpose and date (0404 其他草地), so every question
names its scheme and its profile. The tables are data, in ``landclasses/*.csv``.
"""

from __future__ import annotations

import csv
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, get_args

from townland.errors import CatalogError, RulebookError
from townland.i18n import Text, _

if TYPE_CHECKING:
    import pandas as pd

Profile = Literal["survey", "approval-2023"]
PROFILES: tuple[str, ...] = get_args(Profile)

AGRICULTURAL, CONSTRUCTION, UNUSED = "农用地", "建设用地", "未利用地"

SOURCES = ("paddy", "other_cultivated", "other_agricultural", "unused", "construction")
"""The groups that exclude one another, in the order in which overlapping land is counted."""

LAND_GROUPS = (*SOURCES, "cultivated", "agricultural", "barren", "new")
USE_GROUPS = ("residential", "commercial", "industry", "public", "infrastructure", "other")
FINER_USES = ("urban_residential", "industrial")
"""Parts of the groups of uses: 城镇住宅 (and 居住用地 undivided) within housing, 工业用地 proper."""
LAND_PARTS = ("garden", "forest", "grassland")
"""Parts of other agricultural land that a form names (园地, 林地, 草地); what is none of them stays."""
FINER_LAND = (*LAND_PARTS, "water", "farm_facility")
"""These, and what farmland is turned to besides: 水域 (rivers, lakes, ponds) and 设施农用地."""
ZONES = ("allowed", "conditional", "restricted", "prohibited")
SELECTORS = (*LAND_GROUPS, *FINER_LAND, *USE_GROUPS, *FINER_USES, *ZONES)
"""Every group that a rulebook's ``where`` may name; a literal code may stand there too."""

SCHEMES = ("gbt21010-2007", "gbt21010-2017", "guide-2023", "jsydgzq", "sandiao-2019")

FOREIGN_SHARE = 0.1
"""Where this part of a layer's features, or more, has codes that the declared scheme does not know
while one other scheme knows all of them, the declaration is taken to be wrong."""

_UNIONS = {
    "cultivated": ("paddy", "other_cultivated"),
    "agricultural": ("paddy", "other_cultivated", "other_agricultural"),
}
_CUSTOM_SOURCES: Mapping[str, str | None] = {
    "paddy": "paddy",
    "cultivated": "other_cultivated",
    "agricultural": "other_agricultural",
    "unused": "unused",
    "construction": "construction",
    "other": None,
}


@dataclass(frozen=True, slots=True)
class LandClass:
    """One land class under one profile.

    `name` is Chinese. `three_class` is 农用地, 建设用地, 未利用地 or None (the sea, control zones,
    and headings that hold more than one); for a table of one's own it is the group's name. `source`
    is one of `SOURCES` or None, `use_group` one of `USE_GROUPS` or None. `land_group` is the column of a
    form that the land stands in: one of `LAND_PARTS` where it is part of other agricultural land, else
    its source.
    """

    code: str
    name: str
    three_class: str | None
    source: str | None
    use_group: str | None
    land_group: str | None


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    three_class: Mapping[str, str | None]
    groups: frozenset[str]

    def source(self, profile: str) -> str | None:
        for group in SOURCES:
            if group in self.groups:
                return group
        return {
            AGRICULTURAL: "other_agricultural",
            UNUSED: "unused",
            CONSTRUCTION: "construction",
        }.get(self.three_class[profile] or "")


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """A table of land classes; `load_scheme` and `custom_scheme` make one."""

    id: str
    entries: Mapping[str, _Entry] = field(repr=False)
    groups: tuple[str, ...] = field(repr=False)
    custom: bool = False

    def canonical(self, raw: object) -> str | None:
        """Give the code that a cell of a class column means; None where the cell is empty.

        Blanks are stripped, full-width characters made half-width, letters upper-cased; a code
        whose leading zero was lost gets it back where the code as it stands is none. A *number*
        that means two codes (201 read from a numeric column: 城市, or 0201 果园) gives
        ``"201/0201"``, which is no code, so that no land is guessed. Codes are never
        shortened. For a table of one's own the value is kept as it stands.

        >>> scheme = load_scheme("sandiao-2019")
        >>> scheme.canonical("1104k "), scheme.canonical(101), scheme.canonical("201")
        ('1104K', '0101', '201')
        >>> scheme.canonical(201.0), scheme.canonical(" "), scheme.canonical(float("nan"))
        ('201/0201', None, None)
        """
        text = _text(raw)
        if text is None or self.custom:
            return text
        code = unicodedata.normalize("NFKC", text).strip().upper()
        padded = f"0{code}"
        if not code.isdecimal() or padded not in self.entries:
            return code
        if code not in self.entries:
            return padded
        return code if isinstance(raw, str) else f"{code}/{padded}"

    def get(self, code: str | None, profile: Profile) -> LandClass | None:
        """Give the class of a canonical code; None where the scheme has none.

        >>> load_scheme("sandiao-2019").get("0404", "survey").three_class
        '未利用地'
        >>> load_scheme("sandiao-2019").get("0404", "approval-2023").three_class
        '农用地'
        """
        entry = None if code is None else self.entries.get(code)
        if code is None or entry is None:
            return None
        use = next((group for group in USE_GROUPS if group in entry.groups), None)
        three_class, source = entry.three_class[_known(profile)], entry.source(profile)
        parts = LAND_PARTS if source == "other_agricultural" else ()
        land = next((part for part in parts if part in entry.groups), source)
        return LandClass(code, entry.name, three_class, source, use, land)

    def named(self, name: str) -> str | None:
        """Give the code of the class that has a name; None where none or several do.

        >>> load_scheme("sandiao-2019").named("水 田"), load_scheme("sandiao-2019").named("0101")
        ('0101', None)
        """
        plain = plain_name(name)
        codes = [
            code
            for code, entry in self.entries.items()
            if plain and plain_name(entry.name) == plain and not code.endswith("K")
        ]
        return codes[0] if len(codes) == 1 else None

    def members(self, selector: str, profile: Profile) -> frozenset[str]:
        """Give the canonical codes that a selector of a rulebook means: a group, or one literal code.

        ``cultivated`` is paddy and other cultivated land, ``agricultural`` these and all other
        agricultural land; ``barren`` (荒山荒坡荒滩) goes by code, whichever the profile; ``new`` is
        every class that is not construction land. In a table of one's own ``barren`` is its unused
        group, for it is no finer. A heading such as 07 is one code, not a prefix; 01 (耕地), whose part
        of paddy is unknown, counts as other cultivated land.

        Raises
        ------
        RulebookError
            The scheme has neither such a group nor such a code.

        Examples
        --------
        >>> sorted(load_scheme("gbt21010-2017").members("cultivated", "survey"))
        ['0101', '0102', '0103']
        >>> sorted(load_scheme("jsydgzq").members("allowed", "survey"))
        ['010', '011', '012']
        """
        _known(profile)
        if selector in self.groups:
            return frozenset(
                code for code, entry in self.entries.items() if self._in(entry, selector, profile)
            )
        code = self.canonical(selector)
        if code is None or code not in self.entries:
            raise RulebookError(
                _(
                    "scheme {scheme} has no group and no code {selector}; its groups are {known}",
                    scheme=self.id,
                    selector=selector,
                    known=", ".join(self.groups),
                )
            )
        return frozenset({code})

    def _in(self, entry: _Entry, group: str, profile: str) -> bool:
        """Whether a class counts to a group.

        Parameters
        ----------
        entry
            The class.
        group
            One of `SELECTORS`.
        profile
            One of `PROFILES`.
        """
        source = entry.source(profile)
        if group in SOURCES:
            return source == group
        if group in _UNIONS:
            return source in _UNIONS[group]
        if group == "new":
            return source != "construction"
        if group == "barren" and self.custom:
            return source == "unused"
        return group in entry.groups


@cache
def load_scheme(scheme_id: str) -> Scheme:
    """Load a shipped scheme: GB/T 21010 (2007, 2017), Third Survey, 2023 guide, control zones.

    ``gbt21010-2007`` is the standard's 57 second-level classes and the five 20x of the second
    survey (城镇村及工矿用地). Its three classes follow the standard's own comparison with the three
    classes (水库水面 is construction land there); its profile ``approval-2023`` gives 其他草地 and
    水库水面 what GB/T 21010-2017 and the 2023 guide give the class of the same name [to confirm].

    Raises
    ------
    CatalogError
        No scheme has this name.
    """
    if scheme_id not in SCHEMES:
        raise CatalogError(
            _(
                "no such scheme {scheme}; known are {known}",
                scheme=scheme_id,
                known=", ".join(SCHEMES),
            )
        )
    entries = _shipped(scheme_id)
    named = frozenset[str]().union(*(entry.groups for entry in entries.values()))
    land = any(entry.three_class["survey"] for entry in entries.values())
    groups = tuple(
        group for group in SELECTORS if group in named or (land and group in LAND_GROUPS)
    )
    return Scheme(scheme_id, entries, groups)


def _shipped(scheme_id: str) -> dict[str, _Entry]:
    folder = files("townland") / "standards" / "landclasses"
    table = (folder / f"{scheme_id}.csv").read_text("utf-8")
    return {
        row["code"]: _Entry(
            row["name"],
            {
                "survey": row["three_class_survey"] or None,
                "approval-2023": row["three_class_approval_2023"] or None,
            },
            frozenset(row["groups"].split()),
        )
        for row in csv.DictReader(table.splitlines())
    }


def custom_scheme(classes: Mapping[str, Sequence[str]]) -> Scheme:
    """Make the scheme of a catalog's own ``classes`` table.

    The keys are ``paddy``, ``cultivated`` (other cultivated land), ``agricultural`` (other
    agricultural land), ``unused``, ``construction`` and ``other`` (known, and none of these); they
    exclude one another, and one that is left out is empty.

    Raises
    ------
    CatalogError
        A key is not known, or a value stands in two groups.

    Examples
    --------
    >>> scheme = custom_scheme({"cultivated": ["12"], "paddy": ["11"]})
    >>> sorted(scheme.members("cultivated", "survey")), scheme.get("12", "survey").three_class
    (['11', '12'], 'cultivated')
    """
    entries: dict[str, _Entry] = {}
    for group, values in classes.items():
        if group not in _CUSTOM_SOURCES:
            raise CatalogError(
                _(
                    "classes has no group {group}; known are {known}",
                    group=group,
                    known=", ".join(_CUSTOM_SOURCES),
                )
            )
        for value in values:
            before = entries.get(value)
            if before is not None and before.three_class["survey"] != group:
                raise CatalogError(
                    _(
                        "classes: {value} stands in {first} and in {second}; groups exclude one"
                        " another",
                        value=value,
                        first=before.three_class["survey"],
                        second=group,
                    )
                )
            entries[value] = _custom_entry(value, group)
    return Scheme("custom", entries, LAND_GROUPS, custom=True)


def _custom_entry(value: str, group: str) -> _Entry:
    source = _CUSTOM_SOURCES[group]
    groups = frozenset[str]() if source is None else frozenset({source})
    return _Entry(value, dict.fromkeys(PROFILES, group), groups)


def classify(codes: pd.Series, scheme: Scheme, profile: Profile) -> pd.DataFrame:
    """Look up the land class of every cell of a class column.

    Parameters
    ----------
    codes
        The class column as it was read, of text or of numbers.
    scheme
        The scheme that the codes were given by.
    profile
        By which the classes count to 农用地, 建设用地, 未利用地.

    Returns
    -------
    A frame with the index of `codes` and the columns ``code`` (canonical, None where the cell is
    empty), ``name``, ``three_class``, ``source``, ``use_group``, ``land_group`` (each None where
    it is unknown).

    Examples
    --------
    >>> import pandas as pd
    >>> table = classify(pd.Series(["0101 ", "9999", None]), load_scheme("sandiao-2019"), "survey")
    >>> table["source"].tolist(), table["code"].tolist()
    (['paddy', None, None], ['0101', '9999', None])
    """
    # pandas is slow to import, and the command's help needs land classes without it
    import pandas as pd

    positions, values = pd.factorize(codes, use_na_sentinel=False)
    table = []
    for value in values:
        code = scheme.canonical(value)
        land = scheme.get(code, profile)
        table.append(
            (code, land.name, land.three_class, land.source, land.use_group, land.land_group)
            if land
            else (code, None, None, None, None, None)
        )
    columns = ["code", "name", "three_class", "source", "use_group", "land_group"]
    kinds = pd.DataFrame(table, columns=columns, dtype=object)
    return kinds.iloc[positions].set_axis(codes.index, axis=0)


def require_fitting(codes: pd.Series, scheme: Scheme, *, place: str) -> None:
    """Refuse a class column whose codes are plainly another scheme's than the declared one.

    A scheme is never chosen from the codes: codes of two schemes that both know them may mean other
    land. But where at least a tenth of the features (`FOREIGN_SHARE`) has codes unknown to the
    declared scheme, and another scheme knows every code, the figures would be wrong.

    Parameters
    ----------
    codes
        The class column as it was read.
    scheme
        The declared one; a table of one's own is never doubted.
    place
        The layer, for the message.

    Raises
    ------
    CatalogError
        The declared scheme does not fit; the message counts the features under both.

    Examples
    --------
    >>> import pandas as pd
    >>> require_fitting(pd.Series(["0101", "9999"]), load_scheme("sandiao-2019"), place="dltb")
    >>> require_fitting(pd.Series(["011", "031"]), load_scheme("sandiao-2019"), place="dltb")
    Traceback (most recent call last):
    townland.errors.CatalogError: ...
    """
    if scheme.custom:
        return
    counts = {
        raw: int(count) for raw, count in codes.value_counts().items() if _text(raw) is not None
    }
    whole = sum(counts.values())
    known = _known_features(counts, scheme)
    # single odd codes are faults of the data; another scheme shows in many
    if whole == 0 or whole - known < FOREIGN_SHARE * whole:
        return
    others = [
        other
        for other in SCHEMES
        if other != scheme.id and _known_features(counts, load_scheme(other)) == whole
    ]
    if not others:
        return
    unknown = [raw for raw in counts if not _known_features({raw: 1}, scheme)]
    raise CatalogError(
        _(
            "{place}: the scheme {scheme} knows the codes of {known} of {whole} features (unknown:"
            " {codes}), while {others} knows those of all {whole}; a code means different land in"
            " two schemes, so none is guessed: state the scheme that the codes were given by",
            place=place,
            scheme=scheme.id,
            known=known,
            whole=whole,
            codes=", ".join(sorted(str(raw).strip() for raw in unknown)[:8]),
            others=" / ".join(others),
        )
    )


def _known_features(counts: Mapping[object, int], scheme: Scheme) -> int:
    return sum(count for raw, count in counts.items() if scheme.canonical(raw) in scheme.entries)


def not_a_code(message: Text, name: str, code: str) -> Text:
    """Add to the message of an unknown code that it is the name of a class, and what to do.

    Parameters
    ----------
    message
        The message of the unknown code.
    name
        What stands in the column.
    code
        The code of the class with this name.
    """
    return _(
        "{message}; {name} is the name of the class {code}: state the column of the codes as"
        " class_column",
        message=message,
        name=name,
        code=code,
    )


def plain_name(name: str) -> str:
    """A class's name without what spellings of one name differ in.

    Blanks, widths of characters, 其它 for 其他, and a missing “可调整” before a K class.

    >>> plain_name("水 浇 地"), plain_name("其它草地") == plain_name("其他草地")
    ('水浇地', True)
    """
    plain = unicodedata.normalize("NFKC", name).replace("其它", "其他")
    return "".join(plain.split()).removeprefix("可调整")


def _text(raw: object) -> str | None:
    """Put a cell into text: whole numbers without a point; None for whatever pandas calls missing."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, str):
        return raw
    try:
        number = float(raw)  # type: ignore[arg-type]  # numbers of any library; others raise
    except (TypeError, ValueError):
        text = str(raw)
        return None if text in ("<NA>", "NaT", "") else text
    if math.isnan(number):
        return None
    return str(int(number)) if number.is_integer() else str(raw)


def _known(profile: str) -> str:
    if profile not in PROFILES:
        raise RulebookError(
            _(
                "no such profile {profile}; known are {known}",
                profile=profile,
                known=", ".join(PROFILES),
            )
        )
    return profile
