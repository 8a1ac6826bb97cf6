"""The same land told otherwise gives the same figures, and random places close."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.factory_random import (
    SMALL,
    Place,
    catalog,
    figures,
    frame,
    place,
    random_check,
)

from townland.assessment import check
from townland.catalog import LayerCatalog, load_catalog
from townland.results import Assessment
from townland.towns import read_towns

CENTS = 0.03
"""The norm rounds vertices to 0.0001 m: of land told in other vertices that moves some cents."""


@cache
def made() -> Place:
    """A place in which nothing is random but its shape."""
    return place(np.random.default_rng(11), towns=2)


def layers(here: Place, epsgs: tuple[int, int, int] = (4524, 4524, 4524)) -> LayerCatalog:
    return catalog(
        frame(here.parcels, epsgs[0], DLBM=here.codes),
        frame(here.plots, epsgs[1], GHDM=here.uses),
        frame(here.farmland, epsgs[2]),
    )


def checked(book: LayerCatalog, towns: gpd.GeoDataFrame | Path) -> Assessment:
    return check(read_towns(towns, code_column="BSM"), book, SMALL, on="2018-12-31")


@cache
def plain() -> tuple[dict[str, float], dict[str, str]]:
    """The figures and verdicts of the first town as the place is made."""
    found = checked(layers(made()), frame(made().towns, 4524))
    return figures(found, "0"), verdicts(found)


def verdicts(found: Assessment) -> dict[str, str]:
    return {each.rule: each.verdict.value for each in found.findings if each.town == "0"}


def turned(shape: shapely.Polygon) -> shapely.Polygon:
    """A ring that begins at another vertex and goes round the other way."""
    ring = shapely.get_coordinates(shape)[:-1]
    return shapely.Polygon(np.roll(ring, 2, axis=0)[::-1])


def fuller(shape: shapely.Polygon) -> shapely.Polygon:
    """A polygon with two points more on every edge, on the line as far as numbers allow."""
    ring = shapely.get_coordinates(shape)
    steps = np.linspace(0, 1, 4)[:-1, None, None]
    points = ring[:-1] + steps * (ring[1:] - ring[:-1])
    return shapely.Polygon(points.transpose(1, 0, 2).reshape(-1, 2))


def reordered(here: Place) -> Place:
    back = [slice(None, None, -1)] * 5
    parts = (here.parcels, here.codes, here.plots, here.uses, here.farmland)
    one, two, three, four, five = (part[way] for part, way in zip(parts, back, strict=True))
    return Place(here.corner, one, two, three, four, five, here.towns)


def every(here: Place, way: object) -> Place:
    """A place whose shapes are told in another way."""
    assert callable(way)
    return Place(
        here.corner,
        [way(shape) for shape in here.parcels],
        here.codes,
        [way(shape) for shape in here.plots],
        here.uses,
        [way(shape) for shape in here.farmland],
        [way(shape) for shape in here.towns],
    )


def tiled(here: Place) -> LayerCatalog:
    """The survey in two layers, as a county's sheets are."""
    whole = layers(here)
    rows = len(here.parcels) // 2
    west = frame(here.parcels[:rows], 4524, DLBM=here.codes[:rows])
    east = frame(here.parcels[rows:], 4524, DLBM=here.codes[rows:])
    keys = {"scheme": "sandiao-2019", "class_column": "DLBM", "id_column": "BSM"}
    return whole.with_layer("land_use", west, **keys).with_layer(
        "land_use", east, name="sheet two", **keys
    )


def hollow(shape: shapely.Polygon) -> shapely.Polygon:
    """A polygon with a ring more, which has no vertex."""
    return shapely.from_wkb(struct.pack("<BII", 1, 3, 2) + shape.wkb[9:] + struct.pack("<I", 0))


def in_files(here: Place, folder: Path) -> LayerCatalog:
    """Each layer in another format: a GeoPackage, a GeoParquet of lists, a Shapefile."""
    frame(here.parcels, 4524, DLBM=here.codes).to_file(folder / "a.gpkg")
    plan = frame(here.plots, 4524, GHDM=here.uses)
    plan.to_parquet(folder / "b.parquet", geometry_encoding="geoarrow")
    frame(here.farmland, 4524).to_file(folder / "c.shp")
    path = folder / "catalog.toml"
    path.write_text(
        '[[layer]]\nname = "land_use"\nrole = "land_use"\npath = "a.gpkg"\nid_column = "BSM"\n'
        'scheme = "sandiao-2019"\nclass_column = "DLBM"\n'
        '[[layer]]\nname = "planned_use"\nrole = "planned_use"\npath = "b.parquet"\n'
        'id_column = "BSM"\nscheme = "guide-2023"\nclass_column = "GHDM"\n'
        '[[layer]]\nname = "permanent_basic_farmland"\nrole = "permanent_basic_farmland"\n'
        'path = "c.shp"\nid_column = "BSM"\n',
        encoding="utf-8",
    )
    return load_catalog(path)


@pytest.mark.parametrize(
    ("way", "exact"),
    [("order", True), ("rings", True), ("hollow rings", True), ("tiles", True), ("alone", True),
     ("points", False), ("crs of layers", False), ("crs of towns", False), ("format", True),
     ("format of layers", True)],
)  # fmt: skip
def test_the_same_land_told_otherwise(way: str, exact: bool, tmp_path: Path) -> None:
    here = {"order": reordered, "rings": lambda each: every(each, turned),
            "hollow rings": lambda each: every(each, hollow),
            "points": lambda each: every(each, fuller)}.get(way, lambda each: each)(made())  # fmt: skip
    book = tiled(here) if way == "tiles" else layers(here)
    if way == "crs of layers":
        book = layers(here, (4490, 4545, 32649))
    if way == "format of layers":
        book = in_files(here, tmp_path)
    towns: gpd.GeoDataFrame | Path = frame(here.towns, 4490 if way == "crs of towns" else 4524)
    if way == "alone":
        towns = towns.iloc[:1]
    if way == "format":
        towns.to_file(tmp_path / "towns.fgb", driver="FlatGeobuf")
        towns = tmp_path / "towns.fgb"
    found = checked(book, towns)
    expected, judged = plain()
    assert figures(found, "0") == pytest.approx(expected, abs=0.011 if exact else CENTS)
    assert verdicts(found) == judged


def test_degrees_with_pieces_that_scaling_tears_are_measured() -> None:
    """Valid pieces in degrees are not valid once scaled: nothing is scaled between operations."""
    here = place(np.random.default_rng(395))
    found = checked(layers(here, (4490, 4490, 4490)), frame(here.towns, 4490))
    assert not [each for each in found.towns if each.failed is not None]
    by_metres = checked(layers(here), frame(here.towns, 4524))
    assert figures(found, "0") == pytest.approx(figures(by_metres, "0"), abs=CENTS)


@pytest.mark.parametrize("seed", range(8))
def test_random_places_close(seed: int, tmp_path: Path) -> None:
    """Five towns each, forty in all; five hundred are checked by `benchmarks/random_checks.py`."""
    found = random_check(seed, tmp_path, towns=5)
    assert found.sound, found
