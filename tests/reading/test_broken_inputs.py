"""The corpus of broken inputs: each gets its diagnosis in both languages, and is cured by its advice."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factory_broken import READERS, TABLE, Broken, Seen

from townland.errors import DossierError, TownlandError
from townland.issues import GEOMETRY
from townland.reading.formats import FORMATS

QUOTED = re.compile(r"原文：.*?(）|$)|--[a-z-]+ \S+|townland (dossier new|layers init)", re.S)
"""What a library said, in its own words and marked as such in Chinese; what is typed at the prompt."""
ENGLISH = re.compile(r"\b[A-Za-z]?[a-z]{2,} [a-z]{2,}\b")


@pytest.fixture(autouse=True)
def _makers_may_warn() -> Iterator[None]:
    """Libraries warn of what the broken files are made of; townland's own reading may not."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        warnings.filterwarnings("ignore", message="invalid value encountered in linearrings")
        yield


def met(case: Broken, path: Path, **more: Any) -> Seen | TownlandError:
    try:
        return case.way(path, **{**case.given, **more})
    except TownlandError as problem:
        return problem


def words(case: Broken, found: Seen | TownlandError) -> tuple[str, str]:
    """What was told, in English and in Chinese."""
    if isinstance(found, TownlandError):
        assert isinstance(case.told, type), f"refused: {found.render('en')}"
        assert type(found) is case.told
        return found.message.render("en"), str(found)
    assert isinstance(case.told, str), f"nothing was refused; said: {codes(found)}"
    messages = [message for code, message in found.said if code == case.told]
    assert messages, f"said: {codes(found)}"
    return messages[0].render("en"), messages[0].render("zh")


def codes(found: Seen) -> list[str]:
    return [code for code, _message in found.said]


def assert_told(text: str, pattern: str) -> None:
    """The pieces of `pattern`, between … and →, stand in the text in their order."""
    at = 0
    for piece in filter(None, map(str.strip, re.split("[…→]", pattern))):
        where = text.find(piece, at)
        assert where >= 0, f"{piece!r} does not stand in its place in: {text}"
        at = where + len(piece)


@pytest.mark.parametrize("name", TABLE)
def test_each_is_diagnosed_and_cured(tmp_path: Path, name: str) -> None:
    case = TABLE[name]
    path = case.write(tmp_path)
    found = met(case, path)
    en, zh = words(case, found)
    assert_told(en, case.en)
    assert_told(zh, case.zh)
    assert not ENGLISH.search(QUOTED.sub("", zh)), zh
    assert "townland-" not in en  # the folder into which a zip is unpacked is nobody's business
    if isinstance(found, Seen) and case.cure is None and case.area_m2 is not None:
        assert found.area_m2 == pytest.approx(case.area_m2, abs=case.within_m2)
    if case.cure is None:
        return
    if callable(case.cure):
        other = case.cure(path)
        cured = met(case, other if isinstance(other, Path) else path)
    else:
        cured = met(case, path, **case.cure)
    assert isinstance(cured, Seen), cured.render("en")
    if case.area_m2 is not None:
        assert cured.area_m2 == pytest.approx(case.area_m2, abs=case.within_m2)
    assert case.code is None or case.code in codes(cured)
    assert case.code == case.told or case.told not in codes(cured)


# --- the corpus itself ----------------------------------------------------------------------------


def test_the_corpus_is_large_and_no_case_stands_twice() -> None:
    assert len(TABLE) >= 150
    bodies = [
        (case.write.__code__.co_code, case.write.__code__.co_consts[1:], case.write.__code__.co_names,
         case.way.__code__.co_code, repr(case.given))
        for case in TABLE.values()
    ]  # fmt: skip
    assert [name for name, body in zip(TABLE, bodies, strict=True) if bodies.count(body) > 1] == []


def test_every_reader_meets_broken_files() -> None:
    assert {case.reader for case in TABLE.values()} == set(READERS)
    assert {form.name for form in FORMATS} <= set(READERS)


def test_every_fault_of_geometry_has_a_case() -> None:
    told = {case.told for case in TABLE.values()} | {case.code for case in TABLE.values()}
    assert set(GEOMETRY) <= told


@pytest.mark.parametrize("name", TABLE)
def test_every_case_says_where_what_and_what_to_do(name: str) -> None:
    """An error names what to do in both languages, behind the arrow; its diagnosis stands before."""
    case = TABLE[name]
    for pattern in (case.en, case.zh):
        if isinstance(case.told, type):
            before, arrow, behind = pattern.partition("→")
            assert arrow
            assert before.strip(" …")
            assert behind.strip(" …")
    assert re.search("[\u4e00-\u9fff]", case.zh)
    assert case.area_m2 is not None or case.reader in ("catalog", "database", "dossier") or (
        case.told == "gcj02_suspected"
    )  # fmt: skip
    cured = case.cure is not None or isinstance(case.told, str)
    assert cured or case.reader == "database"
    assert case.told is not DossierError or case.cure is not None
