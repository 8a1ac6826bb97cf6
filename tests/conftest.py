"""What all tests share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import townland  # noqa: F401 - its guards must be there before any test imports GDAL

# The speed of the machine decides no test; in CI the same examples are tried every time.
settings.register_profile("townland", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("townland")

LONGEST = (
    "fuzz/test_fuzz.py",
    "whole/test_paris.py",
    "cli/test_cli.py",
    "rules/test_cases.py",
    "whole/test_flanders.py",
    "cli/test_change_a_rule.py",
    "cli/test_demo_command.py",
    "writing/test_explain.py",
    "whole/test_cluster.py",
    "whole/test_growth.py",
    "writing/test_page_size.py",
    "writing/test_report_again.py",
    "rules/test_pipeline.py",
    "reading/test_reading_database.py",
    "writing/test_comparison.py",
    "whole/test_docs.py",
    "demo/test_sample.py",
    "demo/test_demo.py",
    "whole/test_assessment.py",
    "layers/test_propose.py",
    "whole/test_adversary.py",
    "writing/test_pages_in_browser.py",
)
"""The files that take longest, in that order, so that no process waits long for the other at the end."""


@pytest.fixture(scope="session", autouse=True)
def _own_cache() -> Iterator[None]:
    """A cache folder of these tests, so that none depends on what the user's remembers."""
    before = os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory(prefix="townland-cache-") as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first; the others keep their order behind them."""
    folder = Path(__file__).parent
    rank = {folder / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))
