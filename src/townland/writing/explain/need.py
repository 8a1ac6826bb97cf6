"""The table of the indicator need of a town, out of a run's ``assessment.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from townland import terms, units
from townland.errors import ReportError
from townland.i18n import Words, _
from townland.rules.judging.trace import Number, Row
from townland.writing.explain.run import as_assessment, read_run
from townland.writing.explain.telling import number
from townland.writing.pages import figures, look


class ReportedAreas(Row):
    """An area in hectares and mu, as the table closed them."""

    ha: float
    mu: float


class ReportedPiece(Row):
    """A piece of a cell: its number in ``evidence.gpkg``."""

    piece: int


class ReportedCell(Row):
    """The land of one planned use and one source."""

    use: str | None
    source: str | None
    gross: ReportedAreas
    net: ReportedAreas
    pieces: tuple[ReportedPiece, ...]


class ReportedRow(Row):
    """A row of the form: of a use, or of all; a column that it does not have is None."""

    kind: str
    use: str | None
    new: ReportedAreas | None = None
    agricultural: ReportedAreas | None = None
    cultivated: ReportedAreas | None = None
    paddy: ReportedAreas | None = None
    garden: ReportedAreas | None = None
    forest: ReportedAreas | None = None
    grassland: ReportedAreas | None = None
    other_agricultural: ReportedAreas | None = None
    unused: ReportedAreas | None = None
    unknown: ReportedAreas | None = None
    approved: ReportedAreas | None = None
    asked: ReportedAreas | None = None
    existing: ReportedAreas | None = None

    def area(self, column: str) -> str:
        """Print the hectares of a column."""
        area: ReportedAreas | None = getattr(self, column)
        return figures.NOTHING if area is None else _ha(area)


class ReportedAccount(Row):
    """What the need is met from; None where the dossier does not state it."""

    name: str
    rule: str
    verdict: str
    need: ReportedAreas
    held: ReportedAreas | None
    short: ReportedAreas | None


class ReportedBar(Row):
    """A bar that the planned land is held against."""

    kind: str
    rule: str
    verdict: str
    measured: Number | None
    limit: Number | None
    unit: str


class ReportedNeed(Row):
    """The table of the indicator need, as ``assessment.json`` has it."""

    cells: tuple[ReportedCell, ...]
    total: ReportedAreas
    accounts: tuple[ReportedAccount, ...]
    against: tuple[ReportedBar, ...]
    short: ReportedAreas | None
    uncovered_m2: float
    form_columns: tuple[str, ...] = Field(default=(), alias="columns")
    rows: tuple[ReportedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """The table of the indicator need of a run's town; `table` is it as ``assessment.json`` has it."""

    town: Mapping[str, str]
    need: ReportedNeed
    table: Mapping[str, object]

    def form(self, lang: str) -> tuple[list[str], list[tuple[str, ...]]]:
        """Lay out the form that a quota officer signs, in ha: the heads of its columns, its rows."""
        columns = self.need.form_columns
        head = [_("planned use"), *(terms.NEED_COLUMNS[name] for name in columns)]
        rows = [
            (
                (terms.use(row.use) if row.kind == "use" else terms.NEED_ROWS[row.kind]).render(
                    lang
                ),
                *(row.area(name) for name in columns),
            )
            for row in self.need.rows
        ]
        return [words.render(lang) for words in head], rows

    def rows(self, lang: str) -> list[tuple[str, ...]]:
        """Lay the cells out one a row, then the total: use, source, gross and by class, mu, pieces."""
        cells = [
            (
                terms.use(cell.use).render(lang),
                terms.source(cell.source).render(lang),
                *_in_ha_and_mu(cell.gross, cell.net),
                figures.ranges(each.piece for each in cell.pieces) or figures.NOTHING,
            )
            for cell in self.need.cells
        ]
        total = self.need.total
        words = (_("total").render(lang), _("all sources").render(lang))
        return [*cells, (*words, *_in_ha_and_mu(total, total), "")]

    def head(self, lang: str) -> list[str]:
        """Give the heads of the columns of `rows`."""
        heads = (
            _("planned use"),
            _("what the land was"),
            _("gross, ha"),
            _("by class, ridges apart, ha"),
            _("gross, mu"),
            _("pieces in evidence.gpkg"),
        )
        return [words.render(lang) for words in heads]

    def against(self, lang: str) -> list[str]:
        """Say what the need is set against, a line for each account or bar, and what stays short."""
        words = [
            *map(_account_words, self.need.accounts),
            *(
                _bar_words(bar, lang)
                for bar in self.need.against
                if bar.kind in terms.NEED_STANDARDS
            ),
            *_rest_words(self.need),
        ]
        return [each.render(lang) for each in words]


def _account_words(account: ReportedAccount) -> Words:
    """Say what is needed and held of an account, and what stays short."""
    name, verdict = terms.ACCOUNTS[account.name], look.VERDICTS[account.verdict].word
    if account.held is None or account.short is None:
        return _(
            "{name} ({rule}): needed {need} ha; not stated.",
            name=name,
            rule=account.rule,
            need=_ha(account.need),
            verdict=verdict,
        )
    return _(
        "{name} ({rule}): needed {need} ha, held {held} ha, short {short} ha. {verdict}.",
        name=name,
        rule=account.rule,
        need=_ha(account.need),
        held=_ha(account.held),
        short=_ha(account.short),
        verdict=verdict,
    )


def _bar_words(bar: ReportedBar, lang: str) -> Words:
    """Say what was measured against a bar."""
    measured, limit = (
        figures.figure(None if value is None else number(value), bar.unit).render(lang)
        for value in (bar.measured, bar.limit)
    )
    return _(
        "{name} ({rule}): measured {measured}, the bar {limit}. {verdict}.",
        name=terms.NEED_STANDARDS[bar.kind],
        rule=bar.rule,
        measured=measured,
        limit=limit,
        verdict=look.VERDICTS[bar.verdict].word,
    )


def _rest_words(need: ReportedNeed) -> Iterator[Words]:
    """Say what stays short after the quotas, and what the table does not know."""
    if need.short is None:
        yield _("What stays short after the quotas cannot be told: the annual quota is not stated.")
    else:
        yield _(
            "After annual and linked quota there stay short {ha} ha ({mu} mu).",
            ha=_ha(need.short),
            mu=f"{need.short.mu:.2f}",
        )
    if need.uncovered_m2:
        yield _(
            "{ha} ha of the town are not covered by the layers; the table is silent about them.",
            ha=units.ha(units.exact(need.uncovered_m2)),
        )


def explain_need(run: Path | str, town: str | None = None) -> Need:
    """Give the table of the indicator need of a town, the first one's without `town`.

    Raises
    ------
    ReportError
        There is no run, the run has no such town, or no table of it.
    """
    towns = read_run(Path(run)).towns
    chosen = next((each for each in towns if town in (None, each.code)), None)
    if chosen is None:
        known = ", ".join(each.code for each in towns)
        raise ReportError(_("no town {town}; there are {known}", town=town, known=known))
    table = chosen.indicator_need
    if table is None:
        raise ReportError(
            _(
                "no table of the indicator need for town {town}: no rule asks for it, or no layer"
                " tells it",
                town=chosen.code,
            )
        )
    with as_assessment(Path(run)):
        need = ReportedNeed.model_validate(table)
    return Need({"code": chosen.code, "name": chosen.name}, need, table)


def _ha(areas: ReportedAreas) -> str:
    return f"{areas.ha:.{units.HA_DIGITS}f}"


def _in_ha_and_mu(gross: ReportedAreas, net: ReportedAreas) -> tuple[str, str, str]:
    return _ha(gross), _ha(net), f"{gross.mu:.{units.MU_DIGITS}f}"
