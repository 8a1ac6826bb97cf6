"""Kinds of rules that look where planned land lies: in which control zone, with which tag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from townland import terms
from townland.documents import Strict
from townland.i18n import Bilingual, Words, _
from townland.measuring.areas import Measure
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule
from townland.rules.judging.fields import not_applicable
from townland.rules.judging.finding import FigureRole, Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import features_met, only_slivers, patches, term
from townland.rules.judging.references import MeasureName
from townland.rules.judging.trace import (
    Column,
    MeasureKey,
    Name,
    Number,
    Part,
    Patches,
    Row,
    Titled,
    Working,
    both,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class Zone(Strict):
    """Planned construction land in one kind of zone; `document` where another law draws that zone.

    `slivers` says whether slivers alone call for a look; gaps between zones as drawn do not.
    """

    measure: MeasureName
    document: Bilingual | None = None
    slivers: bool = True


class ControlZones(Rule):
    """Planned construction land by control zone.

    Land in a `forbidden` zone fails, land in one that is `looked_at` is for a person; `allowed` is
    shown beside them.
    """

    kind: Literal["control_zones"]
    allowed: MeasureName
    forbidden: tuple[Zone, ...]
    looked_at: tuple[Zone, ...] = ()


class TaggedLand(Rule):
    """Planned land with a tag, and the `part` of it that the clause favours: figures only."""

    kind: Literal["tagged_land"]
    measure: MeasureName
    part: MeasureName

    @property
    def can_fail(self) -> bool:
        """Never: it states figures."""
        return False


class StatedArea(Rule):
    """An area that the clause only speaks of: a figure."""

    kind: Literal["stated_area"]
    measure: MeasureName

    @property
    def can_fail(self) -> bool:
        """Never: it states a figure."""
        return False


class ZoneRow(Row):
    """Planned construction land in one kind of zone, and the verdict where there is any."""

    measure: MeasureKey
    verdict: Annotated[str, Column(_("where there is any"), of=Name.VERDICT)]
    document: Annotated[Titled | None, Column(_("document"))]
    area_m2: Annotated[Number, Column(_("area"), unit="m2")]
    sliver_m2: Annotated[Number, Column(_("of it slivers"), unit="m2", if_any=True)]


class ZonesWorking(Working):
    """The trace's own part of `control_zones`."""

    zones: Annotated[tuple[ZoneRow, ...], Part(_("by zone"))]
    patches: Patches


class TaggedWorking(Working):
    """The trace's own part of `tagged_land`: the favoured part and the rest, in m²."""

    part_m2: Number | None
    rest_m2: Number | None


class StatedWorking(Working):
    """The trace's own part of `stated_area`."""

    patches: Patches


@dataclass(frozen=True, slots=True)
class _Zones:
    """Planned land by zone: the measures with any, and of the forbidden ones those with more.

    `decides` are those whose sum is the figure: the forbidden ones; where none of them is met, the
    largest that a person looks at. Land may lie in several of these, so that they are not summed.
    """

    gap: Gaps
    forbidden: tuple[str, ...]
    met: tuple[str, ...]
    solid: tuple[str, ...]
    near: tuple[str, ...]
    decides: tuple[str, ...]
    figure: Decimal

    @property
    def silent(self) -> bool:
        """Whether nothing at all is known."""
        return self.gap.total and not self.met


def control_zones(case: Case[ControlZones]) -> Finding:
    """Judge planned construction land by the control zones it lies in.

    A zone that another document draws counts with its own document's name; land that lies in two
    forbidden zones counts in each.
    """
    rule, zones = case.rule, _zones(case)
    verdict = verdict_of(
        fails=bool(zones.solid) and not rule.modal,
        unknown=bool(zones.gap),
        doubt=bool(zones.met or zones.near),
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    return case.finding(
        verdict,
        _zones_why(case, zones, decided=decided),
        _zones_working(case, zones),
        measured=None if zones.silent else zones.figure,
        limit=ZERO,
        margin=ZERO - zones.figure if decided else None,
        measures=_measures(rule, zones),
        missing=() if decided else zones.gap.missing,
    )


def _measures(rule: ControlZones, zones: _Zones) -> dict[str, FigureRole]:
    """Say what each measure is there for: the figure is that of some, the others stand beside."""
    looked_at = [zone.measure for zone in rule.looked_at]
    # each zone that is met calls for a look by itself; the first gives the figure
    known = [*zones.decides, *zones.forbidden, *looked_at]
    return {**dict.fromkeys(known, "decides"), rule.allowed: "part"}


def _zones(case: Case[ControlZones]) -> _Zones:
    rule = case.rule
    forbidden = tuple(zone.measure for zone in rule.forbidden)
    both_kinds = (*rule.forbidden, *rule.looked_at)
    met = tuple(zone.measure for zone in both_kinds if _counts(case, zone))
    decides = _deciding(case, forbidden, met)
    return _Zones(
        gap=gaps(case, rule.allowed, *(zone.measure for zone in both_kinds)),
        forbidden=forbidden,
        met=met,
        solid=tuple(name for name in forbidden if _solid(case, name)),
        near=tuple(name for name in forbidden if _near(case, name)),
        decides=decides,
        figure=sum((case.measure(name).area_m2 for name in decides), ZERO),
    )


def _deciding(
    case: Case[Rule], forbidden: tuple[str, ...], met: tuple[str, ...]
) -> tuple[str, ...]:
    """Choose the measures whose sum is the figure: what is forbidden, else the largest met.

    Parameters
    ----------
    case
        The rule on its town.
    forbidden, met
        The measures of forbidden zones, and those that have any land.
    """
    if not met or any(name in forbidden for name in met):
        return forbidden
    return (max(met, key=lambda name: case.measure(name).area_m2),)


def _counts(case: Case[Rule], zone: Zone) -> bool:
    measure = case.measure(zone.measure)
    return measure.area_m2 > (ZERO if zone.slivers else measure.sliver_m2)


def _solid(case: Case[Rule], name: str) -> bool:
    measure = case.measure(name)
    return measure.area_m2 > measure.sliver_m2 and not _near(case, name)


def _near(case: Case[Rule], name: str) -> bool:
    measure = case.measure(name)
    return case.near(measure.area_m2 - measure.sliver_m2, ZERO, case.closure(name))


def _zones_why(case: Case[ControlZones], zones: _Zones, *, decided: bool) -> Words:
    """Say which zones are met, and why that is lawful, unlawful or a case for a person.

    Parameters
    ----------
    case
        The rule on its town.
    zones
        The planned land by zone.
    decided
        Whether the rule could be judged.
    """
    rule, gap = case.rule, zones.gap
    thin = decided and not zones.solid and any(name in zones.met for name in zones.forbidden)
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        *(_met(case, zone) for zone in rule.forbidden),
        _together(case, zones),
        *(_met(case, zone) for zone in rule.looked_at),
        None
        if zones.met or zones.silent
        else _("No planned construction land lies where it must not."),
        None if zones.silent else _beside(case),
        only_slivers() if thin else None,
        _("The clause allows none in a zone where building is prohibited.")
        if zones.solid
        else None,
        case.urging() if rule.modal and zones.solid else None,
    )


def _together(case: Case[ControlZones], zones: _Zones) -> Words | None:
    """State the figure where it is the sum of several forbidden zones, each with land."""
    areas = [case.measure(name).area_m2 for name in zones.decides]
    if zones.silent or sum(area > 0 for area in areas) <= 1:
        return None
    return _(
        "Together {figure}; land in two of these counts in each.",
        figure=phrases.area(zones.figure),
    )


def _beside(case: Case[ControlZones]) -> Words | None:
    """State what lies where building is allowed; nothing where none does."""
    name = case.rule.allowed
    measure = case.measure(name)
    return _area_of(case, name, measure) if measure.area_m2 else None


def _met(case: Case[Rule], zone: Zone) -> Words | None:
    measure = case.measure(zone.measure)
    if not _counts(case, zone):
        return None
    place = {
        "measure": case.title(zone.measure),
        "figure": phrases.area(measure.area_m2),
        "features": features_met(measure),
    }
    if zone.document is None:
        return _("{measure}: {figure} (features met: {features}).", **place)
    return _(
        "{measure}: {figure} (features met: {features}), by {document}.",
        **place,
        document=zone.document,
    )


def _zones_working(case: Case[ControlZones], zones: _Zones) -> ZonesWorking:
    forbidden = phrases.listed(
        _("“{measure}”", measure=case.title(name)) for name in zones.forbidden
    )
    formula = _(
        "The sum of {measures}, of which there should be none; land in two of these counts in"
        " each.",
        measures=forbidden,
    )
    if zones.decides != zones.forbidden:
        formula = _(
            "{measures}: none. Shown is “{largest}”, the largest area that a person looks at; land may"
            " lie in several of these.",
            measures=forbidden,
            largest=case.title(zones.decides[0]),
        )
    addends = () if zones.silent else zones.decides
    return ZonesWorking(
        formula=both(formula),
        terms=tuple(term(name, "area_m2", case.measure(name).area_m2) for name in addends),
        zones=tuple(_zone_rows(case)),
        patches={name: patches(case.measure(name)) for name in zones.met},
        parameters=(
            case.own_number("uncertainty", case.rule.uncertainty),
            case.own_number("sliver_width_m", None),
            case.modality(),
        ),
    )


def _zone_rows(case: Case[ControlZones]) -> Iterator[ZoneRow]:
    rule = case.rule
    for zone, verdict in (
        (Zone(measure=rule.allowed), Verdict.PASS),
        *((zone, Verdict.FAIL) for zone in rule.forbidden),
        *((zone, Verdict.REVIEW) for zone in rule.looked_at),
    ):
        measure = case.measure(zone.measure)
        yield ZoneRow(
            measure=zone.measure,
            verdict=verdict.value,
            document=None if zone.document is None else both(zone.document),
            area_m2=measure.area_m2,
            sliver_m2=measure.sliver_m2,
        )


def tagged_land(case: Case[TaggedLand]) -> Finding:
    """State how much planned land has a tag, and which part of it the clause favours."""
    rule = case.rule
    whole, gap = case.measure(rule.measure), gaps(case, rule.measure, rule.part)
    untagged = tuple(f"{role}.tag_column" for role in whole.untagged)
    decided = not gap and not untagged
    none = decided and whole.area_m2 == 0
    silent = gaps(case, rule.measure).total or bool(untagged)
    why: Words = not_applicable(_("no land of the plan bears this tag."))
    return case.finding(
        verdict_of(unknown=not decided, judges=False),
        why if none else _tagged_why(case, gap, silent=silent),
        _tagged_working(case, gap, silent=silent),
        measured=None if silent or none else whole.area_m2,
        measures=[rule.measure, rule.part],
        missing=(*gap.missing, *untagged),
    )


def _tagged_why(case: Case[TaggedLand], gap: Gaps, *, silent: bool) -> Words:
    """State the two areas, as far as they are known.

    Parameters
    ----------
    case
        The rule on its town.
    gap
        What keeps the measures from being known whole.
    silent
        Whether nothing is known of the tags.
    """
    rule = case.rule
    whole, part = case.measure(rule.measure), case.measure(rule.part)
    return phrases.sentences(
        gap.words(),
        _no_tags(whole.untagged) if whole.untagged else None,
        known_part(gap) if not silent else None,
        None if silent else _area_of(case, rule.measure, whole),
        None if silent or gap.total else _area_of(case, rule.part, part),
    )


def _area_of(case: Case[Rule], name: str, measure: Measure) -> Words:
    """State the area of a measure.

    Parameters
    ----------
    case
        The rule on its town.
    name, measure
        The measure.
    """
    return _("{measure}: {figure}.", measure=case.title(name), figure=phrases.area(measure.area_m2))


def _no_tags(roles: tuple[str, ...]) -> Words:
    return _(
        "The layer {role} has no column of tags (tag_column in the catalog).",
        role=phrases.listed(map(terms.role, roles)),
    )


def _tagged_working(case: Case[TaggedLand], gap: Gaps, *, silent: bool) -> TaggedWorking:
    """Trace the area with the tag and its favoured part.

    Parameters
    ----------
    case
        The rule on its town.
    gap
        What keeps the measures from being known whole.
    silent
        Whether nothing is known of the tags.
    """
    rule = case.rule
    whole, part = case.measure(rule.measure), case.measure(rule.part)
    none = not gap and not whole.untagged and whole.area_m2 == 0
    known = not silent and not gap.total
    return TaggedWorking(
        formula=both(_("The area of “{measure}”.", measure=case.title(rule.measure))),
        terms=() if silent or none else (term(rule.measure, "area_m2", whole.area_m2),),
        part_m2=part.area_m2 if known else None,
        rest_m2=max(whole.area_m2 - part.area_m2, ZERO) if known else None,
        parameters=(case.own_number("uncertainty", rule.uncertainty),),
    )


def stated_area(case: Case[StatedArea]) -> Finding:
    """State an area that the clause speaks of."""
    rule = case.rule
    measure, gap = case.measure(rule.measure), gaps(case, rule.measure)
    none = not gap and measure.area_m2 == 0
    figure = None if gap.total or none else measure.area_m2
    working = StatedWorking(
        formula=both(_("The area of “{measure}”.", measure=case.title(rule.measure))),
        terms=() if figure is None else (term(rule.measure, "area_m2", figure),),
        patches={rule.measure: patches(measure)},
        parameters=(case.own_number("uncertainty", rule.uncertainty),),
    )
    return case.finding(
        verdict_of(unknown=bool(gap), judges=False),
        _stated_why(case, gap),
        working,
        measured=figure,
        measures=[rule.measure],
        missing=gap.missing,
    )


def _stated_why(case: Case[StatedArea], gap: Gaps) -> Words:
    name = case.rule.measure
    measure = case.measure(name)
    if not gap and measure.area_m2 == 0:
        return not_applicable(_("{measure}: none.", measure=case.title(name)))
    area = None if gap.total else _area_of(case, name, measure)
    return phrases.sentences(gap.words(), known_part(gap), area)


KINDS = (
    Kind(ControlZones, control_zones, ZonesWorking),
    Kind(StatedArea, stated_area, StatedWorking),
    Kind(TaggedLand, tagged_land, TaggedWorking),
)
