"""Several runs in one folder, with their comparison beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from townland.i18n import DEFAULT_LANGUAGE
from townland.output.folder import COMPARISON, FolderClaim
from townland.output.json_text import dumps
from townland.results import Assessment
from townland.rules.pairs import LeftOut
from townland.writing.comparison import compare
from townland.writing.comparison.words import run_names
from townland.writing.run_folder import (
    DEFAULT_FORMATS,
    HowWritten,
    path_of,
    run_folder,
    write_outputs,
)

PAGE = "comparison.html"


def write_runs(
    assessments: Sequence[Assessment],
    out: Path | str | FolderClaim,
    *,
    formats: Sequence[str] = DEFAULT_FORMATS,
    lang: str = DEFAULT_LANGUAGE,
    left_out: Sequence[LeftOut] = (),
    font: Path | None = None,
    template: Path | None = None,
    workers: int = 1,
) -> Path:
    """Write a whole run folder for each assessment into `out`, and the comparison beside them.

    The comparison is ``comparison.json`` and, where `formats` names ``html``, ``comparison.html``.

    Parameters
    ----------
    assessments
        What is written and compared.
    out
        The folder; it is new, empty, or an older folder of runs.
    formats
        Names of `WRITERS`, for each run.
    lang
        The language of everything that is written.
    left_out
        The pairs of rulebook and day that were asked for, and are not in force.
    font
        The file of the font of the PDFs; without one it is looked for.
    template
        The bureau's own workbook, filled for each run.
    workers
        How many processes write the outputs of many towns.

    Returns
    -------
    The folder.

    Raises
    ------
    ReportError
        As `write_run`.
    """
    asked = HowWritten(lang, font=font, template=template, workers=workers)
    with run_folder(out) as folder:
        for name, each in zip(run_names(assessments), assessments, strict=True):
            (folder / name).mkdir()
            write_outputs(each, folder / name, formats=formats, asked=asked)
        compared = compare(assessments, lang=lang, left_out=left_out)
        if "html" in formats:
            from townland.writing.comparison.page import comparison_html

            text = comparison_html(assessments, compared, formats=formats, lang=lang)
            (folder / PAGE).write_text(text, encoding="utf-8", newline="\n")
        (folder / COMPARISON).write_text(dumps(compared), encoding="utf-8", newline="\n")
    return path_of(out)
