"""``--watch``: a check after each change, also after one that was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.factory_demo import demo_assessment

from townland.errors import LayerError
from townland_cli import watching


def sleeping(steps: Iterator[Callable[[], object]]) -> Callable[[float], None]:
    """A sleep in whose place a step is done; without one left somebody presses Ctrl-C."""

    def sleep(_seconds: float) -> None:
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    return sleep


def test_it_checks_again_after_each_change_and_after_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    boundary, dossiers = tmp_path / "towns.txt", tmp_path / "dossiers"
    dossiers.mkdir()
    boundary.write_text("1")
    seen: list[str] = []

    def once() -> list[object]:
        seen.append(boundary.read_text() if boundary.exists() else "gone")
        if seen[-1] == "gone":
            raise LayerError("towns.gpkg: the file does not exist")
        return []

    def nothing() -> None:
        """Pass the time."""

    steps = [
        nothing,  # nothing changed: no check
        lambda: boundary.write_text("22"),
        lambda: boundary.write_text("333"),  # still being written: no check yet
        nothing,
        boundary.unlink,  # refused, and waited for
        nothing,
        lambda: boundary.write_text("4444"),
        nothing,
        lambda: (dossiers / "T01.toml").write_text("x"),
        nothing,
    ]
    monkeypatch.setattr("time.sleep", sleeping(iter(steps)))
    with pytest.raises(KeyboardInterrupt):
        watching.watch(once, [boundary, dossiers], "en")
    assert seen == ["1", "333", "gone", "4444", "4444"]
    _out, err = capsys.readouterr()
    assert err.count("watching 2 files; Ctrl-C ends") == 5
    assert "Error: towns.gpkg: the file does not exist" in err
    assert f"changed: {dossiers.as_posix()}" in err


def test_every_layer_of_the_catalog_is_watched() -> None:
    names = {path.name for path in watching.files_of([demo_assessment()])}
    assert names >= {"county.gdb", "YJJBNTBHTB.shp", "plan.gpkg", "dem.tif", "land_cover.tif"}
