"""The options that several commands share, and the language of help."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from townland.errors import ReportError
from townland.i18n import DEFAULT_LANGUAGE, LANGUAGES, Joined, Words, _, listed
from townland.writing.run_folder import WRITERS


def language() -> str:
    """The language of help and messages: ``--lang``, else TOWNLAND_LANG, else Chinese."""
    asked = os.environ.get("TOWNLAND_LANG", DEFAULT_LANGUAGE)
    for before, word in pairwise(sys.argv):
        if before == "--lang":
            asked = word
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


LANG = language()


def words(sentence: str) -> str:
    """A sentence of the catalog in the language of this call; extraction knows the name."""
    return in_help(_(sentence))


def in_help(text: Words) -> str:
    """A text as the help of the command prints it, in the language of this call."""
    return text.render(LANG)


def format_names(head: Words | None = None) -> str:
    """What ``--formats`` may name, and what each writes, for the help of a command."""
    names = [
        _("{name}: {value}", name=each.name, value=listed(each.files.values())) for each in WRITERS
    ]
    before = head or _("what to write beside assessment.json:")
    return in_help(_("{head} {names}", head=before, names=Joined(tuple(names), _("; "))))


def asked_formats(
    text: str, *, font: Path | None, template: Path | None, redact: bool
) -> tuple[str, ...]:
    """The formats that ``--formats`` names, as far as they are written; before a long check.

    Parameters
    ----------
    text
        What was typed.
    font, template, redact
        What was asked for beside it.

    Raises
    ------
    ReportError
        None is named; one is not known, or cannot be written with this font or template.
    """
    from townland.writing.run_folder import (
        known_formats,
        require_font,
        require_formats,
        told_formats,
    )

    named = [name.strip() for name in text.split(",") if name.strip()]
    if not named:
        raise ReportError(
            _("--formats names no format; name one or more of {known}, with commas between them",
              known=", ".join(known_formats()))
        )  # fmt: skip
    require_formats(named)
    told = told_formats(named, redact=redact)
    require_font(told, font)
    if template is not None:
        from townland.writing.document_form import require_template

        require_template(told, template)
    return told


Catalog = Annotated[Path, typer.Option("--catalog", help=words("the layer catalog"))]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        help=words("a rulebook: a shipped one's id, or a file; several are set side by side"),
    ),
]
Layer = Annotated[str | None, typer.Option("--layer", help=words("which layer of the file"))]
Crs = Annotated[
    str | None,
    typer.Option("--crs", help=words("the CRS of the boundary, over what the file declares")),
]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", help=words("the encoding of the boundary's text, e.g. GB18030")),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="X=A,Y=B",
        help=words(
            "the columns of a list of points by heading or position, e.g. X=东坐标,Y=北坐标 or X=2,Y=3;"
            " also label, ring, plot, name"
        ),
    ),
]
Accuracy = Annotated[
    float | None,
    typer.Option(
        "--accuracy",
        metavar="M",
        help=words(
            "the standard deviation of a vertex of the boundary in metres, where it is known"
        ),
    ),
]
FontFile = Annotated[
    Path | None,
    typer.Option(
        "--font", help=words("the font of the PDF, a file (.otf, .ttf, .ttc) with Chinese signs")
    ),
]
Template = Annotated[
    Path | None,
    typer.Option("--template", help=words("your own .xlsx or .docx with fields, filled as report")),
]
AcceptRepair = Annotated[
    list[str] | None,
    typer.Option(
        "--accept-repair",
        help=words("accept a repair that changes a protected area: LAYER:FEATURE"),
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help=words("the scheduler of a Dask cluster that measures the towns: tls://HOST:PORT"),
    ),
]
SchedulerFile = Annotated[
    Path | None,
    typer.Option("--scheduler-file", help=words("the file in which Dask wrote that address")),
]
InsecureScheduler = Annotated[
    bool,
    typer.Option("--insecure-scheduler", help=words("let the cluster be one without TLS")),
]
TileTowns = Annotated[
    int | None,
    typer.Option(
        "--tile-towns",
        min=1,
        metavar="N",
        help=words("how many neighbouring towns are measured together at most; 32 by default"),
    ),
]
Lang = Annotated[
    str, typer.Option("--lang", help=words("the language of messages and reports: zh or en"))
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact",
        help=words(
            "leave out owners, ids, places and coordinates, and evidence.gpkg; maps to 10 m"
        ),
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help=words("print one JSON document to standard output"))
]
Verbose = Annotated[
    bool, typer.Option("--verbose", help=words("print everything, however many lines that takes"))
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=words("no progress and no summary"))]
LogFile = Annotated[
    Path | None, typer.Option("--log-file", help=words("append what is done to this file"))
]


def chosen_columns(text: str | None) -> dict[str, str] | None:
    """The columns that ``--columns`` names, None without it."""
    from townland.reading.formats.points.chosen import columns_named

    return None if text is None else columns_named(text)
