"""Kinds of rules that hold an area against a bar: about a value, or none at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import (
    Case,
    as_sentence,
    both,
    gaps,
    known_part,
    net,
    net_assumed,
    net_words,
    only_slivers,
    patches,
    term,
)
from townland.rules.judging.clause import Rule, Share, Unit
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName
from townland.terms import Verdict


class AreaAbout(Rule):
    """An area about a nominal value (左右): within the band to both sides it passes.

    `otherwise` is the measure that stands in where no layer says anything of `measure`.
    """

    kind: Literal["area_about"]
    measure: MeasureName
    otherwise: MeasureName | None = None
    limit: Annotated[Decimal, Field(gt=0)]
    unit: Unit
    band: Share | None = None


class ForbiddenArea(Rule):
    """An area that should not exceed its bar, mostly none at all.

    `also` is the wider measure that calls for a look while `measure` is 0, `beside` a second source of
    the same thing, `share_of` the measure that it is printed as a share of. With `list_patches` the
    finding lists the features met, one by one.
    """

    kind: Literal["forbidden_area"]
    measure: MeasureName
    also: MeasureName | None = None
    beside: MeasureName | None = None
    share_of: MeasureName | None = None
    limit: Annotated[Decimal, Field(ge=0)]
    unit: Unit
    list_patches: bool = False


def area_about(case: Case[AreaAbout]) -> Finding:
    """Judge an area by a nominal value that it should be about (左右)."""
    rule = case.rule
    name, assumed = rule.measure, []
    if rule.otherwise and case.silent(rule.measure) and not case.silent(rule.otherwise):
        name = rule.otherwise
        assumed.append(
            _(
                "No {role} is known of this town, so “{other}” is measured instead",
                role=phrases.listed(map(phrases.role, case.rulebook.measure[rule.measure].layers)),
                other=case.title(name),
            )
        )
    measure, gap = case.measure(name), gaps(case, name)
    figure, closure = measure.area_m2, case.closure(name)
    band = case.rulebook.parameter.band if rule.band is None else rule.band
    nominal = units.to_m2(rule.limit, rule.unit)
    low, high = nominal * (1 - band), nominal * (1 + band)
    beyond = not low <= figure <= high
    near = [edge for edge in (low, high) if case.near(figure, edge, closure)]

    if figure > high and not near and not rule.modal:
        verdict = Verdict.FAIL
    elif gap:
        verdict = Verdict.NOT_EVALUATED
    elif near:
        verdict = Verdict.REVIEW
    elif beyond:
        verdict = Verdict.REVIEW if rule.modal else Verdict.FAIL
    else:
        verdict = Verdict.PASS

    decided = verdict is not Verdict.NOT_EVALUATED
    place = {
        "measure": case.title(name),
        "figure": phrases.area(figure),
        "nominal": phrases.quantity(rule.limit, rule.unit),
        "band": phrases.percent(band),
        "low": phrases.area(low),
        "high": phrases.area(high),
    }
    only = _("{measure}: {figure}.", **place)
    if beyond:
        reach = _(
            "{measure}: {figure}, outside {low} to {high}, which is about {nominal} (±{band}).",
            **place,
        )
    else:
        reach = _(
            "{measure}: {figure}, within {low} to {high}, which is about {nominal} (±{band}).",
            **place,
        )
    why = phrases.sentences(
        *map(as_sentence, assumed),
        gap.words(),
        known_part(gap),
        None if gap.total else (reach if decided else only),
        case.near_words(near[0], closure) if decided and near else None,
        case.urging() if verdict is Verdict.REVIEW and not near else None,
    )
    trace = {
        "formula": both(
            _(
                "The area of “{measure}”. Passes from {nominal} × (1 − {band}) = {low} to"
                " {nominal} × (1 + {band}) = {high}.",
                **place,
            )
        ),
        "terms": [] if gap.total else [term(name, "area_m2", figure)],
        "band": {
            "low_m2": phrases.number(units.m2(low)),
            "high_m2": phrases.number(units.m2(high)),
        },
        "parameters": [
            case.law_number("limit", rule.limit, rule.unit),
            case.own_number("band", rule.band),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ],
    }
    return case.finding(
        verdict,
        why,
        trace,
        measured=None if gap.total else figure,
        limit=units.m2(nominal),
        margin=units.m2(min(figure - low, high - figure)) if decided else None,
        measures=[name],
        missing=() if decided else gap.missing,
        assumed=assumed,
    )


def forbidden_area(case: Case[ForbiddenArea]) -> Finding:
    """Judge an area that should not exceed a bar, mostly none at all.

    A bar at 0 looks at the gross area, any other at the area net of ridges. Where the wider measure
    `also` is 0 and covered whole, nothing can be within it, whatever else is missing.
    """
    rule = case.rule
    name, beside, assumed = _which_source(case, rule)
    measure, gap = case.measure(name), gaps(case, name, *filter(None, [rule.also]))
    limit = units.to_m2(rule.limit, rule.unit)
    figure, closure = net(measure), case.closure(name)
    compared = measure.area_m2 if limit == 0 else figure
    solid = compared - measure.sliver_m2
    near = case.near(solid, limit, closure) or case.near(compared, limit, closure)
    differ = beside is not None and (measure.area_m2 > 0) != (case.measure(beside).area_m2 > 0)
    enclosed = case.measure(rule.also) if rule.also else None

    if rule.also and _nothing_there(case, name, rule.also):
        verdict, gap = Verdict.PASS, gaps(case)
    elif solid > limit and not near and not rule.modal and not differ:
        verdict = Verdict.FAIL
    elif gap:
        verdict = Verdict.NOT_EVALUATED
    elif compared > limit or near or differ or (enclosed is not None and enclosed.area_m2 > 0):
        verdict = Verdict.REVIEW
    else:
        verdict = Verdict.PASS

    decided = verdict is not Verdict.NOT_EVALUATED
    found = None if case.silent(name) and gap else _found(case, rule, name)
    why = phrases.sentences(
        *map(as_sentence, assumed),
        gap.words(),
        known_part(gap),
        found,
        only_slivers() if compared > limit >= solid else None,
        _bar(case, compared - limit) if verdict is Verdict.FAIL or limit > 0 else None,
        _within(case, rule.also) if rule.also else None,
        _beside(case, beside, differ=differ) if beside else None,
        case.near_words(limit, closure) if decided and near else None,
        case.urging() if verdict is Verdict.REVIEW and solid > limit and rule.modal else None,
    )
    trace: dict[str, Any] = {
        "formula": both(_forbidden_formula(case, name, net_known=measure.net_m2 is not None)),
        "terms": []
        if gap.total
        else [term(name, "area_m2" if measure.net_m2 is None else "net_m2", figure)],
        "gross_m2": None if gap.total else phrases.number(measure.area_m2),
        "net_m2": None if gap.total or measure.net_m2 is None else phrases.number(measure.net_m2),
        "compared_m2": None if gap.total else phrases.number(compared),
        "beyond_slivers_m2": None if gap.total else phrases.number(solid),
        "parameters": [
            case.law_number("limit", rule.limit, rule.unit),
            case.own_number("uncertainty", rule.uncertainty),
            case.own_number("sliver_width_m", None),
            case.modality(),
        ],
    }
    measures = [name, *filter(None, (rule.also, beside, rule.share_of))]
    if rule.share_of:
        trace["share"] = phrases.share(figure, case.measure(rule.share_of).area_m2)
    if rule.list_patches:
        trace["patches"] = {
            listed: patches(case.measure(listed)) for listed in measures if listed != rule.share_of
        }
    elif compared > limit >= solid:
        trace["patches"] = {name: patches(measure, slivers_only=True)}
    return case.finding(
        verdict,
        why,
        trace,
        measured=None if gap.total else figure,
        limit=units.m2(limit),
        margin=units.m2(limit - figure) if decided else None,
        measures=measures,
        missing=() if decided else gap.missing,
        assumed=[*assumed, *net_assumed(measure)],
    )


def _which_source(case: Case[Rule], rule: ForbiddenArea) -> tuple[str, str | None, list[Words]]:
    """Choose between a measure and its second source: the first where its layers say anything."""
    if rule.beside is None or case.silent(rule.beside):
        return rule.measure, None, []
    if not case.silent(rule.measure):
        return rule.measure, rule.beside, []
    lacking = case.measure(rule.measure).missing or case.rulebook.measure[rule.measure].layers
    other = case.measure(rule.beside).layers
    instead = _(
        "No {role} is known of this town, so “{other}” is measured instead",
        role=phrases.listed(phrases.role(role) for role in lacking if role not in other),
        other=case.title(rule.beside),
    )
    return rule.beside, None, [instead]


def _nothing_there(case: Case[Rule], name: str, also: str) -> bool:
    """Tell whether the wider measure is known whole and is 0, so that `name` must be 0 too."""
    specs = case.rulebook.measure
    return (
        specs[also].holds(specs[name])
        and not gaps(case, also)
        and case.measure(also).area_m2 == 0
        # what was found is never explained away
        and case.measure(name).area_m2 == 0
    )


def _found(case: Case[Rule], rule: ForbiddenArea, name: str) -> Words:
    measure = case.measure(name)
    if measure.area_m2 == 0:
        return _("{measure}: none.", measure=case.title(name))
    place = {
        "measure": case.title(name),
        "figure": net_words(measure),
        "features": len(patches(measure)),
    }
    base = case.measure(rule.share_of) if rule.share_of else None
    if rule.share_of is None or base is None or base.area_m2 == 0:
        return _("{measure}: {figure} (features met: {features}).", **place)
    return _(
        "{measure}: {figure} (features met: {features}), {share} of “{whole}”.",
        **place,
        share=phrases.percent(net(measure) / base.area_m2),
        whole=case.title(rule.share_of),
    )


def _bar(case: Case[ForbiddenArea], beyond: Decimal) -> Words:
    rule = case.rule
    if rule.limit == 0:
        return _("The clause allows none.")
    bar = phrases.quantity(rule.limit, rule.unit)
    if beyond > 0:
        return _(
            "The bar is {bar}; it is exceeded by {beyond}.", bar=bar, beyond=phrases.area(beyond)
        )
    return _("The bar is {bar}.", bar=bar)


def _within(case: Case[Rule], also: str) -> Words | None:
    measure = case.measure(also)
    if case.silent(also):
        return None
    if measure.area_m2 == 0:
        return _("{measure}: none.", measure=case.title(also))
    return _(
        "{measure}: {figure} (features met: {features}). To enclose is not in itself to occupy; a"
        " person looks at it patch by patch.",
        measure=case.title(also),
        figure=net_words(measure),
        features=len(patches(measure)),
    )


def _beside(case: Case[Rule], beside: str, *, differ: bool) -> Words:
    place = {"measure": case.title(beside), "figure": net_words(case.measure(beside))}
    if differ:
        return _("{measure}: {figure}; the two sources contradict one another.", **place)
    return _("{measure}: {figure}, for comparison.", **place)


def _forbidden_formula(case: Case[ForbiddenArea], name: str, *, net_known: bool) -> Words:
    rule = case.rule
    place = {"measure": case.title(name), "limit": phrases.quantity(rule.limit, rule.unit)}
    if not net_known:
        return _("The area of “{measure}”; the bar is {limit}.", **place)
    if rule.limit == 0:
        return _(
            "The area of “{measure}” net of ridges; the bar is {limit}, which the gross area must"
            " not exceed.",
            **place,
        )
    return _("The area of “{measure}” net of ridges; the bar is {limit}.", **place)


KINDS = (
    Kind(AreaAbout, area_about),
    Kind(ForbiddenArea, forbidden_area),
)
