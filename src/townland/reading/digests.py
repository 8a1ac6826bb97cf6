"""The hash of an input, so that a report names exactly what it was made from; paid once a file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from townland.errors import LayerError
from townland.i18n import _
from townland.reading import cache
from townland.reading.boxes import Boxes
from townland.reading.file_systems import tells_changes
from townland.reading.formats import SUFFIXES
from townland.reading.sealed import Held
from townland.reading.stages import stage

SETTLED_NS = 2_000_000_000
"""A file that changed so shortly ago may change once more without its times telling it."""
_LOGS = ("-wal", "-journal")
"""What SQLite has not yet written into the file itself stands beside it under these endings."""

State: TypeAlias = tuple[tuple[str, int, int, int, int, int], ...]
"""Of each file of a layer: path, size, times of writing and of change in ns, inode, disk."""


class Digests:
    """The hashes of files, each computed once: by this object, or by an earlier run where that is sure.

    A hash of an earlier run stands where every file of the layer still has its path, size, times and
    inode, lies on a local disk, and had not changed for two seconds when it was hashed. `remembered` are
    the paths whose hash was taken from there; with `rehash` it never is. `boxes` are those of the layers
    that were read, by their content; `packed` are the descriptions of packed files, by their state.
    `whole` counts the features of the layers that were read whole, by name.
    """

    def __init__(self, *, rehash: bool = False) -> None:
        self._rehash = rehash
        self._known: dict[Path, tuple[State, str]] = {}
        self.remembered: list[Path] = []
        self.boxes: dict[str, Boxes] = {}
        self.packed: dict[str, Held] = {}
        self.whole: dict[str, int] = {}

    def __call__(self, path: Path) -> str:
        """The SHA-256 of a layer's files, as `sha256_of` gives it.

        Raises
        ------
        LayerError
            A file changed while it was hashed, or since.
        """
        own = path.resolve()
        if own not in self._known:
            self._known[own] = self._of(own)
        else:
            self.refuse_changed(own)
        return self._known[own][1]

    def refuse_changed(self, path: Path) -> None:
        """Make sure that the files of a layer are still those that were hashed.

        Raises
        ------
        LayerError
            One has another size, time or inode, was added or is gone.
        """
        own = path.resolve()
        _require_same(own, self._known[own][0])

    def _of(self, path: Path) -> tuple[State, str]:
        """The state of a layer's files, and their hash."""
        state, begun = state_of(path), cache.now_ns()
        key = json.dumps([os.fspath(path)])
        certain = not self._rehash and all(tells_changes(Path(each[0])) for each in state)
        if certain and (known := _recalled(key, state)) is not None:
            self.remembered.append(path)
            return state, known
        with stage(_("hashing")):
            found = sha256_of(path)
        _require_same(path, state)
        newest = max((max(each[2], each[3]) for each in state), default=0)
        if begun is not None and begun - newest >= SETTLED_NS:
            cache.save("digest", key, json.dumps([state, found]).encode())
        return state, found


def _recalled(key: str, state: State) -> str | None:
    """The hash that was remembered of files in this state; None where there is none."""
    text = cache.load("digest", key)
    if text is None:
        return None
    try:
        known, found = json.loads(text)
    except ValueError:
        return None
    same = known == [list(each) for each in state]
    return found if same and isinstance(found, str) else None


def _require_same(path: Path, state: State) -> None:
    try:
        same = state_of(path) == state
    except OSError:
        same = False
    if not same:
        raise LayerError(
            _(
                "{path}: the file changed while it was read; wait until nothing writes to it any longer,"
                " and start again",
                path=path.as_posix(),
            )
        )


def state_of(path: Path) -> State:
    """What the disk says of each file of a layer."""
    return tuple(_state(file) for _name, file in _members(path))


def _state(file: Path) -> tuple[str, int, int, int, int, int]:
    own = file.stat()
    return (
        os.fspath(file), own.st_size, own.st_mtime_ns, own.st_ctime_ns, own.st_ino, own.st_dev
    )  # fmt: skip


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, of a FileGDB folder, or of a Shapefile with its side files.

    Only files that carry data count: indexes (.qix, .sbn …) and metadata may come and go. Of several
    files, it is the hash over their names relative to the folder, their lengths and contents, in the
    order of names; lock files do not count. The same data give the same hash wherever it lies.
    """
    files = _members(path)
    if path.is_dir() or len(files) > 1 or _data_files(path):
        return _sha256_of_all(files)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _members(path: Path) -> list[tuple[str, Path]]:
    """The files that carry the data of a layer, by the names under which they are hashed."""
    if path.is_dir():
        return _files_below(path)
    if _data_files(path):
        return _files_beside(path)
    logs = ((ending, path.with_name(path.name + ending)) for ending in _LOGS)
    return [("", path), *((ending, log) for ending, log in logs if _is_filled(log))]


def _is_filled(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except OSError:
        return False


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
