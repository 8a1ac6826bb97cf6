"""What a check found, and how it is asked for: by rule and town, as tables, as geometry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property

import geopandas as gpd
import pandas as pd

from townland import units
from townland.catalog import LayerCatalog
from townland.errors import UnknownNameError
from townland.i18n import DEFAULT_LANGUAGE, _, listed, render
from townland.issues import Issue
from townland.measuring import TownResult, areas
from townland.measuring.prepare import Repair
from townland.measuring.rasters.backgrounds import Background
from townland.measuring.rasters.classes import Comparison, GridTable
from townland.measuring.rasters.slope import SlopeTable
from townland.notebook import card, grid
from townland.reading.layer import Input
from townland.rules.book.model import Rulebook
from townland.rules.confirmations import Confirmation, confirmations
from townland.rules.judging.finding import Finding, ReasonFigure
from townland.rules.need_table import NeedTable
from townland.rules.notices import HeadNotice
from townland.rules.shared_land import SharedLand
from townland.terms import ROLES, VERDICTS, Verdict

TOGETHER = "*"
"""The row of `Assessment.matrix` that holds the rules on all towns together."""

GROUPED = ("measure", "title", "role")
"""The first columns of `Assessment.evidence`, by which a sum can group."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """Everything one check found; every report is a rendering of it."""

    on: dt.date
    rulebook: Rulebook
    catalog: LayerCatalog
    inputs: tuple[Input, ...]
    towns: tuple[TownResult, ...]
    findings: tuple[Finding, ...]
    repairs: tuple[Repair, ...]
    issues: tuple[Issue, ...]
    overlaps: tuple[SharedLand, ...] = ()
    needs: tuple[NeedTable, ...] = ()
    grids: tuple[GridTable, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    slopes: tuple[SlopeTable, ...] = ()
    backgrounds: tuple[Background, ...] = ()
    notices: tuple[HeadNotice, ...] = ()
    redacted: bool = False  # without ids, places and coordinates (`writing.redaction`)

    def __repr__(self) -> str:
        codes = ", ".join(self.codes)
        return f"<Assessment {self.rulebook.id} on {self.on.isoformat()}: {codes}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: how many findings of each town have each verdict."""
        counted = [(town, verdicts.value_counts()) for town, verdicts in self.matrix().iterrows()]
        rows = (
            (town, *(int(counts.get(verdict, 0)) for verdict in VERDICTS))
            for town, counts in counted
        )
        lines = {_("rulebook"): self.rulebook.title, _("day"): self.on.isoformat()}
        head = (_("town"), *VERDICTS.values())
        return card(_("Assessment"), lines, more=grid(head, rows))

    @property
    def confirmations(self) -> tuple[Confirmation, ...]:
        """What findings wait for: for each layer that may not be complete, its question and line."""
        planned = [result.town.code for result in self.towns if "planned_use" in result.owned]
        return confirmations(self.catalog, self.findings, planned)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the towns, in their order."""
        return tuple(result.town.code for result in self.towns)

    def findings_of(self, town: str | None) -> tuple[Finding, ...]:
        """The findings of a town by its code, in order; without one those on all towns together."""
        return self._by_town.get(town, ())

    @cached_property
    def _by_town(self) -> Mapping[str | None, tuple[Finding, ...]]:
        """The findings grouped once: a page of each of many towns asks for its own."""
        found: dict[str | None, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.town, []).append(finding)
        return {town: tuple(findings) for town, findings in found.items()}

    def town(self, town: str | None = None) -> TownResult:
        """What was measured in a town, by its code or its name; the first town without one.

        Raises
        ------
        UnknownNameError
            No town is called so, or several are; the message names those that exist.
        """
        towns = [result.town for result in self.towns]
        if town is None and self.towns:
            return self.towns[0]
        coded = [result for result in self.towns if result.town.code == town]
        titled = [result for result in self.towns if result.town.name == town]
        chosen = coded or titled
        if len(chosen) == 1:
            return chosen[0]
        known = listed(dict.fromkeys(f"{each.code} {each.name}" for each in towns) or "-")
        if chosen:
            raise UnknownNameError(
                _("several towns are called {town}; name one by its code: {known}",
                  town=town, known=known)
            )  # fmt: skip
        raise UnknownNameError(
            _("no town is called {town}; there are {known}", town=town, known=known)
        )

    def finding(self, rule: str, town: str | None = None) -> Finding:
        """The finding of a rule for a town, by its code or its name; the first town's without one.

        A rule on all towns together has one finding, whatever the town.

        Raises
        ------
        UnknownNameError
            No rule or town is called so, or the rule has no finding there.
        """
        findings = self._findings(rule)
        code = None if town is None else self.town(town).town.code
        for finding in findings:
            if code is None or finding.town in (None, code):
                return finding
        raise UnknownNameError(
            _("rule {rule} has no finding for town {town}; it has some for {known}",
              rule=rule, town=town, known=", ".join(str(each.town) for each in findings))
        )  # fmt: skip

    def _findings(self, rule: str) -> list[Finding]:
        findings = [finding for finding in self.findings if finding.rule == rule]
        if findings:
            return findings
        rules = list(dict.fromkeys(finding.rule for finding in self.findings))
        near = get_close_matches(rule, rules, n=1)
        raise UnknownNameError(
            _("no rule {rule} has a finding; those that have: {known}", rule=rule,
              known=", ".join((*near, *(each for each in rules if each not in near))) or "-")
        )  # fmt: skip

    def evidence(
        self,
        rule: str,
        town: str | None = None,
        *,
        exact: bool = False,
        lang: str = DEFAULT_LANGUAGE,
    ) -> gpd.GeoDataFrame:
        """The pieces that show why a rule's verdict stands, of all measures that its reason names.

        Parameters
        ----------
        rule
            The rule's id.
        town
            A town's code or name; all towns without one.
        exact
            Areas as `Decimal`, as they are printed, instead of floats.
        lang
            The language of the measures' titles.

        Returns
        -------
        Columns ``measure``, ``title`` and ``role`` (what the measure is there for in the reason), by
        which a sum can group: land may lie in several measures. Then ``town``, the feature ids,
        ``class_name``, ``area_m2``, ``net_m2``, ``sliver`` and geometry in the town's CRS, that of the
        first town where there are several. Of a rule on all towns together it is `shared_land`.

        Raises
        ------
        UnknownNameError
            As `finding`.
        """
        findings = self._findings(rule) if town is None else [self.finding(rule, town)]
        if findings[0].town is None:
            return self.shared_land()
        results = {result.town.code: result for result in self.towns}
        crs = results[str(findings[0].town)].town.crs
        frames = [
            _shown(results[str(finding.town)].measures[figure.measure].frame, figure, lang).to_crs(
                crs
            )
            for finding in findings
            for figure in finding.figures
            if figure.pieces
        ]
        if not frames:
            blank: dict[str, list[str]] = {name: [] for name in (*GROUPED, "town")}
            return gpd.GeoDataFrame(blank, geometry=[], crs=crs)
        pieces = pd.concat(frames, ignore_index=True)
        return pieces if exact else units.as_floats(pieces)

    def shared_land(self) -> gpd.GeoDataFrame:
        """The land that two boundaries share: columns ``first``, ``second``, ``area_m2``, ``sliver_m2``.

        Geometry is in the CRS of the first town.
        """
        crs = self.towns[0].town.crs if self.towns else None
        frames = [
            gpd.GeoDataFrame(
                {
                    "first": [one.first],
                    "second": [one.second],
                    "area_m2": [float(one.area_m2)],
                    "sliver_m2": [float(one.sliver_m2)],
                },
                geometry=[one.geometry],
                crs=one.crs,
            ).to_crs(crs)
            for one in self.overlaps
        ]
        if not frames:
            return gpd.GeoDataFrame({"first": [], "second": []}, geometry=[], crs=crs)
        return pd.concat(frames, ignore_index=True)

    def need(self, town: str | None = None) -> NeedTable | None:
        """The indicator need of a town, by its code or its name; the first town's without one.

        None where no rule asks for it, or no layer holds it.

        Raises
        ------
        UnknownNameError
            No town is called so.
        """
        code = self.town(town).town.code
        return next((need for need in self.needs if need.town == code), None)

    def need_table(
        self, town: str | None = None, lang: str = DEFAULT_LANGUAGE, *, exact: bool = False
    ) -> pd.DataFrame:
        """The indicator need as a table: one row for each use and source with land, then the total.

        Columns ``use``, ``source``, ``gross_…`` and ``net_…`` in m², ha and mu, closed in each of them
        (`NeedTable`), and ``pieces``: their numbers in the measure's layer of ``evidence.gpkg``.

        Parameters
        ----------
        town
            A town's code or name; the first town without one.
        lang
            The language of uses and sources.
        exact
            Figures as `Decimal`, as they are printed, instead of floats.
        """
        need = self.need(town)
        table = pd.DataFrame() if need is None else need.frame(lang)
        return table if exact else units.as_floats(table)

    def matrix(self) -> pd.DataFrame:
        """The verdicts of towns (rows, by code) under rules (columns, in the rulebook's order).

        The last row, ``*``, holds the rules on all towns together; a cell is empty where a rule is not
        asked.
        """
        rules = list(dict.fromkeys(found.rule for found in self.findings))
        order = list(dict.fromkeys(rule.id for rule in self.rulebook.rule if rule.id in rules))
        verdicts = {
            (TOGETHER if found.town is None else found.town, found.rule): found.verdict.value
            for found in self.findings
        }
        rows = [*self.codes, TOGETHER]
        cells = [[verdicts.get((row, rule), "") for rule in order] for row in rows]
        return pd.DataFrame(cells, index=rows, columns=order, dtype=object)

    def findings_table(self, lang: str = DEFAULT_LANGUAGE, *, exact: bool = False) -> pd.DataFrame:
        """One row for each finding: rule, town, verdict, figure, limit, margin, unit, reason.

        ``measured``, ``limit`` and ``margin`` are numbers (floats; `Decimal` where `exact` is true),
        missing where the figure is none; ``measured_text`` and ``limit_text`` hold those that are not
        numbers, such as days.
        """
        table = pd.DataFrame(
            {
                "rule": finding.rule,
                "title": finding.title.render(lang),
                "town": finding.town,
                "verdict": finding.verdict.value,
                "measured": _number(finding.measured),
                "limit": _number(finding.limit),
                "margin": _number(finding.margin),
                "unit": finding.unit,
                "measured_text": finding.measured if isinstance(finding.measured, str) else None,
                "limit_text": finding.limit if isinstance(finding.limit, str) else None,
                "why": render(finding.why, lang),
            }
            for finding in self.findings
        )
        return table if exact else units.as_floats(table, also=("measured", "limit", "margin"))

    def land_class_table(self, town: str | None = None, *, exact: bool = False) -> pd.DataFrame:
        """The land survey inside a town by class, in m²; the rows sum to the control area.

        Parameters
        ----------
        town
            A town's code or name; the first town without one.
        exact
            Areas as `Decimal`, which sum exactly, instead of floats.
        """
        classes = self.town(town).land_classes
        rows = () if classes is None else classes.rows
        table = pd.DataFrame(
            {name: getattr(row, name) for name in areas.ClassRow.__slots__} for row in rows
        )
        return table if exact else units.as_floats(table)

    def slope_table(self, town: str | None = None, *, exact: bool = False) -> pd.DataFrame:
        """Cultivated land (rows, by class) by slope grade in m²; rows sum to ``area_m2``.

        Columns ``code``, ``name``, one of each grade (``1`` to ``5``), ``no_data_m2``, ``area_m2``;
        empty where there is no terrain model or no land survey. `town` and `exact` are as in
        `land_class_table`.
        """
        code = self.town(town).town.code
        slopes = next((each for each in self.slopes if each.town == code), None)
        if slopes is None:
            return pd.DataFrame()
        grades = [grade.grade for grade in slopes.grades]
        table = pd.DataFrame(
            {
                "code": row.code,
                "name": row.name,
                **dict(zip(grades, row.by_grade_m2, strict=True)),
                "no_data_m2": row.no_data_m2,
                "area_m2": row.area_m2,
            }
            for row in slopes.rows
        )
        return table if exact else units.as_floats(table)

    def comparison_table(self, town: str | None = None, *, exact: bool = False) -> pd.DataFrame:
        """What vector layers and class grids say of the same kind of land, in m², a row a pair.

        Columns ``town``, ``group``, ``vector``, ``grid``, ``vector_m2`` (by which rules go),
        ``grid_m2``, ``difference_m2``, ``both_m2``, ``no_data_m2``; of all towns without `town`.
        """
        code = None if town is None else self.town(town).town.code
        table = pd.DataFrame(
            {**asdict(one), "difference_m2": one.difference_m2}
            for one in self.comparisons
            if code in (None, one.town)
        )
        return table if exact else units.as_floats(table)


def _shown(frame: gpd.GeoDataFrame, figure: ReasonFigure, lang: str) -> gpd.GeoDataFrame:
    """The pieces of a measure that a reason names, with what the measure is, in the first columns.

    Parameters
    ----------
    frame
        The pieces.
    figure
        The measure in the reason.
    lang
        The language of its title.
    """
    told = frame.assign(measure=figure.measure, title=figure.title.render(lang), role=figure.role)
    return told[[*GROUPED, *frame.columns]]


def _number(figure: Decimal | str | None) -> Decimal | None:
    """A figure that is a number; None for a day, and where there is none."""
    return None if isinstance(figure, str) else figure


FAILED, WANTING, UNMEASURED = 1, 3, 4
"""The exit codes of a check in which a rule failed, in which one could not be evaluated, and in which a
town could not be measured."""


def exit_code(*assessments: Assessment, strict: bool = False) -> int:
    """The exit code of a check: 4 a town was not measured, 1 a rule failed, 3 one was not evaluated.

    It is 0 in all other cases, and 3 only for a rule that can fail.

    Of several assessments the gravest counts. A rule for which only facts of the dossier are missing
    counts with `strict` alone, and so does one that needs review.
    """
    codes = {_code(assessment, strict=strict) for assessment in assessments}
    return next((code for code in (UNMEASURED, FAILED, WANTING) if code in codes), 0)


def _code(assessment: Assessment, *, strict: bool) -> int:
    verdicts = {finding.verdict for finding in assessment.findings}
    if any(each.failed is not None for each in assessment.towns):
        return UNMEASURED
    if Verdict.FAIL in verdicts:
        return FAILED
    if strict and verdicts & {Verdict.REVIEW, Verdict.NOT_EVALUATED}:
        return WANTING
    can_fail = {rule.id for rule in assessment.rulebook.rule if rule.can_fail}
    for finding in assessment.findings:
        only_dossier = finding.missing and not set(finding.missing) & set(ROLES)
        not_evaluated = finding.verdict is Verdict.NOT_EVALUATED
        if not_evaluated and finding.rule in can_fail and not only_dossier:
            return WANTING
    return 0
