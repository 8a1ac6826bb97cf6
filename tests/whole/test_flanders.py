"""Real boundaries nearly without layers: the 300 municipalities of Flanders, and 60 of them checked."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from tests.factory_real import DATA, OUTPUTS, geodesic_m2, needed, townland

pytestmark = needed

FLANDERS = DATA / "flanders" / "Refgem.shp"
GHENT = DATA / "flanders" / "gent.geojson"


def test_the_areas_of_flanders_are_the_official_ones() -> None:
    code, printed = townland("area", FLANDERS, "--json")
    assert code == 0
    rows = json.loads(printed)
    towns = gpd.read_file(FLANDERS)
    assert [row["name"] for row in rows] == towns["NAAM"].tolist()
    assert {row["crs"] for row in rows} == {"EPSG:31370"}
    plane = np.array([row["plane_m2"] for row in rows])
    declared = towns["OPPERVL"].to_numpy()
    relative = np.abs(plane - declared) / declared
    assert relative.max() <= 1.2e-7
    # printed to 0.01 m², which is 1e-10 of a municipality, where the shapes themselves agree to 2e-12
    assert np.median(relative) < 2e-10
    exact = towns.geometry.area.to_numpy()
    assert np.median(np.abs(exact - declared) / declared) < 5e-12
    np.testing.assert_allclose(plane, exact, rtol=0, atol=0.0051)
    official = np.array([row["area_m2"] for row in rows])
    checked = np.array([row["area_check_m2"] for row in rows])
    # the norm rounds every vertex to 0.0001 m and 0.00001″
    allowed = np.maximum(0.02, 1e-4 * towns.geometry.length.to_numpy())
    assert (np.abs(official - checked) <= allowed).all()
    assert np.median(np.abs(official - checked) / official) < 1e-8
    one = int(np.argmin(official))
    own = geodesic_m2(towns.geometry.iloc[one], towns.crs)
    assert checked[one] == pytest.approx(own, abs=0.02)


def test_flanders_gives_a_report_though_nearly_all_layers_are_missing(tmp_path: Path) -> None:
    """Ghent's boundary as protected land: Ghent lies in it, its neighbours touch it, 48 of 60 do not."""
    towns = gpd.read_file(FLANDERS)
    (ghent,) = towns.geometry[towns["NISCODE"] == "44021"]
    near = towns.geometry.distance(ghent.centroid).nsmallest(60).index
    towns.loc[near.sort_values()].to_file(tmp_path / "near.shp", encoding="UTF-8")
    (tmp_path / "catalog.toml").write_text(
        '[[layer]]\nname = "ghent"\nrole = "permanent_basic_farmland"\n'
        f'path = "{GHENT.as_posix()}"\ncoverage = "{FLANDERS.as_posix()}"\nid_column = "NISCODE"\n',
        encoding="utf-8",
    )
    code, _printed = townland(
        "check", tmp_path / "near.shp", "--catalog", tmp_path / "catalog.toml", "--on", "2018-12-31",
        "--code-column", "NISCODE", "--out", tmp_path / "run", "--quiet",
    )  # fmt: skip
    assert code == 3
    assert {path.name for path in (tmp_path / "run").iterdir()} == OUTPUTS
    assessed = json.loads((tmp_path / "run" / "assessment.json").read_text("utf-8"))
    assert len(assessed["towns"]) == 60
    assert len(assessed["findings"]) == 60 * 42 + 4
    verdicts = {(found["rule"], found["town"]): found for found in assessed["findings"]}
    for (rule, town), found in verdicts.items():
        if rule.startswith("LAND") and rule not in ("LAND-01", "LAND-03"):
            assert found["verdict"] == "not_evaluated", (rule, town)
    found = verdicts["LAND-03", "44021"]
    assert found["verdict"] == "not_evaluated"  # what is planned there is not known
    reported = {town["code"]: town for town in assessed["towns"]}
    measures = {measure["name"]: measure for measure in reported["44021"]["measures"]}
    enclosed = measures["farmland_enclosed"]
    # the file in degrees was brought there by a shift of the datum that is good to a metre
    assert enclosed["area_m2"] == pytest.approx(reported["44021"]["area_m2"], rel=1e-3)
    assert enclosed["uncovered_m2"] == 0
    passed = {
        town
        for (rule, town), found in verdicts.items()
        if found["verdict"] == "pass" and rule == "LAND-03"
    }
    assert len(passed) == 48
    report = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "Sint-Martens-Latem" in report
    # the coverage was brought to degrees and back: what that leaves between it and the towns is no gap
    path = tmp_path / "run" / "evidence.gpkg"
    if "uncovered" in {name for name, _kind in pyogrio.list_layers(path)}:
        assert len(pyogrio.read_dataframe(path, layer="uncovered", read_geometry=False)) == 0
