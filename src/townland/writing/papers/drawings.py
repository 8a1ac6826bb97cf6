"""The report's map sheets for paper: each an SVG that stands alone, with its shapes and its styles."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from townland.results import Assessment
from townland.writing.maps.pieces import schemes_of
from townland.writing.pages import look
from townland.writing.report import picture, signs
from townland.writing.report.picture import Shapes
from townland.writing.report.sheet import MapSheet
from townland.writing.report.sheets import SIGNED, decisive, town_legend, town_sheets
from townland.writing.tables.reader import TableReader

_STYLED = (".sheet .", ".sheet text", ".land-key", ".plan-key")
"""How the rules of the page's style sheet begin that a sheet needs, beside those of pictures."""


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A town's map sheet: its name, the drawing, the size in millimetres, and what it shows in words."""

    town: str
    svg: str
    width: float
    height: float
    what: str


def map_sheets(assessment: Assessment, lang: str, family: str, *, paper: str) -> list[PaperSheet]:
    """Draw each town with the evidence of its gravest finding, as the report's map sheet has it.

    Parameters
    ----------
    assessment, lang
        What is drawn, and the reader's language.
    family
        The font of the letters.
    paper
        One of `sheet.PAPERS`.
    """
    r = TableReader(assessment, lang)
    chosen = look.signs(finding.figures for finding in assessment.findings)
    schemes, step = schemes_of(assessment), picture.drawing_step(assessment.towns)
    sheets = []
    for n, result in enumerate(assessment.towns, 1):
        gravest, shown = decisive(assessment.findings_of(result.town.code), chosen)
        names = {each.name for each in shown}
        shapes = Shapes(result, f"p{n}", schemes, step=step, named=names)
        what = f"{gravest.rule} {r.w(gravest.title)}" if gravest else ""
        (sheet,) = town_sheets(
            r, shapes, shown=shown, legend=list(town_legend(r, shapes, shown)), what=what,
            signed=list(map(r.w, SIGNED)), papers=(paper,),
        )  # fmt: skip
        hatches = [*(each.sign for each in shown), look.UNCOVERED]
        defs = f"{signs.patterns(hatches)}{shapes.defs}"
        drawing = _alone(sheet, defs, family)
        sheets.append(PaperSheet(result.town.name, drawing, *sheet.size, what))
    return sheets


def _alone(sheet: MapSheet, defs: str, family: str) -> str:
    """Put the shapes and the page's styles into the SVG of a sheet.

    Parameters
    ----------
    sheet
        The sheet.
    defs
        The shapes and patterns that it refers to.
    family
        The font of the letters.
    """
    width, height = sheet.size
    styles = f"text{{font-family:'{family}'}}{_styles()}"
    _head, _gt, drawn = str(sheet.svg).partition(">")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sheet" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}"><style>{styles}</style>'
        f'<defs><g class="shapes">{defs}</g></defs>{drawn}'
    )


def _styles() -> str:
    """Read the styles of pictures and sheets from the page's style sheet, and the legend's fills."""
    folder = files("townland.writing.report") / "templates"
    css = (folder / "report.css").read_text("utf-8")
    pictures = css.partition("/* pictures:")[2].partition("*/")[2].partition("\n\n")[0]
    sheets = [line for line in css.splitlines() if line.startswith(_STYLED)]
    pictures = pictures.replace(".north text", "g.north text")
    return "".join([pictures, *sheets, *look.fills()])
