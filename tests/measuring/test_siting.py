"""A boundary against its layers: wrong zones, UTM, internet maps, each with its evidence."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from tests.factory_land import CRS, box, catalog, shift, write

from townland import doctor, geodesy
from townland.assessment import check
from townland.catalog import LayerCatalog, LayerSpec, load_catalog
from townland.errors import CatalogError, CRSError
from townland.geodesy import crs as crsys
from townland.layers.describe import inspect
from townland.measuring import lined_up
from townland.measuring.boundary import near
from townland.measuring.placement import _in_other_zones, siting_issues
from townland.output.json_text import dumps
from townland.reading.kept import KeptLayers
from townland.reading.layer import Layer
from townland.reading.vector import region_of
from townland.reading.windows import Window
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import Town, read_towns
from townland.writing.report.assessment_json import assessment_json
from townland.writing.report.html import report_html
from townland_cli import main

DAY = dt.date(2018, 12, 31)
BOOK = load_rulebook("liuzhou-2018")
TOWN = box(1100, 1100, 1900, 1900)
"""Its edges are edges of the parcels below, which are 100 m wide and 100 m high."""


@pytest.fixture
def land(tmp_path: Path) -> LayerCatalog:
    steps = range(0, 3000, 100)
    cells = [box(x, y, x + 100, y + 100) for x in steps for y in steps]
    count = len(cells)
    survey = write(
        tmp_path / "survey.gpkg",
        cells,
        BSM=[str(i) for i in range(count)],
        DLBM=["0301"] * count,
        KCXS=[0.0] * count,
        QSXZ=["30"] * count,
    )
    return catalog(tmp_path, {"land_use": survey})


def bare(folder: Path, shape: Any, name: str = "bare.shp") -> Path:
    """A Shapefile without .prj."""
    frame = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shape], crs=4326)
    frame.to_file(folder / name, encoding="UTF-8")
    (folder / name).with_suffix(".prj").unlink()
    return folder / name


def moved(shape: Any, source: Any, target: Any) -> Any:
    """Every vertex in another CRS, by pyproj itself."""
    steps = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(steps.transform(*xy.T)))


def checked(towns: tuple[Town, ...], land: LayerCatalog) -> Assessment:
    return check(towns, land, BOOK, on=DAY)


def told(found: Assessment, code: str) -> str:
    (issue,) = [issue for issue in found.issues if issue.code == code]
    return issue.message.render("en")


SITED = {"boundary_outside_layers", "crs_utm_to_confirm", "crs_scale_suspected", "gcj02_suspected"}


def sited(found: Assessment) -> set[str]:
    return {issue.code for issue in found.issues} & SITED


# --- no CRS -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("false_easting", "crs"), [(0, "EPSG:4524"), (36_000_000, "EPSG:4545")], ids=["36", "bare"]
)
def test_a_boundary_without_crs_is_inferred_where_one_zone_meets_the_layers(
    tmp_path: Path, land: LayerCatalog, false_easting: int, crs: str
) -> None:
    path = bare(tmp_path, shift(TOWN, -false_easting, 0))
    (town,) = read_towns([path], region=lambda: region_of(land))
    assert crsys.describe(town.crs) == crs
    (issue,) = [one for one in town.issues if one.code == "crs_inferred"]
    assert issue.severity == "warning"
    # the layers begin 20 km east of 108° E: at 24.4° N that is 0.197°
    assert "108.197–108.227° E, 24.4" in issue.message.render("en")
    assert sited(checked((town,), land)) == set()


def test_without_a_region_the_candidates_are_listed_and_nothing_is_decided(tmp_path: Path) -> None:
    path = bare(tmp_path, shift(TOWN, -36_000_000, 0))
    for region in (None, lambda: None):
        with pytest.raises(CRSError) as caught:
            read_towns([path], region=region)
        said = caught.value.render("en")
        assert "bare.shp" in said
        assert "EPSG:4545" in said
        assert "EPSG:4546" in said
        assert "central meridian 108° it lies at 108.208" in said
        assert "--crs EPSG:45" in said


def test_a_region_that_no_or_two_zones_meet_decides_nothing(tmp_path: Path) -> None:
    path = bare(tmp_path, shift(TOWN, -36_000_000, 0))
    with pytest.raises(CRSError, match="EPSG:4546") as caught:  # both meridians: 108° and 111° E
        read_towns([path], region=lambda: (108.0, 24.0, 112.0, 25.0))
    assert "leaves a choice" in caught.value.render("en")
    assert "EPSG:4547" not in caught.value.render("en")
    with pytest.raises(CRSError) as caught:
        read_towns([path], region=lambda: (108.0, 34.0, 112.0, 35.0))
    assert "with none that the numbers allow" in caught.value.render("en")


def test_a_prefixed_boundary_off_the_layers_is_not_inferred(
    tmp_path: Path, land: LayerCatalog
) -> None:
    path = bare(tmp_path, shift(TOWN, 1_000_000, 0))  # prefix 37: 300 km east of the layers
    with pytest.raises(CRSError, match="EPSG:4525"):
        read_towns([path], region=lambda: region_of(land))


def test_degrees_are_never_inferred(tmp_path: Path, land: LayerCatalog) -> None:
    path = bare(tmp_path, moved(TOWN, CRS, 4490))
    with pytest.raises(CRSError, match="GCJ-02"):
        read_towns([path], region=lambda: region_of(land))


def test_a_layer_without_crs_is_inferred_from_the_others(
    tmp_path: Path, land: LayerCatalog
) -> None:
    zone = bare(tmp_path, shift(TOWN, -36_000_000, 0), "growth.shp")
    survey = land.resolve(land.layer[0].path)
    both = catalog(tmp_path, {"land_use": survey, "growth_boundary": zone})
    summary = inspect(both.layer[1], both)
    assert summary.crs == "EPSG:4545"
    assert [one.code for one in summary.issues if one.code.startswith("crs")] == ["crs_inferred"]
    alone = catalog(tmp_path, {"growth_boundary": zone})
    assert [one.code for one in inspect(alone.layer[0], alone).issues] == ["crs_refused"]


# --- contradictions ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "declared", "right"),
    [
        (TOWN, 4525, "EPSG:4524"),  # prefix 36 under zone 37
        (TOWN, 4545, "EPSG:4524"),  # a prefix under a CRS without one
        (shift(TOWN, -36_000_000, 0), 4524, "EPSG:4545"),  # none under a CRS with one
        (shift(TOWN, -17_000_000, 0), 4524, "EPSG:4497"),  # a 6-degree prefix
        (moved(TOWN, CRS, 4490), 4524, "EPSG:4490"),  # degrees under metres
        (moved(TOWN, CRS, 4490), 4545, "EPSG:4490"),
        (moved(TOWN, CRS, 4490), 32649, "EPSG:4490"),
        (TOWN, 32649, "EPSG:4524"),
        (TOWN, 4490, "EPSG:4524"),  # metres under degrees
    ],
)
def test_a_crs_that_the_numbers_contradict_is_refused(
    tmp_path: Path, shape: Any, declared: int, right: str
) -> None:
    path = write(tmp_path / "town.gpkg", [shape], crs=declared)
    with pytest.raises(CRSError) as caught:
        read_towns([path])
    said = caught.value.render("en")
    assert right in said
    assert "town.gpkg" in said
    assert "--crs" in said


# --- swapped ----------------------------------------------------------------------------


@pytest.mark.parametrize("target", [4524, 4545, 4490])
def test_a_swapped_boundary_is_put_in_order_and_a_swapped_layer_refused(
    tmp_path: Path, land: LayerCatalog, target: int
) -> None:
    shape = TOWN if target == 4524 else moved(TOWN, CRS, target)
    turned = shapely.transform(shape, lambda xy: xy[:, ::-1])
    path = write(tmp_path / "turned.gpkg", [turned], crs=target)
    (town,) = read_towns([path])
    assert town.boundary.equals_exact(shape)
    assert [issue.code for issue in town.issues] == ["axes_swapped"]
    assert sited(checked((town,), land)) == set()
    layers = catalog(tmp_path, {"growth_boundary": path})
    assert [one.code for one in inspect(layers.layer[0], layers).issues] == ["crs_refused"]


def test_a_boundary_in_order_is_left_alone(tmp_path: Path) -> None:
    (town,) = read_towns([write(tmp_path / "town.gpkg", [TOWN])])
    assert town.issues == ()


# --- off its layers ---------------------------------------------------------------------


def test_area_never_proves_a_zone_but_the_place_does(tmp_path: Path, land: LayerCatalog) -> None:
    plain = shift(TOWN, -36_000_000, 0)
    right = write(tmp_path / "right.gpkg", [plain], crs=4545)
    wrong = write(tmp_path / "wrong.gpkg", [plain], crs=4546)
    (here,), (there,) = read_towns([right]), read_towns([wrong])
    areas = [geodesy.official_area_m2(one.boundary, one.crs)[0] for one in (here, there)]
    assert areas[0] == pytest.approx(areas[1], abs=0.02)
    assert sited(checked((here,), land)) == set()
    found = checked((there,), land)
    assert sited(found) == {"boundary_outside_layers"}
    said = told(found, "boundary_outside_layers")
    # 3° at 24.413° N: N cos B × 3° = 6381.78 km × 0.91060 × 0.0523599 = 304.27 km, less the 1.9 km
    # from the town's west side to the layers' east side; 302.3 along their northern sides
    assert "302.3 km to the east of the nearest" in said
    assert "meet the layers in EPSG:4545" in said
    json_issues = assessment_json(found, lang="en")["issues"]
    assert [one["severity"] for one in json_issues if one["code"] == "boundary_outside_layers"] == [
        "error"
    ]


def test_a_layer_in_the_wrong_zone_leaves_its_verdicts_open(
    tmp_path: Path, land: LayerCatalog
) -> None:
    """Farmland that is declared complete, and lies a zone away, was "none occupied": pass."""
    farm = [shift(TOWN, -36_000_000, 0)]
    (town,) = read_towns([write(tmp_path / "town.gpkg", [TOWN])])

    def found(crs: int) -> Assessment:
        named = f"{crs}.gpkg"
        write(tmp_path / named, farm, crs=crs, BSM=["1"], DLBM=["0101"])
        layer = LayerSpec.model_validate(
            {"name": "farmland", "path": str(tmp_path / named), "role": "permanent_basic_farmland",
             "id_column": "BSM", "coverage": "town"}
        )  # fmt: skip
        layers = land.model_copy(update={"layer": [*land.layer, layer]})
        return checked((town,), layers)

    right, wrong = found(4545), found(4546)
    assert "layer_in_other_zone" not in {issue.code for issue in right.issues}
    assert "meet the town" in told(wrong, "layer_in_other_zone")
    assert "EPSG:4545" in told(wrong, "layer_in_other_zone")
    for finding in wrong.findings:
        if any(figure.measure.startswith("farmland_") for figure in finding.figures):
            assert finding.verdict.value != "pass", finding.rule


def test_the_zone_of_a_layer_is_told_by_the_towns_that_it_would_serve_alone(tmp_path: Path) -> None:
    here, there = (
        read_towns([write(tmp_path / f"{crs}.gpkg", [shift(TOWN, -36_000_000, 0)], crs=crs)])[0]
        for crs in (4545, 4546)
    )

    def layer(name: str, crs: int, role: str = "paddy") -> Any:
        spec = SimpleNamespace(name=name, role=role)
        return SimpleNamespace(spec=spec, crs=pyproj.CRS(crs), extent=shift(TOWN, -36_000_000, 0))

    def told_of(towns: list[Town], *layers: Any) -> list[str]:
        return [issue.layer for issue in _in_other_zones(towns, layers)]

    assert told_of([here], layer("wrong", 4546)) == ["wrong"]
    # it lies where one of the towns is: that its numbers would meet the other says nothing
    assert told_of([here, there], layer("right", 4546)) == []
    # a town with a layer of its own says nothing of another's
    assert told_of([here], layer("own", 4545), layer("neighbour", 4546)) == []
    assert told_of([here, there], layer("own", 4545), layer("wrong", 4547)) == ["wrong"]


def test_the_direction_is_that_of_the_boundary_from_the_layers(
    tmp_path: Path, land: LayerCatalog
) -> None:
    for east, north, word in ((0, 9e4, "north"), (-9e4, 0, "west"), (9e4, -9e4, "south-east")):
        path = write(tmp_path / f"{word}.gpkg", [shift(TOWN, east, north)])
        said = told(checked(read_towns([path]), land), "boundary_outside_layers")
        # from edge to edge; the diagonal is 89.1 km × √2
        assert f"km to the {word} of" in said


# --- UTM --------------------------------------------------------------------------------

UTM_108 = "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9996 +x_0=500000 +datum=WGS84 +units=m"


def test_true_utm_is_accepted_and_must_be_confirmed(tmp_path: Path, land: LayerCatalog) -> None:
    path = write(tmp_path / "utm.gpkg", [moved(TOWN, CRS, 32648)], crs=32648)
    found = checked(read_towns([path]), land)
    assert sited(found) == {"crs_utm_to_confirm"}
    assert "EPSG:32648" in told(found, "crs_utm_to_confirm")


def test_gauss_kruger_that_is_labelled_utm_is_seen_from_the_edges(
    tmp_path: Path, land: LayerCatalog
) -> None:
    path = write(tmp_path / "gk.gpkg", [shift(TOWN, -36_000_000, 0)], crs=pyproj.CRS(UTM_108))
    found = checked(read_towns([path]), land)
    assert sited(found) == {"crs_utm_to_confirm", "crs_scale_suspected"}
    said = told(found, "crs_scale_suspected")
    # 0.04 % of the northing of 2 701 500 m is 1 080.6 m, in which the easting's 8.6 m is lost;
    # read as UTM the numbers are divided by 0.9996: 1 081.0 m
    assert "% with the scale of Gauss-Krüger, 1081 m away" in said
    assert "would lie 1081 m off" in told(found, "crs_utm_to_confirm")


def test_utm_numbers_labelled_gauss_kruger(tmp_path: Path, land: LayerCatalog) -> None:
    plane = pyproj.CRS(UTM_108)
    path = write(tmp_path / "utm.gpkg", [moved(TOWN, CRS, plane)], crs=4545)
    found = checked(read_towns([path]), land)
    assert "crs_scale_suspected" in sited(found)


# --- internet maps ----------------------------------------------------------------------


@pytest.mark.parametrize("way", ["gcj02_from_wgs84", "bd09"])
def test_a_boundary_from_an_internet_map_is_suspected(
    tmp_path: Path, land: LayerCatalog, way: str
) -> None:
    def drawn(xy: Any) -> Any:
        lon, lat = crsys.gcj02_from_wgs84(*xy.T)
        return np.column_stack(crsys.bd09_from_gcj02(lon, lat) if way == "bd09" else (lon, lat))

    degrees = moved(shapely.segmentize(TOWN, 20), CRS, 4490)
    path = write(tmp_path / "map.gpkg", [shapely.transform(degrees, drawn)], crs=4490)
    found = checked(read_towns([path]), land)
    assert sited(found) == {"gcj02_suspected"}
    said = told(found, "gcj02_suspected")
    assert "100 % once it is moved" in said or "99 % once it is moved" in said


def test_a_boundary_that_follows_no_parcels_raises_no_alarm(
    tmp_path: Path, land: LayerCatalog
) -> None:
    path = write(tmp_path / "round.gpkg", [box(1500, 1500, 1501, 1501).centroid.buffer(333)])
    assert sited(checked(read_towns([path]), land)) == set()


def test_land_further_off_is_read_only_as_far_as_it_decides(
    tmp_path: Path, land: LayerCatalog
) -> None:
    """A round town of 667 m: the shifts of 500 to 1,100 m are ruled out by strips beside its own box."""
    layers, asked = KeptLayers(land), []
    round_town = box(1500, 1500, 1501, 1501).centroid.buffer(333)
    (town,) = read_towns([write(tmp_path / "round.gpkg", [round_town])])
    (spec,) = land.layer

    def read(spec: LayerSpec, windows: Sequence[Window]) -> Layer:
        asked.extend(shapely.box(*window).area for window, _crs in windows)
        return layers.read(spec, windows)

    near_town = layers.read(spec, [(near(town.boundary), town.crs)])
    assert list(siting_issues([town], [near_town], read)) == []
    # it was one box of (667 + 2 × 1,500)² m²
    assert 0 < sum(asked) < 3667**2 / 4


# --- legacy datums ----------------------------------------------------------------------


def test_declared_parameters_stand_in_every_report(tmp_path: Path) -> None:
    old = write(tmp_path / "old.gpkg", [TOWN], crs=2360)  # Xian 1980, zone 36
    layers = catalog(
        tmp_path, {"growth_boundary": old}, growth_boundary='transform = "1.5,2.5,3"\n'
    )
    found = checked(read_towns([write(tmp_path / "town.gpkg", [TOWN])]), layers)
    assert "1.5,2.5,3" in dumps(assessment_json(found, lang="en"))
    for lang in ("zh", "en"):
        assert "1.5,2.5,3" in report_html(found, lang=lang)


# --- land classes in a check ------------------------------------------------------------


def test_a_survey_of_2007_under_the_scheme_of_2019_is_refused(
    tmp_path: Path, land: LayerCatalog
) -> None:
    survey = write(tmp_path / "old.gpkg", [TOWN], BSM=["1"], DLBM=["011"], KCXS=[0.0], QSXZ=["30"])
    layers = catalog(tmp_path, {"land_use": survey})
    towns = read_towns([write(tmp_path / "town.gpkg", [TOWN])])
    with pytest.raises(CatalogError, match="gbt21010-2007"):
        checked(towns, layers)
    text = (tmp_path / "catalog.toml").read_text("utf-8").replace("sandiao-2019", "gbt21010-2007")
    (tmp_path / "catalog.toml").write_text(text, "utf-8")
    table = checked(towns, load_catalog(tmp_path / "catalog.toml")).land_class_table()
    assert json.loads(table[["code", "name"]].to_json(orient="records", force_ascii=False)) == [
        {"code": "011", "name": "水田"}
    ]


# --- townland doctor --------------------------------------------------------------------


def test_the_doctor_of_a_file_lists_candidates_and_decides_by_the_layers(
    tmp_path: Path,
    land: LayerCatalog,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = bare(tmp_path, shift(TOWN, -36_000_000, 0))

    def asked(*more: str) -> tuple[int, Any]:
        command = ["townland", "doctor", str(path), "--json", "--lang", "en", *more]
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0), json.loads(capsys.readouterr().out)

    code, alone = asked()
    assert (code, alone["crs_used"]) == (2, None)
    evidence = {one["crs"]: one["evidence"] for one in alone["candidates"]}
    assert {"EPSG:4545", "EPSG:4546"} < set(evidence)
    assert "central meridian 108°" in evidence["EPSG:4545"]
    code, known = asked("--catalog", str(tmp_path / "catalog.toml"))
    assert (code, known["crs_used"]) == (0, "EPSG:4545")
    assert [one["crs"] for one in known["candidates"]] == ["EPSG:4545"]
    assert [one["code"] for one in known["issues"]] == ["crs_inferred"]


@pytest.mark.parametrize("library", ["pyproj", "fiona", "rasterio", "pyogrio"])
def test_broken_proj_data_of_any_library_leaves_with_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], library: str
) -> None:
    pytest.importorskip(library, reason="doctor does not ask a library that is not there")

    def broken() -> tuple[float, float]:
        raise RuntimeError("no database context specified")

    if library == "pyogrio":
        monkeypatch.setattr(doctor, "_by_pyogrio", broken)
    else:
        monkeypatch.setitem(doctor.TRANSFORMS, library, broken)
    monkeypatch.setattr("sys.argv", ["townland", "doctor", "--json", "--lang", "en"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 4
    answers = json.loads(capsys.readouterr().out)["answers"]
    wrong = [one for one in answers if not one["agrees"]]
    assert len(wrong) == 1
    assert library in wrong[0]["question"]
    assert "no database context" in wrong[0]["found"]


def test_an_outline_whose_coordinates_have_no_end_is_near_nothing():
    """A damaged file holds such; GEOS reckons with them, and numpy told of it in a warning."""
    ((west, south),) = shapely.get_coordinates(box(0, 0, 0, 0).centroid)
    with np.errstate(all="ignore"):
        endless = shapely.polygons(
            [(west, south), (west + 9, south), (west + 9, np.inf), (west, south)]
        )
    layer: Any = SimpleNamespace(tree=shapely.STRtree([endless]), crs=CRS)
    to_degrees = crsys.transformer(CRS, crsys.LONLAT).transform
    lonlat = to_degrees(np.array([west + 5]), np.array([south + 5]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert lined_up.on_edges(lonlat, [layer]).tolist() == [False]
