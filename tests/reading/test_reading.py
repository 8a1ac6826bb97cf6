"""Reading layers: only what is near the towns, rightly, or an error that says what is wrong."""

from __future__ import annotations

import gc
import json
import sqlite3
import struct
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townland.catalog import LayerCatalog, LayerSpec
from townland.errors import CRSError, LayerError
from townland.geodesy import crs as crsys
from townland.layers import describe
from townland.reading import digests
from townland.reading import source as sources
from townland.reading.rows import merged
from townland.reading.vector import read_layer

ZONE_36 = pyproj.CRS.from_epsg(4524)
X0, Y0 = 36_640_000, 2_690_000
DRIVERS = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "geojson": "GeoJSON",
    "gdb": "OpenFileGDB",
    "fgb": "FlatGeobuf",
    "parquet": None,
}


def squares(side: int = 10, crs: int = 4524) -> gpd.GeoDataFrame:
    """A board of 100 m squares, numbered row by row from the south-west."""
    row, column = np.divmod(np.arange(side * side), side)
    x, y = X0 + 100 * column, Y0 + 100 * row
    return gpd.GeoDataFrame(
        {
            "BSM": [f"B{n:04d}" for n in range(side * side)],
            "DLBM": [["0101", "0307"][n % 2] for n in range(side * side)],
            "KCXS": np.arange(side * side) / 1000,
            "QSXZ": ["20", "30"] * (side * side // 2),
            "BZ": "田",
        },
        geometry=shapely.box(x, y, x + 100, y + 100),
        crs=crs,
    )


def write(frame: gpd.GeoDataFrame, path: Path, **options) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path, write_covering_bbox=True, row_group_size=10)
    else:
        frame.to_file(path, driver=DRIVERS[path.suffix[1:]], **options)
    return path


def window(west: float, south: float, east: float, north: float, crs=ZONE_36):
    """A window in metres from the board's corner."""
    return (X0 + west, Y0 + south, X0 + east, Y0 + north), crs


def layer(path: Path | str, windows, *, hashed: bool = False, **keys):
    path = Path(path)
    spec = LayerSpec.model_validate(
        {"name": "land", "role": "land_use", "path": path.name, "scheme": "sandiao-2019"} | keys
    )
    catalog = LayerCatalog(layer=[spec])
    catalog._path = path.parent / "catalog.toml"
    return read_layer(spec, catalog, windows, hashed=hashed)


def codes(found) -> list[str]:
    return [issue.code for issue in found.issues]


COLUMNS = {
    "class_column": "DLBM",
    "id_column": "BSM",
    "net_factor_column": "KCXS",
    "owner_column": "QSXZ",
}


# --- windows ------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", DRIVERS)
def test_every_format_gives_the_same_rows(tmp_path, suffix):
    path = write(squares(), tmp_path / f"land.{suffix}")
    found = layer(path, [window(110, 110, 190, 190), window(520, 20, 580, 80)], **COLUMNS)
    # square 5 of the first row, square 1 of the second: in the order of the file
    own = [
        "id",
        "code",
        "named",
        "net_factor",
        "owner",
        "tag",
        "slope",
        "grade",
        "production",
        "village",
        "geometry",
    ]
    assert list(found.frame.columns) == own
    assert found.frame["id"].tolist() == ["B0005", "B0011"]
    assert found.frame["code"].tolist() == ["0307", "0307"]
    assert found.frame["net_factor"].tolist() == [0.005, 0.011]
    assert found.frame["owner"].tolist() == ["30", "30"]
    assert found.frame["tag"].tolist() == [None, None]
    assert {str(found.frame[name].dtype) for name in ("id", "code", "owner", "tag")} == {"object"}
    assert found.frame.geometry.area.tolist() == pytest.approx([10_000, 10_000])
    assert found.crs == ZONE_36
    assert found.frame.crs == ZONE_36
    assert found.input.features == 100
    assert found.extent.bounds == pytest.approx((X0, Y0, X0 + 1000, Y0 + 1000))
    assert found.coverage is None
    assert codes(found) == []


@pytest.mark.parametrize("suffix", DRIVERS)
def test_touching_and_overlapping_windows_give_each_feature_once_in_file_order(tmp_path, suffix):
    path = write(squares(), tmp_path / f"land.{suffix}")
    windows = [
        window(450, 450, 550, 550),
        window(10, 10, 90, 90),
        window(440, 440, 560, 460),
        window(-500, -500, -400, -400),
    ]
    found = layer(path, windows, **COLUMNS)
    ids = found.frame["id"].tolist()
    if suffix == "fgb":  # the format sorts its features along a curve when it is written
        ids.sort()
    assert ids == ["B0000", "B0044", "B0045", "B0054", "B0055"]


@pytest.mark.parametrize("suffix", DRIVERS)
def test_a_window_that_misses_gives_an_empty_frame_with_its_columns(tmp_path, suffix):
    path = write(squares(), tmp_path / f"land.{suffix}")
    for windows in ([window(5000, 5000, 6000, 6000)], []):
        found = layer(path, windows, **COLUMNS)
        assert len(found.frame) == 0
        assert list(found.frame.columns)[:3] == ["id", "code", "named"]
        assert found.frame.crs == ZONE_36


def test_a_window_of_another_zone_finds_the_same_features(tmp_path):
    path = write(squares(), tmp_path / "land.gpkg")
    zone_37 = pyproj.CRS.from_epsg(4525)
    bounds, _crs = window(310, 310, 390, 390)
    there = crsys.transform_bounds(bounds, ZONE_36, zone_37)
    assert "B0033" in layer(path, [(there, zone_37)], **COLUMNS).frame["id"].tolist()
    degrees = crsys.transform_bounds(bounds, ZONE_36, crsys.LONLAT)
    assert "B0033" in layer(path, [(degrees, crsys.LONLAT)], **COLUMNS).frame["id"].tolist()


def test_only_the_window_and_the_needed_columns_are_asked_for(tmp_path, monkeypatch):
    path = write(squares(), tmp_path / "land.gpkg")
    asked = []
    real = pyogrio.raw.read_arrow

    def spy(file, **options):
        asked.append(options)
        return real(file, **options)

    monkeypatch.setattr(pyogrio.raw, "read_arrow", spy)
    layer(path, [window(10, 10, 90, 90)], class_column="DLBM", where={"QSXZ": ["20"]})
    assert len(asked) == 1
    assert asked[0]["columns"] == ["DLBM", "QSXZ"]
    # by its number, which the window's own box gives, and by no index of the file
    assert asked[0]["where"] == '"fid" IN (1)'
    assert "bbox" not in asked[0]


@given(
    st.lists(
        st.tuples(*[st.integers(0, 50)] * 4).map(
            lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
        ),
        max_size=12,
    )
)
def test_merged_boxes_cover_what_they_were_made_of_and_cost_no_more(boxes):
    found = merged(boxes)
    for box in boxes:
        assert any(
            f[0] <= box[0] and f[1] <= box[1] and f[2] >= box[2] and f[3] >= box[3] for f in found
        )
    area = sum((b[2] - b[0]) * (b[3] - b[1]) for b in boxes)
    assert sum((b[2] - b[0]) * (b[3] - b[1]) for b in found) <= area


# --- columns ------------------------------------------------------------------------------


def test_columns_are_found_in_any_case_and_by_their_other_names(tmp_path):
    frame = squares().rename(columns={"DLBM": "dlbm", "KCXS": "TKXS"})
    found = layer(write(frame, tmp_path / "land.gpkg"), [window(10, 10, 90, 90)], **COLUMNS)
    assert found.frame[["code", "net_factor"]].values.tolist() == [["0101", 0.0]]


def test_a_missing_column_is_an_error_that_lists_what_there_is(tmp_path):
    path = write(squares(), tmp_path / "land.gpkg")
    with pytest.raises(LayerError) as caught:
        layer(path, [window(0, 0, 9, 9)], class_column="DLBN")
    said = caught.value.render("en")
    assert "did you mean DLBM?" in said
    assert "BSM, DLBM, KCXS, QSXZ, BZ" in said
    with pytest.raises(LayerError) as caught:
        layer(path, [window(0, 0, 9, 9)], class_column="DLBM", where={"ZZZ": ["1"]})
    assert "no column ZZZ" in caught.value.render("en")


def test_codes_keep_their_text_and_numbers_lose_only_their_point(tmp_path):
    frame = squares(2)
    frame["text"] = [" 0101 ", "1104k", "", None]
    frame["whole"] = [101, 102, 103, 104]
    frame["real"] = [101.0, 102.5, np.nan, 104.0]
    path = write(frame, tmp_path / "land.gpkg")
    around = [window(0, 0, 200, 200)]
    for column, expected in {
        "text": ["0101", "1104k", None, None],
        "whole": ["101", "102", "103", "104"],
        "real": ["101", "102.5", None, "104"],
    }.items():
        assert layer(path, around, class_column=column).frame["code"].tolist() == expected


def test_factors_written_as_text_are_numbers_and_odd_ones_are_said(tmp_path):
    frame = squares(2)
    frame["KCXS"] = ["0.0925", " 0.1 ", "", "n/a"]
    found = layer(write(frame, tmp_path / "land.gpkg"), [window(0, 0, 200, 200)], **COLUMNS)
    assert found.frame["net_factor"].tolist()[:2] == [0.0925, 0.1]
    assert found.frame["net_factor"].isna().tolist() == [False, False, True, True]
    assert codes(found) == ["net_factor_not_number"]


def test_without_an_id_column_or_value_the_number_in_the_file_is_the_id(tmp_path):
    frame = squares(2)
    frame["BSM"] = ["a", None, "", "d"]
    path = write(frame, tmp_path / "land.gpkg")
    around = [window(0, 0, 200, 200)]
    assert layer(path, around).frame["id"].tolist() == ["1", "2", "3", "4"]
    found = layer(path, around, id_column="BSM")
    assert found.frame["id"].tolist() == ["a", "2", "3", "d"]
    assert codes(found) == ["id_missing"]


def test_where_keeps_exact_values_whatever_their_type(tmp_path):
    frame = squares(2)
    frame["n"] = [101, 102, 103, 104]
    frame["t"] = ["0101", "101", "0103", "x"]
    path = write(frame, tmp_path / "land.gpkg")
    around = [window(0, 0, 200, 200)]

    def ids(where):
        return layer(path, around, id_column="BSM", where=where).frame["id"].tolist()

    assert ids({"n": ["0101", 104]}) == ["B0000", "B0003"]
    assert ids({"T": ["0101"]}) == ["B0000"]
    assert ids({"t": [101]}) == ["B0000", "B0001"]
    assert ids({"n": [101, 102], "t": ["101"]}) == ["B0001"]
    assert ids({"t": ["none"]}) == []


def test_the_extent_is_that_of_the_file_before_where(tmp_path):
    path = write(squares(), tmp_path / "land.gpkg")
    found = layer(path, [window(0, 0, 9, 9)], where={"DLBM": ["0307"]})
    assert found.extent.area == pytest.approx(1e6)


# --- geometry -----------------------------------------------------------------------------


def odd_geometries() -> gpd.GeoDataFrame:
    box = shapely.box(X0, Y0, X0 + 100, Y0 + 100)
    return gpd.GeoDataFrame(
        {"n": list("abcde")},
        geometry=[
            shapely.force_3d(box, 7.0),
            shapely.Point(X0 + 50, Y0 + 50),
            shapely.LineString([(X0, Y0), (X0 + 9, Y0)]),
            shapely.GeometryCollection([box, shapely.Point(X0, Y0)]),
            box,
        ],
        crs=4524,
    )


def test_heights_are_dropped_and_what_is_no_polygon_is_counted(tmp_path):
    path = write(odd_geometries(), tmp_path / "land.gpkg", geometry_type="Unknown")
    found = layer(path, [window(0, 0, 100, 100)], id_column="n")
    assert found.frame["id"].tolist() == ["a", "d", "e"]
    assert not found.frame.geometry.has_z.any()
    assert found.frame.geometry.area.tolist() == [10_000.0] * 3
    assert codes(found) == ["geometry_not_polygon", "geometry_collection", "dimension_dropped"]
    assert "2 features" in found.issues[0].message.render("en")
    assert "1 feature " in found.issues[1].message.render("en")
    assert "1 feature " in found.issues[2].message.render("en")
    assert {issue.layer for issue in found.issues} == {"land"}


def test_measures_are_dropped_too(tmp_path):
    box = shapely.from_wkt(
        f"POLYGON M(({X0} {Y0} 1,{X0 + 9} {Y0} 1,{X0 + 9} {Y0 + 9} 2,{X0} {Y0} 1))"
    )
    frame = gpd.GeoDataFrame({"n": ["a"]}, geometry=[box], crs=4524)
    path = tmp_path / "land.geojson"
    frame.to_parquet(path.with_suffix(".parquet"))
    found = layer(path.with_suffix(".parquet"), [window(0, 0, 100, 100)])
    assert not shapely.has_m(found.frame.geometry.iloc[0])
    assert codes(found) == ["dimension_dropped"]


def test_empty_and_missing_geometries_are_an_issue(tmp_path):
    frame = gpd.GeoDataFrame(
        {"n": list("abc")}, geometry=[shapely.Polygon(), None, shapely.box(1, 1, 2, 2)], crs=4326
    )
    frame.to_parquet(tmp_path / "land.parquet")
    rows = None
    with sources.opened(tmp_path / "land.parquet") as source:
        rows = sources.read(source, ["n"], None)
    from townland.reading.polygons import polygons

    kept, issues = polygons(rows)
    assert len(kept) == 1
    assert [issue.code for issue in issues] == ["geometry_empty"]
    assert "2 features" in issues[0].message.render("en")


def test_curves_become_chords_of_a_stated_step(tmp_path):
    path = tmp_path / "land.gpkg"
    write(squares(2).iloc[:1], path, layer="land", geometry_type="Unknown", SPATIAL_INDEX="NO")
    points = [(0, 0), (50, 50), (100, 0), (50, -50), (0, 0)]
    ring = b"".join(struct.pack("<2d", X0 + x, Y0 + y) for x, y in points)
    curve = struct.pack("<BIIBII", 1, 10, 1, 1, 8, 5) + ring
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE land SET geom = ?", (struct.pack("<4si", b"GP\x00\x01", 4524) + curve,)
        )
    database.close()
    found = layer(path, [window(0, -50, 100, 50)])
    # a circle of radius 50 m
    assert found.frame.geometry.area.iloc[0] == pytest.approx(np.pi * 2500, rel=1e-6)
    assert codes(found) == ["curve_linearised"]


def test_invalid_polygons_come_as_they_are(tmp_path):
    bow = shapely.Polygon([(X0, Y0), (X0 + 10, Y0 + 10), (X0 + 10, Y0), (X0, Y0 + 10)])
    path = write(gpd.GeoDataFrame({"n": [1]}, geometry=[bow], crs=4524), tmp_path / "land.gpkg")
    found = layer(path, [window(0, 0, 10, 10)])
    assert found.frame.geometry.iloc[0].equals_exact(bow, 0)


# --- CRS ----------------------------------------------------------------------------------


def test_the_esri_dialect_is_read_as_its_code(tmp_path):
    path = write(squares(2), tmp_path / "land.shp")
    path.with_suffix(".prj").write_text(ZONE_36.to_wkt("WKT1_ESRI"), encoding="ascii")
    assert layer(path, [window(0, 0, 9, 9)]).input.crs_used == "EPSG:4524"


def test_a_missing_crs_is_an_error_that_names_what_the_numbers_allow(tmp_path):
    path = write(squares(2), tmp_path / "land.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError) as caught:
        layer(path, [window(0, 0, 9, 9)])
    assert "EPSG:4524" in caught.value.render("en")
    found = layer(path, [window(0, 0, 9, 9)], crs="EPSG:4524")
    assert (found.input.crs_declared, found.input.crs_used) == ("EPSG:4524", "EPSG:4524")


def test_a_stated_crs_goes_before_that_of_the_file_and_is_said(tmp_path):
    path = write(squares(2).set_crs(4525, allow_override=True), tmp_path / "land.gpkg")
    found = layer(path, [((0, 0, 1, 1), crsys.LONLAT)], crs="EPSG:4524")
    assert found.input.crs_used == "EPSG:4524"
    assert codes(found) == ["crs_overridden"]


def test_a_legacy_layer_is_refused_and_read_with_declared_parameters(tmp_path):
    path = write(squares(2, crs=2360), tmp_path / "land.gpkg")
    with pytest.raises(CRSError):
        layer(path, [window(0, 0, 9, 9)])
    found = layer(path, [window(0, 0, 200, 200)], transform="10,20,30")
    assert codes(found) == ["crs_transform_declared"]
    assert len(found.frame) == 4


def test_a_declared_pipeline_moves_the_features_and_the_window(tmp_path):
    path = write(squares(2, crs=2360), tmp_path / "land.gpkg")
    # back to degrees on the layer's own ellipsoid, which is all that this pipeline does
    pipeline = (
        "+proj=pipeline +step +inv +proj=tmerc +lon_0=108 +x_0=36500000 +a=6378140 +rf=298.257"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    steps = crsys.pipeline(pipeline)
    west, south = steps.transform(X0 + 110, Y0 + 110)
    east, north = steps.transform(X0 + 190, Y0 + 190)
    found = layer(
        path, [((west, south, east, north), crsys.CGCS2000)], transform=pipeline, id_column="BSM"
    )
    assert found.crs == crsys.CGCS2000
    assert found.frame["id"].tolist() == ["B0003"]
    corner = steps.transform(X0 + 100, Y0 + 100)
    assert found.frame.geometry.iloc[0].distance(shapely.Point(corner)) < 1e-9
    assert found.extent.distance(shapely.Point(corner)) < 1e-9
    assert codes(found) == ["crs_transform_declared"]


def geojson(path: Path, ring, **members) -> Path:
    feature = {
        "type": "Feature",
        "properties": {"name": "a"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    document = {"type": "FeatureCollection", **members, "features": [feature]}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_geojson_is_wgs84_unless_it_says_otherwise(tmp_path):
    degrees = [[109, 24], [109.01, 24], [109.01, 24.01], [109, 24]]
    metres = [[X0, Y0], [X0 + 9, Y0], [X0 + 9, Y0 + 9], [X0, Y0]]
    around = [((108, 23, 110, 25), crsys.LONLAT)]
    plain = geojson(tmp_path / "a.geojson", degrees)
    assert layer(plain, around).input.crs_used == "EPSG:4326"
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4524"}}
    named = geojson(tmp_path / "b.geojson", metres, crs=member)
    assert layer(named, [window(0, 0, 9, 9)]).input.crs_used == "EPSG:4524"
    bare = geojson(tmp_path / "c.geojson", metres)
    with pytest.raises(CRSError) as caught:
        layer(bare, around)
    assert "no degrees" in caught.value.message.msgid
    assert "EPSG:4524" in caught.value.render("en")
    assert len(layer(bare, [window(0, 0, 9, 9)], crs="EPSG:4524").frame) == 1


def test_metres_under_a_prj_in_degrees_are_refused(tmp_path):
    path = write(squares(2).set_crs(4490, allow_override=True), tmp_path / "land.shp")
    with pytest.raises(CRSError) as caught:
        layer(path, [((108, 23, 110, 25), crsys.LONLAT)])
    assert "no degrees" in caught.value.message.msgid


# --- coverage, layers, hashes -------------------------------------------------------------


def test_the_declared_coverage_is_united_in_the_layer_s_crs(tmp_path):
    path = write(squares(), tmp_path / "land.gpkg")
    halves = gpd.GeoDataFrame(
        geometry=[
            shapely.box(X0, Y0, X0 + 600, Y0 + 1000),
            shapely.box(X0 + 500, Y0, X0 + 1000, Y0 + 1000),
        ],
        crs=4524,
    )
    write(halves, tmp_path / "extent.gpkg", layer="one")
    write(halves.to_crs(4525), tmp_path / "extent.gpkg", layer="two")
    around = [window(0, 0, 9, 9)]
    assert layer(path, around, coverage="extent.gpkg|one").coverage.area == pytest.approx(1e6)
    assert layer(path, around, coverage="extent.gpkg|two").coverage.area == pytest.approx(
        1e6, rel=1e-7
    )
    with pytest.raises(LayerError, match=r"nothing\.gpkg"):
        layer(path, around, coverage="nothing.gpkg")


def test_a_file_of_several_layers_asks_for_one(tmp_path):
    path = tmp_path / "county.gpkg"
    write(squares(2), path, layer="DLTB")
    write(squares(2), path, layer="YJJBNTTB")
    around = [window(0, 0, 9, 9)]
    with pytest.raises(LayerError) as caught:
        layer(path, around)
    assert "DLTB, YJJBNTTB" in caught.value.render("en")
    with pytest.raises(LayerError) as caught:
        layer(path, around, layer="DLTP")
    assert "did you mean DLTB?" in caught.value.render("en")
    with pytest.raises(LayerError) as caught:
        layer(path, around, layer="zzz")
    assert "the layers are: DLTB, YJJBNTTB" in caught.value.render("en")
    assert len(layer(path, around, layer="dltb").frame) == 1
    assert len(layer(path, around, name="yjjbnttb").frame) == 1


def test_the_one_layer_with_polygons_is_taken(tmp_path):
    path = tmp_path / "county.gpkg"
    write(squares(2), path, layer="DLTB")
    points = gpd.GeoDataFrame(geometry=[shapely.Point(X0, Y0)], crs=4524)
    write(points, path, layer="points")
    assert len(layer(path, [window(0, 0, 9, 9)]).frame) == 1


def test_the_hash_follows_the_data_and_not_the_place(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    a = write(squares(2), one / "land.shp")
    for part in one.iterdir():
        (two / part.name.replace("land", "other")).write_bytes(part.read_bytes())
    (two / "other.qix").write_bytes(b"index")
    b = two / "other.shp"
    assert digests.sha256_of(a) == digests.sha256_of(b)
    (two / "other.cpg").write_text("GBK", encoding="ascii")
    assert digests.sha256_of(a) != digests.sha256_of(b)
    gdb = write(squares(2), tmp_path / "land.gdb")
    before = digests.sha256_of(gdb)
    (gdb / "a00000001.gdbtable.sr.lock").write_bytes(b"")
    assert digests.sha256_of(gdb) == before
    found = layer(a, [window(0, 0, 9, 9)], hashed=True)
    assert found.input.sha256 == digests.sha256_of(a)
    assert layer(a, [window(0, 0, 9, 9)]).input.sha256 == ""


def test_the_hash_of_one_file_is_its_sha256(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"abc")
    assert digests.sha256_of(tmp_path / "a.gpkg") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


# --- inspecting ---------------------------------------------------------------------------


def inspect(path: Path, **keys) -> describe.LayerSummary:
    spec = LayerSpec.model_validate({"name": "land", "role": "land_use", "path": path.name} | keys)
    catalog = LayerCatalog(layer=[spec])
    catalog._path = path.parent / "catalog.toml"
    return describe.inspect(spec, catalog)


@pytest.mark.parametrize("suffix", DRIVERS)
def test_a_layer_is_described(tmp_path, suffix):
    path = write(squares(2), tmp_path / f"land.{suffix}")
    found = inspect(path, class_column="DLBM", scheme="sandiao-2019")
    assert (found.features, found.crs, found.issues) == (4, "EPSG:4524", ())
    assert [field.name for field in found.fields] == ["BSM", "DLBM", "KCXS", "QSXZ", "BZ"]
    assert describe.list_layers(path)[0][0] == "land"


def test_widths_are_those_the_file_declares(tmp_path):
    path = write(squares(2), tmp_path / "land.shp")
    fields = {field.name: field for field in inspect(path).fields}
    assert fields["DLBM"] == describe.Field("DLBM", "str", 80, None)
    assert (fields["KCXS"].width, fields["KCXS"].precision) == (24, 15)


def test_every_fault_of_a_layer_is_listed_at_once(tmp_path):
    path = write(squares(2), tmp_path / "land.shp")
    path.with_suffix(".prj").unlink()
    found = inspect(path, class_column="NONE", scheme="sandiao-2019", id_column="NOR")
    assert [(issue.code, issue.severity, issue.layer) for issue in found.issues] == [
        ("crs_refused", "error", "land"),
        ("column_missing", "error", "land"),
        ("column_missing", "error", "land"),
    ]
    missing = inspect(tmp_path / "none.gpkg")
    assert [issue.code for issue in missing.issues] == ["layer_unreadable"]
    points = gpd.GeoDataFrame(geometry=[shapely.Point(X0, Y0)], crs=4524)
    found = inspect(write(points, tmp_path / "points.gpkg"))
    assert [issue.code for issue in found.issues] == ["geometry_not_polygon"]


# --- GeoParquet ---------------------------------------------------------------------------


def parquet(frame: gpd.GeoDataFrame, path: Path, change=bool, **options) -> Path:
    """A GeoParquet file whose geometry's metadata went through `change`."""
    frame.to_parquet(path, **options)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    change(geo["columns"]["geometry"])
    meta = table.schema.metadata | {b"geo": json.dumps(geo).encode()}
    pq.write_table(table.replace_schema_metadata(meta), path, row_group_size=10)
    return path


def test_row_groups_far_from_the_window_are_not_read(tmp_path, monkeypatch):
    path = parquet(squares(), tmp_path / "land.parquet", write_covering_bbox=True)
    real, groups = pq.ParquetFile.read_row_group, []

    def spy(self, group, columns=None, **options):
        groups.append((group, "geometry" in columns))
        return real(self, group, columns=columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", spy)
    found = layer(path, [window(310, 310, 390, 390)], **COLUMNS)
    assert found.frame["id"].tolist() == ["B0033"]
    assert [group for group, whole in groups if whole] == [3]


def test_without_a_covering_the_window_is_kept_all_the_same(tmp_path):
    path = parquet(squares(), tmp_path / "land.parquet")
    found = layer(path, [window(310, 310, 390, 390)], **COLUMNS)
    assert found.frame["id"].tolist() == ["B0033"]
    assert found.extent.area == pytest.approx(1e6)
    path = parquet(squares(), tmp_path / "land.parquet", lambda column: column.pop("bbox"))
    assert layer(path, [window(310, 310, 390, 390)]).extent.area == pytest.approx(1e6)


def test_a_covering_in_single_precision_loses_nothing(tmp_path):
    path = tmp_path / "land.parquet"
    # the east side of the first square, 101.9 m from the corner, is rounded to 100 m
    parquet(squares().translate(1.9, 1.9).to_frame("geometry"), path, write_covering_bbox=True)
    table = pq.read_table(path)
    single = table.column("bbox").combine_chunks()
    sides = [single.field(side).cast("float32") for side in ("xmin", "ymin", "xmax", "ymax")]
    narrow = pa.StructArray.from_arrays(sides, names=["xmin", "ymin", "xmax", "ymax"])
    at = table.schema.get_field_index("bbox")
    pq.write_table(table.set_column(at, "bbox", narrow), path)
    # eastings of 36,640,000 are rounded to 4 m in single precision
    assert np.spacing(np.float32(X0)) == 4
    assert layer(path, [window(102.5, 50, 190, 60)]).frame["id"].tolist() == ["0", "1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda column: column.update(crs=None), "no coordinate system is declared"),
        (lambda column: column.update(encoding="TWKB"), "WKB"),
    ],
)
def test_what_a_geoparquet_may_not_say(tmp_path, change, said):
    path = parquet(squares(2), tmp_path / "land.parquet", change)
    with pytest.raises(LayerError) as caught:
        layer(path, [window(0, 0, 9, 9)])
    assert said in caught.value.render("en")


def test_a_geoparquet_without_a_crs_is_in_degrees(tmp_path):
    box = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(109, 24, 110, 25)], crs=4326)
    path = parquet(box, tmp_path / "land.parquet", lambda column: column.pop("crs"))
    found = layer(path, [((109, 24, 110, 25), crsys.LONLAT)])
    assert (found.input.crs_used, len(found.frame)) == ("EPSG:4326", 1)


def test_a_bare_parquet_is_no_layer(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "land.parquet")
    with pytest.raises(LayerError) as caught:
        layer(tmp_path / "land.parquet", [window(0, 0, 9, 9)])
    assert "no geometry" in caught.value.render("en")


# --- without an index ---------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_windows_give_the_same_features_with_and_without_an_index(tmp_path, cells):
    indexed, plain = tmp_path / "indexed.gpkg", tmp_path / "plain.shp"
    if not plain.exists():
        write(squares(), indexed)
        write(squares(), plain)
    windows = [window(100 * x + 10, 100 * y + 10, 100 * x + 90, 100 * y + 90) for x, y in cells]
    expected = sorted({f"B{10 * y + x:04d}" for x, y in cells})
    for path in (indexed, plain):
        found = layer(path, windows, **COLUMNS).frame["id"].tolist()
        # a merged window may hold features between two others; none is lost, none comes twice
        assert sorted(set(found)) == found
        assert set(expected) <= set(found)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_a_column_does_not_hold_the_geometry_that_came_with_it(tmp_path, suffix):
    """Who kept a layer's ids kept all its polygons twice, as GDAL gave them and as they were made."""
    path = tmp_path / f"many{suffix}"
    squares = [shapely.box(500_000 + n, 2_700_000, 500_001 + n, 2_700_001) for n in range(3000)]
    names = [f"parcel {n:06d}" for n in range(3000)]
    gpd.GeoDataFrame({"BSM": names}, geometry=squares, crs=4545).to_file(path)
    gc.collect()  # what another test left may not be counted
    before = pa.total_allocated_bytes()
    with sources.opened(path) as source:
        rows = sources.read(source, ["BSM"], None)
    assert rows.columns["BSM"].to_pylist() == names
    # what GDAL holds is not of Arrow's own memory
    assert pa.total_allocated_bytes() - before >= rows.columns["BSM"].nbytes
    assert rows.fid.base is None
