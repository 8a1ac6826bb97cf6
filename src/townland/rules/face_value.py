"""What stated accuracy changes: a fail that it turns into a case for a person stays named as a fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from townland.i18n import _
from townland.measuring.accuracy import at_face_value
from townland.measuring.areas import Measure
from townland.rules.judging import phrases
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding, Judge
from townland.rules.notices import HeadNotice
from townland.rules.shared_land import SharedLand
from townland.terms import Verdict

AT_FACE_VALUE = "fails_at_face_value"
"""The code of the notice that names such fails."""

JudgeAll = Callable[[Sequence[Facts], tuple[SharedLand, ...]], Finding]


def by_accuracy(
    judge: Judge, facts: Facts, face: Callable[[Measure], Measure] = at_face_value
) -> Finding:
    """Judge a town by its accuracy, and where it does not fail by that, at face value, too.

    Parameters
    ----------
    judge
        Judges by the rule.
    facts
        The town as measured.
    face
        Gives a measure at face value.
    """
    finding = judge(facts)
    if not facts.sure or not _softer(finding):
        return finding
    return _named(finding, judge(facts.at_face_value(face)))


def all_by_accuracy(
    judge: JudgeAll, towns: Sequence[Facts], shared: tuple[SharedLand, ...]
) -> Finding:
    """Judge all towns together as `by_accuracy` does one.

    Parameters
    ----------
    judge
        Judges by the rule.
    towns
        The towns as measured.
    shared
        The land that their boundaries share.
    """
    finding = judge(towns, shared)
    stated = any(town.sure or town.accuracy_m is not None for town in towns)
    if not stated or not _softer(finding):
        return finding
    at_face = tuple(replace(each, sliver_m2=each.face_sliver_m2) for each in shared)
    return _named(finding, judge([town.at_face_value() for town in towns], at_face))


def face_value_notices(findings: Iterable[Finding]) -> tuple[HeadNotice, ...]:
    """Name the fails that accuracy turned into cases for a person, at the head of the report."""
    softened = [each for each in findings if each.verdict_at_face_value is Verdict.FAIL]
    if not softened:
        return ()
    where = (
        _("{rule} ({towns})", rule=each.rule, towns=each.town or phrases.listed(each.towns))
        for each in softened
    )
    return (
        HeadNotice(
            AT_FACE_VALUE,
            _(
                "Fails at face value, and is for a person only because the accuracy that is stated of"
                " boundary and layers leaves it open: {findings}.",
                findings=phrases.listed(where),
            ),
            tuple(dict.fromkeys(each.rule for each in softened)),
        ),
    )


def _softer(finding: Finding) -> bool:
    """Whether a verdict may be what accuracy made of a fail."""
    return finding.verdict not in (Verdict.FAIL, Verdict.INFO)


def _named(finding: Finding, face: Finding) -> Finding:
    """The finding, with the fail that it would be at face value; it is no pass then."""
    if face.verdict is not Verdict.FAIL:
        return finding
    verdict = Verdict.REVIEW if finding.verdict is Verdict.PASS else finding.verdict
    return replace(
        finding,
        verdict=verdict,
        verdict_at_face_value=face.verdict,
        why=phrases.sentences(
            finding.why,
            _(
                "At face value it fails; within the accuracy that is stated of boundary and layers it"
                " may not, so a person looks at it."
            ),
        ),
    )
