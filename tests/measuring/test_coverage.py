"""Where layers claim to be complete, in towns of 1 km² whose figures can be worked out on paper."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
import pytest
import shapely
from tests.factory_land import CRS, box, catalog, geodesic_m2, write

from townland.catalog import LayerCatalog, load_catalog
from townland.errors import CatalogError
from townland.i18n import Bilingual
from townland.measuring import measure_town
from townland.measuring.areas import Measure
from townland.measuring.coverage import require_towns
from townland.measuring.prepare import gather
from townland.reading.vector import read_layer
from townland.rules.judging.law import MeasureSpec
from townland.towns import Town, read_towns

TITLE = Bilingual("量", "measure")
TOWN = box(0, 0, 1000, 1000)
KM2 = geodesic_m2(TOWN)
FAR = [box(-900, -900, -800, -800), box(1800, 1800, 1900, 1900)]
"""Two features whose bounding box holds the town, and which are not in it."""


def spec(*layers: str, **more: Any) -> MeasureSpec:
    return MeasureSpec.model_validate({"title": TITLE, "layers": layers, **more})


def town_of(folder: Path, shape: Any = TOWN, crs: Any = CRS) -> Town:
    frame = gpd.GeoDataFrame({"code": ["T01"], "name": ["甲镇"]}, geometry=[shape], crs=CRS)
    frame.to_crs(crs).to_file(folder / "towns.gpkg")
    (town,) = read_towns([folder / "towns.gpkg"], code_column="code")
    return town


def measured(town: Town, layers: LayerCatalog, specs: dict[str, MeasureSpec]) -> dict[str, Measure]:
    roles = dict.fromkeys(layer.role for layer in layers.layer)
    grounds = {
        role: gather(
            role,
            [
                read_layer(layer, layers, [(town.boundary.bounds, town.crs)])
                for layer in layers.of_role(role)
            ],
            town.crs,
            "survey",
        )
        for role in roles
    }
    return dict(measure_town(town, grounds, specs, profile="survey", sliver_width_m=0.2).measures)


def farmland(folder: Path, shapes: list[Any], coverage: str = "", **layers: Path) -> Measure:
    """What of permanent basic farmland is known of the town, under a line of the catalog."""
    path = write(folder / "pbf.gpkg", shapes, BSM=[str(n) for n in range(len(shapes))])
    held = catalog(
        folder,
        {**layers, "permanent_basic_farmland": path},
        permanent_basic_farmland=coverage,
    )
    return measured(town_of(folder), held, {"f": spec("permanent_basic_farmland")})["f"]


def survey(folder: Path, *shapes: Any) -> Path:
    columns = {"DLBM": ["0301"] * len(shapes), "BSM": [str(n) for n in range(len(shapes))]}
    return write(folder / "dltb.gpkg", list(shapes), KCXS=[0.0] * len(shapes),
                 QSXZ=["30"] * len(shapes), **columns)  # fmt: skip


def test_a_bounding_box_around_the_town_proves_nothing(tmp_path: Path) -> None:
    found = farmland(tmp_path, FAR)
    assert found.area_m2 == 0
    assert found.uncovered_m2 == 0
    assert found.assumed_coverage == ("permanent_basic_farmland",)


def test_where_features_lie_on_all_of_the_town_nothing_more_can_be(tmp_path: Path) -> None:
    found = farmland(tmp_path, [box(-10, -10, 500, 1010), box(500, -10, 1010, 1010)])
    assert found.assumed_coverage == ()
    assert float(found.area_m2) == pytest.approx(KM2, abs=0.06)


def test_a_file_of_polygons_proves_what_lies_in_it(tmp_path: Path) -> None:
    write(tmp_path / "cover.gpkg", [box(0, 0, 1000, 600)])
    found = farmland(tmp_path, FAR, 'coverage = "cover.gpkg"\n')
    assert found.assumed_coverage == ()
    assert float(found.uncovered_m2) == pytest.approx(
        geodesic_m2(box(0, 600, 1000, 1000)), abs=0.06
    )


@pytest.mark.parametrize(
    ("parcels", "bare"),
    [
        ([box(-50, -50, 1050, 1050)], None),
        ([box(-50, -50, 1050, 500), box(-50, 500, 1050, 700)], box(0, 700, 1000, 1000)),
        # a hair of 0.1 m between two parcels is no gap of a survey
        ([box(-50, -50, 1050, 500), box(-50, 500.1, 1050, 1050)], None),
    ],
)
def test_as_far_as_another_layer(tmp_path: Path, parcels: list[Any], bare: Any) -> None:
    land = survey(tmp_path, *parcels)
    found = farmland(tmp_path, FAR, 'coverage = "layer:land_use"\n', land_use=land)
    assert found.assumed_coverage == ()
    wanted = 0.0 if bare is None else geodesic_m2(bare)
    assert float(found.uncovered_m2) == pytest.approx(wanted, abs=0.06)


def test_as_far_as_a_layer_that_is_itself_as_far_as_a_survey(tmp_path: Path) -> None:
    land = survey(tmp_path, box(-50, -50, 1050, 400))
    line = write(tmp_path / "line.gpkg", FAR)
    held = catalog(
        tmp_path,
        {
            "land_use": land,
            "ecological_redline": line,
            "permanent_basic_farmland": write(tmp_path / "pbf.gpkg", FAR, BSM=["1", "2"]),
        },
        permanent_basic_farmland='coverage = "layer:ecological_redline"\n',
        ecological_redline='coverage = "layer:land_use"\n',
    )
    specs = {"f": spec("permanent_basic_farmland"), "r": spec("ecological_redline")}
    found = measured(town_of(tmp_path), held, specs)
    rest = geodesic_m2(box(0, 400, 1000, 1000))
    for each in found.values():
        assert float(each.uncovered_m2) == pytest.approx(rest, abs=0.06)


@pytest.mark.parametrize(
    ("shapes", "holds"),
    [
        ([box(100, 100, 200, 200)], True),
        ([box(-100, 100, 300, 200)], True),  # the greater part lies in the town
        ([box(-300, 100, 100, 200)], False),  # a neighbour's
        ([box(999.4, 0, 2000, 1000)], False),  # a neighbour's, 0.6 m across the border
        ([box(500, 500, 500.1, 900)], False),  # a sliver
        ([box(-3000, -3000, 900, 4000)], True),  # a large one, on the greater part of the town
        (FAR, False),
    ],
)
def test_towns_that_have_features_of_their_own(
    tmp_path: Path, shapes: list[Any], holds: bool
) -> None:
    found = farmland(tmp_path, shapes, 'coverage = "town"\n')
    assert found.assumed_coverage == ()
    assert float(found.uncovered_m2) == pytest.approx(0 if holds else KM2, abs=0.06)


@pytest.mark.parametrize(("named", "holds"), [("T01", True), ("甲镇", True), ("T02", False)])
def test_towns_by_code_or_name(tmp_path: Path, named: str, holds: bool) -> None:
    found = farmland(tmp_path, FAR, f'coverage = {{ towns = ["{named}"] }}\n')
    assert found.assumed_coverage == ()
    assert float(found.uncovered_m2) == pytest.approx(0 if holds else KM2, abs=0.06)


def test_a_town_that_is_not_checked_is_an_error_that_names_those_that_are(tmp_path: Path) -> None:
    held = catalog(
        tmp_path,
        {"paddy": write(tmp_path / "paddy.gpkg", FAR)},
        paddy='coverage = { towns = ["T01", "T1"] }\n',
    )
    with pytest.raises(CatalogError) as caught:
        require_towns([town_of(tmp_path)], held)
    said = caught.value.render("en")
    assert "layer paddy, coverage: there is no town T1 among those checked" in said
    assert "T01 甲镇" in said
    assert "没有 T1，现有 T01 甲镇" in caught.value.render("zh")


GROWTH = [box(0, 0, 400, 300), box(400, 0, 700, 500)]
"""A growth boundary in the town's south-west; the layer's bounding box is 700 m × 500 m."""
BUILT = box(200, 100, 900, 600)
OUTSIDE = shapely.difference(BUILT, shapely.union_all(GROWTH))


@pytest.mark.parametrize("code", [4524, 4490, 32649, 4525])
def test_outside_the_growth_boundary_is_outside_its_features(tmp_path: Path, code: int) -> None:
    """200 × 300 + 300 × 100 + 200 × 500 = 190,000 m² on the plane, whatever the layer's box and CRS."""
    assert OUTSIDE.area == pytest.approx(190_000)
    crs = pyproj.CRS(code)
    # vertices every 5 m: a reprojected edge is a chord, which of 500 m leaves a centimetre
    dense = shapely.segmentize(GROWTH, 5)
    growth = gpd.GeoDataFrame(geometry=dense, crs=CRS).to_crs(crs)
    growth.to_file(tmp_path / "growth.gpkg")
    plan = write(tmp_path / "plan.gpkg", [BUILT], ID=["a"], GHDM=["1001"])
    layers = {"planned_use": plan, "growth_boundary": tmp_path / "growth.gpkg"}
    held = catalog(tmp_path, layers)
    specs = {"out": spec("planned_use", where={"planned_use": "construction"},
                         outside="growth_boundary")}  # fmt: skip
    found = measured(town_of(tmp_path), held, specs)["out"]
    assert float(found.area_m2) == pytest.approx(geodesic_m2(OUTSIDE), abs=0.05)
    assert found.uncovered_m2 == 0
    assert found.assumed_coverage == ()
    assert found.missing == ()


def test_two_layers_of_a_role_claim_together(tmp_path: Path) -> None:
    for name, shape in (("south", box(0, 0, 1000, 500)), ("north", box(0, 500, 1000, 900))):
        write(tmp_path / f"{name}_cover.gpkg", [shape])
        write(tmp_path / f"{name}.gpkg", FAR)
    text = "".join(
        f'[[layer]]\nname = "{name}"\nrole = "paddy"\npath = "{name}.gpkg"\n'
        f'coverage = "{name}_cover.gpkg"\n'
        for name in ("south", "north")
    )
    (tmp_path / "catalog.toml").write_text(text, "utf-8")
    held = load_catalog(tmp_path / "catalog.toml")
    found = measured(town_of(tmp_path), held, {"p": spec("paddy")})["p"]
    rest = geodesic_m2(box(0, 900, 1000, 1000))
    assert float(found.uncovered_m2) == pytest.approx(rest, abs=0.06)
    assert found.sliver_m2 == Decimal("0.00")
