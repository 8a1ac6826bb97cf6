"""The workbook of dossiers as a form: choices, checks, quotes, and what a person types into it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from tests.factory_land import box, write
from typer.testing import CliRunner

from townland import load_rulebook
from townland.dossier import dossier_faults, empty_workbook, load_dossiers
from townland.dossier.choices import CHOICES
from townland.dossier.fields import dossier_fields
from townland.dossier.headings import TOWN_AREA, field_of, heading
from townland.dossier.model import EVENTS
from townland.dossier.template import NamedTown
from townland.errors import DossierError
from townland.i18n import LANGUAGES, render
from townland.rules.asks import clauses_of_fields
from townland_cli.app import app

TOWNS = [NamedTown("01", "甲镇", Decimal("277.1123")), NamedTown("T02", "乙镇", Decimal("9.5000"))]


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("form") / "档案.xlsx"
    path.write_bytes(
        empty_workbook(TOWNS, "zh", clauses_of_fields([load_rulebook("liuzhou-2018")]))
    )
    return path


def heads(page: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in page[1]}


def checks(page: Worksheet) -> dict[str, tuple[str, str | None, str, str]]:
    """The check of each column by its head: its kind, its first value, its message, its refusal."""
    by_letter = {
        str(rule.sqref).split(":")[0].rstrip("0123456789"): rule
        for rule in page.data_validations.dataValidation
    }
    found = {str(cell.value): by_letter.get(cell.column_letter) for cell in page[1]}
    return {
        head: (rule.type or "", rule.formula1, rule.prompt or "", rule.error or "")
        for head, rule in found.items()
        if rule is not None
    }


def test_the_form_has_what_the_boundary_says_and_units_in_its_heads(form: Path) -> None:
    page = load_workbook(form).worksheets[0]
    rows = [[cell.value for cell in row[:3]] for row in page.iter_rows(min_row=2)]
    assert rows == [["01", "甲镇", 277.1123], ["T02", "乙镇", 9.5]]
    assert {"人口（人）", "总投资（亿元）", "年度新增建设用地计划指标（公顷）",
            "绿化覆盖率（1即100%）", "县级政府综合债务率（1即100%）"} <= set(heads(page))  # fmt: skip
    assert page.freeze_panes == "C2"
    assert [(town.code, town.name) for town in load_dossiers(form)] == [
        ("01", "甲镇"),
        ("T02", "乙镇"),
    ]


def test_choices_are_lists_and_numbers_are_checked_with_a_sentence(form: Path) -> None:
    page = load_workbook(form).worksheets[0]
    found = checks(page)
    assert found["小镇类型"][:2] == ("list", '"轻资产型,重资产型"')
    assert found["变相圈地"][:2] == ("list", '"是,否"')
    kind, least, message, refusal = found["补充耕地储备库：水田（公顷）"]
    assert (kind, least) == ("decimal", "0")
    assert "LAND-10" in message
    assert "不写单位" in refusal
    assert found["绿化覆盖率（1即100%）"][0] == "decimal"
    assert "35% 写 0.35" in found["绿化覆盖率（1即100%）"][3]
    events = checks(load_workbook(form)["大事记"])
    assert events["小镇代码"][:2] == ("list", "'小镇'!$A$2:$A$3")
    assert events["发生日期"][0] == "date"
    assert events["事项"][1].count(",") == len(EVENTS) - 1


def test_each_field_that_a_rule_reads_quotes_its_clause(form: Path) -> None:
    book = load_workbook(form)
    note = book.worksheets[0].cell(1, heads(book.worksheets[0])["细分产业"]).comment.text
    (segment,) = [rule for rule in load_rulebook("liuzhou-2018").rule if rule.id == "IND-04"]
    assert segment.clause.quote in note
    explained = [[str(cell.value or "") for cell in row] for row in book["填表说明"].iter_rows()]
    quoted = {row[2]: row[6] for row in explained[1:] if row[2]}
    assert segment.clause.quote in quoted["segment"]
    assert "不知道的留空" in explained[-1][5]


def test_what_is_chosen_and_typed_is_read_back(form: Path, tmp_path: Path) -> None:
    book = load_workbook(form)
    towns, events = book.worksheets[0], book["大事记"]
    typed = {"小镇类型": "轻资产型", "人口（人）": 12000, "绿化覆盖率（1即100%）": 0.35,
             "变相圈地": "否", "国家文件中的小镇类型": "三产融合", "融资平台公司举债情况": "变相举债",
             "申报材料：创建方案": "柳规〔2018〕3号"}  # fmt: skip
    for head, value in typed.items():
        towns.cell(2, heads(towns)[head]).value = value
    events.append(["01", dt.date(2018, 3, 1), "列入培育名单"])
    book.save(tmp_path / "filled.xlsx")
    one, two = load_dossiers(tmp_path / "filled.xlsx")
    assert (one.type, one.population, one.green_cover) == ("light_asset", 12000, 0.35)
    assert (one.national_type, one.county_platform) == ("integration", "disguised_borrowing")
    assert one.facts is not None
    assert one.facts.land_enclosed_in_disguise is False
    assert one.documents is not None
    assert one.documents.creation_plan == "柳规〔2018〕3号"
    assert one.events is not None
    assert [(each.on, each.event) for each in one.events] == [(dt.date(2018, 3, 1), "listed")]
    assert (two.type, two.population, two.events) == (None, None, None)


def test_days_are_read_as_people_write_them_and_a_name_means_its_town(
    form: Path, tmp_path: Path
) -> None:
    book = load_workbook(form)
    for row in (["甲镇", "2017年9月1日", "申报"], ["01", "2017.12.1", "列入培育名单"],
                ["01", "2018/11/20", "培育期验收合格"]):  # fmt: skip
        book["大事记"].append(row)
    book.save(tmp_path / "filled.xlsx")
    one, two = load_dossiers(tmp_path / "filled.xlsx")
    days = [dt.date(2017, 9, 1), dt.date(2017, 12, 1), dt.date(2018, 11, 20)]
    assert [each.on for each in one.events or ()] == days
    assert two.events is None


def test_what_does_not_fit_a_cell_is_told_in_the_words_of_the_form(
    form: Path, tmp_path: Path
) -> None:
    book = load_workbook(form)
    towns, events = book.worksheets[0], book["大事记"]
    events.append(["01", "2018年底", "培育验收通过"])
    for head, value in {"县级政府综合债务率（1即100%）": "82%", "总投资（亿元）": "18亿元",
                        "小镇类型": "轻资产"}.items():  # fmt: skip
        towns.cell(2, heads(towns)[head]).value = value
    book.save(tmp_path / "filled.xlsx")
    told = "\n".join(render(each, "zh") for each in dossier_faults(tmp_path / "filled.xlsx"))
    for said in ("发生日期：2018年底：请写年月日，如 2018-12-31", "事项：培育验收通过",
                 "是否应为“培育期验收合格”", "是否应为“轻资产型”", "82% 写作 0.82",
                 "18亿元：请填数字，不写单位"):  # fmt: skip
        assert said in told, said
    assert "引号" not in told
    assert "applied" not in told


def test_a_workbook_whose_codes_are_numbers_of_the_rows_says_how_to_name_their_column(
    tmp_path: Path,
) -> None:
    boundary = write(tmp_path / "towns.gpkg", [box(0, 0, 1000, 2000)])
    call = ["dossier", "new", str(boundary), "--lang", "zh", "--out"]
    told = CliRunner().invoke(app, [*call, str(tmp_path / "a.xlsx")])
    assert "--code-column" in told.output
    frame = gpd.read_file(boundary).assign(code=["T01"])
    frame.to_file(boundary)
    coded = CliRunner().invoke(app, [*call, str(tmp_path / "b.xlsx"), "--code-column", "code"])
    assert coded.exit_code == 0
    assert "--code-column" not in coded.output


@pytest.mark.parametrize("ending", ["xls", "et", "csv", "xlsm"])
def test_workbooks_of_other_programs_are_told_what_to_save(ending: str, tmp_path: Path) -> None:
    """They were read as TOML, and told to be saved as UTF-8."""
    file = tmp_path / f"档案.{ending}"
    file.write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(DossierError, match=r"\.xlsx"):
        load_dossiers(file)
    call = ["dossier", "new", "--lang", "zh", "--out", str(tmp_path / f"new.{ending}")]
    left = CliRunner().invoke(app, call)
    assert isinstance(left.exception, DossierError)
    assert ".xlsx" in left.exception.render("zh")


def test_every_choice_has_words_that_can_stand_in_a_list_and_mean_it_alone() -> None:
    known = [field.choices for field in dossier_fields().values() if field.choices] + [EVENTS]
    assert {value for choices in known for value in choices} == set(CHOICES)
    for lang in LANGUAGES:
        for choices in known:
            words = [render(CHOICES[value], lang) for value in choices]
            assert len(set(words)) == len(words)
            assert len(",".join(words)) <= 255
            assert not any("," in word for word in words)
        assert field_of(render(heading(TOWN_AREA), lang)) == TOWN_AREA


def test_the_command_fills_in_the_area_by_its_official_measure(tmp_path: Path) -> None:
    boundary = write(tmp_path / "towns.gpkg", [box(0, 0, 1000, 2000)])
    out = tmp_path / "towns.xlsx"
    left = CliRunner().invoke(app, ["dossier", "new", str(boundary), "--out", str(out)])
    assert left.exit_code == 0, left.output
    area = load_workbook(out).worksheets[0].cell(2, 3).value
    # 200 ha on the plane; the ellipsoid differs by less than 0.2 % within a zone
    assert area == pytest.approx(200, rel=0.002)
    assert area != 200
