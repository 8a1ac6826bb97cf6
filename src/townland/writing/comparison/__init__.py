"""Several runs side by side: the verdicts of two rulebooks or two days, and what made them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from townland import terms
from townland.i18n import DEFAULT_LANGUAGE, render
from townland.results import Assessment
from townland.rules.kinds import TITLES
from townland.rules.pairs import LeftOut
from townland.writing.comparison.judged import (
    AreaRow,
    Cause,
    ComparedRuns,
    JudgedFinding,
    JudgedMeasure,
    JudgedRun,
    RuleEntry,
    VerdictRow,
)
from townland.writing.comparison.words import differ, run_names
from townland.writing.report.assessment_json import assessment_json

SCHEMA = "townland-comparison-1"


def compare(
    runs: Mapping[str, Mapping[str, object]] | Sequence[Assessment],
    *,
    lang: str = DEFAULT_LANGUAGE,
    left_out: Sequence[LeftOut] = (),
) -> ComparedRuns:
    """Set the verdicts of several assessments side by side.

    Parameters
    ----------
    runs
        Assessments, or what ``assessment.json`` has of them by the names of their runs.
    lang
        The language of the titles, where assessments are given.
    left_out
        The pairs of rulebook and day that could not be checked, as `pairs_in_force` gives them.

    Returns
    -------
    ``runs``, with what stands at the head of each, ``left_out``, and ``verdicts``: a row for each rule
    and town, in which a run that does not know the rule has None; ``because`` says what differs:
    ``rule``, ``clause``, ``parameter``, ``measured``, ``day``. ``same_measure``: what runs measure alike
    and judge by rules of different names.

    Raises
    ------
    ValueError
        A document is no assessment.
    """
    documents: Mapping[str, Mapping[str, object]] = (
        runs
        if isinstance(runs, Mapping)
        else {
            name: assessment_json(each, lang=lang)
            for name, each in zip(run_names(runs), runs, strict=True)
        }
    )
    judged = {name: JudgedRun.model_validate(document) for name, document in documents.items()}
    return {
        "schema": SCHEMA,
        "runs": [
            {
                "name": name,
                "on": run.on,
                "rulebook": run.rulebook,
                "notices": [notice.model_dump() for notice in run.notices],
            }
            for name, run in judged.items()
        ],
        "left_out": [
            {
                "rulebook": each.rulebook,
                "on": each.on.isoformat(),
                "message": render(each.why, lang),
            }
            for each in left_out
        ],
        "verdicts": list(_verdicts(judged)),
        "same_measure": list(_same_measure(judged)),
    }


def _verdicts(runs: Mapping[str, JudgedRun]) -> Iterator[VerdictRow]:
    """Rows for each rule and town that some run has, in the order in which they come."""
    rows: dict[tuple[str, str | None], dict[str, JudgedFinding]] = {}
    for name, run in runs.items():
        for finding in run.findings:
            rows.setdefault((finding.rule, finding.town), {})[name] = finding
    for (rule, town), findings in rows.items():
        verdicts = {name: findings[name].verdict if name in findings else None for name in runs}
        unlike = len(set(verdicts.values())) > 1
        yield {
            "rule": rule,
            "rulebooks": {name: finding.rulebook for name, finding in findings.items()},
            "town": town,
            "title": next(iter(findings.values())).title,
            "verdicts": verdicts,
            "measured": {name: finding.measured for name, finding in findings.items()},
            "limit": {name: finding.limit for name, finding in findings.items()},
            "unit": {name: finding.unit for name, finding in findings.items()},
            "differs": unlike,
            "because": list(_causes(findings, runs)) if unlike else [],
        }


def _same_measure(runs: Mapping[str, JudgedRun]) -> Iterator[AreaRow]:
    """Rows for each town and area that several runs measure alike, each by rules of its own."""
    areas: dict[str, JudgedMeasure] = {}
    judged: dict[str, dict[str, list[JudgedFinding]]] = {}
    for name, run in runs.items():
        for area, finding, measure in run.areas():
            areas.setdefault(area, measure)
            judged.setdefault(area, {}).setdefault(name, []).append(finding)
    for area, by_run in judged.items():
        rules = [tuple(each.rule for each in by_run.get(name, ())) for name in runs]
        # the same rules in every run are rows of the verdicts already
        if all(rules) and len(set(rules)) > 1:
            first = next(iter(by_run.values()))[0]
            yield {
                "town": first.town,
                "title": areas[area].title.model_dump(),
                "measured": first.measured,
                "unit": first.unit,
                "rules": {
                    name: [_entry(each) for each in findings] for name, findings in by_run.items()
                },
            }


def _entry(finding: JudgedFinding) -> RuleEntry:
    return {
        "rule": finding.rule,
        "rulebook": finding.rulebook,
        "title": finding.title,
        "verdict": finding.verdict,
        "limit": finding.limit,
    }


def _causes(
    findings: Mapping[str, JudgedFinding], runs: Mapping[str, JudgedRun]
) -> Iterator[Cause]:
    """Say what made the runs differ in a rule and a town."""
    absent = [name for name in runs if name not in findings]
    if absent:
        yield {"what": "rule", "not_in": absent}
    clauses = {name: finding.clause for name, finding in findings.items()}
    if differ(clauses):
        yield {"what": "clause", "values": clauses}
    yield from _parameters(findings)
    measured = {name: finding.measured for name, finding in findings.items()}
    if differ(measured):
        units = {name: finding.unit for name, finding in findings.items()}
        yield {"what": "measured", "values": measured, "units": units}
    days = {name: runs[name].on for name in findings}
    if _days_matter(findings, days):
        yield {"what": "day", "values": days}


def _parameters(findings: Mapping[str, JudgedFinding]) -> Iterator[Cause]:
    """Give the numbers in which the runs differ."""
    stated = {name: finding.values() for name, finding in findings.items()}
    for key in dict.fromkeys(key for values in stated.values() for key in values):
        values = {name: known.get(key) for name, known in stated.items()}
        if differ(values):
            yield {
                "what": "parameter",
                "name": key,
                "title": {lang: terms.parameter(key, TITLES).render(lang) for lang in ("zh", "en")},
                "values": values,
                "origins": {name: finding.origins().get(key) for name, finding in findings.items()},
            }


def _days_matter(findings: Mapping[str, JudgedFinding], days: Mapping[str, str]) -> bool:
    """Whether two runs differ in verdict and day, while clause and parameters are the same."""
    return any(
        days[name] != days[other_name]
        and finding.verdict != other.verdict
        and finding.clause == other.clause
        and finding.values() == other.values()
        for (name, finding), (other_name, other) in combinations(findings.items(), 2)
    )
