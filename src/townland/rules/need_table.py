"""The indicator need as a table: new construction land by planned use and by what it was.

It closes to the last printed digit in m², ha and mu, by row and by column, and every figure comes from
one apportionment (`need_shares`). Ridges inside cultivated land are booked to other agricultural land of
the same use, so that the areas by class have the total of the gross ones. The form that a quota officer
signs (`need_form`) is laid out from the same cells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from townland import terms
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
from townland.rules.need_form import Beside, NeedForm, need_form
from townland.rules.need_shares import (
    AGRICULTURAL,
    NEW_SOURCES,
    Areas,
    Piece,
    Shares,
    areas_of,
    less,
    shares_of,
)
from townland.terms import Verdict

if TYPE_CHECKING:
    import pandas as pd

AGAINST = ("land_need", "land_replace", "linked_quota", "per_head", "supply_rate")
"""The kinds of rules whose findings the need is set against."""

APPROVALS = ("approval_level",)
"""The kinds of rules that say who approves (土地管理法 44, 46 条): what they say stands in the table."""

CellKey: TypeAlias = "tuple[str | None, str | None]"
"""The use and the source of a cell; None where it is unknown."""


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
        return None if self.held is None else less(self.need, self.held)


@dataclass(frozen=True, slots=True, eq=False)
class NeedTable:
    """The indicator need of one town.

    `uses` and `sources` are the table's columns and rows in their order, land or no land; None is
    among them where it is unknown. `cells` go by use and source where there is land, `by_use` and
    `by_source` are their sums (gross, by class), `cultivated` and `paddy` what is to be replaced, net of
    ridges. `accounts` set the need against annual and linked quota and what is to be replaced against
    the bank; `against` holds the findings on all of these, per-head standard and supply rate among
    them, by kind. `uncovered_m2` and `unknown_m2` say for how much of the town the table is silent.
    `form` is what a quota officer signs, `approvals` what the rules say of who approves.
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
    form: NeedForm
    approvals: tuple[Finding, ...] = ()

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
    rulebook: Rulebook,
    facts: Facts,
    *,
    on: dt.date,
    findings: Iterable[Finding],
    terrain: tuple[Decimal, Decimal] | None = None,
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
    terrain
        Where the survey records no slope: the need's cultivated land that the terrain model shows
        to be steeper than 25°, and that of which it shows nothing, in m² net of ridges.

    Raises
    ------
    RulebookError
        No rule is in force on that day.
    """
    rules = rules_in_force(rulebook, on)
    need = need_rule(rules)
    if need is None or Case(need, rulebook, facts, on).silent(need.measure):
        return None
    measure = facts.measures[need.measure]
    named = uses_of(rulebook, rules)
    shares = shares_of(measure, named)
    uses = tuple(use for use in named if use or use in shares.uses)
    form = need_form(shares, _beside(Case(need, rulebook, facts, on), terrain), uses)
    by_rule = {finding.rule: finding for finding in findings if finding.town == facts.town}
    against = [rule for rule in rules if rule.kind in AGAINST]
    sums = _Sums(
        asked=form.asked,
        cultivated=form.non_agricultural[1],
        paddy=shares.net("paddy"),
    )
    judged = [(Case(rule, rulebook, facts, on), by_rule[rule.id]) for rule in against]
    sources = tuple(source for source in NEW_SOURCES if source or shares.gross(source).m2)
    return NeedTable(
        town=facts.town,
        measure=need.measure,
        uses=uses,
        sources=sources,
        cells=_cells(shares),
        by_use={use: (shares.by_use(use), shares.by_use(use)) for use in uses},
        by_source={each: (shares.gross(each), shares.by_class(each)) for each in sources},
        total=shares.total,
        cultivated=sums.cultivated,
        paddy=sums.paddy,
        accounts=tuple(_accounts(judged, sums)),
        against={rule.kind: by_rule[rule.id] for rule in against},
        uncovered_m2=measure.uncovered_m2,
        unknown_m2=measure.unknown_m2,
        form=form,
        approvals=tuple(by_rule[rule.id] for rule in rules if rule.kind in APPROVALS),
    )


def need_rule(rules: Iterable[Rule]) -> LandNeed | None:
    """Find the rule that asks for the need."""
    return next((rule for rule in rules if isinstance(rule, LandNeed)), None)


def need_measure(rulebook: Rulebook, on: dt.date) -> str | None:
    """Name the measure of the need; None where no rule asks for it."""
    rule = need_rule(rules_in_force(rulebook, on))
    return None if rule is None else rule.measure


def _beside(case: Case[LandNeed], terrain: tuple[Decimal, Decimal] | None) -> Beside:
    """Gather what stands beside the need, as far as layers show it."""
    rule = case.rule

    def shown(name: str | None) -> Measure | None:
        return None if name is None or case.silent(name) else case.measure(name)

    return Beside(
        shown(rule.approved),
        shown(rule.existing),
        tuple(each for name in rule.non_grain if (each := shown(name)) is not None),
        terrain,
    )


class _Sums(NamedTuple):
    """The need that is asked for, and what of the need is cultivated land and paddy to be replaced."""

    asked: Areas
    cultivated: Areas
    paddy: Areas


def _accounts(judged: Iterable[tuple[Case[Rule], Finding]], sums: _Sums) -> Iterator[Account]:
    """Set the need against the quotas, what they leave against the next, and the land to be replaced."""
    for case, finding in judged:
        if isinstance(case.rule, LandNeed):
            yield from _quotas(case, case.rule, finding, sums.asked)
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
        The need that is asked for.
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
    stated = None if m2 is None else areas_of(m2)
    return Account(name, finding.rule, finding.verdict, key, need, stated)


def uses_of(rulebook: Rulebook, rules: Iterable[Rule]) -> list[str | None]:
    """List the planned uses in the order of the rule on the need by use; None, not known, is last."""
    rule = next((rule for rule in rules if isinstance(rule, NeedByUse)), None)
    named: list[str | None] = []
    for name in rule.uses if rule else ():
        named += rulebook.measure[name].selectors("planned_use")
    return [*named, None]


def _cells(shares: Shares) -> dict[CellKey, Cell]:
    """Sort the pieces of the need into cells; every use with land has all cells that it needs."""
    return {
        (use, source): Cell(
            use=use,
            source=source,
            gross=shares.gross(source, use),
            net=shares.by_class(source, use),
            ridges_m2=_lent(shares, use, source),
            pieces=tuple(
                piece for piece in shares.pieces if (piece.use, piece.source) == (use, source)
            ),
        )
        for use in shares.uses
        for source in NEW_SOURCES
        if shares.gross(source, use).m2 or shares.by_class(source, use).m2
    }


def _lent(shares: Shares, use: str | None, source: str | None) -> Decimal:
    """Give the ridges that cultivated land lends to a cell: only other agricultural land gets any.

    Parameters
    ----------
    shares
        The need as it is printed.
    use, source
        The cell.
    """
    return shares.ridges(use).m2 if source == AGRICULTURAL else ZERO
