"""The check of towns against a rulebook: the whole way of the data on one page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd

from townland import units
from townland.catalog import ROLES, LayerCatalog, LayerSpec
from townland.i18n import DEFAULT_LANGUAGE, Words, _, render
from townland.issues import Issue
from townland.measuring import TownResult, areas, measure_town, near, prepare
from townland.measuring.placement import siting_issues
from townland.measuring.prepare import Ground, Repair
from townland.measuring.rasters import Told, raster_specs, read_rasters, tell, with_grids
from townland.measuring.rasters.backgrounds import Background, read_backgrounds
from townland.measuring.rasters.classes import Comparison, GridTable
from townland.measuring.rasters.slope import SlopeTable
from townland.reading.digests import sha256_of
from townland.reading.layer import Input, Layer
from townland.reading.vector import read_layer
from townland.rules.book.jurisdiction import jurisdiction_issues
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate, evaluate_portfolio
from townland.rules.judging.finding import Finding
from townland.rules.kinds.together import Overlap, overlaps
from townland.rules.need_table import NeedTable, indicator_need
from townland.towns import Town

ALWAYS = ("land_use", "planned_use")
"""Roles that every report shows, whether or not a rule needs them."""

TOGETHER = "*"
"""The row of `Assessment.matrix` that holds the rules on all towns together."""

Progress = Callable[[Words, int, int], None]


def silent(step: Words, done: int, whole: int) -> None:
    """Tell nobody how far a check has come."""


@dataclass(frozen=True, slots=True, eq=False)
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
    overlaps: tuple[Overlap, ...] = ()
    needs: tuple[NeedTable, ...] = ()
    grids: tuple[GridTable, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    slopes: tuple[SlopeTable, ...] = ()
    backgrounds: tuple[Background, ...] = ()

    def finding(self, rule: str, town: str | None = None) -> Finding:
        """The finding of a rule for a town's code; the first town's without one."""
        for found in self.findings:
            if found.rule == rule and town in (None, found.town):
                return found
        raise KeyError((rule, town))

    def evidence(self, rule: str, town: str | None = None) -> gpd.GeoDataFrame:
        """The pieces that show why a rule's verdict stands, of all its measures.

        Columns ``measure``, ``town``, the feature ids, ``class_name``, ``area_m2``, ``net_m2``,
        ``sliver`` and geometry in the town's CRS.
        """
        found = self.finding(rule, town)
        if found.town is None:
            return self.shared_land()
        result = next(result for result in self.towns if result.town.code == found.town)
        frames = [
            result.measures[name].frame.assign(measure=name)
            for name in found.evidence
            if result.measures[name].pieces
        ]
        if not frames:
            return gpd.GeoDataFrame({"measure": []}, geometry=[], crs=result.town.crs)
        return pd.concat(frames, ignore_index=True)

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
        """The indicator need of a town's code, the first town's without one.

        None where no rule asks for it, or no layer tells it.
        """
        code = self.towns[0].town.code if town is None else town
        return next((need for need in self.needs if need.town == code), None)

    def need_table(self, town: str | None = None, lang: str = DEFAULT_LANGUAGE) -> pd.DataFrame:
        """The indicator need as a table: one row for each use and source with land, then the total.

        Columns ``use``, ``source``, ``gross_…`` and ``net_…`` in m², ha and mu, closed in each of them
        (`NeedTable`), and ``pieces``: their numbers in the measure's layer of ``evidence.gpkg``.
        """
        need = self.need(town)
        return pd.DataFrame() if need is None else need.frame(lang)

    def matrix(self) -> pd.DataFrame:
        """The verdicts of towns (rows, by code) under rules (columns, in the rulebook's order).

        The last row, ``*``, holds the rules on all towns together; a cell is empty where a rule is not
        asked.
        """
        rules = list(dict.fromkeys(found.rule for found in self.findings))
        order = [rule.id for rule in self.rulebook.rule if rule.id in rules]
        codes = [result.town.code for result in self.towns]
        table = pd.DataFrame("", index=[*codes, TOGETHER], columns=list(dict.fromkeys(order)))
        for found in self.findings:
            table.loc[TOGETHER if found.town is None else found.town, found.rule] = (
                found.verdict.value
            )
        return table

    def findings_table(self, lang: str = DEFAULT_LANGUAGE) -> pd.DataFrame:
        """One row for each finding: rule, town, verdict, figure, limit, margin, unit, reason."""
        return pd.DataFrame(
            {
                "rule": found.rule,
                "title": found.title.render(lang),
                "town": found.town,
                "verdict": found.verdict.value,
                "measured": found.measured,
                "limit": found.limit,
                "margin": found.margin,
                "unit": found.unit,
                "why": render(found.why, lang),
            }
            for found in self.findings
        )

    def land_class_table(self, town: str | None = None) -> pd.DataFrame:
        """The land survey inside a town by class, in m²; the rows sum to the control area."""
        result = next(result for result in self.towns if town in (None, result.town.code))
        table = result.land_classes
        return pd.DataFrame(
            []
            if table is None
            else [
                {name: getattr(row, name) for name in areas.ClassRow.__slots__}
                for row in table.rows
            ]
        )

    def slope_table(self, town: str | None = None) -> pd.DataFrame:
        """Cultivated land (rows, by class) by slope grade in m²; rows sum to ``area_m2``.

        Columns ``code``, ``name``, one of each grade (``1`` to ``5``), ``no_data_m2``, ``area_m2``;
        empty where there is no terrain model or no land survey.
        """
        table = next((each for each in self.slopes if town in (None, each.town)), None)
        if table is None:
            return pd.DataFrame()
        grades = [grade.grade for grade in table.grades]
        return pd.DataFrame(
            {
                "code": row.code,
                "name": row.name,
                **dict(zip(grades, row.by_grade_m2, strict=True)),
                "no_data_m2": row.no_data_m2,
                "area_m2": row.area_m2,
            }
            for row in table.rows
        )

    def comparison_table(self, town: str | None = None) -> pd.DataFrame:
        """What vector layers and class grids say of the same kind of land, in m², a row a pair.

        Columns ``town``, ``group``, ``vector``, ``grid``, ``vector_m2`` (by which rules go),
        ``grid_m2``, ``difference_m2``, ``both_m2``, ``no_data_m2``.
        """
        return pd.DataFrame(
            {**asdict(one), "difference_m2": one.difference_m2}
            for one in self.comparisons
            if town in (None, one.town)
        )


def check(
    towns: Sequence[Town],
    catalog: LayerCatalog,
    rulebook: Rulebook,
    *,
    on: dt.date,
    accept_repairs: Collection[str] = (),
    progress: Progress = silent,
) -> Assessment:
    """Check towns against the clauses that are in force on a day.

    Parameters
    ----------
    towns
        As `read_towns` gives them.
    catalog, rulebook
        As `load_catalog` and `load_rulebook` give them.
    on
        The day whose law counts.
    accept_repairs
        ``LAYER:FEATURE`` of geometry repairs to accept though they change a protected area.
    progress
        Called with a sentence, the steps done and all steps.

    Raises
    ------
    TownlandError
        An input cannot be used (`CatalogError`, `LayerError`, `RulebookError`), or a self-check
        failed (`EngineError`). A town that breaks a rule is a finding, never an error.

    """
    rules_in_force(rulebook, on)
    roles = _roles(catalog, rulebook)
    rastered = raster_specs(catalog)
    specs = [spec for role in roles for spec in catalog.of_role(role) if spec not in rastered]
    steps = len(specs) + len(rastered) + len(towns)
    step = iter(range(steps))
    towns, repairs = _mended_towns(towns, accept_repairs)
    windows = [(near(town.boundary), town.crs) for town in towns]
    digest = cache(sha256_of)  # one file often holds many layers
    layers: dict[str, list[Layer]] = {}

    def reading(spec: LayerSpec) -> None:
        progress(_("reading layer {name}", name=spec.name), next(step), steps)

    for spec in specs:
        reading(spec)
        layer = read_layer(spec, catalog, windows, digest=digest)
        layers.setdefault(spec.role, []).append(layer)
    known_layers = [layer for known in layers.values() for layer in known]
    sited = [issue for town in towns for issue in siting_issues(town, known_layers, catalog)]
    rasters = read_rasters(catalog, rastered, windows, digest=digest, reading=reading)
    vectors, layers = tuple(layers), with_grids(layers, rasters, roles)
    told: list[Told] = []
    results: list[TownResult] = []
    findings: list[Finding] = []
    issues: list[Issue] = []
    known_towns: list[Facts] = []
    needs: list[NeedTable | None] = []
    grounds: dict[Any, dict[str, Ground]] = {}
    for town in towns:
        progress(_("measuring {name}", name=town.name), next(step), steps)
        if town.crs not in grounds:
            grounds[town.crs] = {
                role: prepare.gather(role, known, town.crs, rulebook.three_class, accept_repairs)
                for role, known in layers.items()
            }
            if len(grounds) == 1:  # in every CRS of towns the same features are mended
                repairs += [
                    done for ground in grounds[town.crs].values() for done in ground.repairs
                ]
        result = measure_town(
            town,
            grounds[town.crs],
            rulebook.measure,
            profile=rulebook.three_class,
            sliver_width_m=float(rulebook.parameter.sliver_width_m),
        )
        results.append(result)
        told.append(tell(result, rasters, grounds[town.crs], vectors, profile=rulebook.three_class))
        issues += (*result.issues, *told[-1].issues)
        facts = Facts(
            town=town.code,
            name=town.name,
            area_m2=result.area_m2,
            closure_m2=units.m2(abs(result.area_m2 - result.area_check_m2)),
            measures=result.measures,
            dossier=town.dossier,
            boundary=town.boundary,
            crs=town.crs,
        )
        known_towns.append(facts)
        issues += jurisdiction_issues(rulebook, facts)
        findings += evaluate(rulebook, facts, on)
        needs.append(indicator_need(rulebook, facts, on))
    findings += evaluate_portfolio(rulebook, known_towns, on)
    issues += prepare.collapsed(repairs)
    issues += _unused(accept_repairs, repairs)
    progress(_("checked"), steps, steps)
    inputs = {town.input: None for town in towns}
    inputs |= {layer.input: None for known in layers.values() for layer in known}
    behind = read_backgrounds(catalog, towns, digest=digest)
    inputs |= dict.fromkeys((*rasters.inputs, *behind.inputs))
    first = [issue for town in towns for issue in town.issues]
    first += [issue for known in layers.values() for layer in known for issue in layer.issues]
    first += (*rasters.issues, *behind.issues)
    return Assessment(
        on,
        rulebook,
        catalog,
        tuple(inputs),
        tuple(results),
        tuple(findings),
        tuple(repairs),
        (*dict.fromkeys(first), *sited, *issues),
        overlaps(known_towns, rulebook.parameter.sliver_width_m),
        tuple(need for need in needs if need is not None),
        tuple(table for town in told for table in town.grids),
        tuple(one for town in told for one in town.comparisons),
        tuple(town.slope for town in told if town.slope is not None),
        behind.pictures,
    )


def _roles(catalog: LayerCatalog, rulebook: Rulebook) -> tuple[str, ...]:
    """The roles that the rulebook's measures need and that some layer plays, in a fixed order."""
    needed = {role for spec in rulebook.measure.values() for role in spec.needed} | set(ALWAYS)
    return tuple(role for role in ROLES if role in needed and catalog.of_role(role))


def _mended_towns(
    towns: Sequence[Town], accepted: Collection[str]
) -> tuple[list[Town], list[Repair]]:
    mended: list[Town] = []
    repairs: list[Repair] = []
    for town in towns:
        boundary, done = prepare.mend(
            [town.boundary],
            [town.code],
            town.crs,
            layer=town.input.name,
            protected=True,
            accepted=accepted,
        )
        mended.append(replace(town, boundary=boundary[0]) if done else town)
        repairs += done
    return mended, repairs


def _unused(accepted: Collection[str], repairs: Sequence[Repair]) -> Iterator[Issue]:
    """Tell which accepted repairs were not needed: perhaps their names are mistyped."""
    made = {f"{repair.layer}:{repair.feature}" for repair in repairs}
    for name in dict.fromkeys(accepted):
        if name not in made:
            yield Issue(
                "accept_repair_unused",
                "warning",
                _(
                    "--accept-repair {name}: no such repair was made; the layers and features that were"
                    " mended are {made}",
                    name=name,
                    made=", ".join(sorted(made)) or "-",
                ),
            )
