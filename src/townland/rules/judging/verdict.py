"""The one ladder by which every kind of rule comes to its verdict."""

from __future__ import annotations

from townland.terms import Verdict


def verdict_of(
    *, fails: bool = False, unknown: bool = False, doubt: bool = False, judges: bool = True
) -> Verdict:
    """Give the verdict of a rule: what is certain goes before what is unknown, and that before doubt.

    Parameters
    ----------
    fails
        What is known alone breaks the rule, whatever else is unknown.
    unknown
        Something is missing without which the rule cannot be judged.
    doubt
        A person must look: the figure is near its bar, sources differ, or the clause only urges.
    judges
        Whether the rule judges at all; one that only states figures gives ``info``.

    Examples
    --------
    >>> verdict_of(fails=True, unknown=True).value, verdict_of(unknown=True, doubt=True).value
    ('fail', 'not_evaluated')
    >>> verdict_of(doubt=True, judges=False).value, verdict_of().value, verdict_of(judges=False).value
    ('review', 'pass', 'info')
    """
    if fails:
        return Verdict.FAIL
    if unknown:
        return Verdict.NOT_EVALUATED
    if doubt:
        return Verdict.REVIEW
    return Verdict.PASS if judges else Verdict.INFO
