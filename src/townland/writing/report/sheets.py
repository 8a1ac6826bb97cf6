"""The map sheets of a town, with what stands on them: A4 and A3, from the report's own drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

import townland
from townland.i18n import shortened
from townland.measuring import TownResult
from townland.writing.pages.reader import AssessmentReader
from townland.writing.report.picture import Shapes, Shown
from townland.writing.report.sheet import PAPERS, MapSheet, SheetWords, map_sheet
from townland.writing.tables.points import crs_lines


def town_sheets(
    r: AssessmentReader, shapes: Shapes, *, shown: Sequence[Shown],
    legend: Sequence[tuple[Markup, str]], what: str, signed: Sequence[str],
) -> list[MapSheet]:  # fmt: skip
    """Draw a town on a sheet of each size of paper.

    Parameters
    ----------
    r
        The reader.
    shapes
        The town; the patterns of what is shown stand beside its shapes (`signs.patterns`).
    shown, legend
        The measures that are drawn, the decisive one first, and what explains the drawing.
    what
        The finding whose pieces are numbered; empty where there is none.
    signed
        Who signs.
    """
    legend = [(sample, shortened(name)) for sample, name in legend]
    words = sheet_words(r, shapes.result, what=what, signed=signed, degrees=shapes.geographic)
    return [
        map_sheet(shapes, paper, words, shown=shown, legend=legend, id_=f"{shapes.prefix}-{paper}")
        for paper in PAPERS
    ]


def sheet_words(
    r: AssessmentReader, result: TownResult, *, what: str, signed: Sequence[str], degrees: bool
) -> SheetWords:
    """Put into words what stands on a town's sheet; of what is redacted nothing of coordinates.

    Parameters
    ----------
    r, result
        The reader, and the town.
    what, signed
        As for `town_sheets`.
    degrees
        Whether the grid is one of longitudes and latitudes.
    """
    t, book = r.t, r.assessment.rulebook
    name = shortened(result.town.name)
    located = not r.assessment.redacted
    facts = [
        (t("Town"), t("{town} (code {code})", town=name, code=shortened(result.town.code))),
        (t("Planning area"), f"{r.area(result.area_m2, 'ha')} {t('ha')}"),
        *([(t("Shown"), what)] if what else []),
        (t("Basis"), f"{r.w(book.title)} ({book.id}, {book.version})"),
        (t("Day of the check"), r.assessment.on.isoformat()),
        *(_whereabouts(r, result, degrees=degrees) if located else ()),
        (t("Made by"), f"townland {townland.__version__}"),
    ]
    return SheetWords(
        title=t("{town}: present land use, plan and evidence", town=name),
        north=t("N"),
        scale=t("Scale"),
        legend=t("Legend"),
        facts=facts,
        signed=signed,
        note=t("An aid to analysis; it does not replace the results of the legal boundary survey."),
        located=located,
    )


def _whereabouts(
    r: AssessmentReader, result: TownResult, *, degrees: bool
) -> Iterator[tuple[str, str]]:
    """Say in what coordinates the sheet is drawn.

    Parameters
    ----------
    r, result, degrees
        As for `sheet_words`.
    """
    named, *rest = crs_lines(r, result.town.crs)
    yield r.t("CRS"), r.t(", ").join([named, *rest[-1:]])
    east_north = r.t("Y to the east, X to the north, in km")
    yield r.t("Coordinate grid"), r.t("longitude and latitude") if degrees else east_north
