"""Towns grouped into tiles: neighbours, so few and so small that what is read near them is bounded."""

from __future__ import annotations

import math
from collections.abc import Sequence

import geopandas as gpd
import shapely

from townland.geodesy import crs as crsys
from townland.measuring.boundary import near
from townland.towns import Town

MOST_TOWNS = 8
"""So many towns are in one tile at most."""

MOST_KM2 = 600.0
"""So large are the boxes around a tile's towns together at most, unless one alone is larger: of a
land survey some 60,000 parcels."""

_KM_A_DEGREE = 111.32


def tiles(towns: Sequence[Town], most: int = MOST_TOWNS) -> tuple[tuple[int, ...], ...]:
    """The positions of the towns of each tile, along a Hilbert curve through their middles.

    It depends on the towns alone: whoever measures them, the tiles are the same.
    """
    boxes = [crsys.transform_bounds(near(town.boundary), town.crs, crsys.LONLAT) for town in towns]
    middles = gpd.GeoSeries(
        [shapely.Point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in boxes]
    )
    along = middles.hilbert_distance().tolist() if len(towns) > 1 else [0] * len(towns)
    found: list[list[int]] = []
    size = 0.0
    for at in sorted(range(len(towns)), key=lambda each: (along[each], each)):
        west, south, east, north = boxes[at]
        high = (north - south) * _KM_A_DEGREE
        own = (east - west) * _KM_A_DEGREE * math.cos(math.radians((south + north) / 2)) * high
        if not found or len(found[-1]) == most or size + own > MOST_KM2:
            found.append([])
            size = 0.0
        found[-1].append(at)
        size += own
    return tuple(map(tuple, found))
