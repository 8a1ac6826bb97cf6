"""The commands, one file each; this one puts them together."""

from __future__ import annotations

from typing import Annotated

import typer

from townland_cli import (
    area,
    check,
    convert,
    demo,
    doctor,
    dossier,
    explain,
    layers,
    printing,
    report,
    rules,
)
from townland_cli.options import LANG, Lang, words
from townland_cli.usage import HelpedCommand, HelpedGroup

app = typer.Typer(
    name="townland",
    cls=HelpedGroup,
    help=words("Checks the land of characteristic towns against the policy, clause by clause."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo", help=demo.HELP, epilog=demo.EXAMPLE)(demo.demo)
app.command("check", help=check.HELP, epilog=check.EXAMPLE)(check.check)
app.command("explain", help=explain.HELP, epilog=explain.EXAMPLE)(explain.explain)
app.command("report", help=report.HELP, epilog=report.EXAMPLE)(report.report)
app.command("area", help=area.HELP, epilog=area.EXAMPLE)(area.area)
app.command("convert", help=convert.HELP, epilog=convert.EXAMPLE)(convert.convert)
app.command("doctor", help=doctor.HELP, epilog=doctor.EXAMPLE)(doctor.doctor)
app.add_typer(layers.app, name="layers", cls=HelpedGroup)
app.add_typer(rules.app, name="rules", cls=HelpedGroup)
app.add_typer(dossier.app, name="dossier", cls=HelpedGroup)


def _version(asked: bool) -> None:
    if asked:
        import townland

        typer.echo(f"townland {townland.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help=words("print the version and leave")
        ),
    ] = False,
    lang: Lang = LANG,
) -> None:
    """Hold what comes before a command; `options.language` finds the language wherever it stands."""
    printing.start(lang, None)


for group in (app, layers.app, rules.app, dossier.app):
    for command in group.registered_commands:
        command.cls = HelpedCommand
