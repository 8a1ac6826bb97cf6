"""Pages under axe-core's eyes, and paper under a ruler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.factory_browser import WIDE, chromium
from tests.factory_pages import assessment
from tests.writing.test_many_towns import many
from tests.writing.test_pages_in_browser import side_by_side

from townland.writing.maps.page import map_html
from townland.writing.report.html import report_files, report_html

pytestmark = pytest.mark.browser

BY_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    few = assessment(pieces=8)
    towns = dict(report_files(many([f"T{n:02}" for n in range(11)]), has_map=False))
    return {
        "report": report_html(assessment(towns=1, pieces=8)),
        "index": towns["report.html"],
        "town": towns["report/T01.html"],
        "map": map_html(few),
        "comparison": side_by_side(few, "zh"),
    }


def seen_by_axe(page: Page) -> list[str]:
    """What axe-core complains of: how grave it is, the rule, and the first place."""
    found: dict[str, Any] = Axe().run(page, options=BY_RULES).response
    return [
        f"{each['impact']} {each['id']}: {each['nodes'][0]['html']}"
        for each in found["violations"]
        if each["impact"] != "minor"
    ]


def test_axe_finds_nothing_that_hinders(
    browser: Browser, pages: Mapping[str, str], tmp_path: Path
) -> None:
    context = browser.new_context(viewport=WIDE, offline=True)
    page = context.new_page()
    for name, text in pages.items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        page.goto(path.as_uri())
        page.emulate_media(color_scheme="dark" if name == "town" else "light")
        assert seen_by_axe(page) == [], name
    context.close()
