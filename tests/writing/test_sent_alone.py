"""A page that was sent alone has no dead link, and one in its folder leads to its neighbours."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.factory_pages import assessment
from tests.writing.test_pages_in_browser import WIDE, Visit
from tests.writing.test_pages_in_browser import browser as browser

from townland.writing.maps.page import map_files
from townland.writing.report import patches
from townland.writing.report.html import report_files

pytestmark = pytest.mark.browser

TOLD = "was not found beside this page"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report whose longer lists lie in files, and its map."""
    folder = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(patches, "MOST", 5)
        made = assessment()
        for name, text in [*report_files(made, lang="en"), *map_files(made, lang="en")]:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture(params=["report", "map"])
def alone(request: Any, run: Path, tmp_path: Path, browser: Any) -> Iterator[Visit]:
    """A page of the folder, copied out of it."""
    shutil.copy(run / f"{request.param}.html", tmp_path)
    visit = Visit(browser, (tmp_path / f"{request.param}.html").as_uri(), WIDE)
    yield visit
    assert visit.complaints == []
    visit.context.close()


def test_what_was_sent_alone_has_no_dead_link_and_says_what_is_missing(alone: Visit) -> None:
    page, address = alone.page, alone.page.url.partition("#")[0]
    if page.locator(".whole-list").count():
        page.evaluate("""() => {
          document.querySelectorAll('details').forEach((each) => { each.open = true; });
          document.querySelectorAll('.whole-list').forEach((each) => each.click());
        }""")
        assert page.locator("a.all-csv").count()
    links = page.evaluate("[...document.querySelectorAll('a[href]')].map((each) => each.href)")
    assert {link.partition("#")[0] for link in links} <= {address}
    assert {url.partition("#")[0] for url in alone.requests} - {address} <= {"about:blank"}
    for link in ("a.all-csv", ".disclaimer [data-beside], header [data-beside]"):
        for first in page.locator(link).all()[:1]:
            file = unquote(first.get_attribute("data-beside")).partition("#")[0]
            first.click()
            page.locator("#absent").filter(has_text=f"{file} {TOLD}").wait_for()
            assert page.url.partition("#")[0] == address
    assert page.locator("iframe").count() == 0


def test_in_its_folder_a_page_leads_to_its_neighbours(run: Path, browser: Any) -> None:
    visit = Visit(browser, (run / "report.html").as_uri(), WIDE)
    page = visit.page
    finding = page.locator("details.finding", has=page.locator("[data-beside]")).first
    finding.evaluate("each => { each.open = true; }")
    link = finding.locator("[data-beside]").first
    wanted = link.get_attribute("data-beside")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{wanted}*")
    page.locator("a[data-report]").click()
    page.wait_for_url("**/report.html")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.locator(".whole-list").first.click()
    with page.expect_download() as saved:
        page.locator("a.all-csv").first.click()
    assert re.fullmatch(r"\w+-\w+\.csv", saved.value.suggested_filename)
    assert visit.complaints == []
    visit.context.close()
