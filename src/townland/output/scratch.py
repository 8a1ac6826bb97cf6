"""Folders for a while: what a killed process leaves of them, the next one takes away."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from weakref import finalize

from townland.output import lock

PREFIX = "townland-"


class ScratchFolder:
    """A new folder, only the user's own, that goes with the last that refers to it.

    The lock stands before the folder and ends after it, so that a folder whose lock can be had is of a
    process that is gone.
    """

    def __init__(self, root: Path | None = None) -> None:
        """Make the folder.

        Parameters
        ----------
        root
            Where; None in the system's folder for such.

        Raises
        ------
        OSError
            The disk does not allow it.
        """
        root = _system() if root is None else root
        clear_left(root)
        descriptor = None
        while descriptor is None:
            self.path = root / f"{PREFIX}{token_hex(8)}"
            descriptor = lock.take(_lock_of(self.path))
        self.remove = finalize(self, _remove, self.path, descriptor, os.getpid())
        self.path.mkdir(mode=0o700)

    def __reduce__(self) -> tuple[object, ...]:
        """In another process nothing: it is this one that keeps the folder."""
        return _nothing, ()

    def __deepcopy__(self, memo: dict[int, object]) -> ScratchFolder:
        """The same folder: whoever has a copy reads there, too."""
        return self


def _nothing() -> None:
    """What stands for a folder that another process keeps."""


def _remove(folder: Path, descriptor: int, process: int) -> None:
    """Take a folder away, and end its lock; not in a process that was forked off the one that made it.

    Parameters
    ----------
    folder, descriptor, process
        The folder, the open file of its lock, and the process that made it.
    """
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release(_lock_of(folder), descriptor)


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder in the system's folder for such, only the user's own, while the context lasts."""
    folder = ScratchFolder()
    try:
        yield folder.path
    finally:
        folder.remove()


def clear_left(root: Path | None = None) -> None:
    """Take away the folders of processes that are gone, in the system's folder for such or another."""
    with suppress(OSError):
        for file in (_system() if root is None else root).glob(f"{PREFIX}*.lock"):
            with suppress(OSError):
                _clear(file)


def _system() -> Path:
    return Path(tempfile.gettempdir()).resolve()


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
