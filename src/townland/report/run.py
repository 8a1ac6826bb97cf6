"""The run folder: everything a check writes, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from townland.assessment import Assessment
from townland.errors import ReportError
from townland.i18n import DEFAULT_LANGUAGE, _
from townland.maps.page import map_html
from townland.report.assessment_json import assessment_json, dumps
from townland.report.geopackage import write_evidence
from townland.report.html import report_html

MARK = "assessment.json"
"""The file that tells a run folder from any other folder."""

COMPARISON = "comparison.json"
"""The file that tells a folder of several runs."""

Writer = Callable[[Assessment, Path, str], None]


def _html(assessment: Assessment, folder: Path, lang: str) -> None:
    _write(folder / "report.html", report_html(assessment, lang=lang))


def _map(assessment: Assessment, folder: Path, lang: str) -> None:
    _write(folder / "map.html", map_html(assessment, lang=lang))


def _gpkg(assessment: Assessment, folder: Path, lang: str) -> None:
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
        WRITERS[name](assessment, folder, lang)
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
    partial, old = (out.with_name(out.name + ending) for ending in (".partial", ".old"))
    try:
        for stale in (partial, old):
            shutil.rmtree(stale, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        if out.exists():
            out.rename(old)
        partial.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as problem:
        shutil.rmtree(partial, ignore_errors=True)
        raise ReportError(
            _(
                "{path}: cannot be written ({reason}); nothing was written. Close the files of the"
                " folder in other programs, or name another folder with --out",
                path=out.as_posix(),
                reason=problem.strerror or problem,
            )
        ) from problem
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def require_target(out: Path) -> None:
    """Make sure that `out` may be written: it is new, empty, or an older run folder.

    Raises
    ------
    ReportError
        It is a file, or a folder with something else in it.
    """
    marked = any((out / mark).is_file() for mark in (MARK, COMPARISON))
    if out.is_dir() and (marked or not any(out.iterdir())):
        return
    if out.exists():
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
