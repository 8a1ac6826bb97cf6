"""Where the evidence of a finding lies: its picture, and its pieces, measure by measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from townland import terms
from townland.measuring import TownResult
from townland.measuring.areas import Measure
from townland.measuring.piece_table import PieceTable
from townland.rules.judging.finding import Finding, ReasonFigure
from townland.writing.maps.pieces import (
    AREAS,
    FACTS,
    areas_of,
    fact_words,
    facts_of,
    largest,
    listed_areas,
    piece_ids,
)
from townland.writing.pages.reader import AssessmentReader
from townland.writing.report import picture, signs


@dataclass(frozen=True, slots=True)
class ListedPiece:
    """A line of the list: the piece's mark on the picture, its features, what is known, its areas."""

    mark: str
    id: str
    texts: Sequence[str]
    areas: Sequence[str]


@dataclass(frozen=True, slots=True)
class ListedMeasure:
    """A measure that the reason names: its sign, what it is there for, its largest pieces, its sums."""

    letter: str
    sample: Markup
    title: str
    role: str
    layer: str
    count: int
    pieces: Sequence[ListedPiece]
    sums: Sequence[str]
    booked: str
    decides: bool


class Evidence:
    """A finding's picture with the list of all measures that its reason names."""

    def __init__(
        self,
        report: AssessmentReader,
        finding: Finding,
        result: TownResult,
        shown: Sequence[picture.Shown],
        *,
        drawing: Markup,
    ) -> None:
        """Lay out the list.

        Parameters
        ----------
        report
            The reader of the page.
        finding, result
            The finding, and its town as measured.
        shown, drawing
            The measures as they are drawn, and their picture.
        """
        self.picture = drawing
        self._report = report
        by_name = {figure.measure: figure for figure in finding.figures}
        pairs = [(each, by_name[each.name], result.measures[each.name]) for each in shown]
        tables = [largest(measure.table, each.places) for each, _figure, measure in pairs]
        self._columns = facts_of(tables)
        self.area_keys = listed_areas(tables)
        self.heads = [report.w(FACTS[name]) for name in self._columns]
        self.area_heads = [report.w(AREAS[name]) for name in self.area_keys]
        self.measures = [
            self._measure(*pair, table) for pair, table in zip(pairs, tables, strict=True)
        ]

    def _measure(
        self, shown: picture.Shown, figure: ReasonFigure, measure: Measure, table: PieceTable
    ) -> ListedMeasure:
        """Lay out one measure.

        Parameters
        ----------
        shown, figure
            How it is drawn, and what it is in the reason.
        measure, table
            Its areas, and those of its pieces that are listed.
        """
        report = self._report
        sums = {
            "area_m2": figure.gross_m2,
            "net_m2": figure.net_m2,
            "pm_m2": measure.area_pm_m2,
        }
        booked = figure.booked_m2
        return ListedMeasure(
            letter=shown.letter,
            sample=signs.hatch_swatch(shown.sign),
            title=report.w(figure.title),
            role=report.w(terms.FIGURE_ROLES[figure.role]),
            layer=figure.measure,
            count=figure.pieces,
            pieces=list(self._pieces(shown, measure, table)),
            sums=[report.area(sums.get(name), "m2") for name in self.area_keys],
            booked=report.area(booked, "m2") if booked else "",
            decides=figure.role == "decides",
        )

    def _pieces(
        self, shown: picture.Shown, measure: Measure, table: PieceTable
    ) -> Iterator[ListedPiece]:
        """List the largest pieces, in the order of their numbers on the picture.

        Parameters
        ----------
        shown, measure, table
            As for `_measure`.
        """
        ids = piece_ids(table, measure.layers) or [""] * len(table)
        known = [table.texts(name) for name in self._columns]
        areas = [areas_of(table, name) for name in self.area_keys]
        for n, id_ in enumerate(ids):
            yield ListedPiece(
                f"{shown.letter}{n + 1}",
                id_,
                [
                    self._report.w(fact_words(name, column[n]))
                    for name, column in zip(self._columns, known, strict=True)
                ],
                [self._report.area(column[n], "m2") for column in areas],
            )
