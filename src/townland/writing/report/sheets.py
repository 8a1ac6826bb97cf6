"""The map sheets of a town, with what stands on them, from the report's own drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

import townland
from townland.i18n import Words, _, shortened
from townland.measuring import TownResult
from townland.rules.judging.finding import Finding
from townland.writing.pages import figures, look
from townland.writing.pages.reader import AssessmentReader
from townland.writing.report import signs
from townland.writing.report.picture import Shapes, Shown
from townland.writing.report.sheet import PRINTED, MapSheet, SheetWords, map_sheet
from townland.writing.tables.points import crs_lines

SIGNED: tuple[Words, ...] = (
    _("Prepared by"), _("Checked by"), _("Approved by"), _("Organisation (seal)"), _("Date"),
)  # fmt: skip
"""Who signs a town's findings, its sheets and its papers."""


def shown_of(finding: Finding, chosen: Mapping[str, look.Hatch]) -> list[Shown]:
    """Give the measures that a finding draws and lists, each with its letter and its sign."""
    return [
        Shown(letter, figure.measure, chosen[figure.measure], places)
        for letter, figure, places in figures.shown_figures(finding)
    ]


def decisive(
    findings: Iterable[Finding], chosen: Mapping[str, look.Hatch]
) -> tuple[Finding | None, list[Shown]]:
    """Find a town's gravest finding that has evidence on the map, and what it shows."""
    for finding in figures.by_severity(findings):
        if str(finding.verdict) in ("fail", "review") and (shown := shown_of(finding, chosen)):
            return finding, shown
    return None, []


def town_legend(
    r: AssessmentReader, shapes: Shapes, shown: Sequence[Shown]
) -> Iterator[tuple[Markup, str]]:
    """Explain the picture of a town: each sample, and what it stands for.

    Parameters
    ----------
    r, shapes, shown
        As for `town_sheets`.
    """
    yield signs.EDGE_SWATCH, r.t("Town boundary")
    for each in shown:
        yield signs.hatch_swatch(each.sign), f"{each.letter} {r.measure(each.name)}"
    if shapes.gaps:
        roles = dict.fromkeys(role for roles, _gap in shapes.gaps for role in roles)
        missing = r.t("Not covered: {role}", role=r.t(", ").join(map(r.role, roles)))
        yield signs.hatch_swatch(look.UNCOVERED), missing
    if shapes.uses:
        yield signs.BUILT_SWATCH, r.t("Planned construction land, outline")
    for groups, used, kind in (
        (look.USES, shapes.uses, "plan"),
        (look.LAND, shapes.land, "land"),
    ):
        for key, group in groups.items():
            if key in used:
                sample = signs.swatch(group.fill, f"{kind}-key {kind}-key-{key}")
                yield sample, r.w(group.title)


def town_sheets(
    r: AssessmentReader, shapes: Shapes, *, shown: Sequence[Shown],
    legend: Sequence[tuple[Markup, str]], what: str, signed: Sequence[str],
    papers: Sequence[str] = PRINTED,
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
    papers
        Names of `sheet.PAPERS`.
    """
    legend = [(sample, shortened(name)) for sample, name in legend]
    words = sheet_words(r, shapes.result, what=what, signed=signed, degrees=shapes.geographic)
    return [
        map_sheet(shapes, paper, words, shown=shown, legend=legend, id_=f"{shapes.prefix}-{paper}")
        for paper in papers
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
        (
            t("Basis"),
            t(
                "{title} ({id}, version {version})",
                title=r.w(book.title),
                id=book.id,
                version=book.version,
            ),
        ),
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
    yield r.t("CRS"), r.t(", ").join(crs_lines(r, result.town.crs))
    east_north = r.t("Y to the east, X to the north, in km")
    yield r.t("Coordinate grid"), r.t("longitude and latitude") if degrees else east_north
