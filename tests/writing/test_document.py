"""The document is read back: its tables cell by cell, its texts as they are, its template's fields."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from tests.factory_pages import HOSTILE, assessment

from townland.results import Assessment
from townland.writing.papers.content import content
from townland.writing.papers.document import write_document
from townland.writing.papers.fonts import found

pytestmark = pytest.mark.skipif(found() is None, reason="no Chinese font on this machine")


@pytest.fixture(scope="module")
def checked() -> Assessment:
    return assessment(towns=2, pieces=30)


@pytest.fixture(scope="module")
def file(checked: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "report.docx"
    write_document(checked, path, lang="zh")
    return path


def rows_of(table: Any) -> list[tuple[str, ...]]:
    """The texts of a table's rows, each cell once whatever it spans."""
    return [
        tuple("".join(
            "\n" if part.tag == qn("w:br") else part.text or ""
            for part in cell.iter(qn("w:t"), qn("w:br"))
        ) for cell in row.tc_lst)
        for row in table._tbl.tr_lst
    ]  # fmt: skip


def test_every_table_is_read_back_cell_by_cell(checked: Assessment, file: Path) -> None:
    paper = docx.Document(str(file))
    read = [rows_of(table) for table in paper.tables]
    for part in content(checked, "zh").tables:
        wanted = [row.cells for row in part.rows]
        heads = 2 if part.grouped else 1
        assert any(rows[heads:] == wanted for rows in read), part.key


def test_heads_are_repeated_and_each_table_has_a_heading(checked: Assessment, file: Path) -> None:
    paper = docx.Document(str(file))
    heads = [each.text for each in paper.paragraphs if each.style.name == "Heading 1"]
    titles = [part.title for part in content(checked, "zh").tables if part.title]
    assert [each for each in heads if each in titles] == titles
    marked = [table for table in paper.tables if table._tbl.xpath(".//w:tblHeader")]
    assert len(marked) >= len(titles)
    lying = paper.sections[-1]
    assert lying.page_width > lying.page_height


def test_the_contents_stand_already_and_lead_to_every_chapter(
    checked: Assessment, file: Path
) -> None:
    paper = docx.Document(str(file))
    chapters = [each.text for each in paper.paragraphs if each.style.name == "Heading 1"]
    entries = [each for each in paper.paragraphs if each.style.name == "toc 1"]
    links = [link for each in entries for link in each._p.iter(qn("w:hyperlink"))]
    assert [each.text for each in entries] == chapters
    titles = [part.title for part in content(checked, "zh").tables if part.title]
    assert chapters[-len(titles) :] == titles
    begins = paper.element.iter(qn("w:bookmarkStart"))
    marks = {mark.get(qn("w:name")): mark.getparent() for mark in begins}
    led_to = [
        "".join(t.text for t in marks[link.get(qn("w:anchor"))].iter(qn("w:t"))) for link in links
    ]
    assert led_to == chapters
    kinds = [
        sign.get(qn("w:fldCharType")) for each in entries for sign in each._p.iter(qn("w:fldChar"))
    ]
    assert kinds == ["begin", "separate", "end"]
    with zipfile.ZipFile(file) as parts:
        assert b"updateFields" not in parts.read("word/settings.xml"), "Word would ask"


def test_no_table_is_wider_than_its_page(checked: Assessment, file: Path) -> None:
    paper = docx.Document(str(file))
    lying = len(content(checked, "zh").tables)
    rooms = [paper.sections[at] for at in (0, -1)]
    upright, broad = (each.page_width - each.left_margin - each.right_margin for each in rooms)
    for at, table in enumerate(paper.tables):
        room = broad if at >= len(paper.tables) - lying else upright
        for row in table._tbl.tr_lst:
            assert sum(cell.width or 0 for cell in row.tc_lst) <= room, rows_of(table)[0]
        assert sum(column.w or 0 for column in table._tbl.tblGrid.gridCol_lst) <= room * 1.01


def test_no_line_follows_a_table_to_a_page_of_its_own(checked: Assessment, file: Path) -> None:
    """A table that filled its page was followed by an empty one."""
    paper = docx.Document(str(file))
    lying = [part.title for part in content(checked, "zh").tables if part.title]
    before = [one for one, after in pairwise(paper.paragraphs) if after.text in lying[1:]]
    assert before
    assert all(each.text for each in before if each.style.name == "Normal")
    assert paper.paragraphs[-1].paragraph_format.line_spacing.pt == 1


def test_counts_stand_at_the_right_and_requirements_have_room(file: Path) -> None:
    paper = docx.Document(str(file))
    counts = paper.tables[1].rows[1].cells
    assert [str(cell.paragraphs[0].alignment) for cell in counts[:2]] == ["None", "RIGHT (2)"]
    lines = next(each for each in paper.tables if each.rows[0].cells[1].text == "要求")
    rule, requirement, *_others = (column.w for column in lines._tbl.tblGrid.gridCol_lst)
    assert requirement > 2.5 * rule


def test_findings_stand_in_sentences_with_a_line_for_the_opinion(
    checked: Assessment, file: Path
) -> None:
    texts = [each.text for each in docx.Document(str(file)).paragraphs]
    for finding in checked.findings:
        if str(finding.verdict) in ("fail", "review", "not_evaluated"):
            assert finding.why.render("zh") in texts
    assert sum(text.startswith("审查意见") for text in texts) == 6
    assert not any("{{" in text or "{%" in text for text in texts)


def test_a_finding_stays_on_a_page_with_its_opinion_and_a_name_with_its_rows(file: Path) -> None:
    """The line for the opinion began a page, away from what it is on; a town's name ended one."""
    paragraphs = docx.Document(str(file)).paragraphs
    opinions = [n for n, each in enumerate(paragraphs) if each.text.startswith("审查意见")]
    assert opinions
    for n in opinions:
        begin = max(at for at in range(n) if paragraphs[at].style.name == "Heading 2")
        assert all(each.paragraph_format.keep_with_next for each in paragraphs[begin:n])
        assert not paragraphs[n].paragraph_format.keep_with_next
    tables = docx.Document(str(file)).tables
    names = [
        row for table in tables for row in table._tbl.tr_lst
        if len(row.tc_lst) == 1 and "".join(row.itertext()).startswith("云溪镇（")
    ]  # fmt: skip
    assert names
    assert all(row.xpath(".//w:keepNext") for row in names)


def test_chinese_marks_are_those_of_china_and_dense_tables_have_smaller_letters(
    checked: Assessment, file: Path
) -> None:
    paper = docx.Document(str(file))
    (default,) = paper.styles.element.xpath("w:docDefaults//w:lang")
    assert default.get(qn("w:eastAsia")) == "zh-CN"
    told = content(checked, "zh").tables
    sizes = [{size.get(qn("w:val")) for size in table._tbl.iter(qn("w:sz"))}
             for table in paper.tables[-len(told):]]  # fmt: skip
    assert sizes == [{str(part.size)} for part in told]
    assert len({part.size for part in told}) > 1


def test_each_town_has_its_map(checked: Assessment, file: Path) -> None:
    shapes = docx.Document(str(file)).inline_shapes
    assert [round(each.width.mm) for each in shapes] == [170] * len(checked.towns)


def test_hostile_names_come_out_as_text(tmp_path: Path) -> None:
    path = tmp_path / "hostile.docx"
    made = assessment(towns=1, pieces=10)
    (result,) = made.towns
    town = replace(result.town, name=f"{HOSTILE[0]} {HOSTILE[4]} {{% raw %}} & \a\x00")
    write_document(replace(made, towns=(replace(result, town=town),)), path, lang="en")
    paper = docx.Document(str(path))
    texts = " ".join(each.text for each in paper.paragraphs)
    texts += " ".join(cell for table in paper.tables for row in rows_of(table) for cell in row)
    assert f"{HOSTILE[0]} {{{{7*7}}}} {{% raw %}} & \ufffd\ufffd" in texts
    with zipfile.ZipFile(path) as archive:
        assert b"<img" not in archive.read("word/document.xml")


def test_the_same_assessment_gives_the_same_bytes(
    checked: Assessment, file: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.docx"
    write_document(checked, again, lang="zh")
    assert again.read_bytes() == file.read_bytes()
    about = docx.Document(str(again)).core_properties
    assert about.created.date() == about.modified.date() == checked.on
