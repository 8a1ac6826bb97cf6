"""A finding as the report shows it: its figures, how they were computed, where the evidence lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from townland.i18n import Bilingual, Words, _
from townland.rules import naming
from townland.writing.pages import figures, look

if TYPE_CHECKING:
    from townland.rules.judging.finding import Finding
    from townland.writing.report.html import Report, TownView


MEASURE_WORDS: dict[str, Words] = {
    "area_m2": _("gross"),
    "net_m2": _("net of ridges"),
    "sliver_m2": _("of it slivers"),
    "uncovered_m2": _("not covered"),
    "unknown_m2": _("unknown class"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the largest pieces of a finding's evidence, as the list beside the picture has it."""

    mark: str
    id: str
    name: str
    ha: str
    m2: str


class FindingView:
    """A finding as the page shows it."""

    def __init__(
        self, report: Report, finding: Finding, anchor: str, town: TownView | None
    ) -> None:
        self.finding = finding
        self.anchor = anchor
        self.verdict = str(finding.verdict)
        shown = figures.shown_unit(finding, report.assessment.rulebook)
        self.measured, self.limit, self.margin = (
            figures.figure(value, finding.unit, shown)
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
        self.open = self.verdict in ("fail", "review")
        self.evidence = report.evidence(finding, town)
        self.map_href = report.map_link(finding)
        self.formula = report.w(_words(finding.trace.get("formula", "")))
        self.tables = list(trace_tables(report, finding.trace))
        self.steps = [
            MeasureView(report, step) for step in _list(finding.trace.get("measures", ()))
        ]
        self.parameters = [
            (_titled(step, report), _value(step.get("value"), report),
             report.w(figures.ORIGINS.get(step.get("origin", ""), "")))
            for step in _list(finding.trace.get("parameters", ()))
            if isinstance(step, Mapping) and "name" in step
        ]  # fmt: skip


class MeasureView:
    """How one measure of a finding was computed: its layers, and what came of them."""

    def __init__(self, report: Report, step: Mapping[str, Any]) -> None:
        self.title = report.w(_words(step.get("title", step.get("name", ""))))
        where = step.get("where", {})
        chosen = []
        for role in step.get("layers", ()):
            words = report.w(look.role(role))
            kept = [report.w(look.selector(each)) for each in _list(where.get(role, ()))]
            chosen.append(f"{words} ({' / '.join(kept)})" if kept else words)
        self.formula = " ∩ ".join([report.t("town boundary"), *chosen])
        self.figures = [
            (
                report.w(word),
                figures.figure(Decimal(str(step[key])), "m2", "ha").render(report.lang),
            )
            for key, word in MEASURE_WORDS.items()
            if step.get(key) is not None and (key in ("area_m2", "net_m2") or step[key])
        ]
        self.pieces = step.get("pieces", 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a finding's evidence lies: its picture, its legend, its largest pieces."""

    picture: Markup
    legend: Sequence[tuple[Markup, str]]
    title: str
    pieces: Sequence[Piece]
    count: int
    head: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of a trace: what its columns are called, and its rows of words and figures."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def trace_tables(report: Report, trace: Mapping[str, Any]) -> Iterator[Table]:
    """Lay out what a trace holds beside its measures: the balance by source, land used again."""

    def ha(value: Any) -> str:
        return report.area(None if value is None else Decimal(str(value)), "ha")

    if trace.get("balance"):
        yield Table(
            (report.t("Source"), report.t("Gross, ha"), report.t("Net, ha")),
            [
                (report.w(look.selector(row["source"])), ha(row["gross_m2"]), ha(row["net_m2"]))
                for row in trace["balance"]
            ],
        )
    if trace.get("reuse"):
        yield Table(
            (report.t("Land to use first"), report.t("Used, ha"), report.t("In all, ha"),
             report.t("Left idle, ha")),
            [
                (report.measure(row["total"]), ha(row["used_m2"]), ha(row["total_m2"]),
                 ha(row["idle_m2"]))
                for row in trace["reuse"]
            ],
        )  # fmt: skip


def _list(value: Any) -> list[Any]:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return [value]
    return list(value)


def _words(value: Any) -> Words | str:
    if isinstance(value, Mapping):
        return Bilingual(str(value.get("zh", "")), str(value.get("en", "")))
    return value if isinstance(value, Words) else str(value)


def _titled(step: Mapping[str, Any], report: Report) -> str:
    """Name a parameter in words, with the key that a rulebook writes where it has one."""
    title = report.w(_words(step.get("title", step["name"])))
    if step["name"] not in naming.TITLES:
        return title
    return report.w(_("{title} [{name}]", title=title, name=step["name"]))


def _value(value: Any, report: Report) -> str:
    if isinstance(value, bool):
        return report.t("yes") if value else report.t("no")
    return str(value)
