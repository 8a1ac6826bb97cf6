"""The one place where a figure of a dossier that nobody can believe yet reaches the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from townland.dossier import implausible
from townland.dossier.model import Dossier
from townland.dossier.plausible import Implausible, row_name
from townland.i18n import Words, _
from townland.issues import Issue
from townland.rules.judging import phrases
from townland.rules.judging.clause import Rule
from townland.rules.judging.facts import Facts
from townland.rules.judging.finding import Finding, Judge
from townland.rules.judging.references import texts
from townland.rules.judging.verdict import verdict_of
from townland.terms import Verdict

DECIDED = (Verdict.PASS, Verdict.FAIL)


def under_belief(
    judge: Judge, rule: Rule, facts: Facts, implausible: Sequence[Implausible]
) -> Finding:
    """Judge by a rule, and turn what rests on an implausible figure into a review that names it.

    A verdict that is the same without the figure does not rest on it, and stands.

    Parameters
    ----------
    judge
        Judges a town by the rule.
    rule
        The rule.
    facts
        The town.
    implausible
        The figures of its dossier that are not plausible.
    """
    doubtful = _read(rule, implausible)
    return _believed(
        judge(facts),
        lambda: judge(replace(facts, dossier=_without(facts.dossier, doubtful))),
        [each.words() for each in doubtful],
    )


def all_under_belief(
    judge: Callable[[Sequence[Facts]], Finding], rule: Rule, towns: Sequence[Facts]
) -> Finding:
    """Judge all towns together as `under_belief` does one.

    Parameters
    ----------
    judge
        Judges towns by the rule.
    rule
        The rule.
    towns
        The towns.
    """
    doubtful = [_read(rule, implausible(town.dossier, town.area_m2)) for town in towns]
    return _believed(
        judge(towns),
        lambda: judge(
            [
                replace(town, dossier=_without(town.dossier, own))
                for town, own in zip(towns, doubtful, strict=True)
            ]
        ),
        [
            _("{name}: {text}", name=town.name, text=each.words())
            for town, own in zip(towns, doubtful, strict=True)
            for each in own
        ],
    )


def _read(rule: Rule, implausible: Sequence[Implausible]) -> list[Implausible]:
    """The implausible figures that a rule reads."""
    read = set(fields_read(rule)) if implausible else ()
    return [each for each in implausible if each.path in read]


def _believed(finding: Finding, without: Callable[[], Finding], doubts: Sequence[Words]) -> Finding:
    """A finding with its doubts, for a person where it rests on them.

    Parameters
    ----------
    finding
        The finding at the figures that are declared.
    without
        Judges without the doubtful ones.
    doubts
        What is said of each.
    """
    if not doubts:
        return finding
    named = replace(finding, why=phrases.sentences(finding.why, *doubts))
    if finding.verdict not in DECIDED or without().verdict is finding.verdict:
        return named
    return replace(named, verdict=verdict_of(doubt=True))


def fields_read(rule: Rule) -> Iterator[str]:
    """Name what may be fields of the dossier among a rule's keys, and those that its kind reads."""
    yield from rule.reads
    yield from texts(rule.parameters())


def _without(dossier: Dossier, doubtful: Iterable[Implausible]) -> Dossier:
    """Give a dossier that does not state some fields, or some rows of its lists."""
    for each in doubtful:
        table, _dot, name = each.path.rpartition(".")
        inner = getattr(dossier, table) if table else dossier
        rows = getattr(inner, name)
        kept = tuple(row for row in rows if row_name(row) != each.row) if each.row else None
        bare = inner.model_copy(update={name: kept})
        dossier = dossier.model_copy(update={table: bare}) if table else bare
    return dossier


def belief_issues(facts: Facts) -> tuple[Issue, ...]:
    """Report every figure of a town's dossier that is not plausible."""
    return tuple(
        Issue("dossier_implausible", "warning", each.words(), feature=facts.town)
        for each in implausible(facts.dossier, facts.area_m2)
    )
