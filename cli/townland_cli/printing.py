"""What a person sees in the console: progress, tables, errors."""

from __future__ import annotations

import logging
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from townland.errors import TownlandError
from townland.i18n import LANGUAGES, Words, _, render

if TYPE_CHECKING:
    from rich.console import Console

    from townland.issues import Issue

LOGGER = logging.getLogger("townland")
LOGGER.addHandler(logging.NullHandler())
LOGGER.propagate = False

SEVERITIES: dict[str, Words] = {"info": _("note"), "warning": _("warning"), "error": _("error")}


def notices(messages: Sequence[str], lang: str, *, err: bool = False) -> None:
    """Print what a reader must know before the findings.

    Parameters
    ----------
    messages, lang
        Its sentences, in this language.
    err
        Whether it goes to standard error, where standard output is a program's or is to be silent.
    """
    for message in messages:
        LOGGER.warning("%s", message)
        paragraph(_("Note well: {text}", text=message).render(lang), indent="", err=err)


def fail(error: TownlandError, lang: str) -> int:
    """Print an error for its reader and give its exit code."""
    LOGGER.error("%s", error.render(lang))
    typer.echo(_("Error: {reason}", reason=error.message).render(lang), err=True)
    return error.exit_code


def issue(issue: Issue, lang: str) -> dict[str, str]:
    """What was found, as the JSON of a command gives it."""
    return {
        "code": issue.code,
        "severity": issue.severity,
        "feature": issue.feature,
        "message": render(issue.message, lang),
    }


def bug(error: Exception, lang: str) -> int:
    """Print what a developer needs of an unexpected exception; the exit code is 4."""
    lines = "".join(traceback.format_exception(error))
    LOGGER.critical("%s", lines)
    typer.echo(lines, err=True)
    typer.echo(
        _(
            "This is a bug in townland, not in your data; nothing was written. Please report it with"
            " the lines above."
        ).render(lang),
        err=True,
    )
    return 4


def start(lang: str, log_file: Path | None) -> None:
    """Begin a command: make sure that its language is spoken, and append what is done to its log."""
    if lang not in LANGUAGES:
        raise TownlandError(
            _("--lang {lang}: known are {known}", lang=lang, known=", ".join(LANGUAGES))
        )
    _log_to(log_file)


def _log_to(path: Path | None) -> None:
    if path is None:
        return
    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as problem:
        raise TownlandError(
            _(
                "{path}: the log file cannot be written ({reason})",
                path=path.as_posix(),
                reason=problem.strerror,
            )
        ) from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.info("townland %s", " ".join(_without_values(word) for word in sys.argv[1:]))


def _without_values(word: str) -> str:
    """A word of the command line; the value that is looked for in a personal column stays out."""
    from townland.standards.fields import is_personal

    column, equals, _value = word.removeprefix("--where=").partition("=")
    return f"{column}=…" if equals and is_personal(column) else word


@contextmanager
def progress(lang: str, *, quiet: bool) -> Iterator[Callable[[Words, int, int], None]]:
    """Report steps on standard error: a bar on a console, a line a step elsewhere."""
    if quiet or not sys.stderr.isatty():

        def line(step: Words, done: int, whole: int) -> None:
            """Print one step as a line.

            Parameters
            ----------
            step, done, whole
                What is being done, how many steps are done, and how many there are.
            """
            LOGGER.info("%d/%d %s", done, whole, render(step, "en"))
            if not quiet:
                typer.echo(f"[{done}/{whole}] {render(step, lang)}", err=True)

        yield line
        return
    from rich.progress import Progress

    with Progress(console=_console(), transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(step: Words, done: int, whole: int) -> None:
            """Move the bar on.

            Parameters
            ----------
            step, done, whole
                What is being done, how many steps are done, and how many there are.
            """
            LOGGER.info("%d/%d %s", done, whole, render(step, "en"))
            bar.update(task, description=render(step, lang), completed=done, total=whole)

        yield update


def document(data: object) -> None:
    """Print one JSON document to standard output, in UTF-8 whatever the console."""
    from townland.writing.report.assessment_json import dumps

    typer.echo(dumps(data).encode("utf-8"), nl=False)


def table(rows: Iterable[Sequence[object]], head: Sequence[str]) -> None:
    """Print rows in columns; a Chinese character is two columns wide, numbers stand to the right."""
    lines = [[str(cell) for cell in row] for row in rows]
    widths = [max(_width(line[i]) for line in [list(head), *lines]) for i in range(len(head))]
    numbers = [_are_numbers([line[i] for line in lines]) for i in range(len(head))]
    for line in [list(head), *lines]:
        cells = [_padded(*each) for each in zip(line, widths, numbers, strict=True)]
        typer.echo("  ".join(cells).rstrip())


def _padded(cell: str, width: int, number: bool) -> str:
    """Fill a cell up to the width of its column.

    Parameters
    ----------
    cell, width
        The text, and the width in columns of the console.
    number
        Whether it stands to the right.
    """
    pad = " " * (width - _width(cell))
    return pad + cell if number else cell + pad


def _are_numbers(cells: Sequence[str]) -> bool:
    return bool(cells) and all(map(_is_number, cells))


def where_to_look(folder: Path, files: Mapping[str, Words], lang: str) -> None:
    """Print the files of a folder, and what they hold.

    Parameters
    ----------
    folder, files
        The folder, and its files with what they hold in words.
    lang
        The language.
    """
    for file, title in files.items():
        typer.echo(f"  {(folder / file).as_posix()}  {title.render(lang)}")


def paragraph(text: str, *, indent: str, err: bool = False) -> None:
    """Print a text broken to the width of the console, every line indented.

    Parameters
    ----------
    text, indent
        What is printed, and what stands before each line.
    err
        Whether it goes to standard error.
    """
    from rich.cells import cell_len
    from rich.text import Text

    width = max(40, min(120, shutil.get_terminal_size((100, 24)).columns) - cell_len(indent))
    for line in Text(text).wrap(_console(), width):
        typer.echo(indent + line.plain.rstrip(), err=err)


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True)


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _is_number(text: str) -> bool:
    return bool(text) and text.replace(",", "").replace(".", "").replace("-", "").isdigit()
