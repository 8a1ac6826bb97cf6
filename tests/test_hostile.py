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
import shutil
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import factory_broken as broken
from townland.catalog import load_catalog
from townland.errors import TownlandError
from townland.reading.vector import read_layer
from townland.towns import read_towns

SAMPLE = Path(__file__).resolve().parent.parent / "layers"
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
