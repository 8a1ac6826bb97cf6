"""Make the pictures of the READMEs from the pages of the demo county.

``python tools/pictures.py`` writes ``docs/images``, with the Chromium of the machine.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import rasterio
from playwright.sync_api import sync_playwright

import townland as tl
from townland.writing.run_folder import write_run

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
SIZES = {"report": (1400, 1290), "map": (1400, 1000)}
NAMES = {"en": "{page}.png", "zh": "{page}.zh-CN.png"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def assessment() -> tl.Assessment:
    """The check of the demo county."""
    os.chdir(ROOT)  # the pages name files as they were typed
    layers = Path("layers")
    towns = tl.read_towns(layers / "sample/towns.gpkg", code_column="code", name_column="name")
    files = sorted((layers / "sample/dossiers").glob("*.toml"))
    dossiers = [dossier for path in files for dossier in tl.load_dossiers(path)]
    catalog, law = tl.load_catalog(layers / "catalog.toml"), tl.load_rulebook("liuzhou-2018")
    return tl.check(tl.match_dossiers(towns, dossiers), catalog, law, on="2018-12-31")


def few_colours(picture: Path, target: Path) -> None:
    """Write a picture with the 256 colours that it shows most, which makes it light."""
    with rasterio.open(picture) as file:
        pixels = np.moveaxis(file.read([1, 2, 3]), 0, -1)
    colours, number, count = np.unique(
        (pixels.reshape(-1, 3) // 4) * 4, axis=0, return_inverse=True, return_counts=True
    )
    palette = colours[np.argsort(-count)[:256]].astype(int)
    nearest = [int(np.argmin(((palette - colour) ** 2).sum(axis=1))) for colour in colours]
    table = np.array(nearest, dtype=np.uint8)[number.ravel()].reshape(pixels.shape[:2])
    height, width = table.shape
    with warnings.catch_warnings(), rasterio.Env(GDAL_PAM_ENABLED="NO"):
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            target, "w", driver="PNG", width=width, height=height, count=1, dtype="uint8", zlevel=9
        ) as file:
            file.write_colormap(1, {n: (*rgb, 255) for n, rgb in enumerate(palette.tolist())})
            file.write(table, 1)


def take(made: tl.Assessment, folder: Path) -> None:
    """Write a picture of each page in each language into a folder."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as runs:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for lang, name in NAMES.items():
            run = Path(runs) / lang
            write_run(made, run, formats=("html", "map"), lang=lang)
            for page, (width, height) in SIZES.items():
                tab = browser.new_page(viewport={"width": width, "height": height})
                tab.goto((run / f"{page}.html").as_uri())
                tab.wait_for_load_state("networkidle")
                picture = Path(runs) / f"{page}.png"
                tab.screenshot(path=picture)
                few_colours(picture, folder / name.format(page=page))
        browser.close()


if __name__ == "__main__":
    take(assessment(), IMAGES)
