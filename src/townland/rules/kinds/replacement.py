"""The kind of rule on cultivated land to be replaced (占补平衡)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from townland import units
from townland.i18n import Words, _
from townland.measuring.areas import Measure
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule, Unit
from townland.rules.judging.finding import FigureRole, Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import net, net_assumed, net_words, only_slivers, term
from townland.rules.judging.references import MeasureName, NumberField
from townland.rules.judging.trace import (
    Column,
    MeasureKey,
    Number,
    Part,
    Row,
    Working,
    both,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class LandReplace(Rule):
    """Cultivated land and paddy to be replaced, against what the replacement bank holds, in `unit`.

    `bank` and `paddy_bank` are keys of the dossier; the paddy is a part of the bank. `paddy_beside` is
    a second source of the paddy.
    """

    kind: Literal["land_replace"]
    cultivated: MeasureName
    paddy: MeasureName
    paddy_beside: MeasureName | None = None
    bank: NumberField | None = None
    paddy_bank: NumberField | None = None
    unit: Unit

    @property
    def can_fail(self) -> bool:
        """Whether a town can fail this rule: without a bank to look for it only states figures."""
        return not self.modal and self.bank is not None


class ReplaceRow(Row):
    """One kind of land to be replaced: its area in three units, and what the bank holds of it."""

    measure: MeasureKey
    gross_m2: Annotated[Number, Column(_("gross"), unit="m2")]
    net_m2: Annotated[Number, Column(_("net of ridges"), unit="m2")]
    net_ha: Annotated[Number, Column(shown=False)]
    net_mu: Annotated[Number, Column(shown=False)]
    bank_m2: Annotated[Number | None, Column(_("the bank holds"), unit="m2")]
    short_m2: Annotated[Number | None, Column(_("short"), unit="m2")]


class ReplaceWorking(Working):
    """The trace's own part of `land_replace`."""

    replace: Annotated[tuple[ReplaceRow, ...], Part(_("to be replaced"))]


@dataclass(frozen=True, slots=True)
class _Account:
    """One kind of land to be replaced, and what the bank holds of it, in m² (None: not stated).

    `compared` is what is held against the bank, `solid` what of it is no sliver.
    """

    name: str
    measure: Measure
    closure: Decimal
    bank: Decimal | None
    compared: Decimal
    solid: Decimal
    near: bool

    @property
    def over(self) -> bool:
        return self.bank is not None and self.compared > self.bank

    @property
    def fails(self) -> bool:
        return self.bank is not None and self.solid > self.bank and not self.near

    @property
    def only_thin(self) -> bool:
        return self.bank is not None and self.compared > self.bank >= self.solid

    @property
    def short(self) -> Decimal | None:
        return None if self.bank is None else max(self.compared - self.bank, ZERO)


@dataclass(frozen=True, slots=True)
class _Replaced:
    """What is to be replaced; `beside` is the second source of the paddy, where it is known."""

    gap: Gaps
    cultivated: _Account
    paddy: _Account
    beside: _Account | None
    differ: bool
    unstated: tuple[str, ...]

    @property
    def accounts(self) -> tuple[_Account, _Account]:
        return self.cultivated, self.paddy

    @property
    def tightest(self) -> _Account:
        """Whose figure is shown: the one with the least room, the first where no bank is stated."""
        banked = [account for account in self.accounts if account.bank is not None]
        return min(
            banked or [self.cultivated],
            key=lambda account: (account.bank or ZERO) - account.compared,
        )


def land_replace(case: Case[LandReplace]) -> Finding:
    """Set the cultivated land and the paddy to be replaced against the replacement bank.

    Areas are net of ridges; where the bank holds nothing the gross area counts.
    """
    rule, land = case.rule, _to_replace(case)
    verdict = _replace_verdict(rule, land)
    decided = verdict is not Verdict.NOT_EVALUATED
    shown = land.tightest
    unbanked = (rule.bank,) if verdict is Verdict.INFO and rule.bank else ()
    room = None if shown.bank is None else units.m2(shown.bank - shown.compared)
    measures = _measures(rule, land)
    return case.finding(
        verdict,
        _replace_why(case, land, verdict),
        _replace_working(case, land),
        measured=None if land.gap.total else net(shown.measure),
        limit=None if shown.bank is None else units.m2(shown.bank),
        margin=room if decided else None,
        measures=measures,
        printed={name: net(case.measure(name)) for name in measures},
        missing=unbanked or land.gap.missing or land.unstated,
        assumed=net_assumed(*(account.measure for account in land.accounts)),
    )


def _measures(rule: LandReplace, land: _Replaced) -> dict[str, FigureRole]:
    """Say what each measure is there for; the paddy is a part of the cultivated land."""
    known: dict[str, FigureRole] = {rule.cultivated: "part", rule.paddy: "part"}
    known[land.tightest.name] = "decides"
    return {**known, **({land.beside.name: "second_source"} if land.beside else {})}


def _replace_verdict(rule: LandReplace, land: _Replaced) -> Verdict:
    """Judge: paddy of which two sources differ is never certain to be short."""
    banked = land.cultivated.bank is not None
    fails = land.cultivated.fails or (land.paddy.fails and not land.differ)
    doubt = land.differ or any(account.over or account.near for account in land.accounts)
    return verdict_of(
        fails=fails and not rule.modal,
        unknown=bool(land.gap) or bool(land.unstated),
        doubt=banked and doubt,
        # without a bank there is nothing to judge by
        judges=banked,
    )


def _to_replace(case: Case[LandReplace]) -> _Replaced:
    """Set both kinds of land beside the bank, and compare the two sources of the paddy."""
    rule = case.rule
    cultivated = _account(case, rule.cultivated, rule.bank)
    paddy = _account(case, rule.paddy, rule.paddy_bank)
    any_paddy = paddy.measure.area_m2 > 0
    second = rule.paddy_beside
    known = second is not None and not case.silent(second)
    beside = _account(case, second, rule.paddy_bank) if second is not None and known else None
    # the paddy is a part of the bank: of a bank that is stated its part must be, too
    wanting = any_paddy and cultivated.bank is not None and paddy.bank is None
    return _Replaced(
        gap=gaps(case, rule.cultivated, rule.paddy),
        cultivated=cultivated,
        paddy=paddy,
        beside=beside,
        # where the survey says nothing there is one source alone, which contradicts nobody
        differ=beside is not None
        and not case.silent(rule.paddy)
        and _differ(cultivated, paddy, beside),
        unstated=(rule.paddy_bank,) if rule.paddy_bank and wanting else (),
    )


def _differ(cultivated: _Account, paddy: _Account, beside: _Account) -> bool:
    """Tell whether the second source of the paddy would let the bank be judged otherwise.

    Parameters
    ----------
    cultivated, paddy
        The land to be replaced by the survey.
    beside
        The paddy by the second source; a part of the cultivated land, it must fit into that bank, too.
    """
    only_one = (paddy.measure.area_m2 > 0) != (beside.measure.area_m2 > 0)
    whole = cultivated.bank
    beyond = whole is not None and beside.compared > whole and not cultivated.over
    return only_one or beside.near or beside.over != paddy.over or beyond


def _account(case: Case[LandReplace], name: str, bank: str | None) -> _Account:
    """Set one kind of land beside what the bank holds of it.

    Parameters
    ----------
    case
        The rule on its town.
    name
        The measure of the land.
    bank
        The field of the dossier that states what the bank holds; None where the rule names none.
    """
    measure, closure = case.measure(name), case.closure(name, net=True)
    stated = fields.area(case, bank, case.rule.unit)
    compared = measure.area_m2 if stated == 0 else net(measure)
    solid = max(compared - measure.sliver_m2, ZERO)
    near = stated is not None and (
        case.near(compared, stated, closure) or case.near(solid, stated, closure)
    )
    return _Account(name, measure, closure, stated, compared, solid, near)


def _replace_why(case: Case[LandReplace], land: _Replaced, verdict: Verdict) -> Words:
    """Say what is to be replaced, and how far the bank reaches.

    Parameters
    ----------
    case
        The rule on its town.
    land
        What is to be replaced.
    verdict
        What the rule says of it.
    """
    gap, decided = land.gap, verdict is not Verdict.NOT_EVALUATED
    bankless = _(
        "The dossier states no replacement bank, so what is to be replaced is only stated."
    )
    only_thin = any(account.only_thin for account in land.accounts)
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        *(_account_words(case, account) for account in land.accounts if not gap.total),
        _second_source(case, land.beside, differ=land.differ) if land.beside else None,
        fields.not_stated(*land.unstated) if not gap else None,
        bankless if verdict is Verdict.INFO else None,
        only_slivers() if decided and only_thin else None,
        *(
            case.near_words(account.bank, account.closure)
            for account in land.accounts
            if decided and account.near and account.bank is not None
        ),
    )


def _account_words(case: Case[LandReplace], account: _Account) -> Words:
    place = {
        "measure": case.title(account.name),
        "figure": net_words(account.measure),
        "mu": units.mu(net(account.measure)),
    }
    if account.measure.area_m2 == 0:
        return _("{measure}: none.", **place)
    if account.bank is None:
        return _("{measure}: {figure}, {mu} mu, to be replaced.", **place)
    bank = phrases.area(account.bank)
    if account.over:
        return _(
            "{measure}: {figure}, {mu} mu, to be replaced; the bank holds {bank}, {short} too little.",
            **place,
            bank=bank,
            short=phrases.area(account.compared - account.bank),
        )
    return _(
        "{measure}: {figure}, {mu} mu, to be replaced; the bank holds {bank}.", **place, bank=bank
    )


def _second_source(case: Case[LandReplace], beside: _Account, *, differ: bool) -> Words:
    """State the paddy by the second source, and whether the bank would be judged otherwise by it.

    Parameters
    ----------
    case
        The rule on its town.
    beside
        The paddy by the second source.
    differ
        Whether it contradicts the survey.
    """
    place = {"measure": case.title(beside.name), "figure": net_words(beside.measure)}
    if not differ:
        return _("{measure}: {figure}, for comparison.", **place)
    if beside.bank is None:
        return _("{measure}: {figure}; the two sources contradict one another.", **place)
    return _(
        "{measure}: {figure}, where the bank holds {bank}; the two sources contradict one another.",
        **place,
        bank=phrases.area(beside.bank),
    )


def _replace_working(case: Case[LandReplace], land: _Replaced) -> ReplaceWorking:
    rule, shown = case.rule, land.tightest
    formula = _(
        "The area of “{measure}” net of ridges, which is to be replaced by as much.",
        measure=case.title(shown.name),
    )
    figure: Literal["area_m2", "net_m2"] = "area_m2" if shown.measure.net_m2 is None else "net_m2"
    return ReplaceWorking(
        formula=both(formula),
        terms=() if land.gap.total else (term(shown.name, figure, net(shown.measure)),),
        replace=tuple(map(_replace_row, land.accounts)),
        parameters=(
            *fields.traced(case, rule.bank, _("replacement bank: cultivated land"), rule.unit),
            *fields.traced(case, rule.paddy_bank, _("replacement bank: paddy"), rule.unit),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ),
    )


def _replace_row(account: _Account) -> ReplaceRow:
    netted = net(account.measure)
    return ReplaceRow(
        measure=account.name,
        gross_m2=account.measure.area_m2,
        net_m2=netted,
        net_ha=units.ha(netted),
        net_mu=units.mu(netted),
        bank_m2=account.bank,
        short_m2=account.short,
    )


KINDS = (Kind(LandReplace, land_replace, ReplaceWorking),)
