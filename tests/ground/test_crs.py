"""Coordinate reference systems: what is recognised, what is refused, and where things land."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from townland.errors import CRSError, GeometryError
from townland.geodesy import crs
from townland.geodesy.crs import recognise

ESRI = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_36",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",36500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
GK = "+proj=tmerc +lat_0=0 +lon_0={lon} +k=1 +x_0={x} +y_0=0 {datum} +units=m +no_defs"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def codes(issues: tuple) -> list[str]:
    return [issue.code for issue in issues]


def epsg(code: int) -> pyproj.CRS:
    return pyproj.CRS.from_epsg(code)


# --- normalise --------------------------------------------------------------------------


@pytest.mark.parametrize("code", [4490, *range(4491, 4555)])
def test_every_zone_of_cgcs2000_survives_every_dialect(code):
    declared = epsg(code)
    for text in (f"EPSG:{code}", declared.to_wkt(), declared.to_wkt("WKT1_ESRI")):
        found, issues = crs.normalise(text)
        assert found == declared
        assert issues == ()


def test_esri_prj_that_is_not_equal_to_its_epsg_code_becomes_equal():
    assert pyproj.CRS.from_wkt(ESRI) != epsg(4524)
    assert crs.normalise(ESRI)[0] == epsg(4524)


def test_the_name_of_a_zone_decides_nothing():
    wrong_name = ESRI.replace("GK_Zone_36", "GK_Zone_40")
    assert crs.normalise(wrong_name)[0] == epsg(4524)
    nameless = ESRI.replace("CGCS2000_3_Degree_GK_Zone_36", "unnamed")
    assert crs.normalise(nameless)[0] == epsg(4524)


def test_the_same_plane_of_3_and_6_degrees_is_told_apart_by_its_name_only():
    assert crs.normalise("EPSG:4508")[0] == epsg(4508)
    assert crs.normalise(GK.format(lon=111, x=500000, datum="+ellps=GRS80"))[0] == epsg(4546)
    assert crs.normalise(GK.format(lon=111, x=19500000, datum="+ellps=GRS80"))[0] == epsg(4497)
    assert crs.normalise(GK.format(lon=111, x=37500000, datum="+ellps=GRS80"))[0] == epsg(4525)


@pytest.mark.parametrize(
    "datum",
    ["+ellps=GRS80", "+ellps=GRS80 +towgs84=0,0,0,0,0,0,0", "+a=6378137 +rf=298.257222101"],
)
def test_an_unnamed_datum_on_the_ellipsoid_is_assumed_and_said(datum):
    found, issues = crs.normalise(GK.format(lon=108, x=36500000, datum=datum))
    assert found == epsg(4524)
    assert codes(issues) == ["crs_datum_assumed"]
    assert issues[0].severity == "warning"


def test_a_nameless_esri_datum_is_assumed_too():
    for name in ("D_Unknown", "D_unknown", "Unknown_based_on_GRS80_ellipsoid", "D_GRS_1980"):
        found, issues = crs.normalise(ESRI.replace("D_China_2000", name))
        assert found == epsg(4524), name
        assert codes(issues) == ["crs_datum_assumed"]


def test_a_prefix_that_is_not_its_meridian_s_stays_a_local_plane():
    text = ESRI.replace("36500000", "37500000")
    found, issues = crs.normalise(text)
    assert crs.is_gauss_kruger_cgcs2000(found) == (108.0, 37500000.0)
    assert found.to_epsg() is None
    assert issues == ()


def test_heights_are_dropped():
    assert crs.normalise("EPSG:4524+5737")[0] == epsg(4524)
    assert crs.normalise("EPSG:4480")[0] == epsg(4490)


def test_other_systems_become_their_code_where_proj_is_sure():
    assert crs.normalise(epsg(32649).to_wkt("WKT1_ESRI")) == (epsg(32649), ())
    assert crs.normalise("OGC:CRS84") == (epsg(4326), ())
    assert crs.normalise("EPSG:3857") == (epsg(3857), ())
    assert crs.normalise(epsg(31370).to_wkt("WKT1_ESRI")) == (epsg(31370), ())


def test_almost_the_same_parameters_are_not_the_same():
    moved = epsg(32649).to_wkt("WKT1_ESRI").replace("500000.0", "500001.0")
    found, _issues = crs.normalise(moved)
    assert found != epsg(32649)
    assert not recognise._same_plane(found, epsg(32649))
    assert recognise._same_plane(pyproj.CRS(epsg(32649).to_wkt("WKT1_ESRI")), epsg(32649))
    x, _y = crs.transformer(crs.LONLAT, found).transform(111.0, 24.0)
    assert x == pytest.approx(500001.0, abs=1e-6)


LEGACY = {
    "xian80 geographic": "EPSG:4610",
    "xian80 zone 36": "EPSG:2360",
    "xian80 cm": "EPSG:2381",
    "beijing54 geographic": "EPSG:4214",
    "beijing54 zone": "EPSG:2412",
    "beijing54 6 degree": "EPSG:21419",
    "esri": epsg(2360).to_wkt("WKT1_ESRI"),
    "unnamed krassowsky": GK.format(lon=108, x=500000, datum="+ellps=krass"),
    "unnamed IAG-75": GK.format(lon=108, x=500000, datum="+a=6378140 +rf=298.257"),
    "with the regional shift of a library": GK.format(
        lon=108, x=500000, datum="+ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0"
    ),
    "xian80 in name alone": ESRI.replace("D_China_2000", "D_Xian_1980"),
    "cgcs2000 in name, IAG-75 by numbers": ESRI.replace(
        "6378137.0,298.257222101", "6378140,298.257"
    ),
}


@pytest.mark.parametrize("text", LEGACY.values(), ids=LEGACY)
def test_legacy_datums_are_refused(text):
    with pytest.raises(CRSError) as caught:
        crs.normalise(text, place="old.shp")
    assert "old.shp" in caught.value.render("en")
    assert "to CGCS2000 is not public" in caught.value.render("en")


def test_a_legacy_datum_is_taken_with_declared_parameters_which_are_said():
    found, issues = crs.normalise("EPSG:4610", transform="towgs84=1,2,3")
    assert codes(issues) == ["crs_transform_declared"]
    assert "towgs84=1,2,3" in issues[0].message.render("en")
    lon, lat = crs.transformer(found, crs.CGCS2000).transform(109.0, 24.0)
    # geocentric shift by hand: east = -dx sin(lon) + dy cos(lon) = -0.9455 - 0.6511 m
    east_m = (lon - 109.0) * np.pi / 180 * 6_378_137 * np.cos(np.radians(24.0))
    assert east_m == pytest.approx(-1.597, abs=0.01)
    assert lat != 24.0


def test_a_declared_pipeline_ends_in_cgcs2000():
    text = "+proj=pipeline +step +proj=affine +xoff=0.001 +yoff=0.002"
    found, issues = crs.normalise("EPSG:4610", transform=text)
    assert found == epsg(4490)
    assert codes(issues) == ["crs_transform_declared"]
    moved = crs.run_pipeline(np.array([shapely.Point(109, 24)]), found, text)
    assert moved[0].coords[0] == pytest.approx((109.001, 24.002), abs=1e-12)


def test_a_transform_that_is_none_or_not_needed_is_refused():
    with pytest.raises(CRSError, match=r"nonsense"):
        crs.normalise("EPSG:4610", transform="nonsense")
    with pytest.raises(CRSError) as caught:
        crs.normalise("EPSG:4524", transform="1,2,3")
    assert "needs none" in caught.value.message.msgid


def test_a_named_datum_that_proj_does_not_know_is_refused():
    with pytest.raises(CRSError) as caught:
        crs.normalise(ESRI.replace("D_China_2000", "D_Foo_2011"))
    assert "no operation of known accuracy" in caught.value.message.msgid


def test_an_unnamed_datum_on_another_ellipsoid_is_refused():
    with pytest.raises(CRSError) as caught:
        crs.normalise("+proj=longlat +ellps=bessel")
    assert "names no datum" in caught.value.message.msgid


@pytest.mark.parametrize("text", [" EPSG:4524 ", "4524", 4524, epsg(4524)])
def test_a_code_is_read_however_it_is_given(text):
    assert crs.normalise(text)[0] == epsg(4524)


@pytest.mark.parametrize("text", ["EPSG:99999999", "garbage", "{}", "PROJCS[", "\x00"])
def test_garbage_is_refused(text):
    with pytest.raises(CRSError) as caught:
        crs.normalise(text, place="a.shp")
    assert "no coordinate system that PROJ knows" in caught.value.message.msgid


@pytest.mark.parametrize("text", ['LOCAL_CS["drawing"]', "EPSG:4479", "EPSG:5737"])
def test_systems_without_a_plane_are_refused(text):
    with pytest.raises(CRSError, match=r"EPSG:4524"):
        crs.normalise(text)


def test_none_declared_and_numbers_of_no_known_system_are_said_so():
    with pytest.raises(CRSError) as caught:
        crs.normalise(None, place="a.shp", bounds=(123.0, 4567.0, 2000.0, 9000.0))
    told = caught.value.render("en")
    assert "(123.000 to 2000.000, 4567.000 to 9000.000) fit none" in told
    assert "ask who made the file" in told


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_none_declared_is_refused_with_candidates_from_the_numbers(nothing):
    with pytest.raises(CRSError) as caught:
        crs.normalise(nothing, place="town.shp")
    assert "--crs" in caught.value.render("en")
    with pytest.raises(CRSError) as caught:
        crs.normalise(nothing, bounds=(36642000, 2689000, 36643500, 2690000))
    assert "EPSG:4524" in caught.value.render("en")
    assert "36" in caught.value.render("en")


# --- recognising Gauss-Krüger -----------------------------------------------------------


def test_a_local_plane_of_cgcs2000_is_gauss_kruger():
    local, issues = crs.normalise(GK.format(lon=109.5, x=500000, datum="+ellps=GRS80"))
    assert crs.is_gauss_kruger_cgcs2000(local) == (109.5, 500000.0)
    assert codes(issues) == ["crs_datum_assumed"]


@pytest.mark.parametrize("code", [4490, 4326, 32649, 3857, 25832, 2360, 3035])
def test_other_systems_are_not_gauss_kruger_of_cgcs2000(code):
    assert crs.is_gauss_kruger_cgcs2000(epsg(code)) is None


# --- transforming -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "lon", "lat", "x", "y"),
    [
        (4545, 109.4, 24.3, 642129.7271, 2689231.4382),
        (4524, 109.4, 24.3, 36642129.7271, 2689231.4382),
        (4545, 109.415, 24.325, 643624.5837, 2692016.4686),
    ],
)
def test_vectors_11_and_13(code, lon, lat, x, y):
    assert crs.transformer(crs.CGCS2000, epsg(code)).transform(lon, lat) == pytest.approx(
        (x, y), abs=0.0005
    )


@pytest.mark.parametrize(("a", "b"), [(4490, 4326), (4326, 4258), (4258, 4490)])
def test_the_identical_datums_pass_degrees_as_they_are(a, b):
    assert crs.transformer(epsg(a), epsg(b)).transform(109.4, 24.3) == (109.4, 24.3)


@pytest.mark.parametrize("source", [31370, 28992, 2154, 3035])
@pytest.mark.parametrize("target", [4524, 4490, 4326])
def test_there_and_back(source, target):
    there = crs.transformer(epsg(source), epsg(target))
    back = crs.transformer(epsg(target), epsg(source))
    at = crs.transformer(crs.LONLAT, epsg(source)).transform(4.5, 51.0)
    # a zone of China is far from Belgium: PROJ's projections still invert to a millimetre
    assert back.transform(*there.transform(*at)) == pytest.approx(at, abs=0.005)


def test_no_ballpark_between_datums():
    with pytest.raises(CRSError) as caught:
        crs.transformer(epsg(4610), epsg(4490))
    assert "no operation of known accuracy" in caught.value.message.msgid


def test_equal_systems_return_the_same_objects():
    shapes = np.array([shapely.box(0, 0, 1000, 1000)])
    assert crs.reproject(shapes, epsg(4524), epsg(4524)) is shapes
    assert crs.to_lonlat(shapes, epsg(4326)) is shapes


def test_edges_are_divided_before_they_are_moved():
    # 0.02 degrees (2,030 m) along the parallel of 24.3: it bows from its chord in the plane by
    # L² tan(B) / 8R = 0.036 m
    line = np.array([shapely.LineString([(109.40, 24.3), (109.42, 24.3)])])
    moved = crs.reproject(line, crs.CGCS2000, epsg(4524))
    middle = shapely.Point(crs.transformer(crs.CGCS2000, epsg(4524)).transform(109.41, 24.3))
    chord = shapely.LineString([moved[0].coords[0], moved[0].coords[-1]])
    assert chord.distance(middle) == pytest.approx(0.036, abs=0.001)
    assert moved[0].distance(middle) < 1e-5


def test_degrees_are_divided_conservatively():
    # one thousandth of a degree of latitude is about 111 m
    line = np.array([shapely.LineString([(109.4, 24.3), (109.4, 24.301)])])
    moved = crs.reproject(line, crs.CGCS2000, epsg(4545))
    steps = np.hypot(*np.diff(shapely.get_coordinates(moved), axis=0).T)
    assert steps.max() <= 20.0
    assert len(steps) == 6


def test_a_point_outside_of_the_projection_is_an_error():
    with pytest.raises(GeometryError):
        crs.to_lonlat(np.array([shapely.Point(1e12, 1e12)]), epsg(4524))


def test_edges_of_absurd_length_are_an_error_and_not_a_memory_fault():
    with pytest.raises(GeometryError) as caught:
        crs.reproject(np.array([shapely.box(0, 0, 1e13, 1e13)]), epsg(4524), epsg(4525))
    assert "EPSG:4524" in caught.value.render("en")


def test_none_stays_none():
    moved = crs.reproject(np.array([None, shapely.box(109, 24, 109.001, 24.001)]), *both())
    assert moved[0] is None
    assert moved[1] is not None


def both() -> tuple[pyproj.CRS, pyproj.CRS]:
    return crs.CGCS2000, epsg(4524)


def test_bounds_follow_the_sides_of_the_window():
    west, _south, east, north = crs.transform_bounds(
        (36642000, 2689000, 36645000, 2692000), epsg(4524), epsg(4525)
    )
    x, y = crs.transformer(epsg(4524), epsg(4525)).transform(
        np.linspace(36642000, 36645000, 301), np.full(301, 2692000.0)
    )
    assert west <= x.min()
    assert x.max() <= east
    assert y.max() <= north + 0.001


# --- candidates -------------------------------------------------------------------------


def names(bounds, **keywords):
    return [crs.describe(found) for found, _evidence in crs.candidates(bounds, **keywords)]


LIUZHOU = (108.5, 23.9, 110.5, 26.1)


def test_candidates_from_numbers_alone():
    assert names((19642000, 2689000, 19643000, 2690000)) == ["EPSG:4497"]
    assert names((37342000, 2689000, 37343000, 2690000)) == ["EPSG:4525"]
    assert names((24642000, 2689000, 24643000, 2690000)) == []
    assert names((109.3, 24.2, 109.5, 24.4)) == ["EPSG:4490", "EPSG:4326"]
    assert names((642129, 2689231, 643000, 2690000), region=LIUZHOU) == ["EPSG:4545"]
    assert names((347243, 2689231, 349940, 2690000), region=LIUZHOU) == ["EPSG:4546"]
    assert len(names((642129, 2689231, 643000, 2690000))) > 3
    assert names((0, 0, 100, 80)) == ["EPSG:4490", "EPSG:4326"]
    assert names((0, 0, 1000, 1000)) == []
    assert names((float("nan"),) * 4) == []


def test_swapped_columns_are_seen():
    found = crs.candidates((2689000, 36642000, 2690000, 36643500))
    assert [crs.describe(c) for c, _evidence in found] == ["EPSG:4524"]
    assert "swap" in found[0][1].render("en")
    found = crs.candidates((24.2, 109.3, 24.4, 109.5))
    assert "swap" in found[0][1].render("en")


# --- display ----------------------------------------------------------------------------


def test_vectors_17_and_18():
    assert crs.gcj02_from_wgs84(116.404, 39.915) == pytest.approx(
        (116.41024449916938, 39.91640428150164), abs=1e-9
    )
    assert crs.bd09_from_gcj02(116.404, 39.915) == pytest.approx(
        (116.41036949371029, 39.92133699351021), abs=1e-9
    )


@given(st.floats(108.5, 110.5), st.floats(23.9, 26.1))
def test_the_inverse_of_gcj02_is_exact_to_a_micrometre(lon, lat):
    back = crs.wgs84_from_gcj02(*crs.gcj02_from_wgs84(lon, lat))
    assert back == pytest.approx((lon, lat), abs=1e-6 / 111_000)
    shift = np.hypot(
        (crs.gcj02_from_wgs84(lon, lat)[0] - lon) * 111_320 * np.cos(np.radians(lat)),
        (crs.gcj02_from_wgs84(lon, lat)[1] - lat) * 110_900,
    )
    assert 300 < shift < 700
    back = crs.gcj02_from_bd09(*crs.bd09_from_gcj02(lon, lat))
    assert back == pytest.approx((lon, lat), abs=1e-9)


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not here")
def test_the_prj_of_real_files():
    text = (DATA / "flanders" / "Refgem.prj").read_text()
    assert crs.normalise(text) == (epsg(31370), ())


# --- the doctor -------------------------------------------------------------------------

# Eastings without a prefix near Liuzhou: longitude, then west and east end of the
# range in zone 36 and zone 37 for latitudes of 23.9 to 26.1 degrees
EASTINGS = [
    (108.5, (550017, 550916), (245370, 249869)),
    (109.0, (600036, 601834), (296312, 299909)),
    (109.5, (650060, 652757), (347243, 349940)),
    (110.0, (700091, 703688), (398166, 399964)),
    (110.3, (730114, 734252), (428718, 429976)),
    (110.5, (750131, 754630), (449084, 449983)),
]


@pytest.mark.parametrize(("lon", "west", "east"), EASTINGS)
def test_the_table_of_eastings_is_read_back(lon, west, east):
    for code, ends in ((4545, west), (4546, east)):
        # the easting of a longitude is nearest to the meridian in the north
        for easting, lat in zip(ends, (26.1, 23.9) if code == 4545 else (23.9, 26.1), strict=True):
            x, y = crs.transformer(crs.CGCS2000, epsg(code)).transform(lon, lat)
            assert x == pytest.approx(easting, abs=20)
            found = crs.readings((x, y, x, y), region=(108.4, 23.8, 110.6, 26.2))
            assert [(one.crs.to_epsg(), one.swapped) for one in found] == [(code, False)]


PLACES = st.tuples(st.floats(75.0, 134.9), st.floats(18.5, 53.0))


@given(PLACES, st.sampled_from([3, 6]))
@example(place=(108.0, 19.0), degrees=6)  # an easting of 184 282 m
def test_a_prefixed_point_anywhere_in_china_is_of_its_zone(place, degrees):
    lon, lat = place
    zone = round(lon / 3) if degrees == 3 else int(lon // 6) + 1
    code = (4488 if degrees == 3 else 4478) + zone
    x, y = crs.transformer(crs.CGCS2000, epsg(code)).transform(lon, lat)
    (found,) = crs.readings((x, y, x, y))
    assert found.crs.to_epsg() == code
    assert crs.infer((x, y, x, y), (73, 17, 136, 55), place="")[0].to_epsg() == code
    (turned,) = crs.readings((y, x, y, x))
    assert (turned.crs.to_epsg(), turned.swapped) == (code, True)
    assert crs.is_swapped(epsg(code), (y, x, y, x))
    assert not crs.is_swapped(epsg(code), (x, y, x, y))


@given(PLACES)
def test_without_a_prefix_the_true_meridian_is_among_the_candidates(place):
    lon, lat = place
    code = 4509 + round(lon / 3)
    x, y = crs.transformer(crs.CGCS2000, epsg(code)).transform(lon, lat)
    assert code in [one.crs.to_epsg() for one in crs.readings((x, y, x, y))]
    near = (lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2)
    assert crs.infer((x, y, x, y), near, place="")[0].to_epsg() == code
    with pytest.raises(CRSError):
        crs.infer((x, y, x, y), None, place="")
    turned = crs.readings((y, x, y, x), region=near)
    assert [(one.crs.to_epsg(), one.swapped) for one in turned] == [(code, True)]


ESRI_SPELLINGS = {
    "CGCS2000_3_Degree_GK_CM_108E": (108, 500000, 4545),
    "CGCS2000_3_Degree_GK_Zone_36": (108, 36500000, 4524),
    "CGCS2000_GK_CM_111E": (111, 500000, 4508),
    "CGCS2000_GK_Zone_19": (111, 19500000, 4497),
    "CGCS2000 / 3-degree Gauss-Kruger CM 111E": (111, 500000, 4546),
    "柳州独立命名": (108, 500000, 4545),
}


@pytest.mark.parametrize("name", ESRI_SPELLINGS)
@pytest.mark.parametrize(
    "datum",
    ["D_China_2000", "China_2000", "D_CGCS2000", "CGCS_2000", "China 2000", "D_China_2000 "],
)
def test_spellings_of_esri(name, datum):
    meridian, easting, code = ESRI_SPELLINGS[name]
    text = ESRI.replace("CGCS2000_3_Degree_GK_Zone_36", name).replace("D_China_2000", datum)
    text = text.replace("36500000.0", f"{easting}.0").replace("108.0", f"{meridian}.0")
    assert crs.normalise(text) == (epsg(code), ())
