"""The schema of assessment.json: what is shipped is what the types of traces say."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
from tests.factory_land import box, catalog, write
from tests.factory_rules import DAY, book

from townland.assessment import check
from townland.dossier import Dossier
from townland.output.json_text import dumps
from townland.rules.kinds import KINDS
from townland.towns import read_towns
from townland.writing.report.assessment_json import SCHEMA_FILE, assessment_json, schema


def test_the_shipped_file_is_what_the_types_say() -> None:
    shipped = (files("townland.writing.report") / SCHEMA_FILE).read_text("utf-8")
    assert shipped == dumps(schema()), "run tools/assessment_schema.py"


def test_it_is_a_schema_that_knows_every_working() -> None:
    whole = schema()
    jsonschema.Draft202012Validator.check_schema(whole)
    assert {kind.working.__name__ for kind in KINDS.values()} <= set(whole["$defs"])


def test_a_town_says_what_its_dossier_confirms(tmp_path: Path) -> None:
    survey = write(
        tmp_path / "survey.gpkg",
        [box(0, 0, 100, 100)],
        BSM=["1"],
        DLBM=["0101"],
        KCXS=[0],
        QSXZ=["30"],
    )
    towns = read_towns([write(tmp_path / "town.gpkg", [box(0, 0, 100, 100)], name=["甲镇"])])
    stated = Dossier(name="甲镇", quota_ha=600_000, confirmed=("quota_ha",))
    known = [replace(towns[0], dossier=stated)]
    done = check(known, catalog(tmp_path, {"land_use": survey}), book(), on=DAY)

    document = assessment_json(done)
    assert document["towns"][0]["confirmed"] == ["quota_ha"]
    jsonschema.validate(document, schema())

    silent = assessment_json(check(towns, catalog(tmp_path, {"land_use": survey}), book(), on=DAY))
    assert silent["towns"][0]["confirmed"] == []
