"""Tables of boundary points: csv, tab-separated text and workbooks, in metres and in degrees.

A square of 100 m at northing 2689000, easting 36642000 unless a test says otherwise.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_coordinates import EAST, NORTH, box, square, workbook, write

from townland.errors import CRSError, LayerError
from townland.reading.formats.points import workbook as tables
from townland.reading.formats.points.table import read_coordinates
from townland.reading.rows import Whole
from townland.reading.sniff import sniff
from townland.towns import read_towns

Rows = list[list[Any]]
TITLES = ["点号", "X坐标", "Y坐标"]


def corners(west: float = 0, south: float = 0, size: float = 100, *, close: bool = True) -> Rows:
    """Rows of a square: label, northing, easting."""
    ring = square(west, south, size)
    ring = [*ring, ring[0]] if close else ring
    labels = ["J1", "J2", "J3", "J4", "J1"]
    return [[label, NORTH + n, EAST + e] for label, (e, n) in zip(labels, ring, strict=False)]


def csv(rows: Rows, delimiter: str = ",") -> str:
    lines = (["" if cell is None else f"{cell:.3f}" if isinstance(cell, float) else cell for cell in row]
             for row in rows)  # fmt: skip
    return "\n".join(delimiter.join(cells) for cells in lines) + "\n"


def read(path: Path, **options: Any) -> Whole:
    given = {"layer": None, "encoding": None, **options}
    return read_coordinates(path, path.name, **given)


def table(folder: Path, rows: Rows, **options: Any) -> Whole:
    return read(write(folder / "a.csv", csv(rows)), **options)


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(LayerError) as caught:
        read(path, **options)
    return caught.value.render("en")


def same(one: Any, other: Any) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), tolerance=0))


def codes(whole: Whole) -> set[str]:
    return {issue.code for issue in whole.issues} - {"encoding_guessed"}


# --- what a table may look like: each gives the same square ------------------------------------

SQUARE = corners()
SWAPPED = [[label, e, n] for label, n, e in SQUARE]
LAYOUTS: dict[str, Rows] = {
    "plain": [TITLES, *SQUARE],
    "not closed": [TITLES, *SQUARE[:-1]],
    "a title above": [["界址点成果表", "", ""], TITLES, *SQUARE],
    "a title and a note above": [["界址点成果表"], ["项目：某项目", "", "第1页"], TITLES, *SQUARE],
    "two levels": [["点号", "坐标(m)", ""], ["", "X", "Y"], *SQUARE],
    "three levels": [["界址点", "坐标", ""], ["点号", "(m)", ""], ["", "X", "Y"], *SQUARE],
    "units below": [TITLES, ["", "(m)", "(m)"], *SQUARE],
    "names explained": [["界址点号", "X坐标(纵坐标)", "Y坐标(横坐标)"], *SQUARE],
    "the other way round": [["界址点号", "纵坐标X（米）", "横坐标Y（米）"], *SQUARE],
    "in English": [["point", "Northing", "Easting"], *SQUARE],
    "in letters": [["No.", "N", "E"], *SQUARE],
    "columns reordered": [["Y坐标", "备注", "X坐标"], *[[e, "", n] for _l, n, e in SQUARE]],
    "easting under X": [TITLES, *SWAPPED],
    "a footer": [TITLES, *SQUARE, ["制表：张三", "", ""], ["", "", "2026年11月"]],
    "blank rows": [TITLES, SQUARE[0], ["", "", ""], *SQUARE[1:]],
    "the headings again on the next page": [TITLES, *SQUARE[:2], ["续表"], TITLES, *SQUARE[2:]],
    "columns without a name": [[*TITLES, ""], *[[*row, "x"] for row in SQUARE]],
    "degrees beside metres": [
        [*TITLES, "经度", "纬度"],
        *[[*row, "109.4", "24.3"] for row in SQUARE],
    ],
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_layout_gives_the_same_square(tmp_path, name, suffix):
    rows = LAYOUTS[name]
    if suffix == "csv":
        path = write(tmp_path / "a.csv", csv(rows))
    else:
        cells = [[None if cell == "" else cell for cell in row] for row in rows]
        path = workbook(tmp_path / "a.xlsx", {"Sheet1": cells})
    whole = read(path)
    assert len(whole.rows) == 1
    assert same(whole.rows.geometry[0], box(0, 0))
    assert whole.crs is None
    assert codes(whole) == ({"axes_swapped"} if name == "easting under X" else set())


def test_commas_between_thousands_are_read_in_text_and_in_quotes(tmp_path):
    grouped = [[label, f"{n:,.3f}", f"{e:,.3f}"] for label, n, e in SQUARE]
    quoted = [[label, *(f'"{cell}"' for cell in cells)] for label, *cells in grouped]
    assert same(table(tmp_path, [TITLES, *quoted]).rows.geometry[0], box(0, 0))
    path = workbook(tmp_path / "a.xlsx", {"Sheet1": [TITLES, *grouped]})
    assert same(read(path).rows.geometry[0], box(0, 0))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("suffix", ["csv", "txt", "tsv"])
def test_delimiters_encodings_and_endings(tmp_path, delimiter, encoding, suffix):
    path = write(tmp_path / f"a.{suffix}", csv([TITLES, *SQUARE], delimiter), encoding)
    assert sniff(path).name == ("coordinate_text" if suffix == "txt" else "coordinate_table")
    assert same(read_towns([path], crs="4524")[0].boundary, box(0, 0))
    assert same(read(path).rows.geometry[0], box(0, 0))


def test_a_workbook_keeps_every_digit_and_merged_cells_do_not_matter(tmp_path):
    fine = [[label, n + 0.1234, e + 0.0007] for label, n, e in SQUARE]
    path = workbook(
        tmp_path / "a.xlsx",
        {"红线": [["界址点成果表"], ["点号", "坐标(m)"], [None, "X", "Y"], *fine]},
        merged=["A1:C1", "B2:C2", "A2:A3"],
    )
    assert sniff(path).name == "coordinate_table"
    shape = read(path).rows.geometry[0]
    assert shapely.bounds(shape).tolist() == [
        EAST + 0.0007,
        NORTH + 0.1234,
        EAST + 100 + 0.0007,
        NORTH + 100 + 0.1234,
    ]


def test_a_town_from_a_table_needs_its_crs_and_the_prefix_names_a_candidate(tmp_path):
    path = write(tmp_path / "a.csv", csv([TITLES, *SQUARE]))
    with pytest.raises(CRSError) as caught:
        read_towns([path])
    assert "EPSG:4524" in caught.value.render("en")
    (town,) = read_towns([path], crs="EPSG:4524")
    assert same(town.boundary, box(0, 0))


# --- plots and rings ---------------------------------------------------------------------------

PLOTS = ["地块名称", "圈号", *TITLES]


def of(name: str | None, ring: str | None, rows: Rows) -> Rows:
    """Rows of one ring, whose plot and ring stand in the first row alone, as merged cells leave them."""
    return [
        [name if not at else None, ring if not at else None, *row] for at, row in enumerate(rows)
    ]


def test_plots_and_rings_by_their_columns(tmp_path):
    rows = [
        PLOTS,
        *of("甲镇", "1", corners(0, 0, 1000)),
        *of(None, "2", corners(100, 100, close=False)),
        *of("乙镇", "1", corners(2000, 0)),
    ]
    whole = table(tmp_path, rows)
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲镇", "乙镇"]
    assert same(whole.rows.geometry[0], box(0, 0, 1000) - box(100, 100))
    assert same(whole.rows.geometry[1], box(2000, 0))


def test_a_plot_that_goes_on_after_another_is_one_plot(tmp_path):
    rows = [
        PLOTS,
        *of("甲", "1", corners()),
        *of("乙", "1", corners(500)),
        *of("甲", "2", corners(900)),
    ]
    whole = table(tmp_path, rows)
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲", "乙"]
    assert shapely.area(whole.rows.geometry).tolist() == [20000, 10000]


def test_rings_are_split_where_the_first_point_comes_again(tmp_path):
    whole = table(tmp_path, [TITLES, *corners(0, 0, 1000), *corners(100, 100)])
    assert same(whole.rows.geometry[0], box(0, 0, 1000) - box(100, 100))


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_tables_below_one_another_are_plots_named_by_their_titles(tmp_path, suffix):
    """As a survey office prints them: title, headings, ring, a line of the area, the next title."""
    foot = ["面积：10000平方米", "", ""]
    rows = [["甲地块", "", ""], TITLES, *corners(), foot, ["乙地块", "", ""], TITLES, *corners(500)]
    path = tmp_path / f"a.{suffix}"
    if suffix == "csv":
        write(path, csv(rows))
    else:
        workbook(path, {"表": rows})
    whole = read(path)
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲地块", "乙地块"]
    assert all(map(same, whole.rows.geometry, (box(0, 0), box(500, 0))))


def test_a_title_that_is_the_same_begins_a_page_and_no_plot(tmp_path):
    rows = [
        ["界址点成果表"],
        TITLES,
        *corners(0, 0, 1000),
        ["界址点成果表"],
        TITLES,
        *corners(100, 100),
    ]
    whole = table(tmp_path, rows)
    assert len(whole.rows.geometry) == 1
    assert same(whole.rows.geometry[0], box(0, 0, 1000) - box(100, 100))


def test_a_titled_table_within_another_may_be_its_hole(tmp_path):
    rows = [["外"], TITLES, *corners(0, 0, 1000), ["内"], TITLES, *corners(100, 100)]
    whole = table(tmp_path, rows)
    (issue,) = (issue for issue in whole.issues if issue.code == "plot_in_plot")
    assert "the table 内 lies inside of the table 外" in issue.message.render("en")


def test_a_title_before_the_ring_has_returned_is_refused_as_before(tmp_path):
    rows = [["甲"], TITLES, *corners()[:-1], ["乙"], TITLES, *corners(500)[:-1]]
    with pytest.raises(LayerError) as caught:
        table(tmp_path, rows)
    assert "the ring above them has not returned" in caught.value.render("en")


def test_every_sheet_is_a_plot_and_one_can_be_named(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "封面": [["某项目界址点成果"]],
            "甲镇": [TITLES, *corners()],
            "乙镇": [TITLES, *corners(500)],
        },
    )
    whole = read(path)
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲镇", "乙镇"]
    assert codes(whole) == {"sheet_left_out"}
    (town,) = read_towns([path], layer="乙镇", crs="4524")
    assert (town.name, same(town.boundary, box(500, 0))) == ("乙镇", True)
    assert "there is no sheet 丙镇; the sheets are: 封面, 甲镇, 乙镇" in refused(path, layer="丙镇")


def test_a_sheet_within_another_is_a_plot_with_a_warning_unless_a_column_says_more(tmp_path):
    sheets = {"外": [TITLES, *corners(0, 0, 1000)], "内": [TITLES, *corners(100, 100)]}
    path = workbook(tmp_path / "a.xlsx", sheets)
    (issue,) = (issue for issue in read(path).issues if issue.code == "plot_in_plot")
    assert "sheet 内 lies inside of sheet 外" in issue.message.render("en")
    plots = {name: [["地块编号", *rows[0]], *[["1", *row] for row in rows[1:]]]
             for name, rows in sheets.items()}  # fmt: skip
    whole = read(workbook(tmp_path / "b.xlsx", plots))
    assert same(whole.rows.geometry[0], box(0, 0, 1000) - box(100, 100))


def test_words_between_the_points_of_an_open_ring_are_refused(tmp_path):
    rows = [TITLES, *SQUARE[:2], ["地块二", "", ""], *SQUARE[2:]]
    message = refused(write(tmp_path / "a.csv", csv(rows)))
    assert "row 4: the words 地块二" in message
    closed = [TITLES, *SQUARE, ["地块二", "", ""], *corners(500)]
    assert shapely.area(table(tmp_path, closed).rows.geometry).tolist() == [20000]


# --- lengths -----------------------------------------------------------------------------------

SIDES = [*TITLES, "边长"]


@pytest.mark.parametrize("shift", [0, 1])
def test_lengths_beside_the_first_or_the_second_point_agree(tmp_path, shift):
    # sides of a rectangle of 100 (north) by 300 (east): the two conventions differ in every row
    ring = [(0.0, 0.0), (0.0, 100.0), (300.0, 100.0), (300.0, 0.0), (0.0, 0.0)]
    lengths = ["100.00", "300.00", "100.00", "300.00", ""]
    lengths = lengths if shift == 0 else ["", *lengths[:-1]]
    rows = [[f"J{at % 4 + 1}", NORTH + n, EAST + e, length]
            for at, ((e, n), length) in enumerate(zip(ring, lengths, strict=True))]  # fmt: skip
    assert codes(table(tmp_path, [SIDES, *rows])) == set()
    rows[1][3] = "200.00"
    wrong = table(tmp_path, [SIDES, *rows])
    assert codes(wrong) == {"side_length_differs"}
    (issue,) = (issue for issue in wrong.issues if issue.code == "side_length_differs")
    assert "row 3: the side is given as 200.00 m" in issue.message.render("en")


def test_lengths_on_rows_of_their_own_belong_to_the_point_above(tmp_path):
    rows: Rows = [SIDES]
    for row in SQUARE[:-1]:
        rows += [[*row, ""], ["", "", "", "100.00"]]
    rows.append([*SQUARE[-1], ""])
    whole = table(tmp_path, rows)
    assert same(whole.rows.geometry[0], box(0, 0))
    assert codes(whole) == set()
    rows[4][3] = "100.01"
    assert codes(table(tmp_path, rows)) == {"side_length_differs"}


# --- degrees -----------------------------------------------------------------------------------

# 110°00′28.20″ = 110.00783333…°, 24°18′36.00″ = 24.31°
LON, LAT = 110 + 28.2 / 3600, 24.31


def degrees(first: str, second: str, cells: list[tuple[str, str]]) -> Rows:
    return [["点号", first, second], *[[f"J{i}", *pair] for i, pair in enumerate(cells, 1)]]


GLYPHS = [
    "110°00′28.20″", "110°00'28.20\"", "110° 00′ 28.20″", "110度00分28.20秒", "110º00’28.20”",
    "110°00′28.20″E", "E110°00′28.20″", "东经110°00′28.20″", "110:00:28.20", "110 00 28.20",
    "１１０°００′２８．２０″", "110°00'28.20''", "110d00m28.20s", "110°0.47′",
]  # fmt: skip


@pytest.mark.parametrize("glyphs", GLYPHS)
def test_angles_with_every_sign_in_use(tmp_path, glyphs):
    cells = [(glyphs, "24°18′36″"), ("110°01′00″", "24°18′36″"), ("110°01′00″", "24°19′00″")]
    path = workbook(tmp_path / "a.xlsx", {"一": degrees("经度", "纬度", cells)})
    west, south, east, _north = shapely.bounds(read(path).rows.geometry[0])
    assert west == pytest.approx(LON, abs=1e-12)
    assert south == pytest.approx(LAT, abs=1e-12)
    assert east == pytest.approx(110 + 1 / 60, abs=1e-12)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("经度", "纬度"),
        ("L", "B"),
        ("lon", "lat"),
        ("Longitude", "Latitude"),
        ("Y", "X"),
        ("X", "Y"),
    ],
)
def test_longitude_and_latitude_by_any_name(tmp_path, first, second):
    cells = [("110.75", "24.31"), ("110.99", "24.31"), ("110.99", "24.88")]
    bounds = shapely.bounds(table(tmp_path, degrees(first, second, cells)).rows.geometry[0])
    assert bounds.tolist() == [110.75, 24.31, 110.99, 24.88]


AMBIGUOUS = [("110.0030", "24.1800"), ("110.0130", "24.1800"), ("110.0130", "24.1930")]


def test_numbers_that_may_be_degrees_or_minutes_are_refused_until_the_headings_say(tmp_path):
    rows = degrees("经度", "纬度", AMBIGUOUS)
    message = refused(write(tmp_path / "a.csv", csv(rows)))
    assert "24.1800, can be decimal degrees as well as ddd.mmss" in message
    decimal = table(tmp_path, degrees("经度(度)", "纬度(度)", AMBIGUOUS))
    assert shapely.bounds(decimal.rows.geometry[0]).tolist() == [110.003, 24.18, 110.013, 24.193]
    for first, second in (("经度(度.分秒)", "纬度(度.分秒)"), ("L(ddd.mmss)", "B(dd.mmss)")):
        packed = table(tmp_path, degrees(first, second, AMBIGUOUS))
        # 110°00′30″, 24°18′00″, 110°01′30″, 24°19′30″
        assert shapely.bounds(packed.rows.geometry[0]) == pytest.approx(
            [110 + 30 / 3600, 24.3, 110.025, 24 + 19.5 / 60], abs=1e-12
        )
    below = [rows[0], ["", "(度.分秒)", "(度.分秒)"], *rows[1:]]
    assert shapely.bounds(table(tmp_path, below).rows.geometry[0])[1] == pytest.approx(24.3)


def test_one_minute_of_sixty_or_more_proves_decimal_degrees(tmp_path):
    cells = [*AMBIGUOUS[:2], ("110.0130", "24.1960")]
    assert (
        shapely.bounds(table(tmp_path, degrees("经度", "纬度", cells)).rows.geometry[0])[3]
        == 24.196
    )
    message = refused(
        write(tmp_path / "a.csv", csv(degrees("经度(度.分秒)", "纬度(度.分秒)", cells)))
    )
    assert "minutes or seconds of 60" in message


def test_degrees_need_a_crs_too(tmp_path):
    cells = [("110.75", "24.31"), ("110.99", "24.31"), ("110.99", "24.88")]
    path = write(tmp_path / "a.csv", csv(degrees("经度", "纬度", cells)))
    with pytest.raises(CRSError, match="4490"):
        read_towns([path])
    assert read_towns([path], crs="EPSG:4490")[0].crs.to_epsg() == 4490


# --- what is refused, by row -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "row", "words"),
    [
        ([["镇名", "人口"], ["甲镇", "1234"]], 0, "no table of boundary points"),
        ([TITLES], 0, "no point below"),
        (SQUARE, 0, "no table of boundary points"),
        ([TITLES, *SQUARE[:2], ["J3", "=A1", "36642100"], SQUARE[3]], 4, "=A1 and "),
        ([TITLES, *SQUARE[:2], ["J3", "#REF!", "#REF!"], SQUARE[3]], 4, "#REF! and "),
        ([TITLES, *SQUARE[:2], ["J3", "—", "—"], SQUARE[3]], 4, "are no coordinates"),
        ([TITLES, *SQUARE[:2], ["J3", "2689100", ""], SQUARE[3]], 4, "a coordinate is missing"),
        ([TITLES, *SQUARE[:2], ["J3", "", ""], SQUARE[3]], 4, "a coordinate is missing"),
        ([TITLES, *SQUARE[:2], ["J3", "2689100", "37642100"], SQUARE[3]], 4, "zone 37"),
        ([TITLES, *SQUARE[:2], ["J3", "12.5", "36642100"], SQUARE[3]], 4, "no northing"),
        ([TITLES, *SQUARE[:2], ["J3", "36642100", "2689100"], SQUARE[3]], 4, "other way round"),
        ([TITLES, *SQUARE[:2]], 2, "fewer than 3"),
        ([TITLES, *SQUARE[:-1], *corners(500)], 6, "falls back to J1"),
        ([[*TITLES, *TITLES], [*SQUARE[0], *SQUARE[1]]], 1, "two columns are called X坐标"),
        (degrees("L", "B", [("110°60′00″", "24.3"), ("1", "2"), ("3", "4")]), 2, "no coordinates"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_by_its_row(tmp_path, rows, row, words):
    message = refused(write(tmp_path / "a.csv", csv(rows)))
    assert f"row {row}" in message or row == 0
    assert words in message


def test_coordinates_of_a_local_system_need_columns_without_doubt(tmp_path):
    local = [["J1", "100", "200"], ["J2", "300", "200"], ["J3", "300", "500"]]
    assert "no northing" in refused(write(tmp_path / "a.csv", csv([TITLES, *local])))
    shape = table(tmp_path, [["点号", "北坐标", "东坐标"], *local]).rows.geometry[0]
    assert shapely.bounds(shape).tolist() == [200, 100, 500, 300]


def test_an_open_quotation_mark_is_refused_and_swallows_nothing(tmp_path):
    content = csv([TITLES, *SQUARE]).replace("J3", '"J3')
    assert "line 6: no delimited text" in refused(write(tmp_path / "a.csv", content))


def test_workbooks_of_the_old_kind_and_tables_that_are_too_long(tmp_path, monkeypatch):
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(LayerError, match=r"\.xlsx"):
        sniff(tmp_path / "old.xls")
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert "more than 3 rows" in refused(write(tmp_path / "a.csv", csv([TITLES, *SQUARE])))


def test_a_damaged_workbook_gives_one_clear_message(tmp_path):
    whole = workbook(tmp_path / "a.xlsx", {"一": [TITLES, *SQUARE]}).read_bytes()
    for cut in range(0, len(whole), 97):
        path = tmp_path / "b.xlsx"
        path.write_bytes(whole[:cut] + b"\x00" * 40 + whole[cut + 40 :])
        try:
            read(path)
        except LayerError as problem:
            message = problem.render("en")
        else:
            message = "b.xlsx"
        assert "b.xlsx" in message


def test_a_text_in_a_zip_is_read_and_one_beside_a_shapefile_is_not_in_the_way(tmp_path):
    plot = write(tmp_path / "红线.csv", csv([TITLES, *SQUARE]), "gb18030")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(plot, "甲镇/红线.csv")
    assert same(read_towns([tmp_path / "a.zip"], crs="4524")[0].boundary, box(0, 0))


# --- properties --------------------------------------------------------------------------------


def reads_or_names_a_place(path: Path) -> None:
    try:
        read(path)
    except LayerError as problem:
        message = problem.render("en")
    else:
        message = "a.csv"
    assert "a.csv" in message


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("table") / "a.csv"


@settings(max_examples=200, derandomize=True, database=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_clear_error(place, content):
    place.write_bytes(content)
    reads_or_names_a_place(place)


@settings(max_examples=250, derandomize=True, database=None)
@given(data=st.data())
def test_any_damage_to_a_table_reads_or_gives_a_clear_error(place, data):
    rows = [row[:] for row in [PLOTS, *of("甲", "1", corners()), *of("乙", "1", corners(500))]]
    odd = st.sampled_from(
        ["", "x", "-1", "1e400", "110°00′28″", "=1", '"', "J1", "X", "36642000", "24.5"]
    )
    for _step in range(data.draw(st.integers(1, 5))):
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(odd)
    write(place, csv(rows), data.draw(st.sampled_from(["utf-8", "gb18030"])))
    reads_or_names_a_place(place)


def test_the_message_for_a_clerk_is_in_chinese(tmp_path):
    path = write(tmp_path / "a.csv", csv([TITLES, *SQUARE[:2], ["J3", "2689100", ""]]))
    with pytest.raises(LayerError) as caught:
        read(path)
    assert re.search("第 ?4 ?行", caught.value.render("zh"))


# --- workbooks ---------------------------------------------------------------------------------


def test_shared_strings_are_read_without_how_they_sound(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"一": [TITLES, *SQUARE]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    for at, title in enumerate(TITLES):
        sheet = sheet.replace(f't="inlineStr"><is><t>{title}</t></is>', f't="s"><v>{at}</v>')
    parts["xl/worksheets/sheet1.xml"] = sheet
    strings = "".join(
        f"<si><r><t>{t[:1]}</t></r><r><t>{t[1:]}</t></r><rPh><t>音</t></rPh></si>" for t in TITLES
    )
    parts["xl/sharedStrings.xml"] = f"<sst>{strings}</sst>"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert same(read(path).rows.geometry[0], box(0, 0))


def test_rows_are_counted_as_the_workbook_shows_them(tmp_path):
    rows: Rows = [[], ["界址点成果表"], [], TITLES, SQUARE[0], [], ["J2", "错", 36642000.0]]
    path = workbook(tmp_path / "a.xlsx", {"封面": [["x"]], "一": rows})
    assert "row 7: 错 and 36642000 are no coordinates" in refused(path)
