"""A new output is one record: the command writes it, names it, and says so in its help."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORD = '''

def _note(assessment: Assessment, path: Path, asked: HowWritten) -> None:
    """Write a note of one line."""
    beside = sorted(asked.beside.values())
    path.write_text(f"{len(assessment.findings)} findings, beside {beside}", "utf-8")


WRITERS = (*WRITERS, Writer("note", "note.txt", _("file"), _note, default=False))
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in ("src", "cli"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    module = folder / "src" / "townland" / "writing" / "run_folder.py"
    text = module.read_text("utf-8")
    at = text.index("DEFAULT_FORMATS = ")
    module.write_text(text[:at] + RECORD.lstrip() + "\n\n" + text[at:], "utf-8")
    return folder


def townland(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(copy / name) for name in ("src", "cli"))
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "townland_cli", *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def test_it_is_written_and_named_at_the_end(copy: Path) -> None:
    layers = ROOT / "layers"
    town = (str(layers / "sample" / "towns.gpkg"), "--code-column", "code", "--where", "code=T01")
    run = townland(
        copy, "check", *town, "--catalog", str(layers / "catalog.toml"), "--on", "2018-12-31",
        "--out", "run", "--formats", "gpkg,note", "--lang", "en",
    )  # fmt: skip
    assert run.returncode in (0, 1, 3), run.stderr
    note = (copy / "run" / "note.txt").read_text("utf-8")
    assert note.endswith("findings, beside ['evidence.gpkg', 'note.txt']")
    assert "  run/note.txt  file" in run.stdout.splitlines()


def test_it_stands_in_help_and_is_no_default(copy: Path) -> None:
    text = townland(copy, "check", "--help", "--lang", "en").stdout
    shown = " ".join(text.replace("│", " ").split())
    assert "note: file" in shown
    assert "[default: html,map,gpkg]" in shown


def test_an_unknown_format_is_refused_with_those_that_are_known(copy: Path) -> None:
    run = townland(copy, "check", "x.gpkg", "--formats", "nota", "--lang", "en")
    assert run.returncode == 2
    assert "known are html, map, gpkg, " in run.stderr
    assert run.stderr.rstrip().endswith(", note, json")
