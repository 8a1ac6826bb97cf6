"""Online maps behind the land: where the catalog names them, only they, the key in the page alone."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Route
from tests.factory_pages import assessment
from tests.writing.test_maps import data_of
from tests.writing.test_pages_in_browser import WIDE
from tests.writing.test_pages_in_browser import browser as browser

from townland.catalog import load_catalog
from townland.catalog.tiles import Tiles
from townland.errors import CatalogError
from townland.results import Assessment
from townland.writing.maps.page import map_files, map_html, show_map
from townland.writing.report.assessment_json import assessment_json

KEY = "0123456789abcdef-secret"
LAYER = """[[layer]]
name = "land_use"
role = "land_use"
path = "land.gpkg"
"""
DOT = base64.b64decode("R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
"""A picture (GIF) of one red point."""


def with_tiles(**named: Tiles) -> Assessment:
    made = assessment(towns=1)
    catalog: Any = SimpleNamespace(**{**vars(made.catalog), "tiles": named})
    return replace(made, catalog=catalog)


@pytest.fixture
def tianditu(monkeypatch: pytest.MonkeyPatch) -> Assessment:
    monkeypatch.setenv("TIANDITU_KEY", KEY)
    imagery = Tiles(kind="tianditu", layer="img", key_env="TIANDITU_KEY", title="天地图影像")
    return with_tiles(imagery=imagery)


def policy(html: str) -> str:
    return re.search(r"img-src ([^;]+);", html).group(1)


def test_the_policy_opens_host_and_layer_and_the_key_stands_in_the_map_alone(
    tianditu: Assessment,
) -> None:
    html = map_html(tianditu, lang="en")
    assert policy(html) == "data: https://t0.tianditu.gov.cn/img_w/wmts"
    assert html.count(KEY) == 1
    notes = " ".join(data_of(html)["tiles"][0]["notes"])
    assert "this page holds the key" in notes
    assert "t0.tianditu.gov.cn" in notes
    assert KEY not in assessment_json(tianditu)
    assert KEY not in repr(tianditu.catalog.tiles)
    # none in a notebook that is not asked for, and none of what is redacted
    assert KEY not in show_map(tianditu).get_root().render()
    redacted = map_html(replace(tianditu, redacted=True))
    assert policy(redacted) == "data:"
    assert "tianditu" not in redacted
    assert policy(map_html(assessment(towns=1))) == "data:"


def test_without_its_key_a_page_goes_without_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TIANDITU_KEY", raising=False)
    made = with_tiles(a=Tiles(kind="tianditu", layer="vec", key_env="TIANDITU_KEY"))
    [(_name, html)] = map_files(made, lang="en")
    assert policy(html) == "data:"
    [tiles] = data_of(html)["tiles"]
    assert (tiles["data"], tiles["notes"]) == (
        "", ["the environment variable TIANDITU_KEY is not set, so that the page goes without it"],
    )  # fmt: skip


def test_services_of_three_kinds_have_their_addresses() -> None:
    wmts = Tiles(kind="wmts", url="https://gis.example.cn/wmts", layer="dom", matrix_set="w")
    assert wmts.address == (
        "https://gis.example.cn/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=dom&STYLE=default"
        "&TILEMATRIXSET=w&FORMAT=image%2Fpng&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    )
    rest = Tiles(kind="wmts", url="https://a.cn/1/{TileMatrix}/{TileRow}/{TileCol}.png")
    assert (rest.address, rest.opened) == ("https://a.cn/1/{z}/{y}/{x}.png", "https://a.cn/1/")


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ('url = "https://a.cn/{z}/{x}/{y}.png?tk=0123456789abcdef-secret"', "holds a key"),
        ('url = "https://a.cn; script-src *//{z}/{x}/{y}"', "a host"),
        ('url = "file:///{z}/{x}/{y}"', "a host"),
        ('url = "https://a.cn/{z}/{x}/{q}"', "leaves open"),
        ('url = "https://a.cn/tiles"', "needs {z}, {x}, {y}"),
        ('kind = "tianditu"', "Tianditu needs layer"),
    ],
)
def test_an_address_that_cannot_be_asked_is_refused_without_its_key(
    tmp_path: Path, written: str, wanted: str
) -> None:
    (tmp_path / "catalog.toml").write_text(f"{LAYER}\n[tiles.a]\n{written}\n", encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load_catalog(tmp_path / "catalog.toml")
    assert wanted in caught.value.render("en")
    assert KEY not in caught.value.render("en")


@pytest.mark.browser
def test_a_page_asks_the_named_layer_alone_and_shifts_gcj02(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAP_KEY", KEY)
    url = "https://tiles.example.cn/road/{z}/{x}/{y}.png?tk={key}"
    shifted = Tiles(url=url, key_env="MAP_KEY", datum="gcj02", title="<b>路网</b>")
    (tmp_path / "map.html").write_text(map_html(with_tiles(road=shifted)), encoding="utf-8")
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=DOT, content_type="image/gif")

    page.route(re.compile("^https:"), answer)
    page.goto((tmp_path / "map.html").as_uri())
    page.locator("img.leaflet-tile-loaded").first.wait_for()
    assert all(re.fullmatch(rf"https://tiles\.example\.cn/road/\d+/\d+/\d+\.png\?tk={KEY}", one)
               for one in asked)  # fmt: skip
    assert page.locator("#layers b").count() == 0  # a hostile title is text
    assert "GCJ-02" in page.locator(".tiles-notes").inner_text()
    # the land's middle lies on the tile where GCJ-02 has it: some hundred metres to the south-east
    by = page.evaluate("""() => {
      const [layer] = townland.state.online;
      const { x, y } = layer.offset(18);
      return [x, y];
    }""")
    metres = np.hypot(*by) * 156543.03 * np.cos(np.radians(24.4)) / 2**18
    assert 300 < metres < 700
    stopped = page.evaluate("""() => new Promise((done) => {
      addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
      const other = new Image();
      other.src = 'https://tiles.example.cn/other/1.png';
      document.body.append(other);
    })""")
    assert stopped == "img-src"
    page.locator("#layers li.other input:checked").last.uncheck()
    assert page.locator("img.leaflet-tile").count() == 0
    context.close()
