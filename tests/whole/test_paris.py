"""A real town on real layers: the 80 districts of Paris on the Urban Atlas."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from tests.factory_real import DATA, OUTPUTS, geodesic_m2, needed, townland

pytestmark = needed

PARIS = DATA / "paris" / "paris_districts_utm.geojson"
ATLAS = DATA / "paris" / "paris_land_use.zip"
BUILT = (
    "Continuous Urban Fabric",
    "Discontinuous Dense Urban Fabric",
    "Industrial, commercial, public",
    "Railways and associated land",
    "Roads and associated land",
)
CLASSES = {
    "cultivated": (),
    "paddy": (),
    "agricultural": ("Sports and leisure facilities",),
    "unused": ("Water bodies",),
    "construction": BUILT,
}
OWN = tuple(name for names in CLASSES.values() for name in names)
GREEN = "Green urban areas"
LAYER_RULES = {"LAND-02", "LAND-03", "LAND-04", "LAND-05", "LAND-06", "LAND-08"}


@pytest.fixture(scope="module")
def paris(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """The exit code and the run folder of a check of all 80 districts."""
    folder = tmp_path_factory.mktemp("paris")
    classes = ", ".join(f"{group} = {json.dumps(names)}" for group, names in CLASSES.items())
    (folder / "catalog.toml").write_text(
        f'[[layer]]\nname = "urban_atlas"\nrole = "land_use"\npath = "{ATLAS.as_posix()}"\n'
        f'class_column = "class"\nclasses = {{ {classes} }}\nwhere = {{ class = {json.dumps(OWN)} }}\n'
        'surveyed = 2018-12-31\nsource = "Copernicus Urban Atlas"\n'
        f'[[layer]]\nname = "green"\nrole = "permanent_basic_farmland"\npath = "{ATLAS.as_posix()}"\n'
        f'where = {{ class = ["{GREEN}"] }}\ncoverage = "{ATLAS.as_posix()}"\n',
        encoding="utf-8",
    )
    code, _printed = townland(
        "check", PARIS, "--catalog", folder / "catalog.toml", "--rules", "liuzhou-2018", "--on",
        "2018-12-31", "--code-column", "id", "--out", folder / "run", "--quiet",
    )  # fmt: skip
    return code, folder / "run"


@pytest.fixture(scope="module")
def assessed(paris: tuple[int, Path]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((paris[1] / "assessment.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    """Areas by district in m² without the product: the whole, each class, all but green, all of them.

    `edge` is the length in metres of all that was measured: the norm rounds its vertices.
    """
    towns = gpd.read_file(PARIS)
    atlas = gpd.read_file(ATLAS)
    dense = gpd.GeoSeries(shapely.segmentize(atlas.geometry.to_numpy(), 20), crs=atlas.crs)
    moved = shapely.make_valid(dense.to_crs(towns.crs).to_numpy(), method="structure")
    class_of = atlas["class"].to_numpy()
    tree = shapely.STRtree(moved)
    rows = []
    for town in towns.geometry:
        near = tree.query(town, predicate="intersects")
        pieces = shapely.intersection(moved[near], town)
        classes = {
            name: shapely.union_all(pieces[class_of[near] == name]) for name in (*OWN, GREEN)
        }
        unions = {
            **classes,
            "whole": town,
            "land": shapely.union_all([classes[name] for name in OWN]),
            "any": shapely.union_all([*classes.values()]),
        }
        row = {name: geodesic_m2(union, towns.crs) for name, union in unions.items()}
        rows.append({**row, "edge": town.length + shapely.length(pieces).sum()})
    return pd.DataFrame(rows, index=towns["id"].astype(str))


def test_paris_gives_a_whole_run_folder(paris: tuple[int, Path], assessed: dict[str, Any]) -> None:
    code, folder = paris
    assert code == 3  # nothing failed, but there is no planned use
    assert {path.name for path in folder.iterdir()} == OUTPUTS
    assert not [path for path in folder.parent.iterdir() if path.name.startswith("run.")]
    names = [town["name"] for town in assessed["towns"]]
    assert len(set(names)) == 80
    report = (folder / "report.html").read_text("utf-8")
    page = (folder / "map.html").read_text("utf-8")
    assert all(name.replace("'", "&#39;") in report for name in names)
    assert "Charonne" in page
    assert max(len(report), len(page)) < 12_000_000


def test_every_table_of_paris_closes(assessed: dict[str, Any]) -> None:
    for town in assessed["towns"]:
        table = town["land_classes"]
        control = Decimal(str(table["control_m2"]))
        assert control == Decimal(str(town["area_m2"]))
        for column in ("gross_m2", "net_m2"):
            rows = [Decimal(str(row[column])) for row in table["rows"]]
            assert sum(rows) + Decimal(str(table["uncovered_m2"])) == control, town["name"]


def test_the_figures_of_paris_are_another_routines(
    assessed: dict[str, Any], truth: pd.DataFrame
) -> None:
    assert truth["whole"].sum() / 1e6 == pytest.approx(105.4, abs=0.05)
    assert truth["any"].sum() / 1e6 == pytest.approx(68.9, abs=0.05)
    for town in assessed["towns"]:
        true = truth.loc[town["code"]]
        rounding = 0.02 + 1e-5 * true["edge"]  # the norm's, at most 1.7 m² of 7 km²
        assert town["area_m2"] == pytest.approx(true["whole"], abs=rounding)
        table = town["land_classes"]
        covered = table["control_m2"] - table["uncovered_m2"]
        assert covered == pytest.approx(true["land"], abs=rounding), town["name"]
        measures = {measure["name"]: measure for measure in town["measures"]}
        green = measures["farmland_enclosed"]["area_m2"]
        assert green == pytest.approx(true[GREEN], abs=rounding), town["name"]
        # where two classes claim the same land, it counts for one of them
        twice = true[[*OWN]].sum() - true["land"]
        for row in table["rows"]:
            most = true[row["code"]]
            assert most - twice - rounding <= row["gross_m2"] <= most + rounding, row
        # gaps narrower than a sliver are left out of what is told as missing
        slivers = true["whole"] - true["any"] - measures["farmland_enclosed"]["uncovered_m2"]
        assert -rounding <= slivers <= 100, town["name"]


def test_nothing_passes_in_paris_where_its_layers_leave_a_gap(assessed: dict[str, Any]) -> None:
    measures = {
        town["code"]: {measure["name"]: measure for measure in town["measures"]}
        for town in assessed["towns"]
    }
    judged = [found for found in assessed["findings"] if found["rule"] in LAYER_RULES]
    assert len(judged) == 80 * len(LAYER_RULES)
    for found in judged:
        if found["verdict"] != "pass":
            continue
        used = [measures[found["town"]][each["name"]] for each in found["trace"]["measures"]]
        known = [measure for measure in used if not measure["missing"]]
        assert known, found
        assert all(measure["uncovered_m2"] == 0 for measure in known), found
    with_gaps = {
        town["code"]
        for town in assessed["towns"]
        if measures[town["code"]]["farmland_enclosed"]["uncovered_m2"] > 0
    }
    assert len(with_gaps) == 62
    assert {
        found["verdict"]
        for found in judged
        if found["rule"] == "LAND-03" and found["town"] in with_gaps
    } == {"not_evaluated"}


def test_the_evidence_of_paris_sums_to_its_figures(
    paris: tuple[int, Path], assessed: dict[str, Any]
) -> None:
    path = paris[1] / "evidence.gpkg"
    layers = {name for name, _kind in pyogrio.list_layers(path)}
    assert {"towns", "uncovered", "farmland_enclosed", "existing_construction"} <= layers
    for name in ("farmland_enclosed", "existing_construction"):
        pieces = pyogrio.read_dataframe(path, layer=name, read_geometry=False)
        sums = pieces.groupby("town")["area_m2"].sum()
        for town in assessed["towns"]:
            (measure,) = [each for each in town["measures"] if each["name"] == name]
            assert sums.get(town["code"], 0.0) == pytest.approx(measure["area_m2"], abs=0.005)


def test_overlaps_of_nothing_are_not_told(assessed: dict[str, Any]) -> None:
    overlaps = [issue for issue in assessed["issues"] if issue["code"] == "layer_overlap"]
    assert 20 < len(overlaps) < 100
    assert not [issue for issue in overlaps if " 0.00 m²" in issue["message"]]
