"""What the file system or a writing library refuses, as a sentence; and a lock that may be refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeAlias

from townland.errors import ReportError
from townland.i18n import Text
from townland.output.lock import locked

LIBRARIES = ("pyogrio", "fiona", "sqlite3", "rasterio", "xlsxwriter", "zipfile")
"""Libraries whose errors while a file is written mean that it cannot be."""

Refusal: TypeAlias = Callable[[object], Text]
"""Says what cannot be written, for a reason."""


@contextmanager
def unwritable(refusal: Refusal) -> Iterator[None]:
    """Turn what the file system or a library that writes refuses into a sentence.

    Raises
    ------
    ReportError
        Something cannot be written.
    """
    try:
        yield
    except OSError as problem:
        raise ReportError(refusal(problem.strerror or problem)) from problem
    except Exception as problem:
        if type(problem).__module__.partition(".")[0] not in LIBRARIES:
            raise
        raise ReportError(refusal(problem)) from problem


@contextmanager
def held(target: Path, refusal: Refusal) -> Iterator[None]:
    """Hold the lock of a target; only what the lock itself is refused is told as such.

    Raises
    ------
    ReportError
        Another process holds it, or it cannot be made.
    """
    with ExitStack() as stack:
        with unwritable(refusal):
            stack.enter_context(locked(target))
        yield
