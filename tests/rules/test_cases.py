"""Every rule has its five towns, and says of each what was worked out (the tables: cases_*.py).

Every parameter of every rule of every shipped rulebook decides something: found by trying.

A parameter is any leaf of what a rule states beside its title and clause. For each one the test writes
changed values into a county's TOML that inherits the shipped rulebook, and judges towns until a verdict
or a figure follows. A parameter for which none does fails the test, so a new one cannot go unnoticed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.factory_dossier import (
    BUILT,
    EXTENDED,
    EXTENDED_BUILDING,
    FULL,
    HEAVY,
    INDEBTED,
    LATE,
    WITHDRAWN,
    event,
)
from tests.factory_rules import DAY, book, measure, read_back, town
from tests.rules import cases_land, cases_national, cases_need, cases_stages, cases_towns
from tests.rules.cases import INFO, KINDS, PASS, Case
from tests.rules.test_national import DAY as NATIONAL_DAY
from tests.rules.test_national import FULL as NATIONAL_FULL
from tests.rules.test_together import square

from townland.errors import RulebookError
from townland.rules.book.loader import load_rulebook, shipped
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate, evaluate_portfolio
from townland.rules.judging.finding import Finding
from townland.rules.kinds import KINDS as TABLE
from townland.rules.need_table import indicator_need

TABLES = (cases_land, cases_need, cases_towns, cases_stages, cases_national)
CASES: list[Case] = [case for table in TABLES for case in table.CASES]
CANNOT: dict[tuple[str, str], str] = {
    key: reason for table in TABLES for key, reason in table.CANNOT.items()
}
RULES = [rule.id for name in ("liuzhou-2018", "national-2021") for rule in load_rulebook(name).rule]


def law_of(case: Case, tmp_path: Path) -> Rulebook:
    """The rulebook of a case, with what a bureau set, and only the case's rule."""
    book = law_named(case.rulebook)
    table = Path(book.path).read_text("utf-8")
    if case.bureau:
        for old, new in case.bureau:
            assert old in table, old
            table = table.replace(old, new)
        path = tmp_path / "bureau.toml"
        path.write_text(table, "utf-8")
        book = load_rulebook(path)
    only = tuple(rule for rule in book.rule if rule.id == case.rule)
    return book.model_copy(update={"rule": only})


def judged(case: Case, tmp_path: Path) -> Finding:
    law = law_of(case, tmp_path)
    if TABLE[law.rule[0].kind].joint:
        towns = case.facts if isinstance(case.facts, tuple) else (case.facts,)
        (found,) = evaluate_portfolio(law, towns, case.day)
    else:
        assert not isinstance(case.facts, tuple)
        (found,) = evaluate(law, case.facts, case.day)
    return found


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{at}-{case.rule}-{case.kind}" for at, case in enumerate(CASES)]
)
def test_a_rule_says_what_was_worked_out(case: Case, tmp_path: Path) -> None:
    found = judged(case, tmp_path)

    assert found.verdict is case.verdict, case.working
    # where nothing is measured there may be no unit either
    assert found.unit == case.unit or (found.measured is None and not found.unit)
    for name in ("measured", "limit", "margin"):
        figure, expected = getattr(found, name), getattr(case, name)
        if isinstance(figure, Decimal) and expected is not None:
            assert abs(figure - Decimal(expected)) <= Decimal(case.within), (name, case.working)
        else:
            assert figure == expected, (name, case.working)
    assert found.missing == case.missing
    for name, figure in case.traced.items():
        assert found.trace.document()[name] == figure, name
    assert case.says in found.why.render("en")
    assert read_back(found).recomputed() == found.measured


WITHOUT_DOUBT = {
    "liuzhou-2018": ("uncertainty    = 0.001", "uncertainty    = 0"),
    "national-2021": (
        "[measure.planning_area]",
        "[parameter]\nuncertainty = 0\n\n[measure.planning_area]",
    ),
}
BEYOND_AT_ONCE = {
    "USE-02": "主要 is more than half: half is not",
    "LAND-15": "within 180 days a person looks, the 180th among them",
}


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "limit"])
def test_what_stands_on_a_bar_keeps_to_it_where_nothing_is_doubtful(case, tmp_path) -> None:
    """及以上, 未达到, 超过 and 左右 all leave the bar itself on the lawful side."""
    sure = (*case.bureau, WITHOUT_DOUBT[case.rulebook])
    found = judged(replace(case, bureau=sure), tmp_path)
    kept = found.verdict in (PASS, INFO)
    assert kept is not (case.rule in BEYOND_AT_ONCE), case.working


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_five_towns(rule: str) -> None:
    held = {case.kind for case in CASES if case.rule == rule}
    cannot = {kind for of, kind in CANNOT if of == rule}
    assert held | cannot == set(KINDS)
    assert not held & cannot, "there is one after all"


def test_no_reason_is_for_a_rule_that_is_gone() -> None:
    assert {rule for rule, _kind in CANNOT} <= set(RULES)
    assert all(case.working for case in CASES)
    assert all(CANNOT.values())


# ---------------------------------------------------------------- every parameter decides something


PRELUDES = {
    "LAND-03": ["limit = 5"],
    "LAND-04": ["limit = 5", "modal = false"],
    "LAND-05": ["limit = 5", "modal = false"],
    "LAND-06": ["minimum_share = 0.02"],
    "LAND-08": [
        'measure = "housing_planned"\n'
        'paddy_beside = { new = "new_by_paddy_layer", built_on = "planned_construction" }'
    ],
    "LAND-10": ['bank = "annual_output"'],
    **{rule: ["limit = 0.1"] for rule in ("LAW-1", "LAW-4", "LAW-5")},
    "LAND-12": ["limit = 100", "limit = 112"],
    "LAND-15": ["years = 4"],
    "PORT-02": ["limit = 1"],
    **{f"TC-N-{number}": ["modal = false"] for number in (1, *range(3, 13))},
    "TC-N-2": ['beyond = "fail"\nmodal = false', "modal = false"],
    "TC-N-11": ["maximum = 0.3005\nuncertainty = 0", "modal = false"],
    "TC-N-13": ["modal = false"],
    "USE-01": [
        "maximum = 0.2",
        'maximum = 0.2\nbeyond = "fail"',
        "maximum = 0.4",
        "maximum = 0.3005\nuncertainty = 0",
        "maximum = 0.31",
    ],
    "USE-02": [
        "minimum = 0.5002\nuncertainty = 0",
        "minimum = 0.45",
        'minimum = 0.9\nbeyond = "fail"',
        "minimum = 0.9\nmodal = false",
    ],
    "USE-03": [
        "minimum = 0.2",
        'minimum = 0.4\nbeyond = "fail"',
        "minimum = 0.4\nmodal = false",
        "minimum = 0.3005\nuncertainty = 0",
        "minimum = 0.29",
    ],
}
"""What a bureau states beforehand, where the shipped number leaves a parameter nothing to decide."""

LEFT_OPEN = [
    ("LAND-10", "", "uncertainty", "0.02"),
    ("LAND-12", "limit = 112", "uncertainty", "0.1"),
    ("USE-01", "", "perhaps", '["industry_planned"]'),
    ("USE-01", 'maximum = 0.2\nbeyond = "fail"', "modal", "true"),
    ("USE-01", "maximum = 0.31", "uncertainty", "0.1"),
    ("USE-02", "minimum = 0.45", "uncertainty", "0.2"),
    ("USE-02", 'minimum = 0.9\nbeyond = "fail"', "modal", "false"),
    ("USE-03", 'minimum = 0.4\nbeyond = "fail"', "modal", "false"),
    ("USE-03", "", "perhaps", '["housing_planned"]'),
    ("USE-03", "minimum = 0.29", "uncertainty", "0.1"),
]
"""Parameters that the shipped rule leaves open: the rule, what a bureau states first, key and value."""


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
    "reused_sites": [{"name": "a", "start": dt.date(2014, 5, 1), "new_use": "科研"}],
}

LOW: dict[str, Any] = dict.fromkeys(
    ("green_cover", "three_new_share", "annual_tax", "annual_output", "annual_visitors",
     "social_investment", "industry_investment", "employees"), 0.001,
)  # fmt: skip
LOW["confirmed"] = ("employees", "green_cover")
NEW_USES = ("文化创意", "科研", "健康养老", "众创空间", "现代服务业", "互联网+")
REUSED = [{"name": use, "start": dt.date(2017, 5, 1), "new_use": use} for use in NEW_USES]
RECORDED: dict[str, Any] = {
    "facts": {
        "approvals_delegated": True,
        "town_treasury": True,
        "park_and_town_one": True,
        "land_enclosed_in_disguise": True,
        "real_estate_in_disguise": True,
        "packaged_as_key_project": True,
    },
    "acceptance": {
        "investment_done": True,
        "industry_developed": True,
        "projects_on_schedule": True,
        "character_shaped": True,
        "living_environment": True,
    },
    "investment_done": 9,
}
SHORT = {
    "documents": {**FULL["documents"], "industry_study": False, "town_plans": False},
    "events": (event("2016-09-01", "applied"),),
}
LOST = {
    **FULL,
    "events": (
        *FULL["events"],
        event("2017-12-20", "cultivation_passed"),
        event("2017-12-30", "construction_failed"),
        event("2018-12-01", "construction_failed"),
    ),
}

TOLD = {"bar_of", "encouraged"}
"""What decides no verdict by its meaning: whose a bar is, and what is only encouraged."""

BUREAUS = {"limit", "minimum_share", "minimum", "maximum", "band"}
"""Bars that a shipped rulebook may leave to a bureau."""

ECHOED = {
    "parameters", "formula", "inherited", "measures", "clause", "ranges", "measured", "limit",
    "margin", "quotient", "digits",
}  # fmt: skip
ENDED = [{"name": "b", "start": dt.date(2013, 5, 1), "new_use": "科研"}]
"""A site whose transition of five years was over before the day of the check."""
UNITS = ["m2", "ha", "km2", "mu", "share", "persons", "visits_10k", "yuan_10k_per_mu",
         "yuan_10k_per_head"]  # fmt: skip
CHOICES = ["fail", "review", "info", "pass", "policy", "townland", "bureau", "cultivation",
           "construction", "light_asset", "heavy_asset", "culture_tourism", "sport",
           "integration", "manufacturing", "innovation", "creative_design",
           "digital_economy"]  # fmt: skip
FIELDS = ["annual_output", "supply.city", "supply.county", "carrier", "documents.other.none",
          "lists.region", "lists.city", "linked_industries", "employees", "social_investment",
          "leading_industries", "segment", "county_debt_ratio", "county_platform", "population",
          "national_type"]  # fmt: skip


@cache
def law_named(name: str) -> Rulebook:
    return load_rulebook(name)


def laws() -> list[Rulebook]:
    return [law_named(name) for name in shipped()]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every single value, without titles in two languages."""
    if isinstance(value, dict):
        if not set(value) <= {"zh", "en"}:
            for key, part in value.items():
                yield from leaves(part, (*path, key))
    elif isinstance(value, list | tuple):
        for at, part in enumerate(value):
            yield from leaves(part, (*path, at))
    elif value is not None:
        yield path, value


def with_leaf(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return {**value, first: with_leaf(value[first], tuple(rest), new)}
    return [
        with_leaf(part, tuple(rest), new) if at == first else part for at, part in enumerate(value)
    ]


def toml(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(
            f"{key} = {toml(part)}" for key, part in value.items() if part is not None
        )
        return f"{{ {inside} }}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return (
        str(value)
        if isinstance(value, int | float | Decimal)
        else json.dumps(value, ensure_ascii=False)
    )


def parameters() -> list[tuple[str, str, tuple[Any, ...]]]:
    found = []
    for law in laws():
        for rule in law.rule:
            fields = set(type(rule).model_fields) & BUREAUS
            stated = rule.parameters()
            if rule.kind == "use_share" and {"minimum", "maximum"} & set(stated):
                fields = set()  # a share has one bar
            unset = [((name,), None) for name in sorted(fields) if stated.get(name) is None]
            for path, _value in [*leaves(stated), *unset]:
                if path == ("modal",) and not can_ever_fail(rule):
                    continue  # it only states figures
                if path in (("sites",), ("type",)):
                    continue  # the dossier has one such list, and one field with such types
                if path == ("area_unit",) and rule.measure is None:
                    continue  # no area is divided by
                found.append((law.id, rule.id, path))
    return found


def can_ever_fail(rule: Any) -> bool:
    return bool(rule.model_copy(update={"modal": False}).can_fail)


def candidates(law: Rulebook, key: Any, value: Any) -> list[Any]:
    if value is None:
        return [0.01, 0.9, 0.3, 100, 1, 5, 0.48, 0.25]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float | Decimal):
        near = [value + 1, value - 1, value * 2, 0, 1]
        return [*near, *(float(value) * by for by in (0.5, 0.9, 1.1, 1.5, 0.01, 100))]
    if value in law.measure:
        return [name for name in law.measure if name != value]
    if value in UNITS:
        return [unit for unit in UNITS if unit != value]
    if value in CHOICES:
        return [choice for choice in CHOICES if choice != value]
    return ["镇", *FIELDS]


@cache
def towns(name: str) -> list[Facts]:
    """Towns rich enough that each number and name has something to decide."""
    law = law_named(name)
    held = {one.name: one for one in MEASURES if one.name in law.measure}
    if "residential_planned" in law.measure:
        held["residential_planned"] = measure("residential_planned", ("h", 300_500), rulebook=law)
    for at, (each, spec) in enumerate(law.measure.items()):
        if each not in held and spec.layers:
            held[each] = measure(each, ("x", 1_000 * (at + 3)), rulebook=law)
    named = [
        {rule.field: groups} if rule.field != "carrier" else {rule.field: one}
        for rule in law.rule
        if rule.kind == "listed_among"
        for groups in [tuple(one for group in rule.groups for one in group.names)]
        for one in groups
    ]
    more: list[dict[str, Any]] = [
        {}, HEAVY, LATE, INDEBTED, BUILT, EXTENDED, WITHDRAWN, EXTENDED_BUILDING,
        {"lists": {"city": False, "region": True}, "events": ()}, NATIONAL_FULL,
        {"national_type": "manufacturing"}, {"national_type": "sport"},
        {"national_type": "integration"}, {"national_type": "innovation"},
        {"national_type": "manufacturing", "research_intensity": 0.01},
        {"national_type": "creative_design"}, {"national_type": "digital_economy"},
        {"reused_sites": ENDED}, *({"reused_sites": [site]} for site in REUSED),
        {"leading_industries": ()}, {"linked_industries": ("甲", "乙", "丙", "丁")},
        {**FULL, **LOW}, {**HEAVY, **LOW}, SHORT, LOST, *named,
    ]  # fmt: skip
    base = {**NATIONAL_FULL, **FULL, **DOSSIER, **RECORDED}
    rich = [town(*held.values(), dossier={**base, **one}, rulebook=law) for one in more]
    rich += [replace(one, name="甲特色小镇") for one in rich[8:9]]
    poor = [town(one, dossier=base, rulebook=law) for one in held.values()]
    poor += [
        town(measure(each, rulebook=law, sliver=5), dossier=base, rulebook=law)
        for each, spec in law.measure.items()
        if spec.layers
    ]
    if name == "liuzhou-2018":
        poor.append(town(*MEASURES, dossier=DOSSIER))
    bare = [town(*held.values(), dossier={}, rulebook=law), town(rulebook=law, dossier=base)]
    large = [
        town(*held.values(), dossier=base, rulebook=law, area=a)
        for a in (500_000, 3_310_000, 6_000_000)
    ]
    unlike = [
        town(
            *held.values(),
            dossier={**base, "national_type": kind},
            rulebook=law,
            area=9_000_000,
        )
        for kind in ("culture_tourism", "sport", "integration", "other")
    ]
    absent = [town(*held.values(), dossier=base, rulebook=law, absent=("planned_use",))]
    unplanned = [
        town(
            *(one for one in held.values() if "planned_use" not in one.layers),
            dossier=base, rulebook=law, absent=("planned_use",),
        ),
        town(
            *(one for one in held.values() if "land_use" not in one.layers),
            dossier=base, rulebook=law, absent=("land_use",),
        ),
    ]  # fmt: skip
    return [*rich, *bare, *large, *unlike, *absent, *unplanned, *poor]


@cache
def together() -> list[tuple[Facts, ...]]:
    lists = {"lists": {"city": False, "region": True, "national": False}}
    other = {"lists": {"city": False, "region": False, "national": True}}
    listed = {"lists": {"city": True, "region": False, "national": False}}
    money = {
        "quota_ha": 5,
        "linked_quota_ha": 2,
        "annual_output": 3,
        "segment": "陶艺",
        "carrier": "甲",
    }
    return [
        (square("a", **lists, **money), square("b", 990, **listed, **money)),
        (square("a", **listed, **money), square("b", 990, **other, **money)),
        tuple(square(f"t{n}", n * 16_000, **listed, **money) for n in range(3)),
        (square("a", segment="螺蛳粉"), square("b", 1500, segment="螺丝粉")),
    ]


def figures(value: Any, key: str = "") -> Any:
    """The numbers and days of a trace; names that a changed parameter would only echo are left out."""
    if isinstance(value, dict):
        return [figures(part, str(name)) for name, part in value.items() if name not in ECHOED]
    if isinstance(value, list | tuple):
        return [figures(part) for part in value]
    if isinstance(value, str):
        return value if value[:2] == "20" and value.count("-") == 2 else ""
    return value


def outcome(found: Finding, *, told: bool) -> Any:
    aside = ()
    if told:
        origins = [parameter.origin for parameter in found.trace.working.parameters]
        aside = (found.why.render("en"), origins)
    traced = figures(found.trace.document())
    return (found.verdict, found.measured, found.limit, found.margin, found.unit, traced, aside)


def outcomes(law: Rulebook, rule: str, *, told: bool) -> Iterator[Any]:
    only = law.model_copy(update={"rule": tuple(one for one in law.rule if one.id == rule)})
    if TABLE[only.rule[0].kind].joint:
        for group in together():
            yield outcome(evaluate_portfolio(only, group, DAY)[0], told=told)
        return
    bases = {"TC": "national-2021", "LAW": "land-law-2019"}
    base = bases.get(rule.split("-")[0], "liuzhou-2018")
    for facts in towns(base):
        try:
            found = evaluate(only, facts, DAY if base == "liuzhou-2018" else NATIONAL_DAY)[0]
        except Exception as problem:  # noqa: BLE001 - a dossier's field that is no figure: no outcome
            yield type(problem).__name__
        else:
            yield outcome(found, told=told)
    if only.rule[0].kind == "land_need":
        yield from forms(only)


def forms(law: Rulebook) -> Iterator[Any]:
    """What stands beside the need in its form: the rule's measures that decide no verdict."""
    facts = town(*MEASURES, dossier=DOSSIER)
    measures = {
        name: replace(
            each,
            net_m2=each.area_m2 / 2,
            table=each.table.with_columns({
                "planned_use_id": "p", "land_use_id": "l", "source": "paddy", "planned_group": None,
                "net_m2": each.table.column("area_m2"),
            }),
        )
        for name, each in facts.measures.items()
    }  # fmt: skip
    facts = replace(facts, measures=measures)
    table = indicator_need(law, facts, on=DAY, findings=evaluate(law, facts, DAY))
    assert table is not None
    beside = [(each.gross, each.net) for each in table.form.non_grain]
    yield [dict(row.columns) for row in table.form.rows], beside


def county(folder: Path, law: str, rule: str, keys: str) -> Rulebook | None:
    path = folder / "county.toml"
    path.write_text(
        f'id = "county"\ntitle = {{ zh = "某县", en = "A county" }}\nversion = "1"\n'
        f'inherits = "{law}"\n\n[[rule]]\nid = "{rule}"\n{keys}\n',
        "utf-8",
    )
    try:
        return load_rulebook(path)
    except RulebookError:
        return None


@cache
def base_of(law: str, rule: str, keys: str) -> Rulebook:
    """The county's rulebook before a parameter is changed: the same for every parameter of a rule."""
    with TemporaryDirectory() as folder:
        base = county(Path(folder), law, rule, keys)
    assert base is not None
    return base


@cache
def before_of(law: str, rule: str, keys: str, told: bool) -> tuple[Any, ...]:
    return tuple(outcomes(base_of(law, rule, keys), rule, told=told))


@pytest.mark.parametrize(
    ("law", "rule", "path"),
    parameters(),
    ids=lambda each: ".".join(map(str, each if isinstance(each, tuple) else [each])),
)
def test_a_changed_parameter_moves_a_verdict_or_a_figure(
    tmp_path: Path, law: str, rule: str, path: tuple[Any, ...]
) -> None:
    shipped_law = law_named(law)
    held = next(one for one in shipped_law.rule if one.id == rule)
    key, *rest = path
    told = key in TOLD
    preludes = dict.fromkeys([*PRELUDES.get(rule, ()), ""])
    for prelude in preludes:
        kept = "\n".join(line for line in prelude.splitlines() if not line.startswith(f"{key} ="))
        base = base_of(law, rule, prelude)
        stated = next(one for one in base.rule if one.id == rule).parameters().get(key)
        old = dict(leaves(stated)).get(tuple(rest)) if rest else stated
        for new in candidates(shipped_law, path[-1], old):
            value = with_leaf(stated, tuple(rest), new) if rest else new
            after = county(tmp_path, law, rule, f"{kept}\n{key} = {toml(value)}")
            if after is None:
                continue
            before = before_of(law, rule, prelude, told)
            if any(a != b for a, b in zip(before, outcomes(after, rule, told=told), strict=True)):
                return
    pytest.fail(f"nothing follows {rule} {path} of kind {held.kind}")


@pytest.mark.parametrize(("rule", "stated", "key", "value"), LEFT_OPEN)
def test_a_parameter_that_was_left_open_moves_one_too(
    tmp_path: Path, rule: str, stated: str, key: str, value: str
) -> None:
    laws = [county(tmp_path, "liuzhou-2018", rule, keys)
            for keys in (stated, f"{stated}\n{key} = {value}")]  # fmt: skip
    before, after = (list(outcomes(law, rule, told=False)) for law in laws if law is not None)
    assert before != after


def test_the_parameters_are_many() -> None:
    found = parameters()
    assert len({rule for _law, rule, _path in found}) == sum(len(law.rule) for law in laws())
    for wanted in (
        ("NAME-01", ("list",)),
        ("NAME-01", ("modal",)),
        ("STAGE-04", ("extension_years",)),
    ):
        assert ("liuzhou-2018", *wanted) in found
    assert book().id in {law for law, *_ in found}
