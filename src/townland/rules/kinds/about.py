"""The kind of rule that holds an area against a nominal value (左右)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import Case, as_sentence
from townland.rules.judging.clause import Rule, Share, Unit
from townland.rules.judging.finding import Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part, stands_in
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import term
from townland.rules.judging.references import MeasureName
from townland.rules.judging.trace import Number, Row, Working, both
from townland.rules.judging.verdict import verdict_of
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


class Band(Row):
    """From where to where an area is about its nominal value, in m²."""

    low_m2: Number
    high_m2: Number


class AboutWorking(Working):
    """The trace's own part of `area_about`."""

    band: Band


@dataclass(frozen=True, slots=True)
class _About:
    """An area beside the band around its nominal value, in m²."""

    name: str
    assumed: tuple[Words, ...]
    gap: Gaps
    figure: Decimal
    closure: Decimal
    nominal: Decimal
    low: Decimal
    high: Decimal
    near: tuple[Decimal, ...]

    @property
    def beyond(self) -> bool:
        return not self.low <= self.figure <= self.high

    @property
    def room(self) -> Decimal:
        return units.m2(min(self.figure - self.low, self.high - self.figure))


def area_about(case: Case[AreaAbout]) -> Finding:
    """Judge an area by a nominal value that it should be about (左右)."""
    rule, about = case.rule, _about(case)
    gap, sure = about.gap, not (about.near or about.assumed or rule.modal)
    verdict = verdict_of(
        # more land can only add to an area that is known in part
        fails=sure and (about.figure > about.high or (about.beyond and not gap)),
        unknown=bool(gap),
        # what stands in for the measure decides nothing by itself
        doubt=bool(about.near or about.assumed) or about.beyond,
    )
    decided = verdict is not Verdict.NOT_EVALUATED
    return case.finding(
        verdict,
        _about_why(case, about, verdict),
        _about_working(case, about),
        measured=None if gap.total else about.figure,
        limit=units.m2(about.nominal),
        margin=about.room if decided else None,
        measures=[about.name],
        missing=() if decided else gap.missing,
        assumed=about.assumed,
    )


def _about(case: Case[AreaAbout]) -> _About:
    """Choose the measure that the layers say something of, and set it beside its band."""
    name, assumed = _which_measure(case)
    figure, closure = case.measure(name).area_m2, case.closure(name)
    nominal = units.to_m2(case.rule.limit, case.rule.unit)
    low, high = _edges(nominal, _band(case))
    near = tuple(edge for edge in (low, high) if case.near(figure, edge, closure))
    return _About(name, assumed, gaps(case, name), figure, closure, nominal, low, high, near)


def _which_measure(case: Case[AreaAbout]) -> tuple[str, tuple[Words, ...]]:
    """Give the rule's measure, or the one that stands in for it, and what that assumes."""
    name, other = case.rule.measure, case.rule.otherwise
    if other and case.silent(name) and not case.silent(other):
        return other, (stands_in(case, case.rulebook.measure[name].layers, other),)
    return name, ()


def _band(case: Case[AreaAbout]) -> Decimal:
    """Give how far 左右 reaches: by the rule, or else by the rulebook."""
    own = case.rule.band
    return case.rulebook.parameter.band if own is None else own


def _edges(nominal: Decimal, band: Decimal) -> tuple[Decimal, Decimal]:
    return nominal * (1 - band), nominal * (1 + band)


def _about_words(case: Case[AreaAbout], about: _About) -> dict[str, Words | str]:
    return {
        "measure": case.title(about.name),
        "figure": phrases.area(about.figure),
        "nominal": phrases.quantity(case.rule.limit, case.rule.unit),
        "band": phrases.percent(_band(case)),
        "low": phrases.area(about.low),
        "high": phrases.area(about.high),
    }


def _about_why(case: Case[AreaAbout], about: _About, verdict: Verdict) -> Words:
    """Say what was measured and on which side of the band it is.

    Parameters
    ----------
    case
        The rule on its town.
    about
        The area beside its band.
    verdict
        What the rule says of it.
    """
    gap, place = about.gap, _about_words(case, about)
    decided = verdict is not Verdict.NOT_EVALUATED
    reach = _("{measure}: {figure}.", **place)
    if decided and about.beyond:
        reach = _(
            "{measure}: {figure}, outside {low} to {high}, which is about {nominal} (±{band}).",
            **place,
        )
    elif decided:
        reach = _(
            "{measure}: {figure}, within {low} to {high}, which is about {nominal} (±{band}).",
            **place,
        )
    urged = verdict is Verdict.REVIEW and about.beyond and not about.near
    return phrases.sentences(
        *map(as_sentence, about.assumed),
        gap.words(),
        known_part(gap),
        None if gap.total else reach,
        case.near_words(about.near[0], about.closure) if decided and about.near else None,
        _("What stands in for it cannot decide, so a person must look.")
        if decided and about.assumed
        else None,
        case.urging() if urged else None,
    )


def _about_working(case: Case[AreaAbout], about: _About) -> AboutWorking:
    rule = case.rule
    formula = _(
        "The area of “{measure}”. Passes from {nominal} × (1 − {band}) = {low} to"
        " {nominal} × (1 + {band}) = {high}.",
        **_about_words(case, about),
    )
    return AboutWorking(
        formula=both(formula),
        terms=() if about.gap.total else (term(about.name, "area_m2", about.figure),),
        band=Band(low_m2=units.m2(about.low), high_m2=units.m2(about.high)),
        parameters=(
            case.law_number("limit", rule.limit, rule.unit),
            case.own_number("band", rule.band),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ),
    )


KINDS = (Kind(AreaAbout, area_about, AboutWorking),)
