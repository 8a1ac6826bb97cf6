"""Kinds of rules on all towns together: like towns, shared land, targets, and lists within lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from townland import units
from townland.documents import Strict
from townland.i18n import Bilingual, _
from townland.rules.judging import phrases
from townland.rules.judging.arithmetic import METRES_PER_KM, pairs_of
from townland.rules.judging.case import Together, both, by_precedence, only_slivers
from townland.rules.judging.clause import Count, OnlyFigures, Rule, fault, refuse
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import JointKind
from townland.rules.judging.references import NumberField, TextField, TruthField
from townland.rules.shared_land import distance_m
from townland.rules.stating import field
from townland.terms import Verdict


class SegmentLimit(Rule):
    """How many towns one segment of industry may have, and how near to one another.

    `near_km` is not the policy's number: it says how near 地域相近 is.
    """

    kind: Literal["segment_limit"]
    field: TextField
    most: Count
    near_km: Annotated[Decimal, Field(ge=0)] = Decimal("10")


class Target(Strict):
    """How many towns a list should have at the end."""

    list: TruthField
    title: Bilingual
    target: Count


class PortfolioCounts(OnlyFigures):
    """The towns on each list against the targets, and what they declare in sum."""

    kind: Literal["portfolio_counts"]
    targets: Annotated[tuple[Target, ...], Field(json_schema_extra={"minItems": 1})]
    sums: tuple[NumberField, ...] = ()

    @model_validator(mode="after")
    def _some_target(self) -> PortfolioCounts:
        if not self.targets:
            refuse([fault(("targets",), _("at least one target is counted"))])
        return self


class BoundaryOverlap(Rule):
    """No land may serve two towns: the area that boundaries share, in `unit`."""

    kind: Literal["boundary_overlap"]
    limit: Annotated[Decimal, Field(ge=0)]
    unit: Literal["m2", "ha", "km2", "mu"] = "ha"


class ListNested(Rule):
    """Towns on one of the `upper` lists should be on the `lower` one."""

    kind: Literal["list_nested"]
    upper: Annotated[tuple[TruthField, ...], Field(json_schema_extra={"minItems": 1})]
    lower: TruthField


NONE = units.exact(0)


def segment_limit(case: Together[SegmentLimit]) -> Finding:
    """Count the towns of each segment of industry, and measure how far like towns are apart."""
    rule = case.rule
    segments: dict[str, list[Facts]] = {}
    for town in case.towns:
        segment = town.stated(rule.field, str)
        if segment is not None:
            segments.setdefault(segment, []).append(town)
    silent = case.without(rule.field)
    near_m = rule.near_km * METRES_PER_KM
    pairs = [
        (segment, first, second, distance_m(first, second))
        for segment, towns in segments.items()
        for first, second in pairs_of(towns)
    ]
    near = [pair for pair in pairs if pair[-1] is not None and pair[-1] < near_m]
    many = {segment: towns for segment, towns in segments.items() if len(towns) > rule.most}
    largest = max(segments.values(), key=len, default=[])

    verdict = by_precedence(
        fails=bool(many) and not rule.modal, unknown=bool(silent), doubt=bool(many or near)
    )

    why = phrases.sentences(
        case.missing(rule.field, silent) if silent else None,
        *(
            _(
                "{segment}: {count} towns ({towns}), more than {most}.",
                segment=segment,
                count=len(towns),
                towns=phrases.listed(town.name for town in towns),
                most=rule.most,
            )
            for segment, towns in many.items()
        ),
        *(
            _(
                "{first} and {second} are both of the segment {segment} and {distance} m apart, nearer"
                " than {near} km.",
                first=first.name,
                second=second.name,
                segment=segment,
                distance=distance,
                near=rule.near_km,
            )
            for segment, first, second, distance in near
        ),
        _("No segment has more than {most} towns, and no two like towns are near.", most=rule.most)
        if not many and not near and not silent
        else None,
        case.urging() if verdict is Verdict.REVIEW else None,
    )
    trace = {
        "formula": both(
            _("The towns of the largest segment; the distances are between the boundaries.")
        ),
        "terms": [{"town": town.town, "field": rule.field, "value": 1} for town in largest],
        "segments": [
            {"segment": segment, "towns": [town.town for town in towns]}
            for segment, towns in segments.items()
        ],
        "pairs": [
            {
                "segment": segment,
                "towns": [first.town, second.town],
                "distance_m": None if distance is None else phrases.number(distance),
            }
            for segment, first, second, distance in pairs
        ],
        "parameters": [
            case.law_number("most", units.exact(rule.most), "count"),
            {
                "name": "near_km",
                "value": phrases.number(rule.near_km),
                "unit": "km",
                "title": both(
                    _("how near 地域相近 is, in km between boundaries; not a number of the policy")
                ),
                "origin": "townland"
                if rule.near_km == type(rule).model_fields["near_km"].default
                else "bureau",
            },
            case.modality(),
        ],
    }
    count = units.exact(len(largest))
    return case.of_all(
        verdict,
        why,
        trace,
        measured=count if largest else None,
        limit=units.exact(rule.most),
        margin=units.exact(rule.most) - count if verdict is not Verdict.NOT_EVALUATED else None,
        unit="count",
        missing=(rule.field,) if silent else (),
    )


def portfolio_counts(case: Together[PortfolioCounts]) -> Finding:
    """Count the towns on each list against the city's targets, and sum what they declare."""
    rule = case.rule
    rows = []
    for each in rule.targets:
        on_it = [town for town in case.towns if town.declared(each.list)]
        rows.append((each, on_it, case.without(each.list)))
    silent = {each.list: towns for each, _on, towns in rows if towns}
    sums = {
        path: (
            sum((units.exact(town.stated(path, float) or 0) for town in case.towns), NONE),
            case.without(path),
        )
        for path in rule.sums
    }
    first = rows[0]
    count, target = units.exact(len(first[1])), units.exact(first[0].target)
    why = phrases.sentences(
        *(
            _(
                "{title}: {count} of the towns checked, the target is about {target}.",
                title=each.title,
                count=len(on_it),
                target=each.target,
            )
            for each, on_it, _silent in rows
        ),
        *(case.missing(path, towns) for path, towns in silent.items()),
        *(
            _("{field} in sum: {total}.", field=field(path), total=total)
            if not unstated
            else _(
                "{field} in sum: {total}, without {towns}, whose dossiers do not state it.",
                field=field(path),
                total=total,
                towns=phrases.listed(town.name for town in unstated),
            )
            for path, (total, unstated) in sums.items()
        ),
        _("The city may lower its targets."),
    )
    trace = {
        "formula": both(_("The number of towns on the list “{title}”.", title=first[0].title)),
        "terms": [{"town": town.town, "field": first[0].list, "value": 1} for town in first[1]]
        or [{"field": first[0].list, "value": 0}],
        "counts": [
            {
                "list": each.list,
                "count": len(on_it),
                "target": each.target,
                "towns": [town.town for town in on_it],
                "unknown": [town.town for town in unstated],
            }
            for each, on_it, unstated in rows
        ],
        "sums": [
            {
                "field": path,
                "value": phrases.number(total),
                "unknown": [town.town for town in unstated],
            }
            for path, (total, unstated) in sums.items()
        ],
        "parameters": [
            {
                "name": each.list,
                "value": each.target,
                "unit": "count",
                "title": both(_("target: {title}", title=each.title)),
                "origin": "policy",
            }
            for each in rule.targets
        ],
    }
    return case.of_all(
        Verdict.NOT_EVALUATED if silent else Verdict.INFO,
        why,
        trace,
        measured=count,
        limit=target,
        margin=None,
        unit="count",
        missing=tuple(silent),
    )


def boundary_overlap(case: Together[BoundaryOverlap]) -> Finding:
    """Judge the land that two boundaries share; slivers alone are for a person."""
    rule = case.rule
    shared = case.shared
    area = sum((one.area_m2 for one in shared), units.m2(0))
    solid = area - sum((one.sliver_m2 for one in shared), units.m2(0))
    limit = units.to_m2(rule.limit, rule.unit)
    near = any(case.near(each, limit, units.m2(0)) for each in (area, solid))

    if solid > limit and not near and not rule.modal:
        verdict = Verdict.FAIL
    elif area > limit or near:
        verdict = Verdict.REVIEW
    else:
        verdict = Verdict.PASS

    names = {town.town: town.name for town in case.towns}
    why = phrases.sentences(
        *(
            _(
                "{first} and {second} share {area}.",
                first=names[one.first],
                second=names[one.second],
                area=phrases.area(one.area_m2),
            )
            for one in shared
        ),
        None if shared else _("No two boundaries share land."),
        only_slivers() if area > limit >= solid else None,
        case.near_words(limit, units.m2(0)) if near else None,
        case.urging() if rule.modal and solid > limit else None,
    )
    trace = {
        "formula": both(_("The area that boundaries share, summed over the pairs.")),
        "terms": [
            {"towns": [one.first, one.second], "value": phrases.number(one.area_m2)}
            for one in shared
        ]
        or [{"towns": [], "value": 0}],
        "sliver_m2": phrases.number(area - solid),
        "parameters": [
            case.law_number("limit", rule.limit, rule.unit),
            case.own_number("sliver_width_m", None),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ],
    }
    return case.of_all(
        verdict,
        why,
        trace,
        measured=area,
        limit=units.m2(limit),
        margin=units.m2(limit - area),
    )


def list_nested(case: Together[ListNested]) -> Finding:
    """Find towns on a higher list that are not on the lower one."""
    rule = case.rule
    high = [town for town in case.towns if any(town.declared(path) for path in rule.upper)]
    wrong = [town for town in high if town.declared(rule.lower) is False]
    unsure = [town for town in high if town.declared(rule.lower) is None]
    silent = {
        path: [
            town
            for town in case.without(path)
            if town not in high and not town.declared(rule.lower)
        ]
        for path in rule.upper
    }
    silent = {path: towns for path, towns in silent.items() if towns}
    if unsure:
        silent[rule.lower] = unsure
    count = units.exact(len(wrong))

    verdict = by_precedence(
        fails=bool(wrong) and not rule.modal, unknown=bool(silent), doubt=bool(wrong)
    )

    why = phrases.sentences(
        _(
            "On a higher list and not on the city's: {towns}.",
            towns=phrases.listed(town.name for town in wrong),
        )
        if wrong
        else None,
        *(case.missing(path, towns) for path, towns in silent.items()),
        _("Every town on a higher list is on the city's.") if not wrong and not silent else None,
        case.urging() if verdict is Verdict.REVIEW else None,
    )
    trace = {
        "formula": both(_("The number of towns on a higher list that are not on the city's.")),
        "terms": [{"town": town.town, "field": rule.lower, "value": 1} for town in wrong]
        or [{"field": rule.lower, "value": 0}],
        "lists": [
            {
                "town": town.town,
                **{path: town.declared(path) for path in (*rule.upper, rule.lower)},
            }
            for town in case.towns
        ],
        "parameters": [case.modality()],
    }
    return case.of_all(
        verdict,
        why,
        trace,
        measured=count,
        limit=NONE,
        margin=-count if verdict is not Verdict.NOT_EVALUATED else None,
        unit="count",
        missing=tuple(silent),
    )


KINDS = (
    JointKind(BoundaryOverlap, boundary_overlap),
    JointKind(ListNested, list_nested),
    JointKind(PortfolioCounts, portfolio_counts),
    JointKind(SegmentLimit, segment_limit),
)
