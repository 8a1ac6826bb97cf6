"""Towns: one polygon feature each, coded and named, and their dossiers."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from townland.dossier import UNSTATED, Dossier, load_dossier
from townland.errors import CRSError, DossierError, LayerError
from townland.towns import match_dossiers, read_towns

X0, Y0 = 36_640_000, 2_690_000
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def boxes(**columns) -> gpd.GeoDataFrame:
    count = len(next(iter(columns.values())))
    west = [X0 + 2000 * i for i in range(count)]
    return gpd.GeoDataFrame(
        columns, geometry=[shapely.box(x, Y0, x + 1000, Y0 + 1000) for x in west], crs=4524
    )


def write(frame: gpd.GeoDataFrame, path: Path, **options) -> Path:
    frame.to_file(path, **options)
    return path


def test_every_polygon_is_a_town(tmp_path):
    path = write(boxes(XZQDM=["450201", "450202"], XZQMC=["甲镇", "乙镇"]), tmp_path / "towns.gpkg")
    one, two = read_towns([path], code_column="xzqdm")
    assert (one.code, one.name, two.code, two.name) == ("450201", "甲镇", "450202", "乙镇")
    assert one.boundary.bounds == (X0, Y0, X0 + 1000, Y0 + 1000)
    assert one.crs.to_epsg() == 4524
    assert (one.input.role, one.input.name, one.input.features) == ("boundary", "towns", 2)
    assert one.input.path == path.as_posix()
    assert (one.input.crs_declared, one.input.crs_used) == ("EPSG:4524", "EPSG:4524")
    assert len(one.input.sha256) == 64
    assert one.issues == ()
    assert one.dossier == UNSTATED


def test_codes_run_on_over_several_files(tmp_path):
    first = write(boxes(name=["甲", "乙"]), tmp_path / "a.gpkg")
    second = write(boxes(name=["丙"]), tmp_path / "b.geojson")
    towns = read_towns([first, second])
    assert [(town.code, town.name) for town in towns] == [("1", "甲"), ("2", "乙"), ("3", "丙")]
    assert [town.input.name for town in towns] == ["a", "a", "b"]


@pytest.mark.parametrize("column", ["name", "NAME", "名称", "镇名", "xzqmc", "MC"])
def test_the_usual_name_columns_are_found(tmp_path, column):
    path = write(boxes(**{"other": ["x"], column: ["甲镇"]}), tmp_path / "a.gpkg")
    assert read_towns([path])[0].name == "甲镇"


def test_without_a_name_the_code_is_the_name(tmp_path):
    path = write(boxes(n=["a", "b"]), tmp_path / "a.gpkg")
    assert [town.name for town in read_towns([path])] == ["1", "2"]
    path = write(boxes(name=["甲", None], n=[7, 8]), tmp_path / "b.gpkg")
    assert [t.name for t in read_towns([path], code_column="n")] == ["甲", "8"]
    assert [t.name for t in read_towns([path], name_column="n")] == ["7", "8"]


def test_double_codes_are_an_error_and_never_merged(tmp_path):
    path = write(boxes(code=["1", "1"], name=["甲", "乙"]), tmp_path / "a.gpkg")
    with pytest.raises(LayerError) as caught:
        read_towns([path], code_column="code")
    assert "甲" in caught.value.render("en")
    assert "乙" in caught.value.render("en")
    assert len(read_towns([path])) == 2


def test_double_codes_across_files_are_an_error_too(tmp_path):
    one = write(boxes(code=["1"]), tmp_path / "a.gpkg")
    two = write(boxes(code=["1"]), tmp_path / "b.gpkg")
    with pytest.raises(LayerError):
        read_towns([one, two], code_column="code")


def test_a_feature_without_a_code_is_an_error(tmp_path):
    path = write(boxes(code=["1", None]), tmp_path / "a.gpkg")
    with pytest.raises(LayerError) as caught:
        read_towns([path], code_column="code")
    assert "feature 2" in caught.value.render("en")


def test_where_chooses_and_an_empty_choice_says_what_there_is(tmp_path):
    path = write(boxes(name=["甲", "乙"], level=["镇", "村"], n=[1, 2]), tmp_path / "a.gpkg")
    assert [town.name for town in read_towns([path], where={"level": "村"})] == ["乙"]
    assert [town.name for town in read_towns([path], where={"N": "1"})] == ["甲"]
    with pytest.raises(LayerError) as caught:
        read_towns([path], where={"level": "市"})
    assert "村, 镇" in caught.value.render("en")
    with pytest.raises(LayerError) as caught:
        read_towns([path], where={"levl": "镇"})
    assert "did you mean level?" in caught.value.render("en")


def test_a_boundary_of_several_parts_stays_one(tmp_path):
    parts = shapely.union(
        shapely.box(X0, Y0, X0 + 10, Y0 + 10), shapely.box(X0 + 20, Y0, X0 + 30, Y0 + 10)
    )
    frame = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[parts], crs=4524)
    (town,) = read_towns([write(frame, tmp_path / "a.gpkg")])
    assert town.boundary.geom_type == "MultiPolygon"
    assert town.boundary.area == 200


@pytest.mark.parametrize(
    "geometry",
    [shapely.Point(X0, Y0), shapely.LineString([(X0, Y0), (X0 + 9, Y0)])],
    ids=["points", "lines"],
)
def test_points_and_lines_are_no_towns(tmp_path, geometry):
    frame = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[geometry], crs=4524)
    with pytest.raises(LayerError) as caught:
        read_towns([write(frame, tmp_path / "a.gpkg")])
    assert "must be a polygon" in caught.value.render("en")


def test_points_beside_polygons_are_left_out_and_said(tmp_path):
    frame = gpd.GeoDataFrame(
        {"name": ["甲", "乙"]},
        geometry=[shapely.Point(X0, Y0), shapely.box(X0, Y0, X0 + 10, Y0 + 10)],
        crs=4524,
    )
    (town,) = read_towns([write(frame, tmp_path / "a.gpkg", geometry_type="Unknown")])
    assert (town.code, town.name) == ("1", "乙")
    assert [issue.code for issue in town.issues] == ["geometry_not_polygon"]


@pytest.mark.parametrize("nothing", [None, shapely.Polygon()], ids=["null", "empty"])
def test_a_town_without_geometry_is_an_error_that_names_the_feature(tmp_path, nothing):
    frame = boxes(name=["甲", "乙"])
    frame.loc[1, "geometry"] = nothing
    with pytest.raises(LayerError) as caught:
        read_towns([write(frame, tmp_path / "a.gpkg")])
    assert "feature 2" in caught.value.render("en")


def test_a_file_without_features(tmp_path):
    path = write(boxes(name=["甲"]).iloc[:0], tmp_path / "a.gpkg", geometry_type="Polygon")
    with pytest.raises(LayerError) as caught:
        read_towns([path])
    assert "no features" in caught.value.render("en")


def test_the_stated_crs_and_layer(tmp_path):
    path = tmp_path / "a.gpkg"
    write(boxes(name=["甲"]), path, layer="one")
    write(boxes(name=["乙"]).set_crs(4525, allow_override=True), path, layer="two")
    with pytest.raises(LayerError):
        read_towns([path])
    (town,) = read_towns([path], layer="TWO", crs="EPSG:4524")
    assert (town.name, town.crs.to_epsg()) == ("乙", 4524)
    assert [issue.code for issue in town.issues] == ["crs_overridden"]
    with pytest.raises(CRSError):
        read_towns([path], layer="two", crs="EPSG:2360")


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not here")
def test_real_towns():
    paris = read_towns([DATA / "paris" / "paris_districts_utm.geojson"])
    assert (len(paris), paris[0].crs.to_epsg()) == (80, 32631)
    flanders = read_towns([DATA / "flanders" / "Refgem.shp"], name_column="naam")
    assert (len(flanders), flanders[0].crs.to_epsg()) == (300, 31370)
    assert "Gent" in {town.name for town in flanders}
    frame = gpd.read_file(DATA / "flanders" / "Refgem.shp")
    worst = max(
        abs(town.boundary.area / declared - 1)
        for town, declared in zip(flanders, frame["OPPERVL"], strict=True)
    )
    assert worst < 1.2e-7


# --- dossiers -----------------------------------------------------------------------------


@pytest.fixture
def towns(tmp_path):
    frame = boxes(code=["a", "b", "c"], name=["甲镇", "乙镇", "a"])
    return read_towns([write(frame, tmp_path / "towns.gpkg")], code_column="code")


def dossier(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_dossier_gives_the_keys_it_has(tmp_path):
    path = dossier(tmp_path / "d.toml", 'code = "a"\nquota_ha = 12.5\n')
    assert load_dossier(path) == Dossier(code="a", quota_ha=12.5)
    path = dossier(tmp_path / "d.toml", 'name = "甲镇"\nlinked_quota_ha = 0\n')
    assert load_dossier(path) == Dossier(name="甲镇", linked_quota_ha=0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "quota_ha = 1\n",
            "d.toml: the dossier names no town; give its code or its name",
        ),
        ('code = "a"\nquota_ha = -1\n', "line 2: quota_ha"),
        ('code = "a"\nquota_ha = nan\n', "quota_ha"),
        ('code = "a"\nquota_ha = inf\n', "quota_ha"),
        ('code = "a"\nquota = 1\n', "line 2: unknown key quota; did you mean quota_ha?"),
        ('code = ""\n', "code"),
        ("code = \n", "d.toml"),
    ],
)
def test_a_dossier_that_cannot_be_used(tmp_path, text, said):
    with pytest.raises(DossierError) as caught:
        load_dossier(dossier(tmp_path / "d.toml", text))
    assert said in caught.value.render("en")


def test_a_missing_dossier(tmp_path):
    with pytest.raises(DossierError, match=r"none\.toml"):
        load_dossier(tmp_path / "none.toml")


def test_dossiers_match_by_code_and_then_by_name(towns):
    found = match_dossiers(
        towns, [Dossier(name="乙镇", quota_ha=2.0), Dossier(code="a", quota_ha=1.0)]
    )
    assert [town.dossier.quota_ha for town in found] == [1.0, 2.0, None]
    assert [town.dossier for town in towns] == [UNSTATED] * 3
    # the name of the third town is the code of the first
    (first, _second, third) = match_dossiers(towns, [Dossier(code="a"), Dossier(name="a")])
    assert first.dossier == Dossier(code="a")
    assert third.dossier == Dossier(name="a")
    # the code goes first even where the name is another town's
    assert match_dossiers(towns, [Dossier(code="b", name="甲镇")])[1].dossier.code == "b"
    # and a code that no town has leaves it to the name
    assert match_dossiers(towns, [Dossier(code="zz", name="甲镇")])[0].dossier.code == "zz"


def test_a_dossier_of_no_town_is_an_error(towns):
    with pytest.raises(DossierError) as caught:
        match_dossiers(towns, [Dossier(code="zz", name="丁镇")])
    with pytest.raises(DossierError):
        match_dossiers(towns[:1], [Dossier(code="zz", name="丁镇")], some=True)
    (only,) = match_dossiers(towns[:1], [Dossier(code="a"), Dossier(code="b")], some=True)
    assert only.dossier.code == "a"
    said = caught.value.render("en")
    assert "zz" in said
    assert "b 乙镇" in said


def test_two_dossiers_of_one_town_are_an_error(towns):
    with pytest.raises(DossierError) as caught:
        match_dossiers(towns, [Dossier(code="a"), Dossier(name="甲镇")])
    assert "two dossiers" in caught.value.render("en")


def test_a_name_that_two_towns_have_needs_the_code(tmp_path):
    path = write(boxes(name=["甲", "甲"]), tmp_path / "a.gpkg")
    with pytest.raises(DossierError) as caught:
        match_dossiers(read_towns([path]), [Dossier(name="甲")])
    assert "give the code" in caught.value.render("en")
