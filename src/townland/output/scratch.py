"""Folders for a while: what a killed process leaves of them, the next one takes away."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from townland.output import lock

PREFIX = "townland-"


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder in the system's folder for such, only the user's own, while the context lasts.

    The lock stands before the folder and ends after it, so that a folder whose lock can be had is of a
    process that is gone.
    """
    clear_left()
    root = Path(tempfile.gettempdir()).resolve()
    folder, descriptor = root, None
    while descriptor is None:
        folder = root / f"{PREFIX}{token_hex(8)}"
        descriptor = lock.take(_lock_of(folder))
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release(_lock_of(folder), descriptor)


def clear_left() -> None:
    """Take away the folders of processes that are gone; those of others stay."""
    with suppress(OSError):
        for file in Path(tempfile.gettempdir()).resolve().glob(f"{PREFIX}*.lock"):
            with suppress(OSError):
                _clear(file)


def _clear(file: Path) -> None:
    """Take away the folder of one lock where nobody holds it; only what is the user's own."""
    if file.is_symlink() or (hasattr(os, "getuid") and file.stat().st_uid != os.getuid()):
        return
    descriptor = lock.take(file)
    if descriptor is not None:
        try:
            shutil.rmtree(file.with_suffix(""), ignore_errors=True)
        finally:
            lock.release(file, descriptor)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
