"""The generated demo county: the layers kept in the repository are the generator's, and as designed.

Figures are computed here by another routine than the product's: shapely pieces, edges densified to
20 m, geodesic areas by pyproj.
"""

from __future__ import annotations

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely

from townland_demo import write_county

LAYERS = Path(__file__).parents[2] / "layers"
SAMPLE = LAYERS / "sample"
GEOD = pyproj.Geod(ellps="GRS80")
TO_DEGREES = pyproj.Transformer.from_crs(4524, 4490, always_xy=True)
BUILT_SURVEY = ("05", "06", "07", "08", "09")
BUILT_SURVEY_CODES = ("1003", "1004", "1005", "1201")
CULTIVATED = ("0101", "0102", "0103")
VECTORS = {
    "county.gdb": ["DLTB"],
    "YJJBNTBHTB.shp": ["YJJBNTBHTB"],
    "towns.gpkg": ["towns"],
    "extent.gpkg": ["extent"],
    "approved.gpkg": ["approved_land"],
    "plan.gpkg": [
        "towns", "planned_use", "JSYDGZQ", "CZKFBJ", "STBHHX", "stock_land",
        "inefficient_land", "extent",
    ],
}  # fmt: skip


def read(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, layer=layer)


def geodesic_m2(shape: shapely.Geometry) -> float:
    """Area on the ellipsoid of a plane geometry, by densified geodesics."""
    total = 0.0
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for number, ring in enumerate(shapely.get_rings(part)):
            xy = shapely.get_coordinates(shapely.segmentize(ring, 20.0))
            area = abs(GEOD.polygon_area_perimeter(*TO_DEGREES.transform(*xy.T))[0])
            total += area if number == 0 else -area
    return total


@pytest.fixture(scope="session")
def survey() -> gpd.GeoDataFrame:
    return read(SAMPLE / "county.gdb", "DLTB")


@pytest.fixture(scope="session")
def farmland() -> gpd.GeoDataFrame:
    return read(SAMPLE / "YJJBNTBHTB.shp")


@pytest.fixture(scope="session")
def plots() -> gpd.GeoDataFrame:
    return read(SAMPLE / "plan.gpkg", "planned_use")


@pytest.fixture(scope="session")
def towns() -> gpd.GeoDataFrame:
    return read(SAMPLE / "towns.gpkg").set_index("code")


@pytest.fixture(scope="session")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("fiona", reason="the generator writes by fiona, which keeps widths")
    return write_county(tmp_path_factory.mktemp("county")).parent


def construction(plots: gpd.GeoDataFrame, code: str) -> gpd.GeoDataFrame:
    """A town's planned construction plots: guide groups 07 to 16, whose water is 17."""
    group = plots["GHDM"].str[:2].astype(int)
    return plots[group.between(7, 16) & (plots["XZDM"] == code)]


def is_built(codes: gpd.GeoSeries) -> np.ndarray:
    return codes.str[:2].isin(BUILT_SURVEY).to_numpy() | codes.isin(BUILT_SURVEY_CODES).to_numpy()


def pieces(plots: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Plot by layer: the intersections with any area, and the layer's row of each."""
    plot, row = layer.sindex.query(plots.geometry, predicate="intersects")
    shape = shapely.intersection(plots.geometry.to_numpy()[plot], layer.geometry.to_numpy()[row])
    some = shapely.area(shape) > 0
    return shape[some], row[some]


# --- the repository holds what the generator makes


@pytest.mark.parametrize(("file", "layer"), [(f, n) for f, names in VECTORS.items() for n in names])
def test_generated_layer_equals_the_committed_one(again: Path, file: str, layer: str):
    name = None if file.endswith(".shp") else layer
    kept, made = read(SAMPLE / file, name), read(again / "sample" / file, name)
    assert kept.crs == made.crs
    columns = list(kept.columns.drop("geometry"))
    assert columns == list(made.columns.drop("geometry"))
    assert len(kept) == len(made)
    for column in columns:
        same = (kept[column] == made[column]) | (kept[column].isna() & made[column].isna())
        assert same.all(), (column, kept[~same].head(), made[~same].head())
    equal = shapely.equals_exact(
        kept.geometry.to_numpy(), made.geometry.to_numpy(), tolerance=0.002
    )
    assert equal.all(), np.flatnonzero(~equal)[:10]


def test_generated_rasters_dossiers_and_catalog_equal_the_committed_ones(again: Path):
    for name in ("dem.tif", "land_cover.tif"):
        with rasterio.open(SAMPLE / name) as kept, rasterio.open(again / "sample" / name) as made:
            assert kept.profile == made.profile
            np.testing.assert_array_equal(kept.read(), made.read())
    for file in ["catalog.toml", *(f"sample/dossiers/T0{n}.toml" for n in (1, 2, 3, 4))]:
        assert (LAYERS / file).read_bytes() == (again / file).read_bytes()


def test_every_catalog_path_exists_and_size_is_small():
    catalog = tomllib.loads((LAYERS / "catalog.toml").read_text("utf-8"))
    for layer in catalog["layer"]:
        assert (LAYERS / layer["path"]).exists()
        assert (LAYERS / layer.get("coverage", layer["path"])).exists()
        assert layer["licence"] == "CC0-1.0"
    size = sum(file.stat().st_size for file in LAYERS.rglob("*") if file.is_file())
    assert size < 8_000_000


def test_farmland_table_is_gbk_and_not_utf8():
    raw = (SAMPLE / "YJJBNTBHTB.dbf").read_bytes()
    body = raw[int.from_bytes(raw[8:10], "little") :]
    assert "云岭县" in body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert (SAMPLE / "YJJBNTBHTB.cpg").read_text("ascii").strip() == "GBK"
    assert (SAMPLE / "YJJBNTBHTB.qix").exists()


def test_no_field_for_persons(farmland: gpd.GeoDataFrame):
    personal = {"CFZR", "ZMC", "ZZRR", "ZRRMC", "ZRRZJHM", "LXDH", "JZDZ"}
    assert not personal & set(farmland.columns)


def test_coordinates_are_whole_millimetres_and_shared_by_all_files(
    survey: gpd.GeoDataFrame, plots: gpd.GeoDataFrame
):
    for layer in (survey, plots):
        xy = shapely.get_coordinates(layer.geometry.to_numpy())
        np.testing.assert_array_equal(xy, np.round(xy, 3))


# --- the survey


def test_parcels_fit_together(survey: gpd.GeoDataFrame):
    shapes = survey.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    extent = read(SAMPLE / "extent.gpkg").geometry[0]
    assert shapely.is_valid(extent)
    assert shapely.area(shapes).sum() == pytest.approx(extent.area, abs=0.01)
    assert len(shapely.get_rings(extent)) == 1, "a gap would be a hole of the union"


def test_parcels_look_surveyed(survey: gpd.GeoDataFrame):
    assert 4000 <= len(survey) <= 6000
    vertices = shapely.get_num_coordinates(survey.geometry.to_numpy()) - 1
    assert ((vertices >= 15) & (vertices <= 80)).mean() > 0.8
    assert 25 <= np.median(vertices) <= 45
    assert (survey.total_bounds // 1_000_000 == [36, 2, 36, 2]).all()
    lon, lat = TO_DEGREES.transform(*np.reshape(survey.total_bounds, (2, 2)).T)
    assert (lon > 109.1).all()
    assert (lon < 109.3).all()
    assert (lat > 24.3).all()
    assert (lat < 24.5).all()
    kinds = set(survey["DLBM"])
    assert kinds >= {
        "0101",
        "0103",
        "0202",
        "0301",
        "0404",
        "0702",
        "1003",
        "1006",
        "1101",
        "1106",
        "1206",
    }


def test_survey_obeys_the_rules_of_its_standard(survey: gpd.GeoDataFrame):
    code = survey["DLBM"]
    cultivated, slope, kind = code.str[:2] == "01", survey["GDPDJB"], survey["GDLX"]
    assert survey["BSM"].is_unique
    assert (survey["BSM"].str.len() == 18).all()
    assert not survey.duplicated(["ZLDWDM", "TBBH"]).any()
    assert (survey["KCDLBM"].eq("1203") == (survey["KCXS"] > 0)).all()
    assert cultivated[survey["KCXS"] > 0].all()
    assert slope[cultivated].isin(list("12345")).all()
    assert ((survey["KCXS"] > 0) == (cultivated & slope.isin(list("2345")))).all()
    assert (kind.isin(["TT", "PD"]) == (cultivated & slope.isin(list("2345")))).all()
    assert survey.loc[cultivated, "ZZSXDM"].isin(["LS", "FLS", "LYFL", "XG", "WG"]).all()
    assert (survey.loc[code == "1006", "XZDWKD"] <= 8).all()
    settled = code.str[:2].isin(BUILT_SURVEY) | code.isin(["1004", "1005", "1201"])
    assert survey.loc[settled, "CZCSXM"].isin(["202", "203", "203A", "204", "205"]).all()
    assert survey["QSXZ"].isin(["20", "30", "31"]).all()
    assert (survey["SJNF"] == 2018).all()


def test_survey_areas_are_official_and_their_ridges_half_up(survey: gpd.GeoDataFrame):
    columns = ("TBMJ", "KCXS", "KCMJ", "TBDLMJ")
    for gross, factor, ridge, net in survey[list(columns)].astype(str).map(Decimal).to_numpy():
        assert ridge == (gross * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert net == gross - ridge
    some = survey.iloc[:: len(survey) // 60]
    for shape, gross in zip(some.geometry, some["TBMJ"], strict=True):
        assert gross == pytest.approx(geodesic_m2(shape), abs=max(0.03, 1e-5 * shape.length))


def test_field_widths_survive():
    fiona = pytest.importorskip("fiona", reason="another reader of widths; pyogrio shows none")
    with fiona.open(SAMPLE / "county.gdb", layer="DLTB") as source:
        assert source.schema["properties"]["BSM"] == "str:18"
        assert source.schema["properties"]["ZLDWMC"] == "str:255"
    with fiona.open(SAMPLE / "YJJBNTBHTB.shp") as source:
        assert source.schema["properties"]["YJJBNTTBMJ"] == "float:15.2"
        assert source.schema["properties"]["QSXZ"] == "str:2"


# --- the four towns


@pytest.mark.parametrize("code", ["T01", "T02", "T03", "T04"])
def test_plots_lie_in_their_town_and_apart(
    towns: gpd.GeoDataFrame, plots: gpd.GeoDataFrame, code: str
):
    town, own = towns.geometry[code], plots.loc[plots["XZDM"] == code, "geometry"].to_numpy()
    assert 20 <= shapely.get_num_coordinates(town) - 1 <= 120
    assert shapely.is_valid(own).all()
    built = construction(plots, code).geometry.to_numpy()
    assert shapely.contains_properly(town, built).all()
    # kept land ends at the boundary, where its corners were rounded to the millimetre grid
    assert shapely.covers(shapely.buffer(town, 0.0011), own).all()
    assert shapely.area(own).sum() == pytest.approx(shapely.union_all(own).area, abs=0.01)


def new_construction_m2(plots: gpd.GeoDataFrame, survey: gpd.GeoDataFrame, code: str) -> float:
    own = construction(plots, code)
    shapes, _ = pieces(own, survey[is_built(survey["DLBM"])])
    return sum(map(geodesic_m2, own.geometry)) - sum(map(geodesic_m2, shapes))


def quota_m2(code: str) -> float | None:
    dossier = tomllib.loads((SAMPLE / f"dossiers/{code}.toml").read_text("utf-8"))
    assert dossier["code"] == code
    return dossier["quota_ha"] * 10_000 if "quota_ha" in dossier else None


def figures(plots, survey, farmland, towns, code: str) -> dict[str, float]:
    own, town = construction(plots, code), towns.geometry[code]
    fields = survey[survey["DLBM"].isin(CULTIVATED)].reset_index(drop=True)
    cultivated, row = pieces(own, fields)
    area = np.array([geodesic_m2(shape) for shape in cultivated])
    paddy = (fields["DLBM"] == "0101").to_numpy()[row] if len(row) else np.zeros(0, bool)
    basic, _ = pieces(own, farmland)
    width = 2 * shapely.area(basic) / shapely.length(basic)
    enclosed, _ = pieces(towns.loc[[code]], farmland)
    covered = shapely.intersection(town, read(SAMPLE / "extent.gpkg").geometry[0])
    return {
        "area": geodesic_m2(town),
        "construction": sum(map(geodesic_m2, own.geometry)),
        "cultivated": area.sum(),
        "paddy": area[paddy].sum(),
        "basic": sum(map(geodesic_m2, basic)),
        "widest": width.max() if len(width) else 0.0,
        "enclosed": sum(map(geodesic_m2, enclosed)),
        "outside": 1 - geodesic_m2(covered) / geodesic_m2(town),
        "slope": max((int(s) for s in fields["GDPDJB"].to_numpy()[row]), default=0),
    }


def test_the_lawful_town_keeps_every_rule(plots, survey, farmland, towns):
    found = figures(plots, survey, farmland, towns, "T01")
    assert towns.loc["T01", "name"] == "云溪小镇"
    assert 2.9e6 < found["area"] < 3.1e6
    assert 0.95e6 < found["construction"] < 1.05e6
    assert found["enclosed"] == 0
    assert found["cultivated"] == 0
    assert found["outside"] == pytest.approx(0, abs=1e-12)
    assert new_construction_m2(plots, survey, "T01") < 0.97 * quota_m2("T01")
    own = shapely.union_all(construction(plots, "T01").geometry.to_numpy())
    zones = read(SAMPLE / "plan.gpkg", "JSYDGZQ")
    barred = zones.loc[~zones["GZQLXDM"].str.startswith("01"), "geometry"]
    assert shapely.area(shapely.intersection(barred.to_numpy(), own)).sum() == 0
    red = read(SAMPLE / "plan.gpkg", "STBHHX").geometry.to_numpy()
    assert not shapely.intersects(red, own).any()
    growth = read(SAMPLE / "plan.gpkg", "CZKFBJ").geometry.to_numpy()
    assert shapely.covers(shapely.union_all(growth), own)


def test_the_farmland_town_builds_on_basic_farmland(plots, survey, farmland, towns):
    found = figures(plots, survey, farmland, towns, "T02")
    assert towns.loc["T02", "name"] == "螺溪小镇"
    assert found["basic"] > 20_000
    assert found["widest"] > 10
    assert found["paddy"] > 200_000
    assert found["outside"] == pytest.approx(0, abs=1e-12)
    assert new_construction_m2(plots, survey, "T02") > 1.1 * quota_m2("T02")


def test_the_edge_town_stands_at_its_bars(plots, survey, farmland, towns):
    found = figures(plots, survey, farmland, towns, "T03")
    assert towns.loc["T03", "name"] == "三江口小镇"
    assert 0 < 3.3e6 - found["area"] < 0.0005 * 3.3e6
    assert 1.1012e6 < found["construction"] < 1.13e6
    assert found["enclosed"] > 100_000
    assert 0 < found["basic"] < 200
    assert found["widest"] < 0.2, "only slivers of basic farmland are built on"
    assert 10_000 < found["paddy"] < 90_000
    assert found["slope"] == 1, "so that net of ridges and gross are one figure"
    need, quota = new_construction_m2(plots, survey, "T03"), quota_m2("T03")
    # beyond the margin of 0.1 %, and within what an accuracy of 1 m leaves open
    assert 0.0011 * need < need - quota < 0.0013 * need
    assert towns["accuracy_m"].dropna().to_dict() == {"T03": 1.0}
    assert found["outside"] == pytest.approx(0, abs=1e-12)


def test_the_fourth_town_lies_partly_outside(plots, survey, farmland, towns):
    found = figures(plots, survey, farmland, towns, "T04")
    assert towns.loc["T04", "name"] == "界牌特色小镇"
    assert 0.10 < found["outside"] < 0.25
    assert 2.9e6 < found["area"] < 3.1e6
    assert found["widest"] < 0.2
    assert quota_m2("T04") is None


# --- the other layers


def test_control_zones_tile_the_county(survey: gpd.GeoDataFrame):
    zones = read(SAMPLE / "plan.gpkg", "JSYDGZQ")
    assert set(zones["GZQLXDM"]) == {"010", "011", "012", "020", "030", "040"}
    total, extent = zones.area.sum(), read(SAMPLE / "extent.gpkg").area[0]
    assert total == pytest.approx(extent, rel=2e-5)


def test_basic_farmland_is_its_own_drawing(survey: gpd.GeoDataFrame, farmland: gpd.GeoDataFrame):
    assert shapely.is_valid(farmland.geometry.to_numpy()).all()
    shapes = farmland.geometry.to_numpy()
    overlap = shapely.area(shapes).sum() - shapely.union_all(shapes).area
    assert overlap < 2e-4 * shapely.area(shapes).sum()
    fields = survey[survey["DLBM"].isin(CULTIVATED)]
    shared = sum(map(shapely.area, pieces(farmland, fields)[0]))
    assert 0.98 < shared / shapely.area(shapes).sum() < 0.9999
    net = farmland["YJJBNTTBMJ"] - farmland["KCMJ"]
    assert np.allclose(net, farmland["YJJBNTMJ"], atol=1e-6)


def test_terrain_and_cover_lie_over_the_county(survey: gpd.GeoDataFrame):
    for name, low, high in (("dem.tif", 60, 600), ("land_cover.tif", 0, 80)):
        with rasterio.open(SAMPLE / name) as raster:
            assert raster.crs.to_epsg() == 4524
            values = raster.read(1)
            assert low <= values.min() < values.max() <= high
            left, bottom, right, top = raster.bounds
            west, south, east, north = survey.total_bounds
            assert left < west < east < right
            assert bottom < south < north < top
