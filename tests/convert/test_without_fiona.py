"""Without fiona, which has no package for Python 3.14: widths, schemas and files are as with it."""

from __future__ import annotations

import datetime as dt
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from tests.factory_broken import plain
from tests.factory_coordinates import box
from tests.factory_demo import SAMPLE

import townland as tl
from townland import doctor
from townland.conversion.ogr import write_geopackage, write_shapefile
from townland.conversion.table import PolygonTable, TableColumn, read_table
from townland.layers.describe import fields_of, widths_unknown
from townland.reading import source as sources

ZONE = dt.timezone(dt.timedelta(hours=8))
COLUMNS = (
    TableColumn("BSM", "text", ("1", None, "三"), 18),
    TableColumn("NAME", "text", ("甲", "乙", None)),
    TableColumn("N", "integer", (1, None, 2**40), 15, 0),
    TableColumn("MJ", "real", (1.25, None, 3.0), 15, 2),
    TableColumn("YES", "boolean", (True, None, False)),
    TableColumn("DAY", "date", (dt.date(2018, 12, 31), None, dt.date(1949, 10, 1))),
    TableColumn("AT", "datetime", (dt.datetime(2018, 12, 31, 8, 0, 1, tzinfo=dt.UTC), None, None)),
)  # fmt: skip


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import of fiona fails as where it is not installed."""
    monkeypatch.setitem(sys.modules, "fiona", None)


def table(*, several: bool = False) -> PolygonTable:
    shapes = [box(0, 0), box(200, 0), box(400, 0)]
    if several:
        shapes[1] = shapely.MultiPolygon([box(200, 0), box(200, 200)])
    return PolygonTable(np.array(shapes, dtype=object), COLUMNS, pyproj.CRS(4524))


def with_both(monkeypatch: pytest.MonkeyPatch, path: Path, layer: str | None) -> list[object]:
    """The columns with fiona and without."""
    found: list[object] = []
    with sources.opened(path, layer=layer) as source:
        found.append(fields_of(source))
        with monkeypatch.context() as patched:
            patched.setitem(sys.modules, "fiona", None)
            found.append(fields_of(source))
    return found


@pytest.mark.parametrize(
    ("name", "layer", "width"),
    [("county.gdb", "DLTB", ("DLBM", 5)), ("YJJBNTBHTB.shp", None, ("BSM", 18)),
     ("plan.gpkg", "planned_use", None), ("towns.gpkg", None, None)],
)  # fmt: skip
def test_the_samples_columns_are_the_same(
    name: str, layer: str | None, width: tuple[str, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("fiona")
    with_it, without_it = with_both(monkeypatch, SAMPLE / name, layer)
    assert without_it == with_it
    if width is not None:
        assert width in [(field.name, field.width) for field in without_it]  # type: ignore[attr-defined]


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".gdb", ".geojson"])
def test_columns_of_every_kind_are_the_same(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("fiona")
    days = [dt.date(2018, 1, 1), None]
    # a FileGDB has neither such names nor, of old, such numbers: GDAL would warn
    name, large = ("a", [1.0, 2.0]) if suffix == ".gdb" else ("a[1]", [2**40, 1])
    path = plain(
        tmp_path / f"{name}{suffix}", box(0, 0), box(200, 0), T=["甲", "乙"], L=large, R=[1.5, None],
        D=days, B=np.array([True, False]), S=np.array([1, 2], dtype="int16"),
        I=np.array([1, 2], dtype="int32"),
    )  # fmt: skip
    with_it, without_it = with_both(monkeypatch, path, None)
    assert without_it == with_it


@pytest.mark.parametrize("several", [False, True])
def test_a_geopackage_keeps_widths_types_and_values(
    several: bool, without: None, tmp_path: Path
) -> None:
    path = tmp_path / "out.gpkg"
    write_geopackage(table(several=several), path)
    again, _issues = read_table(path)
    assert [(each.name, each.kind) for each in again.columns] == [
        (each.name, each.kind) for each in COLUMNS
    ]
    assert [each.width for each in again.columns] == [18, None, None, None, None, None, None]
    assert [each.values for each in again.columns[:-1]] == [each.values for each in COLUMNS[:-1]]
    assert shapely.equals(again.geometry, table(several=several).geometry).all()
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (stamp,) = base.execute("SELECT last_change FROM gpkg_contents").fetchone()
    assert stamp == "2000-01-01T00:00:00.000Z"


def test_the_bytes_depend_on_nothing_else(without: None, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_geopackage(table(), tmp_path / name / "a.gpkg")
        write_shapefile(table(), tmp_path / name / "a.shp")
    files = sorted((tmp_path / "one").iterdir())
    assert len(files) == 6
    for each in files:
        assert each.read_bytes() == (tmp_path / "two" / each.name).read_bytes(), each.name


def test_times_of_other_zones_are_those_at_greenwich(without: None, tmp_path: Path) -> None:
    """A GeoPackage has its times in UTC (GeoPackage 1.3, table 1); Chinese time is 8 hours ahead."""
    column = TableColumn(
        "AT", "datetime", (dt.datetime(2018, 12, 31, 8, 0, 1, tzinfo=ZONE), None, None)
    )
    write_geopackage(replace(table(), columns=(column,)), tmp_path / "a.gpkg")
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as base:
        cells = base.execute("SELECT AT FROM a ORDER BY fid").fetchall()
    assert [cell[:19] if cell else None for (cell,) in cells] == ["2018-12-31T00:00:01", None, None]


@pytest.mark.parametrize("writer", [write_geopackage, write_shapefile])
def test_both_libraries_write_the_same_table(
    writer: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("fiona")
    suffix = ".gpkg" if writer is write_geopackage else ".shp"
    frames = []
    for name in ("with", "without"):
        if name == "without":
            monkeypatch.setitem(sys.modules, "fiona", None)
        path = tmp_path / f"{name}{suffix}"
        assert callable(writer)
        writer(table(), path)
        frames.append(gpd.read_file(path))
    assert frames[0].equals(frames[1])
    assert (frames[0].dtypes == frames[1].dtypes).all()
    assert frames[0].crs == frames[1].crs


def test_a_file_is_converted_and_read_back(without: None, tmp_path: Path) -> None:
    """The farmland of the sample is a Shapefile in GBK with the widths of its norm."""
    tl.convert(SAMPLE / "YJJBNTBHTB.shp", tmp_path / "a.gpkg")
    tl.convert(tmp_path / "a.gpkg", tmp_path / "b.shp", to_encoding="GBK")
    fields = {}
    for path in (SAMPLE / "YJJBNTBHTB.shp", tmp_path / "b.shp"):
        with sources.opened(path) as source:
            fields[path.name] = {
                each.name: each.width for each in fields_of(source) if each.type == "str"
            }
    assert fields["b.shp"] == fields["YJJBNTBHTB.shp"]


def test_what_cannot_be_had_names_fiona(without: None, tmp_path: Path) -> None:
    path = plain(tmp_path / "a.fgb", box(0, 0))
    with sources.opened(path) as source:
        (issue,) = widths_unknown(source)
        assert issue.code == "widths_unknown"
        assert "fiona" in issue.message.render("en")
        assert "fiona" in issue.message.render("zh")
        assert [each.width for each in fields_of(source)] == [None]
    _table, issues = read_table(path)
    assert "widths_unknown" in [each.code for each in issues]


def test_with_fiona_nothing_is_unknown(tmp_path: Path) -> None:
    pytest.importorskip("fiona")
    with sources.opened(plain(tmp_path / "a.fgb", box(0, 0))) as source:
        assert widths_unknown(source) == ()


def test_doctor_asks_the_libraries_that_are_there(without: None) -> None:
    asked = [each.question.render("en") for each in doctor.answers()]
    assert not [each for each in asked if "fiona" in each]
    assert all(each.agrees for each in doctor.answers())
    assert not [name for name in doctor.versions() if "fiona" in name]
