"""The run folder: everything a check writes, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from townland.errors import ReportError
from townland.i18n import DEFAULT_LANGUAGE, _
from townland.results import Assessment
from townland.writing.maps.page import map_html
from townland.writing.report.assessment_json import assessment_json, dumps
from townland.writing.report.geopackage import write_evidence
from townland.writing.report.html import report_html

MARK = "assessment.json"
"""The file that tells a run folder from any other folder."""

UNFINISHED = ".unfinished"
"""The file that tells a folder being filled."""

COMPARISON = "comparison.json"
"""The file that tells a folder of several runs."""

WHOLE = (MARK, COMPARISON)

Writer = Callable[[Assessment, Path, str, Sequence[str]], None]


def _html(assessment: Assessment, folder: Path, lang: str, formats: Sequence[str]) -> None:
    beside = "map.html" if "map" in formats else None
    _write(folder / "report.html", report_html(assessment, lang=lang, map_href=beside))


def _map(assessment: Assessment, folder: Path, lang: str, formats: Sequence[str]) -> None:
    beside = "report.html" if "html" in formats else None
    _write(folder / "map.html", map_html(assessment, lang=lang, report_href=beside))


def _gpkg(assessment: Assessment, folder: Path, lang: str, _formats: Sequence[str]) -> None:
    write_evidence(assessment, folder / "evidence.gpkg", lang=lang)


WRITERS: dict[str, Writer] = {"html": _html, "map": _map, "gpkg": _gpkg}
"""What ``--formats`` may name; `assessment.json` is always written."""

DEFAULT_FORMATS = ("html", "map", "gpkg")


def write_run(
    assessment: Assessment,
    out: Path | str,
    *,
    formats: Sequence[str] = DEFAULT_FORMATS,
    lang: str = DEFAULT_LANGUAGE,
) -> Path:
    """Write the run folder `out`, whole or not at all; an older run folder is replaced.

    Raises
    ------
    ReportError
        A format is not known; `out` exists and is no run folder; a file cannot be written.
    """
    require_formats(formats)
    with run_folder(Path(out)) as folder:
        write_outputs(assessment, folder, formats=formats, lang=lang)
    return Path(out)


def write_outputs(
    assessment: Assessment, folder: Path, *, formats: Sequence[str], lang: str
) -> None:
    """Write ``assessment.json`` and what `formats` names into an open run folder."""
    for name in dict.fromkeys(formats):
        WRITERS[name](assessment, folder, lang, formats)
    _write(folder / MARK, dumps(assessment_json(assessment, lang=lang)))


@contextmanager
def run_folder(out: Path) -> Iterator[Path]:
    """A folder ``OUT.partial`` to fill, renamed to `out` when the block ends without an error.

    A process killed at any moment leaves either the whole folder or none.

    Raises
    ------
    ReportError
        `out` exists and is no run folder; a file cannot be written.
    """
    require_target(out)
    partial, replaced = (out.with_name(out.name + ending) for ending in (".partial", ".replaced"))
    with _told(out):
        _clear_stale(out, partial, replaced)
        partial.mkdir(parents=True)
    try:
        with _told(out):
            (partial / UNFINISHED).touch()
            yield partial
            (partial / UNFINISHED).unlink()
            if out.exists():
                out.rename(replaced)
            partial.rename(out)
            _remove(replaced)
    except BaseException:
        _remove(partial)
        raise


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Turn what the file system refuses into a sentence."""
    try:
        yield
    except OSError as problem:
        raise ReportError(
            _(
                "{path}: cannot be written ({reason}); nothing was written. Close the files of the"
                " folder in other programs, or name another folder with --out",
                path=out.as_posix(),
                reason=problem.strerror or problem,
            )
        ) from problem


def _remove(folder: Path) -> None:
    """Take a folder away, the files that tell it as ours last: a kill on the way leaves it known."""
    if not folder.exists():
        return
    for child in sorted(folder.iterdir(), key=lambda path: path.name in (*WHOLE, UNFINISHED)):
        if child.is_dir():
            shutil.rmtree(child, ignore_errors=True)
        else:
            child.unlink(missing_ok=True)
    folder.rmdir()


def _clear_stale(out: Path, partial: Path, replaced: Path) -> None:
    """Take away what a killed run left beside `out`, and nothing that is somebody else's."""
    if any((replaced / mark).is_file() for mark in WHOLE) and not out.exists():
        replaced.rename(out)  # killed between two renames: the older run is whole
    for folder in (partial, replaced):
        if not folder.exists():
            continue
        if any((folder / mark).is_file() for mark in (*WHOLE, UNFINISHED)) or not any(
            folder.iterdir()
        ):
            _remove(folder)
            continue
        raise ReportError(
            _(
                "{path}: is in the way and not of townland's making; it is left as it is. Move it, or"
                " name another folder with --out",
                path=folder.as_posix(),
            )
        )


def require_target(out: Path) -> None:
    """Make sure that `out` may be written: it is new, empty, or an older run folder.

    Raises
    ------
    ReportError
        It has no name of its own, or one that cannot be used; it is a file, or a folder with something
        else in it.
    """
    try:
        marked = any((out / mark).is_file() for mark in WHOLE)
        if out.is_dir() and out.name and (marked or not any(out.iterdir())):
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


def require_formats(formats: Sequence[str]) -> None:
    """Make sure that every format is known.

    Raises
    ------
    ReportError
        One is not.
    """
    unknown = [name for name in formats if name not in WRITERS]
    if unknown:
        raise ReportError(
            _(
                "unknown format {unknown}; known are {known}",
                unknown=", ".join(unknown),
                known=", ".join(WRITERS),
            )
        )


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
