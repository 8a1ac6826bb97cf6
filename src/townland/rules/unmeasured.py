"""What is reported of a town that could not be measured, and of the rules on all towns beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from townland.i18n import MOST_NAMED, Words, _
from townland.measuring import TownResult
from townland.rules.judging import phrases
from townland.rules.judging.finding import Finding
from townland.rules.notices import HeadNotice
from townland.terms import Verdict


def not_measured(finding: Finding, reason: Words) -> Finding:
    """The finding of a rule on a town that could not be measured: not evaluated, whatever it asks."""
    return _left_open(finding, _("The town could not be measured: {reason}", reason=reason))


def beside_unmeasured(finding: Finding, unmeasured: Sequence[str]) -> Finding:
    """The finding on all towns where some could not be measured: what they might change is open.

    Parameters
    ----------
    finding
        Of the towns that were measured; a fail stays one.
    unmeasured
        The names of the others.
    """
    if not unmeasured or finding.verdict in (Verdict.FAIL, Verdict.INFO):
        return finding
    why = _(
        "Towns that could not be measured are not in this: {towns}.",
        towns=phrases.listed(unmeasured),
    )
    return _left_open(finding, phrases.sentences(finding.why, why))


def _left_open(finding: Finding, why: Words) -> Finding:
    return replace(
        finding,
        verdict=Verdict.NOT_EVALUATED,
        measured=None,
        margin=None,
        pm=None,
        why=why,
        evidence=(),
        figures=(),
        confirms=(),
        verdict_if_confirmed=None,
        verdict_at_face_value=None,
    )


def unmeasured_notices(towns: Sequence[TownResult]) -> Iterator[HeadNotice]:
    """Name the towns that could not be measured, each with its reason, at the head of the report."""
    those = [each for each in towns if each.failed is not None]
    for each in those[:MOST_NAMED]:
        yield HeadNotice(
            "town_not_measured",
            _(
                "{code} {name} could not be measured, and no rule on it was evaluated: {reason}",
                code=each.town.code,
                name=each.town.name,
                reason=each.failed,
            ),
        )
    if len(those) > MOST_NAMED:
        message = _("There are {count} more like these.", count=len(those) - MOST_NAMED)
        yield HeadNotice("town_not_measured", message)
