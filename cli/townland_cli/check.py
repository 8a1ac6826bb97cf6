"""``townland check`` and ``area``: call the library, print what it found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from townland import units
from townland.assessment import check
from townland.catalog import ROLES, load_catalog
from townland.dossier import load_dossiers, match_dossiers
from townland.i18n import _, render
from townland.issues import Issue
from townland.measuring import boundary_areas
from townland.measuring.prepare import mend
from townland.reading.vector import region_of
from townland.results import TOGETHER, Assessment
from townland.rules.book.lint import lint
from townland.rules.book.loader import load_rulebook
from townland.towns import Town, read_towns
from townland.writing.comparison import compare, run_names, write_runs
from townland.writing.report.assessment_json import assessment_json
from townland.writing.run_folder import (
    MARK,
    require_formats,
    require_target,
    write_run,
)
from townland_cli import printing
from townland_cli.compare import side_by_side

FAILED, WANTING = 1, 3
PLAIN = ("pass", "info")
"""Verdicts whose reasons the console leaves to the report."""


def run_check(
    boundaries: Sequence[Path],
    *,
    catalog: Path,
    rulebooks: Sequence[str],
    days: Sequence[dt.date],
    out: Path,
    layer: str | None,
    where: Mapping[str, str],
    name_column: str | None,
    code_column: str | None,
    crs: str | None,
    encoding: str | None,
    dossiers: Sequence[Path],
    formats: Sequence[str],
    accept_repairs: Sequence[str],
    strict: bool,
    as_json: bool,
    lang: str,
    quiet: bool,
) -> int:
    """Check the towns of the files, write the run folder, and give the exit code.

    Of several rulebooks or days every pair is a run of its own, and the highest code counts.
    """
    require_formats(formats)
    require_target(out)
    layers = load_catalog(catalog)
    laws = [load_rulebook(name) for name in dict.fromkeys(rulebooks)]
    for fault in (each for name in dict.fromkeys(rulebooks) for each in lint(name)):
        if fault.usable:  # a person who did not ask for lint must see it all the same
            printing.LOGGER.warning("%s", render(fault.message, "en"))
            typer.echo(_("look: {text}", text=fault.message).render(lang), err=True)
    towns = read_towns(
        boundaries,
        layer=layer,
        where=where,
        name_column=name_column,
        code_column=code_column,
        crs=crs,
        encoding=encoding,
        region=lambda: region_of(layers),
    )
    towns = match_dossiers(towns, [one for path in dossiers for one in load_dossiers(path)])
    asked = [(law, on) for law in laws for on in dict.fromkeys(days)]
    with printing.progress(lang, quiet=quiet) as tell:
        assessments = [
            check(towns, layers, law, on=on, accept_repairs=accept_repairs, progress=tell)
            for law, on in asked
        ]
        tell(_("writing {folder}", folder=out.as_posix()), 1, 1)
        if len(assessments) == 1:
            write_run(assessments[0], out, formats=formats, lang=lang)
        else:
            write_runs(assessments, out, formats=formats, lang=lang)
    if len(assessments) > 1:
        documents = {
            name: assessment_json(one, lang=lang)
            for name, one in zip(run_names(assessments), assessments, strict=True)
        }
        if as_json:
            printing.document(compare(documents))
        elif not quiet:
            side_by_side(compare(documents), out, html="html" in formats, lang=lang)
    elif as_json:
        printing.document(assessment_json(assessments[0], lang=lang))
    elif not quiet:
        summary(assessments[0], out, formats, lang)
    codes = {exit_code(one, strict=strict) for one in assessments}
    return next((code for code in (FAILED, WANTING) if code in codes), 0)


def run_area(
    files: Sequence[Path],
    *,
    layer: str | None,
    crs: str | None,
    encoding: str | None,
    accept_repairs: Sequence[str] = (),
    as_json: bool,
    lang: str,
) -> None:
    """Print the official area of every polygon of the files."""
    rows = []
    noted: dict[tuple[str, Issue], None] = {}
    for file in files:
        for town in read_towns([file], layer=layer, crs=crs, encoding=encoding):
            rows.append(_area_row(file, layer, town, accept_repairs, lang))
            noted |= dict.fromkeys((file.as_posix(), issue) for issue in town.issues)
    if as_json:
        printing.document(rows)
        return
    printing.table(
        [
            (
                row["file"],
                row["name"],
                row["crs"],
                *(
                    f"{row[key]:.{digits}f}"
                    for key, digits in (("area_m2", 2), ("ha", 4), ("mu", 2))
                ),
                "-" if row["plane_m2"] is None else f"{row['plane_m2']:.2f}",
            )
            for row in rows
        ],
        [
            _("file").render(lang),
            _("name").render(lang),
            "CRS",
            _("official area (m²)").render(lang),
            _("ha").render(lang),
            _("mu").render(lang),
            _("on the plane (m²)").render(lang),
        ],
    )
    for place, issue in noted:
        typer.echo(
            f"{printing.SEVERITIES[issue.severity].render(lang)}  {place}  [{issue.code}]"
            f" {render(issue.message, lang)}"
        )
    for row in rows:
        for repair in row.get("repairs", ()):
            typer.echo(
                _(
                    "{file}, {name}: mended ({code}), from {before} m² to {after} m²",
                    file=row["file"],
                    name=row["name"],
                    code=repair["code"],
                    before=f"{repair['area_before_m2']:.2f}",
                    after=f"{repair['area_after_m2']:.2f}",
                ).render(lang)
            )


def exit_code(assessment: Assessment, *, strict: bool) -> int:
    """The exit code of a check: 1 a rule failed, 3 one that can fail was not evaluated, else 0."""
    verdicts = [found.verdict.value for found in assessment.findings]
    if "fail" in verdicts:
        return FAILED
    can_fail = {rule.id for rule in assessment.rulebook.rule if rule.can_fail}
    for found in assessment.findings:
        verdict = found.verdict.value
        wants_only_dossier = found.missing and not set(found.missing) & set(ROLES)
        if verdict == "not_evaluated" and (
            strict or (found.rule in can_fail and not wants_only_dossier)
        ):
            return WANTING
        if verdict == "review" and strict:
            return WANTING
    return 0


def _area_row(
    file: Path, layer: str | None, town: Town, accepted: Sequence[str], lang: str
) -> dict[str, Any]:
    boundary, repairs = mend(
        [town.boundary],
        [town.code],
        town.crs,
        layer=town.input.name,
        protected=True,
        accepted=accepted,
    )
    area, check_area, plane = boundary_areas(replace(town, boundary=boundary[0]))
    row: dict[str, Any] = {
        "file": file.as_posix(),
        "layer": layer or town.input.name,
        "feature": town.code,
        "name": town.name,
        "crs": town.input.crs_used,
        "area_m2": float(area),
        "area_check_m2": float(check_area),
        "plane_m2": None if plane is None else float(plane),
        "ha": float(units.ha(area)),
        "mu": float(units.mu(area)),
    }
    if town.issues:
        row["issues"] = [printing.issue(one, lang) for one in town.issues]
    if repairs:
        row["repairs"] = [
            {
                "code": repair.code,
                "place": None if repair.place is None else list(repair.place),
                "area_before_m2": float(repair.area_before_m2),
                "area_after_m2": float(repair.area_after_m2),
                "accepted": repair.accepted,
            }
            for repair in repairs
        ]
    return row


def _findings(assessment: Assessment, town: str | None, lang: str) -> None:
    for found in assessment.findings:
        if found.town == town:
            verdict = printing.VERDICTS[found.verdict.value].render(lang)
            typer.echo(f"  {found.rule}  [{verdict}]  {found.title.render(lang)}")
            if found.verdict.value not in PLAIN:
                printing.paragraph(found.why.render(lang), indent=" " * 11)


def _overview(assessment: Assessment, lang: str) -> None:
    """Print how many rules have each verdict, a line a town; `report.html` has the matrix."""
    together = _("All towns together").render(lang)
    printing.table(
        [
            (
                together if town == TOGETHER else town,
                *(int((verdicts == verdict).sum()) for verdict in printing.VERDICTS),
            )
            for town, verdicts in assessment.matrix().iterrows()
        ],
        [_("town").render(lang), *(word.render(lang) for word in printing.VERDICT_HEADS.values())],
    )


def summary(assessment: Assessment, out: Path, formats: Sequence[str], lang: str) -> None:
    """Print each town's verdicts with the reasons of those that ask for something, and where to look.

    Parameters
    ----------
    assessment
        What was found.
    out
        The run folder that was written.
    formats
        What was written into it, beside ``assessment.json``.
    lang
        The reader's language, ``zh`` or ``en``.
    """
    for result in assessment.towns:
        typer.echo("")
        typer.echo(
            _(
                "{code} {name}: {ha} ha ({mu} mu)",
                code=result.town.code,
                name=result.town.name,
                ha=units.ha(result.area_m2),
                mu=units.mu(result.area_m2),
            ).render(lang)
        )
        _findings(assessment, result.town.code, lang)
    if any(found.town is None for found in assessment.findings):
        typer.echo("")
        typer.echo(_("All towns together").render(lang))
        _findings(assessment, None, lang)
    if len(assessment.towns) > 1:
        typer.echo("")
        _overview(assessment, lang)
    typer.echo("")
    typer.echo(
        _(
            "Rulebook {title}, as of {on}. This assists, and does not replace the legal survey.",
            title=assessment.rulebook.title,
            on=assessment.on.isoformat(),
        ).render(lang)
    )
    looks = {
        "html": ("report.html", _("the report, with every finding and its clause")),
        "map": ("map.html", _("the map, with the evidence of every figure")),
        "gpkg": ("evidence.gpkg", _("the evidence, for a GIS")),
        "json": (MARK, _("all of it, for programs")),
    }
    for name in dict.fromkeys((*formats, "json")):
        file, what = looks[name]
        typer.echo(f"  {(out / file).as_posix()}  {what.render(lang)}")
