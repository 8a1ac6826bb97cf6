"""Every parameter of every rule on land and its uses decides something: changed in TOML, it shows."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import book, judge, measure, town

from townland.rules.book.loader import load_rulebook
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts
from townland.rules.judging.finding import Finding
from townland.rules.kinds import ranges, replacement, supply, transition, uses, zones

COUNTY = """\
id       = "county"
title    = {{ zh = "某县", en = "A county" }}
version  = "1"
inherits = "liuzhou-2018"

[[rule]]
id = "{rule}"
{keys}
"""


def altered(tmp_path: Path, rule: str, keys: str) -> Rulebook:
    path = tmp_path / "county.toml"
    path.write_text(COUNTY.format(rule=rule, keys=keys), "utf-8")
    return load_rulebook(path)


def rates(rate: float) -> list[dict[str, Any]]:
    return [
        {"year": year, "approved_ha": 100, "supplied_ha": rate + (year == 2017)}
        for year in range(2013, 2018)
    ]


MEASURES = [
    measure("planned_construction", ("p", 1_000_000)),
    measure("planned_in_allowed", ("z", 900_000)),
    measure("planned_in_conditional", ("z", 70_000)),
    measure("planned_in_prohibited", ("z", 20_000)),
    measure("new_construction", ("n", 500_000)),
    measure("new_for_industry", ("n", 240_000)),
    measure("new_for_commercial", ("n", 60_000)),
    measure("new_for_public", ("n", 10_100)),
    measure("new_for_residential", ("n", 150_000)),
    measure("cultivated_built_on", ("c", 100_000), net=90_000),
    measure("paddy_built_on", ("c", 40_000), net=38_000),
    measure("paddy_layer_built_on", ("q", 39_000)),
    measure("resettlement_planned", ("r", 10_000)),
    measure("resettlement_in_allowed", ("r", 8_000)),
    measure("industry_kept", ("i", 12_000)),
    measure("housing_planned", ("h", 300_500)),
    measure("industry_planned", ("i", 250_000)),
    measure("commercial_planned", ("c", 50_500)),
]
DOSSIER = {
    "quota_ha": 40,
    "linked_quota_ha": 8,
    "replacement_bank_ha": 9.05,
    "replacement_bank_paddy_ha": 4,
    "annual_output": 3,
    "population": 9_000,
    "employees": 20_000,
    "supply": {"city": rates(50), "county": rates(59)},
    "reused_sites": [{"name": "a", "start": dt.date(2014, 5, 1)}],
}


def facts() -> Facts:
    return town(*MEASURES, dossier=DOSSIER)


def outcome(found: Finding) -> tuple[Any, ...]:
    """What may follow a change: the verdict, the figures, and the figures under them."""
    left_out = ("inherited", "parameters", "formula", "measures", "clause")
    trace = {key: value for key, value in found.trace.document().items() if key not in left_out}
    return (
        found.verdict,
        found.measured,
        found.limit,
        found.margin,
        json.dumps(trace, default=str, sort_keys=True),
    )


# rule, what the rulebook states beforehand (a bureau's own bars), the key changed, its new value
CHANGES = [
    ("LAND-07", "", "allowed", '"planned_in_conditional"'),
    ("LAND-07", "", "forbidden", '[{ measure = "planned_on_redline" }]'),
    ("LAND-07", "", "looked_at", "[]"),
    ("LAND-07", "", "modal", "true"),
    ("LAND-09", "", "measure", '"planned_construction"'),
    ("LAND-09", "", "uses", '["new_for_residential"]'),
    ("LAND-10", "", "cultivated", '"paddy_built_on"'),
    ("LAND-10", "", "paddy", '"cultivated_built_on"'),
    ("LAND-10", "", "paddy_beside", '"planned_on_redline"'),
    ("LAND-10", "", "bank", '"annual_output"'),
    ("LAND-10", "", "paddy_bank", '"annual_output"'),
    ("LAND-10", "", "unit", '"mu"'),
    ("LAND-10", "", "uncertainty", "0.02"),
    ("LAND-10", 'bank = "annual_output"', "modal", "true"),
    ("LAND-11", "", "measure", '"planned_construction"'),
    ("LAND-11", "", "quota", '"annual_output"'),
    ("LAND-11", "", "linked_quota", '"annual_output"'),
    ("LAND-11", "", "unit", '"mu"'),
    ("LAND-12", "limit = 100", "measure", '"new_construction"'),
    ("LAND-12", "limit = 100", "population", '"employees"'),
    ("LAND-12", "", "limit", "100"),
    ("LAND-12", "limit = 100", "limit", "120"),
    ("LAND-12", "limit = 100", "modal", "false"),
    ("LAND-12", "limit = 112", "uncertainty", "0.1"),
    ("LAND-13", "", "measure", '"planned_on_redline"'),
    ("LAND-13", "", "places", '[{ title = { zh = "他", en = "x" }, supply = "supply.city" }]'),
    ("LAND-13", "", "years", "1"),
    ("LAND-13", "", "minimum", "0.3"),
    ("LAND-13", "", "modal", "true"),
    ("LAND-13", "", "uncertainty", "0.1"),
    ("LAND-14", "", "measure", '"planned_construction"'),
    ("LAND-14", "", "part", '"planned_on_redline"'),
    ("LAND-15", "", "years", "6"),
    ("LAND-15", "", "warn_days", "30"),
    ("LAND-15", "years = 4", "modal", "true"),
    ("LAND-16", "", "measure", '"planned_construction"'),
    ("USE-01", "", "measure", '"planning_area"'),
    ("USE-01", "", "counted", '["industry_planned"]'),
    ("USE-01", "", "perhaps", '["industry_planned"]'),
    ("USE-01", "", "maximum", "0.3"),
    ("USE-01", "", "minimum", "0.4"),
    ("USE-01", "maximum = 0.2", "beyond", '"fail"'),
    ("USE-01", 'maximum = 0.2\nbeyond = "fail"', "modal", "true"),
    ("USE-01", "maximum = 0.4", "within", '"info"'),
    ("USE-01", "maximum = 0.3005\nuncertainty = 0", "exclusive", "true"),
    ("USE-01", "maximum = 0.31", "uncertainty", "0.1"),
    ("USE-02", "", "measure", '"planned_construction"'),
    ("USE-02", "", "counted", '["new_for_residential"]'),
    ("USE-02", "", "perhaps", '["new_for_residential"]'),
    ("USE-02", "", "minimum", "0.7"),
    ("USE-02", "minimum = 0.5002\nuncertainty = 0", "exclusive", "false"),
    ("USE-02", "minimum = 0.45", "uncertainty", "0.2"),
    ("USE-02", "minimum = 0.45", "within", '"info"'),
    ("USE-02", 'minimum = 0.9\nbeyond = "fail"', "modal", "false"),
    ("USE-02", "minimum = 0.9\nmodal = false", "beyond", '"fail"'),
    ("USE-03", "", "measure", '"planning_area"'),
    ("USE-03", "", "counted", '["industry_planned"]'),
    ("USE-03", "", "minimum", "0.4"),
    ("USE-03", "minimum = 0.2", "within", '"pass"'),
    ("USE-03", 'minimum = 0.4\nbeyond = "fail"', "modal", "false"),
    ("USE-03", "minimum = 0.4\nmodal = false", "beyond", '"fail"'),
    ("USE-03", "", "perhaps", '["housing_planned"]'),
    ("USE-03", "minimum = 0.3005\nuncertainty = 0", "exclusive", "true"),
    ("USE-03", "minimum = 0.29", "uncertainty", "0.1"),
]


@pytest.mark.parametrize(("rule", "stated", "key", "value"), CHANGES)
def test_a_changed_parameter_changes_verdict_or_figure(
    tmp_path: Path, rule: str, stated: str, key: str, value: str
) -> None:
    kept = "\n".join(line for line in stated.splitlines() if not line.startswith(f"{key} ="))
    before = judge(rule, facts(), altered(tmp_path, rule, stated))
    after = judge(rule, facts(), altered(tmp_path, rule, f"{kept}\n{key} = {value}"))
    assert outcome(before) != outcome(after)


def test_an_encouraged_share_is_told(tmp_path: Path) -> None:
    for bar, said in (("0.3", "not reached"), ("0.4", "reached")):
        law = altered(tmp_path, "USE-01", f"maximum = 0.45\nencouraged = {bar}")
        assert f"encouraged: {said}" in judge("USE-01", facts(), law).why.render("en")


def test_whose_a_bar_is_stands_beside_it(tmp_path: Path) -> None:
    for whose in ("policy", "townland", "bureau"):
        law = altered(tmp_path, "USE-01", f'maximum = 0.45\nbar_of = "{whose}"')
        found = judge("USE-01", facts(), law)
        assert found.trace.document()["parameters"][0]["origin"] == whose


LAND_KINDS = {
    kind.name
    for family in (ranges, replacement, supply, transition, uses, zones)
    for kind in family.KINDS
}


def test_no_parameter_was_forgotten() -> None:
    shown = {(rule, key) for rule, _stated, key, _value in CHANGES}
    # whose number a bar is decides nothing; a rule that only states figures cannot urge either
    told = {"bar_of", "encouraged"}
    told |= {"sites"}  # the dossier has one such list
    stating = {"LAND-09", "LAND-11", "LAND-14", "LAND-16"}
    for rule in book().rule:
        if rule.kind in LAND_KINDS:
            wanted = {key for key in rule.parameters() if key not in told}
            wanted -= {"modal"} if rule.id in stating else set()
            assert {(rule.id, key) for key in wanted} <= shown, rule.id


def test_every_kind_on_land_has_a_rule() -> None:
    kinds = {rule.kind for law in (book(), load_rulebook("national-2021")) for rule in law.rule}
    assert set(LAND_KINDS) <= kinds
