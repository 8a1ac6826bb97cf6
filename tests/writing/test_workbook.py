"""The workbook is read back cell by cell: digits, texts, links, and that nothing is a formula."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from tests.factory_pages import CRS, HOSTILE, assessment, table_of

from townland.results import Assessment
from townland.rules.judging.law import MeasureSpec
from townland.writing.pages import closing
from townland.writing.tables.forms import tables
from townland.writing.tables.lines import three_lines
from townland.writing.tables.model import PrintedTable
from townland.writing.tables.points import boundary_points
from townland.writing.tables.reader import TableReader, built_on
from townland.writing.workbook import write_workbook

LAYERS = {
    "farmland_built_on": (("planned_use", "permanent_basic_farmland"), None),
    "planned_construction": (("planned_use",), None),
}


def sample(**how: Any) -> Assessment:
    """An assessment whose rulebook knows which measures are the forms'."""
    made = assessment(**{"towns": 2, "pieces": 60, **how})
    for name, (layers, outside) in LAYERS.items():
        title = made.rulebook.measure[name].title
        made.rulebook.measure[name] = MeasureSpec(
            title=title, layers=layers, where={"planned_use": "construction"}, outside=outside
        )
    return made


@pytest.fixture(scope="module")
def checked() -> Assessment:
    return sample()


@pytest.fixture(scope="module")
def printed(checked: Assessment) -> dict[str, PrintedTable]:
    return {table.key: table for table in tables(checked, "zh")}


@pytest.fixture(scope="module")
def file(checked: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "report.xlsx"
    write_workbook(checked, path, lang="zh")
    return path


@pytest.fixture(scope="module")
def book(file: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(file)


def shown(cell: Any) -> str:
    """A number as its format prints it, without the unit."""
    digits = cell.number_format.split(";")[0].split('"')[0].rstrip("\\ ").partition(".")[2]
    return f"{Decimal(str(cell.value)):.{len(digits)}f}".replace("-", "−")


def widths(sheet: Any) -> dict[int, float]:
    """The width of each column; neighbours of one width are held as one."""
    every = sheet.column_dimensions.values()
    return {at: each.width for each in every for at in range(each.min, each.max + 1)}


def first_row(table: PrintedTable, sheet: Any) -> int:
    """The first line of a sheet that is a row of the table: the lines above it stay in sight."""
    return int("".join(filter(str.isdigit, sheet.freeze_panes)))


def test_every_table_has_a_sheet_by_its_title(book, printed) -> None:
    assert book.sheetnames == [table.title for table in printed.values()]
    forms = {
        "规模与结论",
        "审查结论",
        "缺项清单",
        "界址点成果表",
        "三线占用情况表",
        "数据问题",
        "资料清单",
    }
    assert forms | {"占用永久基本农田情况表", "土地利用现状分类面积汇总表", "数据问题"} <= set(
        book.sheetnames
    )


def test_every_cell_is_read_back_with_its_digits(book, printed) -> None:
    for table in printed.values():
        sheet = book[table.title]
        for at, row in enumerate(table.rows, first_row(table, sheet)):
            if row.kind in ("band", "note"):
                assert sheet.cell(at, 1).value == row.cells[""].text
                continue
            for place, column in enumerate(table.columns, 1):
                cell, wanted = sheet.cell(at, place), row.cells.get(column.key)
                if wanted is None or not wanted.text:
                    assert cell.value is None
                elif wanted.value is None:
                    assert cell.value == wanted.text
                else:
                    assert shown(cell) == wanted.text, (table.key, row.key, column.key)
                    assert wanted.unit in cell.number_format


def test_no_cell_is_a_formula_and_texts_stay_texts(tmp_path) -> None:
    names = ["=1+1", "+SUM(A1)", "-2", "@cmd", "=HYPERLINK(\"http://x\")", "a\x00\x1b\r\nb"]  # fmt: skip
    made = sample()
    towns = []
    for result, name in zip(made.towns, names[4:], strict=True):
        frame = result.measures["paddy_taken"].frame
        frame = frame.assign(planned_use_id=[names[at % 4] for at in range(len(frame))])
        measure = replace(result.measures["paddy_taken"], table=table_of(frame))
        towns.append(replace(result, town=replace(result.town, name=name),
                             measures={**result.measures, "paddy_taken": measure}))  # fmt: skip
    path = tmp_path / "hostile.xlsx"
    write_workbook(replace(made, towns=tuple(towns)), path, lang="en")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {"=HYPERLINK(\"http://x\") (1)", "a\ufffd\ufffd\nb (2)"} <= texts  # fmt: skip
    assert any(text.startswith("=1+1 ∩") for text in texts)
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_hostile_names_come_out_as_they_are(tmp_path) -> None:
    path = tmp_path / "hostile.xlsx"
    write_workbook(sample(hostile=True), path, lang="zh")
    book = openpyxl.load_workbook(path)
    texts = " ".join(str(cell.value) for row in book["规模与结论"].iter_rows() for cell in row)
    assert HOSTILE[0] in texts
    assert HOSTILE[1] in texts


def test_the_same_assessment_gives_the_same_bytes(checked, file, tmp_path) -> None:
    again = tmp_path / "again.xlsx"
    write_workbook(checked, again, lang="zh")
    assert again.read_bytes() == file.read_bytes()


def test_heads_stay_on_screen_and_on_paper_and_the_opinion_is_free(book, printed) -> None:
    for table in printed.values():
        sheet = book[table.title]
        first = first_row(table, sheet)
        heads = 2 if table.grouped else 1
        assert sheet.print_title_rows == f"${first - heads}:${first - 1}"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        titles = [str(sheet.cell(first - heads, n).value or sheet.cell(first - 1, n).value)
                  for n in range(1, len(table.columns) + 1)]  # fmt: skip
        if table.key == "findings":
            place = titles.index("审查意见") + 1
            assert {sheet.cell(at, place).value for at in range(first + 1, sheet.max_row)} == {None}


def test_the_findings_say_how_parcels_and_pieces_are_counted(book) -> None:
    """A reason counts 图斑, a list 图块: report, PDF and document said so, the workbook did not."""
    below = [row[0].value for row in book["审查结论"].iter_rows()][-2:]
    assert "仍为1个图斑，但成为多个图块" in below[0]
    assert below[1] == "辅助分析，不替代勘测定界成果。"


def test_a_shared_head_of_two_lines_has_room(checked: Assessment, tmp_path: Path) -> None:
    """“Within the growth boundary” was cut above and below."""
    write_workbook(checked, tmp_path / "en.xlsx", lang="en")
    english = openpyxl.load_workbook(tmp_path / "en.xlsx")
    sheet = english["The three lines"]
    head = next(cell for row in sheet.iter_rows() for cell in row
                if cell.value == "Within the growth boundary")  # fmt: skip
    assert sheet.row_dimensions[head.row].height >= 30


def test_nothing_of_a_wide_table_is_printed_again_and_cut(book, printed) -> None:
    """The columns that are printed again held the beginning of title and remarks."""
    table = printed["land_by_owner"]
    sheet = book[table.title]
    again = sheet.print_title_cols
    assert again == "$A:$B"
    first = first_row(table, sheet)
    above = [cell.value for row in sheet.iter_rows(max_row=first - 3) for cell in row[:2]]
    assert not any(above)
    assert sheet.cell(1, 3).value == table.title
    assert table.notes[0] in [row[2].value for row in sheet.iter_rows(min_row=first)]


def test_a_finding_leads_to_its_patches_and_back(book, printed) -> None:
    findings, patches = book["审查结论"], book["占用永久基本农田情况表"]
    failing = next(
        row for row in findings.iter_rows() if row[0].value == "LAND-03" and row[9].hyperlink
    )
    target = failing[9].hyperlink.location
    assert target.startswith("'占用永久基本农田情况表'!A")
    line = int(target.rpartition("A")[2])
    assert patches.cell(line, 1).value == "1"
    back = [cell.hyperlink.location for row in patches.iter_rows(min_row=line) for cell in row
            if cell.hyperlink]  # fmt: skip
    assert back[0] == f"'审查结论'!A{failing[0].row}"


def test_patches_sum_to_what_the_report_prints(checked, printed) -> None:
    measure = checked.towns[1].measures["farmland_built_on"]
    rows = [row for row in printed["farmland"].of("2") if row.kind == "row"]
    assert len(rows) == measure.pieces > 0
    for column, m2 in (("gross", measure.area_m2), ("net", measure.net_m2)):
        assert sum(row.cells[column].value for row in rows) == closing.printed(m2, "ha")


def test_every_number_has_room_in_its_column(tmp_path: Path) -> None:
    """A number with its unit that is wider than its column is printed as ###."""
    made = sample(towns=1)
    (first, *others) = made.findings
    money = replace(first, measured=Decimal("9999999999.99"), unit="m2")
    path = tmp_path / "report.xlsx"
    write_workbook(replace(made, findings=(money, *others)), path, lang="zh")
    widest = 0
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float):
                    unit = [*cell.number_format.split(";")[0].split('"'), ""][1]
                    letters = len(shown(cell)) + sum(1 + (ord(sign) > 0x2E7F) for sign in unit)
                    assert letters < widths(sheet)[cell.column], cell
                    widest = max(widest, letters)
    assert widest == 17  # 1000000.0000 公顷


def test_a_column_without_a_source_says_so(book) -> None:
    heads = [cell.value for cell in book["占用永久基本农田情况表"][5]]
    assert "权属单位\n（无此字段）" in heads
    assert "图斑号" in heads


def test_land_by_owner_closes_both_ways(checked, printed) -> None:
    table = printed["land_by_owner"]
    numbers = [column.key for column in table.columns if column.number]
    classes = [key for key in numbers if key != "all" and not key.startswith("sum-")]
    assert {"0101", "0102", "0103"} <= set(classes)
    for result in checked.towns:
        rows = table.of(result.town.code)
        total = next(row for row in rows if row.kind == "total")
        parts = [row for row in rows if row.kind == "row" and row.key != "uncovered"]
        for code in classes:
            whole = total.cells[code].value if code in total.cells else Decimal(0)
            assert (
                sum((row.cells[code].value for row in parts if code in row.cells), Decimal(0))
                == whole
            )
        sums = [row.cells["all"].value for row in rows if row.kind == "row"]
        assert sum(sums) == total.cells["all"].value == closing.printed(result.area_m2, "ha")


def test_plots_lie_within_and_outside_the_growth_boundary() -> None:
    """Two plots of 1 ha, the second a quarter outside; where the boundary is unknown, none is inside."""
    made = sample(towns=1)
    made.rulebook.measure["beyond"] = MeasureSpec(
        title=made.rulebook.measure["paddy_taken"].title, layers=("planned_use",),
        where={"planned_use": "construction"}, outside="growth_boundary",
    )  # fmt: skip
    (town,) = made.towns
    squares = [shapely.box(0, 0, 100, 100), shapely.box(200, 0, 300, 100)]
    whole = _measure(town, squares, ["A", "B"], ["10000.00", "10000.00"])
    beyond = _measure(town, [shapely.box(200, 0, 225, 100)], ["B"], ["2500.00"])
    measures = {**town.measures, "planned_construction": whole, "beyond": beyond}
    for gap, inside in (
        (None, ["1.0000", "0.7500"]),
        (shapely.box(50, 0, 60, 10), ["0.0000", "0.7500"]),
        (shapely.box(100, 0, 120, 100), ["1.0000", "0.7500"]),
    ):
        uncovered = {} if gap is None else {"growth_boundary": gap}
        changed = replace(town, measures=measures, uncovered=uncovered)
        table = three_lines(TableReader(replace(made, towns=(changed,)), "zh"))
        assert table is not None
        rows = [row for row in table.rows if row.kind == "row"]
        assert [row.cells["inside"].text for row in rows] == inside
        assert [row.cells["outside"].text for row in rows] == ["0.0000", "0.2500"]
        assert [row.cells["outside%"].text for row in rows] == ["0.00", "25.00"]
        assert "redline" not in rows[0].cells


def _measure(town: Any, shapes: list[Any], ids: list[str], areas: list[str]) -> Any:
    frame = gpd.GeoDataFrame(
        {"planned_use_id": ids, "planned_class": ["工业用地"] * len(ids),
         "area_m2": list(map(Decimal, areas)), "net_m2": [None] * len(ids),
         "sliver": [False] * len(ids)}, geometry=shapes, crs=CRS,
    )  # fmt: skip
    total = sum(map(Decimal, areas), Decimal(0))
    return replace(
        town.measures["planned_construction"], table=table_of(frame), area_m2=total, net_m2=None,
        layers=("planned_use",),
    )  # fmt: skip


def test_boundary_points_by_ring_with_zone_and_sides() -> None:
    """A square of 100 m with a hole of 20 m, given without the zone's number in the easting."""
    import pyproj

    made = sample(towns=1)
    (result,) = made.towns
    ring = [(500_000, 2_700_000), (500_000, 2_700_100), (500_100, 2_700_100), (500_100, 2_700_000)]
    hole = [(500_040, 2_700_040), (500_060, 2_700_040), (500_060, 2_700_060), (500_040, 2_700_060)]
    town = replace(
        result.town, boundary=shapely.Polygon(ring, [hole]), crs=pyproj.CRS.from_epsg(4545)
    )
    table = boundary_points(TableReader(replace(made, towns=(replace(result, town=town),)), "zh"))
    rows = [row for row in table.rows if row.kind == "row"]
    assert [row.cells["point"].text for row in rows] == [
        "J1", "J2", "J3", "J4", "J1", "J5", "J6", "J7", "J8", "J5"]  # fmt: skip
    assert [row.cells["ring"].text for row in rows] == ["1"] * 5 + ["2"] * 5
    assert (rows[0].cells["x"].text, rows[0].cells["y"].text) == ("2700000.0000", "36500000.0000")
    assert [row.cells["side"].text if "side" in row.cells else "" for row in rows] == [
        *["100.000"] * 4, "", *["20.000"] * 4, ""]  # fmt: skip
    head = table.rows[0].cells[""].text
    assert "CGCS2000 / 3度带第36带 中央子午线108°E（EPSG:4545）" in head
    assert "界址点8个" in head


def test_a_point_that_a_boundary_repeats_is_one_point_of_the_form() -> None:
    import pyproj

    made = sample(towns=1)
    (result,) = made.towns
    ring = [(500_000, 2_700_000), (500_000, 2_700_000), (500_000, 2_700_100), (500_100, 2_700_100),
            (500_100, 2_700_100), (500_100, 2_700_000), (500_000, 2_700_000)]  # fmt: skip
    town = replace(result.town, boundary=shapely.Polygon(ring), crs=pyproj.CRS.from_epsg(4545))
    table = boundary_points(TableReader(replace(made, towns=(replace(result, town=town),)), "zh"))
    rows = [row for row in table.rows if row.kind == "row"]
    assert [row.cells["point"].text for row in rows] == ["J1", "J2", "J3", "J4", "J1"]
    assert "界址点4个" in table.rows[0].cells[""].text


def test_the_forms_find_their_measures_by_definition() -> None:
    title = sample(towns=1).rulebook.measure["paddy_taken"].title
    farmland = built_on("permanent_basic_farmland")
    built = {"planned_use": "construction"}
    layers = ("planned_use", "permanent_basic_farmland")
    assert farmland(MeasureSpec(title=title, layers=layers, where=built))
    assert not farmland(MeasureSpec(title=title, layers=layers, where={"planned_use": "garden"}))
    assert not farmland(MeasureSpec(title=title, layers=layers[:1], where=built))
    tagged = MeasureSpec(title=title, layers=layers, where=built, tagged={"planned_use": "x"})
    assert not farmland(tagged)


def test_a_long_unit_has_a_column_of_its_own(checked: Assessment, tmp_path: Path) -> None:
    """With it in the cells of three figures the findings were printed at four points."""
    found = checked.findings[0]
    dense = replace(found, unit="yi_per_km2", measured=Decimal("5.2261"), limit=Decimal(5),
                    margin=Decimal("0.2261"))  # fmt: skip
    write_workbook(replace(checked, findings=(dense, *checked.findings[1:])),
                   tmp_path / "en.xlsx", lang="en")  # fmt: skip
    sheet = openpyxl.load_workbook(tmp_path / "en.xlsx")["Findings of the review"]
    line = next(row for row in sheet.iter_rows() if 5.2261 in [cell.value for cell in row])
    assert [cell.value for cell in line[3:7]] == [5.2261, 5, 0.2261, "× 100 million yuan per km²"]
    assert not any("yuan" in cell.number_format for cell in line)
    assert sum(widths(sheet).values()) < 240
    # a Chinese one is short: it stays with its figures
    write_workbook(replace(checked, findings=(dense, *checked.findings[1:])),
                   tmp_path / "zh.xlsx", lang="zh")  # fmt: skip
    sheet = openpyxl.load_workbook(tmp_path / "zh.xlsx")["审查结论"]
    line = next(row for row in sheet.iter_rows() if 5.2261 in [cell.value for cell in row])
    assert all("亿元/平方公里" in cell.number_format for cell in line[3:6])
    assert "单位（较长者）" not in {cell.value for row in sheet.iter_rows() for cell in row}
    shown = [f"{cell.value} 亿元/平方公里" for cell in line[3:6]]
    assert all(
        len(text) + 6 < widths(sheet)[cell.column]
        for cell, text in zip(line[3:6], shown, strict=True)
    )
