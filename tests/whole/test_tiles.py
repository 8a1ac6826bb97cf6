"""Towns in tiles: the same bytes as all at once, by processes and after a kill; what stops a batch."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
import shapely
from tests.factory_land import box, catalog, write

from townland.assessment import Checker, batch, jobs, processes, shelf
from townland.assessment.batch import Batch, check_in_tiles, clear, unfinished
from townland.assessment.jobs import Job, Measuring, Shelf, Tile
from townland.assessment.shelf import StoredTown, read_part, write_part
from townland.assessment.tiles import tiles
from townland.catalog import LayerCatalog
from townland.errors import EngineError, LayerError, ReportError
from townland.measuring import boundary
from townland.output.json_text import dumps
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import Town, read_towns
from townland.writing.report.assessment_json import assessment_json

BOOK = load_rulebook("national-2021")
DAY = "2022-12-31"
TOWNS = 6


def text(assessment: Assessment) -> str:
    return dumps(assessment_json(assessment))


Place: TypeAlias = tuple[LayerCatalog, tuple[Town, ...]]


def county(folder: Path, factors: Sequence[str] = ("0.1",) * 60) -> Place:
    """Parcels of 100 m, two with heights and one that crosses itself; towns that share land."""
    cells = [box(x, y, x + 100, y + 100) for x in range(0, 2000, 100) for y in range(0, 300, 100)]
    cells[3], cells[40] = shapely.force_3d(cells[3]), shapely.force_3d(cells[40])
    # a bow-tie where two tiles meet: both mend it, and one report names it once
    west, south, east, north = cells[19].bounds
    cells[19] = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    survey = write(
        folder / "survey.gpkg", cells, BSM=[str(9000 - n) for n in range(60)],
        DLBM=["0101", "0702", "0301"] * 20, KCXS=list(factors), QSXZ=["30"] * 60,
    )  # fmt: skip
    shapes = [box(300 * n + 50, 50, 300 * n + 360, 250) for n in range(TOWNS)]
    file = write(folder / "towns.gpkg", shapes, name=[f"镇{n}" for n in range(TOWNS)])
    return catalog(folder, {"land_use": survey}), tuple(read_towns([file]))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return county(tmp_path_factory.mktemp("many"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def whole(place: Place) -> str:
    layers, towns = place
    return text(Checker(layers, BOOK, on=DAY).check(towns))


def checked(layers: LayerCatalog, towns: tuple[Town, ...], how: Batch) -> Assessment:
    return check_in_tiles(Checker(layers, BOOK, on=DAY), towns, how)


def test_tiles_hold_every_town_once_and_neighbours_together(
    place: Place,
) -> None:
    plan = tiles(place[1], 3)
    assert sorted(at for tile in plan for at in tile) == list(range(TOWNS))
    assert [len(tile) for tile in plan] == [3, 3]
    assert all(max(tile) - min(tile) == len(tile) - 1 for tile in plan)


def test_tiles_give_the_bytes_of_all_at_once(place: Place, whole: str, tmp_path: Path) -> None:
    layers, towns = place
    found = checked(layers, towns, Batch(tmp_path / "state", most=2))
    assert text(found) == whole
    once = Checker(layers, BOOK, on=DAY).check(towns)
    for stored, known in zip(found.towns, once.towns, strict=True):
        assert stored.land.equals(known.land)
        assert stored.around is not None
        assert known.around is not None
        assert stored.around.equals(known.around)
        for name, measure in stored.measures.items():
            assert measure.frame.equals(known.measures[name].frame)


class Killed(BaseException):
    """A process ends at once: nobody catches this."""


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(
    stop: int, place: Place, whole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers, towns = place
    folder = tmp_path / "state"
    measured: list[Tile] = []
    own = jobs.measure

    def killed(job: Job, checker: Checker, tile: Tile, shelf: Shelf) -> Tile:
        if len(measured) == stop:
            (folder / "half.new").write_bytes(b"half a file")
            raise Killed
        measured.append(tile)
        return own(job, checker, tile, shelf)

    monkeypatch.setattr(jobs, "measure", killed)
    with pytest.raises(Killed):
        checked(layers, towns, Batch(folder, most=2))
    assert unfinished(folder) == stop
    monkeypatch.setattr(jobs, "measure", own)
    seen: list[int] = []
    found = check_in_tiles(
        Checker(layers, BOOK, on=DAY),
        towns,
        Batch(folder, resume=True, most=2),
        progress=lambda _step, done, _whole: seen.append(done),
    )
    assert text(found) == whole
    assert seen == list(range(2 * stop, TOWNS + 1, 2))  # no town is measured again


def test_a_doubt_of_the_layer_in_one_tile_is_one_in_all(tmp_path: Path) -> None:
    layers, towns = county(tmp_path, ["oops"] + ["0.1"] * 59)
    found = checked(layers, towns, Batch(tmp_path / "state", most=3))
    assert text(found) == text(Checker(layers, BOOK, on=DAY).check(towns))


def test_what_another_wrote_is_measured_again_and_not_read(
    place: Place, whole: str, tmp_path: Path
) -> None:
    layers, towns = place
    folder = tmp_path / "state"
    checked(layers, towns, Batch(folder, most=4))
    file = next(iter(folder.glob("*.part")))
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    assert read_part(file, bytes(32)) is None
    assert text(checked(layers, towns, Batch(folder, resume=True, most=4))) == whole


def test_other_inputs_cannot_go_on(place: Place, tmp_path: Path) -> None:
    layers, towns = place
    folder = tmp_path / "state"
    checked(layers, towns, Batch(folder, most=4))
    other = Checker(layers, BOOK, on="2023-12-31")
    with pytest.raises(ReportError) as raised:
        check_in_tiles(other, towns, Batch(folder, resume=True, most=4))
    assert "differs from this one in the day, and cannot" in raised.value.render("en")
    with pytest.raises(ReportError) as raised:
        checked(layers, towns[:5], Batch(folder, resume=True, most=4))
    assert "in the towns, the options, and cannot" in raised.value.render("en")
    assert unfinished(folder) == 2
    clear(folder)
    assert not folder.exists()


def test_a_full_disk_leaves_what_is_done(
    place: Place,
    whole: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layers, towns = place
    folder = tmp_path / "state"
    written = jobs.write_part

    def full(*given: object, **more: object) -> None:
        if unfinished(folder) == 1:
            raise OSError(28, "No space left on device")
        written(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "write_part", full)
    with pytest.raises(ReportError) as raised:
        checked(layers, towns, Batch(folder, most=4))
    assert "(No space left on device). Make room" in raised.value.render("en")
    monkeypatch.setattr(jobs, "write_part", written)
    assert unfinished(folder) == 1
    assert text(checked(layers, towns, Batch(folder, resume=True, most=4))) == whole


def test_a_layer_that_cannot_be_read_midway_leaves_what_is_done(
    place: Place,
    whole: str,
    tmp_path: Path,
) -> None:
    layers, towns = place
    folder = tmp_path / "state"
    survey = layers.resolve(layers.layer[0].path)
    away = survey.with_suffix(".away")

    def progress(_step: object, done: int, _whole: int) -> None:
        if done:
            survey.rename(away)

    with pytest.raises(LayerError, match="survey"):
        check_in_tiles(
            Checker(layers, BOOK, on=DAY), towns, Batch(folder, most=4), progress=progress
        )
    away.rename(survey)
    assert unfinished(folder) == 1
    assert text(checked(layers, towns, Batch(folder, resume=True, most=4))) == whole


class _Dying:
    """A pool over whose work processes die, so often."""

    def __init__(self, times: int) -> None:
        self.times, self.pools = times, 0

    def __call__(self, *_given: object, **_more: object) -> _Dying:
        self.pools += 1
        return self

    def submit(self, _work: object, tile: Tile) -> processes.Future[str]:
        future: processes.Future[str] = processes.Future()
        if self.pools <= self.times:
            future.set_exception(processes.BrokenProcessPool("died"))
        else:
            future.set_result(processes._work(tile))
        return future

    def shutdown(self, **_how: object) -> None:
        pass


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    processes._OWN.clear()


@pytest.mark.usefixtures("own")
def test_a_process_that_dies_is_replaced_once_and_then_reported(
    place: Place,
    whole: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layers, towns = place
    begun = processes.by_processes

    def by_processes(job: Job, shelf: Shelf, tiles: Sequence[Tile], workers: int) -> Measuring:
        processes._OWN[:] = [(job, shelf, job.measurer())]
        return begun(job, shelf, tiles, workers=workers)

    monkeypatch.setattr(batch, "by_processes", by_processes)
    once = _Dying(1)
    monkeypatch.setattr(processes, "ProcessPoolExecutor", once)
    found = checked(layers, towns, Batch(tmp_path / "one", workers=2, most=4))
    assert (text(found), once.pools) == (whole, 2)
    monkeypatch.setattr(processes, "ProcessPoolExecutor", _Dying(2))
    with pytest.raises(EngineError) as raised:
        checked(layers, towns, Batch(tmp_path / "two", workers=2, most=4))
    assert "ended 2 times before it was done: 1 镇0" in raised.value.render("en")


def test_processes_give_the_same_bytes_though_one_is_killed(
    place: Place, whole: str, tmp_path: Path
) -> None:
    layers, towns = place
    killed: list[int] = []

    def progress(_step: object, done: int, _whole: int) -> None:
        if done and not killed:
            own = multiprocessing.active_children()[0]
            own.kill()
            killed.append(own.pid or 0)

    found = check_in_tiles(
        Checker(layers, BOOK, on=DAY),
        towns,
        Batch(tmp_path / "state", workers=2, drawn=False, most=2),
        progress=progress,
    )
    assert text(found) == whole
    assert len(killed) == 1


def test_what_is_drawn_of_a_town_is_cut_once_and_read_as_far_as_it_is_asked_for(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every writer cut the land beside each town anew, and read all of a town to ask for its gaps."""
    layers, towns = place
    part = Checker(layers, BOOK, on=DAY).part(towns[:1])
    path, key = tmp_path / "part", b"key"
    write_part(part, path, key, drawn=True)
    stored = read_part(path, key)
    assert stored is not None
    monkeypatch.setattr(boundary, "_surroundings", lambda *_: pytest.fail("cut anew"))
    one, same = stored.results[0], part.results[0]
    assert isinstance(one, StoredTown)
    shelf._field.cache_clear()
    assert one.uncovered.keys() == same.uncovered.keys()
    assert shelf._field.cache_info().misses == 1
    assert one.around is not None
    assert same.around is not None
    assert shapely.equals(one.around.geometry.array, same.around.geometry.array).all()
    assert shapely.equals(one.land.geometry.array, same.land.geometry.array).all()


def test_a_trace_is_read_when_it_is_asked_for(place: Place, tmp_path: Path) -> None:
    """The traces of all towns stood in memory: nine tenths of what was kept of a town."""
    layers, towns = place
    part = Checker(layers, BOOK, on=DAY).part(towns[:1])
    write_part(part, tmp_path / "part", b"key", drawn=False)
    stored = read_part(tmp_path / "part", b"key")
    assert stored is not None
    shelf._trace.cache_clear()
    pairs = list(zip(stored.towns[0].findings, part.towns[0].findings, strict=True))
    assert [one.why.render("zh") for one, _same in pairs] == [
        same.why.render("zh") for _one, same in pairs
    ]
    assert shelf._trace.cache_info().misses == 0
    assert [one.trace.document() for one, _same in pairs] == [
        same.trace.document() for _one, same in pairs
    ]
    assert shelf._trace.cache_info().misses == len(pairs)
    again = pickle.loads(pickle.dumps(pairs[0][0]))  # noqa: S301 - its own
    assert again.trace.loaded() == pairs[0][1].trace


def test_a_layer_that_is_gone_is_told_and_no_defect(tmp_path: Path) -> None:
    """Its file was hashed before anybody read it: a traceback, and not what is wrong."""
    layers, towns = county(tmp_path)
    plan = write(tmp_path / "plan.gpkg", [box(0, 0, 2000, 300)], ID=["1"], GHDM=["0701"])
    survey = layers.resolve(layers.layer[0].path)
    more = catalog(tmp_path, {"land_use": survey, "planned_use": plan})
    plan.unlink()
    with pytest.raises(LayerError) as raised:
        checked(more, towns, Batch(tmp_path / "state", most=4))
    with pytest.raises(LayerError) as at_once:
        Checker(more, BOOK, on=DAY).check(towns)
    assert raised.value.render("en") == at_once.value.render("en")
