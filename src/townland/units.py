"""Units of area and exact rounding: m², ha, mu (亩), km²; half up; apportionment (平差).

All printed figures are `decimal.Decimal`. Rounding is half away from zero (四舍五入), never the
half-even rounding of binary floats (``round(2.675, 2)`` is 2.67 in Python).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, TypeVar

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


class Printed(Decimal):
    """An area in m² that stands in a table: it knows the hectares and mu that it is printed as there.

    A table closes to its last digit (`apportion`), so that a figure in it may be one unit off its own
    rounding. Whoever prints the same land elsewhere prints what the table has: `ha` and `mu` ask for it.
    A sum or a difference of areas is printed as that of what is printed of each.

    >>> parts = [Printed("10033.33", Decimal("1.0033"), Decimal("15.05")) for _ in range(3)]
    >>> total = sum(parts, Decimal(0))
    >>> total, ha(total), ha(Decimal("30099.99"))
    (Decimal('30099.99'), Decimal('3.0099'), Decimal('3.0100'))
    """

    ha: Decimal
    mu: Decimal

    def __new__(cls, m2: Decimal | str, ha: Decimal, mu: Decimal) -> Printed:
        """Make an area of what is printed of it.

        Parameters
        ----------
        m2, ha, mu
            The area in the three units.
        """
        area = super().__new__(cls, m2)
        area.ha, area.mu = ha, mu
        return area

    def __add__(self, other: Decimal | int, /) -> Decimal:
        """Add an area, and what is printed of it."""
        return Printed(Decimal.__add__(self, other), self.ha + ha(other), self.mu + mu(other))

    __radd__ = __add__

    def __sub__(self, other: Decimal | int, /) -> Decimal:
        """Subtract an area, and what is printed of it."""
        return Printed(Decimal.__sub__(self, other), self.ha - ha(other), self.mu - mu(other))

    def __rsub__(self, other: Decimal | int, /) -> Decimal:
        """Be subtracted from an area, as printed."""
        return -(self - other)

    def __neg__(self) -> Printed:
        """Turn the sign of what is printed, too."""
        return Printed(Decimal.__neg__(self), -self.ha, -self.mu)

    def __abs__(self) -> Printed:
        """Leave the sign out of what is printed, too."""
        return Printed(Decimal.__abs__(self), abs(self.ha), abs(self.mu))

    def __reduce__(self) -> tuple[type[Printed], tuple[str, Decimal, Decimal]]:  # type: ignore[override]  # one argument is Decimal's own way
        """Keep what is printed when the area is copied or sent to another process."""
        return type(self), (str(self), self.ha, self.mu)

    def __copy__(self) -> Printed:
        """Nothing changes it: it is its own copy."""
        return self

    def __deepcopy__(self, memo: object, /) -> Printed:
        """Nothing changes it: it is its own copy."""
        return self

    def __repr__(self) -> str:
        """Show the m², as every other decimal does."""
        return f"Decimal('{self}')"


def m2(value: Number) -> Decimal:
    """Square metres to 0.01, as the survey prints them."""
    if isinstance(value, Printed):
        return value
    return half_up(value, M2_DIGITS)


def ha(m2_value: Number, digits: int = HA_DIGITS) -> Decimal:
    """Hectares from square metres.

    >>> ha(2998504.79), ha(0)
    (Decimal('299.8505'), Decimal('0.0000'))
    """
    if isinstance(m2_value, Printed) and digits == HA_DIGITS:
        return m2_value.ha
    return half_up(exact(m2_value) / M2_PER_HA, digits)


def mu(m2_value: Number, digits: int = MU_DIGITS) -> Decimal:
    """Mu (亩) from square metres: 1 ha is 15 mu exactly.

    >>> mu(2998504.79)
    Decimal('4497.76')
    """
    if isinstance(m2_value, Printed) and digits == MU_DIGITS:
        return m2_value.mu
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
    ratios = [exact(weight).as_integer_ratio() for weight in weights]
    common = math.lcm(*(denominator for _, denominator in ratios))
    parts = [numerator * (common // denominator) for numerator, denominator in ratios]
    if units < 0 or any(part < 0 for part in parts):
        raise ValueError("apportion: weights and total must not be negative")
    whole = sum(parts)
    if whole == 0:
        if units:
            raise ValueError("apportion: nothing to share the total among")
        return [Decimal(0) * unit for _ in parts]
    quotas = [divmod(part * units, whole) for part in parts]
    shares = [share for share, _ in quotas]

    def takes(i: int) -> tuple[bool, int, int, int]:
        share, remainder = quotas[i]
        return share == 0 and 2 * remainder < whole, -remainder, -parts[i], i

    for i in sorted(range(len(parts)), key=takes)[: units - sum(shares)]:
        shares[i] += 1
    return [share * unit for share in shares]


def apportion_table(
    weights: Sequence[Sequence[Number]],
    rows: Sequence[Decimal],
    columns: Sequence[Decimal],
    *,
    digits: int = M2_DIGITS,
) -> list[list[Decimal]]:
    """Share out a table whose row totals and column totals are both given (controlled rounding).

    Every row is apportioned; then single units move within rows from columns that have too much to
    columns that have too little, always where it costs the least (the squares of what is off), until
    the columns hold too. A cell without weight stays 0; where that leaves no way, the column gives way
    and the rows hold.

    Parameters
    ----------
    weights
        Not negative; a row for each of `rows`, with a weight for each of `columns`.
    rows, columns
        The totals, multiples of the printed digit; both sum to the same.
    digits
        Places after the point.

    Examples
    --------
    >>> table = apportion_table([["0.5", "0.5"], ["0.5", "0.5"]], [1, 1], [1, 1], digits=0)
    >>> [[str(cell) for cell in row] for row in table]
    [['0', '1'], ['1', '0']]
    """
    unit = Decimal(1).scaleb(-digits)
    exactly = [[Fraction(exact(Decimal(weight))) for weight in row] for row in weights]
    cells = [
        [int(share / unit) for share in apportion([Decimal(w) for w in row], total, digits)]
        for row, total in zip(weights, rows, strict=True)
    ]
    quotas = [
        [weight * sum(mine) / whole if whole else whole for weight in row]
        for row, mine in zip(exactly, cells, strict=True)
        for whole in [sum(row, Fraction(0))]
    ]
    wanted = [int(total / unit) for total in columns]
    # whole numbers are compared, as fractions are slow
    parts = math.lcm(*(quota.denominator for row in quotas for quota in row))
    due = [[quota.numerator * (parts // quota.denominator) for quota in row] for row in quotas]
    while (path := _cheapest(cells, due, wanted, parts=parts)) is not None:
        for row, source, target in path:
            cells[row][source] -= 1
            cells[row][target] += 1
    return [[cell * unit for cell in row] for row in cells]


_Move: TypeAlias = tuple[int, int, int]
"""One unit within a row, from a column to a column."""


def _cheapest(
    cells: Sequence[Sequence[int]],
    quotas: Sequence[Sequence[int]],
    wanted: Sequence[int],
    *,
    parts: int,
) -> list[_Move] | None:
    """The cheapest moves that bring a unit from a column with too much to one with too little.

    Parameters
    ----------
    cells, quotas
        What the cells have in units, and what they would have exactly in parts of a unit.
    wanted
        What the columns should have.
    parts
        So many parts are a unit.
    """
    count = len(wanted)
    excess = [sum(row[at] for row in cells) - wanted[at] for at in range(count)]
    edges = [
        (parts * (1 - cells[i][j] + cells[i][k]) + quotas[i][j] - quotas[i][k], (i, j, k))
        for i in range(len(cells))
        for j in range(count)
        for k in range(count)
        if j != k and cells[i][j] and quotas[i][k]
    ]
    best: dict[int, tuple[int, list[_Move]]] = {
        at: (0, []) for at in range(count) if excess[at] > 0
    }
    # shortest ways with costs that may be negative (Bellman and Ford); no way is worth a circle
    for _round in range(count):
        for cost, move in edges:
            known, goal = best.get(move[1]), best.get(move[2])
            if known is not None and (goal is None or known[0] + cost < goal[0]):
                best[move[2]] = (known[0] + cost, [*known[1], move])
    ways = [(*best[at], at) for at in best if excess[at] < 0]
    return min(ways, key=lambda way: (way[0], way[2]))[1] if ways else None


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
