"""``townland report``: outputs of a run that is over, written again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from townland.i18n import _
from townland.writing.run_folder import files_written
from townland_cli import printing
from townland_cli.options import (
    LANG,
    FontFile,
    Lang,
    LogFile,
    Quiet,
    Redact,
    Template,
    asked_formats,
    format_names,
    words,
)

HELP = words("Write reports of a run again from its folder alone, without its layers.")
EXAMPLE = words("Example: townland report townland-out --formats xlsx,docx")


def report(
    run: Annotated[Path, typer.Argument(help=words("the folder that townland check wrote"))],
    formats: Annotated[
        str, typer.Option("--formats", help=format_names(_("what to write:")))
    ] = "html,map",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help=words(
                "a folder for a run of its own; without it the files go into the run's folder"
            ),
        ),
    ] = None,
    town: Annotated[
        str | None,
        typer.Option("--town", help=words("only this town, by code or name; needs --out")),
    ] = None,
    short: Annotated[
        bool, typer.Option("--short", help=words("report.html prints short; needs --out"))
    ] = False,
    redact: Redact = False,
    font: FontFile = None,
    template: Template = None,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland report`.

    Parameters
    ----------
    run, formats, out, town, short, redact, font, template, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.writing.again import report_again

    chosen = asked_formats(formats, font=font, template=template, redact=redact)
    folder = report_again(
        run, formats=chosen, out=out, town=town, short=short, redact=redact, lang=lang, font=font,
        template=template,
    )  # fmt: skip
    if not quiet:
        printing.where_to_look(folder, files_written(chosen), lang)
