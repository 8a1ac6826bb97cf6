"""What every rule of a rulebook has, whatever its kind, and how its faults are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, NoReturn, get_args

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from townland.documents import Key, Strict
from townland.errors import RulebookError
from townland.i18n import Bilingual, Words, _
from townland.rules.judging.phrases import number

Unit = Literal["m2", "ha", "km2", "mu"]
Day = Annotated[dt.date, Field(strict=True)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
_SHARE: object = Share
_SHARE_BARS = Share.__metadata__[0].metadata  # type: ignore[attr-defined]  # what Annotated holds


_COMMON = {"id", "title", "kind", "clause", "note"}
"""What every rule has, whatever its kind."""


def fault(key: Key, words: Words, value: object = None) -> InitErrorDetails:
    """Make one fault, which the loader prints with file and line.

    Parameters
    ----------
    key
        Where it is.
    words
        What is wrong.
    value
        What stands there.
    """
    return InitErrorDetails(
        type="value_error", loc=key, input=value, ctx={"error": RulebookError(words)}
    )


def refuse(faults: Iterable[InitErrorDetails]) -> NoReturn:
    """Raise all `faults` at once, from within a validator."""
    raise ValidationError.from_exception_data("rulebook", list(faults))


def faults_of(problem: ValidationError) -> Iterator[InitErrorDetails]:
    """Give the faults of a validation, so that others can be added to them."""
    for error in problem.errors(include_url=False):
        yield InitErrorDetails(
            type=error["type"], loc=error["loc"], input=error["input"], ctx=error.get("ctx", {})
        )


def share_keys(model: type[Strict]) -> tuple[str, ...]:
    """Name the keys of a model that take a `Share`.

    >>> share_keys(Rule)
    ('uncertainty',)
    """
    return tuple(
        name
        for name, about in model.model_fields.items()
        if _SHARE in (about.annotation, *get_args(about.annotation))
        or (about.annotation is Decimal and about.metadata == _SHARE_BARS)
    )


class Passage(Strict):
    """A further place of the text that a rule takes a number from, in its words."""

    article: str
    quote: str = Field(min_length=1)


class Notice(Strict):
    """What a reader must know from a day on: of a rulebook as a whole, or of one clause.

    It holds on every day after `after`; `code` is stable, for programs.
    """

    code: str = Field(default="notice", pattern=r"^[a-z][a-z0-9_]*$")
    after: Day
    text: Bilingual

    def holds(self, on: dt.date) -> bool:
        """Tell whether it is to be read on the day `on`."""
        return on > self.after


class Clause(Strict):
    """Where a rule stands in the law, in the law's words, and when it is in force.

    The rule is in force from `effective` on, until the day before `superseded`. `effective_assumed`
    says that the document names no day and the rulebook assumes one. In `quote` ``……`` marks an
    omission; it is empty where the text has no words of its own for the rule, and `source` says where
    a rule is known from whose text is not at hand. `besides` are further passages that a number of the
    rule stands in, `own` names the numbers that stand in none: townland's reading, or a bureau's.
    `stands` gives for a number, by its key, the words of the quote that it is taken from; lint needs it
    where a quote holds several. `notice` stands at the head of a report from a day on.
    `responsible` are the units that the article names (责任单位), of which the first leads.
    """

    document: str = Field(min_length=1)
    article: str = ""
    quote: str
    effective: Day
    superseded: Day | None = None
    effective_assumed: bool = False
    source: str = ""
    besides: tuple[Passage, ...] = ()
    own: tuple[str, ...] = ()
    stands: dict[str, str] = Field(default_factory=dict)
    note: Bilingual | None = None
    notice: Notice | None = None
    responsible: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _period_is_one(self) -> Clause:
        if self.superseded is not None and self.superseded <= self.effective:
            refuse(
                [
                    fault(
                        ("superseded",),
                        _(
                            "superseded on {end}, which is not after the day of force {start}",
                            end=self.superseded,
                            start=self.effective,
                        ),
                    )
                ]
            )
        return self

    def in_force(self, on: dt.date) -> bool:
        """Tell whether the clause is law on the day `on`."""
        return self.effective <= on and (self.superseded is None or on < self.superseded)


class Rule(Strict):
    """What every rule has, whatever its kind.

    `modal` marks a clause with 原则上, 尽量, 一般, 左右, 适度 or 主要: beyond its bar the verdict is
    ``review``, never ``fail``. `uncertainty` replaces the rulebook's for this rule. `titles` names the
    parameters of a kind for which `terms.PARAMETERS` has no words, `reads` the fields of the dossier
    that a kind reads without a key that names them.
    """

    titles: ClassVar[Mapping[str, Words]] = {}
    reads: ClassVar[tuple[str, ...]] = ()

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    title: Bilingual
    kind: str
    clause: Clause
    modal: bool = False
    uncertainty: Share | None = None
    note: Bilingual | None = None

    @classmethod
    def shares(cls, table: Mapping[str, object]) -> tuple[str, ...]:
        """Name the keys of a rule's `table` whose number is a share or a ratio: 1 is 100 %."""
        del table  # what a number means is seldom another key's to say
        return share_keys(cls)

    @property
    def can_fail(self) -> bool:
        """Whether a town can fail this rule at all."""
        return not self.modal

    def parameters(self) -> dict[str, object]:
        """Give what is this kind's own, as JSON: what ``rules show`` prints."""
        return {
            name: number(value) if isinstance(value, Decimal) else value
            for name, value in self.model_dump(exclude=_COMMON, exclude_none=True).items()
        }

    def left_open(self) -> list[str]:
        """Name the parameters of this kind that the rule does not state."""
        return [
            name
            for name in type(self).model_fields
            if name not in _COMMON and getattr(self, name) is None
        ]


Count = Annotated[int, Field(ge=0)]


Years = Annotated[int, Field(ge=0)]


class OnlyFigures(Rule):
    """A rule that states figures and deadlines; below a bureau's own bar it asks for a look."""

    @property
    def can_fail(self) -> bool:
        """Never."""
        return False


Beyond = Literal["review", "fail"]


Whose = Literal["policy", "townland", "bureau"]


Amount = Annotated[Decimal, Field(ge=0)]


Positive = Annotated[Decimal, Field(gt=0)]


PositiveCount = Annotated[int, Field(ge=1)]
