"""``findings.sarif``: the findings in SARIF 2.1.0, which tools for code review read.

A finding is placed in the file of its town's boundary, and logically in the town.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import quote

import townland
from townland.i18n import _, render
from townland.output.json_text import indented
from townland.reading.layer import Input
from townland.results import Assessment
from townland.rules.judging.finding import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
KINDS = {
    "fail": "fail", "review": "review", "not_evaluated": "open", "pass": "pass",
    "info": "informational",
}  # fmt: skip
"""The kind of a result by verdict (SARIF 2.1.0, 3.27.9); all but a failure have the level ``none``."""


def write_sarif(assessment: Assessment, path: Path, *, lang: str) -> None:
    """Write the findings as results of one run.

    Parameters
    ----------
    assessment
        What is reported.
    path
        The file.
    lang
        The reader's language.
    """
    text = indented(sarif(assessment, lang=lang)) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def sarif(assessment: Assessment, *, lang: str) -> dict[str, object]:
    """The document."""
    rules = {(each.rulebook, each.rule): each for each in reversed(assessment.findings)}
    order = {key: at for at, key in enumerate(sorted(rules))}
    files = {
        each.town.input.path: each.town.input for each in assessment.towns if each.town.input.path
    }
    driver = {
        "name": "townland",
        "version": townland.__version__,
        "rules": [_rule(rules[key], lang) for key in order],
    }
    run = {
        "tool": {"driver": driver},
        "language": render(_("en"), lang),
        "invocations": [{"executionSuccessful": all(t.failed is None for t in assessment.towns)}],
        "artifacts": [_artifact(each) for each in files.values()],
        "results": [
            _result(each, order[each.rulebook, each.rule], assessment, lang)
            for each in assessment.findings
        ],
        "properties": {"on": assessment.on.isoformat(), "rulebook": assessment.rulebook.id},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(finding: Finding, lang: str) -> dict[str, object]:
    """The rule that a finding is of, with its clause."""
    clause = finding.clause
    where = f"{clause.document} {clause.article}".strip()
    return {
        "id": finding.rule,
        "shortDescription": {"text": finding.title.render(lang)},
        "fullDescription": {"text": clause.quote or where},
        "help": {"text": where},
        "properties": {
            "rulebook": finding.rulebook,
            "document": clause.document,
            "article": clause.article,
            "quote": clause.quote,
            "effective": clause.effective.isoformat(),
        },
    }


def _artifact(read: Input) -> dict[str, object]:
    return {
        "location": {"uri": uri_of(str(read.path))},
        "roles": ["analysisTarget"],
        "hashes": {"sha-256": read.sha256},
    }


def _result(finding: Finding, rule: int, assessment: Assessment, lang: str) -> dict[str, object]:
    """A finding as a result.

    Parameters
    ----------
    finding, rule
        The finding, and the place of its rule among the rules.
    assessment, lang
        What is reported, and the reader's language.
    """
    verdict = finding.verdict.value
    codes = finding.towns if finding.town is None else (finding.town,)
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "kind": KINDS[verdict],
        "level": "error" if verdict == "fail" else "none",
        "message": {"text": render(finding.why, lang) or finding.title.render(lang)},
        "locations": [_location(assessment, code) for code in codes],
        "partialFingerprints": {"townland/v1": f"{finding.rulebook}/{finding.rule}/{codes}"},
        "properties": {"verdict": verdict, **_figures(finding)},
    }


def _figures(finding: Finding) -> Mapping[str, object]:
    """The figures of a finding as they are stated, each where there is one."""
    figures = {"measured": finding.measured, "limit": finding.limit, "margin": finding.margin}
    known = {name: str(value) for name, value in figures.items() if value is not None}
    return {**known, "unit": finding.unit} if known else known


def _location(assessment: Assessment, code: str) -> dict[str, object]:
    """Where a town lies: the file of its boundary, and its name."""
    town = assessment.town(code).town
    logical = {"name": town.name, "fullyQualifiedName": code, "kind": "town"}
    place: dict[str, object] = {"logicalLocations": [logical]}
    if town.input.path:
        artifact = {"artifactLocation": {"uri": uri_of(town.input.path)}}
        place = {"physicalLocation": artifact, **place}
    return place


def uri_of(path: str) -> str:
    """A path as a URI reference: relative ones stay so.

    >>> uri_of("towns/边界 1.gpkg"), uri_of("C:/a.gpkg"), uri_of("/data/a.gpkg")
    ('towns/%E8%BE%B9%E7%95%8C%201.gpkg', 'file:///C:/a.gpkg', 'file:///data/a.gpkg')
    """
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(path).is_absolute():
            return kind(path).as_uri()
    return quote(path.replace("\\", "/"))
