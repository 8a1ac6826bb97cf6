"""Every figure of the PDF by its key, with the page that typst says it stands on."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from tests.demo.test_papers import Keyed
from tests.writing.test_workbook import first_row, sample, shown

from townland.results import Assessment
from townland.writing.papers.content import LEFT_OUT
from townland.writing.papers.fonts import found
from townland.writing.papers.listing import PaperFigure
from townland.writing.papers.pdf import write_pdf
from townland.writing.report.html import report_html
from townland.writing.tables.forms import tables
from townland.writing.tables.model import FigureKey, PrintedTable
from townland.writing.workbook import write_workbook

NUMBER = r"−?\d[\d,]*(?:\.\d+)?"

pytestmark = pytest.mark.skipif(found() is None, reason="no Chinese font on this machine")


@pytest.fixture(scope="module")
def made() -> Assessment:
    return sample(pieces=30)


@pytest.fixture(scope="module")
def printed(made: Assessment) -> list[PrintedTable]:
    return tables(made, "zh")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pdf") / "report.pdf"


@pytest.fixture(scope="module")
def listed(made: Assessment, file: Path) -> list[PaperFigure]:
    return write_pdf(made, file, lang="zh", listed=True)


def digits(text: str) -> str:
    """A figure without its unit."""
    (number,) = re.findall(NUMBER, text)
    return str(number)


def of_workbook(made: Assessment, printed: list[PrintedTable], path: Path) -> dict[FigureKey, str]:
    """The figures of the workbook, read back."""
    write_workbook(made, path, lang="zh")
    book = openpyxl.load_workbook(path)
    read = {}
    for table in printed:
        sheet = book[table.title]
        for at, row in enumerate(table.rows, first_row(table, sheet)):
            for place, column in enumerate(table.columns, 1):
                if (cell := sheet.cell(at, place)).data_type == "n" and cell.value is not None:
                    read[FigureKey(row.town, table.key, row.key, column.key)] = shown(cell)
    return read


def test_every_figure_of_the_tables_is_listed(
    listed: list[PaperFigure], printed: list[PrintedTable]
) -> None:
    wanted = {key for table in printed for key, _cell in table.figures()}
    keys = {each.key for each in listed}
    assert keys <= wanted
    assert {key.table for key in wanted - keys} <= {*LEFT_OUT}
    told = {key for key in keys if key.table == "findings"}
    assert {key.column for key in told} == {"measured", "limit", "margin"}
    measured = {key for key in wanted if key.table == "findings" and key.column == "measured"}
    assert measured <= told
    assert len(keys) > 300


def test_per_key_the_digits_are_those_of_workbook_and_report(
    made: Assessment, listed: list[PaperFigure], printed: list[PrintedTable], tmp_path: Path
) -> None:
    book = of_workbook(made, printed, tmp_path / "report.xlsx")
    for each in listed:
        assert digits(each.text) == book[each.key], each
    page = Keyed()
    page.feed(report_html(made, lang="zh"))
    both = [each for each in listed if each.key in page.figures]
    assert len(both) > 100
    for each in both:
        assert digits(each.text) == page.figures[each.key], each


def test_pages_follow_one_another_and_a_town_has_its_own_row_of_the_cover(
    made: Assessment, listed: list[PaperFigure]
) -> None:
    pages = [each.page for each in listed]
    assert pages == sorted(pages)
    cover = [each.key for each in listed if each.page == 1]
    areas = [(town.town.code, "scale", "planning_area", "measured") for town in made.towns]
    assert cover == areas


def test_each_figure_is_read_on_its_page(listed: list[PaperFigure], file: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext of poppler, which reads the pages, is not installed")
    text = subprocess.check_output(["pdftotext", "-raw", file, "-"], encoding="utf-8")
    pages = [Counter(re.findall(NUMBER, page)) for page in text.split("\f")]
    for page in range(1, 1 + max(each.page for each in listed)):
        # as often as it is listed, at least: other figures of the page, such as counts, have no key
        wanted = Counter(digits(each.text) for each in listed if each.page == page)
        assert wanted <= pages[page - 1], page


def test_nothing_is_asked_and_no_byte_differs_without_the_list(
    made: Assessment, listed: list[PaperFigure], file: Path, tmp_path: Path
) -> None:
    assert listed
    assert write_pdf(made, tmp_path / "report.pdf", lang="zh") == []
    assert (tmp_path / "report.pdf").read_bytes() == file.read_bytes()


def test_a_town_is_named_above_its_rows_on_every_page_and_verdicts_are_not_broken(
    tmp_path: Path,
) -> None:
    """A name at the foot of a page stood away from its rows, and further pages had none."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext of poppler, which reads the pages, is not installed")
    made = sample(towns=6, pieces=20)
    write_pdf(made, tmp_path / "en.pdf", lang="en")
    text = subprocess.check_output(
        ["pdftotext", "-layout", tmp_path / "en.pdf", "-"], encoding="utf-8"
    )
    pages = [
        [line.strip() for line in page.splitlines() if line.strip()] for page in text.split("\f")
    ]
    names = [f"{town.town.name} ({town.town.code})" for town in made.towns]
    first, after = (
        next(n for n, page in enumerate(pages) if title in page)
        for title in ("Present land use by class", "The three lines")
    )
    assert after - first > 1
    for page in pages[first:after]:
        assert any(line in names for line in page[:8]), page[:8]
    for page in pages:
        assert len(page) < 3 or page[-2] not in names
    assert not re.search(r"i For$", text, re.MULTILINE)
    assert "i For information" in text
