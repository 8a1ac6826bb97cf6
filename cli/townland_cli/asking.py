"""Questions to whoever sits at the terminal; where nobody does, none is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from townland.i18n import _, displayed
from townland_cli import printing

if TYPE_CHECKING:
    from townland.layers.init.items import Question


def somebody_there() -> bool:
    """Whether a person reads what is printed and can answer it."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def asker(lang: str) -> Callable[[Question], int | None]:
    """What asks a person, and leaves the question open where the answer is empty.

    An answer that is none of those offered is asked for again.
    """

    def ask(question: Question) -> int | None:
        printing.say()
        printing.paragraph(displayed(question.text, lang), indent="")
        for number, option in enumerate(question.options, 1):
            printing.say(f"  {number}  {displayed(option, lang)}")
        while True:
            given = typer.prompt(
                displayed(_("Number (Enter leaves it open)"), lang), default="", show_default=False
            ).strip()
            if not given:
                return None
            if given.isdecimal() and 1 <= int(given) <= len(question.options):
                return int(given) - 1
            printing.say(
                displayed(_("a number from 1 to {last}", last=len(question.options)), lang)
            )

    return ask
