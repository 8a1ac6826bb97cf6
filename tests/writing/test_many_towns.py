"""More than ten towns: an index, a page and a map for each."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import shapely
from shapely import affinity
from tests.factory_browser import chromium
from tests.factory_pages import assessment

from townland.output.manifest import MANIFEST
from townland.results import Assessment
from townland.writing.maps.page import map_files
from townland.writing.pages import look
from townland.writing.pages.town_files import town_files
from townland.writing.report.html import report_files
from townland.writing.run_folder import write_run

CODES = ["T01", "t01", "../../etc/passwd", "con", "石门镇", "a/b", "a b", "<img src=x>", "%2e%2e",
         "x" * 300, "T09"]  # fmt: skip


class Links(HTMLParser):
    """The links of a page, and the ids in it."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or given.get("data-beside") or "")
        self.ids.add(given.get("id") or "")


def links_of(text: str) -> Links:
    links = Links()
    links.feed(text)
    return links


def many(codes: list[str]) -> Assessment:
    """Towns with these codes, side by side; each has the shapes and findings of the second."""
    model = assessment(towns=2, pieces=12)
    base, found = model.towns[1], [f for f in model.findings if f.town == "2"]
    towns, findings = [], []
    for n, code in enumerate(codes):
        boundary = affinity.translate(base.town.boundary, 4000 * n)
        town = replace(base.town, code=code, name=f"镇{n}", boundary=boundary)
        towns.append(replace(base, town=town))
        findings += [replace(each, town=code) for each in found]
    return replace(model, towns=tuple(towns), findings=tuple(findings))


@pytest.fixture(scope="module")
def made() -> Assessment:
    return many(CODES)


@pytest.fixture(scope="module")
def pages(made: Assessment) -> dict[str, str]:
    return {**dict(report_files(made)), **dict(map_files(made))}


def test_file_names_are_safe_and_no_two_are_one_on_any_file_system() -> None:
    names = town_files(CODES)
    assert len({name.casefold() for name in names}) == len(CODES)
    for name in names:
        assert re.fullmatch(r"[\w-]+\.html", name)
        assert len(name.encode()) < 255
    assert names[:4] == ["T01.html", "t01-2.html", "_etc_passwd.html", "_con.html"]
    # the number that sets one apart is no other town's own code
    assert len(set(town_files(["a", "A", "a-2", "A-2"]))) == 4
    # an accent as one character or as two is one name on some file systems
    assert len({n.casefold() for n in town_files(["é", "e\u0301"])}) == 2


def test_eleven_towns_are_an_index_and_a_page_and_a_map_each(pages: dict[str, str]) -> None:
    assert len([name for name in pages if name.startswith("report/")]) == len(CODES)
    assert len([name for name in pages if name.startswith("map/")]) == len(CODES)
    assert set(dict(report_files(many(CODES[:10])))) == {"report.html"}


def test_every_link_leads_to_a_page_and_a_place_that_are_there(pages: dict[str, str]) -> None:
    read = {name: links_of(text) for name, text in pages.items()}
    for name, page in read.items():
        if name.startswith("map"):
            continue  # its links are those of its script, which the browser's test follows
        for link in page.links:
            path, _hash, place = link.partition("#")
            folder = Path(name).parent
            target = (folder / unquote(path)).as_posix() if path else name
            target = target.replace("report/../", "")
            assert target in pages, link
            if place and "=" not in place and target.startswith("report"):
                assert unquote(place) in read[target].ids, link
    index = read["report.html"].links
    for name in pages:
        assert name.startswith("map") or name == "report.html" or name in map(unquote, index)


def test_the_index_has_titles_verdicts_and_where_the_pages_are(pages: dict[str, str]) -> None:
    index = pages["report.html"]
    assert '<th scope="col" title="严禁占用永久基本农田">' in index
    assert index.count('class="place-of fail"') == len(CODES)
    assert "report 文件夹" in index
    assert len(index.encode()) < 300_000
    assert "<img" not in index


def test_the_map_of_all_has_outlines_and_no_pieces(pages: dict[str, str]) -> None:
    island = re.search(r'id="data">(.*?)</script>', pages["map.html"], re.DOTALL)
    assert island is not None
    data = json.loads(island[1])
    assert [layer["key"] for layer in data["layers"]] == ["towns"]
    assert f"<h1>用地合规地图 · {len(CODES)} 个小镇</h1>" in pages["map.html"]
    assert [unquote(town["map"]) for town in data["towns"]] == [
        f"map/{n}" for n in town_files(CODES)
    ]
    one = pages["map/T01.html"]
    assert 'data-beside="../report/T01.html"' in one
    assert "farmland_built_on" in one


def test_the_run_folder_knows_the_pages_as_its_own(made: Assessment, tmp_path: Path) -> None:
    few = replace(made, towns=made.towns[:2], findings=made.findings[:5])
    with pytest.MonkeyPatch.context() as patch:
        for room in ("report.html", "maps.page"):
            patch.setattr(f"townland.writing.{room}.MANY", 1)
        patch.setattr(
            "townland.writing.report.assessment_json.assessment_json", lambda *_, **__: {}
        )
        run = write_run(few, tmp_path / "run", formats=("html", "map"))
        names = json.loads((run / MANIFEST).read_text("utf-8"))["files"]
        assert {"report/T01.html", "report/t01-2.html", "map/T01.html"} <= set(names)
        write_run(few, run, formats=("html",))
    assert not (run / "map").exists()
    assert not links_of((run / "report.html").read_text("utf-8")).links[0].startswith("map")


def test_every_name_of_the_index_stands_clear_of_names_and_of_other_towns() -> None:
    """Names above their towns hid a neighbour's, which was left out, or lay on the neighbour."""
    made = many([f"T{n}" for n in range(12)])
    towns = []
    for n, each in enumerate(made.towns):
        # a row of towns, close to one another
        boundary = affinity.translate(each.town.boundary, -1900 * n)
        towns.append(replace(each, town=replace(each.town, name="山水特色小镇", boundary=boundary)))
    page = dict(report_files(replace(made, towns=tuple(towns))))["report.html"]
    assert page.count("× 山水特色小镇</text>") == len(towns)
    wide = 13 * (6 + 2 * 0.56)
    places = re.findall(r'<text x="([\d.]+)" y="([\d.]+)">×', page)
    boxes = [
        shapely.box(float(x) - wide / 2, float(y) - 13, float(x) + wide / 2, float(y) + 4)
        for x, y in places
    ]
    rings = re.findall(r'class="place-of fail".*?<path d="M([^z]+)z', page)
    lands = [shapely.Polygon([tuple(map(float, p.split())) for p in r.split("L")]) for r in rings]
    assert len(lands) == len(boxes)
    for n, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[n + 1 :])
        assert sum(box.intersects(land) for land in lands) <= 1


A_TOWN, A_CELL = 400, 34
"""So many bytes of the index are of a town, and of each of its cells: 2 MB of 1,000 by 46 rules."""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_town_takes_few_bytes_of_the_index(lang: str) -> None:
    """Each cell said where it leads and how it is read: 3 KB a town of 13 rules."""
    sizes, rules = [], 0
    for count in (12, 36):
        made = many([f"T{n:04}" for n in range(count)])
        sizes.append(len(dict(report_files(made, lang=lang))["report.html"].encode()))
        rules = len({finding.rule for finding in made.findings})
    assert (sizes[1] - sizes[0]) / 24 <= A_TOWN + rules * A_CELL


CELLS = """() => [...document.querySelectorAll('.matrix tbody b')].map((each) => [
  each.dataset.beside, each.getAttribute('role'), each.tabIndex, each.title,
  each.getAttribute('aria-label'), getComputedStyle(each).backgroundColor])"""


@pytest.mark.browser
def test_a_cell_of_the_index_leads_and_says_where_its_row_and_column_do(
    made: Assessment, pages: dict[str, str], tmp_path: Path
) -> None:
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    ids = {name: links_of(text).ids for name, text in pages.items()}
    with chromium() as browser:
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto((tmp_path / "report.html").as_uri())
        bare = plain.evaluate(CELLS)
        page = browser.new_page()
        page.goto((tmp_path / "report.html").as_uri())
        cells = page.evaluate(CELLS)
        links = page.locator("#matrix th a, #towns a")
        assert {each.get_attribute("role") for each in links.all()} == {"link"}
        rules = page.locator(".matrix thead th").all_text_contents()[2:]
        assert len(cells) == len(CODES) * len(rules)
        for n, (href, role, tab, title, label, _colour) in enumerate(cells):
            path, _hash, place = href.partition("#")
            assert unquote(place) in ids[unquote(path)]
            assert (role, tab) == ("link", 0)
            assert label.startswith(f"{rules[n % len(rules)]}: ")
            assert title == f"镇{n // len(rules)} {label}"
        assert {label.partition(": ")[2] for *_rest, label, _colour in cells} <= {
            r.render("zh") for r in (each.word for each in look.LOOKS.values())
        }
        # a reader without scripts sees the same marks
        assert [each[-1] for each in bare] == [each[-1] for each in cells]
        assert [each[0] for each in bare] == [None] * len(cells)
        shown = page.locator(".matrix tbody tr:visible")
        fails = sum(f.verdict == "fail" for f in made.findings if f.town == CODES[0])
        assert fails
        page.locator(".tile.fail").click()
        assert shown.count() == len(CODES)  # the matrix was hidden with all its rows
        assert page.locator("#status").text_content() == f"显示小镇 {len(CODES)} 个"
        page.locator(".tile.fail").click()
        page.locator("#search").fill("镇10")
        assert shown.count() == 1
        page.locator("#search").fill("")
        names = page.locator(".matrix tbody th > a")
        page.locator(".matrix .sort").first.click()
        page.locator(".matrix .sort").first.click()
        assert names.all_text_contents() == [f"镇{n}" for n in range(len(CODES))][::-1]
        page.goto(f"{(tmp_path / 'report.html').as_uri()}#town=T09")
        page.wait_for_url("**/report/T09.html#town=T09")
