"""Layers examined against the schema of their role; every figure is worked out on rectangles."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.factory_land import CRS, box

from townland import geodesy, units
from townland.catalog import load_catalog
from townland.errors import CatalogError, ReportError
from townland.i18n import render
from townland.layers.check import Examined, examined
from townland.standards import fields as schemas
from townland.writing.layer_faults import write_faults
from townland_cli import main

LAYERS = Path(__file__).parents[2] / "layers"


def parcel(**changed: Any) -> dict[str, Any]:
    """One record that keeps every rule: level paddy."""
    return {
        "BSM": "1", "YSDM": "2001010100", "TBBH": "0001", "DLBM": "0101", "DLMC": "水田",
        "QSXZ": "30", "QSDWDM": "4502990010010000000", "QSDWMC": "村", "ZLDWDM": "4502990010010000000",
        "ZLDWMC": "村", "TBMJ": None, "KCDLBM": "", "KCXS": 0.0, "KCMJ": 0.0, "TBDLMJ": None,
        "GDLX": "", "GDPDJB": "1", "XZDWKD": 0.0, "ZZSXDM": "LS", "CZCSXM": "", "SJNF": 2019,
        "MSSM": "00",
    } | changed  # fmt: skip


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., Examined]:
    """Write a land survey of squares side by side, each with a record, and examine it."""

    def run(
        *records: dict[str, Any], keys: str = "", drop: tuple[str, ...] = (), east: int = 0
    ) -> Examined:
        shapes = [box(east + 100 * i, 0, east + 100 * i + 100, 100) for i in range(len(records))]
        area = geodesy.official_area_m2(shapes, CRS)
        rows = []
        for number, (record, size) in enumerate(zip(records, area, strict=True), 1):
            gross = float(units.m2(float(size))) if record["TBMJ"] is None else record["TBMJ"]
            net = float(units.m2(gross) - units.m2(record["KCMJ"] or 0))
            own = {"TBMJ": gross, "BSM": str(number) if record["BSM"] == "1" else record["BSM"]}
            own["TBDLMJ"] = net if record["TBDLMJ"] is None else record["TBDLMJ"]
            rows.append(record | own)
        frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=CRS).drop(columns=[*drop])
        frame.to_file(tmp_path / "land.gpkg")
        (tmp_path / "catalog.toml").write_text(
            '[[layer]]\nname = "land"\nrole = "land_use"\npath = "land.gpkg"\nid_column = "BSM"\n'
            'scheme = "sandiao-2019"\nclass_column = "DLBM"\nsurveyed = 2019-12-31\n' + keys,
            encoding="utf-8",
        )
        layers = load_catalog(tmp_path / "catalog.toml")
        return examined(layers.layer[0], layers)

    return run


def grave(found: Examined) -> set[str]:
    return {issue.code for issue in found.summary.issues if issue.severity != "info"}


def test_a_layer_that_keeps_every_rule_has_no_fault(look: Callable[..., Examined]) -> None:
    sloping = parcel(GDPDJB="3", GDLX="TT", KCXS=0.1, KCDLBM="1203", KCMJ=999.99)
    house = parcel(DLBM="0702", DLMC="农村宅基地", GDPDJB="", ZZSXDM="", CZCSXM="203")
    found = look(parcel(), sloping, house)
    # 100 m × 100 m on the ellipsoid is 9999.90 m² there; a tenth of it is 999.99 m²
    assert found.layer is not None
    gross = found.layer.also["TBMJ"].to_pylist()[1]
    assert float(units.ridge(gross, 0.1)) == 999.99
    assert grave(found) == set()


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("ridge_not_cultivated", {"DLBM": "0201", "DLMC": "果园", "KCXS": 0.1, "KCDLBM": "1203",
                                  "GDPDJB": "", "ZZSXDM": ""}),
        ("ridge_class_missing", {"KCXS": 0.1, "GDPDJB": "3", "GDLX": "PD"}),
        ("ridge_factor_range", {"KCXS": 10.0, "GDPDJB": "3", "GDLX": "PD", "KCDLBM": "1203"}),
        ("level_with_ridges", {"KCXS": 0.1, "KCDLBM": "1203"}),
        ("level_with_kind", {"GDLX": "PD"}),
        ("kind_missing", {"GDPDJB": "2"}),
        ("terrace_without_ridges", {"GDPDJB": "2", "GDLX": "TT"}),
        ("slope_missing", {"GDPDJB": ""}),
        ("planting_missing", {"ZZSXDM": ""}),
        ("lane_too_wide", {"DLBM": "1006", "DLMC": "农村道路", "XZDWKD": 8.1, "GDPDJB": ""}),
        ("settlement_missing", {"DLBM": "0602", "DLMC": "采矿用地", "GDPDJB": ""}),
        ("net_area_differs", {"TBDLMJ": 1.0}),
        ("ridge_area_differs", {"KCXS": 0.1, "GDPDJB": "3", "GDLX": "TT", "KCDLBM": "1203"}),
        ("area_differs", {"TBMJ": 9000.0}),
        ("area_not_rounded", {"TBMJ": 9994.9812}),
        ("area_not_positive", {"TBMJ": -1.0}),
        ("class_unknown", {"DLBM": "9999"}),
        ("class_name_differs", {"DLMC": "旱地"}),
        ("domain_unknown", {"GDLX": "XX", "GDPDJB": "2"}),
        ("value_too_long", {"TBBH": "123456789"}),
        ("field_empty", {"ZLDWDM": ""}),
        ("vintage_differs", {"SJNF": 2015}),
    ],
)  # fmt: skip
def test_each_broken_rule_is_found_alone_beside_a_sound_record(
    look: Callable[..., Examined], code: str, changed: dict[str, Any]
) -> None:
    found = (
        look(parcel(), parcel(**changed)) if code != "vintage_differs" else look(parcel(SJNF=2015))
    )
    assert code in grave(found)
    faults = next(each for each in found.faults if each.code == code)
    if len(faults.rows):
        assert faults.rows.tolist() == [1], "the sound record beside it has the fault, too"


def test_a_name_in_the_column_of_codes_is_told_as_such(look: Callable[..., Examined]) -> None:
    found = look(parcel(), parcel(DLBM="水田"))
    (told,) = (issue for issue in found.summary.issues if issue.code == "class_unknown")
    assert told.message.render("en").endswith(
        "; 水田 is the name of the class 0101: state the column of the codes as class_column"
    )


def test_a_name_in_another_spelling_is_no_fault(look: Callable[..., Examined]) -> None:
    assert grave(look(parcel(DLMC="水 田"), parcel(DLMC="水田\u3000"))) == set()


def test_a_lane_of_eight_metres_is_a_lane(look: Callable[..., Examined]) -> None:
    lane = {"DLBM": "1006", "DLMC": "农村道路", "GDPDJB": "", "ZZSXDM": ""}
    assert grave(look(parcel(**lane, XZDWKD=8.0))) == set()


def test_the_figure_of_a_rule_stands_in_the_data(
    look: Callable[..., Examined], monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = {"DLBM": "1006", "DLMC": "农村道路", "GDPDJB": "", "ZZSXDM": ""}
    rules = {**schemas.consistency(), "lane": {**schemas.consistency()["lane"], "widest_m": 6.0}}
    monkeypatch.setattr(schemas, "consistency", lambda: rules)
    assert grave(look(parcel(**lane, XZDWKD=8.0))) == {"lane_too_wide"}


@given(st.integers(1, 10**9), st.integers(0, 9999))
def test_ridges_are_rounded_half_up_as_units_does(cents: int, factor: int) -> None:
    """What `consistency` computes in whole numbers is what `units.ridge` computes in decimals."""
    from townland.layers.check.consistency import MICRO

    whole = np.int64(factor * 100)
    product = (2 * np.int64(cents) * whole + MICRO) // (2 * MICRO)
    exact = units.ridge(units.exact(cents) / 100, units.exact(factor) / 10_000)
    assert int(product) == int(exact * 100)


def test_the_half_cent_that_rounding_apart_gets_wrong(look: Callable[..., Examined]) -> None:
    """100.10 × 0.05 = 5.005: KCMJ 5.01, TBDLMJ 95.09; rounded apart it would be 95.10."""
    sloping = {"TBMJ": 100.10, "KCXS": 0.05, "GDPDJB": "2", "GDLX": "PD", "KCDLBM": "1203"}
    sound = look(parcel(**sloping, KCMJ=5.01, TBDLMJ=95.09))
    assert {"net_area_differs", "ridge_area_differs"}.isdisjoint(grave(sound))
    apart = look(parcel(**sloping, KCMJ=5.01, TBDLMJ=95.10))
    assert "net_area_differs" in grave(apart)


def test_the_second_survey_deducts_strips_and_trees_too(look: Callable[..., Examined]) -> None:
    own = {"TBMJ": 9995.0, "XZDWMJ": 200.0, "LXDWMJ": 50.0, "KCMJ": 0.0}
    assert "net_area_differs" not in grave(look(parcel(**own, TBDLMJ=9745.0)))
    assert "net_area_differs" in grave(look(parcel(**own, TBDLMJ=9995.0)))


def test_plane_areas_and_hectares_are_told_as_one_fault(look: Callable[..., Examined]) -> None:
    # 140 km from the meridian the plane exceeds the ellipsoid by 140² / (2 · 6371²) = 241 millionths
    far = look(parcel(TBMJ=10_000.0), parcel(TBMJ=10_000.0), east=120_000)
    assert far.counts["area_on_plane"] == 1
    assert "area_differs" not in far.counts
    hectares = look(parcel(TBMJ=1.0), parcel(TBMJ=1.0))
    assert hectares.counts["area_in_other_unit"] == 1
    assert "area_differs" not in hectares.counts


def test_the_column_and_the_unit_of_the_recorded_area_may_be_stated(
    look: Callable[..., Examined],
) -> None:
    """9999.90 m² are 0.99999 ha: written as 1.00 that is within half of its last decimal."""
    keys = 'area_column = "ha_total"\narea_unit = "ha"\n'
    rounded = look(parcel(ha_total=1.0), parcel(ha_total=0.99), keys=keys)
    assert rounded.counts["area_differs"] == 1  # 0.99 ha: 99.90 m² off, and 50 m² are rounding
    (told,) = [issue for issue in rounded.summary.issues if issue.code == "area_differs"]
    assert told.feature == "2"
    assert "recorded as 9900.00 m²; measured it is 9999.90 m² (allowed: 50.00 m²)" in str(
        told.message.render("en")
    )
    assert "net_area_differs" not in grave(rounded)  # which is of TBMJ, as ever
    missing = look(parcel(), keys='area_column = "acres"\n')
    assert [issue.severity for issue in missing.summary.issues] == ["error"]


def test_a_missing_mandatory_field_and_a_code_kept_as_a_number(
    look: Callable[..., Examined],
) -> None:
    assert "field_missing" in grave(look(parcel(), drop=("ZLDWDM",)))
    assert "field_type" in grave(look(parcel(GDPDJB=1)))


def test_a_class_column_that_the_catalog_names_is_not_missing(tmp_path: Path) -> None:
    """A plan whose columns have names of their own, as the catalog says."""
    plan = gpd.GeoDataFrame(
        {"规划代码": ["0701"], "标签": ["住宅"], "备用": [""], "附注": [""]},
        geometry=[box(0, 0, 9, 9)], crs=CRS,
    )  # fmt: skip
    plan.to_file(tmp_path / "plan.gpkg")
    (tmp_path / "catalog.toml").write_text(
        '[[layer]]\nname = "plan"\nrole = "planned_use"\npath = "plan.gpkg"\n'
        'scheme = "guide-2023"\nclass_column = "规划代码"\ntag_column = "标签"\n',
        encoding="utf-8",
    )
    layers = load_catalog(tmp_path / "catalog.toml")
    issues = examined(layers.layer[0], layers).summary.issues
    assert "field_missing" not in {issue.code for issue in issues}
    (extra,) = [issue for issue in issues if issue.code == "field_extra"]
    assert render(extra.message, "zh") == "标准中没有的列：备用、附注"


def test_the_width_of_a_shapefiles_column_is_looked_at(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame([parcel(TBMJ=1.0, TBDLMJ=1.0)], geometry=[box(0, 0, 9, 9)], crs=CRS)
    fiona = pytest.importorskip("fiona")

    fields = dict.fromkeys(("BSM", "DLBM", "ZLDWDM"), "str:12") | {"TBMJ": "float:15.1"}
    schema = {"geometry": "Polygon", "properties": fields}
    with fiona.open(tmp_path / "l.shp", "w", "ESRI Shapefile", schema, crs="EPSG:4524") as file:
        values = {name: frame[name][0] for name in fields}
        file.write({"geometry": shapely.geometry.mapping(frame.geometry[0]), "properties": values})
    (tmp_path / "c.toml").write_text(
        '[[layer]]\nname = "l"\nrole = "land_use"\npath = "l.shp"\n', encoding="utf-8"
    )
    layers = load_catalog(tmp_path / "c.toml")
    told = [i.message.render("en") for i in examined(layers.layer[0], layers).summary.issues]
    assert any("BSM is 18 characters wide by its schema, the column BSM only 12" in t for t in told)
    assert any(
        "TBMJ has 2 decimals by its schema, but the column TBMJ has only 1" in t for t in told
    )
    assert not any("DLBM is 5 characters wide" in t for t in told)


@pytest.mark.parametrize(
    ("own", "other", "named"),
    [(None, None, False), (0.5, None, False), (0.5, 1.0, False), (None, 1.0, True)],
)
def test_a_layer_without_accuracy_is_named_where_others_have_it(
    look: Callable[..., Examined],
    tmp_path: Path,
    own: float | None,
    other: float | None,
    named: bool,
) -> None:
    look(parcel())
    catalog = load_catalog(tmp_path / "catalog.toml")
    first = catalog.layer[0].model_copy(update={"accuracy_m": own})
    second = catalog.layer[0].model_copy(update={"name": "second", "accuracy_m": other})
    both = catalog.model_copy(update={"layer": [first, second]})
    told = [
        each for each in examined(first, both).summary.issues if each.code == "accuracy_missing"
    ]
    assert [(each.severity, "second" in each.message.render("en")) for each in told] == (
        [("info", True)] if named else []
    )


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", '"good"'])
def test_an_accuracy_in_the_catalog_is_a_length(look: Callable[..., Examined], value: str) -> None:
    with pytest.raises(CatalogError, match="accuracy_m"):
        look(parcel(), keys=f"accuracy_m = {value}\n")


def test_overlaps_gaps_and_what_lies_beyond_the_coverage(tmp_path: Path) -> None:
    shapes = [box(0, 0, 100, 100), box(90, 0, 200, 100), box(200, 0, 300, 50), box(202, 50, 300, 100),
              box(200, 60, 202, 100)]  # fmt: skip
    gpd.GeoDataFrame({"DLBM": ["0101"] * 5}, geometry=shapes, crs=CRS).to_file(tmp_path / "l.gpkg")
    gpd.GeoDataFrame(geometry=[box(10, 0, 320, 100)], crs=CRS).to_file(tmp_path / "extent.gpkg")
    (tmp_path / "c.toml").write_text(
        '[[layer]]\nname = "l"\nrole = "land_use"\npath = "l.gpkg"\ncoverage = "extent.gpkg"\n',
        encoding="utf-8",
    )
    layers = load_catalog(tmp_path / "c.toml")
    found = examined(layers.layer[0], layers)
    by_code = {each.code: each for each in found.faults}
    shared = by_code["layer_overlap"].shapes  # 10 m × 100 m
    assert shapely.area(shared).tolist() == pytest.approx([1000.0])
    assert shapely.area(by_code["layer_gap"].shapes).tolist() == pytest.approx([20.0])  # 2 × 10 m
    assert shapely.area(by_code["coverage_exceeded"].shapes).tolist() == pytest.approx([1000.0])
    assert shapely.area(by_code["coverage_bare"].shapes).sum() == pytest.approx(2000.0 + 20.0)


def test_faults_are_counted_listed_in_part_and_drawn_in_full(
    look: Callable[..., Examined], tmp_path: Path
) -> None:
    found = look(*[parcel(GDLX="PD") for _ in range(25)])
    assert found.counts["level_with_kind"] == 25
    told = [issue for issue in found.summary.issues if issue.code == "level_with_kind"]
    assert len(told) == 11
    assert "25" in told[-1].message.render("en")
    assert write_faults([found], tmp_path / "a.gpkg", lang="en") == {"land": 25}
    write_faults([found], tmp_path / "b.gpkg", lang="en")
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    drawn = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="land")
    assert drawn["feature"].tolist() == [str(n) for n in range(1, 26)]
    assert set(drawn["code"]) == {"level_with_kind"}
    assert drawn.geometry[24].equals(box(2400, 0, 2500, 100))
    with pytest.raises(ReportError, match=r"a\.gpkg"):
        write_faults([found], tmp_path / "a.gpkg")


def test_the_demo_county_has_only_the_faults_its_readme_names() -> None:
    layers = load_catalog(LAYERS / "catalog.toml")
    readme = (LAYERS / "README.md").read_text(encoding="utf-8")
    for spec in layers.layer:
        found = examined(spec, layers)
        assert grave(found) == set()
        for each in found.faults:
            if len(each.rows):
                assert f"`{each.code}` × {each.count}" in readme, (spec.name, each.code, each.count)


def test_many_parcels_are_counted_and_few_are_listed(tmp_path: Path) -> None:
    side = 200
    x, y = np.meshgrid(np.arange(side) * 20.0, np.arange(side) * 20.0)
    shapes = [box(a, b, a + 20, b + 20) for a, b in zip(x.ravel(), y.ravel(), strict=True)]
    rows = pd.DataFrame([parcel(TBMJ=1.0, GDLX="PD", TBDLMJ=2.0)] * side**2)
    rows["BSM"] = np.arange(side**2).astype(str)
    gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS).to_file(tmp_path / "l.gpkg")
    (tmp_path / "c.toml").write_text(
        '[[layer]]\nname = "l"\nrole = "land_use"\npath = "l.gpkg"\nid_column = "BSM"\n', "utf-8"
    )
    layers = load_catalog(tmp_path / "c.toml")
    found = examined(layers.layer[0], layers)
    assert found.counts["level_with_kind"] == side**2
    assert len(found.summary.issues) < 100


def run(args: list[str]) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["townland", *args])
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


def test_layers_check_of_the_command(
    look: Callable[..., Examined], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    look(parcel(), parcel(GDLX="PD"))
    args = ["layers", "check", "--catalog", str(tmp_path / "catalog.toml"), "--lang", "en", "-q"]
    out = str(tmp_path / "faults.gpkg")
    assert run([*args, "--out", out]) == 1
    shown = capsys.readouterr().out
    assert "warning  land:2  [level_with_kind] × 1  slope class 1" in shown
    assert run([*args, "--json"]) == 1
    (layer,) = json.loads(capsys.readouterr().out)["layers"]
    assert layer["counts"]["level_with_kind"] == 1
    assert run([*args, "--out", out]) == 2
    assert "exists already" in capsys.readouterr().err
