"""The PDF: its font is checked for every character first, and the same font gives the same bytes."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.factory_pages import assessment

from townland.errors import ReportError
from townland.writing import run_folder
from townland.writing.papers import content as told
from townland.writing.papers import pdf
from townland.writing.papers.content import content
from townland.writing.papers.drawings import PaperSheet
from townland.writing.papers.fonts import font, found
from townland.writing.papers.pdf import write_pdf
from townland.writing.papers.typeset import Typesetter
from townland.writing.tables.forms import tables
from townland.writing.tables.model import PrintedCell, PrintedColumn, PrintedRow, PrintedTable


def sfnt(cmap: bytes) -> bytes:
    """A font file that has nothing but a table of characters."""
    head = struct.pack(">IHHHH", 0x00010000, 1, 16, 0, 0)
    return head + struct.pack(">4sIII", b"cmap", 0, 28, len(cmap)) + cmap


def shape_12(*groups: tuple[int, int]) -> bytes:
    rows = b"".join(struct.pack(">III", first, last, 1) for first, last in groups)
    table = struct.pack(">HHIII", 12, 0, 16 + len(rows), 0, len(groups)) + rows
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table


def shape_4() -> bytes:
    """The letters A to C by a shift, of which B has no sign by an own list, and the end of the table."""
    ends, starts = (0x43, 0x52, 0xFFFF), (0x41, 0x51, 0xFFFF)
    deltas, ranges = (-0x40, 0, 1), (0, 4, 0)
    rows = struct.pack(">3H", *ends) + b"\0\0" + struct.pack(">3H", *starts)
    rows += struct.pack(">3h", *deltas) + struct.pack(">3H", *ranges) + struct.pack(">2H", 0, 7)
    table = struct.pack(">HHHHHHH", 4, 14 + len(rows), 0, 6, 0, 0, 0) + rows
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table


def test_the_characters_of_a_font_are_read_from_both_tables(tmp_path: Path) -> None:
    file = tmp_path / "a.otf"
    file.write_bytes(sfnt(shape_12((0x519C, 0x519D), (0x1F600, 0x1F600))))
    assert font(file).characters == {0x519C, 0x519D, 0x1F600}
    assert font(file).missing(iter(["农田😀", "田"])) == ["田"]
    file.write_bytes(sfnt(shape_4()))
    assert font(file).characters == {0x41, 0x42, 0x43, 0x52}


def test_a_file_that_is_no_font_is_refused_with_the_way_out(tmp_path: Path) -> None:
    for held in (b"", b"%PDF-1.7", b"\0" * 40):
        file = tmp_path / "a.otf"
        file.write_bytes(held)
        with pytest.raises(ReportError, match="--font"):
            font(file)
    with pytest.raises(ReportError, match="--font"):
        font(tmp_path / "nowhere.otf")


def test_the_most_wanted_font_is_found(tmp_path: Path) -> None:
    assert found([str(tmp_path)]) is None
    for name in ("simsun.ttc", "sub/NotoSansCJK-Regular.ttc", "other.otf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert (
        found([str(tmp_path / "nowhere"), str(tmp_path)])
        == tmp_path / "sub/NotoSansCJK-Regular.ttc"
    )


def test_a_font_without_the_letters_of_the_text_is_refused(tmp_path: Path) -> None:
    chosen = found()
    if chosen is None:
        pytest.skip("no Chinese font on this machine")
    made = assessment(towns=1, pieces=20)
    whole = font(chosen)
    few = replace(whole, characters=whole.characters - {ord("农")})
    with pytest.raises(ReportError) as refused:
        pdf._data(made, content(made, "zh"), few, lang="zh", family="Noto")
    assert "农" in refused.value.message.render("zh")


def test_a_drawing_reaches_the_paper_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = found()
    if chosen is None:
        pytest.skip("no Chinese font on this machine")
    drawn = "".join(f".land-{n}{{fill:#{n:06x}}}" for n in range(60))
    sheet = PaperSheet("T", drawn, 297.0, 210.0, "")
    monkeypatch.setattr(pdf, "map_sheets", lambda *_, **_named: [sheet])
    made = assessment(towns=1, pieces=20)
    filled = pdf._data(made, content(made, "zh"), font(chosen), lang="zh", family="Noto")
    assert [each["svg"] for each in filled["maps"]] == [drawn]
    assert [each["wide"] for each in filled["maps"]] == [True]


def test_the_same_font_gives_the_same_bytes_and_nothing_vanishes(tmp_path: Path) -> None:
    if found() is None:
        pytest.skip("no Chinese font on this machine")
    made = assessment(towns=1, pieces=20, hostile=True)
    files = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for file in files:
        write_pdf(made, file, lang="zh")
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert first.startswith(b"%PDF-1.7")
    assert b"pdfaid:part>2<" in first
    assert b"2018-12-31" in first


def test_the_papers_print_what_the_tables_print() -> None:
    made = assessment(towns=2, pieces=40)
    papers = content(made, "zh")
    whole = {table.key: table for table in tables(made, "zh") if table.key not in told.LEFT_OUT}
    for key, table in whole.items():
        parts = [part for part in papers.tables if part.key == key]
        texts = [cell for part in parts for row in part.rows for cell in row.cells]
        for _key, cell in table.figures():
            assert cell.whole in texts
        assert {len(part.rows) for part in parts} == {len(table.rows)}


def test_a_wide_table_is_continued_with_its_first_columns() -> None:
    columns = [PrintedColumn(str(n), str(n), width=30) for n in range(9)]
    parts = told._parts(columns)
    assert [[column.key for column in part] for part in parts] == [
        ["0", "1", "2", "3", "4", "5"], ["0", "1", "6", "7", "8"]]  # fmt: skip
    assert told._parts(columns[:7]) == [columns[:7]]


def test_ids_and_numbers_with_units_have_room_and_dense_tables_smaller_letters() -> None:
    """What no line is broken in ran into the next column."""
    columns = tuple(PrintedColumn(name, name, width=8) for name in ("id", "value", "words"))
    cells = {"id": PrintedCell("450299300100000070"), "words": PrintedCell("永久基本农田" * 9),
             "value": PrintedCell("5.2261", Decimal("5.2261"), "亿元/平方公里")}  # fmt: skip
    rows = (PrintedRow("", "1", cells),)
    (narrow,) = told._table(PrintedTable("t", "T", columns, rows))
    assert [column.width for column in narrow.columns] == [19, 21, 8]
    assert narrow.size == 16  # 8 pt
    (dense,) = told._table(PrintedTable("t", "T", columns * 4, rows))
    # 4 × (19 + 21 + 8 + 3 × 1.5) = 210 letters for 189: 16 × 0.9
    assert dense.size == 14


def test_a_word_of_a_head_has_room_and_a_long_unit_goes_below_its_figure() -> None:
    """Heads were cut within words in the document; long English units took half of the page."""
    columns = (PrintedColumn("ha", "Agricultural land", width=8), PrintedColumn("x", "x", width=8))
    long = PrintedCell("5.2261", Decimal("5.2261"), "× 100 million yuan per km²")
    (part,) = told._table(PrintedTable("t", "T", columns, (PrintedRow("", "1", {"x": long}),)))
    assert [column.width for column in part.columns] == [14, 8]


def test_english_papers_join_names_as_english_does() -> None:
    assert content(assessment(towns=2), "en").words["comma"] == ", "
    assert content(assessment(towns=2), "zh").words["comma"] == "、"
    assert "、" not in (Path(told.__file__).parent / "templates" / "report.typ").read_text("utf-8")


SIGNS = ("“", "”", "‘", "’", "·", " × ", "±")


@pytest.mark.parametrize(("lang", "wide"), [("en", False), ("zh", True)])
def test_signs_of_english_are_narrower_than_a_chinese_one(
    tmp_path: Path, lang: str, wide: bool
) -> None:
    """Quotation marks, × and ± stood in English sentences as wide as in Chinese ones."""
    chosen = found()
    if chosen is None:
        pytest.skip("no Chinese font on this machine")
    setter = Typesetter(font(chosen), tmp_path)
    made = assessment(towns=1, pieces=20)
    data = pdf._data(made, content(made, lang), font(chosen), lang=lang, family=setter.family)
    template = (Path(told.__file__).parent / "templates" / "report.typ").read_text("utf-8")
    signs = "({})".format(", ".join(f'"{sign}"' for sign in SIGNS))
    asked = f"""
#context [#metadata({signs}.map(sign => {{
  let blanks = sign.replace(regex("[^ ]"), "")
  (measure([a#{{sign}}a]).width - measure([a#{{blanks}}a]).width) / measure([农]).width
}}))<widths>]"""
    widths = setter.listed((template + asked).encode(), json.dumps(data), "widths")
    assert [width > 0.95 for width in widths] == [wide] * len(SIGNS), widths


def test_what_is_not_installed_is_named_before_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_folder, "find_spec", lambda _name: None)
    for name, package in (("pdf", "typst"), ("docx", "docxtpl")):
        with pytest.raises(ReportError) as refused:
            run_folder.require_font(["html", name], None)
        words = refused.value.message.render("en")
        assert words.startswith(f"{name} needs the package {package}; install townland[documents]")
    run_folder.require_font(["html", "xlsx"], None)
