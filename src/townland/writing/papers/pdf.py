"""The PDF ``report.pdf``, set by typst without a browser and without the network.

A4, PDF/A-2b, with contents, bookmarks, page numbers and repeated heads. Its font is embedded; the same
assessment and the same font give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from townland.errors import ReportError
from townland.i18n import _
from townland.output.scratch import scratch
from townland.rules.judging.trace import Json
from townland.writing.papers.content import PaperContent, cleaned, content
from townland.writing.papers.drawings import map_sheets
from townland.writing.papers.fonts import Font, font, is_needed, written_out
from townland.writing.papers.listing import LABEL, PaperFigure, figures_listed
from townland.writing.papers.typeset import Typesetter

if TYPE_CHECKING:
    from townland.results import Assessment

SHOWN = 20
"""So many characters that a font lacks are named."""


def write_pdf(
    assessment: Assessment,
    path: Path,
    *,
    lang: str,
    named: Path | None = None,
    listed: bool = False,
) -> list[PaperFigure]:
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
    listed
        Whether typst is asked, once more, on which pages the figures stand.

    Returns
    -------
    Every figure that has a key, with its page, in the order of the pages; none where `listed` is not
    asked for.

    Raises
    ------
    ReportError
        typst is not installed; there is no font, or it lacks characters of the text; typst warns.
    """
    chosen = font(named)
    template = (files("townland.writing.papers") / "templates" / "report.typ").read_bytes()
    with scratch() as folder:
        setter = Typesetter(chosen, folder)
        whole = content(assessment, lang)
        told = _data(assessment, whole, chosen, lang=lang, family=setter.family)
        data = json.dumps(told, ensure_ascii=False)
        path.write_bytes(setter.pdf(template, data, on=assessment.on))
        return figures_listed(whole, setter.listed(template, data, LABEL)) if listed else []


def _data(
    assessment: Assessment, whole: PaperContent, chosen: Font, *, lang: str, family: str
) -> dict[str, Json]:
    """Give what the template is filled with; every character of it has a sign in the font.

    Parameters
    ----------
    assessment, whole
        What is reported, and what the papers say of it.
    chosen, family
        The font.
    lang
        The reader's language.

    Raises
    ------
    ReportError
        The font lacks letters of the text.
    """
    colophon = _("Font: {family}, SHA-256 {digest}", family=family, digest=chosen.sha256)
    day = assessment.on
    rest = {
        "colophon": colophon.render(lang),
        "year": day.year, "month": day.month, "dom": day.day,
        "family": family,
    }  # fmt: skip
    told = {**_named(whole), **_named(rest)}
    told["maps"] = [
        {"town": cleaned(sheet.town), "svg": sheet.svg, "wide": sheet.width > sheet.height}
        for sheet in map_sheets(assessment, lang, family, paper="a4")
    ]
    missing = chosen.missing(_texts(told))
    needed = [sign for sign in missing if is_needed(sign)]
    if needed:
        raise ReportError(
            _("{path}: the font {family} has no signs for {count}"
              " {count:character|characters} of the report ({signs}), which would vanish;"
              " name another with --font", path=chosen.path.as_posix(),
              family=family, count=len(needed), signs="".join(needed[:SHOWN]))
        )  # fmt: skip
    replaced = str.maketrans({sign: written_out(sign) for sign in missing})
    return {name: _translated(value, replaced) for name, value in told.items()}


def _named(value: object) -> dict[str, Json]:
    """Give some content as JSON by name."""
    whole = cleaned(value)
    return dict(whole) if isinstance(whole, Mapping) else {}


def _texts(value: Json) -> Iterator[str]:
    """Give every text of some data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)


def _translated(value: Json, table: dict[int, str]) -> Json:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, Sequence):
        return [_translated(each, table) for each in value]
    if isinstance(value, Mapping):
        return {name: _translated(each, table) for name, each in value.items()}
    return value
