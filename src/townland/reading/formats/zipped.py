"""Zipped layers: unpacked into a temporary folder, with safe names and within limits."""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from townland.errors import LayerError
from townland.i18n import _
from townland.reading.sniff import SUFFIXES, sniff

MAX_BYTES = 16 << 30
MAX_RATIO = 500
"""DBF tables with wide, empty text columns reach a ratio of 100 honestly."""
RATIO_COUNTS_FROM = 100 << 20
MAX_MEMBERS = 100_000
MAX_DEPTH = 30
"""Folders in one another."""

_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx"}
_UTF8_NAME = 0x800

BESIDE = ("dxf", "kml", "coordinate_text", "coordinate_table")
"""Formats that do not count in a zip that holds a layer of another format."""


@contextmanager
def opened(path: Path, *, prefer: str | None = None) -> Iterator[Path]:
    """The file itself, or what a zip holds, unpacked for as long as the context lasts.

    Parameters
    ----------
    path
        A file or a FileGDB folder; a zip is known by its content, whatever its name.
    prefer
        The stem of the file that is meant where the zip holds several.

    Raises
    ------
    LayerError
        The zip holds no layer or several; it is damaged, encrypted, too large when unpacked, or
        holds links or names that lead out of the folder.
    """
    if sniff(path) != "zip":
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="townland-") as folder:
        root = Path(folder).resolve()
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, root, path)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as problem:
            raise LayerError(
                _(
                    "{path}: the zip cannot be unpacked ({reason}); get it again",
                    path=path.as_posix(),
                    reason=str(problem),
                )
            ) from None
        yield _only_layer(root, path, prefer)


def members(archive: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    """The names of a zip's files as their maker meant them.

    Without the UTF-8 flag, Windows writes names in the system's code page: GBK in China. Strict UTF-8
    comes first, since macOS writes that without the flag.
    """
    return [(_name(info), info) for info in archive.infolist() if not info.is_dir()]


def _name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _unpack(archive: zipfile.ZipFile, root: Path, path: Path) -> None:
    found = members(archive)
    total = sum(info.file_size for _name, info in found)
    packed = sum(info.compress_size for _name, info in found)
    bomb = total > RATIO_COUNTS_FROM and total > MAX_RATIO * max(packed, 1)
    if bomb or total > MAX_BYTES or len(found) > MAX_MEMBERS:
        raise LayerError(
            _(
                "{path}: the zip would unpack to {size} MB in {count} files; unpack it yourself, and"
                " give the path of the layer, if you trust it",
                path=path.as_posix(),
                size=total >> 20,
                count=len(found),
            )
        )
    for name, info in found:
        parts = PurePosixPath(name).parts
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        odd = len(parts) > MAX_DEPTH or any(ord(letter) < 32 for letter in name)
        if is_link or odd or not parts or ".." in parts or name.startswith("/") or ":" in name:
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
        if not _is_wanted(parts):
            continue
        target = _target(root, parts, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as source, target.open("wb") as sink:
            left = info.file_size
            while block := source.read(min(1 << 20, left + 1)):
                left -= len(block)
                if left < 0:
                    raise zipfile.BadZipFile("a file is longer than the zip declares")
                sink.write(block)


def _target(root: Path, parts: tuple[str, ...], path: Path) -> Path:
    """Where a member goes; the loose files of a zipped FileGDB get the folder they lack."""
    folder = parts[-2] if len(parts) > 1 else ""
    if ".gdb" in PurePosixPath(parts[-1]).suffix.lower() and not folder.lower().endswith(".gdb"):
        stem = (folder or path.name).split(".")[0] or "layer"
        return root.joinpath(*parts[:-2], f"{stem}.gdb", parts[-1])
    return root.joinpath(*parts)


def _is_wanted(parts: tuple[str, ...]) -> bool:
    if "__MACOSX" in parts:
        return False
    suffix = PurePosixPath(parts[-1]).suffix.lower()
    in_gdb = any(part.lower().endswith(".gdb") for part in parts[:-1])
    return in_gdb or suffix in _PARTS or suffix in SUFFIXES or suffix.startswith(".gdb")


def _only_layer(root: Path, path: Path, prefer: str | None) -> Path:
    main = root / "doc.kml"
    if main.is_file():  # a KMZ, whose other files are pictures or what links name
        return main
    found = sorted(
        file
        for file in root.rglob("*")
        if file.suffix.lower() in SUFFIXES
        and (file.is_file() or file.suffix.lower() == ".gdb")
        and not any(parent.suffix.lower() == ".gdb" for parent in file.parents)
    )
    if len(found) > 1 and prefer is not None:
        found = [file for file in found if file.stem.lower() == prefer.lower()] or found
    if len(found) > 1:
        # a drawing or a picture for a globe lies beside the layer it was made from
        found = [file for file in found if SUFFIXES[file.suffix.lower()] not in BESIDE] or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise LayerError(
            _(
                "{path}: the zip holds no layer that can be read; look into it, and give the path of the"
                " layer",
                path=path.as_posix(),
            )
        )
    raise LayerError(
        _(
            "{path}: the zip holds several layers: {names}; name one with --layer or the catalog's"
            " key layer",
            path=path.as_posix(),
            names=", ".join(file.relative_to(root).as_posix() for file in found),
        )
    )
