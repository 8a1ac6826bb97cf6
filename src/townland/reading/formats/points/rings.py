"""Rings of boundary points, made into polygons by how they lie in one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.i18n import Text, _

MAX_POINTS = 1_000_000
"""Points of one file: a county has some hundreds of thousands, and so many take a gigabyte."""
MAX_NESTED = 20_000_000
"""Pairs of rings of which one lies in the other, in one plot."""

Points = NDArray[np.float64]

_DIGITS = re.compile(r"\D*?0*(\d{1,9})\D*")


@dataclass(frozen=True, slots=True)
class Point:
    """A boundary point as it stands in its file.

    `at` is its line or row, `label` its number (点号), `ring` its ring's (圈号); `x` and `y` are the
    coordinates, east first.
    """

    at: int
    label: str
    ring: str
    x: float
    y: float


@dataclass(slots=True)
class _Run:
    """Points of one ring in the order of the file, until they return to the first of them."""

    points: list[Point]
    closed: bool = False
    sure: bool = True  # that a ring starts here, and not only that the one before was closed


def split(points: Iterable[Point], place: str, unit: Text) -> list[Points]:
    """The rings of one plot: points that follow one another under one ring number.

    A ring ends where the ring number changes, and where it has returned to its first point. Two
    rings under one number are taken as two where the first has closed, and the second starts again at
    point 1 or closes by itself.

    Parameters
    ----------
    points
        The points of the plot, in the order of the file.
    place, unit
        How messages name the file and the kind of place in it (line or row).

    Returns
    -------
    Coordinates of each ring without the closing point, no two consecutive ones alike.

    Raises
    ------
    LayerError
        It is not certain where a ring ends; a ring has fewer than three different points.
    """
    runs: list[_Run] = []
    last: dict[str, _Run] = {}  # the last run of each ring number
    current = ""
    for point in points:
        run = last.get(point.ring)
        changed = run is None or point.ring != current
        current = point.ring
        if run is None:
            last[point.ring] = _begin(runs, point)
            continue
        first, before = run.points[0], run.points[-1]
        # a point written twice is one
        if not changed and (point.x, point.y) == (before.x, before.y):
            continue
        if run.closed:
            if (point.x, point.y) == (first.x, first.y) and not changed:
                continue
            last[point.ring] = _begin(runs, point, sure=changed or _restarts(point, run))
        elif (point.x, point.y) == (first.x, first.y):
            run.closed = True
        elif _restarts(point, run):
            if not changed:
                raise _unclosed(point, first, place, unit)
            last[point.ring] = _begin(runs, point)
        elif changed:
            raise LayerError(
                _(
                    "{place}, {unit} {at}: ring {ring} goes on here after another ring; expected the"
                    " points of a ring one after the other; give each ring a number (圈号) of its own",
                    place=place,
                    unit=unit,
                    at=point.at,
                    ring=point.ring or "-",
                )
            )
        else:
            run.points.append(point)
    return [_checked(run, place, unit) for run in runs]


def _begin(runs: list[_Run], point: Point, *, sure: bool = True) -> _Run:
    """Begin a ring.

    Parameters
    ----------
    runs
        The rings so far.
    point
        Its first point.
    sure
        Whether it certainly begins here.
    """
    runs.append(_Run([point], sure=sure))
    return runs[-1]


def _restarts(point: Point, run: _Run) -> bool:
    """Whether a point's number is 1, or that of the first point of the ring."""
    found = _DIGITS.fullmatch(point.label)
    return found is not None and (found[1] == "1" or point.label == run.points[0].label)


def _unclosed(point: Point, first: Point, place: str, unit: Text) -> LayerError:
    """The error about a point number that falls back within an open ring.

    Parameters
    ----------
    point, first
        The point, and the first one of the open ring.
    place
        How messages name the file.
    unit
        What messages count points in: lines or rows.
    """
    return LayerError(
        _(
            "{place}, {unit} {at}: the point number falls back to {label}, but the ring that began"
            " in {unit} {start} has not returned to its first point; repeat that point at the ring's"
            " end, or give the next ring a number (圈号) of its own",
            place=place,
            unit=unit,
            at=point.at,
            label=point.label,
            start=first.at,
        )
    )


def _checked(run: _Run, place: str, unit: Text) -> Points:
    """The points of a ring as an array, once it is closed and has three different ones.

    Parameters
    ----------
    run
        The ring.
    place
        How messages name the file.
    unit
        What messages count points in: lines or rows.
    """
    first = run.points[0]
    if not run.sure and not run.closed:
        raise LayerError(
            _(
                "{place}, {unit} {at}: the ring before has returned to its first point, yet points"
                " follow that neither start again at number 1 nor return to this one; give each ring"
                " a number (圈号) of its own, or repeat its first point at its end",
                place=place,
                unit=unit,
                at=first.at,
            )
        )
    if len({(point.x, point.y) for point in run.points}) < 3:
        raise LayerError(
            _(
                "{place}, {unit} {at}: the ring that begins here has fewer than 3 different points;"
                " complete it, or delete it",
                place=place,
                unit=unit,
                at=first.at,
            )
        )
    return np.array([(point.x, point.y) for point in run.points])


def polygons(
    plots: Sequence[Sequence[Points]], place: str
) -> tuple[NDArray[np.object_], list[int]]:
    """A polygon of each plot, by even-odd nesting: a ring in a ring is a hole, one in that an island.

    Ring numbers say nothing here, since programs number holes and further parts alike.

    Returns
    -------
    Polygons and multipolygons, and how many rings of each plot stood twice and were left out.

    Raises
    ------
    LayerError
        Too many rings lie in one another.
    """
    rings = [ring for plot in plots for ring in plot]
    sizes = [len(ring) for ring in rings]
    if not rings:
        return np.array([], object), []
    lines = shapely.linearrings(
        np.concatenate(rings), indices=np.repeat(np.arange(len(rings)), sizes)
    )
    single = np.asarray(shapely.polygons(lines), dtype=object)
    found = np.empty(len(plots), dtype=object)
    doubled = [0] * len(plots)
    start = 0
    for at, plot in enumerate(plots):
        parts = single[start : start + len(plot)]
        start += len(plot)
        if len(parts) == 1:
            found[at] = parts[0]
        else:
            found[at], doubled[at] = _nested(parts, place)
    return found, doubled


def _nested(
    parts: NDArray[np.object_], place: str
) -> tuple[shapely.Polygon | shapely.MultiPolygon, int]:
    forms = shapely.to_wkb(shapely.normalize(parts))
    first_of = {form: at for at, form in reversed(list(enumerate(forms)))}
    kept = parts[sorted(first_of.values())]
    inner, outer = _containment(kept, place)
    depth = np.bincount(inner, minlength=len(kept))
    # the smallest ring around a hole is the one that it is cut from
    size = shapely.area(kept)
    order = np.lexsort((size[outer], inner))
    inner, outer = inner[order], outer[order]
    nearest = {int(i): int(o) for i, o in zip(inner[::-1], outer[::-1], strict=True)}
    holes: dict[int, list[shapely.LinearRing]] = {}
    for at in np.flatnonzero(depth % 2):
        holes.setdefault(nearest[int(at)], []).append(kept[at].exterior)
    shells = [
        shapely.Polygon(kept[at].exterior, holes.get(int(at), []))
        for at in np.flatnonzero(depth % 2 == 0)
    ]
    whole = shells[0] if len(shells) == 1 else shapely.MultiPolygon(shells)
    return whole, len(parts) - len(kept)


def _containment(
    kept: NDArray[np.object_], place: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rings, the first inside of the second.

    A point inside of a ring lies in every ring around it. It may lie in rings within it too, but
    those are smaller, which tells them apart.
    """
    size = shapely.area(kept)
    tree = shapely.STRtree(shapely.point_on_surface(kept))
    block = max(16, 4_000_000 // len(kept))
    pairs: list[NDArray[np.int64]] = []
    total = 0
    for start in range(0, len(kept), block):
        outer, inner = tree.query(kept[start : start + block], predicate="intersects")
        outer = outer + start
        keep = size[outer] > size[inner]
        total += int(keep.sum())
        if total > MAX_NESTED:
            raise LayerError(
                _(
                    "{place}: {count} {count:ring|rings} of one plot lie inside one"
                    " another so deeply that no survey draws them; split the file",
                    place=place,
                    count=len(kept),
                )
            )
        pairs.append(np.stack([inner[keep], outer[keep]]))
    found = np.concatenate(pairs, axis=1)
    return found[0], found[1]
