"""What a comparison says: the names of runs, and what made them differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

from townland import terms
from townland.documents import values as document_values
from townland.i18n import Bilingual, Joined, Words, _
from townland.results import Assessment
from townland.rules.judging.phrases import listed
from townland.writing.pages import figures as wording


def differ(values: Mapping[str, Any]) -> bool:
    """Whether the values of several runs are not all the same."""
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
            key for key in keys if differ({name: one.get(key) for name, one in clauses.items()})
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
    joint = "" if printed.unit in ("", terms.UNITS["share"]) else " "
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


def run_names(assessments: Sequence[Assessment]) -> list[str]:
    """Name the folder of each run: ``<id>@<day>``, with ``-2`` for a second one of that name."""
    names: list[str] = []
    for one in assessments:
        plain = f"{one.rulebook.id}@{one.on.isoformat()}"
        same = [name for name in names if name == plain or name.startswith(f"{plain}-")]
        names.append(f"{plain}-{len(same) + 1}" if same else plain)
    return names
