"""A county's rulebook on a city's, and the lint of rulebooks."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factory_rules import DAY, book, judge, measure, town
from typer.testing import CliRunner

from townland.errors import RulebookError
from townland.rules.book import numbers
from townland.rules.book.lint import RulebookFault, lint
from townland.rules.book.loader import load_rulebook
from townland.rules.evaluate import evaluate
from townland.terms import Verdict

D = Decimal
COUNTY = """\
id       = "county"
title    = { zh = "某县", en = "A county" }
version  = "1"
inherits = "liuzhou-2018"

[[rule]]
id    = "LAND-01"
limit = 2
"""


OTHER_RULE = '[[rule]]\nid    = "LAND-02"\nlimit = 4'


def write(folder: Path, text: str, name: str = "county.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def said(fault: RulebookFault) -> str:
    return fault.message.render("en")


# ---------------------------------------------------------------- inheritance


@pytest.mark.parametrize(
    ("written", "meant"),
    [("LAND-1", "LAND-01"), ("land-01", "LAND-01"), ("LAND_01", "LAND-01"), ("USE-1", "USE-01")],
)
def test_a_misspelt_rule_is_told_with_its_line_and_the_one_meant(
    tmp_path: Path, written: str, meant: str
) -> None:
    path = write(tmp_path, COUNTY.replace("LAND-01", written))
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    assert caught.value.message.render("en") == (
        f"{path.as_posix()}, line 7: the rulebook liuzhou-2018 has no rule {written};"
        f" did you mean {meant}?"
    )
    assert "是否应为" in str(caught.value)


def test_a_rule_that_is_changed_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    again = f'{COUNTY}\n[[rule]]\nid    = "LAND-01"\nlimit = 4\n'
    path = write(tmp_path, again)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    assert caught.value.message.render("en") == (
        f"{path.as_posix()}, line 11: rule LAND-01 is changed twice, first on line 7; write all of"
        " its changes below one [[rule]]"
    )
    other = write(tmp_path, again.replace('[[rule]]\nid    = "LAND-01"\nlimit = 4', OTHER_RULE))
    assert load_rulebook(other).rule[0].parameters()["limit"] == 2


def test_a_rule_that_is_like_none_is_told_with_all_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write(tmp_path, COUNTY.replace("LAND-01", "rule one")))
    told = caught.value.message.render("en")
    assert "line 7: the rulebook liuzhou-2018 has no rule rule one; its rules are: LAND-01," in told
    assert told.endswith("A rule of your own also needs kind, title and clause")
    assert "kind" not in told.splitlines()[0].split("A rule of your own")[0]


def test_inherit_for_inherits_is_told_alone(tmp_path: Path) -> None:
    path = write(tmp_path, COUNTY.replace("inherits =", "inherit ="))
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    assert caught.value.message.render("en") == (
        f"{path.as_posix()}, line 4: unknown key inherit; did you mean inherits?"
    )


def test_a_county_tightens_a_parameter_and_the_finding_shows_both(tmp_path: Path) -> None:
    county = load_rulebook(write(tmp_path, COUNTY))
    assert [rule.id for rule in county.rule] == [rule.id for rule in book().rule]
    facts = town(area=2_900_000)
    assert judge("LAND-01", facts).verdict is Verdict.PASS
    found = judge("LAND-01", facts, county)
    assert found.verdict is Verdict.REVIEW
    assert found.limit == D(2_000_000)
    assert found.trace.document()["inherited"] == [
        {"name": "limit", "value": 2, "inherited": 3, "from": "liuzhou-2018"}
    ]
    assert "sets “the bar” to 2; in liuzhou-2018 it is 3." in found.why.render("en")
    assert found.clause == book().rule[0].clause
    limit = next(
        entry for entry in found.trace.document()["parameters"] if entry["name"] == "limit"
    )
    assert limit["origin"] == "bureau"


def test_what_is_not_changed_stays_the_city_s(tmp_path: Path) -> None:
    county = load_rulebook(write(tmp_path, COUNTY))
    facts = town(measure("planned_construction", ("p", 950_000)))
    for mine, theirs in zip(
        evaluate(county, facts, DAY)[1:], evaluate(book(), facts, DAY)[1:], strict=True
    ):
        assert (mine.rule, mine.verdict, mine.measured) == (
            theirs.rule,
            theirs.verdict,
            theirs.measured,
        )
        assert mine.why == theirs.why
        assert "inherited" not in mine.trace.document()
    assert county.jurisdiction == "450200"
    assert county.policy == book().policy
    assert county.notes == book().notes


def test_a_general_parameter_shows_where_it_is_used(tmp_path: Path) -> None:
    county = load_rulebook(
        write(tmp_path, COUNTY.replace("[[rule]]", "[parameter]\nband = 0.05\n\n[[rule]]"))
    )
    found = judge("LAND-02", town(measure("planned_construction", ("p", 920_000))), county)
    assert found.verdict is Verdict.REVIEW
    assert found.trace.document()["inherited"] == [
        {"name": "band", "value": 0.05, "inherited": 0.1, "from": "liuzhou-2018"}
    ]
    assert "inherited" not in judge("LAND-03", town(), county).trace.document()


def test_a_parameter_that_the_city_does_not_set(tmp_path: Path) -> None:
    text = COUNTY.replace('"LAND-01"\nlimit = 2', '"LAND-12"\nlimit = 120')
    facts = town(measure("planned_construction", ("p", 950_000)), dossier={"population": 10_000})
    found = judge("LAND-12", facts, load_rulebook(write(tmp_path, text)))
    assert found.verdict is Verdict.PASS
    assert "liuzhou-2018 does not set it" in found.why.render("en")


def test_rules_and_measures_of_its_own(tmp_path: Path) -> None:
    text = (
        COUNTY
        + """
[measure.growth]
title  = { zh = "开发边界内", en = "Within the growth boundary" }
layers = ["growth_boundary"]

[[rule]]
id      = "COUNTY-1"
title   = { zh = "开发边界", en = "Growth boundary" }
kind    = "stated_area"
measure = "growth"
clause  = { document = "county", quote = "", effective = 2018-01-01 }
"""
    )
    county = load_rulebook(write(tmp_path, text))
    assert county.rule[-1].id == "COUNTY-1"
    assert len(county.rule) == len(book().rule) + 1
    assert {*county.measure} == {*book().measure, "growth"}


def test_a_grandchild_keeps_what_its_parent_changed(tmp_path: Path) -> None:
    write(tmp_path, COUNTY)
    town_text = COUNTY.replace('"county"', '"village"').replace('"liuzhou-2018"', '"county.toml"')
    village = load_rulebook(
        write(
            tmp_path, town_text.replace('"LAND-01"\nlimit = 2', '"LAND-02"\nlimit = 0.9'), "v.toml"
        )
    )
    first = judge("LAND-01", town(), village)
    assert first.trace.document()["inherited"][0]["from"] == "liuzhou-2018"
    second = judge("LAND-02", town(), village)
    assert second.trace.document()["inherited"][0] == {
        "name": "limit",
        "value": 0.9,
        "inherited": 1,
        "from": "county",
    }


def test_the_hash_follows_both_files(tmp_path: Path) -> None:
    one = load_rulebook(write(tmp_path, COUNTY)).sha256
    assert one != book().sha256
    copy = Path(book().path).read_text("utf-8")
    write(tmp_path, copy, "city.toml")
    based = COUNTY.replace('"liuzhou-2018"', '"city.toml"')
    two = load_rulebook(write(tmp_path, based)).sha256
    write(tmp_path, copy + "\n# changed\n", "city.toml")
    assert load_rulebook(write(tmp_path, based)).sha256 != two


def fault_of(path: Path) -> str:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path)
    return caught.value.render("en")


def test_faults_name_the_county_s_own_lines(tmp_path: Path) -> None:
    message = fault_of(write(tmp_path, COUNTY.replace("limit = 2", "limitt = 2")))
    assert "county.toml, line 8: " in message
    assert "did you mean limit?" in message
    message = fault_of(write(tmp_path, COUNTY.replace("limit = 2", "limit = -2")))
    assert "line 8: " in message
    message = fault_of(write(tmp_path, COUNTY.replace('version  = "1"\n', "")))
    assert "version is missing" in message


def test_a_rulebook_cannot_inherit_itself_or_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, COUNTY.replace('"liuzhou-2018"', '"county.toml"'))
    assert "line 4: inherits: county.toml inherits this rulebook in turn" in fault_of(path)
    path = write(tmp_path, COUNTY.replace('"liuzhou-2018"', '"none.toml"'))
    assert 'county.toml, line 4: inherits: there is no rulebook "none.toml"' in fault_of(path)
    assert "townland has land-law-2019, liuzhou-2018, national-2021" in fault_of(path)
    for written, meant in (
        ("lizhou-2018", "liuzhou-2018"),
        ("liuzhou-2018.toml", "liuzhou-2018"),
        ("our-city", "our-city.toml"),
    ):
        (tmp_path / "our-city.toml").write_text("", "utf-8")
        path = write(tmp_path, COUNTY.replace('"liuzhou-2018"', f'"{written}"'))
        assert fault_of(path) == (
            f'{path.as_posix()}, line 4: inherits: there is no rulebook "{written}";'
            f' did you mean "{meant}"?'
        )
    path = write(tmp_path, COUNTY.replace('"liuzhou-2018"', "2018"))
    assert "county.toml, line 4: inherits is 2018; it names a rulebook in quotation" in fault_of(
        path
    )


def test_what_stands_below_the_wrong_heading_is_told_where_it_belongs(tmp_path: Path) -> None:
    below = COUNTY.replace('inherits = "liuzhou-2018"\n', "") + 'inherits = "liuzhou-2018"\n'
    assert "line 8: inherits stands below a heading" in fault_of(write(tmp_path, below))
    both = COUNTY + 'inherits = "liuzhou-2018"\n'
    assert "inherits belongs to the rulebook, not to a rule" in fault_of(write(tmp_path, both))
    above = COUNTY.replace("[[rule]]", "band = 0.01\n\n[[rule]]")
    assert "line 6: band stands below a heading, not here: move it below [parameter], [[rule]]" in (
        fault_of(write(tmp_path, above))
    )
    quote = COUNTY.replace("limit = 2", 'quote = "特色小镇规划区面积一般控制在2平方公里左右"')
    said = fault_of(write(tmp_path, quote))
    assert "line 8: rule LAND-01, quote: quote belongs to the clause" in said
    assert "did you mean" not in said
    nameless = COUNTY.replace('id    = "LAND-01"\n', "")
    assert fault_of(write(tmp_path, nameless)).endswith(
        'line 6: below [[rule]] the id is missing; it says which rule is changed: id = "LAND-01"'
    )


def test_what_a_rulebook_leaves_open_is_told_with_the_default_that_holds(tmp_path: Path) -> None:
    """LAND-01 of 2018 states no band: townland's 0.1 holds, unless the city's [parameter] says else."""
    text = COUNTY.replace("limit = 2", "band = 0.01")
    found = judge("LAND-01", town(), load_rulebook(write(tmp_path, text)))
    assert found.trace.document()["inherited"] == [
        {
            "name": "band",
            "value": 0.01,
            "inherited": None,
            "from": "liuzhou-2018",
            "default": 0.1,
            "default_origin": "townland",
        }
    ]
    assert (
        "This rulebook sets “how far “about” (左右) reaches to both sides” to 0.01; in"
        " liuzhou-2018 it is 0.1 (townland's default; the policy states none)."
    ) in found.why.render("en")
    assert "liuzhou-2018 中为 0.1（townland 默认值，政策未作规定）" in found.why.render("zh")

    city = COUNTY.replace('"county"', '"city"').replace(
        "[[rule]]", "[parameter]\nband = 0.2\n[[rule]]"
    )
    write(tmp_path, city, "city.toml")
    path = write(tmp_path, text.replace('"liuzhou-2018"', '"city.toml"'))
    why = judge("LAND-01", town(), load_rulebook(path)).why.render("en")
    assert "in city it is 0.2 (that rulebook's own number; the policy states none)" in why

    text = COUNTY.replace('"LAND-01"\nlimit = 2', '"LAND-03"\nmodal = true')
    why = judge("LAND-03", town(), load_rulebook(write(tmp_path, text))).why.render("en")
    assert "so that it cannot fail” to true; liuzhou-2018 leaves it out, which means false." in why


def test_faults_of_the_city_s_file_are_told_as_its_own(tmp_path: Path) -> None:
    text = Path(book().path).read_text("utf-8").replace("limit   = 3\n", "limit   = -3\n")
    write(tmp_path, text, "city.toml")
    message = fault_of(write(tmp_path, COUNTY.replace('"liuzhou-2018"', '"city.toml"')))
    assert "city.toml, line " in message
    assert "county.toml, line" not in message


# ---------------------------------------------------------------- lint


def shipped_copy(tmp_path: Path, *swaps: tuple[str, str]) -> Path:
    text = Path(book().path).read_text("utf-8")
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    return write(tmp_path, text, "copy.toml")


def test_a_copy_or_a_county_s_own_number_has_no_faults(tmp_path: Path) -> None:
    assert lint(shipped_copy(tmp_path)) == ()
    assert lint(write(tmp_path, COUNTY)) == ()


def test_every_fault_at_once_with_its_line(tmp_path: Path) -> None:
    path = shipped_copy(
        tmp_path,
        ("limit   = 3\n", "limitt  = 3\n"),
        ('严禁占用永久基本农田", effective', '严禁占用永久基本农地", effective'),
        ('kind         = "land_need"', 'kind         = "land_needs"'),
        ("warn_days = 180 ", "warn_days = -1 "),
        (
            "[measure.barren_total]",
            '[measure.forgotten]\ntitle = { zh = "忘", en = "f" }\nlayers = []\n'
            "\n[measure.barren_total]",
        ),
    )
    lines = path.read_text("utf-8").splitlines()
    faults = lint(path)
    expected = [
        "[measure.forgotten]",
        "limitt  = 3",
        "永久基本农地",
        "land_needs",
        "warn_days = -1",
    ]
    for words in expected:
        number = next(n for n, line in enumerate(lines, 1) if words in line)
        assert any(fault.line == number for fault in faults), (words, [said(f) for f in faults])
    assert [fault.line for fault in faults] == sorted(fault.line for fault in faults)
    assert all(f"copy.toml, line {fault.line}: " in said(fault) for fault in faults)
    assert any("did you mean land_need?" in said(fault) for fault in faults)
    assert any("no rule uses this measure" in said(fault) for fault in faults)


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        (('text         = "liuzhou-2018.txt"', "# text"), "no text to check it against"),
        (('text         = "liuzhou-2018.txt"', 'text = "none.txt"'), "none.txt"),
        (
            ("effective = 2018-01-01", "effective = 2018-01-01, superseded = 2017-01-01"),
            "not after",
        ),
        (("years   = 5\n", "years   = 0\n"), "expected 1 or more"),
        (("minimum = 0.6\n", "minimum = 60\n"), "for 60 % write 0.6"),
        (('bar_of    = "townland"\n', "maximum = 0.2\n"), "not both"),
    ],
)
def test_what_a_reader_would_miss(tmp_path: Path, swap: tuple[str, str], words: str) -> None:
    faults = lint(shipped_copy(tmp_path, swap))
    assert any(words in said(fault) for fault in faults), [said(fault) for fault in faults]


def test_bars_the_wrong_way_round(tmp_path: Path) -> None:
    national = Path(load_rulebook("national-2021").path).read_text("utf-8")
    path = write(tmp_path, national.replace("minimum  = 1\n", "minimum  = 1\nmaximum  = 0.5\n"))
    assert any("minimum 1 is above maximum 0.5" in said(fault) for fault in lint(path))


def test_no_toml_is_one_fault_and_no_file_an_error(tmp_path: Path) -> None:
    (fault,) = lint(write(tmp_path, 'title = "x"\nid = '))
    assert fault.line == 2
    assert said(fault).endswith("county.toml, line 2: the value behind = is missing\n    id =")
    with pytest.raises(RulebookError, match=r"none\.toml"):
        lint(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("rule", "line", "words"),
    [
        ("LAND-01", "band = 1", "means ±100 %; for ±1 % write 0.01; if ±100 % is meant, write 1.0"),
        ("LAND-01", "uncertainty = 1", "uncertainty = 1 means 100 %; for 1 % write 0.01"),
        ("USE-01", "maximum = 1", "maximum = 1 means 100 %; for 1 % write 0.01"),
        ("INV-03", "minimum_share = 1", "minimum_share = 1 means 100 %"),
        ("FUND-02", "limit = 100", "limit = 100 means 10000 %; for 100 % write 1"),
    ],
)  # fmt: skip
def test_a_whole_number_for_a_share_is_told_but_can_be_meant(
    tmp_path: Path, rule: str, line: str, words: str
) -> None:
    path = write(tmp_path, COUNTY.replace('"LAND-01"\nlimit = 2', f'"{rule}"\n{line}'))
    (fault,) = lint(path)
    assert (fault.line, fault.usable) == (8, True)
    assert words in said(fault)
    told = run("rules", "lint", str(path), "--lang", "en")
    assert told.exit_code == 0
    assert told.output.startswith("look: ")
    assert told.output.endswith("no faults, but look at what is said above\n")
    (row,) = json.loads(run("rules", "lint", str(path), "--json").stdout)["faults"]
    assert (row["line"], row["severity"]) == (8, "warning")
    meant = write(tmp_path, COUNTY.replace('"LAND-01"\nlimit = 2', f'"{rule}"\n{line}.0'))
    assert lint(meant) == ()


def test_what_cannot_be_a_share_is_refused_with_the_share_that_is_meant(tmp_path: Path) -> None:
    for rule, key, value, share in (
        ("LAND-01", "band", "15", "0.15"),
        ("USE-01", "maximum", "30", "0.3"),
        ("LAND-01", "uncertainty", "1.5", "0.015"),
    ):
        path = write(tmp_path, COUNTY.replace('"LAND-01"\nlimit = 2', f'"{rule}"\n{key} = {value}'))
        (fault,) = lint(path)
        assert not fault.usable
        assert said(fault).endswith(
            f"line 8: rule {rule}, {key}: a share is written as a part of 1: for {value} % write {share}"
        )
        with pytest.raises(RulebookError):
            load_rulebook(path)
    general = COUNTY.replace("[[rule]]", "[parameter]\nband = 1\n[[rule]]")
    assert [fault.usable for fault in lint(write(tmp_path, general))] == [True]


def test_a_number_from_the_wrong_place_of_its_quote_is_told(tmp_path: Path) -> None:
    """STAGE-03 quotes 1年内 for the stage and 2年 for the next one; FUND-01 quotes 700 and 800."""
    (fault,) = lint(shipped_copy(tmp_path, ("on_listing      = 700", "on_listing      = 800")))
    assert said(fault).endswith(
        "FUND-01: on_listing is 800, but where the quote says it, there stands “补助资金700万元”"
    )
    (fault,) = lint(
        shipped_copy(tmp_path, ("years                    = 1 ", "years                    = 2 "))
    )
    assert "STAGE-03: years is 2, but where the quote says it" in said(fault)
    (fault,) = lint(shipped_copy(tmp_path, ('on_listing = "补助资金700', 'on_listing = "补助700')))
    assert "stands takes on_listing from “补助700万元”, which is not in the quote" in said(fault)
    (fault,) = lint(shipped_copy(tmp_path, ("{ on_listing = ", "{ on_list = ")))
    assert "stands names on_list, which the rule does not state" in said(fault)


def test_every_number_of_a_quote_that_holds_several_is_marked() -> None:
    """Of the shipped rulebook; 0 and a number before 万 or 亿 beside its product are no choice."""
    for rule in book().rule:
        quote = rule.clause.quote
        held = {value for value, _area in numbers.numbers(quote)} - {D(0)}
        held -= {value * 100_000_000 for value in held}
        stated = dict(numbers.stated(rule.model_dump(mode="python", exclude_none=True)))
        if len(held) > 1:
            assert set(stated) - set(rule.clause.own) == set(rule.clause.stands), rule.id


def run(*arguments: str) -> Any:
    from townland_cli.app import app

    return CliRunner().invoke(app, [*arguments])


def test_the_command_leaves_with_1_where_there_are_faults(tmp_path: Path) -> None:
    good = run("rules", "lint", "liuzhou-2018", "--lang", "en")
    assert (good.exit_code, "no faults" in good.output) == (0, True)
    path = shipped_copy(tmp_path, ("limit   = 3\n", "limitt  = 3\n"))
    bad = run("rules", "lint", str(path), "--lang", "en")
    assert bad.exit_code == 1
    assert "did you mean limit?" in bad.output
    told = run("rules", "lint", str(path), "--json")
    document = json.loads(told.stdout)
    assert told.exit_code == 1
    assert document["faults"][0]["line"] > 200
