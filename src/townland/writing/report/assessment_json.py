"""``assessment.json``: the whole assessment for other programs, version 1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from typing import TypeAlias

import townland
from townland.geodesy import crs as crs_room
from townland.i18n import DEFAULT_LANGUAGE, render
from townland.issues import Issue
from townland.measuring import TownResult
from townland.measuring.areas import LandClasses, Measure
from townland.measuring.prepare import Repair
from townland.measuring.rasters.classes import Comparison, GridTable
from townland.measuring.rasters.slope import SlopeTable
from townland.output.json_text import parts_of
from townland.reading.layer import Input
from townland.results import TOGETHER, Assessment
from townland.rules.confirmations import Confirmation
from townland.rules.judging.finding import Finding, ReasonFigure
from townland.rules.judging.trace import Json
from townland.rules.judging.trace_schema import trace_schema
from townland.rules.kinds import KINDS
from townland.rules.need_form import NeedForm
from townland.rules.need_shares import Areas
from townland.rules.need_table import Account, Cell, NeedTable
from townland.rules.notices import HeadNotice

SCHEMA = "townland-assessment-1"
SCHEMA_FILE = "assessment.schema.json"
"""The JSON Schema in this folder; ``tools/assessment_schema.py`` writes the trace into it."""

Document: TypeAlias = dict[str, Json]
"""A part of the document, by its keys."""


def assessment_json(assessment: Assessment, *, lang: str = DEFAULT_LANGUAGE) -> Document:
    """The assessment as plain data: the keys of version 1, areas in m² to 0.01.

    Sentences are in `lang`; keys, codes and numbers do not depend on it.
    """
    sections = _sections(assessment, lang)
    return {
        key: list(part) if isinstance(part, Iterator) else part for key, part in sections.items()
    }


def assessment_parts(assessment: Assessment, *, lang: str = DEFAULT_LANGUAGE) -> Iterator[str]:
    """The text of ``assessment.json``, a town and a finding at a time: as `dumps` of the whole."""
    return parts_of(_sections(assessment, lang))


def _sections(assessment: Assessment, lang: str) -> dict[str, Json | Iterator[Json]]:
    """The parts of the document by their keys; lists that grow with the towns as iterators."""
    rulebook = assessment.rulebook
    needs = {need.town: need for need in reversed(assessment.needs)}
    return {
        "schema": SCHEMA,
        "townland_version": townland.__version__,
        "on": assessment.on.isoformat(),
        "rulebook": {
            "id": rulebook.id,
            "version": rulebook.version,
            "sha256": rulebook.sha256,
        },
        "catalog": {"path": assessment.catalog.path, "sha256": assessment.catalog.sha256},
        "inputs": [_input(read) for read in assessment.inputs],
        "towns": (
            {
                **_town(result, assessment),
                "indicator_need": _need(needs.get(result.town.code)),
            }
            for result in assessment.towns
        ),
        "notices": [_notice(notice, lang) for notice in assessment.notices],
        "matrix": _matrix(assessment),
        "findings": (_finding(finding, lang) for finding in assessment.findings),
        "confirmations": [_confirmation(each, lang) for each in assessment.confirmations],
        "repairs": (_repair(repair, lang) for repair in assessment.repairs),
        "issues": (_issue(issue, lang) for issue in assessment.issues),
    }


def _input(read: Input) -> Document:
    return {
        "name": read.name,
        "role": read.role,
        "path": read.path,
        "sha256": read.sha256,
        "features": read.features,
        "crs_declared": read.crs_declared,
        "crs_used": read.crs_used,
        "encoding_declared": read.encoding_declared,
        "encoding_used": read.encoding_used,
        "surveyed": None if read.surveyed is None else read.surveyed.isoformat(),
    }


def _repair(repair: Repair, lang: str) -> Document:
    return {
        "layer": repair.layer,
        "feature": repair.feature,
        "problem": render(repair.problem, lang),
        "action": render(repair.action, lang),
        "area_before_m2": _plain(repair.area_before_m2),
        "area_after_m2": _plain(repair.area_after_m2),
        "code": repair.code,
        "place": None if repair.place is None else list(repair.place),
        "crs": None if repair.crs is None else crs_room.describe(repair.crs),
        "accepted": repair.accepted,
    }


def _notice(notice: HeadNotice, lang: str) -> Document:
    return {
        "code": notice.code,
        "message": render(notice.message, lang),
        "rules": list(notice.rules),
        "after": None if notice.after is None else notice.after.isoformat(),
    }


def _issue(issue: Issue, lang: str) -> Document:
    return {
        "code": issue.code,
        "severity": issue.severity,
        "layer": issue.layer,
        "feature": issue.feature,
        "message": render(issue.message, lang),
        "place": None if issue.place is None else list(issue.place),
    }


def schema() -> Document:
    """The JSON Schema of ``assessment.json``, whole: its definitions of a trace follow from the types.

    These are called as the types, with capital letters; the rest is as it is shipped.
    """
    shipped = json.loads((files(__package__) / SCHEMA_FILE).read_text("utf-8"))
    rest = {name: part for name, part in shipped["$defs"].items() if name.islower()}
    trace, types = trace_schema({name: kind.working for name, kind in KINDS.items()})
    return {**shipped, "$defs": {**rest, "trace": trace, **dict(sorted(types.items()))}}


def _town(result: TownResult, assessment: Assessment) -> Document:
    code = result.town.code
    return {
        "code": result.town.code,
        "name": result.town.name,
        "crs": crs_room.describe(result.town.crs),
        "area_m2": _plain(result.area_m2),
        "area_check_m2": _plain(result.area_check_m2),
        "area_pm_m2": _plain(result.area_pm_m2),
        "plane_m2": _plain(result.plane_m2),
        "unplanned_m2": _plain(result.unplanned_m2),
        "confirmed": list(result.town.dossier.confirmed or ()),
        "measures": [_measure(measure) for measure in result.measures.values()],
        "land_classes": _classes(result.land_classes),
        "grids": [_grid(table) for table in assessment.grids if table.town == code],
        "comparisons": [
            _comparison(table) for table in assessment.comparisons if table.town == code
        ],
        "slope": next((_slope(table) for table in assessment.slopes if table.town == code), None),
    }


def _grid(table: GridTable) -> Document:
    return {
        "layer": table.layer,
        "role": table.role,
        "cell_m": [_plain(size) for size in table.cell_m],
        "rows": [
            {
                "value": row.value,
                "group": row.group or None,
                "area_m2": _plain(row.area_m2),
                "check_m2": _plain(row.check_m2),
            }
            for row in table.rows
        ],
        "no_data_m2": _plain(table.no_data_m2),
        "control_m2": _plain(table.control_m2),
    }


def _comparison(table: Comparison) -> Document:
    return {
        "group": table.group,
        "vector": table.vector,
        "grid": table.grid,
        "headline": "vector",
        "vector_m2": _plain(table.vector_m2),
        "grid_m2": _plain(table.grid_m2),
        "difference_m2": _plain(table.difference_m2),
        "both_m2": _plain(table.both_m2),
        "no_data_m2": _plain(table.no_data_m2),
    }


def _slope(table: SlopeTable) -> Document:
    return {
        "layers": list(table.layers),
        "cell_m": [_plain(size) for size in table.cell_m],
        "grades": [
            {
                "grade": grade.grade,
                "above_deg": _plain(grade.above_deg),
                "to_deg": _plain(grade.to_deg),
            }
            for grade in table.grades
        ],
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "by_grade_m2": [_plain(area) for area in row.by_grade_m2],
                "no_data_m2": _plain(row.no_data_m2),
                "area_m2": _plain(row.area_m2),
            }
            for row in table.rows
        ],
        "no_data_m2": _plain(table.total.no_data_m2),
        "cultivated_m2": _plain(table.total.area_m2),
    }


def _measure(measure: Measure) -> Document:
    return {
        "name": measure.name,
        "layers": list(measure.layers),
        "area_m2": _plain(measure.area_m2),
        "net_m2": _plain(measure.net_m2),
        "area_pm_m2": _plain(measure.area_pm_m2),
        "net_pm_m2": _plain(measure.net_pm_m2),
        "without_accuracy": list(measure.without_accuracy),
        "pieces": measure.pieces,
        "sliver_m2": _plain(measure.sliver_m2),
        "overlap_m2": _plain(measure.overlap_m2),
        "uncovered_m2": _plain(measure.uncovered_m2),
        "unknown_m2": _plain(measure.unknown_m2),
        "unplanned_m2": _plain(
            None if measure.unplanned is None else measure.unplanned.measure.area_m2
        ),
        "missing": list(measure.missing),
        "assumed_coverage": list(measure.assumed_coverage),
    }


def _classes(table: LandClasses | None) -> Document | None:
    if table is None:
        return None
    return {
        "scheme": table.scheme,
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "three_class": row.three_class,
                "gross_m2": _plain(row.gross_m2),
                "net_m2": _plain(row.net_m2),
                "state_m2": _plain(row.state_m2),
                "collective_m2": _plain(row.collective_m2),
            }
            for row in table.rows
        ],
        "uncovered_m2": _plain(table.uncovered_m2),
        "control_m2": _plain(table.control_m2),
    }


def _need(need: NeedTable | None) -> Document | None:
    """The table of the indicator need, each cell with its pieces as ``evidence.gpkg`` numbers them."""
    if need is None:
        return None
    return {
        "measure": need.measure,
        "uses": list(need.uses),
        "sources": list(need.sources),
        "cells": [_need_cell(cell) for cell in need.cells.values()],
        "by_use": [
            {"use": use, "gross": _areas(gross), "net": _areas(net)}
            for use, (gross, net) in need.by_use.items()
        ],
        "by_source": [
            {"source": source, "gross": _areas(gross), "net": _areas(net)}
            for source, (gross, net) in need.by_source.items()
        ],
        "total": _areas(need.total),
        "to_replace": {"cultivated": _areas(need.cultivated), "paddy": _areas(need.paddy)},
        "accounts": [_account(account) for account in need.accounts],
        "short": _areas(need.short),
        "against": [_against(kind, finding) for kind, finding in need.against.items()],
        "uncovered_m2": _plain(need.uncovered_m2),
        "unknown_m2": _plain(need.unknown_m2),
        **_need_form(need.form),
        "approvals": [_against(finding.trace.kind, finding) for finding in need.approvals],
    }


def _need_form(form: NeedForm) -> Document:
    """What a quota officer signs: planned uses by land class, and what stands beside them."""
    gross, net = form.non_agricultural
    return {
        "columns": list(form.columns),
        "rows": [
            {
                "kind": row.kind,
                "use": row.use,
                **{name: _areas(row.columns[name]) for name in form.columns},
            }
            for row in form.rows
        ],
        "ridges": _areas(form.ridges),
        "approved": _areas(form.approved),
        "asked": _areas(form.asked),
        "steep": None
        if form.steep is None
        else {
            "by": form.steep.by,
            **(_areas(form.steep.area) or {}),
            "unknown_m2": _plain(form.steep.unknown_m2),
        },
        "grades": [
            {"grade": each.grade, **(_areas(each.area) or {})} for each in form.quality.grades
        ],
        "mean_grade": _plain(form.quality.mean_grade),
        "production_kg": _plain(form.quality.production_kg),
        "production_unknown_m2": _plain(form.quality.production_unknown_m2),
        "non_agricultural": {"gross": _areas(gross), "net": _areas(net)},
        "non_grain": [
            {"measure": each.measure, "gross": _areas(each.gross), "net": _areas(each.net)}
            for each in form.non_grain
        ],
    }


def _need_cell(cell: Cell) -> Document:
    return {
        "use": cell.use,
        "source": cell.source,
        "gross": _areas(cell.gross),
        "net": _areas(cell.net),
        "ridges_m2": _plain(cell.ridges_m2),
        "pieces": [
            {
                "piece": piece.number,
                "planned_use": piece.planned_use_id,
                "land_use": piece.land_use_id,
                "gross_m2": _plain(piece.gross_m2),
                "net_m2": _plain(piece.net_m2),
            }
            for piece in cell.pieces
        ],
    }


def _account(account: Account) -> Document:
    return {
        "name": account.name,
        "rule": account.rule,
        "verdict": account.verdict.value,
        "field": account.key,
        "need": _areas(account.need),
        "held": _areas(account.held),
        "short": _areas(account.short),
    }


def _against(kind: str, finding: Finding) -> Document:
    return {
        "kind": kind,
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "verdict_if_confirmed": finding.verdict_if_confirmed and finding.verdict_if_confirmed.value,
        "confirms": list(finding.confirms),
        "measured": _plain(finding.measured),
        "limit": _plain(finding.limit),
        "margin": _plain(finding.margin),
        "unit": finding.unit,
        "missing": list(finding.missing),
    }


def _areas(areas: Areas | None) -> Document | None:
    return (
        None if areas is None else {unit: _plain(value) for unit, value in areas._asdict().items()}
    )


def _matrix(assessment: Assessment) -> Document:
    """The verdicts of towns (rows; null: all towns together) under rules; null where none is asked."""
    table = assessment.matrix()
    return {
        "rules": list(table.columns),
        "rows": [
            {
                "town": None if code == TOGETHER else code,
                "verdicts": [verdict or None for verdict in verdicts],
            }
            for code, verdicts in zip(table.index, table.to_numpy().tolist(), strict=True)
        ],
    }


def _finding(finding: Finding, lang: str) -> Document:
    return {
        "rule": finding.rule,
        "rulebook": finding.rulebook,
        "title": finding.title.render(lang),
        "town": finding.town,
        **({"towns": list(finding.towns)} if finding.town is None else {}),
        "verdict": finding.verdict.value,
        "verdict_if_confirmed": finding.verdict_if_confirmed and finding.verdict_if_confirmed.value,
        "confirms": list(finding.confirms),
        "verdict_at_face_value": finding.verdict_at_face_value
        and finding.verdict_at_face_value.value,
        "measured": _plain(finding.measured),
        "pm": _plain(finding.pm),
        "limit": _plain(finding.limit),
        "margin": _plain(finding.margin),
        "unit": finding.unit,
        "why": render(finding.why, lang),
        "clause": {
            "document": finding.clause.document,
            "article": finding.clause.article,
            "quote": finding.clause.quote,
            "effective": finding.clause.effective.isoformat(),
            "responsible": list(finding.clause.responsible),
            "superseded": None
            if finding.clause.superseded is None
            else finding.clause.superseded.isoformat(),
        },
        "figures": [_figure(figure, lang) for figure in finding.figures],
        "evidence": list(finding.evidence),
        "missing": list(finding.missing),
        "assumed": [render(text, lang) for text in finding.assumed],
        "trace": finding.trace.document(),
    }


def _confirmation(fact: Confirmation, lang: str) -> Document:
    return {
        "role": fact.role,
        "layers": list(fact.layers),
        "coverage": fact.coverage,
        "question": render(fact.question, lang),
        "findings": [
            {
                "rule": finding.rule,
                "town": finding.town,
                "verdict": finding.verdict.value,
                "verdict_if_confirmed": finding.verdict_if_confirmed
                and finding.verdict_if_confirmed.value,
                "confirms": list(finding.confirms),
            }
            for finding in fact.findings
        ],
    }


def _figure(figure: ReasonFigure, lang: str) -> Document:
    """A measure that the reason names: what it is there for, its sums, and what is printed of it."""
    return {
        "measure": figure.measure,
        "title": figure.title.render(lang),
        "role": figure.role,
        "gross_m2": _plain(figure.gross_m2),
        "net_m2": _plain(figure.net_m2),
        "printed_m2": _plain(figure.printed_m2),
        "pieces": figure.pieces,
    }


def _plain(value: Decimal | float | str | None) -> float | str | None:
    """A decimal as the number that prints the same; everything else as it is."""
    return float(value) if isinstance(value, Decimal) else value
