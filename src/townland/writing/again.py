"""Outputs of a run that is over, written again: without its layers, and without checking anything."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from townland.errors import ReportError
from townland.i18n import DEFAULT_LANGUAGE, _
from townland.output.folder import MARK, claimed, filled
from townland.output.manifest import MANIFEST, strangers
from townland.results import Assessment
from townland.writing.record.reading import run_again
from townland.writing.redaction import redacted
from townland.writing.report.content import of_town
from townland.writing.run_folder import (
    WRITERS,
    HowWritten,
    names_written,
    require_formats,
    told_formats,
    write_files,
    write_outputs,
)


def report_again(
    run: Path | str,
    *,
    formats: Sequence[str],
    out: Path | str | None = None,
    town: str | None = None,
    short: bool = False,
    redact: bool = False,
    lang: str = DEFAULT_LANGUAGE,
    font: Path | None = None,
    template: Path | None = None,
) -> Path:
    """Write outputs of a run again, to the bytes of the check where nothing else is asked for.

    Parameters
    ----------
    run
        The run folder, which holds ``evidence.gpkg``.
    formats
        Names of `WRITERS`.
    out
        A new run folder, or an older one. Without it the files are written into `run`, whose other files
        stay as they are, ``assessment.json`` in its language too.
    town
        Only this town, by code or name; needs `out`.
    short
        Whether ``report.html`` prints short; needs `out`.
    redact
        Whether owners, ids, places and coordinates are left out (`redacted`); needs `out`.
    lang
        The language of what is written.
    font, template
        As for `write_run`.

    Returns
    -------
    The folder that was written.

    Raises
    ------
    ReportError
        The run cannot be read again; the folder cannot be written.
    UnknownNameError
        There is no such town.
    """
    run = Path(run)
    require_formats(formats)
    out = _own_folder(run, out)
    _require_place(formats, out, other=town is not None or redact, short=short)
    target = run if out is None else out
    asked = HowWritten(lang, font=font, template=template, short=short)
    formats = told_formats(formats, redact=redact)
    names = names_written(formats, several=False)
    with (
        claimed(target, names=names) as claim,
        run_again(run) as assessment,
        filled(claim) as folder,
    ):
        if out is None:
            _copy(run, folder)
            _write_beside(assessment, folder, formats, asked)
        else:
            part = assessment if town is None else part_of(assessment, town)
            part = redacted(part) if redact else part
            write_outputs(part, folder, formats=formats, asked=asked)
    return target


def part_of(assessment: Assessment, town: str) -> Assessment:
    """One town's part of an assessment, by its code or name.

    Raises
    ------
    UnknownNameError
        There is no such town.
    """
    result = assessment.town(town)
    code = result.town.code
    return replace(
        of_town(assessment, result),
        overlaps=tuple(each for each in assessment.overlaps if code in (each.first, each.second)),
        needs=tuple(each for each in assessment.needs if each.town == code),
        grids=tuple(each for each in assessment.grids if each.town == code),
        comparisons=tuple(each for each in assessment.comparisons if each.town == code),
        slopes=tuple(each for each in assessment.slopes if each.town == code),
        backgrounds=tuple(each for each in assessment.backgrounds if each.town == code),
    )


def _own_folder(run: Path, out: Path | str | None) -> Path | None:
    """The folder that is written in place of another one; None where that is the run's.

    Raises
    ------
    ReportError
        It holds the run, which would go with what it replaces.
    """
    if out is None or Path(out).resolve() == run.resolve():
        return None
    if Path(out).resolve() in run.resolve().parents and Path(out).name:
        raise ReportError(
            _("{path}: holds the run that is to be written again; name another folder with --out",
              path=Path(out).as_posix())
        )  # fmt: skip
    return Path(out)


def _require_place(
    formats: Sequence[str], out: Path | str | None, *, other: bool, short: bool
) -> None:
    """Make sure that what differs from the check is not written over what the check wrote.

    Parameters
    ----------
    formats, out
        What is written, and where.
    other, short
        Whether another assessment is written, as of one town, or the short report is asked for.

    Raises
    ------
    ReportError
        It would be, or nothing that is written can be short.
    """
    if out is None and (other or short):
        raise ReportError(
            _("--town, --short and --redact write other reports than the check did; name a folder with"
              " --out")
        )  # fmt: skip
    if short and "html" not in formats:
        raise ReportError(_("--short needs html among --formats; add it, or leave --short out"))


def _copy(run: Path, folder: Path) -> None:
    """Lay the files that townland wrote into the folder that takes the run's place."""
    theirs = strangers(run)
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        own = not any(
            name == each or (each.endswith("/") and name.startswith(each)) for each in theirs
        )
        if own and name != MANIFEST and path.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)


def _write_beside(
    assessment: Assessment, folder: Path, formats: Sequence[str], asked: HowWritten
) -> None:
    """Write outputs into a copy of their run, with links to those that lie in it.

    Parameters
    ----------
    assessment, folder, formats
        What is written, and where.
    asked
        How it is written.
    """
    for name in names_written(formats, several=False):
        if name != MARK:
            (folder / name).unlink(missing_ok=True)
    there = {
        each.name: each.file
        for each in WRITERS
        if each.name in formats or (folder / each.file).is_file()
    }
    # what describes the folder is right only when it is written with it
    formats = [*formats, *(each.name for each in WRITERS if each.last and each.name in there)]
    for last in (False, True):
        write_files(assessment, folder, formats, replace(asked, beside=there), last=last)
