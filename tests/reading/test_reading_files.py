"""What files are by their content, zips, and hostile input: one clear error, and nothing touched."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from townland.errors import LayerError, TownlandError
from townland.reading import archive
from townland.reading.formats import zipped as zips
from townland.reading.sniff import local, sniff
from townland.towns import read_towns

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def frame(name: str = "甲镇") -> gpd.GeoDataFrame:
    box = shapely.box(36_640_000, 2_690_000, 36_641_000, 2_691_000)
    return gpd.GeoDataFrame({"name": [name]}, geometry=[box], crs=4524)


def refused(path: Path | str) -> str:
    with pytest.raises(LayerError) as caught:
        read_towns([path])
    return caught.value.render("en")


# --- paths --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/vsicurl/http://127.0.0.1:9/a.geojson",
        "/vsizip/a.zip/a.shp",
        "folder/vsimem/../../vsicurl/x",
        "http://127.0.0.1:9/a.geojson",
        "HTTPS://127.0.0.1:9/a.geojson",
        "s3://bucket/a.gpkg",
        "zip://a.zip",
        "file:///etc/passwd",
        "GPKG:a.gpkg",
        "PG:dbname=x",
        "WFS:http://127.0.0.1:9",
        "//server/share/a.gpkg",
        "\\\\server\\share\\a.gpkg",
    ],
)
def test_addresses_are_never_touched(path, monkeypatch):
    def touched(*_args, **_options):
        raise AssertionError("the path was opened")

    for opener in ("stat", "open", "is_dir", "exists"):
        monkeypatch.setattr(Path, opener, touched)
    monkeypatch.setattr("pyogrio.read_info", touched)
    with pytest.raises(LayerError) as caught:
        read_towns([path])
    assert "only files on this machine" in caught.value.message.msgid


@pytest.mark.parametrize("name", ["a!b.gpkg", "a;b.gpkg"])
def test_names_that_the_library_would_split_are_refused(tmp_path, name):
    path = tmp_path / name
    frame().to_file(tmp_path / "plain.gpkg")
    (tmp_path / "plain.gpkg").rename(path)
    assert "rename" in refused(path)


@pytest.mark.parametrize("name", ["镇 界#1?.gpkg", "100%41.gpkg", "a'b\"c.gpkg", "x.y.z.gpkg"])
def test_other_odd_names_are_read(tmp_path, name):
    frame().to_file(tmp_path / "plain.gpkg")
    path = tmp_path / name
    (tmp_path / "plain.gpkg").rename(path)
    assert read_towns([path])[0].name == "甲镇"


def test_a_drive_letter_is_no_address():
    assert local("C:/data/a.gpkg") == Path("C:/data/a.gpkg")


# --- content ------------------------------------------------------------------------------


def test_a_missing_file_an_empty_one_and_a_folder(tmp_path):
    assert "no such file" in refused(tmp_path / "none.gpkg")
    (tmp_path / "empty.gpkg").write_bytes(b"")
    assert "0 bytes" in refused(tmp_path / "empty.gpkg")
    (tmp_path / "folder").mkdir()
    assert "no FileGDB" in refused(tmp_path / "folder")
    (tmp_path / "empty.gdb").mkdir()
    assert "no FileGDB" in refused(tmp_path / "empty.gdb")


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{target}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


@pytest.mark.parametrize(
    "suffix", ["shp", "geojson", "gpkg", "json", "fgb", "vrt", "kml", "gml", ""]
)
@pytest.mark.parametrize("start", ["", "\ufeff", "\n  ", '<?xml version="1.0"?>'])
def test_xml_under_any_name_is_refused(tmp_path, suffix, start):
    secret = tmp_path / "secret.geojson"
    frame().to_file(secret)
    path = tmp_path / f"town.{suffix}".rstrip(".")
    path.write_text(start + VRT.format(target=secret), encoding="utf-8")
    assert "XML" in refused(path)


def test_a_raster_vrt_is_refused_too(tmp_path):
    path = tmp_path / "town.geojson"
    path.write_text("<VRTDataset rasterXSize='1' rasterYSize='1'></VRTDataset>", encoding="utf-8")
    assert "XML" in refused(path)


def test_content_must_be_what_the_suffix_says(tmp_path):
    frame().to_file(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").rename(tmp_path / "a.shp")
    assert "the name says Shapefile, but the content is GeoPackage" in refused(tmp_path / "a.shp")
    (tmp_path / "b.gpkg").write_bytes(b"nothing of the kind")
    assert "not that of a .gpkg file" in refused(tmp_path / "b.gpkg")
    (tmp_path / "c.txt").write_bytes(b"J1,1,2689000.000,36642000.000")
    assert "no table of boundary points" in refused(tmp_path / "c.txt")
    (tmp_path / "c.doc").write_bytes(b"J1,1,2689000.000,36642000.000")
    assert "this kind of file is not read" in refused(tmp_path / "c.doc")


def test_json_of_another_kind_is_no_geojson(tmp_path):
    ring = [[109, 24], [109, 25], [110, 25], [109, 24]]
    land = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0]]}]}
    document = {"type": "Topology", "objects": {"land": land}, "arcs": [ring]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert 'the type of the whole is "Topology"' in refused(path)


def test_a_plain_database_is_no_geopackage(tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "a.gpkg") as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    assert "a.gpkg" in refused(tmp_path / "a.gpkg")


@pytest.mark.parametrize(
    ("suffix", "cure"),
    [
        (".mdb", "export"),
        (".udb", "export"),
        (".vct", "export"),
        (".dwg", "save the drawing as DXF"),
    ],
)
def test_what_no_library_reads_is_to_be_exported(tmp_path, suffix, cure):
    path = tmp_path / f"county{suffix}"
    path.write_bytes(b"\x00\x01\x00\x00Standard Jet DB")
    assert cure in refused(path)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "parquet", "geojson"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_files_cut_off_anywhere_give_a_clear_error(tmp_path, suffix, share):
    path = tmp_path / f"town.{suffix}"
    if suffix == "parquet":
        frame().to_parquet(path)
    else:
        frame().to_file(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    said = refused(path)
    assert "town" in said
    if suffix in ("gpkg", "shp", "parquet"):
        assert "cut off" in said


def test_side_files_of_a_shapefile(tmp_path):
    frame().to_file(tmp_path / "a.shp")
    assert "give the .shp" in refused(tmp_path / "a.dbf")
    table = (tmp_path / "a.dbf").read_bytes()
    (tmp_path / "a.dbf").write_bytes(table[:-20])
    assert "cut off" in refused(tmp_path / "a.shp")
    rows = bytearray(table) + table[-82:]
    rows[4] = 2
    (tmp_path / "a.dbf").write_bytes(bytes(rows))
    assert "1 shape, but 2 rows" in refused(tmp_path / "a.shp")
    (tmp_path / "a.dbf").unlink()
    assert ".dbf is missing" in refused(tmp_path / "a.shp")
    (tmp_path / "a.dbf").write_bytes(table)
    (tmp_path / "a.shx").unlink()
    assert ".shx is missing" in refused(tmp_path / "a.shp")


def test_side_files_are_found_in_any_case(tmp_path):
    frame().to_file(tmp_path / "a.shp")
    for suffix in (".dbf", ".shx", ".prj", ".cpg"):
        (tmp_path / f"a{suffix}").rename(tmp_path / f"a{suffix.upper()}")
    assert read_towns([tmp_path / "a.shp"])[0].name == "甲镇"


def test_formats_by_content(tmp_path):
    for suffix, kind in {
        "gpkg": "geopackage",
        "shp": "shapefile",
        "fgb": "flatgeobuf",
        "geojson": "geojson",
    }.items():
        frame().to_file(tmp_path / f"a.{suffix}")
        assert sniff(tmp_path / f"a.{suffix}").name == kind
    (tmp_path / "bom.json").write_bytes(b"\xef\xbb\xbf\n {}")
    assert sniff(tmp_path / "bom.json").name == "geojson"


# --- zips ---------------------------------------------------------------------------------


def zipped(tmp_path: Path, suffix: str, name: str = "town") -> tuple[Path, list[Path]]:
    folder = tmp_path / "plain"
    folder.mkdir(exist_ok=True)
    driver = "OpenFileGDB" if suffix == "gdb" else None
    frame().to_file(folder / f"{name}.{suffix}", driver=driver)
    return folder, sorted(file for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb", "gdb"])
@pytest.mark.parametrize("name", ["town.zip", "no-suffix", "town.gpkg.zip", "旧.zip"])
def test_a_zip_of_any_format_under_any_name(tmp_path, suffix, name):
    folder, files = zipped(tmp_path, suffix)
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for file in files:
            archive_file.write(file, Path("交付") / file.relative_to(folder))
        archive_file.writestr("readme.txt", "…")
    town = read_towns([path])[0]
    assert (town.name, town.boundary.area) == ("甲镇", 1e6)
    assert town.input.path == path.as_posix()


def test_the_loose_files_of_a_geodatabase_get_their_folder(tmp_path):
    folder, files = zipped(tmp_path, "gdb")
    with zipfile.ZipFile(tmp_path / "town.gdb.zip", "w") as archive_file:
        for file in files:
            archive_file.write(file, file.relative_to(folder / "town.gdb"))
    assert read_towns([tmp_path / "town.gdb.zip"])[0].name == "甲镇"


class _Gbk(zipfile.ZipInfo):
    """A member whose name is written in GBK without the UTF-8 flag, as Windows does."""

    def _encodeFilenameFlags(self):  # noqa: N802 - the name is that of the standard library
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def test_names_in_gbk_without_the_flag(tmp_path):
    _folder, files = zipped(tmp_path, "shp", "town")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive_file:
        for file in files:
            archive_file.writestr(_Gbk(f"数据\\太阳村镇{file.suffix}"), file.read_bytes())
    assert "太阳村镇".encode("gbk") in path.read_bytes()
    with archive.opened(path) as file:
        assert file.name == "太阳村镇.shp"
        assert file.parent.name == "数据"
    assert read_towns([path])[0].name == "甲镇"
    assert not file.exists()


@pytest.mark.parametrize(
    "name",
    ["../evil.geojson", "/evil.geojson", "a/../../evil.geojson", "C:/evil.geojson", "..\\evil.shp"],
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    path = tmp_path / "in" / "a.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive_file:
        archive_file.writestr(name, "{}")
    assert "leads out" in refused(path)
    assert not list(tmp_path.rglob("evil*"))


def test_links_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    link = zipfile.ZipInfo("town.geojson")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive_file:
        archive_file.writestr(link, "/etc/passwd")
    assert "link" in refused(path)


def test_bombs_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_file:
        archive_file.writestr("town.geojson", b" " * (1 << 20))
    monkeypatch.setattr(zips, "RATIO_COUNTS_FROM", 1000)
    assert "would unpack to 1 MB" in refused(path)
    monkeypatch.setattr(zips, "RATIO_COUNTS_FROM", 1 << 40)
    monkeypatch.setattr(zips, "MAX_BYTES", 1000)
    assert "would unpack to 1 MB" in refused(path)
    monkeypatch.setattr(zips, "MAX_BYTES", 1 << 40)
    monkeypatch.setattr(zips, "MAX_MEMBERS", 0)
    assert "in 1 file" in refused(path)


def test_a_size_that_the_zip_understates_does_not_help(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_file:
        archive_file.writestr("town.geojson", b" " * 100_000)
    raw = path.read_bytes()
    path.write_bytes(raw.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert "a.zip" in refused(path)


def test_damaged_encrypted_and_empty_zips(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive_file:
        archive_file.writestr("readme.md", "x")
    assert "no layer" in refused(path)
    raw = path.read_bytes()
    path.write_bytes(raw[:-10])
    assert "cannot be unpacked" in refused(path)
    with zipfile.ZipFile(path, "w") as archive_file:
        archive_file.writestr("town.geojson", "{}")
    locked = bytearray(path.read_bytes())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(locked))
    assert "encrypted" in refused(path)


def test_several_layers_in_a_zip_ask_for_one(tmp_path):
    for name in ("one", "two"):
        folder, _files = zipped(tmp_path, "shp", name)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive_file:
        for file in sorted(folder.iterdir()):
            archive_file.write(file, file.name)
    assert "one.shp, two.shp" in refused(path)
    assert read_towns([path], layer="TWO")[0].name == "甲镇"


# --- real files ---------------------------------------------------------------------------

NO_DATA = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not here")


@NO_DATA
@pytest.mark.parametrize(
    "file", sorted(DATA.glob("geojson-invalid/**/*.geojson")), ids=lambda f: f.stem
)
def test_every_odd_geojson_gives_towns_or_a_clear_error(file):
    said = None
    try:
        towns = read_towns([file])
    except TownlandError as problem:
        said = problem.render("en")
    if said is None:
        assert towns
        assert all(town.boundary.geom_type in ("Polygon", "MultiPolygon") for town in towns)
    else:
        assert file.name in said


@NO_DATA
@pytest.mark.parametrize(
    ("file", "count", "crs"),
    [
        ("at/inspire_schlaege_2025-1_polygon.gpkg.zip", 100, "EPSG:31287"),
        ("cz/bd51ec4dea8697946b9a570a6b7c9fe587e2f8334cee74778d2339da43178d38", 100, "EPSG:4258"),
        ("dk/Marker_2026.zip", 100, "EPSG:25832"),
        ("fi/LandUse.ExistingLandUse.GSAAAgriculturalParcel.gpkg", 100, "EPSG:3067"),
        ("it_1/iti1_2023.parquet", 100, "EPSG:3035"),
        ("jecam/BD_JECAM_CIRAD_2023_feb.shp", 100, "EPSG:4326"),
        ("jp/jp_field_polygons_2024.parquet", 100, "EPSG:6668"),
        ("nl/brpgewaspercelen_definitief_2023.gpkg", 100, "EPSG:28992"),
        ("nl_block/referentiepercelen.gpkg", 100, "EPSG:28992"),
    ],
)
def test_parcels_as_agencies_publish_them(file, count, crs):
    towns = read_towns([DATA / "lpis" / file])
    assert len(towns) == count
    assert towns[0].input.crs_used == crs


def test_no_request_leaves_the_process():
    assert os.environ["CPL_VSIL_CURL_ALLOWED_EXTENSIONS"] == ".none"
    assert "OGR_VRT" in os.environ["GDAL_SKIP"].split(",")
