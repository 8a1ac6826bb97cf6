"""Polygons written as a table of boundary points and read back: the same to the digits printed."""

from __future__ import annotations

import numpy as np
import openpyxl
import pyproj
import pytest
import shapely
from tests.convert.test_convert_text import nested, same, table
from tests.factory_coordinates import EAST, NORTH, STANDARD, box, write

from townland.conversion import points_table
from townland.conversion.boundary import convert
from townland.conversion.points_table import write_points
from townland.conversion.table import PolygonTable
from townland.errors import CRSError, ReportError
from townland.reading.formats.points.table import read_coordinates
from townland.reading.rows import Whole


def back(of: PolygonTable, path) -> Whole:
    write_points(of, path)
    return read_coordinates(path, path.name, layer=None, encoding=None)


def cells(path) -> list[tuple]:
    return list(openpyxl.load_workbook(path)["界址点成果表"].iter_rows(values_only=True))


def test_parts_holes_and_islands_come_back_to_the_last_digit(tmp_path):
    jitter = np.random.default_rng(3).integers(-9999, 9999, 40).tolist()
    islands = shapely.MultiPolygon(nested(0.0, 0.0, jitter, 5) + nested(300.0, 0.0, jitter, 1))
    sliver = shapely.box(EAST, NORTH + 900, EAST + 0.0003, NORTH + 901)
    shapes = (islands, box(1000, 0), box(1010, 10, 20), sliver)
    whole = back(table(*shapes, 地块名称=["=甲+1", None, "乙", "乙"]), tmp_path / "a.xlsx")
    assert whole.rows.columns["地块名称"].to_pylist() == ["=甲+1", None, "乙", "乙"]
    assert whole.rows.columns["地块编号"].to_pylist() == ["1", "2", "3", "4"]
    assert all(same(a, b) for a, b in zip(shapes, whole.rows.geometry, strict=True))
    assert [issue.code for issue in whole.issues] == []


def test_heads_and_figures_are_those_of_the_norm_and_of_the_text(tmp_path):
    source = write(tmp_path / "in.txt", STANDARD)
    convert(source, tmp_path / "out.txt")
    done = convert(source, tmp_path / "out.xlsx")
    rows = cells(tmp_path / "out.xlsx")
    assert rows[0][0] == "界址点成果表"
    assert rows[1][0] == (
        "坐标系：2000国家大地坐标系（EPSG:4524）　3度分带　带号：36　中央子午线：108°　单位：m"
    )
    assert " ".join(rows[2]) == (
        "序号 点号 圈号 X坐标（北） Y坐标（东，含带号） 边长 地块编号 地块名称"
    )
    assert rows[3][0] == "地块：1　示例小镇　面积：147.9256 公顷　界址点数：8"
    text = (tmp_path / "out.txt").read_bytes().decode("gb18030").split("\r\n")[13:]
    lines = [f"{row[1]},{row[2]},{row[3]:.4f},{row[4]:.4f}" for row in rows[4:]]
    assert lines == [line for line in text if line]
    assert [row[5] for row in rows[4:6]] == [1000, 1500]  # of a rectangle of 1500 m by 1000 m
    assert [issue.code for issue in done.issues][-1:] == ["columns_lost"]


def test_a_side_is_that_of_the_printed_points_and_the_last_point_has_none(tmp_path):
    shape = shapely.Polygon([(EAST, NORTH), (EAST + 30, NORTH + 40), (EAST + 30, NORTH)])
    write_points(table(shape, crs=pyproj.CRS(4524)), tmp_path / "a.xlsx")
    assert [row[5] for row in cells(tmp_path / "a.xlsx")[4:]] == [50, 40, 30, None]


def test_eastings_without_the_zone_are_called_so(tmp_path):
    shape = shapely.box(442000, NORTH, 442100, NORTH + 100)
    whole = back(table(shape, crs=pyproj.CRS(4545)), tmp_path / "a.xlsx")
    assert cells(tmp_path / "a.xlsx")[2][4] == "Y坐标（东，不含带号）"
    assert same(whole.rows.geometry[0], shape)


def test_plots_of_one_number_and_name_are_numbered(tmp_path):
    path = tmp_path / "a.xlsx"
    of = table(box(0, 0), box(500, 0), 地块编号=["7", "7"], 地块名称=["甲", "甲"])
    assert [issue.code for issue in write_points(of, path)] == ["plots_numbered"]
    rows = read_coordinates(path, "a.xlsx", layer=None, encoding=None).rows
    assert rows.columns["地块编号"].to_pylist() == ["1", "2"]


def test_the_same_points_are_the_same_bytes_and_what_cannot_be_read_is_refused(
    tmp_path, monkeypatch
):
    of = table(box(0, 0))
    for name in ("a.xlsx", "b.xlsx"):
        write_points(of, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with pytest.raises(CRSError, match="--to-crs"):
        write_points(table(box(0, 0), crs=pyproj.CRS(32649)), tmp_path / "c.xlsx")
    monkeypatch.setattr(points_table, "MAX_POINTS", 4)
    with pytest.raises(ReportError, match="4"):
        write_points(of, tmp_path / "c.xlsx")
    assert not (tmp_path / "c.xlsx").exists()
