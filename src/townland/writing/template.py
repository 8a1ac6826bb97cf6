"""A bureau's own workbook, filled: cells with ``{{town.area_ha}}`` get what the tables print.

Only the XML of those cells is changed inside the zip: texts in the shared strings or in the cell,
numbers in the cell. Every other member stays as it is, byte by byte: drawings, seals, headers, charts.
Where a sheet has formulas, the workbook is marked to be calculated when it is opened.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from townland import units
from townland.documents import why_unread
from townland.errors import ReportError
from townland.i18n import Words, _, plain_text, shortened
from townland.reading.formats.zipped import UNREADABLE
from townland.writing.form_fields import FORM_ROWS, form_cells
from townland.writing.tables.forms import tables
from townland.writing.tables.model import BLANK, PrintedCell, PrintedTable, figure
from townland.writing.workbook import write_workbook

if TYPE_CHECKING:
    from townland.results import Assessment

STRINGS, BOOK, LINKS = "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
TABLES = (
    "scale", "findings", "missing", "farmland", "land_by_owner", "land_by_class", "need", "replacement",
    "three_lines", "patches", "points", "issues", "inputs",
)  # fmt: skip
"""The keys of all tables: of one that a check has nothing for, the cells stay blank."""
FIELD = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_COUNTED = re.compile(r"(.*-)?\d+[A-Z]?|(.*-)?total|uncovered|sum-.*|.*/.*")
"""Rows and columns that a town has or has not: numbers of patches, codes of classes, owners, sums."""
_ITEM = re.compile(r"<((?:\w+:)?)si\b[^>]*?(?:/>|>.*?</\1si>)", re.S)
_TEXT = re.compile(r"<((?:\w+:)?)t\b([^>]*?)(?:/>|>(.*?)</\1t>)", re.S)
_SOUND = re.compile(r"<((?:\w+:)?)rPh\b.*?</\1rPh>", re.S)
_CELL = re.compile(r"<((?:\w+:)?)c\b([^>]*?)(?<!/)>(.*?)</\1c>", re.S)
_VALUE = re.compile(r"<(?:\w+:)?v>(.*?)</(?:\w+:)?v>", re.S)
_FORMULA = re.compile(r"<(?:\w+:)?f[\s>/]")
_CALCULATES = re.compile(r"<((?:\w+:)?)calcPr\b([^>]*?)/?>")


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A sheet of the template: its name, its member of the zip, its XML."""

    name: str
    member: str
    xml: str


@dataclass(frozen=True, slots=True)
class TemplateFields:
    """What fields stand for: every printed cell by its name, and the columns of each table."""

    cells: Mapping[str, PrintedCell]
    columns: Mapping[str, frozenset[str]]
    several: bool

    def cell(self, name: str) -> PrintedCell | None:
        """Give what a field stands for; None where there is no such field."""
        if name in self.cells:
            return self.cells[name]
        parts = name.split(".")
        at = next((at for at, part in enumerate(parts) if part in TABLES), len(parts))
        # before the table stands nothing but, where there are several, the town's code
        if at > 1 or (at == 1 and f"{parts[0]}.town.code" not in self.cells):
            return None
        if (self.several and at == 0) or len(parts) - at != 3:
            return None
        table, row, column = parts[at:]
        counted = _COUNTED.fullmatch
        known = self.columns.get(table)
        if known is None:
            return BLANK
        right = column in known or (counted(column) and any(map(counted, known)))
        # what another town has this one has not, or none has of what the older forms ask for
        has_row = (table, row) in FORM_ROWS or any(
            f".{table}.{row}." in f".{key}" for key in self.cells
        )
        return BLANK if right and (has_row or counted(row)) else None


def template_fields(assessment: Assessment, lang: str) -> TemplateFields:
    """Give every field: of the town, of the older forms, and of the tables as ``table.row.column``.

    Of several towns, each field of a town begins with the town's code.
    """
    several = len(assessment.towns) > 1
    cells: dict[str, PrintedCell] = {
        "check.date": PrintedCell(assessment.on.isoformat()),
        "check.rulebook": PrintedCell(assessment.rulebook.title.render(lang)),
    }
    for result in assessment.towns:
        begins = f"{result.town.code}." if several else ""
        area = result.area_m2
        cells |= {
            f"{begins}town.code": PrintedCell(result.town.code),
            f"{begins}town.name": PrintedCell(plain_text(shortened(result.town.name))),
            f"{begins}town.area_m2": figure(units.half_up(area, 2)),
            f"{begins}town.area_ha": figure(units.ha(area)),
            f"{begins}town.area_mu": figure(units.mu(area)),
        }
    printed = tables(assessment, lang)
    for table in printed:
        cells |= dict(_cells(table, several=several))
    for result in assessment.towns:
        begins = f"{result.town.code}." if several else ""
        cells |= form_cells(cells, assessment.rulebook, begins)
    columns = {table.key: frozenset(column.key for column in table.columns) for table in printed}
    return TemplateFields(cells, columns, several)


def _cells(table: PrintedTable, *, several: bool) -> Iterator[tuple[str, PrintedCell]]:
    """Give every cell of a table with its name."""
    for row in table.rows:
        town = f"{row.town}." if several and row.town else ""
        for column, cell in row.cells.items():
            if row.kind != "band" and column:
                yield f"{town}{table.key}.{row.key}.{column}", cell


def is_document(template: Path) -> bool:
    """Say whether a template is filled as ``report.docx``, by its name."""
    return template.suffix.lower() == ".docx"


def require_workbook(template: Path) -> None:
    """Make sure before a long check that a workbook can be filled.

    Raises
    ------
    ReportError
        The file is no ``.xlsx``; no cell of it has a field.
    """
    members = _members(template)
    texts = [shown_text(item.group()) for item in _ITEM.finditer(members.get(STRINGS, ""))]
    texts += [shown_text(sheet.xml) for sheet in _sheets(members)]
    if not any(map(FIELD.search, texts)):
        raise ReportError(
            _("{path}: no cell has a field such as {field}; write fields into the template",
              path=template.as_posix(), field="{{town.area_ha}}")
        )  # fmt: skip


def write_tables(
    assessment: Assessment, path: Path, *, lang: str, template: Path | None = None
) -> None:
    """Write the workbook, or fill the one of a bureau.

    Parameters
    ----------
    assessment
        What is reported.
    path
        The file to write.
    lang
        The reader's language.
    template
        The bureau's workbook; None, or a document, for the one that is shipped.

    Raises
    ------
    ReportError
        As `fill_template`.
    """
    if template is None or is_document(template):
        write_workbook(assessment, path, lang=lang)
    else:
        fill_template(assessment, template, path, lang=lang)


def fill_template(assessment: Assessment, template: Path, path: Path, *, lang: str) -> None:
    """Write the template with its fields filled.

    Parameters
    ----------
    assessment
        What is reported.
    template
        The bureau's workbook.
    path
        The file to write.
    lang
        The reader's language.

    Raises
    ------
    ReportError
        The template is no ``.xlsx``, or has fields that are none: each is named with its cell.
    """
    members, fields = _members(template), template_fields(assessment, lang)
    sheets = _sheets(members)
    items = [item.group() for item in _ITEM.finditer(members.get(STRINGS, ""))]
    texts = (
        (f"{sheet.name}!{address}", text)
        for sheet in sheets
        for address, text in _texts(sheet, items)
    )
    require_fields(template, texts, fields, lang)
    changed = {sheet.member: _filled_sheet(sheet.xml, items, fields) for sheet in sheets}
    if items:
        fill = filled_texts(fields)
        changed[STRINGS] = _ITEM.sub(lambda item: fill(item.group()), members[STRINGS])
    if any(_FORMULA.search(sheet.xml) for sheet in sheets):
        changed[BOOK] = _calculating(members[BOOK])
    write_changed(template, path, members, changed)


def _members(template: Path) -> dict[str, str]:
    """Read the members of a workbook that this module looks at.

    Raises
    ------
    ReportError
        The file cannot be read, or is no workbook of this kind.
    """
    try:
        with zipfile.ZipFile(template) as book:
            wanted = (STRINGS, BOOK, LINKS)
            read = {
                name: book.read(name).decode("utf-8")
                for name in book.namelist()
                if name in wanted or (name.startswith("xl/worksheets/") and name.endswith(".xml"))
            }
        if template.suffix.lower() == ".xlsx" and BOOK in read and LINKS in read:
            return read
        reason: object = "-"
    except UNREADABLE as problem:
        if isinstance(problem, OSError):
            raise ReportError(why_unread(template, problem)) from None
        reason = problem
    raise ReportError(
        _("{path}: is no workbook that can be filled ({reason}); save the template as .xlsx",
          path=template.as_posix(), reason=str(reason))
    )  # fmt: skip


def _sheets(members: Mapping[str, str]) -> list[FilledSheet]:
    """Give the sheets by their names, in the order of the workbook."""
    targets = {}
    for link in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", members[LINKS]):
        target = _attribute(link, "Target").removeprefix("/xl/")
        targets[_attribute(link, "Id")] = f"xl/{target}"
    found = []
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", members[BOOK]):
        member = targets.get(_attribute(tag, r"\w+:id"), "")
        if member in members:
            found.append(FilledSheet(_attribute(tag, "name"), member, members[member]))
    return found


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}\s*=\s*("([^"]*)"|\'([^\']*)\')', tag)
    return unescape(found[2] or found[3] or "") if found else ""


def _texts(sheet: FilledSheet, items: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give the text of each cell that has one, with its address."""
    for cell in _CELL.finditer(sheet.xml):
        yield _attribute(cell[2], "r"), shown_text(_source(cell, items))


def _source(cell: re.Match[str], items: Sequence[str]) -> str:
    """Give the XML of a cell's text: its shared string, or what stands in it; else nothing."""
    kind, value = _attribute(cell[2], "t"), _VALUE.search(cell[3])
    if kind == "s" and value and int(value[1]) < len(items):
        return items[int(value[1])]
    return cell[3] if kind == "inlineStr" else ""


def shown_text(xml: str) -> str:
    """Give a text as it is shown, its runs joined."""
    return "".join(unescape(run[3] or "") for run in _TEXT.finditer(_SOUND.sub("", xml)))


def require_fields(
    template: Path, texts: Iterable[tuple[str, str]], fields: TemplateFields, lang: str
) -> None:
    """Make sure that all fields of a template are fields.

    Parameters
    ----------
    template
        The template.
    texts
        Its texts, each with the place where it stands.
    fields, lang
        The fields that there are, and the reader's language.

    Raises
    ------
    ReportError
        Some are none; each is named with its place.
    """
    faults = [
        _no_field(place, name, fields)
        for place, text in texts
        for name in FIELD.findall(text)
        if fields.cell(name) is None
    ]
    if not faults:
        return
    several = _("; ").render(lang).join(fault.render(lang) for fault in dict.fromkeys(faults))
    raise ReportError(
        _("{path}: {faults}. Correct the template", path=template.as_posix(), faults=several)
    )


def _no_field(cell: str, name: str, fields: TemplateFields) -> Words:
    """Say that a field is none, and which was meant.

    Parameters
    ----------
    cell, name
        Where it stands, and how it is written.
    fields
        The fields that there are.
    """
    owned = next((each for each in fields.cells if each.endswith(f".{name}")), None)
    if fields.several and owned is not None:
        return _("{cell}: there is no field {field}; of several towns each begins with the town's code,"
                 " as {near}", cell=cell, field=name, near=owned)  # fmt: skip
    town = f"{name.partition('.')[0]}."
    own = [each for each in fields.cells if each.startswith(town)]
    near = get_close_matches(name, own or fields.cells, n=1, cutoff=0.5)
    if near:
        return _("{cell}: there is no field {field}; did you mean {near}?",
                 cell=cell, field=name, near=near[0])  # fmt: skip
    return _("{cell}: there is no field {field}", cell=cell, field=name)


def _filled_sheet(xml: str, items: Sequence[str], fields: TemplateFields) -> str:
    """Fill the cells of a sheet; a cell that is a single number becomes a number.

    Parameters
    ----------
    xml, items
        The sheet, and the shared strings.
    fields
        What fields stand for.
    """
    fill = filled_texts(fields)

    def filled(cell: re.Match[str]) -> str:
        source = _source(cell, items)
        alone = FIELD.fullmatch(shown_text(source).strip())
        meant = fields.cell(alone[1]) if alone else None
        attributes = re.sub(r'\st\s*=\s*("[^"]*"|\'[^\']*\')', "", cell[2])
        if meant is not None and meant.value is not None:
            return f"<{cell[1]}c{attributes}><{cell[1]}v>{meant.value:f}</{cell[1]}v></{cell[1]}c>"
        if meant is not None and not meant.text:
            return f"<{cell[1]}c{attributes}/>"
        if _attribute(cell[2], "t") == "inlineStr":
            return f"<{cell[1]}c{cell[2]}>{fill(cell[3])}</{cell[1]}c>"
        return cell.group()

    return _CELL.sub(filled, xml)


def filled_texts(fields: TemplateFields) -> Callable[[str], str]:
    """Give what fills the fields of a text; one that lies over several runs goes into its first."""

    def fill(xml: str) -> str:
        runs = [run for run in _TEXT.finditer(xml) if not _in_sound(xml, run.start())]
        letters = [(at, sign) for at, run in enumerate(runs) for sign in unescape(run[3] or "")]
        whole = "".join(sign for _at, sign in letters)
        if not FIELD.search(whole):
            return xml
        texts, done = [""] * len(runs), 0
        for name in FIELD.finditer(whole):
            for at, sign in letters[done : name.start()]:
                texts[at] += sign
            meant = fields.cell(name[1]) or BLANK
            texts[letters[name.start()][0]] += plain_text(shortened(meant.whole))
            done = name.end()
        for at, sign in letters[done:]:
            texts[at] += sign
        made, last = [], 0
        for run, text in zip(runs, texts, strict=True):
            made += [xml[last : run.start()], _run(run, text)]
            last = run.end()
        return "".join([*made, xml[last:]])

    return fill


def _in_sound(xml: str, at: int) -> bool:
    """Say whether a text only says how a name sounds."""
    return any(sound.start() <= at < sound.end() for sound in _SOUND.finditer(xml))


def _run(run: re.Match[str], text: str) -> str:
    """Write a run with its text, whose blanks at both ends are kept."""
    attributes = run[2].rstrip()
    if text != text.strip() and "xml:space" not in attributes:
        attributes += ' xml:space="preserve"'
    return f"<{run[1]}t{attributes}>{escape(text)}</{run[1]}t>"


def _calculating(book: str) -> str:
    """Mark a workbook to be calculated when it is opened: the results of formulas are old."""

    def marked(tag: re.Match[str]) -> str:
        kept = re.sub(r'\sfullCalcOnLoad\s*=\s*"[^"]*"', "", tag[2])
        return f'<{tag[1]}calcPr{kept} fullCalcOnLoad="1"/>'

    found = _CALCULATES.search(book)
    if found is None or _attribute(found[0], "fullCalcOnLoad") == "1":
        return book
    return _CALCULATES.sub(marked, book, count=1)


def write_changed(
    template: Path, path: Path, members: Mapping[str, str], filled: Mapping[str, str]
) -> None:
    """Write the zip anew, its members in their order with what each says of itself.

    Parameters
    ----------
    template, path
        The file that is read, and the one that is written.
    members, filled
        Members as they were, and as they are filled; one that is the same keeps its bytes.
    """
    changed = {name: text for name, text in filled.items() if text != members[name]}
    made = io.BytesIO()
    with zipfile.ZipFile(template) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            text = changed.get(member.filename)
            new.writestr(member, old.read(member) if text is None else text.encode("utf-8"))
    path.write_bytes(made.getvalue())
