"""LAND-03: farmland that is built on, planned as other land, and kept, each told as what it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from tests.factory_land import box, catalog, write
from tests.factory_rules import book

from townland.assessment import check
from townland.rules.judging.finding import Finding
from townland.towns import read_towns

TOWN = box(0, 0, 1000, 1000)
FARMLAND = box(0, 0, 100, 1000)


def land_03(folder: Path, plots: list[tuple[Any, str]]) -> Finding:
    cover = write(folder / "cover.gpkg", [box(-10, -10, 1010, 1010)])
    layers = {
        "permanent_basic_farmland": write(
            folder / "pbf.gpkg", [FARMLAND], BSM=["f1"], DLBM=["0101"]
        ),
        "planned_use": write(
            folder / "plan.gpkg", [shape for shape, _ in plots],
            ID=[f"p{n}" for n, _ in enumerate(plots)], GHDM=[code for _, code in plots],
        ),
    }  # fmt: skip
    declared = f'coverage = "{cover.as_posix()}"\n'
    known = catalog(
        folder,
        layers,
        planned_use=declared,
        permanent_basic_farmland=f'{declared}scheme = "sandiao-2019"\nclass_column = "DLBM"\n',
    )
    towns = read_towns([write(folder / "town.gpkg", [TOWN], code=["1"])], code_column="code")
    found = check(towns, known, book(), on=dt.date(2018, 12, 31))
    return next(each for each in found.findings if each.rule == "LAND-03")


REST = (box(100, 0, 1000, 1000), "1401")


@pytest.mark.parametrize(
    ("code", "measure", "name"),
    [
        ("0301", "farmland_to_forest", "乔木林地"),
        ("0201", "farmland_to_garden", "果园"),
        ("1704", "farmland_to_water", "坑塘水面"),
    ],
)
def test_farmland_planned_as_other_land_is_neither_built_on_nor_kept(
    tmp_path: Path, code: str, measure: str, name: str
) -> None:
    found = land_03(tmp_path, [(FARMLAND, code), REST])
    assert found.verdict.value == "review"
    why = found.why.render("en")
    assert "Permanent basic farmland built on: none" in why
    assert "lost as farmland (非粮化)" in why
    assert measure in found.evidence
    (patch,) = found.trace.document()["patches"][measure]
    assert (patch["id"], patch["planned_use"], patch["present"]) == ("f1", name, "水田")


def test_farmland_kept_and_farmland_built_on_are_not_called_so(tmp_path: Path) -> None:
    kept = land_03(tmp_path, [(FARMLAND, "0101"), REST])
    assert kept.verdict.value == "review"
    assert "非粮化" not in kept.why.render("en")
    built = land_03(tmp_path, [(FARMLAND, "1001"), REST])
    assert built.verdict.value == "fail"
    assert "非粮化" not in built.why.render("en")
    (patch,) = built.trace.document()["patches"]["farmland_built_on"]
    assert (patch["planned_use"], patch["present"]) == ("工业用地", "水田")
