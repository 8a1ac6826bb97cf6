"""``townland dossier``: the facts that are not geometry, begun and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from townland.errors import DossierError
from townland.i18n import _, render
from townland_cli import printing
from townland_cli.options import LANG, AsJson, Lang, LogFile, Quiet, words

FAULTS = 1

app = typer.Typer(
    help=words("Begin and check dossiers: the facts that are not geometry."), no_args_is_help=True
)


@app.command(
    help=words("Write an empty dossier, with a comment on every field."),
    epilog=words("Example: townland dossier new --out T01.toml"),
)
def new(
    out: Annotated[
        Path | None,
        typer.Option("--out", help=words("the file to write; standard output without it")),
    ] = None,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland dossier new`.

    Parameters
    ----------
    out, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.dossier import empty_dossier

    if out is None:
        typer.echo(empty_dossier().encode("utf-8"), nl=False)
        return
    if out.exists():
        raise DossierError(
            _("{path}: the file exists already; give another name", path=out.as_posix())
        )
    try:
        out.write_text(empty_dossier(), encoding="utf-8", newline="\n")
    except OSError as problem:
        raise DossierError(
            _("{path}: cannot be written ({reason})", path=out.as_posix(), reason=problem.strerror)
        ) from None
    if not quiet:
        typer.echo(
            _(
                "{path} is written. Fill in what is known, then run: townland dossier check {path}",
                path=out.as_posix(),
            ).render(lang)
        )


@app.command(
    help=words("Check a dossier, or a workbook of many: every fault at once, with its place."),
    epilog=words("Example: townland dossier check layers/sample/dossiers/T01.toml"),
)
def check(
    file: Annotated[Path, typer.Argument(help=words("a TOML file, or a workbook (xlsx, ods)"))],
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland dossier check`.

    Parameters
    ----------
    file, as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.dossier import dossier_faults, implausible, load_dossiers

    faults = [render(fault, lang) for fault in dossier_faults(file)]
    doubts = [
        render(_("{name}: {text}", name=one.code or one.name or "", text=each.words()), lang)
        for one in (() if faults else load_dossiers(file))
        for each in implausible(one)
    ]
    if as_json:
        printing.document({"file": file.as_posix(), "faults": faults, "implausible": doubts})
    else:
        for line in (*faults, *doubts):
            typer.echo(line)
    if faults or doubts:
        raise typer.Exit(FAULTS)
    if not quiet and not as_json:
        typer.echo(
            _(
                "{path}: no fault; dossiers: {count}",
                path=file.as_posix(),
                count=len(load_dossiers(file)),
            ).render(lang)
        )
