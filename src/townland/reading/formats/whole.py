"""Whether a file is whole, by what its own header and index say, before any library opens it.

The libraries take what is there for all there is: a FlatGeobuf or a FileGDB that is cut off comes with
fewer features, and a Shapefile whose index leads nowhere with features without geometry. Each format's
module looks at its own files; here is what they share.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from townland.i18n import Text, _

ZIPPED = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of a zip with files, and of one without: a workbook's, too."""


def cut_off(place: str, size: int, expected: int | None) -> Text:
    """The message about a file that has fewer bytes than its header states.

    Parameters
    ----------
    place
        How messages name it.
    size, expected
        How many bytes it has, and how many it should have; None where that is unknown.
    """
    if expected is None:
        return _("{path}: the file is cut off; get it again", path=place)
    return _(
        "{path}: the file is cut off: {size} bytes of {expected}; get it again",
        path=place,
        size=size,
        expected=expected,
    )


def not_files(files: Iterable[Path | None], place: str, *, folders: bool = False) -> Iterator[Text]:
    """A message for each of `files` that is none: reading a pipe or a device may never end.

    Parameters
    ----------
    files
        What should be files; None is passed over.
    place
        How messages name the layer.
    folders
        Whether folders may be among them.
    """
    for file in files:
        if file is None or _is_file(file) or (folders and file.is_dir()):
            continue
        yield _(
            "{path}: {name} is a folder, a pipe, a device or a link to nothing, and no file; copy all"
            " files again",
            path=place,
            name=file.name,
        )


def beside(path: Path, place: str) -> Iterator[Text]:
    """A message for what has a file's name with another ending and is no file.

    GDAL would open it as a side file. A folder of the name may lie there for reasons of its own.
    """
    stem = path.stem.lower() + "."
    same = (file for file in path.parent.iterdir() if file.name.lower().startswith(stem))
    yield from not_files(same, place, folders=True)


def side_file(path: Path, suffix: str) -> Path | None:
    """The file beside `path` that ends in `suffix`, in any case of letters."""
    plain = path.with_suffix(suffix)
    if plain.exists() or plain.is_symlink():
        return plain
    wanted = (path.stem + suffix).lower()
    return next((p for p in path.parent.iterdir() if p.name.lower() == wanted), None)


def _is_file(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return False
