"""A page of the console: what is gravest as far as there is room, or everything on demand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import chain

from townland.i18n import _, displayed
from townland_cli import printing
from townland_cli.wrapping import width, wrapped

LINES = 40
"""The lines of a page."""

FEW = 10
"""So many towns have a page; of more each is a line."""

INDENT = "    "


def block(text: str) -> list[str]:
    """The lines of one thing of a list: broken between words, set in from the second on."""
    first, *others = wrapped(text, width() - len(INDENT))
    return [first, *(INDENT + line for line in others)]


def line_of(text: str) -> list[str]:
    """As `block` on a terminal; elsewhere one line, by which editors find file and line of a fault."""
    return block(text) if sys.stdout.isatty() else [text]


def print_page(
    above: Sequence[str],
    blocks: Sequence[Sequence[str]],
    below: Sequence[str] = (),
    *,
    lang: str,
    verbose: bool,
) -> None:
    """Print a page of `LINES` at most, or all of it.

    Parameters
    ----------
    above, below
        Lines that stand in any case, before and after the list.
    blocks
        What is listed, the gravest first; each is printed whole or not at all.
    lang, verbose
        The language, and whether everything is printed.
    """
    room = LINES - len(above) - len(below)
    listed = chain(*blocks) if verbose else fitted(blocks, room, lang)
    for line in (*above, *listed, *below):
        printing.say(line)


def fitted(blocks: Sequence[Sequence[str]], room: int, lang: str) -> Iterator[str]:
    """The lines of the first blocks that have room, and how many more there are.

    Parameters
    ----------
    blocks, room
        What is printed, and the lines for it, of which one may say how many more there are.
    lang
        The language.
    """
    for at, lines in enumerate(blocks):
        last = at == len(blocks) - 1
        if len(lines) > room - (not last):
            yield displayed(
                _("… and {count} more of these; --verbose prints them", count=len(blocks) - at),
                lang,
            )
            return
        room -= len(lines)
        yield from lines
