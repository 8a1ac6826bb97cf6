"""The page “change a rule”, followed word for word as a new user would, and its notebook."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

import townland as tl
from townland.errors import ReportError, RulebookError
from townland.rules.book.loader import load_rulebook
from townland.writing.run_folder import WRITERS
from townland_cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = ("change-a-rule.md", "change-a-rule.zh-CN.md")


def blocks(page: str, kind: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.M | re.S)
    return [block for found, block in fenced if found == kind]


def commands(page: str) -> list[tuple[str, str]]:
    """The commands of a page in their order, each with the output that the page shows of it."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.M | re.S)
    found: list[tuple[str, str]] = []
    for kind, block in fenced:
        if kind == "":
            found.append((block.strip(), ""))
        elif kind == "text":
            found[-1] = (found[-1][0], block)
    return found


def mistakes(page: str) -> list[tuple[str, str]]:
    """What the page says may be typed in place of the file's last line, and what townland says of it."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    return re.findall(r"^\| `(b\w+ .*?)` \| (.*my-county\.toml.*) \|$", text, flags=re.M)


@pytest.fixture(scope="module")
def check_once() -> Callable[..., tl.Assessment]:
    """The check, run once for both pages, whose rulebooks and commands are the same but for --lang."""
    done: dict[tuple[str, str], tl.Assessment] = {}
    really = tl.Checker.check

    def check(checker: tl.Checker, towns: Any, **options: Any) -> tl.Assessment:
        key = checker.rulebook.id, str(checker.on)
        if key not in done:
            done[key] = really(checker, towns, **options)
        return done[key]

    return check


def touched(_assessment: tl.Assessment, path: Path, *_more: object) -> None:
    """Write an empty file in place of an output."""
    path.touch()


def test_the_pages_show_the_same_rulebook_and_check() -> None:
    english, chinese = (blocks(page, "toml") for page in PAGES)
    assert english == chinese
    english, chinese = ([line for line, _shown in commands(page)] for page in PAGES)
    assert [line.removesuffix(" --lang en") for line in english] == chinese


@pytest.mark.parametrize("page", PAGES)
def test_the_page_works_as_it_is_written(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    check_once: Callable[..., tl.Assessment],
) -> None:
    monkeypatch.setattr(tl.Checker, "check", check_once)
    if page != PAGES[0]:  # the map and the evidence are written in earnest for the first page
        empty = [replace(writer, write=touched) for writer in WRITERS if writer.name != "html"]
        both = {writer.name: writer for writer in (*WRITERS, *empty)}
        monkeypatch.setattr("townland.writing.run_folder.WRITERS", tuple(both.values()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")  # so wide is the console of the page
    (tmp_path / "layers").symlink_to(ROOT / "layers")
    (rulebook,) = blocks(page, "toml")
    (tmp_path / "my-county.toml").write_text(rulebook, "utf-8")
    held = [(shlex.split(line), shown) for line, shown in commands(page)]
    assert [words[1] for words, _shown in held] == ["rules", "rules", "check", "explain"]
    assert [bool(shown) for _words, shown in held] == [True, True, True, False]
    (tmp_path / "compare").mkdir()
    (tmp_path / "compare" / "other.txt").touch()
    refused = CliRunner().invoke(app, held[2][0][1:]).exception
    assert isinstance(refused, ReportError), "other files are there"
    assert refused.exit_code == 2
    shutil.rmtree(tmp_path / "compare")
    for words, shown in held:
        assert (words[-2:] == ["--lang", "en"]) == (page == PAGES[0]), (
            "the English page speaks English"
        )
        done = CliRunner().invoke(app, words[1:])
        # the towns of the sample break rules by design
        assert done.exit_code == (1 if words[1] == "check" else 0), (words, done.output)
        said = done.stdout.splitlines()
        assert [line for line in said if line in shown.splitlines()] == shown.splitlines(), said


@pytest.mark.parametrize("page", PAGES)
def test_a_mistake_gets_what_the_page_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (rulebook,) = blocks(page, "toml")
    head, last = rulebook.rstrip("\n").rsplit("\n", 1)
    assert last == "band = 0.01"
    found = mistakes(page)
    assert [typed for typed, _said in found] == [
        "bnad = 0.01", "band = 1%", "band ＝ 0.01", 'band = "0.01"', "band = 1",
    ]  # fmt: skip
    lint = next(line for line, _shown in commands(page) if "lint" in line)
    for typed, said in found:
        (tmp_path / "my-county.toml").write_text(f"{head}\n{typed}\n", "utf-8")
        done = CliRunner().invoke(app, shlex.split(lint)[1:])
        assert done.stdout.splitlines()[0] == said
        assert done.exit_code == (0 if typed == "band = 1" else 1)
    for old, new in (("LAND-01", "LAND-1"), ("liuzhou-2018", "liuzhou-2081")):
        (tmp_path / "my-county.toml").write_text(rulebook.replace(old, new), "utf-8")
        refused = CliRunner().invoke(app, shlex.split(lint)[1:]).exception
        assert isinstance(refused, RulebookError)
        assert refused.exit_code == 2


def test_a_wrong_key_is_refused_where_the_rulebook_is_used(tmp_path: Path) -> None:
    (rulebook,) = blocks(PAGES[0], "toml")
    path = tmp_path / "my-county.toml"
    path.write_text(rulebook.replace("band", "bnad"), "utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    told = caught.value.render("en").replace(f"{tmp_path.as_posix()}/", "")
    assert ("bnad = 0.01", told) in mistakes(PAGES[0])


def test_what_the_table_offers_are_keys_of_their_rules(tmp_path: Path) -> None:
    (rulebook,) = blocks(PAGES[0], "toml")
    head = rulebook[: rulebook.index("[[rule]]")]
    offered = {
        "LAND-01": "modal = false",
        "INV-01": 'basis = "planning_area"',
        "INV-03": "minimum_share = 0.5",
        "IND-04": "near_km = 5",
    }
    for page in PAGES:
        text = (ROOT / "docs" / page).read_text("utf-8")
        assert all(f"`{line}`" in text for line in offered.values())
    rules = "".join(f'[[rule]]\nid = "{rule}"\n{line}\n' for rule, line in offered.items())
    path = tmp_path / "offered.toml"
    path.write_text(head + rules, "utf-8")
    held: dict[str, Any] = {rule.id: rule for rule in load_rulebook(path).rule}
    assert held["LAND-01"].modal is False
    assert held["INV-01"].basis == "planning_area"


# what the kernel's libraries warn of in this process is none of townland's
@pytest.mark.filterwarnings("default")
def test_the_notebook_shows_it() -> None:
    path = ROOT / "notebooks" / "02_change_a_rule.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": ROOT}}).execute()
    told = {cell["id"]: str(cell["outputs"]) for cell in notebook.cells if cell.get("outputs")}
    assert "LAND-01" in told["rest"]
    assert "review" in told["after"]
    assert "band" in told["wrong"]
    assert "8" in told["wrong"]
