"""A table wider than the page shows that it goes on: on screen, in the dark, and never on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.factory_pages import assessment
from tests.writing.test_many_towns import many
from tests.writing.test_pages_in_browser import NARROW, WIDE, Visit
from tests.writing.test_pages_in_browser import browser as browser

from townland.writing.report.html import report_files, report_html

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


def test_names_and_rules_keep_their_words_together_on_a_phone(browser: Any, tmp_path: Path) -> None:
    """Names of towns were broken after each second sign, rules and rulebooks after each third."""
    for name, text in report_files(many([f"T{n}" for n in range(11)])):
        if name == "report.html":
            (tmp_path / name).write_text(text, encoding="utf-8")
    visit = Visit(browser, (tmp_path / "report.html").as_uri(), NARROW)
    letter = visit.page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('#matrix td')).fontSize)"
    )
    names = visit.page.locator("#matrix tbody th")
    assert min(each.bounding_box()["width"] for each in names.all()) > 6.9 * letter
    # a file's name and hash were broken after every seventh sign
    files = visit.page.locator(".inputs td.file").all()
    assert min(each.bounding_box()["width"] for each in files) > 14 * letter
    # the map of all towns is wider than the phone: its names can be read, and it is moved aside
    text = visit.page.locator(".names text").first.bounding_box()
    assert text["height"] > 8
    assert visit.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    visit.context.close()
