"""A boundary has the same official area in every format that is written or read."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from townland.conversion.boundary import WRITERS, convert
from townland.measuring.official import polygon_areas

E, N = 36_642_000.0, 2_689_000.0
SHAPE = shapely.Polygon(
    [(E, N), (E + 813.25, N + 12.5), (E + 790.75, N + 644.125), (E + 31.5, N + 702.25)],
    [[(E + 300, N + 300), (E + 420.5, N + 310), (E + 410, N + 415.25)]],
)


HOLLOW = f"MULTIPOLYGON ({SHAPE.wkt.removeprefix('POLYGON ')[:-1]}, EMPTY), EMPTY)"


def source(folder: Path, shape: shapely.Geometry = SHAPE) -> Path:
    path = folder / "in.gpkg"
    gpd.GeoDataFrame({"name": ["甲镇"]}, geometry=[shape], crs="EPSG:4524").to_file(path)
    return path


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("empty", [False, True])
def test_each_format_that_is_written(tmp_path, suffix, empty):
    """With a ring and a part without a vertex, too: KML ended the process, a workbook in a traceback."""
    before = source(tmp_path, shapely.from_wkt(HOLLOW) if empty else SHAPE)
    after = tmp_path / f"out{suffix}"
    convert(before, after)
    crs = "EPSG:4524" if suffix in (".dxf", ".xlsx") else None
    (one,), (other,) = polygon_areas(before), polygon_areas(after, crs=crs)
    assert abs(one.area_m2 - other.area_m2) <= 0.01


def test_esrijson_and_native_geoparquet(tmp_path):
    before = source(tmp_path)
    frame = gpd.read_file(before)
    frame.to_parquet(tmp_path / "a.parquet", geometry_encoding="geoarrow")
    turned = shapely.geometry.polygon.orient(SHAPE, -1)
    rings = [list(map(list, ring.coords)) for ring in (turned.exterior, *turned.interiors)]
    content = {"rings": rings, "spatialReference": {"wkid": 4524}}
    (tmp_path / "a.json").write_text(json.dumps(content), "utf-8")
    (one,) = polygon_areas(before)
    for name in ("a.parquet", "a.json"):
        (other,) = polygon_areas(tmp_path / name)
        assert other.area_m2 == one.area_m2
