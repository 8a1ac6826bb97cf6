"""Normalise a declared CRS, or refuse it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pyproj
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation
from pyproj.exceptions import CRSError as ProjCRSError
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from townland.errors import CRSError
from townland.geodesy.crs.candidates import undeclared
from townland.geodesy.crs.datum import (
    CGCS2000_NAMES,
    FALSE_EASTING_M,
    UNNAMED,
    WGS84_NAMES,
    ZONE_M,
    ZONES_3,
    ZONES_6,
    datum_name,
    describe,
    is_gauss_kruger_cgcs2000,
    is_identical,
    is_legacy,
    legacy_ellipsoid,
)
from townland.geodesy.crs.transform import CGCS2000, LONLAT, Bounds, pipeline, to_own_lonlat
from townland.i18n import Text, _
from townland.issues import Issue

_TOWGS84 = re.compile(r"\s*\+?(?:towgs84\s*=)?\s*([-+\d.eE]+(?:\s*,\s*[-+\d.eE]+){2,6})\s*")


def normalise(
    declared: object,
    *,
    transform: str | None = None,
    place: str = "",
    bounds: Bounds | None = None,
) -> tuple[pyproj.CRS, tuple[Issue, ...]]:
    """The CRS that a declaration means, by its parameters and not by its name.

    Gauss-Krüger zones of CGCS2000 become their EPSG code, whatever writes them; another CRS becomes
    its EPSG equivalent where PROJ is sure of one, and else stays.

    Parameters
    ----------
    declared
        What pyproj understands: a code, WKT of any dialect, a PROJ string, a CRS; None where the
        file says nothing.
    transform
        For a datum that PROJ cannot relate to CGCS2000: either ``towgs84`` (3 or 7 numbers), or a
        PROJ pipeline from the file's coordinates (x east, y north) to longitude and latitude in
        degrees of CGCS2000. With a pipeline the CRS returned is EPSG:4490, in which it ends: the
        caller runs the coordinates through `pipeline`.
    place
        The file (and layer), for messages.
    bounds
        The bounding box of the coordinates, from which candidates are named where none is declared.

    Returns
    -------
    The CRS, and what was assumed: ``crs_datum_assumed``, ``crs_transform_declared``.

    Raises
    ------
    CRSError
        Nothing is declared; it is no CRS; it is Xian 1980, Beijing 1954 or another datum without an
        operation of known accuracy, and no `transform` is given.

    Examples
    --------
    >>> crs, issues = normalise("+proj=tmerc +lon_0=108 +x_0=36500000 +ellps=GRS80")
    >>> describe(crs), [issue.code for issue in issues]
    ('EPSG:4524', ['crs_datum_assumed'])
    >>> normalise("EPSG:4610")
    Traceback (most recent call last):
    townland.errors.CRSError: ...
    """
    crs = _horizontal(_parse(declared, place, bounds), place)
    shift = _shift(crs)
    if crs.is_bound and (shift is None or not any(shift)):  # a shift of zeros is none
        crs, shift = crs.source_crs or crs, None
    if transform is not None:
        return _transformed(crs, transform, place)
    # PROJ's shift from Xian 1980 and Beijing 1954 is a ballpark (`standards/SOURCES.md`, *Datums*)
    if is_legacy(crs):
        raise CRSError(_legacy_refused(crs, place))
    if shift is not None:
        return _shifted(crs, shift)
    datum = datum_name(crs)
    if UNNAMED.match(datum):
        return _unnamed(crs, place)
    if CGCS2000_NAMES.search(datum) and is_identical(crs):
        return _cgcs2000(crs) or crs, ()
    known = _epsg_equivalent(crs) or crs
    if not is_identical(known) and not _has_known_operation(known):
        raise CRSError(_unrelated(known, datum, place))
    return known, ()


def _unrelated(crs: pyproj.CRS, datum: str, place: str) -> Text:
    """The message on a datum from which PROJ knows no way.

    Parameters
    ----------
    crs
        The CRS of the coordinates.
    datum
        The name of its datum.
    place
        The file (and layer).
    """
    return _(
        "{place}: PROJ knows no operation of known accuracy from {crs} (datum {datum}) to"
        " WGS 84 or CGCS2000; give the CRS of the coordinates with --crs or the catalog's"
        " key crs, or the parameters as transform in the catalog",
        place=_at(place),
        crs=describe(crs),
        datum=datum,
    )


def _legacy_refused(crs: pyproj.CRS, place: str) -> Text:
    return _(
        "{place}: the coordinates are in {crs}, and the shift from there to CGCS2000 is not"
        " public (PROJ would apply none: an error of up to hundreds of metres); have the"
        " data converted to CGCS2000, or give the parameters as transform in the catalog",
        place=_at(place),
        crs=_legacy_name(_base(crs)),
    )


def _shifted(crs: pyproj.CRS, shift: list[float]) -> tuple[pyproj.CRS, tuple[Issue, ...]]:
    """A CRS whose own ``towgs84`` is needed only where PROJ has no better operation."""
    base = _base(crs)
    match = _epsg_equivalent(base)
    if match is not None and _has_known_operation(match):
        return match, ()
    return crs, (_transform_issue(base, ",".join(f"{n:g}" for n in shift)),)


def _unnamed(crs: pyproj.CRS, place: str) -> tuple[pyproj.CRS, tuple[Issue, ...]]:
    """A CRS without the name of a datum is taken as CGCS2000 where its ellipsoid allows it."""
    ellipsoid = crs.ellipsoid.name if crs.ellipsoid else "?"
    if not is_identical(crs):
        raise CRSError(
            _(
                "{place}: {crs} names no datum, and its ellipsoid {ellipsoid} is neither that"
                " of CGCS2000 nor that of WGS 84; give the CRS of the coordinates with --crs or"
                " the catalog's key crs",
                place=_at(place),
                crs=describe(crs),
                ellipsoid=ellipsoid,
            )
        )
    taken = _cgcs2000(crs) or crs
    message = _(
        "the CRS names no datum; its ellipsoid is {ellipsoid}, so it is taken as"
        " CGCS2000 (equal to WGS 84 and ETRS89 to a few decimetres) and used as {crs}",
        ellipsoid=ellipsoid,
        crs=describe(taken),
    )
    return taken, (Issue("crs_datum_assumed", "warning", message),)


def _parse(declared: object, place: str, bounds: Bounds | None) -> pyproj.CRS:
    """Understand a declaration as PROJ does; a bare number is an EPSG code.

    Parameters
    ----------
    declared
        What the file, the catalog or the command states.
    place
        The file (and layer), for messages.
    bounds
        The bounding box of the coordinates, from which candidates are named where none is declared.
    """
    if declared is None or (isinstance(declared, str) and not declared.strip()):
        raise CRSError(undeclared(bounds, None, place=_at(place)))
    if isinstance(declared, str):
        declared = declared.strip()
        declared = f"EPSG:{declared}" if declared.isascii() and declared.isdigit() else declared
    try:
        return pyproj.CRS.from_user_input(declared)
    except ProjCRSError:
        shown = " ".join(str(declared).split())
        raise CRSError(
            _(
                "{place}: {value} is no coordinate system that PROJ knows; expected for example"
                " EPSG:4524, WKT or a PROJ string",
                place=_at(place),
                value=shown if len(shown) <= 80 else shown[:77] + "...",
            )
        ) from None


def _horizontal(crs: pyproj.CRS, place: str) -> pyproj.CRS:
    """The part of a CRS that places things on the map: heights are not measured here."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_projected or crs.is_geographic) or crs.is_geocentric:
        raise CRSError(
            _(
                "{place}: {crs} places nothing on a map; expected a projected or"
                " a geographic coordinate system such as EPSG:4524",
                place=_at(place),
                crs=describe(crs),
            )
        )
    flat = crs.to_2d() if len(crs.axis_info) == 3 else crs
    _require_degrees(flat, place)
    return flat


def _require_degrees(crs: pyproj.CRS, place: str) -> None:
    """Make sure that PROJ brings coordinates to degrees: parameters and units may be damaged."""
    try:
        to_own_lonlat(crs)
    except ProjError as problem:
        raise CRSError(
            _(
                "{place}: PROJ cannot compute with {crs} ({reason}); its parameters are damaged: state"
                " the CRS with --crs or the catalog's key crs",
                place=_at(place),
                crs=describe(crs),
                reason=" ".join(str(problem).split())[:160],
            )
        ) from None


def _at(place: str) -> str | Text:
    return place or _("the coordinate system")


def _shift(crs: pyproj.CRS) -> list[float] | None:
    """The ``towgs84`` numbers of a CRS, as WKT or a PROJ string gives them with it."""
    if not crs.is_bound or crs.coordinate_operation is None:
        return None
    return [float(number) for number in crs.coordinate_operation.towgs84] or None


def _base(crs: pyproj.CRS) -> pyproj.CRS:
    """The CRS without the shift that is bound to it."""
    return crs.source_crs if crs.is_bound and crs.source_crs is not None else crs


def _legacy_name(crs: pyproj.CRS) -> str:
    name = describe(crs)
    return f"{name}, {legacy_ellipsoid(crs) or datum_name(crs)}"


@lru_cache(maxsize=64)
def _cgcs2000(crs: pyproj.CRS) -> pyproj.CRS | None:
    """The EPSG code of a CGCS2000 CRS, by its parameters; None for a local plane."""
    if crs.is_geographic:
        return CGCS2000
    plane = is_gauss_kruger_cgcs2000(crs)
    if plane is None:
        return None
    codes = [
        code
        for code, (meridian, easting) in _zone_parameters()
        if abs(meridian - plane[0]) < 1e-9 and abs(easting - plane[1]) < 1e-6
    ]
    if not codes:
        return None
    # a 3-degree and a 6-degree zone of one central meridian are the same plane: the name decides
    named = crs.to_epsg() if len(codes) > 1 else None
    return pyproj.CRS.from_epsg(named if named in codes else codes[0])


def _zone_parameters() -> Iterator[tuple[int, tuple[float, float]]]:
    """EPSG code, central meridian and false easting of every zone; 3-degree zones first."""
    for zone in ZONES_3:
        yield 4488 + zone, (3.0 * zone, zone * ZONE_M + FALSE_EASTING_M)
        yield 4509 + zone, (3.0 * zone, FALSE_EASTING_M)
    for zone in ZONES_6:
        yield 4478 + zone, (6.0 * zone - 3, zone * ZONE_M + FALSE_EASTING_M)
        yield 4489 + zone, (6.0 * zone - 3, FALSE_EASTING_M)


def _epsg_equivalent(crs: pyproj.CRS) -> pyproj.CRS | None:
    """The EPSG CRS that PROJ finds with confidence and that gives the same coordinates."""
    if crs.is_geographic and is_identical(crs) and WGS84_NAMES.fullmatch(datum_name(crs)):
        return LONLAT
    code = crs.to_epsg(min_confidence=70)
    if code is None:
        return None
    known = pyproj.CRS.from_epsg(code)
    return known if _same_plane(crs, known) else None


def _same_plane(crs: pyproj.CRS, known: pyproj.CRS) -> bool:
    """Whether two CRSs of one datum give every point the same coordinates (1e-6 of a unit)."""
    if crs.is_geographic or known.is_geographic:
        return bool(crs.is_geographic and known.is_geographic)
    return _same_projection(crs, known)


def _same_projection(crs: pyproj.CRS, known: pyproj.CRS) -> bool:
    """Whether two projections agree at nine points of the known one's area of use."""
    area = known.area_of_use
    west, south, east, north = area.bounds if area is not None else (-5.0, -5.0, 5.0, 5.0)
    lon, lat = np.meshgrid(np.linspace(west, east, 3), np.linspace(south, north, 3))
    a = np.array(pyproj.Proj(crs)(lon.ravel(), lat.ravel()))
    b = np.array(pyproj.Proj(known)(lon.ravel(), lat.ravel()))
    return bool(np.allclose(a, b, rtol=0, atol=1e-6, equal_nan=True))


def _has_known_operation(crs: pyproj.CRS) -> bool:
    with warnings.catch_warnings():
        # a finer grid that is not installed is no reason to refuse the operations that are
        warnings.simplefilter("ignore", UserWarning)
        return any(each >= 0 for target in (LONLAT, CGCS2000) for each in _accuracies(crs, target))


def _accuracies(crs: pyproj.CRS, target: pyproj.CRS) -> list[float]:
    """The accuracy in metres of each operation that PROJ knows; negative where it is unknown."""
    try:
        operations = TransformerGroup(
            crs, target, always_xy=True, allow_ballpark=False
        ).transformers
    except ProjError:  # a parameter or a unit that PROJ cannot compute with
        return []
    return [operation.accuracy for operation in operations]


def towgs84(transform: str) -> list[float]:
    """The 3 or 7 numbers of a declared ``towgs84``; empty for a pipeline.

    >>> towgs84("+towgs84=1,2,3"), towgs84("+proj=pipeline")
    ([1.0, 2.0, 3.0], [])
    """
    numbers = _TOWGS84.fullmatch(transform)
    try:
        values = [float(number) for number in numbers[1].split(",")] if numbers else []
    except ValueError:
        return []
    return values if len(values) in (3, 7) else []


def _transform_issue(crs: pyproj.CRS, transform: str) -> Issue:
    return Issue("crs_transform_declared", "warning", _declared_transform(crs, transform))


def _declared_transform(crs: pyproj.CRS, transform: str) -> Text:
    return _(
        "{crs} is brought to CGCS2000 with declared parameters that townland cannot check:"
        " {transform}",
        crs=describe(crs),
        transform=transform,
    )


def _transformed(
    crs: pyproj.CRS, transform: str, place: str
) -> tuple[pyproj.CRS, tuple[Issue, ...]]:
    """A CRS with the operation to CGCS2000 that the catalog declares.

    Parameters
    ----------
    crs
        The CRS of the coordinates.
    transform
        ``towgs84``, or a PROJ pipeline.
    place
        The file (and layer), for messages.

    Returns
    -------
    The CRS bound to ``towgs84``, or EPSG:4490, in which a pipeline ends; and the issue that it is taken.
    """
    if is_identical(crs):
        raise CRSError(
            _(
                "{place}: transform is given, but {crs} needs none; remove the key, or state the"
                " CRS that the coordinates really have",
                place=_at(place),
                crs=describe(crs),
            )
        )
    values = towgs84(transform)
    if values:
        base = _base(crs)
        return _bound(base, values), (_transform_issue(base, transform),)
    try:
        pipeline(transform)
    except ProjError:
        raise CRSError(
            _(
                "{place}: transform is {transform}, which is neither towgs84 (3 or 7 numbers) nor a"
                " PROJ pipeline",
                place=_at(place),
                transform=transform,
            )
        ) from None
    return CGCS2000, (_transform_issue(crs, transform),)


def _bound(base: pyproj.CRS, towgs84: list[float]) -> pyproj.CRS:
    shift = ToWGS84Transformation(base.geodetic_crs, *towgs84)
    return pyproj.CRS(BoundCRS(source_crs=base, target_crs=LONLAT, transformation=shift))
