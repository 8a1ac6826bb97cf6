"""A table of PostGIS as a format: its record alone, since what reads it (`postgis`) loads slowly."""

from __future__ import annotations

from townland.reading.format import Format, Probe


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
