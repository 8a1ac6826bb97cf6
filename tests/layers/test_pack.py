"""A layer that is packed once gives a check what its source gives it, byte for byte, or is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from tests.factory_demo import DAY, LAYERS
from tests.factory_land import CRS, EAST, NORTH, box, write

from townland.assessment import check
from townland.catalog import LayerCatalog, LayerSpec, load_catalog
from townland.errors import CatalogError, LayerError
from townland.geodesy import official_area_m2
from townland.i18n import render
from townland.layers.check import examine
from townland.layers.describe import inspect
from townland.layers.init.walk import files
from townland.layers.pack import PackedLayer, features, file, layers_pack, order
from townland.output.json_text import dumps
from townland.reading import sealed
from townland.reading.digests import Digests
from townland.reading.vector import read_excerpt, read_layer
from townland.rules.book.loader import load_rulebook
from townland.towns import read_towns
from townland.writing.report.assessment_json import assessment_json

SIDE = 6
"""So many squares of 90 m, 100 m apart, in a row, and so many rows."""


def squares() -> gpd.GeoDataFrame:
    """Squares whose order in the file is none on the ground; a bow-tie, a hole, heights, two parts."""
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    shapes = [box(100 * i, 100 * j, 100 * i + 90, 100 * j + 90)
              for i, j in zip(x.ravel(), y.ravel(), strict=True)]  # fmt: skip
    shapes = [shapes[at] for at in np.random.default_rng(5).permutation(len(shapes))]
    shapes[3] = shapely.Polygon(
        [(EAST, NORTH), (EAST + 90, NORTH + 90), (EAST + 90, NORTH), (EAST, NORTH + 90)]
    )
    shapes[4] = shapely.force_3d(shapes[4], 7.5)
    shapes[5] = shapely.MultiPolygon(
        [shapes[5].difference(shapes[5].buffer(-9)), box(900, 0, 9e2 + 9, 9)]
    )
    count = len(shapes)
    columns = {
        "BSM": [None if n == 7 else f" b{n}" for n in range(count)],
        "DLBM": ["0101", "0301", "9999", None] * (count // 4),
        "KCXS": [0.1, None] * (count // 2),
        "SFZH": ["450200"] * count,
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def shapefile(folder: Path) -> Path:
    """With cells that are no numbers, and asterisks."""
    squares().assign(KCXS=0.5).to_file(folder / "a.shp", engine="fiona", schema={
        "geometry": "Polygon",
        "properties": {"BSM": "str:18", "DLBM": "str:5", "KCXS": "float:6.4", "SFZH": "str:18"},
    })  # fmt: skip
    table = folder / "a.dbf"
    content = table.read_bytes()
    for cell in (b"0,0925", b"******", b"#NUM! "):
        content = content.replace(b"0.5000", cell, 2)
    table.write_bytes(content)
    return folder / "a.shp"


def of_driver(name: str) -> Callable[[Path], Path]:
    """A file that pyogrio writes."""

    def make(folder: Path) -> Path:
        frame = squares()
        if name.endswith(("gdb", "fgb")):
            parts = [shapely.get_parts(each) for each in shapely.force_2d(frame.geometry)]
            frame = frame.set_geometry([shapely.MultiPolygon(list(each)) for each in parts])
            frame = frame.set_crs(CRS, allow_override=True)
        driver = "OpenFileGDB" if name.endswith("gdb") else None
        pyogrio.write_dataframe(frame, folder / name, layer="a", driver=driver)
        return folder / name

    return make


def geoparquet(folder: Path) -> Path:
    squares().to_parquet(folder / "a.parquet", row_group_size=7)
    return folder / "a.parquet"


def geojson(folder: Path) -> Path:
    squares().to_crs(4490).to_file(folder / "a.geojson")
    return folder / "a.geojson"


def zipped(folder: Path) -> Path:
    path = shapefile(folder)
    inside = folder / "inside"
    inside.mkdir()
    for each in folder.glob("a.*"):
        each.rename(inside / each.name)
    return Path(shutil.make_archive(str(folder / path.stem), "zip", inside))


def open_rings(folder: Path) -> Path:
    """Rings that are not closed, as some programs write them; GeoPackage takes any bytes."""
    write(folder / "a.gpkg", [box(0, 0, 50, 50)] * 9, BSM=list("abcdefghi"))
    open_ring = bytearray(shapely.to_wkb(box(0, 0, 50, 50), byte_order=1))
    open_ring = open_ring[:-16] + bytearray(np.array([EAST + 9.0, NORTH + 9.0]).tobytes())
    with closing(sqlite3.connect(folder / "a.gpkg")) as base:
        triggers = base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            base.execute(f'DROP TRIGGER "{name}"')
        (head,) = base.execute("SELECT substr(geom, 1, 40) FROM a WHERE fid = 2").fetchone()
        base.execute("UPDATE a SET geom = ? WHERE fid IN (2, 5)", (bytes(head) + bytes(open_ring),))
        base.commit()
    return folder / "a.gpkg"


def curves(folder: Path) -> Path:
    """Two circles among squares, by true curves."""
    frame = gpd.GeoDataFrame({"BSM": list("abcdefghi")}, geometry=[box(0, 0, 50, 50)] * 9, crs=CRS)
    pyogrio.write_dataframe(
        frame, folder / "a.gpkg", layer="a", geometry_type="Unknown", SPATIAL_INDEX="NO"
    )
    corner = np.array([EAST, NORTH])
    ring = np.array([(0, 0), (50, 50), (100, 0), (50, -50), (0, 0)]) + corner
    curve = struct.pack("<BIIBII", 1, 10, 1, 1, 8, 5) + ring.astype("<f8").tobytes()
    shape = struct.pack("<4si", b"GP\x00\x01", 4524) + curve
    with closing(sqlite3.connect(folder / "a.gpkg")) as base:
        base.execute("UPDATE a SET geom = ? WHERE fid IN (2, 8)", (shape,))
        base.commit()
    return folder / "a.gpkg"


PLAIN = (open_rings, curves)
"""Sources that have no other column than the identifier."""

WHOLE_ISSUES = {
    shapefile: "read_warning", open_rings: "ring_closed", curves: "curve_linearised",
}  # fmt: skip
"""What reading says of some sources, of which windows tell their own part."""

SOURCES = {
    "shapefile": shapefile, "geopackage": of_driver("a.gpkg"), "filegdb": of_driver("a.gdb"),
    "flatgeobuf": of_driver("a.fgb"), "geoparquet": geoparquet, "geojson": geojson, "zip": zipped,
    "rings that are not closed": open_rings, "true curves": curves,
}  # fmt: skip


def catalog_of(path: Path, **keys: object) -> LayerCatalog:
    """A catalog of one layer."""
    named = {"class_column": "DLBM", "scheme": "sandiao-2019", "net_factor_column": "KCXS"}
    if "rings" in keys:
        named = {}
    keys.pop("rings", None)
    spec = LayerSpec.model_validate(
        {"name": "a", "role": "land_use", "path": str(path), "id_column": "BSM", **named, **keys}
    )
    return LayerCatalog(layer=[spec])


def packed_of(catalog: LayerCatalog) -> tuple[LayerCatalog, PackedLayer]:
    """The catalog that names the packed file of its one layer, and what was packed."""
    (done,) = layers_pack(catalog, ["a"])
    spec = catalog.layer[0].model_copy(update={"packed": str(done.path)})
    return LayerCatalog(layer=[spec]), done


def wkb(frame: gpd.GeoDataFrame) -> list[bytes]:
    """The geometries to the last bit."""
    return list(shapely.to_wkb(frame.geometry))


def window(
    west: float, south: float, east: float, north: float
) -> tuple[tuple[float, ...], object]:
    return (EAST + west, NORTH + south, EAST + east, NORTH + north), CRS


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_packed_layer_is_read_as_its_source_is(
    source: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "GROUP_ROWS", 4)
    monkeypatch.setattr(features, "BATCH", 5)
    path = source(tmp_path)
    plain = catalog_of(path, **({"rings": True} if source in PLAIN else {}))
    packed, done = packed_of(plain)
    assert done.left_out == (("SFZH",) if source not in PLAIN else ())
    expected = WHOLE_ISSUES.get(source)
    assert expected in {
        None,
        *(each.code for each in read_layer(packed.layer[0], packed, None).issues),
    }
    windows = [
        None,
        [window(-50, -50, 130, 130)],
        [window(150, 150, 260, 580)],
        [window(0, 0, 40, 40), window(520, 520, 530, 530)],
        [window(5e3, 5e3, 6e3, 6e3)],
    ]
    for some in windows:
        own, other = (read_layer(each.layer[0], each, some) for each in (plain, packed))
        assert own.frame.drop(columns="geometry").equals(other.frame.drop(columns="geometry"))
        assert wkb(own.frame) == wkb(other.frame)
        assert (own.input, own.issues, own.crs, own.extent, own.counted) == (
            other.input, other.issues, other.crs, other.extent, other.counted
        )  # fmt: skip
        assert np.array_equal(own.numbers, other.numbers)
        excerpts = [read_excerpt(each.layer[0], each, some) for each in (plain, packed)]
        ours = [replace(each.layer.source, fetch=len, direct=None, sides=None, raw_cells=None,
                        starred=None, parts=None, put_right=None, indexed=True, path=path)
                for each in excerpts]  # fmt: skip
        assert ours[0] == ours[1]


def test_a_window_of_a_packed_layer_is_the_filter_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "GROUP_ROWS", 5)
    packed, _done = packed_of(catalog_of(of_driver("a.gpkg")(tmp_path)))
    whole = read_layer(packed.layer[0], packed, None).frame
    random = np.random.default_rng(1)
    for _n in range(12):
        west, south = random.uniform(-100, 600, 2)
        near = (west, south, *(np.array([west, south]) + random.uniform(1, 300, 2)))
        (west, south, east, north), crs = window(*near)
        found = read_layer(packed.layer[0], packed, [((west, south, east, north), crs)]).frame
        sides = whole.geometry.bounds
        # a window is a metre larger each way than what is asked for
        kept = ((sides.minx <= east + 1) & (sides.maxx >= west - 1)
                & (sides.miny <= north + 1) & (sides.maxy >= south - 1))  # fmt: skip
        assert found["id"].tolist() == whole["id"][kept].tolist()


def test_a_packed_file_holds_all_of_its_source_and_what_is_measured(tmp_path: Path) -> None:
    frame = squares()
    catalog = catalog_of(of_driver("a.gpkg")(tmp_path))
    _packed, done = packed_of(catalog)
    found = gpd.read_parquet(done.path).sort_values("townland_row")
    assert found["townland_feature"].tolist() == list(range(1, len(frame) + 1))
    assert found["BSM"].tolist() == frame["BSM"].tolist()
    assert "SFZH" not in found
    # GeoPackage makes MultiPolygons of all
    own, other = (
        shapely.get_coordinates(each.geometry, include_z=True, return_index=True)
        for each in (frame, found)
    )
    assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(own, other, strict=True))
    assert found["townland_class"].tolist() == frame["DLBM"].tolist()
    assert found["townland_class_name"].tolist()[:2] == ["水田", "乔木林地"]
    faults = found.set_index("townland_row")["townland_validity"]
    assert faults[faults != "valid"].to_dict() == {4: "ring_bow_tie"}
    # two triangles of 90 m by 45 m; all others as the check measures them
    official = official_area_m2(frame.geometry.to_numpy(), CRS).round(2)
    areas = found["townland_area_m2"].to_numpy()
    assert np.delete(areas, 3).tolist() == np.delete(official, 3).tolist()
    assert areas[3] == pytest.approx(4050, rel=1e-3)
    # rows that follow one another in the file are neighbours: 36 squares, 35 steps of one cell or two
    middle = gpd.read_parquet(done.path).geometry.centroid[lambda each: each.x < EAST + 600]
    steps = np.hypot(np.diff(middle.x), np.diff(middle.y))
    assert np.median(steps) <= 100.1
    geo = json.loads(pq.read_metadata(done.path).metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    # it is read as a layer of its own, too
    assert len(read_layer(catalog_of(done.path).layer[0], catalog, None).frame) == len(frame)
    assert geo["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]


def test_the_same_source_gives_the_same_bytes_in_place_of_the_older_file(tmp_path: Path) -> None:
    catalog = catalog_of(of_driver("a.gpkg")(tmp_path))
    _packed, done = packed_of(catalog)
    first = done.path.read_bytes()
    assert str(tmp_path).encode() not in first
    done.path.write_bytes(b"older")
    packed_of(catalog)
    assert done.path.read_bytes() == first
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.gpkg", "a.gpkg.townland.parquet"]
    # it is no layer of its own
    assert [each.name for each in files(tmp_path)] == ["a.gpkg"]


def test_packing_holds_no_more_in_memory_than_a_batch_and_a_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = catalog_of(of_driver("a.gpkg")(tmp_path))
    _packed, done = packed_of(catalog)
    whole = pq.read_table(done.path)
    for name, most in (("MOST_ROWS", 3), ("MOST_BUCKETS", 2)):
        monkeypatch.setattr(order, name, most)
    monkeypatch.setattr(features, "BATCH", 5)
    monkeypatch.setattr(file, "GROUP_ROWS", 2)
    batches, sorted_rows = [], []
    tables, ordered = features.tables, order.ordered

    def told_tables(plan: features.Packing) -> object:
        for table in tables(plan):
            batches.append(len(table))
            yield table

    def told_ordered(rows: object, count: int, folder: Path) -> object:
        for table in ordered(rows, count, folder):
            sorted_rows.append(len(table))
            yield table

    monkeypatch.setattr(features, "tables", told_tables)
    monkeypatch.setattr("townland.layers.pack.ordered", told_ordered)
    packed_of(catalog)
    assert max(batches) == 5
    assert max(sorted_rows) <= 3
    assert sum(batches) == sum(sorted_rows) == SIDE * SIDE
    metadata = pq.read_metadata(done.path)
    groups = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
    assert max(groups) == 2
    assert sum(groups) == SIDE * SIDE
    assert pq.read_table(done.path).equals(whole)


def test_a_large_bucket_is_sorted_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "MOST_ROWS", 8)
    monkeypatch.setattr(order, "MOST_BYTES", 2_000)
    at = np.random.default_rng(3).permutation(20)
    heavy = pa.table({order.POSITION: at, "text": ["x" * 400] * 20})
    found = list(order.ordered([heavy.slice(0, 11), heavy.slice(11)], 20, tmp_path))
    assert pa.concat_tables(found).column(order.POSITION).to_pylist() == list(range(20))
    assert max(map(len, found)) < 8
    assert not list(tmp_path.iterdir())


def refusal(packed: LayerCatalog) -> str:
    with pytest.raises(LayerError) as caught:
        read_layer(packed.layer[0], packed, [window(0, 0, 600, 600)])
    return render(caught.value.message, "en")


CURE = "pack the layer again: townland layers pack a"


def test_a_packed_file_of_other_content_is_refused(tmp_path: Path) -> None:
    path = of_driver("a.gpkg")(tmp_path)
    packed, done = packed_of(catalog_of(path))
    write(path, [box(0, 0, 9, 9)], BSM=["b"], DLBM=["0101"], KCXS=[0.1])
    text = refusal(packed)
    assert text.startswith(
        f"{done.path.as_posix()}: packed from other content than {path.as_posix()}"
    )
    assert text.endswith(CURE)
    (issue,) = [each for each in examine(packed.layer[0], packed).issues if "packed" in each.code]
    assert (issue.code, issue.severity) == ("packed_unusable", "warning")


def damage(place: str) -> Callable[[bytes], bytes]:
    """Change one byte of the first row group, of the boxes in the seal, or cut the file off."""

    def change(content: bytes) -> bytes:
        if place == "end":
            return content[:-9]
        at = 700 if place == "group" else content.index(b'"bounds":[3652') + 16
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return change


@pytest.mark.parametrize("place", ["group", "seal", "end"])
def test_a_damaged_packed_file_is_refused(place: str, tmp_path: Path) -> None:
    packed, done = packed_of(catalog_of(of_driver("a.gpkg")(tmp_path)))
    done.path.write_bytes(damage(place)(done.path.read_bytes()))
    text = refusal(packed)
    assert text.startswith(f"{done.path.as_posix()}: the packed file is damaged (")
    assert text.endswith(CURE)


def test_packed_files_of_others_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = of_driver("a.gpkg")(tmp_path)
    packed, done = packed_of(catalog_of(path))
    with monkeypatch.context() as other:
        other.setattr(sealed, "FORMAT", 2)
        assert "in format 1, and format 2 is expected" in refusal(packed)
    spec = packed.layer[0].model_copy(update={"scheme": "gbt21010-2017"})
    assert "said something else of the layer a (scheme)" in refusal(LayerCatalog(layer=[spec]))
    # another program wrote the file anew, without a parcel
    table = pq.read_table(done.path).replace_schema_metadata(pq.read_metadata(done.path).metadata)
    pq.write_table(table.slice(1), done.path)
    assert "row groups are not those that were written" in refusal(packed)
    pq.write_table(table.replace_schema_metadata(None), done.path)
    assert "does not say of which layer" in refusal(packed)
    done.path.unlink()
    assert "there is no such packed file" in refusal(packed)


@pytest.mark.parametrize("text", [b"[]", b"{", b"[" * 9000])
def test_a_sealed_description_that_is_none_is_refused(tmp_path: Path, text: bytes) -> None:
    packed, done = packed_of(catalog_of(of_driver("a.gpkg")(tmp_path)))
    seal = hashlib.sha256(text).hexdigest().encode()
    forged = pq.read_table(done.path).replace_schema_metadata({sealed.KEY: text, sealed.SEAL: seal})
    pq.write_table(forged, done.path)
    assert "is damaged (its description cannot be read)" in refusal(packed)


def test_what_is_no_file_of_features_is_not_packed() -> None:
    catalog = load_catalog(LAYERS / "catalog.toml")
    with pytest.raises(CatalogError, match="elevation") as raster:
        layers_pack(catalog, ["elevation"])
    assert "only a layer of features" in render(raster.value.message, "en")
    with pytest.raises(CatalogError) as unknown:
        layers_pack(catalog, ["land_uze"])
    assert "its layers are land_use, " in render(unknown.value.message, "en")


def test_a_check_of_packed_layers_has_the_bytes_of_one_of_their_sources(tmp_path: Path) -> None:
    shutil.copytree(LAYERS, tmp_path / "layers")
    path = tmp_path / "layers" / "catalog.toml"
    names = ["land_use", "permanent_basic_farmland", "planned_use"]
    text = "[[layer]]".join(path.read_text(encoding="utf-8").split("[[layer]]")[: len(names) + 1])
    path.write_text(text, encoding="utf-8")
    plain = load_catalog(path)
    for each in layers_pack(plain, names):
        (name,) = each.names
        text = text.replace(f'name = "{name}"\n', f'name = "{name}"\npacked = "{each.packed}"\n')
    path.write_text(text, encoding="utf-8")
    packed = load_catalog(path)
    assert all(spec.packed for spec in packed.layer)
    towns = read_towns(
        [path.parent / "sample/towns.gpkg"], code_column="code", where={"code": "T03"}
    )
    book = load_rulebook("liuzhou-2018")
    own, other = (assessment_json(check(towns, each, book, on=DAY)) for each in (plain, packed))
    # the catalog itself says that a layer is packed: its hash alone differs
    assert own["catalog"] != other["catalog"]
    assert dumps({**own, "catalog": None}) == dumps({**other, "catalog": None})


def test_a_layer_that_is_read_whole_is_told_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("townland.reading.packed.LARGE", SIDE)
    catalog = catalog_of(geojson(tmp_path))

    def slow(layers: LayerCatalog) -> list[str]:
        found = inspect(layers.layer[0], layers).issues
        return [render(each.message, "en") for each in found if each.code == "index_missing"]

    (message,) = slow(catalog)
    assert message.endswith("pack the layer once: townland layers pack a")
    packed, _done = packed_of(catalog)
    assert slow(packed) == []
    for layers, expected in ((catalog, {"a": SIDE * SIDE}), (packed, {})):
        digests = Digests()
        read_layer(layers.layer[0], layers, None, digest=digests)
        assert digests.whole == expected
