"""A number of a rulebook stands in the words that it quotes, or is marked as no number of the policy."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from tests.factory_rules import book

from townland.rules.book import numbers
from townland.rules.book.lint import lint
from townland.rules.book.loader import shipped

D = Decimal


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("控制在3平方公里左右", {(D(3), "km2")}),
        ("占用35公顷以上", {(D(35), "ha")}),
        ("每亩20亩", {(D(20), "mu")}),
        ("未达到60%的", {(D("0.6"), "")}),
        ("超过100％", {(D(1), "")}),
        ("百分之六十", {(D("0.6"), "")}),
        ("百分之12.5", {(D("0.125"), "")}),
        ("三成", {(D("0.3"), "")}),
        ("一半以上", {(D("0.5"), ""), (D(1), "")}),
        ("1个主导产业及2—3个联动产业", {(D(1), ""), (D(2), ""), (D(3), "")}),
        ("1-2个", {(D(1), ""), (D(2), "")}),
        ("二十五个、一百零八个", {(D(25), ""), (D(108), "")}),
        ("700万元", {(D(700), ""), (D(7_000_000), "")}),
        ("5亿元", {(D(5), ""), (D(500_000_000), "")}),
        ("2017年开始，至2020年结束", {(D(2017), ""), (D(2020), "")}),
        ("延期一年，次年", {(D(1), "")}),
        ("严禁占用", {(D(0), "")}),
        ("充分利用荒山", set()),
    ],
)
def test_numbers_are_read(quote: str, expected: set[tuple[Decimal, str]]) -> None:
    assert set(numbers.numbers(quote)) == expected


def copied(tmp_path: Path, text: str) -> list[str]:
    path = Path(book().path)
    shutil.copy(path.parent / book().text, tmp_path / book().text)
    (tmp_path / "copy.toml").write_text(text, "utf-8")
    return [fault.message.render("en") for fault in lint(tmp_path / "copy.toml")]


def test_the_shipped_rulebooks_have_no_fault() -> None:
    assert [lint(name) for name in shipped()] == [()] * len(shipped())


# as they stand in the file: every number that a rule of the shipped rulebook judges by
CHANGED = [
    ("LAND-01", "limit   = 3\n", "limit   = 4\n", "limit is 4"),
    ("LAND-01", 'unit    = "km2"', 'unit    = "ha"', "limit is 3"),
    ("LAND-02", "limit     = 1\n", "limit     = 2\n", "limit is 2"),
    ("LAND-03", "limit        = 0\n", "limit        = 5\n", "limit is 5"),
    ("LAND-04", "limit    = 0\n", "limit    = 5\n", "limit is 5"),
    ("LAND-05", "limit    = 0\n", "limit    = 5\n", "limit is 5"),
    ("LAND-13", "years   = 5\n", "years   = 6\n", "years is 6"),
    ("LAND-13", "minimum = 0.6\n", "minimum = 0.5\n", "minimum is 0.5"),
    ("LAND-15", "years     = 5\n", "years     = 6\n", "years is 6"),
    ("INV-01", "limit      = 5 ", "limit      = 6 ", "limit is 6"),
    ("INV-02", "limit      = 10\n", "limit      = 100\n", "limit is 100"),
    ("IND-01", "least = 2, most = 3", "least = 2, most = 4", "counted.1.most is 4"),
    ("IND-04", "most    = 2\n", "most    = 3\n", "most is 3"),
    ("PORT-01", "target = 15 ", "target = 16 ", "targets.0.target is 16"),
    ("PORT-01", "target = 8 ", "target = 9 ", "targets.1.target is 9"),
    ("PORT-01", "target = 3 ", "target = 4 ", "targets.2.target is 4"),
    ("STAGE-01", "first_year = 2017", "first_year = 2016", "first_year is 2016"),
    ("STAGE-01", "last_year  = 2020", "last_year  = 2021", "last_year is 2021"),
    ("STAGE-03", "years                    = 1 ", "years                    = 3 ", "years is 3"),
    ("STAGE-03", "extension_years          = 1 ", "extension_years          = 3 ",
     "extension_years is 3"),
    ("STAGE-03", "support_ends_after_years = 1 ", "support_ends_after_years = 3 ",
     "support_ends_after_years is 3"),
    ("STAGE-04", "years           = 2 ", "years           = 3 ", "years is 3"),
    ("STAGE-04", "extension_years = 1  ", "extension_years = 3  ", "extension_years is 3"),
    ("FUND-01", "on_listing      = 700 ", "on_listing      = 600 ", "on_listing is 600"),
    ("FUND-01", "on_construction = 800 ", "on_construction = 900 ", "on_construction is 900"),
    ("FUND-02", "limit    = 1\n", "limit    = 1.2\n", "limit is 1.2"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new", "said"), CHANGED)
def test_a_number_that_is_not_in_its_quote_is_a_fault(
    tmp_path: Path, rule: str, old: str, new: str, said: str
) -> None:
    text = Path(book().path).read_text("utf-8")
    start = next(text.index(head) for head in heads(rule) if head in text)
    at = text.index(old, start)
    faults = copied(tmp_path, text[:at] + new + text[at + len(old) :])
    assert len(faults) == 1, faults
    assert f"{rule}: {said}, which does not stand in the quote “" in faults[0]
    # of a list the line in which it begins
    key = said.partition(" ")[0].partition(".")[0]
    begins = text.rindex(f"\n{key}", 0, at + 1 + len(key))
    if "km2" not in old:
        assert f"line {text[: begins + 1].count(chr(10)) + 1}: " in faults[0]


def heads(rule: str) -> list[str]:
    return [f'{"id":<{width}} = "{rule}"' for width in range(2, 30)]


def test_no_number_of_the_shipped_rulebook_was_forgotten() -> None:
    tried = {(rule, said.partition(" ")[0]) for rule, _old, _new, said in CHANGED}
    for rule in book().rule:
        raw = rule.model_dump(mode="python", exclude_none=True)
        for name, _value in numbers.stated(raw):
            if not rule.clause.quote or name in rule.clause.own:
                continue
            same = {("IND-01", f"counted.{n}.{end}") for n in (0, 1) for end in ("least", "most")}
            assert (rule.id, name) in tried | same, (rule.id, name)


def test_what_is_no_number_of_the_policy_is_marked(tmp_path: Path) -> None:
    text = Path(book().path).read_text("utf-8")
    marked = {(rule.id, name) for rule in book().rule for name in rule.clause.own}
    assert marked == {("LAND-15", "warn_days"), ("USE-02", "minimum"), ("IND-04", "near_km")}
    for _rule, name in marked:
        faults = copied(tmp_path, text.replace(f', own = ["{name}"]', ""))
        assert [f": {name} is " in fault for fault in faults] == [True], faults
    (fault,) = copied(tmp_path, text.replace('own = ["near_km"]', 'own = ["near_km", "most"]'))
    assert "most is named under own, but 2 stands in the quote" in fault
    (fault,) = copied(tmp_path, text.replace('own = ["near_km"]', 'own = ["near_km", "far_km"]'))
    assert "own names far_km, which the rule does not state" in fault


def test_a_further_passage_is_compared_word_for_word(tmp_path: Path) -> None:
    text = Path(book().path).read_text("utf-8")
    faults = copied(tmp_path, text.replace("实施建设周期为2年", "实施建设周期为3年"))
    assert any("does not stand in article 四（三）" in fault for fault in faults)
    (fault,) = copied(tmp_path, text.replace(
        'besides = [{ article = "四（三）", quote = "实施建设周期为2年" }], ', ""))  # fmt: skip
    assert "STAGE-04: years is 2" in fault
