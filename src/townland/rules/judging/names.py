"""Names of one thing that were written in different ways: folded to be compared, or merely near."""

from __future__ import annotations

from decimal import Decimal
from difflib import SequenceMatcher

from townland.dossier.answers import fold
from townland.rules.judging.arithmetic import SHARE_DIGITS
from townland.units import exact, half_up

ENDINGS = ("产业", "行业")
"""Endings that say of an industry only that it is one."""


def folded(name: str) -> str:
    """Fold a name to what it is compared by: without blanks, full width, and endings of its trade.

    >>> folded(" 陶艺　文化产业"), folded("陶艺文化"), folded("Ｅ－commerce"), folded("产业")
    ('陶艺文化', '陶艺文化', 'e-commerce', '产业')
    """
    bare = fold(name)
    shorter = next((bare.removesuffix(end) for end in ENDINGS if bare.endswith(end)), bare)
    return folded(shorter) if shorter and shorter != bare else bare


def likeness(first: str, second: str) -> Decimal:
    """How far two names are written alike once folded, from 0 to 1.

    >>> likeness("螺蛳粉", "螺丝粉产业"), likeness("陶艺", "汽车")
    (Decimal('0.666667'), Decimal('0.000000'))
    """
    one, other = sorted((folded(first), folded(second)))
    return half_up(exact(SequenceMatcher(None, one, other, autojunk=False).ratio()), SHARE_DIGITS)
