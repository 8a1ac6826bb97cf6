"""Farm parcels of nine agencies as each publishes them, and 74 GeoJSON files sound, odd and broken.

The data lie outside of the repository and are read as they were published.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from townland.assessment import check
from townland.catalog import load_catalog
from townland.errors import TownlandError
from townland.layers.check import examined
from townland.rules.book.loader import load_rulebook
from townland.towns import read_towns

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not here")

SETS: dict[str, tuple[str, str | None, str]] = {
    "at": ("inspire_schlaege_2025-1_polygon.gpkg.zip", "SL_FLAECHE_BRUTTO_HA", "ha"),
    "cz": ("bd51ec4dea8697946b9a570a6b7c9fe587e2f8334cee74778d2339da43178d38", "ZAKRES_VYM", "ha"),
    "dk": ("Marker_2026.zip", "IMK_areal", "ha"),
    "fi": ("LandUse.ExistingLandUse.GSAAAgriculturalParcel.gpkg", "PINTA_ALA", "ha"),
    "it_1": ("iti1_2023.parquet", "off_area", "m2"),
    "jecam": ("BD_JECAM_CIRAD_2023_feb.shp", "Area_ha", "ha"),
    "jp": ("jp_field_polygons_2024.parquet", None, "m2"),
    "nl": ("brpgewaspercelen_definitief_2023.gpkg", None, "m2"),
    "nl_block": ("referentiepercelen.gpkg", None, "m2"),
}
"""The file of each agency, the column of the area that it declares, and its unit."""

ROUNDED = {"at": 0.0, "cz": 0.5, "dk": 50.0, "fi": 50.0, "it_1": 0.5, "jecam": 5.0}
"""Half of the last decimal of the declared areas, in m²: 0.01 ha, 0.0001 ha, 0.001 ha, 1 m²."""


def catalog(folder: Path, name: str, *more: str) -> Any:
    file, column, unit = SETS[name]
    lines = [
        f'[[layer]]\nname = "{name}"\nrole = "permanent_basic_farmland"',
        f'path = "{(DATA / "lpis" / name / file).as_posix()}"',
        *([f'area_column = "{column}"', f'area_unit = "{unit}"'] if column else []),
        *more,
    ]
    (folder / "catalog.toml").write_text("\n".join(lines), encoding="utf-8")
    return load_catalog(folder / "catalog.toml")


def published(name: str, folder: Path) -> gpd.GeoDataFrame:
    """The parcels without the product."""
    file = DATA / "lpis" / name / SETS[name][0]
    if file.suffix == ".parquet":
        return gpd.read_parquet(file)
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            packed.extractall(folder / "own")
        (file,) = [one for one in (folder / "own").iterdir() if one.suffix in (".shp", ".gpkg")]
    return gpd.read_file(file)


def geodesic(shapes: Any, crs: pyproj.CRS) -> tuple[Any, Any]:
    """The areas in m² and the perimeters in m by geodesics between points near each other."""
    step = 1e-4 if crs.is_geographic else 10
    to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    degrees = shapely.transform(
        shapely.segmentize(np.asarray(shapes, dtype=object), step),
        lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])),
    )
    found = [
        [crs.get_geod().geometry_area_perimeter(part) for part in shapely.get_parts(one)]
        for one in degrees
    ]
    areas = [sum(abs(area) for area, _length in parts) for parts in found]
    return np.array(areas), np.array([sum(length for _area, length in parts) for parts in found])


@pytest.mark.parametrize("name", SETS)
def test_parcels_are_read_and_areas_that_disagree_are_told(tmp_path: Path, name: str) -> None:
    layers = catalog(tmp_path, name)
    found = examined(layers.layer[0], layers)
    assert not [issue for issue in found.summary.issues if issue.severity == "error"]
    assert found.summary.features == 100
    told = {fault.code: fault for fault in found.faults}
    if name not in ROUNDED:
        assert "area_differs" not in told
        return
    own = published(name, tmp_path)
    assert own.crs is not None
    areas, around = geodesic(own.geometry, own.crs)
    factor = 10_000 if SETS[name][2] == "ha" else 1
    declared = own[SETS[name][1]].astype(float).to_numpy() * factor
    # half of the last decimal, or what the tolerance of the land survey makes of the outline
    allowed = np.maximum(ROUNDED[name], np.maximum(0.02, 1e-3 * around))
    off = np.abs(declared - areas)
    if name == "at":  # the plane's areas, which lie up to 0.3 per mille off: one fault of the layer
        assert "area_differs" not in told
        assert "area_on_plane" in told
        assert (off > allowed).sum() > 50
        np.testing.assert_allclose(declared, own.geometry.area, rtol=0, atol=0.01)
        return
    differing = set(np.flatnonzero(off > allowed + 0.02))
    may = set(np.flatnonzero(off > allowed - 0.02))
    rows = set(told["area_differs"].rows.tolist()) if "area_differs" in told else set()
    assert differing <= rows <= may
    assert differing


@pytest.mark.parametrize("name", SETS)
def test_the_hull_of_some_parcels_as_a_town_finds_their_area(tmp_path: Path, name: str) -> None:
    own = published(name, tmp_path)
    assert own.crs is not None
    first = own.geometry.iloc[0].centroid
    order = np.argsort(shapely.distance(own.geometry.to_numpy(), first))
    some = own.geometry.to_numpy()[order[:10]]
    town = shapely.union_all(some).convex_hull
    gpd.GeoDataFrame({"name": ["town"]}, geometry=[town], crs=own.crs).to_file(tmp_path / "t.gpkg")
    layers = catalog(tmp_path, name, f'coverage = "{(tmp_path / "t.gpkg").as_posix()}"')
    law = load_rulebook("liuzhou-2018")
    assessed = check(read_towns([tmp_path / "t.gpkg"]), layers, law, on=dt.date(2018, 12, 31))
    (result,) = assessed.towns
    (whole,), (edge,) = geodesic([town], own.crs)
    assert float(result.area_m2) == pytest.approx(whole, abs=0.02 + 1e-4 * edge)
    inside = shapely.union_all(shapely.intersection(own.geometry.to_numpy(), town))
    (true,), (length,) = geodesic([inside], own.crs)
    measure = result.measures["farmland_enclosed"]
    assert float(measure.area_m2) == pytest.approx(true, abs=0.02 + 1e-4 * length)
    assert float(measure.uncovered_m2) == 0


GEOJSON = sorted((DATA / "geojson-invalid").rglob("*.geojson"))

TOLERATED = {
    "invalid_exterior_not_ccw": 1,
    "invalid_interior_not_cw": 1,
    "invalid_unclosed": 1,
    "invalid_feature_no_properties": 1,
}
"""Of the files called invalid those that leave no doubt of the land: rings turned the other way, a ring
to close, no properties."""


def test_all_of_them_are_there() -> None:
    assert len(GEOJSON) == 74


@pytest.mark.parametrize("path", GEOJSON, ids=lambda path: path.stem)
def test_a_geojson_gives_all_its_polygons_or_a_clear_error(path: Path) -> None:
    try:
        towns = read_towns([path])
    except TownlandError as problem:
        said = problem.message.render("en"), problem.message.render("zh")
        assert all(path.name in one for one in said)
        assert "GDAL" not in said[0]
        assert "driver" not in said[0].lower()
        assert path.stem not in TOLERATED
        return
    assert not path.stem.startswith("invalid_") or path.stem in TOLERATED
    # all polygons of the text, and nothing else
    polygons = list(drawn(json.loads(path.read_text("utf-8"))))
    parts = [part for town in towns for part in shapely.get_parts(town.boundary)]
    assert len(parts) == len(polygons)
    own = shapely.area(parts).sum()
    assert own == pytest.approx(float(shapely.area(polygons).sum()), rel=1e-12)


def drawn(one: Any) -> Iterator[Any]:
    """The polygons of a GeoJSON, its rings closed and its heights left out, without the product."""
    for part in one.get("features") or one.get("geometries") or [one.get("geometry")]:
        if part is not None:
            yield from drawn(part)
    lists = {"Polygon": [one.get("coordinates")], "MultiPolygon": one.get("coordinates")}
    for rings in lists.get(one["type"], []):
        flat = [[position[:2] for position in ring] for ring in rings]
        yield shapely.Polygon(flat[0], flat[1:])
