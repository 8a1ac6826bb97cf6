"""Geometry columns of Parquet that are no WKB of GeoParquet: native lists, and the type GEOMETRY."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from townland import area
from townland.errors import LayerError
from townland.reading import source as sources
from townland.towns import read_towns

E, N = 36_642_000, 2_689_000
SQUARE = shapely.box(E, N, E + 100, N + 100)
RING = SQUARE.difference(shapely.box(E + 40, N + 40, E + 60, N + 60))
TWO = shapely.MultiPolygon([RING, shapely.box(E + 200, N, E + 210, N + 10)])


def read(path: Path) -> Any:
    with sources.opened(path) as source:
        return source, sources.read(source, source.fields, None)


@pytest.mark.parametrize(
    ("shapes", "encoding"),
    [([SQUARE, RING], "polygon"), ([TWO, shapely.MultiPolygon([SQUARE])], "multipolygon"),
     ([RING, None, SQUARE], "polygon")],
)  # fmt: skip
def test_the_native_encodings_of_geoparquet_are_read(tmp_path, shapes, encoding):
    frame = gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs="EPSG:4524")
    path = tmp_path / "a.parquet"
    frame.to_parquet(path, geometry_encoding="geoarrow", row_group_size=2)
    metadata = json.loads(pq.ParquetFile(path).schema_arrow.metadata[b"geo"])
    assert metadata["columns"]["geometry"]["encoding"] == encoding
    source, rows = read(path)
    assert "4524" in str(source.crs)
    for shape, found in zip(shapes, rows.geometry, strict=True):
        assert found is None if shape is None else found.equals(shape)
    box = [(E + 150, N, E + 300, N + 50)]
    with sources.opened(path) as source:
        assert len(sources.read(source, [], box)) == sum(s is TWO for s in shapes)


class Wkb(pa.ExtensionType):
    """What pyarrow writes as the logical type GEOMETRY."""

    def __init__(self, more: str = "{}") -> None:
        self.more = more
        super().__init__(pa.binary(), "geoarrow.wkb")

    def __arrow_ext_serialize__(self) -> bytes:
        return self.more.encode()

    @classmethod
    def __arrow_ext_deserialize__(cls, _storage: object, more: bytes) -> Wkb:
        return cls(more.decode() or "{}")


def typed(path: Path, **more: Any) -> Path:
    pa.register_extension_type(Wkb())
    try:
        kind = Wkb(json.dumps(more))
        array = pa.ExtensionArray.from_storage(kind, pa.array([RING.wkb], pa.binary()))
        pq.write_table(pa.table({"name": ["甲镇"], "geom": array}), path, store_schema=False)
    finally:
        pa.unregister_extension_type("geoarrow.wkb")
    return path


@pytest.mark.parametrize("crs", ["EPSG:4524", "srid:4524"])
def test_the_type_geometry_of_parquet_is_read(tmp_path, crs):
    (town,) = read_towns(typed(tmp_path / "a.parquet", crs=crs))
    assert (town.name, town.input.crs_used) == ("甲镇", "EPSG:4524")
    assert town.boundary.area == 9600


def test_without_a_crs_the_type_geometry_is_in_degrees(tmp_path):
    assert read(typed(tmp_path / "a.parquet"))[0].crs == "OGC:CRS84"


def test_edges_that_are_curves_on_the_earth_are_refused(tmp_path):
    path = typed(tmp_path / "a.parquet", crs="EPSG:4490", edges="spherical")
    with pytest.raises(LayerError) as refused:
        read(path)
    assert "the type GEOGRAPHY, whose edges are curves" in refused.value.render("en")


def test_a_parquet_without_geometry_and_one_of_an_unknown_encoding_are_refused(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    geo = {"primary_column": "a", "columns": {"a": {"encoding": "TWKB"}}}
    table = pa.table({"a": [1]}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, tmp_path / "b.parquet")
    for name, said in (
        ("a", "no GeoParquet metadata"),
        ("b", "is encoded as TWKB; expected WKB or"),
    ):
        with pytest.raises(LayerError) as refused:
            read(tmp_path / f"{name}.parquet")
        assert said in refused.value.render("en")


POINT = pa.struct([("x", pa.float64()), ("y", pa.float64())])
CORNERS = [{"x": x, "y": y} for x, y in SQUARE.exterior.coords]


def native(path: Path, rings: Any, encoding: str = "polygon", **more: Any) -> Path:
    """A second feature of these rings, as no writer of shapes makes it."""
    kind = pa.list_(pa.list_(POINT))
    column = {"encoding": encoding, "geometry_types": [], **more}
    column["crs"] = json.loads(CRS.from_epsg(4524).to_json())
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = pa.table({"name": ["甲", "乙"], "geometry": pa.array([[CORNERS], rings], kind)})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


@pytest.mark.parametrize(
    ("rings", "said"),
    [
        (
            [None, CORNERS],
            "feature 2: a ring or a part of it is missing (null)",
        ),  # ended the process
        ([[None, *CORNERS]], "feature 2: a coordinate is missing or no number"),
        ([[{"x": E, "y": None}, *CORNERS]], "feature 2: a coordinate is missing or no number"),
        ([[*CORNERS[:2], {"x": float("inf"), "y": N}, *CORNERS[2:]]], "feature 2: a coordinate"),
        ([CORNERS, CORNERS[:2]], "feature 2: a ring has fewer than three points"),
    ],
)
def test_what_is_missing_in_a_native_geometry_is_named(tmp_path, rings, said):
    with pytest.raises(LayerError) as refused:
        read_towns(native(tmp_path / "a.parquet", rings))
    assert said in refused.value.render("en")


def test_a_ring_without_a_vertex_changes_no_area(tmp_path):
    """It shifted the rings of all others: an area of 0.00 m², and no word."""
    path = native(tmp_path / "a.parquet", [CORNERS[:-1], []])
    one, two = area(path)["area_m2"]
    assert one == two == pytest.approx(9995.01, abs=0.05)


@pytest.mark.parametrize(
    ("encoding", "more", "said"),
    [
        ("WKB", {}, "is encoded as WKB, but the column is of the type list"),
        ("multipolygon", {}, "is encoded as multipolygon, but the column is of the type list"),
        ("polygon", {"edges": "spherical"}, "its edges are curves on the Earth (edges: spherical)"),
    ],
)
def test_metadata_that_do_not_fit_the_column_are_refused(tmp_path, encoding, more, said):
    with pytest.raises(LayerError) as refused:
        read_towns(native(tmp_path / "a.parquet", [CORNERS], encoding, **more))
    assert said in refused.value.render("en")
