"""The layers that a folder holds, each opened and described, or the reason why it cannot be."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from townland.catalog import PACKED
from townland.dossier import WORKBOOKS
from townland.errors import LayerError
from townland.i18n import Joined, Words, _
from townland.layers.describe import list_layers
from townland.layers.init.roles import by_name
from townland.reading.archive import layer_files
from townland.reading.format import Format
from townland.reading.formats import SUFFIXES, unread, zipped

DEPTH = 6
FILES = 2_000
"""So deep and so many: a folder that is larger is no delivery, but a disk."""

_HEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class LayerFile:
    """One layer of one file; `layer` is None where the file has one, `problem` says why it is unread.

    `inner` is the one file of a zip.
    """

    path: Path
    layer: str | None = None
    problem: Words | None = None
    inner: Path | None = None

    @property
    def title(self) -> str:
        """The name that tells the layer's role: its own, or that of its file, or of a zip's one file."""
        if self.layer is None and self.inner is not None and not by_name(self.path.stem):
            return self.inner.stem
        return self.layer or self.path.stem

    @property
    def is_raster(self) -> bool:
        """Whether the file, or the one of a zip, is a raster by its ending."""
        form = _form(self.inner or self.path)
        return form is not None and form.is_raster


def files(folder: Path) -> Iterator[Path]:
    """The files that may hold layers, in the order of their names; a FileGDB is one file.

    Links and hidden files are passed over.

    Raises
    ------
    LayerError
        The folder is none, or holds more than townland looks through.
    """
    return (path for path, form in _entries(folder) if _may_be_layer(path, form))


def workbooks(folder: Path) -> Iterator[Path]:
    """The workbooks that are no layers; what a spreadsheet program has open is none (``~$…``).

    Raises
    ------
    LayerError
        As `files`.
    """
    return (
        path
        for path, form in _entries(folder)
        if path.suffix.lower() in WORKBOOKS and path.is_file()
        and not path.name.startswith("~$") and not _may_be_layer(path, form)
    )  # fmt: skip


def _entries(folder: Path) -> Iterator[tuple[Path, Format | None]]:
    """Everything below a folder that is no folder to look into, with the format of its suffix."""
    if not folder.is_dir():
        raise LayerError(_("{path} is no folder", path=folder.as_posix()))
    waiting, seen = [(folder, 0)], 0
    while waiting:
        here, depth = waiting.pop(0)
        for path in sorted(here.iterdir()):
            # what was packed is no layer of its own
            if path.is_symlink() or path.name.startswith(".") or path.name.endswith(PACKED):
                continue
            seen += 1
            if seen > FILES:
                raise LayerError(
                    _(
                        "{path} holds more than {most} files; name the folder of the layers",
                        path=folder.as_posix(),
                        most=FILES,
                    )
                )
            form = _form(path)
            if path.is_dir() and (form is None or form.folder_of is None):
                if depth < DEPTH:
                    waiting.append((path, depth + 1))
            else:
                yield path, form


def _form(path: Path) -> Format | None:
    """The format that a file's suffix stands for."""
    return SUFFIXES.get(path.suffix.lower())


def _may_be_layer(path: Path, form: Format | None) -> bool:
    """Whether a file may hold a layer, by its suffix.

    A folder holds lists and letters, too, and a report on each that is no layer would help nobody. So
    a text or a table counts only where it has the name of a layer, or begins as only a layer does.
    """
    if form is None:
        return unread.holds_layers(path.suffix.lower())
    if form.is_layer is None:
        return True
    return path.is_file() and (bool(by_name(path.stem)) or _begins_as(path, form.is_layer))


def _begins_as(path: Path, is_layer: Callable[[bytes], bool]) -> bool:
    """Whether a file begins as a layer does; no file that cannot be read."""
    try:
        with path.open("rb") as stream:
            return is_layer(stream.read(_HEAD_BYTES))
    except OSError:
        return False


def layers_below(folder: Path, tell: Callable[[str, int, int], None]) -> Iterator[LayerFile]:
    """Every layer below a folder."""
    paths = list(files(folder))
    for number, path in enumerate(paths):
        tell(path.name, number, len(paths))
        try:
            yield from _layers(path)
        except LayerError as problem:
            yield LayerFile(path, problem=Joined((problem.message,)))


def _layers(path: Path) -> Iterator[LayerFile]:
    form, inner = _form(path), None
    if form is not None and form.is_archive and path.is_file():  # a pipe would never end
        packed = _zipped(path)
        if len(packed) > 1:
            yield from (LayerFile(path, file.stem) for file in packed)
            return
        inner = packed[0] if packed else None
    found = LayerFile(path, inner=inner)
    if found.is_raster:
        yield found
        return
    layers = [name for name, kind in list_layers(path) if kind]
    if len(layers) <= 1 and (form is None or form.layers is None):
        yield found
        return
    yield from (LayerFile(path, name) for name in layers)


def _zipped(path: Path) -> list[Path]:
    """The layers' files in a zip; none where it cannot be looked into."""
    try:
        with zipfile.ZipFile(path) as opened:
            return layer_files([name for name, _info in zipped.members(opened)])
    except zipped.UNREADABLE:
        return []
