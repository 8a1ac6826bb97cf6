"""The few operations and digits that figures of findings come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import TypeVar

Thing = TypeVar("Thing")

METRES_PER_KM = 1000
SHARE_DIGITS = 6
DENSITY_DIGITS = 4
GRADE_DIGITS = 2


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


def year_end(day: dt.date) -> dt.date:
    """Give the last day of a day's year.

    >>> year_end(dt.date(2020, 2, 29))
    datetime.date(2020, 12, 31)
    """
    return day.replace(month=12, day=31)


def whole_number(text: str | None) -> Decimal | None:
    """Read a grade that a survey records as a whole number; None where it records none.

    >>> whole_number("6"), whole_number("甲"), whole_number(None)
    (Decimal('6'), None, None)
    """
    return Decimal(text) if text and text.isdecimal() else None
