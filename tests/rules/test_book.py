"""The rulebook as a document: its format, its faults with their lines, its quotes, its jurisdiction."""

from __future__ import annotations

import ast
import datetime as dt
import json
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from tests.factory_land import box, catalog
from tests.factory_land import write as write_layer
from tests.factory_rules import book, town

from townland import terms
from townland.assessment import check
from townland.dossier import Dossier
from townland.errors import RulebookError
from townland.rules.book import quotes
from townland.rules.book.jurisdiction import jurisdiction_issues
from townland.rules.book.loader import (
    load_rulebook,
    quote_stands,
    rulebook_schema,
    rules_in_force,
    shipped,
)
from townland.rules.book.model import Rulebook
from townland.rules.kinds import KINDS, MODELS
from townland.towns import read_towns
from townland.writing.report.assessment_json import assessment_json
from townland.writing.report.html import report_html

# the example of the interface, word for word, less its text
SAMPLE = """\
id           = "sample"
title        = { zh = "柳州市特色小镇培育实施方案（征求意见稿）", en = "Liuzhou plan" }
version      = "1"
three_class  = "survey"                  # or "approval-2023": which profile decides 0404
jurisdiction = "450200"

[measure.farmland_built_on]
title  = { zh = "占用永久基本农田", en = "Permanent basic farmland built on" }
layers = ["planned_use", "permanent_basic_farmland"]
where  = { planned_use = "construction" }

[measure.farmland_enclosed]
title  = { zh = "区内永久基本农田", en = "Permanent basic farmland enclosed" }
layers = ["permanent_basic_farmland"]

[[rule]]
id        = "LAND-03"
title     = { zh = "严禁占用永久基本农田", en = "No permanent basic farmland occupied" }
kind      = "forbidden_area"
measure   = "farmland_built_on"
also      = "farmland_enclosed"
limit     = 0
unit      = "ha"
clause    = { document = "liuzhou-2018", article = "五（一）", quote = "严禁占用永久基本农田", effective = 2018-01-01 }
"""  # noqa: E501 - as it stands there


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "book.toml"
    path.write_text(text, "utf-8")
    return path


def fault_of(tmp_path: Path, text: str) -> str:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write(tmp_path, text))
    assert caught.value.exit_code == 2
    return caught.value.render("en")


def line_of(text: str, beginning: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(beginning))


def test_the_format_of_the_interface_loads(tmp_path: Path) -> None:
    loaded = load_rulebook(write(tmp_path, SAMPLE))
    rule = loaded.rule[0]
    assert rule.parameters() == {
        "measure": "farmland_built_on",
        "also": "farmland_enclosed",
        "limit": 0,
        "unit": "ha",
        "beyond": "fail",
        "list_patches": False,
        "modal": False,
    }
    assert rule.clause.effective == dt.date(2018, 1, 1)
    assert loaded.measure["farmland_built_on"].selectors("planned_use") == ("construction",)
    assert loaded.measure["farmland_built_on"].selectors("permanent_basic_farmland") == ()
    assert loaded.title.render("en") == "Liuzhou plan"
    assert len(loaded.sha256) == 64
    assert loaded.policy is None
    assert quote_stands(loaded) == []


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("limit     = 0", "limitt    = 0", "limitt", "did you mean limit?"),
        ("limit     = 0", "limit     = -1", "limit ", "expected 0 or more"),
        ("limit     = 0", 'limit     = "none"', "limit ", 'is "none"; expected a number'),
        ('unit      = "ha"', 'unit      = "acre"', "unit", 'is "acre"; expected one of "m2"'),
        ('unit      = "ha"', 'colour = "red"', "colour", "unknown key; this kind of rule has"),
        ('"forbidden_area"', '"forbiden_area"', "kind", "did you mean forbidden_area?"),
        ('"forbidden_area"', '"tax"', "kind", "known are application_window, approval_"),
        ('kind      = "forbidden_area"', "", "[[rule]]", "rule LAND-03, kind is missing"),
        ('also      = "farmland_enclosed"', 'also = "farmland"', "also", "no measure farmland"),
        ('measure   = "farmland_built_on"', 'measure = "x"', "measure ", "no measure x is defined"),
        ('"LAND-03"', '"LAND 03"', "id        =", "expected an id of letters"),
        ("2018-01-01", '"2018-01-01"', "clause", "expected a day such as"),
        ("2018-01-01", "2018-01-01, superseded = 2018-01-01", "clause", "not after the day of"),
        ("2018-01-01", "2018-01-01, art = 1", "clause", "unknown key; did you mean article?"),
        ("严禁占用永久", "尽量不占永久", "clause", "尽量"),
        ('{ planned_use = "construction" }', '{ land_use = "paddy" }', "where", "not among the"),
        ('{ planned_use = "construction" }', '{ planned_use = "built" }', "where", "built is no"),
        ('"permanent_basic_farmland"]', '"farmland"]', "layers", 'is "farmland"; expected one of'),
        ('["planned_use", "perm', '["planned_use", "planned_use", "perm', "layers", "twice"),
        (
            'three_class  = "survey"',
            'three_class = "2023"',
            "three_class",
            'is "2023"; expected one of',
        ),
        ('id           = "sample"', "", "title", "id is missing"),
        ('version      = "1"', "version = 1", "version", "version is 1"),
        ("[[rule]]", "[parameter]\nband = 1.5\n[[rule]]", "band", "for 1.5 % write 0.015"),
        ("[[rule]]", "[parameter]\nbnad = 0.2\n[[rule]]", "bnad", "did you mean band?"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, old: str, new: str, at: str, said: str) -> None:
    text = SAMPLE.replace(old, new)
    assert text != SAMPLE
    message = fault_of(tmp_path, text)
    if at == "clause" and old.startswith("严禁"):
        at = "[[rule]]"
    if said == "id is missing":
        assert said in message
        return
    assert f"book.toml, line {line_of(text, at)}: " in message, message
    assert said in message


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = (
        SAMPLE.replace("limit     = 0", "limit     = -1")
        .replace('also      = "farmland_enclosed"', 'also      = "nothing"')
        .replace('where  = { planned_use = "construction" }', 'where  = { planned_use = "made" }')
        .replace('three_class  = "survey"', 'three_class  = "never"')
        .replace("version ", "versio ")
    )
    message = fault_of(tmp_path, text)
    for beginning in ("limit", "also", "where", "three_class", "versio"):
        assert f"line {line_of(text, beginning)}: " in message, message
    assert len(message.splitlines()) == 6  # version is missing, too


def test_one_id_may_not_be_in_force_twice(tmp_path: Path) -> None:
    rule = SAMPLE[SAMPLE.index("[[rule]]") :]
    message = fault_of(tmp_path, SAMPLE + rule)
    second = len(SAMPLE.splitlines()) + 2
    assert f"line {second}: rule LAND-03, id: LAND-03 is there twice" in message

    ended = SAMPLE.replace("2018-01-01 }", "2018-01-01, superseded = 2021-09-27 }")
    later = rule.replace("2018-01-01", "2021-09-27")
    loaded = load_rulebook(write(tmp_path, ended + later))
    assert len(loaded.rule) == 2
    overlapping = rule.replace("2018-01-01", "2021-09-26")
    assert "twice" in fault_of(tmp_path, ended + overlapping)


def test_the_law_of_the_day(tmp_path: Path) -> None:
    ended = SAMPLE.replace("2018-01-01 }", "2018-01-01, superseded = 2021-09-27 }")
    later = SAMPLE[SAMPLE.index("[[rule]]") :].replace("2018-01-01", "2021-09-27")
    loaded = load_rulebook(write(tmp_path, ended + later))
    first, second = loaded.rule
    assert rules_in_force(loaded, dt.date(2018, 1, 1)) == (first,)
    assert rules_in_force(loaded, dt.date(2021, 9, 26)) == (first,)
    assert rules_in_force(loaded, dt.date(2021, 9, 27)) == (second,)
    with pytest.raises(RulebookError, match="2018-01-01") as caught:
        rules_in_force(loaded, dt.date(2017, 12, 31))
    assert caught.value.exit_code == 2


def test_a_list_that_must_hold_something() -> None:
    import tomllib

    document = tomllib.loads(Path(book().path).read_text("utf-8"))
    reuse = next(rule for rule in document["rule"] if rule["kind"] == "land_reuse")
    reuse["counted"] = []
    with pytest.raises(ValueError, match="至少应计入一类土地"):
        Rulebook.model_validate(document)


@pytest.mark.parametrize("text", ["id = ", "= 3", '"'])
def test_no_toml_is_one_message(tmp_path: Path, text: str) -> None:
    assert fault_of(tmp_path, text).startswith(f"{tmp_path.as_posix()}/book.toml, line 1: ")


def test_odd_documents_are_faults_and_no_crash(tmp_path: Path) -> None:
    for text in (
        "rule = 1\nmeasure = 2",
        "rule = []",
        "rule = [1]\nmeasure = { x = 1 }",
        "[[rule]]\nkind = [1]\nclause = 3",
        '[measure.m]\nlayers = 3\nwhere = { planned_use = 3 }\ntitle = "x"\n[[rule]]\nkind="a"',
        "modal_words = 3\n[[rule]]\n[rule.clause]\neffective = 2018-01-01T00:00:00",
    ):
        assert "line" in fault_of(tmp_path, text)


def test_an_unknown_rulebook_lists_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="liuzhou-2018"):
        load_rulebook("liuzhou-2017")
    with pytest.raises(RulebookError, match=r"none\.toml"):
        load_rulebook(tmp_path / "none.toml")


def test_the_policy_text_is_found_for_a_copy_or_missed(tmp_path: Path) -> None:
    copy = write(tmp_path, Path(book().path).read_text("utf-8"))
    assert load_rulebook(copy).policy == book().policy
    text = copy.read_text("utf-8").replace('"liuzhou-2018.txt"', '"other.txt"')
    assert "other.txt" in fault_of(tmp_path, text)


def test_the_schema_accepts_the_shipped_rulebook_and_refuses_a_wrong_key() -> None:
    import tomllib

    schema = rulebook_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    json.dumps(schema)
    document = tomllib.loads(Path(book().path).read_text("utf-8"))
    plain = json.loads(json.dumps(document, default=str))
    jsonschema.validate(plain, schema)
    plain["rule"][0]["limits"] = 3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, schema)


# ---------------------------------------------------------------- what is shipped


def test_what_is_shipped() -> None:
    assert "liuzhou-2018" in shipped()
    assert [rule.id for rule in book().rule] == [
        *(f"LAND-{n:02}" for n in range(1, 18)),
        *(f"USE-{n:02}" for n in range(1, 4)),
        *(f"INV-{n:02}" for n in range(1, 4)),
        *(f"IND-{n:02}" for n in range(1, 5)),
        *(f"PORT-{n:02}" for n in range(1, 4)),
        *(f"NAME-{n:02}" for n in range(1, 3)),
        *(f"STAGE-{n:02}" for n in range(1, 5)),
        *(f"FUND-{n:02}" for n in range(1, 3)),
        *(f"FACT-{n:02}" for n in range(1, 9)),
    ]
    urging = "LAND-01 LAND-02 LAND-04 LAND-05 LAND-12 USE-02 USE-03 INV-01 INV-02 IND-01 IND-02"
    urging += " IND-04 PORT-01 PORT-03 NAME-01 NAME-02 FACT-03"
    assert " ".join(rule.id for rule in book().rule if rule.modal) == urging
    failing = "LAND-03 LAND-07 LAND-08 LAND-10 LAND-13 LAND-15 PORT-02 STAGE-01 STAGE-02 STAGE-03"
    failing += " STAGE-04 FUND-01 FUND-02"
    assert " ".join(rule.id for rule in book().rule if rule.can_fail) == failing
    assert book().parameter.band == Decimal("0.1")
    assert book().parameter.uncertainty == Decimal("0.001")
    assert book().parameter.sliver_width_m == Decimal("0.2")


def test_the_assumed_day_of_force_is_marked() -> None:
    assert all(rule.clause.effective_assumed for rule in book().rule)
    assert all(rule.clause.effective == dt.date(2018, 1, 1) for rule in book().rule)
    assert "假定" in book().notes[0].zh


def test_every_measure_is_used_and_titled_in_both_languages() -> None:
    used = set()
    for rule in book().rule:
        values = json.dumps(rule.parameters(), default=str)
        used |= {name for name in book().measure if f'"{name}"' in values}
    assert used == set(book().measure)
    for spec in book().measure.values():
        assert spec.title.zh
        assert spec.title.en


@pytest.mark.parametrize("name", shipped())
def test_every_quote_stands_in_the_text(name: str) -> None:
    loaded = load_rulebook(name)
    assert loaded.policy or not any(rule.clause.quote for rule in loaded.rule)
    assert all(rule.clause.quote or rule.clause.source or loaded.policy for rule in loaded.rule)
    assert quote_stands(loaded) == []


def test_one_changed_character_of_any_quote_is_caught(tmp_path: Path) -> None:
    path = Path(book().path)
    shutil.copy(path.parent / book().text, tmp_path / book().text)
    for rule in (rule for rule in book().rule if rule.clause.quote):
        quote = rule.clause.quote
        for at in range(len(quote)):
            if quote[at].isspace():
                continue
            wrong = f"{quote[:at]}某{quote[at + 1 :]}"
            assert list(quotes.quote_faults(wrong, rule.clause.article, str(book().policy), ())), (
                wrong
            )
        # two rules may rest on the same words, so only those of this rule are changed
        before, own = path.read_text("utf-8").split(f'"{rule.id}"', 1)
        changed_own = own.replace(f'quote = "{quote}"', f'quote = "{quote[:-1]}某"', 1)
        text = f'{before}"{rule.id}"{changed_own}'
        message = fault_of(tmp_path, text)
        number = next(n for n, line in enumerate(text.splitlines(), 1) if f"{quote[:-1]}某" in line)
        assert f"line {number}: {rule.id}: " in message


def test_a_quote_must_stand_in_the_article_named() -> None:
    policy = str(book().policy)
    good = ("严禁占用永久基本农田", "五（一）", policy, book().modal_words)
    assert not list(quotes.quote_faults(*good))
    assert list(quotes.quote_faults("严禁占用永久基本农田", "五（二）", policy, ()))
    assert list(quotes.quote_faults("严禁占用永久基本农田", "九", policy, ()))
    assert not list(quotes.quote_faults("严禁占用永久基本农田", "五", policy, ()))


def test_an_omission_keeps_the_order_and_white_space_is_ignored() -> None:
    policy = str(book().policy)

    def stands(quote: str) -> bool:
        return not list(quotes.quote_faults(quote, "五（一）", policy, book().modal_words))

    assert stands("严禁占用……尤其是水田")
    assert stands("严禁 占用\n永久基本农田")
    assert not stands("尤其是水田……严禁占用")
    assert stands("")


@pytest.mark.parametrize(
    ("quote", "article", "word"),
    [
        ("少占或不占耕地", "五（一）", "尽量"),
        ("控制在3平方公里", "三（二）", "一般"),
        ("每个特色小镇要重点发展1个主导产业", "三（三）", "原则上"),
        ("提高产业及商业用地比例", "三（二）", "适度"),
    ],
)
def test_a_quote_cut_behind_a_modal_word_is_refused(quote: str, article: str, word: str) -> None:
    faults = list(quotes.quote_faults(quote, article, str(book().policy), book().modal_words))
    assert any(word in fault.render("en") for fault in faults)
    assert not list(quotes.quote_faults(quote, article, str(book().policy), ()))


def test_a_neighbouring_modal_word_does_not_bind() -> None:
    # 原则上 begins another limb of the sentence; 供地率 has a bar of its own (LAND-13)
    quote = "市县近5年平均供地率未达到60%的，不得安排特色小镇新增建设用地"
    faults = quotes.quote_faults(quote, "五（一）", str(book().policy), book().modal_words)
    assert not list(faults)


def test_parameters_say_that_they_are_not_the_policy_s() -> None:
    parameters = book().parameter
    for name in ("band", "uncertainty", "sliver_width_m"):
        assert "not a number of the policy" in parameters.title(name).render("en")
        assert parameters.origin(name) == "townland"
    changed = parameters.model_copy(update={"band": Decimal("0.05")})
    assert changed.origin("band") == "bureau"


def test_every_role_has_a_name() -> None:
    from townland.terms import ROLES

    assert len({terms.role(role).render("en") for role in ROLES}) == len(ROLES)


# ---------------------------------------------------------------- no law in code


RULES = Path(quotes.__file__).parents[1]
# what states or computes with numbers that are not the law's
OTHERS = (
    "arithmetic",
    "clause",
    "law",
    "lint",
    "loader",
    "model",
    "numbers",
    "quotes",
    "phrases",
    "__init__",
)
JUDGING = [path for path in sorted(RULES.rglob("*.py")) if path.stem not in OTHERS]


def test_kinds_hold_no_number_but_0_and_1() -> None:
    assert {path.parent.name for path in JUDGING} == {"rules", "book", "judging", "kinds"}
    for path in JUDGING:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex):
                assert node.value in (0, 1), f"{path.name}, line {node.lineno}: {node.value}"


def test_no_kind_reads_a_number_out_of_a_string() -> None:
    for path in JUDGING:
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        for node in (inner for function in functions for inner in ast.walk(function)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "Decimal",
                "int",
                "float",
            ):
                pytest.fail(f"{path.name}, line {node.lineno}")


def test_each_kind_has_a_model_and_a_function() -> None:
    assert set(KINDS) == set(MODELS)
    assert all(kind.model.model_fields["kind"] for kind in KINDS.values())


def test_each_kind_has_a_rule() -> None:
    assert {rule.kind for name in shipped() for rule in load_rulebook(name).rule} == set(KINDS)


def test_a_rulebook_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        book().version = "2"  # type: ignore[misc]
    assert isinstance(book(), Rulebook)


# ---------------------------------------------------------------- jurisdiction


@pytest.mark.parametrize(
    ("jurisdiction", "code", "county", "expected"),
    [
        ("450200", "T01", "450222", []),
        ("450200", "T01", "450299", []),
        ("450200", "T01", "450300", ["outside_jurisdiction"]),
        ("450200", "T01", "440222", ["outside_jurisdiction"]),
        ("450000", "T01", "450300", []),
        ("450222", "T01", "450222", []),
        ("450222", "T01", "450223", ["outside_jurisdiction"]),
        ("", "T01", "110101", []),
        ("000000", "T01", "110101", []),
        ("450200", "450222101", None, []),
        ("450200", "450222101000", None, []),
        ("450200", "110101", None, ["outside_jurisdiction"]),
        ("450200", "110101", "450222", []),  # the dossier decides
        ("450200", "T01", None, ["jurisdiction_unknown"]),
        ("450200", "1", None, ["jurisdiction_unknown"]),
    ],
)
def test_towns_within_and_without_the_jurisdiction(
    jurisdiction: str, code: str, county: str | None, expected: list[str]
) -> None:
    law = book().model_copy(update={"jurisdiction": jurisdiction})
    facts = replace(town(dossier={"county_code": county} if county else {}), town=code)
    assert [issue.code for issue in jurisdiction_issues(law, facts)] == expected


def test_a_town_without_the_jurisdiction_is_named_in_the_report(tmp_path: Path) -> None:
    boundary = write_layer(tmp_path / "towns.gpkg", [box(0, 0, 900, 900)], name=["甲镇"])
    plan = write_layer(tmp_path / "plan.gpkg", [box(10, 10, 90, 90)], ID=["a"], GHDM=["1001"])
    (place,) = read_towns([boundary])
    found = check(
        [replace(place, dossier=Dossier(code="1", county_code="110101"))],
        catalog(tmp_path, {"planned_use": plan}),
        load_rulebook("liuzhou-2018"),
        on=dt.date(2018, 12, 31),
    )
    told = assessment_json(found, lang="en")["issues"]
    assert any("lies in 110101, outside 450200" in issue["message"] for issue in told)
    assert "lies in 110101, outside 450200" in report_html(found, lang="en")
