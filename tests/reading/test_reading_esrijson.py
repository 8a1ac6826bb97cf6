"""EsriJSON: feature sets, features and rings of ArcGIS, with figures that are known on paper."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import shapely

from townland.errors import CRSError, LayerError
from townland.reading import source as sources
from townland.towns import read_towns

E, N = 36_642_000, 2_689_000


def ring(size: float, east: float = 0, *, hole: bool = False) -> list[list[float]]:
    """A square ring with its corner 100 m · `east` from the origin, clockwise unless it is a hole."""
    x, y = E + east, N + east
    points = [[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]]
    return points[::-1] if hole else points


def feature(*rings: Any, name: str = "甲镇", **more: Any) -> dict[str, Any]:
    return {"attributes": {"name": name}, "geometry": {"rings": list(rings), **more}}


def document(*features: Any, **more: Any) -> dict[str, Any]:
    return {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4524},
        "features": list(features),
        **more,
    }


def saved(folder: Path, content: Any) -> Path:
    path = folder / "a.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def read(path: Path) -> Any:
    with sources.opened(path) as source:
        return source, sources.read(source, source.fields, None)


def test_a_feature_set_is_a_town_with_its_name_and_crs(tmp_path):
    (town,) = read_towns(saved(tmp_path, document(feature(ring(100)))))
    assert (town.name, town.input.crs_used) == ("甲镇", "EPSG:4524")
    assert town.boundary.equals(shapely.box(E, N, E + 100, N + 100))
    assert town.issues == ()


@pytest.mark.parametrize(
    ("rings", "area", "parts", "codes"),
    [
        ([ring(100), ring(10, 40, hole=True)], 9900, 1, []),
        ([ring(10, 40, hole=True), ring(100)], 9900, 1, []),  # in any order
        ([ring(100), ring(10, 40, hole=True), ring(5, 42)], 9925, 2, []),  # an island in the hole
        ([ring(100), ring(50, 200), ring(10, 210, hole=True)], 12_400, 2, []),
        ([ring(100, hole=True)], 10_000, 1, ["esri_ring_turned"]),
        ([ring(100)[:-1]], 10_000, 1, ["ring_closed"]),
        ([[[*point, 5] for point in ring(100)]], 10_000, 1, ["dimension_dropped"]),
    ],
)
def test_outlines_go_clockwise_and_holes_the_other_way(tmp_path, rings, area, parts, codes):
    source, rows = read(saved(tmp_path, document(feature(*rings))))
    assert rows.geometry[0].area == area
    assert shapely.get_num_geometries(rows.geometry[0]) == parts
    assert [each.code for each in source.issues] == codes


@pytest.mark.parametrize(
    ("reference", "crs"),
    [
        ({"wkid": 4524}, "EPSG:4524"),
        ({"wkid": 102100, "latestWkid": 3857}, "EPSG:3857"),
        ({"wkid": 102025}, "ESRI:102025"),
        ({"wkt": 'GEOGCS["x"]'}, 'GEOGCS["x"]'),
        ({}, None),
    ],
)
def test_the_spatial_reference_is_the_latest_code(tmp_path, reference, crs):
    source, _rows = read(saved(tmp_path, document(feature(ring(100)), spatialReference=reference)))
    assert source.crs == crs


@pytest.mark.parametrize(
    "content",
    [
        {"rings": [ring(100)], "spatialReference": {"wkid": 4524}},
        {**feature(ring(100), spatialReference={"wkid": 4524})},
        {"features": [feature(ring(100), spatialReference={"wkid": 4524})]},
    ],
)
def test_a_bare_feature_or_geometry_is_one(tmp_path, content):
    source, rows = read(saved(tmp_path, content))
    assert source.crs == "EPSG:4524"
    assert rows.geometry[0].area == 10_000


def test_dates_and_other_columns_keep_their_types(tmp_path):
    one = {"attributes": {"day": 1546214400000, "n": 1, "t": "x"}, "geometry": {"rings": [ring(9)]}}
    fields = [{"name": "day", "type": "esriFieldTypeDate"}]
    _source, rows = read(saved(tmp_path, document(one, fields=fields)))
    assert str(rows.columns["day"].to_pylist()[0]) == "2018-12-31 00:00:00"
    assert (rows.columns["n"].to_pylist(), rows.columns["t"].to_pylist()) == ([1], ["x"])


def test_features_that_a_server_left_out_are_reported(tmp_path):
    source, _rows = read(saved(tmp_path, document(feature(ring(9)), exceededTransferLimit=True)))
    assert [each.code for each in source.issues] == ["features_left_out"]


def test_half_a_character_in_a_name_ends_nothing(tmp_path):
    """JSON can write it, no text can hold it."""
    one = feature(ring(9), name="甲\ud800镇")
    one["attributes"]["\udc00"] = ["\ud800"]
    (town,) = read_towns(saved(tmp_path, document(one)))
    assert town.name == "甲\ufffd镇"


def test_thousands_of_holes_are_told_in_a_moment(tmp_path):
    """Each hole was compared with each outline: 3,000 took 4 s, 30,000 seven minutes."""
    many = [(ring(90, 100 * at), ring(5, 100 * at + 40, hole=True)) for at in range(1500)]
    started = time.process_time()
    _source, rows = read(
        saved(tmp_path, document(feature(*(each for two in many for each in two))))
    )
    assert rows.geometry[0].area == pytest.approx(1500 * (8100 - 25))
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (document({"geometry": {"curveRings": []}}), "feature 1: it has true curves (curveRings)"),
        (document(feature(ring(9)), {"geometry": {"x": 1, "y": 2}}), "feature 2: it has no rings"),
        (document(feature([[1, 2], ["a", 3]])), "feature 1: vertex 2 of a ring is no pair"),
        (document(geometryType="esriGeometryPoint"), "an EsriJSON with esriGeometryPoint"),
        (
            {"error": {"code": 498, "message": "Invalid token."}},
            "an error in it (498: Invalid token.)",
        ),
        (document(feature(ring(9)), error={"code": 500}), "the server that made the file reports"),
        (document(transform={"scale": [1, 1]}), "an EsriJSON with transform"),
        (document(feature(ring(9), spatialReference={"wkid": 4525})), "EPSG:4524, EPSG:4525"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, content, said):
    with pytest.raises((LayerError, CRSError)) as refused:
        read(saved(tmp_path, content))
    assert said in refused.value.render("en")
