"""The numbers that a quote holds, in Arabic and Chinese numerals, and whether a rule's number is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from townland import units
from townland.rules.judging.clause import Unit

_DIGITS = {**{sign: n for n, sign in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_ARABIC = r"\d+(?:\.\d+)?"
_CHINESE = "[零〇一二两三四五六七八九十百千]+"
_NUMBER = re.compile(
    rf"(?P<number>{_ARABIC}|{_CHINESE})(?P<scale>[万亿]?)(?P<unit>%|％|平方公里|公顷|亩|平方米)?"
)
_HUNDREDTHS = re.compile(rf"百分之(?P<number>{_ARABIC}|{_CHINESE})")
_TENTHS = re.compile(r"(?P<number>[一二三四五六七八九])成")
_RANGE = re.compile(rf"({_ARABIC})\s*[-–—~～至]+\s*(?={_ARABIC})")
_NO_NUMBER = re.compile("进一步|一般|一定|一律|一致|一体|一批|统一|唯一|之一")
_WORDS = {
    Decimal("0.5"): ("一半", "半数", "过半"),
    Decimal(0): ("严禁", "禁止", "不得", "不占"),
    Decimal(1): ("次年", "下一年度"),
}
_AREAS: Mapping[str, Unit] = {"平方公里": "km2", "公顷": "ha", "亩": "mu", "平方米": "m2"}
_SCALES = {"": 1, "万": 10_000, "亿": 100_000_000}


_NARROW = str.maketrans("０１２３４５６７８９．", "0123456789.")


def chinese(text: str) -> int:
    """Read a Chinese numeral below ten thousand.

    >>> [chinese(text) for text in ("三", "十", "十五", "六十", "一百零五", "两千")]
    [3, 10, 15, 60, 105, 2000]
    """
    total = digit = 0
    for sign in text:
        if sign in _PLACES:
            total += (digit or 1) * _PLACES[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def numbers(quote: str) -> Iterator[tuple[Decimal, str]]:
    """Give the numbers of a quote, each as it may stand in a rulebook, with its unit of area or none.

    A percentage is a share of 1; a number before 万 or 亿 counts by itself, too, for amounts are stated
    in 万元 and 亿元. Words that stand for a number (一半, 严禁, 次年) give it.

    >>> sorted({str(value) for value, _unit in numbers("不低于60%，1个主导产业及2—3个，补助700万元")})
    ['0.6', '1', '2', '3', '700', '7000000']
    >>> list(numbers("规划区面积3平方公里左右"))
    [(Decimal('3'), 'km2')]
    """
    quote = _NO_NUMBER.sub(" ", quote.translate(_NARROW))
    for value, words in _WORDS.items():
        if any(word in quote for word in words):
            yield value, ""
    for pattern, part in ((_HUNDREDTHS, Decimal("0.01")), (_TENTHS, Decimal("0.1"))):
        for found in pattern.finditer(quote):
            yield _value(found["number"]) * part, ""
        quote = pattern.sub("", quote)
    for found in _NUMBER.finditer(_RANGE.sub(r"\1 ", quote)):
        value, unit = _value(found["number"]), found["unit"] or ""
        if unit in ("%", "％"):
            yield value / 100, ""
        elif unit in _AREAS:
            yield value * _SCALES[found["scale"]], _AREAS[unit]
        else:
            yield value, ""
            if found["scale"]:
                yield value * _SCALES[found["scale"]], ""


def _value(text: str) -> Decimal:
    return Decimal(text) if text[0].isdecimal() else Decimal(chinese(text))


def stated(rule: Mapping[str, object]) -> Iterator[tuple[str, Decimal]]:
    """Give the numbers that a rule's table states beside its clause, each with its dotted key."""
    for key, value in rule.items():
        if key not in ("clause", "title", "note", "id", "kind"):
            yield from _leaves(key, value)


def _leaves(key: str, value: object) -> Iterator[tuple[str, Decimal]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(f"{key}.{name}", part)
    elif isinstance(value, list | tuple):
        for at, part in enumerate(value):
            yield from _leaves(f"{key}.{at}", part)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield key, units.exact(value)


def stands(value: Decimal, unit: str | None, quotes: Iterable[str]) -> bool:
    """Tell whether a rule's number in `unit` is one of those in the quotes.

    Parameters
    ----------
    value
        The number.
    unit
        What the rule states its areas in; None where it has none.
    quotes
        The words of the policy.

    >>> stands(Decimal(3), "km2", ["3平方公里"]), stands(Decimal(300), "ha", ["3平方公里"])
    (True, True)
    >>> stands(Decimal(3), "ha", ["3平方公里"]), stands(Decimal("0.6"), None, ["60%"])
    (False, True)
    """
    for quote in quotes:
        for found, area in numbers(quote):
            if area and unit in _AREAS.values():
                if units.to_m2(found, area) == units.to_m2(value, str(unit)):
                    return True
            elif found == value:
                return True
    return False
