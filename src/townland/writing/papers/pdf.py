"""The PDF ``report.pdf``, set by typst without a browser and without the network.

A4, PDF/A-2b, with contents, bookmarks, page numbers and repeated heads. Its font is embedded; the same
assessment and the same font give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from townland.errors import ReportError
from townland.i18n import _
from townland.rules.judging.trace import Json
from townland.writing.papers.content import content
from townland.writing.papers.drawings import map_sheets
from townland.writing.papers.fonts import Font, font, is_needed, written_out

if TYPE_CHECKING:
    from townland.results import Assessment

STANDARD: Final = "a-2b"
SIMPLIFIED = (" SC", " CN", "SimSun", "YaHei")
"""By these a family of a collection is known to be for simplified Chinese."""
SHOWN = 20
"""So many characters that a font lacks are named."""


def write_pdf(assessment: Assessment, path: Path, *, lang: str, named: Path | None = None) -> None:
    """Write the PDF.

    Parameters
    ----------
    assessment
        What is reported.
    path
        The file.
    lang
        The reader's language.
    named
        The font's file; without one it is looked for.

    Raises
    ------
    ReportError
        typst is not installed; there is no font, or it lacks characters of the text; typst warns.
    """
    try:
        import typst
    except ImportError as problem:
        raise ReportError(
            _("the PDF needs the package {package}; install townland[documents], or leave {format}"
              " out of --formats", package="typst", format="pdf")
        ) from problem  # fmt: skip
    chosen = font(named)
    with TemporaryDirectory() as folder:
        _lay_out(chosen.path, Path(folder))
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
        )
        family = _family(fonts.families(), chosen)
        told = _data(assessment, lang, chosen, family)
        template = (files("townland.writing.papers") / "templates" / "report.typ").read_bytes()
        midnight = dt.datetime.combine(assessment.on, dt.time(), dt.UTC)
        try:
            made, warnings = typst.compile_with_warnings(
                template, format="pdf", font_paths=fonts, pdf_standards=[STANDARD],
                timestamp=midnight, sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
            )  # fmt: skip
        except typst.TypstError as problem:
            raise _refused(problem.message) from problem
    if warnings:
        raise _refused("; ".join(warning.message for warning in warnings))
    path.write_bytes(made)


def _refused(reason: str) -> ReportError:
    return ReportError(_("the PDF could not be set ({reason}); please report this", reason=reason))


def _lay_out(font_file: Path, folder: Path) -> None:
    """Put the font alone into a folder, so that no other is used."""
    target = folder / font_file.name
    try:
        target.symlink_to(font_file.resolve())
    except OSError:  # Windows allows links to few
        shutil.copyfile(font_file, target)


def _family(families: list[str], chosen: Font) -> str:
    """Choose the family of a font file, of a collection that for simplified Chinese.

    Raises
    ------
    ReportError
        The file holds none.
    """
    if not families:
        raise ReportError(
            _("{path}: is no font that can be read ({reason}); name one (.otf, .ttf, .ttc) with --font",
              path=chosen.path.as_posix(), reason="typst")
        )  # fmt: skip
    simplified = [name for name in families if any(part in name for part in SIMPLIFIED)]
    return (simplified or families)[0]


def _data(assessment: Assessment, lang: str, chosen: Font, family: str) -> dict[str, Json]:
    """Give what the template is filled with; every character of it has a sign in the font.

    Parameters
    ----------
    assessment, lang
        What is reported, and the reader's language.
    chosen, family
        The font.

    Raises
    ------
    ReportError
        The font lacks letters of the text.
    """
    told: dict[str, Json] = content(assessment, lang)
    towns = _(", ").render(lang).join(town.town.name for town in assessment.towns)
    colophon = _("Font: {family}, SHA-256 {digest}", family=family, digest=chosen.sha256)
    day = assessment.on
    told |= {
        "project": _("Project (town): {names}", names=towns).render(lang),
        "silent": _("(no such field)").render(lang),
        "colophon": colophon.render(lang),
        "year": day.year, "month": day.month, "dom": day.day,
        "maps": map_sheets(assessment, lang, family),
        "family": family,
    }  # fmt: skip
    missing = chosen.missing(_texts(told))
    needed = [sign for sign in missing if is_needed(sign)]
    if needed:
        raise ReportError(
            _("{path}: the font {family} has no signs for {count} characters of the report ({signs}),"
              " which would vanish; name another with --font", path=chosen.path.as_posix(),
              family=family, count=len(needed), signs="".join(needed[:SHOWN]))
        )  # fmt: skip
    replaced = str.maketrans({sign: written_out(sign) for sign in missing})
    return {name: _translated(value, replaced) for name, value in told.items()}


def _texts(value: Json) -> Iterator[str]:
    """Give every text of some data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)


def _translated(value: Json, table: dict[int, str]) -> Json:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, list):
        return [_translated(each, table) for each in value]
    if isinstance(value, dict):
        return {name: _translated(each, table) for name, each in value.items()}
    return value
