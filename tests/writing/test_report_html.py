from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from tests.factory_pages import CRS, HOSTILE, assessment, table_of

from townland import units
from townland.geodesy.crs import to_lonlat
from townland.measuring import TownResult
from townland.measuring.areas import ClassRow, LandClasses
from townland.results import Assessment
from townland.terms import Verdict
from townland.writing.maps import pieces
from townland.writing.pages import closing, look
from townland.writing.report import picture
from townland.writing.report.front import _verdict
from townland.writing.report.html import report_html

CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)


class Words(HTMLParser):
    """The text of a page, without scripts, styles and drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.skip = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.skip += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.skip -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.parts.append(data)


def text_of(html: str) -> str:
    words = Words()
    words.feed(html)
    return re.sub(r"\s+", " ", " ".join(words.parts))


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(assessment())


@pytest.fixture(scope="module")
def english() -> str:
    return report_html(assessment(), lang="en")


def test_classes_have_their_english_names_beside_the_chinese(page: str, english: str) -> None:
    assert "<td>0101</td><td>Paddy field 水田</td>" in english
    assert "<td>0101</td><td>水田</td>" in page
    assert "<td>Paddy field 水田</td>" in english[english.index("data-measure=") :]
    assert '"Paddy field 水田"' in english[english.index('id="data"') :]


@st.composite
def tables(draw: st.DrawFn) -> LandClasses:
    groups = draw(st.lists(st.sampled_from(["农用地", "建设用地", "未利用地", None]), min_size=1,
                           max_size=12))  # fmt: skip
    rows = []
    for n, group in enumerate(groups):
        gross = draw(CENTS)
        state = draw(st.integers(0, int(gross * 100))) / Decimal(100)
        rows.append(ClassRow(f"{n:04d}", "x", group, gross, gross, state, gross - state))
    # ridges leave one class and are booked in another
    ridge = draw(st.integers(0, int(rows[0].gross_m2 * 100))) / Decimal(100)
    first = rows[0]
    rows[0] = ClassRow(first.code, first.name, first.three_class, first.gross_m2,
                       first.net_m2 - ridge, first.state_m2, first.collective_m2)  # fmt: skip
    zero = Decimal("0.00")
    rows.append(ClassRow("1203", "田坎", "农用地", zero, ridge, zero, zero))
    uncovered = draw(CENTS)
    control = sum((row.gross_m2 for row in rows), uncovered)
    return LandClasses("sandiao-2019", tuple(rows), uncovered, control)


@given(tables())
def test_every_printed_column_sums_to_its_printed_total(table: LandClasses):
    lines = closing.class_lines(table)
    total = lines[-1]
    parts = [line for line in lines if line.kind in ("class", "uncovered")]
    for column in ("gross", "net"):
        for unit in ("m2", "ha", "mu"):
            printed = [getattr(getattr(line, column), unit) for line in parts]
            assert sum(printed) == getattr(getattr(total, column), unit)
            assert getattr(getattr(total, column), unit) == closing.printed(table.control_m2, unit)
    if table.control_m2:
        assert sum(line.percent for line in parts) == 100
    classes = [line for line in lines if line.kind == "class"]
    for line in classes:
        assert line.state_ha + line.collective_ha == line.gross.ha
    assert sum(line.state_ha for line in classes) == total.state_ha


@given(tables())
def test_groups_sum_and_figures_stay_near_their_own_rounding(table: LandClasses):
    lines = closing.class_lines(table)
    group, within = None, Decimal(0)
    for line in lines:
        if line.kind == "class":
            within += line.gross.ha
            row = next(row for row in table.rows if row.code == line.code)
            # the control level and the group's level each move a figure by less than one unit
            assert abs(line.gross.ha - row.gross_m2 / 10_000) < Decimal("0.0002")
            assert line.gross.m2 == row.gross_m2
            continue
        if group is not None:
            assert within == group.gross.ha
        group, within = (line, Decimal(0)) if line.kind == "group" else (None, Decimal(0))


def test_closing_shares_what_rounding_alone_would_lose():
    parts = [Decimal("0.50")] * 3
    assert [units.ha(part) for part in parts] == [Decimal("0.0001")] * 3
    assert closing.closing(parts, units.ha(sum(parts)), "ha") == [
        Decimal("0.0001"), Decimal("0.0001"), Decimal("0.0000"),
    ]  # fmt: skip


def test_the_same_assessment_gives_the_same_bytes(page: str):
    assert report_html(assessment()) == page
    assert not re.search(r"\b[0-9a-f]{32}\b(?!)", page)


def test_policy_and_nothing_elsewhere(page: str):
    nonce = re.search(r"script-src 'nonce-([^']+)'", page).group(1)
    assert "default-src 'none'" in page
    for tag in re.findall(r"<(?:script|style)[^>]*>", page):
        assert nonce in tag or tag == '<script type="application/json" id="data">'  # is never run
    assert not re.search(r"<(link|iframe|img|base|form)\b", page)
    assert not re.search(r'(src|href)="https?:', page)
    assert not re.search(r'\sstyle="', page)  # the policy would drop it
    assert not re.search(r"\son\w+=", page)


def test_both_languages_have_the_same_numbers(page: str, english: str):
    def numbers(html: str) -> list[str]:
        return sorted(re.findall(r"[−-]?\d+(?:\.\d+)?", text_of(html)))

    ours, theirs = set(numbers(page)), set(numbers(english))
    # words of the titles and the reason are the fixture's own, in one language each
    assert ours == theirs
    assert 'lang="zh-CN"' in page
    assert '<html lang="en">' in english


def test_order_of_the_parts(english: str):
    text = text_of(english)
    places = [
        text.index(part)
        for part in (
            "Land-use compliance report", "An aid to analysis", "Towns and rules", "Planning area",
            "Place and evidence", "Findings, the gravest first", "Present land use by class",
            "Measures", "The clauses in their articles", "What was assumed",
            "Numbers that are not the policy's", "Issues and repairs", "Repaired geometry",
            "Inputs", "Sign-off",
        )
    ]  # fmt: skip
    assert places == sorted(places)


class Keys(HTMLParser):
    """The figures of tables, each with its key: town, table, row, column."""

    def __init__(self) -> None:
        super().__init__()
        self.table: dict[str, str | None] = {}
        self.row: str | None = None
        self.keys: list[tuple[str | None, ...]] = []
        self.without: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self.table, self.row = given, None
        if tag == "tr":
            self.row = given.get("data-row")
        if tag == "td" and "n" in (given.get("class") or "").split() and "data-table" in self.table:
            key = (self.table.get("data-town"), self.table["data-table"], self.row,
                   given.get("data-column"))  # fmt: skip
            self.keys.append(key) if None not in key else self.without.append(str(key))


def test_every_figure_of_a_table_has_a_key_of_its_own(page: str):
    keys = Keys()
    keys.feed(page)
    assert keys.without == []
    shared = {key for key in keys.keys if keys.keys.count(key) > 1}
    # a measure that several findings show is listed at each of them
    assert {key[1] for key in shared} <= {"pieces"}
    assert {key[1] for key in keys.keys} == {"land_by_class", "measures", "pieces"}


def test_findings_say_what_they_must(english: str):
    text = text_of(english)
    for part in (
        "严禁占用永久基本农田，尽量少占或不占耕地，尤其是水田", "五（一）", "in force from 2018-01-01",
        "(effective day assumed)", "control zones", "the coverage of yn is its bounding box",
        "Prepared by", "Organisation (seal)", "ab" * 32, "self-intersection", "GB18030",
        "EPSG:4524", "+proj=noop",
    ):  # fmt: skip
        assert part in text


def test_assumed_day_is_printed_only_where_flagged(english: str):
    findings = re.findall(r"<details.*?</details>", english, re.S)
    flagged = [finding for finding in findings if "(effective day assumed)" in finding]
    assert 0 < len(flagged) < len(findings)


def test_links_lead_to_the_map_and_can_be_left_out(page: str):
    assert 'data-beside="map.html#town=2&amp;rule=LAND-03"' in page
    assert "map.html" not in report_html(assessment(towns=1), map_href=None)


def test_links_inside_the_page_have_their_targets(page: str):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', page) + re.findall(r"url\(#([^)]+)\)", page):
        assert target in ids


def test_hostile_names_are_escaped():
    html = report_html(assessment(hostile=True))
    for attack in HOSTILE:
        if "<" in attack:
            assert attack not in html
    assert "49" not in re.findall(r"<h2>(.*?)</h2>", html)
    assert "{{7*7}}" in html
    assert HOSTILE[0] in text_of(html)


def test_one_town_needs_no_matrix():
    assert 'id="matrix"' not in report_html(assessment(towns=1))
    assert 'id="matrix"' in report_html(assessment(towns=2))


def waiting(found: Assessment) -> Assessment:
    """The paddy of every town waits for a confirmation, and so does the farmland of the first."""
    confirmed = {"LAND-05": Verdict.PASS, "LAND-03": Verdict.REVIEW}
    findings = tuple(
        replace(
            finding,
            verdict=Verdict.REVIEW,
            confirms=("planned_use",),
            verdict_if_confirmed=confirmed[finding.rule],
        )
        if finding.rule == "LAND-05" or (finding.rule, finding.town) == ("LAND-03", "1")
        else finding
        for finding in found.findings
    )
    return replace(found, findings=findings)


def test_what_findings_wait_for_stands_once_at_the_head():
    html = report_html(waiting(assessment()), lang="en")
    text = text_of(html)
    assert (
        text.count(
            "4 findings wait for one confirmation: is the layer of “planned use” all that is planned?"
        )
        == 1
    )
    head = html[: html.index('id="matrix"')]
    assert "coverage = { towns = [&#34;1&#34;, &#34;2&#34;, &#34;3&#34;] }" in head
    assert "in layers/catalog.toml, in the table of 规划用地" in head
    assert "confirmations" not in report_html(assessment()).partition("</style>")[2]


def test_amber_for_want_of_a_confirmation_looks_other_than_amber_for_judgement():
    """A mark, a word and a hatch: and only where the confirmation leaves nothing to judge."""
    html = report_html(waiting(assessment()))
    assert html.count('class="finding review waits"') == 3
    assert html.count('class="mark-cell waits" href') == 3
    assert 'id="t1-LAND-03"' in html
    assert 'class="finding review" id="t1-LAND-03"' in html  # confirmed, it is review all the same
    assert '<i class="waits-sample" aria-hidden="true">…</i> 其中 3 项只待确认' in html
    assert 'class="mark-cell waits" aria-hidden="true">…</b> 待确认' in html  # the legend
    assert look.LOOKS["waits"].mark not in [each.mark for each in look.VERDICTS.values()]


def test_of_one_town_the_rules_on_all_towns_together_stand_behind_it():
    found = assessment(towns=1)
    joint = replace(found.findings[0], rule="PORT-01", town=None, towns=("1",))
    found = replace(found, findings=(*found.findings, joint))
    text = text_of(report_html(found, lang="en"))
    assert text.index("Findings, the gravest first") < text.index("Findings on all towns together")
    several = assessment()
    several = replace(several, findings=(*several.findings, joint))
    text = text_of(report_html(several, lang="en"))
    assert text.index("Findings on all towns together") < text.index("Findings, the gravest first")


def test_pictures_are_closed_paths_of_whole_numbers(page: str):
    for path in re.findall(r'\sd="(M[^"]*)"', page):
        if "z" in path and "l" in path:
            assert re.fullmatch(r"(M-?\d+[,-]\d+l(-?\d+[,-]\d+ ?)+z)+", path)


def test_drawing_step_grows_with_the_load(monkeypatch: pytest.MonkeyPatch):
    towns = assessment(towns=1).towns
    assert picture.drawing_step(towns) == picture.STEP_M
    monkeypatch.setattr(picture, "MAX_VERTICES", 50)
    assert picture.drawing_step(towns) > picture.STEP_M


def in_degrees(result: TownResult) -> TownResult:
    lonlat = pyproj.CRS.from_epsg(4490)

    def moved(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.set_geometry(
            list(to_lonlat(np.asarray(frame.geometry.array), CRS)), crs=lonlat
        )

    boundary = to_lonlat(np.array([result.town.boundary]), CRS)[0]
    return replace(
        result,
        town=replace(result.town, boundary=boundary, crs=lonlat),
        land=moved(result.land),
        planned=moved(result.planned),
        measures={
            n: replace(m, table=table_of(moved(m.frame))) for n, m in result.measures.items()
        },
        uncovered={},
    )


def test_a_town_in_degrees_is_drawn_at_the_same_size():
    made = assessment(towns=1)
    schemes = {"land_use": "sandiao-2019", "planned_use": "guide-2023"}
    metres = picture.Shapes(made.towns[0], "t1", schemes, step=0.2, named=())
    degrees = picture.Shapes(in_degrees(made.towns[0]), "t1", schemes, step=0.2, named=())
    for a, b in zip(metres.box, degrees.box, strict=True):
        assert b == pytest.approx(a, rel=0.02, abs=60)  # the meridians converge by a degree or so
    page = report_html(replace(made, towns=(in_degrees(made.towns[0]),)))
    assert page.count('class="picture"') == report_html(made).count('class="picture"')


def test_a_picture_of_a_place_stays_near_it_and_numbers_keep_clear():
    result = assessment(towns=2).towns[1]
    shapes = picture.Shapes(
        result, "t1", {"land_use": "sandiao-2019", "planned_use": "guide-2023"},
        step=0.2, named=("farmland_enclosed",),
    )  # fmt: skip
    largest = pieces.largest(result.measures["farmland_enclosed"].table).geometry[0]
    west, top, right, bottom = shapes.window(["farmland_enclosed"])
    ((x, y),) = shapes._steps([largest.centroid.coords[0]])
    assert west < x < right
    assert top < y < bottom
    width = shapes.box[2] - shapes.box[0]
    assert right - west < 0.75 * width
    drawn = shapes.picture(
        label="<&>", north="N",
        shown=[picture.Shown("A", "farmland_enclosed", look.Hatch("dots", "#000000"), 9)],
        box=shapes.box, width=620, height=540, id_="p",
    )  # fmt: skip
    assert "&lt;&amp;&gt;" in drawn
    spots = re.findall(r'<circle cx="(-?\d+)" cy="(-?\d+)" r="(\d+)"', drawn)
    for i, (x, y, r) in enumerate(spots):
        for u, v, _r in spots[i + 1 :]:
            assert np.hypot(int(x) - int(u), int(y) - int(v)) > 1.6 * int(r)


def test_a_town_without_layers_still_has_its_page():
    made = assessment(towns=1)
    bare = made.towns[0]
    empty = bare.land.iloc[:0]
    town = replace(bare, land=empty, planned=empty, land_classes=None, measures={},
                   uncovered={"land_use": bare.town.boundary, "paddy": shapely.Polygon()})  # fmt: skip
    page = report_html(replace(made, towns=(town,), findings=(), issues=(), repairs=()))
    assert bare.town.name in page


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((1, 2, 1), "Requirements not met: 1; to be reviewed: 2; not evaluated: 1."),
        ((0, 1, 1), "Requirements to be reviewed: 1; not evaluated: 1."),
        ((0, 0, 1), "Requirements not evaluated: 1."),
    ],
)
def test_the_verdict_on_a_town_is_right_for_one_and_many(
    counts: tuple[int, ...], said: str
) -> None:
    """It said that “1 were not evaluated”."""
    told = _verdict(dict(zip(("fail", "review", "not_evaluated"), counts, strict=True)))
    assert told.render("en").endswith(said)
