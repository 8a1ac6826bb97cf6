"""Figures of a dossier in another unit: named with the unit likely meant, and for a person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.factory_coordinates import workbook as written
from tests.factory_dossier import event, paid, planned, said, why
from tests.factory_rules import judge, need, town
from typer.testing import CliRunner

from townland.dossier import Dossier, implausible, load_dossiers
from townland.errors import DossierError
from townland.rules.judging.belief import belief_issues
from townland.rules.judging.finding import Finding
from townland.terms import Verdict
from townland_cli.app import app

PASS, FAIL, REVIEW, INFO = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.INFO
TOWN_M2 = Decimal(3_000_000)


def found(dossier: dict[str, Any]) -> list[str]:
    stated = Dossier.model_validate({"code": "1", **dossier})
    return [each.words().render("en") for each in implausible(stated, TOWN_M2)]


def years(**last: float) -> dict[str, Any]:
    row = {"year": 2017, "approved_ha": 100, "supplied_ha": 70, **last}
    return {"supply": {"county": [row]}}


@pytest.mark.parametrize(
    ("dossier", "meant"),
    [
        ({"quota_ha": 600_000}, "m², which is 60 ha"),
        ({"quota_ha": 900}, "mu, which is 60 ha"),  # in a town of 300 ha
        ({"linked_quota_ha": 100_000}, "m², which is 10 ha"),
        ({"replacement_bank_ha": 300_000}, "m², which is 30 ha"),
        ({"population": 1.2}, "× 10,000 persons, which is 12000 persons"),
        ({"social_investment": 155_000}, "× 10,000 yuan, which is 15.5 × 100 million yuan"),
        ({"social_investment": 1.55e9}, "yuan, which is 15.5 × 100 million yuan"),
        ({"annual_tax": 30_000_000}, "yuan, which is 3000 × 10,000 yuan"),
        ({"annual_visitors": 500_000}, "visits, which is 50 × 10,000 visits"),
        ({"county_debt_ratio": 0.0082}, "hundredths of a percent, which is 0.82"),
        ({"county_debt_ratio": 8.2}, "tenths, which is 0.82"),
        (years(supplied_ha=1050), "mu, beside approved land in ha, which is 0.7"),
        (years(approved_ha=1_000_000, supplied_ha=700_000), "m², which is 100 ha"),
        ({"subsidy_paid": paid(("2018-06-01", 7_000_000))}, "yuan, which is 700"),
        ({"subsidy_paid": paid(("2018-06-01", 0.07))}, "× 100 million yuan, which is 700"),
    ],
)
def test_a_figure_in_another_unit_is_named_with_the_unit_likely_meant(
    dossier: dict[str, Any], meant: str
) -> None:
    (words,) = found(dossier)
    assert meant in words.replace("mu, which is 20000 ha", "mu, which is 20000 ha")
    (path,) = {
        each.path for each in implausible(Dossier.model_validate({"code": "1", **dossier}), TOWN_M2)
    }
    assert f'confirmed = ["{path}"]' in words
    assert found({**dossier, "confirmed": [path]}) == []


PLAUSIBLE: dict[str, Any] = {
    "quota_ha": 40,
    "linked_quota_ha": 0,
    "replacement_bank_ha": 30,
    "population": 12_000,
    "social_investment": 15.5,
    "total_investment": 20,
    "annual_tax": 3000,
    "annual_output": 90_000,
    "annual_visitors": 50,
    "green_cover": 0.35,
    "county_debt_ratio": 0.82,
    "subsidy_paid": paid(("2018-06-01", 700)),
    "events": (event("2018-03-01", "listed"),),
    **years(),
}


def test_what_a_town_has_is_plausible() -> None:
    assert found(PLAUSIBLE) == []


def invested(amount: float, **more: Any) -> Finding:
    return said("INV-01", type="light_asset", social_investment=amount, **more)


def test_inv_01_of_an_implausible_amount_is_for_a_person() -> None:
    """155 000 in a field of 亿元 passes every bar; 15.5 is 5.17 for each of 3 km²."""
    one = invested(155_000)
    assert one.verdict is REVIEW
    assert "perhaps it is in × 10,000 yuan" in why(one)
    assert invested(155_000, confirmed=["social_investment"]).verdict is PASS
    assert invested(15.5).verdict is PASS


@pytest.mark.parametrize(("quota", "verdict"), [(4.0, FAIL), (5.0, REVIEW), (600_000, REVIEW)])
def test_land_08_of_an_implausible_quota_is_for_a_person(quota: float, verdict: Verdict) -> None:
    """The need is 5 ha; a quota of 600 000 ha is more than the town's 300."""
    assert judge("LAND-08", need({"quota_ha": quota})).verdict is verdict
    if quota > 300:
        confirmed = need({"quota_ha": quota, "confirmed": ["quota_ha"]})
        assert judge("LAND-08", confirmed).verdict is PASS


def test_a_verdict_that_does_not_rest_on_the_figure_stands() -> None:
    """Without a platform company the debt ratio does not matter; with one it does."""
    free = said("FUND-02", county_debt_ratio=0.0082, county_platform="none")
    assert free.verdict is PASS
    assert "not plausible" in why(free)
    borrowed = said("FUND-02", county_debt_ratio=0.0082, county_platform="disguised_borrowing")
    assert borrowed.verdict is REVIEW


def test_a_fail_that_rests_on_it_is_for_a_person_too() -> None:
    """850 % may be 85 %."""
    found_ = said("FUND-02", county_debt_ratio=8.5, county_platform="disguised_borrowing")
    assert found_.verdict is REVIEW


def test_figures_that_only_are_stated_stay_information() -> None:
    one = said("INV-03", industry_investment=126_000, total_investment=180_000)
    assert one.verdict is INFO
    assert "not plausible" in why(one)


def test_the_check_has_an_issue_for_each() -> None:
    (issue,) = belief_issues(town(planned(), dossier={"quota_ha": 600_000}))
    assert (issue.code, issue.severity) == ("dossier_implausible", "warning")


def test_the_command_names_them_and_a_workbook_confirms_them(tmp_path: Any) -> None:
    path = written(tmp_path / "d.xlsx", {"镇": [("code", "quota_ha"), ("T01", 600_000)]})
    checked = CliRunner().invoke(app, ["dossier", "check", str(path), "--lang", "en"])
    assert checked.exit_code == 1
    assert "T01: annual quota: 600000 ha is not plausible" in checked.stdout
    rows = [("code", "quota_ha", "confirmed"), ("T01", 600_000, "quota_ha")]
    confirmed = written(tmp_path / "e.xlsx", {"镇": rows})
    assert load_dossiers(confirmed)[0].confirmed == ("quota_ha",)
    assert CliRunner().invoke(app, ["dossier", "check", str(confirmed)]).exit_code == 0


def test_only_fields_of_a_dossier_are_confirmed(tmp_path: Any) -> None:
    for path in ("quota", "supply.citty", "quota_ha.value"):
        file = tmp_path / "d.toml"
        file.write_text(f'code = "1"\nconfirmed = ["{path}"]\n', "utf-8")
        with pytest.raises(DossierError, match=r"no field of a dossier|不是档案的字段"):
            load_dossiers(file)
    assert Dossier(code="1", confirmed=("supply.city", "subsidy_paid")).confirmed
