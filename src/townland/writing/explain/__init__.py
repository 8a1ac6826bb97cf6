"""Where a figure of a run comes from, step by step, out of its ``assessment.json`` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from townland import terms
from townland.errors import ReportError
from townland.i18n import Words, _
from townland.rules.judging.trace import (
    Column,
    MeasureFigures,
    Parameter,
    Trace,
    read_trace,
)
from townland.rules.kinds import KINDS
from townland.writing.explain.run import (
    ReportedFinding,
    ReportedInput,
    ReportedRun,
    as_assessment,
    read_run,
)
from townland.writing.explain.telling import Teller
from townland.writing.pages import look


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding of a run, and its figure computed again from the trace.

    `inputs` are the files that the finding's measures were made of. `towns` names the run's towns by
    code. `source` is the finding with its inputs as ``assessment.json`` has them.
    """

    finding: ReportedFinding
    trace: Trace
    inputs: tuple[ReportedInput, ...]
    source: Mapping[str, object]
    towns: Mapping[str, str] = field(default_factory=dict)

    @property
    def recomputed(self) -> Decimal | str | None:
        """What the trace alone gives."""
        return self.trace.recomputed()

    @property
    def agrees(self) -> bool:
        """Whether the trace gives the reported figure, to the last digit."""
        return self.recomputed == self.finding.measured

    def document(self) -> Mapping[str, object]:
        """Give ``finding`` and ``inputs`` as the run has them, ``recomputed`` and ``agrees``."""
        again = self.recomputed
        figure = float(again) if isinstance(again, Decimal) else again
        return {**self.source, "recomputed": figure, "agrees": self.agrees}


def explain(run: Path | str, rule: str, town: str | None = None) -> Explanation:
    """Explain the finding of a rule for a town, from a run folder or its ``assessment.json``.

    Parameters
    ----------
    run
        The folder that ``townland check`` wrote, or its ``assessment.json``.
    rule
        The rule's id, e.g. ``LAND-03``.
    town
        The town's code or name; the first finding of the rule without one.

    Raises
    ------
    ReportError
        There is no run, or the run has no such finding.
    """
    whole = read_run(Path(run))
    with as_assessment(Path(run)):
        return _explained(whole, rule, town)


def _explained(whole: ReportedRun, rule: str, town: str | None) -> Explanation:
    """Explain a finding of a run, and compute it again from its trace.

    Parameters
    ----------
    whole
        The run.
    rule, town
        As in `explain`.
    """
    names = {each.code: each.name for each in whole.towns}
    findings = [ReportedFinding.model_validate(each) for each in whole.findings]
    number = _chosen(findings, rule, town, names)
    finding = findings[number]
    trace = read_trace(finding.trace, KINDS[str(finding.trace["kind"])].working)
    roles = {role for measure in trace.measures for role in measure.layers} | {"boundary"}
    inputs = [each for each in whole.inputs if each["role"] in roles]
    files = tuple(ReportedInput.model_validate(each) for each in inputs)
    source = {"finding": whole.findings[number], "inputs": inputs}
    return Explanation(finding, trace, files, source, names)


def _chosen(
    findings: Sequence[ReportedFinding], rule: str, town: str | None, names: Mapping[str, str]
) -> int:
    """Find the finding of a rule for a town, the first of the rule without one: its number.

    Parameters
    ----------
    findings
        All findings of the run.
    rule, town
        The rule's id, and the town's code or name.
    names
        The names of the run's towns by code.

    Raises
    ------
    ReportError
        There is none.
    """
    of_rule = {n: finding for n, finding in enumerate(findings) if finding.rule == rule}
    if not of_rule:
        raise ReportError(_no_rule(rule, list(dict.fromkeys(each.rule for each in findings))))
    for n, finding in of_rule.items():
        if town in (None, finding.town) or (finding.town and town == names.get(finding.town)):
            return n
    raise ReportError(
        _(
            "no finding of rule {rule} for town {town}; there are {known}",
            rule=rule,
            town=town,
            known=", ".join(finding.town or "*" for finding in of_rule.values()),
        )
    )


def _no_rule(rule: str, known: Sequence[str]) -> Words:
    """Say that a run has no finding of a rule, and name those that it has."""
    near = get_close_matches(rule, known, n=1)
    if near:
        return _("no finding of rule {rule}; did you mean {near}?", rule=rule, near=near[0])
    return _("no finding of rule {rule}; the run has {known}", rule=rule, known=", ".join(known))


def lines(explained: Explanation, lang: str) -> list[tuple[str, str]]:
    """Lay an explanation out as headed lines, in the order in which one reads them."""
    finding, trace = explained.finding, explained.trace
    titles = {measure.name: measure.title.words().render(lang) for measure in trace.measures}
    teller = Teller(lang, finding.unit, explained.towns, titles)
    laid_out: list[tuple[Words, str]] = [
        *_law(finding, trace, teller),
        *((_("judged by"), _parameter(each, teller)) for each in trace.working.parameters),
        *((_("input"), _input(each, teller)) for each in explained.inputs),
        *((_("measured"), _measure(each, teller)) for each in trace.measures),
        *(
            (part.title, line)
            for part, rows in trace.working.parts()
            for line in dict.fromkeys(teller.part(rows))
        ),
        *((_("figure"), step) for step in teller.steps(trace)),
        (_("computed again"), teller.figure(explained.recomputed, finding.unit)),
        (_("reported"), teller.figure(finding.measured, finding.unit)),
    ]
    return [(head.render(lang), text) for head, text in laid_out]


def _law(finding: ReportedFinding, trace: Trace, teller: Teller) -> Iterator[tuple[Words, str]]:
    """Say where the rule stands, what it says of the town, and by which formula.

    Parameters
    ----------
    finding, trace
        The finding and how its figure came about.
    teller
        Puts values into words.
    """
    t, verdict = teller.t, look.VERDICTS[finding.verdict].word
    clause = finding.clause
    yield _("clause"), f"{clause.document} {clause.article}".strip()
    yield _("quote"), clause.quote or t(_("the text has no words of its own for this rule"))
    day = clause.effective
    if trace.clause.effective_assumed:
        day = t(_("{day} (assumed: the document names no day)", day=day))
    yield _("in force from"), day
    yield _("verdict"), t(_("{name}: {value}", name=verdict, value=finding.why))
    yield _("formula"), t(trace.working.formula.words())


def _input(read: ReportedInput, teller: Teller) -> str:
    words = _(
        "{role}: {path}, SHA-256 {sha256}",
        role=terms.role(read.role),
        path=read.path,
        sha256=read.sha256,
    )
    return teller.t(words)


def _parameter(parameter: Parameter, teller: Teller) -> str:
    title, name, value = teller.t(parameter.title.words()), parameter.name, parameter.value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = teller.parameter(value, parameter.unit or "")
    elif isinstance(value, str) and value in teller.measures:
        text = value
    else:
        text = teller.value(Column(), value)
    origin = terms.ORIGINS[parameter.origin]
    words = {"title": title, "name": name, "value": text, "origin": origin}
    if text == title:
        return teller.t(_("{title} ({origin})", **words))
    # what the dossier states is no number that a rulebook sets
    if parameter.origin != "dossier" and re.fullmatch(r"[a-z_.]+", name) and name not in title:
        return teller.t(_("{title} [{name}]: {value} ({origin})", **words))
    return teller.t(_("{title}: {value} ({origin})", **words))


def _measure(measure: MeasureFigures, teller: Teller) -> str:
    words = {
        "measure": teller.t(measure.title.words()),
        "n": measure.pieces,
        "area": teller.figure(measure.area_m2, "m2"),
    }
    net = measure.net_m2
    text = (
        _("{measure} (pieces: {n}): {area}", **words)
        if net is None or net == measure.area_m2
        else _(
            "{measure} (pieces: {n}): {area}, net of ridges {net}",
            **words,
            net=teller.figure(net, "m2"),
        )
    )
    if measure.area_pm_m2 is None:
        return teller.t(text)
    pm = teller.figure(measure.area_pm_m2, "m2")
    return teller.t(_("{measured}; ± {pm} at 95 %", measured=text, pm=pm))
