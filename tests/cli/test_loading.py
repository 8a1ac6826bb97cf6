"""Libraries are loaded without a search for garbage, and searching goes on afterwards."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from townland_cli.loading import loading


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_garbage_is_not_searched_for_while_libraries_are_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frozen = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
        with loading():
            monkeypatch.setitem(sys.modules, "a_library", ModuleType("a_library"))
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen


def test_where_nothing_is_loaded_nothing_is_kept() -> None:
    frozen = gc.get_freeze_count()
    with loading():
        import gc as known  # noqa: F401 - as a second check of one process
    assert gc.get_freeze_count() == frozen


def test_searching_goes_on_where_a_library_cannot_be_loaded() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError("missing")
    assert gc.isenabled()
