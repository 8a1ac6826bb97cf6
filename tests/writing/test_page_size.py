"""How heavy a report's page may be, and where what finds no room in it is."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.factory_browser import CUT, chromium
from tests.factory_demo import demo_assessment
from tests.factory_pages import HOSTILE, assessment

from townland.writing.report import html, patches, picture
from townland.writing.report.content import of_town
from townland.writing.report.html import report_files, report_html

HEAVIEST = 3_000_000


def data_of(page: str) -> Any:
    island = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert island is not None
    return json.loads(island[1])


def test_the_demo_county_is_one_page_of_less_than_three_megabytes() -> None:
    files = dict(report_files(demo_assessment(), lang="en"))
    assert list(files) == ["report.html"]
    assert len(files["report.html"].encode()) < HEAVIEST == html.HEAVIEST


def test_towns_too_heavy_for_one_page_have_a_page_each(monkeypatch: pytest.MonkeyPatch) -> None:
    made = assessment(pieces=20)
    assert list(dict(report_files(made))) == ["report.html"]
    monkeypatch.setattr(html, "HEAVIEST", 1000)
    files = dict(report_files(made))
    assert list(files) == ["report/1.html", "report/2.html", "report/3.html", "report.html"]
    # there is one map of all of them
    assert 'data-beside="map.html#town=2"' in files["report.html"]
    assert 'data-beside="../map.html#town=2&amp;rule=LAND-03"' in files["report/2.html"]
    assert "文件夹map" not in files["report.html"]
    # a page of one town cannot be taken apart
    assert list(dict(report_files(assessment(towns=1, pieces=20)))) == ["report.html"]


def test_shapes_are_drawn_coarser_until_they_are_light(monkeypatch: pytest.MonkeyPatch) -> None:
    made = assessment(towns=1)
    fine = report_html(made)
    monkeypatch.setattr(picture, "MAX_DRAWN", 12_000)
    drawn = re.search(r'<svg class="shapes".*?</svg>', report_html(made), re.DOTALL)
    assert drawn is not None
    assert len(drawn[0]) < 16_000 < len(fine)


def test_patches_without_room_in_the_page_are_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    made = assessment(hostile=True)
    monkeypatch.setattr(patches, "MOST", 5)
    files = dict(report_files(made))
    measure = made.towns[1].measures["farmland_built_on"]
    listed = data_of(files["report.html"])["lists"]["t2-farmland_built_on"]
    assert (len(listed["rows"]), listed["count"]) == (5, measure.pieces)
    # the layer is named by its title, as a GIS shows it
    assert listed["layer"] == made.rulebook.measure["farmland_built_on"].title.render("zh")
    (name,) = (name for name in files if name.endswith("2-farmland_built_on.csv") or
               name == listed["file"])  # fmt: skip
    rows = list(csv.reader(io.StringIO(files[name].removeprefix("\ufeff"))))
    assert len(rows) == 1 + measure.pieces
    column = rows[0].index("图斑面积（平方米）")
    assert sorted(row[column] for row in rows[1:]) == sorted(map(str, measure.frame["area_m2"]))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert not any(hostile in name for hostile in HOSTILE for name in files)
    # a page alone names the evidence only
    assert data_of(report_html(made))["lists"]["t2-farmland_built_on"]["file"] == ""


def test_a_page_of_many_patches_has_fewer_of_each_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    made = assessment(towns=1)
    whole = data_of(report_html(made))
    monkeypatch.setattr(patches, "MOST_ROWS", 20)
    cut = data_of(report_html(made))
    assert len(whole["rows"]) > 20 >= len(cut["rows"])
    assert [each["count"] for each in whole["lists"].values()] == [
        each["count"] for each in cut["lists"].values()
    ]


def test_a_towns_page_names_what_fails_at_face_value_in_this_town_alone() -> None:
    demo = demo_assessment()  # LAND-08 of T03 does
    said = {
        code: [each.code for each in of_town(demo, demo.town(code)).notices]
        for code in ("T02", "T03")
    }
    assert said == {"T02": [], "T03": ["fails_at_face_value"]}


A4_MM, INCH_MM = (210, 297), 25.4
PIXEL_MM = INCH_MM / 96
MARGIN_MM, LETTER_PT, MOST_PAGES = 15, 9, 8

PARTED = """(wanted) => [...document.querySelectorAll(wanted)].flatMap((head) => {
  const walk = document.createTreeWalker(head, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode())
    for (const word of walk.currentNode.data.matchAll(/[^\\s,、-]+/g)) {
      const range = document.createRange();
      range.setStart(walk.currentNode, word.index);
      range.setEnd(walk.currentNode, word.index + word[0].length);
      if (range.getClientRects().length > 1) found.push(word[0]);
    }
  return found;
})"""
"""The words of elements that are broken over two lines."""


@pytest.mark.browser
def test_the_short_print_of_a_demo_town_is_eight_pages_that_one_can_read(tmp_path: Path) -> None:
    demo = demo_assessment()
    path = tmp_path / "town.html"
    path.write_text(report_html(of_town(demo, demo.town("T02")), lang="en"), encoding="utf-8")
    width = (A4_MM[0] - 2 * MARGIN_MM) / PIXEL_MM
    with chromium() as browser:
        page = browser.new_page(viewport={"width": int(width), "height": 1000})
        page.goto(path.as_uri())
        # lists of patches follow as annexes, which nobody limits
        page.evaluate("""() => {
          document.body.classList.add('print-short');
          document.getElementById('annex').hidden = true;
        }""")
        paper = page.pdf(prefer_css_page_size=True)
        assert 2 <= len(re.findall(rb"/Type ?/Page\b", paper)) <= MOST_PAGES
        boxes = {
            tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox ?\[([^]]+)\]", paper)
        }
        (box,) = boxes
        assert box == pytest.approx([mm / INCH_MM * 72 for mm in (0, 0, *A4_MM)], abs=1)
        margins = page.evaluate("""() => [...document.styleSheets[0].cssRules]
          .flatMap((rule) => rule.cssRules ? [...rule.cssRules] : [])
          .filter((rule) => rule instanceof CSSPageRule && !rule.selectorText)
          .flatMap((rule) => [...rule.style].filter((name) => /^margin-/.test(name))
            .map((name) => rule.style.getPropertyValue(name)))""")
        assert len(margins) == 4
        assert min(float(margin.removesuffix("mm")) for margin in margins) >= MARGIN_MM
        page.emulate_media(media="print")
        page.evaluate("document.body.classList.add('print-short')")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        high = page.evaluate("""() => [...document.querySelectorAll('details.finding.fail')]
          .map((each) => each.getBoundingClientRect().height)""")
        sizes = page.evaluate("""() => [...document.querySelectorAll('main *')].filter((each) =>
          [...each.childNodes].some((child) => child.nodeType === 3 && child.data.trim())
          && each.getClientRects().length && !each.closest('svg'))
          .map((each) => parseFloat(getComputedStyle(each).fontSize) * 0.75)""")
        page.evaluate("document.body.classList.remove('print-short')")
        parted = page.evaluate(PARTED, ".pieces thead th")
        ground = page.evaluate(
            "getComputedStyle(document.querySelector('.finding > summary')).breakInside"
        )
        page.evaluate("document.querySelector('h1').append(', 三江口小镇'.repeat(6))")
        broken = set()
        for wide in range(240, 420, 20):  # a title keeps a town's name in one line
            page.set_viewport_size({"width": wide, "height": 1000})
            broken |= set(page.evaluate(PARTED, "h1"))
    assert broken == set()
    assert parted == []  # “Village” was printed as “Villag” and “e”
    assert ground == "avoid"  # or the ground of a head begins on the page before its words
    assert len(high) == 8
    assert min(high) > 0
    assert max(high) * PIXEL_MM <= (A4_MM[1] - 2 * MARGIN_MM) / 2
    assert min(sizes) >= LETTER_PT


@pytest.mark.browser
def test_no_table_of_the_demo_is_cut_in_print(tmp_path: Path) -> None:
    """Net areas of Chinese lists lost their last digits: their heads were one line, and too wide."""
    path = tmp_path / "report.html"
    path.write_text(report_html(demo_assessment(), lang="zh"), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(path.as_uri())
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.set_viewport_size({"width": int((A4_MM[0] - 2 * MARGIN_MM) / PIXEL_MM), "height": 900})
        assert page.locator("table.pieces:visible").count() > 50
        assert page.evaluate(CUT) == []


@pytest.mark.browser
def test_a_print_has_no_page_behind_its_annexes_and_parts_no_head_from_its_rows(
    tmp_path: Path,
) -> None:
    path = tmp_path / "report.html"
    path.write_text(report_html(assessment(), lang="zh"), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(path.as_uri())
        page.evaluate("window.print = () => window.dispatchEvent(new Event('beforeprint'))")
        page.locator("[data-print=short]").click()
        page.emulate_media(media="print")
        # an opinion's line stays by its label, a list's head by its rows; no padding fills a page
        styles = page.evaluate("""() => {
          const style = (wanted, name) => getComputedStyle(document.querySelector(wanted))[name];
          return [style('.opinion', 'breakInside'), style('tr.sign', 'breakAfter'),
                  style('main', 'paddingBottom')];
        }""")
        assert styles == ["avoid", "avoid", "0px"]
        # a column of names in a word, not in a letter a line
        narrow = page.evaluate("""() => [...document.querySelectorAll('.lacking td:last-child')]
          .filter(cell => cell.offsetParent).map(cell => cell.offsetWidth)""")
        assert min(narrow) * PIXEL_MM > 30
        # the annexes, which lie, are the last pages
        paper = page.pdf(prefer_css_page_size=True)
        boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", paper)
        lies = [float(width) > float(height) for width, height in boxes]
        assert any(lies)
        assert lies == sorted(lies)
