"""Units of area and exact rounding: m², ha, mu (亩), km²; half up; apportionment (平差).

All printed figures are `decimal.Decimal`. Rounding is half away from zero (四舍五入), never the
half-even rounding of binary floats (``round(2.675, 2)`` is 2.67 in Python).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pandas as pd

Table = TypeVar("Table", bound="pd.DataFrame")

M2_PER_HA = 10_000
MU_PER_HA = 15
M2_PER_KM2 = 1_000_000

M2_DIGITS = 2
HA_DIGITS = 4
MU_DIGITS = 2
KM2_DIGITS = 4

Number = Decimal | float | int


def exact(value: Number) -> Decimal:
    """The decimal that a number is printed as; a float by its shortest repr."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def half_up(value: Number, digits: int) -> Decimal:
    """Round half away from zero to `digits` places after the point.

    >>> half_up(2.675, 2), half_up(-0.005, 2)
    (Decimal('2.68'), Decimal('-0.01'))
    """
    return exact(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) + Decimal(0)


def m2(value: Number) -> Decimal:
    """Square metres to 0.01, as the survey prints them."""
    return half_up(value, M2_DIGITS)


def ha(m2_value: Number, digits: int = HA_DIGITS) -> Decimal:
    """Hectares from square metres.

    >>> ha(2998504.79), ha(0)
    (Decimal('299.8505'), Decimal('0.0000'))
    """
    return half_up(exact(m2_value) / M2_PER_HA, digits)


def mu(m2_value: Number, digits: int = MU_DIGITS) -> Decimal:
    """Mu (亩) from square metres: 1 ha is 15 mu exactly.

    >>> mu(2998504.79)
    Decimal('4497.76')
    """
    return half_up(exact(m2_value) * MU_PER_HA / M2_PER_HA, digits)


def km2(m2_value: Number, digits: int = KM2_DIGITS) -> Decimal:
    """Square kilometres from square metres."""
    return half_up(exact(m2_value) / M2_PER_KM2, digits)


TO_M2 = {"m2": 1, "ha": M2_PER_HA, "km2": M2_PER_KM2}
"""Square metres in one of each unit that a rulebook may state a limit in (``mu`` is 10000/15)."""


def to_m2(value: Number, unit: str) -> Decimal:
    """An area in `unit` (``m2``, ``ha``, ``km2`` or ``mu``) as square metres.

    >>> to_m2(3, "km2"), to_m2(15, "mu")
    (Decimal('3000000'), Decimal('10000'))
    """
    if unit == "mu":
        return exact(value) * M2_PER_HA / MU_PER_HA
    return exact(value) * TO_M2[unit]


def ridge(gross_m2: Number, coefficient: Number) -> Decimal:
    """The ridge area (田坎面积 KCMJ) of a parcel: gross × coefficient, half up to 0.01 m².

    The net area (图斑地类面积 TBDLMJ) is the gross less this, never rounded apart from it
    (TD/T 1055-2019; `standards/SOURCES.md`, *Ridges and units*).

    >>> ridge(12345.67, 0.0925), m2(12345.67) - ridge(12345.67, 0.0925)
    (Decimal('1141.97'), Decimal('11203.70'))
    """
    return half_up(exact(gross_m2) * exact(coefficient), M2_DIGITS)


def apportion(weights: Sequence[Number], total: Number, digits: int = M2_DIGITS) -> list[Decimal]:
    """Share `total` out in proportion to `weights`, each share a multiple of the printed digit.

    Largest remainder (Hamilton): every share is rounded down, and the units left over go to the
    largest remainders; ties to the larger weight, then to the earlier. The shares sum to `total`
    exactly; a share that rounds to 0 stays 0 as long as others can take the units left over. Where
    all weights are 0, `total` must be 0 too.

    Parameters
    ----------
    weights
        Not negative, one for each share.
    total
        Not negative; rounded half up to `digits` first.
    digits
        Places after the point of the shares.

    Raises
    ------
    ValueError
        A weight is negative, or there is something to share and no weight to share it by.

    Examples
    --------
    >>> [str(share) for share in apportion([1, 1, 1], 10, 4)]
    ['3.3334', '3.3333', '3.3333']
    >>> [str(share) for share in apportion([12.345, 0.004, 87.651], "100.01")]
    ['12.35', '0.00', '87.66']
    >>> apportion([], 0)
    []

    """
    unit = Decimal(1).scaleb(-digits)
    units = int(half_up(Decimal(total) if isinstance(total, str) else total, digits) / unit)
    parts = [Fraction(exact(weight)) for weight in weights]
    if any(part < 0 for part in parts) or units < 0:
        raise ValueError("apportion: weights and total must not be negative")
    whole = sum(parts, Fraction(0))
    if whole == 0:
        if units:
            raise ValueError("apportion: nothing to share the total among")
        return [Decimal(0) * unit for _ in parts]
    quotas = [part * units / whole for part in parts]
    shares = [int(quota) for quota in quotas]
    nothing = Fraction(1, 2)
    order = sorted(
        range(len(parts)),
        key=lambda i: (quotas[i] < nothing, shares[i] - quotas[i], -parts[i], i),
    )
    for i in order[: units - sum(shares)]:
        shares[i] += 1
    return [share * unit for share in shares]


def as_floats(table: Table, *, also: Sequence[str] = ()) -> Table:
    """A table whose columns of `Decimal` are floats, which can be plotted and summed by pandas.

    Columns of areas (``…_m2``, ``…_ha``, ``…_mu``) and those named in `also` become floats even where
    they are empty; what is missing is NaN. The table that is given stays as it is.
    """

    def is_exact(name: str) -> bool:
        if table[name].dtype != object:
            return False
        values = table[name].dropna()
        named = name in also or name.endswith(("_m2", "_ha", "_mu"))
        return named if values.empty else all(isinstance(value, Decimal) for value in values)

    return table.astype({name: float for name in table.columns if is_exact(str(name))})
