"""The command `townland`: parse, one library call, print.

Nothing of GIS is imported before a command needs it, so that help answers at once.
"""

from __future__ import annotations

from townland_cli import streams
from townland_cli.loading import loading
from townland_cli.options import language


def main() -> None:
    """Run the command and leave with the exit code that the interface names."""
    with streams.guarded() as command:
        raise SystemExit(_left_with(command))


def _left_with(command: streams.Command) -> int:
    """Run the command; its exit code, after a sentence on what ended it where something did."""
    with loading():
        from townland.errors import TownlandError
        from townland_cli import printing
        from townland_cli.app import app
        from townland_cli.usage import UsageError, refused

    lang = language()
    try:
        left = app(standalone_mode=False)
        code = left if isinstance(left, int) else 0
    except UsageError as error:
        code = refused(error, lang)
    except TownlandError as error:
        code = printing.fail(error, lang)
    except KeyboardInterrupt:
        code = streams.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a bug must leave with 4, not with Python's 1
        code = printing.bug(error, lang)
    if code == streams.INTERRUPTED:
        printing.interrupted(lang)
    if command.lost:
        printing.lost(command.lost, lang)
    return command.code(code)
