"""What the report's pages show: words in one language, figures as they are printed, pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from markupsafe import Markup

import townland
from townland import terms
from townland.i18n import Words, _, shortened
from townland.rules.face_value import AT_FACE_VALUE, face_value_notices
from townland.rules.judging.trace import Json
from townland.writing.maps.pieces import schemes_of
from townland.writing.pages import closing, figures, look
from townland.writing.pages.page import safe_json
from townland.writing.report import patches, picture, signs
from townland.writing.report.evidence import Evidence
from townland.writing.report.findings import ConfirmationView, FindingView
from townland.writing.report.front import ClauseReader, front_page, missing_things
from townland.writing.report.index import TownIndex, TownPage, matrix_rules, town_rows
from townland.writing.report.need import NeedView
from townland.writing.report.patches import PatchLists
from townland.writing.report.sheets import SIGNED, decisive, shown_of, town_legend, town_sheets
from townland.writing.tables.reader import TableReader

if TYPE_CHECKING:
    from townland.catalog import LayerSpec
    from townland.measuring import TownResult
    from townland.measuring.rasters.classes import GridRow, GridTable
    from townland.measuring.rasters.slope import SlopeRow, SlopeTable
    from townland.results import Assessment
    from townland.rules.judging.finding import Finding

OVERVIEW, DETAIL, SMALL = (620, 540), (430, 320), (300, 260)

WORDS: dict[str, Words] = {
    "csv": _("Download as CSV"),
    "more": _("Show {n} more"),
    "shown": _("{shown} of {n} patches"),
    "number": _("No."),
    "annex": _("Annex {n}: {title}"),
    "part": _("The {shown} largest of {n} patches stand here. All of them: {place}"),
    "layer": _("layer “{layer}” in evidence.gpkg"),
    "all": _("All {n} patches as CSV"),
    "comma": _(", "),
}
"""What the page's script says."""

ELSEWHERE = _("the run that is not redacted")
"""Where all pieces are of a page that lies beside no ``evidence.gpkg``."""

NO_FILES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Overview:
    """The picture of a town, its legend, and whose pieces are numbered in it."""

    picture: Markup
    legend: Sequence[tuple[Markup, str]]
    title: str


class TownView:
    """A town as the page shows it."""

    def __init__(self, report: Report, shapes: picture.Shapes) -> None:
        """Lay out a town.

        Parameters
        ----------
        report
            The page.
        shapes
            The town as it is drawn, by whose prefix its elements are called.
        """
        self.result = result = shapes.result
        self.prefix = shapes.prefix
        self.report = report
        self.shapes = shapes
        assessment, code = report.assessment, result.town.code
        findings = assessment.findings_of(code)
        self.findings = [
            FindingView(
                report,
                finding,
                f"{self.prefix}-{finding.rule}",
                report.evidence(finding, self),
            )
            for finding in figures.by_severity(findings)
        ]
        self.counts = figures.counts(findings)
        self.overview = self._overview()
        table = result.land_classes
        self.lines = closing.class_lines(table) if table else []
        self.front = front_page(of_town(assessment, result), report.lang)
        self.grave = [view for view in self.findings if view.look in ("fail", "review")]
        self.waiting = [view for view in self.findings if view.look == look.WAITS]
        self.silent = [view for view in self.findings if view.verdict == "not_evaluated"]
        self.loud = [view for view in self.findings if view.verdict != "not_evaluated"]
        self.measures = [m for m in result.measures.values() if m.layers]
        need = assessment.need(code)
        self.need = (
            None if need is None else NeedView(report, need, f"{self.prefix}-need", self.anchors())
        )
        self.no_need = next((f for f in findings if f.trace.kind == "land_need"), None)
        self.slope = next((table for table in assessment.slopes if table.town == code), None)
        self.grids = [table for table in assessment.grids if table.town == code]
        self.comparisons = [table for table in assessment.comparisons if table.town == code]

    def listed(self) -> dict[str, list[str]]:
        """Name the measures that the town's findings show, each with the rules that show it."""
        rules: dict[str, list[str]] = {}
        for view in self.findings:
            for each in self.report.shown(view.finding):
                rules.setdefault(each.name, []).append(view.finding.rule)
        return rules

    def anchors(self) -> dict[str, str]:
        """Where each rule's finding stands in the page."""
        return {view.finding.rule: view.anchor for view in self.findings}

    def _overview(self) -> Overview:
        """Draw the town with the evidence of its gravest finding that has any on the map."""
        report, shapes = self.report, self.shapes
        gravest, shown = decisive((view.finding for view in self.findings), report.signs)
        label = f"{self.result.town.name}: " + ", ".join(
            report.measure(each.name) for each in shown
        )
        drawing = shapes.picture(
            label=label, north=report.t("N"), shown=shown, box=shapes.box,
            width=OVERVIEW[0], height=OVERVIEW[1], id_=f"{self.prefix}-o",
        )  # fmt: skip
        title = f"{gravest.rule} {report.w(gravest.title)}" if gravest else ""
        self.small = shapes.picture(
            label=self.result.town.name, north=report.t("N"), shown=shown, box=shapes.box,
            width=SMALL[0], height=SMALL[1], id_=f"{self.prefix}-s",
        )  # fmt: skip
        legend = list(town_legend(report, shapes, shown))
        self.sheets = town_sheets(
            report, shapes, shown=shown, legend=legend, what=title, signed=report.signed
        )
        return Overview(drawing, legend, title)


def of_town(assessment: Assessment, town: TownResult) -> Assessment:
    """Give the part of an assessment that is one town's."""
    findings = assessment.findings_of(town.town.code)
    # what fails at face value is named at the head for all towns: here for this one
    own = face_value_notices(findings)
    others = (each for each in assessment.notices if each.code != AT_FACE_VALUE)
    return replace(assessment, towns=(town,), findings=findings, notices=(*others, *own))


class Report(ClauseReader):
    """What the template asks for: words in one language, figures as they are printed."""

    def __init__(
        self,
        assessment: Assessment,
        lang: str,
        map_href: str | None,
        *,
        signs_of: Mapping[str, look.Hatch] | None = None,
        pages: Sequence[TownPage] = (),
        stems: Mapping[str, str] = NO_FILES,
    ) -> None:
        """Lay out the report.

        Parameters
        ----------
        assessment, lang, map_href
            As for `report_html`.
        signs_of
            The sign of each measure, where `assessment` is one town of a run: chosen once for all pages.
        pages
            Where each town has a page of its own: this one is the index, without their findings.
        stems
            How files beside the page are called that have a town's longer lists (`PatchLists`).
        """
        super().__init__(assessment, lang, map_href)
        self.version = townland.__version__
        self.schemes = schemes_of(assessment)
        names = [shortened(town.town.name) for town in assessment.towns]
        figures_of = (finding.figures for finding in assessment.findings)
        self.signs = look.signs(figures_of) if signs_of is None else signs_of
        self.signed = list(map(self.w, SIGNED))
        self.index = TownIndex(self, pages) if pages else None
        results = () if pages else assessment.towns
        drawn = picture.town_shapes(results, self.schemes, prefix="t", named=self.signs)
        self.towns = [TownView(self, shapes) for shapes in drawn]
        self.patterns = signs.patterns([*self.signs.values(), look.UNCOVERED]) if results else ""
        joint = assessment.findings_of(None)
        self.joint = [
            FindingView(self, finding, f"all-{finding.rule}", None)
            for finding in figures.by_severity(joint)
        ]
        self.counts = figures.counts(assessment.findings)
        self.waiting = [ConfirmationView(self, fact) for fact in assessment.confirmations]
        self.waits = sum(finding.only_waits for finding in assessment.findings)
        self.every = [*self.joint, *(view for town in self.towns for view in town.findings)]
        self.lacks = missing_things(TableReader(assessment, lang))
        self.several_books = len({finding.rulebook for finding in assessment.findings}) > 1
        self.units = list(
            dict.fromkeys(unit for f in assessment.findings for unit in f.clause.responsible)
        )
        self.rules = matrix_rules(self)
        named = self.t(", ").join(names[:3]) + ("…" if len(names) > 3 else "")
        if pages:
            named = self.t("{n} {n:town|towns}", n=len(names))
        grave = [view for town in self.towns for view in town.grave]
        grave.sort(key=lambda view: view.look != "fail")
        self.first_failing = grave[0].anchor if grave else "matrix" if pages else "t1-findings"
        self.title = self.t("Land-use compliance report · {towns}", towns=named)
        self.heading = self.title
        if not pages:
            longer = self.t(", ").join(names[:6]) + ("…" if len(names) > 6 else "")
            self.heading = self.t("Land-use compliance report · {towns}", towns=longer)
        self.up = "../report.html" if signs_of is not None and not pages else None
        self.own_maps = any(page.map and "#" not in page.map for page in pages)
        self.rows = town_rows(self, pages)
        self.lists = self._lists(stems)

    def slope_rows(self, table: SlopeTable) -> list[tuple[SlopeRow, list[Decimal]]]:
        """Lay out cultivated land by slope, closed in ha."""
        return closing.slope_rows(table)

    def grid_rows(self, table: GridTable) -> list[tuple[GridRow | None, Decimal, Decimal]]:
        """Lay out a grid's values and what it does not know, closed in ha and percent."""
        return closing.grid_rows(table)

    def shown(self, finding: Finding) -> list[picture.Shown]:
        """Give the measures that a finding draws and lists, each with its letter and its sign."""
        return shown_of(finding, self.signs)

    def evidence(self, finding: Finding, town: TownView | None) -> Evidence | None:
        """Draw where a finding's evidence lies; None where there is no piece of land to show."""
        shown = self.shown(finding) if town else []
        if town is None or not shown:
            return None
        id_ = f"{town.prefix}-{finding.rule}"
        seen = [each.name for each in shown if not each.sign.frame] or [shown[0].name]
        titles = self.t(", ").join(self.measure(each.name) for each in shown)
        drawing = town.shapes.picture(
            label=f"{finding.rule} {titles}", north=self.t("N"), shown=shown,
            box=town.shapes.window(seen), width=DETAIL[0], height=DETAIL[1],
            id_=id_,
        )  # fmt: skip
        return Evidence(self, finding, town.result, shown, drawing=drawing)

    def _lists(self, stems: Mapping[str, str]) -> PatchLists:
        """List the patches, of each measure as many as leave the page light."""
        most = patches.MOST
        while True:
            lists = PatchLists(self, most, stems)
            for town in self.towns:
                lists.add(town.prefix, town.result, town.listed())
            if len(lists) <= patches.MOST_ROWS or most == 1:
                return lists
            most = most // 2

    def data(self) -> str:
        """Give what the page's script reads: the lists of patches, and its words."""
        said = WORDS | {"layer": ELSEWHERE} if self.assessment.redacted else WORDS
        words: dict[str, Json] = {key: self.w(text) for key, text in said.items()}
        return safe_json({**self.lists.as_data(), "words": words})

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
             self.w(terms.ORIGINS[own.origin(name)]))
            for name in type(own).model_fields
        ]  # fmt: skip

    def spec(self, name: str) -> LayerSpec | None:
        """Find the catalog's entry of a layer; None for a boundary file."""
        return next((spec for spec in self.assessment.catalog.layer if spec.name == name), None)

    def colours(self) -> str:
        """Write the legend's fills as style rules, and what stands at the head of a printed page."""
        foot = self.t(
            "An aid to analysis; it does not replace the results of the legal boundary survey."
        )
        rules = look.fills()
        for town in self.towns:
            head = css_text(
                f"{self.t('Land-use compliance report')} · {shortened(town.result.town.name)}"
            )
            rules.append(
                f"#{town.prefix}{{page:{town.prefix}}}"
                f"@page {town.prefix}{{@top-left{{content:{head}}}}}"
            )
        rules.append(f":root{{--running:{css_text(self.heading)};--foot:{css_text(foot)}}}")
        return "".join(rules)


def css_text(text: str) -> str:
    r"""Write a text as CSS has it, whatever stands in it: what is no letter or digit by its number.

    >>> css_text('镇 "</style>')
    '"镇\\20 \\22 \\3c \\2f style\\3e "'
    """
    signs = (sign if sign.isalnum() else rf"\{ord(sign):x} " for sign in text)
    return f'"{"".join(signs)}"'
