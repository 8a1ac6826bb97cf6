"""Towns within and without a rulebook's jurisdiction."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from tests.factory_land import box, catalog, write
from tests.factory_rules import book, town

from townland.assessment import check
from townland.dossier import Dossier
from townland.rules.book.jurisdiction import jurisdiction_issues
from townland.rules.book.loader import load_rulebook
from townland.towns import read_towns
from townland.writing.report.assessment_json import assessment_json
from townland.writing.report.html import report_html


@pytest.mark.parametrize(
    ("jurisdiction", "code", "county", "expected"),
    [
        ("450200", "T01", "450222", []),
        ("450200", "T01", "450299", []),
        ("450200", "T01", "450300", ["outside_jurisdiction"]),
        ("450200", "T01", "440222", ["outside_jurisdiction"]),
        ("450000", "T01", "450300", []),
        ("450222", "T01", "450222", []),
        ("450222", "T01", "450223", ["outside_jurisdiction"]),
        ("", "T01", "110101", []),
        ("000000", "T01", "110101", []),
        ("450200", "450222101", None, []),
        ("450200", "450222101000", None, []),
        ("450200", "110101", None, ["outside_jurisdiction"]),
        ("450200", "110101", "450222", []),  # the dossier decides
        ("450200", "T01", None, ["jurisdiction_unknown"]),
        ("450200", "1", None, ["jurisdiction_unknown"]),
    ],
)
def test_codes(jurisdiction: str, code: str, county: str | None, expected: list[str]) -> None:
    law = book().model_copy(update={"jurisdiction": jurisdiction})
    facts = replace(town(dossier={"county_code": county} if county else {}), town=code)
    assert [issue.code for issue in jurisdiction_issues(law, facts)] == expected


def test_the_warning_is_in_the_report(tmp_path: Path) -> None:
    boundary = write(tmp_path / "towns.gpkg", [box(0, 0, 900, 900)], name=["甲镇"])
    plan = write(tmp_path / "plan.gpkg", [box(10, 10, 90, 90)], ID=["a"], GHDM=["1001"])
    (place,) = read_towns([boundary])
    found = check(
        [replace(place, dossier=Dossier(code="1", county_code="110101"))],
        catalog(tmp_path, {"planned_use": plan}),
        load_rulebook("liuzhou-2018"),
        on=dt.date(2018, 12, 31),
    )
    told = assessment_json(found, lang="en")["issues"]
    assert any("lies in 110101, outside 450200" in issue["message"] for issue in told)
    assert "lies in 110101, outside 450200" in report_html(found, lang="en")
