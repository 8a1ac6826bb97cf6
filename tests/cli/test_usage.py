"""A mistyped line is answered in the reader's language, with what was perhaps meant."""

from __future__ import annotations

import re
import sys

import pytest

import townland_cli
from townland.i18n import LANGUAGES

LINES = [
    ("check --ot x", "--ot", "--out", "check"),
    ("check --lan en x", "--lan", "--lang", "check"),
    ("chek x", "chek", "check", ""),
    ("layers ini", "ini", "init", "layers"),
    ("xyzzy", "xyzzy", "explain", ""),
    ("check", "boundary", "", "check"),
    ("explain my-run", "rule", "LAND-03", "explain"),
    ("check x --out", "--out", "", ""),
    ("doctor --quiet=2", "--quiet", "", ""),
    ("demo one two", "one two", "", "demo"),
    ("check x --workers many", "--workers", "", "check"),
    ("doctor --accuracy", "--accuracy", "", "doctor"),
]


def said(
    line: str, lang: str, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
) -> str:
    """What is said of a line; it leaves with 2, and nothing goes to standard output."""
    patch.setattr(sys, "argv", ["townland", *line.split()])
    patch.setattr(townland_cli, "language", lambda: lang)
    with pytest.raises(SystemExit) as left:
        townland_cli.main()
    assert left.value.code == 2
    out, err = capture.readouterr()
    assert out == ""
    (whole,) = err.splitlines()
    return whole


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("line", "typed", "meant", "command"), LINES)
def test_a_mistyped_line(
    line: str,
    typed: str,
    meant: str,
    command: str,
    lang: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = said(line, lang, monkeypatch, capsys)
    assert typed in whole
    assert meant in whole
    assert " ".join(["`townland", *command.split(), "--help`"]) in whole
    if lang == "zh":
        assert re.search("[\u4e00-\u9fff]", whole)
        assert not re.search(r"No such|[Mm]issing|unexpected|require|[Ii]nput|valid", whole)
    else:
        assert whole.startswith("Error: ")


CHECK = "check layers/sample/towns.gpkg --catalog layers/catalog.toml"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--dossier nowhere.xlsx", "nowhere.xlsx"),
        ("--rules nowhere.toml", "nowhere.toml"),
        ("--formats pdf --font nowhere.ttf", "nowhere.ttf"),
        ("--formats pdf --font layers", "layers"),
        ("--formats docx --template nowhere.docx", "nowhere.docx"),
        ("--formats xlsx --template nowhere.xlsx", "nowhere.xlsx"),
        ("--formats xlsx --template layers", "layers"),
        ("--scheduler-file nowhere.json", "nowhere.json"),
        ("--log-file nowhere/my.log", "nowhere/my.log"),
        ("--formats=", "html, map, gpkg, xlsx, docx, pdf"),
        ("--formats=,", "html, map, gpkg, xlsx, docx, pdf"),
    ],
)
def test_a_file_that_is_not_there_is_told_in_plain_words(
    option: str, told: str, lang: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    whole = said(f"{CHECK} --lang {lang} {option}", lang, monkeypatch, capsys)
    assert told in whole
    assert not re.search("Errno|No such file or directory|Is a directory", whole)
