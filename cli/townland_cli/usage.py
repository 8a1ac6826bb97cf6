"""What typer says of itself, in the reader's language: heads of help, and what was typed wrong.

Typer knows English alone.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup

from townland.errors import TownlandError
from townland.i18n import Words, _
from townland_cli import printing, wrapping
from townland_cli.options import words

if TYPE_CHECKING:
    from typer._click.core import Context  # typer.Context is below it
    from typer._click.formatting import HelpFormatter
    from typer.core import TyperOption

HELP_SHOWN = words("show this help and leave")

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What typer raises of a line that no command can be made of; it exports it under no name."""

_COMMAND = re.compile(r"No such command '(.*?)'", re.DOTALL)
_EXTRA = re.compile(r"unexpected extra argument(?:s|\(s\))? \((.*)\)", re.DOTALL)


class HelpedCommand(TyperCommand):
    """A command whose own ``--help`` is explained in the reader's language."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Print the help, its heads in the reader's language."""
        heads_in_words()
        super().format_help(ctx, formatter)

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """Give typer's option in other words."""
        return _in_words(super().get_help_option(ctx))

    def get_usage(self, ctx: Context) -> str:
        """Give the line of usage, its head in the reader's language."""
        return super().get_usage(ctx).replace("Usage: ", words("Usage: "), 1)


class HelpedGroup(TyperGroup):
    """A group of commands whose own ``--help`` is explained in the reader's language."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Print the help, its heads in the reader's language."""
        heads_in_words()
        super().format_help(ctx, formatter)

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """Give typer's option in other words."""
        return _in_words(super().get_help_option(ctx))

    def get_usage(self, ctx: Context) -> str:
        """Give the line of usage, its head in the reader's language."""
        return super().get_usage(ctx).replace("Usage: ", words("Usage: "), 1)


def _in_words(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.help = HELP_SHOWN
    return option


def heads_in_words() -> None:
    """Have the parts of the help headed in the reader's language, and its lines broken as it is written.

    Rich breaks lines at blanks alone, of which Chinese has none, and cuts off what is longer than its
    column.
    """
    from rich import _wrap
    from typer import rich_utils

    _wrap.words = wrapping.words

    rich_utils.ARGUMENTS_PANEL_TITLE = words("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = words("Options")
    rich_utils.COMMANDS_PANEL_TITLE = words("Commands")
    rich_utils.DEFAULT_STRING = words("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = words("[required]")


def refused(error: Exception, lang: str) -> int:
    """Print what is wrong with the line that was typed; the exit code."""
    if type(error).__name__ == "NoArgsIsHelpError":  # the help of a group stands there already
        return 2
    return printing.fail(mistyped(error), lang)


def mistyped(error: Exception) -> TownlandError:
    """Say what is wrong with the line that was typed, and where its right form is explained."""
    context: Context | None = getattr(error, "ctx", None)
    command = "townland"
    if context is not None:
        command += context.command_path.removeprefix(context.find_root().command_path)
    return TownlandError(
        _("{fault}; `{command} --help` explains the command", fault=_fault(error, context),
          command=command)
    )  # fmt: skip


def _fault(error: Exception, context: Context | None) -> Words:
    """Say what is wrong, by what typer has of it."""
    message = str(getattr(error, "message", error))
    param = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    if option is not None and hasattr(error, "possibilities"):
        options = context.command.params if context else []
        known = [name for each in options for name in each.opts]
        near = get_close_matches(option, known, n=1, cutoff=0.5)
        return _meant(_("there is no option {name}", name=option), near)
    if option is not None:
        if "not take a value" in message:
            return _("the option {name} takes no value", name=option)
        return _("the option {name} needs a value behind it", name=option)
    if type(error).__name__ == "MissingParameter" and param is not None:
        return _("what is missing is {name}: {help}", name=_called(param), help=param.help or "")
    if param is not None and "integer" in message:
        return _("behind {name} stands a whole number", name=_called(param))
    if param is not None and "number" in message:
        return _("behind {name} stands a number", name=_called(param))
    if param is not None:
        return _("{name} cannot be read ({message})", name=_called(param), message=message)
    commands = getattr(context.command, "commands", {}) if context else {}
    if message.startswith("Missing command"):
        return _("no command was typed; there are {known}", known=", ".join(commands))
    if unknown := _COMMAND.search(message):
        near = get_close_matches(unknown[1], list(commands), n=1, cutoff=0.5)
        if near:
            return _meant(_("there is no command {name}", name=unknown[1]), near)
        return _("there is no command {name}; there are {known}", name=unknown[1],
                 known=", ".join(commands))  # fmt: skip
    if extra := _EXTRA.search(message):
        return _("more was typed than the command takes: {words}", words=extra[1])
    return _("the line cannot be read ({message})", message=message)


def _meant(fault: Words, near: list[str]) -> Words:
    """Add what was perhaps meant."""
    return _("{fault} (did you mean {name}?)", fault=fault, name=near[0]) if near else fault


def _called(param: object) -> str:
    """Name a parameter as it is typed: an option by its longest name."""
    names: list[str] = getattr(param, "opts", [])
    return max(names, key=len) if names else str(getattr(param, "name", ""))
