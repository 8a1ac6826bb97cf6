"""The indicator need as the report shows it: a table to sign, and the pieces behind its cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from townland.rules.need_table import (
    STANDARDS,
    Account,
    Areas,
    NeedTable,
    account_words,
    source_words,
    use_words,
)
from townland.writing.pages import figures as wording

if TYPE_CHECKING:
    from townland.rules.judging.finding import Finding
    from townland.writing.report.html import Report, TownView


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the table, and the place in the page where its pieces are listed, if it has any."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: what the land was, a figure for each use, their sum in ha and mu."""

    name: str
    figures: tuple[Figure, ...]
    ha: str
    mu: str
    total: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """What the need is set against: the need, what is held or the bar, what stays short, the verdict."""

    name: str
    href: str
    rule: str
    need: str
    held: str
    short: str
    verdict: str
    wanting: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one cell: their numbers in the measure's layer of ``evidence.gpkg``."""

    anchor: str
    name: str
    count: int
    numbers: str


class NeedView:
    """The indicator need of one town as the page shows it, in ha and mu as they are closed."""

    def __init__(self, report: Report, need: NeedTable, town: TownView) -> None:
        self.report = report
        self.need = need
        self.anchor = f"{town.prefix}-need"
        self.findings = {view.finding.rule: view.anchor for view in town.findings}
        self.title = report.measure(need.measure)
        self.uses = [report.w(use_words(use)) for use in need.uses]
        self.blocks = [
            (report.t("Gross"), list(self._lines(0))),
            (report.t("Net of ridges"), list(self._lines(1))),
        ]
        self.to_replace = [
            (report.t("cultivated land, paddy included"), _both(need.cultivated)),
            (report.t("of it paddy"), _both(need.paddy)),
        ]
        self.against = [*self._accounts(), *self._standards()]
        self.short = None if need.short is None else _both(need.short)
        self.enough = need.short is not None and not need.short.m2
        self.uncovered = report.area(need.uncovered_m2, "ha") if need.uncovered_m2 else ""
        self.unknown = report.area(need.unknown_m2, "ha") if need.unknown_m2 else ""
        self.pieces = [
            Pieces(
                self._place(use, source),
                f"{report.w(use_words(use))} · {report.w(source_words(source))}",
                len(cell.pieces),
                wording.ranges(piece.number for piece in cell.pieces),
            )
            for (use, source), cell in need.cells.items()
            if cell.pieces
        ]

    def _place(self, use: str | None, source: str | None) -> str:
        return f"{self.anchor}-{use or 'unknown'}-{source or 'unknown'}"

    def _lines(self, way: int) -> Iterator[Line]:
        """Lay out the lines of one way of measuring: 0 gross, 1 net of ridges."""
        need, report = self.need, self.report
        for source in need.sources:
            figures = []
            for use in need.uses:
                cell = need.cells.get((use, source))
                if cell is None:
                    figures.append(Figure(wording.NOTHING))
                    continue
                text = wording.plain((cell.gross, cell.net)[way].ha)
                figures.append(Figure(text, f"#{self._place(use, source)}" if cell.pieces else ""))
            both = need.by_source[source][way]
            yield Line(report.w(source_words(source)), tuple(figures), *_both(both))
        sums = tuple(Figure(wording.plain(need.by_use[use][way].ha)) for use in need.uses)
        yield Line(report.t("total"), sums, *_both(need.total), total=True)

    def _accounts(self) -> Iterator[Against]:
        for one in self.need.accounts:
            yield self._against(
                self.report.w(account_words(one.name)),
                one.rule,
                one.verdict.value,
                (self._area(one.need), self._area(one.held), self._area(one.short)),
                _unstated(one),
            )

    def _standards(self) -> Iterator[Against]:
        report = self.report
        for kind, title in STANDARDS.items():
            found = self.need.against.get(kind)
            if found is not None:
                figures = (found.measured, found.limit, beyond(found))
                yield self._against(
                    report.w(title),
                    found.rule,
                    found.verdict.value,
                    tuple(wording.figure(each, found.unit).render(report.lang) for each in figures),
                    found.missing,
                )

    def _against(
        self,
        name: str,
        rule: str,
        verdict: str,
        figures: tuple[str, ...],
        wanting: Iterable[str],
    ) -> Against:
        need, held, short = figures
        lacking = self.report.t(", ").join(map(self.report.wanting, wanting))
        href = f"#{self.findings[rule]}" if rule in self.findings else ""
        return Against(name, href, rule, need, held, short, verdict, lacking)

    def _area(self, area: Areas | None) -> str:
        """Print hectares as the table closed them; converted from m² anew they might not be the same."""
        if area is None:
            return wording.NOTHING
        return wording.Figure(wording.plain(area.ha), wording.UNITS["ha"]).render(self.report.lang)


def beyond(found: Finding) -> Decimal | None:
    """Tell how far a figure misses its bar: 0 where it keeps it, None where it was not judged."""
    if not isinstance(found.margin, Decimal):
        return None
    return max(-found.margin, found.margin - found.margin)


def _unstated(one: Account) -> tuple[str, ...]:
    return () if one.held is not None or one.key is None else (one.key,)


def _both(area: Areas) -> tuple[str, str]:
    return wording.plain(area.ha), wording.plain(area.mu)
