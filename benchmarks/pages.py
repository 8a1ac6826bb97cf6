"""Fifty towns as pages: how heavy they are, and how soon the index is there, by the page's own clock.

    python -m benchmarks.pages [--towns 50] [--out FOLDER]

The towns are those of the demo county, over and over, each copy shifted to a place of its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely
from playwright.sync_api import sync_playwright
from shapely import affinity
from tests.factory_demo import demo_assessment

from townland.measuring.areas import Measure
from townland.results import Assessment
from townland.writing.maps.page import map_files
from townland.writing.report.html import report_files

MB = 1_000_000
REPORT_MB, MAP_MB, INDEX_S = 3, 10, 2
APART_M = 12_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

OPENED = """() => {
  const seen = performance.getEntriesByType('navigation')[0];
  const painted = performance.getEntriesByName('first-contentful-paint')[0];
  return {
    painted: painted ? painted.startTime / 1000 : null,
    ready: seen.domContentLoadedEventEnd / 1000,
    loaded: seen.loadEventEnd / 1000,
  };
}"""


def many(towns: int, demo: Assessment) -> Assessment:
    """The demo county's towns until there are so many; each copy has its code and its place."""
    results, findings = [], []
    for n in range(towns):
        model = demo.towns[n % len(demo.towns)]
        code = f"{model.town.code}-{n + 1:02}"
        east, north = n // 4 % 6 * APART_M, n // 24 * APART_M
        boundary = affinity.translate(model.town.boundary, east, north)
        town = replace(model.town, code=code, name=f"{model.town.name}{n + 1}", boundary=boundary)
        land = {
            name: frame.set_geometry(frame.geometry.translate(east, north))
            for name in ("land", "planned")
            if (frame := getattr(model, name)) is not None
        }
        measures = {
            name: replace(
                measure, table=replace(measure.table, geometry=shifted(measure, east, north))
            )
            for name, measure in model.measures.items()
        }
        results.append(replace(model, town=town, measures=measures, **land))
        findings += [
            replace(each, town=code) for each in demo.findings if each.town == model.town.code
        ]
    return replace(demo, towns=tuple(results), findings=tuple(findings))


def shifted(measure: Measure, east: float, north: float) -> np.ndarray:
    """The polygons of a measure, shifted."""
    by = np.array([east, north])
    return shapely.transform(measure.table.geometry, lambda points: points + by)


def written(made: Assessment, out: Path) -> Iterator[tuple[str, int]]:
    """Write reports and maps, and give the size of each."""
    for files in (report_files(made), map_files(made)):
        for name, text in files:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            yield name, (out / name).write_text(text, encoding="utf-8")


def clock(pages: list[Path]) -> dict[str, dict[str, float]]:
    """Open pages, and read from each when it was painted and loaded, in seconds."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        times = {}
        for path in pages:
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            page.goto(path.as_uri())
            page.wait_for_timeout(300)
            times[f"{path.parent.name}/{path.name}"] = page.evaluate(OPENED)
            page.close()
        browser.close()
    return times


def main() -> None:
    """Write, weigh, open."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--towns", type=int, default=50)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    out = asked.out or Path(tempfile.mkdtemp(prefix="townland-pages-"))
    for _name, _size in written(many(asked.towns, demo_assessment()), out):
        pass
    sizes = {path: path.stat().st_size / MB for path in out.rglob("*.html")}
    heaviest = {
        kind: max((size, path.name) for path, size in sizes.items() if path.parent.name == kind)
        for kind in ("report", "map")
    }
    index = out / "report.html"
    town = out / "report" / heaviest["report"][1]
    times = clock([index, out / "map.html", town, out / "map" / heaviest["map"][1]])
    print(json.dumps({
        "towns": asked.towns,
        "index_mb": round(sizes[index], 3),
        "map_index_mb": round(sizes[out / "map.html"], 3),
        "heaviest_report_mb": round(heaviest["report"][0], 3),
        "heaviest_map_mb": round(heaviest["map"][0], 3),
        "seconds": times,
        "within": sizes[index] <= REPORT_MB and heaviest["report"][0] <= REPORT_MB
        and heaviest["map"][0] <= MAP_MB
        and next(iter(times.values()))["loaded"] < INDEX_S,
    }, indent=2, ensure_ascii=False))  # fmt: skip


if __name__ == "__main__":
    main()
