"""A bureau's own document (.docx), filled: ``{{town.area_ha}}`` gets what the tables print.

Only the texts of paragraphs with fields are changed, in the document, its headers and its footers; their
format stays, and every other member of the zip stays as it is, byte by byte.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from townland.documents import why_unread
from townland.errors import ReportError
from townland.i18n import _
from townland.reading.formats.zipped import UNREADABLE
from townland.writing.template import (
    FIELD,
    filled_texts,
    is_document,
    require_fields,
    require_workbook,
    shown_text,
    template_fields,
    write_changed,
)

if TYPE_CHECKING:
    from townland.results import Assessment

_FILLED = re.compile(r"word/(?:document|header\d*|footer\d*)\.xml")
_AFTER = re.compile(r"(?<=</w:p>)")
"""Where a paragraph ends; one of a text box ends within another, which is then read in two."""


def require_template(formats: Sequence[str], template: Path | None) -> None:
    """Make sure before a long check that a template can be filled, and is asked for.

    Raises
    ------
    ReportError
        What it fills, ``xlsx`` or ``docx``, is not among the formats; the file is neither; it has no
        field.
    """
    if template is None:
        return
    fills = "docx" if is_document(template) else "xlsx"
    if fills not in formats:
        raise ReportError(
            _(
                "--template needs {format} among --formats; add it, or leave --template out",
                format=fills,
            )
        )
    if is_document(template):
        document_members(template)
    else:
        require_workbook(template)


def write_words(
    assessment: Assessment, path: Path, *, lang: str,
    named: Path | None = None, template: Path | None = None,
) -> None:  # fmt: skip
    """Write the document, or fill the one of a bureau.

    Parameters
    ----------
    assessment, path, lang, named
        As `write_document`.
    template
        The bureau's form; one that is no document leaves the shipped one in place.

    Raises
    ------
    ReportError
        As `write_document` and `fill_document`.
    """
    if template is None or not is_document(template):
        from townland.writing.papers.document import write_document

        write_document(assessment, path, lang=lang, named=named)
    else:
        fill_document(assessment, template, path, lang=lang)


def fill_document(assessment: Assessment, template: Path, path: Path, *, lang: str) -> None:
    """Write the template with its fields filled.

    Parameters
    ----------
    assessment
        What is reported.
    template
        The bureau's document.
    path
        The file to write.
    lang
        The reader's language.

    Raises
    ------
    ReportError
        The template is no ``.docx``, or has fields that are none: each is named with its paragraph.
    """
    members, fields = document_members(template), template_fields(assessment, lang)
    texts = (
        (f"{Path(member).stem} ¶{n}", text)
        for member, xml in members.items()
        for n, text in enumerate(_paragraphs(xml), 1)
    )
    require_fields(template, texts, fields, lang)
    fill = filled_texts(fields)
    filled = {
        member: "".join(fill(part) for part in _AFTER.split(xml)) for member, xml in members.items()
    }
    write_changed(template, path, members, filled)


def document_members(template: Path) -> Mapping[str, str]:
    """Read the members of a document that may have fields.

    Raises
    ------
    ReportError
        The file cannot be read, is no document of this kind, or has no field.
    """
    try:
        with zipfile.ZipFile(template) as document:
            read = {
                name: document.read(name).decode("utf-8")
                for name in document.namelist()
                if _FILLED.fullmatch(name)
            }
    except UNREADABLE as problem:
        if isinstance(problem, OSError):
            raise ReportError(why_unread(template, problem)) from None
        raise _no_document(template, str(problem)) from problem
    if "word/document.xml" not in read:
        raise _no_document(template, "-")
    if not any(FIELD.search(text) for xml in read.values() for text in _paragraphs(xml)):
        raise ReportError(
            _("{path}: no paragraph has a field such as {field}; write fields into the template",
              path=template.as_posix(), field="{{town.area_ha}}")
        )  # fmt: skip
    return read


def _no_document(template: Path, reason: str) -> ReportError:
    return ReportError(
        _("{path}: is no document that can be filled ({reason}); save the template as .docx",
          path=template.as_posix(), reason=reason)
    )  # fmt: skip


def _paragraphs(xml: str) -> Iterator[str]:
    """Give the text of each paragraph."""
    return (shown_text(part) for part in _AFTER.split(xml))
