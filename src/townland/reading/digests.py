"""The hash of an input, so that a report names exactly what it was made from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from townland.reading.formats import SUFFIXES


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, of a FileGDB folder, or of a Shapefile with its side files.

    Only files that carry data count: indexes (.qix, .sbn …) and metadata may come and go. Of several
    files, it is the hash over their names relative to the folder, their lengths and contents, in the
    order of names; lock files do not count. The same data give the same hash wherever it lies.
    """
    if path.is_dir():
        files = sorted(
            (file.relative_to(path).as_posix(), file)
            for file in path.rglob("*")
            if file.is_file() and file.suffix != ".lock"
        )
    elif parts := _data_files(path):
        stem = path.stem.lower()
        files = sorted(
            (file.suffix.lower(), file)
            for file in path.parent.iterdir()
            if file.stem.lower() == stem and file.suffix.lower() in parts
        )
    else:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    digest = hashlib.sha256()
    for name, file in files:
        digest.update(f"{name}\x00{file.stat().st_size}\x00".encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _data_files(path: Path) -> tuple[str, ...]:
    """The suffixes of the files of which a layer consists; none where it is one file."""
    form = SUFFIXES.get(path.suffix.lower())
    return () if form is None else form.data_files
