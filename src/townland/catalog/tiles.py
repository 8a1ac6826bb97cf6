"""Online maps that a catalog may name, to lie behind the land of the map's page."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import Field, field_validator, model_validator

from townland.documents import Strict
from townland.documents.sentences import FaultError
from townland.i18n import _

PLACES = {"z", "x", "y", "key"}
"""What an address may leave open: zoom, column and row of a tile, and the key."""

_WMTS = {"TileMatrix": "z", "TileCol": "x", "TileRow": "y"}
"""The same in the words of a WMTS (OGC 07-057r7)."""

_STATED_KEY = re.compile(r"[?&](tk|key|token|access_token|ak|apikey)=(?!\{)", re.IGNORECASE)
TIANDITU = "https://t0.tianditu.gov.cn/{layer}_w/wmts"


class Tiles(Strict):
    """One ``[tiles.NAME]`` of a catalog: a service of map tiles in Web Mercator.

    `xyz` is an address with {z}, {x} and {y}; `wmts` one such, or the address of a service with `layer`
    and `matrix_set`; `tianditu` needs a `layer` (``img``, ``vec``, ``ter`` …) and `key_env` alone.
    `key_env` is the environment variable that holds the key: the catalog never does. Tiles in
    ``gcj02`` are shifted for display.
    """

    kind: Literal["xyz", "wmts", "tianditu"] = "xyz"
    url: str | None = None
    layer: str | None = None
    style: str = "default"
    matrix_set: str | None = None
    format: str = "image/png"
    key_env: Annotated[str, Field(min_length=1)] | None = None
    datum: Literal["cgcs2000", "gcj02"] = "cgcs2000"
    max_zoom: Annotated[int, Field(ge=1, le=24)] = 18
    title: str = ""
    source: str = ""

    @field_validator("layer")
    @classmethod
    def _layer_is_a_name(cls, layer: str | None) -> str | None:
        if layer is not None and not re.fullmatch(r"[A-Za-z0-9_.:-]+", layer):
            raise FaultError(_("the layer of tiles is a name of letters, digits and _ . : -"))
        return layer

    @field_validator("url")
    @classmethod
    def _address_can_be_asked(cls, url: str | None) -> str | None:
        if url is None:
            return url
        for theirs, ours in _WMTS.items():
            url = url.replace("{" + theirs + "}", "{" + ours + "}")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not re.fullmatch(
            r"[\w.-]+(:\d+)?", parts.netloc
        ):
            raise FaultError(_("the address of tiles begins with https:// or http:// and a host"))
        if not set(re.findall(r"\{(\w+)\}", url)) <= PLACES or re.search(r"[\s;,'\"]", url):
            raise FaultError(
                _("the address of tiles leaves open {places} alone", places="{z}, {x}, {y}, {key}")
            )
        if _STATED_KEY.search(url):
            raise FaultError(
                _(
                    "the address of tiles holds a key; write {key} in its place, and key_env, the"
                    " environment variable that holds it",
                    key="{key}",
                )
            )
        return url

    @model_validator(mode="after")
    def _address_is_whole(self) -> Tiles:
        if self.kind == "tianditu":
            if self.layer is None or self.key_env is None:
                raise FaultError(_("Tianditu needs layer (such as img or vec) and key_env"))
        elif self.url is None:
            raise FaultError(_("tiles need url, the address of the service"))
        elif not {"z", "x", "y"} <= set(re.findall(r"\{(\w+)\}", self.url)) and (
            self.kind == "xyz" or self.layer is None or self.matrix_set is None
        ):
            raise FaultError(
                _(
                    "the address of tiles needs {places}; of a WMTS, or layer and matrix_set",
                    places="{z}, {x}, {y}",
                )
            )
        return self

    @property
    def address(self) -> str:
        """The address of a tile, with {z}, {x}, {y}, and {key} where it needs one."""
        if self.kind == "tianditu":
            base = TIANDITU.replace("{layer}", str(self.layer))
            return _asked(base, str(self.layer), "w", "default", "tiles") + "&tk={key}"
        url = str(self.url)
        if self.kind == "wmts" and "{z}" not in url:
            key = "&tk={key}" if self.key_env and "{key}" not in url else ""
            given = str(self.layer), str(self.matrix_set), self.style, self.format
            return _asked(url, *given) + key
        return url

    @property
    def opened(self) -> str:
        """What a content security policy opens for the tiles: their host, and their layer on it.

        >>> Tiles(kind="tianditu", layer="img", key_env="KEY").opened
        'https://t0.tianditu.gov.cn/img_w/wmts'
        >>> Tiles(url="https://maps.example.cn/dom/{z}/{x}/{y}.png?tk={key}", key_env="K").opened
        'https://maps.example.cn/dom/'
        """
        path = self.address.partition("?")[0]
        before, brace, _after = path.partition("{")
        return before[: before.rindex("/") + 1] if brace else path


def _asked(url: str, layer: str, matrix_set: str, style: str, picture: str) -> str:
    """The request for a tile of a WMTS by keys and values (OGC 07-057r7, 8.2).

    Parameters
    ----------
    url, layer, matrix_set, style, picture
        The service, its layer, its set of matrices, its style, and the format of the picture.
    """
    fixed = urlencode(
        {
            "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": layer,
            "STYLE": style, "TILEMATRIXSET": matrix_set, "FORMAT": picture,
        }
    )  # fmt: skip
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{fixed}&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}"
