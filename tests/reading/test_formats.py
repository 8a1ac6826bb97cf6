"""The table of formats: each record is whole, and the pages on files list what the table lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from townland.reading.formats import BOUNDARIES, FORMATS, SUFFIXES, unread

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    "en": ("your-file.md", "The endings that are read: ", ", ", ".\n"),
    "zh": ("your-file.zh-CN.md", "可以读取的后缀：", "、", "。\n"),
}


def test_every_format_has_names_of_its_own() -> None:
    names = [form.name for form in FORMATS]
    suffixes = [suffix for form in FORMATS for suffix in form.suffixes]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes) == len(SUFFIXES)
    assert not set(suffixes) & {*unread.DRAWINGS, *unread.EXPORTS, *unread.OLD_WORKBOOKS}
    assert not set(suffixes) & {suffix for form in FORMATS for suffix in form.side_files}


def test_every_format_is_read_in_one_way() -> None:
    for form in FORMATS:
        ways = [form.open, form.read, form.is_raster, form.is_archive, not form.is_file]
        assert sum(map(bool, ways)) == 1, form
        assert form.numbered_from in (0, 1)
        assert not form.data_files or form.data_files[0] in form.suffixes
    assert all(form.suffixes for form in BOUNDARIES)


@pytest.mark.parametrize("lang", PAGES)
def test_the_pages_on_files_list_every_ending(lang: str) -> None:
    name, start, comma, end = PAGES[lang]
    listed = comma.join(
        " ".join((form.title.render(lang), *(f"`{suffix}`" for suffix in form.suffixes)))
        for form in FORMATS
        if form.suffixes
    )
    page = (DOCS / name).read_text("utf-8")
    assert start + listed + end in page
    table = page[page.index("|---|") : page.index("`townland convert")]
    for form in FORMATS:
        for title in form.titles:
            english = title if isinstance(title, str) else title.render("en")
            assert english in table or f"`.{english.lower()}`" in table or form.is_archive
