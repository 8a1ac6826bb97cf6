"""The public face: what people who know geopandas expect of it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import townland as tl
from townland.errors import CatalogError, CRSError, LayerError

ROOT = Path(__file__).parents[2]
LAYERS = ROOT / "layers"
TOWNS = LAYERS / "sample" / "towns.gpkg"
DAY = "2018-12-31"


@pytest.fixture(scope="module")
def frame() -> gpd.GeoDataFrame:
    return gpd.read_file(TOWNS)


@pytest.fixture(scope="module")
def catalog() -> tl.LayerCatalog:
    return tl.load_catalog(LAYERS / "catalog.toml")


@pytest.fixture(scope="module")
def found(frame: gpd.GeoDataFrame, catalog: tl.LayerCatalog) -> tl.Assessment:
    """Two towns of the demo county: T02 builds on permanent basic farmland, T01 does not."""
    towns = tl.read_towns(frame[frame["code"].isin(["T01", "T02"])], code_column="code")
    return tl.check(towns, catalog, tl.load_rulebook("liuzhou-2018"), on=DAY)


def test_every_public_name_is_there_and_has_a_docstring() -> None:
    for name in tl.__all__:
        assert getattr(tl, name) is not None
        assert name == "__version__" or getattr(tl, name).__doc__, name


def test_a_function_is_never_hidden_by_a_room_of_its_name() -> None:
    code = (
        "import sys, townland as tl\n"
        "assert 'geopandas' not in sys.modules\n"
        "import townland.conversion.boundary, townland.layers.check, townland.assessment\n"
        "assert all(callable(getattr(tl, n)) for n in tl.__all__ if n != '__version__')\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=120)


@pytest.mark.parametrize("as_given", [str, Path, lambda path: [path], lambda path: (str(path),)])
def test_towns_are_read_from_a_text_a_path_or_a_list(as_given: type) -> None:
    assert [town.code for town in tl.read_towns(as_given(TOWNS), code_column="code")] == [
        "T01", "T02", "T03", "T04",
    ]  # fmt: skip


def test_a_frame_gives_the_towns_that_its_file_gives(frame: gpd.GeoDataFrame) -> None:
    of_file, of_frame = (tl.read_towns(each, code_column="code") for each in (TOWNS, frame))
    for one, other in zip(of_file, of_frame, strict=True):
        assert (one.code, one.name, one.crs) == (other.code, other.name, other.crs)
        assert one.boundary.equals(other.boundary)
    assert of_frame[0].input.path is None
    assert of_frame[0].input.crs_declared == "EPSG:4524"
    again = tl.read_towns(frame.set_index("name", drop=False), code_column="code")
    assert again[0].input.sha256 == of_frame[0].input.sha256
    other = frame.assign(code=[*frame["code"][:-1], "T09"])
    assert tl.read_towns(other, code_column="code")[0].input.sha256 != of_frame[0].input.sha256


def test_what_cannot_be_read_of_a_frame_is_said(frame: gpd.GeoDataFrame) -> None:
    with pytest.raises(CRSError, match="set_crs"):
        tl.read_towns(
            gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=list(frame.geometry))
        )
    with pytest.raises(LayerError, match="set_geometry"):
        tl.read_towns(gpd.GeoDataFrame({"code": ["1"]}))
    with pytest.raises(LayerError, match="权利人"):
        tl.read_towns(frame.assign(权利人="某人"), name_column="权利人")
    with pytest.raises(LayerError, match="GeoSeries"):
        tl.read_towns([TOWNS, frame.geometry])  # type: ignore[list-item]
    with pytest.raises(LayerError, match="mixed"):
        tl.read_towns(frame.assign(mixed=[1, "a", dt.date(2018, 1, 1), None]))


def test_a_layer_may_be_a_frame_with_the_figures_of_its_file(
    found: tl.Assessment, catalog: tl.LayerCatalog, frame: gpd.GeoDataFrame
) -> None:
    plan = gpd.read_file(LAYERS / "sample" / "plan.gpkg", layer="planned_use")
    changed = catalog.with_layer(
        "planned_use", plan, class_column="GHDM", scheme="guide-2023", tag_column="BQ"
    )
    assert [spec.name for spec in changed.layer] == [spec.name for spec in catalog.layer]
    assert all(spec.frame is None for spec in catalog.layer)
    assert changed.sha256 != catalog.sha256
    towns = tl.read_towns(frame[frame["code"] == "T02"], code_column="code")
    other = tl.check(towns, changed, tl.load_rulebook("liuzhou-2018"), on=dt.date(2018, 12, 31))
    (read,) = [each for each in other.inputs if each.role == "planned_use"]
    assert (read.path, len(read.sha256)) == (None, 64)
    for rule in ("LAND-03", "LAND-05"):
        assert other.finding(rule, "T02").measured == found.finding(rule, "T02").measured
    nothing = changed.with_layer("planned_use", plan[:0], class_column="GHDM", scheme="guide-2023")
    assert len(nothing.layer) == len(catalog.layer)


def test_a_layer_that_cannot_be_is_refused_with_the_keys_that_can(
    catalog: tl.LayerCatalog, frame: gpd.GeoDataFrame
) -> None:
    with pytest.raises(CatalogError, match=r"clas_column.*class_column"):
        catalog.with_layer("planned_use", frame, clas_column="GHDM")
    with pytest.raises(CatalogError, match="scheme"):
        catalog.with_layer("planned_use", frame, class_column="GHDM")
    with pytest.raises(CatalogError, match="guide-2023"):
        catalog.with_layer("planned_use", frame, class_column="GHDM", scheme="guide2023")
    with pytest.raises(CatalogError, match="role"):
        catalog.with_layer("plannd_use", frame)  # type: ignore[arg-type]
    with pytest.raises(CatalogError):
        catalog.with_layer("elevation", frame)
    with pytest.raises(CatalogError, match="身份证号"):
        catalog.with_layer("planned_use", frame, id_column="身份证号")


def test_towns_and_rules_are_asked_for_by_name_and_errors_name_those_that_are(
    found: tl.Assessment,
) -> None:
    name = found.towns[1].town.name
    assert found.finding("LAND-03", name) is found.finding("LAND-03", "T02")
    assert found.town(name).town.code == "T02"
    assert found.need(name) is found.need("T02")
    for ask in (found.town, found.need, found.land_class_table, found.slope_table):
        with pytest.raises(tl.UnknownNameError, match=r"T01.*T02"):
            ask("XX")
    with pytest.raises(KeyError):
        found.finding("LAND-03", "XX")
    with pytest.raises(tl.UnknownNameError, match="LAND-03"):
        found.finding("LAND-3")
    with pytest.raises(tl.TownlandError, match=r"2018-12-31"):
        tl.check((), found.catalog, found.rulebook, on="31.12.2018")


def test_findings_of_a_town_are_its_own_in_order(found: tl.Assessment) -> None:
    for code in (*found.codes, None):
        own = tuple(each for each in found.findings if each.town == code)
        assert found.findings_of(code) == own
        assert own
    assert found.findings_of("XX") == ()


def test_tables_hold_floats_which_can_be_summed_and_drawn(found: tl.Assessment) -> None:
    tables = [found.land_class_table("T02"), found.need_table("T02"), found.slope_table("T02")]
    tables += [found.comparison_table(), found.evidence("LAND-03", "T02")]
    for table in tables:
        areas = [name for name in table if str(name).endswith(("_m2", "_ha", "_mu"))]
        assert areas
        assert all(table[name].dtype == np.float64 for name in areas)
    findings = found.findings_table()
    assert {findings[name].dtype for name in ("measured", "limit", "margin")} == {np.dtype(float)}
    exact = found.land_class_table("T02", exact=True)
    assert all(isinstance(area, Decimal) for area in exact["gross_m2"])
    result = found.town("T02")
    assert exact["gross_m2"].sum() + result.land_classes.uncovered_m2 == result.area_m2
    pd.testing.assert_series_equal(tables[0]["gross_m2"], exact["gross_m2"].astype(float))


def test_evidence_without_a_town_is_that_of_all(found: tl.Assessment) -> None:
    every = found.evidence("LAND-03")
    assert list(dict.fromkeys(every["town"])) == [
        code for code in ("T01", "T02") if len(found.evidence("LAND-03", code))
    ]
    assert len(every) == sum(len(found.evidence("LAND-03", code)) for code in ("T01", "T02"))
    assert every.crs == found.towns[0].town.crs


def test_how_things_look_is_short_and_escaped(
    found: tl.Assessment, catalog: tl.LayerCatalog
) -> None:
    square = shapely.box(36642000, 2689000, 36643000, 2690000)
    (town,) = tl.read_towns(
        gpd.GeoDataFrame({"name": ["<script>&"]}, geometry=[square], crs="EPSG:4524")
    )
    for thing in (town, found.towns[0].town, catalog, found.rulebook, found.findings[0], found):
        assert len(repr(thing)) < 300, repr(thing)
        html = thing._repr_html_()
        assert len(html) < 8000
        assert "<script" not in html
        assert "class=" not in html
    assert "&lt;script&gt;&amp;" in town._repr_html_()
    assert repr(found) == "<Assessment liuzhou-2018 on 2018-12-31: T01, T02>"
    assert repr(found.finding("LAND-03", "T01")).startswith("<Finding LAND-03 T01: ")


def test_the_official_area_of_a_series_keeps_its_index(frame: gpd.GeoDataFrame) -> None:
    areas = tl.official_area_m2(frame.set_index("code").geometry)
    assert list(areas.index) == ["T01", "T02", "T03", "T04"]
    assert areas.name == "area_m2"
    table = tl.area(TOWNS)
    np.testing.assert_allclose(areas.to_numpy(), table["area_m2"], atol=0.006)
    pd.testing.assert_frame_equal(
        tl.area(frame).drop(columns=["file", "layer"]), table.drop(columns=["file", "layer"])
    )
    with pytest.raises(CRSError, match="set_crs"):
        tl.official_area_m2(gpd.GeoSeries([shapely.box(0, 0, 1, 1)]))


def test_the_library_can_do_what_the_command_can(found: tl.Assessment, tmp_path: Path) -> None:
    assert tl.exit_code(found) == 1
    run = tl.write_run(found, tmp_path / "run", formats=("gpkg",))
    name = found.towns[1].town.name
    assert tl.explain(run, "LAND-03", name).agrees
    compared = tl.compare([found, found], lang="en")
    assert compared["runs"][0]["name"] == "liuzhou-2018@2018-12-31"
    done = tl.convert(TOWNS, tmp_path / "towns.geojson")
    assert done.features == 4
    proposal = tl.layers_init(LAYERS / "sample", tmp_path / "catalog.toml")
    assert proposal.target == tmp_path / "catalog.toml"
    assert {item.role for item in proposal.items if item.placed} >= {"land_use", "planned_use"}
    catalog = tl.load_catalog(LAYERS / "catalog.toml")
    small = catalog.model_copy(update={"layer": list(catalog.of_role("control_zone"))})
    (examined,) = tl.layers_check(small)
    assert examined.summary.features
