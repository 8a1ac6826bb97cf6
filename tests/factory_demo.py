"""The demo county, checked once for all tests of a process that look at its assessment."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from townland.assessment import check
from townland.catalog import load_catalog
from townland.dossier import load_dossier
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import Town, match_dossiers, read_towns

LAYERS = Path(__file__).parents[1] / "layers"
SAMPLE = LAYERS / "sample"
DAY = dt.date(2018, 12, 31)


@cache
def demo_towns() -> tuple[Town, ...]:
    """The towns with their dossiers."""
    towns = read_towns([SAMPLE / "towns.gpkg"], code_column="code", name_column="name")
    dossiers = [load_dossier(path) for path in sorted((SAMPLE / "dossiers").glob("*.toml"))]
    return tuple(match_dossiers(towns, dossiers))


@cache
def demo_assessment() -> Assessment:
    """The check of the towns by the city's rulebook."""
    catalog = load_catalog(LAYERS / "catalog.toml")
    return check(demo_towns(), catalog, load_rulebook("liuzhou-2018"), on=DAY)
