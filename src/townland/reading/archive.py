"""A file, or the layer that a zip of one holds, unpacked while it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from townland.errors import LayerError
from townland.i18n import _
from townland.output.scratch import scratch
from townland.reading.format import Format
from townland.reading.formats import FORMATS, SUFFIXES, zipped
from townland.reading.formats.zipped import Parts
from townland.reading.sniff import sniff

_FOLDERS = tuple(suffix for form in FORMATS if form.folder_of for suffix in form.suffixes)
_WANTED = frozenset(SUFFIXES).union(*(form.side_files for form in FORMATS))
_MAIN_MEMBERS = tuple(form.main_member for form in FORMATS if form.main_member)


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
    if not sniff(path).is_archive:
        yield path
        return
    with scratch() as root:
        zipped.unpack(path, root, lambda parts: _target(parts, path.name))
        yield _only_layer(root, path, prefer)


def layer_files(names: list[str]) -> list[Path]:
    """The layers' files among the names in a zip, one of each stem; a folder that is one counts once.

    Where a zip has a main file, as a KMZ has, the list is empty: its name says nothing.

    >>> [path.name for path in layer_files(["a/b.shp", "a/b.dbf", "c.gdb/x.gdbtable", "c.gdb/x.spx"])]
    ['b.shp', 'c.gdb']
    """
    members = [name for name in names if name]
    if any(name in _MAIN_MEMBERS for name in members):
        return []
    # of those with one stem the first counts
    layers = {own.stem: own for own in map(_own_file, reversed(members)) if _may_be_layer(own)}
    return [layers[stem] for stem in sorted(layers)]


def _own_file(name: str) -> Path:
    """The file that a member of a zip is part of: itself, or the folder that is one file."""
    parts = PurePosixPath(name).parts
    return Path(next((part for part in parts if _is_folder(part)), parts[-1]))


def _may_be_layer(file: Path) -> bool:
    """Whether files of this suffix are layers, whatever is in them."""
    form = SUFFIXES.get(file.suffix.lower())
    return form is not None and form.is_layer is None and not form.is_archive


def _is_folder(name: str) -> bool:
    """Whether a folder of this name is one layer file of its own, as a FileGDB is."""
    return name.lower().endswith(_FOLDERS)


def _target(parts: Parts, archive: str) -> Parts | None:
    """Where a member is unpacked; the loose files of a zipped FileGDB get the folder they lack."""
    if "__MACOSX" in parts:
        return None
    suffix = PurePosixPath(parts[-1]).suffix.lower()
    within = any(_is_folder(part) for part in parts[:-1])
    folder = next((own for own in _FOLDERS if suffix.startswith(own)), None)
    if not (within or suffix in _WANTED or folder):
        return None
    above = parts[-2] if len(parts) > 1 else ""
    if folder is not None and not above.lower().endswith(folder):
        stem = (above or archive).split(".")[0] or "layer"
        return (*parts[:-2], f"{stem}{folder}", parts[-1])
    return parts


def _only_layer(root: Path, path: Path, prefer: str | None) -> Path:
    """The one file of an unpacked zip that is meant.

    Parameters
    ----------
    root
        The folder it was unpacked into.
    path
        The zip, for messages.
    prefer
        As `opened`.
    """
    for name in _MAIN_MEMBERS:
        if (root / name).is_file():
            return root / name
    files = sorted(file for file in root.rglob("*") if _is_layer_file(file))
    if len(files) > 1 and prefer is not None:
        files = [file for file in files if file.stem.lower() == prefer.lower()] or files
    if len(files) > 1:
        # a drawing or a picture for a globe lies beside the layer it was made from
        files = [file for file in files if not _form(file).secondary] or files
    if len(files) == 1:
        return files[0]
    if not files:
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
            names=", ".join(file.relative_to(root).as_posix() for file in files),
        )
    )


def _is_layer_file(file: Path) -> bool:
    if file.suffix.lower() not in SUFFIXES or any(_is_folder(part.name) for part in file.parents):
        return False
    return file.is_file() or _is_folder(file.name)


def _form(file: Path) -> Format:
    return SUFFIXES[file.suffix.lower()]
