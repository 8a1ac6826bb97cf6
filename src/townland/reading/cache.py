"""What townland remembers between two runs, in the user's own cache folder: small entries, each checked.

Nothing depends on it: an entry that is missing, damaged, of another user, or cannot be written is as
good as none, and what it would have said is computed anew.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 2 << 30
"""All entries together; those that were not asked for longest go first."""
_SMALL = 1 << 20
_SUM = hashlib.sha256().digest_size
_KINDS = ("blocks", "boxes", "digest")


def folder() -> Path | None:
    """The folder of the entries, made where it is missing and open to its user alone; None without one.

    ``townland`` below XDG_CACHE_HOME, else below the system's own folder for what may be lost.
    """
    with suppress(OSError, RuntimeError):
        path = _root() / "townland"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = path.lstat()
        if not stat.S_ISDIR(state.st_mode):
            return None
        # what others may write, or own, says nothing
        if os.name == "posix":
            if state.st_uid != os.getuid():
                return None
            path.chmod(0o700)
        return path
    return None


def _root() -> Path:
    """The folder of all programs; RuntimeError where the user has no home."""
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or ""
    if Path(named).is_absolute():
        return Path(named)
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def load(kind: str, key: str) -> bytes | None:
    """What an entry holds; None where there is none, or where its bytes are not those written."""
    home = folder()
    if home is None:
        return None
    with suppress(OSError):
        path = home / _name(kind, key)
        with path.open("rb") as entry:
            stated, content = entry.read(_SUM), entry.read()
        if hashlib.sha256(content).digest() == stated:
            path.touch()
            return content
    return None


def save(kind: str, key: str, content: bytes) -> None:
    """Write an entry whole or not at all; where the disk does not allow it, nothing is remembered.

    Parameters
    ----------
    kind, key
        What the entry is of.
    content
        What it holds.
    """
    home = folder()
    if home is None or len(content) > MOST_BYTES // 2:
        return
    name = _name(kind, key)
    with suppress(OSError):
        # looking through the folder costs more than a small entry: one in sixteen of these pays for it
        if len(content) > _SMALL or name.endswith("0"):
            _make_room(home, len(content))
        handle, new = tempfile.mkstemp(prefix="new-", dir=home)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(hashlib.sha256(content).digest())
                stream.write(content)
            Path(new).replace(home / name)
        except OSError:
            Path(new).unlink(missing_ok=True)
            raise


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that is read in part; calling it opens it."""

    path: Path

    def __call__(self) -> BinaryIO:
        """Open it.

        Raises
        ------
        OSError
            It is gone.
        """
        return self.path.open("rb")


def entry(kind: str, key: str) -> Entry | None:
    """An entry that `save_parts` wrote; None where there is none."""
    home = folder()
    if home is None:
        return None
    with suppress(OSError):
        found = Entry(home / _name(kind, key))
        os.utime(found.path)
        return found
    return None


def save_parts(kind: str, key: str, parts: Iterable[bytes]) -> Entry | None:
    """Write an entry part by part, whole or not at all; None where the disk does not allow it.

    Who reads it must know what was written: nothing of it is checked here.

    Parameters
    ----------
    kind, key
        What the entry is of.
    parts
        What it holds.
    """
    home = folder()
    if home is None:
        return None
    with suppress(OSError):
        handle, new = tempfile.mkstemp(prefix="new-", dir=home)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(parts)
            size = Path(new).stat().st_size
            if size > MOST_BYTES:
                Path(new).unlink()
                return None
            _make_room(home, 0)
            found = Entry(home / _name(kind, key))
            Path(new).replace(found.path)
        except BaseException:
            Path(new).unlink(missing_ok=True)
            raise
        return found
    return None


def now_ns() -> int | None:
    """The time of the disk on which the folder lies, in nanoseconds; None without a folder.

    It is the time that a file changed now would have, so that the two can be compared.
    """
    home = folder()
    if home is None:
        return None
    with suppress(OSError), tempfile.TemporaryFile(dir=home) as stream:
        stream.write(b"0")
        stream.flush()
        return os.fstat(stream.fileno()).st_mtime_ns
    return None


def _name(kind: str, key: str) -> str:
    return f"{kind}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _make_room(home: Path, size: int) -> None:
    """Remove the entries that were not asked for longest until one of this size fits."""
    entries = [entry for entry in os.scandir(home) if entry.name.startswith((*_KINDS, "new-"))]
    states = sorted(
        (entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in entries
    )
    total = size + sum(each[1] for each in states)
    for _time, own, path in states:
        if total <= MOST_BYTES:
            return
        Path(path).unlink(missing_ok=True)
        total -= own
