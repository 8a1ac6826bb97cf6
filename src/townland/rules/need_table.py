"""The indicator need as a table: new construction land by planned use and by what it was.

It closes to the last printed digit in m², ha and mu, by row and by column: the total is converted once,
shared out to the sources, and each source's share to its uses; the uses' totals are the sums of what is
printed. Ridges inside cultivated land are booked to other agricultural land of the
same use, so that gross and net have one total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from townland import terms, units
from townland.i18n import _
from townland.measuring.areas import Measure
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.judging import fields
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.kinds.land import LandNeed
from townland.rules.kinds.replacement import LandReplace
from townland.rules.kinds.uses import NeedByUse
from townland.standards.landclass import SOURCES
from townland.terms import Verdict

if TYPE_CHECKING:
    import pandas as pd

CONSTRUCTION = "construction"
AGAINST = ("land_need", "land_replace", "linked_quota", "per_head", "supply_rate")
"""The kinds of rules whose findings the need is set against."""

NEW_SOURCES: tuple[str | None, ...] = (*(s for s in SOURCES if s != CONSTRUCTION), None)
"""What new construction land was, None where it is unknown."""

CellKey: TypeAlias = "tuple[str | None, str | None]"
"""The use and the source of a cell; None where it is unknown."""


class Areas(NamedTuple):
    """One area as it is printed in three units."""

    m2: Decimal
    ha: Decimal
    mu: Decimal


class Piece(NamedTuple):
    """One piece under a cell: its number in the town's measure, its features, its areas.

    The number is the column ``piece`` of the measure's layer in ``evidence.gpkg``.
    """

    number: int
    planned_use_id: str
    land_use_id: str
    gross_m2: Decimal
    net_m2: Decimal


@dataclass(frozen=True, slots=True)
class Cell:
    """New construction land of one use from one source; `ridges_m2` is what other sources lent it.

    `pieces` sum to `gross` in m²; their net areas and `ridges_m2` to `net`.
    """

    use: str | None
    source: str | None
    gross: Areas
    net: Areas
    ridges_m2: Decimal
    pieces: tuple[Piece, ...]


class Account(NamedTuple):
    """The need, or what is to be replaced, set against what the dossier states of one account.

    `name` is ``annual_quota``, ``linked_quota``, ``replacement`` or ``replacement_paddy``, `rule` and
    `verdict` say which finding judges it, `key` is the dossier's. `held` and `short` are None where the
    dossier does not state it. In every unit `short` is what is printed of the need beyond `held`.
    """

    name: str
    rule: str
    verdict: Verdict
    key: str | None
    need: Areas
    held: Areas | None

    @property
    def short(self) -> Areas | None:
        """What stays short; None where the dossier does not state what is held."""
        return None if self.held is None else _beyond(self.need, self.held)


@dataclass(frozen=True, slots=True, eq=False)
class NeedTable:
    """The indicator need of one town.

    `uses` and `sources` are the table's columns and rows in their order, land or no land; None is
    among them where it is unknown. `cells` go by use and source where there is land, `by_use` and
    `by_source` are their sums (gross, net), `cultivated` and `paddy` what is to be replaced, net of
    ridges. `accounts` set the need against annual and linked quota and what is to be replaced against
    the bank; `against` holds the findings on all of these, per-head standard and supply rate among
    them, by kind. `uncovered_m2` and `unknown_m2` say for how much of the town the table is silent.
    """

    town: str
    measure: str
    uses: tuple[str | None, ...]
    sources: tuple[str | None, ...]
    cells: Mapping[CellKey, Cell]
    by_use: Mapping[str | None, tuple[Areas, Areas]]
    by_source: Mapping[str | None, tuple[Areas, Areas]]
    total: Areas
    cultivated: Areas
    paddy: Areas
    accounts: tuple[Account, ...]
    against: Mapping[str, Finding]
    uncovered_m2: Decimal
    unknown_m2: Decimal

    def account(self, name: str) -> Account | None:
        """Give one account; None where no rule asks for it."""
        return next((account for account in self.accounts if account.name == name), None)

    @property
    def short(self) -> Areas | None:
        """What stays short of the need after annual and linked quota; None without an annual quota.

        A linked quota that the dossier does not state counts as none.
        """
        annual, linked = map(self.account, ("annual_quota", "linked_quota"))
        if annual is None or annual.short is None:
            return None
        return annual.short if linked is None or linked.short is None else linked.short

    def frame(self, lang: str = "zh") -> pd.DataFrame:
        """Lay the cells out one a row, then the total: use, source, gross, net, numbers of pieces."""
        import pandas as pd

        rows = [
            {
                "use": terms.use(cell.use).render(lang),
                "source": terms.source(cell.source).render(lang),
                **_columns(cell.gross, cell.net),
                "pieces": ", ".join(str(piece.number) for piece in cell.pieces),
            }
            for cell in self.cells.values()
        ]
        total = {
            "use": _("total").render(lang),
            "source": _("all sources").render(lang),
            **_columns(self.total, self.total),
            "pieces": "",
        }
        return pd.DataFrame([*rows, total])


def _columns(gross: Areas, netted: Areas) -> dict[str, object]:
    return {
        f"{name}_{unit}": value
        for name, areas in (("gross", gross), ("net", netted))
        for unit, value in areas._asdict().items()
    }


def indicator_need(
    rulebook: Rulebook, facts: Facts, *, on: dt.date, findings: Iterable[Finding]
) -> NeedTable | None:
    """Make the table of the indicator need; None where no rule asks for it or no layer shows it.

    The order of uses is that of the rulebook's rule on the need by use.

    Parameters
    ----------
    rulebook
        The rules, and the measures they ask for.
    facts
        The town as measured.
    on
        The day whose law counts.
    findings
        What the rules in force on that day say of the town, as `evaluate` gives it: nothing is
        judged again.

    Raises
    ------
    RulebookError
        No rule is in force on that day.
    """
    rules = rules_in_force(rulebook, on)
    need = next((rule for rule in rules if isinstance(rule, LandNeed)), None)
    if need is None or Case(need, rulebook, facts, on).silent(need.measure):
        return None
    measure = facts.measures[need.measure]
    named = _uses(rulebook, rules)
    cells = _cells(measure, named)
    by_source = _by_source(cells)
    by_rule = {finding.rule: finding for finding in findings if finding.town == facts.town}
    against = [rule for rule in rules if rule.kind in AGAINST]
    sums = _sums(by_source)
    judged = [(Case(rule, rulebook, facts, on), by_rule[rule.id]) for rule in against]
    uses = tuple(use for use in named if use or any(key[0] is None for key in cells))
    return NeedTable(
        town=facts.town,
        measure=need.measure,
        uses=uses,
        sources=tuple(by_source),
        cells=cells,
        by_use={use: _both(cell for cell in cells.values() if cell.use == use) for use in uses},
        by_source=by_source,
        total=sums.total,
        cultivated=sums.cultivated,
        paddy=sums.paddy,
        accounts=tuple(_accounts(judged, sums)),
        against={rule.kind: by_rule[rule.id] for rule in against},
        uncovered_m2=measure.uncovered_m2,
        unknown_m2=measure.unknown_m2,
    )


class _Sums(NamedTuple):
    """The need in all, and what of it is cultivated land and paddy to be replaced."""

    total: Areas
    cultivated: Areas
    paddy: Areas


def _sums(by_source: Mapping[str | None, tuple[Areas, Areas]]) -> _Sums:
    # paddy and other cultivated land are replaced by as much net of ridges
    return _Sums(
        total=_add(gross for gross, _netted in by_source.values()),
        cultivated=_add(by_source[source][1] for source in ("paddy", "other_cultivated")),
        paddy=by_source["paddy"][1],
    )


def _accounts(judged: Iterable[tuple[Case[Rule], Finding]], sums: _Sums) -> Iterator[Account]:
    """Set the need against the quotas, what they leave against the next, and the land to be replaced."""
    for case, finding in judged:
        if isinstance(case.rule, LandNeed):
            yield from _quotas(case, case.rule, finding, sums.total)
        elif isinstance(case.rule, LandReplace):
            yield from _banks(case, case.rule, finding, sums)


def _quotas(case: Case[Rule], rule: LandNeed, finding: Finding, need: Areas) -> Iterator[Account]:
    """Set the need against the annual quota, and what that leaves against the linked one.

    Parameters
    ----------
    case, rule
        The rule on its town.
    finding
        What it says.
    need
        The need in all.
    """
    stated = fields.area(case, rule.quota, rule.unit)
    annual = _account("annual_quota", finding, key=rule.quota, need=need, m2=stated)
    yield annual
    if rule.linked_quota is not None:
        stated, left = fields.area(case, rule.linked_quota, rule.unit), annual.short or need
        yield _account("linked_quota", finding, key=rule.linked_quota, need=left, m2=stated)


def _banks(case: Case[Rule], rule: LandReplace, finding: Finding, sums: _Sums) -> Iterator[Account]:
    """Set what is to be replaced against the bank; the paddy is a part of it.

    Parameters
    ----------
    case, rule
        The rule on its town.
    finding
        What it says.
    sums
        What is to be replaced.
    """
    for name, key, need in (
        ("replacement", rule.bank, sums.cultivated),
        ("replacement_paddy", rule.paddy_bank, sums.paddy),
    ):
        stated = fields.area(case, key, rule.unit)
        yield _account(name, finding, key=key, need=need, m2=stated)


def _account(
    name: str, finding: Finding, *, key: str | None, need: Areas, m2: Decimal | None
) -> Account:
    """Make an account.

    Parameters
    ----------
    name
        What it is called.
    finding
        The finding that judges it.
    key
        The field of the dossier; None where the rule names none.
    need
        What is needed.
    m2
        What the dossier states, in m²; None where it states nothing.
    """
    stated = None if m2 is None else _areas(m2)
    return Account(name, finding.rule, finding.verdict, key, need, stated)


def _uses(rulebook: Rulebook, rules: Iterable[Rule]) -> list[str | None]:
    rule = next((rule for rule in rules if isinstance(rule, NeedByUse)), None)
    named: list[str | None] = []
    for name in rule.uses if rule else ():
        named += rulebook.measure[name].selectors("planned_use")
    return [*named, None]


def _by_source(cells: Mapping[CellKey, Cell]) -> dict[str | None, tuple[Areas, Areas]]:
    unknown = any(source is None for _use, source in cells)
    return {
        name: _both(cell for cell in cells.values() if cell.source == name)
        for name in NEW_SOURCES
        if name or unknown
    }


def _cells(measure: Measure, order: Sequence[str | None]) -> dict[CellKey, Cell]:
    """Convert the pieces of the need, cell by cell, so that gross and net close in every unit."""
    sorted_in = _pieces(measure, order)
    gross = {key: _sum(piece.gross_m2 for piece in pieces) for key, pieces in sorted_in.items()}
    netted = {key: _sum(piece.net_m2 for piece in pieces) for key, pieces in sorted_in.items()}
    for use in order:
        if lent := _ridges(sorted_in, use):
            # ridges inside cultivated land count as other agricultural land (1203 田坎)
            netted[use, "other_agricultural"] += lent
    gross_areas, net_areas = _closed(gross), _closed(netted)
    return {
        (use, source): Cell(
            use=use,
            source=source,
            gross=gross_areas[use, source],
            net=net_areas[use, source],
            ridges_m2=net_areas[use, source].m2 - _sum(piece.net_m2 for piece in pieces),
            pieces=tuple(pieces),
        )
        for (use, source), pieces in sorted_in.items()
    }


def _pieces(measure: Measure, order: Sequence[str | None]) -> dict[CellKey, list[Piece]]:
    """Sort the pieces of the need into cells; every use with land has all cells that it needs."""
    cells: dict[CellKey, list[Piece]] = {}
    for (use, source), piece in _read(measure):
        key = (use if use in order else None, source if source in NEW_SOURCES else None)
        cells.setdefault(key, []).append(piece)
    for use, _source in list(cells):
        if _ridges(cells, use):
            cells.setdefault((use, "other_agricultural"), [])
    return {
        (use, source): cells[use, source]
        for use in order
        for source in NEW_SOURCES
        if (use, source) in cells
    }


def _read(measure: Measure) -> Iterator[tuple[CellKey, Piece]]:
    """Read the pieces of the need with their use and source; net is gross where no ridge is known."""
    frame = measure.frame
    columns = ("planned_group", "source", "planned_use_id", "land_use_id", "area_m2", "net_m2")
    rows = zip(*(frame[column] for column in columns), strict=True)
    for number, (use, source, planned, land, gross_m2, net_m2) in enumerate(rows, start=1):
        netted = gross_m2 if net_m2 is None else net_m2
        yield (use, source), Piece(number, str(planned), str(land), gross_m2, netted)


def _ridges(cells: Mapping[CellKey, list[Piece]], use: str | None) -> Decimal:
    return _sum(
        piece.gross_m2 - piece.net_m2
        for key, pieces in cells.items()
        if key[0] == use
        for piece in pieces
    )


_UNITS: tuple[tuple[Callable[[Decimal], Decimal], int], ...] = (
    (units.m2, units.M2_DIGITS),
    (units.ha, units.HA_DIGITS),
    (units.mu, units.MU_DIGITS),
)
"""How the areas of a cell are converted, and to how many digits, in the order of `Areas`."""


def _closed(exact: Mapping[CellKey, Decimal]) -> dict[CellKey, Areas]:
    """Convert all cells so that in each unit they sum to their source's share of the total."""
    converted = [_shared_out(exact, convert(_sum(exact.values())), n) for convert, n in _UNITS]
    return {key: Areas(*(shares[key] for shares in converted)) for key in exact}


def _shared_out(
    exact: Mapping[CellKey, Decimal], whole: Decimal, digits: int
) -> dict[CellKey, Decimal]:
    """Share a total out to the sources, and each source's share to its cells.

    Parameters
    ----------
    exact
        What goes to each cell, in m².
    whole
        The total in the unit that is printed.
    digits
        The digits of that unit.
    """
    present = {source for _use, source in exact}
    columns = [source for source in NEW_SOURCES if source in present]
    by_source = {name: [key for key in exact if key[1] == name] for name in columns}
    heads = [_sum(exact[key] for key in keys) for keys in by_source.values()]
    shared: dict[CellKey, Decimal] = {}
    for keys, head in zip(by_source.values(), units.apportion(heads, whole, digits), strict=True):
        shares = units.apportion([exact[key] for key in keys], head, digits)
        shared |= dict(zip(keys, shares, strict=True))
    return shared


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)


def _add(areas: Iterable[Areas]) -> Areas:
    addends = list(areas)
    if not addends:
        return _areas(ZERO)
    # beginning with a 0 of the column's own digits
    return Areas(*(sum(column, column[0] - column[0]) for column in zip(*addends, strict=True)))


def _areas(m2: Decimal) -> Areas:
    return Areas(units.m2(m2), units.ha(m2), units.mu(m2))


def _beyond(need: Areas, held: Areas) -> Areas:
    pairs = zip(need, held, strict=True)
    return Areas(*(max(needed - stated, needed - needed) for needed, stated in pairs))


def _both(cells: Iterable[Cell]) -> tuple[Areas, Areas]:
    summed = list(cells)
    return _add(cell.gross for cell in summed), _add(cell.net for cell in summed)
