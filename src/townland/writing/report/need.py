"""The indicator need as the report shows it: a table to sign, and the pieces behind its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from townland import terms
from townland.i18n import Words, _
from townland.rules.judging.finding import Finding
from townland.rules.judging.phrases import area, listed
from townland.rules.need_form import FormRow, NeedForm
from townland.rules.need_shares import Areas
from townland.rules.need_table import Account, NeedTable
from townland.writing.pages import figures as wording
from townland.writing.pages.look import look_of
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
class FormLine:
    """A line of the form: what it is of, its key in every output, and a figure in ha for each column."""

    name: str
    kind: str
    key: str
    figures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Against:
    """What the need is set against: the need, what is held or the bar, what stays short, the look."""

    name: str
    href: str
    rule: str
    need: str
    held: str
    short: str
    look: str
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
            (report.t("By class (ridges are other agricultural land)"), list(self._lines(1))),
        ]
        self.columns = [report.w(terms.NEED_COLUMNS[name]) for name in need.form.columns]
        self.form = [self._form_line(row) for row in need.form.rows]
        self.asked = _both(need.form.asked)
        self.notes = [report.w(words) for words in form_notes(need.form, report.measure)]
        self.notes += [
            f"{finding.rule} {report.w(finding.title)}: {report.w(finding.why)}"
            for finding in need.approvals
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

    def _form_line(self, row: FormRow) -> FormLine:
        """Lay out a line of the form, in ha."""
        name = terms.use(row.use) if row.kind == "use" else terms.NEED_ROWS[row.kind]
        areas = {column: row.columns[column] for column in self.need.form.columns}
        figures = {
            column: wording.NOTHING if area is None else wording.plain(area.ha)
            for column, area in areas.items()
        }
        return FormLine(self.report.w(name), row.kind, need_key(row), figures)

    def _lines(self, way: int) -> Iterator[NeedLine]:
        """Lay out the lines of one way of measuring: 0 gross, 1 by class."""
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
                    [wording.figure(value, finding.unit).render(report.lang) for value in values],
                    finding.missing,
                )

    def _against(
        self,
        name: str,
        rule: str,
        figures: Sequence[str],
        wanting: Iterable[str],
    ) -> Against:
        """Lay out a line.

        Parameters
        ----------
        name, rule
            What the need is set against, and the rule.
        figures
            The need, what is held or the bar, and what stays short.
        wanting
            Roles and fields of the dossier that are missing.
        """
        need, held, short = figures
        lacking = self.report.t(", ").join(map(self.report.missing, wanting))
        href = f"#{self.findings[rule]}" if rule in self.findings else ""
        shown = look_of(self.report.assessment.finding(rule, self.need.town))
        return Against(name, href, rule, need, held, short, shown, lacking)

    def _area(self, area: Areas | None) -> str:
        """Print hectares as the table closed them; converted from m² anew they might not be the same."""
        if area is None:
            return wording.NOTHING
        return wording.Figure(wording.plain(area.ha), terms.UNITS["ha"]).render(self.report.lang)


def need_key(row: FormRow) -> str:
    """Give a row of the form its key."""
    return f"use-{row.use or 'unknown'}" if row.kind == "use" else row.kind


def form_notes(form: NeedForm, measure: Callable[[str], str]) -> Iterator[Words]:
    """Say what stands beside the form, a sentence each.

    Parameters
    ----------
    form
        The form.
    measure
        Names a measure to the reader.
    """
    gross, net = form.non_agricultural
    if form.approved is None:
        yield _("No layer of approved land is known: nothing is taken as granted.")
    yield _("Cultivated land is net of ridges; other agricultural land holds {ridges} of ridges.",
            ridges=_in_ha(form.ridges))  # fmt: skip
    yield _("Cultivated land to construction (非农化): {net} net of ridges ({gross} gross).",
            net=_in_ha(net), gross=_in_ha(gross))  # fmt: skip
    for turned in form.non_grain:
        if turned.gross.m2:
            yield _("{measure} (非粮化): {net} net of ridges ({gross} gross).",
                    measure=measure(turned.measure), net=_in_ha(turned.net),
                    gross=_in_ha(turned.gross))  # fmt: skip
    if form.non_grain and not any(turned.gross.m2 for turned in form.non_grain):
        yield _("No cultivated land is planned as gardens, forest or water (非粮化).")
    yield from _steep_notes(form)
    yield from _quality_notes(form)


def _steep_notes(form: NeedForm) -> Iterator[Words]:
    """Say how much of the cultivated land is steep, and by what."""
    steep = form.steep
    if steep is None:
        yield _("Slope above 25°: no slope grade is recorded, and there is no terrain model.")
        return
    yield _("Cultivated land above 25°, net of ridges: {area}, by the {role}.",
            area=_in_ha(steep.area), role=terms.role(steep.by))  # fmt: skip
    if steep.unknown_m2:
        yield _("The slope of {area} of cultivated land is not known.", area=area(steep.unknown_m2))


def _quality_notes(form: NeedForm) -> Iterator[Words]:
    """Say of which grades the cultivated land is, and what it produces, as far as it is recorded."""
    quality = form.quality
    if quality.grades:
        yield _("Land grades (等别) of the cultivated land, net of ridges: {grades}.",
                grades=listed(
                    _("{grade}: {area}", grade=each.grade or _("not recorded"),
                      area=_in_ha(each.area))
                    for each in quality.grades
                ))  # fmt: skip
    if quality.mean_grade is not None:
        yield _("Mean land grade (平均质量等别): {grade}.", grade=quality.mean_grade)
    if quality.production_kg is not None:
        yield _(
            "Grain production (产能) of the cultivated land: {kg} kg.", kg=quality.production_kg
        )
        if quality.production_unknown_m2:
            yield _("The production of {area} of cultivated land is not recorded.",
                    area=area(quality.production_unknown_m2))  # fmt: skip


def _in_ha(areas: Areas) -> Words:
    return _("{ha} ha", ha=areas.ha)


def beyond(finding: Finding) -> Decimal | None:
    """Compute how far a figure misses its bar: 0 where it keeps it, None where it was not judged."""
    if not isinstance(finding.margin, Decimal):
        return None
    return max(-finding.margin, finding.margin - finding.margin)


def _unstated(account: Account) -> tuple[str, ...]:
    return () if account.held is not None or account.key is None else (account.key,)


def _both(area: Areas) -> tuple[str, str]:
    return wording.plain(area.ha), wording.plain(area.mu)
