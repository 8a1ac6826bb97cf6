"""Every name by which a rulebook refers to something: mistyped, it is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from tests.factory_rules import book

from townland.catalog import ROLES
from townland.dossier.fields import dossier_fields
from townland.rules.book.lint import lint
from townland.rules.book.loader import load_rulebook, shipped
from townland.rules.judging.law import Parameters
from townland.rules.kinds import KINDS
from townland.standards.landclass import SELECTORS
from townland.terms import TAGS

CHOICES = ("ha", "km2", "mu", "m2", "persons", "visits_10k", "yuan_10k_per_mu", "yuan_10k_per_head",
           "light_asset", "culture_tourism", "sport", "integration", "bureau", "townland", "info",
           "cultivation", "survey")  # fmt: skip
OWN = ("near_km", "minimum", "warn_days")
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
