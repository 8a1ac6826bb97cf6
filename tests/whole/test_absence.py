"""Absence never passes: what is taken away from a county's layers turns no finding into a pass.

The county is made of rectangles around one town, which breaks what can be broken and asks for many a
look; each layer, each line of coverage and each feature is taken away by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import geopandas as gpd
import pytest
from tests.factory_land import CRS, box
from tests.factory_rules import book

from townland.assessment import check
from townland.catalog import LayerCatalog
from townland.dossier import Dossier
from townland.terms import Verdict
from townland.towns import Town, match_dossiers, read_towns

Places = Mapping[str, "Held"]
DAY = dt.date(2018, 12, 31)

SECOND_SOURCES = {
    "paddy": "beside the survey it can only contradict it: without it the survey's own figure stands",
}
"""Layers that only contradict, whose absence may let a rule pass; each with the reason."""


@dataclass(frozen=True)
class Held:
    """One layer of the county: its features, its columns by the keys of a catalog, its coverage."""

    shapes: tuple[Any, ...]
    columns: Mapping[str, tuple[Any, ...]]
    keys: Mapping[str, str]
    coverage: object = None

    def frame(self) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {name: list(column) for name, column in self.columns.items()},
            geometry=list(self.shapes),
            crs=CRS,
        )

    def without(self, feature: int) -> Held:
        left = [n for n in range(len(self.shapes)) if n != feature]
        columns = {name: tuple(c[n] for n in left) for name, c in self.columns.items()}
        return replace(self, shapes=tuple(self.shapes[n] for n in left), columns=columns)


def classed(shapes: list[Any], codes: list[str], column: str, scheme: str, **more: Any) -> Held:
    ids = tuple(f"f{n}" for n in range(len(shapes)))
    keys = {"id_column": "ID", "class_column": column, "scheme": scheme}
    return Held(tuple(shapes), {"ID": ids, column: tuple(codes)}, keys, **more)


def plain(shapes: list[Any], **more: Any) -> Held:
    ids = tuple(f"f{n}" for n in range(len(shapes)))
    return Held(tuple(shapes), {"ID": ids}, {"id_column": "ID"}, **more)


def survey() -> Held:
    """From west to east: paddy, dry fields, forest, built-up land, idle grass."""
    strips = [(-50, 400), (400, 800), (800, 1300), (1300, 1700), (1700, 2050)]
    shapes = [box(west, -50, east, 1550) for west, east in strips]
    return classed(shapes, ["0101", "0103", "0301", "0702", "0404"], "DLBM", "sandiao-2019")


def county(*, declared: bool) -> dict[str, Held]:
    """The layers of the county; with `declared` they are complete where the land survey is."""
    cover = "layer:land_use" if declared else None
    plots = [box(100, 100, 900, 700), box(900, 100, 1500, 700), box(1500, 100, 1800, 700)]
    zones = [box(-50, -50, 1200, 1550), box(1200, -50, 1600, 1550), box(1600, -50, 2050, 1550)]
    return {
        "land_use": survey(),
        "permanent_basic_farmland": plain([box(300, 300, 600, 600)], coverage=cover),
        "paddy": plain([box(-50, -50, 420, 1550)], coverage=cover),
        "unused_land": plain([box(1700, 200, 1900, 900)], coverage=cover),
        "planned_use": classed(
            plots, ["1001", "0701", "0901"], "GHDM", "guide-2023",
            coverage="town" if declared else None,
        ),
        "control_zone": classed(
            zones, ["010", "040", "030"], "GZQLXDM", "jsydgzq", coverage=cover
        ),
        "growth_boundary": plain([box(-50, -50, 1400, 1000)], coverage=cover),
        "ecological_redline": plain([box(1000, 200, 1100, 300)], coverage=cover),
        "stock_land": plain([box(1300, 100, 1400, 300)], coverage=cover),
        "inefficient_land": plain([box(1400, 100, 1500, 300)], coverage=cover),
    }  # fmt: skip


def catalog(layers: Places) -> LayerCatalog:
    held = LayerCatalog.model_validate(
        {"layer": [{"name": "none", "role": "elevation", "path": "none.tif"}]}
    )
    for role, layer in layers.items():
        if layer.shapes:
            held = held.with_layer(role, layer.frame(), **layer.keys, coverage=layer.coverage)
    return held.model_copy(update={"layer": [s for s in held.layer if s.name != "none"]})


@cache
def towns() -> tuple[Town, ...]:
    frame = gpd.GeoDataFrame(
        {"code": ["A"], "name": ["甲"]}, geometry=[box(0, 0, 2000, 1500)], crs=CRS
    )
    supply = [{"year": y, "approved_ha": 100.0, "supplied_ha": 50.0} for y in range(2013, 2018)]
    stated = {
        "quota_ha": 10.0, "linked_quota_ha": 5.0, "replacement_bank_ha": 1.0,
        "replacement_bank_paddy_ha": 0.5, "population": 3000, "type": "light_asset",
        "social_investment": 1.0, "supply": {"city": supply, "county": supply},
    }  # fmt: skip
    dossier = Dossier.model_validate({"code": "A", **stated})
    return match_dossiers(read_towns(frame, code_column="code", name_column="name"), [dossier])


def judged(layers: Places) -> dict[str, Verdict]:
    found = check(towns(), catalog(layers), book(), on=DAY)
    return {each.rule: each.verdict for each in found.findings}


def lessened(layers: Places, *, declared: bool) -> Iterator[tuple[str, Places]]:
    """The county with one thing taken away, and what that is.

    A feature of a layer that declares where it is complete is a fact, and no gap: features are taken
    away where nothing is declared, and of the land survey, which is complete just where its parcels are.
    """
    for role, layer in layers.items():
        if role in SECOND_SOURCES:
            continue
        left = {name: each for name, each in layers.items() if name != role}
        if role == "land_use":  # a coverage that leads to no layer is refused
            left = {
                name: replace(each, coverage=None) if each.coverage == "layer:land_use" else each
                for name, each in left.items()
            }
        if declared:
            yield f"layer {role}", left
        if layer.coverage is not None:
            yield f"coverage of {role}", {**layers, role: replace(layer, coverage=None)}
        if declared is (role == "land_use"):
            for n in range(len(layer.shapes)):
                yield f"feature {n} of {role}", {**layers, role: layer.without(n)}


GRAVE = {Verdict.FAIL, Verdict.REVIEW, Verdict.NOT_EVALUATED}


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
def test_what_is_taken_away_turns_nothing_into_a_pass(declared: bool) -> None:
    layers = county(declared=declared)
    before = judged(layers)
    assert before["LAND-03"] is before["LAND-07"] is before["LAND-08"] is Verdict.FAIL
    assert sum(verdict in GRAVE for verdict in before.values()) > len(before) / 2
    wrong = [
        (taken, rule, before[rule].value)
        for taken, left in lessened(layers, declared=declared)
        for rule, verdict in judged(left).items()
        if verdict is Verdict.PASS and before[rule] in GRAVE
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("role", "rules"),
    [
        ("permanent_basic_farmland", {"LAND-03"}),
        ("ecological_redline", {"LAND-07"}),
    ],
)
def test_a_pass_by_a_declaration_waits_without_it(role: str, rules: set[str]) -> None:
    """A town that spares all that it must passes by declared coverage, and by that alone."""
    layers = county(declared=True)
    around = plain(
        [box(-40, -40, -10, -10), box(2010, 1510, 2040, 1540)], coverage="layer:land_use"
    )
    far = dict.fromkeys(("permanent_basic_farmland", "ecological_redline"), around)
    zones = {"control_zone": replace(layers["control_zone"], columns={
        **layers["control_zone"].columns, "GZQLXDM": ("010", "010", "010")})}  # fmt: skip
    wide = {"growth_boundary": plain([box(-50, -50, 2050, 1550)], coverage="layer:land_use")}
    sparing = {**layers, **far, **zones, **wide}
    passed = {rule for rule, verdict in judged(sparing).items() if verdict is Verdict.PASS}
    assert passed >= rules
    found = check(towns(), catalog({**sparing, role: replace(sparing[role], coverage=None)}),
                  book(), on=DAY)  # fmt: skip
    for rule in rules:
        finding = found.finding(rule)
        assert (finding.verdict, finding.verdict_if_confirmed) == (Verdict.REVIEW, Verdict.PASS)
        assert finding.confirms == (role,)
