"""The kind of rule on land that there should not be, or not more of than a bar (严禁, 不占或少占)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from townland import units
from townland.i18n import Words, _
from townland.measuring.areas import Measure
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO, Case, as_sentence
from townland.rules.judging.clause import Beyond, Rule, Unit
from townland.rules.judging.finding import FigureRole, Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part, stands_in
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import (
    features_met,
    net,
    net_assumed,
    net_words,
    only_slivers,
    patches,
    term,
)
from townland.rules.judging.references import MeasureName
from townland.rules.judging.trace import Number, Patch, Patches, ShareNumber, Working, both
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class ForbiddenArea(Rule):
    """An area that should not exceed its bar, mostly none at all.

    `also` is the wider measure that calls for a look while `measure` is 0, `beside` a second source of
    the same thing, `share_of` the measure that it is printed as a share of. `turned` are measures of
    such land that is planned as what is neither construction nor farmland (非粮化), printed and listed
    where they are above 0. With `list_patches` the finding lists the features met, one by one.
    `beyond` is the verdict beyond the bar.
    """

    kind: Literal["forbidden_area"]
    measure: MeasureName
    also: MeasureName | None = None
    beside: MeasureName | None = None
    turned: tuple[MeasureName, ...] | None = None
    share_of: MeasureName | None = None
    limit: Annotated[Decimal, Field(ge=0)]
    unit: Unit
    list_patches: bool = False
    beyond: Beyond = "fail"

    @property
    def can_fail(self) -> bool:
        """Whether more than the bar can be more than a case for a person."""
        return self.beyond == "fail" and not self.modal


class ForbiddenWorking(Working):
    """The trace's own part of `forbidden_area`: what was found, and what of it is compared, in m²."""

    gross_m2: Number | None = None
    net_m2: Number | None = None
    compared_m2: Number | None = None
    beyond_slivers_m2: Number | None = None
    share: ShareNumber | None = None
    patches: Patches = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Forbidden:
    """What was found of land that should not be there, in m².

    `compared` is what is held against the bar, `solid` what of it is no sliver; `beside` is the second
    source that is looked at, too. With `nothing` a wider measure, known whole, is 0. `shown` is the
    measure that decides: where there is none of the first, the one that calls for a look.
    """

    name: str
    beside: str | None
    assumed: tuple[Words, ...]
    measure: Measure
    gap: Gaps
    limit: Decimal
    figure: Decimal
    compared: Decimal
    solid: Decimal
    near: bool
    differ: bool
    nothing: bool
    shown: str
    shown_m2: Decimal
    turned: tuple[str, ...]

    @property
    def only_thin(self) -> bool:
        return self.compared > self.limit >= self.solid


def forbidden_area(case: Case[ForbiddenArea]) -> Finding:
    """Judge an area that should not exceed a bar, mostly none at all.

    A bar at 0 looks at the gross area, any other at the area net of ridges. Where the wider measure
    `also` is 0 and covered whole, nothing can be within it, whatever else is missing.
    """
    rule, area = case.rule, _forbidden(case)
    enclosed = case.measure(rule.also).area_m2 if rule.also else ZERO
    doubt = area.compared > area.limit or area.near or area.differ or enclosed > 0
    beyond = area.solid > area.limit and not area.near
    verdict = verdict_of(
        fails=beyond and rule.can_fail and not area.differ and not area.nothing,
        unknown=bool(area.gap),
        doubt=doubt and not area.nothing,
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    return case.finding(
        verdict,
        _forbidden_why(case, area, verdict),
        _forbidden_working(case, area),
        measured=None if area.gap.total else area.shown_m2,
        limit=units.m2(area.limit),
        margin=units.m2(area.limit - area.shown_m2) if decided else None,
        measures=_forbidden_measures(rule, area),
        printed={name: net(case.measure(name)) for name in _netted(rule, area)},
        missing=() if decided else area.gap.missing,
        assumed=[*area.assumed, *net_assumed(area.measure)],
    )


def _forbidden(case: Case[ForbiddenArea]) -> _Forbidden:
    """Choose the source, and set what was found beside the bar."""
    rule = case.rule
    name, beside, assumed = _which_source(case)
    measure, limit = case.measure(name), units.to_m2(rule.limit, rule.unit)
    nothing = rule.also is not None and _nothing_there(case, name, rule.also)
    figure, closure = net(measure), case.closure(name, net=True)
    compared = measure.area_m2 if limit == 0 else figure
    solid = compared - measure.sliver_m2
    near = case.near(solid, limit, closure) or case.near(compared, limit, closure)
    differ = beside is not None and _differ(measure, case.measure(beside), limit)
    gap = gaps(case) if nothing else gaps(case, name, *filter(None, [rule.also]))
    shown = _deciding(case, name, [beside, rule.also])
    return _Forbidden(
        name, beside, assumed, measure, gap, limit, figure, compared, solid, near, differ, nothing,
        shown, net(case.measure(shown)),
        tuple(each for each in rule.turned or () if case.measure(each).area_m2 > 0),
    )  # fmt: skip


def _deciding(case: Case[ForbiddenArea], name: str, others: list[str | None]) -> str:
    """Choose the measure whose figure decides: the first of another kind where there is none of it.

    Parameters
    ----------
    case
        The rule on its town.
    name
        The measure of what is forbidden.
    others
        What calls for a look beside it: a second source, a wider measure.
    """
    met = [other for other in others if other and case.measure(other).area_m2 > 0]
    return name if case.measure(name).area_m2 > 0 or not met else met[0]


def _forbidden_measures(rule: ForbiddenArea, area: _Forbidden) -> dict[str, FigureRole]:
    beside: dict[str | None, FigureRole] = {
        rule.also: "wider",
        area.beside: "second_source",
        rule.share_of: "base",
    }
    known = {name: role for name, role in beside.items() if name}
    turned: dict[str, FigureRole] = dict.fromkeys(area.turned, "part")
    return {area.name: "part", **known, **turned, area.shown: "decides"}


def _netted(rule: ForbiddenArea, area: _Forbidden) -> list[str]:
    """Name the measures that the reason prints net of ridges: all but the base of the share."""
    return [name for name in _forbidden_measures(rule, area) if name != rule.share_of]


def _differ(measure: Measure, beside: Measure, limit: Decimal) -> bool:
    """Tell whether only one of two sources has such land, or only one more than the bar allows.

    Parameters
    ----------
    measure, beside
        The land by both sources.
    limit
        The bar in m²; at 0 the gross area counts, else the net.
    """
    over = [(each.area_m2 if limit == 0 else net(each)) > limit for each in (measure, beside)]
    return (measure.area_m2 > 0) != (beside.area_m2 > 0) or over[0] != over[1]


def _forbidden_why(case: Case[ForbiddenArea], area: _Forbidden, verdict: Verdict) -> Words:
    """Say what was found, what is beyond the bar, and what makes it a case for a person.

    Parameters
    ----------
    case
        The rule on its town.
    area
        What was found.
    verdict
        What the rule says of it.
    """
    rule, gap = case.rule, area.gap
    decided = verdict is not Verdict.NOT_EVALUATED
    beyond = area.compared - area.limit
    urged = verdict is Verdict.REVIEW and area.solid > area.limit and rule.modal
    return phrases.sentences(
        *map(as_sentence, area.assumed),
        gap.words(),
        known_part(gap),
        None if case.silent(area.name) and gap else _what_is_there(case, area.name),
        only_slivers() if area.only_thin else None,
        _bar(case, beyond) if verdict is Verdict.FAIL or area.limit > 0 else None,
        _within(case, rule.also) if rule.also else None,
        *(_turned(case, each) for each in area.turned),
        _second_source(case, area.beside, differ=area.differ) if area.beside else None,
        case.near_words(area.limit, case.closure(area.name, net=True))
        if decided and area.near
        else None,
        case.urging() if urged else None,
    )


def _forbidden_working(case: Case[ForbiddenArea], area: _Forbidden) -> ForbiddenWorking:
    rule, measure = case.rule, area.measure
    known = not area.gap.total
    unnetted = case.measure(area.shown).net_m2 is None
    figure: Literal["area_m2", "net_m2"] = "area_m2" if unnetted else "net_m2"
    listed: Mapping[str, tuple[Patch, ...]] = {}
    if rule.list_patches:
        listed = {name: patches(case.measure(name)) for name in _netted(rule, area)}
    elif area.only_thin:
        listed = {area.name: patches(measure, slivers_only=True)}
    own = ForbiddenWorking(
        formula=both(_forbidden_formula(case, area)),
        terms=(term(area.shown, figure, area.shown_m2),) if known else (),
        gross_m2=measure.area_m2 if known else None,
        net_m2=measure.net_m2 if known else None,
        compared_m2=area.compared if known else None,
        beyond_slivers_m2=area.solid if known else None,
        parameters=(
            case.law_number("limit", rule.limit, rule.unit),
            case.own_number("uncertainty", rule.uncertainty),
            case.own_number("sliver_width_m", None),
            case.modality(),
        ),
    )
    shares = {} if rule.share_of is None else {"share": _share_of(case, area, rule.share_of)}
    return own.model_copy(update={**shares, **({"patches": listed} if listed else {})})


def _share_of(case: Case[Rule], area: _Forbidden, whole: str) -> Decimal | None:
    """Give the share of what was found in a measure; None where that is nothing.

    Parameters
    ----------
    case
        The rule on its town.
    area
        What was found.
    whole
        The measure that it is a share of.
    """
    base = case.measure(whole).area_m2
    return phrases.ratio(area.figure, base) if base else None


def _which_source(case: Case[ForbiddenArea]) -> tuple[str, str | None, tuple[Words, ...]]:
    """Choose between a measure and its second source: the first where its layers say anything.

    Returns
    -------
    The measure, the second source beside it, and what is assumed.
    """
    rule = case.rule
    if rule.beside is None or case.silent(rule.beside):
        return rule.measure, None, ()
    if not case.silent(rule.measure):
        return rule.measure, rule.beside, ()
    return rule.beside, None, (_instead(case, rule.beside),)


def _instead(case: Case[ForbiddenArea], beside: str) -> Words:
    """Say of which layers nothing is known, so that the second source is measured."""
    name, known = case.rule.measure, case.measure(beside).layers
    lacking = case.measure(name).missing or case.rulebook.measure[name].layers
    return stands_in(case, [role for role in lacking if role not in known], beside)


def _nothing_there(case: Case[Rule], name: str, also: str) -> bool:
    """Tell whether the wider measure is proved to be 0, so that `name` must be 0 too.

    Parameters
    ----------
    case
        The rule on its town.
    name, also
        The measure, and the wider one.
    """
    specs = case.rulebook.measure
    return (
        specs[also].holds(specs[name])
        and not gaps(case, also)
        and not case.unproven(also)
        and case.measure(also).area_m2 == 0
        # what was found is never explained away
        and case.measure(name).area_m2 == 0
    )


def _what_is_there(case: Case[ForbiddenArea], name: str) -> Words:
    measure, whole = case.measure(name), case.rule.share_of
    if measure.area_m2 == 0:
        return _("{measure}: none.", measure=case.title(name))
    place = {
        "measure": case.title(name),
        "figure": net_words(measure),
        "features": features_met(measure),
    }
    base = case.measure(whole).area_m2 if whole else ZERO
    if whole is None or base == 0:
        return _("{measure}: {figure} (features met: {features}).", **place)
    return _(
        "{measure}: {figure} (features met: {features}), {share} of {base} of “{whole}”.",
        **place,
        share=phrases.percent(net(measure) / base),
        base=phrases.area(base),
        whole=case.title(whole),
    )


def _bar(case: Case[ForbiddenArea], beyond: Decimal) -> Words:
    rule = case.rule
    if rule.limit == 0:
        return _("The clause allows none.")
    return _beside_bar(phrases.quantity(rule.limit, rule.unit), beyond)


def _beside_bar(bar: Words, beyond: Decimal) -> Words:
    if beyond <= 0:
        return _("The bar is {bar}.", bar=bar)
    passed = phrases.area(beyond)
    return _("The bar is {bar}; it is exceeded by {beyond}.", bar=bar, beyond=passed)


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
        features=features_met(measure),
    )


def _turned(case: Case[Rule], name: str) -> Words:
    """State land that is planned as what is neither construction nor farmland."""
    measure = case.measure(name)
    return _(
        "{measure}: {figure} (features met: {features}); not built on (非农化), but lost as farmland"
        " (非粮化).",
        measure=case.title(name),
        figure=net_words(measure),
        features=features_met(measure),
    )


def _second_source(case: Case[Rule], beside: str, *, differ: bool) -> Words:
    """State what a second source measures, and whether it contradicts the first.

    Parameters
    ----------
    case
        The rule on its town.
    beside
        The measure of the second source.
    differ
        Whether one source has such land and the other none.
    """
    place = {"measure": case.title(beside), "figure": net_words(case.measure(beside))}
    if differ:
        return _("{measure}: {figure}; the two sources contradict one another.", **place)
    return _("{measure}: {figure}, for comparison.", **place)


def _forbidden_formula(case: Case[ForbiddenArea], area: _Forbidden) -> Words:
    rule = case.rule
    place = {"measure": case.title(area.shown), "limit": phrases.quantity(rule.limit, rule.unit)}
    if case.measure(area.shown).net_m2 is None:
        return _("The area of “{measure}”; the bar is {limit}.", **place)
    if rule.limit == 0:
        return _(
            "The area of “{measure}” net of ridges; the bar is {limit}, which the gross area must"
            " not exceed.",
            **place,
        )
    return _("The area of “{measure}” net of ridges; the bar is {limit}.", **place)


KINDS = (Kind(ForbiddenArea, forbidden_area, ForbiddenWorking),)
