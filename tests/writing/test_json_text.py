"""JSON text of our own: the bytes of Python's encoder, a part at a time."""

from __future__ import annotations

import json
import math

import pytest

from townland.terms import Verdict
from townland.writing.report.json_text import parts_of, text_of

DOCUMENT = {
    "text": '龙泉 "镇"\n\t\\ \x00 \u2028 é',
    "numbers": [0, -1, 10**20, 0.1, -0.0, 1e-9, 1e22, 2.5e300, True, False, None],
    "empty": [[], {}, (), [[]], {"a": {}}],
    "nested": [{"a": [1, [2, {"b": "c"}]]}, Verdict.FAIL],
    "": "",
}


def test_text_is_that_of_the_standard_encoder() -> None:
    expected = json.dumps(DOCUMENT, ensure_ascii=False, indent=1, allow_nan=False)
    assert text_of(DOCUMENT) == expected
    assert "".join(parts_of(DOCUMENT)) == expected + "\n"
    some = {**DOCUMENT, "nested": iter(DOCUMENT["nested"]), "empty": iter(DOCUMENT["empty"])}
    assert "".join(parts_of(some)) == expected + "\n"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="no number in JSON"):
        text_of([number])
    with pytest.raises(TypeError, match="set is nothing that JSON has"):
        text_of({"a": {1}})
