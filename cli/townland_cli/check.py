"""``townland check``: towns against a rulebook; report, map and evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from townland.errors import TownlandError
from townland.i18n import _, listed, render
from townland.terms import VERDICTS, role
from townland.writing.run_folder import DEFAULT_FORMATS, files_written
from townland_cli import printing
from townland_cli.options import (
    LANG,
    AcceptRepair,
    Accuracy,
    AsJson,
    Catalog,
    Crs,
    Encoding,
    FontFile,
    Lang,
    Layer,
    LogFile,
    Quiet,
    Rules,
    Template,
    format_names,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from townland.assessment import Checker
    from townland.catalog import LayerCatalog
    from townland.i18n import Words
    from townland.reading.digests import Digests
    from townland.results import Assessment
    from townland.rules.book.model import Rulebook
    from townland.rules.confirmations import Waiting
    from townland.rules.judging.finding import Finding
    from townland.rules.pairs import LeftOut

HELP = words(
    "Check the towns of boundary files against a rulebook; write report, map and evidence."
)
EXAMPLE = words(
    "Example: townland check layers/sample/towns.gpkg --catalog layers/catalog.toml"
    " --code-column code --on 2018-12-31 --out my-run"
)
PLAIN = ("pass", "info")
"""Verdicts whose reasons the console leaves to the report."""


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
    accuracy: Accuracy = None,
    dossier: Annotated[
        list[Path] | None,
        typer.Option(
            "--dossier",
            help=words("a dossier (TOML), a workbook of many, or a folder; may be given again"),
        ),
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            "--formats",
            help=format_names(),
        ),
    ] = ",".join(DEFAULT_FORMATS),
    font: FontFile = None,
    template: Template = None,
    accept_repair: AcceptRepair = None,
    rehash: Annotated[
        bool,
        typer.Option(
            "--rehash", help=words("hash every file again, whatever an earlier run remembers of it")
        ),
    ] = False,
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
    """Run `townland check`: of several rulebooks or days every pair is a run of its own.

    Parameters
    ----------
    boundary, catalog, rulebook, on, out, layer, where, name_column, code_column, crs, encoding
        As the help of the command says.
    accuracy
        As the help of the command says.
    dossier, formats, font, template, accept_repair, rehash, strict, as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    import townland as tl
    from townland.reading.digests import Digests
    from townland.reading.vector import region_of
    from townland.rules.dates import day_of
    from townland.rules.pairs import pairs_in_force
    from townland.writing.run_folder import require_font, require_formats, require_target
    from townland.writing.template import require_template

    days = [day_of(text) for text in on or [_today()]]
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    wanted = pairs(where or [])
    require_formats(chosen)
    require_font(chosen, font)
    require_template(chosen, template)
    require_target(out)
    layers = tl.load_catalog(catalog)
    names = list(dict.fromkeys(rulebook or ["liuzhou-2018"]))
    rulebooks = [tl.load_rulebook(name) for name in names]
    _warn_of_faults(names, lang)
    digests = Digests(rehash=rehash)
    towns = tl.read_towns(
        boundary,
        layer=layer,
        where=wanted,
        name_column=name_column,
        code_column=code_column,
        crs=crs,
        encoding=encoding,
        accuracy_m=accuracy,
        region=lambda: region_of(layers, digests),
    )
    dossiers = [each for path in dossier or [] for each in tl.load_dossiers(path)]
    towns = tl.match_dossiers(towns, dossiers, some=bool(wanted))
    runs = [(book, day) for book in rulebooks for day in dict.fromkeys(days)]
    in_force, left_out = pairs_in_force(runs)
    checkers = _checkers(layers, in_force, digests)
    with printing.progress(lang, quiet=quiet) as progress:
        assessments = [
            checker.check(towns, accept_repairs=accept_repair or [], progress=progress)
            for checker in checkers
        ]
        asked = Output(len(runs) > 1, left_out, tuple(chosen), lang, font, template)
        _write(assessments, out, asked, progress)
    _print(assessments, out, asked, as_json=as_json, quiet=quiet)
    if digests.remembered and not quiet:
        _tell_remembered(len(digests.remembered), lang)
    raise typer.Exit(tl.exit_code(*assessments, strict=strict))


def _checkers(
    catalog: LayerCatalog, runs: Sequence[tuple[Rulebook, dt.date]], digests: Digests
) -> list[Checker]:
    """A checker for each rulebook and day; what cannot be used is refused before a layer is read.

    Parameters
    ----------
    catalog, runs
        The layers, and the pairs of rulebook and day.
    digests
        The hashes of files.
    """
    import townland as tl

    (rulebook, day), *others = runs
    first = tl.Checker(catalog, rulebook, on=day, digests=digests)
    return [first, *(first.under(book, on=on) for book, on in others)]


def _tell_remembered(count: int, lang: str) -> None:
    """Print how many hashes are those of an earlier run, since the files have not changed."""
    message = _(
        "{count} files have not changed since an earlier run, whose SHA-256 of them was taken; --rehash"
        " computes them again",
        count=count,
    )
    typer.echo(message.render(lang), err=True)


def _today() -> str:
    """The day of a check without ``--on``: only the command reads the clock."""
    return dt.datetime.now().astimezone().date().isoformat()


def pairs(texts: list[str]) -> dict[str, str]:
    """The ``COLUMN=VALUE`` options as a table."""
    return dict(map(_pair, texts))


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise TownlandError(_("--where {text}: write it as COLUMN=VALUE", text=text))
    return column, value


def _warn_of_faults(rulebooks: Sequence[str], lang: str) -> None:
    """Print what is wrong with rulebooks that can be used: whoever asks for no lint must see it, too."""
    from townland.rules.book.lint import lint

    for fault in (each for name in rulebooks for each in lint(name)):
        if fault.usable:
            printing.LOGGER.warning("%s", render(fault.message, "en"))
            typer.echo(_("look: {text}", text=fault.message).render(lang), err=True)


@dataclass(frozen=True, slots=True)
class Output:
    """What was asked for beside the towns: several pairs of rulebook and day or one, and how to print.

    `left_out` are the pairs of which nothing is in force. Where several were asked for, the folder is
    that of several, whatever is left: scripts find each run where they look for it.
    """

    several: bool
    left_out: tuple[LeftOut, ...]
    formats: tuple[str, ...]
    lang: str
    font: Path | None
    template: Path | None


def _write(
    assessments: Sequence[Assessment],
    out: Path,
    asked: Output,
    progress: Callable[[Words, int, int], None],
) -> None:
    """Write one run folder, or one for each of several assessments and their comparison.

    Parameters
    ----------
    assessments, out, asked
        What is written, where, and how.
    progress
        Called before the writing begins.
    """
    from townland.writing.comparison.writing import write_runs
    from townland.writing.run_folder import write_run

    progress(_("writing {folder}", folder=out.as_posix()), 1, 1)
    if asked.several:
        write_runs(
            assessments, out, formats=asked.formats, lang=asked.lang, left_out=asked.left_out,
            font=asked.font, template=asked.template,
        )  # fmt: skip
    else:
        write_run(
            assessments[0],
            out,
            formats=asked.formats,
            lang=asked.lang,
            font=asked.font,
            template=asked.template,
        )


def _print(
    assessments: Sequence[Assessment], out: Path, asked: Output, *, as_json: bool, quiet: bool
) -> None:
    """Print the findings, of several assessments what differs between them.

    Parameters
    ----------
    assessments, out, asked, as_json, quiet
        What was found, where it is written, and how it is to be printed.
    """
    lang = asked.lang
    from townland.writing.comparison import compare
    from townland.writing.report.assessment_json import assessment_json
    from townland_cli.compare import side_by_side

    if as_json or quiet:
        # a program's standard output holds one document; a person must read this all the same
        heads = [each.message for one in assessments for each in one.notices]
        heads += [_("Left out: {reason}", reason=each.why) for each in asked.left_out]
        printing.notices([render(each, lang) for each in dict.fromkeys(heads)], lang, err=True)
    if asked.several and not (quiet and not as_json):
        compared = compare(assessments, lang=lang, left_out=asked.left_out)
        if as_json:
            printing.document(compared)
        else:
            side_by_side(compared, out, html="html" in asked.formats, lang=lang)
    elif as_json:
        printing.document(assessment_json(assessments[0], lang=lang))
    elif not quiet:
        summary(assessments[0], out, asked.formats, lang)


def summary(assessment: Assessment, out: Path, formats: Sequence[str], lang: str) -> None:
    """Print the findings of every town, and where to look.

    Parameters
    ----------
    assessment
        What was found.
    out, formats
        The run folder, and what was written into it.
    lang
        The language.
    """
    from townland import units

    printing.notices([render(each.message, lang) for each in assessment.notices], lang)
    _confirmations(assessment, lang)
    for result in assessment.towns:
        town = _(
            "{code} {name}: {ha} ha ({mu} mu)",
            code=result.town.code,
            name=result.town.name,
            ha=units.ha(result.area_m2),
            mu=units.mu(result.area_m2),
        )
        _findings(assessment, result.town.code, town, lang)
    if any(finding.town is None for finding in assessment.findings):
        _findings(assessment, None, _("All towns together"), lang)
    if len(assessment.towns) > 1:
        typer.echo("")
        _overview(assessment, lang)
    typer.echo("")
    typer.echo(
        _(
            "Rulebook {title}, as of {on}. This assists, and does not replace the legal survey.",
            title=assessment.rulebook.title,
            on=assessment.on.isoformat(),
        ).render(lang)
    )
    printing.where_to_look(out, files_written(formats), lang)


def _confirmations(assessment: Assessment, lang: str) -> None:
    """Print each fact that findings wait for, once: the question, the line, the verdicts then."""
    for fact in assessment.confirmations:
        typer.echo("")
        printing.paragraph(fact.head.render(lang), indent="")
        where = fact.where(assessment.catalog).render(lang)
        typer.echo(f"  → {fact.coverage}  ({where})")
        for row in fact.rows:
            typer.echo(f"    {_once_confirmed(row, lang)}")


def _once_confirmed(row: Waiting, lang: str) -> str:
    """The rule, its towns, and the verdict that it has once its layer is confirmed."""
    together = _("All towns together").render(lang)
    towns = listed(town or together for town in row.towns).render(lang)
    line = f"{row.rule} {towns} → {VERDICTS[row.verdict.value].render(lang)}"
    if not row.others:
        return line
    others = ", ".join(render(role(name), lang) for name in row.others)
    too = _("with {others} confirmed too", others=others).render(lang)
    return f"{line}  ({too})"


def _findings(assessment: Assessment, code: str | None, title: Words, lang: str) -> None:
    """Print the findings of one town, or of all together.

    Parameters
    ----------
    assessment
        What was found.
    code, title
        The town's code (None for all together), and the line above its findings.
    lang
        The language.
    """
    typer.echo("")
    typer.echo(title.render(lang))
    several = len({finding.rulebook for finding in assessment.findings}) > 1
    for finding in assessment.findings:
        if finding.town == code:
            _print_finding(finding, lang, book=finding.rulebook if several else "")


def _print_finding(finding: Finding, lang: str, *, book: str) -> None:
    """Print the verdict of a finding, the rulebook of several it stands in, and why it does not pass.

    Parameters
    ----------
    finding, lang
        What is printed, and its language.
    book
        The id of the rulebook; empty where all findings are of one.
    """
    verdict = VERDICTS[finding.verdict.value].render(lang)
    if finding.only_waits:
        verdict = _("{verdict}: waits for confirmation", verdict=verdict).render(lang)
    typer.echo(
        f"  {finding.rule}  [{verdict}]  {finding.title.render(lang)}{book and f'  ({book})'}"
    )
    if finding.verdict.value not in PLAIN:
        printing.paragraph(finding.why.render(lang), indent=" " * 11)


def _overview(assessment: Assessment, lang: str) -> None:
    """Print how many rules have each verdict, a line a town; `report.html` has the matrix."""
    from townland.results import TOGETHER

    together = _("All towns together").render(lang)
    printing.table(
        [
            (
                together if town == TOGETHER else town,
                *(int((verdicts == verdict).sum()) for verdict in VERDICTS),
            )
            for town, verdicts in assessment.matrix().iterrows()
        ],
        [_("town").render(lang), *(word.render(lang) for word in VERDICTS.values())],
    )
