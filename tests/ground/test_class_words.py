"""Names of classes to readers of English: every class has one, and the Chinese stands beside it."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from townland.standards.class_names import class_words
from townland.standards.landclass import SCHEMES, load_scheme


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_class_has_an_english_name(scheme: str) -> None:
    for entry in load_scheme(scheme).entries.values():
        words = class_words(entry.name)
        assert words != entry.name
        english, chinese = words.render("en"), words.render("zh")
        assert chinese == entry.name
        assert english.endswith(f" {entry.name}")
        assert english.split(" ")[0].isascii()
        # figures are the same in both languages
        assert not any(sign.isdigit() for sign in english.removesuffix(entry.name))


def test_no_two_classes_of_a_scheme_have_one_english_name() -> None:
    folder = files("townland") / "standards" / "landclasses"
    english = {
        row["name"]: row["english"]
        for row in csv.DictReader((folder / "english.csv").read_text("utf-8").splitlines())
    }
    for scheme in SCHEMES:
        names = {entry.name for entry in load_scheme(scheme).entries.values()}
        assert len({english[name] for name in names}) == len(names), scheme
