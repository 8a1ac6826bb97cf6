"""Findings for other programs: JUnit, SARIF 2.1.0 and RO-Crate 1.1, each by the rules of its format."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.factory_pages import assessment

from townland.results import Assessment
from townland.writing.run_folder import write_run

FORMATS = ("json", "csv", "junit", "sarif", "crate")


@pytest.fixture(scope="module")
def made() -> Assessment:
    return assessment(towns=2, pieces=3)


@pytest.fixture(scope="module")
def run(made: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(made, tmp_path_factory.mktemp("exchange") / "run", formats=FORMATS, lang="en")


def test_junit_has_a_suite_a_town_and_a_case_a_rule(made: Assessment, run: Path) -> None:
    suites = ET.parse(run / "junit.xml").getroot()  # noqa: S314 - townland's own
    assert suites.tag == "testsuites"
    verdicts = Counter(each.verdict.value for each in made.findings)
    assert int(suites.get("tests", 0)) == len(made.findings)
    assert int(suites.get("failures", 0)) == verdicts["fail"] == len(suites.findall(".//failure"))
    waiting = verdicts["review"] + verdicts["not_evaluated"]
    assert int(suites.get("skipped", 0)) == waiting == len(suites.findall(".//skipped"))
    for suite, result in zip(suites, made.towns, strict=False):
        cases = suite.findall("testcase")
        own = [each for each in made.findings if each.town == result.town.code]
        assert suite.get("name", "").startswith(result.town.code)
        assert [case.get("name", "").split()[0] for case in cases] == [each.rule for each in own]
        for case in cases:  # the schema of JUnit allows one of them at most
            assert len([each for each in case if each.tag in ("failure", "skipped")]) <= 1
        assert suite.get("timestamp") == f"{made.on.isoformat()}T00:00:00"


def test_sarif_follows_its_specification(made: Assessment, run: Path) -> None:
    document = json.loads((run / "findings.sarif").read_text("utf-8"))
    assert document["version"] == "2.1.0"
    (log,) = document["runs"]
    rules = log["tool"]["driver"]["rules"]
    assert log["tool"]["driver"]["name"] == "townland"
    for result, finding in zip(log["results"], made.findings, strict=True):
        # 3.27.10: whatever is no failure has the level none
        assert (result["kind"], result["level"]) in {
            ("fail", "error"), ("review", "none"), ("open", "none"), ("pass", "none"),
            ("informational", "none"),
        }  # fmt: skip
        assert (result["kind"] == "fail") == (finding.verdict.value == "fail")
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"] == finding.rule  # 3.27.6
        assert rule["properties"]["article"] == finding.clause.article
        codes = finding.towns if finding.town is None else (finding.town,)
        logical = [each["logicalLocations"][0] for each in result["locations"]]
        assert [each["fullyQualifiedName"] for each in logical] == list(codes)
        assert result["message"]["text"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for artifact in log["artifacts"]:
        assert len(artifact["hashes"]["sha-256"]) == 64


def test_the_crate_names_every_file_with_its_digest(made: Assessment, run: Path) -> None:
    document = json.loads((run / "ro-crate-metadata.json").read_text("utf-8"))
    assert document["@context"] == "https://w3id.org/ro/crate/1.1/context"
    graph = {each["@id"]: each for each in document["@graph"]}
    assert len(graph) == len(document["@graph"])
    about = graph["ro-crate-metadata.json"]
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = graph[about["about"]["@id"]]
    # RO-Crate 1.1, Root Data Entity: what must be there
    assert root["@type"] == "Dataset"
    assert all(root[name] for name in ("name", "description", "datePublished", "license"))
    parts = {part["@id"] for part in root["hasPart"]}
    there = {path.name for path in run.iterdir()}
    assert parts == there - {"ro-crate-metadata.json", "townland-manifest.json"}
    for name in parts:
        assert graph[name]["sha256"] == hashlib.sha256((run / name).read_bytes()).hexdigest()
        assert graph[name]["@type"] == "File"
    read = [graph[each["@id"]] for each in graph["#check"]["object"]]
    assert [each["sha256"] for each in read] == [each.sha256 for each in made.inputs]
    assert graph["#townland"]["softwareVersion"]


def test_names_that_could_do_harm_are_data(made: Assessment, tmp_path: Path) -> None:
    first = made.towns[0]
    named = replace(first, town=replace(first.town, name="<b>&\x00]]>"))
    hostile = replace(made, towns=(named, *made.towns[1:]))
    run = write_run(hostile, tmp_path / "run", formats=["junit", "sarif"], lang="zh")
    suites = ET.parse(run / "junit.xml").getroot()  # noqa: S314 - townland's own
    assert suites[0].get("name") == f"{first.town.code} <b>&\ufffd]]>"
    json.loads((run / "findings.sarif").read_text("utf-8"))
