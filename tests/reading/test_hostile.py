"""Files made to harm, and files that were harmed: one clear error, or what the file says, in bounds.

What the formats can be trusted with is held here, too. Whatever is cut off is refused, or told where the
format itself has no end (a list of coordinates that stops after a point). A byte that was changed is
refused or changes nothing where the format has a checksum (zip, and with it XLSX and KMZ; PNG-like
blocks of GeoTIFF where they are compressed). CSV, TXT, GeoJSON, KML, DXF, Shapefile, GeoPackage, FileGDB
and FlatGeobuf have none: there a digit or a bit of a coordinate may be another one, and no reader can
know. Even then no feature is lost or gained.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factory_broken as broken
from typer.testing import CliRunner

from townland.catalog import load_catalog
from townland.dossier import load_dossiers
from townland.errors import CRSError, LayerError, TownlandError
from townland.measuring.rasters.reading import inspect_raster, read_window
from townland.reading import guard
from townland.reading import source as sources
from townland.reading.vector import read_layer
from townland.rules.book.loader import load_rulebook
from townland.towns import read_towns
from townland_cli.app import app

SAMPLE = Path(__file__).resolve().parents[2] / "layers"
CHECKED = ("xlsx", "kmz", "zip")
"""The formats that hold a checksum of all that they say."""
LISTS = ("txt", "csv", "tsv")
"""The formats that have no end of their own."""


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail where something takes longer: a hang is no answer."""

    def late(*_args: Any) -> None:
        raise AssertionError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def told(problem: TownlandError, *named: str) -> None:
    """Fail where an error has no words in one of the languages, or does not say what it must."""
    for language in ("en", "zh"):
        words = problem.render(language)
        assert words
        assert "Traceback" not in words
        for name in named:
            assert name in words, words


# --- a file of each format, cut off and changed ---------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One file of each format, of three or two towns."""
    folder = tmp_path_factory.mktemp("whole")
    shapes = [broken.box(0, 0), broken.box(200, 0), broken.holed(broken.hole(20, 20, 60))]
    found = {
        suffix: broken.plain(folder / f"a.{suffix}", *shapes)
        for suffix in ("gpkg", "shp", "fgb", "parquet", "gdb")
    }
    rings = [broken.degrees_ring(109.4 + at) for at in range(3)]
    found["geojson"] = broken.geojson(folder, *(broken.feature([ring]) for ring in rings))
    second = broken.points(broken.square(200, 0))
    plots = (broken.header(), *broken.LINES, broken.header(number="2"), *second)
    found["txt"] = broken.txt(folder, *plots)
    found["csv"] = broken.csv(folder, [*broken.ROWS, *broken.SECOND])
    found["tsv"] = broken.csv(folder, [*broken.ROWS, *broken.SECOND], "a.tsv", "\t")
    sheet = [broken.ROWS[0], *broken.NUMBERS]
    away = [(label, north, east + 200) for label, north, east in broken.NUMBERS]
    found["xlsx"] = broken.workbook(folder / "a.xlsx", {"甲": sheet, "乙": [sheet[0], *away]})
    polygons = [broken.kml_ring(ring) for ring in rings]
    found["kml"] = broken.kml(folder / "a.kml", *polygons)
    found["kmz"] = broken.zipped(folder / "a.kmz", {"doc.kml": found["kml"]})
    found["zip"] = broken.zipped(folder / "a.zip", {"a.gpkg": found["gpkg"]})
    found["dxf"] = broken.drawing(folder / "a.dxf", broken.square(0, 0), broken.square(200, 0))
    return found


def boundaries(path: Path) -> tuple[list[Any], set[str]]:
    """The boundaries of a file, and the codes of what was said of it."""
    crs = broken.CRS if path.suffix in (".csv", ".tsv", ".xlsx", ".dxf") else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        towns = read_towns([path], crs=crs)
    return [town.boundary for town in towns], {i.code for town in towns for i in town.issues}


def parts_of(path: Path) -> list[Path]:
    """The files that a layer consists of."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.is_file())
    if path.suffix == ".shp":
        return [path.with_suffix(suffix) for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")]
    return [path]


@contextlib.contextmanager
def as_bytes(file: Path, content: bytes) -> Iterator[None]:
    """Other bytes in place of a file's own, for a while."""
    own = file.read_bytes()
    file.write_bytes(content)
    try:
        yield
    finally:
        file.write_bytes(own)


FORMATS = ("gpkg", "shp", "fgb", "parquet", "gdb", "geojson", "txt", "csv", "tsv", "xlsx", "kml",
           "kmz", "zip", "dxf")  # fmt: skip
harm = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_cut_off_is_refused_or_whole_all_the_same(
    whole: dict[str, Path], suffix: str
) -> None:
    path = whole[suffix]
    expected, _codes = boundaries(path)

    @harm
    @given(st.data())
    def cut(data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(parts_of(path)))
        own = file.read_bytes()
        end = data.draw(st.integers(0, max(0, len(own) - 1)))
        with as_bytes(file, own[:end]), within(20):
            try:
                found, codes = boundaries(path)
            except TownlandError as problem:
                told(problem)
                return
        same = len(found) == len(expected) and all(
            shapely.equals_identical(one, other) for one, other in zip(found, expected, strict=True)
        )
        if not same:
            # a list of coordinates that ends after a line is one that ends there
            assert suffix in LISTS
            assert "last_line_open" in codes or own[end - 1 : end] == b"\n"
            assert "point_count_differs" in codes or suffix != "txt" or len(found) < len(expected)

    cut()


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_changed_byte_loses_no_feature(whole: dict[str, Path], suffix: str) -> None:
    path = whole[suffix]
    expected, _codes = boundaries(path)

    @harm
    @given(st.data())
    def change(data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(parts_of(path)))
        own = bytearray(file.read_bytes())
        if not own:
            return
        at = data.draw(st.integers(0, len(own) - 1))
        own[at] ^= data.draw(st.integers(1, 255))
        with as_bytes(file, bytes(own)), within(20):
            try:
                found, _codes = boundaries(path)
            except TownlandError as problem:
                told(problem)
                return
        assert all(isinstance(one, shapely.Polygon | shapely.MultiPolygon) for one in found)
        if suffix in CHECKED:
            assert [one.wkb for one in found] == [one.wkb for one in expected]
        elif suffix not in (*LISTS, "dxf", "kml", "geojson"):
            # in text a changed mark may make two of one; in binary the count is stated
            assert len(found) == len(expected)

    change()


def spoiled(file: Path, share: float) -> bytes:
    own = file.read_bytes()
    return own[: int(len(own) * share)]


def test_every_file_of_the_demo_cut_off_is_refused_or_read_whole(tmp_path: Path) -> None:
    """At three places each; the indexes of space and time stamps may go, nothing else may."""
    shutil.copytree(SAMPLE, tmp_path / "layers", ignore=shutil.ignore_patterns("dossiers"))
    catalog = load_catalog(tmp_path / "layers" / "catalog.toml")
    specs = [spec for spec in catalog.layer if not spec.is_raster and spec.path[-4:] != ".tif"]
    vectors = {spec.name: spec for spec in specs}
    expected = {
        name: read_layer(spec, catalog, None, digest=None).frame for name, spec in vectors.items()
    }
    refused = 0
    for name, spec in vectors.items():
        for file in parts_of(catalog.resolve(spec.path)):
            if not file.exists():
                continue
            for share in (0.0, 0.37, 0.99):
                with as_bytes(file, spoiled(file, share)), within(30):
                    try:
                        found = read_layer(spec, catalog, None, digest=None).frame
                    except TownlandError as problem:
                        refused += 1
                        told(problem, "sample")
                        continue
                assert found.equals(expected[name]), (file.name, share)
    assert refused > 50


# --- what is no file ------------------------------------------------------------------------------

EAST, NORTH = broken.EAST, broken.NORTH
ODD = ("pipe", "device", "socket", "link to nothing", "link to itself")
unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among its files")


def odd(path: Path, kind: str) -> None:
    """Put something else in place of a file."""
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "socket":
        # the address of a socket may be only 100 bytes long
        with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    else:
        path.symlink_to("nowhere" if kind == "link to nothing" else path.name)


def refused(
    read: Callable[[], Any], *named: str, error: type[TownlandError] = TownlandError
) -> None:
    """Fail where something is read, or refused without these words, or takes long."""
    with within(20), pytest.raises(error) as caught:
        read()
    told(caught.value, *named)


@unix
@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_refused_in_every_place(tmp_path: Path, kind: str) -> None:
    for suffix in (*FORMATS, "tif"):
        path = tmp_path / f"town.{suffix}"
        odd(path, kind)
        read = inspect_raster if suffix == "tif" else lambda one: read_towns([one])
        refused(lambda read=read, path=path: read(path), path.name)
        path.unlink()
    for name, load in (
        ("c.toml", load_catalog), ("r.toml", load_rulebook), ("d.toml", load_dossiers),
        ("d.xlsx", load_dossiers),
    ):  # fmt: skip
        odd(tmp_path / name, kind)
        refused(
            lambda load=load, name=name: load(
                str(tmp_path / name) if load is load_rulebook else tmp_path / name
            ),
            name,
        )


@unix
@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize(
    "beside",
    ["a.dbf", "a.shx", "a.prj", "a.cpg", "a.qix", "a.sbn", "A.QIX", "a.gpkg-journal", "a.gpkg-wal",
     "a.tif.aux.xml", "a.aux", "a.tif.ovr", "a.tif.msk", "a.gdb/a00000009.gdbtable", "a.gdb/gdb"],
)  # fmt: skip
def test_what_is_no_file_beside_a_layer_is_named(tmp_path: Path, beside: str, kind: str) -> None:
    if beside.startswith("a.tif") or beside == "a.aux":
        path = broken.tif(tmp_path / "a.tif", np.ones((4, 4), np.uint8))
    elif "." in beside and beside[:5] in ("a.gpk", "a.gdb"):
        path = broken.plain(tmp_path / ("a.gdb" if "gdb" in beside else "a.gpkg"))
    else:
        path = broken.plain(tmp_path / "a.shp")
    odd(tmp_path / beside, kind)
    read = inspect_raster if path.suffix == ".tif" else lambda one: read_towns([one])
    refused(lambda: read(path), Path(beside).name)


@unix
def test_links_to_sound_files_are_read_as_such(tmp_path: Path) -> None:
    path = broken.plain(tmp_path / "a.shp")
    there = tmp_path / "there"
    there.mkdir()
    for file in parts_of(path):
        (there / file.name).symlink_to(file)
    assert boundaries(there / "a.shp")[0] == boundaries(path)[0]
    (tmp_path / "linked").symlink_to(there)
    assert boundaries(tmp_path / "linked" / "a.shp")[0] == boundaries(path)[0]


def test_an_index_of_other_shapes_hides_no_feature(tmp_path: Path) -> None:
    """GDAL believes the .qix beside a Shapefile: of six features in the window it gives none."""
    shapes = [broken.box(200 * at, 0) for at in range(20)]
    path = broken.plain(tmp_path / "a.shp", *shapes)
    away = [broken.box(200 * at, 50_000) for at in range(20)]
    gpd.GeoDataFrame(geometry=away, crs=broken.CRS).to_file(tmp_path / "b.shp", SPATIAL_INDEX="YES")
    window = (EAST - 1, NORTH - 1, EAST + 1000, NORTH + 100)
    shutil.copy(tmp_path / "b.qix", tmp_path / "a.qix")
    assert len(pyogrio.raw.read(path, bbox=window)[2]) == 0
    with sources.opened(path) as source:
        assert len(sources.read(source, [], [window])) == 6  # at 0, 200 … 1000 m


# --- the network ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, list[str]]]:
    """A server of this machine: its address, and what was asked of it."""
    asked: list[str] = []

    class Counting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_words: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{one.server_address[1]}", asked
        one.shutdown()


def collection(**members: Any) -> dict[str, Any]:
    """A GeoJSON with one square, and more members."""
    shape = {"type": "Polygon", "coordinates": [broken.degrees_ring()]}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    return {"type": "FeatureCollection", **members, "features": [feature]}


def test_the_server_counts(server: tuple[str, list[str]], tmp_path: Path) -> None:
    """Without the guard GDAL asks; else the tests below would hold nothing."""
    address, asked = server
    crs = {"type": "link", "properties": {"href": f"{address}/proof"}}
    path = broken.saved(tmp_path / "a.geojson", json.dumps(collection(crs=crs)))
    pyogrio.read_info(path)
    assert asked == ["/proof"]
    asked.clear()


@pytest.mark.parametrize("kind", ["link", "LINK", "url", "linked"])
@pytest.mark.parametrize("key", ["crs", "CRS", "c\\u0072s"])
@pytest.mark.parametrize("where", ["file", "geometry", "far behind"])
def test_a_crs_by_address_is_refused_before_anybody_asks(
    server: tuple[str, list[str]], tmp_path: Path, kind: str, key: str, where: str
) -> None:
    address, asked = server
    member = {"type": kind, "properties": {"href": f"{address}/a", "url": f"{address}/a"}}
    made = collection(KEY=member) if where != "geometry" else collection()
    if where == "geometry":
        made["features"][0]["geometry"]["KEY"] = member
    elif where == "far behind":
        made["note"] = "x" * 200_000
        made["KEY"] = made.pop("KEY")
        made["more"] = ["]"] * 50_000
    text = json.dumps(made).replace('"KEY":', f'"{key}"' + " " * 3000 + ":")
    path = broken.saved(tmp_path / "a.geojson", text)
    refused(lambda: read_towns([path], crs="EPSG:4326"), "a.geojson", error=CRSError)
    assert not asked


def vrt(address: str) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/{address}/a.geojson'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )


@pytest.mark.parametrize("suffix", [*FORMATS, "tif", "vrt", "xml", "gml"])
def test_what_names_other_files_is_refused_under_any_suffix(
    server: tuple[str, list[str]], tmp_path: Path, suffix: str
) -> None:
    address, asked = server
    path = broken.saved(tmp_path / f"a.{suffix}", vrt(address))
    refused(lambda: read_towns([path]), path.name)
    zipped = broken.zipped(tmp_path / "b.zip", {path.name: path})
    refused(lambda: read_towns([zipped]), "b.zip")
    assert not asked


@pytest.mark.parametrize(
    "name",
    ["a.tif.ovr", "a.tif.msk", "a.tif.aux.xml"],
)
def test_nothing_beside_a_raster_leads_elsewhere(
    server: tuple[str, list[str]], tmp_path: Path, name: str
) -> None:
    """Neither to another file of this machine nor to the network: the cells are the raster's own."""
    address, asked = server
    path = broken.tif(tmp_path / "a.tif", np.full((64, 64), 1, np.uint8), west=EAST, south=NORTH)
    broken.tif(tmp_path / "b.tif", np.full((32, 32), 77, np.uint8), 20.0, west=EAST, south=NORTH)
    window = (EAST + 10, NORTH + 10, EAST + 600, NORTH + 600)
    stac = {"type": "FeatureCollection", "stac_version": "1.0.0", "features": []}
    stac["links"] = [{"rel": "next", "href": f"{address}/next"}]
    for content in (
        f'<VRTDataset rasterXSize="32" rasterYSize="32"><VRTRasterBand dataType="Byte" band="1">'
        f"<SimpleSource><SourceFilename>/vsicurl/{address}/a</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>",
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>{address}</ServerUrl></Service></GDAL_WMS>',
        f"<MRF_META><CachedSource><Source>/vsicurl/{address}/m</Source></CachedSource></MRF_META>",
        f'<VRTDataset rasterXSize="32" rasterYSize="32"><VRTRasterBand dataType="Byte" band="1">'
        f"<SimpleSource><SourceFilename>{tmp_path}/b.tif</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>",
        json.dumps(stac),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        with within(20):
            cells, _bounds = read_window(path, window, pyproj.CRS(broken.CRS), (2, 2))
        assert cells.tolist() == [[1, 1], [1, 1]]
    for target in (":::BASE:::b.tif", (tmp_path / "b.tif").as_posix(), f"/vsicurl/{address}/b.tif"):
        aux = (
            f'<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW&#95;FILE">{target}</MDI>'
        )
        (tmp_path / "a.tif.aux.xml").write_text(f"{aux}</Metadata></PAMDataset>", encoding="utf-8")
        refused(lambda: inspect_raster(path), ".aux.xml")
    assert not asked


PATHS = ("/vsicurl/ADDRESS/a.geojson", "ADDRESS/a.geojson", "/vsizip//etc/passwd", "/vsistdin/",
         "file:///etc/passwd", "WFS:ADDRESS", "//host/share/a.shp",
         "/vsisubfile/0_9,/etc/passwd")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_paths_that_are_no_files_of_this_machine(
    server: tuple[str, list[str]], tmp_path: Path, path: str
) -> None:
    address, asked = server
    path = path.replace("ADDRESS", address)
    refused(lambda: read_towns([path]), error=LayerError)
    refused(lambda: inspect_raster(path), error=LayerError)
    broken.plain(tmp_path / "a.gpkg")
    for layer, more in ((path, ""), ("a.gpkg", f'coverage = "{path}"\n')):
        catalog = load_catalog(broken.catalog(tmp_path, layer, "paddy", more))
        refused(lambda c=catalog: read_layer(c.layer[0], c, None), error=LayerError)
    for load in (load_catalog, load_rulebook, load_dossiers):
        refused(lambda load=load: load(path))
    left = CliRunner().invoke(app, ["area", path, "--lang", "en"], catch_exceptions=True)
    assert left.exit_code != 0
    assert left.exception is None or isinstance(left.exception, TownlandError | SystemExit)
    assert not asked


# --- bombs ----------------------------------------------------------------------------------------

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def changed_part(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """A workbook in which one part was changed."""
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()}
    content[part] = change(content[part].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in content.items():
            new.writestr(name, data)
    return path


@pytest.mark.parametrize("before", ["", f"<!--{'x' * 100_000}-->"])
@pytest.mark.parametrize("kind", [BOMB, OUTSIDE])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"])
def test_a_workbook_with_entities_is_refused(
    tmp_path: Path, part: str, kind: str, before: str
) -> None:
    """Wherever they stand: a long comment before them hides nothing."""
    path = broken.workbook(tmp_path / "a.xlsx", {"甲": [broken.ROWS[0], *broken.NUMBERS]})
    changed_part(path, part, lambda text: re_headed(text, before + kind))
    refused(lambda: read_towns([path], crs=broken.CRS), "a.xlsx", error=LayerError)


def re_headed(text: str, more: str) -> str:
    """XML with something more behind its declaration."""
    end = text.index("?>") + 2 if text.startswith("<?xml") else 0
    return text[:end] + more + text[end:]


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD400000", "ZZZZZ1000"])
def test_a_cell_far_away_makes_no_room_for_all_between(tmp_path: Path, cell: str) -> None:
    """The library would ask for 500 GB, and end the process."""
    path = broken.workbook(tmp_path / "a.xlsx", {"甲": [broken.ROWS[0], *broken.NUMBERS]})
    row = f'<row r="{cell.lstrip("XFDZ")}"><c r="{cell}"><v>1</v></c></row></sheetData>'
    changed_part(path, "xl/worksheets/sheet1.xml", lambda text: text.replace("</sheetData>", row))
    refused(lambda: read_towns([path], crs=broken.CRS), "a.xlsx", error=LayerError)


def rewritten(path: Path, shape: bytes) -> Path:
    """A GeoParquet whose one geometry is these bytes."""
    table = pq.read_table(broken.plain(path))
    column = table.schema.get_field_index("geometry")
    made = table.set_column(column, "geometry", pa.array([shape], pa.binary()))
    pq.write_table(made.replace_schema_metadata(table.schema.metadata), path)
    return path


def nested(kind: int, deep: int) -> bytes:
    return struct.pack("<BII", 1, kind, 1) * deep + struct.pack("<BII", 1, 7, 0)


@pytest.mark.parametrize("kind", [7, 6, 1007])
def test_collections_in_one_another_do_not_end_the_process(tmp_path: Path, kind: int) -> None:
    path = rewritten(tmp_path / "a.parquet", nested(kind, 200_000))
    refused(lambda: read_towns([path]), "a.parquet", error=LayerError)
    base = broken.plain(tmp_path / "a.gpkg")
    with contextlib.closing(sqlite3.connect(base)) as found, found:
        names = [
            name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
        ]
        for name in names:
            found.execute(f'DROP TRIGGER "{name}"')
        head = b"GP\x00\x01" + struct.pack("<I", 4524)
        found.execute("UPDATE a SET geom = ?", (head + nested(kind, 200_000),))
    refused(lambda: read_towns([base]), "a.gpkg", error=LayerError)


@pytest.mark.parametrize(("rings", "points"), [(1, 2**32 - 1), (2**32 - 1, 4), (2**28, 2**28)])
def test_counts_that_lie_take_no_memory(tmp_path: Path, rings: int, points: int) -> None:
    shape = struct.pack("<BIII", 1, 3, rings, points) + struct.pack("<dd", 109.4, 24.3) * 4
    path = rewritten(tmp_path / "a.parquet", shape)
    refused(lambda: read_towns([path]), "a.parquet", error=LayerError)


@pytest.mark.parametrize(
    ("key", "value"),
    [("bbox", "abc"), ("bbox", []), ("bbox", [None] * 4), ("geometry_types", 7), ("covering", 7),
     ("geometry_types", [1]), ("covering", {"bbox": 7}), ("covering", {"bbox": {"xmin": 7}})],
)  # fmt: skip
def test_metadata_of_geoparquet_that_is_none(tmp_path: Path, key: str, value: Any) -> None:
    path = broken.plain(tmp_path / "a.parquet")
    table = pq.read_table(path)
    meta = json.loads(table.schema.metadata[b"geo"])
    meta["columns"]["geometry"][key] = value
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(meta).encode()}), path)
    refused(lambda: read_towns([path]), "a.parquet", error=LayerError)


def test_a_view_without_end_is_refused(tmp_path: Path) -> None:
    path = broken.plain(tmp_path / "a.gpkg")
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, "
    for name, words in (
        ("whole", "SELECT fid, geom FROM a"),
        ("endless", f"{endless}geom FROM c, a"),
    ):
        with contextlib.closing(sqlite3.connect(path)) as base, base:
            base.execute(f"CREATE VIEW {name} AS {words}")
            base.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
                " VALUES (?, 'features', ?, 4524)",
                (name, name),
            )
            base.execute(
                "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POLYGON', 4524, 0, 0)",
                (name,),
            )
        refused(lambda name=name: read_towns([path], layer=name), name, error=LayerError)


def test_an_endless_view_spoils_the_file_for_every_layer(tmp_path: Path) -> None:
    """GDAL may look into it on its own, as it lists the layers."""
    path = broken.plain(tmp_path / "a.gpkg")
    with contextlib.closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "CREATE VIEW e AS WITH RECURSIVE c(x) AS (SELECT 1 UNION SELECT x FROM c) SELECT x FROM c"
        )
    refused(lambda: read_towns([path], layer="a"), "a.gpkg", error=LayerError)


def test_rasters_of_absurd_size(tmp_path: Path) -> None:
    options = {"driver": "GTiff", "count": 1, "dtype": "uint8", "crs": broken.CRS, "BIGTIFF": "YES",
               "SPARSE_OK": True, "compress": "deflate"}  # fmt: skip
    grid = rasterio.Affine(0.1, 0, EAST, 0, -0.1, NORTH + 100_000)
    tiles = {"tiled": True, "blockxsize": 4096, "blockysize": 4096}
    large = tmp_path / "large.tif"
    with rasterio.open(large, "w", width=10**6, height=10**6, transform=grid, **tiles, **options):
        pass
    with within(20):  # 10¹² cells, none of which is there: a window of them is a window
        cells, _bounds = read_window(
            large, (EAST, NORTH, EAST + 40, NORTH + 40), pyproj.CRS(broken.CRS), (4, 4)
        )
    assert cells.shape == (4, 4)
    wide = tmp_path / "wide.tif"
    with rasterio.open(wide, "w", width=2 * 10**9, height=2, transform=grid, **options):
        pass
    refused(lambda: inspect_raster(wide), "2000000000", error=LayerError)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 1e308, 1e15, 5e-324])
def test_rasters_that_lie_nowhere(tmp_path: Path, number: float) -> None:
    cells = np.ones((4, 4), np.uint8)
    path = broken.tif(tmp_path / "a.tif", cells, cell=number)
    refused(lambda: inspect_raster(path), "a.tif", error=LayerError)
    if number != 5e-324:
        path = broken.tif(tmp_path / "b.tif", cells, west=number)
        refused(lambda: inspect_raster(path), "b.tif", error=LayerError)


@pytest.mark.parametrize("name", ["a\x00b.gpkg", "a/" * 2000 + "a.gpkg", "..\\a.gpkg", "/a.gpkg"])
def test_names_in_a_zip_that_no_folder_takes(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(info, broken.plain(tmp_path / "t.gpkg").read_bytes())
    refused(lambda: read_towns([path]), "a.zip", error=LayerError)


@pytest.mark.parametrize(
    "content",
    ["a = " + "[" * 9000 + "]" * 9000, "a = " + "[\n" * 5000 + "]\n" * 5000, "a = " + "9" * 9999,
     "a = " + "9" * 10**6, "k" * 10**6 + " = 1", "[" * 9000, 'a = "\\ud800"', "\x00", "#" * (3 << 20)],
)  # fmt: skip
def test_toml_made_to_harm(tmp_path: Path, content: str) -> None:
    path = broken.saved(tmp_path / "a.toml", content)
    for load in (load_catalog, load_dossiers, lambda one: load_rulebook(str(one))):
        refused(lambda load=load: load(path), "a.toml")


def test_a_line_of_toml_has_a_length(tmp_path: Path) -> None:
    path = broken.saved(tmp_path / "a.toml", "a = 1\n" + "k" * 30_000 + " = 1")
    refused(lambda: load_catalog(path), "a.toml", "2", "30004", "20000")


def test_a_document_has_a_size(tmp_path: Path) -> None:
    path = broken.saved(tmp_path / "a.toml", ("#" * 99 + "\n") * 30_000)
    refused(lambda: load_catalog(path), "a.toml", "MB")


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = broken.plain(tmp_path / "a.fgb", name=["甲镇"])
    content = path.read_bytes()
    assert content.count("甲镇".encode()) == 1
    path.write_bytes(content.replace("甲镇".encode(), b"\xff\xfe\xff\xfe\xff\xfe"))
    refused(lambda: read_towns([path]), "a.fgb", error=LayerError)


@pytest.mark.parametrize("deep", [1000, 100_000])
def test_geojson_nested_without_end(tmp_path: Path, deep: int) -> None:
    lists = "[" * deep + "]" * deep
    for text in (
        f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":{lists}}}}}',
        f'{{"type":"FeatureCollection","crs":{lists},"features":[]}}',
        '{"a":' * deep + "1" + "}" * deep,
    ):
        path = broken.saved(tmp_path / "a.geojson", text)
        refused(lambda path=path: read_towns([path]), "a.geojson")


@unix
def test_a_million_boundaries_are_counted_before_they_are_read(tmp_path: Path) -> None:
    """By a process that may not take more than 2 GB of addresses and 20 s."""
    ring = "<LinearRing><coordinates>1,1 2,1 2,2</coordinates></LinearRing>"
    path = broken.saved(tmp_path / "a.kml", f"<kml><Placemark>{ring * 700_000}</Placemark></kml>")
    assert path.stat().st_size < 50e6
    limit = "import resource as r; r.setrlimit(r.RLIMIT_AS, (2 << 30, 2 << 30));"
    start = f"{limit} r.setrlimit(r.RLIMIT_CPU, (20, 20)); import townland_cli; townland_cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", start, "area", str(path), "--lang", "en"],
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr[-500:]
    assert "700000 boundaries" in done.stderr
    assert "Traceback" not in done.stderr


def test_too_many_features_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = broken.plain(tmp_path / "a.gpkg", *[broken.box(200 * at, 0) for at in range(4)])
    monkeypatch.setattr("townland.reading.rows.MAX_FEATURES", 3)
    refused(lambda: read_towns([path]), "a.gpkg", "4", "3", error=LayerError)


# --- the environment ------------------------------------------------------------------------------


DRIVERS = """
import townland
import importlib.util, pyogrio, rasterio
skipped = set(townland.guard.SKIPPED_DRIVERS.split(","))
with rasterio.Env() as env:
    found = {*env.drivers(), *pyogrio.list_drivers()}
if importlib.util.find_spec("fiona") is not None:  # Python 3.14 has none
    import fiona
    with fiona.Env() as env:
        found |= {*env.drivers()}
print(sorted(skipped & found))
"""


def test_no_driver_is_there_that_opens_other_files_or_the_network() -> None:
    """Where townland is imported before the libraries, as the command does."""
    skipped = set(guard.SKIPPED_DRIVERS.split(","))
    assert {"VRT", "OGR_VRT", "HTTP", "WFS", "WMS", "STACIT", "GTI", "MRF"} <= skipped
    done = subprocess.run(
        [sys.executable, "-c", DRIVERS], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


HOLED = """
import os, sys, pathlib, townland
from townland.towns import read_towns
(town,) = read_towns([pathlib.Path(sys.argv[1])])
print(town.name, town.boundary.area, town.crs.to_epsg(), sorted(
    name for name in os.environ if name.startswith(("GDAL_", "OGR_", "PROJ_", "SHAPE_", "CPL_"))))
"""


LATE = """
import warnings
import pyogrio, pyproj, rasterio
pyproj.network.set_network_enabled(True)
with rasterio.Env():
    pass
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import townland
told = [str(each.message) for each in caught if each.category.__name__ == "UnguardedWarning"]
print(len(told), sum("HTTP" in each and "import townland first" in each for each in told))
print(pyproj.network.is_network_enabled())
"""


def test_guards_that_came_too_late_are_told() -> None:
    """Of a process that used GDAL before; the network of PROJ is turned off all the same."""
    own = {name: value for name, value in os.environ.items() if name not in guard.SETTINGS}
    done = subprocess.run(
        [sys.executable, "-c", LATE],
        env=own,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["2", "2", "False"]


@pytest.mark.parametrize("drivers", [["GPKG"], ["GPKG", "HTTP"], ["VRT", "GPKG"]])
def test_a_library_that_was_loaded_but_has_no_such_driver_is_no_fault(
    drivers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fiona", "rasterio"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(
        sys.modules, "pyogrio", SimpleNamespace(list_drivers=lambda: dict.fromkeys(drivers, "r"))
    )
    kept = [each for each in drivers if each != "GPKG"]
    assert list(guard.late()) == ([("pyogrio", kept)] if kept else [])


def test_what_other_programs_set_changes_nothing(tmp_path: Path) -> None:
    """The data folders and options of another installation: read is the same."""
    path = broken.plain(tmp_path / "a.shp", broken.holed(broken.hole(20, 20, 60)), name=["甲镇"])
    (tmp_path / "gdalrc").write_text("[configoptions]\nSHAPE_ENCODING=ISO-8859-1\n", "utf-8")
    nowhere = str(tmp_path / "nowhere")
    others = {"PROJ_LIB": nowhere, "PROJ_DATA": nowhere, "GDAL_DATA": nowhere, "PROJ_NETWORK": "ON",
              "SHAPE_ENCODING": "ISO-8859-1", "OGR_ORGANIZE_POLYGONS": "SKIP", "GDAL_SKIP": "",
              "GDAL_CONFIG_FILE": str(tmp_path / "gdalrc"), "OGR_ARC_STEPSIZE": "90",
              "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "", "OGR_FORCE_ASCII": "YES"}  # fmt: skip
    own = {name: value for name, value in os.environ.items() if name not in others}
    said = [
        subprocess.run(
            [sys.executable, "-c", HOLED, str(path)], capture_output=True, text=True,
            encoding="utf-8", timeout=60, check=True, env={**own, "PYTHONUTF8": "1", **more},
        ).stdout
        for more in ({}, others)
    ]  # fmt: skip
    assert said[0] == said[1]
    assert said[0].startswith("甲镇 6400.0 4524")  # 100² − 60²
