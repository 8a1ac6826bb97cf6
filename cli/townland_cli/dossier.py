"""``townland dossier``: the facts that are not geometry, begun and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from townland.errors import DossierError
from townland.i18n import _, displayed, render
from townland_cli import paging, printing, streams
from townland_cli.options import LANG, AsJson, Lang, LogFile, Quiet, Verbose, words

if TYPE_CHECKING:
    from townland.dossier.template import NamedTown

FAULTS = 1

app = typer.Typer(
    help=words("Begin and check dossiers: the facts that are not geometry."), no_args_is_help=True
)


@app.command(
    help=words(
        "Write an empty dossier, with a comment on every field (.toml), or a workbook with a row"
        " for each town (.xlsx)."
    ),
    epilog=words(
        "Example: townland dossier new layers/sample/towns.gpkg --code-column code --out towns.xlsx"
    ),
)
def new(
    boundary: Annotated[
        list[Path] | None,
        typer.Argument(help=words("boundaries, whose towns are named in what is written")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help=words("the file to write, .toml or .xlsx; without it a TOML on standard output"),
        ),
    ] = None,
    name_column: Annotated[
        str | None, typer.Option("--name-column", help=words("the column with the towns' names"))
    ] = None,
    code_column: Annotated[
        str | None, typer.Option("--code-column", help=words("the column with the towns' codes"))
    ] = None,
    rules: Annotated[
        list[str] | None,
        typer.Option("--rules", help=words("the rulebooks whose clauses a workbook quotes")),
    ] = None,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland dossier new`.

    Parameters
    ----------
    boundary, out, name_column, code_column, rules, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    if out is not None and out.exists():
        raise DossierError(
            _("{path}: the file exists already; give another name", path=out.as_posix())
        )
    towns, coded = _named(boundary or [], name_column, code_column)
    written = _written(out, towns, rules or ["liuzhou-2018"], lang)
    if out is None:
        typer.echo(written, nl=False)
        return
    try:
        out.write_bytes(written)
    except OSError as problem:
        raise DossierError(
            _("{path}: cannot be written ({reason})", path=out.as_posix(), reason=problem.strerror)
        ) from None
    streams.stands(0)
    if not coded and not quiet:
        numbered = _(
            "the towns are coded 1, 2, 3 … in the order of the file; where it has a column of codes,"
            " name it with --code-column, here and in townland check"
        )
        printing.notices([numbered], lang, err=True)
    if not quiet:
        printing.say(
            displayed(
                _(
                    "{path} is written. Fill in what is known, then run: townland dossier check {path}",
                    path=out.as_posix(),
                ),
                lang,
            )
        )


def _named(
    boundary: list[Path], name_column: str | None, code_column: str | None
) -> tuple[list[NamedTown], bool]:
    """Give the code, the name and the area of each town of the boundaries; and whether codes are theirs.

    Parameters
    ----------
    boundary
        The files.
    name_column, code_column
        Their columns with names and codes.
    """
    if not boundary:
        return [], True
    from townland import units
    from townland.dossier.template import NamedTown
    from townland.geodesy import official_area_m2
    from townland.towns import read_towns

    towns = read_towns(boundary, name_column=name_column, code_column=code_column)
    areas = [
        float(official_area_m2([town.boundary], town.crs)[0]) if town.boundary.is_valid else None
        for town in towns
    ]
    named = [
        NamedTown(town.code, town.name, None if area is None else units.ha(units.m2(area)))
        for town, area in zip(towns, areas, strict=True)
    ]
    return named, all(town.coded for town in towns)


def _written(out: Path | None, towns: list[NamedTown], rules: Sequence[str], lang: str) -> bytes:
    """Give the bytes of the dossier, or of the workbook, as the ending of the file decides.

    Parameters
    ----------
    out
        The file; None for standard output.
    towns
        The code, the name and the area of each town.
    rules
        The rulebooks whose clauses a workbook quotes.
    lang
        The language of a workbook's headings.
    """
    from townland.dossier import OTHER_WORKBOOKS, WORKBOOKS, empty_dossier, empty_workbook

    ending = "" if out is None else out.suffix.lower()
    if ending == ".xlsx":
        from townland.rules.asks import clauses_of_fields
        from townland.rules.book.loader import load_rulebook

        return empty_workbook(towns, lang, clauses_of_fields(map(load_rulebook, rules)))
    if out is not None and ending in (*WORKBOOKS, *OTHER_WORKBOOKS):
        raise DossierError(
            _("{path}: a workbook is written as .xlsx; change the ending", path=out.as_posix())
        )
    if len(towns) > 1:
        raise DossierError(
            _(
                "a TOML file holds one town, and there are {count}; write a workbook:"
                " --out towns.xlsx",
                count=len(towns),
            )
        )
    return empty_dossier(*(towns[0][:2] if towns else ())).encode("utf-8")


@app.command(
    help=words("Check a dossier, or a workbook of many: every fault at once, with its place."),
    epilog=words("Example: townland dossier check layers/sample/dossiers/T01.toml"),
)
def check(
    file: Annotated[Path, typer.Argument(help=words("a TOML file, or a workbook (xlsx, ods)"))],
    as_json: AsJson = False,
    verbose: Verbose = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland dossier check`.

    Parameters
    ----------
    file, as_json, verbose, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.dossier import dossier_faults, implausible, load_dossiers

    found = dossier_faults(file)
    faults = [render(fault, lang) for fault in found]
    doubts = [
        render(_("{name}: {text}", name=one.code or one.name or "", text=each.words()), lang)
        for one in (() if faults else load_dossiers(file))
        for each in implausible(one)
    ]
    if as_json:
        printing.document({"file": file.as_posix(), "faults": faults, "implausible": doubts})
    else:
        told = (*(displayed(fault, lang) for fault in found), *doubts)
        paging.print_page([], list(map(paging.line_of, told)), lang=lang, verbose=verbose)
    if faults or doubts:
        raise typer.Exit(FAULTS)
    if not quiet and not as_json:
        printing.say(
            displayed(
                _(
                    "{path}: no fault; dossiers: {count}",
                    path=file.as_posix(),
                    count=len(load_dossiers(file)),
                ),
                lang,
            )
        )
