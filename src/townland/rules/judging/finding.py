"""What a rule said of a town."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from townland.i18n import Bilingual, Words, _
from townland.notebook import card
from townland.rules.judging.clause import Clause
from townland.rules.judging.trace import Trace
from townland.terms import VERDICTS, RoleName, Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One rule's verdict on one town.

    `measured`, `limit` and `margin` are in `unit` (areas always ``m2``), text for dates, or None;
    `margin` is positive where there is room. `evidence` names the measures whose pieces show it,
    `missing` the roles or dossier fields that were wanting, `assumed` what the figure leans on.
    Where the verdict waits for somebody to confirm that layers are complete, `confirms` names their
    roles and `verdict_if_confirmed` is what the verdict then is; else () and None.
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
    confirms: tuple[RoleName, ...] = ()
    verdict_if_confirmed: Verdict | None = None

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
