"""A workbook of many towns: a row each, and a sheet for each list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from townland import documents
from townland.documents import values
from townland.documents.sentences import FaultError
from townland.dossier.cells import DAYS, cell_cure, day_of
from townland.dossier.choices import value_of
from townland.dossier.fields import dossier_fields
from townland.dossier.headings import (
    ROW_KEYS,
    TOWN_AREA,
    explains,
    field_of,
    key_of,
    row_heading,
    sheet_of,
)
from townland.dossier.model import EVENTS, Dossier
from townland.errors import DossierError, LayerError
from townland.i18n import Joined, Words, _
from townland.reading.formats.points.workbook import Sheet, workbook
from townland.reading.formats.points.workbook_look import column_name, concealed, unreadable
from townland.reading.sniff import regular_file
from townland.terms import dossier_field

WORKBOOKS = (".xlsx", ".ods")
"""Endings of files that hold many towns: a row each, and a sheet for each list."""

_LISTS = ("leading_industries", "linked_industries", "confirmed")
_SLASHED = re.compile(r"^(\d{4})/(\d{1,2})/(\d{1,2})$")

Cells: TypeAlias = Mapping[str, str]
"""The filled cells of a row, each by the heading of its column."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a sheet, with its number in the file; `path` is the list that the sheet is of."""

    sheet: str
    number: int
    cells: Cells
    path: str


@dataclass(frozen=True, slots=True)
class _Entries:
    """What a workbook states of one town: its row, and the rows of other sheets by their list."""

    row: _Row
    lists: dict[str, list[_Row]] = field(default_factory=dict)

    def data(self) -> dict[str, object]:
        """The tables of a dossier, as a TOML file would hold them."""
        tables: dict[str, object] = {}
        for key, text in self.row.cells.items():
            _put(tables, key, _several(key, text) if key in _LISTS else _chosen(key, text))
        for path, rows in self.lists.items():
            _put(tables, path, [_own(row) for row in rows])
        return tables

    def row_of(self, key: Sequence[int | str]) -> _Row:
        """The row in which the value at a key of the tables stands."""
        for path, rows in self.lists.items():
            names = path.split(".")
            at = key[len(names)] if len(key) > len(names) else None
            if list(key[: len(names)]) == names and isinstance(at, int):
                return rows[at]
        return self.row


def read_workbook(path: Path) -> tuple[Dossier, ...]:
    """Read a workbook: the first sheet has a row for each town, the others are lists.

    A heading is the key of a field, dotted where it stands in a table (``lists.city``), or its name in
    words, as `empty_workbook` has it; a sheet that explains the columns is left out. A sheet with
    the name of a list (``events``, ``supply.city``) has a row for each entry, and the town's ``code``
    or ``name`` beside it.

    Raises
    ------
    DossierError
        The file cannot be read, or has faults: every one at once, with sheet and row.
    """
    first, *lists = _sheets(path)
    towns = [_Entries(row) for row in first]
    faults: list[Words] = []
    for row in (row for rows in lists for row in rows):
        owner = _owner(row, towns)
        if owner is None:
            faults.append(
                _(
                    "{path}, sheet {sheet}, row {row}: no town of the first sheet has this code or"
                    " name; correct it, or add the town",
                    path=path.as_posix(),
                    sheet=row.sheet,
                    row=row.number,
                )
            )
        else:
            owner.lists.setdefault(row.path, []).append(row)
    dossiers = []
    for town in towns:
        try:
            dossiers.append(Dossier.model_validate(town.data(), context=documents.CELLS))
        except ValidationError as problem:
            faults += _faults(path, problem, town)
    if faults:
        raise DossierError(Joined(tuple(faults), "\n"))
    return tuple(dossiers)


def _owner(row: _Row, towns: Sequence[_Entries]) -> _Entries | None:
    """The town that a row of a list names, by its code before its name."""
    # whoever writes a name below "code" means the town of that name
    for key, below in (("code", "code"), ("name", "name"), ("name", "code")):
        name = row.cells.get(below)
        named = [town for town in towns if name and town.row.cells.get(key) == name]
        if named and (below == key or len(named) == 1):
            return named[0]
    return None


def _own(row: _Row) -> dict[str, object]:
    """An entry of a list without what names its town; a reused site has a name of its own."""
    return {
        key: value_of(text, EVENTS)
        if key == "event"
        else day_of(text)
        if key in DAYS
        else _cell(text)
        for key, text in row.cells.items()
        if key != "code" and (key != "name" or row.path == "reused_sites")
    }


def _several(key: str, text: str) -> list[str]:
    """Read a cell with several names; fields that were confirmed may be named as their columns are."""
    names = [name.strip() for name in re.split("[、;；]", text)]
    return list(map(field_of, names)) if key == "confirmed" else names


def _chosen(key: str, text: str) -> str:
    """Read a cell with one value, which may be one of some in words."""
    field = dossier_fields().get(key)
    return value_of(text, field.choices) if field is not None and field.choices else _cell(text)


def _put(tables: dict[str, object], path: str, value: object) -> None:
    """Set a dotted key of tables; where no table can stand, the model refuses what stands there.

    Parameters
    ----------
    tables
        The tables, which are changed.
    path
        The dotted key.
    value
        What is set.
    """
    *names, last = path.split(".")
    for name in names:
        inner = tables.setdefault(name, {})
        if not isinstance(inner, dict):  # the headings `lists` and `lists.city` beside one another
            tables[path] = value
            return
        tables = inner
    tables[last] = value


def _cell(text: str) -> str:
    slashed = _SLASHED.match(text)
    if slashed:
        year, month, day = map(int, slashed.groups())
        return f"{year:04d}-{month:02d}-{day:02d}"
    return text


def _sheets(path: Path) -> list[list[_Row]]:
    """Read every sheet: its rows with their numbers and their filled cells."""
    try:
        if regular_file(path) is None:
            raise documents.no_file(path, LayerError)
        sheets = workbook(path, path.as_posix())
    except LayerError as problem:
        raise DossierError(problem.message) from None
    told = [sheet for sheet in sheets if not explains(sheet.name)]
    faults = [fault for sheet in told for fault in _look_faults(sheet)]
    if faults:
        raise DossierError(Joined(tuple(faults), "\n"))
    rows = [_rows(sheet, key_of if at else field_of) for at, sheet in enumerate(told)]
    if not rows or not rows[0]:
        raise DossierError(
            _(
                "{path}: the first sheet has no town; give each a row below the headings",
                path=path.as_posix(),
            )
        )
    return rows


def _look_faults(sheet: Sheet) -> Iterator[Words]:
    """What of a sheet is not seen, or has no value: whether it counts, nobody can say."""
    filled = [(number, cells) for number, cells in sheet.rows if any(cells)]
    if sheet.look.hidden and filled:
        yield _(
            "{place}: the sheet is hidden; show it if it counts, or delete it if it does not",
            place=sheet.place,
        )
        return
    columns = {at for _number, cells in filled for at, cell in enumerate(cells) if cell}
    for at in sorted(columns & sheet.look.hidden_columns):
        yield _(
            "{place}: column {column} is hidden; show it if it counts, or delete it if it does not",
            place=sheet.place,
            column=column_name(at),
        )
    for row, cells in sheet.rows:
        reasons = [reason for _column, reason in unreadable(sheet.look, row, cells)]
        if any(cells) and (reason := concealed(sheet.look, row)) is not None:
            reasons.append(reason)
        for reason in reasons:
            yield _("{place}, row {row}: {reason}", place=sheet.place, row=row, reason=reason)


def _rows(sheet: Sheet, key: Callable[[str], str]) -> list[_Row]:
    """Read the rows below the headings, which stand in the first row that is not empty.

    Parameters
    ----------
    sheet
        The sheet.
    key
        What gives the key that a heading stands for.
    """
    filled = [(number, cells) for number, cells in sheet.rows if any(cells)]
    if not filled:
        return []
    row, headings = filled[0][0], [key(text) if text else "" for text in filled[0][1]]
    twice = sorted({text for text in headings if text and headings.count(text) > 1})
    if twice:
        raise DossierError(
            _(
                "{place}, row {row}: two columns are called {heading}; delete one of them",
                place=sheet.place,
                row=row,
                heading=twice[0],
            )
        )
    rows = []
    for number, cells in filled[1:]:
        bare = [cell for heading, cell in zip(headings, cells, strict=True) if cell and not heading]
        # a note in the margin would be dropped without a word
        if bare:
            raise DossierError(
                _(
                    "{place}, row {row}: {text} stands below no heading; head its column, or delete it",
                    place=sheet.place,
                    row=number,
                    text=bare[0][:40],
                )
            )
        named = {heading: cell for heading, cell in zip(headings, cells, strict=True) if cell}
        named.pop(TOWN_AREA, None)
        rows.append(_Row(sheet.name, number, named, sheet_of(sheet.name)))
    return rows


def _faults(path: Path, problem: ValidationError, town: _Entries) -> Iterator[Words]:
    """The faults of one town in words, each with sheet and row.

    Parameters
    ----------
    path
        The workbook.
    problem
        What the model of a dossier refuses.
    town
        The rows that the refused values stand in.
    """
    for fault in problem.errors(include_url=False):
        row = town.row_of(fault["loc"])
        cause = fault.get("ctx", {}).get("error")
        yield _(
            "{path}, sheet {sheet}, row {row}: {key}: {reason}",
            path=path.as_posix(),
            sheet=row.sheet,
            row=row.number,
            key=_column(fault["loc"], row),
            reason=cause.message if isinstance(cause, FaultError) else _reason(fault),
        )


def _column(place: Sequence[int | str], row: _Row) -> Words:
    """Name the column of a fault in words."""
    key = str(place[-1]) if place else ""
    if (
        row.path != row.sheet and key in ROW_KEYS
    ):  # the sheet is called in words, as its columns are
        return _("{path}", path=row_heading(key))
    return dossier_field(".".join(map(str, place)) or "-")


def _reason(fault: ErrorDetails) -> Words:
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(".".join(map(str, fault["loc"])), dossier_fields(), n=1)
        if near:
            return _("there is no such field; did you mean {near}?", near=near[0])
        return _("there is no such field; delete it, or look into townland dossier new")
    if fault["type"] == "missing":
        return _("this cell is empty; it must be filled in")
    reason = values.cure(fault) or cell_cure(fault)
    reason = reason or _("expected {expected}", expected=values.expected(fault))
    return _("{value}: {reason}", value=str(fault["input"]), reason=reason)
