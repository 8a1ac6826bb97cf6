"""The few operations that figures of findings come from, so that a trace can be computed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any, TypeVar

from townland import units

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


def quotient(of: Decimal, by: Decimal, times: Decimal, digits: int) -> tuple[Decimal, Any]:
    """Divide, and give the figure with what a trace keeps of it.

    >>> quotient(Decimal(15), Decimal(3000000), Decimal(1000000), 4)[0]
    Decimal('5.0000')
    """
    value = units.half_up(of * times / by, digits)
    kept = {"of": _number(of), "by": _number(by), "times": _number(times), "digits": digits}
    return value, kept


def years_later(day: dt.date, years: int) -> dt.date:
    """Give the same day some years later; of a 29 February the 28th where there is none.

    >>> years_later(dt.date(2018, 6, 1), 1), years_later(dt.date(2020, 2, 29), 1)
    (datetime.date(2019, 6, 1), datetime.date(2021, 2, 28))
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def recomputed(trace: Mapping[str, Any]) -> Decimal | str | None:
    """Compute a finding's figure again from its trace alone; None where it has none.

    A figure is the quotient, the deadline or the sum of terms that its trace names.

    >>> recomputed({"terms": [{"value": 1.25}, {"value": 2}]})
    Decimal('3.25')
    >>> recomputed({"deadline": {"from": "2018-06-01", "years": 1}})
    '2019-06-01'
    >>> recomputed({"terms": []})
    """
    if trace.get("quotient"):
        kept = trace["quotient"]
        of, by, times = (units.exact(kept[name]) for name in ("of", "by", "times"))
        return units.half_up(of * times / by, kept["digits"])
    if trace.get("deadline"):
        kept = trace["deadline"]
        return years_later(dt.date.fromisoformat(kept["from"]), kept["years"]).isoformat()
    values = [units.exact(term["value"]) for term in trace.get("terms", ())]
    return sum(values, Decimal(0)) if values else None


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
