"""The layers that a folder holds, each opened and described, or the reason why it cannot be."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from townland.errors import LayerError
from townland.i18n import Joined, Words, _
from townland.layers.describe import list_layers
from townland.layers.init.roles import by_name
from townland.reading.formats import zipped
from townland.reading.sniff import COORDINATES, DRAWINGS, EXPORT, SUFFIXES

DEPTH = 6
FILES = 2_000
"""So deep and so many: a folder that is larger is no delivery, but a disk."""

_READ = tuple(suffix for suffix in SUFFIXES if suffix not in COORDINATES)
LAYER_SUFFIXES = (*_READ, *DRAWINGS, *EXPORT)
_HEAD_BYTES = 1 << 16
_PLOT_LINE = re.compile(rb"@[ \t,]*\r?$", re.MULTILINE)
"""The line that begins a plot in a TXT of boundary points, whatever the file's encoding."""


@dataclass(frozen=True, slots=True)
class Found:
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
        return SUFFIXES.get((self.inner or self.path).suffix.lower()) == "raster"


def files(folder: Path) -> Iterator[Path]:
    """The files that may hold layers, in the order of their names; a FileGDB is one file.

    Links and hidden files are passed over.

    Raises
    ------
    LayerError
        The folder is none, or holds more than townland looks through.
    """
    if not folder.is_dir():
        raise LayerError(_("{path} is no folder", path=folder.as_posix()))
    waiting, seen = [(folder, 0)], 0
    while waiting:
        here, depth = waiting.pop(0)
        for path in sorted(here.iterdir()):
            if path.is_symlink() or path.name.startswith("."):
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
            if path.is_dir() and path.suffix.lower() != ".gdb":
                if depth < DEPTH:
                    waiting.append((path, depth + 1))
            elif path.suffix.lower() in LAYER_SUFFIXES or _lists_points(path):
                yield path


def _lists_points(path: Path) -> bool:
    """Whether a text or a table may be a layer's boundary points: it bears a layer's name, or plots.

    A folder holds lists and letters, too, and nobody wants to be told that these are no layers.
    """
    suffix = path.suffix.lower()
    if suffix not in COORDINATES or not path.is_file():
        return False
    if by_name(path.stem):
        return True
    if suffix != ".txt":
        return False
    try:
        with path.open("rb") as stream:
            return _PLOT_LINE.search(stream.read(_HEAD_BYTES)) is not None
    except OSError:
        return False


def layers_below(folder: Path, tell: Callable[[str, int, int], None]) -> Iterator[Found]:
    """Every layer below a folder."""
    paths = list(files(folder))
    for number, path in enumerate(paths):
        tell(path.name, number, len(paths))
        try:
            yield from _layers(path)
        except LayerError as problem:
            yield Found(path, problem=Joined((problem.message,)))


def _layers(path: Path) -> Iterator[Found]:
    suffix, inner = path.suffix.lower(), None
    if suffix == ".zip" and path.is_file():  # a pipe would never end
        held = _zipped(path)
        if len(held) > 1:
            yield from (Found(path, file.stem) for file in held)
            return
        inner = held[0] if held else None
    found = Found(path, inner=inner)
    if found.is_raster:
        yield found
        return
    layers = [name for name, kind in list_layers(path) if kind]
    if len(layers) <= 1 and suffix not in (".gdb", ".gpkg"):
        yield found
        return
    yield from (Found(path, name) for name in layers)


def _zipped(path: Path) -> list[Path]:
    """The layers' files in a zip, one of each stem and one level deep; a FileGDB within counts once."""
    try:
        with zipfile.ZipFile(path) as opened:
            names = [name for name, _info in zipped.members(opened)]
    except (zipfile.BadZipFile, OSError):
        return []
    found: dict[str, Path] = {}
    for name in names:
        parts = name.replace("\\", "/").split("/")
        gdb = next((part for part in parts if part.lower().endswith(".gdb")), None)
        own = Path(gdb or parts[-1])
        if own.suffix.lower() in _READ and own.suffix.lower() != ".zip":
            found.setdefault(own.stem, own)
    return [found[stem] for stem in sorted(found)]
