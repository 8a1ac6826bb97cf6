"""Of several rulebooks and days, those of which any rule is law, and those that are left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from townland.errors import RulebookError
from townland.i18n import Joined, Words
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A pair of rulebook and day on which nothing of it is law, and a sentence that says so."""

    rulebook: str
    on: dt.date
    why: Words | str


def pairs_in_force(
    pairs: Sequence[tuple[Rulebook, dt.date]],
) -> tuple[tuple[tuple[Rulebook, dt.date], ...], tuple[LeftOut, ...]]:
    """Part pairs of rulebook and day into those that can be checked and those that are left out.

    Raises
    ------
    RulebookError
        No rule of any of them is in force; the message names each.
    """
    kept: list[tuple[Rulebook, dt.date]] = []
    left: list[LeftOut] = []
    reasons: list[Words | str] = []
    for rulebook, on in pairs:
        try:
            rules_in_force(rulebook, on)
        except RulebookError as problem:
            left.append(LeftOut(rulebook.id, on, problem.message))
            reasons.append(problem.message)
        else:
            kept.append((rulebook, on))
    if not kept:
        raise RulebookError(Joined(tuple(reasons), "\n"))
    return tuple(kept), tuple(left)
