"""What a person sees in the console: progress, tables, errors."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from townland.errors import TownlandError
from townland.i18n import LANGUAGES, Words, _, displayed, one_line, quoted, render
from townland_cli import streams
from townland_cli.wrapping import cell_len, width, wrapped

if TYPE_CHECKING:
    from rich.console import Console

    from townland.issues import Issue

PATH = 4096
"""So many signs of a path are shown: a path that is cut leads nowhere."""

LOGGER = logging.getLogger("townland")
LOGGER.addHandler(logging.NullHandler())
LOGGER.propagate = False

_ABOVE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

SEVERITIES: dict[str, Words] = {"info": _("note"), "warning": _("warning"), "error": _("error")}


def say(text: str = "", *, err: bool = False) -> None:
    """Print lines to the console: the gate that everything a person reads there goes through.

    What would command the terminal is quoted. Data come in words (`displayed`) or on `one_line`, so that
    no name makes lines of its own.

    Parameters
    ----------
    text
        The lines.
    err
        Whether they go to standard error.
    """
    typer.echo(quoted(text), err=err)


def notices(messages: Sequence[Words | str], lang: str, *, err: bool = False) -> None:
    """Print what a reader must know before the findings.

    Parameters
    ----------
    messages, lang
        Its sentences, and the language.
    err
        Whether it goes to standard error, where standard output is a program's or is to be silent.
    """
    for message in messages:
        LOGGER.warning("%s", displayed(message, lang))
        paragraph(displayed(_("Note well: {text}", text=message), lang), indent="", err=err)


def fail(error: TownlandError, lang: str) -> int:
    """Print an error for its reader and give its exit code."""
    LOGGER.error("%s", displayed(error.message, lang))
    say(displayed(_("Error: {reason}", reason=error.message), lang), err=True)
    return error.exit_code


def interrupted(lang: str) -> None:
    """Print that somebody stopped the command."""
    message = _("Interrupted; nothing is left half written, and what stood before stands")
    LOGGER.error("%s", message.render(lang))
    say(message.render(lang), err=True)


def lost(problem: OSError, lang: str) -> None:
    """Print that standard output could not be written, and whether the result stands all the same."""
    message = _("Error: standard output cannot be written ({reason})", reason=problem.strerror)
    if streams.anything_stands():
        message = _(
            "Note: standard output cannot be written ({reason}); the files are written",
            reason=problem.strerror,
        )
    LOGGER.error("%s", message.render(lang))
    say(message.render(lang), err=True)


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
    say(lines, err=True)
    message = _(
        "This is a bug in townland, not in your data; nothing was written. Please report it with"
        " the lines above."
    )
    if streams.anything_stands():
        message = _(
            "This is a bug in townland, not in your data; the files are written, and only what would be"
            " printed of them is missing. Please report it with the lines above."
        )
    say(message.render(lang), err=True)
    return 4


class _Lines(logging.Formatter):
    """A log in which every record begins its line, and no data begin one."""

    def format(self, record: logging.LogRecord) -> str:
        """Quote what commands a terminal, and set further lines in."""
        return quoted(super().format(record)).replace("\n", "\n    ")


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
    except FileNotFoundError:
        raise TownlandError(
            _(
                "{path}: the log file cannot be written: its folder is not there; make it, or name"
                " another with --log-file",
                path=path.as_posix(),
            )
        ) from None
    except OSError as problem:
        raise TownlandError(
            _(
                "{path}: the log file cannot be written ({reason})",
                path=path.as_posix(),
                reason=problem.strerror,
            )
        ) from None
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.info("townland %s", " ".join(one_line(_without_values(word)) for word in sys.argv[1:]))


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
            LOGGER.info("%d/%d %s", done, whole, displayed(step, "en"))
            if not quiet:
                say(f"[{done}/{whole}] {displayed(step, lang)}", err=True)

        yield line
        return
    from rich.markup import escape
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
            LOGGER.info("%d/%d %s", done, whole, displayed(step, "en"))
            shown = escape(displayed(step, lang))  # the bar reads markup, data hold none
            bar.update(task, description=shown, completed=done, total=whole)

        yield update


def document(data: object) -> None:
    """Print one JSON document to standard output, in UTF-8 whatever the console."""
    from townland.output.json_text import dumps

    # inside of JSON a control sign may be written as its number; JSON itself quotes those below 32
    safe = _ABOVE.sub(lambda found: f"\\u{ord(found[0]):04x}", dumps(data))
    typer.echo(safe.encode("utf-8"), nl=False)


def table(rows: Iterable[Sequence[object]], head: Sequence[str]) -> None:
    """Print rows in columns."""
    for line in table_lines(rows, head):
        say(line)


def table_lines(rows: Iterable[Sequence[object]], head: Sequence[str]) -> Iterator[str]:
    """Rows in columns; a Chinese character is two columns wide, numbers stand to the right."""
    lines = [[one_line(str(cell)) for cell in row] for row in rows]
    widths = [max(cell_len(line[i]) for line in [list(head), *lines]) for i in range(len(head))]
    numbers = [_are_numbers([line[i] for line in lines]) for i in range(len(head))]
    for line in [list(head), *lines]:
        cells = [_padded(*each) for each in zip(line, widths, numbers, strict=True)]
        yield "  ".join(cells).rstrip()


def _padded(cell: str, width: int, number: bool) -> str:
    """Fill a cell up to the width of its column.

    Parameters
    ----------
    cell, width
        The text, and the width in columns of the console.
    number
        Whether it stands to the right.
    """
    pad = " " * (width - cell_len(cell))
    return pad + cell if number else cell + pad


def _are_numbers(cells: Sequence[str]) -> bool:
    return bool(cells) and all(map(_is_number, cells))


def where_to_look(folder: Path, files: Mapping[str, Words], lang: str) -> None:
    """Print the files of a folder, and what they hold.

    Parameters
    ----------
    folder, files, lang
        As in `looks`.
    """
    for line in looks(folder, files, lang):
        say(line)


def looks(folder: Path, files: Mapping[str, Words], lang: str) -> Iterator[str]:
    """A line for each file of a folder, and what it holds.

    Parameters
    ----------
    folder, files
        The folder, and its files with what they hold in words.
    lang
        The language.
    """
    for file, title in files.items():
        yield f"  {one_line((folder / file).as_posix(), PATH)}  {title.render(lang)}"


def paragraph(text: str, *, indent: str, err: bool = False) -> None:
    """Print a text broken to the width of the console, every line indented.

    Parameters
    ----------
    text, indent
        What is printed, and what stands before each line.
    err
        Whether it goes to standard error.
    """
    for line in wrapped(text, width() - cell_len(indent)):
        say(indent + line, err=err)


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True)


def _is_number(text: str) -> bool:
    return bool(text) and text.replace(",", "").replace(".", "").replace("-", "").isdigit()
