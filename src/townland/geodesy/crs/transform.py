"""From one CRS to another: never by a ballpark shift, and edges stay where they were."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, TypeVar

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from townland.errors import CRSError, GeometryError
from townland.geodesy.crs.datum import describe, is_identical
from townland.i18n import Text, _

Bounds = tuple[float, float, float, float]
GeometryArray: TypeAlias = NDArray[np.object_]
"""An array of shapely geometries; an element may be None."""
Numbers = TypeVar("Numbers", float, NDArray[np.float64])
"""One coordinate, or an array of them."""

LONLAT = pyproj.CRS.from_epsg(4326)
CGCS2000 = pyproj.CRS.from_epsg(4490)

MAX_VERTICES = 50_000_000
MAX_VERTICES_OF_ONE = 5_000_000
"""So many points an edge-divided geometry may have: at 20 m that is twice around the Earth and more."""

_LARGEST_RADIUS_M = 6_400_000.0
"""Above every radius of curvature of the Earth, so that an angle never gives too long a segment."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Operations of PROJ one after the other, x east and y north on both sides; none: identity."""

    steps: tuple[pyproj.Transformer | Backwards, ...]

    def transform(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        """Transform coordinates; points outside of an operation's domain become infinite."""
        for step in self.steps:
            x, y = step.transform(x, y)
        return x, y

    __call__ = transform

    def inverse(self) -> Steps | None:
        """The way back; None where a step has none."""
        back = tuple(step for step in map(_reversed, reversed(self.steps)) if step is not None)
        return Steps(back) if len(back) == len(self.steps) else None


@dataclass(frozen=True, slots=True)
class Backwards:
    """An operation of PROJ, run from its target to its source."""

    step: pyproj.Transformer

    def transform(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        """Transform coordinates."""
        moved: tuple[Numbers, Numbers] = self.step.transform(x, y, direction="INVERSE")
        return moved


def _reversed(step: pyproj.Transformer | Backwards) -> pyproj.Transformer | Backwards | None:
    """An operation from its target to its source; None where PROJ has no such operation."""
    if isinstance(step, Backwards):
        return step.step
    return Backwards(step) if step.has_inverse else None


@lru_cache(maxsize=16)
def pipeline(transform: str) -> Steps:
    """The declared PROJ pipeline of a catalog, ready to run; ProjError where it is none."""
    return Steps((pyproj.Transformer.from_pipeline(transform),))


@lru_cache(maxsize=128)
def transformer(source: pyproj.CRS, target: pyproj.CRS) -> Steps:
    """The way from one CRS to another, in (x, y) order, and never by a ballpark shift.

    CGCS2000, WGS 84, ETRS89 and unnamed datums on their ellipsoids are treated as identical:
    longitude and latitude pass from one to the other as they are.

    Raises
    ------
    CRSError
        PROJ has no operation of known accuracy between the two.

    Examples
    --------
    EPSG:4490 to zone 36 (`standards/SOURCES.md`, *Test figures*, 11):

    >>> x, y = transformer(CGCS2000, pyproj.CRS.from_epsg(4524)).transform(109.4, 24.3)
    >>> round(x, 3), round(y, 3)
    (36642129.727, 2689231.438)
    """
    if source == target:
        return Steps(())
    for way in (_through_lonlat, _directly):
        try:
            return way(source, target)
        except ProjError:
            continue
    raise CRSError(
        _(
            "PROJ knows no operation of known accuracy from {source} to {target}; give a CRS of"
            " CGCS2000",
            source=describe(source),
            target=describe(target),
        )
    )


def _through_lonlat(source: pyproj.CRS, target: pyproj.CRS) -> Steps:
    there = _unproject(source) if is_identical(source) else (_operation(source, LONLAT),)
    back = _project(target) if is_identical(target) else (_operation(LONLAT, target),)
    return Steps((*there, *back))


def _directly(source: pyproj.CRS, target: pyproj.CRS) -> Steps:
    return Steps((_operation(source, target),))


def _operation(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)


def _unproject(crs: pyproj.CRS) -> tuple[pyproj.Transformer, ...]:
    return () if crs.is_geographic else (_operation(crs, _own_lonlat(crs)),)


def _project(crs: pyproj.CRS) -> tuple[pyproj.Transformer, ...]:
    return () if crs.is_geographic else (_operation(_own_lonlat(crs), crs),)


@lru_cache(maxsize=64)
def to_own_lonlat(crs: pyproj.CRS) -> pyproj.Transformer:
    """From a CRS to degrees on its own datum (Greenwich), longitude first.

    Raises
    ------
    ProjError
        PROJ cannot compute with it.
    """
    return pyproj.Transformer.from_crs(crs, _own_lonlat(crs), always_xy=True)


def _own_lonlat(crs: pyproj.CRS) -> pyproj.CRS:
    geodetic = crs.geodetic_crs
    if geodetic is None:
        raise ProjError("no geodetic CRS")
    return geodetic


def reproject(
    geometries: GeometryArray,
    source: pyproj.CRS,
    target: pyproj.CRS,
    *,
    max_segment_m: float = 20.0,
) -> GeometryArray:
    """Geometries in another CRS, their edges divided first so that they stay where they were.

    An edge is straight in its own plane only; moving just its ends to another plane shifts what
    lies between (0.24 m² on a town of 3.6 km²; `standards/SOURCES.md`, *Check area*).

    Parameters
    ----------
    geometries
        Shapely geometries in `source`; None stays None. Z is dropped.
    source, target
        Normalised CRSs.
    max_segment_m
        No part of an edge is longer. In degrees the limit is taken for the largest radius of the
        Earth, so that it holds in every direction.

    Returns
    -------
    The geometries in `target`, or the same objects where the CRSs are equal.

    Raises
    ------
    GeometryError
        A coordinate has no place in `target`, or the edges are too long to be divided.
    """
    if source == target:
        return geometries
    return _apply(transformer(source, target), densify(geometries, source, max_segment_m))


def densify(
    geometries: GeometryArray, crs: pyproj.CRS, max_segment_m: float = 20.0
) -> GeometryArray:
    """Geometries with edges of at most `max_segment_m` metres; their shape is unchanged.

    Parameters
    ----------
    geometries
        Geometries in `crs`.
    crs
        Their CRS; its unit may be metres, feet or degrees.
    max_segment_m
        No part of an edge is longer.

    Raises
    ------
    GeometryError
        The edges would need more than 50 million points: the CRS cannot be the right one.
    """
    factor = float(crs.axis_info[0].unit_conversion_factor)
    unit = factor * _LARGEST_RADIUS_M if crs.is_geographic else factor
    length = max_segment_m / unit
    lengths = shapely.length(geometries)
    total, longest = np.nansum(lengths), np.nanmax(lengths, initial=0.0)
    if not (total / length < MAX_VERTICES and longest / length < MAX_VERTICES_OF_ONE):
        raise GeometryError(
            _(
                "the edges are {km} km long together, too long to be divided every {step} m;"
                " the coordinates cannot be in {crs}",
                km=f"{total * unit / 1000:.0f}",
                step=f"{max_segment_m:g}",
                crs=describe(crs),
            )
        )
    with np.errstate(invalid="ignore"):  # vertices that are no numbers are the mending's
        dense: GeometryArray = shapely.segmentize(geometries, length)
    return dense


def _apply(steps: Steps, geometries: GeometryArray) -> GeometryArray:
    moved: GeometryArray = shapely.transform(geometries, steps.transform, interleaved=False)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise GeometryError(_off_the_crs())
    return moved


def _off_the_crs() -> Text:
    """The message where an operation gives a coordinate that is not finite."""
    return _(
        "a coordinate has no place in the CRS it is brought to; the CRS that is declared"
        " for the file cannot be right"
    )


def run_pipeline(geometries: GeometryArray, crs: pyproj.CRS, transform: str) -> GeometryArray:
    """Geometries run through a declared pipeline, their edges divided first.

    Parameters
    ----------
    geometries
        Geometries in `crs`.
    crs
        The CRS of the file, in which edges are straight.
    transform
        The PROJ pipeline that the catalog declares.

    Raises
    ------
    GeometryError
        A coordinate becomes infinite, or the edges are too long to be divided.
    """
    return _apply(pipeline(transform), densify(geometries, crs))


def to_lonlat(
    geometries: GeometryArray, source: pyproj.CRS, *, densify: bool = False
) -> GeometryArray:
    """Geometries in longitude and latitude (EPSG:4326), for display.

    Parameters
    ----------
    geometries
        Geometries in `source`.
    source
        Their CRS.
    densify
        Whether edges are divided every 20 m; without it a map draws them at most a few decimetres off.
    """
    if densify:
        return reproject(geometries, source, LONLAT)
    steps = transformer(source, LONLAT)
    return _apply(steps, geometries) if steps.steps else geometries


def transform_bounds(bounds: Bounds, source: pyproj.CRS, target: pyproj.CRS) -> Bounds:
    """The bounding box in `target` of a box in `source`, its sides divided in 64 parts.

    Parameters
    ----------
    bounds
        West, south, east, north in `source`.
    source, target
        Normalised CRSs.

    Raises
    ------
    CRSError
        No point of the box has a place in `target`.
    """
    if source == target:
        return bounds
    moved = moved_bounds(bounds, transformer(source, target))
    if not np.isfinite(moved).all():
        raise CRSError(
            _(
                "the window {bounds} of {source} has no place in {target}",
                bounds=", ".join(f"{number:.3f}" for number in bounds),
                source=describe(source),
                target=describe(target),
            )
        )
    return moved


def moved_bounds(bounds: Bounds, steps: Steps) -> Bounds:
    """The bounding box of a box whose sides, divided in 64 parts, went through `steps`."""
    west, south, east, north = bounds
    ring = shapely.segmentize(shapely.linearrings([(0, 0), (1, 0), (1, 1), (0, 1)]), 1 / 64)
    share = shapely.get_coordinates(ring)
    x, y = steps.transform(
        west + (east - west) * share[:, 0], south + (north - south) * share[:, 1]
    )
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return np.nan, np.nan, np.nan, np.nan
    x, y = x[known], y[known]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())
