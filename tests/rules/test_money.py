"""INV and FUND-02 on dossiers made by hand; each figure is worked out beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_dossier import planned, said, why
from tests.factory_rules import changed, judge, town

from townland.terms import Verdict, dossier_field

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal


# ---------------------------------------------------------------- INV-01, INV-02

# By the planning area of 3 km² the bar of 5 is 15 in all, its doubt 0.1 %, that is 0.005 per km² or
# 0.015 in all; by the 1 km² of construction it is 5 in all, with a doubt of 0.005.
LIGHT = [
    (16, PASS, "5.3333"),
    (15.015, PASS, "5.0050"),  # 5.005: no nearer than the doubt
    (15.014, REVIEW, "5.0047"),  # nearer
    (15, REVIEW, "5.0000"),  # on the limit
    (14.9, REVIEW, "4.9667"),  # by the planning area too little, by the construction area enough
    (4.9, REVIEW, "1.6333"),  # too little by both; 原则上: it cannot fail
    (0, REVIEW, "0.0000"),
]


@pytest.mark.parametrize(("invested", "verdict", "figure"), LIGHT)
def test_inv_01(invested: float, verdict: Verdict, figure: str) -> None:
    found = said("INV-01", type="light_asset", social_investment=invested)
    assert (found.verdict, found.measured) == (verdict, D(figure))
    assert (found.limit, found.unit) == (D(5), "yi_per_km2")


def test_inv_01_says_where_the_readings_differ() -> None:
    found = said("INV-01", type="light_asset", social_investment=12)
    assert found.verdict is REVIEW
    assert "does not say which" in why(found)
    assert [reading["value"] for reading in found.trace.document()["readings"]] == [4, 12]
    assert [reading["met"] for reading in found.trace.document()["readings"]] == [False, True]
    agreed = said("INV-01", type="light_asset", social_investment=3)
    assert "does not say which" not in why(agreed)
    assert "原则上" in why(agreed)


PINNED = ("# basis    = ", "basis      = ")


@pytest.mark.parametrize(
    ("basis", "verdict"), [("planning_area", REVIEW), ("planned_construction", PASS)]
)
def test_inv_01_with_the_basis_pinned(tmp_path: Path, basis: str, verdict: Verdict) -> None:
    law = changed(tmp_path, PINNED, ('"planning_area"          # a b', f'"{basis}"  # a b'))
    found = said("INV-01", law, type="light_asset", social_investment=12)
    assert found.verdict is verdict
    assert len(found.trace.document()["readings"]) == 1


def test_inv_01_fails_where_the_bureau_lets_it(tmp_path: Path) -> None:
    law = changed(tmp_path, ("modal      = true ", "modal      = false "))
    dossier = {"type": "light_asset", "social_investment": 4.9}
    assert said("INV-01", law, **dossier).verdict is FAIL
    # of 1 km² covered in part: the rest can only lessen it
    partly = town(planned(uncovered=20_000), dossier=dossier, rulebook=law)
    assert judge("INV-01", partly, law).verdict is FAIL


def test_inv_01_without_planned_use() -> None:
    enough = {"type": "light_asset", "social_investment": 16}
    found = judge("INV-01", town(absent=("planned_use",), dossier=enough))
    assert found.verdict is PASS  # a part of the area cannot bear less for each km²
    short = {"type": "light_asset", "social_investment": 12}
    found = judge("INV-01", town(absent=("planned_use",), dossier=short))
    assert (found.verdict, found.missing) == (NOT, ("planned_use",))


@pytest.mark.parametrize(
    ("dossier", "missing"),
    [
        ({}, ("type", "social_investment")),
        ({"type": "light_asset"}, ("social_investment",)),
        ({"social_investment": 16}, ("type",)),
    ],
)
def test_inv_01_with_a_field_missing(dossier: dict[str, Any], missing: tuple[str, ...]) -> None:
    found = said("INV-01", **dossier)
    assert (found.verdict, found.missing, found.measured) == (NOT, missing, None)
    assert all(dossier_field(field).render("en") in why(found) for field in missing)


def test_inv_02_is_the_same_for_the_other_type() -> None:
    found = said("INV-02", type="heavy_asset", social_investment=31)
    assert (found.verdict, found.measured, found.limit) == (PASS, D("10.3333"), D(10))
    assert said("INV-02", type="heavy_asset", social_investment=29).verdict is REVIEW
    other = said("INV-02", type="light_asset", social_investment=31)
    assert (other.verdict, other.measured) == (INFO, None)
    assert why(other).startswith("Not applicable")


# ---------------------------------------------------------------- INV-03


def test_inv_03_states_the_share() -> None:
    found = said("INV-03", industry_investment=2, total_investment=3)
    assert (found.verdict, found.measured, found.limit) == (INFO, D("0.666667"), None)
    assert said("INV-03", industry_investment=0, total_investment=0).verdict is INFO
    absent = said("INV-03", industry_investment=2)
    assert (absent.verdict, absent.missing) == (NOT, ("total_investment",))


@pytest.mark.parametrize(
    ("industry", "verdict"), [(5.1, INFO), (5.005, INFO), (5, INFO), (4.999, REVIEW), (4, REVIEW)]
)
def test_inv_03_with_a_bureau_s_share(tmp_path: Path, industry: float, verdict: Verdict) -> None:
    law = changed(tmp_path, ("# minimum_share = 0.5 ", "minimum_share = 0.5 "))
    found = said("INV-03", law, industry_investment=industry, total_investment=10)
    assert (found.verdict, found.limit) == (verdict, D("0.5"))


# ---------------------------------------------------------------- FUND-02


@pytest.mark.parametrize(
    ("ratio", "platform", "verdict"),
    [
        (0.9, "disguised_borrowing", PASS),
        # a declared ratio meets its bar exactly: 超过100% begins above 1
        (0.9995, "disguised_borrowing", PASS),
        (1.0, "disguised_borrowing", PASS),  # on the limit
        (1.0001, "disguised_borrowing", FAIL),
        (1.001, "disguised_borrowing", FAIL),
        (1.2, "disguised_borrowing", FAIL),
        (1.2, "market_reformed", REVIEW),
        (1.2, "none", PASS),
        (None, "none", PASS),
        (0.9, None, PASS),
        (1.2, None, NOT),
        (None, "market_reformed", NOT),
        (None, None, NOT),
    ],
)
def test_fund_02(ratio: float | None, platform: str | None, verdict: Verdict) -> None:
    given_fields = {"county_debt_ratio": ratio, "county_platform": platform}
    dossier = {key: value for key, value in given_fields.items() if value is not None}
    found = said("FUND-02", **dossier)
    assert found.verdict is verdict
    declared = platform == "disguised_borrowing"
    assert ("borrows in disguise" in found.why.render("en")) is declared
    if verdict is NOT:
        assert found.missing == tuple(key for key, value in given_fields.items() if value is None)


def test_inv_02_names_the_bar_with_its_whole_unit() -> None:
    """“Nearer to 10 × 100 million yuan than 0.1%” is no investment for each km²."""
    found = said("INV-02", type="heavy_asset", social_investment=30)
    assert "nearer to 10 × 100 million yuan per km² than 0.1%" in why(found)
    assert "10亿元/平方公里" in found.why.render("zh")
    less = said("INV-02", type="heavy_asset", social_investment=3)
    assert "less than 10 × 100 million yuan per km²" in why(less)
