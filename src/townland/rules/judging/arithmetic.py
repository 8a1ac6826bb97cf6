"""The few operations that figures of findings come from, so that a trace can be computed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
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

    The trace says which way: a quotient, a ratio of sums, a deadline, the rates of land supply, the
    ends of transitions, or else the sum of its terms.

    >>> recomputed({"terms": [{"value": 1.25}, {"value": 2}]})
    Decimal('3.25')
    >>> recomputed({"deadline": {"from": "2018-06-01", "years": 1}})
    '2019-06-01'
    >>> recomputed({"terms": []})
    """
    if trace.get("measured") is None and "measured" in trace:
        return None
    for name, way in _WAYS.items():
        if trace.get(name):
            return way(trace)
    return _sum(trace["terms"]) if trace.get("terms") else None


def _sum(terms: Iterable[Mapping[str, Any]]) -> Decimal:
    return sum((units.exact(term["value"]) for term in terms), Decimal(0))


def _quotient(trace: Mapping[str, Any]) -> Decimal:
    kept = trace["quotient"]
    of, by, times = (units.exact(kept[name]) for name in ("of", "by", "times"))
    return units.half_up(of * times / by, kept["digits"])


def _deadline(trace: Mapping[str, Any]) -> str:
    kept = trace["deadline"]
    return years_later(dt.date.fromisoformat(kept["from"]), kept["years"]).isoformat()


def _ratio(trace: Mapping[str, Any]) -> Decimal:
    kept = trace["ratio"]
    whole = _sum(kept["by"]) if kept["by"] else Decimal(1)
    if kept.get("area_unit"):
        whole /= units.to_m2(1, kept["area_unit"])
    digits = units.M2_DIGITS if trace.get("kind") == "per_head" else SHARE_DIGITS
    return units.half_up(_sum(kept["of"]) * units.exact(kept.get("factor", 1)) / whole, digits)


def _lowest_rate(trace: Mapping[str, Any]) -> Decimal:
    places: dict[str, list[tuple[Decimal, Decimal]]] = {}
    for row in trace["supply"]:
        pair = (units.exact(row["supplied_ha"]), units.exact(row["approved_ha"]))
        places.setdefault(row["field"], []).append(pair)
    rates = []
    for rows in places.values():
        yearly = [supplied / approved for supplied, approved in rows if approved]
        rates.append(sum(yearly, Decimal(0)) / len(yearly))
        supplied, approved = (sum(column, Decimal(0)) for column in zip(*rows, strict=True))
        rates.append(supplied / approved)
    return units.half_up(min(rates), SHARE_DIGITS)


def _first_end(trace: Mapping[str, Any]) -> str | None:
    ends = [str(site["end"]) for site in trace["sites"] if site["registered"] is None]
    return min(ends, default=None)


_WAYS: Mapping[str, Callable[[Mapping[str, Any]], Decimal | str | None]] = {
    "quotient": _quotient,
    "deadline": _deadline,
    "ratio": _ratio,
    "supply": _lowest_rate,
    "sites": _first_end,
}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
