"""Kinds of rules on where construction land comes from: land used again, and quotas needed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from townland import units
from townland.documents import Strict
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import (
    ZERO,
    Case,
    both,
    gaps,
    known_part,
    net,
    net_assumed,
    only_slivers,
    term,
)
from townland.rules.judging.clause import Rule, Share, Unit, fault, refuse
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName, NumberField
from townland.terms import Verdict


class Reuse(Strict):
    """One kind of land to be used again: what the plan builds on, of how much there is."""

    used: MeasureName
    total: MeasureName


class LandReuse(Rule):
    """How much land that ought to be used first a plan uses, and how much it leaves idle.

    `counted` exclude one another and are summed; `beside` are designated layers that lie over them
    and are only shown. `measure` is the whole that shares are of. `minimum_share` is a bureau's own.
    """

    kind: Literal["land_reuse"]
    measure: MeasureName
    counted: Annotated[tuple[Reuse, ...], Field(json_schema_extra={"minItems": 1})]
    beside: tuple[Reuse, ...] = ()
    minimum_share: Share | None = None

    @property
    def can_fail(self) -> bool:
        """Never: it states figures, and below a bureau's share it asks for a look."""
        return False

    @model_validator(mode="after")
    def _something_counts(self) -> LandReuse:
        if not self.counted:
            refuse([fault(("counted",), _("at least one kind of land is counted"))])
        return self


class Sources(Strict):
    """The measures of new construction land by what it was."""

    paddy: MeasureName
    other_cultivated: MeasureName
    other_agricultural: MeasureName
    unused: MeasureName


class LandNeed(Rule):
    """The land-indicator need against the quotas that the dossier holds, in `unit`.

    `quota` and `linked_quota` are keys of the dossier.
    """

    kind: Literal["land_need"]
    measure: MeasureName
    sources: Sources
    quota: NumberField | None = None
    linked_quota: NumberField | None = None
    unit: Unit

    @property
    def can_fail(self) -> bool:
        """Whether a town can fail this rule: without a quota to look for it only states figures."""
        return not self.modal and self.quota is not None


def land_reuse(case: Case[LandReuse]) -> Finding:
    """State how much land that ought to be used first the plan uses, and leaves idle."""
    rule = case.rule
    counted = [name for reuse in rule.counted for name in (reuse.used, reuse.total)]
    gap = gaps(case, rule.measure, *counted)
    known = [reuse for reuse in rule.beside if not _absent(case, reuse)]
    used = sum((case.measure(reuse.used).area_m2 for reuse in rule.counted), ZERO)
    whole = case.measure(rule.measure).area_m2
    closure = case.closure(*(reuse.used for reuse in rule.counted))
    limit = None if rule.minimum_share is None else whole * rule.minimum_share
    near = limit is not None and case.near(used, limit, closure)

    if gap:
        verdict = Verdict.NOT_EVALUATED
    elif limit is not None and (used < limit or near):
        verdict = Verdict.REVIEW
    else:
        verdict = Verdict.INFO

    decided = not gap
    lacking = [role for reuse in rule.beside for role in _absent(case, reuse)]
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _reused(case, used, whole),
        *(_one_reuse(case, reuse) for reuse in ([] if gap.total else [*rule.counted, *known])),
        _("There is no layer for: {roles}; it is not counted.", roles=_roles(lacking))
        if lacking and decided
        else None,
        _bar_of_share(case, used, limit) if decided and limit is not None else None,
        case.near_words(limit, closure) if decided and near and limit is not None else None,
    )
    rows = [
        {"counted": reuse in rule.counted, **_reuse_row(case, reuse)}
        for reuse in (*rule.counted, *known)
    ]
    parameters = [case.own_number("uncertainty", rule.uncertainty)]
    if rule.minimum_share is not None:
        parameters.append(
            {
                "name": "minimum_share",
                "value": phrases.number(rule.minimum_share),
                "unit": None,
                "title": both(_("the least share of planned construction land; the bureau's own")),
                "origin": "bureau",
            }
        )
    trace = {
        "formula": both(
            _(
                "The sum of {measures}; designated layers lie over these and are only shown beside.",
                measures=phrases.listed(
                    _("“{measure}”", measure=case.title(reuse.used)) for reuse in rule.counted
                ),
            )
        ),
        "terms": []
        if gap.total
        else [
            term(reuse.used, "area_m2", case.measure(reuse.used).area_m2) for reuse in rule.counted
        ],
        "reuse": rows,
        "share": phrases.share(used, whole),
        "not_counted": lacking,
        "parameters": parameters,
    }
    shown = [name for reuse in known for name in (reuse.used, reuse.total)]
    return case.finding(
        verdict,
        why,
        trace,
        measured=None if gap.total else used,
        limit=None if limit is None or not decided else units.m2(limit),
        margin=None if limit is None or not decided else units.m2(used - limit),
        measures=list(dict.fromkeys([rule.measure, *counted, *shown])),
        missing=gap.missing,
        assumed=_partly_covered(case, rule, known) if decided else [],
    )


def _absent(case: Case[Rule], reuse: Reuse) -> tuple[str, ...]:
    return case.measure(reuse.total).missing


def _roles(roles: list[str]) -> Words:
    return phrases.listed(phrases.role(role) for role in dict.fromkeys(roles))


def _reused(case: Case[LandReuse], used: Decimal, whole: Decimal) -> Words:
    place = {
        "used": phrases.area(used),
        "whole": phrases.area(whole),
        "measure": case.title(case.rule.measure),
    }
    if whole == 0:
        return _("{measure}: none.", **place)
    return _(
        "Of {whole} of “{measure}”, {used} ({share}) use such land.",
        **place,
        share=phrases.percent(used / whole),
    )


def _one_reuse(case: Case[Rule], reuse: Reuse) -> Words:
    used, total = case.measure(reuse.used).area_m2, case.measure(reuse.total).area_m2
    if total == 0:
        return _("{measure}: there is no such land in the town.", measure=case.title(reuse.used))
    return _(
        "{measure}: {used} of {total}; {idle} are left idle.",
        measure=case.title(reuse.used),
        used=phrases.area(used),
        total=phrases.area(total),
        idle=phrases.area(_idle(used, total)),
    )


def _bar_of_share(case: Case[LandReuse], used: Decimal, limit: Decimal) -> Words:
    share = case.rule.minimum_share or ZERO
    place = {"share": phrases.percent(share), "limit": phrases.area(limit)}
    if used < limit:
        return _("The bureau asks for at least {share}, that is {limit}: not reached.", **place)
    return _("The bureau asks for at least {share}, that is {limit}: reached.", **place)


def _reuse_row(case: Case[Rule], reuse: Reuse) -> dict[str, Any]:
    used, total = case.measure(reuse.used).area_m2, case.measure(reuse.total).area_m2
    return {
        "used": reuse.used,
        "total": reuse.total,
        "used_m2": phrases.number(used),
        "total_m2": phrases.number(total),
        "idle_m2": phrases.number(_idle(used, total)),
    }


def _idle(used: Decimal, total: Decimal) -> Decimal:
    """Give what is left; two sums that were closed each for itself may cross by a hundredth."""
    return max(total - used, ZERO)


def _partly_covered(case: Case[Rule], rule: LandReuse, known: list[Reuse]) -> list[Words]:
    return [
        _(
            "“{measure}” is known for a part of the town only; {area} are not covered",
            measure=case.title(reuse.total),
            area=phrases.area(case.measure(reuse.total).uncovered_m2),
        )
        for reuse in known
        if reuse in rule.beside and case.measure(reuse.total).uncovered_m2 > 0
    ]


def land_need(case: Case[LandNeed]) -> Finding:
    """Set the need of land indicators for new construction land against the quotas.

    The ridges inside cultivated land are booked to other agricultural land (1203 田坎), so that the
    net column sums to the gross total.
    """
    rule = case.rule
    measure, gap = case.measure(rule.measure), gaps(case, rule.measure)
    need, closure = measure.area_m2, case.closure(rule.measure)
    solid = need - measure.sliver_m2
    annual, linked = (fields.area(case, key, rule.unit) for key in (rule.quota, rule.linked_quota))
    total = None if annual is None else annual + (linked or ZERO)
    near = [
        bar
        for bar in dict.fromkeys((annual, total))
        if bar is not None and (case.near(need, bar, closure) or case.near(solid, bar, closure))
    ]

    if total is not None and solid > total and not near and not rule.modal:
        verdict = Verdict.FAIL
    elif gap:
        verdict = Verdict.NOT_EVALUATED
    elif annual is None:
        verdict = Verdict.INFO
    else:
        verdict = Verdict.REVIEW if need > annual or near else Verdict.PASS

    decided = verdict is not Verdict.NOT_EVALUATED
    balance = _balance(case, rule)
    bar = annual if annual is None or need <= annual else total
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else _needed(case, need, balance),
        _against(annual, linked, need) if decided else None,
        _no_quota(rule) if decided and annual is None else None,
        only_slivers() if decided and total is not None and need > total >= solid else None,
        case.near_words(near[0], closure) if decided and near else None,
        case.urging() if rule.modal and total is not None and solid > total and decided else None,
    )
    trace = {
        "formula": both(
            _(
                "The gross area of “{measure}”. Ridges inside cultivated land are booked to other"
                " agricultural land, so that the net areas of the sources sum to it.",
                measure=case.title(rule.measure),
            )
        ),
        "terms": [] if gap.total else [term(rule.measure, "area_m2", need)],
        "gross_m2": None if gap.total else phrases.number(need),
        "net_m2": None
        if gap.total
        else phrases.number(sum((row["net_m2"] for row in balance), ZERO)),
        "balance": [
            {
                **row,
                "gross_m2": phrases.number(row["gross_m2"]),
                "net_m2": phrases.number(row["net_m2"]),
            }
            for row in balance
        ],
        "quota_m2": None if annual is None else phrases.number(annual),
        "linked_quota_m2": None if linked is None else phrases.number(linked),
        "short_m2": None if total is None else phrases.number(max(need - total, ZERO)),
        "parameters": [
            *(
                parameter
                for key in (rule.quota, rule.linked_quota)
                if key is not None
                for parameter in fields.traced(case, key, _field(key), rule.unit)
            ),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ],
    }
    sources = [row["measure"] for row in balance if row["measure"]]
    unlinked = rule.linked_quota is not None and linked is None
    return case.finding(
        verdict,
        why,
        trace,
        measured=None if gap.total else need,
        limit=None if bar is None else units.m2(bar),
        margin=units.m2(bar - need) if bar is not None and decided else None,
        measures=[rule.measure, *sources],
        missing=(rule.quota,) if verdict is Verdict.INFO and rule.quota else gap.missing,
        assumed=[
            *net_assumed(*map(case.measure, (rule.sources.paddy, rule.sources.other_cultivated))),
            *(
                [_("The dossier states no linked quota, which is taken as none")]
                if unlinked and annual is not None and need > annual
                else []
            ),
        ],
    )


def _balance(case: Case[Rule], rule: LandNeed) -> list[dict[str, Any]]:
    """Divide the need by what the land was, gross and net; both columns sum to the need."""
    sources = rule.sources
    rows: list[dict[str, Any]] = []
    for source in ("paddy", "other_cultivated", "other_agricultural", "unused"):
        name = getattr(sources, source)
        measure = case.measure(name)
        rows.append(
            {
                "source": source,
                "measure": name,
                "gross_m2": measure.area_m2,
                "net_m2": net(measure),
            }
        )
    ridges = sum((row["gross_m2"] - row["net_m2"] for row in rows), ZERO)
    for row in rows:
        if row["source"] == "other_agricultural":
            row["net_m2"] += ridges
    # headings that hold more than one class (其他土地) are new land of no known source
    rest = case.measure(rule.measure).area_m2 - sum((row["gross_m2"] for row in rows), ZERO)
    if rest:
        rows.append({"source": None, "measure": None, "gross_m2": rest, "net_m2": rest})
    return rows


def _needed(case: Case[LandNeed], need: Decimal, balance: list[dict[str, Any]]) -> Words:
    names = {
        "paddy": _("paddy"),
        "other_cultivated": _("other cultivated land"),
        "other_agricultural": _("other agricultural land, ridges included"),
        "unused": _("unused land"),
        None: _("land of no known source"),
    }
    if need == 0:
        return _("{measure}: none.", measure=case.title(case.rule.measure))
    return _(
        "{measure}: {need}, of it net of ridges: {parts}.",
        measure=case.title(case.rule.measure),
        need=phrases.area(need),
        parts=phrases.listed(
            _("{name} {area}", name=names[row["source"]], area=phrases.area(row["net_m2"]))
            for row in balance
        ),
    )


def _against(annual: Decimal | None, linked: Decimal | None, need: Decimal) -> Words | None:
    if annual is None:
        return None
    total = annual + (linked or ZERO)
    place = {
        "annual": phrases.area(annual),
        "linked": phrases.area(linked or ZERO),
        "short": phrases.area(max(need - total, ZERO)),
    }
    if need <= annual:
        return _("The annual quota of {annual} is enough.", **place)
    if need <= total:
        return _(
            "The annual quota of {annual} is not enough; with the linked quota of {linked} it is.",
            **place,
        )
    if linked is None:
        return _("The annual quota of {annual} falls short by {short}.", **place)
    return _(
        "The annual quota of {annual} and the linked quota of {linked} fall short by {short}.",
        **place,
    )


def _no_quota(rule: LandNeed) -> Words:
    if rule.quota is None:
        return _("The rulebook names no quota, so the need is only stated.")
    return _("The dossier states no {field}, so the need is only stated.", field=_field(rule.quota))


def _field(key: str) -> Words:
    return _("quota ({key})", key=key)


KINDS = (
    Kind(LandNeed, land_need),
    Kind(LandReuse, land_reuse),
)
