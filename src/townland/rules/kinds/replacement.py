"""Kinds of rules that set land against what the dossier holds: replacement bank, quota, population."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, NamedTuple

from townland import units
from townland.i18n import Words, _
from townland.measuring.areas import Measure
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import (
    ZERO,
    Case,
    both,
    by_precedence,
    gaps,
    known_part,
    net,
    net_assumed,
    net_words,
    only_slivers,
    term,
)
from townland.rules.judging.clause import Positive, Rule, Unit
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName, NumberField
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


class LinkedQuota(Rule):
    """The land-indicator need against the linked quota (增减挂钩) of the dossier, in `unit`."""

    kind: Literal["linked_quota"]
    measure: MeasureName
    quota: NumberField | None = None
    linked_quota: NumberField
    unit: Unit

    @property
    def can_fail(self) -> bool:
        """Never: it states figures."""
        return False


class PerHead(Rule):
    """Construction land per head of the dossier's `population`, against a cap in m² (`limit`)."""

    kind: Literal["per_head"]
    measure: MeasureName
    population: NumberField
    limit: Positive | None = None


class _Account(NamedTuple):
    """One kind of land to be replaced, and what the bank holds of it (None: not stated)."""

    name: str
    measure: Measure
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


def land_replace(case: Case[LandReplace]) -> Finding:
    """Set the cultivated land and the paddy to be replaced against the replacement bank.

    Areas are net of ridges; where the bank holds nothing the gross area counts.
    """
    rule = case.rule
    names = [rule.cultivated, rule.paddy]
    gap = gaps(case, *names)
    cultivated = _account(case, rule.cultivated, rule.bank)
    paddy = _account(case, rule.paddy, rule.paddy_bank)
    accounts = (cultivated, paddy)
    beside = rule.paddy_beside if rule.paddy_beside and not case.silent(rule.paddy_beside) else None
    differ = beside is not None and (paddy.measure.area_m2 > 0) != (
        case.measure(beside).area_m2 > 0
    )
    unstated = (
        (rule.paddy_bank,)
        if rule.paddy_bank
        and cultivated.bank is not None
        and paddy.bank is None
        and paddy.measure.area_m2 > 0
        else ()
    )

    if not rule.modal and (cultivated.fails or (paddy.fails and not differ)):
        verdict = Verdict.FAIL
    elif gap or unstated:
        verdict = Verdict.NOT_EVALUATED
    elif cultivated.bank is None:
        verdict = Verdict.INFO
    elif differ or any(account.over or account.near for account in accounts):
        verdict = Verdict.REVIEW
    else:
        verdict = Verdict.PASS

    decided = verdict is not Verdict.NOT_EVALUATED
    shown = _tightest(accounts)
    figure = net(shown.measure)
    only_thin = any(
        account.over and account.solid <= (account.bank or ZERO) for account in accounts
    )
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _replaced(case, cultivated),
        None if gap.total else _replaced(case, paddy),
        _contradicts(case, beside) if differ and beside else None,
        fields.not_stated(*unstated) if not gap else None,
        _("The dossier states no replacement bank, so what is to be replaced is only stated.")
        if verdict is Verdict.INFO
        else None,
        only_slivers() if decided and only_thin else None,
        *(
            case.near_words(account.bank, case.closure(account.name))
            for account in accounts
            if decided and account.near and account.bank is not None
        ),
    )
    missing = gap.missing or unstated
    if verdict is Verdict.INFO and rule.bank:
        missing = (rule.bank,)
    return case.finding(
        verdict,
        why,
        {
            "formula": both(
                _(
                    "The area of “{measure}” net of ridges, which is to be replaced by as much.",
                    measure=case.title(shown.name),
                )
            ),
            "terms": [] if gap.total else [_term(shown)],
            "replace": [
                {
                    "measure": account.name,
                    "gross_m2": phrases.number(account.measure.area_m2),
                    "net_m2": phrases.number(net(account.measure)),
                    "net_ha": phrases.number(units.ha(net(account.measure))),
                    "net_mu": phrases.number(units.mu(net(account.measure))),
                    "bank_m2": None if account.bank is None else phrases.number(account.bank),
                    "short_m2": None
                    if account.bank is None
                    else phrases.number(max(account.compared - account.bank, ZERO)),
                }
                for account in accounts
            ],
            "parameters": [
                *fields.traced(case, rule.bank, _("replacement bank: cultivated land"), rule.unit),
                *fields.traced(case, rule.paddy_bank, _("replacement bank: paddy"), rule.unit),
                case.own_number("uncertainty", rule.uncertainty),
                case.modality(),
            ],
        },
        measured=None if gap.total else figure,
        limit=None if shown.bank is None else units.m2(shown.bank),
        margin=units.m2(shown.bank - shown.compared)
        if shown.bank is not None and decided
        else None,
        measures=list(dict.fromkeys([*names, *([beside] if beside else [])])),
        missing=missing,
        assumed=net_assumed(*(account.measure for account in accounts)),
    )


def _account(case: Case[LandReplace], name: str, bank: NumberField | None) -> _Account:
    rule = case.rule
    measure, held = case.measure(name), fields.area(case, bank, rule.unit)
    compared = measure.area_m2 if held == 0 else net(measure)
    solid = max(compared - measure.sliver_m2, ZERO)
    closure = case.closure(name)
    near = held is not None and (
        case.near(compared, held, closure) or case.near(solid, held, closure)
    )
    return _Account(name, measure, held, compared, solid, near)


def _tightest(accounts: tuple[_Account, ...]) -> _Account:
    """Choose whose figure the finding shows: the one with the least room, the first without banks."""
    held = [account for account in accounts if account.bank is not None]
    return min(held or accounts[:1], key=lambda account: (account.bank or ZERO) - account.compared)


def _term(account: _Account) -> dict[str, Any]:
    figure = "area_m2" if account.measure.net_m2 is None else "net_m2"
    return term(account.name, figure, net(account.measure))


def _replaced(case: Case[Rule], account: _Account) -> Words:
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


def _contradicts(case: Case[Rule], beside: str) -> Words:
    return _(
        "{measure}: {figure}; the two sources contradict one another.",
        measure=case.title(beside),
        figure=net_words(case.measure(beside)),
    )


def linked_quota(case: Case[LinkedQuota]) -> Finding:
    """Set the land-indicator need against the linked quota: what is short or left over."""
    rule = case.rule
    measure, gap = case.measure(rule.measure), gaps(case, rule.measure)
    need = measure.area_m2
    linked = fields.area(case, rule.linked_quota, rule.unit)
    annual = fields.area(case, rule.quota, rule.unit)
    unstated = (rule.linked_quota,) if linked is None else ()
    decided = not gap and linked is not None
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _need(case, need),
        fields.not_stated(*unstated),
        None if linked is None or not decided else _linked(need, linked),
        None
        if linked is None or annual is None or not decided or need <= annual
        else _left(need - annual, linked),
    )
    return case.finding(
        Verdict.INFO if decided else Verdict.NOT_EVALUATED,
        why,
        {
            "formula": both(
                _(
                    "The gross area of “{measure}”, set against the linked quota.",
                    measure=case.title(rule.measure),
                )
            ),
            "terms": [] if gap.total else [term(rule.measure, "area_m2", need)],
            "linked_quota_m2": None if linked is None else phrases.number(linked),
            "short_m2": None if linked is None else phrases.number(max(need - linked, ZERO)),
            "surplus_m2": None if linked is None else phrases.number(max(linked - need, ZERO)),
            "after_annual_m2": None if annual is None else phrases.number(max(need - annual, ZERO)),
            "parameters": [
                *fields.traced(case, rule.linked_quota, _("linked quota"), rule.unit),
                *fields.traced(case, rule.quota, _("annual quota"), rule.unit),
                case.own_number("uncertainty", rule.uncertainty),
            ],
        },
        measured=None if gap.total else need,
        limit=None if linked is None else units.m2(linked),
        margin=None if linked is None or not decided else units.m2(linked - need),
        measures=[rule.measure],
        missing=(*gap.missing, *unstated),
    )


def _need(case: Case[LinkedQuota], need: Decimal) -> Words:
    place = {
        "measure": case.title(case.rule.measure),
        "figure": phrases.area(need),
    }
    if need == 0:
        return _("{measure}: none.", **place)
    return _("{measure}: {figure}.", **place)


def _linked(need: Decimal, linked: Decimal) -> Words:
    place = {"linked": phrases.area(linked), "rest": phrases.area(abs(linked - need))}
    if need > linked:
        return _("The linked quota of {linked} alone falls short by {rest}.", **place)
    return _("The linked quota of {linked} covers it and leaves {rest}.", **place)


def _left(left: Decimal, linked: Decimal) -> Words:
    place = {"left": phrases.area(left), "rest": phrases.area(abs(linked - left))}
    if left > linked:
        return _("After the annual quota {left} are left; of these {rest} stay short.", **place)
    return _("After the annual quota {left} are left; the linked quota leaves {rest}.", **place)


def per_head(case: Case[PerHead]) -> Finding:
    """Judge construction land per head by a cap that the rulebook states."""
    rule = case.rule
    measure, gap = case.measure(rule.measure), gaps(case, rule.measure)
    people = fields.number(case, rule.population)
    unstated = () if people else (rule.population,)
    area = measure.area_m2
    bar = None if rule.limit is None or not people else rule.limit * people
    closure = case.closure(rule.measure)
    near = bar is not None and case.near(area, bar, closure)

    over = bar is not None and area > bar
    verdict = by_precedence(
        fails=over and not near and not rule.modal,
        unknown=bool(gap) or bar is None,
        doubt=near or over,
    )

    decided = verdict is not Verdict.NOT_EVALUATED
    each = None if gap.total or not people else units.m2(area / people)
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        None
        if gap.total
        else _("{measure}: {figure}.", measure=case.title(rule.measure), figure=phrases.area(area)),
        fields.not_stated(*unstated),
        None
        if each is None
        else _(
            "That is {each} m² for each of {people} persons.",
            each=each,
            people=phrases.plain(people or ZERO),
        ),
        _("The rulebook states no cap (limit), so it cannot be judged.")
        if rule.limit is None
        else None,
        None
        if bar is None or not decided
        else _(
            "The cap is {limit} m² a head, for so many persons {bar}.",
            limit=rule.limit,
            bar=phrases.area(bar),
        ),
        case.near_words(bar, closure) if bar is not None and decided and near else None,
        case.urging() if verdict is Verdict.REVIEW and not near else None,
    )
    return case.finding(
        verdict,
        why,
        {
            "formula": both(
                _(
                    "The area of “{measure}”, divided by the population.",
                    measure=case.title(rule.measure),
                )
            ),
            "terms": [],
            "ratio": {
                "of": [] if each is None else [term(rule.measure, "area_m2", area)],
                "by": []
                if each is None
                else [{"field": rule.population, "value": phrases.number(people or ZERO)}],
            },
            "parameters": [
                *fields.traced(case, rule.population, _("population")),
                *(
                    []
                    if rule.limit is None
                    else [{**case.law_number("limit", rule.limit, "m2"), "origin": "bureau"}]
                ),
                case.own_number("uncertainty", rule.uncertainty),
                case.modality(),
            ],
        },
        measured=each,
        limit=rule.limit,
        margin=None if each is None or rule.limit is None or not decided else rule.limit - each,
        unit="m2_per_head",
        measures=[rule.measure],
        missing=(*gap.missing, *unstated, *(() if rule.limit is not None else ("limit",))),
    )


KINDS = (
    Kind(LandReplace, land_replace),
    Kind(LinkedQuota, linked_quota),
    Kind(PerHead, per_head),
)
