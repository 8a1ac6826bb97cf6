"""Map sheets: a round scale, coordinates where they belong, and everything that a sheet must say."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from tests.factory_pages import HOSTILE, assessment
from tests.writing.test_report_html import in_degrees

from townland.writing.papers.drawings import map_sheets
from townland.writing.report.html import report_html
from townland.writing.report.picture import STEP_M
from townland.writing.report.sheet import LETTER, Area, _grid, layout
from townland.writing.report.sheet_grid import GridLine, scale_of


def sheets_of(page: str) -> dict[str, str]:
    """The sheets of a page, by paper and position."""
    found = re.findall(r'<div class="on-(a\d-\w+)">(<svg class="sheet".*?)</div>', page, re.DOTALL)
    return dict(found)


def words_of(svg: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


@pytest.fixture(scope="module")
def sheets() -> dict[str, str]:
    return sheets_of(report_html(assessment(towns=1), lang="en"))


def test_a_town_has_a_sheet_of_each_paper(sheets: dict[str, str]) -> None:
    assert [kind[:2] for kind in sheets] == ["a4", "a3"]
    for svg in sheets.values():
        assert svg.count('<use href="#t1-land"/>') == 1
        assert svg.count('<use href="#t1-edge"') == 2
        assert "&lt;svg" not in svg  # nothing of it was escaped as words


def test_lengths_on_paper_are_those_of_the_scale(sheets: dict[str, str]) -> None:
    for kind, svg in sheets.items():
        scale = int(re.search(r"Scale 1:(\d+)<", svg)[1])
        room = layout(kind[:2], wide=kind.endswith("wide")).map
        window = re.search(r'<svg x="[\d.]+"[^>]*viewBox="(\S+) (\S+) (\S+) (\S+)"', svg)
        west, _top, width, height = map(float, window.groups())
        # 1:12,500 is 12.5 m a millimetre
        assert width * STEP_M == pytest.approx(room.width * scale / 1000, abs=0.1)
        assert height * STEP_M == pytest.approx(room.height * scale / 1000, abs=0.1)
        # a coordinate stands where its distance from the town's western end puts it
        town = assessment(towns=1).towns[0].town.boundary.bounds
        for x, label in re.findall(r'<text x="([\d.]+)" y="[\d.]+">(36\d+\.\d)</text>', svg):
            metres = float(label) * 1000 - (town[0] + west * STEP_M)
            assert float(x) == pytest.approx(room.x + metres * 1000 / scale, abs=0.1)


def test_a_larger_paper_shows_the_town_larger(sheets: dict[str, str]) -> None:
    # a town of some 1,900 m, and 5 % of air, on 168 mm (A4) and 255 mm (A3): 11,875 and 7,824
    scales = [re.search(r"Scale 1:(\d+)<", svg)[1] for svg in sheets.values()]
    assert scales == ["12500", "8000"]
    assert scale_of(840, 100, width_mm=168, height_mm=100) == 5000


def test_a_sheet_says_what_it_shows_and_who_signs(sheets: dict[str, str]) -> None:
    words = words_of(sheets["a4-tall"])
    text = " ".join(words)
    for said in (
        "云溪镇: present land use, plan and evidence", "(code 1)", "LAND-03", "liuzhou-2018",
        "2018-12-31", "EPSG:4524", "central meridian 108°", "in km", "townland 0.1.0", "Legend",
        "Town boundary", "A Permanent basic farmland", "Prepared by", "Approved by", "N",
    ):  # fmt: skip
        assert said in text, said
    # letters of 9 points: all of the legend
    sizes = re.findall(
        r'<text class="(?:word|heading)"[^>]*font-size="([\d.]+)"', sheets["a3-tall"]
    )
    assert min(map(float, sizes)) >= LETTER


def test_a_sheet_in_degrees_has_a_grid_of_longitude_and_latitude() -> None:
    made = assessment(towns=1)
    degrees = replace(made, towns=(in_degrees(made.towns[0]),))
    text = " ".join(words_of(sheets_of(report_html(degrees, lang="en"))["a4-tall"]))
    assert "longitude and latitude" in text
    # EAST 36,520,000 is 20 km east of 108° E, 0.197° at 24.4° N
    assert "108°11′30″" in text
    assert "EPSG:4490" in text


def test_the_sheet_of_the_papers_is_that_of_the_report(sheets: dict[str, str]) -> None:
    made = assessment(towns=1)
    (drawn,) = map_sheets(made, "en", "Noto", paper="a4")
    assert (drawn.width, drawn.height) == (210, 297)
    head, _defs, rest = drawn.svg.partition("</defs>")
    of_page = sheets["a4-tall"].partition(">")[2].replace("#t1-", "#p1-").replace('"t1-', '"p1-')
    assert rest == of_page.replace("url(#t1-", "url(#p1-").rpartition("</svg>")[0] + "</svg>"
    # it stands alone: every shape and pattern that it refers to is in it
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', drawn.svg)) <= set(
        re.findall(r'id="([^"]+)"', drawn.svg)
    )
    assert ".sheet .grid" in head
    assert "var(" not in head


def test_the_sheet_within_a_document_has_the_width_of_its_text_and_a_true_scale() -> None:
    (drawn,) = map_sheets(assessment(towns=1), "zh", "Noto", paper="text")
    assert drawn.width == 170  # an A4 page of 210 mm with margins of 20 mm
    # 1,664 × 1,783 m and 5 % of air on 157 × 135 mm: 1:13,870
    assert "比例尺 1:15000<" in drawn.svg
    window = re.search(
        r'<svg x="[\d.]+"[^>]* width="([\d.]+)"[^>]*viewBox="\S+ \S+ (\S+) ', drawn.svg
    )
    assert float(window[2]) * STEP_M == pytest.approx(float(window[1]) * 15, abs=0.1)
    for said in ("CGCS2000 / 3度带第36带 中央子午线108°E（EPSG:4524）", "图例", "编制人", "北"):
        assert said in "".join(words_of(drawn.svg)), said
    assert "Gauss" not in drawn.svg


def test_hostile_names_are_words_on_a_sheet() -> None:
    for svg in sheets_of(report_html(assessment(hostile=True))).values():
        assert "<img" not in svg
        assert "<script" not in svg
    assert any(HOSTILE[1] in text for text in words_of(report_html(assessment(hostile=True))))


def test_every_legend_finds_room() -> None:
    for kind, svg in sheets_of(report_html(assessment(towns=1))).items():
        laid = layout(kind[:2], wide=kind.endswith("wide"))
        area = laid.legend
        for x, y in re.findall(r'<text class="word" x="([\d.]+)" y="([\d.]+)"', svg):
            inside = [
                each.x <= float(x) <= each.x + each.width
                and each.y <= float(y) <= each.y + each.height
                for each in (area, laid.block)
            ]
            assert any(inside)


def test_labels_of_the_grid_stay_within_the_outer_frame() -> None:
    """The label of a line beside a corner ran over the frame."""
    room = Area(26.0, 37.0, 120.0, 100.0)
    lines = [GridLine(at, "36623.5") for at in (0.0, 0.01, 0.5, 0.99, 1.0)]
    labels = "".join(_grid(room, lines, []))
    places = [float(x) for x in re.findall(r'<text x="([\d.]+)"', labels)]
    half = LETTER * len("36623.5") * 0.29
    assert len(places) == 10
    assert min(places) - half >= room.x - 6.01
    assert max(places) + half <= room.x + room.width + 6.01


@pytest.mark.parametrize(
    ("lang", "listed"), [("zh", "管制区、水田专题图层"), ("en", "zones, paddy layer")]
)
def test_the_legend_lists_what_is_not_covered_as_its_language_does(lang: str, listed: str) -> None:
    made = assessment(towns=1)
    (town,) = made.towns
    (gap,) = town.uncovered.values()
    bare = replace(town, uncovered={"control_zone": gap, "paddy": gap})
    words = " ".join(words_of(report_html(replace(made, towns=(bare,)), lang=lang)))
    assert listed in words
