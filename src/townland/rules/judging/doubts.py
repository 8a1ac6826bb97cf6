"""The one place where a doubt of an input reaches a verdict: what leans on it is for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from townland.i18n import Words, _
from townland.measuring.doubts import Doubt
from townland.rules.judging import phrases
from townland.rules.judging.finding import Finding
from townland.rules.judging.law import Law
from townland.terms import Verdict

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
                 layer=doubt.layer, what=doubt.what)  # fmt: skip
    return _("The boundary {layer} is taken as it lies, though {what}",
             layer=doubt.layer, what=doubt.what)  # fmt: skip


def _unconfirmed(doubt: Doubt) -> Words:
    """Say why a person must look, and how the input is confirmed."""
    place = {"layer": doubt.layer, "what": doubt.what, "cure": doubt.cure}
    if doubt.roles:
        return _("The layer {layer} is not confirmed: {what}. To confirm it, {cure}.", **place)
    return _("The boundary {layer} is not confirmed: {what}. To confirm it, {cure}.", **place)
