"""A table of PostGIS as a format: its record alone, since what reads it (`postgis`) loads slowly."""

from __future__ import annotations

from importlib import import_module

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.format import Format, Probe

PACKAGES = ("sqlalchemy", "psycopg")
"""What reads a database; whoever has none installs townland without them."""


def require_packages(place: str) -> None:
    """Make sure that what reads a database is installed.

    Raises
    ------
    LayerError
        A package is missing.
    """
    for package in PACKAGES:
        try:
            import_module(package)
        except ImportError:  # psycopg raises it, too, where it misses PostgreSQL's library
            raise LayerError(
                _(
                    "{place}: a PostGIS database is read by the package {package}, which is not"
                    " installed; install townland[postgis]",
                    place=place,
                    package=package,
                )
            ) from None


def _recognises(_probe: Probe) -> bool:
    """Never: a catalog names the database."""
    return False


FORMAT = Format(
    name="database",
    titles=("PostGIS",),
    recognises=_recognises,
    numbered_from=1,
    columns_alone=True,
    is_file=False,
)
