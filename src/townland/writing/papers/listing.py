"""The figures of the PDF as typst lists them: the key of each, what is printed, and its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from townland.rules.judging.trace import Json
from townland.writing.papers.content import PaperContent
from townland.writing.tables.model import FigureKey

LABEL: Final = "figures"
"""Under this label the template gives its list."""


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure of the PDF: its key, what is printed with its unit, its page from 1.

    The figures of findings have the keys of the table of findings, those of the cover that of the
    planning area in the table of scale.
    """

    key: FigureKey
    text: str
    page: int


def figures_listed(told: PaperContent, given: Sequence[Mapping[str, Json]]) -> list[PaperFigure]:
    """Name the figures that the template lists by their places in the data.

    Parameters
    ----------
    told
        What was set.
    given
        For each figure its place (`at`), what is printed (`shown`), and its page.
    """
    return [
        PaperFigure(_key(told, each["at"]), str(each["shown"]), int(str(each["page"])))
        for each in given
    ]


def _key(told: PaperContent, at: Json) -> FigureKey:
    """Give the key of what stands at a place of the data."""
    match at:
        case ["tally", int(n)]:
            return FigureKey(told.tally.codes[n], "scale", "planning_area", "measured")
        case ["full" | "lines" as where, int(n), int(m), str(name)]:
            part = told.findings[n]
            view = (part.full if where == "full" else part.lines)[m]
            return FigureKey(part.code, "findings", view.rule, name)
        case ["tables", int(n), int(m), int(column)]:
            table = told.tables[n]
            row = table.rows[m]
            return FigureKey(row.town, table.key, row.key, table.columns[column].key)
    raise ValueError(at)
