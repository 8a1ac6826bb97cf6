"""Does a boundary lie where its layers lie? What a wrong zone, UTM or GCJ-02 looks like from there.

A boundary in the wrong zone has the same area as in the right zone: only where it lies shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyproj
import shapely

from townland.catalog.titles import layer_title
from townland.geodesy import crs as crsys
from townland.geodesy.crs import Bounds
from townland.i18n import Text, Words, _
from townland.issues import Issue
from townland.measuring import lined_up
from townland.measuring.lined_up import UTM_SCALE, ReadNear, Sampled, scale_of
from townland.reading.layer import Layer
from townland.towns import Town

_GEOD = pyproj.Geod(ellps="GRS80")


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
    ``layer_in_other_zone``
        No boundary meets a layer's features, and the numbers of these would meet them in another zone.

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
    yield from _in_other_zones(towns, layers)
    inside = [_meets(town, [box for _layer, box in boxes]) for town in towns]
    edged = lined_up.edged(layers)
    met = [town for town, meets in zip(towns, inside, strict=True) if meets]
    doubted = {each.town.code: each for each in lined_up.doubted(met, edged, read)}
    # a check reads what is near a boundary; a shifted boundary's own parcels lie further off
    windows = [(lined_up.widened(each.town), each.town.crs) for each in doubted.values()]
    wider = [read(each.spec, windows) for each in edged if windows]
    planes = [layer for layer in layers if crsys.is_gauss_kruger_cgcs2000(layer.crs)]
    for town, meets in zip(towns, inside, strict=True):
        if not meets:
            yield _outside(town, _degrees_of(town), boxes=[box for _layer, box in boxes])
        elif scale_of(town.crs) == UTM_SCALE and planes:
            yield _to_confirm(town, planes[0])
        if meets and town.code in doubted:
            yield from _lined_up(doubted[town.code], wider)


def _meets(town: Town, boxes: Sequence[Bounds]) -> bool:
    """Whether the boundary's box in degrees meets one of the layers'."""
    around = _degrees_of(town)
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
    other = _other_zone(town.boundary.bounds, town.crs, region)
    if other is None:
        return _("Check the CRS that the boundary and the layers declare, and the catalog's place")
    return _(
        "Without a zone prefix the same numbers meet the layers in {crs}: its zone is"
        " probably stated wrongly",
        crs=crsys.describe(other),
    )


def _other_zone(bounds: Bounds, crs: pyproj.CRS, region: Bounds) -> pyproj.CRS | None:
    """The zone in which the numbers of a plane, without its prefix, meet a region; None without one.

    Parameters
    ----------
    bounds, crs
        A box in its plane.
    region
        A box in degrees.
    """
    easting = crsys.false_easting(crs)
    if easting is None:
        return None
    west, south, east, north = bounds
    bare = (west - easting + 500_000, south, east - easting + 500_000, north)
    found = crsys.readings(bare, region=region)
    return next((each.crs for each in found if not each.swapped and each.crs.is_projected), None)


def _in_other_zones(towns: Sequence[Town], layers: Sequence[Layer]) -> Iterator[Issue]:
    """The layers whose features lie off all towns, and would meet one in another zone.

    That a layer declares to be complete there says nothing of where its features lie.
    """
    around = [(town, shapely.box(*_degrees_of(town))) for town in towns]
    placed = [
        (each, shapely.box(*crsys.transform_bounds(each.extent.bounds, each.crs, crsys.LONLAT)))
        for each in layers
        if each.extent is not None and not shapely.is_empty(each.extent)
    ]
    for layer, own in placed:
        if any(own.intersects(box) for _town, box in around):
            continue
        same = [box for each, box in placed if each.spec.role == layer.spec.role]
        for town, box in around:
            # another county's layer is told by its own county's layer of the same role
            near = any(each.intersects(box) for each in same)
            other = None if near else _other_zone(layer.extent.bounds, layer.crs, box.bounds)
            if other is not None:
                yield _in_other_zone(layer, town, other)
                break


def _degrees_of(town: Town) -> Bounds:
    return crsys.transform_bounds(town.boundary.bounds, town.crs, crsys.LONLAT)


def _in_other_zone(layer: Layer, town: Town, other: pyproj.CRS) -> Issue:
    """The issue of a layer whose zone is probably stated wrongly.

    Parameters
    ----------
    layer, town, other
        The layer, a town that it would meet, and the zone in which it would.
    """
    return Issue(
        "layer_in_other_zone",
        "warning",
        _(
            "none of its features, read as {crs}, is near any town; the same numbers would meet the town"
            " {town} in {other}: its zone is probably stated wrongly. State its CRS with the catalog's"
            " key crs",
            crs=crsys.describe(layer.crs),
            town=town.name,
            other=crsys.describe(other),
        ),
        layer=layer.spec.name,
    )


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


def _to_confirm(town: Town, layer: Layer) -> Issue:
    other = lined_up.other_scale(town.crs)
    message = _(
        "town {town}: its boundary declares UTM ({crs}), the layer {layer} is Gauss-Krüger ({own});"
        " numbers of Gauss-Krüger that are labelled UTM would lie {metres} m off. Confirm that the"
        " boundary is UTM, or state its CRS with --crs",
        town=town.name,
        crs=crsys.describe(town.crs),
        layer=layer_title(layer.spec.name),
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


def _lined_up(points: Sampled, layers: Sequence[Layer]) -> Iterator[Issue]:
    """The shift that lets the boundary line up with its layers' edges, where there is one."""
    town = points.town
    around = crsys.transform_bounds(lined_up.widened(town), town.crs, crsys.LONLAT)
    as_declared = lined_up.share(points.lonlat, layers)
    least = lined_up.least_of(as_declared)
    other = lined_up.other_scale(town.crs)
    # UTM (0.9996) and Gauss-Krüger (1) differ by the scale of the central meridian alone
    if other is not None and points.scaled is not None:
        share = lined_up.share(points.scaled, layers, around)
        if share >= least:
            yield _scale_suspected(town, other, before=as_declared, after=share)
            return
    shares = {name: lined_up.share(moved, layers, around) for name, moved in points.shifted.items()}
    name, share = max(shares.items(), key=lambda shifted: shifted[1])
    # internet maps in China must shift coordinates (GCJ-02, BD-09), by some hundred metres
    if share >= least:
        metres = float(np.median(_GEOD.inv(*points.lonlat, *points.shifted[name])[2]))
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
        other=_("Gauss-Krüger") if scale_of(town.crs) == UTM_SCALE else "UTM",
        metres=f"{_apart(town, other):.0f}",
    )
    return Issue("crs_scale_suspected", "warning", message, town=town.code)
