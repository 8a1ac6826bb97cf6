"""The lists for spreadsheets: digits of the workbook, hostile texts harmless, a line a patch."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from tests.factory_pages import HOSTILE, assessment

from townland.i18n import Bilingual
from townland.results import Assessment
from townland.writing.exchange.lists import PATCHES, harmless, write_lists
from townland.writing.run_folder import names_written
from townland.writing.tables.findings import findings
from townland.writing.tables.model import BLANK
from townland.writing.tables.reader import TableReader


def read(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def made() -> Assessment:
    return assessment(towns=2, pieces=40)


def lists(made: Assessment, folder: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    write_lists(made, folder / "findings.csv", lang="zh")
    return read(folder / "findings.csv"), read(folder / PATCHES)


def test_findings_have_the_digits_of_the_table(made, tmp_path) -> None:
    rows, _patches = lists(made, tmp_path)
    table = findings(TableReader(made, "zh"))
    printed = [row for row in table.rows if row.kind == "row"]
    assert len(rows) == len(printed) == len(made.findings)
    for row, known in zip(rows, printed, strict=True):
        assert row["镇代码"] == known.town
        for column in ("measured", "limit", "margin"):
            title = next(each.title for each in table.columns if each.key == column)
            cell = known.cells.get(column, BLANK)
            assert row[title].replace("-", "−") == cell.text
            assert row[f"{title}单位"] == cell.unit


def test_every_patch_of_every_measure_stands_once(made, tmp_path) -> None:
    _findings, patches = lists(made, tmp_path)
    named = {(each.town, figure.measure) for each in made.findings for figure in each.figures}
    assert len(patches) == sum(made.town(town).measures[name].pieces for town, name in named)
    paddy = [row for row in patches if row["镇代码"] == "2" and row["图层"] == "paddy_taken"]
    assert [row["序号"] for row in paddy] == [str(n + 1) for n in range(len(paddy))]
    areas = made.town("2").measures["paddy_taken"].frame["area_m2"]
    assert [row["图斑面积（平方米）"] for row in paddy] == [f"{area:.2f}" for area in areas]


def test_hostile_names_are_texts(tmp_path) -> None:
    rows, patches = lists(assessment(towns=2, pieces=30, hostile=True), tmp_path)
    assert {row["小镇"] for row in rows} == set(HOSTILE[:2])
    assert {row["小镇"] for row in patches} == set(HOSTILE[:2])
    assert {row["项目或要求"] for row in patches} <= set(HOSTILE)
    assert None not in rows[0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u3000=1",
        "＝1",
        "\n=2",
    ],
)
def test_a_text_is_no_formula(made, tmp_path, text) -> None:
    flat = text.replace("\r", " ").replace("\n", " ")
    assert harmless(text) == f"'{flat}"
    titled = replace(made.findings[0], title=Bilingual(text, text))
    rows, _patches = lists(replace(made, findings=(titled, *made.findings[1:])), tmp_path)
    assert f"'{flat}" in {row["要求"] for row in rows}


@pytest.mark.parametrize("text", ["-5.20", "0", "", "云溪镇", "a=b", "3-5", "—", "−0.5"])
def test_a_number_and_a_name_stay(text) -> None:
    assert harmless(text) == text


def test_both_files_are_named_before_a_check() -> None:
    assert PATCHES in names_written(["csv"], several=False)
