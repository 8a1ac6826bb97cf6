"""The pages as a reader meets them: in Chromium, with the network cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests import factory_pages
from tests.factory_browser import CUT, NARROW, WIDE, chromium
from tests.factory_pages import assessment

from townland.i18n import Bilingual
from townland.results import Assessment
from townland.terms import Verdict
from townland.writing.comparison import compare
from townland.writing.comparison.page import comparison_html
from townland.writing.comparison.writing import run_names
from townland.writing.maps.page import map_html, show_map
from townland.writing.pages import figures
from townland.writing.report import patches
from townland.writing.report.assessment_json import assessment_json
from townland.writing.report.html import report_files, report_html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


LONG = (
    ("2018-10-20", "2018-10-20", Decimal(-72), "date", "review"),
    (Decimal("126.75"), Decimal("100.00"), Decimal("-26.75"), "m2_per_head", "review"),
    (Decimal("3.9344"), Decimal(10), Decimal("-6.0656"), "yi_per_km2", "fail"),
    (Decimal("108554100.00"), Decimal("0.00"), Decimal("-108554100.00"), "m2", "not_evaluated"),
    (Decimal("1500.0"), Decimal(700), Decimal("-800.0"), "wan_yuan", "fail"),
)


def with_long_figures(plain: Assessment) -> Assessment:
    """The same findings with dates, long units, long figures, and a rule with a long name."""
    findings = [
        replace(
            found, rule=f"STAGE-0{n % 5}", title=Bilingual("要求", "What is asked of the town"),
            measured=measured, limit=limit, margin=margin, unit=unit, verdict=Verdict(verdict),
        )
        for n, found in enumerate(plain.findings)
        for measured, limit, margin, unit, verdict in [LONG[n % 5]]
    ]  # fmt: skip
    return replace(plain, findings=tuple(findings))


LINES = """(wanted) => [...document.querySelectorAll(wanted)].map(
  (each) => each.getBoundingClientRect().height / parseFloat(getComputedStyle(each).lineHeight))"""
"""In how many lines each element stands."""


def with_many_rules(plain: Assessment) -> Assessment:
    """The same findings again and again under other rules: towns and rules stand in narrow columns."""
    findings = [
        replace(found, rule=f"STAGE-{again}{found.rule[-2:]}{found.rule[0]}")
        for again in range(3)
        for found in plain.findings
    ]
    return replace(plain, findings=tuple(findings))


def side_by_side(plain: Assessment, lang: str) -> str:
    """An assessment beside itself with other verdicts, and beside one with other rules."""
    other = [replace(found, verdict=Verdict.REVIEW) for found in plain.findings]
    third = [replace(found, rule=f"TC-N-{n}") for n, found in enumerate(plain.findings)]
    runs = [plain, *(replace(plain, findings=tuple(found)) for found in (other, third))]
    names = run_names(runs)
    documents = {
        name: assessment_json(one, lang=lang) for name, one in zip(names, runs, strict=True)
    }
    return comparison_html(runs, compare(documents), formats=("html", "map"), lang=lang)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    plain, hostile = assessment(), assessment(hostile=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factory_pages, "HOSTILE", tuple(letter * 300 for letter in "WMABXY"))
        unbroken = assessment(hostile=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patches, "MOST", 5)
        for name, text in report_files(plain):
            (folder / "cut" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "cut" / name).write_text(text, encoding="utf-8", newline="")
    notebook = show_map(plain, town="2")._repr_html_()
    pages = {
        "map": map_html(plain),
        "map_en": map_html(plain, lang="en"),
        "report": report_html(plain),
        "report_en": report_html(plain, lang="en"),
        "report_rules": report_html(with_many_rules(plain)),
        "report_rules_en": report_html(with_many_rules(plain), lang="en"),
        "report_long": report_html(with_long_figures(plain)),
        "report_long_en": report_html(with_long_figures(plain), lang="en"),
        "hostile_map": map_html(hostile, report_href="hostile_report.html"),
        "hostile_report": report_html(hostile, map_href="hostile_map.html"),
        "comparison": side_by_side(plain, "zh"),
        "comparison_en": side_by_side(with_long_figures(plain), "en"),
        "hostile_comparison": side_by_side(hostile, "zh"),
        "unbroken_map": map_html(unbroken),
        "unbroken_report": report_html(unbroken),
        "unbroken_comparison": side_by_side(unbroken, "zh"),
        "notebook": f"<!DOCTYPE html><html><body>{notebook}</body></html>",
    }
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


class Visit:
    """One page in a window of its own, with everything it asked for and complained of."""

    def __init__(
        self, browser: Browser, address: str, size: dict[str, int], **options: Any
    ) -> None:
        self.context = browser.new_context(viewport=size, offline=True, **options)
        self.context.set_default_timeout(6000)
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        self.page.on("dialog", lambda dialog: (self.complaints.append("dialog"), dialog.dismiss()))
        self.page.goto(address)

    def assert_clean(self) -> None:
        assert self.complaints == []
        assert [url for url in self.requests if not url.startswith("data:")] == self.requests[:1]


@pytest.fixture
def visit(browser: Browser, folder: Path) -> Iterator[Any]:
    visits: list[Visit] = []

    def go(name: str, size: dict[str, int] = WIDE, **options: Any) -> Visit:
        file, _, fragment = name.partition("#")
        address = (folder / f"{file}.html").as_uri()
        visits.append(
            Visit(browser, f"{address}#{fragment}" if fragment else address, size, **options)
        )
        return visits[-1]

    yield go
    for each in visits:
        each.context.close()


ALL = ("map", "map_en", "report", "report_en", "hostile_map", "hostile_report", "comparison",
       "comparison_en", "hostile_comparison")  # fmt: skip


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", ALL)
def test_no_request_no_error_no_sideways_scroll(
    visit: Any, name: str, size: dict[str, int]
) -> None:
    seen = visit(name, size)
    page = seen.page
    page.wait_for_timeout(150)
    # wander: press what can be pressed, hover and click the middle of the map
    for button in page.locator("button.finding, button.tile").all()[:12]:
        button.click()
    if "map" in name:
        box = page.locator(".folium-map").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.locator("#layers summary").evaluate_all("all => all.forEach(each => each.click())")
        for checkbox in page.locator("#layers input").all():
            checkbox.check()
    else:
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
    page.wait_for_timeout(100)
    for width in (size["width"], *((1280, 1920) if size is WIDE else ())):
        page.set_viewport_size({"width": width, "height": size["height"]})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
    seen.assert_clean()
    assert page.evaluate("!!document.querySelector('meta[http-equiv=Content-Security-Policy]')")


@pytest.mark.parametrize("name", ["unbroken_map", "unbroken_report", "unbroken_comparison"])
def test_words_without_a_break_widen_no_page(visit: Any, name: str) -> None:
    page = visit(name, {"width": 1280, "height": 900}).page
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("name", ["hostile_map", "hostile_report", "hostile_comparison"])
def test_hostile_names_make_no_elements(visit: Any, name: str) -> None:
    page = visit(name).page
    assert page.locator("img, body svg[onload], [onerror]").count() == 0
    assert page.locator("body", has_text="<img src=x onerror=alert(1)>").count() == 1
    assert page.evaluate("typeof x") == "undefined"


def test_the_policy_stops_what_gets_into_the_page_all_the_same(visit: Any) -> None:
    page = visit("report").page
    page.evaluate("""() => {
      window.stopped = [];
      addEventListener('securitypolicyviolation', (event) => {
        window.stopped.push(event.effectiveDirective);
      });
      const attack = '<img src="https://x.invalid/a.png" onerror="window.hit = 1">';
      document.body.insertAdjacentHTML('beforeend', attack);
    }""")
    page.wait_for_function("window.stopped.length === 2")
    assert sorted(page.evaluate("window.stopped")) == ["img-src", "script-src-attr"]
    assert page.evaluate("window.hit") is None


def test_a_tile_shows_only_its_findings(visit: Any) -> None:
    page = visit("report").page
    findings = page.locator("details.finding")
    everything = findings.count()
    for verdict in ("fail", "review", "not_evaluated", "pass", "info"):
        tile = page.locator(f".tile.{verdict}")
        tile.click()
        assert tile.get_attribute("aria-pressed") == "true"
        shown = page.locator("details.finding:visible")
        assert shown.count() == int(tile.locator("b").inner_text())
        assert {each.get_attribute("data-verdict") for each in shown.all()} <= {verdict}
    tile.click()  # the same again: all of them, the grey ones folded into what is missing
    assert page.locator("details.finding:visible").count() == everything - 3
    page.locator("details.folded > summary").evaluate_all(
        "all => all.forEach(each => each.click())"
    )
    assert page.locator("details.finding:visible").count() == everything
    page.locator(".tile.fail").focus()
    page.keyboard.press("Space")
    assert page.locator("details.finding:visible").count() == 1


def test_the_search_finds_findings_patches_and_clauses_and_hides_the_rest(visit: Any) -> None:
    page = visit("report").page
    shown = page.locator("details.finding:visible")
    # YN0003 is a patch of basic farmland, which no other rule looks at
    for wanted, rules in (("LAND-01", {"LAND-01"}), ("yn0003", {"LAND-03"}),
                          ("严禁占用", {"LAND-03"})):  # fmt: skip
        page.locator("#search").fill(wanted)
        assert {each.get_attribute("data-rule") for each in shown.all()} == rules
        for part in (".tables", "#basis", "#matrix", ".front"):
            assert page.locator(f"{part}:visible").count() == 0
    page.locator("#search").fill("")
    assert page.locator(".tables:visible").count() == 3


def test_a_list_is_whole_sorts_and_is_written_as_it_is_shown(visit: Any, tmp_path: Path) -> None:
    page = visit("report").page
    frame = assessment().towns[1].measures["farmland_built_on"].frame
    finding = page.locator("#t2-LAND-03")
    finding.locator(".whole-list").first.click()
    rows = finding.locator(".list-box tbody tr")
    assert rows.count() == len(frame)
    finding.locator(".list-box th.n .sort").first.click()  # the smallest first
    smallest = min(frame["area_m2"])
    assert rows.first.locator("td.n").first.inner_text() == f"{smallest:.2f}"
    finding.locator(".list-box input").fill("YN0000")
    with page.expect_download() as download:
        finding.locator("button.csv").click()
    download.value.save_as(tmp_path / "list.csv")
    lines = (tmp_path / "list.csv").read_text("utf-8-sig").splitlines()
    kept = [id_ for id_ in frame["permanent_basic_farmland_id"] if "YN0000" in id_]
    assert len(lines) == 1 + len(kept)
    assert "YN0000" in lines[1]


def test_a_list_that_is_cut_says_so_and_leads_to_all_of_it(visit: Any, folder: Path) -> None:
    page = visit("cut/report").page
    frame = assessment().towns[1].measures["farmland_built_on"].frame
    finding = page.locator("#t2-LAND-03")
    finding.locator(".whole-list").first.click()
    box = finding.locator(".list-box")
    assert box.locator("tbody tr").count() == 5
    assert f"最大的5个图块，共{len(frame)}个" in box.locator(".part").inner_text()
    href = box.locator("a.all-csv").get_attribute("data-beside")
    lines = (folder / "cut" / href).read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(frame)
    # the first five are those of the page, letter by letter
    shown = [row.locator("td").all_inner_texts() for row in box.locator("tbody tr").all()]
    assert [line.split(",") for line in lines[1:6]] == shown
    page.evaluate("window.print = () => window.dispatchEvent(new Event('beforeprint'))")
    page.locator("[data-print=short]").click()  # its annex says so, too
    assert page.locator(".annex-list .part").filter(has_text=href).count() == 1


def test_a_clause_is_read_in_its_article_and_an_opinion_stays(visit: Any) -> None:
    page = visit("report").page
    finding = page.locator("#t2-LAND-03")
    finding.locator(".context a").click()
    context = finding.locator(".in-context")
    assert context.inner_text().startswith("（一）严格保护耕地。")
    assert (
        context.locator("mark").inner_text()
        == "严禁占用永久基本农田，尽量少占或不占耕地，尤其是水田"
    )
    finding.locator("textarea").fill("同意")
    assert "同意" in page.locator("#t2-LAND-03").inner_html()  # what a saved page keeps


def test_the_first_failing_finding_is_near_by_keyboard_and_beside_the_map(visit: Any) -> None:
    seen = visit("report", {"width": 1280, "height": 800})
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_function("document.activeElement.closest('#t2-LAND-03')")
    places = seen.page.evaluate("""() => ['.overview', '.finding'].map((each) =>
      document.querySelector(`#t2-findings ${each}`).getBoundingClientRect().toJSON())""")
    assert abs(places[0]["top"] - places[1]["top"]) < 120
    assert places[1]["left"] > places[0]["right"]


def test_without_scripts_the_report_shows_everything(visit: Any) -> None:
    page = visit("report", java_script_enabled=False).page
    assert page.locator("details.finding:visible").count() == 15
    page.locator("details.pass summary").first.click()
    assert page.locator("details.pass blockquote").first.is_visible()


def test_the_report_follows_the_map_its_links(visit: Any) -> None:
    page = visit("report#town=2&rule=LAND-01").page
    finding = page.locator("#t2-LAND-01")
    assert finding.evaluate("each => each.open")
    assert 0 <= finding.bounding_box()["y"] < 900


@pytest.mark.parametrize("name", ["report", "report_en", "report_rules", "report_rules_en"])
def test_printing_opens_every_finding_and_clips_no_table(visit: Any, name: str) -> None:
    page = visit(name).page
    page.emulate_media(media="print")
    # A4 less its margins; where a table is wider, the browser prints the whole smaller: map sheets, too
    page.set_viewport_size({"width": 680, "height": 1000})
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.finding:not([open])").count() == 0
    assert page.evaluate(CUT) == []
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.finding:not([open])").count() > 0


@pytest.mark.parametrize("name", ["comparison", "comparison_en"])
def test_a_printed_comparison_keeps_a_verdict_in_two_lines(visit: Any, name: str) -> None:
    page = visit(name, {"width": 680, "height": 1000}).page
    page.emulate_media(media="print")
    assert page.evaluate(CUT) == []
    lines = page.evaluate(LINES, ".sides.towns .chip")
    assert lines
    assert max(lines) < 2.5


def test_a_printed_comparison_parts_no_date(visit: Any) -> None:
    page = visit("comparison_en").page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})
    values = page.locator(".sides td .soft .nowrap")
    assert values.count()
    heights = values.evaluate_all("all => all.map((each) => each.getClientRects().length)")
    assert set(heights) == {1}


def test_a_comparison_on_a_phone_says_that_its_tables_go_on(visit: Any) -> None:
    page = visit("comparison", {"width": 390, "height": 844}).page
    page.locator(".scroll.more").first.wait_for()
    wide = page.locator(".scroll.wide-one").count()
    assert wide > 0
    assert page.locator(".goes-on:visible").count() == wide
    page.set_viewport_size({"width": 1920, "height": 1000})
    page.locator(".scroll.more").first.wait_for(state="detached")
    assert page.locator(".goes-on:visible").count() == 0


def test_a_verdict_is_printed_in_one_line(visit: Any) -> None:
    page = visit("report_en", {"width": 680, "height": 1000}).page
    page.emulate_media(media="print")
    lines = page.evaluate(LINES, "summary .chip:is(.fail, .review):not(.waits, .waits *)")
    assert lines
    assert max(lines) < 1.5


def test_the_short_print_has_no_head_without_findings(visit: Any) -> None:
    page = visit("report").page
    page.emulate_media(media="print")
    page.evaluate("document.body.classList.add('print-short')")
    for town in page.locator(".town").all():
        heads = town.locator(".findings > .finding-head:visible").count()
        shown = town.locator(".findings > .finding:visible").count()
        assert bool(heads) == bool(shown)


def test_the_short_print_is_short_and_keeps_the_filter(visit: Any) -> None:
    page = visit("report").page

    def pages() -> int:
        paper = page.pdf(prefer_css_page_size=True)
        return len(re.findall(rb"/Type ?/Page\b", paper))

    whole = pages()
    page.evaluate("document.body.classList.add('print-sheets')")
    assert pages() == 3  # a map sheet a town, and nothing else
    page.evaluate("document.body.className = 'print-short'")
    page.locator(".tile.fail").click()
    page.evaluate("window.print = () => window.dispatchEvent(new Event('beforeprint'))")
    page.locator("[data-print=short]").evaluate("button => button.click()")
    # one finding fails; its patches follow as an annex, whole; nothing that was filtered out came back
    page.emulate_media(media="print")
    assert page.locator("details.finding:visible").count() == 1
    assert page.locator(".annex-list:visible").count() == 1
    assert page.locator(".annex-list tbody tr").count() == 12
    assert page.locator(".annex-list thead th").count() > 3
    assert page.locator(".annex-list thead button").count() == 0  # or no page repeats the head
    assert "附件1：石门镇" in page.locator(".annex-list h3").inner_text()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".annex-list").count() == 0
    page.locator(".tile.fail").evaluate("tile => tile.click()")
    page.evaluate("document.body.classList.add('print-short')")
    # three towns: a first page, what needs review, a table; and the annexes
    assert pages() < whole
    sizes = page.evaluate("""() => [...document.querySelectorAll('main *')].filter((each) =>
      [...each.childNodes].some((child) => child.nodeType === 3 && child.data.trim())
      && each.getClientRects().length && !each.closest('svg'))
      .map((each) => parseFloat(getComputedStyle(each).fontSize) * 0.75)""")
    assert min(sizes) >= 9


CLASHES = """() => {
  const clashes = [];
  for (const summary of document.querySelectorAll('summary')) {
    const line = summary.getBoundingClientRect();
    const parts = [...summary.children].filter((each) => each.getClientRects().length)
      .map((each) => {
        const range = document.createRange();
        range.selectNodeContents(each);
        return range.getBoundingClientRect();
      });
    parts.forEach((a, i) => parts.slice(i + 1).forEach((b) => {
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 1 && y > 1) clashes.push(summary.innerText);
    }));
    if (parts.some((a) => a.right > line.right + 1)) clashes.push(summary.innerText);
  }
  return clashes;
}"""
"""The findings of which a cell of the line meets its neighbour or leaves the line."""


@pytest.mark.parametrize("name", ["report_en", "report_long", "report_long_en"])
def test_no_figure_of_a_finding_is_cut_or_overlaps(visit: Any, name: str) -> None:
    page = visit(name).page
    for width in (1400, 1341, 1340, 801, 390):
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(CLASHES) == [], width


def finding_button(page: Page, rule: str) -> Any:
    return page.locator("button.finding", has_text=rule)


def test_a_finding_leads_to_its_place_on_the_map(visit: Any) -> None:
    page = visit("map").page
    page.locator("#town").select_option(label="茶山镇")
    assert not page.evaluate(
        "townland.state.map.hasLayer(townland.layers.get('measure:paddy_taken').group)"
    )
    finding_button(page, "LAND-05").click()
    page.wait_for_timeout(600)
    assert finding_button(page, "LAND-05").get_attribute("aria-expanded") == "true"
    state = page.evaluate("""() => {
      const layer = townland.layers.get('measure:paddy_taken');
      const bounds = L.latLngBounds([]);
      layer.features.filter((f) => f.town === 2).forEach((f) => bounds.extend(f.bounds));
      return {
        on: townland.state.map.hasLayer(layer.group), ticked: layer.box.checked,
        inside: townland.state.map.getBounds().contains(bounds),
        numbers: document.querySelectorAll('.badge').length,
      };
    }""")
    assert state == {"on": True, "ticked": True, "inside": True, "numbers": 9}
    assert "LAND-05" in page.locator("#status").inner_text()
    assert "rule=LAND-05" in page.url


def test_the_map_follows_its_address(visit: Any) -> None:
    page = visit("map#town=3&rule=LAND-05").page
    assert page.locator("#town-name").inner_text() == "茶山镇"
    assert finding_button(page, "LAND-05").get_attribute("aria-expanded") == "true"
    page.evaluate("location.hash = 'town=2&rule=LAND-03'")
    page.wait_for_timeout(300)
    assert page.locator("#town-name").inner_text() == "石门镇"
    assert finding_button(page, "LAND-03").get_attribute("aria-expanded") == "true"


def test_a_tooltip_states_the_area_of_the_piece_under_the_pointer(visit: Any) -> None:
    page = visit("map_en#town=2&rule=LAND-03").page
    page.wait_for_timeout(500)
    frame = assessment().towns[1].measures["farmland_built_on"].frame
    largest = frame.sort_values("area_m2", ascending=False, kind="stable").iloc[0]
    spot = page.evaluate("""() => {
      // what the boundary encloses lies over it
      townland.state.map.removeLayer(townland.layers.get('measure:farmland_enclosed').group);
      const piece = townland.layers.get('measure:farmland_built_on').features[0];
      const [lng, lat] = piece.spot.map((value) => value / 1e7);
      const point = townland.state.map.latLngToContainerPoint([lat, lng]);
      const box = townland.state.map.getContainer().getBoundingClientRect();
      return [box.left + point.x + 16, box.top + point.y, lat, lng];
    }""")
    page.mouse.move(*spot[:2])
    page.wait_for_timeout(200)
    m2, ha, mu = (part.render("en") for part in figures.area_in_three(largest["area_m2"]))
    words = page.locator(".leaflet-tooltip").inner_text()
    assert f"{m2} · {ha} · {mu}" in words
    assert f"{largest['planned_use_id']} ∩ {largest['permanent_basic_farmland_id']}" in words
    # the number of another piece may lie under the pointer, so the map itself is asked at the place
    page.evaluate(
        "([, , lat, lng]) => { townland.state.map.fire('click', { latlng: L.latLng(lat, lng) }); }",
        spot,
    )
    popup = page.locator(".leaflet-popup-content").inner_text()
    assert popup.index(m2) < popup.index("Land survey")  # all that lies there, evidence first
    page.wait_for_timeout(400)  # Leaflet lets it fade
    assert page.locator(".leaflet-tooltip").count() == 0


def test_words_of_the_map_go_by_the_number_before_them(visit: Any) -> None:
    page = visit("map_en").page
    said = page.evaluate("[0, 1, 2].map((n) => townland.sentence(townland.words.pieces, { n }))")
    assert said == ["0 pieces", "1 piece", "2 pieces"]


def test_layers_are_switched_by_keyboard(visit: Any) -> None:
    page = visit("map").page
    box = page.locator("#layers li.land input")
    box.focus()
    page.keyboard.press("Space")
    assert not page.evaluate("townland.state.map.hasLayer(townland.layers.get('land').group)")
    page.keyboard.press("Space")
    assert page.evaluate("townland.state.map.hasLayer(townland.layers.get('land').group)")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_legend_and_the_controls_keep_clear_of_the_map_and_of_one_another(
    visit: Any, size: dict[str, int]
) -> None:
    page = visit("map", size).page
    boxes = {
        name: page.locator(name).first.bounding_box()
        for name in (".folium-map", ".panel", ".bar", ".leaflet-control-zoom", ".whole", ".north",
                     ".leaflet-control-scale", ".leaflet-control-attribution")
    }  # fmt: skip

    def overlap(a: str, b: str) -> bool:
        one, other = boxes[a], boxes[b]
        x = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
        y = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
        return x > 1 and y > 1

    names = list(boxes)
    on_map = set(names[3:])
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            if not (a == ".folium-map" and b in on_map):
                assert not overlap(a, b), (a, b)
    # the whole town is in view from the start
    assert page.evaluate(
        "townland.state.map.getBounds().contains(townland.data.towns[townland.state.town].bounds)"
    )


def test_the_panel_closes_and_the_map_takes_its_room(visit: Any) -> None:
    page = visit("map").page
    width = page.locator(".folium-map").bounding_box()["width"]
    toggle = page.locator("#toggle-panel")
    toggle.click()
    assert toggle.get_attribute("aria-expanded") == "false"
    assert page.locator(".folium-map").bounding_box()["width"] > width + 300


def test_the_map_shows_itself_inside_a_notebook(visit: Any) -> None:
    seen = visit("notebook")
    frame = seen.page.frame_locator("iframe")
    frame.locator(".badge").first.wait_for()
    frame.locator("button.finding").nth(1).click()
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith(("data:", "about:"))] == (
        seen.requests[:1]
    )


def test_both_languages_show_the_same_numbers(visit: Any) -> None:
    for names in (("map", "map_en"), ("report", "report_en")):
        ours, theirs = (
            set(re.findall(r"\d+(?:\.\d+)?", visit(name).page.locator("body").inner_text()))
            for name in names
        )
        assert ours == theirs
