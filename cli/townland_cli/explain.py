"""``townland explain``: one figure of a run, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from townland.i18n import _, displayed
from townland_cli import printing
from townland_cli.options import LANG, AsJson, Lang, LogFile, Quiet, words

HELP = words("Explain a figure of a run: clause, formula, inputs, pieces, and the sum again.")
EXAMPLE = words("Example: townland explain townland-out LAND-03 --town T02")
DISAGREES = 4
"""The exit code where the trace does not give the reported figure."""

NEED = "need"
"""What stands in place of a rule's id for the table of the indicator need."""


def explain(
    run: Annotated[Path, typer.Argument(help=words("the folder that townland check wrote"))],
    rule: Annotated[
        str,
        typer.Argument(help=words("a rule's id, e.g. LAND-03; or need, the table of indicators")),
    ],
    town: Annotated[
        str | None, typer.Option("--town", help=words("the town's code; the first one without it"))
    ] = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland explain`.

    Parameters
    ----------
    run, rule, town, as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    if rule == NEED:
        _need(run, town, as_json=as_json, lang=lang)
    else:
        _finding(run, rule, town, as_json=as_json, lang=lang)


def _finding(run: Path, rule: str, town: str | None, *, as_json: bool, lang: str) -> None:
    """Print where the figure of a finding comes from.

    Parameters
    ----------
    run, rule, town, as_json, lang
        As the options of the command.
    """
    from townland.writing.explain import explain, lines

    explained = explain(run, rule, town)
    if as_json:
        printing.document(explained.document())
    else:
        code = explained.finding.town
        together = displayed(_("all towns together"), lang)
        where = together if code is None else f"{code} {explained.towns.get(code, '')}"
        printing.say(f"{rule}  {explained.finding.title}  {where}")
        for head, text in lines(explained, lang):
            printing.say(f"  {head}:")
            printing.paragraph(text, indent=" " * 4)
    if not explained.agrees:
        message = _("The trace does not give the reported figure; please report this as a bug.")
        printing.say(displayed(message, lang), err=True)
        raise typer.Exit(DISAGREES)


def _need(run: Path, town: str | None, *, as_json: bool, lang: str) -> None:
    """Print the table of the indicator need.

    Parameters
    ----------
    run, town, as_json, lang
        As the options of the command.
    """
    from townland.writing.explain.need import explain_need

    need = explain_need(run, town)
    if as_json:
        printing.document({"town": need.town["code"], "indicator_need": need.table})
        return
    title = _("{code} {name}: the indicator need", code=need.town["code"], name=need.town["name"])
    printing.say(displayed(title, lang))
    form_head, form_rows = need.form(lang)
    printing.table(form_rows, form_head)
    printing.say("")
    *head, pieces = need.head(lang)
    rows = need.rows(lang)
    printing.table([row[:-1] for row in rows], head)
    printing.say("")
    for line in need.against(lang):
        printing.paragraph(line, indent="  ")
    printing.say(f"\n{pieces}:")
    for row in rows[:-1]:
        cell = _("{name}: {value}", name=f"{row[0]} · {row[1]}", value=row[-1])
        printing.paragraph(displayed(cell, lang), indent="  ")
