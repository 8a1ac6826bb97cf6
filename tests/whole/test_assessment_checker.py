"""Layers that a `Checker` keeps: never another byte, and no reading of what was read before."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import geopandas as gpd
import numpy as np
import pytest
import shapely
from tests.factory_land import box, catalog, write

import townland as tl
from townland.assessment import Checker, check
from townland.catalog import LayerCatalog, load_catalog
from townland.errors import RulebookError, TownlandError
from townland.measuring import measure_town
from townland.output.json_text import dumps
from townland.reading import digests, source
from townland.reading.kept import KeptLayers
from townland.reading.vector import read_layer
from townland.results import Assessment
from townland.rules.book.loader import load_rulebook
from townland.towns import Town, read_towns
from townland.writing.report.assessment_json import assessment_json

DAY = dt.date(2018, 12, 31)
BOOK = load_rulebook("liuzhou-2018")
LAYERS = Path(__file__).parents[2] / "layers"


def text(assessment: Assessment) -> str:
    return dumps(assessment_json(assessment))


def moved(town: Town, east: float, north: float) -> Town:
    return replace(
        town, boundary=shapely.transform(town.boundary, lambda xy: xy + np.array([east, north]))
    )


@pytest.fixture(scope="module")
def county() -> LayerCatalog:
    return load_catalog(LAYERS / "catalog.toml")


@pytest.fixture(scope="module")
def towns() -> tuple[Town, ...]:
    file = LAYERS / "sample" / "towns.gpkg"
    return tuple(read_towns([file], code_column="code", name_column="name"))


def test_what_was_checked_before_changes_no_byte(
    county: LayerCatalog, towns: tuple[Town, ...]
) -> None:
    checker = Checker(county, BOOK, on=DAY)
    for some in (towns[:1], towns[1:2]):
        checker.check(some)
    several = [moved(towns[0], 120, -80), *towns[1:3]]  # read in part, read, and not read before
    assert text(checker.check(several)) == text(check(several, county, BOOK, on=DAY))


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was read, by its name."""
    counted: Counter[str] = Counter()
    read, opened = source.read, digests.sha256_of

    def counting(opened: Any, *given: Any) -> Any:
        counted[opened.path.name] += 1
        return read(opened, *given)

    def hashing(path: Path) -> str:
        counted[f"hash of {path.name}"] += 1
        return opened(path)

    monkeypatch.setattr(source, "read", counting)
    monkeypatch.setattr(digests, "sha256_of", hashing)
    return counted


@pytest.fixture
def place(tmp_path: Path) -> tuple[LayerCatalog, list[Town]]:
    """Parcels of 100 m, plots and farmland on 4 km; two towns along their edges, far apart."""
    cells = [box(x, y, x + 100, y + 100) for x in range(0, 4000, 100) for y in range(0, 1000, 100)]
    survey = write(
        tmp_path / "survey.gpkg", cells, BSM=[str(n) for n in range(len(cells))],
        DLBM=["0101"] * len(cells), KCXS=[0.0] * len(cells), QSXZ=["30"] * len(cells),
    )  # fmt: skip
    farmland = write(tmp_path / "pbf.gpkg", [box(0, 0, 4000, 400)], BSM=["p"])
    plan = write(tmp_path / "plan.gpkg", [box(200, 200, 400, 500)], ID=["a"], GHDM=["0701"])
    layers = {"land_use": survey, "permanent_basic_farmland": farmland, "planned_use": plan}
    shapes = [box(100, 100, 900, 900), box(3000, 100, 3800, 900)]
    file = write(tmp_path / "towns.gpkg", shapes, name=["甲镇", "乙镇"])
    return catalog(tmp_path, layers), list(read_towns([file]))


def test_within_what_was_read_nothing_is_read_again(
    place: tuple[LayerCatalog, list[Town]], readings: Counter[str]
) -> None:
    layers, (town, _other) = place
    checker = Checker(layers, BOOK, on="2018-12-31")
    first = checker.check([town])
    once = dict.fromkeys(["survey.gpkg", "pbf.gpkg", "plan.gpkg"], 1)
    assert readings == once | {f"hash of {name}": 1 for name in once}
    again = checker.check([town])
    smaller = replace(town, boundary=box(200, 200, 700, 800))
    found = checker.check([smaller])
    assert readings == once | {f"hash of {name}": 1 for name in once}
    assert text(again) == text(first)
    assert text(found) == text(check([smaller], layers, BOOK, on=DAY))


def test_another_rulebook_and_another_day_read_nothing_again(
    place: tuple[LayerCatalog, list[Town]],
    readings: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layers, (town, other) = place
    measuring = Mock(wraps=measure_town)
    monkeypatch.setattr("townland.assessment.measurer.measure_town", measuring)
    nation = load_rulebook("national-2021")
    checker = Checker(layers, BOOK, on="2018-12-31")
    with pytest.raises(RulebookError, match="1999-01-01"):
        checker.under(BOOK, on="1999-01-01")
    assert not readings  # refused before anything is read
    under = checker.under(nation, on="2022-06-30")
    checker.check([town])
    before = Counter(readings)
    found, later = under.check([town]), checker.under(BOOK, on="2019-06-30").check([town])
    assert readings == before
    assert measuring.call_count == 2  # once for each of the rulebooks, whose measures differ
    wider = BOOK.parameter.model_copy(update={"sliver_width_m": Decimal("0.3")})
    checker.under(BOOK.model_copy(update={"parameter": wider}), on="2019-06-30").check([town])
    checker.check([other])
    assert measuring.call_count == 4  # another width, and another town
    assert text(found) == text(check([town], layers, nation, on="2022-06-30"))
    assert text(later) == text(check([town], layers, BOOK, on="2019-06-30"))


def test_a_town_that_stays_is_not_measured_again_where_another_moves(
    place: tuple[LayerCatalog, list[Town]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    layers, towns = place
    measuring = Mock(wraps=measure_town)
    monkeypatch.setattr("townland.assessment.measurer.measure_town", measuring)
    checker = Checker(layers, BOOK, on="2018-12-31")
    checker.check(towns)
    shapes = [box(150, 120, 950, 920), box(3000, 100, 3800, 900)]
    write(tmp_path / "towns.gpkg", shapes, name=["甲镇", "乙镇"])
    read = list(read_towns([tmp_path / "towns.gpkg"]))
    dossier = towns[0].dossier.model_copy(update={"population": 1000.0})
    later = [replace(read[0], dossier=dossier), read[1]]
    found = checker.check(later)
    assert [call.args[0].name for call in measuring.call_args_list] == ["甲镇", "乙镇", "甲镇"]
    assert text(found) == text(check(later, layers, BOOK, on="2018-12-31"))
    assert found.towns[1].town is read[1]  # with its file's new hash
    checker.check(towns[1:])
    checker.check(towns)
    assert (
        measuring.call_count == 6
    )  # three, both of the check beside, and the one that was left out


def test_a_town_elsewhere_reads_its_own_window_only(
    place: tuple[LayerCatalog, list[Town]], monkeypatch: pytest.MonkeyPatch
) -> None:
    layers, (town, other) = place
    checker = Checker(layers, BOOK, on=DAY)
    checker.check([town])
    read, boxes = source.read, []

    def noting(opened: Any, columns: Any, around: Any) -> Any:
        boxes.append(around)
        return read(opened, columns, around)

    monkeypatch.setattr(source, "read", noting)
    found = checker.check([other])
    west = other.boundary.bounds[0]
    assert len(boxes) == 3
    assert all(box[0] > west - 100 for around in boxes for box in around)
    checker.check([town])
    assert len(boxes) == 3  # what was read first is kept beside it
    monkeypatch.undo()
    assert text(found) == text(check([other], layers, BOOK, on=DAY))


def test_only_what_touches_the_windows_is_given(tmp_path: Path) -> None:
    """An L whose box meets the window and whose land does not, read for one window and for more."""
    corner = shapely.difference(box(0, 0, 1000, 1000), box(10, 10, 1000, 1000))
    shapes = [corner, box(600, 600, 700, 700), box(2000, 2000, 2100, 2100)]
    file = write(
        tmp_path / "survey.gpkg", shapes, BSM=["L", "near", "far"], DLBM=["0101"] * 3,
        KCXS=[0.0] * 3, QSXZ=["30"] * 3,
    )  # fmt: skip
    layers = catalog(tmp_path, {"land_use": file})
    crs = gpd.read_file(file).crs

    def given(kept: KeptLayers, *boxes: shapely.Polygon) -> list[str]:
        windows = [(each.bounds, crs) for each in boxes]
        return list(kept.read(layers.layer[0], windows).frame["id"])

    small, far, large = box(500, 500, 800, 800), box(1990, 1990, 2200, 2200), box(0, 0, 2500, 2500)
    assert given(KeptLayers(layers), small) == ["near"]
    assert given(KeptLayers(layers), small, far) == ["near", "far"]
    kept = KeptLayers(layers)
    assert given(kept, large) == ["L", "near", "far"]
    assert given(kept, small) == ["near"]
    assert given(kept, small, far) == ["near", "far"]


def test_a_coordinate_that_is_no_number_is_kept_for_the_mending(tmp_path: Path) -> None:
    broken = shapely.transform(
        box(0, 0, 100, 100), lambda xy: np.where(np.arange(len(xy))[:, None] == 1, np.nan, xy)
    )
    sound = write(tmp_path / "plan.gpkg", [box(0, 0, 100, 100)], ID=["a"], GHDM=["0701"])
    frame = gpd.GeoDataFrame({"BSM": ["b"]}, geometry=[broken], crs=gpd.read_file(sound).crs)
    layers = catalog(tmp_path, {"planned_use": sound}).with_layer("paddy", frame, id_column="BSM")
    (spec,) = layers.of_role("paddy")
    windows = [(box(0, 0, 100, 100).bounds, frame.crs)]
    as_read = read_layer(spec, layers, windows, digest=None).frame["id"].tolist()
    kept = KeptLayers(layers)
    for _time in range(2):
        assert kept.read(spec, windows).frame["id"].tolist() == as_read


def test_the_day_is_asked_for_at_once(place: tuple[LayerCatalog, list[Town]]) -> None:
    layers, _towns = place
    assert tl.Checker is Checker
    with pytest.raises(TownlandError, match="2018-13-01"):
        Checker(layers, BOOK, on="2018-13-01")
    with pytest.raises(RulebookError):
        Checker(layers, BOOK, on="1900-01-01")
