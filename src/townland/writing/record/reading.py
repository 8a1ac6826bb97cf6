"""A run read again: the assessment as it was, from ``assessment.json`` and ``evidence.gpkg`` alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import townland
from townland.errors import ReportError
from townland.i18n import Text, _
from townland.output.folder import COMPARISON, MARK
from townland.output.manifest import strangers
from townland.results import Assessment
from townland.writing.explain.run import file_of
from townland.writing.record.codec import RecordError
from townland.writing.record.seal import seal_of
from townland.writing.record.store import Head, read_head, read_record, reading
from townland.writing.report.assessment_json import assessment_parts

EVIDENCE = "evidence.gpkg"


@contextmanager
def run_again(run: Path) -> Iterator[Assessment]:
    """The assessment that a run folder is of; towns of many are read from it while the context lasts.

    Raises
    ------
    ReportError
        The folder is no run, holds several, or has no ``evidence.gpkg``; that was changed, or was
        written by another townland; or it does not belong to ``assessment.json``.
    """
    path = evidence_of(run)
    with _refusing(path):
        with reading(path) as file:
            head = read_head(file)
            _require_version(path, head)
            if seal_of(file) != head.seal:
                raise _changed(run, [EVIDENCE])
            found = read_record(path, file)
        _require_same(run / MARK, found, head)
        yield found


def evidence_of(run: Path) -> Path:
    """The evidence of a run folder, which is as townland wrote it.

    Raises
    ------
    ReportError
        It is not there, or was changed.
    """
    if not run.is_dir() or (run / COMPARISON).is_file():
        raise ReportError(
            _("{path}: name the folder of one run, which holds {mark}", path=run.as_posix(), mark=MARK)
        )  # fmt: skip
    file_of(run)
    if not (run / EVIDENCE).is_file():
        raise ReportError(
            _("{path}: holds no {file}, without which no report can be written again. Check with gpkg"
              " among --formats, and without --redact", path=run.as_posix(), file=EVIDENCE)
        )  # fmt: skip
    changed = [name for name in strangers(run) if name in (EVIDENCE, MARK)]
    if changed:
        raise _changed(run, changed)
    return run / EVIDENCE


def _changed(run: Path, names: list[str]) -> ReportError:
    return ReportError(
        _("{path}: {names} was changed after the check, so that it is not what was checked. Run the"
          " check again", path=run.as_posix(), names=", ".join(names))
    )  # fmt: skip


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn what cannot be read of a record into a sentence, whenever it is asked for.

    Raises
    ------
    ReportError
        Something cannot be read.
    """
    try:
        yield
    except (RecordError, sqlite3.Error) as problem:
        raise ReportError(_no_record(path)) from problem


def _no_record(path: Path) -> Text:
    return _(
        "{path}: holds no record of the check that this townland can read; an older one wrote it, or the"
        " file is damaged. Run the check again",
        path=path.as_posix(),
    )


def _require_version(path: Path, head: Head) -> None:
    """Make sure that this townland wrote a record: another one may mean other things by its names.

    Raises
    ------
    ReportError
        Another one did.
    """
    if head.version != townland.__version__:
        raise ReportError(
            _("{path}: was written by townland {version}; this is {own}, which might print other things."
              " Run the check again, or use that version", path=path.as_posix(),
              version=head.version, own=townland.__version__)
        )  # fmt: skip


def _require_same(path: Path, found: Assessment, head: Head) -> None:
    """Make sure that ``assessment.json`` is that of the record, letter by letter.

    Parameters
    ----------
    path
        The file.
    found, head
        What the record is of, and what it says of itself.

    Raises
    ------
    ReportError
        It is another one.
    """
    with path.open(encoding="utf-8", newline="") as file:
        same = all(file.read(len(part)) == part for part in assessment_parts(found, lang=head.lang))
        whole = same and not file.read(1)
    if not whole:
        raise ReportError(
            _("{path}: is not the assessment that {file} beside it is of. Run the check again",
              path=path.as_posix(), file=EVIDENCE)
        )  # fmt: skip
