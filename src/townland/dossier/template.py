"""An empty workbook of dossiers: a row a town, a sheet that explains each column, a sheet a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import NamedTuple, get_args

from townland import terms
from townland.documents import Strict
from townland.dossier.fields import DossierField, dossier_fields
from townland.dossier.headings import EXPLANATION, heading, row_heading
from townland.dossier.model import Event, Payment, Site, Supply
from townland.dossier.plausible import unit_of
from townland.dossier.sheets import TextSheet, xlsx
from townland.i18n import Words, _, render

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


class Hint(NamedTuple):
    """An example of a field as a cell holds it, and what the empty dossier says of the field."""

    example: str
    remark: str


def empty_workbook(towns: Sequence[tuple[str, str]], lang: str) -> bytes:
    """Give an XLSX to be filled in, which the reader of workbooks reads back.

    Parameters
    ----------
    towns
        The code and the name of each town; one row with a name to be replaced where there are none.
    lang
        The language of its headings.
    """
    columns = [field for field in dossier_fields().values() if _in_row(field)]
    paths = [field.path for field in columns]
    named = towns or [("", render(_("(name of the town)"), lang))]
    rows = [[dict(zip(("code", "name"), town, strict=True)).get(path, "") for path in paths]
            for town in named]  # fmt: skip
    lists = [
        TextSheet(path, [[render(row_heading(key), lang) for key in _keys(model)]])
        for path, model in LIST_ROWS.items()
    ]
    heads = [render(heading(path), lang) for path in paths]
    first = TextSheet(render(_("towns"), lang), [heads, *rows])
    explained = TextSheet(render(EXPLANATION, lang), list(_explained(columns, lang)))
    return xlsx([first, explained, *lists])


def _in_row(field: DossierField) -> bool:
    """Tell whether a field is a column of the first sheet: no list of rows, no keys of one's own."""
    return field.path not in LIST_ROWS and not field.any_key


def _keys(model: type[Strict]) -> tuple[str, ...]:
    return ("code", *model.model_fields)


def _explained(columns: Sequence[DossierField], lang: str) -> Iterator[list[str]]:
    """Give a row for each column: where it is, its key, its unit, an example, what it is for.

    Parameters
    ----------
    columns
        The columns of the first sheet.
    lang
        The language of the rows.
    """
    titles = (_("sheet"), _("column"), _("key"), _("unit"), _("example"), _("what it is for"))
    yield [render(title, lang) for title in titles]
    hints = _hints()
    for field in columns:
        hint = hints.get(field.path, Hint("", ""))
        unit, remark = render(unit_of(field.path) or "", lang), render(_use(field, hint), lang)
        yield [render(_("towns"), lang), render(heading(field.path), lang), field.path, unit,
               hint.example, remark]  # fmt: skip
    for path, model in LIST_ROWS.items():
        title = terms.DOSSIER_FIELDS.get(path)
        for key in _keys(model):
            hint = hints.get(f"{path}.{key}", hints.get(f"events.{key}", Hint("", "")))
            choices = get_args(model.model_fields[key].annotation) if key == "event" else ()
            remark = ", ".join(map(str, choices)) or render(title or "", lang)
            yield [path, render(row_heading(key), lang), key, "", hint.example, remark]


def _use(field: DossierField, hint: Hint) -> Words | str:
    """Say what a column is for: the values that it may have, or what the empty dossier says."""
    if field.choices and not hint.remark:
        return ", ".join(field.choices)
    if field.holds == {bool}:
        return _("yes (是) or no (否). {remark}", remark=hint.remark)
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
            hints[table + key] = Hint(_cell(example), remark or "")
    return hints


def _cell(example: str) -> str:
    """Write an example of the empty dossier as a cell holds it.

    >>> _cell('["休闲旅游", "电子商务"]'), _cell("true"), _cell("false"), _cell("12.0")
    ('休闲旅游、电子商务', '是', '否', '12.0')
    """
    quoted = re.findall(r'"([^"]*)"', example)
    return {"true": "是", "false": "否"}.get(example, "、".join(quoted) or example)
