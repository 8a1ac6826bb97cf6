"""The demo county, checked once for all tests of this folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from townland.assessment import check
from townland.catalog import load_catalog
from townland.dossier import load_dossier
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import match_dossiers, read_towns

LAYERS = Path(__file__).parents[2] / "layers"
SAMPLE = LAYERS / "sample"


@pytest.fixture(scope="session")
def demo() -> Assessment:
    towns = read_towns([SAMPLE / "towns.gpkg"], code_column="code", name_column="name")
    dossiers = [load_dossier(path) for path in sorted((SAMPLE / "dossiers").glob("*.toml"))]
    return check(
        match_dossiers(towns, dossiers),
        load_catalog(LAYERS / "catalog.toml"),
        load_rulebook("liuzhou-2018"),
        on=dt.date(2018, 12, 31),
    )
