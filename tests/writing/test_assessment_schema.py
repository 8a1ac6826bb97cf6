"""The schema of assessment.json: what is shipped is what the types of traces say."""

from __future__ import annotations

from importlib.resources import files

import jsonschema

from townland.rules.kinds import KINDS
from townland.writing.report.assessment_json import SCHEMA_FILE, dumps, schema


def test_the_shipped_file_is_what_the_types_say() -> None:
    shipped = (files("townland.writing.report") / SCHEMA_FILE).read_text("utf-8")
    assert shipped == dumps(schema()), "run tools/assessment_schema.py"


def test_it_is_a_schema_that_knows_every_working() -> None:
    whole = schema()
    jsonschema.Draft202012Validator.check_schema(whole)
    assert {kind.working.__name__ for kind in KINDS.values()} <= set(whole["$defs"])
