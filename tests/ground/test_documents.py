"""Strict TOML documents: every error at once, with file, line and key."""

from __future__ import annotations

import hashlib
import tomllib
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, model_validator

from townland import documents
from townland.documents import Strict
from townland.documents.sentences import FaultError
from townland.errors import CatalogError, RulebookError, TownlandError
from townland.i18n import _


class Part(Strict):
    name: str = Field(min_length=1)
    kind: Literal["a", "b"] = "a"
    size: float = Field(default=0, ge=0)
    sizes: list[float] = Field(default=[])

    @model_validator(mode="after")
    def _named(self) -> Part:
        if self.name == "-":
            raise FaultError(_("a part has no name"))
        return self


class Whole(Strict):
    title: str
    part: list[Part] = Field(default=[])
    table: dict[str, Part] = Field(default={})

    @model_validator(mode="after")
    def _differ(self) -> Whole:
        names = [part.name for part in self.part]
        if len(set(names)) < len(names):
            raise FaultError(_("two parts have one name"))
        return self


def faults(text: str | bytes, error: type[TownlandError] = CatalogError) -> list[str]:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(error) as caught:
        documents.parse(raw, "a.toml", Whole, error)
    assert type(caught.value) is error
    return caught.value.render("en").splitlines()


def test_a_document_is_read_with_its_hash(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes('\ufefftitle = "规划"\n'.encode())
    whole, sha256 = documents.load(path, Whole, CatalogError)
    assert whole.title == "规划"
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_error_is_of_the_class_that_was_asked_for(tmp_path):
    with pytest.raises(RulebookError, match=r"none\.toml"):
        documents.load(tmp_path / "none.toml", Whole, RulebookError)
    with pytest.raises(RulebookError):
        documents.load(tmp_path, Whole, RulebookError)


def test_every_error_comes_at_once_with_its_line():
    said = faults(
        """
titel = "x"

[[part]]
name = ""
kind = "c"

[[part]]
nam = "p"
size = -1
""".lstrip()
    )
    assert said == [
        "a.toml, line 1: title is missing",
        "a.toml, line 1: unknown key titel; did you mean title?",
        'a.toml, line 4: part[1].name is ""; expected a text that is not empty',
        'a.toml, line 5: part[1].kind is "c"; expected one of "a", "b"',
        "a.toml, line 7: part[2].name is missing",
        "a.toml, line 8: unknown key part[2].nam; did you mean name?",
        "a.toml, line 9: part[2].size is -1; expected 0 or more",
    ]


def test_keys_of_inline_tables_have_the_line_of_what_holds_them():
    said = faults('title = "x"\n\ntable = { one = { name = "n", sizes = [1, "x"] } }\n')
    assert said[0].startswith("a.toml, line 3: table.one.sizes[2]")


def test_what_a_validator_says_keeps_file_and_line():
    said = faults('title = "x"\n[[part]]\nname = "p"\n[[part]]\nname = "p"\n')
    assert said == ["a.toml: two parts have one name"]
    (said,) = faults('title = "x"\n[[part]]\nname = "p"\n[[part]]\nname = "-"\n')
    assert said == "a.toml, line 4: part[2]: a part has no name"


def test_bytes_that_are_no_utf_8_are_named_by_line():
    assert faults('title = "a"\n# 镇\n'.encode("gbk")) == [
        "a.toml, line 2: not UTF-8; save the file as UTF-8"
    ]


def test_text_that_is_no_toml():
    said, _shown = faults('title = "a\n')
    assert said.startswith("a.toml, line 1: a quotation mark is missing")


SOURCE = '''# a comment
title = "x = 1"
a.b = 1
"quoted key" = 2
text = """
[no.table]
no_key = 1
"""
array = [
  1,  # no_key = 1
  { no_key = 1 },
]

[one]
key = 1
  [one.two]
  key = 2
[[many]]
key = 3
[[many]]
key = 4
[[many.inner]]
key = 5
[many.last]
key = 6
'''


def test_lines_of_keys():
    lines = dict(documents.key_lines(SOURCE))
    at = dict(enumerate(SOURCE.splitlines(), 1))
    assert lines[("title",)] == 2
    assert lines[("a", "b")] == 3
    assert lines[("quoted key",)] == 4
    assert not any("no_key" in key or "no" in key for key in lines)
    assert at[lines[("one", "two", "key")]] == "  key = 2"
    assert at[lines[("many", 0, "key")]] == "key = 3"
    assert at[lines[("many", 1, "key")]] == "key = 4"
    assert at[lines[("many", 1, "inner", 0, "key")]] == "key = 5"
    assert at[lines[("many", 1, "last", "key")]] == "key = 6"
    assert (
        documents.line_of(lines, ("many", 1, "inner", 0, "absent"))
        == lines[("many", 1, "inner", 0)]
    )
    assert documents.line_of(lines, ("absent",)) == 1


NAME = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
VALUE = st.one_of(
    st.integers(),
    st.booleans(),
    st.text("ab[]{}#=\" '\\,", max_size=8),
    st.lists(st.integers(), max_size=3),
)


@given(st.dictionaries(NAME, VALUE, max_size=5), st.dictionaries(NAME, VALUE, max_size=5))
def test_every_key_of_any_document_has_its_line(top, inner):
    def shown(value):
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return str(value)

    inner_name = next(name for name in ("tab", "tabb", "tabbb", "x" * 7) if name not in top)
    text = [f"{key} = {shown(value)}" for key, value in top.items()]
    text += [f"[[{inner_name}]]"] + [f"{key} = {shown(value)}" for key, value in inner.items()]
    source = "\n".join(text)
    assert tomllib.loads(source)[inner_name] == [inner]
    lines = dict(documents.key_lines(source))
    for number, key in enumerate(top, 1):
        assert lines[(key,)] == number
    assert lines[(inner_name, 0)] == len(top) + 1
    for number, key in enumerate(inner, len(top) + 2):
        assert lines[(inner_name, 0, key)] == number


@given(st.binary(max_size=60))
def test_any_bytes_are_a_document_or_an_error_of_the_class(raw):
    try:
        documents.parse(raw, "a.toml", Whole, CatalogError)
    except CatalogError as problem:
        said = problem.render("en")
        assert said.startswith("a.toml")
