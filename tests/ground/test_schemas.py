"""The tables of names, fields and domains, and the document that is made from them."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import get_type_hints

import pytest

from townland.standards import fields
from townland.terms import ROLES

ROOT = Path(__file__).parents[2]
README = ROOT / "layers" / "README.md"


def test_the_document_is_what_the_data_say() -> None:
    part = runpy.run_path(str(ROOT / "tools" / "layer_readme.py"))["part"]()
    assert part in README.read_text(encoding="utf-8")


def test_every_code_that_the_document_names_is_one_of_the_code() -> None:
    source = "".join(
        path.read_text("utf-8")
        for room in ("layers/check", "layers/describe.py", "issues.py")
        for path in ([ROOT / "src/townland" / room] if room.endswith(".py")
                     else sorted((ROOT / "src/townland" / room).glob("*.py")))
    )  # fmt: skip
    text = README.read_text(encoding="utf-8").partition("## Your own layers")[2]
    table = text.partition("<!-- roles")[0]
    keys = {"accuracy_m", "area_column", "area_unit", *ROLES}
    codes = set(re.findall(r"`([a-z]+_[a-z_]+)`", table)) - keys
    assert len(codes) > 20
    for code in codes:
        assert f'"{code}"' in source, code


def test_the_tables_are_sound() -> None:
    roles = {known.role for known in fields.names()} - {""}
    assert roles == set(ROLES)
    for rule in fields.all_fields():
        assert rule.role in ROLES
        assert rule.type in ("C", "N", "I", "")
        assert rule.need in ("M", "C", "O")
    for role in ROLES:
        stand = [rule.stands_for for rule in fields.fields(role)]
        assert len(stand) == len(set(stand)), role


@pytest.mark.parametrize("column", ["dlbm", "地类编码", "DLBM ", "地类编"])
def test_a_field_is_found_by_its_other_names(column: str) -> None:
    rule = next(rule for rule in fields.fields("land_use") if rule.name == "DLBM")
    assert fields.field_column(rule, ("x", column)) == column


def test_the_tables_of_consistency_have_the_types_that_the_code_reads() -> None:
    tables = fields.consistency()
    assert {name: _shape(table) for name, table in tables.items()} == {
        name: get_type_hints(kind) for name, kind in get_type_hints(fields.Consistency).items()
    }


def _shape(table: object) -> dict[str, object]:
    assert isinstance(table, dict)
    lists = {key: list[str] for key, value in table.items() if isinstance(value, list)}
    assert all(isinstance(word, str) for key in lists for word in table[key])
    return {key: lists.get(key, type(value)) for key, value in table.items()}
