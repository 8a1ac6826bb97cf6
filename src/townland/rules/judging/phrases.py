"""Figures and names as a reason puts them into words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from townland import units
from townland.i18n import MOST_NAMED, Joined, Words, _
from townland.i18n import listed as listed  # as every other way of putting things into words
from townland.terms import UNITS, dossier_field

_PERCENT_DIGITS = 2
_SHARE_DIGITS = 6


def area(m2_value: Decimal) -> Words:
    """Put an area into hectares; what would print as nothing into square metres.

    >>> area(Decimal("2998504.79")).render("en"), area(Decimal("0.31")).render("en")
    ('299.8505 ha', '0.31 m²')
    """
    hectares = units.ha(m2_value)
    if hectares == 0 and m2_value != 0:
        return _("{m2} m²", m2=units.m2(m2_value))
    return _("{ha} ha", ha=hectares)


def quantity(value: Decimal, unit: str) -> Words:
    """Put a figure into words in the unit that the rulebook states it in.

    >>> quantity(Decimal(3), "km2").render("en")
    '3 km²'
    """
    return {
        "m2": _("{m2} m²", m2=value),
        "ha": _("{ha} ha", ha=value),
        "km2": _("{km2} km²", km2=value),
        "mu": _("{mu} mu", mu=value),
    }[unit]


def percent(share: Decimal) -> str:
    """Print a share of 1 as a percentage.

    >>> percent(Decimal("0.1")), percent(Decimal("0.12345"))
    ('10%', '12.35%')
    """
    value = units.half_up(share * 100, _PERCENT_DIGITS).normalize()
    return f"{value:f}%"


def sentences(*parts: Words | None) -> Words:
    """Put sentences one after another, without those that are None.

    >>> sentences(_("One."), None, _("Two.")).render("en")
    'One. Two.'
    """
    return Joined(tuple(part for part in parts if part is not None), _BLANK)


def counted_out(parts: Sequence[Words]) -> list[Words]:
    """Sentences of one kind, of many the first `MOST_NAMED`, and one that counts the rest.

    >>> [each.render("en") for each in counted_out([_("Two.")] * 30)][-2:]
    ['Two.', 'There are 10 more like these.']
    """
    more = len(parts) - MOST_NAMED
    if more <= 0:
        return list(parts)
    return [*parts[:MOST_NAMED], _("There are {count} more like these.", count=more)]


# what stands between two sentences differs by language
_BLANK = _("{first} {then}", first="", then="")


def ratio(part: Decimal, whole: Decimal) -> Decimal:
    """Divide, to the digits that a share is printed and traced with; the whole is not nothing.

    >>> ratio(Decimal(1), Decimal(3))
    Decimal('0.333333')
    """
    return units.half_up(part / whole, _SHARE_DIGITS)


def rounded(share_of_one: Decimal) -> Decimal:
    """Round a share to the digits that it is printed and traced with."""
    return ratio(share_of_one, Decimal(1))


def in_unit(value: Decimal, unit: str) -> Words:
    """Put a figure that is no area into words, in its unit.

    >>> in_unit(Decimal("2000.000"), "persons").render("en")
    '2000 persons'
    """
    said = plain(units.m2(value))
    return {
        "persons": _("{n} {n:person|persons}", n=said),
        "visits_10k": _("{n} × 10,000 visits a year", n=said),
        "yuan_10k_per_mu": _("{n} × 10,000 yuan per mu", n=said),
        "yuan_10k_per_head": _("{n} × 10,000 yuan a head", n=said),
    }[unit]


def figure(value: Decimal, unit: str) -> Words:
    """Put a finding's figure into words: areas in hectares, shares in percent, others in their unit.

    >>> figure(Decimal(12500), "m2").render("en"), figure(Decimal("61.2"), "m2_per_head").render("en")
    ('1.2500 ha', '61.2 m² a head')
    """
    if unit == "m2":
        return area(value)
    if unit == "share":
        return _("{name}", name=percent(value))
    return _("{first} {then}", first=plain(value), then=UNITS[unit])


def plain(value: Decimal) -> str:
    """Print a number without needless digits and without exponent.

    >>> plain(Decimal("200.50")), plain(Decimal("1E+3"))
    ('200.5', '1000')
    """
    return f"{value.normalize():f}"


def number(value: Decimal) -> int | float:
    """Make a figure JSON's: whole ones without a point; ``str`` of it gives the decimal back."""
    return int(value) if value == value.to_integral_value() else float(value)


def unknown(paths: Iterable[str]) -> Words:
    """Say which fields a dossier leaves out."""
    return _("The dossier does not state: {fields}.", fields=listed(map(dossier_field, paths)))


def yi(value: Decimal) -> Words:
    """Put an amount of 亿元 into words.

    >>> yi(Decimal("15.5")).render("en")
    '15.5 × 100 million yuan'
    """
    return _("{value} × 100 million yuan", value=value)


def yi_per_km2(value: Decimal) -> Words:
    """Put an amount of 亿元 for each km² into words.

    >>> yi_per_km2(Decimal(10)).render("zh")
    '10亿元/平方公里'
    """
    return _("{value} × 100 million yuan per km²", value=value)


def wan(value: Decimal) -> Words:
    """Put an amount of 万元 into words.

    >>> wan(Decimal(700)).render("en")
    '700 × 10,000 yuan'
    """
    return _("{value} × 10,000 yuan", value=f"{value.normalize():f}")
