"""An empty workbook of dossiers: a row a town, a sheet that explains each column, a sheet a list."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import NamedTuple

from townland import terms
from townland.documents import Strict
from townland.dossier.choices import in_words
from townland.dossier.fields import DossierField, dossier_fields, fields_of
from townland.dossier.headings import (
    EXPLANATION,
    SHEETS,
    TOWN_AREA,
    heading,
    heading_with_unit,
    row_heading,
    unit_words,
)
from townland.dossier.model import Event, Payment, Site, Supply
from townland.dossier.sheets import ColumnKind, FormColumn, FormSheet, TextSheet, xlsx
from townland.i18n import SOURCE_LANGUAGE, Bilingual, Words, _, render

LIST_ROWS: dict[str, type[Strict]] = {
    "events": Event,
    "subsidy_paid": Payment,
    "subsidy_returned": Payment,
    "reused_sites": Site,
    "supply.city": Supply,
    "supply.county": Supply,
}
"""The lists that have a sheet of their own, with what a row of them holds."""

_TABLE = re.compile(r"^# \[+([a-z_.]+)\]+$")
_VALUE = re.compile(r"^(?:# )?([a-z_]+) = (.*?)(?:\s+# (.*))?$")


NAMES, ROOM = 2, 200
"""The columns that say which town a row is of, and the rows that are checked."""
_GIVEN = "#DFE7EF"
_GROUNDS = {"lists": "#E3EFE3", "documents": "#F3EBDD", "facts": "#F1E4E4", "acceptance": "#E8E4F1"}
"""The colours of heads: of what is given, and of the tables of a dossier."""


class Hint(NamedTuple):
    """An example of a field as a cell holds it, and what the empty dossier says of the field."""

    example: str
    remark: Words | str


NO_HINT = Hint("", "")


class NamedTown(NamedTuple):
    """What a row of a new workbook says of a town: its code, its name, its area as it is drawn."""

    code: str
    name: str
    area_ha: Decimal | None = None


def empty_workbook(
    towns: Sequence[NamedTown | tuple[str, str]],
    lang: str,
    served: Mapping[str, Sequence[Words]] | None = None,
) -> bytes:
    """Give an XLSX to be filled in, which the reader of workbooks reads back.

    Parameters
    ----------
    towns
        The code and the name of each town, and its area; one row with a name to be replaced where there
        are none.
    lang
        The language of its headings.
    served
        The clauses that each field serves, by the field; they stand at its head and in the explanation.
    """
    columns = [field for field in dossier_fields().values() if _in_row(field)]
    hints, clauses = _hints(), served or {}
    named = [NamedTown(*town) for town in towns] or [
        NamedTown("", render(_("(name of the town)"), lang))
    ]
    forms = [_form(field, hints.get(field.path, NO_HINT), clauses.get(field.path, ()), lang)
             for field in columns]  # fmt: skip
    areas = any(town.area_ha is not None for town in named)
    if areas:
        forms.insert(NAMES, FormColumn(render(heading(TOWN_AREA), lang), "number", ground=_GIVEN))
    rows = [_row(town, len(forms), areas=areas) for town in named]
    first = FormSheet(render(_("towns"), lang), forms, rows, ROOM, NAMES)
    explained = TextSheet(render(EXPLANATION, lang), list(_explained(columns, clauses, lang)))
    return xlsx([first, explained, *_lists(first.name, len(named), clauses, lang)])


def _row(town: NamedTown, width: int, *, areas: bool) -> list[str | Decimal]:
    """Give the row of a town: what is known, and blanks.

    Parameters
    ----------
    town, width
        The town, and how many cells it has.
    areas
        Whether the third column is the area.
    """
    known: list[str | Decimal] = [town.code, town.name]
    if areas:
        known.append("" if town.area_ha is None else town.area_ha)
    return [*known, *[""] * (width - len(known))]


def _form(field: DossierField, hint: Hint, clauses: Sequence[Words], lang: str) -> FormColumn:
    """Give the column of a field.

    Parameters
    ----------
    field, hint
        The field, and what the empty dossier says of it.
    clauses
        The clauses that it serves.
    lang
        The language.
    """
    use, quoted = render(_use(field, hint, lang), lang), (render(each, lang) for each in clauses)
    said = "\n".join((*([] if use == render(heading(field.path), lang) else [use]), *quoted))
    choices = _offered(field, lang)
    kind: ColumnKind = "number" if field.holds == {float} else "choice" if choices else "text"
    return FormColumn(
        render(heading_with_unit(field.path), lang), kind, choices,
        least=field.range.least, most=field.range.most, beyond=field.range.open,
        wide=field.several or field.holds == {bool, str}, ground=_ground(field), note=said, message=said,
        refusal="" if kind == "text" else render(_refusal(field), lang),
    )  # fmt: skip


def _offered(field: DossierField, lang: str) -> tuple[str, ...]:
    """Give the values to choose from, in words; none where anything may stand."""
    if field.choices:
        return tuple(in_words(value, lang) for value in field.choices)
    if field.holds == {bool}:
        return render(_("yes"), lang), render(_("no"), lang)
    return ()


def _refusal(field: DossierField) -> Words:
    """Say what a cell may hold where what was typed does not fit."""
    if field.choices or field.holds == {bool}:
        return _("Choose one from the list; leave the cell empty where it is not known.")
    if field.holds == {dt.date}:
        return _("Write a day, such as 2018-12-31; leave the cell empty where it is not known.")
    if field.range.most is not None and field.range.least == 0:
        return _("Write a share as a part of 1, such as 0.35 for 35 %; leave the cell empty where it is"
                 " not known.")  # fmt: skip
    return _("Write a number, without its unit; leave the cell empty where it is not known.")


def _ground(field: DossierField) -> str:
    """Give the colour of a head, by the table that the field stands in."""
    table, _dot, _name = field.path.rpartition(".")
    if field.path in ("code", "name"):
        return _GIVEN
    return _GROUNDS.get(table, "#E9EDF2")


def _lists(
    first: str, towns: int, clauses: Mapping[str, Sequence[Words]], lang: str
) -> Iterator[FormSheet]:
    """Give the sheets of lists, each with the town's code to choose.

    Parameters
    ----------
    first, towns
        The name of the sheet of towns, and how many there are.
    clauses, lang
        The clauses that each field serves, and the language.
    """
    hints, codes = _hints(), f"'{first}'!$A$2:$A${1 + max(towns, 1)}"
    for path, model in LIST_ROWS.items():
        quoted = "\n".join(render(clause, lang) for clause in clauses.get(path, ()))
        code = FormColumn(render(row_heading("code"), lang), "choice", listed_in=codes,
                          note=quoted, ground=_GIVEN)  # fmt: skip
        fields = [
            replace(
                _form(field, hints.get(f"{path}.{field.path}", NO_HINT), (), lang),
                head=render(row_heading(field.path), lang), kind=_kind(field),
                note="", message="", refusal=render(_refusal(field), lang), ground="#E9EDF2",
            )
            for field in fields_of(model)
        ]  # fmt: skip
        yield FormSheet(render(SHEETS[path], lang), [code, *fields], room=ROOM)


def _kind(field: DossierField) -> ColumnKind:
    """Say what the cells of a field of a list hold."""
    kinds: dict[type, ColumnKind] = {dt.date: "day", int: "whole", float: "number"}
    (held,) = field.holds if len(field.holds) == 1 else (str,)
    return "choice" if field.choices else kinds.get(held, "text")


def _in_row(field: DossierField) -> bool:
    """Tell whether a field is a column of the first sheet: no list of rows, no keys of one's own."""
    return field.path not in LIST_ROWS and not field.any_key


def _keys(model: type[Strict]) -> tuple[str, ...]:
    return ("code", *model.model_fields)


def _explained(
    columns: Sequence[DossierField], clauses: Mapping[str, Sequence[Words]], lang: str
) -> Iterator[list[str]]:
    """Give a row for each column: where it is, key, unit, example, what it is for, its clauses.

    Parameters
    ----------
    columns
        The columns of the first sheet.
    clauses
        The clauses that each field serves.
    lang
        The language of the rows.
    """
    titles = (_("sheet"), _("column"), _("key"), _("unit"), _("example"), _("what it is for"),
              _("clause"))  # fmt: skip
    yield [render(title, lang) for title in titles]
    hints = _hints()
    for field in columns:
        hint = hints.get(field.path, NO_HINT)
        unit, remark = render(unit_words(field) or "", lang), render(_use(field, hint, lang), lang)
        yield [render(_("towns"), lang), render(heading_with_unit(field.path), lang), field.path, unit,
               _example(field, hint, lang), remark, _quoted(clauses, field.path, lang)]  # fmt: skip
    for path, model in LIST_ROWS.items():
        title = terms.DOSSIER_FIELDS.get(path)
        known = {field.path: field for field in fields_of(model)}
        for key in _keys(model):
            hint = hints.get(f"{path}.{key}", hints.get(f"events.{key}", NO_HINT))
            field = known.get(key, DossierField(key, frozenset()))
            remark = ", ".join(_offered(field, lang)) or render(title or "", lang)
            quoted = _quoted(clauses, path, lang) if key == "code" else ""
            yield [render(SHEETS[path], lang), render(row_heading(key), lang), key, "",
                   _example(field, hint, lang), remark, quoted]  # fmt: skip
    every = _("Leave empty what is not known; an empty cell says that it is not stated.")
    yield ["", "", "", "", "", render(every, lang), ""]


def _quoted(clauses: Mapping[str, Sequence[Words]], path: str, lang: str) -> str:
    """Give the clauses of a field, a line each.

    Parameters
    ----------
    clauses, path
        The clauses by field, and the field.
    lang
        The language.
    """
    return "\n".join(render(clause, lang) for clause in clauses.get(path, ()))


def _example(field: DossierField, hint: Hint, lang: str) -> str:
    """Give the example of the empty dossier as a cell holds it, a value in words.

    Parameters
    ----------
    field, hint
        The field, and what the empty dossier says of it.
    lang
        The language of the values.
    """
    return in_words(hint.example, lang) if field.choices else hint.example


def _use(field: DossierField, hint: Hint, lang: str) -> Words | str:
    """Say what a column is for: the values that it may have, or what the empty dossier says.

    Parameters
    ----------
    field, hint
        The field, and what the empty dossier says of it.
    lang
        The language of the values.
    """
    if field.choices:
        return ", ".join(_offered(field, lang))
    if field.holds == {bool}:
        return _("yes (是) or no (否). {remark}", remark=hint.remark)
    if field.holds == {bool, str}:
        return _(
            "Name or number of the document; 无 where there is none. {remark}", remark=hint.remark
        )
    if field.path in ("code", "name"):
        return _("as in the file of the boundary")
    if isinstance(hint.remark, str) and hint.remark:  # in Chinese alone
        return Bilingual(hint.remark, render(heading(field.path), SOURCE_LANGUAGE))
    return hint.remark or heading(field.path)


def _hints() -> dict[str, Hint]:
    """Read the examples and remarks of the empty dossier, by the field."""
    text = (files("townland") / "dossier" / "empty.toml").read_text("utf-8")
    table, hints = "", {}
    for line in text.splitlines():
        if begun := _TABLE.match(line):
            table = f"{begun[1]}."
        elif value := _VALUE.match(line):
            key, example, remark = value.groups()
            hints[table + key] = Hint(_cell(example), _remark(remark or ""))
    return hints


def _remark(text: str) -> Words | str:
    """Read a remark in two languages; one in Chinese alone is for readers of Chinese.

    >>> _remark("培育载体 / what it is built upon").render("en"), _remark("社会投入")
    ('what it is built upon', '社会投入')
    """
    zh, slash, en = text.partition(" / ")
    return Bilingual(zh, en) if slash else text


def _cell(example: str) -> str:
    """Write an example of the empty dossier as a cell holds it.

    >>> _cell('["休闲旅游", "电子商务"]'), _cell("true"), _cell("false"), _cell("12.0")
    ('休闲旅游、电子商务', '是', '否', '12.0')
    """
    quoted = re.findall(r'"([^"]*)"', example)
    return {"true": "是", "false": "否"}.get(example, "、".join(quoted) or example)
