"""All towns on one page: the matrix of towns and rules, and a map of them by their gravest verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from markupsafe import Markup, escape

from townland.geodesy.crs import to_lonlat
from townland.i18n import shortened
from townland.rules.judging.finding import Finding
from townland.writing.pages import figures, look
from townland.writing.pages.page import to
from townland.writing.pages.reader import AssessmentReader

if TYPE_CHECKING:
    from townland.measuring import TownResult

WIDTH, HIGHEST, MARGIN = 900, 560, 26
"""The width of the map of all towns, how high they may make it, and its margin, in pixels."""

LETTER = 13
"""The height of a name on it."""

SPOT = 5
"""A town that would be drawn smaller than this is a dot, in pixels."""


@dataclass(frozen=True, slots=True)
class TownPage:
    """A town, the path of its own page, and where its map is, as a link; `map` is empty without one."""

    result: TownResult
    href: str
    map: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell of the matrix of towns and rules: its look, and where it leads."""

    look: str
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class TownRow:
    """A row of the matrix: the town, where it leads, its cell of each rule, its gravest look.

    Where towns have pages of their own a cell is its mark alone: the page's script reads from row and
    column what it says and where it leads.
    """

    result: TownResult
    href: str
    map: str
    cells: Sequence[MatrixCell | None]
    gravest: str


def town_rows(r: AssessmentReader, pages: Sequence[TownPage]) -> list[TownRow]:
    """Lay out the matrix.

    Parameters
    ----------
    r
        The reader of the page.
    pages
        Where the towns have pages of their own; without any their findings stand in this one.
    """
    rules = matrix_rules(r)
    findings: dict[str, list[Finding]] = {}
    for finding in r.assessment.findings:
        findings.setdefault(finding.town or "", []).append(finding)
    rows = []
    for n, result in enumerate(r.assessment.towns):
        mine = figures.by_severity(findings.get(result.town.code, ()))
        page = pages[n] if pages else None
        href = quote(page.href) if page else f"#t{n + 1}"
        cells = {
            each.rule: _cell(r, each, f"{href}#t1-{each.rule}" if page else f"{href}-{each.rule}")
            for each in mine
        }
        gravest = figures.gravest_look(mine)
        rows.append(
            TownRow(result, href, page.map if page else "", [*map(cells.get, rules)], gravest)
        )
    return rows


def matrix_rules(r: AssessmentReader) -> dict[str, str]:
    """Name the rules that are the matrix's columns, each with its title."""
    return {f.rule: r.w(f.title) for f in r.assessment.findings if f.town is not None}


def _cell(r: AssessmentReader, finding: Finding, href: str) -> MatrixCell:
    """Lay out the cell of a finding.

    Parameters
    ----------
    r, finding
        The reader, and the finding.
    href
        Where the finding stands.
    """
    shown = look.look_of(finding)
    word = r.w(look.LOOKS[shown].word)
    return MatrixCell(shown, href, f"{finding.rule}: {word}")


class TownIndex:
    """The map of all towns of a run that has many."""

    def __init__(self, r: AssessmentReader, pages: Sequence[TownPage]) -> None:
        """Lay out the map.

        Parameters
        ----------
        r
            The reader of the page.
        pages
            The towns, and where their pages lie.
        """
        self.rows = town_rows(r, pages)
        shapes = [_shape(page.result) for page in pages]
        self.picture = _drawn(r, self.rows, shapes)


def _shape(result: TownResult) -> shapely.Geometry:
    """Give a town's boundary in degrees: towns may lie in several zones."""
    source = pyproj.CRS.from_user_input(result.town.crs)
    boundary = np.asarray([result.town.boundary], dtype=object)
    shape: shapely.Geometry = to_lonlat(boundary, source)[0]
    return shape


def _drawn(
    r: AssessmentReader, rows: Sequence[TownRow], shapes: Sequence[shapely.Geometry]
) -> Markup:
    """Draw the towns in the colours of their gravest verdicts; a click leads to the town's page.

    Parameters
    ----------
    r
        The reader of the page.
    rows, shapes
        The towns, and their boundaries in degrees.
    """
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    narrow = float(np.cos(np.radians((south + north) / 2)))
    room = (WIDTH - 2 * MARGIN, HIGHEST - 2 * MARGIN)
    scale = min(room[0] / max((east - west) * narrow, 1e-9), room[1] / max(north - south, 1e-9))
    left = (WIDTH - (east - west) * narrow * scale) / 2
    high, top = (north - south) * scale + 2 * MARGIN, float(MARGIN)
    on_page = [
        shapely.transform(
            shape,
            lambda points: np.column_stack(
                [
                    left + (points[:, 0] - west) * narrow * scale,
                    top + (north - points[:, 1]) * scale,
                ]
            ),
        )
        for shape in shapes
    ]
    towns = [
        f'<a {to(row.href)} class="place-of {row.gravest}">'
        f"<title>{escape(_title(r, row))}</title>{_outline(shape)}</a>"
        for row, shape in zip(rows, on_page, strict=True)
    ]
    names = "".join(_names(rows, on_page, high))
    label = escape(r.t("All towns by their gravest verdict"))
    return Markup(  # noqa: S704 # names are escaped, the rest is our own
        f'<svg class="picture all-towns" role="group" aria-label="{label}"'
        f' viewBox="0 0 {WIDTH} {high:.0f}">'
        f'{"".join(towns)}<g class="names" aria-hidden="true">{names}</g></svg>'
    )


def _title(r: AssessmentReader, row: TownRow) -> str:
    return f"{shortened(row.result.town.name)}: {r.w(look.LOOKS[row.gravest].word)}"


def _outline(shape: shapely.Geometry) -> str:
    """Draw a boundary to half a pixel; a town too small to be seen is a dot."""
    west, top, east, bottom = shape.bounds
    if max(east - west, bottom - top) < 2 * SPOT:
        return f'<circle cx="{(west + east) / 2:.1f}" cy="{(top + bottom) / 2:.1f}" r="{SPOT}"/>'
    rings = []
    for polygon in shapely.get_parts(shape.simplify(0.5)):
        for ring in (polygon.exterior, *polygon.interiors):
            points = shapely.get_coordinates(ring)
            rings.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points.tolist()) + "z")
    return f'<path d="{"".join(rings)}"/>'


def _names(
    rows: Sequence[TownRow], shapes: Sequence[shapely.Geometry], high: float
) -> Iterator[str]:
    """Write the towns' names where none hides another, the gravest first.

    A name keeps clear of the other towns where it can; one that finds no place is left to the pointer.

    Parameters
    ----------
    rows, shapes
        The towns, and their boundaries on the page.
    high
        The height of the page.
    """
    order = sorted(range(len(rows)), key=lambda n: list(look.LOOKS).index(rows[n].gravest))
    lands = shapely.bounds(np.asarray(shapes, dtype=object))
    taken: list[npt.NDArray[np.float64]] = []
    for n in order:
        name = f"{look.LOOKS[rows[n].gravest].mark} {shortened(rows[n].result.town.name)}"
        wide = sum(1.0 if ord(sign) > 0x2E7F else 0.56 for sign in name) * LETTER + 4
        places = _places(shapes[n], wide, high)
        others = np.delete(lands, n, axis=0)
        free = [box for box in places if not _crossed(box, np.array(taken).reshape(-1, 4))]
        clear = (box for box in free if not _crossed(box, others))
        chosen = next(clear, free[0] if free else None)
        if chosen is not None:
            taken.append(chosen)
            x, y = (chosen[0] + chosen[2]) / 2, chosen[3] - 4
            yield f'<text x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>'


def _places(shape: shapely.Geometry, wide: float, high: float) -> list[npt.NDArray[np.float64]]:
    """Give the boxes that a name may have on the page: in its town, above, below, right or left of it.

    Parameters
    ----------
    shape
        The town's boundary on the page.
    wide, high
        The width of the name, and the height of the page.
    """
    west, top, east, bottom = shape.bounds
    tall, spot = LETTER + 4, shape.representative_point()
    middle = min(max(spot.x, wide / 2), WIDTH - wide / 2)
    around = [
        (middle, top - tall), (middle, bottom + 2), (east + wide / 2 + 2, spot.y - tall / 2),
        (west - wide / 2 - 2, spot.y - tall / 2),
    ]  # fmt: skip
    if east - west >= wide:
        around.insert(0, (spot.x, spot.y - tall / 2))
    boxes = (np.array([x - wide / 2, y, x + wide / 2, y + tall]) for x, y in around)
    return [
        box for box in boxes if box[0] >= 0 and box[2] <= WIDTH and box[1] >= 0 and box[3] <= high
    ]


def _crossed(box: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> bool:
    """Say whether a box shares room with one of others."""
    near = (box[:2] < others[:, 2:]).all(axis=1) & (others[:, :2] < box[2:]).all(axis=1)
    return bool(near.any())
