"""How fast is a map of 50,000 pieces there, beside Folium's own page of the same pieces?

    python benchmarks/map.py [--pieces 50000] [--runs 5] [--corners 16]

A town with so many pieces is written as `map.html`, and its pieces, simplified alike, as a page of
Folium's own: `folium.GeoJson` on a map with `prefer_canvas`, its scripts inlined, so that neither
fetches anything. A headless Chromium opens both from disk in turns; the clock is each page's own, from
navigation until the pixels of its last canvas can be read. Then hover, click and search must reach
each of 1,000 pieces drawn at random, and pans and zooms are timed. See README.md beside this.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from county import CRS, county
from tests.factory_pages import CLASSES, assessment, frame_of

from townland.geodesy.crs import to_lonlat
from townland.results import Assessment
from townland.writing.maps import packing
from townland.writing.maps.page import TownMap, map_html
from townland.writing.pages.page import OfflineFigure

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOW = {"width": 1400, "height": 1000}
DRAWN = """() => new Promise((done) => requestAnimationFrame(() => {
  // what is drawn is drawn when its pixels can be read
  for (const canvas of document.querySelectorAll('.folium-map canvas')) {
    if (canvas.width) canvas.getContext('2d').getImageData(0, 0, 1, 1);
  }
  done(performance.now());
}))"""
WATCH = f"addEventListener('load', () => {{ window.drawn = ({DRAWN})(); }});"


def parcels(count: int, corners: int) -> gpd.GeoDataFrame:
    """So many parcels that share their edges, of about so many corners each."""
    land = county(count, corners=(max(1, corners // 4 - 1), corners // 4 + 2))
    kinds = {code: (name, three) for code, name, three in CLASSES}
    known = [kinds.get(code, ("河流水面", "未利用地")) for code in land["DLBM"]]
    frame = frame_of(
        land.geometry.to_numpy(), "land_use", land["DLBM"].tolist(), [name for name, _ in known],
        [three for _, three in known], land["BSM"].tolist(),
    )  # fmt: skip
    places = np.array(["示例村", "板栗村", "大洲村"])[np.arange(len(frame)) % 3]
    return frame.assign(village=places, owner="collective")


def town_of(land: gpd.GeoDataFrame) -> Assessment:
    """An assessment of one town that these parcels fill."""
    made = assessment(towns=1)
    boundary = shapely.union_all(land.geometry.to_numpy())
    boundary = shapely.Polygon(boundary.exterior)
    result = made.towns[0]
    town = replace(result.town, boundary=boundary)
    return replace(made, towns=(replace(result, town=town, land=land),), repairs=())


def folium_html(land: gpd.GeoDataFrame, tolerance_m: float) -> str:
    """Folium's own canvas page of the parcels, drawn as simply as ours, its scripts inlined."""
    shapes = packing.simplified(land.geometry.to_numpy(), tolerance_m, land.crs)
    lonlat = shapely.set_precision(to_lonlat(shapes, land.crs), 0)
    west, south, east, north = shapely.total_bounds(lonlat)
    page = folium.Map(tiles=None, prefer_canvas=True)
    page.default_js, page.default_css = TownMap.default_js, TownMap.default_css[:1]
    shown = gpd.GeoDataFrame(
        {"name": land["class_name"], "id": land["land_use_id"]}, geometry=lonlat, crs=4326
    )
    style = {"color": "#fff", "weight": 0.8, "fillColor": "#bfe3c3", "fillOpacity": 1}
    folium.GeoJson(json.loads(shown.to_json()), style_function=lambda _each: style).add_to(page)
    page.fit_bounds([[south, west], [north, east]])
    OfflineFigure(lang="en", title="folium").add_child(page)
    html: str = page.get_root().render()
    return html.replace(
        "</style>", "html,body,.folium-map{width:100%;height:100%;margin:0}</style>", 1
    )


def opened(browser: Browser, path: Path) -> tuple[Page, float]:
    """Open a page from disk, and give it with its own milliseconds until all is drawn."""
    page = browser.new_page(viewport=WINDOW)
    page.add_init_script(WATCH)
    page.goto(path.as_uri(), timeout=300_000)
    return page, float(page.evaluate("window.drawn"))


def reached(page: Page, count: int) -> dict[str, int]:
    """How many of pieces drawn at random hover, click and search reach."""
    total = page.evaluate("townland.layers.get('land').features.length")
    chosen = random.Random(5).sample(range(total), min(count, total))
    found: dict[str, int] = page.evaluate(
        """async (chosen) => {
          const { map } = townland.state;
          const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          const found = { hover: 0, click: 0, search: 0 };
          for (const n of chosen) {
            const piece = townland.layers.get('land').features[n];
            if (townland.search(piece.id)[0] === piece) found.search += 1;
            const latlng = townland.spotOf(piece);
            map.closePopup();
            map.setView(latlng, 16, { animate: false });
            map.fire('mousemove', { latlng });
            await frame();
            const tip = document.querySelector('.leaflet-tooltip');
            if (tip && tip.textContent.includes(piece.id)) found.hover += 1;
            map.fire('click', { latlng });
            const popup = document.querySelector('.leaflet-popup:last-child .leaflet-popup-content');
            if (popup && popup.textContent.includes(piece.id)) found.click += 1;
          }
          return found;
        }""",
        chosen,
    )
    return found


def redrawn(page: Page) -> dict[str, float]:
    """The milliseconds of the slowest of some pans and zooms, until the pixels can be read."""
    slowest: dict[str, float] = page.evaluate(
        """() => {
          const { map } = townland.state;
          const read = () => document.querySelectorAll('.folium-map canvas').forEach((canvas) => {
            if (canvas.width) canvas.getContext('2d').getImageData(0, 0, 1, 1);
          });
          const timed = (act) => {
            const before = performance.now();
            act();
            read();
            return performance.now() - before;
          };
          const all = { pan: [], zoom: [] };
          map.setView(map.getCenter(), map.getMinZoom() + 1, { animate: false });
          for (let n = 0; n < 6; n += 1) {
            all.pan.push(timed(() => map.panBy([n % 2 ? 150 : -150, 40], { animate: false })));
          }
          for (let zoom = map.getMinZoom(); zoom <= map.getMaxZoom(); zoom += 1) {
            all.zoom.push(timed(() => map.setZoom(zoom, { animate: false })));
          }
          return { pan: Math.max(...all.pan), zoom: Math.max(...all.zoom) };
        }"""
    )
    return slowest


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pieces", type=int, default=50_000)
    parser.add_argument("--corners", type=int, default=16, help="corners of a piece")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folium-runs", type=int)
    parser.add_argument("--keep", type=Path, help="a folder for the pages")
    args = parser.parse_args()
    land = parcels(args.pieces, args.corners)
    made = town_of(land)
    tolerance = packing.tolerance_m([(land.geometry.to_numpy(), land.crs)])
    corners = shapely.get_num_coordinates(land.geometry.to_numpy()).mean()
    print(f"{len(land):,} pieces of {corners:.1f} corners, {CRS}; drawn within {tolerance:g} m")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        pages = {"townland": folder / "map.html", "folium": folder / "folium.html"}
        pages["townland"].write_text(map_html(made), encoding="utf-8")
        pages["folium"].write_text(folium_html(land, tolerance), encoding="utf-8")
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        times: dict[str, list[float]] = {name: [] for name in pages}
        for run in range(args.runs):
            for name, path in pages.items():
                if name == "folium" and run >= (args.folium_runs or args.runs):
                    continue
                page, ms = opened(browser, path)
                times[name].append(ms)
                if run < args.runs - 1 or name == "folium":
                    page.close()
                else:
                    last: Any = page
        for name, path in pages.items():
            size = path.stat().st_size / 1e6
            each = ", ".join(f"{ms / 1000:.2f}" for ms in times[name])
            print(f"{name}: {statistics.median(times[name]) / 1000:.2f} s ({each}), {size:.1f} MB")
        print("reached of 1,000:", reached(last, 1000))
        print("slowest, ms:", {name: round(ms) for name, ms in redrawn(last).items()})
        browser.close()


if __name__ == "__main__":
    main()
