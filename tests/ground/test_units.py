from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townland import units


def test_units_of_the_shared_vector() -> None:
    # SOURCES.md, Test figures, 25
    assert units.ha(2998504.79) == Decimal("299.8505")
    assert units.mu(2998504.79) == Decimal("4497.76")


def test_ridge_of_the_shared_vector() -> None:
    # SOURCES.md, Test figures, 22
    assert units.ridge(12345.67, 0.0925) == Decimal("1141.97")
    assert units.m2(12345.67) - units.ridge(12345.67, 0.0925) == Decimal("11203.70")


def test_ridge_is_subtracted_and_not_rounded_apart() -> None:
    # SOURCES.md, Ridges and units: TBMJ 100.10, KCXS 0.0500 -> KCMJ 5.01 (5.005 goes up), TBDLMJ 95.09
    assert units.ridge(100.10, 0.05) == Decimal("5.01")
    assert units.m2(100.10) - units.ridge(100.10, 0.05) == Decimal("95.09")


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (2.675, 2, "2.68"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (0.0049999, 2, "0.00"),
        (1e-12, 2, "0.00"),
        (36642129.72715, 4, "36642129.7272"),
    ],
)
def test_half_up_is_decimal_and_away_from_zero(value: float, digits: int, expected: str) -> None:
    assert str(units.half_up(value, digits)) == expected


def test_largest_remainder_of_the_shared_vectors() -> None:
    # SOURCES.md, Closing of tables
    assert [str(x) for x in units.apportion([1, 1, 1], 10, 4)] == ["3.3334", "3.3333", "3.3333"]
    assert [str(x) for x in units.apportion([1, 1, 1], 100)] == ["33.34", "33.33", "33.33"]
    shares = units.apportion([12.345, 0.004, 87.651], 100.01)
    assert [str(x) for x in shares] == ["12.35", "0.00", "87.66"]


def test_a_share_of_nothing_stays_nothing() -> None:
    # 0.004 m² would get the unit left over if only remainders counted: 0.4 beats 0.3 and 0.3.
    shares = units.apportion([10.003, 10.003, 0.004], 20.01)
    assert [str(x) for x in shares] == ["10.01", "10.00", "0.00"]


def test_apportion_refuses_what_cannot_be_shared() -> None:
    with pytest.raises(ValueError, match="negative"):
        units.apportion([1, -1], 1)
    with pytest.raises(ValueError, match="nothing to share"):
        units.apportion([0, 0], 1)
    assert units.apportion([0, 0], 0) == [Decimal("0.00"), Decimal("0.00")]


areas = st.lists(st.floats(0, 1e7, allow_nan=False), min_size=1, max_size=40).filter(
    lambda values: sum(values) > 1
)


@given(areas, st.sampled_from([2, 4]))
def test_shares_sum_and_stay_within_a_unit(weights: list[float], digits: int) -> None:
    total = units.half_up(sum(map(Decimal, map(str, weights))), digits)
    shares = units.apportion(weights, total, digits)
    unit = Decimal(1).scaleb(-digits)
    assert sum(shares) == total
    assert all(share >= 0 and share % unit == 0 for share in shares)
    assert all(
        abs(share - units.exact(weight)) < 2 * unit
        for share, weight in zip(shares, weights, strict=True)
    )


def test_one_hectare_is_fifteen_mu_exactly() -> None:
    assert units.mu(10_000, 10) == 15
    assert units.to_m2(15, "mu") == 10_000
    assert units.to_m2(3, "km2") == 3_000_000
