"""``townland doctor``: is this machine fit for a figure, and in which CRS may a file be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from townland.i18n import Words, _, displayed, render
from townland_cli import printing
from townland_cli.options import LANG, AsJson, Crs, Lang, Layer, LogFile, Quiet, words

if TYPE_CHECKING:
    from townland.doctor import Answer, Located

HELP = words(
    "Print the versions in use, and test every library's PROJ against known answers; of a file, say"
    " in which coordinate systems its numbers may be, and why."
)
EXAMPLE = words("Example: townland doctor")
WRONG = 4
"""The exit code where a known answer does not come out."""

UNREADABLE = 2
"""The exit code where a file cannot be read in any CRS."""


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
    """Run `townland doctor`.

    Parameters
    ----------
    file, catalog, layer, crs, as_json, lang, quiet, log_file
        As the help of the command says.
    """
    printing.start(lang, log_file)
    from townland import doctor as library

    if file is None:
        _machine(library.versions(), list(library.answers()), lang, as_json=as_json, quiet=quiet)
        return
    from townland.catalog import load_catalog
    from townland.reading.vector import region_of

    region = None if catalog is None else region_of(load_catalog(catalog))
    located = library.locate(file, layer=layer, crs=crs, region=region)
    if as_json:
        printing.document(_document(located, lang))
    else:
        _print(located, lang)
    raise typer.Exit(0 if located.used else UNREADABLE)


def _machine(
    versions: dict[str, str], answers: list[Answer], lang: str, *, as_json: bool, quiet: bool
) -> None:
    """Print versions and known answers; leave with 4 where an answer is wrong.

    Parameters
    ----------
    versions, answers
        What the library says.
    lang, as_json, quiet
        As the options of the command.
    """
    if as_json:
        answered = [
            {
                "question": render(answer.question, lang),
                "found": answer.found,
                "expected": answer.expected,
                "agrees": answer.agrees,
            }
            for answer in answers
        ]
        printing.document({"versions": versions, "answers": answered})
    elif not quiet:
        for name, number in versions.items():
            printing.say(f"{name:18} {number}")
        printing.say("")
        for answer in answers:
            verdict = _("right") if answer.agrees else _("WRONG, expected {x}", x=answer.expected)
            printing.say(
                f"{displayed(answer.question, lang)}: {answer.found}  {displayed(verdict, lang)}"
            )
    if not all(answer.agrees for answer in answers):
        raise typer.Exit(WRONG)


def _document(located: Located, lang: str) -> dict[str, object]:
    from townland.geodesy.crs import describe

    return {
        "file": located.place,
        "crs_declared": located.declared,
        "crs_used": located.used,
        "refusal": None if located.refusal is None else render(located.refusal, lang),
        "issues": [printing.issue(issue, lang) for issue in located.issues],
        "bounds": located.bounds,
        "region": located.region,
        "candidates": [
            {
                "crs": describe(candidate.crs),
                "swapped": candidate.swapped,
                "evidence": render(candidate.evidence, lang),
            }
            for candidate in located.candidates
        ],
    }


def _print(located: Located, lang: str) -> None:
    from townland.geodesy.crs import describe, in_degrees

    bounds = ", ".join(f"{number:.3f}" for number in located.bounds or ()) or "-"
    lines: list[Words] = [
        _("declared: {crs}", crs=located.declared or "-"),
        _("bounds: {bounds}", bounds=bounds),
    ]
    if located.region is not None:
        lines.append(_("region of the layers: {region}", region=in_degrees(located.region)))
    lines += [
        _("the numbers allow {crs}: {evidence}", crs=describe(each.crs), evidence=each.evidence)
        for each in located.candidates
    ]
    if located.used is not None:
        lines.append(_("read as: {crs}", crs=located.used))
    printing.say(located.place)
    for line in lines:
        printing.say(f"  {displayed(line, lang)}")
    for issue in located.issues:
        printing.say(f"  {displayed(issue.message, lang)}")
    if located.refusal is not None:
        printing.say(f"  {displayed(located.refusal, lang)}")
