"""``townland layers``: the catalog's layers, shown and examined."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from townland_cli import printing
from townland_cli.options import LANG, AsJson, Catalog, Lang, LogFile, Quiet, words

app = typer.Typer(help=words("Find, show and examine layers."), no_args_is_help=True)


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
    out: Annotated[
        Path | None,
        typer.Option("--out", help=words("write the faults to this GeoPackage, for a GIS")),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland layers check`."""
    printing.start(lang, log_file)
    from townland_cli.laying import run_layers_check

    raise typer.Exit(run_layers_check(catalog, out=out, as_json=as_json, lang=lang, quiet=quiet))


@app.command(
    "init",
    help=words("Find the layers in a folder and write a commented catalog of them."),
    epilog=words("Example: townland layers init layers/sample --out my-catalog.toml"),
)
def init_layers(
    folder: Annotated[Path, typer.Argument(help=words("the folder to look through"))],
    out: Annotated[
        Path | None,
        typer.Option("--out", help=words("the catalog to write (FOLDER/catalog.toml)")),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland layers init`."""
    printing.start(lang, log_file)
    from townland_cli.laying import run_layers_init

    run_layers_init(folder, out=out, as_json=as_json, lang=lang, quiet=quiet)
