"""Land-use compliance for China's characteristic towns (特色小镇).

The public names load on first use, so that ``import townland`` is quick; the one thing done at once is
to guard GDAL and PROJ, which must happen before any of their libraries is imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from townland.reading import guard

__version__ = "0.1.0"

guard.apply()

_ROOMS = {
    "Assessment": "townland.results",
    "LayerCatalog": "townland.catalog",
    "Rulebook": "townland.rules.book.model",
    "Town": "townland.towns",
    "TownlandError": "townland.errors",
    "Verdict": "townland.rules.book.model",
    "check": "townland.assessment",
    "load_catalog": "townland.catalog",
    "load_dossiers": "townland.dossier",
    "load_rulebook": "townland.rules.book.loader",
    "match_dossiers": "townland.dossier",
    "official_area_m2": "townland.geodesy",
    "read_towns": "townland.towns",
    "show_map": "townland.writing.maps.page",
    "write_run": "townland.writing.run_folder",
}

if TYPE_CHECKING:
    from townland.assessment import check
    from townland.catalog import LayerCatalog, load_catalog
    from townland.dossier import load_dossiers, match_dossiers
    from townland.errors import TownlandError
    from townland.geodesy import official_area_m2
    from townland.results import Assessment
    from townland.rules.book.loader import load_rulebook
    from townland.rules.book.model import Rulebook
    from townland.terms import Verdict
    from townland.towns import Town, read_towns
    from townland.writing.maps.page import show_map
    from townland.writing.run_folder import write_run

__all__ = [
    "Assessment",
    "LayerCatalog",
    "Rulebook",
    "Town",
    "TownlandError",
    "Verdict",
    "__version__",
    "check",
    "load_catalog",
    "load_dossiers",
    "load_rulebook",
    "match_dossiers",
    "official_area_m2",
    "read_towns",
    "show_map",
    "write_run",
]


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module 'townland' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
