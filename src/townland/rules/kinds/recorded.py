"""Kinds of rules on clauses without a figure: facts that are recorded, functions that a plan unites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from townland import units
from townland.documents import Strict
from townland.i18n import Bilingual, Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import Case
from townland.rules.judging.clause import OnlyFigures, fault, refuse
from townland.rules.judging.declared import count_of, policy_number
from townland.rules.judging.finding import Finding
from townland.rules.judging.gaps import Gaps, gaps, known_part
from townland.rules.judging.kind import Kind
from townland.rules.judging.references import MeasureName, TruthField
from townland.rules.judging.trace import Column, MeasureKey, Number, Part, Row, Term, Working, both
from townland.rules.judging.verdict import verdict_of


class RecordedFact(Strict):
    """A field of the dossier that answers yes or no, and what a yes says."""

    field: TruthField
    title: Bilingual


class RecordedFacts(OnlyFigures):
    """What the dossier records for a clause that sets no bar; each is stated, and nothing is judged."""

    kind: Literal["recorded_facts"]
    facts: Annotated[tuple[RecordedFact, ...], Field(json_schema_extra={"minItems": 1})]

    @model_validator(mode="after")
    def _some_are_recorded(self) -> RecordedFacts:
        if not self.facts:
            refuse([fault(("facts",), _("at least one fact is recorded"))])
        return self


class Function(Strict):
    """A function of a town, and the planned land that stands for it."""

    measure: MeasureName
    title: Bilingual


class UsesTogether(OnlyFigures):
    """How many functions of a town its plan has land for."""

    kind: Literal["uses_together"]
    uses: Annotated[tuple[Function, ...], Field(json_schema_extra={"minItems": 1})]

    @model_validator(mode="after")
    def _some_are_united(self) -> UsesTogether:
        if not self.uses:
            refuse([fault(("uses",), _("at least one function is named"))])
        return self


class FunctionRow(Row):
    """The land that the plan has for a function."""

    measure: MeasureKey
    area_m2: Annotated[Number, Column(_("area"), unit="m2")]
    sliver_m2: Annotated[Number, Column(_("of it slivers"), unit="m2", if_any=True)]


class TogetherWorking(Working):
    """The trace's own part of `uses_together`."""

    functions: Annotated[tuple[FunctionRow, ...], Part(_("by function"))]


def recorded_facts(case: Case[RecordedFacts]) -> Finding:
    """State what the dossier records, and what it leaves out."""
    rule = case.rule
    stated = {each.field: case.facts.stated(each.field, bool) for each in rule.facts}
    silent = tuple(path for path, value in stated.items() if value is None)
    count = units.exact(sum(value is True for value in stated.values()))
    return case.finding(
        verdict_of(unknown=bool(silent), judges=False),
        _recorded_why(rule, stated, silent),
        _recorded_working(case, stated),
        measured=count if len(silent) < len(stated) else None,
        unit="count",
        missing=silent,
    )


def _recorded_why(
    rule: RecordedFacts, stated: Mapping[str, bool | None], silent: tuple[str, ...]
) -> Words:
    """Say yes or no to each fact, and name those that are not stated.

    Parameters
    ----------
    rule
        The rule with the title of each fact.
    stated
        What the dossier says, by the field.
    silent
        The fields that it leaves out.
    """
    answers = (
        _("{title}: yes.", title=each.title)
        if stated[each.field]
        else _("{title}: no.", title=each.title)
        for each in rule.facts
        if stated[each.field] is not None
    )
    return phrases.sentences(*answers, phrases.unknown(silent) if silent else None)


def _recorded_working(case: Case[RecordedFacts], stated: Mapping[str, bool | None]) -> Working:
    return Working(
        formula=both(_("The number of facts that the dossier answers with yes.")),
        terms=tuple(
            Term(
                field=each.field, value=count_of(stated[each.field] is True), title=both(each.title)
            )
            for each in case.rule.facts
            if stated[each.field] is not None
        ),
        parameters=tuple(
            policy_number(each.field, each.title.zh, each.title) for each in case.rule.facts
        ),
    )


def uses_together(case: Case[UsesTogether]) -> Finding:
    """Count the functions that the plan has land for, slivers apart."""
    names = [each.measure for each in case.rule.uses]
    gap = gaps(case, *names)
    count = units.exact(sum(_has_land(case, name) for name in names))
    return case.finding(
        verdict_of(unknown=bool(gap), judges=False),
        _together_why(case, gap),
        _together_working(case, gap),
        measured=None if gap.total else count,
        measures=names,
        unit="count",
        missing=gap.missing,
    )


def _has_land(case: Case[UsesTogether], name: str) -> bool:
    """Tell whether the plan has more than slivers for a function."""
    measure = case.measure(name)
    return measure.area_m2 > measure.sliver_m2


def _together_why(case: Case[UsesTogether], gap: Gaps) -> Words:
    uses = () if gap.total else case.rule.uses
    planned = (
        _(
            "{title}: {measure} {area}.",
            title=each.title,
            measure=case.title(each.measure),
            area=phrases.area(case.measure(each.measure).area_m2),
        )
        if _has_land(case, each.measure)
        else _("{title}: no land is planned for it.", title=each.title)
        for each in uses
    )
    return phrases.sentences(gap.words(), known_part(gap), *planned)


def _together_working(case: Case[UsesTogether], gap: Gaps) -> TogetherWorking:
    uses = () if gap.total else case.rule.uses
    return TogetherWorking(
        formula=both(_("The number of functions that the plan has land for, slivers apart.")),
        terms=tuple(
            Term(title=both(each.title), value=count_of(_has_land(case, each.measure)))
            for each in uses
        ),
        functions=tuple(
            FunctionRow(
                measure=each.measure,
                area_m2=case.measure(each.measure).area_m2,
                sliver_m2=case.measure(each.measure).sliver_m2,
            )
            for each in uses
        ),
        parameters=tuple(
            policy_number(each.measure, each.title.zh, each.title) for each in case.rule.uses
        ),
    )


KINDS = (
    Kind(RecordedFacts, recorded_facts),
    Kind(UsesTogether, uses_together, TogetherWorking),
)
