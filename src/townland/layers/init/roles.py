"""Which role a layer plays, told from its name, its fields and its values; and what remains open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from townland.i18n import Words, _
from townland.standards import fields as schemas
from townland.standards import landclass
from townland.standards.fields import LayerName, Signature

NOTES: dict[str, Words] = {
    "use_zone": _(
        "land-use zones (土地用途区) of the 2006–2020 plan: they say what land is for, and none of the"
        " roles asks for that; control zones (JSYDGZQ) are what a check reads"
    ),
    "old_plan": _("planned classes of the 2006–2020 plan, which later plans have replaced"),
    "base_year": _("parcels of the plan's base year, older than the survey in force"),
    "adjustment": _(
        "changes of basic farmland that a plan proposed, not the basic farmland itself"
    ),
    "projects": _("key projects of a plan, points or outlines without a role"),
    "target": _(
        "targets of cultivated land (耕地保护目标), which are more than permanent basic farmland"
    ),
    "village": _(
        "a village's development boundary (村庄开发边界), which is not the urban growth boundary"
    ),
    "control_lines": _(
        "control lines (管控边界) of several kinds in one layer: write a layer for each role, and choose"
        " its kind with where"
    ),
    "boundary": _("boundaries of towns: give the file to townland check itself"),
    "extent": _("an extent: it may serve as coverage of other layers"),
}


def by_name(title: str) -> tuple[LayerName, ...]:
    """The known names that stand in a layer's title, whatever its case, prefix and suffix.

    >>> [found.role for found in by_name("450200DLTB")], [n.name for n in by_name("dltb_2019")]
    (['land_use'], ['DLTB'])
    >>> [found.role for found in by_name("柳州市永久基本农田2021")], by_name("JQ")
    (['permanent_basic_farmland'], ())
    """
    words, chinese = _written(title)
    found = [known for known in schemas.names() if _stands_in(known.name, words, chinese)]
    return tuple({(known.role, known.note): known for known in _outermost(found)}.values())


def _written(title: str) -> tuple[set[str], str]:
    """The Latin words of a title, by themselves and joined, and its Chinese characters."""
    plain = unicodedata.normalize("NFKC", title).upper()
    latin = re.findall(r"[A-Z]+", plain)
    return {*latin, "".join(latin)}, "".join(re.findall(r"[\u4e00-\u9fff]+", plain))


def _stands_in(name: str, words: set[str], chinese: str) -> bool:
    """Whether a known name stands in a title.

    Parameters
    ----------
    name
        The known name.
    words, chinese
        As `_written`.
    """
    bare = name.replace("_", "")
    return bare in words if bare.isascii() else bare in chinese


def _outermost(found: Sequence[LayerName]) -> list[LayerName]:
    """The longest of the Chinese names that lie in one another: it is the one that is meant."""
    return [
        known
        for known in found
        if not any(known.name != other.name and known.name in other.name for other in found)
    ]


def by_fields(fields: Sequence[str]) -> tuple[str, ...]:
    """The roles whose fields a layer has.

    >>> by_fields(("bsm", "dlbm", "tbmj", "zldwdm")), by_fields(("id", "name"))
    (('land_use',), ())
    """
    return tuple(known.role for known in schemas.signatures() if _is_signed(known, fields))


def _is_signed(known: Signature, fields: Sequence[str]) -> bool:
    """Whether a layer has the fields of a role, and none that the role does not have."""
    named = known.all_of | known.any_of | known.none_of
    held = {name for name in named if _column(known.role, name, fields)}
    some = not known.any_of or held & known.any_of
    return bool(held and some and known.all_of <= held and not held & known.none_of)


def _column(role: str, name: str, fields: Sequence[str]) -> str | None:
    """The column that holds a field of a role's schema; None without one.

    Parameters
    ----------
    role, name
        The role, and the field's name in its schema.
    fields
        The columns of the layer.
    """
    rule = next((rule for rule in schemas.fields(role) if rule.name == name), None)
    if rule is None:
        return schemas.find((name,), fields)
    # TBMJ is an alias in the farmland's schema, and no sign of farmland
    return schemas.find((rule.name, *(a for a in rule.aliases if a != "TBMJ"), rule.zh), fields)


def schemes_of(values: Sequence[str], role: str) -> tuple[str, ...]:
    """The schemes under which every value of a class column is a code.

    Control zones have a scheme of their own; every other role may be in any of the others.

    >>> schemes_of(["05H1", "0101"], "land_use"), len(schemes_of(["0101"], "land_use")) > 1
    (('sandiao-2019',), True)
    """
    own = [name for name in landclass.SCHEMES if (name == "jsydgzq") == (role == "control_zone")]
    codes = pd.Series(list(values), dtype=object)
    return tuple(name for name in own if _knows_all(name, codes))


def _knows_all(scheme: str, codes: pd.Series) -> bool:
    """Whether a scheme has each of the codes, and there is any."""
    classes = landclass.classify(codes, landclass.load_scheme(scheme), "survey")
    filled = classes["code"].notna().to_numpy()
    return bool(filled.any() and classes["name"].notna().to_numpy()[filled].all())


def is_village(names: Sequence[str]) -> bool:
    """Whether a CZKFBJ's zones (GHFQMC) are those of villages: the name serves for both.

    >>> is_village(["村庄建设区"]), is_village(["城镇集中建设区", "特别用途区"])
    (True, False)
    """
    given = [name for name in names if name]
    return (
        bool(given)
        and any("村" in name for name in given)
        and not any("城镇" in name for name in given)
    )


def raster_role(title: str, dtype: str, bands: int) -> tuple[str | None, Words]:
    """The role of a raster where its cells and its name both say it, and the evidence.

    Parameters
    ----------
    title
        The file's name, without its ending.
    dtype, bands
        The kind of its cells, and how many bands there are.

    Examples
    --------
    >>> raster_role("dem", "float32", 1)[0], raster_role("slope", "float32", 1)[0]
    ('elevation', None)
    >>> raster_role("image", "uint8", 3)[0], raster_role("image", "uint8", 1)[0]
    ('imagery', None)
    """
    named = next((known.role for known in by_name(title) if known.note == "raster"), None)
    kind = np.dtype(dtype).kind
    cells = {"bands": bands, "dtype": dtype}
    if named == "elevation" and bands == 1 and (kind == "f" or dtype == "int16"):
        return named, _("its name, and its cells: {bands} band of {dtype}", **cells)
    if named == "land_cover" and bands == 1 and dtype in ("uint8", "int8", "int16", "uint16"):
        return named, _("its name, and its cells: {bands} band of {dtype}", **cells)
    if bands in (3, 4) and dtype == "uint8" and named in (None, "imagery"):
        return "imagery", _("its cells: {bands} {bands:band|bands} of {dtype}", **cells)
    return None, _(
        "a raster of {dtype}, bands: {bands}; its name does not say what its cells mean", **cells
    )
