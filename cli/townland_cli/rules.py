"""``townland rules``: the rulebooks, shown."""

from __future__ import annotations

from typing import Annotated

import typer

from townland_cli import printing
from townland_cli.options import LANG, AsJson, Lang, LogFile, Quiet, words

app = typer.Typer(help=words("Show the rulebooks and their rules."), no_args_is_help=True)


@app.command(
    "list",
    help=words("List the rulebooks that townland ships."),
    epilog=words("Example: townland rules list"),
)
def list_rulebooks(
    as_json: AsJson = False, lang: Lang = LANG, quiet: Quiet = False, log_file: LogFile = None
) -> None:
    """Run `townland rules list`."""
    printing.start(lang, log_file)
    from townland_cli.examining import run_rules_list

    run_rules_list(as_json=as_json, lang=lang)


@app.command(
    help=words("Show a rulebook, or one of its rules: clause, quote, parameters."),
    epilog=words("Example: townland rules show liuzhou-2018 LAND-03"),
)
def show(
    rulebook: Annotated[
        str, typer.Argument(help=words("a rulebook: a shipped one's id, or a file"))
    ],
    rule: Annotated[str | None, typer.Argument(help=words("a rule's id, e.g. LAND-03"))] = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland rules show`."""
    printing.start(lang, log_file)
    from townland_cli.examining import run_rules_show

    run_rules_show(rulebook, rule, as_json=as_json, lang=lang)


@app.command(
    help=words("Check a rulebook: keys, kinds, dates, parameters, and every quote word for word."),
    epilog=words("Example: townland rules lint liuzhou-2018"),
)
def lint(
    rulebook: Annotated[
        str, typer.Argument(help=words("a rulebook: a shipped one's id, or a file"))
    ],
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland rules lint`."""
    printing.start(lang, log_file)
    from townland_cli.examining import run_rules_lint

    raise typer.Exit(run_rules_lint(rulebook, as_json=as_json, lang=lang, quiet=quiet))


@app.command(
    help=words("Print the JSON Schema of a rulebook, for editors."),
    epilog=words("Example: townland rules schema"),
)
def schema(lang: Lang = LANG, quiet: Quiet = False, log_file: LogFile = None) -> None:
    """Run `townland rules schema`."""
    printing.start(lang, log_file)
    from townland.rules.book.loader import rulebook_schema

    printing.document(rulebook_schema())
