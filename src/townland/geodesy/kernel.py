"""Set operations that do not end a run: a ladder where GEOS refuses, and every step of it recorded.

An operation is tried as it is; then with coordinates snapped to a grid of `GRID_M`; then part by part,
each part made valid first. What is gained or lost on a grid is held against `CLOSES_M2`. Coordinates are
best counted from a corner near by (`plane`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from shapely.errors import GEOSException

from townland.errors import EngineError
from townland.geodesy.valid import valid_land
from townland.i18n import _

Shapes = npt.NDArray[np.object_]
Rung: TypeAlias = Literal["grid", "parts"]
Operation = Callable[..., shapely.Geometry]

GRID_M = 1e-6
"""The grid of the second try, in metres: far below the 0.0001 m of the norm's coordinates."""

CLOSES_M2 = 0.01
"""So much of the land that goes into an operation may be missing in, or added to, what comes out."""


@dataclass(frozen=True, slots=True)
class Step:
    """An operation that GEOS refused at first, how it was done in the end, and what it changed in m²."""

    rung: Rung
    reason: str
    changed_m2: float


@dataclass(frozen=True, slots=True)
class Bench:
    """Where operations are done: metres in a unit of the coordinates, and the steps of the ladder.

    What is smaller than `least`, in squared units, is no land; nothing is where the unit is not known.
    """

    unit_m: float = 1.0
    steps: list[Step] = field(default_factory=list)
    least: float = 0.0

    @property
    def grid(self) -> float:
        """The grid of the second try, in the unit of the coordinates."""
        return GRID_M / self.unit_m

    def require_closed(self, before: float, after: float, *, pieces: int = 0) -> None:
        """Make sure that as much land came out of an operation as went in.

        Parameters
        ----------
        before, after
            The area that went in, and that came out, in squared units of the coordinates.
        pieces
            Of how many pieces it is the sum: each may share an edge's width with its neighbours.

        Raises
        ------
        EngineError
            They differ by more than `CLOSES_M2`.
        """
        missing = abs(before - after) * self.unit_m**2
        allowed = CLOSES_M2 + PIECE_M2 * pieces
        # what does not close here would be shared out to all pieces of a town unseen
        if not missing <= allowed:
            raise EngineError(
                _(
                    "an operation on geometry does not close: {missing} m² of {before} m² are missing or"
                    " too many, and {allowed} m² are allowed; the geometry of the layers there cannot be"
                    " trusted. Examine them with townland layers check",
                    missing=f"{missing:.6f}",
                    before=f"{before * self.unit_m**2:.2f}",
                    allowed=f"{allowed:.2f}",
                )
            )


PIECE_M2 = 1e-6
"""What two pieces may share without being called an overlap."""

_BENCH: ContextVar[Bench | None] = ContextVar("bench", default=None)


@contextmanager
def bench(unit_m: float) -> Iterator[Bench]:
    """Do the operations of a block in coordinates of this unit, and record the steps of the ladder."""
    made = Bench(unit_m, least=PIECE_M2 / unit_m**2)
    token = _BENCH.set(made)
    try:
        yield made
    finally:
        _BENCH.reset(token)


def current() -> Bench:
    """The bench of the block that is running; in another thread it must be handed on."""
    return _BENCH.get() or Bench()


def intersection(one: Shapes, other: Shapes, on: Bench | None = None) -> Shapes:
    """What two geometries have in common, pair by pair.

    Parameters
    ----------
    one, other
        Geometries; a single one stands beside each of the others.
    on
        The bench, where this is another thread than the block's.

    Raises
    ------
    EngineError
        GEOS refuses every try.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> with bench(1.0) as work:
    ...     common = intersection(np.array([bow_tie]), np.array([shapely.box(0, 0, 3, 1)]))
    >>> shapely.area(common).tolist(), [step.rung for step in work.steps]
    ([1.0], ['parts'])
    """
    return _pairs(shapely.intersection, one, other, on=on)


def difference(one: Shapes, other: Shapes, on: Bench | None = None) -> Shapes:
    """What of each geometry lies outside of another, pair by pair.

    Parameters
    ----------
    one, other, on
        As in `intersection`.

    Raises
    ------
    EngineError
        GEOS refuses every try.
    """
    return _pairs(shapely.difference, one, other, on=on)


def union(shapes: Sequence[shapely.Geometry] | Shapes) -> shapely.Geometry:
    """All geometries as one; an empty one of none.

    Raises
    ------
    EngineError
        GEOS refuses every try.
    """
    every = np.asarray(shapes, dtype=object)
    try:
        # what lies apart is not compared: of the few parcels of a kind, most
        return shapely.disjoint_subset_union_all(every)
    except GEOSException as refused:
        work, reason = current(), str(refused)
    try:
        joined = shapely.union_all(every, grid_size=work.grid)
        work.steps.append(Step("grid", reason, 0.0))
    except GEOSException:
        joined = shapely.Polygon()
        for part in shapely.get_parts(_valid(every)):
            joined = _on_the_grid(shapely.union, joined, part, work)
        work.steps.append(Step("parts", reason, 0.0))
    return joined


def without_hairs(shapes: Shapes, on: Bench | None = None) -> Shapes:
    """Polygons without the parts of which no vertex may be left once coordinates are rounded.

    Where one edge runs through two coordinate systems an operation leaves parts between its two courses
    that are narrower than the last digit: invalid in a file, and no land. What is nothing else is empty.

    Parameters
    ----------
    shapes, on
        Polygons, and the bench, where this is another thread than the block's.

    Examples
    --------
    >>> land = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1e-9)])
    >>> with bench(1.0):
    ...     without_hairs(np.array([land, shapely.box(0, 0, 1, 1e-9)])).tolist()
    [<POLYGON ((1 0, 1 1, 0 1, 0 0, 1 0))>, <POLYGON EMPTY>]
    """
    least = (on or current()).least
    kept = shapes.copy()
    some = np.flatnonzero(~shapely.is_empty(shapes))  # neighbours of a town leave nothing within it
    kept[some[shapely.area(shapes[some]) < least]] = shapely.Polygon()
    several = np.flatnonzero(shapely.get_type_id(kept) == shapely.GeometryType.MULTIPOLYGON)
    parts, at = shapely.get_parts(kept[several], return_index=True)
    wide = shapely.area(parts) >= least
    for each in np.unique(at[~wide]):
        own = parts[wide & (at == each)]
        kept[several[each]] = own[0] if len(own) == 1 else shapely.multipolygons(own)
    return kept


def _pairs(operation: Operation, one: Shapes, other: Shapes, *, on: Bench | None) -> Shapes:
    """An operation on pairs: all at once, and one by one where GEOS refuses some.

    Parameters
    ----------
    operation
        The function of shapely.
    one, other, on
        As in `intersection`.
    """
    try:
        return np.asarray(operation(one, other), dtype=object)
    except GEOSException:
        work = on or current()
    lefts, rights = np.broadcast_arrays(
        np.asarray(one, dtype=object), np.asarray(other, dtype=object)
    )
    done = np.empty(lefts.shape, dtype=object)
    for at in np.ndindex(lefts.shape):
        done[at] = _climbed(operation, lefts[at], rights[at], work)
    return done


def _climbed(
    operation: Operation, one: shapely.Geometry, other: shapely.Geometry, work: Bench
) -> shapely.Geometry:
    """One operation, by the first rung of the ladder that holds.

    Parameters
    ----------
    operation
        The function of shapely.
    one, other
        The two geometries.
    work
        The bench.
    """
    try:
        return operation(one, other)
    except GEOSException as refused:
        reason = str(refused)
    try:
        made = operation(one, other, grid_size=work.grid)
        changed = _changed_m2(one, other, work)
        if changed <= CLOSES_M2:
            work.steps.append(Step("grid", reason, changed))
            return made
    except GEOSException:
        pass
    made = _part_by_part(operation, _valid(one), _valid(other), work)
    work.steps.append(Step("parts", reason, 0.0))
    return made


def _changed_m2(one: shapely.Geometry, other: shapely.Geometry, work: Bench) -> float:
    """How much of a geometry is neither inside nor outside of another on the grid, in m².

    Parameters
    ----------
    one, other
        The two geometries.
    work
        The bench.
    """
    whole = _valid(one)
    sides = (
        shapely.area(operation(one, other, grid_size=work.grid))
        for operation in (shapely.intersection, shapely.difference)
    )
    return abs(float(shapely.area(whole)) - float(sum(sides))) * work.unit_m**2


def _part_by_part(
    operation: Operation, one: shapely.Geometry, other: shapely.Geometry, work: Bench
) -> shapely.Geometry:
    """The parts of one geometry with the parts of another.

    Parameters
    ----------
    operation
        Intersection or difference.
    one, other
        Valid geometries.
    work
        The bench.
    """
    made = []
    for part in shapely.get_parts(one):
        if operation is shapely.intersection:
            made += [_on_the_grid(operation, part, each, work) for each in shapely.get_parts(other)]
            continue
        left = part
        for each in shapely.get_parts(other):
            left = _on_the_grid(operation, left, each, work)
        made.append(left)
    polygons = [
        part
        for each in made
        for part in shapely.get_parts(each)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    return shapely.multipolygons(polygons) if polygons else shapely.Polygon()


def _on_the_grid(
    operation: Operation, one: shapely.Geometry, other: shapely.Geometry, work: Bench
) -> shapely.Geometry:
    """One operation as it is, else on the grid.

    Parameters
    ----------
    operation, one, other, work
        As in `_climbed`.

    Raises
    ------
    EngineError
        GEOS refuses both.
    """
    for grid in (None, work.grid):
        try:
            return operation(one, other, grid_size=grid)
        except GEOSException as refused:
            reason = str(refused)
    raise EngineError(
        _(
            "GEOS refuses an operation on the geometry near {where}: {reason}. Examine the layers there"
            " with townland layers check",
            where=", ".join(f"{number:.6g}" for number in shapely.bounds(one)),
            reason=reason,
        )
    )


def _valid(shapes: shapely.Geometry | Shapes) -> shapely.Geometry | Shapes:
    """Geometries made valid, which GEOS takes sooner; what of them is areal."""
    made = valid_land(np.atleast_1d(np.asarray(shapes, dtype=object)))
    return made if isinstance(shapes, np.ndarray) else made[0]
