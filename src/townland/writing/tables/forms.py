"""All tables that are handed in, in the order in which they are filed."""

from __future__ import annotations

from collections.abc import Callable

from townland.results import Assessment
from townland.writing.tables import areas, findings, lines, need, patches, points
from townland.writing.tables.model import PrintedTable
from townland.writing.tables.reader import TableReader

MAKERS: tuple[Callable[[TableReader], PrintedTable | None], ...] = (
    areas.scale,
    findings.findings,
    findings.missing,
    patches.farmland,
    areas.by_owner,
    areas.by_class,
    need.indicator_need,
    need.replacement,
    lines.three_lines,
    patches.patch_list,
    points.boundary_points,
    findings.issues,
    findings.inputs,
)


def tables(assessment: Assessment, lang: str) -> list[PrintedTable]:
    """Make every table that the assessment has something for.

    Parameters
    ----------
    assessment
        What is reported.
    lang
        The reader's language.
    """
    r = TableReader(assessment, lang)
    return [table for make in MAKERS if (table := make(r)) is not None]
