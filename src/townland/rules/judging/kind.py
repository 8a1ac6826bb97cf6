"""A kind of rule as a record: its model and the function that judges by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, get_args

from townland.rules.judging.case import Case, R, Together
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding
from townland.rules.judging.law import Law
from townland.rules.judging.trace import Working
from townland.rules.shared_land import SharedLand


def _name(model: type[Rule]) -> str:
    """Give the name of a kind, which its model's field `kind` states."""
    return str(get_args(model.model_fields["kind"].annotation)[0])


class AnyKind(Protocol):
    """What the table of kinds knows of a kind, whatever its model."""

    @property
    def name(self) -> str:
        """The name that rulebooks state under ``kind``."""

    @property
    def model(self) -> type[Rule]:
        """The model of its rules."""

    @property
    def working(self) -> type[Working]:
        """The type of its own part of the trace."""

    @property
    def joint(self) -> bool:
        """Whether it judges all towns together."""

    @property
    def on_ground(self) -> bool:
        """Whether its findings rest on the boundaries though they name no measure."""

    def finding(
        self,
        rule: Rule,
        law: Law,
        towns: Sequence[Facts],
        on: dt.date,
        *,
        shared: tuple[SharedLand, ...] = (),
    ) -> Finding:
        """Judge by one rule: the first of the towns, or all of them where the kind is joint.

        Parameters
        ----------
        rule
            A rule of this kind.
        law
            What its rulebook says beside the rule.
        towns
            The towns as measured.
        on
            The day of the check.
        shared
            The land that boundaries share, which only a joint kind reads.
        """


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """A kind of rule on one town."""

    model: type[R]
    judge: Callable[[Case[R]], Finding]
    working: type[Working] = Working

    joint = False
    on_ground = False

    @property
    def name(self) -> str:
        """The name that rulebooks state under ``kind``."""
        return _name(self.model)

    def finding(
        self,
        rule: Rule,
        law: Law,
        towns: Sequence[Facts],
        on: dt.date,
        *,
        shared: tuple[SharedLand, ...] = (),  # noqa: ARG002 - of no concern to one town
    ) -> Finding:
        """Judge the first of the towns by one rule.

        Parameters
        ----------
        rule
            A rule of this kind.
        law
            What its rulebook says beside the rule.
        towns
            The town as measured.
        on
            The day of the check.
        shared
            The land that boundaries share, which only a joint kind reads.
        """
        assert isinstance(rule, self.model)  # noqa: S101 - the table of kinds goes by the model's own name
        return self.judge(Case(rule, law, towns[0], on))


@dataclass(frozen=True, slots=True)
class JointKind(Generic[R]):
    """A kind of rule on all towns together."""

    model: type[R]
    judge: Callable[[Together[R]], Finding]
    working: type[Working] = Working
    on_ground: bool = False

    joint = True

    @property
    def name(self) -> str:
        """The name that rulebooks state under ``kind``."""
        return _name(self.model)

    def finding(
        self,
        rule: Rule,
        law: Law,
        towns: Sequence[Facts],
        on: dt.date,
        *,
        shared: tuple[SharedLand, ...] = (),
    ) -> Finding:
        """Judge all towns together by one rule.

        Parameters
        ----------
        rule
            A rule of this kind.
        law
            What its rulebook says beside the rule.
        towns
            All towns as measured.
        on
            The day of the check.
        shared
            The land that their boundaries share.
        """
        assert isinstance(rule, self.model)  # noqa: S101 - the table of kinds goes by the model's own name
        return self.judge(Together(rule, law, towns[0], on, tuple(towns), shared))
