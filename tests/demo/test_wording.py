"""What a person reads of the demo county: no key of TOML that nobody types, one word for one thing."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from tests.factory_demo import demo_assessment

from townland.results import Assessment
from townland.terms import DOSSIER_FIELDS
from townland.writing import explain
from townland.writing.papers.fonts import found
from townland.writing.run_folder import write_run
from townland_cli import summary

KEY = re.compile(
    r"(?<![\w./@-])(?:[a-z]+(?:_[a-z0-9]+)+(?:\.[a-z0-9_]+)*|[a-z]+(?:\.[a-z_]+)+|\[[a-z_.]+\])(?![\w/@-])"
)
"""Words joined by lines or points, and words in the brackets of TOML."""

FIELD = "|".join(map(re.escape, sorted(DOSSIER_FIELDS, key=len, reverse=True)))
TYPED = (
    # what the dossier leaves out, where the list of what is missing says how it is supplied
    rf"填写“[^“”]*（(?:{FIELD})）”",
    rf"(?<!not )state [^\n]*?\((?:{FIELD})\) in (?:the|its) dossier",
    # a line of the catalog, and where it belongs
    r'coverage = "town"',
    r"[\w/.]*catalog\.toml 中图层“[^”]*”",
    r"in [\w/.]*catalog\.toml, in the table of [^\n]*?\([a-z_]+\)",
    r"[（(]accuracy_m[）)]",
    # numbers that a rulebook of one's own may set
    r"［[a-z_.]+］|\[[a-z_.]+\](?=:)",
    # files to open
    r"(?:catalog|dossier)\.toml|(?:evidence\.gpkg|(?:map|report)\.html|assessment\.json)",
    # the places of files that were read
    r"sample/[\w./-]+",
)


def page(text: str) -> str:
    """What is read of a page, or said by a screen reader."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
    said = re.findall(r'(?:title|aria-label|alt|placeholder)="([^"]*)"', text)
    # a key that stands in a sentence as code is of the sentence
    text = re.sub(r"</?(?:code|b|span)\b[^>]*>", "", text)
    return unescape("\n".join([re.sub(r"<[^>]+>", "\n", text), *said]))


def office(file: Path) -> str:
    """What stands in a workbook's cells or a document's paragraphs."""
    with zipfile.ZipFile(file) as parts:
        names = [name for name in parts.namelist() if name.endswith(".xml")]
        xml = "\n".join(parts.read(name).decode() for name in names)
    xml = re.sub(r"</(?:w:p|si|is|c)>", "\n", xml)
    return unescape(re.sub(r"<(?!/?(?:w:t|t)\b)[^>]*>|</?(?:w:t|t)\b[^>]*>", "", xml))


def keys(text: str) -> set[str]:
    """The keys of a text that nobody types."""
    for typed in TYPED:
        text = re.sub(typed, " ", text)
    return set(KEY.findall(text))


@pytest.fixture(scope="session", params=["zh", "en"])
def read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Assessment, Path, str]:
    """The demo county in every form that a person reads, in one language."""
    demo, lang = demo_assessment(), request.param
    formats = ["html", "map", "xlsx", "docx", *(["pdf"] if found() else [])]
    folder = tmp_path_factory.mktemp("read") / lang
    return demo, write_run(demo, folder, formats=formats, lang=lang), lang


def test_pages_and_papers_hold_no_key_that_nobody_types(
    read: tuple[Assessment, Path, str],
) -> None:
    _demo, folder, _lang = read
    for file in sorted(folder.glob("*.html")):
        assert keys(page(file.read_text("utf-8"))) == set(), file.name
    for file in (folder / "report.xlsx", folder / "report.docx"):
        assert keys(office(file)) == set(), file.name
    pdf = folder / "report.pdf"
    if pdf.exists() and shutil.which("pdftotext"):
        told = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True)
        # a key is broken anywhere between two lines
        joined = re.sub(r"\s*\n\s*", "", told.stdout.decode())
        named = {key for key in keys(joined) if "_" in key}
        assert named - {*DOSSIER_FIELDS, "planned_use"} == set()


def test_chinese_pages_and_papers_have_one_way_to_write_square_metres(
    read: tuple[Assessment, Path, str],
) -> None:
    _demo, folder, lang = read
    texts = {file.name: page(file.read_text("utf-8")) for file in folder.glob("*.html")}
    texts |= {name: office(folder / name) for name in ("report.xlsx", "report.docx")}
    if lang == "zh":
        assert [name for name, text in texts.items() if "m²" in text] == []
        assert "平方米" in texts["report.html"]


def test_parcels_and_the_pieces_cut_from_them_have_a_word_each(
    read: tuple[Assessment, Path, str],
) -> None:
    """LAND-03 of T02: 14 parcels (图斑) are met, cut into more pieces (图块)."""
    demo, folder, lang = read
    found = demo.finding("LAND-03", "T02").why.render(lang)
    assert demo.town("T02").measures["farmland_built_on"].pieces > 14
    if lang == "en":
        return
    assert "涉及14个图斑" in found
    texts = {file.name: page(file.read_text("utf-8")) for file in folder.glob("*.html")}
    texts |= {name: office(folder / name) for name in ("report.xlsx", "report.docx")}
    for name, text in texts.items():
        assert not re.search(r"[共全部]\d+个图斑|最大的\d+个图斑|(?:细碎|碎屑)图斑|碎片", text), (
            name
        )
    for name in ("report.html", "report.docx"):
        assert texts[name].count("仍为1个图斑，但成为多个图块") == 1, name


def test_the_console_holds_no_key_that_nobody_types(
    read: tuple[Assessment, Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    demo, _folder, lang = read
    summary.page(demo, Path("out"), ["html"], lang)
    summary.every_finding(demo, Path("out"), ["html"], lang)
    assert keys(capsys.readouterr().out) == set()


def test_what_is_explained_holds_no_key_that_nobody_types(
    read: tuple[Assessment, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    demo, folder, lang = read
    monkeypatch.setattr(explain, "read_run", cache(explain.read_run))
    for finding in demo.findings:
        told = explain.explain(folder, finding.rule, finding.town)
        said = "\n".join(text for _head, text in explain.lines(told, lang))
        assert keys(said) == set(), finding.rule


def test_a_key_is_seen_and_what_is_typed_is_not() -> None:
    assert keys("档案未载明：镇一级财政（facts.town_treasury）。") == {"facts.town_treasury"}
    assert keys("set by [parameter] in land_use") == {"[parameter]", "land_use"}
    assert keys("在小镇档案中填写“镇一级财政（facts.town_treasury）”") == set()
