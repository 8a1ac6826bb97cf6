"""Kinds of rules that look where planned land lies: in which control zone, with which tag."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, cast

from townland.documents import Strict
from townland.i18n import Bilingual, Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import (
    ZERO,
    Case,
    Gaps,
    both,
    gaps,
    known_part,
    only_slivers,
    patches,
    term,
)
from townland.rules.judging.clause import Rule
from townland.rules.judging.fields import not_applicable
from townland.rules.judging.finding import Finding
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName
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


def control_zones(case: Case[ControlZones]) -> Finding:
    """Judge planned construction land by the control zones it lies in.

    A zone that another document draws counts with its own document's name; land that lies in two
    forbidden zones counts in each.
    """
    rule = case.rule
    forbidden = [zone.measure for zone in rule.forbidden]
    zones = [*forbidden, *(zone.measure for zone in rule.looked_at)]
    gap = gaps(case, rule.allowed, *zones)
    met = [zone.measure for zone in (*rule.forbidden, *rule.looked_at) if _counts(case, zone)]
    solid = [name for name in forbidden if _solid(case, name)]
    near = [name for name in forbidden if _near(case, name)]
    figure = sum((case.measure(name).area_m2 for name in forbidden), ZERO)

    if solid and not rule.modal:
        verdict = Verdict.FAIL
    elif gap:
        verdict = Verdict.NOT_EVALUATED
    else:
        verdict = Verdict.REVIEW if met or near else Verdict.PASS

    decided = verdict is not Verdict.NOT_EVALUATED
    silent = gap.total and not met
    why = phrases.sentences(
        gap.words(),
        known_part(gap),
        *(_met(case, zone) for zone in (*rule.forbidden, *rule.looked_at)),
        None if met or silent else _("No planned construction land lies where it must not."),
        only_slivers()
        if decided and not solid and any(name in met for name in forbidden)
        else None,
        _("The clause allows none in a zone where building is prohibited.") if solid else None,
        case.urging() if rule.modal and solid else None,
    )
    rows = [
        {
            "measure": name,
            "verdict": said,
            "document": document,
            "area_m2": phrases.number(case.measure(name).area_m2),
            "sliver_m2": phrases.number(case.measure(name).sliver_m2),
        }
        for name, said, document in [
            (rule.allowed, "pass", None),
            *((zone.measure, "fail", _document(zone)) for zone in rule.forbidden),
            *((zone.measure, "review", _document(zone)) for zone in rule.looked_at),
        ]
    ]
    trace: dict[str, Any] = {
        "formula": both(
            _(
                "The sum of {measures}, of which there should be none; land in two of these counts in"
                " each.",
                measures=phrases.listed(
                    _("“{measure}”", measure=case.title(name)) for name in forbidden
                ),
            )
        ),
        "terms": []
        if silent
        else [term(name, "area_m2", case.measure(name).area_m2) for name in forbidden],
        "zones": rows,
        "patches": {name: patches(case.measure(name)) for name in met},
        "parameters": [
            case.own_number("uncertainty", rule.uncertainty),
            case.own_number("sliver_width_m", None),
            case.modality(),
        ],
    }
    return case.finding(
        verdict,
        why,
        trace,
        measured=None if silent else figure,
        limit=ZERO,
        margin=ZERO - figure if decided else None,
        measures=list(dict.fromkeys([*zones, rule.allowed])),
        missing=() if decided else gap.missing,
    )


def _counts(case: Case[Rule], zone: Zone) -> bool:
    measure = case.measure(zone.measure)
    return measure.area_m2 > (ZERO if zone.slivers else measure.sliver_m2)


def _solid(case: Case[Rule], name: str) -> bool:
    measure = case.measure(name)
    return measure.area_m2 > measure.sliver_m2 and not _near(case, name)


def _near(case: Case[Rule], name: str) -> bool:
    measure = case.measure(name)
    return case.near(measure.area_m2 - measure.sliver_m2, ZERO, case.closure(name))


def _document(zone: Zone) -> dict[str, str] | None:
    return None if zone.document is None else {"zh": zone.document.zh, "en": zone.document.en}


def _met(case: Case[Rule], zone: Zone) -> Words | None:
    measure = case.measure(zone.measure)
    if not _counts(case, zone):
        return None
    place = {
        "measure": case.title(zone.measure),
        "figure": phrases.area(measure.area_m2),
        "features": len(patches(measure)),
    }
    if zone.document is None:
        return _("{measure}: {figure} (features met: {features}).", **place)
    return _(
        "{measure}: {figure} (features met: {features}), by {document}.",
        **place,
        document=zone.document,
    )


def tagged_land(case: Case[TaggedLand]) -> Finding:
    """State how much planned land bears a tag, and which part of it the clause favours."""
    rule = case.rule
    whole, part = case.measure(rule.measure), case.measure(rule.part)
    untagged = tuple(f"{role}.tag_column" for role in whole.untagged)
    gap = gaps(case, rule.measure, rule.part)
    decided = not gap and not untagged
    none = decided and whole.area_m2 == 0
    silent = gaps(case, rule.measure).total or bool(untagged)
    known = gaps(case, rule.measure, rule.part)
    if none:
        why: Words = not_applicable(_("no land of the plan bears this tag."))
    else:
        why = phrases.sentences(
            gap.words(),
            _no_tags(whole.untagged) if untagged else None,
            known_part(gap) if not silent else None,
            None
            if silent
            else _("{measure}: {figure}.", measure=case.title(rule.measure), figure=_area(whole)),
            None
            if silent or known.total
            else _("{measure}: {figure}.", measure=case.title(rule.part), figure=_area(part)),
        )
    return case.finding(
        Verdict.INFO if decided else Verdict.NOT_EVALUATED,
        why,
        {
            "formula": both(_("The area of “{measure}”.", measure=case.title(rule.measure))),
            "terms": [] if silent or none else [term(rule.measure, "area_m2", whole.area_m2)],
            "part_m2": None if silent or known.total else phrases.number(part.area_m2),
            "rest_m2": None
            if silent or known.total
            else phrases.number(max(whole.area_m2 - part.area_m2, ZERO)),
            "parameters": [case.own_number("uncertainty", rule.uncertainty)],
        },
        measured=None if silent or none else whole.area_m2,
        limit=None,
        margin=None,
        measures=[rule.measure, rule.part],
        missing=(*gap.missing, *untagged),
    )


def _area(measure: Any) -> Words:
    return phrases.area(cast(Decimal, measure.area_m2))


def _no_tags(roles: tuple[str, ...]) -> Words:
    return _(
        "The layer {role} has no column of tags (tag_column in the catalog).",
        role=phrases.listed(map(phrases.role, roles)),
    )


def stated_area(case: Case[StatedArea]) -> Finding:
    """State an area that the clause speaks of."""
    rule = case.rule
    measure, gap = case.measure(rule.measure), gaps(case, rule.measure)
    none = not gap and measure.area_m2 == 0
    place = {"measure": case.title(rule.measure), "figure": phrases.area(measure.area_m2)}
    why = (
        not_applicable(_("{measure}: none.", **place))
        if none
        else phrases.sentences(gap.words(), known_part(gap), _figure(gap, place))
    )
    return case.finding(
        Verdict.NOT_EVALUATED if gap else Verdict.INFO,
        why,
        {
            "formula": both(_("The area of “{measure}”.", **place)),
            "terms": [] if gap.total or none else [term(rule.measure, "area_m2", measure.area_m2)],
            "patches": {rule.measure: patches(measure)},
            "parameters": [case.own_number("uncertainty", rule.uncertainty)],
        },
        measured=None if gap.total or none else measure.area_m2,
        limit=None,
        margin=None,
        measures=[rule.measure],
        missing=gap.missing,
    )


def _figure(gap: Gaps, place: dict[str, Any]) -> Words | None:
    return None if gap.total else _("{measure}: {figure}.", **place)


KINDS = (
    Kind(ControlZones, control_zones),
    Kind(StatedArea, stated_area),
    Kind(TaggedLand, tagged_land),
)
