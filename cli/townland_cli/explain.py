"""``townland explain``: one figure of a run, step by step."""

from __future__ import annotations

from pathlib import Path

import typer

from townland.i18n import _
from townland.writing.explain import explain, explain_need, lines
from townland_cli import printing

DISAGREES = 4
NEED = "need"
"""What stands in place of a rule's id for the table of the indicator need."""


def run_explain(run: Path, rule: str, town: str | None, *, as_json: bool, lang: str) -> int:
    """Print where a figure comes from; 4 where its trace does not give it.

    In place of a rule ``need`` prints the table of the indicator need.
    """
    if rule == NEED:
        return _run_need(run, town, as_json=as_json, lang=lang)
    found = explain(run, rule, town)
    if as_json:
        printing.document(
            {
                "finding": found.finding,
                "inputs": list(found.inputs),
                "recomputed": found.recomputed
                if isinstance(found.recomputed, str | None)
                else float(found.recomputed),
                "agrees": found.agrees,
            }
        )
    else:
        code = found.finding["town"]
        where = (
            _("all towns together").render(lang)
            if code is None
            else f"{code} {found.towns.get(code, '')}"
        )
        typer.echo(f"{rule}  {found.finding['title']}  {where}")
        for head, text in lines(found, lang):
            typer.echo(f"  {head}:")
            printing.paragraph(text, indent=" " * 4)
    if not found.agrees:
        typer.echo(
            _("The trace does not give the reported figure; please report this as a bug.").render(
                lang
            ),
            err=True,
        )
        return DISAGREES
    return 0


def _run_need(run: Path, town: str | None, *, as_json: bool, lang: str) -> int:
    found = explain_need(run, town)
    if as_json:
        printing.document({"town": found.town["code"], "indicator_need": found.table})
        return 0
    typer.echo(
        _(
            "{code} {name}: the indicator need", code=found.town["code"], name=found.town["name"]
        ).render(lang)
    )
    *head, pieces = found.head(lang)
    rows = found.rows(lang)
    printing.table([row[:-1] for row in rows], head)
    typer.echo("")
    for line in found.against(lang):
        printing.paragraph(line, indent="  ")
    typer.echo(f"\n{pieces}:")
    for row in rows[:-1]:
        printing.paragraph(
            _("{name}: {value}", name=f"{row[0]} · {row[1]}", value=row[-1]).render(lang),
            indent="  ",
        )
    return 0
