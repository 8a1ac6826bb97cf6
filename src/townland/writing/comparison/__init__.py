"""Several runs side by side: the verdicts of two rulebooks or two days, and what made them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from townland import terms
from townland.i18n import DEFAULT_LANGUAGE
from townland.results import Assessment
from townland.rules.kinds import TITLES
from townland.writing.comparison.words import differ, run_names
from townland.writing.report.assessment_json import assessment_json, dumps

SCHEMA = "townland-comparison-1"
_DEFINED_BY = ("layers", "where", "outside", "tagged", "or_tagged")
"""What a measure is, beside its name; two rulebooks may call one thing by two names."""


def compare(
    runs: Mapping[str, Mapping[str, Any]] | Sequence[Assessment], *, lang: str = DEFAULT_LANGUAGE
) -> dict[str, Any]:
    """Set the verdicts of several assessments side by side.

    Parameters
    ----------
    runs
        Assessments, or what ``assessment.json`` has of them by the names of their runs.
    lang
        The language of the titles, where assessments are given.

    Returns
    -------
    ``runs`` and ``verdicts``: a row for each rule and town, in which a run that does not know the rule
    has None; ``because`` says what differs: ``rule``, ``clause``, ``parameter``, ``measured``, ``day``.
    ``same_measure``: what runs measure alike and judge by rules of different names.
    """
    documents = (
        runs
        if isinstance(runs, Mapping)
        else {
            name: assessment_json(one, lang=lang)
            for name, one in zip(run_names(runs), runs, strict=True)
        }
    )
    found: dict[tuple[str, str | None], dict[str, Mapping[str, Any]]] = {}
    for name, document in documents.items():
        for one in document["findings"]:
            found.setdefault((one["rule"], one["town"]), {})[name] = one
    days = {name: document["on"] for name, document in documents.items()}
    rows = []
    for (rule, town), held in found.items():
        verdicts = {name: held[name]["verdict"] if name in held else None for name in documents}
        unlike = len(set(verdicts.values())) > 1
        rows.append(
            {
                "rule": rule,
                "town": town,
                "title": next(iter(held.values()))["title"],
                "verdicts": verdicts,
                "measured": {name: one["measured"] for name, one in held.items()},
                "limit": {name: one["limit"] for name, one in held.items()},
                "unit": {name: one["unit"] for name, one in held.items()},
                "differs": unlike,
                "because": list(_causes(held, documents, days)) if unlike else [],
            }
        )
    return {
        "schema": SCHEMA,
        "runs": [
            {"name": name, "on": document["on"], "rulebook": document["rulebook"]}
            for name, document in documents.items()
        ],
        "verdicts": rows,
        "same_measure": list(_same_measure(documents)),
    }


def _same_measure(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows for each town and area that several runs measure alike, each by rules of its own."""
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for name, document in documents.items():
        for one in document["findings"]:
            measure = next(iter(one["trace"].get("measures", ())), None)
            if measure is None or one["unit"] != "m2" or one["measured"] != measure["area_m2"]:
                continue
            key = dumps([one["town"], one["measured"], *map(measure.get, _DEFINED_BY)])
            found.setdefault(key, {}).setdefault(name, []).append(one)
    for held in found.values():
        rules = [tuple(one["rule"] for one in held.get(name, ())) for name in documents]
        if not all(rules) or len(set(rules)) == 1:
            continue
        first = next(iter(held.values()))[0]
        yield {
            "town": first["town"],
            "title": first["trace"]["measures"][0]["title"],
            "measured": first["measured"],
            "unit": first["unit"],
            "rules": {
                name: [
                    {key: one[key] for key in ("rule", "title", "verdict", "limit")} for one in ones
                ]
                for name, ones in held.items()
            },
        }


def _causes(
    held: Mapping[str, Mapping[str, Any]],
    documents: Mapping[str, Any],
    days: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    absent = [name for name in documents if name not in held]
    if absent:
        yield {"what": "rule", "not_in": absent}
    clauses = {name: one["clause"] for name, one in held.items()}
    if differ(clauses):
        yield {"what": "clause", "values": clauses}
    parameters = {
        name: {one["name"]: one["value"] for one in finding["trace"].get("parameters", ())}
        for name, finding in held.items()
    }
    whose = {
        name: {one["name"]: one.get("origin") for one in finding["trace"].get("parameters", ())}
        for name, finding in held.items()
    }
    for key in dict.fromkeys(key for values in parameters.values() for key in values):
        values = {name: known.get(key) for name, known in parameters.items()}
        if differ(values):
            origins = {name: known.get(key) for name, known in whose.items()}
            yield {
                "what": "parameter",
                "name": key,
                "title": {lang: terms.parameter(key, TITLES).render(lang) for lang in ("zh", "en")},
                "values": values,
                "origins": origins,
            }
    measured = {name: one["measured"] for name, one in held.items()}
    if differ(measured):
        units = {name: one["unit"] for name, one in held.items()}
        yield {"what": "measured", "values": measured, "units": units}
    if _days_matter(held, clauses, parameters, days):
        yield {"what": "day", "values": {name: days[name] for name in held}}


def _days_matter(
    held: Mapping[str, Mapping[str, Any]],
    clauses: Mapping[str, Any],
    parameters: Mapping[str, Any],
    days: Mapping[str, str],
) -> bool:
    """Whether two runs differ in verdict and day, while clause and parameters are the same."""
    return any(
        days[one] != days[other]
        and held[one]["verdict"] != held[other]["verdict"]
        and clauses[one] == clauses[other]
        and parameters[one] == parameters[other]
        for one, other in combinations(held, 2)
    )
