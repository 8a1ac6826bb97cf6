"""Several runs side by side: the verdicts of two rulebooks or two days, and what made them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from townland.assessment import Assessment
from townland.i18n import DEFAULT_LANGUAGE
from townland.report.assessment_json import assessment_json, dumps
from townland.report.run import COMPARISON, DEFAULT_FORMATS, run_folder, write_outputs
from townland.rules import naming
from townland.rules.basis import both

SCHEMA = "townland-comparison-1"


def run_names(assessments: Sequence[Assessment]) -> list[str]:
    """Name the folder of each run: ``<id>@<day>``, with ``-2`` for a second one of that name."""
    names: list[str] = []
    for one in assessments:
        plain = f"{one.rulebook.id}@{one.on.isoformat()}"
        same = [name for name in names if name == plain or name.startswith(f"{plain}-")]
        names.append(f"{plain}-{len(same) + 1}" if same else plain)
    return names


def write_runs(
    assessments: Sequence[Assessment],
    out: Path | str,
    *,
    formats: Sequence[str] = DEFAULT_FORMATS,
    lang: str = DEFAULT_LANGUAGE,
) -> Path:
    """Write a whole run folder for each assessment into `out`, and ``comparison.json`` beside them.

    Raises
    ------
    ReportError
        As `write_run`.
    """
    documents = {}
    with run_folder(Path(out)) as folder:
        for name, one in zip(run_names(assessments), assessments, strict=True):
            (folder / name).mkdir()
            write_outputs(one, folder / name, formats=formats, lang=lang)
            documents[name] = assessment_json(one, lang=lang)
        text = dumps(compare(documents))
        (folder / COMPARISON).write_text(text, encoding="utf-8", newline="\n")
    return Path(out)


def compare(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Set the verdicts of several assessments side by side.

    Parameters
    ----------
    documents
        Assessments as ``assessment.json`` has them, by the names of their runs.

    Returns
    -------
    ``runs`` and ``verdicts``: a row for each rule and town, in which a run that does not know the rule
    has None; ``because`` says what differs: ``rule``, ``clause``, ``parameter``, ``measured``, ``day``.
    """
    found: dict[tuple[str, str | None], dict[str, Mapping[str, Any]]] = {}
    for name, document in documents.items():
        for one in document["findings"]:
            found.setdefault((one["rule"], one["town"]), {})[name] = one
    days = {name: document["on"] for name, document in documents.items()}
    rows = []
    for (rule, town), held in found.items():
        verdicts = {name: held[name]["verdict"] if name in held else None for name in documents}
        differs = len(set(verdicts.values())) > 1
        rows.append(
            {
                "rule": rule,
                "town": town,
                "title": next(iter(held.values()))["title"],
                "verdicts": verdicts,
                "measured": {name: one["measured"] for name, one in held.items()},
                "differs": differs,
                "because": list(_causes(held, documents, days)) if differs else [],
            }
        )
    return {
        "schema": SCHEMA,
        "runs": [
            {"name": name, "on": document["on"], "rulebook": document["rulebook"]}
            for name, document in documents.items()
        ],
        "verdicts": rows,
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
    if _differ(clauses):
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
        if _differ(values):
            origins = {name: known.get(key) for name, known in whose.items()}
            yield {
                "what": "parameter",
                "name": key,
                "title": both(naming.named(key)),
                "values": values,
                "origins": origins,
            }
    measured = {name: one["measured"] for name, one in held.items()}
    if _differ(measured):
        yield {"what": "measured", "values": measured}
    own_days = {name: days[name] for name in held}
    if _differ(own_days):
        yield {"what": "day", "values": own_days}


def _differ(values: Mapping[str, Any]) -> bool:
    known = list(values.values())
    return any(value != known[0] for value in known[1:])
