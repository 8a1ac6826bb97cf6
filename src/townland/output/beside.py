"""A file, or several of one name, written beside its place and renamed: all of them or none."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from townland.errors import ReportError
from townland.i18n import Text, _
from townland.output.folder import UNFINISHED, sync
from townland.output.refused import held, unwritable


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is written: where it will lie, and the endings of all files that belong to it.

    With `replaces` a file that has its name already is replaced in one step.
    """

    target: Path
    endings: tuple[str, ...]
    replaces: bool = False

    @property
    def partial(self) -> Path:
        """The folder in which it is written."""
        return self.target.with_name(f"{self.target.name}.partial")

    @property
    def names(self) -> tuple[Path, ...]:
        """All the files; the one that names the rest comes last."""
        own = self.target.suffix.lower()
        return (*(self.target.with_suffix(end) for end in self.endings if end != own), self.target)

    def written(self) -> tuple[Path, ...]:
        """The files that are there, in the order in which they got their names."""
        return tuple(path for path in self.names if path.exists())

    @contextmanager
    def filled(self) -> Iterator[Path]:
        """The file to write, which with those beside it gets its place when the block ends well.

        Raises
        ------
        ReportError
            A file cannot be written; none was.
        """
        with _unwritable(self.target):
            yield self.partial / self.target.name
            self._put_in_place()

    def _put_in_place(self) -> None:
        """Rename each file, noting before which they are: the next process clears after a kill."""
        inside = (path.name for path in self.partial.iterdir() if path.name != UNFINISHED)
        last = self.target.name
        made = [
            self.target.with_name(name) for name in sorted(inside, key=lambda name: name == last)
        ]
        for path in made:
            sync(self.partial / path.name)
        marks = {path.name: _mark(self.partial / path.name) for path in made}
        (self.partial / UNFINISHED).write_text(json.dumps(marks), encoding="utf-8")
        moved: list[Path] = []
        try:
            for path in made:
                if os.path.lexists(path) and not self.replaces:
                    raise _there(path)
                (self.partial / path.name).replace(path)
                moved.append(path)
        except BaseException:
            for path in moved:
                path.unlink(missing_ok=True)
            raise


@contextmanager
def beside(target: Path, endings: Sequence[str], *, replaces: bool = False) -> Iterator[NewFile]:
    """Hold a file that is not there yet against other processes, and try whether it can be written.

    Parameters
    ----------
    target
        The file.
    endings
        The endings of all files that are written, its own among them.
    replaces
        Whether a file that is there is replaced when the new one is whole.

    Raises
    ------
    ReportError
        It exists, its folder does not, it cannot be written, or another process writes it.
    """
    new = NewFile(target, tuple(endings), replaces)
    if not target.parent.is_dir():
        raise ReportError(
            _("{path}: there is no such folder; make it first", path=target.parent.as_posix())
        )
    require_free(new, before=True)
    with held(target, partial(_refusal, target)):
        try:
            with _unwritable(target):
                _clear_stale(new)
                require_free(new)
                new.partial.mkdir()
                (new.partial / UNFINISHED).write_text("{}", encoding="utf-8")
            yield new
        finally:
            if (new.partial / UNFINISHED).exists():
                shutil.rmtree(new.partial, ignore_errors=True)


def require_free(new: NewFile, *, before: bool = False) -> None:
    """Make sure that no file is written over; `before` a killed process's are cleared, not theirs."""
    if before and (new.partial / UNFINISHED).is_file():
        return
    for path in new.names:
        if os.path.lexists(path) and not new.replaces:
            raise _there(path)


def _there(path: Path) -> ReportError:
    return ReportError(
        _(
            "{path}: exists, and is left as it is; delete it, or give another name",
            path=path.as_posix(),
        )
    )


def _mark(path: Path) -> list[int]:
    """What tells a file from another of its name: renaming changes neither."""
    about = path.stat()
    return [about.st_ino, about.st_mtime_ns, about.st_size]


def _clear_stale(new: NewFile) -> None:
    """Take away what a killed process left; its lock was had, so it is gone.

    Where it was killed between two renames, the files that have their names already go, too.
    """
    if not new.partial.exists():
        return
    if not (new.partial / UNFINISHED).is_file():
        raise ReportError(
            _(
                "{path}: is in the way and not of townland's making; it is left as it is. Move it, or"
                " give another name",
                path=new.partial.as_posix(),
            )
        )
    with suppress(ValueError, AttributeError):
        marks = json.loads((new.partial / UNFINISHED).read_text(encoding="utf-8"))
        if (new.partial / new.target.name).exists():
            for path in new.names:
                if path.is_file() and _mark(path) == marks.get(path.name):
                    path.unlink()
    shutil.rmtree(new.partial)


def _refusal(target: Path, reason: object) -> Text:
    return _(
        "{path}: cannot be written ({reason}); nothing was written",
        path=target.as_posix(),
        reason=reason,
    )


def _unwritable(target: Path) -> AbstractContextManager[None]:
    """Turn what cannot be written into a sentence about the file."""
    return unwritable(partial(_refusal, target))
