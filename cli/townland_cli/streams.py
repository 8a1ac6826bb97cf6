"""Standard output and standard error that may be full or closed, and signals that end the command."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import FrameType
from typing import TextIO

INTERRUPTED = 130
"""The exit code of a command that a person stopped (128 + SIGINT), which Typer gives."""

UNUSABLE = 2

_STANDS: ContextVar[int | None] = ContextVar("stands", default=None)
_PRINTED: ContextVar[bool] = ContextVar("printed", default=False)


class Outlet(io.RawIOBase):
    """The end of a stream, which takes everything; `lost` is the first thing the system refused."""

    def __init__(self, raw: io.RawIOBase | None) -> None:
        super().__init__()
        self.raw = raw
        self.lost: OSError | None = None

    def writable(self) -> bool:
        """As of a file that is written."""
        return True

    def fileno(self) -> int:
        """The number of the file, where there is one."""
        if self.raw is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self.raw.fileno()

    def isatty(self) -> bool:
        """Whether a person reads it."""
        return self.raw is not None and self.raw.isatty()

    def write(self, data: object) -> int:
        """Write, and say that all was taken where it was refused: output must not end the work."""
        view = memoryview(data)  # type: ignore[arg-type]  # whatever a buffer hands down is bytes
        if self.lost is None:
            try:
                if self.raw is None:
                    raise OSError(errno.EBADF, os.strerror(errno.EBADF))
                return self.raw.write(view) or 0
            except OSError as problem:
                self.lost = problem
        return view.nbytes


class Command:
    """What became of a command: the streams that it writes to, and the signal that ended it."""

    def __init__(self) -> None:
        self.out: Outlet | None = None
        self.signal: int | None = None

    def stop(self, number: int, _frame: FrameType | None) -> None:
        """End as with Ctrl-C, so that everything half written goes."""
        self.signal = number
        raise KeyboardInterrupt

    @property
    def lost(self) -> OSError | None:
        """Why standard output could not be written; a reader that left, as ``head``, is no reason."""
        lost = self.out.lost if self.out else None
        return None if lost is None or lost.errno == errno.EPIPE else lost

    def code(self, code: int) -> int:
        """The exit code, given the one that the command left with.

        Once the folder or file that was asked for stands, the code is that of what was found, whatever
        becomes of the console. A document that was to be printed and could not be is 2.
        """
        stands = _STANDS.get()
        if code == INTERRUPTED and stands is None:
            return 128 + (self.signal or signal.SIGINT)
        if code == INTERRUPTED and stands is not None:
            code = stands
        if self.lost and (_PRINTED.get() or (stands is None and code == 0)):
            return UNUSABLE
        return code


def stands(code: int, *, printed: bool = False) -> None:
    """Note that what was asked for is on the disk, with the exit code for it.

    `printed` says that a document is to be printed, too, which a program waits for.
    """
    _STANDS.set(code)
    _PRINTED.set(printed)


def anything_stands() -> bool:
    """Whether what was asked for is on the disk."""
    return _STANDS.get() is not None


@contextmanager
def guarded() -> Iterator[Command]:
    """Give the command streams that take everything, and turn TERM and HUP into Ctrl-C."""
    command = Command()
    _STANDS.set(None)
    _PRINTED.set(False)
    _occupy()
    streams = sys.stdout, sys.stderr
    signals = dict(_caught(command))
    try:
        sys.stdout, command.out = _guarded(sys.stdout, sys.__stdout__)
        sys.stderr, _err = _guarded(sys.stderr, sys.__stderr__)
        yield command
    finally:
        for number, handler in signals.items():
            signal.signal(number, handler)
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        if streams != (sys.__stdout__, sys.__stderr__):
            sys.stdout, sys.stderr = streams  # of who called this in a process of its own


def _occupy() -> None:
    """Open the null device where a standard stream is closed.

    The next file that is opened would get its number, and what a C library prints would be written
    into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _guarded(stream: TextIO | None, original: TextIO | None) -> tuple[TextIO, Outlet | None]:
    """Give a stream over an `Outlet`; that of a test or of a caller is left as it is.

    Parameters
    ----------
    stream
        The stream; Python has none where it is closed.
    original
        The one that the process began with.
    """
    if stream is not original:
        return stream or io.StringIO(), None
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # with PYTHONUNBUFFERED there is no buffer between
    if stream is not None and not isinstance(raw, io.RawIOBase):
        return stream, None
    outlet = Outlet(raw)
    # A console in GBK cannot print every character; it must not stop the work.
    return io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding=stream.encoding if stream else "utf-8",
        errors="replace",
        line_buffering=outlet.isatty(),
    ), outlet


def _caught(command: Command) -> Iterator[tuple[int, signal.Handlers]]:
    """Catch each signal that ends a process from outside; what ``nohup`` ignores stays ignored."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None:
            continue  # Windows has no HUP
        before = signal.getsignal(number)
        if before == signal.SIG_DFL:
            try:
                signal.signal(number, command.stop)
            except ValueError:
                return  # not in the main thread
            yield number, signal.SIG_DFL
