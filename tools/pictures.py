"""Make the pictures of the READMEs from what the demo county's check writes.

``python tools/pictures.py`` writes ``docs/images`` with the Chromium of the machine: the front page of
the report, the index of many towns, a map sheet, the map. The workbook is shown as LibreOffice prints
it, by ``soffice`` and ``pdftoppm``; without them its picture stays as it is, and a line says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import rasterio
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.pages import many  # noqa: E402

import townland as tl  # noqa: E402
from townland.writing.report.html import report_files  # noqa: E402
from townland.writing.run_folder import write_run  # noqa: E402

IMAGES = ROOT / "docs" / "images"
NAMES = {"en": "{name}.png", "zh": "{name}.zh-CN.png"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TOWNS = 12
"""The towns of the index: those of the demo county, over and over."""


OPEN_SHEET = """() => {
  document.querySelectorAll('details.sheets')[1].open = true;
  // what stays in sight while one scrolls would lie on the sheet
  for (const each of document.querySelectorAll('body *')) {
    if (getComputedStyle(each).position === 'sticky') each.style.position = 'static';
  }
}"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a page: its file in the run folder, the window, a part, what is done first."""

    name: str
    page: str
    width: int
    height: int
    only: str | None = None
    before: str | None = None


SHOTS = (
    Shot("report", "report.html", 1400, 1290),
    Shot("index", "many/report.html", 1400, 1390),
    Shot("sheet", "report.html", 1400, 1500, only=".sheets[open] .sheet", before=OPEN_SHEET),
    Shot("map", "map.html", 1400, 1000),
)
WORKBOOK = ("soffice", "pdftoppm")
DOTS = 110
"""Dots an inch of the workbook's page."""


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
    with warnings.catch_warnings(), rasterio.Env(GDAL_PAM_ENABLED="NO"):
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(picture) as file:
            red, green, blue = file.read([1, 2, 3]).astype(np.int32) // 4 * 4
        colours, number, count = np.unique(
            red << 16 | green << 8 | blue, return_inverse=True, return_counts=True
        )
        parts = np.column_stack((colours >> 16, colours >> 8 & 255, colours & 255))
        palette = parts[np.argsort(-count)[:256]]
        nearest = [int(np.argmin(((palette - colour) ** 2).sum(axis=1))) for colour in parts]
        table = np.array(nearest, dtype=np.uint8)[number.reshape(red.shape)]
        height, width = table.shape
        with rasterio.open(
            target, "w", driver="PNG", width=width, height=height, count=1, dtype="uint8", zlevel=9
        ) as file:
            file.write_colormap(1, {n: (*rgb, 255) for n, rgb in enumerate(palette.tolist())})
            file.write(table, 1)


def written(made: tl.Assessment, run: Path, lang: str, formats: tuple[str, ...]) -> None:
    """Write what is shown into a run folder; the index of many towns lies in a folder of its own.

    Parameters
    ----------
    made, run, lang
        What is written, where, and in which language.
    formats
        What the run folder has.
    """
    write_run(made, run, formats=formats, lang=lang)
    *_pages, (name, index) = report_files(many(TOWNS, made), lang=lang)
    (run / "many").mkdir()
    (run / "many" / name).write_text(index, encoding="utf-8")


def shots(browser: Browser, run: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Take the pictures of the pages of a run folder, and give name and file of each."""
    for shot in SHOTS:
        tab = browser.new_page(viewport={"width": shot.width, "height": shot.height})
        tab.goto((run / shot.page).as_uri())
        tab.wait_for_load_state("networkidle")
        if shot.before:
            tab.evaluate(shot.before)
        picture = scratch / f"{shot.name}.png"
        if shot.only:
            tab.locator(shot.only).filter(visible=True).first.screenshot(path=picture)
        else:
            tab.screenshot(path=picture)
        tab.close()
        yield shot.name, picture


def workbook(run: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Print the first page of the workbook by LibreOffice; nothing where it is not installed."""
    missing = [name for name in WORKBOOK if shutil.which(name) is None]
    if missing:
        print(f"workbook: left as it is, for {' and '.join(missing)} is not on this machine")
        return
    office, printer = (str(shutil.which(name)) for name in WORKBOOK)
    profile = f"-env:UserInstallation={(scratch / 'office').as_uri()}"
    subprocess.run(  # noqa: S603 # programs of the machine, files of our own
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(scratch),
         str(run / "report.xlsx")], check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(  # noqa: S603 # programs of the machine, files of our own
        [printer, "-r", str(DOTS), "-f", "1", "-l", "1", "-png", "-singlefile",
         str(scratch / "report.pdf"), str(scratch / "workbook")], check=True, capture_output=True,
    )  # fmt: skip
    yield "workbook", scratch / "workbook.png"


def take(
    made: tl.Assessment, folder: Path, names: Mapping[str, str] = NAMES, *, office: bool = True
) -> list[str]:
    """Write a picture of each page in each language into a folder, and give the names of all.

    Parameters
    ----------
    made
        What is shown.
    folder
        Where the pictures are written.
    names
        What they are called in each language.
    office
        Whether LibreOffice is asked for the workbook's.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    taken = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as runs:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for lang, name in names.items():
            run, scratch = Path(runs) / lang, Path(runs)
            written(made, run, lang, ("html", "map", *(["xlsx"] if office else [])))
            printed = workbook(run, scratch) if office else ()
            for shown, picture in chain(shots(browser, run, scratch), printed):
                few_colours(picture, folder / name.format(name=shown))
                taken.append(name.format(name=shown))
        browser.close()
    return taken


if __name__ == "__main__":
    take(assessment(), IMAGES)
