"""``assessment.json``: the whole assessment for other programs, version 1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Any

import townland
from townland.geodesy import crs as crs_room
from townland.i18n import DEFAULT_LANGUAGE, Words, render
from townland.measuring import TownResult
from townland.measuring.areas import LandClasses, Measure
from townland.measuring.rasters.classes import Comparison, GridTable
from townland.measuring.rasters.slope import SlopeTable
from townland.results import TOGETHER, Assessment
from townland.rules.judging.finding import Finding
from townland.rules.need_table import Areas, NeedTable

SCHEMA = "townland-assessment-1"


def assessment_json(assessment: Assessment, *, lang: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """The assessment as plain data: the keys of version 1, areas in m² to 0.01.

    Sentences are in `lang`; keys, codes and numbers do not depend on it.
    """
    rulebook = assessment.rulebook
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
        "inputs": [
            {
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
            for read in assessment.inputs
        ],
        "towns": [
            {
                **_town(result, assessment),
                "indicator_need": _need(assessment.need(result.town.code)),
            }
            for result in assessment.towns
        ],
        "matrix": _matrix(assessment),
        "findings": [_finding(found, lang) for found in assessment.findings],
        "repairs": [
            {
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
            for repair in assessment.repairs
        ],
        "issues": [
            {
                "code": issue.code,
                "severity": issue.severity,
                "layer": issue.layer,
                "feature": issue.feature,
                "message": render(issue.message, lang),
                "place": None if issue.place is None else list(issue.place),
            }
            for issue in assessment.issues
        ],
    }


def dumps(document: Any) -> str:
    """JSON text, readable, in UTF-8, the same for the same document."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of ``assessment.json``, as shipped with the package."""
    text = (files("townland.writing.report") / "assessment.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _town(result: TownResult, assessment: Assessment) -> dict[str, Any]:
    code = result.town.code
    return {
        "code": result.town.code,
        "name": result.town.name,
        "crs": crs_room.describe(result.town.crs),
        "area_m2": _plain(result.area_m2),
        "area_check_m2": _plain(result.area_check_m2),
        "plane_m2": _plain(result.plane_m2),
        "measures": [_measure(measure) for measure in result.measures.values()],
        "land_classes": _classes(result.land_classes),
        "grids": [_grid(table) for table in assessment.grids if table.town == code],
        "comparisons": [_comparison(one) for one in assessment.comparisons if one.town == code],
        "slope": next((_slope(table) for table in assessment.slopes if table.town == code), None),
    }


def _grid(table: GridTable) -> dict[str, Any]:
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


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "group": one.group,
        "vector": one.vector,
        "grid": one.grid,
        "headline": "vector",
        "vector_m2": _plain(one.vector_m2),
        "grid_m2": _plain(one.grid_m2),
        "difference_m2": _plain(one.difference_m2),
        "both_m2": _plain(one.both_m2),
        "no_data_m2": _plain(one.no_data_m2),
    }


def _slope(table: SlopeTable) -> dict[str, Any]:
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


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "layers": list(measure.layers),
        "area_m2": _plain(measure.area_m2),
        "net_m2": _plain(measure.net_m2),
        "pieces": measure.pieces,
        "sliver_m2": _plain(measure.sliver_m2),
        "overlap_m2": _plain(measure.overlap_m2),
        "uncovered_m2": _plain(measure.uncovered_m2),
        "unknown_m2": _plain(measure.unknown_m2),
        "missing": list(measure.missing),
        "assumed_coverage": list(measure.assumed_coverage),
    }


def _classes(table: LandClasses | None) -> dict[str, Any] | None:
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


def _need(need: NeedTable | None) -> dict[str, Any] | None:
    """The table of the indicator need, each cell with its pieces as ``evidence.gpkg`` numbers them."""
    if need is None:
        return None
    return {
        "measure": need.measure,
        "uses": list(need.uses),
        "sources": list(need.sources),
        "cells": [
            {
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
            for cell in need.cells.values()
        ],
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
        "accounts": [
            {
                "name": one.name,
                "rule": one.rule,
                "verdict": one.verdict.value,
                "field": one.key,
                "need": _areas(one.need),
                "held": _areas(one.held),
                "short": _areas(one.short),
            }
            for one in need.accounts
        ],
        "short": _areas(need.short),
        "against": [
            {
                "kind": kind,
                "rule": found.rule,
                "verdict": found.verdict.value,
                "measured": _plain(found.measured),
                "limit": _plain(found.limit),
                "margin": _plain(found.margin),
                "unit": found.unit,
                "missing": list(found.missing),
            }
            for kind, found in need.against.items()
        ],
        "uncovered_m2": _plain(need.uncovered_m2),
        "unknown_m2": _plain(need.unknown_m2),
    }


def _areas(areas: Areas | None) -> dict[str, Any] | None:
    return (
        None if areas is None else {unit: _plain(value) for unit, value in areas._asdict().items()}
    )


def _matrix(assessment: Assessment) -> dict[str, Any]:
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


def _finding(found: Finding, lang: str) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "title": found.title.render(lang),
        "town": found.town,
        **({"towns": list(found.towns)} if found.town is None else {}),
        "verdict": found.verdict.value,
        "measured": _plain(found.measured),
        "limit": _plain(found.limit),
        "margin": _plain(found.margin),
        "unit": found.unit,
        "why": render(found.why, lang),
        "clause": {
            "document": found.clause.document,
            "article": found.clause.article,
            "quote": found.clause.quote,
            "effective": found.clause.effective.isoformat(),
        },
        "evidence": list(found.evidence),
        "missing": list(found.missing),
        "assumed": [render(text, lang) for text in found.assumed],
        "trace": found.trace.document(),
    }


def plain(value: Any, lang: str = DEFAULT_LANGUAGE) -> Any:
    """Nested data with decimals as numbers, and texts in `lang`."""
    if isinstance(value, Mapping):
        return {str(key): plain(item, lang) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, lang) for item in value]
    return render(value, lang) if isinstance(value, Words) else _plain(value)


def _plain(value: Any) -> Any:
    """A decimal as the number that prints the same; everything else as it is."""
    return float(value) if isinstance(value, Decimal) else value
