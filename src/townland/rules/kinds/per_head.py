"""The kind of rule on construction land per head of the population."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from townland import units
from townland.i18n import Words, _
from townland.rules.judging import fields, phrases
from townland.rules.judging.case import Case
from townland.rules.judging.clause import Positive, Rule
from townland.rules.judging.finding import Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.measured import term
from townland.rules.judging.references import MeasureName, NumberField
from townland.rules.judging.trace import (
    Ratio,
    Term,
    Working,
    both,
)
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict


class PerHead(Rule):
    """Construction land per head of the dossier's `population`, against a cap in m² (`limit`)."""

    kind: Literal["per_head"]
    measure: MeasureName
    population: NumberField
    limit: Positive | None = None


class AreaPerHead(Ratio):
    """An area divided by a number of persons, in m² a head."""

    rounded_to: ClassVar[int] = units.M2_DIGITS


class PerHeadWorking(Working):
    """The trace's own part of `per_head`."""

    ratio: AreaPerHead

    def way(self) -> Ratio:
        """Say how the figure comes about: area by population."""
        return self.ratio


@dataclass(frozen=True, slots=True)
class _Heads:
    """Construction land in m² beside its cap for so many people; `people` is None where not stated."""

    gap: Gaps
    area: Decimal
    people: Decimal | None
    bar: Decimal | None
    closure: Decimal
    near: bool

    @property
    def over(self) -> bool:
        return self.bar is not None and self.area > self.bar

    @property
    def each(self) -> Decimal | None:
        """The area a head; None where the area or the population is not known."""
        return None if self.gap.total or not self.people else units.m2(self.area / self.people)


def per_head(case: Case[PerHead]) -> Finding:
    """Judge construction land per head by a cap that the rulebook states."""
    rule, land = case.rule, _heads(case)
    verdict = verdict_of(
        fails=land.over and not land.near and not rule.modal,
        unknown=bool(land.gap) or land.bar is None,
        doubt=land.near or land.over,
    )
    each, limit = land.each, rule.limit
    room = None if each is None or limit is None else limit - each
    capless = () if limit is not None else ("limit",)
    return case.finding(
        verdict,
        _heads_why(case, land, verdict),
        _heads_working(case, land),
        measured=each,
        limit=limit,
        margin=None if verdict is Verdict.NOT_EVALUATED else room,
        unit="m2_per_head",
        measures=[rule.measure],
        missing=(*land.gap.missing, *_uncounted(rule, land), *capless),
    )


def _heads(case: Case[PerHead]) -> _Heads:
    """Measure the land, count the people, and multiply the cap by them."""
    rule = case.rule
    area, closure = case.measure(rule.measure).area_m2, case.closure(rule.measure)
    # a population of 0 is as good as none: nothing can be divided by it
    people = fields.number(case, rule.population) or None
    bar = None if rule.limit is None or people is None else rule.limit * people
    near = bar is not None and case.near(area, bar, closure)
    return _Heads(gaps(case, rule.measure), area, people, bar, closure, near)


def _uncounted(rule: PerHead, land: _Heads) -> tuple[str, ...]:
    return () if land.people else (rule.population,)


def _heads_why(case: Case[PerHead], land: _Heads, verdict: Verdict) -> Words:
    """Say how much land there is a head, and what the cap is.

    Parameters
    ----------
    case
        The rule on its town.
    land
        The land beside its cap.
    verdict
        What the rule says of it.
    """
    rule, gap = case.rule, land.gap
    bar = None if verdict is Verdict.NOT_EVALUATED else land.bar
    area = _(
        "{measure}: {figure}.", measure=case.title(rule.measure), figure=phrases.area(land.area)
    )
    capless = _("The rulebook states no cap, so it cannot be judged.")
    urged = verdict is Verdict.REVIEW and not land.near
    return phrases.sentences(
        gap.words(),
        known_part(gap),
        None if gap.total else area,
        fields.not_stated(*_uncounted(rule, land)),
        _each_words(land),
        capless if rule.limit is None else None,
        None if bar is None else _cap_words(rule, bar),
        case.near_words(bar, land.closure) if bar is not None and land.near else None,
        case.urging() if urged else None,
    )


def _each_words(land: _Heads) -> Words | None:
    if land.each is None or land.people is None:
        return None
    return _(
        "That is {each} m² for each of {people} {people:person|persons}.",
        each=land.each,
        people=phrases.plain(land.people),
    )


def _cap_words(rule: PerHead, bar: Decimal) -> Words:
    return _(
        "The cap is {limit} m² a head, for so many persons {bar}.",
        limit=rule.limit,
        bar=phrases.area(bar),
    )


def _heads_working(case: Case[PerHead], land: _Heads) -> PerHeadWorking:
    rule, people = case.rule, None if land.each is None else land.people
    formula = _(
        "The area of “{measure}”, divided by the population.", measure=case.title(rule.measure)
    )
    divided = () if people is None else (term(rule.measure, "area_m2", land.area),)
    by = () if people is None else (Term(field=rule.population, value=people),)
    # no policy sets this cap, so it is the bureau's
    cap = () if rule.limit is None else (case.law_number("limit", rule.limit, "m2"),)
    return PerHeadWorking(
        formula=both(formula),
        terms=(),
        ratio=AreaPerHead(of=divided, by=by),
        parameters=(
            *fields.traced(case, rule.population, _("population")),
            *(number.model_copy(update={"origin": "bureau"}) for number in cap),
            case.own_number("uncertainty", rule.uncertainty),
            case.modality(),
        ),
    )


KINDS = (Kind(PerHead, per_head, PerHeadWorking),)
