"""The exchange format of boundary coordinates, in its dialects.

All rectangles stand at northing 2689000, easting 36642000; a square of 100 m has 10000 m² on the plane.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factory_coordinates import (
    EAST,
    HEAD,
    NORTH,
    STANDARD,
    box,
    header,
    points,
    square,
    text,
    write,
)
from typer.testing import CliRunner

from townland.errors import CRSError, EncodingError, LayerError
from townland.geodesy.crs.zones import zone_code
from townland.reading.formats.points import lines as texts
from townland.reading.formats.points import rings, txt
from townland.reading.formats.points.txt import parse, read_text
from townland.reading.rows import Whole
from townland.reading.sniff import sniff
from townland.towns import read_towns
from townland_cli.app import app


def codes(whole: Whole) -> list[str]:
    return [issue.code for issue in whole.issues]


def said(whole: Whole, code: str) -> str:
    return next(issue.message.render("en") for issue in whole.issues if issue.code == code)


def only(content: str) -> Any:
    whole = parse(content, "a.txt")
    assert len(whole.rows) == 1
    return whole.rows.geometry[0]


def refused(content: str) -> str:
    with pytest.raises(LayerError) as caught:
        parse(content, "a.txt")
    return caught.value.render("en")


def same(one: Any, other: Any) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), tolerance=0))


OUTER = points(square(0, 0, 1000))
HOLE = points(square(100, 100), 2)
HOLED = box(0, 0, 1000) - box(100, 100)


# --- figures -----------------------------------------------------------------------------------


def test_the_example_of_the_standard_gives_its_official_area(tmp_path):
    path = write(tmp_path / "plot.txt", STANDARD, "gb18030")
    done = CliRunner().invoke(app, ["area", str(path), "--json", "--lang", "en"])
    (row,) = json.loads(done.stdout)
    assert (row["name"], row["crs"]) == ("示例小镇", "EPSG:4524")
    assert (row["area_m2"], row["plane_m2"]) == (1479255.59, 1480000.00)
    assert (row["ha"], row["mu"]) == (147.9256, 2218.88)


def test_a_town_is_named_by_its_plot_and_the_columns_are_the_header(tmp_path):
    path = write(tmp_path / "plot.txt", STANDARD)
    (town,) = read_towns([path])
    assert town.name == "示例小镇"
    assert town.crs.to_epsg() == 4524
    whole = read_text(path, "plot.txt", layer=None, encoding=None)
    assert {name: column.to_pylist() for name, column in whole.rows.columns.items()} == {
        "地块编号": ["1"],
        "地块名称": ["示例小镇"],
        "地块面积": ["147.9256"],
        "图幅号": ["G49G089023"],
        "地块用途": ["商业服务业设施用地"],
        "地类编码": ["05H1"],
    }
    assert [code for code in codes(whole) if code != "encoding_guessed"] == []


# --- dialects: each line of the table gives the same square of 100 m ---------------------------

SQUARE = points(square(0, 0))
PLAIN = text(header(), *SQUARE)
NO_HEAD = ["坐标系=2000国家大地坐标系", "几度分带=3"]
DIALECTS = {
    "as the standard has it": PLAIN,
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "commas behind the mark, as a spreadsheet saves it": PLAIN.replace(",@", ",@,,").replace(
        "\nJ", ",\nJ"
    ),
    "CR alone": PLAIN.replace("\n", "\r"),
    "a mark at the beginning": "\ufeff" + PLAIN,
    "no newline at the end": PLAIN.rstrip(),
    "blank lines": PLAIN.replace("\n", "\n\n \t\n"),
    "trailing blanks": PLAIN.replace("\n", " \u3000\t\n"),
    "a DOS end of file": PLAIN + "\x1a",
    "sections in 【】": PLAIN.replace("[", "【").replace("]", "】"),
    "a lost newline after the section": PLAIN.replace("[地块坐标]\n", "[地块坐标]"),
    "a lost newline before the section": PLAIN.replace("\n[地块坐标]", "[地块坐标]"),
    "a section more": "[项目信息]\n项目名称=某项目\n" + PLAIN,
    "keys missing": text(header(), *SQUARE, head=[*NO_HEAD, "[地块坐标]"]),
    "keys reordered": text(header(), *SQUARE, head=[HEAD[0], *HEAD[-2:0:-1], HEAD[-1]]),
    "no sections at all": text(header(), *SQUARE, head=NO_HEAD),
    "a zone number that is empty": PLAIN.replace("带号=36", "带号="),
    "full-width everything": PLAIN.translate({c: c + 0xFEE0 for c in b"0123456789,=@J."}),
    "a full-width @": PLAIN.replace("@", "＠"),
    "the @ without a comma": PLAIN.replace(",@", "@"),
    "blanks around commas": PLAIN.replace(",", " , "),
    "tabs between values": "\n".join(
        line.replace(",", "\t") if line.startswith("J") else line for line in PLAIN.split("\n")
    ),
    "no J": PLAIN.replace("J", ""),
    "labels of another kind": PLAIN.replace("J", "界址点"),
    "a comma at the end of points": PLAIN.replace("000\n", "000,\n"),
    "a height beside the coordinates": PLAIN.replace("000\n", "000,87.5\n"),
    "exponents": PLAIN.replace("2689000.000", "2.689E+06"),
    "easting first": text(
        header(),
        *(",".join((*p.split(",")[:2], p.split(",")[3], p.split(",")[2])) for p in SQUARE),
    ),
    "not closed": text(header(4), *SQUARE[:-1]),
    "closed with a fresh number": text(header(), *SQUARE[:-1], SQUARE[0].replace("J1", "J5")),
    "closed twice": text(header(6), *SQUARE, SQUARE[0]),
    "a point twice": text(header(6), *SQUARE[:2], *SQUARE[1:]),
    "rings that begin at 4": text(header(), *points(square(0, 0), 4)),
    "no ring numbers": text(header(), *(p.replace(",1,", ",", 1) for p in SQUARE)),
    "nine fields": PLAIN.replace("面,G49,商服,05H1,@", "面,,,,,@"),
    "thirteen fields": PLAIN.replace("05H1,@", "05H1,TBLX,DL,GZQ,GZH,BZ,@"),
    "five fields": PLAIN.replace("面,G49,商服,05H1,@", "面,@"),
    "no kind": PLAIN.replace(",面,", ",,"),
    "the unit in full-width letters": PLAIN.replace("计量单位=米", "计量单位＝ 米 "),
    "a system by its short name": PLAIN.replace("2000国家大地坐标系", "CGCS2000"),
    "degrees of a zone in words": PLAIN.replace("几度分带=3", "几度分带=3度分带"),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_gives_the_same_square(name):
    whole = parse(DIALECTS[name], "a.txt")
    assert same(whole.rows.geometry[0], box(0, 0))
    assert len(whole.rows) == 1
    assert whole.crs == "EPSG:4524"
    assert {"point_count_differs", "zone_conflict", "declared_area_differs"}.isdisjoint(
        codes(whole)
    )


@pytest.mark.parametrize(
    ("encoding", "used"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gbk", "GB18030"),
        ("gb2312", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
    ],
)
def test_the_encoding_is_found_in_the_bytes(tmp_path, encoding, used):
    path = write(tmp_path / "a.txt", PLAIN, encoding)
    assert sniff(path) is txt.FORMAT
    whole = read_text(path, "a.txt", layer=None, encoding=None)
    assert whole.encoding == used
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲镇"]


def test_a_character_of_four_bytes_is_read_from_gb18030(tmp_path):
    path = write(tmp_path / "a.txt", PLAIN.replace("甲镇", "㙟塘镇"), "gb18030")
    (town,) = read_towns([path])
    assert town.name == "㙟塘镇"


def test_an_encoding_that_is_stated_and_wrong_names_the_line(tmp_path):
    path = write(tmp_path / "a.txt", PLAIN, "gb18030")
    with pytest.raises(EncodingError, match=r"line 1|第 1 行"):
        read_text(path, "a.txt", layer=None, encoding="UTF-8")
    with pytest.raises(EncodingError, match="martian"):
        read_text(path, "a.txt", layer=None, encoding="martian")


def test_a_full_width_comma_in_a_name_is_not_a_separator():
    whole = parse(PLAIN.replace("甲镇", "甲镇，东区"), "a.txt")
    assert whole.rows.columns["地块名称"].to_pylist() == ["甲镇，东区"]
    assert whole.rows.columns["地类编码"].to_pylist() == ["05H1"]


# --- rings -------------------------------------------------------------------------------------


def test_a_second_ring_inside_is_a_hole_whatever_its_number():
    for number in (2, 5, "b"):
        assert same(only(text(header(10), *OUTER, *points(square(100, 100), number))), HOLED)


def test_the_hole_may_come_before_its_outer_ring():
    assert same(only(text(header(10), *HOLE, *OUTER)), HOLED)


def test_a_second_ring_outside_is_a_further_part():
    found = only(text(header(10), *points(square(0, 0)), *points(square(500, 0), 2)))
    assert same(found, shapely.MultiPolygon([box(0, 0), box(500, 0)]))


def test_an_island_in_a_hole_is_a_part_and_its_hole_a_hole():
    nested = [points(square(100 * k, 100 * k, 1000 - 200 * k), k + 1) for k in range(4)]
    found = only(text(header(20), *(line for ring in nested for line in ring)))
    # 1000² - 800² + 600² - 400²
    assert shapely.area(found) == 1000**2 - 800**2 + 600**2 - 400**2
    assert len(found.geoms) == 2
    assert shapely.is_valid(found)


def test_a_hole_that_touches_the_outer_ring_is_a_hole():
    found = only(text(header(8), *OUTER, *points([(0, 0), (300, 100), (100, 300)], 2)))
    # the triangle (0,0) (300,100) (100,300): |300·300 - 100·100| / 2 = 40000
    assert shapely.area(found) == 1_000_000 - 40_000
    assert len(found.interiors) == 1


def test_parts_that_share_an_edge_are_both_kept():
    found = only(text(header(10), *points(square(0, 0)), *points(square(100, 0, 50), 2)))
    assert shapely.area(found) == 10000 + 2500


def test_rings_of_one_number_are_split_where_numbering_starts_again():
    found = only(text(header(10), *OUTER, *points(square(100, 100), 1)))
    assert same(found, HOLED)


def test_rings_of_one_number_are_split_where_each_closes_by_itself():
    found = only(text(header(10), *OUTER, *points(square(100, 100), 1, start=5)))
    assert same(found, HOLED)


def test_numbers_that_run_on_through_rings_with_numbers_of_their_own():
    inner = points(square(100, 100), 2, start=5)
    assert same(only(text(header(10), *OUTER, *inner)), HOLED)
    assert same(only(text(header(8), *OUTER[:-1], *inner[:-1])), HOLED)


def test_ring_numbers_that_start_again_with_every_part():
    lines = [*OUTER, *HOLE, *points(square(2000, 0, 1000)), *points(square(2100, 100), 2)]
    found = only(text(header(20), *lines))
    assert shapely.area(found) == 2 * (1_000_000 - 10_000)


def test_a_ring_that_stands_twice_counts_once():
    whole = parse(text(header(10), *SQUARE, *points(square(0, 0)[::-1], 2)), "a.txt")
    assert shapely.area(whole.rows.geometry[0]) == 10000
    assert "ring_double" in codes(whole)


def test_a_ring_that_crosses_itself_is_kept_for_the_preparation_to_judge():
    bow = [(0, 0), (100, 100), (100, 0), (0, 100)]
    assert not shapely.is_valid(only(text(header(), *points(bow))))


# --- several plots -----------------------------------------------------------------------------


def test_several_towns_may_have_the_same_header(tmp_path):
    path = write(tmp_path / "a.txt", text(header(), *SQUARE, header(), *points(square(500, 0))))
    one, other = read_towns([path])
    assert (one.code, one.name, other.code, other.name) == ("1", "甲镇", "2", "甲镇")
    assert same(one.boundary, box(0, 0))
    assert same(other.boundary, box(500, 0))


def test_lines_and_points_are_left_out_and_counted():
    well = ["1,,2,井,点,,,,@", "J1,1,2689050.000,36642050.000"]
    road = ["2,,3,路,线,,,,@", *SQUARE[:2]]
    whole = parse(text(*well, header(), *SQUARE, *road, *road), "a.txt")
    assert len(whole.rows) == 1
    assert whole.rows.fid.tolist() == [2]
    assert codes(whole) == ["geometry_not_polygon", "geometry_not_polygon"]
    assert "2 plots are not areas" in said(whole, "geometry_not_polygon")


def test_extra_fields_are_columns_and_short_headers_have_none():
    longer = header().replace("@", "甲,乙,@")
    whole = parse(text(longer, *SQUARE, header(), *points(square(500, 0))), "a.txt")
    assert whole.rows.columns["附加1"].to_pylist() == ["甲", None]
    assert whole.rows.columns["附加2"].to_pylist() == ["乙", None]


# --- what is declared --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "wrong"), [("4", False), ("5", False), ("7", True), ("多", True)]
)
def test_a_wrong_number_of_points_is_told_and_nothing_more(count, wrong):
    whole = parse(text(header(count), *SQUARE), "a.txt")
    assert ("point_count_differs" in codes(whole)) is wrong
    assert same(whole.rows.geometry[0], box(0, 0))


@pytest.mark.parametrize(
    ("area", "told"),
    [
        ("147.9256", []),
        ("147.926", []),
        ("148", []),
        ("", []),
        ("0", []),
        ("1479255.59", ["declared_area_unit"]),
        ("1479256", ["declared_area_unit"]),
        ("148.0000", ["declared_area_differs"]),  # the plane's area: 744 m² too much
        ("147.9257", ["declared_area_differs"]),
        ("1480000.00", ["declared_area_differs", "declared_area_unit"]),
        ("2218.88", ["declared_area_differs"]),  # mu
        ("2220.00", ["declared_area_differs"]),  # mu of the plane's area
        ("约150", ["declared_area_differs"]),
    ],
)
def test_a_declared_area_is_compared_to_its_last_digit_and_never_used(area, told):
    whole = parse(STANDARD.replace("147.9256", area), "a.txt")
    assert codes(whole) == told
    assert shapely.area(whole.rows.geometry[0]) == 1_480_000
    if told == ["declared_area_differs"] and area != "约150":
        assert "1479255.59 m² (147.9256 ha)" in said(whole, told[0])
        assert "line 13" in said(whole, told[0])
        reasons = {
            "148.0000": "; the declared area is the one on the projection plane",
            "2220.00": "; in mu it would be the one on the projection plane",
            "2218.88": "; in mu it would be this area",
        }
        assert said(whole, told[0]).partition("which is used")[2] == reasons.get(area, "")


def test_many_issues_of_one_kind_are_counted_and_not_listed():
    plots = [line for at in range(30) for line in (header(9), *points(square(200 * at, 0)))]
    whole = parse(text(*plots), "a.txt")
    assert codes(whole).count("point_count_differs") == texts.MAX_NOTES + 1
    assert whole.issues[-1].message.render("en") == "10 more of the kind point_count_differs"


# --- the coordinate system ---------------------------------------------------------------------

SHORT = PLAIN.replace(",36642", ",642")


@pytest.mark.parametrize(
    ("content", "crs", "issue"),
    [
        (PLAIN, "EPSG:4524", None),
        (PLAIN.replace("带号=36", "带号=3"), "EPSG:4524", "zone_conflict"),
        (PLAIN.replace("带号=36", "带号=37"), "EPSG:4524", "zone_conflict"),
        (PLAIN.replace("几度分带=3", "几度分带=6"), "EPSG:4524", "zone_conflict"),
        (PLAIN.replace(",36642", ",19642"), "EPSG:4497", "zone_conflict"),
        (SHORT, "EPSG:4545", None),
        (SHORT.replace("几度分带=3\n", ""), "EPSG:4545", None),
        (SHORT.replace("几度分带=3", "几度分带=6").replace("=36", "=19"), "EPSG:4508", None),
        (SHORT.replace("带号=36", "带号="), None, "zone_unknown"),
        (SHORT.replace("带号=36", "带号=3"), None, "zone_unknown"),
        (SHORT.replace("带号=36", "带号=19"), None, "zone_unknown"),
        (SHORT.replace("带号=36", "带号=24"), None, "zone_unknown"),
        (PLAIN.replace("坐标系=2000国家大地坐标系\n", ""), None, None),
        (PLAIN.replace("2000国家大地坐标系", "柳州2000独立坐标系"), None, "crs_not_understood"),
        (PLAIN.replace("2000国家大地坐标系", "WGS84"), None, "crs_not_understood"),
        (PLAIN.replace("高斯克吕格", "UTM"), None, "crs_not_understood"),
        (PLAIN.replace("2000国家大地坐标系", "1980西安坐标系"), "EPSG:2360", None),
        (PLAIN.replace("2000国家大地坐标系", "80国家大地坐标系"), "EPSG:2360", None),
        (PLAIN.replace("2000国家大地坐标系", "1954北京坐标系"), "EPSG:2412", None),
        (SHORT.replace("2000国家大地坐标系", "1980西安坐标系"), "EPSG:2381", None),
    ],
)
def test_the_crs_is_what_head_and_eastings_mean_together(content, crs, issue):
    whole = parse(content, "a.txt")
    assert whole.crs == crs
    told = [code for code in codes(whole) if code not in ("declared_area_differs",)]
    assert set(told) == ({issue} if issue else set())


def test_every_zone_of_every_datum_has_its_meridian_and_false_easting():
    for datum, name in (("CGCS2000", "2000"), ("Xian 1980", "1980"), ("Beijing 1954", "1954")):
        for zone in (*range(13, 24), *range(25, 46)):
            for prefixed in (True, False):
                crs = pyproj.CRS.from_user_input(zone_code(datum, zone, prefixed=prefixed))  # type: ignore[arg-type]
                held = {p.name: p.value for p in crs.coordinate_operation.params}
                meridian = 6 * zone - 3 if zone < 24 else 3 * zone
                assert held["Longitude of natural origin"] == meridian
                assert held["False easting"] == 500_000 + (zone * 1_000_000 if prefixed else 0)
                assert name in crs.geodetic_crs.datum.name or datum == "CGCS2000"
    assert zone_code("CGCS2000", 24, prefixed=True) is None


def test_a_legacy_datum_is_refused_and_a_missing_one_asked_for(tmp_path):
    old = write(tmp_path / "old.txt", PLAIN.replace("2000国家大地坐标系", "1980西安坐标系"))
    with pytest.raises(CRSError) as caught:
        read_towns([old])
    assert "2360" in caught.value.render("en")
    mute = write(tmp_path / "mute.txt", PLAIN.replace("坐标系=2000国家大地坐标系\n", ""))
    with pytest.raises(CRSError) as caught:
        read_towns([mute])
    assert "EPSG:4524" in caught.value.render("en")
    (town,) = read_towns([mute], crs="EPSG:4524")
    assert town.crs.to_epsg() == 4524


def test_parameters_of_a_transformation_are_told_and_not_applied():
    whole = parse(PLAIN.replace("转换参数=,,,,,,", "转换参数=1,2,3,0,0,0,0"), "a.txt")
    assert codes(whole) == ["transform_in_head"]
    assert same(whole.rows.geometry[0], box(0, 0))


# --- what is refused, by line ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("", 1, "ends without a plot"),
        ("你好", 1, "neither a key"),
        ("\n\nJ1,1,2689000,36642000", 3, "neither a key"),
        (text(), 11, "ends without a plot"),
        (text(header()), 11, "has no points"),
        (text(header(), *SQUARE, header(), header(), *SQUARE), 17, "has no points"),
        (text("1,2,@", *SQUARE), 11, "3 fields"),
        (text(header(), *SQUARE[:2], "J3,1,2689100.000"), 14, "is no point"),
        (text(header(), *SQUARE[:2], "J3,1,2689100.000,东"), 14, "is no point"),
        (text(header(), *SQUARE[:2], "J3,1,nan,36642100"), 14, "is no point"),
        (text(header(), *SQUARE[:2], "J3,1,2_689_100,36642100"), 14, "is no point"),
        (text(header(), *SQUARE[:2], "J3,1,1e999,36642100"), 14, "no northing"),
        (text(header(), *SQUARE[:2], "J3,1,268910.000,36642100"), 14, "no northing"),
        (text(header(), *SQUARE[:2], "J3,1,2689100.000,24642100"), 14, "no northing"),
        (text(header(), *SQUARE[:2], "J3,1,2689100.000,36942100"), 14, "no northing"),
        (text(header(), *SQUARE[:2], "J3,1,2689100.000,37642100"), 14, "zone 37"),
        (text(header(), *SQUARE[:2], "J3,1,2689100.000,642100"), 14, "zone -"),
        (text(header(), *SQUARE[:2], "J3,1,36642100,2689100", SQUARE[3]), 14, "other way round"),
        (text(header(), *SQUARE[:2]), 12, "fewer than 3"),
        (text(header(), SQUARE[0], SQUARE[1], SQUARE[0]), 12, "fewer than 3"),
        (text(header(), *SQUARE[:-1], *points(square(500, 0))), 16, "falls back to J1"),
        (text(header(), *SQUARE, "J6,1,2689500,36642500", "J7,1,2689600,36642500",
              "J8,1,2689600,36642600"), 17, "neither start again"),
        (text(header(), *SQUARE[:2], *HOLE, *SQUARE[2:-1]), 19, "goes on here"),
        (PLAIN.replace("计量单位=米", "计量单位=毫米"), 6, "毫米"),
        (PLAIN.replace("计量单位=米", "计量单位=度"), 6, "度"),
        (PLAIN.replace("精度=0.001", "坐标系=1980西安坐标系"), 8, "one coordinate system"),
        (text(header(), "J1,1,24.1,109.1", "J2,1,24.2,109.1", "J3,1,24.2,109.2"), 12, "are degrees"),
        (text(header(), "J" * 200_000), 12, "200000 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_by_its_line(content, line, words):
    message = refused(content)
    assert f"line {line}" in message
    assert words in message


def test_too_many_points_and_too_many_bytes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rings, "MAX_POINTS", 4)
    assert "line 16: more than 4 points" in refused(PLAIN)
    monkeypatch.setattr(texts, "MAX_BYTES", 100)
    path = write(tmp_path / "a.txt", PLAIN)
    with pytest.raises(LayerError, match="MB"):
        read_text(path, "a.txt", layer=None, encoding=None)


def test_rings_nested_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(rings, "MAX_NESTED", 100)
    lines = [line for k in range(20) for line in points(square(k, k, 1000 - 2 * k), k + 1)]
    assert "so deeply" in refused(text(header(), *lines))


# --- properties --------------------------------------------------------------------------------


def parses_or_names_the_line(content: bytes) -> None:
    path = "a.txt"
    try:
        decoded, _used, _issues = texts.decoded(content, None, path)
        parse(decoded, path)
    except LayerError as problem:
        message = problem.render("en")
    else:
        message = "line "
    assert "line " in message


@settings(max_examples=200, derandomize=True, database=None)
@given(st.binary(max_size=400))
def test_any_bytes_parse_or_give_an_error_that_names_the_line(content):
    parses_or_names_the_line(content)


@settings(max_examples=250, derandomize=True, database=None)
@given(st.data())
def test_any_damage_to_a_file_parses_or_gives_an_error_that_names_the_line(data):
    content = bytearray(STANDARD.encode(data.draw(st.sampled_from(["utf-8", "gb18030"]))))
    for _step in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        size = data.draw(st.integers(0, 12))
        other = data.draw(
            st.one_of(
                st.binary(max_size=6), st.sampled_from([b"@", b"\n", b",", b"=", b"J1", b"9" * 40])
            )
        )
        content[at : at + size] = other
        if not content:
            break
    parses_or_names_the_line(bytes(content))


@settings(max_examples=250, derandomize=True, database=None)
@given(
    st.lists(st.sampled_from([*STANDARD.split("\n"), "@", "1,1,1,1,@", "J1,2,1,1"]), max_size=30)
)
def test_any_order_of_lines_parses_or_gives_an_error_that_names_the_line(lines):
    parses_or_names_the_line("\n".join(lines).encode())


def test_work_grows_with_the_number_of_rings_and_no_faster():
    def calls(count: int) -> int:
        lines = []
        for at in range(count):
            east, north = 10 * (at % 100), 10 * (at // 100)
            lines += points(square(east, north, 5), at + 1)
        content = text(header(), *lines)
        made = 0

        def counted(_frame, event, _arg):
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            read = only(content)
        finally:
            sys.setprofile(None)
        assert len(read.geoms) == count
        return made

    calls(10)
    few, many = calls(250), calls(2000)
    assert many < 8 * 1.2 * few  # quadratic would be 64 times


def test_the_reader_is_the_one_that_sources_use(tmp_path):
    assert Path(txt.__file__).name == "txt.py"
    path = write(tmp_path / "表.txt", "点号,X,Y\n" + "\n".join(
        f"{at},{NORTH + n:.3f},{EAST + e:.3f}" for at, (e, n) in enumerate(square(0, 0), 1)
    ))  # fmt: skip
    assert sniff(path) is txt.FORMAT  # by its name, and a table by its content
    assert same(read_towns([path], crs="4524")[0].boundary, box(0, 0))
