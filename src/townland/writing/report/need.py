"""The indicator need as the report shows it: a table to sign, and the pieces behind its cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from townland import terms
from townland.rules.judging.finding import Finding
from townland.rules.need_shares import Areas
from townland.rules.need_table import Account, NeedTable
from townland.writing.pages import figures as wording
from townland.writing.pages.reader import AssessmentReader


@dataclass(frozen=True, slots=True)
class LinkedFigure:
    """A figure of the table, and the place in the page where its pieces are listed, if it has any."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A line of the table: what the land was, a figure for each use, their sum in ha and mu."""

    name: str
    figures: tuple[LinkedFigure, ...]
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
class CellPieces:
    """The pieces of one cell: their numbers in the measure's layer of ``evidence.gpkg``."""

    anchor: str
    name: str
    count: int
    numbers: str


class NeedView:
    """The indicator need of one town as the page shows it, in ha and mu as they are closed."""

    def __init__(
        self,
        report: AssessmentReader,
        need: NeedTable,
        anchor: str,
        findings: Mapping[str, str],
    ) -> None:
        """Lay out the table.

        Parameters
        ----------
        report
            The reader of the page.
        need
            The table.
        anchor
            Where it stands in the page.
        findings
            Where each rule's finding stands in the page.
        """
        self.report = report
        self.need = need
        self.anchor = anchor
        self.findings = findings
        self.title = report.measure(need.measure)
        self.uses = [report.w(terms.use(use)) for use in need.uses]
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
            CellPieces(
                self._anchor(use, source),
                f"{report.w(terms.use(use))} · {report.w(terms.source(source))}",
                len(cell.pieces),
                wording.ranges(piece.number for piece in cell.pieces),
            )
            for (use, source), cell in need.cells.items()
            if cell.pieces
        ]

    def _anchor(self, use: str | None, source: str | None) -> str:
        return f"{self.anchor}-{use or 'unknown'}-{source or 'unknown'}"

    def _lines(self, way: int) -> Iterator[NeedLine]:
        """Lay out the lines of one way of measuring: 0 gross, 1 net of ridges."""
        need, report = self.need, self.report
        for source in need.sources:
            figures = []
            for use in need.uses:
                cell = need.cells.get((use, source))
                if cell is None:
                    figures.append(LinkedFigure(wording.NOTHING))
                    continue
                text = wording.plain((cell.gross, cell.net)[way].ha)
                figures.append(
                    LinkedFigure(text, f"#{self._anchor(use, source)}" if cell.pieces else "")
                )
            both = need.by_source[source][way]
            yield NeedLine(report.w(terms.source(source)), tuple(figures), *_both(both))
        sums = tuple(LinkedFigure(wording.plain(need.by_use[use][way].ha)) for use in need.uses)
        yield NeedLine(report.t("total"), sums, *_both(need.total), total=True)

    def _accounts(self) -> Iterator[Against]:
        for account in self.need.accounts:
            areas = (account.need, account.held, account.short)
            yield self._against(
                self.report.w(terms.ACCOUNTS[account.name]),
                account.rule,
                account.verdict.value,
                [self._area(area) for area in areas],
                _unstated(account),
            )

    def _standards(self) -> Iterator[Against]:
        report = self.report
        for kind, title in terms.NEED_STANDARDS.items():
            finding = self.need.against.get(kind)
            if finding is not None:
                values = (finding.measured, finding.limit, beyond(finding))
                yield self._against(
                    report.w(title),
                    finding.rule,
                    finding.verdict.value,
                    [wording.figure(value, finding.unit).render(report.lang) for value in values],
                    finding.missing,
                )

    def _against(
        self,
        name: str,
        rule: str,
        verdict: str,
        figures: Sequence[str],
        wanting: Iterable[str],
    ) -> Against:
        """Lay out a line.

        Parameters
        ----------
        name, rule, verdict
            What the need is set against, the rule, and the verdict.
        figures
            The need, what is held or the bar, and what stays short.
        wanting
            Roles and fields of the dossier that are missing.
        """
        need, held, short = figures
        lacking = self.report.t(", ").join(map(self.report.missing, wanting))
        href = f"#{self.findings[rule]}" if rule in self.findings else ""
        return Against(name, href, rule, need, held, short, verdict, lacking)

    def _area(self, area: Areas | None) -> str:
        """Print hectares as the table closed them; converted from m² anew they might not be the same."""
        if area is None:
            return wording.NOTHING
        return wording.Figure(wording.plain(area.ha), terms.UNITS["ha"]).render(self.report.lang)


def beyond(finding: Finding) -> Decimal | None:
    """Compute how far a figure misses its bar: 0 where it keeps it, None where it was not judged."""
    if not isinstance(finding.margin, Decimal):
        return None
    return max(-finding.margin, finding.margin - finding.margin)


def _unstated(account: Account) -> tuple[str, ...]:
    return () if account.held is not None or account.key is None else (account.key,)


def _both(area: Areas) -> tuple[str, str]:
    return wording.plain(area.ha), wording.plain(area.mu)
