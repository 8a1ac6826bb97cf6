"""Outputs of many towns that processes write: the bytes that one process writes."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from tests.factory_land import box, catalog, write

from townland.assessment import Checker
from townland.assessment.batch import Batch, check_in_tiles
from townland.errors import EngineError, ReportError
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import Town, read_towns
from townland.writing import side_by_side
from townland.writing.pages import town_files
from townland.writing.run_folder import write_run

FORMATS = ("html", "map", "csv", "gpkg")


class Pool:
    """A pool in this process, which hands everything over as to another one."""

    def __init__(self, begun: int, **how: Any) -> None:
        self.begun, self.how = begun, how
        begin, given = pickle.loads(pickle.dumps((how["initializer"], how["initargs"])))  # noqa: S301 # own
        begin(*given)

    def submit(self, *call: Any) -> Future[None]:
        work, *given = pickle.loads(pickle.dumps(call))  # noqa: S301 # own
        future: Future[None] = Future()
        try:
            future.set_result(work(*given))
        except Exception as problem:  # noqa: BLE001 # as a pool does
            future.set_exception(problem)
        return future

    def shutdown(self, **_how: object) -> None:
        side_by_side._OWN.clear()


class Dying(Pool):
    """A pool whose processes die."""

    def submit(self, *_call: Any) -> Future[None]:
        future: Future[None] = Future()
        future.set_exception(BrokenProcessPool("died"))
        return future


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("towns")


@pytest.fixture(scope="module")
def three(folder: Path) -> tuple[Checker, Sequence[Town]]:
    """Three towns, and what checks them."""
    cells = [box(x, 0, x + 100, 100) for x in range(0, 600, 100)]
    survey = write(folder / "survey.gpkg", cells, BSM=list("123456"), DLBM=["0101", "0301"] * 3,
                   KCXS=["0.1"] * 6, QSXZ=["30"] * 6)  # fmt: skip
    shapes = [box(200 * n + 20, 20, 200 * n + 190, 80) for n in range(3)]
    towns = read_towns([write(folder / "towns.gpkg", shapes, name=["甲", "乙", "丙"])])
    book = load_rulebook("national-2021")
    return Checker(catalog(folder, {"land_use": survey}), book, on="2022-12-31"), towns


@pytest.fixture(scope="module")
def found(folder: Path, three: tuple[Checker, Sequence[Town]]) -> Assessment:
    """Three towns, measured in tiles: what is drawn of them lies in files."""
    return check_in_tiles(*three, Batch(folder / "state", most=1))


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three towns are many enough for processes."""
    monkeypatch.setattr(town_files, "MANY", 2)
    monkeypatch.setattr(side_by_side, "end_with_parent", lambda: None)


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.usefixtures("many")
def test_processes_write_the_same_bytes(
    found: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Pool] = []

    def pool(*given: Any, **how: Any) -> Pool:
        pools.append(Pool(*given, **how))
        return pools[-1]

    monkeypatch.setattr(side_by_side, "ProcessPoolExecutor", pool)
    alone = write_run(found, tmp_path / "alone", formats=FORMATS)
    assert not pools
    together = write_run(found, tmp_path / "together", formats=FORMATS, workers=2)
    assert [(each.begun, each.how["mp_context"].get_start_method()) for each in pools] == [
        (2, "spawn")
    ]
    assert contents(together) == contents(alone)


def test_evidence_of_tiles_is_that_of_all_at_once(
    found: Assessment, three: tuple[Checker, Sequence[Town]], tmp_path: Path
) -> None:
    """The record of the check within it, too, though tiles share no objects."""
    checker, towns = three
    tiled = write_run(found, tmp_path / "tiled", formats=("gpkg",))
    whole = write_run(checker.check(towns), tmp_path / "whole", formats=("gpkg",))
    assert contents(tiled) == contents(whole)


@pytest.mark.usefixtures("many")
def test_a_process_that_dies_or_fails_leaves_nothing(
    found: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "ProcessPoolExecutor", Dying)
    with pytest.raises(EngineError) as died:
        write_run(found, tmp_path / "out", formats=FORMATS, workers=2)
    assert "report.html, map.html" in died.value.render("en")
    assert "--workers 1" in died.value.render("en")

    def fails(*_given: object, **_how: object) -> None:
        raise ReportError("no room")

    monkeypatch.setattr(side_by_side, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr("townland.writing.maps.page.map_files", fails)
    with pytest.raises(ReportError, match="no room"):
        write_run(found, tmp_path / "out", formats=FORMATS, workers=2)
    assert not (tmp_path / "out").exists()
