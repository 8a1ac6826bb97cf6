"""Where a figure of a run comes from, step by step, out of its ``assessment.json`` alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from townland import units
from townland.errors import ReportError
from townland.i18n import Words, _
from townland.rules.judging.arithmetic import recomputed
from townland.rules.need_table import STANDARDS, account_words, source_words, use_words
from townland.writing.explain.telling import PARTS, Teller, number
from townland.writing.pages import figures, look
from townland.writing.pages.figures import ranges

FILE = "assessment.json"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding of a run, and its figure computed again from the trace.

    `inputs` are the files that the finding's measures were made of, `recomputed` is what the trace
    alone gives; `agrees` says that it is the reported figure to the last digit. `towns` names the
    run's towns by code.
    """

    finding: Mapping[str, Any]
    inputs: tuple[Mapping[str, Any], ...]
    recomputed: Decimal | str | None
    towns: Mapping[str, str] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether the trace gives the reported figure."""
        measured = self.finding["measured"]
        if measured is None or isinstance(measured, str):
            return bool(self.recomputed == measured)
        return isinstance(self.recomputed, Decimal) and self.recomputed == units.exact(measured)


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
    found = [one for one in document["findings"] if one["rule"] == rule]
    if not found:
        known = list(dict.fromkeys(one["rule"] for one in document["findings"]))
        near = get_close_matches(rule, known, n=1)
        if near:
            raise ReportError(
                _("no finding of rule {rule}; did you mean {near}?", rule=rule, near=near[0])
            )
        raise ReportError(
            _("no finding of rule {rule}; the run has {known}", rule=rule, known=", ".join(known))
        )
    names = {one["code"]: one["name"] for one in document.get("towns", ())}
    chosen = [one for one in found if town in (None, one["town"], names.get(one["town"]))]
    if not chosen:
        raise ReportError(
            _(
                "no finding of rule {rule} for town {town}; there are {known}",
                rule=rule,
                town=town,
                known=", ".join(str(one["town"] or "*") for one in found),
            )
        )
    finding = chosen[0]
    roles = {role for measure in finding["trace"]["measures"] for role in measure["layers"]}
    inputs = [one for one in document["inputs"] if one["role"] in roles | {"boundary"}]
    return Explanation(finding, tuple(inputs), recomputed(finding["trace"]), names)


def lines(explained: Explanation, lang: str) -> list[tuple[str, str]]:
    """Lay an explanation out as headed lines, in the order in which one reads them."""
    finding, trace = explained.finding, explained.finding["trace"]
    clause = finding["clause"]
    teller = Teller(
        lang,
        finding["unit"],
        explained.towns,
        {one["name"]: one["title"][lang] for one in trace["measures"]},
    )
    t, verdict = teller.t, look.VERDICTS[finding["verdict"]].word
    said: list[tuple[Words, str]] = [
        (_("clause"), f"{clause['document']} {clause['article']}".strip()),
        (_("quote"), clause["quote"] or t(_("the text has no words of its own for this rule"))),
        (_("in force from"), _in_force(trace, clause["effective"], teller)),
        (_("verdict"), t(_("{name}: {value}", name=verdict, value=finding["why"]))),
        (_("formula"), trace["formula"][lang] if "formula" in trace else figures.NOTHING),
    ]
    said += [(_("judged by"), _parameter(one, teller)) for one in trace.get("parameters", ())]
    said += [
        (
            _("input"),
            t(
                _(
                    "{role}: {path}, SHA-256 {sha256}",
                    role=look.role(one["role"]),
                    path=one["path"],
                    sha256=one["sha256"],
                )
            ),
        )
        for one in explained.inputs
    ]
    said += [(_("measured"), _measure(one, teller)) for one in trace["measures"]]
    for name, words in PARTS.items():
        said += [(words, line) for line in dict.fromkeys(teller.part(trace.get(name) or []))]
    said += [(_("figure"), step) for step in teller.steps(trace)]
    said.append((_("computed again"), teller.figure(explained.recomputed, finding["unit"])))
    said.append((_("reported"), teller.figure(finding["measured"], finding["unit"])))
    return [(head.render(lang), text) for head, text in said]


def _in_force(trace: Mapping[str, Any], day: str, teller: Teller) -> str:
    if trace.get("clause", {}).get("effective_assumed"):
        return teller.t(_("{day} (assumed: the document names no day)", day=day))
    return day


def _parameter(one: Mapping[str, Any], teller: Teller) -> str:
    title = teller.value("title", one["title"])
    value, unit = one["value"], one.get("unit") or ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        told = teller.parameter(value, unit)
    else:
        told = teller.value("", value)
    origin = figures.ORIGINS.get(one["origin"], one["origin"])
    place = {"title": title, "name": one["name"], "value": told, "origin": origin}
    if told == title:
        return teller.t(_("{title} ({origin})", **place))
    if re.fullmatch(r"[a-z_.]+", one["name"]) and one["name"] not in title:
        return teller.t(_("{title} [{name}]: {value} ({origin})", **place))
    return teller.t(_("{title}: {value} ({origin})", **place))


def _measure(one: Mapping[str, Any], teller: Teller) -> str:
    place = {
        "measure": one["title"][teller.lang],
        "n": one["pieces"],
        "area": teller.figure(one["area_m2"], "m2"),
    }
    if one["net_m2"] is None or one["net_m2"] == one["area_m2"]:
        return teller.t(_("{measure}: {n} piece(s), {area}", **place))
    net = teller.figure(one["net_m2"], "m2")
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
                use_words(cell["use"]).render(lang),
                source_words(cell["source"]).render(lang),
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
                "name": account_words(one["name"]),
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
            if one["kind"] in STANDARDS:
                measured, limit = (
                    figures.figure(None if one[key] is None else number(one[key]), one["unit"])
                    for key in ("measured", "limit")
                )
                place = {"name": STANDARDS[one["kind"]], "rule": one["rule"]}
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
