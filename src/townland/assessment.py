"""The check of towns against a rulebook: the whole way of the data on one page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from townland import units
from townland.catalog import ROLES, LayerCatalog, LayerSpec
from townland.errors import TownlandError
from townland.i18n import Words, _
from townland.issues import Issue
from townland.measuring import TownResult, measure_town, near, prepare
from townland.measuring.placement import siting_issues
from townland.measuring.prepare import Ground, Repair
from townland.measuring.rasters import Told, raster_specs, read_rasters, tell, with_grids
from townland.measuring.rasters.backgrounds import read_backgrounds
from townland.reading.digests import sha256_of
from townland.reading.layer import Layer
from townland.reading.vector import read_layer
from townland.results import Assessment
from townland.rules.book.jurisdiction import jurisdiction_issues
from townland.rules.book.loader import rules_in_force
from townland.rules.book.model import Rulebook
from townland.rules.evaluate import Facts, evaluate, evaluate_portfolio
from townland.rules.judging.finding import Finding
from townland.rules.need_table import NeedTable, indicator_need
from townland.rules.shared_land import overlaps
from townland.terms import Verdict
from townland.towns import Town

ALWAYS = ("land_use", "planned_use")
"""Roles that every report shows, whether or not a rule needs them."""

Progress = Callable[[Words, int, int], None]


def silent(step: Words, done: int, whole: int) -> None:
    """Tell nobody how far a check has come.

    Parameters
    ----------
    step, done, whole
        What is being done, how many steps are done, and how many there are.
    """


FAILED, WANTING = 1, 3
"""The exit codes of a check in which a rule failed, and in which one could not be evaluated."""


def exit_code(*assessments: Assessment, strict: bool = False) -> int:
    """The exit code of a check: 1 a rule failed, 3 one that can fail was not evaluated, else 0.

    Of several assessments the gravest counts. A rule for which only facts of the dossier are missing
    counts with `strict` alone, and so does one that needs review.
    """
    codes = {_code(assessment, strict=strict) for assessment in assessments}
    return next((code for code in (FAILED, WANTING) if code in codes), 0)


def _code(assessment: Assessment, *, strict: bool) -> int:
    verdicts = {finding.verdict for finding in assessment.findings}
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


def day_of(day: dt.date | str) -> dt.date:
    """A day that may be given as a date or as text, ``YYYY-MM-DD``.

    Raises
    ------
    TownlandError
        The text is no day.

    Examples
    --------
    >>> day_of("2018-12-31")
    datetime.date(2018, 12, 31)
    """
    if isinstance(day, dt.datetime):
        return day.date()
    if isinstance(day, dt.date):
        return day
    try:
        return dt.date.fromisoformat(day)
    except ValueError:
        raise TownlandError(
            _("--on {text}: no such day; write it as YYYY-MM-DD, e.g. 2018-12-31", text=day)
        ) from None


def check(
    towns: Sequence[Town],
    catalog: LayerCatalog,
    rulebook: Rulebook,
    *,
    on: dt.date | str,
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
        The day whose law counts, as a date or as text, ``YYYY-MM-DD``.
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
    on = day_of(on)
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
    sited = list(siting_issues(towns, known_layers, catalog))
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
    shared = overlaps(known_towns, rulebook.parameter.sliver_width_m)
    findings += evaluate_portfolio(rulebook, known_towns, on, shared=shared)
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
        shared,
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
