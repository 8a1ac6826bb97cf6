"""``townland layers``: the catalog's layers, shown and examined."""

from __future__ import annotations

from pathlib import Path

import typer

from townland_cli import printing
from townland_cli.options import LANG, AsJson, Catalog, Lang, LogFile, Quiet, words

app = typer.Typer(help=words("Show and examine the layers of a catalog."), no_args_is_help=True)


@app.command(
    "list",
    help=words("Show the layers of the catalog: role, file, scheme, date, licence."),
    epilog=words("Example: townland layers list --catalog layers/catalog.toml"),
)
def list_layers(
    catalog: Catalog = Path("layers/catalog.toml"),
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland layers list`."""
    printing.start(lang, log_file)
    from townland_cli.examining import run_layers_list

    run_layers_list(catalog, as_json=as_json, lang=lang)


@app.command(
    "check",
    help=words("Examine every layer of the catalog, and say what is wrong with it."),
    epilog=words("Example: townland layers check --catalog layers/catalog.toml"),
)
def check_layers(
    catalog: Catalog = Path("layers/catalog.toml"),
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland layers check`."""
    printing.start(lang, log_file)
    from townland_cli.examining import run_layers_check

    raise typer.Exit(run_layers_check(catalog, as_json=as_json, lang=lang, quiet=quiet))
