"""A folder that appears whole or not at all, under a lock; what others put into it goes along."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from townland.errors import ReportError
from townland.i18n import Text, _
from townland.output.manifest import MANIFEST, is_link, strangers, write_manifest
from townland.output.refused import held, unwritable

MARK = "assessment.json"
"""The file that tells a run folder from any other folder."""

UNFINISHED = ".unfinished"
"""The file that tells a folder being filled."""

COMPARISON = "comparison.json"
"""The file that tells a folder of several runs."""

WHOLE = (MARK, COMPARISON, MANIFEST)

SIDE_FILES = ("-wal", "-journal")
"""What SQLite keeps beside a database for changes that are not in it yet."""


@dataclass(frozen=True, slots=True)
class FolderClaim:
    """A run folder that this process alone may write: as it was named, and with its links resolved.

    `carried` are the paths in an older run that townland did not write, and that go into the new one.
    """

    out: Path
    target: Path
    carried: tuple[str, ...] = ()

    @property
    def partial(self) -> Path:
        """The folder that is filled."""
        return self.target.with_name(f"{self.target.name}.partial")

    @property
    def replaced(self) -> Path:
        """Where the older run stands aside for a moment."""
        return self.target.with_name(f"{self.target.name}.replaced")

    @property
    def left_aside(self) -> bool:
        """Whether something of the older run could not be moved and lies there still."""
        return self.replaced.exists()


@contextmanager
def claimed(out: Path, *, names: Collection[str] = ()) -> Iterator[FolderClaim]:
    """Hold a run folder against other processes, and try before any work whether it can be written.

    The folder ``OUT.partial`` is made; it and everything else that was made goes again unless `filled`
    has put the new run in its place.

    Parameters
    ----------
    out
        The folder: new, empty, or an older run folder.
    names
        Files that are known to be written, so that a name that is taken is told before the work.

    Raises
    ------
    ReportError
        Another process writes there; the folder is somebody else's, or cannot be written; a name that
        is to be written is that of somebody else's file.
    """
    require_target(out)
    target = Path(os.path.realpath(out))
    above = [each for each in target.parents if not each.exists()]
    with _unwritable(out):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with held(target, partial(_refusal, out)):
            claim = FolderClaim(out, target)
            with _unwritable(out):
                _clear_stale(claim)
                require_target(out)
                _require_free(claim, names)
                _try(claim)
                claim = FolderClaim(out, target, strangers(target))
            try:
                yield claim
            finally:
                with suppress(OSError):
                    _remove(claim.partial)
    finally:
        for folder in above:
            with suppress(OSError):
                folder.rmdir()  # what holds something stays


@contextmanager
def filled(claim: FolderClaim) -> Iterator[Path]:
    """A folder to fill, which becomes the run folder when the block ends without an error.

    A process killed at any moment leaves the older run or the new one, whole; so does a power cut, since
    everything is on the disk before its name is.

    Raises
    ------
    ReportError
        A file cannot be written; a name is that of somebody else's file. The older run stays.
    """
    with _unwritable(claim.out):
        yield claim.partial
        names = _files(claim.partial)
        _require_free(claim, names)
        write_manifest(claim.partial, names)
        (claim.partial / UNFINISHED).unlink()
        _synced(claim.partial)
        _put_in_place(claim)
    with suppress(OSError):
        _settle(claim)


def _put_in_place(claim: FolderClaim) -> None:
    """Give the new run its name; where that fails the older one gets its own back."""
    older = claim.target.exists()
    try:
        if older:
            claim.target.rename(claim.replaced)
        claim.partial.rename(claim.target)
    except BaseException:
        if older and not claim.target.exists():
            try:
                claim.replaced.rename(claim.target)
            except OSError:
                raise ReportError(
                    _(
                        "{path}: the new run cannot be put there; the older one is whole in {folder},"
                        " and the next run puts it back",
                        path=claim.out.as_posix(),
                        folder=claim.replaced.as_posix(),
                    )
                ) from None
        raise
    with suppress(OSError):
        sync(claim.target.parent)


def _settle(claim: FolderClaim) -> None:
    """Carry what is somebody else's out of the older run, and take the rest of it away.

    What a killed process left undone the next one does.
    """
    older, new = claim.replaced, claim.target
    if not older.exists():
        return
    for name in strangers(older, called=new.name):
        if not os.path.lexists(new / name):
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (older / name).rename(new / name)
    if not strangers(older, called=new.name):
        _remove(older)


def _require_free(claim: FolderClaim, names: Collection[str]) -> None:
    """Make sure that nothing is written over what is somebody else's.

    Raises
    ------
    ReportError
        A name is taken, or a program keeps changes of a database beside it.
    """
    theirs = strangers(claim.target)
    folded = {name.casefold() for name in names}
    taken = [name for name in theirs if _is_taken(name.rstrip("/").casefold(), folded)]
    if taken:
        raise ReportError(
            _(
                "{path}: {names} is not as townland wrote it, and is left as it is; nothing was written."
                " Move it, or name another folder with --out",
                path=claim.out.as_posix(),
                names=", ".join(taken),
            )
        )
    for name in theirs:
        base = next((name.removesuffix(end) for end in SIDE_FILES if name.endswith(end)), name)
        # an empty one is left by a look into the file; SQLite would replay another into a new database
        if base != name and base.casefold() in folded and _holds_changes(claim.target / name):
            raise ReportError(
                _(
                    "{path}: another program has {file} open, and changes of it that are not saved there"
                    " yet; nothing was written. Close it there, or name another folder with --out",
                    path=claim.out.as_posix(),
                    file=base,
                )
            )


def _is_taken(name: str, names: Collection[str]) -> bool:
    """Whether a file of this name is among others, or in the place of a folder of theirs, or within."""
    return any(
        each == name or each.startswith(f"{name}/") or name.startswith(f"{each}/") for each in names
    )


def _holds_changes(path: Path) -> bool:
    """Whether a side file of SQLite holds frames or pages (https://www.sqlite.org/fileformat2.html)."""
    with path.open("rb") as file:
        head = file.read(33)
    wal = head[:3] == b"\x37\x7f\x06" and head[3:4] in (b"\x82", b"\x83")
    return len(head) == 33 and (wal or head[:4] == b"\xd9\xd5\x05\xf9")


def _try(claim: FolderClaim) -> None:
    """Make the folder to fill and write into it, and see that no file of the older run is held.

    A file renamed to its own name is left as it is; Windows refuses it where another program has it
    open.
    """
    claim.partial.mkdir()
    (claim.partial / UNFINISHED).write_text("townland\n", encoding="ascii")
    sync(claim.partial / UNFINISHED)
    if sys.platform == "win32" and claim.target.is_dir():
        for name in _files(claim.target):
            (claim.target / name).rename(claim.target / name)


def _files(folder: Path) -> list[str]:
    """The files of a folder and below it, without the mark of one being filled."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in names if name != UNFINISHED)


def _synced(folder: Path) -> None:
    """See that files and folders are on the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """See that one file, or the names in one folder, are on the disk, where the system can say so."""
    if path.is_dir() and sys.platform == "win32":
        return  # Windows opens no folder
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
            raise
    finally:
        os.close(descriptor)


def _unwritable(out: Path) -> AbstractContextManager[None]:
    """Turn what cannot be written into a sentence about the folder."""
    return unwritable(partial(_refusal, out))


def _refusal(out: Path, reason: object) -> Text:
    if os.strerror(errno.ENOSPC) in str(reason):
        return _(
            "{path}: the disk is full; nothing was written. Make room on it, or name a folder on"
            " another disk with --out",
            path=out.as_posix(),
        )
    return _(
        "{path}: cannot be written ({reason}); nothing was written. Close the files of the"
        " folder in other programs, or name another folder with --out",
        path=out.as_posix(),
        reason=reason,
    )


def _remove(folder: Path) -> None:
    """Take a folder away, the files that tell it as ours last: a kill on the way leaves it known."""
    if not folder.exists():
        return
    marks = (*WHOLE, UNFINISHED)
    for child in sorted(folder.iterdir(), key=lambda path: path.name in marks):
        if child.is_dir() and not is_link(child):
            shutil.rmtree(child)
        else:
            child.unlink(missing_ok=True)
    folder.rmdir()


def _clear_stale(claim: FolderClaim) -> None:
    """Finish what a killed run left beside the folder; nothing of somebody else's is touched."""
    partial, replaced = claim.partial, claim.replaced
    if _is_marked(replaced):
        if claim.target.exists():
            _settle(claim)  # killed while it carried over
        else:
            replaced.rename(claim.target)  # killed between two renames: the older run is whole
    for folder in (partial, replaced):
        if not folder.exists():
            continue
        ours = folder == partial and (_is_marked(folder) or (folder / UNFINISHED).is_file())
        if ours or not any(folder.iterdir()):
            _remove(folder)
            continue
        raise ReportError(
            _(
                "{path}: is in the way and not of townland's making; it is left as it is. Move it, or"
                " name another folder with --out",
                path=folder.as_posix(),
            )
        )


def _is_marked(folder: Path) -> bool:
    return any((folder / mark).is_file() for mark in WHOLE)


def require_target(out: Path) -> None:
    """Make sure that `out` may be written: it is new, empty, or an older run folder.

    Raises
    ------
    ReportError
        It has no name of its own, or one that cannot be used; it is a file, or a folder with something
        else in it.
    """
    try:
        if out.is_dir() and out.name and (_is_marked(out) or not any(out.iterdir())):
            return
        there = out.exists()
    except OSError as problem:
        raise ReportError(
            _(
                "{path}: cannot be used as a folder ({reason}); name another one with --out",
                path=out.as_posix(),
                reason=problem.strerror or problem,
            )
        ) from problem
    if not there and Path(os.path.realpath(out)).is_symlink():
        raise ReportError(
            _(
                "{path}: is a link that leads back to itself; name another folder with --out",
                path=out.as_posix(),
            )
        )
    if out.is_file():
        raise ReportError(_("{path}: is a file; name a folder with --out", path=out.as_posix()))
    if not out.name:
        raise ReportError(
            _("{path}: name a new folder with --out, e.g. --out my-run", path=out.as_posix())
        )
    if there:
        raise ReportError(
            _(
                "{path}: exists and is no run folder of townland (it holds no {mark}); it is left as"
                " it is. Name another folder with --out",
                path=out.as_posix(),
                mark=MARK,
            )
        )
