"""What a file is by its content, before any library opens it."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from townland.errors import LayerError
from townland.i18n import Joined, Text, _
from townland.reading.format import Format, Probe
from townland.reading.formats import ACCEPTED, FORMATS, SUFFIXES, unread
from townland.reading.formats.whole import beside

HEAD = 4096
"""So many bytes decide what a file is."""

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_FOLDERS = tuple((form, form.folder_of) for form in FORMATS if form.folder_of)


def local(path: str | Path) -> Path:
    """The path of a local file, refused where GDAL would see something else in it.

    Raises
    ------
    LayerError
        The path means a network address or one of GDAL's virtual file systems, which are never
        touched; or it holds a character that the reading library takes for a separator.
    """
    text = path.as_posix() if isinstance(path, Path) else str(path).replace("\\", "/")
    if text.startswith(("/vsi", "//")) or "/vsi" in text or _REMOTE.match(text):
        raise LayerError(
            _(
                "{path}: only files on this machine are read, never network addresses or GDAL's"
                " virtual file systems; save the data as a file first",
                path=text,
            )
        )
    if "!" in text or ";" in text or "\x00" in text:
        raise LayerError(
            _(
                "{path}: the characters ! and ; in a path mean something else to the reading"
                " library; rename the file or its folder",
                path=text,
            )
        )
    return Path(path)


def sniff(path: Path, *, place: str | None = None) -> Format:
    """The format of a file or folder, by its content and in agreement with its suffix.

    Parameters
    ----------
    path
        The file, or the folder of a FileGDB.
    place
        How messages name it, where it is not by its path: it may have come out of a zip.

    Raises
    ------
    LayerError
        There is no such file; it is empty or cut off; its content is not what its suffix says; or
        it is of a kind that townland does not read, with what to do instead.
    """
    probe = Probe(path, path.as_posix() if place is None else place)
    try:
        _refuse_unread(probe)
        size = regular_file(path, place=probe.place)
        if size is None:
            return _folder(probe)
        with path.open("rb") as stream:
            probe = replace(probe, head=stream.read(HEAD), size=size)
        return _file(probe)
    except OSError as problem:
        raise LayerError(
            _("{path}: cannot be read ({reason})", path=probe.place, reason=problem.strerror)
        ) from None


def _refuse_unread(probe: Probe) -> None:
    """Refuse, by its suffix, what is of a kind that is not read, or lies beside what is."""
    advice = unread.advice(probe.suffix, probe.place)
    if advice is not None:
        raise LayerError(advice)
    for form in FORMATS:
        if probe.suffix in form.side_files:
            raise LayerError(
                _(
                    "{path} is a side file of a {title}; give the {suffix} beside it",
                    path=probe.place,
                    title=form.title,
                    suffix=form.suffixes[0],
                )
            )


def _file(probe: Probe) -> Format:
    """The format of a file by its first bytes."""
    if probe.size == 0:
        raise LayerError(_("{path}: the file is empty (0 bytes); get it again", path=probe.place))
    form = next((form for form in FORMATS if form.recognises(probe)), None)
    if form is None or form.is_layer is not None:  # any text may be a list of points
        _refuse_unread_content(probe)
    if form is None:
        raise LayerError(_unknown(probe))
    declared = SUFFIXES.get(probe.suffix) or unread.named(probe.suffix)
    if declared is not None and declared is not form and probe.suffix not in form.suffixes:
        raise LayerError(
            _(
                "{path}: the name says {declared}, but the content is {found}; give the file the"
                " suffix of what it is",
                path=probe.place,
                declared=declared.title,
                found=form.title,
            )
        )
    if form.drivers:
        _refuse(beside(probe.path, probe.place))
    _refuse(form.faults(probe))
    return form


def _refuse_unread_content(probe: Probe) -> None:
    """Refuse what its content tells to be of a kind that is not read, whatever its name says."""
    kind = unread.kind_of(probe)
    if kind is None:
        return
    declared = SUFFIXES.get(probe.suffix) or unread.named(probe.suffix)
    if declared is None or declared is kind:
        raise LayerError(
            _(
                "{path}: the content is {found}, which is not read here; {cure}",
                path=probe.place,
                found=kind.title,
                cure=kind.cure,
            )
        )
    raise LayerError(
        _(
            "{path}: the name says {declared}, but the content is {found}, which is not read here;"
            " {cure}",
            path=probe.place,
            declared=declared.title,
            found=kind.title,
            cure=kind.cure,
        )
    )


def _folder(probe: Probe) -> Format:
    """The format of a folder by the files in it."""
    path, place = probe.path, probe.place
    form = next((form for form, part in _FOLDERS if next(path.glob(part), None)), None)
    if form is None:
        raise LayerError(
            _(
                "{path} is a folder and no {title} (it holds no {part}); give the path of a file in it",
                path=place,
                title=Joined(tuple(form.title for form, _part in _FOLDERS), "/"),
                part="/".join(part.lstrip("*") for _form, part in _FOLDERS),
            )
        )
    if probe.suffix not in form.suffixes:
        raise LayerError(
            _(
                "{path} is a {title}, but its name must end in {suffix}; rename the folder",
                path=place,
                title=form.title,
                suffix=form.suffixes[0],
            )
        )
    _refuse(form.faults(probe))
    return form


def _refuse(faults: Iterable[Text]) -> None:
    for fault in faults:
        raise LayerError(fault)


def regular_file(path: Path, *, place: str | None = None) -> int | None:
    """The size of a file; None for a folder.

    Raises
    ------
    LayerError
        There is none, or it is a pipe or a device, reading which may never end.
    """
    place = path.as_posix() if place is None else place
    try:
        status = path.stat()
    except FileNotFoundError:
        raise LayerError(
            _("{path}: no such file; look for a typing error in the path", path=place)
        ) from None
    except OSError as problem:
        raise LayerError(
            _("{path}: cannot be read ({reason})", path=place, reason=problem.strerror)
        ) from None
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        raise LayerError(
            _(
                "{path}: this is a pipe, a device or the like, and no file; save the data as a file"
                " first",
                path=place,
            )
        )
    return status.st_size


def _unknown(probe: Probe) -> Text:
    """Why a file is of no format that is read."""
    if probe.start.startswith(b"<"):
        return _(
            "{path}: the content is XML, which may name other files and addresses, and is not read;"
            " expected one of {accepted}",
            path=probe.place,
            accepted=ACCEPTED,
        )
    if probe.suffix in SUFFIXES or unread.named(probe.suffix) is not None:
        return _(
            "{path}: the content is not that of a {suffix} file (it is damaged, cut off, or"
            " something else under this name); get it again",
            path=probe.place,
            suffix=probe.suffix,
        )
    return _(
        "{path}: this kind of file is not read; expected one of {accepted}, or a zip of one",
        path=probe.place,
        accepted=ACCEPTED,
    )
