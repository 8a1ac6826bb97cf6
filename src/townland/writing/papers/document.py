"""The document ``report.docx``, filled into a template by docxtpl.

Only the fields of the template change. What is filled in is escaped, and the template's expressions run
in a sandbox. The same assessment and font give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from townland.errors import ReportError
from townland.i18n import _, plain_text, shortened
from townland.output.scratch import scratch
from townland.writing.pages.figures import NOTHING
from townland.writing.pages.look import LOOKS
from townland.writing.papers.content import (
    PaperColumn,
    PaperContent,
    PaperFinding,
    PaperRow,
    PaperTable,
    PaperTown,
    cleaned,
    content,
)  # fmt: skip
from townland.writing.papers.drawings import map_sheets
from townland.writing.papers.fonts import font
from townland.writing.papers.typeset import Typesetter

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph
    from docxtpl import DocxTemplate

    from townland.results import Assessment

DAY = (1980, 1, 1, 0, 0, 0)
"""The day of every part, so that the same document is the same bytes."""
WHITE, HEAD, BAND, SUM = "FFFFFF", "E9EDF2", "DFE7EF", "F3F3F2"
TABLE_TWIPS = 15_100
"""The width of a table on a lying A4 page, in twentieths of a point."""
PAGE_WIDTH = 6_110_000
"""What a table may take of the 170 mm of a standing A4 page, in EMU, once columns are whole twips."""
FINDING = "Heading 2"
"""The style of the heading of a finding."""
BLANKS = 14
"""The length of a line that is written on."""
GROUNDS = {"band": BAND, "total": SUM, "part": SUM}


@dataclass(frozen=True, slots=True)
class DocumentCell:
    """A cell as the template asks for it: its text, its columns, its ground, its side, its width."""

    text: str
    span: int = 1
    ground: str = WHITE
    number: bool = False
    width: int = 0


def write_document(
    assessment: Assessment, path: Path, *, lang: str, named: Path | None = None
) -> None:
    """Write the document.

    Parameters
    ----------
    assessment
        What is reported.
    path
        The file.
    lang
        The reader's language.
    named
        The file of the font of the letters on the maps; without one it is looked for.

    Raises
    ------
    ReportError
        docxtpl is not installed, or there is no font.
    """
    try:
        from docxtpl import DocxTemplate
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError as problem:
        raise ReportError(
            _("the document needs the package {package}; install townland[documents], or leave"
              " {format} out of --formats", package="docxtpl", format="docx")
        ) from problem  # fmt: skip
    from townland.writing.papers.contents import fill_contents, styles_of

    shipped = (files("townland.writing.papers") / "templates" / "report.docx").read_bytes()
    paper = DocxTemplate(io.BytesIO(shipped))
    told = content(assessment, lang)
    paper.init_docx()
    filled = {**_laid_out(told, lang), "maps": list(_maps(assessment, lang, paper, named))}
    paper.render(filled, SandboxedEnvironment(autoescape=True), autoescape=True)
    drawn_up = paper.docx.tables
    for table in drawn_up:
        _set_widths(table)
    begin = len(drawn_up) - len(told.tables)
    for table, part in zip(drawn_up[begin:], told.tables, strict=True):
        _set_size(table, part.size)
        _keep_names(table, part)
    styled = styles_of(paper.docx)
    _keep_findings(styled)
    for table in drawn_up[:begin]:
        _keep_on_page(table)
    fill_contents(styled)
    day = dt.datetime.combine(assessment.on, dt.time())
    about = paper.docx.core_properties
    about.title, about.author = told.title, "townland"
    about.created = about.modified = day
    written = io.BytesIO()
    paper.save(written)
    path.write_bytes(_dated(written.getvalue()))


def _set_widths(table: Table) -> None:
    """Give the columns of a table the widths of the cells of its first whole row."""
    columns = table._tbl.tblGrid.gridCol_lst
    for row in table._tbl.tr_lst:
        cells = row.tc_lst
        if len(cells) == len(columns) and all(cell.width is not None for cell in cells):
            for column, cell in zip(columns, cells, strict=True):
                column.w = cell.width
            return


def _set_size(table: Table, half_points: int) -> None:
    """Set the letters of a table in a size."""
    from docx.oxml.ns import qn

    for size in table._tbl.iter(qn("w:sz")):
        size.set(qn("w:val"), str(half_points))


def _keep_names(table: Table, part: PaperTable) -> None:
    """Keep the name of a town on the page of its first row.

    Parameters
    ----------
    table, part
        The table of the document, and what it was laid out from.
    """
    lines = table._tbl.tr_lst[len(table._tbl.tr_lst) - len(part.rows) :]
    for line, row in zip(lines, part.rows, strict=True):
        if row.kind == "band":
            for cell in line.tc_lst:
                for paragraph in cell.p_lst:
                    paragraph.get_or_add_pPr().get_or_add_keepNext()


def _keep_findings(styled: Sequence[tuple[Paragraph, str]]) -> None:
    """Keep what is said of a finding on one page, with the line for the opinion.

    Parameters
    ----------
    styled
        The paragraphs, each with the name of its style.
    """
    within = False
    for (each, style), (_after, next_style) in pairwise(styled):
        if style.startswith("Heading"):
            within = style == FINDING
        if within and not next_style.startswith("Heading"):
            each.paragraph_format.keep_with_next = True


def _keep_on_page(table: Table) -> None:
    """Share the width of a standing page between the columns of a table that is wider than it."""
    from docx.shared import Emu

    columns, rows = table._tbl.tblGrid.gridCol_lst, [row.tc_lst for row in table._tbl.tr_lst]
    most = max(map(len, rows), default=0)
    widths = [sum(cell.width or 0 for cell in row) for row in rows]
    if max(widths, default=0) <= PAGE_WIDTH or len(columns) != most:
        return
    for column in columns:
        column.w = Emu(PAGE_WIDTH // most)
    for row in rows:
        for cell in row:
            cell.width = Emu(PAGE_WIDTH // most)


def _dated(document: bytes) -> bytes:
    """Write the parts of a document anew with a constant day."""
    dated = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as old,
        zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(zipfile.ZipInfo(part.filename, DAY), old.read(part), zipfile.ZIP_DEFLATED)
    return dated.getvalue()


def _maps(
    assessment: Assessment, lang: str, paper: DocxTemplate, named: Path | None
) -> Iterator[dict[str, object]]:
    """Draw the map sheets as pictures, by the renderer of the PDF.

    Parameters
    ----------
    assessment, lang
        What is drawn, and the reader's language.
    paper
        The document.
    named
        The font's file.
    """
    from docx.shared import Mm
    from docxtpl import InlineImage

    template = (files("townland.writing.papers") / "templates" / "sheet.typ").read_bytes()
    with scratch() as folder:
        setter = Typesetter(font(named), folder)
        for sheet in map_sheets(assessment, lang, setter.family, paper="text"):
            png = setter.png(template, json.dumps(asdict(sheet)))
            picture = InlineImage(paper, io.BytesIO(png), width=Mm(sheet.width))
            yield {"town": plain_text(shortened(sheet.town)), "picture": picture}


def _laid_out(told: PaperContent, lang: str) -> Mapping[str, object]:
    """Lay the content out for the template: cells with their spans and grounds, lines as texts."""
    prepared = (
        _("{name}: {value}", name=name, value="_" * BLANKS).render(lang) for name in told.prepared
    )
    lines = {
        "towns_line": told.words["comma"].join(told.towns),
        "page_words": told.words["page"].replace("{pages}", "{page}").split("{page}"),
        "prepared_line": "    ".join(prepared),
    }
    findings = [_findings(part, told.words) for part in told.findings]
    laid_out = [_table(part, told.silent) for part in told.tables]
    whole = {each.name: getattr(told, each.name) for each in fields(told)}
    filled = cleaned({**whole, **lines, "findings": findings, "tables": laid_out})
    return filled if isinstance(filled, Mapping) else {}


def _findings(part: PaperTown, words: Mapping[str, str]) -> dict[str, object]:
    """Put the figures of each finding into one line."""

    def line(view: PaperFinding) -> str:
        shown = (("measured", view.measured), ("limit", view.limit), ("margin", view.margin))
        return "　".join(f"{words[name]} {text}" for name, text in shown if text != NOTHING)

    full = [
        {each.name: getattr(view, each.name) for each in fields(view)} | {"figures": line(view)}
        for view in part.full
    ]
    return {"town": part.town, "full": full, "lines": part.lines}


def _table(part: PaperTable, silent: str) -> dict[str, object]:
    """Lay out a table: the line of shared heads, that of heads, and the rows."""
    total = sum(column.width for column in part.columns)
    widths = [TABLE_TWIPS * column.width // total for column in part.columns]
    heads = [
        DocumentCell(column.title + (f"\n{silent}" if column.silent else ""), ground=HEAD)
        for column in part.columns
    ]
    groups: list[DocumentCell] = []
    for column in part.columns:
        if groups and column.group and column.group == groups[-1].text:
            groups[-1] = replace(groups[-1], span=groups[-1].span + 1)
        else:
            groups.append(DocumentCell(column.group, ground=HEAD))
    return {
        "title": part.title, "unit": part.unit, "signed": part.signed, "grouped": part.grouped,
        "heads": _wide(heads, widths), "groups": _wide(groups, widths), "notes": part.notes,
        "rows": [{"cells": _wide(list(_cells(row, part.columns)), widths)} for row in part.rows],
    }  # fmt: skip


def _wide(cells: list[DocumentCell], widths: Sequence[int]) -> list[DocumentCell]:
    """Give each cell the width of the columns that it spans."""
    made, at = [], 0
    for cell in cells:
        made.append(replace(cell, width=sum(widths[at : at + cell.span])))
        at += cell.span
    return made


def _cells(row: PaperRow, columns: Sequence[PaperColumn]) -> Iterator[DocumentCell]:
    """Lay out a row: a name or a remark over all columns, or a cell for each."""
    ground = GROUNDS.get(row.kind, WHITE)
    if row.kind in ("band", "note"):
        yield DocumentCell(row.cells[0], span=len(columns), ground=ground)
        return
    for text, mark, column in zip(row.cells, row.marks, columns, strict=True):
        shade = LOOKS[mark].ground.removeprefix("#").upper() if mark else ground
        yield DocumentCell(text, ground=shade, number=column.number)
