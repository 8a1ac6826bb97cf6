"""The CRSs that bare numbers allow: candidates with evidence, decided by a region or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyproj

from townland.errors import CRSError
from townland.geodesy.crs.datum import ZONE_M, ZONES_3, describe, transverse_mercator
from townland.geodesy.crs.transform import CGCS2000, LONLAT, Bounds, transform_bounds
from townland.geodesy.crs.zones import EASTINGS, LATITUDES, LONGITUDES, NORTHINGS, zone_code
from townland.i18n import Joined, Text, _
from townland.issues import Issue

_CHINA = (LONGITUDES[0], LATITUDES[0], LONGITUDES[1], LATITUDES[1])


DEGREES = _("degrees; the numbers cannot tell CGCS2000 from WGS 84, Xian 1980 or GCJ-02")
"""What numbers in degrees leave open, whatever a file declares."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A CRS in which numbers may be, and why; `swapped` where the northing (latitude) comes first."""

    crs: pyproj.CRS
    evidence: Text
    swapped: bool = False


def candidates(bounds: Bounds, *, region: Bounds | None = None) -> list[tuple[pyproj.CRS, Text]]:
    """The CRSs that a bounding box alone allows, each with its evidence: `readings` in short.

    Examples
    --------
    >>> [crs.to_epsg() for crs, _ in candidates((36642000, 2689000, 36643500, 2690000))]
    [4524]
    """
    return [(each.crs, each.evidence) for each in readings(bounds, region=region)]


def readings(bounds: Bounds, *, region: Bounds | None = None) -> list[Candidate]:
    """The ways in which a bounding box can be read (`standards/SOURCES.md`, *Zones and bare numbers*).

    Never a decision: the numbers cannot tell a datum, UTM from Gauss-Krüger, a 3-degree from a
    6-degree zone of one meridian (which are one plane), or the meridian of a six-digit easting.

    Parameters
    ----------
    bounds
        West, south, east, north of the coordinates as they stand.
    region
        A box in degrees that the land is known to meet; China without it.

    Examples
    --------
    >>> [each.crs.to_epsg() for each in readings((2689000, 642000, 2690000, 643500),
    ...                                          region=(108.5, 23.9, 110.5, 26.1))]
    [4545]
    """
    x0, y0, x1, y1 = bounds
    if not np.isfinite(bounds).all():
        return []
    if _inside((y0, x0, y1, x1), _CHINA):
        if not _meets((y0, x0, y1, x1), region):
            return []
        evidence = _("degrees in the order latitude, longitude: swap the columns")
        return [Candidate(CGCS2000, evidence, swapped=True)]
    if max(abs(x0), abs(x1)) <= 180 and max(abs(y0), abs(y1)) <= 90:
        fits = _meets(bounds, region)
        return [Candidate(crs, DEGREES) for crs in (CGCS2000, LONLAT) if fits]
    if _between(x0, x1, NORTHINGS) and not _between(y0, y1, NORTHINGS):
        return [_swapped(each) for each in _planes((y0, x0, y1, x1), region)]
    return list(_planes(bounds, region))


def _swapped(plane: Candidate) -> Candidate:
    evidence = _(
        "northing in the first column: swap the columns; {evidence}", evidence=plane.evidence
    )
    return replace(plane, swapped=True, evidence=evidence)


def _planes(bounds: Bounds, region: Bounds | None) -> Iterator[Candidate]:
    """The Gauss-Krüger zones in which a box of eastings and northings may lie."""
    x0, y0, x1, y1 = bounds
    if not _between(y0, y1, NORTHINGS):
        return
    prefix = int(x0 // ZONE_M)
    if not _between(x0 - prefix * ZONE_M, x1 - prefix * ZONE_M, EASTINGS):
        return
    if code := zone_code("CGCS2000", prefix, prefixed=True):
        crs = pyproj.CRS(code)
        if _meets(transform_bounds(bounds, crs, LONLAT), region):
            yield Candidate(crs, _("easting with the zone prefix {zone}", zone=prefix))
        return
    if not prefix:
        yield from _planes_without_prefix(bounds, region)


def _planes_without_prefix(bounds: Bounds, region: Bounds | None) -> Iterator[Candidate]:
    """The zones of 3 degrees whose eastings without a prefix these may be: any of all meridians."""
    for zone in ZONES_3:
        crs = pyproj.CRS(zone_code("CGCS2000", zone, prefixed=False))
        box = transform_bounds(bounds, crs, LONLAT)
        # a 3-degree zone and half a degree; a 6-degree zone's, or a county kept whole in one zone
        reach = 3.5 if zone % 2 or region is not None else 2.0
        near = max(abs(box[0] - 3 * zone), abs(box[2] - 3 * zone)) <= reach
        if near and _inside(box, _CHINA) and _meets(box, region):
            evidence = _(
                "easting without a zone prefix; with the central meridian {meridian}° it lies at"
                " {west} to {east}° E",
                meridian=3 * zone,
                west=f"{box[0]:.3f}",
                east=f"{box[2]:.3f}",
            )
            yield Candidate(crs, evidence)


def infer(
    bounds: Bounds | None, region: Bounds | None, *, place: str
) -> tuple[pyproj.CRS, tuple[Issue, ...]]:
    """The CRS of a file that declares none, where just one fits the region of the other layers.

    Degrees are never inferred, since they always leave two candidates: GCJ-02 lies there as well.
    Columns in the wrong order are not either; the message names them.

    Parameters
    ----------
    bounds
        The bounding box of the coordinates as they stand; None where there are none.
    region
        The box in degrees that the other layers cover; None where there are none.
    place
        The file (and layer), for messages.

    Returns
    -------
    The CRS, and the issue ``crs_inferred`` with the evidence.

    Raises
    ------
    CRSError
        No candidate or several fit; the message lists those that the numbers allow, with evidence, and
        what to state.
    """
    fits = [] if bounds is None or region is None else readings(bounds, region=region)
    if region and len(fits) == 1 and not fits[0].swapped:
        message = _(
            "no coordinate system is declared; the CRS is inferred to be {crs}: {evidence}, and of all"
            " zones only there it meets the other layers ({region}). The numbers cannot tell the datum"
            " (taken as CGCS2000) nor UTM from Gauss-Krüger: confirm it, and state it with --crs or"
            " the catalog's key crs",
            crs=describe(fits[0].crs),
            evidence=fits[0].evidence,
            region=in_degrees(region),
        )
        return fits[0].crs, (Issue("crs_inferred", "warning", message),)
    raise CRSError(undeclared(bounds, region, place=place))


def undeclared(bounds: Bounds | None, region: Bounds | None, *, place: str | Text) -> Text:
    """The message on a file without CRS: the candidates with their evidence, and what to state.

    Parameters
    ----------
    bounds
        The bounding box of the coordinates as they stand; None where there are none.
    region
        The box in degrees that the other layers cover; None where there are none.
    place
        The file (and layer), for messages.
    """
    allowed = readings(bounds) if bounds is not None else []
    if bounds is not None and np.isfinite(bounds).all() and not allowed:
        return _fits_nothing(bounds, place)
    if not allowed:
        return _(
            "{place}: no coordinate system is declared; state it with --crs or the catalog's"
            " key crs, for example EPSG:4524 (CGCS2000, 3-degree zone 36)",
            place=place,
        )
    if bounds is None or region is None:
        return _(
            "{place}: no coordinate system is declared; the numbers fit: {candidates}. State the right"
            " one with --crs (for example --crs {crs}) or the catalog's key crs",
            place=place,
            candidates=_listed(allowed),
            crs=describe(allowed[0].crs),
        )
    fits = readings(bounds, region=region)
    return _several(fits, region, place) if fits else _none_meets(allowed, region, place)


def _several(fits: Sequence[Candidate], region: Bounds, place: str | Text) -> Text:
    """The message where more than one candidate meets the other layers.

    Parameters
    ----------
    fits
        The candidates that meet them.
    region
        The box in degrees that they cover.
    place
        The file (and layer).
    """
    return _(
        "{place}: no coordinate system is declared, and what meets the other layers ({region}) leaves a"
        " choice: {candidates}. State the right one with --crs (for example --crs {crs}) or the"
        " catalog's key crs",
        place=place,
        region=in_degrees(region),
        candidates=_listed(fits),
        crs=describe(fits[0].crs),
    )


def _none_meets(allowed: Sequence[Candidate], region: Bounds, place: str | Text) -> Text:
    """The message where no candidate meets the other layers.

    Parameters
    ----------
    allowed
        The candidates that the numbers allow anywhere in China.
    region
        The box in degrees that the other layers cover.
    place
        The file (and layer).
    """
    return _(
        "{place}: no coordinate system is declared, and with none that the numbers allow do the"
        " coordinates meet the other layers ({region}): {candidates}. State the right one with"
        " --crs (for example --crs {crs}) or the catalog's key crs",
        place=place,
        region=in_degrees(region),
        candidates=_listed(allowed),
        crs=describe(allowed[0].crs),
    )


def _fits_nothing(bounds: Bounds, place: str | Text) -> Text:
    west, south, east, north = (shown(number) for number in bounds)
    return _(
        "{place}: no coordinate system is declared, and the numbers ({west} to {east}, {south} to"
        " {north}) fit none that townland knows: they are neither degrees nor Gauss-Krüger"
        " coordinates within China. They may be of a city's own plane, in another unit, or with"
        " digits cut off: ask who made the file, and state the system with --crs or the"
        " catalog's key crs",
        place=place,
        west=west,
        east=east,
        south=south,
        north=north,
    )


def _listed(candidates: Iterable[Candidate]) -> Joined:
    texts = (
        _("{crs} ({evidence})", crs=describe(each.crs), evidence=each.evidence)
        for each in candidates
    )
    return Joined(tuple(texts), separator="; ")


def refuse_contradiction(crs: pyproj.CRS, bounds: Bounds | None, *, place: str) -> None:
    """Refuse a CRS in metres that the numbers contradict: another zone's prefix, none, or degrees.

    Parameters
    ----------
    crs
        The CRS that is declared.
    bounds
        The bounding box of the coordinates as they stand; None where there are none.
    place
        The file (and layer), for messages.

    Raises
    ------
    CRSError
        The numbers lie wholly out of the plane's reach, 500 km either side of its meridian, while
        they are plain numbers of another CRS.
    """
    easting = false_easting(crs)
    if bounds is None or easting is None or is_swapped(crs, bounds):
        return
    west, _south, east, _north = bounds
    degrees = _inside(bounds, _CHINA) or _inside((bounds[1], west, bounds[3], east), _CHINA)
    if not degrees and east >= easting - ZONE_M / 2 and west <= easting + ZONE_M / 2:
        return
    allowed = readings(bounds)
    if not allowed:
        return
    raise CRSError(
        _(
            "{place}: the CRS {crs} (eastings around {easting}) and the numbers (eastings {west} to"
            " {east}) contradict one another; the numbers fit: {candidates}. State the right CRS with"
            " --crs (for example --crs {right}) or the catalog's key crs",
            place=place,
            crs=describe(crs),
            easting=f"{easting:.0f}",
            west=f"{west:.3f}",
            east=f"{east:.3f}",
            candidates=_listed(allowed),
            right=describe(allowed[0].crs),
        )
    )


def is_swapped(crs: pyproj.CRS, bounds: Bounds | None) -> bool:
    """Whether the northing (or latitude) plainly stands in the first column.

    Plainly: no easting or longitude is such a number, and the columns the other way round are numbers
    of `crs`.

    >>> is_swapped(pyproj.CRS(4524), (2689000, 36642000, 2690000, 36643500))
    True
    >>> is_swapped(pyproj.CRS(4545), (2689000, 36642000, 2690000, 36643500))
    False
    """
    if bounds is None:
        return False
    allowed = readings(bounds)
    if not allowed or not allowed[0].swapped:
        return False
    if crs.is_geographic:
        return allowed[0].crs.is_geographic
    easting = false_easting(crs)
    if easting is None or allowed[0].crs.is_geographic:
        return False
    return bounds[3] >= easting - ZONE_M / 2 and bounds[1] <= easting + ZONE_M / 2


def false_easting(crs: pyproj.CRS) -> float | None:
    """The false easting of a transverse Mercator plane in metres (Gauss-Krüger, UTM), else None.

    A plane that names none has 0, as PROJ has it.
    """
    parameters = transverse_mercator(crs)
    return None if parameters is None else parameters.get("False easting", 0.0)


def in_degrees(box: Bounds) -> str:
    """A box in degrees, for messages: ``109.1–109.6° E, 24.1–24.6° N``."""
    west, south, east, north = box
    return f"{west:.3f}–{east:.3f}° E, {south:.3f}–{north:.3f}° N"


def shown(number: float) -> str:
    """A coordinate for a message: to the millimetre, or in short where it is absurdly large."""
    return f"{number:.3f}" if abs(number) < 1e9 else f"{number:.6g}"


def _between(low: float, high: float, limits: tuple[float, float]) -> bool:
    """Whether a span lies within another.

    Parameters
    ----------
    low, high
        The span's ends.
    limits
        Those of the other.
    """
    return limits[0] <= low and high <= limits[1]


def _inside(box: Bounds, outer: Bounds) -> bool:
    return _between(box[0], box[2], outer[::2]) and _between(box[1], box[3], outer[1::2])


def _meets(box: Bounds, region: Bounds | None) -> bool:
    """Whether two boxes meet; everything meets a region that is not known."""
    if region is None:
        return True
    across = box[0] <= region[2] and region[0] <= box[2]
    return across and box[1] <= region[3] and region[1] <= box[3]
