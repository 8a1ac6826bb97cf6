"""Map sheets for paper: the report's own drawing of each town as an SVG that stands alone."""

from __future__ import annotations

import re
from importlib.resources import files

from townland.results import Assessment
from townland.rules.judging.trace import Json
from townland.writing.maps.pieces import schemes_of
from townland.writing.pages import figures, look
from townland.writing.report import picture, signs
from townland.writing.tables.reader import TableReader

WIDTH, LOWEST, HIGHEST = 880, 560, 1000
"""The width of a map sheet, in the units of a page, and how high the town may make it."""


def map_sheets(assessment: Assessment, lang: str, family: str) -> list[dict[str, Json]]:
    """Draw each town with the evidence of its gravest finding, and explain what is drawn.

    Parameters
    ----------
    assessment, lang
        What is drawn, and the reader's language.
    family
        The font of the letters.
    """
    r = TableReader(assessment, lang)
    chosen = look.signs(finding.figures for finding in assessment.findings)
    schemes = schemes_of(assessment)
    step = picture.drawing_step(assessment.towns)
    sheets: list[dict[str, Json]] = []
    for n, result in enumerate(assessment.towns, 1):
        mine = [f for f in assessment.findings_of(result.town.code) if f.evidence]
        grave = [f for f in figures.by_severity(mine) if str(f.verdict) in ("fail", "review")]
        gravest = grave[0] if grave else None
        shown = [
            picture.Shown(letter, figure.measure, chosen[figure.measure], places)
            for letter, figure, places in (figures.shown_figures(gravest) if gravest else [])
        ]
        names = {each.name for each in shown}
        shapes = picture.Shapes(result, f"p{n}", schemes, step=step, named=names)
        defs = signs.patterns([*chosen.values(), look.UNCOVERED]) + shapes.defs
        drawing = shapes.picture(
            label=result.town.name, north=r.t("N"), shown=shown, box=shapes.box,
            width=WIDTH, height=(height := _height(shapes.box)), id_=f"p{n}-o",
        )  # fmt: skip
        legend: list[Json] = [
            [each.sign.colour, f"{each.letter} {r.measure(each.name)}"] for each in shown
        ]
        for groups, used in ((look.USES, shapes.uses), (look.LAND, shapes.land)):
            legend += [
                [group.fill, r.w(group.title)] for key, group in groups.items() if key in used
            ]
        title = f"{gravest.rule} {r.w(gravest.title)}" if gravest else ""
        sheets.append({
            "town": result.town.name,
            "svg": _alone(str(defs), str(drawing), family, height=height),
            "title": title,
            "legend": legend,
        })  # fmt: skip
    return sheets


def _height(box: picture.Box) -> int:
    """Choose the height of a sheet by the shape of its town."""
    west, top, right, bottom = box
    return round(min(max(WIDTH * (bottom - top) / max(right - west, 1), LOWEST), HIGHEST))


def _alone(defs: str, drawing: str, family: str, *, height: int) -> str:
    """Put shapes and drawing into one SVG with the styles that the page gives them.

    Parameters
    ----------
    defs, drawing
        The shapes, and what is seen of them.
    family
        The font of the letters.
    height
        The height of the sheet.
    """
    styles = f"text{{font-family:'{family}'}}{_styles()}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
    inside = re.sub(r'^<svg class="picture" role="img" aria-label="[^"]*"', "", drawing)
    window, _gt, rest = inside.partition(">")
    shapes = f'<defs><g class="shapes">{defs}</g></defs>'
    return f"{head}{window}><style>{styles}</style>{shapes}{rest}"


def _styles() -> str:
    """Read the styles of pictures from the page's sheet, and the fills of the legend."""
    folder = files("townland.writing.report") / "templates"
    css = (folder / "report.css").read_text("utf-8")
    pictures = css.partition("/* pictures:")[2].partition("*/")[2].partition("\n\n")[0]
    fills = [f".land-{key}{{fill:{group.fill}}}" for key, group in look.LAND.items()]
    fills += [
        f".plan-{key}{{fill:{group.fill};fill-opacity:{0 if key == 'other' else 0.38}}}"
        for key, group in look.USES.items()
    ]
    return pictures.replace(".north text", "g.north text") + "".join(fills)
