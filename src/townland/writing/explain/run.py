"""What explaining reads of a run: its ``assessment.json``, as far as a reader asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from townland.errors import ReportError, TownlandError
from townland.i18n import _
from townland.rules.judging.trace import Number, Row
from townland.terms import Verdict

FILE = "assessment.json"


class ReportedClause(Row):
    """Where a finding's rule stands in the law, as ``assessment.json`` has it."""

    document: str
    article: str
    quote: str
    effective: str = ""


class ReportedFinding(Row):
    """What ``assessment.json`` has of a finding; its trace as it stands there."""

    rule: str
    title: str = ""
    town: str | None
    verdict: Verdict
    measured: Number | str | None
    unit: str
    why: str
    clause: ReportedClause
    trace: dict[str, object]


class ReportedInput(Row):
    """A file that a run read, as ``assessment.json`` has it."""

    name: str
    role: str
    path: str | None
    sha256: str


class ReportedTown(Row):
    """A town of a run, with the table of its indicator need as it stands there."""

    code: str
    name: str
    indicator_need: dict[str, object] | None = None


class ReportedRun(Row):
    """A run: its findings and inputs as they stand in ``assessment.json``, and its towns."""

    findings: tuple[dict[str, object], ...]
    inputs: tuple[dict[str, object], ...] = ()
    towns: tuple[ReportedTown, ...] = ()


def file_of(run: Path) -> Path:
    """The ``assessment.json`` of a run folder, or the file itself.

    Raises
    ------
    ReportError
        There is none.
    """
    path = run / FILE if run.is_dir() else run
    if not path.is_file():  # reading a pipe would never end
        raise ReportError(
            _(
                "{path}: no run is here; give the folder that townland check wrote",
                path=run.as_posix(),
            )
        )
    return path


def read_run(run: Path) -> ReportedRun:
    """Read the ``assessment.json`` of a run folder, or the file itself.

    Raises
    ------
    ReportError
        There is none, or the file is no assessment.
    """
    path = file_of(run)
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise ReportError(
            _("{path}: cannot be read ({reason})", path=path.as_posix(), reason=problem)
        ) from None
    try:
        return ReportedRun.model_validate(document)
    except ValueError:
        raise _no_assessment(path) from None


@contextmanager
def as_assessment(run: Path) -> Iterator[None]:
    """Refuse a run whose parts are not those that townland writes, where they are read.

    Raises
    ------
    ReportError
        A part is missing, or is of another kind.
    """
    try:
        yield
    except TownlandError:
        raise
    except (ValueError, LookupError, ArithmeticError, TypeError):
        raise _no_assessment(run) from None


def _no_assessment(path: Path) -> ReportError:
    return ReportError(_("{path}: this is no assessment", path=path.as_posix()))
