"""Which of two columns is the northing: by magnitude, since files are written both ways.

Northings of China have seven digits, eastings six, or eight with the zone's number before them: no
number can be either (`standards/SOURCES.md`, *Zones and bare numbers*).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from townland.errors import LayerError
from townland.geodesy.crs.zones import EASTINGS, LATITUDES, LONGITUDES, NORTHINGS, zone_degrees
from townland.i18n import Text, _
from townland.issues import Issue

Kind = Literal["plane", "degrees"]

_ZONE_M = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Axes:
    """Coordinates put in order: `xy` is (n, 2), east first.

    `swapped` says of each point whether its file gives the easting first; `zone` is the number before
    the eastings, None without one.
    """

    kind: Kind
    xy: NDArray[np.float64]
    swapped: NDArray[np.bool_]
    zone: int | None


def in_order(
    pairs: NDArray[np.float64],
    at: Sequence[int],
    place: str,
    unit: Text,
    *,
    named: bool = False,
) -> Axes:
    """Tell northing from easting, or latitude from longitude, point by point.

    Parameters
    ----------
    pairs
        (n, 2): the columns called X (north) and Y (east), or latitude and longitude.
    at
        Line or row of each point.
    place, unit
        How messages name the file and the kind of place in it.
    named
        Whether the columns are called so that no doubt is left (northing, latitude …): then numbers
        that fit neither are taken as their columns say.

    Raises
    ------
    LayerError
        A number is neither northing nor easting of China; eastings with different zones, or some with
        a zone and some without.
    """
    first, second = pairs[:, 0], pairs[:, 1]
    # no northing or easting of China is as small as a degree
    if len(pairs) and (np.abs(pairs) <= 180).all():
        straight = _between(first, LATITUDES) & _between(second, LONGITUDES)
        crossed = _between(second, LATITUDES) & _between(first, LONGITUDES)
        if named and not (straight | crossed).any():
            straight = np.abs(first) <= 90
        return _ordered("degrees", pairs, straight, crossed, None, at, place, unit)
    straight = _between(first, NORTHINGS) & _is_easting(second)
    crossed = _between(second, NORTHINGS) & _is_easting(first)
    if named and not (straight | crossed).any() and (np.abs(pairs) < 1e8).all():
        return _ordered("plane", pairs, ~straight, crossed, None, at, place, unit)
    # millions of the easting are the zone's number, where it is written
    east = np.where(crossed, first, second)
    zones = np.where(
        straight | crossed, np.floor(np.where(np.isfinite(east), east, 0) / _ZONE_M), 0
    )
    good = np.flatnonzero(straight | crossed)
    if len(good) and (zones[good] != zones[good[0]]).any():
        other = good[np.flatnonzero(zones[good] != zones[good[0]])[0]]
        raise LayerError(
            _(
                "{place}, {unit} {at}: the easting {value} stands in zone {zone}, but the points"
                " before in zone {before} (- is none); all points of a file must have the same zone"
                " number before the easting: correct it, or split the file",
                place=place,
                unit=unit,
                at=at[int(other)],
                value=f"{east[other]:.3f}",
                zone=int(zones[other]) or "-",
                before=int(zones[good[0]]) or "-",
            )
        )
    zone = int(zones[good[0]]) or None if len(good) else None
    return _ordered("plane", pairs, straight, crossed, zone, at, place, unit)


def swapped(axes: Axes) -> Iterator[Issue]:
    """That points have the easting first."""
    if axes.swapped.any():
        message = _(
            "{count} of {all} points have the easting first; by their magnitude they are put in order",
            count=int(axes.swapped.sum()),
            all=len(axes.swapped),
        )
        yield Issue("axes_swapped", "info", message)


def _ordered(
    kind: Kind,
    pairs: NDArray[np.float64],
    straight: NDArray[np.bool_],
    crossed: NDArray[np.bool_],
    zone: int | None,
    at: Sequence[int],
    place: str,
    unit: Text,
) -> Axes:
    """Put each pair east first, or name the first one that is no pair of coordinates.

    Parameters
    ----------
    kind
        Degrees, metres, or those of a local system.
    pairs
        The two columns as they stand, of shape (n, 2).
    straight, crossed
        Which pairs can be northing and easting, and which the other way round.
    zone
        The number before the eastings, None without one.
    at, place, unit
        Where each pair stands, how messages name the file, and what they count in.
    """
    bad = np.flatnonzero(~(straight | crossed))
    if len(bad):
        raise LayerError(
            _(
                "{place}, {unit} {at}: the coordinates {first} and {second} are no northing and"
                " easting of China; expected a northing of 1900000 to 6000000 m and an easting of"
                " 170000 to 830000 m, with the zone's number (13-23, 25-45) before it or without, or"
                " latitude 17 to 55 and longitude 73 to 136 degrees; correct the numbers, or head the"
                " columns northing and easting if they are those of a local system",
                place=place,
                unit=unit,
                at=at[int(bad[0])],
                first=f"{pairs[bad[0], 0]:.10g}",
                second=f"{pairs[bad[0], 1]:.10g}",
            )
        )
    xy = np.where(crossed[:, None], pairs, pairs[:, ::-1])
    return Axes(kind, xy, crossed, zone)


def _between(values: NDArray[np.float64], limits: tuple[float, float]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (values >= limits[0]) & (values <= limits[1])
    return found


def _is_easting(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Eastings, with a zone or without: 170 to 830 km, which 6-degree zones have at their edges."""
    finite = np.where(np.isfinite(values), values, 0)
    zone = np.floor(finite / _ZONE_M)
    numbers = np.unique(zone)
    allowed = [number for number in numbers if number == 0 or zone_degrees(int(number)) is not None]
    metres = finite - zone * _ZONE_M
    return _between(np.where(np.isin(zone, allowed), metres, np.nan), EASTINGS)
