"""Whether the disk of a file tells every change of it, so that its state stands for its content."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

_KINDS = "bcachefs btrfs ext2 ext3 ext4 f2fs jfs nilfs2 overlay ramfs reiserfs tmpfs xfs zfs"
LOCAL = frozenset(_KINDS.split(" "))
"""Linux's own, whose time of change (ctime) no program can set: others are taken for network disks."""
_MOUNTS = Path("/proc/self/mountinfo")


def tells_changes(path: Path) -> bool:
    """Whether size, times and inode of a file change whenever its content does.

    They do on the local disks of Linux and macOS. Of network disks, of those that come and go (FAT), and
    of Windows, which keeps no time of change, nothing is believed.
    """
    with suppress(OSError):
        if sys.platform.startswith("linux"):
            return _kind(path.resolve()) in LOCAL
        if sys.platform == "darwin":
            own = path.stat().st_dev
            return any(own == Path(at).stat().st_dev for at in ("/", "/System/Volumes/Data"))
    return False


def _kind(path: Path) -> str:
    """The kind of the disk on which a path lies, as Linux calls it; empty where it cannot be told."""
    around = [(point, kind) for point, kind in _mounts() if path.is_relative_to(point)]
    # of those mounted at one point, the last lies on top
    return max(reversed(around), key=lambda each: len(each[0]), default=("", ""))[1]


@lru_cache(maxsize=1)
def _mounts() -> list[tuple[str, str]]:
    """Where each disk is mounted, and its kind (proc(5))."""
    found = []
    for line in _MOUNTS.read_bytes().splitlines():
        own, _dash, disk = line.partition(b" - ")
        point = own.split(b" ")[4].decode("unicode_escape").encode("latin-1")
        found.append((os.fsdecode(point), disk.split(b" ")[0].decode("ascii", "replace")))
    return found
