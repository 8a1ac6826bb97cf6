"""Several runs side by side: the verdicts of two rulebooks or two days, and what made them differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from itertools import combinations
from pathlib import Path
from typing import Any

from townland.documents import values as document_values
from townland.i18n import DEFAULT_LANGUAGE, Bilingual, Joined, Words, _
from townland.results import Assessment
from townland.rules import naming
from townland.rules.judging.case import both
from townland.rules.judging.phrases import listed
from townland.writing.pages import figures as wording
from townland.writing.report.assessment_json import assessment_json, dumps
from townland.writing.run_folder import COMPARISON, DEFAULT_FORMATS, run_folder, write_outputs

SCHEMA = "townland-comparison-1"
PAGE = "comparison.html"
_DEFINED_BY = ("layers", "where", "outside", "tagged", "or_tagged")
"""What a measure is, beside its name; two rulebooks may call one thing by two names."""


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
    """Write a whole run folder for each assessment into `out`, and the comparison beside them.

    The comparison is ``comparison.json`` and, where `formats` names ``html``, ``comparison.html``.

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
        compared = compare(documents)
        if "html" in formats:
            from townland.writing.comparison.page import comparison_html

            text = comparison_html(assessments, compared, formats=formats, lang=lang)
            (folder / PAGE).write_text(text, encoding="utf-8", newline="\n")
        (folder / COMPARISON).write_text(dumps(compared), encoding="utf-8", newline="\n")
    return Path(out)


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


def _differ(values: Mapping[str, Any]) -> bool:
    known = list(values.values())
    return any(value != known[0] for value in known[1:])


def held_by(row: Mapping[str, Any]) -> list[str]:
    """Name the runs that have the rule of a row of ``verdicts``."""
    return [name for name, verdict in row["verdicts"].items() if verdict is not None]


def differs(row: Mapping[str, Any]) -> bool:
    """Whether the runs that have the rule of a row give different verdicts."""
    return len({row["verdicts"][name] for name in held_by(row)}) > 1


def causes_of(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give what made the runs differ that have the rule of a row."""
    return [cause for cause in row["because"] if cause["what"] != "rule"]


def labels(names: Sequence[str]) -> dict[str, str]:
    """Give runs short names for tables, A, B, C and so on.

    >>> labels(["liuzhou-2018@2018-12-31", "mine@2018-12-31"])
    {'liuzhou-2018@2018-12-31': 'A', 'mine@2018-12-31': 'B'}
    """
    return {name: _letters(number) for number, name in enumerate(names)}


def _letters(number: int) -> str:
    head, last = divmod(number, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + last)


def cause_words(cause: Mapping[str, Any], short: Mapping[str, str]) -> Words:
    """Say what made runs differ: what it is, and each run's own, by its short name."""
    what = cause["what"]
    if what == "rule":
        return _("{runs} has no such rule", runs=listed(short[name] for name in cause["not_in"]))
    if what == "clause":
        clauses = cause["values"]
        keys = dict.fromkeys(key for clause in clauses.values() for key in clause)
        differing = [
            key for key in keys if _differ({name: one.get(key) for name, one in clauses.items()})
        ]
        parts = [
            _each(
                CLAUSE.get(key, key), {name: one.get(key) for name, one in clauses.items()}, short
            )
            for key in differing
        ]
        return _one_by_one(parts)
    if what == "parameter":
        title = cause["title"]
        stated = {
            name: _stated(value, cause["origins"].get(name))
            for name, value in cause["values"].items()
        }
        return _each(Bilingual(title["zh"], title["en"]), stated, short)
    if what == "measured":
        figures = {
            name: _words(figure(value, cause["units"][name]))
            for name, value in cause["values"].items()
        }
        return _each(_("measured"), figures, short)
    return _each(_("the day"), cause["values"], short)


def _stated(value: Any, origin: str | None) -> Words | str:
    """Write a parameter as a rulebook does, and whose it is where it is not the policy's."""
    if value is None:
        return _("not stated")
    plain = document_values.toml(value)
    if origin == "townland":
        return _("{value} (townland's default; the policy states none)", value=plain)
    return plain


def _words(printed: wording.Figure) -> Words:
    joint = "" if printed.unit in ("", wording.UNITS["share"]) else " "
    return Joined((printed.number, joint, printed.unit))


CLAUSE: dict[str, Words] = {
    "document": _("the document"),
    "article": _("the article"),
    "quote": _("the words of the clause"),
    "effective": _("in force from"),
    "superseded": _("superseded on"),
    "source": _("the source"),
}


def _each(what: Words | str, values: Mapping[str, Any], short: Mapping[str, str]) -> Words:
    """Say what each run has; runs with the same are named together."""
    runs: dict[Any, list[str]] = {}
    for name, value in values.items():
        runs.setdefault(value, []).append(short[name])
    told = [
        _(
            "{value} in {run}",
            value=_("nothing") if value is None or value == "" else value,
            run=listed(letters),
        )
        for value, letters in runs.items()
    ]
    return _("{name}: {value}", name=what, value=_one_by_one(told))


def _one_by_one(parts: Sequence[Words]) -> Words:
    return reduce(lambda so_far, part: _("{so_far}; {part}", so_far=so_far, part=part), parts)


def figure(value: Any, unit: str, shown: str | None = None) -> wording.Figure:
    """Print a figure as ``assessment.json`` holds it; an area in `shown`, else in ha or km² by size.

    >>> figure(3050000.0, "m2").render("en"), figure(0.125, "share").render("en")
    ('3.0500 km²', '12.50%')
    """
    number = Decimal(str(value)) if isinstance(value, int | float) else value
    large = unit == "m2" and isinstance(number, Decimal) and abs(number) >= wording.LARGE_M2
    return wording.figure(number, unit, shown or ("km2" if large else "ha"))
