"""The pictures of the READMEs, and the script that takes them."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from tests.factory_browser import chromium
from tests.factory_pages import assessment
from tools import pictures

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")


@pytest.mark.parametrize(("readme", "name"), [*zip(READMES, pictures.NAMES.values(), strict=True)])
def test_the_readme_shows_what_its_script_makes(readme: Path, name: str) -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme.read_text(encoding="utf-8"))
    made = [*(shot.name for shot in pictures.SHOTS), "workbook"]
    assert sorted(shown) == sorted(f"docs/images/{name.format(name=each)}" for each in made)
    for picture in shown:
        assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")
        assert (ROOT / picture).stat().st_size < 250_000


@pytest.mark.browser
def test_the_script_of_the_pictures_takes_each_of_them(tmp_path: Path) -> None:
    with chromium():  # skipped without
        pass
    taken = pictures.take(assessment(), tmp_path, {"zh": "{name}.png"}, office=False)
    assert taken == ["report.png", "index.png", "sheet.png", "map.png"]
    for name in taken:
        header = (tmp_path / name).read_bytes()[:26]
        width, height, _bits, kind = struct.unpack(">4xIIBB", header[12:])
        assert (header[:4], kind) == (b"\x89PNG", 3)  # with a palette
        assert width >= 950
        assert height >= 1000


def test_without_libreoffice_the_workbooks_picture_is_left_and_a_line_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(pictures.workbook(tmp_path, tmp_path)) == []
    assert "soffice and pdftoppm is not on this machine" in capsys.readouterr().out
