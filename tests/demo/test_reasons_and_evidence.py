"""A reason is what is drawn: the measures that a reason names are those of picture, list and map."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from townland import units
from townland.i18n import Text
from townland.results import Assessment
from townland.rules.judging.finding import Finding
from townland.writing.maps.page import map_html
from townland.writing.pages import look as legend
from townland.writing.report.assessment_json import assessment_json
from townland.writing.report.geopackage import write_evidence
from townland.writing.report.html import report_html

LANGS = ("zh", "en")
NOWHERE = Text("No planned construction land lies where it must not.")


def on_land(made: Assessment) -> list[Finding]:
    return [finding for finding in made.findings if finding.town is not None]


def named_in(why: str, made: Assessment, finding: Finding, lang: str) -> set[str]:
    """The measures with pieces whose titles stand in a reason; a longer title hides a shorter."""
    result = made.town(finding.town)
    titles = {
        spec.title.render(lang): name
        for name, spec in made.rulebook.measure.items()
        if name in result.measures and name != "planning_area"  # a word of other sentences, too
    }
    found = set()
    # a sentence that names no measure, with the same words
    why = why.replace(NOWHERE.render(lang), "·")
    for title in sorted(titles, key=len, reverse=True):
        if re.search(rf"(?<![A-Za-z]){re.escape(title)}(?![A-Za-z])", why, re.IGNORECASE):
            found.add(titles[title])
            why = why.replace(title, "·")
    return {name for name in found if result.measures[name].pieces}


def map_data(made: Assessment, lang: str) -> dict[str, Any]:
    """What the script of the map's page reads."""
    page = map_html(made, lang=lang)
    island = re.search(r'<script[^>]*id="data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert island is not None
    data: dict[str, Any] = json.loads(island.group(1))
    return data


@pytest.fixture(scope="module")
def reports(demo: Assessment) -> dict[str, str]:
    return {lang: report_html(demo, lang=lang) for lang in LANGS}


@pytest.mark.parametrize("lang", LANGS)
def test_measures_of_a_reason_are_drawn_and_listed(
    demo: Assessment, reports: dict[str, str], lang: str
) -> None:
    data = map_data(demo, lang)
    codes = [town["code"] for town in data["towns"]]
    mapped = {
        (codes[each["town"]], each["rule"]): {f["layer"] for f in each["figures"]}
        for each in data["findings"]
        if each["town"] is not None
    }
    views = dict(
        re.findall(
            r'<details class="finding[^"]*" id="(t\d+-[^"]+)"(.*?)</details>',
            reports[lang],
            re.DOTALL,
        )
    )
    for finding in on_land(demo):
        shown = {figure.measure for figure in finding.figures if figure.pieces}
        # a source of land has a shorter name in the reason than its measure's title
        assert named_in(finding.why.render(lang), demo, finding, lang) <= shown, finding
        assert shown == set(finding.evidence)
        number = codes.index(str(finding.town)) + 1
        view = views[f"t{number}-{finding.rule}"]
        assert set(re.findall(r'data-measure="([^"]+)"', view)) == shown, finding
        letters = re.findall(r'class="number">([A-Z]+)\d+<', view)
        assert len(set(letters)) <= len(shown)
        drawn = len(re.findall(rf'<use href="#t{number}-m\d+"', view))
        assert drawn == len(shown), finding
        assert mapped[str(finding.town), finding.rule] == {f"measure:{name}" for name in shown}


@pytest.mark.parametrize("lang", LANGS)
def test_the_pieces_sum_to_what_the_reason_prints(demo: Assessment, lang: str) -> None:
    for finding in on_land(demo):
        why = finding.why.render(lang)
        for figure in finding.figures:
            frame = demo.town(finding.town).measures[figure.measure].frame
            assert sum(frame["area_m2"], Decimal(0)) == figure.gross_m2
            if figure.net_m2 is not None:
                assert sum(frame["net_m2"], Decimal(0)) == figure.net_m2
            if figure.pieces:
                ha = units.ha(figure.printed_m2)
                text = str(ha) if ha else str(figure.printed_m2)
                assert text in why, (finding, figure)
            own = figure.gross_m2 if figure.net_m2 is None else figure.net_m2
            assert figure.printed_m2 in (figure.gross_m2, own + figure.booked_m2)


def test_the_evidence_is_grouped_by_measure_and_sums(demo: Assessment) -> None:
    for finding in on_land(demo):
        frame = demo.evidence(finding.rule, finding.town, exact=True)
        assert set(frame["measure"]) == set(finding.evidence)
        for figure in finding.figures if len(frame) else ():
            part = frame[frame["measure"] == figure.measure]
            assert len(part) == figure.pieces
            assert sum(part["area_m2"], Decimal(0)) == figure.gross_m2
    every = demo.evidence("LAND-07")
    assert set(every["town"]) == {"T01", "T02", "T03", "T04"}
    assert {"measure", "title", "role"} <= set(every.columns)


def test_the_head_shows_the_figure_that_decides(demo: Assessment) -> None:
    zones = demo.finding("LAND-07", "T02")
    by_name = {figure.measure: figure for figure in zones.figures}
    assert zones.measured == max(
        by_name[name].gross_m2
        for name in (
            "planned_in_conditional",
            "planned_in_restricted",
            "planned_outside_growth_boundary",
        )
    )
    for finding in on_land(demo):
        deciding = [figure for figure in finding.figures if figure.role == "decides"]
        # a finding with land to show never has nothing at its head
        if finding.unit == "m2" and any(f.pieces for f in deciding):
            assert finding.measured, finding


@pytest.mark.parametrize("lang", LANGS)
def test_no_area_is_printed_in_two_units_or_roundings(
    demo: Assessment, reports: dict[str, str], lang: str
) -> None:
    """A head has its area in ha as the reason has it, m² where that would be nothing; never in km²."""
    heads = re.findall(
        r'<span class="number">([^<]*)</span> <span class="unit">([^<]*)</span>', reports[lang]
    )
    word = {"zh": "公顷", "en": "ha"}[lang]
    assert not [head for head in heads if head[1] in ("km²", "平方公里", "mu", "亩")]
    hectares = [number for number, unit in heads if unit == word]
    assert hectares
    assert all(re.fullmatch(r"−?\d+\.\d{4}", number) for number in hectares)
    for finding in on_land(demo):
        if finding.unit == "m2" and isinstance(finding.measured, Decimal) and finding.measured:
            ha = units.ha(finding.measured)
            assert (str(ha) if ha else str(finding.measured)) in finding.why.render(lang), finding


def test_figures_stand_in_the_document(demo: Assessment) -> None:
    document = assessment_json(demo)
    findings = document["findings"]
    assert isinstance(findings, list)
    for finding, written in zip(demo.findings, findings, strict=True):
        assert isinstance(written, dict)
        rows = written["figures"]
        assert isinstance(rows, list)
        assert [row["measure"] for row in rows if isinstance(row, dict)] == [
            figure.measure for figure in finding.figures
        ]


@pytest.mark.parametrize("lang", LANGS)
def test_the_geopackage_names_the_layers_of_each_finding(
    demo: Assessment, tmp_path: Path, lang: str
) -> None:
    """Layers are those of the reason, their pieces sum to its figure, their colour is the map's."""
    path = tmp_path / "evidence.gpkg"
    write_evidence(demo, path, lang=lang)
    table = pyogrio.read_dataframe(path, layer="figures")
    styles = pyogrio.read_dataframe(path, layer="layer_styles").set_index("f_table_name")
    signs = legend.signs(finding.figures for finding in demo.findings)
    for finding in on_land(demo):
        own = table[(table["finding"] == finding.rule) & (table["town"] == finding.town)]
        assert own["measure"].tolist() == [figure.measure for figure in finding.figures]
    shown = table[table["pieces"] > 0]
    for layer, rows in shown.groupby("layer"):
        frame = pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
        for row in rows.itertuples():
            area = frame.loc[frame["town"] == row.town, "area_m2"].sum()
            assert area == pytest.approx(row.gross_m2, abs=0.005)
        if layer == "towns":
            continue  # of a whole town: an outline as on the pages, in black
        digits = signs[rows["measure"].iloc[0]].colour.lstrip("#")
        rgb = ",".join(str(int(digits[at : at + 2], 16)) for at in (0, 2, 4))
        assert f'name="outline_color" value="{rgb},255"' in styles.loc[layer, "styleQML"]


def test_pieces_say_where_they_lie_and_what_they_are(demo: Assessment) -> None:
    farm = demo.evidence("LAND-03", "T02")
    assert farm["village"].notna().all()
    built = demo.town("T02").measures["cultivated_built_on"].frame
    assert built["village"].str.endswith("村").any()
    # of a measure that crosses both, the classes are those that the two layers themselves state
    assert set(built["present_class"]) <= {"水田", "水浇地", "旱地"}
    assert built["planned_class"].notna().all()
    assert set(built["owner"]) <= {"state", "collective"}


@pytest.mark.parametrize("lang", LANGS)
def test_no_area_has_two_roundings_in_tables_and_on_the_map(
    demo: Assessment, reports: dict[str, str], lang: str
) -> None:
    """All areas have two digits in m² and mu, four in ha; those of one quantity are one number."""
    tables = re.findall(
        r'<table\b[^>]*class="(?:areas|need-form|against|pieces)[^"]*".*?</table>',
        reports[lang],
        re.DOTALL,
    )
    cells = [
        cell.strip()
        for table in tables
        for cell in re.findall(r'<td class="n[^"]*"[^>]*>(?:<a[^>]*>)?([\d.−]+)', table)
    ]
    assert cells
    # areas, or whole numbers of pieces and persons, or a share of one digit
    assert not [cell for cell in cells if not re.fullmatch(r"−?\d+(\.\d|\.\d{2}|\.\d{4})?", cell)]
    data = map_data(demo, lang)
    for result, town in zip(demo.towns, data["towns"], strict=True):
        m2 = result.area_m2
        assert town["area"] == [str(m2), str(units.ha(m2)), str(units.mu(m2))]
    for layer in data["layers"]:
        if not layer["key"].startswith("measure:"):
            continue
        for number, result in enumerate(demo.towns):
            frame = result.measures[layer["key"].removeprefix("measure:")].frame
            pieces = zip(layer["pieces"]["town"], layer["pieces"]["area"], strict=True)
            shown = [area.split(" ")[0] for town, area in pieces if town == number]
            assert sorted(shown) == sorted(str(area) for area in frame["area_m2"])
