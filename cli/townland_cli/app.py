"""The commands and their options."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from townland.errors import TownlandError
from townland.i18n import _
from townland_cli import dossier as dossiers
from townland_cli import layers, printing, rules
from townland_cli.options import (
    LANG,
    AcceptRepair,
    AsJson,
    Catalog,
    Crs,
    Encoding,
    Lang,
    Layer,
    LogFile,
    Quiet,
    Rules,
    words,
)

app = typer.Typer(
    name="townland",
    help=words("Checks the land of characteristic towns against the policy, clause by clause."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(layers.app, name="layers")
app.add_typer(rules.app, name="rules")
app.add_typer(dossiers.app, name="dossier")


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
) -> None:
    """Hold what comes before a command."""


@app.command(
    help=words("Lay out the demo county, check its four towns, and say where to look."),
    epilog=words("Example: townland demo --out townland-out"),
)
def demo(
    out: Annotated[Path, typer.Option("--out", help=words("the folder to write"))] = Path(
        "townland-out"
    ),
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland demo`."""
    printing.start(lang, log_file)
    from townland_cli.demo import run_demo

    run_demo(out, lang=lang, quiet=quiet)


@app.command(
    help=words(
        "Check the towns of boundary files against a rulebook; write report, map and evidence."
    ),
    epilog=words(
        "Example: townland check layers/sample/towns.gpkg --catalog layers/catalog.toml"
        " --on 2018-12-31 --out my-run"
    ),
)
def check(
    boundary: Annotated[list[Path], typer.Argument(help=words("files with the towns' boundaries"))],
    catalog: Catalog = Path("layers/catalog.toml"),
    rulebook: Rules = None,
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            help=words(
                "the day whose law counts, YYYY-MM-DD; today by default; several are set side by side"
            ),
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help=words("the folder to write"))] = Path(
        "townland-out"
    ),
    layer: Layer = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", help=words("only towns with this value: COLUMN=VALUE")),
    ] = None,
    name_column: Annotated[
        str | None, typer.Option("--name-column", help=words("the column with the towns' names"))
    ] = None,
    code_column: Annotated[
        str | None, typer.Option("--code-column", help=words("the column with the towns' codes"))
    ] = None,
    crs: Crs = None,
    encoding: Encoding = None,
    dossier: Annotated[
        list[Path] | None,
        typer.Option(
            "--dossier", help=words("a dossier (TOML), or a workbook of many; may be given again")
        ),
    ] = None,
    formats: Annotated[
        str, typer.Option("--formats", help=words("what to write beside assessment.json"))
    ] = "html,map,gpkg",
    accept_repair: AcceptRepair = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help=words("leave with 3 also for missing dossier fields and for review")
        ),
    ] = False,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland check`."""
    printing.start(lang, log_file)
    from townland_cli.check import run_check

    code = run_check(
        boundary,
        catalog=catalog,
        rulebooks=rulebook or ["liuzhou-2018"],
        days=[day(text) for text in on] if on else [day(None)],
        out=out,
        layer=layer,
        where=pairs(where or []),
        name_column=name_column,
        code_column=code_column,
        crs=crs,
        encoding=encoding,
        dossiers=dossier or [],
        formats=[name.strip() for name in formats.split(",") if name.strip()],
        accept_repairs=accept_repair or [],
        strict=strict,
        as_json=as_json,
        lang=lang,
        quiet=quiet,
    )
    raise typer.Exit(code)


@app.command(
    help=words("Explain a figure of a run: clause, formula, inputs, pieces, and the sum again."),
    epilog=words("Example: townland explain townland-out LAND-03 --town T02"),
)
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
    """Run `townland explain`."""
    printing.start(lang, log_file)
    from townland_cli.explain import run_explain

    raise typer.Exit(run_explain(run, rule, town, as_json=as_json, lang=lang))


@app.command(
    help=words("Print the official ellipsoid area of every polygon of the files."),
    epilog=words("Example: townland area layers/sample/towns.gpkg"),
)
def area(
    file: Annotated[list[Path], typer.Argument(help=words("files with polygons"))],
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    accept_repair: AcceptRepair = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland area`."""
    printing.start(lang, log_file)
    from townland_cli.check import run_area

    run_area(
        file,
        layer=layer,
        crs=crs,
        encoding=encoding,
        accept_repairs=accept_repair or [],
        as_json=as_json,
        lang=lang,
    )


@app.command(
    help=words(
        "Write a boundary file in another format: Shapefile, GeoPackage, GeoJSON, KML, DXF or TXT."
    ),
    epilog=words("Example: townland convert layers/sample/towns.gpkg towns.dxf"),
)
def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help=words("the file with the boundaries"))
    ],
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help=words("the file to write; its suffix names the format")),
    ],
    layer: Layer = None,
    crs: Crs = None,
    encoding: Encoding = None,
    to_crs: Annotated[
        str | None,
        typer.Option("--to-crs", help=words("the CRS to write in; that of IN by default")),
    ] = None,
    to_encoding: Annotated[
        str | None,
        typer.Option(
            "--to-encoding",
            help=words(
                "the encoding of the text that is written, UTF-8 or GB18030; the default is UTF-8,"
                " for TXT GB18030"
            ),
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", help=words("a column that is not copied; may be given again")),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland convert`."""
    printing.start(lang, log_file)
    from townland_cli.convert import run_convert

    run_convert(
        source,
        out,
        layer=layer,
        crs=crs,
        encoding=encoding,
        to_crs=to_crs,
        to_encoding=to_encoding,
        leave_out=leave_out or [],
        as_json=as_json,
        lang=lang,
        quiet=quiet,
    )


@app.command(
    help=words(
        "Print the versions in use, and test every library's PROJ against known answers; of a file, say"
        " in which coordinate systems its numbers may be, and why."
    ),
    epilog=words("Example: townland doctor"),
)
def doctor(
    file: Annotated[
        Path | None, typer.Argument(help=words("a file whose coordinate system is in question"))
    ] = None,
    catalog: Annotated[
        Path | None,
        typer.Option("--catalog", help=words("layers that the file must meet, to decide by")),
    ] = None,
    layer: Layer = None,
    crs: Crs = None,
    as_json: AsJson = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland doctor`."""
    printing.start(lang, log_file)
    from townland_cli.examining import run_doctor, run_locate

    if file is not None:
        raise typer.Exit(
            run_locate(file, catalog=catalog, layer=layer, crs=crs, as_json=as_json, lang=lang)
        )
    raise typer.Exit(run_doctor(as_json=as_json, lang=lang, quiet=quiet))


def day(text: str | None) -> dt.date:
    """The day of ``--on``; today without one: only the command reads the clock."""
    if text is None:
        return dt.datetime.now().astimezone().date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise TownlandError(
            _("--on {text}: no such day; write it as YYYY-MM-DD, e.g. 2018-12-31", text=text)
        ) from None


def pairs(texts: list[str]) -> dict[str, str]:
    """The ``COLUMN=VALUE`` options as a table."""
    out = {}
    for text in texts:
        column, equals, value = text.partition("=")
        if not equals or not column:
            raise TownlandError(_("--where {text}: write it as COLUMN=VALUE", text=text))
        out[column] = value
    return out
