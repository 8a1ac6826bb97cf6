"""The report: one HTML file that works with the network cut, and prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup

import townland
from townland.i18n import DEFAULT_LANGUAGE, Joined, Words, _, render
from townland.measuring.rasters.slope import GROUP
from townland.rules.stating import field
from townland.writing.maps.content import piece_ids
from townland.writing.pages import closing, figures, look
from townland.writing.pages.page import SCHEME, asset, page, templates
from townland.writing.report import picture
from townland.writing.report.findings import Evidence, FindingView, Piece
from townland.writing.report.need import NeedView

if TYPE_CHECKING:
    from townland.measuring import TownResult
    from townland.measuring.rasters.classes import GridRow, GridTable
    from townland.measuring.rasters.slope import Grade, SlopeRow, SlopeTable
    from townland.results import Assessment
    from townland.rules.judging.finding import Finding

OVERVIEW = (620, 540)
DETAIL = (430, 320)

_TEMPLATE = templates("townland.writing.report", look=look.VERDICTS).get_template("report.html.j2")


def report_html(
    assessment: Assessment, *, lang: str = DEFAULT_LANGUAGE, map_href: str | None = "map.html"
) -> str:
    """Write the report of an assessment as one HTML file.

    `map_href` is where the map lies beside it; None leaves the links out. The same assessment gives
    the same bytes.
    """
    report = Report(assessment, lang, map_href)
    folder = files("townland.writing.report") / "templates"
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
            for finding in figures.by_severity(found)
        ]
        self.counts = figures.counts(found)
        self.overview = self._overview()
        table = result.land_classes
        self.lines = closing.class_lines(table) if table else []
        self.measures = [m for m in result.measures.values() if m.layers]
        need = report.assessment.need(result.town.code)
        self.need = None if need is None else NeedView(report, need, self)
        self.no_need = next((f for f in found if f.trace.get("kind") == "land_need"), None)
        told, code = report.assessment, result.town.code
        self.slope = next((table for table in told.slopes if table.town == code), None)
        self.grids = [table for table in told.grids if table.town == code]
        self.comparisons = [one for one in told.comparisons if one.town == code]

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
            entries.append((picture.hatch_swatch(look.UNCOVERED, f"{self.prefix}-ob"), missing))
        if shapes.uses:
            outline = report.t("Planned construction land, outline")
            entries.append((picture.BUILT_SWATCH, outline))
        for groups, used, kind in (
            (look.USES, shapes.uses, "plan"),
            (look.LAND, shapes.land, "land"),
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
            (str(f.verdict), figures.shown_measures(f, by_code[f.town]))
            for f in assessment.findings
            if f.town in by_code
        ]
        self.hatches = look.hatches(names, shown)
        self.towns = [TownView(self, town, n) for n, town in enumerate(assessment.towns, 1)]
        joint = [finding for finding in assessment.findings if finding.town is None]
        self.joint = [
            FindingView(self, finding, f"all-{finding.rule}", None)
            for finding in figures.by_severity(joint)
        ]
        self.counts = figures.counts(assessment.findings)
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
        return figures.NOTHING if m2 is None else figures.plain(closing.printed(m2, unit))

    def number(self, value: Decimal | None) -> str:
        """Print a number as it stands."""
        return figures.NOTHING if value is None else figures.plain(value)

    def role(self, name: str) -> str:
        """Put a role into words."""
        return self.w(look.role(name))

    def wanting(self, name: str) -> str:
        """Put what a finding lacks into words: a role, or a field of the dossier."""
        return self.role(name) if name in look.ROLES else self.w(field(name))

    def three_class(self, name: str | None) -> str:
        """Put one of the three classes into words."""
        return self.w(look.three_class(name))

    def kind(self, group: str) -> str:
        """Put a kind of land that a grid tells apart into words."""
        if group.startswith(GROUP):
            return self.w(_("cultivated, slope grade {grade}", grade=group.removeprefix(GROUP)))
        return self.w(look.THREE_CLASSES.get(group) or look.selector(group))

    def grade(self, grade: Grade) -> str:
        """Write a slope grade with its bounds."""
        return self.w(closing.grade_words(grade))

    def slope_rows(self, table: SlopeTable) -> list[tuple[SlopeRow, list[Decimal]]]:
        """Lay out cultivated land by slope, closed in ha."""
        return closing.slope_rows(table)

    def grid_rows(self, table: GridTable) -> list[tuple[GridRow | None, Decimal, Decimal]]:
        """Lay out a grid's values and what it does not know, closed in ha and percent."""
        return closing.grid_rows(table)

    def measure(self, name: str) -> str:
        """Call a measure as its rulebook does."""
        return self.w(look.measure_title(self.assessment, name))

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
                word = self.w(look.VERDICTS[view.verdict].word)
                label = f"{town.result.town.name} {rule}: {word}"
                return Cell(view.verdict, f"#{view.anchor}", label)
        return None

    def drawn(self, finding: Finding, town: TownView) -> dict[str, look.Hatch]:
        """Choose the measures that a finding's picture shows, hatched in its verdict's colour."""
        names = figures.shown_measures(finding, town.result)
        verdict = str(finding.verdict)
        aside = "review" if verdict == "fail" else "other"
        return {
            name: look.Hatch(
                self.hatches[name].pattern, look.hatch_colour(aside if n else verdict, n)
            )
            for n, name in enumerate(names)
        }

    def hatch_legend(self, hatches: Mapping[str, look.Hatch], id_: str) -> list[tuple[Markup, str]]:
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
                figures.circled(n),
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
             self.w(figures.ORIGINS[own.origin(name)]))
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
        rules = [f".land-{key}{{fill:{group.fill}}}" for key, group in look.LAND.items()]
        rules += [
            f".plan-{key}{{fill:{group.fill};fill-opacity:{0 if key == 'other' else 0.38}}}"
            for key, group in look.USES.items()
        ]
        return "".join(rules)
