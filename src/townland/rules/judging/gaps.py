"""What keeps a rule from being judged: missing layers, land they do not cover, unknown codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from townland import terms
from townland.i18n import Words, _
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO, Case
from townland.rules.judging.clause import Rule


@dataclass(frozen=True, slots=True)
class Gaps:
    """What keeps a rule from being judged: roles without a layer, uncovered land, unknown codes."""

    missing: tuple[str, ...]
    roles: tuple[str, ...]
    uncovered_m2: Decimal
    unknown_m2: Decimal
    whole_m2: Decimal

    def __bool__(self) -> bool:
        return bool(self.missing) or self.uncovered_m2 > 0 or self.unknown_m2 > 0

    @property
    def total(self) -> bool:
        """Whether nothing at all is known of the town."""
        return bool(self.missing) or 0 < self.whole_m2 <= self.uncovered_m2

    def words(self) -> Words | None:
        """Say what is missing, with the area it is missing for."""
        if self.missing:
            return _(
                "There is no layer for: {roles}; {area} of the town are not covered.",
                roles=phrases.listed(map(terms.role, self.missing)),
                area=phrases.area(self.uncovered_m2),
            )
        uncovered = unknown = None
        if self.uncovered_m2 > 0:
            uncovered = _(
                "{area} of the town are not covered by the layers needed ({roles}).",
                area=phrases.area(self.uncovered_m2),
                roles=phrases.listed(map(terms.role, self.roles)),
            )
        if self.unknown_m2 > 0:
            unknown = _(
                "{area} bear land codes that their scheme does not know.",
                area=phrases.area(self.unknown_m2),
            )
        return phrases.sentences(uncovered, unknown) if self else None


def known_part(gap: Gaps) -> Words | None:
    """Begin the figures of a town that is known in part only."""
    return _("For the part that is known:") if gap and not gap.total else None


def gaps(case: Case[Rule], *names: str) -> Gaps:
    """Find what keeps the measures called `names` from being known whole."""
    measures = [case.measure(name) for name in names]
    specs = [case.rulebook.measure[name] for name in names]
    return Gaps(
        tuple(dict.fromkeys(role for measure in measures for role in measure.missing)),
        tuple(dict.fromkeys(role for spec in specs for role in spec.needed)),
        max((measure.uncovered_m2 for measure in measures), default=ZERO),
        # without a filter by class an unknown code changes nothing
        max(
            (
                measure.unknown_m2
                for measure, spec in zip(measures, specs, strict=True)
                if spec.where
            ),
            default=ZERO,
        ),
        case.facts.area_m2,
    )


def stands_in(case: Case[Rule], roles: Iterable[str], other: str) -> Words:
    """Say that another measure stands in for one of which the layers say nothing.

    Parameters
    ----------
    case
        The rule on its town.
    roles
        The roles of which nothing is known.
    other
        The measure that stands in.
    """
    return _(
        "No {role} is known of this town, so “{other}” is measured instead",
        role=phrases.listed(map(terms.role, roles)),
        other=case.title(other),
    )
