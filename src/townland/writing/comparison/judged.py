"""What a comparison reads of runs, and what it gives: the keys of ``comparison.json``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias, TypedDict

from pydantic import BeforeValidator, Field

from townland.rules.judging.trace import Row, Titled

Value: TypeAlias = bool | int | float | str | None
"""A figure or the value of a parameter, as ``assessment.json`` holds it."""


class JudgedParameter(Row):
    """A number that a finding was judged by, and whose it is."""

    name: str
    value: Value
    origin: str | None = None


class JudgedMeasure(Row):
    """A measure of a finding: its title, what defines it beside its name, its area."""

    title: Titled
    layers: tuple[str, ...] = ()
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    tagged: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    or_tagged: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    owned: dict[str, str] = Field(default_factory=dict)
    outside: str | None = None
    area_m2: float

    def definition(self) -> str:
        """Write what the measure is; two rulebooks may call one thing by two names."""
        return self.model_dump_json(
            include={"layers", "where", "tagged", "or_tagged", "owned", "outside"}
        )


class JudgedTrace(Row):
    """What a comparison needs of how a figure came about."""

    parameters: tuple[JudgedParameter, ...] = ()
    measures: tuple[JudgedMeasure, ...] = ()


def _as_text(clause: object) -> object:
    """Write a list in a clause, such as the units responsible, as one text."""
    if not isinstance(clause, dict):
        return clause
    return {
        key: "、".join(map(str, value)) if isinstance(value, list) else value
        for key, value in clause.items()
    }


class JudgedFinding(Row):
    """A finding of one of the runs."""

    rule: str
    rulebook: str = ""
    title: str
    town: str | None
    verdict: str
    measured: Value
    limit: Value
    unit: str
    clause: Annotated[dict[str, str | None], BeforeValidator(_as_text)]
    trace: JudgedTrace

    def values(self) -> dict[str, Value]:
        """Give the values of the parameters by name."""
        return {each.name: each.value for each in self.trace.parameters}

    def origins(self) -> dict[str, str | None]:
        """Say by name whose the parameters are."""
        return {each.name: each.origin for each in self.trace.parameters}

    def area_of(self) -> JudgedMeasure | None:
        """Give the measure whose area the figure is; None where it is none's."""
        for measure in self.trace.measures[:1]:
            if self.unit == "m2" and self.measured == measure.area_m2:
                return measure
        return None


class JudgedNotice(Row):
    """What stands at the head of a run."""

    code: str
    message: str


class JudgedRun(Row):
    """One of the runs."""

    on: str
    rulebook: dict[str, str | None]
    findings: tuple[JudgedFinding, ...]
    notices: tuple[JudgedNotice, ...] = ()

    def areas(self) -> Iterator[tuple[str, JudgedFinding, JudgedMeasure]]:
        """Give the findings whose figure is an area, with what tells this area from any other."""
        for finding in self.findings:
            measure = finding.area_of()
            if measure is not None:
                area = f"{finding.town} {finding.measured} {measure.definition()}"
                yield area, finding, measure


# ------------------------------------------------------------------ what a comparison gives


class RunEntry(TypedDict):
    """One of the runs: its name, its day, its rulebook."""

    name: str
    on: str
    rulebook: dict[str, str | None]
    notices: list[dict[str, str]]


class LeftOutEntry(TypedDict):
    """A pair of rulebook and day that was left out, for no rule of it is in force."""

    rulebook: str
    on: str
    message: str


class AbsentRule(TypedDict):
    """Runs differ because some of them have no such rule."""

    what: Literal["rule"]
    not_in: list[str]


class OtherClause(TypedDict):
    """Runs differ in the clause."""

    what: Literal["clause"]
    values: dict[str, dict[str, str | None]]


class OtherParameter(TypedDict):
    """Runs differ in a number that they judge by."""

    what: Literal["parameter"]
    name: str
    title: dict[str, str]
    values: dict[str, Value]
    origins: dict[str, str | None]


class OtherFigure(TypedDict):
    """Runs differ in what was measured."""

    what: Literal["measured"]
    values: dict[str, Value]
    units: dict[str, str]


class OtherDay(TypedDict):
    """Runs differ in the day alone."""

    what: Literal["day"]
    values: dict[str, str]


Cause: TypeAlias = AbsentRule | OtherClause | OtherParameter | OtherFigure | OtherDay


class VerdictRow(TypedDict):
    """A rule and a town: what each run says, by the run's name, and what made them differ."""

    rule: str
    rulebooks: dict[str, str]
    town: str | None
    title: str
    verdicts: dict[str, str | None]
    measured: dict[str, Value]
    limit: dict[str, Value]
    unit: dict[str, str]
    differs: bool
    because: list[Cause]


class RuleEntry(TypedDict):
    """A rule that judges an area, in one of the runs."""

    rule: str
    rulebook: str
    title: str
    verdict: str
    limit: Value


class AreaRow(TypedDict):
    """An area that the runs measure alike, and each run's own rules for it."""

    town: str | None
    title: dict[str, str]
    measured: Value
    unit: str
    rules: dict[str, list[RuleEntry]]


class ComparedRuns(TypedDict):
    """Several runs side by side."""

    schema: str
    runs: list[RunEntry]
    left_out: list[LeftOutEntry]
    verdicts: list[VerdictRow]
    same_measure: list[AreaRow]
