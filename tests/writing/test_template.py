"""A bureau's own workbook: its fields are filled, and every other member stays byte by byte."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import xlsxwriter
from tests.factory_pages import HOSTILE
from tests.writing.test_workbook import sample

from townland import units
from townland.errors import ReportError
from townland.results import Assessment
from townland.writing.document_form import require_template, write_words
from townland.writing.form_fields import FORM_FIELDS, RULE_FIELDS
from townland.writing.run_folder import write_run
from townland.writing.tables.model import BLANK
from townland.writing.template import TABLES, fill_template, require_fields, template_fields

STRINGS, SHEET = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"


def png() -> io.BytesIO:
    """A picture of a single red point."""

    def part(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(b"\x00\xff\x00\x00")) + part(b"IEND", b"")
    )  # fmt: skip


def template(path: Path, fields: dict[str, str], **options: Any) -> Path:
    """A form with all that openpyxl would lose: text box, seal, logo, drop-down, rich text, chart."""
    with xlsxwriter.Workbook(path, options) as book:
        sheet, bold = (
            book.add_worksheet("审查表"),
            book.add_format({"bold": True, "num_format": "0.00"}),
        )
        for at, text in fields.items():
            sheet.write_string(at, text, bold)
        sheet.write_rich_string("H1", "面积 ", bold, "{{town.", "area_ha}} 公顷 & ", bold, "更多")
        sheet.write_formula("H2", "=A1*2", None, 7)
        sheet.insert_textbox("J2", "{{this.stays}}")
        sheet.insert_image("J9", "seal.png", {"image_data": png()})
        sheet.set_header("&L&G", {"image_left": "logo.png", "image_data_left": png()})
        sheet.data_validation("H4", {"validate": "list", "source": ["符合", "不符合"]})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=审查表!$A$1:$A$3"})
        sheet.insert_chart("J20", chart)
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


@pytest.fixture(scope="module")
def one() -> Assessment:
    return sample(towns=1)


def filled(of: Assessment, tmp_path: Path, fields: dict[str, str], **options: Any) -> Path:
    made = template(tmp_path / "form.xlsx", fields, **options)
    fill_template(of, made, tmp_path / "report.xlsx", lang="zh")
    return tmp_path / "report.xlsx"


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}], ids=["shared", "inline"])
def test_fields_are_filled_and_all_else_stays(
    one: Assessment, tmp_path: Path, options: Any
) -> None:
    area = one.towns[0].area_m2
    path = filled(one, tmp_path, {
        "A1": "{{town.area_ha}}", "B1": "{{ town.name }}",
        "C1": "共 {{town.area_mu}} 亩，{{check.date}}",
        "D1": "{{scale.planning_area.measured}}", "E1": "{{scale.LAND-01.verdict}}",
        "F1": "{{land_by_class.0199.net_ha}}", "G1": "没有字段",
    }, **options)  # fmt: skip
    book = openpyxl.load_workbook(path)
    sheet = book["审查表"]
    assert sheet["A1"].value == float(units.ha(area))
    assert sheet["A1"].number_format == "0.00"
    assert sheet["B1"].value == one.towns[0].town.name
    assert sheet["C1"].value == f"共 {units.mu(area)} 亩，{one.on.isoformat()}"
    meant = template_fields(one, "zh").cells["scale.planning_area.measured"]
    assert sheet["D1"].value == float(meant.value or 0)
    assert isinstance(sheet["E1"].value, str)
    assert sheet["F1"].value is None
    assert sheet["G1"].value == "没有字段"
    assert sheet["H1"].value == f"面积 {units.ha(area)} 公顷 & 更多"
    before, after = members(tmp_path / "form.xlsx"), members(path)
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == ({SHEET} if options else {SHEET, STRINGS})
    kinds = ("drawing", "chart", "media", "vmlDrawing")
    assert all(any(kind in name for name in set(after) - changed) for kind in kinds)
    assert b"<dataValidation " in after[SHEET]


def test_names_stay_texts_and_the_workbook_is_calculated_anew(
    one: Assessment, tmp_path: Path
) -> None:
    (town,) = one.towns
    name = '=HYPERLINK("http://x")<&>\x00' + "".join(HOSTILE[:2])
    made = replace(one, towns=(replace(town, town=replace(town.town, name=name)),))
    form = template(tmp_path / "form.xlsx", {"A1": "{{town.name}}"})
    whole = members(form)
    with zipfile.ZipFile(form, "w") as book:
        for member, data in whole.items():
            book.writestr(member, data.replace(b' fullCalcOnLoad="1"', b""))
    fill_template(made, form, tmp_path / "report.xlsx", lang="zh")
    cell = openpyxl.load_workbook(tmp_path / "report.xlsx")["审查表"]["A1"]
    assert cell.data_type == "s"
    assert cell.value.startswith('=HYPERLINK("http://x")<&>')
    assert b'fullCalcOnLoad="1"' in members(tmp_path / "report.xlsx")["xl/workbook.xml"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("town.aera_ha", "town.area_ha"),
        ("scale.planning_area.measurd", "scale.planning_area.measured"),
        ("scale.LAND_01.verdict", "scale.LAND-01.verdict"),
        ("T01.town.name", "town.name"),
    ],
)
def test_a_misspelt_field_is_refused_with_its_cell(
    one: Assessment, tmp_path: Path, written: str, meant: str
) -> None:
    with pytest.raises(ReportError) as refused:
        filled(one, tmp_path, {"A1": "{{town.name}}", "C7": f"见 {{{{{written}}}}}"})
    for part in ("审查表!C7", written, meant):
        assert part in str(refused.value)
    assert not (tmp_path / "report.xlsx").exists()


def test_of_several_towns_a_field_begins_with_the_code(tmp_path: Path) -> None:
    two = sample()
    code = two.towns[1].town.code
    book = openpyxl.load_workbook(
        write_run(two, tmp_path / "run", formats=["xlsx"], lang="zh",
                  template=_renamed(tmp_path / "form.xlsx", code)) / "report.xlsx"
    )  # fmt: skip
    assert book["审查表"]["A1"].value == two.towns[1].town.name
    assert book["审查表"]["A2"].value is not None
    assert "farmland.total.net" not in template_fields(two, "zh").cells


def _renamed(path: Path, code: str) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("审查表")
        sheet.write_string("A1", f"{{{{{code}.town.name}}}}")
        sheet.write_string("A2", f"{{{{{code}.scale.planning_area.measured}}}}")
    return path


def test_what_cannot_be_filled_is_refused_before_the_check(tmp_path: Path) -> None:
    form = template(tmp_path / "form.xlsx", {"A1": "{{town.name}}"})
    require_template(["html"], None)
    require_template(["html", "xlsx"], form)
    with pytest.raises(ReportError, match="xlsx"):
        require_template(["html"], form)
    macros = form.rename(tmp_path / "form.xlsm")
    (tmp_path / "text.xlsx").write_text("no zip")
    with xlsxwriter.Workbook(tmp_path / "plain.xlsx") as book:
        book.add_worksheet().write_string("A1", "{town}")
    for path in (macros, tmp_path / "text.xlsx", tmp_path / "none.xlsx", tmp_path / "plain.xlsx"):
        with pytest.raises(ReportError, match=path.name):
            require_template(["xlsx"], path)


@pytest.mark.parametrize("name", ["your-template.md", "your-template.zh-CN.md"])
def test_every_table_and_column_is_in_the_docs(one: Assessment, name: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / name).read_text("utf-8")
    fields = template_fields(one, "en")
    keys = {*TABLES, *(key for key in fields.cells if key.count(".") == 1)}
    keys |= {key for columns in fields.columns.values() for key in columns if not key.isdigit()}
    assert [key for key in keys if f"`{key}`" not in text and f"{{{{{key}}}}}" not in text] == []


@pytest.mark.parametrize("name", ["your-template.md", "your-template.zh-CN.md"])
def test_the_docs_list_the_fields_of_the_older_forms(name: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / name).read_text("utf-8")
    fields = {*FORM_FIELDS, *RULE_FIELDS}
    begins = "|".join({field.partition(".")[0] for field in fields})
    assert set(re.findall(rf"\{{\{{((?:{begins})\.\w+)\}}\}}", text)) == fields


def test_fields_of_the_older_forms_are_filled(one: Assessment, tmp_path: Path) -> None:
    path = filled(
        one, tmp_path, {"A1": "{{statement.total}}", "A2": "耕地{{conversion.mean_grade}}等"}
    )
    sheet = openpyxl.load_workbook(path)["审查表"]
    meant = template_fields(one, "zh").cells["scale.planned_construction.measured"]
    assert sheet["A1"].value == float(meant.value or 0)
    assert sheet["A2"].value == "耕地等"


def test_what_a_town_does_not_have_is_blank(one: Assessment, tmp_path: Path) -> None:
    names = ["{{three_lines.99.whole}}", "见{{need.total.new}}", "{{land_by_owner.total.0999}}"]
    path = filled(one, tmp_path, {f"A{at}": name for at, name in enumerate(names, 1)})
    sheet = openpyxl.load_workbook(path)["审查表"]
    assert [sheet[f"A{at}"].value for at in (1, 2, 3)] == [None, "见", None]


def test_of_several_towns_what_one_lacks_is_blank_and_a_mistyped_field_is_told_by_its_own() -> None:
    two = template_fields(sample(), "zh")
    code, other = (town.town.code for town in sample().towns)
    lacking = f"{other}.scale.planned_construction."
    alone = {key: cell for key, cell in two.cells.items() if not key.startswith(lacking)}
    fields = replace(two, cells=alone)
    assert two.cell(f"{lacking}measured") != BLANK
    assert fields.cell(f"{lacking}measured") == BLANK
    assert fields.cell(f"{other}.scale.nothing.measured") is None
    assert two.cell(f"{other}.need.asked.new") == BLANK  # the sample has no table of the need
    for typed, meant in (
        ("town.name", f"{code}.town.name"),
        (f"{other}.town.aera_ha", f"{other}.town.area_ha"),
    ):
        with pytest.raises(ReportError) as refused:
            require_fields(Path("f.xlsx"), [("A1", f"{{{{{typed}}}}}")], two, "zh")
        assert meant in refused.value.render("zh")


def form(path: Path, texts: list[list[str]]) -> Path:
    """A document with a paragraph of runs for each text, one in bold, and a field in its header."""
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "{{town.name}}"
    for runs in texts:
        paragraph = made.add_paragraph()
        for run in runs:
            paragraph.add_run(run).bold = run.startswith("{{")
    made.add_table(1, 1).cell(0, 0).text = "{{statement.total}}"
    made.save(str(path))
    return path


def test_a_document_is_filled_and_all_else_stays(one: Assessment, tmp_path: Path) -> None:
    made = form(tmp_path / "form.docx", [["面积 ", "{{town.", "area_ha}} 公顷 & "], ["填表人："]])
    require_template(["docx"], made)
    with pytest.raises(ReportError, match="docx"):
        require_template(["xlsx"], made)
    write_words(one, tmp_path / "report.docx", lang="zh", template=made)
    read = docx.Document(str(tmp_path / "report.docx"))
    area = units.ha(one.towns[0].area_m2)
    assert [each.text for each in read.paragraphs] == [f"面积 {area} 公顷 & ", "填表人："]
    assert [run.bold for run in read.paragraphs[0].runs] == [False, True, False]
    assert read.sections[0].header.paragraphs[0].text == one.towns[0].town.name
    meant = template_fields(one, "zh").cells["scale.planned_construction.measured"]
    assert read.tables[0].cell(0, 0).text == meant.whole
    before, after = members(made), members(tmp_path / "report.docx")
    changed = {name for name in before if before[name] != after[name]}
    assert list(before) == list(after)
    assert changed == {"word/document.xml", "word/header1.xml"}


def test_a_misspelt_field_of_a_document_is_refused(one: Assessment, tmp_path: Path) -> None:
    made = form(tmp_path / "form.docx", [["{{statement.nwe}}"]])
    with pytest.raises(ReportError, match=r"document ¶1.*statement\.nwe.*statement\.new"):
        write_words(one, tmp_path / "report.docx", lang="zh", template=made)
    assert not (tmp_path / "report.docx").exists()
    (tmp_path / "none.docx").write_text("no zip")
    with pytest.raises(ReportError, match=r"none\.docx"):
        require_template(["docx"], tmp_path / "none.docx")
