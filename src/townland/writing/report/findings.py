"""A finding as the report shows it: its figures, how they were computed, where the evidence lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from townland import terms
from townland.i18n import Words, _
from townland.rules.confirmations import Confirmation
from townland.rules.judging.finding import Finding
from townland.rules.judging.phrases import number
from townland.rules.judging.trace import Column, MeasureFigures, Name, Parameter, Working
from townland.writing.pages import figures, look
from townland.writing.pages.reader import AssessmentReader
from townland.writing.report.evidence import Evidence
from townland.writing.report.front import ClauseReader

MEASURE_WORDS: dict[str, Words] = {
    "area_m2": _("gross"),
    "net_m2": _("net of ridges"),
    "area_pm_m2": _("± at 95 %"),
    "sliver_m2": _("of it slivers"),
    "uncovered_m2": _("not covered"),
    "unknown_m2": _("unknown class"),
}


class FindingView:
    """A finding as the page shows it."""

    def __init__(
        self,
        report: ClauseReader,
        finding: Finding,
        anchor: str,
        evidence: Evidence | None,
    ) -> None:
        """Lay out a finding.

        Parameters
        ----------
        report
            The reader of the page.
        finding
            The finding.
        anchor
            Where it stands in the page.
        evidence
            Where its evidence lies on the ground; None where there is no piece of land to show.
        """
        self.finding = finding
        self.anchor = anchor
        self.verdict = str(finding.verdict)
        self.look = look.look_of(finding)
        self.measured, self.limit, self.margin = (
            figures.figure(value, finding.unit)
            for value in (finding.measured, finding.limit, finding.margin)
        )
        self.also = ""
        if finding.unit == "m2" and isinstance(finding.measured, Decimal):
            self.also = " · ".join(
                part.render(report.lang) for part in figures.area_in_three(finding.measured)
            )
        self.document: Words | str = finding.clause.document
        if finding.clause.document == report.assessment.rulebook.id:
            self.document = report.assessment.rulebook.title
        self.clause = report.clause(finding)
        self.open = self.look in ("fail", "review")
        self.evidence = evidence
        self.map_href = report.map_link(finding)
        working = finding.trace.working
        self.formula = report.w(working.formula.words())
        self.tables = list(trace_tables(report, working))
        self.steps = [MeasureView(report, measure) for measure in finding.trace.measures]
        self.parameters = [
            (
                _titled(parameter, report),
                _value(parameter.value, report),
                report.w(terms.ORIGINS[parameter.origin]),
            )
            for parameter in working.parameters
        ]


class ConfirmationView:
    """One fact that findings wait for as the head of the page shows it."""

    def __init__(self, report: AssessmentReader, fact: Confirmation) -> None:
        """Lay out a fact to be confirmed.

        Parameters
        ----------
        report
            The reader of the page.
        fact
            What is to be confirmed.
        """
        self.head = report.w(fact.head)
        self.coverage = fact.coverage
        self.where = report.w(fact.where(report.assessment.catalog))
        self.rows = [
            (
                row.rule,
                report.w(row.title),
                report.t(", ").join(map(report.town_name, row.towns)),
                str(row.verdict),
                report.t(", ").join(map(report.role, row.others)),
            )
            for row in fact.rows
        ]


class MeasureView:
    """How one measure of a finding was computed: its layers, and what came of them."""

    def __init__(self, report: AssessmentReader, measure: MeasureFigures) -> None:
        self.title = report.w(measure.title.words())
        layers = []
        for role in measure.layers:
            words = report.w(terms.role(role))
            kept = [report.w(terms.selector(each)) for each in measure.where.get(role, ())]
            layers.append(f"{words} ({' / '.join(kept)})" if kept else words)
        self.formula = " ∩ ".join([report.t("town boundary"), *layers])
        areas = [(name, word, getattr(measure, name)) for name, word in MEASURE_WORDS.items()]
        self.figures = [
            (report.w(word), figures.figure(area, "m2").render(report.lang))
            for name, word, area in areas
            if area is not None and (name in ("area_m2", "net_m2") or area)
        ]
        self.pieces = measure.pieces


@dataclass(frozen=True, slots=True)
class TraceTable:
    """A small table of a trace: what its columns are called, and its rows of words and figures."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def trace_tables(report: AssessmentReader, working: Working) -> Iterator[TraceTable]:
    """Lay out the parts of a trace that are tables: the balance by source, land used again."""
    for part, rows in working.parts():
        if part.table and isinstance(rows, tuple):
            columns = {
                name: column for name, column in type(rows[0]).columns().items() if column.head
            }
            yield TraceTable(
                tuple(report.w(column.head) for column in columns.values() if column.head),
                [
                    tuple(
                        _cell(report, column, getattr(row, name))
                        for name, column in columns.items()
                    )
                    for row in rows
                ],
            )


def _cell(report: AssessmentReader, column: Column, value: object) -> str:
    """Print a value of a table: an area in ha, a measure or a source by its name.

    Parameters
    ----------
    report
        The reader of the page.
    column, value
        What the column holds, and the value.
    """
    if column.of is Name.MEASURE:
        return report.measure(str(value))
    if column.of is Name.SOURCE:
        return report.w(terms.selector(str(value)))
    return report.area(value if isinstance(value, Decimal) else None, "ha")


def _titled(parameter: Parameter, report: AssessmentReader) -> str:
    """Name a parameter in words; its key in the rulebook is for `explain` and the assessment."""
    return report.w(parameter.title.words())


def _value(value: bool | int | Decimal | str, report: AssessmentReader) -> str:
    if isinstance(value, bool):
        return report.t("yes") if value else report.t("no")
    return str(number(value) if isinstance(value, Decimal) else value)
