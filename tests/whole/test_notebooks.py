"""The notebooks run from top to bottom against the repository's layers."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def outputs(cell: nbformat.NotebookNode, kind: str) -> list[str]:
    return [out["data"][kind] for out in cell.outputs if kind in out.get("data", {})]


def test_there_are_notebooks() -> None:
    names = [path.name for path in NOTEBOOKS]
    assert names == ["01_check_a_town.ipynb", "02_change_a_rule.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs"), cell.source
        assert cell.get("execution_count") is None


# What the kernel's libraries warn of in this process is none of townland's.
@pytest.mark.filterwarnings("default")
def test_checking_a_town() -> None:
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": ROOT}}
    ).execute()
    cells = {cell.id: cell for cell in notebook.cells}
    assert "螺溪小镇" in outputs(cells["inputs"], "text/plain")[0]
    assert "not_evaluated" in outputs(cells["check"], "text/html")[0]
    assert "永久基本农田" in cells["reason"].outputs[0]["text"]
    assert "<svg" in outputs(cells["town"], "text/html")[0]
    assert "水田" in outputs(cells["classes"], "text/html")[0]
    assert outputs(cells["chart"], "text/html")[0].count("linear-gradient") > 5  # bars are drawn
    assert outputs(cells["sum"], "text/plain") == ["True"]
    # nothing is built on it any more; what decides is what the boundary encloses
    shown = outputs(cells["what-if"], "text/plain")
    assert shown == ["<Finding LAND-03 T02: review, 460118.17 m2>"]
    assert "srcdoc" in outputs(cells["map"], "text/html")[0]
    assert "farmland_built_on" in outputs(cells["evidence"], "text/html")[0]
