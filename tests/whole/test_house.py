"""How the tree is laid out: its rooms, its files, and the figures that CONTRIBUTING prints."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from tools import measure

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def figures() -> dict[str, measure.Figure]:
    return {each.name: each for each in measure.figures()}


def test_no_file_of_the_tests_is_loaded_as_two_modules() -> None:
    names: dict[str, list[str]] = defaultdict(list)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(TESTS):
            names[file].append(name)
    assert [each for each in names.values() if len(each) > 1] == []


def test_the_house_keeps_its_bars(figures: dict[str, measure.Figure]) -> None:
    past = [each for each in figures.values() if not each.reached]
    assert [measure.printed(each, places=True) for each in past] == []


def test_contributing_prints_the_figures(figures: dict[str, measure.Figure]) -> None:
    text = measure.CONTRIBUTING.read_text("utf-8")
    assert text == measure.page(text, measure.table([*figures.values()])), (
        "run: .venv/bin/python tools/measure.py --write"
    )


def test_contributing_s_map_of_the_rooms_is_the_import_contract() -> None:
    text = measure.CONTRIBUTING.read_text("utf-8").partition("## The rooms")[2]
    rows = re.findall(r"^\| (`.*?) \|", text.partition("\n## ")[0], re.M)
    contract = [set(floor.replace(" ", "").split("|")) for floor in measure.floors()]
    assert [set(re.findall(r"`(\w+)`", row)) for row in rows] == contract
    assert {room.removesuffix(".py") for room in measure.entries()} == set().union(*contract)


# ---------------------------------------------------------------- the tool itself


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of two rooms that lead to each other, one import deferred, one for types alone."""
    library = tmp_path / "src" / "townland"
    room = library / "room"
    room.mkdir(parents=True)
    (library / "__init__.py").write_text("from townland import above\n")
    (library / "above.py").write_text(
        "from typing import TYPE_CHECKING, Any, cast\n"
        "if TYPE_CHECKING:\n    from townland.room import below\n\n"
        "class Thing:\n    x: dict[str, Any]\n    y = cast(int, 1)\n"
    )
    (room / "__init__.py").write_text('"""See `elsewhere.md` and README.md."""\n')
    (room / "below.py").write_text(
        'def sum_of(a, *, b, c):\n    """Sum.\n\n    Parameters\n    ----------\n    a, c\n        m\n'
        '    """\n    # why\n\n    from ..above import Thing\n\n    return Thing\n\n'
        "class Thing:\n    pass\n"
    )
    (tmp_path / "README.md").write_text("x")
    monkeypatch.setattr(measure, "ROOT", tmp_path)
    monkeypatch.setattr(measure, "LIBRARY", library)
    monkeypatch.setattr(measure, "CODE", (library,))
    for cached in (measure.imports, measure.lengths):
        monkeypatch.setattr(measure, cached.__name__, cached.__wrapped__)
    return library


def test_the_measures_count_what_they_say(code: Path) -> None:
    below = "src/townland/room/below.py"
    assert measure.entries() == ["above.py", "room"]
    assert measure.cycles() == ["townland.above ↔ townland.room.below"]
    assert measure.anys() == ["src/townland/above.py:6"]
    assert measure.casts() == ["src/townland/above.py:7"]
    assert measure.doubles() == [f"Thing: src/townland/above.py:5, {below}:15"]
    assert measure.lengths() == ((3, f"{below}:1 sum_of"),)
    assert measure.undescribed() == [f"{below}:1 sum_of: b"]
    assert measure.strangers() == ["src/townland/room/__init__.py:1 elsewhere.md"]


def test_a_package_and_what_is_in_it_may_lead_to_each_other(code: Path) -> None:
    (code / "room" / "__init__.py").write_text("from . import below\n")
    (code / "room" / "below.py").write_text("import townland.room\n")
    assert measure.cycles() == ["townland.room ↔ townland.room.below"]


@pytest.mark.parametrize("text", ["Any", "typing.Any"])
def test_any_is_known_by_either_name(text: str) -> None:
    assert measure.is_any(ast.parse(text, mode="eval").body)
