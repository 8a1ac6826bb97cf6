"""Pictures of places as SVG inside the page: a town, and where a finding's evidence lies.

Every town's shapes stand in the page once; each picture shows them through a window of its own. So
twenty pictures weigh little more than one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from markupsafe import Markup, escape
from numpy import typing as npt

from townland.i18n import shortened
from townland.measuring import TownResult
from townland.writing.maps import pieces
from townland.writing.maps.pieces import GroupOf
from townland.writing.pages import figures
from townland.writing.pages import look as legend
from townland.writing.pages.look import Hatch
from townland.writing.report import signs

STEP_M = 0.4
"""The grid that coordinates are rounded to, far below what can be seen."""

WINDOW = 0.4
"""How much of a town's extent a picture of a place may show."""

MAX_VERTICES = 300_000

MAX_DRAWN = 1_400_000
"""So many letters the shapes of a page have at most; they are drawn on a coarser grid for it."""

_COARSEST_M = 1000.0

_METRES_PER_DEGREE = 111_320.0
_BARS_M = (5, 10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shown:
    """A measure as a picture shows it: its letter, its sign, how many of its pieces are numbered."""

    letter: str
    name: str
    sign: Hatch
    places: int


class Shapes:
    """One town's shapes, drawn once.

    Coordinates are whole steps of `STEP_M` from the town's north-west corner, y downwards.
    """

    def __init__(
        self,
        result: TownResult,
        prefix: str,
        schemes: Mapping[str, str | None],
        *,
        step: float,
        named: Container[str],
    ) -> None:
        """Lay out a town.

        Parameters
        ----------
        result
            The town.
        prefix
            Begins the ids of its elements.
        schemes
            The scheme of land classes of each role.
        step
            The grid that coordinates are rounded to, in metres.
        named
            The measures that some finding shows.
        """
        self.result = result
        self.prefix = prefix
        self.schemes = schemes
        self.step = step
        boundary = result.town.boundary
        west, south, east, north = boundary.bounds
        self.geographic = pyproj.CRS.from_user_input(result.town.crs).is_geographic
        narrowing = np.cos(np.radians((south + north) / 2)) if self.geographic else 1.0
        metres = _METRES_PER_DEGREE if self.geographic else 1.0
        self.scale = np.array([narrowing * metres / step, -metres / step])
        self.corner = np.array([west, north])
        left, top, right, bottom = self._steps([(west, north), (east, south)]).ravel().tolist()
        self.box: Box = (left, top, right, bottom)
        drawn = figures.drawn_measures(result)
        self.names = {
            name: f"{prefix}-m{n}"
            for n, name in enumerate(result.measures)
            if name in drawn and name in named
        }
        self.gaps: list[tuple[list[str], shapely.Geometry]] = []
        self.land: dict[str, None] = {}
        self.uses: dict[str, None] = {}
        self.defs = self._defs()

    def _steps(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Put points of the town's CRS (n × 2) into steps from its north-west corner."""
        steps: npt.NDArray[np.float64] = (
            np.asarray(points, dtype=float) - self.corner
        ) * self.scale
        return steps

    def _path(self, geometries: Iterable[shapely.Geometry], coarser: int = 1) -> str:
        """Write polygons as one path of whole steps, relative from point to point."""
        tolerance = coarser * self.step / abs(self.scale[1] * self.step)
        simple = shapely.simplify(np.asarray(list(geometries), dtype=object), tolerance)
        corners, ring = shapely.get_coordinates(_rings(simple), return_index=True)
        points = np.rint(self._steps(corners)).astype(np.int64)
        return "".join(_drawn(points, ring)).replace(",-", "-")

    def _defs(self) -> Markup:
        """Write the shapes: land by group, plots by use, each measure's pieces, the boundary."""
        around = self._groups("around", self.result.around, legend.land_group, {})
        land = self._groups("land", self.result.land, legend.land_group, self.land)
        plan = self._groups("plan", self.result.planned, legend.use_group, self.uses)
        measures = list(self._measures())
        self.gaps = pieces.gaps(self.result)
        bare = self._path([geometry for _roles, geometry in self.gaps])
        built = pieces.construction(self.result, self.schemes["planned_use"])
        outline = "" if built is None else self._path([built])
        edge = self._path([self.result.town.boundary])
        return Markup(  # noqa: S704 # numbers and names of our own only
            f'{around}{land}{plan}{"".join(measures)}<path id="{self.prefix}-edge" d="{edge}"/>'
            f'<path id="{self.prefix}-bare" d="{bare}"/>'
            f'<path id="{self.prefix}-built" d="{outline}"/>'
        )

    def _measures(self) -> Iterator[str]:
        """Write the measures: pieces that the same measures share are drawn once and referred to."""
        members: dict[bytes, list[str]] = {}
        shapes: dict[bytes, shapely.Geometry] = {}
        for name in self.names:
            polygons = self.result.measures[name].table.geometry
            for key, geometry in zip(shapely.to_wkb(polygons), polygons, strict=True):
                members.setdefault(key, []).append(name)
                shapes[key] = geometry
        shared: dict[tuple[str, ...], list[shapely.Geometry]] = {}
        for key, names in members.items():
            shared.setdefault(tuple(dict.fromkeys(names)), []).append(shapes[key])
        for n, geometries in enumerate(shared.values()):
            yield f'<path id="{self.prefix}-p{n}" d="{self._path(geometries)}"/>'
        for name, id_ in self.names.items():
            uses = (f'<use href="#{self.prefix}-p{n}"/>' for n, s in enumerate(shared) if name in s)
            yield f'<g id="{id_}">{"".join(uses)}</g>'

    def _groups(
        self,
        kind: str,
        frame: gpd.GeoDataFrame | None,
        group_of: GroupOf,
        used: dict[str, None],
    ) -> str:
        """Write land or plots by their groups in the legend.

        Parameters
        ----------
        kind
            ``around``, ``land`` or ``plan``.
        frame
            The pieces.
        group_of
            Finds a piece its group.
        used
            Takes up the groups that there are.
        """
        if frame is None or not len(frame):
            return f'<g id="{self.prefix}-{kind}"/>'
        role = "planned_use" if kind == "plan" else "land_use"
        codes = frame[f"{role}_code"] if f"{role}_code" in frame else [None] * len(frame)
        groups = np.array(
            [
                group_of(_text(code), _text(three), self.schemes.get(role))
                for code, three in zip(codes, frame["three_class"], strict=True)
            ]
        )
        paths = []
        for key in dict.fromkeys(groups.tolist()):
            used[key] = None
            # the faint land around the town needs no fine line
            path = self._path(frame.geometry.array[groups == key], 8 if kind == "around" else 1)
            look = "plan" if kind == "plan" else "land"
            paths.append(f'<path class="{look}-{key}" d="{path}"/>')
        return f'<g id="{self.prefix}-{kind}" class="{kind}">{"".join(paths)}</g>'

    def window(self, names: Sequence[str]) -> Box:
        """Choose the window on some measures: their largest pieces, and further large ones near them.

        Of one measure pieces far apart would make a picture of the whole town, where none of them can be
        seen; those join that keep the window under `WINDOW` of the town. Of several measures every one
        is to be seen: where their largest pieces lie far apart, all of these are.
        """
        first = [self._boxes(name)[0] for name in names]
        tops = np.array(first)
        whole = np.concatenate([tops[:, :2].min(axis=0), tops[:, 2:].max(axis=0)])
        limit = WINDOW * max(self.box[2] - self.box[0], self.box[3] - self.box[1])
        box = whole
        boxes = np.concatenate([self._boxes(name) for name in names])
        if len(names) > 1 and max(whole[2] - whole[0], whole[3] - whole[1]) > limit:
            limit = np.inf
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        far = np.hypot(*(middle - middle[0]).T)
        for other in boxes[np.argsort(far, kind="stable")]:
            wider = np.concatenate([np.minimum(box, other)[:2], np.maximum(box, other)[2:]])
            if max(wider[2] - wider[0], wider[3] - wider[1]) <= limit:
                box = wider
        west, top, right, bottom = (float(side) for side in box)
        # never so near that nobody would recognise where it is
        room = max(0.3 * max(right - west, bottom - top), 60 / self.step)
        return (west - room, top - room, right + room, bottom + room)

    def _boxes(self, name: str) -> npt.NDArray[np.float64]:
        """The boxes of a measure's largest pieces, in steps: west, top, east, bottom."""
        bounds = shapely.bounds(self._largest(name))
        corners = self._steps(bounds.reshape(-1, 2)).reshape(-1, 4)  # west, south, east, north
        boxes: npt.NDArray[np.float64] = corners[:, [0, 3, 2, 1]]
        return boxes

    def _largest(self, name: str, places: int = figures.PLACES) -> npt.NDArray[np.object_]:
        """The polygons of a measure's largest pieces."""
        table = self.result.measures[name].table
        return table.geometry[pieces.by_area(table.column("area_m2"))[:places]]

    def spots(self, name: str, places: int) -> list[tuple[float, float]]:
        """Find where the numbers of a measure's largest pieces stand."""
        points = shapely.point_on_surface(self._largest(name, places))
        return [(x, y) for x, y in self._steps(shapely.get_coordinates(points)).tolist()]

    def picture(
        self, *, label: str, north: str, shown: Sequence[Shown],
        box: Box, width: int, height: int, id_: str,
    ) -> Markup:  # fmt: skip
        """Draw one picture; the largest pieces of each measure are numbered after its letter.

        Parameters
        ----------
        label
            What the picture shows, for who cannot see it.
        north
            The letter at the north arrow.
        shown
            How the pieces of each measure are drawn, the decisive one first.
        box
            The window on the town, in steps.
        width, height
            The size of the picture, in pixels.
        id_
            Begins the ids of the picture's own elements.
        """
        box, pixel = _framed(box, width, height)
        west, top, right, bottom = box
        drawn = self.drawn(shown=shown, box=box, pixel=pixel, north=north, id_=id_)
        return Markup(  # noqa: S704 # the label is escaped, the rest is our own
            f'<svg class="picture" role="img" aria-label="{escape(shortened(label))}"'
            f' viewBox="{west:.0f} {top:.0f} {right - west:.0f} {bottom - top:.0f}">'
            f"{''.join(drawn)}</svg>"
        )

    def drawn(
        self, *, shown: Sequence[Shown], box: Box, pixel: float, north: str, id_: str
    ) -> Iterator[str]:
        """Draw what is in a window, without the window.

        Parameters
        ----------
        shown, north, id_
            As for `picture`.
        box, pixel
            The window, and the size of a pixel in it.
        """
        drawn = [(self.names[each.name], each.sign, f"{id_}-h{n}") for n, each in enumerate(shown)]
        if self.gaps:
            drawn.append((f"{self.prefix}-bare", legend.UNCOVERED, f"{id_}-b"))
        # the decisive measure lies on top, what holds others below
        drawn.reverse()
        drawn.sort(key=lambda each: not each[1].frame)
        yield f"<defs>{''.join(signs.scaled(fill, hatch, pixel) for _id, hatch, fill in drawn)}</defs>"
        yield from self._ground(pixel)
        yield from (signs.hatched(shape, hatch, fill, pixel) for shape, hatch, fill in drawn)
        yield from self._edge(pixel)
        yield from self._numbers(shown, box, pixel)
        yield _bar(box, pixel, self.step)
        yield _arrow(box, pixel, north)

    def world(self, x: float, y: float) -> tuple[float, float]:
        """Give the coordinates, east before north, of a point in steps."""
        east, north = np.array([x, y]) / self.scale + self.corner
        return float(east), float(north)

    def _ground(self, pixel: float) -> Iterator[str]:
        """Draw the land, the plots and the outline of planned construction."""
        uses = (f'<use href="#{self.prefix}-{kind}"/>' for kind in ("around", "land", "plan"))
        yield f'<g stroke-width="{0.8 * pixel:.4g}">{"".join(uses)}</g>'
        yield (
            f'<use href="#{self.prefix}-built" class="built" stroke-width="{1.8 * pixel:.4g}"'
            f' stroke-dasharray="{7 * pixel:.4g} {4 * pixel:.4g}"/>'
        )

    def _edge(self, pixel: float) -> Iterator[str]:
        """Draw the boundary."""
        for kind, width in (("casing", 6), ("edge", 2.5)):
            yield (
                f'<use href="#{self.prefix}-edge" class="{kind}"'
                f' stroke-width="{width * pixel:.4g}"/>'
            )

    def _numbers(self, shown: Sequence[Shown], box: Box, pixel: float) -> Iterator[str]:
        """Number the largest pieces of each measure that lie in the window, the decisive first.

        Parameters
        ----------
        shown
            The measures, and how their pieces are drawn.
        box, pixel
            The window, and the size of a pixel in it.
        """
        radius = 11.5 * pixel
        taken: list[tuple[float, float]] = []
        for each in sorted(shown, key=lambda each: each.sign.frame):
            yield (
                f'<g fill="{each.sign.colour}" stroke-width="{1.5 * pixel:.4g}"'
                f' font-size="{11.5 * pixel:.0f}">'
            )
            for n, (x, y) in enumerate(self.spots(each.name, each.places), 1):
                inside = box[0] < x < box[2] and box[1] < y < box[3]
                if not inside or any(np.hypot(x - u, y - v) < 1.7 * radius for u, v in taken):
                    continue  # its number would be cut, or hide the number of a larger one
                taken.append((x, y))
                x = min(max(x, box[0] + radius), box[2] - radius)
                y = min(max(y, box[1] + radius), box[3] - radius)
                yield (
                    f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" class="badge"/>'
                    f'<text x="{x:.0f}" y="{y + 4 * pixel:.0f}"'
                    f' class="number">{each.letter}{n}</text>'
                )
            yield "</g>"


def drawing_step(results: Sequence[TownResult]) -> float:
    """Choose the step that coordinates are rounded to, in metres, so that a page stays light."""
    vertices = 0
    for result in results:
        frames = [result.land, result.around, result.planned]
        drawn = [each.geometry.array for each in frames if each is not None and len(each)]
        drawn += [measure.table.geometry for measure in result.measures.values()]
        vertices += sum(int(shapely.get_num_coordinates(each).sum()) for each in drawn)
    return STEP_M * max(1.0, float(vertices / MAX_VERTICES) ** 2)


def town_shapes(
    results: Sequence[TownResult],
    schemes: Mapping[str, str | None],
    *,
    prefix: str,
    named: Container[str],
) -> list[Shapes]:
    """Draw the towns of a page, as finely as leaves the page light.

    Parameters
    ----------
    results, schemes, named
        The towns; the rest as for `Shapes`.
    prefix
        Begins the ids of a town's elements, before the town's number on the page.
    """
    step = drawing_step(results)
    while True:
        shapes = [
            Shapes(result, f"{prefix}{n}", schemes, step=step, named=named)
            for n, result in enumerate(results, 1)
        ]
        if sum(len(each.defs) for each in shapes) <= MAX_DRAWN or step > _COARSEST_M:
            return shapes
        step *= 2


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _rings(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The rings of polygons; what is none is left out."""
    parts = shapely.get_parts(geometries)
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    rings: npt.NDArray[np.object_] = shapely.get_rings(polygons)
    return rings


def _drawn(points: npt.NDArray[np.int64], ring: npt.NDArray[np.intp]) -> Iterator[str]:
    """Draw rings, each from its first point by steps; the last point of a ring is its first.

    Parameters
    ----------
    points
        The points of all rings (n × 2).
    ring
        The number of each point's ring.
    """
    steps = np.diff(points, axis=0, prepend=points[:1])
    first = np.diff(ring, prepend=-1) != 0
    last = np.diff(ring, append=-1) != 0
    moved = ~first & ~last & (steps != 0).any(axis=1)
    words = [f"{x},{y}" for x, y in steps[moved].tolist()]
    stops = np.cumsum(np.add.reduceat(moved, np.flatnonzero(first), dtype=np.intp)).tolist()
    for (x, y), start, stop in zip(points[first].tolist(), [0, *stops], stops, strict=False):
        if stop > start:
            yield f"M{x},{y}l{' '.join(words[start:stop])}z"


def _framed(box: Box, width: int, height: int) -> tuple[Box, float]:
    """Widen a box to the picture's shape, with a margin; and the size of a pixel in it.

    Parameters
    ----------
    box
        What is to be seen.
    width, height
        The size of the picture, in pixels.
    """
    west, north, east, south = box
    margin = 1.06
    pixel = margin * max((east - west) / width, (south - north) / height, 1e-9)
    x, y = (west + east) / 2, (north + south) / 2
    half_width, half_height = pixel * width / 2, pixel * height / 2
    return (x - half_width, y - half_height, x + half_width, y + half_height), pixel


def _bar(box: Box, pixel: float, step: float) -> str:
    """Draw a scale bar of a round length, about a fifth of the picture, in the lower left corner.

    Parameters
    ----------
    box, pixel
        The window, and the size of a pixel in it.
    step
        The step of its coordinates, in metres.
    """
    wanted = (box[2] - box[0]) * step / 5
    metres = max((bar for bar in _BARS_M if bar <= wanted), default=_BARS_M[0])
    x, y = box[0] + 14 * pixel, box[3] - 12 * pixel
    length, tick = metres / step, 6 * pixel
    words = f"{metres // 1000} km" if metres >= 1000 and metres % 1000 == 0 else f"{metres} m"
    middle = x + length / 2
    return (
        f'<g class="bar" stroke-width="{1.8 * pixel:.4g}">'
        f'<rect x="{x - 8 * pixel:.0f}" y="{y - 22 * pixel:.0f}" rx="{3 * pixel:.0f}"'
        f' width="{length + 34 * pixel:.0f}" height="{28 * pixel:.0f}" class="plate"/>'
        f'<path d="M{x:.0f},{y - tick:.0f}v{tick:.0f}h{length:.0f}v-{tick:.0f}'
        f'M{middle:.0f},{y:.0f}v-{tick / 2:.0f}"/>'
        f'<text x="{x:.0f}" y="{y - 9 * pixel:.0f}" font-size="{12 * pixel:.0f}">0</text>'
        f'<text x="{x + length:.0f}" y="{y - 9 * pixel:.0f}" font-size="{12 * pixel:.0f}"'
        f' text-anchor="middle">{words}</text></g>'
    )


def _arrow(box: Box, pixel: float, north: str) -> str:
    """Draw the north arrow in the upper right corner.

    Parameters
    ----------
    box, pixel
        The window, and the size of a pixel in it.
    north
        The letter at the arrow.
    """
    x, y = box[2] - 26 * pixel, box[1] + 12 * pixel
    return (
        f'<g class="north" transform="translate({x:.0f} {y:.0f}) scale({pixel:.4g})">'
        '<rect x="-7" y="-6" width="30" height="50" rx="3" class="plate"/>'
        '<path d="M8 0L16 25L8 19.5L0 25Z"/>'
        f'<text x="8" y="39" font-size="12" text-anchor="middle">{escape(north)}</text></g>'
    )
