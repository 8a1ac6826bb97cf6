"""The command `townland`: parse, one library call, print.

Nothing of GIS is imported before a command needs it, so that help answers at once.
"""

from __future__ import annotations

import sys

from townland_cli.options import language


def main() -> None:
    """Run the command and leave with the exit code that the interface names."""
    for stream in (sys.stdout, sys.stderr):
        # A console in GBK cannot print every character; it must not stop the work.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    from townland.errors import TownlandError
    from townland_cli.app import app
    from townland_cli.printing import bug, fail

    try:
        app()
    except TownlandError as error:
        raise SystemExit(fail(error, language())) from None
    except Exception as error:  # noqa: BLE001 - a bug must leave with 4, not with Python's 1
        raise SystemExit(bug(error, language())) from None
