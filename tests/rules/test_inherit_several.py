"""A bureau's own rulebook that takes over several: one run, each rule marked with where it stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.factory_rules import book, town

from townland.errors import RulebookError
from townland.rules.book.lint import lint
from townland.rules.book.loader import load_rulebook, rulebook_schema
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import evaluate

DAY = dt.date(2022, 6, 30)
HEAD = """\
id       = "bureau"
title    = {{ zh = "某局", en = "A bureau" }}
version  = "1"
inherits = {inherits}
"""
BOTH = '["liuzhou-2018", "national-2021"]'


def write(folder: Path, text: str = "", inherits: str = BOTH) -> Path:
    path = folder / "bureau.toml"
    path.write_text(HEAD.format(inherits=inherits) + text, "utf-8")
    return path


def fault_of(path: Path) -> str:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    return caught.value.render("en")


def test_the_rules_of_all_are_in_one_run_each_marked_with_its_rulebook(tmp_path: Path) -> None:
    own = (
        '\n[[rule]]\nid = "OWN-1"\ntitle = { zh = "本局", en = "Ours" }\nkind = "area_range"\n'
        'measure = "planning_area"\nmaximum = 4\nunit = "km2"\n'
        'clause = { document = "本局", quote = "", effective = 2022-01-01 }\n'
    )
    path = write(tmp_path, own)
    law = load_rulebook(path)
    city, nation = book(), load_rulebook("national-2021")
    assert [rule.id for rule in law.rule] == [
        *(rule.id for rule in city.rule),
        *(rule.id for rule in nation.rule),
        "OWN-1",
    ]
    found = {each.rule: each.rulebook for each in evaluate(law, town(rulebook=law), DAY)}
    assert (found["LAND-01"], found["TC-N-1"], found["OWN-1"]) == (
        "liuzhou-2018",
        "national-2021",
        "bureau",
    )
    assert lint(path) == ()
    assert [each.code for each in law.notice] == ["national_base_repealed"]
    assert len(law.notes) == len(city.notes) + len(nation.notes)
    assert law.jurisdiction == "450200"


def test_what_is_said_of_a_town_is_what_each_rulebook_says(tmp_path: Path) -> None:
    law = load_rulebook(write(tmp_path))
    alone = {
        each.rule: (each.verdict, each.why.render("en"))
        for one in (book(), load_rulebook("national-2021"))
        for each in evaluate(one, town(rulebook=one), DAY)
    }
    together = {
        each.rule: (each.verdict, each.why.render("en"))
        for each in evaluate(law, town(rulebook=law), DAY)
    }
    assert together == alone


def test_a_change_is_of_the_rulebook_that_has_the_rule(tmp_path: Path) -> None:
    law = load_rulebook(
        write(
            tmp_path,
            '\n[[rule]]\nid = "TC-N-1"\nminimum = 2\n\n[[rule]]\nid = "LAND-01"\nlimit = 2\n',
        )
    )
    assert law.changed("TC-N-1")["minimum"].rulebook == "national-2021"
    assert law.changed("LAND-01")["limit"].rulebook == "liuzhou-2018"
    assert law.origin("TC-N-1") == "national-2021"


def test_one_name_and_a_list_of_one_are_the_same(tmp_path: Path) -> None:
    one = load_rulebook(write(tmp_path, inherits='"liuzhou-2018"'))
    listed = load_rulebook(write(tmp_path, inherits='["liuzhou-2018"]'))
    assert [rule.model_dump() for rule in one.rule] == [rule.model_dump() for rule in listed.rule]
    assert {one.origin(rule.id) for rule in one.rule} == {"liuzhou-2018"}
    assert {book().origin(rule.id) for rule in book().rule} == {"liuzhou-2018"}


def test_the_hash_follows_every_file(tmp_path: Path) -> None:
    hashes = {
        load_rulebook(write(tmp_path, inherits=names)).sha256
        for names in ('"liuzhou-2018"', '"national-2021"', BOTH)
    }
    assert len(hashes) == 3


OTHER = """\
id = "{id}"
title = {{ zh = "另", en = "Other" }}
version = "1"
three_class = "{three_class}"
{more}
[measure.planning_area]
title = {{ zh = "规划范围", en = "The area" }}
layers = {layers}

[[rule]]
id = "{rule}"
title = {{ zh = "面积", en = "Area" }}
kind = "area_range"
measure = "planning_area"
minimum = {minimum}
unit = "km2"
clause = {{ document = "某", quote = "", effective = 2018-01-01 }}
"""
PLAIN = {
    "id": "other", "three_class": "survey", "more": "", "layers": "[]", "rule": "X-1", "minimum": "1",
}  # fmt: skip


def other(folder: Path, name: str = "other.toml", **swaps: str) -> None:
    (folder / name).write_text(OTHER.format(**{**PLAIN, **swaps}), "utf-8")


WITH_OTHER = '["liuzhou-2018", "other.toml"]'


def test_a_measure_with_another_title_is_the_same_measure(tmp_path: Path) -> None:
    other(tmp_path)
    law = load_rulebook(write(tmp_path, inherits=WITH_OTHER))
    assert law.measure["planning_area"].title.en == "Planning area"
    assert law.origin("X-1") == "other"


def test_a_rule_that_two_have_is_refused_with_both_places(tmp_path: Path) -> None:
    other(tmp_path, rule="LAND-01")
    said = fault_of(write(tmp_path, inherits=WITH_OTHER))
    assert "bureau.toml, line 4: inherits: rule LAND-01 stands in liuzhou-2018" in said
    assert "other.toml, line 11)" in said


def test_a_measure_that_is_two_things_is_refused_or_defined_anew(tmp_path: Path) -> None:
    other(tmp_path, layers='["land_use"]')
    said = fault_of(write(tmp_path, inherits=WITH_OTHER))
    assert "the measure planning_area is one thing in liuzhou-2018" in said
    assert "other.toml, line 6)" in said
    own = '\n[measure.planning_area]\ntitle = { zh = "规划区", en = "Mine" }\nlayers = []\n'
    law = load_rulebook(write(tmp_path, own, inherits=WITH_OTHER))
    assert law.measure["planning_area"].title.en == "Mine"


@pytest.mark.parametrize(
    ("swaps", "said", "own"),
    [
        (
            {"three_class": "approval-2023"},
            'differ in three_class (liuzhou-2018: "survey", other: "approval-2023")',
            'three_class = "survey"\n',
        ),
        (
            {"more": 'jurisdiction = "450300"\n'},
            'differ in jurisdiction (liuzhou-2018: "450200", other: "450300")',
            'jurisdiction = "45"\n',
        ),
        (
            # what a rulebook leaves out is townland's own number there
            {"more": "[parameter]\nband = 0.2\n"},
            "differ in parameter.band (liuzhou-2018: 0.1, other: 0.2)",
            "[parameter]\nband = 0.1\n",
        ),
    ],
)
def test_what_all_rules_are_judged_by_is_alike_or_stated(
    tmp_path: Path, swaps: dict[str, str], said: str, own: str
) -> None:
    other(tmp_path, **swaps)
    assert said in fault_of(write(tmp_path, inherits=WITH_OTHER)).replace(" and ", ", ")
    load_rulebook(write(tmp_path, own, inherits=WITH_OTHER))


def test_a_rule_taken_over_by_two_from_one_is_there_once(tmp_path: Path) -> None:
    heir = 'id = "{0}"\ntitle = {{ zh = "甲", en = "A" }}\nversion = "1"\ninherits = "other.toml"\n'
    other(tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(heir.format(name), "utf-8")
    law = load_rulebook(write(tmp_path, inherits='["a.toml", "b.toml"]'))
    assert [(rule.id, law.origin(rule.id)) for rule in law.rule] == [("X-1", "other")]
    changed = heir.format("b") + '\n[[rule]]\nid = "X-1"\nminimum = 2\n'
    (tmp_path / "b.toml").write_text(changed, "utf-8")
    assert "rule X-1 stands in a" in fault_of(write(tmp_path, inherits='["a.toml", "b.toml"]'))


@pytest.mark.parametrize("inherits", ["[]", '["liuzhou-2018", 3]', '[["liuzhou-2018"]]', "3"])
def test_what_names_no_rulebook_is_refused_at_its_line(tmp_path: Path, inherits: str) -> None:
    assert "bureau.toml, line 4: inherits" in fault_of(write(tmp_path, inherits=inherits))


def test_each_one_is_looked_for_and_none_inherits_in_turn(tmp_path: Path) -> None:
    said = fault_of(write(tmp_path, inherits='["liuzhou-2018", "national-2012"]'))
    assert 'there is no rulebook "national-2012"; did you mean "national-2021"?' in said
    assert "in turn" in fault_of(write(tmp_path, inherits='["liuzhou-2018", "bureau.toml"]'))


def test_editors_know_the_list() -> None:
    properties = rulebook_schema()["properties"]
    assert isinstance(properties, dict)
    assert {each["type"] for each in properties["inherits"]["anyOf"]} == {"string", "array"}
    assert isinstance(book(), Rulebook)
