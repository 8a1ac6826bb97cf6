"""Boundary files from one format to another, and back: the same polygons, the same columns."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from shapely import affinity
from typer.testing import CliRunner

from townland.conversion import boundary, ogr
from townland.conversion.boundary import convert
from townland.conversion.table import read_table
from townland.errors import CRSError, LayerError, ReportError
from townland.geodesy import crs as crsys
from townland.geodesy import official_area_m2
from townland.reading import source as sources
from townland_cli.app import app

CRS = "EPSG:4524"
E, N = 36_642_000.0, 2_689_000.0
FORMATS = ("shp", "gpkg", "geojson", "json", "kml", "dxf")
EXACT = ("shp", "gpkg", "geojson", "dxf")


def box(west: float, south: float, east: float, north: float) -> Any:
    return shapely.box(E + west, N + south, E + east, N + north)


def write(path: Path, shapes: Any, crs: Any = CRS, **columns: Any) -> Path:
    gpd.GeoDataFrame(dict(columns), geometry=list(shapes), crs=crs).to_file(path)
    return path


def stated(path: Path, crs: str = CRS) -> dict[str, str]:
    """What must be stated to read a file: a drawing says nothing of its CRS."""
    return {"crs": crs} if path.suffix == ".dxf" else {}


def codes(done: boundary.Conversion) -> list[str]:
    return [issue.code for issue in done.issues]


def said(error: Any) -> str:
    return error.value.render("en")


def area(shape: Any, crs: Any) -> float:
    return float(official_area_m2(np.array([shape]), crsys.normalise(crs)[0])[0])


# any polygons come back the same

coordinate = st.floats(0, 3000).map(lambda number: number + 0.0)
names = st.text(st.sampled_from("柳州太阳村镇㙟塘 AB12-(（"), min_size=1, max_size=12).map(
    str.strip
)


@st.composite
def rings(draw: Any) -> Any:
    """A polygon around a centre, with its corners at any distances: it never crosses itself."""
    count = draw(st.integers(3, 9))
    far = draw(st.lists(st.floats(50, 900), min_size=count, max_size=count))
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x, y = draw(coordinate), draw(coordinate)
    shell = np.column_stack([E + x + far * np.cos(turn), N + y + far * np.sin(turn)])
    shape = shapely.Polygon(shell)
    if draw(st.booleans()):
        hole = affinity.scale(shape, 0.5, 0.5, origin=(E + x, N + y))
        shape = shapely.Polygon(shell, [hole.exterior])
        if draw(st.booleans()):  # an island in the hole
            island = affinity.scale(hole, 0.5, 0.5, origin=(E + x, N + y))
            shape = shapely.MultiPolygon([shape, shapely.Polygon(island.exterior)])
    elif draw(st.booleans()):
        shape = shapely.MultiPolygon([shape, affinity.translate(shape, 5000, 0)])
    return shape


@st.composite
def towns(draw: Any) -> Any:
    shapes = draw(st.lists(rings(), min_size=1, max_size=4))
    called = [draw(names.filter(bool)) for _shape in shapes]
    numbers = [draw(st.none() | st.integers(-(2**31), 2**31)) for _shape in shapes]
    areas = [draw(st.none() | st.floats(-1e6, 1e6)) for _shape in shapes]
    return gpd.GeoDataFrame(
        {"name": called, "code": numbers, "tbmj": areas}, geometry=shapes, crs=CRS
    ).astype({"code": "Int64"})


def same(one: Any, other: Any) -> bool:
    """Whether two polygons have the same corners, wherever their rings begin, and the same parts."""

    def plain(shape: Any) -> Any:
        parts = shapely.get_parts(shape)
        return shapely.normalize(parts[0] if len(parts) == 1 else shapely.multipolygons(parts))

    return bool(shapely.equals_exact(plain(one), plain(other), 0))


@pytest.mark.parametrize("suffix", EXACT)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=towns())
def test_any_polygons_come_back_to_the_last_bit(suffix, frame):
    # what repeats another one of a drawing's layer counts once when it is read
    assume(suffix != "dxf" or not frame.normalize().to_wkb().duplicated().any())
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.gpkg", Path(folder) / f"out.{suffix}"
        frame.to_file(source)
        done = convert(source, out)
        assert done.features == len(frame)
        assert done.crs == CRS
        found, _issues = read_table(out, **stated(out))
    assert found.crs == pyproj.CRS(CRS)
    assert len(found) == len(frame)
    for before, after in zip(frame.geometry, found.geometry, strict=True):
        assert same(before, after)
    columns = {column.name: list(column.values) for column in found.columns}
    assert columns["name"] == frame["name"].tolist()
    assert columns["code"] == [
        None if n is None else int(n)
        for n in frame["code"].astype(object).where(frame["code"].notna(), None)
    ]
    for before, after in zip(frame["tbmj"], columns["tbmj"], strict=True):
        if before is None or np.isnan(before):
            assert after is None
        else:
            assert after == pytest.approx(before, abs=1e-9)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=towns())
def test_kml_keeps_the_corners_to_a_tenth_of_a_millimetre_and_the_area(frame):
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.gpkg", Path(folder) / "out.kml"
        frame.to_file(source)
        done = convert(source, out)
        assert "crs_changed" in codes(done)
        found, _issues = read_table(out)
    back = crsys.transformer(crsys.LONLAT, pyproj.CRS(CRS))
    for before, after in zip(frame.geometry, found.geometry, strict=True):
        moved = shapely.transform(after, back.transform, interleaved=False)
        corners = shapely.points(shapely.get_coordinates(before))
        nearest = shapely.distance(corners, shapely.multipoints(shapely.get_coordinates(moved)))
        assert nearest.max() < 1e-4
        assert shapely.get_num_geometries(moved) == shapely.get_num_geometries(before)
        assert shapely.hausdorff_distance(moved.boundary, before.boundary) < 1e-4
        old = area(before, CRS)
        new = area(after, 4326)
        # no point of the outline moves by more than 0.1 mm: the area by no more than that strip
        assert new == pytest.approx(old, abs=before.length * 1e-4)


@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("second", FORMATS)
def test_any_format_to_any_other(tmp_path, first, second):
    ring = [(109.4, 24.3), (109.4123456789012, 24.3), (109.41, 24.3123456789012)]
    shapes = [shapely.Polygon(ring), shapely.box(109.5, 24.3, 109.51, 24.31)]
    source = write(tmp_path / "in.gpkg", shapes, 4326, name=["甲镇", "乙镇"])
    one, two = tmp_path / f"one.{first}", tmp_path / f"two.{second}"
    convert(source, one)
    convert(one, two, **stated(one, "EPSG:4326"))
    found, _issues = read_table(two, **stated(two, "EPSG:4326"))
    assert all(map(same, found.geometry, shapes))
    assert found.names() == ["甲镇", "乙镇"]


@pytest.mark.parametrize("suffix", ["fgb", "parquet", "gdb"])
def test_what_is_only_read_is_converted_too(tmp_path, suffix):
    frame = gpd.GeoDataFrame({"name": ["甲镇"]}, geometry=[box(0, 0, 100, 100)], crs=CRS)
    source = tmp_path / f"towns.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(source)
    else:
        frame.to_file(source, driver={"fgb": "FlatGeobuf", "gdb": "OpenFileGDB"}[suffix])
    convert(source, tmp_path / "out.geojson")
    found, _issues = read_table(tmp_path / "out.geojson")
    assert same(found.geometry[0], box(0, 0, 100, 100))
    assert found.names() == ["甲镇"]


def test_a_plane_without_a_code_is_kept_by_parameters(tmp_path):
    local = pyproj.CRS("+proj=tmerc +lon_0=109.5 +x_0=500000 +ellps=GRS80 +type=crs")
    shape = shapely.box(500_000, 2_689_000, 500_100, 2_689_100)
    source = write(tmp_path / "in.gpkg", [shape], local, name=["甲"])
    for suffix in ("shp", "gpkg"):
        convert(source, tmp_path / f"out.{suffix}")
        found, _issues = read_table(tmp_path / f"out.{suffix}")
        assert same(found.geometry[0], shape)
        assert found.crs.coordinate_operation.params[1].value == 109.5
    with pytest.raises(CRSError) as caught:
        convert(source, tmp_path / "out.geojson")
    assert "--to-crs" in said(caught)
    assert sorted(path.name for path in tmp_path.glob("out.geojson*")) == []


def test_to_crs_divides_the_edges_and_says_what_is_written(tmp_path):
    shape = box(0, 0, 3000, 2000)
    source = write(tmp_path / "in.gpkg", [shape], name=["甲"])
    done = convert(source, tmp_path / "out.gpkg", to_crs="EPSG:4490")
    assert done.crs == "EPSG:4490"
    found, _issues = read_table(tmp_path / "out.gpkg")
    assert found.crs.to_epsg() == 4490
    assert len(shapely.get_coordinates(found.geometry)) > 10_000 / 20
    old = area(shape, CRS)
    new = area(found.geometry[0], 4490)
    assert new == pytest.approx(old, abs=0.05)
    with pytest.raises(CRSError):
        convert(source, tmp_path / "b.gpkg", to_crs="EPSG:4610")
    with pytest.raises(CRSError):
        convert(source, tmp_path / "b.gpkg", to_crs="nonsense")


# Shapefile


SCHEMA = {
    "DLBM": "str:5",
    "TBMJ": "float:15.2",
    "RQ": "date",
    "BSM": "int32:9",
    "MC": "str:20",
    "KCXS": "float:6.4",
}
VALUES = [
    {"DLBM": "0101K", "TBMJ": 1234567.89, "RQ": dt.date(2019, 12, 31), "BSM": 7,
     "MC": "柳南区太阳村镇", "KCXS": 0.0925},
    dict.fromkeys(SCHEMA),
]  # fmt: skip


def delivered(path: Path, encoding: str = "GB18030") -> Path:
    """A Shapefile as a bureau hands it over, with widths, types and dates of a schema."""
    fiona = pytest.importorskip("fiona")
    shape = shapely.geometry.mapping(box(0, 0, 100, 100))
    with fiona.open(
        path,
        "w",
        driver="ESRI Shapefile" if path.suffix == ".shp" else "GPKG",
        crs=CRS,
        schema={"geometry": "Polygon", "properties": SCHEMA},
        **({"encoding": encoding} if path.suffix == ".shp" else {}),
    ) as file:
        file.writerecords({"geometry": shape, "properties": row} for row in VALUES)
    return path


@pytest.mark.parametrize("encoding", [None, "GB18030", "gbk", "utf8"])
def test_widths_types_dates_and_values_stay(tmp_path, encoding):
    fiona = pytest.importorskip("fiona")
    source = delivered(tmp_path / "in.shp")
    out = tmp_path / "out.shp"
    done = convert(source, out, to_encoding=encoding)
    used = ogr.encoding_named(encoding or "UTF-8")
    with fiona.open(out, encoding=used) as file:
        assert {**file.schema["properties"], "MC": "-"} == {**SCHEMA, "MC": "-"}
        # 7 characters: 14 bytes of GB18030, which fit, and 21 of UTF-8, which do not
        wide = used == "UTF-8"
        assert file.schema["properties"]["MC"] == ("str:21" if wide else "str:20")
        assert list(file.schema["properties"]) == list(SCHEMA)
        assert [
            {
                **row["properties"],
                "RQ": row["properties"]["RQ"] and dt.date.fromisoformat(row["properties"]["RQ"]),
            }
            for row in file
        ] == VALUES
    assert ("field_widened" in codes(done)) == wide
    assert out.with_suffix(".cpg").read_text() == used
    dbf = out.with_suffix(".dbf").read_bytes()
    assert dbf[29] == (0x00 if wide else 0x4D)
    assert "柳南区太阳村镇".encode(used) in dbf
    assert sorted(path.suffix for path in done.written) == sorted(ogr.SHAPEFILE)
    assert [issue for issue in done.issues if issue.severity == "warning"] == []


def test_a_geopackage_keeps_widths_and_dates(tmp_path):
    fiona = pytest.importorskip("fiona")
    source = delivered(tmp_path / "in.shp")
    convert(source, tmp_path / "out.gpkg")
    with fiona.open(tmp_path / "out.gpkg") as file:
        assert file.schema["properties"]["DLBM"] == "str:5"
        assert file.schema["properties"]["RQ"] == "date"
        assert file.schema["properties"]["TBMJ"] == "float"
    convert(tmp_path / "out.gpkg", tmp_path / "back.shp")
    with fiona.open(tmp_path / "back.shp") as file:
        assert file.schema["properties"]["DLBM"] == "str:5"
        assert [row["properties"]["TBMJ"] for row in file] == [1234567.89, None]


def test_integers_of_two_sizes_in_one_file(tmp_path):
    """fiona sets a long field that follows a short one as if it were short."""
    source = write(
        tmp_path / "in.gpkg",
        [box(0, 0, 1, 1)],
        a=np.array([1], np.int32),
        b=np.array([2**40], np.int64),
    )
    for suffix in ("shp", "gpkg"):
        convert(source, tmp_path / f"out.{suffix}")
        found, _issues = read_table(tmp_path / f"out.{suffix}")
        assert [column.values for column in found.columns] == [(1,), (2**40,)]


def test_long_names_are_cut_without_running_together(tmp_path):
    names = [
        "土地利用现状分类编码",
        "土地利用现状分类名称",
        "TOWNSHIP_CODE",
        "TOWNSHIP_CITY",
        "TOWNSHIP_C",
    ]
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], **{n: [n] for n in names})
    for encoding, expected in (
        ("GB18030", ["土地利用现", "土地利用_1", "TOWNSHIP_1", "TOWNSHIP_2", "TOWNSHIP_C"]),
        ("UTF-8", ["土地利", "土地_1", "TOWNSHIP_1", "TOWNSHIP_2", "TOWNSHIP_C"]),
    ):
        out = tmp_path / f"{encoding}.shp"
        done = convert(source, out, to_encoding=encoding)
        found, _issues = read_table(out)
        assert [column.name for column in found.columns] == expected
        assert [column.values[0] for column in found.columns] == names
        (issue,) = [issue for issue in done.issues if issue.code == "field_renamed"]
        assert "TOWNSHIP_CITY → TOWNSHIP_2" in issue.message.render("en")


def test_text_beyond_254_bytes_is_cut_between_characters_and_told(tmp_path):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["柳" * 100])
    done = convert(source, tmp_path / "out.shp")
    found, _issues = read_table(tmp_path / "out.shp")
    assert found.columns[0].values == ("柳" * 84,)
    assert ("value_cut", "warning") in [(i.code, i.severity) for i in done.issues]
    assert "value_cut" not in codes(convert(source, tmp_path / "b.shp", to_encoding="GB18030"))


def test_large_and_odd_numbers_fit_a_field(tmp_path):
    values = [1e15 + 0.5, -1e-9, 123456.789, np.inf, np.nan]
    source = write(
        tmp_path / "in.gpkg", [box(0, 0, 1, 1)] * 5, v=values, b=[True, False] * 2 + [True]
    )
    convert(source, tmp_path / "out.shp")
    found, _issues = read_table(tmp_path / "out.shp")
    v, b = found.columns
    assert v.values[:3] == pytest.approx([1e15 + 0.5, 0, 123456.789], abs=1e-6)
    assert v.values[3:] == (None, None)
    assert b.values == (True, False, True, False, True)
    assert b.kind == "boolean"


def test_times_become_text_where_the_format_has_none(tmp_path):
    time = np.datetime64("2018-12-31T08:30", "ms")
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], t=[time])
    for suffix in ("shp", "kml", "geojson", "dxf"):
        done = convert(source, tmp_path / f"out.{suffix}")
        assert "column_as_text" in codes(done)
    found, _issues = read_table(tmp_path / "out.shp")
    assert found.columns[0].values[0].startswith("2018-12-31T08:30:00")
    convert(source, tmp_path / "out.gpkg")
    found, _issues = read_table(tmp_path / "out.gpkg")
    assert found.columns[0].kind == "datetime"


@pytest.mark.parametrize("suffix", ["gpkg", "shp"])
def test_columns_that_the_format_has_itself_get_another_name(tmp_path, suffix):
    frame = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties":
             {"fid": "x", "geom": "y", "name": "a", "Name": "b"}, "geometry": shapely.geometry.mapping(
             shapely.box(109, 24, 109.1, 24.1))}]}  # fmt: skip
    (tmp_path / "in.geojson").write_text(json.dumps(frame), encoding="utf-8")
    convert(tmp_path / "in.geojson", tmp_path / f"out.{suffix}")
    found, _issues = read_table(tmp_path / f"out.{suffix}")
    assert [column.values[0] for column in found.columns] == ["x", "y", "a", "b"]


# KML, DXF, GeoJSON by themselves


def test_a_kml_is_well_formed_whatever_the_text(tmp_path):
    nasty = ["<b>&amp;]]>\"'", "line\nline\ttab", "bell\x07"]
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)] * 3, **{"a<b": nasty, "name": nasty})
    done = convert(source, tmp_path / "out.kml")
    found, _issues = read_table(tmp_path / "out.kml")
    columns = {column.name: column.values for column in found.columns}
    assert columns["a<b"] == (nasty[0], nasty[1], "bell")
    assert "value_cut" in codes(done)


def test_a_drawing_keeps_layers_types_and_columns(tmp_path):
    source = write(
        tmp_path / "in.gpkg",
        [box(0, 0, 100, 100), box(200, 0, 300, 100) - box(220, 20, 240, 40)],
        layer=["红线<1>", None],
        name=["甲\n镇", "乙"],
        area=[1.5, None],
        code=["0101", "x" * 20_000],
    )
    done = convert(source, tmp_path / "out.dxf", to_encoding="GB18030")
    assert {"crs_not_stored", "value_cut"} <= set(codes(done))
    with sources.opened(tmp_path / "out.dxf") as drawn:
        rows = sources.read(drawn, drawn.fields, None)
    assert drawn.encoding == "GB18030"
    found = {name: column.to_pylist() for name, column in rows.columns.items()}
    assert found == {"layer": ["红线<1>", None], "name": ["甲\n镇", None], "area": [1.5, None],
                     "code": ["0101", None]}  # fmt: skip
    import ezdxf

    doc = ezdxf.readfile(tmp_path / "out.dxf")
    assert doc.dxfversion == "AC1015"
    assert not doc.audit().errors
    kinds = {(e.dxftype(), e.dxf.layer) for e in doc.modelspace()}
    assert kinds == {
        ("LWPOLYLINE", "红线_1_"),
        ("TEXT", "红线_1_"),
        ("HATCH", "用地红线"),
        ("TEXT", "用地红线"),
    }


def test_the_label_of_a_drawing_stands_within_its_polygon(tmp_path):
    horseshoe = box(0, 0, 300, 300) - box(100, 0, 200, 250)
    source = write(tmp_path / "in.gpkg", [horseshoe], name=["甲镇"])
    convert(source, tmp_path / "out.dxf")
    raw = (tmp_path / "out.dxf").read_text("utf-8").replace("TOWNLAND", "SOMEBODY")
    (tmp_path / "other.dxf").write_text(raw, "utf-8")
    found, _issues = read_table(tmp_path / "other.dxf", crs=CRS)
    assert found.names() == ["甲镇"]


def test_geojson_of_degrees_is_plain_and_of_metres_names_its_crs(tmp_path):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"], d=[dt.date(2018, 12, 31)])
    convert(source, tmp_path / "out.geojson")
    content = json.loads((tmp_path / "out.geojson").read_text("utf-8"))
    assert content["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4524"
    assert content["features"][0]["properties"] == {"name": "甲", "d": "2018-12-31"}
    convert(source, tmp_path / "b.geojson", to_crs="EPSG:4326")
    content = json.loads((tmp_path / "b.geojson").read_text("utf-8"))
    assert "crs" not in content
    ring = content["features"][0]["geometry"]["coordinates"][0]
    assert shapely.LinearRing(ring).is_ccw


# whole or not at all


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_features_give_the_same_bytes(tmp_path, suffix, monkeypatch):
    source = delivered(tmp_path / "in.shp")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        convert(source, tmp_path / name / f"out.{suffix}")
    made = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert made == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in made:
        raw = (tmp_path / "a" / name).read_bytes()
        assert raw == (tmp_path / "b" / name).read_bytes()
        assert not any(text in raw for text in (b"2026-", str(tmp_path).encode()))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_failure_leaves_nothing_behind(tmp_path, suffix, monkeypatch):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"])
    real = boundary.WRITERS[f".{suffix}"]

    def failing(table: Any, path: Path, **options: Any) -> Any:
        real(table, path, **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(boundary.WRITERS, f".{suffix}", failing)
    with pytest.raises(ReportError) as caught:
        convert(source, tmp_path / f"out.{suffix}")
    assert "No space left" in said(caught)
    assert [path.name for path in tmp_path.iterdir()] == ["in.gpkg"]


def test_a_rename_that_fails_takes_back_those_before(tmp_path, monkeypatch):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"])
    real = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if self.suffix == ".shp":
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(ReportError):
        convert(source, tmp_path / "out.shp")
    assert [path.name for path in tmp_path.iterdir()] == ["in.gpkg"]


@pytest.mark.parametrize("there", ["out.shp", "out.dbf", "out.cpg", "out.shp.partial"])
def test_what_exists_is_left_as_it_is(tmp_path, there):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"])
    path = tmp_path / there
    path.mkdir() if there.endswith("partial") else path.write_text("mine")
    with pytest.raises(ReportError) as caught:
        convert(source, tmp_path / "out.shp")
    assert there in said(caught)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["in.gpkg", there])


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_a_link_is_not_followed(tmp_path):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"])
    (tmp_path / "out.kml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ReportError):
        convert(source, tmp_path / "out.kml")


def test_targets_that_cannot_be(tmp_path):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"])
    for name, word in (
        ("out.dwg", "known are"),
        ("out", "known are"),
        ("no/out.kml", "no such folder"),
    ):
        with pytest.raises(ReportError) as caught:
            convert(source, tmp_path / name)
        assert word in said(caught)
    for name, encoding in (("out.kml", "GB18030"), ("out.shp", "latin-1"), ("out.shp", "x")):
        with pytest.raises(ReportError) as caught:
            convert(source, tmp_path / name, to_encoding=encoding)
        assert "UTF-8 or GB18030" in said(caught)
    with pytest.raises(LayerError):
        convert(tmp_path / "absent.gpkg", tmp_path / "out.kml")
    assert [path.name for path in tmp_path.iterdir()] == ["in.gpkg"]


def test_what_is_no_polygon_is_left_out_and_told(tmp_path):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1), shapely.Point(E, N)], name=["甲", "点"])
    done = convert(source, tmp_path / "out.geojson")
    assert done.features == 1
    assert "geometry_not_polygon" in codes(done)
    source = write(tmp_path / "points.gpkg", [shapely.Point(E, N)], name=["点"])
    with pytest.raises(LayerError) as caught:
        convert(source, tmp_path / "b.geojson")
    assert "no polygon" in said(caught)


@pytest.mark.parametrize("suffix", FORMATS)
def test_columns_that_are_left_out_stand_nowhere(tmp_path, suffix):
    source = write(
        tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"], SFZH=["450202199001010011"]
    )
    convert(source, tmp_path / f"out.{suffix}", leave_out=["bz"])
    for path in tmp_path.glob("out.*"):
        raw = path.read_bytes()
        assert b"450202199001010011" not in raw
        assert b'"BZ"' not in raw


@pytest.mark.parametrize("suffix", FORMATS)
def test_personal_data_is_never_copied(tmp_path, suffix):
    secret = {
        "SFZH": ["450202199001010011"],
        "村责任人姓名": ["韦某某"],
        "联系电话": ["13800000000"],
    }
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"], **secret)
    done = convert(source, tmp_path / f"out.{suffix}")
    (issue,) = [issue for issue in done.issues if issue.code == "column_personal"]
    assert all(name in issue.message.render("en") for name in secret)
    for path in tmp_path.glob("out.*"):
        raw = path.read_bytes()
        for name, (value,) in secret.items():
            for text in (name, value):
                assert text.encode() not in raw
                assert json.dumps(text)[1:-1].encode() not in raw


# the command


def test_the_command_prints_what_it_did(tmp_path):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 1, 1)], name=["甲"])
    out = tmp_path / "out.dxf"
    done = CliRunner().invoke(app, ["convert", str(source), str(out), "--json", "--lang", "en"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["in"], said["out"]) == (source.as_posix(), out.as_posix())
    assert (said["features"], said["crs"]) == (1, CRS)
    assert [set(issue) for issue in said["issues"]] == [{"code", "severity", "feature", "message"}]
    assert said["issues"][0]["code"] == "crs_not_stored"
    again = str(tmp_path / "again.dxf")
    plainly = CliRunner().invoke(app, ["convert", str(source), again, "--lang", "en"])
    told = " ".join(plainly.stdout.split())
    assert " ".join(said["issues"][0]["message"].split()) in told
    assert "crs_not_stored" not in told  # a code is for programs
    done = CliRunner().invoke(
        app, ["convert", str(out), str(tmp_path / "b.shp"), "--crs", CRS, "--lang", "en"]
    )
    assert "1 feature in EPSG:4524" in done.stdout


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=towns())
def test_txt_keeps_every_point_to_a_tenth_of_a_millimetre(frame):
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.gpkg", Path(folder) / "out.txt"
        frame.to_file(source)
        done = convert(source, out)
        assert (done.features, done.crs) == (len(frame), CRS)
        found, issues = read_table(out)
        again = Path(folder) / "again.txt"
        convert(out, again)
        twice, _issues = read_table(again)
    # what was rounded once stays
    assert all(map(same, found.geometry, twice.geometry))
    assert not {"point_count_differs", "declared_area_differs"} & {i.code for i in issues}
    for before, after in zip(frame.geometry, found.geometry, strict=True):
        assert shapely.get_num_geometries(after) == shapely.get_num_geometries(before)
        assert shapely.get_num_coordinates(after) == shapely.get_num_coordinates(before)
        # half of the last digit, and what a float of eight digits before the point adds
        assert shapely.hausdorff_distance(after.boundary, before.boundary) < 1e-4
        assert after.area == pytest.approx(before.area, abs=0.01 + 1e-4 * before.length)


def test_txt_is_gb18030_unless_utf8_is_asked_for_and_knows_zones_alone(tmp_path):
    source = write(tmp_path / "in.gpkg", [box(0, 0, 100, 50)], name=["㙟塘镇,甲"], memo=["x"])
    done = convert(source, tmp_path / "out.txt")
    raw = (tmp_path / "out.txt").read_bytes()
    assert {"text_changed", "columns_lost"} <= set(codes(done))
    assert "4,0.4998,1,㙟塘镇，甲,面,,,,@".replace("4,0", "5,0", 1) in raw.decode("gb18030")
    assert "带号=36\r\n" in raw.decode("gb18030")
    convert(source, tmp_path / "utf8.txt", to_encoding="UTF-8")
    assert "㙟塘镇，甲" in (tmp_path / "utf8.txt").read_text("utf-8")
    with pytest.raises(CRSError) as caught:
        convert(source, tmp_path / "degrees.txt", to_crs="EPSG:4490")
    assert "--to-crs" in said(caught)
    assert not (tmp_path / "degrees.txt").exists()
