"""A window read equals the filter of the whole read, whatever a file's index, count or extent says."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from townland.errors import LayerError
from townland.reading import cache, digests, file_systems
from townland.reading import source as sources
from townland.reading.digests import Digests
from townland.reading.formats import flatgeobuf
from townland.reading.rows import meets

EAST, NORTH, SIDE = 36_500_000.0, 2_650_000.0, 8
"""Squares of 90 m, 100 m apart: so many in a row, and so many rows."""


def squares() -> gpd.GeoDataFrame:
    """Squares with their numbers, a missing geometry and an empty one among them."""
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    west, south = EAST + 100 * x.ravel(), NORTH + 100 * y.ravel()
    shapes = [*shapely.box(west, south, west + 90, south + 90), None, shapely.MultiPolygon()]
    numbers = [f"N{n:02d}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"n": numbers}, geometry=shapes, crs=4524)


def shapefile(path: Path) -> Path:
    """The index of other shapes, and boxes in the records that lie elsewhere."""
    away = squares().set_geometry(squares().translate(0, 1e6))
    away.to_file(path / "b.shp", SPATIAL_INDEX="YES")
    squares().to_file(path / "a.shp", SPATIAL_INDEX="YES")
    shutil.copy(path / "b.qix", path / "a.qix")
    content = bytearray((path / "a.shp").read_bytes())
    entries = np.fromfile(path / "a.shx", ">i4", offset=100).reshape(-1, 2)
    for start in 2 * entries[: SIDE * SIDE, 0].astype(int):
        content[start + 12 : start + 44] = bytes(32)
    content[36:68] = bytes(32)
    (path / "a.shp").write_bytes(content)
    return path / "a.shp"


def geopackage(path: Path) -> Path:
    """An R-tree without rows; a count and an extent of another state."""
    squares().to_file(path / "a.gpkg", layer="a")
    with closing(sqlite3.connect(path / "a.gpkg")) as base:
        base.execute("DELETE FROM rtree_a_geom WHERE id > 3")
        base.execute("UPDATE gpkg_ogr_contents SET feature_count = 3")
        base.execute("UPDATE gpkg_contents SET min_x = 0, min_y = 0, max_x = 1, max_y = 1")
        base.commit()
    return path / "a.gpkg"


def filegdb(path: Path) -> Path:
    """The spatial index of a table whose features lie elsewhere."""
    frame = squares()[~squares().geometry.is_empty]
    away = frame.set_geometry(frame.translate(0, 50_000))
    pyogrio.write_dataframe(frame, path / "a.gdb", driver="OpenFileGDB", layer="a")
    pyogrio.write_dataframe(away, path / "b.gdb", driver="OpenFileGDB", layer="a")
    indexes = list((path / "b.gdb").glob("*.spx"))
    assert indexes
    for index in indexes:
        shutil.copy(index, path / "a.gdb" / index.name)
    return path / "a.gdb"


def flatgeobuf_of(index: str) -> Callable[[Path], Path]:
    """A FlatGeobuf whose index is empty, is of another state, or was never made."""

    def write(path: Path) -> Path:
        file = path / "a.fgb"
        frame = squares()
        frame = frame[~frame.geometry.isna() & ~frame.geometry.is_empty]
        pyogrio.write_dataframe(frame, file, SPATIAL_INDEX="NO" if index == "none" else "YES")
        content = bytearray(file.read_bytes())
        with file.open("rb") as stream:
            layout = flatgeobuf._layout(stream, len(content))
        assert layout is not None
        if index == "other":  # each box 1,000 km away
            nodes = np.frombuffer(content, "<f8", 5 * layout.nodes, layout.index).copy()
            nodes.reshape(-1, 5)[:, [1, 3]] += 1e6
            content[layout.index : layout.first] = nodes.tobytes()
        if index == "empty":
            content[layout.index : layout.first] = bytes(40 * layout.nodes)
        file.write_bytes(content)
        return file

    return write


def geoparquet(path: Path) -> Path:
    """A column of boxes, and the box of the whole, of another state; row groups of ten."""
    frame = squares()
    frame.to_parquet(path / "a.parquet", write_covering_bbox=True)
    table = pq.read_table(path / "a.parquet")
    away = frame.set_geometry(frame.translate(0, 1e6))
    away.to_parquet(path / "b.parquet", write_covering_bbox=True)
    other = pq.read_table(path / "b.parquet").column("bbox")
    table = table.set_column(table.schema.get_field_index("bbox"), "bbox", other)
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"]["bbox"] = [0, 0, 1, 1]
    table = table.replace_schema_metadata({b"geo": json.dumps(geo).encode()})
    pq.write_table(table, path / "a.parquet", row_group_size=10)
    return path / "a.parquet"


def geojson(path: Path) -> Path:
    """Boxes of the whole and of each feature that lie elsewhere."""
    document = json.loads(squares().to_json(to_wgs84=True))
    document["bbox"] = [0, 0, 1, 1]
    for feature in document["features"]:
        feature["bbox"] = [0, 0, 1, 1]
    (path / "a.geojson").write_text(json.dumps(document), encoding="utf-8")
    return path / "a.geojson"


FORGED = {
    "shapefile": shapefile,
    "geopackage": geopackage,
    "filegdb": filegdb,
    "flatgeobuf, empty index": flatgeobuf_of("empty"),
    "flatgeobuf, index of another state": flatgeobuf_of("other"),
    "flatgeobuf without index": flatgeobuf_of("none"),
    "geoparquet": geoparquet,
    "geojson": geojson,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_window_read_equals_the_filter_of_the_whole_read(name: str, tmp_path: Path) -> None:
    file = FORGED[name](tmp_path)
    with sources.opened(file) as source:
        whole = sources.read(source, ["n"], None)
        west, south, east, north = shapely.total_bounds(whole.geometry)
        assert source.bounds in (None, (west, south, east, north))
        assert source.features == len(whole)
        across, up = (east - west) / SIDE, (north - south) / SIDE
        for windows in (
            [(west + across, south + up, west + 3 * across, south + 2 * up)],
            [(west, south, west, south), (east, north, east + 1, north + 1)],
            [(west - 2, south - 2, west - 1, south - 1)],
            [(west - 1, south - 1, east + 1, north + 1)],
        ):
            near = sources.read(source, ["n"], windows)
            expected = whole.take(meets(whole.geometry, windows))
            assert near.fid.tolist() == expected.fid.tolist()
            assert near.columns["n"].to_pylist() == expected.columns["n"].to_pylist()
            assert shapely.equals_exact(near.geometry, expected.geometry).all()
            assert near.issues == expected.issues


@pytest.mark.parametrize("name", ["geopackage", "flatgeobuf, empty index"])
def test_boxes_that_are_remembered_give_the_same_rows(name: str, tmp_path: Path) -> None:
    file = FORGED[name](tmp_path)
    window = [(EAST + 95, NORTH + 95, EAST + 250, NORTH + 150)]
    seen = []
    for _time in range(2):
        with sources.opened(file) as source:
            seen.append(sorted(sources.read(source, ["n"], window).columns["n"].to_pylist()))
    assert seen == [["N09", "N10"]] * 2  # the second and third of the second row


def test_a_column_called_as_the_number_of_a_feature_is_not_taken_for_it(tmp_path: Path) -> None:
    squares().assign(FID=0).to_file(tmp_path / "a.shp")
    with sources.opened(tmp_path / "a.shp") as source:
        rows = sources.read(source, ["n"], [(EAST + 95, NORTH, EAST + 110, NORTH + 50)])
    assert rows.columns["n"].to_pylist() == ["N01"]


def test_a_layer_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    squares().to_file(file)
    with sources.opened(file) as source:
        with closing(sqlite3.connect(file)) as base:
            base.execute("CREATE TABLE more (a)")
            base.commit()
        with pytest.raises(LayerError, match=file.name) as caught:
            sources.read(source, ["n"], [(EAST, NORTH, EAST + 1, NORTH + 1)])
    assert "changed while it was read" in caught.value.render("en")


def test_what_sqlite_has_not_yet_written_into_its_file_is_hashed_with_it(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    squares().to_file(file)
    before = digests.sha256_of(file)
    base = sqlite3.connect(file)
    base.execute("PRAGMA journal_mode = WAL")
    plain = digests.sha256_of(file)
    base.execute("UPDATE gpkg_contents SET description = 'other'")
    base.commit()
    assert len({before, plain, digests.sha256_of(file)}) == 3
    base.close()


# --- the hash is paid once ------------------------------------------------------------------------


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file, on a disk whose times are believed at once."""
    monkeypatch.setattr(digests, "SETTLED_NS", 0)
    monkeypatch.setattr(file_systems, "_kind", lambda _path: "ext4")
    monkeypatch.setattr("sys.platform", "linux")
    (tmp_path / "a.bin").write_bytes(b"0123456789")
    return tmp_path / "a.bin"


def test_a_hash_is_remembered_and_computed_again_where_it_is_asked_for(settled: Path) -> None:
    first, second, third = Digests(), Digests(), Digests(rehash=True)
    assert first(settled) == second(settled) == third(settled) == digests.sha256_of(settled)
    assert (first.remembered, second.remembered, third.remembered) == ([], [settled], [])


def test_an_edit_at_equal_size_with_the_old_time_of_writing_is_noticed(settled: Path) -> None:
    before, state = Digests()(settled), settled.stat()
    settled.write_bytes(b"9876543210")
    os.utime(settled, ns=(state.st_atime_ns, state.st_mtime_ns))
    after = Digests()
    assert after(settled) == digests.sha256_of(settled) != before
    assert not after.remembered


def test_a_member_of_a_folder_is_noticed(settled: Path) -> None:
    folder = settled.parent / "a.gdb"
    folder.mkdir()
    (folder / "one.gdbtable").write_bytes(b"a")
    before = Digests()(folder)
    assert Digests()(folder) == before
    (folder / "two.gdbtable").write_bytes(b"b")
    assert Digests()(folder) == digests.sha256_of(folder) != before


def test_what_changed_just_now_is_not_remembered(
    settled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "SETTLED_NS", 2_000_000_000)
    Digests()(settled)
    again = Digests()
    again(settled)
    assert not again.remembered


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p", "vfat", ""])
def test_a_disk_of_the_network_is_never_believed(
    kind: str, settled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Digests()(settled)
    monkeypatch.setattr(file_systems, "_kind", lambda _path: kind)
    again = Digests()
    again(settled)
    assert not again.remembered


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_a_broken_entry_is_a_miss(damage: bytes | None, settled: Path) -> None:
    expected = Digests()(settled)
    home = cache.folder()
    assert home is not None
    for entry in home.glob("digest-*"):
        text = entry.read_bytes()
        entry.write_bytes(text[:-1] + b"?" if damage is None else damage)
    again = Digests()
    assert again(settled) == expected
    assert not again.remembered


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_the_cache_is_the_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "townland").mkdir(mode=0o777)
    cache.save("boxes", "key", b"content")
    assert (tmp_path / "townland").stat().st_mode & 0o777 == 0o700
    assert cache.load("boxes", "key") == b"content"
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    cache.save("boxes", "key", b"content")
    assert cache.load("boxes", "key") is None


def test_the_cache_keeps_what_was_asked_for_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "MOST_BYTES", 1000)
    monkeypatch.setattr(cache, "_SMALL", 0)
    for key in ("a", "b"):
        cache.save("boxes", key, bytes(400))
        for entry in (tmp_path / "townland").iterdir():
            os.utime(entry, (1, 1))
    assert cache.load("boxes", "b") is not None
    cache.save("boxes", "c", bytes(400))
    assert [cache.load("boxes", key) is not None for key in "abc"] == [False, True, True]
