"""The fuzzer's share of CI, and what it has brought to light: each kind of finding stays mended."""

from __future__ import annotations

import json
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import ezdxf
import geopandas
import numpy as np
import openpyxl
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from tests import factory_broken as broken
from tests.factory_coordinates import EAST, NORTH, box
from tests.factory_land import catalog
from tests.fuzz import mutations
from tests.fuzz import run as fuzzing
from tests.fuzz.run import run
from tests.fuzz.seeds import KINDS, SEEDS

import townland as tl
from townland import geodesy
from townland.conversion.ogr import write_shapefile
from townland.conversion.table import PolygonTable, TableColumn
from townland.errors import CatalogError, CRSError, GeometryError, LayerError, ReportError
from townland.measuring.rasters.reading import inspect_raster
from townland.reading.formats.points.heading import roles_of

SECONDS_IN_CI = 60
"""The fuzzer's share of the tests' time; ``python -m tests.fuzz --minutes 60`` runs by hand."""


def test_inputs_end_in_a_result_or_an_error_of_townland() -> None:
    """The same inputs each time, in their order, as many as the time allows on one core."""
    tally = run(0, seconds=SECONDS_IN_CI)
    assert not tally.kinds, str(tally)
    assert tally.ends  # how many there are depends on the machine


def test_the_fuzzer_sees_what_ends_a_process(tmp_path: Path) -> None:
    """Too much memory, too much time and an error that is not townland's are findings."""
    from tests.fuzz.child import met

    assert met(tmp_path / "no.gpkg", Random(0), "located")["end"] == "refused"  # noqa: S311
    assert met(None, Random(0), "located")["end"] == "finding"  # type: ignore[arg-type] # noqa: S311


@pytest.mark.parametrize(("again", "kinds"), [("result", 0), ("over", 1)])
def test_what_is_over_its_time_is_tried_once_more(
    monkeypatch: pytest.MonkeyPatch, again: str, kinds: int
) -> None:
    ends = iter(["over", again, "result"])
    found = {
        "over": {"end": "finding", "kind": fuzzing.OVER_TIME, "text": ""},
        "result": {"end": "result"},
    }
    monkeypatch.setattr(
        fuzzing, "_child", lambda number, *_: iter([(number, "", found[next(ends)])])
    )
    assert len(run(7, seconds=60, count=2).kinds) == kinds


def test_changes_depend_on_the_dice_alone(tmp_path: Path) -> None:
    data = b'{"type": "Feature", "number": 12.5, "line": [1,\n2]}'
    for change in mutations.PLAIN:
        first, second = (change(data, Random(7)) for _n in range(2))  # noqa: S311
        assert first == second, change.__name__
    assert mutations.digit_lost(b"7", Random(1)) == b""  # noqa: S311
    assert {seed.kind for seed in SEEDS.values()} == set(KINDS)


# --- findings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "vertex", [(366420407.0, NORTH + 20), (EAST + 20, 26892200.0), (3664204.0, NORTH + 20)]
)
@pytest.mark.parametrize("multi", [False, True])
def test_a_digit_added_in_a_hole_is_refused(vertex: tuple[float, float], multi: bool) -> None:
    """Bounds are those of outer rings: a hole's vertex 330,000 km away filled the memory."""
    hole = [(EAST + 20, NORTH + 20), vertex, (EAST + 40, NORTH + 40)]
    shape = shapely.Polygon(box(0, 0).exterior, [hole])
    whole = shapely.MultiPolygon([box(200, 0), shape]) if multi else shape
    with pytest.raises(CRSError) as caught:
        tl.read_towns(broken.gpd.GeoDataFrame(geometry=[whole], crs=4524))
    assert "A digit was lost or added" in caught.value.render("en")


def test_a_vertex_of_a_hole_far_from_the_others_is_refused() -> None:
    hole = [(EAST + 20, NORTH + 20), (EAST - 300_000, NORTH + 20), (EAST + 40, NORTH + 40)]
    shape = shapely.Polygon(box(0, 0).exterior, [hole])
    with pytest.raises(GeometryError):
        tl.read_towns(broken.gpd.GeoDataFrame(geometry=[shape], crs=4524))


@pytest.mark.parametrize("mark", ["(", "[", "([", "(坐标"])
def test_brackets_without_end_in_a_heading_cost_no_time(mark: str) -> None:
    """Ten thousand brackets in a cell took 5 s of a table with one line, by a pattern's square."""
    assert roles_of(mark * 10_000) == ()
    assert roles_of("X坐标(纵坐标)") == ("north",)


@pytest.mark.parametrize("kind", [{"a": 1}, ["Feature"], [], 7, None, True])
def test_a_type_that_is_no_text_is_refused(kind: object, tmp_path: Path) -> None:
    """An object in the place of a type ended GeoJSON's diagnosis with a TypeError."""
    feature = {"type": kind, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0]]]}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(LayerError):
        tl.read_towns(path)


def _wrong_name(data: bytearray) -> None:
    """The name in the member's own header is no UTF-8, though the flag says so."""
    data[6:8] = (0x800).to_bytes(2, "little")
    data[30] = 0xFF


def _encrypted(data: bytearray) -> None:
    data[6] |= 1


def _unknown_method(data: bytearray) -> None:
    at = data.index(b"PK\x01\x02")
    data[at + 10] = 99


def _offset_beyond(data: bytearray) -> None:
    at = data.index(b"PK\x01\x02")
    data[at + 42 : at + 46] = b"\xff\xff\xff\x7f"


@pytest.mark.parametrize("harm", [_wrong_name, _encrypted, _unknown_method, _offset_beyond])
def test_a_zip_with_a_damaged_header_is_refused(
    harm: Callable[[bytearray], None], tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.geojson", '{"type": "FeatureCollection", "features": []}')
    data = bytearray(path.read_bytes())
    harm(data)
    path.write_bytes(data)
    with pytest.raises(LayerError):
        tl.read_towns(path)
    with pytest.raises(CatalogError):
        tl.layers_init(tmp_path, tmp_path / "proposed.toml")


@pytest.mark.parametrize("encoding", ["x-unknown", "utf-42", "\u0634"])
def test_a_part_of_a_workbook_in_an_unknown_encoding_is_refused(
    encoding: str, tmp_path: Path
) -> None:
    """XML that names an encoding that nobody knows ended in a LookupError."""
    path = SEEDS["table of points"].write(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    for name in parts:
        with zipfile.ZipFile(path, "w") as archive:
            for each, content in parts.items():
                declared = content.replace(b"UTF-8", encoding.encode(), 1)
                archive.writestr(each, declared if each == name else content)
        with pytest.raises(LayerError):
            tl.read_towns(path)


@pytest.mark.parametrize("text", [b"gauss", b"metre"])
def test_a_raster_whose_texts_are_no_utf8_is_refused_or_read(tmp_path: Path, text: bytes) -> None:
    """The name of a CRS in GBK or Latin 1, which the library decodes as UTF-8."""
    path = tmp_path / "grid.tif"
    plane = pyproj.CRS.from_wkt(PRJ.replace("CGCS2000_3_Degree_GK_Zone_36", "gauss gauss"))
    options = {"width": 4, "height": 4, "count": 1, "dtype": "uint8", "crs": plane.to_wkt()}
    place = rasterio.Affine(10, 0, EAST, 0, -10, NORTH)
    with rasterio.open(path, "w", driver="GTiff", transform=place, **options) as raster:
        raster.write(np.ones((1, 4, 4), np.uint8))
        raster.units = ["metre"]
    content = path.read_bytes()
    assert text in content
    path.write_bytes(content.replace(text, b"\xb1" * len(text)))
    with suppress(LayerError, CRSError):
        inspect_raster(path)


def test_a_raster_without_a_place_is_refused_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        profile = {"width": 2, "height": 2, "count": 1, "dtype": "uint8", "crs": "EPSG:4524"}
        with rasterio.open(path, "w", driver="GTiff", **profile) as file:
            file.write(np.ones((2, 2), "uint8"), 1)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        inspect_raster(path)
    assert not heard


@pytest.fixture(scope="module")
def assessment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What ``assessment.json`` has of a small check."""
    path = SEEDS["run"].write(tmp_path_factory.mktemp("run"))
    document: dict[str, object] = json.loads(path.read_bytes())
    return document


@pytest.mark.parametrize(
    ("place", "value"),
    [(("inputs", 0, "sha256"), 5), (("inputs", 0, "role"), None), (("findings", 0, "trace"), {}),
     (("findings", 0, "trace", "kind"), "none"), (("findings", 0, "verdict"), "so so"),
     (("findings", 0, "trace", "measures"), 1)],
)  # fmt: skip
def test_a_run_with_a_part_of_another_kind_is_no_assessment(
    place: tuple[object, ...], value: object, assessment: dict[str, object], tmp_path: Path
) -> None:
    document = json.loads(json.dumps(assessment))
    at = document
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    path = tmp_path / "assessment.json"
    path.write_text(json.dumps(document))
    rule = document["findings"][0]["rule"]
    if place[-1] == "role":
        assert tl.explain(path, rule)  # an input of no role is not asked for
        return
    with pytest.raises(ReportError) as caught:
        tl.explain(path, rule)
    assert "this is no assessment" in caught.value.render("en")


def test_a_ring_without_an_area_is_labelled_in_a_drawing(tmp_path: Path) -> None:
    """Its inside has no point at which its name could stand."""
    flat = shapely.polygons([(109.4, 24.3), (109.41, 24.3), (109.4, 24.3), (109.4, 24.3)])
    frame = geopandas.GeoDataFrame({"name": ["甲"]}, geometry=[flat], crs=4490)
    frame.to_file(tmp_path / "flat.geojson", engine="pyogrio")
    (written,) = tl.convert(tmp_path / "flat.geojson", tmp_path / "flat.dxf").written
    assert "甲" in written.read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["shp", "gpkg"])
def test_a_column_without_a_name_gets_one(tmp_path: Path, ending: str) -> None:
    frame = geopandas.GeoDataFrame({"": [1], "column": [2]}, geometry=[box(5, 5, 80)], crs=4524)
    frame.to_file(tmp_path / "some.fgb", engine="pyogrio")
    done = tl.convert(tmp_path / "some.fgb", tmp_path / f"other.{ending}")
    assert [issue.code for issue in done.issues] == ["field_renamed"]
    names = pyogrio.read_info(tmp_path / f"other.{ending}")["fields"]
    assert sorted(names) == ["column", "column_1"]


@pytest.mark.parametrize("ending", ["geojson", "shp", "gpkg", "kml", "dxf", "txt", "xlsx"])
def test_a_vertex_that_is_no_number_is_not_converted(tmp_path: Path, ending: str) -> None:
    ring = [(EAST, NORTH), (EAST + 90, NORTH), (EAST + 90, float("nan")), (EAST, NORTH + 90)]
    with np.errstate(invalid="ignore"):
        shapes = [box(5, 5, 80), shapely.polygons([*ring, ring[0]])]
    frame = geopandas.GeoDataFrame({"name": ["甲", "乙"]}, geometry=shapes, crs=4524)
    frame.to_file(tmp_path / "some.gpkg", engine="pyogrio")
    with pytest.raises(GeometryError) as caught:
        tl.convert(tmp_path / "some.gpkg", tmp_path / f"other.{ending}")
    told = caught.value.render("en")
    assert "feature 2, vertex 3: (36642090, nan) is no place" in told
    assert not (tmp_path / f"other.{ending}").exists()


def test_a_part_of_a_workbook_is_no_longer_than_its_file(tmp_path: Path) -> None:
    """What the directory of a zip says is read at once, and there must be room for it."""
    path = tmp_path / "points.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["X", "Y"])
    book.save(path)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 20 : entry + 24] = (1 << 30).to_bytes(4, "little")  # its packed size
    path.write_bytes(data)
    with pytest.raises(LayerError) as caught:
        tl.read_towns([path], crs="EPSG:4524")
    assert "longer than the file" in caught.value.render("en")


@pytest.mark.parametrize(
    ("tag", "place"),
    [
        ("c", "B" + "9" * 300),
        ("c", "ABCDEFGHIJKLMNOPQRSTUVWXYZ1"),
        ("row", "9" * 5000),
        ("row", "٣"),  # a number for Python, and for no office program
        ("c", ""),
    ],
)
def test_a_cell_that_stands_nowhere_is_refused(tmp_path: Path, tag: str, place: str) -> None:
    """The library makes a place of it, and room for all cells up to there: the process would end."""
    sound, path = tmp_path / "sound.xlsx", tmp_path / "points.xlsx"
    book = openpyxl.Workbook()
    for row in (("X", "Y"), (NORTH, EAST), (NORTH + 9, EAST)):
        book.active.append(row)
    book.save(sound)
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            text = source.read(part)
            if part.endswith("sheet1.xml"):
                of_last = rb'(<row r=")3"' if tag == "row" else rb'(<c r=")B3"'
                text, changed = re.subn(
                    of_last, lambda found: found[1] + place.encode() + b'"', text, count=1
                )
                assert changed
            target.writestr(part, text)
    with pytest.raises(LayerError) as caught:
        tl.read_towns([path], crs="EPSG:4524")
    assert "no place in a sheet" in caught.value.render("en")


PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_36",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["Central_Meridian",108.0],'
    'UNIT["Meter",1.0]]'
)


AZIMUTHAL = '"Lambert_Azimuthal_Equal_Area"'


@pytest.mark.parametrize(
    "damaged",
    [
        PRJ,  # a plane that names no false easting has 0, and its eastings end 500 km from there
        PRJ.replace('"Gauss_Kruger"', AZIMUTHAL),  # a plane of which PROJ alone knows the ends
    ],
)
def test_coordinates_beyond_a_plane_are_refused(tmp_path: Path, damaged: str) -> None:
    frame = geopandas.GeoDataFrame(geometry=[box(5, 5, 80)], crs=4524)
    frame.to_file(tmp_path / "town.shp", engine="pyogrio")
    (tmp_path / "town.prj").write_text(damaged, encoding="ascii")
    with pytest.raises(CRSError) as caught:
        tl.area(tmp_path / "town.shp")
    assert "--crs" in caught.value.render("en")
    assert "36642005" in caught.value.render("en")


@pytest.mark.parametrize("routine", [geodesy.check_area_m2, geodesy.official_area_m2])
def test_a_coordinate_that_proj_refuses_is_told(
    routine: Callable[[Sequence[shapely.Geometry], pyproj.CRS], object],
) -> None:
    plane = pyproj.CRS.from_wkt(PRJ.replace('"Gauss_Kruger"', AZIMUTHAL))
    with pytest.raises(CRSError, match="36642005"):
        routine([box(5, 5, 80)], plane)


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [('"Degree",0.0174532925199433', '"Degree",0'), ('"Gauss_Kruger"', '"Gauss_KrugerPlse"')],
)
def test_a_crs_with_which_proj_cannot_compute_is_refused(
    tmp_path: Path, sound: str, damaged: str
) -> None:
    frame = geopandas.GeoDataFrame(geometry=[box(5, 5, 80)], crs=4524)
    frame.to_file(tmp_path / "town.shp", engine="pyogrio")
    (tmp_path / "town.prj").write_text(PRJ.replace(sound, damaged), encoding="ascii")
    for read in (tl.read_towns, tl.area):
        with pytest.raises(CRSError) as caught:
            read(tmp_path / "town.shp")
        assert "--crs" in caught.value.render("en")


def test_a_file_without_a_name_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.shp", b"some")
    path.write_bytes(path.read_bytes().replace(b"a.shp", b"\0.shp"))
    with pytest.raises(LayerError) as caught:
        tl.read_towns([path])
    assert "a file in it has no name" in caught.value.render("en")


def test_a_table_of_a_drawing_without_a_head_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.dxf"
    drawing = ezdxf.new("R2010")
    drawing.modelspace().add_lwpolyline([(0, 0), (90, 0), (90, 90)], close=True)
    drawing.saveas(path)
    text = path.read_text(encoding="utf-8")
    view = "  0\nTABLE\n  2\nVIEW\n"
    path.write_text(text.replace(view, view.replace("0", "8")), encoding="utf-8")
    with pytest.raises(LayerError) as caught:
        tl.read_towns([path], crs="EPSG:4524")
    assert "the drawing is damaged" in caught.value.render("en")


@pytest.mark.parametrize(("code", "known"), [("0101\0\0", True), ("9999\0", False), ("\0", False)])
def test_a_code_padded_with_nul_is_the_code(tmp_path: Path, code: str, known: bool) -> None:
    """numpy takes a text that ends in NUL for a shorter one, which equals none of its own column."""
    survey = geopandas.GeoDataFrame(
        {"DLBM": [code], "BSM": ["1"], "KCXS": [0.0], "QSXZ": ["30"]},
        geometry=[box(0, 0, 300)], crs=4524,
    )  # fmt: skip
    survey.to_parquet(tmp_path / "survey.parquet")
    town = geopandas.GeoDataFrame({"name": ["甲"]}, geometry=[box(5, 5, 80)], crs=4524)
    layers = catalog(tmp_path, {"land_use": tmp_path / "survey.parquet"})
    towns = tl.read_towns(town, name_column="name")
    found = tl.check(towns, layers, tl.load_rulebook("national-2021"), on="2024-12-31")
    told = {each.code for each in found.towns[0].issues}
    assert ("class_unknown" not in told) == known


@pytest.mark.parametrize(
    ("value", "width", "read"),
    [
        (1.5, 70_000, 1.5),
        (1e300, None, "1e+300"),
        (1e300, 10, "1e+300"),
        (12345678.25, 5, 12345678.25),
    ],
)
def test_a_number_that_no_field_of_a_dbf_holds_is_text(
    tmp_path: Path, value: float, width: int | None, read: float | str
) -> None:
    """Its width stands in one byte, a row's in two; a number beyond its cell moved all that follow."""
    columns = TableColumn("MJ", "real", (value,), width, 2), TableColumn("NAME", "text", ("甲",))
    shapes = np.array([box(5, 5, 80)], dtype=object)
    write_shapefile(PolygonTable(shapes, columns, pyproj.CRS(4524)), tmp_path / "a.shp")
    found = pyogrio.read_dataframe(tmp_path / "a.shp")
    assert (found["MJ"][0], found["NAME"][0]) == (read, "甲")


@pytest.mark.parametrize("width", [0, 200])
def test_a_field_of_numbers_without_room_in_its_row_is_refused(tmp_path: Path, width: int) -> None:
    """One of no width ended in a traceback of numpy, and its coefficients would not be known."""
    columns = (TableColumn("KCXS", "real", (0.1,), 10, 4),)
    shapes = np.array([box(5, 5, 80)], dtype=object)
    write_shapefile(PolygonTable(shapes, columns, pyproj.CRS(4524)), tmp_path / "a.shp")
    table = bytearray((tmp_path / "a.dbf").read_bytes())
    table[32 + 16] = width
    (tmp_path / "a.dbf").write_bytes(table)
    layers = catalog(tmp_path, {"land_use": tmp_path / "a.shp"})
    (found,) = tl.layers_check(layers)
    (told,) = [each for each in found.summary.issues if each.severity == "error"]
    assert "the field KCXS has no room in the rows of the .dbf" in told.message.render("en")


def test_a_coordinate_that_is_no_number_is_no_cause_for_a_warning(tmp_path: Path) -> None:
    """NumPy warned of it where `layers check` made the geometries that it had put on the disk."""
    layers = broken.survey(tmp_path, box(5, 5, 80), box(200, 5, 80))
    path = tmp_path / "land.gpkg"
    east = struct.pack("<d", pyogrio.read_bounds(path)[1][2, 1])
    content = path.read_bytes()
    assert east in content
    path.write_bytes(content.replace(east, struct.pack("<d", float("nan"))))
    (found,) = tl.layers_check(layers)
    assert "coordinate_not_finite" in [each.code for each in found.summary.issues]
