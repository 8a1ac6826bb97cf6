"""How a figure came about: the types of a trace, written to ``assessment.json`` and read back from it.

A kind of rule states its own part of the trace as a `Working`: the formula, the terms of the figure, the
numbers it was judged by, and tables of rows. A row's values say by their annotations how they are put
into words, so that a reader needs to know no kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import Annotated, ClassVar, Literal, Protocol, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema, WrapValidator

from townland import units
from townland.i18n import Bilingual, Words, _
from townland.rules.judging import phrases
from townland.rules.judging.arithmetic import SHARE_DIGITS, years_later

T = TypeVar("T")
Origin = Literal["policy", "townland", "bureau", "dossier"]
"""Whose a number is that a rule judges by."""


OWN = "own"
"""The unit of a column whose figures are in the unit of the finding itself."""


class Name(Enum):
    """What a value of a row is the name of, so that a reader can call it as people do."""

    TOWN = auto()
    MEASURE = auto()
    FIELD = auto()
    SOURCE = auto()
    VERDICT = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """How a value of a row is put into words.

    `title` stands before it; without one the value itself says what the row is of. `head` heads the
    column where a report lays the rows out as a table (`Part.table`), in which areas are in ha; what has
    none is not in the table. `unit` is that of a figure, `OWN` where it is the finding's; a number
    without one is printed as it is. `of` and `words` say what a value is called. With `if_any` a 0, a
    false or an empty list is left out; `shown` is false for what only programs need.
    """

    title: Words | None = None
    head: Words | None = None
    unit: str = ""
    of: Name | None = None
    words: Mapping[str, Words] = field(default_factory=dict, hash=False)
    if_any: bool = False
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """The title of a part of a trace: a row, several rows, or rows by the measure they are of."""

    title: Words
    table: bool = False
    """Whether a report lays the part out as a table of its own."""


def _as_printed(value: object, read: Callable[[object], Decimal]) -> Decimal:
    """Keep an area that knows how it is printed as it is."""
    return value if isinstance(value, units.Printed) else read(value)


Number = Annotated[
    Decimal,
    WrapValidator(_as_printed),
    PlainSerializer(phrases.number, return_type=int | float),
    WithJsonSchema({"type": "number"}, mode="serialization"),
]
"""A figure, exact; in JSON a number, whole ones without a point."""
ShareNumber = Annotated[Decimal, PlainSerializer(float, return_type=float)]
"""A share of 1; in JSON always with a point."""
TownCode = Annotated[str, Column(of=Name.TOWN)]
TownCodes = Annotated[tuple[str, ...], Column(of=Name.TOWN)]
MeasureKey = Annotated[str, Column(of=Name.MEASURE)]
FieldPath = Annotated[str, Column(of=Name.FIELD)]
Head = Annotated[str, Column()]
"""A text that says by itself what its row is of."""
Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"


class Row(BaseModel):
    """A row of a trace: frozen, and only what was stated is written."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Say how each value is put into words, by its name and in order."""
        return {name: _about(cls, name, Column) or Column() for name in cls.model_fields}

    def stated(self) -> Iterator[tuple[str, Column, object]]:
        """Give the values that were stated, each with its name and how it is put into words."""
        for name, column in self.columns().items():
            if name in self.model_fields_set:
                yield name, column, getattr(self, name)


def _about(model: type[BaseModel], name: str, kind: type[T]) -> T | None:
    """Find what a field's annotation says of it, in an optional or a sequence, too.

    Parameters
    ----------
    model, name
        The model and its field.
    kind
        The type of what is looked for.
    """
    return next((each for each in _annotated(model, name) if isinstance(each, kind)), None)


def _annotated(model: type[BaseModel], name: str) -> Iterator[object]:
    """Give all that a field's annotation is made of, the outermost first."""
    about = model.model_fields[name]
    waiting: list[object] = [*about.metadata, about.annotation]
    while waiting:
        each = waiting.pop(0)
        yield each
        waiting += [*getattr(each, "__metadata__", ()), *get_args(each)]


class Titled(Row):
    """A text in both languages."""

    zh: str
    en: str

    def words(self) -> Bilingual:
        """Give the text for a reader of either language."""
        return Bilingual(self.zh, self.en)


def both(text: Words) -> Titled:
    """Put a sentence into both languages, for a trace."""
    return Titled(zh=text.render("zh"), en=text.render("en"))


class Term(Row):
    """One addend of a figure: a figure of a measure, a field of the dossier, or a town that counts."""

    measure: MeasureKey | None = None
    towns: tuple[TownCode, ...] = ()
    town: TownCode | None = None
    field: FieldPath | None = None
    title: Titled | None = None
    name: Head | None = None
    on: Head | None = None
    entry: Head | None = None
    figure: Literal["area_m2", "net_m2", "declared"] | None = None
    value: Number
    listed: bool | None = None
    entries: tuple[str, ...] = ()
    document: str | None = None


class Parameter(Row):
    """A number, or another setting, that a rule judges by, and whose it is."""

    name: str
    value: bool | int | Number | str
    unit: str | None
    title: Titled
    origin: Origin


def parameter_of(
    name: str,
    value: bool | int | Decimal | str,
    *,
    title: Words,
    origin: Origin,
    unit: str | None = None,
) -> Parameter:
    """Trace a number, or another setting, by its title in both languages.

    Parameters
    ----------
    name, value
        The rule's parameter or the field of the dossier, and its value.
    title, origin
        What it is called, and whose it is.
    unit
        The unit that it is stated in.
    """
    return Parameter(name=name, value=value, unit=unit, title=both(title), origin=origin)


class Change(Row):
    """A parameter that the rulebook changed against the one it inherits.

    `inherited` is None where the other rulebook does not state it; `default` is then what held in its
    place, and `default_origin` whose number that is: townland's, the bureau's, or the kind's own.
    """

    name: str
    value: object
    inherited: object
    from_: str = Field(alias="from")
    default: object = None
    default_origin: Literal["townland", "bureau", "kind"] | None = None


class Force(Row):
    """When the clause of a finding came into force, and where it is known from at second hand."""

    effective: str
    effective_assumed: bool
    source: str | None = None


class MeasureFigures(Row):
    """A measure of a finding: its definition and its figures in m²."""

    name: str
    title: Titled
    layers: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    tagged: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    or_tagged: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    owned: Mapping[str, str] = Field(default_factory=dict)
    outside: str | None = None
    area_m2: Number
    net_m2: Number | None
    sliver_m2: Number
    uncovered_m2: Number
    unknown_m2: Number
    closure_m2: Number
    pieces: int
    missing: tuple[str, ...]
    area_pm_m2: Number | None = None


class End(Row):
    """What a rule says were all land without a planned use planned as a measure counts it."""

    planned_as: str
    verdict: str
    measured: Number | str | None


class Patch(Row):
    """A feature that a measure's pieces lie on, with their number and area in it.

    `planned_use` and `present` are the classes of the plan and of the feature's own layer, several one
    after another; None where no layer of the measure has them.
    """

    id: Head
    planned_use: Annotated[str | None, Column(_("planned use"), if_any=True)] = None
    present: Annotated[str | None, Column(_("present class"), if_any=True)] = None
    pieces: Annotated[int, Column(_("in pieces"))]
    area_m2: Annotated[Number, Column(_("area"), unit="m2")]
    sliver: Annotated[bool, Column(_("sliver only"), if_any=True)]


Patches = Annotated[Mapping[MeasureKey, tuple[Patch, ...]], Part(_("features met"))]
"""The features met, by the measure whose pieces lie on them."""

# ------------------------------------------------------------------ the ways a figure comes about


class Way(Protocol):
    """How a figure comes about; every way can be computed again from what it holds."""

    def result(self) -> Decimal | str | None:
        """Compute the figure again; None where there is none."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure that is the sum of its terms; None without terms."""

    terms: tuple[Term, ...]

    def result(self) -> Decimal | None:
        """Add the terms up.

        >>> Sum((Term(value=Decimal("1.25")), Term(value=Decimal(2)))).result()
        Decimal('3.25')
        >>> Sum(()).result()
        """
        return total(self.terms) if self.terms else None


class Quotient(Row):
    """A figure divided by another, times a factor, rounded half up to some digits."""

    of: Number
    by: Number
    times: Number
    digits: int

    def result(self) -> Decimal:
        """Divide.

        >>> Quotient(of=15, by=3000000, times=1000000, digits=4).result()
        Decimal('5.0000')
        """
        return units.half_up(self.of * self.times / self.by, self.digits)


class Ratio(Row):
    """A ratio of sums, times a factor; an area below counts in `area_unit`."""

    of: tuple[Term, ...]
    by: tuple[Term, ...]
    factor: Number = Decimal(1)
    area_unit: str | None = None

    rounded_to: ClassVar[int] = SHARE_DIGITS

    def result(self) -> Decimal:
        """Divide the sums."""
        whole = total(self.by) if self.by else Decimal(1)
        if self.area_unit:
            whole /= units.to_m2(1, self.area_unit)
        return units.half_up(total(self.of) * self.factor / whole, self.rounded_to)


class Deadline(Row):
    """A day some years after another."""

    from_: str = Field(alias="from")
    years: int

    def result(self) -> str:
        """Give the day.

        >>> Deadline(from_="2018-06-01", years=1).result()
        '2019-06-01'
        """
        return years_later(dt.date.fromisoformat(self.from_), self.years).isoformat()


_NOTHING = Decimal(0)


def total(terms: tuple[Term, ...]) -> Decimal:
    """Add up the values of some terms."""
    return sum((term.value for term in terms), _NOTHING)


# ------------------------------------------------------------------ the whole


Rows: TypeAlias = Row | tuple[Row, ...] | Mapping[str, tuple[Row, ...]]


class Working(Row):
    """A kind's own part of a trace; a kind with parts of its own states them in a subclass."""

    formula: Titled
    terms: tuple[Term, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    def way(self) -> Way | None:
        """Say how the figure comes about: as the sum of its terms, where a kind says nothing else."""
        return Sum(self.terms)

    def parts(self) -> Iterator[tuple[Part, Rows]]:
        """Give the parts that are rows, each with its title, in their order."""
        for name in type(self).model_fields:
            part = _about(type(self), name, Part)
            held = getattr(self, name)
            if part is not None and held:
                yield part, held


@dataclass(frozen=True, slots=True)
class Trace:
    """How a finding's figure came about, whole: enough to compute it again."""

    kind: str
    clause: Force
    working: Working
    measured: Decimal | str | None
    limit: Decimal | str | None
    margin: Decimal | str | None
    measures: tuple[MeasureFigures, ...] = ()
    inherited: tuple[Change, ...] = ()
    ends: tuple[End, ...] = ()

    def recomputed(self) -> Decimal | str | None:
        """Compute the figure again from the trace alone; None where the finding has none."""
        way = self.working.way()
        return None if self.measured is None or way is None else way.result()

    def document(self) -> dict[str, Json]:
        """Give the trace as JSON: only what was stated, and the kind's parts beside the others."""
        own = _plain(self.working)
        ends: dict[str, Json] = {
            name: phrases.number(value) if isinstance(value, Decimal) else value
            for name, value in (
                ("measured", self.measured), ("limit", self.limit), ("margin", self.margin)
            )
        }  # fmt: skip
        changed: dict[str, Json] = (
            {"inherited": [_plain(each) for each in self.inherited]} if self.inherited else {}
        )
        return {
            "kind": self.kind,
            "clause": _plain(self.clause),
            **changed,
            **own,
            **ends,
            "measures": [_plain(each) for each in self.measures],
            **({"ends": [_plain(each) for each in self.ends]} if self.ends else {}),
        }


def _plain(row: Row) -> dict[str, Json]:
    plain: dict[str, Json] = row.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return plain


def own_parts(working: type[Working]) -> set[str]:
    """Name the parts that are a kind's own."""
    return set(working.model_fields) - set(Working.model_fields)


def read_trace(document: Mapping[str, object], working: type[Working]) -> Trace:
    """Read a trace back from JSON.

    Parameters
    ----------
    document
        As `Trace.document` gives it.
    working
        The type of the part that is its kind's own.

    Raises
    ------
    ValueError
        The document is no trace of this kind.
    """
    ends = Ends.model_validate(document)
    if not own_parts(working) & document.keys():
        working = Working  # the dossier leaves out what the rule needs, or the rule does not apply
    return Trace(
        kind=ends.kind,
        clause=ends.clause,
        working=working.model_validate(document),
        measured=ends.measured,
        limit=ends.limit,
        margin=ends.margin,
        measures=ends.measures,
        inherited=ends.inherited,
        ends=ends.ends,
    )


class Ends(Row):
    """What every trace has in JSON beside its kind's own part."""

    kind: str
    clause: Force
    inherited: tuple[Change, ...] = ()
    measured: Number | str | None
    limit: Number | str | None
    margin: Number | str | None
    measures: tuple[MeasureFigures, ...]
    ends: tuple[End, ...] = ()
