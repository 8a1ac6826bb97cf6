"""A table wider than the page shows that it goes on: on screen, in the dark, and never on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.factory_pages import assessment
from tests.writing.test_pages_in_browser import NARROW, WIDE, Visit
from tests.writing.test_pages_in_browser import browser as browser

from townland.writing.report.html import report_html

pytestmark = pytest.mark.browser

SEEN = """() => {
  const box = document.querySelector('#matrix .scroll');
  const name = box.querySelector('tbody th').getBoundingClientRect();
  return {
    wide: box.scrollWidth > box.clientWidth,
    faded: getComputedStyle(box).maskImage !== 'none',
    said: getComputedStyle(document.querySelector('#matrix .goes-on')).display !== 'none',
    name: Math.round(name.left - box.getBoundingClientRect().left),
  };
}"""


def test_the_matrix_fades_where_it_goes_on_and_says_so(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(report_html(assessment()), encoding="utf-8")
    visit = Visit(browser, path.as_uri(), WIDE)
    page = visit.page
    assert page.evaluate(SEEN) == {"wide": False, "faded": False, "said": False, "name": 0}
    page.set_viewport_size({**NARROW, "width": 300})
    page.locator("#matrix .scroll.more").wait_for()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(SEEN) == {"wide": True, "faded": True, "said": True, "name": 0}
    page.evaluate("document.querySelector('#matrix .scroll').scrollLeft = 1e4")
    page.locator("#matrix .scroll.moved:not(.more)").wait_for()
    # at its end it fades no more, and the names of towns have stayed
    assert page.evaluate(SEEN) == {"wide": True, "faded": False, "said": True, "name": 0}
    page.evaluate("document.querySelector('#matrix .scroll').scrollLeft = 0")
    page.locator("#matrix .scroll.more").wait_for()
    page.emulate_media(media="print")
    printed = page.evaluate(SEEN)
    assert (printed["faded"], printed["said"]) == (False, False)
    visit.assert_clean()
    visit.context.close()
