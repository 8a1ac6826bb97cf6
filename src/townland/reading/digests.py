"""The hash of an input, so that a report names exactly what it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from townland.reading.formats import SUFFIXES


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, of a FileGDB folder, or of a Shapefile with its side files.

    Only files that carry data count: indexes (.qix, .sbn …) and metadata may come and go. Of several
    files, it is the hash over their names relative to the folder, their lengths and contents, in the
    order of names; lock files do not count. The same data give the same hash wherever it lies.
    """
    if path.is_dir():
        return _sha256_of_all(_files_below(path))
    if _data_files(path):
        return _sha256_of_all(_files_beside(path))
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _files_below(folder: Path) -> list[tuple[str, Path]]:
    """The files of a folder by their names relative to it, in order, without locks."""
    return sorted(
        (file.relative_to(folder).as_posix(), file)
        for file in folder.rglob("*")
        if file.is_file() and file.suffix != ".lock"
    )


def _files_beside(path: Path) -> list[tuple[str, Path]]:
    """The files of which a layer consists by their suffixes, in order."""
    stem, suffixes = path.stem.lower(), _data_files(path)
    return sorted(
        (file.suffix.lower(), file)
        for file in path.parent.iterdir()
        if file.stem.lower() == stem and file.suffix.lower() in suffixes
    )


def _sha256_of_all(files: Iterable[tuple[str, Path]]) -> str:
    """The hash over the names of files, their lengths and contents."""
    digest = hashlib.sha256()
    for name, file in files:
        digest.update(f"{name}\x00{file.stat().st_size}\x00".encode())
        for block in _blocks(file):
            digest.update(block)
    return digest.hexdigest()


def _blocks(file: Path) -> Iterator[bytes]:
    """The content of a file, a megabyte at a time."""
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _data_files(path: Path) -> tuple[str, ...]:
    """The suffixes of the files of which a layer consists; none where it is one file."""
    form = SUFFIXES.get(path.suffix.lower())
    return () if form is None else form.data_files
