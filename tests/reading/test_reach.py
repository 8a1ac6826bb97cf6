"""A vertex with a lost or added digit is refused with its name, before anything is computed of it."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import Mock

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from townland import area
from townland.errors import GeometryError, LayerError
from townland.geodesy.crs import densify
from townland.towns import read_towns

EAST, NORTH = (36642000.0, 36643500.0), (2689000.0, 2690000.0)
RING = [(EAST[0], NORTH[0]), (EAST[1], NORTH[0]), (EAST[1], NORTH[1]), (EAST[0], NORTH[1])]
DEGREES = [(109.40, 24.30), (109.42, 24.30), (109.42, 24.32), (109.40, 24.32)]


def told(points: list[tuple[float, float]], epsg: int, path: Path | None = None) -> str:
    """What is told of a town of these points beside a sound one: a frame, or a GeoJSON of a CRS."""
    sound = DEGREES if epsg in (4326, 4490) else RING
    shapes = [shapely.Polygon(sound), shapely.Polygon(points)]
    boundary: gpd.GeoDataFrame | Path = gpd.GeoDataFrame(geometry=shapes, crs=epsg)
    if path is not None:
        features = [
            {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(each)}
            for each in shapes
        ]
        crs = {"type": "name", "properties": {"name": f"EPSG:{epsg}"}}
        path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
        boundary = path
    with pytest.raises(LayerError) as caught:
        read_towns(boundary)
    return caught.value.render("en")


def with_vertex(ring: list[tuple[float, float]], at: int, x: float, y: float) -> list:
    return [(x, y) if n == at else point for n, point in enumerate(ring)]


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (3664200.0, 2689000.0),  # a digit lost in the easting
        (366420000.0, 2689000.0),  # one added
        (36642000.0, 268900.0),  # one lost in the northing
        (36642000.0, 26890000.0),  # one added
        (642000.0, 2689000.0),  # the zone's number
    ],
)
def test_a_digit_too_few_or_too_many(
    x: float, y: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapely, "segmentize", Mock(side_effect=AssertionError("divided")))
    for path in (None, tmp_path / "towns.geojson"):
        said = told(with_vertex(RING, 2, x, y), 4524, path)
        assert "feature 2, vertex 3" in said or "feature 1, vertex 3" in said
        assert "EPSG:4524, in which eastings go from 36000000 to 37000000" in said


@pytest.mark.parametrize(("x", "y"), [(10.94, 24.30), (109.40, 2.43), (1094.0, 24.30)])
def test_a_digit_too_few_or_too_many_in_degrees(x: float, y: float) -> None:
    said = told(with_vertex(DEGREES, 1, x, y), 4326)
    assert "vertex 2" in said
    assert "km from the rest of the feature" in said or "longitudes go from" in said


@pytest.mark.parametrize(
    "corner", [(-2000, -1000), (5000, 5000), (36642000, 268900), (36642000, 0)]
)
def test_local_numbers_and_northings_out_of_range(corner: tuple[float, float]) -> None:
    x, y = corner
    said = told([(x, y), (x + 1000, y), (x + 1000, y + 1000), (x, y + 1000)], 4524)
    assert "vertex 1" in said
    assert "northings from 300000 to 6200000" in said


def test_land_that_is_far_but_whole_is_read() -> None:
    province = shapely.Point(36500000, 2690000).buffer(400_000)
    isle = shapely.box(36500000, 2600000, 36501000, 2601000)  # 145 km from the ring's middle
    islands = shapely.union_all([shapely.Polygon(RING), isle])
    assert len(read_towns(gpd.GeoDataFrame(geometry=[province, islands], crs=4524))) == 2


def test_points_are_counted_before_edges_are_divided() -> None:
    long = np.array([shapely.box(0, 0, 40_000_000, 40_000_000)], dtype=object)
    with pytest.raises(LayerError, match="160000"):
        densify(long, pyproj.CRS(3857))


def test_a_coordinate_without_end_is_told_by_the_mending(tmp_path: Path) -> None:
    """Infinity is beyond what the CRS allows, and no vertex that has lost a digit."""
    shape = shapely.Polygon([RING[0], RING[1], (np.inf, NORTH[1]), RING[3]])
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shape], crs=4524).to_file(path)
    with pytest.raises(GeometryError) as caught:
        area(path)
    assert "a coordinate is no number" in caught.value.render("en")
