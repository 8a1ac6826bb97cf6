"""What the papers say: cover, verdicts, basis, findings in sentences, tables, as plain data.

The PDF and the document are laid out from the same content by their templates, in which no figure is
made and no sentence stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace

import townland
from townland.i18n import Words, _, plain_text, shortened
from townland.results import Assessment
from townland.rules.judging.finding import Finding
from townland.rules.judging.trace import Json
from townland.writing.pages import figures
from townland.writing.pages.look import LOOKS, look_of
from townland.writing.report.sheets import SIGNED
from townland.writing.tables.areas import leading
from townland.writing.tables.forms import tables
from townland.writing.tables.model import (
    BLANK,
    PrintedCell,
    PrintedColumn,
    PrintedRow,
    PrintedTable,
    RowKind,
    letters,
)
from townland.writing.tables.reader import TableReader

OPEN = ("fail", "review", "not_evaluated")
"""Findings that are told in full; the others are a line each."""
LEFT_OUT = ("findings", "patches")
"""Tables that the papers leave to the workbook: their findings stand in sentences."""
WIDTH, WIDEST = 190, 225
"""A table wider than the second, in letters, is continued in parts as wide as the first."""
STAYING = 2
USUAL, SMALL = 16, 13
"""The size of a table's letters, in half points, and the smallest."""
ROOM, SIDES = 189, 1.5
"""So many letters of the usual size a lying page has room for; a column needs more for its sides."""
MOST = 40
"""What is longer than so many letters is no reason to widen a column."""

FIGURE = 22
"""A figure that is longer with its unit is broken between its words."""

_UNBROKEN = re.compile(r"[!-⹿]+")
"""What no line is broken in: neither a blank nor a Chinese sign."""

WORDS: Mapping[str, Words] = {
    "contents": _("Contents"),
    "page": _("page {page} of {pages}", page="{page}", pages="{pages}"),
    "basis": _("Basis of the check"),
    "place": _("Place and evidence"),
    "findings": _("Findings"),
    "units": _("Responsible"),
    "missing": _("Missing"),
    "opinion": _("Reviewer's opinion"),
    "others": _("Compliant, or for information"),
    "rule": _("Rule"),
    "requirement": _("Requirement"),
    "measured": _("Measured"),
    "limit": _("Limit"),
    "margin": _("Margin"),
    "verdict": _("Verdict"),
    "comma": _(", "),
}
PREPARED: tuple[Words, ...] = (
    _("Prepared by (seal)"), _("Person in charge (signature)"), _("Filled in by"),
    _("Date of preparation"),
)  # fmt: skip

Line = tuple[str, str]
"""What a line is of, and what it says."""


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """A column of a table: its key, its head, the head above it, its width in letters, its side."""

    key: str
    title: str
    group: str
    width: int
    number: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row: its kind, what its cells say with their units, the verdicts that colour them.

    `town` and `key` are those of the printed row; `numbers` says which cells are figures.
    """

    kind: RowKind
    cells: tuple[str, ...]
    marks: tuple[str, ...] = ()
    town: str = ""
    key: str = ""
    numbers: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table, or the continuation of a wide one, which has no title; `size` is that of its letters."""

    key: str
    title: str
    unit: str
    signed: bool
    grouped: bool
    size: int
    columns: tuple[PaperColumn, ...]
    rows: tuple[PaperRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperFinding:
    """A finding as the papers tell it; `numbers` names what of the last three is a figure."""

    rule: str
    title: str
    look: str
    mark: str
    verdict: str
    quote: str
    clause: str
    why: str
    units: str
    missing: str
    measured: str
    limit: str
    margin: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperTown:
    """The findings of a town (of all: no `code`): what is told in full, and what is a line each."""

    code: str
    town: str
    full: tuple[PaperFinding, ...]
    lines: tuple[PaperFinding, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings of each town have each verdict; `marks` are the verdicts, `codes` the towns."""

    codes: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperContent:
    """All that the papers say."""

    lang: str
    title: str
    towns: tuple[str, ...]
    project: str
    day: str
    words: Mapping[str, str]
    colours: Mapping[str, str]
    cover: tuple[Line, ...]
    tally: Tally
    sign: tuple[str, ...]
    prepared: tuple[str, ...]
    silent: str
    disclaimer: str
    basis: tuple[Line, ...]
    notices: tuple[str, ...]
    findings: tuple[PaperTown, ...]
    tables: tuple[PaperTable, ...]


def content(assessment: Assessment, lang: str) -> PaperContent:
    """Give what the papers say of an assessment.

    Parameters
    ----------
    assessment
        What is reported.
    lang
        The reader's language.
    """
    r = TableReader(assessment, lang)
    names = tuple(town.town.name for town in assessment.towns)
    return PaperContent(
        lang=r.t("en").partition("-")[0],
        title=r.t("Land-use compliance report"),
        towns=names,
        project=r.t("Project (town): {names}", names=r.t(", ").join(names)),
        day=assessment.on.isoformat(),
        words={name: r.w(words) for name, words in WORDS.items()},
        colours={name: look.colour for name, look in LOOKS.items()},
        cover=tuple(_cover(r)),
        tally=_tally(r),
        sign=tuple(map(r.w, SIGNED)),
        prepared=tuple(map(r.w, PREPARED)),
        silent=r.t("(no such field)"),
        disclaimer=r.t(
            "An aid to analysis; it does not replace the results of the legal boundary survey."
        ),
        basis=tuple(_basis(r)),
        notices=tuple(r.w(notice.message) for notice in assessment.notices),
        findings=tuple(_findings(r)),
        tables=tuple(
            part
            for table in tables(assessment, lang)
            if table.key not in LEFT_OUT
            for part in _table(table)
        ),
    )


def cleaned(value: object) -> Json:
    """Give content as JSON, every text of it without control characters."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: cleaned(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, str):
        return plain_text(shortened(value))
    if isinstance(value, Mapping):
        return {str(name): cleaned(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(each) for each in value]
    return value if isinstance(value, bool | int) else str(value)


def _cover(r: TableReader) -> Iterator[tuple[str, str]]:
    assessment = r.assessment
    yield r.t("Town"), r.t(", ").join(town.town.name for town in assessment.towns)
    yield r.t("Rulebook"), r.w(assessment.rulebook.title)
    yield r.t("Day of the check"), assessment.on.isoformat()


def _tally(r: TableReader) -> Tally:
    """Count the verdicts of each town; their heads come first."""
    rows: list[tuple[str, ...]] = []
    towns: list[str | None] = [town.town.code for town in r.assessment.towns]
    if r.assessment.findings_of(None):
        towns.append(None)
    for code in towns:
        counts = figures.counts(r.assessment.findings_of(code))
        area = next((r.area(town.area_m2, "ha") for town in r.assessment.towns
                     if town.town.code == code), "")  # fmt: skip
        rows.append((r.town_name(code), area, *(str(count) for count in counts.values())))
    heads = [r.t("Town"), r.t("Planning area, ha")]
    heads += [r.w(LOOKS[name].word) for name in figures.counts(())]
    codes = tuple(code or "" for code in towns)
    return Tally(codes, tuple(heads), tuple(rows), tuple(figures.counts(())))


def _basis(r: TableReader) -> Iterator[tuple[str, str]]:
    """Say by what was judged, and how areas are computed."""
    book, catalog = r.assessment.rulebook, r.assessment.catalog
    yield r.t("Rulebook"), r.t("rulebook {id}, version {version}", id=book.id, version=book.version)
    yield "SHA-256", book.sha256
    documents = dict.fromkeys(finding.clause.document for finding in r.assessment.findings)
    named = [r.w(book.title) if name == book.id else name for name in documents]
    yield r.t("Documents"), r.t(", ").join(named)
    yield r.t("Layer catalog"), f"{catalog.path}\n{catalog.sha256}"
    yield (
        r.t("Areas"),
        r.t(
            "Areas are official ellipsoid areas (TD/T 1055-2019), each checked by an independent"
            " routine. Figures in ha and mu are converted from m² once and shared out from the total"
            " down. A piece's area is its part of the town's control area. A feature that town, plan or"
            " another layer cut is one feature and several pieces: a reason counts the features met, a"
            " list the pieces."
        ),
    )
    yield r.t("Software"), f"townland {townland.__version__}"


def _findings(r: TableReader) -> Iterator[PaperTown]:
    """Tell the findings of each town: what fails or asks for somebody in full, the rest in lines."""
    codes: list[str | None] = [town.town.code for town in r.assessment.towns]
    for code in [*codes, None]:
        mine = r.assessment.findings_of(code)
        if mine:
            ordered = figures.by_severity(mine)
            yield PaperTown(
                code or "",
                r.town_name(code),
                tuple(_told(r, each) for each in ordered if str(each.verdict) in OPEN),
                tuple(_told(r, each) for each in ordered if str(each.verdict) not in OPEN),
            )


def _told(r: TableReader, finding: Finding) -> PaperFinding:
    clause, look, book = finding.clause, look_of(finding), r.assessment.rulebook
    document = r.w(book.title) if clause.document == book.id else clause.document
    cells = {
        "measured": r.quantity(finding.measured, finding.unit),
        "limit": r.quantity(finding.limit, finding.unit),
        "margin": r.quantity(finding.margin, finding.unit),
    }
    return PaperFinding(
        rule=finding.rule,
        title=r.w(finding.title),
        look=look,
        mark=LOOKS[look].mark,
        verdict=r.w(LOOKS[look].word),
        quote=clause.quote,
        clause=f"{document} {clause.article}".strip(),
        why=r.w(finding.why),
        units=leading(r, clause.responsible),
        missing=r.t(", ").join(map(r.missing, finding.missing)),
        **{name: cell.whole for name, cell in cells.items()},
        numbers=tuple(name for name, cell in cells.items() if cell.value is not None),
    )


def _table(table: PrintedTable) -> Iterator[PaperTable]:
    """Lay out a table; a wide one in parts that each begin with its first columns."""
    for n, columns in enumerate(_parts(list(_roomy(table)))):
        yield PaperTable(
            key=table.key,
            title=table.title if n == 0 else "",
            unit=table.unit,
            signed=table.signed and n == 0,
            grouped=any(column.group for column in columns),
            size=_size(columns),
            columns=tuple(
                PaperColumn(each.key, each.title, each.group, each.width, each.number, each.silent)
                for each in columns
            ),
            rows=tuple(_row(row, columns) for row in table.rows),
            notes=table.notes,
        )


def _size(columns: Sequence[PrintedColumn]) -> int:
    """Choose the size of a table's letters, in half points: smaller where columns are many and wide."""
    needed = sum(column.width + SIDES for column in columns)
    return max(SMALL, min(USUAL, int(USUAL * ROOM / needed)))


def _roomy(table: PrintedTable) -> Iterator[PrintedColumn]:
    """Make columns as wide as what of theirs is not broken: words of heads, figures, ids, names."""
    for column in table.columns:
        cells = [row.cells.get(column.key, BLANK) for row in table.rows]
        words = [letters(word) + 1 for word in _UNBROKEN.findall(column.title)]  # heads are bold
        words += [letters(word) for cell in cells for word in _unbroken(cell)]
        longest = max(words, default=0)
        yield replace(column, width=max(column.width, longest + 1)) if longest <= MOST else column


def _unbroken(cell: PrintedCell) -> list[str]:
    """Divide what a cell says where a line may end; a short figure stays with its unit."""
    if cell.value is not None and letters(cell.whole) <= FIGURE:
        return [cell.whole]
    return _UNBROKEN.findall(cell.text if cell.value is None else cell.whole)


def _row(row: PrintedRow, columns: Sequence[PrintedColumn]) -> PaperRow:
    if row.kind in ("band", "note"):
        return PaperRow(row.kind, (row.cells[""].text,))
    cells = [row.cells.get(column.key, BLANK) for column in columns]
    return PaperRow(
        row.kind,
        tuple(cell.whole for cell in cells),
        tuple(cell.mark for cell in cells),
        row.town,
        row.key,
        tuple(cell.value is not None for cell in cells),
    )


def _parts(columns: Sequence[PrintedColumn]) -> list[list[PrintedColumn]]:
    """Divide columns so that no part is wider than a page."""
    if sum(column.width for column in columns) <= WIDEST:
        return [list(columns)]
    staying, others = list(columns[:STAYING]), columns[STAYING:]
    room = WIDTH - sum(column.width for column in staying)
    parts: list[list[PrintedColumn]] = [[]]
    for column in others:
        if parts[-1] and sum(each.width for each in parts[-1]) + column.width > room:
            parts.append([])
        parts[-1].append(column)
    return [[*staying, *part] for part in parts]
