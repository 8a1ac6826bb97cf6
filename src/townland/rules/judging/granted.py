"""Land that was approved before: it is a part of the need of indicators that is not asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule
from townland.rules.judging.measured import term
from townland.rules.judging.references import MeasureName
from townland.rules.judging.trace import Term


@dataclass(frozen=True, slots=True)
class Granted:
    """New construction land, and what of it was approved before, in m², each by its measure.

    `approved` is 0 where the rulebook names no such measure, or no layer shows it: nothing is taken as
    granted that is not drawn.
    """

    measure: MeasureName
    new: Decimal
    by: MeasureName | None
    approved: Decimal

    @property
    def need(self) -> Decimal:
        """What is asked for: the new construction land without what was approved before."""
        return self.new if self.approved == 0 else self.new - self.approved

    @property
    def measures(self) -> tuple[MeasureName, ...]:
        """The measures that the need is computed from."""
        return (self.measure, self.by) if self.by is not None and self.approved else (self.measure,)

    def terms(self) -> tuple[Term, ...]:
        """Trace the need: the new construction land, less what was approved before."""
        new = term(self.measure, "area_m2", self.new)
        if self.by is None or not self.approved:
            return (new,)
        return new, term(self.by, "area_m2", ZERO - self.approved)

    def words(self) -> Words | None:
        """Say what was approved before, and what is left to be asked for."""
        if not self.approved:
            return None
        return _(
            "Of it {approved} was approved before and is not asked for again; the need is {need}.",
            approved=phrases.area(self.approved),
            need=phrases.area(self.need),
        )


def granted(case: Case[Rule], measure: MeasureName, approved: MeasureName | None) -> Granted:
    """Measure new construction land, and what of it was approved before.

    Parameters
    ----------
    case
        The rule on its town.
    measure
        The measure of new construction land.
    approved
        The measure of what of it was approved before; None where the rulebook names none.
    """
    known = approved is not None and not case.silent(approved)
    of_it = case.measure(approved).area_m2 if approved is not None and known else ZERO
    return Granted(measure, case.measure(measure).area_m2, approved, of_it)
