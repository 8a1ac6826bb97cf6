"""The official ellipsoid area (椭球面积), vectorised, and the independent geodesic one.

The norm is 《图幅理论面积与图斑椭球面积计算公式及要求》 (国土调查办发〔2008〕32号), carried into
TD/T 1055-2019: the area on the ellipsoid of the polygon whose edges are straight in the Gauss plane,
divided so that no part reaches 70 m. All vertices of all rings are worked on at once.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import ProjError

from townland.errors import CRSError
from townland.geodesy import crs as crs_room
from townland.geodesy.rings import Corner, Geometries, Ints, Rings
from townland.geodesy.series import (
    CGCS2000,
    Ellipsoid,
    Floats,
    gk_inverse,
    round_half_up,
    trapezoid_m2,
)
from townland.i18n import Text, _

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

DIVIDE_M = 70.0
"""An edge of this length or longer is divided (norm, item 2)."""

CHECK_SEGMENT_M = 20.0
"""The densification of the independent check (`standards/SOURCES.md`, *Check area*)."""

VERTICES_AT_ONCE = 1_000_000

PLANE_DIGITS, INSERTED_DIGITS, SECOND_DIGITS = 4, 6, 6
ARC_SECONDS = 3600.0


@lru_cache(maxsize=64)
def ellipsoid_of(crs: pyproj.CRS) -> Ellipsoid:
    """The ellipsoid of a CRS.

    Raises
    ------
    CRSError
        The CRS is that of a local plan that is tied to no ellipsoid.
    """
    if crs.ellipsoid is None:
        raise CRSError(_without_ellipsoid(crs))
    inverse = crs.ellipsoid.inverse_flattening
    flattened = (2 - 1 / inverse) / inverse if inverse else 0.0  # a sphere has inverse 0
    return Ellipsoid(crs.ellipsoid.semi_major_metre, flattened)


def _without_ellipsoid(crs: pyproj.CRS) -> Text:
    return _(
        "{crs} has no ellipsoid, on which an area could be computed; give a projected or a"
        " geographic coordinate system such as EPSG:4524",
        crs=crs_room.describe(crs),
    )


@overload
def official_area_m2(geometries: gpd.GeoSeries) -> pd.Series[float]: ...
@overload
def official_area_m2(
    geometries: Geometries, crs: pyproj.CRS, *, corner: Corner | None = None
) -> Floats: ...
def official_area_m2(
    geometries: Geometries | gpd.GeoSeries,
    crs: pyproj.CRS | None = None,
    *,
    corner: Corner | None = None,
) -> Floats | pd.Series[float]:
    """The official ellipsoid area of every geometry, not yet rounded to 0.01 m².

    Vertices are rounded to 0.0001 m (half up); an edge of 70 m or more is divided into
    int(length / 70) + 1 parts on the plane, from its unrounded ends, the inserted points rounded to
    0.000001 m; latitude and longitude are rounded to 0.000001″; trapezoids are summed with sign;
    outer rings add, inner rings subtract. In a geographic CRS edges are straight in longitude and
    latitude and are divided likewise, with no projection. Gauss-Krüger on CGCS2000 is inverted by the
    norm's series, every other projection by PROJ (`standards/SOURCES.md`, *Official area*).

    Parameters
    ----------
    geometries
        Polygons and multipolygons (a GeoSeries, an array, or one geometry); None, empty and other
        kinds have area 0.
    crs
        Their CRS; a GeoSeries has its own, and needs none.
    corner
        The point of the CRS from which the coordinates of `geometries` count, where they do.

    Returns
    -------
    m², one for each geometry: of a GeoSeries without `crs` a Series with its index, else an array.

    Raises
    ------
    CRSError
        No CRS is given, and the GeoSeries has none.

    Examples
    --------
    >>> ring = [(36642000, 2689000), (36643500, 2689000), (36643500, 2690000), (36642000, 2690000)]
    >>> official_area_m2([shapely.Polygon(ring)], pyproj.CRS(4524)).round(2).tolist()
    [1499245.53]
    >>> official_area_m2([shapely.Polygon(), None], pyproj.CRS(4524)).tolist()
    [0.0, 0.0]

    """
    if crs is not None:
        return _ellipsoid_area(geometries, crs, divide_m=DIVIDE_M, rounded=True, corner=corner)
    series = getattr(geometries, "geometry", None)  # of a GeoDataFrame its active geometry
    if series is None or series.crs is None:
        raise CRSError(
            _(
                "the area of geometries depends on their CRS: give a GeoSeries that has one (set_crs),"
                " or the CRS as the second argument"
            )
        )
    import pandas as pd  # slow to load, and loaded already where there is a GeoSeries

    areas = _ellipsoid_area(series, series.crs, divide_m=DIVIDE_M, rounded=True)
    return pd.Series(areas, index=series.index, name="area_m2")


def check_area_m2(geometries: Geometries, crs: pyproj.CRS) -> Floats:
    """The independent area: geodesics between points at most 20 m apart on the plane edges.

    Karney's algorithm (GeographicLib through PROJ) on the unrounded boundary; in a geographic CRS the
    edges are divided in degrees. It shares no formula with `official_area_m2`
    (`standards/SOURCES.md`, *Check area*).

    Returns
    -------
    m², one for each geometry.

    """
    rings = Rings.of(geometries)
    if not len(rings.start):
        return np.zeros(rings.count)
    geod = crs.get_geod() or pyproj.Geod(ellps="GRS80")
    (lon, lat), starts = _geodesic_vertices(rings, crs)
    each = zip(np.split(lon, starts[1:]), np.split(lat, starts[1:]), strict=True)
    return rings.summed(np.array([_enclosed_m2(geod, vertices) for vertices in each]))


def _enclosed_m2(geod: pyproj.Geod, vertices: tuple[Floats, Floats]) -> float:
    """The area within geodesics between longitudes and latitudes in radians, however it turns."""
    area, _perimeter = geod.polygon_area_perimeter(*vertices, radians=True)
    return abs(float(area))


def _geodesic_vertices(rings: Rings, crs: pyproj.CRS) -> tuple[tuple[Floats, Floats], Ints]:
    """Longitudes and latitudes in radians of rings whose edges are divided every 20 m, and the starts.

    All rings are brought to degrees at once: to begin costs more than a small ring.
    """
    sizes = np.diff(rings.start, append=len(rings.xy))
    lines = shapely.linearrings(rings.xy, indices=np.repeat(np.arange(len(sizes)), sizes))
    dense = shapely.segmentize(lines, CHECK_SEGMENT_M / metres_per_unit(crs))
    counts = shapely.get_num_coordinates(dense)
    return _radians(shapely.get_coordinates(dense), crs), np.cumsum([0, *counts[:-1]])


def _radians(xy: Floats, crs: pyproj.CRS) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in radians of coordinates (n, 2), by PROJ."""
    if crs.is_geographic:
        lon, lat = np.radians(xy.T * np.degrees(crs.axis_info[0].unit_conversion_factor))
        return lon, lat
    return _unprojected(xy, crs)


def unrounded_area_m2(geometries: Geometries, crs: pyproj.CRS) -> Floats:
    """The area by the norm's formulas without its roundings, and with edges divided at 20 m.

    What separates it from `official_area_m2` is the norm's own coarseness: at most 0.00005 m a vertex,
    and the bulge of the parts of 70 m, which grows with the latitude (0.01 m² for a town of 3 km² at
    Liuzhou, 0.09 m² at 54° N). What separates it from `check_area_m2` is error.

    Returns
    -------
    m², one for each geometry.
    """
    return _ellipsoid_area(geometries, crs, divide_m=CHECK_SEGMENT_M, rounded=False)


def perimeter_m(geometries: Geometries, crs: pyproj.CRS) -> Floats:
    """The length of all rings of every geometry in metres, on the plane.

    In a geographic CRS each edge is measured at its own latitude, and never too short.
    """
    geometries = np.atleast_1d(np.asarray(geometries, dtype=object))
    if not crs.is_geographic:
        unit: float = crs.axis_info[0].unit_conversion_factor
        return np.asarray(shapely.length(geometries) * unit, dtype=float)
    return _degree_perimeter_m(geometries, crs)


def _degree_perimeter_m(geometries: npt.NDArray[np.object_], crs: pyproj.CRS) -> Floats:
    """The length in metres of all rings of every geometry that is given in degrees."""
    rings = Rings.of(geometries)
    if not len(rings.start):
        return np.zeros(rings.count)
    lengths = np.add.reduceat(_degree_lengths(rings, crs), rings.start)
    return rings.per_geometry(lengths)


def metres_per_unit(crs: pyproj.CRS) -> float:
    """Metres in one unit of the CRS's coordinates; in degrees, those along a meridian."""
    unit: float = crs.axis_info[0].unit_conversion_factor
    return unit * ellipsoid_of(crs).a if crs.is_geographic else unit


def local_metres(geometries: npt.NDArray[np.object_], crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """The geometries with coordinates in metres, for widths and lengths, never for a figure.

    Degrees are scaled at the geometries' middle latitude; metres stay as they are.
    """
    unit: float = crs.axis_info[0].unit_conversion_factor
    if not len(geometries) or (not crs.is_geographic and unit == 1.0):
        return geometries
    scale = local_scale(geometries, crs)
    return np.asarray(shapely.transform(geometries, lambda xy: xy * scale), dtype=object)


def local_scale(geometries: npt.NDArray[np.object_], crs: pyproj.CRS) -> tuple[float, float]:
    """Metres in a unit of x and of y; in degrees, at the geometries' middle latitude."""
    unit: float = crs.axis_info[0].unit_conversion_factor
    if not crs.is_geographic:
        return unit, unit
    _west, south, _east, north = shapely.total_bounds(geometries)
    radius = unit * ellipsoid_of(crs).a
    return radius * np.cos((south + north) / 2 * unit), radius


def _ring_areas(lon: Floats, lat: Floats, start: Ints, ellipsoid: Ellipsoid) -> Floats:
    """The unsigned area of each closed ring; longitudes count from the ring's first vertex.

    Parameters
    ----------
    lon, lat
        The vertices of all rings in radians.
    start
        Where each ring begins.
    ellipsoid
        The ellipsoid that carries them.
    """
    sizes = np.diff(start, append=len(lon))
    relative = lon - np.repeat(lon[start], sizes)
    mean = (relative[:-1] + relative[1:]) / 2
    strips = np.append(trapezoid_m2(mean, lat[:-1], lat[1:], ellipsoid), 0.0)
    strips[start[1:] - 1] = 0.0  # from the end of one ring to the start of the next is no edge
    return np.abs(np.add.reduceat(strips, start))


def blocks(geometries: npt.NDArray[np.object_]) -> list[slice]:
    """Runs of geometries of some million vertices together, so that what is made of each stays small.

    >>> blocks(np.array([shapely.box(0, 0, 1, 1), None], dtype=object))
    [slice(0, 2, None)]
    """
    before = np.cumsum(shapely.get_num_coordinates(geometries)) // VERTICES_AT_ONCE
    starts = np.flatnonzero(np.diff(before, prepend=-1))
    return [slice(*ends) for ends in pairwise([*starts.tolist(), len(geometries)])]


def _ellipsoid_area(
    geometries: Geometries,
    crs: pyproj.CRS,
    *,
    divide_m: float,
    rounded: bool,
    corner: Corner | None = None,
) -> Floats:
    """The area by the norm's formulas in m², one for each geometry, a block at a time.

    Parameters
    ----------
    geometries, crs, divide_m, rounded, corner
        As in `_block_area`.
    """
    every = np.atleast_1d(np.asarray(geometries, dtype=object))
    areas = np.zeros(len(every))
    for block in blocks(every):
        areas[block] = _block_area(
            every[block], crs, divide_m=divide_m, rounded=rounded, corner=corner
        )
    return areas


def _block_area(
    geometries: Geometries,
    crs: pyproj.CRS,
    *,
    divide_m: float,
    rounded: bool,
    corner: Corner | None,
) -> Floats:
    """The area by the norm's formulas in m², one for each geometry.

    Parameters
    ----------
    geometries
        Polygons and multipolygons; all else has area 0.
    crs
        Their CRS.
    divide_m
        An edge of this length or longer is divided.
    rounded
        Whether vertices, latitudes and longitudes are rounded as the norm wants.
    corner
        As in `official_area_m2`.
    """
    rings = Rings.of(geometries, corner)
    if not len(rings.start):
        return np.zeros(rings.count)
    if crs.is_geographic:
        parts = _parts(_degree_lengths(rings, crs), rings, divide_m)
        xy, start = _divided(rings.xy, rings.start, parts)
        radians = xy * crs.axis_info[0].unit_conversion_factor
    else:
        parts = _parts(_plane_lengths(rings, crs), rings, divide_m)
        xy, start = _divided(rings.xy, rings.start, parts, round_plane=rounded)
        radians = _geographic(xy, crs)
    if rounded:
        seconds = round_half_up(np.degrees(radians) * ARC_SECONDS, SECOND_DIGITS)
        radians = np.radians(seconds / ARC_SECONDS)
    lon, lat = radians.T
    return rings.summed(_ring_areas(lon, lat, start, ellipsoid_of(crs)))


def _divided(
    xy: Floats, start: Ints, parts: Ints, *, round_plane: bool = False
) -> tuple[Floats, Ints]:
    """Divide edge i (from vertex i to i + 1) into ``parts[i]`` equal parts; 1 at a ring's end.

    Parameters
    ----------
    xy
        The vertices of all rings, (n, 2).
    start
        Where each ring begins.
    parts
        The number of parts of the edge that begins at each vertex.
    round_plane
        Whether the points are rounded as the norm wants: vertices to 0.0001 m, others to 0.000001 m.

    Returns
    -------
    The vertices with those inserted, and where each ring begins among them.
    """
    whole = round_half_up(xy, PLANE_DIGITS) if round_plane else xy
    if parts.max(initial=1) == 1:
        return whole, start
    at = np.concatenate(([0], np.cumsum(parts)[:-1]))
    points = np.empty((int(parts.sum()), 2))
    points[at] = whole
    # most edges have one part: only points that are inserted are computed
    within = np.ones(len(points), dtype=bool)
    within[at] = False
    inserted = np.flatnonzero(within)
    edge = np.repeat(np.arange(len(xy)), parts - 1)
    step = (inserted - at[edge]) / parts[edge]
    ahead = np.minimum(edge + 1, len(xy) - 1)
    own = xy[edge] + (xy[ahead] - xy[edge]) * step[:, None]
    points[inserted] = round_half_up(own, INSERTED_DIGITS) if round_plane else own
    return points, at[start]


def _plane_lengths(rings: Rings, crs: pyproj.CRS) -> Floats:
    steps = np.diff(rings.xy, axis=0, append=rings.xy[-1:])
    return np.asarray(np.hypot(steps[:, 0], steps[:, 1]) * metres_per_unit(crs), dtype=float)


def _parts(lengths: Floats, rings: Rings, divide_m: float) -> Ints:
    """Into how many parts each edge is divided (norm, item 2): int(length / 70) + 1.

    Parameters
    ----------
    lengths
        The length in metres of the edge that begins at each vertex.
    rings
        The rings; what follows the last vertex of a ring is no edge.
    divide_m
        An edge of this length or longer is divided.
    """
    parts = (lengths / divide_m).astype(np.int64) + 1
    parts[rings.ends] = 1
    return parts


def _degree_lengths(rings: Rings, crs: pyproj.CRS) -> Floats:
    """The length in metres of each edge given in degrees, never too short; 0 at a ring's end."""
    radians = rings.xy * crs.axis_info[0].unit_conversion_factor
    steps = np.diff(radians, axis=0, append=radians[-1:])
    nearest = np.minimum(np.abs(radians[:, 1]), np.abs(np.append(radians[1:, 1], radians[-1, 1])))
    lengths: Floats = np.hypot(steps[:, 0] * np.cos(nearest), steps[:, 1]) * _polar_radius_m(crs)
    lengths[rings.ends] = 0.0
    return lengths


def _polar_radius_m(crs: pyproj.CRS) -> float:
    """The radius of curvature at the pole, the largest: it makes every edge a little too long."""
    ellipsoid = ellipsoid_of(crs)
    return float(ellipsoid.a / np.sqrt(1 - ellipsoid.e2))


def _geographic(xy: Floats, crs: pyproj.CRS) -> Floats:
    """Longitude and latitude in radians on the CRS's own ellipsoid."""
    gauss = crs_room.is_gauss_kruger_cgcs2000(crs)
    if gauss is not None:
        return np.column_stack(gk_inverse(xy[:, 0], xy[:, 1], *gauss))
    return np.column_stack(_unprojected(xy, crs))


def _unprojected(xy: Floats, crs: pyproj.CRS) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in radians of coordinates (n, 2) in a projected CRS, by PROJ.

    Raises
    ------
    CRSError
        The CRS has no ellipsoid, or PROJ refuses a coordinate.
    """
    if crs.geodetic_crs is None:
        raise CRSError(_without_ellipsoid(crs))
    try:
        lon, lat = crs_room.to_own_lonlat(crs).transform(xy[:, 0], xy[:, 1], errcheck=True)
    except ProjError as problem:
        raise CRSError(
            _(
                "PROJ cannot bring coordinates (eastings {west} to {east}, northings {south} to {north})"
                " from {crs} to degrees ({reason}): they are not in it; state their CRS with --crs or"
                " the catalog's key crs",
                west=f"{xy[:, 0].min():.3f}",
                east=f"{xy[:, 0].max():.3f}",
                south=f"{xy[:, 1].min():.3f}",
                north=f"{xy[:, 1].max():.3f}",
                crs=crs_room.describe(crs),
                reason=" ".join(str(problem).split())[:160],
            )
        ) from None
    return np.radians(lon), np.radians(lat)


__all__ = [
    "CGCS2000",
    "CHECK_SEGMENT_M",
    "DIVIDE_M",
    "Ellipsoid",
    "Floats",
    "Geometries",
    "check_area_m2",
    "ellipsoid_of",
    "gk_inverse",
    "local_metres",
    "local_scale",
    "metres_per_unit",
    "official_area_m2",
    "perimeter_m",
    "round_half_up",
    "trapezoid_m2",
    "unrounded_area_m2",
]
