"""The indicator need as a table: new construction land by planned use and by what it was.

It closes to the last printed digit in m², ha and mu, by row and by column: the total is converted once,
shared out to the sources, and each source's share to its uses; the uses' totals are the sums of what is
printed (`standards/SOURCES.md`, *Closing of tables*). Ridges inside cultivated land are booked to other
agricultural land of the same use, so that gross and net have one total.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from townland import units
from townland.i18n import Words, _
from townland.measuring.areas import Measure
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.judging import fields
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.kinds import KINDS
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

STANDARDS: Mapping[str, Words] = {
    "per_head": _("construction land per head"),
    "supply_rate": _("land-supply rate of the last years"),
}
"""Those of these kinds that set a bar of their own, which is no area."""

NEW_SOURCES: tuple[str | None, ...] = (*(s for s in SOURCES if s != CONSTRUCTION), None)
"""What new construction land was, None where nobody knows."""


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
    `verdict` tell which finding judges it, `key` is the dossier's. `held` and `short` are None where the
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
        """What stays short; None where nobody knows what is held."""
        return None if self.held is None else _beyond(self.need, self.held)


@dataclass(frozen=True, slots=True, eq=False)
class NeedTable:
    """The indicator need of one town.

    `uses` and `sources` are the table's columns and rows in their order, land or no land; None is
    among them where nobody knows. `cells` go by use and source where there is land, `by_use` and
    `by_source` are their sums (gross, net), `cultivated` and `paddy` what is to be replaced, net of
    ridges. `accounts` set the need against annual and linked quota and what is to be replaced against
    the bank; `against` holds the findings on all of these, per-head standard and supply rate among
    them, by kind. `uncovered_m2` and `unknown_m2` say for how much of the town the table is silent.
    """

    town: str
    measure: str
    uses: tuple[str | None, ...]
    sources: tuple[str | None, ...]
    cells: Mapping[tuple[str | None, str | None], Cell]
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
        return next((one for one in self.accounts if one.name == name), None)

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

        def line(use: Words, source: Words, gross: Areas, net_: Areas, ids: str) -> dict[str, Any]:
            return {
                "use": use.render(lang),
                "source": source.render(lang),
                **{f"gross_{unit}": value for unit, value in gross._asdict().items()},
                **{f"net_{unit}": value for unit, value in net_._asdict().items()},
                "pieces": ids,
            }

        rows = [
            line(
                use_words(cell.use),
                source_words(cell.source),
                cell.gross,
                cell.net,
                ", ".join(str(piece.number) for piece in cell.pieces),
            )
            for cell in self.cells.values()
        ]
        rows.append(line(_("total"), _("all sources"), self.total, self.total, ""))
        return pd.DataFrame(rows)


def use_words(use: str | None) -> Words:
    """Name a group of uses."""
    return {
        "industry": _("industry and storage"),
        "commercial": _("commerce"),
        "public": _("public services and green space"),
        "infrastructure": _("infrastructure"),
        "residential": _("housing"),
        "other": _("other uses"),
    }.get(use or "", _("use not known"))


def source_words(source: str | None) -> Words:
    """Name what new construction land was."""
    return {
        "paddy": _("paddy"),
        "other_cultivated": _("other cultivated land"),
        "other_agricultural": _("other agricultural land, ridges included"),
        "unused": _("unused land"),
    }.get(source or "", _("land of no known source"))


def account_words(name: str) -> Words:
    """Name an account that the need is set against."""
    return {
        "annual_quota": _("annual quota"),
        "linked_quota": _("linked quota, for what the annual quota leaves"),
        "replacement": _("replacement bank: cultivated land, paddy included"),
        "replacement_paddy": _("replacement bank: paddy"),
    }[name]


def indicator_need(rulebook: Rulebook, facts: Facts, on: dt.date) -> NeedTable | None:
    """Make the table of the indicator need; None where no rule asks for it or no layer tells it.

    The order of uses is that of the rulebook's rule on the need by use.
    """
    rules = rules_in_force(rulebook, on)
    need = next((rule for rule in rules if isinstance(rule, LandNeed)), None)
    if need is None or Case(need, rulebook, facts, on).silent(need.measure):
        return None
    measure = facts.measures[need.measure]
    named = _uses(rulebook, rules)
    cells = _cells(measure, named)
    gross = _closed(cells, named, lambda piece: piece.gross_m2)
    netted = _closed(cells, named, lambda piece: piece.net_m2, ridges=True)
    table = {
        (use, source): Cell(
            use,
            source,
            gross[use, source],
            netted[use, source],
            netted[use, source].m2 - _sum(piece.net_m2 for piece in cells[use, source]),
            tuple(cells[use, source]),
        )
        for use, source in cells
    }
    uses = tuple(use for use in named if use or any(held is None for held, _source in cells))
    sources = tuple(s for s in NEW_SOURCES if s or any(held is None for _use, held in cells))
    by_source = {
        source: _both(cell for cell in table.values() if cell.source == source)
        for source in sources
    }
    total = _add(cell.gross for cell in table.values())
    cultivated = _add(by_source[source][1] for source in ("paddy", "other_cultivated"))
    paddy = by_source["paddy"][1]
    cases = [Case(rule, rulebook, facts, on) for rule in rules if rule.kind in AGAINST]
    against = {
        case.rule.kind: KINDS[case.rule.kind].finding(case.rule, rulebook, [facts], on)
        for case in cases
    }
    return NeedTable(
        facts.town,
        need.measure,
        uses,
        sources,
        table,
        {use: _both(cell for cell in table.values() if cell.use == use) for use in uses},
        by_source,
        total,
        cultivated,
        paddy,
        tuple(_accounts(cases, against, total, cultivated, paddy)),
        against,
        measure.uncovered_m2,
        measure.unknown_m2,
    )


def _accounts(
    cases: Iterable[Case[Rule]],
    against: Mapping[str, Finding],
    total: Areas,
    cultivated: Areas,
    paddy: Areas,
) -> Iterator[Account]:
    """Set the need against the quotas, what they leave against the next, and the land to be replaced."""
    for case in cases:
        rule, found = case.rule, against[case.rule.kind]

        def account(
            name: str, key: str | None, need: Areas, case: Case[Rule] = case, found: Finding = found
        ) -> Account:
            held = fields.area(case, key, getattr(case.rule, "unit", "m2"))
            return Account(
                name, found.rule, found.verdict, key, need, None if held is None else _areas(held)
            )

        if isinstance(rule, LandNeed):
            annual = account("annual_quota", rule.quota, total)
            yield annual
            if rule.linked_quota is not None:
                yield account("linked_quota", rule.linked_quota, annual.short or total)
        elif isinstance(rule, LandReplace):
            yield account("replacement", rule.bank, cultivated)
            yield account("replacement_paddy", rule.paddy_bank, paddy)


def _uses(rulebook: Rulebook, rules: Iterable[Any]) -> list[str | None]:
    rule = next((rule for rule in rules if isinstance(rule, NeedByUse)), None)
    named: list[str | None] = []
    for name in rule.uses if rule else ():
        named += rulebook.measure[name].selectors("planned_use")
    return [*named, None]


def _cells(
    measure: Measure, order: Sequence[str | None]
) -> dict[tuple[str | None, str | None], list[Piece]]:
    """Sort the pieces of the need into cells; every use with land has all cells that it needs."""
    frame = measure.frame
    found: dict[tuple[str | None, str | None], list[Piece]] = {}
    for row, (use, source, planned, land, area, net_m2) in enumerate(
        zip(
            frame["planned_group"],
            frame["source"],
            frame["planned_use_id"],
            frame["land_use_id"],
            frame["area_m2"],
            frame["net_m2"],
            strict=True,
        )
    ):
        key = (use if use in order else None, source if source in NEW_SOURCES else None)
        piece = Piece(row + 1, str(planned), str(land), area, area if net_m2 is None else net_m2)
        found.setdefault(key, []).append(piece)
    for use, _source in list(found):
        ridges = _ridges(found, use)
        if ridges:
            found.setdefault((use, "other_agricultural"), [])
    return {
        (use, source): found[use, source]
        for use in order
        for source in NEW_SOURCES
        if (use, source) in found
    }


def _ridges(cells: Mapping[tuple[str | None, str | None], list[Piece]], use: str | None) -> Decimal:
    return _sum(
        piece.gross_m2 - piece.net_m2
        for (held, _source), pieces in cells.items()
        if held == use
        for piece in pieces
    )


def _closed(
    cells: Mapping[tuple[str | None, str | None], list[Piece]],
    uses: Sequence[str | None],
    figure: Any,
    *,
    ridges: bool = False,
) -> dict[tuple[str | None, str | None], Areas]:
    """Convert all cells so that in each unit they sum to their source's share of the total."""
    exact = {key: _sum(map(figure, pieces)) for key, pieces in cells.items()}
    if ridges:
        for use in uses:
            lent = _ridges(cells, use)
            if lent:
                exact[use, "other_agricultural"] += lent
    columns = [source for source in NEW_SOURCES if any(held == source for _use, held in cells)]
    heads = [_sum(exact[key] for key in exact if key[1] == source) for source in columns]
    total = _sum(heads)
    out: dict[tuple[str | None, str | None], list[Decimal]] = {key: [] for key in exact}
    for whole, digits in (
        (units.m2(total), units.M2_DIGITS),
        (units.ha(total), units.HA_DIGITS),
        (units.mu(total), units.MU_DIGITS),
    ):
        for source, head in zip(columns, units.apportion(heads, whole, digits), strict=True):
            keys = [key for key in exact if key[1] == source]
            shares = units.apportion([exact[key] for key in keys], head, digits)
            for key, share in zip(keys, shares, strict=True):
                out[key].append(share)
    return {key: Areas(*values) for key, values in out.items()}


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)


def _add(areas: Iterable[Areas]) -> Areas:
    held = list(areas)
    if not held:
        return _areas(ZERO)
    return Areas(*(sum(column, column[0] - column[0]) for column in zip(*held, strict=True)))


def _areas(m2: Decimal) -> Areas:
    return Areas(units.m2(m2), units.ha(m2), units.mu(m2))


def _beyond(need: Areas, held: Areas) -> Areas:
    return Areas(*(max(one - other, one - one) for one, other in zip(need, held, strict=True)))


def _both(cells: Iterable[Cell]) -> tuple[Areas, Areas]:
    held = list(cells)
    return _add(cell.gross for cell in held), _add(cell.net for cell in held)
