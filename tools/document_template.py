"""Lay out the template of ``report.docx`` anew: ``python tools/document_template.py``.

The template is an ordinary document whose fields (``{{ … }}``) and loops (``{%p … %}``, ``{%tr … %}``,
``{%tc … %}``) docxtpl fills; whoever wants another look edits the document itself.
"""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell

TEMPLATE = Path("src/townland/writing/papers/templates/report.docx")
CHINESE, LATIN = "宋体", "Calibri"
SOFT = RGBColor(0x57, 0x5C, 0x62)


def field(name: str) -> str:
    """Give a field to be filled in."""
    return "{{ " + name + " }}"


def styles(paper: Paper) -> None:
    """Give text and headings their fonts; each chapter begins a page."""
    for name, size in (("Normal", 10), ("Title", 24), ("Heading 1", 15), ("Heading 2", 12)):
        style = paper.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        style.font.color.rgb = RGBColor(0x17, 0x19, 0x1C)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        fonts.set(qn("w:eastAsia"), CHINESE)
    for lang in paper.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:eastAsia"), "zh-CN")  # or Chinese marks stand where Japanese ones do
    paper.styles["Heading 1"].paragraph_format.page_break_before = True
    paper.styles["Normal"].paragraph_format.space_after = Pt(4)


def text(
    paper: Paper,
    words: str,
    *,
    size: float = 10,
    soft: bool = False,
    middle: bool = False,
    above: float = 0,
) -> None:
    """Add a paragraph; `above` is the room over it, in points."""
    paragraph = paper.add_paragraph()
    if above:
        paragraph.paragraph_format.space_before = Pt(above)
    run = paragraph.add_run(words)
    run.font.size = Pt(size)
    if soft:
        run.font.color.rgb = SOFT
    if middle:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def ending(paper: Paper) -> None:
    """End with a line that no one sees, or a full page would be followed by a blank one."""
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(1)


def put(cell: _Cell, words: str, *, right: bool = False, bold: bool = False) -> None:
    """Write into a cell."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(words)
    run.font.size, run.font.bold = Pt(8), bold
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def repeated(table: Table, *rows: int) -> None:
    """Repeat rows at the head of each page; no row is cut by a page's end."""
    for row in rows:
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        table.rows[row]._tr.get_or_add_trPr().append(mark)
    for row in table.rows:
        whole = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(whole)


def margins(table: Table) -> None:
    """Leave some room above and below what stands in a cell."""
    room = OxmlElement("w:tblCellMar")
    for side, twips in (("top", "30"), ("left", "70"), ("bottom", "30"), ("right", "70")):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), twips)
        edge.set(qn("w:type"), "dxa")
        room.append(edge)
    table._tbl.tblPr.append(room)


def wide(cell: _Cell, source: str) -> None:
    """Give a cell the width that stands in a field."""
    width = cell._tc.get_or_add_tcPr().get_or_add_tcW()
    width.attrib.clear()
    width.set(qn("w:w"), field(source))
    width.set(qn("w:type"), "dxa")


def grid(
    paper: Paper,
    rows: list[list[str]],
    *,
    heads: tuple[int, ...] = (),
    widths: tuple[int, ...] = (),
) -> None:
    """Add a table; ``>`` begins what stands at the right, ``*`` what is bold.

    Parameters
    ----------
    paper, rows
        The document, and the texts of the cells.
    heads
        The rows that are repeated.
    widths
        The widths of the columns in millimetres, where they are not equal.
    """
    table = paper.add_table(rows=len(rows), cols=max(map(len, rows)))
    table.style = "Table Grid"
    table.autofit = True
    margins(table)
    for at, row in enumerate(rows):
        own = [_Cell(tc, table) for tc in table.rows[at]._tr.tc_lst]
        for cell, words in zip(own, row, strict=False):
            if "{{ c.text }}" in words:
                wide(cell, "c.width")
            if len(row) == len(widths):
                cell.width = Mm(widths[own.index(cell)])
            put(cell, words.lstrip(">*"), right=words[:1] == ">", bold=words[:1] == "*")
        for spare in own[len(row) :]:
            spare._tc.getparent().remove(spare._tc)
    repeated(table, *heads)


def contents(paper: Paper) -> None:
    """Add the place of the table of contents, whose entries the writer of the document makes."""
    text(paper, field("words.contents"), size=15)
    paper.paragraphs[-1].paragraph_format.page_break_before = True
    entry = paper.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    entry.base_style = paper.styles["Normal"]
    entry.paragraph_format.space_after = Pt(6)
    paper.add_paragraph(style=entry)


def fields(paper: Paper, name: str) -> None:
    """Add a row of fields that are signed."""
    grid(paper, [["{%tc for name in " + name + " %}", "{{ name }}\n\n", "{%tc endfor %}"]])


def pairs(paper: Paper, name: str) -> None:
    """Add lines of what something is and what it says."""
    line = [field("line[0]"), field("line[1]")]
    grid(paper, [["{%tr for line in " + name + " %}"], line, ["{%tr endfor %}"]], widths=(32, 137))


def page_number(paper: Paper) -> None:
    """Number the pages at their foot."""
    words = ["{{ page_words[" + str(n) + "] }}" for n in range(3)]
    for section in paper.sections:
        section.footer.is_linked_to_previous = False
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for part in (words[0], "PAGE", words[1], "NUMPAGES", words[2]):
            run = paragraph.add_run("" if part.isupper() else part)
            run.font.size = Pt(8)
            if part.isupper():
                simple = OxmlElement("w:fldSimple")
                simple.set(qn("w:instr"), part)
                inner = OxmlElement("w:r")
                size = OxmlElement("w:sz")
                size.set(qn("w:val"), "16")
                inner.append(OxmlElement("w:rPr"))
                inner[0].append(size)
                shown = OxmlElement("w:t")
                shown.text = "1"
                inner.append(shown)
                simple.append(inner)
                run._r.addnext(simple)


def findings(paper: Paper) -> None:
    """Add the findings of each town: in full, then the others in lines."""
    paper.add_paragraph("{%p for part in findings %}")
    paper.add_heading("{{ words.findings }} · {{ part.town }}", 1)
    paper.add_paragraph("{%p for view in part.full %}")
    paper.add_heading("{{ view.rule }} {{ view.title }}", 2)
    text(paper, "{{ view.mark }} {{ view.verdict }}　{{ view.figures }}")
    paper.add_paragraph("{%p if view.quote %}")
    text(paper, "“{{ view.quote }}”")
    paper.add_paragraph("{%p endif %}")
    text(paper, field("view.clause"), size=8.5, soft=True)
    text(paper, field("view.why"))
    for name in ("missing", "units"):
        paper.add_paragraph("{%p if view." + name + " %}")
        text(paper, "{{ words." + name + " }}　{{ view." + name + " }}", size=8.5, soft=True)
        paper.add_paragraph("{%p endif %}")
    text(
        paper,
        "{{ words.opinion }}　____________________________________________",
        size=8.5,
        soft=True,
    )
    paper.add_paragraph("{%p endfor %}")
    paper.add_paragraph("{%p if part.lines %}")
    paper.add_heading(field("words.others"), 2)
    names = ("rule", "requirement", "measured", "verdict")
    grid(
        paper,
        [
            ["*" + field("words." + name) for name in names],
            ["{%tr for view in part.lines %}"],
            [field("view.rule"), field("view.title"), ">" + field("view.measured"),
             "{{ view.mark }} {{ view.verdict }}"],
            ["{%tr endfor %}"],
        ],
        heads=(0,), widths=(24, 73, 38, 34),
    )  # fmt: skip
    paper.add_paragraph("{%p endif %}")
    paper.add_paragraph("{%p endfor %}")


def cells(source: str, *, bold: bool = False) -> list[str]:
    """Write a loop over the cells of a row: of those of numbers at the right, others at the left."""
    mark = "*" if bold else ""
    shown = "{% colspan c.span %}{% cellbg c.ground %}{{ c.text }}"
    return ["{%tc for c in " + source + " %}", "{%tc if c.number %}", ">" + shown, "{%tc else %}",
            mark + shown, "{%tc endif %}", "{%tc endfor %}"]  # fmt: skip


def tables(paper: Paper) -> None:
    """Add the official tables, each on a lying page."""
    paper.add_paragraph("{%p for part in tables %}")
    paper.add_paragraph("{%p if part.title %}")
    paper.add_heading(field("part.title"), 1)
    text(paper, "{{ project }}　　{{ part.unit }}", size=8.5)
    paper.add_paragraph("{%p if part.signed %}")
    text(paper, field("prepared_line"), size=8.5)
    paper.add_paragraph("{%p endif %}")
    paper.add_paragraph("{%p else %}")
    paper.add_paragraph("")
    paper.add_paragraph("{%p endif %}")
    grid(
        paper,
        [
            ["{%tr if part.grouped %}"],
            cells("part.groups", bold=True),
            ["{%tr endif %}"],
            cells("part.heads", bold=True),
            ["{%tr for row in part.rows %}"],
            cells("row.cells"),
            ["{%tr endfor %}"],
        ],
        heads=(1, 3),
    )
    paper.add_paragraph("{%p for note in part.notes %}")
    text(paper, field("note"), size=8.5, soft=True, above=4)
    paper.add_paragraph("{%p endfor %}")
    paper.add_paragraph("{%p endfor %}")
    ending(paper)


def main() -> None:
    """Lay out the template."""
    paper = Document()
    styles(paper)
    first = paper.sections[0]
    first.page_width, first.page_height = Mm(210), Mm(297)
    first.left_margin = first.right_margin = Mm(20)
    for _line in range(5):
        paper.add_paragraph("")
    text(paper, field("title"), size=24, middle=True)
    text(paper, field("towns_line"), size=14, middle=True)
    paper.add_paragraph("")
    pairs(paper, "cover")
    paper.add_paragraph("")
    grid(
        paper,
        [
            ["{%tc for head in tally.heads %}", "*{{ head }}", "{%tc endfor %}"],
            ["{%tr for row in tally.rows %}"],
            [
                "{%tc for cell in row %}",
                "{%tc if loop.first %}",
                "{{ cell }}",
                "{%tc else %}",
                ">{{ cell }}",
                "{%tc endif %}",
                "{%tc endfor %}",
            ],
            ["{%tr endfor %}"],
        ],
        heads=(0,),
    )
    paper.add_paragraph("{%p for notice in notices %}")
    text(paper, field("notice"), above=6)
    paper.add_paragraph("{%p endfor %}")
    paper.add_paragraph("")
    fields(paper, "sign")
    text(paper, field("disclaimer"), size=8.5, soft=True, above=4)
    contents(paper)
    paper.add_heading(field("words.basis"), 1)
    pairs(paper, "basis")
    paper.add_paragraph("{%p for sheet in maps %}")
    paper.add_heading("{{ words.place }} · {{ sheet.town }}", 1)
    paper.add_paragraph(field("sheet.picture"))
    paper.add_paragraph("{%p endfor %}")
    findings(paper)
    lying = paper.add_section(WD_SECTION.CONTINUOUS)
    lying.orientation, lying.page_width, lying.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    lying.left_margin = lying.right_margin = Mm(15)
    lying.top_margin = lying.bottom_margin = Mm(17)
    tables(paper)
    page_number(paper)
    paper.save(str(TEMPLATE))


if __name__ == "__main__":
    main()
