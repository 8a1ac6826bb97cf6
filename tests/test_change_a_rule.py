"""The page “change a rule”, followed word for word as a new user would, and its notebook."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

from townland.errors import RulebookError
from townland.rules.loader import load_rulebook
from townland_cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = ("change-a-rule.md", "change-a-rule.zh-CN.md")


def blocks(page: str, kind: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.M | re.S)
    return [block for found, block in fenced if found == kind]


def commands(page: str) -> list[list[str]]:
    return [shlex.split(block) for block in blocks(page, "") if block.startswith("townland ")]


@pytest.mark.parametrize("page", PAGES)
def test_the_page_works_as_it_is_written(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "layers").symlink_to(ROOT / "layers")
    (rulebook,) = blocks(page, "toml")
    (tmp_path / "my-county.toml").write_text(rulebook, "utf-8")
    assert [words[1] for words in commands(page)] == ["rules", "rules", "check", "explain"]
    for words in commands(page):
        done = CliRunner().invoke(app, [*words[1:], "--lang", "en"])
        # the towns of the sample break rules by design
        assert done.exit_code == (1 if words[1] == "check" else 0), (words, done.output)
        if words[1] == "check":
            row = next(line for line in done.stdout.splitlines() if line.startswith("LAND-01"))
            assert re.split(r"\s{2,}", row) == [
                "LAND-01", "T02", "complies", "needs review", "band: 0.1 / 0.01",
            ]  # fmt: skip


def test_a_wrong_key_gets_what_the_page_says(tmp_path: Path) -> None:
    (rulebook,) = blocks(PAGES[0], "toml")
    path = tmp_path / "my-county.toml"
    path.write_text(rulebook.replace("band", "bnad"), "utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    told = caught.value.render("en").replace(f"{tmp_path.as_posix()}/", "")
    assert f"{told}\n" in blocks(PAGES[0], "")


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
