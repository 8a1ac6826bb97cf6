"""Indented JSON has the bytes of the standard library."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from townland.output.json_text import indented, parts_of
from townland.terms import Verdict

FINITE = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | st.integers() | st.text() | FINITE
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_the_bytes_are_those_of_the_standard_library(value):
    assert indented(value) == json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


def test_tuples_are_lists_and_what_json_cannot_hold_is_refused():
    assert indented({"a": (1, ()), "b": {}}) == '{\n "a": [\n  1,\n  []\n ],\n "b": {}\n}'
    for number in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match="JSON compliant"):
            indented([number])
    with pytest.raises(TypeError):
        indented({"a": {1, 2}})


def test_a_document_comes_a_part_at_a_time_and_its_iterators_an_item_at_a_time():
    document = {
        "text": '龙泉 "镇"\n\t\\ \x00 \u2028 é',
        "numbers": [0, -1, 10**20, 0.1, -0.0, 1e-9, 1e22, 2.5e300, True, False, None],
        "empty": [[], {}, (), [[]], {"a": {}}],
        "nested": [{"a": [1, [2, {"b": "c"}]]}, Verdict.FAIL],
        "": "",
    }
    expected = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    assert "".join(parts_of(document)) == expected
    streamed = {**document, "nested": iter(document["nested"]), "empty": iter(document["empty"])}
    assert "".join(parts_of(streamed)) == expected
    assert "".join(parts_of({"none": iter(())})) == '{\n "none": []\n}\n'
