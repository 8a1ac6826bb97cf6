"""What is not found without declared coverage: never a pass, and what would settle it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import book, changed, judge, measure, town

from townland import terms
from townland.catalog import LayerCatalog, load_catalog
from townland.rules.confirmations import Confirmation, confirmations
from townland.rules.judging.finding import Finding
from townland.terms import Verdict

PASS, FAIL, REVIEW = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW
NOT, INFO = Verdict.NOT_EVALUATED, Verdict.INFO
PBF = ("permanent_basic_farmland",)


def why(finding: Finding, lang: str = "en") -> str:
    return finding.why.render(lang)


def planned(area: int = 950_000) -> Any:
    return measure("planned_construction", ("p", area))


def test_each_role_says_what_it_means_that_nothing_is_found() -> None:
    kinds: dict[str, list[str]] = {}
    for name, role in terms.ROLES.items():
        if role.raster != "only":
            kinds.setdefault(role.unfound, []).append(name)
    assert kinds["uncovered"] == ["land_use"]
    assert kinds["unplanned"] == ["planned_use"]
    assert {"stock_land", "inefficient_land"} <= set(kinds["told"])
    assert set(kinds["unproven"]) == {
        *PBF, "paddy", "unused_land", "control_zone", "growth_boundary", "ecological_redline"
    }  # fmt: skip
    assert [name for name, role in terms.ROLES.items() if role.dividing] == ["growth_boundary"]


# ---------------------------------------------------------------- one rule, by what is found


def enclosed(area: float = 0, **known: Any) -> Any:
    pieces = [("f", area)] if area else []
    return measure("farmland_enclosed", *pieces, assumed=PBF, **known)


def built_on(area: float = 0, **known: Any) -> Any:
    pieces = [("f", area)] if area else []
    return measure("farmland_built_on", *pieces, assumed=PBF, **known)


def test_nothing_found_waits_and_says_for_what() -> None:
    found = judge("LAND-03", town(planned(), enclosed(), built_on()))
    assert (found.verdict, found.verdict_if_confirmed) == (REVIEW, PASS)
    assert found.confirms == PBF
    assert "No coverage of the whole town is declared for: permanent basic farmland" in why(found)
    assert "If it is confirmed to be all: Compliant." in why(found)
    assert "图上没有不等于实地没有" in why(found, "zh")


@pytest.mark.parametrize(
    ("measures", "verdict"),
    [
        ([enclosed(500), built_on(500)], FAIL),  # what is found counts
        ([enclosed(500), built_on()], REVIEW),  # enclosed alone is for a person in any case
        ([enclosed(uncovered=1000), built_on(uncovered=1000)], NOT),
    ],
)
def test_what_is_decided_without_it_waits_for_nothing(
    measures: list[Any], verdict: Verdict
) -> None:
    found = judge("LAND-03", town(planned(), *measures))
    assert found.verdict is verdict
    assert (found.verdict_if_confirmed, found.confirms) == (None, ())


def test_without_a_plan_nothing_found_is_not_evaluated() -> None:
    """Known whole, a boundary without farmland passes without a plan; a bounding box proves no such."""
    free = measure("farmland_enclosed")
    assert judge("LAND-03", town(free, absent=("planned_use",))).verdict is PASS
    found = judge("LAND-03", town(enclosed(), absent=("planned_use",)))
    assert (found.verdict, found.missing) == (NOT, ("planned_use",))


# ---------------------------------------------------------------- its siblings


def zones(**assumed: tuple[str, ...]) -> list[Any]:
    """All planned land in the allowed zone; `assumed` are the roles of which no coverage is declared."""
    names = {
        "control_zone": ("planned_in_allowed", "planned_in_prohibited", "planned_in_no_zone"),
        "ecological_redline": ("planned_on_redline",),
        "growth_boundary": (),
    }
    return [
        measure(name, *([("z", 950_000)] if name == "planned_in_allowed" else []), assumed=(role,))
        for role in assumed
        for name in names[role]
    ]


@pytest.mark.parametrize(
    "roles", [("control_zone",), ("ecological_redline",), ("control_zone", "ecological_redline")]
)
def test_zones_without_coverage(roles: tuple[str, ...]) -> None:
    assert judge("LAND-07", town(planned(), *zones())).verdict is PASS
    found = judge("LAND-07", town(planned(), *zones(**dict.fromkeys(roles, ()))))
    assert (found.verdict, found.verdict_if_confirmed) == (REVIEW, PASS)
    assert sorted(found.confirms) == sorted(roles)


def test_the_paddy_layer_where_it_stands_in_for_the_survey() -> None:
    surveyless = [
        measure("paddy_built_on", missing=("land_use",), uncovered=3_000_000),
        measure("paddy_layer_built_on", assumed=("paddy",)),
    ]
    found = judge("LAND-05", town(planned(), *surveyless))
    assert (found.verdict, found.verdict_if_confirmed) == (REVIEW, PASS)
    assert found.confirms == ("paddy",)


def test_a_second_source_that_shows_nothing_takes_no_pass_away() -> None:
    """The survey measures the paddy; the paddy layer stands beside and could only contradict it."""
    found = judge("LAND-05", town(planned(), measure("paddy_layer_built_on", assumed=("paddy",))))
    assert (found.verdict, found.confirms) == (PASS, ())


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("stock", "stock_land"),
        ("inefficient", "inefficient_land"),
        ("unused_layer", "unused_land"),
    ],
)
def test_land_to_use_first_is_info_and_does_not_say_that_there_is_none(
    name: str, role: str
) -> None:
    measures = [measure(f"{name}_{what}", assumed=(role,)) for what in ("built_on", "total")]
    found = judge("LAND-06", town(planned(), *measures))
    assert (found.verdict, found.confirms) == (INFO, ())
    assert "none is found; its layer declares no coverage, so there may be some" in why(found)
    assert any("declares no coverage" in text.render("en") for text in found.assumed)


# ---------------------------------------------------------------- each fact once


def catalog(folder: Path, *layers: tuple[str, str, str]) -> LayerCatalog:
    """A catalog of layers: name, role, and further lines."""
    path = folder / "catalog.toml"
    path.write_text(
        "".join(
            f'[[layer]]\nname = "{name}"\nrole = "{role}"\npath = "x.gpkg"\n{more}\n'
            for name, role, more in layers
        ),
        "utf-8",
    )
    return load_catalog(path)


def waiting() -> list[Finding]:
    both = (measure("planned_on_redline", assumed=("ecological_redline",)), *zones(control_zone=()))
    return [
        judge("LAND-03", town(planned(), enclosed(), built_on())),
        judge("LAND-07", town(planned(), *both)),
    ]


def test_each_fact_stands_once_with_its_line_and_its_verdicts(tmp_path: Path) -> None:
    held = catalog(
        tmp_path,
        ("调查", "land_use", ""),
        ("基本农田", "permanent_basic_farmland", ""),
        ("更多基本农田", "permanent_basic_farmland", 'coverage = "a.gpkg"\n'),
        ("管制区", "control_zone", ""),
        ("红线", "ecological_redline", ""),
    )
    facts = {fact.role: fact for fact in confirmations(held, waiting())}
    assert list(facts) == ["permanent_basic_farmland", "control_zone", "ecological_redline"]
    farmland = facts["permanent_basic_farmland"]
    assert farmland.layers == ("基本农田",)
    assert farmland.coverage == 'coverage = "layer:调查"'
    assert farmland.head.render("en").startswith("1 finding waits for one confirmation: does the")
    assert "“永久基本农田”图层是否包含全部图斑" in farmland.head.render("zh")
    assert rows(farmland) == [("LAND-03", PASS, ("450200",), ())]
    assert rows(facts["control_zone"]) == [("LAND-07", PASS, ("450200",), ("ecological_redline",))]


def rows(fact: Confirmation) -> list[tuple[object, ...]]:
    return [(row.rule, row.verdict, row.towns, row.others) for row in fact.rows]


@pytest.mark.parametrize(
    ("planned", "line"),
    [
        (["450200", "1"], 'coverage = "town"'),
        # a town with but the edge of a neighbour's plot has no plan of its own: it must be named
        (["1"], 'coverage = { towns = ["450200", "1"] }'),
    ],
)
def test_the_line_of_a_plan_holds_for_every_town_that_waits(
    tmp_path: Path, planned: list[str], line: str
) -> None:
    held = catalog(tmp_path, ("s", "land_use", ""), ("p", "planned_use", ""))
    waits = [replace(each, confirms=("planned_use",)) for each in waiting()]
    (fact,) = confirmations(held, waits, planned)
    assert fact.coverage == line
    assert "is the layer of “planned use” all that is planned?" in fact.head.render("en")
    assert fact.head.render("zh") == "2 项结论待同一确认：“规划用途”图层是否就是全部规划用地？"


def test_without_a_survey_the_towns_are_named(tmp_path: Path) -> None:
    held = catalog(tmp_path, ("p", "permanent_basic_farmland", ""))
    (fact, *_rest) = confirmations(held, waiting())
    assert fact.coverage == 'coverage = { towns = ["450200"] }'


def test_the_line_that_settles_it_is_one_that_the_catalog_takes(tmp_path: Path) -> None:
    for survey in ((), (("s", "land_use", ""),)):
        plain = (*survey, ("p", "permanent_basic_farmland", ""))
        (fact, *_rest) = confirmations(catalog(tmp_path, *plain), waiting())
        told = (*survey, ("p", "permanent_basic_farmland", fact.coverage + "\n"))
        assert catalog(tmp_path, *told).layer[-1].coverage is not None


def test_nothing_waits_where_everything_is_declared(tmp_path: Path) -> None:
    held = catalog(tmp_path, ("p", "permanent_basic_farmland", ""))
    assert confirmations(held, [judge("LAND-03", town(planned()))]) == ()


def test_a_bureau_s_bar_above_0_waits_too(tmp_path: Path) -> None:
    lenient = changed(tmp_path, ("limit        = 0", "limit        = 1"))
    assert lenient.rule != book().rule
    found = judge("LAND-03", town(planned(), enclosed(500), built_on(500)), lenient)
    assert found.verdict is REVIEW
