"""Every name by which a rulebook refers to something, and every number that it takes from a quote.

A mistyped name is refused with its line. A number stands in the words that the rulebook quotes, or is
marked as no number of the policy.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from tests.factory_rules import book

from townland.catalog import ROLES
from townland.dossier.fields import dossier_fields
from townland.rules.book import numbers
from townland.rules.book.lint import lint
from townland.rules.book.loader import load_rulebook, shipped
from townland.rules.judging.law import Parameters
from townland.rules.kinds import KINDS
from townland.standards.landclass import SELECTORS
from townland.terms import TAGS

CHOICES = ("ha", "km2", "mu", "m2", "persons", "visits_10k", "yuan_10k_per_mu", "yuan_10k_per_head",
           "light_asset", "culture_tourism", "sport", "integration", "bureau", "townland", "info",
           "cultivation", "survey")  # fmt: skip
OWN = ("near_km", "near_name", "minimum", "warn_days")
NUMBERS = ("years", "minimum", "most", "first_year", "last_year", "extension_years", "on_listing",
           "support_ends_after_years", "on_construction")  # fmt: skip
BARE = re.compile(r"[{,] ([a-z_]+) = ")


@dataclass(frozen=True)
class Reference:
    """A name in the text of a rulebook, and the line of the key that it belongs to."""

    name: str
    start: int
    line: int

    def mistyped(self, way: str) -> str:
        """The name with one letter deleted, doubled, swapped with the next, or replaced."""
        at = next(at for at in range(len(self.name) // 2, len(self.name) - 1)
                  if self.name[at] != self.name[at + 1] and "." not in self.name[at : at + 2]) \
            if len(self.name) > 3 else 0  # fmt: skip
        head, letter, rest = self.name[:at], self.name[at], self.name[at + 1 :]
        return (
            head
            + {
                "deleted": rest,
                "doubled": letter * 2 + rest,
                "swapped": rest[0] + letter + rest[1:],
                "replaced": ("x" if letter != "x" else "y") + rest,
            }[way]
        )


WAYS = ("deleted", "doubled", "swapped", "replaced")


@cache
def text(name: str) -> str:
    return Path(load_rulebook(name).path).read_text("utf-8")


def statements(source: str) -> Iterator[tuple[int, int, str]]:
    """Every line with what comments leave of it, where it begins, and the line of its key."""
    start = depth = 0
    offset = 0
    for number, line in enumerate(source.splitlines(keepends=True), 1):
        bare = line if line.lstrip()[:1] != "#" else ""
        bare = re.sub(r'^((?:[^"#]|"[^"]*")*)#.*', r"\1", bare)
        start = start if depth else number
        outside = re.sub(r'"[^"]*"', "", bare)
        if not outside.startswith("["):
            depth += sum(map(outside.count, "[{")) - sum(map(outside.count, "]}"))
        yield start, offset, bare
        offset += len(line)


def references(name: str) -> Iterator[Reference]:
    """The references of a shipped rulebook: names in quotation marks, and keys that are names."""
    known = {*load_rulebook(name).measure, *dossier_fields(), *ROLES, *SELECTORS, *TAGS, *CHOICES,
             *KINDS, *OWN}  # fmt: skip
    numbers = set(Parameters.model_fields)
    table = ""
    for line, offset, bare in statements(text(name)):
        table = bare.strip() if bare.startswith("[") else table
        for found in re.finditer(r'"([^"]*)"', bare):
            dotted = re.fullmatch(r"(counted|targets)\.\d\.\w+", found[1])
            if found[1] in known or dotted:
                yield Reference(found[1], offset + found.start(1), line)
        if bare.startswith(("where", "tagged", "or_tagged")) or "stands = {" in bare:
            inner = bare[bare.index("stands") :] if "stands = {" in bare else bare
            begin = offset + len(bare) - len(inner)
            for found in BARE.finditer(inner):
                if found[1] in ROLES or found[1] in NUMBERS:
                    yield Reference(found[1], begin + found.start(1), line)
        found = re.match(r"\w+", bare)
        if table == "[parameter]" and found and found[0] in numbers:
            yield Reference(found[0], offset, line)


def faults(name: str, mistyped: list[tuple[Reference, str]], folder: Path) -> dict[int, str]:
    """The words of every fault of a shipped rulebook with some names mistyped, by line."""
    source = text(name)
    for reference, way in sorted(mistyped, key=lambda each: -each[0].start):
        end = reference.start + len(reference.name)
        assert source[reference.start : end] == reference.name
        source = source[: reference.start] + reference.mistyped(way) + source[end:]
    path = folder / "book.toml"
    path.write_text(source, "utf-8")
    words: dict[int, str] = {}
    for fault in lint(path):
        words[fault.line] = words.get(fault.line, "") + fault.message.render("en")
    return words


def test_references_of_every_sort_are_there() -> None:
    names = {reference.name for name in shipped() for reference in references(name)}
    assert names >= {*book().measure} - {"planned_outside_growth_boundary"}
    assert names >= {*CHOICES} - {"m2"}
    assert names >= {
        *TAGS,
        *OWN,
        *NUMBERS,
        "quota_ha",
        "supply.city",
        "population",
        "counted.0.least",
    }
    assert len([one for name in shipped() for one in references(name)]) > 300


def ways(name: str) -> dict[Reference, str]:
    """One way for each reference of a shipped rulebook, by turns, so that all ways are tried."""
    chosen = {}
    for number, reference in enumerate(references(name)):
        turn = number % len(WAYS)
        by_turns = (*WAYS[turn:], *WAYS[:turn])
        # km2 without its first letter is a unit, too
        chosen[reference] = next(way for way in by_turns if reference.mistyped(way) not in CHOICES)
    return chosen


@pytest.mark.parametrize("name", shipped())
def test_a_name_changed_by_one_letter_is_refused_with_its_line_and_the_right_name(
    name: str, tmp_path: Path
) -> None:
    """One on each line at once, for lint gives every fault; what follows another is tried alone."""
    waiting = ways(name)
    while waiting:
        first: dict[int, Reference] = {}
        for reference in waiting:
            first.setdefault(reference.line, reference)
        words = faults(name, [(each, waiting[each]) for each in first.values()], tmp_path)
        for line, each in first.items():
            way = waiting.pop(each)
            if each.name not in words.get(line, ""):
                words_alone = faults(name, [(each, way)], tmp_path)
                assert each.name in words_alone.get(line, ""), (each.mistyped(way), words_alone)


HEIR = 'id = "own"\ntitle = { zh = "甲", en = "a" }\nversion = "1"\nthree_class = "survey"\n'
INHERITED = [
    ("LAND-08", 'quota = "quota_hectare"', "did you mean quota_ha"),
    ("LAND-08", 'quota = "type"', "the dossier's field type does not hold a number"),
    ("LAND-12", 'population = "populatoin"', "did you mean population?"),
    ("LAND-13", 'places = [{ title = { zh = "a", en = "b" }, supply = "supply.citty" }]', "y.city"),
    ("LAND-15", 'sites = "events"', "does not hold reused sites; expected one of: reused_sites"),
    ("LAND-04", 'share_of = "planned_constuction"', "did you mean planned_construction"),
    ("LAND-03", 'also = "farmland_enclose"', "did you mean farmland_enclosed"),
    ("LAND-05", 'beside = "paddy_layer_builton"', "did you mean paddy_layer_built_on"),
    ("INV-01", 'town_type = "light_aset"', "did you mean light_asset?"),
    ("INV-01", 'town_type = "rural"', "it has light_asset, heavy_asset"),
    ("IND-01", 'counted = [{ feld = "carrier" }]', "unknown key; did you mean field?"),
    ("NAME-01", 'list = "lists.country"', "did you mean lists.c"),
    ("STAGE-02", 'documents = [{ field = "documents.plan", title = { zh = "a", en = "b" } }]', "_plan"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "change", "words"), INHERITED)
def test_a_county_s_change_is_refused_alike(
    rule: str, change: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        f'{HEIR}inherits = "liuzhou-2018"\n[[rule]]\nid = "{rule}"\n{change}\n', "utf-8"
    )
    assert any(fault.line == 8 and words in fault.message.render("en") for fault in lint(path))


def test_a_document_of_one_s_own_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    own = 'documents = [{ field = "documents.other.permit", title = { zh = "证", en = "permit" } }]'
    path.write_text(f'{HEIR}inherits = "liuzhou-2018"\n[[rule]]\nid = "STAGE-02"\n{own}\n', "utf-8")
    assert lint(path) == ()


def test_a_tag_of_one_s_own_may_have_any_name_and_a_doubtful_one_can_be_used(
    tmp_path: Path,
) -> None:
    source = text("liuzhou-2018")
    path = tmp_path / "own.toml"
    path.write_text(source.replace('= "real_estate"', '= "商品房"'), "utf-8")
    assert lint(path) == ()
    path.write_text(source.replace('= "real_estate"', '= "real_estates"'), "utf-8")
    assert [fault.usable for fault in lint(path)] == [True]


# ---------------------------------------------------------------- numbers and their quotes


D = Decimal


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("控制在3平方公里左右", {(D(3), "km2")}),
        ("占用35公顷以上", {(D(35), "ha")}),
        ("占用３５．５公顷、１２.５亩以上", {(D("35.5"), "ha"), (D("12.5"), "mu")}),
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
    assert marked == {
        ("LAND-15", "warn_days"),
        ("USE-02", "minimum"),
        ("IND-04", "near_km"),
        ("IND-04", "near_name"),
    }
    for _rule, name in marked:
        bare = text.replace(f', own = ["{name}"]', "").replace(f'"{name}", ', "")
        faults = copied(tmp_path, bare.replace(f', "{name}"]', "]"))
        assert [f": {name} is " in fault for fault in faults] == [True], faults
    (fault,) = copied(tmp_path, text.replace('own = ["near_km", ', 'own = ["near_km", "most", '))
    assert "most is named under own, but 2 stands in the quote" in fault
    (fault,) = copied(tmp_path, text.replace('own = ["near_km", ', 'own = ["near_km", "far_km", '))
    assert "own names far_km, which the rule does not state" in fault


def test_a_further_passage_is_compared_word_for_word(tmp_path: Path) -> None:
    text = Path(book().path).read_text("utf-8")
    faults = copied(tmp_path, text.replace("实施建设周期为2年", "实施建设周期为3年"))
    assert any("does not stand in article 四（三）" in fault for fault in faults)
    (fault,) = copied(tmp_path, text.replace(
        'besides = [{ article = "四（三）", quote = "实施建设周期为2年" }], ', ""))  # fmt: skip
    assert "STAGE-04: years is 2" in fault


def test_responsible_units_are_those_of_the_text() -> None:
    """责任单位 of 五（一）, the first of which leads; 四 names none."""
    rules = {rule.id: rule.clause for rule in book().rule}
    assert rules["LAND-03"].responsible[:3] == ("市国土资源局", "市发展改革委", "市规划局")
    assert rules["FUND-01"].responsible[0] == "市财政局"
    assert rules["STAGE-03"].responsible == ()
    lines = [line for line in str(book().policy).splitlines() if line.startswith("责任单位")]
    plain = "\n".join(lines).replace("（阳和工业新区）", "(阳和工业新区)")
    for clause in rules.values():
        if clause.responsible:
            assert any(
                all(unit in line for unit in clause.responsible) for line in plain.splitlines()
            )
