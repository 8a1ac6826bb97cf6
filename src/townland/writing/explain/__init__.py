"""Where a figure of a run comes from, step by step, out of its ``assessment.json`` alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeAlias

from townland import terms, units
from townland.errors import ReportError
from townland.i18n import Words, _
from townland.rules.judging.trace import (
    Column,
    MeasureFigures,
    Number,
    Parameter,
    Row,
    Trace,
    read_trace,
)
from townland.rules.kinds import KINDS
from townland.terms import Verdict
from townland.writing.explain.telling import Teller, number
from townland.writing.pages import figures, look
from townland.writing.pages.figures import ranges

Document: TypeAlias = Mapping[str, Any]
"""A part of ``assessment.json`` as it was read."""

FILE = "assessment.json"


class ReportedClause(Row):
    """Where a finding's rule stands in the law, as ``assessment.json`` has it."""

    document: str
    article: str
    quote: str
    effective: str = ""


class ReportedFinding(Row):
    """What ``assessment.json`` has of a finding, its trace apart."""

    rule: str
    title: str = ""
    town: str | None
    verdict: Verdict
    measured: Number | str | None
    unit: str
    why: str
    clause: ReportedClause


class ReportedInput(Row):
    """A file that a run read, as ``assessment.json`` has it."""

    name: str
    role: str
    path: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding of a run, and its figure computed again from the trace.

    `inputs` are the files that the finding's measures were made of. `towns` names the run's towns by
    code. `source` is the finding with its inputs as ``assessment.json`` has them.
    """

    finding: ReportedFinding
    trace: Trace
    inputs: tuple[ReportedInput, ...]
    source: Document
    towns: Mapping[str, str] = field(default_factory=dict)

    @property
    def recomputed(self) -> Decimal | str | None:
        """What the trace alone gives."""
        return self.trace.recomputed()

    @property
    def agrees(self) -> bool:
        """Whether the trace gives the reported figure, to the last digit."""
        return self.recomputed == self.finding.measured

    def document(self) -> Document:
        """Give ``finding`` and ``inputs`` as the run has them, ``recomputed`` and ``agrees``."""
        again = self.recomputed
        number = float(again) if isinstance(again, Decimal) else again
        return {**self.source, "recomputed": number, "agrees": self.agrees}


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
    document = _read(Path(run))
    names = {each["code"]: each["name"] for each in document.get("towns", ())}
    chosen = _chosen(document["findings"], rule, town, names)
    finding = ReportedFinding.model_validate(chosen)
    trace = read_trace(chosen["trace"], KINDS[chosen["trace"]["kind"]].working)
    roles = {role for measure in trace.measures for role in measure.layers} | {"boundary"}
    inputs = [each for each in document["inputs"] if each["role"] in roles]
    files = tuple(ReportedInput.model_validate(each) for each in inputs)
    return Explanation(finding, trace, files, {"finding": chosen, "inputs": inputs}, names)


def _chosen(
    findings: Sequence[Document], rule: str, town: str | None, names: Mapping[str, str]
) -> Document:
    """Find the finding of a rule for a town, the first of the rule without one.

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
    of_rule = [finding for finding in findings if finding["rule"] == rule]
    if not of_rule:
        known = list(dict.fromkeys(finding["rule"] for finding in findings))
        near = get_close_matches(rule, known, n=1)
        if near:
            raise ReportError(
                _("no finding of rule {rule}; did you mean {near}?", rule=rule, near=near[0])
            )
        raise ReportError(
            _("no finding of rule {rule}; the run has {known}", rule=rule, known=", ".join(known))
        )
    of_town = [
        finding
        for finding in of_rule
        if town in (None, finding["town"], names.get(finding["town"]))
    ]
    if not of_town:
        raise ReportError(
            _(
                "no finding of rule {rule} for town {town}; there are {known}",
                rule=rule,
                town=town,
                known=", ".join(str(finding["town"] or "*") for finding in of_rule),
            )
        )
    return of_town[0]


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
    place = {"title": title, "name": name, "value": text, "origin": origin}
    if text == title:
        return teller.t(_("{title} ({origin})", **place))
    if re.fullmatch(r"[a-z_.]+", name) and name not in title:
        return teller.t(_("{title} [{name}]: {value} ({origin})", **place))
    return teller.t(_("{title}: {value} ({origin})", **place))


def _measure(measure: MeasureFigures, teller: Teller) -> str:
    place = {
        "measure": teller.t(measure.title.words()),
        "n": measure.pieces,
        "area": teller.figure(measure.area_m2, "m2"),
    }
    if measure.net_m2 is None or measure.net_m2 == measure.area_m2:
        return teller.t(_("{measure}: {n} piece(s), {area}", **place))
    net = teller.figure(measure.net_m2, "m2")
    return teller.t(_("{measure}: {n} piece(s), {area}, net of ridges {net}", **place, net=net))


@dataclass(frozen=True, slots=True)
class Need:
    """The table of the indicator need of a run's town, out of its ``assessment.json``."""

    town: Mapping[str, Any]
    table: Mapping[str, Any]

    def rows(self, lang: str) -> list[tuple[str, ...]]:
        """Lay the cells out one a row, then the total: use, source, gross ha, net ha, mu, pieces."""
        told = [
            (
                terms.use(cell["use"]).render(lang),
                terms.source(cell["source"]).render(lang),
                *_in_ha_and_mu(cell["gross"], cell["net"]),
                ranges(piece["piece"] for piece in cell["pieces"]) or figures.NOTHING,
            )
            for cell in self.table["cells"]
        ]
        total = self.table["total"]
        words = (_("total").render(lang), _("all sources").render(lang))
        return [*told, (*words, *_in_ha_and_mu(total, total), "")]

    def head(self, lang: str) -> list[str]:
        """Give the heads of the columns of `rows`."""
        said = (
            _("planned use"),
            _("what the land was"),
            _("gross, ha"),
            _("net of ridges, ha"),
            _("gross, mu"),
            _("pieces in evidence.gpkg"),
        )
        return [words.render(lang) for words in said]

    def against(self, lang: str) -> list[str]:
        """Say what the need is set against, a line for each account or bar, and what stays short."""
        said = []
        for one in self.table["accounts"]:
            place = {
                "name": terms.ACCOUNTS[one["name"]],
                "rule": one["rule"],
                "need": _ha(one["need"]),
                "verdict": look.VERDICTS[one["verdict"]].word,
            }
            if one["held"] is None:
                said.append(_("{name} ({rule}): needed {need} ha; not stated.", **place))
                continue
            held = {"held": _ha(one["held"]), "short": _ha(one["short"])}
            said.append(
                _(
                    "{name} ({rule}): needed {need} ha, held {held} ha, short {short} ha. {verdict}.",
                    **place,
                    **held,
                )
            )
        for one in self.table["against"]:
            if one["kind"] in terms.NEED_STANDARDS:
                measured, limit = (
                    figures.figure(None if one[key] is None else number(one[key]), one["unit"])
                    for key in ("measured", "limit")
                )
                place = {"name": terms.NEED_STANDARDS[one["kind"]], "rule": one["rule"]}
                said.append(
                    _(
                        "{name} ({rule}): measured {measured}, the bar {limit}. {verdict}.",
                        **place,
                        measured=measured.render(lang),
                        limit=limit.render(lang),
                        verdict=look.VERDICTS[one["verdict"]].word,
                    )
                )
        short = self.table["short"]
        if short is None:
            said.append(
                _(
                    "What stays short after the quotas cannot be told: the annual quota is not stated."
                )
            )
        else:
            said.append(
                _(
                    "After annual and linked quota there stay short {ha} ha ({mu} mu).",
                    ha=_ha(short),
                    mu=f"{short['mu']:.2f}",
                )
            )
        if self.table["uncovered_m2"]:
            said.append(
                _(
                    "{ha} ha of the town are not covered by the layers; the table is silent about them.",
                    ha=units.ha(units.exact(self.table["uncovered_m2"])),
                )
            )
        return [words.render(lang) for words in said]


def explain_need(run: Path | str, town: str | None = None) -> Need:
    """Give the table of the indicator need of a town, the first one's without `town`.

    Raises
    ------
    ReportError
        There is no run, the run has no such town, or no table of it.
    """
    document = _read(Path(run))
    towns = document.get("towns", [])
    chosen = next((one for one in towns if town in (None, one["code"])), None)
    if chosen is None:
        known = ", ".join(one["code"] for one in towns)
        raise ReportError(_("no town {town}; there are {known}", town=town, known=known))
    if chosen.get("indicator_need") is None:
        raise ReportError(
            _(
                "no table of the indicator need for town {town}: no rule asks for it, or no layer"
                " tells it",
                town=chosen["code"],
            )
        )
    return Need(chosen, chosen["indicator_need"])


def _ha(areas: Mapping[str, Any]) -> str:
    return f"{areas['ha']:.{units.HA_DIGITS}f}"


def _in_ha_and_mu(gross: Mapping[str, Any], net: Mapping[str, Any]) -> tuple[str, str, str]:
    return _ha(gross), _ha(net), f"{gross['mu']:.{units.MU_DIGITS}f}"


def _read(run: Path) -> Mapping[str, Any]:
    path = run / FILE if run.is_dir() else run
    if not path.is_file():  # reading a pipe would never end
        raise ReportError(
            _(
                "{path}: no run is here; give the folder that townland check wrote",
                path=run.as_posix(),
            )
        )
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise ReportError(
            _("{path}: cannot be read ({reason})", path=path.as_posix(), reason=problem)
        ) from None
    if not isinstance(document, Mapping) or "findings" not in document:
        raise ReportError(_("{path}: this is no assessment", path=path.as_posix()))
    return document
