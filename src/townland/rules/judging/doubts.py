"""The one place where a doubt of an input reaches a verdict: what leans on it is for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from townland.catalog.titles import layer_title
from townland.i18n import Words, _
from townland.measuring.doubts import Doubt
from townland.rules.judging import phrases
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding, Judge
from townland.rules.judging.law import Law
from townland.terms import VERDICTS, Verdict

AS_THE_DATA_LIE = {
    Verdict.FAIL: _("It fails as the data lie."),
    Verdict.PASS: _("It passes as the data lie."),
}
"""What a verdict would be if nobody doubted the data; only these two lean on them."""


def under_doubt(
    finding: Finding, law: Law, doubts: Iterable[Doubt], *, on_ground: bool = False
) -> Finding:
    """Turn a pass or a fail that rests on a doubtful input into a review that says so.

    Any other verdict stays; what it leans on is named among its assumptions. No doubt ever gives a
    pass.

    Parameters
    ----------
    finding
        What the rule says of the data as they lie.
    law
        The rulebook, with the layers of each measure.
    doubts
        The doubts of the town's inputs, or of all towns'.
    on_ground
        Whether the finding rests on the boundaries though it names no measure.
    """
    roles = {
        role for figures in finding.trace.measures for role in law.measure[figures.name].needed
    }
    on_boundary = on_ground or bool(finding.trace.measures)
    resting = [doubt for doubt in doubts if _rests(doubt, roles, on_boundary=on_boundary)]
    if not resting:
        return finding
    named = tuple(dict.fromkeys(map(_assumed, resting)))
    leaning = replace(finding, assumed=tuple(dict.fromkeys([*finding.assumed, *named])))
    # nor does the verdict that waits for another confirmation lean on what is doubtful
    if finding.verdict_if_confirmed in AS_THE_DATA_LIE:
        leaning = replace(leaning, verdict_if_confirmed=Verdict.REVIEW)
    lies = AS_THE_DATA_LIE.get(finding.verdict)
    if lies is None:
        return leaning
    reasons = dict.fromkeys(map(_unconfirmed, resting))
    return replace(
        leaning, verdict=Verdict.REVIEW, why=phrases.sentences(finding.why, lies, *reasons)
    )


def by_either_name(judge: Judge, facts: Facts) -> Finding:
    """Judge a town by its codes, and by the names that contradict them: where both agree it stands.

    A pass or a fail by the codes that is another verdict once names are believed is a review.

    Parameters
    ----------
    judge
        Judges by the rule.
    facts
        The town as measured, by its codes.
    """
    finding, land = judge(facts), facts.contested
    leaning = {finding.verdict, finding.verdict_if_confirmed} & set(AS_THE_DATA_LIE)
    measures = {figures.name for figures in finding.trace.measures}
    if land is None or not leaning or not any(measures & set(each) for each in land.readings):
        return finding
    others = [
        judge(replace(facts, measures={**facts.measures, **reading})) for reading in land.readings
    ]
    ends = {(other.verdict, other.verdict_if_confirmed) for other in others}
    turned = ends - {(finding.verdict, finding.verdict_if_confirmed)}
    if not turned:
        return finding
    named = sorted({verdict.value for verdict, _if in turned})
    why = _(
        "{area} of {layers} carry codes that contradict the names beside them; read by the names, the"
        " verdict could be: {verdicts}. Correct them, or state in the catalog the scheme by which the"
        " codes were given.",
        area=phrases.area(land.area_m2),
        layers=phrases.listed(land.layers),
        verdicts=phrases.listed(VERDICTS[each] for each in named),
    )
    return replace(
        finding,
        verdict=Verdict.REVIEW,
        why=phrases.sentences(finding.why, AS_THE_DATA_LIE.get(finding.verdict), why),
        verdict_if_confirmed=Verdict.REVIEW if finding.verdict_if_confirmed else None,
    )


def _rests(doubt: Doubt, roles: set[str], *, on_boundary: bool) -> bool:
    """Tell whether a finding rests on what is doubtful.

    Parameters
    ----------
    doubt
        The doubt.
    roles
        The roles of the layers that the finding measures.
    on_boundary
        Whether it measures land of the town at all.
    """
    return bool(doubt.roles & roles) if doubt.roles else on_boundary


def _assumed(doubt: Doubt) -> Words:
    """Name an unconfirmed input among what a figure leans on."""
    if doubt.roles:
        return _("The layer {layer} is taken as it lies, though {what}",
                 layer=layer_title(doubt.layer), what=doubt.what)  # fmt: skip
    return _("The boundary {layer} is taken as it lies, though {what}",
             layer=doubt.layer, what=doubt.what)  # fmt: skip


def _unconfirmed(doubt: Doubt) -> Words:
    """Say why a person must look, and how the input is confirmed."""
    place = {"layer": layer_title(doubt.layer), "what": doubt.what, "cure": doubt.cure}
    if doubt.roles:
        return _("The layer {layer} is not confirmed: {what}. To confirm it, {cure}.", **place)
    return _("The boundary {layer} is not confirmed: {what}. To confirm it, {cure}.", **place)
