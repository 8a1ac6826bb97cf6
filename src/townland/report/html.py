"""The report: one HTML file that works with the network cut, and prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup

import townland
from townland.i18n import DEFAULT_LANGUAGE, Bilingual, Joined, Words, _, render
from townland.maps import legend, wording
from townland.maps.content import piece_ids
from townland.maps.figure import SCHEME, asset, page, templates
from townland.report import display, picture

if TYPE_CHECKING:
    from townland.assessment import Assessment
    from townland.rules.finding import Finding
    from townland.survey import TownResult

OVERVIEW = (620, 540)
DETAIL = (430, 320)

_TEMPLATE = templates("townland.report", look=legend.VERDICTS).get_template("report.html.j2")


def report_html(
    assessment: Assessment, *, lang: str = DEFAULT_LANGUAGE, map_href: str | None = "map.html"
) -> str:
    """Write the report of an assessment as one HTML file.

    `map_href` is where the map lies beside it; None leaves the links out. The same assessment gives
    the same bytes.
    """
    report = Report(assessment, lang, map_href)
    folder = files("townland.report") / "templates"
    body = _TEMPLATE.render(r=report, t=report.t, w=report.w, a=assessment)
    return page(
        lang=lang,
        title=report.title,
        styles=asset(f"{SCHEME}townland/look.css")
        + (folder / "report.css").read_text("utf-8")
        + report.colours(),
        body=body,
        script=(folder / "report.js").read_text("utf-8"),
    )


FEW = 6
"""Of more towns than these, the reasons are read at each finding, not in one table."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix of towns and rules: a verdict, and where it stands in the page."""

    verdict: str
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the largest pieces of a finding's evidence, as the list beside the picture has it."""

    mark: str
    id: str
    name: str
    ha: str
    m2: str


class FindingView:
    """A finding as the page shows it."""

    def __init__(
        self, report: Report, finding: Finding, anchor: str, town: TownView | None
    ) -> None:
        self.finding = finding
        self.anchor = anchor
        self.verdict = str(finding.verdict)
        shown = wording.shown_unit(finding, report.assessment.rulebook)
        self.measured, self.limit, self.margin = (
            wording.figure(value, finding.unit, shown)
            for value in (finding.measured, finding.limit, finding.margin)
        )
        self.also = ""
        if finding.unit == "m2" and isinstance(finding.measured, Decimal):
            self.also = " · ".join(
                part.render(report.lang) for part in wording.area_in_three(finding.measured)
            )
        self.document: Words | str = finding.clause.document
        if finding.clause.document == report.assessment.rulebook.id:
            self.document = report.assessment.rulebook.title
        self.open = self.verdict in ("fail", "review")
        self.evidence = report.evidence(finding, town)
        self.map_href = report.map_link(finding)
        self.formula = report.w(_words(finding.trace.get("formula", "")))
        self.tables = list(report.trace_tables(finding.trace))
        self.steps = [
            MeasureView(report, step) for step in _list(finding.trace.get("measures", ()))
        ]
        self.parameters = [
            (report.w(_words(step.get("title", step["name"]))), _value(step.get("value"), report),
             report.w(ORIGINS.get(step.get("origin", ""), "")))
            for step in _list(finding.trace.get("parameters", ()))
            if isinstance(step, Mapping) and "name" in step
        ]  # fmt: skip


class MeasureView:
    """How one measure of a finding was computed: its layers, and what came of them."""

    def __init__(self, report: Report, step: Mapping[str, Any]) -> None:
        self.title = report.w(_words(step.get("title", step.get("name", ""))))
        where = step.get("where", {})
        chosen = []
        for role in step.get("layers", ()):
            words = report.w(legend.role(role))
            kept = [report.w(legend.selector(each)) for each in _list(where.get(role, ()))]
            chosen.append(f"{words} ({' / '.join(kept)})" if kept else words)
        self.formula = " ∩ ".join([report.t("town boundary"), *chosen])
        self.figures = [
            (
                report.w(word),
                wording.figure(Decimal(str(step[key])), "m2", "ha").render(report.lang),
            )
            for key, word in MEASURE_WORDS.items()
            if step.get(key) is not None and (key in ("area_m2", "net_m2") or step[key])
        ]
        self.pieces = step.get("pieces", 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a finding's evidence lies: its picture, its legend, its largest pieces."""

    picture: Markup
    legend: Sequence[tuple[Markup, str]]
    title: str
    pieces: Sequence[Piece]
    count: int
    head: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of a trace: what its columns are called, and its rows of words and figures."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class TownView:
    """A town as the page shows it."""

    def __init__(self, report: Report, result: TownResult, number: int) -> None:
        self.result = result
        self.prefix = f"t{number}"
        self.report = report
        self.shapes = picture.Shapes(result, self.prefix, report.schemes, report.step)
        self.defs = self.shapes.defs()
        found = [f for f in report.assessment.findings if f.town == result.town.code]
        self.findings = [
            FindingView(report, finding, f"{self.prefix}-{finding.rule}", self)
            for finding in wording.by_severity(found)
        ]
        self.counts = wording.counts(found)
        self.overview = self._overview()
        table = result.land_classes
        self.lines = display.class_lines(table) if table else []
        self.measures = [m for m in result.measures.values() if m.layers]

    def _overview(self) -> Evidence:
        """Draw the town with the evidence of its gravest finding that has a place."""
        report, shapes = self.report, self.shapes
        grave = (view for view in self.findings if view.verdict in ("fail", "review"))
        gravest = next((view.finding for view in grave if view.evidence is not None), None)
        hatches = report.drawn(gravest, self) if gravest else {}
        label = f"{self.result.town.name}: " + ", ".join(map(report.measure, hatches))
        drawing = shapes.picture(
            label=label, north=report.t("N"), hatches=hatches, box=shapes.box,
            width=OVERVIEW[0], height=OVERVIEW[1], id_=f"{self.prefix}-o",
        )  # fmt: skip
        entries = [(picture.EDGE_SWATCH, report.t("Town boundary"))]
        entries += report.hatch_legend(hatches, f"{self.prefix}-ol")
        if shapes.gaps:
            roles = dict.fromkeys(role for roles, _gap in shapes.gaps for role in roles)
            missing = report.t("Not covered: {role}", role=", ".join(map(report.role, roles)))
            entries.append((picture.hatch_swatch(legend.UNCOVERED, f"{self.prefix}-ob"), missing))
        if shapes.uses:
            outline = report.t("Planned construction land, outline")
            entries.append((picture.BUILT_SWATCH, outline))
        for groups, used, kind in (
            (legend.USES, shapes.uses, "plan"),
            (legend.LAND, shapes.land, "land"),
        ):
            entries += [
                (
                    picture.swatch(groups[key].fill, f"{kind}-key {kind}-key-{key}"),
                    report.w(groups[key].title),
                )
                for key in groups
                if key in used
            ]
        title = f"{gravest.rule} {report.w(gravest.title)}" if gravest else ""
        return Evidence(drawing, entries, title, (), 0)


class Report:
    """What the template asks for: words in one language, figures as they are printed."""

    def __init__(self, assessment: Assessment, lang: str, map_href: str | None) -> None:
        self.assessment = assessment
        self.lang = lang
        self.map_href = map_href
        self.version = townland.__version__
        self.schemes = {
            role: next((s.scheme for s in assessment.catalog.of_role(role) if s.scheme), None)
            for role in ("land_use", "planned_use")
        }
        self.step = picture.drawing_step(assessment.towns)
        names = dict.fromkeys(
            name
            for result in assessment.towns
            for name, measure in result.measures.items()
            if measure.layers and len(measure.frame)
        )
        by_code = {result.town.code: result for result in assessment.towns}
        shown = [
            (str(f.verdict), wording.shown_measures(f, by_code[f.town]))
            for f in assessment.findings
            if f.town in by_code
        ]
        self.hatches = legend.hatches(names, shown)
        self.towns = [TownView(self, town, n) for n, town in enumerate(assessment.towns, 1)]
        joint = [finding for finding in assessment.findings if finding.town is None]
        self.joint = [
            FindingView(self, finding, f"all-{finding.rule}", None)
            for finding in wording.by_severity(joint)
        ]
        self.counts = wording.counts(assessment.findings)
        self.every = [*self.joint, *(view for town in self.towns for view in town.findings)]
        self.rules = list(dict.fromkeys(f.rule for f in assessment.findings if f.town is not None))
        self.title = self.t(
            "Land-use compliance report · {towns}",
            towns=Joined(
                tuple(town.result.town.name for town in self.towns[:3]),
                "、" if lang == "zh" else ", ",
            ).render(lang)
            + ("…" if len(self.towns) > 3 else ""),
        )

    def t(self, msgid: str, **params: Any) -> str:
        """Say one of the catalog's sentences."""
        return _(msgid, **params).render(self.lang)

    def w(self, words: Words | str | None) -> str:
        """Put anything into words."""
        return "" if words is None else render(words, self.lang)

    def area(self, m2: Decimal | None, unit: str) -> str:
        """Print an area without its unit."""
        return wording.NOTHING if m2 is None else wording.plain(display.printed(m2, unit))

    def number(self, value: Decimal | None) -> str:
        """Print a number as it stands."""
        return wording.NOTHING if value is None else wording.plain(value)

    def role(self, name: str) -> str:
        """Put a role into words."""
        return self.w(legend.role(name))

    def three_class(self, name: str | None) -> str:
        """Put one of the three classes into words."""
        return self.w(legend.three_class(name))

    def measure(self, name: str) -> str:
        """Call a measure as its rulebook does."""
        return self.w(legend.measure_title(self.assessment, name))

    def map_link(self, finding: Finding | None = None, town: str | None = None) -> str | None:
        """Link the map, at the place of a finding or a town."""
        if self.map_href is None:
            return None
        code = finding.town if finding else town
        parts = {} if code is None else {"town": code}
        if finding:
            parts["rule"] = finding.rule
        return f"{self.map_href}#{urlencode(parts)}" if parts else self.map_href

    def cell(self, town: TownView, rule: str) -> Cell | None:
        """Find the matrix its cell for a town and a rule; None where the rule is not of the town."""
        for view in town.findings:
            if view.finding.rule == rule:
                word = self.w(legend.VERDICTS[view.verdict].word)
                label = f"{town.result.town.name} {rule}: {word}"
                return Cell(view.verdict, f"#{view.anchor}", label)
        return None

    def drawn(self, finding: Finding, town: TownView) -> dict[str, legend.Hatch]:
        """Choose the measures that a finding's picture shows, hatched in its verdict's colour."""
        names = wording.shown_measures(finding, town.result)
        verdict = str(finding.verdict)
        aside = "review" if verdict == "fail" else "other"
        return {
            name: legend.Hatch(
                self.hatches[name].pattern, legend.hatch_colour(aside if n else verdict, n)
            )
            for n, name in enumerate(names)
        }

    def hatch_legend(
        self, hatches: Mapping[str, legend.Hatch], id_: str
    ) -> list[tuple[Markup, str]]:
        """Explain the hatches of a picture."""
        return [
            (picture.hatch_swatch(hatch, f"{id_}{n}"), self.measure(name))
            for n, (name, hatch) in enumerate(hatches.items())
        ]

    def evidence(self, finding: Finding, town: TownView | None) -> Evidence | None:
        """Draw where a finding's evidence lies; None where there is no piece of land to show."""
        hatches = self.drawn(finding, town) if town else {}
        if town is None or not hatches:
            return None
        decisive = next(iter(hatches))
        measure = town.result.measures[decisive]
        frame = picture.largest(measure.frame)
        ids = piece_ids(frame, measure.layers)
        named = frame["class_name"] if "class_name" in frame else [None] * len(frame)
        pieces = [
            Piece(
                wording.circled(n),
                id_,
                name if isinstance(name, str) else "",
                self.area(area, "ha"),
                self.area(area, "m2"),
            )
            for n, (id_, name, area) in enumerate(zip(ids, named, frame["area_m2"], strict=True), 1)
        ]
        title = self.measure(decisive)
        drawing = town.shapes.picture(
            label=f"{finding.rule} {title}", north=self.t("N"), hatches=hatches,
            box=town.shapes.window(decisive), width=DETAIL[0], height=DETAIL[1],
            id_=f"{town.prefix}-{finding.rule}",
        )  # fmt: skip
        entries = self.hatch_legend(hatches, f"{town.prefix}-{finding.rule}l")
        head = " ∩ ".join(map(self.role, measure.layers))
        return Evidence(drawing, entries, title, pieces, measure.pieces, head)

    def trace_tables(self, trace: Mapping[str, Any]) -> Iterator[Table]:
        """Lay out what a trace holds beside its measures: the balance by source, land used again."""

        def ha(value: Any) -> str:
            return self.area(None if value is None else Decimal(str(value)), "ha")

        if trace.get("balance"):
            yield Table(
                (self.t("Source"), self.t("Gross, ha"), self.t("Net, ha")),
                [
                    (self.w(legend.selector(row["source"])), ha(row["gross_m2"]), ha(row["net_m2"]))
                    for row in trace["balance"]
                ],
            )
        if trace.get("reuse"):
            yield Table(
                (self.t("Land to use first"), self.t("Used, ha"), self.t("In all, ha"),
                 self.t("Left idle, ha")),
                [
                    (self.measure(row["total"]), ha(row["used_m2"]), ha(row["total_m2"]),
                     ha(row["idle_m2"]))
                    for row in trace["reuse"]
                ],
            )  # fmt: skip

    def silent(self) -> list[tuple[Any, list[Any], bool]]:
        """What was not evaluated, by rule and what was missing: a finding, all of them, are they few."""
        groups: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
        for view in self.every:
            if view.verdict == "not_evaluated":
                groups.setdefault((view.finding.rule, view.finding.missing), []).append(view)
        return [(views[0], views, len(views) <= FEW) for views in groups.values()]

    def assumptions(self) -> list[tuple[str, str]]:
        """List what figures lean on, each with the rules that lean on it."""
        leaning: dict[str, dict[str, None]] = {}
        for finding in self.assessment.findings:
            for assumed in finding.assumed:
                leaning.setdefault(self.w(assumed), {})[finding.rule] = None
        return [(text, ", ".join(rules)) for text, rules in leaning.items()]

    def parameters(self) -> list[tuple[str, str, str]]:
        """List the numbers that are not the policy's: what each is, its value, whose it is."""
        own = self.assessment.rulebook.parameter
        return [
            (self.w(own.title(name)), self.number(getattr(own, name)),
             self.w(ORIGINS[own.origin(name)]))
            for name in type(own).model_fields
        ]  # fmt: skip

    def town_name(self, code: str | None) -> str:
        """Name a town by its code; None is all towns together."""
        for town in self.assessment.towns:
            if town.town.code == code:
                return town.town.name
        return self.t("All towns together")

    def spec(self, name: str) -> Any:
        """Find the catalog's entry of a layer; None for a boundary file."""
        return next((spec for spec in self.assessment.catalog.layer if spec.name == name), None)

    def colours(self) -> str:
        """Write the legend's fills as style rules."""
        rules = [f".land-{key}{{fill:{group.fill}}}" for key, group in legend.LAND.items()]
        rules += [
            f".plan-{key}{{fill:{group.fill};fill-opacity:{0 if key == 'other' else 0.38}}}"
            for key, group in legend.USES.items()
        ]
        return "".join(rules)


ORIGINS: dict[str, Words] = {
    "policy": _("the policy's"),
    "townland": _("townland's own"),
    "bureau": _("set by the bureau"),
}

MEASURE_WORDS: dict[str, Words] = {
    "area_m2": _("gross"),
    "net_m2": _("net of ridges"),
    "sliver_m2": _("of it slivers"),
    "uncovered_m2": _("not covered"),
    "unknown_m2": _("unknown class"),
}


def _list(value: Any) -> list[Any]:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return [value]
    return list(value)


def _words(value: Any) -> Words | str:
    if isinstance(value, Mapping):
        return Bilingual(str(value.get("zh", "")), str(value.get("en", "")))
    return value if isinstance(value, Words) else str(value)


def _value(value: Any, report: Report) -> str:
    if isinstance(value, bool):
        return report.t("yes") if value else report.t("no")
    return str(value)
