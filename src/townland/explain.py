"""Where a figure of a run comes from, step by step, out of its ``assessment.json`` alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from townland import units
from townland.errors import ReportError
from townland.i18n import Words, _
from townland.rules.arithmetic import recomputed

FILE = "assessment.json"
_ENTRIES = ("replace", "balance", "segments", "pairs", "counts", "sums", "due", "zones", "supply")
_HELD = ("readings", "sites", "events", "patches", "ranges", "state")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding of a run, and its figure computed again from the trace.

    `inputs` are the files that the finding's measures were made of, `recomputed` is what the trace
    alone gives; `agrees` says that it is the reported figure to the last digit.
    """

    finding: Mapping[str, Any]
    inputs: tuple[Mapping[str, Any], ...]
    recomputed: Decimal | str | None

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
        The town's code; the first finding of the rule without one.

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
    chosen = [one for one in found if town is None or one["town"] == town]
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
    return Explanation(finding, tuple(inputs), recomputed(finding["trace"]))


def lines(explained: Explanation, lang: str) -> list[tuple[str, str]]:
    """Lay an explanation out as headed lines, in the order in which one reads them."""
    finding, trace = explained.finding, explained.finding["trace"]
    clause = finding["clause"]
    said: list[tuple[Words, Any]] = [
        (_("clause"), f"{clause['document']} {clause['article']}"),
        (_("quote"), clause["quote"] or _("the text has no words of its own for this rule")),
        (_("in force from"), clause["effective"]),
        (_("verdict"), f"{finding['verdict']}: {finding['why']}"),
        (_("formula"), trace["formula"][lang] if "formula" in trace else "-"),
    ]
    for one in trace.get("parameters", ()):
        title = one["title"][lang] if isinstance(one["title"], Mapping) else one["title"]
        said.append((_("parameter"), f"{one['name']} = {one['value']} ({one['origin']}): {title}"))
    for one in explained.inputs:
        said.append((_("input"), f"{one['role']}: {one['path']} sha256 {one['sha256']}"))
    for one in trace["measures"]:
        said.append(
            (
                _("pieces"),
                f"{one['title'][lang]}: {one['pieces']}, {one['area_m2']} m²"
                + ("" if one["net_m2"] is None else f" ({one['net_m2']} m²)"),
            )
        )
    for name in (*_ENTRIES, *_HELD):
        rows = trace.get(name) or []
        for row in rows if isinstance(rows, list) else [rows]:
            said.append((_("{part}", part=name), json.dumps(row, ensure_ascii=False)))
    said += [(_("figure"), _step(step)) for step in _steps(trace)]
    said.append((_("computed again"), _figure(explained.recomputed, finding["unit"])))
    said.append((_("reported"), _figure(finding["measured"], finding["unit"])))
    return [
        (head.render(lang), text.render(lang) if isinstance(text, Words) else str(text))
        for head, text in said
    ]


def _steps(trace: Mapping[str, Any]) -> list[Any]:
    ways = [trace[name] for name in ("quotient", "ratio", "deadline") if trace.get(name)]
    return ways or list(trace.get("terms", ()))


def _step(step: Any) -> str:
    return json.dumps(step, ensure_ascii=False)


def _figure(value: Any, unit: str) -> str:
    return "-" if value is None else f"{value} {unit}".strip()


def _read(run: Path) -> Mapping[str, Any]:
    path = run / FILE if run.is_dir() else run
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ReportError(
            _(
                "{path}: no run is here; give the folder that townland check wrote",
                path=run.as_posix(),
            )
        ) from None
    except (OSError, ValueError) as problem:
        raise ReportError(
            _("{path}: cannot be read ({reason})", path=path.as_posix(), reason=problem)
        ) from None
    if not isinstance(document, Mapping) or "findings" not in document:
        raise ReportError(_("{path}: this is no assessment", path=path.as_posix()))
    return document
