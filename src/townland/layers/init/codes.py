"""A plan told by the codes of its column, where neither its name nor its fields say what it is."""

from __future__ import annotations

import re

from townland.layers.init.roles import schemes_of
from townland.reading import source as sources
from townland.reading.columns import as_text
from townland.reading.format import Source
from townland.standards import fields as schemas

PLAN = "guide-2023"
"""The scheme whose codes a plan of land use has (国土空间调查、规划、用途管制用地用海分类)."""
FEWEST, DIGITS = 3, 4
"""Of fewer codes, or shorter ones, it may be chance that they are land classes: 01 is a number, too."""

_CODES = re.compile(r"代码|编码|用地|地类|DM$|BM$|CODE", re.IGNORECASE)


def values(source: Source, column: str) -> list[str]:
    """The values of a column, each once."""
    texts = as_text(sources.attributes(source, [column])[column])
    return sorted({text for text in texts if text is not None})


def plan_column(source: Source) -> str | None:
    """The column that holds codes of planned use and of no other scheme; None where none is certain."""
    for name in source.fields:
        if schemas.is_personal(name) or not _CODES.search(name):
            continue
        codes = values(source, name)
        long = [code for code in codes if len(code) >= DIGITS]
        if len(long) >= FEWEST and schemes_of(codes, "planned_use") == (PLAN,):
            return name
    return None
