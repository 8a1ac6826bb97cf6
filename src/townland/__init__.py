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


def _warn_of_late_guards() -> None:
    """Say where the guards do not hold, since GDAL was used in this process before."""
    for library, drivers in guard.late():
        import warnings

        from townland.errors import UnguardedWarning
        from townland.i18n import LANGUAGES, _

        message = _(
            "{library} was used before townland was imported, so that its GDAL keeps drivers which open"
            " other files or the network on behalf of a file ({drivers}); import townland first",
            library=library,
            drivers=", ".join(drivers),
        )
        words = "\n".join(message.render(language) for language in LANGUAGES)
        warnings.warn(words, UnguardedWarning, stacklevel=3)


_warn_of_late_guards()

_ROOMS = {
    "Assessment": "townland.results",
    "Checker": "townland.assessment",
    "Finding": "townland.rules.judging.finding",
    "LayerCatalog": "townland.catalog",
    "Rulebook": "townland.rules.book.model",
    "Town": "townland.towns",
    "TownlandError": "townland.errors",
    "UnknownNameError": "townland.errors",
    "Verdict": "townland.terms",
    "area": "townland.measuring.official",
    "check": "townland.assessment",
    "compare": "townland.writing.comparison",
    "convert": "townland.conversion.boundary",
    "exit_code": "townland.results",
    "explain": "townland.writing.explain",
    "layers_check": "townland.layers.check",
    "layers_init": "townland.layers.init",
    "layers_pack": "townland.layers.pack",
    "load_catalog": "townland.catalog",
    "load_dossiers": "townland.dossier",
    "load_rulebook": "townland.rules.book.loader",
    "match_dossiers": "townland.towns",
    "official_area_m2": "townland.geodesy",
    "read_towns": "townland.towns",
    "show_map": "townland.writing.maps.page",
    "write_run": "townland.writing.run_folder",
}
"""Where each public name stands."""

if TYPE_CHECKING:
    from townland.assessment import Checker, check
    from townland.catalog import LayerCatalog, load_catalog
    from townland.conversion.boundary import convert
    from townland.dossier import load_dossiers
    from townland.errors import TownlandError, UnknownNameError
    from townland.geodesy import official_area_m2
    from townland.layers.check import layers_check
    from townland.layers.init import layers_init
    from townland.layers.pack import layers_pack
    from townland.measuring.official import area
    from townland.results import Assessment, exit_code
    from townland.rules.book.loader import load_rulebook
    from townland.rules.book.model import Rulebook
    from townland.rules.judging.finding import Finding
    from townland.terms import Verdict
    from townland.towns import Town, match_dossiers, read_towns
    from townland.writing.comparison import compare
    from townland.writing.explain import explain
    from townland.writing.maps.page import show_map
    from townland.writing.run_folder import write_run

__all__ = [
    "Assessment",
    "Checker",
    "Finding",
    "LayerCatalog",
    "Rulebook",
    "Town",
    "TownlandError",
    "UnknownNameError",
    "Verdict",
    "__version__",
    "area",
    "check",
    "compare",
    "convert",
    "exit_code",
    "explain",
    "layers_check",
    "layers_init",
    "layers_pack",
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
