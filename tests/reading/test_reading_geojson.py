"""GeoJSON as it comes: with and without a CRS, in metres, one feature or many, line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from townland.errors import CRSError, EncodingError, LayerError
from townland.towns import read_towns

DEGREES = [[109.4, 24.3], [109.41, 24.3], [109.41, 24.31], [109.4, 24.31], [109.4, 24.3]]
METRES = [
    [36642000, 2689000], [36643000, 2689000], [36643000, 2690000], [36642000, 2690000],
    [36642000, 2689000],
]  # fmt: skip


def polygon(ring: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring]}


def feature(ring: list[list[float]], **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"name": "甲"}, "geometry": polygon(ring), **more}


def collection(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **more, "features": list(features)}


def named(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def saved(folder: Path, content: Any) -> Path:
    path = folder / "a.geojson"
    if not isinstance(content, bytes):
        content = content if isinstance(content, str) else json.dumps(content)
        content = content.encode()
    path.write_bytes(content)
    return path


LINES = [json.dumps(feature(DEGREES, id=at)) for at in range(3)]
BEHIND = {**collection(feature(METRES)), "crs": named("EPSG:4524")}


@pytest.mark.parametrize(
    ("content", "count", "crs"),
    [
        (collection(feature(DEGREES)), 1, 4326),
        (collection(feature(DEGREES), crs=named("urn:ogc:def:crs:OGC:1.3:CRS84")), 1, 4326),
        (collection(feature(DEGREES), crs=named("EPSG:4326")), 1, 4326),
        (collection(feature(DEGREES), crs=named("urn:ogc:def:crs:EPSG::4490")), 1, 4490),
        (collection(feature(METRES), crs=named("urn:ogc:def:crs:EPSG::4524")), 1, 4524),
        (collection(feature(METRES), crs=named("epsg:4524")), 1, 4524),
        (collection(feature(METRES), crs=named("http://www.opengis.net/def/crs/EPSG/0/4524")), 1, 4524),
        (collection(feature(METRES), crs={"type": "EPSG", "properties": {"code": 4524}}), 1, 4524),
        (collection(feature(METRES), crs="EPSG:4524"), 1, 4524),
        (BEHIND, 1, 4524),
        (feature(DEGREES), 1, 4326),
        (feature(METRES, crs=named("EPSG:4524")), 1, 4524),
        (polygon(DEGREES), 1, 4326),
        ({**polygon(METRES), "crs": named("EPSG:4524")}, 1, 4524),
        ({"type": "GeometryCollection", "geometries": [polygon(DEGREES)]}, 1, 4326),
        ("\ufeff" + json.dumps(collection(feature(DEGREES))), 1, 4326),
        ("\n".join(LINES), 3, 4326),
        ("".join(f"\x1e{line}\n" for line in LINES), 3, 4326),
        (collection(feature(DEGREES, id=1), feature(DEGREES, id=1)), 2, 4326),
        (collection(feature([[*point, 95.5] for point in DEGREES])), 1, 4326),
    ],
)  # fmt: skip
def test_what_is_read(tmp_path, content, count, crs):
    towns = read_towns([saved(tmp_path, content)])
    assert len(towns) == count
    assert towns[0].crs.to_epsg() == crs
    ring = METRES if crs == 4524 else DEGREES
    assert towns[0].boundary.equals(shapely.Polygon(ring))


@pytest.mark.parametrize("crs", [None, {}])
def test_a_crs_that_is_not_known_is_told(tmp_path, crs):
    (town,) = read_towns([saved(tmp_path, collection(feature(DEGREES), crs=crs))])
    assert [(i.code, i.severity) for i in town.issues] == [("crs_assumed", "warning")]
    (town,) = read_towns([saved(tmp_path, collection(feature(DEGREES), crs=crs))], crs="EPSG:4490")
    assert town.crs.to_epsg() == 4490


def test_a_column_called_crs_declares_nothing(tmp_path):
    one = feature(DEGREES)
    one["properties"] = {"crs": "somewhere", "name": "甲"}
    for content in (collection(one), one):
        (town,) = read_towns([saved(tmp_path, content)])
        assert town.issues == ()


@pytest.mark.parametrize("crs", [None, "absent"])
def test_metres_without_a_crs_are_refused_with_candidates(tmp_path, crs):
    content = collection(feature(METRES), **({} if crs == "absent" else {"crs": crs}))
    with pytest.raises(CRSError) as caught:
        read_towns([saved(tmp_path, content)])
    assert "EPSG:4524" in caught.value.render("en")
    (town,) = read_towns([saved(tmp_path, content)], crs="EPSG:4524")
    assert town.boundary.area == 1e6


@pytest.mark.parametrize("ring", [DEGREES, METRES])
@pytest.mark.parametrize("crs", [named("Xian 1980 zone 36"), {"type": "OGC", "properties": {}}])
def test_a_crs_that_proj_does_not_know_is_never_taken_for_wgs84(tmp_path, ring, crs):
    path = saved(tmp_path, collection(feature(ring), crs=crs))
    with pytest.raises(CRSError) as caught:
        read_towns([path])
    assert "no coordinate system that PROJ knows" in caught.value.render("en")
    stated = "EPSG:4490" if ring is DEGREES else "EPSG:4524"
    assert read_towns([path], crs=stated)[0].input.crs_used == stated


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_text_that_is_not_utf_8_is_refused(tmp_path, encoding):
    content = json.dumps(collection(feature(DEGREES)), ensure_ascii=False).encode(encoding)
    with pytest.raises(EncodingError) as caught:
        read_towns([saved(tmp_path, content)])
    assert "UTF-8" in caught.value.render("en")


WHOLE = json.dumps(collection(feature(DEGREES), feature(DEGREES)))


@pytest.mark.parametrize(
    "content",
    [
        WHOLE[:-60],
        WHOLE + "garbage",
        WHOLE + WHOLE,
        json.dumps([feature(DEGREES)]),
        WHOLE.replace("109.41", "1e400"),
        WHOLE.replace("109.41", "1e30"),
        WHOLE.replace("109.41", '"109.41"'),
        WHOLE.replace("109.41", "null"),
        WHOLE.replace("[109.41, 24.3]", "[109.41]"),
    ],
)
def test_what_is_damaged_is_refused(tmp_path, content):
    assert content != WHOLE
    with pytest.raises(LayerError) as caught:
        read_towns([saved(tmp_path, content)])
    assert "a.geojson" in caught.value.render("en")


def test_the_one_coordinate_that_is_no_degree_is_named(tmp_path):
    ring = json.dumps(collection(feature(DEGREES))).replace("[109.41, 24.31]", "[1094, 24.31]")
    with pytest.raises(CRSError) as caught:
        read_towns([saved(tmp_path, ring)])
    assert "the coordinates (1094.000, 24.310) are no degrees" in caught.value.render("en")
    assert "fit none that townland knows" in caught.value.render("en")


@pytest.mark.parametrize(
    ("written", "shown"),
    [("NaN", "NaN"), ("-Infinity", "-Infinity"), ("1e308", "1e+308"),
     ("null", "null"), ('"x"', '"x"'), ("true", "true"), ("{}", "{}")],
)  # fmt: skip
@pytest.mark.parametrize("lines", [False, True])
def test_a_coordinate_that_is_no_number_is_named_by_feature_and_vertex(
    tmp_path, written, shown, lines
):
    """In a collection and line by line: GDAL itself takes the geometry away, or writes NaN into it."""
    second = json.dumps(feature(DEGREES)).replace("[109.41, 24.31]", f"[{written}, 24.31]")
    first = json.dumps(feature(DEGREES))
    whole = f'{{"type": "FeatureCollection", "features": [{first}, {second}]}}'
    with pytest.raises(LayerError) as caught:
        read_towns([saved(tmp_path, f"{first}\n{second}" if lines else whole)])
    assert f"feature 2, vertex 3: {shown} is no coordinate" in caught.value.render("en")


ONE = json.dumps(collection(feature(DEGREES)))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"\\u7532"', "NaN", "line 1: NaN is no number of JSON"),
        ('"\\u7532"', "-Infinity", "line 1: -Infinity is no number of JSON"),
        ('"\\u7532"', '\n"NaN", "x": Infinity', "line 2: Infinity is no number of JSON"),
        ("[109.41, 24.31]", "[109.41, 24.31, NaN]", "line 1: NaN is no number of JSON"),
        ("[109.41, 24.31]", "[nan, 24.31]", "here the text is no JSON any more (nan, 24.31"),
        ('"features"', '\n"x": {"y": 1,},\n"features"', "here the text is no JSON any more (}"),
    ],
)
def test_numbers_and_commas_that_json_does_not_have_are_refused_with_their_line(
    tmp_path, before, after, said
):
    """GDAL reads all of these, most of them without a word."""
    with pytest.raises(LayerError) as caught:
        read_towns([saved(tmp_path, ONE.replace(before, after))])
    assert said in caught.value.render("en")


def test_a_feature_of_a_list_of_lines_that_holds_nan_is_refused_with_its_line(tmp_path):
    lines = [json.dumps(feature(DEGREES)), json.dumps(feature(DEGREES)).replace('"\\u7532"', "NaN")]
    with pytest.raises(LayerError) as caught:
        read_towns([saved(tmp_path, "\n".join(lines))])
    assert "line 2: NaN" in caught.value.render("en")


@pytest.mark.parametrize(
    ("name", "twice"),
    [
        ("name", '"properties": {"name": "乙", '),
        ("geometry", '"geometry": null, "properties": {'),
        ("type", '"type": "Feature", "properties": {'),
    ],
)
def test_a_member_that_stands_there_twice_is_refused(tmp_path, name, twice):
    second = json.dumps(feature(DEGREES)).replace('"properties": {', twice)
    whole = (
        f'{{"type": "FeatureCollection", "features": [{json.dumps(feature(DEGREES))}, {second}]}}'
    )
    with pytest.raises(LayerError) as caught:
        read_towns([saved(tmp_path, whole)])
    assert f"feature 2 has {name} twice" in caught.value.render("en")


def test_a_member_of_the_whole_that_stands_there_twice_is_refused(tmp_path):
    one = json.dumps(feature(DEGREES))
    whole = f'{{"type": "FeatureCollection", "features": [{one}], "features": [{one}, {one}]}}'
    with pytest.raises(LayerError) as caught:
        read_towns([saved(tmp_path, whole)])
    assert "the object around all features has features twice" in caught.value.render("en")


@pytest.mark.parametrize(
    ("more", "cut"),
    [
        ({"exceededTransferLimit": True}, True),  # ArcGIS
        ({"properties": {"exceededTransferLimit": True}}, True),
        ({"numberMatched": 500, "numberReturned": 1}, True),  # OGC API Features
        ({"totalFeatures": 2}, True),  # GeoServer
        ({"numberMatched": 1, "totalFeatures": "unknown", "exceededTransferLimit": False}, False),
    ],
)
def test_features_that_a_server_left_out_are_told(tmp_path, more, cut):
    """A protected layer that stops at the server's limit is not all of it."""
    (town,) = read_towns([saved(tmp_path, collection(feature(DEGREES), **more))])
    assert ("features_left_out" in [each.code for each in town.issues]) is cut


def test_the_error_of_a_server_is_no_map(tmp_path):
    failed = collection(feature(DEGREES), error={"code": 504, "message": "Timeout\nof the query"})
    with pytest.raises(LayerError) as caught:
        read_towns([saved(tmp_path, failed)])
    assert "reports an error in it (504: Timeout of the query)" in caught.value.render("en")


def test_a_property_of_texts_and_numbers_is_read_as_text(tmp_path):
    """GDAL gives it as JSON, which no library counts the values of."""
    second = [[x + 0.01, y] for x, y in DEGREES]
    mixed = [
        {**feature(DEGREES), "properties": {"name": "甲", "code": "450203"}},
        {**feature(second), "properties": {"name": 7, "code": "450204"}},
    ]
    towns = read_towns(
        [saved(tmp_path, collection(*mixed))], name_column="name", code_column="code"
    )
    assert [town.name for town in towns] == ["甲", "7"]
