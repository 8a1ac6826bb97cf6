"""The sense of time: what stands at the head on a late day, which pairs are law, how old layers are."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from tests.factory_land import box, catalog, write
from tests.factory_rules import book
from typer.testing import CliRunner

from townland.assessment import Checker, check
from townland.catalog import LayerCatalog
from townland.errors import RulebookError
from townland.reading.layer import Input
from townland.results import Assessment
from townland.rules.book.lint import lint
from townland.rules.book.loader import load_rulebook
from townland.rules.book.model import Rulebook
from townland.rules.dates import date_issues
from townland.rules.notices import notices
from townland.rules.pairs import pairs_in_force
from townland.towns import Town, read_towns
from townland.writing.report.assessment_json import assessment_json
from townland.writing.report.html import report_html
from townland_cli.app import app

D = dt.date
NATION = load_rulebook("national-2021")


def codes(rulebook: Rulebook, on: dt.date) -> list[str]:
    return [each.code for each in notices(rulebook, on)]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (D(2018, 12, 31), []),
        (D(2020, 12, 31), []),
        (D(2021, 1, 1), ["applications_ended"]),
        (D(2021, 9, 27), ["applications_ended"]),
        (D(2021, 9, 28), ["national_base_repealed", "applications_ended"]),
        (D(2026, 11, 28), ["national_base_repealed", "applications_ended"]),
    ],
)
def test_what_stands_at_the_head_of_the_city_s_plan(on: dt.date, expected: list[str]) -> None:
    assert codes(book(), on) == expected


def test_a_notice_says_its_rule_its_day_and_speaks_both_languages() -> None:
    repealed, ended = notices(book(), D(2026, 11, 28))
    assert (ended.rules, ended.after) == (("STAGE-01",), D(2020, 12, 31))
    assert (repealed.rules, repealed.after) == ((), D(2021, 9, 27))
    assert "废止" in repealed.message.render("zh")
    assert "repealed" in repealed.message.render("en")
    assert "2020-12-31" in ended.message.render("en")
    assert "2020年12月31日" in ended.message.render("zh")


BOOK = """
id = "mine"
title = {{ zh = "某", en = "Mine" }}
version = "1"
three_class = "survey"

[measure.planning_area]
title = {{ zh = "规划区", en = "Planning area" }}
layers = []
{notice}
"""
RULE = """
[[rule]]
id = "{id}"
title = {{ zh = "面积", en = "Area" }}
kind = "area_range"
measure = "planning_area"
minimum = 1
unit = "km2"
clause = {{ document = "某", quote = "", effective = {effective}{more} }}
"""
OLD = {"id": "A", "effective": "2018-01-01", "more": ", superseded = 2020-01-01"}
NEW = {"id": "B", "effective": "2020-01-01", "more": ""}


def mine(folder: Path, *rules: dict[str, str], notice: str = "") -> Rulebook:
    path = folder / "mine.toml"
    text = BOOK.format(notice=notice) + "".join(RULE.format(**each) for each in rules)
    path.write_text(text, "utf-8")
    return load_rulebook(path)


def test_rules_that_are_no_law_on_the_day_are_named(tmp_path: Path) -> None:
    law = mine(tmp_path, OLD, NEW)
    (future,) = notices(law, D(2019, 6, 1))
    assert (future.code, future.rules) == ("rules_not_in_force_yet", ("B",))
    assert "2020-01-01" in future.message.render("en")
    (past,) = notices(law, D(2020, 1, 1))
    assert (past.code, past.rules) == ("rules_superseded", ("A",))
    assert "B" not in past.message.render("en")


def test_a_rule_that_only_changed_its_clause_is_law_all_the_time(tmp_path: Path) -> None:
    law = mine(tmp_path, OLD, {**NEW, "id": "A"})
    assert [codes(law, D(year, 6, 1)) for year in (2019, 2021)] == [[], []]


def test_clauses_with_one_notice_say_it_once(tmp_path: Path) -> None:
    said = ', notice = { code = "over", after = 2022-05-31, text = { zh = "已停", en = "It is over" } }'
    law = mine(tmp_path, {**NEW, "more": said}, {**NEW, "id": "C", "more": said})
    assert codes(law, D(2022, 5, 31)) == []
    (both,) = notices(law, D(2022, 6, 1))
    assert (both.code, both.rules, both.message.render("en")) == ("over", ("B", "C"), "It is over")


def test_a_clause_that_is_no_law_any_more_notices_nothing(tmp_path: Path) -> None:
    said = ', notice = { after = 2019-05-31, text = { zh = "已停", en = "It is over" } }'
    law = mine(tmp_path, {**OLD, "more": OLD["more"] + said}, NEW)
    assert codes(law, D(2019, 6, 1)) == ["notice", "rules_not_in_force_yet"]
    assert codes(law, D(2020, 6, 1)) == ["rules_superseded"]


def test_a_faulty_notice_is_refused_with_its_line(tmp_path: Path) -> None:
    wrong = '\n[[notice]]\nafter = "2020-12-31"\ntext = { zh = "甲", en = "A" }\n'
    with pytest.raises(RulebookError, match=r"mine\.toml.*12"):
        mine(tmp_path, NEW, notice=wrong)


def test_a_book_that_inherits_keeps_the_notices(tmp_path: Path) -> None:
    path = tmp_path / "county.toml"
    path.write_text(
        'id = "county"\ntitle = { zh = "某县", en = "A county" }\nversion = "1"\n'
        'inherits = "liuzhou-2018"\n\n[[notice]]\ncode = "ours"\nafter = 2023-01-01\n'
        'text = { zh = "本县另有规定", en = "The county has rules of its own" }\n',
        "utf-8",
    )
    late = D(2023, 1, 2)
    assert codes(load_rulebook(path), late) == [
        "national_base_repealed",
        "ours",
        "applications_ended",
    ]
    assert lint(path) == ()


# ---------------------------------------------------------------- pairs of rulebook and day


def test_a_pair_that_is_not_in_force_is_left_out_and_named() -> None:
    early, late = D(2018, 12, 31), D(2022, 6, 30)
    kept, left = pairs_in_force([(book(), early), (NATION, early), (book(), late), (NATION, late)])
    assert [(law.id, on) for law, on in kept] == [
        ("liuzhou-2018", early),
        ("liuzhou-2018", late),
        ("national-2021", late),
    ]
    (one,) = left
    assert (one.rulebook, one.on) == ("national-2021", early)
    assert "national-2021 is in force on 2018-12-31" in str(RulebookError(one.why).render("en"))


def test_where_none_is_in_force_every_pair_is_named() -> None:
    with pytest.raises(RulebookError) as caught:
        pairs_in_force([(book(), D(2017, 1, 1)), (NATION, D(2020, 1, 1))])
    said = caught.value.render("en")
    assert "liuzhou-2018 is in force on 2017-01-01" in said
    assert "national-2021 is in force on 2020-01-01" in said


# ---------------------------------------------------------------- a small place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of 1 km² of paddy, one plot of it planned; the layers' days are each test's own."""
    folder = tmp_path_factory.mktemp("place")
    write(
        folder / "survey.gpkg",
        [box(-50, -50, 1050, 1050)],
        BSM=["1"], DLBM=["0101"], KCXS=[0.0], QSXZ=["30"],
    )  # fmt: skip
    write(folder / "plan.gpkg", [box(200, 200, 400, 500)], ID=["a"], GHDM=["0701"])
    write(folder / "towns.gpkg", [box(0, 0, 1000, 1000)], name=["甲镇"])
    return folder


def layers(place: Path, survey: str, plan: str) -> LayerCatalog:
    files = {"land_use": place / "survey.gpkg", "planned_use": place / "plan.gpkg"}
    return catalog(place, files, land_use=survey, planned_use=plan)


def towns(place: Path) -> list[Town]:
    return list(read_towns([place / "towns.gpkg"]))


def checked(place: Path, on: dt.date, survey: str = "", plan: str = "") -> Assessment:
    return check(towns(place), layers(place, survey, plan), book(), on=on)


def dated(assessment: Assessment) -> list[tuple[str, str]]:
    issues = [each for each in assessment.issues if each.code.startswith("layer_")]
    return [(each.code, each.layer) for each in issues]


def test_a_survey_of_2009_and_a_plan_of_2026_judged_at_2018(place: Path) -> None:
    found = checked(place, D(2018, 12, 31), "surveyed = 2009-12-31", "surveyed = 2026-01-01")
    assert sorted(dated(found)) == [
        ("layer_newer_than_day", "planned_use"),
        ("layer_older_than_day", "land_use"),
        ("layer_older_than_plan", "land_use"),
    ]
    issues = assessment_json(found, lang="en")["issues"]
    assert isinstance(issues, list)
    told = json.dumps(issues)
    assert "more than 3 years before the day of the check, 2018-12-31" in told
    assert "more than 3 years before the plan planned use, 2026-01-01" in told
    assert {each["severity"] for each in issues if str(each["code"]).startswith("layer_")} == {
        "warning"
    }


@pytest.mark.parametrize(
    ("survey", "plan", "on", "expected"),
    [
        # three years to the day are no more than three years
        ("2015-12-31", "2018-06-30", D(2018, 12, 31), []),
        ("2015-12-30", "2018-06-30", D(2018, 12, 31), ["layer_older_than_day"]),
        ("2015-06-30", "2018-06-30", D(2018, 6, 30), []),
        (
            "2015-06-29",
            "2018-06-30",
            D(2018, 6, 29),
            ["layer_older_than_plan", "layer_newer_than_day"],
        ),
        ("2018-12-31", "2018-12-31", D(2018, 12, 31), []),
        ("2019-01-01", "2018-12-31", D(2018, 12, 31), ["layer_newer_than_day"]),
    ],
)
def test_the_span_and_its_edge(
    place: Path, survey: str, plan: str, on: dt.date, expected: list[str]
) -> None:
    found = checked(place, on, f"surveyed = {survey}", f"surveyed = {plan}")
    assert [code for code, _layer in dated(found)] == expected


def layer(name: str, role: str, surveyed: dt.date | None) -> Input:
    return Input(name, role, f"{name}.gpkg", "", 1, None, "EPSG:4524", None, "UTF-8", surveyed)


def test_the_newest_plan_counts_and_an_undated_layer_is_left_alone() -> None:
    inputs = [
        layer("survey", "land_use", D(2012, 12, 31)),
        layer("old", "planned_use", D(2013, 1, 1)),
        layer("new", "planned_use", D(2016, 1, 1)),
        layer("line", "ecological_redline", None),
        layer("towns", "boundary", D(1990, 1, 1)),
    ]
    found = [(each.code, each.layer) for each in date_issues(inputs, D(2015, 12, 31), 3)]
    assert found == [("layer_older_than_plan", "survey"), ("layer_newer_than_day", "new")]
    assert list(date_issues([*inputs[:1], *inputs[3:]], D(2015, 12, 31), 3)) == []


def test_the_span_is_the_rulebook_s_and_printed_as_townland_s(place: Path, tmp_path: Path) -> None:
    own = book().parameter
    assert (own.layer_age_years, own.origin("layer_age_years")) == (3, "townland")
    path = tmp_path / "county.toml"
    path.write_text(
        'id = "county"\ntitle = { zh = "某县", en = "A county" }\nversion = "1"\n'
        'inherits = "liuzhou-2018"\n\n[parameter]\nlayer_age_years = 9\n',
        "utf-8",
    )
    law = load_rulebook(path)
    assert law.parameter.origin("layer_age_years") == "bureau"
    held = layers(place, "surveyed = 2009-12-31", "surveyed = 2018-12-31")
    # nine years to the day
    assert dated(check(towns(place), held, law, on=D(2018, 12, 31))) == []
    page = report_html(check(towns(place), held, book(), on=D(2018, 12, 31)), lang="en")
    assert "by how many years a layer may be older" in page
    path.write_text(path.read_text("utf-8").replace("= 9", "= 1.5"), "utf-8")
    with pytest.raises(RulebookError, match="layer_age_years"):
        load_rulebook(path)


# ---------------------------------------------------------------- at the head, everywhere


def test_the_head_of_the_report_and_the_document_say_it_in_both_languages(place: Path) -> None:
    found = checked(place, D(2026, 11, 28))
    for lang, said in (("en", "were repealed by"), ("zh", "起废止")):
        stated = assessment_json(found, lang=lang)["notices"]
        assert isinstance(stated, list)
        assert [each["code"] for each in stated] == ["national_base_repealed", "applications_ended"]
        assert stated[1]["rules"] == ["STAGE-01"]
        assert stated[1]["after"] == "2020-12-31"
        page = report_html(found, lang=lang)
        head = page[page.index("<header") : page.index("</header>")]
        assert said in head
        assert head.count("<li>") == 2
    early = report_html(checked(place, D(2018, 12, 31)), lang="en")
    assert 'class="notices"' not in early
    assert assessment_json(checked(place, D(2018, 12, 31)))["notices"] == []


def run(place: Path, *words: Any) -> Any:
    layers(place, "", "")
    given = ["check", place / "towns.gpkg", "--catalog", place / "catalog.toml", *words]
    return CliRunner().invoke(app, [*map(str, given), "--lang", "en"], env={"COLUMNS": "100"})


def test_today_is_never_silent(place: Path, tmp_path: Path) -> None:
    plain = run(place, "--out", tmp_path / "a", "--formats", "html")
    said = " ".join(plain.stdout.split())
    assert said.startswith("Note well: The earlier national papers")
    assert "Note well: Applications under this plan ended" in said
    quiet = run(place, "--out", tmp_path / "b", "--formats", "json", "--quiet")
    assert quiet.stdout == ""
    assert "Note well:" in quiet.stderr
    told = run(place, "--out", tmp_path / "c", "--formats", "json", "--json")
    assert [each["code"] for each in json.loads(told.stdout)["notices"]] == [
        "national_base_repealed",
        "applications_ended",
    ]
    assert "Note well:" in told.stderr


def test_of_several_pairs_those_in_force_are_checked(place: Path, tmp_path: Path) -> None:
    both = ("--rules", "liuzhou-2018", "--rules", "national-2021", "--on", "2018-12-31")
    out = tmp_path / "out"
    done = run(place, *both, "--out", out, "--formats", "html")
    assert done.exit_code in (0, 1, 3), done.output
    said = " ".join(done.stdout.split())
    assert "Left out: no clause of rulebook national-2021 is in force on 2018-12-31" in said
    assert (out / "liuzhou-2018@2018-12-31" / "assessment.json").is_file()
    compared = json.loads((out / "comparison.json").read_text("utf-8"))
    assert [(one["rulebook"], one["on"]) for one in compared["left_out"]] == [
        ("national-2021", "2018-12-31")
    ]
    assert [one["name"] for one in compared["runs"]] == ["liuzhou-2018@2018-12-31"]
    assert "national-2021 is in force on" in (out / "comparison.html").read_text("utf-8")


def test_where_no_pair_is_in_force_nothing_is_written(place: Path, tmp_path: Path) -> None:
    both = ("--rules", "liuzhou-2018", "--rules", "national-2021", "--on", "2017-01-01")
    done = run(place, *both, "--out", tmp_path / "out")
    # the command's entry point prints it and leaves with its exit code
    assert isinstance(done.exception, RulebookError)
    assert done.exception.exit_code == 2
    said = done.exception.render("en")
    assert "rulebook national-2021 is in force" in said
    assert "rulebook liuzhou-2018 is in force" in said
    assert not (tmp_path / "out").exists()


def test_a_checker_goes_on_to_whatever_is_in_force(place: Path) -> None:
    first = Checker(layers(place, "", ""), book(), on="2018-12-31")
    with pytest.raises(RulebookError, match="2018-12-31"):
        first.under(NATION, on="2018-12-31")
    later = first.under(NATION, on="2022-06-30")
    assert later.check(towns(place)).notices == ()
    assert [each.code for each in first.under(book(), on="2022-06-30").check(towns(place)).notices]
