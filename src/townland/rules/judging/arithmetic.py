"""The few operations and digits that figures of findings come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TypeVar

Thing = TypeVar("Thing")

METRES_PER_KM = 1000
SHARE_DIGITS = 6
DENSITY_DIGITS = 4


def pairs_of(things: Iterable[Thing]) -> Iterator[tuple[Thing, Thing]]:
    """Give every two of some things once.

    >>> list(pairs_of("abc"))
    [('a', 'b'), ('a', 'c'), ('b', 'c')]
    """
    return combinations(things, 2)


def years_later(day: dt.date, years: int) -> dt.date:
    """Give the same day some years later; of a 29 February the 28th where there is none.

    >>> years_later(dt.date(2018, 6, 1), 1), years_later(dt.date(2020, 2, 29), 1)
    (datetime.date(2019, 6, 1), datetime.date(2021, 2, 28))
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
