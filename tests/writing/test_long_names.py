"""Names of 300 letters: shortened at 200 signs wherever a person reads them, whole in JSON."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import factory_pages
from tests.factory_pages import assessment
from tests.writing.test_pages_in_browser import side_by_side

from townland.i18n import LANGUAGES, catalog, displayed, shortened
from townland.output.json_text import dumps
from townland.results import Assessment
from townland.writing.maps.page import map_html
from townland.writing.papers.content import cleaned, content
from townland.writing.report.assessment_json import assessment_json
from townland.writing.report.html import report_html
from townland.writing.workbook import write_workbook

NAMES = tuple(letter * 300 for letter in "WMABXY")
LONG = re.compile(r"([WMABXY])\1{200}")


@pytest.fixture(scope="module")
def long_names() -> Assessment:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factory_pages, "HOSTILE", NAMES)
        return assessment(hostile=True, towns=2)


def as_workbook(checked: Assessment, folder: Path) -> str:
    path = folder / "report.xlsx"
    write_workbook(checked, path, lang="zh")
    with zipfile.ZipFile(path) as members:
        return "".join(members.read(name).decode() for name in members.namelist())


@pytest.mark.parametrize(
    "printed",
    [
        lambda checked, _folder: report_html(checked),
        lambda checked, _folder: map_html(checked),
        lambda checked, _folder: side_by_side(checked, "zh"),
        as_workbook,
        lambda checked, _folder: dumps(cleaned(content(checked, "zh"))),
    ],
    ids=["report", "map", "comparison", "workbook", "papers"],
)
def test_names_are_shortened_where_a_person_reads_them(
    printed: Callable[[Assessment, Path], str], long_names: Assessment, tmp_path: Path
) -> None:
    text = printed(long_names, tmp_path)
    whole = re.sub(r"\"code\":\"\w+\"", "", text)  # by its code a town is looked up in the map
    assert LONG.search(whole) is None
    assert "W" * 149 + "…" + "W" * 50 in text


def test_names_are_whole_in_json(long_names: Assessment) -> None:
    text = dumps(assessment_json(long_names, lang="zh"))
    assert NAMES[0] in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("W" * 200, "W" * 200),
        ("字" * 300, "字" * 149 + "…" + "字" * 50),
        ("ab " * 100, ("ab " * 100)[:149] + "…" + ("ab " * 100)[-50:]),
        ("a/" * 300, "a/" * 300),
        ("甲镇、" * 100, "甲镇、" * 100),
        ("A sentence. " * 40, "A sentence. " * 40),
        ("before " + "W" * 300, None),
    ],
    ids=["200", "signs", "words", "a path", "a list", "sentences", "a word in a sentence"],
)
def test_what_is_shortened(text: str, shown: str | None) -> None:
    assert shortened(text) == shown or (shown is None and len(shortened(text)) <= 207)
    assert displayed(text, "en") == shortened(text)


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_no_sentence_of_the_catalog_is_shortened(language: str) -> None:
    known = catalog(language)
    every = getattr(known, "_catalog").items()  # noqa: B009 - no public way to all of them
    for english, translated in every:
        assert english == "" or shortened(english) == english
        assert english == "" or shortened(translated) == translated
