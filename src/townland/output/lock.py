"""A lock of the operating system on what is written: it ends with the process that holds it."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from townland.errors import ReportError
from townland.i18n import _

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


def lock_file(target: Path) -> Path:
    """The file beside a target on which its lock is held; nobody has a file of this name."""
    name = os.path.normcase(target.name).encode("utf-8", "surrogateescape")
    return target.with_name(f".townland-{hashlib.sha256(name).hexdigest()[:16]}.lock")


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a file or folder that is written; its own links are resolved before.

    Raises
    ------
    ReportError
        Another process holds it.
    OSError
        The folder cannot be written, or its file system knows no locks.
    """
    path = lock_file(target)
    descriptor = take(path)
    if descriptor is None:
        raise ReportError(
            _(
                "{path}: another townland is writing there at this moment, and nothing was written."
                " Wait until it is done, or give another name",
                path=target.as_posix(),
            )
        )
    try:
        yield
    finally:
        release(path, descriptor)


def take(path: Path) -> int | None:
    """Lock a file, which is made where there is none: its descriptor, or None where it is locked."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except PermissionError:
            if sys.platform == "win32" and path.exists():
                return None  # Windows: being deleted by the process that holds it
            raise
        try:
            held = _lock(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        if held and _is_at(path, descriptor):
            return descriptor
        os.close(descriptor)
        if not held:
            return None


def release(path: Path, descriptor: int) -> None:
    """Take the file of a lock away, and end the lock.

    POSIX takes the name away first, so that nobody locks a file without a name and believes it; Windows
    deletes no file that is open.
    """
    if sys.platform == "win32":
        os.close(descriptor)
        with suppress(OSError):
            path.unlink()
    else:
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Whether the lock was had; the system ends it with the process, however that ends."""
    if sys.platform == "win32":
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
    else:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the open file is still the one of this name, and not one that was taken away."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
