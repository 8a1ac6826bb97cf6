"""The land law at second hand: who approves taking land, and what basic farmland may not become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.factory_land import box, catalog, write
from tests.factory_rules import measure, read_back, town

from townland.assessment import check
from townland.results import Assessment
from townland.rules.book.lint import lint
from townland.rules.book.loader import load_rulebook, shipped
from townland.rules.evaluate import Facts, evaluate
from townland.rules.judging.finding import Finding
from townland.terms import Verdict
from townland.towns import read_towns

LAW = load_rulebook("land-law-2019")
INFO, REVIEW, NOT, PASS = Verdict.INFO, Verdict.REVIEW, Verdict.NOT_EVALUATED, Verdict.PASS
ON = "2022-06-30"


def ha(found: Finding) -> float:
    assert found.measured is not None
    return round(float(found.measured) / 10_000, 2)


def place(folder: Path, *, owner: bool = True, small: bool = False) -> Assessment:
    """Three parcels of 100 ha: collective paddy, collective forest, state paddy; 10 ha basic farmland.

    Planned as housing: 45 ha of the first, of them 5 ha basic farmland, 80 ha of the second, 50 ha of
    the third; as forest: the other 5 ha of basic farmland. Where it is small: 30 ha of the second alone.
    """
    parcels = [box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000), box(2000, 0, 3000, 1000)]
    columns: dict[str, list[Any]] = {"BSM": ["1", "2", "3"], "DLBM": ["0101", "0301", "0101"]}
    columns |= {"KCXS": [0.0] * 3, "QSXZ": ["30", "30", "20"]}
    plots = [
        box(0, 0, 500, 900),
        box(1000, 0, 2000, 800),
        box(2000, 0, 3000, 500),
        box(500, 0, 1000, 100),
    ]
    uses = ["0701", "0701", "0701", "0301"]
    if small:
        plots, uses = [box(1000, 0, 2000, 300)], ["0701"]
    files = {
        "land_use": write(folder / "survey.gpkg", parcels, **columns),
        "permanent_basic_farmland": write(folder / "pbf.gpkg", [box(0, 0, 1000, 100)], BSM=["p"]),
        "planned_use": write(
            folder / "plan.gpkg", plots, ID=[str(n) for n in range(len(plots))], GHDM=uses
        ),
    }
    whole = 'coverage = "town"\n'
    layers = catalog(folder, files, permanent_basic_farmland=whole, planned_use=whole)
    if not owner:
        text = (folder / "catalog.toml").read_text("utf-8").replace('owner_column = "QSXZ"\n', "")
        (folder / "catalog.toml").write_text(text, "utf-8")
        from townland.catalog import load_catalog

        layers = load_catalog(folder / "catalog.toml")
    towns = read_towns([write(folder / "towns.gpkg", [box(0, 0, 3000, 1000)], name=["甲镇"])])
    return check(list(towns), layers, LAW, on=ON)


def test_land_of_collectives_alone_is_taken_and_the_bars_say_by_whom(tmp_path: Path) -> None:
    found = place(tmp_path)
    by_rule = {each.rule: each for each in found.findings}
    assert {rule: (one.verdict, ha(one)) for rule, one in by_rule.items()} == {
        "LAW-1": (INFO, 5.0),
        "LAW-2": (INFO, 40.0),
        "LAW-3": (INFO, 80.0),
        "LAW-4": (REVIEW, 5.0),
        "LAW-5": (REVIEW, 5.0),
    }
    for rule in ("LAW-1", "LAW-2", "LAW-3"):
        assert "the State Council approves it" in by_rule[rule].why.render("en")
        assert "须由国务院批准" in by_rule[rule].why.render("zh")
    for one in found.findings:
        assert one.why.render("en").endswith("it was not checked against the document itself.")
        assert one.clause.effective_assumed
        assert read_back(one).recomputed() == one.measured


def test_below_the_bars_the_province_approves_and_nothing_is_built_on(tmp_path: Path) -> None:
    found = {each.rule: each for each in place(tmp_path, small=True).findings}
    assert (found["LAW-3"].verdict, ha(found["LAW-3"])) == (INFO, 30.0)
    assert "the government of the province or autonomous region" in found["LAW-3"].why.render("en")
    assert "By this rule nothing is to be approved" in found["LAW-1"].why.render("en")
    assert [found[rule].verdict for rule in ("LAW-4", "LAW-5")] == [PASS, PASS]


def test_without_the_owners_nobody_can_say_it(tmp_path: Path) -> None:
    found = {each.rule: each for each in place(tmp_path, owner=False).findings}
    for rule in ("LAW-1", "LAW-2", "LAW-3"):
        assert (found[rule].verdict, found[rule].measured) == (NOT, None)
        assert "QSXZ" in found[rule].why.render("en")
    assert found["LAW-4"].verdict is REVIEW


def facts(name: str, area: Any, **known: Any) -> Facts:
    return town(measure(name, ("x", area), rulebook=LAW, **known), rulebook=LAW)


def judge(rule: str, given: Facts) -> Finding:
    only = LAW.model_copy(update={"rule": tuple(one for one in LAW.rule if one.id == rule)})
    (found,) = evaluate(only, given, max(one.clause.effective for one in LAW.rule))
    return found


# 0.1 % of 35 ha are 350 m², of 70 ha 700 m²
@pytest.mark.parametrize(
    ("rule", "name", "area", "known", "verdict", "who"),
    [
        ("LAW-2", "collective_cultivated_taken", 350_350, {}, INFO, "State Council"),
        ("LAW-2", "collective_cultivated_taken", 350_349, {}, REVIEW, "State Council"),
        ("LAW-2", "collective_cultivated_taken", 350_000, {}, REVIEW, "province"),
        ("LAW-2", "collective_cultivated_taken", 349_650, {}, INFO, "province"),
        # net of ridges below the bar, gross above it
        ("LAW-2", "collective_cultivated_taken", 360_000, {"net": 340_000}, REVIEW, "province"),
        ("LAW-3", "collective_other_taken", 700_700, {}, INFO, "State Council"),
        ("LAW-3", "collective_other_taken", 699_300, {}, INFO, "province"),
        ("LAW-1", "collective_basic_farmland_taken", 1, {}, INFO, "State Council"),
        ("LAW-1", "collective_basic_farmland_taken", 0, {"sliver": 3}, REVIEW, "State Council"),
    ],
)
def test_the_bars(
    rule: str, name: str, area: int, known: dict[str, Any], verdict: Verdict, who: str
) -> None:
    found = judge(rule, facts(name, area, **known))
    assert found.verdict is verdict
    assert who in found.why.render("en")


def test_a_missing_layer_is_named_and_nothing_passes() -> None:
    for rule in LAW.rule:
        bare = town(absent=("planned_use",), rulebook=LAW)
        found = judge(rule.id, bare)
        assert (found.verdict, found.missing) == (NOT, ("planned_use",))


def test_it_is_shipped_and_no_rule_of_it_fails_by_itself(tmp_path: Path) -> None:
    assert "land-law-2019" in shipped()
    assert lint("land-law-2019") == ()
    assert [rule.id for rule in LAW.rule] == [f"LAW-{number}" for number in range(1, 6)]
    assert not any(rule.can_fail for rule in LAW.rule)
    path = tmp_path / "strict.toml"
    path.write_text(
        'id = "strict"\ntitle = { zh = "某", en = "Strict" }\nversion = "1"\n'
        'inherits = ["liuzhou-2018", "national-2021", "land-law-2019"]\n\n'
        '[[rule]]\nid = "LAW-4"\nbeyond = "fail"\n',
        "utf-8",
    )
    law = load_rulebook(path)
    books = {law.origin(rule.id) for rule in law.rule}
    assert books == {"liuzhou-2018", "national-2021", "land-law-2019"}
    built = town(measure("basic_farmland_built_on", ("x", 100), rulebook=law), rulebook=law)
    (found,) = evaluate(
        law.model_copy(update={"rule": tuple(one for one in law.rule if one.id == "LAW-4")}),
        built,
        law.rule[-1].clause.effective,
    )
    assert (found.verdict, found.rulebook) == (Verdict.FAIL, "land-law-2019")
