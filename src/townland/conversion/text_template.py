"""How a boundary-coordinate text is written where the system that takes it has ways of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from townland.conversion.table import PolygonTable
from townland.errors import ReportError
from townland.i18n import _

FEWEST = 5
"""A header ends no earlier than behind 图形属性, by which its fields are known."""
MOST = 30
_WORDS = {"yes": True, "no": False, "是": True, "否": False}


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """How a text is written.

    `fields` is the number of fields of a header before its mark, None for those of the format and what
    else was read; `zone` says whether Y begins with the number of the zone, None for as the CRS has it;
    `single` whether each plot is a file of its own.
    """

    fields: int | None = None
    zone: bool | None = None
    single: bool = False


PLAIN = TextTemplate()
"""The format as it is written without a template."""


def template_named(text: str) -> TextTemplate:
    """The template of a text such as ``fields=9,zone=no,single=yes``.

    >>> template_named("fields=9,zone=no")
    TextTemplate(fields=9, zone=False, single=False)

    Raises
    ------
    ReportError
        It is no such text.
    """
    template = PLAIN
    for part in text.replace("，", ",").split(","):
        key, _equals, value = (piece.strip().lower() for piece in part.partition("="))
        if key == "fields" and value.isdecimal() and FEWEST <= int(value) <= MOST:
            template = replace(template, fields=int(value))
        elif key == "zone" and value in _WORDS:
            template = replace(template, zone=_WORDS[value])
        elif key == "single" and value in _WORDS:
            template = replace(template, single=_WORDS[value])
        else:
            raise ReportError(
                _(
                    "--template {text}: expected fields=NUMBER ({fewest} to {most}), zone=yes or no,"
                    " single=yes or no, with commas between them",
                    text=text,
                    fewest=FEWEST,
                    most=MOST,
                )
            )
    return template


def single_plots(table: PolygonTable) -> Iterator[PolygonTable]:
    """Each feature as a table of its own."""
    for at in range(len(table)):
        columns = tuple(
            replace(column, values=column.values[at : at + 1]) for column in table.columns
        )
        yield replace(table, geometry=table.geometry[at : at + 1], columns=columns)
