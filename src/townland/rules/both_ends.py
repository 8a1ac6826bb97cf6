"""A rule that leans on a plan, judged at both ends: nothing more is planned, or all open land is.

A plan without declared coverage says nothing of the land beside its plots (`measuring.unplanned`). A
verdict that is the same whatever becomes of that land stands; any other waits for somebody to confirm
that the plan is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from townland.i18n import Words, _
from townland.measuring.areas import Measure
from townland.measuring.asked import Kept
from townland.measuring.unplanned import PLAN, planned_as
from townland.rules.judging import phrases
from townland.rules.judging.case import ZERO
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding, Judge
from townland.rules.judging.references import measure_names
from townland.rules.judging.trace import End
from townland.terms import VERDICTS, Verdict

PlannedAs = Callable[[Measure, Kept | None], Measure]
"""As `measuring.unplanned.planned_as`, which a caller with many rules may remember."""


def at_both_ends(
    judge: Judge, facts: Facts, rule: Rule, planned: PlannedAs = planned_as
) -> Finding:
    """Judge a town as it is planned, and with the land without a planned use planned in every way.

    The ways are those that the rule's own measures tell apart: land planned as one of them counts.

    Parameters
    ----------
    judge
        Judges by the rule.
    facts
        The town as measured.
    rule
        The rule.
    planned
        Gives a measure with the land without a planned use planned in some way.
    """
    finding = judge(facts)
    gaining = {name: measure for name, measure in facts.measures.items() if measure.unplanned}
    # what is not known for another reason is not known better at the other end
    if not gaining or finding.verdict is Verdict.NOT_EVALUATED:
        return finding
    names = dict.fromkeys(name for _key, name in measure_names(type(rule), rule.model_dump()))
    gaining = {name: gaining[name] for name in names if name in gaining}
    ways = _ways(gaining)
    if not ways:
        return finding
    others = []
    for way in ways:
        at_end = {name: planned(measure, way) for name, measure in gaining.items()}
        others.append(judge(replace(facts, measures={**facts.measures, **at_end})))
    ends = tuple(
        End(planned_as=name, verdict=other.verdict.value, measured=other.measured)
        for name, other in zip(ways.values(), others, strict=True)
        if (other.verdict, other.measured) != (finding.verdict, finding.measured)
    )
    finding = replace(finding, trace=replace(finding.trace, ends=ends))
    if {other.verdict for other in others} != {finding.verdict}:
        return _waiting(finding, others, facts)
    why = phrases.sentences(finding.why, _stands(finding, others, facts))
    # what waits for another layer may wait for the plan as well
    alike = {other.verdict_if_confirmed for other in others} == {finding.verdict_if_confirmed}
    confirms = finding.confirms if alike else (*finding.confirms, PLAN)
    return replace(finding, why=why, confirms=confirms)


def _ways(gaining: Mapping[str, Measure]) -> dict[Kept | None, str]:
    """The ways to plan land that some measures tell apart, each with a measure that counts it."""
    ways: dict[Kept | None, str] = {}
    for name, measure in gaining.items():
        if measure.unplanned is not None:
            ways.setdefault(measure.unplanned.as_, name)
    return ways


def _range(finding: Finding, others: Sequence[Finding]) -> tuple[Decimal, Decimal] | None:
    """From where to where the figure may lie; None where it is none, or the same at all ends."""
    figures = [each.measured for each in (finding, *others)]
    numbers = [figure for figure in figures if isinstance(figure, Decimal)]
    if len(numbers) < len(figures) or len(set(numbers)) == 1:
        return None
    return min(numbers), max(numbers)


def _stands(finding: Finding, others: Sequence[Finding], facts: Facts) -> Words | None:
    """Say how far the figure may go where the verdict is the same at all ends.

    Parameters
    ----------
    finding, others
        What the rule says of the town as it is planned, and at the other ends.
    facts
        The town as measured.
    """
    reach = _range(finding, others)
    if reach is None:
        return None
    place = _place(facts, finding, reach)
    if finding.verdict is Verdict.INFO:
        return _(
            "{open} of the town have no planned use. Were all of it built on, this would be from"
            " {low} to {high}.",
            **place,
        )
    return _(
        "{open} of the town have no planned use. Were all of it built on, this would be from {low} to"
        " {high}, and the verdict the same.",
        **place,
    )


def _waiting(finding: Finding, others: Sequence[Finding], facts: Facts) -> Finding:
    """The finding of a town whose verdict waits for somebody to confirm that the plan is complete.

    Parameters
    ----------
    finding, others
        What the rule says of the town as it is planned, and at the other ends.
    facts
        The town as measured.
    """
    reach = _range(finding, others)
    could_be = dict.fromkeys(each.verdict for each in others if each.verdict != finding.verdict)
    place = {
        **_place(facts, finding, reach),
        "if_nothing": VERDICTS[finding.verdict],
        "could_be": phrases.listed(VERDICTS[verdict] for verdict in could_be),
    }
    if reach is None:
        why = _(
            "{open} of the town have no planned use; were all of it built on, the verdict could be:"
            " {could_be}. If nothing more is planned: {if_nothing}.",
            **place,
        )
    else:
        why = _(
            "{open} of the town have no planned use; were all of it built on, this would be from {low}"
            " to {high}, and the verdict could be: {could_be}. If nothing more is planned:"
            " {if_nothing}.",
            **place,
        )
    return replace(
        finding,
        verdict=Verdict.REVIEW,
        why=phrases.sentences(finding.why, why),
        confirms=(*finding.confirms, PLAN),
        verdict_if_confirmed=finding.verdict_if_confirmed or finding.verdict,
    )


def _place(
    facts: Facts, finding: Finding, reach: tuple[Decimal, Decimal] | None
) -> dict[str, Words]:
    """The figures of the sentences on both ends.

    Parameters
    ----------
    facts
        The town as measured.
    finding
        What the rule says of it.
    reach
        From where to where the figure may lie; None where that is not said.
    """
    ends = zip(("low", "high"), reach or (), strict=False)
    return {
        "open": phrases.area(facts.unplanned_m2 or ZERO),
        **{name: phrases.figure(end, finding.unit) for name, end in ends},
    }
