"""Geometry and texts as the map's page holds them: in few letters, each thing once.

A geometry is a string: of each ring the steps from point to point in whole numbers of 1e-7 degrees, x
before y, the first step from the page's origin; a ring ends with a blank. A number is written in
letters of six bits, the lowest first: five bits of it, and one that says that more follow; the sign is
the lowest bit of all. Where a page has a coarse level, for views from far away, the number of each x is
doubled, and one more where the point belongs to that level.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from townland.geodesy.crs import to_lonlat
from townland.measuring.prepare.areal import all_valid

DEGREE = 10_000_000
"""So many steps of the page's whole numbers make a degree."""

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The letters of six bits (RFC 4648, the URL-safe alphabet): none has a meaning in HTML or JSON."""

_BITS, _MORE, _MOST = 5, 32, 7
"""Bits of a letter that carry the number, the bit that says that more follow, letters of a number."""

MAX_VERTICES = 1_000_000
"""Of more vertices than these a page's lines are simplified."""

MANY_VERTICES = 150_000
"""A page of more vertices than these has a coarse level."""

METRES_PER_DEGREE = 111_320.0
_VIEW_PX = 1000
"""About so many pixels a view has across."""

_TOLERANCES_M = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class PackedShapes:
    """The geometries of a page, each once, however many pieces have it."""

    def __init__(
        self, origin: tuple[int, int], tolerance_m: float = 0.0, coarse_m: float = 0.0
    ) -> None:
        """Begin with none.

        Parameters
        ----------
        origin
            Longitude and latitude in whole numbers that the first point of every ring counts from.
        tolerance_m
            How far a line may be drawn from where it is.
        coarse_m
            How far in the coarse level; 0 where there is none.
        """
        self.origin = origin
        self.tolerance_m = tolerance_m
        self.coarse_m = coarse_m
        self._known: dict[str, int] = {}

    @property
    def packed(self) -> list[str]:
        """The geometries, as the page holds them."""
        return list(self._known)

    def add(
        self, geometries: Sequence[shapely.Geometry] | npt.NDArray[np.object_], crs: pyproj.CRS
    ) -> list[int]:
        """Keep geometries, and give the number of each in the page.

        What lies side by side stays side by side when it is simplified: edges that two share are
        simplified once.
        """
        source = pyproj.CRS.from_user_input(crs)
        array = simplified(np.asarray(geometries, dtype=object), self.tolerance_m, source)
        far = survivors(array, self.coarse_m, source) if self.coarse_m else None
        texts = pack(to_lonlat(array, source), self.origin, far)
        return [self._known.setdefault(text, len(self._known)) for text in texts]


def simplified(
    geometries: npt.NDArray[np.object_], tolerance_m: float, crs: pyproj.CRS
) -> npt.NDArray[np.object_]:
    """Polygons with fewer vertices, of which none is lost and shared edges stay shared.

    Parameters
    ----------
    geometries
        Polygons of one layer.
    tolerance_m
        About how far a line may move, in metres; with 0 nothing changes.
    crs
        Their CRS.
    """
    if not tolerance_m or not len(geometries):
        return geometries
    unit = METRES_PER_DEGREE if crs.is_geographic else 1.0
    try:
        thin = shapely.coverage_simplify(geometries, tolerance_m / unit)
    except shapely.errors.GEOSException:  # some piece has parts no wider than a rounding
        thin = shapely.coverage_simplify(all_valid(geometries), tolerance_m / unit)
    lost = shapely.is_empty(thin) | shapely.is_missing(thin)
    return np.where(lost, geometries, thin)


def survivors(
    geometries: npt.NDArray[np.object_], tolerance_m: float, crs: pyproj.CRS
) -> npt.NDArray[np.bool_]:
    """Which vertices are still there when polygons are simplified; one that two share, in both.

    Parameters
    ----------
    geometries, tolerance_m, crs
        As for `simplified`.
    """
    left = shapely.get_coordinates(simplified(geometries, tolerance_m, crs))
    every = shapely.get_coordinates(geometries)
    return np.isin(every.view(np.complex128).ravel(), left.view(np.complex128).ravel())


def coarse_m(layers: Sequence[tuple[npt.NDArray[np.object_], pyproj.CRS]], span_m: float) -> float:
    """Choose how far lines may move in the coarse level: half a pixel of a view of all of it.

    Parameters
    ----------
    layers
        What is drawn.
    span_m
        How far the page's land reaches, in metres.
    """
    vertices = sum(int(shapely.get_num_coordinates(shapes).sum()) for shapes, _crs in layers)
    return 0.0 if vertices <= MANY_VERTICES else span_m / _VIEW_PX / 2


def tolerance_m(layers: Sequence[tuple[npt.NDArray[np.object_], pyproj.CRS]]) -> float:
    """Choose how far a page's lines may be drawn from where they are, so that it stays light.

    The largest layer is tried, for most of the vertices are its own.
    """
    counts = [int(shapely.get_num_coordinates(shapes).sum()) for shapes, _crs in layers]
    total = sum(counts)
    if total <= MAX_VERTICES:
        return 0.0
    largest, crs = layers[counts.index(max(counts))]
    for tolerance in _TOLERANCES_M:
        left = shapely.get_num_coordinates(simplified(largest, tolerance, crs)).sum()
        if total * int(left) <= MAX_VERTICES * max(counts):
            return tolerance
    return _TOLERANCES_M[-1]


def pack(
    geometries: npt.NDArray[np.object_],
    origin: tuple[int, int],
    far: npt.NDArray[np.bool_] | None = None,
) -> list[str]:
    """Write geometries in longitude and latitude as strings; what is no polygon is left out.

    Outer rings turn one way and holes the other, so that what lies side by side can be filled at once.

    Parameters
    ----------
    geometries
        Polygons in degrees.
    origin
        As for `PackedShapes`.
    far
        Of each vertex, whether it belongs to the coarse level; None where the page has none.

    Examples
    --------
    >>> pack(np.array([shapely.box(0, 0, 1e-7, 2e-7), shapely.Point(0, 0)]), (0, 0))
    ['CAAEBAAD ', '']
    """
    if far is not None:
        geometries = _with_flags(geometries, far)
    parts, source = shapely.get_parts(geometries, return_index=True)
    polygonal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, source = shapely.orient_polygons(parts[polygonal]), source[polygonal]
    rings, polygon = shapely.get_rings(parts, return_index=True)
    values, ring, flags = _steps(rings, origin)
    ends = np.diff(ring, append=-1) != 0
    folded = np.where(values < 0, -2 * values - 1, 2 * values)
    if far is not None:
        folded[:, 0] = 2 * folded[:, 0] + flags
    letters, kept = _letters(folded.ravel())
    # a blank behind the last y of each ring
    blank = np.zeros(len(values) * 2, dtype=bool)
    blank[1::2] = ends
    letters = np.column_stack((letters, np.full(len(letters), ord(" "), dtype=np.uint8)))
    kept = np.column_stack((kept, blank))
    text = letters[kept].tobytes().decode("ascii")
    sizes = kept.sum(axis=1).reshape(-1, 2).sum(axis=1)
    owner = source[polygon][ring]
    stops = np.cumsum(np.bincount(owner, weights=sizes, minlength=len(geometries))).astype(int)
    return [text[start:stop] for start, stop in zip([0, *stops[:-1]], stops, strict=True)]


def _with_flags(
    geometries: npt.NDArray[np.object_], far: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    """The geometries with a height of 1 at each vertex of the coarse level, and 0 at the others."""
    raised = shapely.force_3d(geometries)
    places = np.column_stack((shapely.get_coordinates(geometries), far))
    return np.asarray(shapely.set_coordinates(raised, places), dtype=object)


def _steps(
    rings: npt.NDArray[np.object_], origin: tuple[int, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """The steps from point to point (n, 2), the ring of each, and whether it has a height.

    The last point of a ring, which is the first, is left out.
    """
    coordinates, ring = shapely.get_coordinates(rings, include_z=True, return_index=True)
    points = np.rint(coordinates[:, :2] * DEGREE).astype(np.int64)
    first = np.diff(ring, prepend=-1) != 0
    steps = np.where(first[:, None], points - origin, np.diff(points, axis=0, prepend=points[:1]))
    last = np.diff(ring, append=-1) != 0
    kept = first | (~last & (steps != 0).any(axis=1))
    return steps[kept], ring[kept], coordinates[kept, 2] > 0


def _letters(
    folded: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """The letters of each number (n, `_MOST`), and which of them it has."""
    parts = folded[:, None] >> (_BITS * np.arange(_MOST))
    kept = parts > 0
    kept[:, 0] = True
    more = np.column_stack((kept[:, 1:], np.zeros(len(folded), dtype=bool)))
    table = np.frombuffer(ALPHABET, dtype=np.uint8)
    return table[(parts & (_MORE - 1)) + _MORE * more], kept
