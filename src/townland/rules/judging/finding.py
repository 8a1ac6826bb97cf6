"""What a rule said of a town."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from townland.i18n import Bilingual, Words, _
from townland.notebook import card
from townland.rules.judging.clause import Clause
from townland.rules.judging.facts import Facts
from townland.rules.judging.trace import Trace
from townland.terms import VERDICTS, RoleName, Verdict

FigureRole = Literal["decides", "part", "wider", "second_source", "base"]
"""What a measure is there for in a reason: `terms.FIGURE_ROLES` has the words."""


@dataclass(frozen=True, slots=True)
class ReasonFigure:
    """A measure that the reason of a finding names, as every picture, list and map shows it.

    Areas are in m²: `gross_m2` and `net_m2` (None where no ridge coefficient is known) are the sums of
    its `pieces`, slivers included. `printed_m2` is what the reason prints of it: gross or net, for a
    source of new land net with the `booked_m2` of ridges that other sources lent it.
    """

    measure: str
    title: Bilingual
    role: FigureRole
    gross_m2: Decimal
    net_m2: Decimal | None
    printed_m2: Decimal
    pieces: int

    @property
    def booked_m2(self) -> Decimal:
        """What is printed beyond the measure's own pieces: ridges that other land lent it."""
        own = self.gross_m2 if self.net_m2 is None else self.net_m2
        return self.printed_m2 - (self.gross_m2 if self.printed_m2 == self.gross_m2 else own)


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One rule's verdict on one town.

    `measured`, `limit` and `margin` are in `unit` (areas always ``m2``), text for dates, or None;
    `margin` is positive where there is room. `figures` are the measures that `why` names, the decisive
    first, and `evidence` names those of them that have pieces to show; `missing` the roles or dossier
    fields that were wanting, `assumed` what the figure leans on.
    Where the verdict waits for somebody to confirm that layers are complete, `confirms` names their
    roles and `verdict_if_confirmed` is what the verdict then is; else () and None. `pm` is the ± at
    95 % of an area that is measured, None where some accuracy is not stated; `verdict_at_face_value` is
    what the verdict would be were no accuracy stated, where that is a fail and the verdict is none.
    """

    rule: str
    title: Bilingual
    town: str | None
    verdict: Verdict
    measured: Decimal | str | None
    limit: Decimal | str | None
    margin: Decimal | str | None
    unit: str
    why: Words
    clause: Clause
    trace: Trace
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    assumed: tuple[Words, ...] = ()
    towns: tuple[str, ...] = ()
    rulebook: str = ""
    confirms: tuple[RoleName, ...] = ()
    verdict_if_confirmed: Verdict | None = None
    figures: tuple[ReasonFigure, ...] = ()
    pm: Decimal | None = None
    verdict_at_face_value: Verdict | None = None

    @property
    def only_waits(self) -> bool:
        """Whether it asks for no judgement, and only for a confirmation that layers are complete."""
        return self.verdict_if_confirmed not in (None, Verdict.REVIEW)

    def __repr__(self) -> str:
        town = self.town or ", ".join(self.towns)
        figure = "" if self.measured is None else f", {self.measured} {self.unit}"
        return f"<Finding {self.rule} {town}: {self.verdict.value}{figure}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the verdict, its figures, its reason and its clause."""
        clause = f"{self.clause.document} {self.clause.article}"
        measured, limit, margin = (
            None if figure is None else f"{figure} {self.unit}"
            for figure in (self.measured, self.limit, self.margin)
        )
        return card(
            _("{name}: {value}", name=self.rule, value=self.title),
            {
                _("town"): self.town or ", ".join(self.towns),
                _("verdict"): VERDICTS[self.verdict],
                _("measured"): measured,
                _("limit"): limit,
                _("margin"): margin,
                _("reason"): self.why,
                _("clause"): clause,
                _("quote"): self.clause.quote or None,
            },
        )


Judge = Callable[[Facts], Finding]
"""One rule, as it judges a town."""
