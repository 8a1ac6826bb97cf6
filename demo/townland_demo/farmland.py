"""Permanent basic farmland 永久基本农田: drawn inside the good fields, by another hand."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from townland import units
from townland_demo import zones
from townland_demo.georeference import areas_m2
from townland_demo.grid import Array, Ints, Shapes, noise
from townland_demo.parcels import Parcels
from townland_demo.sites import Sites
from townland_demo.survey import COUNTY_CODE, COUNTY_NAME, YEAR
from townland_demo.terrain import Relief

SCHEMA: dict[str, str] = {
    "BSM": "str:18", "YSDM": "str:10", "XZQDM": "str:12", "XZQMC": "str:100",
    "YJJBNTTBBH": "str:20", "TBBH": "str:8", "DLBM": "str:5", "DLMC": "str:60", "QSXZ": "str:2",
    "QSDWDM": "str:19", "QSDWMC": "str:60", "ZLDWDM": "str:19", "ZLDWMC": "str:60",
    "YJJBNTTBMJ": "float:15.2", "KCDLBM": "str:5", "KCXS": "float:6.4", "KCMJ": "float:15.2",
    "YJJBNTMJ": "float:15.2", "GDLX": "str:2", "GDPDJB": "str:2", "GDDB": "int:4",
    "FRDBS": "str:1", "SJNF": "int:4", "BZ": "str:254",
}  # fmt: skip


def choose_fields(
    rng: np.random.Generator,
    land: Relief,
    sites: Sites,
    parcels: Parcels,
    code: NDArray[np.str_],
    slope_class: Ints,
    keep_out: shapely.Geometry,
) -> NDArray[np.bool_]:
    """Which parcels were designated: level paddy first, in patches, away from the houses.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    land
        The relief: heights, slopes and rivers of the county.
    sites
        Where the market, the villages and the towns stand.
    parcels
        The parcels of the survey.
    code
        The land class of each parcel.
    slope_class
        The slope grade of each parcel, 1 to 5.
    keep_out
        Ground that is never designated.
    """
    centre = shapely.get_coordinates(shapely.centroid(parcels.shape))
    patch = land.at(noise(rng, land.grid, 1000), centre)
    settlements = np.vstack([sites.villages, sites.market])
    away = np.hypot(*(centre[:, None, :] - settlements).transpose(2, 0, 1))
    away = (away - np.append(sites.radius, 330)).min(axis=1)
    paddy = (code == "0101") & (parcels.zone == zones.PADDY) & (patch > -0.75)
    terrace = (
        (code == "0101") & (parcels.zone == zones.TERRACE) & (slope_class < 4) & (patch > 0.35)
    )
    other = np.isin(code, ("0102", "0103")) & (slope_class < 3) & (patch > 0.55)
    good = (paddy | terrace | other) & (away > 70) & (shapely.area(parcels.shape) > 600)
    return np.asarray(good & ~shapely.intersects(parcels.shape, keep_out))


def redraw(rng: np.random.Generator, fields: Shapes, steady: shapely.Geometry) -> Shapes:
    """The same fields digitised once more: vertices off by up to 1.5 m, some left out.

    A vertex that two fields share moves once, so that the layer itself has no overlaps. Within
    `steady` the second hand had the first drawing beneath it: vertices move by up to 0.12 m.

    Parameters
    ----------
    rng
        Where all chance comes from; its seed decides the county.
    fields
        The fields of the survey that were designated.
    steady
        Ground where the second drawing keeps to the first.
    """
    coordinates, ring = shapely.get_coordinates(shapely.get_rings(fields), return_index=True)
    points, number = np.unique(np.round(coordinates, 3), axis=0, return_inverse=True)
    number = number.ravel()
    reach = np.where(shapely.contains_xy(steady, *points.T), 0.12, 1.5)
    spacing = _shortest_edge(points, number, ring)
    size = np.minimum(reach, spacing * 0.22) * np.sqrt(rng.uniform(0, 1, len(points)))
    angle = rng.uniform(0, 2 * np.pi, len(points))
    moved = points + size[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    left_out = (rng.uniform(0, 1, len(points)) < 0.12) & (reach > 1) & (_degree(number, ring) == 2)
    shapes = []
    for polygon in fields:
        rings = []
        for line in shapely.get_rings(polygon):
            where = np.round(shapely.get_coordinates(line), 3)[:-1]
            index = _find(points, where)
            kept = index[~left_out[index]]
            rings.append(moved[kept if len(kept) > 3 else index])
        new = shapely.Polygon(rings[0], rings[1:])
        # a short spike may cross its own ring once redrawn; the first drawing stands there
        shapes.append(new if new.is_valid else polygon)
    return np.array(shapes)


def _find(points: Array, wanted: Array) -> Ints:
    """Rows of `wanted` in the sorted `points`."""

    def key(xy: Array) -> Array:
        return np.asarray(np.rint(xy[:, 0] * 1e3) * 2**24 + np.rint(xy[:, 1] * 1e3))

    return np.searchsorted(key(points), key(wanted))


def _shortest_edge(points: Array, number: Ints, ring: Ints) -> Array:
    """The length of the shortest edge at each vertex.

    Parameters
    ----------
    points
        The distinct vertices, (n, 2), in local metres.
    number
        The vertex at each position of the rings.
    ring
        The ring at each position.
    """
    step = np.flatnonzero(ring[1:] == ring[:-1])
    a, b = number[step], number[step + 1]
    length = np.hypot(*(points[a] - points[b]).T)
    shortest = np.full(len(points), np.inf)
    np.minimum.at(shortest, a, length)
    np.minimum.at(shortest, b, length)
    return shortest


def _degree(number: Ints, ring: Ints) -> Ints:
    """How many different edges meet in each vertex."""
    step = np.flatnonzero(ring[1:] == ring[:-1])
    a, b = number[step], number[step + 1]
    edges = np.unique(np.sort(np.stack([a, b], axis=1), axis=1), axis=0)
    return np.bincount(edges.ravel(), minlength=int(number.max()) + 1)


def farmland_table(survey: pd.DataFrame, shapes: Shapes) -> pd.DataFrame:
    """Attributes of the designated fields, taken from the survey's rows; areas of their own shapes.

    The standard's fields for responsible persons (CFZR and the like) are left out: no personal data.
    """
    gross = [units.half_up(value, 2) for value in areas_m2(shapes).tolist()]
    parcels = zip(survey.to_dict("records"), gross, strict=True)
    return pd.DataFrame([
        _field_row(number, parcel, area) for number, (parcel, area) in enumerate(parcels, 1)
    ])[list(SCHEMA)]  # fmt: skip


COPIED = (
    "TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM", "QSDWMC", "ZLDWDM", "ZLDWMC", "KCDLBM", "KCXS",
    "GDLX", "GDPDJB",
)  # fmt: skip
"""The fields that a designated field has of its parcel."""


def _field_row(number: int, parcel: Mapping[Hashable, object], gross: Decimal) -> dict[str, object]:
    """The attributes of a designated field.

    Parameters
    ----------
    number
        Its number in the layer, from 1.
    parcel
        The attributes of the parcel that it was drawn in.
    gross
        Its own area in m².
    """
    village = str(parcel["ZLDWDM"])[:12]
    ridge = units.half_up(gross * units.exact(float(str(parcel["KCXS"]))), 2)
    return {
        "BSM": f"{COUNTY_CODE}2005{number:08d}",
        "YSDM": "2005010300",
        "XZQDM": village,
        "XZQMC": f"{COUNTY_NAME}{parcel['ZLDWMC']}",
        "YJJBNTTBBH": f"{village}{number:05d}",
        "YJJBNTTBMJ": float(gross),
        "KCMJ": float(ridge),
        "YJJBNTMJ": float(gross - ridge),
        "GDDB": int(str(parcel["GDDB"])),
        "FRDBS": "0",
        "SJNF": YEAR,
        "BZ": "",
        **{name: parcel[name] for name in COPIED},
    }
