"""``townland explain``: one figure of a run, step by step."""

from __future__ import annotations

from pathlib import Path

import typer

from townland.explain import explain, lines
from townland.i18n import _
from townland_cli import printing

DISAGREES = 4


def run_explain(run: Path, rule: str, town: str | None, *, as_json: bool, lang: str) -> int:
    """Print where a figure comes from; 4 where its trace does not give it."""
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
        typer.echo(f"{rule}  {found.finding['title']}  {found.finding['town'] or '*'}")
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
