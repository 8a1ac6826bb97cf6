"""Several runs side by side in the console: how often what, what differs and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from townland.i18n import Bilingual, _, displayed, render
from townland.output.folder import COMPARISON
from townland.rules.judging.phrases import listed
from townland.terms import VERDICTS
from townland.writing.comparison.judged import ComparedRuns
from townland.writing.comparison.words import (
    cause_words,
    causes_of,
    differs,
    figure,
    heads,
    held_by,
    labels,
)
from townland.writing.comparison.writing import PAGE
from townland_cli import printing

_Json: TypeAlias = Mapping[str, Any]
"""A part of a comparison, as JSON."""


def side_by_side(comparison: ComparedRuns, out: Path, *, html: bool, lang: str) -> None:
    """Print what two or more runs say of the same towns: how often what, what differs and why.

    Parameters
    ----------
    comparison
        What `compare` gives.
    out
        The folder of the runs.
    html
        Whether the page was written.
    lang
        The language.
    """
    short = labels([run["name"] for run in comparison["runs"]])
    for name, letter in short.items():
        printing.say(f"{letter}  {name}")
    printing.say("")
    printing.notices([displayed(words, lang) for words in heads(comparison, short)], lang)
    rows = comparison["verdicts"]
    printing.say("")
    towns = dict.fromkeys(row["town"] for row in rows)
    printing.table(
        [
            (
                town or "*",
                letter,
                *(
                    sum(row["town"] == town and row["verdicts"][name] == verdict for row in rows)
                    for verdict in VERDICTS
                ),
            )
            for town in towns
            for name, letter in short.items()
        ],
        [
            displayed(_("town"), lang),
            "",
            *(displayed(word, lang) for word in VERDICTS.values()),
        ],
    )
    shared = [row for row in rows if len(held_by(row)) > 1]
    differing = [row for row in shared if differs(row)]
    printing.say("")
    if not shared:
        printing.say(displayed(_("No rule is in more than one of them."), lang))
    elif not differing:
        printing.say(
            displayed(_("All verdicts of the rules that several have are the same."), lang)
        )
    for row in differing:
        said = [
            f"{short[name]} {_verdict(str(row['verdicts'][name]), lang)}" for name in held_by(row)
        ]
        told = displayed(_("{name}: {value}", name=row["title"], value=listed(said)), lang)
        printing.say(f"{row['rule']}  {row['town'] or '*'}  {told}")
        for cause in causes_of(row):
            printing.paragraph(render(cause_words(cause, short), lang), indent="    ")
    _one_measure(comparison["same_measure"], short, lang)
    for name, letter in short.items():
        own = dict.fromkeys(row["rule"] for row in rows if held_by(row) == [name])
        if own:
            printing.say("")
            printing.paragraph(
                displayed(_("Only in {run}: {rules}", run=letter, rules=", ".join(own)), lang),
                indent="",
            )
    printing.say("")
    looks = {PAGE: _("side by side, to be read")} if html else {}
    printing.where_to_look(out, {**looks, COMPARISON: _("all of it, for programs")}, lang)


def _one_measure(rows: Sequence[_Json], short: Mapping[str, str], lang: str) -> None:
    """Print what several runs measure alike and judge by rules of different names.

    Parameters
    ----------
    rows
        Rows of ``same_measure``.
    short
        A letter for each run.
    lang
        The language.
    """
    if rows:
        printing.say("")
        printing.say(displayed(_("One area, judged by rules of different names:"), lang))
    for row in rows:
        measured = displayed(figure(row["measured"], row["unit"]).render(lang), lang)
        printing.say(
            f"{row['town'] or '*'}  {displayed(Bilingual(**row['title']), lang)}  {measured}"
        )
        for name, letter in short.items():
            told = [
                displayed(
                    _(
                        "{rule} {verdict} (limit {limit})",
                        rule=one["rule"],
                        verdict=_verdict(one["verdict"], lang),
                        limit=displayed(figure(one["limit"], row["unit"]).render(lang), lang),
                    ),
                    lang,
                )
                for one in row["rules"][name]
            ]
            printing.paragraph(f"{letter}  {displayed(listed(told), lang)}", indent="    ")


def _verdict(verdict: str, lang: str) -> str:
    return displayed(VERDICTS[verdict], lang)
