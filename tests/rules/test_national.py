"""The second rulebook, known at second hand, and how a town fares under both."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import book, measure, read_back, town

from townland.rules.book.lint import lint
from townland.rules.book.loader import load_rulebook
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate
from townland.rules.judging.finding import Finding
from townland.terms import Verdict, dossier_field

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
D = Decimal
NATIONAL = load_rulebook("national-2021")
DAY = dt.date(2022, 6, 1)
MU = Decimal(10_000) / 15

FULL: dict[str, Any] = {
    "green_cover": 0.35,
    "industry_investment": 30,
    "total_investment": 45,
    "annual_tax": 20_000,
    "annual_output": 60_000,
    "employees": 2_500,
    "annual_visitors": 60,
    "national_type": "culture_tourism",
    "three_new_share": 0.25,
    "research_intensity": 0.03,
}


def a_town(area: Any = 3_500_000, built: Any = 1_000_000, **dossier: Any) -> Facts:
    stated = {key: value for key, value in {**FULL, **dossier}.items() if value is not None}
    return town(
        measure("planned_construction", ("p", built), rulebook=NATIONAL),
        measure("residential_planned", ("h", 200_000), rulebook=NATIONAL),
        area=area,
        dossier=stated,
        rulebook=NATIONAL,
    )


def judge(rule: str, facts: Facts, rulebook: Rulebook = NATIONAL) -> Finding:
    only = tuple(held for held in rulebook.rule if held.id == rule)
    (found,) = evaluate(rulebook.model_copy(update={"rule": only}), facts, DAY)
    return found


def changed(tmp_path: Path, *swaps: tuple[str, str]) -> Rulebook:
    text = Path(NATIONAL.path).read_text("utf-8")
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path / "changed.toml"
    path.write_text(text, "utf-8")
    return load_rulebook(path)


def strictly(tmp_path: Path, rule: str) -> Rulebook:
    """The national rulebook of a bureau that lets one of its rules fail."""
    path = tmp_path / "strict.toml"
    path.write_text(
        'id = "strict"\ntitle = { zh = "某县", en = "A county" }\nversion = "1"\n'
        f'inherits = "national-2021"\n\n[[rule]]\nid = "{rule}"\nmodal = false\nbeyond = "fail"\n',
        "utf-8",
    )
    return load_rulebook(path)


def test_a_town_of_three_and_a_half_km2_passes_one_and_is_reviewed_by_the_other() -> None:
    facts = a_town()
    national = {found.rule: found.verdict for found in evaluate(NATIONAL, facts, DAY)}
    # research intensity is asked of other types of towns
    assert national.pop("TC-N-13") is INFO
    assert len(national) == 12
    assert set(national.values()) == {PASS}
    local = book().model_copy(update={"rule": book().rule[:1]})
    (found,) = evaluate(local, town(area=3_500_000), DAY)
    assert (found.rule, found.verdict) == ("LAND-01", REVIEW)


def test_every_finding_says_second_hand_and_none_quotes() -> None:
    for found in evaluate(NATIONAL, a_town(), DAY):
        assert found.clause.quote == ""
        assert found.why.render("en").endswith("it was not checked against the document itself.")
        assert "restated with 原则上" in found.trace.document()["clause"]["source"]
    assert "second-hand" in NATIONAL.notes[0].en


def test_the_command_says_second_hand() -> None:
    from typer.testing import CliRunner

    from townland_cli.app import app

    shown = CliRunner().invoke(app, ["rules", "show", "national-2021", "--lang", "en"])
    assert shown.output.count("second-hand, not checked: ") == len(NATIONAL.rule)
    told = CliRunner().invoke(app, ["rules", "show", "national-2021", "--json"])
    assert told.stdout.count("Dazhou, 2021-11-12") == len(NATIONAL.rule)


def test_a_clause_with_words_of_its_own_says_nothing_of_the_kind() -> None:
    for found in evaluate(book(), town(), DAY):
        assert "second-hand" not in found.why.render("en")


# Doubts: 0.1 % of the bar: 1 000 m² at 1 km², 5 000 at 5 km², 500 at 0.5 km².
@pytest.mark.parametrize(
    ("rule", "area", "built", "verdict", "margin"),
    [
        ("TC-N-1", 1_001_000, 1, PASS, 1_000),
        ("TC-N-1", 1_000_999, 1, REVIEW, 999),
        ("TC-N-1", 1_000_000, 1, REVIEW, 0),
        ("TC-N-1", 900_000, 1, REVIEW, -100_000),
        ("TC-N-2", 4_995_000, 1, PASS, 5_000),
        ("TC-N-2", 5_000_000, 1, REVIEW, 0),
        ("TC-N-2", 6_000_000, 1, REVIEW, -1_000_000),
        ("TC-N-3", 3_000_000, 500_500, PASS, 500),
        ("TC-N-3", 3_000_000, 500_000, REVIEW, 0),
        ("TC-N-3", 3_000_000, 400_000, REVIEW, -100_000),
    ],
)
def test_ranges(rule: str, area: int, built: int, verdict: Verdict, margin: int) -> None:
    found = judge(rule, a_town(area, built))
    assert (found.verdict, found.margin) == (verdict, D(margin))


@pytest.mark.parametrize(
    ("kind", "said", "verdict"),
    [
        ("culture_tourism", "may be raised", REVIEW),
        ("manufacturing", "above that", FAIL),
        (None, "type of the town in the national notice", REVIEW),
    ],
)
def test_above_the_upper_bar_the_type_of_the_town_decides(
    tmp_path: Path, kind: str | None, said: str, verdict: Verdict
) -> None:
    strict = strictly(tmp_path, "TC-N-2")
    found = judge("TC-N-2", a_town(6_000_000, national_type=kind), strict)
    assert found.verdict is verdict
    assert said in found.why.render("en")
    assert judge("TC-N-2", a_town(4_000_000, national_type=kind), strict).verdict is PASS


# 1 km² of construction land is 1 500 mu.
@pytest.mark.parametrize(
    ("rule", "dossier", "verdict", "figure"),
    [
        ("TC-N-4", {"green_cover": 0.35}, PASS, "0.35"),
        ("TC-N-4", {"green_cover": 0.3}, PASS, "0.3"),
        ("TC-N-4", {"green_cover": 0.2}, REVIEW, "0.2"),
        ("TC-N-5", {}, PASS, "0.666667"),
        ("TC-N-5", {"industry_investment": 27}, PASS, "0.6"),
        ("TC-N-6", {}, PASS, "300"),  # 45 × 10 000 / 1 500
        ("TC-N-6", {"total_investment": 29, "industry_investment": 27}, REVIEW, "193.333333"),
        ("TC-N-7", {}, PASS, "13.333333"),
        ("TC-N-7", {"annual_tax": 9_000}, REVIEW, "6"),
        ("TC-N-8", {}, PASS, "24"),
        ("TC-N-8", {"annual_output": 40_000}, REVIEW, "16"),
        ("TC-N-9", {}, PASS, "2500"),
        ("TC-N-9", {"employees": 2_001}, PASS, "2001"),
        ("TC-N-9", {"employees": 2_002}, PASS, "2002"),
        ("TC-N-10", {}, PASS, "60"),
        ("TC-N-10", {"annual_visitors": 40}, REVIEW, "40"),
        ("TC-N-11", {}, PASS, "0.2"),
        ("TC-N-12", {}, PASS, "0.25"),
        ("TC-N-12", {"three_new_share": 0.1}, REVIEW, "0.1"),
        ("TC-N-13", {"national_type": "manufacturing"}, PASS, "0.03"),
        ("TC-N-13", {"national_type": "innovation", "research_intensity": 0.02}, REVIEW, "0.02"),
        # a declared share meets its bar exactly
        (
            "TC-N-13",
            {"national_type": "digital_economy", "research_intensity": 0.02501},
            PASS,
            "0.02501",
        ),
        (
            "TC-N-13",
            {"national_type": "creative_design", "research_intensity": 0.02503},
            PASS,
            "0.02503",
        ),
    ],
)
def test_ratios(rule: str, dossier: dict[str, Any], verdict: Verdict, figure: str) -> None:
    found = judge(rule, a_town(**dossier))
    assert (found.verdict, found.measured) == (verdict, D(figure))
    assert read_back(found).recomputed() == found.measured


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ("TC-N-4", "green_cover"),
        ("TC-N-5", "industry_investment"),
        ("TC-N-5", "total_investment"),
        ("TC-N-6", "total_investment"),
        ("TC-N-7", "annual_tax"),
        ("TC-N-8", "annual_output"),
        ("TC-N-8", "employees"),
        ("TC-N-9", "employees"),
        ("TC-N-10", "annual_visitors"),
        ("TC-N-10", "national_type"),
        ("TC-N-12", "three_new_share"),
    ],
)
def test_an_unknown_field_is_named(rule: str, field: str) -> None:
    found = judge(rule, a_town(**{field: None}))
    assert (found.verdict, found.missing) == (NOT, (field,))
    assert dossier_field(field).render("en") in found.why.render("en")
    assert found.measured is None


def test_without_planned_use() -> None:
    facts = town(absent=("planned_use",), dossier=FULL, rulebook=NATIONAL)
    for rule in ("TC-N-3", "TC-N-6", "TC-N-7", "TC-N-11"):
        found = judge(rule, facts)
        assert (found.verdict, found.missing) == (NOT, ("planned_use",))


def test_visitors_do_not_matter_in_a_town_of_another_type() -> None:
    found = judge("TC-N-10", a_town(national_type="manufacturing", annual_visitors=None))
    assert (found.verdict, found.measured) == (INFO, None)
    assert found.why.render("en").startswith("Not applicable")


def test_research_does_not_matter_in_a_town_of_another_type() -> None:
    for kind in ("culture_tourism", "sport", "integration", "other"):
        found = judge("TC-N-13", a_town(national_type=kind, research_intensity=0.001))
        assert (found.verdict, found.measured) == (INFO, None)


def test_beyond_a_bar_the_clause_only_urges() -> None:
    """原则上 stands in what restates the document, and so in the reason."""
    short = a_town(900_000, 400_000, green_cover=0.2)
    for rule in ("TC-N-1", "TC-N-3", "TC-N-4"):
        assert "The clause says “原则上”" in judge(rule, short).why.render("en")
    assert all(rule.modal and not rule.can_fail for rule in NATIONAL.rule)


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ("TC-N-1", a_town(900_000)),
        ("TC-N-4", a_town(green_cover=0.2)),
        ("TC-N-11", a_town(built=600_000)),  # 200 000 of 600 000 are a third
    ],
)
def test_a_bureau_that_has_the_text_lets_it_fail(tmp_path: Path, rule: str, facts: Facts) -> None:
    assert judge(rule, facts).verdict is REVIEW
    assert judge(rule, facts, strictly(tmp_path, rule)).verdict is FAIL


def test_a_verdict_that_would_change_nothing_is_pointed_out(tmp_path: Path) -> None:
    text = Path(NATIONAL.path).read_text("utf-8")
    path = tmp_path / "idle.toml"
    path.write_text(text.replace("maximum  = 5\n", 'maximum  = 5\nbeyond = "fail"\n'), "utf-8")
    (fault,) = lint(path)
    line = path.read_text("utf-8").splitlines().index('beyond = "fail"') + 1
    assert (fault.line, fault.usable) == (line, True)
    assert "state modal = false, too" in fault.message.render("en")
    assert lint(strictly(tmp_path, "TC-N-2").path) == ()


def test_the_share_that_is_encouraged_is_told() -> None:
    assert "25% is encouraged: reached" in judge("TC-N-11", a_town()).why.render("en")
    facts = town(
        measure("planned_construction", ("p", 1_000_000), rulebook=NATIONAL),
        measure("residential_planned", ("h", 280_000), rulebook=NATIONAL),
        rulebook=NATIONAL,
    )
    found = judge("TC-N-11", facts)
    assert found.verdict is PASS
    assert "25% is encouraged: not reached" in found.why.render("en")
