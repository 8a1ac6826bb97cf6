"""The one place where a figure of a dossier that nobody can believe yet reaches the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from townland.dossier import implausible
from townland.dossier.model import Dossier
from townland.dossier.plausible import Implausible, row_name
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
    finding = judge(facts)
    read = set(fields_read(rule)) if implausible else ()
    doubtful = [each for each in implausible if each.path in read]
    if not doubtful:
        return finding
    named = replace(
        finding, why=phrases.sentences(finding.why, *(each.words() for each in doubtful))
    )
    bare = replace(facts, dossier=_without(facts.dossier, doubtful))
    if finding.verdict not in DECIDED or judge(bare).verdict is finding.verdict:
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
