"""Does a boundary lie where its layers lie? What a wrong zone, UTM or GCJ-02 looks like from there.

A boundary in the wrong zone has the same area as in the right zone: only where it lies shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from townland.catalog import LayerSpec
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.i18n import Text, Words, _
from townland.issues import Issue
from townland.reading.layer import Layer
from townland.reading.windows import Window
from townland.towns import Town

EDGE_M = 1.5
"""A point this near to an edge of a parcel lies on it: more than digitising noise, less than a balk."""

EDGED = ("land_use", "planned_use")
"""The roles whose layers have edges that a boundary follows."""

POINTS = 400
"""How many points of a boundary are asked whether they lie on an edge."""

LINED_UP, RISE = 0.5, 0.4
"""A shifted boundary lines up with its layers where at least half of it lies on edges, and this much
more than unshifted: by chance a boundary lies on edges for a tenth to a quarter of its length."""

MANY_VERTICES = 1000
"""An outline of more is put in order before it is asked about several points."""

REACH_M = 1500.0
"""Edges are looked at this far around a boundary: beyond any shift that is tried."""

_GEOD = pyproj.Geod(ellps="GRS80")

XY = tuple[NDArray[np.float64], NDArray[np.float64]]
Shift = Callable[[NDArray[np.float64], NDArray[np.float64]], XY]
ReadNear = Callable[[LayerSpec, Sequence[Window]], Layer]


def siting_issues(
    towns: Sequence[Town], layers: Sequence[Layer], read: ReadNear
) -> Iterator[Issue]:
    """What the position of each boundary shows against its CRS, town by town.

    ``boundary_outside_layers``
        It meets neither the extent nor the declared coverage of a layer: how far off, in which
        direction, and the CRS in which the same numbers would meet them.
    ``crs_utm_to_confirm``
        It is declared as UTM, and a layer is Gauss-Krüger: the user must confirm it.
    ``crs_scale_suspected``
        Its numbers line up with the edges of parcels as the other of UTM and Gauss-Krüger.
    ``gcj02_suspected``
        It lines up with the edges of parcels once the shift of GCJ-02 (or BD-09) is undone, or added.

    Parameters
    ----------
    towns
        The towns of the check.
    layers
        Its layers, as they were read near the boundaries.
    read
        How the layers with edges are read once more, further around the towns that do not line up.
    """
    boxes = [(layer, box) for layer in layers if (box := _box_of(layer)) is not None]
    if not boxes:
        return
    inside = [_meets(town, [box for _layer, box in boxes]) for town in towns]
    edged = [layer for layer in layers if layer.spec.role in EDGED]
    doubted = [
        meets and bool(edged) and _share(_lonlat(town), edged) <= 1 - RISE
        for town, meets in zip(towns, inside, strict=True)
    ]
    # a check reads what is near a boundary; a shifted boundary's own parcels lie further off
    windows = [
        (_widened(town), town.crs) for town, doubt in zip(towns, doubted, strict=True) if doubt
    ]
    wider = [read(each.spec, windows) for each in edged if windows]
    planes = [layer for layer in layers if crsys.is_gauss_kruger_cgcs2000(layer.crs)]
    for town, meets, doubt in zip(towns, inside, doubted, strict=True):
        if not meets:
            around = crsys.transform_bounds(town.boundary.bounds, town.crs, crsys.LONLAT)
            yield _outside(town, around, boxes=[box for _layer, box in boxes])
        elif _scale(town.crs) == UTM_SCALE and planes:
            yield _to_confirm(town, planes[0])
        if doubt:
            yield from _lined_up(town, wider)


def lines_up(town: Town, layers: Sequence[Layer]) -> bool:
    """Whether a boundary, as it is declared, lies on edges of its parcels for the most part.

    By chance a boundary lies on edges for a quarter of its length at most: one that lines up lies where
    it says.
    """
    edged = [layer for layer in layers if layer.spec.role in EDGED]
    return bool(edged) and _share(_lonlat(town), edged) >= LINED_UP


def _meets(town: Town, boxes: Sequence[Bounds]) -> bool:
    """Whether the boundary's box in degrees meets one of the layers'."""
    around = crsys.transform_bounds(town.boundary.bounds, town.crs, crsys.LONLAT)
    return any(shapely.box(*box).intersects(shapely.box(*around)) for box in boxes)


def _box_of(layer: Layer) -> Bounds | None:
    """The whole layer's box in degrees; None where it is empty or unknown."""
    if layer.extent is None or shapely.is_empty(layer.extent):
        return None
    # where a layer declares to be complete it says something, though it may have no feature there
    known = layer.extent if layer.coverage is None else layer.extent.union(layer.coverage)
    return crsys.transform_bounds(known.bounds, layer.crs, crsys.LONLAT)


def _outside(town: Town, around: Bounds, *, boxes: Sequence[Bounds]) -> Issue:
    """The issue of a boundary that meets no layer.

    Parameters
    ----------
    town, around
        The town, and its box in degrees.
    boxes
        Those of the layers.
    """
    middle = np.cos(np.radians((around[1] + around[3]) / 2))

    def flat(box: Bounds) -> shapely.Polygon:
        return shapely.box(box[0] * middle, box[1], box[2] * middle, box[3])

    own = flat(around)
    near = min((flat(box) for box in boxes), key=own.distance)
    here, there = shapely.get_coordinates(shapely.shortest_line(near, own))
    azimuth, _back, metres = _GEOD.inv(here[0] / middle, here[1], there[0] / middle, there[1])
    sides = np.array(boxes)
    region = (*sides[:, :2].min(axis=0).tolist(), *sides[:, 2:].max(axis=0).tolist())
    return Issue(
        "boundary_outside_layers",
        "error",
        _(
            "town {town}: its boundary, read as {crs}, lies outside of every layer, {distance} km to the"
            " {direction} of the nearest; no figure of it means anything. {cure}",
            town=town.name,
            crs=crsys.describe(town.crs),
            distance=f"{metres / 1000:.1f}",
            direction=_direction(azimuth),
            cure=_cure(town, region),
        ),
        town=town.code,
    )


def _cure(town: Town, region: Bounds) -> Words:
    """In which CRS the same numbers, with or without their prefix, meet the layers."""
    west, south, east, north = town.boundary.bounds
    parameters = crsys.transverse_mercator(town.crs)
    if parameters is not None:
        offset = parameters.get("False easting", 0.0) - 500_000
        bare = (west - offset, south, east - offset, north)
        for reading in crsys.readings(bare, region=region):
            if not reading.swapped and reading.crs.is_projected:
                return _(
                    "Without a zone prefix the same numbers meet the layers in {crs}: its zone is"
                    " probably stated wrongly",
                    crs=crsys.describe(reading.crs),
                )
    return _("Check the CRS that the boundary and the layers declare, and the catalog's place")


def _direction(azimuth: float) -> Text:
    names = (
        _("north"),
        _("north-east"),
        _("east"),
        _("south-east"),
        _("south"),
        _("south-west"),
        _("west"),
        _("north-west"),
    )
    return names[round(azimuth / 45) % 8]


UTM_SCALE = 0.9996


def _scale(crs: pyproj.CRS) -> float | None:
    parameters = crsys.transverse_mercator(crs)
    return None if parameters is None else parameters.get("Scale factor at natural origin", 1.0)


def _other_scale(crs: pyproj.CRS) -> pyproj.CRS | None:
    """The same plane with the scale of UTM in place of Gauss-Krüger's, and the other way round."""
    parameters, scale = crsys.transverse_mercator(crs), _scale(crs)
    if parameters is None or scale not in (1.0, UTM_SCALE) or not crsys.is_identical(crs):
        return None
    meridian = parameters.get("Longitude of natural origin", 0.0)
    easting = parameters.get("False easting", 0.0)
    other = 1.0 if scale == UTM_SCALE else UTM_SCALE
    return pyproj.CRS(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k={other} +x_0={easting} +ellps=GRS80 +units=m"
    )


def _to_confirm(town: Town, layer: Layer) -> Issue:
    other = _other_scale(town.crs)
    message = _(
        "town {town}: its boundary declares UTM ({crs}), the layer {layer} is Gauss-Krüger ({own});"
        " numbers of Gauss-Krüger that are labelled UTM would lie {metres} m off. Confirm that the"
        " boundary is UTM, or state its CRS with --crs",
        town=town.name,
        crs=crsys.describe(town.crs),
        layer=layer.spec.name,
        own=crsys.describe(layer.crs),
        metres="?" if other is None else f"{_apart(town, other):.0f}",
    )
    return Issue("crs_utm_to_confirm", "warning", message, town=town.code)


def _apart(town: Town, other: pyproj.CRS) -> float:
    """How far apart the middle of the boundary lies in two readings of its numbers, in metres."""
    west, south, east, north = town.boundary.bounds
    at = (west + east) / 2, (south + north) / 2
    declared, moved = (
        crsys.transformer(crs, crsys.LONLAT).transform(*at) for crs in (town.crs, other)
    )
    return float(_GEOD.inv(*declared, *moved)[2])


def _sampled(town: Town) -> XY:
    """Points along the boundary, in the town's CRS."""
    ring = shapely.boundary(town.boundary)
    x, y = shapely.get_coordinates(
        shapely.line_interpolate_point(ring, np.linspace(0, ring.length, POINTS, endpoint=False))
        if ring.geom_type == "LineString"
        else _along(ring)
    ).T
    return x, y


def _lonlat(town: Town) -> XY:
    """Points along the boundary, in degrees."""
    lon, lat = crsys.transformer(town.crs, crsys.LONLAT).transform(*_sampled(town))
    return lon, lat


def _lined_up(town: Town, layers: Sequence[Layer]) -> Iterator[Issue]:
    """The shift that lets the boundary line up with its layers' edges, where there is one."""
    lonlat = _lonlat(town)
    around = crsys.transform_bounds(_widened(town), town.crs, crsys.LONLAT)
    as_declared = _share(lonlat, layers)
    least = max(LINED_UP, as_declared + RISE)
    other = _other_scale(town.crs)
    # UTM (0.9996) and Gauss-Krüger (1) differ by the scale of the central meridian alone
    if other is not None:
        scaled = crsys.transformer(other, crsys.LONLAT).transform(*_sampled(town))
        share = _share(scaled, layers, around)
        if share >= least:
            yield _scale_suspected(town, other, before=as_declared, after=share)
            return
    shares = {name: _share(shift(*lonlat), layers, around) for name, shift in SHIFTS.items()}
    name, share = max(shares.items(), key=lambda shifted: shifted[1])
    # internet maps in China must shift coordinates (GCJ-02, BD-09), by some hundred metres
    if share >= least:
        metres = float(np.median(_GEOD.inv(*lonlat, *SHIFTS[name](*lonlat))[2]))
        message = _(
            "town {town}: {before} % of its boundary lies on edges of parcels or plots, but {after} %"
            " once it is moved by {metres} m as {shift} would: coordinates of an internet map (GCJ-02"
            " or BD-09) are suspected in the boundary or in the layers; get the surveyed coordinates",
            town=town.name,
            before=round(100 * as_declared),
            after=round(100 * share),
            metres=f"{metres:.0f}",
            shift=name,
        )
        yield Issue("gcj02_suspected", "warning", message, town=town.code)


def _scale_suspected(town: Town, other: pyproj.CRS, *, before: float, after: float) -> Issue:
    """The issue of a boundary that lines up with the scale of the other of UTM and Gauss-Krüger.

    Parameters
    ----------
    town, other
        The town, and its CRS with the other scale.
    before, after
        The share of the boundary on edges, as it is declared and in the other CRS.
    """
    message = _(
        "town {town}: {before} % of its boundary lies on edges of parcels or plots as it is"
        " declared ({crs}), but {after} % with the scale of {other}, {metres} m away: the CRS"
        " is probably labelled wrongly; confirm it, or state it with --crs",
        town=town.name,
        before=round(100 * before),
        crs=crsys.describe(town.crs),
        after=round(100 * after),
        other=_("Gauss-Krüger") if _scale(town.crs) == UTM_SCALE else "UTM",
        metres=f"{_apart(town, other):.0f}",
    )
    return Issue("crs_scale_suspected", "warning", message, town=town.code)


def _widened(town: Town) -> Bounds:
    west, south, east, north = town.boundary.bounds
    margin = REACH_M * _unit(town.crs)
    return west - margin, south - margin, east + margin, north + margin


def _along(ring: shapely.Geometry) -> NDArray[np.object_]:
    """Points along a boundary of several rings, each ring its share."""
    parts = shapely.get_parts(ring)
    step = shapely.length(parts).sum() / POINTS
    return np.concatenate(
        [shapely.line_interpolate_point(part, np.arange(0, part.length, step)) for part in parts]
    )


def _unit(crs: pyproj.CRS) -> float:
    """A metre in the unit of a CRS; in degrees, one of latitude."""
    return 1 / 111_000 if crs.is_geographic else 1.0


def _share(lonlat: XY, layers: Sequence[Layer], around: Bounds | None = None) -> float:
    """The share of points that lie on an edge of some layer.

    Parameters
    ----------
    lonlat
        The points, in degrees.
    layers
        The layers, as they were read near the points.
    around
        The box in degrees within which they were read: points beyond it lie on no edge, whatever was
        read there for another town. None where all points lie within it.
    """
    lon, lat = lonlat
    on = np.zeros(len(lon), dtype=bool)
    known = np.ones(len(lon), dtype=bool)
    if around is not None:
        west, south, east, north = around
        known = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    for layer in layers:
        left = np.flatnonzero(known & ~on)
        x, y = crsys.transformer(crsys.LONLAT, layer.crs).transform(lon[left], lat[left])
        on[left] = _on_edges(layer, x, y)
    return float(on.mean())


def _on_edges(layer: Layer, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie on an edge of a layer's polygons; only polygons at the points are looked at.

    Parameters
    ----------
    layer
        The layer.
    x, y
        The points, in its CRS.
    """
    reach = EDGE_M * _unit(layer.crs)
    point, row = layer.tree.query(shapely.box(x - reach, y - reach, x + reach, y + reach))
    rows, at = np.unique(row, return_inverse=True)
    outlines = shapely.boundary(layer.tree.geometries[rows])
    # the roads of a county are one polygon of many vertices, at which many points may lie
    shapely.prepare(outlines[shapely.get_num_coordinates(outlines) > MANY_VERTICES])
    near = shapely.dwithin(outlines[at], shapely.points(x, y)[point], reach)
    on = np.zeros(len(x), dtype=bool)
    on[point[near]] = True
    return on


SHIFTS: dict[str, Shift] = {
    "GCJ-02 → WGS 84": crsys.wgs84_from_gcj02,
    "WGS 84 → GCJ-02": crsys.gcj02_from_wgs84,
    "BD-09 → WGS 84": lambda x, y: crsys.wgs84_from_gcj02(*crsys.gcj02_from_bd09(x, y)),
}
"""The shifts of internet maps, on longitude and latitude."""
