"""How the tree is laid out: its rooms, its files, and the figures that CONTRIBUTING prints."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_no_file_of_the_tests_is_loaded_as_two_modules() -> None:
    names: dict[str, list[str]] = defaultdict(list)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(TESTS):
            names[file].append(name)
    assert [each for each in names.values() if len(each) > 1] == []
