"""Kinds of rules on all towns together: like towns, and land that two boundaries share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.arithmetic import METRES_PER_KM, pairs_of
from townland.rules.judging.case import Together
from townland.rules.judging.clause import Count, Rule, Share
from townland.rules.judging.declared import codes, each_counts
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import JointKind
from townland.rules.judging.measured import only_slivers
from townland.rules.judging.names import folded, likeness
from townland.rules.judging.references import TextField
from townland.rules.judging.trace import (
    Column,
    Head,
    Number,
    Origin,
    Parameter,
    Part,
    Row,
    Term,
    TownCodes,
    Working,
    both,
    parameter_of,
)
from townland.rules.judging.verdict import verdict_of
from townland.rules.shared_land import distance_m
from townland.terms import Verdict


class SegmentLimit(Rule):
    """How many towns one segment of industry may have, and how near to one another.

    Names are compared folded: without blanks, full width and the endings 产业 and 行业. `near_km` and
    `near_name` are not the policy's numbers: how near 地域相近 is, and from which share of like signs on
    two names may mean one segment.
    """

    kind: Literal["segment_limit"]
    field: TextField
    most: Count
    near_km: Annotated[Decimal, Field(ge=0)] = Decimal("10")
    near_name: Share = Decimal("0.6")

    titles: ClassVar[Mapping[str, Words]] = {
        "near_name": _("share of like signs from which two names may mean one segment")
    }


class BoundaryOverlap(Rule):
    """No land may serve two towns: the area that boundaries share, in `unit`."""

    kind: Literal["boundary_overlap"]
    limit: Annotated[Decimal, Field(ge=0)]
    unit: Literal["m2", "ha", "km2", "mu"] = "ha"


NONE = units.exact(0)


class SegmentRow(Row):
    """A segment of industry, and the towns in it."""

    segment: Head
    towns: TownCodes


class PairRow(Row):
    """Two towns of one segment, and how far apart their boundaries are."""

    segment: Head
    towns: TownCodes
    distance_m: Annotated[Number | None, Column(_("distance in metres"))]


class NamesRow(Row):
    """Two segments whose names are written nearly alike."""

    first: Head
    second: Annotated[str, Column(_("beside"))]
    alike: Annotated[Number, Column(_("like signs"), unit="share")]


class SegmentsWorking(Working):
    """The trace's own part of `segment_limit`."""

    segments: Annotated[tuple[SegmentRow, ...], Part(_("segment of industry"))]
    pairs: Annotated[tuple[PairRow, ...], Part(_("distance"))]
    near_names: Annotated[tuple[NamesRow, ...], Part(_("segments of nearly one name"))] = ()


class OverlapWorking(Working):
    """The trace's own part of `boundary_overlap`: what of the shared land is slivers, in m²."""

    sliver_m2: Number


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two towns of one segment, and the distance between their boundaries in metres."""

    segment: str
    first: Facts
    second: Facts
    distance: Decimal | None


@dataclass(frozen=True, slots=True)
class _Segments:
    """The towns by segment of industry; `many` has those with too many, `near` the near pairs.

    `alike` are segments of nearly one name, `perhaps` those of them that would be too many or too near
    if they were one.
    """

    by_name: Mapping[str, list[Facts]]
    silent: list[Facts]
    pairs: tuple[_Pair, ...]
    near: tuple[_Pair, ...]
    many: Mapping[str, list[Facts]]
    alike: tuple[NamesRow, ...]
    perhaps: tuple[NamesRow, ...]

    @property
    def largest(self) -> list[Facts]:
        return max(self.by_name.values(), key=len, default=[])


def _alone(case: Together[Rule], working: Working) -> Finding:
    """Make the finding of a rule that compares towns where there is but one."""
    reason = _("the rule compares towns, and only one is checked.")
    finding = case.finding(
        verdict_of(judges=False),
        fields.not_applicable(reason),
        working.model_copy(update={"terms": ()}),
        unit="",
    )
    return case.of_all(finding)


def segment_limit(case: Together[SegmentLimit]) -> Finding:
    """Count the towns of each segment of industry, and measure how far like towns are apart."""
    rule, segments = case.rule, _segments(case)
    if len(case.towns) <= 1:
        return _alone(case, _segments_working(case, segments))
    verdict = verdict_of(
        fails=bool(segments.many) and not rule.modal,
        unknown=bool(segments.silent),
        doubt=bool(segments.many or segments.near or segments.perhaps),
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    count, most = units.exact(len(segments.largest)), units.exact(rule.most)
    finding = case.finding(
        verdict,
        _segments_why(case, segments, urged=verdict is Verdict.REVIEW),
        _segments_working(case, segments),
        measured=count if segments.largest else None,
        limit=most,
        margin=most - count if decided else None,
        unit="count",
        missing=(rule.field,) if segments.silent else (),
    )
    return case.of_all(finding)


def _segments(case: Together[SegmentLimit]) -> _Segments:
    rule, by_name = case.rule, _by_segment(case)
    pairs = tuple(
        _Pair(segment, first, second, distance_m(first, second))
        for segment, towns in by_name.items()
        for first, second in pairs_of(towns)
    )
    alike = tuple(
        NamesRow(first=first, second=second, alike=share)
        for first, second in pairs_of(by_name)
        if (share := likeness(first, second)) >= rule.near_name
    )
    return _Segments(
        by_name=by_name,
        silent=case.without(rule.field),
        pairs=pairs,
        near=tuple(pair for pair in pairs if _is_near(rule, pair.distance)),
        many={name: towns for name, towns in by_name.items() if len(towns) > rule.most},
        alike=alike,
        perhaps=tuple(row for row in alike if _would_matter(rule, by_name, row)),
    )


def _by_segment(case: Together[SegmentLimit]) -> dict[str, list[Facts]]:
    """Sort the towns by segment, whose names are folded; each is called as it is written first."""
    written: dict[str, str] = {}
    by_name: dict[str, list[Facts]] = {}
    for town in case.towns:
        segment = town.stated(case.rule.field, str)
        if segment is not None:
            name = written.setdefault(folded(segment), segment.strip())
            by_name.setdefault(name, []).append(town)
    return by_name


def _is_near(rule: SegmentLimit, metres: Decimal | None) -> bool:
    return metres is not None and metres < rule.near_km * METRES_PER_KM


def _would_matter(rule: SegmentLimit, by_name: Mapping[str, list[Facts]], row: NamesRow) -> bool:
    """Tell whether two segments, if they were one, would be too many towns, or some too near.

    Parameters
    ----------
    rule
        The rule with its bars.
    by_name
        The towns by segment.
    row
        The two segments.
    """
    one, other = by_name[row.first], by_name[row.second]
    apart = (distance_m(first, second) for first in one for second in other)
    return len(one) + len(other) > rule.most or any(_is_near(rule, metres) for metres in apart)


def _segments_why(case: Together[SegmentLimit], segments: _Segments, *, urged: bool) -> Words:
    """Say which segments have too many towns, and which like towns are near.

    Parameters
    ----------
    case
        The rule on all towns.
    segments
        The towns by segment.
    urged
        Whether it is for a person, since the clause only urges.
    """
    rule = case.rule
    unlike = not (segments.many or segments.near or segments.silent or segments.perhaps)
    return phrases.sentences(
        case.missing(rule.field, segments.silent) if segments.silent else None,
        *phrases.counted_out(
            [_too_many(rule, segment, towns) for segment, towns in segments.many.items()]
        ),
        *phrases.counted_out([_too_near(rule, pair) for pair in segments.near]),
        _("No segment has more than {most} towns, and no two like towns are near.", most=rule.most)
        if unlike
        else None,
        *phrases.counted_out(
            [_nearly_one(row, matters=row in segments.perhaps) for row in segments.alike]
        ),
        case.urging() if urged else None,
    )


def _nearly_one(row: NamesRow, *, matters: bool) -> Words:
    place = {"first": row.first, "second": row.second}
    if matters:
        return _(
            "The segments {first} and {second} are written nearly alike; if they are one, its towns are"
            " too many or too near, so a person must look.",
            **place,
        )
    return _("The segments {first} and {second} are written nearly alike.", **place)


def _too_many(rule: SegmentLimit, segment: str, towns: list[Facts]) -> Words:
    """Say that a segment has too many towns.

    Parameters
    ----------
    rule
        The rule with its bar.
    segment, towns
        The segment, and the towns in it.
    """
    return _(
        "{segment}: {count} {count:town|towns} ({towns}), more than {most}.",
        segment=segment,
        count=len(towns),
        towns=phrases.listed(town.name for town in towns),
        most=rule.most,
    )


def _too_near(rule: SegmentLimit, pair: _Pair) -> Words:
    return _(
        "{first} and {second} are both of the segment {segment} and {distance} m apart, nearer"
        " than {near} km.",
        first=pair.first.name,
        second=pair.second.name,
        segment=pair.segment,
        distance=pair.distance,
        near=rule.near_km,
    )


def _segments_working(case: Together[SegmentLimit], segments: _Segments) -> SegmentsWorking:
    rule = case.rule
    formula = _("The towns of the largest segment; the distances are between the boundaries.")
    return SegmentsWorking(
        formula=both(formula),
        terms=each_counts(segments.largest, rule.field),
        segments=tuple(
            SegmentRow(segment=name, towns=codes(towns)) for name, towns in segments.by_name.items()
        ),
        pairs=tuple(
            PairRow(
                segment=pair.segment,
                towns=codes([pair.first, pair.second]),
                distance_m=pair.distance,
            )
            for pair in segments.pairs
        ),
        near_names=segments.alike,
        parameters=(
            case.law_number("most", units.exact(rule.most), "count"),
            _near_parameter(rule),
            _name_parameter(rule),
            case.modality(),
        ),
    )


def _near_parameter(rule: SegmentLimit) -> Parameter:
    title = _("how near 地域相近 is, in km between boundaries; not a number of the policy")
    own = rule.near_km == type(rule).model_fields["near_km"].default
    origin: Origin = "townland" if own else "bureau"
    return parameter_of("near_km", rule.near_km, unit="km", title=title, origin=origin)


def _name_parameter(rule: SegmentLimit) -> Parameter:
    title = _(
        "share of like signs from which two names may mean one segment; not a number of the policy"
    )
    own = rule.near_name == type(rule).model_fields["near_name"].default
    origin: Origin = "townland" if own else "bureau"
    return parameter_of("near_name", rule.near_name, unit="share", title=title, origin=origin)


@dataclass(frozen=True, slots=True)
class _Overlaps:
    """The land that boundaries share, in m²: in all, what of it is no sliver, and the bar."""

    area: Decimal
    solid: Decimal
    limit: Decimal
    near: bool


def boundary_overlap(case: Together[BoundaryOverlap]) -> Finding:
    """Judge the land that two boundaries share; slivers alone are for a person."""
    rule, land = case.rule, _overlaps(case)
    if len(case.towns) <= 1:
        return _alone(case, _overlap_working(case, land))
    beyond = land.solid > land.limit and not land.near
    verdict = verdict_of(fails=beyond and not rule.modal, doubt=land.area > land.limit or land.near)
    finding = case.finding(
        verdict,
        _overlap_why(case, land),
        _overlap_working(case, land),
        measured=land.area,
        limit=units.m2(land.limit),
        margin=units.m2(land.limit - land.area),
    )
    return case.of_all(finding)


def _overlaps(case: Together[BoundaryOverlap]) -> _Overlaps:
    rule, nothing = case.rule, units.m2(0)
    area = sum((shared.area_m2 for shared in case.shared), nothing)
    solid = area - sum((shared.sliver_m2 for shared in case.shared), nothing)
    limit = units.to_m2(rule.limit, rule.unit)
    near = any(case.near(figure, limit, nothing) for figure in (area, solid))
    return _Overlaps(area, solid, limit, near)


def _overlap_why(case: Together[BoundaryOverlap], land: _Overlaps) -> Words:
    names = {town.town: town.name for town in case.towns}
    return phrases.sentences(
        *phrases.counted_out(
            [
                _(
                    "{first} and {second} share {area}.",
                    first=names[shared.first],
                    second=names[shared.second],
                    area=phrases.area(shared.area_m2),
                )
                for shared in case.shared
            ]
        ),
        None if case.shared else _("No two boundaries share land."),
        only_slivers() if land.area > land.limit >= land.solid else None,
        case.near_words(land.limit, units.m2(0)) if land.near else None,
        case.urging() if case.rule.modal and land.solid > land.limit else None,
    )


def _overlap_working(case: Together[BoundaryOverlap], land: _Overlaps) -> OverlapWorking:
    rule = case.rule
    pairs = tuple(
        Term(towns=(shared.first, shared.second), value=shared.area_m2) for shared in case.shared
    )
    return OverlapWorking(
        formula=both(_("The area that boundaries share, summed over the pairs.")),
        terms=pairs or (Term(towns=(), value=NONE),),
        sliver_m2=land.area - land.solid,
        parameters=(
            case.law_number("limit", rule.limit, rule.unit),
            case.own_number("sliver_width_m", None),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ),
    )


KINDS = (
    JointKind(BoundaryOverlap, boundary_overlap, OverlapWorking, on_ground=True),
    JointKind(SegmentLimit, segment_limit, SegmentsWorking, on_ground=True),
)
