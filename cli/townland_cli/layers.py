"""``townland layers``: layers found in a folder, shown, and examined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from townland.i18n import Words, _, displayed, one_line, render
from townland.terms import role
from townland_cli import asking, packing, paging, printing, streams
from townland_cli.options import LANG, AsJson, Catalog, Lang, LogFile, Quiet, Verbose, words
from townland_cli.wrapping import width, wrapped

if TYPE_CHECKING:
    from townland.issues import Issue
    from townland.layers.check import Examined
    from townland.layers.init import Proposal

FAULTS = 1
"""The exit code where a layer has faults."""

EXAMPLES = 3
"""So many features stand for a kind of fault."""

app = typer.Typer(help=words("Find, show, examine and pack layers."), no_args_is_help=True)


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
    """Run `townland layers list`.

    Parameters
    ----------
    catalog, as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.catalog import load_catalog

    layers = load_catalog(catalog)
    if as_json:
        printing.document({"layers": [spec.model_dump(mode="json") for spec in layers.layer]})
        return
    head = (_("layer"), _("role"), _("file"), _("scheme"), _("surveyed"), _("licence"))
    printing.table(
        [
            (
                spec.name,
                spec.role,
                spec.path + (f" | {spec.layer}" if spec.layer else ""),
                spec.scheme or ("classes" if spec.classes else "-"),
                spec.surveyed or "-",
                spec.licence or "-",
            )
            for spec in layers.layer
        ],
        [displayed(each, lang) for each in head],
    )


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
    verbose: Verbose = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland layers check`.

    Parameters
    ----------
    catalog, out, as_json, verbose, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.catalog import load_catalog
    from townland.layers.check import layers_check
    from townland.writing.layer_faults import refuse_existing, write_faults

    layers = load_catalog(catalog)
    if out is not None:
        refuse_existing(out)
    with printing.progress(lang, quiet=quiet) as progress:
        examined = layers_check(layers, progress=progress)
    written = {} if out is None else write_faults(examined, out, lang=lang)
    code = FAULTS if any(each.faulty for each in examined) else 0
    if out is not None:
        streams.stands(code, printed=as_json)
    if as_json:
        paths = [spec.path for spec in layers.layer]
        documents = [_layer(*pair, lang) for pair in zip(examined, paths, strict=True)]
        printing.document({"layers": documents})
    else:
        below = [] if out is None else ["", displayed(_in_file(out, written), lang)]
        paging.print_page(
            _layer_lines(examined, lang, whole=verbose),
            [paging.block(line) for line in _faults(examined, lang)],
            below,
            lang=lang,
            verbose=verbose,
        )
    raise typer.Exit(code)


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
    rules: Annotated[
        str,
        typer.Option("--rules", help=words("the rulebook by which missing layers are told")),
    ] = "liuzhou-2018",
    as_json: AsJson = False,
    verbose: Verbose = False,
    lang: Lang = LANG,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Run `townland layers init`.

    Parameters
    ----------
    folder, out, rules, as_json, verbose, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland.layers.init import layers_init
    from townland.layers.init.questions import nobody
    from townland.rules.book.loader import load_rulebook

    somebody = not (as_json or quiet) and asking.somebody_there()
    ask = asking.asker(lang) if somebody else nobody
    # a bar that moves would stand in the way of what is asked
    with printing.progress(lang, quiet=quiet or somebody) as progress:
        book = load_rulebook(rules)
        proposal = layers_init(folder, out, lang=lang, progress=progress, rulebook=book, ask=ask)
    streams.stands(0, printed=as_json)
    if as_json:
        printing.document(_proposal(proposal, lang))
        return
    _print_proposal(proposal, lang, verbose=verbose)


def _print_proposal(proposal: Proposal, lang: str, *, verbose: bool) -> None:
    """Print what was found, what is missing and what is open.

    Parameters
    ----------
    proposal, lang
        What was found, and the language.
    verbose
        Whether every layer is printed, however many lines that takes.
    """
    head = (_("file"), _("role"), _("placed"), _("on what evidence"))
    first, *lines = printing.table_lines(
        [
            (
                item.source,
                "-" if item.role is None else displayed(render(role(item.role), lang), lang),
                displayed(item.verdict, lang),
                displayed(item.reason, lang),
            )
            for item in proposal.items
        ],
        [displayed(each, lang) for each in head],
    )
    line = _(
        "{path} is written; read it, complete it, then: townland layers check --catalog {path}",
        path=proposal.target.as_posix(),
    )
    below = [*_beside(proposal, lang), "", *wrapped(displayed(line, lang), width())]
    rows = [paging.block(each) for each in lines]
    paging.print_page([first], rows, below, lang=lang, verbose=verbose)


app.command("pack", help=packing.HELP, epilog=packing.EXAMPLE)(packing.pack_layers)


def _beside(proposal: Proposal, lang: str) -> Iterator[str]:
    """The lines on what is missing, on workbooks, and on what nobody answered."""
    from townland.layers.init.text import notes

    for head, lines in notes(proposal):
        yield from ("", displayed(head, lang))
        for line in lines:
            yield from paging.block("  " + displayed(line, lang))
    if proposal.unanswered:
        yield from (
            "",
            displayed(_("Left open; the choices stand in the catalog as comments:"), lang),
        )
        for question in proposal.unanswered:
            yield from paging.block("  " + displayed(question.text, lang))


def _layer(each: Examined, path: str, lang: str) -> dict[str, object]:
    """One layer, as the JSON of ``layers check`` gives it.

    Parameters
    ----------
    each, path
        What was found, and the layer's path as the catalog has it.
    lang
        The language of messages.
    """
    summary = each.summary
    return {
        "name": summary.name,
        "role": summary.role,
        "path": path,
        "features": summary.features,
        "crs": summary.crs,
        "encoding": summary.encoding,
        "issues": [printing.issue(issue, lang) for issue in summary.issues],
        "counts": each.counts,
    }


def _in_file(out: Path, written: Mapping[str, int]) -> Words:
    return _(
        "{count} {count:fault|faults} with a place {count:is|are} in {path}",
        count=sum(written.values()),
        path=out.as_posix(),
    )


def _layer_lines(examined: Sequence[Examined], lang: str, *, whole: bool) -> list[str]:
    """A line a layer; of so many that there is no room for faults only those that have some.

    Parameters
    ----------
    examined, lang
        What was found, and the language.
    whole
        Whether every layer has its line.
    """
    shown = examined
    if not whole and len(examined) > paging.LINES // 2:
        shown = [each for each in examined if each.faulty][: paging.LINES // 2]
    head = (_("layer"), _("role"), _("features"), _("CRS"), _("encoding"), _("faults"))
    lines = printing.table_lines(
        [
            (
                each.summary.name,
                render(role(each.summary.role), lang),
                "-" if each.summary.features is None else each.summary.features,
                each.summary.crs or "-",
                each.summary.encoding or "-",
                sum(count for code, count in each.counts.items() if each.counts_as_fault(code)),
            )
            for each in shown
        ],
        [displayed(title, lang) for title in head],
    )
    left_out = len(examined) - len(shown)
    more = _("… and {count} more of these; --verbose prints them", count=left_out)
    return [*lines, *([displayed(more, lang)] if left_out else [])]


def _faults(examined: Sequence[Examined], lang: str) -> list[str]:
    """One line a kind of fault, errors first: how many, at which features, and the first in words."""
    gravest = list(printing.SEVERITIES)[::-1]
    lines: list[tuple[int, str]] = []
    for each in examined:
        kinds: dict[tuple[str, str], list[Issue]] = {}
        for issue in each.summary.issues:
            kinds.setdefault((issue.severity, issue.code), []).append(issue)
        for (severity, code), issues in kinds.items():
            features = [issue.feature for issue in issues if issue.feature][:EXAMPLES]
            count = each.counts[code]
            place = each.summary.name + (f":{', '.join(features)}" if features else "")
            more = " …" if count > len(features) > 0 else ""
            line = (
                f"{displayed(printing.SEVERITIES[severity], lang)}  {one_line(place)}{more}"
                f"  [{code}] × {count}  {displayed(issues[0].message, lang)}"
            )
            lines.append((gravest.index(severity), line))
    return [line for _rank, line in sorted(lines, key=lambda each: each[0])]


def _proposal(proposal: Proposal, lang: str) -> dict[str, object]:
    return {
        "catalog": proposal.target.as_posix(),
        "layers": [
            {
                "file": item.source,
                "role": item.role,
                "placed": item.placed,
                "reason": render(item.reason, lang),
            }
            for item in proposal.items
        ],
        "missing": [
            {
                "role": need.role,
                "unjudged": [rule.id for rule in need.unjudged],
                "poorer": [rule.id for rule in need.poorer],
            }
            for need in proposal.missing
        ],
        "workbooks": [
            {"file": each.source, "what": render(each.what, lang)} for each in proposal.workbooks
        ],
        "open": [render(question.text, lang) for question in proposal.unanswered],
    }
