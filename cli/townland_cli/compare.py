"""Several runs side by side in the console: how often what, what differs and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from townland.i18n import Bilingual, _, displayed, one_line
from townland.output.folder import COMPARISON
from townland.rules.judging.phrases import listed
from townland.terms import VERDICTS
from townland.writing.comparison.judged import ComparedRuns, VerdictRow
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
from townland_cli.paging import INDENT, block, fitted, print_page
from townland_cli.wrapping import width, wrapped

_Json: TypeAlias = Mapping[str, Any]
"""A part of a comparison, as JSON."""

GRAVEST = tuple(VERDICTS)
"""The verdicts, the one to look at first before the others."""

ROWS, NOTES = 12, 6
"""Lines of a page: for the verdicts of towns, and for notes."""


def side_by_side(
    comparison: ComparedRuns, out: Path, *, html: bool, lang: str, verbose: bool = False
) -> None:
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
    verbose
        Whether all is printed; else a page, of what differs the gravest first.
    """
    short = labels([run["name"] for run in comparison["runs"]])
    rows = comparison["verdicts"]
    above = [f"{letter}  {one_line(name)}" for name, letter in short.items()]
    for words in heads(comparison, short):
        printing.LOGGER.warning("%s", displayed(words, lang))
    notes = [
        displayed(_("Note well: {text}", text=words), lang) for words in heads(comparison, short)
    ]
    told = [list(wrapped(note, width())) for note in notes]
    above += ["", *(chain(*told) if verbose else fitted(told, NOTES, lang))]
    above += ["", *_how_often(rows, short, lang, whole=verbose), ""]
    shared = [row for row in rows if len(held_by(row)) > 1]
    differing = sorted((row for row in shared if differs(row)), key=_gravest)
    if not shared:
        above.append(displayed(_("No rule is in more than one of them."), lang))
    elif not differing:
        same = _("All verdicts of the rules that several have are the same.")
        above.append(displayed(same, lang))
    blocks = [
        *(_differing(row, short, lang) for row in differing),
        *_alone(rows, short, lang),
        *_one_measure(comparison["same_measure"], short, lang),
    ]
    looks = {PAGE: _("side by side, to be read")} if html else {}
    files = printing.looks(out, {**looks, COMPARISON: _("all of it, for programs")}, lang)
    print_page(above, blocks, ["", *files], lang=lang, verbose=verbose)


def _how_often(
    rows: Sequence[VerdictRow], short: Mapping[str, str], lang: str, *, whole: bool
) -> Iterator[str]:
    """A table of the verdicts of each town in each run; of so many that they fill a page, of each run.

    Parameters
    ----------
    rows, short
        The rows of the comparison, and a letter for each run.
    lang
        The language.
    whole
        Whether each town has its lines, however many.
    """
    towns = list(dict.fromkeys(row["town"] for row in rows))
    each_town = whole or len(towns) * len(short) <= ROWS
    kept = [[town] for town in towns] if each_town else [towns]
    return printing.table_lines(
        [
            (
                (of[0] or "*") if each_town else "*",
                letter,
                *(
                    sum(row["town"] in of and row["verdicts"][name] == verdict for row in rows)
                    for verdict in VERDICTS
                ),
            )
            for of in kept
            for name, letter in short.items()
        ],
        [
            displayed(_("town"), lang),
            "",
            *(displayed(word, lang) for word in VERDICTS.values()),
        ],
    )


def _gravest(row: VerdictRow) -> int:
    """How grave the gravest verdict of a row is; 0 is the gravest of all."""
    return min(GRAVEST.index(str(row["verdicts"][name])) for name in held_by(row))


def _differing(row: VerdictRow, short: Mapping[str, str], lang: str) -> list[str]:
    """A rule whose verdicts differ, and why.

    Parameters
    ----------
    row, short, lang
        The rule of a town, a letter for each run, and the language.
    """
    verdicts = [
        f"{short[name]} {_verdict(str(row['verdicts'][name]), lang)}" for name in held_by(row)
    ]
    told = displayed(_("{name}: {value}", name=row["title"], value=listed(verdicts)), lang)
    causes = (displayed(cause_words(cause, short), lang) for cause in causes_of(row))
    lines = (line for cause in causes for line in wrapped(cause, width() - len(INDENT)))
    return [
        *block(f"{row['rule']}  {one_line(row['town'] or '*')}  {told}"),
        *(INDENT + line for line in lines),
    ]


def _alone(rows: Sequence[VerdictRow], short: Mapping[str, str], lang: str) -> Iterator[list[str]]:
    """The rules that one run alone has, run by run.

    Parameters
    ----------
    rows, short, lang
        The rows of the comparison, a letter for each run, and the language.
    """
    for name, letter in short.items():
        own = dict.fromkeys(row["rule"] for row in rows if held_by(row) == [name])
        if own:
            only = _("Only in {run}: {rules}", run=letter, rules=", ".join(own))
            yield ["", *wrapped(displayed(only, lang), width())]


def _one_measure(rows: Sequence[_Json], short: Mapping[str, str], lang: str) -> Iterator[list[str]]:
    """What several runs measure alike and judge by rules of different names.

    Parameters
    ----------
    rows
        Rows of ``same_measure``.
    short
        A letter for each run.
    lang
        The language.
    """
    head = ["", displayed(_("One area, judged by rules of different names:"), lang)]
    for row in rows:
        measured = displayed(figure(row["measured"], row["unit"]).render(lang), lang)
        title = displayed(Bilingual(**row["title"]), lang)
        lines = [*head, *block(f"{one_line(row['town'] or '*')}  {title}  {measured}")]
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
            judged = f"{letter}  {displayed(listed(told), lang)}"
            lines += [INDENT + line for line in wrapped(judged, width() - len(INDENT))]
        yield lines
        head = []


def _verdict(verdict: str, lang: str) -> str:
    return displayed(VERDICTS[verdict], lang)
