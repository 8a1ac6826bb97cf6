"""Zips: their files unpacked with safe names and within limits."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.format import Format, Probe
from townland.reading.formats.whole import ZIPPED

MAX_BYTES = 16 << 30
MAX_RATIO = 500
"""DBF tables with wide, empty text columns reach a ratio of 100 honestly."""
RATIO_COUNTS_FROM = 100 << 20
MAX_MEMBERS = 100_000
MAX_DEPTH = 30
"""Folders in one another."""

_UTF8_NAME = 0x800

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What `zipfile` raises of a zip that is damaged: a name that is no UTF-8 is a ValueError, too."""

Parts = tuple[str, ...]
"""The parts of a path within a zip."""


def unpack(path: Path, root: Path, target_of: Callable[[Parts], Parts | None]) -> None:
    """Unpack the wanted files of a zip.

    Parameters
    ----------
    path
        The zip.
    root
        The empty folder to unpack into.
    target_of
        Where a member goes below `root`; None for those that are left in the zip.

    Raises
    ------
    LayerError
        The zip is damaged, encrypted, too large when unpacked, or holds links or names that lead out
        of the folder.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _unpack(archive, root, path, target_of)
    except UNREADABLE as problem:
        raise LayerError(
            _(
                "{path}: the zip cannot be unpacked ({reason}); get it again",
                path=path.as_posix(),
                reason=str(problem),
            )
        ) from None


def members(archive: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    """The names of a zip's files as their maker meant them.

    Without the UTF-8 flag, Windows writes names in the system's code page: GBK in China. Strict UTF-8
    comes first, since macOS writes that without the flag.
    """
    entries = archive.infolist()
    if not all(info.filename for info in entries):
        raise zipfile.BadZipFile("a file in it has no name")
    return [(_name(info), info) for info in entries if not info.is_dir()]


def _name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        name = _decoded(name)
    return name.replace("\\", "/")


def _decoded(name: str) -> str:
    """A name that was taken for code page 437, in UTF-8 or else GB18030, where it is in one of them."""
    raw = name.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return name


def _unpack(
    archive: zipfile.ZipFile,
    root: Path,
    path: Path,
    target_of: Callable[[Parts], Parts | None],
) -> None:
    """Unpack an open zip; its sums are looked at before anything is written.

    Parameters
    ----------
    archive, path
        The zip.
    root, target_of
        As `unpack`.
    """
    entries = members(archive)
    total = sum(info.file_size for _name, info in entries)
    packed = sum(info.compress_size for _name, info in entries)
    bomb = total > RATIO_COUNTS_FROM and total > MAX_RATIO * max(packed, 1)
    if bomb or total > MAX_BYTES or len(entries) > MAX_MEMBERS:
        raise LayerError(
            _(
                "{path}: the zip would unpack to {size} MB in {count} {count:file|files};"
                " unpack it yourself, and give the path of the layer, if you trust it",
                path=path.as_posix(),
                size=total >> 20,
                count=len(entries),
            )
        )
    for name, info in entries:
        _refuse_harmful(name, info, path)
        target = target_of(PurePosixPath(name).parts)
        if target is not None:
            _extract(archive, info, root.joinpath(*target))


def _refuse_harmful(name: str, info: zipfile.ZipInfo, path: Path) -> None:
    """Refuse a member that leads out of the folder, or is encrypted.

    Parameters
    ----------
    name, info
        The member's name as its maker meant it, and its entry.
    path
        The zip, for messages.
    """
    parts = PurePosixPath(name).parts
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    unsafe = len(parts) > MAX_DEPTH or any(ord(letter) < 32 for letter in name)
    if is_link or unsafe or not parts or ".." in parts or name.startswith("/") or ":" in name:
        raise LayerError(
            _(
                "{path}: the zip holds {name}, a link or a name that leads out of its folder;"
                " such a file is not unpacked",
                path=path.as_posix(),
                name=name[:200],
            )
        )
    if info.flag_bits & 0x1:
        raise LayerError(
            _(
                "{path}: the zip is encrypted; unpack it, and give the path of the layer",
                path=path.as_posix(),
            )
        )


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write one member, and no more of it than its entry declares.

    Parameters
    ----------
    archive, info
        The zip, and the member's entry.
    target
        Where it goes.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as source, target.open("wb") as sink:
        left = info.file_size
        while block := source.read(min(1 << 20, left + 1)):
            left -= len(block)
            if left < 0:
                raise zipfile.BadZipFile("a file is longer than the zip declares")
            sink.write(block)


def _recognises(probe: Probe) -> bool:
    return probe.head.startswith(ZIPPED)


FORMAT = Format(
    name="zip",
    titles=("zip",),
    suffixes=(".zip", ".kmz"),
    recognises=_recognises,
    is_archive=True,
)
