"""The work of a check, counted and not timed: no town costs more because others are checked with it.

Whatever looks at all parcels near all towns, for each town, exceeds the budget of a town by far.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.factory_land import CRS, box, catalog, geodesic_m2
from typer.testing import CliRunner

import townland as tl
from townland.assessment.tiles import MOST_TOWNS
from townland.reading import digests, source
from townland_cli.app import app

PARCEL_M, TOWN_M, COLUMNS = 100, 150, 10
"""Parcels are squares; a town lies in every second row and column of them, and reaches into four."""

VECTORISED = (
    "area", "boundary", "bounds", "box", "contains_properly", "covers", "difference", "dwithin",
    "get_coordinates", "get_parts", "get_rings", "intersection", "intersects", "is_valid", "linestrings",
    "points", "transform",
)  # fmt: skip


def county(rows: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A survey of a county with ten towns in each of so many rows, and the towns."""
    spots = [(300 * column, 300 * row) for row in range(rows) for column in range(COLUMNS)]
    parcels = [
        box(x + east, y + north, x + east + PARCEL_M, y + north + PARCEL_M)
        for x, y in spots
        for east in (0, 100, 200)
        for north in (0, 100, 200)
    ]
    survey = {
        "BSM": [f"{number:06d}" for number in range(len(parcels))],
        "DLBM": "0301",
        "QSXZ": "30",
        "KCXS": 0.0,
    }
    towns = [box(x + 30, y + 30, x + 30 + TOWN_M, y + 30 + TOWN_M) for x, y in spots]
    names = {"name": [f"town {number}" for number in range(len(towns))]}
    return (
        gpd.GeoDataFrame(survey, geometry=parcels, crs=CRS),
        gpd.GeoDataFrame(names, geometry=towns, crs=CRS),
    )


def size_of(argument: object) -> int:
    return argument.size if isinstance(argument, np.ndarray) else 1


def counted(counts: Counter[str], name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """A function that notes how many geometries it is given, or how many numbers it makes."""

    def wrapper(*arguments: Any, **options: Any) -> Any:
        counts[name] += max(map(size_of, arguments), default=1)
        return work(*arguments, **options)

    return wrapper


def results(counts: Counter[str], name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """A function that notes how often it is called, and how much comes of it."""

    def wrapper(*arguments: Any, **options: Any) -> Any:
        found = work(*arguments, **options)
        own = found[0] if isinstance(found, tuple) else found
        counts[f"calls of {name}"] += 1
        counts[name] += max(own.shape) if isinstance(own, np.ndarray) else len(own)
        return found

    return wrapper


def work_of(rows: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], Any]:
    """What a check of ten towns a row does, counted, and what came of it."""
    folder.mkdir()
    survey, towns = county(rows)
    survey.to_file(folder / "survey.gpkg")
    layers = catalog(folder, {"land_use": folder / "survey.gpkg"})
    read = tl.read_towns(towns, name_column="name")
    book = tl.load_rulebook("national-2021")
    counts: Counter[str] = Counter()
    with monkeypatch.context() as patch:
        for name in VECTORISED:
            patch.setattr(shapely, name, counted(counts, name, getattr(shapely, name)))
        checked = tl.check(read, layers, book, on="2024-12-31")
    return counts, checked


BUDGET = {
    "area": 40, "boundary": 60, "bounds": 120, "contains_properly": 10, "covers": 40, "difference": 10,
    "get_parts": 40, "get_rings": 40, "intersection": 20, "intersects": 60, "is_valid": 20,
    "linestrings": 40, "transform": 60,
}  # fmt: skip
"""So many geometries may be looked at for each town, about twice what is needed: all parcels are 540."""


def test_no_town_looks_at_the_parcels_of_all_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, checked = work_of(6, tmp_path / "county", monkeypatch)
    assert len(checked.towns) == 60
    assert {len(town.land) for town in checked.towns} == {4}
    assert counts["intersects"] > 60
    over = {name: counts[name] / 60 for name, most in BUDGET.items() if counts[name] > 60 * most}
    assert over == {}


SMALL = """
id = "small"
title = { zh = "用地", en = "Land" }
version = "1"
three_class = "survey"

[measure.forest]
title = { zh = "林地", en = "Forest" }
layers = ["land_use"]
where = { land_use = "agricultural" }

[[rule]]
id = "SMALL-1"
title = { zh = "林地", en = "Forest" }
kind = "forbidden_area"
measure = "forest"
limit = 0
unit = "ha"
clause = { document = "small", article = "1", quote = "", effective = 2018-01-01 }
"""

THOUSAND = 1000
RESULTS = {
    "read": (source, "read"), "hashed": (digests, "sha256_of"), "pairs": (shapely.STRtree, "query"),
    "edges": (shapely, "get_coordinates"),
}  # fmt: skip
"""What reads, hashes, asks trees and takes apart edges: how often, and how much comes of it."""

OF_A_THOUSAND = {
    "area": 8, "boundary": 20, "bounds": 100, "box": 800, "contains_properly": 20, "dwithin": 1700,
    "edges": 1800, "get_coordinates": 850, "get_parts": 85, "get_rings": 30, "intersection": 20,
    "intersects": 40, "is_valid": 20, "pairs": 1700, "points": 800, "transform": 40,
}  # fmt: skip
"""As `BUDGET`; most are points along a boundary, and the two edges that each lies on."""


def test_a_thousand_towns_cost_a_thousand_times_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    survey, _towns = county(THOUSAND // COLUMNS)
    survey.to_file(tmp_path / "survey.gpkg")
    catalog(tmp_path, {"land_use": tmp_path / "survey.gpkg"})
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    # each town is the parcel in the middle of its nine, on whose edges it lies
    middles = survey.geometry.iloc[4::9]
    names = [f"town {number}" for number in range(THOUSAND)]
    gpd.GeoDataFrame({"name": names}, geometry=list(middles), crs=CRS).to_file(
        tmp_path / "towns.gpkg"
    )
    counts: Counter[str] = Counter()
    line = ["check", str(tmp_path / "towns.gpkg"), "--catalog", str(tmp_path / "catalog.toml"),
            "--rules", str(tmp_path / "small.toml"), "--on", "2024-12-31", "--formats", "json",
            "--quiet", "--rehash", "--out", str(tmp_path / "out")]  # fmt: skip
    with monkeypatch.context() as patch:
        for name in VECTORISED:
            patch.setattr(shapely, name, counted(counts, name, getattr(shapely, name)))
        for name, (owner, function) in RESULTS.items():
            patch.setattr(owner, function, results(counts, name, getattr(owner, function)))
        done = CliRunner().invoke(app, line)
    assert done.exit_code == 1, done.output
    over = {name: counts[name] / THOUSAND for name, most in OF_A_THOUSAND.items()
            if counts[name] > THOUSAND * most}  # fmt: skip
    assert over == {}
    # a town's nine parcels, and the town itself; a tile at a time; files once, and not once a tile
    assert counts["read"] == THOUSAND * (9 + 1)
    assert counts["calls of read"] == math.ceil(THOUSAND / MOST_TOWNS) + 1
    assert counts["calls of hashed"] <= 3
    written = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))
    figures = [finding["measured"] for finding in written["findings"]]
    assert len(figures) == THOUSAND
    ends = [geodesic_m2(middles.iloc[at]) for at in (0, -1)]
    assert [figures[0], figures[-1]] == pytest.approx(ends, abs=0.1)
