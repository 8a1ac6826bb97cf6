"""The table of contents of a document: a field whose entries stand already, each a link to its chapter.

Word shows what a field holds until somebody asks for it anew (F9), and only then adds the numbers of
pages, which nobody knows before Word has laid the document out. So it need not ask whether fields are to
be updated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.text.paragraph import Paragraph

CHAPTER, ENTRY = "Heading 1", "toc 1"
"""The styles of what is listed, and of the paragraph in whose place the list stands."""
FIELD = ' TOC \\o "1-1" \\h \\z \\u '


def fill_contents(styled: Sequence[tuple[Paragraph, str]]) -> None:
    """Put the entries of all chapters in the place of the paragraph that is styled as an entry.

    Parameters
    ----------
    styled
        The paragraphs, each with the name of its style.
    """
    place = next((each for each, style in styled if style == ENTRY), None)
    chapters = [each for each, style in styled if style == CHAPTER and each.text.strip()]
    if place is None or not chapters:
        return
    for number, chapter in enumerate(chapters, 1):
        _mark(chapter, number)
        entry = place.insert_paragraph_before(style=place.style)
        if number == 1:
            entry._p.extend([_sign("begin"), _run("w:instrText", FIELD), _sign("separate")])
        entry._p.append(_link(chapter.text, number))
        if number == len(chapters):
            entry._p.append(_sign("end"))
    place._p.getparent().remove(place._p)


def styles_of(document: Document) -> list[tuple[Paragraph, str]]:
    """Give each paragraph with the name of its style.

    A paragraph that names none looks for the default among all styles, each time that it is asked.
    """
    names = {style.style_id: style.name or "" for style in document.styles}
    default = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    plain = "" if default is None else default.name or ""
    return [(each, names.get(each._p.style or "", plain)) for each in document.paragraphs]


def _anchor(number: int) -> str:
    return f"_Toc{number:09d}"


def _mark(chapter: Paragraph, number: int) -> None:
    """Set a bookmark around a heading."""
    begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (begin, end):
        mark.set(qn("w:id"), str(number))
    begin.set(qn("w:name"), _anchor(number))
    first = chapter._p.pPr
    chapter._p.insert(0 if first is None else 1, begin)
    chapter._p.append(end)


def _link(title: str, number: int) -> BaseOxmlElement:
    """Make the entry of a chapter, which leads to it."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), _anchor(number))
    link.set(qn("w:history"), "1")
    link.append(_run("w:t", title))
    return link


def _sign(kind: str) -> BaseOxmlElement:
    """Make one of the three signs of a field: where it begins, where what it holds begins, its end."""
    run = OxmlElement("w:r")
    sign = OxmlElement("w:fldChar")
    sign.set(qn("w:fldCharType"), kind)
    run.append(sign)
    return run


def _run(tag: str, words: str) -> BaseOxmlElement:
    """Make a run that holds a text."""
    run, inner = OxmlElement("w:r"), OxmlElement(tag)
    inner.text = words
    inner.set(qn("xml:space"), "preserve")
    run.append(inner)
    return run
