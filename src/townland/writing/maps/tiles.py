"""The online maps behind the land, as the page's script reads them; without any nothing is fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from townland.catalog.tiles import Tiles
from townland.geodesy.crs import gcj02_from_wgs84
from townland.i18n import Text, _
from townland.results import Assessment
from townland.rules.judging.trace import Json


@dataclass(frozen=True, slots=True)
class OnlineMaps:
    """The services that a page may ask: what its script reads, and what its policy opens."""

    data: list[Json]
    opened: tuple[str, ...]


NO_TILES = OnlineMaps([], ())
"""What a page has that asks nobody."""


def online_maps(assessment: Assessment, bounds: list[list[float]], lang: str) -> OnlineMaps:
    """Give the online maps that the catalog names; of what is redacted none, for they tell the place.

    A key is read from the environment here, and stands in the page alone. Where its variable is not
    set, the map is named with what to do, and asks nobody.

    Parameters
    ----------
    assessment
        What is drawn.
    bounds
        Latitude and longitude of two corners of the land.
    lang
        The reader's language.
    """
    if assessment.redacted or not assessment.catalog.tiles:
        return NO_TILES
    data: list[Json] = []
    opened: list[str] = []
    for name, tiles in assessment.catalog.tiles.items():
        key = os.environ.get(tiles.key_env, "") if tiles.key_env else ""
        known = bool(key) or tiles.key_env is None
        middle = [sum(pair) / 2 for pair in zip(*bounds, strict=True)]
        data.append(
            {
                "title": tiles.title or name,
                "source": tiles.source,
                # it begins as no name does, so that no page cuts it
                "data": "data:" + tiles.address.replace("{key}", quote(key, safe=""))
                if known
                else "",
                "notes": [note.render(lang) for note in _notes(tiles, known=known)],
                "max_zoom": tiles.max_zoom,
                "middle": middle,
                "shifted": _shifted(tiles, middle),
            }
        )
        if known:
            opened.append(tiles.opened)
    return OnlineMaps(data, tuple(dict.fromkeys(opened)))


def _shifted(tiles: Tiles, middle: list[float]) -> list[float]:
    """Where the tiles draw the middle of the land: latitude and longitude."""
    if tiles.datum != "gcj02":
        return middle
    lon, lat = gcj02_from_wgs84(middle[1], middle[0])
    return [float(lat), float(lon)]


def _notes(tiles: Tiles, *, known: bool) -> Iterator[Text]:
    """Say what a reader must know of a service: whom the page asks, its key, its shift."""
    if not known:
        yield _("the environment variable {name} is not set, so that the page goes without it",
                name=tiles.key_env or "")  # fmt: skip
        return
    yield _("the page asks {host} for pictures of the place that it shows",
            host=urlsplit(tiles.address).netloc)  # fmt: skip
    if tiles.key_env:
        yield _("this page holds the key of the service: whoever gets the page gets the key")
    if tiles.datum == "gcj02":
        yield _("tiles in GCJ-02, shifted for display: they lie some metres off")
