"""Towns made by hand for the rules: a measure is what a test says it is, and nothing otherwise."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from tests.factory_land import CRS

from townland import units
from townland.dossier import Dossier
from townland.measuring.areas import Measure
from townland.measuring.piece_table import PieceTable
from townland.rules.book.loader import load_rulebook
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate
from townland.rules.judging.finding import Finding
from townland.rules.judging.trace import Trace, read_trace
from townland.rules.kinds import KINDS

DAY = dt.date(2018, 12, 31)
TOWN_M2 = Decimal(3_000_000)


@cache
def book() -> Rulebook:
    return load_rulebook("liuzhou-2018")


def changed(tmp_path: Path, *swaps: tuple[str, str]) -> Rulebook:
    """The shipped rulebook with some words of its file replaced, each of which must be there."""
    text = Path(book().path).read_text("utf-8")
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    path = tmp_path / "changed.toml"
    path.write_text(text, "utf-8")
    return load_rulebook(path)


def measure(
    name: str,
    *pieces: tuple[str, Any],
    rulebook: Rulebook | None = None,
    net: Any = None,
    sliver: Any = 0,
    **known: Any,
) -> Measure:
    """A measure of pieces ``(feature id, m²)``; `sliver` m² more lie in a piece of the feature s."""
    spec = (rulebook or book()).measure[name]
    layers = spec.layers
    rows = [(feature, units.m2(area), False) for feature, area in pieces]
    if sliver:
        rows.append(("s", units.m2(sliver), True))
    key = f"{layers[-1]}_id" if layers else "town_id"
    features, areas, slivers = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {key: features, "area_m2": areas, "sliver": slivers}
    if spec.owned:
        columns["owner"] = ("collective",) * len(rows)
    return Measure(
        name=name,
        layers=layers,
        area_m2=sum((area for _, area, _ in rows), units.m2(0)),
        net_m2=None if net is None else units.m2(net),
        sliver_m2=units.m2(sliver),
        overlap_m2=units.m2(0),
        uncovered_m2=units.m2(known.pop("uncovered", 0)),
        closure_m2=units.m2(known.pop("closure", 0)),
        unknown_m2=units.m2(known.pop("unknown", 0)),
        missing=known.pop("missing", ()),
        assumed_coverage=known.pop("assumed", ()),
        table=PieceTable(columns, np.full(len(rows), None), CRS),
        **known,
    )


@cache
def _nothing(name: str, missing: tuple[str, ...], uncovered: Decimal) -> Measure:
    return measure(name, missing=missing, uncovered=uncovered)


def town(
    *measures: Measure,
    area: Any = TOWN_M2,
    absent: tuple[str, ...] = (),
    dossier: dict[str, Any] | None = None,
    rulebook: Rulebook | None = None,
) -> Facts:
    """A town of 3 km² where everything not given is 0; `absent` are roles that no layer plays."""
    held = (rulebook or book()).measure
    area = units.m2(area)
    nothing = _nothing if rulebook is None else partial(measure, rulebook=rulebook)
    known = {
        name: nothing(
            name,
            missing=tuple(role for role in spec.needed if role in absent),
            uncovered=area if set(spec.needed) & set(absent) else units.m2(0),
        )
        for name, spec in held.items()
    }
    if "planning_area" in held:
        known["planning_area"] = measure("planning_area", ("town", area), rulebook=rulebook)
    known.update({given.name: given for given in measures})
    stated = Dossier.model_validate({"code": "450200", **(dossier or {})})
    return Facts("450200", "甲镇", area, units.m2(0), known, stated)


def judge(rule: str, facts: Facts, rulebook: Rulebook | None = None) -> Finding:
    """One rule's finding on a town."""
    whole = rulebook or book()
    only = tuple(held for held in whole.rule if held.id == rule)
    (found,) = evaluate(whole.model_copy(update={"rule": only}), facts, DAY)
    return found


def read_back(finding: Finding) -> Trace:
    """The trace of a finding as a reader of ``assessment.json`` has it: out of the JSON alone."""
    document = json.loads(json.dumps(finding.trace.document()))
    again = read_trace(document, KINDS[finding.trace.kind].working)
    assert again.document() == document
    return again


def need(dossier: dict[str, Any] | None = None, **known: Any) -> Facts:
    """50 000 m² of new land: paddy 20 000 (net 18 000), other cultivated 10 000 (9 500), …"""
    return town(
        measure("new_construction", ("n", 50_000), **known),
        measure("new_from_paddy", ("n", 20_000), net=18_000),
        measure("new_from_other_cultivated", ("n", 10_000), net=9_500),
        measure("new_from_other_agricultural", ("n", 15_000), net=15_000),
        measure("new_from_unused", ("n", 5_000), net=5_000),
        dossier=dossier,
    )


def reuse(**known: Any) -> list[Any]:
    return [
        measure("planned_construction", ("p", 800_000)),
        measure("barren_built_on", ("b", 100_000), **known),
        measure("barren_total", ("b", 150_000)),
        measure("existing_built_on", ("e", 140_000)),
        measure("existing_construction", ("e", 200_000)),
        measure("stock_built_on", ("s", 30_000)),
        measure("stock_total", ("s", 40_000)),
    ]
