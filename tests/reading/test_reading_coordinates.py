"""Boundary coordinates: TXT in its dialects, and tables of boundary points."""

# ruff: noqa: E501 - the lines of the formats are what is tested

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from townland.errors import CRSError, EncodingError, LayerError, TownlandError
from townland.reading import source as sources
from townland.reading.formats.points.numerals import packed
from townland.reading.formats.points.table import parse_table
from townland.reading.formats.points.txt import parse
from townland.reading.rows import Whole
from townland.towns import read_towns
from townland_cli.app import app

HEAD = """[属性描述]
格式版本号=1.01
数据产生单位=示例测绘队
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=36
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
PLOT = "10,147.9256,1,示例小镇,面,G49G089023,商业服务业设施用地,05H1,@\n"
OUTER = ("J1,1,2689000.000,36642000.000\nJ2,1,2690000.000,36642000.000\n"
         "J3,1,2690000.000,36643500.000\nJ4,1,2689000.000,36643500.000\n")  # fmt: skip
CLOSE = "J1,1,2689000.000,36642000.000\n"
HOLE = ("J5,2,2689400.000,36642600.000\nJ6,2,2689400.000,36642800.000\n"
        "J7,2,2689500.000,36642800.000\nJ8,2,2689500.000,36642600.000\n")  # fmt: skip
CLOSE_HOLE = "J5,2,2689400.000,36642600.000\n"
STANDARD = HEAD + PLOT + OUTER + CLOSE + HOLE + CLOSE_HOLE
PLANE = 1_480_000.0
"""1000 by 1500 metres less 100 by 200."""


def said(problem: TownlandError) -> str:
    return problem.message.render("en")


def codes(whole: Whole) -> set[str]:
    return {issue.code for issue in whole.issues}


def areas(whole: Whole) -> list[float]:
    return shapely.area(whole.rows.geometry).round(3).tolist()


def test_the_example_of_the_standard_has_its_official_area(tmp_path: Path) -> None:
    # SOURCES.md, Test figures, 9: net 1479255.59 m², worked out by the official procedure
    path = tmp_path / "小镇.txt"
    path.write_bytes(STANDARD.encode("gb18030"))
    done = CliRunner().invoke(app, ["area", str(path), "--json"])
    assert done.exit_code == 0, done.output
    (found,) = json.loads(done.stdout)
    assert (found["name"], found["crs"], found["area_m2"]) == ("示例小镇", "EPSG:4524", 1479255.59)
    assert found["ha"] == 147.9256
    assert found["plane_m2"] == PLANE


DIALECTS = {
    "as in the standard": (STANDARD, set()),
    "without closing points": (HEAD + PLOT + OUTER + HOLE, set()),
    "windows line ends": (STANDARD.replace("\n", "\r\n"), set()),
    "old Mac line ends": (STANDARD.replace("\n", "\r"), set()),
    "byte order mark": ("\ufeff" + STANDARD, set()),
    "full-width brackets": (STANDARD.replace("[", "【").replace("]", "】"), set()),
    "full-width commas and digits in points": (
        STANDARD.replace("J1,1,2689000.000", "Ｊ１，１，２６８９０００．０００"), set()),
    "full-width at": (STANDARD.replace(",@", "，＠"), set()),
    "blanks and empty lines": (STANDARD.replace("\n", "  \t\n\n"), set()),
    "tabs for commas": (HEAD + PLOT + (OUTER + HOLE).replace(",", "\t"), set()),
    "labels without J": (STANDARD.replace("\nJ", "\n"), set()),
    "exponents": (STANDARD.replace("2689000.000", "2.689E+6"), set()),
    "easting first": (HEAD + PLOT + "".join(
        f"{label},{ring},{y},{x}\n"
        for label, ring, x, y in (line.split(",") for line in (OUTER + HOLE).splitlines())
    ), {"axes_swapped"}),
    "the section's name before the plot, in one line": (STANDARD.replace("坐标]\n", "坐标]"), set()),
    "a project section before": ("[项目信息]\n项目名称=甲=乙\n" + STANDARD, set()),
    "keys in another order, most missing": (
        "[属性描述]\n带号=36\n坐标系=2000国家大地坐标系\n[地块坐标]\n" + PLOT + OUTER + HOLE, set()),
    "nine fields": (STANDARD.replace("05H1,@", "05H1,,@"), set()),
    "thirteen fields": (STANDARD.replace("05H1,@", "05H1,a,b,c,d,e,@"), set()),
    "four fields": (STANDARD.replace(PLOT, "10,147.9256,1,示例小镇,@\n"),
                    {"header_by_position"}),
    "hole numbered 4": (STANDARD.replace(",2,2689", ",4,2689"), set()),
    "hole numbered 1, point numbers restart": (HEAD + PLOT + OUTER + CLOSE + (HOLE + CLOSE_HOLE)
        .replace(",2,", ",1,").replace("J5", "J1").replace("J6", "J2").replace("J7", "J3")
        .replace("J8", "J4"), set()),
    "hole before the shell": (HEAD + PLOT + HOLE + CLOSE_HOLE + OUTER + CLOSE, set()),
    "closing points with fresh numbers": (STANDARD.replace(CLOSE + HOLE, CLOSE.replace(
        "J1", "J9") + HOLE), set()),
    "a point twice": (STANDARD.replace("J3,1", "J2,1,2690000.000,36642000.000\nJ3,1", 1), set()),
    "area in m²": (STANDARD.replace("147.9256", "1479255.59"), {"declared_area_unit"}),
    "area of somebody else": (STANDARD.replace("147.9256", "150.0000"), {"declared_area_differs"}),
    "area that is no number": (STANDARD.replace("147.9256", "约148"), {"declared_area_differs"}),
    "wrong count": (STANDARD.replace("10,147", "99,147"), {"point_count_differs"}),
    "zone that contradicts": (STANDARD.replace("带号=36", "带号=37"), {"zone_conflict"}),
    "zone that repeats the degrees": (STANDARD.replace("带号=36", "带号=3"), {"zone_conflict"}),
    "no zone, but the prefix": (STANDARD.replace("带号=36", "带号="), set()),
    "a hole twice": (STANDARD + (HOLE + CLOSE_HOLE).replace(",2,", ",3,"), {"ring_double",
        "point_count_differs"}),
    "a text plot besides": (STANDARD + "2,0,2,路,线,,,,@\n1,1,2689000,36642000\n"
        "2,1,2689010,36642000\n", {"geometry_not_polygon"}),
}  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_dialects(tmp_path: Path, name: str, encoding: str) -> None:
    text, expected = DIALECTS[name]
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    with sources.opened(path) as source:
        assert shapely.area(sources.read(source, [], None).geometry).tolist() == [PLANE]
        assert source.crs == "EPSG:4524"
        told = {issue.code for issue in source.issues} - {"encoding_guessed", "last_line_open"}
    assert told == expected
    # and as a town
    (town,) = read_towns([path])
    assert (town.name, town.boundary.area) == ("示例小镇", PLANE)


SYSTEMS = [
    ("2000国家大地坐标系", "3", "36", True, "EPSG:4524"),
    ("CGCS2000", "3", "37", True, "EPSG:4525"),
    ("国家2000大地坐标系", "6", "19", True, "EPSG:4497"),
    ("2000国家大地坐标系", "3", "36", False, "EPSG:4545"),
    ("2000国家大地坐标系", "6", "19", False, "EPSG:4508"),
    ("1980西安坐标系", "3", "36", True, "EPSG:2360"),
    ("80国家大地坐标系", "3", "36", False, "EPSG:2381"),
    ("1954北京坐标系", "3", "36", True, "EPSG:2412"),
    ("独立坐标系", "3", "36", True, None),
]


@pytest.mark.parametrize(("system", "degrees", "zone", "prefixed", "code"), SYSTEMS)
def test_the_head_and_the_prefix_name_the_crs(
    system: str, degrees: str, zone: str, prefixed: bool, code: str | None
) -> None:
    # codes of the EPSG data set: 4488 + n, 4509 + n, 2324 + n, 2345 + n, 2376 + n
    text = STANDARD.replace("2000国家大地坐标系", system).replace(
        "几度分带=3", f"几度分带={degrees}"
    )
    text = text.replace("带号=36", f"带号={zone}").replace(",366", f",{zone if prefixed else ''}6")
    assert parse(text, "a.txt").crs == code


def test_legacy_datums_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_text(STANDARD.replace("2000国家大地坐标系", "1980西安坐标系"), "utf-8")
    with pytest.raises(CRSError):
        read_towns([path])


def test_rings_are_told_by_how_they_lie_and_never_by_their_numbers() -> None:
    def ring(number: int, west: float, south: float, size: float) -> str:
        corners = [(0, 0), (0, 1), (1, 1), (1, 0)]
        return "".join(
            f"J{at},{number},{south + size * y:.3f},{west + size * x:.3f}\n"
            for at, (x, y) in enumerate(corners, 1)
        )

    east, north = 36_642_000.0, 2_689_000.0
    text = (
        HEAD + "16,0,1,甲,面,,,,@\n"
        + ring(3, east, north, 100)  # shell
        + ring(1, east + 10, north + 10, 50)  # hole
        + ring(4, east + 20, north + 20, 10)  # island in the hole
        + ring(2, east + 500, north, 10)  # a further part
        + "4,0,2,甲,面,,,,@\n" + ring(1, east + 900, north, 20)
    )  # fmt: skip
    whole = parse(text, "a.txt")
    # 100² − 50² + 10² + 10², and 20²
    assert areas(whole) == [7700.0, 400.0]
    assert shapely.get_num_geometries(whole.rows.geometry).tolist() == [3, 1]
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲", "甲"]


FAULTS = {
    "no plot": (HEAD, r"line 12: the text ends without a plot"),
    "no points": (HEAD + PLOT + "3,0,2,乙,面,,,,@\n" + OUTER, r"line 12: plot 1 示例小镇 has no points"),
    "points before a header": (HEAD + OUTER + PLOT + OUTER, r"line 12: .*neither a key"),
    "a letter in a number": (STANDARD.replace("2690000.000", "269OOOO.000", 1), r"line 14: .*no point"),
    "two values": (STANDARD.replace("J2,1,2690000.000,36642000.000", "2690000.000,36642000.000"),
                   r"line 14: .*no point"),
    "two points": (HEAD + PLOT + "\n".join(OUTER.splitlines()[:2]), r"line 13: .*fewer than 3"),
    "not in China": (STANDARD.replace("2690000.000", "690000.000", 1), r"line 14: .*no northing"),
    "infinite": (STANDARD.replace("2690000.000", "1e999", 1), r"line 14: .*no (point|northing)"),
    "not a number": (STANDARD.replace("2690000.000", "nan", 1), r"line 14: .*no point"),
    "two zones": (STANDARD.replace("J2,1,2690000.000,366", "J2,1,2690000.000,376"), r"line 14: .*zone 37"),
    "turned about": (STANDARD.replace("J2,1,2690000.000,36642000.000", "J2,1,36642000.000,2690000.000"),
                     r"line 14: .*other way round"),
    "feet": (STANDARD.replace("计量单位=米", "计量单位=英尺"), r"line 7: the unit .* 英尺"),
    "two systems": (STANDARD.replace("[地块坐标]", "坐标系=1980西安坐标系\n[地块坐标]"), r"line 11: .*line 4"),
    "a ring that goes on": (STANDARD.replace("J4,1", "J5,2,2689400.000,36642600.000\nJ4,1", 1),
                            r"line 17: ring 1 goes on"),
    "numbers fall back": (HEAD + PLOT + OUTER + HOLE.replace(",2,", ",1,").replace("J5", "J1"),
                          r"line 17: the point number falls back"),
    "degrees": (HEAD + PLOT + "J1,1,24.3,109.4\nJ2,1,24.4,109.4\nJ3,1,24.4,109.5\n", r"line 13: .*degrees"),
    "short header": (STANDARD.replace(PLOT, "10,@\n"), r"line 12: .*header with 2 fields"),
    "long line": (STANDARD + "x" * 100_001, r"line 2\d: 100001 characters"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faults_name_their_line(name: str) -> None:
    text, words = FAULTS[name]
    with pytest.raises(LayerError) as caught:
        parse(text, "a.txt")
    assert re.search(words, said(caught.value)), said(caught.value)
    assert "a.txt" in said(caught.value)
    assert caught.value.message.render("zh") != said(caught.value)


def test_bytes_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(STANDARD.encode("gb18030") + b"\xff\xff\xff")
    with pytest.raises(EncodingError) as caught:
        read_towns([path])
    assert "line 23" in said(caught.value)


def test_coordinates_without_zone_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(STANDARD.replace("带号=36", "带号=").replace(",366", ",6"), "utf-8")
    assert "zone_unknown" in codes(parse(path.read_text("utf-8"), "a"))
    with pytest.raises(CRSError):
        read_towns([path])
    (town,) = read_towns([path], crs="EPSG:4545")
    assert town.boundary.area == PLANE


lineish = st.lists(
    st.one_of(
        st.sampled_from(
            [*STANDARD.splitlines(), "[地块坐标]", "@", ",,,,,@", "J1,1,,", "带号=", "0,0"]
        ),
        st.text(max_size=30),
    ),
    max_size=30,
)


@given(lineish)
@settings(max_examples=150)
def test_any_lines_parse_or_name_a_line(found: list[str]) -> None:
    try:
        whole = parse("\n".join(found), "a.txt")
    except LayerError as problem:
        told = said(problem)
    else:
        told = "line "
        assert len(whole.rows) == len(whole.rows.columns["地块名称"])
    assert "line " in told


@given(st.binary(max_size=400), st.integers(0, len(STANDARD)))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_in_a_text_or_table_give_a_result_or_an_error(
    tmp_path: Path, noise: bytes, at: int
) -> None:
    whole = STANDARD.encode("gb18030")
    for suffix, content in (
        ("txt", whole[:at] + noise + whole[at:]),
        ("txt", noise),
        ("csv", noise),
    ):
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(content)
        try:
            read_towns([path])
        except TownlandError as problem:
            told = said(problem)
        else:
            told = "read"
        assert told


def test_a_hundred_thousand_rings_are_nested_in_time() -> None:
    east, north = 36_500_000, 2_600_000
    parts = [HEAD, "0,0,1,甲,面,,,,@\n"]
    for at in range(100_000):
        x, y = east + 3 * (at % 400), north + 3 * (at // 400)
        parts.append(f"1,{at},{y},{x}\n2,{at},{y + 1},{x}\n3,{at},{y + 1},{x + 1}\n")
    (area,) = areas(parse("".join(parts), "a.txt"))
    assert area == 50_000.0


# ---------------------------------------------------------------- tables

ROWS = [("J1", "2689000.000", "36642000.000", "1000.00"), ("J2", "2690000.000", "36642000.000", "1500.00"),
        ("J3", "2690000.000", "36643500.000", "1000.00"), ("J4", "2689000.000", "36643500.000", "1500.00"),
        ("J1", "2689000.000", "36642000.000", "")]  # fmt: skip


def table(
    rows: list[tuple[str, ...]], head: str = "界址点号,X坐标(m),Y坐标(m),边长(m)", mark: str = ","
) -> str:
    return "\n".join([head.replace(",", mark), *(mark.join(row) for row in rows)])


TABLES = {
    "plain": table(ROWS),
    "semicolons": table(ROWS, mark=";"),
    "tabs": table(ROWS, mark="\t"),
    "full-width commas": table(ROWS, mark="，"),
    "with a title and two rows of headings": "界址点成果表,,,\n项目：示例,,,\n点号,坐标,,边长\n,X,Y,(m)\n"
    + "\n".join(",".join(row) for row in ROWS),
    "easting first": table([(a, c, b, d) for a, b, c, d in ROWS]),
    "columns called by their axis": table([(a, c, b, d) for a, b, c, d in ROWS], "点号,横坐标,纵坐标,边长"),
    "northing and easting": table([(a, b, c, d) for a, b, c, d in ROWS], "point,Northing,Easting,length"),
    "no closing point": table(ROWS[:4]),
    "lengths between the points": "\n".join(["点号,X,Y,边长", *(
        f"{a},{b},{c},\n,,,{d}" for a, b, c, d in ROWS[:4])]),
    "headings again on the next page, and a footer": table(
        [*ROWS[:2], ("点号", "X", "Y", "边长"), *ROWS[2:], ("制表：张三", "", "", "")]),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TABLES[name].encode("gb18030"))
    (town,) = read_towns([path], crs="EPSG:4524")
    assert town.boundary.area == 1_500_000.0
    assert town.boundary.bounds == (36_642_000, 2_689_000, 36_643_500, 2_690_000)
    assert {issue.code for issue in town.issues} <= {
        "axes_swapped",
        "encoding_guessed",
        "last_line_open",
    }


def test_a_table_says_nothing_of_its_crs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table(ROWS), "utf-8")
    with pytest.raises(CRSError) as caught:
        read_towns([path])
    assert "EPSG:4524" in said(caught.value)


def test_a_text_without_header_is_read_as_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(table(ROWS, mark="\t"), "utf-8")
    (town,) = read_towns([path], crs="EPSG:4524")
    assert town.boundary.area == 1_500_000.0


def test_plots_and_rings_by_columns() -> None:
    head = "地块编号,地块名称,圈号,点号,X,Y"

    def square(
        plot: str, name: str, ring: str, x: float, y: float, size: float
    ) -> list[tuple[str, ...]]:
        found = [
            (plot, name, ring, f"J{at}", f"{y + dy * size}", f"{x + dx * size}")
            for at, (dx, dy) in enumerate(((0, 0), (0, 1), (1, 1), (1, 0)), 1)
        ]
        # merged cells: only the first row of a plot is filled
        return [found[0], *(("", "", *row[2:]) for row in found[1:])]

    x, y = 36_642_000.0, 2_689_000.0
    rows = [*square("1", "甲镇", "1", x, y, 100), *square("", "", "2", x + 10, y + 10, 20),
            *square("2", "乙镇", "1", x + 500, y, 10)]  # fmt: skip
    whole = parse_table(table(rows, head), "a.csv")
    assert areas(whole) == [9600.0, 100.0]
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲镇", "乙镇"]


def test_a_side_that_is_not_the_distance_is_told() -> None:
    rows = [(*ROWS[0][:3], "999.00"), *ROWS[1:]]
    (issue,) = [i for i in parse_table(table(rows), "a").issues if i.code == "side_length_differs"]
    assert "1000.000" in issue.message.render("en")


def dms(value: float) -> str:
    seconds = round(value * 3600, 4)
    return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60):02d}′{seconds % 60:07.4f}″"


def run_together(value: float) -> str:
    tenths = round(value % 1 * 36000)
    return f"{int(value)}.{tenths // 600:02d}{tenths % 600:03d}"


CORNERS = [(24.305, 109.405), (24.359, 109.405), (24.359, 109.475), (24.305, 109.475)]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("点号,纬度,经度", dms),
        ("点号,纬度(度),经度(度)", str),
        ("点号,B,L", str),  # 0.3590 would be 90 seconds
        ("点号,纬度(度.分秒),经度(度.分秒)", run_together),
    ],
)  # fmt: skip
def test_degrees(head: str, told: Any) -> None:
    rows = [(f"J{at}", told(lat), told(lon)) for at, (lat, lon) in enumerate(CORNERS, 1)]
    whole = parse_table(table(rows, head), "a.csv")
    found = shapely.get_coordinates(whole.rows.geometry[0])[:4]
    assert np.abs(found - np.array(CORNERS)[:, ::-1]).max() < 1e-9


def test_degrees_that_may_be_either_are_refused() -> None:
    # 24.3010 is 24.3010° or 24°30′10″
    rows = [
        ("J1", "24.3010", "109.4010"),
        ("J2", "24.3510", "109.4010"),
        ("J3", "24.3510", "109.4510"),
    ]
    assert all(packed(text) is not None for row in rows for text in row[1:])
    with pytest.raises(LayerError) as caught:
        parse_table(table(rows, "点号,纬度,经度"), "a.csv")
    assert "ddd.mmss" in said(caught.value)


TABLE_FAULTS = {
    "no headings": ("a,b,c\n1,2,3", "no table of boundary points"),
    "no rows": ("点号,X,Y\n", "no point below"),
    "a dash for a coordinate": (table([*ROWS[:2], ("J9", "-", "-", "")]), "row 4: - and - are no coordinates"),
    "a word in a coordinate": (table([*ROWS[:3], ("J9", "2690000", "见图", "")]), "row 5"),
    "two points": (table(ROWS[:2]), "fewer than 3"),
    "minutes of 75": (table([("1", "24.7530", "109.7530"), ("2", "24.10", "109.10"), ("3", "24.2", "109.3")],
                            "点号,纬度(度.分秒),经度(度.分秒)"), "minutes or seconds of 60"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE_FAULTS)
def test_faults_of_tables_name_their_row(name: str) -> None:
    text, words = TABLE_FAULTS[name]
    with pytest.raises(LayerError) as caught:
        parse_table(text, "a.csv")
    assert words in said(caught.value)


def workbook(path: Path, sheets: dict[str, list[tuple[Any, ...]]]) -> Path:
    """A workbook as office programs write it: inline strings, numbers as numbers."""

    def cell(value: Any, at: str) -> str:
        if isinstance(value, int | float):
            return f'<c r="{at}"><v>{value!r}</v></c>'
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>' if value else ""

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
            f'+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
                f'ContentType="{kind}.worksheet+xml"/>'
                for n in range(1, len(sheets) + 1)
            )
            + "</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship '
            f'Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            + "".join(
                f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>'
                for n, name in enumerate(sheets, 1)
            )
            + "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">'
            + "".join(
                f'<Relationship Id="r{n}" Type="{office}/worksheet" '
                f'Target="worksheets/sheet{n}.xml"/>'
                for n in range(1, len(sheets) + 1)
            )
            + "</Relationships>",
        )
        for n, rows in enumerate(sheets.values(), 1):
            body = "".join(
                f'<row r="{r}">'
                + "".join(cell(v, f"{chr(65 + c)}{r}") for c, v in enumerate(row))
                + "</row>"
                for r, row in enumerate(rows, 1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return path  # fmt: skip


NUMBERS = [(a, float(b), float(c)) for a, b, c, _d in ROWS]


def test_a_workbook_has_a_plot_in_each_sheet(tmp_path: Path) -> None:
    near = [(a, b + 0.123, c + 5000) for a, b, c in NUMBERS]
    path = workbook(tmp_path / "界址点.xlsx", {
        "甲镇": [("界址点成果表",), ("点号", "X坐标", "Y坐标"), *NUMBERS],
        "乙镇": [("点号", "X坐标", "Y坐标"), *near], "说明": [("由测绘队提供",)]})  # fmt: skip
    towns = read_towns([path], crs="EPSG:4524")
    assert [(town.name, round(town.boundary.area, 6)) for town in towns] == [
        ("甲镇", 1_500_000.0), ("乙镇", 1_500_000.0)]  # fmt: skip
    # whole digits arrive: 2689000.123 is no 2689000.12
    assert towns[1].boundary.bounds[1] == 2_689_000.123
    (town,) = read_towns([path], crs="EPSG:4524", layer="乙镇")
    assert town.name == "乙镇"
    with pytest.raises(LayerError, match="丙镇"):
        read_towns([path], layer="丙镇")


def test_a_sheet_inside_of_another_is_told(tmp_path: Path) -> None:
    inner = [
        (a, 2_689_100 + (b - 2_689_000) / 10, 36_642_100 + (c - 36_642_000) / 10)
        for a, b, c in NUMBERS
    ]
    path = workbook(tmp_path / "a.xlsx", {
        "甲": [("点号", "X", "Y"), *NUMBERS], "乙": [("点号", "X", "Y"), *inner]})  # fmt: skip
    with sources.opened(path) as source:
        assert "plot_in_plot" in {issue.code for issue in source.issues}


def test_hostile_workbooks(tmp_path: Path) -> None:
    good = workbook(tmp_path / "a.xlsx", {"甲": [("点号", "X", "Y"), *NUMBERS]})
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets"):
                content = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + content
            new.writestr(name, content)
    with pytest.raises(LayerError) as caught:
        read_towns([bomb])
    assert "entities" in said(caught.value)
    large = tmp_path / "large.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/media/zero.bin", "w") as stream:
            for _n in range(520):
                stream.write(bytes(1 << 20))
    with pytest.raises(LayerError) as caught:
        read_towns([large])
    assert "512 MB" in said(caught.value)
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(good.read_bytes()[:300])
    with pytest.raises(LayerError):
        read_towns([cut])
    other = tmp_path / "zip.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.shp", b"x")
    with pytest.raises(LayerError):
        read_towns([other])
