"""A `Checker` that keeps so much: many towns in tiles, in a folder that goes with the last of them."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
from tests.factory_land import box, catalog, write

from townland.assessment import Checker, batch, jobs
from townland.assessment.shelf import StoredTown, StoredTrace
from townland.assessment.tiles import MOST_TOWNS
from townland.catalog import LayerCatalog
from townland.errors import ReportError
from townland.measuring import TownResult
from townland.output import scratch
from townland.output.json_text import dumps
from townland.reading import cache
from townland.reading.kept import _bytes_of
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.rules.judging.trace import Trace
from townland.towns import Town, read_towns
from townland.writing.report.assessment_json import assessment_json

BOOK = load_rulebook("national-2021")
DAY = "2022-12-31"
TOWNS = 3 * MOST_TOWNS
APART = 1200
"""The middles of towns lie so far from each other: a tile's layers are not the next one's."""


def text(assessment: Assessment) -> str:
    return dumps(assessment_json(assessment))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[LayerCatalog, tuple[Town, ...]]:
    """Towns in a row, each on parcels of its own."""
    folder = tmp_path_factory.mktemp("row")
    spots = [APART * n for n in range(TOWNS)]
    cells = [box(x, y, x + 100, y + 100) for at in spots for x in range(at, at + 400, 100)
             for y in range(0, 400, 100)]  # fmt: skip
    count = len(cells)
    survey = write(
        folder / "survey.gpkg", cells, BSM=[str(n) for n in range(count)],
        DLBM=["0101", "0702", "0301", "0601"] * (count // 4), KCXS=["0.1"] * count, QSXZ=["30"] * count,
    )  # fmt: skip
    shapes = [box(at + 50, 50, at + 350, 350) for at in spots]
    file = write(folder / "towns.gpkg", shapes, name=[f"镇{n}" for n in range(TOWNS)])
    return catalog(folder, {"land_use": survey}), tuple(read_towns([file]))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = cache.folder()
    assert found is not None
    return found


def kept_in(folder: Path) -> list[Path]:
    """The folders for a while in a folder, and their locks."""
    return sorted(folder.glob(f"{scratch.PREFIX}*"))


Place = tuple[LayerCatalog, tuple[Town, ...]]


def test_a_bounded_check_of_many_towns_gives_the_bytes_of_all_at_once(place: Place) -> None:
    layers, towns = place
    whole = Checker(layers, BOOK, on=DAY).check(towns)
    found = Checker(layers, BOOK, on=DAY, keep_bytes=0).check(towns)
    assert text(found) == text(whole)
    assert {type(town) for town in found.towns} == {StoredTown}
    assert {type(finding.trace) for finding in found.findings if finding.town} == {StoredTrace}
    for stored, known in zip(found.towns, whole.towns, strict=True):
        assert stored.land.equals(known.land)
        for name, measure in stored.measures.items():
            assert measure.frame.equals(known.measures[name].frame)


def test_few_towns_are_measured_at_once_and_kept_in_no_folder(place: Place, folder: Path) -> None:
    layers, towns = place
    found = Checker(layers, BOOK, on=DAY, keep_bytes=0).check(towns[:MOST_TOWNS])
    assert not any(isinstance(town, StoredTown) for town in found.towns)
    assert kept_in(folder) == []


def test_the_folder_is_there_as_long_as_something_of_a_check_reads_from_it(
    place: Place, folder: Path
) -> None:
    layers, towns = place
    checker = Checker(layers, BOOK, on=DAY, keep_bytes=0)
    first = replace(checker.check(towns), notices=())
    own = kept_in(folder)
    second = checker.check(towns)
    assert len(own) == 2  # with its lock
    assert len(kept_in(folder)) == 4
    town, trace = first.towns[-1], first.findings[0].trace
    table = copy.deepcopy(next(iter(first.towns[0].measures.values())).table)
    del first
    gc.collect()
    assert set(own) < set(kept_in(folder))
    assert len(town.land) == 16
    assert trace.document()
    del town, trace
    assert len(table.frame) == len(table)
    assert set(own) < set(kept_in(folder))
    del table
    gc.collect()
    assert not set(own) & set(kept_in(folder))
    # whoever reads in another process keeps nothing, and takes nothing away
    assert pickle.loads(pickle.dumps(second.towns[0])).land.equals(second.towns[0].land)  # noqa: S301
    assert len(kept_in(folder)) == 2
    del second
    gc.collect()
    assert kept_in(folder) == []


def test_nothing_of_a_town_that_is_done_stays_in_memory(place: Place) -> None:
    """Counted, and not weighed: the towns and traces of a tile at most, however many there are."""
    layers, towns = place
    checker, resident, shelved = Checker(layers, BOOK, on=DAY, keep_bytes=0), [], []

    def living() -> Iterator[object]:
        for each in gc.get_objects():
            if issubclass(type(each), TownResult | Trace):
                yield type(each)

    gc.collect()
    before = sum(each in {TownResult, Trace} for each in living())

    def progress(_step: object, _done: int, _whole: int) -> None:
        gc.collect()
        types = list(living())
        resident.append(sum(each in {TownResult, Trace} for each in types) - before)
        shelved.append(sum(each is StoredTown for each in types))

    found = checker.check(towns, progress=progress)
    assert max(resident) <= MOST_TOWNS
    assert shelved == [0, *range(MOST_TOWNS, TOWNS + 1, MOST_TOWNS)]
    assert len(found.towns) == TOWNS


@pytest.mark.parametrize("tiles", [1, 2])
def test_layers_are_kept_as_far_as_the_bound_allows(place: Place, tiles: int) -> None:
    layers, towns = place
    spec = layers.layer[0]
    measured = Checker(layers, BOOK, on=DAY)
    measured.check(towns)
    whole = sum(map(_bytes_of, measured._layers._excerpts[spec.name]))
    checker = Checker(layers, BOOK, on=DAY, keep_bytes=whole * tiles // 3)
    seen = []
    checker.check(
        towns,
        progress=lambda *_: seen.append(
            sum(map(_bytes_of, checker._layers._excerpts.get(spec.name, [])))
        ),
    )
    assert 0 < max(seen) <= whole * tiles // 3


def test_another_rulebook_is_bounded_as_the_first_was(place: Place) -> None:
    layers, towns = place
    checker = Checker(layers, BOOK, on=DAY, keep_bytes=0)
    found = checker.under(BOOK, on="2023-12-31").check(towns)
    assert {type(town) for town in found.towns} == {StoredTown}


def test_a_frame_in_the_place_of_a_file_goes_in_tiles_too(place: Place) -> None:
    layers, towns = place
    plan = gpd.GeoDataFrame(
        {"GHDM": ["0701"] * TOWNS},
        geometry=[town.boundary.buffer(-100) for town in towns],
        crs=towns[0].crs,
    )
    given = layers.with_layer("planned_use", plan, class_column="GHDM", scheme="guide-2023")
    found = Checker(given, BOOK, on=DAY, keep_bytes=0).check(towns)
    assert text(found) == text(Checker(given, BOOK, on=DAY).check(towns))


def test_a_layer_that_no_rule_asks_for_may_be_gone(place: Place, tmp_path: Path) -> None:
    layers, towns = place
    file = write(tmp_path / "stock.gpkg", [box(0, 0, 100, 100)], BSM=["1"])
    survey = layers.resolve(layers.layer[0].path)
    more = catalog(tmp_path, {"land_use": survey, "stock_land": file})
    file.unlink()
    found = Checker(more, BOOK, on=DAY, keep_bytes=0).check(towns)
    assert text(found) == text(Checker(more, BOOK, on=DAY).check(towns))


def test_a_full_disk_names_the_variable_of_the_folder(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers, towns = place

    def full(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    for owner, name in ((jobs, "write_part"), (batch, "ScratchFolder")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, full)
            with pytest.raises(ReportError) as raised:
                Checker(layers, BOOK, on=DAY, keep_bytes=0).check(towns)
        said = raised.value.render("en")
        assert "(No space left on device). Make room, or name another folder" in said
        assert "--resume" not in said
        del raised
        gc.collect()
        assert kept_in(folder) == []
