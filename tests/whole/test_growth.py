"""The work of a check, counted and not timed: no town costs more because others are checked with it.

Whatever looks at all parcels near all towns, for each town, exceeds the budget of a town by far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.factory_land import CRS, box, catalog

import townland as tl

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
