"""What a comparison says: the names of runs, and what made them differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from townland import terms
from townland.documents import values as document_values
from townland.i18n import Bilingual, Joined, Words, _
from townland.results import Assessment
from townland.rules.judging.phrases import listed
from townland.writing.comparison.judged import Cause, ComparedRuns, Value, VerdictRow
from townland.writing.pages import figures as wording


def differ(values: Mapping[str, object]) -> bool:
    """Whether the values of several runs are not all the same."""
    known = list(values.values())
    return any(value != known[0] for value in known[1:])


def held_by(row: VerdictRow) -> list[str]:
    """Name the runs that have the rule of a row of ``verdicts``."""
    return [name for name, verdict in row["verdicts"].items() if verdict is not None]


def differs(row: VerdictRow) -> bool:
    """Whether the runs that have the rule of a row give different verdicts."""
    return len({row["verdicts"][name] for name in held_by(row)}) > 1


def causes_of(row: VerdictRow) -> list[Cause]:
    """Give what made the runs differ that have the rule of a row."""
    return [cause for cause in row["because"] if cause["what"] != "rule"]


def heads(compared: ComparedRuns, short: Mapping[str, str]) -> list[Words]:
    """Say what stands at the head of runs, each text once with the runs it is of, and what was left out.

    Parameters
    ----------
    compared
        The runs.
    short
        The short names of the runs.
    """
    runs: dict[str, list[str]] = {}
    for run in compared["runs"]:
        for notice in run["notices"]:
            runs.setdefault(notice["message"], []).append(short[run["name"]])
    return [
        *(
            _("{name}: {value}", name=listed(letters), value=message)
            for message, letters in runs.items()
        ),
        *(_("Left out: {reason}", reason=left["message"]) for left in compared["left_out"]),
    ]


def labels(names: Sequence[str]) -> dict[str, str]:
    """Give runs short names for tables, A, B, C and so on.

    >>> labels(["liuzhou-2018@2018-12-31", "mine@2018-12-31"])
    {'liuzhou-2018@2018-12-31': 'A', 'mine@2018-12-31': 'B'}
    """
    return {name: _letters(number) for number, name in enumerate(names)}


def _letters(number: int) -> str:
    head, last = divmod(number, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + last)


def cause_words(cause: Cause, short: Mapping[str, str]) -> Words:
    """Say what made runs differ: what it is, and each run's own, by its short name."""
    if cause["what"] == "rule":
        return _("{runs} has no such rule", runs=listed(short[name] for name in cause["not_in"]))
    if cause["what"] == "clause":
        return _clause_words(cause["values"], short)
    if cause["what"] == "parameter":
        title = cause["title"]
        stated = {
            name: _stated(value, cause["origins"].get(name))
            for name, value in cause["values"].items()
        }
        return _each(Bilingual(title["zh"], title["en"]), stated, short)
    if cause["what"] == "measured":
        figures = {
            name: _words(figure(value, cause["units"][name]))
            for name, value in cause["values"].items()
        }
        return _each(_("measured"), figures, short)
    return _each(_("the day"), cause["values"], short)


def _clause_words(
    clauses: Mapping[str, Mapping[str, str | None]], short: Mapping[str, str]
) -> Words:
    """Say in what clauses differ, key by key."""
    stated = {
        key: {name: clause.get(key) for name, clause in clauses.items()}
        for key in dict.fromkeys(key for clause in clauses.values() for key in clause)
    }
    return _in_sequence(
        [
            _each(CLAUSE.get(key, key), values, short)
            for key, values in stated.items()
            if differ(values)
        ]
    )


def _stated(value: Value, origin: str | None) -> Words | str:
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
    "responsible": _("the units responsible"),
}


def _each(
    what: Words | str, values: Mapping[str, Words | str | None], short: Mapping[str, str]
) -> Words:
    """Say what each run has; runs with the same are named together.

    Parameters
    ----------
    what
        What it is that they have.
    values
        What each run has, by the run's name.
    short
        The short names of the runs.
    """
    runs: dict[Words | str | None, list[str]] = {}
    for name, value in values.items():
        runs.setdefault(value, []).append(short[name])
    parts = [
        _(
            "{value} in {run}",
            value=_("nothing") if value is None or value == "" else value,
            run=listed(letters),
        )
        for value, letters in runs.items()
    ]
    return _("{name}: {value}", name=what, value=_in_sequence(parts))


def _in_sequence(parts: Sequence[Words]) -> Words:
    # the sign between two parts differs by language
    return Joined(tuple(parts), _("{so_far}; {part}", so_far="", part=""))


def figure(value: Value, unit: str, shown: str | None = None) -> wording.Figure:
    """Print a figure as ``assessment.json`` holds it; an area in ha as a report prints it.

    Parameters
    ----------
    value
        A number, a text, or None.
    unit
        The unit of the finding.
    shown
        The unit in which an area is printed; without one as a report prints it, in hectares.

    Examples
    --------
    >>> figure(3050000.0, "m2").render("en"), figure(0.125, "share").render("en")
    ('305.0000 ha', '12.5%')
    >>> figure(3.0, "").render("en")
    '3'
    """
    number = _number(value) if isinstance(value, int | float) else value
    return wording.figure(number, unit, shown)


def _number(value: float) -> Decimal:
    """Give a number of JSON as a report holds it: a count has no digits after its point."""
    return Decimal(int(value)) if value == int(value) else Decimal(str(value))


def run_names(assessments: Sequence[Assessment]) -> list[str]:
    """Name the folder of each run: ``<id>@<day>``, with ``-2`` for a second one of that name."""
    names: list[str] = []
    for each in assessments:
        plain = f"{each.rulebook.id}@{each.on.isoformat()}"
        same = [name for name in names if name == plain or name.startswith(f"{plain}-")]
        names.append(f"{plain}-{len(same) + 1}" if same else plain)
    return names
