"""What every table asks for: words and figures of one assessment, and the names of its towns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from townland.measuring import TownResult
from townland.measuring.piece_table import PieceTable
from townland.results import Assessment
from townland.rules.judging.law import MeasureSpec
from townland.writing.pages import closing, figures
from townland.writing.pages.reader import AssessmentReader
from townland.writing.tables.model import PrintedCell, PrintedColumn, PrintedRow, figure

BUILT = ("construction",)


class TableReader(AssessmentReader):
    """Reads an assessment for its tables."""

    def __init__(self, assessment: Assessment, lang: str) -> None:
        """Begin to read.

        Parameters
        ----------
        assessment, lang
            What is read, and the reader's language.
        """
        super().__init__(assessment, lang, None)

    def rows(self, of: Callable[[TownResult], Iterator[PrintedRow]]) -> tuple[PrintedRow, ...]:
        """Give the rows of all towns; of several, each town's name stands above its own."""
        rows: list[PrintedRow] = []
        for result in self.assessment.towns:
            mine = list(of(result))
            if mine and len(self.assessment.towns) > 1:
                code = result.town.code
                rows.append(PrintedRow(code, f"band-{code}", {"": self.band(result)}, "band"))
            rows += mine
        return tuple(rows)

    def band(self, result: TownResult) -> PrintedCell:
        """Name a town above its rows."""
        name = self.t("{name} ({code})", name=result.town.name, code=result.town.code)
        return PrintedCell(name)

    def ha(self, m2: Decimal | None, *, to: str = "") -> PrintedCell:
        """Print an area in hectares, as the report does.

        Parameters
        ----------
        m2
            The area.
        to
            Where the figure leads.
        """
        return figure(None if m2 is None else closing.printed(m2, "ha"), to=to)

    def quantity(self, value: Decimal | str | None, unit: str) -> PrintedCell:
        """Print a finding's quantity as the report does, with its unit."""
        shown = figures.figure(value, unit)
        number = None
        if isinstance(value, Decimal):
            number = Decimal(shown.number.replace("−", "-"))
        return PrintedCell(shown.number, number, self.w(shown.unit))

    def measured_by(self, of: Callable[[MeasureSpec], bool]) -> str | None:
        """Name the first measure of the rulebook that is defined so; None where there is none."""
        measures = self.assessment.rulebook.measure
        return next((name for name, spec in measures.items() if of(spec)), None)

    def column(
        self, key: str, title: str, *, group: str = "", width: int = 12, silent: bool = False
    ) -> PrintedColumn:
        """Make a column of figures.

        Parameters
        ----------
        key, title, group, width, silent
            As `PrintedColumn`.
        """
        return PrintedColumn(key, title, group, width, number=True, silent=silent)


def built_on(*layers: str, outside: str | None = None) -> Callable[[MeasureSpec], bool]:
    """Recognise the measure of planned construction land on other layers, or beyond one.

    Parameters
    ----------
    layers
        The roles beside the plan.
    outside
        The role that the land lies outside of.
    """

    def recognised(spec: MeasureSpec) -> bool:
        kept = spec.layers == ("planned_use", *layers) and spec.outside == outside
        whole = not (spec.tagged or spec.or_tagged or spec.owned)
        return kept and whole and spec.selectors("planned_use") == BUILT and len(spec.where) == 1

    return recognised


def shared(parts: PieceTable, column: str, whole: Decimal) -> list[Decimal]:
    """Share a printed total in hectares out to pieces by one of their areas.

    Parameters
    ----------
    parts, column
        The pieces, and which of their areas counts.
    whole
        The total as it is printed.
    """
    return closing.closing(parts.column(column).tolist(), whole, "ha")
