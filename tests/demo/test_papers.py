"""The demo on paper: per key the digits are those of the report, and of assessment.json."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from townland.results import Assessment
from townland.writing.again import part_of
from townland.writing.form_fields import FORM_FIELDS, RULE_FIELDS
from townland.writing.pages import closing
from townland.writing.report.assessment_json import assessment_json
from townland.writing.report.html import report_html
from townland.writing.tables.forms import tables
from townland.writing.tables.model import FigureKey, PrintedTable
from townland.writing.template import template_fields


class Keyed(HTMLParser):
    """The figures of a page by their keys."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, str] = {}
        self.figures: dict[FigureKey, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.at = {"table": named.get("data-table", ""), "town": named.get("data-town", "")}
        self.at["row"] = named.get("data-row", self.at.get("row", "")) if tag == "tr" else (
            self.at.get("row", ""))  # fmt: skip
        self.at["column"] = named.get("data-column", "")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self.at["column"] = ""

    def handle_data(self, data: str) -> None:
        if self.at.get("table") and self.at.get("column") and data.strip("—"):
            key = FigureKey(self.at["town"], self.at["table"], self.at["row"], self.at["column"])
            self.figures[key] = data


@pytest.fixture(scope="module")
def printed(demo: Assessment) -> dict[str, PrintedTable]:
    return {table.key: table for table in tables(demo, "en")}


def test_per_key_the_digits_are_those_of_the_report(
    demo: Assessment, printed: dict[str, PrintedTable]
) -> None:
    town = demo.town("T02")
    found = tuple(finding for finding in demo.findings if finding.town == "T02")
    page = Keyed()
    page.feed(report_html(replace(demo, towns=(town,), findings=found), lang="en"))
    for name in ("land_by_class", "need"):
        shown = {key: text for key, text in page.figures.items() if key.table == name}
        figures = printed[name].figures()
        assert shown == {key: cell.text for key, cell in figures if key.town == "T02"}
        assert len(shown) > 100


def test_per_key_the_digits_are_the_same_in_both_languages(
    demo: Assessment, printed: dict[str, PrintedTable]
) -> None:
    for table in tables(demo, "zh"):
        assert {key: cell.text for key, cell in table.figures()} == {
            key: cell.text for key, cell in printed[table.key].figures()
        }


def test_figures_are_one_formatting_of_the_assessment(
    demo: Assessment, printed: dict[str, PrintedTable]
) -> None:
    document = assessment_json(demo, lang="en")
    scale = dict(printed["scale"].figures())
    for town in document["towns"]:
        key = FigureKey(town["code"], "scale", "planning_area", "measured")
        assert scale[key].value == closing.printed(Decimal(str(town["area_m2"])), "ha")
        total = next(row for row in printed["farmland"].of(town["code"]) if row.kind == "total")
        (measure,) = [each for each in town["measures"] if each["name"] == "farmland_built_on"]
        for column, area in (("gross", "area_m2"), ("net", "net_m2")):
            wanted = closing.printed(Decimal(str(measure[area])), "ha")
            assert total.cells[column].value == wanted


def test_what_lies_outside_the_growth_boundary_is_the_measure_s(
    demo: Assessment, printed: dict[str, PrintedTable]
) -> None:
    for result in demo.towns:
        rows = printed["three_lines"].of(result.town.code)
        plots, total = [row for row in rows if row.kind == "row"], rows[-1]
        beyond = result.measures["planned_outside_growth_boundary"].area_m2
        assert total.cells["outside"].value == closing.printed(beyond, "ha")
        for row in (*plots, total):
            parts = [row.cells[name].value for name in ("inside", "outside", "unjudged")]
            assert min(parts) >= 0
            assert sum(parts) == row.cells["whole"].value


def test_fields_of_the_older_forms_are_cells_of_the_tables(demo: Assessment) -> None:
    made = part_of(demo, "T02")
    cells = template_fields(made, "zh").cells
    silent = {"conversion.mean_grade", "replenishment.mean_grade", "replenishment.production_kg"}
    assert {field for field in (*FORM_FIELDS, *RULE_FIELDS) if not cells[field].text} == silent
    # the forms' own sums: new land is agricultural or unused, the state's or a collective's
    form = {field: cells[field].text for field in FORM_FIELDS}
    whole, parts = Decimal(form["statement.new"]), ("agricultural", "unused")
    assert whole == sum(Decimal(form[f"statement.{part}"]) for part in parts)
    for part in ("new", *parts, "cultivated"):
        owned = (Decimal(form[f"statement.{part}_{owner}"]) for owner in ("state", "collective"))
        assert sum(owned) == Decimal(form[f"statement.{part}"])
    taken, held, short = (
        Decimal(form[f"replenishment.{name}"]) for name in ("taken", "held", "short")
    )
    assert short == taken - held
    assert cells["conversion.conformity"].text == cells["findings.LAND-07.verdict"].text
