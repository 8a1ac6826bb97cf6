"""``townland check``: towns against a rulebook; report, map and evidence."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from townland.errors import TownlandError
from townland.i18n import _, displayed, render
from townland.writing.run_folder import DEFAULT_FORMATS, JSON
from townland_cli import printing, streams
from townland_cli.loading import loading
from townland_cli.many import How, assessments_of, cleared, cluster_of
from townland_cli.options import (
    LANG,
    AcceptRepair,
    Accuracy,
    AsJson,
    Catalog,
    Columns,
    Crs,
    Encoding,
    FontFile,
    InsecureScheduler,
    Lang,
    Layer,
    LogFile,
    Quiet,
    Redact,
    Rules,
    Scheduler,
    SchedulerFile,
    Template,
    TileTowns,
    asked_formats,
    chosen_columns,
    format_names,
    words,
)
from townland_cli.summary import every_finding, page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from townland.assessment import Checker
    from townland.catalog import LayerCatalog
    from townland.i18n import Words
    from townland.output.folder import FolderClaim
    from townland.reading.digests import Digests
    from townland.results import Assessment
    from townland.rules.book.model import Rulebook
    from townland.rules.pairs import LeftOut

HELP = words(
    "Check the towns of boundary files against a rulebook; write report, map and evidence."
)
EXAMPLE = words(
    "Example: townland check layers/sample/towns.gpkg --catalog layers/catalog.toml"
    " --code-column code --on 2018-12-31 --out my-run"
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
    columns: Columns = None,
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
    redact: Redact = False,
    rehash: Annotated[
        bool,
        typer.Option(
            "--rehash", help=words("hash every file again, whatever an earlier run remembers of it")
        ),
    ] = False,
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            min=1,
            metavar="N",
            help=words("how many processes measure the towns and write of many"),
        ),
    ] = 1,
    scheduler: Scheduler = None,
    scheduler_file: SchedulerFile = None,
    insecure_scheduler: InsecureScheduler = False,
    tile_towns: TileTowns = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help=words("go on from the towns that a run that was stopped has measured")
        ),
    ] = False,
    watched: Annotated[
        bool,
        typer.Option(
            "--watch", help=words("check again whenever a file changes, until Ctrl-C ends it")
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help=words("leave with 3 also for missing dossier fields and for review")
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            help=words(
                "print every finding, however many lines that takes, and how long each stage took"
            ),
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
    columns
        As the help of the command says.
    accuracy
        As the help of the command says.
    dossier, formats, font, template, accept_repair, redact, rehash, workers, resume, watched, strict
        As the help of the command says.
    scheduler, scheduler_file, insecure_scheduler, tile_towns
        As the help of the command says.
    verbose, as_json, lang
        As the help of the command says.
    quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    with loading():
        import townland as tl
        from townland.output.folder import claimed
        from townland.reading.digests import Digests
        from townland.reading.stages import Stages
        from townland.reading.vector import region_of
        from townland.rules.dates import day_of
        from townland.rules.pairs import pairs_in_force
        from townland.writing.run_folder import names_written

    wanted = pairs(where or [])
    chosen = asked_formats(formats, font=font, template=template, redact=redact)
    names = list(dict.fromkeys(rulebook or ["liuzhou-2018"]))
    cluster = cluster_of(scheduler, scheduler_file, insecure=insecure_scheduler, workers=workers)

    def once() -> tuple[Sequence[Assessment], int]:
        """Check, write, print; the assessments and the exit code."""
        days = [day_of(text) for text in on or [_today()]]
        several = len(names) * len(set(days)) > 1
        with claimed(out, names=names_written(chosen, several=several)) as claim:
            layers = tl.load_catalog(catalog)
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
                columns=chosen_columns(columns),
                accuracy_m=accuracy,
                region=lambda: region_of(layers, digests),
            )
            dossiers = [each for path in dossier or [] for each in tl.load_dossiers(path)]
            towns = tl.match_dossiers(towns, dossiers, some=bool(wanted))
            runs = [(book, day) for book in rulebooks for day in dict.fromkeys(days)]
            in_force, left_out = pairs_in_force(runs)
            checkers = _checkers(layers, in_force, digests)
            stages = Stages(time.perf_counter)
            with printing.progress(lang, quiet=quiet) as progress, stages.watched():
                drawn = redact or any(name != JSON for name in chosen)
                how = How(workers, cluster, tile_towns, resume, drawn, accept_repair or [], lang)
                assessments = assessments_of(checkers, towns, claim, how, progress=progress)
                assessments = _shown(assessments, redact=redact)
                asked = Output(several, left_out, chosen, lang, font, template, verbose, workers)
                _write(assessments, claim, asked, progress)
                cleared(claim, len(checkers))
        code = tl.exit_code(*assessments, strict=strict)
        streams.stands(code, printed=as_json)
        _tell_carried(claim, lang, quiet=quiet)
        _print(assessments, out, asked, as_json=as_json, quiet=quiet)
        if verbose:
            _tell_stages(stages.seconds, lang)
        if digests.remembered and not quiet:
            _tell_remembered(len(digests.remembered), lang)
        if digests.whole and not quiet:
            _tell_whole(digests.whole, lang)
        return assessments, code

    if watched:
        from townland_cli.watching import watch

        files = [*boundary, catalog, *(dossier or []), *map(Path, names), *filter(None, [template])]
        watch(lambda: once()[0], files, lang)
    raise typer.Exit(once()[1])


def _shown(assessments: list[Assessment], *, redact: bool) -> list[Assessment]:
    """The assessments as they are written and printed."""
    from townland.writing.redaction import redacted

    return [redacted(each) for each in assessments] if redact else assessments


def _tell_carried(claim: FolderClaim, lang: str, *, quiet: bool) -> None:
    """Name what of an older run was not townland's and lies in the new folder, or could not be moved.

    Parameters
    ----------
    claim
        The folder that was written.
    lang
        The language.
    quiet
        Whether only what could not be moved is told.
    """
    if claim.left_aside:
        message = _(
            "{folder} holds what lay in the older run and could not be moved; the next run moves it",
            folder=claim.replaced.as_posix(),
        )
        printing.notices([message], lang, err=True)
    elif claim.carried and not quiet:
        message = _(
            "not townland's, and carried over into {path}: {names}",
            path=claim.out.as_posix(),
            names=", ".join(claim.carried),
        )
        printing.say(displayed(message, lang), err=True)


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


def _tell_stages(seconds: Mapping[Words, float], lang: str) -> None:
    """Print how long each stage took."""
    for name, took in seconds.items():
        line = _("{seconds} s  {stage}", seconds=f"{took:8.2f}", stage=name)
        printing.say(displayed(line, lang), err=True)


def _tell_remembered(count: int, lang: str) -> None:
    """Print how many hashes are those of an earlier run, since the files have not changed."""
    message = _(
        "{count} {count:file has|files have} not changed since an earlier run, whose"
        " SHA-256 of them was taken; --rehash computes them again",
        count=count,
    )
    printing.say(displayed(message, lang), err=True)


def _tell_whole(features: Mapping[str, int], lang: str) -> None:
    """Print which large layers are read whole by every check, and what makes that needless."""
    message = _(
        "read whole each time: {layers}; once packed, windows of them are read: townland layers pack"
        " {names}",
        layers=", ".join(f"{name} ({count})" for name, count in features.items()),
        names=" ".join(features),
    )
    printing.paragraph(displayed(message, lang), indent="", err=True)


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
            printing.say(displayed(_("look: {text}", text=fault.message), lang), err=True)


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
    verbose: bool
    workers: int


def _write(
    assessments: Sequence[Assessment],
    claim: FolderClaim,
    asked: Output,
    progress: Callable[[Words, int, int], None],
) -> None:
    """Write one run folder, or one for each of several assessments and their comparison.

    Parameters
    ----------
    assessments, claim, asked
        What is written, where, and how.
    progress
        Called before the writing begins.
    """
    from townland.writing.comparison.writing import write_runs
    from townland.writing.run_folder import write_run

    progress(_("writing {folder}", folder=claim.out.as_posix()), 1, 1)
    if asked.several:
        write_runs(
            assessments, claim, formats=asked.formats, lang=asked.lang, left_out=asked.left_out,
            font=asked.font, template=asked.template, workers=asked.workers,
        )  # fmt: skip
    else:
        write_run(
            assessments[0],
            claim,
            formats=asked.formats,
            lang=asked.lang,
            font=asked.font,
            template=asked.template,
            workers=asked.workers,
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
        printing.notices(list(dict.fromkeys(heads)), lang, err=True)
    if asked.several and not (quiet and not as_json):
        compared = compare(assessments, lang=lang, left_out=asked.left_out)
        if as_json:
            printing.document(compared)
        else:
            html = "html" in asked.formats
            side_by_side(compared, out, html=html, lang=lang, verbose=asked.verbose)
    elif as_json:
        printing.document(assessment_json(assessments[0], lang=lang))
    elif not quiet:
        shown = every_finding if asked.verbose else page
        shown(assessments[0], out, asked.formats, lang)
